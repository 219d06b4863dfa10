"""Marks as a table for a terminal."""

from __future__ import annotations

from typing import Any

from autograder.exercise import Lesson
from autograder.messages import _
from autograder.render import WORDS, points


def lesson(one: Lesson, marks: dict[str, dict[str, Any]]) -> str:
    """Answers down, students across; below it why marks were lost."""
    rows = [[_("of"), *marks]]
    names = [one.id]
    for item in one.items:
        names.append(f"  {item.id}")
        rows.append([points(item.points), *(_shown(found.get(item.id)) for found in marks.values())])
    names.append("  " + _("total"))
    rows.append([points(sum(i.points for i in one.items)), *(_total(found) for found in marks.values())])
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    first = max(map(len, names))
    lines = [
        name.ljust(first) + "".join("  " + cell.rjust(wide) for cell, wide in zip(row, widths, strict=True))
        for name, row in zip(names, rows, strict=True)
    ]
    return "\n".join([*lines, *_reasons(marks)])


def _shown(mark: Any) -> str:
    if mark is None:
        return ""
    return _(mark.points) if isinstance(mark.points, str) else points(mark.points)


def _total(found: dict[str, Any]) -> str:
    """The points so far; a plus says that a person has still to give some."""
    got = points(sum(m.points for m in found.values() if not isinstance(m.points, str)))
    return got + "+" if any(isinstance(m.points, str) for m in found.values()) else got


def _reasons(marks: dict[str, dict[str, Any]]) -> list[str]:
    lost = [
        (student, name, _(WORDS[mark.outcome]), mark.misconception)
        for student, found in marks.items()
        for name, mark in found.items()
        if mark.outcome not in ("", "passed", "not_attempted")
    ]
    widths = [max((len(row[n]) for row in lost), default=0) for n in range(3)]
    return ["    " + "  ".join([*map(str.ljust, row[:3], widths), row[3]]).rstrip() for row in lost]
