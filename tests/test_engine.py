"""Grading a submission in the sandbox: what goes wrong in one place costs that place alone, and nothing else changes."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import functools
import json
import os
import shutil
import time

import nbformat
import numpy as np
import pytest
from nbgrader.utils import determine_grade

from autograder import judge, registry, session
from autograder.build.paths import ROOT, Course
from autograder.build.source import parse_source
from autograder.grading import running, samples
from autograder.grading.engine import Engine, Graded
from autograder.grading.reports import checked, is_check
from autograder.grading.submission import Submission, read_folder

pytestmark = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed")
START, STRUCTURE = "00_start_here", "01_rnn_structure"
POINTS = {START: 5.0, STRUCTURE: 24.0}


@pytest.fixture(scope="module")
def engine():
    with Engine(Course(), rehearse=False, seed=7) as one:
        yield one


@functools.cache
def _notebook(lesson, sample):
    path = ROOT / "samples" / lesson / f"{sample}.py"
    release = nbformat.read(Course().release(lesson), as_version=4)
    text = path.read_text()
    return nbformat.writes(samples.submission(release, parse_source(text, path.name) if "# %%" in text else []))


def cell(notebook, name):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def submission(lesson=STRUCTURE, sample="all_right", change=lambda notebook: None):
    notebook = nbformat.reads(_notebook(lesson, sample), as_version=4)
    change(notebook)
    return Submission(lesson, "kim", f"{lesson}.ipynb", nbformat.writes(notebook).encode())


def adding(name, code):
    """A change: code below an answer, in its cell."""

    def change(notebook):
        cell(notebook, name).source += "\n" + code

    return change


def inside(name, code):
    """A change: code that runs when the answer is called."""

    def change(notebook):
        one = cell(notebook, name)
        head, _, body = one.source.partition("    return ")
        one.source = f"{head}    {code}\n    return {body}"

    return change


def own(code, before=None):
    """A change: a cell of the student's own, at the end or before an answer."""

    def change(notebook):
        at = notebook.cells.index(cell(notebook, before)) if before else len(notebook.cells)
        notebook.cells.insert(at, nbformat.v4.new_code_cell(code))

    return change


def both(*changes):
    """Several changes."""

    def change(notebook):
        for one in changes:
            one(notebook)

    return change


def lost(graded):
    return {n: r["points"] - r["max_points"] for n, r in graded.reports.items() if r["outcome"] != "passed"}


# What answers are worth


@pytest.mark.parametrize("lesson", [START, STRUCTURE])
@pytest.mark.parametrize("sample", ["all_right", "typical_mistakes", "half_done", "untouched"])
def test_samples_get_the_marks_they_deserve(engine, lesson, sample):
    graded = engine.grade(submission(lesson, sample))
    wanted = {n: m for n, m in samples.expected(Course())[lesson][sample].items() if n in graded.reports}
    found = {n: samples.Mark(r["points"], r["outcome"], r["misconception"] or "") for n, r in graded.reports.items()}
    assert found == wanted
    assert (graded.notes, graded.needs, graded.repaired) == (
        ((f"{lesson}.ipynb holds no answer to an exercise or a question.",) if sample == "untouched" else ()), (), False
    )  # fmt: skip


def test_nbgrader_reads_the_same_points_from_the_notebook(engine):
    graded = engine.grade(submission(sample="typical_mistakes"))
    notebook = nbformat.reads(graded.notebook, as_version=4)
    nbformat.validate(notebook)
    checks = [c for c in notebook.cells if is_check(c)]
    assert len(checks) == 8
    for one in checks:
        assert determine_grade(one)[0] == graded.reports[checked(one)]["points"]
    answered, untouched = (
        determine_grade(cell(nbformat.reads(engine.grade(submission(sample=s)).notebook, as_version=4), "why_share"))
        for s in ("typical_mistakes", "untouched")
    )
    assert answered[0] is None and untouched[0] == 0, "a person marks what was written, and nothing else"


def test_every_mistake_is_named_as_the_check_in_the_notebook_names_it(engine):
    """The judge outside sees what the judge beside the student's code sees."""
    from autograder.session import examine
    from tests.lessons import namespace

    answers = {c.metadata.nbgrader.grade_id: c.source for c in nbformat.reads(_notebook(STRUCTURE, "typical_mistakes"), 4).cells if c.metadata.get("nbgrader", {}).get("solution") and c.cell_type == "code"}  # fmt: skip
    space = namespace(STRUCTURE, answers)
    graded = engine.grade(submission(sample="typical_mistakes"))
    for exercise in registry.lesson(STRUCTURE).exercises:
        here = examine(exercise, space[exercise.id], hidden=True, seed=7).to_dict()
        there = graded.reports[exercise.id]
        for what in ("outcome", "points", "misconception", "diagnosis", "summary", "blocked_by"):
            assert here[what] == there[what], (exercise.id, what)
        assert [(r["status"], r["credit"]) for r in here["cases"]] == [
            (r["status"], r["credit"]) for r in there["cases"]
        ]


def test_result_survives_the_way_between_processes(engine):
    graded = engine.grade(submission(START))
    assert Graded.from_dict(json.loads(json.dumps(graded.to_dict()))) == graded
    assert json.loads(graded.notebook)["metadata"]["autograder"]["graded"]["digest"] == graded.digest


# What goes wrong costs itself alone


@pytest.mark.parametrize(
    ("change", "points", "said"),
    [
        (adding("softmax", "import os; os._exit(3)"), -2, "The cell of softmax ended Python: it ended itself (exit code 3). The other cells were run again without it."),
        (adding("sigmoid", "import os; os.kill(os.getpid(), 9)"), 0, None),  # it is pid 1 of its namespace
        (inside("softmax", "import os; os._exit(0)"), -2, "Trying softmax ended Python: it ended itself (exit code 0). The rest was graded without it."),
        (inside("sigmoid", "import ctypes; ctypes.string_at(0)"), -2, "Trying sigmoid ended Python: it crashed (segmentation fault)."),
        (own("import os; os._exit(1)"), 0, "ended Python: it ended itself (exit code 1)"),
        (own("import os; os._exit(1)", before="rnn_step"), 0, "ended Python: it ended itself (exit code 1)"),
        (both(own("import time; time.sleep(1)", before="softmax"), own("import threading, os\nthreading.Timer(0.3, os._exit, (5,)).start()", before="sigmoid")), 0, "ended Python: it ended itself (exit code 5)"),
        (inside("sigmoid", "raise SystemExit"), -2, None),
        (own("exit()", before="rnn_step"), 0, None),
        (own("1 / 0", before="rnn_step"), 0, None),
    ],
)  # fmt: skip
def test_an_end_of_python_costs_its_own_exercise(engine, change, points, said):
    graded = engine.grade(submission(change=change))
    assert sum(lost(graded).values()) == points, (graded.notes, lost(graded))
    assert graded.points == POINTS[STRUCTURE] + points
    assert any(n.startswith(said) or said in n for n in graded.notes) if said else graded.notes == ()


def test_a_cell_that_never_ends_is_stopped_and_what_it_defined_counts(engine, monkeypatch):
    monkeypatch.setattr(running, "CELL_SECONDS", 5.0)
    graded = engine.grade(submission(change=adding("softmax", "while True: pass")))
    assert graded.points == POINTS[STRUCTURE]
    assert graded.notes == ("The cell of softmax did not finish within 5 seconds and was stopped.",)


def test_a_cell_that_does_not_listen_is_killed(engine, monkeypatch):
    monkeypatch.setattr(running, "CELL_SECONDS", 5.0)
    stubborn = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    graded = engine.grade(submission(change=adding("softmax", stubborn)))
    assert lost(graded) == {"softmax": -2.0}
    assert "softmax" in graded.notes[0] and "it did not stop after 5 seconds" in graded.notes[0]


def test_a_notebook_that_uses_up_its_time_keeps_what_it_had(engine, monkeypatch):
    monkeypatch.setattr(running, "BUDGET_SECONDS", 15.0)
    graded = engine.grade(submission(change=adding("sigmoid", "import time; time.sleep(60)")))
    assert graded.points == POINTS[STRUCTURE], "what is left is tried in clean children"
    assert "The notebook used up its 15 seconds." in graded.notes
    assert (
        "VanillaRNN was tried apart from the rest of the notebook, since the notebook had used up its 15 seconds."
        in graded.notes
    )


def test_what_is_not_tried_in_overtime_either_is_said(engine, monkeypatch):
    monkeypatch.setattr(running, "BUDGET_SECONDS", 8.0)
    monkeypatch.setattr(running, "OVERTIME_SECONDS", 0.0)
    graded = engine.grade(submission(change=adding("rnn_step", "import time; time.sleep(60)")))
    assert graded.reports["VanillaRNN"]["outcome"] == "timeout"
    assert (
        graded.reports["VanillaRNN"]["summary"] == "VanillaRNN was not tried: the notebook had used up its 8 seconds."
    )


def test_state_of_earlier_cells_is_there_again_after_a_death(engine):
    def change(notebook):
        own("mine = 41", before="rnn_step")(notebook)
        own("import os; os._exit(1)", before="softmax")(notebook)
        own("print('still', mine + 1)")(notebook)

    graded = engine.grade(submission(change=change))
    assert "still 42" in graded.notebook and graded.points == POINTS[STRUCTURE]


def test_an_answer_below_its_check_counts(engine):
    def change(notebook):
        code = cell(notebook, "softmax").source
        cell(notebook, "softmax").source = "# see below"
        notebook.cells.append(nbformat.v4.new_code_cell(code))

    graded = engine.grade(submission(change=change))
    assert graded.points == POINTS[STRUCTURE], (lost(graded), graded.notes)


def test_what_an_answer_uses_may_be_defined_below_its_check(engine):
    def change(notebook):
        code = cell(notebook, "softmax").source
        cell(notebook, "softmax").source = "def softmax(z):\n    return mine(z)"
        notebook.cells.append(nbformat.v4.new_code_cell(code.replace("def softmax", "def mine")))

    graded = engine.grade(submission(change=change))
    assert graded.points == POINTS[STRUCTURE], (lost(graded), graded.notes)
    assert any(n.startswith("softmax, or what it uses, is defined below its check") for n in graded.notes)


def leaving_out(code, name, uses):
    """A change: ``code`` in the first cell that grading leaves out, used by an answer."""

    def change(notebook):
        next(c for c in notebook.cells if "demo" in c.metadata.get("tags", ())).source = code
        inside(name, uses)(notebook)

    return change


def test_a_function_from_a_cell_that_is_left_out_is_there(engine):
    code = "import time\ntime.sleep(50)\ndef helper(z):\n    return z\nhelper(made)\ndef rnn_step():\n    pass\n"
    graded = engine.grade(submission(change=leaving_out(code, "fuse_weights", "helper(time)")))
    assert graded.points == POINTS[STRUCTURE] and not lost(graded)


def test_a_value_from_a_cell_that_is_left_out_is_told(engine):
    graded = engine.grade(submission(change=leaving_out("made, b = 3, 4", "fuse_weights", "made")))
    assert graded.reports["fuse_weights"]["outcome"] == "error"
    said = "made gets its value in a cell that grading leaves out, since it trains or draws at length."
    assert any(note.startswith(said) for note in graded.notes), graded.notes


def test_a_notebook_of_another_lesson_is_named_and_not_graded(engine):
    given = submission()
    graded = engine.grade(Submission("00_start_here", given.student, "00_start_here.ipynb", given.data))
    said = "This is the notebook of 01_rnn_structure, handed in for 00_start_here; nothing in it was graded."
    assert (graded.points, graded.needs, graded.written) == (0, (said,), {"mixed_sequences": ""})


def test_a_cell_that_raises_is_named_in_the_report(engine):
    def change(notebook):
        cell(notebook, "softmax").source = "def softmax(z:\n    return z"

    report = engine.grade(submission(change=change)).reports["softmax"]
    assert report["outcome"] == "error"
    assert report["summary"].startswith("softmax is not defined: its cell raised SyntaxError: ")


def test_a_fault_of_ours_costs_no_points_and_calls_a_person(engine, monkeypatch):
    def broken(exercise, *more):
        if exercise.id == "softmax":
            raise KeyError("ours")
        return real(exercise, *more)

    real = judge.judge
    monkeypatch.setattr(judge, "judge", broken)
    graded = engine.grade(submission())
    assert graded.reports["softmax"]["outcome"] == "grader_error"
    assert graded.points == POINTS[STRUCTURE]
    assert len(graded.needs) == 1 and "softmax" in graded.needs[0] and "KeyError" in graded.needs[0]


def test_an_answer_may_stand_in_a_cell_that_uses_inputs_and_check(engine):
    def change(notebook):
        one = cell(notebook, "affine")
        one.source = (
            'x, W, b = inputs("affine", "values")\nprint("SHAPES", x.shape, W.shape, b.shape)\n'
            + one.source
            + '\ncheck("affine", affine)\nfloat(check("affine"))'
        )

    graded = engine.grade(submission(START, change=change))
    x, W, b = session.inputs("affine", "values")
    assert f"SHAPES {x.shape} {W.shape} {b.shape}" in graded.notebook
    assert graded.points == POINTS[START] and '"ename"' not in graded.notebook, "and no cell of lesson 00 raises"


@pytest.mark.parametrize("lesson", [one.id for one in registry.lessons()])
def test_every_input_of_a_visible_case_is_there(engine, lesson):
    """So that what a student does with inputs(...) in a cell of an answer does not raise while grading."""
    names = [e.id for e in registry.lesson(lesson).exercises]
    size = "len(v) if isinstance(v, list) else np.shape(v)"  # a list may hold arrays of several shapes
    wanted = {n: [eval(size, {"np": np, "v": v}) for v in session.inputs(n)] for n in names}
    code = f"import numpy as np\nfor name in {names!r}:\n    print(name, [{size} for v in inputs(name)])"
    release = nbformat.read(Course().release(lesson), as_version=4)
    release.cells.append(nbformat.v4.new_code_cell(code))
    cell(release, names[0]).source += "\nbegun = 1"
    graded = engine.grade(Submission(lesson, "kim", f"{lesson}.ipynb", nbformat.writes(release).encode()))
    shown = nbformat.reads(graded.notebook, 4).cells[-1].outputs
    assert "".join(o.get("text", "") for o in shown).splitlines() == [f"{n} {wanted[n]}" for n in names]


def test_one_submission_leaves_nothing_for_the_next(engine):
    engine.grade(
        submission(
            START, change=own("import numpy as np, builtins\nnp.mark = builtins.mark = 1\nopen('mark', 'w').write('x')")
        )
    )
    later = engine.grade(
        submission(
            START,
            change=own(
                "import os, numpy as np, builtins\nprint('LEFT', hasattr(np, 'mark'), hasattr(builtins, 'mark'), os.path.exists('mark'))"
            ),
        )
    )
    assert "LEFT False False False" in later.notebook


def test_trials_are_made_once_for_a_seed(engine):
    running.tried_with.cache_clear()
    engine.grade(submission(START))
    engine.grade(submission(START))
    found = running.tried_with.cache_info()
    assert found.misses == 2 and found.hits == 2


# Folders


def put(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)


def test_a_folder_is_read_whole(tmp_path):
    book = submission(START).data
    put(tmp_path / "sub", notes__txt=b"n")
    put(tmp_path, timestamp__txt=b"2026-01-02 03:04:05 UTC\n", data__csv=b"1,2")
    (tmp_path / f"{START}.ipynb").write_bytes(book)
    found = read_folder(tmp_path, START, "kim")
    assert (found.name, found.data, found.notes) == (f"{START}.ipynb", book, ())
    assert found.timestamp == "2026-01-02 03:04:05 UTC"
    assert found.files == {"data.csv": b"1,2", "sub/notes.txt": b"n"}
    assert found.digest() == read_folder(tmp_path, START, "kim").digest()
    (tmp_path / "data.csv").write_bytes(b"1,3")
    assert found.digest() != read_folder(tmp_path, START, "kim").digest()


def test_links_pipes_and_giants_are_left_out_and_named(tmp_path, monkeypatch):
    (tmp_path / f"{START}.ipynb").write_bytes(submission(START).data)
    (tmp_path / "secret").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr("autograder.grading.submission.MOST_BYTES", 10)
    (tmp_path / "big.bin").write_bytes(b"x" * 11)
    began = time.monotonic()
    found = read_folder(tmp_path, START, "kim")
    assert time.monotonic() - began < 60 and found.files == {}
    assert set(found.notes) == {
        "Links are not followed, so left out: loop and secret.",
        "Not plain files, so left out: pipe.",
        "Too large or not to be read, so left out: big.bin.",
    }


def test_a_folder_that_is_a_link_is_not_read(tmp_path):
    put(tmp_path / "other")
    (tmp_path / "other" / f"{START}.ipynb").write_bytes(submission(START).data)
    (tmp_path / "mine").symlink_to(tmp_path / "other", target_is_directory=True)
    found = read_folder(tmp_path / "mine", START, "kim")
    assert (found.name, found.data) == ("", b"")
    assert found.notes == ("The folder is a link to another place, and was not read.",)


@pytest.mark.parametrize("name", [f"{START} (1).ipynb", "Untitled.ipynb", "lab.IPYNB", f"{START}.ipynb.txt", "answers.json"])  # fmt: skip
def test_a_notebook_of_another_name_is_found(tmp_path, name):
    (tmp_path / name).write_bytes(submission(START).data)
    found = read_folder(tmp_path, START, "kim")
    assert found.name == name
    assert found.notes == (f"The notebook is called {name} in place of {START}.ipynb.",)


def test_of_two_notebooks_the_one_with_answers_counts(tmp_path):
    (tmp_path / f"{START}.ipynb").write_bytes(submission(START, "untouched").data)
    (tmp_path / f"{START}-Copy1.ipynb").write_bytes(submission(START).data)
    assert read_folder(tmp_path, START, "kim").name == f"{START}-Copy1.ipynb"
    (tmp_path / f"{START}.ipynb").write_bytes(submission(START, "half_done").data)
    found = read_folder(tmp_path, START, "kim")
    assert found.name == f"{START}.ipynb", "the lesson's own name wins where both hold answers"
    assert found.notes == (f"There are other notebooks with answers beside {START}.ipynb, which do not count: {START}-Copy1.ipynb.",)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["capstone (1).npz", "Capstone - Copy.npz", "out/capstone.npz", "copy of capstone(12).npz"]
)
def test_a_file_that_belongs_to_the_lesson_is_known_by_another_name(tmp_path, name):
    (tmp_path / "09_capstone.ipynb").write_text(_notebook(START, "all_right"))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")
    found = read_folder(tmp_path, "09_capstone", "kim")
    assert found.files == {"capstone.npz": b"mine"} and found.notes == (f"{name} was taken for capstone.npz.",)


def test_of_two_files_that_could_be_it_none_is_taken(tmp_path):
    (tmp_path / "09_capstone.ipynb").write_text(_notebook(START, "all_right"))
    for number in (1, 2):
        (tmp_path / f"capstone ({number}).npz").write_bytes(b"mine")
    said = "capstone.npz could be any of capstone (1).npz and capstone (2).npz; none was taken."
    assert read_folder(tmp_path, "09_capstone", "kim").notes == (said,)


def test_an_empty_folder_is_named_and_earns_nothing(engine, tmp_path):
    graded = engine.grade(read_folder(tmp_path, START, "kim"))
    assert (graded.points, graded.max_points) == (0, 5)
    assert graded.needs == graded.notes == ("There is no notebook in the folder.",)


def test_files_beside_the_notebook_can_be_read_by_it(engine):
    one = submission(START, change=own("print(open('mine.txt').read())"))
    graded = engine.grade(Submission(START, "kim", one.name, one.data, {"mine.txt": b"a text of my own"}))
    assert "a text of my own" in graded.notebook


def test_an_answer_may_come_from_a_file_beside_the_notebook(engine):
    release = nbformat.read(Course().release(START), as_version=4)
    code = cell(nbformat.reads(_notebook(START, "all_right"), 4), "affine").source
    cell(release, "affine").source = "from helper import affine"
    one = nbformat.writes(release).encode()
    graded = engine.grade(
        Submission(START, "kim", f"{START}.ipynb", one, {"helper.py": b"import numpy as np\n" + code.encode()})
    )
    assert graded.reports["affine"]["points"] == 3, graded.notes


@pytest.mark.parametrize("module", ["random", "json", "numpy", "torch", "autograder", "socket"])
def test_a_module_of_a_known_name_beside_the_notebook_changes_nothing(engine, module):
    one = submission(START)
    graded = engine.grade(Submission(START, "kim", one.name, one.data, {f"{module}.py": b"raise SystemExit('mine')"}))
    assert graded.points == POINTS[START], graded.notes
