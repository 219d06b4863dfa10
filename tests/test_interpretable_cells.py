"""Lesson 07: the trained network and the command that makes it, labels, what a student's slips get, and the widget."""

from __future__ import annotations

import zlib
from types import FunctionType

import numpy as np
import pytest
import torch

from autograder import registry
from autograder.reference import interpretable_cells as by_hand
from autograder.session import examine
from rnnlab import python_lstm, train_python_lstm
from rnnlab.data import python_labels, python_source
from rnnlab.lit import lit
from rnnlab.widgets.neurons import LINES, WIDE, neurons, shown

CHECKSUMS = (2649819002, 4048885695)
SOURCE = 'def f(x):\n    """Say "it".\n    """\n    return [g("a", \'b\')]  # don\'t\n'


@pytest.fixture(scope="module")
def weights():
    return python_lstm.load()


# The network


def test_the_weights_are_those_that_the_lesson_was_built_with():
    """They are no part of its fingerprint. After training anew: ``autograder build --force 07``, then these numbers."""
    files = [python_lstm.path_of(seed) for seed in (0, 1)]
    assert tuple(zlib.crc32(file.read_bytes()) for file in files) == CHECKSUMS
    assert sum(file.stat().st_size for file in files) < 1_500_000


def test_the_weights_need_no_pickle(weights):
    assert weights.W_xh.shape == (4 * weights.size, len(weights.characters))
    assert all(np.isfinite(w).all() for w in (*weights.cell, weights.W_hy, weights.b_y))


def test_the_network_reads_held_out_code_well(weights):
    """2.0 bits per character over all files held out; here a part of them, which another Python may have changed."""
    text = python_source.read("shutil.py")[:20_000]
    assert python_lstm.bits_per_char(weights, python_source.encode(text), 20) < 2.6
    assert python_lstm.bits_per_char(python_lstm.untrained(0), python_source.encode(text), 20) > 6


def test_the_step_is_torchs(weights):
    cell = torch.nn.LSTMCell(len(weights.characters), weights.size)
    with torch.no_grad():
        for parameter, value in zip(cell.parameters(), (*weights.cell, 0 * weights.b), strict=True):
            parameter.copy_(torch.tensor(value))
    ids, (h, c) = python_source.encode("def f"), weights.start(5)
    theirs = cell(torch.eye(len(weights.characters))[ids], (torch.tensor(h), torch.tensor(c)))
    for mine, other in zip(python_lstm.read_char(ids, h, c, *weights.cell), theirs, strict=True):
        np.testing.assert_allclose(mine, other.detach().numpy(), atol=1e-5)
    for mine, other in zip(
        python_lstm.read_char(ids, h, c, *weights.cell), by_hand.read_char(ids, h, c, *weights.cell), strict=True
    ):
        np.testing.assert_allclose(mine, other, atol=1e-6)


def test_files_are_held_out_by_their_names_alone():
    kept, held = python_source.names()
    assert len(held) > 10 and len(kept) > 10 * len(held) and not set(kept) & set(held)
    assert held == [n for n in sorted(kept + held) if zlib.crc32(n.encode()) % 20 == 0]
    assert not [n for n in kept + held if "/test" in n or "site-packages" in n]


def test_training_is_the_same_twice(tmp_path):
    paths = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for path in paths:
        train_python_lstm.save(train_python_lstm.fit(2), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    python_lstm.load(path=paths[0])


def test_what_is_written_is_drawn_from_the_network(weights):
    one, other = (python_lstm.write(weights, "import ", 30, seed, N=3) for seed in (0, 1))
    assert [len(text) for text in one] == [30] * 3 and one != other
    assert one == python_lstm.write(weights, "import ", 30, 0, N=3)
    held = python_lstm.write(weights, "import ", 30, 0, N=3, held=dict.fromkeys(range(weights.size), 0.0))
    assert held != one


# Labels


def test_labels_say_what_is_true_after_each_character():
    found = python_labels.labels(SOURCE)
    lines = SOURCE.splitlines(keepends=True)
    starts = np.cumsum([0, *map(len, lines)])
    assert {key: len(values) for key, values in found.items()} == dict.fromkeys(found, len(SOURCE))
    inside = "".join(c for c, yes in zip(SOURCE, found["docstring"]) if yes)
    assert inside == '"Say "it".\n    ""'
    assert "".join(c for c, yes in zip(SOURCE, found["comment"]) if yes) == "# don't"
    assert found["depth"][SOURCE.index("(") :][:3].tolist() == [1, 1, 0]
    assert found["depth"].max() == 2 and found["depth"][-1] == 0
    assert found["column"][starts[3] : starts[3] + 3].tolist() == [1, 2, 3] and found["column"][-1] == 0
    assert found["indent"][starts[3] : starts[3] + 6].tolist() == [1, 2, 3, 4, 4, 4]
    assert found["triple"][starts[1] : starts[3]].all() and not found["triple"][starts[3] :].any()


def test_the_mask_of_the_exercise_is_tokenizes_where_it_is_scored():
    text = python_labels.stretches()
    N, T = text.ids.shape
    assert N > 100 and [python_source.decode(row) for row in text.ids] == text.texts
    assert text.files == sorted(text.files) and all(v.shape == (N, T) for v in text.labels.values())
    quotes = np.stack([by_hand.quote_mask(one) for one in text.texts])
    assert 0.02 < quotes[text.scored].mean() < 0.15
    assert not (quotes & text.labels["comment"] & text.scored).any()


# What the lesson says of the network


def test_one_unit_follows_single_quotes_and_closes_them(weights):
    text = python_labels.stretches()
    h, _c = by_hand.hidden_trace(text.ids[:, :300], *weights.cell)
    quotes = np.stack([by_hand.quote_mask(one[:300]) for one in text.texts])
    scored = text.scored[:, :300]
    unit, score = by_hand.best_unit(h[scored], quotes[scored])
    assert score > 0.5
    held = {None: {}, unit: {unit: h[scored].mean(0)[unit]}}
    closed = {
        name: np.mean(
            ["'" in t.split("\n")[0] for t in python_lstm.write(weights, "name = 'the ", 50, 0, 100, held=one)]
        )
        for name, one in held.items()
    }
    assert closed[None] > closed[unit] + 0.3


# What slips get


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("quote_mask", lambda text: None, "returned None"),
        ("quote_mask", lambda text, mark: text, "takes 2 arguments"),
        ("unit_scores", lambda h, mask: 0.5, "shape"),
        ("best_unit", lambda h, mask: None, "returned None"),
        ("ablate", lambda ids, units, values, W_xh, W_hh, b: values, "shape"),
        ("linear_probe", lambda h, y, alpha: None, "returned None"),
    ],
)
def test_what_is_no_answer_gets_a_sentence(name, answer, words):
    report = examine(registry.exercise(name), answer)
    assert report.points == 0
    assert words in " ".join(str(report).split()), str(report)


def closing_mark_inside(text):
    mask = by_hand.quote_mask(text)
    for t in range(1, len(text)):
        mask[t] |= by_hand.quote_mask(text)[t - 1] and text[t] in "'\""
    return mask


def two_names_turned(ids, W_xh, W_hh, b):
    h = c = np.zeros((len(ids), W_hh.shape[1]))
    hs, cs = [], []
    for t in range(ids.shape[1]):
        c, h = by_hand.read_char(ids[:, t], h, c, W_xh, W_hh, b)
        hs.append(h)
        cs.append(c)
    return np.stack(hs, axis=1), np.stack(cs, axis=1)


def inside_less_outside(h, mask):
    return h[mask].mean(axis=0) - h[~mask].mean(axis=0)


def without_alpha(h, y, alpha):
    centred = h - h.mean(axis=0)
    w = np.linalg.solve(centred.T @ centred, centred.T @ (y - y.mean()))
    return w, y.mean() - h.mean(axis=0) @ w


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "answer", "known"),
    [
        ("quote_mask", closing_mark_inside, "closing_mark_inside"),
        ("hidden_trace", two_names_turned, "names_swapped"),
        ("unit_scores", inside_less_outside, "difference_of_rows"),
        ("unit_scores", lambda h, mask: by_hand.unit_scores(h, mask.astype(bool)), "made_true_or_false"),
        ("linear_probe", without_alpha, "alpha_left_out"),
    ],
)
def test_a_slip_is_known_as_it_is_written(name, answer, known):
    assert examine(registry.exercise(name), answer).misconception == known


def test_a_wrong_score_is_carried_forward():
    wrong = next(m.wrong for m in registry.exercise("unit_scores").misconceptions if m.id == "covariance")

    def students(h, mask):
        half = len(h) // 2
        first = unit_scores(h[:half], mask[:half])  # noqa: F821
        unit = int(np.abs(first).argmax())
        return unit, float(np.sign(first[unit]) * unit_scores(h[half:], mask[half:])[unit])  # noqa: F821

    answer = FunctionType(students.__code__, students.__globals__ | {"unit_scores": wrong}, "best_unit")
    assert examine(registry.exercise("unit_scores"), wrong).misconception == "covariance"
    report = examine(registry.exercise("best_unit"), answer)
    assert (report.outcome, report.given) == ("passed", ("unit_scores",)), str(report)


# What the lesson shows with


def test_the_browser_shows_one_unit(weights):
    browser = neurons(weights, "x = 'a'\n", unit=3)
    h, c = by_hand.hidden_trace(python_source.encode("\nx = 'a'")[None], *weights.cell)
    np.testing.assert_allclose(browser.values(browser.state), h[0, 1:, 3], atol=1e-5)
    browser.set(state="c", unit=5)
    np.testing.assert_allclose(browser.values(browser.state), np.tanh(c[0, 1:, 5]), atol=1e-5)
    assert browser.draw(browser.state).problems() == []


@pytest.mark.parametrize("text", ["", "\n\n", "é\tü\0", "x" * 1000, "\n".join("y" * 30)])
def test_the_browser_takes_any_text(weights, text):
    browser = neurons(weights, unit=0)
    browser.set(text=text)
    assert browser.draw(browser.state).svg().startswith("<svg")
    lines = shown(text).split("\n")
    assert len(lines) <= LINES and max(map(len, lines)) <= WIDE and shown(text).isprintable() == (len(lines) == 1)


def test_the_browser_can_be_typed_into(weights):
    browser = neurons(weights, unit=0)
    browser.live()
    field = browser._live.inputs["text"]
    field.value = "say('hello')"
    assert browser.state["text"] == "say('hello')"
    assert "Unit 0" in browser._live.picture.value


def test_lit_text_is_escaped():
    shown_as = lit("a<b\n'c'", np.linspace(-1, 1, 7))._repr_html_()
    assert "&lt;" in shown_as and "a<b" not in shown_as
    assert repr(lit("ab", {"unit 1": [0, 1], "unit 2": [1, 0]})) == "unit 1\nab\nunit 2\nab"
