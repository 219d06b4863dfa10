"""The probe for functions that yield batches: go through them and send every pair of arrays."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from autograder.probes.call import describe, each, misfit
from autograder.probes.guard import guarded
from autograder.probes.plain import plain

MOST = 2000


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer`` once for every entry of ``request["calls"]`` and go through what it yields or returns.

    Outputs: the first arrays of all pairs, the second arrays, and what came where it was not pairs of arrays.
    """
    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}
    unfit = misfit(answer, request["parameters"])
    if unfit is not None:
        return {"status": "signature", "takes": unfit}
    return {"status": "called", "calls": each(lambda a: _call(answer, a, request), request["calls"])}


def _call(answer: Callable, arguments: dict, request: dict) -> dict:
    before = {n: np.array(v) for n, v in arguments.items() if isinstance(v, np.ndarray)}
    reply = guarded(lambda: _gone_through(answer(*arguments.values())), request["time_limit"], request["name"], answer)
    reply["changed"] = [n for n, old in before.items() if not np.array_equal(old, arguments[n])]
    return reply


def _gone_through(value: Any) -> dict:
    if value is None:
        return {"status": "returned", "outputs": [None], "notes": []}
    pairs = list(islice(value, MOST))
    arrays = [[plain(part)[0] for part in pair] for pair in pairs if isinstance(pair, (tuple, list)) and len(pair) == 2]
    if len(arrays) < len(pairs):
        return {"status": "returned", "outputs": [[], [], f"{len(pairs)} times {type(pairs[0]).__name__}"], "notes": []}
    if not all(isinstance(a, np.ndarray) and a.dtype.kind in "iuf" for pair in arrays for a in pair):
        names = ", ".join(type(part).__name__ for part in pairs[0])
        return {"status": "returned", "outputs": [[], [], f"({names})"], "notes": []}
    return {"status": "returned", "outputs": [[x for x, _y in arrays], [y for _x, y in arrays], ""], "notes": []}
