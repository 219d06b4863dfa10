"""What nbgrader's generate step does differently for this course."""

from __future__ import annotations

from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from autograder.build.expand import ANSWER_HERE, MAY_RAISE


class NamedStubs(ClearSolutions):
    """Leaves ``raise NotImplementedError("rnn_step")`` where an answer was, so that a check knows what is missing."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Clear one cell, with a stub that carries its name."""
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        self.code_stub = {**self.code_stub, "python": f'raise NotImplementedError("{name}")'}
        self.text_stub = ANSWER_HERE
        return super().preprocess_cell(cell, resources, cell_index)


class ForStudents(NbGraderPreprocessor):
    """Takes out of the release what belongs to the solved notebook: widget state, and when it was last run.

    And lets *Run All Cells* go on after a cell that needs an answer which is not written yet.
    """

    def preprocess(self, nb, resources):
        """Clean the notebook's metadata."""
        nb.metadata.pop("widgets", None)
        nb.metadata.get("autograder", {}).pop("fingerprint", None)
        for cell in nb.cells:
            if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
                tags = cell.metadata.get("tags", [])
                cell.metadata["tags"] = [*tags, *({MAY_RAISE} - set(tags))]
        return nb, resources
