"""From executed check cells to reports, one for each exercise, whatever happened in the kernel."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from autograder.build.clean import strip_ansi
from autograder.grading.reports import checked, is_check, trusted
from autograder.messages import _
from autograder.report import MIME, Report


def settle(notebook: NotebookNode) -> dict[str, dict[str, Any]]:
    """Leave one report in every check cell, in place, and return the reports by exercise.

    nbgrader gives full marks for a check cell without output, and none for one with a warning from somewhere else in
    it. Here a cell counts for what its report says, and a cell without a report counts for nothing.
    """
    reports = {}
    for cell in notebook.cells:
        if not is_check(cell):
            continue
        report = trusted(cell)
        if report is None:
            report = _none(cell).to_dict()
        reports[checked(cell)] = report
        cell.outputs = [_shown(Report.from_dict(report), cell)]
    return reports


def _none(cell: NotebookNode) -> Report:
    """The report on a check that gave none."""
    errors = [o for o in cell.outputs if o.output_type == "error"]
    name, points = checked(cell), cell.metadata.nbgrader.points
    if not errors:
        summary = _("The check gave no report: the kernel stopped before it, or `check` is no longer ours.")
    elif errors[0].ename == "NameError" and name in errors[0].evalue:
        summary = _("{name} is not defined: the cell that defines it is missing or raised an error.").format(name=name)
    else:
        summary = _("The check did not finish: {error}").format(error=_first_line(errors[0]))
    return Report(name, "error", 0.0, float(points), summary=summary, hidden=True)


def _first_line(error: NotebookNode) -> str:
    text = strip_ansi(f"{error.ename}: {error.evalue}").strip(": \n")
    return text.splitlines()[0] if text else error.ename


def _shown(report: Report, cell: NotebookNode) -> NotebookNode:
    data = {"text/plain": repr(report), "text/html": report._repr_html_(), MIME: report.to_dict()}
    return new_output("execute_result", data, execution_count=cell.get("execution_count"))
