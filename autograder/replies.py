"""What a probe sent, checked before anything else: whoever sent it may not be the probe."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Exercise
from autograder.messages import _
from autograder.probes import codec
from autograder.trials import Trial

UNFIT = ("not_callable", "signature", "not_module")
CALL: dict[str, dict[str, type]] = {
    "returned": {"outputs": list},
    "raised": {"type": str, "message": str},
    "not_attempted": {"what": str},
    "parameters": {"found": dict, "wanted": dict, "attributes": list},
    "timeout": {},
    "exit": {},
    "interrupted": {},
    "undefined": {},
    "died": {"message": str},
}


def received(reply: str, many: int) -> dict:
    """What the probe sent, as far as it is what a probe sends. Everything else becomes a call that is damaged."""
    try:
        data = codec.loads(reply)
    except codec.BadData as problem:
        return _damaged(many, str(problem))
    status = data.get("status") if isinstance(data, dict) else None
    if status in UNFIT:
        return data
    calls = data.get("calls") if status == "called" else None
    if not isinstance(calls, list) or len(calls) != many or not all(map(_is_call, calls)):
        return _damaged(many, _("it is not a reply to what was asked"))
    found = {"status": "called", "calls": [{"changed": [], **c} for c in calls]}
    return found | ({"uses": data["uses"]} if isinstance(data.get("uses"), list) else {})


def _damaged(many: int, problem: str) -> dict:
    return {"status": "called", "calls": [{"status": "damaged", "problem": problem, "changed": []}] * many}


def _is_call(call: Any) -> bool:
    """Whether this is the reply to one call, with all that its status calls for."""
    if not isinstance(call, dict) or call.get("status") not in CALL:
        return False
    wanted = {**CALL[call["status"]], "changed": list}
    return all(isinstance(call.get(k, [] if k == "changed" else None), t) for k, t in wanted.items())


def read(exercise: Exercise, trial: Trial, reply: dict) -> dict:
    """The reply to one call, its outputs turned into what the exercise compares."""
    if exercise.reads is None or reply["status"] != "returned":
        return reply
    try:
        with np.errstate(all="ignore"):
            return {**reply, "outputs": list(exercise.reads(trial.inputs, tuple(reply["outputs"])))}
    except ValueError as problem:
        return {**reply, "status": "unreadable", "problem": str(problem)}
    except Exception:  # outputs of a kind that nobody thought of
        return {**reply, "status": "unreadable", "problem": _("it is of another kind than was asked for")}
