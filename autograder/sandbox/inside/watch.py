"""How much memory a child and everything it started hold, read by the nursery from its own process table."""

from __future__ import annotations

import os
from collections.abc import Iterable


def possible() -> bool:
    """Whether this system has the process table that is read here."""
    return os.path.exists("/proc/self/statm")


def families(roots: set[int]) -> dict[int, list[int]]:
    """For each root, the processes that descend from it: all of its namespace, since orphans fall to its pid 1."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = _stat(int(name))
            if fields:
                parents[int(name)] = int(fields[1])
    found: dict[int, list[int]] = {r: [] for r in roots}
    for pid in parents:
        above: int | None = pid
        for _ in range(len(parents)):
            if above is None or above in roots:
                break
            above = parents.get(above)
        if above in roots:
            found[above].append(pid)
    return found


def is_dead(pid: int) -> bool:
    """Whether a child of ours waits to be reaped."""
    fields = _stat(pid)
    return not fields or fields[0] in ("Z", "X")


def holds_more(pids: Iterable[int], most: int) -> bool:
    """Whether these processes hold more than ``most`` bytes together, pages that they share counted once.

    The quick sum counts shared pages in each process; only when it is too large is the exact one made.
    """
    quick = sum(_status(pid) for pid in pids)
    return quick > most and sum(_exact(pid) for pid in pids) > most


def _stat(pid: int) -> list[str]:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return []


def _sum(path: str, names: tuple[str, ...]) -> int | None:
    try:
        with open(path) as file:
            return 1024 * sum(int(line.split()[1]) for line in file if line.startswith(names))
    except (OSError, ValueError, IndexError):
        return None


def _status(pid: int) -> int:
    return _sum(f"/proc/{pid}/status", ("RssAnon:", "RssShmem:", "VmSwap:")) or 0


def _exact(pid: int) -> int:
    found = _sum(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:", "SwapPss:"))
    return _status(pid) if found is None else found
