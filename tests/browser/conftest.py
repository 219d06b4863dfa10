"""Chromium and a JupyterLab for the browser tests. Where either is missing they are skipped, and say so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium: the system's own."""
    api = pytest.importorskip("playwright.sync_api", reason="browser tests need the package playwright")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(browser, tmp_path_factory):
    """JupyterLab on a copy of the released notebooks, and of the solved ones."""
    from lab import Server

    if not (ROOT / "notebooks").is_dir():
        pytest.fail("there are no notebooks: make build")
    folder = tmp_path_factory.mktemp("clone")
    for name in ("notebooks", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    started = Server(folder, "notebooks/00_start_here/00_start_here.ipynb")
    yield started
    started.stop()


@pytest.fixture
def lab(server, browser):
    """Opens notebooks: ``lab("notebooks/...")``."""
    from lab import Notebook

    opened = []

    def open_notebook(path):
        opened.append(Notebook(server, browser, path))
        return opened[-1]

    yield open_notebook
    for notebook in opened:
        notebook.close()
