"""Running an LSTM through a text: the wrong ways that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np

from autograder.reference.interpretable_cells import read_char
from autograder.reference.readout import sigmoid


def trace(after=lambda h, c, t: (h, c), column=lambda ids, t: ids[:, t], order=iter, before=False):
    """The loop of the reference with a part changed: what is carried, what is read, in which order, what is kept."""

    def run(ids, W_xh, W_hh, b):
        h = c = np.zeros((len(ids), W_hh.shape[1]))
        kept = []
        for t in order(range(ids.shape[1])):
            old = h, c
            h, c = read_char(column(ids, t), h, c, W_xh, W_hh, b)
            kept.append(old if before else (h, c))
            h, c = after(h, c, t)
        return tuple(np.stack(parts, axis=1) for parts in zip(*kept))

    return run


def gates(order="ifgo", read=np.tanh):
    """The loop with a cell of one's own, whose gates lie in another order, or which does not squash c."""

    def run(ids, W_xh, W_hh, b):
        h = c = np.zeros((len(ids), W_hh.shape[1]))
        kept = []
        for t in range(ids.shape[1]):
            z = dict(zip(order, np.split(W_xh.T[ids[:, t]] + h @ W_hh.T + b, 4, axis=1)))
            c = sigmoid(z["f"]) * c + sigmoid(z["i"]) * np.tanh(z["g"])
            h = sigmoid(z["o"]) * read(c)
            kept.append((h, c))
        return tuple(np.stack(parts, axis=1) for parts in zip(*kept))

    return run


def then(change):
    """The right states, given back in another way: ``change(h, c)``."""
    right = trace()
    return lambda ids, W_xh, W_hh, b: change(*right(ids, W_xh, W_hh, b))


def names_swapped(ids, W_xh, W_hh, b):
    """`c, h = read_char(...)`: what is called h is c, also in the next step."""
    h, c = trace(after=lambda h, c, t: (c, h))(ids, W_xh, W_hh, b)
    return c, h


def sizes_swapped(ids, W_xh, W_hh, b):
    """`T, N = ids.shape`."""
    T, N = ids.shape
    h = c = np.zeros((N, W_hh.shape[1]))
    kept = []
    for t in range(T):
        h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        kept.append((h, c))
    return tuple(np.stack(parts, axis=1) for parts in zip(*kept))


def steps(which):
    """The loop over other steps: ``which(N, T)``. With no step at all there is nothing to stack."""

    def run(ids, W_xh, W_hh, b):
        h = c = np.zeros((len(ids), W_hh.shape[1]))
        hidden, cells = [], []
        for t in which(*ids.shape):
            h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
            hidden.append(h)
            cells.append(c)
        return np.stack(hidden, axis=1), np.stack(cells, axis=1)

    return run


def one_text_after_another(ids, W_xh, W_hh, b):
    """Every text begins with the state in which the one before it ended."""
    h, c = trace()(ids.reshape(1, -1), W_xh, W_hh, b)
    return h.reshape(*ids.shape, -1), c.reshape(*ids.shape, -1)


def texts_read_as_steps(ids, W_xh, W_hh, b):
    """Rows of ids, which are texts, are read as if they were steps."""
    return trace(column=lambda ids, t: ids[t])(ids, W_xh, W_hh, b)


def filled(ids, W_xh, W_hh, b):
    """Arrays that are filled, and one-hot vectors."""
    N, T = ids.shape
    H, V = W_hh.shape[1], W_xh.shape[1]
    hidden, cells = np.zeros((N, T, H)), np.zeros((N, T, H))
    x = np.eye(V)[ids]
    for t in range(T):
        h, c = (hidden[:, t - 1], cells[:, t - 1]) if t else (np.zeros((N, H)), np.zeros((N, H)))
        i, f, g, o = np.split(x[:, t] @ W_xh.T + h @ W_hh.T + b, 4, axis=-1)
        cells[:, t] = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        hidden[:, t] = sigmoid(o) * np.tanh(cells[:, t])
    return hidden, cells


def text_by_text(ids, W_xh, W_hh, b):
    parts = [trace()(row[None], W_xh, W_hh, b) for row in ids]
    return [np.concatenate(p) for p in zip(*parts)]


def with_torch_cell(ids, W_xh, W_hh, b):
    import torch

    cell = torch.nn.LSTMCell(W_xh.shape[1], W_hh.shape[1], bias=True)
    with torch.no_grad():
        for parameter, value in zip(cell.parameters(), (W_xh, W_hh, b, 0 * b), strict=True):
            parameter.copy_(torch.as_tensor(value))
        state, kept = None, []
        for t in range(ids.shape[1]):
            x = torch.nn.functional.one_hot(torch.as_tensor(ids[:, t]), W_xh.shape[1]).float()
            state = cell(x, state)
            kept.append(state)
    return tuple(torch.stack(parts, dim=1) for parts in zip(*kept))
