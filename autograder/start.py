"""Open the course in JupyterLab: ``make start``, or ``python -m autograder.start``."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import threading
import time
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST = "notebooks/00_start_here/00_start_here.ipynb"
PORTS = range(8888, 8938)


def port_number(text: str) -> int:
    """A port from what was typed, or a sentence about it."""
    try:
        port = int(text)
    except ValueError:
        raise SystemExit(f"PORT is {text!r}, which is not a number. Try: make start PORT=8890") from None
    if not 1024 <= port <= 65535 and not (os.name == "posix" and os.geteuid() == 0 and 0 < port < 1024):
        raise SystemExit(f"PORT is {port}: choose one from 1024 to 65535. Try: make start PORT=8890")
    return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("localhost", port))
        except OSError:
            return False
    return True


def choose_port(wanted: str | None) -> int:
    """The port that was asked for, which must be free, or else the first free one."""
    if wanted:
        port = port_number(wanted)
        if not is_free(port):
            raise SystemExit(f"Port {port} is in use, perhaps by another JupyterLab. Try: make start PORT={port + 1}")
        return port
    for port in PORTS:
        if is_free(port):
            return port
    raise SystemExit(f"Ports {PORTS[0]} to {PORTS[-1]} are all in use. Name another: make start PORT=9000")


def has_browser() -> bool:
    """Whether a browser with windows can be opened here."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return bool(os.environ.get("BROWSER"))
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def wait_until_up(port: int, seconds: float = 120) -> bool:
    """Whether the server answers within this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/api", timeout=5):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def announce(port: int, address: str, browse: bool) -> None:
    """Say where JupyterLab is once it answers, and open it where there is a browser."""
    if not wait_until_up(port):
        return
    opened = browse and has_browser() and webbrowser.open(address)
    print("JupyterLab is open in your browser." if opened else "JupyterLab runs. Open this address in a browser:")
    print(f"\n    {address}\n\nStop it with Ctrl-C here. Your work is saved in the notebooks.", flush=True)


def prepare(folder: Path) -> None:
    """Set what JupyterLab and its kernels read from the environment."""
    here = [str(ROOT / "assets" / "jupyter")]
    if os.environ.get("JUPYTER_CONFIG_PATH"):
        here.append(os.environ["JUPYTER_CONFIG_PATH"])
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(here)
    # The kernel of this environment, and not one of the same name that was installed for the user.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    # Which tabs are open is remembered for this clone and does not mix with other projects.
    os.environ.setdefault("JUPYTERLAB_WORKSPACES_DIR", str(folder / ".jupyter" / "workspaces"))
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def lab_arguments(folder: Path, port: int, notebook: str) -> list[str]:
    """The command line of JupyterLab."""
    arguments = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{notebook}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False",
        "--ServerApp.answer_yes=True",
        "--Application.log_level=WARN",
    ]
    if os.name == "posix" and os.geteuid() == 0:
        arguments.append("--ServerApp.allow_root=True")
    return arguments


def main(argv: list[str] | None = None) -> None:
    """Start JupyterLab on a notebook of the course and stay until it ends."""
    parser = argparse.ArgumentParser(prog="python -m autograder.start", description="Open the course in JupyterLab.")
    parser.add_argument("notebook", nargs="?", default=FIRST, help=f"path within the folder, default {FIRST}")
    parser.add_argument("--port", default=os.environ.get("PORT"), help="port to listen on, default the first free one")
    parser.add_argument("--folder", type=Path, default=ROOT, help="what the file browser shows, default the course")
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    options = parser.parse_args(argv)
    folder, port = options.folder.resolve(), choose_port(options.port)
    if not (folder / options.notebook).is_file():
        raise SystemExit(f"There is no {options.notebook} in {folder}. Is the clone complete? See git status.")
    try:
        from jupyterlab.labapp import main as lab
    except ImportError as problem:
        raise SystemExit(f"{problem}. Run make start, which installs what is missing.") from None
    prepare(folder)
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(16))
    address = f"http://localhost:{port}/lab/tree/{options.notebook}?token={token}"
    threading.Thread(target=announce, args=(port, address, not options.no_browser), daemon=True).start()
    sys.exit(lab(lab_arguments(folder, port, options.notebook)))


if __name__ == "__main__":
    main()
