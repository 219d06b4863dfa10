"""Probes run beside the student's code. They call it, send back plain data, and know no answers."""

from __future__ import annotations

import importlib
from typing import Any

from autograder.probes import codec


def run(request: str, answer: Any) -> str:
    """Try ``answer`` as the request says. Request and reply are the JSON text of ``codec``.

    A request has ``probe`` (a module of this package), ``name``, ``parameters``, ``outputs`` (how many), ``options``,
    ``time_limit`` (seconds a call) and ``calls`` (for each, a dict from argument name to value).
    """
    asked = codec.loads(request)
    if not asked["probe"].isidentifier():
        raise ValueError(f"no such probe: {asked['probe']}")
    module = importlib.import_module(f"autograder.probes.{asked['probe']}")
    return codec.dumps(module.probe(answer, asked))
