"""Lesson 02: the five types of problem, each with an example that flows through it step by step."""

from __future__ import annotations

from dataclasses import dataclass

from rnnlab.messages import _
from rnnlab.palette import FAINT, INK, LINE, MUTED, ORANGE, W_HH, W_HY, W_XH, WHITE
from rnnlab.svg import Box, Canvas
from rnnlab.widgets.base import Choice, Slider, State, Widget

SIX = ("0006e300", "002fb000", "00bf2000", "01fd2000", "03fff700", "04fe8d70", "00cf5ca0", "0008ed50")
PICTURE, ZEROS = "picture", "zeros"
CELL, TALL = 38, 32


@dataclass(frozen=True)
class Example:
    """What goes in and what comes out at each step. None is nothing at all."""

    name: str
    reads: tuple[str | None, ...]
    writes: tuple[str | None, ...]
    shapes: tuple[str, str, str]
    handed: int = 0

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return len(self.reads)


EXAMPLES = (
    Example("one-to-one", ("58, 81, 159",), ("140",), ("(N, 3)", "(N, H)", "(N, 1)")),
    Example("one-to-many", (PICTURE, ZEROS, ZEROS, ZEROS), ("s", "i", "x", "."), ("(N, 64)", "(N, 4, H)", "(N, 4, V)")),
    Example("many-to-one", tuple("egipt"), (None,) * 4 + ("Polish",), ("(N, 5, V)", "(N, 5, H)", "(N, 10)")),
    Example(
        "aligned",
        tuple("if n>0:"),
        ("keyword", "keyword", "space", "name", "operator", "number", "operator"),
        ("(N, 7, V)", "(N, 7, H)", "(N, 7, 7)"),
    ),
    Example(
        "delayed",
        (*"7 mar", ">", *"03-07"),
        (None,) * 5 + tuple("03-07."),
        ("(N, 5, V)", "(N, 5+6, H)", "(N, 6, V)"),
        handed=5,
    ),
)


class ProblemTypes(Widget):
    """Choose a type; walk through an example of it. What is still to come is pale."""

    def __init__(self) -> None:
        options = tuple((f"{i} {example.name}", i) for i, example in enumerate(EXAMPLES, start=1))
        longest = max(example.steps for example in EXAMPLES)
        self.controls = (Choice("type", "", options, 2), Slider("t", "t", 1, longest, 2, plays=True))
        super().__init__()

    def draw(self, state: State) -> Canvas:
        """The unrolled network, the present step in full colour, and the shapes of its arrays."""
        example = EXAMPLES[state["type"] - 1]
        t = min(state["t"], example.steps)
        title = _("{name}, step {t} of {T}").format(name=example.name, t=t, T=example.steps)
        canvas = Canvas(760, 330, title, _about(example, t))
        pitch = min(110.0, 690 / example.steps)
        left = 380 - pitch * (example.steps - 1) / 2
        before: Box | None = None
        written: Box | None = None
        for i in range(1, example.steps + 1):
            step = Step(canvas, example, i, left + pitch * (i - 1), pitch, t)
            before, written = step.draw(before, written)
        _shapes(canvas, example)
        return canvas


def _about(example: Example, t: int) -> str:
    """What has gone in and come out so far, in words."""
    read = ", ".join(x for x in example.reads[:t] if x) or "-"
    wrote = ", ".join(y for y in example.writes[:t] if y) or "-"
    return _("read so far: {read}; written so far: {wrote}").format(read=read, wrote=wrote)


class Step:
    """One step of the unrolled network, its middle at ``x``."""

    def __init__(self, canvas: Canvas, example: Example, i: int, x: float, pitch: float, t: int) -> None:
        self.canvas, self.example, self.i, self.x, self.pitch, self.t = canvas, example, i, x, pitch, t
        self.dim = 1.0 if i == t else 0.6 if i < t else 0.25

    def draw(self, before: Box | None, written: Box | None) -> tuple[Box, Box | None]:
        """Draw it; the state box and the box of what was written come back."""
        live, canvas, example, x = self.i == self.t, self.canvas, self.example, self.x
        thick = 3.0 if live else 2.0
        alone = example.steps == 1
        handed = example.handed and self.i == example.handed and self.i <= self.t
        h = canvas.box(
            x - CELL / 2, 132, CELL, CELL, "h" if alone else f"h_{{{self.i}}}", fill=ORANGE if handed else FAINT,
            tint=0.6 if handed else 1, edge=INK, size=15, radius=8, thick=2.5 if live else 1.5, dim=self.dim,
        )  # fmt: skip
        if before is not None:
            canvas.arrow(before.right, h.left, W_HH, thick=thick, dim=self.dim)
        own = example.handed and self.i > example.handed + 1  # what it will have written itself
        given = self.given("" if own and self.i > self.t else example.reads[self.i - 1])
        canvas.arrow((x, given.y - 3), h.bottom, W_XH, thick=thick, dim=self.dim)
        if written is not None and own:
            a, b = written.right, (given.x, given.center[1])
            bend = [(a[0] + 16, a[1]), (b[0] - 22, b[1])]
            canvas.arrow(a, b, MUTED, through=bend, thick=1.5, dashed=True, dim=self.dim)
        return h, self.out(example.writes[self.i - 1], h, thick)

    def given(self, what: str | None) -> Box:
        """The input below; its box."""
        canvas, x, dim = self.canvas, self.x, self.dim
        if what == PICTURE:
            return _picture(canvas, x - 28, 216, dim)
        if what == ZEROS:
            return canvas.label(x, 236, "0", size=19, color=MUTED, dim=dim)
        wide = 132 if len(what or "") > 3 else min(34.0, self.pitch - 12)
        label = "\N{OPEN BOX}" if what == " " else what
        return canvas.box(x - wide / 2, 220, wide, TALL, label, font="code", size=15, edge=W_XH, radius=5, dim=dim)

    def out(self, what: str | None, h: Box, thick: float) -> Box | None:
        """The output above, once it has been said; its box."""
        if what is None:
            return None
        said, wide = self.i <= self.t, min(100.0, self.pitch - 10) if len(what) > 1 else 34.0
        size = 15 if len(what) < 4 else min(14.0, 1.6 * wide / len(what))
        box = self.canvas.box(
            self.x - wide / 2, 52, wide, TALL, what if said else "", font="text" if len(what) > 1 else "code",
            size=size, edge=W_HY, radius=5, dashed=not said, fill=WHITE, dim=self.dim,
        )  # fmt: skip
        self.canvas.arrow(h.top, box.bottom, W_HY, thick=thick, dim=self.dim)
        return box


def _picture(canvas: Canvas, x: float, y: float, dim: float) -> Box:
    """Eight by eight pixels of a handwritten six."""
    size = 7
    canvas.box(x, y, 8 * size, 8 * size, edge=LINE, radius=2, dim=dim)
    for i, line in enumerate(SIX):
        for j, dark in enumerate(line):
            if dark != "0":
                at = (x + j * size, y + i * size, size, size)
                canvas.box(*at, fill=INK, tint=int(dark, 16) / 15, edge=None, radius=0, dim=dim)
    return Box(x, y, 8 * size, 8 * size)


def _shapes(canvas: Canvas, example: Example) -> None:
    """The shapes of input, states and output, in a line below."""
    x, h, y = example.shapes
    colors = {"x": W_XH, "h": W_HH, "y": W_HY}
    for at, (name, shape) in zip((170, 380, 590), (("x", x), ("h", h), ("y", y)), strict=True):
        canvas.label(at - 56, 304, name, size=19, color=colors[name], bold=True)
        canvas.label(at - 40, 304, shape, size=15, font="code", anchor="start")


def problem_types() -> ProblemTypes:
    """The five types of problem. Choose one, and follow an example through it."""
    return ProblemTypes()
