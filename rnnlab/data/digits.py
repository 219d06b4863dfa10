"""Handwritten digits and their names in letters, for a caption that is spelled from a picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
END = "."
LETTERS = END + "".join(sorted(set("".join(WORDS))))


class Digits(NamedTuple):
    """``images`` (M, 64) from 0 to 1, ``labels`` (M), ``captions`` (M, 6) letter numbers, ``lengths`` (M)."""

    images: np.ndarray
    labels: np.ndarray
    captions: np.ndarray
    lengths: np.ndarray


def load() -> tuple[Digits, Digits]:
    """Handwritten digits to train on and to test on, each with the English word for it, ready to be spelled.

    1797 pictures of 8 by 8 pixels, every fourth of them kept for testing. They are the test set of "Optical Recognition
    of Handwritten Digits" (Alpaydin and Kaynak, 1998), which comes with scikit-learn. A caption is the word, letter by
    letter as places in ``LETTERS``, and the end mark ``.``; what follows it up to the sixth step is padding.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    captions = np.array([encode(word) for word in WORDS])  # (10, 6)
    lengths = np.array([len(word) + 1 for word in WORDS])
    labels = data.target
    every = Digits(data.data / 16, labels, captions[labels], lengths[labels])
    held = np.arange(len(labels)) % 4 == 3
    return Digits(*(a[~held] for a in every)), Digits(*(a[held] for a in every))


def encode(word: str) -> list[int]:
    """A word and its end mark as places in ``LETTERS``, padded with end marks to six."""
    return [LETTERS.index(c) for c in word.ljust(6, END)]


def spell(ids: np.ndarray) -> str:
    """The letters of these places, up to the end mark."""
    return "".join(LETTERS[int(i)] for i in ids).partition(END)[0]
