"""What goes into a feedback page: nothing hidden, nothing of a student's that is alive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution

from autograder.grading import harmless
from autograder.grading.lessons import course_at, skeleton
from autograder.grading.reports import is_check, trusted
from autograder.report import Report

_HIDDEN = re.compile(r"[^\n]*BEGIN (HIDDEN TESTS|MARK SCHEME)(?:.*?)(?:END \1[^\n]*\n?|\Z)", re.DOTALL)
_LINE = re.compile(r"^.*\bhidden\s*=\s*True\b.*\n?", re.MULTILINE)


class NothingHidden(NbGraderPreprocessor):
    """Takes hidden tests and mark schemes out of our own cells. A student's cells may say what they like."""

    def preprocess(self, nb: NotebookNode, resources: Mapping[str, Any]) -> tuple[NotebookNode, Mapping[str, Any]]:
        """Clear, and leave out cells of which nothing is left."""
        for cell in nb.cells:
            if "nbgrader" in cell.metadata and not is_solution(cell):
                shown = _HIDDEN.sub("", cell.source)
                cell.source = (_LINE.sub("", shown) if cell.cell_type == "code" else shown).strip("\n")
            if is_check(cell):
                cell.outputs = [_without_code(output) for output in cell.outputs]
        nb.cells = [c for c in nb.cells if c.source.strip() or "nbgrader" not in c.metadata or is_grade(c)]
        return nb, resources


def _without_code(output: NotebookNode) -> NotebookNode:
    """An error in a check cell without its lines, of which some may be hidden."""
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]
    return output


class Harmless(NbGraderPreprocessor):
    """Makes harmless what is not ours, once more: the notebook may have been graded by nbgrader itself."""

    def preprocess(self, nb: NotebookNode, resources: Mapping[str, Any]) -> tuple[NotebookNode, Mapping[str, Any]]:
        """Compare each cell with our own, and clean those that are not."""
        ours = _ours(Path.cwd(), resources["nbgrader"]["assignment"])
        nb.metadata = from_dict({k: v for k, v in nb.metadata.items() if k in ("kernelspec", "autograder")})
        for cell in nb.cells:
            grading = cell.metadata.get("nbgrader", {})
            name = grading.get("grade_id") if isinstance(grading, Mapping) else None
            named = isinstance(name, str) and re.fullmatch(r"[\w.-]+", name)
            cell.metadata = from_dict({"nbgrader": grading} if named else {})
            cell.pop("attachments", None)
            if cell.cell_type == "raw":
                cell.cell_type = "markdown"
            locked = named and is_locked(cell)  # nbgrader has put its own text back into such a cell
            if cell.cell_type == "markdown" and cell.source not in ours and not locked:
                cell.source = harmless.markdown(cell.source)
            elif cell.cell_type == "code":
                cell.outputs = _outputs(cell)
        return nb, resources


def _outputs(cell: NotebookNode) -> list[NotebookNode]:
    """Outputs as they may be shown. A report is made again from its data, which may be anybody's."""
    found = trusted(cell) if is_check(cell) else None
    if found is not None:
        try:
            report = Report.from_dict(found)
            return [new_output("execute_result", {"text/html": harmless.tex(report._repr_html_())})]
        except (KeyError, TypeError, ValueError, AttributeError):
            pass
    return [from_dict(o) for o in harmless.outputs([dict(o) for o in cell.outputs])]


def _ours(root: Path, lesson: str) -> frozenset[str]:
    """The texts of our own cells; none for an assignment that is not a lesson."""
    try:
        return _texts(root, lesson, course_at(root).solved(lesson).stat().st_mtime_ns)
    except OSError:
        return frozenset()


@lru_cache(maxsize=64)
def _texts(root: Path, lesson: str, changed: int) -> frozenset[str]:
    return frozenset(c.source for c in skeleton(course_at(root), lesson).cells)
