"""Plain networks on top of each other as people stack them, wrong and right."""

from __future__ import annotations

import numpy as np

from autograder.reference.rnn import rnn_forward


def building(
    enter=lambda h, x: h, start=lambda zeros, last: zeros, order=lambda layers: layers, between=lambda h: h, top=None
):
    """The right answer with parts replaced: what enters a layer, where it starts, what is returned as the states."""

    def answer(x, layers):
        h, every, last = x, [], []
        for W_xh, W_hh, b in order(list(layers)):
            h, h_T = rnn_forward(between(enter(h, x)), start(np.zeros((len(x), len(b))), last), W_xh, W_hh, b)
            every.append(h)
            last.append(h_T)
        return (top or (lambda every: every[-1]))(every), np.stack(last)

    return answer


def then(change):
    """The right states, given back in another way."""
    right = building()
    return lambda x, layers: change(*right(x, layers))


def first_weights(layers):
    """The bottom layer's recurrent weights in every layer."""
    return [(W_xh, layers[0][1], b) for W_xh, _W_hh, b in layers]


def first_layer_again(layers):
    """The weights of the second layer in all above it."""
    return [layers[min(i, 1)] for i in range(len(layers))]


def bottom(every):
    return every[0]


def two_only(layers):
    return layers[:2]


def without_top(layers):
    return layers[:-1]


def residual(x, layers):
    h, last = x, []
    for W_xh, W_hh, b in layers:
        new, h_T = rnn_forward(h, np.zeros((len(x), len(b))), W_xh, W_hh, b)
        h = new + h if new.shape == h.shape else new
        last.append(h_T)
    return h, np.stack(last)


def pair_up(x, layers):
    """What rnn_forward returns is not taken apart."""
    for W_xh, W_hh, b in layers:
        x = rnn_forward(x, np.zeros((len(x), len(b))), W_xh, W_hh, b)
    return x


def squashed(x, layers):
    h, last = x, []
    for W_xh, W_hh, b in layers:
        h, h_T = rnn_forward(h, np.zeros((len(x), len(b))), W_xh, W_hh, b)
        h = np.tanh(h)
        last.append(h_T)
    return h, np.stack(last)


def late(h):
    """One step later in time."""
    return np.concatenate([0 * h[:, :1], h[:, :-1]], axis=1)


def first_states(x, layers):
    h, first = x, []
    for W_xh, W_hh, b in layers:
        h, _h_T = rnn_forward(h, np.zeros((len(x), len(b))), W_xh, W_hh, b)
        first.append(h[:, 0])
    return h, np.stack(first)


def all_states(x, layers):
    h, every = x, []
    for W_xh, W_hh, b in layers:
        h, _h_T = rnn_forward(h, np.zeros((len(x), len(b))), W_xh, W_hh, b)
        every.append(h)
    return h, np.stack(every)


def layers_taken_for_a_layer(x, layers):
    W_xh, W_hh, b = layers
    return rnn_forward(x, np.zeros((len(x), len(b))), W_xh, W_hh, b)


def last_state_up(x, layers):
    """Only the last state of a layer goes up, at every step of the next."""
    h, last = x, []
    for W_xh, W_hh, b in layers:
        h, h_T = rnn_forward(h, np.zeros((len(x), len(b))), W_xh, W_hh, b)
        last.append(h_T)
        top, h = h, np.repeat(h_T[:, None], x.shape[1], axis=1)
    return top, np.stack(last)


def returned_in_the_loop(x, layers):
    W_xh, W_hh, b = layers[0]
    h, h_T = rnn_forward(x, np.zeros((len(x), len(b))), W_xh, W_hh, b)
    return h, h_T[None]


def step_by_step(x, layers):
    """Right: all layers of a step before the next step."""
    last = [np.zeros((len(x), len(b))) for _W_xh, _W_hh, b in layers]
    states = []
    for t in range(x.shape[1]):
        h = x[:, t]
        for i, (W_xh, W_hh, b) in enumerate(layers):
            h = last[i] = np.tanh(h @ W_xh.T + last[i] @ W_hh.T + b)
        states.append(h)
    return [np.stack(states, axis=1), last]


def recursive(x, layers):
    """Right: the bottom layer, and then the others on top of it."""
    W_xh, W_hh, b = layers[0]
    h, h_T = rnn_forward(x, np.zeros((len(x), len(b))), W_xh, W_hh, b)
    if len(layers) == 1:
        return h, h_T[None]
    top, last = recursive(h, layers[1:])
    return top, np.concatenate([h_T[None], last])


def read_off(x, layers):
    """Right: the last states are the last columns."""
    h, last = x, []
    for W_xh, W_hh, b in layers:
        h = rnn_forward(h, np.zeros((len(x), len(b))), W_xh, W_hh, b)[0]
        last.append(h[:, -1])
    return h, np.array(last)
