"""Grading one notebook file as an instructor would, without a gradebook and without touching the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import registry
from autograder.build.expand import ANSWER_HERE
from autograder.build.paths import Course
from autograder.exercise import Lesson
from autograder.grading.execution import run
from autograder.grading.graft import graft
from autograder.grading.judging import settle
from autograder.grading.lessons import skeleton
from autograder.grading.reports import PREFIX
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


def check_file(path: Path, course: Course) -> Result:
    """Grade the notebook at ``path``. Raises BadNotebook."""
    submitted = read_submission(path)
    lesson = lesson_of(submitted, path)
    try:
        ours = skeleton(course, lesson.id)
    except FileNotFoundError:
        where = course.name(course.solved(lesson.id))
        raise BadNotebook(_("{where} is missing: run `make build` first.").format(where=where)) from None
    grafted = graft(ours, submitted)
    written = {
        c.metadata.nbgrader.grade_id: c.source.replace(ANSWER_HERE, "").strip()
        for c in grafted.notebook.cells
        if c.cell_type == "markdown" and c.metadata.get("nbgrader", {}).get("solution")
    }
    stopped = run(grafted.notebook, course)
    reports = settle(grafted.notebook)
    notes = grafted.repairs + ((stopped,) if stopped else ())
    return Result(path.name, lesson, reports, written, notes)


def read_submission(path: Path) -> dict[str, Any]:
    """What the file holds, if it is a notebook. Raises BadNotebook."""
    text = _text(path)
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadNotebook(_not_json(path, text, error)) from None
    if not isinstance(found, dict):
        raise BadNotebook(_("{path} is not a notebook: it is JSON, but has no cells.").format(path=path))
    if "worksheets" in found:
        raise BadNotebook(
            _("{path} is in a format from before 2015: open and save it in JupyterLab.").format(path=path)
        )
    if not isinstance(found.get("cells"), list):
        raise BadNotebook(_("{path} is not a notebook: it is JSON, but has no cells.").format(path=path))
    return found


def _text(path: Path) -> str:
    if path.is_dir():
        raise BadNotebook(_("{path} is a folder: name the notebook in it.").format(path=path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadNotebook(_("There is no file {path}.").format(path=path)) from None
    except UnicodeDecodeError:
        raise BadNotebook(_("{path} is not a notebook: it is not UTF-8 text.").format(path=path)) from None
    except OSError as error:
        raise BadNotebook(_("{path} cannot be read: {why}.").format(path=path, why=error.strerror)) from None
    if not text.strip():
        raise BadNotebook(_("{path} is empty.").format(path=path))
    return text


def _not_json(path: Path, text: str, error: Exception) -> str:
    marks = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith(("<<<<<<<", ">>>>>>>"))]
    if marks:
        said = _("{path} has the marks of a merge conflict in it, first in line {n}: settle the conflict first.")
        return said.format(path=path, n=marks[0])
    if text.lstrip().startswith("{") and getattr(error, "pos", 0) >= len(text.rstrip()) - 1:
        return _("{path} is cut off: it is the beginning of a notebook without its end.").format(path=path)
    if text.lstrip().startswith("{") and "Unterminated string" in str(error):
        return _("{path} is cut off: it is the beginning of a notebook without its end.").format(path=path)
    if text.lstrip().startswith("{"):
        said = _("{path} is a damaged notebook: its JSON breaks in line {n}.")
        return said.format(path=path, n=getattr(error, "lineno", 1))
    return _("{path} is not a notebook.").format(path=path)


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
