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
    counted: float  # by the best counts of longer groups

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
    train, held, V = corpus.train, corpus.held, corpus.V
    mixed = exchange(held, corpus.characters, np.random.default_rng(seed))
    return Scores(
        held=network.bits(held),
        exchanged=network.bits(mixed),
        singles=count_bits(train, held, 1, V),
        pairs=count_bits(train, held, 2, V),
        pairs_exchanged=count_bits(train, mixed, 2, V),
        counted=min(count_bits(train, held, n, V) for n in COUNTED),
    )
