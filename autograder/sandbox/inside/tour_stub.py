"""The ``autograder.tour`` of the sandbox: its examples give no points, and are not checked while grading."""

from __future__ import annotations

from typing import Any

from autograder import Note


def check_example(name: Any = "", answer: Any = None) -> Note:
    """Say that nothing is checked here."""
    return Note("an example, not checked while grading")
