"""The figures of lesson 02: when something comes in, and when something goes out."""

from __future__ import annotations

from lesson_01 import dots, weight

from rnnlab.palette import EDGE, FAINT, INK, LINE, MUTED, ORANGE, W_HH, W_HY, W_XH, WHITE
from rnnlab.svg import Box, Canvas

SIDE = 24


def small(canvas: Canvas, x: float, y: float, label: str = "", edge: str = LINE, **look) -> Box:
    """A small square with its middle at the point."""
    style = {"fill": WHITE, "radius": 6, "size": 15, "edge": edge} | look
    return canvas.box(x - SIDE / 2, y - SIDE / 2, SIDE, SIDE, label, **style)


def row(canvas: Canvas, left: float, y: float, reads: str, writes: str, pitch: float = 34) -> None:
    """An unrolled network: a step for each letter of ``reads`` and ``writes``, in which ``x`` and ``y`` are arrows."""
    cells = [small(canvas, left + pitch * i, y, fill=FAINT, edge=INK) for i in range(len(reads))]
    for i, cell in enumerate(cells):
        if i:
            canvas.arrow(cells[i - 1].right, cell.left, W_HH, thick=2)
        if reads[i] == "x":
            canvas.arrow(small(canvas, cell.center[0], y + 62, edge=W_XH, thick=2).top, cell.bottom, W_XH, thick=2)
        if writes[i] == "y":
            canvas.arrow(cell.top, small(canvas, cell.center[0], y - 62, edge=W_HY, thick=2).bottom, W_HY, thick=2)


def types() -> Canvas:
    """The five types, side by side."""
    canvas = Canvas(
        760,
        230,
        "Five types",
        "1: one in, one out. 2: one in, four out. 3: four in, one out. 4: four in, four out. 5: three in, then three "
        "out.",
    )
    plans = (  # where it begins, the steps with an input, the steps with an output
        (32, "x", "y"), (87, "x...", "yyyy"), (244, "xxxx", "...y"), (401, "xxxx", "yyyy"), (558, "xxx...", "...yyy"),
    )  # fmt: skip
    for number, (left, reads, writes) in enumerate(plans, start=1):
        row(canvas, left, 110, reads, writes)
        canvas.label(left + 17 * (len(reads) - 1), 212, str(number), size=20, bold=True)
        if number > 1:
            canvas.line((left - 28, 24), (left - 28, 196), EDGE)
    return canvas


def one_to_many() -> Canvas:
    """A picture in at the first step, letters out at every one."""
    canvas = Canvas(
        760,
        290,
        "A picture goes in once, letters come out",
        "The picture of a six goes into the first step, zeros into the others. Out come s, i, x and the end mark.",
    )
    state = canvas.label(120, 140, "h_0 = 0", size=18)
    before = (state.x + state.w + 6, 140)
    for i, letter in enumerate(("s", "i", "x", ".")):
        x = 232 + 132 * i
        cell = canvas.box(x - 26, 114, 52, 52, f"h_{i + 1}", fill=FAINT, edge=INK, radius=9, size=20)
        canvas.arrow(before, cell.left, W_HH)
        out = canvas.box(x - 20, 24, 40, 40, letter, font="code", size=19)
        canvas.arrow(cell.top, out.bottom, W_HY)
        given = picture(canvas, x - 32, 206) if i == 0 else canvas.label(x, 238, "0", size=22, color=MUTED)
        canvas.arrow((x, given.y - 4), cell.bottom, W_XH, dim=1 if i == 0 else 0.35)
        before = cell.right
    weight(canvas, 222, 186, "xh", "end", 17)
    weight(canvas, 298, 124, "hh", size=17)
    weight(canvas, 222, 88, "hy", "end", 17)
    return canvas


SIX = ("0006e300", "002fb000", "00bf2000", "01fd2000", "03fff700", "04fe8d70", "00cf5ca0", "0008ed50")


def picture(canvas: Canvas, x: float, y: float, size: float = 8) -> Box:
    """Eight by eight pixels of a handwritten six."""
    canvas.box(x, y, 8 * size, 8 * size, edge=LINE, radius=2)
    for i, line in enumerate(SIX):
        for j, dark in enumerate(line):
            if dark != "0":
                at = (x + j * size, y + i * size, size, size)
                canvas.box(*at, fill=INK, tint=int(dark, 16) / 15, edge=None, radius=0)
    return Box(x, y, 8 * size, 8 * size)


def padding() -> Canvas:
    """Two sequences of unequal length in one batch."""
    canvas = Canvas(
        760,
        230,
        "A padded batch",
        "First row: p, e, r, u and four steps of padding. Second row: k, i, r, i, b, a, t, i. Marked: the states at "
        "index 3 of the first and 7 of the second.",
    )
    for n, (word, y) in enumerate((("peru", 62), ("kiribati", 158))):
        canvas.label(34, y, f"h[{n}]", size=15, font="code", anchor="start")
        before = None
        for t in range(8):
            x, real = 128 + 78 * t, t < len(word)
            last = t == len(word) - 1
            cell = canvas.box(
                x - 18, y - 18, 36, 36, fill=ORANGE if last else FAINT, tint=0.75 if last else 1,
                edge=INK if real else LINE, dashed=not real, radius=8, thick=2.5 if last else 1.5,
            )  # fmt: skip
            if before:
                canvas.arrow(before, cell.left, W_HH, thick=2, dim=1 if real else 0.35)
            canvas.label(x, y + 34, word[t] if real else "0", size=15, font="code", color=INK if real else MUTED)
            before = cell.right
    for t in range(8):
        canvas.label(128 + 78 * t, 218, str(t), size=13, font="code", color=MUTED)
    canvas.label(34, 218, "t", size=16, color=MUTED, anchor="start")
    return canvas


def delayed() -> Canvas:
    """An encoder and a decoder under teacher forcing."""
    canvas = Canvas(
        760,
        270,
        "Encoder and decoder",
        "The encoder reads 7, m, a, r and so on. Its last state c goes to the decoder, which reads >, 2, 0 and writes "
        "2, 0, 2.",
    )
    before = None
    for i, sign in enumerate("7 mar"):
        x = 48 + 62 * i
        cell = small(canvas, x, 140, fill=FAINT, edge=INK)
        shown = small(canvas, x, 214, sign if sign != " " else "", font="code")
        canvas.arrow(shown.top, cell.bottom, W_XH, thick=2)
        if before:
            canvas.arrow(before, cell.left, W_HH, thick=2)
        before = cell.right
    dots(canvas, before[0] + 10, 140)
    summary = canvas.box(366, 122, 36, 36, "c", edge=INK, fill=ORANGE, tint=0.75, radius=18, size=19)
    canvas.arrow((before[0] + 34, 140), summary.left, W_HH, thick=2)
    before = summary.right
    outs = []
    for i, (given, written) in enumerate(zip(">202", "2024", strict=True)):
        x = 462 + 74 * i
        cell = small(canvas, x, 140, fill=FAINT, edge=INK)
        out = small(canvas, x, 56, written, font="code")
        shown = small(canvas, x, 214, given, font="code")
        canvas.arrow(shown.top, cell.bottom, W_XH, thick=2)
        canvas.arrow(cell.top, out.bottom, W_HY, thick=2)
        canvas.arrow(before, cell.left, W_HH, thick=2)
        if outs:
            a, b = outs[-1].right, shown.left
            canvas.arrow(a, b, MUTED, through=[(a[0] + 30, a[1]), (b[0] - 30, b[1])], thick=1.5, dashed=True)
        outs.append(out)
        before = cell.right
    dots(canvas, before[0] + 12, 140)
    return canvas


FIGURES = {
    "02_types": types,
    "02_one_to_many": one_to_many,
    "02_padding": padding,
    "02_delayed": delayed,
}
