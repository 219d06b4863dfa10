"""Dates as people write them in many languages, and as ISO 8601 writes them: translation in miniature."""

from __future__ import annotations

import datetime
from typing import NamedTuple

import numpy as np

LANGUAGES = ("da", "en", "es", "fr", "it", "nl", "pl", "sv", "tr")
FIRST, LAST = datetime.date(1990, 1, 1), datetime.date(2029, 12, 31)


class Dates(NamedTuple):
    """``written``, ``iso`` and ``languages``: three lists of as many strings."""

    written: list[str]
    iso: list[str]
    languages: list[str]


def load(many: int = 6000, seed: int = 0) -> tuple[Dates, Dates]:
    """Dates to train on and to test on, as they are written in one of nine languages, and the same in ISO 8601.

    "7. mar. 2024", "Mar 7, 2024", "7 mars 2024" and so on, each with "2024-03-07". The days lie between 1990
    and 2029, every language has its share, and no day of the test dates is among the training dates. The writing comes
    from the Unicode Common Locale Data Repository (CLDR) through Babel, in its "medium" format and in small letters.

    Args:
        many: how many in all; a sixth of them is for testing.
        seed: draws other days.
    """
    from babel.dates import format_date

    days = np.random.default_rng(seed).permutation((LAST - FIRST).days + 1)[:many]
    rows = []
    for n, day in enumerate(days):
        date, code = FIRST + datetime.timedelta(int(day)), LANGUAGES[n % len(LANGUAGES)]
        rows.append((format_date(date, "medium", locale=code).lower(), date.isoformat(), code))
    cut = many // 6
    return Dates(*map(list, zip(*rows[cut:]))), Dates(*map(list, zip(*rows[:cut])))
