"""Killed at any instant, and the same command again: the same gradebook, whatever the instant was."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from forked_grader import RUN

from autograder.build.paths import ROOT, Course
from autograder.build.source import parse_source
from autograder.grading import samples
from autograder.grading.engine import Engine
from autograder.grading.ledger import Ledger
from autograder.grading.submission import read_folder
from autograder.report import MIME

pytestmark = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed")
LESSON = "00_start_here"
KILLS = 20

ROWS = {
    "students": "SELECT id, first_name, last_name FROM student",
    "submissions": """
        SELECT a.name, a.duedate, s.student_id, s.timestamp, s.extension, n.name, sn.flagged, sn.late_submission_penalty
        FROM submitted_assignment s JOIN assignment a ON a.id = s.assignment_id
        LEFT JOIN submitted_notebook sn ON sn.assignment_id = s.id LEFT JOIN notebook n ON n.id = sn.notebook_id""",
    "grades": """
        SELECT s.student_id, b.name, b.type, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade,
               coalesce(gc.max_score, tc.max_score)
        FROM grade g JOIN base_cell b ON b.id = g.cell_id JOIN submitted_notebook sn ON sn.id = g.notebook_id
        JOIN submitted_assignment s ON s.id = sn.assignment_id
        LEFT JOIN grade_cells gc ON gc.id = b.id LEFT JOIN task_cells tc ON tc.id = b.id""",
    "comments": """
        SELECT s.student_id, b.name, c.auto_comment, c.manual_comment
        FROM comment c JOIN base_cell b ON b.id = c.cell_id JOIN submitted_notebook sn ON sn.id = c.notebook_id
        JOIN submitted_assignment s ON s.id = sn.assignment_id""",
    "cells": "SELECT name, cell_type, locked, source, checksum FROM source_cell",
    "counts": " UNION ALL ".join(
        f"SELECT '{t}', count(*) FROM {t}"
        for t in ("grade", "comment", "submitted_assignment", "submitted_notebook", "base_cell", "notebook")
    ),
}  # fmt: skip


def gradebook(root: Path) -> dict[str, list]:
    """All that is in a gradebook, as plain rows, without the ids that are drawn at random."""
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {name: sorted(map(repr, database.execute(query))) for name, query in ROWS.items()}


def autograded(root: Path) -> dict[str, list]:
    """The score that each check cell shows, and what lies beside the notebook, for each student."""
    found = {}
    for path in sorted((root / "autograded").glob(f"*/{LESSON}/{LESSON}.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        scores = [o.data["text/plain"] for c in cells for o in c.get("outputs", []) if MIME in o.get("data", {})]
        names = sorted(p.relative_to(path.parent).as_posix() for p in path.parent.rglob("*"))
        found[path.parent.parent.name] = [scores, names]
    return found


def runs(root: Path) -> set[str]:
    books = (root / "autograded").glob(f"*/{LESSON}/{LESSON}.ipynb")
    return {json.loads(p.read_text())["metadata"]["autograder"]["graded"]["run"] for p in books}


# The class


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> Path:
    """A course in which nothing is graded yet: six students, one late, one who kills Python, one whose file is cut."""
    root = tmp_path_factory.mktemp("class")
    shutil.copytree(Course().solved(LESSON).parent, root / "solutions" / LESSON)
    release = nbformat.read(Course().release(LESSON), as_version=4)
    texts = {}
    for name in ("all_right", "half_done", "typical_mistakes"):
        source = (ROOT / "samples" / LESSON / f"{name}.py").read_text()
        texts[name] = nbformat.writes(samples.submission(release, parse_source(source, name)))
    texts["killer"] = texts["all_right"].replace("def time_major", "import os; os._exit(1)\\ndef time_major", 1)
    texts["late"] = texts["all_right"]
    texts["cut_off"] = texts["half_done"][: texts["half_done"].index("def time_major")]
    for student, text in texts.items():
        folder = root / "submitted" / student / LESSON
        folder.mkdir(parents=True)
        (folder / f"{LESSON}.ipynb").write_text(text)
    (root / "submitted" / "late" / LESSON / "timestamp.txt").write_text("2026-11-20 10:00:00 UTC")
    return root


class Graders:
    """Graders, one after the other."""

    def __init__(self) -> None:
        command = [sys.executable, str(ROOT / "tests" / "forked_grader.py")]
        self._parent = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._parent.stdout.readline() == "ready\n"

    def start(self, root: Path, force: bool, replay: Path | None) -> psutil.Process:
        self._parent.stdin.write(json.dumps([str(root), force, replay and str(replay)]) + "\n")
        self._parent.stdin.flush()
        return psutil.Process(int(self._parent.stdout.readline()))

    def end(self) -> int:
        return int(self._parent.stdout.readline())

    def close(self) -> None:
        self._parent.communicate(timeout=30)

    def to_the_end(self, root: Path, force: bool = False, replay: Path | None = None) -> float:
        """Let one grade all that is left. Returns how long it took."""
        began = time.monotonic()
        self.start(root, force, replay)
        assert self.end() in (0, 1)
        return time.monotonic() - began

    def killed(self, after: float, root: Path, force: bool = False, replay: Path | None = None) -> bool:
        """Whether a grader was killed after this time. It is not when it was done before; nothing of it is left."""
        process = self.start(root, force, replay)
        time.sleep(after)
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()  # so that what it starts is known
            started = process.children(recursive=True)
            process.kill()
            _gone, alive = psutil.wait_procs(started, timeout=30)
            assert not alive, "what a killed grader had started goes on"
        return self.end() < 0


@pytest.fixture(scope="module")
def graders():
    found = Graders()
    yield found
    found.close()


def same(root: Path, undisturbed: Path) -> None:
    found, wanted = gradebook(root), gradebook(undisturbed)
    for name in ROWS:
        assert found[name] == wanted[name], name
    assert autograded(root) == autograded(undisturbed)


@pytest.fixture(scope="module")
def undisturbed(handed_in, tmp_path_factory) -> Path:
    """The course graded by the command, without a kill."""
    root = tmp_path_factory.mktemp("undisturbed") / "course"
    shutil.copytree(handed_in, root)
    command = [sys.executable, "-m", "autograder", "grade", "--workers", "1", "--course", str(root), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and done.stderr == "", done.stdout + done.stderr
    counts = json.loads(done.stdout)["lessons"][LESSON]
    assert counts["graded"] == 6 and counts["repaired"] >= 1
    return root


@pytest.fixture(scope="module")
def replay(handed_in, tmp_path_factory) -> Path:
    """What the engine makes of the class, kept in a file."""
    path = tmp_path_factory.mktemp("replay") / "replay.json"
    with Engine(Course(handed_in), rehearse=False, seed=1) as engine:
        folders = sorted((handed_in / "submitted").glob(f"*/{LESSON}"))
        all_of = [engine.grade(read_folder(f, LESSON, f.parent.name), RUN) for f in folders]
    path.write_text(json.dumps({graded.student: graded.to_dict() for graded in all_of}))
    return path


def test_the_class_is_worth_what_it_should(undisturbed):
    scores = {student: scores for student, (scores, _names) in autograded(undisturbed).items()}
    assert scores["all_right"] == scores["late"] == ["3", "2"]
    assert scores["killer"] == ["3", "0"] and scores["cut_off"][0] == scores["half_done"][0]
    assert any("late" in row and "2026-11-20 10:00:00" in row for row in gradebook(undisturbed)["submissions"])


def test_killed_at_twenty_instants(handed_in, undisturbed, graders, tmp_path):
    """From the first moment to the last, workers and sandbox included; resumed, and killed again, until it is done."""
    draw, left, number = random.Random(20), KILLS, 0
    shutil.copytree(handed_in, tmp_path / "timed")
    length = graders.to_the_end(tmp_path / "timed")
    same(tmp_path / "timed", undisturbed)
    while left:
        root = tmp_path / f"course{number}"
        shutil.copytree(handed_in, root)
        while left and graders.killed(draw.uniform(0, length), root):
            left -= 1
        graders.to_the_end(root)
        same(root, undisturbed)
        number += 1


def test_killed_while_it_records(handed_in, undisturbed, graders, replay, tmp_path):
    """The engine is replayed, so that nearly every instant falls between two records, or in the middle of one."""
    draw, empty = random.Random(21), tmp_path / "empty"
    shutil.copytree(handed_in, empty)
    Ledger(f"sqlite:///{empty}/gradebook.db", "rnn").close()
    shutil.copytree(empty, tmp_path / "timed")
    length = graders.to_the_end(tmp_path / "timed", replay=replay)
    for number in range(KILLS):
        root = tmp_path / f"course{number}"
        shutil.copytree(empty, root)
        graders.killed(draw.uniform(length / 3, length), root, replay=replay)
        graders.to_the_end(root, replay=replay)
        same(root, undisturbed)


def test_a_regrading_killed_again_and_again(undisturbed, graders, replay, tmp_path):
    """Every submission is regraded by one run, though that was killed; marks and comments of people stay."""
    draw, root = random.Random(22), tmp_path / "course"
    shutil.copytree(undisturbed, root)
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as database:
        database.execute("UPDATE grade SET manual_score = 1.5, needs_manual_grade = 0 WHERE auto_score IS NULL")
        database.execute("UPDATE comment SET manual_comment = 'Well seen.'")
        database.commit()
    before = runs(root)
    length = graders.to_the_end(root, True, replay)
    wanted, first = gradebook(root), runs(root)
    assert "1.5" in str(wanted["grades"]) and "Well seen." in str(wanted["comments"])
    kills = sum(graders.killed(draw.uniform(length / 3, length), root, True, replay) for _ in range(KILLS // 2))
    graders.to_the_end(root, True, replay)
    assert kills and gradebook(root) == wanted and autograded(root) == autograded(undisturbed)
    assert len(runs(root)) == len(first) == 1 and not first & before and runs(root) != first
    assert not (root / ".grading" / "run.json").exists()
