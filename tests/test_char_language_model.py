"""What lesson 03 has beyond the registry's tests: its texts, its widget, and readings that nothing can upset."""

from __future__ import annotations

import numpy as np
import pytest

from autograder import judge, registry, trials
from autograder.probes import codec
from autograder.reference import char_language_model as lm
from autograder.session import check, examine
from rnnlab.data import text
from rnnlab.widgets.temperature import temperature

READ = [e for e in registry.lesson("03").exercises if e.reads]


def test_prose_is_prose() -> None:
    prose = text.prose()
    assert prose == text.prose()
    assert len(prose) > 100_000
    assert prose.isascii()
    lines = prose.splitlines()
    assert len(set(lines)) == len(lines)
    assert set(text.letters(prose)) == set("abcdefghijklmnopqrstuvwxyz ")


def test_code_is_python() -> None:
    code = text.code()
    assert len(code) > 100_000
    compile(code.replace("from __future__", "from os"), "code", "exec")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there"),
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"\x00\x01\x02" * 2000, "is not plain text"),
        ("h\u00e9".encode("latin-1") * 2000, "is not plain text"),
        (b"too short", "has 9 characters"),
    ],
)
def test_a_bad_text_gets_one_sentence(tmp_path, content, said) -> None:
    path = tmp_path / "mine.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=said) as caught:
        text.read_text(path)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_text(tmp_path) -> None:
    with pytest.raises(ValueError, match="is a folder"):
        text.read_text(tmp_path)


def test_a_good_text_comes_as_it_is(tmp_path) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "ein h\u00fcbscher Satz\r\n".encode() * 200)
    assert text.read_text(str(path)) == "ein h\u00fcbscher Satz\n" * 200


def test_the_baselines_stand_in_their_order() -> None:
    letters = text.letters(text.prose())
    ids = np.array(["abcdefghijklmnopqrstuvwxyz ".index(c) for c in letters])
    train, held = ids[:-20_000], ids[-20_000:]
    p = np.bincount(train, minlength=27) / len(train)
    unigram = -np.log2(p[held]).mean()
    assert lm.bigram_bits(train, held, 27) + 0.3 < unigram < np.log2(27) - 0.3


@pytest.mark.parametrize("exercise", READ, ids=lambda e: e.id)
@pytest.mark.parametrize(
    "junk",
    [[], [None], [1.5, "x"], [{"type": "dict"}] * 6, [np.zeros((0, 0))] * 5, [np.full((2, 2), np.nan)] * 6, ["a"] * 3],
    ids=str,
)
def test_no_reply_upsets_a_reading(exercise, junk) -> None:
    """Whatever a hostile answer sends is a failure of the answer, and never one of ours."""
    tried = trials.trials(exercise)
    reply = codec.dumps({"status": "called", "calls": [{"status": "returned", "outputs": junk}] * len(tried)})
    report = judge.judge(exercise, tried, reply, lambda name: None)
    assert report.outcome in ("failed", "error")
    assert report.points == 0


def test_the_widget_follows_the_temperature() -> None:
    widget = temperature()
    assert widget.chances(0.1).max() > widget.chances(1.0).max() > widget.chances(3.0).max()
    assert widget.chances(0.7).sum() == pytest.approx(1)
    for tenths in (1, 10, 30):
        assert widget.draw({"tenths": tenths, "seed": 2}).problems() == []
    assert widget.write(0.5, 1) == widget.write(0.5, 1) != widget.write(0.5, 2)
    assert "<img" in widget.static()


def test_the_widget_takes_a_model_and_names_what_is_wrong() -> None:
    class Letters:
        characters = ("a", "b")

    def model(i, h):
        return np.array([0.0, 1.0]), h

    assert set(temperature(model, Letters, prime="ab").write(1.0, 1)) <= {"a", "b"}
    with pytest.raises(ValueError, match="'x' is not one of them"):
        temperature(model, Letters, prime="axb")
    with pytest.raises(ValueError, match="needs its vocabulary"):
        temperature(model)
    with pytest.raises(ValueError, match="1 to 60 characters"):
        temperature(prime="")


@pytest.mark.parametrize("drawn", [10**30, 10**400, 2**63, True, [1]])
def test_what_is_no_id_earns_nothing_for_sample_next(drawn):
    report = examine(registry.exercise("sample_next"), lambda logits, temperature, rng: drawn, hidden=True, seed=3)
    assert (report.outcome, report.points) == ("error", 0), str(report)


@pytest.mark.parametrize("mistake", registry.exercise("sample_next").misconceptions, ids=lambda m: m.id)
def test_a_writer_is_not_blamed_for_what_it_draws_with(mistake):
    """A mistake of sample_next that is known is carried forward to a right generate."""
    sample_next = mistake.wrong()

    def generate(model, prime, count, temperature, rng):
        h, ids = None, []
        for i in prime:
            logits, h = model(i, h)
        for _ in range(count):
            ids.append(sample_next(logits, temperature, rng))
            logits, h = model(ids[-1], h)
        return ids

    generate.__globals__["sample_next"] = sample_next
    try:
        check("sample_next", sample_next)
        assert check("generate", generate).points == 3
    finally:
        del generate.__globals__["sample_next"]
