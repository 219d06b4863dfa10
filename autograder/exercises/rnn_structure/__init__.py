"""Lesson 01: the structure of a recurrent network. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.rnn_structure.counting import COUNT_PARAMETERS
from autograder.exercises.rnn_structure.fusing import FUSE_WEIGHTS
from autograder.exercises.rnn_structure.module import VANILLA_RNN
from autograder.exercises.rnn_structure.readout import READOUT
from autograder.exercises.rnn_structure.sequence import RNN_FORWARD
from autograder.exercises.rnn_structure.sigmoids import SIGMOID
from autograder.exercises.rnn_structure.softmaxes import SOFTMAX
from autograder.exercises.rnn_structure.step import RNN_STEP
from autograder.messages import N_

LESSON = Lesson(
    id="01_rnn_structure",
    title=N_("The structure of a recurrent network"),
    minutes=150,
    items=(
        RNN_STEP,
        FUSE_WEIGHTS,
        RNN_FORWARD,
        READOUT,
        SIGMOID,
        SOFTMAX,
        COUNT_PARAMETERS,
        VANILLA_RNN,
        Question("why_share", 3, N_("Why does a recurrent network use the same weights at every step?")),
    ),
)
