"""How long `make start` takes in an environment that is there, until JupyterLab can be used."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from autograder.start import FIRST, choose_port
from bench.table import Table, Value

ROOT = Path(__file__).resolve().parents[1]
TARGET = 60


def seconds() -> float:
    """From the command to the page of JupyterLab being served."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "autograder.start", "--no-browser", "--port", str(choose_port(None))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            address = next((line.strip() for line in server.stdout if "http://" in line), "")
            if not address:
                raise RuntimeError("JupyterLab did not start: try make start")
            with urllib.request.urlopen(address, timeout=60) as page:
                page.read()
            return time.perf_counter() - began
        finally:
            server.terminate()


def measure(repeats: int = 20) -> Table:
    """Time to a usable JupyterLab."""
    table = Table("make start, with the packages installed", ("what", "time"))
    if (ROOT / FIRST).exists():
        table.rows.append(("until JupyterLab answers", Value(seconds(), "s", TARGET)))
    else:
        table.note = "not measured: the notebooks are not built (make build)"
    return table
