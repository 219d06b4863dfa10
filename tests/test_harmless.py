"""What a student writes or prints, after it was made harmless: readable, and nothing of it runs, in whatever parser."""

from __future__ import annotations

import base64
import random
import re
import time
from html.parser import HTMLParser

import nbformat
import pytest
from attacks import HTML, MARKDOWN, OUTPUTS, RUN, SCRIPT
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import ansi2html, markdown2html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograder.build.paths import ROOT, Course
from autograder.grading import harmless
from autograder.grading.lessons import skeleton
from autograder.grading.preprocessors import Harmless, NothingHidden
from autograder.grading.reports import is_check
from autograder.report import MIME, Report, Row

LESSON = "00_start_here"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()
MADE = set(
    re.findall(
        r"\w+",
        "p h1 h2 h3 h4 h5 h6 code pre em strong ul ol li blockquote table thead tbody tr th td a br hr del div span "
        "input dl dt dd img",
    )
)
FREE = ("class", "id", "style", "type", "disabled", "checked", "alt", "title", "start")


class Live(HTMLParser):
    """Finds what could run, or fetch something, in HTML."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.odd: list[tuple] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in MADE:
            self.odd.append((tag,))
        for name, value in attrs:
            value = value or ""
            fine = (
                (name == "href" and value.startswith(("https://", "http://", "#", "mailto:")))
                or (name == "src" and not re.search(r"[/:]", value))
                or name in FREE
            )
            if not fine:
                self.odd.append((tag, name, value))


@pytest.mark.parametrize("source", MARKDOWN)
def test_markdown(source):
    safe = harmless.markdown(source)
    assert Live(markdown2html(safe)).odd == []
    assert harmless.markdown(safe) == safe, "once more changes nothing"
    assert not re.search(r"\\(href|unicode|style|class|cssId|def|let|require|newcommand|mmlToken)\b", safe)


def test_markdown_from_pieces():
    """Pieces of attacks in any order: what a list of attacks does not think of."""
    chance = random.Random(5)
    pieces = [p for text in MARKDOWN for p in re.findall(r"\w+|\s+|.", text, re.DOTALL)]
    for _ in range(1500):
        source = "".join(chance.choice(pieces) for _ in range(chance.randrange(2, 40)))
        source = chance.choice(("", chance.choice(MARKDOWN))) + source
        assert Live(markdown2html(harmless.markdown(source))).odd == [], source


@pytest.mark.parametrize(
    "source",
    [
        "# A title\n\n*so* **much**, `List[int]`, R&D, 3 < 4 <= 5, a->b, x <- y\n\n- [ ] one\n- two",
        "[the manual](https://pytorch.org/docs?a=1&b=2#x), [below](#recap), https://a.b/c",
        "[r]\n\n[r]: https://pytorch.org/docs",
        "![my plot](plot-1.png)",
        r"$h_t = \tanh(W_{xh} x_t + b) < 1$, $$\begin{aligned} a &= b \\ c &\leq d \end{aligned}$$ and \(\frac{1}{2}\)",
        "```python\nfor i in range(3):\n    x[i] = y[i] @ W\n```",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "AT&amp;T &lt; &nbsp; 한국어 é",
    ],
)
def test_markdown_that_is_left_as_it_is(source):
    assert harmless.markdown(source) == source


def test_markdown_stays_readable():
    said = harmless.markdown(
        "if x<y: a[0](1), d[1]: int; <b>bold</b> [x](javascript:y) ![](https://a.b/c.png)\r\nend\x00"
    )
    assert said == ("if x< y: a[0] (1), d[1] : int; < b>bold< /b> [x] (javascript :y) ! [](https://a.b/c.png)\nend")


@pytest.mark.parametrize(
    "piece", ["[", "![", "](", "\\begin{a}", "$a ", "`a``b", "*a **b ", "> ", "  - a\n", "<a", "&a;", "# a\n", "\n \n"]
)
def test_no_text_keeps_a_renderer_busy(piece):
    began = time.process_time()
    markdown2html(harmless.markdown(piece * (200_000 // len(piece))))
    assert time.process_time() - began < 30, "some texts take a renderer years"


# Outputs


@pytest.mark.parametrize("given", OUTPUTS)
def test_outputs(given):
    made = harmless.outputs([given])
    assert harmless.outputs(made) == made, "once more changes nothing"
    nbformat.validate(new_notebook(cells=[new_code_cell("", outputs=[nbformat.from_dict(o) for o in made])]))
    for output in made:
        assert output.get("metadata", {}) == {}
        assert set(output.get("data", {})) <= {"text/plain", "text/html", "image/png", "image/jpeg"}
        assert Live(without_pictures(output.get("data", {}).get("text/html", ""))).odd == []


def without_pictures(page: str) -> str:
    return re.sub(r'src="data:image/(png|jpeg|gif|svg\+xml);base64,[\w+/=]*"', "", page)


@pytest.mark.parametrize("source", HTML)
def test_html(source):
    made = harmless.html(source)
    assert Live(without_pictures(made)).odd == []
    assert not re.search(r"(?i)style=[^>]*(expression|url)\(|@import|\\href", made)


def test_what_is_kept_of_outputs():
    cell = '<tr><td colspan="2" style="color: red">1</td></tr>'
    table = f'<table border="1" class="dataframe"><style>td {{x: y}}</style><tbody>{cell}</tbody></table>'
    svg = "<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'a' 'b'><svg xmlns='http://www.w3.org/2000/svg'><path/></svg>"
    given = [
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "\x1b[31mred\x1b[0m"]},
        {"output_type": "execute_result", "data": {"text/plain": ["1"], "text/html": [table]}, "execution_count": 3},
        {
            "output_type": "display_data",
            "data": {"image/png": PNG + "\n", "text/plain": "<Figure>"},
            "metadata": {"a": 1},
        },
        {"output_type": "display_data", "data": {"image/svg+xml": svg, "text/plain": "<Figure>"}, "metadata": {}},
        {"output_type": "display_data", "data": {"application/javascript": "1"}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mE\x1b[0m: v"]},
    ]
    stream, result, picture, drawing, script, error = harmless.outputs(given)
    assert stream["text"] == "a\n\x1b[31mred\x1b[0m"
    assert result["data"]["text/html"] == "<table><tbody>" + cell.replace("red", "red;") + "</tbody></table>"
    assert picture["data"] == {"image/png": PNG, "text/plain": "<Figure>"}
    shown = re.fullmatch(r'<img src="data:image/svg\+xml;base64,([\w+/=]+)">', drawing["data"]["text/html"])
    assert base64.b64decode(shown[1]).decode() == svg.replace("<!DOCTYPE svg PUBLIC 'a' 'b'>", "")
    assert drawing["data"]["text/plain"] == "<Figure>"
    assert script["data"] == {"text/plain": "(an output of a kind that is not kept: application/javascript)"}
    assert error == given[-1]


def test_entities_are_no_way_around():
    assert "\\href" not in harmless.html("$&#92;href{javascript:1}{x}$ &bsol;href{} &#x5c;href{}")
    assert harmless.html("&lt;b&gt; &amp;lt; &eacute; a &lt; b") == "&lt;b&gt; &amp;lt; é a &lt; b"


@pytest.mark.parametrize(
    "data",
    ["", "no base64!", base64.b64encode(b"<script>").decode(), 3, None, ["a"], '"><script>' + PNG, PNG + '" onerror="'],
)
def test_only_pictures_are_pictures(data):
    made = harmless.outputs([{"output_type": "display_data", "data": {"image/png": data, "text/plain": "x"}}])
    assert made[0]["data"] == {"text/plain": "x"}


@pytest.mark.parametrize(
    "svg",
    [
        "<svg",
        "<html><script/></html>",
        "<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>",
        "<!DOCTYPE a><!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>",
        "<a>" * 100_000,
    ],
)
def test_only_drawings_are_drawings(svg):
    data = {"image/svg+xml": svg, "text/plain": ""}
    assert "text/html" not in harmless.outputs([{"output_type": "display_data", "data": data}])[0]["data"]


def test_outputs_without_end_are_cut():
    many = harmless.outputs([{"output_type": "stream", "name": "stdout", "text": "x"}] * 5000)
    assert len(many) == harmless.MOST_OUTPUTS + 1 and "left out" in many[-1]["text"]
    (long,) = harmless.outputs([{"output_type": "stream", "name": "stdout", "text": "x" * 10**7}])
    assert len(long["text"]) < harmless.MOST_TEXT + 100 and "characters more" in long["text"]


@pytest.mark.parametrize("text", [f"<script>{RUN}</script>", f"\x1b[31m<img src=x onerror='{RUN}'>\x1b[0m", "&lt;b>"])
def test_nbconvert_escapes_printed_text(text):
    """Streams, errors and text/plain are shown by this filter, and are left as they are."""
    assert set(re.findall(r"</?(\w+)", str(ansi2html(text)))) <= {"span"}


# Reports and feedback pages


def forged(**change):
    """A report that somebody else may have written."""
    report = Report("affine", "passed", 3.0, 3.0, hidden=True)
    return report.to_dict() | change


def test_a_report_escapes_what_it_repeats():
    """Names, printed text, messages of exceptions and lines of code stand in these fields."""
    for bad in HTML:
        row = Row(bad, "failed", (bad, f"`{bad}`", f"*{bad}*"), 1.0)
        for outcome in ("failed", "error", "blocked", "not_attempted", "grader_error", "timeout"):
            report = Report(
                bad, outcome, 0.0, 3.0, (row,), bad, bad, bad, blocked_by=bad, given=(bad,), notes=(bad,), footer=bad
            )
            odd = set(Live(harmless.tex(report._repr_html_())).odd)
            assert odd <= {("div", "data-outcome", outcome), ("span", "aria-hidden", "true")}


@pytest.fixture
def page(monkeypatch):
    """From a notebook, as some program graded it, to what is shown of it as feedback."""
    monkeypatch.chdir(ROOT)

    def made(notebook):
        resources = {"nbgrader": {"assignment": LESSON, "notebook": LESSON, "student": "kim"}}
        for step in (Harmless(), NothingHidden()):
            notebook, resources = step(notebook, resources)
        nbformat.validate(notebook)
        return notebook, HTMLExporter(template_name="classic").from_notebook_node(notebook)[0]

    return made


def test_nothing_hidden_is_shown(page):
    notebook, shown = page(skeleton(Course(), LESSON))
    assert "affine" in shown
    assert not re.search(r"hidden\s*=\s*True|HIDDEN TESTS|MARK SCHEME|[Mm]ark scheme", shown)
    sources = {c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if "nbgrader" in c.metadata}
    assert sources["check_affine"] == 'check("affine", affine)'


def test_a_student_may_write_what_marks_a_hidden_part(page):
    """nbgrader's own steps raise on it, or take the rest of the answer out."""
    notebook = skeleton(Course(), LESSON)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "# BEGIN HIDDEN TESTS\n# BEGIN MARK SCHEME\nkept_here(hidden=True)"
    _notebook, shown = page(notebook)
    assert shown.count("BEGIN HIDDEN TESTS") == shown.count("BEGIN MARK SCHEME") == 3
    assert shown.count("kept_here") == 3


def test_a_page_of_a_notebook_that_was_graded_elsewhere(page):
    """As nbgrader leaves it: everything in it may be the student's."""
    notebook = skeleton(Course(), LESSON)
    bad = f'x" onmouseover="{RUN}'
    at = next(n for n, c in enumerate(notebook.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == "affine")
    check = notebook.cells[at + 1]
    assert is_check(check)
    check.outputs = [
        new_output("execute_result", {"text/plain": "3", "text/html": SCRIPT, MIME: forged(notes=[SCRIPT])})
    ]
    other = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "check_time_major")
    other.outputs = [new_output("error", ename="E", evalue=SCRIPT, traceback=['check("x", x, hidden=True)'])]
    theirs = [new_markdown_cell(SCRIPT), new_raw_cell(SCRIPT), new_code_cell(SCRIPT)]
    theirs[0].attachments = {"x": {"text/html": SCRIPT}}
    theirs[1].metadata.raw_mimetype = "text/html"
    theirs[2].outputs = [nbformat.from_dict(dict(o)) for o in OUTPUTS[:3]]
    for cell in theirs:
        cell.metadata.update({"tags": [bad], "nbgrader": {"grade_id": bad, "grade": True, "points": 3}, "alt": bad})
    notebook.cells[0:0] = theirs
    notebook.metadata.update({"title": SCRIPT, "widgets": {"application/vnd.jupyter.widget-state+json": {"a": SCRIPT}}})
    shown = page(notebook)[1]
    plain = page(skeleton(Course(), LESSON))[1]
    assert shown.count("<script") == plain.count("<script")
    assert not re.search(r"<[^>]*\son\w+=", shown)
    assert "hidden=True" not in shown
    assert 'data-outcome="passed"' in shown, "the report, made again from its data"


@pytest.mark.parametrize(
    "change", [{"cases": 3}, {"outcome": SCRIPT}, {"points": 30}, {"notes": None}, {"cases": [{}]}]
)
def test_a_forged_report_is_shown_as_any_output(page, change):
    notebook = skeleton(Course(), LESSON)
    check = next(c for c in notebook.cells if is_check(c))
    check.outputs = [new_output("execute_result", {"text/plain": "3", "text/html": SCRIPT, MIME: forged(**change)})]
    assert not re.search(r"<script>.?window", page(notebook)[1])
