"""What a class handed in: which submissions there are, and which of them are graded already."""

from __future__ import annotations

import difflib
import glob
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder import registry
from autograder.build import release
from autograder.build.paths import ROOT, Course
from autograder.exercise import Lesson
from autograder.grading.state import Refused, Run
from autograder.grading.submission import read_folder
from autograder.grading.summary import Outcome
from autograder.messages import _, listed


@dataclass
class Job:
    """A submission that is there, and how often it was tried in vain."""

    lesson: str
    student: str
    folder: Path
    tries: int = 0


def course_config(course: Course) -> Config:
    """The nbgrader configuration of a course: its own if it has one, else ours."""
    if course.root == ROOT or not (course.root / "nbgrader_config.py").is_file():
        return release.load_config(course.root)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    config.CourseDirectory.root = str(course.root)
    return config


def lessons_named(names: Sequence[str]) -> list[Lesson]:
    """The lessons of these names, or all, in the order of the course. Raises Refused."""
    try:
        chosen = [registry.lesson(n) for n in names] if names else list(registry.lessons())
    except registry.UnknownExercise as error:
        raise Refused(str(error)) from None
    return [one for one in registry.lessons() if one in chosen]


def find(where: CourseDirectory, lessons: Sequence[Lesson], student: str) -> tuple[list[Job], list[str]]:
    """The submissions of these lessons and students, and a sentence on each folder that is none. Raises Refused."""
    top = Path(where.format_path(where.submitted_directory, ".", "."))
    if not top.is_dir():
        said = _(
            "There is no folder {path}. Put what was handed in there, as {example}, or name the course with --course."
        )
        example = f"{where.submitted_directory}/kim/{lessons[0].id}/{lessons[0].id}.ipynb"
        raise Refused(said.format(path=top, example=example))
    everyone = [job for lesson in lessons for job in _handed_in(where, lesson.id, "*")]
    jobs = [job for lesson in lessons for job in _handed_in(where, lesson.id, student)]
    if not jobs and student != "*":
        raise Refused(_no_student(student, sorted({job.student for job in everyone})))
    return jobs, _strangers(where) if student == "*" else []


def _handed_in(where: CourseDirectory, lesson: str, student: str) -> list[Job]:
    excluded = {name.strip() for name in where.student_id_exclude.split(",")}
    found = [
        Job(lesson, match["student_id"], path)
        for path, match in _matches(where, student, lesson, student_id="[^/]*")
        if path.is_dir() and match["student_id"] not in excluded
    ]
    return sorted(found, key=lambda job: job.student)


def _matches(where: CourseDirectory, student: str, lesson: str, **names: str) -> Iterator[tuple[Path, re.Match]]:
    """Paths as nbgrader finds them, by the course's own structure of directories."""
    step = where.submitted_directory
    asked = where.directory_structure.format(nbgrader_step=step, student_id=student, assignment_id=lesson)
    groups = {name: f"(?P<{name}>{pattern})" for name, pattern in names.items()}
    pattern = where.format_path(step, groups.get("student_id", student), groups.get("assignment_id", lesson), True)
    for name in glob.glob(asked, root_dir=where.root):
        path = Path(where.root, name)
        match = re.fullmatch(pattern, str(path))
        if match:
            yield path, match


def _no_student(student: str, known: list[str]) -> str:
    near = difflib.get_close_matches(student, known, n=3, cutoff=0.5)
    said = _("{student} has handed in nothing of this.").format(student=student)
    if near:
        return said + " " + _("Did you mean {near}?").format(near=_(" or ").join(near))
    return (
        said
        + " "
        + _("There are submissions of {names}.").format(
            names=listed(known[:8] + (["..."] if len(known) > 8 else [])) or _("nobody")
        )
    )


def _strangers(where: CourseDirectory) -> list[str]:
    """A sentence for each name of a folder, or a notebook, that lies where a lesson should."""
    ours = {lesson.id for lesson in registry.lessons()}
    found: dict[str, list[str]] = {}
    for path, match in _matches(where, "*", "*", student_id="[^/]*", assignment_id="[^/]*"):
        name = match["assignment_id"]
        if name not in ours and (path.is_dir() or path.suffix == ".ipynb"):
            found.setdefault(name, []).append(match["student_id"])
    said = []
    for name, unsorted in sorted(found.items()):
        students = sorted(unsorted)
        near = difflib.get_close_matches(name.lower(), ours, n=1)
        one = _("{name} of {students} is no folder of a lesson, and was left alone.").format(
            name=name, students=listed(students[:5] + (["..."] if len(students) > 5 else []))
        )
        said.append(one + (" " + _("Is it {near}?").format(near=near[0]) if near else ""))
    return said


def sort(jobs: Sequence[Job], recorder: Any, run: Run | None) -> tuple[list[Job], list[Outcome]]:
    """What is to be graded, and what became of the rest. With ``run``, what that run has not graded is to be."""
    todo, done = [], []
    for job in jobs:
        if not _encodable(job.student):
            why = _("The folder's name is not readable text. Rename it to the student's id.")
            done.append(Outcome(job.lesson, job.student, "failed", needs=(why,)))
            continue
        before = recorder.done(job.lesson, job.student)
        if before is None or (run is not None and before.get("run") != run.id) or _changed(job, before):
            todo.append(job)
        else:
            done.append(Outcome.already(job.lesson, job.student, before))
    return todo, done


def _changed(job: Job, before: Mapping[str, Any]) -> bool:
    return read_folder(job.folder, job.lesson, job.student).digest() != before.get("digest")


def _encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
