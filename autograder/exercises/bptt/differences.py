"""A gradient without calculus, to check the others by."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.bptt import _differences as ways
from autograder.messages import N_
from autograder.reference import bptt, oracles_bptt

DROWNED = 1e-9  # with steps shorter than this the difference is mostly rounding
DEFAULT, SENSIBLE = 1e-5, (1e-7, 1e-3)  # the step where eps is left out, and what may stand in its place


def _reference(theta, phase, eps):
    step = eps or DEFAULT
    return np.array([step]), bptt.numerical_gradient(lambda at: bptt.cubic(at, phase), theta, step)


def _reads(made: Inputs, outputs: tuple) -> tuple:
    """What came back, where the steps were long enough for it to mean anything; else zeros in its place.

    Where eps is left out, any sensible step is as good as ours.
    """
    if len(outputs) != 2 or np.shape(outputs[0]) != (1,):
        return outputs
    step = outputs[0][0]
    if 0 < step < DROWNED:
        return outputs[0], np.zeros(made["theta"].shape)
    if not made["eps"] and SENSIBLE[0] <= step <= SENSIBLE[1]:
        return np.array([DEFAULT]), outputs[1]
    return outputs


def _step(eps: float):
    return lambda rng, made: {"eps": eps}


def _whole_numbers(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"theta": rng.integers(-3, 4, size=made["theta"].shape), "eps": 0.25}


NUMERICAL_GRADIENT = Exercise(
    id="numerical_gradient",
    points=3,
    about=N_("The gradient of any function of an array, by central differences: slow, and without calculus."),
    spec="theta (...,C), phase float, eps float -> step (1), grad (...,C)",
    signature="numerical_gradient: f (theta -> float), theta (any shape), eps float -> grad (shape of theta)",
    reference=_reference,
    oracle=oracles_bptt.numerical_gradient,
    probe="difference",
    reads=_reads,
    cases=(
        Case(
            "values",
            {"...": (2,), "C": 3},
            N_("The gradient of a function of a matrix is not right."),
            change=_step(0.1),
            weight=3,
        ),
        Case("a vector", {"...": (), "C": 4}, N_("Here theta is a vector."), change=_step(0.5)),
        Case(
            "a short step",
            {"...": (3,), "C": 2},
            N_("Here eps is small, as it is in use."),
            change=_step(1e-5),
        ),
        Case(
            "whole numbers",
            {"...": (2,), "C": 3},
            N_("Here theta holds whole numbers: an array of integers cannot move by a quarter."),
            change=_whole_numbers,
        ),
        Case(
            "eps left out",
            {"...": (3,), "C": 2},
            N_("Here eps is left out: the definition should give it a sensible value, such as 1e-5."),
            change=_step(0.0),
        ),
        Case(
            "three axes",
            {"...": (2, 3), "C": 4},
            N_("Here theta has three axes."),
            change=_step(0.2),
            hidden=True,
        ),
        Case(
            "one number",
            {"...": (), "C": 1},
            N_("Here theta has one entry."),
            change=_step(0.3),
            hidden=True,
        ),
        Case(
            "a larger matrix",
            {"...": (6,), "C": 5},
            N_("This case is about a larger matrix."),
            change=_step(0.05),
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "one_sided",
            N_(
                "This is the one-sided difference, (f(theta + eps) - f(theta)) / eps. Its error shrinks like eps; "
                "that of (f(theta + eps) - f(theta - eps)) / (2 eps) like eps², which is what a check needs."
            ),
            lambda: ways.entry_by_entry(ways.forward),
        ),
        Misconception(
            "sides_swapped",
            N_(
                "The sign is turned round: the value at theta - eps comes first, the one at theta + eps is taken away. "
                "A gradient says how much f *grows*: what lies above less what lies below."
            ),
            lambda: ways.entry_by_entry(ways.swapped),
        ),
        Misconception(
            "one_sided_backward",
            N_(
                "This is a one-sided difference, between theta and theta - eps. Go to both sides: its error shrinks "
                "like eps², not like eps."
            ),
            lambda: ways.entry_by_entry(ways.backward),
        ),
        Misconception(
            "half_of_one_side",
            N_(
                "The second value is taken at theta itself, and the division is by 2 eps. After `+= eps`, it takes `-= "
                "2 * eps` to come to theta - eps."
            ),
            lambda: ways.entry_by_entry(ways.minus_is_the_middle),
        ),
        Misconception(
            "divided_by_eps",
            N_("Everything is twice too large: theta - eps and theta + eps are 2 eps apart, so divide by 2 * eps."),
            lambda: ways.entry_by_entry(lambda *a: 2 * ways.central(*a)),
        ),
        Misconception(
            "not_divided",
            N_("These are differences of f, not yet divided by the distance between the two points, 2 * eps."),
            lambda: ways.entry_by_entry(lambda f, theta, i, eps: 2 * eps * ways.central(f, theta, i, eps)),
        ),
        Misconception(
            "divided_without_brackets",
            N_("`/ 2 * eps` divides by 2 and then *multiplies* by eps. Write `/ (2 * eps)`."),
            lambda: ways.entry_by_entry(lambda f, theta, i, eps: eps**2 * ways.central(f, theta, i, eps)),
        ),
        Misconception(
            "not_restored",
            N_(
                "Each entry of theta stays at theta - eps once its turn is over, so the gradient is taken at a point "
                "that drifts away, and the caller's theta is spoilt. Put the entry back before the next, or move a "
                "copy."
            ),
            lambda: ways.never_restored,
        ),
        Misconception(
            "not_restored_one_sided",
            N_(
                "Each entry of theta stays at theta + eps once its turn is over, so the point drifts away and the "
                "caller's theta is spoilt. Besides, this is a one-sided difference: go to both sides."
            ),
            lambda: ways.never_restored_one_way,
        ),
        Misconception(
            "copy_not_restored",
            N_(
                "Each entry of your copy of theta stays at theta - eps once its turn is over, so the gradient is taken "
                "at a point that drifts away. Put the entry back before the next, or make a new copy for each."
            ),
            lambda: ways.copy_never_restored,
        ),
        Misconception(
            "copied_once",
            N_(
                "The two copies are made once, before the loop, so all entries that were moved stay moved, and each "
                "difference has those before it in it. Make new copies for every entry."
            ),
            lambda: ways.copied_once,
        ),
        Misconception(
            "eps_ignored",
            N_("eps is an argument, and a step of your own is used in its place: f is called elsewhere than eps says."),
            lambda: ways.with_step(1e-5),
        ),
        Misconception(
            "step_too_small",
            N_(
                "The step is so small that f(theta + eps) and f(theta - eps) agree in nearly all of their 16 digits; "
                "what is left of the difference is rounding. A good step is near 1e-5, and here eps says how long "
                "it is."
            ),
            lambda: ways.with_step(1e-13),
        ),
        Misconception(
            "all_at_once",
            N_(
                "One number came back: all entries of theta were moved together. A gradient has a number for each "
                "entry, and needs two values of f for each, with only that one moved."
            ),
            lambda: ways.all_at_once,
        ),
        Misconception(
            "all_at_once_everywhere",
            N_("Every entry holds the same number: all of theta was moved together. Move one entry at a time."),
            lambda: lambda f, theta, eps=1e-5: np.full(theta.shape, ways.all_at_once(f, theta, eps)),
        ),
        Misconception(
            "rows_at_once",
            N_(
                "Whole rows are moved at once: `theta[i]` of a matrix is a row. `np.ndindex(theta.shape)` gives the "
                "index of one entry after the other, whatever the shape."
            ),
            lambda: ways.rows_at_once,
        ),
        Misconception(
            "flat",
            N_("The numbers are right, in one long row. A gradient has the shape of what it belongs to: theta's."),
            lambda: lambda f, theta, eps=1e-5: ways.right(f, theta, eps).ravel(),
        ),
        Misconception(
            "moved_in_whole_numbers",
            N_(
                "Right, until theta holds whole numbers: then the moved copy holds integers too, and a step below 1 "
                "is cut off. Make the copy with `np.array(theta, dtype=float)`."
            ),
            lambda: ways.whole_numbers,
        ),
        Misconception(
            "result_in_whole_numbers",
            N_(
                "Right, until theta holds whole numbers: `zeros_like(theta)` then makes room for integers, and the "
                "gradient is cut. Make it with `np.zeros(theta.shape)`."
            ),
            lambda: ways.result_in_whole_numbers,
        ),
        Misconception(
            "all_in_whole_numbers",
            N_(
                "Right, until theta holds whole numbers: then both the moved copy and the result hold integers. Make "
                "the copy with `np.array(theta, dtype=float)` and the result with `np.zeros(theta.shape)`."
            ),
            lambda: ways.all_in_whole_numbers,
        ),
    ),
    accepts=(
        Variant("copies", lambda: ways.right),
        Variant("restored_in_place", lambda: ways.restored_in_place),
        Variant("restored_from_old", lambda: ways.restored_from_old),
        Variant("nditer", lambda: ways.with_nditer),
        Variant("unit_vectors", lambda: ways.unit_vectors),
        Variant("lists", lambda: lambda f, theta, eps=1e-6: ways.right(f, theta, eps).tolist()),
    ),
    hints=(
        N_(
            "What is a slope? The difference of two values, over the distance of the two places. Do that for one "
            "entry of theta, with all others held still."
        ),
        N_(
            "`for i in np.ndindex(theta.shape)` visits every entry of an array of any shape; `theta[i]` is a single "
            "number then."
        ),
        N_(
            "For each i make two copies of theta, `np.array(theta, dtype=float)`, one with entry i raised by eps, "
            "one with it lowered, and call f on both. Then theta itself is never touched."
        ),
    ),
)
