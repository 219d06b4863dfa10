"""The lessons as one course: how they open and close, what they say of each other, the glossary, the map, the links."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

from autograder import registry
from autograder.build import course_map, outline, pages
from autograder.build.links import linked, mentioned, target
from autograder.build.outline import Entry, opening
from autograder.build.paths import ROOT, Course
from autograder.build.source import read_source
from autograder.exercise import Lesson, Question
from bench import notebooks
from bench.table import Table, Value

COURSE = Course()
LESSONS = [lesson.id for lesson in registry.lessons()]
PAGES = ["README.md", "CONTRIBUTING.md", "TRUST.md"]
NOTEBOOKS = [c for name in LESSONS for c in (f"notebooks/{name}/{name}.ipynb", f"solutions/{name}/{name}.ipynb")]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@cache
def cells(lesson: str) -> list:
    path = COURSE.source(lesson)
    return read_source(path, path.name)


def prose(lesson: str) -> str:
    """What a student reads: the text without code, mark schemes and model answers."""
    text = "\n\n".join(cell.text for cell in cells(lesson) if cell.kind == "markdown")
    return re.sub(r"### BEGIN (\w+ ?\w*)\n.*?### END \1", "", text, flags=re.DOTALL)


# Openings and closings


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_opens_and_closes_as_all_do(lesson):
    first, last = opening(COURSE, lesson), cells(lesson)[-2].text
    found = registry.lesson(lesson)
    assert first.startswith(f"# {lesson[:2]} · {found.title}\n")
    order = [first.index(f"**{word}**") for word in ("At the end you can", "Builds on", "Time", "Points")]
    assert order == sorted(order)
    said = " ".join(first.split())
    assert f"**Time** about {found.minutes} minutes" in said
    by_hand = sum(q.points for q in found.questions)
    assert f"**Points** {found.points}, and {by_hand} more marked by a person." in said
    assert last.startswith("## Recap") and "\n**Further reading**\n\n- " in last
    assert "**Where next.**" in last or lesson == LESSONS[-1]
    assert cells(lesson)[-1].text == "progress()"


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_heading_of_an_exercise_holds_its_name(lesson):
    heading = ""
    for cell in cells(lesson):
        heading = (["", heading] + re.findall(r"^### Exercise.*", cell.text, re.MULTILINE))[-1]
        if cell.exercise:
            assert f"`{cell.exercise}`" in heading


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_prediction_says_what_may_be_written(lesson):
    for cell in cells(lesson):
        if cell.kind == "code" and cell.text.startswith("my_prediction"):
            assert re.fullmatch(r'my_prediction = "\?"  # .+', cell.text)


# Links


@cache
def text_of(page: str) -> str:
    path = ROOT / page
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("page", PAGES + NOTEBOOKS)
def test_every_relative_link_leads_somewhere(page):
    text = re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)
    for link in _LINK.findall(text):
        if not re.match(r"[a-z]+:|#", link):
            path = (ROOT / page).parent / link.partition("#")[0]
            assert path.exists(), f"{page} links to {link}"


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_links_of_a_notebook_stay_among_the_assignments(page):
    """nbgrader hands out one folder: what is in it, and the folders of other lessons beside it, is all there is."""
    for link in _LINK.findall(text_of(page)):
        assert re.match(r"https?://|#|figures/", link) or link in map(target, LESSONS), link


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_mention_of_another_lesson_is_a_link(lesson):
    text = text_of(f"notebooks/{lesson}/{lesson}.ipynb")
    for number in mentioned(prose(lesson)):
        there = [name for name in LESSONS if name[:2] == number and name != lesson]
        assert all(f"]({target(name)})" in text for name in there), number


def test_links_are_made_of_mentions_and_of_nothing_else():
    known = ["01_one", "02_two", "03_three"]
    one, two = target("01_one"), target("02_two")
    assert linked("Lesson 01 and\nlessons 01, 02 and 07", known) == (
        f"[Lesson 01]({one}) and\n[lessons 01]({one}), [02]({two}) and 07"
    )
    for same in (
        "`lesson 01`",
        "```\nlesson 01\n```",
        "[lesson 01](a.ipynb)",
        "![lesson 01](a.svg)",
        "lesson 1",
        "in 01",
    ):
        assert linked(same, known) == same
    assert linked("lesson 01", known, own="01_one") == "lesson 01"
    assert mentioned("Lesson 03, or lessons 01 and 03; 04") == ("03", "01")


# Glossary


def glossary() -> list[tuple[str, str, str, str]]:
    """English, Korean, the sentence, the number of the lesson."""
    (table,) = [c.text for c in cells("00_start_here") if "| English | 한국어 |" in c.text]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return [(*parts[:3], parts[3].removeprefix("lesson ")) for parts in (r.strip("| ").split(" | ") for r in rows)]


def test_the_glossary_is_in_order_and_complete():
    rows = glossary()
    assert len(rows) > 50 and len({row[0] for row in rows}) == len(rows)
    assert [row[3] for row in rows] == sorted(row[3] for row in rows)
    for english, korean, says, _number in rows:
        assert re.search("[가-힣]", korean), english
        assert says.endswith(".") and says[0].isupper()


@pytest.mark.parametrize("row", glossary(), ids=lambda row: row[0])
def test_a_term_is_used_where_the_glossary_says(row):
    english, _korean, _says, number = row
    there = [name for name in LESSONS if name[:2] == number]
    if not there and number > max(LESSONS)[:2]:
        pytest.skip("the lesson is not written yet")
    (lesson,) = there
    text = re.sub(r"\| English.*?</details>", "", prose(lesson), flags=re.DOTALL).lower()
    for word in re.findall(r"[\w-]+", english.lower()):
        assert re.search(rf"\b{re.escape(word.removesuffix('s'))}", text), word


# Map and table


def test_map_and_table_are_up_to_date():
    assert pages.differences(COURSE) == []


def test_every_lesson_but_the_first_builds_on_an_earlier_one():
    entries = outline.outline(COURSE)
    assert [e.lesson.id for e in entries] == LESSONS and entries[0].builds_on == ()
    for entry in entries[1:]:
        assert entry.builds_on and all(before < entry.lesson.id for before in entry.builds_on)


def test_the_map_has_a_place_for_an_arrow_that_passes_a_column(monkeypatch):
    def lesson(number: int, *needs: int) -> Entry:
        made = Lesson(f"{number:02}_x", f"Lesson {number}", 60, (Question("q", 3, ""),))
        return Entry(made, tuple(f"{n:02}_x" for n in needs))

    entries = (lesson(0), lesson(1, 0), lesson(2, 1), lesson(3, 0, 1, 2), lesson(4, 0), lesson(5, 3, 4))
    monkeypatch.setattr(course_map, "outline", lambda course: entries)
    canvas = course_map.course_map()
    assert canvas.problems() == []
    assert len(re.findall(r" H\d", canvas.svg())) == 2, "from 04 to 05, past two columns"
    assert "03 Lesson 3 builds on 00, 01, 02." in canvas.about


def test_readme_is_written_and_staleness_is_noticed(tmp_path):
    course = Course(tmp_path)
    course.solutions.mkdir()
    for name in LESSONS:
        course.source(name).write_text(COURSE.source(name).read_text(encoding="utf-8"), encoding="utf-8")
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{pages.BEGIN}\nold\n{pages.END}\nafter\n")
    assert len(pages.differences(course)) == 2
    assert pages.build(course) == ["assets/figures/course_map.svg", "README.md"]
    assert pages.build(course) == [] and pages.differences(course) == []
    text = readme.read_text()
    assert text.startswith(f"before\n{pages.BEGIN}\n") and text.endswith(f"{pages.END}\nafter\n") and "old" not in text
    assert all(
        f"notebooks/{name}/{name}.ipynb" in text and f"solutions/{name}/{name}.ipynb" in text for name in LESSONS
    )
    readme.write_text(text.replace("| 30 |", "| 31 |", 1))
    assert pages.differences(course) == [f"README.md is not what the registry, the lessons and {pages.MEASURED} say."]


def test_what_the_bench_saves_is_what_the_table_shows(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    path = tmp_path / notebooks.MEASURED
    path.parent.mkdir()
    path.write_text(json.dumps({LESSONS[1]: {"seconds": 9, "megabytes": 90}, "gone": {"seconds": 1, "megabytes": 1}}))
    table = Table("t", ("lesson", "with demos", "its memory"))
    table.rows.append((LESSONS[0], Value(2.6, "s", 60), Value(104.4, "MB", 1200)))
    table.rows.append((LESSONS[2], "not built: make build", None))
    notebooks.save(table)
    assert pages.measurements(Course(tmp_path)) == {
        LESSONS[0]: {"seconds": 3, "megabytes": 104},
        LESSONS[1]: {"seconds": 9, "megabytes": 90},
    }


def test_measurements_are_of_lessons_that_exist():
    assert set(pages.measurements(COURSE)) <= set(LESSONS)
    assert Path(ROOT / pages.MEASURED).is_file()
