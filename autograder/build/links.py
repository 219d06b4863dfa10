"""Lessons name each other as "lesson 04", or "lessons 02 and 03"; here the numbers become links.

An assignment lies in a folder of its own, beside the others: in the release, among the solved notebooks, and where
nbgrader puts what a student fetches. So the same relative link works in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LEAVE = r"```.*?```|`[^`\n]*`|!?\[[^\]]*\]\([^)]*\)|\$\$.*?\$\$"
_NUMBERS = r"\b[Ll]essons?\s+\d\d\b(?:(?:,\s+and\s+|,\s+or\s+|,\s+|\s+and\s+|\s+or\s+)\d\d\b)*"
_PIECES = re.compile(f"(?P<leave>{_LEAVE})|(?P<named>{_NUMBERS})", re.DOTALL)
_ONE = re.compile(r"(?:\b[Ll]essons?\s+)?\d\d\b")


def target(lesson: str) -> str:
    """Where a lesson's notebook is, seen from the folder of another one."""
    return f"../{lesson}/{lesson}.ipynb"


def linked(text: str, lessons: Iterable[str], own: str = "") -> str:
    """Markdown in which every mention of another lesson is a link. Code, formulas and links stay as they are."""
    by_number = {name[:2]: name for name in lessons if name != own}

    def one(match: re.Match) -> str:
        lesson = by_number.get(match[0][-2:])
        return f"[{match[0]}]({target(lesson)})" if lesson else match[0]

    def piece(match: re.Match) -> str:
        return match[0] if match["leave"] else _ONE.sub(one, match[0])

    return _PIECES.sub(piece, text)


def mentioned(text: str) -> tuple[str, ...]:
    """The numbers of the lessons that a text names, in its order."""
    found = [n for named in re.finditer(_NUMBERS, text) for n in re.findall(r"\d\d", named[0])]
    return tuple(dict.fromkeys(found))
