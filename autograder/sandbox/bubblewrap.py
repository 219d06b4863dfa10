"""The command line that puts the warm process into bubblewrap, and what to say where that is not possible.

Inside there are the system's programs and libraries, Python and its packages, the probes and ``rnnlab``, all
read-only; no network, no other process, no environment but the one given here. Nothing else of the repository exists.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import IO

from autograder.messages import _

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent
INSIDE = "/grader"
HOME = "/student"
STARTED = "import sys; from autograder.sandbox.inside.nursery import main; main({descriptor}, {sandboxed}, {rehearse})"
DEVICES = ("null", "zero", "full", "random", "urandom")
RIGHTS = ("SYS_ADMIN", "SETUID", "SETGID", "SETFCAP", "SYS_PTRACE", "KILL")
# Where in the sandbox -> what of this package lies there.
VISIBLE = {
    "autograder/__init__.py": PACKAGE / "sandbox" / "inside" / "stub.py",
    "autograder/tour.py": PACKAGE / "sandbox" / "inside" / "tour_stub.py",
    "autograder/probes": PACKAGE / "probes",
    "autograder/sandbox/inside": PACKAGE / "sandbox" / "inside",
    "rnnlab": ROOT / "rnnlab",
}
ACCOUNTS = {
    "/etc/passwd": "root:x:0:0:root:/:/bin/sh\nstudent:x:1000:1000:student:/student:/bin/sh\n",
    "/etc/group": "root:x:0:\nstudent:x:1000:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


class SandboxMissing(RuntimeError):
    """There is no sandbox here, and nobody said to go without."""


def find() -> str:
    """Where bubblewrap is. Raises SandboxMissing with what to do about it."""
    found = shutil.which("bwrap")
    if found and sys.platform == "linux":
        return found
    said = _(
        "Student code is run in a sandbox, and bubblewrap is not installed. Install it (apt install bubblewrap, "
        "dnf install bubblewrap, or pacman -S bubblewrap), or say --no-sandbox: then a submission can do all that you "
        "can."
    )
    raise SandboxMissing(said)


def refused(detail: str) -> SandboxMissing:
    """The error for a bubblewrap that is there and does not start."""
    said = _(
        "The sandbox does not start here: {detail}. Bubblewrap needs user namespaces: allow them (sysctl "
        "kernel.unprivileged_userns_clone=1, or on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), run as "
        "root, or say --no-sandbox: then a submission can do all that you can."
    )
    return SandboxMissing(said.format(detail=detail.strip().splitlines()[-1] if detail.strip() else "bwrap"))


def environment(grader: str, home: str, temporary: str) -> dict[str, str]:
    """All the environment variables that there are for student code."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
    return one | {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": temporary,
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONPATH": grader,
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/.config/matplotlib",
        "IPYTHONDIR": f"{home}/.ipython",
        "NBGRADER_EXECUTION": "autograde",
    }


def command(descriptor: int, accounts: dict[str, int], rehearse: bool) -> list[str]:
    """The whole command line. ``accounts`` has a descriptor to read each of the files of /etc from."""
    line = [find(), "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        line += ["--unshare-user", "--uid", "0", "--gid", "0"]
    line += ["--cap-drop", "ALL", *_each("--cap-add", (f"CAP_{r}" for r in RIGHTS))]
    line += ["--as-pid-1", "--new-session", "--hostname", "sandbox", "--clearenv"]
    for name, value in environment(INSIDE, HOME, temporary()).items():
        line += ["--setenv", name, value]
    for name in ("/dev", "/etc", INSIDE, f"{INSIDE}/autograder", f"{INSIDE}/autograder/sandbox"):
        line += ["--perms", "0755", "--dir", name]  # made on the way, they would be closed to others
    line += _system() + _python()
    for place, source in VISIBLE.items():
        line += ["--ro-bind", str(source), f"{INSIDE}/{place}"]
    for place, number in accounts.items():
        line += ["--perms", "0444", "--ro-bind-data", str(number), place]
    for name in DEVICES:
        line += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        line += ["--symlink", f"/proc/self/fd/{number}", f"/dev/{name}"]
    line += ["--symlink", "/proc/self/fd", "/dev/fd", "--dir", "/dev/shm", "--proc", "/proc", "--dir", "/scratch"]
    line += ["--tmpfs", HOME, *_fonts(), "--tmpfs" if temporary() == "/tmp" else "--dir", temporary()]
    line += ["--remount-ro", "/", "--chdir", "/"]
    return [
        *line,
        sys.executable,
        "-s",
        "-P",
        "-c",
        STARTED.format(descriptor=descriptor, sandboxed=True, rehearse=rehearse),
    ]


def _each(option: str, values) -> list[str]:
    return [part for value in values for part in (option, value)]


def _system() -> list[str]:
    line = []
    for name in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store"):
        if os.path.islink(name):
            line += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            line += ["--ro-bind", name, name]
    for name in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/fonts"):
        line += ["--ro-bind-try", name, name]
    return line


def _python() -> list[str]:
    """Python's own folders, under every name they go by. The repository, or an installed copy of it, is covered."""
    line = []
    places = _places()
    for place in sorted(places, key=len):
        for above in reversed(Path(place).parents[:-1]):
            line += ["--perms", "0711", "--dir", str(above)]
        line += ["--ro-bind", places[place], place]
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    installed = any(_within(str(ROOT), path) for path in libraries)
    if not installed and any(_within(str(ROOT), p) for p in [*places, "/usr"]):
        line += ["--tmpfs", str(ROOT)]
        if _within(sys.prefix, str(ROOT)):
            line += ["--ro-bind", sys.prefix, sys.prefix]
    for name in ("autograder", "rnnlab", "solutions"):
        for path in libraries:
            if os.path.isdir(f"{path}/{name}"):
                line += ["--tmpfs", f"{path}/{name}"]
    return line


def _places() -> dict[str, str]:
    """Path in the sandbox -> real path, of each folder that this Python lives in, under all names on the way to it."""
    given = [sys.base_prefix, sys.base_exec_prefix, sys.prefix]
    real = {os.path.realpath(p) for p in given}
    hop = sys.executable
    while os.path.islink(hop):
        hop = os.path.join(os.path.dirname(hop), os.readlink(hop))
        prefix = os.path.dirname(os.path.dirname(os.path.normpath(hop)))
        if os.path.realpath(prefix) in real:
            given.append(prefix)
    return {p: os.path.realpath(p) for p in [*given, *real] if not _within(p, "/usr")}


def temporary() -> str:
    """The sandbox's folder for temporary files: /tmp, unless Python itself lies there and would be covered."""
    return f"{HOME}/tmp" if any(p.startswith("/tmp/") for p in _places()) else "/tmp"


def _within(path: str, folder: str) -> bool:
    return os.path.commonpath([os.path.realpath(path), os.path.realpath(folder)]) == os.path.realpath(folder)


def _fonts() -> list[str]:
    """Matplotlib's list of fonts, which takes it seconds to make."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
    line = []
    for path in cache.glob("fontlist-*.json"):
        line += ["--ro-bind", str(path), f"{HOME}/.config/matplotlib/{path.name}"]
    return line


def start(descriptor: int, errors: IO[bytes], rehearse: bool) -> subprocess.Popen:
    """Start the warm process in the sandbox, with ``descriptor`` as its way to the grader."""
    accounts = {}
    for place, text in ACCOUNTS.items():
        reader, writer = os.pipe()
        os.write(writer, text.encode())
        os.close(writer)
        accounts[place] = reader
    try:
        return subprocess.Popen(
            command(descriptor, accounts, rehearse),
            pass_fds=(descriptor, *accounts.values()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={},
        )
    finally:
        for reader in accounts.values():
            os.close(reader)


def start_without(descriptor: int, errors: IO[bytes], rehearse: bool, folder: str) -> subprocess.Popen:
    """Start the warm process with no sandbox around it; what it would see there is laid out in ``folder``."""
    grader = Path(folder) / "grader"
    for place, source in VISIBLE.items():
        (grader / place).parent.mkdir(parents=True, exist_ok=True)
        (grader / place).symlink_to(source)
    home = Path(folder) / "home"
    home.mkdir()
    code = STARTED.format(descriptor=descriptor, sandboxed=False, rehearse=rehearse)
    return subprocess.Popen(
        [sys.executable, "-s", "-P", "-c", code],
        pass_fds=(descriptor,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        env=environment(str(grader), str(home), str(home)),
    )
