"""JupyterLab as a reader meets it: the server that ``make start`` starts, and a notebook in a page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Locator, Page, expect

from autograder.start import choose_port

SECONDS = 60
SHOTS = Path(__file__).resolve().parents[2] / "out" / "screenshots"
ERROR = '[data-mime-type="application/vnd.jupyter.error"]'
DARK = "JupyterLab Dark"
expect.set_options(timeout=SECONDS * 1000)


class Server:
    """``autograder.start`` on a folder of its own, with settings of its own."""

    def __init__(self, folder: Path, notebook: str) -> None:
        self.folder, self.settings = folder, folder / ".jupyter" / "settings"
        self.log = folder / "jupyterlab.log"
        environment = os.environ | {
            "JUPYTERLAB_SETTINGS_DIR": str(self.settings),
            "JUPYTER_CONFIG_DIR": str(folder / ".jupyter" / "config"),
            "JUPYTER_DATA_DIR": str(folder / ".jupyter" / "data"),
        }
        port = choose_port(None)
        command = [sys.executable, "-m", "autograder.start", "--no-browser", "--port", str(port)]
        command += ["--folder", str(folder), notebook]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self.show_every_cell()
        self.address = self._address()

    def _address(self) -> str:
        for line in self.process.stdout:
            if "http://" in line:
                return line.strip()
        raise AssertionError(f"JupyterLab did not start:\n{self.log.read_text()}")

    def url(self, notebook: str) -> str:
        """The address of a notebook; each opens in a workspace of its own."""
        start, _, token = self.address.partition("?")
        base = start.partition("/lab/")[0]
        return f"{base}/lab/workspaces/w{time.monotonic_ns()}/tree/{notebook}?{token}"

    def show_every_cell(self) -> None:
        """Have cells that are out of sight in the page, too."""
        file = self.settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"windowingMode": "none"}))

    def stop(self) -> None:
        """End the server and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Notebook:
    """A notebook open in JupyterLab, used as a reader uses it."""

    def __init__(self, server: Server, browser: Browser, path: str) -> None:
        self.server, self.path = server, path
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 1400}, device_scale_factor=1)
        self.page.set_default_timeout(SECONDS * 1000)
        self.page.goto(server.url(path))
        self.panel = self.page.locator(".jp-NotebookPanel:visible")
        expect(self.panel).to_be_visible(timeout=SECONDS * 1000)
        self.cells = self.panel.locator(".jp-Notebook .jp-Cell:not(.jp-Notebook-footer)")
        expect(self.cells).to_have_count(len(self.file.cells))
        self.wait_idle()

    @property
    def file(self) -> nbformat.NotebookNode:
        """The notebook as it is on the disk."""
        return nbformat.read(self.server.folder / self.path, 4)

    def wait_idle(self) -> None:
        """Until the kernel is connected and has nothing to do. Cells that are run before that are not run at all."""
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle")
        indicator = self.panel.locator(".jp-Notebook-ExecutionIndicator")
        expect(indicator).to_have_attribute("data-status", "idle")

    def index(self, grade_id: str) -> int:
        """Where the cell with this grade id is."""
        found = [c.metadata.get("nbgrader", {}).get("grade_id") for c in self.file.cells]
        return found.index(grade_id)

    def cell(self, where: int | str) -> Locator:
        """A cell, by its place or its grade id."""
        return self.cells.nth(self.index(where) if isinstance(where, str) else where)

    def write(self, where: int | str, code: str) -> None:
        """Replace what a cell says, by typing."""
        editor = self.cell(where).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)

    def run(self, where: int | str) -> Locator:
        """Run a cell and give its outputs once it is done."""
        cell = self.cell(where)
        prompt = cell.locator(".jp-InputPrompt").first
        before = re.escape(prompt.inner_text())
        cell.locator(".cm-content").scroll_into_view_if_needed()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(prompt).to_have_text(re.compile(rf"^(?!{before}$)\[\d+\]:$"))
        return cell.locator(".jp-OutputArea").first

    def run_all(self) -> None:
        """Choose *Run All Cells* in the menu and wait until the last code cell is done, or one has failed."""
        self.choose("Run", "Run All Cells")
        last = max(i for i, c in enumerate(self.file.cells) if c.cell_type == "code")
        ended = "([prompt, panel, error]) => /^\\[\\d+\\]:$/.test(prompt.innerText) || panel.querySelector(error)"
        prompt = self.cell(last).locator(".jp-InputPrompt").first.element_handle()
        self.page.wait_for_function(ended, arg=[prompt, self.panel.element_handle(), ERROR], timeout=5 * SECONDS * 1000)
        self.wait_idle()

    def choose(self, *names: str) -> None:
        """Choose something from the menus."""
        for depth, name in enumerate(names):
            kind = ".lm-Menu-itemLabel" if depth else ".lm-MenuBar-itemLabel"
            self.page.locator(kind, has_text=re.compile(f"^{re.escape(name)}$")).click()

    def theme(self, name: str) -> None:
        """Change the theme as a reader does."""
        self.choose("Settings", "Theme", name)
        light = "false" if name == DARK else "true"
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", light)

    def errors(self) -> Locator:
        """Tracebacks in the notebook."""
        return self.panel.locator(ERROR)

    def shot(self, name: str, of: Locator | None = None) -> None:
        """Save a picture in out/screenshots, to be looked at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        (of or self.page).screenshot(path=SHOTS / f"{name}.png")

    def shoot_cells(self, name: str) -> None:
        """Save the whole notebook, as it is after a run, in pictures of one screen each."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        outer = self.panel.locator(".jp-WindowedPanel-outer")
        height = outer.evaluate("node => node.clientHeight")
        total = self.panel.locator(".jp-WindowedPanel-viewport").evaluate("node => node.scrollHeight")
        for number, top in enumerate(range(0, total, height - 60)):
            outer.evaluate("(node, top) => { node.scrollTop = top }", top)
            self.panel.screenshot(path=SHOTS / f"{name}_{number:02d}.png")

    def broken_pictures(self) -> list[str]:
        """Addresses of images in the notebook that did not load."""
        return self.panel.locator("img").evaluate_all(
            "images => images.filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        )

    def close(self) -> None:
        """Shut the page; its kernel ends with the server."""
        self.page.close()
