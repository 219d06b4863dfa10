"""Putting a student's answers into our own notebook, so that nothing depends on how theirs is built."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grading import matching
from autograder.grading.matching import Cell, Ours, defines, grading, place_of
from autograder.grading.repairs import Repairs

__all__ = ["Grafted", "defines", "graft"]

THEIRS = {"theirs": True}
KEYS = ("grade", "solution", "locked", "points", "schema_version", "task")


@dataclass(frozen=True)
class Grafted:
    """A notebook of ours with the answers of a submission, and what had to be put right, in sentences.

    ``answers`` is how many answers there are, to exercises and to questions. A cell that the student wrote or changed
    has ``autograder: {"theirs": true}`` in its metadata.
    """

    notebook: NotebookNode
    repairs: tuple[str, ...]
    answers: int = 0


def graft(skeleton: NotebookNode, submitted: Mapping[str, Any]) -> Grafted:
    """Our notebook with the student's answers, and their own cells where they stand.

    A cell is known by its grade id, else by its cell id, else by its text; an answer by the name that it defines,
    wherever that is. Of several answers to one exercise in its place the last counts, and work before a stub. Checks,
    locked cells, the lesson's own text, the order and all metadata are ours; in our other code cells and between all
    cells the student may have written what they like.
    """
    return _Graft(skeleton, submitted).made()


class _Graft:
    """One submission being put together. ``used`` are the numbers of the cells that stand somewhere else already."""

    def __init__(self, skeleton: NotebookNode, submitted: Mapping[str, Any]) -> None:
        self.skeleton = skeleton
        self.ours = Ours(skeleton)
        self.cells = matching.placed(submitted, self.ours)
        self.found = matching.answers(self.cells, self.ours)
        self.words = matching.in_words(self.cells, self.ours, self.found)
        self.repairs = Repairs()
        self.anchors = self._anchors()
        self.used = {c.number for c in self.found.values()} | {
            c.number for _t, cells in self.words.values() for c in cells
        }
        self.after = self._after()

    def made(self) -> Grafted:
        """The notebook, and what was done."""
        self._look()
        cells: list[NotebookNode] = [_own(c) for c in self.after.get(None, [])]
        for cell in self.skeleton.cells:
            place = place_of(cell)
            cells += [_own(c) for c in self._left_at(place)]
            cells.append(self._filled(cell, place))
            if self._changed_setup(place) or self._written_over(place):
                cells.append(_own(self.anchors[place]))
            cells += [_own(c) for c in self.after.get(place, [])]
        notebook = deepcopy(self.skeleton)
        notebook.cells = cells
        said = self.repairs.sentences() if self.cells else ()
        return Grafted(from_dict(notebook), said, len(self.found) + len(self.words))

    # Where things stand

    def _anchors(self) -> dict[str, Cell]:
        """For each place the one cell that stands for it: the answer if it is there, else the last."""
        anchors = {c.place: c for c in self.cells if c.place}
        anchors |= {name: c for name, c in self.found.items() if c.place == name}
        return anchors | {name: c[-1] for name, (_t, c) in self.words.items() if c[-1].place == name}

    def _after(self) -> dict[str | None, list[Cell]]:
        """The student's own cells, by the cell of ours after which they stand."""
        found: dict[str | None, list[Cell]] = {}
        after, standing = None, {c.number for c in self.anchors.values()}
        for cell in self.cells:
            if cell.number in standing:
                after = cell.place
            elif cell.number not in self.used and not self._useless(cell):
                found.setdefault(after, []).append(cell)
        return found

    def _useless(self, cell: Cell) -> bool:
        """Whether a cell that stands for none of ours is a copy of one of ours all the same."""
        place = cell.place
        if place is None:
            return any(cell.plain == self.ours.released[name] for name in self.ours.exercises)
        if place in self.ours.exercises or place in self.ours.questions:
            return self.ours.is_stub(cell.code, place)
        mine = self.ours.cells[place]
        return place in self.ours.checks or mine.cell_type != "code" or cell.plain == self.ours.released[place]

    def _left_at(self, place: str) -> list[Cell]:
        """What stands in the place of an answer that is somewhere else."""
        cell = self.anchors.get(place)
        if cell is None or cell.number in self.used or place not in self.ours.exercises:
            return []
        return [] if self.ours.is_stub(cell.code, place) else [cell]

    def _changed_setup(self, place: str) -> bool:
        """Whether the imports were changed, which some do to add one."""
        mine, cell = self.ours.cells[place], self.anchors.get(place)
        locked = grading(mine).get("locked") and place not in self.ours.checks and mine.cell_type == "code"
        if not locked or cell is None or cell.kind != "code" or cell.plain == self.ours.released[place]:
            return False
        self.repairs.add("setup", place)
        return True

    def _written_over(self, place: str) -> bool:
        """Whether a text of ours was written into, which some do to answer the question that it asks."""
        mine, cell = self.ours.cells[place], self.anchors.get(place)
        locked = grading(mine).get("locked") and mine.cell_type == "markdown"
        if not locked or cell is None or cell.kind != "markdown" or cell.plain == self.ours.released[place]:
            return False
        return not any(cell in cells for _t, cells in self.words.values())

    # One cell of ours

    def _filled(self, cell: NotebookNode, place: str) -> NotebookNode:
        """A cell of ours with what the student wrote in it."""
        new, theirs = deepcopy(cell), self.anchors.get(place)
        if new.cell_type == "code":
            new.outputs, new.execution_count = [], None
        if place in self.ours.exercises:
            self._answer(new, place, theirs)
        elif place in self.ours.questions:
            self._words(new, place, theirs)
        elif grading(cell):
            self._locked(cell, place, theirs)
        elif theirs is not None and theirs.kind == cell.cell_type == "code":
            _write(new, theirs.source)
        return new

    def _answer(self, new: NotebookNode, name: str, theirs: Cell | None) -> None:
        cell = self.found.get(name)
        if cell is None:
            if theirs is None:
                self.repairs.add("no answer", name)
            return
        sharing = [n for n, c in self.found.items() if c.number == cell.number]
        other = "" if defines(cell.code, name) else matching.named_instead(self.cells, cell, name, self.ours)
        if name != sharing[0]:
            _write(new, f"# {name}: see {sharing[0]}")
        elif other:
            _write(new, f"{cell.code}\n\n{name} = {other}")
            self.repairs.add("named", name, other)
        else:
            _write(new, cell.code)
        if cell.place == name:
            if cell.kind != "code":
                self.repairs.add("no code", name)
        elif cell.place in self.ours.exercises:
            self.repairs.add("merged", name, cell.place)
        elif name != sharing[0]:
            self.repairs.add("merged", name, sharing[0])
        else:
            self.repairs.add("elsewhere" if theirs is None else "moved", name)

    def _words(self, new: NotebookNode, name: str, theirs: Cell | None) -> None:
        text, cells = self.words.get(name, ("", []))
        if not cells:
            if theirs is None:
                self.repairs.add("no answer", name)
            return
        _write(new, text)
        if cells[0].place != name:
            self.repairs.add("words", name)
        elif cells[0].kind != "markdown":
            self.repairs.add("no text", name)

    def _locked(self, cell: NotebookNode, place: str, theirs: Cell | None) -> None:
        if theirs is None:
            self.repairs.add("restored", place)
        elif theirs.plain != self.ours.released[place] or theirs.kind != cell.cell_type:
            if self._written_over(place):
                self.repairs.add("written over", place)
            elif cell.cell_type != "code" or place in self.ours.checks or theirs.kind != "code":
                if not any(theirs in cells for _t, cells in self.words.values()):
                    self.repairs.add("changed", place)

    # What is to be said of the whole

    def _look(self) -> None:
        """Note what was done to places, ids, metadata and order."""
        for place, mine in self.ours.cells.items():
            if not grading(mine):
                continue
            here = [c for c in self.cells if c.place == place]
            if len(here) > 1:
                theirs = place in self.ours.exercises or place in self.ours.questions
                last = self.anchors[place].number == here[-1].number
                self.repairs.add("twice" if last and theirs else "twice, a stub" if theirs else "twice, ours", place)
            if any(c.known_by != "grade id" for c in here):
                self.repairs.add("grade id", place)
            if any(_touched(c.metadata, mine) for c in here):
                self.repairs.add("metadata", place)
        order = [self.ours.order[c.place] for c in sorted(self.anchors.values(), key=lambda c: c.number) if c.place]
        if order != sorted(order):
            self.repairs.add("order", "")


def _touched(metadata: Mapping[str, Any], mine: NotebookNode) -> bool:
    """Whether what nbgrader goes by is not as it was handed out."""
    theirs, right = grading({"metadata": metadata}), grading(mine)
    tags = metadata.get("tags")
    added = set(map(str, tags)) - set(mine.metadata.get("tags", [])) if isinstance(tags, list) else set()
    return bool(added) or any(k in theirs and theirs[k] != right.get(k) for k in KEYS)


def _write(new: NotebookNode, source: str) -> None:
    """Put a source into a cell of ours, and mark it as theirs if it is."""
    if new.source != source:
        new.source = source
        new.metadata["autograder"] = dict(THEIRS)


def _own(cell: Cell) -> NotebookNode:
    """A cell that the student added."""
    make = new_code_cell if cell.kind == "code" else new_markdown_cell
    return make(cell.source, id=f"own-{cell.number}", metadata={"autograder": dict(THEIRS)})
