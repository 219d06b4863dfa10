"""The gradient of a shared matrix, cut by the step at which it was used."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Exercise, Misconception, Variant
from autograder.exercises.bptt import _sequences as ways
from autograder.exercises.bptt import _step
from autograder.exercises.bptt.whole import CASES
from autograder.messages import N_
from autograder.reference import bptt, oracles_bptt

TIME = (
    Misconception(
        "backwards",
        N_(
            "The parts lie in reverse: parts[0] is the last step's. The loop goes back in time, so a list that is "
            "appended to comes out backwards."
        ),
        ways.then(lambda parts: parts[::-1], ways.parts_of()),
    ),
    Misconception(
        "totals_so_far",
        N_(
            "parts[t] holds the sum of *all* steps from t on: a total was stored at each turn of the loop. Store "
            "what step t alone adds."
        ),
        ways.then(lambda parts: np.cumsum(parts[::-1], axis=0)[::-1], ways.parts_of()),
    ),
    Misconception(
        "already_summed",
        N_("The parts are added up already, (H, H). Keep them apart, one for each step: (T, H, H)."),
        ways.then(lambda parts: parts.sum(0), ways.parts_of()),
    ),
    Misconception(
        "by_loss",
        N_(
            "These parts belong to the *losses*: parts[t] is the gradient of E_t. They sum to the same whole, but "
            "they cut it the other way. Asked is what the *use* of W_hh at step t adds, whichever loss it served."
        ),
        ways.by_loss,
    ),
    Misconception(
        "future_dropped",
        N_(
            "Each part counts only the loss of its own step; what later losses ask of step t is dropped. So the "
            "parts do not sum to bptt's dW_hh."
        ),
        ways.parts_of(asked=ways.none_later),
    ),
    Misconception(
        "only_last_loss",
        N_("Only the loss of the last step is sent back. Add dh[:, t] at every step, as in bptt."),
        ways.parts_of(asked=ways.last_loss),
    ),
    Misconception(
        "one_step_back_only",
        N_(
            "Each loss reaches its own step and the one before, no further. Carry the dh_prev that was made from the "
            "sum, as in bptt."
        ),
        lambda *a, rnn_step_backward=bptt.rnn_step_backward: ways.one_step_back(
            *a, rnn_step_backward=rnn_step_backward
        )[5],
    ),
    Misconception(
        "first_step_missing",
        N_(
            "parts[0] is zero: either the loop stops before t = 0, or the state before the first step is taken as "
            "zero. There W_hh met h0, which is given."
        ),
        ways.parts_of(steps=lambda T: range(T - 1, 0, -1)),
    ),
    Misconception(
        "averaged",
        N_("The parts are divided by T, and sum to a mean. They are to sum to bptt's dW_hh, which is no mean."),
        ways.then(lambda parts: parts / len(parts), ways.parts_of()),
    ),
)

WHAT = (
    Misconception(
        "same_state_for_before",
        N_("At step t W_hh met the state before it, h[:, t-1]. Here the parts are made with h[:, t]."),
        ways.parts_of(before=lambda h0, h, t: h[:, t]),
    ),
    Misconception(
        "last_state_for_first",
        N_("parts[0] is made with h[:, -1], the *last* state. Before the first step it was h0."),
        ways.parts_of(before=lambda h0, h, t: h[:, t - 1]),
    ),
    Misconception(
        "input_weights",
        N_("These are the parts of dW_xh, (T, H, D). Asked are those of dW_hh: (T, H, H)."),
        ways.input_parts,
    ),
    Misconception(
        "transposed",
        N_("Each part is transposed. Row j of W_hh holds the weights into unit j, and so does row j of every part."),
        ways.then(lambda parts: parts.swapaxes(1, 2), ways.parts_of()),
    ),
    Misconception(
        "slope_forgotten",
        N_("The step inside leaves out the slope of tanh. Call your rnn_step_backward."),
        ways.with_step(_step.with_slope(lambda dh, h_prev, h: dh), bptt.gradient_by_timestep),
    ),
    Misconception(
        "recurrent_transposed",
        N_("The step inside goes back through W_hh transposed. Call your rnn_step_backward."),
        ways.with_step(
            _step.changed(dh_prev=lambda da, dh, x, h_prev, h, W_xh, W_hh: da @ W_hh.T), bptt.gradient_by_timestep
        ),
    ),
)

GRADIENT_BY_TIMESTEP = Exercise(
    id="gradient_by_timestep",
    points=3,
    about=N_("What each step's use of W_hh adds to its gradient. The parts sum to the whole."),
    spec="dh (N,T,H), x (N,T,D), h0 (N,H), h (N,T,H), W_xh (H,D), W_hh (H,H) -> parts (T,H,H)",
    reference=bptt.gradient_by_timestep,
    oracle=oracles_bptt.gradient_by_timestep,
    requires=("rnn_step_backward",),
    cases=CASES,
    misconceptions=TIME + WHAT,
    accepts=(
        Variant("from_sums", ways.parts_from_sums),
        Variant("as_list", ways.parts_as_list),
        Variant("by_difference", ways.parts_by_difference),
        Variant("float32", lambda *arrays: bptt.gradient_by_timestep(*(a.astype(np.float32) for a in arrays))),
    ),
    hints=(
        N_("It is the loop of bptt. Where that adds the dW_hh of one step to a total, what must this one do instead?"),
        N_("Make an array of zeros, (T, H, H), and let step t fill its own place in it."),
        N_(
            "The way back must stay whole: step t still goes back with dh[:, t] plus what flows in from later. Try "
            "`parts.sum(axis=0)` against the dW_hh of bptt."
        ),
    ),
)
