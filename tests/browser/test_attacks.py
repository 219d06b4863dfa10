"""What a student hands in to attack whoever reads it, in a real browser: none of it runs, and all of it did before."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

sys.path.append(str(Path(__file__).parents[1]))

from attacks import MARKDOWN, OUTPUTS

from autograder.grading import harmless

pytestmark = pytest.mark.browser
# What a reader may do: everything is clicked, and the pointer goes over everything.
TOUCH = """
() => {
  for (const node of document.querySelectorAll('#notebook-container *, body > *')) {
    for (const kind of ['mouseover', 'mouseenter', 'mousemove', 'focus', 'pointerdown']) {
      node.dispatchEvent(new MouseEvent(kind, {bubbles: true}));
    }
    if (node.matches('a, button, input, summary, area, svg *')) {
      node.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
    }
  }
}
"""


def page_of(cells) -> str:
    return HTMLExporter(template_name="classic").from_notebook_node(new_notebook(cells=cells))[0]


def hacked(browser, page: str, path: Path) -> bool:
    """Whether anything on a page ran, by itself or when it was touched. Nothing is fetched from anywhere."""
    path.write_text(page, encoding="utf-8")
    context = browser.new_context()
    context.route(lambda url: not url.startswith("file:"), lambda route: route.fulfill(status=204, body=""))
    opened = context.new_page()
    opened.on("dialog", lambda dialog: dialog.dismiss())
    try:
        opened.goto(path.as_uri(), wait_until="load")
        opened.wait_for_timeout(300)
        opened.evaluate(TOUCH)
        opened.wait_for_timeout(300)
        return any(frame.evaluate("() => Boolean(window.hacked)") for frame in opened.frames)
    finally:
        context.close()


@pytest.mark.parametrize("name", ["markdown", "outputs"])
def test_nothing_runs(browser, tmp_path, name):
    if name == "markdown":
        cells = [new_markdown_cell(harmless.markdown(source)) for source in MARKDOWN]
    else:
        made = [nbformat.from_dict(o) for given in OUTPUTS for o in harmless.outputs([given])]
        cells = [new_code_cell("1 < 2", outputs=[output]) for output in made]
    assert not hacked(browser, page_of(cells), tmp_path / "page.html")


@pytest.mark.parametrize(
    "source",
    ["<script>RUN</script>", "<img src=x onerror='RUN'>", "<svg onload='RUN'></svg>", "[x](javascript:RUN)"]
    + ["<iframe srcdoc='<script>RUN</script>'></iframe>", "<p onmouseover='RUN'>x</p>", "<details open ontoggle=RUN>x"]
    + ["<a href='&#106;avascript:RUN'>x</a>", "[r]\n\n[r]: javascript:RUN", "<javascript:RUN>"],
)
def test_what_would_run_is_noticed(browser, tmp_path, source):
    source = source.replace("RUN", "window.top.hacked=1")
    assert hacked(browser, page_of([new_markdown_cell(source)]), tmp_path / "page.html")
    assert not hacked(browser, page_of([new_markdown_cell(harmless.markdown(source))]), tmp_path / "page.html")
