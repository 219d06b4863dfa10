"""Making a lesson known to a gradebook, so that a fresh clone can grade at once. The release stays as it is."""

from __future__ import annotations

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells, savecells
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets.config import Config

from autograder.build.paths import Course
from autograder.grading.ledger import Ledger
from autograder.messages import _


class LessonChanged(RuntimeError):
    """The gradebook knows a lesson with other cells, and submissions of it."""


def register(ledger: Ledger, course: Course, lesson: str, config: Config, where: CourseDirectory) -> None:
    """Save a lesson's cells as ``nbgrader generate_assignment`` does, where they are not there already.

    To be called in a transaction. Raises FileNotFoundError for a lesson that is not built, and LessonChanged.
    """
    steps = GenerateAssignment(coursedir=where, config=config).preprocessors
    names = {"notebook": lesson, "assignment": lesson, "student": ".", "db_url": where.db_url}
    resources = {"nbgrader": names, "unique_key": lesson}
    notebook = nbformat.read(course.solved(lesson), as_version=4)
    for step in steps:
        if step is SaveCells:
            break
        notebook, resources = step(config=config)(notebook, resources)
    if _known(ledger, lesson, notebook):
        return
    ledger.update_or_create_assignment(lesson)
    try:
        with ledger.lent_to(savecells):
            SaveCells(config=config)(notebook, resources)
    except RuntimeError:
        said = _(
            "{lesson} has other exercises than when it was first graded. To grade it anew, rename gradebook.db and "
            "autograded/, or go back to the lesson as it was."
        )
        raise LessonChanged(said.format(lesson=lesson)) from None


def _known(ledger: Ledger, lesson: str, notebook: NotebookNode) -> bool:
    """Whether the gradebook has every cell as it is."""
    try:
        known = ledger.find_notebook(lesson, lesson)
    except MissingEntry:
        return False
    cells = [(c.metadata.nbgrader.grade_id, c) for c in notebook.cells if "nbgrader" in c.metadata]
    sources = {n: (c.source, c.cell_type, is_locked(c)) for n, c in cells if is_locked(c) or is_solution(c)}
    return (
        {c.name: (c.source, c.cell_type, c.locked) for c in known.source_cells} == sources
        and {c.name: c.max_score for c in known.grade_cells}
        == {n: float(c.metadata.nbgrader.points) for n, c in cells if is_grade(c)}
        and {c.name for c in known.solution_cells} == {n for n, c in cells if is_solution(c)}
    )
