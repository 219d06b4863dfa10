"""Running a student's code without letting it print, warn, hang or exit its way out."""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import signal
import sys
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
def silence() -> Iterator[None]:
    """Drop what the block prints or warns, through Python or past it: a check cell that prints to stderr scores 0."""
    with contextlib.ExitStack() as stack:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(_silent_descriptors())
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        yield


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
    try:
        with silence(), time_limit(seconds):
            return run()
    except TookTooLong:
        return {"status": "timeout", "seconds": seconds}
    except NotImplementedError as problem:
        what = str(problem)
        if not what.isidentifier():
            return _raised(problem, answer)
        return {"status": "not_attempted", "what": what}
    except SystemExit as problem:
        return {"status": "exit"} | _place(problem, answer)
    except KeyboardInterrupt:
        return {"status": "interrupted"}
    except BaseException as problem:  # what student code raises is data, whatever it is
        return _raised(problem, answer)


def _raised(problem: BaseException, answer: Any) -> dict:
    try:
        message = str(problem)
    except Exception:
        message = ""
    return {"status": "raised", "type": type(problem).__name__, "message": message[:500]} | _place(problem, answer)


def _place(problem: BaseException, answer: Any) -> dict:
    """The line of the student's where it happened, and the shapes of the arrays that the line names."""
    try:
        frames = [
            (f, n) for f, n in traceback.walk_tb(problem.__traceback__) if not f.f_code.co_filename.startswith(HERE)
        ]
        own = _own_file(answer)
        theirs = [(f, n) for f, n in frames if f.f_code.co_filename == own] or [
            (f, n) for f, n in frames if "site-packages" not in f.f_code.co_filename
        ]
        frame, number = (theirs or frames)[-1]
        line = linecache.getline(frame.f_code.co_filename, number).strip()
        return {"line": line[:200], "lineno": number, "function": frame.f_code.co_name, "shapes": _shapes(frame, line)}
    except Exception:
        return {}


def _own_file(answer: Any) -> str | None:
    code = getattr(answer, "__code__", None) or getattr(getattr(answer, "forward", None), "__code__", None)
    return code.co_filename if isinstance(code, CodeType) else None


def _shapes(frame: FrameType, line: str) -> dict[str, list[int]]:
    shapes = {}
    for name, value in frame.f_locals.items():
        if name in line and (isinstance(value, np.ndarray) or type(value).__module__ == "torch"):
            shapes[name] = [int(s) for s in getattr(value, "shape", ())]
    return shapes
