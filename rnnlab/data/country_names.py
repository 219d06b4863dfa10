"""Country names in ten languages, for guessing the language from the letters."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

LANGUAGES = {
    "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French",
    "it": "Italian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "tr": "Turkish",
}  # fmt: skip
LONGEST = 24
NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}


class Names(NamedTuple):
    """``names``, a list of M strings, and ``labels`` (M), the place of each one's language in ``LANGUAGES``."""

    names: list[str]
    labels: np.ndarray


def load() -> tuple[Names, Names]:
    """Names of countries and territories in ten languages, to train on and to test on.

    German, English, Spanish, Finnish, French, Italian, Dutch, Polish, Portuguese and Turkish. About 1200 names of at
    most 24 letters, all small, from the Unicode Common Locale Data Repository (CLDR), which comes with Babel. A name
    that two of the languages share ("Malta") has no right answer and is left out. The countries of the test names
    (every fourth) are not among those of the training names: else "Tschechien" would help with "Tschechische".
    """
    from babel import Locale

    tables = [Locale.parse(code).territories for code in LANGUAGES]
    codes = sorted(c for c in set().union(*tables) if len(c) == 2 and c.isalpha() and c not in NOT_COUNTRIES)
    found = [
        (table[code].lower(), label, place)
        for label, table in enumerate(tables)
        for place, code in enumerate(codes)
        if code in table
    ]
    times = Counter(name for name, _label, _place in found)
    single = [one for one in found if times[one[0]] == 1 and len(one[0]) <= LONGEST]
    return _names([o for o in single if o[2] % 4 != 3]), _names([o for o in single if o[2] % 4 == 3])


def _names(found: list[tuple[str, int, int]]) -> Names:
    return Names([name for name, _label, _place in found], np.array([label for _name, label, _place in found]))
