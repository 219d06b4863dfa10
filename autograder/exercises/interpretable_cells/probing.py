"""Reading a label off all units at once."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import interpretable_cells, oracles_interpretable_cells


def _spread(alpha: float, mean: float = 1.0):
    """Units with means of their own, that are not independent, and a label that several of them hold together."""

    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        T, H = made["h"].shape
        h = made["h"] + mean * np.resize([0.8, -0.5, 0.3], H) + 0.6 * made["h"][:, :1]
        y = h @ np.resize([1.0, -0.7, 0.4, 0.2], H) + 0.3 * made["y"] + 2.0 * mean
        return {"h": np.round(h, 2), "y": np.round(y, 2), "alpha": alpha}

    return change


def _two_values(rng: np.random.Generator, made: Inputs) -> Inputs:
    found = _spread(0.7)(rng, made)
    return found | {"y": (found["y"] > np.median(found["y"])).astype(float)}


def _centred(h, y):
    return h - h.mean(0), y - y.mean()


def _with_alpha(change):
    """The right solution with another alpha: ``change(alpha, T)``."""
    return lambda h, y, alpha: interpretable_cells.linear_probe(h, y, change(alpha, len(h)))


def _bias(change):
    """The right weights, and a bias of one's own: ``change(h, y, w)``."""

    def wrong(h, y, alpha):
        w, _b = interpretable_cells.linear_probe(h, y, alpha)
        return w, float(change(h, y, w))

    return wrong


def _gram(change):
    """The system of the reference with ``change(h.T @ h, alpha)`` on its left."""

    def wrong(h, y, alpha):
        a, b = _centred(h, y)
        w = np.linalg.solve(change(a.T @ a, alpha), a.T @ b)
        return w, float(y.mean() - h.mean(0) @ w)

    return wrong


def _no_bias(h, y, alpha):
    return np.linalg.solve(h.T @ h + alpha * np.eye(h.shape[1]), h.T @ y), 0.0


def _bias_costs(h, y, alpha):
    ones = np.hstack([h, np.ones((len(h), 1))])
    w = np.linalg.solve(ones.T @ ones + alpha * np.eye(ones.shape[1]), ones.T @ y)
    return w[:-1], float(w[-1])


def _only_label_centred(h, y, alpha):
    w = np.linalg.solve(h.T @ h + alpha * np.eye(h.shape[1]), h.T @ (y - y.mean()))
    return w, float(y.mean())


def _only_units_centred_bias(h, y, alpha):
    w = np.linalg.solve(h.T @ h + alpha * np.eye(h.shape[1]), h.T @ y)
    return w, float(y.mean() - h.mean(0) @ w)


def _one_by_one(h, y, alpha):
    a, b = _centred(h, y)
    w = (a.T @ b) / ((a**2).sum(0) + alpha)
    return w, float(y.mean() - h.mean(0) @ w)


def _standardised(h, y, alpha):
    a, b = _centred(h, y)
    s = a.std(0)
    s = np.where(s > 0, s, 1)
    w = np.linalg.solve((a / s).T @ (a / s) + alpha * np.eye(h.shape[1]), (a / s).T @ b)
    return w, float(y.mean())


def _one_mean_for_all(h, y, alpha):
    a, b = h - h.mean(), y - y.mean()
    w = np.linalg.solve(a.T @ a + alpha * np.eye(h.shape[1]), a.T @ b)
    return w, float(y.mean() - h.mean() * w.sum())


def _lasso_like(h, y, alpha):
    a, b = _centred(h, y)
    w = np.linalg.lstsq(a, b, rcond=None)[0]
    w = np.sign(w) * np.maximum(np.abs(w) - alpha, 0)
    return w, float(y.mean() - h.mean(0) @ w)


def _then(change):
    def wrong(h, y, alpha):
        return change(h, *interpretable_cells.linear_probe(h, y, alpha))

    return wrong


def _overwritten(h, y, alpha):
    found = interpretable_cells.linear_probe(h, y, alpha)
    h -= h.mean(axis=0)
    y -= y.mean()
    return found


def _with_ones(h, y, alpha):
    T, H = h.shape
    ones = np.hstack([h, np.ones((T, 1))])
    cost = alpha * np.eye(H + 1)
    cost[H, H] = 0
    found = np.linalg.inv(ones.T @ ones + cost) @ ones.T @ y
    return found[:H], found[H]


def _through_svd(h, y, alpha):
    a, b = _centred(h, y)
    U, s, Vt = np.linalg.svd(a, full_matrices=False)
    w = Vt.T @ ((s / (s**2 + alpha)) * (U.T @ b))
    return [w, np.array([y.mean() - h.mean(0) @ w])]


def _more_rows(h, y, alpha):
    H = h.shape[1]
    a, b = _centred(h, y)
    rows, wanted = np.vstack([a, np.sqrt(alpha) * np.eye(H)]), np.concatenate([b, np.zeros(H)])
    w = np.linalg.lstsq(rows, wanted, rcond=None)[0]
    return w, np.mean(y - h @ w)


def _in_torch(torch, h, y, alpha):
    a, b = h - h.mean(0), y - y.mean()
    w = torch.linalg.solve(a.T @ a + alpha * torch.eye(h.shape[1], dtype=h.dtype), a.T @ b)
    return w, (y - h @ w).mean()


def _alpha_left_out(h, y, alpha):
    """The system without alpha, as it stands: with more units than steps it says nothing."""
    a, b = _centred(h, y)
    w = np.linalg.solve(a.T @ a, a.T @ b)
    return w, float(y.mean() - h.mean(0) @ w)


def _alpha_left_out_with_ones(h, y, alpha):
    found = np.linalg.lstsq(np.hstack([h, np.ones((len(h), 1))]), y, rcond=None)[0]
    return found[:-1], float(found[-1])


def _ones_kept(h, y, alpha):
    return np.append(*interpretable_cells.linear_probe(h, y, alpha)), interpretable_cells.linear_probe(h, y, alpha)[1]


def _only_label_centred_bias(h, y, alpha):
    w, _b = _only_label_centred(h, y, alpha)
    return w, float(y.mean() - h.mean(0) @ w)


def _means_of_steps(h, y, alpha):
    """`h.mean(axis=1)`, as it stands: mostly the shapes do not fit."""
    a, b = h - h.mean(1), y - y.mean()
    w = np.linalg.solve(a.T @ a + alpha * np.eye(h.shape[1]), a.T @ b)
    return w, y.mean() - h.mean(1) @ w


def _rests(h, y, alpha):
    w, _b = interpretable_cells.linear_probe(h, y, alpha)
    return w, y - h @ w


def _standardised_bias(h, y, alpha):
    w, _b = _standardised(h, y, alpha)
    return w, float(y.mean() - h.mean(0) @ w)


def _as_it_stands(left, right):
    """A system that often cannot be solved, since its sizes do not fit: ``left(a, alpha)`` and ``right(a, b)``."""

    def wrong(h, y, alpha):
        a, b = _centred(h, y)
        w = np.linalg.solve(left(a, alpha), right(a, b))
        return w, y.mean() - h.mean(0) @ w

    return wrong


LINEAR_PROBE = Exercise(
    id="linear_probe",
    points=4,
    about=N_("Ridge regression of a label on all units: what can be read off them together."),
    spec="h (T,H), y (T), alpha float -> w (H), bias float",
    reference=interpretable_cells.linear_probe,
    oracle=oracles_interpretable_cells.linear_probe,
    rtol=1e-3,
    atol=1e-4,
    cases=(
        Case("values", {"T": 9, "H": 4}, N_("The probe of a few units is not right."), change=_spread(1.5), weight=4),
        Case(
            "more units than steps",
            {"T": 5, "H": 8},
            N_("Here H is larger than T: only the cost of large weights settles them."),
            change=_spread(0.5),
        ),
        Case("as many units as steps", {"T": 6, "H": 6}, N_("Here T and H are equal."), change=_spread(2.0)),
        Case("no cost", {"T": 12, "H": 3}, N_("Here alpha is 0: plain least squares."), change=_spread(0.0)),
        Case(
            "a mask",
            {"T": 20, "H": 5},
            N_("Here the label is 0 or 1."),
            change=_two_values,
            hidden=True,
        ),
        Case("one unit", {"T": 7, "H": 1}, N_("Here H is 1."), change=_spread(0.8), hidden=True),
        Case("a large cost", {"T": 30, "H": 6}, N_("Here alpha is large."), change=_spread(50.0), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "no_bias",
            N_(
                "There is no bias: the weights alone have to carry the mean of the label. Take the means of h and of y "
                "away first, and put them back into the bias."
            ),
            _no_bias,
        ),
        Misconception(
            "bias_costs",
            N_(
                "The bias is held small by alpha like a weight. It should cost nothing: centre h and y, or leave the 1 "
                "out of its place in the identity matrix."
            ),
            _bias_costs,
        ),
        Misconception(
            "bias_is_the_mean",
            N_("The bias is the mean of y. It has to undo the means of the units too: y.mean() - h.mean(axis=0) @ w."),
            _bias(lambda h, y, w: y.mean()),
        ),
        Misconception(
            "bias_zero",
            N_(
                "The weights are right and the bias is 0, which fits centred units. The units that come later are not "
                "centred: y.mean() - h.mean(axis=0) @ w."
            ),
            _bias(lambda h, y, w: 0.0),
        ),
        Misconception(
            "bias_turned",
            N_("The bias has its sign turned: it is y.mean() - h.mean(axis=0) @ w."),
            _bias(lambda h, y, w: h.mean(0) @ w - y.mean()),
        ),
        Misconception(
            "bias_added",
            N_("The means of the units are added in the bias. They were taken away: y.mean() - h.mean(axis=0) @ w."),
            _bias(lambda h, y, w: y.mean() + h.mean(0) @ w),
        ),
        Misconception(
            "units_not_centred",
            N_("The means of y are taken away and those of h are not, so the weights still have to work against them."),
            _only_label_centred,
        ),
        Misconception(
            "units_not_centred_in_the_system",
            N_(
                "The weights are found from units that still have their means, only y has lost its own. Take the means "
                "of h away as well, before the products."
            ),
            _only_label_centred_bias,
        ),
        Misconception(
            "centred_too_late",
            N_(
                "The means enter only the bias; the weights are found from h and y as they are. Centre both first, and "
                "then solve."
            ),
            _only_units_centred_bias,
        ),
        Misconception(
            "one_mean_for_all",
            N_("One mean of all of h is taken away. Each unit has a mean of its own: `h.mean(axis=0)`."),
            _one_mean_for_all,
        ),
        Misconception(
            "alpha_everywhere",
            N_(
                "`h.T @ h + alpha` adds alpha to *every* entry. The cost of large weights stands on the diagonal: "
                "alpha "
                "times the identity matrix."
            ),
            _gram(lambda gram, alpha: gram + alpha),
        ),
        Misconception(
            "alpha_ignored",
            N_("These are plain least squares: alpha has no effect."),
            lambda h, y, alpha: _more_rows(h, y, 0.0),
        ),
        Misconception(
            "alpha_left_out",
            N_(
                "alpha is missing: these are plain least squares. The second term puts alpha times the identity "
                "matrix on the left side."
            ),
            _alpha_left_out,
        ),
        Misconception(
            "alpha_left_out_with_ones",
            N_(
                "These are plain least squares, as `np.linalg.lstsq` gives them: alpha has no effect. Solve the "
                "system above, which has alpha on its left side."
            ),
            _alpha_left_out_with_ones,
        ),
        Misconception(
            "products_of_steps",
            N_("`h @ h.T` is (T, T), products of steps. The left side needs products of units: `h.T @ h`, (H, H)."),
            _as_it_stands(lambda a, alpha: a @ a.T + alpha * np.eye(len(a)), lambda a, b: a.T @ b),
        ),
        Misconception(
            "label_alone_on_the_right",
            N_("On the right side stands the label alone, (T). It is `h.T @ y`, (H), with both centred."),
            _as_it_stands(lambda a, alpha: a.T @ a + alpha * np.eye(a.shape[1]), lambda a, b: b),
        ),
        Misconception(
            "identity_of_steps",
            N_("The identity matrix is (T, T). Every *weight* costs, and there are H: `np.eye(H)`."),
            _as_it_stands(lambda a, alpha: a.T @ a + alpha * np.eye(len(a)), lambda a, b: a.T @ b),
        ),
        Misconception(
            "alpha_subtracted",
            N_("alpha is subtracted on the diagonal. Large weights are to cost something: add it."),
            _gram(lambda gram, alpha: gram - alpha * np.eye(len(gram))),
        ),
        Misconception(
            "alpha_times_steps",
            N_("alpha is multiplied by T, as if the loss were a mean. Here the loss is a sum over the steps."),
            _with_alpha(lambda alpha, T: alpha * T),
        ),
        Misconception(
            "alpha_over_steps",
            N_("alpha is divided by T. The loss is a sum over the steps, and alpha stands as it is."),
            _with_alpha(lambda alpha, T: alpha / T),
        ),
        Misconception(
            "alpha_squared",
            N_("alpha is squared. (With more rows below h it is the *root* of alpha that stands in them.)"),
            _with_alpha(lambda alpha, T: alpha**2),
        ),
        Misconception(
            "alpha_rooted",
            N_("The root of alpha is added on the diagonal: it should be alpha itself."),
            _with_alpha(lambda alpha, T: alpha**0.5),
        ),
        Misconception(
            "alpha_doubled",
            N_("Twice alpha stands on the diagonal. Both terms of the loss have the factor 2 in their derivative."),
            _with_alpha(lambda alpha, T: 2 * alpha),
        ),
        Misconception(
            "alpha_halved",
            N_("Half of alpha stands on the diagonal. Both terms of the loss have the factor 2 in their derivative."),
            _with_alpha(lambda alpha, T: alpha / 2),
        ),
        Misconception(
            "alpha_replaces_the_products",
            N_(
                "The left side is alpha times the identity alone: h.T @ h is missing, which accounts for units that "
                "agree."
            ),
            lambda h, y, alpha: _gram(lambda gram, alpha: (alpha or 1.0) * np.eye(len(gram)))(h, y, alpha),
        ),
        Misconception(
            "one_by_one",
            N_(
                "Each unit is fitted by itself. Units that say the same would all be counted: the probe has to fit "
                "them "
                "*together*, with h.T @ h, (H, H), on the left side."
            ),
            _one_by_one,
        ),
        Misconception(
            "means_of_steps",
            N_("`h.mean(axis=1)` is one mean for each step. A unit's mean is over time: `h.mean(axis=0)`."),
            _means_of_steps,
        ),
        Misconception(
            "standardised",
            N_(
                "The units are divided by their deviations, so these weights fit other units than h. Only take their "
                "means away."
            ),
            _standardised,
        ),
        Misconception(
            "standardised_in_the_system",
            N_(
                "The units are divided by their deviations before the weights are found. These then fit other units "
                "than h, and the bias goes wrong with them. Only take the means away."
            ),
            _standardised_bias,
        ),
        Misconception(
            "weights_cut",
            N_(
                "The weights of plain least squares are shrunk by alpha afterwards. In ridge regression alpha is a "
                "part "
                "of what is solved."
            ),
            _lasso_like,
        ),
        Misconception(
            "predictions",
            N_(
                "The first output is the predictions, h @ w + bias. Return the weights, (H), so that they fit new "
                "states."
            ),
            _then(lambda h, w, b: (h @ w + b, b)),
        ),
        Misconception(
            "bias_is_predictions",
            N_("The second output is the predictions. Return the bias, one number: y.mean() - h.mean(axis=0) @ w."),
            _then(lambda h, w, b: (w, h @ w + b)),
        ),
        Misconception(
            "products_for_the_bias",
            N_("The second output is h @ w, one number for each step. The bias is one number."),
            _then(lambda h, w, b: (w, h @ w)),
        ),
        Misconception(
            "overwritten",
            N_(
                "The probe is right, but h and y have lost their means: `h -= ...` writes into the caller's arrays. "
                "Make "
                "new ones, `centred = h - ...`."
            ),
            _overwritten,
        ),
        Misconception(
            "bias_first",
            N_("The two have changed places: first the weights, then the bias."),
            _then(lambda h, w, b: (b, w)),
        ),
        Misconception(
            "joined",
            N_("Weights and bias came in one array. Return two things: w (H), and the bias."),
            _then(lambda h, w, b: np.append(w, b)),
        ),
        Misconception(
            "bias_among_the_weights",
            N_("w has one entry too many: the bias is still its last one. Return the H weights, and the bias alone."),
            _ones_kept,
        ),
        Misconception(
            "only_predictions",
            N_("The predictions came back. Return the weights, (H), and the bias, so that they fit new states."),
            _then(lambda h, w, b: h @ w + b),
        ),
        Misconception(
            "rests_for_the_bias",
            N_("The second output is y - h @ w, one number for each step. The bias is the mean of these."),
            _rests,
        ),
        Misconception(
            "only_weights",
            N_("Only the weights came back. Return the bias as well."),
            _then(lambda h, w, b: w),
        ),
        Misconception(
            "column",
            N_("w came as a column, (H, 1). It is a vector, (H): keep y as (T)."),
            _then(lambda h, w, b: (w[:, None], b)),
        ),
    ),
    accepts=(
        Variant("with_ones", _with_ones),
        Variant("svd", _through_svd),
        Variant("more_rows", _more_rows),
        Variant("torch", with_torch(_in_torch)),
    ),
    hints=(
        N_("Let the means go first: with centred h and y the best bias is 0, and only w has to be found."),
        N_(
            "Set the derivative with respect to w to zero: `h.T @ (h @ w - y) + alpha * w = 0`. Which matrix "
            "multiplies w?"
        ),
        N_(
            "(h.T h + alpha I) w = h.T y: `np.linalg.solve` takes the matrix and the right side. The bias then "
            "lets the "
            "means fit: the mean of y is the mean of h @ w, plus the bias."
        ),
    ),
)
