"""Cells that grading leaves out, since they train or draw at length, and what the answers of a notebook use of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from autograder.grading.scripts import parsed

_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MISSING = re.compile(r"name '(\w+)' is not defined")


def definitions(source: str) -> list[tuple[str, set[str]]]:
    """The imports, functions and classes at the top level of a cell, each as text, with the names that it defines."""
    tree = parsed(source)
    lines = source.splitlines()
    found = []
    for node in tree.body if tree else ():
        if isinstance(node, _IMPORTS):
            names = {(a.asname or a.name).split(".")[0] for a in node.names}
        elif isinstance(node, _DEFINED):
            names = {node.name}
        else:
            continue
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        found.append(("\n".join(lines[first - 1 : node.end_lineno]), names))
    return found


def assigned(source: str) -> set[str]:
    """The names that a cell gives values to, outside its functions and classes."""
    tree = parsed(source)
    rest = [node for node in tree.body if not isinstance(node, (*_IMPORTS, *_DEFINED))] if tree else []
    stored = (sub for node in rest for sub in ast.walk(node))
    return {sub.id for sub in stored if isinstance(sub, ast.Name) and isinstance(sub.ctx, ast.Store)}


def missing(said: str, names: Iterable[str]) -> str | None:
    """The one of these names that a NameError is about, if one of them is."""
    found = _MISSING.search(said)
    return found[1] if found and found[1] in set(names) else None
