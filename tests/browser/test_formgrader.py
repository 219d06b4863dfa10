"""An instructor in JupyterLab: formgrader lists a lesson, grades and opens submissions, keeps a mark given by hand."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

pytest.importorskip("playwright.sync_api", reason="browser tests need the package playwright")

sys.path.append(str(Path(__file__).parents[1]))

from attacks import HTML, MARKDOWN, RUN
from lab import SHOTS
from nbgrader.api import Gradebook
from playwright.sync_api import expect

from autograder.build.paths import ROOT, Course
from autograder.build.source import parse_source
from autograder.grading.samples import submission

pytestmark = pytest.mark.browser
LESSON, STUDENT, ANSWER = "00_start_here", "kim", "mixed_sequences"
ATTACKER = "lee"  # not graded yet, and what lee hands in attacks who reads it
SECONDS = 60
# Everything in the notebook is clicked, and the pointer goes over everything.
TOUCH = """
() => document.querySelectorAll('#notebook-container *').forEach(node => {
  for (const kind of ['mouseover', 'mouseenter', 'mousemove', 'focus']) {
    node.dispatchEvent(new MouseEvent(kind, {bubbles: true}));
  }
  if (node.matches('a, summary, svg *')) {
    node.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
  }
})
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of its own with one submission, autograded by nbgrader itself."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(Course().solved(LESSON).parent, root / "solutions" / LESSON)
    shutil.copytree(Course().release(LESSON).parent, root / "notebooks" / LESSON)
    (root / "nbgrader_config.py").write_text(
        f'load_subconfig("nbgrader_config.py", path={str(ROOT)!r})\nget_config().CourseDirectory.root = {str(root)!r}\n'
    )
    sample = ROOT / "samples" / LESSON / "all_right.py"
    release = nbformat.read(Course().release(LESSON), as_version=4)
    path = root / "submitted" / STUDENT / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    notebook = submission(release, parse_source(sample.read_text(), sample.name))
    nbformat.write(notebook, path)
    attack(notebook)
    path = root / "submitted" / ATTACKER / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    (path.parent / "timestamp.txt").write_text("no time at all")
    done = run(root, "nbgrader", "autograde", LESSON, f"--student={STUDENT}")
    assert done.wait(240) == 0, (root / "log").read_text()
    return root


def attack(notebook) -> None:
    """Put every attack into cells of a student's own, and into the answer in words."""
    answer = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == ANSWER)
    answer.source = "\n\n".join(MARKDOWN)
    shown = "from IPython.display import HTML, Javascript, display\n"
    shown += "".join(f"display(HTML({source!r}))\n" for source in HTML) + f"display(Javascript({RUN!r}))\n"
    cells = [nbformat.v4.new_markdown_cell(source) for source in MARKDOWN]
    notebook.cells[5:5] = [*cells, nbformat.v4.new_code_cell(shown)]


def run(root: Path, module: str, *arguments: str) -> subprocess.Popen:
    """Start a program of the environment in the course's folder."""
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "JUPYTER_CONFIG_DIR": str(root / ".jupyter" / "config"),
        "JUPYTER_DATA_DIR": str(root / ".jupyter" / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(root / ".jupyter" / "settings"),
    }
    with (root / "log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments], cwd=root, env=environment, stdout=log, stderr=log
        )


@pytest.fixture(scope="module")
def server(course, browser):
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    options = [f"--port={port}", "--no-browser", "--IdentityProvider.token=t", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    process = run(course, "jupyterlab", *options)
    base = f"http://localhost:{port}"
    try:
        wait_for(f"{base}/api", process, course / "log")
        yield SimpleNamespace(base=base, root=course)
    finally:
        process.terminate()
        process.wait(30)


def wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def mark(root: Path, student: str = STUDENT):
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnn") as gradebook:
        grade = gradebook.find_grade(ANSWER, LESSON, LESSON, student)
        return grade.manual_score, grade.needs_manual_grade, gradebook.find_submission(LESSON, student).score


def test_a_written_answer_is_marked_in_formgrader(server, browser):
    assert mark(server.root) == (None, True, 5.0)
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{server.base}/lab?token=t")
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    frame = page.frame_locator("iframe[src*=formgrader]")
    expect(frame.get_by_role("link", name=LESSON).first).to_be_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "formgrader_assignments.png")

    frame.get_by_role("link", name="Manual Grading").click()
    page.wait_for_function("Array.from(frames).some(f => f.location.pathname.endsWith('/gradebook'))")
    frame.locator("table a", has_text=LESSON).first.click()
    page.wait_for_function(f"Array.from(frames).some(f => f.location.pathname.endsWith('/gradebook/{LESSON}'))")
    frame.locator("table a", has_text=LESSON).first.click()
    frame.locator("table a", has_text="Submission").first.click()
    score = frame.locator("input.score")
    expect(score.first).to_be_visible()
    expect(frame.get_by_text("Mark scheme")).to_be_visible()
    expect(frame.locator(".autograder-report").first).to_be_visible()
    last = score.last
    last.scroll_into_view_if_needed()
    page.screenshot(path=SHOTS / "formgrader_submission.png")
    last.fill("1.5")
    last.press("Tab")
    deadline = time.monotonic() + SECONDS
    while mark(server.root)[0] != 1.5 and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    assert mark(server.root) == (1.5, False, 6.5)
    page.screenshot(path=SHOTS / "formgrader_marked.png")
    page.close()


def test_the_button_grades_and_the_page_is_safe_to_open(server, browser):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{server.base}/lab?token=t")  # which logs in
    page.goto(f"{server.base}/formgrader/manage_submissions/{LESSON}")
    row = page.locator("tr", has_text=ATTACKER)
    expect(row).to_contain_text("needs autograding", timeout=SECONDS * 1000)
    row.locator(".autograde a").click()
    expect(page.get_by_text(f"Successfully autograded '{LESSON}' for student '{ATTACKER}'")).to_be_visible(
        timeout=3 * SECONDS * 1000
    )
    page.screenshot(path=SHOTS / "formgrader_autograded.png")
    assert mark(server.root, ATTACKER) == (None, True, 5.0), "as for one who attacks nobody"
    page.reload()
    expect(row).to_contain_text("needs manual grading", timeout=SECONDS * 1000)

    with Gradebook(f"sqlite:///{server.root}/gradebook.db", "rnn") as gradebook:
        number = gradebook.find_submission_notebook(LESSON, LESSON, ATTACKER).id
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(f"{server.base}/formgrader/submissions/{number}/")
    expect(page.locator(".autograder-report").first).to_be_visible()
    page.screenshot(path=SHOTS / "formgrader_attacked.png", full_page=True)
    leave = [lambda route: route.fulfill(status=204), lambda route: route.continue_()]
    page.route("**/*", lambda route: leave[not route.request.is_navigation_request()](route))
    page.evaluate(TOUCH)
    page.wait_for_timeout(500)
    assert f"/submissions/{number}/" in page.url, "a link of ours to another lesson was clicked too"
    assert [f.url for f in page.frames if f.evaluate("() => Boolean(window.hacked)")] == []
    assert page.locator(".autograder-report").count()
    page.close()
