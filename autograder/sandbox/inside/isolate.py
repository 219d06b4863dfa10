"""What a freshly forked child does before it touches a student's code: it leaves everything that is shared.

It is pid 1 of a process namespace of its own, so that what it starts dies with it and nothing outside has a number
it could signal. Mounts, network, System V memory and user ids are its own too; then every right is given up.
"""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Callable

from autograder.sandbox.inside import seccomp, system, watch

HOME = "/student"
SCRATCH = "/scratch"
UID = 1000
KERNEL = ("sys", "sysrq-trigger", "irq", "bus")  # in /proc, what changes the kernel for all: closed even to root
SHARED = system.NEWNS | system.NEWIPC | system.NEWUTS | system.NEWNET | system.NEWCGROUP


def enter(limits: dict, channel: socket.socket, map_user: Callable[[], None]) -> None:
    """Close this process in. ``map_user`` has the nursery give the new user namespace its one user."""
    os.setsid()  # a signal to one's process group heeds no namespace, and the nursery's group is all its children's
    system.unshare(SHARED)
    _mounts(limits)
    os.setgroups([]) if _may_set_groups() else None
    system.unshare(system.NEWUSER)
    map_user()
    os.setresgid(UID, UID, UID)
    os.setresuid(UID, UID, UID)
    system.prctl(system.PR_SET_DUMPABLE, 1)  # its own /proc/self, which a change of user closes
    _first_to_go()
    set_limits(limits)
    system.drop_capabilities()
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    close_descriptors(channel)
    seccomp.install()
    os.chdir(HOME)


def _mounts(limits: dict) -> None:
    """One small file system in memory for all that can be written, and a process table of its own."""
    system.mount("none", "/", None, system.MS_REC | system.MS_PRIVATE)
    flags = system.MS_NOSUID | system.MS_NODEV
    size = f"size={limits['disk']},nr_inodes={limits['files']},mode=0755"
    system.mount("scratch", SCRATCH, "tmpfs", flags, size)
    for name, place in (("home", HOME), ("tmp", os.environ["TMPDIR"]), ("shm", "/dev/shm")):
        os.mkdir(f"{SCRATCH}/{name}")
        os.chmod(f"{SCRATCH}/{name}", 0o1777)
        if place.startswith(HOME + "/"):
            os.mkdir(place)
        system.mount(f"{SCRATCH}/{name}", place, None, system.MS_BIND)
    system.mount("none", SCRATCH, None, system.MS_REMOUNT | system.MS_BIND | flags | system.MS_RDONLY)
    system.mount("proc", "/proc", "proc", flags | system.MS_NOEXEC)
    for name in KERNEL:
        place = f"/proc/{name}"
        if not os.path.exists(place):
            continue
        system.mount(place, place, None, system.MS_BIND)
        system.mount("none", place, None, system.MS_REMOUNT | system.MS_BIND | flags | system.MS_RDONLY)


def _may_set_groups() -> bool:
    try:
        with open("/proc/self/setgroups") as file:
            return file.read().strip() == "allow"
    except OSError:
        return False


def _first_to_go() -> None:
    """When the machine runs out of memory, the kernel takes this process before the grader's."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def set_limits(limits: dict, processes: bool = True) -> None:
    """Limits of the kernel's own on each process, and on their number."""
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": int(limits["total_seconds"]) + 10,
        "RLIMIT_FSIZE": limits["file_size"],
        "RLIMIT_NOFILE": limits["open_files"],
        "RLIMIT_MEMLOCK": 65536,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_RTPRIO": 0,
        "RLIMIT_SIGPENDING": 1000,
    }
    if processes:
        wanted["RLIMIT_NPROC"] = limits["processes"]
    if watch.possible():
        with open("/proc/self/statm") as file:
            mapped = int(file.read().split()[0]) * resource.getpagesize()
        wanted["RLIMIT_AS"] = mapped + limits["memory"]
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        most = resource.getrlimit(kind)[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (value, value))


def close_descriptors(channel: socket.socket) -> None:
    """Keep the way to the grader, and no other descriptor of the nursery's."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.closerange(3, channel.fileno())
    os.closerange(channel.fileno() + 1, 4096)
