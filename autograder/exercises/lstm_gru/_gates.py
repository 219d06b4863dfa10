"""One step of an LSTM: the wrong ways that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np

from autograder.reference.gated import lstm_step
from autograder.reference.readout import sigmoid


def sums(x, h, W_xh, W_hh, b):
    """What the gates are applied to, (N, 4H)."""
    return x @ W_xh.T + h @ W_hh.T + b


def blocks(a):
    """The four sums of every unit, i f g o, (N, H) each."""
    return np.split(a, 4, axis=1)


def stepping(
    sums=sums,
    blocks=blocks,
    squash=(sigmoid, sigmoid, np.tanh, sigmoid),
    belt=lambda i, f, g, o, c: f * c + i * g,
    out=lambda o, c, c_prev: o * np.tanh(c),
    finish=lambda h, c, c_prev: (h, c),
):
    """The right step with parts of it replaced."""

    def step(x, h, c, W_xh, W_hh, b):
        i, f, g, o = (bend(a) for bend, a in zip(squash, blocks(sums(x, h, W_xh, W_hh, b))))
        new = belt(i, f, g, o, c)
        return finish(out(o, new, c), new, c)

    return step


def in_order(order):
    """The blocks read in another order, such as "figo"; the gates are used by their right names."""

    def read(a):
        found = dict(zip(order, np.split(a, 4, axis=1)))
        return [found[name] for name in "ifgo"]

    return stepping(blocks=read)


def belted(rule):
    """Another rule for the new cell state: ``rule(i, f, g, o, c)``."""
    return stepping(belt=rule)


def shown(rule):
    """Another rule for the hidden state: ``rule(o, c, c_prev)``."""
    return stepping(out=rule)


def then(change):
    """The right states, given back in another way: ``change(h, c, c_prev)``."""
    return stepping(finish=change)


def summed(rule):
    """Another weighted sum: ``rule(x, h, W_xh, W_hh, b)``."""
    return stepping(sums=rule)


def recurrent_blocks_transposed(x, h, W_xh, W_hh, b):
    """Each gate's own weights (H, H) are used without a transpose."""
    own = [h @ part for part in np.split(W_hh, 4)]
    return x @ W_xh.T + np.concatenate(own, axis=1) + b


def weights_reshaped(x, h, W_xh, W_hh, b):
    return x @ W_xh.reshape(W_xh.shape[::-1]) + h @ W_hh.reshape(W_hh.shape[::-1]) + b


def recurrent_reshaped(x, h, W_xh, W_hh, b):
    return x @ W_xh.T + h @ W_hh.reshape(W_hh.shape[::-1]) + b


def interleaved(a):
    return [a[:, k::4] for k in range(4)]


def reshaped(a):
    return a.reshape(4, len(a), -1)


def split_along_the_batch(x, h, c, W_xh, W_hh, b):
    i, f, g, o = np.split(sums(x, h, W_xh, W_hh, b), 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def rows_taken_for_units(x, h, c, W_xh, W_hh, b):
    """H is read off the weights, where it is 4H: the first gate gets all columns, the others none."""
    H = W_hh.shape[0]
    s = sums(x, h, W_xh, W_hh, b)
    i, f, g, o = s[:, :H], s[:, H : 2 * H], s[:, 2 * H : 3 * H], s[:, 3 * H :]
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def bias_after_the_gate(x, h, c, W_xh, W_hh, b):
    bare = blocks(x @ W_xh.T + h @ W_hh.T)
    i, f, g, o = (bend(a) + own for bend, a, own in zip((sigmoid, sigmoid, np.tanh, sigmoid), bare, np.split(b, 4)))
    c = f * c + i * g
    return o * np.tanh(c), c


def gates_read_the_belt(x, h, c, W_xh, W_hh, b):
    i, f, g, o = blocks(sums(x, c, W_xh, W_hh, b))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def belt_from_h(x, h, c, W_xh, W_hh, b):
    i, f, g, o = blocks(sums(x, h, W_xh, W_hh, b))
    c = sigmoid(f) * h + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def states_swapped(x, h, c, W_xh, W_hh, b):
    return lstm_step(x, c, h, W_xh, W_hh, b)


def belt_overwritten(x, h, c, W_xh, W_hh, b):
    i, f, g, o = blocks(sums(x, h, W_xh, W_hh, b))
    c *= sigmoid(f)
    c += sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def state_overwritten(x, h, c, W_xh, W_hh, b):
    h[:], c = lstm_step(x, h, c, W_xh, W_hh, b)
    return h, c


def candidate_shown(x, h, c, W_xh, W_hh, b):
    _i, _f, g, o = blocks(sums(x, h, W_xh, W_hh, b))
    return sigmoid(o) * np.tanh(g), lstm_step(x, h, c, W_xh, W_hh, b)[1]


def cut_by(size, all_of_the_last=True):
    """The sums cut into slices of another width, ``size(x, h)``; the last may run to the end."""

    def step(x, h, c, W_xh, W_hh, b):
        s, H = sums(x, h, W_xh, W_hh, b), size(x, h)
        stop = None if all_of_the_last else 4 * H
        i, f, g, o = s[:, :H], s[:, H : 2 * H], s[:, 2 * H : 3 * H], s[:, 3 * H : stop]
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c

    return step


def overflowing(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / (1 + np.exp(z))


# Right, and written otherwise


def gate_by_gate(x, h, c, W_xh, W_hh, b):
    H = h.shape[1]
    own = [slice(k * H, (k + 1) * H) for k in range(4)]
    a = [x @ W_xh[s].T + h @ W_hh[s].T + b[s] for s in own]
    new = sigmoid(a[1]) * c + sigmoid(a[0]) * np.tanh(a[2])
    return sigmoid(a[3]) * np.tanh(new), new


def one_matrix(x, h, c, W_xh, W_hh, b):
    a = np.hstack([x, h]) @ np.hstack([W_xh, W_hh]).T + b
    i, f, g, o = a.reshape(len(x), 4, -1).swapaxes(0, 1)
    half = lambda z: 0.5 * (1 + np.tanh(z / 2))  # noqa: E731 (the sigmoid, by way of tanh)
    new = half(f) * c + half(i) * np.tanh(g)
    return [half(o) * np.tanh(new), new]


def naive_sigmoid(x, h, c, W_xh, W_hh, b):
    with np.errstate(all="ignore"):
        i, f, g, o = np.array_split(np.einsum("nd,gd->ng", x, W_xh) + np.einsum("nh,gh->ng", h, W_hh) + b, 4, axis=-1)
        new = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        return np.tanh(new) / (1 + np.exp(-o)), new


def unit_by_unit(x, h, c, W_xh, W_hh, b):
    new_h, new_c, H = np.empty(h.shape), np.empty(c.shape), h.shape[1]
    for n in range(len(x)):
        for j in range(H):
            i, f, g, o = (W_xh[k * H + j] @ x[n] + W_hh[k * H + j] @ h[n] + b[k * H + j] for k in range(4))
            new_c[n, j] = sigmoid(np.array(f)) * c[n, j] + sigmoid(np.array(i)) * np.tanh(g)
            new_h[n, j] = sigmoid(np.array(o)) * np.tanh(new_c[n, j])
    return new_h, new_c


def torch_cell(torch, x, h, c, W_xh, W_hh, b):
    cell = torch.nn.LSTMCell(x.shape[1], h.shape[1]).double()
    with torch.no_grad():
        for parameter, value in zip(cell.parameters(), (W_xh, W_hh, b, 0 * b)):
            parameter.copy_(value)
        return cell(x, (h, c))
