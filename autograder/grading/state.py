"""What a grader leaves in the course's folder while it works: a lock, and which regrading is under way."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.messages import _

FOLDER = ".grading"
LOCK = "lock"
STATE = "run.json"
LOG = "errors.log"


class Refused(RuntimeError):
    """What was asked cannot be done. The message is for whoever asked."""


class Busy(Refused):
    """Another grader is at work on this course."""


@dataclass(frozen=True)
class Run:
    """One call of the grader, or several where a regrading was interrupted and taken up again.

    ``student`` and ``lessons`` are what it covers, ``began`` is when it was first started, in local time.
    """

    id: str
    lessons: tuple[str, ...]
    student: str
    began: str
    seed: int
    resumed: bool = False


def new_run(lessons: Sequence[str], student: str) -> Run:
    """A run that nobody has begun before."""
    began = time.strftime("%Y-%m-%d %H:%M:%S")
    return Run(secrets.token_hex(8), tuple(lessons), student, began, secrets.randbits(32))


def folder(root: Path) -> Path:
    """Where a course keeps these files. Made when it is not there; git leaves it alone."""
    place = root / FOLDER
    if not place.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        (place / ".gitignore").write_text("*\n", encoding="utf-8")
    return place


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Be the only grader of a course. The system takes the lock back when this process ends, however it ends.

    Raises Busy.
    """
    with (folder(root) / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            said = _("Another grader is at work on this course ({who}). Wait until it is done, or stop it.")
            raise Busy(said.format(who=file.read(100).strip() or _("a moment ago"))) from None
        file.truncate(0)
        file.write(_("process {pid}, since {time}").format(pid=os.getpid(), time=time.strftime("%H:%M:%S")))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def regrading(root: Path, lessons: Sequence[str], student: str) -> Run:
    """The regrading of these lessons and students that was interrupted, or a new one, remembered until ``finish``."""
    runs = interrupted(root)
    for run in runs:
        if (run.lessons, run.student) == (tuple(lessons), student):
            return run
    run = new_run(lessons, student)
    _write(root, [*runs, run])
    return run


def interrupted(root: Path) -> list[Run]:
    """The regradings that were begun and not finished."""
    try:
        data = json.loads((root / FOLDER / STATE).read_text(encoding="utf-8"))
        return [Run(**{**one, "lessons": tuple(one["lessons"]), "resumed": True}) for one in data["runs"]]
    except (OSError, ValueError, TypeError, KeyError):
        return []  # never begun; a file that somebody broke costs a second regrading, and nothing else


def finish(root: Path, run: Run) -> None:
    """Forget a regrading that is complete."""
    _write(root, [one for one in interrupted(root) if one.id != run.id])


def _write(root: Path, runs: list[Run]) -> None:
    """Replace the file as a whole, on the disk before anything is recorded."""
    place = folder(root) / STATE
    if not runs:
        place.unlink(missing_ok=True)
        return
    beside = place.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump({"runs": [asdict(run) for run in runs]}, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, place)


def note(root: Path, text: str) -> str:
    """Keep an error of ours in full, for whoever mends it. Returns the file's name as people see it."""
    with (folder(root) / LOG).open("a", encoding="utf-8", errors="replace") as file:
        file.write(time.strftime("%Y-%m-%d %H:%M:%S ") + text.rstrip() + "\n\n")
    return f"{FOLDER}/{LOG}"
