"""What is said when a lesson cannot be built."""

from __future__ import annotations


class BuildError(Exception):
    """A lesson source, figure or notebook is not as it should be. The message is one sentence for its author."""
