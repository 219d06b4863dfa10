"""Comparing what came with what was expected, and saying where they part."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from autograder.messages import N_, _, ngettext, ordinal, with_article
from autograder.spec import Item


@dataclass(frozen=True)
class Failure:
    """Why a case failed, as data. ``kind`` is missing, count, type, shape, dtype, not_finite or values.

    ``expected`` and ``actual`` are the two numbers at ``index`` for kind values, shapes for kind shape, and so on.
    """

    kind: str
    output: str = ""
    index: tuple[int, ...] | None = None
    expected: Any = None
    actual: Any = None
    different: int = 0
    of: int = 0
    largest: float = 0.0
    step: int | None = None
    dims: str = ""

    def to_dict(self) -> dict:
        """The fields that hold something, as any reader of JSON takes them: it has no word for nan."""
        found = {k: v for k, v in asdict(self).items() if v not in (None, "", 0)}
        return {k: repr(v) if isinstance(v, float) and not math.isfinite(v) else v for k, v in found.items()}


def as_tuple(value: Any) -> tuple:
    """A value of several outputs as a tuple; one output as a tuple of one."""
    return value if isinstance(value, tuple) else (value,)


def name_of(item: Item) -> str:
    """What an output is called in a message."""
    return item.name or _("result")


def compare(outputs: list, expected: tuple, items: tuple[Item, ...], rtol: float, atol: float) -> Failure | None:
    """The first failure among the outputs of one call, or None when all agree."""
    if len(outputs) != len(expected):
        if len(outputs) == 1 and outputs[0] is None:
            return Failure("missing")
        return Failure("count", expected=len(expected), actual=len(outputs))
    for actual, right, item in zip(outputs, expected, items):
        failure = compare_one(actual, right, item, rtol, atol)
        if failure is not None:
            return failure
    return None


def right_and_wrong(
    outputs: list, expected: tuple, items: tuple[Item, ...], rtol: float, atol: float
) -> tuple[list[str], list[str]]:
    """The names of the outputs that agree, and of those that do not. Nothing where one output is all there is."""
    right: list[str] = []
    wrong: list[str] = []
    if len(outputs) == len(expected) > 1:
        for actual, wanted, item in zip(outputs, expected, items):
            (wrong if compare_one(actual, wanted, item, rtol, atol) else right).append(name_of(item))
    return right, wrong


def compare_one(actual: Any, right: Any, item: Item, rtol: float, atol: float) -> Failure | None:
    """The failure of one output, or None when it agrees."""
    name = name_of(item)
    if actual is None:
        return Failure("missing", name)
    if isinstance(right, str | list) or item.kind == "any":
        came = _in_words(actual)
        return None if came == right else Failure("values", name, expected=right, actual=came, different=1, of=1)
    if isinstance(actual, str | list | dict):
        kind = actual.get("type", "dict") if isinstance(actual, dict) else type(actual).__name__
        return Failure("type", name, expected=_kind(right, item), actual=kind)
    mine, theirs = np.asarray(right), np.asarray(actual)
    if theirs.dtype.kind == "c":
        return Failure("dtype", name, expected=_kind(right, item), actual=str(theirs.dtype))
    if mine.shape != theirs.shape and not (mine.ndim == 0 and theirs.size == 1):
        dims = "" if item.dims is None else f"({', '.join(item.dims)})"
        return Failure("shape", name, expected=mine.shape, actual=theirs.shape, dims=dims)
    theirs = theirs.reshape(mine.shape)
    if mine.dtype.kind == "b" and theirs.dtype.kind != "b" and mine.ndim:
        return Failure("dtype", name, expected=_kind(right, item), actual=str(theirs.dtype))
    return _values(mine, theirs, item, name, rtol, atol)


def _in_words(actual: Any) -> Any:
    """What can be compared with words: words and single numbers as they are, of everything else what it is."""
    if isinstance(actual, bool | int | float | str) or (
        isinstance(actual, list) and all(type(v) is str for v in actual)
    ):
        return actual
    if isinstance(actual, dict):
        return str(actual.get("type", "dict"))
    return f"{type(actual).__name__} {np.shape(actual)}" if isinstance(actual, np.ndarray) else type(actual).__name__


def agree(one: list, other: list, rtol: float, atol: float) -> bool:
    """Whether two calls gave the same outputs, shapes and not-a-numbers included."""
    if len(one) != len(other):
        return False
    for a, b in zip(one, other):
        if isinstance(a, str | list | dict | None) or isinstance(b, str | list | dict | None):
            if not (type(a) is type(b) and a == b):
                return False
        elif np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
            return False
    return True


def _kind(right: Any, item: Item) -> str:
    if np.ndim(right) or item.dims is not None:
        return _("an array")
    names = {"int": N_("a whole number"), "bool": N_("True or False")}
    return _(names.get(item.kind, N_("a number")))


def _values(mine: np.ndarray, theirs: np.ndarray, item: Item, name: str, rtol: float, atol: float) -> Failure | None:
    with np.errstate(all="ignore"):
        wrong = ~np.isclose(theirs, mine, rtol=rtol, atol=atol, equal_nan=False)
    if not wrong.any():
        return None
    infinite = wrong & ~np.isfinite(theirs.astype(float))
    where, step = first(infinite if infinite.any() else wrong, item)
    finite = wrong & np.isfinite(theirs.astype(float))
    gap = np.abs(theirs.astype(float) - mine.astype(float))[finite]
    return Failure(
        "not_finite" if infinite.any() else "values",
        name,
        index=where,
        expected=mine[where].item(),
        actual=theirs[where].item(),
        different=int((infinite if infinite.any() else wrong).sum()),
        of=int(mine.size),
        largest=float(gap.max()) if gap.size else 0.0,
        step=step,
    )


def first(wrong: np.ndarray, item: Item) -> tuple[tuple[int, ...], int | None]:
    """The first place that differs, earliest in time where there is a time axis, and that step."""
    places = np.argwhere(wrong)
    axis = item.axis("T", wrong.ndim)
    if axis is None:
        return tuple(int(i) for i in places[0]), None
    step = int(places[:, axis].min())
    return tuple(int(i) for i in places[places[:, axis] == step][0]), step


def number(value: Any) -> str:
    """A number as a message shows it."""
    if isinstance(value, bool | str | list):
        return str(value)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer() and abs(value) < 1e6):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return f"{value:.4g}" if abs(value) < 1e-3 or abs(value) >= 1e5 else f"{value:.4f}"


def pair(expected: Any, actual: Any) -> tuple[str, str]:
    """Two different numbers, with as many digits as it takes to see that they differ."""
    one, other = number(expected), number(actual)
    if one == other and isinstance(expected, float | int) and isinstance(actual, float | int):
        one, other = f"{expected:.9g}", f"{actual:.9g}"
    return one, other


def sentences(failure: Failure, name: str) -> list[str]:
    """A failure in words. ``name`` is the exercise's."""
    f = failure
    simple = {
        "missing": _("{name} returned None: is a `return` missing?"),
        "count": ngettext(
            "one value should be returned; {actual} came",
            "{expected} values should be returned; {actual} came",
            f.expected or 0,
        ),
        "type": _("{output} should be {expected}; {kind} came"),
        "shape": _("{output} has shape {actual}, but should have {expected}{dims}"),
        "dtype": _("{output} should be {expected} of real numbers; it came as {actual}"),
    }  # fmt: skip
    if f.kind == "missing" and f.output and f.output != _("result"):
        return [_("{output} is None: was it never given a value?").format(output=f.output)]
    if f.kind in simple:
        more = (
            [_("join the pieces first: np.stack(..., axis=1), or torch.stack(..., dim=1)")]
            if f.actual == "list"
            else []
        )
        dims = f", {f.dims}" if f.dims else ""
        values = {"name": name, "output": f.output, "expected": f.expected, "actual": f.actual, "dims": dims}
        values["kind"] = with_article(str(f.actual))
        return [simple[f.kind].format(**values), *more]
    return _value_sentences(f)


def _value_sentences(f: Failure) -> list[str]:
    expected, actual = pair(f.expected, f.actual)
    if not f.index:
        return [_("expected {expected}, got {actual}").format(expected=expected, actual=actual)]
    place = f"{f.output}[{', '.join(map(str, f.index))}]"
    if f.kind == "not_finite":
        start = _("first {actual} at {place}: expected {expected}").format(
            actual=actual, place=place, expected=expected
        )
    else:
        start = _("first difference at {place}: expected {expected}, got {actual}").format(
            place=place, expected=expected, actual=actual
        )
    share = _("all {of} values differ") if f.different == f.of else _("{different} of {of} values differ")
    facts = [share.format(different=f.different, of=f.of)]
    if f.step:
        facts.append(_("and the timesteps before the {ordinal} are right").format(ordinal=ordinal(f.step)))
    elif f.step == 0:
        facts.append(_("from the first timestep on"))
    return [start, ", ".join(facts)]
