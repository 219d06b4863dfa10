"""An honest submission of lesson 00, some of it right and some of it wrong, for attacks to be built into."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.build.paths import Course
from autograder.grading.engine import Graded
from autograder.grading.reports import is_check
from autograder.grading.submission import Submission

LESSON = "00_start_here"
RIGHT = {
    "affine": "def affine(x, W, b):\n    return x @ W.T + b",
    "time_major": "def time_major(x):\n    return x.transpose(1, 0, 2)",
}
WRONG = "def time_major(x):\n    return x.reshape(x.shape[1], x.shape[0], x.shape[2])"
WORDS = "Each row takes numbers of several sequences."


class Work:
    """A submission in the making: affine is right (3 points), time_major is wrong, the question is answered.

    ``folder`` is the class's folder on the grader's machine, of which an attacker may know the name.
    """

    def __init__(self, folder: Path | None = None, time_major: str = WRONG, lesson: str = LESSON) -> None:
        self.lesson = lesson
        self.folder = folder or Path("/nowhere")
        self.notebook = json.loads(Course().release(lesson).read_text(encoding="utf-8"))
        self.files: dict[str, bytes] = {}
        self.name = f"{lesson}.ipynb"
        self.data: bytes | None = None
        if lesson == LESSON:
            self.answer("affine", RIGHT["affine"])
            self.answer("time_major", time_major)
            self.answer("mixed_sequences", WORDS)

    def at(self, name: str) -> dict:
        """The cell of this id."""
        return next(c for c in self.notebook["cells"] if c.get("id") == name)

    def answer(self, name: str, source: str) -> None:
        """Write an answer into its cell."""
        self.at(name)["source"] = source.splitlines(keepends=True)

    def index(self, name: str) -> int:
        """Where the cell of this id stands."""
        return self.notebook["cells"].index(self.at(name))

    def cell(self, source: str, before: str = "affine", kind: str = "code") -> dict:
        """Put a cell of their own before another."""
        made = {"cell_type": kind, "source": source, "metadata": {}}
        if kind == "code":
            made |= {"outputs": [], "execution_count": None}
        self.notebook["cells"].insert(self.index(before), made)
        return made

    def copy(self, name: str, source: str) -> dict:
        """A copy of a cell with another text, as JupyterLab pastes it."""
        return copy.deepcopy(self.at(name)) | {"id": f"copy-of-{name}", "source": source}

    def text(self) -> str:
        """The file as Jupyter writes it."""
        return json.dumps(self.notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    def submission(self, student: str = "mallory") -> Submission:
        """What the grader gets."""
        data = self.text().encode("utf-8", "surrogatepass") if self.data is None else self.data
        return Submission(self.lesson, student, self.name, data, self.files)


def honest() -> Submission:
    """A neighbour's: everything is right."""
    return Work(time_major=RIGHT["time_major"]).submission("neighbour")


def sentences(graded: Graded) -> set[str]:
    """All that an instructor reads about a submission."""
    found = {*graded.notes, *graded.needs}
    for report in graded.reports.values():
        found |= {report["summary"], report["diagnosis"]}
        for row in report["cases"]:
            found |= set(row["sentences"])
    return found


def scores(graded: Graded) -> dict[str, float]:
    """What nbgrader reads out of the notebook: points by check."""
    json.loads(graded.notebook, parse_constant=lambda word: pytest.fail(f"{word} is no JSON to a browser"))
    notebook = nbformat.reads(graded.notebook, as_version=4)
    nbformat.validate(notebook)
    return {c.metadata.nbgrader.grade_id: determine_grade(c)[0] for c in notebook.cells if is_check(c)}


def contents(folder: Path) -> dict[str, str]:
    """A fingerprint of every file in a folder."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


Change = Callable[[Work], object]


def own(source: str, before: str = "affine") -> Change:
    """A cell of their own with this in it."""
    return lambda work: work.cell(source.replace("FOLDER", str(work.folder)), before)


def answer(name: str, source: str) -> Change:
    """This as an answer."""
    return lambda work: work.answer(name, source.replace("FOLDER", str(work.folder)))


def inside(line: str, then: str = "return x @ W.T + b") -> Change:
    """An affine that does something first, each time it is called."""
    body = "\n".join("    " + part for part in [*line.splitlines(), then])
    return lambda work: work.answer("affine", f"def affine(x, W, b):\n{body}".replace("FOLDER", str(work.folder)))


def all_of(*changes: Change) -> Change:
    """One after the other."""
    return lambda work: [change(work) for change in changes]
