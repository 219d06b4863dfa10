"""The warm parent: everything imported, one thread, no student's code ever. It forks a child for each submission.

It hears from the grader alone, on a socket that no child inherits. In the sandbox it is pid 1 of a namespace, so
that nothing survives it, and it ends when the grader's end of the socket closes.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from typing import Any

from autograder.sandbox.inside import frames, isolate, serve, system, watch, workbench

WATCH_SECONDS = 0.05
PATIENCE = 20.0


class Nursery:
    """The forking loop. ``sandboxed`` is False where there are no namespaces to put a child in."""

    def __init__(self, control: socket.socket, sandboxed: bool) -> None:
        self.control = control
        self.sandboxed = sandboxed
        self.living: dict[int, int] = {}  # the grader's number of a child -> its process id here
        self.ended: dict[int, dict] = {}
        self.limits: dict[int, dict] = {}
        self.own_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY) if sandboxed else -1

    def run(self) -> None:
        """Answer the grader, and watch the children's memory, until the grader is gone."""
        due = 0.0
        while True:
            wait = max(0.0, due - time.monotonic()) if self.living and watch.possible() else None
            ready, _, _ = select.select([self.control], [], [], wait)
            if ready:
                asked, descriptors = frames.receive_message(self.control)
                if asked is None:
                    return
                self._answer(asked, descriptors)
            start = time.monotonic()
            if self.living and watch.possible() and start >= due:
                self._watch()
                end = time.monotonic()
                due = end + max(WATCH_SECONDS, 4 * (end - start))

    def _answer(self, asked: dict, descriptors: list[int]) -> None:
        try:
            if asked["op"] == "fork":
                reply, handles = self._fork(asked["id"], asked["limits"], asked["processors"], descriptors[0])
            else:
                reply, handles = self._bury(asked["id"]), []
        except Exception as problem:
            reply, handles = {"failed": f"{type(problem).__name__}: {problem}"}, []
        frames.send_message(self.control, reply, handles)
        for handle in handles:
            os.close(handle)

    def _fork(self, number: int, limits: dict, processors: list[int], channel: int) -> tuple[dict, list[int]]:
        """A child, closed in as far as the nursery has a part in it."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            pid = self._fork_process()
            if pid == 0:
                ours.close()
                self._become_child(socket.socket(fileno=channel), limits, processors, theirs)
            os.close(channel)
            theirs.close()
            self.living[number], self.limits[number] = pid, limits
            if self.sandboxed:
                _map_user(ours, pid)
        return {"pid": pid}, [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else []

    def _fork_process(self) -> int:
        if not self.sandboxed:
            return os.fork()
        system.unshare(system.NEWPID)  # of the next child, not of this process
        try:
            pid = os.fork()
        except OSError:
            pid = -1
        if pid != 0:
            system.setns(self.own_namespace, system.NEWPID)
        if pid < 0:
            raise OSError("cannot fork")
        return pid

    def _become_child(
        self, channel: socket.socket, limits: dict, processors: list[int], nursery: socket.socket
    ) -> None:
        """Never returns."""

        def map_user() -> None:
            nursery.sendall(b"u")
            if nursery.recv(1) != b"m":
                os._exit(70)

        try:
            self.control.close()
            if processors:
                os.sched_setaffinity(0, processors)
            if self.sandboxed:
                isolate.enter(limits, channel, map_user)
            else:
                os.setsid()
                isolate.close_descriptors(channel)
                isolate.set_limits(limits, processes=False)
                os.chdir(tempfile.mkdtemp(dir=os.environ["HOME"]))
            serve.serve(channel, limits)
        except BaseException as problem:
            serve.give_up(channel, "".join(traceback.format_exception(problem))[-2000:])
        finally:
            os._exit(71)

    def _bury(self, number: int) -> dict:
        """Kill a child, wait until it and all it started are gone, and say how it went."""
        if number in self.living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.living[number], signal.SIGKILL)
            self._reap(number)
        return self.ended.pop(number, {})

    def _reap(self, number: int, why: str = "") -> None:
        """Take leave of a child that is dead or dying. A namespace's pid 1 is gone only after all the rest of it."""
        pid = self.living.pop(number)
        self.limits.pop(number)
        _, status, usage = os.wait4(pid, 0)
        found: dict[str, Any] = {"peak": usage.ru_maxrss * 1024, "cpu": usage.ru_utime + usage.ru_stime}
        if os.WIFSIGNALED(status):
            found["signal"] = os.WTERMSIG(status)
        else:
            found["code"] = os.WEXITSTATUS(status)
        self.ended[number] = found | ({"why": why} if why else {})

    def _watch(self) -> None:
        """Kill what holds more memory than it may, in all its processes together; reap what is dead."""
        family = watch.families(set(self.living.values()))
        for number, pid in list(self.living.items()):
            if watch.is_dead(pid):
                self._reap(number)
            elif watch.holds_more(family.get(pid, ()), self.limits[number]["memory"]):
                os.kill(pid, signal.SIGKILL)
                self._reap(number, "memory")


def _map_user(ours: socket.socket, pid: int) -> None:
    """Give a child's user namespace one user: a number nobody else has where there are many, else the grader's own."""
    ours.settimeout(PATIENCE)
    if ours.recv(1) != b"u":
        return  # it died before; the grader sees that by itself
    with open("/proc/self/uid_map") as file:
        first, _, count = (int(n) for n in file.readline().split())
    half = count // 2
    user = first + half + random.SystemRandom().randrange(half - 10) if count > 60_000 else first
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{pid}/{name}", "w") as file:
            file.write(f"{isolate.UID} {user} 1")
    ours.sendall(b"m")


def main(descriptor: int, sandboxed: bool, rehearse: bool) -> None:
    """Get warm, say so, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    notes = workbench.warm(rehearse)
    if sandboxed and len(os.listdir("/proc/self/task")) > 1:
        notes.append("the warm process has more than one thread")
    hello = {"ready": True, "notes": notes, "python": sys.version.split()[0]}
    handles = [os.pidfd_open(os.getpid())] if hasattr(os, "pidfd_open") else []
    frames.send_message(control, hello, handles)
    for handle in handles:
        os.close(handle)
    Nursery(control, sandboxed).run()
    os._exit(0)
