"""The usual probe: call a function with arrays and send back what it returns and which arguments it changed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.probes.guard import guarded
from autograder.probes.plain import returned


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer`` once for every entry of ``request["calls"]``, a dict from argument name to value."""
    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}
    names = request["parameters"]
    unfit = misfit(answer, names)
    if unfit is not None:
        return {"status": "signature", "takes": unfit, "named": str(getattr(answer, "__name__", ""))}
    by_name = _by_name(answer, names)
    return {"status": "called", "calls": each(lambda a: _call(answer, a, request, by_name), request["calls"])}


def each(call: Callable[[dict], dict], arguments: list[dict]) -> list[dict]:
    """The reply to every call. Once one has used up its time, or was interrupted, the rest are not tried."""
    replies: list[dict] = []
    for one in arguments:
        stopped = replies and replies[-1]["status"] in ("timeout", "interrupted")
        replies.append(dict(replies[-1]) if stopped else call(one))
    return replies


def describe(answer: Any) -> dict:
    """What was passed in place of a function, in words."""
    shape = getattr(answer, "shape", None)
    return {"type": type(answer).__name__, "shape": list(shape) if isinstance(shape, tuple) else None}


def misfit(answer: Callable, names: list[str]) -> list[str] | None:
    """The parameters of ``answer`` when it cannot be called with as many arguments as there are names, else None."""
    try:
        signature = inspect.signature(answer)
    except (ValueError, TypeError):
        return None
    try:
        signature.bind(*names)
    except TypeError:
        return list(signature.parameters)
    return None


def _by_name(answer: Callable, names: list[str]) -> bool:
    """Whether the parameters carry the names of the spec in another order, so that they must go by name."""
    try:
        parameters = inspect.signature(answer).parameters
    except (ValueError, TypeError):
        return False
    plain = [n for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    return plain[: len(names)] != list(names) and set(names) <= set(plain)


def _call(answer: Callable, arguments: dict, request: dict, by_name: bool) -> dict:
    before = {n: np.array(v) for n, v in arguments.items() if isinstance(v, np.ndarray)}

    def run() -> dict:
        value = answer(**arguments) if by_name else answer(*arguments.values())
        return returned(value, request["outputs"])

    reply = guarded(run, request["time_limit"], request["name"], answer)
    if by_name and reply["status"] == "returned":
        reply["notes"] = [*reply["notes"], "by_name"]
    reply["changed"] = [n for n, old in before.items() if not np.array_equal(old, arguments[n], equal_nan=True)]
    return reply
