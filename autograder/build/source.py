"""Reading a lesson source: a percent script, in cells that carry short tags."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from autograder.build.errors import BuildError

CELL_KEYS = {"exercise", "question", "tags"}
TAGS = {"demo", "setup", "raises-exception"}
_READER_KEYS = {"cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker", "title"}
_MARKER = re.compile(r"^# %%", re.MULTILINE)


@dataclass(frozen=True)
class SourceCell:
    """One cell of a lesson source. ``where`` says in words which one it is."""

    kind: str
    text: str
    where: str
    exercise: str | None = None
    question: str | None = None
    tags: tuple[str, ...] = field(default=())


def read_source(path: Path, name: str) -> list[SourceCell]:
    """The cells of the script at ``path``, which is called ``name`` in messages. Raises BuildError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BuildError(f"{name} does not exist: a lesson is written there.") from None
    except UnicodeDecodeError as error:
        raise BuildError(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}.") from None
    return parse_source(text, name)


def parse_source(text: str, name: str) -> list[SourceCell]:
    """The cells of a percent script. Raises BuildError."""
    if not _MARKER.search(text):
        raise BuildError(f"{name} has no cells: a cell begins with a line '# %%' or '# %% [markdown]'.")
    import jupytext  # only an author needs it

    try:
        compile(text, name, "exec", dont_inherit=True)
        notebook = jupytext.reads(text, fmt="py:percent")
    except SyntaxError as error:
        raise BuildError(f"{name}, line {error.lineno}: {error.msg}.") from None
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if line.startswith("# %%")]
    if len(lines) != len(notebook.cells):
        lines = [0] * len(notebook.cells)
    return [
        _cell(c, _where(name, c, n, line)) for n, (c, line) in enumerate(zip(notebook.cells, lines, strict=True), 1)
    ]


def _where(name: str, cell, number: int, line: int) -> str:
    label = cell.metadata.get("exercise") or cell.metadata.get("question")
    place = f"{name}, line {line}, cell {number}" if line else f"{name}, cell {number}"
    return f"{place} ({label})" if label else place


def _cell(cell, where: str) -> SourceCell:
    metadata = {k: v for k, v in cell.metadata.items() if k not in _READER_KEYS}
    if cell.cell_type not in ("code", "markdown"):
        raise BuildError(f"{where}: a cell is code or markdown, not {cell.cell_type}.")
    if unknown := sorted(set(metadata) - CELL_KEYS):
        raise BuildError(f"{where}: {unknown[0]!r} means nothing here; known are {', '.join(sorted(CELL_KEYS))}.")
    tags = metadata.get("tags", [])
    if not isinstance(tags, list) or set(map(str, tags)) - TAGS:
        raise BuildError(f"{where}: tags is a list of some of {', '.join(sorted(TAGS))}, not {tags!r}.")
    made = SourceCell(cell.cell_type, cell.source, where, metadata.get("exercise"), metadata.get("question"), (*tags,))
    _check_kind(made)
    return made


def _check_kind(cell: SourceCell) -> None:
    if not cell.text.strip():
        raise BuildError(f"{cell.where}: the cell is empty.")
    if cell.exercise and cell.kind != "code":
        raise BuildError(f"{cell.where}: an exercise is a code cell.")
    if cell.question and cell.kind != "markdown":
        raise BuildError(f"{cell.where}: a question is a markdown cell.")
    if cell.kind == "code" and re.search(r"^\s*[%!]", cell.text, re.MULTILINE) and _has_magic(cell.text):
        raise BuildError(f"{cell.where}: there is a line magic or shell command; a lesson is plain Python.")


def _has_magic(text: str) -> bool:
    try:
        compile(text, "cell", "exec", dont_inherit=True)
    except SyntaxError:
        return True
    return False
