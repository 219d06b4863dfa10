"""Lesson 05: slopes, step Jacobians and their products, the spectral radius, clipping, orthogonal matrices."""

from __future__ import annotations

import numpy as np

from autograder.reference.bptt import bptt
from autograder.reference.rnn import rnn_forward


def tanh_by_exp(z: np.ndarray) -> np.ndarray:
    """The tanh from the exponential alone, right at any size.

    Args:
        z: numbers, any shape.

    Returns:
        ``(1 - e^{-2z}) / (1 + e^{-2z})``, in the shape of z.

    Raises:
        TypeError: z is not made of numbers.

    Source: ``tanh z = (e^z - e^{-z}) / (e^z + e^{-z})``, divided above and below by ``e^{|z|}``.
    """
    small = np.exp(-2.0 * np.abs(z))
    return np.sign(z) * (1 - small) / (1 + small)


def tanh_grad(z: np.ndarray) -> np.ndarray:
    """The slope of tanh at z.

    Args:
        z: what tanh is applied to, any shape.

    Returns:
        ``1 - tanh(z)^2``, in the shape of z.

    Raises:
        TypeError: z is not made of numbers.

    Source: the quotient rule.
    """
    return 1 - np.tanh(z) ** 2


def sigmoid_grad(z: np.ndarray) -> np.ndarray:
    """The slope of the sigmoid at z.

    Args:
        z: what the sigmoid is applied to, any shape.

    Returns:
        ``s (1 - s)`` with ``s = 1 / (1 + e^{-z})``, in the shape of z.

    Raises:
        TypeError: z is not made of numbers.

    Source: the chain rule. ``s`` comes from tanh here, since ``sigmoid(z) = (1 + tanh(z / 2)) / 2``.
    """
    s = 0.5 * (1 + np.tanh(0.5 * z))
    return s * (1 - s)


def step_jacobian(h: np.ndarray, W_hh: np.ndarray) -> np.ndarray:
    """How the state after a tanh step depends on the state before it: ``J[i, j] = dh[i] / dh_prev[j]``.

    Args:
        h: the state after the step, (H).
        W_hh: weights from units to units, (H, H).

    Returns:
        ``diag(1 - h^2) W_hh``, (H, H).

    Raises:
        ValueError: sizes that do not fit each other.

    Source: Pascanu, Mikolov and Bengio (2013), equation 5, for the step of ``torch.nn.RNN``.
    """
    return (1 - h**2)[:, None] * W_hh


def jacobian_norms(h, W_hh, *, step_jacobian=step_jacobian):
    """How strongly the last state depends on each state: the largest singular value of ``dh_T / dh_t``.

    Args:
        h: the states after every step, (T, H).
        W_hh: weights from units to units, (H, H).
        step_jacobian: the Jacobian of one step.

    Returns:
        One norm for each step, (T). The last is 1, that of the identity.

    Raises:
        ValueError: sizes that do not fit each other.

    Source: Pascanu, Mikolov and Bengio (2013), equation 5: ``dh_T / dh_t = J_T J_{T-1} ... J_{t+1}``.
    """
    T, H = h.shape
    norms, product = np.ones(T), np.eye(H)
    for t in reversed(range(T - 1)):
        product = product @ step_jacobian(h[t + 1], W_hh)
        norms[t] = np.linalg.norm(product, 2)
    return norms


def spectral_radius(W_hh: np.ndarray) -> float:
    """The largest absolute value of an eigenvalue.

    Args:
        W_hh: a square matrix, (H, H).

    Returns:
        ``max |lambda|``; eigenvalues may be complex.

    Raises:
        LinAlgError: the matrix is not square, or has entries that are not finite.

    Source: its definition; Gelfand's formula says that it is the limit of ``|W^n|^(1/n)``.
    """
    return float(np.abs(np.linalg.eigvals(W_hh)).max())


def gradient_norm_by_lag(x, W_xh, W_hh, b):
    """How strongly the sum of the last state depends on the input of each lag, for a tanh network from zero.

    Args:
        x: the inputs, (N, T, D).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).
        b: one bias for each unit, (H).

    Returns:
        Norms (T), the one of the last input first: for each example the length of the gradient of ``sum(h_T)``, and of
        those the mean; the same from a second call; and the number of parameters in which gradients were left, (1).

    Raises:
        ValueError: sizes that do not fit each other.

    Source: the chain rule; the plot is that of Hochreiter's thesis (1991) and of Bengio, Simard and Frasconi (1994).
    """
    N, T, D = x.shape
    h0, dh = np.zeros((N, len(b))), np.zeros((N, T, len(b)))
    dh[:, -1] = 1
    h, _last = rnn_forward(x, h0, W_xh, W_hh, b)
    dx = bptt(dh, x, h0, h, W_xh, W_hh)[0]
    norms = np.sqrt((dx**2).sum(axis=2)).mean(axis=0)[::-1]  # (T)
    return norms, norms, np.zeros(1)


def clip_by_norm(dW_xh, dW_hh, db, limit):
    """All gradients, shortened together where their common length exceeds a limit.

    Args:
        dW_xh: gradient of the input weights, (H, D).
        dW_hh: gradient of the recurrent weights, (H, H).
        db: gradient of the bias, (H).
        limit: the greatest length allowed.

    Returns:
        The three, all multiplied by ``min(1, limit / length)``; length is the root of the sum of all squares.

    Raises:
        ValueError: never.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1; ``torch.nn.utils.clip_grad_norm_``.
    """
    length = np.sqrt(sum(np.sum(g * g) for g in (dW_xh, dW_hh, db)))
    scale = limit / length if length > limit else 1.0
    return scale * dW_xh, scale * dW_hh, scale * db


def clip_by_value(g: np.ndarray, limit: float) -> np.ndarray:
    """Every entry by itself, kept between -limit and limit.

    Args:
        g: a gradient, any shape.
        limit: the greatest size of an entry.

    Returns:
        The entries, those beyond the limit replaced by it, with their sign.

    Raises:
        ValueError: never.

    Source: ``torch.nn.utils.clip_grad_value_``.
    """
    return np.clip(g, -limit, limit)


def orthogonal(A: np.ndarray) -> np.ndarray:
    """A matrix with orthonormal columns, or rows where it is wider than tall, from one of random numbers.

    Args:
        A: independent normal numbers, (H, D).

    Returns:
        Q of the factorisation ``A = Q R`` in which R has a positive diagonal, (H, D). Where D exceeds H, that of A's
        transpose, transposed. Then Q is drawn evenly from all such matrices.

    Raises:
        LinAlgError: A has no two axes.

    Source: Mezzadri, "How to generate random matrices from the classical compact groups" (2007);
    ``torch.nn.init.orthogonal_``.
    """
    H, D = A.shape
    Q, R = np.linalg.qr(A if H >= D else A.T)
    Q = Q * np.sign(np.diag(R))
    return Q if H >= D else Q.T
