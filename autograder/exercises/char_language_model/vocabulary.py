"""The vocabulary: characters as numbers, and back."""

from __future__ import annotations

from collections import Counter

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.char_language_model import _vocabularies as ways
from autograder.exercises.char_language_model._reading import careful, whole
from autograder.messages import N_

TEXT = "so much depends\nupon a red wheel\nbarrow, Glazed With rain"
ORDERS = {
    "sorted ids": lambda text: sorted(set(text)),
    "ids as the characters first appear": lambda text: list(dict.fromkeys(text)),
    "ids sorted backwards": lambda text: sorted(set(text), reverse=True),
    "ids by how often the characters occur": lambda text: [c for c, _many in Counter(text).most_common()],
}
NAMED, UNNAMED = "an error that names the character", "an error that does not name it"


def _reference(text, letters, sample, foreign):
    order = sorted(set(text))
    ids = np.array([order.index(c) for c in sample], dtype=int)
    return "sorted ids", len(order), ids, sample, NAMED if foreign else ""


@careful
def _reads(inputs: Inputs, outputs: tuple) -> tuple:
    """The order of the ids in words; the rest as if the order were right, so that one slip is one slip."""
    size, first, ids, text, tried = outputs
    first, ids = whole(first, "`encode(text)`"), whole(ids, "`encode(text)`")
    right = {c: i for i, c in enumerate(inputs["letters"])}
    order, names = _order(inputs["text"], first, right)
    known = {i: right[c] for i, c in names.items()}
    ids = np.array([known.get(int(i), -1) for i in ids.ravel()], dtype=int).reshape(ids.shape)
    return order, int(whole(size, "`len(vocabulary)`")), ids, text, _what_came(inputs["foreign"], tried)


def _order(text: str, first: np.ndarray, right: dict[str, int]) -> tuple[str, dict[int, str]]:
    if first.shape != (len(right),):
        return f"{first.size} ids for {len(right)} characters", {}
    names = dict(zip(map(int, first), right))
    if sorted(names) != list(range(len(right))):
        start = (
            "ids that begin with 1" if sorted(names) == list(range(1, len(right) + 1)) else "ids that are not 0 to V-1"
        )
        return start, names
    numbered = [names[i] for i in range(len(right))]
    found = next(
        (name for name, way in ORDERS.items() if way(text) == numbered), "ids in no order that would come again"
    )
    return found, names


def _what_came(foreign: str, tried: object) -> str:
    if not foreign or not isinstance(tried, dict):
        return ""
    odd = next(c for c in foreign if c not in TEXT)
    if "type" in tried:
        return NAMED if odd in str(tried.get("message", "")) else UNNAMED
    returned = tried.get("returned")
    same = isinstance(returned, np.ndarray) and returned.shape == (len(foreign),)
    return "an id like any other" if same else "left out without a word"


def _case(text: str, sample: str, foreign: str = ""):
    return lambda rng, made: {
        "text": text, "letters": "".join(sorted(set(text))), "sample": sample, "foreign": foreign,
    }  # fmt: skip


def _drawn(rng: np.random.Generator, made: Inputs) -> Inputs:
    letters = sorted(rng.permutation(list("abcdefghijklmnopqrstuvwxyz .,\nABCDEFGH"))[:20])
    text = "".join(rng.choice(letters, size=200)) + "".join(letters[::-1])
    return _case(text, "".join(rng.choice(letters, size=30)))(rng, made)


VOCABULARY = Exercise(
    id="Vocabulary",
    points=3,
    about=N_("Characters as numbers and back: build, encode, decode."),
    spec="text any, letters any, sample any, foreign any -> order any, size int, ids (T) int, text any, unknown any",
    signature="Vocabulary.build(text), then encode(text) -> ids (T), decode(ids (T)) -> text",
    reference=_reference,
    reads=_reads,
    probe="vocabulary",
    probe_options={"outputs": 5},
    inputs_stay=False,
    cases=(
        Case("values", {}, N_("Ids or text are not right."), _case(TEXT, "a red barrow\nGlazed"), weight=3),
        Case(
            "unknown character",
            {},
            N_("A character that is not in the vocabulary must raise an error that says which one it is."),
            _case(TEXT, "rain", "rain ß rain"),
            weight=2,
        ),
        Case("one character only", {}, N_("This case is about a text of one character."), _case("aaaa", "aa")),
        Case("another text", {}, N_("This case is about another text."), _drawn, hidden=True),
        Case("empty text", {}, N_("Encoding an empty text should give no ids."), _case(TEXT, ""), hidden=True),
        Case(
            "another unknown",
            {},
            N_("A character that is not in the vocabulary must raise an error that says which one it is."),
            _case(TEXT, "upon", "@"),
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "order_changes",
            N_(
                "The ids come from a `set`, which has no order: another run of Python numbers the characters in "
                "another way, and a saved model would then write gibberish. Sort the characters."
            ),
            lambda: ways.vocabulary(order=lambda text: ways.shuffled(set(text))),
        ),
        Misconception(
            "order_of_appearance",
            N_(
                "The characters are numbered as they first appear, so the same characters in another text get other "
                "ids. Sort them: then the ids depend on which characters there are, and on nothing else."
            ),
            lambda: ways.vocabulary(order=lambda text: list(dict.fromkeys(text))),
        ),
        Misconception(
            "order_by_count",
            N_(
                "The characters are numbered by how often they occur. That is a good order for other purposes; here "
                "they are sorted, so that the ids do not change with the counts."
            ),
            lambda: ways.vocabulary(order=lambda text: [c for c, _many in Counter(text).most_common()]),
        ),
        Misconception(
            "backwards",
            N_("The characters are sorted backwards."),
            lambda: ways.vocabulary(order=lambda text: sorted(set(text), reverse=True)),
        ),
        Misconception(
            "from_one",
            N_(
                "The ids begin with 1. They are places in an array of V numbers, and those begin with 0; the largest"
                " id would point past its end."
            ),
            ways.from_one,
        ),
        Misconception(
            "every_character_counts",
            N_(
                "The vocabulary has an entry for every character *of the text*, repeats included. Each different "
                "character has one: `set(text)` drops the repeats."
            ),
            lambda: ways.vocabulary(order=sorted),
        ),
        Misconception(
            "unknown_dropped",
            N_(
                "A character that is not in the vocabulary is left out without a word, so the text comes back shorter, "
                "and nobody knows why. Raise an error that names it."
            ),
            lambda: ways.vocabulary(encode=lambda ids, text: [ids[c] for c in text if c in ids]),
        ),
        Misconception(
            "unknown_gets_an_id",
            N_(
                "A character that is not in the vocabulary gets the id of another one, and comes back as that one. "
                "Raise an error that names it."
            ),
            lambda: ways.vocabulary(encode=lambda ids, text: [ids.get(c, 0) for c in text]),
        ),
        Misconception(
            "unknown_not_named",
            N_(
                "A character that is not in the vocabulary raises an error, but the error does not say which "
                "character. In a text of a million that is what one wants to know: put it into the message."
            ),
            lambda: ways.vocabulary(encode=ways.searching),
        ),
        Misconception(
            "list_of_characters",
            N_('`decode` gives a list of characters. A text is one string: `"".join(...)`.'),
            lambda: ways.vocabulary(decode=lambda characters, ids: [characters[i] for i in ids]),
        ),
        Misconception(
            "spaces_between",
            N_('`decode` puts a space between the characters. Join them with nothing: `"".join(...)`.'),
            lambda: ways.vocabulary(decode=lambda characters, ids: " ".join(characters[i] for i in ids)),
        ),
        Misconception(
            "decoded_backwards",
            N_("`decode` gives the text backwards."),
            lambda: ways.vocabulary(decode=lambda characters, ids: "".join(characters[i] for i in ids)[::-1]),
        ),
        Misconception(
            "small_letters",
            N_("Capitals have become small letters. To a character model `A` and `a` are two characters: keep both."),
            ways.small_letters,
        ),
        Misconception(
            "encoded_once_each",
            N_(
                "`encode` gives each different character once. It gives one id for *every* character, in the text's "
                "order."
            ),
            lambda: ways.vocabulary(encode=lambda ids, text: [ids[c] for c in dict.fromkeys(text)]),
        ),
        Misconception(
            "nothing_built",
            N_("`build` returns nothing: it must return the vocabulary that it made, `return cls(...)`."),
            ways.nothing_built,
        ),
    ),
    accepts=(
        Variant("dictionary", ways.vocabulary),
        Variant(
            "array_of_integers", lambda: ways.vocabulary(encode=lambda ids, text: np.array([ids[c] for c in text], int))
        ),
        Variant("key_error_names_it", lambda: ways.vocabulary(encode=lambda ids, text: [ids[c] for c in text])),
        Variant("by_code_point", ways.by_code_point),
        Variant("static_method", ways.with_static_method),
        Variant("tensor", ways.of_tensors),
    ),
    hints=(
        N_("`build`: which function gives the different characters of a text? And which puts them in order?"),
        N_(
            "`encode`: `self.ids[c]` is the id of one character. What happens for a character that is not in "
            "`self.ids`?"
        ),
        N_(
            'An error that names it: `raise ValueError(f"{c!r} is not in the vocabulary")`. `decode`: look every id '
            "up in "
            "`self.characters`, and join."
        ),
    ),
)
