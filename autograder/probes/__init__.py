"""Probes run beside the student's code. They call it, send back plain data, and know no answers."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from autograder.probes import codec
from autograder.probes.uses import uses


def run(request: str, answer: Any) -> str:
    """Try ``answer`` as the request says. Request and reply are the JSON text of ``codec``.

    A request has ``probe`` (a module of this package), ``name``, ``parameters``, ``outputs`` (how many), ``options``,
    ``time_limit`` (seconds a call) and ``calls`` (for each, a dict from argument name to value); perhaps ``requires``,
    of which the reply then says what the answer ``uses``.
    """
    asked = codec.loads(request)
    reply = _module(asked["probe"]).probe(answer, asked)
    return codec.dumps(reply | {"uses": uses(answer, asked["requires"])} if asked.get("requires") else reply)


def arguments(name: str, given: dict[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """What the probe of this name calls an answer with, by argument name, made of the data of one call.

    A probe that hands over more than data (a model, a function, a generator) has an ``arguments`` of its own.
    """
    made = getattr(_module(name), "arguments", None)
    return made(given, options) if made else given


def _module(name: str) -> ModuleType:
    if not name.isidentifier():
        raise ValueError(f"no such probe: {name}")
    return importlib.import_module(f"autograder.probes.{name}")
