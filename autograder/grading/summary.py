"""What became of a class's submissions: while it is graded, and at the end, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

from tqdm import tqdm

from autograder.messages import _, ngettext


@dataclass(frozen=True)
class Outcome:
    """What became of one submission. ``status`` is graded, already_graded, or failed: then nothing is recorded.

    ``notes`` are sentences for the instructor, ``needs`` say why a person has to look.
    """

    lesson: str
    student: str
    status: str
    notes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    repaired: bool = False
    points: float | None = None
    max_points: float | None = None
    seconds: float = 0.0
    peak: int = 0

    @classmethod
    def graded(cls, graded: Any, said: Sequence[str]) -> Outcome:
        """One that was graded and recorded; ``said`` is what recording it brought up."""
        return cls(
            graded.lesson,
            graded.student,
            "graded",
            notes=tuple(n for n in (*graded.notes, *said) if n not in graded.needs),
            needs=tuple(graded.needs),
            repaired=graded.repaired,
            points=graded.points,
            max_points=graded.max_points,
            seconds=graded.seconds,
            peak=graded.peak,
        )

    @classmethod
    def already(cls, lesson: str, student: str, before: Mapping[str, Any]) -> Outcome:
        """One that was graded before, with what was kept of it."""
        needs = tuple(before.get("needs", ()))
        notes = tuple(n for n in before.get("notes", ()) if n not in needs)
        return cls(lesson, student, "already_graded", notes, needs, bool(before.get("repaired")))


@dataclass
class Summary:
    """All that became of a run. ``left`` counts what is still to be graded since it was told to stop."""

    run: str
    lessons: list[str]
    outcomes: list[Outcome] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    left: int = 0

    @property
    def needing(self) -> list[Outcome]:
        """Those that a person has to look at."""
        return self._in_order(o for o in self.outcomes if o.needs)

    @property
    def exit_status(self) -> int:
        """What the command line returns."""
        return 130 if self.left else 1 if self.needing else 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON takes it."""
        return {
            "run": self.run,
            "left": self.left,
            "lessons": {name: dict(zip(COLUMNS, self._counts([name]))) for name in self._graded_lessons()},
            "submissions": [asdict(o) for o in self._in_order(self.outcomes)],
            "not_lessons": self.strangers,
        }

    def text(self) -> str:
        """A table, and below it why a person must look, and what was repaired or noticed."""
        parts = [self._table()] if self.outcomes else [_("Nothing of this is handed in.")]
        noticed = self._in_order(o for o in self.outcomes if o.notes and not o.needs)
        parts.append(_listed(_("Need a human:"), self.needing))
        parts.append(_listed(_("Repaired, or to know:"), noticed))
        parts.append("\n".join(self.strangers))
        if self.left:
            said = ngettext("{n} submission is", "{n} submissions are", self.left).format(n=self.left)
            parts.append(_("Stopped. {some} left: run the same command again to go on.").format(some=said))
        return "\n\n".join(filter(None, parts))

    def _graded_lessons(self) -> list[str]:
        there = {o.lesson for o in self.outcomes}
        return [name for name in self.lessons if name in there]

    def _counts(self, lessons: Sequence[str]) -> list[int]:
        these = [o for o in self.outcomes if o.lesson in lessons]
        return [
            sum(o.status == "graded" for o in these),
            sum(o.status == "already_graded" for o in these),
            sum(o.repaired for o in these),
            sum(bool(o.needs) for o in these),
        ]

    def _table(self) -> str:
        names = self._graded_lessons()
        rows = [["", _("graded"), _("already graded"), _("repaired"), _("need a human")]]
        rows += [[name, *map(str, self._counts([name]))] for name in names]
        if len(names) > 1:
            rows.append([_("all"), *map(str, self._counts(names))])
        widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
        return "\n".join(
            row[0].ljust(widths[0]) + "".join("  " + cell.rjust(wide) for cell, wide in zip(row[1:], widths[1:]))
            for row in rows
        )

    def _in_order(self, outcomes: Any) -> list[Outcome]:
        return sorted(outcomes, key=lambda o: (self.lessons.index(o.lesson), o.student))


COLUMNS = ("graded", "already_graded", "repaired", "need_a_human")


def _listed(title: str, outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return ""
    lines = [title]
    for one in outcomes:
        lines.append(f"  {one.lesson}  {plain(one.student)}")
        lines += [f"    {plain(sentence)}" for sentence in (*one.needs, *one.notes)]
    return "\n".join(lines)


def plain(text: str) -> str:
    """Text as any terminal can show it."""
    return "".join(c if c.isprintable() else "?" for c in text)


class Progress:
    """How far it is: a bar on a terminal, a line for each submission elsewhere, nothing when silent."""

    def __init__(self, silent: bool = False, stream: TextIO | None = None) -> None:
        self._silent = silent
        self._stream = stream or sys.stderr
        self._bar: tqdm | None = None
        self._total = self._count = 0

    def start(self, total: int, already: int) -> None:
        """So many are to be graded."""
        self._total = total
        if already:
            self.say(ngettext("{n} is graded already.", "{n} are graded already.", already).format(n=already))
        if not self._silent and self._stream.isatty():
            self._bar = tqdm(total=total, file=self._stream, unit=_("submission"), dynamic_ncols=True, smoothing=0.1)

    def step(self, outcome: Outcome) -> None:
        """One more is done."""
        self._count += 1
        if self._bar is not None:
            self._bar.update()
            return
        said = [_("needs a human")] if outcome.needs else []
        said += [_("repaired")] if outcome.repaired else []
        said += [f"{outcome.seconds:.1f} s"] if outcome.seconds else []
        self.say(f"{self._count}/{self._total}  {outcome.lesson}  {plain(outcome.student)}  {', '.join(said)}".rstrip())

    def say(self, sentence: str) -> None:
        """A sentence, above the bar if there is one."""
        if self._silent or not sentence:
            return
        if self._bar is not None:
            self._bar.write(sentence, file=self._stream)
        else:
            print(sentence, file=self._stream, flush=True)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
