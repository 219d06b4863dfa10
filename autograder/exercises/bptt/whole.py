"""All steps backward: backpropagation through time."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.bptt import _sequences as ways
from autograder.exercises.bptt import _step
from autograder.messages import N_
from autograder.reference import bptt, oracles_bptt, rnn


def forward(rng: np.random.Generator, made: Inputs) -> Inputs:
    """The states that the forward pass gives, with a bias that the way back does not need."""
    b = 0.5 * rng.normal(size=len(made["W_hh"]))
    return {"h": rnn.rnn_forward(made["x"], made["h0"], made["W_xh"], made["W_hh"], b)[0]}


def last_loss_only(rng: np.random.Generator, made: Inputs) -> Inputs:
    """The same, where only the last step has a loss, as in a classifier of whole sequences."""
    dh = np.zeros(made["dh"].shape)
    dh[:, -1] = made["dh"][:, -1]
    return {"dh": dh} | forward(rng, made)


FUTURE = (
    Misconception(
        "future_dropped",
        N_(
            "Every step goes back with its own dh[:, t] alone; what the later steps ask of h_t is dropped. h_t is "
            "used twice, by the loss of step t and by step t + 1, so its gradient is dh[:, t] *plus* the dh_prev of "
            "step t + 1."
        ),
        ways.swept(asked=ways.none_later),
    ),
    Misconception(
        "only_last_loss",
        N_(
            "Only the loss of the last step is sent back. Every step has a loss of its own: add dh[:, t] to what flows "
            "back at *each* t, not just before the loop."
        ),
        ways.swept(asked=ways.last_loss),
    ),
    Misconception(
        "one_step_back_only",
        N_(
            "Each loss reaches its own step and the one before, no further: the dh_prev that is carried was made from "
            "dh[:, t] alone. Make it from the sum, dh[:, t] plus what flows in, and it goes all the way."
        ),
        lambda *a, rnn_step_backward=bptt.rnn_step_backward: ways.one_step_back(
            *a, rnn_step_backward=rnn_step_backward
        )[:5],
    ),
    Misconception(
        "flow_piles_up",
        N_(
            "What flows back is *added up* from step to step. The dh_prev of step t + 1 has the whole future in it "
            "already: it takes the place of the old value."
        ),
        ways.swept(carry=lambda own, later: own + later),
    ),
    Misconception(
        "flow_without_weights",
        N_(
            "What is carried from step to step is da, the gradient of the sum. To reach the state before, it goes "
            "through the recurrent weights: carry dh_prev."
        ),
        ways.flow_without_weights,
    ),
    Misconception(
        "weights_twice",
        N_(
            "What flows back goes through W_hh twice. The dh_prev of your rnn_step_backward *is* `da @ W_hh` already: "
            "add it to dh[:, t] as it is."
        ),
        ways.flow_through_weights_twice,
    ),
    Misconception(
        "dh_overwritten",
        N_(
            "The gradients are right, but dh was used to add up what flows back, and has changed. Use a variable of "
            "your own for what comes from later, or copy dh first."
        ),
        ways.dh_overwritten,
    ),
)

SUMS = (
    Misconception(
        "weights_overwritten",
        N_(
            "dW_xh, dW_hh and db are those of the *first* step alone: each step replaced what the one before it had "
            "found. The weights are used at every step, so their gradients add up: `+=`."
        ),
        ways.swept(gather=lambda total, own: own),
    ),
    Misconception(
        "weights_averaged",
        N_(
            "The gradients of the weights are divided by T. They are sums over time; if the loss is a mean, the "
            "division has reached dh already."
        ),
        ways.then(
            lambda dx, dh0, dW_xh, dW_hh, db: (dx, dh0, *(g / dx.shape[1] for g in (dW_xh, dW_hh, db))),
        ),
    ),
    Misconception(
        "bias_not_summed",
        N_("db came with the batch as an axis, (N, H). There is one b for all examples and steps: sum over both, (H)."),
        lambda dh, x, h0, h, W_xh, W_hh: ways.swept(
            gather=lambda total, own: total + own if total.ndim == own.ndim else own + total
        )(dh, x, h0, h, W_xh, W_hh, rnn_step_backward=_step.changed(db=lambda da, *_: da)),
    ),
)

BEFORE = (
    Misconception(
        "same_state_for_before",
        N_("The state before step t is taken from h[:, t], which is the one *after* it. Before it was h[:, t-1]."),
        ways.swept(before=lambda h0, h, t: h[:, t]),
    ),
    Misconception(
        "last_state_for_first",
        N_(
            "At t = 0 the state before is read from h[:, t-1], which is h[:, -1], the *last* state. Before the first "
            "step it was h0."
        ),
        ways.swept(before=lambda h0, h, t: h[:, t - 1]),
    ),
    Misconception(
        "zeros_for_h0",
        N_("The state before the first step is taken as zero. It was h0, which is given."),
        ways.swept(before=lambda h0, h, t: h[:, t - 1] if t else 0 * h0),
    ),
    Misconception(
        "h0_always",
        N_("Every step is given h0 as the state before it. That is right at t = 0; after that it is h[:, t-1]."),
        ways.swept(before=lambda h0, h, t: h0),
    ),
)

STEPS = (
    Misconception(
        "forward_in_time",
        N_(
            "The loop runs forward in time. What a state is asked comes from the steps *after* it, so the last step "
            "goes first: `reversed(range(T))`."
        ),
        ways.swept(steps=range),
    ),
    Misconception(
        "first_step_missing",
        N_(
            "The loop stops before t = 0: dx[:, 0] is zero and the first step adds nothing. `range(T - 1, 0, -1)` ends "
            "at 1; `reversed(range(T))` ends at 0."
        ),
        ways.swept(steps=lambda T: range(T - 1, 0, -1)),
    ),
    Misconception(
        "last_step_missing",
        N_("The loop begins at T - 2: the last step adds nothing, and its loss is lost. Steps run from T - 1 to 0."),
        ways.swept(steps=lambda T: range(T - 2, -1, -1)),
    ),
    Misconception(
        "dh0_one_step_short",
        N_(
            "dh0 is the gradient of the *first* state h_1, less its own loss: it was kept before the last turn of the "
            "loop. After the loop, what flows back has gone through step 0 as well, and that is dh0."
        ),
        ways.start_one_short,
    ),
    Misconception(
        "losses_one_step_early",
        N_(
            "Each loss is added one step too early: after step t, dh[:, t] joins what goes on to step t - 1, and the "
            "last one counts twice. At step t, add dh[:, t] *before* you go back through it."
        ),
        ways.losses_one_step_early,
    ),
    Misconception(
        "last_loss_in_dh0",
        N_(
            "All is right but dh0, to which a loss is added: after step 0 there is no dh[:, t-1] left, and dh[:, -1] "
            "is the *last* one. h0 has no loss of its own."
        ),
        ways.last_loss_in_dh0,
    ),
    Misconception(
        "dh0_is_first_dh",
        N_(
            "dh0 is dh[:, 0], what the loss of the *first step* asks of the state after it. h0 is the state before "
            "that step: its gradient is the last dh_prev of the loop."
        ),
        lambda dh, *a, rnn_step_backward=bptt.rnn_step_backward: ways.then(
            lambda dx, dh0, *rest: (dx, dh[:, 0], *rest)
        )(dh, *a, rnn_step_backward=rnn_step_backward),
    ),
    Misconception(
        "dh0_forgotten",
        N_("dh0 came back as zeros. It is what flows back out of step 0, the last dh_prev of the loop."),
        ways.then(lambda dx, dh0, *rest: (dx, 0 * dh0, *rest)),
    ),
)

RETURNED = (
    Misconception(
        "dx_backwards",
        N_(
            "dx lies in reverse: dx[:, 0] holds the last step's. The loop goes back in time, so a list that is "
            "appended to comes out backwards. Fill dx[:, t], or turn the list round."
        ),
        ways.then(lambda dx, *rest: (dx[:, ::-1], *rest)),
    ),
    Misconception(
        "dx_time_in_front",
        N_("dx has time in front, (T, N, D). `np.stack(..., axis=1)` puts it second."),
        ways.then(lambda dx, *rest: (dx.swapaxes(0, 1), *rest)),
    ),
    Misconception(
        "dx_time_in_front_backwards",
        N_(
            "dx has time in front, (T, N, D), and lies in reverse, since the loop goes back in time. Fill dx[:, t] "
            "of an array (N, T, D) instead."
        ),
        ways.then(lambda dx, *rest: (dx.swapaxes(0, 1)[::-1], *rest)),
    ),
    Misconception(
        "dx_of_one_step",
        N_("dx came as (N, D), that of step 0 alone. Every step has an input of its own: keep them all, (N, T, D)."),
        ways.then(lambda dx, *rest: (dx[:, 0], *rest)),
    ),
    Misconception(
        "dx_and_dh0_swapped",
        N_("dx and dh0 have changed places: first dx, (N, T, D), then dh0, (N, H)."),
        ways.then(lambda dx, dh0, *rest: (dh0, dx, *rest)),
    ),
    Misconception(
        "weights_first",
        N_("The weights come first here. Asked for are dx, dh0, dW_xh, dW_hh, db, in the order of rnn_step_backward."),
        ways.then(lambda dx, dh0, *weights: (*weights, dx, dh0)),
    ),
    Misconception(
        "only_weights",
        N_("Only the gradients of the weights came back. dx and dh0 are asked for too: layers below learn from them."),
        ways.then(lambda dx, dh0, *weights: weights),
    ),
)

INSIDE = (
    Misconception(
        "slope_forgotten",
        N_(
            "The loop is right; the step in it leaves out the slope of tanh. Call your rnn_step_backward, and there is "
            "only one place to get right."
        ),
        ways.with_step(_step.with_slope(lambda dh, h_prev, h: dh)),
    ),
    Misconception(
        "slope_of_the_wrong_thing",
        N_(
            "The loop is right; the slope in it is taken of tanh(h), and h has been through tanh already. Call your "
            "rnn_step_backward, and there is only one place to get right."
        ),
        ways.with_step(_step.with_slope(lambda dh, h_prev, h: dh * (1 - np.tanh(h) ** 2))),
    ),
    Misconception(
        "recurrent_transposed",
        N_(
            "The loop is right; the step in it goes back through W_hh transposed. Backward it is `da @ W_hh`. Call "
            "your rnn_step_backward, and there is only one place to get right."
        ),
        ways.with_step(_step.changed(dh_prev=lambda da, dh, x, h_prev, h, W_xh, W_hh: da @ W_hh.T)),
    ),
    Misconception(
        "recurrent_gradient_transposed",
        N_(
            "The loop is right, and dW_hh is transposed: row j holds what belongs to the weights *into* unit j. Call "
            "your rnn_step_backward, and there is only one place to get right."
        ),
        ways.with_step(_step.changed(dW_hh=lambda da, dh, x, h_prev, *_: h_prev.T @ da)),
    ),
)

CASES = (
    Case("values", {"N": 2, "T": 5, "D": 3, "H": 4}, N_("The gradients are not right."), change=forward, weight=3),
    Case("batch of one", {"N": 1, "T": 4, "D": 2, "H": 3}, N_("Here N is 1."), change=forward),
    Case("one step", {"N": 3, "T": 1, "D": 2, "H": 4}, N_("Here there is only one step."), change=forward),
    Case(
        "all sizes equal",
        {"N": 3, "T": 3, "D": 3, "H": 3},
        N_("Here N, T, D and H are equal."),
        change=forward,
    ),
    Case(
        "loss at the end only",
        {"N": 2, "T": 6, "D": 3, "H": 4},
        N_("Here only the last step has a loss."),
        change=last_loss_only,
        hidden=True,
    ),
    Case(
        "long sequences",
        {"N": 2, "T": 25, "D": 3, "H": 4},
        N_("This case is about long sequences."),
        change=forward,
        weight=2,
        hidden=True,
    ),
    Case("one unit", {"N": 3, "T": 4, "D": 2, "H": 1}, N_("Here H is 1."), change=forward, hidden=True),
)

BPTT = Exercise(
    id="bptt",
    points=7,
    about=N_("Backpropagation through time: the gradients of a whole sequence, from the last step back to the first."),
    spec=(
        "dh (N,T,H), x (N,T,D), h0 (N,H), h (N,T,H), W_xh (H,D), W_hh (H,H) -> dx (N,T,D), dh0 (N,H), dW_xh (H,D), "
        "dW_hh (H,H), db (H)"
    ),
    reference=bptt.bptt,
    oracle=oracles_bptt.bptt,
    requires=("rnn_step_backward",),
    cases=CASES,
    misconceptions=FUTURE + SUMS + BEFORE + STEPS + RETURNED + INSIDE,
    accepts=(
        Variant("all_sums_first", ways.all_sums_first),
        Variant("lists", ways.lists),
        Variant("sums_made_anew", ways.swept()),
        Variant("sums_from_nothing", ways.sums_from_nothing),
        Variant("recursive", ways.recursive),
        Variant("loss_by_loss", ways.loss_by_loss),
        Variant("float32", lambda *arrays: bptt.bptt(*(a.astype(np.float32) for a in arrays))),
        Variant("torch_autograd", with_torch(ways.torch_autograd)),
    ),
    hints=(
        N_(
            "Take a pencil and three steps. Which two arrows leave h_2? One goes to the loss of its own step, the "
            "other to the next step. A gradient comes back along each, and they add up."
        ),
        N_(
            "Go from the last step to the first. Keep one array, (N, H), for what the later steps ask of the present "
            "state; what is it before the loop begins?"
        ),
        N_(
            "At step t call your rnn_step_backward with dh[:, t] plus that array. Of what it gives, dh_prev is the "
            "array for the next turn, dx goes to its place in time, and the three others are added to their totals."
        ),
        N_(
            "The state before step t is h[:, t-1], and at t = 0 it is h0. After the loop, the array that you carried "
            "is dh0."
        ),
    ),
)
