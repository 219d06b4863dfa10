"""The same work on a Dask cluster: a real scheduler and workers, each a process of its own, one of which is killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from fake_engine import FakeEngine
from test_batch import FakeRecorder, a_course, hand_in

from autograder.build.paths import ROOT, Course
from autograder.build.source import parse_source
from autograder.grading import batch, cluster, samples
from autograder.grading.state import Refused
from autograder.grading.submission import Submission
from autograder.grading.workers import Settings, Unfit

distributed = pytest.importorskip("distributed")
LESSON = "00_start_here"
needs_sandbox = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed")


class Program:
    """A program of Dask's, as one starts it by hand."""

    def __init__(self, name: str, *arguments: str, folder: Path) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments]
        environment = os.environ | {
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        }
        self.log = folder / f"{name}-{time.monotonic_ns()}.log"
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=self.log.open("w"), stderr=subprocess.STDOUT
        )

    def said(self, pattern: str, seconds: float = 120) -> str:
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            if found := re.search(pattern, self.log.read_text()):
                return found.group(1)
            time.sleep(0.1)
        raise AssertionError(f"{self.log.name}: {self.log.read_text()[-2000:]}")

    def end(self) -> None:
        if self.process.poll() is None:
            for process in [*psutil.Process(self.process.pid).children(recursive=True), self.process]:
                process.kill()
        self.process.wait()


class Address(str):
    """Where a scheduler listens, and its process."""

    def __new__(cls, address: str, pid: int) -> Address:
        made = super().__new__(cls, address)
        made.pid = pid
        return made


def a_worker(address: str, folder: Path) -> Program:
    worker = Program("worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard", folder=folder)
    worker.said("(Registered) to")
    return worker


@pytest.fixture
def scheduler(tmp_path):
    program = Program(
        "scheduler", "--host", "tcp://127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", folder=tmp_path
    )
    address = program.said(r"Scheduler at:\s+(tcp://\S+)")
    yield Address(address, program.process.pid)
    program.end()


@pytest.fixture
def two(scheduler, tmp_path):
    workers = [a_worker(scheduler, tmp_path) for _ in range(2)]
    yield workers
    for worker in workers:
        worker.end()


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("class")
    shutil.copytree(Course().solved(LESSON).parent, root / "solutions" / LESSON)
    release = nbformat.read(Course().release(LESSON), as_version=4)
    for number in range(12):
        name = ("all_right", "half_done", "typical_mistakes")[number % 3]
        source = (ROOT / "samples" / LESSON / f"{name}.py").read_text()
        folder = root / "submitted" / f"s{number:02}_{name}" / LESSON
        folder.mkdir(parents=True)
        nbformat.write(samples.submission(release, parse_source(source, name)), folder / f"{LESSON}.ipynb")
    return root


def points(summary) -> dict[str, float]:
    return {o.student: o.points for o in summary.outcomes if o.status == "graded"}


class KillsOne:
    """A silent progress that kills a worker once some are graded."""

    def __init__(self, worker: Program, after: int) -> None:
        self.worker, self.after, self.count = worker, after, 0
        self.left: list[psutil.Process] = []

    def start(self, total: int, already: int) -> None: ...
    def say(self, sentence: str) -> None: ...
    def close(self) -> None: ...

    def step(self, outcome) -> None:
        self.count += 1
        if self.count == self.after:
            self.left = psutil.Process(self.worker.process.pid).children(recursive=True)
            self.worker.process.send_signal(signal.SIGKILL)


@needs_sandbox
def test_one_of_two_workers_is_killed_half_way(handed_in, scheduler, two, tmp_path):
    """Everything is graded, and what it is worth is what a worker on this machine says."""
    here, there = tmp_path / "here", tmp_path / "there"
    for root in (here, there):
        shutil.copytree(handed_in, root)
    progress = KillsOne(two[0], after=5)
    found = batch.grade(Course(there), scheduler=scheduler, rehearse=False, progress=progress)
    assert two[0].process.wait(10) == -signal.SIGKILL and two[1].process.poll() is None
    assert progress.left and not psutil.wait_procs(progress.left, timeout=15)[1], "its sandbox died with it"
    assert found.exit_status == 0 and len(points(found)) == 12
    assert points(found) == points(batch.grade(Course(here), workers=1, rehearse=False))
    gone, alive = psutil.wait_procs(psutil.Process(two[1].process.pid).children(recursive=True), timeout=15)
    assert not alive, "the engines are ended with the run"


@pytest.fixture(autouse=True)
def code_as_it_is_now():
    cluster._code.cache_clear()


@pytest.fixture
def course(tmp_path):
    return a_course(tmp_path / "course")


@pytest.fixture
def one_failure(monkeypatch):
    """Dask itself tries nothing again, which saves time; ours tries once more."""
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")


def test_a_submission_that_kills_every_worker_is_named(course, one_failure, scheduler, tmp_path):
    """Nannies start the workers again. The others are graded."""
    hand_in(course, "dies_a", "stumbles_b", "good_c", "good_d")
    worker = Program("worker", scheduler, "--nthreads", "1", "--no-dashboard", folder=tmp_path)
    try:
        worker.said("(Registered) to")
        found = batch.grade(course, scheduler=scheduler, recorder=FakeRecorder(), make=FakeEngine)
    finally:
        worker.end()
    assert [o.student for o in found.needing] == ["dies_a"] and "died" in found.needing[0].needs[0]
    assert set(points(found)) == {"stumbles_b", "good_c", "good_d"}


def test_workers_that_differ_are_refused(course, scheduler, two, monkeypatch):
    hand_in(course, "kim")
    here = cluster.version
    monkeypatch.setattr(cluster, "version", lambda name: "0.1" if name == "numpy" else here(name))
    with pytest.raises(Refused, match=rf"tcp://\S+: numpy {here('numpy')} \(here 0.1\)"):
        batch.grade(course, scheduler=scheduler, recorder=FakeRecorder(), make=FakeEngine)
    monkeypatch.setattr(cluster, "_digest", lambda paths: "other")
    cluster._code.cache_clear()
    with pytest.raises(Refused, match="another version of the grader and another version of the lessons"):
        batch.grade(course, scheduler=scheduler, recorder=FakeRecorder(), make=FakeEngine)
    cluster._code.cache_clear()


def test_a_worker_that_comes_later_is_looked_at_too(monkeypatch):
    monkeypatch.setattr(cluster, "_address", lambda: "tcp://late:1")
    settings = Settings(None, "run", 1, expected=(("Python", "2.7"),))
    with pytest.raises(Unfit, match=r"tcp://late:1: Python 3\.\d+ \(here 2\.7\)"):
        cluster.grade(settings, {}, Submission(LESSON, "kim"))


def test_a_scheduler_that_goes_away_stops_the_run(course, scheduler, two, tmp_path):
    hand_in(course, "slow_a")
    threading.Timer(5, lambda: os.kill(scheduler.pid, signal.SIGKILL)).start()
    with pytest.raises(Refused, match="went away"):
        batch.grade(course, scheduler=scheduler, recorder=FakeRecorder(), make=FakeEngine)


def test_a_scheduler_without_workers(course, scheduler, monkeypatch):
    hand_in(course, "kim")
    monkeypatch.setattr(cluster, "FIRST_WORKER_SECONDS", 0.5)
    with pytest.raises(Refused, match=r"has no workers. Start some with: dask worker tcp://"):
        batch.grade(course, scheduler=scheduler, recorder=FakeRecorder(), make=FakeEngine)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "nonsense", "ftp://127.0.0.1:9", "tcp://nowhere.invalid:8786"]
)
def test_no_scheduler(course, address, monkeypatch):
    hand_in(course, "kim")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    with pytest.raises(Refused, match=rf"no Dask scheduler to be reached at {address} \(.*\)\. Start one"):
        batch.grade(course, scheduler=address, recorder=FakeRecorder(), make=FakeEngine)


def test_workers_of_one_machine_share_its_processors():
    found = cluster._plan({"tcp://a:1": 2, "tcp://b:1": 1, "tcp://a:2": 1})
    assert found == {"tcp://a:1": 0, "tcp://a:2": 2, "tcp://b:1": 0}
