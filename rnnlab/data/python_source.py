"""The standard library's own source, file by file, split by a fixed rule into text to learn from and text held out."""

from __future__ import annotations

import sysconfig
import zlib
from pathlib import Path

import numpy as np

PACKAGES = (
    "asyncio", "collections", "concurrent", "ctypes", "curses", "dbm", "email", "html", "http", "importlib", "json",
    "logging", "multiprocessing", "re", "sqlite3", "tomllib", "unittest", "urllib", "venv", "wsgiref", "xml", "xmlrpc",
    "zoneinfo",
)  # fmt: skip
HELD_OUT_OF = 20
CHARACTERS = "\n" + "".join(map(chr, range(32, 127)))
UNKNOWN = CHARACTERS.index("?")
CODES = np.array([ord(c) for c in CHARACTERS], dtype=np.uint8)
PLACES = np.full(128, UNKNOWN)
PLACES[CODES] = range(len(CHARACTERS))


def names() -> tuple[list[str], list[str]]:
    """The files to learn from and the files held out, as paths inside the standard library, each list sorted.

    They are the top-level modules and those of the packages above; test folders are left out. A file is held out when
    the CRC-32 of its path can be divided by 20, so that the split depends on nothing but the name.
    """
    root = _root()
    found = [p for p in root.glob("*.py") if not p.name.startswith("_sysconfigdata")]
    for package in PACKAGES:
        found += [p for p in (root / package).rglob("*.py") if not {"test", "tests"} & set(p.relative_to(root).parts)]
    paths = sorted(p.relative_to(root).as_posix() for p in found)
    held = [p for p in paths if zlib.crc32(p.encode()) % HELD_OUT_OF == 0]
    return [p for p in paths if p not in held], held


def read(name: str) -> str:
    """One file: tabs are four spaces, and what is not printable ASCII is a question mark."""
    return decode(encode((_root() / name).read_text(encoding="utf-8", errors="replace").expandtabs(4)))


def held_out() -> dict[str, str]:
    """The files held out, by their names."""
    return {name: read(name) for name in names()[1]}


def encode(text: str) -> np.ndarray:
    """Text as places in ``CHARACTERS`` (T). What the model has no character for becomes a question mark."""
    codes = np.frombuffer(text.encode("ascii", errors="replace"), dtype=np.uint8)
    return PLACES[codes]


def decode(ids: np.ndarray) -> str:
    """The text of places in ``CHARACTERS``."""
    return CODES[ids].tobytes().decode("ascii")


def _root() -> Path:
    return Path(sysconfig.get_paths()["stdlib"])
