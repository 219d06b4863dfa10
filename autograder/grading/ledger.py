"""nbgrader's gradebook with transactions: what is done in one is in the database as a whole, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import nbgrader.api
from alembic.script import ScriptDirectory
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import text
from sqlalchemy.engine import make_url

WAIT_SECONDS = 60  # for another program that is writing, such as formgrader


def is_there(db_url: str) -> bool:
    """Whether there is a database at this address. One on a server is taken to be there."""
    path = _file(db_url)
    return path is None or (path.is_file() and path.stat().st_size > 0)


def _file(db_url: str) -> Path | None:
    url = make_url(db_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


class Ledger(Gradebook):
    """A gradebook that is changed in transactions. nbgrader commits after every step; here those are only flushed."""

    def __init__(self, db_url: str, course_id: str) -> None:
        self._inside = False
        self._held: dict[tuple[type, str, str], dict[str, Any]] = {}
        self._sqlite = make_url(db_url).get_backend_name() == "sqlite"
        if not is_there(db_url):
            _create(db_url, course_id)
        url = make_url(db_url)
        if self._sqlite:
            url = url.update_query_dict({"timeout": str(WAIT_SECONDS)})
        with _version_at_hand():
            super().__init__(url.render_as_string(hide_password=False), course_id)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Ledger]:
        """Everything inside is committed at its end. An exception takes all of it back."""
        session = self.db()
        try:
            if self._sqlite:
                session.execute(text("BEGIN IMMEDIATE"))  # what is read inside stays true until the end
            self._inside, self.db.commit = True, session.flush
            yield self
            session.flush()
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            self._inside = False
            self._held = {}
            with contextlib.suppress(AttributeError):
                del self.db.commit
            self.db.remove()

    def forget(self) -> None:
        """Compute anew, when next asked, what was computed from what was there before. A real commit does that too."""
        self.db.flush()
        self.db.expire_all()

    def hold(self, kept: SubmittedAssignment) -> None:
        """Have all grades and comments of a submission at hand, and make those that are missing.

        Missing are those of cells that a lesson has got since the submission was first recorded.
        """
        have = {n.notebook_id: n for n in kept.notebooks}
        for notebook in kept.assignment.notebooks:
            mine = have.get(notebook.id) or SubmittedNotebook(notebook=notebook, assignment=kept)
            graded = (*notebook.grade_cells, *notebook.task_cells)
            answered = (*notebook.solution_cells, *notebook.task_cells)
            for kind, cells, there in ((Grade, graded, mine.grades), (Comment, answered, mine.comments)):
                known = {one.cell_id: one for one in there}
                found = {c.name: known.get(c.id) or kind(cell_id=c.id, notebook=mine) for c in cells}
                self._held[kind, notebook.name, kept.student.id] = found
        self.db.flush()
        self.db.commit = lambda: None  # what changes from here on is sent in one go

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """As nbgrader's, without a query where the grade is at hand."""
        found = self._held.get((Grade, notebook, student), {}).get(grade_cell)
        return found or super().find_grade(grade_cell, notebook, assignment, student)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Comment:
        """As nbgrader's, without a query where the comment is at hand."""
        found = self._held.get((Comment, notebook, student), {}).get(solution_cell)
        return found or super().find_comment(solution_cell, notebook, assignment, student)

    @contextlib.contextmanager
    def lent_to(self, *modules: ModuleType) -> Iterator[None]:
        """Let preprocessors of nbgrader, which open a gradebook by themselves, work in this transaction."""
        with contextlib.ExitStack() as stack:
            for module in modules:
                stack.enter_context(patch.object(module, "Gradebook", lambda *given, **more: self))
            yield

    def add_submission(self, assignment: str, student: str, **values: Any) -> SubmittedAssignment:
        """As nbgrader's, which puts the parts together before it adds the whole."""
        with self.db.no_autoflush:
            return super().add_submission(assignment, student, **values)

    def close(self) -> None:
        """Close the connection, unless somebody to whom this was lent closes it."""
        if not self._inside:
            super().close()

    def has(self, assignment: str, student: str) -> bool:
        """Whether there is a submission."""
        try:
            return isinstance(self.find_submission(assignment, student), SubmittedAssignment)
        except MissingEntry:
            return False
        finally:
            if not self._inside:
                self.db.remove()


def _version_at_hand() -> AbstractContextManager:
    """Have nbgrader read here which version its tables have. It starts a program for that, which takes seconds."""
    return patch.object(nbgrader.api, "get_alembic_version", ScriptDirectory(ALEMBIC_DIR).get_current_head)


def _put(beside: Path, path: Path) -> None:
    """Give a file its name, unless another program was faster."""
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        os.rename(beside, path)


def _create(db_url: str, course_id: str) -> None:
    """Make the database beside its place, and put it there when it is complete."""
    path = _file(db_url)
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    try:
        with _version_at_hand():
            Gradebook(f"sqlite:///{beside}", course_id).close()
        if path.exists():
            os.replace(beside, path)  # an empty file, which a program that was interrupted left
        else:
            _put(beside, path)
    finally:
        beside.unlink(missing_ok=True)
