"""The probe for a character model in torch: run it forward, watch one step of its training, or train it for a while.

A model that was trained stays, and reads in later requests what it is fed, a character at a time.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograder.probes.call import describe, each
from autograder.probes.guard import guarded
from autograder.probes.optimisers import Adam, Optimiser

_trained: dict[int, list] = {}  # by the number of the call: the model, and the state it has come to


def probe(answer: Any, request: dict) -> dict:
    """Do with the student's class what the ``task`` of every entry of ``request["calls"]`` says, and send the scores.

    The class is built with V and H, ``forward(ids, h)`` gives logits and a state, ``learn(x, y, h, optimizer)`` a loss
    and a state. States are handed back as they came: what they are made of is the student's affair. A call with ``fed``
    is about the model that was trained in the call of that number: the scores for the characters that come with it.
    """
    import torch

    if "fed" in request["calls"][0]:
        return {"status": "called", "calls": each(lambda one: _fed(torch, answer, one, request), request["calls"])}
    _trained.clear()

    if not inspect.isclass(answer) or not issubclass(answer, torch.nn.Module):
        return {"status": "not_module", **describe(answer), "class": inspect.isclass(answer)}
    tasks = {"forward": _forward, "learn": _learn, "train": _train}

    numbers = iter(range(len(request["calls"])))

    def call(arguments: dict) -> dict:
        one, number = dict(arguments), next(numbers)
        task, V, H, seed = tasks[one.pop("task")], one.pop("V"), one.pop("H"), one.pop("seed")

        def run() -> dict:
            with torch.random.fork_rng(devices=[]), _one_thread(torch):
                torch.manual_seed(seed)
                model = _without_dropout(torch, answer(int(V), int(H)))
                outputs = task(torch, model, {n: _tensor(torch, v) for n, v in one.items()})
            if task is _train:
                _trained[number] = [model, None]
            return {"status": "returned", "outputs": outputs, "notes": []}

        return {"changed": [], **guarded(run, request["time_limit"], request["name"], answer)}

    return {"status": "called", "calls": each(call, request["calls"])}


@contextmanager
def _one_thread(torch: Any) -> Iterator[None]:
    """For models as small as these more threads only get in each other's way."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _tensor(torch: Any, value: Any) -> Any:
    return torch.tensor(value.astype(np.int64)) if isinstance(value, np.ndarray) else value


def _without_dropout(torch: Any, model: Any) -> Any:
    """The model with nothing left to chance, so that two runs of it can be compared."""
    for part in model.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
        elif isinstance(getattr(part, "dropout", None), float):
            part.dropout = 0.0
    return model


def _pair(value: Any, method: str) -> tuple:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{method} should return two things; it returned {type(value).__name__}")
    return tuple(value)


def _scores(torch: Any, model: Callable, ids: Any, h: Any = None) -> tuple[np.ndarray, Any]:
    with torch.no_grad():
        logits, h = _pair(model(ids, h), "forward")
    if not isinstance(logits, torch.Tensor):
        raise TypeError(f"forward should return logits as a tensor; they came as {type(logits).__name__}")
    return logits.float().numpy(), h


def _one_by_one(torch: Any, model: Callable, ids: Any) -> list[np.ndarray]:
    """The scores when the model is fed one character at a time, and its state is handed back to it."""
    h, found = None, []
    for t in range(ids.shape[1]):
        scores, h = _scores(torch, model, ids[:, t : t + 1], h)
        found.append(scores)
    return found


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    fits = all(p.ndim == 3 and p.shape == parts[0].shape for p in parts)
    return np.concatenate(parts, axis=1) if fits else parts[0]


def _forward(torch: Any, model: Any, given: dict) -> list[np.ndarray]:
    """Scores for ``ids``, for the three other texts, and for ``ids`` one by one."""
    model.eval()
    whole = [_scores(torch, model, given[n])[0] for n in ("ids", "future", "past", "others")]
    return [*whole, _joined(_one_by_one(torch, model, given["ids"]))]


def _learn(torch: Any, model: Any, given: dict) -> list[np.ndarray]:
    """Two steps of training on the same batch and one on the next, with an optimiser that only writes down.

    Sends the losses, the size of the gradient at each step of the optimiser and how many steps there were before, and
    scores: for ``x``; for ``x2`` after ``x`` was read, with the state of ``learn``, and from the start.
    """

    class Recorder(Optimiser):
        def step(self, closure: Any = None) -> None:
            norms.append(float(sum((p.grad**2).sum() for p in self.learning())) ** 0.5)

    norms: list[float] = []
    recorder = Recorder(torch, model, 0.0)
    x, y, x2, y2 = (given[n] for n in ("x", "y", "x2", "y2"))
    losses, marks, states = [], [], [None]
    for inputs, targets, carried in ((x, y, False), (x, y, False), (x2, y2, True)):
        loss, h = _pair(model.learn(inputs, targets, states[-1] if carried else None, recorder), "learn")
        losses.append(_number(loss))
        marks.append(len(norms))
        states.append(h)
    model.eval()
    first, state = _scores(torch, model, x)
    scores = [first, *(_scores(torch, model, x2, one)[0] for one in (state, states[2], None))]
    return [np.array(losses), np.array(norms), np.array(marks), *scores]


def _number(loss: Any) -> float:
    if loss is None or np.size(loss.detach().numpy() if hasattr(loss, "detach") else loss) != 1:
        raise TypeError("learn should return the loss, one number, and then the state")
    return float(loss)


def _train(torch: Any, model: Any, given: dict) -> list[np.ndarray]:
    """Train on the batches ``x`` and ``y`` (B, N, T) in order. What it learnt shows in what it makes of what is fed."""
    optimizer, h = Adam(torch, model, given["lr"]), None
    model.train()
    for x, y in zip(given["x"], given["y"]):
        _loss, h = _pair(model.learn(x, y, h, optimizer), "learn")
    model.eval()
    return []


def _fed(torch: Any, answer: Any, one: dict, request: dict) -> dict:
    """The scores of a trained model for what comes next in its text, or for a whole text from its beginning."""
    ids = _tensor(torch, next(v for v in one.values() if isinstance(v, np.ndarray)))

    def run() -> dict:
        model, h = _trained[one["fed"]]
        with _one_thread(torch):
            scores, after = _scores(torch, model, ids, None if one["whole"] else h)
        _trained[one["fed"]][1] = after
        return {"status": "returned", "outputs": [scores], "notes": []}

    return {"changed": [], **guarded(run, request["time_limit"], request["name"], answer)}
