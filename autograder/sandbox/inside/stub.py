"""The ``autograder`` of the sandbox: a notebook's four names. Answers are tried from outside; a check here is silent.

``inputs`` gives what it gives in the student's own notebook, since answers may stand in cells that use it. The inputs
of the visible cases come with the files of the submission.
"""

from __future__ import annotations

import os
from collections import namedtuple
from typing import Any

__all__ = ["check", "hint", "inputs", "progress"]
INPUTS = ".visible_inputs.json"
folder = ""  # where the files of the submission lie; set when they are stored


class Note:
    """A sentence. As a score it counts nothing."""

    points = 0.0

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def __float__(self) -> float:
        return 0.0


def check(name: Any = "", *answer: Any, **options: Any) -> Note:
    """Say that the check is made elsewhere."""
    return Note("checked by the grader")


def hint(name: Any = "") -> Note:
    """No hint is given while grading."""
    return Note("no hints while grading")


def progress(lesson: Any = None) -> Note:
    """No table is made while grading."""
    return Note("counted by the grader")


def inputs(name: Any = "", case: Any = None) -> Any:
    """The arguments of a visible case."""
    from autograder import probes
    from autograder.probes import codec

    try:
        with open(os.path.join(folder, INPUTS), encoding="utf-8") as file:
            found = codec.loads(file.read())[name]
        data = found["cases"][case or next(iter(found["cases"]))]
    except (OSError, KeyError, TypeError, ValueError):
        return Note("no such inputs")
    given = probes.arguments(found["probe"], data, found["options"])
    return namedtuple("Inputs", given)(**given)
