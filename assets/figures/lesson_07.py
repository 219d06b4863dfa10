"""The figures of lesson 07: from states to a coloured text, and a unit that is held."""

from __future__ import annotations

from parts import cell, node

from rnnlab.palette import EDGE, FAINT, INK, LINE, MUTED, NEGATIVE, ORANGE, POSITIVE, W_HH, W_HY, W_XH
from rnnlab.svg import Box, Canvas

TEXT = "f('ab', x)"
INSIDE = (0, 0, 1, 1, 1, 0, 0, 0, 0, 0)
UNITS = (
    (-0.3, 0.2, -0.5, 0.6, 0.1, -0.4, 0.3, 0.5, -0.6, 0.2),
    (0.4, -0.6, 0.2, 0.3, -0.5, 0.5, -0.2, -0.3, 0.4, -0.5),
    (0.0, -0.1, 0.6, 0.8, 0.9, 0.2, 0.1, 0.0, -0.1, 0.0),
    (0.5, 0.4, -0.3, -0.6, 0.2, 0.6, -0.5, 0.1, 0.3, -0.4),
)
CELL = 40


def shade(canvas: Canvas, at: Box, value: float, **look) -> Box:
    """A cell in the colour of its value."""
    color = POSITIVE if value >= 0 else NEGATIVE
    style = {"fill": color, "tint": max(0.02, 0.9 * abs(value)), "edge": EDGE, "thick": 1, "radius": 0} | look
    return canvas.box(at.x, at.y, at.w, at.h, **style)


def looking() -> Canvas:
    """A text, the states after each character, one row of them laid over the text, and the mask beside it."""
    canvas = Canvas(
        760,
        392,
        "From states to a coloured text",
        "A text of ten characters, f('ab', x). Below it a table of states, a column for each character, a row for each "
        "unit. One row is framed; laid over the text it is orange where the string is open. Below, the mask of the "
        "string, 1 from the opening mark to the last letter.",
    )
    left = 190

    def at(i: int, y: float, tall: float = CELL) -> Box:
        return Box(left + CELL * i, y, CELL, tall)

    for i, char in enumerate(TEXT):
        canvas.label(left + CELL * (i + 0.5), 40, char, size=21, font="code")
        canvas.arrow((left + CELL * (i + 0.5), 56), (left + CELL * (i + 0.5), 78), W_XH, thick=1.6)
        for u, row in enumerate(UNITS):
            shade(canvas, at(i, 82 + 30 * u, 30), row[i])
    canvas.label(left - 16, 40, "x_t", size=19, anchor="end")
    canvas.label(left - 16, 142, "h_t", size=19, anchor="end")
    canvas.arrow((left + 4, 216), (left + 10 * CELL - 4, 216), W_HH, thick=2)
    canvas.label(left + 10 * CELL + 14, 216, "t", size=18, color=MUTED, anchor="start")
    canvas.box(left - 2, 140, 10 * CELL + 4, 34, fill="none", edge=INK, thick=2.5, radius=3)
    canvas.label(left + 10 * CELL + 14, 157, "u", size=19, anchor="start", bold=True)
    for i, char in enumerate(TEXT):
        shade(canvas, at(i, 248, 44), UNITS[2][i], edge=None)
        canvas.label(left + CELL * (i + 0.5), 270, char, size=21, font="code")
        canvas.box(left + CELL * i, 326, CELL, 34, fill=FAINT if INSIDE[i] else "none", edge=EDGE, thick=1, radius=0)
        canvas.label(left + CELL * (i + 0.5), 343, str(INSIDE[i]), size=18, color=INK if INSIDE[i] else MUTED)
    canvas.arrow(
        (left + 10 * CELL + 40, 157),
        (left + 10 * CELL + 12, 270),
        LINE,
        thick=2,
        through=[(left + 10 * CELL + 62, 250)],
    )
    canvas.label(left - 16, 270, "h_{t,u}", size=19, anchor="end")
    canvas.label(left - 16, 343, "mask", size=17, anchor="end", font="code")
    canvas.arrow((left + 5 * CELL, 322), (left + 5 * CELL, 296), LINE, thick=2)
    canvas.label(left + 5 * CELL + 14, 310, "r", size=19, anchor="start")
    return canvas


def held() -> Canvas:
    """Three steps; in each state one unit is overwritten before anything else reads it."""
    canvas = Canvas(
        760,
        330,
        "A unit that is held",
        "Three steps of an LSTM. After each step one unit of h is overwritten with a fixed value, in orange with a v. "
        "The next step and the readout are given the state after that.",
    )
    before, middle = (28, 190), 190
    for x, t in ((110, 1), (350, 2), (590, 3)):
        f = cell(canvas, x, middle, "f")
        x_t = node(canvas, x, 290, f"x_{t}")
        canvas.arrow(x_t.top, f.bottom, W_XH)
        canvas.arrow(before, (f.x, middle), W_HH)
        stack = Box(x + 58, middle - 54, 34, 108)
        for u in range(4):
            here = u == 2
            canvas.box(
                stack.x, stack.y + 27 * u, 34, 27, "v" if here else "", fill=ORANGE if here else FAINT, edge=LINE,
                thick=1.2, radius=2, size=17, bold=here,
            )  # fmt: skip
        canvas.arrow((f.x + f.w, middle), (stack.x, middle), INK, thick=2)
        canvas.label(stack.x + 17, stack.y + 124, f"h_{t}", size=19)
        y = node(canvas, stack.x + 17, 52, f"y_{t}")
        canvas.arrow((stack.x + 17, stack.y), y.bottom, W_HY)
        before = (stack.x + 34, middle)
    canvas.arrow(before, (750, middle), W_HH)
    return canvas


FIGURES = {"07_looking": looking, "07_held": held}
