"""How closely every unit follows a mask."""

from __future__ import annotations

import warnings

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import interpretable_cells, oracles_interpretable_cells


def _both(rng: np.random.Generator, made: Inputs) -> Inputs:
    """A mask with more False than True, and units some of which follow it."""
    T, H = made["h"].shape
    mask = np.arange(T) % max(2, T) < max(1, T // 3)
    mask = rng.permutation(mask)
    pull = np.resize([0.0, -1.5, 2.0], H)
    h = made["h"] * np.resize([0.4, 1.5], H) + mask[:, None] * pull + np.resize([0.7, -0.4, 0.2], H)
    return {"h": np.round(h, 2), "mask": mask}


def _constant(rng: np.random.Generator, made: Inputs) -> Inputs:
    found = _both(rng, made)
    found["h"][:, 1] = 0.5  # exactly representable, so that the mean of any number of them is exact
    return found


def _numbers(rng: np.random.Generator, made: Inputs) -> Inputs:
    """A label with more than two values, as how many brackets are open."""
    depth = rng.permutation(np.arange(len(made["mask"])) % 4).astype(float)
    return {
        "h": np.round(made["h"] + depth[:, None] * np.resize([0.0, -0.7, 0.5], made["h"].shape[1]), 2),
        "mask": depth,
    }


def _nothing_to_follow(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"mask": np.ones(len(made["mask"]), dtype=bool)}


def _saturated(rng: np.random.Generator, made: Inputs) -> Inputs:
    found = _both(rng, made)
    return found | {"h": np.where(found["h"] < 0, -1.0, 1.0)}


def _from(formula):
    """A wrong score: ``formula(h, m, hc, mc)`` from states and mask, as they are and with their means taken away."""

    def wrong(h, mask):
        m = mask.astype(float)
        hc, mc = h - h.mean(0), m - m.mean()
        with np.errstate(all="ignore"):
            return np.nan_to_num(formula(h, m, hc, mc), posinf=0.0, neginf=0.0)

    return wrong


def _unguarded(formula):
    """The same, with nan where something is divided by nothing."""

    def wrong(h, mask):
        m = mask.astype(float)
        hc, mc = h - h.mean(0), m - m.mean()
        with np.errstate(all="ignore"):
            return formula(h, m, hc, mc)

    return wrong


def _both_ways(name, message, formula):
    """A wrong formula, with its nan made zero and with its nan left in."""
    more = N_("(And it is nan where something never changes: such a score is 0.)")
    return (
        Misconception(name, message, _from(formula)),
        Misconception(f"{name}_and_nan", f"{message} {more}", _unguarded(formula)),
    )


def _length(a):
    return np.sqrt((a**2).sum(0))


def _right(h, m, hc, mc):
    return mc @ hc / (_length(hc) * _length(mc))


def _plain(h, mask):
    """The formula as it stands: 0 / 0 where something never changes."""
    m = mask - mask.mean()
    hc = h - h.mean(0)
    with np.errstate(all="ignore"):
        return m @ hc / np.sqrt((hc**2).sum(0) * (m**2).sum())


def _over_units(h, mask):
    h = h - h.mean(1, keepdims=True)
    m = mask - mask.mean()
    with np.errstate(all="ignore"):
        return np.nan_to_num(m @ h / (_length(h) * _length(m)))


def _difference(h, m):
    with np.errstate(all="ignore"):
        return (h.T @ m) / m.sum() - (h.T @ (1 - m)) / (1 - m).sum()


def _by_index(formula):
    """A wrong score by the rows inside and outside: ``formula(h, inside, outside)``."""

    def wrong(h, mask):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return formula(h, h[mask], h[~mask])

    return wrong


def _means_of_steps_as_they_stand(h, mask):
    """`h - h.mean(axis=1)`: where the shapes fit, by chance, it is something else."""
    m, hc = mask - mask.mean(), h - h.mean(axis=1)
    with np.errstate(all="ignore"):
        return np.nan_to_num(m @ hc / np.sqrt((hc**2).sum(0) * (m**2).sum()))


def _rows_for_units(h, mask):
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.corrcoef(h, mask)[-1, :-1])


def _without_an_axis(h, mask):
    m, hc = mask - mask.mean(), h - h.mean(axis=0)
    with np.errstate(all="ignore"):
        return np.nan_to_num((m * hc).sum(axis=0) / np.sqrt((hc**2).sum(axis=0) * (m**2).sum()))


def _with_corrcoef(h, mask):
    found = np.zeros(h.shape[1])
    for u in range(h.shape[1]):
        if h[:, u].std() > 0 and np.std(mask) > 0:
            found[u] = np.corrcoef(h[:, u], mask)[0, 1]
    return found


def _from_means(h, mask):
    """The point-biserial formula."""
    p, spread = mask.mean(), h.std(0)
    if p in (0, 1):
        return np.zeros(h.shape[1])
    mask = np.asarray(mask, bool)
    gap = h[mask].mean(0) - h[~mask].mean(0)
    return np.where(spread > 0, gap * np.sqrt(p * (1 - p)) / np.where(spread > 0, spread, 1), 0.0)


def _standardised(torch, h, mask):
    m = mask.to(h.dtype)
    a, b = h - h.mean(0), m - m.mean()
    return torch.nan_to_num((a * b[:, None]).sum(0) / (a.norm(dim=0) * b.norm()))


UNIT_SCORES = Exercise(
    id="unit_scores",
    points=4,
    about=N_("The correlation of every unit with a mask."),
    spec="h (T,H), mask (T) bool -> (H)",
    reference=interpretable_cells.unit_scores,
    oracle=oracles_interpretable_cells.unit_scores,
    cases=(
        Case("values", {"T": 7, "H": 4}, N_("The scores of a few units are not right."), change=_both, weight=4),
        Case("more units than steps", {"T": 5, "H": 9}, N_("Here H is larger than T."), change=_both),
        Case("as many units as steps", {"T": 6, "H": 6}, N_("Here T and H are equal."), change=_both),
        Case(
            "a unit that never changes",
            {"T": 8, "H": 3},
            N_("Here one unit says the same at every step. It follows nothing: its score is 0."),
            change=_constant,
        ),
        Case(
            "nothing to follow",
            {"T": 4, "H": 3},
            N_("Here the mask is True at every step. No unit can follow it: all scores are 0."),
            change=_nothing_to_follow,
            weight=0.5,
        ),
        Case(
            "a label of numbers",
            {"T": 11, "H": 3},
            N_("Here the label is a number at every step, 0 to 3, and not True or False."),
            change=_numbers,
        ),
        Case("one unit", {"T": 9, "H": 1}, N_("Here H is 1."), change=_both, hidden=True),
        Case("saturated units", {"T": 60, "H": 5}, N_("Here all units are saturated."), change=_saturated, hidden=True),
        Case("many steps", {"T": 400, "H": 12}, N_("Here there are many steps."), change=_both, hidden=True),
    ),
    misconceptions=(
        Misconception(
            "nothing_divided",
            N_(
                "This is the covariance times T: the products are summed, and never divided. A unit that is merely "
                "large would win. Divide by the two lengths."
            ),
            _from(lambda h, m, hc, mc: mc @ hc),
        ),
        Misconception(
            "only_products",
            N_(
                "The products of mask and units are summed as they are. Take both means away first, and divide by the "
                "two lengths."
            ),
            _from(lambda h, m, hc, mc: m @ h),
        ),
        Misconception(
            "only_the_best_and_nan",
            N_(
                "One number came back, the best score. Return the scores of all units, (H), each with its sign; and 0 "
                "in place of nan where something never changes."
            ),
            _unguarded(lambda h, m, hc, mc: np.abs(_right(h, m, hc, mc)).max()),
        ),
        Misconception(
            "covariance",
            N_(
                "This is the covariance. A unit that is merely large has a large one. Divide by both standard "
                "deviations."
            ),
            _from(lambda h, m, hc, mc: mc @ hc / len(m)),
        ),
        Misconception(
            "not_centred",
            N_(
                "The means are not taken away: this is the cosine of the two vectors. A unit that is always on would "
                "score high. Subtract each unit's mean over time, and the mask's."
            ),
            _from(lambda h, m, hc, mc: m @ h / (_length(h) * _length(m))),
        ),
        *_both_ways(
            "mask_not_centred_below",
            N_(
                "Above the line all is right; below it the length of the mask is taken without its mean taken away. "
                "Centre once, and use the centred arrays everywhere."
            ),
            lambda h, m, hc, mc: mc @ hc / (_length(hc) * _length(m)),
        ),
        *_both_ways(
            "units_not_centred_below",
            N_(
                "Above the line all is right; below it the lengths of the units are taken without their means taken "
                "away. Centre once, and use the centred arrays everywhere."
            ),
            lambda h, m, hc, mc: mc @ hc / (_length(h) * _length(mc)),
        ),
        *_both_ways(
            "one_mean_for_all",
            N_("One mean of all of h is taken away. Each unit has a mean of its own: `h.mean(axis=0)`."),
            lambda h, m, hc, mc: mc @ (h - h.mean()) / (_length(h - h.mean()) * _length(mc)),
        ),
        Misconception(
            "means_of_steps",
            N_(
                "The mean and the lengths are taken over the units of each step, axis 1. A unit's mean is over time, "
                "axis 0."
            ),
            _over_units,
        ),
        *_both_ways(
            "difference_of_means",
            N_(
                "This is the mean inside less the mean outside. It is the right idea, but it grows with the unit's "
                "scale: divide by how much the unit varies anyway. That is what the correlation does."
            ),
            lambda h, m, hc, mc: _difference(h, m),
        ),
        *_both_ways(
            "difference_in_deviations",
            N_(
                "This is the difference of the two means in standard deviations of the unit. It is a sound measure, "
                "but "
                "not the correlation, which also has the spread of the mask in it and stays between -1 and 1."
            ),
            lambda h, m, hc, mc: _difference(h, m) / h.std(0),
        ),
        *_both_ways(
            "slope",
            N_("The covariance is divided by the *variance* of the unit: a slope. Divide by both standard deviations."),
            lambda h, m, hc, mc: mc @ hc / (hc**2).sum(0),
        ),
        *_both_ways(
            "both_variances",
            N_("The lengths below the line lack their square root: variances are there in place of deviations."),
            lambda h, m, hc, mc: mc @ hc / ((hc**2).sum(0) * (mc**2).sum()),
        ),
        *_both_ways(
            "divided_by_deviation_of_unit",
            N_("Only the unit's deviation is divided by. The mask has one as well."),
            lambda h, m, hc, mc: mc @ hc / len(m) / h.std(0),
        ),
        *_both_ways(
            "divided_by_deviation_of_mask",
            N_("Only the mask's deviation is divided by. Every unit has one as well."),
            lambda h, m, hc, mc: mc @ hc / len(m) / m.std(),
        ),
        *_both_ways(
            "mixed_counts",
            N_(
                "The sums are divided by T - 1 above and by T below, or the other way round. `np.cov` takes T - 1 and "
                "`np.std` takes T: in a correlation both must be the same, and then they cancel."
            ),
            lambda h, m, hc, mc: _right(h, m, hc, mc) * len(m) / (len(m) - 1),
        ),
        *_both_ways(
            "mixed_counts_turned",
            N_(
                "The scores are (T - 1) / T of what they should be: the deviations are divided by T - 1, and the "
                "mean of "
                "the products by T. In a correlation both must be the same, and then they cancel."
            ),
            lambda h, m, hc, mc: _right(h, m, hc, mc) * (len(m) - 1) / len(m),
        ),
        Misconception(
            "covariance_less_one",
            N_(
                "This is the covariance, as `np.cov` has it. A unit that is merely large has a large one. Divide by "
                "both "
                "standard deviations."
            ),
            _from(lambda h, m, hc, mc: mc @ hc / (len(m) - 1)),
        ),
        *_both_ways(
            "products_summed",
            N_(
                "Standardised units are multiplied with the standardised mask and *summed*. The correlation is the "
                "mean "
                "of these products: it stays between -1 and 1."
            ),
            lambda h, m, hc, mc: _right(h, m, hc, mc) * len(m),
        ),
        *_both_ways(
            "without_sign",
            N_(
                "All scores are positive. Keep the sign: it says whether the unit goes up or down inside. The next "
                "exercise takes the absolute value where it needs it."
            ),
            lambda h, m, hc, mc: np.abs(_right(h, m, hc, mc)),
        ),
        *_both_ways(
            "squared",
            N_("The scores are squared, the share of variance. Asked for is the correlation itself, with its sign."),
            lambda h, m, hc, mc: _right(h, m, hc, mc) ** 2,
        ),
        *_both_ways(
            "outside",
            N_("Every sign is turned: a unit that goes up where the mask is True has a positive score."),
            lambda h, m, hc, mc: -_right(h, m, hc, mc),
        ),
        Misconception(
            "mean_inside",
            N_("This is the mean of each unit where the mask is True. What it does elsewhere has to enter as well."),
            _from(lambda h, m, hc, mc: m @ h / m.sum()),
        ),
        Misconception(
            "mean_of_rows_inside",
            N_(
                "This is the mean of each unit in the rows where the mask is True. What it does elsewhere has to enter."
            ),
            _by_index(lambda h, inside, outside: inside.mean(0)),
        ),
        Misconception(
            "difference_of_rows",
            N_(
                "This is the mean inside less the mean outside. It is the right idea, but it grows with the unit's "
                "scale, and works for no label of numbers. The correlation divides by both deviations."
            ),
            _by_index(lambda h, inside, outside: inside.mean(0) - outside.mean(0)),
        ),
        Misconception(
            "difference_of_rows_in_deviations",
            N_(
                "This is the difference of the two means in standard deviations of the unit. It is a sound measure, "
                "but not the correlation, which stays between -1 and 1 and is there for labels of numbers as well."
            ),
            _by_index(lambda h, inside, outside: (inside.mean(0) - outside.mean(0)) / h.std(0)),
        ),
        Misconception(
            "made_true_or_false",
            N_(
                "Right for a mask of True and False. But the label may be a number at every step, as the depth of "
                "brackets, and here it was made True or False first. Take it as it is: subtract its mean."
            ),
            lambda h, mask: interpretable_cells.unit_scores(h, np.asarray(mask, dtype=bool)),
        ),
        Misconception(
            "formula_for_two_values",
            N_(
                "Right for a mask of True and False. But the label may be a number at every step, as the depth of "
                "brackets, and then there is no inside and outside: use the formula above, with the means subtracted."
            ),
            _from_means,
        ),
        *_both_ways(
            "length_of_unit_missing",
            N_("Only the mask's length stands below the line. Divide by the length of the unit as well."),
            lambda h, m, hc, mc: mc @ hc / _length(mc),
        ),
        *_both_ways(
            "length_of_mask_missing",
            N_("Only the unit's length stands below the line. Divide by the length of the mask as well."),
            lambda h, m, hc, mc: mc @ hc / _length(hc),
        ),
        *_both_ways(
            "root_of_the_unit_only",
            N_("The root goes over the unit's sum of squares and not over the mask's. It stands over both."),
            lambda h, m, hc, mc: mc @ hc / (_length(hc) * (mc**2).sum()),
        ),
        *_both_ways(
            "one_length_for_all",
            N_("The squares of *all* units are added up. Each unit has a length of its own: sum over time, `axis=0`."),
            lambda h, m, hc, mc: mc @ hc / np.sqrt((hc**2).sum() * (mc**2).sum()),
        ),
        *_both_ways(
            "mean_above_sum_below",
            N_(
                "Above the line is the mean of the products, and below it are sums of squares, so that the scores are "
                "T times too small. Take sums in both places, or means in both."
            ),
            lambda h, m, hc, mc: _right(h, m, hc, mc) / len(m),
        ),
        Misconception(
            "with_the_mask_itself",
            N_(
                "There is one score too many: the last one is the mask's with itself. `np.corrcoef` gives a table of "
                "all with all; take the row of the mask without its last entry."
            ),
            _from(lambda h, m, hc, mc: np.append(_right(h, m, hc, mc), 1.0 if mc.any() else 0.0)),
        ),
        Misconception(
            "only_the_best",
            N_("One number came back, the best score. Return the scores of all units, (H), each with its sign."),
            _from(lambda h, m, hc, mc: np.nanmax(np.abs(np.nan_to_num(_right(h, m, hc, mc))))),
        ),
        Misconception(
            "means_of_steps_as_they_stand",
            N_("`h.mean(axis=1)` is one mean for each step. A unit's mean is over time: `h.mean(axis=0)`."),
            _means_of_steps_as_they_stand,
        ),
        Misconception(
            "rows_for_units",
            N_("`np.corrcoef` takes *rows* for the things it compares. In h the units are columns: hand it `h.T`."),
            _rows_for_units,
        ),
        Misconception(
            "without_an_axis",
            N_(
                "`mask * h` lines the T entries of the mask up with the H units. Make a column of the mask, "
                "`mask[:, None] * h`, or let `mask @ h` sum over time."
            ),
            _without_an_axis,
        ),
        Misconception(
            "nothing_divided_by_nothing",
            N_(
                "Where a unit, or the mask, never changes, the formula is 0 / 0 and gives nan, which would spoil every "
                "`argmax` later. Such a score is 0 here: find out where the length is 0."
            ),
            _plain,
        ),
    ),
    accepts=(
        Variant("corrcoef", _with_corrcoef),
        Variant("float32", lambda h, mask: interpretable_cells.unit_scores(h.astype(np.float32), mask)),
        Variant("torch", with_torch(_standardised)),
    ),
    rtol=1e-3,
    hints=(
        N_(
            "A correlation compares two things after their means are taken away and their sizes divided out. "
            "What is the "
            "mean of each unit over time, and how many such means are there?"
        ),
        N_(
            "With a centred mask m (T) and centred units (T, H), `m @ units` sums the products over time for "
            "every unit "
            "at once."
        ),
        N_(
            "Divide by the root of (sum of squares of the unit) times (sum of squares of the mask). Where that "
            "is 0 the "
            "score is 0: `np.divide` has `where=` and `out=`, or use `np.where`."
        ),
    ),
)
