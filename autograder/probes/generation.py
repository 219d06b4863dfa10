"""The probe for generating text: a scripted model writes down what it is fed and which states come back to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.probes.call import describe, each, misfit
from autograder.probes.guard import guarded
from autograder.probes.plain import plain


class Scripted:
    """A model of one step, ``model(id, h) -> logits, h``, whose states and scores stand in tables.

    ``turns`` (S, V) says which state follows a state and an id, ``scores`` (S, V) what a state gives. State 0 is that
    before anything is read, when h is None. ``fed`` and ``states`` grow with every call; an h that is not one of the
    model's own is written down as -1.
    """

    def __init__(self, turns: np.ndarray, scores: np.ndarray) -> None:
        self.turns, self.scores = turns, scores
        self.fed: list[int] = []
        self.states: list[int] = []

    def __call__(self, id: Any, h: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """One step."""
        before = self._number(h)
        self.fed.append(int(id))
        self.states.append(before)
        after = int(self.turns[max(before, 0), int(id)])
        return np.array(self.scores[after]), np.array([float(after)])

    def _number(self, h: Any) -> int:
        if h is None:
            return 0
        array = np.asarray(h, dtype=float)
        return int(array[0]) if array.shape == (1,) and 0 < array[0] < len(self.turns) else -1


def arguments(given: dict, options: Mapping[str, Any]) -> dict:
    """The model in the place of its tables, and a generator in that of its seed."""
    tables, seed = given["model"], given["rng"]
    model = Scripted(tables["turns"], tables["scores"])
    return {**given, "model": model, "rng": np.random.default_rng(int(seed))}


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer`` once for every entry of ``request["calls"]``; the first has the tables, the last the seed.

    Outputs: what was returned, what the model was fed, the states that came back to it, what a second run with the same
    seed returns, and what a run with another seed returns.
    """
    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}
    unfit = misfit(answer, request["parameters"])
    if unfit is not None:
        return {"status": "signature", "takes": unfit}
    return {"status": "called", "calls": each(lambda a: _call(answer, a, request), request["calls"])}


def _call(answer: Callable, data: dict, request: dict) -> dict:
    names, seed, changed = list(data)[1:-1], data["rng"], set()

    def once(start: int) -> tuple[Any, Scripted]:
        model, *given, rng = arguments(data | {"rng": start}, request["options"]).values()
        copies = [np.array(v) if isinstance(v, np.ndarray) else v for v in given]
        value = answer(model, *copies, rng)
        changed.update(n for n, v, c in zip(names, given, copies) if not np.array_equal(v, c))
        return plain(value)[0], model

    def run() -> dict:
        value, model = once(int(seed))
        if value is None:
            return {"status": "returned", "outputs": [None], "notes": []}
        fed, states = (np.array(row, dtype=int) for row in (model.fed, model.states))
        outputs = [value, fed, states, once(int(seed))[0], once(int(seed) + 1)[0]]
        return {"status": "returned", "outputs": outputs, "notes": []}

    reply = guarded(run, request["time_limit"], request["name"], answer)
    return {**reply, "changed": sorted(changed)}
