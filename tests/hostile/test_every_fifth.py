"""A class of sixty, graded by two workers side by side, in which every fifth is out for harm or for points."""

from __future__ import annotations

import json
import shutil

import pytest
from handed_in import LESSON, RIGHT, Work, contents
from nbgrader.api import Gradebook
from test_breaks import BREAKS
from test_leaks import LEAKS
from test_lies import LIES
from test_structure import BROKEN

from autograder.build.paths import Course
from autograder.grading import batch, export

MANY = 60
STUB = 'def affine(x, W, b):\n    raise NotImplementedError("affine")'
RAISES = "def affine(x, W, b):\n    return nothing_of_this_name"
# The four who sit between two of them: what they wrote, and their points for affine and for time_major.
HONEST = (
    ({"time_major": RIGHT["time_major"]}, 3, 2),
    ({}, 3, 0),
    ({"affine": STUB, "time_major": RIGHT["time_major"]}, 0, 2),
    ({"affine": RAISES}, 0, 0),
)
# Every one of them has an honest affine, and a time_major that is wrong unless the table says otherwise.
HOSTILE = (
    *(BREAKS[name] for name in (
        "gradebook: by its place",
        "neighbours: deleted",
        "neighbours: modules changed",
        "grader: killed",
        "grader: its line closed",
        "killed: in a cell of their own",
        "killed: when it is tried",
    )),
    *((LIES[name][0], 3, 0, LIES[name][1]) for name in (
        "skipped: a tag on the check",
        "rewritten: a second check",
        "fooled: NumPy agrees",
    )),
    (LEAKS["every module's source"], 3, 0, ""),
    (BROKEN["swapped"][0], 3, 0, BROKEN["swapped"][1]),
)  # fmt: skip


def handed_in(root, number: int) -> tuple[str, dict[str, float], str]:
    """Lay out what one of them hands in. Returns the name, the points by check, and what the instructor has to read."""
    work = Work(root)
    if number % 5 == 4:
        change, affine, major, said = HOSTILE[number // 5]
        change(work)
    else:
        answers, affine, major = HONEST[number % 5]
        said = ""
        for name, source in answers.items():
            work.answer(name, source)
    given = work.submission()
    folder = root / "submitted" / f"student_{number:02}" / LESSON
    for name, data in {given.name: given.data, **given.files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder.parent.name, {"check_affine": affine, "check_time_major": major}, said.replace("FOLDER", str(root))


def test_everybody_gets_what_the_answers_are_worth(tmp_path):
    if not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed")
    assert len(HOSTILE) == MANY // 5
    shutil.copytree(Course().solved(LESSON).parent, tmp_path / "solutions" / LESSON)
    everybody = [handed_in(tmp_path, number) for number in range(MANY)]
    before = contents(tmp_path / "submitted")
    summary = batch.grade(Course(tmp_path), workers=2, rehearse=False)
    assert [o.status for o in summary.outcomes] == ["graded"] * MANY and summary.left == 0
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "rnn") as gradebook:
        found = {row["student_id"]: row for row in export.marks(gradebook, {LESSON}, set())}
    assert {name: row["score"] for name, row in found.items()} == {n: sum(p.values()) for n, p, _said in everybody}
    outcomes = {o.student: o for o in summary.outcomes}
    for name, points, said in everybody:
        notebook = json.loads((tmp_path / "autograded" / name / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
        reports = {f"check_{r['exercise']}": r for r in _reports(notebook)}
        assert {check: r["points"] for check, r in reports.items()} == points, name
        assert outcomes[name].needs == ()
        assert said in {"", *outcomes[name].notes} or said in json.dumps(list(reports.values()), ensure_ascii=False), (
            name
        )
    assert contents(tmp_path / "submitted") == before


def _reports(notebook: dict) -> list[dict]:
    """The reports in the outputs of the checks."""
    outputs = [o for c in notebook["cells"] if c["cell_type"] == "code" for o in c["outputs"] if "data" in o]
    found = [o["data"][mime] for o in outputs for mime in o["data"] if "autograder" in mime]
    return [json.loads(r) if isinstance(r, str) else r for r in found]
