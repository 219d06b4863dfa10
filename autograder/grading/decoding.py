"""From the bytes of a file to its text, whatever it was saved as."""

from __future__ import annotations

import codecs
import re

from autograder.messages import _

MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
# How other kinds of file begin, and what they are. Whatever is in them, it is not text.
KINDS = (
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"{\\rtf", "a word processor's document"),
    (b"SQLite format 3", "a database"),
    (b"version https://git-lfs", "a pointer of Git LFS, without the file that it points to"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)
_PAIRS = re.compile(rb"[\x80-\xff]{2}")
_HIGH = re.compile(rb"[\x80-\xff]")


def kind(data: bytes) -> str:
    """What a file is that is not text, or "" for one that may be."""
    head = data[:200].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return next((name for start, name in KINDS if head.startswith(start.lower())), "")


def decode(data: bytes, name: str) -> tuple[str, list[str]]:
    """The text, and a sentence for each thing about the file that was not as it should be. Never raises."""
    text, encoding = _decode(data)
    said = []
    if encoding:
        said.append(_("{name} was saved as {encoding}; it was read as that.").format(name=name, encoding=encoding))
    if "\0" in text:
        said.append(_("{name} had NUL characters in it; they were left out.").format(name=name))
        text = text.replace("\0", "")
    if "\ufffd" in text and not encoding:
        said.append(_("{name} had bytes in it that are no text; they show as \ufffd.").format(name=name))
    return text, said


def clean(text: str) -> str:
    """Text that any file can hold: no halves of characters, and no NULs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _decode(data: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding where that is not UTF-8."""
    for mark, encoding, name in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), name
    if wide := _wide(data):
        return data.decode(wide, "replace"), "UTF-16"
    try:
        # A character that is cut in two at the end is a cut file's, not another encoding's.
        return codecs.getincrementaldecoder("utf-8")().decode(data), ""
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    if sum(c > "\x7f" for c in text) > 2 * wrong:
        return text, ""
    return _legacy(data)


def _wide(data: bytes) -> str:
    """The UTF-16 that a file without a mark is in: then every other byte of what JSON is made of is 0."""
    head = data[:4000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 0.3 * len(head[1::2]) and odd > 10 * even:
        return "utf-16-le"
    if even > 0.3 * len(head[::2]) and even > 10 * odd:
        return "utf-16-be"
    return ""


def _legacy(data: bytes) -> tuple[str, str]:
    """Korean Windows, where the bytes beyond ASCII stand in pairs; else Western Windows."""
    paired = 2 * len(_PAIRS.findall(data)) >= 0.8 * len(_HIGH.findall(data))
    for encoding, name in (("cp949", "CP949"), ("cp1252", "Windows-1252"))[0 if paired else 1 :]:
        try:
            return data.decode(encoding), name
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "Latin-1"
