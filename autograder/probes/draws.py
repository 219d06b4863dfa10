"""The probe for a function that draws at random: call it many times and send what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.probes.call import describe, each, misfit
from autograder.probes.guard import guarded
from autograder.probes.plain import plain


def arguments(given: dict, options: Mapping[str, Any]) -> dict:
    """The same with a generator in the place of its seed, which comes last."""
    *_names, last = given
    return {**given, last: np.random.default_rng(int(given[last]))}


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer`` many times for every entry of ``request["calls"]``; the last argument is a generator's seed.

    Options: ``draws``, how many; ``again``, how many of them once more with a generator of the same seed. Outputs: both
    rows of draws. Where something is no whole number, it is the only output.
    """
    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}
    unfit = misfit(answer, request["parameters"])
    if unfit is not None:
        return {"status": "signature", "takes": unfit}
    return {"status": "called", "calls": each(lambda a: _call(answer, a, request), request["calls"])}


def _call(answer: Callable, data: dict, request: dict) -> dict:
    names, changed = list(data), set()

    def row(many: int) -> Any:
        *given, rng = arguments(data, request["options"]).values()
        drawn = []
        for _ in range(many):
            copies = [np.array(v) if isinstance(v, np.ndarray) else v for v in given]
            value = answer(*copies, rng)
            value = int(value) if type(value) is np.int64 else plain(value)[0]  # thousands of them, of that type
            changed.update(n for n, v, c in zip(names, given, copies) if isinstance(v, np.ndarray) and not _same(v, c))
            if type(value) in (int, float):
                drawn.append(value)
                continue
            if np.size(value) != 1 or np.ndim(value) or isinstance(value, (str, dict, bool, type(None))):
                return value, False
            drawn.append(np.asarray(value).item())
        made = np.array(drawn)
        return made if made.dtype.kind in "iuf" else made.astype(float), True  # what no array of whole numbers holds

    def run() -> dict:
        rows = [row(request["options"]["draws"]), row(request["options"]["again"])]
        odd = [value for value, fine in rows if not fine]
        return {"status": "returned", "outputs": odd[:1] or [value for value, _fine in rows], "notes": []}

    reply = guarded(run, request["time_limit"], request["name"], answer)
    return {**reply, "changed": sorted(changed)}


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether they are equal: by their bytes first, since there are thousands to compare."""
    return (one.shape == other.shape and one.tobytes() == other.tobytes()) or np.array_equal(one, other)
