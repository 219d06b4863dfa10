"""Stock nbgrader commands on this course: the samples' marks, feedback, export, and submissions that are not as they should be."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder import registry
from autograder.build.paths import ROOT, Course
from autograder.build.source import parse_source
from autograder.grading import export, samples
from autograder.grading.graft import defines, graft
from autograder.grading.judging import settle
from autograder.grading.lessons import skeleton

LESSON = "00_start_here"


def nbgrader(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", *arguments, f"--CourseDirectory.root={root}"]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=300
    )


def submission(sample: str) -> nbformat.NotebookNode:
    path = ROOT / "samples" / LESSON / f"{sample}.py"
    release = nbformat.read(Course().release(LESSON), as_version=4)
    return samples.submission(release, parse_source(path.read_text(), path.name))


def cell(notebook, grade_id: str):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


# The samples


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples") / "grade"
    return SimpleNamespace(folder=folder, result=samples.grade(Course(), folder=folder))


def test_samples_get_the_marks_they_deserve(graded):
    assert graded.result.unexpected() == []
    wanted = {(lesson, s) for lesson, students in graded.result.expected.items() for s in students}
    there = {(p.parent.name, p.stem) for p in (ROOT / "samples").glob("*/*.py")}
    assert wanted == there, "every sample has its marks"
    for lesson, students in graded.result.marks.items():
        assert set(students["all_right"]) == {i.id for i in registry.lesson(lesson).items}


def test_a_wrong_mark_would_be_noticed(graded):
    marks = {k: {s: dict(a) for s, a in v.items()} for k, v in graded.result.marks.items()}
    marks[LESSON]["all_right"]["affine"] = samples.Mark(2.5, "failed")
    said = samples.Graded(marks, graded.result.expected).unexpected()
    assert said == [f"{LESSON}, all_right: affine is 2.5 failed, and should be 3.0 passed."]


def test_table_shows_marks_and_reasons(graded):
    text = graded.result.text()
    assert re.search(r"rnn_step +4 +4 +4 +0\.5 +0$", text, re.MULTILINE)
    assert re.search(r"why_share +3 +by hand +0 +by hand +0$", text, re.MULTILINE)
    assert re.search(r"typical_mistakes +rnn_step +failed +recurrent_transposed$", text, re.MULTILINE)


def test_feedback_pages_show_the_reports(graded):
    for lesson in map(registry.lesson, graded.result.marks):
        page = (graded.folder / "feedback" / "typical_mistakes" / lesson.id / f"{lesson.id}.html").read_text()
        assert page.count('class="autograder-report"') >= len(lesson.exercises)
        assert "Mark scheme" in page
    assert "W_hh has one row for each" in page
    assert "BEGIN SOLUTION" not in page


def test_export_has_a_row_a_submission_and_a_column_an_answer(graded):
    with (graded.folder / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {(r["assignment"], r["student_id"]): r for r in csv.DictReader(file)}
    assert len(rows) == sum(len(s) for s in graded.result.marks.values())
    row = rows["01_rnn_structure", "typical_mistakes"]
    assert (row["score"], row["max_score"], row["to_mark_by_hand"], row["submitted"]) == ("6.5", "27.0", "1", "yes")
    assert (row["rnn_step"], row["VanillaRNN"], row["why_share"], row["affine"]) == ("0.5", "0.0", "", "")
    assert list(row).index("rnn_step") < list(row).index("rnn_forward") < list(row).index("why_share"), (
        "in the lesson's order"
    )


def test_a_mark_given_by_hand_is_exported_and_survives_a_second_grading(graded, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(graded.folder, root)
    student = "typical_mistakes"
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnn") as gradebook:
        grade = gradebook.find_grade("mixed_sequences", LESSON, LESSON, student)
        grade.manual_score = 1.5
        gradebook.db.commit()
        gradebook.update_or_create_student(student, last_name='=HYPERLINK("x")', first_name='Al "Bo", jr.')
    assert nbgrader(root, "autograde", LESSON, f"--student={student}", "--force").returncode == 0
    done = nbgrader(root, "export", "--to", str(root / "again.csv"))
    assert done.returncode == 0, done.stderr
    with (root / "again.csv").open(newline="", encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file) if (r["assignment"], r["student_id"]) == (LESSON, student))
    assert row["mixed_sequences"] == "1.5" and row["score"] == "1.5"
    assert row["last_name"] == '\'=HYPERLINK("x")' and row["first_name"] == 'Al "Bo", jr.'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "|calc"])
def test_no_cell_is_a_formula(text):
    assert export.safe(text) == "'" + text


def test_numbers_and_names_stay_as_they_are():
    assert export.safe(-1.5) == -1.5 and export.safe("Kim, Min") == "Kim, Min" and export.safe(None) == ""


# Submissions that are not as they should be, in one batch, in a course that was never generated


def _skipped(nb):
    for name in ("check_affine", "check_time_major"):
        cell(nb, name).metadata["tags"] = ["demo", "skip-execution"]


def _check_renamed(nb):
    cell(nb, "affine").source += "\ncheck = lambda *given, **more: None"


def _killed(nb):
    cell(nb, "time_major").source += "\nimport os\nos._exit(1)"


def _noisy(nb):
    cell(nb, "affine").source = cell(nb, "affine").source.replace(
        "    return", "    import sys, warnings\n    warnings.warn('w')\n    print('p', file=sys.stderr)\n    return"
    )


def _duplicated(nb):
    nb.cells.insert(0, nbformat.from_dict(cell(nb, "check_affine")))
    nb.cells[0].id = "copy"
    nb.cells[0].source = "3.0"


def _old_schema(nb):
    for one in nb.cells:
        if "nbgrader" in one.metadata:
            one.metadata.nbgrader.schema_version = 99 if one.id == "setup" else "x"


def _points(nb):
    cell(nb, "check_affine").metadata.nbgrader.points = 300
    cell(nb, "check_affine").source = "300.0"


BATCH = {
    "a_skipped": ("typical_mistakes", _skipped, 0),
    "b_check_renamed": ("typical_mistakes", _check_renamed, 0),
    "c_killed": ("all_right", _killed, 3),
    "d_noisy": ("all_right", _noisy, 5),
    "e_duplicated": ("typical_mistakes", _duplicated, 0),
    "f_old_schema": ("all_right", _old_schema, 5),
    "g_points": ("typical_mistakes", _points, 0),
    "i_half_done": ("half_done", lambda nb: None, 3),
}
BROKEN = "h_cut_off"


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    root = tmp_path_factory.mktemp("batch")
    shutil.copytree(Course().solved(LESSON).parent, root / "solutions" / LESSON)
    for student, (sample, change, _points) in BATCH.items():
        notebook = submission(sample)
        change(notebook)
        path = root / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(notebook))
    path = root / "submitted" / BROKEN / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(submission("all_right"))[:3000])
    done = nbgrader(root, "autograde", LESSON)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnn") as gradebook:
        scores = {row["student_id"]: row for row in export.marks(gradebook, {LESSON}, set())}
    return SimpleNamespace(root=root, log=done.stderr, scores=scores)


@pytest.mark.parametrize("student", BATCH)
def test_answers_earn_what_they_are_worth(batch, student):
    assert batch.scores[student]["score"] == BATCH[student][2], batch.log[-2000:]


def test_one_broken_file_costs_nobody_else(batch):
    assert batch.scores["i_half_done"]["score"] == 3, "graded after the broken one"
    assert f"There was an error processing assignment '{LESSON}' for student '{BROKEN}'" in batch.log
    assert batch.scores[BROKEN]["score"] == 0


def test_what_was_repaired_is_said(batch):
    assert "e_duplicated, 00_start_here: check_affine was there more than once" in batch.log


def test_release_of_the_course_is_left_alone(batch):
    assert not (batch.root / "notebooks").exists(), (
        "grading makes the lesson known to the gradebook, and releases nothing"
    )


# Grafting


def test_graft_of_a_release_changes_nothing_but_what_is_ours():
    ours = skeleton(Course(), LESSON)
    grafted = graft(ours, submission("all_right"))
    assert grafted.repairs == ()
    assert cell(grafted.notebook, "check_affine").source == cell(ours, "check_affine").source
    assert "einsum" in cell(grafted.notebook, "affine").source
    at = grafted.notebook.cells.index(cell(grafted.notebook, "time_major"))
    own = [c for c in grafted.notebook.cells if 'inputs("affine", "values")' in c.source]
    assert len(own) == 1 and grafted.notebook.cells.index(own[0]) == at - 1, "their own cell stands where it stood"


def test_skeleton_holds_no_answer():
    text = nbformat.writes(skeleton(Course(), LESSON))
    assert "x @ W.T + b" not in text.replace("`x @ W.T", "") and "x.transpose(1, 0, 2)" not in text
    assert "After the reshape, column n" not in text


def test_missing_answer_and_check_are_put_back_as_stubs():
    notebook = submission("all_right")
    notebook.cells = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in ("affine", "check_affine")
    ]
    grafted = graft(skeleton(Course(), LESSON), notebook)
    assert 'NotImplementedError("affine")' in cell(grafted.notebook, "affine").source
    assert "hidden=True" in cell(grafted.notebook, "check_affine").source
    assert len(grafted.repairs) == 2


def test_merged_answers_are_both_found():
    notebook = submission("all_right")
    cell(notebook, "affine").source += "\n\n\n" + cell(notebook, "time_major").source
    notebook.cells.remove(cell(notebook, "time_major"))
    grafted = graft(skeleton(Course(), LESSON), notebook)
    assert "NotImplementedError" not in cell(grafted.notebook, "time_major").source
    assert grafted.repairs == ("time_major is defined in the cell of affine.",)


@pytest.mark.parametrize(
    "junk",
    [{}, {"cells": None}, {"cells": [1, None, "x", {}]}, {"cells": [{"metadata": 3, "source": 4, "cell_type": None}]}],
)
def test_graft_survives_any_structure(junk):
    grafted = graft(skeleton(Course(), LESSON), junk)
    nbformat.validate(grafted.notebook)
    assert 'NotImplementedError("affine")' in cell(grafted.notebook, "affine").source


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(x):\n  1", True),
        ("class f:\n  1", True),
        ("f = 1", True),
        ("f == 1", False),
        ("  def f(x): 1", False),
        ("def ff(x): 1", False),
        ("# def f(x)", False),
    ],
)
def test_defines(source, found):
    assert defines(source, "f") == found


def test_a_check_without_a_report_of_ours_counts_nothing():
    notebook = skeleton(Course(), LESSON)
    check = cell(notebook, "check_affine")
    good = {"exercise": "affine", "outcome": "passed", "points": 3.0, "max_points": 3, "cases": [], "misconception": None, "diagnosis": "", "summary": "", "blocked_by": None, "given": [], "notes": [], "hidden": True}  # fmt: skip
    mime = "application/vnd.autograder.report+json"
    for change, points in [({}, 3), ({"points": 30}, 0), ({"points": float("nan")}, 0), ({"points": "3"}, 0), ({"exercise": "time_major"}, 0), ({"hidden": False}, 0), ({"outcome": "great"}, 0), ({"points": -1}, 0)]:  # fmt: skip
        check.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "3", mime: good | change})]
        assert settle(notebook)["affine"]["points"] == points, change
        assert check.outputs[0].data["text/plain"] == str(points)
    check.outputs = []
    assert settle(notebook)["affine"]["outcome"] == "error", "nbgrader would give full marks for no output"
