"""Scores to probabilities: one of many."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.rnn_structure._scores import extreme, quietly
from autograder.exercises.rnn_structure._softmaxes import MIXED, in_parts
from autograder.messages import N_
from autograder.reference import oracles, readout


def _in_place(z):
    z -= z.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def _axis_of_sum_kept(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1)


def _axis_of_largest_lost(z):
    e = np.exp(z - z.max(axis=-1))
    return e / e.sum(axis=-1, keepdims=True)


def _whole(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def _largest_of_all(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=-1, keepdims=True)


def _along(axis):
    def wrong(z):
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    return wrong


def _row_by_row(z):
    rows = []
    for row in z.reshape(-1, z.shape[-1]):
        e = np.exp(row - max(row))
        rows.append(e / sum(e))
    return np.array(rows).reshape(z.shape)


def _by_logarithm(z):
    top = z.max(-1)[..., None]
    return np.exp(z - top - np.log(np.exp(z - top).sum(-1))[..., None])


SOFTMAX = Exercise(
    id="softmax",
    points=2,
    about=N_("Scores to probabilities that add up to 1 along the last axis, safe at any size."),
    spec="z (...,C) -> (...,C)",
    reference=readout.softmax,
    oracle=oracles.softmax,
    cases=(
        Case("values", {"...": (2, 3), "C": 4}, N_("Here the scores are of ordinary size."), weight=3),
        Case("one row", {"...": (), "C": 5}, N_("Here z is a single row of scores, an array with one axis.")),
        Case(
            "large scores",
            {"...": (2,), "C": 5},
            N_("Here some scores are as large as 1000 or -1000."),
            change=extreme,
            weight=2,
        ),
        Case(
            "rows far apart",
            {"...": (2,), "C": 3},
            N_("Here the scores of one row are much larger than those of another."),
            change=lambda rng, made: {"z": made["z"] + np.array([[2000.0], [0.0]])},
        ),
        Case("all sizes equal", {"...": (3,), "C": 3}, N_("Here there are as many rows as classes.")),
        Case("two classes", {"...": (5,), "C": 2}, N_("Here there are two classes."), hidden=True),
        Case("one class", {"...": (3,), "C": 1}, N_("Here there is only one class."), hidden=True),
        Case("four axes", {"...": (2, 3, 2), "C": 5}, N_("Here z has four axes."), hidden=True),
        Case(
            "very large scores",
            {"...": (2, 2), "C": 3},
            N_("Here some scores are very large, and some very negative."),
            change=extreme,
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "overflows",
            N_(
                "Right for small scores, nan at 1000: e**1000 is infinite, and infinity divided by infinity is not a "
                "number. Taking the same number from all scores of a row changes nothing: which one makes overflow "
                "impossible?"
            ),
            quietly(lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)),
        ),
        Misconception(
            "largest_of_all",
            N_(
                "The largest score of the *whole array* is taken away, so a row far below it underflows: all of its "
                "exponentials are 0, and 0 / 0 is not a number. Each row needs its own largest score."
            ),
            quietly(_largest_of_all),
        ),
        Misconception(
            "first_axis",
            N_(
                "The numbers add up to 1 down the first axis, across examples. The classes of one example compete "
                "with each other, and they lie along the *last* axis."
            ),
            _along(0),
        ),
        Misconception(
            "second_axis",
            N_(
                "The numbers add up to 1 along axis 1. That is the classes for (N, C), but time for (N, T, C). Count "
                "from the end: the classes are axis -1."
            ),
            _along(1),
        ),
        Misconception(
            "whole_array",
            N_(
                "The numbers add up to 1 over the *whole array*. Each row of C scores is a question of its own, with "
                "probabilities that add up to 1 by themselves."
            ),
            _whole,
        ),
        Misconception(
            "axis_of_sum_lost",
            N_(
                "The sum has lost the axis that it was taken along, so NumPy lines it up with the wrong one (or "
                "cannot). With `keepdims=True` each row is divided by its own sum."
            ),
            _axis_of_sum_kept,
        ),
        Misconception(
            "axis_of_largest_lost",
            N_(
                "The largest scores have lost the axis that they were taken along, so NumPy takes each from the wrong "
                "scores (or cannot). With `keepdims=True` each row loses its own largest."
            ),
            _axis_of_largest_lost,
        ),
        Misconception(
            "both_axes_lost",
            N_(
                "The largest scores and the sums have both lost the axis that they were taken along, so NumPy lines "
                "them up with the wrong one (or cannot). Both need `keepdims=True`."
            ),
            in_parts(lambda z: z.max(axis=-1), lambda e: e.sum(axis=-1)),
        ),
        *MIXED,
        Misconception(
            "not_exponentiated",
            N_(
                "The scores themselves are divided by their sum. Scores can be negative, and so can that sum; the "
                "exponential comes first and makes them positive."
            ),
            quietly(lambda z: z / z.sum(axis=-1, keepdims=True)),
        ),
        Misconception(
            "not_divided",
            N_("These are the exponentials alone. Divide each by the sum of its row, so that they add up to 1."),
            lambda z: np.exp(z - z.max(axis=-1, keepdims=True)),
        ),
        Misconception(
            "logarithms",
            N_("These are the *logarithms* of the probabilities (log-softmax): none is above 0. Take the exponential."),
            lambda z: np.log(1e-300 + readout.softmax(z)),
        ),
        Misconception(
            "sigmoid_for_softmax",
            N_(
                "This is a sigmoid of each score by itself: a row does not add up to 1. Softmax makes the classes of "
                "a row compete."
            ),
            readout.sigmoid,
        ),
        Misconception(
            "sigmoid_then_divided",
            N_(
                "Each score went through a sigmoid, and the row was divided by its sum. It adds up to 1, but is not "
                "the softmax: the exponentials themselves are divided by their sum."
            ),
            lambda z: readout.sigmoid(z) / readout.sigmoid(z).sum(axis=-1, keepdims=True),
        ),
        Misconception(
            "sign_lost",
            N_("The largest score gets the smallest probability: this is the softmax of -z."),
            lambda z: readout.softmax(-z),
        ),
        Misconception(
            "taken_twice",
            N_(
                "Softmax is applied twice. The second one takes probabilities, all between 0 and 1, for scores, and "
                "pushes them towards equal."
            ),
            lambda z: readout.softmax(readout.softmax(z)),
        ),
        Misconception(
            "decided",
            N_(
                "This is a decision: 1 for the largest score, 0 for the rest. Softmax keeps how sure, and what comes "
                "second."
            ),
            lambda z: (z == z.max(axis=-1, keepdims=True)) * 1.0,
        ),
        Misconception(
            "z_overwritten",
            N_(
                "The result is right, but z has changed: `z -= ...` writes into the caller's array. `z = z - ...` "
                "makes a new one."
            ),
            _in_place,
        ),
    ),
    accepts=(
        Variant("by_logarithm", _by_logarithm),
        Variant("row_by_row", _row_by_row),
        Variant(
            "along_axis",
            lambda z: np.apply_along_axis(lambda row: np.exp(row - row.max()) / np.exp(row - row.max()).sum(), -1, z),
        ),
        Variant("transposed", lambda z: (np.exp(z.T - z.T.max(0)) / np.exp(z.T - z.T.max(0)).sum(0)).T),
        Variant("last_axis_by_number", lambda z: _along(z.ndim - 1)(z)),
        Variant(
            "einsum",
            lambda z: np.einsum(
                "...c,...->...c", np.exp(z - z.max(-1)[..., None]), 1 / np.exp(z - z.max(-1)[..., None]).sum(-1)
            ),
        ),
        Variant("lists", lambda z: readout.softmax(z).tolist()),
        Variant("float32", lambda z: readout.softmax(z.astype(np.float32))),
        Variant("torch_softmax", with_torch(lambda torch, z: torch.softmax(z, dim=-1))),
    ),
    hints=(
        N_("What must each row of the result add up to? Along which axis do you sum, and what shape has that sum?"),
        N_(
            "With `keepdims=True` the sum keeps its axis, with size 1, so that the division lines up: (..., C) by "
            "(..., 1). Then try your function on [1000, 1000]."
        ),
        N_(
            "Adding the same number to all scores of a row does not change the result (why?). Take away the row's "
            "largest score: the largest exponent is then 0, and nothing overflows."
        ),
    ),
)
