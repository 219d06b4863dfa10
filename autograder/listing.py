"""What the course has: every exercise, with what stands behind it."""

from __future__ import annotations

from typing import Any

from autograder import registry
from autograder.exercise import Exercise, Lesson
from autograder.messages import _
from autograder.render import points

NUMBERS = ("points", "cases", "hidden_cases", "misconceptions", "accepts")


def as_data() -> list[dict[str, Any]]:
    """A dictionary for each lesson."""
    return [
        {
            "lesson": lesson.id,
            "title": _(lesson.title),
            "minutes": lesson.minutes,
            "points": lesson.points,
            "exercises": [_exercise(e) for e in lesson.exercises],
            "questions": [{"id": q.id, "points": q.points, "about": _(q.about)} for q in lesson.questions],
        }
        for lesson in registry.lessons()
    ]


def _exercise(exercise: Exercise) -> dict[str, Any]:
    hidden = sum(c.hidden for c in exercise.cases)
    return {
        "id": exercise.id,
        "points": exercise.points,
        "about": _(exercise.about),
        "signature": exercise.shown_as,
        "cases": len(exercise.cases) - hidden,
        "hidden_cases": hidden,
        "misconceptions": len(exercise.misconceptions),
        "accepts": len(exercise.accepts),
        "requires": list(exercise.requires),
    }


def as_text() -> str:
    """An aligned table, lesson by lesson."""
    head = (_("exercise"), _("points"), _("cases"), _("hidden"), _("misconceptions"), _("variants"), _("signature"))
    tables = {lesson.id: [_cells(e) for e in map(_exercise, lesson.exercises)] for lesson in registry.lessons()}
    rows = [head, *(row for table in tables.values() for row in table)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head) - 1)]
    parts = []
    for lesson in registry.lessons():
        lines = [_title(lesson), *(_line(row, widths) for row in [head, *tables[lesson.id]])]
        lines += [f"  {q.id}  {_('written, {n} points by hand').format(n=q.points)}" for q in lesson.questions]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _title(lesson: Lesson) -> str:
    by_hand = sum(q.points for q in lesson.questions)
    said = _("{title}, {minutes} minutes, {points} points and {by_hand} by hand")
    values = {"title": _(lesson.title), "minutes": lesson.minutes, "points": points(lesson.points), "by_hand": by_hand}
    return f"{lesson.id}: {said.format(**values)}"


def _cells(exercise: dict[str, Any]) -> tuple[str, ...]:
    return (exercise["id"], *(f"{exercise[k]}" for k in NUMBERS), exercise["signature"])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    first, *numbers = (
        cell.rjust(w) if n else cell.ljust(w) for n, (cell, w) in enumerate(zip(row, widths, strict=False))
    )
    return "  " + "  ".join([first, *numbers, row[-1]])
