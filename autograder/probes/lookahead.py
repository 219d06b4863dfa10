"""The probe for a question about models: two of them are made from arrays, and the answer is asked about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.probes.call import describe, each, misfit
from autograder.probes.guard import guarded
from autograder.probes.plain import plain

NAMES = ("first", "second")


def model(tables: Mapping[str, np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """A sequence model, ``x (N,T,D) -> (N,T,O)``, in float64.

    ``W_xh``, ``W_hh``, ``b``: a cell that reads forwards, and with the ending ``_r`` one that reads backwards, if their
    states are read: through ``W_hy`` and ``W_hy_r``. ``taps (O,D)`` reads x a number of steps away, ``away``; ``mean``
    that of all steps of a sequence, ``block`` that of three steps, all of them at each of the three. What is absent is
    not read.
    """

    def run(x: Any) -> np.ndarray:
        x = np.asarray(x, dtype=float)
        if x.ndim != 3:
            raise ValueError(f"the model reads x (N, T, D); it was given an array of shape {x.shape}")
        y = np.zeros((*x.shape[:2], tables["outputs"]))
        for end, turn in (("", 1), ("_r", -1)):
            if f"W_hy{end}" in tables:
                h = _states(x[:, ::turn], *(tables[f"{n}{end}"] for n in ("W_xh", "W_hh", "b")))[:, ::turn]
                y += _each(h, tables[f"W_hy{end}"])
        if "taps" in tables:
            y += _each(_moved(x, int(tables["away"])), tables["taps"])
        if "mean" in tables and x.shape[1]:
            y += _each(np.repeat(x.mean(axis=1, keepdims=True), x.shape[1], axis=1), tables["mean"])
        if "block" in tables:
            y += _each(_in_blocks(x), tables["block"])
        return y

    return run


def _each(a: np.ndarray, W: np.ndarray) -> np.ndarray:
    """The product at every step by itself, so that a step's value does not depend on how many there are."""
    steps = [a[:, t] @ W.T for t in range(a.shape[1])]
    return np.stack(steps, axis=1) if steps else np.zeros((*a.shape[:2], len(W)))


def _states(x: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray) -> np.ndarray:
    h, states = np.zeros((len(x), len(W_hh))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b)
        states.append(h)
    return np.stack(states, axis=1) if states else np.zeros((*x.shape[:2], len(W_hh)))


def _moved(x: np.ndarray, away: int) -> np.ndarray:
    """``x[:, t + away]`` at step t, and zeros where there is no such step."""
    moved = np.zeros_like(x)
    T = x.shape[1]
    for t in range(T):
        if 0 <= t + away < T:
            moved[:, t] = x[:, t + away]
    return moved


def _in_blocks(x: np.ndarray) -> np.ndarray:
    """At each step the mean of its block: step 0 is one by itself, and then there are three steps in each."""
    means = np.zeros_like(x)
    for start in range(-2, x.shape[1], 3):
        block = slice(max(0, start), start + 3)
        means[:, block] = x[:, block].mean(axis=1, keepdims=True)
    return means


def arguments(given: dict, options: Mapping[str, Any]) -> dict:
    """The first of the two models, and x."""
    return {"model": model(given["first"]), "x": given["x"]}


def probe(answer: Any, request: dict) -> dict:
    """Call ``answer(model, x)`` for both models of every entry of ``request["calls"]``; sent is what came for each."""
    if not callable(answer):
        return {"status": "not_callable", **describe(answer)}
    unfit = misfit(answer, ["model", "x"])
    if unfit is not None:
        return {"status": "signature", "takes": unfit, "named": str(getattr(answer, "__name__", ""))}

    def call(given: dict) -> dict:
        copies = [np.array(given["x"]) for _ in NAMES]

        def run() -> dict:
            values = [answer(model(given[n]), x) for n, x in zip(NAMES, copies)]
            outputs = [None if v is None else plain(v)[0] for v in values]
            return {"status": "returned", "outputs": outputs, "notes": []}

        reply = guarded(run, request["time_limit"], request["name"], answer)
        return {**reply, "changed": [] if all(np.array_equal(c, given["x"]) for c in copies) else ["x"]}

    return {"status": "called", "calls": each(call, request["calls"])}
