"""``nbgrader export``: a row for each submission, a column for each answer, quoted, and no cell a formula."""

from __future__ import annotations

import csv
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.grading.reports import PREFIX

HEAD = (
    "assignment",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "timestamp",
    "score",
    "max_score",
    "late_penalty",
)
STATE = ("submitted", "to_mark_by_hand")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


class MarksExport(ExportPlugin):
    """Marks as CSV: in ``grades.csv``, or in the file that ``--to`` names."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the file."""
        rows = marks(gradebook, set(map(str, self.assignment)), set(map(str, self.student)))
        answers = list(dict.fromkeys(name for row in rows for name in row["answers"]))
        path = self.to or "grades.csv"
        self.log.info("Exporting marks to %s", path)
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([safe(name) for name in (*HEAD, *STATE, *answers)])
            for row in rows:
                cells = [row[k] for k in (*HEAD, *STATE)] + [row["answers"].get(a, "") for a in answers]
                writer.writerow([safe(c) for c in cells])


def marks(gradebook: Gradebook, assignments: set[str], students: set[str]) -> list[dict[str, Any]]:
    """What the gradebook knows, a dictionary for each assignment and student; an empty set means all of them."""
    rows = []
    for assignment in sorted(gradebook.assignments, key=lambda a: a.name):
        for student in sorted(gradebook.students, key=lambda s: s.id):
            if (assignments and assignment.name not in assignments) or (students and student.id not in students):
                continue
            rows.append(_row(gradebook, assignment, student))
    return rows


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, Any]:
    row = {
        "assignment": assignment.name,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "max_score": assignment.max_score,
    }
    try:
        found = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        empty = {"timestamp": "", "score": 0.0, "late_penalty": 0.0, "submitted": "no", "to_mark_by_hand": 0}
        return row | empty | {"answers": {}}
    grades = [g for notebook in found.notebooks for g in notebook.grades]
    penalty = found.late_submission_penalty or 0.0
    return row | {
        "timestamp": found.timestamp or "",
        "score": max(0.0, found.score - penalty),
        "late_penalty": penalty,
        "submitted": "yes",
        "to_mark_by_hand": sum(bool(g.needs_manual_grade) for g in grades),
        "answers": {g.name.removeprefix(PREFIX): _mark(g) for g in _in_order(assignment, grades)},
    }


def _in_order(assignment: Any, grades: list[Any]) -> list[Any]:
    """Grades in the order of the lesson; those of an assignment that is not a lesson by name."""
    from autograder import registry

    order = {item.id: n for one in registry.lessons() if one.id == assignment.name for n, item in enumerate(one.items)}
    return sorted(grades, key=lambda g: (order.get(g.name.removeprefix(PREFIX), len(order)), g.name))


def _mark(grade: Any) -> float | str:
    """The points, or nothing while a person has still to give them."""
    return "" if grade.needs_manual_grade and grade.manual_score is None else grade.score


def safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula. Numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
