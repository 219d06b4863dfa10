"""A class with a grader that is warm: one engine, the folder of a course, and neighbours who are honest."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest
from handed_in import LESSON, contents, honest, scores

from autograder.build.paths import Course
from autograder.grading import running
from autograder.grading.engine import Engine
from autograder.sandbox import Limits

MIB = 2**20
LIMITS = Limits(
    memory=500 * MIB, disk=24 * MIB, files=300, file_size=16 * MIB, processes=24, probe_seconds=2.0, grace_seconds=0.5
)
CELL_SECONDS = 2.0


@pytest.fixture(scope="package")
def engine():
    """One engine for all attacks: what one of them spoils, the next submission would feel."""
    if not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed")
    with Engine(Course(), seed=11, limits=LIMITS) as one:
        assert scores(one.grade(honest())) == {"check_affine": 3, "check_time_major": 2}
        yield one


@pytest.fixture(autouse=True)
def in_hurry(monkeypatch):
    """Cells that never end take less of our time."""
    monkeypatch.setattr(running, "CELL_SECONDS", CELL_SECONDS)


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """A course's folder with a gradebook and a neighbour's submission, writable for whoever gets at it."""
    root = tmp_path_factory.mktemp("course")
    with sqlite3.connect(root / "gradebook.db") as database:
        database.execute("create table grade (student text, score real)")
        database.execute("insert into grade values ('mallory', 3)")
    theirs = root / "submitted" / "neighbour" / LESSON
    theirs.mkdir(parents=True)
    (theirs / f"{LESSON}.ipynb").write_bytes(honest().data)
    (root / "solutions").mkdir()
    shutil.copy(Course().solved(LESSON), root / "solutions" / f"{LESSON}.ipynb")
    for place in (root, *root.rglob("*")):
        os.chmod(place, 0o777)
    return root


@pytest.fixture(scope="package", autouse=True)
def untouched(folder):
    """At the end, the folder is as it was at the beginning."""
    before = contents(folder)
    yield
    assert contents(folder) == before
