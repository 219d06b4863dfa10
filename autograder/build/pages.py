"""What is generated about the course as a whole: its map, and its table in README.

They follow from the registry, the lessons' openings and the last saved measurement of the solved notebooks.
"""

from __future__ import annotations

import json
from pathlib import Path

from autograder.build.course_map import NAME, about, course_map
from autograder.build.lessons import write
from autograder.build.outline import Entry, outline
from autograder.build.paths import Course

BEGIN, END = "<!-- course: written by make build -->", "<!-- end of course -->"
MEASURED = "bench/notebooks.json"
HEAD = ("lesson", "exercises", "points", "by hand", "minutes", "solved, with plots", "its memory", "its run time")


def build(course: Course) -> list[str]:
    """Write what is out of date. The names of what was written."""
    wanted = _wanted(course)
    changed = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        write(path, wanted[path])
    return [course.name(path) for path in changed]


def differences(course: Course) -> list[str]:
    """One sentence for each of them that is not what it should be."""
    said = []
    for path, text in _wanted(course).items():
        if not path.is_file():
            said.append(f"{course.name(path)} is missing.")
        elif path.read_text(encoding="utf-8") != text:
            said.append(f"{course.name(path)} is not what the registry, the lessons and {MEASURED} say.")
    return said


def table(course: Course) -> str:
    """The lessons as a table, with a sum below."""
    entries = outline(course)
    measured = measurements(course)
    rows = [_row(course, entry, measured.get(entry.lesson.id)) for entry in entries]
    lessons = [entry.lesson for entry in entries]
    numbers = (
        sum(len(lesson.exercises) for lesson in lessons),
        sum(lesson.points for lesson in lessons),
        sum(entry.by_hand for entry in entries),
        sum(lesson.minutes for lesson in lessons),
    )
    rows.append(("**all**", *(f"**{n}**" for n in numbers), "", "", ""))
    rule = ("---", *["--:"] * 4, "---", "--:", "--:")
    return "\n".join("| " + " | ".join(row) + " |" for row in (HEAD, rule, *rows))


def measurements(course: Course) -> dict[str, dict[str, float]]:
    """Seconds and megabytes of the solved notebooks that were measured, by lesson."""
    path = course.root / MEASURED
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _row(course: Course, entry: Entry, measured: dict[str, float] | None) -> tuple[str, ...]:
    lesson = entry.lesson
    number = lesson.id[:2]
    numbers = (len(lesson.exercises), lesson.points, entry.by_hand, lesson.minutes)
    return (
        f"[{number} · {lesson.title}]({course.name(course.release(lesson.id))})",
        *map(str, numbers),
        f"[{number}, solved]({course.name(course.solved(lesson.id))})",
        f"{round(measured['megabytes'], -1):.0f} MB" if measured else "",
        f"{measured['seconds']:.0f} s" if measured else "",
    )


def _wanted(course: Course) -> dict[Path, str]:
    """What should be in each file. A course without a README has no table."""
    picture = course.figures / f"{NAME}.svg"
    wanted = {picture: course_map(course).svg()}
    readme = course.root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    if BEGIN in text and END in text:
        before, after = text.partition(BEGIN)[0], text.rpartition(END)[2]
        alt = f"A map of the course, a box for each lesson. {about(outline(course))}"
        image = f"![{alt}]({course.name(picture)})"
        wanted[readme] = f"{before}{BEGIN}\n\n{image}\n\n{table(course)}\n\n{END}{after}"
    return wanted
