"""Running a submission's notebook in a fresh kernel, as far as it goes."""

from __future__ import annotations

import tempfile

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode

from autograder.build.execute import QUIET, environment
from autograder.build.paths import Course
from autograder.messages import _

SKIP = "demo"
CELL_SECONDS = 60
# What stops a notebook half way. The cells that were run before it keep what they earned.
STOPPED = (DeadKernelError, CellTimeoutError)


def run(notebook: NotebookNode, course: Course) -> str:
    """Execute in place, demos left out. Returns a sentence if the kernel did not survive it."""
    with tempfile.TemporaryDirectory() as scratch:
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            interrupt_on_timeout=True,
            iopub_timeout=30,
            kernel_name="python3",
            allow_errors=True,
            record_timing=False,
            skip_cells_with_tag=SKIP,
            extra_arguments=QUIET,
            resources={"metadata": {"path": scratch}},
        )
        try:
            client.execute(env=environment(course.root, scratch))
        except STOPPED:
            return _("The kernel stopped half way; what was checked before counts.")
    return ""
