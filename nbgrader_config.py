"""The nbgrader course: where its folders are, and what the course does in its own way."""

from pathlib import Path

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ComputeChecksums,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    LockCells,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from autograder.build.execute import QUIET
from autograder.build.preprocessors import ForStudents, NamedStubs
from autograder.grading.preprocessors import Execute, Intake, Judge

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

c.Autograde.pre_convert_hook = "autograder.grading.register.register"
c.Autograde.sanitize_preprocessors = [
    Intake,
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    Execute,
    Judge,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.Execute.skip_cells_with_tag = "demo"
c.Execute.timeout = 60
c.Execute.iopub_timeout = 30
c.Execute.extra_arguments = QUIET

c.ExportApp.plugin_class = "autograder.grading.export.MarksExport"
