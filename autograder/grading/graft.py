"""Putting a student's answers into our own notebook, so that nothing depends on how theirs is built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grading.reports import is_check
from autograder.messages import _, listed


@dataclass(frozen=True)
class Cell:
    """A cell of a submission. ``place`` is the id of the cell of ours that it stands for, or None for one of theirs."""

    kind: str
    source: str
    place: str | None


@dataclass(frozen=True)
class Grafted:
    """A notebook of ours with the answers of a submission, and what had to be put right, in sentences."""

    notebook: NotebookNode
    repairs: tuple[str, ...]


def graft(skeleton: NotebookNode, submitted: Mapping[str, Any]) -> Grafted:
    """Our notebook with the student's answers, and their own cells where they stand.

    An answer is found by its grade id, and if that is gone, by the name that it defines. Of two cells with the same
    id the later one counts, as in nbgrader. Locked cells, checks and metadata are ours.
    """
    cells = list(_cells(submitted, skeleton))
    last = {c.place: n for n, c in enumerate(cells) if c.place}
    theirs = {place: cells[n] for place, n in last.items()}
    extra = _extra(cells, last)
    repairs = _repeated(cells)
    used: set[int] = set()
    made: list[NotebookNode] = [_own(c) for _n, c in extra.get(None, [])]
    for cell in skeleton.cells:
        new, said = _filled(cell, theirs, extra, used)
        repairs += said
        made.append(new)
        made += [_own(c) for n, c in extra.get(_place(cell), []) if n not in used]
    notebook = deepcopy(skeleton)
    notebook.cells = made
    return Grafted(from_dict(notebook), tuple(repairs))


def defines(source: str, name: str) -> bool:
    """Whether a cell defines a function, class or variable of this name at its top level."""
    return (
        re.search(rf"^((async\s+)?def\s+{name}\s*\(|class\s+{name}\b|{name}\s*[:=][^=])", source, re.MULTILINE)
        is not None
    )


def _place(cell: Mapping[str, Any]) -> str:
    """What identifies a cell of ours: its grade id, or the id of its content."""
    return _grading(cell).get("grade_id") or cell["id"]


def _grading(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = cell.get("metadata")
    found = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _cells(submitted: Mapping[str, Any], skeleton: NotebookNode) -> Iterator[Cell]:
    places = {_place(c) for c in skeleton.cells}
    found = submitted.get("cells")
    for cell in found if isinstance(found, list) else []:
        if not isinstance(cell, Mapping):
            continue
        source = cell.get("source", "")
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        names = [n for n in (_grading(cell).get("grade_id"), cell.get("id")) if isinstance(n, str) and n in places]
        yield Cell(str(cell.get("cell_type")), source, names[0] if names else None)


def _extra(cells: list[Cell], last: dict[str, int]) -> dict[str | None, list[tuple[int, Cell]]]:
    """The student's own cells, by the cell of ours after which they stand. Repeated cells are theirs too."""
    found: dict[str | None, list[tuple[int, Cell]]] = {}
    after = None
    for number, cell in enumerate(cells):
        if cell.place and last[cell.place] == number:
            after = cell.place
        else:
            found.setdefault(after, []).append((number, cell))
    return found


def _repeated(cells: list[Cell]) -> list[str]:
    places = [c.place for c in cells if c.place]
    twice = sorted({p for p in places if places.count(p) > 1})
    return [_("{name} was there more than once; the last one counts.").format(name=name) for name in twice]


def _filled(cell, theirs: Mapping[str, Cell], extra: Mapping, used: set[int]) -> tuple[NotebookNode, list[str]]:
    """A cell of ours with what the student wrote in it, and what is to be said about it."""
    new = deepcopy(cell)
    place, grading = _place(cell), _grading(cell)
    if new.cell_type == "code":
        new.outputs, new.execution_count = [], None
    found = theirs.get(place)
    if grading.get("solution"):
        if found is None:
            return _missing_answer(new, place, theirs, extra, used)
        new.source = found.source
    elif grading:
        if found is None and (is_check(cell) or grading.get("locked")):
            return new, [_("{name} was missing and was put back.").format(name=place)]
    elif found is not None and found.kind == cell.cell_type:
        new.source = found.source
    return new, []


def _missing_answer(new: NotebookNode, name: str, theirs, extra, used: set[int]) -> tuple[NotebookNode, list[str]]:
    """An answer whose cell is gone: perhaps another cell defines it."""
    if new.cell_type != "code":
        return new, [_("The answer cell {name} was missing.").format(name=name)]
    for number, cell in (pair for group in extra.values() for pair in group):
        if cell.kind == "code" and defines(cell.source, name) and number not in used:
            used.add(number)
            new.source = cell.source
            return new, [_("The answer cell {name} was missing; another cell defines {name}.").format(name=name)]
    merged = [place for place, cell in theirs.items() if defines(cell.source, name)]
    if merged:
        new.source = f"# {name}: see {listed(merged)}"
        return new, [_("{name} is defined in the cell of {other}.").format(name=name, other=listed(merged))]
    return new, [_("The answer cell {name} was missing.").format(name=name)]


def _own(cell: Cell) -> NotebookNode:
    """A cell that the student added."""
    return new_code_cell(cell.source) if cell.kind == "code" else new_markdown_cell(cell.source)
