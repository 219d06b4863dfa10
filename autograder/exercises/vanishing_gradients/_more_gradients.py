"""More mistakes with gradients: asked for too late, along another axis, clipped by a length that cannot be had."""

from __future__ import annotations

import math

import numpy as np

from autograder.exercise import Misconception
from autograder.exercises.vanishing_gradients import _lags
from autograder.exercises.vanishing_gradients._clipping import length, scaled
from autograder.messages import N_


def _asked_too_late(model, x):
    import torch

    h, h_T = model(x)
    x = x.clone().requires_grad_()
    (grad,) = torch.autograd.grad(h_T.sum(), x)
    return grad.norm(dim=2).mean(dim=0).flip(0)


GRADIENT_NORM_BY_LAG = (
    Misconception(
        "asked_too_late",
        N_(
            "torch does not find this tensor on the way to h_T. Make the copy that asks for gradients *before* the "
            "model runs, give the model that copy, and differentiate with respect to it: not to h, and not to slices "
            "of x, which are new tensors."
        ),
        lambda: _asked_too_late,
    ),
    Misconception(
        "last_example_for_last_state",
        N_(
            "`h[-1]` is the last *example*, with all its states. The last state of each is `h[:, -1]`, which is the "
            "h_T that the model gives."
        ),
        lambda: _lags.measured(scalar=lambda h, h_T: h[-1].sum()),
    ),
    Misconception(
        "mean_over_time",
        N_("The mean is over the steps, and one number for each *example* is left. Take it over axis 0, the batch."),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=2).mean(dim=1).flip(0)),
    ),
    Misconception(
        "norm_along_time",
        N_(
            "The norm is taken along *time*, axis 1, and what is turned round after the mean is D, not the steps. The "
            "norm of a step goes over axis 2 of (N, T, D)."
        ),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=1).mean(dim=0).flip(0)),
    ),
    Misconception(
        "norm_over_batch_mean_over_inputs",
        N_("The two axes have changed places: the norm goes over D, axis 2, and the mean over the batch, axis 0."),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=0).mean(dim=1).flip(0)),
    ),
    Misconception(
        "common_norm_divided",
        N_(
            "One norm is taken over all examples together, and divided by N. That is not the mean of their norms: take "
            "each example's own, over D alone, and then the mean."
        ),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=(0, 2)).flip(0) / len(grad)),
    ),
    Misconception(
        "mean_of_everything",
        N_("One number came, the mean over examples *and* steps. The mean goes over the batch alone, axis 0."),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=2).mean()),
    ),
    Misconception(
        "counted_from_minus_zero",
        N_("`[:, -k]` is the first step for k = 0, not the last, and all are one place off. Lag k is `[:, -1 - k]`."),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=2).mean(dim=0).flip(0).roll(1)),
    ),
    Misconception(
        "first_example_by_backward",
        N_(
            "Two things: only the first example is looked at (take all, then the mean over the batch); and "
            "`backward()` has left gradients in the model's parameters: `torch.autograd.grad(value, x)` does not."
        ),
        lambda: _lags.measured(read=lambda grad: grad[0].norm(dim=1).flip(0), back=_lags.through_backward),
    ),
    Misconception(
        "median",
        N_("This is the median over the batch. The mean is asked for."),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=2).median(dim=0)[0].flip(0)),
    ),
    Misconception(
        "last_input_left_out",
        N_("One lag is missing, that of the last input: lag 0 belongs to it. T steps give T lags."),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=2).mean(dim=0)[:-1].flip(0)),
    ),
    Misconception(
        "turned_along_a_lost_axis",
        N_("After norm and mean there is one axis left, that of time, and it is axis 0 now: `.flip(0)`."),
        lambda: _lags.measured(read=lambda grad: grad.norm(dim=2).mean(dim=0).flip(1)),
    ),
)


def _comparison_turned(dW_xh, dW_hh, db, limit):
    norm = length(dW_xh, dW_hh, db)
    with np.errstate(all="ignore"):
        factor = limit / norm if norm < limit else 1.0
        return dW_xh * factor, dW_hh * factor, db * factor


def _zero_not_divided(dW_xh, dW_hh, db, limit):
    factor = min(1.0, limit / math.sqrt(length(dW_xh, dW_hh, db) ** 2))
    return dW_xh * factor, dW_hh * factor, db * factor


def _one_vector(dW_xh, dW_hh, db, limit):
    whole = np.concatenate([g.ravel() for g in (dW_xh, dW_hh, db)])
    return whole * min(1.0, limit / max(float(np.linalg.norm(whole)), 1e-300))


CLIP_BY_NORM = (
    Misconception(
        "comparison_turned",
        N_(
            "Turned round: short gradients are made longer (and zero gives nan), and long ones are left as they are. "
            "The factor is limit / length where the length is *above* the limit; written as one, it is the `min` of "
            "that and 1, not the `max`."
        ),
        _comparison_turned,
    ),
    Misconception(
        "zero_divided",
        N_("Right, but for a gradient of zero, whose length of 0 is divided by. Divide only above the limit."),
        _zero_not_divided,
    ),
    Misconception(
        "one_vector_returned",
        N_("One long vector came back. It is good for the length; return the three arrays, each times the factor."),
        _one_vector,
    ),
    Misconception(
        "joined_as_they_are",
        N_(
            "The three have different shapes and cannot be joined as they are. Lay each out with `.ravel()` first, or "
            "sum the squares of each, `np.sum(g**2)`, and add the three numbers."
        ),
        scaled(lambda *g: np.linalg.norm(np.concatenate(g))),
    ),
    Misconception(
        "put_into_one_array",
        N_(
            "The three have different shapes and do not go into one array. Sum the squares of each, `np.sum(g**2)`, "
            "and add the three numbers."
        ),
        scaled(lambda *g: np.linalg.norm(g)),
    ),
    Misconception(
        "added_as_they_are",
        N_(
            "The three arrays cannot be added: they have different shapes, and belong side by side. Square and sum "
            "each by itself, `np.sum(g**2)`, and then add the three numbers."
        ),
        scaled(lambda a, b, c: np.sqrt(np.sum((a + b + c) ** 2))),
    ),
    Misconception(
        "summed_by_python",
        N_("Python's `sum` adds up rows and leaves an array. `np.sum(g**2)` gives one number for each of the three."),
        scaled(lambda *g: np.sqrt(sum(g[0] ** 2) + sum(g[1] ** 2) + sum(g[2] ** 2))),
    ),
)


def _clamped(g, limit):
    import torch

    return torch.clamp(g, -limit, limit)


CLIP_BY_VALUE = (
    Misconception(
        "brought_to_the_limit",
        N_(
            "The whole array is scaled so that its largest entry is at the limit. Here each entry is cut by itself; "
            "the others stay."
        ),
        lambda g, limit: g * limit / np.abs(g).max(),
    ),
    Misconception(
        "asks_one_question_of_an_array",
        N_(
            "Python's `if`, `min` and `max` ask one question, and g has many entries with different answers. NumPy's "
            "own go entry by entry: `np.clip`, `np.minimum`, `np.maximum`."
        ),
        lambda g, limit: max(-limit, min(limit, g)),
    ),
    Misconception(
        "clamped_by_torch",
        N_("`torch.clamp` wants a tensor, and g is a NumPy array. NumPy's is called `np.clip`."),
        _clamped,
    ),
)
