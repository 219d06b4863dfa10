"""What a solved notebook's outputs depend on, as one short text."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

from autograder.build.paths import Course
from autograder.exercise import Lesson

# Modules of autograder that no lesson runs, and the two of the build that decide what its outputs look like.
_APART = {"__main__", "cli", "environment", "listing", "start"}
_RUN_NOTEBOOKS = ("build/execute.py", "build/clean.py")
_PACKAGES = ("autograder", "rnnlab")


def fingerprint(course: Course, lesson: Lesson) -> str:
    """Changes when the source of a lesson or anything that it runs changes, and does not depend on the machine."""
    digest = hashlib.sha256()
    for path in sorted(_files(course, lesson), key=course.name):
        digest.update(course.name(path).encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def _files(course: Course, lesson: Lesson) -> set[Path]:
    """The source, the check, this lesson's exercises and probes, what of the course these import, and data."""
    ours, own = course.root / "autograder", lesson.id.partition("_")[2]
    roots = [course.source(lesson.id), ours / "exercises" / f"{own}.py"]
    roots += [p for p in ours.glob("*.py") if p.stem not in _APART]
    roots += [ours / name for name in _RUN_NOTEBOOKS]
    roots += [ours / "probes" / f"{e.probe}.py" for e in lesson.exercises] + [*(ours / "exercises" / own).rglob("*.py")]
    seen: set[Path] = set()
    while roots:
        path = roots.pop()
        if path.is_file() and path not in seen:
            seen.add(path)
            apart = course.name(path).removeprefix("autograder/") in _RUN_NOTEBOOKS
            roots += [] if apart else _imported(course, path)
    data = [p for name in ("data", "weights") for p in (course.root / "assets" / name).rglob("*") if p.is_file()]
    return seen | set(data)


def _imported(course: Course, path: Path) -> Iterator[Path]:
    """The files of the course that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = path.parents[node.level - 1].relative_to(course.root).parts if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield from _modules(course, name)


def _modules(course: Course, name: str) -> Iterator[Path]:
    """The files of a dotted name and of the packages above it, if it is of the course."""
    parts = name.split(".")
    if parts[0] not in _PACKAGES:
        return
    for depth in range(1, len(parts) + 1):
        place = course.root.joinpath(*parts[:depth])
        yield from (place.with_suffix(".py"), place / "__init__.py")
