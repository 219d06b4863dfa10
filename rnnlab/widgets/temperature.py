"""Lesson 03: what temperature does to the next character, and to a text."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from rnnlab.messages import _
from rnnlab.palette import INK, LINE, MUTED, ORANGE
from rnnlab.svg import Canvas
from rnnlab.widgets.base import Slider, State, Widget

SHOWN, LINES, WIDE, LONGEST = 12, 9, 36, 60
SIGNS = {" ": "\N{OPEN BOX}", "\n": "\N{RETURN SYMBOL}"}
Step = Callable[[int, Any], tuple[np.ndarray, Any]]


class Temperature(Widget):
    """The chances of the next character at a temperature, and a text that is drawn at it."""

    controls = (Slider("tenths", "10 T", 1, 30, 10), Slider("seed", "seed", 1, 9, 1))

    def __init__(self, step: Step, characters: str, prime: str) -> None:
        self.step, self.characters, self.prime = step, characters, prime
        self.logits, self.state_after = _read(step, [characters.index(c) for c in prime])
        super().__init__()

    def chances(self, heat: float) -> np.ndarray:
        """softmax(logits / temperature) after the prime."""
        return _softmax(self.logits / heat)

    def write(self, heat: float, seed: int) -> str:
        """The prime and what the model makes of it."""
        rng, logits, h, text = np.random.default_rng(seed), self.logits, self.state_after, self.prime
        for _n in range(LINES * WIDE - len(self.prime)):
            i = int(rng.choice(len(logits), p=_softmax(logits / heat)))
            text += self.characters[i]
            logits, h = self.step(i, h)
        return text

    def draw(self, state: State) -> Canvas:
        """Bars on the left, the text on the right."""
        heat, seed = state["tenths"] / 10, state["seed"]
        p, order = self.chances(heat), np.argsort(-self.logits, kind="stable")[:SHOWN]
        best = ", ".join(f"{self.characters[i]!r} {p[i]:.2f}" for i in order[:3])
        canvas = Canvas(760, 330, f"Temperature {heat:.1f}", f"After {self.prime!r} the likeliest characters: {best}.")
        canvas.label(186, 24, f"T = {heat:.1f}", size=19, bold=True)
        canvas.label(20, 24, _shown(self.prime) + " ?", size=15, color=MUTED, anchor="start", font="code")
        for row, i in enumerate(order):
            y = 56 + 22 * row
            canvas.label(34, y, SIGNS.get(self.characters[i], self.characters[i]), size=16, font="code")
            canvas.box(52, y - 8, max(1.0, 216 * float(p[i])), 16, fill=ORANGE, tint=0.75, edge=None, radius=2)
            where = 60 + 216 * float(p[i])
            canvas.label(where, y, f"{p[i]:.3f}", size=12, anchor="start", font="text", color=MUTED)
        rest = 1 - float(p[order].sum())
        canvas.label(
            52, 318, "\N{HORIZONTAL ELLIPSIS} " + f"{rest:.3f}", size=13, anchor="start", font="text", color=MUTED
        )
        self._text(canvas, self.write(heat, seed))
        return canvas

    def _text(self, canvas: Canvas, text: str) -> None:
        canvas.box(340, 44, 404, 268, edge=LINE, radius=8)
        text = text.replace("\n", SIGNS["\n"])
        for row in range(LINES):
            line = text[row * WIDE : (row + 1) * WIDE]
            read = max(0, min(len(self.prime) - row * WIDE, len(line)))
            for part, start, color in ((line[:read], 0, MUTED), (line[read:], read, INK)):
                if part.strip():
                    x = 356 + 10.3 * (start + len(part) - len(part.lstrip()))
                    canvas.label(x, 70 + 27 * row, part.strip(), size=17, color=color, anchor="start", font="code")


def _read(step: Step, ids: list[int]) -> tuple[np.ndarray, Any]:
    h: Any = None
    logits = np.zeros(1)
    for i in ids:
        logits, h = step(i, h)
    return np.asarray(logits, dtype=float), h


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max())
    return e / e.sum()


def _shown(text: str) -> str:
    return "".join(SIGNS.get(c, c) for c in text[-12:])


@cache
def _counts() -> tuple[str, np.ndarray, dict[str, np.ndarray]]:
    """The characters of the prose, how often each occurs, and how often each follows three others."""
    from rnnlab.data.text import prose

    text = prose()
    characters = "".join(sorted(set(text)))
    place = {c: i for i, c in enumerate(characters)}
    ids = np.array([place[c] for c in text])
    after: dict[str, np.ndarray] = {}
    for n in range(3, len(text)):
        context = text[n - 3 : n]
        if context not in after:
            after[context] = np.zeros(len(characters))
        after[context][ids[n]] += 1
    return characters, np.bincount(ids, minlength=len(characters)) / len(ids), after


def _table(i: int, h: str | None) -> tuple[np.ndarray, str]:
    """A model that is a table: logits from what followed the last three characters in the prose."""
    characters, alone, after = _counts()
    context = ((h or "") + characters[i])[-3:]
    return np.log(after.get(context, 0.0) + 0.3 * alone + 1e-4), context


def temperature(model: Step | None = None, vocabulary: Any = None, prime: str = "The ") -> Temperature:
    """The next character and a text at a temperature of 0.1 to 3. Move the slider; another seed draws another text.

    Args:
        model: a function of one step, ``logits, h = model(id, h)``. Without one, a table of three-character contexts
            counted in ``rnnlab.data.text.prose()``.
        vocabulary: what belongs to the model: an object with ``characters``, the character of every id.
        prime: what is read first, 1 to 60 characters of the vocabulary.

    Raises:
        ValueError: the prime is empty, too long, or has a character that the vocabulary lacks.
    """
    if model is not None and vocabulary is None:
        raise ValueError(_("A model needs its vocabulary, too: temperature(model, vocabulary)."))
    characters = "".join(vocabulary.characters) if vocabulary is not None else _counts()[0]
    unknown = sorted(set(prime) - set(characters))
    if not 0 < len(prime) <= LONGEST or unknown:
        said = _("The prime should have 1 to {most} characters of the vocabulary.").format(most=LONGEST)
        raise ValueError(said + (" " + _("{c!r} is not one of them.").format(c=unknown[0]) if unknown else ""))
    return Temperature(model or _table, characters, prime)
