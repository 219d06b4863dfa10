"""What a wrong array has to do with the right one, where no listed mistake matches: flipped, shifted, scaled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from autograder.messages import N_, _
from autograder.spec import Item

Seen = tuple[np.ndarray, np.ndarray, Item, dict]


def clue(seen: list[Seen], rtol: float, atol: float) -> str:
    """A sentence that holds for every failed output in ``seen``, each (actual, expected, item, inputs), or nothing."""
    if not seen:
        return ""
    for sentence, test in TESTS:
        try:
            with np.errstate(all="ignore"):
                found = [test(a, e, i, n, lambda x, y: close(x, y, rtol, atol)) for a, e, i, n in seen]
        except (ValueError, TypeError, IndexError):
            continue
        if all(found):
            return _(sentence).format(found[0]) if "{0}" in sentence else _(sentence)
    return ""


def close(one: np.ndarray, other: np.ndarray, rtol: float, atol: float) -> bool:
    """Equal in shape and value."""
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=rtol, atol=atol))


def _axes(actual: np.ndarray) -> Iterator[tuple[int, ...]]:
    for i in range(actual.ndim):
        for j in range(i + 1, actual.ndim):
            order = list(range(actual.ndim))
            order[i], order[j] = order[j], order[i]
            yield tuple(order)


def _transposed(actual, expected, item, inputs, same) -> bool:
    if actual.ndim < 2 or same(actual, expected):
        return False
    return any(same(actual.transpose(order), expected) for order in _axes(actual))


def _reshaped(actual, expected, item, inputs, same) -> bool:
    return actual.shape != expected.shape and actual.size == expected.size and same(actual.ravel(), expected.ravel())


def _whole_numbers(actual, expected, item, inputs, same) -> bool:
    return actual.dtype.kind == "i" and expected.dtype.kind == "f" and same(actual, np.trunc(expected))


def _all_zero(actual, expected, item, inputs, same) -> bool:
    return not actual.any() and bool(np.any(expected))


def _given_back(actual, expected, item, inputs, same) -> str:
    names = [n for n, v in inputs.items() if isinstance(v, np.ndarray) and v.ndim and same(actual, v)]
    return names[0] if names else ""


def _negated(actual, expected, item, inputs, same) -> bool:
    return same(-actual, expected) and bool(np.any(expected))


def _reversed_in_time(actual, expected, item, inputs, same) -> bool:
    axis = item.axis("T", actual.ndim)
    return axis is not None and actual.shape == expected.shape and same(np.flip(actual, axis), expected)


def _shifted_in_time(step: int) -> Callable[..., bool]:
    def test(actual, expected, item, inputs, same) -> bool:
        axis = item.axis("T", actual.ndim)
        if axis is None or actual.shape != expected.shape or actual.shape[axis] < 3:
            return False
        a, e = np.moveaxis(actual, axis, 0), np.moveaxis(expected, axis, 0)
        return same(a[1:], e[:-1]) if step > 0 else same(a[:-1], e[1:])

    return test


def _first_row_everywhere(actual, expected, item, inputs, same) -> bool:
    return (
        actual.shape == expected.shape
        and actual.ndim > 1
        and actual.shape[0] > 1
        and same(actual[0], expected[0])
        and all(same(row, actual[0]) for row in actual)
    )


def _scaled(actual, expected, item, inputs, same) -> str:
    if actual.shape != expected.shape or not np.any(expected):
        return ""
    ratio = float(np.sum(actual * expected) / np.sum(expected * expected))
    if ratio <= 0 or not same(actual / ratio, expected):
        return ""
    return f"{ratio:.4g}" if ratio >= 1 else f"1/{1 / ratio:.4g}"


TESTS = (
    (N_("Your values are right, but two axes stand in each other's place."), _transposed),
    (N_("Your values are right and in the right order, but not in the right shape."), _reshaped),
    (
        N_("Your values are the right ones cut to whole numbers: the array they went into holds integers."),
        _whole_numbers,
    ),
    (N_("Your result is all zeros: was the array ever filled?"), _all_zero),
    (N_("Your result is {0} itself, as it came in."), _given_back),
    (N_("Your values have the wrong sign, and are right otherwise."), _negated),
    (N_("Your values are right, but stand in reverse order in time."), _reversed_in_time),
    (N_("Your values are right, but come one timestep late."), _shifted_in_time(1)),
    (N_("Your values are right, but come one timestep early."), _shifted_in_time(-1)),
    (N_("Every row holds what belongs to the first one."), _first_row_everywhere),
    (N_("Your values are the right ones times {0}, everywhere."), _scaled),
)
