"""The grader's side of one child: send it a cell or a probe, wait no longer than agreed, believe only the form."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import signal
import socket
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from autograder.messages import _
from autograder.sandbox import replies
from autograder.sandbox.inside import frames
from autograder.sandbox.limits import CellResult, Limits

if TYPE_CHECKING:
    from autograder.sandbox.nursery import Nursery

OPEN_SECONDS = 20.0
LINE_LOST = 71  # the exit code of a child that cannot talk to the grader any more


class ChildFailed(RuntimeError):
    """A child could not be closed in. It has seen no student code, so this is a fault of ours."""


class _Gone(Exception):
    """The child is dead, or was just killed. ``status`` is died, timeout or memory."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Child:
    """One submission's process. ``alive`` says whether it is there, ``why_dead`` in one sentence why not.

    ``peak`` and ``cpu`` are its largest size in bytes and its processor time in seconds, once it is dead.
    """

    def __init__(
        self, nursery: Nursery, number: int, channel: socket.socket, handle: int, pid: int, limits: Limits
    ) -> None:
        self.alive = True
        self.why_dead = ""
        self.peak = 0
        self.cpu = 0.0
        self.limits = limits
        self._nursery = nursery
        self._number = number
        self._channel = channel
        self._handle = handle
        self._pid = pid
        self._left = limits.total_seconds

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def open(self, files: Mapping[str, bytes]) -> None:
        """Hand the files over and wait until it is closed in."""
        token = secrets.token_hex(8)
        first = {"token": token, "files": {n: base64.b64encode(d).decode() for n, d in files.items()}}
        deadline = time.monotonic() + OPEN_SECONDS
        try:
            with contextlib.suppress(frames.Closed):  # it may have gone, and have said why
                frames.send(self._channel, first, deadline)
            reply = frames.receive(self._channel, 65536, deadline)
        except (frames.Closed, frames.Late, frames.Garbled) as problem:
            self.close()
            raise ChildFailed(f"a child did not start: {type(problem).__name__}") from problem
        if not reply.get("ready"):
            self.close()
            raise ChildFailed(reply.get("failed", "a child did not start"))

    def run_cell(self, code: str, seconds: float | None = None) -> CellResult:
        """Run a cell. It is asked to end after ``seconds`` and killed soon after."""
        seconds = min(self.limits.cell_seconds if seconds is None else seconds, self._left)
        start = time.monotonic()
        try:
            reply = self._ask({"op": "cell", "code": code, "seconds": seconds}, seconds)
        except _Gone as gone:
            return CellResult(gone.status, seconds=time.monotonic() - start, why=self.why_dead)
        found = replies.cell(reply, self.limits)
        return CellResult(found[0], found[1], time.monotonic() - start, found[2])

    def probe(self, request: str, name: str, seconds: float | None = None) -> str:
        """Try what the notebook calls ``name`` as ``request`` says. Always returns what the judge understands."""
        asked = json.loads(request)
        if seconds is None:
            seconds = asked["time_limit"] * len(asked["calls"])
        seconds = min(seconds, self.limits.probe_seconds, self._left)
        try:
            reply = self._ask({"op": "probe", "name": name, "request": request}, seconds)
        except _Gone as gone:
            return replies.instead(asked, gone.status, self.why_dead, seconds)
        return replies.probe(reply, asked, name, self.limits)

    def close(self) -> None:
        """End it, and wait until all that it started is gone."""
        if self.alive:
            self._end(_("its work was done"))

    def _ask(self, asked: dict[str, Any], seconds: float) -> Any:
        """The child's answer. Raises _Gone when there is none."""
        if not self.alive:
            raise _Gone("died")
        if self._left <= 0:
            self._end(_("it had used up its {seconds:g} seconds").format(seconds=self.limits.total_seconds))
            raise _Gone("timeout")
        token = secrets.token_hex(8)
        start = time.monotonic()
        deadline = start + seconds + self.limits.grace_seconds
        try:
            frames.send(self._channel, {**asked, "token": token}, deadline)
            reply = frames.receive(self._channel, self.limits.reply + 65536, deadline, self.limits.nodes)
            if not isinstance(reply, dict) or reply.get("token") != token:
                raise frames.Garbled("an answer to no question")
            return reply
        except frames.Late:
            self._end(_("it did not stop after {seconds:g} seconds").format(seconds=seconds))
            raise _Gone("timeout") from None
        except frames.Garbled as problem:
            self._end(_("it wrote to the grader itself ({what})").format(what=problem))
            raise _Gone("died") from None
        except frames.Closed:
            raise _Gone(self._end("")) from None
        finally:
            self._left -= time.monotonic() - start

    def _end(self, why: str) -> str:
        """Bury it; ``why`` is the grader's own reason. Returns the status of whatever was under way."""
        if not self.alive:
            return "died"
        self.alive = False
        if why:
            self._kill()
        self._channel.close()
        found = self._nursery.bury(self._number)
        self._kill_group()
        if self._handle >= 0:
            os.close(self._handle)
        self.peak, self.cpu = found.get("peak", 0), found.get("cpu", 0.0)
        self.why_dead = why or _cause(found, self.limits)
        return "memory" if found.get("why") == "memory" else "died"

    def _kill(self) -> None:
        if self._handle >= 0:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def _kill_group(self) -> None:
        """Without a sandbox, what the child started in its own group is all that can be found."""
        if not self._nursery.sandbox:
            with contextlib.suppress(OSError):
                os.killpg(self._pid, signal.SIGKILL)


def _cause(found: dict[str, Any], limits: Limits) -> str:
    """Why a child ended, in words, from what its parent saw."""
    if found.get("why") == "memory":
        return _("it took more than {size:,} MB of memory").format(size=limits.memory // 10**6)
    if found.get("signal") == signal.SIGSEGV:
        return _("it crashed (segmentation fault)")
    if found.get("cpu", 0.0) > limits.total_seconds:
        return _("it used up its processor time")
    if found.get("signal") == signal.SIGKILL or found.get("code") == LINE_LOST:
        return _("it closed its line to the grader, or the machine ran out of memory")
    if "signal" in found:
        return _("it was ended by signal {number}").format(number=found["signal"])
    if "code" in found:
        return _("it ended itself (exit code {number})").format(number=found["code"])
    return _("the process that held it ended")
