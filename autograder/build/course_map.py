"""The map of the course: a box for each lesson, and an arrow from it to those that build on it."""

from __future__ import annotations

from itertools import pairwise

from autograder.build.outline import Entry, outline
from autograder.build.paths import Course
from autograder.messages import _
from rnnlab import richtext
from rnnlab.palette import FAINT, INK, LINE, MUTED, SKY, WHITE
from rnnlab.svg import Box, Canvas

NAME = "course_map"
WIDE, TALL, ACROSS, DOWN, EDGE = 126, 118, 34, 24, 20
SIZE = 13

Slot = str | tuple[str, str, int]  # a lesson, or a place in a column that an arrow passes through


def course_map(course: Course | None = None) -> Canvas:
    """Lessons from left to right, each to the right of all that it builds on."""
    entries = {entry.lesson.id: entry for entry in outline(course or Course())}
    ways, columns = _layout(entries)
    width = 2 * EDGE + len(columns) * (WIDE + ACROSS) - ACROSS
    height = 2 * EDGE + max(map(_height, columns))
    canvas = Canvas(width, round(height), _("The course"), about(tuple(entries.values())))
    places: dict[Slot, Box] = {}
    for x, column in enumerate(columns):
        y = (height - _height(column)) / 2
        for slot in column:
            places[slot] = Box(EDGE + x * (WIDE + ACROSS), y, WIDE, _tall(slot))
            y += _tall(slot) + DOWN
    for way in ways:
        _arrow(canvas, [places[slot] for slot in way])
    longest = max(entry.lesson.minutes for entry in entries.values())
    for name, entry in entries.items():
        _box(canvas, places[name], entry, longest)
    return canvas


def about(entries: tuple[Entry, ...]) -> str:
    """What there is to see, in words."""
    said = []
    for entry in entries:
        number, others = entry.lesson.id[:2], [o[:2] for o in entry.builds_on]
        after = _(" builds on {others}").format(others=", ".join(others)) if others else ""
        said.append(f"{number} {_(entry.lesson.title)}{after}.")
    return " ".join(said)


def _box(canvas: Canvas, at: Box, entry: Entry, longest: int) -> None:
    """A lesson: number, title, a bar as long as it takes, minutes and points."""
    lesson = entry.lesson
    canvas.box(at.x, at.y, at.w, at.h, fill=WHITE, edge=LINE, radius=8)
    look = {"font": "text", "anchor": "start"}
    canvas.label(at.x + 10, at.y + 16, lesson.id[:2], size=15, bold=True, **look)
    points = f"{lesson.points} + {entry.by_hand}"
    canvas.label(at.x + at.w - 10, at.y + 16, points, size=12, color=MUTED, font="text", anchor="end")
    for i, line in enumerate(_wrapped(_(lesson.title), at.w - 18)):
        canvas.label(at.x + 10, at.y + 37 + 16 * i, line, size=SIZE, **look)
    room, y = at.w - 66, at.y + at.h - 15
    canvas.box(at.x + 10, y - 3, room, 6, fill=FAINT, edge=None, radius=3)
    canvas.box(at.x + 10, y - 3, room * lesson.minutes / longest, 6, fill=SKY, edge=None, radius=3)
    canvas.label(at.x + at.w - 10, y, f"{lesson.minutes} min", size=12, color=MUTED, font="text", anchor="end")


def _wrapped(text: str, room: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and richtext.width(longer, SIZE) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _arrow(canvas: Canvas, stops: list[Box]) -> None:
    """From a lesson to one that builds on it, straight through the places kept free for it on the way."""
    for before, after in pairwise(stops):
        (x, y), (to_x, to_y) = before.right, after.left
        bend = (to_x - x) * 0.55
        turns = [(x + bend, y), (to_x - bend, to_y)]
        if after is stops[-1]:
            canvas.arrow((x, y), (to_x, to_y), INK, through=turns, thick=2)
        else:
            (a, b), (c, d) = turns
            canvas.path(f"M{x} {y} C{a} {b} {c} {d} {to_x} {to_y} H{after.right[0]}", edge=INK, thick=2)


def _layout(entries: dict[str, Entry]) -> tuple[list[list[Slot]], list[list[Slot]]]:
    """The way of each arrow, and the columns: lessons, and a free slot where an arrow passes on to a later column."""
    depth: dict[str, int] = {}
    for name, entry in entries.items():
        depth[name] = max((depth[b] + 1 for b in entry.builds_on), default=0)
    columns: list[list[Slot]] = [[n for n in entries if depth[n] == d] for d in range(max(depth.values()) + 1)]
    ways: list[list[Slot]] = []
    for name, entry in entries.items():
        for before in _direct(entry, entries):
            passed: list[Slot] = [(before, name, d) for d in range(depth[before] + 1, depth[name])]
            for slot in passed:
                columns[slot[2]].append(slot)
            ways.append([before, *passed, name])
    middle: dict[Slot, float] = {}
    for column in columns:
        column.sort(key=lambda slot: _mean([middle[a] for way in ways for a, b in pairwise(way) if b == slot]))
        y = -_height(column) / 2
        for slot in column:
            middle[slot] = y + _tall(slot) / 2
            y += _tall(slot) + DOWN
    return ways, columns


def _direct(entry: Entry, entries: dict[str, Entry]) -> list[str]:
    """What a lesson builds on, without what those build on already."""

    def behind(name: str) -> set[str]:
        return set(entries[name].builds_on).union(*(behind(b) for b in entries[name].builds_on))

    return [b for b in entry.builds_on if not any(b in behind(other) for other in entry.builds_on)]


def _tall(slot: Slot) -> float:
    return TALL if isinstance(slot, str) else 0.0


def _height(column: list[Slot]) -> float:
    return sum(map(_tall, column)) + DOWN * (len(column) - 1)


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
