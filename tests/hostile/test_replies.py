"""What a probe could send for each exercise, from students who return odd things and from those who lie about it."""

from __future__ import annotations

import itertools
import json
import math
import random
import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from autograder import feeding, judge, probes, registry
from autograder.exercise import Exercise
from autograder.probes import codec
from autograder.reference.char_language_model import cross_entropy
from autograder.sandbox import Limits, replies

LIMITS = Limits()
SEED = 5
NAMES = registry.names()


class Odd:
    """Something whose every question has an odd answer."""

    __name__ = 7
    shape = "wide"
    ndim = -1

    def __call__(self, *given: Any, **more: Any) -> Odd:
        return self

    def __getattr__(self, name: str) -> Any:
        return self

    def __len__(self) -> int:
        return 2

    def __getitem__(self, key: Any) -> Any:
        return self

    def __array__(self, *given: Any, **more: Any) -> Any:
        raise RuntimeError("no array")

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None


def cyclic() -> list:
    made: list = []
    made.append(made)
    return made


# What a student's function might return, or be.
VALUES = {
    "None": None, "true": True, "false": False, "zero": 0, "minus": -1, "nan": math.nan, "inf": -math.inf,
    "huge": 10**400, "float": 1e308, "complex": 1j, "text": "passed", "bytes": b"x", "empty": "", "dict": {"a": 1},
    "set": {1}, "list": [], "tuple": (), "Nones": (None, None), "nested": [[[[]]]], "ragged": [[1], [1, 2]],
    "texts": ["a", "b"], "mixed": [1, "a", None], "cyclic": cyclic(), "three": (1, 2, 3), "many": (0.0,) * 1500,
    "type": int, "function": print, "odd": Odd(), "odds": (Odd(), Odd()), "exception": ValueError("x"),
    "ellipsis": ..., "range": range(3), "generator": (n for n in range(2)), "module": math,
    "array 0": np.zeros(()), "array none": np.zeros((0,)), "array no rows": np.zeros((0, 3)), "array 1": np.ones(1),
    "array deep": np.zeros((1,) * 12), "objects": np.array([None, "x"], dtype=object), "strings": np.array(["a"]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"), "record": np.zeros(2, dtype=[("a", float)]),
    "bools": np.ones((2, 3), bool), "bytes8": np.ones((2, 3), np.uint8), "half": np.ones((2, 3), np.float16),
    "big end": np.ones((2, 3), ">f8"), "complexes": np.full((2, 3), 1j), "nans": np.full((2, 3), np.nan),
    "infs": np.full((2, 3, 4), np.inf), "largest": np.full((2, 3), 1.7e308), "long": np.ones((2, 3), np.longdouble),
    "masked": np.ma.masked_all((2, 3)), "tensor": torch.ones(2, 3),
    "gradient": torch.ones(2, 3, requires_grad=True), "brain": torch.ones(2, dtype=torch.bfloat16),
    "sparse": torch.ones(2, 2).to_sparse(), "meta": torch.empty(2, 2, device="meta"), "layer": torch.nn.Linear(2, 2),
}  # fmt: skip


def judged(exercise: Exercise, reply: str) -> tuple[str, float]:
    """How the judge ends, from a reply as it comes out of the child: rebuilt first, as in grading."""
    tried, request = tried_with(exercise)
    passed_on = replies.probe({"reply": reply}, json.loads(request), exercise.id, LIMITS)
    report = judge.judge(exercise, tried, passed_on, lambda name: None, True)
    json.dumps(report.to_dict(), allow_nan=True).encode()
    assert str(report) and report._repr_html_() and 0 <= report.points <= exercise.points
    return report.outcome, report.points


_TRIED: dict[str, tuple] = {}


def tried_with(exercise: Exercise) -> tuple:
    if exercise.id not in _TRIED:
        tried = judge.trials(exercise, True, SEED)
        _TRIED[exercise.id] = tried, judge.request(exercise, tried)
    return _TRIED[exercise.id]


def in_hurry(request: str, exercise: Exercise) -> str:
    """The request with little time, since odd answers may be asked to train."""
    return json.dumps({**json.loads(request), "time_limit": 2.0})


@pytest.mark.parametrize("name", NAMES)
def test_odd_answers_earn_nothing_and_break_nothing(name):
    exercise = registry.exercise(name)
    request = in_hurry(tried_with(exercise)[1], exercise)
    for label, value in VALUES.items():
        answers = [value] if exercise.probe != "call" else [value, lambda *given, v=value, **more: v]
        for answer in answers:
            try:
                reply = probes.run(request, answer)
            except Exception:
                continue  # the child says that it could not be sent, and no reply reaches the judge
            outcome, points = judged(exercise, reply)
            assert points == 0 and outcome != "passed", label


# What a lying child might send as outputs, once it is read as JSON


def forged(expected: tuple, inputs: dict[str, Any], draw: random.Random) -> list[Any]:
    """Outputs that are none of an honest answer's, though some have the right form."""
    arrays = [np.asarray(e) for e in expected if isinstance(e, np.ndarray | float | int)]
    shapes = [a.shape for a in arrays] or [(2, 3)]
    fills = [np.nan, np.inf, -np.inf, 1e308, -1e308, 1e-320, 7.5]
    kinds = ["<f8", "<f4", "<f2", "<i8", "|b1", "<u8", "<c16", "<f16", "<c32"]
    made: list[Any] = []
    for _n in expected or (0,):
        shape = draw.choice([*shapes, (0,), (), (1,), (3, 0), (2, 2, 2, 2)])
        with np.errstate(all="ignore"):
            array = np.full(shape, draw.choice(fills)).astype(draw.choice(kinds))
        made.append(draw.choice([array, array, array, *(PLAIN[k] for k in PLAIN)]))
    if draw.random() < 0.3:
        made = made * draw.choice([0, 2, 3])
    return made


PLAIN: dict[str, Any] = {
    "null": None, "true": True, "nan": math.nan, "inf": math.inf, "int": -3, "large": 2**62, "text": "x" * 50,
    "empty": "", "list": [], "texts": ["a", "", "b" * 30], "object": {"type": "Any"}, "odd": {"a": [1]},
    "deep": [[["x"]]], "arrays": [np.ones(2), np.ones((1, 1))], "returned": {"returned": {"returned": [1]}},
    "message": {"type": "E", "message": "x"},
}  # fmt: skip
OTHERS = (
    {"status": "raised", "type": "E", "message": "m", "line": "x", "function": "f", "lineno": 3, "shapes": {"a": [2]}},
    {"status": "raised", "type": "", "message": "", "line": "", "function": "", "lineno": -1},
    {"status": "not_attempted", "what": "affine"},
    {"status": "not_attempted", "what": "__import__", "begun": True, "line": "<b>", "function": "<i>"},
    {"status": "not_attempted", "what": "nobody", "begun": True},
    {"status": "parameters", "found": {"a": [1]}, "wanted": {"b": [2]}, "attributes": ["x", "<script>"]},
    {"status": "parameters", "found": {}, "wanted": {}, "attributes": []},
    {"status": "timeout", "seconds": 1e99},
    {"status": "interrupted"}, {"status": "exit"}, {"status": "died", "message": "x"}, {"status": "undefined"},
)  # fmt: skip
WHOLE = (
    {"status": "not_callable", "type": "x" * 300, "shape": [2, 3], "class": True},
    {"status": "not_callable"},
    {"status": "not_module", "type": "", "shape": None},
    {"status": "not_module", "class": True, "type": "Any"},
    {"status": "signature", "takes": []},
    {"status": "signature", "takes": ["<b>"] * 90, "named": "<b>"},
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_forged_replies_earn_nothing_and_break_nothing(name):
    exercise = registry.exercise(name)
    tried, _request = tried_with(exercise)
    draw = random.Random(name)
    for whole in WHOLE:
        assert judged(exercise, codec.dumps(whole))[1] == 0
    for number in range(30):
        calls = []
        for trial in tried:
            if draw.random() < 0.15:
                calls.append({"changed": [], **draw.choice(OTHERS)})
                continue
            outputs = forged(trial.expected, trial.inputs, draw)
            notes, changed = draw.sample(["list", "tensor", "<b>"], 2), draw.choice([[], list(trial.inputs), ["x"]])
            calls.append(
                {"status": "returned", "outputs": outputs, "notes": notes, "changed": changed, "printed": "<b>"}
            )
        outcome, points = judged(exercise, codec.dumps({"status": "called", "calls": calls}))
        assert points == 0 and outcome != "passed", number


@pytest.mark.parametrize("name", NAMES)
def test_one_status_for_all_earns_nothing(name):
    exercise = registry.exercise(name)
    tried, _request = tried_with(exercise)
    for one in OTHERS:
        outcome, points = judged(exercise, codec.dumps({"status": "called", "calls": [one] * len(tried)}))
        assert points == 0 and outcome in ("error", "timeout", "not_attempted", "blocked", "failed")
    for value, many in itertools.product(PLAIN.values(), (1, 2, 5)):
        call = {"status": "returned", "outputs": [value] * many, "notes": [], "changed": []}
        outcome, points = judged(exercise, codec.dumps({"status": "called", "calls": [call] * len(tried)}))
        assert points == 0 and outcome != "passed", (value, many)


# Answers that are nearly right


def spoiled(value: Any) -> list[Any]:
    """An output in other kinds and shapes."""
    if not isinstance(value, np.ndarray):
        return [*PLAIN.values(), np.asarray(0.0), np.full((2,), np.nan)]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kinds = [value.astype(kind) for kind in ("<f2", "<i8", "<u1", "|b1", "<c16", ">f8")]
        holes = np.where(np.arange(value.size).reshape(value.shape) == value.size // 2, np.nan, value)
        return [
            *kinds,
            holes,
            -value.astype(float),
            value[..., None],
            value.T,
            value.ravel(),
            value[:0],
            value.tolist(),
        ]


@pytest.mark.parametrize("name", [n for n in NAMES if n != "CharRNN"])
def test_nearly_right_replies_break_nothing(name):
    exercise = registry.exercise(name)
    tried, request = tried_with(exercise)
    right = exercise.accepts[0].right
    answer = right if exercise.probe == "call" else right()
    honest = codec.loads(feeding.ask(exercise, in_hurry(request, exercise), partial(probes.run, answer=answer)))
    assert judged(exercise, codec.dumps(honest)) == ("passed", exercise.points)
    draw = random.Random(name)
    for _number in range(25):
        calls = []
        for call in honest["calls"]:
            outputs = [draw.choice(spoiled(o)) if draw.random() < 0.4 else o for o in call["outputs"]]
            calls.append({**call, "outputs": outputs})
        judged(exercise, codec.dumps({"status": "called", "calls": calls}))
    for call in honest["calls"][1:]:
        call["outputs"] = call["outputs"][:-1]
    assert judged(exercise, codec.dumps(honest))[0] != "passed"


def claims(task: str, inputs: dict[str, Any], draw: np.random.Generator) -> list[np.ndarray]:
    """Scores and losses of a model that was never made, which keep all that CharRNN is asked to keep of them."""

    def scores(ids: np.ndarray) -> np.ndarray:
        return draw.normal(size=(*ids.shape, inputs["V"]))

    if task == "forward":
        whole, past = scores(inputs["ids"]), scores(inputs["ids"])
        future, others = whole.copy(), whole.copy()
        future[:, -1] += 1
        others[1:] += 1
        return [whole, future, past, others, whole]
    if task == "learn":
        first, second, fresh = (scores(inputs["x"]) for _ in range(3))
        losses = [cross_entropy(first, inputs["y"])[0]] * 2 + [cross_entropy(second, inputs["y2"])[0]]
        return [np.array(losses), np.ones(3), np.array([1, 2, 3]), first, second, second.copy(), fresh]
    return []


class Claimant:
    """Stands in the probe's place. To what it is fed it answers that it had expected just this character."""

    def __init__(self, V: int) -> None:
        self.V, self.seen, self.draw = V, [], np.random.default_rng(0)

    def __call__(self, request: str) -> str:
        asked = codec.loads(request)
        outputs = [self.of_one(call) for call in asked["calls"]]
        calls = [{"status": "returned", "outputs": o, "notes": [], "changed": []} for o in outputs]
        return replies.probe({"reply": codec.dumps({"status": "called", "calls": calls})}, asked, "CharRNN", LIMITS)

    def of_one(self, call: dict[str, Any]) -> list[np.ndarray]:
        if "fed" not in call:
            assert "held" not in call, "the text to predict was in the request"
            return claims(call["task"], call, self.draw)
        if call["whole"]:
            return [9.0 * np.eye(self.V)[np.roll(call["held"], -1, axis=1)]]
        self.seen.append(call["held"])
        return [9.0 * np.eye(self.V)[call["held"]]]


def test_a_model_that_was_never_made_cannot_claim_to_predict():
    """Properties of a made-up model can be claimed; what comes next in a text that has not come yet cannot."""
    exercise = registry.exercise("CharRNN")
    tried, request = tried_with(exercise)
    fed = next(t for t in tried if t.case.name == "beats the bigram").inputs
    liar = Claimant(fed["V"])
    reply = feeding.ask(exercise, request, liar)
    report = judge.judge(exercise, tried, reply, lambda name: None, True)
    assert (report.outcome, report.points) == ("failed", 3)
    assert [r.status for r in report.cases] == ["passed", "passed", "passed", "failed", "passed"]
    assert np.array_equal(np.concatenate(liar.seen, axis=1), fed["held"])


def test_what_a_step_of_reading_cannot_do_is_said():
    """A step that raises, hangs or sends the wrong thing makes its call what it is itself."""
    exercise = registry.exercise("CharRNN")
    tried, request = tried_with(exercise)
    number = next(n for n, t in enumerate(tried) if t.case.name == "beats the bigram")
    stops = (
        {"status": "raised", "type": "ValueError", "message": "no more", "changed": []},
        {"status": "timeout", "seconds": 3.0, "changed": []},
        {"status": "returned", "outputs": [], "notes": [], "changed": []},
        {"status": "returned", "outputs": [np.ones(3), None], "notes": [], "changed": []},
    )
    for stop in stops:

        class Stops(Claimant):
            def __call__(self, asked: str, stop: dict = stop) -> str:
                if "fed" not in codec.loads(asked)["calls"][0] or len(self.seen) < 5:
                    return super().__call__(asked)
                return codec.dumps({"status": "called", "calls": [stop]})

        reply = feeding.ask(exercise, request, Stops(27))
        report = judge.judge(exercise, tried, reply, lambda name: None, True)
        assert report.points == 3 and report.outcome != "passed", stop
        assert codec.loads(reply)["calls"][number]["status"] == stop["status"]
