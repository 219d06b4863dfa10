"""How the time to grade grows with the class, up to four hundred."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.classroom import hand_in
from bench.grading import by_ours
from bench.table import Table, Value

LESSON = "05_vanishing_gradients"  # ten exercises, and cells with plots and without training
SIZES = (25, 50, 100, 200, 400)
WORKERS = 2


def measure(repeats: int = 20, sizes: tuple[int, ...] = SIZES) -> Table:
    """One lesson, classes of growing size, each in a gradebook of its own."""
    table = Table(
        f"Class size, {LESSON}, {WORKERS} workers", ("students", "time", "per second", "processor time", "peak memory")
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            hand_in(Path(scratch), [LESSON], size)
            took = by_ours(Path(scratch), WORKERS)
        per = Value(size / took.seconds, "/s")
        row = (str(size), Value(took.seconds, "s"), per, Value(took.processor, "s"), Value(took.memory, "MB"))
        table.rows.append(row)
    table.note = "From starting the command to its end, the start of the warm processes included."
    return table
