"""Cells from a file that is a script or a text with code in it, and is called a notebook."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

MOST = 2**20  # of a file
LONGEST = 50_000  # of what Python's parser is asked to look at
_PERCENT = re.compile(r"^# ?%%(?P<head>.*)$|^# In\s?\[[ \d]*\]:\s*$", re.MULTILINE)
_FENCE = re.compile(r"^```+\s*(?:\{code-cell\}\s*)?(?P<head>.*)\n(?P<code>(?:.*\n)*?)^```+\s*$", re.MULTILINE)
_CODE = re.compile(r"^(async def |def |class |import |from \w+ import |@\w)", re.MULTILINE)
_NEW = re.compile(r"(?!else\b|elif\b|except\b|finally\b|case\b)[A-Za-z_@]")
_HEAD = re.compile(r"\A(?:#!.*\n)?(?:# -\*-.*\n)?(?:# ---\n(?:#.*\n)*?# ---\n|---\n(?:.*\n)*?---\n)")
_GRADE_ID = re.compile(r"""["']?grade_id["']?\s*[:=]\s*["']([^"'\\]{1,100})["']""")
_QUOTED = re.compile(r'\A\s*r?("""|\'\'\')(?P<text>.*?)\1\s*\Z', re.DOTALL)
_BREAK = re.compile(r"\n(?:\s*\n){2,}|\n+(?=#{1,4} )")


def parses(source: str) -> bool:
    """Whether this is Python, as far as that can be seen without running it."""
    return parsed(source) is not None


def cells(text: str) -> list[dict[str, Any]]:
    """The cells of a percent script, a plain script or Markdown; none of any other text."""
    text = text[:MOST].replace("\r\n", "\n").replace("\r", "\n")
    text = _HEAD.sub("", text)
    if _PERCENT.search(text):
        return _percent(text)
    if "```" in text and _FENCE.search(text + "\n"):
        return _markdown(text + "\n")
    return _plain(text) if _CODE.search(text) else []


def _percent(text: str) -> list[dict[str, Any]]:
    marks = list(_PERCENT.finditer(text))
    made = _plain(text[: marks[0].start()])
    for mark, following in zip(marks, [*marks[1:], None]):
        body = text[mark.end() + 1 : following.start() if following else len(text)].strip("\n")
        head = mark["head"] or ""
        words = re.search(r"\[(markdown|md|raw)\]", head)
        if words:
            made.append(_cell("raw" if words[1] == "raw" else "markdown", _uncommented(body), head))
        else:
            made.append(_cell("code", body, head))
    return [c for c in made if c["source"].strip()]


def _uncommented(body: str) -> str:
    quoted = _QUOTED.match(body)
    return quoted["text"].strip("\n") if quoted else re.sub(r"^# ?", "", body, flags=re.MULTILINE)


def _markdown(text: str) -> list[dict[str, Any]]:
    made, at = [], 0
    for fence in _FENCE.finditer(text):
        made += _prose(text[at : fence.start()])
        made.append(_cell("code", fence["code"].rstrip("\n"), fence["head"]))
        at = fence.end()
    return made + _prose(text[at:])


def _prose(text: str) -> list[dict[str, Any]]:
    """Markdown cells, which are parted by two empty lines, a comment or a heading."""
    text = re.sub(r"<!-- #(end)?region.*?-->", "\n\n\n", text)
    return [_cell("markdown", part.strip()) for part in _BREAK.split(text) if part.strip()]


def _plain(text: str) -> list[dict[str, Any]]:
    """A cell for each function and class of a script, and for what stands between them."""
    lines = text.split("\n")
    found = parsed(text)
    if found is None:
        starts = set(_starts(lines))
    else:
        starts = set()
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        for node in found.body:
            if isinstance(node, kinds):
                starts |= {min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1, node.end_lineno or 0}
    cuts = sorted({0, *starts, len(lines)})
    parts = ["\n".join(lines[a:b]).strip("\n") for a, b in pairwise(cuts)]
    return [_cell("code", part) for part in parts if part.strip()]


def _starts(lines: list[str]) -> Iterator[int]:
    """Where something new begins in a script that does not parse: at a definition, and behind indented lines."""
    last = ""
    for n, line in enumerate(lines):
        definition = _CODE.match(line) and not last.startswith("@")
        if definition or (last.startswith((" ", "\t")) and _NEW.match(line)):
            yield n
        last = line if line.strip() else last


def _cell(kind: str, source: str, head: str = "") -> dict[str, Any]:
    named = _GRADE_ID.search(head)
    return {
        "cell_type": kind,
        "source": source,
        "metadata": {"nbgrader": {"grade_id": named[1]}} if named else {},
    }


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a source that is Python and not too long, or None."""
    if len(source) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
