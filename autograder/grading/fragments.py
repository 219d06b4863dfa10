"""Cells from a notebook whose JSON is broken: cut off, damaged in the middle, too deep or too large."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from autograder.grading.scripts import LONGEST, parses

LARGEST = 4 * 2**20  # of a cell that is read with all that is in it
TRIES = 6
MOST = 4000  # cells that are looked for
MOST_SOURCE = 2 * 2**20  # of a file, for one cell
_CELL = re.compile(r'"cell_type"\s*:')
_KIND = re.compile(r'"cell_type"\s*:\s*"(code|markdown|raw|heading)"?')
_SOURCE = re.compile(r'"(?:source|input)"\s*:\s*')
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*+)("?)')
_GRADE_ID = re.compile(r'"grade_id"\s*:\s*"([^"\\\n]{1,200})"')
_ID = re.compile(r'"id"\s*:\s*"([^"\\\n]{1,200})"')
_ESCAPES = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_DECODER = json.JSONDecoder(parse_int=lambda digits: 0, parse_constant=lambda name: None)


@dataclass(frozen=True)
class Fragments:
    """The cells that were found, how many of them whole, and how many in part."""

    cells: list[dict[str, Any]]
    whole: int
    part: int


def fragments(text: str) -> Fragments:
    """The cells in the text of a notebook, one by one. Never raises; takes time in proportion to the text."""
    marks = [m.start() for m in islice(_CELL.finditer(text), MOST)]
    cells: list[dict[str, Any]] = []
    whole = part = begin = 0
    for mark, following in pairwise([*marks, len(text)]):
        found, end = _whole(text, begin, mark, following)
        if found is not None:
            whole += 1
            begin = end
        else:
            found, complete = _part(text[begin:following], mark - begin)
            begin = max(mark, text.rfind("{", mark, following)) if following < len(text) else following
            if found is None:
                continue
            whole, part = whole + complete, part + (not complete)
        cells.append(found)
    return Fragments(cells, whole, part)


def _whole(text: str, begin: int, mark: int, following: int) -> tuple[dict[str, Any] | None, int]:
    """The cell around ``mark`` and where it ends, if its JSON is whole."""
    if following - begin > LARGEST:
        return None, 0
    piece = text[begin:following]
    for start in _starts(piece, mark - begin):
        try:
            found, end = _DECODER.raw_decode(piece, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and "cell_type" in found and "source" in found:
            return found, begin + end
    return None, 0


def _starts(piece: str, mark: int) -> list[int]:
    """Where the cell may begin: right before its mark, at the first bracket, or at one of the last."""
    found, at = [], mark
    for _n in range(TRIES):
        at = piece.rfind("{", 0, at)
        if at < 0:
            break
        found.append(at)
    first = piece.find("{", 0, mark)
    return list(dict.fromkeys([*found[:1], *([first] if first >= 0 else []), *found[1:]]))


def _part(piece: str, mark: int) -> tuple[dict[str, Any] | None, bool]:
    """What can be had of a cell whose JSON is broken, and whether that is all of its source."""
    kind = _KIND.match(piece, mark)
    places = list(_SOURCE.finditer(piece, mark)) or list(_SOURCE.finditer(piece))
    if not places:
        return None, False
    text, complete = _source(piece, places[-1].end())
    kind_name = kind[1] if kind else "code"
    if not complete and kind_name == "code":
        text = _as_far_as_it_parses(text)
    metadata: dict[str, Any] = {}
    if named := _GRADE_ID.search(piece, mark) or _GRADE_ID.search(piece):
        metadata = {"nbgrader": {"grade_id": named[1]}}
    made = {"cell_type": kind_name, "source": text, "metadata": metadata}
    if named := _ID.search(piece, mark):
        made["id"] = named[1]
    return (made, complete) if text.strip() else (None, False)


def _source(piece: str, at: int) -> tuple[str, bool]:
    """The text that begins at ``at``, one string or a list of them, and whether it is whole."""
    if piece[at : at + 1] != "[":
        found = _STRING.match(piece, at)
        if found is None:
            return "", False
        text = _unescaped(found[1][:MOST_SOURCE])
        return (text, True) if found[2] else (text.rpartition("\n")[0], False)
    lines: list[str] = []
    complete, at, end = True, at + 1, at + MOST_SOURCE
    while True:
        at = _past_space(piece, at)
        if at >= end:
            return "".join(lines), False
        if at >= len(piece) or piece[at] == "]":
            return "".join(lines), complete and at < len(piece)
        found = _STRING.match(piece, at)
        if found is not None and found[2]:
            lines.append(_unescaped(found[1]))
            at = found.end()
            continue
        complete = False
        line = piece.find("\n", at)
        if line < 0:
            return "".join(lines), False
        if found is not None:  # a line whose end was lost, and the next one is there
            lines.append(_unescaped(found[1]).rstrip(",") + "\n")
        at = line


def _past_space(piece: str, at: int) -> int:
    while at < len(piece) and piece[at] in " \t\r\n,":
        at += 1
    return at


def _unescaped(text: str) -> str:
    try:
        return json.loads(f'"{text}"', strict=False)
    except ValueError:
        return _ESCAPES.sub(lambda m: chr(int(m[1], 16)) if m[1] else _PLAIN.get(m[2], m[2]), text)


def _as_far_as_it_parses(source: str) -> str:
    """The source without the last lines that do not make sense on their own, if some of it does."""
    if len(source) > LONGEST:
        return source
    lines = source.rstrip("\n").split("\n")
    for many in range(len(lines), max(0, len(lines) - 40), -1):
        kept = "\n".join(lines[:many])
        if kept.strip() and parses(kept):
            return kept
    return source
