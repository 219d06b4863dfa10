"""Grading a class: what is found, who grades it, what happens when a worker or the main process dies, what is said."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from fake_engine import FakeEngine

from autograder import cli, registry
from autograder.build.paths import ROOT, Course
from autograder.grading import batch, collect, state, workers
from autograder.grading.state import Refused
from autograder.grading.summary import Outcome, Progress, Summary
from autograder.sandbox import bubblewrap

LESSON = "00_start_here"
NEXT = "01_rnn_structure"


class FakeRecorder:
    """Keeps what it is told, as the gradebook would."""

    def __init__(self, then=None):
        self.kept = {}
        self.order = []
        self.then = then or (lambda recorder: None)

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        pass

    def done(self, lesson, student):
        return self.kept.get((lesson, student))

    def record(self, submission, graded):
        if submission.student.startswith("unwritten"):
            raise OSError(28, "No space left on device")
        self.kept[submission.lesson, submission.student] = {"digest": graded.digest, "run": graded.notebook}
        self.order.append(submission.student)
        self.then(self)
        return ("Handed in 1 day late.",) if submission.student.startswith("late") else ()


@pytest.fixture
def course(tmp_path):
    return a_course(tmp_path)


def a_course(root: Path) -> Course:
    for lesson in (LESSON, NEXT):
        (root / "solutions" / lesson).mkdir(parents=True)
        (root / "solutions" / lesson / f"{lesson}.ipynb").write_text("{}")
    return Course(root)


def hand_in(course: Course, *students: str, lesson: str = LESSON, text: str = "{}") -> None:
    for student in students:
        folder = course.root / "submitted" / student / lesson
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{lesson}.ipynb").write_text(text)


def grade(course: Course, recorder: FakeRecorder, **more) -> Summary:
    return batch.grade(course, recorder=recorder, make=FakeEngine, sandbox=False, **{"workers": 1, **more})


def by_student(summary: Summary) -> dict[str, Outcome]:
    return {o.student: o for o in summary.outcomes}


# Grading


def test_a_class_is_graded_once_and_only_what_changed_again(course):
    hand_in(course, "kim", "lee", "mended_park")
    hand_in(course, "kim", lesson=NEXT)
    recorder, said = FakeRecorder(), io.StringIO()
    summary = grade(course, recorder, workers=2, progress=Progress(stream=said))
    assert set(recorder.kept) == {(LESSON, "kim"), (LESSON, "lee"), (LESSON, "mended_park"), (NEXT, "kim")}
    assert summary.exit_status == 0
    assert summary.to_dict()["lessons"] == {
        LESSON: {"graded": 3, "already_graded": 0, "repaired": 1, "need_a_human": 0},
        NEXT: {"graded": 1, "already_graded": 0, "repaired": 0, "need_a_human": 0},
    }
    assert "4/4" in said.getvalue() and "3 of 5" not in said.getvalue(), "points are nobody's who looks over a shoulder"
    hand_in(course, "lee", text='{"cells": []}')
    again = grade(course, recorder, progress=Progress(stream=said))
    assert {o.student for o in again.outcomes if o.status == "graded"} == {"lee"}
    assert "3 are graded already." in said.getvalue()
    assert [o.status for o in grade(course, recorder).outcomes] == ["already_graded"] * 4


@pytest.mark.parametrize(("workers", "rehearsed"), [(1, True), (2, False)])
def test_what_may_be_used_is_loaded_beforehand_where_it_pays(course, monkeypatch, workers, rehearsed):
    monkeypatch.setattr(batch, "REHEARSED", 2)
    hand_in(course, "kim", "lee", "park")
    grade(course, FakeRecorder(), workers=workers)
    engines = list((course.root / "word").glob("engine-*"))
    assert engines and {path.read_text() for path in engines} == {f"rehearsed: {rehearsed}"}


def test_some_lessons_and_some_students(course):
    hand_in(course, "kim", "kang", "lee")
    hand_in(course, "kim", lesson=NEXT)
    recorder = FakeRecorder()
    grade(course, recorder, lessons=["01"])
    assert set(recorder.kept) == {(NEXT, "kim")}
    grade(course, recorder, student="k*")
    assert set(recorder.kept) == {(NEXT, "kim"), (LESSON, "kim"), (LESSON, "kang")}


def test_all_are_graded_with_one_seed_by_pinned_workers_that_end(course):
    hand_in(course, *(f"s{n}" for n in range(8)))
    summary = grade(course, FakeRecorder(), workers=2)
    seeds, places, processes = zip(*(o.notes[:3] for o in summary.outcomes))
    assert len(set(seeds)) == 1
    assert all(len(json.loads(p.split(" ", 1)[1])) == 1 for p in places)
    assert len(set(processes)) == 2
    engines = list((course.root / "word").glob("engine-*"))
    assert len(engines) == 2 and len(list((course.root / "word").glob("closed-*"))) == 2
    assert not any(psutil.pid_exists(int(e.name.split("-")[1])) for e in engines)


def test_few_are_read_ahead(course, monkeypatch):
    hand_in(course, *(f"steady_{n}" for n in range(10)))
    recorder, ahead = FakeRecorder(), []

    def counted(*given):
        ahead.append(len(ahead) + 1 - len(recorder.order))
        return collect.read_folder(*given)

    monkeypatch.setattr(batch, "read_folder", counted)
    grade(course, recorder)
    assert len(ahead) == 10 and max(ahead) <= workers.DEPTH


# What dies, raises, or cannot be recorded


def test_a_worker_that_dies_takes_nobody_with_it(course):
    good = [f"good_{n}" for n in range(5)]
    hand_in(course, "dies_a", "stumbles_b", "raises_c", "trips_d", *good)
    recorder = FakeRecorder()
    summary = grade(course, recorder, workers=2)
    assert {student for _lesson, student in recorder.kept} == {*good, "stumbles_b", "trips_d"}
    assert Counter(recorder.order).most_common(1)[0][1] == 1
    found = by_student(summary)
    assert "died, 2 times" in found["dies_a"].needs[0] and "ZeroDivisionError: by nothing" in found["raises_c"].needs[0]
    assert summary.exit_status == 1 and [o.student for o in summary.needing] == ["dies_a", "raises_c"]
    assert "in grade" in (course.root / ".grading" / "errors.log").read_text()
    assert {o.student for o in grade(course, recorder).outcomes if o.status != "already_graded"} == {
        "dies_a",
        "raises_c",
    }


def test_what_cannot_be_recorded_is_named(course):
    hand_in(course, "unwritten_a", "late_b")
    summary = grade(course, FakeRecorder())
    assert "No space left" in by_student(summary)["unwritten_a"].needs[0]
    assert (
        "Handed in 1 day late." in summary.text() and "Need a human:\n  00_start_here  unwritten_a\n" in summary.text()
    )


def test_ten_in_a_row_stop_the_run(course):
    hand_in(course, *(f"unwritten_{n:02}" for n in range(12)))
    with pytest.raises(Refused, match="10 submissions one after the other"):
        grade(course, FakeRecorder())


def test_a_sandbox_that_does_not_start_stops_the_run(course):
    hand_in(course, "unboxed", "kim")
    with pytest.raises(Refused, match="There is no sandbox here"):
        grade(course, FakeRecorder())


def test_a_submission_that_never_ends_is_given_up(course, monkeypatch):
    def look(worker):
        if (course.root / "word" / "saw-slow_a").exists():
            monkeypatch.setattr(workers, "LONGEST", -1.0)
        really_look(worker)

    really_look = workers.Worker.look
    monkeypatch.setattr(workers.Worker, "look", look)
    hand_in(course, "slow_a")
    assert [o.student for o in grade(course, FakeRecorder()).needing] == ["slow_a"]


# Stopping and going on


def interrupt_after(count: int):
    return lambda recorder: os.kill(os.getpid(), signal.SIGINT) if len(recorder.order) == count else None


def test_ctrl_c_stops_between_submissions(course):
    hand_in(course, *(f"steady_{n}" for n in range(6)))
    recorder, before = FakeRecorder(interrupt_after(2)), signal.getsignal(signal.SIGINT)
    summary = grade(course, recorder)
    assert len(recorder.order) == 2 and summary.left == 4 and summary.exit_status == 130
    assert "4 submissions are left: run the same command again" in summary.text()
    assert signal.getsignal(signal.SIGINT) is before
    assert grade(course, recorder).exit_status == 0
    assert sorted(recorder.order) == [f"steady_{n}" for n in range(6)]


def test_a_regrading_that_was_stopped_goes_on(course):
    students = [f"steady_{n}" for n in range(6)]
    hand_in(course, *students)
    recorder, said = FakeRecorder(), io.StringIO()
    first = grade(course, recorder)
    recorder.order, recorder.then = [], interrupt_after(2)
    stopped = grade(course, recorder, force=True)
    assert (len(recorder.order), stopped.left) == (2, 4)
    assert (course.root / ".grading" / ".gitignore").read_text() == "*\n"
    untouched = grade(course, recorder, progress=Progress(stream=said))
    assert not any(o.status == "graded" for o in untouched.outcomes) and "say --force again" in said.getvalue()
    recorder.then = lambda recorder: None
    done = grade(course, recorder, force=True, progress=Progress(stream=said))
    assert sorted(recorder.order) == students and done.run == stopped.run != first.run
    assert "Going on with the regrading that was begun" in said.getvalue()
    assert not (course.root / ".grading" / "run.json").exists()
    assert grade(course, recorder, force=True).run != done.run and len(recorder.order) == 12


def test_another_regrading_is_another_run(course):
    hand_in(course, "steady_a", "steady_b", "kim")
    recorder = FakeRecorder(interrupt_after(1))
    stopped = grade(course, recorder, force=True)
    recorder.then = lambda recorder: None
    assert grade(course, recorder, force=True, student="kim").run != stopped.run
    assert [run.id for run in state.interrupted(course.root)] == [stopped.run]
    assert grade(course, recorder, force=True).run == stopped.run


@pytest.mark.parametrize("text", ["", "{", "[]", '{"runs": [{}]}', '{"runs": 3}'])
def test_a_broken_state_file_begins_anew(course, text):
    hand_in(course, "kim")
    state.folder(course.root)
    (course.root / ".grading" / "run.json").write_text(text)
    assert grade(course, FakeRecorder(), force=True).exit_status == 0


def test_one_grader_at_a_time(course):
    hand_in(course, "kim")
    with state.alone(course.root), pytest.raises(Refused, match=rf"Another grader .* \(process {os.getpid()}, since"):
        grade(course, FakeRecorder())
    assert grade(course, FakeRecorder()).exit_status == 0


MAIN = """
import sys
sys.modules["rfc3987_syntax"] = None  # slow to import, and not needed
sys.path.insert(0, {tests!r})
from pathlib import Path
from test_batch import *
if __name__ == "__main__":
    sys.exit(grade(Course(Path({root!r})), FakeRecorder(), workers=2).exit_status)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_workers_end_with_the_main_process(course, tmp_path, end):
    """However it ends: killed, or told to stop by Ctrl-C, which the terminal sends to all that it started."""
    hand_in(course, "slow_a", "slow_b", "slow_c")
    script = tmp_path / "main.py"
    script.write_text(MAIN.format(tests=str(ROOT / "tests"), root=str(course.root)))
    main = subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until = time.monotonic() + 120
    while len(found := list((course.root / "word").glob("saw-*"))) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    assert len(found) == 2, main.communicate(timeout=1) if main.poll() is not None else "no worker started"
    processes = psutil.Process(main.pid).children(recursive=True)
    assert len(processes) >= 2
    main.kill() if end == signal.SIGKILL else os.killpg(main.pid, end)
    said = main.communicate(timeout=30)[1]
    gone, alive = psutil.wait_procs(processes, timeout=30)
    assert not alive
    assert len(list((course.root / "word").glob("closed-*"))) == 2, "and what they held is tidied up"
    if end != signal.SIGKILL:
        assert main.returncode == 130 and said == ""
    with state.alone(course.root):
        pass


# What is there, and what cannot be done


def test_what_is_no_lesson_is_named(course):
    hand_in(course, "kim", "lee")
    hand_in(course, "kim", "lee", lesson="00_start_her")
    (course.root / "submitted" / "kim" / "notes.txt").write_text("")
    (course.root / "submitted" / "lee" / f"{LESSON}.ipynb").write_text("{}")
    summary = grade(course, FakeRecorder())
    assert len(summary.outcomes) == 2
    assert summary.strangers == [
        f"00_start_her of kim and lee is no folder of a lesson, and was left alone. Is it {LESSON}?",
        f"{LESSON}.ipynb of lee is no folder of a lesson, and was left alone. Is it {LESSON}?",
    ]


def test_a_folder_whose_name_is_no_text(course):
    hand_in(course, "kim")
    os.makedirs(os.fsencode(course.root) + b"/submitted/\xff\xfe/" + LESSON.encode())
    summary = grade(course, FakeRecorder())
    assert [o.status for o in summary.outcomes] == ["failed", "graded"] or summary.exit_status == 1
    summary.text().encode()
    json.dumps(summary.to_dict()).encode()


def test_excluded_students_stay_out(course, monkeypatch):
    hand_in(course, "kim", "lee")
    (course.root / "nbgrader_config.py").write_text('c.CourseDirectory.student_id_exclude = "lee"\n')
    assert [o.student for o in grade(course, FakeRecorder()).outcomes] == ["kim"]


def test_the_course_has_its_own_structure(course):
    hand_in(course, "kim")
    (course.root / "submitted").rename(course.root / "in")
    (course.root / "nbgrader_config.py").write_text('c.CourseDirectory.submitted_directory = "in"\n')
    assert [o.student for o in grade(course, FakeRecorder()).outcomes] == ["kim"]


REFUSED = {
    "no lesson": ({"lessons": ["77"]}, "There is no lesson 77"),
    "no student": ({"student": "kimm"}, "kimm has handed in nothing of this. Did you mean kim?"),
    "nobody like it": ({"student": "zzz"}, "There are submissions of kim and lee."),
    "not built": ({"lessons": ["02"]}, "is missing: run `make build` first"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_said_in_a_sentence(course, case):
    more, said = REFUSED[case]
    hand_in(course, "kim", "lee")
    hand_in(course, "kim", lesson=registry.lesson("02").id)
    with pytest.raises(Refused) as error:
        grade(course, FakeRecorder(), **more)
    assert said in str(error.value)


def test_no_submitted_folder(course):
    with pytest.raises(Refused, match=r"There is no folder .*submitted\. Put what was handed in there"):
        grade(course, FakeRecorder())


def test_a_gradebook_that_is_none(course):
    hand_in(course, "kim")
    (course.root / "gradebook.db").write_text("kim: 3 points\n" * 200)
    folder = course.root / "autograded" / "kim" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text('{"metadata": {"autograder": {"graded": {"digest": "", "run": ""}}}}')
    with pytest.raises(Refused, match=r"The gradebook cannot be read: DatabaseError: .*file is not a database"):
        batch.grade(course, make=FakeEngine, sandbox=False)


def test_nothing_handed_in(course):
    (course.root / "submitted").mkdir()
    summary = grade(course, FakeRecorder())
    assert summary.exit_status == 0 and summary.text() == "Nothing of this is handed in."


def test_no_bubblewrap(course, monkeypatch):
    hand_in(course, "kim")
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    with pytest.raises(Refused, match=r"apt install bubblewrap.*--no-sandbox"):
        batch.grade(course, recorder=FakeRecorder())


def test_distributed_is_not_installed(course, monkeypatch):
    hand_in(course, "kim")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refused, match=r"needs the package distributed: python -m pip install"):
        grade(course, FakeRecorder(), scheduler="tcp://localhost:1", workers=None)


def test_processes_are_for_this_machine(course):
    with pytest.raises(Refused, match="the cluster has its own"):
        grade(course, FakeRecorder(), workers=2, scheduler="tcp://localhost:1")


# What is said


def test_a_bar_on_a_terminal(course):
    hand_in(course, "kim", "open_lee")
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    grade(course, FakeRecorder(), progress=Progress(stream=terminal))
    assert "100%" in terminal.getvalue() and "2/2" in terminal.getvalue() and "kim" not in terminal.getvalue()


def test_what_was_said_of_what_is_graded_already_is_said_again(course):
    hand_in(course, "kim")
    recorder = FakeRecorder()
    grade(course, recorder)
    recorder.kept[LESSON, "kim"] |= {"needs": ["The sandbox broke."], "notes": ["The sandbox broke.", "Mended."]}
    again = grade(course, recorder)
    assert again.exit_status == 1
    assert again.text().endswith("Need a human:\n  00_start_here  kim\n    The sandbox broke.\n    Mended.")


def test_the_table():
    outcomes = [Outcome(LESSON, f"s{n}", "graded", repaired=n < 2) for n in range(11)]
    outcomes += [Outcome(NEXT, "s0", "already_graded"), Outcome(NEXT, "\x1b[1mx", "failed", needs=("It\nis so.",))]
    assert Summary("run", [LESSON, NEXT], outcomes).text() == (
        "                  graded  already graded  repaired  need a human\n"
        "00_start_here         11               0         2             0\n"
        "01_rnn_structure       0               1         0             1\n"
        "all                   11               1         2             1\n"
        "\n"
        "Need a human:\n"
        "  01_rnn_structure  ?[1mx\n"
        "    It?is so."
    )


# The command line


def test_json_and_nothing_else(course, monkeypatch, capsys):
    hand_in(course, "kim", "open_lee")
    real = batch.grade
    monkeypatch.setattr(
        batch, "grade", lambda *given, **more: real(*given, **more, recorder=FakeRecorder(), make=FakeEngine)
    )
    command = ["grade", "00", "--workers", "1", "--no-sandbox", "--json", "--course", str(course.root)]
    assert cli.main(command) == 1
    out = capsys.readouterr()
    told = json.loads(out.out)
    assert out.err == "" and told["lessons"][LESSON] == {
        "graded": 2,
        "already_graded": 0,
        "repaired": 0,
        "need_a_human": 1,
    }
    assert [(s["student"], s["points"], s["needs"]) for s in told["submissions"]] == [
        ("kim", 3.0, []),
        ("open_lee", 3.0, ["The sandbox broke."]),
    ]
    assert cli.main([*command[:1], "77", *command[2:]]) == 2
    assert "There is no lesson 77" in json.loads(capsys.readouterr().out)["error"]
    assert cli.main([*command[:1], "77", *command[2:5], *command[6:]]) == 2
    assert "There is no lesson 77" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--workers", "0"], ["--workers", "two"], ["--what"]])
def test_wrong_usage_exits_2(wrong, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["grade", *wrong])
    assert end.value.code == 2
