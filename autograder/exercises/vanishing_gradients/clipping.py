"""Clipping gradients, by their common norm and value by value."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.vanishing_gradients import _clipping as ways
from autograder.exercises.vanishing_gradients import _more_gradients as more
from autograder.exercises.vanishing_gradients._clipping import length, scaled
from autograder.messages import N_
from autograder.reference import oracles_vanishing_gradients as oracles
from autograder.reference import vanishing_gradients as reference

GRADS = ("dW_xh", "dW_hh", "db")


def _times(share: float):
    """A limit at this share of the common length."""

    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        return {"limit": round(share * float(length(*(made[n] for n in GRADS))), 3)}

    return change


def _above(rng: np.random.Generator, made: Inputs) -> Inputs:
    """A limit that the whole exceeds and no array by itself does, two of them nearly."""
    limit = 1.1 * max(np.linalg.norm(made[n]) for n in GRADS)
    whole = float(length(*(made[n] for n in GRADS)))
    return {"limit": round(float(min(limit, 0.93 * whole)), 3)}


def _zero(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {n: np.zeros_like(made[n]) for n in GRADS} | {"limit": 1.5}


def _explosion(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {n: 1e6 * made[n] for n in GRADS} | {"limit": 1.0}


LENGTH = (
    Misconception(
        "each_apart",
        N_(
            "Each array is clipped by a norm of its own. Then the three are shortened by different factors, and the "
            "step points elsewhere. Take *one* length over all of them, and one factor."
        ),
        ways.each_apart,
    ),
    Misconception(
        "each_apart_in_place",
        N_(
            "Two things: each array is clipped by a norm of its own, where one length over all of them is asked for; "
            "and `g *= ...` has changed the caller's arrays. One factor, and new arrays: `factor * g`."
        ),
        ways.each_apart_in_place,
    ),
    Misconception(
        "each_row_apart",
        N_("Each row is clipped by a norm of its own. Take one length over all entries of all three arrays."),
        ways.each_row_apart,
    ),
    Misconception(
        "root_forgotten",
        N_("The sum of squares is compared with the limit, and divided by: the root is missing."),
        scaled(lambda *g: length(*g) ** 2),
    ),
    Misconception(
        "lengths_added",
        N_(
            "The lengths of the three arrays are added up. The length of the whole is the root of the sum of their "
            "*squares*: like the diagonal of a box, not its edges end to end."
        ),
        scaled(lambda *g: sum(length(one) for one in g)),
    ),
    Misconception(
        "sum_of_absolutes",
        N_("The absolute values are added up. The length is the root of the sum of squares."),
        scaled(lambda *g: sum(np.abs(one).sum() for one in g)),
    ),
    Misconception(
        "largest_entry",
        N_("The largest entry is brought down to the limit. Asked is the *length* of all entries together."),
        scaled(lambda *g: max(np.abs(one).max() for one in g)),
    ),
    Misconception(
        "largest_length",
        N_(
            "The length of the largest array is taken for the whole. All three count: the root of the sum of all "
            "squares."
        ),
        scaled(lambda *g: max(length(one) for one in g)),
    ),
    Misconception(
        "root_of_mean",
        N_("The squares are averaged, so that a network with many weights may take longer steps. Add them up."),
        scaled(lambda *g: length(*g) / np.sqrt(sum(one.size for one in g))),
    ),
    Misconception(
        "singular_values",
        N_(
            "`np.linalg.norm(dW, 2)` of a matrix is its largest singular value, which is shorter than its length. "
            "Without the 2 it is the root of the sum of squares, as asked."
        ),
        scaled(lambda *g: np.sqrt(sum(np.linalg.norm(one, 2) ** 2 for one in g))),
    ),
    Misconception(
        "bias_not_counted",
        N_("db does not count in the length. It belongs to the gradient like the others."),
        scaled(lambda dW_xh, dW_hh, db: length(dW_xh, dW_hh)),
    ),
    Misconception(
        "recurrent_only_counted",
        N_("The length is that of dW_hh alone. All three arrays are one gradient: count them all."),
        scaled(lambda dW_xh, dW_hh, db: length(dW_hh)),
    ),
)

FACTOR = (
    Misconception(
        "scaled_up",
        N_(
            "Gradients shorter than the limit come out *longer*: everything is brought to the limit. A limit is an "
            "upper bound: multiply by limit / length only where the length exceeds it. (And a gradient of zero gave "
            "nan.)"
        ),
        ways.scaled_up,
    ),
    Misconception(
        "scaled_up_softly",
        N_(
            "Gradients shorter than the limit come out *longer*: everything is brought to the limit. A limit is an "
            "upper bound: multiply by limit / length only where the length exceeds it."
        ),
        ways.scaled_up_softly,
    ),
    Misconception(
        "scaled_up_in_place",
        N_(
            "Two things: gradients shorter than the limit come out *longer*, and a limit is an upper bound; and `g *= "
            "...` has changed the caller's arrays."
        ),
        ways.scaled_up_in_place,
    ),
    Misconception(
        "zero_gives_nan",
        N_(
            "Right, but for a gradient of zero, which gives nan: a length of 0 is divided by. Divide only where the "
            "length exceeds the limit."
        ),
        ways.zero_gives_nan,
    ),
    Misconception(
        "only_scaled_up",
        N_("The comparison is turned round: short gradients are made longer, and long ones are left as they are."),
        ways.only_scaled_up,
    ),
    Misconception(
        "unit_length",
        N_("Long gradients come out with length 1, whatever the limit. Multiply by limit / length."),
        ways.when_long(lambda g, norm, limit: g / norm),
    ),
    Misconception(
        "limit_divided",
        N_("The factor is upside down: length / limit makes long gradients longer. Multiply by limit / length."),
        ways.when_long(lambda g, norm, limit: g * norm / limit),
    ),
    Misconception(
        "divided_by_limit",
        N_("Long gradients are divided by the limit. Multiply by limit / length, and the length becomes the limit."),
        ways.when_long(lambda g, norm, limit: g / limit),
    ),
    Misconception(
        "times_limit",
        N_("Long gradients are multiplied by the limit. Multiply by limit / length, and the length becomes the limit."),
        ways.when_long(lambda g, norm, limit: g * limit),
    ),
    Misconception(
        "thrown_away",
        N_(
            "Long gradients are replaced by zero. That throws away the direction, which is still good; only the length "
            "is too large."
        ),
        ways.when_long(lambda g, norm, limit: 0 * g),
    ),
    Misconception(
        "by_value",
        N_(
            "Each entry is clipped by itself. That bends the direction, and does not bound the length. It is the other "
            "exercise, clip_by_value."
        ),
        lambda dW_xh, dW_hh, db, limit: tuple(np.clip(g, -limit, limit) for g in (dW_xh, dW_hh, db)),
    ),
    Misconception(
        "not_clipped",
        N_("The gradients come back as they were, also where they are longer than the limit."),
        lambda dW_xh, dW_hh, db, limit: (dW_xh.copy(), dW_hh.copy(), db.copy()),
    ),
)

PARTS = (
    Misconception(
        "recurrent_only",
        N_("Only dW_hh is shortened. All three are one gradient: the same factor for each."),
        ways.only(1),
    ),
    Misconception(
        "bias_left",
        N_("db is left as it is. All three are one gradient: the same factor for each."),
        ways.only(0, 1),
    ),
    Misconception(
        "in_place",
        N_(
            "The result is right, but the caller's arrays have changed: `g *= factor` writes into them. Make new ones: "
            "`factor * g`."
        ),
        ways.in_place,
    ),
    Misconception(
        "length_returned",
        N_("The length came back as well, as torch's function does. Here only the three gradients are asked for."),
        lambda *a: (*reference.clip_by_norm(*a), float(length(*a[:3]))),
    ),
    Misconception(
        "only_length_returned",
        N_("One number came back, the length, as torch's function does. Here the three gradients are asked for."),
        lambda *a: float(length(*a[:3])),
    ),
    Misconception(
        "factor_returned",
        N_("One number came back, the factor. Return the three gradients, each multiplied by it."),
        lambda *a: float(min(1.0, a[3] / max(length(*a[:3]), 1e-300))),
    ),
    Misconception(
        "order_turned",
        N_("The three came back in another order. Asked are dW_xh, dW_hh, db, as they came in."),
        lambda *a: (lambda one, two, three: (two, one, three))(*reference.clip_by_norm(*a)),
    ),
)

CLIP_BY_NORM = Exercise(
    id="clip_by_norm",
    points=5,
    about=N_("All gradients, shortened together where their common length exceeds a limit."),
    spec="dW_xh (H,D), dW_hh (H,H), db (H), limit float -> dW_xh (H,D), dW_hh (H,H), db (H)",
    reference=reference.clip_by_norm,
    oracle=oracles.clip_by_norm,
    cases=(
        Case(
            "too long", {"H": 4, "D": 3}, N_("These gradients are three times too long."), change=_times(0.31), weight=4
        ),
        Case(
            "too long only together",
            {"H": 3, "D": 5},
            N_("No array exceeds the limit by itself; together they do."),
            change=_above,
        ),
        Case(
            "short enough",
            {"H": 2, "D": 3},
            N_("These gradients are shorter than the limit, and stay as they are."),
            change=_times(1.9),
            weight=2,
        ),
        Case("zero", {"H": 2, "D": 4}, N_("Here all gradients are zero, and so is their length."), change=_zero),
        Case("an explosion", {"H": 3, "D": 2}, N_("Here the gradients are enormous."), change=_explosion),
        Case("all sizes equal", {"H": 3, "D": 3}, N_("Here H and D are equal."), change=_times(0.5), hidden=True),
        Case("one unit", {"H": 1, "D": 2}, N_("Here H is 1."), change=_times(0.7), hidden=True),
        Case(
            "just short enough",
            {"H": 4, "D": 2},
            N_("Here the length is just below the limit."),
            change=_times(1.02),
            hidden=True,
        ),
        Case(
            "just too long",
            {"H": 5, "D": 2},
            N_("Here the length is just above the limit."),
            change=_times(0.98),
            hidden=True,
        ),
    ),
    misconceptions=LENGTH + FACTOR + PARTS + more.CLIP_BY_NORM,
    accepts=(
        Variant("min_of_one", ways.min_of_one),
        Variant("as_torch", ways.as_torch),
        Variant("one_long_vector", ways.one_long_vector),
        Variant("list", lambda *a: list(reference.clip_by_norm(*a))),
        Variant("same_arrays_when_short", ways.same_arrays_when_short),
        Variant("float32", lambda *a: reference.clip_by_norm(*(g.astype(np.float32) for g in a[:3]), a[3])),
        Variant("torch", with_torch(lambda torch, *a: oracles.clip_by_norm(*a[:3], float(a[3])))),
    ),
    hints=(
        N_("Think of all entries of the three arrays as one long vector. How long is it? One number."),
        N_("The squares of all entries, added up over all three arrays, and then the root: that is its length."),
        N_(
            "If it exceeds the limit, all three are multiplied by the same factor: which one makes the length exactly "
            "the limit? If it does not, the factor is 1."
        ),
    ),
)


def _value_limit(share: float):
    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        return {"limit": round(share * float(np.abs(made["g"]).max()), 3)}

    return change


def _whole(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"g": np.array([[-5.0, 5.0, 0.0], [2.0, -2.0, 1.0]]), "limit": 2.0}


CLIP_BY_VALUE = Exercise(
    id="clip_by_value",
    points=1,
    about=N_("Every entry of a gradient by itself, kept between -limit and limit."),
    spec="g (...,C), limit float -> (...,C)",
    reference=reference.clip_by_value,
    oracle=oracles.clip_by_value,
    cases=(
        Case(
            "values",
            {"...": (3,), "C": 4},
            N_("Here some entries are beyond the limit."),
            change=_value_limit(0.4),
            weight=3,
        ),
        Case(
            "nothing to do", {"...": (2,), "C": 3}, N_("Here no entry is beyond the limit."), change=_value_limit(1.5)
        ),
        Case("at the limit", {"...": (2,), "C": 3}, N_("Here some entries are exactly at the limit."), change=_whole),
        Case("a vector", {"...": (), "C": 6}, N_("Here g is a vector."), change=_value_limit(0.5), hidden=True),
        Case(
            "three axes", {"...": (2, 3), "C": 4}, N_("Here g has three axes."), change=_value_limit(0.2), hidden=True
        ),
    ),
    misconceptions=(
        Misconception(
            "only_above",
            N_("Only what is above the limit is cut. What is below -limit stays: cut both sides."),
            lambda g, limit: np.minimum(g, limit),
        ),
        Misconception(
            "only_below",
            N_("Only what is below -limit is cut. What is above the limit stays: cut both sides."),
            lambda g, limit: np.maximum(g, -limit),
        ),
        Misconception(
            "sign_lost",
            N_("Entries below -limit become +limit: the sign is lost. Clip them to -limit."),
            lambda g, limit: np.where(np.abs(g) > limit, limit, g),
        ),
        Misconception(
            "absolute",
            N_("The signs are gone. A gradient's sign says which way to go."),
            lambda g, limit: np.minimum(np.abs(g), limit),
        ),
        Misconception(
            "from_zero",
            N_("Negative entries become 0: the lower end is -limit, not 0."),
            lambda g, limit: np.clip(g, 0, limit),
        ),
        Misconception(
            "set_to_zero",
            N_("Entries beyond the limit become 0. Clipping keeps them, at the limit and with their sign."),
            lambda g, limit: np.where(np.abs(g) > limit, 0.0, g),
        ),
        Misconception(
            "by_norm",
            N_("The whole array is shortened by its length: that is clip_by_norm. Here each entry is cut by itself."),
            ways.one_by_norm,
        ),
        Misconception(
            "by_largest",
            N_("The whole array is scaled by its largest entry. Here each entry is cut by itself; the others stay."),
            lambda g, limit: g * min(1.0, limit / np.abs(g).max()),
        ),
        Misconception(
            "softly",
            N_("Entries are squashed smoothly, so that small ones change, too. Clipping leaves them alone."),
            lambda g, limit: limit * np.tanh(g / limit),
        ),
        Misconception(
            "signs_only",
            N_("Every entry became limit or -limit. Those within the limits stay as they are."),
            lambda g, limit: limit * np.sign(g),
        ),
        Misconception(
            "between_one",
            N_("Entries are clipped at -1 and 1, whatever the limit."),
            lambda g, limit: np.clip(g, -1, 1),
        ),
        Misconception(
            "arguments_turned",
            N_("The limits stand in each other's place: np.clip(g, low, high), so first -limit."),
            lambda g, limit: np.clip(g, limit, -limit),
        ),
        Misconception(
            "in_place",
            N_("The result is right, but the caller's g has changed. `np.clip(g, ...)` makes a new array."),
            ways.value_in_place,
        ),
        *more.CLIP_BY_VALUE,
    ),
    accepts=(
        Variant("min_max", lambda g, limit: np.minimum(np.maximum(g, -limit), limit)),
        Variant("where", lambda g, limit: np.where(np.abs(g) > limit, limit * np.sign(g), g)),
        Variant("copy", ways.value_on_a_copy),
        Variant("lists", lambda g, limit: np.clip(g, -limit, limit).tolist()),
        Variant("torch", with_torch(lambda torch, g, limit: g.clamp(-float(limit), float(limit)))),
    ),
    hints=(
        N_("What should become of 5 with a limit of 2? And of -5? And of 1?"),
        N_("Each entry for itself: nothing about the others is needed."),
        N_("`np.clip(array, lowest, highest)` does it; the lowest is a negative number."),
    ),
)
