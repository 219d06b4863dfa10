"""Ways to cut a text into batches: the wrong ones that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np


def laid_out(ids, N):
    """Inputs and targets of all streams, (N, length)."""
    length = (len(ids) - 1) // N
    return ids[: N * length].reshape(N, length), ids[1 : N * length + 1].reshape(N, length)


def cut(x, y, T):
    for b in range(x.shape[1] // T):
        yield x[:, b * T : (b + 1) * T], y[:, b * T : (b + 1) * T]


def right(ids, N, T):
    yield from cut(*laid_out(ids, N), T)


def whole_then(change):
    """The right streams, changed before they are cut."""
    return lambda ids, N, T: cut(*change(*laid_out(ids, N)), T)


def each(change):
    """The right batches, each of them changed."""
    return lambda ids, N, T: (change(x, y) for x, y in right(ids, N, T))


def batchwise(target_of):
    """The right inputs, with targets made from each batch alone."""
    return lambda ids, N, T: ((x, target_of(x)) for x, _y in right(ids, N, T))


def shifted_by(places):
    def wrong(ids, N, T):
        x, _y = laid_out(ids, N)
        return cut(x, np.roll(ids, -places)[: x.size].reshape(x.shape), T)

    return wrong


def batches_first(ids, N, T):
    for b in range((len(ids) - 1) // (N * T)):
        start = b * N * T
        yield ids[start : start + N * T].reshape(N, T), ids[start + 1 : start + N * T + 1].reshape(N, T)


def interleaved(ids, N, T):
    length = (len(ids) - 1) // N
    x, y = ids[: N * length].reshape(length, N).T, ids[1 : N * length + 1].reshape(length, N).T
    yield from cut(x, y, T)


def short_batch_kept(ids, N, T):
    x, y = laid_out(ids, N)
    for start in range(0, x.shape[1], T):
        yield x[:, start : start + T], y[:, start : start + T]


def without_last(ids, N, T):
    return list(right(ids, N, T))[:-1]


def without_last_when_full(ids, N, T):
    x, y = laid_out(ids, N)
    for start in range(0, x.shape[1] - T, T):
        yield x[:, start : start + T], y[:, start : start + T]


def rolled_full_streams(ids, N, T):
    length = len(ids) // N
    x = ids[: N * length].reshape(N, length)
    yield from cut(x, np.roll(x, -1, axis=1), T)


def shifted_in_stream(ids, N, T):
    length = len(ids) // N
    streams = ids[: N * length].reshape(N, length)
    yield from cut(streams[:, :-1], streams[:, 1:], T)


def sliding(ids, N, T):
    x, y = laid_out(ids, N)
    for start in range(x.shape[1] - T + 1):
        yield x[:, start : start + T], y[:, start : start + T]


def first_always(ids, N, T):
    batches = list(right(ids, N, T))
    return [batches[0]] * len(batches)


def returned_in_loop(ids, N, T):
    for x, y in right(ids, N, T):
        return x, y
    return None


def cut_to_batches_first(ids, N, T):
    B = (len(ids) - 1) // (N * T)
    x, y = ids[: B * N * T].reshape(N, B * T), ids[1 : B * N * T + 1].reshape(N, B * T)
    return list(cut(x, y, T))


def rows_by_hand(ids, N, T):
    length, found = (len(ids) - 1) // N, []
    starts = [n * length for n in range(N)]
    for b in range(length // T):
        places = [[s + b * T + t for t in range(T)] for s in starts]
        found.append((ids[np.array(places)], ids[np.array(places) + 1]))
    return tuple(found)


def by_split(ids, N, T):
    x, y = laid_out(ids, N)
    B = x.shape[1] // T
    return zip(np.split(x[:, : B * T], B, axis=1), np.split(y[:, : B * T], B, axis=1))


def as_tensors(ids, N, T):
    import torch

    for x, y in right(ids, N, T):
        yield torch.from_numpy(x.copy()), torch.from_numpy(y.copy())
