"""Text with a background that says how large a number is at each character, as HTML for light and dark themes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Any

import numpy as np

from rnnlab import palette

STEPS = 8


class Lit:
    """Texts with a number for each character, one below the other, each with its name above."""

    def __init__(self, rows: Sequence[tuple[str, str, Any]], limit: float) -> None:
        self.rows = [(name, text, np.asarray(values, dtype=float) / limit) for name, text, values in rows]
        self.limit = limit

    def __repr__(self) -> str:
        return "\n".join(f"{name}\n{text.rstrip()}" for name, text, _values in self.rows)

    def _repr_html_(self) -> str:
        body = "\n\n".join(self._row(*row) for row in self.rows)
        card = f"background:{palette.CARD};color:{palette.INK};border:1px solid {palette.EDGE};border-radius:6px"
        style = f"{card};padding:.7em 1em;margin:0;font:13px/1.5 monospace;overflow-x:auto"
        low, high = (f"{sign}{self.limit:.2g}" for sign in ("\N{MINUS SIGN}", "+"))
        legend = f"{_span(f' {low} ', -STEPS)}{_span(' 0 ', 0)}{_span(f' {high} ', STEPS)}"
        return f'<pre style="{style}">{legend}\n\n{body}</pre>'

    def _row(self, name: str, text: str, values: np.ndarray) -> str:
        levels = np.clip(np.round(STEPS * values), -STEPS, STEPS).astype(int)
        shown = [(" \n" if c == "\n" else c, level) for c, level in zip(text, levels)]
        runs = groupby(shown, key=lambda one: one[1])
        inner = "".join(_span("".join(c for c, _level in run), level) for level, run in runs)
        return f'<span style="color:{palette.MUTED}">{escape(name)}</span>\n{inner.rstrip()}'


def _span(text: str, level: int) -> str:
    """A run of characters of one colour; it must not run on over the end of a line."""
    if not level:
        return escape(text)
    color = palette.POSITIVE if level > 0 else palette.NEGATIVE
    strength = f"{round(230 * abs(level) / STEPS):02X}"
    lines = text.split("\n")
    spans = [
        f'<span style="background:{color}{strength};color:{palette.INK}">{escape(x)}</span>' if x else "" for x in lines
    ]
    return "\n".join(spans)


def lit(text: str, values: Any, limit: float = 1.0) -> Lit:
    """Text coloured by numbers: orange above zero, purple below, no colour at zero.

    Args:
        text: T characters.
        values: a number for each of them (T), or a dict from names to such arrays: then the text is shown for each.
        limit: the size that has the full colour.
    """
    named = values if isinstance(values, dict) else {"": values}
    return Lit([(name, text, numbers) for name, numbers in named.items()], limit)
