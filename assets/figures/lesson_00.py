"""The figures of lesson 00: how a lesson works, and an array turned round."""

from __future__ import annotations

from rnnlab.palette import FAINT, INK, LINE, MUTED, ORANGE, SKY, WHITE
from rnnlab.svg import Box, Canvas

WIDE, TALL = 108, 92


def lesson_loop() -> Canvas:
    """Run, predict, write, check, and a hint on the way back."""
    canvas = Canvas(
        760,
        330,
        "How a lesson works",
        "Run, predict, write, check. A tick leads on to the next section, a cross to a hint and back to writing.",
    )
    row = 132
    run, predict, write, check = (
        station(canvas, 100 + 187 * i, row, name) for i, name in enumerate(("run", "predict", "write", "check"))
    )
    hint = station(canvas, 567.5, 264, "hint")
    play(canvas, run)
    canvas.label(predict.center[0], predict.y + 36, "?", size=38, font="text", bold=True)
    pencil(canvas, write)
    canvas.mark(check.center[0], check.y + 36, True, 34)
    bulb(canvas, hint)
    for a, b in ((run, predict), (predict, write), (write, check)):
        canvas.arrow(a.right, b.left, INK)
    (x, y), (x0, y0) = check.top, run.top
    canvas.arrow((x, y), (x0, y0), INK, through=[(x, y - 78), (x0, y0 - 78)])
    canvas.mark(x - 92, 22, True)
    canvas.arrow(check.bottom, hint.right, INK, through=[(check.bottom[0], hint.right[1])])
    canvas.mark(check.bottom[0] + 6, hint.right[1] - 14, False, 14)
    canvas.arrow(hint.left, write.bottom, INK, through=[(write.bottom[0], hint.left[1])])
    return canvas


def station(canvas: Canvas, x: float, y: float, name: str) -> Box:
    """One thing to do: a card with room for a symbol and its name below."""
    box = canvas.box(x - WIDE / 2, y - TALL / 2, WIDE, TALL, fill=FAINT, radius=12)
    canvas.label(x, y + 28, name, size=17, font="text")
    return box


def play(canvas: Canvas, at: Box) -> None:
    """A triangle: run it."""
    x, y = at.center[0], at.y + 36
    canvas.path(f"M{x - 11} {y - 16} L{x + 17} {y} L{x - 11} {y + 16} Z", fill=INK, edge=INK)


def pencil(canvas: Canvas, at: Box) -> None:
    """A pencil: write it."""
    x, y = at.center[0], at.y + 36
    canvas.path(f"M{x - 17} {y + 17} l4 -12 l20 -20 l8 8 l-20 20 Z m24 -36 l8 8", fill=ORANGE, edge=INK, thick=2)
    canvas.path(f"M{x - 17} {y + 17} l4 -12 l8 8 Z", fill=WHITE, edge=INK, thick=2)


def bulb(canvas: Canvas, at: Box) -> None:
    """A light bulb: a hint."""
    x, y = at.center[0], at.y + 30
    canvas.path(
        f"M{x - 7} {y + 12} c0 -7 -8 -9 -8 -18 a15 15 0 0 1 30 0 c0 9 -8 11 -8 18 Z", fill=ORANGE, edge=INK, thick=2
    )
    canvas.path(f"M{x - 6} {y + 18} h12 M{x - 4} {y + 23} h8", edge=INK, thick=2)


def time_major() -> Canvas:
    """Two sequences of three steps, turned round rightly and wrongly."""
    canvas = Canvas(
        760,
        330,
        "Transpose against reshape",
        "Two sequences, a and b. Transposed, step t holds a_t and b_t. Reshaped, a_2 comes to stand beside b_0.",
    )
    cells = [[f"{s}_{t}" for t in "012"] for s in "ab"]
    flat = [c for row in cells for c in row]
    start = table(canvas, 70, 130, cells, "N", "T")
    canvas.label(start.center[0], start.y + start.h + 26, "(N, T)", size=16, font="code")
    turned = [list(row) for row in zip(*cells, strict=True)]
    cut = [flat[i : i + 2] for i in range(0, 6, 2)]
    for y, rows, word, right in ((22, turned, "transpose", True), (182, cut, "reshape", False)):
        end = table(canvas, 500, y, rows, "T", "N", top=False)
        canvas.arrow((start.x + start.w + 16, 170), (468, end.center[1]), INK)
        canvas.label(340, 72 if right else 268, word, size=17, font="code")
        canvas.mark(end.x + end.w + 36, end.center[1] - 20, right, 24)
        canvas.label(end.x + end.w + 14, end.center[1] + 18, "(T, N)", size=16, font="code", anchor="start")
    return canvas


def table(
    canvas: Canvas, x: float, y: float, cells: list[list[str]], down: str, across: str, *, top: bool = True
) -> Box:
    """An array of labels, coloured by the sequence that they belong to, with its axes named."""
    wide, tall = 54, 42
    for i, row in enumerate(cells):
        for j, label in enumerate(row):
            at = x + j * wide, y + i * tall
            color = ORANGE if label[0] == "a" else SKY
            canvas.box(*at, wide, tall, label, fill=color, tint=0.5, edge=LINE, thick=1, radius=0)
    whole = Box(x, y, wide * len(cells[0]), tall * len(cells))
    canvas.box(whole.x, whole.y, whole.w, whole.h, fill="none", edge=INK, radius=2)
    canvas.label(x - 16, whole.center[1], down, size=17, color=MUTED)
    if top:
        canvas.label(whole.center[0], y - 16, across, size=17, color=MUTED)
    return whole


FIGURES = {"00_lesson_loop": lesson_loop, "00_time_major": time_major}
