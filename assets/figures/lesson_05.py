"""The figures of lesson 05: a chain of Jacobians, two conditions, two ways to clip, a residual step."""

from __future__ import annotations

import math

from parts import cell, dots, node, weight

from rnnlab.palette import EDGE, INK, LINE, MUTED, ORANGE, PURPLE, W_HH, W_XH
from rnnlab.svg import Canvas

BACK = PURPLE
SIGMA, GAMMA, ALPHA = "\N{GREEK SMALL LETTER SIGMA}", "\N{GREEK SMALL LETTER GAMMA}", "\N{GREEK SMALL LETTER ALPHA}"


def chain() -> Canvas:
    """States forward; the gradient back, thinner with every Jacobian."""
    canvas = Canvas(
        760,
        270,
        "One Jacobian for every step back",
        "Five states. Solid arrows run forward through W_hh, inputs come from below. Dashed arrows run back from the "
        "last state, each through a Jacobian J, and get thinner with every step.",
    )
    middle, names = 116, ("h_1", "h_2", "h_{T-2}", "h_{T-1}", "h_T")
    places = (70, 216, 410, 556, 702)
    for i, (x, name) in enumerate(zip(places, names, strict=True)):
        cell(canvas, x, middle, name, size=20)
        x_t = node(canvas, x, 228, name.replace("h", "x"), size=17)
        canvas.arrow(x_t.top, (x, middle + 26), W_XH, thick=2)
        if not i:
            continue
        start, end = places[i - 1] + 26, x - 26
        thick = (0.8, 1.3, 2.4, 4.2)[i - 1]
        if i == 2:
            for y, color in ((middle - 10, W_HH), (middle + 12, BACK)):
                canvas.line(
                    (start, y), (start + 40, y), color, thick=2.5 if color == W_HH else thick, dashed=color == BACK
                )
                canvas.line((end - 40, y), (end, y), color, thick=2.5 if color == W_HH else thick, dashed=color == BACK)
            dots(canvas, (start + end) / 2 - 7, middle + 1)
            continue
        canvas.arrow((start, middle - 10), (end, middle - 10), W_HH)
        canvas.arrow((end, middle + 12), (start, middle + 12), BACK, dashed=True, thick=thick)
        weight(canvas, (start + end) / 2, middle - 30, "hh", size=15)
        jacobian = {1: "J_2", 3: "J_{T-1}", 4: "J_T"}[i]
        canvas.label((start + end) / 2, middle + 36, jacobian, size=18, bold=True)
    return canvas


def conditions() -> Canvas:
    """The line of sigma times gamma: sure to vanish below 1, either above."""
    canvas = Canvas(
        760,
        190,
        "What is sure and what is not",
        "A line for sigma times gamma, from 0 to 3. Below 1 the norm of the product is at most (sigma gamma) to the k, "
        "and goes to 0. Above 1 it may go to 0 or grow.",
    )
    left, right, y = 60, 700, 116
    one = left + (right - left) / 3
    canvas.box(left, y - 58, one - left, 58, fill=PURPLE, tint=0.35, edge=None, radius=0)
    canvas.box(one, y - 58, right - one, 58, fill=ORANGE, tint=0.22, edge=None, radius=0)
    for i in range(14):
        x = one + (right - one) * (i + 0.5) / 14
        canvas.line((x - 8, y - 4), (x + 8, y - 54), PURPLE, thick=5, dim=0.35)
    canvas.arrow((left, y), (right + 30, y), INK, thick=2)
    for value in range(4):
        x = left + (right - left) * value / 3
        canvas.line((x, y - 6), (x, y + 6), INK, thick=2)
        canvas.label(x, y + 22, str(value), size=17)
    canvas.label((left + one) / 2, y - 29, "\N{RIGHTWARDS ARROW} 0", size=24, bold=True)
    either = "\N{RIGHTWARDS ARROW} 0   ?   \N{RIGHTWARDS ARROW} \N{INFINITY}"
    canvas.box((one + right) / 2 - 84, y - 45, 168, 32, either, size=22, edge=None, tint=0.85, bold=True)
    canvas.label(right + 22, y - 24, f"{SIGMA} {GAMMA}", size=20, bold=True)
    product = "|J_T J_{T-1} \N{MIDLINE HORIZONTAL ELLIPSIS} J_{t+1}|  \N{LESS-THAN OR EQUAL TO}  "
    canvas.label(left, 30, product + f"({SIGMA} {GAMMA})^{{T-t}}", size=20, anchor="start")
    return canvas


def clip() -> Canvas:
    """A long gradient, clipped by norm and by value."""
    canvas = Canvas(
        760,
        300,
        "Two ways to clip",
        "On the left a long arrow is shortened to the edge of a circle and keeps its direction. On the right each of "
        "its two parts is cut at the edge of a square, and the arrow that is left points elsewhere.",
    )
    long = (196.0, 44.0)
    for x, name, kind in ((150, "clip_by_norm", "norm"), (530, "clip_by_value", "value")):
        y, limit = 200, 80
        canvas.line((x - 110, y), (x + 200, y), EDGE)
        canvas.line((x, y - 110), (x, y + 90), EDGE)
        if kind == "norm":
            canvas.path(
                f"M{x - limit} {y} a{limit} {limit} 0 1 0 {2 * limit} 0 a{limit} {limit} 0 1 0 {-2 * limit} 0",
                edge=MUTED,
                thick=1.5,
            )
            scale = limit / math.hypot(*long)
            short = (long[0] * scale, long[1] * scale)
        else:
            canvas.box(x - limit, y - limit, 2 * limit, 2 * limit, fill="none", edge=MUTED, radius=0)
            short = tuple(min(part, limit) for part in long)
        canvas.arrow((x, y), (x + long[0], y - long[1]), LINE, thick=2.5, dashed=True)
        canvas.arrow((x, y), (x + short[0], y - short[1]), ORANGE, thick=4)
        canvas.label(x + 40, 28, name, size=17, font="code")
        canvas.label(x + 186, y - 66, "g", size=20, color=MUTED)
    return canvas


def residual() -> Canvas:
    """A plain step and a residual one."""
    canvas = Canvas(
        760,
        270,
        "Replace the state, or add to it",
        "On the left the state goes through W_hh and tanh and comes out new. On the right it goes straight on along a "
        "line, and what tanh gives, times alpha, is added to it.",
    )
    for x, adds in ((30, False), (400, True)):
        y = 92 if adds else 150
        before = node(canvas, x + 26, y, "h_{t-1}", size=15)
        after = node(canvas, x + 304, y, "h_t")
        box = canvas.box(x + 122, 124, 92, 52, "tanh", size=20, radius=9)
        x_t = node(canvas, x + 168, 238, "x_t")
        canvas.arrow(x_t.top, box.bottom, W_XH)
        weight(canvas, x + 180, 200, "xh", "start", size=16)
        if not adds:
            canvas.arrow(before.right, box.left, W_HH)
            canvas.arrow(box.right, after.left, INK)
            weight(canvas, x + 84, y - 20, "hh", size=16)
            continue
        plus = node(canvas, x + 248, y, "+", size=24)
        canvas.arrow(before.right, plus.left, INK, thick=4)
        canvas.arrow(plus.right, after.left, INK, thick=4)
        canvas.arrow((x + 40, y + 16), box.left, W_HH, through=((x + 62, 150),))
        weight(canvas, x + 66, 168, "hh", size=16)
        canvas.arrow(box.right, plus.bottom, INK, through=((x + 248, 150),))
        canvas.label(x + 256, 138, ALPHA, size=20, anchor="start")
    return canvas


FIGURES = {
    "05_chain": chain,
    "05_conditions": conditions,
    "05_clip": clip,
    "05_residual": residual,
}
