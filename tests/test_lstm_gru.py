"""Lesson 06: gated cells against torch, errors carried forward, and what the lesson shows with."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from types import FunctionType

import numpy as np
import pytest
import torch

from autograder import registry
from autograder.reference import gated
from autograder.session import examine
from autograder.spec import Spec
from rnnlab.gates import sigmoid
from rnnlab.long_range import KINDS, Networks, accuracy, recall, table, train
from rnnlab.many import run_gru, run_lstm, run_tanh
from rnnlab.widgets.belt import belt

SIZES = ((1, 1, 1, 1), (2, 5, 3, 4), (3, 3, 3, 3), (1, 7, 2, 5), (4, 1, 3, 2), (2, 30, 3, 4))


def test_a_spec_multiplies_sizes():
    (item,) = Spec.parse("x (N,4H,D+2,T+1) -> int").inputs
    assert item.sizes({"N": 2, "H": 5, "D": 3, "T": 7}) == (2, 20, 5, 8)


def by_torch(x, h0, c0, W_xh, W_hh, b, dh, dh_T, dc_T):
    """Outputs and gradients of nn.LSTM."""
    network = torch.nn.LSTM(x.shape[2], h0.shape[1], batch_first=True).double()
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), (W_xh, W_hh, b, 0 * b)):
            parameter.copy_(torch.tensor(value))
    x, h0, c0 = (torch.tensor(a, requires_grad=True) for a in (x, h0, c0))
    h, (h_T, c_T) = network(x, (h0[None], c0[None]))
    (
        (h * torch.tensor(dh)).sum() + (h_T[0] * torch.tensor(dh_T)).sum() + (c_T[0] * torch.tensor(dc_T)).sum()
    ).backward()
    leaves = (x, h0, c0, network.weight_ih_l0, network.weight_hh_l0, network.bias_ih_l0)
    return *(a.detach().numpy() for a in (h, h_T[0], c_T[0])), *(leaf.grad.numpy() for leaf in leaves)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_lstm_by_hand_equals_torch(sizes):
    (N, T, D, H), rng = sizes, np.random.default_rng(0)
    shapes = ((N, T, D), (N, H), (N, H), (4 * H, D), (4 * H, H), (4 * H,), (N, T, H), (N, H), (N, H))
    given = [rng.normal(size=s) for s in shapes]
    for mine, theirs in zip(gated.lstm_with_gradients(*given), by_torch(*given), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-10)


def test_the_belt_is_the_gradient_where_the_gates_are_fixed():
    """With recurrent weights of zero the gates do not read the state, and autograd sees the belt alone."""
    rng = np.random.default_rng(1)
    x, W_xh, b = (
        torch.tensor(rng.normal(size=(2, 6, 3))),
        torch.tensor(rng.normal(size=(16, 3))),
        torch.zeros(16).double(),
    )
    c0 = torch.tensor(rng.normal(size=(2, 4)), requires_grad=True)
    c, gates = c0, []
    for t in range(6):
        i, f, g, o = (x[:, t] @ W_xh.T + b).chunk(4, 1)
        gates.append(f.sigmoid())
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    exact = torch.autograd.grad(c.sum(), c0)[0]
    np.testing.assert_allclose(gated.cell_gradient(torch.stack(gates, 1).numpy())[:, 0], exact.numpy(), atol=1e-12)


# Errors carried forward


def students_forward(x, h0, c0, W_xh, W_hh, b):
    states, h, c = [], h0, c0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, W_xh, W_hh, b)  # noqa: F821
        states.append(h)
    return np.stack(states, axis=1), h, c


@pytest.mark.parametrize("mistake", ["i_f_swapped", "g_o_swapped", "tanh_of_c_forgotten", "belt_squashed"])
def test_right_given_a_wrong_step(mistake):
    step, whole = registry.exercise("lstm_step"), registry.exercise("lstm_forward")
    wrong = next(m.wrong for m in step.misconceptions if m.id == mistake)
    space = students_forward.__globals__ | {"lstm_step": wrong}
    answer = FunctionType(students_forward.__code__, space, "lstm_forward")
    assert examine(step, wrong).misconception == mistake
    for hidden in (False, True):
        report = examine(whole, answer, hidden=hidden)
        assert (report.outcome, report.points, report.given) == ("passed", 4, ("lstm_step",)), str(report)


# The two biases


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda b_ih, b_hh, value: None, "returned None"),
        (lambda b_ih, b_hh, value: b_ih + 0, "Two arrays should be returned"),
        (lambda b_ih, b_hh, value: (b_ih[:2], b_hh[:2]), "each should have the shape (12,)"),
        (lambda b_ih, b_hh, value: (1.0, 2.0), "Two arrays should be returned"),
    ],
)
def test_what_is_no_pair_of_biases_gets_a_sentence(answer, words):
    report = examine(registry.exercise("init_forget_bias"), answer)
    assert report.outcome in ("failed", "error") and report.points == 0, str(report)
    assert words in " ".join(str(report).split())


def test_any_share_of_the_bias_is_right():
    def shared(b_ih, b_hh, value):
        rows, one = slice(len(b_ih) // 4, len(b_ih) // 2), np.linspace(-3, 3, len(b_ih) // 4)
        b_ih, b_hh = b_ih.copy(), b_hh.copy()
        b_ih[rows], b_hh[rows] = one, value - one
        return b_ih, b_hh

    assert examine(registry.exercise("init_forget_bias"), shared, hidden=True).outcome == "passed"


# What the lesson shows with


def naive(cell, parts, W_h, extra=None):
    """The last state, step by step, for autograd to go back through."""
    h = c = parts.new_zeros(*parts.shape[1:3], W_h.shape[1])
    H = W_h.shape[1]
    for a in parts:
        if cell == "tanh":
            h = torch.tanh(a + h @ W_h)
        elif cell == "gru":
            (r, z, n), (r_h, z_h, n_h) = a.chunk(3, -1), (h @ W_h + extra).chunk(3, -1)
            r, z = torch.sigmoid(r + r_h), torch.sigmoid(z + z_h)
            h = (1 - z) * torch.tanh(n + r * n_h) + z * h
        else:
            i, f, g, o = (a + h @ W_h).chunk(4, -1)
            p_i, p_f, p_o = (0, 0, 0) if extra is None else extra.split(H, -1)
            c = torch.sigmoid(f + p_f * c) * c + torch.sigmoid(i + p_i * c) * torch.tanh(g)
            h = torch.sigmoid(o + p_o * c) * torch.tanh(c)
    return h


@pytest.mark.parametrize(
    ("cell", "blocks", "extra", "run"),
    [("tanh", 1, 0, run_tanh), ("lstm", 4, 0, run_lstm), ("lstm", 4, 3, run_lstm), ("gru", 3, 3, run_gru)],
)
def test_networks_side_by_side_go_back_as_autograd_does(cell, blocks, extra, run):
    torch.manual_seed(0)
    T, S, N, H = 6, 2, 3, 5
    shapes = [(T, S, N, blocks * H), (S, H, blocks * H), *([(S, 1, extra * H)] if extra else [])]
    given = [torch.randn(*s, dtype=torch.float64, requires_grad=True) for s in shapes]
    mine, theirs, asked = run(*given), naive(cell, *given), torch.randn(S, N, H, dtype=torch.float64)
    torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)
    grads = [torch.autograd.grad((out * asked).sum(), given) for out in (mine, theirs)]
    for one, other in zip(*grads):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_coupled_gates_share():
    """The coupled cell is an LSTM with i = 1 - f."""
    torch.manual_seed(0)
    networks = Networks(KINDS["coupled"], S=1, H=3).double()
    parts, h, c = torch.randn(5, 1, 2, 9, dtype=torch.float64), 0, 0
    for a in parts:
        f, g, o = (a + (h @ networks.W_h if torch.is_tensor(h) else 0)).chunk(3, -1)
        c = torch.sigmoid(f) * c + (1 - torch.sigmoid(f)) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    torch.testing.assert_close(networks._last(parts), h, rtol=0, atol=1e-12)


def test_recall_asks_for_the_first_letter():
    symbols, letters = recall(2, 30, 7, torch.Generator().manual_seed(0))
    assert symbols.shape == (2, 30, 7) and (symbols[:, :, 0] == letters).all()
    assert (letters < 8).all() and (symbols[:, :, 1:] >= 8).all() and (symbols < 16).all()


def test_the_start_is_as_named():
    forget = slice(32, 64)
    assert (Networks(KINDS["LSTM, forget bias 3"], 2).b[:, :, forget] == 3).all()
    assert (Networks(KINDS["coupled, forget bias 1"], 2).b[:, :, :32] == 1).all()
    W = Networks(KINDS["tanh RNN, orthogonal"], 2).W_h
    torch.testing.assert_close(W @ W.transpose(1, 2), torch.eye(32).expand(2, 32, 32), rtol=0, atol=1e-5)


def test_short_recall_is_learnt():
    for name in ("tanh RNN, orthogonal", "GRU", "LSTM, forget bias 3"):
        assert min(train(KINDS[name], 3, updates=120, S=2)[-1]) > 90, name
    assert max(accuracy(Networks(KINDS["LSTM"], 3), 5)) < 40


def test_the_table_is_whole():
    rows = table()
    kinds = list(KINDS)[:6]
    assert [(r["T"], r["kind"]) for r in rows] == [(T, k) for T in (10, 20) for k in kinds]
    for row in rows:
        percent = np.array(row["percent"])
        assert percent.shape == (3000 // row["every"], 10)
        assert (percent >= 0).all() and (percent <= 100).all()


def test_sigmoid_does_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(sigmoid([-1000.0, 0.0, 1000.0]), [0, 0.5, 1])


def test_the_widgets_belt():
    widget = belt()
    first, rest = widget.cells(0.9, 0.0)
    assert first[-1] == pytest.approx(0.9**11) and not any(rest)
    for f, i, o in itertools.product((0, 55, 100), (0, 100), (0, 100)):
        canvas = widget.draw({"f": f, "i": i, "o": o})
        ET.fromstring(canvas.svg())
        assert canvas.problems() == [], (f, i, o)
    assert '<img src="data:image/svg+xml;base64,' in widget._repr_mimebundle_()["text/html"]
