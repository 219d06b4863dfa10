"""Parts that several figures share: vectors, cells, the names of the weights, a network with its loop."""

from __future__ import annotations

from rnnlab.palette import FAINT, INK, MUTED, W_HH, W_HY, W_XH, WHITE
from rnnlab.svg import Box, Canvas

NODE, CELL = 40, 52


def node(canvas: Canvas, x: float, y: float, label: str, **look) -> Box:
    """A round vector, with its middle at the point."""
    style = {"fill": WHITE, "radius": NODE / 2, "size": 19} | look
    return canvas.box(x - NODE / 2, y - NODE / 2, NODE, NODE, label, **style)


def cell(canvas: Canvas, x: float, y: float, label: str = "f", **look) -> Box:
    """The square that computes a new state, with its middle at the point."""
    style = {"fill": FAINT, "edge": INK, "radius": 9, "size": 24} | look
    return canvas.box(x - CELL / 2, y - CELL / 2, CELL, CELL, label, **style)


def weight(canvas: Canvas, x: float, y: float, name: str, anchor: str = "middle", size: float = 18) -> None:
    """The name of a weight in its colour."""
    color = {"xh": W_XH, "hh": W_HH, "hy": W_HY}[name]
    canvas.label(x, y, f"W_{{{name}}}", size=size, color=color, anchor=anchor, bold=True)


def folded(canvas: Canvas, x: float, y: float, loop: bool = True) -> None:
    """The box with its input below and its output above, around the point; with a loop if it has a memory."""
    x_t, f, y_t = node(canvas, x, y + 106, "x_t"), cell(canvas, x, y), node(canvas, x, y - 106, "y_t")
    canvas.arrow(x_t.top, f.bottom, W_XH)
    canvas.arrow(f.top, y_t.bottom, W_HY)
    weight(canvas, x - 12, y + 56, "xh", "end")
    weight(canvas, x - 12, y - 56, "hy", "end")
    if loop:
        tip, _ = canvas.loop(f, W_HH)
        weight(canvas, tip + 10, y, "hh", "start")


def dots(canvas: Canvas, x: float, y: float) -> None:
    """Three dots for the steps that are not drawn."""
    for i in range(3):
        canvas.box(x + 7 * i - 1.5, y - 1.5, 3, 3, fill=MUTED, edge=None, radius=1.5)
