"""A table of measurements: data first, text and JSON as renderings of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Value:
    """A measured number, its unit, and the most that it may be (None: no target)."""

    number: float
    unit: str
    target: float | None = None

    @property
    def within(self) -> bool:
        """Whether the target is met."""
        return self.target is None or self.number <= self.target

    def __str__(self) -> str:
        shown = f"{self.number:.3g}" if self.number < 100 else f"{self.number:.0f}"
        return f"{shown} {self.unit}{'' if self.within else ' !'}"


@dataclass
class Table:
    """Rows under named columns. The first column names the row; others hold a `Value`, text or nothing."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    note: str = ""

    def targets(self) -> tuple[str, ...]:
        """For each column its target, as it is shown under the column's name."""
        found = []
        for column in range(len(self.columns)):
            values = [row[column] for row in self.rows if isinstance(row[column], Value)]
            limits = {(v.target, v.unit) for v in values if v.target is not None}
            found.append(" / ".join(f"< {target:g} {unit}" for target, unit in sorted(limits)))
        return tuple(found)

    @property
    def beyond(self) -> int:
        """How many values miss their target."""
        return sum(isinstance(v, Value) and not v.within for row in self.rows for v in row)

    def text(self) -> str:
        """The table as aligned lines."""
        cells = [self.columns, self.targets()] + [tuple("" if v is None else str(v) for v in row) for row in self.rows]
        wide = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [_line(row, wide) for row in cells]
        lines.insert(2, "-" * len(lines[0]))
        return "\n".join([self.title, *lines, *([self.note] if self.note else [])])

    def data(self) -> dict[str, Any]:
        """The table as plain data, for JSON."""
        rows = [{c: _plain(v) for c, v in zip(self.columns, row, strict=True)} for row in self.rows]
        return {"title": self.title, "rows": rows, "note": self.note, "beyond": self.beyond}


def _line(row: Iterable[str], wide: list[int]) -> str:
    first, *rest = (cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, wide, strict=True)))
    return "  ".join([first, *rest])


def _plain(value: Any) -> Any:
    if isinstance(value, Value):
        return {"number": round(value.number, 4), "unit": value.unit, "target": value.target, "within": value.within}
    return value
