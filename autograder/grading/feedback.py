"""nbgrader's feedback page, with the names of the exercises in its list of points."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from autograder.grading.reports import checked, is_check
from autograder.messages import _


class FeedbackPage(HTMLExporter):
    """The page as nbgrader's template makes it; its list says which answer each line is about, and what is to come."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page, and nbconvert's resources."""
        page, resources = super().from_notebook_node(nb, resources, **more)
        named = {c.metadata.nbgrader.grade_id: checked(c) for c in nb.cells if is_check(c)}
        for name, exercise in named.items():
            page = page.replace(f'<a href="#{name}">Test cell</a>', f'<a href="#{name}">{escape(exercise)}</a>', 1)
        for name in _in_words(nb):
            page = _told(page, name, _waiting(name, resources.get("nbgrader", {})))
        return page, resources


def _in_words(nb: NotebookNode) -> list[str]:
    found = [c.metadata.get("nbgrader", {}) for c in nb.cells if c.cell_type == "markdown"]
    return [g["grade_id"] for g in found if g.get("grade") and g.get("solution")]


def _told(page: str, name: str, waiting: bool) -> str:
    """The page with the line of an answer in words under its name, without points where nobody has read it yet."""
    line = re.compile(rf'<a href="#{re.escape(name)}">Written response</a> \(Score: [\d.]+ / ([\d.]+)\)')
    said = _("(not marked yet; {most} points)") if waiting else None
    link = f'<a href="#{name}">{escape(_("{name}, in words").format(name=name))}</a>'

    def better(found: re.Match) -> str:
        return f"{link} {said.format(most=found[1])}" if said else found[0].replace(found[0].split(" (Score")[0], link)

    return line.sub(better, page, count=1)


def _waiting(name: str, asked: dict[str, Any]) -> bool:
    """Whether a person has still to mark an answer."""
    try:
        with Gradebook(asked["db_url"]) as gradebook:
            grade = gradebook.find_grade(name, asked["notebook"], asked["assignment"], asked["student"])
            return bool(grade.needs_manual_grade)
    except (KeyError, MissingEntry):
        return False
