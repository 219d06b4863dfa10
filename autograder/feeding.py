"""Asking a probe, where a text goes to a trained model a character at a time: what it has not seen it has to predict.

An exercise whose ``probe_options`` name an input as ``fed`` has that array (N, T) held back from the request. Once the
probe has answered, the columns follow one by one, each after the scores for the one before have come. At the end the
whole array is shown, so that the scores can be compared with those of reading it at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercise import Exercise
from autograder.probes import codec

Send = Callable[[str], str]


def ask(exercise: Exercise, request: str, send: Send) -> str:
    """The reply of a probe to ``request``, which ``send`` takes to it, once or as often as there is something to feed.

    The outputs of a call that was fed are the scores of all steps (N, T, V), and those of reading all at once.
    """
    name = exercise.probe_options.get("fed")
    if name is None:
        return send(request)
    asked = codec.loads(request)
    held = [call.pop(name, None) for call in asked["calls"]]
    data = codec.loads(send(codec.dumps(asked)))
    if data.get("status") == "called":
        for number, (text, call) in enumerate(zip(held, data["calls"])):
            if isinstance(text, np.ndarray) and call["status"] == "returned":
                data["calls"][number] = {**call, **_fed(asked, number, name, text, send)}
    return codec.dumps(data)


def _fed(asked: dict[str, Any], number: int, name: str, text: np.ndarray, send: Send) -> dict[str, Any]:
    """The call that stands for feeding ``text``: returned with two outputs, or what kept a step from returning."""
    until = time.monotonic() + asked["time_limit"]

    def step(ids: np.ndarray, whole: bool) -> dict[str, Any]:
        left = until - time.monotonic()
        if left <= 0:
            return {"status": "timeout", "seconds": asked["time_limit"]}
        call = {"fed": number, "whole": whole, name: ids}
        reply = codec.loads(send(codec.dumps({**asked, "time_limit": left, "calls": [call]})))
        if reply.get("status") != "called":
            return {"status": "damaged", "problem": str(reply.get("status"))}
        return reply["calls"][0]

    found = []
    for column in range(text.shape[1]):
        reply = step(text[:, column : column + 1], False)
        if reply["status"] != "returned":
            return reply
        found.append(reply["outputs"])
    last = step(text, True)
    if last["status"] != "returned":
        return last
    return {**last, "outputs": [_joined(found), *last["outputs"]]}


def _joined(steps: list[list]) -> Any:
    """The scores of all steps in one array, as far as they fit together; else those of the first."""
    parts = [outputs[0] if len(outputs) == 1 else None for outputs in steps]
    alike = all(isinstance(p, np.ndarray) and p.ndim == 3 and p.shape == parts[0].shape for p in parts)
    return np.concatenate(parts, axis=1) if alike else parts[0]
