"""What a check found, as data. Rendering it is another module's work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from autograder.compare import Failure

OUTCOMES = ("passed", "failed", "not_attempted", "blocked", "error", "timeout", "grader_error")
MIME = "application/vnd.autograder.report+json"


@dataclass(frozen=True)
class Row:
    """One line of a report, how it went, and sentences for the reader.

    ``kind`` is case, shape or unchanged. A case counts ``weight``, of which the part ``credit`` is earned.
    """

    name: str
    status: str
    sentences: tuple[str, ...] = ()
    weight: float = 0.0
    hidden: bool = False
    failure: Failure | None = None
    kind: str = "case"
    credit: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        failure = self.failure.to_dict() if self.failure and not self.hidden else None
        return {
            "name": self.name,
            "status": self.status,
            "sentences": list(self.sentences),
            "weight": self.weight,
            "hidden": self.hidden,
            "failure": failure,
            "kind": self.kind,
            "credit": self.credit,
        }


@dataclass(frozen=True)
class Report:
    """What a check found.

    ``repr`` is the number of points, which is what nbgrader reads; ``str`` is the report as text, and a notebook
    shows it as a table. ``misconception`` is the id of the known mistake that the answer matches, ``diagnosis`` its
    sentence. ``summary`` says in one sentence what happened where that is not a table.
    """

    name: str
    outcome: str
    points: float
    max_points: float
    cases: tuple[Row, ...] = ()
    misconception: str | None = None
    diagnosis: str = ""
    summary: str = ""
    blocked_by: str | None = None
    given: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hidden: bool = False
    footer: str = ""

    def __repr__(self) -> str:
        return f"{self.points:g}"

    def __float__(self) -> float:
        return float(self.points)

    def __str__(self) -> str:
        from autograder.render import text

        return text(self)

    def _repr_html_(self) -> str:
        from autograder.render import html

        return html(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": self._repr_html_(), MIME: self.to_dict()}

    def with_footer(self, footer: str) -> Report:
        """The same report with a last line."""
        return replace(self, footer=footer)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON takes it."""
        return {
            "exercise": self.name,
            "outcome": self.outcome,
            "points": self.points,
            "max_points": self.max_points,
            "cases": [c.to_dict() for c in self.cases],
            "misconception": self.misconception,
            "diagnosis": self.diagnosis,
            "summary": self.summary,
            "blocked_by": self.blocked_by,
            "given": list(self.given),
            "notes": list(self.notes),
            "hidden": self.hidden,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """The report that ``to_dict`` wrote."""
        fields = dict(data)
        rows = []
        for row in fields.pop("cases"):
            failure = {k: tuple(v) if isinstance(v, list) else v for k, v in (row["failure"] or {}).items()}
            rows.append(
                Row(**{**row, "sentences": tuple(row["sentences"]), "failure": Failure(**failure) if failure else None})
            )
        fields["given"], fields["notes"] = tuple(fields["given"]), tuple(fields["notes"])
        return cls(name=fields.pop("exercise"), cases=tuple(rows), **fields)
