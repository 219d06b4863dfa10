"""Lesson 09: a text and a model of the reader's own. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.capstone.bringing import MY_TEXT
from autograder.exercises.capstone.building import BUILD
from autograder.exercises.capstone.handing_in import MY_MODEL
from autograder.messages import N_

LESSON = Lesson(
    id="09_capstone",
    title=N_("Capstone: a text and a model of your own"),
    minutes=150,
    items=(
        MY_TEXT,
        BUILD,
        MY_MODEL,
        Question("choices", 4, N_("What you chose, what you compared it with, and what it brought.")),
        Question("a_failure", 4, N_("One thing that failed, how you noticed, and what you make of it.")),
        Question("a_cell", 4, N_("One unit that means something, with the evidence.")),
        Question("samples", 3, N_("Samples at three temperatures, and what they show.")),
    ),
    files=("capstone.npz",),
)
