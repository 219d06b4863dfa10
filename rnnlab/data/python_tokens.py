"""Python source with the class of every character, for tagging: a part of speech for each letter."""

from __future__ import annotations

import importlib
import inspect
import io
import keyword
import tokenize
from typing import NamedTuple

import numpy as np

CLASSES = ("space", "name", "keyword", "number", "string", "comment", "operator")
TRAIN = ("textwrap", "json.decoder", "heapq", "statistics", "configparser", "csv", "fractions", "shlex", "queue")
TEST = ("bisect", "calendar", "random")
LONGEST = 72


class Lines(NamedTuple):
    """``lines``, a list of M strings, and ``tags``, for each of them an array of as many places in ``CLASSES``."""

    lines: list[str]
    tags: list[np.ndarray]


def load() -> tuple[Lines, Lines]:
    """Lines of Python to train on and to test on, with the token class of every character.

    About 4600 lines of the standard library's own source, the test lines from other modules than the training lines.
    The labels come from the standard library's ``tokenize``. Empty lines, lines of more than 72 characters, and lines
    that lie inside a string of several lines, which look like prose, are left out.
    """
    return _lines(TRAIN), _lines(TEST)


def tag(source: str) -> list[np.ndarray]:
    """The class of every character of Python source, line by line, as places in ``CLASSES``.

    Raises:
        SyntaxError, tokenize.TokenError: the text is not Python.
    """
    lines = source.splitlines()
    tags = [np.zeros(len(line), dtype=int) for line in lines]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        (row, start), (last, end) = token.start, token.end
        for i in range(row, min(last, len(lines)) + 1):
            tags[i - 1][start if i == row else 0 : end if i == last else None] = _class(token)
    return tags


def _class(token: tokenize.TokenInfo) -> int:
    kinds = {tokenize.NUMBER: "number", tokenize.STRING: "string", tokenize.COMMENT: "comment", tokenize.OP: "operator"}
    if token.type == tokenize.NAME:
        return CLASSES.index("keyword" if keyword.iskeyword(token.string) else "name")
    middle = tokenize.tok_name[token.type].startswith("FSTRING")
    return CLASSES.index("string" if middle else kinds.get(token.type, "space"))


def _lines(modules: tuple[str, ...]) -> Lines:
    kept = []
    for name in modules:
        source = inspect.getsource(importlib.import_module(name))
        inside = _inside_strings(source)
        for number, (line, tags) in enumerate(zip(source.splitlines(), tag(source)), start=1):
            if line.strip() and len(line) <= LONGEST and number not in inside and line.isascii():
                kept.append((line, tags))
    return Lines([line for line, _tags in kept], [tags for _line, tags in kept])


def _inside_strings(source: str) -> set[int]:
    """The numbers of the lines that a string of several lines touches."""
    touched: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.STRING and token.end[0] > token.start[0]:
            touched |= set(range(token.start[0], token.end[0] + 1))
    return touched
