"""The same work on a Dask cluster: its workers are processes on other machines, which have this repository too."""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import platform
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.build.paths import ROOT
from autograder.grading import workers
from autograder.grading.state import Refused
from autograder.grading.workers import DEPTH, Settings, Unfit
from autograder.messages import _, listed

if TYPE_CHECKING:
    from autograder.grading.submission import Submission

CONNECT_SECONDS = 5.0
FIRST_WORKER_SECONDS = 10.0
LOOK_SECONDS = 2.0
PACKAGES = ("numpy", "torch", "nbformat", "ipython", "nbgrader", "distributed")
Plan = dict[str, int]


# On a worker


def consists(root: str | None) -> tuple[tuple[str, str], ...]:
    """What decides on marks: Python, packages, our own code, and the lessons of the course in ``root``."""
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in PACKAGES:
        try:
            found[name] = version(name).split("+")[0]
        except PackageNotFoundError:
            found[name] = _("missing")
    lessons = (Path(root) if root else ROOT) / "solutions"
    return (*found.items(), ("grader", _code()), ("lessons", _digest(sorted(lessons.glob("*/*.ipynb")))))


@cache
def _code() -> str:
    """Our own code, as it was when this process first asked, which is about when it was loaded."""
    return _digest(sorted((ROOT / "autograder").rglob("*.py")))


def _digest(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def grade(settings: Settings, plan: Plan, submission: Submission) -> Any:
    """Grade on a worker, if it consists of what it should. Raises Unfit."""
    if getattr(_thread, "fits", None) != settings.expected:
        different = differences(dict(settings.expected), dict(consists(settings.root)))
        if different:
            raise Unfit(_said({_address(): different}))
        _thread.fits = settings.expected
    with _pinned(plan):
        return workers.grade(replace(settings, expected=()), submission)


_thread = threading.local()
_threads = itertools.count()


def _address() -> str:
    from distributed import get_worker

    return get_worker().address


@contextmanager
def _pinned(plan: Plan) -> Iterator[None]:
    """Keep this thread, and what it starts, on one processor: another for each of this machine's workers' threads."""
    first = plan.get(_address())
    if first is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    if not hasattr(_thread, "number"):
        _thread.number = next(_threads)
    before = os.sched_getaffinity(0)
    usable = sorted(before)
    os.sched_setaffinity(0, {usable[(first + _thread.number) % len(usable)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


# In the main process


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """What is not the same there, in words."""
    said = []
    for name, wanted in here.items():
        found = there.get(name, _("missing"))
        if found != wanted and name in ("grader", "lessons"):
            said.append(_("another version of the {name}").format(name=_(name)))
        elif found != wanted:
            said.append(_("{name} {found} (here {wanted})").format(name=name, found=found, wanted=wanted))
    return said


def _said(different: Mapping[str, list[str]]) -> str:
    each = "; ".join(f"{address}: {listed(what)}" for address, what in different.items())
    return _(
        "Not all workers are what this process is, and marks could differ. {each}. Bring them up to date and start "
        "them again."
    ).format(each=each)


def _client(address: str) -> Any:
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.registry import get_backend
    except ImportError:
        said = _("--scheduler needs the package distributed: {command}")
        command = 'python -m pip install -c constraints.txt -e ".[dask]"'
        raise Refused(said.format(command=command)) from None
    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        get_backend(parse_address(address)[0])  # a client that finds out by itself ends badly, and late
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, ImportError) as error:
        said = _("There is no Dask scheduler to be reached at {address} ({error}). Start one with: dask scheduler")
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Refused(said.format(address=address, error=first)) from None


class Cluster:
    """A cluster, with the methods of ``Workers``. Dask itself hands work on from a worker that died."""

    def __init__(self, address: str, settings: Settings) -> None:
        self._client = _client(address)
        self._address = address
        try:
            self._threads = self._wait_for_workers()
            self._settings = replace(settings, expected=consists(settings.root))
            self._compare()
        except BaseException:
            self._client.close()
            raise
        self._plan = _plan(self._threads)
        self._executor = self._client.get_executor(pure=False)
        self._flying: set[Future] = set()
        self._alone = False
        self._looked = time.monotonic()
        self._empty_said = False

    def _wait_for_workers(self) -> dict[str, int]:
        until = time.monotonic() + FIRST_WORKER_SECONDS
        while not (found := self._client.nthreads()):
            if time.monotonic() > until:
                said = _("The scheduler at {address} has no workers. Start some with: dask worker {address}")
                raise Refused(said.format(address=self._address))
            time.sleep(0.2)
        return dict(found)

    def _compare(self) -> None:
        """Refuse workers that would grade otherwise."""
        found = self._client.run(consists, self._settings.root, on_error="return")
        here, different = dict(self._settings.expected), {}
        for address, there in found.items():
            if isinstance(there, BaseException):
                different[address] = [f"{type(there).__name__}: {there}"]
            elif said := differences(here, dict(there)):
                different[address] = said
        if different:
            raise Refused(_said(different))

    def room(self, alone: bool = False) -> bool:
        """Whether another submission can be handed over; ``alone``, with nothing else on the whole cluster."""
        if alone or self._alone:
            return not self._flying
        return len(self._flying) < DEPTH * sum(self._threads.values())

    def submit(self, submission: Submission, alone: bool = False) -> Future:
        """Hand a submission to the cluster."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that submissions are large
            future = self._executor.submit(grade, self._settings, self._plan, submission)
        self._flying.add(future)
        self._alone = alone
        return future

    def settle(self, future: Future) -> None:
        """Note that a submission is done, well or not."""
        self._flying.discard(future)
        self._alone &= bool(self._flying)

    def look(self) -> str:
        """See who is still there. A sentence for whoever waits, if there is one. Raises Refused."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return ""
        self._looked = time.monotonic()
        try:
            self._threads = dict(self._client.nthreads())
        except (OSError, TimeoutError):
            self._threads = {}
        self._plan = _plan(self._threads)
        if self._client.status != "running":
            said = _("The scheduler at {address} went away. What is graded is kept: run the same command again.")
            raise Refused(said.format(address=self._address))
        empty = not self._threads and not self._empty_said
        self._empty_said = not self._threads
        return _("No worker is left: waiting for one to come back. Ctrl-C stops.") if empty else ""

    def lost(self, error: BaseException) -> bool:
        """Whether an error means that the workers which were grading have died."""
        from distributed.scheduler import KilledWorker

        return isinstance(error, KilledWorker)

    def close(self, kill: bool = False) -> None:
        """End what is under way, and the engines that the workers have made."""
        if self._client.status == "closed":
            return
        try:
            if kill:
                self._executor.shutdown(wait=False)
            self._client.run(workers.forget, on_error="ignore")
        except (OSError, TimeoutError, RuntimeError):
            pass  # it is gone
        finally:
            self._client.close(timeout=CONNECT_SECONDS)


def _plan(threads: Mapping[str, int]) -> Plan:
    """The first processor of each worker, counted over the workers on the same machine."""
    plan: Plan = {}
    taken: dict[str, int] = {}
    for address in sorted(threads):
        host = address.rpartition(":")[0]
        plan[address] = taken.get(host, 0)
        taken[host] = plan[address] + threads[address]
    return plan
