"""The two warm-ups of lesson 00: an affine map on rows, and sequences with time in front."""

from __future__ import annotations

import numpy as np


def affine(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Every row of ``x``, weighted and shifted: ``y = x W^T + b``.

    Args:
        x: one example in each row, (N, D).
        W: one row of weights for each output, (H, D), as ``torch.nn.Linear.weight`` is stored.
        b: one bias for each output, (H).

    Returns:
        One row of outputs for each example, (N, H).

    Raises:
        ValueError: a row of ``x`` and a row of ``W`` differ in length.

    Source: ``torch.nn.Linear``. For a single example, a column vector x, it is the textbook's ``y = W x + b``.
    """
    return x @ W.T + b


def time_major(x: np.ndarray) -> np.ndarray:
    """The same sequences with time as the first axis: ``out[t, n] == x[n, t]``.

    Args:
        x: N sequences of T steps with D numbers each, (N, T, D).

    Returns:
        The same numbers, (T, N, D); ``out[t]`` is step t of every sequence.

    Raises:
        ValueError: ``x`` has not three axes.

    Source: the layout that ``torch.nn.RNN`` takes unless ``batch_first=True``.
    """
    return x.transpose(1, 0, 2)
