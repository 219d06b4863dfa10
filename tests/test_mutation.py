"""The grader, tested by mutation: every small change to a right answer is caught, or does the same as before."""

from __future__ import annotations

import runpy
from pathlib import Path

import lessons
import pytest
from mutants import mutants

from autograder import registry
from autograder.exercise import Exercise
from autograder.session import examine

EXERCISES = {e.id: e for lesson in registry.lessons() for e in lesson.exercises}

# tests/equivalent/ holds the changes that leave a right answer right, each with the reason, by exercise and label.
# Anything else that passes is a hole in the cases.
EQUIVALENT: dict[str, dict[str, str]] = {}
for path in sorted((Path(__file__).parent / "equivalent").glob("*.py")):
    EQUIVALENT |= runpy.run_path(str(path))["EQUIVALENT"]


def answers_of(exercise: Exercise) -> tuple[str, dict]:
    lesson = registry.lesson_of(exercise.id)
    codes = lessons.answers(lesson.id)
    before = {n: c for n, c in codes.items() if n in exercise.requires}
    return codes[exercise.id], lessons.namespace(lesson.id, before)


# What is handed in is no implementation: a text, or weights that somebody trained. There is nothing to mutate.
WRITTEN = {name: e for name, e in EXERCISES.items() if e.probe != "handed_in"}


@pytest.mark.parametrize("exercise", WRITTEN.values(), ids=WRITTEN)
def test_every_mutant_is_caught(exercise: Exercise) -> None:
    code, space = answers_of(exercise)
    tried, survivors = 0, []
    for label, mutant in mutants(code):
        own = dict(space)
        try:
            exec(compile(mutant, "<mutant>", "exec"), own)
            answer = own[exercise.id]
        except Exception:
            continue
        tried += 1
        report = examine(exercise, answer, hidden=True, seed=5)
        assert report.outcome != "grader_error", str(report)
        if report.outcome == "passed":
            survivors.append(label)
    assert tried >= 3
    assert [s for s in survivors if s not in EQUIVALENT.get(exercise.id, {})] == []


def test_nothing_is_excused_that_is_not_there() -> None:
    for name, excused in EQUIVALENT.items():
        code, _space = answers_of(EXERCISES[name])
        assert set(excused) <= {label for label, _mutant in mutants(code)}
