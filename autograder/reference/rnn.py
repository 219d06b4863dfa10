"""The plain (Elman) recurrent network: one step, a whole sequence, the one-matrix view, its size, its gradients.

Batch first, weights as torch stores them. Source of the recurrence: Elman (1990), "Finding structure in time", in the
form of ``torch.nn.RNN``, whose two biases are one here.
"""

from __future__ import annotations

import numpy as np


def rnn_step(x: np.ndarray, h: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """One step: ``h_t = tanh(W_xh x_t + W_hh h_{t-1} + b)``, for every row of a batch.

    Args:
        x: the inputs of this step, (N, D).
        h: the states before it, (N, H).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H); row j holds the weights into unit j.
        b: one bias for each unit, (H).

    Returns:
        The states after the step, (N, H).

    Raises:
        ValueError: sizes that do not fit each other.

    Source: Elman (1990); ``torch.nn.RNNCell`` with ``b = bias_ih + bias_hh``.
    """
    return np.tanh(x @ W_xh.T + h @ W_hh.T + b)


def fuse_weights(W_xh: np.ndarray, W_hh: np.ndarray) -> np.ndarray:
    """The one matrix W with ``W [x; h] = W_xh x + W_hh h``.

    Args:
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).

    Returns:
        The two side by side, inputs first, (H, D+H).

    Raises:
        ValueError: the matrices differ in their number of rows.

    Source: the product of block matrices; Goodfellow, Bengio and Courville, "Deep Learning", section 10.2.
    """
    return np.concatenate([W_xh, W_hh], axis=1)


def rnn_forward(x, h0, W_xh, W_hh, b, *, rnn_step=rnn_step):
    """The same step at every time, each starting from the state that the one before it left.

    Args:
        x: N sequences of T steps, (N, T, D).
        h0: the states before the first step, (N, H).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).
        b: one bias for each unit, (H).
        rnn_step: the step to use.

    Returns:
        The states after every step, (N, T, H), and those after the last, (N, H).

    Raises:
        ValueError: sizes that do not fit each other, or no steps at all.

    Source: Elman (1990); ``torch.nn.RNN(batch_first=True)``, whose second result is ``h_T[None]``.
    """
    N, T, D = x.shape
    states, h = [], h0
    for t in range(T):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b)
        states.append(h)
    return np.stack(states, axis=1), h  # (N, T, H), (N, H)


def count_parameters(D: int, H: int, O: int) -> int:
    """How many numbers a recurrent network with a readout learns. The length of the sequences does not enter.

    Args:
        D: size of an input.
        H: number of units.
        O: size of an output.

    Returns:
        The sizes of ``W_xh``, ``W_hh``, ``b``, ``W_hy`` and ``b_y``, added up.

    Raises:
        TypeError: a size is not a number.

    Source: counting. ``torch.nn.RNN`` has H more, since it keeps two biases that are only ever added.
    """
    return H * D + H * H + H + O * H + O


def rnn_with_gradients(x, h0, W_xh, W_hh, b, dh, dh_T):
    """``rnn_forward``, and the gradients of ``sum(h * dh) + sum(h_T * dh_T)`` with respect to all of its arguments.

    Args:
        x: N sequences of T steps, (N, T, D).
        h0: the states before the first step, (N, H).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).
        b: one bias for each unit, (H).
        dh: weight of every state in the sum, (N, T, H).
        dh_T: weight of every last state in the sum, (N, H).

    Returns:
        ``h`` (N, T, H), ``h_T`` (N, H), and gradients with the shapes of x, h0, W_xh, W_hh and b.

    Raises:
        ValueError: sizes that do not fit each other, or no steps at all.

    Source: back-propagation through time, Werbos (1990), with ``tanh' = 1 - tanh^2``.
    """
    N, T, D = x.shape
    h, h_T = rnn_forward(x, h0, W_xh, W_hh, b)
    grad_x, grad_W_xh, grad_W_hh, grad_b = (
        np.zeros(x.shape),
        np.zeros(W_xh.shape),
        np.zeros(W_hh.shape),
        np.zeros(b.shape),
    )
    flowing = np.array(dh_T, dtype=float)  # (N, H), what the steps after t ask of h_t
    for t in reversed(range(T)):
        before = h[:, t - 1] if t else h0
        da = (flowing + dh[:, t]) * (1 - h[:, t] ** 2)  # (N, H), with respect to what tanh was applied to
        grad_x[:, t] = da @ W_xh  # (N, D)
        grad_W_xh += da.T @ x[:, t]  # (H, D)
        grad_W_hh += da.T @ before  # (H, H)
        grad_b += da.sum(0)  # (H)
        flowing = da @ W_hh  # (N, H)
    return h, h_T, grad_x, flowing, grad_W_xh, grad_W_hh, grad_b
