"""From a broken file to answers: what is recovered of it, and the exact sentences that say what was done."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import copy
import json
import random
import time

import lessons
import nbformat
import pytest

from autograder import registry
from autograder.build.paths import Course
from autograder.grading.graft import graft
from autograder.grading.lessons import skeleton
from autograder.grading.salvage import salvage

LESSON = "00_start_here"
NAME = f"{LESSON}.ipynb"
AFFINE = "def affine(x, W, b):\n    return x @ W.T + b  # ~ naïve ≈"
MAJOR = "def time_major(x):\n    out = x.transpose(1, 0, 2)\n    return out"
WORDS = "Each row takes numbers of several sequences."
RELEASE = json.loads(Course().release(LESSON).read_text(encoding="utf-8"))
OURS = skeleton(Course(), LESSON)
EVERY = ("affine", "time_major", "mixed_sequences")


def handed_in() -> dict:
    """The released notebook with three answers in it."""
    notebook = copy.deepcopy(RELEASE)
    for name, text in zip(EVERY, (AFFINE, MAJOR, WORDS)):
        at(notebook, name)["source"] = text.splitlines(keepends=True)
    return notebook


def at(notebook: dict, name: str) -> dict:
    """The first cell of this id."""
    return next(c for c in notebook["cells"] if c.get("id") == name)


def index(notebook: dict, name: str) -> int:
    return notebook["cells"].index(at(notebook, name))


def written(notebook: dict) -> str:
    """The file as Jupyter writes it."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def taken(data: bytes) -> tuple[dict[str, str], tuple[str, ...]]:
    """The answers that were found, by name, and all that was said."""
    salvaged = salvage(data, NAME)
    grafted = graft(OURS, salvaged.notebook)
    nbformat.validate(grafted.notebook)
    stubs = {c.id: c.source for c in OURS.cells}
    answers = {c.id: c.source for c in grafted.notebook.cells if c.id in EVERY and c.source != stubs[c.id]}
    assert grafted.answers == len(answers)
    assert salvaged.readable or not answers
    for cell in grafted.notebook.cells:
        mine = cell.source == stubs.get(cell.id)
        assert bool(cell.metadata.get("autograder", {}).get("theirs")) == (not mine), cell
    return answers, (*salvaged.repairs, *grafted.repairs)


def all_of(**other: str) -> dict[str, str]:
    return {"affine": AFFINE, "time_major": MAJOR, "mixed_sequences": WORDS, **other}


def test_what_is_whole_is_taken_as_it_is_and_nothing_is_said():
    answers, said = taken(written(handed_in()).encode())
    assert answers == all_of() and said == ()


def test_an_untouched_release_holds_no_answer():
    assert taken(written(RELEASE).encode()) == ({}, ())


@pytest.mark.parametrize("lesson", [one.id for one in registry.lessons()])
def test_every_lesson_comes_back_whole_and_without_its_metadata(lesson):
    ours = skeleton(Course(), lesson)
    notebook = json.loads(Course().release(lesson).read_text(encoding="utf-8"))
    untouched = graft(ours, salvage(written(notebook).encode(), NAME).notebook)
    assert (untouched.repairs, untouched.answers) == ((), 0)
    assert [c.source for c in untouched.notebook.cells] == [c.source for c in ours.cells]
    answers = lessons.answers(lesson)
    for name, source in answers.items():
        at(notebook, name)["source"] = source
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    found = graft(ours, salvage(written(notebook).encode(), NAME).notebook)
    assert found.answers == len(answers) == len(registry.lesson(lesson).exercises)
    sources = {c.metadata.nbgrader.grade_id: c.source for c in found.notebook.cells if "nbgrader" in c.metadata}
    assert {n: sources[n] for n in answers} == answers


# The file is broken. Each row: what is done to the file, the answers in it, and the sentences.

PUT_BACK = "check_time_major and question_mixed_sequences were missing and were put back."


def cut(after: str, more: int = 0):
    """The file up to a text, and some more."""

    def change(text: str) -> bytes:
        return text[: text.index(after) + len(after) + more].encode()

    return change


def without(**names: str) -> dict[str, str]:
    return {k: v for k, v in all_of().items() if k not in names}


def changed(old: str, new: str, many: int = 1):
    """The file with one text in place of another."""

    def change(text: str) -> bytes:
        assert old in text
        return text.replace(old, new, many).encode()

    return change


def conflict(old: str, first: str, second: str, base: str | None = None):
    """The file with a conflict in place of lines of it."""
    middle = "" if base is None else f"||||||| base\n{base}"
    return changed(old, f"<<<<<<< HEAD\n{first}{middle}=======\n{second}>>>>>>> theirs\n")


def line(text: str, of: str) -> int:
    return text[: text.index(of)].count("\n") + 1


STUB_LINE = '    "    raise NotImplementedError(\\"affine\\")"\n'
WORK_LINE = '    "    return x @ W.T + b  # ~ naïve ≈"\n'
TEXT = written(handed_in())
SIDE = f"{NAME} had the marks of a merge conflict in it, first in line {{n}}; the first of two sides was taken, unless only the second is more than a stub."
HERE = line(TEXT, WORK_LINE)
CUT_MAJOR = f"{NAME} is cut off; {{n}} cells were recovered whole, and 1 in part."
MISSING_END = ("check_time_major and question_mixed_sequences were missing and were put back.", "The answer cell mixed_sequences was missing.")  # fmt: skip

FILES = {
    # cut off
    "cut after an answer": (cut("return out\"\n   ]\n  },\n"), {"affine": AFFINE, "time_major": MAJOR}, (f"{NAME} is cut off; 33 cells were recovered.", *MISSING_END)),
    "cut in an answer": (cut("out = x.transpose(1, 0, 2)\\n\","), {"affine": AFFINE, "time_major": MAJOR.removesuffix("\n    return out")}, (CUT_MAJOR.format(n=32), *MISSING_END)),
    "cut in a line of an answer": (cut("    return ou"), {"affine": AFFINE, "time_major": MAJOR.removesuffix("\n    return out")}, (CUT_MAJOR.format(n=32), *MISSING_END)),
    "cut before the last bracket": (lambda t: t.rstrip()[:-1].encode(), all_of(), (f"{NAME} is cut off; 39 cells were recovered.",)),
    "cut in one line of JSON": (lambda t: (flat := json.dumps(json.loads(t))).encode()[: flat.index("return out") + 4], {"affine": AFFINE, "time_major": MAJOR.removesuffix("\n    return out")}, (CUT_MAJOR.format(n=32), *MISSING_END)),
    "cut in a character": (lambda t: t.encode()[: t.encode().index("≈".encode()) + 1], {"affine": "def affine(x, W, b):\n"}, (f"{NAME} is cut off; 25 cells were recovered whole, and 1 in part.", "check_affine, check_time_major and question_mixed_sequences were missing and were put back.", "The answer cells time_major and mixed_sequences were missing.")),
    "the beginning is gone": (lambda t: t[t.index('"id": "affine"') - 300 :].encode(), all_of(), None),
    # empty
    "no bytes": (lambda t: b"", {}, (f"{NAME} is empty.",)),
    "spaces": (lambda t: b" \n\r\n\t", {}, (f"{NAME} is empty.",)),
    "a mark and no more": (lambda t: b"\xef\xbb\xbf", {}, (f"{NAME} is empty.",)),
    "only NULs": (lambda t: b"\0" * 4096, {}, (f"{NAME} is empty.",)),
    # merge conflicts
    "conflict, mine is work": (conflict(WORK_LINE, WORK_LINE, STUB_LINE), all_of(), (SIDE.format(n=HERE),)),
    "conflict, mine is the stub": (conflict(WORK_LINE, STUB_LINE, WORK_LINE), all_of(), (SIDE.format(n=HERE),)),
    "conflict, both are work": (conflict(WORK_LINE, WORK_LINE, '    "    return 1"\n'), all_of(), (SIDE.format(n=HERE),)),
    "conflict, one side is empty": (conflict(WORK_LINE, "", WORK_LINE), all_of(), (SIDE.format(n=HERE),)),
    "conflict with its base": (conflict(WORK_LINE, WORK_LINE, STUB_LINE, STUB_LINE), all_of(), (SIDE.format(n=HERE),)),
    "conflict without an end": (changed(WORK_LINE, f"<<<<<<< HEAD\n{WORK_LINE}"), all_of(), (SIDE.format(n=HERE),)),
    "conflict that neither side settles": (lambda t: conflict(WORK_LINE, WORK_LINE + "  {{\n", STUB_LINE + "  {{\n")(t), all_of(), None),
    "conflict in two places": (lambda t: conflict(WORK_LINE, WORK_LINE, STUB_LINE)(conflict('    "    return out"\n', '    "    raise NotImplementedError(\\"time_major\\")"\n', '    "    return out"\n')(t).decode()), all_of(), (SIDE.format(n=HERE),)),
    # damaged
    "a bracket is lost": (changed('   ]\n  },\n  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "check_affine"', '   ]\n  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "check_affine"'), all_of(), None),
    "a quote is lost": (changed('"x, W, b = inputs', "x, W, b = inputs"), all_of(), None),
    "a comma too many": (changed('"cells": [', '"cells": [,'), all_of(), (f"{NAME} is damaged: its JSON breaks in line 2; 39 cells were recovered.",)),
    "a block is overwritten": (changed("If that passed", "\x00" * 20 + '"\n@@@\n\x01"'), all_of(), None),
    "text behind the end": (lambda t: (t + "saved by somebody").encode(), all_of(), ()),
    "twice in one file": (lambda t: (t + t).encode(), all_of(), None),
    # encodings
    "UTF-8 with a mark": (lambda t: b"\xef\xbb\xbf" + t.encode(), all_of(), (f"{NAME} was saved as UTF-8 with a byte order mark; it was read as that.",)),
    "UTF-16": (lambda t: t.encode("utf-16"), all_of(), (f"{NAME} was saved as UTF-16; it was read as that.",)),
    "UTF-16 big": (lambda t: b"\xfe\xff" + t.encode("utf-16-be"), all_of(), (f"{NAME} was saved as UTF-16; it was read as that.",)),
    "UTF-16 without a mark": (lambda t: t.encode("utf-16-le"), all_of(), (f"{NAME} was saved as UTF-16; it was read as that.",)),
    "UTF-32": (lambda t: t.encode("utf-32"), all_of(), (f"{NAME} was saved as UTF-32; it was read as that.",)),
    "Western Windows": (lambda t: t.encode("cp1252", "replace"), all_of(affine=AFFINE.replace("≈", "?")), (f"{NAME} was saved as Windows-1252; it was read as that.",)),
    "Korean Windows": (lambda t: t.replace(WORDS, "각 행은 여러 순서열의 수를 섞는다.").replace("naïve", "나").encode("cp949", "replace"), all_of(affine=AFFINE.replace("naïve ≈", "나 ?"), mixed_sequences="각 행은 여러 순서열의 수를 섞는다."), (f"{NAME} was saved as CP949; it was read as that.",)),
    "some bytes are no text": (lambda t: t.encode().replace(b"If that", b"If \xff\xfe that"), all_of(), (f"{NAME} had bytes in it that are no text; they show as \ufffd.",)),
    "NULs between": (lambda t: t.replace("return out", "ret\0urn out").encode(), all_of(), (f"{NAME} had NUL characters in it; they were left out.",)),
    "NULs behind": (lambda t: t.encode() + b"\0" * 512, all_of(), (f"{NAME} had NUL characters in it; they were left out.",)),
    "NULs as escapes": (changed("return out", "return out\\u0000"), all_of(), ()),
    "half characters": (changed("return out", "return out  # \\ud800"), all_of(time_major=MAJOR + "  # ?"), ()),
    # not a notebook
    "zip": (lambda t: b"PK\x03\x04" + t.encode(), {}, (f"{NAME} is not a notebook: it is a zip archive or an office document.",)),
    "PDF": (lambda t: b"%PDF-1.7\n" + t.encode(), {}, (f"{NAME} is not a notebook: it is a PDF document.",)),
    "web page": (lambda t: b"\n<!DOCTYPE html><html><body>def affine(x): pass", {}, (f"{NAME} is not a notebook: it is a web page.",)),
    "LFS": (lambda t: b"version https://git-lfs.github.com/spec/v1\noid sha256:0", {}, (f"{NAME} is not a notebook: it is a pointer of Git LFS, without the file that it points to.",)),
    "an essay": (lambda t: b"I did it on paper.", {}, (f"{NAME} is not a notebook.",)),
    "other JSON": (lambda t: b'{"name": "x"}', {}, (f"{NAME} is not a notebook: it is JSON, but has no cells.",)),
    "a number": (lambda t: b"3", {}, (f"{NAME} is not a notebook.",)),
    "cut before any cell": (lambda t: t[:9].encode(), {}, (f"{NAME} is cut off: it is the beginning of a notebook without its end.",)),
    "a fifo's worth of noise": (lambda t: bytes(range(256)) * 40, {}, (f"{NAME} is not a notebook.",)),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_gives_what_is_in_it(name):
    change, answers, said = FILES[name]
    found, sentences = taken(change(TEXT))
    assert found == answers
    if said is not None:
        assert sentences == said
    else:
        assert sentences and all(s.endswith(".") for s in sentences)


# The file is whole and is no notebook of today. Each row: what becomes of it, the answers, the sentences.


def old(notebook: dict, form: int = 3) -> dict:
    """As notebooks were before 2015."""
    cells = []
    for cell in notebook["cells"]:
        made = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            made |= {
                "input": text if form == 2 else cell["source"],
                "language": "python",
                "collapsed": False,
                "outputs": [],
            }
        elif text.startswith("## ") and "\n" not in text:
            made |= {"cell_type": "heading", "level": 2, "source": text[3:]}
        else:
            made |= {"source": text}
        cells.append(made)
    return {
        "metadata": {"name": ""},
        "nbformat": form,
        "nbformat_minor": 0,
        "worksheets": [{"cells": cells, "metadata": {}}],
    }


def percent(notebook: dict, quoted: bool = False) -> str:
    parts = ["# ---\n# jupyter:\n#   jupytext:\n#     text_representation: {}\n# ---\n"]
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            parts.append(f"# %%\n{text}\n")
        elif quoted:
            parts.append(f'# %% [markdown]\nr"""\n{text}\n"""\n')
        else:
            parts.append("# %% [markdown]\n" + "\n".join(f"# {line}".rstrip() for line in text.splitlines()) + "\n")
    return "\n".join(parts)


def fenced(notebook: dict) -> str:
    cells = [(c["cell_type"] == "code", "".join(c["source"])) for c in notebook["cells"]]
    return "---\njupyter: x\n---\n\n" + "\n\n\n".join(f"```python\n{t}\n```" if code else t for code, t in cells) + "\n"


def script(notebook: dict) -> str:
    return "\n\n\n".join("".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code")


def jsoned(change):
    return lambda nb: json.dumps(change(nb))


def with_(**fields):
    """The notebook with other fields; None takes one away."""
    return jsoned(lambda nb: {k: v for k, v in {**nb, **fields}.items() if v is not None})


SCRIPT = f"{NAME} is a script or a text with code, and was taken apart into cells."
OLD = f"{NAME} is in a format from before 2015; it was brought up to date."
FORMAT = f"{NAME} does not say that it is in format 4; it was read as that."
NO_IDS = "The grade ids of setup, check_affine, check_time_major and question_mixed_sequences were changed or missing."
FOUND = "The answer cells affine and time_major were missing; other cells define affine and time_major."
ONLY_CODE = {"affine": AFFINE, "time_major": MAJOR}

FORMS = {
    "format 3": (jsoned(old), all_of(), (OLD,)),
    "format 2": (jsoned(lambda nb: old(nb, 2)), all_of(), (OLD,)),
    "format 3 in two sheets": (jsoned(lambda nb: (lambda o: {**o, "worksheets": [{"cells": o["worksheets"][0]["cells"][:30]}, 7, {"cells": o["worksheets"][0]["cells"][30:]}]})(old(nb))), all_of(), (OLD,)),
    "format 5": (with_(nbformat=5), all_of(), (FORMAT,)),
    "format 99": (with_(nbformat=99, nbformat_minor=99), all_of(), (FORMAT,)),
    "no format": (with_(nbformat=None, nbformat_minor=None), all_of(), (FORMAT,)),
    "a format in words": (with_(nbformat="four", metadata=[1]), all_of(), (FORMAT,)),
    "a list of cells": (jsoned(lambda nb: nb["cells"]), all_of(), ()),
    "cells by number": (jsoned(lambda nb: {**nb, "cells": {str(n): c for n, c in enumerate(nb["cells"])}}), all_of(), (f"The cells of {NAME} were not in a list; they were taken in their order.",)),
    "as a server sends it": (jsoned(lambda nb: {"name": "x", "type": "notebook", "content": nb}), all_of(), ()),
    "JSON in JSON": (jsoned(json.dumps), all_of(), ()),
    "two lists of cells": (lambda nb: json.dumps(nb)[:-1] + ', "cells": []}', all_of(), ()),
    "two sources, one empty": (lambda nb: json.dumps(nb).replace('"source": ["def affine', '"source": ["x = 1"], "source": ["def affine').replace(']}, {"cell_type": "code", "execution_count": null, "id": "check_affine"', '], "source": ""}, {"cell_type": "code", "execution_count": null, "id": "check_affine"'), all_of(), ()),
    "NaN and more": (lambda nb: json.dumps(nb).replace('"execution_count": null', '"execution_count": NaN', 3).replace('"execution_count": null', '"execution_count": -Infinity', 1), all_of(), ()),
    "a huge number": (lambda nb: json.dumps(nb).replace('"execution_count": null', '"execution_count": ' + "9" * 9000), all_of(), ()),
    "a deep output": (lambda nb: json.dumps(nb).replace('"outputs": []', '"outputs": [' + "[" * 60_000 + "]" * 60_000 + "]", 1), all_of(), (f"{NAME} has too many parts inside each other to be read in one piece; 39 cells were recovered.",)),
    "deep metadata": (lambda nb: json.dumps(nb)[:-1] + ', "metadata": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}", all_of(), (f"{NAME} has too many parts inside each other to be read in one piece; 39 cells were recovered.",)),
    "a deep source": (lambda nb: json.dumps(nb).replace('"source": ["def time_major', '"source": [[[[[["x"]]]]], "def time_major'), all_of(), ("The text of 1 cell was no text.",)),
    "a percent script": (percent, all_of(), (SCRIPT, NO_IDS, FOUND, "The answer to mixed_sequences stood in another cell.")),
    "a percent script with quotes": (lambda nb: percent(nb, True), all_of(), (SCRIPT, NO_IDS, FOUND, "The answer to mixed_sequences stood in another cell.")),
    "Markdown": (fenced, all_of(), (SCRIPT, NO_IDS, FOUND, "The answer to mixed_sequences stood in another cell.")),
    "a script": (script, ONLY_CODE, None),
    "a script that does not parse": (lambda nb: script(nb) + "\nx = (", ONLY_CODE, None),
    "only the functions": (lambda nb: f"import numpy as np\n\n{AFFINE}\n\n\n{MAJOR}\n", ONLY_CODE, None),
    "from nbconvert": (lambda nb: "#!/usr/bin/env python\n# coding: utf-8\n\n" + "\n\n".join(f"# In[{n}]:\n\n\n" + "".join(c["source"]) for n, c in enumerate(nb["cells"]) if c["cell_type"] == "code"), ONLY_CODE, None),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_another_format_gives_what_is_in_it(name):
    change, answers, said = FORMS[name]
    found, sentences = taken(change(handed_in()).encode())
    assert found == answers
    if said is not None:
        assert sentences == said
    else:
        assert sentences[0] == SCRIPT


# Cells that are not built as they should be


def cells(change):
    """The notebook with each cell changed."""
    return lambda nb: nb["cells"].__setitem__(slice(None), [change(c) for c in nb["cells"]])


def on(name: str, **fields):
    return lambda nb: at(nb, name).update(fields)


def graded(name: str, **fields):
    """The notebook with other nbgrader metadata of one cell."""
    return lambda nb: at(nb, name)["metadata"]["nbgrader"].update(fields)


def insert(place: str, *new: dict, after: bool = False):
    return lambda nb: nb["cells"].__setitem__(slice(index(nb, place) + after, index(nb, place) + after), list(new))


def remove(*names: str):
    return lambda nb: nb["cells"].__setitem__(slice(None), [c for c in nb["cells"] if c.get("id") not in names])


def code(source: str, **more) -> dict:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, **more}


def text(source: str, **more) -> dict:
    return {"cell_type": "markdown", "source": source, "metadata": {}, **more}


def copy_of(name: str, source: str | None = None) -> dict:
    """A cell of the released notebook, copied by hand: all but its id is the same."""
    made = copy.deepcopy(at(RELEASE, name)) | {"id": "copied"}
    return made if source is None else made | {"source": source}


def stub(name: str) -> str:
    return "".join(at(RELEASE, name)["source"])


def emptied(*names: str):
    return lambda nb: [at(nb, n).update(source=[]) for n in names]


def both(*changes):
    return lambda nb: [change(nb) for change in changes]


def swapped(nb: dict) -> None:
    one, other = at(nb, "affine"), at(nb, "time_major")
    one["source"], other["source"] = other["source"], one["source"]


def unnamed(cell: dict) -> dict:
    return {"cell_type": cell["cell_type"], "source": cell["source"], "metadata": {}}


MERGED = AFFINE + "\n\n\n" + MAJOR
SEE = "# time_major: see affine"
ORDER = "The cells were in another order; they stand in the lesson's order again."

CELLS = {
    # sources, kinds and metadata of other types
    "sources are texts": (cells(lambda c: c | {"source": "".join(c["source"])}), all_of(), ()),
    "lines without ends": (cells(lambda c: c | {"source": [x.rstrip("\n") for x in c["source"]]}), all_of(), None),
    "a source is None": (on("46fc6969e67f", source=None), all_of(), ("The text of 1 cell was no text.",)),
    "a source is a number": (on("46fc6969e67f", source=3), all_of(), ("The text of 1 cell was no text.",)),
    "an answer is a number": (on("affine", source=3), all_of(affine="3"), ("The text of 1 cell was no text.",)),
    "an answer is a dictionary": (on("affine", source={"a": 1}), without(affine=""), ("The text of 1 cell was no text.",)),
    "lines that are none": (on("time_major", source=[None, *MAJOR.splitlines(keepends=True), 7]), all_of(time_major=MAJOR + "7"), ("The text of 1 cell was no text.",)),
    "carriage returns": (on("time_major", source=MAJOR.replace("\n", "\r\n")), all_of(), ()),
    "metadata is a number": (on("affine", metadata=3), all_of(), ("The metadata of 1 cell was none.", "The grade id of affine was changed or missing.")),
    "metadata is null": (cells(lambda c: c | {"metadata": None}), all_of(), None),
    "nbgrader is a list": (lambda nb: at(nb, "check_affine")["metadata"].update(nbgrader=[1]), all_of(), ("The grade id of check_affine was changed or missing.",)),
    "a grade id is a number": (graded("affine", grade_id=5), all_of(), ("The grade id of affine was changed or missing.",)),
    "no cell types": (cells(lambda c: {k: v for k, v in c.items() if k != "cell_type"}), all_of(), None),
    "a type in capitals": (on("affine", cell_type="Code"), all_of(), ("1 cell had no type that is known.",)),
    "things among the cells": (lambda nb: nb["cells"].extend([None, 3, [], {}]), all_of(), ("4 things among the cells are no cells.",)),
    "texts among the cells": (both(remove("affine"), insert("check_affine", AFFINE)), all_of(), ("1 cell had no type that is known.", "The answer cell affine was missing; another cell defines affine.")),
    "huge outputs": (on("46fc6969e67f", outputs=[{"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}]), all_of(), ()),
    "a conflict in a source": (on("affine", source="<<<<<<< HEAD\n" + stub("affine") + "\n=======\n" + AFFINE + "\n>>>>>>> b\n"), all_of(affine=AFFINE + "\n"), None),
    "a conflict in words": (on("mixed_sequences", source="<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> b\n"), all_of(mixed_sequences="one\ntwo\n"), None),
    "a conflict of which one side parses": (on("affine", source=f"<<<<<<< HEAD\n{AFFINE[:-30]}(\n=======\n{AFFINE}\n>>>>>>> b\n"), all_of(affine=AFFINE + "\n"), None),
    # ids
    "no cell ids": (cells(lambda c: {k: v for k, v in c.items() if k != "id"}), all_of(), ()),
    "no metadata": (cells(lambda c: c | {"metadata": {}}), all_of(), ("The grade ids of setup, affine, check_affine, time_major, check_time_major, question_mixed_sequences and mixed_sequences were changed or missing.",)),
    "neither": (cells(unnamed), all_of(), (NO_IDS, FOUND, "The answer to mixed_sequences stood in another cell.")),
    "neither, and no text of ours": (both(cells(unnamed), lambda nb: nb["cells"].__setitem__(slice(None), [c for c in nb["cells"] if c["cell_type"] == "code"])), ONLY_CODE, None),
    "neither, and the question was written into": (both(lambda nb: at(nb, "question_mixed_sequences")["source"].append("\n\nMy words."), remove("mixed_sequences"), cells(unnamed)), all_of(mixed_sequences="My words."), None),
    "a grade id in capitals": (graded("affine", grade_id="Affine"), all_of(), ("The grade id of affine was changed or missing.",)),
    "a grade id with spaces": (both(graded("affine", grade_id=" affine\t"), on("affine", id="x")), all_of(), ("The grade id of affine was changed or missing.",)),
    "a grade id of something else": (both(graded("affine", grade_id="homework"), on("affine", id="x")), all_of(), ("The answer cell affine was missing; another cell defines affine.",)),
    "a check renamed": (both(graded("check_affine", grade_id="check_x"), on("check_affine", id="x")), all_of(), ("The grade id of check_affine was changed or missing.",)),
    "an answer twice": (insert("check_affine", copy_of("affine", "def affine(x, W, b):\n    return 1")), all_of(affine="def affine(x, W, b):\n    return 1"), ("affine was there more than once; the last one counts.",)),
    "an answer twice, then a stub": (insert("check_affine", copy_of("affine")), all_of(), ("affine was there more than once; the last one with an answer in it counts.",)),
    "an answer twice, then empty": (insert("76b298a83202", copy_of("affine", "")), all_of(), ("affine was there more than once; the last one with an answer in it counts.",)),
    "an answer twice, then nothing done": (insert("76b298a83202", copy_of("affine", 'def affine(x, W, b):\n    """Mine."""\n    pass')), all_of(), ("affine was there more than once; the last one with an answer in it counts.",)),
    "a check twice": (insert("check_affine", copy_of("check_affine", "3.0")), all_of(), ("check_affine was there more than once; ours counts.",)),
    "everything twice": (lambda nb: nb["cells"].extend(copy.deepcopy(nb["cells"])), all_of(), None),
    "an answer cut in two": (both(on("affine", source=AFFINE), insert("check_affine", copy_of("affine", "print(affine)"))), all_of(), ("affine was there more than once; the last one with an answer in it counts.",)),
    # cells of ours that are gone or something else
    "an answer deleted": (remove("affine"), without(affine=""), ("The answer cell affine was missing.",)),
    "a check deleted": (remove("check_affine", "check_time_major"), all_of(), ("check_affine and check_time_major were missing and were put back.",)),
    "all but the answers deleted": (lambda nb: nb["cells"].__setitem__(slice(None), [at(nb, n) for n in EVERY]), all_of(), ("setup, check_affine, check_time_major and question_mixed_sequences were missing and were put back.",)),
    "turned round": (lambda nb: nb["cells"].reverse(), all_of(), (ORDER,)),
    "two answers changed places": (lambda nb: (lambda i, j: nb["cells"].__setitem__(slice(i, j + 1), [nb["cells"][j], *nb["cells"][i + 1 : j], nb["cells"][i]]))(index(nb, "affine"), index(nb, "time_major")), all_of(), (ORDER,)),
    "checks first": (lambda nb: nb["cells"].sort(key=lambda c: not c["id"].startswith("check")), all_of(), (ORDER,)),
    "a check as text": (on("check_affine", cell_type="markdown"), all_of(), ("check_affine was changed; ours stands in its place.",)),
    "a check as raw": (on("check_affine", cell_type="raw"), all_of(), ("check_affine was changed; ours stands in its place.",)),
    "a check rewritten": (on("check_affine", source="3.0"), all_of(), ("check_affine was changed; ours stands in its place.",)),
    "a check with tags": (lambda nb: at(nb, "check_affine")["metadata"].update(tags=["skip-execution"]), all_of(), ("The metadata of check_affine was changed; ours counts.",)),
    "a check with points": (graded("check_affine", points=300), all_of(), ("The metadata of check_affine was changed; ours counts.",)),
    "a check that is an answer": (graded("check_affine", solution=True, locked=False), all_of(), ("The metadata of check_affine was changed; ours counts.",)),
    "another schema": (graded("affine", schema_version=99), all_of(), ("The metadata of affine was changed; ours counts.",)),
    "an answer as text": (on("affine", cell_type="markdown"), all_of(), ("affine was no code cell any more; it is one again.",)),
    "an answer as raw": (on("affine", cell_type="raw"), all_of(), ("affine was no code cell any more; it is one again.",)),
    "an answer fenced in text": (on("affine", cell_type="markdown", source=f"Mine:\n\n```python\n{AFFINE}\n```\n"), all_of(affine=AFFINE + "\n"), ("affine was no code cell any more; it is one again.",)),
    "words as code": (on("mixed_sequences", cell_type="code"), all_of(), ("mixed_sequences was no text cell any more; it is one again.",)),
    "the imports changed": (on("setup", source="import itertools"), all_of(), ("setup was changed; ours runs, and then what it was changed to.",)),
    "a question rewritten": (on("question_mixed_sequences", source="Mine."), all_of(), ("question_mixed_sequences was changed; ours stands in its place, and what it was changed to below it.",)),
    "our text changed": (on("7c556d5b6c3e", source="nothing"), all_of(), ()),
    # answers with another name
    "the only function of its cell": (on("affine", source=AFFINE.replace("affine", "layer")), all_of(affine=AFFINE.replace("affine", "layer") + "\n\naffine = layer"), ("affine was named layer; it is graded under that name.",)),
    "what its check was given": (both(on("affine", source=AFFINE.replace("affine", "layer") + "\n\n\ndef helper():\n    pass"), on("check_affine", source="check('affine', layer)")), all_of(affine=AFFINE.replace("affine", "layer") + "\n\n\ndef helper():\n    pass\n\naffine = layer"), ("check_affine was changed; ours stands in its place.", "affine was named layer; it is graded under that name.")),
    "nobody knows which": (on("affine", source="def one():\n    pass\n\n\ndef two():\n    pass"), all_of(affine="def one():\n    pass\n\n\ndef two():\n    pass"), ()),
    # answers that stand elsewhere
    "in a cell of their own above": (both(emptied("affine"), insert("affine", code(AFFINE))), all_of(), ("The answer cell affine holds no answer; another cell defines affine.",)),
    "in a cell of their own below": (both(on("affine", source=stub("affine")), insert("check_affine", code(AFFINE))), all_of(), ("The answer cell affine holds no answer; another cell defines affine.",)),
    "below its check": (both(on("affine", source=stub("affine")), insert("76b298a83202", code(AFFINE))), all_of(), ("The answer cell affine holds no answer; another cell defines affine.",)),
    "at the very end": (both(remove("affine"), lambda nb: nb["cells"].append(code(AFFINE))), all_of(), ("The answer cell affine was missing; another cell defines affine.",)),
    "in its check": (both(emptied("affine"), on("check_affine", source=AFFINE + "\n\ncheck('affine', affine)")), all_of(affine=AFFINE + "\n\ncheck('affine', affine)"), None),
    "in a cell of ours": (both(emptied("affine"), on("4043e334400b", source=AFFINE)), all_of(), None),
    "in a text of their own": (both(emptied("affine"), insert("affine", text(AFFINE))), all_of(), ("The answer cell affine holds no answer; another cell defines affine.",)),
    "both in one": (both(on("affine", source=MERGED), remove("time_major")), all_of(affine=MERGED, time_major=SEE), ("time_major is defined in the cell of affine.",)),
    "both in one, and a stub": (both(on("affine", source=MERGED), on("time_major", source=stub("time_major"))), all_of(affine=MERGED, time_major=SEE), ("time_major is defined in the cell of affine.",)),
    "both in the later one": (both(on("time_major", source=MERGED), emptied("affine")), all_of(affine=MERGED, time_major=SEE), ("affine is defined in the cell of time_major.",)),
    "both in one of their own": (both(emptied("affine", "time_major"), insert("affine", code(MERGED))), all_of(affine=MERGED, time_major=SEE), ("The answer cell affine holds no answer; another cell defines affine.", "time_major is defined in the cell of affine.")),
    "changed about": (swapped, all_of(), ("affine is defined in the cell of time_major.", "time_major is defined in the cell of affine.")),
    "one in the other's place": (both(on("time_major", source=AFFINE), emptied("affine")), without(time_major=""), ("affine is defined in the cell of time_major.",)),
    "words in a text of their own": (both(on("mixed_sequences", source=stub("mixed_sequences")), insert("mixed_sequences", text(WORDS), after=True)), all_of(), ("The answer to mixed_sequences stood in another cell.",)),
    "words above the cell for them": (both(emptied("mixed_sequences"), insert("mixed_sequences", text(WORDS))), all_of(), ("The answer to mixed_sequences stood in another cell.",)),
    "words in the question": (both(emptied("mixed_sequences"), lambda nb: at(nb, "question_mixed_sequences")["source"].append("\n\n" + WORDS)), all_of(), ("The answer to mixed_sequences stood in another cell.",)),
    "words in a code cell": (both(emptied("mixed_sequences"), insert("mixed_sequences", code(WORDS), after=True)), all_of(), ("The answer to mixed_sequences stood in another cell.",)),
    "words and code changed about": (lambda nb: (lambda a, m: (a.update(source=m["source"]), m.update(source=AFFINE)))(at(nb, "affine"), at(nb, "mixed_sequences")), all_of(), None),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_cells_that_are_not_as_they_should_be(name):
    change, answers, said = CELLS[name]
    notebook = handed_in()
    change(notebook)
    found, sentences = taken(written(notebook).encode())
    assert found == answers
    if said is not None:
        assert sentences == said
    else:
        assert sentences and all(s.endswith(".") for s in sentences)


def source_of(notebook: dict) -> list[str]:
    grafted = graft(OURS, salvage(written(notebook).encode(), NAME).notebook).notebook
    ours = {c.source for c in OURS.cells}
    return [c.source for c in grafted.cells if c.source not in ours]


def test_their_own_cells_stand_where_they_stood():
    notebook = handed_in()
    insert("check_affine", code("x = 1"), text("*mine*"))(notebook)
    insert("time_major", code("y = 2"))(notebook)
    notebook["cells"].insert(0, code("first = 0"))
    assert source_of(notebook) == ["first = 0", AFFINE, "x = 1", "*mine*", "y = 2", MAJOR, WORDS]


def test_what_was_written_over_a_question_stands_below_it():
    notebook = handed_in()
    on("question_mixed_sequences", source="Because they mix.")(notebook)
    grafted = graft(OURS, salvage(written(notebook).encode(), NAME).notebook).notebook
    sources = [c.source for c in grafted.cells]
    place = sources.index("Because they mix.")
    assert grafted.cells[place - 1].metadata.nbgrader.grade_id == "question_mixed_sequences"
    assert grafted.cells[place + 1].source == WORDS


def test_an_edit_in_a_code_cell_of_ours_stays_and_in_our_text_does_not():
    notebook = handed_in()
    at(notebook, "46fc6969e67f")["source"] = ["edited = 1"]
    at(notebook, "7c556d5b6c3e")["source"] = ["edited = 2"]
    assert source_of(notebook)[0] == "edited = 1" and not any("edited = 2" in s for s in source_of(notebook))


def test_what_stands_in_the_place_of_an_answer_found_elsewhere_runs_before_it():
    notebook = handed_in()
    at(notebook, "affine")["source"] = ["scale = 1"]
    insert("affine", code(AFFINE), after=True)(notebook)
    assert source_of(notebook)[:2] == ["scale = 1", AFFINE]


def test_a_copy_of_a_stub_does_not_undo_an_answer():
    notebook = handed_in()
    insert("affine", code(stub("affine")), after=True)(notebook)
    grafted = graft(OURS, salvage(written(notebook).encode(), NAME).notebook).notebook
    assert not any("NotImplementedError" in c.source and "def affine" in c.source for c in grafted.cells)


# Whatever the bytes are


def spoiled(seed: int) -> bytes:
    """The file with some of its bytes changed, taken out or doubled."""
    draw = random.Random(seed)
    data = bytearray(TEXT.encode() if seed % 2 else json.dumps(json.loads(TEXT)).encode())
    for _n in range(draw.choice([1, 3, 30, 100])):
        place, size = draw.randrange(len(data)), draw.choice([1, 2, 50, 2000])
        what = draw.choice(["change", "cut", "double", "noise"])
        piece = data[place : place + size]
        data[place : place + size] = {
            "change": bytes(draw.choice(b'{}[]",:\\\n0') for _ in piece),
            "cut": piece[:1],
            "double": piece + piece,
            "noise": draw.randbytes(len(piece)),
        }[what]
    return bytes(data)


@pytest.mark.parametrize("seeds", [range(n, n + 25) for n in range(0, 200, 25)], ids=str)
def test_no_bytes_stop_the_intake(seeds):
    for seed in seeds:
        nbformat.validate(graft(OURS, salvage(spoiled(seed), NAME).notebook).notebook)


MEAN = {
    "marks without cells": b'{"cell_type":' * 200_000,
    "cells without ends": b'{"cell_type": "code", "source": ["' * 100_000,
    "brackets": b'{"a":' * 500_000,
    "lists": b"[" * 1_000_000,
    "quotes": b'{"cells": ["' + b'\\"' * 1_000_000,
    "lines": b'{"cells": [{"cell_type": "code", "source": [' + b'"a\n' * 300_000,
    "many cells": b'{"cells": [' + b'{"cell_type":"code","source":"x = 1","metadata":{}},' * 50_000 + b"{}]}",
    "many values": b'{"cells": [' + b"0," * 4_000_000 + b"0]}",
    "a long source": b'{"cells": [{"cell_type":"code","source":"' + b"affine = 1 + " * 300_000 + b'1"}]}',
    "white space": b'{"cells": [{"cell_type":"code","source":"' + b"affine" + b" " * 1_500_000 + b'"}]}',
    "a script of marks": b"# %%\n" * 200_000,
    "a text of fences": b"```\n" * 200_000,
    "a script of brackets": b"def f(\n" * 100_000,
    "conflicts": b"<<<<<<< a\n" * 200_000,
}  # fmt: skip


@pytest.mark.parametrize("name", MEAN)
def test_mean_bytes_take_no_long_time(name):
    began = time.process_time()
    graft(OURS, salvage(MEAN[name], NAME).notebook)
    assert time.process_time() - began < 20, "a second or two where nothing else runs"
