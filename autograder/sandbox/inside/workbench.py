"""The IPython shell that student cells run in: made and warmed once in the nursery, then inherited by every child."""

from __future__ import annotations

import base64
import builtins
import contextlib
import gc
import getpass
import importlib
import os
import pkgutil
import random  # noqa: F401 - seeded by name
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from autograder.sandbox.inside.collect import Collector, Hook, Publisher, Stream, TooMuch

NEEDED = (
    "numpy",
    "numpy.random",
    "torch",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "IPython.display",
    "ipywidgets",
)
# No gradient is taken: torch refuses to take one in a child of a process that has.
REHEARSED = (
    "import numpy as np, torch; torch.set_num_threads(1)",
    "import matplotlib.pyplot as plt; fig, (a, b) = plt.subplots(1, 2); a.plot([0, 1], label='x'); a.legend(); "
    "a.set_title('$x^2$'); b.hist([1, 2]); fig.colorbar(b.imshow([[1, 2]])); fig.tight_layout(); plt.show()",
    "torch.tanh(torch.ones(2, 2) @ torch.ones(2, 2)); np.ones((2, 2)) @ np.ones((2, 2))",
    "nets = [kind(2, 3, batch_first=True) for kind in (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU)]",
    "with torch.no_grad(): [net(torch.ones(1, 2, 2)) for net in nets]",
    "for kind in (torch.optim.Adam, torch.optim.SGD): kind(nets[0].parameters(), lr=0.1).step()",
    "torch.nn.functional.cross_entropy(torch.ones(2, 3), torch.tensor([0, 1]))",
    "1 / 0",
    "display(1); print(2)",
)
# The same draws in every child: a regrade repeats what unseeded code drew.
SEEDS = {"random": "seed", "numpy.random": "seed", "torch": "manual_seed"}
RING_AGAIN = 1.0
HERE = os.path.dirname(os.path.abspath(__file__))
SHOWN = 30  # lines at either end of a traceback


class NoInput(RuntimeError):
    """Raised where code waits for somebody to type."""


class TookTooLong(BaseException):
    """Raised in a cell when its time is up."""


class Shell(InteractiveShell):
    """A shell without a terminal or a kernel, whose outputs are kept."""

    collector: Collector

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no screen."""

    def init_history(self) -> None:
        """No history on disk, and no thread that writes it."""
        HistoryManager.enabled = False
        super().init_history()

    def ask_exit(self) -> None:
        """What ``exit`` does: end the cell."""
        raise SystemExit

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        name = getattr(etype, "__name__", str(etype))
        output = {"output_type": "error", "ename": name, "evalue": _text(evalue)[:5000], "traceback": _lines(stb)}
        self.collector.add(output)


def _lines(trace: list[str]) -> list[str]:
    """A traceback without our own frames, and without its middle when it is long."""
    lines, ours = [], False
    for line in "\n".join(str(part) for part in trace).splitlines():
        starts = line.startswith(("  File ", "  Cell "))
        ours = line.startswith(f"  File {HERE}") or (ours and not starts and line.startswith("    "))
        if not ours:
            lines.append(line)
    return lines if len(lines) <= 2 * SHOWN else [*lines[:SHOWN], "  ...", *lines[-SHOWN:]]


def _text(value: Any) -> str:
    try:
        return str(value)
    except BaseException:
        return ""


def warm(rehearse: bool) -> list[str]:
    """Import what lessons use and make the shell. Returns sentences on what could not be had."""
    notes = []
    for name in (*NEEDED, *_modules("autograder.probes"), *_modules("rnnlab")):
        try:
            importlib.import_module(name)
        except Exception as problem:
            notes.append(f"{name} cannot be imported: {type(problem).__name__}: {problem}")
    # IPython's richer tracebacks take 40 ms each, and half a minute for a recursion without end; plain ones take 1 ms.
    shell = Shell.instance(display_pub_class=Publisher, displayhook_class=Hook, colors="nocolor", xmode="Plain")
    shell.collector = shell.display_pub.collector = shell.displayhook.collector = Collector(10**6)
    shell.system = shell.system_raw
    shell.enable_matplotlib("inline")
    _rehearse(shell, REHEARSED if rehearse else REHEARSED[:1])
    shell.reset(new_session=True)
    gc.collect()
    gc.freeze()  # or every child would copy the pages that its collector looks at
    return notes


def _modules(name: str) -> list[str]:
    try:
        package = importlib.import_module(name)
    except Exception:
        return [name]  # tried again by the caller, who says why
    return [name] + [m.name for m in pkgutil.walk_packages(package.__path__, name + ".")]


def _rehearse(shell: Shell, cells: tuple[str, ...]) -> None:
    """Cells of ours that load what is loaded when it is first used: seconds for an optimiser of torch's."""
    keep = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream(shell.collector, "stdout"), Stream(shell.collector, "stderr")
    for cell in cells:
        shell.run_cell(cell)
    sys.stdout, sys.stderr = keep


def open_for_student(limit: int) -> Shell:
    """The shell, for the child that will run a student's cells."""
    shell = Shell.instance()
    collector = Collector(limit)
    shell.collector = shell.display_pub.collector = shell.displayhook.collector = collector
    shell.execution_count = 1
    sys.stdout, sys.stderr = Stream(collector, "stdout"), Stream(collector, "stderr")
    sys.stdin = open(os.devnull)  # noqa: SIM115 - stays open as long as the child lives
    builtins.input = getpass.getpass = _no_input
    for name, seed in SEEDS.items():
        getattr(sys.modules[name], seed)(0)
    sys.path.insert(0, "")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return shell


def _no_input(prompt: Any = "", *more: Any, **options: Any) -> str:
    raise NoInput("input() waits for somebody to type, and nobody is there while grading: give the value in the code")


def run_cell(shell: Shell, code: str, seconds: float) -> dict[str, Any]:
    """Run one cell, and say how it went and what it showed."""
    collector, status, start = shell.collector, "ok", time.monotonic()
    collector.clear()
    try:
        with _alarm(seconds):
            result = shell.run_cell(code, store_history=True)
        problem = result.error_before_exec or result.error_in_exec
        status = _status(problem)
    except BaseException as problem:
        status = _status(problem)
    status = "output_limit" if status == "ok" and collector.dropped else status
    return {"status": status, "outputs": [plain(o) for o in collector.take()], "seconds": time.monotonic() - start}


def _status(problem: BaseException | None) -> str:
    if problem is None:
        return "ok"
    return {TookTooLong: "timeout", TooMuch: "output_limit"}.get(type(problem), "error")


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """A cell that takes too long is first asked to end, so that what it defined stays. Then it is killed."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"not finished after {seconds:g} seconds")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, RING_AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def plain(value: Any) -> Any:
    """The value as JSON takes it."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if value is None or type(value) in (bool, int, float, str) else _text(value)
