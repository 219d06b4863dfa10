"""From solved notebooks to the release, by nbgrader's own generate step."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import compute_checksum, is_solution
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.build.errors import BuildError
from autograder.build.paths import ROOT


def load_config(root: Path) -> Config:
    """The course's nbgrader configuration, for a course that lies in ``root``."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    config.CourseDirectory.root = str(root)
    return config


def generate(root: Path, lesson: str, gradebook: bool = True) -> None:
    """What ``nbgrader generate_assignment LESSON --force`` does in ``root``, if need be without a gradebook.

    Raises BuildError, and then leaves the release as it was.
    """
    config = load_config(root)
    if not gradebook:
        config.GenerateAssignment.no_database = True
        config.GenerateAssignment.preprocessors.remove(SaveCells)
    coursedir = CourseDirectory(config=config, assignment_id=lesson)
    converter = GenerateAssignment(coursedir=coursedir, config=config, force=True)
    folder = Path(coursedir.format_path(coursedir.release_directory, ".", lesson))
    with _captured(converter.log) as said, tools_on_path(), _kept(folder):
        try:
            converter.start()
        except NbGraderException as error:
            raise BuildError(f"nbgrader could not generate {lesson}: {_reason(said) or error}") from None


def in_gradebook(root: Path, lesson: str, notebook: NotebookNode | None = None) -> bool:
    """Whether the gradebook in ``root`` knows the lesson, which autograde needs, with the cells of ``notebook``."""
    with tools_on_path(), Gradebook(CourseDirectory(config=load_config(root)).db_url) as gradebook:
        try:
            known = gradebook.find_notebook(lesson, lesson)
        except MissingEntry:
            return False
        if notebook is None:
            return True
        locked = {c.name: c.source for c in known.source_cells if c.locked}
        points = {c.name: c.max_score for c in known.grade_cells}
    graded = [c for c in notebook.cells if "nbgrader" in c.metadata]
    return locked == {
        c.metadata.nbgrader.grade_id: c.source for c in graded if c.metadata.nbgrader.locked
    } and points == {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in graded if c.metadata.nbgrader.grade
    }


def answered(release: NotebookNode) -> list[str]:
    """The answers in a released notebook that somebody has written in since it was generated."""
    cells = [c for c in release.cells if is_solution(c)]
    return [
        c.metadata.nbgrader.grade_id
        for c in cells
        if c.metadata.nbgrader.get("checksum") not in (None, compute_checksum(c))
    ]


def _reason(said: list[str]) -> str:
    """The last error in nbgrader's log that is about the notebook, in one line."""
    errors = re.findall(r"^(?:\w+\.)*(?:\w*Error|\w*Exception): (.+)$", "\n".join(said), re.MULTILINE)
    return errors[-1].strip() if errors else ""


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Put a folder back if what follows fails, since nbgrader removes a release that it could not replace."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / folder.name
        if folder.is_dir():
            shutil.copytree(folder, copy)
        try:
            yield
        except BuildError:
            shutil.rmtree(folder, ignore_errors=True)
            if copy.is_dir():
                shutil.copytree(copy, folder)
            raise


@contextmanager
def _captured(log: logging.Logger) -> Iterator[list[str]]:
    """Keep what is logged off the screen."""
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    old, log.handlers, propagate = log.handlers, [handler], log.propagate
    log.propagate = False
    try:
        yield said
    finally:
        log.handlers, log.propagate = old, propagate


@contextmanager
def tools_on_path() -> Iterator[None]:
    """Let nbgrader run alembic by name, also where the environment is not activated."""
    old = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), old])
    try:
        yield
    finally:
        os.environ["PATH"] = old
