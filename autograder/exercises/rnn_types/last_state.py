"""The state after the last real step of each sequence in a padded batch."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import oracles_rnn_types, rnn_types


def uneven(rng, made):
    """Different lengths, the second one T, the first neither the longest nor the shortest. Needs 3 <= N <= T."""
    T = next(v.shape[1] for v in made.values() if np.ndim(v) == 3)
    shorter = np.sort(rng.permutation(np.arange(1, T))[: len(made["lengths"]) - 1])[::-1]
    return {"lengths": np.insert(shorter, 1, T)}


def exactly(*lengths):
    """These lengths, in this order."""
    return lambda rng, made: {"lengths": np.array(lengths)}


def real(h, lengths):
    """(N, T, 1), true at the real steps."""
    return (np.arange(h.shape[1]) < lengths[:, None])[..., None]


def at(place):
    """The states at ``place(lengths, T)``, one for each sequence."""
    return lambda h, lengths: h[np.arange(len(h)), place(lengths, h.shape[1])]


def _by_loop(h, lengths):
    return np.array([h[n, lengths[n] - 1] for n in range(len(h))])


def _carried(h, lengths):
    last = h[:, 0]
    for t in range(1, h.shape[1]):
        last = np.where((t < lengths)[:, None], h[:, t], last)
    return last


LAST_VALID_STATE = Exercise(
    id="last_valid_state",
    points=4,
    about=N_("For each sequence of a padded batch, the state after its last real step."),
    spec="h (N,T,H), lengths (N) int -> (N,H)",
    reference=rnn_types.last_valid_state,
    oracle=oracles_rnn_types.last_valid_state,
    cases=(
        Case(
            "values",
            {"N": 4, "T": 6, "H": 3},
            N_("The states of a small batch are not right."),
            change=uneven,
            weight=3,
        ),
        Case(
            "all padded",
            {"N": 3, "T": 6, "H": 2},
            N_("Here no sequence fills the batch to its end."),
            change=exactly(4, 2, 3),
        ),
        Case(
            "more sequences than steps",
            {"N": 5, "T": 3, "H": 2},
            N_("Here there are more sequences than steps."),
            change=exactly(2, 3, 1, 2, 3),
        ),
        Case("batch of one", {"N": 1, "T": 4, "H": 3}, N_("Here N is 1."), change=exactly(2)),
        Case(
            "one real step",
            {"N": 3, "T": 4, "H": 2},
            N_("This case is about sequences of a single step."),
            change=exactly(1, 4, 1),
            hidden=True,
        ),
        Case(
            "no padding",
            {"N": 3, "T": 5, "H": 2},
            N_("Here every sequence has T steps."),
            change=exactly(5, 5, 5),
            hidden=True,
        ),
        Case(
            "large batch",
            {"N": 30, "T": 12, "H": 4},
            N_("This case is about a larger batch."),
            change=lambda rng, made: {"lengths": rng.integers(1, 13, size=30)},
            weight=2,
            hidden=True,
        ),
        Case(
            "all sizes equal",
            {"N": 3, "T": 3, "H": 3},
            N_("Here N, T and H are equal."),
            change=exactly(2, 3, 1),
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "always_last_column",
            N_(
                "This is h[:, -1], the last column, for every sequence. For a short sequence that state has read "
                "padding. Its own last state is at lengths[n] - 1."
            ),
            lambda h, lengths: h[:, -1],
        ),
        Misconception(
            "one_late",
            N_(
                "One step too late: a sequence of 3 steps has states at 0, 1 and 2, so its last is at lengths - 1. At "
                "lengths stands the first padding, or nothing at all."
            ),
            at(lambda lengths, T: lengths),
        ),
        Misconception(
            "one_late_clipped",
            N_(
                "One step too late, and held at the last column so that nothing raises. A sequence of 3 steps has its "
                "last state at index 2: lengths - 1 needs no holding."
            ),
            at(lambda lengths, T: np.minimum(lengths, T - 1)),
        ),
        Misconception(
            "one_early",
            N_("One step too early: a sequence of 3 steps has states at 0, 1 and 2, so its last is at lengths - 1."),
            at(lambda lengths, T: lengths - 2),
        ),
        Misconception(
            "every_length_for_everyone",
            N_(
                "`h[:, lengths - 1]` takes *all* these steps from *every* sequence: (N, N, H). One step from each "
                "needs the two numbers in pairs: `h[np.arange(N), ...]`."
            ),
            lambda h, lengths: h[:, lengths - 1],
        ),
        Misconception(
            "own_step_of_everyone_first",
            N_(
                "Every sequence is read at the length of the *first* one. Each has a length of its own, in its place "
                "of lengths."
            ),
            lambda h, lengths: h[:, lengths[0] - 1],
        ),
        Misconception(
            "always_the_first_sequence",
            N_(
                "`h[0, lengths - 1]` takes every state from sequence 0, at the right steps. Each sequence has states "
                "of its own: pair the numbers of the sequences with the steps, `h[np.arange(N), ...]`."
            ),
            lambda h, lengths: h[0, lengths - 1],
        ),
        Misconception(
            "sequences_picked",
            N_(
                "`h[lengths - 1]` picks along the wrong axis: whole sequences, (N, T, H), and it raises when a length "
                "is larger than N. The steps are the second axis."
            ),
            lambda h, lengths: h[lengths - 1],
        ),
        Misconception(
            "first_state",
            N_("This is h[:, 0], the state after the *first* step, which has read one input only."),
            lambda h, lengths: h[:, 0],
        ),
        Misconception(
            "longest_for_all",
            N_("Every sequence is read at the length of the longest one. Each has a length of its own."),
            lambda h, lengths: h[:, lengths.max() - 1],
        ),
        Misconception(
            "shortest_for_all",
            N_("Every sequence is read at the length of the shortest one. Each has a length of its own."),
            lambda h, lengths: h[:, lengths.min() - 1],
        ),
        Misconception(
            "counted_from_the_end",
            N_(
                "`-lengths` counts from the end, which would be right if the padding came first. Here it comes *after* "
                "the real steps: count from the beginning."
            ),
            at(lambda lengths, T: T - lengths),
        ),
        Misconception(
            "lengths_as_padding",
            N_("The lengths are taken for numbers of *padding* steps. They say how many steps are real."),
            at(lambda lengths, T: T - lengths - 1),
        ),
        Misconception(
            "padding_zeroed",
            N_(
                "The padding is set to zero, and then the last column is taken all the same: zero for each sequence "
                "that is short. What is wanted lies further to the left."
            ),
            lambda h, lengths: (h * real(h, lengths))[:, -1],
        ),
        Misconception(
            "mean_of_real",
            N_(
                "This is the *mean* over the real steps. The last state has read the whole sequence by itself: take "
                "that."
            ),
            lambda h, lengths: (h * real(h, lengths)).sum(1) / lengths[:, None],
        ),
        Misconception(
            "mean_of_all",
            N_("This is the mean over all steps, padding included. Wanted is one state: the last real one."),
            lambda h, lengths: h.mean(axis=1),
        ),
        Misconception(
            "sum_of_real",
            N_("The real steps are added up. Wanted is one of them: the last."),
            lambda h, lengths: (h * real(h, lengths)).sum(1),
        ),
        Misconception(
            "largest_of_real",
            N_(
                "Each unit shows the largest value that it ever had. Wanted is the value that it has at the last "
                "real step."
            ),
            lambda h, lengths: np.where(real(h, lengths), h, -np.inf).max(axis=1),
        ),
        Misconception(
            "axis_kept",
            N_("The states are right, but came as (N, 1, H), with an axis for one step. It should be (N, H)."),
            lambda h, lengths: rnn_types.last_valid_state(h, lengths)[:, None],
        ),
    ),
    accepts=(
        Variant("by_loop", _by_loop),
        Variant("carried", _carried),
        Variant("taken_along_axis", lambda h, n: np.take_along_axis(h, (n - 1)[:, None, None], axis=1)[:, 0]),
        Variant("selected", lambda h, n: h[np.arange(h.shape[1]) == n[:, None] - 1]),
        Variant("weighted", lambda h, n: np.einsum("nth,nt->nh", h, 1.0 * (np.arange(h.shape[1]) == n[:, None] - 1))),
        Variant("as_a_list", lambda h, n: [h[i, n[i] - 1].tolist() for i in range(len(h))]),
        Variant("torch_gather", with_torch(lambda torch, *arrays: oracles_rnn_types.last_valid_state(*arrays))),
    ),
    hints=(
        N_("Take one sequence of 3 steps in a batch with T = 5. Write down its five states. Which index is the third?"),
        N_("Index lengths[n] - 1 for sequence n. A loop over n does it; a single indexing does it at once."),
        N_("NumPy pairs up two arrays of indices: `a[[0, 1], [4, 2]]` is a[0, 4] and a[1, 2]. What are the two here?"),
    ),
)
