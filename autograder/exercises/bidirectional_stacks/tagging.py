"""The tagger in torch, judged by what its scores depend on and by what one step of its training does."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Variant
from autograder.exercises.bidirectional_stacks import _taggers as ways
from autograder.exercises.bidirectional_stacks._tagging_mistakes import FORWARD, TRAINING
from autograder.exercises.char_language_model._reading import careful, scores
from autograder.messages import N_
from autograder.reference.char_language_model import cross_entropy

BACK, HERE = "scores that depend on earlier characters", "scores that do not depend on earlier characters"
AHEAD, NOT_AHEAD = "scores that depend on later characters", "scores that do not depend on later characters"
CLEAN, DIRTY = "the same scores whatever the padding", "scores that depend on the padding"
APART, MIXED = "sequences that are read one by one", "a sequence that changes the scores of another"
MEAN, ALONE = "a loss that is the mean cross-entropy of the real characters", "the gradients of this batch alone"
STEPPED, REACHED = "one optimiser step a batch", "gradients for the parameters"


def _reference(task, both, V, C, H, seed, ids, lengths, *more):
    if task == "forward":
        return str((*ids.shape, C)), BACK, AHEAD if both else NOT_AHEAD, CLEAN, APART
    return MEAN, STEPPED, ALONE, REACHED, ""


@careful
def _reads(inputs: Inputs, outputs: tuple) -> tuple:
    return {"forward": _forward, "learn": _learn}[inputs["task"]](inputs, outputs)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-4, atol=1e-5))


def _forward(inputs: Inputs, outputs: tuple) -> tuple:
    """What the scores depend on. Each text differs from ``ids`` in one respect."""
    whole, future, past, padded, others = (scores(o) for o in outputs)
    shape, lengths = (*inputs["ids"].shape, inputs["C"]), inputs["lengths"]
    if whole.shape != shape:
        return str(whole.shape), "", "", "", ""
    t = np.arange(shape[1])
    real, before, after = t < lengths[:, None], t < lengths[:, None] - 1, (t > 0) & (t < lengths[:, None])
    padded = padded[:, : shape[1]]  # it has more columns
    return (
        _kind(whole, real),
        HERE if _same(whole[after], past[after]) else BACK,
        NOT_AHEAD if _same(whole[before], future[before]) else AHEAD,
        CLEAN if _same(whole[real], padded[real]) else DIRTY,
        APART if _same(whole[0, : lengths[0]], others[0, : lengths[0]]) else MIXED,
    )


def _kind(whole: np.ndarray, real: np.ndarray) -> str:
    """The shape of the scores, or what they are if they are no logits."""
    if whole[real].min() >= 0 and np.allclose(whole[real].sum(axis=-1), 1, atol=1e-3):
        return "probabilities in place of logits"
    if whole.min() >= 0 and np.allclose(whole.sum(axis=1), 1, atol=1e-3):
        return "scores that add up to 1 over time"
    return str(whole.shape)


def _learn(inputs: Inputs, outputs: tuple) -> tuple:
    """What a step of training does, from what the recording optimiser saw."""
    losses, norms, marks = (np.asarray(o, dtype=float).ravel() for o in outputs[:3])
    steps = np.diff(np.concatenate([[0], marks]))
    return (
        _loss(inputs, scores(outputs[3]), losses[0]),
        STEPPED if (steps == 1).all() else f"{int(steps[0])} optimiser steps a batch",
        _gradients(norms),
        REACHED if len(np.ravel(outputs[4])) and np.ravel(outputs[4]).max() > 0 else "no gradient for any parameter",
        "",
    )


def _gradients(norms: np.ndarray) -> str:
    if len(norms) < 2:
        return "no step of the optimiser"
    if not np.isfinite(norms).all() or norms[0] < 1e-12:
        return "gradients of zero when the optimiser takes its step"
    return ALONE if np.isclose(norms[1], norms[0], rtol=1e-2) else "gradients that still hold those of earlier batches"


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _twice(logits: np.ndarray, tags: np.ndarray) -> float:
    return cross_entropy(_softmax(logits), tags)[0]


def _loss(inputs: Inputs, logits: np.ndarray, loss: float) -> str:
    tags, lengths = inputs["tags"], inputs["lengths"]
    N, T = tags.shape
    if logits.shape != (N, T, inputs["C"]):
        return f"logits of shape {logits.shape}"
    each = -np.log(np.take_along_axis(_softmax(logits), tags[..., None], axis=2))[..., 0]
    real = np.arange(T) < lengths[:, None]
    known = {
        MEAN: each[real].mean(),
        "a loss in which the padding is counted": each.mean(),
        "a loss that is a sum": each[real].sum(),
        "a sum over the real characters, divided by the padding as well": each[real].sum() / tags.size,
        "a mean over sequences of their means": np.mean([row[:n].mean() for row, n in zip(each, lengths)]),
        "a loss of probabilities put through softmax again": _twice(logits[real][None], tags[real][None]),
        "a loss without what is of class 0": each[tags > 0].mean(),
        "a loss without the real characters of class 0": each[real & (tags > 0)].mean(),
        "a sum over the real characters, divided by the number of lines": each[real].sum() / N,
        "a loss in which one step of padding is counted": each[np.arange(T) <= lengths[:, None]].mean(),
        "a loss without the characters of number 0": each[inputs["ids"] > 0].mean(),
        "a loss in which the padding counts with scores of zero": np.where(real, each, np.log(logits.shape[-1])).mean(),
        "a loss of the last step alone": np.mean([row[n - 1] for row, n in zip(each, lengths)]),
    }
    return next((n for n, v in known.items() if np.isclose(loss, v, rtol=1e-4)), "a loss that is another number")


def _texts(both: bool, slack: int = 0):
    """Padded texts, and the same with the last real, the first, the padding, or all but the first text changed."""

    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        ids, V = made["ids"], made["V"]
        N, T = ids.shape
        longest = max(2, T - slack)
        lengths = rng.integers(2, longest + 1, size=N) if longest > 2 else np.full(N, longest)
        lengths[-1] = longest  # the first text is shorter, where there are several, so that lengths are not sorted
        if N > 1:
            lengths[0] = max(2, longest - 2)
        other = (ids + rng.integers(1, V, size=ids.shape)) % V
        future, past, padded, others = (ids.copy() for _ in range(4))
        rows = np.arange(N)
        future[rows, lengths - 1], past[:, 0], others[1:] = other[rows, lengths - 1], other[:, 0], other[1:]
        padding = np.arange(T) >= lengths[:, None]
        padded[padding] = other[padding]
        padded = np.concatenate([padded, other[:, :2]], axis=1)  # and two steps more of it
        return {
            "task": "forward", "both": both, "seed": int(rng.integers(2**31)), "lengths": lengths,
            "future": future, "past": past, "padded": padded, "others": others,
        }  # fmt: skip

    return change


def _step(both: bool):
    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        given = _texts(both)(rng, made)
        tags, N = rng.integers(0, made["C"], size=made["ids"].shape), len(made["ids"])
        tags[:, 0] = np.arange(N) % 2  # class 0 is there, and not alone
        keep = ("both", "seed", "lengths")
        ids = made["ids"].copy()
        ids[-1, 0] = 0  # a real character of number 0: the last text is the longest
        return {n: given[n] for n in keep} | {"task": "learn", "ids": ids, "tags": tags}

    return change


TAGGER = Exercise(
    id="Tagger",
    points=4,
    about=N_("A tagger for padded lines as a torch module, with one direction or two, and a step of its training."),
    spec="task any, both any, V, C, H, seed any, ids (N,T) int<V>, lengths any -> any, any, any, any, any",
    signature=(
        "Tagger(V, C, H, bidirectional), then forward(ids (N,T), lengths (N)) -> logits (N,T,C) and "
        "learn(ids (N,T), tags (N,T), lengths (N), optimizer) -> loss float"
    ),
    reference=_reference,
    reads=_reads,
    probe="tagger",
    probe_options={"outputs": 5},
    inputs_stay=False,
    time_limit=10.0,
    cases=(
        Case(
            "two directions",
            {"N": 3, "T": 8, "V": 6, "C": 4, "H": 5},
            N_("This is read in two directions."),
            _texts(True),
            3,
        ),
        Case(
            "one direction",
            {"N": 3, "T": 7, "V": 5, "C": 4, "H": 6},
            N_("This is read in one direction."),
            _texts(False),
            2,
        ),
        Case(
            "a step of training",
            {"N": 3, "T": 6, "V": 5, "C": 4, "H": 7},
            N_("Two steps of training on one batch, in two directions."),
            _step(True),
            2,
        ),
        Case(
            "all padded",
            {"N": 4, "T": 9, "V": 5, "C": 3, "H": 6},
            N_("Here every line is shorter than T."),
            _texts(True, 3),
        ),
        Case("one line", {"N": 1, "T": 5, "V": 4, "C": 3, "H": 6}, N_("Here N is 1."), _texts(True)),
        Case(
            "larger",
            {"N": 9, "T": 14, "V": 20, "C": 6, "H": 8},
            N_("This case is about a larger batch."),
            _texts(True),
            hidden=True,
        ),
        Case(
            "a step with one direction",
            {"N": 5, "T": 7, "V": 8, "C": 3, "H": 6},
            N_("Two steps of training on one batch, in one direction."),
            _step(False),
            hidden=True,
        ),
    ),
    misconceptions=FORWARD + TRAINING,
    accepts=(
        Variant("lstm", ways.network),
        Variant("gru", lambda: ways.network("GRU")),
        Variant("plain", lambda: ways.network("RNN")),
        Variant("two_layers", lambda: ways.network(num_layers=2, dropout=0.2)),
        Variant("sorted", lambda: ways.running(ways.sorted_there_and_back)),
        Variant("one_by_one", lambda: ways.running(ways.one_by_one)),
        Variant("own_cells", ways.own_cells),
        Variant("log_softmax", lambda: ways.changed(lambda torch, logits: torch.log_softmax(logits, -1))),
    ),
    hints=(
        N_(
            "`__init__`: a table of vectors (`torch.nn.Embedding`), a recurrent layer with `batch_first=True` and "
            "`bidirectional=bidirectional`, and a readout. How many numbers does the readout get at each step?"
        ),
        N_(
            "`forward`: vectors, pack, recurrent layer, unpack, readout. `enforce_sorted=False` when you pack, "
            "`total_length` when you unpack."
        ),
        N_("`learn`: `real = torch.arange(T) < lengths[:, None]` picks the real characters of logits and of tags."),
        N_("Then the three lines of every training step in torch, in their order, and the loss as a float."),
    ),
)
