"""A score to a probability: yes or no."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.rnn_structure._scores import extreme, quietly, whole_numbers
from autograder.messages import N_
from autograder.reference import oracles, readout


def _by_sign(z, dtype=float):
    out = np.empty(z.shape, dtype=dtype)
    up = z >= 0
    out[up] = 1 / (1 + np.exp(-z[up]))
    e = np.exp(z[~up])
    out[~up] = e / (1 + e)
    return out


def _clipped_in_place(z):
    z[z < -500] = -500
    return 1 / (1 + np.exp(-z))


def _asks_if(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


def _number_by_number(z):
    flat = [1 / (1 + np.exp(-v)) if v >= 0 else np.exp(v) / (1 + np.exp(v)) for v in z.ravel()]
    return np.array(flat).reshape(z.shape)


def _derivative(z):
    s = readout.sigmoid(z)
    return s * (1 - s)


SIGMOID = Exercise(
    id="sigmoid",
    points=2,
    about=N_("A score to a probability of yes, each number by itself, right at any size."),
    spec="z (...,C) -> (...,C)",
    reference=readout.sigmoid,
    oracle=oracles.sigmoid,
    atol=1e-12,  # finds scores that were clipped at 20, which makes 2e-9 of what should be 0
    cases=(
        Case("values", {"...": (2, 3), "C": 4}, N_("Here the scores are of ordinary size."), weight=3),
        Case(
            "large scores",
            {"...": (2,), "C": 5},
            N_("Here some scores are as large as 1000 or -1000."),
            change=extreme,
            weight=2,
        ),
        Case("one number", {"...": (), "C": 1}, N_("Here z is an array with a single number.")),
        Case(
            "whole numbers",
            {"...": (2,), "C": 3},
            N_("Here the scores are whole numbers."),
            change=whole_numbers,
        ),
        Case("four axes", {"...": (2, 3, 2), "C": 5}, N_("Here z has four axes."), hidden=True),
        Case(
            "moderately large scores",
            {"...": (3,), "C": 4},
            N_("Here many scores lie between 10 and 100, or between -100 and -10."),
            change=lambda rng, made: {"z": 30 * made["z"]},
            hidden=True,
        ),
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
                "Right for small scores, nan at 1000: `e**z / (1 + e**z)` divides infinity by infinity there. Divide "
                "above and below by `e**z`, and see what is left."
            ),
            quietly(lambda z: np.exp(z) / (1 + np.exp(z))),
        ),
        Misconception(
            "sign_lost",
            N_("This is the sigmoid of -z: it falls where it should rise. A large score means a probability near 1."),
            quietly(lambda z: 1 / (1 + np.exp(z))),
        ),
        Misconception(
            "sign_lost_and_overflows",
            N_(
                "This is the sigmoid of -z, and it is nan where `e**-z` is infinite. A large score means a "
                "probability near 1, and a very negative one a probability near 0."
            ),
            quietly(lambda z: np.exp(-z) / (1 + np.exp(-z))),
        ),
        Misconception(
            "tanh_for_sigmoid",
            N_("This is tanh, which runs from -1 to 1. A probability runs from 0 to 1, and is 1/2 for a score of 0."),
            np.tanh,
        ),
        Misconception(
            "softmax_for_sigmoid",
            N_(
                "This is a softmax: the numbers of a row compete for a total of 1. A sigmoid looks at each number by "
                "itself; all of a row may be near 1 at once."
            ),
            readout.softmax,
        ),
        Misconception(
            "derivative",
            N_(
                "This is the *slope* of the sigmoid, s (1 - s), which is never above 1/4. The sigmoid itself is "
                "asked for."
            ),
            _derivative,
        ),
        Misconception(
            "one_forgotten",
            N_("This is e**z: the 1 in `1 + e**-z` is missing, so nothing keeps the result below 1."),
            quietly(lambda z: 1 / np.exp(-z)),
        ),
        Misconception(
            "minus_for_plus",
            N_(
                "The denominator is `1 - e**-z`, which is zero at a score of 0. With a plus it always exceeds 1, and "
                "the result lies between 0 and 1."
            ),
            quietly(lambda z: 1 / (1 - np.exp(-z))),
        ),
        Misconception(
            "thresholded",
            N_(
                "This is a decision, 0 or 1. A probability says how sure: 0.6 and 0.99 are both a yes, and not the "
                "same."
            ),
            lambda z: (z > 0) * 1.0,
        ),
        Misconception(
            "linear",
            N_(
                "This is a straight line, cut off at 0 and 1. The sigmoid bends: it comes near 0 and 1 and never "
                "gets there."
            ),
            lambda z: np.clip(0.5 + z / 4, 0, 1),
        ),
        Misconception(
            "clipped_in_place",
            N_(
                "The result is right, but z has changed: `z[z < ...] = ...` writes into the caller's array. Clip a "
                "copy: `np.clip` makes one."
            ),
            _clipped_in_place,
        ),
        Misconception(
            "clipped_at_20",
            N_(
                "Scores are clipped at 20 and -20: at -1000 this gives 2e-9, and it should be 0. That looks small, but "
                "a loss takes the logarithm, and the difference is large there. Clip much further out, or not at all."
            ),
            lambda z: 1 / (1 + np.exp(-np.clip(z, -20, 20))),
        ),
        Misconception(
            "clipped_at_10",
            N_(
                "Scores are clipped at 10 and -10: at -1000 this gives 0.00005, and it should be 0. Beyond 10 all "
                "scores look the same. Clip much further out, or not at all."
            ),
            lambda z: 1 / (1 + np.exp(-np.clip(z, -10, 10))),
        ),
        Misconception(
            "largest_taken_away",
            N_(
                "The largest score of the array was taken away first, as softmax may do. A sigmoid notices: each score "
                "stands for itself, and so even the largest gets 1/2."
            ),
            quietly(lambda z: 1 / (1 + np.exp(z.max() - z))),
        ),
        Misconception(
            "largest_of_row_taken_away",
            N_(
                "The largest score of each row was taken away first, as softmax may do. A sigmoid notices: each score "
                "stands for itself, and so the largest of every row gets 1/2."
            ),
            quietly(lambda z: 1 / (1 + np.exp(z.max(axis=-1, keepdims=True) - z))),
        ),
        Misconception(
            "asks_if_of_an_array",
            N_(
                "`if z >= 0` asks one question of a whole array, in which some numbers say yes and others no. "
                "`np.where` chooses for each number by itself."
            ),
            _asks_if,
        ),
        Misconception(
            "cut_to_whole_numbers",
            N_(
                "Right, until z holds whole numbers: then the result takes z's integer type, and a number below 1 is "
                "cut to 0. Make room with `np.empty(z.shape)`, which holds real numbers."
            ),
            lambda z: _by_sign(z, dtype=z.dtype),
        ),
    ),
    accepts=(
        Variant("with_a_warning", lambda z: 1 / (1 + np.exp(-z))),
        Variant("by_sign", _by_sign),
        Variant("by_tanh", lambda z: 0.5 * (1 + np.tanh(z / 2))),
        Variant("by_logaddexp", lambda z: np.exp(-np.logaddexp(0, -z))),
        Variant("clipped", lambda z: 1 / (1 + np.exp(-np.clip(z, -500, 500)))),
        Variant("number_by_number", _number_by_number),
        Variant("lists", lambda z: readout.sigmoid(z).tolist()),
        Variant("float32", lambda z: readout.sigmoid(z.astype(np.float32))),
        Variant("torch_sigmoid", with_torch(lambda torch, z: torch.sigmoid(z))),
    ),
    hints=(
        N_("What should come out at z = 0, at z = 1000, at z = -1000? And what is `np.exp(1000)`?"),
        N_(
            "The exponential overflows for large positive arguments only. There are two ways to write the sigmoid, "
            "one with e**-z and one with e**z: which is safe for z >= 0, and which for z < 0?"
        ),
        N_(
            "`np.exp(-np.abs(z))` lies between 0 and 1, whatever z is. Write both cases with it, and let `np.where(z "
            ">= 0, ..., ...)` choose for each number."
        ),
    ),
)
