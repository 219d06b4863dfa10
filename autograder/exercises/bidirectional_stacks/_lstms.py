"""Layers of two LSTMs as people build them, wrong and right."""

from __future__ import annotations

import numpy as np

from autograder.reference.bidirectional_stacks import bidirectional_lstm, lstm_padded, real
from autograder.reference.bidirectional_stacks import reverse_padded as turned
from autograder.reference.gated import lstm_forward, lstm_step


def plainly(x, lengths):
    return x[:, ::-1]


def unturned(x, lengths):
    return x


def side_by_side(one, other):
    return np.concatenate([one, other], axis=2)


def building(
    enter=None,
    leave=None,
    join=side_by_side,
    pair=lambda ahead, back: (ahead, back),
    feed=lambda joined, one, other, x: joined,
    order=lambda layers: layers,
    top=None,
    run=lstm_padded,
):
    """The right answer with parts replaced; ``feed`` says what goes up, ``top`` what comes out."""

    def answer(x, lengths, layers):
        h, hidden, cells, every = x, [], [], []
        for ahead, back in order(list(layers)):
            ahead, back = pair(ahead, back)
            one, h_T, c_T = run(h, lengths, *ahead)
            other, h_0, c_0 = run((enter or turned)(h, lengths), lengths, *back)
            other = (leave or turned)(other, lengths)
            joined = join(one, other)
            every.append(joined)
            hidden += [h_T, h_0]
            cells += [c_T, c_0]
            h = feed(joined, one, other, x)
        return (top or (lambda every: every[-1]))(every), np.stack(hidden), np.stack(cells)

    return answer


def two_names(*given):
    h, h_T = lstm_padded(*given)
    return h, h_T, h_T


def pair_taken_for_a_cell(x, lengths, layers):
    for W_xh, W_hh, b in layers:
        x, h_T, c_T = lstm_padded(x, lengths, W_xh, W_hh, b)
    return x, h_T, c_T


def both_turned_back(x, lengths, layers):
    """The states of both directions are joined as they came, and turned back together."""
    hidden, cells = [], []
    for ahead, back in layers:
        one, h_T, c_T = lstm_padded(x, lengths, *ahead)
        other, h_0, c_0 = lstm_padded(turned(x, lengths), lengths, *back)
        x = turned(side_by_side(one, other), lengths)
        hidden += [h_T, h_0]
        cells += [c_T, c_0]
    return x, np.stack(hidden), np.stack(cells)


def then(change):
    """The right states, given back in another way."""
    return lambda x, lengths, layers: change(*bidirectional_lstm(x, lengths, layers))


def reordered(order):
    """The last states in another order: ``order(L)`` gives the places."""

    def change(h, h_T, c_T):
        places = order(len(h_T) // 2)
        return h, h_T[places], c_T[places]

    return then(change)


def directions_first(L):
    return [*range(0, 2 * L, 2), *range(1, 2 * L, 2)]


def back_before_ahead(L):
    return [i ^ 1 for i in range(2 * L)]


def top_first(L):
    return [2 * layer + k for layer in reversed(range(L)) for k in (0, 1)]


def two_stacks(x, lengths, layers):
    """Two stacks side by side that meet only at the top: each layer reads its own direction's states."""
    found = []
    for k, start in enumerate((x, turned(x, lengths))):
        h, hidden, cells = start, [], []
        for layer in layers:
            W_xh, W_hh, b = layer[k]
            half = slice(k * len(b) // 4, (k + 1) * len(b) // 4) if hidden else slice(None)
            h, h_T, c_T = lstm_padded(h, lengths, W_xh[:, half], W_hh, b)
            hidden.append(h_T)
            cells.append(c_T)
        found.append((h, hidden, cells))
    (one, h_a, c_a), (other, h_b, c_b) = found
    mixed = [np.stack([a for pair in zip(*both) for a in pair]) for both in ((h_a, h_b), (c_a, c_b))]
    return side_by_side(one, turned(other, lengths)), *mixed


def as_given():
    """The function that the notebook imports, which says in its own words what does not fit."""
    from rnnlab.stacks import lstm_padded as given

    return given


def last_columns(x, lengths, layers):
    """The hidden states are read off the last and the first column, where those of short sequences are zero."""
    h, hidden = x, []
    for ahead, back in layers:
        one = lstm_padded(h, lengths, *ahead)[0]
        other = turned(lstm_padded(turned(h, lengths), lengths, *back)[0], lengths)
        h = side_by_side(one, other)
        hidden += [one[:, -1], other[:, 0]]
    return h, np.stack(hidden), bidirectional_lstm(x, lengths, layers)[2]


def interleaved(one, other):
    return np.stack([one, other], axis=3).reshape(*one.shape[:2], -1)


def through_the_padding(x, lengths, W_xh, W_hh, b):
    """An LSTM that goes on reading where a sequence has ended."""
    start = np.zeros((len(x), len(b) // 4))
    h, h_T, c_T = lstm_forward(x, start, start, W_xh, W_hh, b)
    return h * real(lengths, x.shape[1])[:, :, None], h_T, c_T


def everything_through_the_padding(x, lengths, W_xh, W_hh, b):
    """The same, with the states at padding left as they are."""
    start = np.zeros((len(x), len(b) // 4))
    return lstm_forward(x, start, start, W_xh, W_hh, b)


def state_at_the_end_alone(x, lengths, W_xh, W_hh, b):
    """The hidden state is taken at each sequence's end, the cell state at the end of the row."""
    h, _h_T, c_T = through_the_padding(x, lengths, W_xh, W_hh, b)
    return h, h[np.arange(len(x)), lengths - 1], c_T


def only_bottom(every):
    return every[0]


def sequence_by_sequence(x, lengths, layers):
    """Right: every sequence by itself, without its padding."""
    parts = []
    for n, length in enumerate(lengths):
        h, h_T, c_T = bidirectional_lstm(x[n : n + 1, :length], np.array([length]), layers)
        parts.append((np.pad(h, ((0, 0), (0, x.shape[1] - length), (0, 0))), h_T, c_T))
    return tuple(np.concatenate(part, axis=axis) for part, axis in zip(zip(*parts), (0, 1, 1)))


def step_by_step(x, lengths, layers):
    """Right: one loop over time in either direction, the states frozen at padding."""
    N, T, _D = x.shape
    goes_on, h, hidden, cells = real(lengths, T), x, [], []
    for layer in layers:
        both = []
        for cell, steps in zip(layer, (range(T), reversed(range(T)))):
            H = len(cell[2]) // 4
            out, state, c = np.zeros((N, T, H)), np.zeros((N, H)), np.zeros((N, H))
            for t in steps:
                here = goes_on[:, t, None]
                new, new_c = lstm_step(h[:, t], state, c, *cell)
                state, c = np.where(here, new, state), np.where(here, new_c, c)
                out[:, t] = here * state
            both.append(out)
            hidden.append(state)
            cells.append(c)
        h = side_by_side(*both)
    return [h, hidden, cells]
