"""Text to learn from: English prose and Python code that every Python has with it, or a file of your own."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

from rnnlab.messages import _

SHORTEST = 2_000
CODE = ("argparse", "calendar", "configparser", "csv", "heapq", "json.decoder", "queue", "random", "textwrap")
STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "—": "-", "–": "-", "…": "...", "\u00a0": " "})
NOT_PROSE = ("::=", "|", "---", "===", "***", ">>>")


def prose() -> str:
    """English prose about Python: about 215,000 characters, 92 different ones, a paragraph a line.

    It is the text that ``help("if")`` and its like show, from the standard library's ``pydoc_data.topics``. Kept are
    the paragraphs of plain sentences, each once (the manual repeats some of them); code, grammar, tables and headings
    are left out, quotation marks are straightened, lines are joined. Another Python has slightly other text.
    """
    from pydoc_data.topics import topics

    kept: dict[str, None] = {}
    for name in sorted(topics):
        for paragraph in topics[name].translate(STRAIGHT).split("\n\n"):
            line = " ".join(paragraph.split()).strip("* ")
            if _is_prose(paragraph, line):
                kept[line] = None
    return "\n".join(kept) + "\n"


def _is_prose(paragraph: str, line: str) -> bool:
    """Whether this is a paragraph of sentences: long enough, mostly small letters, and not indented like code."""
    if len(line) < 60 or not line.isascii() or any(sign in line for sign in NOT_PROSE):
        return False
    indented = paragraph.startswith("  ") and not paragraph.lstrip()[0].isupper() and paragraph.lstrip()[0] != "*"
    return not indented and sum(c.islower() or c == " " for c in line) >= 0.88 * len(line)


def code() -> str:
    """Python code: about 250,000 characters, the source of nine modules of the standard library, as it stands there."""
    return "\n".join(inspect.getsource(importlib.import_module(name)) for name in CODE)


def letters(text: str) -> str:
    """The text in small letters, and one space for anything else: at most 27 different characters."""
    return " ".join("".join(c if "a" <= c <= "z" else " " for c in text.lower()).split())


def read_text(path: str | Path) -> str:
    """A text file of your own, in UTF-8, with at least 2000 characters.

    Where there is no such path, a file of that name beside the notebook is taken: the one that was handed in with it.

    Raises:
        ValueError: with a sentence that says what is wrong: no such file, a folder, nothing in it, no text in it, or
            too little to learn from.
    """
    path = Path(path).expanduser()
    if not path.exists() and Path(path.name).is_file():
        path = Path(path.name)  # the notebook is on another machine now, and its file came with it
    if path.is_dir():
        raise ValueError(_("{path} is a folder: give the path of one text file in it.").format(path=path))
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        here = _("{path} is not there. This notebook looks from {folder}; check the spelling, or lay the file there.")
        raise ValueError(here.format(path=path, folder=Path.cwd())) from None
    except OSError as problem:
        said = _("{path} cannot be read: {reason}.")
        raise ValueError(said.format(path=path, reason=problem.strerror or problem)) from None
    return _decoded(data, path)


def _decoded(data: bytes, path: Path) -> str:
    if not data.strip():
        raise ValueError(_("{path} is empty.").format(path=path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        said = _("{path} is not plain text in UTF-8. Open it in an editor and save it as text, with UTF-8 as encoding.")
        raise ValueError(said.format(path=path))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) < SHORTEST:
        said = _("{path} has {many} characters; a model needs at least {least} to learn anything from.")
        raise ValueError(said.format(path=path, many=len(text), least=SHORTEST))
    return text
