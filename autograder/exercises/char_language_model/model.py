"""The character model in torch, judged by what its scores depend on, by one step of training, and by a short run."""

from __future__ import annotations

from functools import cache

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.char_language_model import _networks as ways
from autograder.exercises.char_language_model._reading import careful, scores
from autograder.messages import N_
from autograder.reference import char_language_model as lm

MARGIN = 0.1
# Short, since each answer is graded by such a run. A tanh RNN on one-hot characters, which learns least of what is
# accepted, gains 0.33 bits or more in it (40 seeds; 0.55 on average).
UNITS, STREAMS, STEPS, BATCHES, RATE = 64, 32, 16, 150, 0.02
HELD = (48, 60)
BACK, ONLY_BACK = "scores that depend on earlier characters", "scores that do not depend on later characters"
CARRIED = "the same scores one character at a time as all at once"
NOT_CARRIED = "other scores one character at a time than all at once"
APART = "sequences that are read one by one"
MEAN, ALONE = "a loss that is the mean cross-entropy of the targets", "the gradients of this batch alone"
STEPPED, LEFT = "one optimiser step a batch", "from learn, the state after the batch"
READ_ON = "a batch that is read on from the state that learn is given"
BEATS = f"at least {MARGIN:g} bits below the bigram baseline"


@cache
def _text() -> np.ndarray:
    """The standard library's prose in small letters, as numbers from 0 to 26."""
    from rnnlab.data.text import letters, prose

    return np.array(["abcdefghijklmnopqrstuvwxyz ".index(c) for c in letters(prose())])


def _reference(task, V, H, seed, *arrays):
    if task == "forward":
        return str((*arrays[0].shape, V)), BACK, ONLY_BACK, CARRIED, APART
    if task == "learn":
        return MEAN, STEPPED, ALONE, LEFT, READ_ON
    return BEATS, CARRIED, "", "", ""


@careful
def _reads(inputs: Inputs, outputs: tuple) -> tuple:
    return {"forward": _forward, "learn": _learn, "train": _train}[inputs["task"]](inputs, outputs)


def _moved(one: np.ndarray, other: np.ndarray) -> bool:
    return not np.allclose(one, other, rtol=1e-6, atol=1e-7)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-3, atol=1e-4))


def _forward(inputs: Inputs, outputs: tuple) -> tuple:
    """What the scores depend on. ``future`` and ``past`` are ``ids`` changed in their last and in their first one."""
    whole, future, past, others, one_by_one = (scores(o) for o in outputs)
    right = (*inputs["ids"].shape, inputs["V"])
    if whole.shape != right:
        return str(whole.shape), "", "", "", ""
    probabilities = whole.min() >= 0 and np.allclose(whole.sum(axis=-1), 1, atol=1e-3)
    return (
        "probabilities in place of logits" if probabilities else str(whole.shape),
        BACK if _moved(whole[:, 1:], past[:, 1:]) else "scores that depend on the present character alone",
        ONLY_BACK if _same(whole[:, :-1], future[:, :-1]) else "scores that depend on characters still to come",
        CARRIED if _same(whole, one_by_one) else NOT_CARRIED,
        APART if _same(whole[0], others[0]) else "a sequence that changes the scores of another",
    )


def _learn(inputs: Inputs, outputs: tuple) -> tuple:
    """What one step of training does, from what the recording optimiser saw."""
    losses, norms, marks = (np.asarray(o, dtype=float).ravel() for o in outputs[:3])
    first, right, kept, fresh = (scores(o) for o in outputs[3:])
    steps = np.diff(np.concatenate([[0], marks]))
    return (
        _loss(inputs, first, losses[0]),
        STEPPED if (steps == 1).all() else f"{int(steps[0])} optimiser steps a batch",
        _gradients(norms),
        LEFT if _same(kept, right) else _state(kept, fresh),
        _carried(inputs, right, losses[-1]),
    )


def _state(kept: np.ndarray, fresh: np.ndarray) -> str:
    return "from learn, no state" if _same(kept, fresh) else "from learn, another state"


def _gradients(norms: np.ndarray) -> str:
    if len(norms) < 2:
        return "no step of the optimiser"
    if not np.isfinite(norms).all() or norms[0] < 1e-12:
        return "gradients of zero when the optimiser takes its step"
    return ALONE if np.isclose(norms[1], norms[0], rtol=1e-2) else "gradients that still hold those of earlier batches"


def _carried(inputs: Inputs, right: np.ndarray, loss: float) -> str:
    """Whether the loss on the second batch is one that follows from the state after the first."""
    x, y = inputs["x2"], inputs["y2"]
    near = {_mean_loss(right, one) * f for one in (x, y) for f in (1, y.size, len(y), y.shape[1], 1 / np.log(2))}
    fits = any(np.isclose(loss, n, rtol=1e-4) for n in near) or np.isclose(
        loss, _mean_loss(_softmax(right), y), rtol=1e-4
    )
    return READ_ON if fits else "a batch that is read from another state"


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _mean_loss(logits: np.ndarray, targets: np.ndarray) -> float:
    return lm.cross_entropy(logits, targets)[0]


def _loss(inputs: Inputs, logits: np.ndarray, loss: float) -> str:
    x, y = inputs["x"], inputs["y"]
    right = _mean_loss(logits, y)
    known = {
        MEAN: right,
        "a loss that is a sum": right * y.size,
        "a loss that is a sum over time": right * y.shape[1],
        "a loss of the inputs, not of the targets": _mean_loss(logits, x),
        "a loss of probabilities put through softmax again": _mean_loss(_softmax(logits), y),
        "a loss in bits": right / np.log(2),
        "a loss of the last step alone": _mean_loss(logits[:, -1:], y[:, -1:]),
    }
    return next((n for n, v in known.items() if np.isclose(loss, v, rtol=1e-4)), "a loss that is another number")


def _train(inputs: Inputs, outputs: tuple) -> tuple:
    """Whether what was learnt in a short training beats counts of pairs, on text that was not in it."""
    one_by_one, at_once = (scores(o) for o in outputs)
    held, V = inputs["held"], inputs["V"]
    if one_by_one.shape != (*held.shape, V):
        return f"logits of shape {one_by_one.shape}", "", "", "", ""
    bits = lm.bits_per_char(one_by_one[:, :-1], held[:, 1:])
    bigram = float(np.mean([lm.bigram_bits(_seen(inputs), row, V) for row in held]))
    fits = _same(one_by_one, at_once)
    words = BEATS if bits <= bigram - MARGIN else "no better than the bigram baseline"
    return words, CARRIED if fits else NOT_CARRIED, "", "", ""


def _seen(inputs: Inputs) -> np.ndarray:
    """The text that was trained on, in one row: streams one after the other."""
    return np.concatenate([np.concatenate(list(inputs["x"][:, n])) for n in range(STREAMS)])


def _small(rng: np.random.Generator, made: Inputs) -> Inputs:
    ids, V, seed = made["ids"], made["V"], int(rng.integers(2**31))
    other = (ids + rng.integers(1, V, size=ids.shape)) % V
    future, past, others = ids.copy(), ids.copy(), ids.copy()
    future[:, -1], past[:, 0], others[1:] = other[:, -1], other[:, 0], other[1:]
    return {"task": "forward", "seed": seed, "ids": ids, "future": future, "past": past, "others": others}


def _step(rng: np.random.Generator, made: Inputs) -> Inputs:
    N, T = made["ids"].shape
    stream = rng.integers(0, made["V"], size=(N, 2 * T + 1))
    parts = {"x": stream[:, :T], "y": stream[:, 1 : T + 1], "x2": stream[:, T:-1], "y2": stream[:, T + 1 :]}
    return {"task": "learn", "seed": int(rng.integers(2**31)), "ids": 0} | {n: v.copy() for n, v in parts.items()}


def _run(rng: np.random.Generator, made: Inputs) -> Inputs:
    """Batches of the prose to train on, and another stretch to be tried on. Which letter has which id is drawn."""
    text = rng.permutation(27)[_text()]
    length, size = STEPS * BATCHES, HELD[0] * HELD[1]
    start = int(rng.integers(0, len(text) - size))
    held = text[start : start + size].reshape(HELD)
    rest = np.concatenate([text[start + size :], text[:start]])
    begins = np.linspace(0, len(rest) - length - 2, STREAMS).astype(int)
    rows = np.stack([rest[b : b + length + 1] for b in begins])  # (N, length + 1)
    x, y = (a.reshape(STREAMS, BATCHES, STEPS).transpose(1, 0, 2) for a in (rows[:, :-1], rows[:, 1:]))
    return {
        "task": "train", "V": 27, "H": UNITS, "seed": int(rng.integers(2**31)), "ids": 0,
        "x": x.astype(np.int8), "y": y.astype(np.int8), "held": held.astype(np.int8), "lr": RATE,
    }  # fmt: skip


FORWARD = (
    Misconception(
        "sees_the_future",
        N_(
            "The scores at a step depend on characters that come *after* it: the model sees what it is to predict. Its "
            "loss will be close to zero, and it cannot write a word. (`bidirectional=True` does this.)"
        ),
        lambda: ways.network(cell=ways.both_ways),
    ),
    Misconception(
        "no_memory",
        N_(
            "The scores depend on the present character alone, so the model is no better than counts of pairs. The "
            "states of the recurrent network must go into the readout, not its inputs."
        ),
        lambda: ways.network(forward=ways.without_memory),
    ),
    Misconception(
        "state_lost",
        N_(
            "Read one character at a time, the model forgets all: either `forward` begins with zeros whatever h it is "
            "given, or it returns another state than the one after the last step. Pass h on, and return the new one."
        ),
        lambda: ways.network(forward=ways.h_ignored),
    ),
    Misconception(
        "time_first",
        N_(
            "The sequences of a batch change each other's scores: the network takes axis 0 for time. Say "
            "`batch_first=True`."
        ),
        lambda: ways.network(cell=lambda torch, V, H: torch.nn.RNN(V, H)),
    ),
    Misconception(
        "probabilities",
        N_(
            "`forward` returns probabilities, after a softmax. The loss of torch takes logits and does the softmax "
            "itself; with both, the model learns badly and never becomes sure."
        ),
        lambda: ways.network(forward=lambda torch, self, ids, h: ways.then(torch, self, ids, h, torch.softmax)),
    ),
    Misconception(
        "last_step_only",
        N_("Only the scores after the last step came back, (N, V). There is a prediction at every step: (N, T, V)."),
        lambda: ways.network(forward=ways.last_only),
    ),
    Misconception(
        "states_for_scores",
        N_("The states came back, (N, T, H), and not the scores: they still have to go through a readout, (N, T, V)."),
        lambda: ways.network(forward=ways.no_readout),
    ),
    Misconception(
        "vocabulary_before_time",
        N_(
            "The scores came as (N, V, T). torch's loss wants them so, and this method does not: return (N, T, V), and "
            "turn or flatten them in `learn`."
        ),
        lambda: ways.network(forward=ways.turned, learn=ways.learn_turned),
    ),
    Misconception(
        "only_scores",
        N_("`forward` returned the scores alone. It returns two things: the logits, and the state to go on with."),
        lambda: ways.network(forward=ways.only_logits),
    ),
)

TRAINING = (
    Misconception(
        "gradients_not_cleared",
        N_(
            "The gradients of earlier batches are still there when the optimiser takes its step: torch *adds* new "
            "gradients to old ones. `optimiser.zero_grad()` comes first."
        ),
        lambda: ways.network(learn=ways.without_zero_grad),
    ),
    Misconception(
        "no_gradients",
        N_(
            "The gradients are zero when the optimiser takes its step. Either `loss.backward()` is missing, or "
            "`optimiser.zero_grad()` stands after it and clears what it found. First zero_grad, then backward, then "
            "step."
        ),
        lambda: ways.network(learn=ways.without_backward),
    ),
    Misconception(
        "no_step",
        N_(
            "The optimiser that `learn` is given takes no step: after `loss.backward()` comes `optimiser.step()`, or "
            "nothing is learnt. (One that you make inside `learn` has forgotten each time what Adam keeps.)"
        ),
        lambda: ways.network(learn=ways.without_step),
    ),
    Misconception(
        "inputs_for_targets",
        N_(
            "The loss compares the scores with x, the characters that were just read. The model learns to copy, and "
            "its loss goes to zero. The targets are y."
        ),
        lambda: ways.network(learn=ways.of_inputs),
    ),
    Misconception(
        "not_flattened",
        N_(
            "torch's cross-entropy takes (N T, V) and (N T): of three axes it reads the middle one as the characters. "
            "Flatten both first: `logits.flatten(0, 1)` and `y.flatten()`."
        ),
        lambda: ways.network(learn=ways.learn_unflattened),
    ),
    Misconception(
        "summed",
        N_(
            "The loss is a sum over all characters. The mean is asked for, which is what torch gives by itself; with a "
            "sum the size of the steps depends on the size of the batch."
        ),
        lambda: ways.network(learn=ways.summed),
    ),
    Misconception(
        "softmax_twice",
        N_(
            "The scores go through softmax, and torch's loss takes softmax again. It wants logits: hand it what "
            "`forward` returns."
        ),
        lambda: ways.network(learn=ways.softmax_twice),
    ),
    Misconception(
        "learns_last_step_only",
        N_("The loss is that of the last step alone. All T predictions of a sequence count."),
        lambda: ways.network(learn=ways.of_last_step),
    ),
    Misconception(
        "not_detached",
        N_(
            "The state goes on to the next batch with its whole history, and torch would have to go back through a "
            "batch whose way back is gone. Return `h.detach()`: the same numbers, cut off from where they came from."
        ),
        lambda: ways.network(learn=ways.not_detached),
    ),
    Misconception(
        "learn_drops_state",
        N_(
            "`learn` does not hand h to `forward`, so every batch begins with zeros although its streams go on from "
            "the batch before."
        ),
        lambda: ways.network(learn=ways.from_zeros),
    ),
    Misconception(
        "learn_returns_no_state",
        N_("`learn` returns None for the state. Return the state after the batch, detached, for the next batch."),
        lambda: ways.network(learn=ways.none_for_state),
    ),
    Misconception(
        "only_loss",
        N_("`learn` returned the loss alone. It returns two things: the loss as a number, and the state, detached."),
        lambda: ways.network(learn=ways.only_loss),
    ),
    Misconception(
        "readout_from_the_side",
        N_(
            "The readout's weights are made anew in every call, so they can never learn. Layers are made once, in "
            "`__init__`."
        ),
        lambda: ways.network(forward=ways.new_readout),
    ),
)

CHAR_RNN = Exercise(
    id="CharRNN",
    points=5,
    about=N_("The character model as a torch module, with a step of training. It must beat the bigram baseline."),
    spec="task any, V, H, seed any, ids (N,T) int<V> -> any, any, any, any, any",
    signature=(
        "CharRNN(V, H), then forward(ids (N,T), h=None) -> logits (N,T,V), h and learn(x (N,T), y (N,T), h, optimiser) "
        "-> loss float, h"
    ),
    reference=_reference,
    reads=_reads,
    probe="language_model",
    probe_options={"outputs": 5, "fed": "held"},
    inputs_stay=False,
    time_limit=40.0,
    cases=(
        Case(
            "forward", {"N": 3, "T": 7, "V": 5, "H": 6}, N_("The scores do not depend on what they should."), _small, 2
        ),
        Case("learn", {"N": 3, "T": 6, "V": 5, "H": 8}, N_("A step of training does not do what it should."), _step, 2),
        Case("one sequence", {"N": 1, "T": 4, "V": 3, "H": 6}, N_("Here N is 1."), _small),
        Case(
            "beats the bigram",
            {"N": 2, "T": 2, "V": 27, "H": UNITS},
            N_("After a short training it is not better than counts of pairs, on text that it has not seen."),
            _run,
            weight=3,
            hidden=True,
        ),
        Case(
            "larger", {"N": 9, "T": 12, "V": 20, "H": 16}, N_("This case is about a larger batch."), _small, hidden=True
        ),
    ),
    misconceptions=FORWARD + TRAINING,
    accepts=(
        Variant("one_hot_rnn", ways.network),
        Variant("embedding_rnn", lambda: ways.network(cell=ways.embedded("RNN"))),
        Variant("gru", lambda: ways.network(cell=ways.embedded("GRU"))),
        Variant("lstm", lambda: ways.network(cell=ways.embedded("LSTM"))),
        Variant("own_cell", ways.own_cell),
        Variant("log_softmax", lambda: ways.network(forward=ways.with_log_softmax)),
        Variant("clipped", lambda: ways.network(learn=ways.clipped)),
        Variant("loss_as_tensor", lambda: ways.network(learn=ways.loss_as_tensor)),
    ),
    hints=(
        N_(
            "`__init__`: `super().__init__()`, then the layers: a table of vectors for the characters (or one-hot), a "
            "recurrent network with `batch_first=True`, a `torch.nn.Linear` from H to V."
        ),
        N_(
            "`forward`: ids to vectors, those and h through the network, its states through the readout. The network "
            "returns two things: all states, and the last one in the form that it wants back as h."
        ),
        N_(
            "`learn`: torch's cross-entropy takes (N T, V) and (N T): flatten the first two axes of the logits. Then"
            " the three lines of every training step in torch, in their order."
        ),
        N_(
            "`learn` returns the loss as a float, and the state detached from its history: the same numbers, no way "
            "back."
        ),
    ),
)
