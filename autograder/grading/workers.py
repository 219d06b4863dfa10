"""Processes that grade. Each holds an engine of its own, on a processor of its own, and ends with the main process."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, util
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.grading.engine import Graded
    from autograder.grading.submission import Submission

DEPTH = 2  # submissions with one worker: one is being graded, the next lies ready
TIDY_SECONDS = 2.0
LONGEST = 1800.0  # seconds for one submission; the engine's own limits are far below
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Unfit(RuntimeError):
    """A worker that must not grade: what it consists of is not what the main process consists of."""


@dataclass(frozen=True)
class Settings:
    """What a worker has to know. ``root`` is the course, None for the one that the worker's own package lies in.

    ``expected`` is what a worker on another machine must consist of (see ``cluster.consists``).
    """

    root: str | None
    run: str
    seed: int
    sandbox: bool = True
    rehearse: bool = True
    expected: tuple[tuple[str, str], ...] = ()
    make: Callable[[Settings], Any] | None = None


def make_engine(settings: Settings) -> Any:
    """The engine of one worker. Its warm process gets warm while this one loads what the engine needs."""
    from autograder.build.paths import ROOT, Course
    from autograder.sandbox import Nursery

    nursery = Nursery(sandbox=settings.sandbox, rehearse=settings.rehearse)
    nursery.begin()
    from autograder.grading.engine import Engine

    if settings.rehearse:
        import torch  # noqa: F401 - the judge will want it
    gc.freeze()  # what is loaded stays; the collector need not look at it again and again
    course = Course(Path(settings.root) if settings.root else ROOT)
    return Engine(course, seed=settings.seed, nursery=nursery)


# In the worker

_engines: dict[int, tuple[Settings, Any]] = {}  # by thread: a worker of a cluster may have several
_own: set[int] = set()  # the processor of this process


def grade(settings: Settings, submission: Submission) -> Graded:
    """Grade with this thread's engine, which is made now if there is none. After an error of ours it is made anew."""
    try:
        return _engine(settings).grade(submission, settings.run)
    except Exception:
        forget(threading.get_ident())
        raise


def _engine(settings: Settings) -> Any:
    mine = threading.get_ident()
    if mine in _engines and _engines[mine][0] != settings:
        forget(mine)
    if mine not in _engines:
        _engines[mine] = settings, (settings.make or make_engine)(settings)
        if _own:
            os.sched_setaffinity(0, _own)
    return _engines[mine][1]


def forget(thread: int | None = None) -> None:
    """End the engine of one thread, or of all."""
    for one in [thread] if thread is not None else list(_engines):
        found = _engines.pop(one, None)
        if found:
            found[1].close()


def _begin(line: Connection, processor: int | None) -> None:
    """What a new process does first: it leaves the terminal, and watches the main process.

    It keeps to its processor once it has an engine: until then others may have nothing to do.
    """
    os.setsid()  # Ctrl-C is the main process's to hear
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what an engine starts inherits what is ignored
    if processor is not None:
        _own.add(processor)
    threading.Thread(target=_watch, args=(line,), daemon=True).start()
    util.Finalize(None, forget, exitpriority=10)


def _watch(line: Connection) -> None:
    """End when the other end closes: the main process has died, or wants no more."""
    with contextlib.suppress(OSError, EOFError):
        line.poll(None)
    tidying = threading.Thread(target=forget, daemon=True)
    tidying.start()
    tidying.join(TIDY_SECONDS)
    os._exit(1)  # and what a nursery holds ends with it


# In the main process


def processors() -> list[int]:
    """The processors that this process may use, as far as the system numbers them."""
    from joblib import cpu_count  # knows what a container may use

    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return usable[: cpu_count()] or [-1] * cpu_count()


@contextlib.contextmanager
def _quiet_start() -> Iterator[None]:
    """What a process started here inherits: one thread for linear algebra, and no Ctrl-C before it is ready for it."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update({name: value for name, value in ONE_THREAD.items() if before[name] is None})
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        for name, value in before.items():
            if value is None:
                del os.environ[name]


class Worker:
    """One process, started when it gets its first submission, and started again after it has died."""

    def __init__(self, settings: Settings, processor: int | None) -> None:
        self.flying: list[Future] = []
        self.alone = False
        self.broken = False
        self._settings = settings
        self._processor = processor
        self._executor: ProcessPoolExecutor | None = None
        self._since = 0.0

    def submit(self, submission: Submission) -> Future:
        """Hand a submission over."""
        if not self.flying:
            self._since = time.monotonic()
        try:
            future = self._submit(submission)
        except BrokenExecutor:  # it died while it had nothing to do
            self.close(kill=True)
            future = self._submit(submission)
        self.flying.append(future)
        return future

    def _submit(self, submission: Submission) -> Future:
        if self._executor is None:
            context = get_context("spawn")
            theirs, self._line = context.Pipe(duplex=False)
            start = (theirs, self._processor)
            self._executor = ProcessPoolExecutor(1, context, initializer=_begin, initargs=start)
        with _quiet_start():
            return self._executor.submit(grade, self._settings, submission)

    def settle(self, future: Future) -> None:
        """Note that a submission is done. A process that has died is given up once all that it had is back."""
        self.flying.remove(future)
        self.alone = False
        self._since = time.monotonic()
        self.broken |= isinstance(future.exception(), BrokenExecutor)
        if self.broken and not self.flying:
            self.close(kill=True)
            self.broken = False

    def look(self) -> None:
        """End the process if it has been at one submission for too long."""
        if self.flying and time.monotonic() - self._since > LONGEST:
            self._line.close()

    def close(self, kill: bool) -> None:
        """End the process, with what it is doing or after it."""
        if self._executor is None:
            return
        if kill:
            self._line.close()
        self._executor.shutdown(wait=not kill, cancel_futures=True)
        self._line.close()
        self._executor = None


class Workers:
    """The processes on this machine. A process is a pool of its own, so that one that dies takes no other with it."""

    def __init__(self, settings: Settings, count: int) -> None:
        numbers = itertools.cycle(processors())
        pinned = hasattr(os, "sched_setaffinity")
        self._workers = [Worker(settings, next(numbers) if pinned else None) for _ in range(count)]
        self._of: dict[Future, Worker] = {}

    def room(self, alone: bool = False) -> bool:
        """Whether another submission can be handed over; ``alone``, to a process that has nothing else."""
        return self._free(alone) is not None

    def submit(self, submission: Submission, alone: bool = False) -> Future:
        """Hand a submission to the worker that has least to do."""
        worker = self._free(alone)
        assert worker is not None
        future = worker.submit(submission)
        worker.alone = alone
        self._of[future] = worker
        return future

    def _free(self, alone: bool) -> Worker | None:
        most = 1 if alone else DEPTH
        free = [w for w in self._workers if len(w.flying) < most and not w.alone and not w.broken]
        return min(free, key=lambda w: len(w.flying), default=None)

    def settle(self, future: Future) -> None:
        """Note that a submission is done, well or not."""
        self._of.pop(future).settle(future)

    def look(self) -> str:
        """See to what takes too long. A sentence for whoever waits, if there is one."""
        for worker in self._workers:
            worker.look()
        return ""

    def lost(self, error: BaseException) -> bool:
        """Whether an error means that the process which was grading has died."""
        return isinstance(error, BrokenExecutor)

    def close(self, kill: bool = False) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.close(kill)
