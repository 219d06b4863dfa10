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
# On held-out text that it has never seen, a model loses little when the words change places. This share is far below
# what any honest model showed.
BY_HEART = 0.6


@dataclass(frozen=True)
class Scores:
    """Bits per character of a model on the held-out text and on its words in another order, and of counts there."""

    held: float
    exchanged: float
    singles: float
    pairs: float
    pairs_exchanged: float

    @property
    def by_heart(self) -> bool:
        """Whether the model knows the held-out text, and not just its language."""
        return self.held < BY_HEART * self.exchanged

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
    )
