"""What the tests need of the lesson sources: the answers that the notebooks give, and the untouched stubs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@cache
def source(lesson: str) -> nbformat.NotebookNode:
    """The lesson's source as a notebook."""
    return jupytext.read(ROOT / "solutions" / f"{lesson}.py")


def setup(lesson: str) -> str:
    """The code of the cells that import."""
    return "\n".join(c.source for c in source(lesson).cells if "setup" in c.metadata.get("tags", []))


def answers(lesson: str) -> dict[str, str]:
    """The code of each answer, by the exercise's name."""
    return {c.metadata["exercise"]: c.source for c in source(lesson).cells if "exercise" in c.metadata}


def released(lesson: str) -> dict[str, str]:
    """The code of each stub in the release, by the exercise's name."""
    notebook = nbformat.read(ROOT / "notebooks" / lesson / f"{lesson}.ipynb", 4)
    found = {}
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("solution") and cell.cell_type == "code":
            found[meta["grade_id"]] = cell.source
    return found


def namespace(lesson: str, codes: dict[str, str]) -> dict:
    """What is defined when the imports and these cells have run."""
    space: dict = {}
    exec(compile(setup(lesson), f"<{lesson} setup>", "exec"), space)
    for name, code in codes.items():
        exec(compile(code, f"<{lesson} {name}>", "exec"), space)
    return space
