"""Scores from states, at every step."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import oracles
from autograder.reference.readout import readout, softmax


def _time_and_batch_mixed(h, W_hy, b_y):
    N, T, H = h.shape
    return (h.transpose(1, 0, 2).reshape(N * T, H) @ W_hy.T + b_y).reshape(N, T, -1)


def _flattened(h, W_hy, b_y):
    N, T, H = h.shape
    return (h.reshape(N * T, H) @ W_hy.T + b_y).reshape(N, T, len(b_y))


READOUT = Exercise(
    id="readout",
    points=2,
    about=N_("Scores from the state at every step of every sequence."),
    spec="h (N,T,H), W_hy (O,H), b_y (O) -> (N,T,O)",
    reference=readout,
    oracle=oracles.readout,
    cases=(
        Case("values", {"N": 2, "T": 3, "H": 5, "O": 4}, N_("Here all sizes differ."), weight=3),
        Case("batch of one", {"N": 1, "T": 3, "H": 4, "O": 2}, N_("Here N is 1.")),
        Case("one step", {"N": 3, "T": 1, "H": 2, "O": 4}, N_("Here the sequences have only one step.")),
        Case(
            "all sizes equal",
            {"N": 3, "T": 3, "H": 3, "O": 3},
            N_("Here N, T, H and O are all equal."),
        ),
        Case(
            "one output",
            {"N": 2, "T": 4, "H": 3, "O": 1},
            N_("Here there is only one output."),
            hidden=True,
        ),
        Case("long sequences", {"N": 3, "T": 50, "H": 4, "O": 6}, N_("Here the sequences are long."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "weights_not_transposed",
            N_(
                "This is what comes out of `h @ W_hy`. Row o of W_hy holds the weights from the units into output o, "
                "so it has to become a column. With H equal to O nothing raises, and the numbers are wrong."
            ),
            lambda h, W_hy, b_y: h @ W_hy + b_y,
        ),
        Misconception(
            "weights_reshaped",
            N_(
                "This is what comes out when W_hy is *reshaped* to (H, O): the weights of different outputs are mixed. "
                "A transpose turns rows into columns."
            ),
            lambda h, W_hy, b_y: h @ W_hy.reshape(W_hy.shape[::-1]) + b_y,
        ),
        Misconception(
            "textbook_literally",
            N_(
                "`W_hy @ h` is the textbook's formula for one state, standing as a column. Here states are *rows*, so "
                "this mixes different steps, if the sizes fit at all. Rows stand on the left: `h @ ...`."
            ),
            lambda h, W_hy, b_y: W_hy @ h + b_y,
        ),
        Misconception(
            "bias_forgotten",
            N_("b_y is not added. A state of zeros must give b_y."),
            lambda h, W_hy, b_y: h @ W_hy.T,
        ),
        Misconception(
            "bias_along_time",
            N_(
                "b_y is added along time, one number to each *step*. It has one number for each *output*: leave it "
                "as it is, and NumPy lines it up with the last axis."
            ),
            lambda h, W_hy, b_y: h @ W_hy.T + b_y[:, None],
        ),
        Misconception(
            "only_last",
            N_(
                "This is the readout of the last step only, (N, O). Here every step gets its scores, (N, T, O); "
                "whoever wants the last ones takes them from those."
            ),
            lambda h, W_hy, b_y: h[:, -1] @ W_hy.T + b_y,
        ),
        Misconception(
            "last_for_every_step",
            N_("Every step has the scores of the *last* state. Step t is read out of h[:, t]."),
            lambda h, W_hy, b_y: np.repeat(h[:, -1:], h.shape[1], axis=1) @ W_hy.T + b_y,
        ),
        Misconception(
            "first_for_every_step",
            N_("Every step has the scores of the *first* state. Step t is read out of h[:, t]."),
            lambda h, W_hy, b_y: np.repeat(h[:, :1], h.shape[1], axis=1) @ W_hy.T + b_y,
        ),
        Misconception(
            "summed_over_time",
            N_("The states are added up over time before they are read out. Each step has its own scores."),
            lambda h, W_hy, b_y: h.sum(axis=1) @ W_hy.T + b_y,
        ),
        Misconception(
            "averaged_over_time",
            N_("The states are averaged over time before they are read out. Each step has its own scores."),
            lambda h, W_hy, b_y: h.mean(axis=1) @ W_hy.T + b_y,
        ),
        Misconception(
            "added_up_along_time",
            N_(
                "The scores pile up from step to step. Step t is read out of h[:, t] alone; what came before is in "
                "that state."
            ),
            lambda h, W_hy, b_y: np.cumsum(h, axis=1) @ W_hy.T + b_y,
        ),
        Misconception(
            "tanh_applied",
            N_(
                "tanh is applied to the scores. The readout has none: scores may be any number, and softmax comes "
                "after."
            ),
            lambda h, W_hy, b_y: np.tanh(h @ W_hy.T + b_y),
        ),
        Misconception(
            "tanh_applied_to_states",
            N_("tanh is applied to the states once more. They have been through it already: h is read out as it is."),
            lambda h, W_hy, b_y: np.tanh(h) @ W_hy.T + b_y,
        ),
        Misconception(
            "softmax_applied",
            N_("These are probabilities: softmax has been applied. Here the scores are asked for, before it."),
            lambda h, W_hy, b_y: softmax(h @ W_hy.T + b_y),
        ),
        Misconception(
            "flat",
            N_("The steps of all sequences lie in one long list, (N*T, O). Give them back their two axes: (N, T, O)."),
            lambda h, W_hy, b_y: h.reshape(-1, h.shape[-1]) @ W_hy.T + b_y,
        ),
        Misconception(
            "time_and_batch_mixed",
            N_(
                "The scores are right but lie at the wrong steps: they were made with time in front and reshaped to "
                "(N, T, O). Swap the axes back instead; or leave them alone, since `@` works on the last axis."
            ),
            _time_and_batch_mixed,
        ),
        Misconception(
            "time_in_front",
            N_("The scores are right, with time in front: (T, N, O). The batch is the first axis: (N, T, O)."),
            lambda h, W_hy, b_y: (h @ W_hy.T + b_y).swapaxes(0, 1),
        ),
        Misconception(
            "outputs_before_time",
            N_("The scores are right, with the last two axes swapped: (N, O, T). Time is the second axis: (N, T, O)."),
            lambda h, W_hy, b_y: (h @ W_hy.T + b_y).swapaxes(1, 2),
        ),
    ),
    accepts=(
        Variant("einsum", lambda h, W_hy, b_y: np.einsum("nth,oh->nto", h, W_hy) + b_y),
        Variant("flattened", _flattened),
        Variant(
            "step_by_step", lambda h, W_hy, b_y: np.stack([h[:, t] @ W_hy.T + b_y for t in range(h.shape[1])], axis=1)
        ),
        Variant(
            "one_state_at_a_time", lambda h, W_hy, b_y: np.array([[W_hy @ s + b_y for s in states] for states in h])
        ),
        Variant("tensordot", lambda h, W_hy, b_y: np.tensordot(h, W_hy, axes=(2, 1)) + b_y),
        Variant("view_of_columns", lambda h, W_hy, b_y: (W_hy @ h.swapaxes(1, 2) + b_y[:, None]).swapaxes(1, 2)),
        Variant("lists", lambda h, W_hy, b_y: (h @ W_hy.T + b_y).tolist()),
        Variant("float32", lambda *arrays: readout(*(a.astype(np.float32) for a in arrays))),
        Variant("torch_linear", with_torch(lambda torch, h, W_hy, b_y: torch.nn.functional.linear(h, W_hy, b_y))),
    ),
    hints=(
        N_("What is asked for at one step of one sequence? It is the `affine` of lesson 00, with other names."),
        N_(
            "`@` multiplies along the last axis of its left side and leaves all axes in front alone. So what is the "
            "shape of (N, T, H) times a matrix of shape (H, O)?"
        ),
        N_(
            "W_hy is stored as (O, H): one row for each output. Turn it, multiply, add b_y. No loop, no tanh, no "
            "softmax."
        ),
    ),
)
