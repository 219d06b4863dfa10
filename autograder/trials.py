"""The situations in which an answer is tried, and the request that a probe gets: inputs, and no answers."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.compare import as_tuple
from autograder.exercise import Case, Exercise, Inputs
from autograder.probes import codec


@dataclass(frozen=True)
class Trial:
    """A case with its inputs and what the reference makes of them.

    ``replies`` is what implementations of our own answered to it, kept for the next answer that is compared with them.
    """

    case: Case
    inputs: Inputs
    expected: tuple
    replies: dict[Any, dict] = field(default_factory=dict, compare=False, repr=False)


def trials(exercise: Exercise, hidden: bool = False, seed: int | None = None) -> tuple[Trial, ...]:
    """The situations to try an answer in. A reader sees the same ones each time; grading draws new ones.

    ``seed`` repeats a grading.
    """
    if not hidden:
        return tuple(_trial(exercise, c, 0) for c in exercise.cases if not c.hidden)
    seed = secrets.randbits(32) if seed is None else seed
    return tuple(_trial(exercise, c, seed) for c in exercise.cases)


def _trial(exercise: Exercise, case: Case, seed: int) -> Trial:
    inputs = exercise.make_inputs(case, zlib.crc32(f"{exercise.id}/{case.name}/{seed}".encode()))
    return Trial(case, inputs, call(exercise.reference, inputs))


def call(function: Callable, inputs: Inputs, **given: Callable) -> tuple:
    """The outputs of one of our own functions, on copies of the inputs."""
    copies = [np.array(v) if isinstance(v, np.ndarray) else v for v in inputs.values()]
    with np.errstate(all="ignore"):
        return as_tuple(function(*copies, **given))


def request(exercise: Exercise, tried: tuple[Trial, ...]) -> str:
    """What a probe needs to try an answer. Inputs, and no expected output."""
    return codec.dumps(
        {
            "probe": exercise.probe,
            "name": exercise.id,
            "parameters": exercise.shape.names,
            "outputs": exercise.probe_options.get("outputs", len(exercise.shape.outputs)),
            "options": dict(exercise.probe_options),
            "time_limit": exercise.time_limit,
            "requires": list(exercise.requires),
            "calls": [t.inputs for t in tried],
        }
    )
