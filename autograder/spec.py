"""Shape specs that run: ``"x (N,D), h (N,H), W_xh, W_hh, b -> (N,H)"`` makes inputs and names output axes.

The alphabet, used everywhere: N batch, T time, D input, H hidden, O output, C classes, V vocabulary, L layers,
K directions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

ALPHABET = {
    "N": "batch",
    "T": "time",
    "D": "input",
    "H": "hidden",
    "O": "output",
    "C": "classes",
    "V": "vocabulary",
    "L": "layers",
    "K": "directions",
}
KNOWN = {"W_xh": "H,D", "W_hh": "H,H", "b": "H", "W_hy": "O,H", "b_y": "O"}
ITEM = re.compile(
    r"^(?P<name>[A-Za-z_]\w*)?\s*(?:\((?P<dims>[^()]*)\))?\s*(?P<kind>int|float|bool|any)?\s*(?:<\s*(?P<below>\w+)\s*>?)?$"
)


@dataclass(frozen=True)
class Item:
    """One argument or one output. ``dims`` is None for a scalar, ``kind`` is int, float, bool or any."""

    name: str
    dims: tuple[str, ...] | None
    kind: str = "float"
    below: str = ""

    def sizes(self, sizes: Mapping[str, Any]) -> tuple[int, ...]:
        """The shape for given sizes of the letters; ``D+H`` adds, ``4H`` multiplies, ``...`` is some leading axes."""
        shape: list[int] = []
        for dim in self.dims or ():
            if dim == "...":
                shape.extend(sizes.get("...", ()))
            else:
                shape.append(sum(_size(part, sizes) for part in dim.split("+")))
        return tuple(shape)

    def axis(self, letter: str, ndim: int) -> int | None:
        """Which axis of an array with ``ndim`` axes this letter names, if any."""
        if self.dims is None or letter not in self.dims:
            return None
        place = self.dims.index(letter)
        return place if "..." not in self.dims[:place] else ndim - (len(self.dims) - place)

    def __str__(self) -> str:
        shape = "" if self.dims is None else f"({', '.join(self.dims)})"
        kind = self.kind if self.dims is None else ""
        return " ".join(p for p in (self.name, shape, kind) if p)


@dataclass(frozen=True)
class Spec:
    """A parsed spec. ``text`` is what it was written as."""

    text: str
    inputs: tuple[Item, ...]
    outputs: tuple[Item, ...]

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Read ``"inputs -> outputs"``. Raises ValueError, with the part that it could not read."""
        left, arrow, right = text.partition("->")
        if not arrow:
            raise ValueError(f"a spec needs an arrow between inputs and outputs: {text!r}")
        inputs = tuple(_item(part, text, named=True) for part in _split(left))
        outputs = tuple(_item(part, text, named=False) for part in _split(right))
        if not outputs:
            raise ValueError(f"a spec needs an output: {text!r}")
        return cls(text, inputs, outputs)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments, in order."""
        return tuple(i.name for i in self.inputs)

    def make_inputs(self, sizes: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """Random inputs for given sizes. Weights and biases are half as large, so that tanh is not saturated.

        Values are rounded to two decimals, so that a case can be followed by hand.
        """
        return {item.name: _random(item, sizes, rng) for item in self.inputs}


def _size(part: str, sizes: Mapping[str, Any]) -> int:
    """A letter, a number, or a number of times a letter, as in ``4H``."""
    letter = part.lstrip("0123456789")
    times = part[: len(part) - len(letter)]
    return (int(times) if times else 1) * (sizes[letter] if letter else 1)


def _split(text: str) -> list[str]:
    parts = re.split(r",(?![^()]*\))", text)
    return [p.strip() for p in parts if p.strip()]


def _item(part: str, text: str, named: bool) -> Item:
    match = ITEM.match(part)
    if not match or (named and not match["name"]):
        raise ValueError(f"cannot read {part!r} in the spec {text!r}")
    name, dims, kind, below = match["name"] or "", match["dims"], match["kind"], match["below"] or ""
    if not named and dims is None and kind is None and name in ("int", "float", "bool", "any"):
        name, kind = "", name
    if dims is None and kind is None:
        if name in KNOWN:
            dims = KNOWN[name]
        elif name in ALPHABET:
            kind = "int"
        else:
            raise ValueError(f"{part!r} has neither a shape nor a type in the spec {text!r}")
    letters = None if dims is None else tuple(d.strip() for d in dims.split(",") if d.strip())
    return Item(name, letters, kind or ("int" if below else "float"), below)


def _random(item: Item, sizes: Mapping[str, Any], rng: np.random.Generator) -> Any:
    if item.dims is None:
        if item.kind == "float":
            return round(float(rng.normal()), 2)
        if item.kind == "bool":
            return bool(rng.integers(2))
        return int(sizes[item.name]) if item.name in sizes else int(rng.integers(1, 9))
    shape = item.sizes(sizes)
    if item.kind == "int":
        return rng.integers(0, sizes[item.below] if item.below else 10, size=shape)
    if item.kind == "bool":
        return rng.integers(0, 2, size=shape).astype(bool)
    scale = 0.5 if re.match(r"[Wb](_|$)", item.name) else 1.0
    made = np.round(rng.normal(size=shape) * scale, 2)
    return np.where(made == 0, 0.01, made)  # a weight of zero would hide a mistake, and marks would depend on luck
