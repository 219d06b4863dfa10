"""Two tiny exercises for showing what a check can say. They belong to no lesson and give no points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from autograder import judge, probes
from autograder.exercise import Case, Exercise, Misconception
from autograder.messages import N_
from autograder.report import Report

CASES = (
    Case("values", {"N": 2, "D": 3}, N_("The numbers are not right."), weight=2),
    Case("one example", {"N": 1, "D": 4}, N_("Here there is only one example.")),
)
DOUBLE = Exercise(
    id="double",
    points=1,
    about=N_("Twice every number."),
    spec="x (N,D) -> (N,D)",
    reference=lambda x: 2 * x,
    cases=CASES,
    misconceptions=(
        Misconception(
            "squared",
            N_("This is what comes out when every number is multiplied by itself. Twice x is x + x, or 2 times x."),
            np.square,
        ),
    ),
    accepts=(),
    hints=(),
)
QUADRUPLE = replace(
    DOUBLE, id="quadruple", about=N_("Four times every number."), reference=lambda x: 4 * x, misconceptions=()
)
EXAMPLES = {e.id: e for e in (DOUBLE, QUADRUPLE)}


def check_example(name: str, answer: Callable) -> Report:
    """The report on ``double`` or ``quadruple``, as ``check`` would give it. It counts for nothing.

    Raises KeyError for another name.
    """
    exercise = EXAMPLES[name]
    tried = judge.trials(exercise)
    reply = probes.run(judge.request(exercise, tried), answer)
    report = judge.judge(exercise, tried, reply, lambda earlier: None)
    # As if graded where it failed, since a reader is not to be sent to hints that do not exist.
    return replace(report, hidden=report.outcome not in ("not_attempted", "blocked"))
