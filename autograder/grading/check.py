"""Grading one notebook file as an instructor would, without a gradebook and without touching the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import registry
from autograder.build.paths import Course
from autograder.exercise import Lesson
from autograder.grading.engine import Engine
from autograder.grading.reports import PREFIX
from autograder.grading.salvage import salvage
from autograder.grading.submission import MOST_BYTES, Submission, content
from autograder.messages import _, listed
from autograder.render import points
from autograder.report import Report


class BadNotebook(ValueError):
    """A file that cannot be graded. The message is one sentence for whoever gave it."""


@dataclass(frozen=True)
class Result:
    """What a notebook earned: a report for each exercise, and what is left for a person."""

    file: str
    lesson: Lesson
    reports: dict[str, dict[str, Any]]
    written: dict[str, str]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every exercise that the machine grades has passed."""
        return all(r["outcome"] == "passed" for r in self.reports.values())

    @property
    def points(self) -> float:
        """Points that the machine gives."""
        return sum(r["points"] for r in self.reports.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON takes it."""
        questions = [
            {"id": q.id, "max_points": q.points, "answered": bool(self.written[q.id]), "status": "needs a person"}
            for q in self.lesson.questions
        ]
        return {
            "file": self.file,
            "lesson": self.lesson.id,
            "points": self.points,
            "max_points": self.lesson.points,
            "passed": self.passed,
            "exercises": list(self.reports.values()),
            "questions": questions,
            "notes": list(self.notes),
        }

    def text(self) -> str:
        """The reports one below the other, and the total."""
        parts = [f"{self.lesson.id}: {self.file}", *(str(Report.from_dict(r)) for r in self.reports.values())]
        parts += [self._question(q) for q in self.lesson.questions]
        total = _("{got} of {most} points.").format(got=points(self.points), most=points(self.lesson.points))
        by_hand = sum(q.points for q in self.lesson.questions)
        if by_hand:
            total += " " + _("{n} more are for a person to give.").format(n=points(by_hand))
        return "\n\n".join([*parts, "\n".join([*self.notes, total])])

    def _question(self, question: Any) -> str:
        said = _("needs a person: {n} points") if self.written[question.id] else _("no answer yet: {n} points")
        return f"{question.id}  {said.format(n=points(question.points))}"


def check_file(path: Path, course: Course, sandbox: bool = True) -> Result:
    """Grade the notebook at ``path``. Raises BadNotebook, and SandboxMissing where there is no bubblewrap."""
    data = _data(path)
    salvaged = salvage(data, path.name)
    if not salvaged.readable:
        raise BadNotebook(" ".join(salvaged.repairs) or _("{path} is not a notebook.").format(path=path))
    lesson = lesson_of(salvaged.notebook, path)
    try:
        with Engine(course, sandbox=sandbox, rehearse=False) as engine:
            graded = engine.grade(Submission(lesson.id, "", path.name, data, _beside(path, lesson, course)))
    except FileNotFoundError:
        where = course.name(course.solved(lesson.id))
        raise BadNotebook(_("{where} is missing: run `make build` first.").format(where=where)) from None
    return Result(path.name, lesson, graded.reports, graded.written, graded.notes)


def _beside(path: Path, lesson: Lesson, course: Course) -> dict[str, bytes]:
    """The files that go with the notebook: beside it, or for the course's own, with its sample that is all right."""
    folders = [path.parent]
    if path.resolve() == course.solved(lesson.id).resolve():
        folders.append(course.root / "samples" / lesson.id / "all_right")
    found = {}
    for name in lesson.files:
        data = next((d for f in folders if (d := content(f / name, MOST_BYTES)) is not None), None)
        if data is not None:
            found[name] = data
    return found


def _data(path: Path) -> bytes:
    if path.is_dir():
        raise BadNotebook(_("{path} is a folder: name the notebook in it.").format(path=path))
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadNotebook(_("There is no file {path}.").format(path=path)) from None
    except OSError as error:
        raise BadNotebook(_("{path} cannot be read: {why}.").format(path=path, why=error.strerror)) from None
    if not data.strip():
        raise BadNotebook(_("{path} is empty.").format(path=path))
    return data


def lesson_of(submitted: Mapping[str, Any], path: Path) -> Lesson:
    """The lesson that a notebook is: by its grade ids, and by its metadata if those do not say. Raises BadNotebook."""
    ids = _grade_ids(submitted)
    said = _said_lesson(submitted)
    known = {lesson.id: lesson for lesson in registry.lessons()}
    counts = {name: len(ids & {i.id for i in lesson.items}) for name, lesson in known.items()}
    if said in known and (counts[said] or not any(counts.values())):
        return known[said]
    best = max(counts, key=lambda name: counts[name])
    if counts[best]:
        return known[best]
    if said:
        message = _("{path} is of lesson {said}, which is not in this course: there are {names}.")
        raise BadNotebook(message.format(path=path, said=said, names=listed(known)))
    raise BadNotebook(_("{path} holds no exercise of this course.").format(path=path))


def _said_lesson(submitted: Mapping[str, Any]) -> str:
    metadata = submitted.get("metadata")
    ours = metadata.get("autograder") if isinstance(metadata, Mapping) else None
    said = ours.get("lesson") if isinstance(ours, Mapping) else None
    return said if isinstance(said, str) else ""


def _grade_ids(submitted: Mapping[str, Any]) -> set[str]:
    found = set()
    for cell in submitted["cells"]:
        metadata = cell.get("metadata") if isinstance(cell, Mapping) else None
        grading = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
        name = grading.get("grade_id") if isinstance(grading, Mapping) else None
        if isinstance(name, str):
            found.add(name.removeprefix(PREFIX))
    return found
