"""From lesson source to solved notebook and release: what is made, what is refused, and what is noticed."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder import registry
from autograder.build import clean, compare, lessons, release
from autograder.build.errors import BuildError
from autograder.build.expand import ANSWER_HERE, expand
from autograder.build.fingerprint import fingerprint
from autograder.build.paths import ROOT, Course
from autograder.build.source import parse_source

NAME = "solutions/00_start_here.py"
LESSON = registry.lesson("00_start_here")
FIGURE = '<svg xmlns="http://www.w3.org/2000/svg"/>'
SOURCE = '''\
# %% [markdown]
r"""
# A small lesson

It shows a picture and $\\tanh$.

![a black box](figures/box.svg)
"""

# %% tags=["setup"]
import os
import sys

import numpy as np

from autograder import check

# %% exercise="affine"
def affine(x, W, b):
    """x (N,D), W (H,D), b (H) -> (N,H)"""
    ### BEGIN SOLUTION
    return x @ W.T + b
    ### END SOLUTION

# %% exercise="time_major"
def time_major(x):
    """x (N,T,D) -> (T,N,D)"""
    ### BEGIN SOLUTION
    return x.transpose(1, 0, 2)
    ### END SOLUTION

# %% tags=["demo"]
import ipywidgets
from IPython.display import display

print(object(), os.getcwd(), sys.prefix, np.__file__)
display(ipywidgets.IntSlider())
print("a second line")

# %% tags=["raises-exception"]
1 / 0

# %% [markdown] question="mixed_sequences"
r"""
Why?

### BEGIN MARK SCHEME
A mark for the reason.
### END MARK SCHEME

### BEGIN SOLUTION
Because of the reason.
### END SOLUTION
"""
'''


def small_course(root: Path, source: str = SOURCE) -> Course:
    course = Course(root)
    course.solutions.mkdir(parents=True)
    course.figures.mkdir(parents=True)
    course.source(LESSON.id).write_text(source)
    (course.figures / "box.svg").write_text(FIGURE)
    (course.figures / "unused.svg").write_text(FIGURE)
    return course


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Course:
    course = small_course(tmp_path_factory.mktemp("built") / "course")
    lessons.build(course, LESSON)
    return course


@pytest.fixture
def course(built, tmp_path) -> Course:
    """A copy of the built course, to damage."""
    shutil.copytree(built.root, tmp_path / "course")
    return Course(tmp_path / "course")


def contents(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def edit(path: Path, change) -> None:
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    path.write_text(nbformat.writes(notebook) + "\n")


def notebook_of(text: str = SOURCE) -> nbformat.NotebookNode:
    return expand(LESSON, parse_source(text, NAME), NAME).notebook


def by_grade_id(notebook) -> dict:
    return {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}


# What is made


def test_expanded_notebook_is_what_nbgrader_accepts():
    notebook = notebook_of()
    MetadataValidator().validate_nb(notebook)
    assert list(by_grade_id(notebook)) == [
        "setup",
        "affine",
        "check_affine",
        "time_major",
        "check_time_major",
        "question_mixed_sequences",
        "mixed_sequences",
    ]
    assert notebook.metadata.kernelspec.name == "python3"
    assert "jupytext" not in json.dumps(notebook)


def test_check_cell_follows_its_answer_and_carries_the_points():
    cells = by_grade_id(notebook_of())
    for exercise in LESSON.exercises:
        check = cells[f"check_{exercise.id}"]
        assert check.metadata.nbgrader.points == exercise.points
        assert check.metadata.nbgrader.grade and check.metadata.nbgrader.locked
        assert check.source.splitlines() == [
            f'check("{exercise.id}", {exercise.id})',
            "### BEGIN HIDDEN TESTS",
            f'check("{exercise.id}", {exercise.id}, hidden=True)',
            "### END HIDDEN TESTS",
        ]
    assert cells["setup"].metadata.nbgrader.locked and not cells["setup"].metadata.nbgrader.grade
    assert not cells["affine"].metadata.nbgrader.locked


def test_question_becomes_a_locked_cell_and_an_answer():
    cells = by_grade_id(notebook_of())
    asked, answer = cells["question_mixed_sequences"], cells["mixed_sequences"]
    assert "Why?" in asked.source and "A mark for the reason." in asked.source
    assert "Because of the reason." not in asked.source
    assert answer.source == "Because of the reason."
    assert answer.metadata.nbgrader.points == LESSON.questions[0].points
    assert "BEGIN SOLUTION" not in answer.source


def test_ids_come_from_content():
    first, again = notebook_of(), notebook_of()
    assert nbformat.writes(first) == nbformat.writes(again)
    changed = notebook_of(SOURCE.replace("1 / 0", "2 / 0"))
    differing = [a.id != b.id for a, b in zip(first.cells, changed.cells, strict=True)]
    assert sum(differing) == 1, "editing a cell changes its own id and no other"
    twice = notebook_of(SOURCE.replace("1 / 0", '1 / 0\n\n# %% tags=["raises-exception"]\n1 / 0'))
    assert len({c.id for c in twice.cells}) == len(twice.cells)


def test_first_cell_says_where_it_comes_from():
    assert NAME in notebook_of().cells[0].source


# What is refused, in one sentence that says where

CUT = '# %% exercise="time_major"'
BAD = {
    "no cells": (lambda s: "print(1)\n", ["no cells"]),
    "syntax": (lambda s: s.replace("1 / 0", "1 /"), ["line ", "invalid syntax"]),
    "unknown key": (lambda s: s.replace('exercise="affine"', 'exercize="affine"'), ["exercize", "cell 3"]),
    "unknown tag": (lambda s: s.replace('"demo"', '"dmeo"'), ["dmeo", "demo"]),
    "magic": (lambda s: s.replace("1 / 0", "# %matplotlib inline"), ["magic"]),
    "no title": (lambda s: s.replace("# A small lesson", "A small lesson"), ["title", "cell 1"]),
    "no setup": (lambda s: s.replace(' tags=["setup"]', ""), ["setup"]),
    "two setups": (lambda s: s.replace('["demo"]', '["setup"]'), ["setup"]),
    "not in registry": (lambda s: s.replace('exercise="affine"', 'exercise="afine"'), ["afine", "cell 3"]),
    "not in source": (lambda s: s.partition(CUT)[0] + "# %% [markdown] question" + s.partition("question")[2], ["time_major"]),
    "twice": (lambda s: s.replace('# %% tags=["demo"]\n', '# %% exercise="affine"\n'), ["affine", "2 times"]),
    "out of order": (
        lambda s: s.replace('exercise="affine"', 'exercise="?"')
        .replace('exercise="time_major"', 'exercise="affine"')
        .replace('exercise="?"', 'exercise="time_major"'),
        ["out of order", "affine"],
    ),
    "defines another": (lambda s: s.replace("def affine", "def afine"), ["does not define affine", "cell 3"]),
    "no solution": (lambda s: s.replace("    ### BEGIN SOLUTION\n    return x @ W.T + b\n    ### END SOLUTION\n", "    return 1\n"), ["no ### BEGIN SOLUTION", "affine"]),
    "unpaired": (lambda s: s.replace("    ### END SOLUTION\n", "", 1), ["pair up", "affine"]),
    "solution elsewhere": (lambda s: s.replace("1 / 0", "### BEGIN SOLUTION\n1 / 0"), ["BEGIN SOLUTION", "cell 6"]),
    "no mark scheme": (lambda s: s.replace("### BEGIN MARK SCHEME\nA mark for the reason.\n### END MARK SCHEME\n", ""), ["MARK SCHEME", "mixed_sequences"]),
    "text after": (lambda s: s.replace("### END MARK SCHEME", "### END MARK SCHEME\nAnd then?"), ["nothing else"]),
    "question as code": (lambda s: s.replace('# %% tags=["demo"]', '# %% question="mixed_sequences"'), ["question", "cell 5"]),
    "exercise as prose": (lambda s: s.replace('[markdown] question="mixed', '[markdown] exercise="mixed'), ["code cell"]),
    "no alt text": (lambda s: s.replace("![a black box]", "![]"), ["alt text", "box.svg", "cell 1"]),
    "html image": (lambda s: s.replace("![a black box](figures/box.svg)", '<img src="figures/box.svg" alt="a black box">'), ["cell 1"]),
    "figure elsewhere": (lambda s: s.replace("(figures/box.svg)", "(../assets/box.svg)"), ["figures/", "cell 1"]),
    "empty cell": (lambda s: s.replace("1 / 0", ""), ["empty", "cell 6"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_source_gets_one_sentence(case):
    change, words = BAD[case]
    text = change(SOURCE)
    assert text != SOURCE
    with pytest.raises(BuildError) as problem:
        notebook_of(text)
    said = str(problem.value)
    assert NAME in said and "\n" not in said
    for word in words:
        assert word in said


def test_missing_source_and_missing_figure(tmp_path):
    course = small_course(tmp_path / "course")
    (course.figures / "box.svg").unlink()
    with pytest.raises(BuildError, match=r"cell 1: the figure assets/figures/box.svg does not exist"):
        lessons.expanded(course, LESSON)
    course.source(LESSON.id).unlink()
    with pytest.raises(BuildError, match=r"solutions/00_start_here.py does not exist"):
        lessons.expanded(course, LESSON)


RUNS_BADLY = {
    "raises": (lambda s: s.replace('# %% tags=["raises-exception"]', "# %%"), r"cell 6: the cell raised ZeroDivisionError"),
    "wrong solution": (lambda s: s.replace("x @ W.T + b", "x @ W.T"), r"cell 3 \(affine\): the solution is failed"),
    "stderr": (lambda s: s.replace("1 / 0", "print('oh', file=sys.stderr)"), r"cell 6: the cell wrote to stderr: oh"),
    "too large": (lambda s: s.replace("1 / 0", "print('x' * 1_000_100)"), r"more than 1,000,000: make .*cell 6"),
}  # fmt: skip


@pytest.mark.parametrize("case", RUNS_BADLY)
def test_lesson_that_does_not_run_is_not_built(tmp_path, case):
    change, said = RUNS_BADLY[case]
    course = small_course(tmp_path / "course", change(SOURCE))
    with pytest.raises(BuildError, match=said):
        lessons.build(course, LESSON)
    assert not course.solved(LESSON.id).exists() and not course.release(LESSON.id).exists()


# The solved notebook


def test_solved_notebook_has_clean_outputs(built):
    text = built.solved(LESSON.id).read_text()
    notebook = nbformat.reads(text, as_version=4)
    for private in (str(built.root), str(Path.home()) + "/", sys.prefix, "ipykernel_"):
        assert private not in text
    demo = next(c for c in notebook.cells if "demo" in c.metadata.get("tags", []))
    assert [o.output_type for o in demo.outputs] == ["stream", "display_data"], "demos run; one stream, one widget"
    assert "<object object at 0x...>" in demo.outputs[0].text and "a second line" in demo.outputs[0].text
    assert all("execution" not in c.metadata for c in notebook.cells)
    assert notebook.metadata.language_info == {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}


def test_solved_notebook_keeps_its_widgets(built):
    notebook = lessons.read_notebook(built.solved(LESSON.id))
    state = notebook.metadata.widgets[clean.WIDGET_STATE].state
    shown = [
        o.data[clean.WIDGET_VIEW].model_id
        for c in notebook.cells
        for o in c.get("outputs", [])
        if "data" in o and clean.WIDGET_VIEW in o.data
    ]
    assert len(shown) == 1 and shown[0] in state  # fmt: skip
    assert sorted(state) == [f"{n:032x}" for n in range(1, len(state) + 1)], (
        "numbered, since their own names are random"
    )


def test_large_widget_state_is_left_out(built, monkeypatch):
    monkeypatch.setattr(clean, "MAX_WIDGET_BYTES", 10)
    notebook = lessons.read_notebook(built.solved(LESSON.id))
    clean.clean(notebook, {})
    assert "widgets" not in notebook.metadata and clean.WIDGET_VIEW not in nbformat.writes(notebook)


def test_building_twice_gives_the_same_bytes(built, tmp_path):
    other = small_course(tmp_path / "somewhere else")
    lessons.build(other, LESSON)
    mine, theirs = contents(built.root), contents(other.root)
    del mine["gradebook.db"], theirs["gradebook.db"]
    assert sorted(mine) == sorted(theirs)
    assert [name for name in mine if mine[name] != theirs[name]] == []


def test_nothing_is_executed_when_nothing_changed(course, monkeypatch):
    before = contents(course.root)

    def refuse(*_):
        raise AssertionError("executed")

    monkeypatch.setattr(lessons, "execute", refuse)
    assert not lessons.build(course, LESSON).executed
    after = contents(course.root)
    assert {n: c for n, c in after.items() if n != "gradebook.db"} == {n: c for n, c in before.items() if n != "gradebook.db"}  # fmt: skip
    course.source(LESSON.id).write_text(SOURCE.replace("Why?", "Why not?"))
    with pytest.raises(AssertionError, match="executed"):
        lessons.build(course, LESSON)


def test_fingerprint_is_of_what_the_lesson_runs(tmp_path):
    """The check, the lesson's exercises, and what these and the source import, at any depth; no other lesson's."""
    course = small_course(tmp_path / "course", SOURCE.replace("import os", "import rnnlab.plots\nimport os"))
    parts = {
        "autograder/exercises/start_here.py": ("from autograder.reference import basics\n", True),
        "autograder/reference/basics.py": ("def f():\n    from . import deeper\n", True),
        "autograder/reference/deeper.py": ("x = 1\n", True),
        "autograder/reference/other.py": ("x = 1\n", False),
        "autograder/judge.py": ("x = 1\n", True),
        "autograder/probes/call.py": ("x = 1\n", True),
        "autograder/build/clean.py": ("from autograder.build import compare\n", True),
        "autograder/build/compare.py": ("x = 1\n", False),
        "autograder/exercises/rnn_structure/step.py": ("x = 1\n", False),
        "autograder/grading/export.py": ("x = 1\n", False),
        "autograder/cli.py": ("x = 1\n", False),
        "rnnlab/plots.py": ("x = 1\n", True),
        "rnnlab/unused.py": ("x = 1\n", False),
        "assets/weights/small.npz": ("x", True),
    }
    for name, (text, counts) in parts.items():
        path = course.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = fingerprint(course, LESSON)
        path.write_text(text)
        assert (fingerprint(course, LESSON) != before) == counts, name
    before = fingerprint(course, LESSON)
    course.source(LESSON.id).write_text(SOURCE + "\n# %%\n1\n")
    assert fingerprint(course, LESSON) != before


# The release


def test_release_has_stubs_and_no_outputs(built):
    notebook = lessons.read_notebook(built.release(LESSON.id))
    cells = by_grade_id(notebook)
    assert cells["affine"].source.endswith('    raise NotImplementedError("affine")')
    assert '"""x (N,D), W (H,D), b (H) -> (N,H)"""' in cells["affine"].source
    assert cells["check_affine"].source == 'check("affine", affine)'
    assert cells["mixed_sequences"].source == ANSWER_HERE
    assert cells["question_mixed_sequences"].source.strip() == "Why?"
    assert all(not c.get("outputs") and c.get("execution_count") is None for c in notebook.cells)
    assert cells["setup"].metadata.editable is False and cells["check_affine"].metadata.deletable is False
    assert "widgets" not in notebook.metadata and "fingerprint" not in notebook.metadata.autograder
    free = [c for c in notebook.cells if c.cell_type == "code" and "nbgrader" not in c.metadata]
    assert free and all(c.metadata.tags.count("raises-exception") == 1 for c in free), "Run All goes on after each"
    assert not any("raises-exception" in c.metadata.get("tags", ()) for c in cells.values())
    MetadataValidator().validate_nb(notebook)


def test_only_the_figures_that_are_shown_are_released(built):
    folder = built.release(LESSON.id).parent
    assert sorted(contents(folder)) == ["00_start_here.ipynb", "figures/box.svg"]


def test_figure_that_is_no_longer_shown_goes(course):
    text = SOURCE.replace("figures/box.svg", "figures/unused.svg")
    course.source(LESSON.id).write_text(text)
    lessons.build(course, LESSON)
    assert sorted(contents(course.release(LESSON.id).parent)) == ["00_start_here.ipynb", "figures/unused.svg"]
    assert compare.differences(course, LESSON) == []


def test_answers_in_the_release_are_not_overwritten(course):
    path = course.release(LESSON.id)
    edit(path, lambda nb: by_grade_id(nb)["affine"].update(source="def affine(x, W, b):\n    return 1"))
    mine = path.read_bytes()
    with pytest.raises(BuildError, match=r"notebooks/00_start_here/00_start_here.ipynb holds answers \(affine\)"):
        lessons.build(course, LESSON)
    assert path.read_bytes() == mine


def test_a_release_that_fails_leaves_the_old_one(course, monkeypatch):
    before = contents(course.notebooks)
    edit(course.solved(LESSON.id), lambda nb: by_grade_id(nb)["affine"].metadata.nbgrader.update(solution=False))
    with pytest.raises(BuildError, match=r"could not generate 00_start_here: Solution region detected"):
        release.generate(course.root, LESSON.id)
    assert contents(course.notebooks) == before


# What is noticed by --check


def test_check_finds_nothing_and_touches_nothing(course):
    (course.root / "gradebook.db").unlink()
    before = contents(course.root)
    assert compare.differences(course, LESSON) == []
    assert contents(course.root) == before, "no gradebook, and no file written"


def _source(path, text):
    path.write_text(text)


DAMAGE = {
    "prose in the source": (lambda c: _source(c.source(LESSON.id), SOURCE.replace("It shows", "It has")), [
        "solutions/00_start_here/00_start_here.ipynb: its source or the code it runs changed since it was executed",
        "solutions/00_start_here/00_start_here.ipynb: its cells are not the source's",
        "notebooks/00_start_here/00_start_here.ipynb: its cells are not the source's",
    ]),
    "code that it runs": (lambda c: (c.root / "autograder").mkdir() or (c.root / "autograder" / "judge.py").write_text("1"), [
        "solutions/00_start_here/00_start_here.ipynb: its source or the code it runs changed since it was executed",
    ]),
    "solution in the solved notebook": (
        lambda c: edit(c.solved(LESSON.id), lambda nb: by_grade_id(nb)["affine"].update(source="affine = 1")),
        ["solutions/00_start_here/00_start_here.ipynb: cell 3 (affine) is not what the source says"],
    ),
    "points in the release": (
        lambda c: edit(c.release(LESSON.id), lambda nb: by_grade_id(nb)["check_affine"].metadata.nbgrader.update(points=30)),
        ["notebooks/00_start_here/00_start_here.ipynb: the metadata of cell 4 (check_affine) is not what"],
    ),
    "a tag in the release": (
        lambda c: edit(c.release(LESSON.id), lambda nb: nb.cells[3].metadata.update(tags=["demo"])),
        ["notebooks/00_start_here/00_start_here.ipynb: the metadata of cell 4 (check_affine) is not what"],
    ),
    "cells in another order": (
        lambda c: edit(c.release(LESSON.id), lambda nb: nb.cells.insert(0, nb.cells.pop())),
        ["notebooks/00_start_here/00_start_here.ipynb: its cells are in another order than in the source"],
    ),
    "a cell more": (
        lambda c: edit(c.release(LESSON.id), lambda nb: nb.cells.append(nbformat.v4.new_code_cell("1"))),
        ["notebooks/00_start_here/00_start_here.ipynb: its cells are not the source's: 0 are missing and 1 are extra"],
    ),
    "kernelspec": (
        lambda c: edit(c.solved(LESSON.id), lambda nb: nb.metadata.kernelspec.update(name="mine")),
        ["solutions/00_start_here/00_start_here.ipynb: its metadata 'kernelspec' is not what the source builds"],
    ),
    "a jupytext pairing": (
        lambda c: edit(c.release(LESSON.id), lambda nb: nb.metadata.update(jupytext={"formats": "ipynb,py"})),
        ["notebooks/00_start_here/00_start_here.ipynb: its metadata 'jupytext' is not what the source builds"],
    ),
    "no release": (lambda c: shutil.rmtree(c.notebooks), [
        "notebooks/00_start_here/00_start_here.ipynb is missing",
        "notebooks/00_start_here/figures/box.svg is missing",
    ]),
    "release is no notebook": (lambda c: c.release(LESSON.id).write_text("{"), ["00_start_here.ipynb is not a notebook"]),
    "old figure": (lambda c: (c.release(LESSON.id).parent / "figures/box.svg").write_text("<svg/>"), [
        "notebooks/00_start_here/figures/box.svg is not assets/figures/box.svg any more",
    ]),
    "a file with answers": (lambda c: shutil.copy(c.source(LESSON.id), c.release(LESSON.id).parent), [
        "notebooks/00_start_here/00_start_here.py does not belong there",
    ]),
    "bad source": (lambda c: _source(c.source(LESSON.id), SOURCE.replace("def affine", "def afine")), ["does not define affine"]),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGE)
def test_check_says_what_is_not_in_step(course, case):
    damage, wanted = DAMAGE[case]
    damage(course)
    said = compare.differences(course, LESSON)
    assert len(said) == len(wanted), said
    for sentence, words in zip(said, wanted, strict=True):
        assert words in sentence and sentence.endswith(".")


def test_check_does_not_mind_outputs(course):
    def run_elsewhere(nb):
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], 99
        nb.metadata.pop("widgets")

    edit(course.solved(LESSON.id), run_elsewhere)
    assert compare.differences(course, LESSON) == []


def test_orphans_are_named(course):
    (course.solutions / "03_gone.py").write_text("")
    (course.notebooks / "03_gone").mkdir()
    said = compare.orphans(course, [LESSON.id])
    assert [s.split()[0] for s in said] == ["solutions/03_gone.py", "notebooks/03_gone"]


def test_points_of_the_gradebook_are_noticed(course):
    notebook = lessons.read_notebook(course.solved(LESSON.id))
    assert release.in_gradebook(course.root, LESSON.id, notebook)
    by_grade_id(notebook)["check_affine"].metadata.nbgrader.points = 30
    assert not release.in_gradebook(course.root, LESSON.id, notebook)
    assert not release.in_gradebook(course.root, "01_rnn_structure")


# What is committed

LESSONS = [lesson.id for lesson in registry.lessons()]


@pytest.mark.parametrize("lesson", LESSONS)
def test_committed_notebooks_are_what_the_sources_build(lesson):
    assert compare.differences(Course(), registry.lesson(lesson)) == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_stock_command_generates_the_committed_release(tmp_path, lesson):
    shutil.copytree(Course().solved(lesson).parent, tmp_path / "solutions" / lesson)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", lesson, "--force", f"--course-dir={tmp_path}"]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(command, cwd=ROOT, env={"PATH": path, "HOME": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "notebooks" / lesson) == contents(Course().release(lesson).parent)


@pytest.mark.parametrize("lesson", LESSONS)
def test_release_holds_no_answer(lesson):
    """No solution, hidden test, mark scheme or model answer in any file that a student is given."""
    folder = Course().release(lesson).parent
    given = contents(folder)
    assert {Path(name).suffix for name in given} <= {".ipynb", ".svg", ".png"}
    text = "\n".join(data.decode(errors="replace") for data in given.values())
    for mark in ("SOLUTION", "HIDDEN TEST", "MARK SCHEME", "Mark scheme"):
        assert mark not in text, mark
    released = lessons.read_notebook(Course().release(lesson))
    assert not [c.source for c in released.cells if c.cell_type == "code" and "hidden=True" in c.source]
    shown = {line.strip() for c in released.cells for line in c.source.splitlines()}
    secret = secrets_of(lesson)
    assert secret, "there are answers to look for"
    assert [line for line in secret if line in shown] == []


def secrets_of(lesson: str) -> list[str]:
    """The lines of solutions, mark schemes and model answers that are long enough to be told apart."""
    found = []
    inside = False
    for line in Course().source(lesson).read_text().splitlines():
        if "### BEGIN " in line:
            inside = True
        elif "### END " in line:
            inside = False
        elif inside and len(line.strip()) > 24:
            found.append(line.strip())
    return found


def test_nothing_else_lies_in_the_release():
    assert sorted(p.name for p in Course().notebooks.iterdir()) == LESSONS


def test_solved_notebooks_are_small_and_of_no_machine():
    for lesson in LESSONS:
        data = Course().solved(lesson).read_bytes()
        assert len(data) <= lessons.MAX_BYTES
        for private in (str(ROOT), str(Path.home()) + "/", "ipykernel_"):
            assert private.encode() not in data


def test_points_in_notebooks_are_the_registry_s():
    for lesson in registry.lessons():
        cells = by_grade_id(lessons.read_notebook(Course().release(lesson.id)))
        for exercise in lesson.exercises:
            assert cells[f"check_{exercise.id}"].metadata.nbgrader.points == exercise.points
        for question in lesson.questions:
            assert cells[question.id].metadata.nbgrader.points == question.points


def test_item_missing_from_the_registry_s_list_is_noticed():
    shorter = replace(LESSON, items=LESSON.items[1:])
    with pytest.raises(BuildError, match="has no exercise 'affine'"):
        expand(shorter, parse_source(SOURCE, NAME), NAME)
