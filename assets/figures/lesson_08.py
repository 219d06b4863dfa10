"""The figures of lesson 08: two directions, the turning of padded rows, a stack, a stack in two directions."""

from __future__ import annotations

import itertools

from parts import node

from rnnlab.palette import EDGE, FAINT, INK, MUTED, ORANGE, SKY, W_HH, W_HY, W_XH
from rnnlab.svg import Box, Canvas

STEPS = ("f", "o", "r", "m", "(")


def unit(canvas: Canvas, x: float, y: float, label: str, fill: str = SKY, wide: float = 54) -> Box:
    """A state, with its middle at the point."""
    return canvas.box(x - wide / 2, y - 20, wide, 40, label, fill=fill, tint=0.3, edge=INK, size=18, radius=8)


def row(canvas: Canvas, places: list[float], y: float, label: str, fill: str, back: bool = False) -> list[Box]:
    """A row of states with the arrows of time between them."""
    boxes = [unit(canvas, x, y, label, fill) for x in places]
    for one, other in itertools.pairwise(boxes):
        if back:
            canvas.arrow(other.left, one.right, W_HH)
        else:
            canvas.arrow(one.right, other.left, W_HH)
    return boxes


def both() -> Canvas:
    """Two rows of states over one row of inputs."""
    canvas = Canvas(
        760,
        390,
        "Two directions",
        "Five inputs, the characters f, o, r, m and an opening bracket. Each goes into two states: one of a row whose "
        "arrows run to the right, one of a row whose arrows run to the left. Each output reads both states of its "
        "step.",
    )
    places = [110 + 135 * i for i in range(5)]
    row(canvas, [x - 30 for x in places], 240, "h", SKY)
    row(canvas, [x + 30 for x in places], 150, "h", ORANGE, back=True)
    for x, char in zip(places, STEPS):
        node(canvas, x, 336, char)
        node(canvas, x, 46, "y")
        canvas.arrow((x - 12, 320), (x - 24, 262), W_XH)
        canvas.arrow((x + 12, 320), (x + 36, 172), W_XH)
        canvas.arrow((x - 36, 218), (x - 12, 64), W_HY)
        canvas.arrow((x + 24, 128), (x + 12, 64), W_HY)
    return canvas


def turned() -> Canvas:
    """A padded batch, turned plainly and turned within the lengths."""
    canvas = Canvas(
        760,
        230,
        "Turning padded rows",
        "Three rows of 5, 3 and 2 letters, filled up with dots. Turned whole, the short rows begin with dots. Turned "
        "within their lengths, every row begins with its last letter and the dots stay at the end.",
    )
    rows = ("abcde", "fgh", "ij")
    whole = [row.ljust(5, ".")[::-1] for row in rows]
    within = [row[::-1].ljust(5, ".") for row in rows]
    for x, title, shown, good in (
        (20, "x", [r.ljust(5, ".") for r in rows], None),
        (275, "x[:, ::-1]", whole, False),
        (530, "reverse_padded", within, True),
    ):
        canvas.label(x, 30, title, size=16, font="code", anchor="start")
        if good is not None:
            canvas.mark(x + 206, 120, good, size=20)
        for i, letters in enumerate(shown):
            for j, letter in enumerate(letters):
                padding = letter == "."
                canvas.box(
                    x + 38 * j, 54 + 50 * i, 34, 40, "" if padding else letter, size=20,
                    fill=FAINT if padding else SKY, tint=1 if padding else 0.3, edge=EDGE if padding else INK, radius=5,
                )  # fmt: skip
                if padding:
                    canvas.label(x + 38 * j + 17, 74 + 50 * i, "0", size=16, color=MUTED)
    return canvas


def stack() -> Canvas:
    """Three layers over four steps."""
    canvas = Canvas(
        760,
        400,
        "A stack",
        "Four inputs below, three rows of states above them, outputs on top. Arrows run to the right in each row, and "
        "from each state up to the state above it. The last states of the three rows are h_T.",
    )
    places = [130 + 140 * i for i in range(4)]
    rows = [row(canvas, places, y, "h", SKY) for y in (270, 190, 110)]
    for i, x in enumerate(places):
        x_t, y_t = node(canvas, x, 350, f"x_{i}"), node(canvas, x, 36, f"y_{i}")
        canvas.arrow(x_t.top, rows[0][i].bottom, W_XH)
        for low, high in itertools.pairwise(rows):
            canvas.arrow(low[i].top, high[i].bottom, W_XH)
        canvas.arrow(rows[2][i].top, y_t.bottom, W_HY)
    for boxes, name in zip(rows, ("h_T[0]", "h_T[1]", "h_T[2]")):
        canvas.arrow(boxes[-1].right, (640, boxes[-1].right[1]), W_HH)
        canvas.label(650, boxes[-1].right[1], name, size=17, font="code", anchor="start")
    return canvas


def pairs() -> Canvas:
    """Two layers, each in two directions; the second reads both."""
    canvas = Canvas(
        760,
        420,
        "Two layers, two directions",
        "Below, inputs. Above, a pair of rows, forwards and backwards; their states joined are the inputs of a second "
        "pair. Beside the four rows stand the places of their last states: 0, 1, 2, 3.",
    )
    places = [180 + 190 * i for i in range(3)]
    heights = ((300, SKY, False, "0"), (244, ORANGE, True, "1"), (150, SKY, False, "2"), (94, ORANGE, True, "3"))
    for y, fill, back, place in heights:
        boxes = row(canvas, [x + (34 if back else -34) for x in places], y, "h", fill, back)
        end = boxes[0].left if back else boxes[-1].right
        tip = (end[0] - (88 if back else -88), end[1])
        canvas.arrow(end, tip, W_HH)
        canvas.label(
            tip[0] - 8 if back else tip[0] + 8, y, f"h_T[{place}]", size=17, font="code",
            anchor="end" if back else "start",
        )  # fmt: skip
    for i, x in enumerate(places):
        node(canvas, x, 384, f"x_{i}")
        low = canvas.box(x - 66, 187, 132, 18, "2H", fill=FAINT, edge=INK, size=14, radius=6)
        top = canvas.box(x - 66, 32, 132, 18, "2H", fill=FAINT, edge=INK, size=14, radius=6)
        canvas.arrow((x - 12, 366), (x - 30, 322), W_XH)
        canvas.arrow((x + 12, 366), (x + 38, 266), W_XH)
        for base, joined in ((300, low), (150, top)):
            below = joined.bottom[1]
            canvas.arrow((x - 50, base - 20), (x - 50, below), INK)
            canvas.arrow((x + 34, base - 76), (x + 34, below), INK)
        canvas.arrow((x - 24, 187), (x - 24, 172), W_XH)
        canvas.arrow((x + 24, 187), (x + 24, 116), W_XH)
    return canvas


FIGURES = {"08_both": both, "08_turned": turned, "08_stack": stack, "08_pairs": pairs}
