"""tanh, its slope, and the slope of the sigmoid."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.vanishing_gradients import _more_slopes as more
from autograder.exercises.vanishing_gradients._slopes import large, quietly, sigmoid, whole_numbers
from autograder.messages import N_
from autograder.reference import oracles_vanishing_gradients as oracles
from autograder.reference import vanishing_gradients as reference


def _cases(weight_of_large: float) -> tuple[Case, ...]:
    return (
        Case("values", {"...": (2, 3), "C": 4}, N_("Here the numbers are of ordinary size."), weight=3),
        Case(
            "large numbers",
            {"...": (2,), "C": 5},
            N_("Here some numbers are as large as 1000 or -1000, where the curve is flat."),
            change=large,
            weight=weight_of_large,
        ),
        Case("one number", {"...": (), "C": 1}, N_("Here z is an array with a single number.")),
        Case("whole numbers", {"...": (2,), "C": 3}, N_("Here the numbers are whole."), change=whole_numbers),
        Case("four axes", {"...": (2, 3, 2), "C": 5}, N_("Here z has four axes."), hidden=True),
        Case(
            "from 3 to 30",
            {"...": (3,), "C": 4},
            N_("Here many numbers lie between 3 and 30, or between -30 and -3."),
            change=lambda rng, made: {"z": 10 * made["z"]},
            hidden=True,
        ),
    )


def _asks_if(z):
    return np.tanh(z) if z >= 0 else -np.tanh(-z)


def _tanh_number_by_number(z):
    flat = [np.sign(v) * (1 - np.exp(-2 * abs(v))) / (1 + np.exp(-2 * abs(v))) for v in z.ravel()]
    return np.array(flat).reshape(z.shape)


TANH_BY_EXP = Exercise(
    id="tanh_by_exp",
    points=1,
    about=N_("tanh from the exponential alone, right at any size."),
    spec="z (...,C) -> (...,C)",
    reference=reference.tanh_by_exp,
    oracle=oracles.tanh_by_exp,
    cases=_cases(2),
    misconceptions=(
        Misconception(
            "half_the_argument",
            N_(
                "This is tanh(z / 2), the curve at half the distance: a 2 is missing in the exponent. `(1 - e**-z) / "
                "(1 + e**-z)` and `2 sigmoid(z) - 1` are both this. With `-2 * z` they are both tanh."
            ),
            lambda z: np.tanh(z / 2),
        ),
        Misconception(
            "half_the_argument_overflows",
            N_(
                "Two things: for small z this is tanh(z / 2), since a 2 is missing in the exponent, and at z = -1000 "
                "it divides infinity by infinity."
            ),
            quietly(lambda z: (1 - np.exp(-z)) / (1 + np.exp(-z))),
        ),
        Misconception(
            "half_the_argument_overflows_above",
            N_(
                "Two things: for small z this is tanh(z / 2), since a 2 is missing in the exponent, and at z = 1000 it "
                "divides infinity by infinity."
            ),
            quietly(lambda z: (np.exp(z) - 1) / (np.exp(z) + 1)),
        ),
        Misconception(
            "overflows_both_ways",
            N_(
                "Right for small z, nan at 1000 and at -1000: e**1000 is infinite, and infinity is divided by "
                "infinity. Divide above and below by the larger of the two exponentials, and see what is left."
            ),
            quietly(lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))),
        ),
        Misconception(
            "overflows_below",
            N_(
                "Right, until z is very negative: e**(-2z) is infinite at -1000, and infinity is divided by infinity. "
                "tanh(-z) is -tanh(z), so |z| is all that the formula needs."
            ),
            quietly(lambda z: (1 - np.exp(-2.0 * z)) / (1 + np.exp(-2.0 * z))),
        ),
        Misconception(
            "overflows_above",
            N_(
                "Right, until z is very large: e**(2z) is infinite at 1000, and infinity is divided by infinity. "
                "Divide above and below by it."
            ),
            quietly(lambda z: (np.exp(2.0 * z) - 1) / (np.exp(2.0 * z) + 1)),
        ),
        Misconception(
            "one_not_taken_away",
            N_("This is 2 sigmoid(2z), without the -1: it runs from 0 to 2. tanh runs from -1 to 1 and is 0 at z = 0."),
            lambda z: 2 * sigmoid(2.0 * z),
        ),
        Misconception(
            "one_inside_the_bracket",
            N_("This is 2 (sigmoid(2z) - 1), from -2 to 0: the 1 is taken away *before* doubling. Double first."),
            lambda z: 2 * (sigmoid(2.0 * z) - 1),
        ),
        Misconception(
            "asks_if_of_an_array",
            N_(
                "`if z >= 0` asks one question of a whole array, in which some numbers say yes and others no. `np.abs` "
                "and `np.sign` work on every number by itself."
            ),
            _asks_if,
        ),
        Misconception(
            "sigmoid_of_two_z",
            N_("This is sigmoid(2z), from 0 to 1. Stretch it to run from -1 to 1: times 2, minus 1."),
            lambda z: sigmoid(2.0 * z),
        ),
        Misconception(
            "sigmoid",
            N_("This is the sigmoid, from 0 to 1, and 1/2 at z = 0. tanh runs from -1 to 1 and is 0 at z = 0."),
            lambda z: sigmoid(1.0 * z),
        ),
        Misconception(
            "sign_lost",
            N_("The sign of z is lost: |z| went in and its sign did not come back. tanh(-z) is -tanh(z)."),
            lambda z: np.tanh(np.abs(z)),
        ),
        Misconception(
            "wrong_sign",
            N_("This is -tanh(z): it falls where it should rise. Look at the signs in the exponents."),
            lambda z: -np.tanh(z),
        ),
        Misconception(
            "wrong_sign_overflows",
            N_(
                "Two things: this is -tanh(z), it falls where it should rise; and for z far on one side it divides "
                "infinity by infinity."
            ),
            quietly(lambda z: (1 - np.exp(2.0 * z)) / (1 + np.exp(2.0 * z))),
        ),
        Misconception(
            "coth",
            N_("The fraction is upside down: this is 1 / tanh(z), which is beyond 1 everywhere."),
            quietly(lambda z: 1 / np.tanh(z)),
        ),
        Misconception(
            "slope",
            N_("This is the *slope* of tanh, which comes next. Here tanh itself is asked for."),
            reference.tanh_grad,
        ),
        Misconception(
            "sinh",
            N_("This is sinh, (e**z - e**-z) / 2: the denominator is e**z + e**-z, and not 2."),
            quietly(lambda z: (np.exp(z) - np.exp(-z)) / 2),
        ),
        *more.TANH_BY_EXP,
    ),
    accepts=(
        Variant("tanh", np.tanh),
        Variant("by_sigmoid", quietly(lambda z: 2 / (1 + np.exp(-2.0 * z)) - 1)),
        Variant(
            "by_sign",
            quietly(
                lambda z: np.where(
                    z >= 0,
                    (1 - np.exp(-2.0 * z)) / (1 + np.exp(-2.0 * z)),
                    (np.exp(2.0 * z) - 1) / (np.exp(2.0 * z) + 1),
                )
            ),
        ),
        Variant(
            "by_expm1", quietly(lambda z: -np.expm1(-2.0 * np.abs(z)) / (1 + np.exp(-2.0 * np.abs(z))) * np.sign(z))
        ),
        Variant("clipped", lambda z: 1 - 2 / (1 + np.exp(2 * np.clip(z, -300, 300)))),
        Variant("number_by_number", _tanh_number_by_number),
        Variant("lists", lambda z: np.tanh(z).tolist()),
        Variant("torch", with_torch(lambda torch, z: torch.tanh(z.double()))),
        Variant("float32", lambda z: reference.tanh_by_exp(z.astype(np.float32))),
    ),
    hints=(
        N_(
            "Start from the definition, (e^z - e^-z) / (e^z + e^-z). Which of the two exponentials is infinite at "
            "z = 1000, and which at -1000?"
        ),
        N_("Divide above and below by e^z. What becomes of e^-z then? Mind the 2."),
        N_(
            "What is left has only e^(-2z), which is small for z >= 0. For z < 0 use tanh(-z) = -tanh(z): `np.abs` and "
            "`np.sign`. Or stretch a sigmoid: 2 sigmoid(2z) - 1."
        ),
    ),
)

TANH_GRAD = Exercise(
    id="tanh_grad",
    points=1,
    about=N_("The slope of tanh at z."),
    spec="z (...,C) -> (...,C)",
    reference=reference.tanh_grad,
    oracle=oracles.tanh_grad,
    cases=_cases(1),
    misconceptions=(
        Misconception(
            "square_of_z",
            N_(
                "This is 1 - z². The formula 1 - h² wants h = tanh(z), as in lesson 04, where h was at hand. Here z "
                "comes in, before tanh: apply it first."
            ),
            lambda z: 1 - z**2,
        ),
        Misconception(
            "square_forgotten",
            N_("This is 1 - tanh(z): the square is missing. The slope is 1 at z = 0 and falls to both sides."),
            lambda z: 1 - np.tanh(z),
        ),
        Misconception("tanh_itself", N_("This is tanh itself. Its slope is asked for, 1 - tanh²."), np.tanh),
        Misconception(
            "one_forgotten",
            N_("This is tanh²: the `1 -` is missing. At z = 0 tanh is steepest, so its slope is largest there."),
            lambda z: np.tanh(z) ** 2,
        ),
        Misconception(
            "wrong_sign",
            N_("This is tanh² - 1, negative everywhere. tanh rises, so its slope is positive."),
            lambda z: np.tanh(z) ** 2 - 1,
        ),
        Misconception(
            "plus_for_minus",
            N_("This is 1 + tanh², which grows where the curve gets flat. The slope is 1 - tanh²."),
            lambda z: 1 + np.tanh(z) ** 2,
        ),
        Misconception(
            "formula_of_sigmoid",
            N_("This is t(1 - t) with t = tanh(z). That is the sigmoid's formula; for tanh it is 1 - t²."),
            lambda z: np.tanh(z) * (1 - np.tanh(z)),
        ),
        Misconception(
            "slope_of_sigmoid",
            N_("This is the slope of the sigmoid, which is never above 1/4. That of tanh is 1 at z = 0."),
            reference.sigmoid_grad,
        ),
        Misconception(
            "tanh_twice",
            N_("tanh is applied twice: this is 1 - tanh(tanh(z))². z has been through no tanh yet, so once is enough."),
            lambda z: 1 - np.tanh(np.tanh(z)) ** 2,
        ),
        Misconception(
            "square_inside",
            N_("The square is inside: 1 - tanh(z²). Take tanh first, then the square."),
            lambda z: 1 - np.tanh(z**2),
        ),
        Misconception(
            "cosh_not_squared",
            N_("This is 1 / cosh(z). The slope of tanh is 1 / cosh²(z): the square is missing."),
            quietly(lambda z: 1 / np.cosh(z)),
        ),
        Misconception(
            "half_the_argument",
            N_(
                "This is the slope of tanh(z / 2), or that times a half: the tanh inside is one without its 2. The "
                "true tanh is `np.tanh`, and its slope at 0 is 1."
            ),
            lambda z: 1 - np.tanh(z / 2) ** 2,
        ),
        Misconception(
            "half_the_argument_by_chain_rule",
            N_("This is the slope of tanh(z / 2), which is 1/2 at z = 0. That of tanh is 1 there."),
            lambda z: 0.5 * (1 - np.tanh(z / 2) ** 2),
        ),
        Misconception(
            "overflows",
            N_(
                "Right for small z, nan at 1000: infinity is divided by infinity. Take 1 - np.tanh(z)**2, in which "
                "nothing grows."
            ),
            quietly(lambda z: 1 - ((np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))) ** 2),
        ),
        Misconception(
            "overflows_below",
            N_(
                "Right, until z is very negative: e**(-2z) is infinite there, and infinity is divided by infinity. "
                "`np.tanh` has no such trouble."
            ),
            quietly(lambda z: 1 - ((1 - np.exp(-2.0 * z)) / (1 + np.exp(-2.0 * z))) ** 2),
        ),
        *more.TANH_GRAD,
    ),
    accepts=(
        Variant("by_product", lambda z: (1 - np.tanh(z)) * (1 + np.tanh(z))),
        Variant("by_cosh", quietly(lambda z: np.cosh(np.clip(z, -300, 300)) ** -2.0)),
        Variant("by_sigmoid", lambda z: 4 * reference.sigmoid_grad(2.0 * z)),
        Variant("by_difference", lambda z: (np.tanh(z + 1e-5) - np.tanh(z - 1e-5)) / 2e-5),
        Variant("lists", lambda z: reference.tanh_grad(z).tolist()),
        Variant("float32", lambda z: reference.tanh_grad(z.astype(np.float32))),
        Variant("torch", with_torch(lambda torch, z: 1 - torch.tanh(z.double()).square())),
    ),
    hints=(
        N_("You used this slope in lesson 04. There the state was given, tanh already applied. What is given here?"),
        N_("How steep is tanh at 0? How steep at 1000? A right formula gives 1 and 0."),
        N_("Take t = tanh(z) first. The slope is 1 minus the square of t."),
    ),
)

SIGMOID_GRAD = Exercise(
    id="sigmoid_grad",
    points=1,
    about=N_("The slope of the sigmoid at z."),
    spec="z (...,C) -> (...,C)",
    reference=reference.sigmoid_grad,
    oracle=oracles.sigmoid_grad,
    cases=_cases(1),
    misconceptions=(
        Misconception(
            "z_for_sigmoid",
            N_("This is z(1 - z). The formula s(1 - s) wants s = sigmoid(z): apply the sigmoid first."),
            lambda z: z * (1 - z),
        ),
        Misconception("sigmoid_itself", N_("This is the sigmoid itself. Its slope is asked for, s(1 - s)."), sigmoid),
        Misconception(
            "one_factor",
            N_(
                "This is 1 - s: the factor s is missing. The slope is s(1 - s), 1/4 at z = 0, and 0 far to *both* "
                "sides."
            ),
            lambda z: 1 - sigmoid(z),
        ),
        Misconception(
            "formula_of_tanh",
            N_("This is 1 - s² with s = sigmoid(z). That is the formula of tanh; for the sigmoid it is s(1 - s)."),
            lambda z: 1 - sigmoid(z) ** 2,
        ),
        Misconception(
            "slope_of_tanh",
            N_("This is the slope of tanh, which is 1 at z = 0. That of the sigmoid is 1/4 there."),
            reference.tanh_grad,
        ),
        Misconception(
            "plus_for_minus",
            N_("This is s(1 + s), which grows to 2. The slope is s(1 - s), which is never above 1/4."),
            lambda z: sigmoid(z) * (1 + sigmoid(z)),
        ),
        Misconception(
            "wrong_sign",
            N_("This is s(s - 1), negative everywhere. The sigmoid rises, so its slope is positive."),
            lambda z: sigmoid(z) * (sigmoid(z) - 1),
        ),
        Misconception(
            "squared",
            N_("This is s². The second factor is 1 - s, so that the slope is 0 where s is near 1."),
            lambda z: sigmoid(z) ** 2,
        ),
        Misconception(
            "sigmoid_twice",
            N_("The sigmoid is applied twice. z has been through none yet, so once is enough."),
            lambda z: sigmoid(sigmoid(z)) * (1 - sigmoid(sigmoid(z))),
        ),
        Misconception(
            "only_s_minus_one",
            N_("This is s - 1, without the factor s, and negative. The slope is s(1 - s)."),
            lambda z: sigmoid(z) - 1,
        ),
        Misconception(
            "tanh_for_sigmoid",
            N_("This is t(1 - t) with t = tanh(z): the right formula with the wrong function in it."),
            lambda z: np.tanh(z) * (1 - np.tanh(z)),
        ),
        Misconception(
            "square_below_forgotten",
            N_(
                "This is e**-z / (1 + e**-z): the square below the line is missing. What is left is 1 - s, and nan at "
                "-1000. Write s(1 - s)."
            ),
            quietly(lambda z: np.exp(-1.0 * z) / (1 + np.exp(-1.0 * z))),
        ),
        Misconception(
            "overflows",
            N_(
                "Right for small z, nan at -1000: e**1000 is infinite, and infinity is divided by infinity. Take s "
                "first, then s(1 - s), in which nothing grows."
            ),
            quietly(lambda z: np.exp(-1.0 * z) / (1 + np.exp(-1.0 * z)) ** 2),
        ),
        Misconception(
            "overflows_above",
            N_(
                "Right for small z, nan at 1000: e**1000 is infinite, and infinity is divided by infinity. Take s as "
                "1 / (1 + e**-z), then s(1 - s), in which nothing grows."
            ),
            quietly(lambda z: np.exp(1.0 * z) / (1 + np.exp(1.0 * z)) ** 2),
        ),
        Misconception(
            "quarter_forgotten",
            N_(
                "This is 1 - t² with t = tanh(z / 2), which is four times too much: sigmoid(z) is (1 + t) / 2, and its "
                "slope is 1/4 at z = 0."
            ),
            lambda z: 1 - np.tanh(z / 2) ** 2,
        ),
        *more.SIGMOID_GRAD,
    ),
    accepts=(
        Variant("with_a_warning", quietly(lambda z: 1 / (1 + np.exp(-1.0 * z)) * (1 - 1 / (1 + np.exp(-1.0 * z))))),
        Variant("by_tanh", lambda z: 0.25 * (1 - np.tanh(z / 2) ** 2)),
        Variant("by_abs", lambda z: np.exp(-np.abs(1.0 * z)) / (1 + np.exp(-np.abs(1.0 * z))) ** 2),
        Variant("lists", lambda z: reference.sigmoid_grad(z).tolist()),
        Variant("float32", lambda z: reference.sigmoid_grad(z.astype(np.float32))),
        Variant("torch", with_torch(lambda torch, z: torch.sigmoid(z.double()) * torch.sigmoid(-z.double()))),
    ),
    hints=(
        N_("How steep is the sigmoid at 0, where it rises from 1/2? How steep far out, on either side?"),
        N_("Take s = sigmoid(z) first: `1 / (1 + np.exp(-z))`. The slope can be written with s alone."),
        N_(
            "It is a product of two factors: s, which is small far to the left, and one that is small far to the right."
        ),
    ),
)
