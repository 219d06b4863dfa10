"""Characters as vectors: a 1 in one place."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import char_language_model as lm
from autograder.reference import oracles_char_language_model as oracles


def _without_the_largest(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"ids": made["ids"] % (made["V"] - 2)}


def _with_all(rng: np.random.Generator, made: Inputs) -> Inputs:
    ids = made["ids"].copy()
    ids.flat[:2] = made["V"] - 1, 0
    return {"ids": ids}


def _marks_in_loops(ids, V):
    x = np.zeros((*ids.shape, V))
    for n in range(ids.shape[0]):
        for t in range(ids.shape[1]):
            x[n, t, ids[n, t]] = 1
    return x


def _put(ids, V):
    x = np.zeros((*ids.shape, V))
    np.put_along_axis(x, ids[..., None], 1, axis=-1)
    return x


def _fancy(ids, V):
    N, T = ids.shape
    x = np.zeros((N * T, V))
    x[np.arange(N * T), ids.ravel()] = 1
    return x.reshape(N, T, V)


def _bag(ids, V):
    return lm.one_hot(ids, V).max(axis=1)


def _everywhere(ids, V):
    x = np.zeros((*ids.shape, V))
    x[:, :, ids] = 1
    return x


def _rows_share(ids, V):
    return np.repeat(lm.one_hot(ids[:1], V), len(ids), axis=0)


ONE_HOT = Exercise(
    id="one_hot",
    points=2,
    about=N_("Each id as a vector of V numbers: a 1 at the id's place, 0 everywhere else."),
    spec="ids (N,T) int<V>, V -> (N,T,V)",
    reference=lm.one_hot,
    oracle=oracles.one_hot,
    cases=(
        Case("values", {"N": 2, "T": 3, "V": 5}, N_("The vectors are not right."), _with_all, weight=3),
        Case(
            "largest id missing",
            {"N": 2, "T": 4, "V": 9},
            N_("Here the last characters of the vocabulary do not occur in ids."),
            _without_the_largest,
        ),
        Case("all sizes equal", {"N": 3, "T": 3, "V": 3}, N_("Here N, T and V are equal.")),
        Case("one character", {"N": 1, "T": 1, "V": 4}, N_("This case is about a single character."), hidden=True),
        Case("large batch", {"N": 20, "T": 11, "V": 30}, N_("This case is about a larger batch."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "width_from_ids",
            N_(
                "The vectors are as long as the largest id in this batch asks for. The next batch would have another "
                "width, and no weights fit both: the length is V."
            ),
            lambda ids, V: lm.one_hot(ids, int(ids.max()) + 1),
        ),
        Misconception(
            "one_place_early",
            N_("The 1 stands one place too early, as if ids began with 1. They begin with 0."),
            lambda ids, V: lm.one_hot(ids - 1, V),
        ),
        Misconception(
            "one_place_late",
            N_("The 1 stands one place too late. The vector of id 0 begins with the 1."),
            lambda ids, V: lm.one_hot((ids + 1) % V, V),
        ),
        Misconception(
            "id_as_value",
            N_(
                "The id itself stands at its place. Then id 4 would count four times as much as id 1, and id 0 not at "
                "all: put a 1."
            ),
            lambda ids, V: lm.one_hot(ids, V) * ids[..., None],
        ),
        Misconception(
            "one_axis_lost",
            N_(
                "There is one vector for a whole sequence, with a 1 for every character in it: their order is lost. "
                "Each of the N T characters has a vector of its own, (N, T, V)."
            ),
            _bag,
        ),
        Misconception(
            "flattened",
            N_(
                "The vectors are right, all in one long row: (N T, V). They stay sorted by sequence and time: (N, T,"
                " V)."
            ),
            lambda ids, V: lm.one_hot(ids, V).reshape(-1, V),
        ),
        Misconception(
            "vocabulary_in_front",
            N_("The vectors lie along the first axis. The new axis comes last, so that `x[n, t]` is one character."),
            lambda ids, V: lm.one_hot(ids, V).transpose(2, 0, 1),
        ),
        Misconception(
            "vocabulary_before_time",
            N_("Axes 1 and 2 have changed places: (N, V, T). The new axis comes last, (N, T, V)."),
            lambda ids, V: lm.one_hot(ids, V).transpose(0, 2, 1),
        ),
        Misconception(
            "all_marked",
            N_(
                "`x[:, :, ids] = 1` marks in *every* vector the places of *all* ids. Each vector gets one 1: index the "
                "rows of `np.eye(V)`, or go through the places one by one."
            ),
            _everywhere,
        ),
        Misconception(
            "cold",
            N_("Zeros and ones have changed places: here everything is marked but the character that is there."),
            lambda ids, V: 1 - lm.one_hot(ids, V),
        ),
        Misconception(
            "first_sequence_everywhere",
            N_("Every sequence has got the vectors of the first one."),
            _rows_share,
        ),
    ),
    accepts=(
        Variant("rows_of_identity", lambda ids, V: np.eye(V)[ids]),
        Variant("compared", lambda ids, V: (ids[..., None] == np.arange(V)).astype(float)),
        Variant("booleans_as_integers", lambda ids, V: (np.arange(V) == ids[:, :, None]) * 1),
        Variant("float32", lambda ids, V: np.eye(V, dtype=np.float32)[ids]),
        Variant("take", lambda ids, V: np.take(np.identity(V), ids, axis=0)),
        Variant("in_loops", _marks_in_loops),
        Variant("put_along_axis", _put),
        Variant("flat_then_reshaped", _fancy),
        Variant("lists", lambda ids, V: [[[float(v == i) for v in range(V)] for i in row] for row in ids]),
        Variant("torch", with_torch(lambda torch, ids, V: torch.nn.functional.one_hot(ids, int(V)))),
    ),
    hints=(
        N_("Write down the result for ids [[2, 0]] and V = 3. How many axes has it, and which is the new one?"),
        N_("Look at `np.eye(3)`. What does its row 2 have to do with id 2?"),
        N_("An array can be indexed with an array of whole numbers: the result has one *row* for each of them."),
    ),
)
