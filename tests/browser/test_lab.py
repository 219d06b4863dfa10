"""What a reader sees: JupyterLab opens, a lesson runs, a mistake is named, the right answer passes, a widget moves."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright.sync_api", reason="browser tests need the package playwright")

from lab import DARK
from playwright.sync_api import expect

from autograder import registry

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
LESSONS = sorted(p.parent.name for p in ROOT.glob("notebooks/*/*.ipynb"))
WHOLE = ("00_start_here", "01_rnn_structure")  # with the cells that train and draw, which every build runs elsewhere
# For each lesson one exercise, a usual mistake, and words of the sentence that must come.
MISTAKES = {
    "00_start_here": ("affine", "def affine(x, W, b):\n    return x @ W + b\n", "W has one row for each output"),
    "01_rnn_structure": (
        "rnn_step",
        "def rnn_step(x, h, W_xh, W_hh, b):\n    return np.tanh(x @ W_xh.T + h @ W_hh + b)\n",
        "W_hh is square, so both ways fit.",
    ),
}
# What a widget shows that was trained in cells before it, in short.
STANDS_IN = {
    "08_bidirectional_stacks": """
classes, taggers = python_calls.CLASSES, {"forwards": 1, "both, 2 x 64": 2}
tagged = lambda many, given: given[1][None] % (1 + many)
""",
    "09_capstone": """
mine = load("capstone.npz")
prime = mine.corpus.decode(mine.corpus.train[:20])
""",
}


def handed_in(server, lesson: str) -> None:
    """Put beside the notebook what its sample hands in with it."""
    for name in registry.lesson(lesson).files:
        shutil.copyfile(ROOT / "samples" / lesson / "all_right" / name, server.folder / "notebooks" / lesson / name)


def notebook(lesson: str, folder: str = "notebooks") -> str:
    return f"{folder}/{lesson}/{lesson}.ipynb"


def solved_answers(server, lesson: str) -> dict[str, str]:
    """The code of the answers in the solved notebook, by grade id."""
    cells = nbformat.read(server.folder / notebook(lesson, "solutions"), 4).cells
    marked = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in cells if c.cell_type == "code"}
    return {name: cell.source for name, cell in marked.items() if name and cell.metadata.nbgrader.solution}


def report_in(output, outcome: str):
    """The report of a check, which must have this outcome."""
    report = output.locator(".autograder-report")
    expect(report).to_be_visible()
    expect(report).to_have_attribute("data-outcome", outcome)
    return report


@pytest.mark.parametrize("lesson", MISTAKES)
def test_mistake_is_named_hint_climbs_and_answer_passes(lab, server, lesson):
    name, wrong, words = MISTAKES[lesson]
    page = lab(notebook(lesson))
    page.run("setup")
    check = f"check_{name}"

    page.run(name)
    report_in(page.run(check), "not_attempted")

    page.write(name, wrong)
    page.run(name)
    output = page.run(check)
    report = report_in(output, "failed")
    expect(report).to_contain_text(words)
    page.shot(f"{lesson}_mistake_light", page.cell(check))

    rungs = []
    for _ in registry.exercise(name).hints:
        page.write(name, f'{wrong}\nhint("{name}")')
        rungs.append(page.run(name).inner_text())
        if len(rungs) == 1:
            page.shot(f"{lesson}_hint_light", page.cell(name))
    assert len(set(rungs)) == len(rungs), "each call of hint shows the next one"

    page.write(name, solved_answers(server, lesson)[name])
    page.run(name)
    report_in(page.run(check), "passed")
    page.shot(f"{lesson}_right_light", page.cell(check))


@pytest.mark.parametrize("lesson", LESSONS)
def test_solved_by_a_reader_it_runs_from_top_to_bottom(lab, server, lesson):
    path = server.folder / notebook(lesson)
    released, answers = nbformat.read(path, 4), solved_answers(server, lesson)
    for cell in released.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    if lesson not in WHOLE:
        released.cells = [c for c in released.cells if "demo" not in c.metadata.get("tags", ())]
    nbformat.write(released, path.with_name("solved.ipynb"))
    handed_in(server, lesson)

    page = lab(f"notebooks/{lesson}/solved.ipynb")
    page.run_all()
    expect(page.errors()).to_have_count(0)
    for exercise in registry.lesson(lesson).exercises:
        report_in(page.cell(f"check_{exercise.id}"), "passed")
    assert page.broken_pictures() == []
    page.shoot_cells(f"{lesson}_light")
    page.theme(DARK)
    page.shoot_cells(f"{lesson}_dark")


def opens_without_questions(page, lesson: str) -> None:
    expect(page.page.locator(".jp-Dialog")).to_have_count(0)
    expect(page.page.locator(".jp-toast-message, .Toastify__toast")).to_have_count(0)
    expect(page.panel.locator(".jp-KernelName")).to_contain_text("Python 3")
    instructor = re.compile("assignment|formgrader|nbgrader", re.IGNORECASE)
    expect(page.page.locator("#jp-top-panel, .jp-SideBar").get_by_text(instructor)).to_have_count(0)
    expect(page.page.locator("#jp-top-panel, .jp-SideBar").get_by_title(instructor)).to_have_count(0)
    page.shot(f"{lesson}_opens")


@pytest.mark.parametrize("lesson", LESSONS)
def test_opens_without_questions_and_its_widget_moves(lab, server, lesson):
    page = lab(notebook(lesson))
    opens_without_questions(page, lesson)
    page.run("setup")
    code = [(i, c.source) for i, c in enumerate(page.file.cells) if c.cell_type == "code"]
    names = re.findall(r"^from rnnlab\.widgets\.\w+ import (\w+)", "\n".join(s for _i, s in code), re.MULTILINE)
    made = re.compile(rf"^({'|'.join(names)})\(.*\)$", re.MULTILINE)
    cells = [i for i, source in code if made.search(source)]
    assert cells, "every lesson has a widget"
    for i, source in code:
        if i < cells[0] and source.startswith("my_prediction"):  # which the cell of the widget may print
            page.run(i)
    if lesson in STANDS_IN:
        handed_in(server, lesson)
        free = next(i for i, source in code if source.startswith("my_prediction"))
        page.write(free, STANDS_IN[lesson])
        page.run(free)
    output = page.run(cells[0])
    picture = output.locator(".widget-html-content svg, .jupyter-widgets svg").last
    expect(picture).to_be_visible()
    before = picture.evaluate("node => node.outerHTML")
    page.shot(f"{lesson}_widget_before", output)
    if output.locator("textarea").count():
        output.locator("textarea").first.click()
        page.page.keyboard.insert_text("print")
    else:
        output.locator(".noUi-handle").first.focus()
        page.page.keyboard.press("ArrowRight")
    page.page.wait_for_function(
        "([output, before]) => [...output.querySelectorAll('svg')].every(s => s.outerHTML !== before)",
        arg=[output.element_handle(), before],
    )
    page.shot(f"{lesson}_widget_after", output)
