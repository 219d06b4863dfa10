"""``nbgrader autograde``, and the button in formgrader: the same commands and rules, our engine and our recorder.

``nbgrader_config.py`` calls ``install``. Whatever is heavy is imported when there is something to grade, since every
command of nbgrader reads that file.
"""

from __future__ import annotations

import traceback
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import nbgrader.converters
from nbgrader.converters.autograde import Autograde as StockAutograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets import Bool
from traitlets.config import Config

from autograder import registry
from autograder.build.paths import Course
from autograder.grading import stamps
from autograder.messages import _

if TYPE_CHECKING:
    from autograder.grading.collect import Job
    from autograder.grading.engine import Engine
    from autograder.grading.record import Recorder


class Autograde(StockAutograde):
    """Grades lessons of this course in the sandbox. Other assignments go nbgrader's own way."""

    sandbox = Bool(True, help="Whether students' code runs in a sandbox. Without one it may do what you may.").tag(
        config=True
    )

    @property
    def _course(self) -> Course:
        return Course(Path(self.coursedir.root).resolve())

    def _is_lesson(self) -> bool:
        name = self.coursedir.assignment_id
        return any(one.id == name for one in registry.lessons()) and self._course.solved(name).is_file()

    def init_notebooks(self) -> None:
        """Find the submissions, also those that hold no notebook."""
        self._jobs: list[Job] = []
        if not self._is_lesson():
            super().init_notebooks()
            return
        from autograder.grading import collect, state

        lesson = registry.lesson(self.coursedir.assignment_id)
        if not fnmatch(lesson.id, self.coursedir.notebook_id):
            said = _("No notebook of {lesson} matches {name!r}.")
            self._stop(said.format(lesson=lesson.id, name=self.coursedir.notebook_id))
        try:
            self._jobs = collect.find(self.coursedir, [lesson], self.coursedir.student_id)[0]
        except state.Refused as refusal:
            self._stop(str(refusal))
        if not self._jobs:
            pattern = self._format_source(lesson.id, self.coursedir.student_id)
            self._stop(_("No submissions were matched by {pattern!r}.").format(pattern=pattern))

    def convert_notebooks(self) -> None:
        """Grade and record one submission after the other. None of them stops the rest."""
        if not self._jobs:
            super().convert_notebooks()
            return
        from autograder.grading import state
        from autograder.grading.record import Recorder
        from autograder.grading.register import LessonChanged
        from autograder.sandbox import SandboxMissing

        try:
            with (
                state.alone(self._course.root),
                Recorder(self._course, self.config, self.log, self.create_student, self.coursedir) as recorder,
            ):
                failed = self._grade(recorder)
        except (state.Busy, SandboxMissing, LessonChanged) as problem:
            self._stop(str(problem))
        if failed:
            self._stop(_("Not graded, since something of ours broke: {students}.").format(students=", ".join(failed)))

    def _grade(self, recorder: Recorder) -> list[str]:
        """Grade what is due. Returns the students for whom that failed."""
        from autograder.grading.engine import Engine
        from autograder.grading.register import LessonChanged
        from autograder.sandbox import SandboxMissing

        failed, engine = [], None
        try:
            for job in self._jobs:
                if not self._due(recorder, job):
                    continue
                try:
                    engine = engine or Engine(self._course, sandbox=self.sandbox, rehearse=False)
                    self._one(recorder, engine, job)
                except (SandboxMissing, LessonChanged):
                    raise
                except Exception:
                    self.log.error("%s, %s: %s", job.student, job.lesson, traceback.format_exc())
                    failed.append(job.student)
        finally:
            if engine is not None:
                engine.close()
        return failed

    def _one(self, recorder: Recorder, engine: Engine, job: Job) -> None:
        from autograder.grading.submission import read_folder

        self.log.info("Autograding %s", job.folder)
        self.notebooks = [str(job.folder / f"{job.lesson}.ipynb")]
        self.run_pre_convert_hook()
        submission = read_folder(job.folder, job.lesson, job.student)
        graded = engine.grade(submission)
        said = recorder.record(submission, graded)
        for sentence in dict.fromkeys((*graded.notes, *graded.needs, *said)):
            self.log.warning("%s, %s: %s", job.student, job.lesson, sentence)
        self.log.info("%s, %s: %g of %g points", job.student, job.lesson, graded.points, graded.max_points)
        self.run_post_convert_hook()

    def _due(self, recorder: Recorder, job: Job) -> bool:
        """Whether to grade: what was not graded, what has changed since, and everything with ``--force``."""
        from autograder.grading.submission import read_folder

        if self.force:
            return True
        before = recorder.done(job.lesson, job.student)
        if before is None:
            return True
        if before["digest"] != read_folder(job.folder, job.lesson, job.student).digest():
            self.log.warning("%s, %s: changed since it was graded", job.student, job.lesson)
            return True
        self.log.info("Skipping existing assignment: %s", recorder.folder(job.lesson, job.student))
        return False

    def _stop(self, sentence: str) -> None:
        self.log.error(sentence)
        raise NbGraderException(sentence)


def install() -> None:
    """Put this in place of nbgrader's own, for its command line, its server and whoever imports it after this."""
    for module in (nbgrader.converters, nbgrader.apps.autogradeapp, nbgrader.apps.api):
        module.Autograde = Autograde
    CourseDirectory.get_existing_timestamp = _existing_timestamp
    nbgrader.apps.api.NbGraderAPI.get_submitted_timestamp = _submitted_timestamp


def _existing_timestamp(self: CourseDirectory, dest_path: str) -> datetime | None:
    """As nbgrader's, but a time stamp that cannot be read is none, and ends nothing."""
    return stamps.read(stamps.of_folder(dest_path)).time


def _submitted_timestamp(self: nbgrader.apps.api.NbGraderAPI, assignment_id: str, student_id: str) -> datetime | None:
    """As nbgrader's, for the lists in formgrader: one student's time stamp must not close them."""
    folder = self.coursedir.format_path(self.coursedir.submitted_directory, student_id, assignment_id)
    return stamps.read(stamps.of_folder(folder)).time


def stock_config(root: Path) -> Config:
    """A configuration with which nbgrader itself grades our lessons: check cells judge in the kernel they run in.

    Honest submissions get the same scores; there is no sandbox, no intake, and no judge apart.
    """
    from autograder.build.execute import QUIET
    from autograder.build.release import load_config
    from autograder.grading.running import SKIP

    config = load_config(root)
    config.Execute.skip_cells_with_tag = SKIP
    config.Execute.timeout = 60
    config.Execute.iopub_timeout = 30
    config.Execute.extra_arguments = QUIET
    return config


def stock(root: Path, lesson: str, student: str = "*") -> None:
    """Grade with nbgrader itself, as it comes. Raises NbGraderException."""
    from autograder.build.release import tools_on_path
    from autograder.grading.ledger import Ledger
    from autograder.grading.register import register

    config = stock_config(root)
    where = CourseDirectory(config=config, assignment_id=lesson, student_id=student)
    ledger = Ledger(where.db_url, where.course_id)
    with ledger.transaction():
        register(ledger, Course(root), lesson, config, where)
    ledger.close()
    with tools_on_path():
        StockAutograde(coursedir=where, config=config).start()
