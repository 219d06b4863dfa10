"""What counting gives: the bits per character of single characters, pairs, threes, and longer groups."""

from __future__ import annotations

import numpy as np

WARM_UP = 50  # the first characters of each piece are read and not counted, for counts and models alike
TRUST = 4.0  # so often must a group occur before it counts as much as the shorter one


def count_bits(train: np.ndarray, pieces: np.ndarray, n: int, V: int) -> float:
    """The bits per character of ``pieces (N, T)`` under counts of groups of ``n`` characters in ``train (M)``.

    Groups that are rare lean on the shorter group within them, and single characters on all being equally likely.
    """
    train, pieces = train.astype(np.int64), pieces.astype(np.int64)
    chances = np.full(pieces[:, WARM_UP:].shape, 1 / V)
    for size in range(1, n + 1):
        together, many = np.unique(_groups(train, size, V), return_counts=True)
        before, seen = np.unique(_groups(train[:-1], size - 1, V), return_counts=True)
        asked = np.stack([_groups(row[WARM_UP - size + 1 :], size, V) for row in pieces])
        shorter = np.stack([_groups(row[WARM_UP - size + 1 : -1], size - 1, V) for row in pieces])
        pairs, contexts = _found(together, many, asked), _found(before, seen, shorter)
        chances = (pairs + TRUST * chances) / (contexts + TRUST)
    return float(-np.log2(chances).mean())


def _groups(ids: np.ndarray, size: int, V: int) -> np.ndarray:
    """Every group of ``size`` neighbours, as one number. It may wrap, which still tells eight of 256 signs apart."""
    if size == 0:
        return np.zeros(len(ids) + 1, dtype=np.int64)
    found = np.zeros(len(ids) - size + 1, dtype=np.int64)
    for k in range(size):
        found = found * V + ids[k : len(ids) - size + 1 + k]
    return found


def _found(keys: np.ndarray, counts: np.ndarray, asked: np.ndarray) -> np.ndarray:
    where = np.searchsorted(keys, asked).clip(max=len(keys) - 1)
    return np.where(keys[where] == asked, counts[where], 0)
