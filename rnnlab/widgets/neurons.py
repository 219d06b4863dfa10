"""Lesson 07: choose a unit, see a text light up where it is on, and type a text of your own."""

from __future__ import annotations

import numpy as np

from rnnlab.data.python_source import decode, encode
from rnnlab.messages import _
from rnnlab.palette import EDGE, MUTED, NEGATIVE, POSITIVE
from rnnlab.python_lstm import Weights, read_char
from rnnlab.svg import Canvas
from rnnlab.widgets.base import Choice, Slider, State, Typed, Widget

WIDE, LINES, PITCH, ROW = 74, 9, 9.6, 24
SHADES = 10
TEXT = '''def greet(name, loud=False):  # don't shout
    words = ["hello", 'dear ' + name, "it's you"]
    if loud and (len(words) > 2 or name in names[1:]):
        return ", ".join(word.upper() for word in words)
    """Say something to someone, in English."""
    return open('greeting.txt', mode="r").read()
'''


class Neurons(Widget):
    """The value of one unit after every character of a text."""

    def __init__(self, weights: Weights, text: str, unit: int) -> None:
        self.weights = weights
        self.controls = (
            Slider("unit", _("unit"), 0, weights.size - 1, unit, plays=True),
            Choice("state", _("state"), (("h", "h"), ("tanh(c)", "c")), "h"),
            Typed("text", _("text"), text),
        )
        self._traced: tuple[str | None, np.ndarray, np.ndarray] = (None, np.zeros(0), np.zeros(0))
        super().__init__()

    def values(self, state: State) -> np.ndarray:
        """What the unit says after each character of the text that is shown (T)."""
        text = shown(state["text"])
        if self._traced[0] != text:
            self._traced = (text, *_trace(self.weights, text))
        return self._traced[1 if state["state"] == "h" else 2][:, state["unit"]]

    def draw(self, state: State) -> Canvas:
        """The text, every character on the colour of the unit's value after it."""
        text, values = shown(state["text"]), self.values(state)
        top = text[int(values.argmax())] if text else ""
        about = _("Unit {unit}, {state}, from {low} to {high}; highest after {top}.")
        extremes = (values.min(), values.max()) if text else (0.0, 0.0)
        canvas = Canvas(
            760,
            64 + ROW * LINES,
            _("Unit {unit} reads").format(unit=state["unit"]),
            about.format(
                unit=state["unit"],
                state="h" if state["state"] == "h" else "tanh(c)",
                low=f"{extremes[0]:.2f}",
                high=f"{extremes[1]:.2f}",
                top=repr(top),
            ),
        )
        self._legend(canvas)
        place = 0
        for row, line in enumerate(text.split("\n")):
            ends = 1 if place + len(line) < len(text) else 0
            self._line(canvas, 56 + ROW * row, line, values[place : place + len(line) + ends])
            place += len(line) + 1
        return canvas

    def _legend(self, canvas: Canvas) -> None:
        for i, x in enumerate(np.linspace(-1, 1, 9)):
            _cell(canvas, 270 + 24 * i, 12, 24, float(x), 16)
        canvas.box(270, 12, 216, 16, fill="none", edge=EDGE, thick=1, radius=0)
        for where, sign in ((262, "\N{MINUS SIGN}1"), (494, "+1")):
            canvas.label(where, 20, sign, size=13, color=MUTED, anchor="end" if where < 300 else "start", font="text")

    def _line(self, canvas: Canvas, y: float, line: str, values: np.ndarray) -> None:
        """Runs of one shade are one rectangle; the end of a line is a narrow cell of its own."""
        shades = np.round(SHADES * np.clip(values, -1, 1)).astype(int)
        start = 0
        for i in range(1, len(shades) + 1):
            if i == len(shades) or shades[i] != shades[start]:
                _cell(canvas, 24 + PITCH * start, y - ROW / 2 + 2, PITCH * (i - start), shades[start] / SHADES)
                start = i
        for i, char in enumerate(line):
            if char != " ":
                canvas.label(24 + PITCH * (i + 0.5), y, char, size=14.5, font="code")


def shown(text: str) -> str:
    """As much of a text as fits, in the characters that the model knows, with long lines broken."""
    text = decode(encode(text.expandtabs(4)))
    lines = [line[i : i + WIDE] for line in text.split("\n") for i in range(0, max(1, len(line)), WIDE)]
    return "\n".join(lines[:LINES]).rstrip("\n")


def _cell(canvas: Canvas, x: float, y: float, w: float, value: float, tall: float = ROW - 4) -> None:
    if value:
        color = POSITIVE if value > 0 else NEGATIVE
        canvas.box(x, y, w, tall, fill=color, tint=0.9 * abs(value), edge=None, radius=0)


def _trace(weights: Weights, text: str) -> tuple[np.ndarray, np.ndarray]:
    """The states h and tanh(c) after each character, (T, H) each. A line's end is read before the text."""
    h, c = read_char(encode("\n"), *weights.start(1), *weights.cell)
    hidden, cells = [], []
    for i in encode(text):
        h, c = read_char(np.array([i]), h, c, *weights.cell)
        hidden.append(h[0])
        cells.append(np.tanh(c[0]))
    return np.array(hidden).reshape(-1, weights.size), np.array(cells).reshape(-1, weights.size)


def neurons(weights: Weights, text: str = TEXT, unit: int = 0) -> Neurons:
    """Neuron browser: choose a unit of a character LSTM, see a text light up; type your own."""
    return Neurons(weights, text, unit)
