"""Every lesson, exercise and question there is. A new module in ``autograder.exercises`` is found by itself."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

import autograder.exercises
from autograder.exercise import Exercise, Lesson, Question
from autograder.messages import _, listed


class UnknownExercise(LookupError):
    """No exercise has this name. Its message says which names there are, nearest first."""


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, in the order of the course."""
    names = [m.name for m in pkgutil.iter_modules(autograder.exercises.__path__)]
    modules = [importlib.import_module(f"autograder.exercises.{n}") for n in names if not n.startswith("_")]
    return tuple(sorted((m.LESSON for m in modules if hasattr(m, "LESSON")), key=lambda lesson: lesson.id))


@cache
def _exercises() -> dict[str, tuple[Lesson, Exercise]]:
    return {e.id: (lesson, e) for lesson in lessons() for e in lesson.exercises}


def names() -> tuple[str, ...]:
    """The names of all exercises, in the order of the course."""
    return tuple(_exercises())


def exercise(name: str) -> Exercise:
    """The exercise of this name. Raises UnknownExercise."""
    return _found(name)[1]


def lesson_of(name: str) -> Lesson:
    """The lesson that an exercise belongs to. Raises UnknownExercise."""
    return _found(name)[0]


def lesson(name: str) -> Lesson:
    """A lesson by its id, or by the number it begins with. Raises UnknownExercise."""
    for one in lessons():
        if name in (one.id, one.id.split("_")[0]):
            return one
    raise UnknownExercise(
        _("There is no lesson {name}. There are {names}.").format(name=name, names=listed(x.id for x in lessons()))
    )


def question(name: str) -> Question:
    """The written question of this name. Raises UnknownExercise."""
    for one in lessons():
        for found in one.questions:
            if found.id == name:
                return found
    raise UnknownExercise(_("There is no written question named {name}.").format(name=name))


def nearest(name: str) -> list[str]:
    """All exercise names, those most like ``name`` first."""
    alike = difflib.SequenceMatcher(b=name.lower())

    def distance(other: str) -> float:
        alike.set_seq1(other.lower())
        return -alike.ratio()

    return sorted(_exercises(), key=distance)


def _found(name: str) -> tuple[Lesson, Exercise]:
    try:
        return _exercises()[name]
    except (KeyError, TypeError):
        said = name if isinstance(name, str) else repr(name)[:60]
        if callable(name) and getattr(name, "__name__", None) in _exercises():
            message = _('Put the name in quotes: check("{name}", {name}), hint("{name}").')
            raise UnknownExercise(message.format(name=name.__name__)) from None
        near = difflib.get_close_matches(said, _exercises(), 2, 0.7)
        if near:
            message = _('There is no exercise named "{name}". Did you mean {near}?')
            raise UnknownExercise(message.format(name=said, near=_(" or ").join(near))) from None
        if any(said == q.id for one in lessons() for q in one.questions):
            message = _("{name} is a written question. A person reads the answer, so there is no check and no hint.")
            raise UnknownExercise(message.format(name=said)) from None
        message = _('There is no exercise named "{name}". The nearest names are {names}.')
        raise UnknownExercise(message.format(name=said, names=listed(nearest(said)[:5]))) from None
