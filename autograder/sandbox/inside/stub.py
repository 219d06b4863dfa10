"""The ``autograder`` of the sandbox: a notebook's four names, doing nothing. Answers are tried from outside."""

from __future__ import annotations

from typing import Any

__all__ = ["check", "hint", "inputs", "progress"]


class Note:
    """A sentence. As a score it counts nothing."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def check(name: Any = "", *answer: Any, **options: Any) -> Note:
    """Say that the check is made elsewhere."""
    return Note("checked by the grader")


def hint(name: Any = "") -> Note:
    """No hint is given while grading."""
    return Note("no hints while grading")


def progress(lesson: Any = None) -> Note:
    """No table is made while grading."""
    return Note("counted by the grader")


def inputs(name: Any = "", case: Any = None) -> Note:
    """The inputs of a case stay with the grader."""
    return Note("no inputs while grading")
