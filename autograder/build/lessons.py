"""Building a lesson: its solved notebook, the figures beside it, and its release."""

from __future__ import annotations

import shutil
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.build import release
from autograder.build.errors import BuildError
from autograder.build.execute import execute
from autograder.build.expand import Expanded, expand
from autograder.build.fingerprint import fingerprint
from autograder.build.paths import Course
from autograder.build.source import read_source
from autograder.exercise import Lesson

MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Built:
    """What a build did for one lesson."""

    lesson: str
    executed: bool
    bytes: int


def expanded(course: Course, lesson: Lesson) -> Expanded:
    """The notebook that a source describes, with its fingerprint and without outputs. Raises BuildError."""
    path = course.source(lesson.id)
    made = expand(lesson, read_source(path, course.name(path)), course.name(path))
    for name, where in made.figures.items():
        if not (course.figures / name).is_file():
            raise BuildError(f"{where}: the figure {course.name(course.figures / name)} does not exist.")
    made.notebook.metadata.autograder["fingerprint"] = fingerprint(course, lesson)
    return made


def build(course: Course, lesson: Lesson, force: bool = False) -> Built:
    """Bring the solved notebook and the release of a lesson up to date. Raises BuildError."""
    made = expanded(course, lesson)
    _refuse_to_overwrite(course, lesson.id, force)
    old = read_notebook(course.solved(lesson.id))
    executed = force or not _same_run(made, old)
    notebook = execute(made, course.root) if executed else _with_outputs(made, old)
    text = nbformat.writes(notebook) + "\n"
    size = len(text.encode())
    if size > MAX_BYTES:
        what = f"{course.name(course.solved(lesson.id))} would have {size:,} bytes, more than {MAX_BYTES:,}"
        raise BuildError(f"{what}: make the output of {_largest(made, notebook)} smaller.")
    write(course.solved(lesson.id), text)
    _copy_figures(course, made, course.solved(lesson.id).parent)
    if not release.in_gradebook(course.root, lesson.id, notebook) or released_differs(course, made):
        release.generate(course.root, lesson.id)
    return Built(lesson.id, executed, size)


def read_notebook(path: Path) -> NotebookNode | None:
    """A committed notebook, or None where there is none that can be read."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError, nbformat.ValidationError):
        return None


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all, and leave it alone when it says that already."""
    if path.exists() and path.read_bytes() == text.encode():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)


def generated(course: Course, made: Expanded, root: Path) -> Course:
    """Generate the release of an expanded notebook in a course of its own, in an empty folder."""
    apart = Course(root)
    name = made.lesson.id
    write(apart.solved(name), nbformat.writes(made.notebook) + "\n")
    _copy_figures(course, made, apart.solved(name).parent)
    release.generate(root, name, gradebook=False)
    return apart


def released_differs(course: Course, made: Expanded) -> bool:
    """Whether the release in the tree is another one than the source gives."""
    from autograder.build.compare import differences_of_release

    return bool(differences_of_release(course, made))


def _refuse_to_overwrite(course: Course, lesson: str, force: bool) -> None:
    old = read_notebook(course.release(lesson))
    names = release.answered(old) if old else []
    if names and not force:
        what = (
            f"{course.name(course.release(lesson))} holds answers ({', '.join(names)}), which building would overwrite"
        )
        raise BuildError(f"{what}: copy it elsewhere and run `git checkout` on it, or build with --force.")


def _same_run(made: Expanded, old: NotebookNode | None) -> bool:
    """Whether the outputs of the committed notebook are still those of this source."""
    if old is None or old.metadata.get("autograder") != made.notebook.metadata.autograder:
        return False
    return [_runs(cell) for cell in old.cells] == [_runs(cell) for cell in made.notebook.cells]


def _runs(cell: NotebookNode) -> tuple[str, str]:
    """What of a cell its outputs depend on: of prose, which has none, nothing."""
    return cell.cell_type, cell.source if cell.cell_type == "code" else ""


def _with_outputs(made: Expanded, old: NotebookNode) -> NotebookNode:
    notebook = deepcopy(made.notebook)
    for new, was in zip(notebook.cells, old.cells, strict=True):
        if new.cell_type == "code":
            new.outputs, new.execution_count = was.outputs, was.execution_count
    if "widgets" in old.metadata:
        notebook.metadata["widgets"] = old.metadata.widgets
    return notebook


def _copy_figures(course: Course, made: Expanded, folder: Path) -> None:
    """The figures that a lesson shows, beside its notebook, and no others."""
    target = folder / "figures"
    for old in target.glob("*") if target.is_dir() else ():
        if old.name not in made.figures:
            old.unlink()
    for name in made.figures:
        target.mkdir(parents=True, exist_ok=True)
        new = (course.figures / name).read_bytes()
        if not (target / name).is_file() or (target / name).read_bytes() != new:
            shutil.copyfile(course.figures / name, target / name)


def _largest(made: Expanded, notebook: NotebookNode) -> str:
    sizes = [len(str(c.get("outputs", ""))) for c in notebook.cells]
    return made.where[sizes.index(max(sizes))]
