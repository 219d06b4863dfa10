"""Saying what in the tree is not what the sources build."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from autograder.build import lessons
from autograder.build.errors import BuildError
from autograder.build.expand import Expanded
from autograder.build.paths import Course
from autograder.exercise import Lesson

_RUN = ("widgets",)


def differences(course: Course, lesson: Lesson) -> list[str]:
    """One sentence for each committed file that is not what the lesson's source builds. Executes nothing."""
    try:
        made = lessons.expanded(course, lesson)
        return differences_of_solved(course, made) + differences_of_release(course, made)
    except BuildError as error:
        return [str(error)]


def differences_of_solved(course: Course, made: Expanded) -> list[str]:
    """Sentences about the solved notebook and its figures."""
    path = course.solved(made.lesson.id)
    said = _notebook(course, path, made.notebook)
    if path.is_file() and path.stat().st_size > lessons.MAX_BYTES:
        said.append(f"{course.name(path)} has {path.stat().st_size:,} bytes, more than {lessons.MAX_BYTES:,}.")
    return said + _others(course, made, path.parent)


def differences_of_release(course: Course, made: Expanded) -> list[str]:
    """Sentences about the student's notebook and its figures."""
    path = course.release(made.lesson.id)
    with tempfile.TemporaryDirectory() as scratch:
        apart = lessons.generated(course, made, Path(scratch).resolve())
        wanted = lessons.read_notebook(apart.release(made.lesson.id))
    return _notebook(course, path, wanted) + _others(course, made, path.parent)


def orphans(course: Course, known: list[str]) -> list[str]:
    """Sentences about lesson folders and sources that no lesson of the registry owns."""
    said = []
    for folder in (course.solutions, course.notebooks):
        for path in sorted(folder.glob("[0-9]*")) if folder.is_dir() else ():
            if (path.is_dir() or path.suffix == ".py") and path.stem not in known:
                said.append(f"{course.name(path)} belongs to no lesson in autograder/exercises/.")
    return said


def _notebook(course: Course, path: Path, wanted: NotebookNode) -> list[str]:
    name = course.name(path)
    if not path.is_file():
        return [f"{name} is missing."]
    found = lessons.read_notebook(path)
    if found is None:
        return [f"{name} is not a notebook."]
    said = [f"{name}: {what}." for what in _metadata(found, wanted)]
    return said + [f"{name}: {what}." for what in _cells(found, wanted)]


def _metadata(found: NotebookNode, wanted: NotebookNode) -> list[str]:
    here = {k: v for k, v in found.metadata.items() if k not in _RUN}
    said = []
    for key in sorted(set(here) | set(wanted.metadata)):
        if here.get(key) != wanted.metadata.get(key):
            run = key == "autograder" and _only_fingerprint(here.get(key), wanted.metadata.get(key))
            said.append(
                "its source or the code it runs changed since it was executed"
                if run
                else f"its metadata {key!r} is not what the source builds"
            )
    if (found.nbformat, found.nbformat_minor) != (wanted.nbformat, wanted.nbformat_minor):
        said.append("its notebook format is another version")
    return said


def _only_fingerprint(found, wanted) -> bool:
    if not found or not wanted:
        return False
    return {**found, "fingerprint": ""} == {**wanted, "fingerprint": ""}


def _cells(found: NotebookNode, wanted: NotebookNode) -> list[str]:
    """Up to three sentences on cells that differ."""
    if len(found.cells) != len(wanted.cells) or [c.get("id") for c in found.cells] != [c.id for c in wanted.cells]:
        return [_rearranged(found, wanted)]
    said = []
    for number, (one, other) in enumerate(zip(found.cells, wanted.cells, strict=True), start=1):
        label = f"cell {number} ({other.metadata.get('nbgrader', {}).get('grade_id') or other.id})"
        if (one.cell_type, one.source) != (other.cell_type, other.source):
            said.append(f"{label} is not what the source says")
        elif one.metadata != other.metadata:
            said.append(f"the metadata of {label} is not what the source builds")
    return said[:3] + ([f"so are {len(said) - 3} more cells"] if len(said) > 3 else [])


def _rearranged(found: NotebookNode, wanted: NotebookNode) -> str:
    here, there = Counter(c.get("id") for c in found.cells), Counter(c.id for c in wanted.cells)
    if here == there:
        return "its cells are in another order than in the source"
    changed = [n for n, c in enumerate(wanted.cells, start=1) if c.id not in here]
    where = f", first at cell {changed[0]}" if changed else ""
    return f"its cells are not the source's: {len(there - here)} are missing and {len(here - there)} are extra{where}"


def _others(course: Course, made: Expanded, folder: Path) -> list[str]:
    """The files beside a notebook: its figures, the same as in assets, and nothing else."""
    name = made.lesson.id
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} if folder.is_dir() else set()
    found = {f for f in found if ".ipynb_checkpoints" not in f}
    wanted = {f"figures/{n}" for n in made.figures}
    said = [f"{course.name(folder / f)} is missing." for f in sorted(wanted - found)]
    said += [f"{course.name(folder / f)} does not belong there." for f in sorted(found - wanted - {f"{name}.ipynb"})]
    for figure in sorted(made.figures):
        path = folder / "figures" / figure
        if path.is_file() and path.read_bytes() != (course.figures / figure).read_bytes():
            said.append(f"{course.name(path)} is not {course.name(course.figures / figure)} any more.")
    return said
