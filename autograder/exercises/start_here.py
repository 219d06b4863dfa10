"""Lesson 00: how a lesson works, and two warm-ups whose wrong answers are the ones that ruin recurrent code."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Lesson, Misconception, Question, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import basics, oracles


def _bias_as_accumulator(x, W, b):
    out = []
    for row in x:
        total = b
        total += W @ row
        out.append(total.copy())
    return np.array(out)


def _x_overwritten(x, W, b):
    x @= W.T
    x += b
    return x


def _whole_numbers(x, W, b):
    out = np.zeros((len(x), len(b)), dtype=x.dtype)
    out[:] = x @ W.T + b
    return out


def _entry_by_entry(x, W, b):
    out = np.empty((len(x), len(W)))
    for n in range(len(x)):
        for j in range(len(W)):
            out[n, j] = b[j] + sum(W[j, d] * x[n, d] for d in range(x.shape[1]))
    return out


AFFINE = Exercise(
    id="affine",
    points=3,
    about=N_("Weigh and shift every row of x: one row of outputs for each example."),
    spec="x (N,D), W (H,D), b (H) -> (N,H)",
    reference=basics.affine,
    oracle=oracles.affine,
    cases=(
        Case("values", {"N": 2, "D": 3, "H": 4}, N_("Here all sizes differ."), weight=3),
        Case("one example", {"N": 1, "D": 3, "H": 2}, N_("Here there is only one example.")),
        Case(
            "all sizes equal",
            {"N": 3, "D": 3, "H": 3},
            N_("Here N, D and H are all equal."),
        ),
        Case(
            "whole numbers",
            {"N": 3, "D": 4, "H": 2},
            N_("Here x holds whole numbers, as one-hot vectors do."),
            change=lambda rng, made: {"x": rng.integers(-3, 4, size=made["x"].shape)},
        ),
        Case("many examples", {"N": 33, "D": 5, "H": 7}, N_("Here the batch is larger."), hidden=True),
        Case(
            "as many outputs as inputs",
            {"N": 3, "D": 5, "H": 5},
            N_("Here D and H are equal."),
            hidden=True,
        ),
        Case("one input, one output", {"N": 4, "D": 1, "H": 1}, N_("Here D and H are 1."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "weights_not_transposed",
            N_(
                "This is what comes out of `x @ W`. W has one row for each output, so the row of weights that "
                "belongs to an output must become a column first. With D equal to H nothing raises, and the numbers "
                "are wrong."
            ),
            lambda x, W, b: x @ W + b,
        ),
        Misconception(
            "weights_reshaped",
            N_(
                "This is what comes out when W is *reshaped* to (D, H). That keeps the numbers in their order and "
                "cuts them into new rows, so that weights of different outputs are mixed. A transpose turns rows "
                "into columns."
            ),
            lambda x, W, b: x @ W.reshape(W.shape[1], W.shape[0]) + b,
        ),
        Misconception(
            "bias_along_rows",
            N_(
                "The bias is added along the wrong axis: `b[:, None]` gives one bias to each *row*, and a row is an "
                "example. Each *column* is an output, and NumPy lines b up with the columns if you leave it as it "
                "is."
            ),
            lambda x, W, b: x @ W.T + b[:, None],
        ),
        Misconception(
            "bias_forgotten",
            N_("This is the product alone: b is not added. With every input at zero, the outputs must be b."),
            lambda x, W, b: x @ W.T,
        ),
        Misconception(
            "bias_before_product",
            N_(
                "The bias is added to x, before the product. It belongs to the outputs: one number for each of the H "
                "outputs, added after the weights have done their work."
            ),
            lambda x, W, b: (x + b) @ W.T,
        ),
        Misconception(
            "bias_used_up",
            N_(
                "`row = b` does not copy: adding to `row` then adds to b itself, and each example starts from the "
                "sum of those before it. Start from `b.copy()`, or write `b + ...`, which makes a new array."
            ),
            _bias_as_accumulator,
        ),
        Misconception(
            "bias_subtracted",
            N_("b is subtracted here. A bias is added: y = W x + b."),
            lambda x, W, b: x @ W.T - b,
        ),
        Misconception(
            "x_overwritten",
            N_(
                "The result is written into x itself (`@=` and `+=` change the array that they are given). It only "
                "fits when D equals H, and the caller's data are gone. Make a new array instead."
            ),
            _x_overwritten,
        ),
        Misconception(
            "columns_as_examples",
            N_(
                "The numbers are right and lie the other way round: one *column* for each example. The textbook's `W "
                "x + b` has columns; here every example is a row, so the result is (N, H)."
            ),
            lambda x, W, b: W @ x.T + b[:, None],
        ),
        Misconception(
            "columns_and_bias",
            N_(
                "`W @ x.T` has one column for each example, shape (H, N). Adding b to that gives one bias to each "
                "*example*; it fits only when N equals H. Examples are rows here: think (N, D) times (D, H)."
            ),
            lambda x, W, b: W @ x.T + b,
        ),
        Misconception(
            "textbook_literally",
            N_(
                "`W @ x` is the textbook's formula for one example, standing as a column. Here x has one example in "
                "each *row*, so its columns are features: the product mixes different examples, if the sizes fit at "
                "all."
            ),
            lambda x, W, b: W @ x + b,
        ),
        Misconception(
            "entry_by_entry",
            N_(
                "`*` multiplies entry by entry and adds nothing up. An output is a *sum* over the D inputs, each "
                "times its weight: that is the matrix product, `@`."
            ),
            lambda x, W, b: x * W + b,
        ),
        Misconception(
            "entry_by_entry_transposed",
            N_(
                "`*` multiplies entry by entry and adds nothing up, transposed or not. An output is a *sum* over the "
                "D inputs, each times its weight: that is the matrix product, `@`."
            ),
            lambda x, W, b: x * W.T + b,
        ),
        Misconception(
            "tanh_applied",
            N_(
                "tanh is applied to the result: nothing in it lies outside -1 to 1. Here there is none, only the "
                "product and the bias. (It comes in lesson 01.)"
            ),
            lambda x, W, b: np.tanh(x @ W.T + b),
        ),
        Misconception(
            "cut_to_whole_numbers",
            N_(
                "Right, until x holds whole numbers: then the result is an array of x's integer type, which cuts off "
                "what stands behind the point. Let NumPy make the result, or ask for `dtype=float`."
            ),
            _whole_numbers,
        ),
    ),
    accepts=(
        Variant("einsum", lambda x, W, b: np.einsum("nd,hd->nh", x, W) + b),
        Variant("loops", _entry_by_entry),
        Variant("row_by_row", lambda x, W, b: np.array([W @ row + b for row in x])),
        Variant("view_of_columns", lambda x, W, b: (W @ x.T + b[:, None]).T),
        Variant("column_of_ones", lambda x, W, b: np.c_[x, np.ones(len(x))] @ np.c_[W, b].T),
        Variant("broadcast_and_sum", lambda x, W, b: (x[:, None, :] * W[None]).sum(-1) + b),
        Variant("dot", lambda x, W, b: np.add(np.dot(x, np.transpose(W)), b[None, :])),
        Variant("lists", lambda x, W, b: (x @ W.T + b).tolist()),
        Variant("float32", lambda x, W, b: x.astype(np.float32) @ W.astype(np.float32).T + b.astype(np.float32)),
        Variant("torch_linear", with_torch(lambda torch, x, W, b: torch.nn.functional.linear(x.to(W), W, b))),
    ),
    hints=(
        N_("Write the shapes of x, W, b and of the result on paper. Which products of x and W are possible at all?"),
        N_(
            "A row of x holds the D inputs of one example, a row of W the D weights of one output. Each entry of the "
            "result is a row of x times a row of W. But `@` multiplies rows by *columns*: which of the two must be "
            "turned?"
        ),
        N_(
            "`x @ W.T` turns (N, D) and (H, D) into (N, H). Now the bias: b has H numbers and the rows of the result "
            "have H numbers. Broadcasting lines up the *last* axes, so nothing needs to be reshaped."
        ),
    ),
)

TIME_MAJOR = Exercise(
    id="time_major",
    points=2,
    about=N_("The same sequences with time as the first axis: out[t, n] is x[n, t]."),
    spec="x (N,T,D) -> (T,N,D)",
    reference=basics.time_major,
    oracle=oracles.time_major,
    cases=(
        Case(
            "values",
            {"N": 2, "T": 3, "D": 4},
            N_("Here x[n, t, d] is 100 n + 10 t + d, so that you can see where each number came from."),
            change=lambda rng, made: {"x": np.fromfunction(lambda n, t, d: 100 * n + 10 * t + d, made["x"].shape)},
            weight=3,
        ),
        Case("as many sequences as steps", {"N": 3, "T": 3, "D": 2}, N_("Here N and T are equal.")),
        Case("more sequences than steps", {"N": 5, "T": 2, "D": 3}, N_("Here N is larger than T.")),
        Case("one sequence", {"N": 1, "T": 4, "D": 3}, N_("Here there is only one sequence.")),
        Case("one step", {"N": 3, "T": 1, "D": 2}, N_("Here the sequences have only one step.")),
        Case("long sequences", {"N": 4, "T": 30, "D": 6}, N_("Here the sequences are longer."), weight=2, hidden=True),
        Case("one number a step", {"N": 3, "T": 5, "D": 1}, N_("Here D is 1."), hidden=True),
        Case("all sizes equal", {"N": 4, "T": 4, "D": 4}, N_("Here N, T and D are all equal."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "reshaped",
            N_(
                "This is a *reshape*. It keeps the numbers in the order in which they lie in memory and cuts them "
                "into pieces of a new size, so steps of one sequence land in another. Swapping axes moves each "
                "number to its new place."
            ),
            lambda x: x.reshape(x.shape[1], x.shape[0], x.shape[2]),
        ),
        Misconception(
            "reshaped_by_columns",
            N_(
                "This is a reshape that counts the first axis fastest (`order='F'`). It still cuts the numbers into "
                "new pieces instead of swapping two axes, and the steps of the sequences are mixed."
            ),
            lambda x: x.reshape(x.shape[1], x.shape[0], x.shape[2], order="F"),
        ),
        Misconception(
            "unchanged",
            N_("This is x as it came: (N, T, D), the batch still in front. Time must become the first axis."),
            lambda x: x,
        ),
        Misconception(
            "all_axes_turned",
            N_(
                "`x.T` turns *all* axes round, which gives (D, T, N). Only the first two change places; the D "
                "numbers of a step stay together."
            ),
            lambda x: x.T,
        ),
        Misconception(
            "last_axes_swapped",
            N_(
                "The last two axes have changed places. Axes are counted from 0: the batch is axis 0, time is axis "
                "1, and it is these two that swap."
            ),
            lambda x: x.swapaxes(1, 2),
        ),
        Misconception(
            "ends_swapped_after",
            N_(
                "Time is in front, but the batch has gone to the end: (T, D, N). The D numbers of a step must stay the "
                "last axis."
            ),
            lambda x: np.moveaxis(x, 0, -1),
        ),
        Misconception(
            "sequence_for_step",
            N_(
                "`x[t]` is the t-th *sequence*, since the batch is the first axis. Step t of all sequences is `x[:, "
                "t]`, of shape (N, D)."
            ),
            lambda x: np.stack([x[t] for t in range(x.shape[1])]),
        ),
        Misconception(
            "time_reversed",
            N_("Time comes first, as it should, but runs backwards: out[0] must be the first step."),
            lambda x: x.transpose(1, 0, 2)[::-1],
        ),
    ),
    accepts=(
        Variant("swapaxes", lambda x: np.swapaxes(x, 0, 1)),
        Variant("moveaxis", lambda x: np.moveaxis(x, 1, 0)),
        Variant("einsum", lambda x: np.einsum("ntd->tnd", x)),
        Variant("stack_of_steps", lambda x: np.stack([x[:, t] for t in range(x.shape[1])])),
        Variant("list_of_steps", lambda x: [x[:, t] for t in range(x.shape[1])]),
        Variant("nested_lists", lambda x: [[x[n, t].tolist() for n in range(len(x))] for t in range(x.shape[1])]),
        Variant("stack_on_second_axis", lambda x: np.stack(list(x), axis=1)),
        Variant("contiguous", lambda x: np.ascontiguousarray(x.transpose(1, 0, 2))),
        Variant("float32", lambda x: x.transpose(1, 0, 2).astype(np.float32)),
        Variant("torch_permute", with_torch(lambda torch, x: x.permute(1, 0, 2))),
    ),
    hints=(
        N_(
            "Take the small x of the widget and write down where x[1, 0], the first step of the second sequence, has "
            "to go. Then look where your answer puts it."
        ),
        N_(
            "out[t, n] == x[n, t]: two indices change places, and nothing else. Which function of NumPy swaps two axes?"
        ),
        N_(
            "`transpose` takes the old axes in their new order: first the time (1), then the batch (0), then D as it "
            "was."
        ),
    ),
)

LESSON = Lesson(
    id="00_start_here",
    title=N_("Start here"),
    minutes=30,
    items=(
        AFFINE,
        TIME_MAJOR,
        Question(
            "mixed_sequences",
            2,
            N_("What does a network see after a reshape in place of a transpose, and what would have caught it?"),
        ),
    ),
)
