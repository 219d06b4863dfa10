"""Ways to run an LSTM along a sequence: the wrong ones that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np

from autograder.reference import gated


def run(
    x,
    h0,
    c0,
    *weights,
    lstm_step=gated.lstm_step,
    steps=range,
    inputs=lambda x, t: x[:, t],
    enter=lambda h, c, h0, c0: (h, c),
    leave=lambda h, c: (h, c),
):
    """The right loop, with parts of it to be replaced. -> all hidden states, all cell states, the last two."""
    h, c, hs, cs = h0, c0, [], []
    for t in steps(x.shape[1]):
        h, c = leave(*lstm_step(inputs(x, t), *enter(h, c, h0, c0), *weights))
        hs.append(h)
        cs.append(c)
    return hs, cs, h, c


def running(finish=lambda hs, cs, h, c: (np.stack(hs, axis=1), h, c), **replaced):
    """An answer from ``run`` with parts replaced; ``finish`` makes what is returned."""

    def wrong(x, h0, c0, W_xh, W_hh, b, *, lstm_step=gated.lstm_step):
        return finish(*run(x, h0, c0, W_xh, W_hh, b, lstm_step=lstm_step, **replaced))

    return wrong


def then(change):
    """The right results, given back in another way: ``change(h, h_T, c_T)``."""
    return running(lambda hs, cs, h, c: change(np.stack(hs, axis=1), h, c))


def started(change):
    """The right loop from other starts: ``change(h0, c0)``."""

    def wrong(x, h0, c0, *weights, lstm_step=gated.lstm_step):
        return gated.lstm_forward(x, *change(h0, c0), *weights, lstm_step=lstm_step)

    return wrong


def kept_before_step(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    h, h_T, c_T = gated.lstm_forward(x, h0, c0, *weights, lstm_step=lstm_step)
    return np.concatenate([h0[:, None], h[:, :-1]], axis=1), h_T, c_T


def h0_in_front(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    h, h_T, c_T = gated.lstm_forward(x, h0, c0, *weights, lstm_step=lstm_step)
    return np.concatenate([h0[:, None], h], axis=1), h_T, c_T


def last_step_missing(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    states, h, c = np.zeros((*x.shape[:2], h0.shape[1])), h0, c0
    for t in range(x.shape[1] - 1):
        states[:, t], c = h, c = lstm_step(x[:, t], h, c, *weights)
    return states, h, c


def first_step_missing(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    states, h, c = np.zeros((*x.shape[:2], h0.shape[1])), h0, c0
    for t in range(1, x.shape[1]):
        states[:, t], c = h, c = lstm_step(x[:, t], h, c, *weights)
    return states, h, c


def time_reversed(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    h, h_T, c_T = gated.lstm_forward(x[:, ::-1], h0, c0, *weights, lstm_step=lstm_step)
    return h[:, ::-1], h_T, c_T


def read_backwards(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    return gated.lstm_forward(x[:, ::-1], h0, c0, *weights, lstm_step=lstm_step)


def loops_over_sequences(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    hs, _cs, h, c = run(x, h0, c0, *weights, lstm_step=lstm_step, inputs=lambda x, t: x[t])
    return np.stack(hs, axis=1), h, c


def counts_the_sequences(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    states, h, c = np.zeros((*x.shape[:2], h0.shape[1])), h0, c0
    for t in range(x.shape[0]):
        states[:, t], c = h, c = lstm_step(x[:, t], h, c, *weights)
    return states, h, c


def returned_in_the_loop(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    h, c = lstm_step(x[:, 0], h0, c0, *weights)
    return np.stack([h], axis=1), h, c


def starts_overwritten(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    states = []
    for t in range(x.shape[1]):
        h0[:], c0[:] = lstm_step(x[:, t], h0, c0, *weights)
        states.append(h0.copy())
    return np.stack(states, axis=1), h0, c0


def aliased(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    h, c, states = h0.astype(float), c0.astype(float), []
    for t in range(x.shape[1]):
        h[:], c[:] = lstm_step(x[:, t], h, c, *weights)
        states.append(h)
    return np.stack(states, axis=1), h, c


def belt_of_the_first_example(x, h0, c0, *weights, lstm_step=gated.lstm_step):
    return gated.lstm_forward(x, h0, np.repeat(c0[:1], len(x), axis=0), *weights, lstm_step=lstm_step)


# Right, and written otherwise


def filled(x, h0, c0, W_xh, W_hh, b):
    N, T, _D = x.shape
    h, c = np.empty((N, T, h0.shape[1])), c0
    for t in range(T):
        h[:, t], c = gated.lstm_step(x[:, t], h[:, t - 1] if t else h0, c, W_xh, W_hh, b)
    return h, h[:, -1], c


def inputs_first(x, h0, c0, W_xh, W_hh, b):
    """The inputs' part of all sums at once, then the loop over what is left."""
    parts, h, c, states = x @ W_xh.T + b, h0, c0, []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(parts[:, t] + h @ W_hh.T, 4, axis=1)
        half = [0.5 * (1 + np.tanh(a / 2)) for a in (i, f, o)]
        c = half[1] * c + half[0] * np.tanh(g)
        h = half[2] * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1), h, c


def recursive(x, h0, c0, *weights):
    if x.shape[1] == 0:
        return np.zeros((len(x), 0, h0.shape[1])), h0, c0
    h, c = gated.lstm_step(x[:, 0], h0, c0, *weights)
    rest, h_T, c_T = recursive(x[:, 1:], h, c, *weights)
    return np.concatenate([h[:, None], rest], axis=1), h_T, c_T


def torch_lstm(torch, x, h0, c0, W_xh, W_hh, b):
    network = torch.nn.LSTM(x.shape[2], h0.shape[1], batch_first=True).double()
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), (W_xh, W_hh, b, 0 * b)):
            parameter.copy_(value)
        h, (h_T, c_T) = network(x, (h0[None], c0[None]))
    return h, h_T[0], c_T[0]


# The belt's gradient


def products(f):
    """``dc_T / dc_t`` for t = 0 ... T."""
    return gated.cell_gradient(f)


def by_logs(f):
    """Right: the logarithms are added up from the end."""
    logs = np.log(f)
    sums = np.concatenate([np.flip(np.cumsum(np.flip(logs, 1), 1), 1), np.zeros_like(f[:, :1])], axis=1)
    return np.exp(sums)


def backward_loop(f):
    out = np.ones((f.shape[0], f.shape[1] + 1, f.shape[2]))
    for t in range(f.shape[1] - 1, -1, -1):
        out[:, t] = f[:, t] * out[:, t + 1]
    return out


def tails(f):
    return np.stack([f[:, t:].prod(axis=1) for t in range(f.shape[1] + 1)], axis=1)


def belt_by_torch(torch, f):
    c = torch.zeros_like(f[:, 0], requires_grad=True)
    cells = [c]
    for t in range(f.shape[1]):
        cells.append(f[:, t] * cells[-1])
    return torch.stack(torch.autograd.grad(cells[-1].sum(), cells), dim=1)


def divided(f):
    """The whole product by the product up to each place: 0 / 0 where a gate is shut."""
    up_to = np.concatenate([np.ones_like(f[:, :1]), np.cumprod(f, axis=1)], axis=1)
    with np.errstate(all="ignore"):
        return up_to[:, -1:] / up_to


def overwritten(f):
    for t in range(f.shape[1] - 2, -1, -1):
        f[:, t] *= f[:, t + 1]
    return np.concatenate([f, np.ones_like(f[:, :1])], axis=1)


def ones_behind(found):
    """With the 1 for t = T at the end."""
    return np.concatenate([found, np.ones((len(found), 1, found.shape[2]))], axis=1)
