"""What a capstone is worth: bits per character on the held-out part of its text, against counts on the same text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rnnlab.capstone.counts import count_bits
from rnnlab.capstone.files import HandedIn
from rnnlab.capstone.texts import exchange

# Bits per character as a share of what counts of pairs need on the same held-out text. Each is the worst that the
# course's own model of that kind reached, over all texts and seeds of ``rnnlab.capstone.measure``, and a margin.
LEVELS = {"pairs": 1.0, "rnn": 0.74, "gru": 0.67, "lstm": 0.66}
# A model knows its held-out text by heart if it needs less than this share of two numbers: of what it needs itself once
# the words have changed places, and of what the best counts of the training part need. One alone would not do: in
# recipes or chess games, order is half of what there is to learn, and an honest model is lost without it. (Recipes, a
# GRU of 128 units, 15 seconds: a ninth of the first, 0.88 of the second. A text of 30,000 characters that a GRU of
# 200 units learned whole, with the held-out part: a fifth of the first, a quarter of the second.)
BY_HEART = 0.6
COUNTED = (3, 4, 5, 6)


@dataclass(frozen=True)
class Scores:
    """Bits per character of a model on the held-out text and on its words in another order, and of counts there."""

    held: float
    exchanged: float
    singles: float
    pairs: float
    pairs_exchanged: float
    counted: float  # by the best counts of longer groups; inf where they were not asked for

    @property
    def by_heart(self) -> bool:
        """Whether the model knows the held-out text, and not just its language."""
        return self.held < BY_HEART * min(self.exchanged, self.counted)

    @property
    def share(self) -> float:
        """The bits as a share of what counts of pairs need; of a model that knows its text, in the other order."""
        return self.exchanged / self.pairs_exchanged if self.by_heart else self.held / self.pairs


def scores(handed: HandedIn, seed: int) -> Scores:
    """The scores of what was handed in. Raises ValueError, with a sentence, for weights that are not numbers."""
    parts = handed.parts()
    found = hashlib.sha256(repr((parts[0], parts[2])).encode())
    for array in (parts[1], *parts[4:]):
        found.update(np.ascontiguousarray(array).tobytes())
    return _scores(_Keyed(found.hexdigest(), handed), seed)


class _Keyed:
    """Something to remember results by, with the model that they are of."""

    def __init__(self, key: str, handed: HandedIn) -> None:
        self.key, self.handed = key, handed

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: Any) -> bool:
        return self.key == other.key


@lru_cache(maxsize=64)
def _scores(keyed: _Keyed, seed: int) -> Scores:
    network, corpus = keyed.handed.network, keyed.handed.corpus
    mixed = exchange(corpus.held, corpus.characters, np.random.default_rng(seed))
    held, singles, pairs = _in_order(keyed)
    exchanged = network.bits(mixed)
    return Scores(
        held=held,
        exchanged=exchanged,
        singles=singles,
        pairs=pairs,
        pairs_exchanged=count_bits(corpus.train, mixed, 2, corpus.V),
        counted=_counted(keyed) if held < BY_HEART * exchanged else np.inf,
    )


@lru_cache(maxsize=64)
def _in_order(keyed: _Keyed) -> tuple[float, float, float]:
    """What does not depend on the other order: the model's bits, and those of counts of singles and pairs."""
    corpus = keyed.handed.corpus
    counts = (count_bits(corpus.train, corpus.held, n, corpus.V) for n in (1, 2))
    return keyed.handed.network.bits(corpus.held), *counts


@lru_cache(maxsize=64)
def _counted(keyed: _Keyed) -> float:
    """By the best counts of longer groups; this takes a second, so it is asked for where it matters alone."""
    corpus = keyed.handed.corpus
    return min(count_bits(corpus.train, corpus.held, n, corpus.V) for n in COUNTED)
