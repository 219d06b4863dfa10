"""Grading the sample submissions with nbgrader, as an instructor would, in a course of their own in out/grade/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder import registry
from autograder.build.errors import BuildError
from autograder.build.paths import Course
from autograder.build.release import load_config
from autograder.build.source import SourceCell, parse_source
from autograder.exercise import Lesson
from autograder.grading import table
from autograder.grading.export import marks
from autograder.grading.reports import checked, is_check, report_of

BY_HAND = "by hand"


@dataclass(frozen=True)
class Mark:
    """What an answer got: points, or that a person gives them, and how the check ended."""

    points: float | str
    outcome: str = ""
    misconception: str = ""


Marks = dict[str, dict[str, dict[str, Mark]]]


@dataclass(frozen=True)
class Graded:
    """Marks by lesson, student and answer, and those that the samples deserve."""

    marks: Marks
    expected: Marks

    def text(self) -> str:
        """A table for each lesson, students as columns, and why marks were lost."""
        return "\n\n".join(table.lesson(registry.lesson(name), found) for name, found in self.marks.items())

    def unexpected(self) -> list[str]:
        """A sentence for each mark that is not the deserved one."""
        said = []
        for lesson in sorted(set(self.marks) | set(self.expected)):
            here, there = self.marks.get(lesson, {}), self.expected.get(lesson, {})
            for student in sorted(set(here) | set(there)):
                got, wanted = here.get(student, {}), there.get(student, {})
                for name in list(dict.fromkeys([*wanted, *got])):
                    if got.get(name) != wanted.get(name):
                        what = f"{_said(got.get(name))}, and should be {_said(wanted.get(name))}"
                        said.append(f"{lesson}, {student}: {name} is {what}.")
        return said


def _said(mark: Mark | None) -> str:
    return "missing" if mark is None else " ".join(str(part) for part in vars(mark).values() if part != "")


def grade(course: Course, say: Callable[[str], None] = lambda line: None, folder: Path | None = None) -> Graded:
    """Submit every sample, run nbgrader on them and read the marks. Raises BuildError."""
    folder = folder or course.root / "out" / "grade"
    shutil.rmtree(folder, ignore_errors=True)
    lessons = [one for one in registry.lessons() if (course.root / "samples" / one.id).is_dir()]
    for lesson in lessons:
        solved = course.solved(lesson.id)
        if not solved.is_file():
            raise BuildError(f"{course.name(solved)} is missing: run `make build` first.")
        shutil.copytree(solved.parent, folder / "solutions" / lesson.id)
        _nbgrader(course, folder, say, "generate_assignment", lesson.id, "--force")
        _submit(course, folder, lesson)
        _nbgrader(course, folder, say, "autograde", lesson.id)
        _nbgrader(course, folder, say, "generate_feedback", lesson.id)
    _nbgrader(course, folder, say, "export", "--to", str(folder / "grades.csv"))
    found = {lesson.id: _marks(folder, lesson) for lesson in lessons}
    say(f"Feedback pages are in {course.name(folder / 'feedback')}, marks in {course.name(folder / 'grades.csv')}.\n")
    return Graded(found, expected(course))


def expected(course: Course) -> Marks:
    """The marks that the samples deserve: ``answer = [points, outcome, misconception]``, or ``"by hand"``."""
    data = tomllib.loads((course.root / "samples" / "expected.toml").read_text(encoding="utf-8"))
    return {
        lesson: {s: {n: _deserved(v) for n, v in answers.items()} for s, answers in students.items()}
        for lesson, students in data.items()
    }


def _deserved(value: Any) -> Mark:
    return Mark(value) if isinstance(value, str) else Mark(float(value[0]), *value[1:])


def submission(release: NotebookNode, answers: list[SourceCell]) -> NotebookNode:
    """The released notebook as a student hands it in: with answers, and cells of their own before the next answer."""
    notebook = nbformat.from_dict(release)
    cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in notebook.cells}
    own: list[NotebookNode] = []
    for answer in answers:
        name = answer.exercise or answer.question
        if name is None:
            own.append(new_code_cell(answer.text) if answer.kind == "code" else new_markdown_cell(answer.text))
            continue
        if name not in cells:
            raise BuildError(f"{answer.where}: the lesson has no answer {name!r}.")
        cells[name].source = answer.text
        at = notebook.cells.index(cells[name])
        notebook.cells[at:at] = own
        own = []
    notebook.cells += own
    return notebook


def _submit(course: Course, folder: Path, lesson: Lesson) -> None:
    release = nbformat.read(Course(folder).release(lesson.id), as_version=4)
    for path in sorted((course.root / "samples" / lesson.id).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        answers = parse_source(text, course.name(path)) if "# %%" in text else []
        target = folder / "submitted" / path.stem / lesson.id
        target.mkdir(parents=True)
        nbformat.write(submission(release, answers), target / f"{lesson.id}.ipynb")
        beside = path.with_suffix("")
        for name in lesson.files:
            if (beside / name).is_file():
                shutil.copyfile(beside / name, target / name)


def _nbgrader(course: Course, folder: Path, say: Callable[[str], None], *arguments: str) -> None:
    """Run nbgrader itself, from the root of the repository as an instructor does."""
    say("nbgrader " + " ".join(a if not Path(a).is_absolute() else course.name(Path(a)) for a in arguments))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments, f"--CourseDirectory.root={folder}"],
        cwd=course.root,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    with (folder / "nbgrader.log").open("a", encoding="utf-8") as log:
        log.write(done.stdout + done.stderr)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1]
        log_name = course.name(folder / "nbgrader.log")
        raise BuildError(f"nbgrader {arguments[0]} stopped: {last} All it said is in {log_name}.")


def _marks(folder: Path, lesson: Lesson) -> dict[str, dict[str, Mark]]:
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory

    with Gradebook(CourseDirectory(config=load_config(folder)).db_url) as gradebook:
        rows = [r for r in marks(gradebook, {lesson.id}, set()) if r["submitted"] == "yes"]
    found = {}
    for row in rows:
        path = folder / "autograded" / row["student_id"] / lesson.id / f"{lesson.id}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        reports = {checked(c): report_of(c) for c in notebook.cells if is_check(c)}
        found[row["student_id"]] = {n: _mark(points, reports.get(n)) for n, points in row["answers"].items()}
    return found


def _mark(points: float | str, report: dict[str, Any] | None) -> Mark:
    if points == "":
        return Mark(BY_HAND)
    return Mark(points, report["outcome"], report["misconception"] or "") if report else Mark(points)
