"""Lesson 02: the shapes of a problem. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.rnn_types.classifying import MANY_TO_ONE
from autograder.exercises.rnn_types.decoding import GREEDY_DECODE
from autograder.exercises.rnn_types.last_state import LAST_VALID_STATE
from autograder.exercises.rnn_types.losses import MASKED_LOSS
from autograder.exercises.rnn_types.tasks import MATCH_TASKS
from autograder.exercises.rnn_types.unfolding import ONE_TO_MANY
from autograder.messages import N_

LESSON = Lesson(
    id="02_rnn_types",
    title=N_("One or many: the types of recurrent networks"),
    minutes=120,
    items=(
        MATCH_TASKS,
        ONE_TO_MANY,
        LAST_VALID_STATE,
        MANY_TO_ONE,
        MASKED_LOSS,
        GREEDY_DECODE,
        Question(
            "too_good", 3, N_("Why does a translator score better under teacher forcing than when it writes alone?")
        ),
    ),
)
