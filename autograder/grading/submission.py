"""What a student handed in, read from its folder once, without following links or trusting anything in it."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder import registry
from autograder.grading.graft import defines
from autograder.grading.salvage import salvage
from autograder.messages import _, listed

MOST_FILES = 500
MOST_BYTES = 64 * 2**20  # of all other files together
MOST_NOTEBOOK = 128 * 2**20
DEEPEST = 6
STAMP = "timestamp.txt"
LEFT_ALONE = (".ipynb_checkpoints", "__pycache__", ".git", "__MACOSX")
LIKELY = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json", ".py", ".txt", ".md")


@dataclass(frozen=True)
class Submission:
    """One student's work on one lesson, as plain data: the notebook's bytes, the other files, and what was left out.

    ``name`` and ``data`` are empty where there is no notebook, ``timestamp`` where there is no time stamp.
    """

    lesson: str
    student: str
    name: str = ""
    data: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    timestamp: str = ""
    notes: tuple[str, ...] = ()

    def digest(self) -> str:
        """A fingerprint of everything that grading depends on."""
        found = hashlib.sha256()
        parts = [self.lesson.encode(), self.name.encode(errors="replace"), self.data, self.timestamp.encode()]
        for name in sorted(self.files):
            parts += [name.encode(errors="replace"), self.files[name]]
        for part in parts:
            found.update(len(part).to_bytes(8, "big") + part)
        return found.hexdigest()


def read_folder(folder: Path, lesson: str, student: str) -> Submission:
    """The submission in a folder. Whatever a student can put there, this returns, and says what was left out."""
    notes: list[str] = []
    if folder.is_symlink():
        return Submission(lesson, student, notes=(_("The folder is a link to another place, and was not read."),))
    found = dict(_files(folder, notes))
    timestamp = found.pop(STAMP, b"").decode(errors="replace").strip()[:200]
    name, said = _chosen(found, lesson)
    data = found.pop(name, b"")
    for other in [n for n in found if n.lower().endswith(".ipynb")]:
        del found[other]  # a copy of the lesson, of no use to the answers
    if name:
        said += _by_their_names(found, registry.lesson(lesson).files)
    return Submission(lesson, student, name, data, found, timestamp, (*notes, *said))


def read_file(path: Path, lesson: str, student: str = "") -> Submission:
    """One notebook file as a submission. Raises OSError."""
    return Submission(lesson, student, path.name, path.read_bytes())


def _files(folder: Path, notes: list[str]) -> Iterator[tuple[str, bytes]]:
    """Name in the folder and content of each plain file, within limits; a sentence for each kind of thing left out."""
    left: dict[str, list[str]] = {}
    room, many = MOST_BYTES, 0
    for name, path in _walk(folder, "", left):
        most = MOST_NOTEBOOK if name.lower().endswith(".ipynb") else room
        data = content(path, most) if many < MOST_FILES else None
        if data is None:
            kind = "large" if many < MOST_FILES else "many"
            left.setdefault(kind, []).append(name)
            continue
        many += 1
        if not name.lower().endswith(".ipynb"):
            room -= len(data)
        yield name, data
    said = {
        "link": _("Links are not followed, so left out: {names}."),
        "special": _("Not plain files, so left out: {names}."),
        "deep": _("Too many folders inside each other, so left out: {names}."),
        "large": _("Too large or not to be read, so left out: {names}."),
        "many": _("More than {most} files, so left out: {names}."),
    }
    for kind, names in left.items():
        shown = listed([_plain(n) for n in sorted(names)[:5]]) + (" ..." if len(names) > 5 else "")
        notes.append(said[kind].format(names=shown, most=MOST_FILES))


def _walk(folder: Path, prefix: str, left: dict[str, list[str]], depth: int = 0) -> Iterator[tuple[str, Path]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError:
        return
    for entry in entries:
        name = prefix + entry.name
        if entry.name in LEFT_ALONE:
            continue
        if entry.is_symlink():
            left.setdefault("link", []).append(name)
        elif entry.is_dir(follow_symlinks=False):
            if depth == DEEPEST:
                left.setdefault("deep", []).append(name)
            else:
                yield from _walk(Path(entry.path), name + "/", left, depth + 1)
        elif entry.is_file(follow_symlinks=False):
            yield name, Path(entry.path)
        else:
            left.setdefault("special", []).append(name)


def content(path: Path, most: int) -> bytes | None:
    """What a plain file holds, or None where it is not one (any more), cannot be read or is too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(most + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return data if len(data) <= most else None


def _chosen(found: Mapping[str, bytes], lesson: str) -> tuple[str, list[str]]:
    """The name of the file that is the notebook, and a sentence where that is not the one with the lesson's name."""
    usual = f"{lesson}.ipynb"
    books = [n for n in found if n.lower().endswith(".ipynb")]
    if books == [usual]:
        return usual, []
    books = books or [n for n in found if n.lower().endswith(LIKELY) and _worth(found[n], lesson)]
    if not books:
        return "", []
    worth = {n: _worth(found[n], lesson) for n in books}
    best = max(books, key=lambda n: (worth[n] if usual not in worth or not worth[usual] else 0, n == usual, n))
    said = []
    if best != usual:
        said.append(_("The notebook is called {name} in place of {usual}.").format(name=_plain(best), usual=usual))
    others = [_plain(n) for n in sorted(books) if n != best and worth[n]]
    if others:
        said.append(
            _("There are other notebooks with answers beside {name}, which do not count: {others}.").format(
                name=_plain(best), others=listed(others[:5])
            )
        )
    return best, said


def _by_their_names(found: dict[str, bytes], wanted: Iterable[str]) -> list[str]:
    """Give files that belong to a lesson the names they should have, as far as one can tell. Returns sentences."""
    said = []
    for name in wanted:
        if name in found:
            continue
        like = sorted(n for n in found if n not in wanted and _original(n) == name.lower())
        if len(like) == 1:
            found[name] = found.pop(like[0])
            said.append(_("{other} was taken for {name}.").format(other=_plain(like[0]), name=name))
        elif like:
            these = listed(map(_plain, like))
            said.append(_("{name} could be any of {names}; none was taken.").format(name=name, names=these))
    return said


def _original(name: str) -> str:
    """The name of the file that this one is a copy of, as browsers and desktops name copies, in whatever folder."""
    stem, end = os.path.splitext(os.path.basename(name).lower())
    stem = re.sub(r"^(copy of |kopie von )|( ?\(\d+\)| ?- ?(copy|kopie)( ?\(\d+\))?|[-_ ]copy\d*)$", "", stem)
    return stem + end


def _worth(data: bytes, lesson: str) -> int:
    """How many exercises of the lesson a file defines something for."""
    cells = salvage(data, "").notebook.get("cells", [])
    sources = [c.get("source", "") for c in cells if isinstance(c, Mapping)]
    text = "\n".join("".join(map(str, s)) if isinstance(s, list) else str(s) for s in sources)
    names = [e.id for e in registry.lesson(lesson).exercises]
    return sum(defines(text, n) and f'NotImplementedError("{n}")' not in text for n in names)


def _plain(name: str) -> str:
    """A file's name that a terminal can show."""
    return "".join(c if c.isprintable() else "?" for c in name)[:120]
