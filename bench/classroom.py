"""A class of made-up students, whose answers are right, slightly wrong, unfinished or absent in realistic shares."""

from __future__ import annotations

import ast
import random
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.build.paths import Course
from autograder.build.source import parse_source
from autograder.grading.samples import submission

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
# What becomes of an answer: share of answers.
SHARES = {"right": 0.6, "wrong": 0.22, "stub": 0.1, "raises": 0.05, "syntax": 0.03}
NOTES = (
    "x = np.ones((3, 2))\nprint(x.shape)",
    "# let me see\n2 + 2",
    "for i in range(3):\n    print(i)",
    "undefined_name",
)


@cache
def solved(lesson: str) -> dict[str, str]:
    """The answers of the lesson's source, by exercise, without the markers."""
    path = Course().source(lesson)
    cells = parse_source(path.read_text(encoding="utf-8"), path.name)
    return {c.exercise: "\n".join(_plain(c.text)) for c in cells if c.exercise}


def _plain(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() not in (BEGIN, END)]


@cache
def wrong(lesson: str, name: str) -> tuple[str, ...]:
    """Answers with one thing changed: an operator, a constant, a line or an argument."""
    code = solved(lesson)[name]
    return tuple(sorted({ast.unparse(t) for t in _changed(code)} - {ast.unparse(ast.parse(code))})) or (code,)


def _changed(code: str):
    swap = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}
    for place in range(sum(1 for _ in ast.walk(ast.parse(code)))):
        tree = ast.parse(code)
        node = list(ast.walk(tree))[place]
        if isinstance(node, ast.BinOp) and type(node.op) in swap:
            node.op = swap[type(node.op)]()
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            node.attr = "real"
        elif isinstance(node, ast.Return) and node.value is not None:
            node.value = None
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            node.value += 1
        else:
            continue
        yield tree


def answer(lesson: str, name: str, draw: random.Random) -> str | None:
    """One student's answer to one exercise; None leaves the stub."""
    code = solved(lesson)[name]
    kind = draw.choices(list(SHARES), list(SHARES.values()))[0]
    if kind == "stub":
        return None
    if kind == "wrong":
        return draw.choice(wrong(lesson, name))
    if kind == "raises":
        head, _, body = code.rpartition("    return ")
        return f"{head}    nothing_of_this_name\n    return {body}" if head else code
    return code.rstrip().removesuffix(")") + "(" if kind == "syntax" else code


@cache
def _release(lesson: str) -> str:
    return Course().release(lesson).read_text(encoding="utf-8")


def notebook(lesson: str, seed: int) -> NotebookNode:
    """What one student hands in."""
    draw = random.Random(f"{lesson}/{seed}")
    found = submission(nbformat.reads(_release(lesson), as_version=4), [])
    for cell in found.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("solution") and cell.cell_type == "code":
            mine = answer(lesson, meta["grade_id"], draw)
            cell.source = cell.source if mine is None else mine
        elif meta.get("solution") and draw.random() < 0.7:
            cell.source = "Because the same weights are used at every step. " * draw.randint(1, 4)
    for _ in range(draw.randint(0, 3)):
        found.cells.insert(draw.randint(3, len(found.cells)), new_code_cell(draw.choice(NOTES)))
    return found


def hand_in(root: Path, lessons: Sequence[str], students: int, first: int = 0) -> None:
    """Lay out a course in ``root`` with every student's submission of every lesson."""
    for lesson in lessons:
        target = root / "solutions" / lesson
        if not target.exists():
            shutil.copytree(Course().solved(lesson).parent, target)
        for number in range(first, first + students):
            folder = root / "submitted" / f"student_{number:03d}" / lesson
            folder.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook(lesson, number), folder / f"{lesson}.ipynb")
