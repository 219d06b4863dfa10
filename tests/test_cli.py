"""The command line: list, check and its refusals, and what a student's file cannot change."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder import cli, registry
from autograder.build.paths import ROOT, Course
from autograder.build.source import parse_source
from autograder.grading import check, samples
from autograder.grading.check import BadNotebook, lesson_of

LESSON = "00_start_here"
needs_sandbox = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed")


def handed_in(sample: str, lesson: str = LESSON) -> nbformat.NotebookNode:
    """A sample submission, as its student hands it in."""
    path = ROOT / "samples" / lesson / f"{sample}.py"
    release = nbformat.read(Course().release(lesson), as_version=4)
    return samples.submission(release, parse_source(path.read_text(), path.name))


def cell(notebook, grade_id: str):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


# list


def test_list_as_json_tells_all(capsys):
    assert cli.main(["list", "--json"]) == 0
    told = {
        e["id"]: (lesson["lesson"], e) for lesson in json.loads(capsys.readouterr().out) for e in lesson["exercises"]
    }
    exercises = [(lesson, e) for lesson in registry.lessons() for e in lesson.exercises]
    assert len(told) == len(exercises)
    for lesson, exercise in exercises:
        where, row = told[exercise.id]
        assert where == lesson.id
        assert row["points"] == exercise.points and row["signature"] == (exercise.signature or exercise.spec)
        assert row["cases"] + row["hidden_cases"] == len(exercise.cases)
        assert row["hidden_cases"] == sum(c.hidden for c in exercise.cases)
        assert row["misconceptions"] == len(exercise.misconceptions) and row["accepts"] == len(exercise.accepts)


def test_list_is_an_aligned_table(capsys):
    assert cli.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line for line in lines if line.startswith("  ")}
    column = rows["exercise"].index("signature")
    for lesson in registry.lessons():
        for exercise in lesson.exercises:
            assert rows[exercise.id][column:] == (exercise.signature or exercise.spec)
        for question in lesson.questions:
            assert f"{question.points} points by hand" in rows[question.id]


# check: refusals


def notebook_text(**metadata) -> str:
    return nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")], metadata=metadata))


FILES = {
    "empty": ("", "is empty"),
    "blank": (" \n\n", "is empty"),
    "not a notebook": ("def f(): pass\n", "holds no exercise of this course"),
    "other JSON": ("[1, 2]", "holds nothing but empty cells"),
    "JSON without cells": ("{}", "has no cells"),
    "old format": ('{"worksheets": []}', "before 2015"),
    "damaged": ('{"cells": [}, "metadata": {}}', "is not a notebook: no cell could be found in it"),
    "no exercise": (notebook_text(), "holds no exercise of this course"),
    "other course": (notebook_text(autograder={"lesson": "77_sailing"}), "is of lesson 77_sailing, which is not in this course"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_bad_file_gets_one_sentence(tmp_path, capsys, case):
    text, said = FILES[case]
    path = tmp_path / "mine.ipynb"
    path.write_text(text)
    assert cli.main(["check", str(path)]) == 2
    out = capsys.readouterr()
    assert out.out == "" and said in out.err and "mine.ipynb" in out.err and out.err.count("\n") == 1
    assert cli.main(["check", str(path), "--json"]) == 2
    assert said in json.loads(capsys.readouterr().out)["error"]


def test_missing_file_folder_and_bytes(tmp_path):
    with pytest.raises(BadNotebook, match="There is no file"):
        check.check_file(tmp_path / "none.ipynb", Course())
    with pytest.raises(BadNotebook, match="is a folder"):
        check.check_file(tmp_path, Course())
    (tmp_path / "picture.ipynb").write_bytes(b"\x89PNG\r\n\xff")
    with pytest.raises(BadNotebook, match="is not a notebook: it is a picture"):
        check.check_file(tmp_path / "picture.ipynb", Course())


@needs_sandbox
def test_cut_off_and_conflicted_files_are_mended(tmp_path):
    text = nbformat.writes(handed_in("all_right"))
    path = tmp_path / "mine.ipynb"
    path.write_text(text[:2000])
    with pytest.raises(BadNotebook, match="holds no exercise"):
        check.check_file(path, Course())
    path.write_text(text[:-3])
    result = check.check_file(path, Course())
    assert result.passed and result.notes[0].startswith("mine.ipynb is cut off; ")
    lines = text.splitlines(keepends=True)
    path.write_text("".join([*lines[:9], "<<<<<<< HEAD\n", *lines[9:12], "=======\n>>>>>>> other\n", *lines[12:]]))
    result = check.check_file(path, Course())
    assert result.passed and "the marks of a merge conflict in it, first in line 10" in result.notes[0]


# check: grading


def check_cells(notebook, tmp_path, name="renamed (2).ipynb") -> check.Result:
    path = tmp_path / name
    path.write_text(nbformat.writes(notebook))
    before = path.read_bytes()
    result = check.check_file(path, Course())
    assert path.read_bytes() == before
    return result


@needs_sandbox
def test_all_right_exits_0_and_says_what_a_person_must_do(tmp_path):
    path = tmp_path / "my own name.ipynb"
    nbformat.write(handed_in("all_right"), path)
    before = path.read_bytes()
    done = run("check", str(path))
    assert done.returncode == 0, done.stderr
    assert done.stderr == "" and path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == [path.name]
    assert "3 of 3 points" in done.stdout and "mixed_sequences  needs a person: 2 points" in done.stdout
    assert done.stdout.endswith("5 of 5 points. 2 more are for a person to give.\n")


@needs_sandbox
def test_not_all_right_exits_1_and_prints_only_json(tmp_path):
    path = tmp_path / "mine.ipynb"
    nbformat.write(handed_in("typical_mistakes"), path)
    done = run("check", str(path), "--json")
    assert done.returncode == 1 and done.stderr == ""
    told = json.loads(done.stdout)
    assert (told["lesson"], told["points"], told["max_points"], told["passed"]) == (LESSON, 0, 5, False)
    assert [e["misconception"] for e in told["exercises"]] == ["weights_not_transposed", "reshaped"]
    assert all(e["hidden"] for e in told["exercises"])
    assert told["questions"] == [
        {"id": "mixed_sequences", "max_points": 2, "answered": True, "status": "needs a person"}
    ]


@needs_sandbox
def test_students_do_not_choose_their_checks(tmp_path):
    """Tampered checks, skip tags, stripped metadata, an answer under another id: the answers count, and only they."""
    notebook = handed_in("typical_mistakes")
    cell(notebook, "affine").source = "def affine(x, W, b):\n    return x @ W.T + b"
    cell(notebook, "check_affine").source = "raise SystemExit"
    tampered = cell(notebook, "check_time_major")
    tampered.source, tampered.metadata = "5.0", {"tags": ["demo"]}
    notebook.metadata = {}
    result = check_cells(notebook, tmp_path)
    assert result.reports["affine"]["outcome"] == "passed"
    assert result.reports["time_major"]["misconception"] == "reshaped"
    assert result.points == 3 and not result.passed


@needs_sandbox
def test_answer_is_found_by_name_when_its_cell_lost_its_id(tmp_path):
    notebook = handed_in("all_right")
    lost = cell(notebook, "time_major")
    lost.metadata, lost.id = {}, "pasted"
    result = check_cells(notebook, tmp_path)
    assert result.passed
    assert any("time_major" in note for note in result.notes)


@needs_sandbox
def test_a_kernel_that_dies_keeps_what_was_earned(tmp_path):
    notebook = handed_in("all_right")
    cell(notebook, "time_major").source += "\nimport os\nos._exit(1)"
    result = check_cells(notebook, tmp_path)
    assert result.reports["affine"]["points"] == 3
    assert (result.reports["time_major"]["outcome"], result.reports["time_major"]["points"]) == ("error", 0)
    assert result.notes[-1].startswith("The cell of time_major ended Python: it ended itself")


def test_lesson_is_found_by_grade_ids_where_metadata_lies():
    notebook = handed_in("all_right")
    notebook.metadata.autograder.lesson = "01_rnn_structure"
    assert lesson_of(notebook, Path("mine.ipynb")).id == LESSON


def test_unanswered_question_is_said_so():
    result = check.Result("x", registry.lesson(LESSON), {}, {"mixed_sequences": ""}, ())
    assert "mixed_sequences  no answer yet: 2 points" in result.text()


@needs_sandbox
def test_check_without_a_sandbox_only_when_told(tmp_path, monkeypatch, capsys):
    path = tmp_path / "mine.ipynb"
    nbformat.write(handed_in("all_right"), path)
    assert cli.main(["check", str(path), "--no-sandbox", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["points"] == 5
    monkeypatch.setenv("PATH", "")
    assert cli.main(["check", str(path)]) == 2
    assert "bubblewrap is not installed" in capsys.readouterr().err


# samples


def test_make_grade_is_the_samples(capsys):
    target = re.search(r"^grade:\n(?:\t.*\n)+", (ROOT / "Makefile").read_text(), re.MULTILINE).group()
    assert "-m autograder samples" in target
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "samples grade the sample submissions" in told and "grade grade what was handed in" in told


@pytest.mark.parametrize(("wrong", "status"), [(0, 0), (1, 1), (2, 1)])
def test_samples_exit_1_for_a_mark_that_is_not_the_deserved_one(monkeypatch, capsys, wrong, status):
    deserved = {LESSON: {"kim": {"affine": samples.Mark(3.0, "passed"), "time_major": samples.Mark(2.0, "passed")}}}
    found = {LESSON: {"kim": dict(list(deserved[LESSON]["kim"].items())[wrong:])}}
    monkeypatch.setattr(samples, "grade", lambda course, say: samples.Graded(found, deserved))
    assert cli.main(["samples"]) == status
    out = capsys.readouterr().out
    assert (f"{wrong} mark" in out) == bool(wrong) and ("Every mark is the one" in out) == (not wrong)


# build


def test_build_refuses_an_unknown_lesson(capsys):
    assert cli.main(["build", "77"]) == 2
    assert "There is no lesson 77" in capsys.readouterr().err


def test_build_check_speaks_and_exits_1(tmp_path, monkeypatch, capsys):
    from autograder.build import compare

    monkeypatch.setattr(compare, "differences", lambda course, lesson: [f"{lesson.id} is old."])
    assert cli.main(["build", "00", "--check"]) == 1
    assert capsys.readouterr().out == f"{LESSON} is old.\nRun `make build` to bring them up to date.\n"
    monkeypatch.setattr(compare, "differences", lambda course, lesson: [])
    assert cli.main(["build", "00", "--check"]) == 0
