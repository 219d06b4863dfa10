"""Lesson 08: type Python, and see it highlighted by a tagger that reads forwards and by one that reads both ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from rnnlab.highlight import TINTS
from rnnlab.messages import _
from rnnlab.palette import EDGE, FAINT, INK, MUTED
from rnnlab.svg import Canvas
from rnnlab.widgets.base import Slider, State, Typed, Widget

WIDE, LINES, PITCH, ROW = 42, 7, 8.6, 25
TEXT = """for name in sorted(names):
    print(format(name), end="")
    total = total + len(name)  # so far
"""
Tagging = Callable[[list[str]], Sequence[Sequence[int]]]


class Highlighters(Widget):
    """The same text twice, each character on the colour of the class that one of two taggers gives it."""

    def __init__(self, forwards: Tagging, both: Tagging, classes: Sequence[str], text: str) -> None:
        self.taggers, self.classes = (forwards, both), list(classes)
        self.controls = (
            Slider("read", _("typed"), 1, WIDE * LINES, WIDE * LINES, plays=True),
            Typed("text", _("text"), text),
        )
        super().__init__()

    def draw(self, state: State) -> Canvas:
        """Two columns, and a legend above."""
        lines = shown(state["text"], state["read"])
        canvas = Canvas(
            760,
            96 + ROW * LINES,
            _("Highlighted forwards, and both ways"),
            _("The text {text}, tagged twice: at the left by a network that reads forwards, at the right by one that "
              "reads in both directions. They differ in {many} characters.").format(
                text=repr("\n".join(lines)), many=self._different(lines)
            ),
        )  # fmt: skip
        self._legend(canvas)
        for column, (title, tagger) in enumerate(zip((_("forwards"), _("both ways")), self.taggers)):
            x = 14 + 372 * column
            canvas.label(x, 52, title, size=16, font="text", color=INK, anchor="start", bold=True)
            canvas.box(x, 66, 360, ROW * LINES + 10, fill="none", edge=EDGE, thick=1, radius=4)
            for row, (line, classes) in enumerate(zip(lines, self._tags(tagger, lines))):
                _line(canvas, x + 8, 84 + ROW * row, line, classes)
        return canvas

    def _tags(self, tagger: Tagging, lines: list[str]) -> list[list[int]]:
        """The classes of every line; a line without characters is not shown to the tagger."""
        some = [line for line in lines if line]
        found = iter(tagger(some) if some else [])
        return [[int(c) for c in next(found)][: len(line)] if line else [] for line in lines]

    def _different(self, lines: list[str]) -> int:
        one, other = (self._tags(tagger, lines) for tagger in self.taggers)
        return sum(a != b for rows in zip(one, other) for a, b in zip(*rows))

    def _legend(self, canvas: Canvas) -> None:
        x = 14.0
        for number, name in enumerate(self.classes):
            if name == "space":
                continue
            wide = 14 + 7.6 * len(name)
            tint = TINTS[(number - 1) % len(TINTS)]
            canvas.box(x, 12, wide, 20, fill=tint or FAINT, tint=0.45 if tint else 1, edge=None, radius=3)
            canvas.label(x + wide / 2, 22, name, size=13, font="text", color=INK if tint else MUTED)
            x += wide + 8


def shown(text: str, read: int) -> list[str]:
    """As much of a text as fits, as lines; of that, the first ``read`` characters."""
    text = "".join(c if c == "\n" or 32 <= ord(c) < 127 else "?" for c in text.expandtabs(4))
    lines = [line[i : i + WIDE] for line in text.split("\n") for i in range(0, max(1, len(line)), WIDE)][:LINES]
    return "\n".join(lines).rstrip("\n")[:read].split("\n")


def _line(canvas: Canvas, x: float, y: float, line: str, classes: list[int]) -> None:
    """Runs of one class are one rectangle."""
    place = 0
    for (number, blank), run in groupby(zip(line, classes), key=lambda one: (one[1], one[0] == " ")):
        many = len(list(run))
        tint = TINTS[(number - 1) % len(TINTS)] if number and not blank else None
        if tint:
            canvas.box(x + PITCH * place, y - 10, PITCH * many, 21, fill=tint, tint=0.45, edge=None, radius=0)
        place += many
    for i, char in enumerate(line):
        if char != " ":
            canvas.label(x + PITCH * (i + 0.5), y, char, size=13.5, font="code")


def highlighters(forwards: Tagging, both: Tagging, classes: Sequence[str], text: str = TEXT) -> Highlighters:
    """Type Python, see it highlighted by two taggers side by side; walk through it as it is typed.

    Args:
        forwards: gives each of some lines its classes, by a tagger that reads forwards.
        both: the same by one that reads in both directions.
        classes: the names of the classes.
        text: what stands there to begin with.
    """
    return Highlighters(forwards, both, classes, text)
