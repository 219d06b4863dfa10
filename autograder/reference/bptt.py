"""Backpropagation through time, by hand: one step, all steps, in chunks, and how to check and compare gradients.

A loss is a sum over time, ``E = E_1 + ... + E_T``. ``dh[:, t]`` is what the loss of step t alone asks of its state, the
derivative of E_t with respect to h_t; everything else follows from the recurrence. Sources: Werbos (1990),
"Backpropagation through time: what it does and how to do it"; Williams and Peng (1990) for the truncated form.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from autograder.reference.rnn import rnn_forward


def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    """The gradients of one step ``h = tanh(W_xh x + W_hh h_prev + b)``, from the gradient of its state.

    Args:
        dh: gradient of the loss with respect to h, (N, H).
        x: the inputs of the step, (N, D).
        h_prev: the states before it, (N, H).
        h: the states after it, (N, H).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).

    Returns:
        Gradients with respect to x (N, D), h_prev (N, H), W_xh (H, D), W_hh (H, H) and b (H).

    Raises:
        ValueError: sizes that do not fit each other.

    Source: the chain rule, with ``tanh'(a) = 1 - tanh(a)^2 = 1 - h^2``.
    """
    da = dh * (1 - h**2)  # (N, H), with respect to what tanh was applied to
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h_prev, da.sum(axis=0)


def bptt(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    """The gradients of a whole sequence: the step's, from the last step back to the first.

    Args:
        dh: gradient of each step's own loss with respect to its state, (N, T, H).
        x: the inputs, (N, T, D).
        h0: the states before the first step, (N, H).
        h: the states after every step, (N, T, H).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).
        rnn_step_backward: the step to go back by.

    Returns:
        Gradients of the whole loss with respect to x (N, T, D), h0 (N, H), W_xh (H, D), W_hh (H, H) and b (H).

    Raises:
        ValueError: sizes that do not fit each other.

    Source: Werbos (1990).
    """
    N, T, D = x.shape
    H = h0.shape[1]
    dx, dW_xh, dW_hh, db = np.zeros(x.shape), np.zeros((H, D)), np.zeros((H, H)), np.zeros(H)
    later = np.zeros(h0.shape)  # (N, H), what the steps after t ask of h_t
    for t in reversed(range(T)):
        before = h[:, t - 1] if t else h0
        dx[:, t], later, own_xh, own_hh, own_b = rnn_step_backward(
            dh[:, t] + later, x[:, t], before, h[:, t], W_xh, W_hh
        )
        dW_xh += own_xh
        dW_hh += own_hh
        db += own_b
    return dx, later, dW_xh, dW_hh, db


def numerical_gradient(f: Callable, theta: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """The gradient of a function by central differences, one entry after the other.

    Args:
        f: takes an array like theta and gives a number.
        theta: where to take the gradient, any shape. It is left as it was.
        eps: how far to go to either side.

    Returns:
        ``(f(theta + eps e_i) - f(theta - eps e_i)) / (2 eps)`` for every entry i, in the shape of theta.

    Raises:
        ZeroDivisionError: eps is zero.

    Source: Numerical Recipes, section 5.7; the error is of order eps squared, one-sided of order eps.
    """
    grad = np.zeros(np.shape(theta))
    for i in np.ndindex(grad.shape):
        up, down = np.array(theta, dtype=float), np.array(theta, dtype=float)
        up[i] += eps
        down[i] -= eps
        grad[i] = (f(up) - f(down)) / (2 * eps)
    return grad


def cubic(theta: np.ndarray, phase: float) -> float:
    """The function that the check of ``numerical_gradient`` uses: ``sum(bend theta^3) + (sum(slope theta))^2``.

    bend and slope are ``1 + cos / 2`` and ``1 + sin / 2`` of the phase plus the place of an entry.
    """
    places = phase + np.arange(np.size(theta)).reshape(np.shape(theta))
    bend, slope = 1 + 0.5 * np.cos(places), 1 + 0.5 * np.sin(places)
    return float(np.sum(bend * theta**3) + np.sum(slope * theta) ** 2)


def gradient_by_timestep(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    """What each step's use of W_hh adds to the gradient of W_hh. The parts sum to ``bptt``'s dW_hh.

    Args:
        dh: gradient of each step's own loss with respect to its state, (N, T, H).
        x: the inputs, (N, T, D).
        h0: the states before the first step, (N, H).
        h: the states after every step, (N, T, H).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).
        rnn_step_backward: the step to go back by.

    Returns:
        One part for each step, (T, H, H).

    Raises:
        ValueError: sizes that do not fit each other.

    Source: the rule for a parameter that is used several times; Goodfellow, Bengio and Courville, section 10.2.2.
    """
    T = x.shape[1]
    parts, later = np.zeros((T, *W_hh.shape)), np.zeros(h0.shape)
    for t in reversed(range(T)):
        before = h[:, t - 1] if t else h0
        _dx, later, _dW_xh, parts[t], _db = rnn_step_backward(
            dh[:, t] + later, x[:, t], before, h[:, t], W_xh, W_hh
        )  # fmt: skip
    return parts


def truncated_bptt(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt, rnn_step_backward=rnn_step_backward):
    """Forward through everything, back through chunks of k steps: the state crosses the cuts, no gradient does.

    Args:
        x: the inputs, (N, T, D).
        h0: the states before the first step, (N, H).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).
        b: one bias for each unit, (H).
        dh: gradient of each step's own loss with respect to its state, (N, T, H).
        k: steps in a chunk; the last chunk holds what is left.
        bptt: the way back through one chunk.
        rnn_step_backward: the step that it goes back by.

    Returns:
        The states h (N, T, H), and gradients with respect to x (N, T, D), h0 (N, H), W_xh (H, D), W_hh (H, H), b (H).

    Raises:
        ValueError: sizes that do not fit each other, or k is zero.

    Source: Williams and Peng (1990), "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories", in the form that everyone uses, where chunks do not overlap.
    """
    back = partial(bptt, rnn_step_backward=rnn_step_backward)
    states, dx, starts, totals = [], [], [], []
    state = h0
    for start in range(0, x.shape[1], k):
        chunk = slice(start, start + k)
        h, last = rnn_forward(x[:, chunk], state, W_xh, W_hh, b)
        d_inputs, d_start, *d_weights = back(dh[:, chunk], x[:, chunk], state, h, W_xh, W_hh)
        states.append(h)
        dx.append(d_inputs)
        starts.append(d_start)
        totals.append(d_weights)
        state = last
    return np.concatenate(states, 1), np.concatenate(dx, 1), starts[0], *(sum(parts) for parts in zip(*totals))


def gradient_angle(one: np.ndarray, other: np.ndarray) -> float:
    """The angle between two gradients, in degrees, all their entries taken as one vector.

    Args:
        one: a gradient, any shape.
        other: another of the same shape.

    Returns:
        0 for the same direction, 90 for nothing in common, 180 for the opposite direction.

    Raises:
        ValueError: the shapes differ.

    Source: Kahan, "How futile are mindless assessments of roundoff" (2006), section 12: for unit vectors,
    ``2 atan2(|a - b|, |a + b|)``. It agrees with ``cos(angle) = a . b / (|a| |b|)``, and is exact for small angles too.
    """
    one, other = one / _length(one), other / _length(other)
    return float(np.degrees(2 * np.arctan2(_length(one - other), _length(one + other))))


def _length(array: np.ndarray) -> float:
    return np.sqrt(np.sum(array * array))
