"""Writing down what a submission earned: the gradebook in one transaction, the autograded folder in one move."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.converters.autograde import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades, latesubmissions, saveautogrades
from nbgrader.utils import find_all_files
from traitlets.config import Config

from autograder.build.paths import Course
from autograder.grading import harmless, ledger, stamps
from autograder.grading.ledger import Ledger
from autograder.grading.register import register
from autograder.grading.reports import PREFIX, is_check
from autograder.grading.submission import Submission
from autograder.messages import _
from autograder.render import points

if TYPE_CHECKING:
    from autograder.grading.engine import Graded


class Recorder:
    """The one writer of a course. What it has recorded is there as a whole, whenever it is killed.

    First everything is committed to the gradebook, then the autograded folder, which was made beside its place, is
    moved there. A kill between the two leaves the folder as it was before: the submission is graded once more.
    """

    def __init__(
        self,
        course: Course,
        config: Config,
        log: logging.Logger | None = None,
        create_student: bool = True,
        where: CourseDirectory | None = None,
    ) -> None:
        self.course = course
        self.config = config
        self.log = log or logging.getLogger(__name__)
        self.create_student = create_student
        self.where = where or CourseDirectory(config=config)
        self._converter = Autograde(coursedir=self.where, config=config)
        self._ledger: Ledger | None = None
        self._registered: set[str] = set()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the gradebook."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def folder(self, lesson: str, student: str) -> Path:
        """Where the autograded notebook of a submission goes."""
        return Path(self.where.format_path(self.where.autograded_directory, student, lesson))

    def done(self, lesson: str, student: str) -> dict[str, Any] | None:
        """What was graded, as the autograded notebook says: ``{"digest", "run"}``. None where it is not all there."""
        try:
            with (self.folder(lesson, student) / f"{lesson}.ipynb").open(encoding="utf-8") as file:
                found = json.load(file)["metadata"]["autograder"]["graded"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        whole = isinstance(found, dict) and isinstance(found.get("digest"), str)
        if not whole or not ledger.is_there(self.where.db_url) or not self._opened().has(lesson, student):
            return None
        return found

    def record(self, submission: Submission, graded: Graded) -> tuple[str, ...]:
        """Write everything down. Returns sentences on the time stamp, and where nothing could be recorded."""
        lesson, student = _name(submission.lesson), _name(submission.student)
        notebook = nbformat.v4.reads(graded.notebook)
        text = nbformat.v4.writes(notebook) + "\n" if _quieten(notebook) else graded.notebook
        stamp = stamps.read(submission.timestamp, submission.data)
        said = list(stamp.notes)
        with self._opened().transaction() as gradebook:
            if lesson not in self._registered:
                register(gradebook, self.course, lesson, self.config, self.where)
            if not self._student(gradebook, student):
                return (_("{student} is not in the gradebook, so nothing was recorded.").format(student=student),)
            kept = gradebook.update_or_create_submission(lesson, student, timestamp=stamp.time)
            gradebook.hold(kept)
            self._save(gradebook, notebook, lesson, student)
            _look_at(gradebook, graded, lesson, student)
            gradebook.forget()
            said += self._lateness(gradebook, notebook, lesson, student)
            staged = self._stage(text, lesson, student, submission.timestamp if stamp.time else "")
        self._registered.add(lesson)
        _move(staged, self.folder(lesson, student))
        return tuple(said)

    def _opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger(self.where.db_url, self.where.course_id)
        return self._ledger

    # The gradebook

    def _student(self, gradebook: Ledger, student: str) -> bool:
        if self.create_student:
            gradebook.update_or_create_student(student)
            return True
        try:
            gradebook.find_student(student)
        except MissingEntry:
            return False
        return True

    def _save(self, gradebook: Ledger, notebook: NotebookNode, lesson: str, student: str) -> None:
        """Let nbgrader read the scores out of the notebook. Marks and comments of people stay."""
        with gradebook.lent_to(saveautogrades):
            SaveAutoGrades(config=self.config)(notebook, self._resources(lesson, student))

    def _lateness(self, gradebook: Ledger, notebook: NotebookNode, lesson: str, student: str) -> list[str]:
        """Let nbgrader's plugin give the penalty, and say how late it was."""
        kept = gradebook.find_submission(lesson, student)
        if kept.extension is not None and kept.assignment.duedate is None:  # nbgrader would add the one to the other
            gradebook.find_submission_notebook(lesson, lesson, student).late_submission_penalty = None
            said = _("{student} has an extension, but {lesson} has no due date: it counts as in time.")
            return [said.format(student=student, lesson=lesson)]
        with gradebook.lent_to(latesubmissions):
            AssignLatePenalties(config=self.config)(notebook, self._resources(lesson, student))
        seconds = gradebook.find_submission(lesson, student).total_seconds_late
        if not seconds:
            return []
        penalty = gradebook.find_submission_notebook(lesson, lesson, student).late_submission_penalty
        if not penalty:
            return [_("Handed in {late} late, without a penalty.").format(late=stamps.late(seconds))]
        said = _("Handed in {late} late: a penalty of {points}.")
        return [said.format(late=stamps.late(seconds), points=points(penalty))]

    def _resources(self, lesson: str, student: str) -> dict[str, Any]:
        names = {"notebook": lesson, "assignment": lesson, "student": student, "db_url": self.where.db_url}
        return {"nbgrader": names, "unique_key": lesson}

    # The folder

    def _stage(self, notebook: str, lesson: str, student: str, timestamp: str) -> Path:
        """The autograded folder, complete, beside the place where it belongs."""
        folder = self.folder(lesson, student)
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f".{lesson}.*"):  # by one who was killed
            _remove(left)
        staged = folder.with_name(f".{lesson}.{secrets.token_hex(4)}.new")
        staged.mkdir()
        for path, name in self._ours(lesson):
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, staged / name)
        (staged / f"{lesson}.ipynb").write_text(notebook, encoding="utf-8")
        if timestamp:
            (staged / stamps.NAME).write_text(timestamp, encoding="utf-8")
        self._permit(staged)
        return staged

    def _ours(self, lesson: str) -> Iterator[tuple[Path, Path]]:
        """The files that are handed out with the lesson, and their names in the folder."""
        source = Path(self.where.format_path(self.where.source_directory, ".", lesson))
        for path in map(Path, find_all_files(str(source), [*self.where.ignore, "*.ipynb"])):
            yield path, path.relative_to(source)

    def _permit(self, folder: Path) -> None:
        """Set permissions as nbgrader does: read-only, or the group's to write."""
        permissions = int(str(self._converter.permissions), 8)
        for name, _folders, files in os.walk(folder):
            for file in files:
                os.chmod(os.path.join(name, file), permissions)
            if self.where.groupshared:
                os.chmod(name, (os.stat(name).st_mode | 0o2770) & 0o2777)


def _name(name: str) -> str:
    """A name that is one folder. Raises ValueError."""
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name:
        raise ValueError(f"{name!r} cannot be the name of a folder")
    return name


def _quieten(notebook: NotebookNode) -> bool:
    """Take out of the reports what MathJax would run: they say again what a student printed, raised or wrote.

    Returns whether there was any of it.
    """
    changed = False
    for cell in filter(is_check, notebook.cells):
        for output in cell.outputs:
            data = output.get("data", {})
            if "text/html" in data:
                before, data["text/html"] = data["text/html"], harmless.tex(data["text/html"])
                changed |= before != data["text/html"]
    return changed


def _look_at(gradebook: Ledger, graded: Graded, lesson: str, student: str) -> None:
    """Leave open for a person what our own mistake kept from being judged."""
    for name, report in graded.reports.items():
        if report["outcome"] == "grader_error":
            gradebook.find_grade(PREFIX + name, lesson, lesson, student).needs_manual_grade = True


def _move(staged: Path, folder: Path) -> None:
    """Put a folder in its place. At no instant is there half a folder."""
    old = staged.with_suffix(".old")
    with contextlib.suppress(FileNotFoundError):
        os.rename(folder, old)
    os.rename(staged, folder)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)
