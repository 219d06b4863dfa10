"""Running a solved notebook from top to bottom, demos included, so that it can be read with its results."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.notebooknode import NotebookNode

from autograder.build.clean import clean, strip_ansi
from autograder.build.errors import BuildError
from autograder.build.expand import Expanded
from autograder.grading.reports import report_of

CELL_SECONDS = 300
QUIET = ["--IPKernelApp.log_level=40"]  # else each kernel advises on the terminal to encrypt its connection


class _Client(NotebookClient):
    """Remembers which cell it is at."""

    at = 0

    async def async_execute_cell(self, cell, cell_index, **kwargs):
        self.at = cell_index
        return await super().async_execute_cell(cell, cell_index, **kwargs)


def execute(expanded: Expanded, root: Path) -> NotebookNode:
    """The notebook with its outputs, cleaned of everything that depends on the machine. Raises BuildError."""
    notebook = NotebookNode(expanded.notebook)
    with tempfile.TemporaryDirectory() as scratch:
        client = _Client(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            record_timing=False,
            skip_cells_with_tag="",
            extra_arguments=QUIET,
            resources={"metadata": {"path": scratch}},
        )
        try:
            client.execute(env=environment(root, scratch))
        except CellExecutionError as error:
            said = strip_ansi(f"{error.ename}: {error.evalue}").strip().splitlines()[0]
            raise BuildError(f"{expanded.where[client.at]}: the cell raised {said}") from None
        except CellTimeoutError:
            raise BuildError(f"{expanded.where[client.at]}: the cell ran longer than {CELL_SECONDS} s.") from None
        except DeadKernelError:
            raise BuildError(f"{expanded.where[client.at]}: the kernel died while the cell ran.") from None
        clean(notebook, {scratch: "", str(root): ""})
    _check_outputs(expanded, notebook)
    return notebook


def environment(root: Path, scratch: str) -> dict[str, str]:
    """An environment in which the same source draws the same pictures on every machine."""
    settings = Path(scratch) / "matplotlibrc"
    settings.write_text("svg.hashsalt: course\n")
    path = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {
        "PYTHONPATH": path,
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "SOURCE_DATE_EPOCH": "0",
        "MATPLOTLIBRC": str(settings),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # another one set here would lose every plot
        "RNNLAB_WIDGETS": "static",
    }


def _check_outputs(expanded: Expanded, notebook: NotebookNode) -> None:
    """A solution passes its own check, and a lesson prints nothing on stderr."""
    for cell, where in zip(notebook.cells, expanded.where, strict=True):
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                raise BuildError(f"{where}: the cell wrote to stderr: {output.text.strip().splitlines()[0]}")
        if cell.metadata.get("nbgrader", {}).get("grade"):
            report = report_of(cell)
            if report is None or report["outcome"] != "passed":
                got = "gave no report" if report is None else f"is {report['outcome']} in its own check"
                raise BuildError(f"{where}: the solution {got}.")
