"""One step of a recurrent network, backward."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.bptt import _step as ways
from autograder.messages import N_
from autograder.reference import bptt, oracles_bptt, rnn


def _after(rng: np.random.Generator, made: Inputs) -> Inputs:
    """The states that the step gives, with a bias that the way back does not need."""
    b = 0.5 * rng.normal(size=len(made["W_hh"]))
    return {"h": rnn.rnn_step(made["x"], made["h_prev"], made["W_xh"], made["W_hh"], b)}


SLOPE = (
    Misconception(
        "slope_forgotten",
        N_(
            "The way back leaves out tanh: dh is used as if h were the sum itself. First multiply dh, entry by entry, "
            "by the slope of tanh, then go on to the products."
        ),
        ways.with_slope(lambda dh, h_prev, h: dh),
    ),
    Misconception(
        "slope_of_the_wrong_thing",
        N_(
            "The slope is taken as `1 - np.tanh(h)**2`. That formula wants what tanh was applied to; h has been "
            "through tanh already, so the slope is 1 - h²."
        ),
        ways.with_slope(lambda dh, h_prev, h: dh * (1 - np.tanh(h) ** 2)),
    ),
    Misconception(
        "square_forgotten",
        N_("The slope is taken as 1 - h. The derivative of tanh is 1 - tanh², so 1 - h²: the square is missing."),
        ways.with_slope(lambda dh, h_prev, h: dh * (1 - h)),
    ),
    Misconception(
        "slope_of_sigmoid",
        N_("h(1 - h) is the slope of the sigmoid. This step has a tanh, whose slope is 1 - h²."),
        ways.with_slope(lambda dh, h_prev, h: dh * h * (1 - h)),
    ),
    Misconception(
        "tanh_for_its_slope",
        N_("dh is multiplied by h, which is tanh itself. The way back needs its *slope*, 1 - h²."),
        ways.with_slope(lambda dh, h_prev, h: dh * h),
    ),
    Misconception(
        "slope_of_the_state_before",
        N_("The slope is taken at h_prev. tanh made h, the state *after* the step: the slope is 1 - h²."),
        ways.with_slope(lambda dh, h_prev, h: dh * (1 - h_prev**2)),
    ),
    Misconception(
        "dh_not_used",
        N_(
            "The slopes are right, but dh does not enter: these are derivatives of h, not of the loss. The chain rule "
            "multiplies the slope by what comes from above, dh."
        ),
        ways.with_slope(lambda dh, h_prev, h: 1 - h**2),
    ),
    Misconception(
        "slope_for_states_only",
        N_(
            "dx and dh_prev are right, but the weights and b are given dh without the slope of tanh. All five start "
            "from the same array, da."
        ),
        ways.changed(
            dW_xh=lambda da, dh, x, *_: dh.T @ x,
            dW_hh=lambda da, dh, x, h_prev, *_: dh.T @ h_prev,
            db=lambda da, dh, *_: dh.sum(0),
        ),
    ),
    Misconception(
        "slope_for_weights_only",
        N_(
            "The weights and b are right, but dx and dh_prev are made from dh without the slope of tanh. All five "
            "start from the same array, da."
        ),
        ways.changed(
            dx=lambda da, dh, x, h_prev, h, W_xh, W_hh: dh @ W_xh,
            dh_prev=lambda da, dh, x, h_prev, h, W_xh, W_hh: dh @ W_hh,
        ),
    ),
    Misconception(
        "slope_for_b_forgotten",
        N_("All is right but db, which sums dh. b stands inside tanh as well: sum da, which has the slope in it."),
        ways.changed(db=lambda da, dh, *_: dh.sum(0)),
    ),
)

BATCH = (
    Misconception(
        "bias_not_summed",
        N_(
            "db came as (N, H), one row for each example. There is one b, shared by the whole batch: its gradient is "
            "the sum over the rows, (H)."
        ),
        ways.changed(db=lambda da, *_: da),
    ),
    Misconception(
        "bias_averaged",
        N_(
            "db is the mean over the batch. b is shared by all examples, so what they ask of it is added up: "
            "`sum`, not `mean`. A mean belongs into the loss, and has then reached dh already."
        ),
        ways.changed(db=lambda da, *_: da.mean(0)),
    ),
    Misconception(
        "all_averaged",
        N_(
            "The gradients of the weights and of b are divided by N. They are sums over the batch; if the loss is a "
            "mean, the division has reached dh already."
        ),
        ways.then(lambda dx, dh_prev, dW_xh, dW_hh, db: (dx, dh_prev, *(g / len(dx) for g in (dW_xh, dW_hh, db)))),
    ),
    Misconception(
        "bias_over_units",
        N_(
            "db is summed over the units, (N): axis 1. Sum over the batch, axis 0, and one number for each unit is "
            "left."
        ),
        ways.changed(db=lambda da, *_: da.sum(1)),
    ),
    Misconception(
        "bias_keeps_the_axis",
        N_("db came as (1, H): `keepdims` keeps the batch as an axis of one. b has the shape (H), and so has db."),
        ways.changed(db=lambda da, *_: da.sum(0, keepdims=True)),
    ),
)

PRODUCTS = (
    Misconception(
        "recurrent_transposed",
        N_(
            "dh_prev is made with W_hh transposed. Forward, row j of W_hh holds the weights *into* unit j; on the way "
            "back the sum runs over the units that a state went *into*: `da @ W_hh`. Nothing raises, W_hh is square."
        ),
        ways.changed(dh_prev=lambda da, dh, x, h_prev, h, W_xh, W_hh: da @ W_hh.T),
    ),
    Misconception(
        "input_weights_transposed",
        N_(
            "dx is made with W_xh transposed, which fits only when D equals H. Forward x meets W_xh.T; on the way back "
            "da meets W_xh: (N, H) times (H, D)."
        ),
        ways.changed(dx=lambda da, dh, x, h_prev, h, W_xh, W_hh: da @ W_xh.T),
    ),
    Misconception(
        "all_weights_transposed",
        N_(
            "dx and dh_prev are made with `W_xh.T` and `W_hh.T`. A textbook writes W transposed times a column; with "
            "examples in rows that is da times W, without a transpose: `da @ W_xh`, `da @ W_hh`."
        ),
        ways.changed(
            dx=lambda da, dh, x, h_prev, h, W_xh, W_hh: da @ W_xh.T,
            dh_prev=lambda da, dh, x, h_prev, h, W_xh, W_hh: da @ W_hh.T,
        ),
    ),
    Misconception(
        "recurrent_gradient_transposed",
        N_(
            "dW_hh is transposed. Row j of W_hh holds the weights into unit j, and so does row j of its gradient: "
            "`da.T @ h_prev`. W_hh is square, so the shape does not tell."
        ),
        ways.changed(dW_hh=lambda da, dh, x, h_prev, *_: h_prev.T @ da),
    ),
    Misconception(
        "input_gradient_transposed",
        N_("dW_xh came as (D, H). A gradient has the shape of what it belongs to: `da.T @ x` is (H, D)."),
        ways.changed(dW_xh=lambda da, dh, x, *_: x.T @ da),
    ),
    Misconception(
        "both_gradients_transposed",
        N_(
            "dW_xh and dW_hh are both transposed, (D, H) and (H, H). A gradient has the layout of its weights, one row "
            "for each unit: `da.T` stands on the left."
        ),
        ways.changed(dW_xh=lambda da, dh, x, *_: x.T @ da, dW_hh=lambda da, dh, x, h_prev, *_: h_prev.T @ da),
    ),
    Misconception(
        "recurrent_all_transposed",
        N_(
            "Both things that have to do with W_hh are transposed: dh_prev is `da @ W_hh`, and dW_hh is `da.T @ "
            "h_prev`. With a square matrix only the values tell."
        ),
        ways.changed(
            dh_prev=lambda da, dh, x, h_prev, h, W_xh, W_hh: da @ W_hh.T,
            dW_hh=lambda da, dh, x, h_prev, *_: h_prev.T @ da,
        ),
    ),
    Misconception(
        "new_state_for_old",
        N_("dW_hh is made with h. W_hh was multiplied by the state *before* the step, so its gradient needs h_prev."),
        ways.changed(dW_hh=lambda da, dh, x, h_prev, h, *_: da.T @ h),
    ),
)

RETURNED = (
    Misconception(
        "states_swapped",
        N_("dx and dh_prev have changed places: first dx, (N, D), then dh_prev, (N, H)."),
        ways.then(lambda dx, dh_prev, *rest: (dh_prev, dx, *rest)),
    ),
    Misconception(
        "weights_swapped",
        N_("dW_xh and dW_hh have changed places: first dW_xh, (H, D), then dW_hh, (H, H)."),
        ways.then(lambda dx, dh_prev, dW_xh, dW_hh, db: (dx, dh_prev, dW_hh, dW_xh, db)),
    ),
    Misconception(
        "weights_first",
        N_(
            "The weights come first here. Asked for are dx, dh_prev, dW_xh, dW_hh, db, in the order of the forward "
            "step."
        ),
        ways.then(lambda dx, dh_prev, dW_xh, dW_hh, db: (dW_xh, dW_hh, db, dx, dh_prev)),
    ),
    Misconception(
        "only_weights",
        N_(
            "Only the gradients of W_xh, W_hh and b came back. dx and dh_prev are needed as well: dh_prev is what the "
            "step before this one goes on from."
        ),
        ways.then(lambda dx, dh_prev, dW_xh, dW_hh, db: (dW_xh, dW_hh, db)),
    ),
    Misconception(
        "dh_overwritten",
        N_(
            "The gradients are right, but dh was used as the place to work in and has changed. `dh *= ...` writes into "
            "the caller's array: make a new one, `da = dh * ...`."
        ),
        ways.dh_overwritten,
    ),
)

RNN_STEP_BACKWARD = Exercise(
    id="rnn_step_backward",
    points=5,
    about=N_("One step backward: from the gradient of the new state to those of all that went into it."),
    spec=(
        "dh (N,H), x (N,D), h_prev (N,H), h (N,H), W_xh (H,D), W_hh (H,H) -> dx (N,D), dh_prev (N,H), dW_xh (H,D), "
        "dW_hh (H,H), db (H)"
    ),
    reference=bptt.rnn_step_backward,
    oracle=oracles_bptt.rnn_step_backward,
    cases=(
        Case(
            "values",
            {"N": 3, "D": 2, "H": 4},
            N_("The gradients of a small batch are not right."),
            change=_after,
            weight=3,
        ),
        Case("batch of one", {"N": 1, "D": 2, "H": 3}, N_("Here N is 1."), change=_after),
        Case(
            "all sizes equal",
            {"N": 3, "D": 3, "H": 3},
            N_("Here N, D and H are equal: then nothing raises, whichever way round an array stands."),
            change=_after,
        ),
        Case("one unit", {"N": 4, "D": 3, "H": 1}, N_("Here H is 1."), change=_after, hidden=True),
        Case(
            "as many units as inputs",
            {"N": 2, "D": 5, "H": 5},
            N_("Here D and H are equal."),
            change=_after,
            hidden=True,
        ),
        Case(
            "large batch",
            {"N": 40, "D": 6, "H": 9},
            N_("This case is about a larger batch."),
            change=_after,
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=SLOPE + BATCH + PRODUCTS + RETURNED,
    accepts=(
        Variant("example_by_example", ways.example_by_example),
        Variant("einsum", ways.einsum),
        Variant("from_the_preactivation", ways.from_preactivation),
        Variant("one_matrix", ways.one_matrix),
        Variant("float32", lambda *arrays: bptt.rnn_step_backward(*(a.astype(np.float32) for a in arrays))),
        Variant("torch_by_hand", with_torch(lambda torch, *tensors: bptt.rnn_step_backward(*tensors))),
        Variant("torch_autograd", with_torch(ways.torch_autograd)),
    ),
    hints=(
        N_(
            "Go backwards through the step. The last thing it did was tanh; so the first thing on the way back is the "
            "slope of tanh. Call what comes out da: the gradient of the sum a = x W_xh^T + h_prev W_hh^T + b."
        ),
        N_(
            "The slope of tanh at a is 1 - tanh(a)². You do not have a, but you have tanh(a): it is h. So da is dh "
            "times that slope, entry by entry, (N, H)."
        ),
        N_(
            "Now shapes alone nearly decide. dx is (N, D): which product of da (N, H) and W_xh (H, D) is? dW_xh is "
            "(H, D): which product of da (N, H) and x (N, D) is, and what does it sum over?"
        ),
        N_(
            "For W_hh shapes do not decide, since it is square: do for h_prev and W_hh what you did for x and W_xh. "
            "b was added to every row of the batch, so db adds the rows of da up."
        ),
    ),
)
