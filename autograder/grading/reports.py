"""Finding the report of a check in the outputs of a notebook cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from autograder.report import MIME, OUTCOMES

PREFIX = "check_"


def report_of(cell: Mapping[str, Any]) -> dict[str, Any] | None:
    """The report that the last check in a cell gave, or None."""
    found = None
    for output in cell.get("outputs", []):
        data = output.get("data", {}).get(MIME)
        if isinstance(data, Mapping):
            found = dict(data)
    return found


def is_check(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is the graded check of an exercise."""
    grading = cell.get("metadata", {}).get("nbgrader", {})
    return cell.get("cell_type") == "code" and bool(grading.get("grade")) and not grading.get("solution")


def checked(cell: Mapping[str, Any]) -> str:
    """The id of the exercise that a check cell checks."""
    return cell["metadata"]["nbgrader"]["grade_id"].removeprefix(PREFIX)


def trusted(cell: Mapping[str, Any]) -> dict[str, Any] | None:
    """The report in a graded check cell, if it is a whole one about this exercise, made with the hidden cases."""
    report = report_of(cell)
    if report is None or report.get("exercise") != checked(cell) or report.get("hidden") is not True:
        return None
    points, most = report.get("points"), cell["metadata"]["nbgrader"].get("points", 0)
    fine = isinstance(points, int | float) and math.isfinite(points) and 0 <= points <= most
    return report if fine and report.get("outcome") in OUTCOMES else None
