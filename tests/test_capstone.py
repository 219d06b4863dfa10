"""Lesson 09: what is handed in, what is refused with which sentence, and what a capstone earns that broke a rule."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import lessons
import nbformat
import numpy as np
import pytest

from autograder import registry
from autograder.build.paths import Course
from autograder.exercises.capstone.building import BUILD, REFUSALS
from autograder.exercises.capstone.handing_in import MY_MODEL, SAMPLE
from autograder.grading import check
from autograder.grading.engine import Engine
from autograder.grading.submission import Submission
from autograder.reference.capstone import scores
from autograder.session import examine
from rnnlab.capstone import Budget, HandedIn, costs, count_bits, load, prepare, readable, save, states, step, write
from rnnlab.capstone.reader import Layer
from rnnlab.capstone.texts import PIECE, exchange
from rnnlab.capstone.torch_models import read_off
from rnnlab.data.text import prose

LESSON = "09_capstone"
FILE = "capstone.npz"


@pytest.fixture(scope="module")
def corpus():
    return prepare(prose())


@pytest.fixture(scope="module")
def sample():
    return load(SAMPLE)


def said(report) -> str:
    return " ".join(str(report).split())


def judged(handed, **options):
    return examine(MY_MODEL, lambda: handed, **options)


# The text


def test_parts_are_apart_and_cover_the_text(corpus):
    whole = len(corpus.ids) // PIECE * PIECE
    assert len(corpus.train) + corpus.choose.size + corpus.held.size == whole
    assert corpus.decode(corpus.ids[:500]) == prose()[:500]
    assert np.array_equal(corpus.held[0], corpus.ids[9 * PIECE : 10 * PIECE])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("short", "The text has 5 characters, and at least 20,000 are needed"),
        (7, "returned something of type int"),
        (prose, "a function has to be called"),
        ("a" * 30_000, "one character over and over"),
        ("".join(chr(0x4E00 + i % 2000) for i in range(30_000)), "unicodedata.normalize"),
        (prose()[:6_000] * 5, "stands word for word in the training part"),
        ("ab" * 15_000, "stands word for word in the training part"),
    ],
)
def test_a_text_that_will_not_do_gets_a_sentence(text, sentence):
    exercise = registry.exercise("my_text")
    report = examine(exercise, lambda: text)
    assert report.points == 0 and report.outcome in ("error", "failed")
    assert sentence in said(report), str(report)


def test_a_missing_file_gets_its_sentence(tmp_path):
    from rnnlab.data.text import read_text

    report = examine(registry.exercise("my_text"), lambda: read_text(tmp_path / "mine.txt"))
    assert report.outcome == "error" and "is not there" in said(report)


def test_words_change_places_and_stay_what_they_are(corpus):
    mixed = exchange(corpus.held, corpus.characters, np.random.default_rng(0))
    assert mixed.shape == corpus.held.shape and not np.array_equal(mixed, corpus.held)
    one, other = (corpus.decode(p.ravel()).split() for p in (corpus.held, mixed))
    assert sorted(one) == sorted(other) and one != other
    alone = exchange(np.ones((3, 50), int), "ab", np.random.default_rng(0))
    assert alone.shape == (3, 50)


def test_counts_of_singles_are_the_entropy():
    ids = np.random.default_rng(0).integers(0, 4, size=60_000)
    assert count_bits(ids, ids[:5000].reshape(10, 500), 1, 4) == pytest.approx(2, abs=0.01)
    walk = np.tile([0, 1, 2, 3], 1000)
    assert count_bits(walk, walk.reshape(8, 500), 2, 4) < 0.02


# The model


@pytest.mark.parametrize("name", REFUSALS)
def test_a_model_that_cannot_be_read_gets_a_sentence(name):
    made, sentence = REFUSALS[name]
    report = examine(BUILD, made())
    assert report.points == 0 and sentence in said(report), str(report)


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_the_judge_reads_what_torch_says(cell, corpus):
    import torch

    built = {v.id: v.right() for v in BUILD.accepts}[{"RNN": "rnn", "GRU": "gru", "LSTM": "lstm"}[cell]](corpus.V)
    network = read_off(built, corpus.V)
    with torch.no_grad():
        theirs = torch.log_softmax(built(torch.tensor(corpus.choose[:4]))[0], -1).numpy() / np.log(2)
    mine = network.log_chances(network.states(corpus.choose[:4]))
    np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_cells_of_the_course_are_read(corpus):
    import torch

    class LSTM(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.W_xh = torch.nn.Parameter(torch.randn(48, corpus.V) / 9)
            self.W_hh = torch.nn.Parameter(torch.randn(48, 12) / 4)
            self.b = torch.nn.Parameter(torch.randn(48))

    model = torch.nn.Module()
    model.cell, model.readout = LSTM(), torch.nn.Linear(12, corpus.V)
    assert [one.kind for one in read_off(model, corpus.V).layers] == ["lstm"]


def test_what_is_saved_comes_back(tmp_path, corpus, capsys):
    model = BUILD.accepts[0].right()(corpus.V)
    budget = Budget(5)
    budget.used = 4.0
    save(model, corpus, budget, tmp_path / FILE)
    assert "Saved capstone.npz" in capsys.readouterr().out
    found = load(tmp_path / FILE)
    assert found.seconds == 4.0 and found.corpus.characters == corpus.characters
    assert np.array_equal(found.corpus.ids, corpus.ids)
    np.testing.assert_allclose(found.network.W_hy, model.readout.weight.detach().numpy(), atol=1e-3)


def test_nothing_is_trained_or_saved_while_grading(tmp_path, monkeypatch, corpus):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    budget = Budget(60).run(lambda: pytest.fail("a step was taken"))
    save(None, corpus, budget, tmp_path / FILE)
    assert not (tmp_path / FILE).exists()


def test_the_budget_ends_the_training_cleanly(capsys):
    budget = Budget(0.2).run(lambda: sum(i for i in range(20_000)) * 0 + 1.0, show=False)
    assert 0.2 <= budget.used < 0.5 and budget.curve and budget.part == 1
    assert Budget(5).run(lambda: float("nan")).steps == 1
    assert "The loss is nan after 1 steps" in capsys.readouterr().out
    calls = []

    def stopped():
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return 1.0

    assert Budget(5).run(stopped).steps == 2
    assert "the model keeps what it has learnt" in capsys.readouterr().out
    with pytest.raises(ValueError, match="between 0 and 120 seconds"):
        Budget(500)


# What the file may be


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def pickled(path: Path) -> None:
    np.savez(path, table=np.array([{"a": 1}], dtype=object))


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("table.npy", bytes(40 * 2**20))


FILES = {
    "missing": (lambda p: p.unlink(), "capstone.npz is not there"),
    "truncated": (truncated, "is damaged or not what `save` wrote"),
    "text": (lambda p: p.write_text("weights"), "is damaged or not what `save` wrote"),
    "empty": (lambda p: p.write_bytes(b""), "is damaged or not what `save` wrote"),
    "other arrays": (lambda p: np.savez(p, a=np.zeros(3)), "is damaged or not what `save` wrote"),
    "pickled": (pickled, "is damaged or not what `save` wrote"),
    "too large": (lambda p: p.write_bytes(bytes(4 * 2**20)), "at most 3,145,728 are taken"),
    "bomb": (bomb, "holds more than is taken"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_bad_file_gets_one_sentence(tmp_path, kind):
    damage, sentence = FILES[kind]
    path = tmp_path / FILE
    shutil.copyfile(SAMPLE, path)
    damage(path)
    report = examine(MY_MODEL, lambda: load(path), hidden=True)
    assert (report.outcome, report.points) == ("error", 0)
    assert sentence in said(report) and len(report.cases) == 1, str(report)


# What a capstone earns


def test_the_sample_earns_everything(sample):
    for seed in range(5):
        assert judged(sample, hidden=True, seed=seed).points == MY_MODEL.points


def test_more_seconds_than_the_budget_cost_their_row_alone(sample):
    report = judged(replace(sample, seconds=400.0), hidden=True)
    assert (report.outcome, report.points) == ("failed", MY_MODEL.points - 1)
    assert "400 seconds of training, where 120 are allowed" in said(report)


def test_weights_that_are_no_numbers(sample):
    bad = replace(sample, network=replace(sample.network, b_y=sample.network.b_y * np.nan))
    report = judged(bad)
    assert report.points == 0 and "nan or inf" in said(report)


def test_parts_of_another_text_do_not_fit(sample):
    other = prepare(prose().lower())
    report = judged(replace(sample, corpus=other))
    assert report.points == 0 and "do not fit together" in said(report)


def test_too_many_parameters(sample):
    H = 400
    cell = Layer("rnn", np.zeros((H, 128)), np.zeros((H, H)), np.zeros(H), np.zeros(H))
    network = replace(sample.network, layers=(*sample.network.layers, cell, cell), W_hy=np.zeros((88, H)))
    report = judged(replace(sample, network=network))
    assert report.points == 0 and "at most 300,000 are taken" in said(report)


@pytest.mark.parametrize(
    "garbage", [[], ["a"] * 11, [np.zeros(3)] * 11, ["ab", np.zeros(3), [], 1.0] + [np.zeros(1)] * 7]
)
def test_damaged_parts_are_refused(garbage):
    with pytest.raises(ValueError, match=r"not what|do not fit"):
        HandedIn.of(garbage)


def test_a_model_that_knows_its_held_out_text_by_heart(corpus):
    """It is judged on the same words in another order, and told so."""
    import torch

    small = prepare(prose()[:20_000])
    torch.manual_seed(0)
    model = {v.id: v for v in BUILD.accepts}["gru"].right()(small.V)
    model.cell, model.readout = torch.nn.GRU(8, 160, batch_first=True), torch.nn.Linear(160, small.V)
    optimizer, held = torch.optim.Adam(model.parameters(), 0.01), torch.tensor(small.held.reshape(-1, 100))
    for _step in range(200):  # in stretches of 100: about 80 steps are enough, and its whole pieces are known, too
        logits, _h = model(held[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), held[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if loss.item() < 0.1:
            break
    handed = HandedIn(read_off(model, small.V), small, 30.0)
    report = judged(handed, hidden=True, seed=3)
    assert report.outcome == "failed" and report.points <= 4
    assert "by heart" in said(report), str(report)


def test_what_is_learned_of_a_regular_text_is_not_taken_for_memory():
    """In a text of forms, a model that never saw the held-out part is lost, too, when the words change places."""
    import torch

    rng, things = np.random.default_rng(0), ["flour", "sugar", "butter", "eggs", "milk", "salt", "rice"]
    lines = (f"- {rng.integers(9)} cups of {rng.choice(things)}\n{rng.integers(9)}. Stir!\n" for _line in range(1500))
    forms = prepare("".join(lines))
    torch.manual_seed(0)
    model = {v.id: v for v in BUILD.accepts}["gru"].right()(forms.V)
    rows = torch.tensor(forms.train[: len(forms.train) // 100 * 100].reshape(-1, 100))
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for k in range(120):
        x = rows[torch.arange(k * 32, k * 32 + 32) % len(rows)]
        loss = torch.nn.functional.cross_entropy(model(x[:, :-1])[0].flatten(0, 1), x[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = scores(HandedIn(read_off(model, forms.V), forms, 30.0), 1)
    assert found.held < 0.6 * found.exchanged and not found.by_heart, found


def test_counts_of_long_groups_of_many_signs():
    """256 signs and groups of eight: as many as a number of 64 bits can tell apart."""
    rng = np.random.default_rng(0)
    walk = np.tile(rng.permutation(256), 40)
    assert count_bits(walk, walk[:9000].reshape(18, 500), 8, 256) < 0.02


def test_nothing_is_trained_while_an_answer_is_judged(sample):
    """A training within my_model is left out, as in grading, and the report says that it was."""

    def my_model():
        Budget(5).run(lambda: pytest.fail("a step was taken"))
        return sample

    report = examine(MY_MODEL, my_model)
    assert report.points == MY_MODEL.points and "Nothing is trained here" in str(report.to_dict())


def test_what_is_no_model_gets_one_sentence(sample):
    for other in (sample.network, load, 1.5, {"weight": np.zeros(3)}, BUILD.accepts[0].right()(9)):
        report = judged(other)
        assert report.outcome == "error" and "return load()" in said(report), str(report)


def test_save_says_what_it_takes(corpus):
    model = BUILD.accepts[0].right()(corpus.V)
    with pytest.raises(ValueError, match="the text as"):
        save(model, prose(), Budget(1))
    with pytest.raises(ValueError, match="the Budget that"):
        save(model, corpus, 30)


def test_a_budget_that_counted_nothing_is_named(tmp_path, sample, corpus, capsys):
    report = judged(replace(sample, seconds=0.0), hidden=True)
    assert report.points == MY_MODEL.points - 1 and "has counted no training" in said(report), str(report)
    save(BUILD.accepts[0].right()(corpus.V), corpus, Budget(1), tmp_path / FILE)
    assert "This budget has counted no training" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["/home/kim/capstone.npz", r"C:\Users\kim\capstone.npz", "capstone"])
def test_a_path_of_another_computer_means_the_file_beside_the_notebook(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="is not there"):
        load(name)
    shutil.copyfile(SAMPLE, tmp_path / FILE)
    assert load(name).seconds == load(SAMPLE).seconds


def test_a_copy_as_a_browser_names_it_is_read_if_there_is_one_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(SAMPLE, tmp_path / "capstone (1).npz")
    assert load().seconds == load(SAMPLE).seconds
    shutil.copyfile(SAMPLE, tmp_path / "capstone (2).npz")
    with pytest.raises(ValueError, match=r"is not there.* What lies here: capstone \(1\).npz, capstone \(2\).npz"):
        load()


def test_what_the_judge_would_refuse_is_refused_before_training(corpus):
    with pytest.raises(ValueError, match="at most 300,000 are taken"):
        readable(REFUSALS["too_large"][0]()(corpus.V), corpus)
    with pytest.raises(ValueError, match="another model than yours"):
        readable(REFUSALS["time_first"][0]()(corpus.V), corpus)


def test_nothing_is_trained_in_build():
    def build(V):
        Budget(5).run(lambda: pytest.fail("a step was taken"))
        return BUILD.accepts[0].right()(V)

    assert examine(BUILD, build).points == BUILD.points


@pytest.mark.parametrize("given", ["open file", "path"])
def test_a_file_that_was_not_read_gets_a_hint(tmp_path, given):
    path = tmp_path / "mine.txt"
    path.write_text(prose()[:30_000])
    with path.open() as opened:
        report = examine(registry.exercise("my_text"), lambda: opened if given == "open file" else path)
    assert report.outcome == "error" and "read_text" in said(report), str(report)


def test_what_was_loaded_is_asked_for_and_shows_itself_in_a_line(sample, corpus):
    model = BUILD.accepts[0].right()(corpus.V)
    for use in (lambda: write(model, "a"), lambda: states(model, "a"), lambda: costs(model, "a"), lambda: step(model)):
        with pytest.raises(ValueError, match="What `load"):
            use()
    with pytest.raises(ValueError, match="A temperature is above 0"):
        write(sample, "a", temperature=0)
    assert "parameters" in repr(sample) and len(repr(sample)) < 200 and "5 seconds" in repr(Budget(5))


def test_writing_stays_within_the_vocabulary(sample):
    text = write(sample, "The ", 60, 0.7, seed=1)
    assert text.startswith("The ") and len(text) == 64 and "\ufffd" not in text


# The whole way


@pytest.fixture(scope="module")
def engine():
    with Engine(Course(), seed=1) as one:
        yield one


def handed_in(answers: dict[str, str]) -> bytes:
    notebook = nbformat.read(Course().release(LESSON), as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    return nbformat.writes(notebook).encode()


def test_the_solved_notebook_in_the_sandbox():
    result = check.check_file(Course().solved(LESSON), Course())
    assert result.points == 10 and result.passed, result.text()


def test_with_its_file_and_without(engine):
    data = handed_in(lessons.answers(LESSON))
    whole = engine.grade(Submission(LESSON, "kim", f"{LESSON}.ipynb", data, {FILE: SAMPLE.read_bytes()}))
    assert whole.points == 10
    without = engine.grade(Submission(LESSON, "kim", f"{LESSON}.ipynb", data))
    assert without.points == 2
    assert "capstone.npz is not there" in str(without.reports["my_model"])
    assert without.needs == ("capstone.npz is not in the folder.",)


def test_untouched_is_not_attempted(engine):
    graded = engine.grade(Submission(LESSON, "kim", f"{LESSON}.ipynb", handed_in({})))
    assert {r["outcome"] for r in graded.reports.values()} == {"not_attempted"} and graded.points == 0


def test_our_own_file_stands_in_for_nobodys(engine):
    _notebook, files = engine._read_skeleton(LESSON)
    assert FILE not in files
    assert not list(Course().release(LESSON).parent.glob("*.npz"))
