"""From what a child sent to what the rest of the grader may rely on: rebuilt, of known form and size, or replaced.

A reply to a probe has exactly one entry for every call that was asked for: judging one that is short, or whose parts
are of another type than a probe sends, is where a liar would gain points.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from autograder.messages import _
from autograder.probes import codec
from autograder.sandbox.inside import frames
from autograder.sandbox.limits import Limits

MIME = re.compile(r"[a-z0-9.+-]{1,60}/[A-Za-z0-9.+_;=-]{1,100}")
STATUSES = ("ok", "error", "timeout", "output_limit")
CALLED = ("returned", "raised", "exit", "timeout", "interrupted", "not_attempted", "parameters")
WORDS = ("type", "message", "what", "line", "function")
LARGEST_INT = 2**63
MOST_OUTPUTS = 2000
DEEPEST = 20


def cell(reply: dict[str, Any], limits: Limits) -> tuple[str, tuple[dict[str, Any], ...], str]:
    """Status, outputs and a reason, from the reply to a cell."""
    status = reply.get("status")
    if not isinstance(status, str) or status not in STATUSES:
        return "error", (), _("the cell could not be run: {what}").format(what=_text(reply.get("problem"), 300))
    found = reply.get("outputs")
    outputs = [_output(o, limits.output) for o in found[:MOST_OUTPUTS]] if isinstance(found, list) else []
    return status, tuple(o for o in outputs if o is not None), ""


def _output(found: Any, most: int) -> dict[str, Any] | None:
    """One output as nbformat has it, or None."""
    kind = found.get("output_type") if isinstance(found, dict) else None
    if kind == "stream":
        name = "stderr" if found.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": _text(found.get("text"), most)}
    if kind == "error":
        trace = found.get("traceback")
        lines = [_text(line, 20_000) for line in trace[:200]] if isinstance(trace, list) else []
        name, value = _text(found.get("ename"), 200), _text(found.get("evalue"), 5000)
        return {"output_type": kind, "ename": name, "evalue": value, "traceback": lines}
    if kind == "display_data":
        return {"output_type": kind, "data": _bundle(found.get("data")), "metadata": {}}
    if kind == "execute_result":
        count = found.get("execution_count")
        count = count if type(count) is int and 0 <= count < 10**6 else None
        return {"output_type": kind, "data": _bundle(found.get("data")), "metadata": {}, "execution_count": count}
    return None


def _bundle(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        return {}
    kept = {}
    for name, value in found.items():
        if isinstance(name, str) and MIME.fullmatch(name):
            kept[name] = _json(value) if name.endswith("json") else _text(value, 2**26)
    return kept


def _json(value: Any, depth: int = 0) -> Any:
    """JSON that any writer can write: not deep, and with clean text."""
    if isinstance(value, (dict, list)) and depth >= DEEPEST:
        return None
    if isinstance(value, dict):
        return {_text(n, 1000): _json(v, depth + 1) for n, v in value.items()}
    if isinstance(value, list):
        return [_json(v, depth + 1) for v in value]
    return _text(value, 2**26) if isinstance(value, str) else value


def _text(value: Any, most: int) -> str:
    """Text that any file can hold: no half characters, and not too long."""
    text = value if isinstance(value, str) else ""
    return text[:most].encode("utf-8", "replace").decode()


def probe(reply: dict[str, Any], asked: dict[str, Any], name: str, limits: Limits) -> str:
    """The text for the judge, from the reply to a probe."""
    if reply.get("missing") is True:
        return _all(asked, {"status": "undefined"})
    if "too_large" in reply:
        return _damaged(asked, _("more than {size:,} MB").format(size=limits.reply // 10**6))
    text = reply.get("reply")
    if not isinstance(text, str):
        return _damaged(asked, _text(reply.get("problem"), 300) or _("no answer of the kind that was asked for"))
    try:
        if len(text) > limits.reply or frames.values(text.encode("utf-8", "replace")) > limits.nodes:
            return _damaged(asked, _("more than {size:,} MB").format(size=limits.reply // 10**6))
        return codec.dumps(_rebuilt(codec.loads(text), asked))
    except codec.BadData as problem:
        return _damaged(asked, str(problem))
    except Exception as problem:  # whatever a made-up reply can raise
        return _damaged(asked, type(problem).__name__)


def instead(asked: dict[str, Any], status: str, why: str, seconds: float) -> str:
    """The text for the judge when the child did not live to answer."""
    if status == "timeout":
        return _all(asked, {"status": "timeout", "seconds": min(seconds, float(asked["time_limit"]))})
    return _all(asked, {"status": "died", "message": why})


def _all(asked: dict[str, Any], call: dict[str, Any]) -> str:
    return codec.dumps({"status": "called", "calls": [{**call, "changed": []}] * len(asked["calls"])})


def _damaged(asked: dict[str, Any], problem: str) -> str:
    return _all(asked, {"status": "damaged", "problem": problem})


def _rebuilt(data: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """The same reply with known fields of known types alone. Raises BadData."""
    status = _known(data, ("called", "not_callable", "not_module", "signature"))
    if status == "signature":
        takes = [_text(n, 100) for n in _list(data.get("takes"), 100)]
        return {"status": status, "takes": takes, "named": _text(data.get("named"), 100)}
    if status != "called":
        shape = None if data.get("shape") is None else _sizes(data["shape"])
        return {
            "status": status,
            "type": _text(data.get("type"), 100),
            "shape": shape,
            "class": data.get("class") is True,
        }
    calls = _list(data.get("calls"), len(asked["calls"]))
    if len(calls) != len(asked["calls"]):
        raise codec.BadData("answers to other calls than were made")
    found: dict[str, Any] = {"status": status, "calls": [_call(c, asked) for c in calls]}
    if asked.get("requires") and isinstance(data.get("uses"), list):
        found["uses"] = [name for name in asked["requires"] if name in data["uses"]]
    return found


def _call(found: Any, asked: dict[str, Any]) -> dict[str, Any]:
    status = _known(found, CALLED)
    changed = _list(found.get("changed", []), 100)
    call: dict[str, Any] = {"status": status, "changed": [n for n in asked["parameters"] if n in changed]}
    if status == "returned":
        call["outputs"] = [_value(v) for v in _list(found.get("outputs"), 1000)]
        call["notes"] = [n for n in ("list", "tensor", "by_name") if n in _list(found.get("notes", []), 10)]
        return call | ({"printed": _text(found["printed"], 300)} if "printed" in found else {})
    call |= {n: _text(found[n], 500) for n in WORDS if n in found}
    if status == "raised":
        call = {"type": "Exception", "message": ""} | call
    elif status == "timeout":
        call["seconds"] = float(asked["time_limit"])
    elif status == "not_attempted":
        call["what"] = call.get("what", "") if str(call.get("what", "")).isidentifier() else ""
        call["begun"] = found.get("begun") is True
    elif status == "parameters":
        call |= {"found": _shapes(found.get("found")), "wanted": _shapes(found.get("wanted"))}
        call["attributes"] = [_text(n, 100) for n in _list(found.get("attributes"), 100)]
    return _placed(call, found)


def _placed(call: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """With where it happened, when that is whole."""
    number = found.get("lineno")
    if call.get("line") and "function" in call and type(number) is int and 0 <= number < 10**6:
        shapes = found.get("shapes", {})
        return call | {"lineno": number, "shapes": _shapes(shapes) if isinstance(shapes, dict) else {}}
    return {n: v for n, v in call.items() if n not in ("line", "function")}


def _known(found: Any, statuses: tuple[str, ...]) -> str:
    status = found.get("status") if isinstance(found, dict) else None
    if not isinstance(status, str) or status not in statuses:
        raise codec.BadData("no answer of the kind that was asked for")
    return status


def _list(found: Any, most: int) -> list:
    if not isinstance(found, list) or len(found) > most:
        raise codec.BadData("no answer of the kind that was asked for")
    return found


def _sizes(found: Any) -> list[int]:
    return [s for s in _list(found, 64) if type(s) is int and 0 <= s < LARGEST_INT]


def _shapes(found: Any) -> dict[str, list[int]]:
    if not isinstance(found, dict) or len(found) > 200:
        raise codec.BadData("no answer of the kind that was asked for")
    return {_text(n, 100): _sizes(s) for n, s in found.items()}


def _value(found: Any) -> Any:
    """One output: an array, a number, text, a list of arrays or texts, nothing, or in words what is none of these."""
    if found is None or isinstance(found, (bool, float, np.ndarray)):
        return found
    if isinstance(found, int):
        return found if abs(found) < LARGEST_INT else {"type": "int"}
    if isinstance(found, str):
        return _text(found, 10**6)
    if isinstance(found, list) and all(isinstance(v, str) for v in found):
        return [_text(v, 10**6) for v in found]
    if isinstance(found, list) and all(isinstance(v, np.ndarray) for v in found):
        return found
    if not isinstance(found, dict):
        return {"type": type(found).__name__}
    if "returned" in found:  # what came where an error should have been raised
        return {"returned": None if isinstance(found["returned"], dict) else _value(found["returned"])}
    said = {"message": _text(found["message"], 500)} if "message" in found else {}
    return {"type": _text(found.get("type"), 100), **said}
