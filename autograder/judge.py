"""The judge makes inputs, holds the references, compares, diagnoses, scores. It sees plain data and runs no answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder import clues, diagnose, explain
from autograder.compare import Failure, compare, name_of, right_and_wrong, sentences
from autograder.exercise import Exercise
from autograder.messages import _, listed
from autograder.replies import read, received
from autograder.report import Report, Row
from autograder.trials import Trial, call, request, trials

__all__ = ["call", "judge", "read", "request", "trials"]

# What a case earns when some of its outputs are right: this share of it, times the share of outputs.
PARTLY = 0.5
Earlier = Callable[[str], Report | None]


def judge(exercise: Exercise, tried: tuple[Trial, ...], reply: str, earlier: Earlier, hidden: bool = False) -> Report:
    """The report on an answer, from the text that the probe sent.

    ``earlier`` gives the report on an exercise that this one builds on, or None where there is none.
    """
    base = Report(exercise.id, "failed", 0.0, exercise.points, hidden=hidden)
    data = received(reply, len(tried))
    if data["status"] != "called":
        summary = explain.unfit(data, exercise.id, exercise.shape.names)
        return _replace(base, outcome="error", summary=summary)
    calls = [read(exercise, t, c) for t, c in zip(tried, data["calls"])]
    if any(c["status"] == "not_attempted" for c in calls):
        return _not_written(base, exercise, calls)
    rows = _rows(exercise, tried, calls)
    base = _replace(base, cases=rows, notes=_notes(exercise, rows, calls), points=_points(exercise, rows))
    if all(r.status == "passed" for r in rows):
        return _replace(base, outcome="passed", points=float(exercise.points))
    return _failed(base, exercise, tried, calls, _used(data, earlier))


def _replace(report: Report, **changes: Any) -> Report:
    return Report(**{**{k: getattr(report, k) for k in report.__dataclass_fields__}, **changes})


def _used(data: dict, earlier: Earlier) -> Earlier:
    """``earlier``, for what the answer uses: what it never calls is no reason for anything that is wrong with it."""
    return lambda name: earlier(name) if name in data.get("uses", (name,)) else None


def _not_written(base: Report, exercise: Exercise, calls: list[dict]) -> Report:
    what = next(c["what"] for c in calls if c["status"] == "not_attempted")
    if what == exercise.id:
        begun = next((c for c in calls if c["status"] == "not_attempted" and c.get("begun") and c.get("line")), None)
        said = _("The line `{line}` still stands in {function}: once it is gone, what you wrote can be checked.")
        summary = said.format(line=begun["line"], function=begun["function"]) if begun else ""
        return _replace(base, outcome="not_attempted", summary=summary)
    return _replace(base, outcome="blocked", blocked_by=what, summary=_("{what} is not written yet").format(what=what))


def _rows(exercise: Exercise, tried: tuple[Trial, ...], calls: list[dict]) -> tuple[Row, ...]:
    """The rows of a report: the shape when it is right, every case, and whether the arguments stayed as they were."""
    rows: list[Row] = []
    for trial, reply in zip(tried, calls):
        rows.append(_case_row(exercise, trial, reply, rows[0] if rows else None))
    arrays = [n for n, v in tried[0].inputs.items() if np.ndim(v)]
    if calls[0]["status"] == "returned" and not exercise.reads and any(np.ndim(e) for e in tried[0].expected):
        own = len(exercise.probe_options.get("cotangents", ())) or None
        rows[:0] = _shape_row(tried[0].expected[:own], rows)
    if exercise.inputs_stay and arrays and any(c["status"] == "returned" for c in calls):
        rows.append(_unchanged_row(arrays, sorted({n for c in calls for n in c["changed"]})))
    return tuple(rows)


def _shape_row(expected: tuple, rows: list[Row]) -> list[Row]:
    if any(r.failure and r.failure.kind in ("missing", "count", "type", "shape", "dtype") for r in rows):
        return []
    shapes = [np.shape(e) for e in expected]
    return [Row(_("shape"), "passed", (_("{shapes} as it should be").format(shapes=listed(shapes)),), kind="shape")]


def _unchanged_row(arrays: list[str], changed: list[str]) -> Row:
    if changed:
        said = _("{names} came back changed: work on a copy, or write `a = a + b` in place of `a += b`")
        return Row(_("not changed"), "failed", (said.format(names=listed(changed)),), kind="unchanged")
    said = _("{names}: as you were given them").format(names=listed(arrays))
    return Row(_("not changed"), "passed", (said,), kind="unchanged")


def _case_row(exercise: Exercise, trial: Trial, reply: dict, main: Row | None) -> Row:
    """The row of one case. What is special about it is only said where the first case, ``main``, is right."""
    case = trial.case
    name = _("hidden: {name}").format(name=_(case.name)) if case.hidden else _(case.name)
    says = (_(case.says),) if case.says and (main is None or main.status == "passed") else ()
    if reply["status"] != "returned":
        status, failure, credit = ("timeout" if reply["status"] == "timeout" else "error"), None, 0.0
        said = tuple(explain.stopped(reply, exercise.id))
    else:
        failure, credit, said = _compared(exercise, trial, reply["outputs"])
        if failure is None:
            return Row(name, "passed", (), case.weight, case.hidden, credit=1.0)
        status = "failed"
    if case.hidden:
        return Row(name, status, says, case.weight, True, credit=credit)
    if main is not None and main.status == status and _alike(main.failure, failure):
        said = said[:1] if failure and failure.kind in ("values", "not_finite") else (_("in the same way"),)
    return Row(name, status, said + (says if main is not None else ()), case.weight, False, failure, credit=credit)


def _compared(exercise: Exercise, trial: Trial, outputs: list) -> tuple[Failure | None, float, tuple[str, ...]]:
    """The failure of a call that returned, what the case earns, and the sentences; some outputs may be right."""
    expected, items = trial.expected, exercise.shape.outputs
    own = len(exercise.probe_options.get("cotangents", ()))
    if own and len(outputs) != len(expected):  # a module whose outputs gave no gradients: its own outputs are to blame
        expected, items = expected[:own], items[:own]
    failure = compare(outputs, expected, items, exercise.rtol, exercise.atol)
    if failure is None:
        return None, 1.0, ()
    said = sentences(failure, exercise.id)
    if any(isinstance(e, str) for e in expected):  # told in words: properties of one answer, and not parts of it
        return failure, 0.0, tuple(said)
    right, wrong = right_and_wrong(outputs, expected, items, exercise.rtol, exercise.atol)
    if right:
        said.append(_("right: {right}; not right: {wrong}").format(right=listed(right), wrong=listed(wrong)))
    return failure, PARTLY * len(right) / max(1, len(right) + len(wrong)), tuple(said)


def _alike(one: Failure | None, other: Failure | None) -> bool:
    return (one and one.kind) == (other and other.kind)


def _points(exercise: Exercise, rows: tuple[Row, ...]) -> float:
    """The share of the points that right cases earn, in halves.

    Where the first case weighs most and is wrong, the others earn half of theirs, since a wrong answer can be right at
    the edges by luck. A quarter is lost where arguments were changed.
    """
    cases = [r for r in rows if r.kind == "case"]
    share = sum(r.weight * r.credit for r in cases) / sum(r.weight for r in cases)
    if cases[0].status != "passed" and cases[0].weight > max((r.weight for r in cases[1:]), default=0):
        share *= 0.5
    if any(r.kind == "unchanged" and r.status == "failed" for r in rows):
        share *= 0.75
    return max(0.0, min(math.floor(2 * share * exercise.points) / 2, exercise.points - 0.5))


def _notes(exercise: Exercise, rows: tuple[Row, ...], calls: list[dict]) -> tuple[str, ...]:
    """What is worth saying beside the rows: that something was converted, and what was printed in the first case."""
    found = {n for c in calls for n in c.get("notes", ())}
    said = {
        "list": _("A list came back, and it was taken as an array. Return an array: np.array(...) or np.stack(...)."),
        "tensor": _("A torch tensor came back, and it was taken as an array."),
        "by_name": _(
            "The arguments stand in another order than asked for. The check went by their names; what calls "
            "{name} later goes by the order, {order}."
        ).format(name=exercise.id, order=", ".join(exercise.shape.names)),
    }
    if any(r.failure and r.failure.kind in ("missing", "count", "type", "shape") for r in rows):
        found -= {"list", "tensor"}
    notes = [said[n] for n in ("list", "tensor", "by_name") if n in found]
    printed = calls[0].get("printed", "")
    if isinstance(printed, str) and printed.strip():
        printed = " / ".join(printed.strip()[:300].splitlines()[:8])
        notes.append(_("{name} printed, in the first case: {printed}").format(name=exercise.id, printed=printed))
    return tuple(notes)


def _failed(base: Report, exercise: Exercise, tried: tuple[Trial, ...], calls: list[dict], earlier: Earlier) -> Report:
    """Why an answer that is not right is not right: carried forward, a known mistake, blocked, or merely failed."""
    before = {name: earlier(name) for name in exercise.requires}
    broken = {n: r for n, r in before.items() if r is not None and r.outcome != "passed"}
    wrong = diagnose.primitives(broken)
    if wrong and diagnose.right_given(exercise, tried, calls, wrong):
        return _credited(base, exercise, tuple(wrong))
    for given in ({}, wrong) if wrong else ({},):
        found = diagnose.known_mistake(exercise, tried, calls, given)
        if found is not None:
            return _replace(
                base, outcome="failed", misconception=found.id, diagnosis=_(found.message), given=tuple(given)
            )
    statuses = {c["status"] for c in calls}
    if "timeout" in statuses:
        return _one_row(base, "timeout")
    if broken:
        name = next(iter(broken))
        return _replace(base, outcome="blocked", blocked_by=name, summary=_blocked(name, broken[name]))
    if "returned" not in statuses:
        return _one_row(base, "error")
    found = diagnose.in_main_case(exercise, tried, calls)
    if found is not None:
        said = _("{message} (The values of the first case are just those, though not of every other.)")
        return _replace(base, outcome="failed", diagnosis=said.format(message=_(found.message)))
    return _replace(base, outcome="failed", diagnosis=_clue(exercise, tried, calls))


def _blocked(name: str, report: Report) -> str:
    if report.outcome == "not_attempted":
        return _("{name} is not written yet").format(name=name)
    return _("{name} does not pass its own check yet").format(name=name)


def _credited(base: Report, exercise: Exercise, given: tuple[str, ...]) -> Report:
    rows = tuple(_credited_row(r) for r in base.cases)
    summary = _("Right, given your {names}.").format(names=listed(given))
    return _replace(base, outcome="passed", points=float(exercise.points), given=given, summary=summary, cases=rows)


def _credited_row(row: Row) -> Row:
    if row.status == "passed":
        return row
    return Row(
        row.name, "passed", (_("right, given what it builds on"),), row.weight, row.hidden, kind=row.kind, credit=1.0
    )


def _one_row(base: Report, outcome: str) -> Report:
    """When nothing returned, the first visible row says it all."""
    rows = [r for r in base.cases if r.status in ("timeout", "error")]
    shown = next((r for r in rows if not r.hidden), rows[0])
    return _replace(base, outcome=outcome, cases=(shown,), points=base.points if outcome == "timeout" else 0.0)


def _clue(exercise: Exercise, tried: tuple[Trial, ...], calls: list[dict]) -> str:
    """A sentence from how the wrong arrays relate to the right ones."""
    seen = []
    for trial, reply in zip(tried, calls):
        if reply["status"] != "returned" or len(reply["outputs"]) != len(trial.expected):
            continue
        for actual, right, item in zip(reply["outputs"], trial.expected, exercise.shape.outputs):
            numeric = isinstance(actual, np.ndarray | int | float) and np.isrealobj(actual)
            if numeric and isinstance(right, np.ndarray) and _wrong(actual, right, item, exercise):
                seen.append((np.asarray(actual), np.asarray(right), item, trial.inputs))
    found = clues.clue(seen, exercise.rtol, exercise.atol)
    several = len(exercise.shape.outputs) > 1 and found
    return f"{listed(sorted({name_of(s[2]) for s in seen}))}: {found}" if several else found


def _wrong(actual: Any, right: Any, item: Any, exercise: Exercise) -> Failure | None:
    return compare([actual], (right,), (item,), exercise.rtol, exercise.atol)
