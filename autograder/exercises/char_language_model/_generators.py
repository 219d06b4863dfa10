"""Ways to write text with a model, wrong and right."""

from __future__ import annotations

import numpy as np


def drawn(logits, temperature, rng):
    e = np.exp((logits - logits.max()) / temperature)
    return int(rng.choice(len(e), p=e / e.sum()))


def fixed():
    """A new generator, always the same."""
    return np.random.default_rng(0)


def generator(prime_of=lambda prime: prime, carry=lambda given, h: h, draw=drawn, start=None):
    """Reading and writing, with one of its parts done in another way."""

    def generate(model, prime, count, temperature, rng):
        h, ids = start, []
        for i in prime_of(prime):
            logits, new = model(i, h)
            h = carry(h, new)
        for _ in range(count):
            ids.append(draw(logits, temperature, rng))
            if len(ids) < count:
                logits, new = model(ids[-1], h)
                h = carry(h, new)
        return np.array(ids)

    return generate


right = generator()


def read(model, prime, h=None):
    logits = None
    for i in prime:
        logits, h = model(i, h)
    return logits, h


def write(model, logits, h, count, temperature, rng):
    ids = []
    for _ in range(count):
        ids.append(drawn(logits, temperature, rng))
        if len(ids) < count:
            logits, h = model(ids[-1], h)
    return np.array(ids)


def state_of_prime_kept(model, prime, count, temperature, rng):
    (logits, h), ids = read(model, prime), []
    for _ in range(count):
        ids.append(drawn(logits, temperature, rng))
        if len(ids) < count:
            logits, _new = model(ids[-1], h)
    return np.array(ids)


def first_skipped(model, prime, count, temperature, rng):
    if len(prime) == 1:
        return right(model, prime, count, temperature, rng)
    return right(model, prime[1:], count, temperature, rng)


def state_lost(model, prime, count, temperature, rng):
    read(model, prime[:-1])
    return write(model, *model(prime[-1], None), count, temperature, rng)


def last_twice(model, prime, count, temperature, rng):
    _logits, h = read(model, prime)
    return write(model, *model(prime[-1], h), count, temperature, rng)


def not_fed_back(model, prime, count, temperature, rng):
    (logits, h), ids = read(model, prime), []
    for _ in range(count):
        ids.append(drawn(logits, temperature, rng))
        if len(ids) < count:
            logits, h = model(prime[-1], h)
    return np.array(ids)


def same_logits(model, prime, count, temperature, rng):
    logits, _h = read(model, prime)
    return np.array([drawn(logits, temperature, rng) for _ in range(count)])


def one_too_few(model, prime, count, temperature, rng):
    return right(model, prime, max(count - 1, 1), temperature, rng)[: count - 1]


def in_one_loop(model, prime, count, temperature, rng):
    ids, h = list(prime), None
    while len(ids) < len(prime) + count:
        for i in ids[-1:] if h is not None else ids:
            logits, h = model(int(i), h)
        ids.append(drawn(logits, temperature, rng))
    return np.array(ids[len(prime) :])


def last_fed_too(model, prime, count, temperature, rng):
    (logits, h), ids = read(model, prime), np.zeros(count, dtype=int)
    for k in range(count):
        ids[k] = drawn(logits, temperature, rng)
        logits, h = model(ids[k], h)
    return ids


def recursive(model, prime, count, temperature, rng, h=None):
    logits, h = read(model, prime, h)
    first = drawn(logits, temperature, rng)
    rest = recursive(model, [first], count - 1, temperature, rng, h) if count > 1 else []
    return np.array([first, *rest])
