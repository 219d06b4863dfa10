"""The gradient along the belt: a product of forget gates."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.lstm_gru import _sequences as ways
from autograder.messages import N_
from autograder.reference import gated, oracles_gated
from autograder.reference.readout import sigmoid


def _gates(rng: np.random.Generator, made: Inputs) -> Inputs:
    """Gates between 0 and 1, none of them near 0."""
    return {"f": np.round(0.3 + 0.65 * sigmoid(made["f"]), 2)}


def _nearly_open(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"f": 1 - 0.08 * sigmoid(made["f"])}


def _open_and_shut(rng: np.random.Generator, made: Inputs) -> Inputs:
    """Gates of 0 and 1, with a shut one somewhere on every other belt."""
    f = np.ones(made["f"].shape)
    f[:, f.shape[1] // 2, ::2] = 0
    return {"f": f}


CELL_GRADIENT = Exercise(
    id="cell_gradient",
    points=3,
    about=N_("How much of the last cell state's gradient reaches each earlier one, along the belt alone."),
    spec="f (N,T,H) -> (N,T+1,H)",
    reference=gated.cell_gradient,
    oracle=oracles_gated.cell_gradient,
    cases=(
        Case("values", {"N": 2, "T": 4, "H": 3}, N_("Here all sizes differ."), change=_gates, weight=3),
        Case("one step", {"N": 3, "T": 1, "H": 2}, N_("Here there is one gate: f, and then 1."), change=_gates),
        Case("all sizes equal", {"N": 3, "T": 3, "H": 3}, N_("Here N, T and H are equal."), change=_gates),
        Case(
            "open and shut",
            {"N": 2, "T": 5, "H": 4},
            N_("Here every gate is 0 or 1: what is shut stops all."),
            change=_open_and_shut,
        ),
        Case("batch of one", {"N": 1, "T": 6, "H": 2}, N_("Here N is 1."), change=_gates, hidden=True),
        Case("one unit", {"N": 4, "T": 3, "H": 1}, N_("Here there is only one unit."), change=_gates, hidden=True),
        Case(
            "long sequences",
            {"N": 2, "T": 30, "H": 3},
            N_("Here the sequences are long."),
            change=_nearly_open,
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "from_the_start",
            N_(
                "The products run from the start: yours at t is dc_t / dc_0. Asked for is dc_T / dc_t, the product of "
                "the gates from t on to the *end*; at t = T it is 1."
            ),
            lambda f: np.concatenate([np.ones_like(f[:, :1]), np.cumprod(f, axis=1)], axis=1),
        ),
        Misconception(
            "from_the_start_ones_behind",
            N_("The products run from the start, with a 1 put behind. At t, multiply the gates from t to the end."),
            lambda f: ways.ones_behind(np.cumprod(f, axis=1)),
        ),
        Misconception(
            "end_missing",
            N_("There are T columns. The belt has T + 1 places, c_0 to c_T, and the last has dc_T / dc_T = 1."),
            lambda f: gated.cell_gradient(f)[:, :-1],
        ),
        Misconception(
            "from_the_start_end_missing",
            N_(
                "There are T columns, and the products run from the start. Asked for are T + 1 places, c_0 to c_T, and "
                "at each the product of the gates from there to the *end*."
            ),
            lambda f: np.cumprod(f, axis=1),
        ),
        Misconception(
            "whole_product_only",
            N_("Only dc_T / dc_0 came back, (N, H). Asked for is dc_T / dc_t for every t from 0 to T."),
            lambda f: f.prod(axis=1),
        ),
        Misconception(
            "whole_product_with_its_axis",
            N_("Only dc_T / dc_0 came back, (N, 1, H). Asked for is dc_T / dc_t for every t from 0 to T."),
            lambda f: f.prod(axis=1, keepdims=True),
        ),
        Misconception(
            "time_in_front",
            N_("The values are right, with time in front: (T+1, N, H). `np.stack(places, axis=1)` puts it second."),
            lambda f: gated.cell_gradient(f).swapaxes(0, 1),
        ),
        Misconception(
            "time_in_front_backwards",
            N_(
                "Time stands in front, (T+1, N, H), and lies in reverse: a list that is filled from the end has to be "
                "turned round. Fill an array of ones, (N, T+1, H), instead."
            ),
            lambda f: gated.cell_gradient(f).swapaxes(0, 1)[::-1],
        ),
        Misconception(
            "lies_backwards",
            N_("The values are right and lie in reverse: place 0 is dc_T / dc_0, the *longest* product."),
            lambda f: gated.cell_gradient(f)[:, ::-1],
        ),
        Misconception(
            "one_gate_late",
            N_("The product at t leaves out the gate f[:, t], which leads from c_t to c_{t+1}. Begin with it."),
            lambda f: np.concatenate([gated.cell_gradient(f)[:, 1:], np.ones_like(f[:, :1])], axis=1),
        ),
        Misconception(
            "gates_themselves",
            N_("These are the gates themselves. To get from c_t to c_T, *all* gates from t on are passed: multiply."),
            lambda f: ways.ones_behind(f),
        ),
        Misconception(
            "summed",
            N_("The gates are added up. Along a chain, slopes multiply."),
            lambda f: ways.ones_behind(np.cumsum(f[:, ::-1], axis=1)[:, ::-1]),
        ),
        Misconception(
            "logs_not_undone",
            N_("The logarithms are added up, and never turned back: take exp of the sums."),
            lambda f: np.concatenate([np.cumsum(np.log(f)[:, ::-1], axis=1)[:, ::-1], np.zeros_like(f[:, :1])], axis=1),
        ),
        Misconception(
            "along_the_batch",
            N_("The products run along axis 0, over the sequences of the batch. Time is axis 1."),
            lambda f: ways.ones_behind(np.cumprod(f[::-1], axis=0)[::-1]),
        ),
        Misconception(
            "along_the_units",
            N_(
                "The products run along the last axis, over the units. Each unit has a belt of its own; time is axis 1."
            ),
            lambda f: ways.ones_behind(np.cumprod(f[:, :, ::-1], axis=2)[:, :, ::-1]),
        ),
        Misconception(
            "slopes_of_the_gates",
            N_(
                "f (1 - f) is multiplied, the slope of the sigmoid. Along the belt the gate is a *factor*: c_{t+1} = f "
                "c_t + ..., and its derivative with respect to c_t is f itself."
            ),
            lambda f: gated.cell_gradient(f * (1 - f)),
        ),
        Misconception(
            "what_is_forgotten",
            N_("1 - f is multiplied. f is what is *kept*, in spite of its name."),
            lambda f: gated.cell_gradient(1 - f),
        ),
        Misconception(
            "power_of_one_gate",
            N_("One gate is raised to a power. The gate has another value at each step: multiply those."),
            lambda f: np.stack([f[:, -1] ** (f.shape[1] - t) for t in range(f.shape[1] + 1)], axis=1),
        ),
        Misconception(
            "power_of_the_first_gate",
            N_("The first gate is raised to a power. The gate has another value at each step: multiply those."),
            lambda f: np.stack([f[:, 0] ** (f.shape[1] - t) for t in range(f.shape[1] + 1)], axis=1),
        ),
        Misconception(
            "power_of_each_gate",
            N_(
                "Each gate is raised to the number of steps that are left. The later steps have gates of their own: "
                "multiply those."
            ),
            lambda f: ways.ones_behind(np.stack([f[:, t] ** (f.shape[1] - t) for t in range(f.shape[1])], axis=1)),
        ),
        Misconception(
            "zero_at_the_end",
            N_("The last place is 0. dc_T / dc_T is 1: whatever c_T is changed by, it is changed by."),
            lambda f: np.concatenate([gated.cell_gradient(f)[:, :-1], np.zeros_like(f[:, :1])], axis=1),
        ),
        Misconception(
            "divided",
            N_(
                "The products from the start are divided by one another. Where a gate is 0 that is 0 / 0. "
                "Multiply from the end instead."
            ),
            ways.divided,
        ),
        Misconception(
            "from_the_start_turned_round",
            N_(
                "The products run from the start, and were turned round after that. At t stand the gates from t "
                "to the *end*: turn f round first, then multiply, then turn back."
            ),
            lambda f: np.concatenate([np.ones_like(f[:, :1]), np.cumprod(f, axis=1)], axis=1)[:, ::-1],
        ),
        Misconception(
            "start_missing",
            N_(
                "There are T columns, and dc_T / dc_0 is missing, the product of all gates. Asked for are T + 1 "
                "places, c_0 to c_T."
            ),
            lambda f: gated.cell_gradient(f)[:, 1:],
        ),
        Misconception(
            "along_the_units_forward",
            N_(
                "The products run along axis 2, over the units. Each unit has a belt of its own; multiply along "
                "time, axis 1."
            ),
            lambda f: ways.ones_behind(np.cumprod(f, axis=2)),
        ),
        Misconception(
            "squashed_again",
            N_("f goes through a sigmoid once more. What is given are the gates, between 0 and 1 already."),
            lambda f: gated.cell_gradient(sigmoid(f)),
        ),
        Misconception(
            "whole_product_everywhere",
            N_("The product of *all* gates stands at every place. At t only the gates from t on are passed."),
            lambda f: np.repeat(f.prod(axis=1, keepdims=True), f.shape[1] + 1, axis=1),
        ),
        Misconception(
            "one_in_front",
            N_("The 1 stands in front. It is dc_T / dc_T, and belongs to the last place."),
            lambda f: np.concatenate([np.ones_like(f[:, :1]), gated.cell_gradient(f)[:, :-1]], axis=1),
        ),
        Misconception(
            "one_gate_early",
            N_("At t the gate f[:, t-1] is taken, the one that leads *to* c_t. From c_t to c_{t+1} leads f[:, t]."),
            lambda f: gated.cell_gradient(np.roll(f, 1, axis=1)),
        ),
        Misconception(
            "first_place_left",
            N_("The first place is still 1: the loop stops before t = 0. `range(T - 1, -1, -1)` counts down to 0."),
            lambda f: np.concatenate([np.ones_like(f[:, :1]), gated.cell_gradient(f)[:, 1:]], axis=1),
        ),
        Misconception(
            "gates_overwritten",
            N_("The values are right, but f was used as the place to work in and has changed. Work on a copy."),
            ways.overwritten,
        ),
    ),
    accepts=(
        Variant("backward_loop", ways.backward_loop),
        Variant("tails", ways.tails),
        Variant("by_logs", lambda f: np.nan_to_num(ways.by_logs(np.maximum(f, 1e-300)))),
        Variant("float32", lambda f: gated.cell_gradient(f.astype(np.float32))),
        Variant("by_autograd", with_torch(ways.belt_by_torch)),
    ),
    hints=(
        N_("From c_t to c_{t+1} there is one factor, f[:, t]. How many factors are there from c_t to c_T?"),
        N_("The last place, t = T, is 1: no gate is passed. The one before it is f[:, T-1]. And the one before that?"),
        N_("Fill an array of ones from the end: each place is its own gate times the place behind it."),
    ),
)
