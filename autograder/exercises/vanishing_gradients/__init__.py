"""Lesson 05: vanishing and exploding gradients. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.vanishing_gradients.clipping import CLIP_BY_NORM, CLIP_BY_VALUE
from autograder.exercises.vanishing_gradients.jacobian import STEP_JACOBIAN
from autograder.exercises.vanishing_gradients.lags import GRADIENT_NORM_BY_LAG
from autograder.exercises.vanishing_gradients.orthogonals import ORTHOGONAL
from autograder.exercises.vanishing_gradients.products import JACOBIAN_NORMS
from autograder.exercises.vanishing_gradients.slopes import SIGMOID_GRAD, TANH_BY_EXP, TANH_GRAD
from autograder.exercises.vanishing_gradients.spectrum import SPECTRAL_RADIUS
from autograder.messages import N_

LESSON = Lesson(
    id="05_vanishing_gradients",
    title=N_("Vanishing and exploding gradients"),
    minutes=120,
    items=(
        TANH_BY_EXP,
        TANH_GRAD,
        SIGMOID_GRAD,
        STEP_JACOBIAN,
        JACOBIAN_NORMS,
        SPECTRAL_RADIUS,
        GRADIENT_NORM_BY_LAG,
        CLIP_BY_NORM,
        CLIP_BY_VALUE,
        ORTHOGONAL,
        Question(
            "vanishing_or_not", 3, N_("Which of a colleague's two cures fits the illness, and how would you know?")
        ),
    ),
)
