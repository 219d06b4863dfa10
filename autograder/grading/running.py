"""One submission's cells and checks: cells run in a child of the sandbox, answers are tried there and judged here.

An exercise that ends its child, or hangs, costs itself alone: a new child runs the cells again that went well, and goes
on behind it. Where an answer cannot be tried in what the notebook has become, it is tried once more in a clean child,
with nothing but our own cells, and the answers that it builds on.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict

from autograder import feeding, judge, registry
from autograder.build.clean import strip_ansi
from autograder.exercise import Exercise, Lesson
from autograder.grading import left_out
from autograder.grading.reports import checked, is_check
from autograder.messages import _
from autograder.probes import codec
from autograder.report import Report
from autograder.sandbox import CellResult, Child, ChildFailed, Nursery
from autograder.trials import Trial

SKIP = "demo"
CELL_SECONDS = 30.0
AGAIN_SECONDS = 2.0  # for a cell that was stopped the first time, when it is run again
BUDGET_SECONDS = 300.0  # for the whole notebook
OVERTIME_SECONDS = 60.0  # after that, for trying the answers that are left in clean children
DEATHS = 3  # after so many, answers are only tried in clean children


@lru_cache(maxsize=512)
def tried_with(name: str, hidden: bool, seed: int) -> tuple[tuple[Trial, ...], str]:
    """The trials of an exercise and the request for the probe, made once for everybody who is graded with a seed."""
    exercise = registry.exercise(name)
    trials = judge.trials(exercise, hidden, seed)
    return trials, judge.request(exercise, trials)


class Execution:
    """Runs one notebook. ``notes`` are sentences on what happened, ``needs`` those that a person must look at."""

    def __init__(self, nursery: Nursery, ours: NotebookNode, files: Mapping[str, bytes], seed: int) -> None:
        self.notes: list[str] = []
        self.needs: list[str] = []
        self.peak = 0
        self._nursery = nursery
        self._ours = ours
        self._files = files
        self._seed = seed
        self._until = time.monotonic() + BUDGET_SECONDS
        self._overtime = False
        self._history: list[tuple[str, float]] = []
        self._child: Child | None = None
        self._deaths = 0
        self._ended: dict[str, str] = {}  # place of a cell -> why Python ended in it
        self._failed: dict[str, str] = {}  # place of a cell -> what kept it from its end, without ending Python
        self._reports: dict[str, Report] = {}
        self._left_out: set[str] = set()  # names that would have a value if no cell were left out

    def run(self, notebook: NotebookNode, lesson: Lesson) -> dict[str, Report]:
        """Fill in the outputs of the cells, in place, and return the report of every exercise."""
        self._notebook = notebook
        self._left_out = set().union(*(left_out.assigned(c.source) for c in notebook.cells if _is_left_out(c)))
        try:
            for cell in notebook.cells:
                if is_check(cell):
                    name = checked(cell)
                    self._reports[name] = self._check(registry.exercise(name))
                elif _is_left_out(cell):
                    self._definitions(cell, lesson)
                elif cell.cell_type == "code":
                    self._cell(cell)
            self._late()
        finally:
            self._close()
        return {e.id: self._reports[e.id] for e in lesson.exercises}

    # Cells

    def _cell(self, cell: NotebookNode) -> None:
        if not cell.source.strip():
            return
        place = _place(cell)
        child = self._living() if self._in_time() else None
        if child is None:
            return
        result = child.run_cell(cell.source, min(CELL_SECONDS, self._left()))
        cell.outputs = [from_dict(dict(o)) for o in result.outputs]
        if result.status == "error":
            self._failed[place] = _("its cell raised {error}").format(error=_error(result))
            self._explain_missing(_error(result))
        if result.status in ("timeout", "output_limit") or not child.alive:
            self._said(cell, place, result, child)
        if child.alive:
            stopped = result.status == "timeout"
            self._history.append((cell.source, AGAIN_SECONDS if stopped else CELL_SECONDS))

    def _definitions(self, cell: NotebookNode, lesson: Lesson) -> None:
        """Of a cell that is left out, what an answer may use: its imports, functions and classes, none of them ours."""
        exercises = {e.id for e in lesson.exercises}
        for source, names in left_out.definitions(cell.source):
            child = self._living() if self._in_time() and not exercises & names else None
            if child is not None and child.run_cell(source, AGAIN_SECONDS).status == "ok":
                self._history.append((source, AGAIN_SECONDS))

    def _explain_missing(self, said: str) -> None:
        """Note why a name is not defined that a cell left out would have defined."""
        name = left_out.missing(said, self._left_out)
        if name is not None:
            note = _(
                "{name} gets its value in a cell that grading leaves out, since it trains or draws at length. What an "
                "answer uses has to stand in its own cell, or in one that the student adds."
            )
            self.notes.append(note.format(name=name))

    def _said(self, cell: NotebookNode, place: str, result: CellResult, child: Child) -> None:
        """Remember why a cell did not go well, and tell."""
        where = self._where(cell)
        if not child.alive:
            why = child.why_dead
            self._ended[place] = why
            said = _("{cell} ended Python: {why}. The other cells were run again without it.")
            self.notes.append(said.format(cell=where, why=why))
        elif result.status == "timeout":
            said = _("{cell} did not finish within {n:g} seconds and was stopped.")
            self.notes.append(said.format(cell=where, n=CELL_SECONDS))
            self._failed[place] = _("its cell did not finish within {n:g} seconds").format(n=CELL_SECONDS)
        else:
            self.notes.append(_("{cell} printed without end; most of it was dropped.").format(cell=where))

    def _where(self, cell: NotebookNode) -> str:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name:
            return _("The cell of {name}").format(name=name)
        number = 1 + sum(1 for c in self._notebook.cells[: self._notebook.cells.index(cell)] if c.cell_type == "code")
        return _("Code cell {number}").format(number=number)

    # Children

    def _left(self) -> float:
        return self._until - time.monotonic()

    def _in_time(self) -> bool:
        """Whether the notebook may go on. Once its time is used up, there is a little more for what is left to try."""
        if self._left() <= 0 and not self._overtime:
            self._overtime = True
            self._until = time.monotonic() + OVERTIME_SECONDS
            self.notes.append(_("The notebook used up its {n:g} seconds.").format(n=BUDGET_SECONDS))
        return not self._overtime

    def _living(self) -> Child | None:
        """The child that has run the cells so far: the one there is, or a new one. None once too many have died."""
        if self._child is not None and self._child.alive:
            return self._child
        while self._deaths <= DEATHS:
            if self._child is not None:
                self._bury(self._child)
            self._child = self._new()
            if self._again(self._child, self._history):
                return self._child
        return None

    def _again(self, child: Child, cells: list[tuple[str, float]]) -> bool:
        """Run cells again. Whether the child lived through it; the cell in which it did not is not tried again."""
        for number, (source, seconds) in enumerate(cells):
            child.run_cell(source, min(seconds, max(0.1, self._left())))
            if not child.alive:
                del cells[number]
                return False
        return True

    def _new(self) -> Child:
        try:
            return self._nursery.child(files=self._files)
        except ChildFailed:
            self._nursery.close()  # the next one starts a new warm process
            return self._nursery.child(files=self._files)

    def _bury(self, child: Child) -> None:
        died = not child.alive
        child.close()
        self.peak = max(self.peak, child.peak)
        if child is self._child:
            self._child = None
            self._deaths += died

    def _close(self) -> None:
        if self._child is not None:
            self._bury(self._child)

    # Checks

    def _check(self, exercise: Exercise) -> Report:
        name = exercise.id
        if not self._in_time():
            why = _("the notebook had used up its {n:g} seconds").format(n=BUDGET_SECONDS)
            said = _("{name} was not tried: {why}.").format(name=name, why=why)
            report = self._apart(exercise, why) if self._left() > 0 else None
            return report or self._none(exercise, "timeout", said)
        child = None if name in self._ended else self._living()
        if child is None:
            why = self._ended.get(name) or _("cells of the notebook ended it again and again")
            said = _("The cell that defines {name} ended Python: {why}.").format(name=name, why=why)
            return self._apart(exercise, _ended(why)) or self._none(exercise, "error", said)
        trials, request = tried_with(name, True, self._seed)
        reply = _tried(child, exercise, request)
        if child.alive and _status(reply) == "undefined":
            return self._undefined(exercise)
        if child.alive:
            report = self._apart(exercise, _("no answer came back")) if _status(reply) == "damaged" else None
            self._explain_missing(reply)
            return report or self._judged(exercise, trials, reply, child)
        why = child.why_dead
        self._bury(child)
        report = self._apart(exercise, _ended(why))
        if report is None:
            said = _("Trying {name} ended Python: {why}. The rest was graded without it.")
            self.notes.append(said.format(name=name, why=why))
            report = self._judged(exercise, trials, reply, None)
        return report

    def _judged(self, exercise: Exercise, trials: tuple[Trial, ...], reply: str, child: Child | None) -> Report:
        """What the judge makes of a reply. Should it break down, the points are given and a person has to look."""
        try:
            return judge.judge(exercise, trials, reply, lambda name: self._earlier(name, child), True)
        except Exception as problem:
            where = traceback.extract_tb(problem.__traceback__)[-1]
            what = f"{type(problem).__name__} ({where.name}, line {where.lineno})"
            said = _("The check of {name} itself broke down, which costs no points; a person has to look: {what}")
            said = said.format(name=exercise.id, what=what)
            self.needs.append(said)
            most = float(exercise.points)
            return Report(exercise.id, "grader_error", most, most, summary=said, hidden=True)

    def _earlier(self, name: str, child: Child | None) -> Report | None:
        """The report on an exercise that another builds on: the one it got, or one on the function that there is now.

        A function that passed and was changed after that excuses nothing that is wrong in the same way.
        """
        before = self._reports.get(name)
        if before is not None or child is None or not child.alive:
            return before
        exercise = registry.exercise(name)
        trials, request = tried_with(name, False, 0)
        reply = _tried(child, exercise, request)
        if not child.alive or _status(reply) == "undefined":
            return before
        return judge.judge(exercise, trials, reply, lambda further: self._earlier(further, child))

    def _apart(self, exercise: Exercise, why: str) -> Report | None:
        """The report on an answer tried in a clean child: with the answers that it builds on, and then without them.

        None if it ends that one too, or can do nothing without the rest of the notebook.
        """
        for wanted in dict.fromkeys((_builds_on(exercise), frozenset({exercise.id}))):
            report = self._tried_in_clean(exercise, wanted)
            if report is not None and report.points:
                said = _("{name} was tried apart from the rest of the notebook, since {why}.")
                self.notes.append(said.format(name=exercise.id, why=why))
                return report
        return None

    def _tried_in_clean(self, exercise: Exercise, wanted: frozenset[str]) -> Report | None:
        trials, request = tried_with(exercise.id, True, self._seed)
        child = self._new()
        try:
            if not self._again(child, self._needed(exercise, wanted)):
                return None
            reply = _tried(child, exercise, request)
            if not child.alive or _status(reply) == "undefined":
                return None
            return self._judged(exercise, trials, reply, child)
        finally:
            self._bury(child)

    def _needed(self, exercise: Exercise, wanted: frozenset[str]) -> list[tuple[str, float]]:
        """Our own cells as they were handed out and the wanted answers, up to that of the exercise."""
        answers = {c.metadata.nbgrader.grade_id: c.source for c in self._notebook.cells if "nbgrader" in c.metadata}
        cells = []
        for cell in self._ours.cells:
            name, answer = _place(cell), cell.metadata.get("nbgrader", {}).get("solution")
            if cell.cell_type != "code" or is_check(cell) or SKIP in cell.metadata.get("tags", ()):
                continue
            if not answer:
                cells.append((cell.source, CELL_SECONDS))
            elif name in wanted:
                cells.append((answers[name], CELL_SECONDS))
            if name == exercise.id:
                break
        return cells

    def _late(self) -> None:
        """Try answers again, at the end, that were not defined where they are checked, or used what was not."""
        for name in [n for n, r in self._reports.items() if r.outcome == "error"]:
            if name in self._ended or not self._in_time():
                continue  # its own cell is what went wrong
            child = self._living()
            if child is None:
                return
            trials, request = tried_with(name, True, self._seed)
            reply = _tried(child, registry.exercise(name), request)
            if not child.alive or _status(reply) == "undefined":
                continue
            report = self._judged(registry.exercise(name), trials, reply, child)
            if report.points > self._reports[name].points:
                said = _("{name}, or what it uses, is defined below its check; it was tried again at the end.")
                self.notes.append(said.format(name=name))
                self._reports[name] = report

    def _undefined(self, exercise: Exercise) -> Report:
        name = exercise.id
        if name in self._failed:
            said = _("{name} is not defined: {why}")
            return self._none(exercise, "error", said.format(name=name, why=self._failed[name]))
        return self._none(exercise, "error", _("{name} is not defined in the notebook.").format(name=name))

    def _none(self, exercise: Exercise, outcome: str, summary: str) -> Report:
        return Report(exercise.id, outcome, 0.0, float(exercise.points), summary=summary, hidden=True)


def _tried(child: Child, exercise: Exercise, request: str) -> str:
    """What the child answers when the exercise is tried in it."""
    return feeding.ask(exercise, request, lambda asked: child.probe(asked, exercise.id))


def _is_left_out(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and SKIP in cell.metadata.get("tags", ())


def _place(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", "")


def _builds_on(exercise: Exercise) -> frozenset[str]:
    """The exercise and all that it builds on."""
    return frozenset({exercise.id}).union(*(_builds_on(registry.exercise(n)) for n in exercise.requires))


def _status(reply: str) -> str:
    """How the first call of a probe went; undefined where there was nothing of that name to try."""
    data = codec.loads(reply)
    calls: list[dict[str, Any]] = data.get("calls") or [{}]
    return calls[0].get("status", "") if data["status"] == "called" else data["status"]


def _ended(why: str) -> str:
    return _("Python ended: {why}").format(why=why)


def _error(result: CellResult) -> str:
    """The error of a cell in a line."""
    found = next((o for o in result.outputs if o["output_type"] == "error"), None)
    if found is None:
        return _("an error")
    text = strip_ansi(f"{found['ename']}: {found['evalue']}").strip(": \n")
    return text.splitlines()[0][:300] if text else found["ename"]
