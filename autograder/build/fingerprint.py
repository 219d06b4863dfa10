"""What a solved notebook's outputs depend on, as one short text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from autograder.build.paths import Course
from autograder.exercise import Lesson

# Parts of autograder that no lesson runs.
_APART = ("autograder/grading/", "autograder/build/", "autograder/__main__.py", "autograder/cli", "autograder/start.py")
_RUNS_NOTEBOOKS = ("autograder/build/execute.py", "autograder/build/clean.py")
_CODE = (".py", ".mo", ".css", ".html", ".js")


def fingerprint(course: Course, lesson: Lesson) -> str:
    """Changes when the source of a lesson or anything that it runs changes, and does not depend on the machine."""
    digest = hashlib.sha256()
    for path in sorted(_files(course, lesson)):
        digest.update(course.name(path).encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def _files(course: Course, lesson: Lesson) -> Iterator[Path]:
    yield course.source(lesson.id)
    own = "autograder/exercises/" + lesson.id.partition("_")[2]
    for path in _under(course.root / "autograder"):
        name = course.name(path)
        if name.startswith("autograder/exercises/") and not name.startswith((own + ".", own + "/")):
            continue
        if path.suffix in _CODE and (name in _RUNS_NOTEBOOKS or not name.startswith(_APART)):
            yield path
    yield from (p for p in _under(course.root / "rnnlab") if p.suffix in _CODE)
    yield from _under(course.root / "assets" / "data")
    yield from _under(course.root / "assets" / "weights")


def _under(folder: Path) -> Iterator[Path]:
    yield from (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
