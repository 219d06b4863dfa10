"""Which earlier functions an answer uses, as far as its code tells."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from typing import Any

LIBRARIES = ("torch", "numpy", "builtins", "abc", "typing")
MOST = 500  # functions and classes that are looked at


def uses(answer: Any, wanted: Iterable[str]) -> list[str]:
    """Those of the wanted names that the answer, or what it calls in the same notebook, refers to.

    All of them where there is no Python code to read.
    """
    wanted, found = set(wanted), set()
    if not isinstance(answer, (types.FunctionType, type)):
        return sorted(wanted)
    left, seen = [answer], set()
    while left and len(seen) < MOST:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        for name, value in _referred(one):
            found |= wanted & {name, getattr(value, "__name__", "")}
            if isinstance(value, (types.FunctionType, type)):
                left.append(value)
    return sorted(found)


def _referred(one: Any) -> Iterator[tuple[str, Any]]:
    """Names in the code of a function or class, with what they stand for; strings too, which may be looked up."""
    if (one.__module__ or "").split(".")[0] in LIBRARIES:
        return
    if isinstance(one, type):
        for value in (*vars(one).values(), *one.__bases__):
            inner = getattr(value, "__func__", getattr(value, "fget", value))
            yield "", inner
        return
    for value in (*(one.__defaults__ or ()), *(one.__kwdefaults__ or {}).values()):
        yield "", value
    for cell in one.__closure__ or ():
        try:
            yield "", cell.cell_contents
        except ValueError:
            continue
    yield "", getattr(one, "__wrapped__", None)
    for code in _codes(one.__code__):
        for name in (*code.co_names, *code.co_varnames, *code.co_freevars):
            yield name, one.__globals__.get(name)
        for value in code.co_consts:
            if isinstance(value, str):
                yield value, None


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _codes(inner)
