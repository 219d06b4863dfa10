"""How long a solved notebook runs, from the start of its kernel, and how much memory it takes."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

from autograder import registry
from autograder.build.pages import MEASURED
from bench.table import Table, Value

ROOT = Path(__file__).resolve().parents[1]
MEMORY = 1200  # MB
# Seconds with demos and when graded. 07 and 09 train for longer.
SECONDS = {"07": (120, 10), "09": (120, 60)}
USUAL = (60, 10)


class Peak(threading.Thread):
    """Watches what the kernels of this process, and all that they start, hold in memory together."""

    def __init__(self, every: float = 0.05) -> None:
        super().__init__(daemon=True)
        self.every, self.most, self.done = every, 0, threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        me = psutil.Process()
        while not self.done.wait(self.every):
            held = 0
            for child in me.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    held += child.memory_info().rss
            self.most = max(self.most, held)

    def __enter__(self) -> Peak:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()


def run(path: Path, graded: bool) -> tuple[float, float]:
    """Seconds and peak megabytes of a notebook run from top to bottom."""
    notebook = nbformat.read(path, 4)
    skip = "demo" if graded else ""
    ours = os.pathsep.join(
        [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    )  # this tree, not an installed one
    environment = os.environ | {"PYTHONPATH": ours} | ({"NBGRADER_EXECUTION": "autograde"} if graded else {})
    with tempfile.TemporaryDirectory() as scratch, Peak() as peak:
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            skip_cells_with_tag=skip,
            extra_arguments=["--IPKernelApp.log_level=40"],
            resources={"metadata": {"path": scratch}},
        )
        began = time.perf_counter()
        client.execute(env=environment)
        taken = time.perf_counter() - began
    return taken, peak.most / 1e6


def measure(repeats: int = 20, lessons: Sequence[str] = ()) -> Table:
    """Run time and peak memory of solved notebooks, all unless some are named."""
    columns = ("solved notebook", "with demos", "its memory", "graded", "memory graded", "size")
    note = "From starting the kernel to shutting it down, on this machine, one run each."
    table = Table("A solved notebook from top to bottom", columns, note=note)
    for lesson in [registry.lesson(name) for name in lessons] or registry.lessons():
        path = ROOT / "solutions" / lesson.id / f"{lesson.id}.ipynb"
        if not path.exists():
            table.rows.append((lesson.id, "not built: make build", None, None, None, None))
            continue
        shown, graded = SECONDS.get(lesson.id[:2], USUAL)
        whole, checked = run(path, False), run(path, True)
        table.rows.append(
            (
                lesson.id,
                Value(whole[0], "s", shown),
                Value(whole[1], "MB", MEMORY),
                Value(checked[0], "s", graded),
                Value(checked[1], "MB", MEMORY),
                Value(path.stat().st_size / 1e6, "MB", 1),
            )
        )
    return table


def save(table: Table) -> str:
    """Keep what was measured for the table in README. Returns the name of the file.

    Lessons that were not measured this time keep their numbers; those that are gone lose them.
    """
    path = ROOT / MEASURED
    old = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    new = {
        name: {"seconds": round(whole.number), "megabytes": round(memory.number)}
        for name, whole, memory, *_ in table.rows
        if isinstance(whole, Value)
    }
    known = [lesson.id for lesson in registry.lessons()]
    kept = {name: (old | new)[name] for name in known if name in old | new}
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return MEASURED
