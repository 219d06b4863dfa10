"""Gated cells by hand: the LSTM forward and backward, its belt, the GRU, their sizes.

Batch first. The blocks of a weight matrix lie one below the other in the order of torch: i f g o for the LSTM, r z n
for the GRU. Sources: Hochreiter and Schmidhuber (1997), "Long short-term memory"; Gers, Schmidhuber and Cummins (2000)
for the forget gate; Cho et al. (2014) for the GRU, in the form of ``torch.nn.GRU``.
"""

from __future__ import annotations

import numpy as np

from autograder.reference.readout import sigmoid


def lstm_gates(x, h, W_xh, W_hh, b):
    """The four gates of one step, i, f, g, o, each (N, H). Arguments as for ``lstm_step``."""
    i, f, g, o = np.split(x @ W_xh.T + h @ W_hh.T + b, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def lstm_step(x, h, c, W_xh, W_hh, b):
    """One step of an LSTM: ``c_t = f * c_{t-1} + i * g``, ``h_t = o * tanh(c_t)``.

    Args:
        x: the inputs of this step, (N, D).
        h: the hidden states before it, (N, H).
        c: the cell states before it, (N, H).
        W_xh: weights from inputs to the four gates, (4H, D), blocks in the order i f g o.
        W_hh: weights from units to the four gates, (4H, H).
        b: one bias for each row, (4H).

    Returns:
        The hidden states and the cell states after the step, (N, H) each.

    Raises:
        ValueError: sizes that do not fit each other.

    Source: ``torch.nn.LSTMCell`` with ``b = bias_ih + bias_hh``.
    """
    i, f, g, o = lstm_gates(x, h, W_xh, W_hh, b)
    c = f * c + i * g
    return o * np.tanh(c), c


def lstm_forward(x, h0, c0, W_xh, W_hh, b, *, lstm_step=lstm_step):
    """The same step at every time, each starting from the two states that the one before it left.

    Args:
        x: N sequences of T steps, (N, T, D).
        h0: the hidden states before the first step, (N, H).
        c0: the cell states before the first step, (N, H).
        W_xh: weights from inputs to the four gates, (4H, D).
        W_hh: weights from units to the four gates, (4H, H).
        b: one bias for each row, (4H).
        lstm_step: the step to take.

    Returns:
        The hidden states after every step (N, T, H), the last of them (N, H), and the last cell states (N, H).

    Raises:
        ValueError: sizes that do not fit each other, or no steps at all.

    Source: ``torch.nn.LSTM`` with ``batch_first=True``.
    """
    states, h, c = [], h0, c0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, W_xh, W_hh, b)
        states.append(h)
    return np.stack(states, axis=1), h, c


def cell_gradient(f):
    """The derivative of the last cell state with respect to every cell state, along the belt alone.

    Args:
        f: the forget gates, (N, T, H); ``f[:, t]`` leads from c_t to c_{t+1}.

    Returns:
        ``dc_T / dc_t`` for t = 0, ..., T, (N, T+1, H): the product of all forget gates from t on, and 1 at the end.

    Raises:
        ValueError: f has not three axes.

    Source: ``dc_{t+1} / dc_t = f_t`` where the gates are held fixed; Gers, Schmidhuber and Cummins (2000).
    """
    N, _T, H = f.shape
    ending = np.concatenate([f, np.ones((N, 1, H))], axis=1)
    return np.cumprod(ending[:, ::-1], axis=1)[:, ::-1]


def lstm_step_backward(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
    """The gradients of one step of an LSTM, from those of both of its states.

    Args:
        dh: gradient of the loss with respect to h, (N, H).
        dc: gradient with respect to c, all but what comes through h, (N, H).
        x: the inputs of the step, (N, D).
        h_prev: the hidden states before it, (N, H).
        c_prev: the cell states before it, (N, H).
        gates: the values of i, f, g and o side by side, (N, 4H).
        c: the cell states after it, (N, H).
        W_xh: weights from inputs to the four gates, (4H, D).
        W_hh: weights from units to the four gates, (4H, H).

    Returns:
        Gradients for x (N, D), h_prev (N, H), c_prev (N, H), W_xh (4H, D), W_hh (4H, H) and b (4H).

    Raises:
        ValueError: sizes that do not fit each other.

    Source: the chain rule; the slope of a sigmoid s is ``s (1 - s)``, that of a tanh t is ``1 - t^2``.
    """
    i, f, g, o = np.split(gates, 4, axis=1)
    tanh_c = np.tanh(c)
    belt = dc + dh * o * (1 - tanh_c**2)  # (N, H), all that is asked of c
    da = np.concatenate(
        [belt * g * i * (1 - i), belt * c_prev * f * (1 - f), belt * i * (1 - g**2), dh * tanh_c * o * (1 - o)], axis=1
    )  # (N, 4H), with respect to the four sums
    return da @ W_xh, da @ W_hh, belt * f, da.T @ x, da.T @ h_prev, da.sum(axis=0)


def gru_step(x, h, W_xh, W_hh, b_x, b_h):
    """One step of a GRU: ``h_t = (1 - z) * n + z * h_{t-1}``, the reset gate after the product, as torch has it.

    Args:
        x: the inputs of this step, (N, D).
        h: the states before it, (N, H).
        W_xh: weights from inputs to the three blocks r z n, (3H, D).
        W_hh: weights from units to the three blocks, (3H, H).
        b_x: biases beside the inputs, (3H).
        b_h: biases beside the states, (3H); in the last block r multiplies them.

    Returns:
        The states after the step, (N, H).

    Raises:
        ValueError: sizes that do not fit each other.

    Source: ``torch.nn.GRUCell``; Cho et al. (2014) have r before the product and z the other way round.
    """
    r_x, z_x, n_x = np.split(x @ W_xh.T + b_x, 3, axis=1)
    r_h, z_h, n_h = np.split(h @ W_hh.T + b_h, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * n_h)
    return (1 - z) * n + z * h


def count_gate_parameters(D, H):
    """How many numbers a plain cell, a GRU and an LSTM learn, as torch keeps them.

    Args:
        D: size of an input.
        H: number of units.

    Returns:
        Three whole numbers: one, three and four times ``H D + H H + 2 H``.

    Raises:
        TypeError: a size is not a number.

    Source: counting; torch keeps two biases for each block.
    """
    block = H * D + H * H + 2 * H
    return block, 3 * block, 4 * block


def init_forget_bias(b_ih, b_hh, value):
    """Two biases whose sum is ``value`` in the forget gate's block and what it was elsewhere.

    Args:
        b_ih: torch's bias beside the inputs, (4H), blocks i f g o.
        b_hh: torch's bias beside the states, (4H).
        value: what the forget gate's sum is to start with.

    Returns:
        Two new arrays, (4H) each.

    Raises:
        TypeError: value is not a number.

    Source: Gers, Schmidhuber and Cummins (2000); Jozefowicz, Zaremba and Sutskever (2015).
    """
    H = len(b_ih) // 4
    b_ih, b_hh = np.array(b_ih, dtype=float), np.array(b_hh, dtype=float)
    b_ih[H : 2 * H], b_hh[H : 2 * H] = value, 0.0
    return b_ih, b_hh


def total_bias(b_ih, b_hh, value):
    """What the check of ``init_forget_bias`` looks at: the sum of the two biases, (4H)."""
    return np.add(*init_forget_bias(b_ih, b_hh, value))


def lstm_with_gradients(x, h0, c0, W_xh, W_hh, b, dh, dh_T, dc_T):
    """``lstm_forward``, and the gradients of ``sum(h dh) + sum(h_T dh_T) + sum(c_T dc_T)`` for its six arguments.

    Args:
        x: N sequences of T steps, (N, T, D).
        h0: the hidden states before the first step, (N, H).
        c0: the cell states before the first step, (N, H).
        W_xh: weights from inputs to the four gates, (4H, D).
        W_hh: weights from units to the four gates, (4H, H).
        b: one bias for each row, (4H).
        dh: weight of every hidden state in the sum, (N, T, H).
        dh_T: weight of every last hidden state, (N, H).
        dc_T: weight of every last cell state, (N, H).

    Returns:
        ``h`` (N, T, H), ``h_T`` (N, H), ``c_T`` (N, H), and gradients with the shapes of the first six arguments.

    Raises:
        ValueError: sizes that do not fit each other, or no steps at all.

    Source: back-propagation through time with ``lstm_step_backward``.
    """
    kept, states, h, c = [], [], h0, c0
    for t in range(x.shape[1]):
        gates = np.concatenate(lstm_gates(x[:, t], h, W_xh, W_hh, b), axis=1)
        before = (h, c)
        h, c = lstm_step(x[:, t], h, c, W_xh, W_hh, b)
        kept.append((*before, gates, c))
        states.append(h)
    dx, flow, belt = np.zeros(x.shape), np.array(dh_T, dtype=float), np.array(dc_T, dtype=float)
    totals = [np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(b.shape)]
    for t in reversed(range(x.shape[1])):
        h_prev, c_prev, gates, c_t = kept[t]
        dx[:, t], flow, belt, *own = lstm_step_backward(
            flow + dh[:, t], belt, x[:, t], h_prev, c_prev, gates, c_t, W_xh, W_hh
        )
        totals = [total + part for total, part in zip(totals, own)]
    return np.stack(states, axis=1), h, c, dx, flow, belt, *totals
