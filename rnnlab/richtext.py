"""Labels with subscripts, as SVG ``tspan`` elements, and how wide they come out.

In a formula (``math``) single letters are italic and words such as ``tanh`` are upright, as in print. ``_`` and ``^``
take the next character or a group in braces: ``h_{t-1}``, ``W_{xh}``. Elsewhere text is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

FONTS = {
    "math": "'STIX Two Text', 'Times New Roman', 'Liberation Serif', Times, serif",
    "text": "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif",
    "code": "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace",
}
_TOKEN = re.compile(r"([_^])(?:\{([^}]*)\}|(.))|([A-Za-z]+)|([^A-Za-z_^]+)")
_NARROW, _WIDE = "fijlrtI.,:;'|!()[] ", "mwMW"
_SHIFT = {"_": 0.26, "^": -0.36}
_SMALL = 0.72


@dataclass(frozen=True)
class Run:
    """A piece of a label that is set in one way: its text, whether it is italic, and ``_``, ``^`` or nothing."""

    text: str
    italic: bool = False
    place: str = ""


def runs(label: str, font: str = "text") -> list[Run]:
    """A label cut into runs: only formulas have italics, subscripts and superscripts."""
    if font != "math":
        return [Run(label)]
    found = []
    for place, group, one, word, rest in _TOKEN.findall(label.replace("-", "\N{MINUS SIGN}")):
        if place:
            inner = group or one
            found += [Run(part, part.isalpha(), place) for part in re.findall(r"[A-Za-z]+|[^A-Za-z]+", inner)]
        else:
            found.append(Run(word or rest, italic=len(word) == 1))
    return found


def width(label: str, size: float, font: str = "text") -> float:
    """About how wide a label is, on the generous side: fonts differ from one machine to the next."""
    total = 0.0
    for run in runs(label, font):
        scale = size * (_SMALL if run.place else 1)
        total += scale * sum(_advance(c, font) for c in run.text)
    return total


def _advance(character: str, font: str) -> float:
    if font == "code":
        return 0.602
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.86
    wide = 0.7 if character.isupper() else 0.56
    return wide - (0.04 if font == "math" else 0.0)


def tspans(label: str, size: float, font: str = "text") -> str:
    """The inside of a ``text`` element."""
    parts = runs(label, font)
    if len(parts) == 1 and not parts[0].italic:
        return escape(parts[0].text)
    pieces, level = [], 0.0
    for run in parts:
        target = _SHIFT.get(run.place, 0.0) * size
        style = ' font-style="italic"' if run.italic else ""
        if run.place:
            style += f' font-size="{size * _SMALL:.1f}"'
        if target != level:
            style += f' dy="{target - level:.1f}"'
            level = target
        pieces.append(f"<tspan{style}>{escape(run.text)}</tspan>")
    return "".join(pieces)
