"""Exercises, references, checks, build and grading of the course.

A notebook uses four names: ``check``, ``hint``, ``progress`` and ``inputs``.
"""

from __future__ import annotations

from typing import Any

__all__ = ["check", "hint", "inputs", "progress"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from autograder import session

        return getattr(session, name)
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")
