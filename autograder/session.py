"""What a notebook uses: ``check``, ``hint``, ``progress`` and ``inputs``. Here probe and judge share the process."""

from __future__ import annotations

import re
import sys
import traceback
from collections import namedtuple
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import numpy as np

from autograder import feeding, judge, probes, registry
from autograder.exercise import Exercise
from autograder.messages import _
from autograder.probes import codec
from autograder.render import COLOURS, WORDS, inline, mark, points
from autograder.report import Report

_NOTHING = object()
_reports: dict[str, Report] = {}
_rungs: dict[str, int] = {}
_unfinished: set[str] = set()


def after_cell(result: Any) -> None:
    """Say what to do where a cell asked for a check of something that is not defined yet. Runs after every cell."""
    problem = getattr(result, "error_in_exec", None)
    failed = problem is not None or getattr(result, "error_before_exec", None) is not None
    source = getattr(getattr(result, "info", None), "raw_cell", None) or ""
    for name in re.findall(r"^(?:def|class)\s+(\w+)", source, re.MULTILINE):
        (_unfinished.add if failed else _unfinished.discard)(name)
    if isinstance(problem, NameError) and problem.name in registry.names():
        from IPython.display import display

        said = _("{name} is not defined in this notebook yet: run the cell above that defines it, then this one again.")
        display(Note(said.format(name=problem.name)))


def watch() -> None:
    """Have ``after_cell`` called, where this is a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        shell.events.register("post_run_cell", after_cell)


class Note:
    """A sentence or a few, shown as text and as HTML. As a score it counts nothing."""

    def __init__(self, text: str, html: str | None = None) -> None:
        self.text = text
        self.html = html or f'<div style="max-width:60em">{inline(text)}</div>'

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def examine(exercise: Exercise, answer: Any, *, hidden: bool = False, seed: int | None = None) -> Report:
    """The report on an answer, with probe and judge in this process. A fault of ours costs no points."""
    try:
        tried = judge.trials(exercise, hidden, seed)
        try:
            reply = feeding.ask(exercise, judge.request(exercise, tried), partial(probes.run, answer=answer))
        except (codec.BadData, OverflowError, RecursionError):
            reply = ""  # what came back cannot be sent to a judge: no fault of ours

        def earlier(name: str) -> Report | None:
            return _earlier(name, answer)

        return judge.judge(exercise, tried, reply, earlier, hidden)
    except Exception as problem:
        said = _(
            "The check itself broke down. That is our fault, and costs you nothing; please tell your teacher: {what}"
        )
        where = traceback.extract_tb(problem.__traceback__)[-1]
        what = f"{type(problem).__name__} ({where.name}, line {where.lineno})"
        most = float(exercise.points)
        return Report(exercise.id, "grader_error", most, most, summary=said.format(what=what), hidden=hidden)


def check(name: str, answer: Any = _NOTHING, *, hidden: bool = False) -> Report:
    """Check an answer against its exercise: ``check("rnn_step", rnn_step)``.

    ``hidden`` tries the hidden cases too, on new inputs, as grading does.
    """
    try:
        exercise = registry.exercise(name)
    except registry.UnknownExercise as problem:
        named = name if isinstance(name, str) else getattr(name, "__name__", type(name).__name__)
        return Report(named, "error", 0.0, 0.0, summary=str(problem))
    if answer is _NOTHING:
        said = _('Say what to check, too: check("{name}", {name}).').format(name=name)
        return Report(name, "error", 0.0, exercise.points, summary=said)
    report = examine(exercise, answer, hidden=hidden)
    if name in _unfinished and not hidden:
        said = _("The last cell that defines {name} ended in an error, so what was checked is the version before it.")
        report = replace(report, notes=(said.format(name=name), *report.notes))
    if _elsewhere_named(name, answer) and not hidden:
        said = _("What was checked is not named {name} in this notebook. Name it so: that is what grading looks for.")
        report = replace(report, notes=(said.format(name=name), *report.notes))
    _reports[name] = report
    return report.with_footer(_so_far(registry.lesson_of(name)))


def _elsewhere_named(name: str, answer: Any) -> bool:
    """Whether the notebook knows a function or class that was checked by another name only."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and callable(answer) and shell.user_ns.get(name) is not answer


def _exercise(name: str) -> Exercise | Note:
    """The exercise of this name, or what to say where there is none."""
    if any(q.id == name for lesson in registry.lessons() for q in lesson.questions):
        return Note(_("{name} is a question to answer in words: a person reads it.").format(name=name))
    try:
        return registry.exercise(name)
    except registry.UnknownExercise as problem:
        return Note(str(problem))


def hint(name: str = "") -> Note:
    """The next hint of an exercise; each call climbs one rung, and the last one stays."""
    exercise = _exercise(name)
    if isinstance(exercise, Note):
        return exercise
    if not exercise.hints:
        return Note(_("{name} has no hints.").format(name=name))
    rung = min(_rungs.get(name, 0), len(exercise.hints) - 1)
    _rungs[name] = rung + 1
    head = _("hint {number} of {all}").format(number=rung + 1, all=len(exercise.hints))
    body = _(exercise.hints[rung])
    tail = (
        _("that was the last one")
        if rung + 1 == len(exercise.hints)
        else _('for more: hint("{name}") again').format(name=name)
    )
    html = (
        '<div style="border-left:5px solid #56B4E9;padding:.35em .9em;max-width:60em">'
        f"<b>{escape(name)}, {escape(head)}.</b> "
        f'{inline(body)}<div style="opacity:.75">{escape(tail)}</div></div>'
    )  # fmt: skip
    return Note(f"{name}, {head}: {body}\n  {tail}", html)


def progress(lesson: str | None = None) -> Note:
    """The points of a lesson so far, exercise by exercise. Without a name, the lesson checked last."""
    try:
        if lesson is None and not _reports:
            return Note(_("Nothing has been checked yet in this notebook."))
        found = registry.lesson(lesson) if lesson else registry.lesson_of(list(_reports)[-1])
    except registry.UnknownExercise as problem:
        return Note(str(problem))
    lines = []
    for exercise in found.exercises:
        report = _reports.get(exercise.id)
        gained, outcome = (report.points, report.outcome) if report else (0, "not_attempted")
        lines.append((exercise.id, outcome, f"{points(gained)} / {points(exercise.points)}"))
    by_hand = [
        (q.id, _("{points} points, marked by a person").format(points=points(q.points))) for q in found.questions
    ]
    return Note(_progress_text(lines, by_hand, _so_far(found)), _progress_html(lines, by_hand, _so_far(found)))


def inputs(name: str = "", case: str | None = None) -> tuple | Note:
    """Give the arguments of a visible case, to try by hand.

    ``x, W, b = inputs("affine", "values")``. Without a case, those of the first. An unknown name gets a sentence that
    says which there are.
    """
    exercise = _exercise(name)
    if isinstance(exercise, Note):
        return exercise
    tried = {t.case.name: t for t in judge.trials(exercise)}
    case = case or next(iter(tried))
    if case not in tried:
        return Note(
            _("{name} has no case named {case}. There are: {names}.").format(
                name=name, case=case, names=", ".join(tried)
            )
        )
    data = {n: np.array(v) if isinstance(v, np.ndarray) else v for n, v in tried[case].inputs.items()}
    given = probes.arguments(exercise.probe, data, exercise.probe_options)
    return namedtuple("Inputs", given)(**given)


def _earlier(name: str, answer: Any) -> Report | None:
    """The report on an exercise that ``answer`` builds on: of the function that it would call, as it is now."""
    built_on = getattr(answer, "__globals__", {}).get(name)
    if built_on is None:
        return _reports.get(name)
    exercise = registry.exercise(name)
    tried = judge.trials(exercise)
    reply = feeding.ask(exercise, judge.request(exercise, tried), partial(probes.run, answer=built_on))
    return judge.judge(exercise, tried, reply, lambda further: _earlier(further, built_on))


def _so_far(lesson: Any) -> str:
    gained = sum(_reports[e.id].points for e in lesson.exercises if e.id in _reports)
    said = _("{lesson} so far: {gained} of {most} points")
    return said.format(lesson=lesson.id, gained=points(gained), most=points(lesson.points))


def _progress_text(lines: list, by_hand: list, total: str) -> str:
    wide = max(len(one[0]) for one in lines + by_hand)
    shown = [f"{name.ljust(wide)}  {gained:>9}  {_(WORDS[outcome])}" for name, outcome, gained in lines]
    shown += [f"{name.ljust(wide)}  {said}" for name, said in by_hand]
    return "\n".join([*shown, total])


def _progress_html(lines: list, by_hand: list, total: str) -> str:
    cell = '<td style="padding:.1em 1.4em .1em 0;text-align:left;background:none">'
    body = "".join(
        f'<tr style="background:none">{cell}<code style="background:none">{escape(name)}</code></td>{cell}{gained}</td>'
        f"{cell}{mark(outcome)}{escape(_(WORDS[outcome]))}</td></tr>"
        for name, outcome, gained in lines
    )
    body += "".join(
        f'<tr style="background:none">{cell}<code style="background:none">{escape(name)}</code></td>'
        f'<td colspan="2" style="text-align:left;background:none">{escape(said)}</td></tr>'
        for name, said in by_hand
    )
    bar = f'<div style="border-left:5px solid {COLOURS["passed"]};padding:.35em .9em;font-size:14px">'
    table = '<table style="border-collapse:collapse;background:none;color:inherit;font:inherit">'
    return f"{bar}{table}{body}</table><b>{escape(total)}</b></div>"


watch()
