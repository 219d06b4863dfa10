"""Our side of a lesson that is being graded."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.build.paths import Course
from autograder.build.preprocessors import ForStudents, NamedStubs


def skeleton(course: Course, lesson: str) -> NotebookNode:
    """The notebook of a lesson with stubs for answers and all its checks, hidden cases included.

    It comes from the solved notebook, since the release is where a reader may be writing. Raises FileNotFoundError.
    """
    notebook = nbformat.read(course.solved(lesson), as_version=4)
    notebook, _resources = NamedStubs().preprocess(notebook, {})
    notebook, _resources = ForStudents().preprocess(notebook, {})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def course_at(root: Path | str) -> Course:
    """The course whose root folder this is."""
    return Course(Path(root).resolve())
