"""Which cell of a submission stands for which cell of ours, and which of them holds the answer to what."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder import registry
from autograder.build.expand import ANSWER_HERE
from autograder.exercise import Lesson
from autograder.grading import scripts
from autograder.grading.reports import is_check

OURS_ONLY = re.compile(
    r"\n*(### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS|<!-- BEGIN MARK SCHEME -->.*?<!-- END MARK SCHEME -->)",
    re.DOTALL,
)
_FENCED = re.compile(r"^\s*```[^\n]*\n(.*?)^\s*```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """A cell of a submission. ``place`` is the id of the cell of ours that it stands for, or None for one of theirs."""

    number: int
    kind: str
    source: str
    place: str | None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    known_by: str = "grade id"

    @cached_property
    def code(self) -> str:
        """What of it is code: all, or what is fenced in a cell that is text."""
        fenced = _FENCED.findall(self.source) if self.kind != "code" else []
        return "\n".join(fenced) if fenced else self.source

    @cached_property
    def plain(self) -> str:
        """Its text without what makes no difference."""
        return plain(self.source)


class Ours:
    """Our notebook by place, which is a cell's grade id or the id that its content gives it."""

    def __init__(self, skeleton: NotebookNode) -> None:
        self.cells = {place_of(c): c for c in skeleton.cells}
        self.order = {place: n for n, place in enumerate(self.cells)}
        self.released = {place: plain(OURS_ONLY.sub("", c.source)) for place, c in self.cells.items()}
        solutions = {p: c for p, c in self.cells.items() if grading(c).get("solution")}
        self.exercises = [p for p, c in solutions.items() if c.cell_type == "code"]
        self.questions = [p for p, c in solutions.items() if c.cell_type != "code"]
        self.checks = {p for p, c in self.cells.items() if is_check(c)}

    def is_stub(self, source: str, name: str) -> bool:
        """Whether this is no answer: nothing, what was handed out, or a function that does nothing."""
        if name in self.questions:
            return not source.replace(ANSWER_HERE, "").strip()
        bare = _uncommented(source)
        return not bare or bare == _uncommented(self.released[name]) or _does_nothing(source, name)


def place_of(cell: Mapping[str, Any]) -> str:
    """What identifies a cell of ours: its grade id, or the id of its content."""
    return grading(cell).get("grade_id") or cell["id"]


def grading(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    """What nbgrader wrote into the metadata of a cell, if anything."""
    metadata = cell.get("metadata")
    found = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def plain(source: str) -> str:
    """A source without what makes no difference: empty lines, and space at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.splitlines() if line.strip())


def _uncommented(source: str) -> str:
    return "\n".join(line for line in plain(source).splitlines() if not line.lstrip().startswith("#"))


def defines(source: str, name: str) -> bool:
    """Whether a cell defines a function, class or variable of this name at its top level."""
    return (
        re.search(rf"^((async\s+)?def\s+{name}\s*\(|class\s+{name}\b|{name}\s*[:=][^=])", source, re.MULTILINE)
        is not None
    )


def _does_nothing(source: str, name: str) -> bool:
    """Whether a cell is one function without a body to speak of."""
    tree = scripts.parsed(source)
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
        return False
    return all(map(_idle, tree.body[0].body))


def _idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Return):
        return value is None or (isinstance(value, ast.Constant) and value.value is None)
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Expr) and isinstance(value, ast.Constant))


# Places


def placed(submitted: Mapping[str, Any], ours: Ours) -> list[Cell]:
    """The cells of a submission with the places they have by grade id, by cell id, or by what they say."""
    cells = list(_read(submitted, ours))
    free = [p for p in ours.cells if p not in {c.place for c in cells}]
    for by in (_same_text, _same_first_line):
        for n, cell in enumerate(cells):
            found = None if cell.place else next((p for p in free if by(cell, p, ours)), None)
            if found is not None:
                free.remove(found)
                cells[n] = replace(cell, place=found, known_by="text")
    return cells


def _read(submitted: Mapping[str, Any], ours: Ours) -> Iterator[Cell]:
    folded = {p.casefold(): p for p in ours.cells}
    found = submitted.get("cells")
    for number, cell in enumerate(found if isinstance(found, list) else []):
        if not isinstance(cell, Mapping):
            continue
        source = cell.get("source", "")
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        metadata = cell.get("metadata")
        name, own = grading(cell).get("grade_id"), cell.get("id")
        name = name if isinstance(name, str) else ""
        place, by = name, "grade id"
        if name not in ours.cells:
            like = folded.get(name.strip().casefold())
            place, by = (own, "cell id") if isinstance(own, str) and own in ours.cells else (like, "grade id like it")
        kind = str(cell.get("cell_type"))
        yield Cell(number, kind, source, place, metadata if isinstance(metadata, Mapping) else {}, by)


def _same_text(cell: Cell, place: str, ours: Ours) -> bool:
    return bool(cell.plain) and cell.plain == ours.released[place]


def _same_first_line(cell: Cell, place: str, ours: Ours) -> bool:
    """For texts of ours that were written into, and for nothing else."""
    mine, theirs = (text.partition("\n")[0] for text in (ours.released[place], cell.plain))
    return cell.kind == "markdown" and ours.cells[place].cell_type == "markdown" and len(mine) > 10 and mine == theirs


# Answers


def answers(cells: list[Cell], ours: Ours) -> dict[str, Cell]:
    """The cell that holds the answer to each exercise, as far as there is one: a stub never wins over work."""
    found: dict[str, Cell] = {}
    for name in ours.exercises:
        own = [c for c in cells if c.place == name and not ours.is_stub(c.code, name)]
        right = [c for c in own if defines(c.code, name)] or _elsewhere(cells, name, ours)
        if right or own:
            found[name] = (right or own)[-1]
    taken = {c.number: n for n, c in found.items() if defines(c.code, n)}
    return {n: c for n, c in found.items() if taken.get(c.number, n) == n or defines(c.code, n)}


def _elsewhere(cells: list[Cell], name: str, ours: Ours) -> list[Cell]:
    """Cells other than its own that define an answer, the best last."""
    found = []
    for cell in cells:
        if cell.place is not None:
            mine = ours.cells[cell.place]
            text = mine.cell_type != "code" and cell.place not in ours.questions
            if text or cell.plain == ours.released[cell.place]:
                continue
            if cell.place not in ours.exercises and defines(mine.source, name):
                continue
        written = cell.kind == "code" or re.search(rf"^(def|class)\s+{name}\b", cell.code, re.MULTILINE)
        if written and defines(cell.code, name) and not ours.is_stub(cell.code, name):
            found.append(cell)
    return sorted(found, key=lambda c: f'NotImplementedError("{name}")' not in c.code)


def other_lesson(submitted: Mapping[str, Any], lesson: Lesson) -> str:
    """The lesson that a notebook is of, where that is another than the one it was handed in for, else nothing."""
    found = submitted.get("cells")
    cells = found if isinstance(found, list) else []
    ids = {str(grading(c).get("grade_id")) for c in cells if isinstance(c, Mapping)}
    known = {one.id: len(ids & {x.id for x in (*one.exercises, *one.questions)}) for one in registry.lessons()}
    most = max(known, key=known.__getitem__)
    return most if known[most] > 1 and not known[lesson.id] else ""


def named_instead(cells: list[Cell], cell: Cell, name: str, ours: Ours) -> str:
    """What an answer is called that does not have its own name: what was given to its check, or all that is defined."""
    tree = scripts.parsed(cell.code)
    kinds = ast.FunctionDef | ast.ClassDef
    made = [s.name for s in tree.body if isinstance(s, kinds) and s.name not in ours.exercises] if tree else []
    given = re.compile(rf"""^\s*check\(\s*["']{name}["']\s*,\s*(\w+)""", re.MULTILINE)
    asked = [m for c in cells if c.kind == "code" for m in given.findall(c.source) if m in made]
    return asked[-1] if asked else made[0] if len(made) == 1 else ""


def in_words(cells: list[Cell], ours: Ours, found: Mapping[str, Cell]) -> dict[str, tuple[str, list[Cell]]]:
    """The text of each answer in words, and the cells that it comes from."""
    made = {}
    used = {c.number for c in found.values()}
    for name in ours.questions:
        own = [c for c in cells if c.place == name and not ours.is_stub(c.source, name) and c.number not in used]
        from_ = own[-1:] or _near(cells, name, ours, used) or _swapped(cells, name, ours, found)
        if from_:
            made[name] = "\n\n".join(c.source for c in from_), from_
        elif added := _added(cells, name, ours):
            made[name] = added[0], [added[1]]
    return made


def _near(cells: list[Cell], name: str, ours: Ours, used: set[int]) -> list[Cell]:
    """Texts of the student's own between the question and the next cell of ours."""
    around = {name, before(name, ours)}
    found, here = [], False
    for cell in cells:
        if cell.place is not None:
            here = cell.place in around
        elif here and cell.number not in used and cell.source.strip():
            if cell.kind != "code" or not scripts.parses(cell.source):
                found.append(cell)
    return found


def _swapped(cells: list[Cell], name: str, ours: Ours, found: Mapping[str, Cell]) -> list[Cell]:
    """The text that stands in the place of an exercise whose answer stands in the place of this question."""
    there = {exercise for exercise, c in found.items() if c.place == name}
    used = {c.number for c in found.values()}
    return [c for c in cells if c.place in there and c.number not in used and c.source.strip()][-1:]


def _added(cells: list[Cell], name: str, ours: Ours) -> tuple[str, Cell] | None:
    """What was written into the question itself."""
    question = before(name, ours)
    mine = set(ours.released[question].splitlines()) | {ANSWER_HERE}
    for cell in [c for c in cells if c.place == question][-1:]:
        added = "\n".join(line for line in cell.source.splitlines() if line.rstrip() not in mine).strip()
        if added:
            return added, cell
    return None


def before(name: str, ours: Ours) -> str:
    """The place of the cell of ours that stands before the one of this name."""
    places = list(ours.cells)
    return places[max(0, ours.order[name] - 1)]
