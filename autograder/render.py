"""A report as text for a terminal and as HTML for a notebook, legible in light and dark."""

from __future__ import annotations

import re
import textwrap
from html import escape

from autograder.compare import number
from autograder.messages import N_, _, listed, ngettext
from autograder.report import Report, Row

WIDTH = 100
COLOURS = {
    "passed": "#009E73",
    "failed": "#D55E00",
    "error": "#D55E00",
    "timeout": "#D55E00",
    "blocked": "#E69F00",
    "not_attempted": "#999999",
    "grader_error": "#CC79A7",
}
WORDS = {
    "passed": N_("passed"),
    "failed": N_("failed"),
    "error": N_("error"),
    "timeout": N_("timeout"),
    "blocked": N_("blocked"),
    "not_attempted": N_("not attempted"),
    "grader_error": N_("our error"),
}


def points(value: float) -> str:
    """Points as people write them."""
    return number(float(value)) if float(value).is_integer() else f"{value:g}"


def score(report: Report) -> str:
    """Points gained, in words."""
    most = points(report.max_points)
    if report.outcome == "not_attempted":
        said = ngettext("not attempted · {most} point", "not attempted · {most} points", int(report.max_points))
        return said.format(most=most)
    said = ngettext("{points} of {most} point", "{points} of {most} points", int(report.max_points))
    return said.format(points=points(report.points), most=most)


def lead(report: Report) -> str:
    """The sentence that stands before the table, or in place of it."""
    name = report.name
    if report.outcome == "not_attempted" and not report.summary:
        if report.hidden:  # graded, where nobody can run it again
            return _("not attempted: what was handed out still stands there")
        return _("not attempted yet: fill in {name} above, run that cell, then run this cell again").format(name=name)
    if report.outcome == "blocked":
        said = _("blocked by {earlier}: {summary}.")
        if not report.hidden:
            said = _("blocked by {earlier}: {summary}. Mend {earlier} first, then check this again.")
        return said.format(earlier=report.blocked_by, summary=report.summary)
    return report.summary


def closing(report: Report) -> list[str]:
    """Notes, what to do next, and the points so far."""
    lines = list(report.notes)
    stuck = report.outcome == "not_attempted" or (report.cases and report.outcome in ("failed", "error", "timeout"))
    if stuck and not report.hidden:
        lines.append(_('next: hint("{name}") for a nudge').format(name=report.name))
    visible = [r for r in report.cases if r.kind == "case" and not r.hidden and r.status in ("failed", "error")]
    if visible and not report.hidden and report.outcome in ("failed", "error"):
        lines.append(_('to try it by hand: inputs("{name}", "{case}")').format(name=report.name, case=visible[0].name))
    return [*lines, report.footer] if report.footer else lines


def rows(report: Report) -> list[tuple[Row, str]]:
    """The rows to show; beside the first that failed, the diagnosis."""
    if report.outcome == "blocked":
        return []
    told = next((r for r in report.cases if r.status in ("failed", "error", "timeout")), None)
    return [(r, diagnosis(report) if r is told else "") for r in report.cases]


def diagnosis(report: Report) -> str:
    """The sentence for the mistake, and what it was found to build on."""
    if not report.given or not report.diagnosis:
        return report.diagnosis
    return _("Given your {names}: {diagnosis}").format(names=listed(report.given), diagnosis=report.diagnosis)


def text(report: Report) -> str:
    """The report as lines of at most 100 characters."""
    right = score(report)
    lines = [report.name + right.rjust(WIDTH - len(report.name))]
    if lead(report):
        lines += textwrap.wrap(lead(report), WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
    table = rows(report)
    first = max([len(r.name) for r, _told in table], default=0)
    second = max([len(_(WORDS[r.status])) for r, _told in table], default=0)
    for row, told in table:
        said = [*row.sentences, told] if told else row.sentences
        start = f"  {row.name.ljust(first)}  {_(WORDS[row.status]).ljust(second)}  "
        wrapped = [line for sentence in said for line in textwrap.wrap(sentence, WIDTH - len(start))] or [""]
        lines.append((start + wrapped[0]).rstrip())
        lines += [" " * len(start) + line for line in wrapped[1:]]
    for sentence in closing(report):
        lines += textwrap.wrap(sentence, WIDTH - 2, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


def html(report: Report) -> str:
    """The report as a small table with a coloured bar. Colours of text and page are the notebook's own."""
    colour = COLOURS[report.outcome]
    parts = [
        f'<div class="autograder-report" data-outcome="{report.outcome}" style="border-left:5px solid {colour};'
        'padding:.35em .9em .45em;margin:.2em 0;font-size:14px;line-height:1.45;max-width:60em">',
        '<div style="display:flex;justify-content:space-between;gap:2em">'
        f'<code style="font-weight:700;background:none">{escape(report.name)}</code>'
        f"<span>{mark(report.outcome)}{escape(score(report))}</span></div>",
    ]
    if lead(report):
        parts.append(f"<div>{inline(lead(report))}</div>")
    table = rows(report)
    if table:
        look = "border-collapse:collapse;margin:.4em 0 .3em;text-align:left;background:none;color:inherit;font:inherit"
        parts.append(f'<table style="{look}">')
        parts += [_html_row(row, told) for row, told in table]
        parts.append("</table>")
    parts += [f'<div style="opacity:.75">{inline(line)}</div>' for line in closing(report)]
    return "".join(parts) + "</div>"


def inline(sentence: str) -> str:
    """A sentence as HTML: `code` and *emphasis* as in the lessons, everything else escaped."""
    code = '<code style="background:rgba(128,128,128,.15);padding:0 .25em">'
    parts = re.split(r"`([^`]+)`", sentence)
    done = []
    for i, part in enumerate(parts):
        plain = escape(part)
        done.append(f"{code}{plain}</code>" if i % 2 else re.sub(r"(?<!\w)\*(\w[^*]*)\*(?!\w)", r"<em>\1</em>", plain))
    return "".join(done)


def mark(status: str) -> str:
    """A coloured dot; the word beside it says the same without colour."""
    return f'<span aria-hidden="true" style="color:{COLOURS[status]}">&#9679;</span> '


def _html_row(row: Row, told: str) -> str:
    cell = "padding:.12em 1.4em .12em 0;vertical-align:top;text-align:left;white-space:nowrap;background:none"
    wide = "padding:.12em 0;vertical-align:top;text-align:left;white-space:normal;background:none"
    said = [inline(s) for s in row.sentences] + ([f"<strong>{inline(told)}</strong>"] if told else [])
    body = "<br>".join(said)
    return (
        f'<tr style="background:none"><td style="{cell}">{escape(row.name)}</td>'
        f'<td style="{cell}">{mark(row.status)}{escape(_(WORDS[row.status]))}</td><td style="{wide}">{body}</td></tr>'
    )
