"""Which known mistake an answer matches: wrong implementations are run, and their behaviour compared with its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from autograder import feeding, probes, registry
from autograder.compare import agree, as_tuple
from autograder.exercise import Exercise, Misconception
from autograder.probes import codec
from autograder.replies import read
from autograder.report import Report
from autograder.trials import Trial, request

Primitives = Mapping[str, Callable[..., Any]]


def primitives(broken: Mapping[str, Report]) -> dict[str, Callable[..., Any]]:
    """For each earlier exercise whose mistake is known, the implementation that makes it."""
    found = {}
    for name, report in broken.items():
        exercise = registry.exercise(name)
        for one in exercise.misconceptions:
            if one.id == report.misconception and not report.given:
                found[name] = one.wrong if exercise.probe == "call" else one.wrong()
    return found


def takes(function: Callable[..., Any], given: Primitives) -> dict[str, Callable[..., Any]]:
    """Those of the primitives that a function takes as keyword arguments."""
    try:
        parameters = inspect.signature(function).parameters
    except (ValueError, TypeError):  # one of NumPy's own
        return {}
    return {n: f for n, f in given.items() if n in parameters}


def right_given(exercise: Exercise, tried: tuple[Trial, ...], calls: list[dict], wrong: Primitives) -> bool:
    """Whether the answer is what a right one gives when it is built on the earlier mistakes.

    Right are the reference, and the accepted variants that are built on the same steps in another way.
    """
    for function in (exercise.reference, *(v.right for v in exercise.accepts)):
        taken = takes(function, wrong)
        if taken and behaves(exercise, tried, calls, function, taken):
            return True
    return False


def in_main_case(exercise: Exercise, tried: tuple[Trial, ...], calls: list[dict]) -> Misconception | None:
    """The one misconception whose values the answer has in the first case, though not in all others.

    It is looked for where those values are enough to tell by, and None where two would fit.
    """
    actual, expected = calls[0].get("outputs", ()), tried[0].expected
    if exercise.reads or calls[0]["status"] != "returned" or not any(map(_telling, expected)):
        return None
    if agree(actual, list(as_tuple(expected)), exercise.rtol, exercise.atol):
        return None
    found = []
    for one in exercise.misconceptions:
        other = next(_tried_out(exercise, tried[:1], one.wrong, {}), None)
        if other is not None and other["status"] == "returned":
            if agree(actual, other["outputs"], exercise.rtol, exercise.atol):
                found.append(one)
    return found[0] if len(found) == 1 else None


def _telling(expected: Any) -> bool:
    """Whether nobody comes to such an output by chance: numbers with a fraction."""
    return isinstance(expected, float | np.ndarray) and bool(np.any(np.asarray(expected, dtype=float) % 1))


def known_mistake(
    exercise: Exercise, tried: tuple[Trial, ...], calls: list[dict], given: Primitives
) -> Misconception | None:
    """The misconception whose behaviour the answer shows in every case, or None."""
    for one in exercise.misconceptions:
        taken = takes(one.wrong, given)
        if given and not taken:
            continue
        if behaves(exercise, tried, calls, one.wrong, taken):
            return one
    return None


def behaves(
    exercise: Exercise,
    tried: tuple[Trial, ...],
    calls: list[dict],
    function: Callable[..., Any],
    given: Primitives | None = None,
) -> bool:
    """Whether the answer did what this function does: same outputs, same inputs changed, exceptions at the same places.

    Somewhere it must have returned what only this mistake returns. Where nothing returned, the words must be the same.
    ``given`` are earlier steps that the function is built on.
    """
    told = False
    for trial, call, other in zip(tried, calls, _tried_out(exercise, tried, function, given or {})):
        if call["status"] != other["status"] or sorted(call["changed"]) != sorted(other["changed"]):
            return False
        if call["status"] == "returned":
            if not agree(call["outputs"], other["outputs"], exercise.rtol, exercise.atol):
                return False
            right = agree(call["outputs"], list(as_tuple(trial.expected)), exercise.rtol, exercise.atol)
            told = told or not right or bool(call["changed"])
        elif call["status"] == "parameters":
            if (call["found"], call["attributes"]) != (other["found"], other["attributes"]):
                return False
            told = True
        elif call["status"] == "raised":
            told = told or (call["type"], call["message"]) == (other["type"], other["message"])
    return told


def _tried_out(
    exercise: Exercise, tried: tuple[Trial, ...], function: Callable[..., Any], given: Primitives
) -> Iterator[dict]:
    """The replies of one of our own implementations, one case after the other, as far as they are asked for.

    A trial keeps them: in a class, many answers are compared with the same mistakes.
    """
    key = (function, *given.items())
    answer = None
    for trial in tried:
        if key not in trial.replies:
            if answer is None:
                built = partial(function, **given) if given else function
                answer = built if exercise.probe == "call" else built()
            reply = codec.loads(feeding.ask(exercise, request(exercise, (trial,)), partial(probes.run, answer=answer)))
            called = reply["status"] == "called"
            trial.replies[key] = read(exercise, trial, reply["calls"][0]) if called else reply
        reply = trial.replies[key]
        if "changed" not in reply:
            return
        yield reply
