"""How far two gradients point apart."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import bptt, oracles_bptt


def _cosine(g, g_k):
    return np.sum(g * g_k) / np.sqrt(np.sum(g**2) * np.sum(g_k**2))


def _without_limit(g, g_k):
    g, g_k = g.ravel(), g_k.ravel()
    with np.errstate(all="ignore"):
        return np.degrees(np.arccos(g @ g_k / (np.linalg.norm(g) * np.linalg.norm(g_k))))


def _same_direction(rng: np.random.Generator, made: Inputs) -> Inputs:
    """A gradient and a multiple of it, such that rounding makes the cosine a hair larger than 1, whichever formula."""
    for _ in range(5000):
        g = rng.normal(size=made["g"].shape)
        if np.isnan(_without_limit(g, 3 * g)) and _cosine(g, 3 * g) > 1:
            break
    return {"g": g, "g_k": 3 * g}


def _exactly_opposite(rng: np.random.Generator, made: Inputs) -> Inputs:
    found = _same_direction(rng, made)
    return {"g": found["g"], "g_k": -found["g_k"]}


def _opposite(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"g_k": -0.7 * made["g"] + 0.1 * made["g_k"]}


def _close(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"g_k": made["g"] + 0.2 * made["g_k"]}


def _one_length_twice(g, g_k, length_of):
    return float(np.degrees(np.arccos(np.clip(np.sum(g * g_k) / np.sum(length_of**2), -1, 1))))


def _angles_of_rows(g, g_k):
    cosine = np.sum(g * g_k, axis=-1) / (np.linalg.norm(g, axis=-1) * np.linalg.norm(g_k, axis=-1))
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def _not_flattened(g, g_k):
    cosine = g @ g_k.T / (np.linalg.norm(g) * np.linalg.norm(g_k))
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def _row_by_row(g, g_k):
    rows = g.reshape(-1, g.shape[-1]), g_k.reshape(-1, g.shape[-1])
    return float(np.mean([bptt.gradient_angle(a, b) for a, b in zip(*rows)]))


GRADIENT_ANGLE = Exercise(
    id="gradient_angle",
    points=2,
    about=N_("The angle between two gradients, in degrees: how far the truncated one points away from the true one."),
    spec="g (...,C), g_k (...,C) -> float",
    reference=bptt.gradient_angle,
    oracle=oracles_bptt.gradient_angle,
    atol=0.05,
    cases=(
        Case("values", {"...": (3,), "C": 4}, N_("The angle is not right."), weight=3),
        Case("close together", {"...": (4,), "C": 3}, N_("This case is about a small angle."), change=_close),
        Case("opposite", {"...": (2,), "C": 5}, N_("This case is about an angle above 90 degrees."), change=_opposite),
        Case(
            "the same direction",
            {"...": (2,), "C": 3},
            N_("Here the gradients point the same way: rounding can make the cosine larger than 1."),
            change=_same_direction,
        ),
        Case(
            "exactly opposite",
            {"...": (3,), "C": 2},
            N_("Here the gradients are exactly opposite: rounding can make the cosine smaller than -1."),
            change=_exactly_opposite,
            hidden=True,
        ),
        Case("vectors", {"...": (), "C": 6}, N_("Here the gradients are vectors."), hidden=True),
        Case("three axes", {"...": (2, 3), "C": 4}, N_("Here the gradients have three axes."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "cosine_returned",
            N_("This is the cosine of the angle. `np.arccos` makes an angle of it, and `np.degrees` makes it degrees."),
            _cosine,
        ),
        Misconception(
            "radians",
            N_("This is the angle in radians. `np.degrees` turns it into degrees."),
            lambda g, g_k: np.radians(bptt.gradient_angle(g, g_k)),
        ),
        Misconception(
            "degrees_of_the_cosine",
            N_("`np.degrees` is applied to the cosine itself. First `np.arccos`, which gives the angle."),
            lambda g, g_k: np.degrees(_cosine(g, g_k)),
        ),
        Misconception(
            "cosine_beyond_one",
            N_(
                "Right, until the gradients point the same way: rounding then makes the cosine a hair larger than 1, "
                "and `np.arccos` gives nan. `np.clip(cosine, -1, 1)` keeps it in its place."
            ),
            _without_limit,
        ),
        Misconception(
            "sign_lost",
            N_(
                "The angle never exceeds 90 degrees: an absolute value loses the sign. A step the wrong way is worth "
                "knowing."
            ),
            lambda g, g_k: float(np.degrees(np.arccos(np.clip(np.abs(_cosine(g, g_k)), 0, 1)))),
        ),
        Misconception(
            "sine_for_cosine",
            N_(
                "This is 90 degrees less the angle: the product over the lengths is its *cosine*, so np.arccos gives "
                "the angle, and np.arcsin does not."
            ),
            lambda g, g_k: float(np.degrees(np.arcsin(np.clip(_cosine(g, g_k), -1, 1)))),
        ),
        Misconception(
            "mean_taken_away",
            N_(
                "The mean of each gradient was taken away first, as a correlation does (np.corrcoef). An angle is "
                "between the gradients as they are."
            ),
            lambda g, g_k: float(np.degrees(np.arccos(np.clip(_cosine(g - g.mean(), g_k - g_k.mean()), -1, 1)))),
        ),
        Misconception(
            "lengths_squared",
            N_(
                "The product is divided by the *squares* of both lengths. The length of g is the root of the sum of "
                "its squares."
            ),
            lambda g, g_k: float(
                np.degrees(np.arccos(np.clip(np.sum(g * g_k) / (np.sum(g**2) * np.sum(g_k**2)), -1, 1)))
            ),
        ),
        Misconception(
            "lengths_forgotten",
            N_("The product is not divided by the lengths of the gradients, so longer gradients look more alike."),
            lambda g, g_k: float(np.degrees(np.arccos(np.clip(np.sum(g * g_k), -1, 1)))),
        ),
        Misconception(
            "length_of_g_twice",
            N_("The product is divided by the length of g twice. It takes both lengths, that of g and that of g_k."),
            lambda g, g_k: _one_length_twice(g, g_k, g),
        ),
        Misconception(
            "length_of_g_k_twice",
            N_("The product is divided by the length of g_k twice. It takes both lengths, that of g and that of g_k."),
            lambda g, g_k: _one_length_twice(g, g_k, g_k),
        ),
        Misconception(
            "angles_of_rows",
            N_(
                "An angle came for each row. A gradient is *one* direction in the space of all weights: sum over all "
                "entries, not over the last axis alone."
            ),
            _angles_of_rows,
        ),
        Misconception(
            "not_flattened",
            N_(
                "A matrix of angles came: `@` multiplied every row of g with every row of g_k. Take all entries as one "
                "long vector: `np.sum(g * g_k)`, or `g.ravel() @ g_k.ravel()`."
            ),
            _not_flattened,
        ),
        Misconception(
            "row_by_row",
            N_(
                "An angle is taken for each row, and then their mean. A gradient is *one* direction in the space of "
                "all weights: take all entries as one long vector."
            ),
            _row_by_row,
        ),
        Misconception(
            "difference_of_lengths",
            N_("This compares the lengths of the gradients, as a quotient. The angle is about their directions."),
            lambda g, g_k: float(np.linalg.norm(g_k) / np.linalg.norm(g)),
        ),
        Misconception(
            "relative_error",
            N_(
                "This is the distance between the gradients, relative to the first. The angle leaves their lengths out."
            ),
            lambda g, g_k: float(np.linalg.norm(g - g_k) / np.linalg.norm(g)),
        ),
    ),
    accepts=(
        Variant(
            "unit_vectors",
            lambda g, g_k: np.degrees(
                np.arccos(np.clip(np.vdot(g / np.linalg.norm(g), g_k / np.linalg.norm(g_k)), -1.0, 1.0))
            ),
        ),
        Variant("by_cosine", lambda g, g_k: float(np.degrees(np.arccos(np.clip(_cosine(g, g_k), -1, 1))))),
        Variant("float32", lambda g, g_k: bptt.gradient_angle(g.astype(np.float32), g_k.astype(np.float32))),
        Variant(
            "torch",
            with_torch(
                lambda torch, g, g_k: torch.rad2deg(
                    torch.arccos(torch.cosine_similarity(g.flatten(), g_k.flatten(), dim=0).clamp(-1, 1))
                )
            ),
        ),
    ),
    hints=(
        N_("For two vectors a and b, a · b = |a| |b| cos(angle). Which of the four do you have?"),
        N_(
            "The product of two arrays of any shape, all entries taken as one vector, is `np.sum(g * g_k)`; the "
            "length of one is the root of its product with itself."
        ),
        N_("`np.arccos` undoes the cosine and takes nothing beyond -1 and 1: `np.clip` first, `np.degrees` after."),
    ),
)
