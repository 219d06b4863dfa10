"""Vocabularies as people write them, wrong and right."""

from __future__ import annotations

import random

import numpy as np


def shuffled(characters):
    """An order like that of a set: never twice the same."""
    order = list(characters)
    random.Random().shuffle(order)
    return order


def encode_all(ids, text):
    for c in text:
        if c not in ids:
            raise ValueError(f"{c!r} is not in the vocabulary")
    return [ids[c] for c in text]


def decode_all(characters, ids):
    return "".join(characters[i] for i in ids)


def searching(ids, text):
    return ["".join(ids).index(c) for c in text]


def vocabulary(order=lambda text: sorted(set(text)), encode=encode_all, decode=decode_all):
    """A class from the three things that can be done in different ways."""

    class Vocabulary:
        def __init__(self, characters):
            self.characters = characters
            self.ids = {c: i for i, c in enumerate(characters)}

        def __len__(self):
            return len(self.characters)

        @classmethod
        def build(cls, text):
            return cls(order(text))

        def encode(self, text):
            return np.array(encode(self.ids, text), dtype=int)

        def decode(self, ids):
            return decode(self.characters, ids)

    return Vocabulary


def from_one():
    class Vocabulary(vocabulary()):
        def __init__(self, characters):
            self.characters = dict(enumerate(characters, start=1))
            self.ids = {c: i for i, c in self.characters.items()}

    return Vocabulary


def small_letters():
    class Vocabulary(vocabulary()):
        @classmethod
        def build(cls, text):
            return cls(sorted(set(text.lower())))

        def encode(self, text):
            return super().encode(text.lower())

    return Vocabulary


def nothing_built():
    class Vocabulary(vocabulary()):
        @classmethod
        def build(cls, text):
            cls(sorted(set(text)))

    return Vocabulary


def by_code_point():
    """Code points in a sorted array, looked up by bisection."""

    class Vocabulary:
        def __init__(self, points):
            self.points = points

        def __len__(self):
            return len(self.points)

        @classmethod
        def build(cls, text):
            return cls(np.unique([ord(c) for c in text]))

        def encode(self, text):
            wanted = np.array([ord(c) for c in text], dtype=int)
            unknown = wanted[~np.isin(wanted, self.points)]
            if len(unknown):
                raise LookupError(f"unknown character: {chr(unknown[0])}")
            return np.searchsorted(self.points, wanted)

        def decode(self, ids):
            return "".join(map(chr, self.points[np.asarray(ids)]))

    return Vocabulary


def with_static_method():
    class Vocabulary(vocabulary()):
        @staticmethod
        def build(text):
            return Vocabulary(sorted({*text}))

        def encode(self, text):
            missing = set(text) - set(self.characters)
            if missing:
                raise KeyError(f"not in the vocabulary: {sorted(missing)}")
            return [self.characters.index(c) for c in text]

    return Vocabulary


def of_tensors():
    import torch

    class Vocabulary(vocabulary()):
        def encode(self, text):
            return torch.tensor([self.ids[c] for c in text], dtype=torch.long)

    return Vocabulary
