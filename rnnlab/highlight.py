"""Text with a background that says what class each character has, as HTML that is legible in light and dark themes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Any

from rnnlab import palette

TINTS = (None, palette.PURPLE, palette.SKY, palette.YELLOW, palette.LINE, palette.ORANGE, palette.GREEN, palette.BLUE)


class Coloured:
    """Lines of text, coloured, with a legend. In a terminal, a line of class numbers below each line of text."""

    def __init__(self, lines: Sequence[str], classes: Sequence[Any], names: Sequence[str], wrong: Any = None) -> None:
        self.lines, self.names = list(lines), list(names)
        self.classes = [[int(c) for c in row] for row in classes]
        self.wrong = [list(map(bool, row)) for row in wrong] if wrong is not None else [[False] * len(x) for x in lines]

    def __repr__(self) -> str:
        rows = [f"{line}\n{''.join(map(str, row[: len(line)]))}" for line, row in zip(self.lines, self.classes)]
        return "\n".join([*rows, ", ".join(f"{i} {name}" for i, name in enumerate(self.names))])

    def _repr_html_(self) -> str:
        body = "\n".join(self._line(*row) for row in zip(self.lines, self.classes, self.wrong))
        legend = " ".join(_span(name, i, False) for i, name in enumerate(self.names) if name != "space")
        card = f"background:{palette.CARD};color:{palette.INK};border:1px solid {palette.EDGE};border-radius:6px"
        style = f"{card};padding:.7em 1em;margin:0;line-height:1.55;font-size:13px;overflow-x:auto"
        return f'<pre style="{style}">{legend}\n\n{body}</pre>'

    def _line(self, line: str, classes: list[int], wrong: list[bool]) -> str:
        runs = groupby(zip(line, classes, wrong), key=lambda one: one[1:])
        return "".join(_span("".join(c for c, *_ in run), *key) for key, run in runs)


def _span(text: str, number: int, wrong: bool) -> str:
    tint = None if text.isspace() else TINTS[(number - 1) % len(TINTS)] if number else None
    style = f"background:{tint}73;" if tint else ""
    style += f"border-bottom:2px solid {palette.INK};" if wrong else ""
    return f'<span style="{style}color:{palette.INK}">{escape(text)}</span>' if style else escape(text)


def coloured(lines: Sequence[str], classes: Sequence[Any], names: Sequence[str], right: Any = None) -> Coloured:
    """Lines of text, each character on the colour of its class.

    Args:
        lines: M strings.
        classes: for each, a sequence of at least as many places in ``names``.
        names: the classes. The first two stay without colour.
        right: the right classes, shaped like ``classes``: characters that differ are underlined.
    """
    wrong = None if right is None else [[a != b for a, b in zip(*rows)] for rows in zip(classes, right)]
    return Coloured(lines, classes, names, wrong)
