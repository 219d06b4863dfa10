"""A small kit for drawing diagrams as SVG: boxes, arrows, loops, formulas, heat maps, on a card of its own.

A `Canvas` collects shapes and gives back one SVG string, always the same for the same calls. Everything that is put
down returns a `Box`, whose sides are where arrows begin and end. Positions are in pixels, y grows downwards.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape

from rnnlab import palette, richtext
from rnnlab.box import Box, Point

__all__ = ["Box", "Canvas", "Point", "number"]


class Canvas:
    """A picture of a given size. ``title`` is its name for a screen reader, ``about`` what there is to see."""

    def __init__(self, width: int, height: int, title: str, about: str = "") -> None:
        self.width, self.height, self.title, self.about = width, height, title, about
        self._parts: list[str] = []
        self._labels: list[tuple[str, Box]] = []

    # Shapes

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        label: str = "",
        *,
        fill: str = palette.WHITE,
        tint: float = 1.0,
        edge: str | None = palette.LINE,
        thick: float = 1.5,
        radius: float = 8,
        dashed: bool = False,
        ink: str = palette.INK,
        size: float = 20,
        font: str = "math",
        bold: bool = False,
        dim: float = 1.0,
    ) -> Box:
        """A rounded rectangle with a label in its middle. ``tint`` below 1 lets the card shine through the fill."""
        style = f'fill="{fill}"' + (f' fill-opacity="{_n(tint)}"' if tint < 1 else "")
        style += f' stroke="{edge}" stroke-width="{_n(thick)}"' if edge else ""
        style += ' stroke-dasharray="5 4"' if dashed else ""
        self._add(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="{_n(radius)}" {style}/>', dim)
        if label:
            self.label(x + w / 2, y + h / 2, label, size=size, color=ink, font=font, bold=bold, dim=dim)
        return Box(x, y, w, h)

    def label(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 20,
        color: str = palette.INK,
        anchor: str = "middle",
        font: str = "math",
        bold: bool = False,
        dim: float = 1.0,
    ) -> Box:
        """Text whose middle line is at ``y``; ``anchor`` says which part of it is at ``x``: start, middle or end."""
        wide = richtext.width(text, size, font) * (1.06 if bold else 1)
        start = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        style = "" if font == "text" else f'font-family="{richtext.FONTS[font]}" '
        style += f'font-size="{_n(size)}" fill="{color}"'
        style += f' text-anchor="{anchor}"' if anchor != "start" else ""
        style += ' font-weight="bold"' if bold else ""
        inner = richtext.tspans(text, size, font)
        self._add(f'<text x="{_n(x)}" y="{_n(y + 0.34 * size)}" {style}>{inner}</text>', dim)
        taken = Box(start, y - 0.45 * size, wide, 0.9 * size)
        self._labels.append((text, taken))
        return taken

    def code(self, x: float, y: float, text: str, colors: dict[str, str], *, size: float = 15) -> Box:
        """A line of code from ``x`` on, some of its words in colours of their own."""
        words = "|".join(re.escape(word) for word in colors)
        pieces = re.split(rf"\b({words})\b", text) if words else [text]
        inner = "".join(
            f'<tspan fill="{colors[p]}" font-weight="bold">{escape(p)}</tspan>' if p in colors else escape(p)
            for p in pieces
        )
        self._add(
            f'<text x="{_n(x)}" y="{_n(y + 0.34 * size)}" font-family="{richtext.FONTS["code"]}" '
            f'font-size="{_n(size)}" fill="{palette.INK}" style="white-space:pre">{inner}</text>'
        )
        taken = Box(x, y - 0.45 * size, richtext.width(text, size, "code"), 0.9 * size)
        self._labels.append((text, taken))
        return taken

    def line(
        self, a: Point, b: Point, color: str = palette.LINE, *, thick: float = 1.5, dashed: bool = False, dim: float = 1
    ) -> None:
        """A straight line without a head."""
        dash = ' stroke-dasharray="4 4"' if dashed else ""
        self._add(f'<path d="M{_p(a)} L{_p(b)}" fill="none" stroke="{color}" stroke-width="{_n(thick)}"{dash}/>', dim)

    def arrow(
        self,
        a: Point,
        b: Point,
        color: str = palette.INK,
        *,
        through: Sequence[Point] = (),
        thick: float = 2.5,
        dashed: bool = False,
        dim: float = 1.0,
    ) -> None:
        """An arrow from ``a`` to ``b``, straight, or a curve with one or two control points given as ``through``."""
        path = [a, *through, b]
        back = path[-2]
        head = 4.2 * thick**0.75
        angle = math.atan2(b[1] - back[1], b[0] - back[0])
        stop = (b[0] - 0.8 * head * math.cos(angle), b[1] - 0.8 * head * math.sin(angle))
        turns = [(math.cos(angle + s * 0.42), math.sin(angle + s * 0.42)) for s in (1, -1)]
        wings = [(b[0] - head * 1.1 * c, b[1] - head * 1.1 * s) for c, s in turns]
        verb = {0: "L", 1: "Q", 2: "C"}[len(through)]
        curve = f"M{_p(a)} {verb}{' '.join(_p(point) for point in [*through, stop])}"
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._add(
            f'<path d="{curve}" fill="none" stroke="{color}" stroke-width="{_n(thick)}"{dash}/>'
            f'<path d="M{_p(b)} L{_p(wings[0])} L{_p(wings[1])} Z" fill="{color}"/>',
            dim,
        )

    def loop(self, around: Box, color: str, *, side: str = "right", thick: float = 2.5, reach: float = 56) -> Point:
        """An arrow that leaves a box and comes back to it on the same side, "right" or "top".

        Returns the point of the loop that is furthest out, beside which a label may go.
        """
        (x, y), lift, far = around.right if side == "right" else around.top, 0.62 * around.h, 1.3 * reach
        near = 0.26 * around.h
        if side == "right":
            ends, turns, tip = (
                [(x, y - near), (x, y + near)],
                [(x + far, y - lift), (x + far, y + lift)],
                (x + reach, y),
            )
        else:
            ends, turns, tip = (
                [(x + near, y), (x - near, y)],
                [(x + lift, y - far), (x - lift, y - far)],
                (x, y - reach),
            )
        self.arrow(*ends, color, through=turns, thick=thick)
        return tip

    def mark(self, x: float, y: float, right: bool, size: float = 16) -> None:
        """A tick or a cross, with its middle at the point."""
        s = size / 2
        shape = f"M{_n(x - s)} {_n(y)} L{_n(x - s / 3)} {_n(y + s * 0.7)} L{_n(x + s)} {_n(y - s * 0.8)}"
        cross = f"M{_n(x - s * 0.8)} {_n(y - s * 0.8)} l{_n(s * 1.6)} {_n(s * 1.6)} m0 {_n(-s * 1.6)} "
        self.path(shape if right else cross + f"l{_n(-s * 1.6)} {_n(s * 1.6)}", edge=palette.INK, thick=size / 5.5)

    def path(
        self, d: str, *, fill: str = "none", edge: str | None = None, thick: float = 1.5, dim: float = 1.0
    ) -> None:
        """Any other shape, as SVG path data."""
        stroke = f' stroke="{edge}" stroke-width="{_n(thick)}" stroke-linejoin="round"' if edge else ""
        self._add(f'<path d="{d}" fill="{fill}"{stroke}/>', dim)

    # Arrays

    def heat(
        self,
        x: float,
        y: float,
        values: Sequence[Sequence[float]],
        *,
        cell: float = 34,
        tall: float | None = None,
        limit: float = 1.0,
        size: float = 13,
        edge: str = palette.LINE,
        thick: float = 1.5,
        numbers: bool = True,
        dim: float = 1.0,
    ) -> Box:
        """A matrix as coloured cells with their numbers: the stronger the colour, the further from zero."""
        tall = tall or cell
        self.box(x, y, cell * len(values[0]), tall * len(values), edge=None, radius=0, dim=dim)
        for i, row in enumerate(values):
            for j, value in enumerate(row):
                where = Box(x + j * cell, y + i * tall, cell, tall)
                self._heat_cell(where, float(value), limit, size if numbers else 0, dim)
        whole = Box(x, y, cell * len(values[0]), tall * len(values))
        self.box(whole.x, whole.y, whole.w, whole.h, fill="none", edge=edge, thick=thick, radius=3, dim=dim)
        return whole

    def _heat_cell(self, at: Box, value: float, limit: float, size: float, dim: float) -> None:
        color = palette.POSITIVE if value >= 0 else palette.NEGATIVE
        strength = min(1.0, abs(value) / limit) * 0.9
        self.box(at.x, at.y, at.w, at.h, fill=color, tint=strength, edge=palette.EDGE, thick=1, radius=0, dim=dim)
        if size:
            self.label(*at.center, number(value), size=size, font="text", dim=dim)

    # The whole

    def _add(self, shape: str, dim: float = 1.0) -> None:
        self._parts.append(f'<g opacity="{_n(dim)}">{shape}</g>' if dim < 1 else shape)

    def problems(self) -> list[str]:
        """Labels that leave the card or run into one another, by an estimate of their width."""
        page = Box(0, 0, self.width, self.height).grow(-4)
        found = [f"{text!r} leaves the card" for text, at in self._labels if not at.inside(page)]
        for i, (text, at) in enumerate(self._labels):
            found += [f"{text!r} runs into {other!r}" for other, there in self._labels[:i] if at.overlaps(there)]
        return found

    def svg(self) -> str:
        """The picture. It has a title, a description, and a card that is legible in light and in dark themes."""
        about = f"<desc>{escape(self.about)}</desc>" if self.about else ""
        spoken = escape(f"{self.title}. {self.about}".strip(), quote=True)
        size = f'viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}"'
        font = f'font-family="{richtext.FONTS["text"]}" style="max-width:100%;height:auto"'
        edge = f'width="{self.width - 1}" height="{self.height - 1}" rx="12" stroke="{palette.EDGE}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{spoken}" {font}>\n'
            f"<title>{escape(self.title)}</title>{about}\n"
            f'<rect x="0.5" y="0.5" {edge} fill="{palette.CARD}"/>\n' + "\n".join(self._parts) + "\n</svg>\n"
        )


def number(value: float) -> str:
    """A number for a cell: two decimals at most, no trailing zeros, and a real minus sign."""
    text = f"{value:.2f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text in ("-0", "") else text).replace("-", "\N{MINUS SIGN}")


def _n(value: float) -> str:
    text = f"{value:.1f}" if abs(value) >= 1 or value == 0 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _p(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"
