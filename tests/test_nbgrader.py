"""Stock nbgrader commands on this course: the samples' marks, feedback, export, and submissions that are not as they should be."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder import registry
from autograder.build.paths import ROOT, Course
from autograder.build.source import parse_source
from autograder.grading import export, native, samples
from autograder.grading.graft import defines, graft
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
    text = path.read_text()
    return samples.submission(release, parse_source(text, path.name) if "# %%" in text else [])


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
    for lesson in [registry.lesson(n) for n, students in graded.result.marks.items() if "typical_mistakes" in students]:
        page = (graded.folder / "feedback" / "typical_mistakes" / lesson.id / f"{lesson.id}.html").read_text()
        assert page.count('class="autograder-report"') >= len(lesson.exercises)
        hidden = re.findall(r"hidden\s*=\s*True|BEGIN|END HIDDEN|[Mm]ark scheme", page)
        assert hidden == [], "nothing that a student is not to see"
    assert "W_hh has one row for each" in page
    assert "BEGIN SOLUTION" not in page


def test_feedback_lists_the_exercises_by_name_and_what_is_not_marked_yet(graded):
    page = (graded.folder / "feedback" / "typical_mistakes" / "01_rnn_structure" / "01_rnn_structure.html").read_text()
    listed = page[page.index('<div id="toc">') : page.index("</ol>")]
    assert re.findall(r'<a href="#check_(\w+)">(\w+)</a> \(Score: 0.5 / 4.0\)', listed) == [("rnn_step", "rnn_step")]
    assert '<a href="#why_share">why_share, in words</a> (not marked yet; 3.0 points)' in listed
    assert "Test cell" not in listed and "Written response" not in listed


def test_export_has_a_row_a_submission_and_a_column_an_answer(graded):
    with (graded.folder / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {(r["assignment"], r["student_id"]): r for r in csv.DictReader(file)}
    everybody = {student for students in graded.result.marks.values() for student in students}
    assert set(rows) == {(lesson, student) for lesson in graded.result.marks for student in everybody}
    handed_in = {who for who, row in rows.items() if row["submitted"] == "yes"}
    assert handed_in == {(lesson, s) for lesson, students in graded.result.marks.items() for s in students}
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


RUN = "window.hacked = 1"
PAGE = [
    f"<script>{RUN}</script> <img src=x onerror='{RUN}'> [x](javascript:{RUN}) [y][r] $\\href{{javascript:{RUN}}}{{z}}$",
    f"[r]: javascript:{RUN}\n\n> <iframe srcdoc='<script>parent.{RUN}</script>'></iframe> **bold**",
    "### BEGIN HIDDEN TESTS\n### BEGIN MARK SCHEME\n![](attachment:none)\n\nthe rest of the answer",
]
SHOWN = f"""
from IPython.display import HTML, SVG, Javascript, Markdown, display
display(HTML("<table onclick='{RUN}'><tr><td>an honest table</td></tr></table><script>{RUN}</script>"))
display(HTML("<img src=x onerror='{RUN}'><a href='javascript:{RUN}'>go</a>"), metadata={{"text/html": {{"isolated": True}}}})
display(Javascript("{RUN}"), Markdown("<script>{RUN}</script>"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'><script>{RUN}</script></svg>"))
display({{"text/latex": r"$\\href{{javascript:{RUN}}}{{z}}$", "text/plain": "<script>{RUN}</script>"}}, raw=True)
print("<script>{RUN}</script>")
raise ValueError("<img src=x onerror='{RUN}'>")
"""


def _page(nb):
    cell(nb, "mixed_sequences").source = "\n\n".join(PAGE)
    at = nb.cells.index(cell(nb, "affine"))
    new = [
        *map(nbformat.v4.new_markdown_cell, PAGE),
        nbformat.v4.new_code_cell(SHOWN),
        nbformat.v4.new_raw_cell(PAGE[0]),
    ]
    new[-1].metadata["raw_mimetype"] = "text/html"
    nb.cells[at:at] = new
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"</script><script>": {}}}}
    nb.metadata["title"] = f"<script>{RUN}</script>"


BATCH = {
    "a_skipped": ("typical_mistakes", _skipped, 0),
    "b_check_renamed": ("typical_mistakes", _check_renamed, 0),
    "c_killed": ("all_right", _killed, 3),
    "d_noisy": ("all_right", _noisy, 5),
    "e_duplicated": ("typical_mistakes", _duplicated, 0),
    "f_old_schema": ("all_right", _old_schema, 5),
    "g_points": ("typical_mistakes", _points, 0),
    "i_half_done": ("half_done", lambda nb: None, 3),
    "k_page": ("all_right", _page, 5),
    "l_stamp": ("all_right", lambda nb: None, 5),
}
BROKEN, EMPTY = "h_cut_off", "j_nothing"
QUIZ = "quiz"


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    root = tmp_path_factory.mktemp("batch")
    shutil.copytree(Course().solved(LESSON).parent, root / "solutions" / LESSON)
    for student, (sample, change, _points) in BATCH.items():
        notebook = submission(sample)
        change(notebook)
        hand_in(root, student, nbformat.writes(notebook))
    hand_in(root, BROKEN, nbformat.writes(submission("all_right"))[:3000])
    (root / "submitted" / EMPTY / LESSON).mkdir(parents=True)
    stamp = root / "submitted" / "l_stamp" / LESSON / "timestamp.txt"
    stamp.write_text("the day before")
    (stamp.parent / "json.py").write_text("raise SystemExit")
    (stamp.parent / "link").symlink_to("/etc")
    done = nbgrader(root, "autograde", LESSON)
    return SimpleNamespace(root=root, log=done.stderr, code=done.returncode, scores=scores(root))


def hand_in(root: Path, student: str, text: str, assignment: str = LESSON) -> Path:
    path = root / "submitted" / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def scores(root: Path, assignment: str = LESSON) -> dict[str, dict]:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnn") as gradebook:
        return {row["student_id"]: row for row in export.marks(gradebook, {assignment}, set())}


@pytest.mark.parametrize("student", BATCH)
def test_answers_earn_what_they_are_worth(batch, student):
    assert batch.scores[student]["score"] == BATCH[student][2], batch.log[-2000:]


def test_one_broken_file_costs_nobody_else(batch):
    assert batch.code == 0
    assert batch.scores["i_half_done"]["score"] == 3, "graded after the broken one"
    assert f"{BROKEN}, {LESSON}: " in batch.log and "holds no answer" in batch.log
    assert f"{EMPTY}, {LESSON}: There is no notebook in the folder." in batch.log
    for student in (BROKEN, EMPTY):
        row = batch.scores[student]
        assert (row["score"], row["submitted"], row["to_mark_by_hand"]) == (0, "yes", 0)


def test_what_was_repaired_is_said(batch):
    assert "e_duplicated, 00_start_here: check_affine was there more than once" in batch.log
    assert "c_killed, 00_start_here: The cell of time_major ended Python" in batch.log
    assert "l_stamp, 00_start_here: The time stamp 'the day before' cannot be read" in batch.log


def test_release_of_the_course_is_left_alone(batch):
    assert not (batch.root / "notebooks").exists(), (
        "grading makes the lesson known to the gradebook, and releases nothing"
    )


def test_only_files_of_ours_are_kept(batch):
    folder = batch.root / "autograded" / "l_stamp" / LESSON
    assert {p.name for p in folder.iterdir()} == {f"{LESSON}.ipynb", "figures"}
    assert not [p for p in folder.parent.rglob("*") if p.is_symlink()]


def test_feedback_has_nothing_alive_in_it(batch):
    done = nbgrader(batch.root, "generate_feedback", LESSON)
    assert done.returncode == 0, done.stderr
    pages = {s: (batch.root / "feedback" / s / LESSON / f"{LESSON}.html").read_text() for s in (*BATCH, BROKEN, EMPTY)}
    usual, page = Tags(pages["i_half_done"]), Tags(pages["k_page"])
    assert page.found["script"] == usual.found["script"]
    assert set(page.found) <= {*usual.found, "blockquote", "td", "tr", "th", "table", "thead", "tbody", "strong"}
    assert page.odd == usual.odd, "our own links to other lessons"
    assert "an honest table" in pages["k_page"] and "data:image/svg+xml;base64," in pages["k_page"]
    assert "the rest of the answer" in pages["k_page"], "a student's words do not begin a hidden part"


class Tags(HTMLParser):
    """The tags of a page, and what in them could run something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.odd: list[tuple[str, str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found[tag] += 1
        for name, value in attrs:
            value = (value or "").strip().lower()
            live = name in ("href", "src", "action", "data") and not value.startswith(
                ("http", "#", "figures/", "data:i")
            )
            if name.startswith("on") or name in ("srcdoc", "formaction") or (live and value):
                self.odd.append((tag, name, value))


@pytest.fixture(scope="module")
def again(batch, tmp_path_factory):
    """The same course, where one has handed in anew, one's folder was lost, and a mark was given by hand."""
    root = tmp_path_factory.mktemp("again") / "course"
    shutil.copytree(batch.root, root, symlinks=True)
    hand_in(root, "i_half_done", nbformat.writes(submission("all_right")))
    shutil.rmtree(root / "autograded" / "g_points")
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnn") as gradebook:
        gradebook.find_grade("mixed_sequences", LESSON, LESSON, "d_noisy").manual_score = 1.5
        gradebook.db.commit()
    return SimpleNamespace(root=root, log=nbgrader(root, "autograde", LESSON).stderr)


def test_only_what_is_new_is_graded_again(again):
    assert re.findall(r"Autograding \S+submitted/(\w+)", again.log) == ["g_points", "i_half_done"]
    assert len(re.findall("Skipping existing assignment", again.log)) == len(BATCH)
    assert "i_half_done, 00_start_here: changed since it was graded" in again.log
    assert scores(again.root)["i_half_done"]["score"] == 5


def test_some_students_are_graded_by_force_and_without_a_sandbox(again):
    options = ["--student=[cd]_*", "--force", "--Autograde.sandbox=False"]
    done = nbgrader(again.root, "autograde", LESSON, *options)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"Autograding \S+submitted/(\w+)", done.stderr) == ["c_killed", "d_noisy"]
    found = scores(again.root)
    assert (found["c_killed"]["score"], found["d_noisy"]["score"]) == (3, 6.5)


def test_nobody_to_grade_is_said(batch):
    done = nbgrader(batch.root, "autograde", LESSON, "--student=nobody")
    assert done.returncode == 1 and "nobody has handed in nothing" in done.stderr


def test_nbgrader_itself_gives_honest_answers_the_same(batch, tmp_path):
    shutil.copytree(batch.root / "solutions", tmp_path / "solutions")
    honest = ("all_right", "half_done", "typical_mistakes", "untouched")
    for student in honest:
        hand_in(tmp_path, student, nbformat.writes(submission(student)))
    native.stock(tmp_path, LESSON)
    found = scores(tmp_path)
    wanted = samples.expected(Course())[LESSON]
    for student in honest:
        points = {n: m.points for n, m in wanted[student].items()}
        got = {n: "by hand" if p == "" else p for n, p in found[student]["answers"].items()}
        assert got == points, student


def test_other_assignments_go_the_way_of_nbgrader(batch, tmp_path):
    cells = [
        nbformat.v4.new_code_cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", id="a"),
        nbformat.v4.new_code_cell("assert x == 1", id="b"),
    ]
    for cell, grade in zip(cells, (False, True), strict=True):
        known = {"grade": grade, "solution": not grade, "locked": grade, "task": False, "schema_version": 3}
        cell.metadata["nbgrader"] = {**known, "grade_id": cell.id, **({"points": 2} if grade else {})}
    notebook = nbformat.v4.new_notebook(cells=cells)
    path = tmp_path / "solutions" / QUIZ / f"{QUIZ}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    assert nbgrader(tmp_path, "generate_assignment", QUIZ).returncode == 0
    released = nbformat.read(tmp_path / "notebooks" / QUIZ / f"{QUIZ}.ipynb", 4)
    released.cells[0].source = "x = 1"
    hand_in(tmp_path, "kim", nbformat.writes(released), QUIZ)
    done = nbgrader(tmp_path, "autograde", QUIZ)
    assert done.returncode == 0, done.stderr
    assert scores(tmp_path, QUIZ)["kim"]["score"] == 2


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
