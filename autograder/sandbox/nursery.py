"""The grader's side of the warm process: start it, have it fork children, see to it that it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from autograder.sandbox import bubblewrap
from autograder.sandbox.child import Child
from autograder.sandbox.inside import frames
from autograder.sandbox.limits import Limits

WARM_SECONDS = 120.0
ANSWER_SECONDS = 30.0


class NurseryFailed(RuntimeError):
    """The warm process did not do what it was asked. It has seen no student code, so this is a fault of ours."""


class NurseryGone(NurseryFailed):
    """The warm process has ended."""


class Nursery:
    """A warm process that forks children. Refuses to start without a sandbox unless ``sandbox`` is False.

    One may be shared by threads. ``notes`` has a sentence for everything that could not be imported. Without
    ``rehearse`` it starts sooner, and each child loads by itself what torch and matplotlib load when first used.
    """

    def __init__(self, limits: Limits | None = None, sandbox: bool = True, rehearse: bool = True) -> None:
        self.limits = limits or Limits()
        self.sandbox = sandbox
        self.rehearse = rehearse
        self.notes: tuple[str, ...] = ()
        self._lock = threading.RLock()
        self._count = 0
        self._process: subprocess.Popen | None = None
        self._warm = False
        self._handle = -1
        if sandbox:
            bubblewrap.find()

    def __enter__(self) -> Nursery:
        self.start()
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def begin(self) -> None:
        """Start the warm process, unless it runs, and do not wait until it is warm."""
        with self._lock:
            if self._process is not None:
                return
            self._folder = tempfile.TemporaryDirectory(prefix="nursery-")
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the nursery
            self._control, theirs = socket.socketpair()
            with theirs:
                asked = theirs.fileno(), self._errors, self.rehearse
                if self.sandbox:
                    self._process = bubblewrap.start(*asked)
                else:
                    self._process = bubblewrap.start_without(*asked, self._folder.name)

    def start(self) -> None:
        """Start the warm process, unless it runs, and wait until it is warm."""
        with self._lock:
            self.begin()
            if self._warm:
                return
            try:
                hello, handles = self._hear(WARM_SECONDS)
            except NurseryFailed as problem:
                self.close()
                raise (bubblewrap.refused(str(problem)) if "bwrap:" in str(problem) else problem) from None
            self._warm = True
            self._handle = handles[0] if handles else -1
            self.notes = tuple(hello["notes"])

    def close(self) -> None:
        """End the warm process, and with it all that is left of its children."""
        with self._lock:
            if self._process is None:
                return
            self._control.close()
            if self._handle >= 0:
                with contextlib.suppress(OSError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                os.close(self._handle)
                self._handle = -1
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process, self._warm = None, False
            self._errors.close()
            self._folder.cleanup()

    def child(self, files: Mapping[str, bytes] | None = None, limits: Limits | None = None) -> Child:
        """A fresh child with these files in its folder. A warm process that has died is started again, once."""
        for name in files or {}:
            if os.path.isabs(name) or ".." in name.split("/") or "\0" in name or not name:
                raise ValueError(f"not a name for a file of the child's own: {name!r}")
        try:
            return self._child(dict(files or {}), limits or self.limits)
        except NurseryGone:
            self.close()
            return self._child(dict(files or {}), limits or self.limits)

    def _child(self, files: dict[str, bytes], limits: Limits) -> Child:
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._lock:
                self.start()
                self._count += 1
                number = self._count
                asked = {"op": "fork", "id": number, "limits": limits.to_dict(), "processors": _processors()}
                reply, handles = self._ask(asked, (theirs.fileno(),))
            child = Child(self, number, ours, handles[0] if handles else -1, reply["pid"], limits)
        except BaseException:
            ours.close()
            raise
        child.open(files)
        return child

    def bury(self, number: int) -> dict[str, Any]:
        """Have a child killed. Returns how it ended, once nothing of it is left; {} when the nursery is gone too."""
        with self._lock:
            if self._process is None:
                return {}
            try:
                return self._ask({"op": "bury", "id": number})[0]
            except NurseryFailed:
                self.close()
                return {}

    def _ask(self, asked: dict, descriptors: tuple[int, ...] = ()) -> tuple[dict, list[int]]:
        try:
            frames.send_message(self._control, asked, descriptors)
        except OSError as problem:
            raise NurseryGone("the warm process is gone") from problem
        return self._hear(ANSWER_SECONDS)

    def _hear(self, seconds: float) -> tuple[dict, list[int]]:
        """One message of the nursery's, which runs no student code and is believed."""
        self._control.settimeout(seconds)
        try:
            reply, descriptors = frames.receive_message(self._control)
        except OSError as problem:
            raise NurseryGone("the warm process does not answer") from problem
        if reply is None:
            raise NurseryGone(self._said())
        if "failed" in reply:
            raise NurseryFailed(reply["failed"])
        return reply, descriptors

    def _said(self) -> str:
        """The last that the warm process wrote to its standard error."""
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace") or "the warm process ended"


def _processors() -> list[int]:
    """Where this thread may run, and so a child of its may, too. None are named where the system cannot say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
