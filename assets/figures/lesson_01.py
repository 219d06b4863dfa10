"""The figures of lesson 01: what a recurrent network is."""

from __future__ import annotations

import numpy as np
from parts import cell, dots, folded, node, weight

from rnnlab.palette import EDGE, INK, LINE, MUTED, W_HH, W_HY, W_XH
from rnnlab.svg import Box, Canvas


def memory() -> Canvas:
    """A network without memory against one with a loop."""
    canvas = Canvas(
        760,
        300,
        "A box without memory and a box with a loop",
        "Left: x_t goes into a box f and y_t comes out. Right: the same, and an arrow leaves the box and comes back.",
    )
    canvas.line((380, 36), (380, 264), EDGE)
    folded(canvas, 190, 150, loop=False)
    folded(canvas, 555, 150)
    canvas.label(622, 112, "h_{t-1}", size=19)
    return canvas


def unrolled() -> Canvas:
    """The loop, and the same thing with one box per step."""
    canvas = Canvas(
        760,
        300,
        "A recurrent network, folded and unrolled in time",
        "Left: a box f with a loop. Right: one box f per time step; every step has the same three weight matrices.",
    )
    middle = 150
    folded(canvas, 66, middle)
    canvas.label(207, middle, "=", size=30, color=MUTED)
    state = node(canvas, 246, middle, "h_0")
    for left, t in ((266, "1"), (406, "2"), (578, "T")):
        state = unrolled_step(canvas, left, middle, t, state if t != "T" else None)
        if t == "2":
            canvas.line(state.right, (left + 160, middle), W_HH, thick=2.5)
            dots(canvas, left + 166, middle)
    return canvas


def unrolled_step(canvas: Canvas, left: float, middle: float, t: str, state: Box | None) -> Box:
    """One step of the unrolled network, from the state before it to the state after it, which is returned."""
    f, x_t = cell(canvas, left + 66, middle), node(canvas, left + 66, middle + 106, f"x_{t}")
    h_t, y_t = node(canvas, left + 126, middle, f"h_{t}"), node(canvas, left + 126, middle - 106, f"y_{t}")
    canvas.arrow(state.right if state else (left + 14, middle), f.left, W_HH)
    canvas.arrow(f.right, h_t.left, INK, thick=2)
    canvas.arrow(x_t.top, f.bottom, W_XH)
    canvas.arrow(h_t.top, y_t.bottom, W_HY)
    weight(canvas, left + 18, middle - 18, "hh", size=15)
    weight(canvas, left + 57, middle + 56, "xh", "end", size=15)
    weight(canvas, left + 117, middle - 56, "hy", "end", size=15)
    return h_t


def one_matrix() -> Canvas:
    """Two matrices side by side times two vectors stacked."""
    canvas = Canvas(
        760,
        250,
        "Two products as one",
        "W_xh x_t plus W_hh h_t-1 equals one matrix, W_xh beside W_hh, times one vector, x_t above h_t-1.",
    )
    middle, unit = 116, 28

    def block(x: float, w: float, h: float, label: str, color: str, *, down: float = 0, matrix: bool = False) -> Box:
        look = {"ink": color if matrix else INK, "bold": matrix, "edge": color, "fill": color, "tint": 0.15}
        return canvas.box(x, middle - h / 2 + down, w, h, label, radius=4, **look)

    def dims(box: Box, across: str = "", down: str = "", side: int = -1) -> None:
        if across:
            canvas.label(box.center[0], box.y - 15, across, size=16, color=MUTED)
        if down:
            canvas.label((box.x if side < 0 else box.x + box.w) + 15 * side, box.center[1], down, size=16, color=MUTED)

    d, h = 2 * unit, 3 * unit
    for x, sign in ((204, "+"), (408, "=")):
        canvas.label(x, middle, sign, size=28, color=MUTED)
    dims(block(60, d, h, "W_{xh}", W_XH, matrix=True), "D", "H")
    dims(block(126, 50, d, "x_t", W_XH), "", "")
    dims(block(232, h, h, "W_{hh}", W_HH, matrix=True), "H")
    block(326, 50, h, "h_{t-1}", W_HH)
    dims(block(440, d, h, "W_{xh}", W_XH, matrix=True), "D")
    dims(block(440 + d, h, h, "W_{hh}", W_HH, matrix=True), "H")
    dims(block(602, 50, d, "x_t", W_XH, down=-1.5 * unit), "", "D", 1)
    dims(block(602, 50, h, "h_{t-1}", W_HH, down=unit), "", "H", 1)
    for x, text in ((510, "(H, D+H)"), (627, "(D+H)")):
        canvas.label(x, 216, text, size=15, color=MUTED, font="code")
    return canvas


def readout() -> Canvas:
    """An output at every step, or only after the last."""
    canvas = Canvas(
        760,
        260,
        "Outputs at every step, or only at the last",
        "Left: every state h_t gives an output y_t. Right: only the last state h_T gives an output y.",
    )
    canvas.line((380, 32), (380, 228), EDGE)
    for left, every in ((64, True), (444, False)):
        state = None
        for x, t in zip((left, left + 76, left + 152, left + 252), "123T", strict=True):
            x_t, h_t = node(canvas, x, 214, f"x_{t}"), cell(canvas, x, 130, f"h_{t}", size=20)
            canvas.arrow(x_t.top, h_t.bottom, W_XH)
            if state:
                canvas.arrow(state.right if t != "T" else (x - 44, 130), h_t.left, W_HH)
            if every or t == "T":
                canvas.arrow(h_t.top, node(canvas, x, 46, f"y_{t}" if every else "y").bottom, W_HY)
            state = h_t
        dots(canvas, left + 186, 130)
    return canvas


BY_HAND = {
    "x": np.array([[1.0], [0.0], [0.0]]),
    "W_xh": np.array([[1.0], [0.0]]),
    "W_hh": np.array([[0.5, 0.0], [1.0, 0.0]]),
    "b": np.array([0.0, 0.0]),
}


def by_hand() -> Canvas:
    """Three steps of two hidden units, with every number."""
    canvas = Canvas(
        760,
        420,
        "Three steps by hand",
        "Two hidden units, one input, x = 1, 0, 0. The first unit hears x and fades; the second repeats the first.",
    )
    W_xh, W_hh = BY_HAND["W_xh"], BY_HAND["W_hh"]
    for x, name, values in ((270, "xh", W_xh), (430, "hh", W_hh)):
        weight(canvas, x - 8, 52, name, "end", size=20)
        canvas.label(x + 10, 52, "=", size=20, color=MUTED)
        color = {"xh": W_XH, "hh": W_HH}[name]
        canvas.heat(x + 24, 24, values, cell=44, tall=28, edge=color, thick=2)
    h = np.zeros(2)
    state = column(canvas, 20, 132, h, "h_0")
    for i, x_t in enumerate(BY_HAND["x"]):
        h, state = by_hand_step(canvas, 88 + 226 * i, i + 1, x_t, h, state)
    return canvas


def column(canvas: Canvas, x: float, y: float, values: np.ndarray, name: str = "", edge: str = LINE) -> Box:
    """A vector as a column of numbers, with its name above."""
    box = canvas.heat(x, y, values[:, None], cell=46, tall=28, edge=edge, thick=1.5 if edge == LINE else 2)
    if name:
        canvas.label(x + 23, y - 17, name, size=19)
    return box


def by_hand_step(
    canvas: Canvas, left: float, t: int, x_t: np.ndarray, h: np.ndarray, state: Box
) -> tuple[np.ndarray, Box]:
    """One step: the two products, their sum, and tanh of it."""
    W_xh, W_hh = BY_HAND["W_xh"], BY_HAND["W_hh"]
    row, z = 250, W_xh @ x_t + W_hh @ h
    from_x, from_h = (
        column(canvas, left, row, W_xh @ x_t, edge=W_XH),
        column(canvas, left + 70, row, W_hh @ h, edge=W_HH),
    )
    total = column(canvas, left + 140, row, z)
    for x, sign in ((left + 58, "+"), (left + 128, "=")):
        canvas.label(x, row + 28, sign, size=20, color=MUTED)
    given = canvas.heat(left, 358, x_t[:, None], cell=46, tall=28)
    canvas.label(left + 60, 372, f"x_{t}", size=19, anchor="start")
    after = column(canvas, left + 140, 132, np.tanh(z), f"h_{t}")
    canvas.arrow(given.top, from_x.bottom, W_XH)
    canvas.arrow(total.top, after.bottom, INK, thick=2)
    canvas.label(left + 155, 220, "tanh", size=16, color=MUTED, anchor="end")
    over, y = from_h.top[0], state.right[1]
    canvas.arrow(state.right, from_h.top, W_HH, through=[(over, y), (over, y + 30)])
    return np.tanh(z), after


def shapes() -> Canvas:
    """The arrays of a mini-batch: sequences above, one step below."""
    canvas = Canvas(
        760,
        372,
        "Four shapes",
        "Above: sequences (N, T, D) become states (N, T, H). Below: one step (N, 1, D) gives one state (N, H).",
    )
    T, t, D, H, size = 5, 3, 2, 3, 26
    for left, rows, color, top, whole, one in (
        (96, D, W_XH, 88, "(N, T, D)", "(N, 1, D)"),
        (496, H, W_HH, 75, "(N, T, H)", "(N, H)"),
    ):
        above = stack(canvas, left, top, T, rows, {t: color})
        below = stack(canvas, left + size * t, top + 166, 1, rows, {0: color})
        for x in (below.x, below.x + size):
            canvas.line((x, above.y + above.h + 3), (x, below.y - 3 if x == below.x else below.y - 24), dashed=True)
        down = whole[-2]
        sheet_axes(canvas, above, down, "T")
        sheet_axes(canvas, below, down)
        canvas.label(above.center[0] + 11, 28, whole, size=17, font="code")
        canvas.label(below.center[0] + 11, 347, one, size=17, font="code")
    for y in (114, 280):
        f = cell(canvas, 380, y)
        canvas.arrow((300, y), f.left, W_XH)
        canvas.arrow(f.right, (460, y), INK, thick=2)
        weight(canvas, 326, y - 18, "xh", size=16)
        if y == 114:
            canvas.loop(f, W_HH, side="top", reach=44)
        else:
            canvas.arrow((380, 222), f.top, W_HH)
            canvas.label(380, 207, "h_{t-1}", size=18)
        weight(canvas, 408 if y == 114 else 392, y - 50 if y == 114 else 240, "hh", "start", size=16)
    return canvas


def stack(canvas: Canvas, x: float, y: float, columns: int, rows: int, live: dict[int, str]) -> Box:
    """Three sheets of cells, one behind the other, some columns of them in colour; the front one is at the point."""
    size, shift, sheets = 26, 11, 3
    for n in reversed(range(sheets)):
        left, top = x + n * shift, y - n * shift
        for i in range(rows):
            for j in range(columns):
                at = left + j * size, top + i * size
                canvas.box(*at, size, size, edge=LINE, thick=1, radius=0)
                if j in live:
                    canvas.box(*at, size, size, fill=live[j], tint=0.35, edge=None, radius=0)
        canvas.box(left, top, size * columns, size * rows, fill="none", edge=INK, thick=1.3, radius=2)
    return Box(x, y, size * columns, size * rows)


def sheet_axes(canvas: Canvas, front: Box, down: str, across: str = "") -> None:
    """The names of the axes of a stack: down and across its front sheet, and N from sheet to sheet."""
    look = {"size": 16, "color": MUTED}
    canvas.label(front.x - 14, front.center[1], down, **look)
    canvas.label(front.x + front.w + 19, front.y + front.h + 1, "N", **look)
    if across:
        canvas.label(front.x + 39, front.y + front.h + 15, across, **look)


FIGURES = {
    "01_memory": memory,
    "01_unrolled": unrolled,
    "01_one_matrix": one_matrix,
    "01_readout": readout,
    "01_shapes": shapes,
    "01_by_hand": by_hand,
}
