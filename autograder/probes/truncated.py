"""The probe for training in chunks: a small torch network that remembers its starts and what flows into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.probes.call import describe, each
from autograder.probes.guard import guarded
from autograder.probes.optimisers import Descent
from autograder.probes.plain import plain

WEIGHTS = ("W_xh", "W_hh", "b", "W_hy", "b_y")


def arguments(given: dict, options: Mapping[str, Any]) -> dict:
    """A model and an optimiser made of the arrays, the loss, and the stream as tensors."""
    import torch

    model = _network(torch, given)
    optimiser = _watching(torch, model, options["rate"])
    x, y, h = (torch.tensor(given[n], dtype=torch.float64) for n in ("x", "y", "h"))
    return {"model": model, "optimiser": optimiser, "loss": _mean_squared, "x": x, "y": y, "h": h, "k": given["k"]}


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer(model, optimiser, loss, x, y, h, k)`` for every entry of ``request["calls"]``.

    The model is built from the arrays of the entry, ``model(x, h) -> outputs, last state``; the optimiser is plain
    gradient descent with the rate of the options, the loss the mean squared error. Sent are the losses and the state
    that came back; for every call of the model the state it started from, and the sum of the absolute gradients that
    flowed from there into whatever made that state; the gradient of W_hh at every update; and how many of the tensors
    that came back still hold a graph, where the entry's ``strict`` is true.
    """
    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}

    def call(given: dict) -> dict:
        reply = guarded(lambda: _run(answer, given, request), request["time_limit"], request["name"], answer)
        return {"changed": [], **reply}

    return {"status": "called", "calls": each(call, request["calls"])}


def _run(answer: Any, given: dict, request: dict) -> dict:
    import torch

    model, optimiser, *rest = arguments(given, request["options"]).values()
    value = answer(model, optimiser, *rest)
    if value is None:
        return {"status": "returned", "outputs": [None], "notes": []}
    losses, state = (_array(torch, v) for v in _pair(value))
    kept = sum(_holds(torch, v) for v in _each(value)) if given["strict"] else 0
    H = model.rnn.hidden_size
    outputs = [
        losses,
        state,
        np.array(model.starts).reshape(-1, *given["h"].shape) if _alike(model.starts) else model.starts[0],
        np.array(model.crossed),
        np.array(optimiser.seen).reshape(-1, H, H),
        np.array([float(kept)]),
    ]
    return {"status": "returned", "outputs": outputs, "notes": []}


def _network(torch: Any, given: dict) -> Any:
    """A recurrent network with a readout, from arrays; float64."""

    class Network(torch.nn.Module):
        def __init__(self, D: int, H: int, O: int) -> None:
            super().__init__()
            self.rnn = torch.nn.RNN(D, H, batch_first=True)
            self.readout = torch.nn.Linear(H, O)
            self.starts: list = []
            self.crossed: list = []

        def forward(self, x: Any, h: Any) -> tuple:
            place = len(self.starts)
            self.starts.append(h.detach().numpy().copy())
            self.crossed.append(0.0)
            if h.grad_fn is not None:
                h.register_hook(lambda g: self.cross(place, float(g.abs().sum())))
            states, last = self.rnn(x, h[None])
            return self.readout(states), last[0].clone()  # no view, so that detach_() works

        def cross(self, place: int, amount: float) -> None:
            self.crossed[place] += amount

    H, D = given["W_xh"].shape
    model = Network(D, H, len(given["b_y"])).double()
    W_xh, W_hh, b, W_hy, b_y = (torch.tensor(given[n], dtype=torch.float64) for n in WEIGHTS)
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), (W_xh, W_hh, b, torch.zeros_like(b), W_hy, b_y)):
            parameter.copy_(value)
    model.rnn.bias_hh_l0.requires_grad_(False)
    return model


def _watching(torch: Any, model: Any, rate: float) -> Any:
    """Plain gradient descent that keeps, in ``seen``, the gradient of W_hh at every update."""
    watched = model.rnn.weight_hh_l0

    class Watching(Descent):
        def step(self) -> None:
            grad = watched.grad
            self.seen.append(np.zeros(watched.shape) if grad is None else grad.numpy().copy())
            super().step()

    optimiser = Watching(torch, model, rate)
    optimiser.seen = []
    return optimiser


def _mean_squared(outputs: Any, y: Any) -> Any:
    """The loss, which minds the order of its arguments as other losses do."""
    if outputs.shape != y.shape:
        raise ValueError(f"loss was given outputs of shape {tuple(outputs.shape)} and targets of {tuple(y.shape)}")
    if y.requires_grad:
        raise ValueError("loss takes the outputs first, then the targets")
    return ((outputs - y) ** 2).mean()


def _pair(value: Any) -> tuple:
    """Losses and state as they came; a list alone is taken for the losses, and what is no pair for neither."""
    if isinstance(value, tuple) and len(value) != 2:
        return {"type": f"tuple of {len(value)}"}, None
    if isinstance(value, tuple) or (isinstance(value, list) and len(value) == 2 and np.ndim(value[1]) == 2):
        return tuple(value)
    return value, None


def _array(torch: Any, value: Any) -> Any:
    """What came back as plain data; a list of tensors with one number each as an array of numbers."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(v, torch.Tensor) for v in value):
        return np.array([v.detach().numpy() for v in value]) if _alike(value) else {"type": "ragged list"}
    if isinstance(value, list) and not value:
        return {"type": "list without entries (was no chunk run?)"}
    found = value if isinstance(value, dict) else plain(value)[0]
    return np.asarray(found) if isinstance(found, float | int) else found


def _alike(values: list) -> bool:
    """Whether all have one shape."""
    return len({tuple(np.shape(v)) for v in values}) < 2


def _each(value: Any) -> list:
    """What came back, lists taken apart."""
    value = value if isinstance(value, (tuple, list)) else [value]
    return [part for v in value for part in (v if isinstance(v, (list, tuple)) else [v])]


def _holds(torch: Any, value: Any) -> bool:
    """Whether this is a tensor that keeps the graph alive from which it was made."""
    return isinstance(value, torch.Tensor) and value.grad_fn is not None
