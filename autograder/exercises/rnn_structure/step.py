"""One step of a recurrent network."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import oracles, rnn
from autograder.reference.readout import sigmoid


def _tanh_by_exponentials(x, h, W_xh, W_hh, b):
    a = x @ W_xh.T + h @ W_hh.T + b
    with np.errstate(all="ignore"):
        return (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))


def _state_overwritten(x, h, W_xh, W_hh, b):
    h[:] = np.tanh(x @ W_xh.T + h @ W_hh.T + b)
    return h


def _unit_by_unit(x, h, W_xh, W_hh, b):
    new = np.empty(h.shape)
    for n in range(len(h)):
        for j in range(len(b)):
            new[n, j] = np.tanh(b[j] + np.sum(W_xh[j] * x[n]) + np.sum(W_hh[j] * h[n]))
    return new


def _units_in_place(x, h, W_xh, W_hh, b):
    new = np.array(h, dtype=float)
    for j in range(len(b)):
        new[:, j] = np.tanh(x @ W_xh[j] + new @ W_hh[j] + b[j])
    return new


RNN_STEP = Exercise(
    id="rnn_step",
    points=4,
    about=N_("One step of a recurrent network: the new state, from this step's input and the state before it."),
    spec="x (N,D), h (N,H), W_xh (H,D), W_hh (H,H), b (H) -> (N,H)",
    reference=rnn.rnn_step,
    oracle=oracles.rnn_step,
    cases=(
        Case("values", {"N": 2, "D": 3, "H": 4}, N_("Here all sizes differ."), weight=3),
        Case("batch of one", {"N": 1, "D": 2, "H": 3}, N_("Here N is 1.")),
        Case(
            "all sizes equal",
            {"N": 3, "D": 3, "H": 3},
            N_("Here N, D and H are all equal."),
        ),
        Case(
            "large inputs",
            {"N": 2, "D": 4, "H": 3},
            N_("Here the inputs are large, so that tanh is 1 or -1."),
            change=lambda rng, made: {"x": 2000.0 * np.array([[1, 0, 0, 0], [0, 0, -1, 0]])},
        ),
        Case(
            "only x",
            {"N": 2, "D": 4, "H": 3},
            N_("Here h and b are all zero, so only the term with x and W_xh is left."),
            change=lambda rng, made: {"h": np.zeros(made["h"].shape), "b": np.zeros(made["b"].shape)},
        ),
        Case(
            "only h",
            {"N": 2, "D": 4, "H": 3},
            N_("Here x and b are all zero, so only the term with h and W_hh is left."),
            change=lambda rng, made: {"x": np.zeros(made["x"].shape), "b": np.zeros(made["b"].shape)},
        ),
        Case("one unit", {"N": 4, "D": 3, "H": 1}, N_("Here there is only one unit."), hidden=True),
        Case(
            "as many units as inputs",
            {"N": 2, "D": 5, "H": 5},
            N_("Here D and H are equal."),
            hidden=True,
        ),
        Case("large batch", {"N": 40, "D": 6, "H": 9}, N_("Here the batch is larger."), hidden=True),
        Case(
            "state of zeros",
            {"N": 3, "D": 4, "H": 2},
            N_("Here the state is zero, as before the first step."),
            change=lambda rng, made: {"h": np.zeros(made["h"].shape)},
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "recurrent_transposed",
            N_(
                "This is what comes out of `h @ W_hh`, without `.T`. W_hh has one row for each *new* unit: row j "
                "holds the weights into unit j, so it has to become a column. W_hh is square, so both ways fit."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh + b),
        ),
        Misconception(
            "input_transposed",
            N_(
                "This is what comes out of `x @ W_xh`. Row j of W_xh holds the weights from the inputs into unit j, "
                "so it has to become a column. With D equal to H nothing raises, and the numbers are wrong."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh + h @ W_hh.T + b),
        ),
        Misconception(
            "both_transposed",
            N_(
                "This is what comes out of `x @ W_xh + h @ W_hh`. In both matrices row j belongs to unit j; rows of "
                "x and h are examples. For a row to meet a row, the matrix must be transposed."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh + h @ W_hh + b),
        ),
        Misconception(
            "input_weights_reshaped",
            N_(
                "This is what comes out when W_xh is *reshaped* to (D, H): the weights of different units are mixed. "
                "A transpose turns rows into columns and leaves each unit its own weights."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.reshape(W_xh.shape[::-1]) + h @ W_hh.T + b),
        ),
        Misconception(
            "weights_swapped",
            N_(
                "The matrices have changed places: x meets W_hh and h meets W_xh. Read the names from right to left: "
                "W_xh goes from x to h."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_hh.T + h @ W_xh.T + b),
        ),
        Misconception(
            "stacked_in_another_order",
            N_(
                "The matrices are joined with W_xh first, but the vectors with h first, so the weights meet the wrong "
                "numbers. Everything fits, since D + H is H + D: keep one order for both."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(np.hstack([h, x]) @ np.hstack([W_xh, W_hh]).T + b),
        ),
        Misconception(
            "bias_forgotten",
            N_("b is not added. With x and h at zero, the new state must be tanh(b), not zero."),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh.T),
        ),
        Misconception(
            "bias_twice",
            N_(
                "b is added twice, once for x and once for h. torch does keep two biases, but only their sum "
                "matters; here b is that sum."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + b + h @ W_hh.T + b),
        ),
        Misconception(
            "bias_after_tanh",
            N_(
                "b is added after tanh. It belongs to the sum that tanh is applied to: it shifts where a unit "
                "switches over."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh.T) + b,
        ),
        Misconception(
            "tanh_forgotten",
            N_(
                "This is the weighted sum, without tanh. Some of these numbers lie outside -1 to 1, where no state "
                "can be; carried from step to step they would grow without limit."
            ),
            lambda x, h, W_xh, W_hh, b: x @ W_xh.T + h @ W_hh.T + b,
        ),
        Misconception(
            "sigmoid_for_tanh",
            N_("This is a sigmoid in place of tanh: nothing in it is below 0. A state lies between -1 and 1."),
            lambda x, h, W_xh, W_hh, b: sigmoid(x @ W_xh.T + h @ W_hh.T + b),
        ),
        Misconception(
            "relu_for_tanh",
            N_(
                "This is a ReLU in place of tanh: zero where the sum is negative, and no limit above. The state here "
                "is a tanh."
            ),
            lambda x, h, W_xh, W_hh, b: np.maximum(x @ W_xh.T + h @ W_hh.T + b, 0),
        ),
        Misconception(
            "tanh_of_each_part",
            N_(
                "tanh is applied to the part from x and to the part from h, one by one. The parts are added first: "
                "one sum for each unit, and one tanh of that sum."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T) + np.tanh(h @ W_hh.T) + b,
        ),
        Misconception(
            "tanh_of_each_part_with_bias",
            N_(
                "tanh is applied to the part from x and to the part from h, one by one, with b inside one of them. "
                "The parts are added first: one sum for each unit, and one tanh of that sum."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T) + np.tanh(h @ W_hh.T + b),
        ),
        Misconception(
            "tanh_of_input_with_bias",
            N_(
                "tanh is applied to the part from x with b, and to the part from h, one by one. The parts are added "
                "first: one sum for each unit, and one tanh of that sum."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + b) + np.tanh(h @ W_hh.T),
        ),
        Misconception(
            "tanh_of_input_only",
            N_(
                "tanh is applied to the input's part only, and the part from h is added after it. The sum of both, "
                "and b, goes through tanh."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + b) + h @ W_hh.T,
        ),
        Misconception(
            "state_ignored",
            N_("h is never used, so this network has no memory: the new state is the same whatever came before."),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + b),
        ),
        Misconception(
            "input_ignored",
            N_("x is never used: the new state is the same whatever arrives."),
            lambda x, h, W_xh, W_hh, b: np.tanh(h @ W_hh.T + b),
        ),
        Misconception(
            "old_state_added",
            N_(
                "The old state is added to the new one. Here the new state *replaces* the old; what is kept of the "
                "old comes through W_hh alone. (Networks that do add exist: lesson 05 meets them.)"
            ),
            lambda x, h, W_xh, W_hh, b: h + np.tanh(x @ W_xh.T + h @ W_hh.T + b),
        ),
        Misconception(
            "state_unweighted",
            N_(
                "h is added as it is, without W_hh. The weights in W_hh say how much each unit listens to each other "
                "one."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h + b),
        ),
        Misconception(
            "state_overwritten",
            N_(
                "The numbers are right, but they were written into h itself (`h[:] = ...` or `+=`). Whoever kept the "
                "old state finds it gone: make a new array."
            ),
            _state_overwritten,
        ),
        Misconception(
            "units_see_new_units",
            N_(
                "The units are renewed one after the other in one array, so later units already see the new values "
                "of earlier ones. All of them read the *old* state: keep it until the step is over."
            ),
            _units_in_place,
        ),
        Misconception(
            "columns_as_examples",
            N_(
                "The numbers are right and lie the other way round: one *column* for each example. The textbook's "
                "`W_xh x + W_hh h` has columns; here every example is a row, so the result is (N, H)."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(W_xh @ x.T + W_hh @ h.T + b[:, None]),
        ),
        Misconception(
            "textbook_literally",
            N_(
                "`W_xh @ x` and `W_hh @ h` are the textbook's formula for one example, standing as a column. Here "
                "examples are rows, so this mixes different examples, if the sizes fit at all."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(W_xh @ x + W_hh @ h + b),
        ),
        Misconception(
            "bias_along_rows",
            N_(
                "`b[:, None]` gives one bias to each *row*, and a row is an example. Each *column* is a unit: leave "
                "b as it is, and NumPy lines it up with the columns."
            ),
            lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh.T + b[:, None]),
        ),
        Misconception(
            "tanh_overflows",
            N_(
                "Right for small numbers, nan for large ones: tanh written with exponentials divides infinity by "
                "infinity there. `np.tanh` is safe at any size."
            ),
            _tanh_by_exponentials,
        ),
    ),
    accepts=(
        Variant(
            "einsum",
            lambda x, h, W_xh, W_hh, b: np.tanh(np.einsum("nd,hd->nh", x, W_xh) + np.einsum("nk,hk->nh", h, W_hh) + b),
        ),
        Variant("one_matrix", lambda x, h, W_xh, W_hh, b: np.tanh(np.hstack([x, h]) @ np.hstack([W_xh, W_hh]).T + b)),
        Variant("unit_by_unit", _unit_by_unit),
        Variant(
            "row_by_row",
            lambda x, h, W_xh, W_hh, b: np.array([np.tanh(W_xh @ xn + W_hh @ hn + b) for xn, hn in zip(x, h)]),
        ),
        Variant("view_of_columns", lambda x, h, W_xh, W_hh, b: np.tanh(W_xh @ x.T + W_hh @ h.T + b[:, None]).T),
        Variant("by_sigmoid", lambda x, h, W_xh, W_hh, b: 2 * sigmoid(2 * (x @ W_xh.T + h @ W_hh.T + b)) - 1),
        Variant("list", lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh.T + b).tolist()),
        Variant(
            "float32",
            lambda *arrays: rnn.rnn_step(*(a.astype(np.float32) for a in arrays)),
        ),
        Variant(
            "torch",
            with_torch(lambda torch, x, h, W_xh, W_hh, b: torch.tanh(x @ W_xh.T + h @ W_hh.T + b)),
        ),
        Variant(
            "torch_linear",
            with_torch(
                lambda torch, x, h, W_xh, W_hh, b: torch.tanh(
                    torch.nn.functional.linear(x, W_xh, b) + torch.nn.functional.linear(h, W_hh)
                )
            ),
        ),
    ),
    hints=(
        N_(
            "Write down the shapes of all five arrays, then ask which products are possible, and which of those give "
            "(N, H)."
        ),
        N_(
            "One row of x is one example, and its new state is a row too. Row j of W_xh and row j of W_hh hold the "
            "weights into unit j. Which side must the matrices stand on, and which way round?"
        ),
        N_("`x @ W.T` turns (N, D) and (H, D) into (N, H). The same holds for h and W_hh, with H in place of D."),
        N_("Three terms of shape (N, H), (N, H) and (H) are added into one sum. tanh comes once, at the very end."),
    ),
)
