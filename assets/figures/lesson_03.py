"""The figures of lesson 03: predicting the next character."""

from __future__ import annotations

import numpy as np
from lesson_01 import cell, node, weight

from rnnlab.palette import EDGE, GREEN, INK, LINE, MUTED, ORANGE, SKY, W_HH, W_HY, W_XH
from rnnlab.svg import Box, Canvas

WORD = "hello"
LOGITS = np.array([[1.0, 2.2, -3.0, 4.1], [0.5, 0.3, -1.0, 1.2], [0.1, 0.5, 1.9, -1.1], [0.2, -1.5, -0.1, 2.2]])


def next_char() -> Canvas:
    """The word, read letter by letter; the target is the letter one place on."""
    canvas = Canvas(
        760,
        330,
        "The target is the input, one place on",
        "A recurrent network reads h, e, l, l. At each step its target is the next letter: e, l, l, o.",
    )
    state = node(canvas, 50, 180, "h_0")
    for i in range(4):
        x = 160 + 152 * i
        read = node(canvas, x, 286, WORD[i], font="code")
        f, said = cell(canvas, x, 180), node(canvas, x, 74, WORD[i + 1], font="code", edge=GREEN, thick=2.5)
        canvas.arrow(read.top, f.bottom, W_XH)
        canvas.arrow(state.right, f.left, W_HH)
        canvas.arrow(f.top, said.bottom, W_HY)
        before = ("c_1", "c_1 c_2", "c_1 c_2 c_3", "c_1 \u2026 c_4")[i]
        canvas.label(x, 32, f"p(c_{i + 2} | {before})", size=14)
        if i < 3:
            below = (x + 152 - 20, 286 - 8)
            canvas.arrow((said.x + said.w + 2, 84), below, LINE, thick=1.2, dashed=True)
        state = f
    for name, y in (("xh", 234), ("hy", 128)):
        weight(canvas, 148, y, name, "end", size=15)
    weight(canvas, 104, 164, "hh", size=15)
    return canvas


def hello() -> Canvas:
    """One-hot vectors below, logits above, the right one marked."""
    canvas = Canvas(
        760,
        420,
        "hello, by its numbers",
        "One-hot vectors of h, e, l, l go in; four logits come out at each step; those of e, l, l, o are marked.",
    )
    for y, rows in ((52, "helo"), (300, "helo")):
        for j, c in enumerate(rows):
            canvas.label(60, y + 14 + 26 * j, c, size=15, color=MUTED, font="code")
    before = None
    for i in range(4):
        x = 150 + 158 * i
        right = "helo".index(WORD[i + 1])
        given = canvas.heat(x - 26, 300, np.eye(4)[["helo".index(WORD[i])]].T, cell=52, tall=26, limit=1.4)
        logits = canvas.heat(x - 26, 52, LOGITS[i][:, None], cell=52, tall=26, limit=6.0)
        canvas.box(x - 29, 52 + 26 * right - 1, 58, 28, fill="none", edge=GREEN, thick=3, radius=4)
        f = cell(canvas, x, 230, f"h_{i + 1}", size=19)
        canvas.arrow(given.top, f.bottom, W_XH)
        canvas.arrow(f.top, logits.bottom, W_HY)
        canvas.arrow(before.right if before else (78, 230), f.left, W_HH)
        canvas.label(x, 30, WORD[i + 1], size=18, color=GREEN, font="code", bold=True)
        before = f
    canvas.label(60, 230, "h_0", size=19)
    canvas.label(30, 104, "z", size=19, color=MUTED)
    canvas.label(30, 352, "x", size=19, color=MUTED)
    return canvas


def streams() -> Canvas:
    """A text in two streams and a character more, cut every four characters, each row with its targets."""
    canvas = Canvas(
        760,
        400,
        "Two streams, batches of four",
        "25 characters: two streams of 12, and one that is only a target. Each batch has the next four characters of "
        "both streams as x, and below them y, one character on.",
    )
    size, colors = 27, (ORANGE, SKY, MUTED)
    text = "the cat sat on the mat. T"
    left = (760 - 25 * size) / 2
    owner = [colors[i // 12] for i in range(25)]
    for i, c in enumerate(text):
        letter(canvas, left + i * size, 40, c, owner[i], size)
    canvas.label(left + 25 * size + 8, 54, "L", size=17, color=MUTED, anchor="start")
    canvas.label(left + 24.5 * size, 84, "target only", size=14, color=MUTED)
    canvas.line((left + 12 * size, 32), (left + 12 * size, 76), INK, thick=2)
    for b in range(3):
        x = 150 + 190 * b
        for n in range(2):
            y, start = 176 + n * 92, 12 * n + 4 * b
            for t in range(4):
                letter(canvas, x + t * size, y, text[start + t], owner[start + t], size)
                letter(canvas, x + t * size, y + 36, text[start + t + 1], owner[start + t + 1], size)
            if b < 2:
                canvas.arrow((x + 4 * size + 8, y + size / 2), (x + 190 - 8, y + size / 2), W_HH)
        canvas.label(x + 2 * size, 146, f"b = {b}", size=16)
        canvas.box(x - 6, 168, 4 * size + 12, 92 + 36 + size + 16, fill="none", edge=EDGE, radius=6)
    for n in range(2):
        y = 176 + n * 92
        canvas.label(70, y + size / 2 + 18, f"n = {n}", size=16, color=MUTED)
        canvas.label(126, y + size / 2, "x", size=17)
        canvas.label(126, y + 36 + size / 2, "y", size=17)
    canvas.label(150 + 2 * size, 366, "T", size=17, color=MUTED)
    canvas.label(150 + 4 * size + 41, 174, "h", size=17, color=W_HH)
    canvas.arrow((left + 12 * size, 84), (left + 12 * size, 126), LINE, thick=2)
    return canvas


def letter(canvas: Canvas, x: float, y: float, c: str, color: str, size: float) -> Box:
    """One character in a cell; a space is shown as an open box."""
    return canvas.box(
        x,
        y,
        size,
        size,
        c if c != " " else "\N{OPEN BOX}",
        fill=color,
        tint=0.3,
        edge=EDGE,
        radius=0,
        size=16,
        font="code",
    )


FIGURES = {"03_next_char": next_char, "03_hello": hello, "03_streams": streams}
