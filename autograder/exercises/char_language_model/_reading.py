"""Reading what a probe sent: whatever is not as it should be becomes one sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograder.exercise import Inputs
from autograder.messages import _


def careful(read: Callable[[Inputs, tuple], tuple]) -> Callable[[Inputs, tuple], tuple]:
    """A reading that raises nothing but ValueError, whatever arrives."""

    @wraps(read)
    def wrapped(inputs: Inputs, outputs: tuple) -> tuple:
        try:
            return read(inputs, outputs)
        except ValueError:
            raise
        except Exception:
            raise ValueError(_("what came back is not what was asked for")) from None

    return wrapped


def whole(value: Any, what: str) -> np.ndarray:
    """An array of whole numbers. Raises ValueError with a sentence about ``what`` for anything else."""
    if value is None:
        raise ValueError(_("{what} came back as None: is a `return` missing?").format(what=what))
    value = np.zeros(0) if isinstance(value, list) and not value else value
    array = np.asarray(value) if isinstance(value, np.ndarray | int | float) else None
    if array is None or array.dtype.kind not in "iuf" or not np.array_equal(array, np.round(array)):
        raise ValueError(_("{what} should be whole numbers").format(what=what))
    return array.astype(int)


def scores(value: Any) -> np.ndarray:
    """An array of finite scores with three axes. Raises ValueError with a sentence for anything else."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
        raise ValueError(_("the logits should be an array of numbers"))
    if not np.isfinite(value).all():
        raise ValueError(_("the logits hold nan or infinity"))
    return value.astype(float)
