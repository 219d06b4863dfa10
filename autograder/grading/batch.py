"""Grading what a class handed in: one process reads the folders and records, others grade.

What is recorded is recorded whole. So this may be killed at any instant, and the same command goes on: a submission is
done when what lies in ``autograded/`` was made from what lies in ``submitted/``, and, where all is graded anew, by the
run that is under way.
"""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from typing import Any

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError

from autograder.build.paths import ROOT, Course
from autograder.exercise import Lesson
from autograder.grading import collect, state
from autograder.grading.collect import Job, find
from autograder.grading.record import Recorder
from autograder.grading.register import LessonChanged
from autograder.grading.state import Refused
from autograder.grading.submission import read_folder
from autograder.grading.summary import Outcome, Progress, Summary
from autograder.grading.workers import Settings, Unfit, Workers, processors
from autograder.messages import _
from autograder.sandbox import SandboxMissing, bubblewrap

TICK = 0.3  # seconds until Ctrl-C is heard
TRIES = 2
REHEARSED = 30  # submissions for a worker from which on its warm process had better load what they may use
IN_A_ROW = 10  # so many submissions that fail one after the other say that something else is wrong


def grade(
    course: Course,
    lessons: Sequence[str] = (),
    student: str = "*",
    *,
    workers: int | None = None,
    scheduler: str = "",
    force: bool = False,
    sandbox: bool = True,
    rehearse: bool = True,
    progress: Progress | None = None,
    make: Callable[[Settings], Any] | None = None,
    recorder: Any = None,
) -> Summary:
    """Grade what is handed in and not graded yet; with ``force``, everything. Raises Refused.

    ``make`` and ``recorder`` take the places of the engine and of the gradebook in tests.
    """
    progress = progress or Progress(silent=True)
    if workers and scheduler:
        raise Refused(_("--workers is for this machine: with --scheduler, the cluster has its own."))
    chosen = collect.lessons_named(lessons)
    config = collect.course_config(course)
    jobs, strangers = find(CourseDirectory(config=config), chosen, student)
    _ready(course, {job.lesson for job in jobs}, sandbox and not scheduler)
    with state.alone(course.root), recorder or Recorder(course, config) as recorder:
        run = _run(course, chosen, student, force, progress)
        try:
            todo, done = collect.sort(jobs, recorder, run if force else None)
        except SQLAlchemyError as error:
            raise Refused(_("The gradebook cannot be read: {error}").format(error=_first_line(error))) from None
        summary = Summary(run.id, [one.id for one in chosen], done, strangers)
        if todo:
            root = None if course.root == ROOT else str(course.root)
            count = min(workers or len(processors()), len(todo))
            rehearse = rehearse and len(todo) >= REHEARSED * count
            settings = Settings(root, run.id, run.seed, sandbox, rehearse, make=make)
            with _pool(settings, count, scheduler) as pool:
                Batch(course, pool, recorder, progress, summary).go(todo)
        if force and not summary.left:
            state.finish(course.root, run)
    return summary


def _ready(course: Course, lessons: set[str], sandbox: bool) -> None:
    """Refuse before anything is started, where it could not end well."""
    for lesson in sorted(lessons):
        solved = course.solved(lesson)
        if not solved.is_file():
            raise Refused(_("{where} is missing: run `make build` first.").format(where=course.name(solved)))
    if sandbox:
        try:
            bubblewrap.find()
        except SandboxMissing as error:
            raise Refused(str(error)) from None


def _run(course: Course, lessons: Sequence[Lesson], student: str, force: bool, progress: Progress) -> state.Run:
    names = [one.id for one in lessons]
    if force:
        run = state.regrading(course.root, names, student)
        if run.resumed:
            progress.say(_("Going on with the regrading that was begun at {time}.").format(time=run.began))
        return run
    for run in state.interrupted(course.root):
        said = _("A regrading that was begun at {time} is not finished. To go on with it, say --force again.")
        progress.say(said.format(time=run.began))
    return state.new_run(names, student)


@contextmanager
def _pool(settings: Settings, workers: int, scheduler: str) -> Iterator[Any]:
    """What grades: processes here, or a cluster. Whatever ends the block early ends them too."""
    if scheduler:
        from autograder.grading.cluster import Cluster

        pool: Any = Cluster(scheduler, settings)
    else:
        pool = Workers(settings, workers)
    orderly = False
    try:
        yield pool
        orderly = True
    finally:
        pool.close(kill=not orderly)


class Batch:
    """The loop: hand submissions out, record what comes back, in the order in which it comes."""

    def __init__(self, course: Course, pool: Any, recorder: Any, progress: Progress, summary: Summary) -> None:
        self._course = course
        self._pool = pool
        self._recorder = recorder
        self._progress = progress
        self._summary = summary
        self._waiting: deque[Job] = deque()
        self._again: deque[Job] = deque()
        self._flying: dict[Future, tuple[Job, Any]] = {}
        self._in_a_row = 0

    def go(self, jobs: Sequence[Job]) -> None:
        """Grade these. What is left when it was told to stop stands in the summary."""
        self._waiting.extend(jobs)
        self._progress.start(len(jobs), len(self._summary.outcomes))
        try:
            with _interrupts() as interrupted:
                while (self._waiting or self._again or self._flying) and not interrupted():
                    self._turn()
        finally:
            self._summary.left = len(self._waiting) + len(self._again) + len(self._flying)
            self._progress.close()
        if self._summary.left:
            self._pool.close(kill=True)

    def _turn(self) -> None:
        self._hand_out()
        if self._flying:
            done = wait(self._flying, timeout=TICK, return_when=FIRST_COMPLETED).done
        else:
            done = ()
            time.sleep(TICK)  # nobody is there to take anything
        for future in done:
            job, submission = self._flying.pop(future)
            self._pool.settle(future)
            self._settle(job, submission, future)
        self._progress.say(self._pool.look())

    def _hand_out(self) -> None:
        """Give out as much as the workers take. What ended a worker is tried again first, with nothing beside it."""
        while queue := self._again or self._waiting:
            alone = queue is self._again
            if not self._pool.room(alone):
                return
            job = queue.popleft()
            submission = read_folder(job.folder, job.lesson, job.student)
            self._flying[self._pool.submit(submission, alone)] = job, submission

    def _settle(self, job: Job, submission: Any, future: Future) -> None:
        try:
            graded = future.result()
        except (SandboxMissing, Unfit) as error:
            raise Refused(str(error)) from None
        except Exception as error:
            self._failed(job, error)
            return
        try:
            said = self._recorder.record(submission, graded)
        except LessonChanged as error:
            raise Refused(str(error)) from None
        except Exception as error:
            self._give_up(job, _("It could not be recorded: {error}. See {log}."), error)
            return
        self._in_a_row = 0
        self._finish(Outcome.graded(graded, said))

    def _failed(self, job: Job, error: BaseException) -> None:
        """An error of ours, or the end of a process: never the student's loss."""
        job.tries += 1
        if job.tries < TRIES:
            self._again.append(job)
        elif self._pool.lost(error):
            self._give_up(job, _("The process that graded it died, {tries} times. It is not graded."), error)
        else:
            self._give_up(job, _("The grader itself failed on it: {error}. It is not graded; see {log}."), error)

    def _give_up(self, job: Job, why: str, error: BaseException) -> None:
        """Leave a submission to a person. If it is one after the other, something else is wrong."""
        full = "".join(traceback.format_exception(error))
        log = state.note(self._course.root, f"{job.lesson}, {job.student}: {full}")
        why = why.format(error=_first_line(error), log=log, tries=TRIES)
        self._finish(Outcome(job.lesson, job.student, "failed", needs=(why,)))
        self._in_a_row += 1
        if self._in_a_row >= IN_A_ROW:
            said = _("{n} submissions one after the other could not be graded, so this stops here. The last: {why}")
            raise Refused(said.format(n=self._in_a_row, why=why))

    def _finish(self, outcome: Outcome) -> None:
        self._summary.outcomes.append(outcome)
        self._progress.step(outcome)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed, or the process asked to end: the first time it is only noted, so nothing is cut."""
    heard: list[int] = []

    def hear(number: int, frame: Any) -> None:
        heard.append(number)
        signal.signal(number, before[number])  # a second time, it ends at once

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(heard)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
