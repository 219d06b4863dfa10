"""The text: long enough, in characters that a model can know, and no copy of itself."""

from __future__ import annotations

import re

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.messages import N_, _
from autograder.probes.handed_in import REFUSED
from rnnlab.capstone.texts import look_over, prepare
from rnnlab.data.text import code, prose

GOOD = "a text to learn from"
FILE_NAME, NOTHING, LINES = "the name of a file", "nothing", "a list of lines"
CORPUS, BYTES = "a prepared Corpus", "bytes"


def _reads(_inputs: Inputs, outputs: tuple) -> tuple[str]:
    """What came, in words. Raises ValueError, with the sentence, for a text that a model cannot learn from."""
    if len(outputs) == 2 and outputs[0] == REFUSED and isinstance(outputs[1], str):
        raise ValueError(outputs[1])
    (text,) = outputs if len(outputs) == 1 else (None,)
    if text is None and len(outputs) == 1:
        return (NOTHING,)
    if isinstance(text, list):
        return (LINES,)
    if isinstance(text, dict) and text.get("type") == "Corpus":
        return (CORPUS,)
    if isinstance(text, dict) and text.get("type") == "bytes":
        return (BYTES,)
    if not isinstance(text, str):
        kind = text.get("type") if isinstance(text, dict) else type(text).__name__
        said = _("`my_text` returned something of type {kind}. A str is asked for, the text itself{hint}.")
        raise ValueError(said.format(kind=kind, hint=_hint(kind)))
    if len(text) < 300 and re.fullmatch(r"[^\n]*\.\w{1,5}", text.strip()):
        return (FILE_NAME,)
    look_over(prepare(text))
    return (GOOD,)


def _hint(kind: str) -> str:
    """What is to be done with something of this kind, so that it becomes a text."""
    if kind in ("function", "method"):
        return _("; a function has to be called: `return prose()`")
    if kind.endswith("IOWrapper"):
        return _("; an open file has to be read: `.read()` behind it, or `read_text` and its name")
    return _("; `read_text` reads what stands in the file") if kind.endswith("Path") else ""


MY_TEXT = Exercise(
    id="my_text",
    points=1,
    about=N_("A text of your own choice, of at least 20,000 characters."),
    spec="seed any -> any",
    signature="my_text() -> str",
    reference=lambda seed: GOOD,
    reads=_reads,
    probe="handed_in",
    probe_options={"outputs": 1},
    inputs_stay=False,
    cases=(
        Case("the text", {}, N_("It is not a text that a model can learn from."), weight=2),
        Case("once more", {}, N_("When it is asked for again, it is not a text to learn from."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "path_for_text",
            N_("`my_text` returned the *name* of a file. Return what stands in it: `return read_text('my_text.txt')`."),
            lambda: lambda: "my_text.txt",
        ),
        Misconception(
            "nothing_returned",
            N_("`my_text` returned nothing: the text has to come back with `return`, not by `print`."),
            lambda: lambda: print("text"),
        ),
        Misconception(
            "list_of_lines",
            N_('A list of lines came back, and one str is asked for: `"\\n".join(lines)` makes it.'),
            lambda: lambda: prose().split("\n"),
        ),
        Misconception(
            "bytes_for_text",
            N_("Bytes came back. Decode them (`data.decode('utf-8')`), or let `read_text` do it."),
            lambda: lambda: prose().encode(),
        ),
        Misconception(
            "corpus_for_text",
            N_("A prepared Corpus came back. Return the text itself; `prepare(my_text())` comes after it."),
            lambda: lambda: prepare(prose()),
        ),
    ),
    accepts=(
        Variant("prose", lambda: prose),
        Variant("code", lambda: code),
        Variant("part_of_a_text", lambda: lambda: prose()[:60_000]),
        Variant("other_letters", lambda: lambda: prose().translate({ord(c): ord(c) + 0x350 for c in "abcdefghijk"})),
    ),
    hints=(
        N_("`prose()` and `code()` are texts that every Python has with it. Either is a good first choice."),
        N_("For a text of your own, put a .txt file beside the notebook, and read it with `read_text`."),
        N_("What makes a text hard to use: too short, copies of itself, or thousands of different characters."),
    ),
)
