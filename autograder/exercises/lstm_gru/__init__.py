"""Lesson 06: gated cells. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.lstm_gru.backward import LSTM_STEP_BACKWARD
from autograder.exercises.lstm_gru.belt import CELL_GRADIENT
from autograder.exercises.lstm_gru.gru import GRU_STEP
from autograder.exercises.lstm_gru.module import LSTM
from autograder.exercises.lstm_gru.sequence import LSTM_FORWARD
from autograder.exercises.lstm_gru.sizes import COUNT_GATE_PARAMETERS, INIT_FORGET_BIAS
from autograder.exercises.lstm_gru.step import LSTM_STEP
from autograder.messages import N_

LESSON = Lesson(
    id="06_lstm_gru",
    title=N_("LSTM and GRU: memory with gates"),
    minutes=120,
    items=(
        LSTM_STEP,
        LSTM_FORWARD,
        CELL_GRADIENT,
        LSTM_STEP_BACKWARD,
        GRU_STEP,
        COUNT_GATE_PARAMETERS,
        LSTM,
        INIT_FORGET_BIAS,
        Question("which_cell", 3, N_("Which cell would you take, how would you start it, and how would you know?")),
    ),
)
