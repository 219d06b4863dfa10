"""Running a student's code without letting it print, warn, hang or exit its way out."""

from __future__ import annotations

import ast
import contextlib
import difflib
import inspect
import io
import linecache
import os
import signal
import sys
import textwrap
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


class TookTooLong(BaseException):
    """Raised in student code when its time is up. Not an Exception, so that ``except Exception`` lets it by."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the block after this many seconds, again and again until it ends. Only on a main thread with alarms."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum: int, frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def silence() -> Iterator[io.StringIO]:
    """Take what the block prints, and drop what it warns: a check cell that prints to stderr scores 0.

    Gives the text that was printed through Python. What is written past Python is dropped.
    """
    printed = Short()
    with contextlib.ExitStack() as stack:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(_silent_descriptors())
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(Short()))
        yield printed


class Short(io.StringIO):
    """Text of which only the beginning is kept."""

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        room = 1000 - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)


@contextlib.contextmanager
def _silent_descriptors() -> Iterator[None]:
    kept = []
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            with contextlib.suppress(OSError):
                kept.append((descriptor, os.dup(descriptor)))
                os.dup2(nowhere, descriptor)
        os.close(nowhere)
        yield
    finally:
        for descriptor, copy in kept:
            os.dup2(copy, descriptor)
            os.close(copy)


def guarded(run: Callable[[], dict], seconds: float, name: str, answer: Any = None) -> dict:
    """What ``run()`` gives, or what stopped it, as plain data.

    ``status`` is returned, raised, exit, timeout, interrupted or not_attempted. A stub raises
    ``NotImplementedError("its name")``.
    """
    printed = io.StringIO()
    try:
        with silence() as printed, time_limit(seconds):
            reply = run()
    except BaseException as problem:  # what student code raises is data, whatever it is
        reply = _stopped(problem, seconds, answer)
    return {**reply, "printed": printed.getvalue()}


def _stopped(problem: BaseException, seconds: float, answer: Any) -> dict:
    """What kept the call from returning, as plain data."""
    if isinstance(problem, TookTooLong):
        return {"status": "timeout", "seconds": seconds}
    if isinstance(problem, NotImplementedError) and str(problem).isidentifier():
        return {"status": "not_attempted", "what": str(problem), "begun": _begun(answer)} | _place(problem, answer)
    if isinstance(problem, SystemExit):
        return {"status": "exit"} | _place(problem, answer)
    if isinstance(problem, KeyboardInterrupt):
        return {"status": "interrupted"}
    return _raised(problem, answer)


def _raised(problem: BaseException, answer: Any) -> dict:
    try:
        message = str(problem)
    except Exception:
        message = ""
    raised = {"status": "raised", "type": type(problem).__name__, "message": message[:500]}
    return raised | _place(problem, answer) | _near(problem)


def _begun(answer: Any) -> bool:
    """Whether an answer holds more than a docstring and the line that raises."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except Exception:
        return False
    kinds = ast.Assign | ast.AugAssign | ast.Return | ast.For | ast.If | ast.While
    return any(isinstance(node, kinds) for node in ast.walk(tree))


def _near(problem: BaseException) -> dict:
    """For a name that is not defined, names that are and may be meant."""
    name = getattr(problem, "name", None)
    if not isinstance(problem, NameError) or not isinstance(name, str):
        return {}
    try:
        frame = list(traceback.walk_tb(problem.__traceback__))[-1][0]
        own = {k for k in frame.f_locals if isinstance(k, str)}
        near = [k for k in sorted(own) if k.lower() == name.lower()] or difflib.get_close_matches(name, sorted(own), 1)
        near += [f"np.{name}"] if hasattr(np, name) else []
        near += [f"self.{name}"] if hasattr(frame.f_locals.get("self"), name) else []
        return {"near": near[:3]}
    except Exception:
        return {}


def _place(problem: BaseException, answer: Any) -> dict:
    """The line of the student's where it happened, and the shapes of the arrays that the line names."""
    try:
        frames = [
            (f, n) for f, n in traceback.walk_tb(problem.__traceback__) if not f.f_code.co_filename.startswith(HERE)
        ]
        own = _own_file(answer)
        theirs = [(f, n) for f, n in frames if f.f_code.co_filename == own]
        frame, number = theirs[-1]
        line = linecache.getline(frame.f_code.co_filename, number).strip()
        return {"line": line[:200], "lineno": number, "function": frame.f_code.co_name, "shapes": _shapes(frame, line)}
    except Exception:
        return {}


def _own_file(answer: Any) -> str | None:
    """The file that an answer was written in: a function's, or that of a method of a class."""
    for part in (answer, *(vars(answer).values() if isinstance(answer, type) else ())):
        code = getattr(part, "__code__", None)
        if isinstance(code, CodeType):
            return code.co_filename
    return None


def _shapes(frame: FrameType, line: str) -> dict[str, list[int]]:
    shapes = {}
    for name, value in frame.f_locals.items():
        if name in line and (isinstance(value, np.ndarray) or type(value).__module__ == "torch"):
            shapes[name] = [int(s) for s in getattr(value, "shape", ())]
    return shapes
