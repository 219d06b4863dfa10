"""Lesson 04: gradients by hand against torch, the cut, its probes, and what the lesson shows with."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from types import FunctionType

import numpy as np
import pytest
import torch

from autograder import judge, probes, registry
from autograder.exercises.bptt import _loops
from autograder.probes import codec
from autograder.reference import bptt as by_hand
from autograder.reference.rnn import rnn_forward
from autograder.session import examine
from rnnlab.cells import VanillaRNN
from rnnlab.graph import Holding
from rnnlab.widgets.truncation import truncation

SIZES = ((1, 1, 1, 1), (2, 5, 3, 4), (3, 3, 3, 3), (1, 7, 2, 5), (4, 1, 3, 2), (2, 40, 3, 4))


def problem(N: int, T: int, D: int, H: int, seed: int = 0) -> tuple:
    rng = np.random.default_rng(seed)
    x, h0, dh = rng.normal(size=(N, T, D)), rng.normal(size=(N, H)), rng.normal(size=(N, T, H))
    return x, h0, rng.normal(size=(H, D)) / 2, rng.normal(size=(H, H)) / 2, rng.normal(size=H) / 2, dh


def by_torch(x, h0, W_xh, W_hh, b, dh, k=None) -> tuple:
    """States and gradients from nn.RNN, with ``detach`` after every k steps."""
    network = torch.nn.RNN(x.shape[2], len(b), batch_first=True).double()
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), (W_xh, W_hh, b, 0 * b)):
            parameter.copy_(torch.tensor(value))
    x, h0 = (torch.tensor(a, requires_grad=True) for a in (x, h0))
    states, state = [], h0[None]
    for part in x.split(k or x.shape[1], dim=1):
        h, last = network(part, state)
        states.append(h)
        state = last.detach()
    h = torch.cat(states, 1)
    (h * torch.tensor(dh)).sum().backward()
    leaves = (x, h0, network.weight_ih_l0, network.weight_hh_l0, network.bias_ih_l0)
    return h.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)


# Gradients by hand


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_hand_written_gradients_equal_torch(sizes):
    x, h0, W_xh, W_hh, b, dh = problem(*sizes)
    h, *theirs = by_torch(x, h0, W_xh, W_hh, b, dh)
    np.testing.assert_allclose(rnn_forward(x, h0, W_xh, W_hh, b)[0], h, atol=1e-12)
    mine = by_hand.bptt(dh, x, h0, h, W_xh, W_hh)
    for one, other in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-10)
    parts = by_hand.gradient_by_timestep(dh, x, h0, h, W_xh, W_hh)
    np.testing.assert_allclose(parts.sum(0), theirs[3], rtol=0, atol=1e-10)


@pytest.mark.parametrize(("sizes", "k"), [((2, 11, 3, 4), 4), ((1, 6, 2, 3), 3), ((2, 5, 3, 4), 1), ((2, 4, 3, 2), 9)])
def test_truncated_equals_torch_with_detach(sizes, k):
    given = problem(*sizes)
    for one, other in zip(by_hand.truncated_bptt(*given, k), by_torch(*given, k), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-10)


def test_the_state_crosses_the_cut_and_the_gradient_does_not():
    x, h0, W_xh, W_hh, b, dh = problem(2, 9, 3, 4)
    dh[:, :6] = 0
    h, dx, dh0, *_weights = by_hand.truncated_bptt(x, h0, W_xh, W_hh, b, dh, 3)
    np.testing.assert_array_equal(h, rnn_forward(x, h0, W_xh, W_hh, b)[0])
    assert not dx[:, :6].any() and not dh0.any()
    assert dx[:, 6:].all()
    assert by_hand.bptt(dh, x, h0, h, W_xh, W_hh)[0][:, :6].all()


def test_central_differences_find_the_same_gradient():
    x, h0, W_xh, W_hh, b, dh = problem(2, 5, 3, 4)
    h = rnn_forward(x, h0, W_xh, W_hh, b)[0]
    found = by_hand.numerical_gradient(lambda W: np.sum(dh * rnn_forward(x, h0, W_xh, W, b)[0]), W_hh)
    np.testing.assert_allclose(found, by_hand.bptt(dh, x, h0, h, W_xh, W_hh)[3], rtol=1e-6, atol=1e-8)


# An error carried forward


def with_step(answer, **globals_):
    """A copy of a function that finds these names where a notebook's functions would."""
    return FunctionType(answer.__code__, answer.__globals__ | globals_, answer.__name__, answer.__defaults__)


def students_bptt(dh, x, h0, h, W_xh, W_hh):
    dx, later = np.zeros(x.shape), np.zeros(h0.shape)
    totals = [np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(len(W_hh))]
    for t in range(x.shape[1] - 1, -1, -1):
        before = h[:, t - 1] if t else h0
        dx[:, t], later, *own = rnn_step_backward(dh[:, t] + later, x[:, t], before, h[:, t], W_xh, W_hh)  # noqa: F821
        totals = [a + b for a, b in zip(totals, own)]
    return dx, later, *totals


def students_truncated(x, h0, W_xh, W_hh, b, dh, k):
    states, dxs, totals, state, dh0 = [], [], None, h0, None
    for s in range(0, x.shape[1], k):
        h, last = rnn_forward(x[:, s : s + k], state, W_xh, W_hh, b)
        dx, d_start, *own = bptt(dh[:, s : s + k], x[:, s : s + k], state, h, W_xh, W_hh)  # noqa: F821
        dh0 = d_start if s == 0 else dh0
        totals = own if totals is None else [a + c for a, c in zip(totals, own)]
        states.append(h)
        dxs.append(dx)
        state = last
    return np.concatenate(states, 1), np.concatenate(dxs, 1), dh0, *totals


@pytest.mark.parametrize("mistake", ["slope_of_the_wrong_thing", "recurrent_transposed", "square_forgotten"])
def test_right_given_a_wrong_step(mistake):
    exercise = registry.exercise("rnn_step_backward")
    wrong = next(m.wrong for m in exercise.misconceptions if m.id == mistake)
    back = with_step(students_bptt, rnn_step_backward=wrong)
    cut = with_step(students_truncated, bptt=back, rnn_step_backward=wrong)
    assert examine(exercise, wrong).misconception == mistake
    for name, answer in (("bptt", back), ("truncated_bptt", cut)):
        for report in (examine(registry.exercise(name), answer), examine(registry.exercise(name), answer, hidden=True)):
            assert (report.outcome, report.points) == ("passed", report.max_points), str(report)
            assert report.given == ("rnn_step_backward",)


def test_right_given_a_wrong_bptt():
    wrong = next(m.wrong for m in registry.exercise("bptt").misconceptions if m.id == "weights_overwritten")
    space = {"rnn_step_backward": by_hand.rnn_step_backward}
    report = examine(registry.exercise("truncated_bptt"), with_step(students_truncated, bptt=wrong, **space))
    assert (report.outcome, report.given) == ("passed", ("bptt",)), str(report)


def test_a_step_that_is_not_written_blocks_what_builds_on_it():
    def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
        raise NotImplementedError("rnn_step_backward")

    report = examine(registry.exercise("bptt"), with_step(students_bptt, rnn_step_backward=rnn_step_backward))
    assert (report.outcome, report.blocked_by) == ("blocked", "rnn_step_backward")


# The probe for numerical gradients


def replies(name: str, answer) -> list[dict]:
    exercise = registry.exercise(name)
    tried = judge.trials(exercise)
    return codec.loads(probes.run(judge.request(exercise, tried), answer))["calls"]


def test_a_parameter_that_is_left_moved_is_seen():
    def left_moved(f, theta, eps=1e-5):
        grad = np.zeros(theta.shape)
        for i in np.ndindex(theta.shape):
            up, down = theta.astype(float), theta.astype(float)
            up[i], down[i] = up[i] + eps, down[i] - eps
            grad[i] = (f(up) - f(down)) / (2 * eps)
        theta += 1
        return grad

    assert [r["changed"] for r in replies("numerical_gradient", left_moved)] == [["theta"]] * 5
    report = examine(registry.exercise("numerical_gradient"), left_moved)
    assert report.outcome == "failed" and report.points < 3
    assert "theta came back changed" in str(report)


def test_a_rounding_error_is_no_change():
    def there_and_back(f, theta, eps=1e-5):
        grad = np.zeros(theta.shape)
        work = theta if theta.dtype.kind == "f" else theta.astype(float)
        for i in np.ndindex(theta.shape):
            work[i] += eps
            up = f(work)
            work[i] -= 2 * eps
            grad[i] = (up - f(work)) / (2 * eps)
            work[i] += eps
        return grad

    assert examine(registry.exercise("numerical_gradient"), there_and_back).outcome == "passed"


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (lambda f, theta, eps=1: f(theta.ravel()), "failed", "f was called with an array of shape (6,)"),
        (lambda f, theta, eps=1: None, "failed", "returned None"),
        (lambda f, theta, eps=1: (theta, theta), "failed", "a tuple came"),
        (lambda f: f, "error", "positional argument"),
        (lambda f, theta, eps=1: "none", "failed", "grad should be an array"),
        (np.zeros(3), "error", "is no function"),
    ],
)
def test_what_is_no_numerical_gradient_gets_a_sentence(answer, outcome, words):
    report = examine(registry.exercise("numerical_gradient"), answer)
    assert (report.outcome, report.points) == (outcome, 0), str(report)
    assert words in " ".join(str(report).split())


@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_a_gradient_without_an_idea_earns_nothing(fill):
    def constant(f, theta, eps=1):
        return np.full(theta.shape, fill)

    for hidden in (False, True):
        assert examine(registry.exercise("numerical_gradient"), constant, hidden=hidden).points == 0


# The probe for training in chunks


def test_a_gradient_across_the_cut_is_read_off():
    clean = replies("train_truncated", _loops.looping())
    leaky = replies("train_truncated", _loops.one_update(detach=False))
    assert [float(np.abs(r["outputs"][3]).max()) for r in clean] == [0.0] * 4
    assert leaky[0]["outputs"][3][0] == 0 and (leaky[0]["outputs"][3][1:] > 0).all()


def test_a_faint_leak_counts():
    """A billionth of the state stays on the graph: every value is right, the gradient across the cut is not zero."""

    def leaking(model, optimiser, loss, x, y, h, k):
        losses = []
        for s in range(0, x.shape[1], k):
            out, h = model(x[:, s : s + k], h.detach() + 1e-9 * (h - h.detach()))
            error = loss(out, y[:, s : s + k])
            optimiser.zero_grad()
            error.backward(retain_graph=True)
            losses.append(error.item())
        optimiser.step()
        return losses, h.detach()

    found = replies("train_truncated", leaking)[0]["outputs"][3]
    assert 0 < found[1] < 1
    report = examine(registry.exercise("train_truncated"), leaking)
    assert report.outcome == "failed"


def test_a_faint_leak_counts_in_numpy():
    def leaking(x, h0, W_xh, W_hh, b, dh, k):
        h, dx, *rest = by_hand.truncated_bptt(x, h0, W_xh, W_hh, b, dh, k)
        return h, dx + 1e-12, *rest

    report = examine(registry.exercise("truncated_bptt"), leaking)
    assert [r.status for r in report.cases if r.name == "across the cut"] == ["failed"], str(report)
    assert sum(r.status == "failed" for r in report.cases) == 1


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (lambda *arguments: None, "failed", "returned None"),
        (lambda *arguments: ([], arguments[5]), "failed", "a list without entries (was no chunk run?) came"),
        (lambda *arguments: (1, 2, 3), "failed", "a tuple of 3 came"),
        (lambda *arguments: 1.5, "failed", "losses has shape ()"),
        (lambda model: 0, "error", "positional argument"),
        (3.0, "error", "is no function"),
    ],
)
def test_what_is_no_training_gets_a_sentence(answer, outcome, words):
    report = examine(registry.exercise("train_truncated"), answer)
    assert (report.outcome, report.points) == (outcome, 0), str(report)
    assert words in " ".join(str(report).split())


def test_an_error_of_torch_names_the_cure():
    report = examine(registry.exercise("train_truncated"), _loops.looping(enter=lambda h, h0: h))
    said = " ".join(str(report).split())
    assert "backward through the graph a second time" in said and "h = h.detach()" in said


def test_the_optimisers_of_the_probes_do_what_torchs_do():
    from autograder.probes.optimisers import Adam, Descent

    for mine, theirs in ((Descent, torch.optim.SGD), (Adam, torch.optim.Adam)):
        torch.manual_seed(0)
        one, other = (torch.nn.Linear(3, 2) for _ in range(2))
        other.load_state_dict(one.state_dict())
        for model, optimiser in ((one, mine(torch, one, 0.3)), (other, theirs(other.parameters(), lr=0.3))):
            for set_to_none in (True, False, True):
                optimiser.zero_grad(set_to_none=set_to_none)
                model(torch.ones(4, 3)).pow(2).sum().backward()
                optimiser.step()
        torch.testing.assert_close(one.weight, other.weight)


# What the lesson shows with


def test_the_graph_is_counted():
    network = VanillaRNN(3, 8)

    def held_by(T: int, k: int) -> int:
        with Holding() as held:
            h = torch.zeros(2, 8)
            for part in torch.randn(2, T, 3).split(k, 1):
                states, h = network(part, h.detach())
                states.sum().backward()
                del states
        del h
        assert held.now == 0
        return held.most

    full = [held_by(T, T) for T in (10, 20, 40)]
    assert full[2] - full[1] == 2 * (full[1] - full[0]) > 0
    assert held_by(40, 10) == full[0]


def test_the_widget_counts_paths():
    widget = truncation()
    assert [widget.paths(k) for k in (1, 4, 12)] == [12, 30, 78]
    assert [widget.reach(4, t) for t in (1, 4, 5, 12)] == [1, 1, 5, 9]


def test_every_frame_of_the_widget_is_drawn_well():
    widget = truncation()
    for k, t in itertools.product((1, 2, 5, 11, 12), (1, 2, 6, 12)):
        canvas = widget.draw({"k": k, "t": t})
        ET.fromstring(canvas.svg())
        assert canvas.problems() == [], (k, t)
    bundle = widget._repr_mimebundle_()
    assert '<img src="data:image/svg+xml;base64,' in bundle["text/html"]
