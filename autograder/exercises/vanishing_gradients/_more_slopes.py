"""More mistakes in the slopes: lost brackets, sums where each number is asked for, patches over a nan."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Misconception
from autograder.exercises.vanishing_gradients._slopes import quietly, sigmoid
from autograder.messages import N_


def _ratio(z):
    return (np.exp(1.0 * z) - np.exp(-1.0 * z)) / (np.exp(1.0 * z) + np.exp(-1.0 * z))


def _less(z, m):
    return (np.exp(z - m) - np.exp(-z - m)) / (np.exp(z - m) + np.exp(-z - m))


def _sigmoid_without_brackets(z):
    s = 1 / 1 + np.exp(-1.0 * z)
    return s * (1 - s)


TANH_BY_EXP = (
    Misconception(
        "nan_made_zero",
        N_(
            "nan was replaced by 0. But at 1000 tanh is 1, and at -1000 it is -1. Write the formula so that no nan "
            "comes up: only e**(-2|z|) is needed, which is small where z is large."
        ),
        quietly(lambda z: np.nan_to_num(_ratio(z))),
    ),
    Misconception(
        "nan_made_one",
        N_("nan was replaced by 1. That is right at 1000, and at -1000 tanh is -1."),
        quietly(lambda z: np.nan_to_num(_ratio(z), nan=1.0)),
    ),
    Misconception(
        "largest_of_all_taken_away",
        N_(
            "The largest z of the whole array is taken away, and then the small ones give 0 / 0. Each number has its "
            "own: `np.abs(z)`, without `max`."
        ),
        quietly(lambda z: _less(z, np.max(z))),
    ),
    Misconception(
        "coth_overflows",
        N_("This is 1 / tanh: the fraction is upside down. The difference stands above, the sum below."),
        quietly(lambda z: 1 / _ratio(z)),
    ),
    Misconception(
        "wrong_sign_overflows_both_ways",
        N_(
            "Two things: this is -tanh(z), it falls where it should rise; and for z far out, on either side, it "
            "divides infinity by infinity."
        ),
        quietly(lambda z: -_ratio(z)),
    ),
    Misconception(
        "brackets_lost",
        N_(
            "Brackets are missing: `/` comes before `-` and `+`, so only e**-z is divided by e**z. Above and below "
            "want brackets of their own."
        ),
        quietly(lambda z: np.exp(1.0 * z) - np.exp(-1.0 * z) / np.exp(1.0 * z) + np.exp(-1.0 * z)),
    ),
    Misconception(
        "one_everywhere",
        N_(
            "1 comes out everywhere: what stands above is divided by itself, or brackets are missing and only the 1 "
            "is divided. It is `(1 - e) / (1 + e)` with e = e**(-2z)."
        ),
        quietly(lambda z: (1 - np.exp(-2.0 * z)) / (1 - np.exp(-2.0 * z))),
    ),
    Misconception(
        "two_on_the_wrong_side",
        N_("This is tanh(z / 4): the 2 divides where it should multiply. With `-2 * z` in the exponent it is tanh."),
        quietly(lambda z: 2 / (1 + np.exp(-0.5 * z)) - 1),
    ),
    Misconception(
        "held_within_one",
        N_(
            "z is held between -1 and 1 before tanh. It is the *result* that lies between them. (To hold z is a way "
            "to avoid nan, with a limit where the curve is flat, such as 20.)"
        ),
        lambda z: np.tanh(np.clip(1.0 * z, -1, 1)),
    ),
)

TANH_GRAD = (
    Misconception(
        "difference_squared",
        N_("This is (1 - t)² with t = tanh(z). Only t is squared: 1 - t²."),
        lambda z: (1 - np.tanh(z)) ** 2,
    ),
    Misconception(
        "matrix_product",
        N_("`h @ h` multiplies matrices and sums. Each number is squared by itself: `h**2`."),
        lambda z: 1 - np.tanh(z) @ np.tanh(z),
    ),
    Misconception(
        "diagonal_matrix",
        N_("`np.diag` is for the Jacobian, further down. Here one slope for each number of z is asked for, in place."),
        lambda z: np.diag(1 - np.tanh(z) ** 2),
    ),
    Misconception(
        "power_by_circumflex",
        N_("In Python `^` is no power: it compares bits. A square is `**2`."),
        lambda z: 1 - np.tanh(z) ^ 2,
    ),
    Misconception(
        "derivative_of_a_square",
        N_("This is 2 tanh(z). The slope of tanh is 1 - tanh², and the square in it is not to be differentiated."),
        lambda z: 2 * np.tanh(z),
    ),
    Misconception(
        "slope_of_arctan",
        N_("This is 1 / (1 + z²), the slope of the arc tangent. That of tanh is 1 - tanh²."),
        lambda z: 1 / (1 + 1.0 * z * z),
    ),
)

SIGMOID_GRAD = (
    Misconception(
        "square_of_one_part",
        N_(
            "Only e**-z is squared below the line: a bracket is missing, (1 + e**-z)². And at -1000 there is a nan. "
            "s(1 - s) needs neither."
        ),
        quietly(lambda z: np.exp(-1.0 * z) / (1 + np.exp(-1.0 * z) ** 2)),
    ),
    Misconception(
        "brackets_lost",
        N_("`1 / 1 + e**-z` is 1 + e**-z: the sum below the line wants brackets, `1 / (1 + np.exp(-z))`."),
        quietly(_sigmoid_without_brackets),
    ),
    Misconception(
        "wrong_sign_overflows",
        N_(
            "Two things: the sign is wrong (the inner -z gives a second minus, and the slope is positive); and at "
            "-1000 there is a nan. Write s(1 - s)."
        ),
        quietly(lambda z: -np.exp(-1.0 * z) / (1 + np.exp(-1.0 * z)) ** 2),
    ),
    Misconception(
        "quarter_of_tanh",
        N_(
            "This is a quarter of the slope of tanh at z. sigmoid(z) is a tanh at *half* the distance, so its slope "
            "falls more slowly: s(1 - s)."
        ),
        lambda z: 0.25 * (1 - np.tanh(z) ** 2),
    ),
    Misconception(
        "matrix_product",
        N_("`s @ (1 - s)` multiplies matrices and sums. Each number by itself: `s * (1 - s)`."),
        lambda z: sigmoid(z) @ (1 - sigmoid(z)),
    ),
)
