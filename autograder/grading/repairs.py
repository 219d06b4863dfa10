"""What was put right in a submission, one sentence for each kind of thing."""

from __future__ import annotations

from autograder.messages import _, listed, ngettext


class Repairs:
    """What was done, by kind, with the names of the cells it was done to."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}
        self._merged: list[tuple[str, str]] = []
        self._named: list[tuple[str, str]] = []

    def add(self, kind: str, name: str, other: str = "") -> None:
        """Note that something was done to the cell of this name."""
        if kind == "merged":
            self._merged.append((name, other))
        elif kind == "named":
            self._named.append((name, other))
        else:
            self._found.setdefault(kind, []).append(name)

    def sentences(self) -> tuple[str, ...]:
        """All of it in words."""
        said = [_said(kind, names) for kind, names in self._found.items()]
        for name, other in self._merged:
            said.append(_("{name} is defined in the cell of {other}.").format(name=name, other=other))
        for name, other in self._named:
            said.append(_("{name} was named {other}; it is graded under that name.").format(name=name, other=other))
        return tuple(said)


def _said(kind: str, names: list[str]) -> str:
    n = len(names)
    messages = {
        "twice": ngettext(
            "{names} was there more than once; the last one counts.",
            "{names} were there more than once; the last ones count.",
            n,
        ),
        "twice, a stub": ngettext(
            "{names} was there more than once; the last one with an answer in it counts.",
            "{names} were there more than once; the last ones with an answer in them count.",
            n,
        ),
        "twice, ours": ngettext(
            "{names} was there more than once; ours counts.", "{names} were there more than once; ours count.", n
        ),
        "grade id": ngettext(
            "The grade id of {names} was changed or missing.", "The grade ids of {names} were changed or missing.", n
        ),
        "metadata": ngettext(
            "The metadata of {names} was changed; ours counts.", "The metadata of {names} were changed; ours count.", n
        ),
        "order": _("The cells were in another order; they stand in the lesson's order again."),
        "restored": ngettext("{names} was missing and was put back.", "{names} were missing and were put back.", n),
        "changed": ngettext(
            "{names} was changed; ours stands in its place.", "{names} were changed; ours stand in their place.", n
        ),
        "written over": ngettext(
            "{names} was changed; ours stands in its place, and what it was changed to below it.",
            "{names} were changed; ours stand in their places, and what they were changed to below them.",
            n,
        ),
        "setup": ngettext(
            "{names} was changed; ours runs, and then what it was changed to.",
            "{names} were changed; ours run, and then what they were changed to.",
            n,
        ),
        "no answer": ngettext("The answer cell {names} was missing.", "The answer cells {names} were missing.", n),
        "elsewhere": ngettext(
            "The answer cell {names} was missing; another cell defines {names}.",
            "The answer cells {names} were missing; other cells define {names}.",
            n,
        ),
        "moved": ngettext(
            "The answer cell {names} holds no answer; another cell defines {names}.",
            "The answer cells {names} hold no answer; other cells define {names}.",
            n,
        ),
        "words": ngettext(
            "The answer to {names} stood in another cell.", "The answers to {names} stood in other cells.", n
        ),
        "no code": ngettext(
            "{names} was no code cell any more; it is one again.",
            "{names} were no code cells any more; they are again.",
            n,
        ),
        "no text": ngettext(
            "{names} was no text cell any more; it is one again.",
            "{names} were no text cells any more; they are again.",
            n,
        ),
    }
    return messages[kind].format(names=listed(names))
