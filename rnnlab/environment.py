"""What this Python has and lacks for the course, in plain words. Uses the standard library alone."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import sys
from dataclasses import dataclass
from html import escape
from importlib import metadata
from pathlib import Path

from rnnlab.messages import _

OLDEST = (3, 11)
# What a lesson imports, the oldest version that does, and what it is for.
NEEDED = (
    ("numpy", "2.0", _("arrays: you write with it")),
    ("torch", "2.5", _("networks that find their own gradients")),
    ("matplotlib", "3.8", _("plots")),
    ("ipywidgets", "8.0", _("widgets that move")),
    ("autograder", "", _("checks and hints")),
)


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, what was found, and what to do about it where it is not right."""

    what: str
    found: str
    fine: bool
    remedy: str = ""


class Environment:
    """What was found. Shown as text, and as a table in a notebook."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings

    @property
    def fine(self) -> bool:
        """Whether nothing is missing."""
        return all(f.fine for f in self.findings)

    @property
    def verdict(self) -> str:
        """The report in a sentence."""
        if self.fine:
            return _("All is there. You can start.")
        missing = sum(not f.fine for f in self.findings)
        return _("Not ready yet, {missing} to mend:").format(missing=missing) + " " + self._remedies()

    def _remedies(self) -> str:
        return " ".join(dict.fromkeys(f.remedy for f in self.findings if not f.fine))

    def __repr__(self) -> str:
        wide = max(len(f.what) for f in self.findings)
        lines = [f"{f.what.ljust(wide)}  {'ok     ' if f.fine else 'missing'}  {f.found}" for f in self.findings]
        return "\n".join([*lines, self.verdict])

    def _repr_html_(self) -> str:
        cell = '<td style="padding:.1em 1.4em .1em 0;text-align:left;background:none">'
        rows = ""
        for f in self.findings:
            dot = f'<span style="color:{"#009E73" if f.fine else "#D55E00"}">&#9679;</span>'
            word = _("ok") if f.fine else _("missing")
            rows += f'<tr style="background:none">{cell}{escape(f.what)}</td>{cell}{dot} {word}</td>'
            rows += f"{cell}{escape(f.found)}</td></tr>"
        colour = "#009E73" if self.fine else "#D55E00"
        return (
            f'<div style="border-left:5px solid {colour};padding:.35em .9em;font-size:14px">'
            f'<table style="border-collapse:collapse;background:none">{rows}</table><b>{escape(self.verdict)}</b></div>'
        )


def look_around() -> Environment:
    """Check Python, the packages that lessons import, and whether notebooks can be saved here."""
    return Environment((_python(), *(_package(*needed) for needed in NEEDED), _folder(Path.cwd())))


def _install() -> str:
    return _("In a terminal, in the folder of the course, run `make start`: it installs what is missing.")


def _python() -> Finding:
    fine = sys.version_info[:2] >= OLDEST
    remedy = _("This Python is too old, the course needs 3.11: `make start PYTHON=python3.11` uses another one.")
    return Finding("Python", platform.python_version(), fine, "" if fine else remedy)


def _package(name: str, oldest: str, use: str) -> Finding:
    if importlib.util.find_spec(name) is None:
        return Finding(name, _("not installed ({use})").format(use=use), False, _install())
    version = _version(name)
    if oldest and version and _numbers(version) < _numbers(oldest):
        found = _("{version}, but {oldest} or newer is needed").format(version=version, oldest=oldest)
        return Finding(name, found, False, _install())
    return Finding(name, f"{version}, {use}" if version else use, True)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version.split("+")[0])[:2])


def _folder(folder: Path) -> Finding:
    fine = os.access(folder, os.W_OK)
    remedy = _("This folder cannot be written to, so your answers would be lost: copy the course to a folder of yours.")
    found = _("your answers can be saved") if fine else _("your answers cannot be saved")
    return Finding(_("folder"), found, fine, "" if fine else remedy)
