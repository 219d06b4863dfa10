"""The probe for a model that a function builds: its parts, its size, and whether it says what a reader of them says."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.probes.call import describe, each
from autograder.probes.guard import guarded
from autograder.probes.handed_in import REFUSED, ours
from rnnlab.capstone.budget import judged

WRONG_KIND = "other"


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer(V)`` for every entry of ``request["calls"]``, and read the torch model that comes back.

    Sends the kinds of its layers and the number of its parameters; ``["refused", a sentence]`` for a model that cannot
    be read; ``["other", a type]`` for something that is no model. Nothing is trained in it.
    """
    import torch  # noqa: F401  outside of the time limit of the first call

    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}

    def call(given: dict) -> dict:
        def run() -> dict:
            with judged():
                model = answer(int(given["V"]))
            return {"status": "returned", "outputs": _read(model, given), "notes": []}

        return {"changed": [], **guarded(run, request["time_limit"], request["name"], answer)}

    return {"status": "called", "calls": each(call, request["calls"])}


def _read(model: Any, given: dict) -> list[Any]:
    import torch

    from rnnlab.capstone.torch_models import goes_on, read_off, same

    if not isinstance(model, torch.nn.Module):
        return [
            WRONG_KIND,
            model.__name__ if isinstance(model, type) else type(model).__name__,
            isinstance(model, type),
        ]
    try:
        network = read_off(model, int(given["V"]))
        same(model, network, np.asarray(given["ids"]))
        goes_on(model, np.asarray(given["ids"]))
    except ValueError as problem:
        if not ours(problem):
            raise
        return [REFUSED, str(problem)[:500]]
    return [[one.kind for one in network.layers], int(network.parameters)]
