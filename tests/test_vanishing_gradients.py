"""Lesson 05: Jacobians against torch, what the conditions promise, its probe, and its widget."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from types import FunctionType

import numpy as np
import pytest
import torch

from autograder import judge, probes, registry
from autograder.exercises.vanishing_gradients import _lags
from autograder.probes import codec
from autograder.reference import vanishing_gradients as reference
from autograder.reference.rnn import rnn_forward
from autograder.session import examine
from rnnlab.widgets.fading import ACTIVATIONS, LAGS, _unit, fading, measured


def states(W_hh: np.ndarray, T: int = 30, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    H = len(W_hh)
    return rnn_forward(rng.normal(size=(1, T, H)), np.zeros((1, H)), np.eye(H), W_hh, np.zeros(H))[0][0]


def weights(seed: int, H: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(H, H)) / np.sqrt(H)


# What the lesson says


@pytest.mark.parametrize("seed", range(10))
def test_a_bound_below_one_is_sufficient_to_vanish(seed):
    W = weights(seed)
    W *= 0.9 / np.linalg.norm(W, 2)
    norms = reference.jacobian_norms(states(W, seed=seed), W)
    assert (norms <= 0.9 ** np.arange(len(norms))[::-1] * (1 + 1e-12)).all()


def test_a_bound_above_one_is_not_sufficient_to_explode():
    ends = [
        reference.jacobian_norms(states(1.5 * weights(seed), seed=seed), 1.5 * weights(seed))[0] for seed in range(10)
    ]
    assert all(np.linalg.norm(1.5 * weights(seed), 2) > 1.5 for seed in range(10))
    assert max(ends) < 1


def test_the_two_wrong_formulas_agree_with_each_other():
    z = np.linspace(-5, 5, 101)
    one, other = (1 - np.exp(-z)) / (1 + np.exp(-z)), 2 / (1 + np.exp(-z)) - 1
    np.testing.assert_allclose(one, other, atol=1e-12)
    np.testing.assert_allclose(one, np.tanh(z / 2), atol=1e-12)
    assert np.abs(one - np.tanh(z)).max() > 0.2


def test_the_step_of_lesson_04_goes_back_by_the_same_jacobian():
    from autograder.reference.bptt import rnn_step_backward

    rng = np.random.default_rng(0)
    W, x, h_prev, dh = weights(1), rng.normal(size=(1, 6)), rng.normal(size=(1, 6)), rng.normal(size=(1, 6))
    h = np.tanh(x + h_prev @ W.T)
    back = rnn_step_backward(dh, x, h_prev, h, np.eye(6), W)[1]
    np.testing.assert_allclose(back[0], reference.step_jacobian(h[0], W).T @ dh[0], atol=1e-12)


def test_orthogonal_matrices_are_drawn_evenly():
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=(4000, 3, 3))
    first = np.array([reference.orthogonal(A) for A in drawn])
    assert np.abs(first.mean(axis=0)).max() < 0.05  # four standard errors
    assert np.mean([np.linalg.qr(A)[0][0, 0] for A in drawn]) < -0.4


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (1, 6)])
def test_orthogonal_is_torchs(shape):
    torch.manual_seed(3)
    theirs = torch.nn.init.orthogonal_(torch.empty(shape, dtype=torch.float64)).numpy()
    torch.manual_seed(3)
    drawn = torch.empty(shape, dtype=torch.float64).normal_(0, 1).numpy()
    np.testing.assert_allclose(reference.orthogonal(drawn), theirs, atol=1e-10)


@pytest.mark.parametrize("limit", [0.1, 3.0, 100.0])
def test_clipping_is_torchs(limit):
    rng = np.random.default_rng(0)
    grads = rng.normal(size=(4, 3)), rng.normal(size=(4, 4)), rng.normal(size=4)
    parameters = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in grads]
    for parameter, g in zip(parameters, grads):
        parameter.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(parameters, limit)
    for parameter, mine in zip(parameters, reference.clip_by_norm(*grads, limit)):
        np.testing.assert_allclose(mine, parameter.grad.numpy(), rtol=1e-5)


# An error carried forward


def with_step(answer, **globals_):
    """A copy of a function that finds these names where a notebook's functions would."""
    return FunctionType(answer.__code__, answer.__globals__ | globals_, answer.__name__, answer.__defaults__)


def students_norms(h, W_hh):
    product, norms = np.eye(h.shape[1]), [1.0]
    for t in range(len(h) - 1, 0, -1):
        product = product @ step_jacobian(h[t], W_hh)  # noqa: F821
        norms.insert(0, np.linalg.svd(product, compute_uv=False)[0])
    return np.array(norms)


@pytest.mark.parametrize("mistake", ["slope_on_the_wrong_side", "tanh_once_more", "slope_forgotten"])
def test_right_given_a_wrong_jacobian(mistake):
    exercise = registry.exercise("step_jacobian")
    wrong = next(m.wrong for m in exercise.misconceptions if m.id == mistake)
    assert examine(exercise, wrong).misconception == mistake
    answer = with_step(students_norms, step_jacobian=wrong)
    for hidden in (False, True):
        report = examine(registry.exercise("jacobian_norms"), answer, hidden=hidden)
        assert (report.outcome, report.points) == ("passed", report.max_points), str(report)
        assert report.given == ("step_jacobian",)


def test_a_jacobian_that_is_not_written_blocks_its_product():
    def step_jacobian(h, W_hh):
        raise NotImplementedError("step_jacobian")

    report = examine(registry.exercise("jacobian_norms"), with_step(students_norms, step_jacobian=step_jacobian))
    assert (report.outcome, report.blocked_by) == ("blocked", "step_jacobian")


# The probe for lags


def replies(answer) -> list[dict]:
    exercise = registry.exercise("gradient_norm_by_lag")
    tried = judge.trials(exercise)
    return codec.loads(probes.run(judge.request(exercise, tried), answer))["calls"]


def test_what_is_left_behind_is_seen():
    clean, left = replies(_lags.measured()), replies(_lags.measured(back=_lags.through_backward))
    assert [r["outputs"][2].tolist() for r in clean] == [[0.0]] * 4
    assert [r["outputs"][2].tolist() for r in left] == [[4.0]] * 4
    piled = replies(_lags.measured(back=_lags.through_backward_in_place))[0]["outputs"]
    np.testing.assert_allclose(piled[1], 2 * piled[0])


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (lambda model, x: None, "failed", "returned None"),
        (lambda model, x: (x, x), "failed", "a tuple came"),
        (lambda model, x: "none", "failed", "should be an array"),
        (lambda model: 0, "error", "gradient_norm_by_lag"),
        (3.0, "error", "is no function"),
    ],
)
def test_what_is_no_measurement_gets_a_sentence(answer, outcome, words):
    report = examine(registry.exercise("gradient_norm_by_lag"), answer)
    assert (report.outcome, report.points) == (outcome, 0), str(report)
    assert words in " ".join(str(report).split())


@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_norms_without_an_idea_earn_nothing(fill):
    for hidden in (False, True):
        report = examine(
            registry.exercise("gradient_norm_by_lag"), lambda model, x: np.full(x.shape[1], fill), hidden=hidden
        )
        assert report.outcome == "failed" and report.points == 0, str(report)


# The widget


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_widget_measures_what_it_says(name):
    """Against a chain of states in torch, differentiated by autograd."""
    from rnnlab.widgets.fading import RUNS, UNITS, _inputs

    W = 1.3 * _unit("random")
    function = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "ReLU": torch.relu, "none": lambda z: z}[name]
    drive, found = torch.tensor(_inputs()), measured(W, name)
    assert found.shape == (RUNS, LAGS + 1)

    def run(h, first, end):
        for t in range(first, end):
            h = function(drive[0, t] + torch.tensor(W) @ h)
        return h

    for lag in (1, 7):
        cut = LAGS + 1 - lag
        h = run(torch.zeros(UNITS, dtype=torch.float64), 0, cut)
        J = torch.autograd.functional.jacobian(lambda h, cut=cut: run(h, cut, LAGS + 1), h)
        assert found[0, lag] == pytest.approx(torch.linalg.matrix_norm(J, 2).item(), rel=1e-6)


@pytest.mark.parametrize("kind", ["random", "orthogonal"])
def test_the_widget_stays_below_its_bound(kind):
    for name, radius in itertools.product(ACTIVATIONS, (0.3, 1.0, 2.4)):
        W = radius * _unit(kind)
        bound = (np.linalg.norm(W, 2) * ACTIVATIONS[name][2]) ** np.arange(LAGS + 1)
        assert (measured(W, name) <= bound * (1 + 1e-6) + 1e-12).all()


def test_every_frame_of_the_widget_is_drawn_well():
    widget = fading()
    for tenths, name, kind in itertools.product((1, 10, 17, 30), ACTIVATIONS, ("random", "orthogonal")):
        canvas = widget.draw({"tenths": tenths, "activation": name, "weights": kind})
        ET.fromstring(canvas.svg())
        assert canvas.problems() == [], (tenths, name, kind)
    assert '<img src="data:image/svg+xml;base64,' in widget._repr_mimebundle_()["text/html"]
