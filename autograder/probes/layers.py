"""The probe for functions that are given the weights of several layers: a list is made of arrays with torch's names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.probes import call

PARTS = ("W_xh", "W_hh", "b")


def nested(arrays: Mapping[str, np.ndarray]) -> list:
    """From ``{"W_xh_l0": ..., "W_hh_l0": ..., "b_l0": ..., "W_xh_l1": ...}`` to ``[(W_xh, W_hh, b), ...]``.

    With names that end in ``_reverse`` as well, every layer is a pair of such cells, forwards and backwards.
    """
    L = sum(name.startswith("b_l") and not name.endswith("_reverse") for name in arrays)
    ends = ("", "_reverse") if "b_l0_reverse" in arrays else ("",)
    cells = [[tuple(arrays[f"{p}_l{layer}{end}"] for p in PARTS) for end in ends] for layer in range(L)]
    return [tuple(pair) if len(pair) == 2 else pair[0] for pair in cells]


def arguments(given: dict, options: Mapping[str, Any]) -> dict:
    """The list in the place of the arrays."""
    return {**given, "layers": nested(given["layers"])}


def probe(answer: Any, request: dict) -> dict:
    """What the usual probe does; weights that were changed are told as ``layers``."""
    if not callable(answer):
        return call.probe(answer, request)
    kept = [{n: np.array(a) for n, a in one["layers"].items()} for one in request["calls"]]
    calls = [arguments(one, request["options"]) for one in request["calls"]]
    reply = call.probe(answer, {**request, "calls": calls})
    for before, one, told in zip(kept, request["calls"], reply.get("calls", ())):
        if any(not np.array_equal(a, one["layers"][n]) for n, a in before.items()):
            told["changed"] = [*told["changed"], "layers"]
    return reply


def flat(function: Callable) -> Callable:
    """A function that is given the list, as one that is given the arrays."""

    def called(*given: Any, **primitives: Any) -> Any:
        return function(*given[:-1], nested(given[-1]), **primitives)

    return called
