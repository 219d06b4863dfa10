"""Messages for people, through gettext: English is the source, other languages are catalogues beside it."""

from __future__ import annotations

import gettext
from pathlib import Path

_catalogue = gettext.translation("autograder", Path(__file__).with_name("locale"), fallback=True)

_ = _catalogue.gettext
ngettext = _catalogue.ngettext


def N_(message: str) -> str:
    """Mark a message for translation where it is written; ``_`` translates it where it is shown."""
    return message


ORDINALS = tuple(N_(f) for f in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"))


def ordinal(index: int) -> str:
    """The name of a place counted from 0: ``ordinal(3)`` is "fourth"."""
    return _(ORDINALS[index]) if index < len(ORDINALS) else _("number {n}").format(n=index + 1)


def listed(names, last: str | None = None) -> str:
    """A list of names in words: "a, b and c"."""
    names = [str(n) for n in names]
    if len(names) < 2:
        return "".join(names)
    return _("{some} and {last}").format(some=", ".join(names[:-1]), last=names[-1])


def with_article(noun: str) -> str:
    """An English noun with its article: "an array", "a list", "an ndarray (3, 4)"."""
    return _("an {noun}" if noun.startswith(tuple("aeioAEIO") + ("ndarray", "nd.")) else "a {noun}").format(noun=noun)
