"""Ways to run a sequence: the wrong ones that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np

from autograder.reference import rnn


def run(steps, h0, rnn_step, weights):
    """The states after each of ``steps``, a list of inputs (N, D)."""
    states, h = [], h0
    for x_t in steps:
        h = rnn_step(x_t, h, *weights)
        states.append(h)
    return states


def in_time(x):
    return [x[:, t] for t in range(x.shape[1])]


def starts_with_h0(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = [h0] + run(in_time(x)[1:], h0, rnn_step, weights)
    return np.stack(states, axis=1), states[-1]


def kept_before_step(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = [h0] + run(in_time(x), h0, rnn_step, weights)
    return np.stack(states[:-1], axis=1), states[-1]


def kept_before_step_both(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = kept_before_step(x, h0, *weights, rnn_step=rnn_step)[0]
    return h, h[:, -1]


def h0_in_front(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = [h0] + run(in_time(x), h0, rnn_step, weights)
    return np.stack(states, axis=1), states[-1]


def state_not_carried(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = np.stack([rnn_step(x_t, h0, *weights) for x_t in in_time(x)], axis=1)
    return h, h[:, -1]


def state_always_zero(x, h0, *weights, rnn_step=rnn.rnn_step):
    return state_not_carried(x, np.zeros(h0.shape), *weights, rnn_step=rnn_step)


def h0_ignored(x, h0, *weights, rnn_step=rnn.rnn_step):
    return rnn.rnn_forward(x, np.zeros(h0.shape), *weights, rnn_step=rnn_step)


def state_leaks(x, h0, *weights, rnn_step=rnn.rnn_step):
    h, sequences = h0[:1], []
    for n in range(len(x)):
        states, last = rnn.rnn_forward(x[n : n + 1], h, *weights, rnn_step=rnn_step)
        h = last
        sequences.append(states[0])
    h = np.array(sequences)
    return h, h[:, -1]


def one_h0_for_all(x, h0, *weights, rnn_step=rnn.rnn_step):
    return rnn.rnn_forward(x, np.repeat(h0[:1], len(x), axis=0), *weights, rnn_step=rnn_step)


def time_reversed(x, h0, *weights, rnn_step=rnn.rnn_step):
    h, last = rnn.rnn_forward(x[:, ::-1], h0, *weights, rnn_step=rnn_step)
    return h[:, ::-1], last


def time_reversed_last_column(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = time_reversed(x, h0, *weights, rnn_step=rnn_step)[0]
    return h, h[:, -1]


def states_backwards(x, h0, *weights, rnn_step=rnn.rnn_step):
    h, last = rnn.rnn_forward(x, h0, *weights, rnn_step=rnn_step)
    return h[:, ::-1], last


def aliased(x, h0, *weights, rnn_step=rnn.rnn_step):
    h, states = np.array(h0, dtype=float), []
    for x_t in in_time(x):
        h[:] = rnn_step(x_t, h, *weights)
        states.append(h)
    return np.stack(states, axis=1), h


def aliased_h0(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = []
    for x_t in in_time(x):
        h0[:] = rnn_step(x_t, h0, *weights)
        states.append(h0)
    return np.stack(states, axis=1), h0


def h0_overwritten(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = []
    for x_t in in_time(x):
        h0[:] = rnn_step(x_t, h0, *weights)
        states.append(h0.copy())
    return np.stack(states, axis=1), h0


def last_step_missing(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = np.zeros((len(x), x.shape[1], h0.shape[1]))
    last = h0
    for t in range(x.shape[1] - 1):
        h[:, t] = last = rnn_step(x[:, t], last, *weights)
    return h, last


def last_step_missing_both(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = last_step_missing(x, h0, *weights, rnn_step=rnn_step)[0]
    return h, h[:, -1]


def first_step_missing(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = np.zeros((len(x), x.shape[1], h0.shape[1]))
    last = h0
    for t in range(1, x.shape[1]):
        h[:, t] = last = rnn_step(x[:, t], last, *weights)
    return h, last


def input_one_late(x, h0, *weights, rnn_step=rnn.rnn_step):
    return rnn.rnn_forward(np.roll(x, 1, axis=1), h0, *weights, rnn_step=rnn_step)


def first_input_always(x, h0, *weights, rnn_step=rnn.rnn_step):
    return rnn.rnn_forward(np.repeat(x[:, :1], x.shape[1], axis=1), h0, *weights, rnn_step=rnn_step)


def loops_over_sequences(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = run(list(x), h0, rnn_step, weights)
    return np.stack(states, axis=1), states[-1]


def loops_over_sequences_in_front(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = run(list(x), h0, rnn_step, weights)
    return np.stack(states), states[-1]


def fills_over_sequences(x, h0, *weights, rnn_step=rnn.rnn_step):
    h, last = np.zeros((len(x), x.shape[1], h0.shape[1])), h0
    for t, x_t in enumerate(x):
        last = rnn_step(x_t, last, *weights)
        h[:, t] = last
    return h, last


def sequence_for_step(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = run([x[t] for t in range(x.shape[1])], h0, rnn_step, weights)
    return np.stack(states, axis=1), states[-1]


def counts_the_sequences(x, h0, *weights, rnn_step=rnn.rnn_step):
    h, states = h0, []
    for t in range(len(x)):
        h = rnn_step(x[:, t], h, *weights)
        states.append(h)
    return np.stack(states, axis=1), h


def returned_in_the_loop(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = rnn_step(x[:, 0], h0, *weights)
    return np.stack([h], axis=1), h


def step_with_an_axis_of_time(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = run([x[:, t : t + 1] for t in range(x.shape[1])], h0, rnn_step, weights)
    return np.stack(states, axis=1), states[-1]


def time_in_front(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = run(in_time(x), h0, rnn_step, weights)
    return np.array(states), states[-1]


def reshaped(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = run(in_time(x), h0, rnn_step, weights)
    return np.array(states).reshape(len(x), x.shape[1], -1), states[-1]


def glued(x, h0, *weights, rnn_step=rnn.rnn_step):
    states = run(in_time(x), h0, rnn_step, weights)
    return np.concatenate(states, axis=1), states[-1]


def whole_numbers(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = np.zeros((len(x), x.shape[1], h0.shape[1]), dtype=x.dtype)
    last = h0
    for t in range(x.shape[1]):
        last = rnn_step(x[:, t], last, *weights)
        h[:, t] = last
    return h, last


def whole_numbers_carried(x, h0, *weights, rnn_step=rnn.rnn_step):
    h = np.zeros((len(x), x.shape[1], h0.shape[1]), dtype=x.dtype)
    for t in range(x.shape[1]):
        h[:, t] = rnn_step(x[:, t], h[:, t - 1] if t else h0, *weights)
    return h, h[:, -1]


def then(change):
    """The right states, given back in the wrong way."""

    def wrong(x, h0, W_xh, W_hh, b, *, rnn_step=rnn.rnn_step):
        return change(*rnn.rnn_forward(x, h0, W_xh, W_hh, b, rnn_step=rnn_step))

    return wrong


def with_step(step):
    """The right loop around a step that is wrong."""
    return lambda *arguments: rnn.rnn_forward(*arguments, rnn_step=step)


def filled(x, h0, W_xh, W_hh, b):
    h = np.empty((len(x), x.shape[1], len(b)))
    for t in range(x.shape[1]):
        h[:, t] = rnn.rnn_step(x[:, t], h[:, t - 1] if t > 0 else h0, W_xh, W_hh, b)
    return h, h[:, -1]


def h0_first_then_cut(x, h0, W_xh, W_hh, b):
    N, T, D = x.shape
    h = np.zeros((N, T + 1, len(b)))
    h[:, 0] = h0
    for t in range(T):
        h[:, t + 1] = rnn.rnn_step(x[:, t], h[:, t], W_xh, W_hh, b)
    return h[:, 1:], h[:, T]


def input_parts_first(x, h0, W_xh, W_hh, b):
    parts, h, states = x @ W_xh.T + b, h0, []
    for t in range(x.shape[1]):
        h = np.tanh(parts[:, t] + np.einsum("nk,hk->nh", h, W_hh))
        states.append(h[:, None])
    return np.concatenate(states, axis=1), h


def sequence_by_sequence(x, h0, W_xh, W_hh, b):
    h = [[] for _ in x]
    for n in range(len(x)):
        state = h0[n]
        for x_t in x[n]:
            state = np.tanh(W_xh @ x_t + W_hh @ state + b)
            h[n].append(state)
    return np.array(h), np.array([states[-1] for states in h])


def time_major_inside(x, h0, W_xh, W_hh, b):
    states, h = [], h0
    for x_t in x.transpose(1, 0, 2):
        h = rnn.rnn_step(x_t, h, W_xh, W_hh, b)
        states.append(h)
    return np.array(states).transpose(1, 0, 2), h


def recursive(x, h0, *weights):
    if x.shape[1] == 0:
        return np.zeros((len(x), 0, h0.shape[1])), h0
    before, h = recursive(x[:, :-1], h0, *weights)
    h = rnn.rnn_step(x[:, -1], h, *weights)
    return np.concatenate([before, h[:, None]], axis=1), h


def torch_rnn(torch, x, h0, W_xh, W_hh, b):
    network = torch.nn.RNN(x.shape[2], h0.shape[1], batch_first=True).double()
    for name, value in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), (W_xh, W_hh, b, 0 * b)):
        getattr(network, name).data = value.double()
    h, last = network(x.double(), h0.double()[None])
    return h, last[0]
