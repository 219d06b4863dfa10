"""Lesson 07: what single cells track. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.interpretable_cells.choosing import BEST_UNIT
from autograder.exercises.interpretable_cells.probing import LINEAR_PROBE
from autograder.exercises.interpretable_cells.quotes import QUOTE_MASK
from autograder.exercises.interpretable_cells.removing import ABLATE
from autograder.exercises.interpretable_cells.scoring import UNIT_SCORES
from autograder.exercises.interpretable_cells.tracing import HIDDEN_TRACE
from autograder.messages import N_

LESSON = Lesson(
    id="07_interpretable_cells",
    title=N_("Interpretable cells"),
    minutes=90,
    items=(
        QUOTE_MASK,
        HIDDEN_TRACE,
        UNIT_SCORES,
        BEST_UNIT,
        ABLATE,
        LINEAR_PROBE,
        Question("what_a_unit_means", 3, N_("A unit follows a thing closely. What may you conclude?")),
    ),
)
