"""Lesson 04: backpropagation through time. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.bptt.angle import GRADIENT_ANGLE
from autograder.exercises.bptt.differences import NUMERICAL_GRADIENT
from autograder.exercises.bptt.parts import GRADIENT_BY_TIMESTEP
from autograder.exercises.bptt.step import RNN_STEP_BACKWARD
from autograder.exercises.bptt.training import TRAIN_TRUNCATED
from autograder.exercises.bptt.truncated import TRUNCATED_BPTT
from autograder.exercises.bptt.whole import BPTT
from autograder.messages import N_

LESSON = Lesson(
    id="04_bptt",
    title=N_("Backpropagation through time"),
    minutes=150,
    items=(
        RNN_STEP_BACKWARD,
        BPTT,
        NUMERICAL_GRADIENT,
        GRADIENT_BY_TIMESTEP,
        TRUNCATED_BPTT,
        GRADIENT_ANGLE,
        TRAIN_TRUNCATED,
        Question("remember_and_learn", 3, N_("What can a network remember, and what can it learn, beyond k steps?")),
    ),
)
