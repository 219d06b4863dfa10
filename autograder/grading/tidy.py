"""Cells of known form from whatever stands where the cells of a notebook should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from autograder.grading import conflict, scripts
from autograder.grading.decoding import clean
from autograder.messages import ngettext

MOST_CELLS = 2000
MOST_SOURCE = 2**20
KINDS = ("code", "markdown", "raw")
OLD_KINDS = {"heading": "markdown", "html": "markdown", "plaintext": "raw"}


def tidied(found: list[Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Cells of known form, and a sentence for each kind of thing that was not as it should be."""
    seen: Counter[str] = Counter()
    cells = [c for c in (_cell(one, seen) for one in found) if c is not None]
    if len(cells) > MOST_CELLS:
        seen["many"] = len(cells) - MOST_CELLS
        graded = [c for c in cells[MOST_CELLS:] if c["metadata"].get("nbgrader")]
        cells = cells[:MOST_CELLS] + graded[:MOST_CELLS]
    return cells, [_said(kind, number) for kind, number in seen.items()]


def _said(kind: str, n: int) -> str:
    messages = {
        "other": ngettext("{n} thing among the cells is no cell.", "{n} things among the cells are no cells.", n),
        "kind": ngettext("{n} cell had no type that is known.", "{n} cells had no type that is known.", n),
        "source": ngettext("The text of {n} cell was no text.", "The text of {n} cells was no text.", n),
        "lines": ngettext(
            "The lines of {n} cell had no ends; they were given some.",
            "The lines of {n} cells had no ends; they were given some.",
            n,
        ),
        "metadata": ngettext("The metadata of {n} cell was none.", "The metadata of {n} cells was none.", n),
        "long": ngettext("{n} cell was too long, and was cut.", "{n} cells were too long, and were cut.", n),
        "conflict": ngettext(
            "{n} cell had the marks of a merge conflict in it; the first of two sides was taken, unless only the "
            "second is more than a stub.",
            "{n} cells had the marks of a merge conflict in them; the first of two sides was taken, unless only the "
            "second is more than a stub.",
            n,
        ),
        "many": ngettext(
            "{n} cell beyond the first {most} was left out.", "{n} cells beyond the first {most} were left out.", n
        ),
    }
    return messages[kind].format(n=n, most=MOST_CELLS)


def _cell(found: Any, seen: Counter[str]) -> dict[str, Any] | None:
    """One cell, with what is wrong about it counted in ``seen``."""
    if isinstance(found, str) and found.strip():
        found = {"cell_type": "code", "source": found, "metadata": {}}
        seen["kind"] += 1
    if not isinstance(found, Mapping) or not found:
        seen["other"] += 1
        return None
    source = _text(found.get("source", found.get("input")), seen)
    kind = _kind(found, seen)
    if found.get("cell_type") == "heading":
        level = found.get("level")
        source = "#" * (level if type(level) is int and 1 <= level <= 6 else 1) + " " + source
    if conflict.START.search(source):
        seen["conflict"] += 1
        sides = conflict.settled(source)
        source = next(filter(scripts.parses, sides), sides[0]) if kind == "code" else conflict.both(source)
    metadata = found.get("metadata", {})
    if not isinstance(metadata, Mapping):
        seen["metadata"] += 1
        metadata = {}
    made = {"cell_type": kind, "source": source, "metadata": _metadata(metadata)}
    if isinstance(found.get("id"), str):
        made["id"] = clean(found["id"])[:200]
    return made


def _metadata(found: Mapping[str, Any]) -> dict[str, Any]:
    """Of a cell's metadata what grading looks at: what nbgrader wrote, and tags."""
    grading, tags = found.get("nbgrader"), found.get("tags")
    made: dict[str, Any] = {}
    if isinstance(grading, Mapping):
        plain = {k: v for k, v in grading.items() if isinstance(v, str | int | float | None)}
        made["nbgrader"] = {k: clean(v)[:200] if isinstance(v, str) else v for k, v in plain.items()}
    if isinstance(tags, list):
        made["tags"] = [clean(t)[:200] for t in tags[:50] if isinstance(t, str)]
    return made


def _kind(found: Mapping[str, Any], seen: Counter[str]) -> str:
    said = found.get("cell_type")
    kind = OLD_KINDS.get(said, said) if isinstance(said, str) else None
    if kind in KINDS:
        return kind
    seen["kind"] += 1
    if isinstance(kind, str) and kind.strip().lower() in KINDS:
        return kind.strip().lower()
    return "markdown" if "attachments" in found else "code"


def _text(found: Any, seen: Counter[str]) -> str:
    """A cell's text, whatever it is kept as."""
    if isinstance(found, list):
        lines = [line for line in found if isinstance(line, str)]
        if len(lines) != len(found):
            seen["source"] += 1
            lines = [_plain(line) for line in found]
        ended = sum(line.endswith("\n") for line in lines[:-1])
        if len(lines) > 1 and not ended:
            seen["lines"] += 1
        text = ("" if ended else "\n").join(lines)
    elif isinstance(found, str):
        text = found
    else:
        seen["source"] += 1
        text = _plain(found)
    if len(text) > MOST_SOURCE:
        seen["long"] += 1
        text = text[:MOST_SOURCE].rpartition("\n")[0]
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


def _plain(found: Any) -> str:
    """The text in something that is no text: lines inside each other, or a number."""
    if isinstance(found, list):
        return "".join(line for line in found if isinstance(line, str))
    return found if isinstance(found, str) else str(found) if type(found) in (int, float) else ""
