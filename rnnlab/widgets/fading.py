"""Lesson 05: how a gradient fades or grows with lag, for a spectral radius, an activation and a kind of weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from rnnlab.messages import _
from rnnlab.palette import EDGE, INK, LINE, MUTED, ORANGE, PURPLE, W_HH
from rnnlab.svg import Box, Canvas
from rnnlab.widgets.base import Choice, Slider, State, Widget

UNITS, LAGS, RUNS = 16, 40, 3
LOWEST, HIGHEST = -12, 6  # powers of ten that the plot shows
MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
Activation = tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray], float]

# The function, its slope from what it gives, and its largest slope.
ACTIVATIONS: dict[str, Activation] = {
    "tanh": (np.tanh, lambda h: 1 - h**2, 1.0),
    "sigmoid": (lambda z: 0.5 * (1 + np.tanh(0.5 * z)), lambda h: h * (1 - h), 0.25),
    "ReLU": (lambda z: np.maximum(z, 0), lambda h: (h > 0) * 1.0, 1.0),
    "none": (lambda z: z, np.ones_like, 1.0),
}


class Fading(Widget):
    """Eigenvalues on the left; on the right the norm of dh_T/dh_(T-k) against k, its bound, and a power."""

    controls = (
        Slider("tenths", "10 \N{GREEK SMALL LETTER RHO}", 1, 30, 12, plays=True),
        Choice("activation", "activation", tuple((name, name) for name in ACTIVATIONS), "tanh"),
        Choice("weights", "W_hh", (("random", "random"), ("orthogonal", "orthogonal")), "random"),
    )

    def draw(self, state: State) -> Canvas:
        """The spectrum and the curves for these values."""
        radius, name = state["tenths"] / 10, state["activation"]
        W = radius * _unit(state["weights"])
        sigma, steepest = float(np.linalg.norm(W, 2)), ACTIVATIONS[name][2]
        curves = measured(W, name)
        last = float(np.median(curves[:, -1]))
        about = _("{name}, spectral radius {radius:.1f}, largest singular value {sigma:.2f}: over {lags} steps {last}.")
        canvas = Canvas(
            760,
            372,
            _("Gradient against lag"),
            about.format(name=name, radius=radius, sigma=sigma, lags=LAGS, last=f"{last:.0e}"),
        )
        self._spectrum(canvas, Box(34, 74, 220, 220), W)
        self._curves(canvas, Box(352, 30, 384, 286), curves, radius, sigma * steepest)
        canvas.label(144, 36, f"\N{GREEK SMALL LETTER RHO} = {radius:.1f}", size=19, bold=True, color=W_HH)
        gamma = f"\N{GREEK SMALL LETTER GAMMA} = {steepest:g}"
        canvas.label(144, 326, f"\N{GREEK SMALL LETTER SIGMA} = {sigma:.2f},  {gamma}", size=18)
        product = f"\N{GREEK SMALL LETTER SIGMA}\N{GREEK SMALL LETTER GAMMA} = {sigma * steepest:.2f}"
        canvas.label(144, 352, product, size=18, bold=True)
        return canvas

    def _spectrum(self, canvas: Canvas, at: Box, W: np.ndarray) -> None:
        """The eigenvalues in the complex plane, with the circle of radius 1."""
        (x, y), one = at.center, at.w / 6.4
        canvas.line((at.x, y), (at.x + at.w, y), EDGE)
        canvas.line((x, at.y), (x, at.y + at.h), EDGE)
        half = f"a{one:.1f} {one:.1f} 0 1 0"
        circle = f"M{x - one:.1f} {y:.1f} {half} {2 * one:.1f} 0 {half} {-2 * one:.1f} 0"
        canvas.path(circle, edge=INK, thick=1.5)
        for value in np.sort_complex(np.linalg.eigvals(W)):
            canvas.box(x + one * value.real - 4, y - one * value.imag - 4, 8, 8, fill=W_HH, edge=None, radius=4)
        canvas.label(x + one + 10, y + 12, "1", size=14, color=MUTED)

    def _curves(self, canvas: Canvas, at: Box, curves: np.ndarray, radius: float, bound: float) -> None:
        for power in range(LOWEST, HIGHEST + 1, 3):
            y = _height(at, 10.0**power)
            canvas.line((at.x, y), (at.x + at.w, y), LINE if power == 0 else EDGE, thick=1.5 if power == 0 else 1)
            text = "1" if power == 0 else f"10^{{{str(power).replace('-', MINUS)}}}"
            canvas.label(at.x - 10, y, text, size=14, color=MUTED, anchor="end")
        for k in range(0, LAGS + 1, 10):
            canvas.label(at.x + at.w * k / LAGS, at.y + at.h + 16, str(k), size=14, color=MUTED)
        canvas.label(at.x + at.w / 2, at.y + at.h + 40, "k", size=17, color=MUTED)
        k = np.arange(LAGS + 1)
        _dashes(canvas, at, bound**k, ORANGE, 6)
        _dashes(canvas, at, radius**k, MUTED, 2)
        for values in curves:
            canvas.path(_trace(at, values), edge=PURPLE, thick=2.4)


@cache
def _unit(kind: str) -> np.ndarray:
    """Weights of this kind with a spectral radius of 1."""
    W = np.random.default_rng(3).normal(size=(UNITS, UNITS))
    if kind == "orthogonal":
        return np.linalg.qr(W)[0]
    return W / np.abs(np.linalg.eigvals(W)).max()


@cache
def _inputs() -> np.ndarray:
    """What the units get from outside at every step, for a few runs: (RUNS, LAGS + 1, UNITS)."""
    return 0.5 * np.random.default_rng(4).normal(size=(RUNS, LAGS + 1, UNITS))


def measured(W: np.ndarray, name: str) -> np.ndarray:
    """Largest singular values of dh_T/dh_(T-k) for k = 0 to LAGS, one row for each run."""
    function, slope, _steepest = ACTIVATIONS[name]
    drive, h, slopes = _inputs(), np.zeros((RUNS, UNITS)), []
    for t in range(LAGS + 1):
        h = function(drive[:, t] + h @ W.T)
        slopes.append(slope(h))
    product, found = np.broadcast_to(np.eye(UNITS), (RUNS, UNITS, UNITS)), [np.ones(RUNS)]
    for t in range(LAGS, 0, -1):
        product = product @ (slopes[t][:, :, None] * W)
        square = product @ product.transpose(0, 2, 1)
        found.append(np.sqrt(np.maximum(np.linalg.eigvalsh(square)[:, -1], 0)))
    return np.stack(found, axis=1)


def _height(at: Box, value: float) -> float:
    power = np.log10(value) if value > 0 else -np.inf
    return float(at.y + at.h * (HIGHEST - np.clip(power, LOWEST, HIGHEST)) / (HIGHEST - LOWEST))


def _places(at: Box, values: np.ndarray) -> list[tuple[float, float]]:
    """Points of the curve as far as it stays on the plot, and the one at which it leaves."""
    points = []
    for k, value in enumerate(values):
        points.append((at.x + at.w * k / LAGS, _height(at, value)))
        if not 10.0**LOWEST < value < 10.0**HIGHEST:
            break
    return points


def _trace(at: Box, values: np.ndarray) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in _places(at, values))


def _dashes(canvas: Canvas, at: Box, values: np.ndarray, color: str, length: float) -> None:
    """A broken line along the curve."""
    points = np.array(_places(at, values))
    if len(points) < 2:
        return
    along = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    for start in np.arange(0, along[-1], length + 5):
        ends = [
            tuple(float(np.interp(s, along, points[:, axis])) for axis in (0, 1))
            for s in (start, min(start + length, along[-1]))
        ]
        canvas.line(ends[0], ends[1], color, thick=2)


def fading() -> Fading:
    """Choose a spectral radius, an activation and a kind of weights, and see how the gradient fades with lag."""
    return Fading()
