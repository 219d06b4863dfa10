"""Settling the marks that git leaves where two versions of a text do not agree."""

from __future__ import annotations

import re

START = re.compile(r"^<{7}(\s|$)", re.MULTILINE)
_MARK = re.compile(r"([<|=>])\1{6}(\s|$)")
STUB = "NotImplementedError("


def first_line(text: str) -> int:
    """The number of the line with the first mark, or 0."""
    found = START.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def settled(text: str) -> tuple[str, str, str]:
    """The text with one side of each conflict: the one that is more than a stub, the first, the second."""
    made: tuple[list[str], list[str], list[str]] = ([], [], [])
    sides: dict[str, list[str]] = {}
    side = ""
    for line in [*text.splitlines(keepends=True), ""]:
        mark = _MARK.match(line)
        if mark and (mark[1] == "<" or side):
            if mark[1] == "<" or not sides:
                _add(made, sides)
                sides = {}
            side = "" if mark[1] == ">" else mark[1]
            sides.setdefault(side or ">", [])
            if not side:
                _add(made, sides)
                sides = {}
        elif side:
            sides[side].append(line)
        else:
            for part in made:
                part.append(line)
    _add(made, sides)
    return "".join(made[0]), "".join(made[1]), "".join(made[2])


def both(text: str) -> str:
    """The text with both sides of each conflict, and without the marks."""
    lines, inside, dropped = [], False, False
    for line in text.splitlines(keepends=True):
        mark = _MARK.match(line)
        if mark and (mark[1] == "<" or inside):
            inside, dropped = mark[1] != ">", mark[1] == "|"
        elif not dropped:
            lines.append(line)
    return "".join(lines)


def _add(made: tuple[list[str], list[str], list[str]], sides: dict[str, list[str]]) -> None:
    first, second = ("".join(sides.get(s, [])) for s in "<=")
    made[0].append(min(first, second, key=lambda side: (side.count(STUB), not side.strip())))
    made[1].append(first)
    made[2].append(second)
