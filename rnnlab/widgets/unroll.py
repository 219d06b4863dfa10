"""Lesson 01: a recurrent network, one step at a time, with every number."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnlab.messages import _
from rnnlab.palette import FAINT, INK, LINE, MUTED, W_HH, W_XH
from rnnlab.svg import Box, Canvas, number
from rnnlab.widgets.base import Choice, Slider, State, Switch, Widget

LETTERS = "ab"
NOTHING = "\N{MIDDLE DOT}"
SEQUENCES = tuple(start.ljust(6, NOTHING) for start in ("a", "b", "ab", "ba"))
MOST_STEPS, MOST_UNITS = 12, 8


class Unroll(Widget):
    """A tanh RNN on one sequence. Step through time; cut the recurrent weights and see what is forgotten."""

    def __init__(self, sequences: dict[str, np.ndarray], W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray) -> None:
        self.sequences, self.W_xh, self.W_hh, self.b = sequences, W_xh, W_hh, b
        first = next(iter(sequences))
        steps = len(sequences[first])
        choice = Choice("sequence", "x", tuple((" ".join(s), s) for s in sequences), first)
        self.controls = (
            *((choice,) if len(sequences) > 1 else ()),
            Slider("t", "t", 1, steps, min(3, steps), plays=True),
            Switch("cut", "W_hh = 0"),
        )
        super().__init__()

    def states(self, name: str, cut: bool) -> np.ndarray:
        """h_0 to h_T of a sequence, (T+1, H); with ``cut`` nothing comes back from the last state."""
        h = [np.zeros(len(self.b))]
        for x_t in self.sequences[name]:
            h.append(np.tanh(self.W_xh @ x_t + (0 if cut else 1) * (self.W_hh @ h[-1]) + self.b))
        return np.array(h)

    def draw(self, state: State) -> Canvas:
        """The unrolled network above, the arithmetic of the present step below."""
        name = state.get("sequence", next(iter(self.sequences)))
        t, cut = state["t"], state["cut"]
        h = self.states(name, cut)
        values = ", ".join(number(v) for v in h[t])
        canvas = Canvas(
            760, 400, f"Step {t} of {len(h) - 1}", f"h_{t} = ({values})" + (", with W_hh = 0" if cut else "")
        )
        Strip(canvas, self.sequences[name], h, t, cut, name if len(self.sequences) > 1 else "").draw()
        W_hh = np.zeros_like(self.W_hh) if cut else self.W_hh
        arithmetic(canvas, t, self.W_xh, self.sequences[name][t - 1], W_hh, h[t - 1], self.b, h[t])
        return canvas


class Strip:
    """The network unrolled: a column of numbers per vector, the present step in full colour."""

    def __init__(self, canvas: Canvas, x: np.ndarray, h: np.ndarray, t: int, cut: bool, letters: str) -> None:
        self.canvas, self.x, self.h, self.t, self.cut, self.letters = canvas, x, h, t, cut, letters
        self.pitch = min(120.0, 640 / len(x))
        self.left = 400 - self.pitch * len(x) / 2
        units = max(h.shape[1], x.shape[1])
        self.cell = min(17.0, 60 / units, 0.3 * self.pitch)
        self.square = min(34.0, 0.36 * self.pitch)
        self.limit = max(1.0, float(np.abs(x).max()))

    def at(self, i: int) -> float:
        """Where the middle of state i is."""
        return self.left + self.pitch * i

    def column(self, x: float, y: float, values: np.ndarray, limit: float, dim: float) -> Box:
        """A vector with its middle at the point."""
        cell = self.cell
        where = x - cell / 2, y - cell * len(values) / 2
        return self.canvas.heat(*where, values[:, None], cell=cell, limit=limit, numbers=False, dim=dim, thick=1.2)

    def draw(self) -> None:
        """All steps; what lies in the future is still empty."""
        now = self.at(self.t) - 0.5 * self.pitch
        self.canvas.box(now - 0.74 * self.pitch, 12, 1.48 * self.pitch, 208, fill=FAINT, edge=None, radius=12)
        boxes = [self.state(i) for i in range(len(self.h))]
        for i in range(1, len(self.h)):
            self.step(i, boxes[i - 1], boxes[i])

    def state(self, i: int) -> Box:
        """State i and its name: a dashed outline until it has been computed."""
        dim = 1.0 if i in (self.t - 1, self.t) else 0.65
        self.canvas.label(self.at(i), 26, f"h_{{{i}}}", size=17, dim=dim, bold=i == self.t)
        if i <= self.t:
            return self.column(self.at(i), 80, self.h[i], 1.0, dim)
        tall = self.cell * self.h.shape[1]
        where = Box(self.at(i) - self.cell / 2, 80 - tall / 2, self.cell, tall)
        return self.canvas.box(where.x, where.y, where.w, where.h, radius=3, dashed=True, thick=1, dim=0.7)

    def step(self, i: int, before: Box, after: Box) -> None:
        """The square of step i, its input, and the arrows in and out."""
        live = i == self.t
        middle, half, dim = self.at(i) - 0.5 * self.pitch, self.square / 2, 1.0 if live else 0.35
        thick = 3.0 if live else 2.0
        f = self.canvas.box(
            middle - half, 80 - half, 2 * half, 2 * half, "f", fill=FAINT if not live else "none", edge=INK, size=17,
            radius=7, dim=dim,
        )  # fmt: skip
        x_t = self.column(middle, 164, self.x[i - 1], self.limit, 1.0 if live else 0.65)
        letter = f"\N{THIN SPACE}= {self.letters[i - 1]}" if self.letters else ""
        self.canvas.label(middle, 208, f"x_{{{i}}}{letter}", size=16, dim=1.0 if live else 0.65)
        self.canvas.arrow(x_t.top, f.bottom, W_XH, thick=thick, dim=dim)
        self.canvas.arrow(before.right, f.left, W_HH, thick=thick, dashed=self.cut, dim=0.35 if self.cut else dim)
        self.canvas.arrow(f.right, after.left, INK, thick=thick - 0.5, dim=dim)


def arithmetic(
    canvas: Canvas,
    t: int,
    W_xh: np.ndarray,
    x_t: np.ndarray,
    W_hh: np.ndarray,
    h: np.ndarray,
    b: np.ndarray,
    new: np.ndarray,
) -> None:
    """tanh(W_xh x_t + W_hh h_{t-1} + b) = h_t, every array as numbers in cells."""
    H, D = W_xh.shape
    signs = (("tanh(", 50), (None, 10), ("+", 28), (None, 10), ("+", 28), (")\N{THIN SPACE}=", 44))
    cell = min(46.0, (720 - sum(w for _text, w in signs)) / (D + H + 4))
    tall = min(32.0, cell, 112 / max(H, D))
    x = (760 - cell * (D + H + 4) - sum(w for _text, w in signs)) / 2
    middle = 326
    blocks = (
        (W_xh, "W_{xh}", W_XH), (x_t[:, None], f"x_{{{t}}}", None), (W_hh, "W_{hh}", W_HH),
        (h[:, None], f"h_{{{t - 1}}}", None), (b[:, None], "b", None), (new[:, None], f"h_{{{t}}}", None),
    )  # fmt: skip
    for (values, name, color), (sign, gap) in zip(blocks, signs, strict=True):
        if sign:
            canvas.label(x + gap / 2, middle, sign, size=20, color=MUTED)
        x += gap
        top = middle - tall * len(values) / 2
        look = {"edge": color or LINE, "thick": 2.5 if color else 1.5, "numbers": cell >= 26 and tall >= 13}
        box = canvas.heat(
            x, top, values, cell=cell, tall=tall, limit=max(1.0, float(np.abs(values).max())),
            size=min(14.0, 0.31 * cell, 0.8 * tall), **look,
        )  # fmt: skip
        canvas.label(box.center[0], top - 16, name, size=18, color=color or INK, bold=bool(color))
        x += box.w


def unroll(x: Any = None, W_xh: Any = None, W_hh: Any = None, b: Any = None) -> Unroll:
    """A tanh RNN unrolled, step by step, with its numbers: ``h_t = tanh(W_xh x_t + W_hh h_{t-1} + b)``, h_0 = 0.

    Without arguments it reads short sequences of the letters a and b, then of nothing
    (zeros). Or bring your own arrays: x (T,D), W_xh (H,D),
    W_hh (H,H), b (H). What is left out is made up, of a size that fits the rest.
    """
    given = {"x": x, "W_xh": W_xh, "W_hh": W_hh, "b": b}
    arrays = {name: _array(name, value) for name, value in given.items() if value is not None}
    D, H = _sizes(arrays)
    rng = np.random.default_rng(11)
    made = {"W_xh": rng.normal(size=(H, D)).round(1), "W_hh": _lasting(H, rng), "b": np.zeros(H)} | arrays
    letters = {s: np.array([[float(c == letter) for letter in LETTERS] for c in s]) for s in SEQUENCES}
    sequences = {"x": made["x"]} if "x" in made else letters
    return Unroll(sequences, made["W_xh"], made["W_hh"], made["b"])


def _lasting(H: int, rng: np.random.Generator) -> np.ndarray:
    """Recurrent weights that turn the state round and make it a little longer, so that tanh does not fade it out."""
    return (1.2 * np.linalg.qr(rng.normal(size=(H, H)))[0]).round(1)


def _array(name: str, value: Any) -> np.ndarray:
    """An argument as a finite array of numbers with as many axes as it must have."""
    axes = {"x": "(T, D)", "W_xh": "(H, D)", "W_hh": "(H, H)", "b": "(H,)"}[name]
    try:
        array = np.asarray(value.detach() if hasattr(value, "detach") else value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(_("{name} is not an array of numbers.").format(name=name)) from None
    if array.ndim != axes.count(",") + (name != "b"):
        message = _("{name} has shape {shape}; it must be {axes}, one sequence and no batch.")
        raise ValueError(message.format(name=name, shape=array.shape, axes=axes))
    if not np.isfinite(array).all() or not array.size:
        raise ValueError(_("{name} is empty or holds NaN or infinity.").format(name=name))
    return array


def _sizes(arrays: dict[str, np.ndarray]) -> tuple[int, int]:
    """D and H from the arrays that were given, which must agree and be small enough for a picture."""
    axes = {"x": "TD", "W_xh": "HD", "W_hh": "HH", "b": "H"}
    found: dict[str, tuple[int, str]] = {}
    for name, array in arrays.items():
        for letter, size in zip(axes[name], array.shape, strict=True):
            known, source = found.setdefault(letter, (size, name))
            if known != size and source == name:
                raise ValueError(_("{name} has shape {shape}; it must be square.").format(name=name, shape=array.shape))
            if known != size:
                message = _("{a} says that {letter} is {m}, and {b} that it is {n}.")
                raise ValueError(message.format(a=source, letter=letter, m=known, b=name, n=size))
            most = MOST_STEPS if letter == "T" else MOST_UNITS
            if size > most:
                message = _("{name} has {letter} = {size}; the picture has room for {most}.")
                raise ValueError(message.format(name=name, letter=letter, size=size, most=most))
    D = found.get("D", (len(LETTERS), ""))[0]
    if "x" not in arrays and len(LETTERS) != D:
        raise ValueError(_("W_xh is for D = {D}: give x (T, D) too, or D = 2 for the letters.").format(D=D))
    return D, found.get("H", (3, ""))[0]
