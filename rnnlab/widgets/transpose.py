"""Lesson 00: where each sequence lands when a batch is turned to time first."""

from __future__ import annotations

from rnnlab.palette import EDGE, INK, LINE, MUTED, SEQUENCES
from rnnlab.svg import Box, Canvas
from rnnlab.widgets.base import Choice, Slider, State, Widget

N, T = 3, 4
WIDE, TALL = 58, 44


class TransposeOrReshape(Widget):
    """A batch of three sequences, transposed or reshaped, and what a model is given at one step."""

    controls = (
        Choice("way", "x", (("transpose", "transpose"), ("reshape", "reshape")), "transpose"),
        Slider("t", "t", 0, T - 1, 1),
    )

    def draw(self, state: State) -> Canvas:
        """The array before and after, with row t of the result marked in both."""
        cells = [(n, t) for n in range(N) for t in range(T)]
        if state["way"] == "transpose":
            cells = [(n, t) for t in range(T) for n in range(N)]
        given = cells[state["t"] * N : state["t"] * N + N]
        names = ", ".join(_name(n, t).replace("_", "") for n, t in given)
        canvas = Canvas(
            760,
            270,
            f"(N, T) to (T, N) by {state['way']}",
            f"{N} sequences a, b, c of {T} steps. Step t = {state['t']} of the result holds {names}.",
        )
        before = Box(70, 62, T * WIDE, N * TALL)
        after = Box(500, 40, N * WIDE, T * TALL)
        self._array(canvas, before, [(n, t) for n in range(N) for t in range(T)], T, given)
        self._array(canvas, after, cells, N, given)
        _axes(canvas, before, "N", "T", "x (N, T)")
        _axes(canvas, after, "T", "N", "out (T, N)")
        canvas.arrow((before.x + before.w + 24, 128), (after.x - 44, 128), INK)
        canvas.label(380, 106, state["way"], size=17, font="code")
        y = after.y + (state["t"] + 0.5) * TALL
        canvas.label(after.x + after.w + 14, y, f"out[{state['t']}]", size=15, font="code", anchor="start")
        return canvas

    def _array(self, canvas: Canvas, at: Box, cells: list, columns: int, given: list) -> None:
        for i, (n, t) in enumerate(cells):
            x, y = at.x + i % columns * WIDE, at.y + i // columns * TALL
            live = (n, t) in given
            canvas.box(x, y, WIDE, TALL, edge=None, radius=0)
            canvas.box(
                x, y, WIDE, TALL, _name(n, t), fill=SEQUENCES[n], tint=0.75 if live else 0.28, edge=EDGE, radius=0
            )
        canvas.box(at.x, at.y, at.w, at.h, fill="none", edge=LINE, radius=2)
        for i, cell in enumerate(cells):
            if cell in given:
                x, y = at.x + i % columns * WIDE, at.y + i // columns * TALL
                canvas.box(x, y, WIDE, TALL, fill="none", edge=INK, thick=2.5, radius=2)


def _name(n: int, t: int) -> str:
    return f"{'abc'[n]}_{t}"


def _axes(canvas: Canvas, at: Box, down: str, across: str, shape: str) -> None:
    canvas.label(at.x - 18, at.center[1], down, size=17, color=MUTED)
    canvas.label(at.center[0], at.y - 17, across, size=17, color=MUTED)
    canvas.label(at.center[0], 246, shape, size=15, font="code")


def transpose_or_reshape() -> TransposeOrReshape:
    """A batch turned to time first, by transposing or by reshaping. Choose, and follow one sequence."""
    return TransposeOrReshape()
