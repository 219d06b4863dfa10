"""From what a student's code returns to plain arrays and numbers."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def plain(value: Any) -> tuple[Any, list[str]]:
    """The value as plain data, and notes on what it was: "list" or "tensor".

    What cannot be converted becomes ``{"type": its type's name}``. A missing value stays None.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value, []
    if isinstance(value, np.ndarray):
        return (_array(value), []) if value.dtype.kind in "biufc" else ({"type": _array_type(value)}, [])
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return _array(value).item(), []
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        tensor = value.detach().cpu()
        tensor = tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor
        return np.array(tensor.resolve_conj().numpy()), ["tensor"]
    if isinstance(value, (list, tuple)):
        return _sequence(value)
    return {"type": type(value).__name__}, []


def _sequence(value: Any) -> tuple[Any, list[str]]:
    if all(type(v) is str for v in value):
        return list(value), []
    try:
        parts = [plain(v)[0] if not isinstance(v, (list, tuple)) else v for v in value]
        array = np.asarray(parts)
    except (ValueError, TypeError):
        return {"type": "ragged " + type(value).__name__}, []
    return (_array(array), ["list"]) if array.dtype.kind in "biufc" else ({"type": type(value).__name__}, [])


def _array(value: Any) -> np.ndarray:
    """A copy, in numbers that every machine has."""
    copied = np.array(value, subok=False)
    wide = {"f": np.float64, "c": np.complex128}.get(copied.dtype.kind, copied.dtype)
    return copied.astype(wide) if copied.dtype.itemsize > np.dtype(wide).itemsize else copied


def _array_type(value: np.ndarray) -> str:
    return f"array of dtype {value.dtype.name if value.dtype.kind != 'U' else 'str'}"


def returned(value: Any, outputs: int) -> dict:
    """The reply for a value that a call returned, where the spec has this many outputs."""
    several = isinstance(value, tuple) or (outputs > 1 and isinstance(value, list) and len(value) == outputs)
    if several and outputs == 1 and value and all(np.ndim(v) == 0 and not isinstance(v, str) for v in value):
        several = False
    values = list(value) if several else [value]
    converted = [plain(v) for v in values]
    notes = sorted({note for _, found in converted for note in found})
    return {"status": "returned", "outputs": [v for v, _ in converted], "notes": notes}
