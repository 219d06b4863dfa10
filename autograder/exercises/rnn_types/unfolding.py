"""One input, many states: a picture goes in once, and the network runs on by itself."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import oracles_rnn_types, rnn, rnn_types


def zeros(x, W_hh):
    return np.zeros((len(x), len(W_hh)))


def run(steps, h, W_xh, W_hh, b):
    """The states after each of a list of inputs (N, D)."""
    states = []
    for x_t in steps:
        h = rnn.rnn_step(x_t, h, W_xh, W_hh, b)
        states.append(h)
    return np.stack(states, axis=1)


def placed(fill):
    """The right run on inputs (N, T, D) that ``fill`` writes x into, wrongly."""

    def wrong(x, T, W_xh, W_hh, b):
        steps = np.zeros((len(x), T, x.shape[1]))
        fill(steps, x)
        return rnn.rnn_forward(steps, zeros(x, W_hh), W_xh, W_hh, b)[0]

    return wrong


def then(change):
    """The right states, given back in the wrong way."""
    return lambda *arguments: change(rnn_types.one_to_many(*arguments))


def later(step):
    """The first step is right, the others are ``step(h, W_xh, W_hh, b)``."""

    def wrong(x, T, W_xh, W_hh, b):
        h = rnn.rnn_step(x, zeros(x, W_hh), W_xh, W_hh, b)
        states = [h]
        for _ in range(T - 1):
            h = step(h, W_xh, W_hh, b)
            states.append(h)
        return np.stack(states, axis=1)

    return wrong


def _everywhere(steps, x):
    steps[:] = x[:, None]


def _last(steps, x):
    steps[:, -1] = x


def _second(steps, x):
    steps[:, 1] = x


def _first_sequence(steps, x):
    steps[0] = x


def _nowhere(steps, x):
    pass


def _not_carried(x, T, W_xh, W_hh, b):
    nothing = zeros(x, W_hh)
    states = [rnn.rnn_step(x if t == 0 else np.zeros_like(x), nothing, W_xh, W_hh, b) for t in range(T)]
    return np.stack(states, axis=1)


def _x_as_state(x, T, W_xh, W_hh, b):
    return run([np.zeros_like(x)] * T, x, W_xh, W_hh, b)


def _weighted_as_state(x, T, W_xh, W_hh, b):
    return run([np.zeros_like(x)] * T, x @ W_xh.T, W_xh, W_hh, b)


def _h0_in_front(x, T, *weights):
    h = rnn_types.one_to_many(x, T, *weights)
    return np.concatenate([0 * h[:, :1], h], axis=1)


def _with_step(step):
    def wrong(x, T, W_xh, W_hh, b):
        steps = np.zeros((len(x), T, x.shape[1]))
        steps[:, 0] = x
        return rnn.rnn_forward(steps, zeros(x, W_hh), W_xh, W_hh, b, rnn_step=step)[0]

    return wrong


def _by_loop(x, T, W_xh, W_hh, b):
    h, states = zeros(x, W_hh), []
    for t in range(T):
        h = rnn.rnn_step(x if t == 0 else np.zeros(x.shape), h, W_xh, W_hh, b)
        states.append(h)
    return np.stack(states, axis=1)


def _joined(x, T, W_xh, W_hh, b):
    steps = np.concatenate([x[:, None], np.zeros((len(x), T - 1, x.shape[1]))], axis=1)
    return rnn.rnn_forward(steps, zeros(x, W_hh), W_xh, W_hh, b)[0]


def _torch_rnn(torch, x, T, W_xh, W_hh, b):
    network = torch.nn.RNN(x.shape[1], len(b), batch_first=True).double()
    for name, value in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), (W_xh, W_hh, b, 0 * b)):
        getattr(network, name).data = value.double()
    return network(torch.nn.functional.pad(x.double()[:, None], (0, 0, 0, int(T) - 1)))[0]


ONE_TO_MANY = Exercise(
    id="one_to_many",
    points=5,
    about=N_("One input at the first step, zeros after it, and all T states."),
    spec="x (N,D), T int, W_xh (H,D), W_hh (H,H), b (H) -> (N,T,H)",
    reference=rnn_types.one_to_many,
    oracle=oracles_rnn_types.one_to_many,
    cases=(
        Case("values", {"N": 2, "D": 3, "T": 4, "H": 5}, N_("The states of a small batch are not right."), weight=3),
        Case("batch of one", {"N": 1, "D": 2, "T": 3, "H": 4}, N_("Here N is 1.")),
        Case("one step", {"N": 3, "D": 2, "T": 1, "H": 4}, N_("Here T is 1.")),
        Case(
            "all sizes equal",
            {"N": 3, "D": 3, "T": 3, "H": 3},
            N_("Here N, D, T and H are equal: then nothing raises, whichever axis x is put along."),
        ),
        Case(
            "many steps",
            {"N": 2, "D": 4, "T": 25, "H": 3},
            N_("Here many steps follow the input."),
            weight=2,
            hidden=True,
        ),
        Case("large batch", {"N": 20, "D": 5, "T": 4, "H": 6}, N_("This case is about a larger batch."), hidden=True),
        Case(
            "black picture",
            {"N": 2, "D": 4, "T": 3, "H": 5},
            N_("Here the input itself is zero: the bias is still there."),
            change=lambda rng, made: {"x": np.zeros(made["x"].shape)},
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "input_repeated",
            N_(
                "x goes in at *every* step. Here it is shown once, at the first step; after that the network hears "
                "zeros and lives on what it remembers."
            ),
            placed(_everywhere),
        ),
        Misconception(
            "zeros_first",
            N_(
                "The zeros come first and x at the *last* step, so that all states but the last know nothing of it. "
                "x belongs at step 0: steps[:, 0]."
            ),
            placed(_last),
        ),
        Misconception(
            "one_step_late",
            N_("x goes in at the second step. Steps are counted from 0: the first is steps[:, 0]."),
            placed(_second),
        ),
        Misconception(
            "input_never_read",
            N_("All inputs are zero: x never goes in, and every sequence of the batch gets the same states."),
            placed(_nowhere),
        ),
        Misconception(
            "along_the_batch",
            N_(
                "`steps[0] = x` fills the first *sequence* of (N, T, D), not the first step. The step is the second "
                "axis: steps[:, 0]."
            ),
            placed(_first_sequence),
        ),
        Misconception(
            "state_not_carried",
            N_(
                "Every step starts from a state of zeros, so from the second step on nothing is left of x. Only the "
                "first step starts from zeros; each later one from the state before it."
            ),
            _not_carried,
        ),
        Misconception(
            "state_copied",
            N_(
                "The first state is copied to all steps. A step with a zero input is still a step: h goes through "
                "W_hh, b and tanh, and changes."
            ),
            later(lambda h, W_xh, W_hh, b: h),
        ),
        Misconception(
            "bias_once",
            N_(
                "After the first step the bias is left out. A zero input makes W_xh x zero, and nothing else: b is "
                "added at every step."
            ),
            later(lambda h, W_xh, W_hh, b: np.tanh(h @ W_hh.T)),
        ),
        Misconception(
            "tanh_once",
            N_("After the first step there is no tanh, and no bias. A step with a zero input is a whole step."),
            later(lambda h, W_xh, W_hh, b: h @ W_hh.T),
        ),
        Misconception(
            "state_fed_back_as_input",
            N_(
                "Each state goes in again as the next *input*, through W_xh. That only fits when D equals H. The "
                "inputs after the first are zeros; the state comes back through W_hh, as always."
            ),
            later(lambda h, W_xh, W_hh, b: rnn.rnn_step(h, h, W_xh, W_hh, b)),
        ),
        Misconception(
            "input_as_state",
            N_(
                "x is used as the starting state, which only fits when D equals H. x is an *input*: it goes in at step "
                "0 through W_xh, and the state before that is zero."
            ),
            _x_as_state,
        ),
        Misconception(
            "input_put_into_the_state",
            N_(
                "W_xh x is used as the state *before* the first step, and then come T zeros. x is the input of the "
                "first step itself: it is added to W_hh h and b there, and the tanh comes after."
            ),
            _weighted_as_state,
        ),
        Misconception(
            "input_before_the_first_step",
            N_(
                "x has a step of its own, which is not kept, and T zeros follow: the states are one step late. The "
                "state after x is the first of the T."
            ),
            lambda x, T, *weights: rnn_types.one_to_many(x, T + 1, *weights)[:, 1:],
        ),
        Misconception(
            "no_zeros_after",
            N_(
                "There is one step only, the one that reads x: (N, 1, H). T - 1 steps with zeros come after it, so "
                "that there are T states."
            ),
            then(lambda h: h[:, :1]),
        ),
        Misconception(
            "state_before_kept",
            N_(
                "There are T + 1 states: the zeros from before the first step are among them. Keep those *after* a "
                "step."
            ),
            _h0_in_front,
        ),
        Misconception(
            "shifted_by_zero_state",
            N_(
                "The first of the T states is the one from *before* the first step, all zeros, and the last one is "
                "missing. Take the step first, then keep what it gave."
            ),
            lambda *arguments: _h0_in_front(*arguments)[:, :-1],
        ),
        Misconception(
            "one_step_too_many",
            N_("There is one state too many: x and then T zeros make T + 1 steps. After x come T - 1 zeros."),
            lambda x, T, *weights: rnn_types.one_to_many(x, T + 1, *weights),
        ),
        Misconception(
            "only_last",
            N_("Only the last state came back, (N, H). One-to-many needs a state for every step: (N, T, H)."),
            then(lambda h: h[:, -1]),
        ),
        Misconception(
            "both_returned",
            N_(
                "rnn_forward gives two things, all states and the last one, and both came back. Asked for are all "
                "states."
            ),
            then(lambda h: (h, h[:, -1])),
        ),
        Misconception(
            "time_in_front",
            N_("The states are right, with time in front: (T, N, H). `np.stack(states, axis=1)` puts it second."),
            then(lambda h: h.transpose(1, 0, 2)),
        ),
        Misconception(
            "recurrent_transposed",
            N_(
                "The states are those of a step that multiplies h by W_hh transposed. Use rnn_step or rnn_forward from "
                "rnnlab.cells, and there is nothing to turn round."
            ),
            _with_step(lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh + b)),
        ),
    ),
    accepts=(
        Variant("by_loop", _by_loop),
        Variant("joined", _joined),
        Variant("later_by_hand", later(lambda h, W_xh, W_hh, b: np.tanh(h @ W_hh.T + b))),
        Variant("as_a_list", lambda *arguments: rnn_types.one_to_many(*arguments).tolist()),
        Variant("torch_rnn", with_torch(_torch_rnn)),
    ),
    hints=(
        N_(
            "rnn_forward takes inputs for every step, (N, T, D). You have one input, (N, D). What stands at the "
            "other steps?"
        ),
        N_(
            "Make room for all steps with zeros, (N, T, D). Which index of which axis is the first step of every "
            "sequence?"
        ),
        N_(
            "Put x in at `[:, 0]`, give rnn_forward a state of zeros to start from, (N, H), and return the first of "
            "its two results."
        ),
    ),
)
