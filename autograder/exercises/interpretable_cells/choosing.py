"""Choosing a unit on one half, and scoring it on the other."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.messages import N_
from autograder.reference import interpretable_cells, oracles_interpretable_cells

scores_of = interpretable_cells.unit_scores


def _planted(*pulls):
    """Units that follow the mask differently in the two halves: a pair of pulls for each of the first units."""

    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        T, H = made["h"].shape
        half = T // 2
        for _ in range(2000):
            mask, h = rng.permutation(np.arange(T) % 3 == 0), 0.5 * rng.normal(size=(T, H))
            places = rng.permutation(H)[: len(pulls)]
            for u, (early, late) in zip(places, pulls):
                h[:half, u] += early * mask[:half]
                h[half:, u] += late * mask[half:]
            h = np.round(h, 2)
            if _tells(h, mask, places):
                break
        return {"h": h, "mask": mask}

    return change


def _tells(h: np.ndarray, mask: np.ndarray, places: np.ndarray) -> bool:
    """Whether the first unit planted wins the first half clearly, and nothing hangs on a tie."""
    half = len(h) // 2
    if not all(m.any() and not m.all() for m in (mask[:half], mask[half:])):
        return False
    first = np.sort(np.abs(scores_of(h[:half], mask[:half])))
    second = np.sort(np.abs(scores_of(h[half:], mask[half:])))
    clear = len(first) == 1 or (first[-1] - first[-2] > 0.05 and second[-1] - second[-2] > 0.02)
    return clear and np.argmax(np.abs(scores_of(h[:half], mask[:half]))) == places[0]


def _way(choose, score, split=lambda T: (slice(None, T // 2), slice(T // 2, None))):
    """A rule with its own halves: ``choose(scores of A, B, all)`` gives the unit, ``score(u, A, B, all)`` its score."""

    def wrong(h, mask, *, unit_scores=scores_of):
        a, b = split(len(h))
        found = unit_scores(h[a], mask[a]), unit_scores(h[b], mask[b]), unit_scores(h, mask)
        unit = int(choose(*found))
        return unit, float(score(unit, *found))

    return wrong


def _first(a, b, whole):
    return np.argmax(np.abs(a))


def _signed(u, a, b, whole):
    return np.sign(a[u]) * b[u]


def _then(change):
    """The right answer, given back in another way."""

    def wrong(h, mask, *, unit_scores=scores_of):
        return change(*interpretable_cells.best_unit(h, mask, unit_scores=unit_scores))

    return wrong


def _all_scores(h, mask, *, unit_scores=scores_of):
    unit, _score = interpretable_cells.best_unit(h, mask, unit_scores=unit_scores)
    return unit, unit_scores(h[len(h) // 2 :], mask[len(h) // 2 :])


def _all_scores_with_signs(h, mask, *, unit_scores=scores_of):
    half = len(h) // 2
    first, second = unit_scores(h[:half], mask[:half]), unit_scores(h[half:], mask[half:])
    return np.argmax(np.abs(first)), np.sign(first) * second


def _by_loop(h, mask):
    half = len(h) // 2
    best, most, sign = 0, -1.0, 1.0
    for u, r in enumerate(scores_of(h[:half], mask[:half])):
        if abs(r) > most:
            best, most, sign = u, abs(r), -1.0 if r < 0 else 1.0
    late = h[half:, best] * sign
    return best, np.corrcoef(late, mask[half:])[0, 1]


def _by_lists(h, mask):
    (h1, h2), (m1, m2) = ((x[: len(h) // 2], x[len(h) // 2 :]) for x in (h, mask))
    r = scores_of(h1, m1)
    u = int(np.where(r**2 == (r**2).max())[0][0])
    s = scores_of(h2[:, [u]], m2)[0]
    return [u, s if r[u] > 0 else -s]


def _as_arrays(h, mask):
    unit, score = interpretable_cells.best_unit(h, mask)
    return np.int64(unit), np.float32(score)


def _mask_of_the_first_half(h, mask, *, unit_scores=scores_of):
    half = len(mask) // 2
    first = unit_scores(h[:half], mask[:half])
    unit = np.argmax(np.abs(first))
    return unit, np.sign(first[unit]) * unit_scores(h[half:], mask[:half])[unit]


def _only_the_score(h, mask, *, unit_scores=scores_of):
    return interpretable_cells.best_unit(h, mask, unit_scores=unit_scores)[1]


BEST_UNIT = Exercise(
    id="best_unit",
    points=3,
    about=N_("The unit that follows a mask best in the first half of the steps, and its score in the second."),
    spec="h (T,H), mask (T) bool -> unit int, score float",
    reference=interpretable_cells.best_unit,
    oracle=oracles_interpretable_cells.best_unit,
    requires=("unit_scores",),
    rtol=1e-3,
    cases=(
        Case(
            "values",
            {"T": 26, "H": 5},
            N_("The unit or its score is not right."),
            change=_planted((-2.0, -0.8), (0.8, 2.5), (1.2, 1.3), (1.5, 0.0)),
            weight=4,
        ),
        Case(
            "the sign turns",
            {"T": 24, "H": 4},
            N_("Here the unit that is chosen goes the other way in the second half: its score is negative."),
            change=_planted((1.8, -1.2), (0.3, 1.0)),
        ),
        Case(
            "an odd number of steps",
            {"T": 21, "H": 6},
            N_("Here T is odd: the first half has T // 2 steps, the second one more."),
            change=_planted((2.0, 1.2), (0.5, 1.5)),
        ),
        Case(
            "one unit",
            {"T": 12, "H": 1},
            N_("Here H is 1."),
            change=_planted((-1.5, -1.5)),
            weight=0.5,
        ),
        Case(
            "no signal",
            {"T": 40, "H": 12},
            N_("Here no unit follows the mask; one looks best by chance."),
            change=_planted((0.0, 0.0)),
            hidden=True,
        ),
        Case(
            "many units",
            {"T": 101, "H": 30},
            N_("Here there are many units."),
            change=_planted((-1.5, -0.7), (0.6, 1.5)),
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "same_half",
            N_(
                "The unit is scored on the half it was chosen on. The best of many is always a bit lucky there: take "
                "its score from the second half, which had no part in the choice."
            ),
            _way(_first, lambda u, a, b, whole: np.abs(a[u])),
        ),
        Misconception(
            "same_half_signed",
            N_(
                "The unit is scored on the half it was chosen on, with its sign there. Take its score from the second "
                "half, which had no part in the choice."
            ),
            _way(_first, lambda u, a, b, whole: a[u]),
        ),
        Misconception(
            "on_everything",
            N_("All steps are used to choose and to score. Choose on the first half and score on the second."),
            _way(lambda a, b, whole: np.argmax(np.abs(whole)), lambda u, a, b, whole: np.abs(whole[u])),
        ),
        Misconception(
            "on_everything_signed",
            N_(
                "All steps are used to choose and to score, and the sign is left in. Choose on the first half, score "
                "on the second."
            ),
            _way(lambda a, b, whole: np.argmax(np.abs(whole)), lambda u, a, b, whole: whole[u]),
        ),
        Misconception(
            "chosen_on_everything",
            N_(
                "The score is that of the second half, but the second half has helped to choose the unit. What is used "
                "to score must not be used to choose."
            ),
            _way(
                lambda a, b, whole: np.argmax(np.abs(whole)),
                lambda u, a, b, whole: np.sign(whole[u]) * b[u],
            ),
        ),
        Misconception(
            "chosen_first_scored_on_everything",
            N_("The unit is chosen on the first half and scored on all steps. Leave the first half out of the score."),
            _way(_first, lambda u, a, b, whole: np.sign(a[u]) * whole[u]),
        ),
        Misconception(
            "halves_swapped",
            N_("The unit is chosen on the second half and scored on the first. It is to be the other way round."),
            _way(lambda a, b, whole: np.argmax(np.abs(b)), lambda u, a, b, whole: np.sign(b[u]) * a[u]),
        ),
        Misconception(
            "second_half_only",
            N_("Only the second half is used, to choose and to score. Choose on the first."),
            _way(lambda a, b, whole: np.argmax(np.abs(b)), lambda u, a, b, whole: np.abs(b[u])),
        ),
        Misconception(
            "best_of_each_half",
            N_(
                "The unit is the best of the first half, but the score is the best of the second, which may belong to "
                "another unit. Score the unit that was chosen."
            ),
            _way(_first, lambda u, a, b, whole: np.abs(b).max()),
        ),
        Misconception(
            "largest_score",
            N_(
                "The largest score is taken with its sign, so that a unit at -0.9 loses against one at 0.1. A unit "
                "that "
                "goes *down* inside knows as much: choose by the absolute value."
            ),
            _way(lambda a, b, whole: np.argmax(a), _signed),
        ),
        Misconception(
            "largest_score_unsigned",
            N_(
                "The largest score is taken with its sign, and the score of the second half without it. It should be "
                "the other way round: choose by the absolute value, and keep the sign of the second half."
            ),
            _way(lambda a, b, whole: np.argmax(a), lambda u, a, b, whole: np.abs(b[u])),
        ),
        Misconception(
            "largest_score_as_it_is",
            N_(
                "The largest score is taken with its sign, and so is that of the second half. A unit that goes *down* "
                "inside knows as much: choose by the absolute value, and count its own direction as positive."
            ),
            _way(lambda a, b, whole: np.argmax(a), lambda u, a, b, whole: b[u]),
        ),
        Misconception(
            "mask_of_the_first_half",
            N_("The states of the second half are scored with the mask of the first: `h[half:]` needs `mask[half:]`."),
            _mask_of_the_first_half,
        ),
        Misconception(
            "only_the_score",
            N_("Only the score came back. Return the number of the unit as well, and first."),
            _only_the_score,
        ),
        Misconception(
            "product_of_scores",
            N_("The two scores are multiplied. Only the *sign* of the first half enters, its size does not."),
            _way(_first, lambda u, a, b, whole: a[u] * b[u]),
        ),
        Misconception(
            "all_scores",
            N_(
                "The scores of *all* units on the second half came back. Asked for is that of the chosen one, a number."
            ),
            _all_scores,
        ),
        Misconception(
            "all_scores_with_signs",
            N_("The score came for *all* units, each with its sign. Take that of the chosen one, a number: `[unit]`."),
            _all_scores_with_signs,
        ),
        Misconception(
            "size_of_the_first",
            N_("The score has the size of the first half and the sign of the second. Its size is the second half's."),
            _way(_first, lambda u, a, b, whole: np.abs(a[u]) * np.sign(a[u]) * np.sign(b[u])),
        ),
        Misconception(
            "smallest_score",
            N_("The unit with the smallest score is chosen. Take the largest absolute value."),
            _way(lambda a, b, whole: np.argmin(np.abs(a)), _signed),
        ),
        Misconception(
            "sign_forgotten",
            N_(
                "The score of the second half came with its own sign. A unit that goes down in both halves is as good "
                "as one that goes up in both: multiply by the sign of the first half."
            ),
            _way(_first, lambda u, a, b, whole: b[u]),
        ),
        Misconception(
            "sign_thrown_away",
            N_(
                "The score of the second half is taken without its sign. A unit that goes up inside in one half and "
                "down "
                "in the other follows nothing, and this hides it: multiply by the sign of the first half."
            ),
            _way(_first, lambda u, a, b, whole: np.abs(b[u])),
        ),
        Misconception(
            "every_other_step",
            N_(
                "Every other step is taken, and not halves. Neighbouring states are nearly the same, so that each half "
                "would hold almost what the other holds: cut in the middle."
            ),
            _way(_first, _signed, lambda T: (slice(0, None, 2), slice(1, None, 2))),
        ),
        Misconception(
            "first_half_rounded_up",
            N_("The cut is one step late where T is odd: the first half has `T // 2` steps."),
            _way(_first, _signed, lambda T: (slice(None, (T + 1) // 2), slice((T + 1) // 2, None))),
        ),
        Misconception(
            "score_first",
            N_("The two have changed places: first the unit, then its score."),
            _then(lambda unit, score: (score, unit)),
        ),
        Misconception(
            "only_the_unit",
            N_("Only the unit came back. Return its score on the second half as well."),
            _then(lambda unit, score: unit),
        ),
        Misconception(
            "counted_from_one",
            N_("The unit is counted from 1. Units are counted from 0, as `np.argmax` does."),
            _then(lambda unit, score: (unit + 1, score)),
        ),
    ),
    accepts=(
        Variant("loop", _by_loop),
        Variant("lists", _by_lists),
        Variant("numpy_scalars", _as_arrays),
    ),
    hints=(
        N_("Which steps may be used to choose the unit, and which are left for its score?"),
        N_(
            "`unit_scores(h[:half], mask[:half])` scores all units on the first half. Which of them is furthest from 0?"
        ),
        N_(
            "The second half gives that unit a score with a sign. It counts as positive when it is the sign of "
            "the first "
            "half: `np.sign` of the one times the other."
        ),
    ),
)
