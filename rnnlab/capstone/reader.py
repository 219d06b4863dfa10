"""A trained model as arrays, and how it reads a text: in NumPy, with no code of whoever trained it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnlab.capstone.counts import WARM_UP

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
PARTS = ("W_ih", "W_hh", "b_ih", "b_hh")


@dataclass(frozen=True)
class Layer:
    """One recurrent layer: ``W_ih (G H, D)``, ``W_hh (G H, H)``, ``b_ih (G H)``, ``b_hh (G H)``, as torch has them."""

    kind: str
    W_ih: np.ndarray
    W_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray


@dataclass(frozen=True)
class Network:
    """A table of vectors for the characters ``(V, E)``, recurrent layers, and a readout ``(V, H)``, ``(V)``."""

    table: np.ndarray
    layers: tuple[Layer, ...]
    W_hy: np.ndarray
    b_y: np.ndarray

    @property
    def parameters(self) -> int:
        """How many numbers there are in it."""
        cells = sum(a.size for one in self.layers for a in (one.W_ih, one.W_hh, one.b_ih, one.b_hh))
        return self.table.size + cells + self.W_hy.size + self.b_y.size

    def misfit(self) -> str:
        """What does not fit together, with its numbers where they say it all, or nothing."""
        width = self.table.shape[1] if self.table.ndim == 2 else -1
        for number, one in enumerate(self.layers, 1):
            H = one.W_hh.shape[-1] if one.W_hh.ndim == 2 else -1
            rows = GATES[one.kind] * H
            wanted = ((rows, width), (rows, H), (rows,), (rows,))
            if tuple(a.shape for a in (one.W_ih, one.W_hh, one.b_ih, one.b_hh)) != wanted:
                inner = (one.W_ih.shape, one.W_hh.shape) == ((rows, one.W_ih.shape[-1]), (rows, H))
                return f"layer {number}" + (f" takes {one.W_ih.shape[1]} numbers and gets {width}" if inner else "")
            width = H
        V = self.table.shape[0]
        if self.layers and self.W_hy.shape == (V, width) and self.b_y.shape == (V,):
            return ""
        outer = self.W_hy.ndim == 2 and self.W_hy.shape[1] != width
        return "readout" + (f" takes {self.W_hy.shape[1]} numbers and gets {width}" if outer else "")

    def states(self, ids: np.ndarray) -> np.ndarray:
        """The states of the last layer for texts ``ids (N, T)``, from zeros: (N, T, H)."""
        x = None
        for one in self.layers:
            first = (self.table @ one.W_ih.T + one.b_ih)[ids] if x is None else x @ one.W_ih.T + one.b_ih
            x = _run(one, first)
        return x

    def log_chances(self, h: np.ndarray) -> np.ndarray:
        """States (..., H) to the logarithm, base 2, of the chance of each next character, (..., V)."""
        z = h @ self.W_hy.T + self.b_y
        z = z - z.max(axis=-1, keepdims=True)
        return (z - np.log(np.exp(z).sum(axis=-1, keepdims=True))) / np.log(2)

    def bits(self, pieces: np.ndarray) -> float:
        """Bits per character on ``pieces (N, T)``, each read from zeros; the first 50 of each are not counted."""
        found = self.log_chances(self.states(pieces[:, :-1])[:, WARM_UP - 1 :])
        return float(-np.take_along_axis(found, pieces[:, WARM_UP:, None], axis=2).mean())


def advance(layer: Layer, x: np.ndarray, state: tuple[np.ndarray, np.ndarray] | None) -> tuple[np.ndarray, np.ndarray]:
    """One step of a layer: ``x (N, G H)`` is what its inputs contribute. States are ``h, c``; c is of use to LSTMs."""
    N, H = len(x), layer.W_hh.shape[1]
    h, c = (np.zeros((N, H), x.dtype),) * 2 if state is None else state
    back = h @ layer.W_hh.T + layer.b_hh
    if layer.kind == "rnn":
        return np.tanh(x + back), c
    if layer.kind == "gru":
        r, z = _sigmoid(x[:, :H] + back[:, :H]), _sigmoid(x[:, H : 2 * H] + back[:, H : 2 * H])
        return (1 - z) * np.tanh(x[:, 2 * H :] + r * back[:, 2 * H :]) + z * h, c
    i, f, g, o = np.split(x + back, 4, axis=1)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


def _run(layer: Layer, first: np.ndarray) -> np.ndarray:
    """All states of a layer from zeros; ``first (N, T, G H)`` is what its inputs contribute."""
    N, T = first.shape[:2]
    state, found = None, np.empty((N, T, layer.W_hh.shape[1]), first.dtype)
    for t in range(T):
        state = advance(layer, first[:, t], state)
        found[:, t] = state[0]
    return found


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * z))
