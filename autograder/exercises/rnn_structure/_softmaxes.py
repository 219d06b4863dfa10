"""Softmax with two slips at once: how the sum is taken, and how the scores were made smaller before it."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Misconception
from autograder.exercises.rnn_structure._scores import quietly
from autograder.messages import N_


def in_parts(largest, total):
    """A softmax from what it takes for the largest scores, and from how it adds up the exponentials."""

    def wrong(z):
        e = np.exp(z - largest(z))
        return e / total(e)

    return quietly(wrong)


def _nothing(z):
    return 0.0


def _of_row(z):
    return z.max(axis=-1, keepdims=True)


MIXED = (
    Misconception(
        "whole_array_and_overflows",
        N_(
            "Two things. The numbers add up to 1 over the *whole array*, and each row of C scores should by itself: "
            "`sum` needs an axis. And at 1000 the result is nan: take each row's largest score away first."
        ),
        in_parts(_nothing, lambda e: e.sum()),
    ),
    Misconception(
        "first_axis_and_overflows",
        N_(
            "Two things. The numbers add up to 1 down the first axis, across examples: the classes lie along the "
            "*last* one, axis -1. And at 1000 the result is nan: take each row's largest score away first."
        ),
        in_parts(_nothing, lambda e: e.sum(axis=0)),
    ),
    Misconception(
        "second_axis_and_overflows",
        N_(
            "Two things. The numbers add up to 1 along axis 1, which is time for (N, T, C): count from the end, the "
            "classes are axis -1. And at 1000 the result is nan: take each row's largest score away first."
        ),
        in_parts(_nothing, lambda e: e.sum(axis=1, keepdims=True)),
    ),
    Misconception(
        "axis_of_sum_lost_nothing_taken_away",
        N_(
            "The sum has lost the axis that it was taken along, so NumPy lines it up with the wrong one, or cannot: "
            "`keepdims=True` keeps it. Then try scores of 1000, and see what has to be taken away first."
        ),
        in_parts(_nothing, lambda e: e.sum(axis=-1)),
    ),
    Misconception(
        "second_axis_lost",
        N_(
            "The sum is taken along axis 1, and has lost that axis. The classes lie along the *last* one, whatever "
            "its number: `axis=-1`; with `keepdims=True` each row is divided by its own sum."
        ),
        in_parts(_nothing, lambda e: e.sum(axis=1)),
    ),
    Misconception(
        "second_axis_lost_after_the_largest",
        N_(
            "Scores are made safe first, as they should be. Then the sum is taken along axis 1, and loses that axis. "
            "The classes lie along the *last* one: `axis=-1`, and `keepdims=True` for both."
        ),
        in_parts(_of_row, lambda e: e.sum(axis=1)),
    ),
    Misconception(
        "row_then_first_axis",
        N_(
            "The largest score is taken from each row, but the sum down the first axis, across examples. Both belong "
            "to the classes of one example: axis -1."
        ),
        in_parts(_of_row, lambda e: e.sum(axis=0)),
    ),
    Misconception(
        "row_then_second_axis",
        N_(
            "The largest score is taken from each row, but the sum along axis 1, which is time for (N, T, C). Both "
            "belong to the classes: axis -1."
        ),
        in_parts(_of_row, lambda e: e.sum(axis=1, keepdims=True)),
    ),
    Misconception(
        "row_then_whole_array",
        N_(
            "The largest score is taken from each row, but the sum over the *whole array*: `sum` needs `axis=-1` and "
            "`keepdims=True` too."
        ),
        in_parts(_of_row, lambda e: e.sum()),
    ),
    Misconception(
        "largest_of_all_then_first_axis",
        N_(
            "The sum goes down the first axis, across examples: the classes lie along the *last* one. And the largest "
            "score should be that of the row, not of the whole array, or far lower rows become 0 / 0."
        ),
        in_parts(lambda z: z.max(), lambda e: e.sum(axis=0)),
    ),
    Misconception(
        "largest_of_all_then_second_axis",
        N_(
            "The sum is taken along axis 1, which is time for (N, T, C): the classes are axis -1. And the largest "
            "score should be that of the row, not of the whole array, or far lower rows become 0 / 0."
        ),
        in_parts(lambda z: z.max(), lambda e: e.sum(axis=1, keepdims=True)),
    ),
)
