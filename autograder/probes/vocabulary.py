"""The probe for a vocabulary: build one from a text, encode and decode with it, and try a character that it lacks."""

from __future__ import annotations

import inspect
from typing import Any

from autograder.probes.call import describe, each
from autograder.probes.guard import guarded
from autograder.probes.plain import plain


def probe(answer: Any, request: dict) -> dict:
    """Use the student's class once for every entry of ``request["calls"]``: text, letters, sample, foreign.

    Outputs: the length of the vocabulary, ``letters`` and ``sample`` encoded, ``sample`` there and back, what came of
    encoding ``foreign``: what was returned, or the error's type and words; nothing where ``foreign`` is empty.
    """
    if not inspect.isclass(answer):
        status = "not_module" if type(answer).__name__ == request["name"] else "not_callable"
        return {"status": status, **describe(answer), "class": False}

    def call(arguments: dict) -> dict:
        reply = guarded(lambda: _run(answer, **arguments), request["time_limit"], request["name"], answer.encode)
        return {"changed": [], **reply}

    return {"status": "called", "calls": each(call, request["calls"])}


def _run(answer: Any, text: str, letters: str, sample: str, foreign: str) -> dict:
    vocabulary = answer.build(text)
    first, ids = vocabulary.encode(letters), vocabulary.encode(sample)
    values = [len(vocabulary), first, ids, vocabulary.decode(ids), _tried(vocabulary, foreign)]
    return {
        "status": "returned",
        "outputs": [plain(v)[0] if not isinstance(v, dict) else v for v in values],
        "notes": [],
    }


def _tried(vocabulary: Any, foreign: str) -> Any:
    """What came of a text with a character that the vocabulary lacks."""
    if not foreign:
        return ""
    try:
        return {"returned": plain(vocabulary.encode(foreign))[0]}
    except Exception as problem:
        return {"type": type(problem).__name__, "message": str(problem)[:500]}
