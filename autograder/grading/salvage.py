"""From the bytes that a student handed in to cells: whatever of a notebook is in them, whatever was done to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from autograder.grading import conflict, decoding, scripts
from autograder.grading.fragments import Fragments, fragments
from autograder.grading.tidy import tidied
from autograder.messages import _, ngettext

LARGEST = 32 * 2**20  # of a file that is read as JSON in one piece
MOST_VALUES = 3_000_000


@dataclass(frozen=True)
class Salvaged:
    """A notebook as plain data, what was done to get it, in sentences, and whether there is anything in it.

    Every cell has a ``cell_type`` of KINDS, a ``source`` that is text and a ``metadata`` that is a dictionary; outputs
    are left out, since nothing depends on them.
    """

    notebook: dict[str, Any]
    repairs: tuple[str, ...]
    readable: bool


def salvage(data: bytes, name: str) -> Salvaged:
    """What there is of a notebook in the bytes of the file ``name``. Never raises, whatever the bytes are."""
    name = "".join(c if c.isprintable() else "?" for c in name)[:120] or _("the notebook")
    if kind := decoding.kind(data):
        return _nothing(_("{name} is not a notebook: it is {kind}.").format(name=name, kind=kind))
    text, said = decoding.decode(data, name)
    if not text.strip():
        return _nothing(_("{name} is empty.").format(name=name))
    found, metadata, more = _read(text, name)
    cells, problems = tidied(found)
    if not any(c["source"].strip() for c in cells):
        return _nothing(more[-1] if more else _("{name} holds nothing but empty cells.").format(name=name))
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return Salvaged(notebook, tuple(dict.fromkeys([*said, *more, *problems])), True)


def _nothing(why: str) -> Salvaged:
    return Salvaged({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, (why,), False)


# Text to cells


def _read(text: str, name: str) -> tuple[list[Any], dict[str, Any], list[str]]:
    """What may be cells, the notebook's metadata, and sentences. The last sentence says why, where there is nothing."""
    said: list[str] = []
    line = conflict.first_line(text)
    texts = [text]
    if line:
        texts = list(dict.fromkeys(conflict.settled(text)))
        message = _(
            "{name} had the marks of a merge conflict in it, first in line {n}; the first of two sides was taken, "
            "unless only the second is more than a stub."
        )
        said.append(message.format(name=name, n=line))
    large = len(text) > LARGEST or sum(text.count(c) for c in ",[{:") > MOST_VALUES
    if not large:
        for one in texts:
            found = _json(one)
            if found is not None:
                cells, metadata, more = _cells_of(found, name)
                return cells, metadata, said + more
    return _broken(texts[0], name, said, large)


def _broken(text: str, name: str, said: list[str], large: bool) -> tuple[list[Any], dict[str, Any], list[str]]:
    """The cells in a text that is not JSON, or not to be read as JSON in one piece."""
    if not text.lstrip().startswith(("{", "[")) and text.count('"cell_type"') < 2:
        cells = scripts.cells(text)
        if cells:
            said.append(_("{name} is a script or a text with code, and was taken apart into cells.").format(name=name))
        else:
            said.append(_("{name} is not a notebook.").format(name=name))
        return cells, {}, said
    found = fragments(text)
    return found.cells, {}, [*said, _how_broken(text, name, found, large)]


def _how_broken(text: str, name: str, found: Fragments, large: bool) -> str:
    """What is wrong with the text, and how much was recovered."""
    end = len(text.rstrip())
    at, number = _breaks(text) if not large else (end, 0)
    cut = not large and at >= end - 1
    if not found.cells:
        if cut:
            return _("{name} is cut off: it is the beginning of a notebook without its end.").format(name=name)
        return _("{name} is not a notebook: no cell could be found in it.").format(name=name)
    if at < 0:
        what = _("{name} has too many parts inside each other to be read in one piece")
    elif large:
        what = _("{name} is too large to be read in one piece")
    elif cut:
        what = _("{name} is cut off")
    else:
        what = _("{name} is damaged: its JSON breaks in line {n}")
    some = ngettext("{n} cell was recovered", "{n} cells were recovered", found.whole).format(n=found.whole)
    if found.part:
        some += " " + _("whole, and {n} in part").format(n=found.part)
    return f"{what.format(name=name, n=number)}; {some}."


def _breaks(text: str) -> tuple[int, int]:
    """Where JSON text breaks, as a place and a line: its end where it is cut off, -1 where it is too deep."""
    try:
        json.loads(text, parse_int=_number)
    except json.JSONDecodeError as error:
        rest = text[error.pos :].rstrip()
        open_string = error.msg.startswith("Unterminated string") or (rest.startswith('"') and "\n" not in rest)
        return (len(text) if open_string or rest in ("", "\\") else error.pos), error.lineno
    except RecursionError:
        return -1, 0
    except ValueError:
        return len(text), 0
    return len(text), 0


def _json(text: str) -> Any:
    """The value of JSON text, or None. What stands behind its end is left out, and so are NaN and numbers too large."""
    reader = json.JSONDecoder(object_pairs_hook=_object, parse_int=_number, parse_constant=_no_number, strict=False)
    start = text.lstrip().removeprefix("\ufeff").lstrip()
    try:
        found, end = reader.raw_decode(start)
    except (ValueError, RecursionError):
        return None
    if start[end:].strip() and '"cell_type"' in start[end:]:
        return None  # a second notebook, or one whose brackets are off: taken apart cell by cell
    if isinstance(found, str) and found.lstrip().startswith("{"):
        return _json(found)
    return found if isinstance(found, dict | list) else None


def _number(digits: str) -> int:
    return int(digits) if len(digits) < 19 else 0


def _no_number(word: str) -> None:
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Of two things with one name the last counts, unless it is empty; lists of cells are joined."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    for name in ("cells", "source", "metadata"):
        twice = [value for key, value in pairs if key == name]
        if len(twice) > 1:
            full = [value for value in twice if value]
            lists = name == "cells" and all(isinstance(value, list) for value in full)
            made[name] = [c for value in full for c in value] if lists else (full or twice)[-1]
    return made


# JSON to cells


def _cells_of(found: Any, name: str) -> tuple[list[Any], dict[str, Any], list[str]]:
    """The list of cells in what a file holds, the notebook's metadata, and sentences."""
    if isinstance(found, list):
        found = {"cells": found, "nbformat": 4}
    if isinstance(found.get("content"), dict) and "cells" not in found:
        found = found["content"]
    metadata = _lesson(found.get("metadata"))
    cells, said = found.get("cells"), []
    if isinstance(found.get("worksheets"), list) and not cells:
        sheets = [sheet.get("cells") for sheet in found["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
        said.append(_("{name} is in a format from before 2015; it was brought up to date.").format(name=name))
    elif isinstance(cells, dict):
        cells = list(cells.values())
        said.append(_("The cells of {name} were not in a list; they were taken in their order.").format(name=name))
    elif found.get("nbformat") != 4 and isinstance(cells, list):
        said.append(_("{name} does not say that it is in format 4; it was read as that.").format(name=name))
    if not isinstance(cells, list):
        return [], {}, [_("{name} is not a notebook: it is JSON, but has no cells.").format(name=name)]
    return cells, metadata, said


def _lesson(metadata: Any) -> dict[str, Any]:
    """What the metadata of a notebook says of the lesson that it is; nothing else of it is used."""
    ours = metadata.get("autograder") if isinstance(metadata, dict) else None
    said = ours.get("lesson") if isinstance(ours, dict) else None
    return {"autograder": {"lesson": said[:200]}} if isinstance(said, str) else {}
