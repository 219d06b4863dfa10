"""Ten tasks and five types: what comes in, what goes out, and when."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.messages import N_, _
from autograder.reference.rnn_types import TASKS, TYPES

FITS = N_("a type that fits")
SEQUENCES = {1: (False, False), 2: (False, True), 3: (True, False), 4: (True, True), 5: (True, True)}

# For each task: what comes in, what goes out, and, where both are sequences, how the two lie in time.
FACTS = {
    "blood_pressure": (
        N_("Age, weight and height come in at once: three numbers of one person, in no order of time."),
        N_("One number comes out."),
    ),
    "caption": (
        N_("One photograph comes in, all at once: that is no sequence, however many pixels it has."),
        N_("The sentence comes out word after word: that is a sequence."),
    ),
    "melody": (
        N_("The style is one word, given once at the beginning."),
        N_("The melody comes out note after note, each following from those before it."),
    ),
    "language": (
        N_("The name comes in letter by letter, and the order of the letters matters: that is a sequence."),
        N_("One answer comes out for the whole name."),
    ),
    "review": (
        N_("The review comes in word by word, and their order matters: that is a sequence."),
        N_("One number of stars comes out for the whole review."),
    ),
    "digit": (
        N_("One picture comes in, all at once: that is no sequence."),
        N_("One digit comes out."),
    ),
    "tokens": (
        N_("The code comes in character by character."),
        N_("Every character gets a class of its own: as many come out as went in."),
        N_("The outputs are lined up with the inputs: the third class belongs to the third character."),
    ),
    "frames": (
        N_("The video comes in frame by frame."),
        N_("Every frame gets a label of its own: as many come out as went in."),
        N_("The outputs are lined up with the inputs: each frame can get its label as soon as it is seen."),
    ),
    "dates": (
        N_("The date comes in character by character."),
        N_("The ISO date comes out character by character."),
        N_(
            "The two are not lined up: the year is written first and was read last, so the whole date has to be read "
            "before anything is written."
        ),
    ),
    "summary": (
        N_("The article comes in word by word."),
        N_("The headline comes out word by word."),
        N_("The two are not lined up: the headline is shorter, and the article has to be read to its end first."),
    ),
}


TOLD = {
    "blood_pressure": N_("The task: a patient's age, weight and height; the blood pressure."),
    "caption": N_("The task: a photograph; a sentence that describes it."),
    "melody": N_("The task: the name of a style; a melody, note by note."),
    "language": N_("The task: the name of a country, letter by letter; the language it is in."),
    "review": N_("The task: a film review, word by word; its number of stars."),
    "digit": N_("The task: the picture of a digit, all pixels at once; which digit it is."),
    "tokens": N_("The task: Python code, character by character; the class of each character."),
    "frames": N_("The task: a video, frame by frame; for each frame whether the ball is in play."),
    "dates": N_("The task: a date in words; the same in ISO 8601."),
    "summary": N_("The task: an article, word by word; a headline for it."),
}


def number_of(pick: object) -> int | None:
    """A pick as a number from 1 to 5, or None. The names of the types will do as well."""
    if isinstance(pick, str):
        if pick.strip() in map(str, SEQUENCES):
            return int(pick)
        words = pick.lower().replace("-", " ").replace(",", " ").split()
        names = {tuple(n.replace("-", " ").replace(",", " ").split()): i for i, n in enumerate(TYPES, start=1)}
        return names.get(tuple(words)) or {("aligned",): 4, ("delayed",): 5}.get(tuple(words))
    if isinstance(pick, int | float | np.ndarray) and np.size(pick) == 1:
        value = float(np.asarray(pick).item())
        return int(value) if value in SEQUENCES else None
    return None


def reads(inputs: Inputs, outputs: tuple) -> tuple[str]:
    """What is to be said of a pick: that it fits, or what it overlooks."""
    task, pick = inputs["task"], outputs[0] if len(outputs) == 1 else outputs
    number = number_of(pick)
    if pick is None:
        return (_("nothing yet: put a number from 1 to 5"),)
    if isinstance(pick, dict) and pick.get("type", "dict") == "dict":
        return (_("a dict of all picks: return the one for this task, picks[task]"),)
    if number is None:
        return (_("something that is no number from 1 to 5"),)
    right = TASKS[task]
    if number == right:
        return (_(FITS),)
    wrong = [said for said, a, b in zip(FACTS[task], SEQUENCES[number], SEQUENCES[right]) if a != b]
    facts = wrong or [FACTS[task][2]]
    return (f"{number}, {TYPES[number - 1]}. {' '.join(map(_, facts))}",)


def _by_type(change: dict[int, int], **tasks: int) -> Callable[[str], int]:
    """Picks that are right but for some types, or some tasks."""
    return lambda task: tasks.get(task, change.get(TASKS[task], TASKS[task]))


def _of_names(task: str) -> str:
    return TYPES[TASKS[task] - 1]


def _of_groups(task: str) -> int:
    groups = ({"blood_pressure", "digit"}, {"caption", "melody"}, {"language", "review"}, {"tokens", "frames"})
    return next((i for i, group in enumerate(groups, start=1) if task in group), 5)


def _case(task: str, hidden: bool = False) -> Case:
    light = {"blood_pressure", "digit"}  # so that the same answer to every question earns nothing
    return Case(
        f"{task}, asked again" if hidden else task,
        says=N_("Asked a second time, the task gets another type.") if hidden else TOLD[task],
        change=lambda rng, made: {"task": task},
        weight=0.5 if task in light else 1.0,
        hidden=hidden,
    )


MATCH_TASKS = Exercise(
    id="match_tasks",
    points=3,
    about=N_("The type of each of ten tasks."),
    spec="task any -> any",
    signature="match_tasks: task (its name) -> 1, 2, 3, 4 or 5",
    reference=lambda task: _(FITS),
    reads=reads,
    cases=(*map(_case, TASKS), _case("dates", hidden=True)),
    misconceptions=(
        Misconception(
            "aligned_and_delayed_swapped",
            N_(
                "4 and 5 have changed places. Aligned: every input has its own output, which can come at once. "
                "Delayed: read everything first, then write, and the lengths may differ."
            ),
            _by_type({4: 5, 5: 4}),
        ),
        Misconception(
            "delayed_as_aligned",
            N_(
                "A sequence in and a sequence out are not always lined up. Ask which output belongs to the third "
                "input. Where that question has no answer, the whole must be read first: 5."
            ),
            _by_type({5: 4}),
        ),
        Misconception(
            "aligned_as_delayed",
            N_(
                "A sequence in and a sequence out need not wait for each other. Where the third output is about the "
                "third input, it can come at once: 4."
            ),
            _by_type({4: 5}),
        ),
        Misconception(
            "directions_swapped",
            N_(
                "2 and 3 have changed places. In many-to-one, the first word is what comes *in*, the second what "
                "goes out."
            ),
            _by_type({2: 3, 3: 2}),
        ),
        Misconception(
            "pixels_as_sequence",
            N_(
                "Pictures are taken for sequences. A picture has many numbers, but they come in at once, as one "
                "vector: the network takes one step for it. Many means many *steps*."
            ),
            _by_type({}, caption=5, digit=3),
        ),
        Misconception(
            "features_as_sequence",
            N_(
                "Several numbers at once are taken for a sequence. Age, weight and height are one input with D = 3; a "
                "sequence has a first and a next. Many means many *steps*."
            ),
            _by_type({}, blood_pressure=3),
        ),
        Misconception(
            "text_as_one_input",
            N_(
                "A text is taken for one input. You hold it in one hand, but the network reads it letter by letter or "
                "word by word, one step for each."
            ),
            _by_type({5: 2}, language=1, review=1, tokens=2),
        ),
        Misconception(
            "only_outputs_counted",
            N_(
                "Only the outputs are looked at, and the input is taken to be one. Ask of each task how many steps "
                "it *reads*, too."
            ),
            _by_type({3: 1, 4: 2, 5: 2}),
        ),
        Misconception(
            "only_inputs_counted",
            N_(
                "Only the inputs are looked at, and the output is taken to be one. Ask of each task how many steps "
                "it *writes*, too."
            ),
            _by_type({2: 1, 4: 3, 5: 3}),
        ),
        Misconception(
            "generation_as_aligned",
            N_(
                "Writing a sequence is taken for many-to-many because each step reads what the last one wrote. What "
                "counts is what comes from *outside*: one style, one photograph."
            ),
            _by_type({2: 4}),
        ),
        Misconception(
            "counted_from_zero",
            N_("Every pick is one too small: the types are numbered from 1."),
            lambda task: TASKS[task] - 1,
        ),
    ),
    accepts=(
        Variant("by_name", _of_names),
        Variant("by_name_in_words", lambda task: _of_names(task).replace("-", " ").replace(",", "")),
        Variant("by_group", _of_groups),
        Variant("numpy_integer", lambda task: np.int64(TASKS[task])),
    ),
    hints=(
        N_(
            "Ask two questions of each task, and note yes or no: does it *read* step by step? Does it *write* step "
            "by step?"
        ),
        N_("No, no is 1. No, yes is 2. Yes, no is 3. For yes, yes ask once more: is there an output for every input?"),
        N_(
            "A picture, or a handful of numbers about one person, is one input, however large. A text is read in steps."
        ),
    ),
)
