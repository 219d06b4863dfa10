"""From states to answers: the linear readout, and the two functions that turn scores into probabilities."""

from __future__ import annotations

import numpy as np


def readout(h: np.ndarray, W_hy: np.ndarray, b_y: np.ndarray) -> np.ndarray:
    """Scores at every step: ``y_t = W_hy h_t + b_y``.

    Args:
        h: the states after every step, (N, T, H).
        W_hy: weights from units to outputs, (O, H).
        b_y: one bias for each output, (O).

    Returns:
        One row of O scores for every step of every sequence, (N, T, O).

    Raises:
        ValueError: a state and a row of ``W_hy`` differ in length.

    Source: Elman (1990); ``torch.nn.Linear``, which also acts on the last axis and leaves the others alone.
    """
    return h @ W_hy.T + b_y


def sigmoid(z: np.ndarray) -> np.ndarray:
    """``1 / (1 + e^-z)`` for every number, without overflow.

    Args:
        z: scores, (..., C).

    Returns:
        For each score by itself a number between 0 and 1, (..., C).

    Raises:
        TypeError: ``z`` does not hold numbers.

    Source: the logistic function. With ``e^-|z|`` the exponential never exceeds 1.
    """
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, small) / (1.0 + small)


def softmax(z: np.ndarray) -> np.ndarray:
    """``e^{z_c} / sum_k e^{z_k}`` along the last axis, without overflow.

    Args:
        z: scores, (..., C).

    Returns:
        Positive numbers that add up to 1 along the last axis, (..., C).

    Raises:
        ValueError: the last axis is empty.

    Source: Bridle (1990). Taking the row's largest score from all of its scores changes nothing but the range of exp.
    """
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
