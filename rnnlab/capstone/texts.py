"""A text for the capstone: its characters as numbers, and which parts are for training, choosing and judging."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from rnnlab.messages import _

SHORTEST, LONGEST = 20_000, 400_000
PIECE, ROUND = 500, 10  # of ten pieces one is for choosing and one is held out
CHOOSE, HELD = 4, 9
SIGNS, LEAST = 255, 3  # kept are at most so many different characters, each of which occurs so often
RARE = "\ufffd"
WINDOW, TOO_ALIKE = 40, 0.25
TOO_REGULAR = 1.0
MOST_RARE = 0.02


@dataclass(frozen=True)
class Corpus:
    """A text as numbers. ``characters[i]`` is the character with number i; 0 stands for all the rare ones.

    ``train (M)`` is one long text; ``choose (N, 500)`` and ``held (N, 500)`` are pieces, which are read apart.
    """

    characters: str
    ids: np.ndarray

    @property
    def V(self) -> int:
        """How many different characters there are."""
        return len(self.characters)

    def _pieces(self) -> np.ndarray:
        whole = len(self.ids) // PIECE * PIECE
        return self.ids[:whole].reshape(-1, PIECE)

    @property
    def train(self) -> np.ndarray:
        """What a model may learn from, joined."""
        pieces = self._pieces()
        place = np.arange(len(pieces)) % ROUND
        return pieces[(place != CHOOSE) & (place != HELD)].ravel().astype(np.int64)

    @property
    def choose(self) -> np.ndarray:
        """What to compare models on, while you try."""
        return self._pieces()[CHOOSE::ROUND].astype(np.int64)

    @property
    def held(self) -> np.ndarray:
        """What the judge reads."""
        return self._pieces()[HELD::ROUND].astype(np.int64)

    def encode(self, text: str) -> np.ndarray:
        """Numbers for a text, (T)."""
        known = {c: i for i, c in enumerate(self.characters)}
        return np.array([known.get(c, 0) for c in text], dtype=np.int64)

    def decode(self, ids: np.ndarray) -> str:
        """The text for numbers."""
        return "".join(self.characters[int(i)] for i in ids)


def prepare(text: str) -> Corpus:
    """A text as a Corpus. Of a long one the first 400,000 characters are taken.

    Raises:
        ValueError: with a sentence that says what is wrong with the text.
    """
    if not isinstance(text, str):
        said = _("A text is a str; this is a {kind}. `read_text(path)` reads a file.")
        raise ValueError(said.format(kind=type(text).__name__))
    if len(text) < SHORTEST:
        said = _(
            "The text has {many:,} characters, and at least {least:,} are needed: a tenth is held out to judge by."
        )
        raise ValueError(said.format(many=len(text), least=SHORTEST))
    text = text[:LONGEST]
    counts = Counter(text)
    kept = sorted(c for c, n in counts.most_common(SIGNS) if n >= LEAST and c != RARE)
    rare = 1 - sum(counts[c] for c in kept) / len(text)
    if rare > MOST_RARE:
        said = _(
            "{share:.0%} of the text is characters beyond the {most} most frequent ones that a model here can know. "
            "unicodedata.normalize('NFD', text) takes letters apart that are made of parts, in Korean too."
        )
        raise ValueError(said.format(share=rare, most=SIGNS))
    if len(kept) < 2:
        raise ValueError(_("The text is one character over and over: there is nothing to predict."))
    place = {c: i for i, c in enumerate([RARE, *kept])}
    return Corpus(RARE + "".join(kept), np.array([place.get(c, 0) for c in text], dtype=np.uint8))


def look_over(corpus: Corpus) -> None:
    """Whether models can be told apart on this text. Raises ValueError, with a sentence, if not."""
    from rnnlab.capstone.counts import count_bits

    alike = repeated(corpus)
    if alike > TOO_ALIKE:
        said = _(
            "{share:.0%} of the held-out part stands word for word in the training part too: the text repeats itself, "
            "and a model would be paid for its memory. Take out the copies, or take another text."
        )
        raise ValueError(said.format(share=alike))
    pairs = count_bits(corpus.train, corpus.held, 2, corpus.V)
    if pairs < TOO_REGULAR:
        said = _(
            "Counts of pairs need only {bits:.2f} bits per character here: the text is so regular that models "
            "cannot be told apart on it."
        )
        raise ValueError(said.format(bits=pairs))


def repeated(corpus: Corpus) -> float:
    """The share of the held-out stretches of 40 characters that the training part holds too."""
    text, held = corpus.train.astype(np.uint8).tobytes(), corpus.held.astype(np.uint8)
    seen = {text[i : i + WINDOW] for i in range(len(text) - WINDOW + 1)}
    found = [row[i : i + WINDOW].tobytes() in seen for row in held for i in range(0, PIECE - WINDOW + 1, 10)]
    return float(np.mean(found))


def exchange(pieces: np.ndarray, characters: str, rng: np.random.Generator) -> np.ndarray:
    """The same words in another order, cut into pieces of the same size: (N, T) -> (N, T).

    A text that is not written in words gives up its order in groups of six characters.
    """
    flat = pieces.ravel()
    blank = np.array([c.isspace() for c in characters])[flat]
    edges = np.flatnonzero(np.diff(np.concatenate([[True], blank, [True]]).astype(int)))
    words = [flat[a:b] for a, b in zip(edges[::2], edges[1::2])]
    if len(words) < 2 or np.mean([len(w) for w in words]) > 20:
        groups = np.array_split(flat, max(1, len(flat) // 6))
        return np.concatenate([groups[i] for i in rng.permutation(len(groups))]).reshape(pieces.shape)
    gaps = [flat[a:b] for a, b in zip(edges[1:-1:2], edges[2::2])]
    order = rng.permutation(len(words))
    parts = [flat[: edges[0]]]
    for k, place in enumerate(order):
        parts += [words[place], *(gaps[k : k + 1])]
    parts.append(flat[edges[-1] :])
    return np.concatenate(parts).reshape(pieces.shape)
