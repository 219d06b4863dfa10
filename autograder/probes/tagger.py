"""The probe for a tagger in torch: run it on padded sequences, or watch steps of its training."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.probes.call import describe, each
from autograder.probes.guard import guarded
from autograder.probes.language_model import _one_thread, _tensor, _without_dropout
from autograder.probes.optimisers import Optimiser

TEXTS = ("ids", "future", "past", "padded", "others")


def probe(answer: Any, request: dict) -> dict:
    """Do with the student's class what the ``task`` of every entry of ``request["calls"]`` says, and send the scores.

    The class is built with V, C, H and whether it reads in two directions; ``forward(ids, lengths)`` gives logits,
    ``learn(ids, tags, lengths, optimizer)`` a loss.
    """
    import torch

    if not inspect.isclass(answer) or not issubclass(answer, torch.nn.Module):
        return {"status": "not_module", **describe(answer), "class": inspect.isclass(answer)}
    tasks = {"forward": _forward, "learn": _learn}

    def call(given: dict) -> dict:
        def run() -> dict:
            with torch.random.fork_rng(devices=[]), _one_thread(torch):
                torch.manual_seed(given["seed"])
                made = answer(int(given["V"]), int(given["C"]), int(given["H"]), bool(given["both"]))
                data = {n: _tensor(torch, v) for n, v in given.items()}
                outputs = tasks[given["task"]](torch, _without_dropout(torch, made), data)
            return {"status": "returned", "outputs": outputs, "notes": []}

        return {"changed": [], **guarded(run, request["time_limit"], request["name"], answer)}

    return {"status": "called", "calls": each(call, request["calls"])}


def _scores(torch: Any, model: Callable, ids: Any, lengths: Any) -> np.ndarray:
    with torch.no_grad():
        logits = model(ids.clone(), lengths.clone())
    if not isinstance(logits, torch.Tensor):
        raise TypeError(f"forward should return the logits, a tensor; it returned {type(logits).__name__}")
    return logits.float().numpy()


def _forward(torch: Any, model: Any, given: dict) -> list[np.ndarray]:
    """Scores for ``ids`` and for four changes of them."""
    model.eval()
    return [_scores(torch, model, given[n], given["lengths"]) for n in TEXTS]


def _loss(value: Any) -> float:
    """What ``learn`` returned as a number. Raises TypeError for anything else."""
    many = np.size(value.detach().numpy()) if hasattr(value, "detach") else 1
    if value is None or isinstance(value, tuple | list) or many != 1:
        came = f"{many} numbers" if many != 1 else "None" if value is None else f"a {type(value).__name__}"
        raise TypeError(f"learn should return the loss, one number; it returned {came}")
    return float(value)


def _learn(torch: Any, model: Any, given: dict) -> list[np.ndarray]:
    """Two steps of training on the same batch, with an optimiser that only writes down.

    Sends the losses, the size of the gradient at each step of the optimiser, how many steps there were after each
    call, the scores, and for how many of the parameters there was a gradient at the first step, and how many there are.
    """

    class Recorder(Optimiser):
        def step(self, closure: Any = None) -> None:
            norms.append(float(sum((p.grad**2).sum() for p in self.learning())) ** 0.5)
            reached.append(len(self.learning()))

    norms: list[float] = []
    reached: list[int] = []
    losses, marks = [], []
    recorder = Recorder(torch, model, 0.0)
    for _ in range(2):
        data = [given[n].clone() for n in ("ids", "tags", "lengths")]
        losses.append(_loss(model.learn(*data, recorder)))
        marks.append(len(norms))
    model.eval()
    scores = _scores(torch, model, given["ids"], given["lengths"])
    return [np.array(losses), np.array(norms), np.array(marks), scores, np.array(reached)]
