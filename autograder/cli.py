"""The command line. Each command imports what it needs, so that help and mistakes answer at once."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from autograder.messages import _, ngettext


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the result is the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.run(chosen)
    except KeyboardInterrupt:
        print(_("Stopped."), file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m autograder", description=_("The course's own tools."))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", help=_("solutions/*.py to solved notebooks and the release for students"))
    build.add_argument("lessons", nargs="*", metavar="LESSON", help=_("a lesson, such as 01 (default: all)"))
    build.add_argument("--check", action="store_true", help=_("only say what is not what the sources build"))
    build.add_argument("--force", action="store_true", help=_("run every cell, overwrite answers in notebooks/"))
    build.set_defaults(run=_build)

    listing = commands.add_parser("list", help=_("every exercise of the course"))
    listing.add_argument("--json", action="store_true", help=_("as JSON"))
    listing.set_defaults(run=_list)

    check = commands.add_parser("check", help=_("grade a notebook file as an instructor would, without a gradebook"))
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK.ipynb")
    check.add_argument("--json", action="store_true", help=_("as JSON"))
    check.set_defaults(run=_check)

    grade = commands.add_parser("grade", help=_("grade the sample submissions with nbgrader, in out/grade/"))
    grade.set_defaults(run=_grade)
    return parser


def _lessons(names: Sequence[str]) -> list:
    from autograder import registry

    return [registry.lesson(name) for name in names] if names else list(registry.lessons())


def _build(chosen: argparse.Namespace) -> int:
    from autograder import registry
    from autograder.build.compare import differences, orphans
    from autograder.build.errors import BuildError
    from autograder.build.lessons import build
    from autograder.build.paths import Course

    course = Course()
    try:
        lessons = _lessons(chosen.lessons)
    except registry.UnknownExercise as error:
        return _refuse(str(error))
    if chosen.check:
        said = [s for lesson in lessons for s in differences(course, lesson)]
        said += [] if chosen.lessons else orphans(course, [lesson.id for lesson in lessons])
        print("\n".join(said) if said else _("The notebooks are what their sources build."))
        if said:
            print(_("Run `make build` to bring them up to date."))
        return 1 if said else 0
    failed = 0
    for lesson in lessons:
        began = time.monotonic()
        try:
            done = build(course, lesson, force=chosen.force)
        except BuildError as error:
            print(error, file=sys.stderr)
            failed = 1
            continue
        how = _("executed") if done.executed else _("up to date")
        print(f"{done.lesson}  {how}  {done.bytes / 1000:.0f} kB  {time.monotonic() - began:.1f} s", flush=True)
    return failed


def _list(chosen: argparse.Namespace) -> int:
    from autograder.listing import as_data, as_text

    print(json.dumps(as_data(), indent=2, ensure_ascii=False) if chosen.json else as_text())
    return 0


def _check(chosen: argparse.Namespace) -> int:
    from autograder.build.paths import Course
    from autograder.grading.check import BadNotebook, check_file

    try:
        result = check_file(chosen.notebook, Course())
    except BadNotebook as error:
        if not chosen.json:
            return _refuse(str(error))
        print(json.dumps({"error": str(error)}, ensure_ascii=False))
        return 2
    print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False) if chosen.json else result.text())
    return 0 if result.passed else 1


def _grade(chosen: argparse.Namespace) -> int:
    from autograder.build.errors import BuildError
    from autograder.build.paths import Course
    from autograder.grading.samples import grade

    try:
        graded = grade(Course(), say=lambda line: print(line, flush=True))
    except BuildError as error:
        return _refuse(str(error))
    print(graded.text())
    wrong = graded.unexpected()
    for line in wrong:
        print(line)
    said = ngettext("{n} mark is not what it should be.", "{n} marks are not what they should be.", len(wrong))
    print(said.format(n=len(wrong)) if wrong else _("Every mark is the one that samples/expected.toml asks for."))
    return 1 if wrong else 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
