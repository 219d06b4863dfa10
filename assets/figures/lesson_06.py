"""The figures of lesson 06: the LSTM's cell, the belt unrolled, the GRU."""

from __future__ import annotations

import itertools

from parts import dots, node

from rnnlab.palette import EDGE, FAINT, INK, MUTED, ORANGE, PURPLE, SKY, W_HH, W_XH
from rnnlab.svg import Box, Canvas

BACK = PURPLE
TIMES = "\N{MULTIPLICATION SIGN}"


def knot(canvas: Canvas, x: float, y: float, sign: str, **look) -> Box:
    """A small round place where two things meet: times or plus."""
    return canvas.box(x - 15, y - 15, 30, 30, sign, **({"radius": 15, "size": 20, "edge": INK} | look))


def gate(canvas: Canvas, x: float, y: float, name: str, squash: str, fill: str = FAINT) -> Box:
    """A gate: its name, and what squashes its sum."""
    made = canvas.box(x - 34, y - 24, 68, 48, "", fill=fill, tint=0.45 if fill != FAINT else 1, edge=INK)
    canvas.label(x, y - 8, name, size=21)
    canvas.label(x, y + 13, squash, size=14, color=MUTED)
    return made


def cell() -> Canvas:
    """One LSTM cell: the belt above, four gates below."""
    canvas = Canvas(
        760,
        400,
        "The cell of an LSTM",
        "Above, the belt: c_{t-1} is multiplied by f, then i times g is added, which gives c_t. Below, four boxes, f, "
        "i, g, o, each fed by x_t and h_{t-1}. c_t goes through tanh and is multiplied by o, which gives h_t.",
    )
    top, low = 72, 236
    canvas.box(96, 22, 560, 316, "", fill="none", edge=EDGE, radius=18, thick=2)
    forget, plus = knot(canvas, 190, top, TIMES), knot(canvas, 350, top, "+")
    write, show = knot(canvas, 350, 152, TIMES), knot(canvas, 560, 170, TIMES)
    canvas.arrow((36, top), forget.left, ORANGE, thick=5)
    canvas.arrow(forget.right, plus.left, ORANGE, thick=5)
    canvas.arrow(plus.right, (726, top), ORANGE, thick=5)
    for x, text in ((58, "c_{t-1}"), (704, "c_t")):
        canvas.label(x, top - 26, text, size=21)
    boxes = {
        name: gate(canvas, x, low, name, squash, fill)
        for name, x, squash, fill in (
            ("f", 190, "sigmoid", SKY),
            ("i", 300, "sigmoid", SKY),
            ("g", 400, "tanh", ORANGE),
            ("o", 510, "sigmoid", SKY),
        )
    }  # fmt: skip
    canvas.arrow(boxes["f"].top, forget.bottom, INK)
    canvas.arrow(boxes["i"].top, (340, 165), INK)
    canvas.arrow(boxes["g"].top, (360, 165), INK)
    canvas.arrow(write.top, plus.bottom, INK)
    canvas.arrow(boxes["o"].top, (548, 181), INK)
    squash = canvas.box(532, 106, 56, 30, "tanh", fill=FAINT, edge=INK, size=17, radius=15)
    canvas.arrow((560, top), squash.top, INK)
    canvas.arrow(squash.bottom, show.top, INK)
    canvas.arrow(show.right, (726, 170), W_HH, thick=3.5)
    canvas.label(704, 146, "h_t", size=21)
    canvas.line((36, 300), (510, 300), W_HH, thick=3)
    x_t = node(canvas, 245, 366, "x_t")
    canvas.line(x_t.top, (245, 312), W_XH, thick=2)
    for name in "figo":
        x = boxes[name].bottom[0]
        canvas.arrow((x - 7, 300), (x - 7, 262), W_HH, thick=2)
        canvas.arrow((x + 7, 312), (x + 7, 262), W_XH, thick=2)
    canvas.line((197, 312), (517, 312), W_XH, thick=2)
    canvas.label(58, 278, "h_{t-1}", size=21)
    canvas.label(282, 352, "W_{xh}", size=17, color=W_XH, bold=True, anchor="start")
    canvas.label(130, 322, "W_{hh}", size=17, color=W_HH, bold=True)
    return canvas


def belt() -> Canvas:
    """Three steps of the belt with the gradient going back, and three steps of a plain cell."""
    canvas = Canvas(
        760,
        330,
        "Two ways back",
        "Above, the belt of an LSTM: back from c_T to c_0 a gradient is multiplied by a forget gate at each step and "
        "by nothing else. Below, a plain cell: at each step it goes through the slope of tanh and through W_hh.",
    )
    for y, names, color, title in ((92, "c", ORANGE, "LSTM"), (240, "h", W_HH, "RNN")):
        canvas.label(40, y - 62, title, size=17, font="text", color=MUTED, anchor="start", bold=True)
        places = [90, 280, 470, 690]
        labels = ("0", "1", "2", "T")
        boxes = [
            canvas.box(x - 26, y - 22, 52, 44, f"{names}_{t}", fill=FAINT, edge=INK, size=20)
            for x, t in zip(places, labels, strict=True)
        ]
        for k, (one, other) in enumerate(itertools.pairwise(boxes)):
            a, b = one.right[0], other.left[0]
            middle = (a + b) / 2
            if k == 2:
                dots(canvas, middle - 8, y)
                continue
            canvas.arrow((a, y - 10), (b, y - 10), color, thick=4 if names == "c" else 3)
            canvas.arrow((b, y + 12), (a, y + 12), BACK, thick=2.5, dashed=True)
            if names == "c":
                canvas.label(middle, y - 32, f"{TIMES} f_{k + 1}", size=18)
                canvas.label(middle, y + 34, f"{TIMES} f_{k + 1}", size=18, color=INK)
            else:
                canvas.label(middle, y - 30, "tanh(W_{hh} h)", size=16)
                canvas.label(middle, y + 34, f"{TIMES} W_{{hh}} {TIMES} (1 - h_{k + 1}^2)", size=16)
    return canvas


def gru() -> Canvas:
    """One GRU cell: the state is mixed with a candidate."""
    canvas = Canvas(
        760,
        340,
        "The cell of a GRU",
        "One state. h_{t-1} is multiplied by z and goes on along the top; the candidate n is multiplied by 1 - z and "
        "added, which gives h_t. r multiplies what n hears of h_{t-1}.",
    )
    top, low = 76, 214
    canvas.box(96, 22, 560, 262, "", fill="none", edge=EDGE, radius=18, thick=2)
    keep, plus = knot(canvas, 330, top, TIMES), knot(canvas, 560, top, "+")
    reset, write = knot(canvas, 330, low, TIMES), knot(canvas, 560, 146, TIMES)
    canvas.arrow((36, top), keep.left, W_HH, thick=4)
    canvas.arrow(keep.right, plus.left, W_HH, thick=4)
    canvas.arrow(plus.right, (726, top), W_HH, thick=4)
    for x, text in ((58, "h_{t-1}"), (704, "h_t")):
        canvas.label(x, top - 26, text, size=21)
    z, r = gate(canvas, 240, 146, "z", "sigmoid", SKY), gate(canvas, 200, low, "r", "sigmoid", SKY)
    n = gate(canvas, 450, low, "n", "tanh", ORANGE)
    canvas.arrow(z.right, (322, 91), INK, through=[(318, 140)])
    canvas.arrow(r.right, reset.left, INK)
    canvas.arrow((330, 250), reset.bottom, W_HH, thick=2)
    canvas.label(330, 264, "W_{hh} h_{t-1} + b_h", size=16)
    canvas.arrow(reset.right, n.left, W_HH, thick=2.5)
    canvas.arrow(n.right, (560, 162), INK, through=[(560, low)])
    canvas.arrow(write.top, plus.bottom, INK)
    canvas.arrow(z.right, write.left, INK, through=[(420, 146)])
    canvas.label(492, 132, "1 - z", size=17)
    canvas.label(300, 112, "z", size=17)
    x_t = node(canvas, 450, 312, "x_t")
    canvas.arrow(x_t.top, n.bottom, W_XH)
    return canvas


FIGURES = {"06_cell": cell, "06_belt": belt, "06_gru": gru}
