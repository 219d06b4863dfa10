"""Lesson 08: stacks and directions against torch, errors carried forward, and what the lesson shows with."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from types import FunctionType

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from autograder import judge, registry
from autograder.exercises.bidirectional_stacks.lookahead import ahead
from autograder.probes.layers import nested
from autograder.probes.lookahead import model
from autograder.reference import bidirectional_stacks as reference
from autograder.session import examine
from rnnlab import depths, stacks
from rnnlab.data import python_calls
from rnnlab.many_taggers import Recurrence, Taggers, batch, fit, share, tagged
from rnnlab.widgets.highlighters import WIDE, highlighters, shown

SIZES = ((1, 1, 1, 1, 1), (2, 5, 3, 4, 2), (3, 3, 3, 3, 3), (1, 7, 2, 5, 2), (4, 9, 3, 2, 2))


def by_torch(network, x, lengths):
    """The outputs and last states of a torch network on a padded batch."""
    packed = pack_padded_sequence(torch.tensor(x), torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        states, last = network(packed)
    h = pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])[0]
    return h.numpy(), *(a.numpy() for a in (last if isinstance(last, tuple) else (last,)))


def cells_of(network):
    arrays = [p.detach().numpy() for p in network.parameters()]
    return [(W_xh, W_hh, b + b2) for W_xh, W_hh, b, b2 in zip(*[iter(arrays)] * 4)]


def padded(sizes, seed=0):
    (N, T, D, H, L), rng = sizes, np.random.default_rng(seed)
    return H, L, rng.normal(size=(N, T, D)), rng.integers(1, T + 1, size=N)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_bidirectional_lstm_equals_torch(sizes):
    H, L, x, lengths = padded(sizes)
    network = torch.nn.LSTM(x.shape[2], H, L, batch_first=True, bidirectional=True).double()
    cells = cells_of(network)
    layers = [(cells[2 * i], cells[2 * i + 1]) for i in range(L)]
    mine = reference.bidirectional_lstm(x, lengths, layers)
    for a, b in zip(mine, by_torch(network, x, lengths), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_both_directions_and_stacks_equal_torch(sizes):
    H, L, x, lengths = padded(sizes)
    both = torch.nn.RNN(x.shape[2], H, batch_first=True, bidirectional=True).double()
    one, other = cells_of(both)
    pairs = zip(reference.bidirectional(x, lengths, *one, *other), by_torch(both, x, lengths), strict=True)
    for a, b in pairs:
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)
    deep = torch.nn.RNN(x.shape[2], H, L, batch_first=True).double()
    full = np.full(len(x), x.shape[1])
    for a, b in zip(reference.stacked(x, cells_of(deep)), by_torch(deep, x, full), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_lstm_that_is_given_equals_the_reference(sizes):
    H, _L, x, lengths = padded(sizes)
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=s) for s in ((4 * H, x.shape[2]), (4 * H, H), (4 * H,))]
    pairs = zip(stacks.lstm_padded(x, lengths, *weights), reference.lstm_padded(x, lengths, *weights), strict=True)
    for a, b in pairs:
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)


def test_the_lstm_that_is_given_says_what_does_not_fit():
    weights = np.zeros((8, 3)), np.zeros((8, 2)), np.zeros(8)
    with pytest.raises(ValueError, match=r"D = 3.*\(2, 5, 4\)"):
        stacks.lstm_padded(np.zeros((2, 5, 4)), np.array([5, 3]), *weights)
    with pytest.raises(ValueError, match="N = 2"):
        stacks.lstm_padded(np.zeros((2, 5, 3)), np.array([5]), *weights)


def test_turning_twice_changes_nothing():
    _H, _L, x, lengths = padded((5, 9, 2, 1, 1))
    np.testing.assert_array_equal(reference.reverse_padded(reference.reverse_padded(x, lengths), lengths), x)


# Errors carried forward


def students_bidirectional(x, lengths, W_xh, W_hh, b, W_xh_r, W_hh_r, b_r):
    N, T, _D = x.shape
    h0 = np.zeros((N, len(b)))
    ahead, _ = rnn_forward(x, h0, W_xh, W_hh, b)  # noqa: F821
    back, _ = rnn_forward(reverse_padded(x, lengths), h0, W_xh_r, W_hh_r, b_r)  # noqa: F821
    back = reverse_padded(back, lengths)  # noqa: F821
    real = np.arange(T) < lengths[:, None]
    h = np.concatenate([ahead, back], axis=2) * real[:, :, None]
    return h, np.stack([ahead[np.arange(N), lengths - 1], back[:, 0]])


@pytest.mark.parametrize("mistake", ["padding_reversed", "one_too_few", "one_too_many"])
def test_right_given_a_wrong_reversal(mistake):
    from rnnlab.cells import rnn_forward

    first, second = registry.exercise("reverse_padded"), registry.exercise("bidirectional")
    wrong = next(m.wrong for m in first.misconceptions if m.id == mistake)
    space = students_bidirectional.__globals__ | {"reverse_padded": wrong, "rnn_forward": rnn_forward}
    answer = FunctionType(students_bidirectional.__code__, space, "bidirectional")
    for hidden in (False, True):
        report = examine(second, answer, hidden=hidden)
        assert (report.outcome, report.points, report.given) == ("passed", 5, ("reverse_padded",)), str(report)


@pytest.mark.parametrize("mistake", ["padding_reversed", "one_too_few", "batch_reversed"])
def test_an_lstm_that_is_right_given_a_wrong_reversal(mistake):
    first, second = registry.exercise("reverse_padded"), registry.exercise("bidirectional_lstm")
    wrong = next(m.wrong for m in first.misconceptions if m.id == mistake)
    right = reference.bidirectional_lstm
    space = right.__globals__ | {"reverse_padded": wrong}
    answer = FunctionType(right.__code__, space, "bidirectional_lstm", None, None)
    answer.__kwdefaults__ = {"reverse_padded": wrong}
    for hidden in (False, True):
        report = examine(second, answer, hidden=hidden)
        assert (report.outcome, report.points, report.given) == ("passed", 5, ("reverse_padded",)), str(report)


# The models that are asked about


def looks_ahead(tables, x):
    """By brute force: every later step is changed, one at a time."""
    run = model(tables)
    before = run(x)
    for t in range(1, x.shape[1]):
        other = x.copy()
        other[:, t] += 1
        if not np.allclose(before[:, :t], run(other)[:, :t]):
            return True
    return False


@pytest.mark.parametrize("seed", range(10))
def test_the_judge_knows_which_model_looks_ahead(seed):
    for trial in judge.trials(registry.exercise("leaks_future"), hidden=True, seed=seed):
        for name in ("first", "second"):
            given = trial.inputs[name], trial.inputs["x"]
            assert ahead(given[0], given[1].shape[1]) == looks_ahead(*given), trial.case.name


@pytest.mark.parametrize("answer", [True, False, None, "yes", 2.5])
def test_the_same_answer_to_all_models_earns_nothing(answer):
    report = examine(registry.exercise("leaks_future"), lambda model, x: answer, hidden=True, seed=3)
    assert report.outcome != "passed" and report.points == 0, str(report)


@pytest.mark.parametrize("name", ["stacked", "bidirectional_lstm"])
@pytest.mark.parametrize("fill", [0.0, 1.0, "x", None])
def test_a_stack_without_an_idea_earns_nothing(name, fill):
    exercise = registry.exercise(name)

    def answer(x, *rest):
        if fill is None or fill == "x":
            return x if fill else None
        cells = [cell for layer in rest[-1] for cell in (layer if len(layer) == 2 else [layer])]
        H = cells[0][1].shape[1]
        many = len(cells) // len(rest[-1])
        h = np.full((*x.shape[:2], many * H), fill)
        last = np.full((len(cells), len(x), H), fill)
        return (h, last) if name == "stacked" else (h, last, last)

    report = examine(exercise, answer, hidden=True, seed=2)
    assert report.outcome != "passed" and report.points == 0, str(report)


def test_a_tagger_that_puts_zeros_in_the_padding_and_reads_them_does_not_pass():
    from autograder.exercises.bidirectional_stacks import _taggers as ways

    def zeros_read(torch, self, ids, lengths):
        real = torch.arange(ids.shape[1]) < lengths[:, None]
        return self.readout(self.rnn(self.table(ids * real))[0])

    report = examine(registry.exercise("Tagger"), ways.network(forward=zeros_read))
    assert (report.outcome, report.misconception) == ("failed", "padding_read"), str(report)


@pytest.mark.parametrize("came", [None, "x", (1.0, None), [1.0], np.zeros(3)])
def test_what_a_step_of_training_returns_in_place_of_a_loss_is_told(came):
    from autograder.exercises.bidirectional_stacks import _taggers as ways

    report = examine(registry.exercise("Tagger"), ways.network(learn=lambda *given: came))
    assert report.outcome == "failed" and "a step of training  error" in str(report), str(report)


def test_two_in_place_of_K_does_not_pass():
    def answer(name, N, T, D, H, L, K):
        return reference.output_shapes(name, N, T, D, H, L, 2)

    report = examine(registry.exercise("output_shapes"), answer)
    assert (report.outcome, report.misconception) == ("failed", "two_in_place_of_K"), str(report)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda sizes: {"output": sizes}, "the whole table"),
        (lambda sizes: str(sizes), "text: no quotes"),
        (lambda sizes: int(np.prod(sizes)), "one number, 280"),
        (lambda sizes: None, "nothing: put a tuple"),
    ],
)
def test_what_is_no_tuple_of_sizes_is_told(change, told):
    report = examine(registry.exercise("output_shapes"), lambda *given: change(reference.output_shapes(*given)))
    assert (report.outcome, report.points) == ("failed", 0) and told in " ".join(str(report).split()), str(report)


def test_weights_that_were_changed_are_told():
    def careless(x, layers):
        result = reference.stacked(x, layers)
        layers[0][1][:] = 0
        return result

    report = examine(registry.exercise("stacked"), careless)
    assert report.outcome == "failed" and "layers came back changed" in str(report), str(report)


def test_layers_come_as_a_list():
    x, layers = registry.exercise("stacked").make_inputs(registry.exercise("stacked").cases[0], 0).values()
    assert [tuple(a.shape for a in cell) for cell in nested(layers)] == [((6, 4), (6, 6), (6,))] + 2 * [
        ((6, 6), (6, 6), (6,))
    ]


# What the lesson shows with


def test_the_recurrence_has_the_right_gradients():
    torch.manual_seed(0)
    parts, W = (torch.randn(*s, dtype=torch.float64, requires_grad=True) for s in ((5, 2, 3, 4), (2, 4, 4)))
    assert torch.autograd.gradcheck(Recurrence.apply, (parts, W))


@pytest.mark.parametrize(("directions", "layers"), [(1, 1), (1, 3), (2, 1), (2, 2)])
def test_the_taggers_look_ahead_only_with_two_directions(directions, layers):
    taggers = Taggers((0, 1), 20, 3, 6, directions, layers)
    ids, lengths = torch.randint(0, 20, (4, 7)), torch.tensor([7, 5, 3, 6])
    one = batch(ids, ids % 3, lengths)
    later, padding = ids.clone(), ids.clone()
    later[:, 2] = (ids[:, 2] + 1) % 20
    padding[1:, 6] = (ids[1:, 6] + 1) % 20
    with torch.no_grad():
        before, after, other = (taggers(batch(i, ids % 3, lengths)) for i in (ids, later, padding))
    assert torch.equal(before[:, :, :2], after[:, :, :2]) == (directions == 1)
    assert torch.allclose(before[:, one.real], other[:, one.real])


def test_the_taggers_learn():
    lines, new = python_calls.arrays()
    taggers = Taggers((0, 1), python_calls.V, len(python_calls.CLASSES), 16, 2)
    losses = fit(taggers, lines, 25, show=lambda step, steps: [step(i) for i in range(steps)])
    assert np.mean(losses[-5:]) < 0.8 * losses[0]
    few = tuple(part[:50] for part in new)
    assert len(share(tagged(taggers, few), few)) == 2


def test_a_called_name_is_one_with_a_bracket_after_it():
    from rnnlab.data import python_tokens

    line = "for x in f(a, g (b)): 'h('"
    tags = python_calls.with_calls(line, python_tokens.tag(line + "\n pass\n")[0])
    names = [python_calls.CLASSES[t] for t in tags]
    assert names[line.index("f(")] == "called" and names[line.index("g (")] == "name"
    assert names[line.index("x")] == "name" and names[line.index("h(")] == "string"


def test_the_depths_were_measured_with_these_sizes():
    rows = depths.table()
    assert [(row["directions"], row["layers"]) for row in rows] == list(depths.STACKS)
    for row in rows:
        taggers = Taggers(
            (0,), python_calls.V, len(python_calls.CLASSES), depths.UNITS, row["directions"], row["layers"]
        )
        assert (row["learns"], len(row["percent"])) == (taggers.count(), depths.SEEDS)


def test_the_widget_shows_both():
    def tag(letter):
        return lambda lines: [[1 + (c == letter) for c in line] for line in lines]

    widget = highlighters(tag("a"), tag("b"), python_calls.CLASSES, "ab = a\n\nb")
    canvas = widget.draw(widget.state)
    ET.fromstring(canvas.svg())
    assert canvas.problems() == [] and "differ in 4 characters" in canvas.about
    widget.set(read=1)
    assert "differ in 1 char" in widget.draw(widget.state).about
    for text in ("", "\n\n", "x" * 500, "é\t'"):
        widget.set(text=text, read=WIDE)
        assert widget.draw(widget.state).problems() == []
    assert len(shown("x" * 500, 500)) == 7
