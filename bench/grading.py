"""Grading a class: stock nbgrader, ours with one to four workers, and the cells alone in a warm process."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import psutil
from nbgrader.api import Gradebook

from autograder import registry
from autograder.build.paths import ROOT
from autograder.grading.export import marks
from autograder.grading.reports import is_check
from autograder.grading.running import SKIP
from autograder.sandbox import Nursery
from bench.classroom import hand_in
from bench.table import Table, Value

LESSONS = ("01", "02", "03", "04", "06")  # 03 is the slowest there is to grade
STUDENTS = 20  # stock nbgrader takes about eight seconds for each of their notebooks
WORKERS = (1, 2, 4)
STOCK = "import sys; from pathlib import Path; from autograder.grading import native; native.stock(Path(sys.argv[1]), sys.argv[2])"  # fmt: skip  # noqa: E501
OF_STOCK, OF_CELLS = 0.1, 2.0


class Took(NamedTuple):
    """Seconds on the clock and of all processors together, and the most megabytes held at once."""

    seconds: float
    processor: float
    memory: float
    said: str = ""


class Held(threading.Thread):
    """Watches how much memory a process and all that it started hold together, shared pages counted once."""

    def __init__(self, pid: int, every: float = 0.5) -> None:
        super().__init__(daemon=True)
        self.pid, self.every, self.most, self.done = pid, every, 0, threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self.done.wait(self.every):
            held = 0
            with contextlib.suppress(psutil.Error, OSError):
                top = psutil.Process(self.pid)
                for one in [top, *top.children(recursive=True)]:
                    with contextlib.suppress(psutil.Error, OSError):
                        held += one.memory_full_info().pss
            self.most = max(self.most, held)


def timed(*command: str) -> Took:
    """What a command takes. Raises CalledProcessError where it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with tempfile.TemporaryFile() as said:
        began, before = time.perf_counter(), _of_children()
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PATH": path}, stdout=said, stderr=said)
        watch = Held(process.pid)
        watch.start()
        status = process.wait()
        taken = time.perf_counter() - began
        watch.done.set()
        watch.join()
        said.seek(0)
        text = said.read().decode(errors="replace")
        if status not in (0, 1):
            raise subprocess.CalledProcessError(status, command, text[-2000:])
    return Took(taken, _of_children() - before, watch.most / 1e6, text)


def _of_children() -> float:
    """Processor time of all that was started from here and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def by_stock(root: Path, lessons: list[str]) -> Took:
    """Grade with nbgrader as it comes, lesson after lesson."""
    found = [timed(sys.executable, "-c", STOCK, str(root), lesson) for lesson in lessons]
    return Took(sum(f.seconds for f in found), sum(f.processor for f in found), max(f.memory for f in found))


def by_ours(root: Path, workers: int) -> Took:
    """Grade with our command."""
    return timed(sys.executable, "-m", "autograder", "grade", "--course", str(root), "--workers", str(workers))


def cells_alone(root: Path) -> tuple[float, float]:
    """What the cells of all submissions take, one after the other in children of a warm process, and nothing else.

    Seconds on the clock, and of the processors.
    """
    with Nursery() as nursery:
        began, before = time.perf_counter(), time.process_time()
        used = 0.0
        for path in sorted((root / "submitted").glob("*/*/*.ipynb")):
            cells = [c for c in nbformat.read(path, 4).cells if c.cell_type == "code" and not is_check(c)]
            with nursery.child() as child:
                for cell in cells:
                    if SKIP not in cell.metadata.get("tags", ()):
                        child.run_cell(cell.source)
            used += child.cpu
        return time.perf_counter() - began, used + time.process_time() - before


def by_nobody(root: Path) -> Took:
    """Run what stock nbgrader graded, its checks included, in forks of one warm process (``bench.warm``)."""
    took = timed(sys.executable, "-m", "bench.warm", str(root))
    return took._replace(seconds=float(took.said.split()[-1]))


def scores(root: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The points of every answer, by lesson and student."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnn") as gradebook:
        return {(r["assignment"], r["student_id"]): r["answers"] for r in marks(gradebook, set(), set())}


def different(one: dict, other: dict) -> list[str]:
    """Every answer that got other points, with both."""
    return [
        f"{lesson}, {student}: {name} {points} and {other.get((lesson, student), {}).get(name)}"
        for (lesson, student), answers in one.items()
        for name, points in answers.items()
        if other.get((lesson, student), {}).get(name) != points
    ]


def measure(repeats: int = 20, lessons: Sequence[str] = LESSONS, students: int = STUDENTS) -> Table:
    """The same class graded in each way, one after the other in one run."""
    lessons = [registry.lesson(name).id for name in lessons]
    many = len(lessons) * students
    columns = (
        "way",
        "submissions",
        "time",
        "per second",
        "of stock's time",
        "of the cells alone",
        "processor time",
        "peak memory",
    )
    table = Table(f"Grading {students} students, {len(lessons)} lessons", columns)
    with tempfile.TemporaryDirectory() as scratch:
        found: dict[str, dict] = {}

        def graded(name: str, how: Callable[[Path], Took]) -> Took:
            root = Path(scratch) / name
            hand_in(root, lessons, students)
            result = how(root)
            found[name] = scores(root)
            return result

        stock = graded("stock", lambda root: by_stock(root, lessons))
        table.rows.append(("stock nbgrader", *_shown(many, stock.seconds), None, None, *_used(stock)))
        alone, processor = cells_alone(Path(scratch) / "stock")
        of_stock = Value(alone / stock.seconds, "x")
        used = Value(processor, "s")
        table.rows.append(("the cells alone, warm", *_shown(many, alone), of_stock, None, used, None))
        whole = by_nobody(Path(scratch) / "stock")
        of_cells = Value(whole.seconds / alone, "x")
        of_stock = Value(whole.seconds / stock.seconds, "x")
        table.rows.append(
            ("all cells and checks, warm", *_shown(many, whole.seconds), of_stock, of_cells, *_used(whole))
        )
        for workers in WORKERS:
            took = graded(f"ours_{workers}", lambda root, n=workers: by_ours(root, n))
            of_stock = Value(took.seconds / stock.seconds, "x", OF_STOCK if workers == 2 else None)
            of_cells = Value(took.seconds / alone, "x", OF_CELLS if workers == 1 else None)
            if workers == 1:
                with_one = took.seconds
            row = (f"ours, {workers} workers", *_shown(many, took.seconds), of_stock, of_cells, *_used(took))
            table.rows.append(row)
        wrong = different(found["stock"], found["ours_2"])
        same = sum(len(a) for a in found["stock"].values()) - len(wrong)
        lines = [
            f"{same} answers got the same points from both.",
            f"One worker takes {with_one / whole.seconds:.2f} times what running the cells with their checks takes.",
            *(f"Not the same: {w}" for w in wrong),
        ]
        table.note = "\n".join(lines)
    return table


def _used(took: Took) -> tuple[Value, Value]:
    return Value(took.processor, "s"), Value(took.memory, "MB")


def _shown(many: int, seconds: float) -> tuple[str, Value, Value]:
    return str(many), Value(seconds, "s"), Value(many / seconds, "/s")
