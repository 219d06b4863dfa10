"""A class that is graded with `nbgrader autograde`: attacks by files, time stamps, pages and the gradebook's place."""

# ruff: noqa: E501  (a row of a table stays a row)

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from handed_in import LESSON, RIGHT, WORDS, Work, contents, honest
from nbgrader.api import Gradebook

from autograder.build.paths import ROOT, Course
from autograder.grading import export

BOOK = f"{LESSON}.ipynb"
GRADED = "b_first"  # a neighbour who is graded before the rest, and whose files attacks point at
RUN = "window.hacked=1"
SCRIPT = f"<script>{RUN}</script>"


def plain(change=None, **files: bytes):
    """A notebook that is changed, and files beside it."""

    def make(folder: Path) -> None:
        work = Work(folder.parents[2])
        if change:
            change(work)
        (folder / BOOK).write_bytes(work.submission().data)
        for name, data in files.items():
            path = folder / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    return make


def raw(data: bytes, name: str = BOOK):
    return lambda folder: (folder / name).write_bytes(data)


def text() -> str:
    return Work().text()


def named(name: str):
    return lambda folder: (folder / name).write_text(text(), encoding="utf-8")


def linked(name: str, target: str):
    """A link to something in the course, beside a notebook or in its place."""

    def make(folder: Path) -> None:
        plain()(folder)
        (folder / name).unlink(missing_ok=True)
        os.symlink(str(folder.parents[2] / target), folder / name)

    return make


def hard(folder: Path) -> None:
    """The neighbour's notebook under a second name: one file in two places."""
    plain()(folder)
    os.link(folder.parents[1] / GRADED / LESSON / BOOK, folder / "theirs.ipynb")


def fifo(folder: Path) -> None:
    os.mkfifo(folder / BOOK)


def whole_folder(folder: Path) -> None:
    """The folder itself is a link to the neighbour's."""
    folder.rmdir()
    os.symlink(folder.parents[1] / GRADED / LESSON, folder)


def stamped(stamp: str | bytes, change=None):
    data = stamp if isinstance(stamp, bytes) else stamp.encode()
    return plain(change, timestamp_dot_txt=data)


def run_at(time: str):
    """JupyterLab's own note of when a cell was run."""
    return lambda work: work.at("affine")["metadata"].update(
        execution={"iopub.execute_input": time, "shell.execute_reply": time}
    )


def in_words(markdown: str):
    return plain(lambda work: work.answer("mixed_sequences", markdown))


def printed(code: str):
    return plain(lambda work: work.cell(code))


def database(statement: str):
    code = f"import sqlite3\nbook = sqlite3.connect('FOLDER/gradebook.db')\nbook.execute({statement!r})\nbook.commit()"
    return plain(lambda work: work.cell(code.replace("FOLDER", str(work.folder))))


LINE = '    "    return x @ W.T + b"\n'
STUB = '    "    raise NotImplementedError(\\"affine\\")"\n'
STAMP = "The time stamp {} cannot be read; graded as without one. A person has to see whether it is late."
ZIP = b"PK\x03\x04" + b"\0" * 100

# Student: what their folder holds, their points, and what the instructor reads (in the log and in the notebook).
CLASS = {
    "a_right": (lambda folder: (folder / BOOK).write_bytes(honest().data), 5, None),
    # files
    "file_cut": (raw(text()[: text().index("x.reshape(x.shape[1]")].encode()), 3, f"{BOOK} is cut off; 32 cells were recovered whole, and 1 in part."),
    "file_empty": (raw(b""), 0, f"{BOOK} is empty."),
    "file_zip": (raw(ZIP), 0, f"{BOOK} is not a notebook: it is a zip archive or an office document."),
    "file_conflict": (raw(text().replace(LINE, f"<<<<<<< HEAD\n{STUB}=======\n{LINE}>>>>>>> theirs\n").encode()), 3, f"{BOOK} had the marks of a merge conflict in it, first in line {text()[: text().index(LINE)].count(chr(10)) + 1}; the first of two sides was taken, unless only the second is more than a stub."),
    "file_utf16": (raw(text().encode("utf-16")), 3, f"{BOOK} was saved as UTF-16; it was read as that."),
    "file_script": (raw(f"import numpy as np\n\n{RIGHT['affine']}\n".encode()), 3, f"{BOOK} is a script or a text with code, and was taken apart into cells."),
    "file_name": (named(f"{LESSON} (1).ipynb"), 3, f"The notebook is called {LESSON} (1).ipynb in place of {BOOK}."),
    "file_name_odd": (named("과제.IPYNB"), 3, f"The notebook is called 과제.IPYNB in place of {BOOK}."),
    "file_name_txt": (named(f"{BOOK}.txt"), 3, f"The notebook is called {BOOK}.txt in place of {BOOK}."),
    "file_none": (lambda folder: None, 0, "There is no notebook in the folder."),
    "file_two": (lambda folder: (plain()(folder), (folder / "better.ipynb").write_bytes(honest().data)), 3, f"There are other notebooks with answers beside {BOOK}, which do not count: better.ipynb."),
    "file_folder": (lambda folder: (folder / BOOK).mkdir(), 0, "There is no notebook in the folder."),
    "file_fifo": (fifo, 0, f"Not plain files, so left out: {BOOK}."),
    "file_marks": (plain(lambda work: work.name), 3, None),
    "file_shadows": (plain(None, numpy_dot_py=b"1/0", json_dot_py=b"1/0", autograder____init___dot_py=b"1/0", sitecustomize_dot_py=b"1/0"), 3, None),
    "file_config": (plain(None, nbgrader_config_dot_py=b"raise SystemExit", jupyter_config_dot_json=b"{", conftest_dot_py=b"1/0"), 3, None),
    # links
    "link_notebook": (linked(BOOK, f"submitted/{GRADED}/{LESSON}/{BOOK}"), 0, f"Links are not followed, so left out: {BOOK}."),
    "link_gradebook": (linked("data.db", "gradebook.db"), 3, "Links are not followed, so left out: data.db."),
    "link_solution": (linked("solution", "solutions"), 3, "Links are not followed, so left out: solution."),
    "link_folder": (whole_folder, 0, "The folder is a link to another place, and was not read."),
    "link_hard": (hard, 3, f"There are other notebooks with answers beside {BOOK}, which do not count: theirs.ipynb."),
    # gradebook
    "gradebook_update": (database("update grade set auto_score = 10, manual_score = 10, extra_credit = 10"), 3, None),
    "gradebook_dropped": (database("drop table student"), 3, None),
    "gradebook_emptied": (plain(lambda work: work.cell(f"open('{work.folder}/gradebook.db', 'wb').close()")), 3, None),
    # time stamps
    "stamp_words": (stamped("yesterday"), 3, STAMP.format("'yesterday'")),
    "stamp_bytes": (stamped(b"\xff\xfe\x00" * 50), 3, None),
    "stamp_huge": (stamped("9" * 10**6), 3, None),
    "stamp_year": (stamped("99999-01-01 00:00:00 UTC"), 3, STAMP.format("'99999-01-01 00:00:00 UTC'")),
    "stamp_ahead": (stamped("2999-01-01 00:00:00 UTC"), 3, "The time stamp '2999-01-01 00:00:00 UTC' lies ahead; graded as without one. A person has to see whether it is late."),
    "stamp_backdated": (stamped("2020-01-01 00:00:00 UTC", run_at("2024-05-01T10:00:00.0Z")), 3, "A cell was last run at 2024-05-01 10:00 UTC, after the time stamp, 2020-01-01 00:00 UTC: one of the two is wrong."),
    "stamp_link": (linked("timestamp.txt", "gradebook.db"), 3, "Links are not followed, so left out: timestamp.txt."),
    # pages
    "page_words": (in_words(f"{WORDS}\n\n{SCRIPT}<img src=x onerror='{RUN}'>[x](javascript:{RUN})"), 3, None),
    "page_tex": (in_words("$\\href{javascript:window.hacked=1}{x}$ $\\unicode{<script>}$"), 3, None),
    "page_cell": (plain(lambda work: work.cell(f"{SCRIPT}<iframe srcdoc='{SCRIPT}'></iframe>", kind="markdown")), 3, None),
    "page_output": (printed(f"from IPython.display import HTML, Javascript, SVG\ndisplay(HTML({SCRIPT!r}), Javascript({RUN!r}))\ndisplay({{'image/svg+xml': '<svg onload=\"{RUN}\"></svg>', 'text/markdown': {SCRIPT!r}, 'text/latex': {SCRIPT!r}}}, raw=True)\nprint({SCRIPT!r})"), 3, None),
    "page_error": (plain(lambda work: work.answer("time_major", f"def time_major(x):\n    raise ValueError({SCRIPT!r})")), 3, f"ValueError: {SCRIPT}"),
    "page_name": (plain(lambda work: work.answer("time_major", f"T = type({SCRIPT!r}, (), {{}})\ndef time_major(x):\n    return T()")), 3, f"result should be an array; a {SCRIPT} came"),
    "page_raw": (plain(lambda work: work.cell(SCRIPT, kind="raw")), 3, None),
    "page_file": (lambda folder: (plain()(folder), (folder / "<img src=x onerror=alert(1)>.ipynb").write_bytes(honest().data)), 3, "There are other notebooks with answers beside 00_start_here.ipynb, which do not count: <img src=x onerror=alert(1)>.ipynb."),
    "z_right": (lambda folder: (folder / BOOK).write_bytes(honest().data), 5, None),
}  # fmt: skip


def nbgrader(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", *arguments, f"--CourseDirectory.root={root}"]
    environment = os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    if not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed")
    root = tmp_path_factory.mktemp("class")
    shutil.copytree(Course().solved(LESSON).parent, root / "solutions" / LESSON)
    first = root / "submitted" / GRADED / LESSON
    first.mkdir(parents=True)
    (first / BOOK).write_bytes(honest().data)
    assert nbgrader(root, "autograde", LESSON).returncode == 0
    before = contents(root / "autograded")
    for student, (make, _points, _said) in CLASS.items():
        folder = root / "submitted" / student / LESSON
        folder.mkdir(parents=True)
        make(folder)
    handed_in = contents(root / "submitted")
    done = nbgrader(root, "autograde", LESSON)
    pages = [nbgrader(root, "generate_feedback", LESSON, f"--student={s}") for s in ("page_*", "[az]_right")]
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnn") as gradebook:
        scores = {row["student_id"]: row["score"] for row in export.marks(gradebook, {LESSON}, set())}
    return SimpleNamespace(root=root, done=done, pages=pages, scores=scores, before=before, handed_in=handed_in)


def test_the_batch_finishes(batch):
    assert batch.done.returncode == 0, batch.done.stderr[-3000:]
    assert [p.returncode for p in batch.pages] == [0, 0], batch.pages[0].stderr[-3000:]


@pytest.mark.parametrize("student", CLASS)
def test_each_gets_what_the_answers_are_worth(batch, student):
    points, said = CLASS[student][1:]
    assert batch.scores[student] == points
    lines = [
        line.partition(f"{student}, {LESSON}: ")[2]
        for line in batch.done.stderr.splitlines()
        if f" {student}, " in line
    ]
    notebook = (batch.root / "autograded" / student / LESSON / BOOK).read_text(encoding="utf-8")
    if said is not None:
        shown = said.replace("<", "&lt;").replace(">", "&gt;")
        assert said in lines or said in notebook or shown in notebook, lines
    else:
        assert [line for line in lines if "points" not in line and "time stamp" not in line] == []


def test_neighbours_are_as_they_were(batch):
    assert batch.scores[GRADED] == batch.scores["a_right"] == batch.scores["z_right"] == 5
    assert {n: h for n, h in contents(batch.root / "autograded").items() if n.startswith(GRADED)} == batch.before
    assert contents(batch.root / "submitted") == batch.handed_in, "what was handed in is read, and never written"
    with sqlite3.connect(batch.root / "gradebook.db") as database:
        assert database.execute("select count(*) from student").fetchone() == (len(CLASS) + 1,)
        assert database.execute(
            "select count(*) from grade where manual_score not null or extra_credit > 0"
        ).fetchone() == (0,)
        assert database.execute("select max(auto_score) from grade").fetchone() == (3,)


def test_nothing_of_theirs_but_the_notebook_is_kept(batch):
    ours = {
        BOOK,
        "timestamp.txt",
        *(
            p.relative_to(batch.root / "solutions" / LESSON).as_posix()
            for p in (batch.root / "solutions" / LESSON).rglob("*")
        ),
    }
    for student in CLASS:
        folder = batch.root / "autograded" / student / LESSON
        assert {p.relative_to(folder).as_posix() for p in folder.rglob("*")} <= ours
        assert not any(p.is_symlink() for p in (folder, *folder.rglob("*")))


class Alive(HTMLParser):
    """What of a page could run: our pages have scripts of their own, and none that is a student's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = False

    def handle_starttag(self, tag, attributes):
        self.script = tag == "script"
        for name, value in attributes:
            if name.startswith("on") or "javascript:" in (value or "").lower().replace("\t", ""):
                self.found.append(f"{tag} {name}={value}")
        if tag in ("iframe", "object", "embed", "base", "form"):
            self.found.append(tag)

    def handle_data(self, data):
        if self.script and "hacked" in data:
            self.found.append(data)

    def handle_endtag(self, tag):
        self.script = False


def alive(page: str) -> list[str]:
    reader = Alive()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("student", [s for s in CLASS if s.startswith("page")])
def test_nothing_of_theirs_is_alive_in_a_page(batch, student):
    page = (batch.root / "feedback" / student / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    honest_page = (batch.root / "feedback" / "a_right" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert alive(page) == alive(honest_page)
    assert not re.search(r"\\(href|unicode)\b", page.replace("\\ href", ""))


def test_no_page_shows_what_is_hidden(batch):
    pages = list((batch.root / "feedback").rglob("*.html"))
    assert len(pages) == 2 + sum(s.startswith("page") for s in CLASS)
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"hidden\s*=\s*True|HIDDEN TESTS|MARK SCHEME|Mark scheme|After the reshape, column", page)
