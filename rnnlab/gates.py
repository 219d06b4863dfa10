"""The sigmoid of lesson 01, for the lessons whose gates need it."""

from __future__ import annotations

from typing import Any

import numpy as np


def sigmoid(z: Any) -> np.ndarray:
    """``1 / (1 + e^-z)`` for every number, without overflow."""
    z = np.asarray(z, dtype=float)
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)
