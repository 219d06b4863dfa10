"""The recorder: all or nothing, people's marks stay, time stamps are not trusted."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from datetime import datetime, timedelta

import nbformat
import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.utils import compute_checksum
from sqlalchemy import event
from sqlalchemy.orm import Session

from autograder import registry
from autograder.build.paths import Course
from autograder.build.release import load_config
from autograder.grading import ledger, record, stamps
from autograder.grading.engine import Graded
from autograder.grading.lessons import skeleton
from autograder.grading.record import Recorder
from autograder.grading.register import LessonChanged
from autograder.grading.reports import PREFIX, is_check
from autograder.grading.submission import Submission
from autograder.report import Report

LESSON = "00_start_here"
QUESTION = "mixed_sequences"
NOW = datetime(2026, 3, 1, 12)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A course with a gradebook that knows nothing; to make one takes nbgrader a second."""
    root = tmp_path_factory.mktemp("empty") / "course"
    shutil.copytree(Course().solved(LESSON).parent, root / "solutions" / LESSON)
    ledger.Ledger(f"sqlite:///{root}/gradebook.db", "rnn").close()
    return root


@pytest.fixture
def course(tmp_path, empty):
    shutil.copytree(empty, tmp_path / "course")
    return Course(tmp_path / "course")


def recorder(course, **more):
    config = load_config(course.root)
    for name, value in more.pop("config", {}).items():
        section, trait = name.split(".")
        config[section][trait] = value
    return Recorder(course, config, **more)


def graded(student="kim", points=(3.0, 2.0), answer="Because.", outcome="passed", digest="d1", run="r1", html=None):
    """What the engine gives for the two exercises of the lesson."""
    notebook = skeleton(Course(), LESSON)
    names = [e.id for e in registry.lesson(LESSON).exercises]
    reports = {
        name: Report(name, outcome, got, float(registry.exercise(name).points), hidden=True)
        for name, got in zip(names, points, strict=True)
    }
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.checksum = compute_checksum(cell)
        if is_check(cell):
            report = reports[cell.metadata.nbgrader.grade_id.removeprefix(PREFIX)]
            data = {"text/plain": repr(report), "text/html": html or report._repr_html_()}
            cell.outputs = [new_output("execute_result", data)]
        elif cell.metadata.get("nbgrader", {}).get("grade_id") == QUESTION and answer:
            cell.source = answer
    notebook.metadata["autograder"] = {"lesson": LESSON, "repairs": [], "graded": {"digest": digest, "run": run}}
    return Graded(
        lesson=LESSON,
        student=student,
        digest=digest,
        notebook=nbformat.v4.writes(notebook),
        reports={name: r.to_dict() for name, r in reports.items()},
        written={QUESTION: answer},
    )


def submission(student="kim", timestamp="", data=b"{}", **more):
    return Submission(LESSON, student, f"{LESSON}.ipynb", data, timestamp=timestamp, **more)


def gradebook(course):
    return Gradebook(f"sqlite:///{course.root}/gradebook.db", "rnn")


def grades(course, student="kim"):
    """By cell: what the machine gave, what a person gave, extra credit, whether a person has to look."""
    with gradebook(course) as book:
        found = book.find_submission(LESSON, student).notebooks[0].grades
        return {g.name: (g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade) for g in found}


def dump(course):
    """All that is in the database, and in the autograded folder."""
    path = course.root / "gradebook.db"
    rows = []
    if path.exists():
        with sqlite3.connect(path) as database:
            rows = list(database.iterdump())
    folder = course.root / "autograded"
    files = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return rows, {name: text for name, text in files.items() if not name.parts[1].startswith(".")}


# What is written


def test_scores_and_folder(course):
    (course.root / "solutions" / LESSON / "secret.pyc").write_text("ignored")
    (course.root / "solutions" / LESSON / "data.csv").write_text("1,2")
    with recorder(course) as one:
        assert one.done(LESSON, "kim") is None
        given = submission(timestamp="2026-03-01 12:00:00 UTC", files={"mine.py": b"1", "sub/evil": b"2"})
        assert one.record(given, graded()) == ()
        assert one.done(LESSON, "kim") == {"digest": "d1", "run": "r1"}
    assert grades(course) == {
        "check_affine": (3.0, None, None, False),
        "check_time_major": (2.0, None, None, False),
        QUESTION: (None, None, None, True),
    }
    folder = course.root / "autograded" / "kim" / LESSON
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    figures = {n for n in names if n.startswith("figures/")}
    assert names - figures == {f"{LESSON}.ipynb", "timestamp.txt", "data.csv"}, "none of the student's other files"
    assert figures
    assert all(p.stat().st_mode & 0o777 == 0o444 for p in folder.rglob("*") if p.is_file())
    assert os.listdir(folder.parent) == [LESSON]
    with gradebook(course) as book:
        assert book.find_submission(LESSON, "kim").timestamp == NOW
    assert not (course.root / "notebooks").exists(), "recording releases nothing"


def test_permissions_of_a_group(course):
    with recorder(course, config={"CourseDirectory.groupshared": True}) as one:
        one.record(submission(), graded())
    folder = course.root / "autograded" / "kim" / LESSON
    assert (folder / f"{LESSON}.ipynb").stat().st_mode & 0o777 == 0o664
    assert folder.stat().st_mode & 0o2770 == 0o2770


@pytest.mark.parametrize(("answer", "score", "by_hand"), [("", 0.0, False), ("Words.", None, True)])
def test_a_question_without_an_answer_is_not_for_a_person(course, answer, score, by_hand):
    with recorder(course) as one:
        one.record(submission(), graded(answer=answer))
    assert grades(course)[QUESTION] == (score, None, None, by_hand)


def test_our_own_error_is_left_to_a_person(course):
    with recorder(course) as one:
        one.record(submission(), graded(outcome="grader_error"))
        assert grades(course)["check_affine"] == (3.0, None, None, True)
        one.record(submission(), graded())
        assert grades(course)["check_affine"] == (3.0, None, None, False)


def test_a_report_says_nothing_that_mathjax_runs(course):
    with recorder(course) as one:
        one.record(submission(), graded(html=r"<div>you printed $\href{javascript:x}{y}$</div>"))
    text = (course.root / "autograded" / "kim" / LESSON / f"{LESSON}.ipynb").read_text()
    assert r"\\href" not in text and r"\\ href" in text


def test_a_changed_link_in_the_place_of_the_folder_is_not_followed(course):
    elsewhere = course.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("x")
    (course.root / "autograded" / "kim").mkdir(parents=True)
    (course.root / "autograded" / "kim" / LESSON).symlink_to(elsewhere)
    with recorder(course) as one:
        one.record(submission(), graded())
    assert not (course.root / "autograded" / "kim" / LESSON).is_symlink()
    assert os.listdir(elsewhere) == ["kept"]


@pytest.mark.parametrize("name", ["", "..", ".git", "a/b", "a\\b", "a\0b"])
def test_a_student_is_one_folder(course, name):
    with recorder(course) as one, pytest.raises(ValueError, match="cannot be the name of a folder"):
        one.record(submission(student=name), graded(student=name))


# All or nothing


def _fail_at(monkeypatch, number):
    """Let the n-th flush or commit raise."""
    seen = []

    def failing(name):
        whole = getattr(Session, name)

        def one(self, *given, **more):
            seen.append(name)
            if len(seen) == number:
                raise OSError("the disk is full")
            return whole(self, *given, **more)

        return one

    for name in ("flush", "commit"):
        monkeypatch.setattr(Session, name, failing(name))
    return seen


@pytest.mark.parametrize("before", [False, True], ids=["first", "regrade"])
def test_a_failure_at_any_step_leaves_everything_as_it_was(course, monkeypatch, before):
    with recorder(course) as one:
        if before:
            one.record(submission(), graded(points=(1.0, 0.0), digest="d0"))
        else:
            one._opened()
        was = dump(course)
        steps = 0
        while True:
            steps += 1 if steps < 12 else 3
            with monkeypatch.context() as patched:
                seen = _fail_at(patched, steps)
                try:
                    one.record(submission(), graded())
                except OSError:
                    pass
                else:
                    assert len(seen) < steps
                    break
            assert dump(course) == was, f"after step {steps}"
        assert steps > 8
        assert one.done(LESSON, "kim") == {"digest": "d1", "run": "r1"}
    assert grades(course)["check_affine"] == (3.0, None, None, False)


def test_a_failure_while_the_folder_is_made_leaves_everything_as_it_was(course, monkeypatch):
    with recorder(course) as one:
        one.record(submission(), graded(points=(1.0, 0.0), digest="d0"))
        was = dump(course)
        for name in ("copyfile", "_permit"):
            with monkeypatch.context() as patched:
                place = shutil if name == "copyfile" else Recorder
                patched.setattr(place, name, lambda *given: (_ for _ in ()).throw(OSError("the disk is full")))
                with pytest.raises(OSError, match="full"):
                    one.record(submission(), graded())
            assert dump(course) == was
        one.record(submission(), graded())
        assert os.listdir(course.root / "autograded" / "kim") == [LESSON], "and what was left over is gone"


@pytest.mark.parametrize("step", range(1, 4))
def test_a_failure_after_the_commit_means_that_it_is_graded_again(course, monkeypatch, step):
    with recorder(course) as one:
        one.record(submission(), graded(points=(1.0, 0.0), digest="d0"))
        moves = []
        whole = os.rename

        def failing(*given):
            moves.append(given)
            if len(moves) == step:
                raise OSError("killed here")
            return whole(*given)

        with monkeypatch.context() as patched:
            patched.setattr(record.os, "rename", failing)
            if step < 3:
                with pytest.raises(OSError, match="killed here"):
                    one.record(submission(), graded())
                assert (one.done(LESSON, "kim") or {}).get("digest") != "d1"
        one.record(submission(), graded())
        assert one.done(LESSON, "kim") == {"digest": "d1", "run": "r1"}
        assert os.listdir(course.root / "autograded" / "kim") == [LESSON]
    assert grades(course)["check_affine"] == (3.0, None, None, False)


def _die_at(course, number):
    """In a process of its own: record, and die at the n-th statement. Whether it lived."""
    child = os.fork()
    if child == 0:
        try:
            one = recorder(course)
            book = one._opened()
            seen = []

            @event.listens_for(book.engine, "before_cursor_execute")
            def count(*given):
                seen.append(1)
                if len(seen) == number:
                    os.kill(os.getpid(), 9)

            one.record(submission(), graded())
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def test_killed_at_any_statement(course):
    with recorder(course) as one:
        one.record(submission("lee"), graded("lee"))
    was = dump(course)
    lived, number = False, 0
    while not lived:
        number += 3
        lived = _die_at(course, number)
        if not lived:
            assert dump(course) == was, f"after statement {number}"
    assert number > 20
    assert grades(course) == grades(course, "lee")
    with recorder(course) as one:
        assert one.done(LESSON, "kim") == {"digest": "d1", "run": "r1"}


def test_a_lesson_that_is_half_known_is_made_whole(course):
    with recorder(course) as one:
        book = one._opened()
        book.add_assignment(LESSON)
        book.add_notebook(LESSON, LESSON)
        book.add_grade_cell("check_affine", LESSON, LESSON, max_score=7, cell_type="code")
        one.record(submission(), graded())
    assert len(grades(course)) == 3
    with gradebook(course) as book:
        assert book.find_assignment(LESSON).max_score == 7.0


def test_a_database_is_made_whole_or_not_at_all(course, monkeypatch):
    url = f"sqlite:///{course.root}/gradebook.db"
    (course.root / "gradebook.db").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(os, "link", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ledger.Ledger(url, "rnn")
    assert [p.name for p in course.root.iterdir() if "gradebook" in p.name] == []
    (course.root / "gradebook.db").touch()
    monkeypatch.setattr(subprocess, "Popen", None)  # no program is started for it, which would take seconds
    ledger.Ledger(url, "rnn").close()
    with sqlite3.connect(course.root / "gradebook.db") as database:
        assert len(list(database.execute("select * from alembic_version"))) == 1


def test_a_folder_without_its_gradebook_is_not_done(course):
    with recorder(course) as one:
        one.record(submission(), graded())
        one.close()
        (course.root / "gradebook.db").unlink()
        assert one.done(LESSON, "kim") is None
        assert not (course.root / "gradebook.db").exists(), "asking makes nothing"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"metadata": {"autograder": {"graded": 3}}}', "[" * 100_000])
def test_a_folder_that_says_nothing_is_not_done(course, text):
    with recorder(course) as one:
        one.record(submission(), graded())
        path = course.root / "autograded" / "kim" / LESSON / f"{LESSON}.ipynb"
        path.unlink()
        path.write_text(text)
        assert one.done(LESSON, "kim") is None


def test_a_lesson_with_other_exercises_than_before_is_refused(course):
    with recorder(course) as one:
        one.record(submission(), graded())
    path = course.solved(LESSON)
    notebook = json.loads(path.read_text())
    cell = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "affine")
    cell["metadata"]["nbgrader"]["grade_id"] = "renamed"
    path.write_text(json.dumps(notebook))
    with recorder(course) as one, pytest.raises(LessonChanged, match="has other exercises than when"):
        one.record(submission(), graded())


# What people gave


def test_marks_comments_and_extra_credit_survive(course):
    with recorder(course) as one:
        one.record(submission(), graded())
        with gradebook(course) as book:
            mark = book.find_grade(QUESTION, LESSON, LESSON, "kim")
            mark.manual_score, mark.needs_manual_grade = 1.5, False
            book.find_grade("check_affine", LESSON, LESSON, "kim").extra_credit = 1.0
            book.find_grade("check_time_major", LESSON, LESSON, "kim").manual_score = 0.5
            book.find_comment("affine", LESSON, LESSON, "kim").manual_comment = "Well done."
            book.update_or_create_student("kim", last_name="Kim")
            book.db.commit()
        one.record(submission(), graded(points=(1.0, 2.0), digest="d2"))
    found = grades(course)
    assert found["check_affine"] == (1.0, None, 1.0, False)
    assert found["check_time_major"] == (2.0, 0.5, None, True), "nbgrader asks to look at a mark of before again"
    assert found[QUESTION][:3] == (None, 1.5, None)
    with gradebook(course) as book:
        assert book.find_comment("affine", LESSON, LESSON, "kim").comment == "Well done."
        assert book.find_submission(LESSON, "kim").score == 1.0 + 1.0 + 0.5 + 1.5
        assert book.find_student("kim").last_name == "Kim"


def test_a_mark_given_in_formgrader_at_the_same_time_is_not_lost(course):
    with recorder(course) as one:
        one.record(submission(), graded())
        with gradebook(course) as book:
            mark = book.find_grade(QUESTION, LESSON, LESSON, "kim")
            one.record(submission(), graded(points=(1.0, 2.0), digest="d2"))
            mark.manual_score = 2.0
            book.db.commit()
    assert grades(course)[QUESTION][:2] == (None, 2.0)
    assert grades(course)["check_affine"][0] == 1.0


def _due(course, when):
    with gradebook(course) as book:
        book.update_or_create_assignment(LESSON, duedate=when)


class Strict:
    """A plugin of an instructor's: half of the points."""

    def __new__(cls):
        from nbgrader.plugins import LateSubmissionPlugin

        class Half(LateSubmissionPlugin):
            def late_submission_penalty(self, student_id, score, total_seconds_late):
                return score / 2

        return Half


def test_late_penalty(course):
    stamp = "2026-03-01 12:00:00 UTC"
    with recorder(course) as one:
        one.record(submission(timestamp=stamp), graded())
        _due(course, NOW - timedelta(days=1, hours=2, minutes=5))
        assert one.record(submission(timestamp=stamp), graded()) == (
            "Handed in 1 d 2 h 5 min late, without a penalty.",
        )
    with recorder(course, config={"AssignLatePenalties.plugin_class": Strict()}) as one:
        said = one.record(submission(timestamp=stamp), graded())
        assert said == ("Handed in 1 d 2 h 5 min late: a penalty of 2.5.",)
        with gradebook(course) as book:
            assert book.find_submission(LESSON, "kim").late_submission_penalty == 2.5
            book.find_grade(QUESTION, LESSON, LESSON, "kim").manual_score = 2.0
            book.db.commit()
        one.record(submission(timestamp=stamp), graded(points=(1.0, 0.0)))
        with gradebook(course) as book:
            found = book.find_submission(LESSON, "kim")
            assert (found.score, found.late_submission_penalty) == (3.0, 1.5), "from the marks as they are now"
            book.grant_extension(LESSON, "kim", days=2)
        assert one.record(submission(timestamp=stamp), graded()) == ()
        with gradebook(course) as book:
            assert not book.find_submission(LESSON, "kim").late_submission_penalty
    with recorder(course, config={"LateSubmissionPlugin.penalty_method": "zero"}) as one:
        _due(course, NOW - timedelta(days=9))
        said = one.record(submission(timestamp=stamp), graded())
        assert said == ("Handed in 7 d late: a penalty of 7.",)


def test_an_extension_without_a_due_date(course):
    stamp = "2026-03-01 12:00:00 UTC"
    with recorder(course, config={"LateSubmissionPlugin.penalty_method": "zero"}) as one:
        one.record(submission(timestamp=stamp), graded())
        _due(course, NOW - timedelta(days=9))
        assert one.record(submission(timestamp=stamp), graded()) == ("Handed in 9 d late: a penalty of 5.",)
        _due(course, None)
        with gradebook(course) as book:
            book.grant_extension(LESSON, "kim", days=2)
        said = one.record(submission(timestamp=stamp), graded())
        assert said == (f"kim has an extension, but {LESSON} has no due date: it counts as in time.",)
        with gradebook(course) as book:
            assert not book.find_submission_notebook(LESSON, LESSON, "kim").late_submission_penalty


def test_a_student_who_is_not_in_the_gradebook(course):
    with recorder(course, create_student=False) as one:
        said = one.record(submission(), graded())
        assert said == ("kim is not in the gradebook, so nothing was recorded.",)
        assert one.done(LESSON, "kim") is None and not (course.root / "autograded").exists()
        with gradebook(course) as book:
            book.add_student("kim")
        assert one.record(submission(), graded()) == ()
        assert one.done(LESSON, "kim")


# Time stamps


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-01 12:00:00.123456 UTC", 12),
        ("2026-03-01 12:00:00", 12),
        ("2026-03-01T12:00:00Z", 12),
        ("2026-03-01T12:00:00+01:00", 11),
        ("2026-03-01 12:00:00 +0100", 11),
        ("2026-03-01 12:00:00 Asia/Seoul", 3),
        ("2026-03-01 12:00\n", 12),
    ],
)
def test_time_stamps_that_can_be_read(text, hour):
    stamp = stamps.read(text, now=NOW + timedelta(days=1))
    assert stamp.notes == ()
    assert stamp.time.replace(minute=0, second=0, microsecond=0) == NOW.replace(hour=hour)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "7",
        "12:00",
        "2026-03-01",
        "2026-13-01 12:00:00 UTC",
        "2026-03-01 25:00:00",
        "0000-00-00 00:00:00",
        "2026-03-01 12:00:00 /etc/passwd",
        "9" * 5000,
        "2026-03-01 12:00:00 +99:99",
        "\x00\x1b[31m<script>",
        "2026-03-01 12:00:00 UTC 2020-01-01",
    ],
)
def test_time_stamps_that_cannot(course, text):
    with recorder(course) as one:
        (said,) = one.record(submission(timestamp=text), graded())
    assert said.startswith("The time stamp ") and "cannot be read" in said and said.endswith("whether it is late.")
    assert said.isprintable()
    assert grades(course)["check_affine"][0] == 3.0
    assert not (course.root / "autograded" / "kim" / LESSON / "timestamp.txt").exists()


def test_a_time_stamp_ahead_of_time_counts_as_none(course):
    with recorder(course) as one:
        one.record(submission(timestamp="2026-03-01 12:00:00 UTC"), graded())
        (said,) = one.record(submission(timestamp="2999-01-01 00:00:00 UTC"), graded())
    assert "lies ahead" in said
    with gradebook(course) as book:
        assert book.find_submission(LESSON, "kim").timestamp is None


def _notebook(*times):
    cells = [
        {"metadata": {"execution": {"iopub.status.busy": t, "shell.execute_reply": t}, "x": "é"}, "source": []}
        for t in times
    ]
    return json.dumps({"cells": cells}).encode()


def test_a_time_stamp_before_the_last_cell_was_run():
    later = NOW + timedelta(days=30)
    data = _notebook("2026-02-28T10:00:00.000000Z", "2026-03-02T09:30:00.000Z")
    (said,) = stamps.read("2026-03-01 12:00:00 UTC", data, later).notes
    assert said == (
        "A cell was last run at 2026-03-02 09:30 UTC, after the time stamp, 2026-03-01 12:00 UTC: "
        "one of the two is wrong."
    )
    assert stamps.read("2026-03-02 09:25:00 UTC", data, later).notes == (), "clocks differ"
    assert stamps.read("2026-03-01 12:00:00 UTC", data[:60] + b"\xff" + data[60:], later).notes
    for junk in (b"", b"\xff\xfe", _notebook("2026-99-99T99:99:99Z"), _notebook("x" * 100)):
        assert stamps.read("2026-03-01 12:00:00 UTC", junk, later).notes == ()


def test_a_time_stamp_is_a_plain_file(tmp_path):
    assert stamps.of_folder(tmp_path) == ""
    (tmp_path / "real").write_text("2026-03-01 12:00:00 UTC")
    place = tmp_path / "timestamp.txt"
    place.symlink_to(tmp_path / "real")
    assert stamps.of_folder(tmp_path) == ""
    place.unlink()
    os.mkfifo(place)
    assert stamps.of_folder(tmp_path) == "", "and does not wait for one who writes into it"
    place.unlink()
    place.mkdir()
    assert stamps.of_folder(tmp_path) == ""
    place.rmdir()
    place.write_bytes(b"\xff" * 10_000)
    assert len(stamps.of_folder(tmp_path)) == 200
