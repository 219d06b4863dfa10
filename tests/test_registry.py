"""The registry's own tests, over every exercise there is: nothing to edit when one is added."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import lessons
import numpy as np
import pytest

from autograder import diagnose, feeding, judge, probes, registry
from autograder.compare import as_tuple
from autograder.exercise import Exercise
from autograder.probes import codec
from autograder.session import examine

EXERCISES = {e.id: e for lesson in registry.lessons() for e in lesson.exercises}
SEEDS = (11, 12, 13)


def seeds(exercise: Exercise) -> tuple[int, ...]:
    """The gradings to try: fewer where an answer is trained, which takes its time."""
    return SEEDS[:1] if exercise.time_limit > 20 else SEEDS


def floats(exercise: Exercise) -> list[str]:
    """The arguments that a gradient can be taken of."""
    inputs = judge.trials(exercise)[0].inputs
    return [n for n, v in inputs.items() if isinstance(v, np.ndarray) and v.dtype.kind == "f"]


def gives_floats(exercise: Exercise) -> bool:
    """Whether what comes out has a gradient."""
    return all(item.kind == "float" for item in exercise.shape.outputs)


every = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
functions = [e for e in EXERCISES.values() if e.probe == "call"]
with_oracle = pytest.mark.parametrize(
    "exercise", [pytest.param(e, id=e.id) for e in EXERCISES.values() if e.oracle is not None]
)
differentiable = pytest.mark.parametrize(
    "exercise",
    [pytest.param(e, id=e.id) for e in functions if e.oracle is not None and floats(e) and gives_floats(e)],
)
every_misconception = pytest.mark.parametrize(
    ("exercise", "misconception"),
    [pytest.param(e, m, id=f"{e.id}-{m.id}") for e in EXERCISES.values() for m in e.misconceptions],
)
every_variant = pytest.mark.parametrize(
    ("exercise", "variant"), [pytest.param(e, v, id=f"{e.id}-{v.id}") for e in EXERCISES.values() for v in e.accepts]
)


def made(exercise: Exercise, given: Callable[..., Any]) -> Any:
    """What a student would hand to check, from a misconception's or a variant's callable."""
    return given if exercise.probe == "call" else given()


def all_trials(exercise: Exercise) -> list:
    return [t for seed in (None, *SEEDS) for t in judge.trials(exercise, hidden=seed is not None, seed=seed)]


def tensor(value: Any) -> Any:
    import torch

    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def test_there_are_exercises() -> None:
    assert len(EXERCISES) >= 10
    assert len(EXERCISES) == sum(len(lesson.exercises) for lesson in registry.lessons())


@every
def test_an_exercise_is_complete(exercise: Exercise) -> None:
    assert exercise.id.isidentifier()
    assert exercise.points == int(exercise.points) > 0
    assert len(exercise.hints) >= 3
    assert exercise.about
    assert any(c.hidden for c in exercise.cases)
    assert not exercise.cases[0].hidden
    assert all(c.says for c in exercise.cases)
    assert len({c.name for c in exercise.cases}) == len(exercise.cases)
    assert exercise.misconceptions
    assert len(exercise.accepts) >= 2


@every
def test_sizes_of_the_first_case_are_pairwise_distinct(exercise: Exercise) -> None:
    sizes = [v for k, v in exercise.cases[0].dims.items() if k != "..."]
    assert len(set(sizes)) == len(sizes)
    if "..." in exercise.cases[0].dims:
        leading = exercise.cases[0].dims["..."]
        assert len({*leading, *sizes}) == len(leading) + len(sizes)


@with_oracle
def test_the_reference_equals_torch(exercise: Exercise) -> None:
    for trial in all_trials(exercise):
        theirs = as_tuple(exercise.oracle(*map(tensor, trial.inputs.values())))
        assert len(theirs) == len(trial.expected) == len(exercise.shape.outputs)
        for mine, right in zip(trial.expected, theirs):
            right = right.detach().numpy() if hasattr(right, "detach") else right
            assert np.shape(mine) == np.shape(right)
            np.testing.assert_allclose(mine, right, rtol=1e-9, atol=1e-9)


@differentiable
def test_the_gradients_of_the_reference_equal_torch(exercise: Exercise) -> None:
    """Along a random direction: central differences of the reference against autograd through the oracle."""
    trial = judge.trials(exercise)[0]
    names = floats(exercise)
    import torch

    rng = np.random.default_rng(0)
    way = {n: rng.normal(size=trial.inputs[n].shape) for n in names}
    weights = [rng.normal(size=np.shape(e)) for e in trial.expected]

    def scalar(step: float) -> float:
        moved = {n: v + step * way[n] if n in way else v for n, v in trial.inputs.items()}
        return sum(float(np.sum(w * np.asarray(o))) for w, o in zip(weights, judge.call(exercise.reference, moved)))

    leaves = {n: torch.tensor(v, requires_grad=n in way) for n, v in trial.inputs.items() if isinstance(v, np.ndarray)}
    outputs = as_tuple(exercise.oracle(*[leaves.get(n, v) for n, v in trial.inputs.items()]))
    total = sum((torch.tensor(w) * o).sum() for w, o in zip(weights, outputs))
    grads = torch.autograd.grad(total, [leaves[n] for n in names], allow_unused=True)
    exact = sum(float((g.numpy() * way[n]).sum()) for n, g in zip(names, grads) if g is not None)
    step = 1e-5
    assert (scalar(step) - scalar(-step)) / (2 * step) == pytest.approx(exact, rel=1e-6, abs=1e-7)


@every
def test_the_reference_leaves_its_inputs_alone(exercise: Exercise) -> None:
    for trial in judge.trials(exercise):
        copies = {n: np.array(v) if isinstance(v, np.ndarray) else v for n, v in trial.inputs.items()}
        exercise.reference(*copies.values())
        for name, value in trial.inputs.items():
            np.testing.assert_array_equal(copies[name], value)


@every
def test_the_notebooks_own_solution_passes(exercise: Exercise) -> None:
    lesson = registry.lesson_of(exercise.id)
    answer = lessons.namespace(lesson.id, lessons.answers(lesson.id))[exercise.id]
    visible = examine(exercise, answer)
    assert visible.outcome == "passed", str(visible)
    for seed in seeds(exercise):
        report = examine(exercise, answer, hidden=True, seed=seed)
        assert report.outcome == "passed", str(report)
        assert report.points == exercise.points
        assert repr(report) == f"{exercise.points}"


@every
def test_the_untouched_stub_is_not_attempted(exercise: Exercise) -> None:
    lesson = registry.lesson_of(exercise.id)
    stubs = lessons.released(lesson.id)
    assert f'raise NotImplementedError("{exercise.id}")' in stubs[exercise.id]
    answer = lessons.namespace(lesson.id, stubs)[exercise.id]
    for hidden in (False, True):
        report = examine(exercise, answer, hidden=hidden)
        assert (report.outcome, report.points) == ("not_attempted", 0), str(report)


@every
def test_the_stub_says_the_shapes(exercise: Exercise) -> None:
    """The spec is the docstring's first line, so that a reader sees what the check goes by."""
    lesson = registry.lesson_of(exercise.id)
    stub = re.sub(r"\s+", " ", lessons.released(lesson.id)[exercise.id])
    line = exercise.signature or exercise.spec
    assert re.sub(r"\s+", " ", line) in stub


@every_misconception
def test_a_misconception_fails_and_is_named(exercise: Exercise, misconception: Any) -> None:
    answer = made(exercise, misconception.wrong)
    for seed in (None, *seeds(exercise)):
        report = examine(exercise, answer, hidden=seed is not None, seed=seed)
        assert report.outcome in ("failed", "error"), str(report)
        assert report.points < exercise.points
        assert report.misconception == misconception.id, str(report)
        assert misconception.message in str(report.diagnosis)


@every_misconception
def test_a_misconception_matches_its_own_message_only(exercise: Exercise, misconception: Any) -> None:
    tried = judge.trials(exercise)
    answer = made(exercise, misconception.wrong)
    replies = codec.loads(feeding.ask(exercise, judge.request(exercise, tried), partial(probes.run, answer=answer)))[
        "calls"
    ]
    calls = [judge.read(exercise, t, c) for t, c in zip(tried, replies)]
    named = [m.id for m in exercise.misconceptions if diagnose.behaves(exercise, tried, calls, m.wrong)]
    assert named == [misconception.id]
    assert not diagnose.behaves(exercise, tried, calls, made_reference(exercise))


def made_reference(exercise: Exercise) -> Callable[..., Any]:
    return exercise.reference if exercise.probe == "call" else exercise.accepts[0].right


@every_variant
def test_an_accepted_variant_passes(exercise: Exercise, variant: Any) -> None:
    answer = made(exercise, variant.right)
    for seed in (None, *seeds(exercise)):
        report = examine(exercise, answer, hidden=seed is not None, seed=seed)
        assert report.outcome == "passed", str(report)
        assert report.points == exercise.points


@every
def test_messages_are_their_own(exercise: Exercise) -> None:
    messages = [m.message for m in exercise.misconceptions]
    assert len(set(messages)) == len(messages) == len({m.id for m in exercise.misconceptions})


@every
def test_hints_climb_and_are_not_the_code(exercise: Exercise) -> None:
    lesson = registry.lesson_of(exercise.id)
    body = lessons.answers(lesson.id)[exercise.id].split(lessons.BEGIN)[1].split(lessons.END)[0]
    lines = [line.strip() for line in body.splitlines() if len(line.strip()) > 12]
    assert len(set(exercise.hints)) == len(exercise.hints)
    for hint in exercise.hints:
        assert not [line for line in lines if line in hint]


@pytest.mark.parametrize("exercise", functions, ids=lambda e: e.id)
@pytest.mark.parametrize("fill", ["zeros", "ones", "first", "last", "nothing", "empty tuple"])
def test_an_answer_without_an_idea_earns_nothing(exercise: Exercise, fill: str) -> None:
    sizes = [e.shape if hasattr(e, "shape") else None for e in judge.trials(exercise)[0].expected]

    def shaped(inputs: dict, value: float) -> Any:
        trial = next(t for t in judge_trials if t.inputs.keys() == inputs.keys() and same(t.inputs, inputs))
        filled = [np.full(np.shape(e), value) if np.ndim(e) else value for e in trial.expected]
        return tuple(filled) if len(sizes) > 1 else filled[0]

    def same(one: dict, other: dict) -> bool:
        return all(np.array_equal(one[n], other[n]) for n in one)

    def answer(*arguments: Any) -> Any:
        inputs = dict(zip(exercise.shape.names, arguments))
        simple = {"first": arguments[0], "last": arguments[-1], "nothing": None, "empty tuple": ()}
        return simple[fill] if fill in simple else shaped(inputs, float(fill == "ones"))

    judge_trials = judge.trials(exercise, hidden=True, seed=11)
    report = examine(exercise, answer, hidden=True, seed=11)
    assert report.outcome != "passed"
    assert report.points == 0, str(report)
    assert report.outcome != "grader_error"
