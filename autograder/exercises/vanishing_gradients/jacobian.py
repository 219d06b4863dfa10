"""The Jacobian of one step."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.vanishing_gradients import _more_matrices as more
from autograder.messages import N_
from autograder.reference import oracles_vanishing_gradients as oracles
from autograder.reference import vanishing_gradients as reference


def state(rng: np.random.Generator, made: Inputs) -> Inputs:
    """States that a tanh may have left."""
    return {"h": np.tanh(made["h"])}


def _saturated(rng: np.random.Generator, made: Inputs) -> Inputs:
    h = np.tanh(made["h"])
    h[0], h[-1] = 1.0, -1.0
    return {"h": h}


def _at_rest(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"h": np.zeros_like(made["h"])}


def rows_times(slope):
    """The Jacobian with another slope in place of 1 - h²."""
    return lambda h, W_hh: slope(h)[:, None] * W_hh


def columns_times(h, W_hh):
    """The slope on the wrong side."""
    return W_hh * (1 - h**2)


def _in_place(h, W_hh):
    W_hh *= (1 - h**2)[:, None]
    return W_hh


def _loops(h, W_hh):
    J = np.zeros(W_hh.shape)
    for i in range(len(h)):
        for j in range(len(h)):
            J[i, j] = (1 - h[i] * h[i]) * W_hh[i, j]
    return J


def _by_difference(h, W_hh):
    a, J = np.arctanh(np.clip(h, -1 + 1e-15, 1 - 1e-15)), np.zeros(W_hh.shape)
    for j, way in enumerate(1e-6 * np.eye(len(h))):
        J[:, j] = (np.tanh(a + W_hh @ way) - np.tanh(a - W_hh @ way)) / 2e-6
    return J


SIDES = (
    Misconception(
        "slope_on_the_wrong_side",
        N_(
            "The slopes multiply the *columns* of W_hh: this is W_hh diag(1 - h²). tanh came last, so its slope "
            "belongs to the unit that the step made: row i gets 1 - h[i]². `W_hh * s` multiplies columns; `s[:, None] "
            "* W_hh` rows."
        ),
        columns_times,
    ),
    Misconception(
        "transposed",
        N_(
            "This is the Jacobian transposed. Row i is for the unit *after* the step, column j for the one before, as "
            "in W_hh itself. (W_hh transposed, as in lesson 04, takes gradients back; here it stays as it is.)"
        ),
        lambda h, W_hh: ((1 - h**2)[:, None] * W_hh).T,
    ),
    Misconception(
        "weights_transposed",
        N_(
            "W_hh is transposed and the slopes stand on its rows. The slopes stand right; leave W_hh as it is: row i "
            "holds the weights into unit i."
        ),
        lambda h, W_hh: (1 - h**2)[:, None] * W_hh.T,
    ),
)

SLOPES = (
    Misconception(
        "slope_forgotten",
        N_("This is W_hh itself: the slope of tanh is missing. Row i is to be multiplied by 1 - h[i]²."),
        lambda h, W_hh: W_hh.copy(),
    ),
    Misconception(
        "slope_forgotten_and_transposed",
        N_("This is W_hh transposed, without the slope of tanh. Leave W_hh as it is, and multiply row i by 1 - h[i]²."),
        lambda h, W_hh: W_hh.T.copy(),
    ),
    Misconception(
        "tanh_once_more",
        N_(
            "The slope is taken as 1 - tanh(h)². h is the state *after* the step and has been through tanh already: "
            "1 - h². Your tanh_grad wants what tanh was applied to, and that is not given here."
        ),
        rows_times(lambda h: 1 - np.tanh(h) ** 2),
    ),
    Misconception(
        "tanh_once_more_on_the_wrong_side",
        N_(
            "Two things: the slope is 1 - h², since h has been through tanh already; and it multiplies the rows, "
            "`s[:, None] * W_hh`, not the columns."
        ),
        lambda h, W_hh: W_hh * (1 - np.tanh(h) ** 2),
    ),
    Misconception(
        "square_forgotten", N_("The slope is taken as 1 - h: the square is missing."), rows_times(lambda h: 1 - h)
    ),
    Misconception(
        "one_forgotten", N_("The slope is taken as h². It is 1 - h²: the `1 -` is missing."), rows_times(lambda h: h**2)
    ),
    Misconception(
        "state_for_slope",
        N_("The rows are multiplied by h, which is tanh itself. Its slope is 1 - h²."),
        rows_times(lambda h: h),
    ),
    Misconception(
        "slope_of_sigmoid",
        N_("The slope is taken as h(1 - h), which is that of a sigmoid. This step has a tanh, whose slope is 1 - h²."),
        rows_times(lambda h: h * (1 - h)),
    ),
    Misconception(
        "plus_for_minus",
        N_("The slope is taken as 1 + h². It is 1 - h², which is 0 for a saturated unit."),
        rows_times(lambda h: 1 + h**2),
    ),
    Misconception(
        "slope_squared",
        N_("The slope is in it twice. The step goes through tanh once."),
        rows_times(lambda h: (1 - h**2) ** 2),
    ),
    Misconception(
        "slope_on_both_sides",
        N_("The slopes multiply the rows *and* the columns. tanh comes once in a step, after W_hh: rows only."),
        lambda h, W_hh: (1 - h**2)[:, None] * W_hh * (1 - h**2),
    ),
)

PRODUCTS = (
    Misconception(
        "entries_times_diagonal",
        N_(
            "`*` multiplies entry by entry, and np.diag is zero off its diagonal: all weights between different units "
            "are lost. Two matrices are multiplied by `@`."
        ),
        lambda h, W_hh: np.diag(1 - h**2) * W_hh,
    ),
    Misconception(
        "vector_times_matrix",
        N_(
            "One row came, (H): the slopes were multiplied *into* W_hh with `@`, which sums over the units. Each row "
            "is to be scaled and none summed: `np.diag(slope) @ W_hh`, or `slope[:, None] * W_hh`."
        ),
        lambda h, W_hh: (1 - h**2) @ W_hh,
    ),
    Misconception(
        "matrix_times_vector",
        N_(
            "One column came, (H): W_hh was multiplied with the slopes by `@`, which sums over the units. Each row is "
            "to be scaled and none summed: `np.diag(slope) @ W_hh`, or `slope[:, None] * W_hh`."
        ),
        lambda h, W_hh: W_hh @ (1 - h**2),
    ),
    Misconception(
        "only_slopes",
        N_("These are the slopes alone, on a diagonal. The step has W_hh in it, too."),
        lambda h, W_hh: np.diag(1 - h**2),
    ),
    Misconception(
        "only_slopes_as_vector",
        N_("These are the slopes alone, (H). The Jacobian is a matrix: the slopes times the rows of W_hh."),
        lambda h, W_hh: 1 - h**2,
    ),
    Misconception(
        "state_inside",
        N_(
            "The slope is taken at W_hh h, as if h went *into* the step. h is what came out of it: the slope is 1 - h²."
        ),
        lambda h, W_hh: (1 - np.tanh(W_hh @ h) ** 2)[:, None] * W_hh,
    ),
    Misconception(
        "in_place",
        N_("The Jacobian is right, but W_hh was used as the place to work in and has changed. Make a new array."),
        _in_place,
    ),
)

STEP_JACOBIAN = Exercise(
    id="step_jacobian",
    points=4,
    about=N_("How the state after a step depends on the state before it."),
    spec="h (H), W_hh (H,H) -> J (H,H)",
    reference=reference.step_jacobian,
    oracle=oracles.step_jacobian,
    cases=(
        Case("values", {"H": 4}, N_("The Jacobian of an ordinary step is not right."), change=state, weight=3),
        Case("two units", {"H": 2}, N_("Here there are two units."), change=state),
        Case("saturated units", {"H": 3}, N_("Here some units are exactly at 1 or -1."), change=_saturated),
        Case("at rest", {"H": 5}, N_("Here the state is zero, where tanh is steepest."), change=_at_rest),
        Case("one unit", {"H": 1}, N_("Here H is 1."), change=state, hidden=True),
        Case("many units", {"H": 30}, N_("Here there are many units."), change=state, weight=2, hidden=True),
    ),
    misconceptions=SIDES + SLOPES + PRODUCTS + more.STEP_JACOBIAN,
    accepts=(
        Variant("diag", lambda h, W_hh: np.diag(1 - h**2) @ W_hh),
        Variant("turned_twice", lambda h, W_hh: (W_hh.T * (1 - h * h)).T),
        Variant("einsum", lambda h, W_hh: np.einsum("i,ij->ij", 1 - h**2, W_hh)),
        Variant("loops", _loops),
        Variant("by_difference", _by_difference),
        Variant("from_the_preactivation", lambda h, W_hh: W_hh - np.outer(h**2, np.ones(len(h))) * W_hh),
        Variant("lists", lambda h, W_hh: reference.step_jacobian(h, W_hh).tolist()),
        Variant("float32", lambda h, W_hh: reference.step_jacobian(h.astype(np.float32), W_hh.astype(np.float32))),
        Variant("torch", with_torch(lambda torch, h, W_hh: torch.diag(1 - h.square()) @ W_hh)),
    ),
    hints=(
        N_(
            "Take one entry: how does h[i] change when h_prev[j] changes a little? It goes through one weight, then "
            "through the tanh of unit i."
        ),
        N_(
            "That weight is W_hh[i, j], and the slope of tanh at unit i is 1 - h[i]². Neither has anything to do with "
            "the slope at unit j."
        ),
        N_(
            "So row i of W_hh is scaled by a number of its own. A vector multiplies *columns* when it is simply put "
            "beside a matrix with `*`; how do you make it stand upright, or what does `np.diag` make of it?"
        ),
    ),
)
