"""How long a reader waits for one check: on the right answer, on each known mistake, and on the very first call."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from autograder import check, registry
from autograder.exercise import Exercise
from bench.table import Table, Value

MEDIAN, WORST = 0.1, 0.5  # seconds
COLUMNS = (
    "exercise", "right", "right, worst",
    "mistakes", "mistake", "mistake, worst", "slowest mistake", "import", "first check",
)  # fmt: skip


def answers(exercise: Exercise) -> Iterator[tuple[str, Any]]:
    """A right answer, then each known mistake, as a student would hand them to ``check``."""
    build: Callable[[Any], Any] = (lambda make: make()) if exercise.probe == "module" else (lambda function: function)
    right = build(exercise.accepts[0].right) if exercise.probe == "module" else exercise.reference
    yield "", right
    for misconception in exercise.misconceptions:
        yield misconception.id, build(misconception.wrong)


def waits(exercise: Exercise, answer: Any, repeats: int) -> list[float]:
    """Seconds from the call to the page that is shown, for each repeat after a first."""
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        check(exercise.id, answer)._repr_html_()
        taken.append(time.perf_counter() - began)
    return taken[1:]


COLD = """
import json, sys, time
import numpy
start = time.perf_counter()
from autograder import check, registry
imported = time.perf_counter()
from bench.checks import answers
answer = next(answers(registry.exercise(sys.argv[1])))[1]
ready = time.perf_counter()
check(sys.argv[1], answer)._repr_html_()
print(json.dumps([imported - start, time.perf_counter() - ready]))
"""


def cold(name: str) -> tuple[float, float]:
    """Seconds for the import and for the first check, in a fresh process that has NumPy."""
    done = subprocess.run([sys.executable, "-c", COLD, name], capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def row(exercise: Exercise, repeats: int) -> tuple[Any, ...]:
    """One line of the table."""
    found = {
        name: waits(exercise, answer, repeats if not name else max(3, repeats // 4))
        for name, answer in answers(exercise)
    }
    right, wrong = found.pop(""), [t for taken in found.values() for t in taken]
    slowest = max(found, key=lambda name: statistics.median(found[name]))
    imported, first = cold(exercise.id)
    return (
        exercise.id,
        _ms(statistics.median(right), MEDIAN),
        _ms(max(right), WORST),
        str(len(found)),
        _ms(statistics.median(wrong), MEDIAN),
        _ms(max(wrong), WORST),
        slowest,
        _ms(imported),
        _ms(first, WORST),
    )


def measure(repeats: int = 20) -> Table:
    """Latency of every check."""
    note = (
        "Medians and worst of the repeats.\n"
        "import: `from autograder import check` where NumPy is loaded; first check: of a fresh process."
    )
    table = Table("One check in a notebook, with its page", COLUMNS, note=note)
    table.rows = [row(e, repeats) for lesson in registry.lessons() for e in lesson.exercises]
    return table


def _ms(seconds: float, target: float | None = None) -> Value:
    return Value(seconds * 1000, "ms", target and target * 1000)
