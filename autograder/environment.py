"""Make and refresh the environment in ``.venv``. Run by make with the system's Python, before anything is installed.

So this file uses the standard library alone, and stays readable for Pythons that are too old, to tell them so.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

OLDEST = (3, 11)
ROOM = 3 * 10**9  # bytes: packages, and what pip unpacks on the way
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed.json")
LOG = os.path.join(VENV, "install.log")

# What pip's last words mean, most specific first: a pattern and a sentence that says what to do.
CAUSES = (
    (r"No space left on device", "The disk is full. Free about 3 GB (pip cache purge helps) and run make again."),
    (r"Permission denied", "Some files in .venv cannot be written. Remove the folder .venv and run make again."),
    (
        r"NewConnectionError|name resolution|ConnectionError|Max retries|Network is unreachable|timed out|ProxyE|SSLE",
        "The package index could not be reached. Check the network (or the proxy settings of pip) and run make again: "
        "it goes on where it stopped.",
    ),
    (
        r"No matching distribution found for torch",
        "This Python has no wheel of that torch. Remove .venv and name a Python that has: make start PYTHON=python3.11",
    ),
    (
        r"No matching distribution found|Could not find a version",
        "A package is not to be had from the index that pip uses here. Without a network, connect to one; otherwise "
        "check pip config list.",
    ),
)


def stop(sentence):
    """End with a sentence that says what to do."""
    sys.exit("\n" + sentence)


def wanted():
    """What the environment depends on, as a short key: requirements, pins, and where the project lies."""
    parts = [ROOT, os.environ.get("TORCH_INDEX", "")]
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            parts.append(file.read())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def installed():
    """The stamp that the last complete installation left, or an empty one."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def check_python():
    """Stop when this Python is too old for the course."""
    if sys.version_info < OLDEST:
        stop(
            "This is Python {}.{} and the course needs 3.11 or newer. Install it, then name it: make start "
            "PYTHON=python3.11".format(*sys.version_info[:2])
        )


def works():
    """Whether ``.venv`` has a Python that starts, is new enough and has pip."""
    try:
        code = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
        return subprocess.run([PYTHON, "-c", code], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def make_venv():
    """Create ``.venv``, over a broken one too."""
    check_python()
    free = shutil.disk_usage(ROOT).free
    if free < ROOM:
        stop(f"Only {free / 1e9:.1f} GB are free and the packages need about 3. Free some space and run make again.")
    print("Making .venv with Python {}.{}.{} ...".format(*sys.version_info[:3]), flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        words = (made.stdout + made.stderr).strip().splitlines()
        if any("ensurepip" in line or "python3-venv" in line for line in words):
            stop(
                "This Python cannot make environments: its venv module is incomplete. On Debian and Ubuntu: sudo apt "
                "install python{}.{}-venv, then run make again.".format(*sys.version_info[:2])
            )
        stop("python -m venv did not succeed: {}. Correct that and run make again.".format(words[-1] if words else "?"))


def pip(*arguments):
    """Install with pip; show what it downloads, keep the rest in a log, and explain a failure."""
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-compile", *arguments]
    with open(LOG, "a", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        lines = []
        for line in process.stdout:
            log.write(line)
            lines.append(line)
            if re.search(r"Downloading .*\(\d+(\.\d+)? [MG]B\)", line):
                print("  " + line.strip(), flush=True)
        if process.wait() == 0:
            return
    text = "".join(lines)
    for pattern, sentence in CAUSES:
        if re.search(pattern, text):
            stop(sentence)
    reasons = [line.strip() for line in lines if line.lower().startswith("error")] or [text.strip()[-200:]]
    stop(f"pip did not succeed ({reasons[0]}). See .venv/install.log, or remove .venv and run make again.")


def install(extras):
    """Install the project, editable, with everything that it needs."""
    print("Installing the packages into .venv: a few minutes the first time, seconds later.", flush=True)
    pins = ("-c", "constraints.txt")
    index = os.environ.get("TORCH_INDEX")
    if index:
        pip(*pins, "--index-url", index, "torch")
    pip(*pins, "pip>=25", "setuptools>=77")  # an older pip takes twice as long
    project = ".[{}]".format(",".join(sorted(extras))) if extras else "."
    pip(*pins, "--no-build-isolation", "-e", project)


def main():
    """Bring ``.venv`` up to date for the extras named as arguments; return at once when it is."""
    os.chdir(ROOT)
    stamp, key, extras = installed(), wanted(), set(sys.argv[1:])
    if stamp.get("key") == key and extras <= set(stamp["extras"]) and os.path.exists(PYTHON):
        return
    if not works():
        make_venv()
    extras |= set(stamp.get("extras", ()))
    install(extras)
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump({"key": key, "extras": sorted(extras)}, file)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Stopped. Run make again to go on.")
    except OSError as problem:
        stop(f"{problem.strerror}: {problem.filename or '.venv'}. Correct that and run make again.")
