"""From the short tags of a lesson source to the notebook that nbgrader understands, with its check cells."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import registry
from autograder.build.errors import BuildError
from autograder.build.links import linked
from autograder.build.source import SourceCell
from autograder.exercise import Exercise, Lesson, Question

SCHEMA = 3
SETUP = "setup"
MAY_RAISE = "raises-exception"
ANSWER_HERE = "*Write your answer here.*"
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<path>[^)\s]+)[^)]*\)")
_FOR_TOOLS = re.compile(r"[ \t]*# (noqa\b|fmt: |ruff: |type: ignore).*$", re.MULTILINE)
_HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Expanded:
    """A notebook that is not executed yet, for each of its cells where it was written, and the figures it shows."""

    lesson: Lesson
    notebook: NotebookNode
    where: tuple[str, ...]
    figures: dict[str, str]


def expand(lesson: Lesson, cells: list[SourceCell], source_name: str) -> Expanded:
    """The notebook of a lesson, not executed. Raises BuildError where source and registry disagree."""
    _check_items(lesson, cells, source_name)
    items = {item.id: item for item in lesson.items}
    made: list[NotebookNode] = []
    where: list[str] = []
    for cell in cells:
        made += _expand_cell(_for_readers(cell, lesson), items)
        where += [cell.where] * (len(made) - len(where))
    _introduce(made, cells, source_name)
    _give_ids(made)
    metadata = {
        "autograder": {"lesson": lesson.id, "source": source_name},
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
    }
    notebook = new_notebook(cells=made, metadata=metadata)
    nbformat.validate(notebook)
    return Expanded(lesson, notebook, tuple(where), figures_in(cells))


def figures_in(cells: list[SourceCell]) -> dict[str, str]:
    """The figures that the prose shows, and the cell that shows each. Raises BuildError for one without alt text."""
    found: dict[str, str] = {}
    for cell in cells:
        if cell.kind != "markdown":
            continue
        if _HTML_IMAGE.search(cell.text):
            raise BuildError(f"{cell.where}: write the image as ![what it shows](figures/NAME.svg), not as HTML.")
        for image in _IMAGE.finditer(cell.text):
            found.setdefault(_figure(image, cell), cell.where)
    return found


def _figure(image: re.Match, cell: SourceCell) -> str:
    path = image["path"]
    if len(image["alt"].split()) < 2:
        raise BuildError(f"{cell.where}: the image {path} has no alt text; say in a few words what it shows.")
    folder, _, name = path.rpartition("/")
    if folder != "figures":
        raise BuildError(f"{cell.where}: the image {path} is not in figures/, and would not reach the student.")
    return name


def _check_items(lesson: Lesson, cells: list[SourceCell], source_name: str) -> None:
    """The source has the lesson's exercises and questions, each once, in the lesson's order."""
    wanted = [(type(i) is Exercise, i.id) for i in lesson.items]
    places = [((c.exercise is not None, c.exercise or c.question), c) for c in cells if c.exercise or c.question]
    for (is_exercise, name), cell in places:
        if (is_exercise, name) not in wanted:
            kind = "exercise" if is_exercise else "question"
            raise BuildError(f"{cell.where}: lesson {lesson.id} has no {kind} {name!r} in autograder/exercises/.")
    found = [key for key, _ in places]
    for key, count in Counter(found).items():
        if count > 1:
            raise BuildError(f"{source_name}: {key[1]!r} appears {count} times; an answer has one place.")
    for key in wanted:
        if key not in found:
            raise BuildError(f"{source_name}: {key[1]!r} is in the lesson's list, but no cell has it.")
    for key, other in zip(found, wanted, strict=True):
        if key != other:
            where = next(c.where for k, c in places if k == key)
            raise BuildError(f"{where}: out of order, the lesson's list has {other[1]!r} here.")
    setups = [c for c in cells if SETUP in c.tags]
    if len(setups) != 1 or setups[0].kind != "code":
        raise BuildError(f"{source_name}: exactly one code cell, the one with the imports, is tagged 'setup'.")


def _for_readers(cell: SourceCell, lesson: Lesson) -> SourceCell:
    """Code without the comments that only linters and formatters read, prose with links to the lessons it names."""
    if cell.kind == "code":
        return replace(cell, text=_FOR_TOOLS.sub("", cell.text))
    return replace(cell, text=linked(cell.text, [other.id for other in registry.lessons()], lesson.id))


def _expand_cell(cell: SourceCell, items: dict) -> list[NotebookNode]:
    if cell.exercise:
        return _exercise(cell, items[cell.exercise])
    if cell.question:
        return _question(cell, items[cell.question])
    for words in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME"):
        if re.search(rf"^\s*#* ?(BEGIN|END) {words}", cell.text, re.MULTILINE):
            raise BuildError(
                f"{cell.where}: BEGIN {words} stands in a cell that is neither an exercise nor a question."
            )
    if cell.kind == "markdown":
        return [new_markdown_cell(cell.text, metadata=_tags(cell))]
    metadata = _tags(cell)
    if SETUP in cell.tags:
        metadata["nbgrader"] = _nbgrader(SETUP, locked=True)
    return [new_code_cell(cell.text, metadata=metadata)]


def _exercise(cell: SourceCell, exercise: Exercise) -> list[NotebookNode]:
    _check_regions(cell, "SOLUTION", at_least=1)
    if not re.search(rf"^((def|class)\s+{exercise.id}\b|{exercise.id}\s*[:=])", cell.text, re.MULTILINE):
        raise BuildError(f"{cell.where}: the cell does not define {exercise.id}.")
    answer = new_code_cell(cell.text, metadata={**_tags(cell), "nbgrader": _nbgrader(exercise.id, solution=True)})
    name = f"check_{exercise.id}"
    metadata = {"nbgrader": _nbgrader(name, grade=True, locked=True, points=exercise.points)}
    return [answer, new_code_cell(check_source(exercise.id), metadata=metadata)]


def check_source(exercise_id: str) -> str:
    """The check cell of an exercise. Students get its first line."""
    return "\n".join(
        [
            f'check("{exercise_id}", {exercise_id})',
            "### BEGIN HIDDEN TESTS",
            f'check("{exercise_id}", {exercise_id}, hidden=True)',
            "### END HIDDEN TESTS",
        ]
    )


def _question(cell: SourceCell, question: Question) -> list[NotebookNode]:
    _check_regions(cell, "SOLUTION", at_least=1, at_most=1)
    _check_regions(cell, "MARK SCHEME", at_least=1, at_most=1)
    prose, answer, after = _cut(cell.text, "SOLUTION")
    before, scheme, between = _cut(prose, "MARK SCHEME")
    if after.strip() or between.strip():
        raise BuildError(f"{cell.where}: after the question come its mark scheme and the answer, and nothing else.")
    text = (
        f"{before.strip()}\n\n<!-- BEGIN MARK SCHEME -->\n**Mark scheme**\n\n{scheme.strip()}\n<!-- END MARK SCHEME -->"
    )
    asked = new_markdown_cell(text, metadata={"nbgrader": _nbgrader(f"question_{question.id}", locked=True)})
    metadata = {"nbgrader": _nbgrader(question.id, grade=True, solution=True, points=question.points)}
    return [asked, new_markdown_cell(answer.strip(), metadata=metadata)]


def _check_regions(cell: SourceCell, words: str, at_least: int, at_most: int | None = None) -> None:
    marks = re.findall(rf"^\s*### (BEGIN|END) {words}\s*$", cell.text, re.MULTILINE)
    if marks != ["BEGIN", "END"] * (len(marks) // 2):
        raise BuildError(f"{cell.where}: ### BEGIN {words} and ### END {words} do not pair up.")
    if len(marks) // 2 < at_least:
        raise BuildError(f"{cell.where}: there is no ### BEGIN {words} ... ### END {words}.")
    if at_most is not None and len(marks) // 2 > at_most:
        raise BuildError(f"{cell.where}: there is more than one ### BEGIN {words}.")


def _cut(text: str, words: str) -> tuple[str, str, str]:
    """The text before, in and after the region."""
    before, _, rest = text.partition(f"### BEGIN {words}")
    inside, _, after = rest.partition(f"### END {words}")
    return before, inside, after


def _tags(cell: SourceCell) -> dict:
    return {"tags": list(cell.tags)} if cell.tags else {}


def _nbgrader(grade_id: str, *, grade=False, solution=False, locked=False, points: float | None = None) -> dict:
    made = {"grade": grade, "grade_id": grade_id, "locked": locked, "schema_version": SCHEMA, "solution": solution}
    return made | {"task": False} | ({} if points is None else {"points": points})


def _introduce(made: list[NotebookNode], cells: list[SourceCell], source_name: str) -> None:
    """Say in the first cell where the notebook comes from."""
    if cells[0].kind != "markdown" or not cells[0].text.startswith("# "):
        raise BuildError(f"{cells[0].where}: a lesson begins with a markdown cell that begins with '# ' and its title.")
    made[
        0
    ].source += (
        f"\n\n<sub>Generated from `{source_name}`. Write your answers here, and changes to the lesson there.</sub>"
    )


def _give_ids(cells: list[NotebookNode]) -> None:
    """Ids from content: the grade id where there is one, else a hash of the text, so that an edit moves no other id."""
    seen: Counter = Counter()
    for cell in cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        text = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[text] += 1
        cell.id = grade_id or (text if seen[text] == 1 else f"{text}-{seen[text]}")
