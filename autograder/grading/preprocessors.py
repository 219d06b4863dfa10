"""The steps of ``nbgrader autograde`` that are ours."""

from __future__ import annotations

from pathlib import Path

from nbgrader.preprocessors import Execute as NbGraderExecute
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading.execution import STOPPED
from autograder.grading.graft import graft
from autograder.grading.judging import settle
from autograder.grading.lessons import course_at, skeleton


class Intake(NbGraderPreprocessor):
    """Grafts the student's answers into our own notebook: tags, metadata and check cells are ours from here on."""

    def preprocess(self, nb, resources):
        """Graft, where the assignment is a lesson of ours."""
        course = course_at(Path.cwd())  # nbgrader stands in the course's root while it converts
        name = resources["nbgrader"]["notebook"]
        if not course.solved(name).is_file():
            return nb, resources
        grafted = graft(skeleton(course, name), nb)
        for said in grafted.repairs:
            self.log.warning("%s, %s: %s", resources["nbgrader"]["student"], name, said)
        grafted.notebook.metadata.autograder["repairs"] = list(grafted.repairs)
        return grafted.notebook, resources


class Execute(NbGraderExecute):
    """Keeps what was earned before a kernel died."""

    def preprocess(self, nb, resources, km=None):
        """Run the notebook as far as it goes."""
        try:
            return super().preprocess(nb, resources, km)
        except STOPPED as error:
            self.log.warning("%s: the kernel stopped: %s", resources["nbgrader"]["student"], error)
            return nb, resources


class Judge(NbGraderPreprocessor):
    """Leaves exactly one report in each check cell; its number of points is the score."""

    def preprocess(self, nb, resources):
        """Settle every check cell."""
        settle(nb)
        return nb, resources
