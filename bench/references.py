"""The NumPy references against torch on the CPU, at the sizes that the lessons train with."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder import registry
from autograder.exercise import Exercise
from bench.table import Table, Value

SIZES = {"N": 32, "T": 50, "D": 16, "H": 64, "O": 16, "C": 16, "V": 64, "L": 2, "K": 2, "...": (32, 50)}
TIMES = 3  # times as long as torch


def seconds(call: Callable[[], Any], repeats: int) -> float:
    """The median time of a call, after one to warm up."""
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def row(exercise: Exercise, repeats: int) -> tuple[Any, ...]:
    """One line of the table: on the same inputs, in float64."""
    arrays = list(exercise.shape.make_inputs(SIZES, np.random.default_rng(0)).values())
    tensors = [torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in arrays]
    ours = seconds(lambda: exercise.reference(*arrays), repeats)
    theirs = seconds(lambda: exercise.oracle(*tensors), repeats)
    return exercise.id, Value(ours * 1000, "ms"), Value(theirs * 1000, "ms"), Value(ours / theirs, "x", TIMES)


def measure(repeats: int = 20) -> Table:
    """Time of each reference that has an oracle and works on arrays."""
    sizes = ", ".join(f"{k}={SIZES[k]}" for k in "NTDHO")
    torch.set_num_threads(1)
    table = Table(f"References in NumPy against torch on one thread ({sizes})", ("exercise", "NumPy", "torch", "ratio"))
    for lesson in registry.lessons():
        table.rows += [row(e, repeats) for e in lesson.exercises if e.oracle and _works_on_arrays(e)]
    return table


def _works_on_arrays(exercise: Exercise) -> bool:
    """Not a number alone, and not one that calls a function for every entry or trains a model."""
    return "int" not in exercise.spec.split("->")[-1] and exercise.probe in ("call", "module")
