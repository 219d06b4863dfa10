"""The trained model: the judge reads it by itself, on the held-out part of its text, and compares it with counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.messages import N_, _
from autograder.probes.handed_in import REFUSED
from autograder.reference.capstone import LEVELS, Scores, scores
from rnnlab.capstone.budget import SECONDS
from rnnlab.capstone.files import FILE, HandedIn, load
from rnnlab.capstone.reader import Layer, Network
from rnnlab.capstone.texts import SHORTEST, Corpus, look_over, prepare
from rnnlab.data.text import prose

SAMPLE = Path(__file__).parents[3] / "samples" / "09_capstone" / "all_right" / FILE
LATE = 1.1  # a step that has begun is finished, and clocks differ

BETTER = N_("fewer bits per character")
WITHIN, NEW = N_("a training within the budget"), N_("text that it has not seen")
NO_MODEL, UNLEARNT = "no model", "a model that knows no more than how often each character occurs"
UNCOUNTED = "a budget that has counted no training"
HEART = "a text that it knows by heart"


def _reads(inputs: Inputs, outputs: tuple) -> tuple[str]:
    """What the judge finds, in words. Raises ValueError, with the sentence, for what it cannot read."""
    if len(outputs) == 2 and outputs[0] == REFUSED and isinstance(outputs[1], str):
        raise ValueError(outputs[1])
    if len(outputs) == 1:
        return (_other(outputs[0]),)
    handed = HandedIn.of(list(outputs))
    if len(handed.corpus.ids) < SHORTEST:
        said = _("The text that was saved with the model has {many:,} characters; at least {least:,} are needed.")
        raise ValueError(said.format(many=len(handed.corpus.ids), least=SHORTEST))
    _look_over(handed.corpus.characters, handed.corpus.ids.tobytes(), handed.corpus.ids.dtype.str)
    found = scores(handed, inputs["seed"])
    if not np.isfinite([found.held, found.exchanged]).all():
        raise ValueError(_("The weights hold nan or inf, so the model predicts nothing: its training ran away."))
    if found.held >= found.singles:
        return (UNLEARNT,)
    return (_asked(inputs["asks"], found, handed.seconds),)


@lru_cache(maxsize=8)
def _look_over(characters: str, ids: bytes, kind: str) -> None:
    """As ``look_over``, for a text that every row of a report asks about."""
    look_over(Corpus(characters, np.frombuffer(ids, dtype=kind)))


def _other(value: Any) -> str:
    """What came in place of a model, in words. Raises ValueError, with a sentence, for all but the likeliest things."""
    if value is None:
        return NO_MODEL
    if isinstance(value, str):
        return "the name of a file"
    kind = value.get("type") if isinstance(value, dict) else type(value).__name__
    said = _(
        "`my_model` returned something of type {kind}. Return what stands in the file that `save` wrote, as `load` "
        "reads it: `return load()`, with its brackets."
    )
    raise ValueError(said.format(kind=kind))


def _asked(what: str, found: Scores, seconds: float) -> str:
    if what == "budget":
        if not seconds > 0:
            return UNCOUNTED
        said = _("{n:.0f} seconds of training, where {most:g} are allowed")
        return WITHIN if seconds <= LATE * SECONDS else said.format(n=seconds, most=SECONDS)
    if what == "new":
        return HEART if found.by_heart else NEW
    if what == "singles" or found.share < LEVELS[what]:
        return BETTER
    pairs = found.pairs_exchanged if found.by_heart else found.pairs
    said = _(
        "{bits:.2f} bits per character ({share:.0%} of what counts of pairs need; below {level:.0%} is asked for), "
        "with {n:.0f} of {most:g} seconds"
    )
    told = {"bits": found.share * pairs, "share": found.share, "level": LEVELS[what]}
    return said.format(**told, n=seconds, most=SECONDS)


def _asks(what: str) -> Callable[[np.random.Generator, Inputs], Inputs]:
    def made(rng: np.random.Generator, _made: Inputs) -> Inputs:
        return {"asks": what, "seed": int(rng.integers(2**31))}

    return made


def _untrained() -> HandedIn:
    """A network as it is before training."""
    rng, corpus, H = np.random.default_rng(0), prepare(prose()), 16

    def drawn(*shape: int) -> np.ndarray:
        return rng.uniform(-0.25, 0.25, size=shape).astype(np.float32)

    cell = Layer("rnn", drawn(H, 8), drawn(H, H), drawn(H), drawn(H))
    return HandedIn(Network(drawn(corpus.V, 8), (cell,), drawn(corpus.V, H), drawn(corpus.V)), corpus, 60.0)


MY_MODEL = Exercise(
    id="my_model",
    points=8,
    about=N_("Your trained model, judged by its bits per character on the held-out part of your text."),
    spec="asks any, seed any -> any",
    signature="my_model() -> what load gives",
    reference=lambda asks, seed: {"budget": WITHIN, "new": NEW}.get(asks, BETTER),
    reads=_reads,
    probe="handed_in",
    probe_options={"outputs": 1},
    inputs_stay=False,
    time_limit=10.0,
    cases=(
        Case("learnt something", {}, N_("It is no better than counts of single characters."), _asks("singles")),
        Case("better than counts of pairs", {}, N_("Counts of pairs need no more."), _asks("pairs"), weight=2),
        Case("what a tanh RNN reached in 10 seconds", {}, N_("On our texts, its 64 units needed less."), _asks("rnn")),
        Case("what a GRU reached in 20 seconds", {}, N_("On our texts, its 128 units needed less."), _asks("gru")),
        Case("what an LSTM reached in 20 seconds", {}, N_("On our texts, its 128 units needed less."), _asks("lstm")),
        Case(
            "within the budget",
            {},
            N_(
                "What counts is what the Budget says that was saved. Too many seconds: smaller models learn faster. "
                "None: save with the Budget that the training ran with; a loop of your own runs in `budget.run`."
            ),
            _asks("budget"),
        ),
        Case(
            "text that is new to it",
            {},
            N_(
                "It knows the held-out text by heart: it needs far fewer bits there than the best counts, and is lost "
                "when the words change places. So it was judged on that other order. Train on `corpus.train` alone."
            ),
            _asks("new"),
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "path_for_model",
            N_("`my_model` returned the *name* of the file. Return what stands in it: call `load` on the name."),
            lambda: lambda: FILE,
        ),
        Misconception(
            "nothing_returned",
            N_("`my_model` returned nothing: is a `return` missing? Nothing is trained in it, it only loads."),
            lambda: lambda: None,
        ),
        Misconception(
            "untrained",
            N_(
                "The model that was saved predicts no better than counting how often each character occurs. Was it "
                "saved before it was trained, or did the training run away?"
            ),
            lambda: _untrained,
        ),
    ),
    accepts=(
        Variant("loaded", lambda: lambda: load(SAMPLE)),
        Variant("taken_apart", lambda: lambda: HandedIn.of(load(SAMPLE).parts())),
    ),
    hints=(
        N_("Run the cell that trains until it has saved a file; then this function needs one line."),
        N_("It trains nothing: it gives back what `load` reads from the file that `save` wrote."),
        N_("Fewer points than you hoped for? A row that failed says how far you are. Tune on `corpus.choose`."),
    ),
)
