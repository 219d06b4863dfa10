"""The character LSTM that lesson 07 looks into: its weights, one step of it, and what it makes of whole texts.

Made by ``python -m rnnlab.train_python_lstm``. On the files held out it measured 2.015 bits per character for the
network that began with seed 0, and 1.923 for seed 1 (Python 3.11.7). Everything here is NumPy and batch first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnlab.data.python_source import CHARACTERS, decode, encode

WEIGHTS = Path(__file__).parent / "weights"
NAMES = ("W_xh", "W_hh", "b", "W_hy", "b_y")


def read_char(ids, h, c, W_xh, W_hh, b):
    """One step of an LSTM that reads a character: ids (N), h (N,H), c (N,H) -> h (N,H), c (N,H).

    Args:
        ids: one character for each text, as its place in the vocabulary, (N).
        h: the hidden states before it, (N, H).
        c: the cell states before it, (N, H).
        W_xh: weights from characters to the gates, (4H, V), blocks in the order i f g o.
        W_hh: weights from units to the gates, (4H, H).
        b: one bias for each row, (4H).

    The product of a one-hot vector and ``W_xh.T`` is a column of ``W_xh``: it is looked up. New arrays are returned.
    """
    i, f, g, o = np.split(W_xh.T[ids] + h @ W_hh.T + b, 4, axis=1)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


@dataclass(frozen=True)
class Weights:
    """All weights of a character LSTM with a readout, and the characters that it knows."""

    W_xh: np.ndarray
    W_hh: np.ndarray
    b: np.ndarray
    W_hy: np.ndarray
    b_y: np.ndarray
    characters: str = CHARACTERS

    @property
    def cell(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``W_xh (4H,V), W_hh (4H,H), b (4H)``, as ``read_char`` takes them."""
        return self.W_xh, self.W_hh, self.b

    @property
    def size(self) -> int:
        """How many units there are."""
        return self.W_hh.shape[1]

    def start(self, N: int) -> tuple[np.ndarray, np.ndarray]:
        """The state before anything was read: zeros, (N, H) twice."""
        return np.zeros((N, self.size), np.float32), np.zeros((N, self.size), np.float32)

    def log_probs(self, h: np.ndarray) -> np.ndarray:
        """States (..., H) to the logarithm, base 2, of the chance of every next character, (..., V)."""
        z = h @ self.W_hy.T + self.b_y
        z = z - z.max(axis=-1, keepdims=True)
        return (z - np.log(np.exp(z).sum(axis=-1, keepdims=True))) / np.log(2)

    def bits(self, h: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """What each next character costs: states (N, T, H) and their texts (N, T) -> bits (N, T-1)."""
        found = self.log_probs(h[:, :-1])
        return -np.take_along_axis(found, ids[:, 1:, None], axis=2)[..., 0]


def path_of(seed: int) -> Path:
    """Where the weights of the network that began with this seed are."""
    return WEIGHTS / f"python_lstm_{seed}.npz"


def load(seed: int = 0, path: Path | None = None) -> Weights:
    """One of the two trained networks that come with the course, seed 0 or 1, or one that you trained yourself."""
    with np.load(path or path_of(seed), allow_pickle=False) as stored:
        return Weights(*(stored[name].astype(np.float32) for name in NAMES))


def untrained(seed: int, H: int = 256) -> Weights:
    """A network of the same shape, as it was before training: weights as torch draws them, forget bias 1."""
    rng, V, k = np.random.default_rng(seed), len(CHARACTERS), 1 / np.sqrt(H)
    shapes = ((4 * H, V), (4 * H, H), (4 * H,), (V, H), (V,))
    W_xh, W_hh, b, W_hy, b_y = (rng.uniform(-k, k, size=shape).astype(np.float32) for shape in shapes)
    b[H : 2 * H] = 1.0
    return Weights(W_xh, W_hh, b, W_hy, b_y)


def write(
    weights: Weights, prime: str, length: int, seed: int, N: int = 1, temperature: float = 0.7, held: dict | None = None
) -> list[str]:
    """N continuations of a text, of that many characters, drawn at a temperature. The text itself is left out.

    ``held`` is a dict from units to the values that they say at every step in place of their own.
    """
    rng, (h, c), texts = np.random.default_rng(seed), weights.start(N), []
    units, values = list(held or {}), list((held or {}).values())
    ids = np.repeat(encode("\n" + prime)[:, None], N, axis=1)  # (T, N)
    for t in range(len(ids) + length - 1):
        h, c = read_char(ids[t] if t < len(ids) else texts[-1], h, c, *weights.cell)
        h[:, units] = values
        if t >= len(ids) - 1:
            p = 2 ** (weights.log_probs(h) / temperature)
            edges = np.cumsum(p, axis=1) / p.sum(axis=1, keepdims=True)
            texts.append((edges < rng.random((N, 1))).sum(axis=1).clip(max=len(weights.b_y) - 1))
    return [decode(row) for row in np.array(texts).T]


def bits_per_char(weights: Weights, ids: np.ndarray, parts: int = 64) -> float:
    """Mean bits of a text (T), read as that many parts side by side, each from a state of zeros."""
    length = len(ids) // parts
    rows, total, (h, c) = ids[: length * parts].reshape(parts, length), 0.0, weights.start(parts)
    for t in range(length - 1):
        h, c = read_char(rows[:, t], h, c, *weights.cell)
        total -= weights.log_probs(h)[np.arange(parts), rows[:, t + 1]].sum()
    return float(total / (parts * (length - 1)))
