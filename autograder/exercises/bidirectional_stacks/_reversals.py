"""Padded sequences read from their end as people do it, wrong and right."""

from __future__ import annotations

import numpy as np

from autograder.reference import bidirectional_stacks as right


def each(change):
    """A copy of x in which ``change(row, n)`` gives what stands in every sequence of length n."""

    def answer(x, lengths):
        turned = np.array(x)
        for row, n in zip(turned, lengths):
            row[:] = change(row.copy(), int(n))
        return turned

    return answer


def replaced(row, turned, at=0):
    """The row with ``turned`` written into it from a place on."""
    row[at : at + len(turned)] = turned
    return row


def to_the_end(row, n):
    """The sequence turned and moved behind its padding, which keeps its order."""
    return np.concatenate([row[n:], row[:n][::-1]])


def in_place(x, lengths):
    for row, n in zip(x, lengths):
        row[:n] = row[:n][::-1].copy()
    return x


def first_only(x, lengths):
    turned = np.array(x)
    turned[0, : lengths[0]] = x[0, : lengths[0]][::-1]
    return turned


def every_length_for_all(x, lengths):
    """All sequences are turned within every length, the last one winning."""
    turned = np.array(x)
    for length in lengths:
        turned[:, :length] = x[:, :length][:, ::-1]
    return turned


def sliced_by_lengths(x, lengths):
    return x[:, :lengths][:, ::-1]


def by_reversed(x, lengths):
    turned = np.array(x)
    for n, length in enumerate(lengths):
        turned[n, :length] = reversed(x[n, :length])
    return turned


def half_swapped(row, n):
    """Swapped through names that look at the same memory, so that the second half is copied onto the first."""
    for t in range(n):
        row[t] = row[n - 1 - t]
    return row


def swapped_in_place(x, lengths):
    """The same in the caller's own x."""
    for row, n in zip(x, lengths):
        half_swapped(row, n)
    return x


def slice_of_the_padding(x, lengths):
    """A slice that goes backwards from the end of the row and stops before it comes to the sequence."""
    turned = np.array(x)
    for n, length in enumerate(lengths):
        turned[n, :length] = x[n, :length:-1]
    return turned


def one_length(pick):
    """All sequences turned as if they had the same length."""
    return lambda x, lengths: right.reverse_padded(x, np.full(len(lengths), pick(lengths)))


def cut(x, lengths):
    """A list of sequences without their padding."""
    return [row[:n][::-1] for row, n in zip(x, lengths)]


def by_index(x, lengths):
    N, T, _D = x.shape
    t = np.arange(T)
    places = lengths[:, None] - 1 - t
    return x[np.arange(N)[:, None], np.where(places >= 0, places, t)]


def by_negative_index(x, lengths):
    """Indices below zero count from the end, which is wrong where the padding should stay."""
    N, T, _D = x.shape
    return x[np.arange(N)[:, None], lengths[:, None] - 1 - np.arange(T)]


def by_loop(x, lengths):
    turned = x.copy()
    for n in range(len(x)):
        for t in range(lengths[n]):
            turned[n, t] = x[n, lengths[n] - 1 - t]
    return turned


def by_joining(x, lengths):
    return np.stack([np.concatenate([row[:n][::-1], row[n:]]) for row, n in zip(x, lengths)])


def slice_to_zero(x, lengths):
    """A slice that begins one step late and leaves out step 0."""
    turned = np.array(x)
    for n, length in enumerate(lengths):
        turned[n, :length] = x[n, length:0:-1]
    return turned


def counted_from_length(start):
    """Step t is looked up at length - t, one late."""

    def answer(x, lengths):
        turned = start(x)
        for n, length in enumerate(lengths):
            for t in range(length):
                turned[n, t] = x[n, length - t]
        return turned

    return answer


def clipped(x, lengths):
    """Padding filled with the first step."""
    N, T, _D = x.shape
    places = np.clip(lengths[:, None] - 1 - np.arange(T), 0, None)
    return x[np.arange(N)[:, None], places]
