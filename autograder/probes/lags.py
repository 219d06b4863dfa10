"""The probe for measuring gradients of a torch network: hand over one built from arrays, and see what is left in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.probes.call import describe, each, misfit
from autograder.probes.guard import guarded
from autograder.probes.plain import plain, returned


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer(model, x)`` twice for every entry of ``request["calls"]``: x, W_xh, W_hh and b.

    The model is a tanh network, ``model(x) -> h (N,T,H), h_T (N,H)``. Sent are what came back from either call, and how
    many parameters hold a gradient after the first, an array of one. The second call has the same model and tensor.
    """
    import torch  # here, since its import takes longer than a call may

    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}
    unfit = misfit(answer, ["model", "x"])
    if unfit is not None:
        return {"status": "signature", "takes": unfit, "named": str(getattr(answer, "__name__", ""))}

    def call(arguments: dict) -> dict:
        reply = guarded(lambda: _run(torch, answer, arguments), request["time_limit"], request["name"], answer)
        return {"changed": [], **reply}

    return {"status": "called", "calls": each(call, request["calls"])}


def _run(torch: Any, answer: Any, arguments: dict) -> dict:
    model = _network(torch, arguments)
    x = torch.tensor(arguments["x"], dtype=torch.float64)
    reply = returned(answer(model, x), 1)
    if len(reply["outputs"]) != 1:
        return {**reply, "outputs": [{"type": "tuple"}] * 2 + [np.zeros(1)]}
    if reply["outputs"][0] is None:
        return reply
    left = sum(p.grad is not None for p in model.parameters())
    again = plain(answer(model, x))[0]
    return {**reply, "outputs": [reply["outputs"][0], again, np.array([float(left)])], "notes": []}


def _network(torch: Any, arguments: dict) -> Any:
    """A tanh network from arrays, float64, which starts from zero."""

    class Network(torch.nn.Module):
        def __init__(self, D: int, H: int) -> None:
            super().__init__()
            self.rnn = torch.nn.RNN(D, H, batch_first=True)

        def forward(self, x: Any) -> tuple:
            h, last = self.rnn(x)
            return h, last[0]

    H, D = arguments["W_xh"].shape
    model = Network(D, H).double()
    W_xh, W_hh, b = (torch.tensor(arguments[n], dtype=torch.float64) for n in ("W_xh", "W_hh", "b"))
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), (W_xh, W_hh, b, torch.zeros_like(b))):
            parameter.copy_(value)
    return model
