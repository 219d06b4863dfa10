"""Ways to draw the next character, wrong and right."""

from __future__ import annotations

import numpy as np


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def draw(p, rng):
    return int(rng.choice(len(p), p=p))


def temperature_on_probabilities(logits, temperature, rng):
    p = softmax(logits) / temperature
    return draw(p / p.sum(), rng)


def from_global(logits, temperature, rng):
    return int(np.random.choice(len(logits), p=softmax(logits / temperature)))


def overflowing(logits, temperature, rng):
    with np.errstate(all="ignore"):
        e = np.exp(logits / temperature)
        return draw(e / e.sum(), rng)


def in_place(logits, temperature, rng):
    logits /= temperature
    return draw(softmax(logits), rng)


def cumulated(logits, temperature, rng):
    p = np.cumsum(softmax(logits / temperature))
    return int(min(np.searchsorted(p, rng.random(), side="right"), len(p) - 1))


def gumbel(logits, temperature, rng):
    return np.argmax(logits / temperature + rng.gumbel(size=logits.shape))


def multinomial(logits, temperature, rng):
    return int(rng.multinomial(1, softmax(logits / temperature)).argmax())


def divided_after(logits, temperature, rng):
    z = np.exp((logits - np.max(logits)) / temperature)
    return rng.choice(np.arange(len(z)), p=z / np.sum(z))


def power(logits, temperature, rng):
    log_p = np.log(np.maximum(softmax(logits), 1e-300)) / temperature
    p = np.exp(log_p - log_p.max())
    return draw(p / p.sum(), rng)
