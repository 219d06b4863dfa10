"""The nbgrader course: where its folders are, and what the course does in its own way."""

from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    GetGrades,
    LockCells,
    SaveCells,
)

from autograder.build.preprocessors import ForStudents, NamedStubs
from autograder.grading import native
from autograder.grading.feedback import FeedbackPage
from autograder.grading.preprocessors import Harmless, NothingHidden

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "rnn"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

c.GenerateAssignment.preprocessors = [
    LockCells,
    NamedStubs,
    ClearOutput,
    ForStudents,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
]
# A mark scheme stands below its question, in a locked cell: a grader sees it, a student does not.
c.ClearMarkScheme.enforce_metadata = False

# `nbgrader autograde` and formgrader's button go the way of `python -m autograder grade`.
native.install()

c.GenerateFeedback.exporter_class = FeedbackPage
c.GenerateFeedback.preprocessors = [Harmless, NothingHidden, GetGrades, CSSHTMLHeaderPreprocessor]

c.ExportApp.plugin_class = "autograder.grading.export.MarksExport"
