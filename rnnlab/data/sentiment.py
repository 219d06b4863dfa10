"""Short verdicts in which the order of the words decides: sentiment in miniature."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

GOOD = ("good", "great", "clever", "moving", "funny")
BAD = ("bad", "dull", "silly", "boring", "weak")
BEFORE = ("", "really", "so", "very")
AFTER = ("", "at all", "this time")
VERDICTS = ("bad", "good")


class Phrases(NamedTuple):
    """``phrases``, a list of M strings, and ``labels`` (M): 1 for praise, 0 for blame."""

    phrases: list[str]
    labels: np.ndarray


def load() -> tuple[Phrases, Phrases]:
    """Verdicts to train on and to test on: "really good", "not bad at all", "clever , not dull", "dull , not clever".

    540 phrases of a made-up grammar, from 20 words: one adjective, or two of opposite meaning with "not" before
    one of them. Nobody ever wrote them; they are built so that the same words in another order mean the opposite. Every
    fourth phrase is for testing.
    """
    every = sorted(set(_plain() + _contrasts()))
    order = np.random.default_rng(0).permutation(len(every))
    cut = len(every) // 4
    return _some([every[i] for i in order[cut:]]), _some([every[i] for i in order[:cut]])


def _plain() -> list[tuple[str, int]]:
    found = []
    for word, before, after, negated in product(GOOD + BAD, BEFORE, AFTER, (False, True)):
        phrase = " ".join(filter(None, ("not" if negated else "", before, word, after)))
        found.append((phrase, int((word in GOOD) != negated)))
    return found


def _contrasts() -> list[tuple[str, int]]:
    """Pairs with the same words: "good , not bad" and "bad , not good", "not good , but bad" and so on."""
    found = []
    for good, bad, after in product(GOOD, BAD, AFTER):
        for one, other in ((good, bad), (bad, good)):
            label = int(one == good)
            found.append((" ".join(filter(None, (one, ", not", other, after))), label))
            found.append((" ".join(filter(None, ("not", one, ", but", other, after))), 1 - label))
    return found


def _some(rows: list[tuple[str, int]]) -> Phrases:
    return Phrases([phrase for phrase, _label in rows], np.array([label for _phrase, label in rows]))
