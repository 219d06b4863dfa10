"""An engine that grades nothing, and misbehaves as the name of the student says. Light, since workers import it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

from autograder.sandbox import SandboxMissing


class FakeGraded(NamedTuple):
    lesson: str
    student: str
    digest: str
    notebook: str
    notes: tuple = ()
    needs: tuple = ()
    repaired: bool = False
    points: float = 3.0
    max_points: float = 5.0
    seconds: float = 0.1
    peak: int = 0


class FakeEngine:
    """What is asked of an engine. ``place`` is where it leaves word of what it did."""

    def __init__(self, settings):
        self.settings = settings
        self.place = Path(settings.root) / "word"
        self.place.mkdir(exist_ok=True)
        (self.place / f"engine-{os.getpid()}").write_text(f"rehearsed: {settings.rehearse}")

    def close(self):
        (self.place / f"closed-{os.getpid()}").touch()

    def first_time(self, what):
        try:
            (self.place / what).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def grade(self, submission, run=""):
        student = submission.student
        always, once = student.split("_")[0], self.first_time(f"saw-{student}")
        if always == "dies" or (always == "stumbles" and once):
            os.kill(os.getpid(), signal.SIGKILL)
        if always == "raises" or (always == "trips" and once):
            raise ZeroDivisionError("by nothing")
        if always == "unboxed":
            raise SandboxMissing("There is no sandbox here.")
        if always == "slow":
            time.sleep(60)
        if always == "steady":
            time.sleep(0.2)
        said = (f"seed {self.settings.seed}", f"processors {sorted(os.sched_getaffinity(0))}", f"process {os.getpid()}")
        needs = ("The sandbox broke.",) if always == "open" else ()
        return FakeGraded(submission.lesson, student, submission.digest(), run, said, needs, always == "mended")
