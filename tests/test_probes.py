"""Probes send plain data and know no answers; specs run."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import autograder.probes
from autograder import judge, registry
from autograder.probes import codec
from autograder.spec import Spec

MODULES = sorted(Path(autograder.probes.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_a_probe_imports_nothing_that_knows_answers(path: Path) -> None:
    allowed = {"numpy", "torch", "rnnlab", *sys.stdlib_module_names}  # rnnlab is what every student has
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module]
        else:
            continue
        for name in names:
            assert name.split(".")[0] in allowed or name.startswith("autograder.probes"), f"{path.name} imports {name}"


@pytest.mark.parametrize(
    "value",
    [
        np.zeros((2, 0, 3)),
        np.arange(6).reshape(2, 3).T,
        np.array(3.5),
        np.array([True, False]),
        np.float32([1, np.nan]),
    ],
    ids=str,
)
def test_arrays_come_through_as_they_were(value: np.ndarray) -> None:
    text = codec.dumps({"a": value})
    json.loads(text)
    back = codec.loads(text)["a"]
    assert back.dtype == value.dtype
    np.testing.assert_array_equal(back, value)
    back += back
    assert not np.shares_memory(back, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        '{"__array__": "", "dtype": "O", "shape": [1]}',
        '{"__array__": "AAAA", "dtype": "<f8", "shape": [1]}',
        '{"__array__": "", "dtype": "<f8", "shape": [99999999999]}',
        '{"__array__": "", "dtype": "<f8", "shape": [-1]}',
        '{"__array__": "", "dtype": "nonsense", "shape": [0]}',
        '{"__array__": "", "dtype": "<f8", "shape": 5}',
        '{"__array__": "", "dtype": "<f8", "shape": [' + "9" * 5000 + "]}",
    ],
    ids=lambda t: t[:60],
)
def test_what_is_not_plain_data_is_refused(text: str) -> None:
    with pytest.raises(codec.BadData):
        codec.loads(text)


def test_a_number_too_large_for_an_array_is_infinite() -> None:
    assert codec.loads('{"a": ' + "9" * 5000 + ', "b": 12}') == {"a": float("inf"), "b": 12}


def test_objects_are_not_sent() -> None:
    with pytest.raises(codec.BadData):
        codec.dumps({"a": object()})
    with pytest.raises(codec.BadData):
        codec.dumps({"a": np.array([object()])})


def test_a_spec_makes_inputs() -> None:
    spec = Spec.parse("x (N,T,D), W_xh, b, ids (N,T) int<V, T -> h (N,T,H), h_T (N,D+H)")
    sizes = {"N": 2, "T": 3, "D": 4, "H": 5, "V": 6}
    made = spec.make_inputs(sizes, np.random.default_rng(0))
    assert [np.shape(v) for v in made.values()] == [(2, 3, 4), (5, 4), (5,), (2, 3), ()]
    assert made["T"] == 3
    assert made["ids"].dtype.kind == "i"
    assert made["ids"].max() < 6
    assert [o.sizes(sizes) for o in spec.outputs] == [(2, 3, 5), (2, 9)]
    assert spec.outputs[0].axis("T", 3) == 1
    leading = Spec.parse("z (...,C) -> (...,C)")
    assert leading.make_inputs({"...": (2, 3), "C": 4}, np.random.default_rng(0))["z"].shape == (2, 3, 4)
    assert Spec.parse("D, H -> int").outputs[0].kind == "int"


def test_the_same_seed_makes_the_same_inputs() -> None:
    spec = Spec.parse("x (N,D) -> (N)")
    one, two, other = (spec.make_inputs({"N": 2, "D": 3}, np.random.default_rng(s))["x"] for s in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("text", ["x (N,D)", "x -> (N)", "(N) -> (N)", "x (N -> (N)", "x (N) ->"])
def test_a_spec_that_cannot_be_read_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="spec"):
        Spec.parse(text)


@pytest.mark.parametrize(
    "reply",
    [
        "[]",
        "null",
        "{}",
        '{"status": "called"}',
        '{"status": "called", "calls": []}',
        '{"status": "called", "calls": [1, 2, 3]}',
        '{"status": "called", "calls": [{"status": "returned"}]}',
        '{"status": "called", "calls": [{"status": "passed"}]}',
        '{"status": "called", "calls": [{"status": "raised", "type": 1, "message": []}]}',
        '{"status": "passed"}',
    ],
)
def test_a_reply_that_is_none_is_a_failure_and_no_crash(reply: str) -> None:
    exercise = registry.exercise("affine")
    tried = judge.trials(exercise)[:1]
    report = judge.judge(exercise, tried, reply, lambda name: None)
    assert report.outcome == "error"
    assert report.points == 0
    assert str(report)
