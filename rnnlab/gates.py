"""The sigmoid of lesson 01, for the lessons whose gates need it, and what a step of a GRU goes through."""

from __future__ import annotations

from typing import Any

import numpy as np


def sigmoid(z: Any) -> np.ndarray:
    """``1 / (1 + e^-z)`` for every number, without overflow."""
    z = np.asarray(z, dtype=float)
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def gru_gates(
    x: np.ndarray, h: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b_x: np.ndarray, b_h: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Reset gate, update gate and candidate of a step, and the state's part of the candidate's sum: (N,H) each.

    Blocks in torch's order r z n, the reset gate after the product: x (N,D), h (N,H), W_xh (3H,D), W_hh (3H,H).
    """
    from_x = np.split(x @ W_xh.T + b_x, 3, axis=1)
    from_h = np.split(h @ W_hh.T + b_h, 3, axis=1)
    reset, update = (sigmoid(a + b) for a, b in zip(from_x[:2], from_h[:2], strict=True))
    return reset, update, np.tanh(from_x[2] + reset * from_h[2]), from_h[2]
