"""Padded sequences, read from their end."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.bidirectional_stacks import _reversals as ways
from autograder.messages import N_
from autograder.reference import bidirectional_stacks, oracles_bidirectional_stacks


def uneven(rng: np.random.Generator, made: Inputs) -> Inputs:
    """Lengths that differ where they can: one sequence fills all of T, one is at least two steps shorter."""
    N, T, _D = made["x"].shape
    lengths = rng.integers(1, T + 1, size=N)
    if N > 1:
        lengths[:2] = T, max(1, T - 2)
    return {"lengths": rng.permutation(lengths)}


def shorter(rng: np.random.Generator, made: Inputs) -> Inputs:
    """Every sequence has padding, and no two neighbours are equally long."""
    N, T, _D = made["x"].shape
    return {"lengths": np.resize(np.array([T // 2, T - 2, T // 2 + 1]), N)}


def full(rng: np.random.Generator, made: Inputs) -> Inputs:
    N, T, _D = made["x"].shape
    return {"lengths": np.full(N, T)}


def ones(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"lengths": np.ones(len(made["x"]), dtype=int)}


REVERSE_PADDED = Exercise(
    id="reverse_padded",
    points=4,
    about=N_("Every sequence of a padded batch read from its end; the padding stays where it is."),
    spec="x (N,T,D), lengths (N) int -> (N,T,D)",
    reference=bidirectional_stacks.reverse_padded,
    oracle=oracles_bidirectional_stacks.reverse_padded,
    cases=(
        Case(
            "values", {"N": 3, "T": 5, "D": 2}, N_("The sequences are not as they should be."), change=uneven, weight=3
        ),
        Case("no padding", {"N": 2, "T": 4, "D": 3}, N_("Here no sequence has any padding."), change=full),
        Case("all padded", {"N": 4, "T": 7, "D": 2}, N_("Here every sequence has padding."), change=shorter),
        Case("one sequence", {"N": 1, "T": 6, "D": 3}, N_("Here N is 1."), change=shorter),
        Case("lengths of one", {"N": 3, "T": 4, "D": 2}, N_("Here every length is 1."), change=ones, weight=0.5),
        Case("all sizes equal", {"N": 4, "T": 4, "D": 4}, N_("Here N, T and D are equal."), change=uneven, hidden=True),
        Case(
            "larger batch",
            {"N": 12, "T": 15, "D": 3},
            N_("Here the batch is larger."),
            change=uneven,
            weight=2,
            hidden=True,
        ),
        Case("one step", {"N": 3, "T": 1, "D": 2}, N_("Here T is 1."), change=full, weight=0.5, hidden=True),
    ),
    misconceptions=(
        Misconception(
            "padding_reversed",
            N_(
                "The whole rows are turned round, padding and all: short sequences now *begin* with padding, so a "
                "network would read that first. Only the first lengths[n] steps of sequence n are turned. (If you "
                "count what is not zero: padding need not be zeros. `lengths` says where it begins.)"
            ),
            lambda x, lengths: x[:, ::-1],
        ),
        Misconception(
            "every_length_for_all",
            N_(
                "Each length is applied to *all* sequences, one after the other: `x[:, :length]` is of the whole "
                "batch. Length n is that of sequence n: `x[n, :length]`."
            ),
            ways.every_length_for_all,
        ),
        Misconception(
            "sliced_by_lengths",
            N_(
                "A slice wants one number, and `lengths` holds one for each sequence. Take the sequences one at a "
                "time, `x[n, :lengths[n]]`, or look up places."
            ),
            ways.sliced_by_lengths,
        ),
        Misconception(
            "reversed_by_python",
            N_("`reversed(...)` is no array, only a promise of one. Turn an array with a slice, `[::-1]`."),
            ways.by_reversed,
        ),
        Misconception(
            "torch_flip",
            N_("`flip` is torch's, and x is a NumPy array: `a[::-1]`, or `np.flip(a, axis=0)` with an axis."),
            lambda x, lengths: x.flip(1),
        ),
        Misconception(
            "nothing_reversed",
            N_(
                "x came back as it was. (`a[::-1]` turns nothing by itself: it gives a new view, which has to be put "
                "somewhere.)"
            ),
            lambda x, lengths: np.array(x),
        ),
        Misconception(
            "padding_zeroed",
            N_(
                "The sequences are right, but the padding became zeros. It stays what it was: a function that turns "
                "time round should give x back when it is applied twice."
            ),
            ways.each(lambda row, n: np.concatenate([row[:n][::-1], 0 * row[n:]])),
        ),
        Misconception(
            "padding_lost",
            N_("The padding is filled with each sequence's first step. It stays what it was."),
            ways.clipped,
        ),
        Misconception(
            "padding_in_front",
            N_("The padding has come to stand in front of the sequences. It stays at the end."),
            ways.each(ways.to_the_end),
        ),
        Misconception(
            "zeros_in_front",
            N_(
                "The sequences have come to stand at the end of their rows, behind zeros. They begin at step 0, and "
                "their padding stays behind them as it was."
            ),
            ways.each(lambda row, n: np.concatenate([0 * row[n:], row[:n][::-1]])),
        ),
        Misconception(
            "turned_then_cut",
            N_(
                "Turned first and cut afterwards: `x[n][::-1][:length]` begins with the padding. Cut first, then turn: "
                "`x[n, :length][::-1]`."
            ),
            ways.each(lambda row, n: ways.replaced(row, row[::-1][:n].copy())),
        ),
        Misconception(
            "turned_then_zeroed",
            N_(
                "The whole rows are turned, so that short sequences begin with padding, and what comes after `length` "
                "became zeros. Turn `x[n, :length]` alone, and leave the rest as it was."
            ),
            ways.each(lambda row, n: np.concatenate([row[::-1][:n], 0 * row[n:]])),
        ),
        Misconception(
            "slice_of_the_padding",
            N_(
                "`[:length:-1]` goes from the end of the row *down to* length: that is the padding, and never the "
                "sequence. Two brackets: `x[n, :length][::-1]`."
            ),
            ways.slice_of_the_padding,
        ),
        Misconception(
            "round_and_round",
            N_(
                "At padding the sequence comes once more, as with places `% length`. The padding stays what it was: "
                "there the place is t."
            ),
            ways.each(lambda row, n: row[(n - 1 - np.arange(len(row))) % n]),
        ),
        Misconception(
            "only_padding_reversed",
            N_(
                "The *padding* is turned, and the sequences are not. `x[n, :lengths[n]]` is the sequence, "
                "`x[n, lengths[n]:]` the padding."
            ),
            ways.each(lambda row, n: ways.replaced(row, row[n:][::-1].copy(), n)),
        ),
        Misconception(
            "both_reversed",
            N_(
                "The padding is turned as well, in its own place. Leave it as it is. (If you look up places: "
                "`lengths - 1 - t` is negative there, and NumPy counts those from the end. At padding the place is t.)"
            ),
            ways.each(lambda row, n: np.concatenate([row[:n][::-1], row[n:][::-1]])),
        ),
        Misconception(
            "one_too_few",
            N_(
                "One step too few is turned: the last step of every sequence stays where it is. The sequence is "
                "`x[n, :lengths[n]]`; the end of a slice does not belong to it already."
            ),
            ways.each(lambda row, n: ways.replaced(row, row[: n - 1][::-1].copy())),
        ),
        Misconception(
            "one_too_many",
            N_(
                "One step too many is turned: the first step of padding comes to the front. The sequence is "
                "`x[n, :lengths[n]]`."
            ),
            ways.each(lambda row, n: ways.replaced(row, row[: n + 1][::-1].copy())),
        ),
        Misconception(
            "slice_to_zero",
            N_(
                "It begins one step late: a slice from `length` (or places `length - t`) starts in the padding and "
                "leaves out step 0. The last step is `length - 1`. Take the sequence, then turn it: `x[n, "
                ":length][::-1]`."
            ),
            ways.slice_to_zero,
        ),
        Misconception(
            "counted_from_length_into_zeros",
            N_(
                "Step t comes from `length - t`, so that step 0 is looked up one behind the end: the last step is "
                "`length - 1`. And the padding should stay what it was: begin with a copy of x, not with zeros."
            ),
            ways.counted_from_length(np.zeros_like),
        ),
        Misconception(
            "features_reversed",
            N_("The D numbers of a step are turned too, as by `[::-1, ::-1]`. Only time is."),
            ways.each(lambda row, n: ways.replaced(row, row[:n][::-1, ::-1].copy())),
        ),
        Misconception(
            "features_instead",
            N_("The D numbers of each step are turned, and the steps stay. In one sequence (T, D), time is axis 0."),
            ways.each(lambda row, n: ways.replaced(row, row[:n, ::-1].copy())),
        ),
        Misconception(
            "last_axis_reversed",
            N_("The D numbers of each step are turned, and the steps stay: that was axis 2. Time is axis 1."),
            lambda x, lengths: x[:, :, ::-1],
        ),
        Misconception(
            "batch_reversed",
            N_("The *sequences* have changed places: `x[::-1]` turns the batch, axis 0. Time is axis 1."),
            lambda x, lengths: x[::-1],
        ),
        Misconception(
            "first_length_for_all",
            N_("Every sequence is turned as if it were as long as the first. Each has its own length, lengths[n]."),
            ways.one_length(lambda lengths: lengths[0]),
        ),
        Misconception(
            "shortest_for_all",
            N_("Every sequence is turned as if it were as long as the shortest. Each has its own length."),
            ways.one_length(lambda lengths: lengths.min()),
        ),
        Misconception(
            "longest_for_all",
            N_("Every sequence is turned as if it were as long as the longest. Each has its own length."),
            ways.one_length(lambda lengths: lengths.max()),
        ),
        Misconception(
            "first_sequence_only",
            N_("Only the first sequence is turned. Is the `return` inside the loop?"),
            ways.first_only,
        ),
        Misconception(
            "overwritten",
            N_(
                "Half of each sequence is there twice: a step was overwritten before it was read. Write into a copy, "
                "and read from x."
            ),
            ways.each(ways.half_swapped),
        ),
        Misconception(
            "overwritten_in_place",
            N_(
                "x itself is written to (`turned = x` is a second name for the same array), so half of each sequence "
                "is there twice: steps were overwritten before they were read. Begin with `x.copy()`."
            ),
            ways.swapped_in_place,
        ),
        Misconception(
            "in_place",
            N_("The result is right, but it is the caller's own x that was turned. Work on `x.copy()`."),
            ways.in_place,
        ),
        Misconception(
            "cut_off",
            N_("The padding is gone, and the sequences came as a list. Return one array, (N, T, D), padding included."),
            ways.cut,
        ),
    ),
    accepts=(
        Variant("loop", ways.by_loop),
        Variant("index", ways.by_index),
        Variant("joined", ways.by_joining),
        Variant("slices", ways.each(lambda row, n: ways.replaced(row, row[:n][::-1].copy()))),
        Variant("float32", lambda x, lengths: bidirectional_stacks.reverse_padded(x.astype(np.float32), lengths)),
        Variant("torch", with_torch(lambda torch, x, lengths: oracles_bidirectional_stacks.reverse_padded(x, lengths))),
    ),
    hints=(
        N_("Take one sequence first: x[n], (T, D), with its length lengths[n]. Which part of it is turned?"),
        N_("`x[n, :lengths[n]]` is the sequence without its padding, and `[::-1]` reads it from the end."),
        N_("Start from a copy of x, in which the padding is already right, and write each turned sequence into it."),
    ),
)
