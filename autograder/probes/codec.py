"""Plain data, and nothing else, between the student's side and the grader's: JSON text, arrays as base64.

Both sides use this module. Nothing here runs code that arrives: there are no pickles and no object arrays.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np

MAX_BYTES = 64 * 2**20
KINDS = "biufc"


class BadData(ValueError):
    """What arrived is not plain data of a permitted kind and size."""


def dumps(value: Any) -> str:
    """Text for a tree of dicts, lists, strings, numbers and numeric arrays."""
    return json.dumps(value, default=_encode)


def loads(text: str) -> Any:
    """The tree that ``dumps`` wrote. Raises BadData for anything else, before it is made."""
    if len(text) > 2 * MAX_BYTES:
        raise BadData(f"a message of {len(text):,} characters is longer than the grader takes")
    try:
        return json.loads(text, object_hook=_decode, parse_int=_whole)
    except BadData:
        raise
    except (ValueError, RecursionError) as problem:
        raise BadData("the message is not plain data") from problem


def _whole(digits: str) -> int | float:
    """A whole number; one that no array could hold becomes infinite, as the same number with a point would."""
    return int(digits) if len(digits) < 19 else float(digits)


def _encode(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind in KINDS:
        data = np.ascontiguousarray(value)
        text = base64.b64encode(data.tobytes()).decode()
        return {"__array__": text, "dtype": data.dtype.str, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return value.item()
    raise BadData(f"{type(value).__name__} is not plain data")


def _decode(tree: dict) -> Any:
    if "__array__" not in tree:
        return tree
    try:
        dtype, shape = np.dtype(tree["dtype"]), tuple(int(s) for s in tree["shape"])
        large = dtype.itemsize > (16 if dtype.kind == "c" else 8)
        if dtype.kind not in KINDS or large or min(shape, default=0) < 0 or len(shape) > 16:
            raise BadData(f"an array of dtype {dtype} and shape {shape} is not taken")
        if math.prod(shape) * dtype.itemsize > MAX_BYTES:
            raise BadData(f"an array of shape {shape} is larger than the grader takes")
        return np.frombuffer(base64.b64decode(tree["__array__"], validate=True), dtype).reshape(shape).copy()
    except BadData:
        raise
    except Exception as problem:
        raise BadData("an array arrived damaged") from problem
