"""Stretches of held-out Python source with what is true after each character: what a unit might keep track of."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass

import numpy as np

from rnnlab.data import python_source

TRIPLE = ('"""', "'''")
MOST = 16


@dataclass(frozen=True)
class Stretches:
    """N stretches of T characters: ``texts``, ``ids (N, T)``, ``files``, and ``labels``, a dict of arrays (N, T).

    ``scored (N, T)`` is False in the lines that a string in triple quotes touches.
    """

    texts: list[str]
    ids: np.ndarray
    files: list[str]
    labels: dict[str, np.ndarray]
    scored: np.ndarray


def stretches(T: int = 400) -> Stretches:
    """Stretches of the held-out files, in the order of the files' names, at most 16 from each.

    Each begins with a line that is not indented and lies in no string, as the start of a file does.
    """
    texts, files, found = [], [], []
    for name, text in python_source.held_out().items():
        known = labels(text)
        for start in _spread(_starts(text, known["triple"], T)):
            part = slice(start, start + T)
            texts.append(text[part])
            files.append(name)
            found.append({key: values[part] for key, values in known.items()})
    joined = {key: np.stack([one[key] for one in found]) for key in found[0]}
    ids = np.stack([python_source.encode(text) for text in texts])
    return Stretches(texts, ids, files, joined, ~joined.pop("triple"))


def labels(source: str) -> dict[str, np.ndarray]:
    """What is true once each character of Python source was read, from the standard library's ``tokenize``.

    Returns:
        Arrays (T): "comment" and "docstring" (a string in triple quotes is open), True or False; "depth", how many
        brackets are open; "column", characters of this line so far; "indent", how many of them are the spaces it
        begins with; and "triple", whether a string in triple quotes touches this line.

    Raises:
        SyntaxError, tokenize.TokenError: the text is not Python.
    """
    lines = source.splitlines(keepends=True)
    starts = np.cumsum([0, *map(len, lines), 0])
    comment, docstring, triple = (np.zeros(len(source), dtype=bool) for _ in range(3))
    steps, opened = np.zeros(len(source) + 1), 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        begin, end = (int(starts[row - 1]) + place for row, place in (token.start, token.end))
        kind = tokenize.tok_name[token.type]
        opened = begin if kind == "FSTRING_START" else opened
        if kind == "COMMENT":
            comment[begin:end] = True
        elif kind == "OP" and token.string in "()[]{}":
            steps[begin] += 1 if token.string in "([{" else -1
        elif kind in ("STRING", "FSTRING_END") and token.string.endswith(TRIPLE):
            begin = begin if kind == "STRING" else opened
            mark = source.index(token.string[-1], begin)
            docstring[mark + 2 : end - 1] = True
            triple[_line(starts, begin)[0] : _line(starts, end - 1)[1]] = True
    depth = np.cumsum(steps[:-1])
    column = [np.r_[1 : len(line), 0] if line.endswith("\n") else np.r_[1 : len(line) + 1] for line in lines]
    indent = [np.minimum(c, len(line) - len(line.lstrip(" "))) for c, line in zip(column, lines)]
    return {
        "comment": comment, "docstring": docstring, "depth": depth, "column": np.concatenate(column),
        "indent": np.concatenate(indent), "triple": triple,
    }  # fmt: skip


def _line(starts: np.ndarray, place: int) -> tuple[int, int]:
    """Where the line around a place begins and ends."""
    row = int(np.searchsorted(starts, place, side="right"))
    return int(starts[row - 1]), int(starts[row])


def _starts(text: str, triple: np.ndarray, T: int) -> list[int]:
    """Where stretches may begin: at lines with a letter in front, T apart."""
    found, place = [], 0
    for line in text.splitlines(keepends=True):
        free = not found or place >= found[-1] + T
        if line[0].isalpha() and not triple[place] and free and place + T <= len(text):
            found.append(place)
        place += len(line)
    return found


def _spread(places: list[int]) -> list[int]:
    """At most ``MOST`` of them, from all over the file."""
    if len(places) <= MOST:
        return places
    return [places[i] for i in np.linspace(0, len(places) - 1, MOST).round().astype(int)]
