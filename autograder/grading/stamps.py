"""When a submission was handed in: ``timestamp.txt``, read without trusting it."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.messages import _

NAME = "timestamp.txt"
MOST = 200  # characters
SLACK = timedelta(minutes=10)  # clocks differ
_FORM = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)"
    r"\s?(?P<zone>Z|[+-]\d\d:?\d\d|[A-Za-z_]+(?:/[\w+-]+)*)?"
)
_RUN = re.compile(
    rb'"(?:iopub|shell)\.[\w.]{4,40}"\s*:\s*"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,6})?(?:Z|\+00:00)"'
)


@dataclass(frozen=True)
class Stamp:
    """The time in UTC, without a time zone as nbgrader keeps it, or None; and sentences for the instructor."""

    time: datetime | None = None
    notes: tuple[str, ...] = ()


def read(text: str, notebook: bytes = b"", now: datetime | None = None) -> Stamp:
    """The time that a time stamp says, and what is odd about it.

    One that cannot be read, or lies in the future, counts as none. That it was made earlier than it should be shows
    only where JupyterLab noted in the notebook that cells were run after it.
    """
    now = now or datetime.now(UTC).replace(tzinfo=None)
    if not text.strip():
        return Stamp()
    time = parsed(text)
    shown = "".join(c if c.isprintable() else "?" for c in text.strip())[:40]
    if time is None:
        said = _("The time stamp {text} cannot be read; graded as without one. A person has to see whether it is late.")
        return Stamp(None, (said.format(text=repr(shown)),))
    if time > now + SLACK:
        said = _("The time stamp {text} lies ahead; graded as without one. A person has to see whether it is late.")
        return Stamp(None, (said.format(text=repr(shown)),))
    last = last_run(notebook)
    if last is not None and last > time + SLACK:
        said = _("A cell was last run at {run} UTC, after the time stamp, {stamp} UTC: one of the two is wrong.")
        return Stamp(time, (said.format(run=_minutes(last), stamp=_minutes(time)),))
    return Stamp(time)


def parsed(text: str) -> datetime | None:
    """The time in UTC, or None. A date alone, or words that some parser would make a date of, are not enough."""
    found = _FORM.fullmatch(text.strip()) if len(text) <= MOST else None
    if found is None:
        return None
    zone = found["zone"] or ""
    try:
        if zone == "Z" or zone[:1] in ("+", "-"):
            there = datetime.fromisoformat(found["date"].replace(" ", "T") + ("+00:00" if zone == "Z" else zone))
            return there.astimezone(UTC).replace(tzinfo=None)
        return parse_utc(f"{found['date'].replace('T', ' ')} {zone}".strip())
    except (ValueError, OverflowError, TypeError, AttributeError, OSError):
        return None


def last_run(notebook: bytes) -> datetime | None:
    """When a cell of the notebook was last run, as far as JupyterLab noted it."""
    times = [m[1].decode() for m in _RUN.finditer(notebook)]
    try:
        return datetime.fromisoformat(max(times)) if times else None
    except ValueError:
        return None


def of_folder(folder: Path | str) -> str:
    """What the time stamp of a folder says; nothing where it is not a plain file."""
    try:
        descriptor = os.open(Path(folder) / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return ""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        return os.read(descriptor, 4 * MOST).decode(errors="replace").strip()[:MOST]
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def late(seconds: float) -> str:
    """How late, in words."""
    days, rest = divmod(round(seconds), 86400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [(days, _("{n} d")), (hours, _("{n} h")), (minutes, _("{n} min"))]
    said = " ".join(form.format(n=n) for n, form in parts if n)
    return said or _("less than a minute")


def _minutes(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M")
