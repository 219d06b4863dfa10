"""The probe for numerical gradients: hand over a function made from arrays, and watch where it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.probes.call import describe, each
from autograder.probes.guard import guarded
from autograder.probes.plain import returned

ROUNDING = 1e-9  # adding a step and taking it away again may leave this much, and is no change


class Watched:
    """The function ``sum(bend theta^3) + (sum(slope theta))^2``, which remembers how far from ``start`` it was called.

    bend and slope are cosines and sines of the phase and an entry's place, around 1.
    """

    def __init__(self, start: np.ndarray, phase: float) -> None:
        self.start = np.array(start, dtype=float)
        places = phase + np.arange(start.size).reshape(start.shape)
        self.bend, self.slope = 1 + 0.5 * np.cos(places), 1 + 0.5 * np.sin(places)
        self.furthest = 0.0

    def __call__(self, theta: Any) -> float:
        """The value at theta, which must have the shape it had."""
        point = np.asarray(theta.detach() if hasattr(theta, "detach") else theta)
        if point.shape != self.start.shape:
            raise ValueError(f"f was called with an array of shape {point.shape}; theta has {self.start.shape}")
        self.furthest = max(self.furthest, float(np.abs(point - self.start).max()))
        return float(np.sum(self.bend * point**3) + np.sum(self.slope * point) ** 2)


def arguments(given: dict, options: Mapping[str, Any]) -> dict:
    """The function, theta and, where the case says one, eps."""
    theta = np.array(given["theta"])
    made = {"f": Watched(theta, given["phase"]), "theta": theta}
    return made | ({"eps": given["eps"]} if given["eps"] else {})


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer(f, theta, eps)`` for every entry of ``request["calls"]``, or ``answer(f, theta)`` where eps is 0.

    Each has theta, phase and eps. Sent are the longest step away from theta at which f was called, an array of
    one, and what came back. theta counts as changed when it does not come back to where it was, but for rounding.
    """
    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}

    def call(given: dict) -> dict:
        f, theta, *step = arguments(given, request["options"]).values()

        def run() -> dict:
            reply = returned(answer(f, theta, *step), 1)
            found = reply["outputs"][0] if len(reply["outputs"]) == 1 else {"type": "tuple"}
            reply["outputs"] = [None] if found is None else [np.array([f.furthest]), found]
            return reply

        reply = guarded(run, request["time_limit"], request["name"], answer)
        moved = np.shape(theta) != f.start.shape or not np.allclose(theta, f.start, rtol=0, atol=ROUNDING)
        return {**reply, "changed": ["theta"] if moved else []}

    return {"status": "called", "calls": each(call, request["calls"])}
