"""Many to one: read a batch of sequences of unequal length, answer once for each."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.rnn_types.last_state import exactly, real, uneven
from autograder.messages import N_
from autograder.reference import oracles_rnn_types, rnn, rnn_types


def states(x, W_xh, W_hh, b):
    return rnn.rnn_forward(x, np.zeros((len(x), len(b))), W_xh, W_hh, b)[0]


def summed_up(summary):
    """Scores of what ``summary(h, lengths)`` makes of the states."""

    def wrong(x, lengths, W_xh, W_hh, b, W_hy, b_y):
        return summary(states(x, W_xh, W_hh, b), lengths) @ W_hy.T + b_y

    return wrong


def then(change):
    """The right scores, and something done to them."""
    return lambda *arguments, **given: change(rnn_types.many_to_one(*arguments, **given))


def on_other_input(change):
    """The right network on ``change(x, lengths)``, its last column read."""

    def wrong(x, lengths, W_xh, W_hh, b, W_hy, b_y):
        return states(change(x, lengths), W_xh, W_hh, b)[:, -1] @ W_hy.T + b_y

    return wrong


def _softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _not_carried(x, lengths, W_xh, W_hh, b, W_hy, b_y):
    last = x[np.arange(len(x)), lengths - 1]
    return rnn.rnn_step(last, np.zeros((len(x), len(b))), W_xh, W_hh, b) @ W_hy.T + b_y


def _readout_transposed(x, lengths, W_xh, W_hh, b, W_hy, b_y):
    return rnn_types.last_valid_state(states(x, W_xh, W_hh, b), lengths) @ W_hy + b_y


def _backwards(x, lengths, *weights):
    return rnn_types.many_to_one(x[:, ::-1], lengths, *weights)


def _no_bias(x, lengths, W_xh, W_hh, b, W_hy, b_y, *, last_valid_state=rnn_types.last_valid_state):
    return last_valid_state(states(x, W_xh, W_hh, b), lengths) @ W_hy.T


def _unit_bias_forgotten(x, lengths, W_xh, W_hh, b, *readout, last_valid_state=rnn_types.last_valid_state):
    return rnn_types.many_to_one(x, lengths, W_xh, W_hh, 0 * b, *readout, last_valid_state=last_valid_state)


def _one_by_one(x, lengths, W_xh, W_hh, b, W_hy, b_y):
    scores = []
    for n in range(len(x)):
        h = np.zeros(len(b))
        for x_t in x[n, : lengths[n]]:
            h = np.tanh(W_xh @ x_t + W_hh @ h + b)
        scores.append(W_hy @ h + b_y)
    return np.array(scores)


def _frozen(x, lengths, W_xh, W_hh, b, W_hy, b_y):
    h = np.zeros((len(x), len(b)))
    for t in range(x.shape[1]):
        h = np.where((t < lengths)[:, None], rnn.rnn_step(x[:, t], h, W_xh, W_hh, b), h)
    return h @ W_hy.T + b_y


def _scores_first(x, lengths, W_xh, W_hh, b, W_hy, b_y):
    return (states(x, W_xh, W_hh, b) @ W_hy.T + b_y)[np.arange(len(x)), lengths - 1]


MANY_TO_ONE = Exercise(
    id="many_to_one",
    points=4,
    about=N_("Read sequences of unequal length, and score each one's last state."),
    spec="x (N,T,D), lengths (N) int, W_xh (H,D), W_hh (H,H), b (H), W_hy (O,H), b_y (O) -> (N,O)",
    reference=rnn_types.many_to_one,
    oracle=oracles_rnn_types.many_to_one,
    requires=("last_valid_state",),
    cases=(
        Case(
            "values",
            {"N": 3, "T": 6, "D": 2, "H": 5, "O": 4},
            N_("The scores of a small batch are not right."),
            change=uneven,
            weight=3,
        ),
        Case(
            "all padded",
            {"N": 2, "T": 5, "D": 3, "H": 4, "O": 2},
            N_("Here no sequence fills the batch to its end."),
            change=exactly(4, 2),
        ),
        Case(
            "batch of one",
            {"N": 1, "T": 4, "D": 2, "H": 3, "O": 2},
            N_("Here N is 1."),
            change=exactly(3),
        ),
        Case(
            "all sizes equal",
            {"N": 3, "T": 3, "D": 3, "H": 3, "O": 3},
            N_("Here all sizes are equal: then nothing raises, whichever way round an array stands."),
            change=exactly(2, 3, 1),
        ),
        Case(
            "no padding",
            {"N": 3, "T": 4, "D": 2, "H": 3, "O": 5},
            N_("Here every sequence has T steps."),
            change=exactly(4, 4, 4),
            hidden=True,
        ),
        Case(
            "one output",
            {"N": 4, "T": 5, "D": 3, "H": 2, "O": 1},
            N_("Here there is one output."),
            change=uneven,
            hidden=True,
        ),
        Case(
            "large batch",
            {"N": 20, "T": 15, "D": 4, "H": 6, "O": 3},
            N_("This case is about a larger batch."),
            change=lambda rng, made: {"lengths": rng.integers(1, 16, size=20)},
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "padding_counted",
            N_(
                "The scores come from the last column, h[:, -1]. Where a sequence is short, that state has read "
                "padding. Use last_valid_state."
            ),
            summed_up(lambda h, lengths: h[:, -1]),
        ),
        Misconception(
            "padding_zeroed_and_read",
            N_(
                "The padding is set to zero and read on: a step with a zero input still changes the state, through "
                "W_hh and b. Pick the state from before the padding."
            ),
            on_other_input(lambda x, lengths: x * real(x, lengths)),
        ),
        Misconception(
            "padded_states_zeroed",
            N_(
                "The *states* at the padding are set to zero, and then the last column is scored: a short sequence "
                "gets W_hy times zero, which is b_y and nothing else. Use last_valid_state."
            ),
            summed_up(lambda h, lengths: (h * real(h, lengths))[:, -1]),
        ),
        Misconception(
            "mean_of_states",
            N_(
                "The scores come from the *mean* of all states, padding included. The last state has read everything, "
                "in order; that one is to answer."
            ),
            summed_up(lambda h, lengths: h.mean(axis=1)),
        ),
        Misconception(
            "mean_of_real_states",
            N_(
                "The scores come from the mean of the real states. That is a model too (mean pooling), but here the "
                "last real state is to answer."
            ),
            summed_up(lambda h, lengths: (h * real(h, lengths)).sum(1) / lengths[:, None]),
        ),
        Misconception(
            "sum_of_states",
            N_("The scores come from the sum of the real states. Here the last real state alone is to answer."),
            summed_up(lambda h, lengths: (h * real(h, lengths)).sum(1)),
        ),
        Misconception(
            "first_state",
            N_("The scores come from the first state, which has read one input only."),
            summed_up(lambda h, lengths: h[:, 0]),
        ),
        Misconception(
            "one_late",
            N_("The scores come from the step after the last real one: index lengths - 1, not lengths."),
            summed_up(lambda h, lengths: h[np.arange(len(h)), lengths]),
        ),
        Misconception(
            "one_early",
            N_("The scores come from one step before the last real one: index lengths - 1, not lengths - 2."),
            summed_up(lambda h, lengths: h[np.arange(len(h)), lengths - 2]),
        ),
        Misconception(
            "every_step",
            N_(
                "There are scores for every step, (N, T, O): many to *many*. Here one state of each sequence is scored."
            ),
            lambda x, lengths, W_xh, W_hh, b, W_hy, b_y: states(x, W_xh, W_hh, b) @ W_hy.T + b_y,
        ),
        Misconception(
            "state_not_carried",
            N_("The scores depend on the last real input only: the state is not carried from step to step."),
            _not_carried,
        ),
        Misconception(
            "states_returned",
            N_("The states came back, (N, H), without the readout: W_hy and b_y turn a state into O scores."),
            lambda x, lengths, W_xh, W_hh, b, W_hy, b_y: rnn_types.last_valid_state(states(x, W_xh, W_hh, b), lengths),
        ),
        Misconception(
            "softmax_applied",
            N_(
                "These are probabilities: softmax has been applied. Asked for are the scores themselves (logits), as a "
                "loss takes them; the largest is the same either way."
            ),
            then(_softmax),
        ),
        Misconception(
            "log_softmax_applied",
            N_(
                "These are logarithms of probabilities: a log-softmax has been applied. Asked for are the scores "
                "themselves (logits), as a loss takes them."
            ),
            then(lambda z: np.log(_softmax(z))),
        ),
        Misconception(
            "tanh_applied",
            N_("There is a tanh around the scores. tanh belongs to the states; a readout is a plain weighted sum."),
            then(np.tanh),
        ),
        Misconception(
            "class_returned",
            N_("The number of the best class came back, (N). Asked for are the scores of all O classes."),
            then(lambda z: z.argmax(axis=1)),
        ),
        Misconception(
            "output_bias_forgotten",
            N_("b_y, the bias of the outputs, is not added."),
            _no_bias,
        ),
        Misconception(
            "unit_bias_forgotten",
            N_("b, the bias of the units, is left out of the steps."),
            _unit_bias_forgotten,
        ),
        Misconception(
            "readout_not_transposed",
            N_(
                "This is what comes out of `h @ W_hy`. W_hy has one row for each output, so it must be transposed. "
                "With O equal to H nothing raises."
            ),
            _readout_transposed,
        ),
        Misconception(
            "read_backwards",
            N_("Time runs backwards, padding first. Step 0 reads x[:, 0]."),
            _backwards,
        ),
    ),
    accepts=(
        Variant("one_by_one", _one_by_one),
        Variant("frozen_at_the_end", _frozen),
        Variant("scores_first", _scores_first),
        Variant("as_a_list", lambda *arguments: rnn_types.many_to_one(*arguments).tolist()),
        Variant("torch_packed", with_torch(lambda torch, *arrays: oracles_rnn_types.many_to_one(*arrays))),
    ),
    hints=(
        N_("Three things, one after the other: all states, the right state of each sequence, its scores."),
        N_(
            "rnn_forward gives all states, (N, T, H), when you hand it a state of zeros, (N, H). The second is your "
            "last_valid_state."
        ),
        N_("The scores are those of a linear layer: W_hy is (O, H), one row for each output, and a row of h is (H)."),
    ),
)
