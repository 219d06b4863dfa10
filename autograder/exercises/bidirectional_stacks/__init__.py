"""Lesson 08: two directions and several layers. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.bidirectional_stacks.directions import BIDIRECTIONAL
from autograder.exercises.bidirectional_stacks.lookahead import LEAKS_FUTURE
from autograder.exercises.bidirectional_stacks.lstms import BIDIRECTIONAL_LSTM
from autograder.exercises.bidirectional_stacks.reversing import REVERSE_PADDED
from autograder.exercises.bidirectional_stacks.shapes import OUTPUT_SHAPES
from autograder.exercises.bidirectional_stacks.stacking import STACKED
from autograder.exercises.bidirectional_stacks.tagging import TAGGER
from autograder.messages import N_

LESSON = Lesson(
    id="08_bidirectional_stacks",
    title=N_("Two directions, several layers"),
    minutes=110,
    items=(
        REVERSE_PADDED,
        BIDIRECTIONAL,
        TAGGER,
        STACKED,
        OUTPUT_SHAPES,
        BIDIRECTIONAL_LSTM,
        LEAKS_FUTURE,
        Question("which_way", 3, N_("Which of three products may look ahead, and how deep should it be?")),
    ),
)
