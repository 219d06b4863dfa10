"""A long text as streams side by side, in batches."""

from __future__ import annotations

from collections import Counter

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.char_language_model import _streams as ways
from autograder.exercises.char_language_model._reading import careful, whole
from autograder.messages import N_
from autograder.reference import char_language_model as lm


def _reference(ids, N, T):
    x, y = lm.stream_batches(ids, N, T)
    return _in_words([b.shape for b in x]), x, y


def _in_words(shapes: list[tuple]) -> str:
    if not shapes:
        return "no batches"
    found = Counter(shapes)
    return " and ".join(f"{many} of {shape}" for shape, many in found.items())


@careful
def _reads(inputs: Inputs, outputs: tuple) -> tuple:
    """How many batches of which shape, in words, and all of them in one array.

    Streams that were cut to a whole number of batches before they were laid side by side are as good.
    """
    if len(outputs) == 1:
        return outputs
    first, second, odd = outputs
    right = _reference(**{n: inputs[n] for n in ("ids", "N", "T")})
    if odd:
        return f"not pairs (x, y), but {odd}", *right[1:]
    shapes = [tuple(a.shape) for a in first]
    words = _in_words(shapes)
    if shapes != [tuple(a.shape) for a in second]:
        return "x and y of different shapes", *right[1:]
    if len(set(shapes)) != 1:  # the words say what is wrong, and there is no array to compare
        return words, *right[1:]
    x, y = (whole(np.stack(a), "x and y") for a in (first, second))
    other = ways.cut_to_batches_first(**{n: inputs[n] for n in ("ids", "N", "T")})
    if other and np.array_equal(x, [b[0] for b in other]) and np.array_equal(y, [b[1] for b in other]):
        return right
    return words, x, y


def _all_different(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"ids": rng.permutation(len(made["ids"]))}


STREAM_BATCHES = Exercise(
    id="stream_batches",
    points=4,
    about=N_("A long text as N streams side by side, cut into batches whose targets are one character on."),
    spec="ids (L) int, N, T -> batches any, x (B,N,T) int, y (B,N,T) int",
    signature="stream_batches(ids (L), N, T) yields x (N,T), y (N,T) ...",
    reference=_reference,
    reads=_reads,
    probe="batches",
    probe_options={"outputs": 3},
    cases=(
        Case("values", {"L": 29, "N": 2, "T": 3}, N_("The batches are not right."), _all_different, weight=3),
        Case(
            "nothing left over",
            {"L": 25, "N": 2, "T": 4},
            N_("Here the text fills the batches exactly: 2 streams of 12, and one more for the last target."),
            _all_different,
        ),
        Case(
            "one character short",
            {"L": 24, "N": 2, "T": 4},
            N_("Here the text is one character too short for another batch."),
            _all_different,
        ),
        Case("one stream", {"L": 17, "N": 1, "T": 5}, N_("Here there is one stream."), _all_different),
        Case(
            "one batch",
            {"L": 20, "N": 3, "T": 5},
            N_("Here there is one batch."),
            _all_different,
            hidden=True,
        ),
        Case("one step", {"L": 16, "N": 4, "T": 1}, N_("Here T is 1."), _all_different, hidden=True),
        Case("long text", {"L": 2003, "N": 7, "T": 12}, N_("This case is about a long text."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "not_shifted",
            N_(
                "y is x: the model would be asked for the character that it has just read. It would learn to copy, and "
                "its loss would be wonderful. The target is the *next* character."
            ),
            lambda: ways.whole_then(lambda x, y: (x, x)),
        ),
        Misconception(
            "shifted_back",
            N_("y holds the character *before* each one in x. The target is the next one: y = x, one place on."),
            lambda: ways.shifted_by(-1),
        ),
        Misconception(
            "two_on",
            N_("y holds the character after the next. The target is the next one."),
            lambda: ways.shifted_by(2),
        ),
        Misconception(
            "rolled_in_batch",
            N_(
                "`np.roll` puts the first character of a row at its end, so that every last target is wrong. The "
                "target of the last step is the first character of the *next* batch: shift before you cut."
            ),
            lambda: ways.batchwise(lambda x: np.roll(x, -1, axis=1)),
        ),
        Misconception(
            "not_contiguous",
            N_(
                "The text is cut into batches first, and each batch into rows. So row n of the next batch does not "
                "go on where row n of this one stopped, and a state that is carried over would be that of another "
                "place. Cut the text into N streams first, then all of them every T steps."
            ),
            lambda: ways.batches_first,
        ),
        Misconception(
            "interleaved",
            N_(
                "Neighbouring characters were dealt out to different rows (a reshape to (-1, N), then a transpose). "
                "Each row is one stretch of the text: `reshape(N, -1)`."
            ),
            lambda: ways.interleaved,
        ),
        Misconception(
            "time_in_front",
            N_(
                "The batches are right, with time in front: (T, N). Here they are (N, T), as everywhere in this course."
            ),
            lambda: ways.each(lambda x, y: (x.T, y.T)),
        ),
        Misconception(
            "short_batch_kept",
            N_("The last batch is shorter than T. What does not fill a batch is left out: all batches are (N, T)."),
            lambda: ways.short_batch_kept,
        ),
        Misconception(
            "last_batch_lost",
            N_("The last full batch is missing: does the loop end one too early?"),
            lambda: ways.without_last,
        ),
        Misconception(
            "target_lost_in_stream",
            N_(
                "Each stream gives up a character for its last target, so where the streams are exactly full a whole "
                "batch is lost. Shift the *text* by one, and cut x and y from it in the same way: the last target of a "
                "stream is the first character of the next stream."
            ),
            lambda: ways.shifted_in_stream,
        ),
        Misconception(
            "last_batch_lost_when_full",
            N_(
                "Where the streams are exactly full, their last batch is missing: `range(0, length - T, T)` stops one "
                "place too early. A batch may begin at `length - T` itself."
            ),
            lambda: ways.without_last_when_full,
        ),
        Misconception(
            "target_wraps_in_stream",
            N_(
                "The last target of a stream wraps round to the start of that stream, as with `np.roll(x, -1, "
                "axis=1)`. It is the character that comes next in the *text*."
            ),
            lambda: ways.whole_then(lambda x, y: (x, np.roll(x, -1, axis=1))),
        ),
        Misconception(
            "target_wraps_in_full_stream",
            N_(
                "Each stream's last target is that stream's own first character (`np.roll(x, -1, axis=1)`), and no "
                "character is left for it: a stream is `(L - 1) // N` long, and y is cut from the text one place on."
            ),
            lambda: ways.rolled_full_streams,
        ),
        Misconception(
            "one_character_on",
            N_(
                "Each batch begins one character after the one before, so every character is read T times. The next "
                "batch goes on where this one stopped, T characters on."
            ),
            lambda: ways.sliding,
        ),
        Misconception(
            "same_batch_again",
            N_("Every batch is the first one. The slice has to move on by T each time."),
            lambda: ways.first_always,
        ),
        Misconception(
            "only_inputs",
            N_("Only x came. Every batch is a pair: x, and y with the next characters."),
            lambda: lambda ids, N, T: [x for x, _y in ways.right(ids, N, T)],
        ),
        Misconception(
            "returned_in_loop",
            N_(
                "Only the first pair came back: `return` inside the loop ends the function. `yield x, y` hands out a "
                "pair and goes on."
            ),
            lambda: ways.returned_in_loop,
        ),
    ),
    accepts=(
        Variant("generator", lambda: ways.right),
        Variant("list", lambda: lambda ids, N, T: list(ways.right(ids, N, T))),
        Variant("cut_to_batches_first", lambda: ways.cut_to_batches_first),
        Variant("rows_by_hand", lambda: ways.rows_by_hand),
        Variant("split", lambda: ways.by_split),
        Variant("lists_inside", lambda: ways.each(lambda x, y: [x.tolist(), y.tolist()])),
        Variant("tensors", lambda: ways.as_tensors),
    ),
    hints=(
        N_(
            "Take ids 0 to 24 on paper, N = 2, T = 4. Write the two streams below each other, and below each its "
            "targets."
        ),
        N_(
            "A stream can be (L - 1) // N long: one character has to be left for the last target. `reshape(N, length)` "
            "cuts a text into streams."
        ),
        N_(
            "Make two arrays (N, length), the second one cut from the text one place on. Batch b is columns b T to "
            "(b + 1) T of both."
        ),
        N_(
            "A function that has `yield x, y` in a loop hands out one pair after the other: `for x, y in "
            "stream_batches(...)`."
        ),
    ),
)
