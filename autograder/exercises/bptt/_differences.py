"""Ways to take a numerical gradient: the wrong ones that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np


def moved(theta, i, by):
    """A copy of theta with one entry moved."""
    other = np.array(theta, dtype=float)
    other[i] += by
    return other


def entry_by_entry(rule):
    """A gradient from ``rule(f, theta, i, eps)`` for every entry i."""

    def answer(f, theta, eps=1e-5):
        grad = np.zeros(np.shape(theta))
        for i in np.ndindex(grad.shape):
            grad[i] = rule(f, theta, i, eps)
        return grad

    return answer


def central(f, theta, i, eps):
    return (f(moved(theta, i, eps)) - f(moved(theta, i, -eps))) / (2 * eps)


def forward(f, theta, i, eps):
    return (f(moved(theta, i, eps)) - f(np.array(theta, dtype=float))) / eps


def backward(f, theta, i, eps):
    return (f(np.array(theta, dtype=float)) - f(moved(theta, i, -eps))) / eps


def swapped(f, theta, i, eps):
    return -central(f, theta, i, eps)


right = entry_by_entry(central)


def with_step(step):
    """The right rule with a step of its own."""
    return lambda f, theta, eps=1e-5: right(f, theta, step)


def never_restored(f, theta, eps=1e-5):
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += eps
        up = f(theta)
        theta[i] -= 2 * eps
        grad[i] = (up - f(theta)) / (2 * eps)
    return grad


def never_restored_one_way(f, theta, eps=1e-5):
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        down = f(theta)
        theta[i] += eps
        grad[i] = (f(theta) - down) / eps
    return grad


def copy_never_restored(f, theta, eps=1e-5):
    return never_restored(f, np.array(theta, dtype=float), eps)


def copied_once(f, theta, eps=1e-5):
    """The two copies are made before the loop, so every entry that was moved stays so."""
    up, down = np.array(theta, dtype=float), np.array(theta, dtype=float)
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        up[i] += eps
        down[i] -= eps
        grad[i] = (f(up) - f(down)) / (2 * eps)
    return grad


def minus_is_the_middle(f, theta, i, eps):
    return (f(moved(theta, i, eps)) - f(np.array(theta, dtype=float))) / (2 * eps)


def all_at_once(f, theta, eps=1e-5):
    return (f(theta + eps) - f(theta - eps)) / (2 * eps)


def rows_at_once(f, theta, eps=1e-5):
    grad = np.zeros(theta.shape)
    for i in range(len(theta)):
        grad[i] = central(f, theta, i, eps)
    return grad


def whole_numbers(f, theta, eps=1e-5):
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        up, down = theta.copy(), theta.copy()
        up[i] = up[i] + eps
        down[i] = down[i] - eps
        grad[i] = (f(up) - f(down)) / (2 * eps)
    return grad


def result_in_whole_numbers(f, theta, eps=1e-5):
    grad = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        grad[i] = central(f, theta, i, eps)
    return grad


def all_in_whole_numbers(f, theta, eps=1e-5):
    grad = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        up, down = theta.copy(), theta.copy()
        up[i] = up[i] + eps
        down[i] = down[i] - eps
        grad[i] = (f(up) - f(down)) / (2 * eps)
    return grad


def restored_in_place(f, theta, eps=1e-5):
    """Right: theta is moved and moved back, which leaves a rounding error."""
    work = theta if theta.dtype.kind == "f" else theta.astype(float)
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        work[i] += eps
        up = f(work)
        work[i] -= 2 * eps
        down = f(work)
        work[i] += eps
        grad[i] = (up - down) / (2 * eps)
    return grad


def restored_from_old(f, theta, eps=1e-5):
    work, grad = theta.astype(float), []
    for i in range(theta.size):
        old = work.flat[i]
        work.flat[i] = old + eps
        up = f(work)
        work.flat[i] = old - eps
        grad.append((up - f(work)) / 2 / eps)
        work.flat[i] = old
    return np.array(grad).reshape(theta.shape)


def with_nditer(f, theta, eps=1e-5):
    grad, work = np.empty(theta.shape), theta * 1.0
    it = np.nditer(theta, flags=["multi_index"])
    for _ in it:
        i = it.multi_index
        old = work[i]
        work[i] = old + eps
        grad[i] = f(work)
        work[i] = old - eps
        grad[i] -= f(work)
        work[i] = old
    return grad / (2 * eps)


def unit_vectors(f, theta, eps=1e-5):
    ways = np.eye(theta.size).reshape(theta.size, *theta.shape)
    return np.array([f(theta + eps * e) - f(theta - eps * e) for e in ways]).reshape(theta.shape) / (2 * eps)
