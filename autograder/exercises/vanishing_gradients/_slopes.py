"""Numbers that are hard on exponentials, and what the slopes are made of."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Inputs


def large(rng: np.random.Generator, made: Inputs) -> Inputs:
    z = made["z"].copy()
    z[..., 0], z[..., 1] = 1000.0, -1000.0
    return {"z": rng.permuted(z, axis=-1)}


def whole_numbers(rng: np.random.Generator, made: Inputs) -> Inputs:
    signs = np.where(rng.random(made["z"].shape) < 0.5, -1, 1)
    return {"z": signs * rng.integers(1, 4, size=made["z"].shape)}


def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def quietly(formula):
    """A formula that may overflow, without NumPy's warning."""

    def wrong(z):
        with np.errstate(all="ignore"):
            return formula(z)

    return wrong
