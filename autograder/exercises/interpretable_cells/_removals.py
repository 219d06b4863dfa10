"""Units that say the same at every step: the wrong ways that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np

from autograder.exercises.interpretable_cells._traces import trace
from autograder.reference.interpretable_cells import read_char


def clamped(h, units, values):
    """A copy of h in which these units have these values."""
    h = np.array(h)
    h[..., units] = values
    return h


def loop(carry, keep, start=lambda h, units, values: h, cell=lambda c, units, values, t: c):
    """A loop with its own idea of what is handed on, kept, and begun with; each a function of (h, units, values, t)."""

    def run(ids, units, values, W_xh, W_hh, b):
        zeros = np.zeros((len(ids), W_hh.shape[1]))
        h, c, kept = start(zeros, units, values), zeros, []
        for t in range(ids.shape[1]):
            h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
            c = cell(c, units, values, t)
            kept.append(keep(h, units, values, t))
            h = carry(h, units, values, t)
        return np.stack(kept, axis=1)

    return run


def clamp(h, units, values, t):
    return clamped(h, units, values)


def free(h, units, values, t):
    return h


def others(h, units, values, t):
    """The units that are *not* named are held at the mean of the values."""
    keep = np.isin(np.arange(h.shape[1]), units)
    return np.where(keep, h, np.mean(values))


def in_rows(ids, units, values, W_xh, W_hh, b):
    """`h[units] = values`, as it stands: often the shapes do not fit."""

    def held(h, units, values, t):
        h = np.array(h)
        h[units] = values
        return h

    return loop(held, held)(ids, units, values, W_xh, W_hh, b)


def steps_after_the_run(ids, units, values, W_xh, W_hh, b):
    """`h[:, units] = values` in the states of the whole run: often the shapes do not fit."""
    h, _c = trace()(ids, W_xh, W_hh, b)
    h[:, units] = values
    return h


def with_cells(ids, units, values, W_xh, W_hh, b):
    """Hidden states and cell states, as `hidden_trace` returns them."""
    h = c = np.zeros((len(ids), W_hh.shape[1]))
    hidden, cells = [], []
    for t in range(ids.shape[1]):
        h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        h = clamped(h, units, values)
        hidden.append(h)
        cells.append(c)
    return np.stack(hidden, axis=1), np.stack(cells, axis=1)


def names_swapped(ids, units, values, W_xh, W_hh, b):
    """`c, h = read_char(...)`."""
    h = c = np.zeros((len(ids), W_hh.shape[1]))
    kept = []
    for t in range(ids.shape[1]):
        c, h = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        h = clamped(h, units, values)
        kept.append(h)
    return np.stack(kept, axis=1)


def with_weights(change):
    """The plain run with changed weights: ``change(W_hh, units)`` works on a copy."""

    def run(ids, units, values, W_xh, W_hh, b):
        W_hh = np.array(W_hh)
        change(W_hh, units)
        return trace()(ids, W_xh, W_hh, b)[0]

    return run


def columns_off(W_hh, units):
    W_hh[:, units] = 0


def rows_off(W_hh, units):
    W_hh[units] = 0


def gates_off(W_hh, units):
    H = W_hh.shape[1]
    for gate in range(4):
        W_hh[gate * H + units] = 0


def cells_held(ids, units, values, W_xh, W_hh, b):
    """The cell states are held, and h is made from them by the output gate."""
    zeros = np.zeros((len(ids), W_hh.shape[1]))
    h, c, kept = zeros, zeros, []
    for t in range(ids.shape[1]):
        c = clamped(c, units, values)
        h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        kept.append(h)
    return np.stack(kept, axis=1)


def before_in_place(ids, units, values, W_xh, W_hh, b):
    """Held before each step, in the array that was stored after the one before."""
    h, c, kept = np.zeros((len(ids), W_hh.shape[1])), np.zeros((len(ids), W_hh.shape[1])), []
    for t in range(ids.shape[1]):
        h[:, units] = values
        h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        kept.append(h)
    return np.stack(kept, axis=1)


def unheard(ids, units, values, W_xh, W_hh, b):
    """Held in h, but the next step does not hear the values."""
    W_hh = np.array(W_hh)
    W_hh[:, units] = 0
    return loop(clamp, clamp)(ids, units, values, W_xh, W_hh, b)


def unheard_in_place(ids, units, values, W_xh, W_hh, b):
    W_hh[:, units] = 0
    return loop(clamp, clamp)(ids, units, values, W_xh, W_hh, b)


def columns_off_in_place(ids, units, values, W_xh, W_hh, b):
    W_hh[:, units] = 0
    return trace()(ids, W_xh, W_hh, b)[0]


def by_mask(ids, units, values, W_xh, W_hh, b):
    """A mask of the units in place of their numbers: the values then go to the units in increasing order."""
    inside = np.isin(np.arange(W_hh.shape[1]), units)
    return loop(*[lambda h, u, v, t: clamped(h, inside, v)] * 2)(ids, units, values, W_xh, W_hh, b)


def then(change):
    right = loop(clamp, clamp)
    return lambda *arguments: change(right(*arguments))


def folded_into_bias(ids, units, values, W_xh, W_hh, b):
    """What constant units add to every gate is a bias: their columns go, and the sum moves into b."""
    H = W_hh.shape[1]
    free_units = np.setdiff1d(np.arange(H), units)
    more = b + W_hh[:, units] @ values
    N, T = ids.shape
    h, c, out = np.zeros((N, H)), np.zeros((N, H)), np.zeros((N, T, H))
    for t in range(T):
        reduced = np.zeros_like(W_hh)
        reduced[:, free_units] = W_hh[:, free_units]
        h, c = read_char(ids[:, t], h, c, W_xh, reduced, more if t else b)
        out[:, t] = h
        out[:, t, units] = values
    return out


def by_where(ids, units, values, W_xh, W_hh, b):
    H = W_hh.shape[1]
    fixed, held = np.zeros(H), np.zeros(H, dtype=bool)
    fixed[units], held[units] = values, True
    return loop(*[lambda h, u, v, t: np.where(held, fixed, h)] * 2)(ids, units, values, W_xh, W_hh, b)
