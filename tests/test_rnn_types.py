"""Lesson 02: its data, the cell it imports, its coloured text and its widget."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.exercises.rnn_types import tasks
from autograder.reference import rnn, rnn_types
from autograder.registry import exercise
from autograder.session import examine
from rnnlab import cells
from rnnlab.data import blood_pressure, country_names, dates, digits, python_tokens, sentiment
from rnnlab.highlight import coloured
from rnnlab.widgets.types import EXAMPLES, problem_types


def weights(D: int, H: int) -> tuple:
    rng = np.random.default_rng(0)
    return rng.normal(size=(H, D)), rng.normal(size=(H, H)), rng.normal(size=H)


def test_the_imported_cell_is_that_of_lesson_01() -> None:
    rng, given = np.random.default_rng(1), weights(3, 4)
    x, h = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 4))
    np.testing.assert_allclose(cells.rnn_step(x[:, 0], h, *given), rnn.rnn_step(x[:, 0], h, *given), atol=1e-12)
    for mine, theirs in zip(cells.rnn_forward(x, h, *given), rnn.rnn_forward(x, h, *given)):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)
    network = cells.VanillaRNN(3, 4).double()
    states, last = network(torch.tensor(x), torch.tensor(h))
    np.testing.assert_allclose(states.detach(), rnn.rnn_forward(x, h, *network.arrays())[0], atol=1e-7)
    assert last.shape == (2, 4)


@pytest.mark.parametrize(
    ("x", "h", "says"),
    [
        ((3,), (1, 4), "x as (N, D), a batch"),
        ((2, 3), (4,), "h as (N, H), a batch"),
        ((2, 4), (2, 4), "D = 3"),
        ((2, 3), (1, 4), "N = 2"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(x: tuple, h: tuple, says: str) -> None:
    with pytest.raises(ValueError, match="rnn_step wants") as caught:
        cells.rnn_step(np.zeros(x), np.zeros(h), *weights(3, 4))
    assert says in str(caught.value)


def test_digits_come_with_their_spelling() -> None:
    for part in digits.load():
        assert part.images.shape == (len(part.labels), 64)
        assert 0 <= part.images.min() <= part.images.max() <= 1
        for label, caption, length in zip(part.labels[:30], part.captions, part.lengths):
            assert digits.spell(caption) == digits.WORDS[label]
            assert length == len(digits.WORDS[label]) + 1


def test_no_country_is_in_both_parts_and_no_name_in_two_languages() -> None:
    from babel import Locale

    train, test = country_names.load()
    names = train.names + test.names
    assert len(set(names)) == len(names) > 1000
    assert set(train.labels) == set(test.labels) == set(range(10))
    countries = []
    for part in (train, test):
        codes = list(country_names.LANGUAGES)
        found = [{v.lower(): k for k, v in Locale.parse(c).territories.items()} for c in codes]
        countries.append({found[label][name] for name, label in zip(part.names, part.labels)})
    assert not countries[0] & countries[1]


def test_dates_say_the_same_day_and_no_day_is_in_both_parts() -> None:
    train, test = dates.load(900)
    assert not set(train.iso) & set(test.iso)
    assert len(set(train.languages)) == len(dates.LANGUAGES)
    for written, iso in zip(test.written, test.iso):
        year, _month, day = iso.split("-")
        assert year in written
        assert str(int(day)) in written
    assert dates.load(900)[1].written == test.written


def test_every_character_of_code_has_its_class() -> None:
    (tags,) = python_tokens.tag('if x1 == 20: y = "a"  # b')
    told = "".join("snkdtco"[i] for i in tags)
    assert told == "kksnnsooscdo".replace("cd", "dd") + "snsosttt" + "ssccc"
    train, test = python_tokens.load()
    assert all(len(line) == len(row) <= python_tokens.LONGEST for line, row in zip(train.lines, train.tags))
    assert not set(python_tokens.TRAIN) & set(python_tokens.TEST)
    assert len(test.lines) > 300


def test_every_pair_of_phrases_has_both_verdicts() -> None:
    train, test = sentiment.load()
    verdict = dict(zip(train.phrases + test.phrases, [*train.labels, *test.labels]))
    assert len(verdict) == len(train.phrases) + len(test.phrases)
    assert (verdict["good , not bad"], verdict["bad , not good"], verdict["not bad at all"]) == (1, 0, 1)


def test_what_the_lesson_says_of_the_phrases_and_names_is_so() -> None:
    train, test = sentiment.load()
    verdict = dict(zip(train.phrases + test.phrases, [*train.labels, *test.labels]))
    by_words: dict[tuple, list] = {}
    for phrase in verdict:
        by_words.setdefault(tuple(sorted(phrase.split())), []).append(verdict[phrase])
    pairs = [told for told in by_words.values() if len(told) > 1]
    assert (len(verdict), len(pairs)) == (540, 150)
    assert all(sorted(told) == [0, 1] for told in pairs)
    assert sum(" " not in phrase for phrase in verdict) == 10
    assert "good" not in train.phrases
    lengths = [len(name) for part in country_names.load() for name in part.names]
    assert (min(lengths), max(lengths)) == (3, 24)


def test_people_are_made_up_the_same_way_each_time() -> None:
    train, test = blood_pressure.load()
    assert train.x.shape == (600, 3)
    assert test.y.shape == (200, 1)
    np.testing.assert_array_equal(train.x, blood_pressure.load()[0].x)


def test_every_wrong_pick_gets_a_reason_of_its_own() -> None:
    for task, right in rnn_types.TASKS.items():
        said = {pick: tasks.reads({"task": task}, (pick,))[0] for pick in range(1, 6)}
        assert said[right] == tasks.FITS
        wrong = [text for pick, text in said.items() if pick != right]
        assert len(set(wrong)) == 4
        assert all(len(text) > 35 for text in wrong)
    for odd in (None, 0, 6, 2.5, "two", "", [1, 2], np.zeros(3)):
        assert tasks.reads({"task": "caption"}, (odd,))[0] != tasks.FITS


@pytest.mark.parametrize("pick", range(6))
def test_the_same_pick_for_every_task_earns_next_to_nothing(pick: int) -> None:
    assert examine(exercise("match_tasks"), lambda task: pick, hidden=True).points <= 0.5


def test_a_wrong_first_pick_costs_its_own_share_only() -> None:
    def picks(wrong: str):
        return lambda task: 3 if task == wrong else rnn_types.TASKS[task]

    earned = [
        examine(exercise("match_tasks"), picks(task), hidden=True).points for task in ("blood_pressure", "caption")
    ]
    first, other = earned
    assert 3 > first >= other > 2


def test_coloured_text_marks_what_is_wrong_and_escapes() -> None:
    shown = coloured(["a<b"], [[1, 6, 1]], python_tokens.CLASSES, right=[[1, 6, 2]])
    assert "&lt;" in shown._repr_html_()
    assert shown._repr_html_().count("border-bottom") == 1
    assert "161" in repr(shown)


@pytest.mark.parametrize("number", range(1, len(EXAMPLES) + 1))
def test_the_widget_draws_every_step_of_every_type(number: int) -> None:
    widget = problem_types()
    for t in range(1, 12):
        canvas = widget.draw({"type": number, "t": t})
        assert canvas.problems() == []
    assert "alt=" in widget.static()
