"""Notebooks that are broken in their structure or as files: the same answers, the same points."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import json

import nbformat
import pytest
from handed_in import LESSON, RIGHT, WORDS, Work, all_of, honest, own, scores, sentences

BOOK = f"{LESSON}.ipynb"
STUB = 'def affine(x, W, b):\n    raise NotImplementedError("affine")'


def cells(change):
    return lambda work: work.notebook.update(cells=[change(c) for c in work.notebook["cells"]])


def remove(*names: str):
    return lambda work: work.notebook.update(cells=[c for c in work.notebook["cells"] if c["id"] not in names])


def on(name: str, **fields):
    return lambda work: work.at(name).update(fields)


def file(change):
    return lambda work: setattr(work, "data", change(work.text()))


def swapped(work: Work) -> None:
    one, other = work.at("affine"), work.at("time_major")
    one["source"], other["source"] = other["source"], one["source"]


def twice(work: Work) -> None:
    stub = work.copy("affine", STUB)
    work.notebook["cells"].insert(work.index("check_affine"), stub)


def pasted(work: Work) -> None:
    work.notebook["cells"].append(work.copy("check_affine", "3.0"))


IDS = "The grade ids of {} were changed or missing."
ALL = "setup, affine, check_affine, time_major, check_time_major, question_mixed_sequences and mixed_sequences"
SCRIPT = f"{BOOK} is a script or a text with code, and was taken apart into cells."

# What is done; the sentence that the instructor reads. Everywhere affine is right, and the words are there.
BROKEN = {
    # structure
    "a check twice": (pasted, "check_affine was there more than once; ours counts."),
    "an answer twice, the second a stub": (twice, "affine was there more than once; the last one with an answer in it counts."),
    "a check deleted": (remove("check_affine", "check_time_major"), "check_affine and check_time_major were missing and were put back."),
    "everything deleted but the answers": (remove("setup", "check_affine", "check_time_major", "question_mixed_sequences"), "setup, check_affine, check_time_major and question_mixed_sequences were missing and were put back."),
    "renamed": (lambda work: [c["metadata"]["nbgrader"].update(grade_id=" " + c["metadata"]["nbgrader"]["grade_id"].upper()) for c in work.notebook["cells"] if "nbgrader" in c["metadata"]], IDS.format(ALL)),
    "reordered": (lambda work: work.notebook["cells"].reverse(), "The cells were in another order; they stand in the lesson's order again."),
    "swapped": (swapped, "affine is defined in the cell of time_major."),
    "a check as markdown": (on("check_affine", cell_type="markdown"), "check_affine was changed; ours stands in its place."),
    "an answer as markdown": (on("affine", cell_type="markdown"), "affine was no code cell any more; it is one again."),
    "an answer as raw": (on("affine", cell_type="raw"), "affine was no code cell any more; it is one again."),
    "no metadata": (cells(lambda c: {**c, "metadata": {}}), IDS.format(ALL)),
    "no metadata and no ids": (cells(lambda c: {"cell_type": c["cell_type"], "source": c["source"], "metadata": {}}), "The answer cells affine and time_major were missing; other cells define affine and time_major."),
    "metadata of another type": (cells(lambda c: {**c, "metadata": [1, 2]}), "The metadata of 39 cells was none."),
    "nbgrader of another type": (cells(lambda c: {**c, "metadata": {"nbgrader": "yes"}}), IDS.format(ALL)),
    "schema version": (lambda work: [c["metadata"]["nbgrader"].update(schema_version="x") for c in work.notebook["cells"] if "nbgrader" in c["metadata"]], f"The metadata of {ALL} were changed; ours count."),
    "the answer in a cell of their own": (all_of(on("affine", source=STUB), own(RIGHT["affine"], "76b298a83202")), "The answer cell affine holds no answer; another cell defines affine."),
    "both answers in one cell": (lambda work: (work.answer("affine", RIGHT["affine"] + "\n\n\n" + "".join(work.at("time_major")["source"])), remove("time_major")(work)), "time_major is defined in the cell of affine."),
    "the words in a cell of their own": (lambda work: (work.cell(WORDS, "95c1e041a178", "markdown"), work.answer("mixed_sequences", "*Write your answer here.*")), "The answer to mixed_sequences stood in another cell."),
    # formats
    "format 99": (lambda work: work.notebook.update(nbformat=99), f"{BOOK} does not say that it is in format 4; it was read as that."),
    "no format": (lambda work: work.notebook.pop("nbformat"), f"{BOOK} does not say that it is in format 4; it was read as that."),
    "format 3": (file(lambda t: nbformat.writes(nbformat.convert(nbformat.reads(t, 4), 3), 3).encode()), f"{BOOK} is in a format from before 2015; it was brought up to date."),
    # files
    "a mark at the beginning": (file(lambda t: b"\xef\xbb\xbf" + t.encode()), f"{BOOK} was saved as UTF-8 with a byte order mark; it was read as that."),
    "UTF-16": (file(lambda t: t.encode("utf-16")), f"{BOOK} was saved as UTF-16; it was read as that."),
    "Windows": (file(lambda t: t.encode("cp1252", "replace")), f"{BOOK} was saved as Windows-1252; it was read as that."),
    "the end is gone": (file(lambda t: t[: t.index("## Recap")].encode()), f"{BOOK} is cut off; 37 cells were recovered."),
    "no brackets": (file(lambda t: t.replace('"cells": [', '"cells": ').encode()), f"{BOOK} is damaged: its JSON breaks in line 30; 39 cells were recovered."),
    "NULs in it": (file(lambda t: t.replace("return", "ret\0urn").encode()), f"{BOOK} had NUL characters in it; they were left out."),
    "a percent script": (file(lambda t: "\n\n".join(f"# %%\n{''.join(c['source'])}" if c["cell_type"] == "code" else "# %% [markdown]\n" + "\n".join(f"# {line}" for line in "".join(c["source"]).split("\n")) for c in json.loads(t)["cells"]).encode()), SCRIPT),
    "very deep": (file(lambda t: (t.rstrip()[:-1] + ', "x": ' + "[" * 10**5 + "]" * 10**5 + "}").encode()), f"{BOOK} has too many parts inside each other to be read in one piece; 39 cells were recovered."),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_graded_for_what_it_is_worth(engine, folder, name):
    change, said = BROKEN[name]
    work = Work(folder)
    change(work)
    graded = engine.grade(work.submission())
    assert scores(graded) == {"check_affine": 3, "check_time_major": 0}, graded.notes
    assert graded.written == {"mixed_sequences": WORDS}
    assert said in graded.notes and graded.repaired and graded.needs == ()
    assert RESHAPED in sentences(graded)
    assert scores(engine.grade(honest())) == {"check_affine": 3, "check_time_major": 2}


RESHAPED = (
    "This is a *reshape*. It keeps the numbers in the order in which they lie in memory and cuts them into pieces of a "
    "new size, so steps of one sequence land in another. Swapping axes moves each number to its new place."
)
NOTHING = {
    "empty": (b"", f"{BOOK} is empty."),
    "NULs": (b"\0" * 100, f"{BOOK} is empty."),
    "zip": (b"PK\x03\x04" + b"x" * 100, f"{BOOK} is not a notebook: it is a zip archive or an office document."),
    "PDF": (b"%PDF-1.4", f"{BOOK} is not a notebook: it is a PDF document."),
    "page": (b"<!doctype html><p>affine", f"{BOOK} is not a notebook: it is a web page."),
    "other JSON": (b'{"a": [1]}', f"{BOOK} is not a notebook: it is JSON, but has no cells."),
    "the beginning": (b'{\n "cells": [\n', f"{BOOK} is cut off: it is the beginning of a notebook without its end."),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_holds_nothing_earns_nothing_and_is_named(engine, name):
    work = Work()
    work.data, said = NOTHING[name]
    graded = engine.grade(work.submission())
    assert scores(graded) == {"check_affine": 0, "check_time_major": 0}
    assert graded.written == {"mixed_sequences": ""}
    assert graded.notes == graded.needs == (said,)
    assert scores(engine.grade(honest())) == {"check_affine": 3, "check_time_major": 2}


def test_an_untouched_notebook_is_not_attempted(engine):
    work = Work()
    work.notebook = Work(lesson=LESSON).notebook
    for name in ("affine", "time_major", "mixed_sequences"):
        work.at(name)["source"] = "*Write your answer here.*" if name == "mixed_sequences" else ""
    graded = engine.grade(work.submission())
    assert {r["outcome"] for r in graded.reports.values()} == {"not_attempted"}
    assert graded.notes == (f"{BOOK} holds no answer to an exercise or a question.",) and graded.needs == ()


def test_a_file_that_lost_all_answers_is_looked_at(engine):
    work = Work()
    work.data = work.text().split("def affine")[0].encode()
    graded = engine.grade(work.submission())
    assert graded.points == 0 and graded.notes == (
        f"{BOOK} is cut off; 25 cells were recovered.",
        f"{BOOK} holds no answer to an exercise or a question.",
    )
    assert graded.needs == graded.notes[1:] and graded.repaired
