"""Lesson 03: a character language model. The exercises are in the modules beside this one."""

from __future__ import annotations

from autograder.exercise import Lesson, Question
from autograder.exercises.char_language_model.bits import BITS_PER_CHAR
from autograder.exercises.char_language_model.generating import GENERATE
from autograder.exercises.char_language_model.hello import HELLO_LOSS
from autograder.exercises.char_language_model.loss import CROSS_ENTROPY
from autograder.exercises.char_language_model.model import CHAR_RNN
from autograder.exercises.char_language_model.onehot import ONE_HOT
from autograder.exercises.char_language_model.sampling import SAMPLE_NEXT
from autograder.exercises.char_language_model.streams import STREAM_BATCHES
from autograder.exercises.char_language_model.vocabulary import VOCABULARY
from autograder.messages import N_

LESSON = Lesson(
    id="03_char_language_model",
    title=N_("A character language model"),
    minutes=120,
    items=(
        VOCABULARY,
        ONE_HOT,
        CROSS_ENTROPY,
        HELLO_LOSS,
        STREAM_BATCHES,
        SAMPLE_NEXT,
        GENERATE,
        BITS_PER_CHAR,
        CHAR_RNN,
        Question("two_losses", 3, N_("Two losses that are too good, or too bad, to be true: what happened?")),
    ),
)
