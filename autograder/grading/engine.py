"""Grading one submission: intake, cells in the sandbox, a judge outside it. Plain data in, plain data out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from types import TracebackType
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4 import new_output
from nbgrader.preprocessors import LimitOutput
from nbgrader.utils import compute_checksum

from autograder import registry
from autograder.build.expand import ANSWER_HERE
from autograder.build.paths import Course
from autograder.exercise import Lesson
from autograder.grading import harmless, matching
from autograder.grading.graft import graft
from autograder.grading.lessons import skeleton
from autograder.grading.reports import checked, is_check
from autograder.grading.running import Execution, tried_with
from autograder.grading.salvage import Salvaged, salvage
from autograder.grading.submission import Submission
from autograder.messages import _
from autograder.probes import codec
from autograder.report import MIME, Report
from autograder.sandbox import Limits, Nursery
from autograder.sandbox.inside.stub import INPUTS


@dataclass(frozen=True)
class Graded:
    """What a submission earned, and all that is to be kept of it.

    ``notebook`` is the autograded notebook as text, ``reports`` and ``written`` are by exercise and question. ``notes``
    are sentences for the instructor, ``needs`` those for which a person has to look. ``peak`` is in bytes.
    """

    lesson: str
    student: str
    digest: str
    notebook: str
    reports: dict[str, dict[str, Any]]
    written: dict[str, str]
    notes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    repaired: bool = False
    seconds: float = 0.0
    peak: int = 0

    @property
    def points(self) -> float:
        """Points that the machine gives."""
        return sum(r["points"] for r in self.reports.values())

    @property
    def max_points(self) -> float:
        """Points that the machine could have given."""
        return sum(r["max_points"] for r in self.reports.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Graded:
        """What ``to_dict`` wrote."""
        known = {f.name: data[f.name] for f in fields(cls)}
        return cls(**{**known, "notes": tuple(known["notes"]), "needs": tuple(known["needs"])})


class Engine:
    """Grades submissions of a course, one after the other, in children of one warm process.

    ``seed`` makes the hidden inputs: the same for everybody who is graded with it. Raises SandboxMissing when it is
    made without bubblewrap, unless ``sandbox`` is False. A ``nursery`` that is given is ended with the engine.
    """

    def __init__(
        self,
        course: Course,
        sandbox: bool = True,
        rehearse: bool = True,
        seed: int | None = None,
        limits: Limits | None = None,
        nursery: Nursery | None = None,
    ) -> None:
        self.course = course
        self.seed = secrets.randbits(32) if seed is None else seed
        self.nursery = nursery or Nursery(limits, sandbox=sandbox, rehearse=rehearse)
        self._skeletons = lru_cache(maxsize=None)(self._read_skeleton)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process."""
        self.nursery.close()

    def grade(self, submission: Submission, run: str = "") -> Graded:
        """Grade one submission. ``run`` is remembered in the notebook.

        Raises FileNotFoundError for a lesson that is not built, and NurseryFailed or ChildFailed where the sandbox
        itself breaks down; nothing that a student hands in raises.
        """
        began = time.monotonic()
        lesson = registry.lesson(submission.lesson)
        ours, files = self._skeletons(lesson.id)
        salvaged = salvage(submission.data, submission.name)
        other = matching.other_lesson(salvaged.notebook, lesson)
        grafted = graft(ours, {} if other else salvaged.notebook)
        notebook = grafted.notebook
        repairs = (*salvaged.repairs, *grafted.repairs) if grafted.answers else ()
        if salvaged.readable and not grafted.answers:
            repairs = salvaged.repairs  # where nothing is found, everything of ours is missing
        if grafted.answers or _own_code(notebook, ours):
            work = Execution(self.nursery, ours, {**submission.files, **files}, self.seed)
            reports = work.run(notebook, lesson)
            absent = [
                _("{name} is not in the folder.").format(name=n) for n in lesson.files if n not in submission.files
            ]
            notes, needs, peak = [*absent, *work.notes], [*absent, *work.needs], work.peak
        else:
            reports = {e.id: Report(e.id, "not_attempted", 0.0, e.points, hidden=True) for e in lesson.exercises}
            notes, peak = [_of_another(lesson, other) if other else _nothing(submission, salvaged)], 0
            needs = [] if submission.name and salvaged.readable and not repairs and not other else notes[:]
        found = {name: report.to_dict() for name, report in reports.items()}
        said = list(dict.fromkeys((*submission.notes, *repairs, *notes)))
        needs = list(dict.fromkeys(needs))
        repaired = bool(submission.notes or repairs)
        self._finish(notebook, ours, reports)
        kept = {"digest": submission.digest(), "run": run, "notes": said, "needs": needs, "repaired": repaired}
        notebook.metadata["autograder"] = {"lesson": lesson.id, "graded": kept}
        return Graded(
            lesson=lesson.id,
            student=submission.student,
            digest=submission.digest(),
            notebook=nbformat.v4.writes(notebook) + "\n",
            reports=found,
            written=_written(notebook, lesson),
            notes=tuple(said),
            needs=tuple(needs),
            repaired=repaired,
            seconds=time.monotonic() - began,
            peak=peak,
        )

    def _read_skeleton(self, lesson: str) -> tuple[NotebookNode, dict[str, bytes]]:
        """Our notebook with the checksums that nbgrader compares, and the files that are handed out with it."""
        notebook = skeleton(self.course, lesson)
        for cell in notebook.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata.nbgrader.checksum = compute_checksum(cell)
        folder = self.course.solved(lesson).parent
        theirs = registry.lesson(lesson).files  # one of ours must not stand in for it
        paths = [p for p in folder.rglob("*") if p.is_file() and p.suffix != ".ipynb" and p.name not in theirs]
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}
        return notebook, {**files, INPUTS: _visible(registry.lesson(lesson))}

    def _finish(self, notebook: NotebookNode, ours: NotebookNode, reports: Mapping[str, Report]) -> None:
        """Put the reports into the check cells, and see to it that nothing of a student's is alive in the notebook."""
        untouched = {(c.cell_type, c.source) for c in ours.cells}
        for cell in notebook.cells:
            cell.metadata.pop("autograder", None)
            if is_check(cell):
                cell.outputs = [_shown(reports[checked(cell)])]
            elif cell.cell_type == "code":
                cell.outputs = [from_dict(o) for o in harmless.outputs([dict(o) for o in cell.outputs])]
            elif (cell.cell_type, cell.source) not in untouched:
                cell.source = harmless.markdown(cell.source)
        LimitOutput().preprocess(notebook, {})


def _of_another(lesson: Lesson, other: str) -> str:
    return _("This is the notebook of {other}, handed in for {lesson}; nothing in it was graded.").format(
        other=other, lesson=lesson.id
    )


def _own_code(notebook: NotebookNode, ours: NotebookNode) -> bool:
    """Whether there is code of the student's own, which may define an answer in a way that cannot be read off."""
    known = {c.source for c in ours.cells}
    return any(c.cell_type == "code" and c.source.strip() and c.source not in known for c in notebook.cells)


def _visible(lesson: Lesson) -> bytes:
    """What ``inputs`` gives in a student's notebook, for the cells that use it."""
    found = {}
    for exercise in lesson.exercises:
        cases = {t.case.name: t.inputs for t in tried_with(exercise.id, False, 0)[0]}
        found[exercise.id] = {"probe": exercise.probe, "options": dict(exercise.probe_options), "cases": cases}
    return codec.dumps(found).encode()


def _nothing(submission: Submission, salvaged: Salvaged) -> str:
    """Why a submission earns nothing."""
    if not submission.name:
        return _("There is no notebook in the folder.")
    if not salvaged.readable:
        return salvaged.repairs[-1]
    return _("{name} holds no answer to an exercise or a question.").format(name=submission.name)


def _written(notebook: NotebookNode, lesson: Lesson) -> dict[str, str]:
    cells = {c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if "nbgrader" in c.metadata}
    return {q.id: cells.get(q.id, "").replace(ANSWER_HERE, "").strip() for q in lesson.questions}


def _shown(report: Report) -> NotebookNode:
    data = {"text/plain": repr(report), "text/html": report._repr_html_(), MIME: report.to_dict()}
    return new_output("execute_result", data, execution_count=None)
