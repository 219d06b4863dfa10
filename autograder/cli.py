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
    _no_sandbox(check)
    check.set_defaults(run=_check)

    _grade_parser(commands)

    samples = commands.add_parser("samples", help=_("grade the sample submissions with nbgrader, in out/grade/"))
    samples.set_defaults(run=_samples)
    return parser


def _grade_parser(commands: argparse._SubParsersAction) -> None:
    said = _("grade what was handed in, in submitted/, and record it in the gradebook")
    more = _(
        "Goes on where it was stopped or killed: what was graded, and has not been handed in anew, is left alone. The "
        "exit status is 0 when all is graded, 1 when some submissions need a human, 2 when it could not be done as "
        "asked, and 130 when it was told to stop."
    )
    grade = commands.add_parser("grade", help=said, description=f"{said[0].upper()}{said[1:]}. {more}")
    grade.add_argument("lessons", nargs="*", metavar="LESSON", help=_("a lesson, such as 01 (default: all)"))
    grade.add_argument("--student", default="*", metavar="ID", help=_("one student, or a pattern such as 'k*'"))
    grade.add_argument("--workers", type=_count, metavar="N", help=_("processes (default: one a processor)"))
    grade.add_argument("--scheduler", default="", metavar="ADDRESS", help=_("a Dask scheduler: grade on its workers"))
    grade.add_argument("--force", action="store_true", help=_("grade anew what is graded; marks by hand are kept"))
    grade.add_argument("--json", action="store_true", help=_("print the result as JSON, and nothing else"))
    _no_sandbox(grade)
    grade.add_argument("--course", type=Path, metavar="DIR", help=_("the folder with submitted/ (default: this one)"))
    grade.set_defaults(run=_grade)


def _no_sandbox(command: argparse.ArgumentParser) -> None:
    said = _("run submissions unprotected: they can do all that you can")
    command.add_argument("--no-sandbox", action="store_true", help=said)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("{text} is no number of processes: say 1 or more").format(text=text))
    return int(text)


def _lessons(names: Sequence[str]) -> list:
    from autograder import registry

    return [registry.lesson(name) for name in names] if names else list(registry.lessons())


def _build(chosen: argparse.Namespace) -> int:
    from autograder import registry
    from autograder.build import pages
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
        if not chosen.lessons:
            said += orphans(course, [lesson.id for lesson in lessons]) + pages.differences(course)
        print("\n".join(said) if said else _("The notebooks are what their sources build."))
        if said:
            print(_("Run `make build` to bring them up to date."))
        return 1 if said else 0
    for name in pages.build(course):
        print(_("{name}  written").format(name=name), flush=True)
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
    from autograder.sandbox import SandboxMissing

    try:
        result = check_file(chosen.notebook, Course(), sandbox=not chosen.no_sandbox)
    except (BadNotebook, SandboxMissing) as error:
        return _refuse(str(error), chosen.json)
    print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False) if chosen.json else result.text())
    return 0 if result.passed else 1


def _grade(chosen: argparse.Namespace) -> int:
    from autograder.build.paths import Course
    from autograder.grading import batch
    from autograder.grading.state import Refused
    from autograder.grading.summary import Progress

    try:
        summary = batch.grade(
            Course(chosen.course.resolve()) if chosen.course else Course(),
            chosen.lessons,
            chosen.student,
            workers=chosen.workers,
            scheduler=chosen.scheduler,
            force=chosen.force,
            sandbox=not chosen.no_sandbox,
            progress=Progress(silent=chosen.json),
        )
    except Refused as error:
        return _refuse(str(error), chosen.json)
    print(json.dumps(summary.to_dict(), indent=2, ensure_ascii=False) if chosen.json else summary.text())
    return summary.exit_status


def _samples(chosen: argparse.Namespace) -> int:
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


def _refuse(sentence: str, as_json: bool = False) -> int:
    if as_json:
        print(json.dumps({"error": sentence}, ensure_ascii=False))
    else:
        print(sentence, file=sys.stderr)
    return 2
