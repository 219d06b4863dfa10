"""Clipping: the wrong ways that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np


def length(*grads):
    return np.sqrt(sum(np.sum(g * g) for g in grads))


def scaled(measure):
    """Everything times limit / measure where that is below 1."""

    def wrong(dW_xh, dW_hh, db, limit):
        norm = measure(dW_xh, dW_hh, db)
        scale = limit / norm if norm > limit else 1.0
        return scale * dW_xh, scale * dW_hh, scale * db

    return wrong


def when_long(change):
    """Another thing done to each gradient where the whole is too long: ``change(g, norm, limit)``."""

    def wrong(dW_xh, dW_hh, db, limit):
        norm = length(dW_xh, dW_hh, db)
        return tuple(change(g, norm, limit) if norm > limit else 1.0 * g for g in (dW_xh, dW_hh, db))

    return wrong


def only(*places):
    """Only some of the three are multiplied by the right factor."""

    def wrong(dW_xh, dW_hh, db, limit):
        norm = length(dW_xh, dW_hh, db)
        scale = limit / norm if norm > limit else 1.0
        return tuple(scale * g if i in places else 1.0 * g for i, g in enumerate((dW_xh, dW_hh, db)))

    return wrong


def each_apart(dW_xh, dW_hh, db, limit):
    return tuple(g * min(1.0, limit / max(length(g), 1e-300)) for g in (dW_xh, dW_hh, db))


def each_apart_in_place(dW_xh, dW_hh, db, limit):
    for g in (dW_xh, dW_hh, db):
        if length(g) > limit:
            g *= limit / length(g)
    return dW_xh, dW_hh, db


def each_row_apart(dW_xh, dW_hh, db, limit):
    rows = [np.sqrt((g * g).sum(axis=-1, keepdims=True)) for g in (dW_xh, dW_hh, db)]
    return tuple(g * np.minimum(1.0, limit / np.maximum(n, 1e-300)) for g, n in zip((dW_xh, dW_hh, db), rows))


def scaled_up(dW_xh, dW_hh, db, limit):
    with np.errstate(all="ignore"):
        return tuple(g * (limit / length(dW_xh, dW_hh, db)) for g in (dW_xh, dW_hh, db))


def scaled_up_in_place(dW_xh, dW_hh, db, limit):
    norm = length(dW_xh, dW_hh, db)
    with np.errstate(all="ignore"):
        for g in (dW_xh, dW_hh, db):
            g *= limit / norm
    return dW_xh, dW_hh, db


def scaled_up_softly(dW_xh, dW_hh, db, limit):
    return tuple(g * limit / (length(dW_xh, dW_hh, db) + 1e-8) for g in (dW_xh, dW_hh, db))


def zero_gives_nan(dW_xh, dW_hh, db, limit):
    norm = length(dW_xh, dW_hh, db)
    with np.errstate(all="ignore"):
        return tuple(g / norm * min(norm, limit) for g in (dW_xh, dW_hh, db))


def only_scaled_up(dW_xh, dW_hh, db, limit):
    norm = length(dW_xh, dW_hh, db)
    scale = limit / norm if 0 < norm < limit else 1.0
    return scale * dW_xh, scale * dW_hh, scale * db


def in_place(dW_xh, dW_hh, db, limit):
    norm = length(dW_xh, dW_hh, db)
    if norm > limit:
        for g in (dW_xh, dW_hh, db):
            g *= limit / norm
    return dW_xh, dW_hh, db


def min_of_one(dW_xh, dW_hh, db, limit):
    with np.errstate(all="ignore"):
        scale = np.minimum(1.0, limit / length(dW_xh, dW_hh, db))
    return tuple(g * scale for g in (dW_xh, dW_hh, db))


def as_torch(dW_xh, dW_hh, db, limit):
    scale = min(1.0, limit / (length(dW_xh, dW_hh, db) + 1e-6))
    return dW_xh * scale, dW_hh * scale, db * scale


def one_long_vector(dW_xh, dW_hh, db, limit):
    whole = np.concatenate([dW_xh.ravel(), dW_hh.ravel(), db])
    norm = np.linalg.norm(whole)
    if norm > limit:
        whole = whole * limit / norm
    a, b = dW_xh.size, dW_xh.size + dW_hh.size
    return whole[:a].reshape(dW_xh.shape), whole[a:b].reshape(dW_hh.shape), whole[b:]


def same_arrays_when_short(dW_xh, dW_hh, db, limit):
    grads = [dW_xh, dW_hh, db]
    norm = sum(np.linalg.norm(g) ** 2 for g in grads) ** 0.5
    if norm <= limit:
        return dW_xh, dW_hh, db
    return tuple(limit / norm * g for g in grads)


def one_by_norm(g, limit):
    return g * min(1.0, limit / length(g))


def value_in_place(g, limit):
    g[g > limit] = limit
    g[g < -limit] = -limit
    return g


def value_on_a_copy(g, limit):
    out = g.copy()
    out[out > limit] = limit
    out[out < -limit] = -limit
    return out
