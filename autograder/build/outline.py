"""What the course is, seen from above: its lessons, and which of them each one builds on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder import registry
from autograder.build.links import mentioned
from autograder.build.paths import Course
from autograder.exercise import Lesson

_OPENING = re.compile(r'r"""\n(# .*?)\n"""', re.DOTALL)
_BUILDS_ON = re.compile(r"\*\*Builds on\*\*\s+(.*?\.)(?:\s|$)", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """A lesson and the ids of those that it builds on."""

    lesson: Lesson
    builds_on: tuple[str, ...]

    @property
    def by_hand(self) -> int:
        """Points that a person gives."""
        return sum(q.points for q in self.lesson.questions)


def outline(course: Course) -> tuple[Entry, ...]:
    """Every lesson, in the order of the course."""
    lessons = registry.lessons()
    return tuple(Entry(lesson, _builds_on(course, lesson, lessons)) for lesson in lessons)


def opening(course: Course, lesson: str) -> str:
    """The first cell of a lesson's source."""
    path = course.source(lesson)
    found = _OPENING.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found[1] if found else ""


def _builds_on(course: Course, lesson: Lesson, lessons: tuple[Lesson, ...]) -> tuple[str, ...]:
    """What the first sentence after **Builds on** names, and the lessons of the exercises that are required."""
    said = _BUILDS_ON.search(opening(course, lesson.id))
    numbers = set(mentioned(said[1])) if said else set()
    numbers |= {registry.lesson_of(r).id[:2] for e in lesson.exercises for r in e.requires}
    return tuple(other.id for other in lessons if other.id[:2] in numbers and other.id < lesson.id)
