"""Lines of Python with the class of every character, where a name that is called has a class of its own."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnnlab.data import python_tokens
from rnnlab.data.python_tokens import Lines

CLASSES = (*python_tokens.CLASSES, "called")
V, LONGEST = 128, 48
NAME, CALLED = CLASSES.index("name"), CLASSES.index("called")


def load() -> tuple[Lines, Lines]:
    """The lines of ``python_tokens``, to train on and to test on, with one class more."""
    train, test = (
        Lines(part.lines, [with_calls(line, tags) for line, tags in zip(part.lines, part.tags)])
        for part in python_tokens.load()
    )
    return train, test


def with_calls(line: str, tags: np.ndarray) -> np.ndarray:
    """The classes of a line in which every name right before an opening bracket ``(`` is of the class "called".

    That is so where a function is called and where it is defined.
    """
    tags = tags.copy()
    for end in range(1, len(line)):
        if line[end] == "(" and tags[end] != python_tokens.CLASSES.index("string") and tags[end - 1] == NAME:
            begin = end
            while begin and tags[begin - 1] == NAME:
                begin -= 1
            tags[begin:end] = CALLED
    return tags


def arrays() -> tuple[tuple[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]:
    """The lines of at most 48 characters as tensors, to train on and to test on.

    Each is three tensors: characters by their code (M,T) and classes (M,T), both padded with zeros, and lengths (M).
    """
    train, test = (_padded(part) for part in load())
    return train, test


def encode(lines: list[str]) -> Tensor:
    """Lines as numbers, padded with zeros: (M,T). What is not ASCII becomes a question mark."""
    rows = [torch.tensor([ord(c) if ord(c) < V else ord("?") for c in line], dtype=torch.long) for line in lines]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


def _padded(part: Lines) -> tuple[Tensor, Tensor, Tensor]:
    kept = [(line, tags) for line, tags in zip(part.lines, part.tags) if len(line) <= LONGEST]
    tags = torch.nn.utils.rnn.pad_sequence([torch.as_tensor(t) for _line, t in kept], batch_first=True)
    return encode([line for line, _tags in kept]), tags, torch.tensor([len(line) for line, _tags in kept])
