"""The probe for torch modules: build one from weights that arrive as arrays, run it, and read off the gradients."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from autograder.probes.call import describe, each
from autograder.probes.guard import guarded
from autograder.probes.plain import returned


def probe(answer: Any, request: dict) -> dict:
    """Build the student's class once for every entry of ``request["calls"]``, and run it forward and backward.

    Options: ``init`` names the sizes the class is built with, ``parameters`` the arrays copied into its parameters of
    the same names, ``inputs`` the arguments of ``forward``, ``cotangents`` the weights of the outputs in the scalar
    whose gradients are sent. Outputs are those of ``forward``, then the gradients of inputs and parameters in order.
    """
    import torch

    if not inspect.isclass(answer) or not issubclass(answer, torch.nn.Module):
        if not (inspect.isfunction(answer) and request["options"].get("function")):
            return {"status": "not_module", **describe(answer), "class": inspect.isclass(answer)}

    def call(arguments: dict) -> dict:
        reply = guarded(lambda: _run(torch, answer, arguments, request), request["time_limit"], request["name"], answer)
        return {"changed": [], **reply}

    return {"status": "called", "calls": each(call, request["calls"])}


def _run(torch: Any, answer: Any, arguments: dict, request: dict) -> dict:
    options = request["options"]
    sizes = [int(arguments[n]) for n in options["init"]]
    module = answer(*sizes).double()
    problem = _fill(torch, module, arguments, options["parameters"])
    if problem:
        return problem
    inputs = [torch.tensor(arguments[n], dtype=torch.float64, requires_grad=True) for n in options["inputs"]]
    value = module(*inputs)
    reply = returned(value, len(options["cotangents"]))
    reply["notes"] = []
    tensors = value if isinstance(value, (tuple, list)) else (value,)
    if len(tensors) != len(options["cotangents"]):
        return reply
    if not all(isinstance(t, torch.Tensor) for t in tensors):
        given = zip(tensors, reply["outputs"])
        reply["outputs"] = [o if isinstance(t, torch.Tensor) else {"type": type(t).__name__} for t, o in given]
        return reply
    weights = [torch.tensor(arguments[n], dtype=torch.float64) for n in options["cotangents"]]
    if any(t.shape != w.shape for t, w in zip(tensors, weights)):
        return reply
    scalar = sum((t * w).sum() for t, w in zip(tensors, weights))
    leaves = inputs + [dict(module.named_parameters())[n] for n in options["parameters"]]
    reply["outputs"] += _gradients(torch, scalar, leaves)
    return reply


def _fill(torch: Any, module: Any, arguments: dict, names: list[str]) -> dict | None:
    """Copy the weights in; what is missing or of another shape comes back as plain data."""
    found = {n: list(p.shape) for n, p in module.named_parameters()}
    wanted = {n: list(np.shape(arguments[n])) for n in names}
    if found != wanted:
        attributes = [n for n in names if n not in found and hasattr(module, n)]
        return {"status": "parameters", "found": found, "wanted": wanted, "attributes": attributes}
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(torch.tensor(arguments[name]))
    return None


def _gradients(torch: Any, scalar: Any, leaves: list) -> list[np.ndarray]:
    """Gradients of the scalar; zero where nothing is connected."""
    if not scalar.requires_grad:
        return [np.zeros(tuple(leaf.shape)) for leaf in leaves]
    grads = torch.autograd.grad(scalar, leaves, allow_unused=True)
    return [np.zeros(tuple(leaf.shape)) if g is None else g.numpy() for g, leaf in zip(grads, leaves)]
