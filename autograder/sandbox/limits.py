"""What one child may use, and what it says about a cell."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """Limits on one child and all that it starts. Sizes are in bytes, times in seconds.

    ``memory`` counts what all its processes hold beyond files, ``disk`` and ``files`` all that it writes.
    ``processes`` counts threads too. ``cell_seconds`` holds where a call says nothing else, ``probe_seconds`` caps one
    probe, ``total_seconds`` all of a child's requests together. A cell or probe that ignores its time limit is
    killed ``grace_seconds`` after it. ``output`` is kept of each cell, ``reply`` is taken of a probe, ``nodes`` bounds
    the number of values in it.
    """

    memory: int = 1536 * MIB
    disk: int = 256 * MIB
    files: int = 10_000
    file_size: int = 128 * MIB
    open_files: int = 128
    processes: int = 48
    output: int = 1 * MIB
    reply: int = 16 * MIB
    nodes: int = 400_000
    cell_seconds: float = 30.0
    probe_seconds: float = 30.0
    total_seconds: float = 300.0
    grace_seconds: float = 2.0

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True)
class CellResult:
    """How a cell went. ``status`` is ok, error, timeout, died, output_limit or memory; ``outputs`` are nbformat's.

    After died and memory the child is gone, after timeout perhaps: ask ``child.alive``. After output_limit some of
    the output was dropped, and the cell stopped only if it went on without end.
    """

    status: str
    outputs: tuple[dict[str, Any], ...] = ()
    seconds: float = 0.0
    why: str = ""
