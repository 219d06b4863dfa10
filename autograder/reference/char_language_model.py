"""What a character model needs: one-hot vectors, the loss with its gradient, bits, streams, the bigram baseline."""

from __future__ import annotations

import numpy as np

HELLO, HELLO_VOCABULARY = "hello", "helo"


def one_hot(ids: np.ndarray, V: int) -> np.ndarray:
    """A vector of V numbers for each id: 1 at the id's place, 0 elsewhere.

    Args:
        ids: whole numbers from 0 to V-1, (N, T).
        V: size of the vocabulary.

    Returns:
        The vectors, (N, T, V).

    Raises:
        IndexError: an id is V or larger.

    Source: ``torch.nn.functional.one_hot``. Row i of the identity matrix is the vector of id i.
    """
    return np.eye(V)[ids]  # (N, T, V)


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean of ``-log softmax(logits)[target]`` over all N T places, and its gradient.

    Args:
        logits: scores of the characters at every place, (N, T, V).
        targets: the right character at every place, (N, T).

    Returns:
        The loss in nats, and its gradient with respect to the logits, ``(p - y) / (N T)``, (N, T, V).

    Raises:
        IndexError: a target is V or larger.

    Source: Bridle (1990); ``torch.nn.functional.cross_entropy`` with ``reduction="mean"``.
    """
    N, T, V = logits.shape
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))  # (N, T, V)
    y = one_hot(targets, V)  # (N, T, V)
    return float(-(log_p * y).sum() / (N * T)), (np.exp(log_p) - y) / (N * T)


def hello_loss(logits: np.ndarray) -> tuple[np.ndarray, float]:
    """The word "hello" with the vocabulary h e l o: the chance given to each right next character, and the loss.

    Args:
        logits: scores of h, e, l, o after each of the characters h, e, l, l, (4, 4).

    Returns:
        The probabilities of e, l, l, o, (4), and the mean of their negative logarithms.

    Raises:
        ValueError: not four rows of four.

    Source: the example of Karpathy (2015), "The Unreasonable Effectiveness of Recurrent Neural Networks".
    """
    targets = np.array([[HELLO_VOCABULARY.index(c) for c in HELLO[1:]]])  # (1, 4)
    z = logits - logits.max(axis=-1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)  # (4, 4)
    return p[range(4), targets[0]], cross_entropy(logits[None], targets)[0]


def stream_batches(ids: np.ndarray, N: int, T: int) -> tuple[np.ndarray, np.ndarray]:
    """The text as N streams side by side, cut into batches of T steps; row n goes on where it stopped before.

    Args:
        ids: the whole text, (L).
        N: how many streams.
        T: how many steps a batch has.

    Returns:
        The inputs of all B batches, and their targets one character on, each (B, N, T). What fills no batch is dropped.

    Raises:
        ValueError: the text is too short for one batch.

    Source: Karpathy's char-rnn (2015); the batches of the Penn Treebank language models.
    """
    length = (len(ids) - 1) // N
    x = ids[: N * length].reshape(N, length)
    y = ids[1 : N * length + 1].reshape(N, length)
    B = length // T
    cut = [np.stack([a[:, b * T : (b + 1) * T] for b in range(B)]) for a in (x, y)]  # (B, N, T)
    return cut[0], cut[1]


def next_probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    """``softmax(logits / temperature)``: with which chance each character is drawn.

    Args:
        logits: scores of the characters, (V).
        temperature: below 1 sharper, above 1 flatter.

    Returns:
        The probabilities, (V).

    Raises:
        ValueError: no scores.

    Source: Ackley, Hinton and Sejnowski (1985), who took the word from physics.
    """
    z = (logits - logits.max()) / temperature
    return np.exp(z) / np.exp(z).sum()


def bits_per_char(logits, targets, *, cross_entropy=cross_entropy) -> float:
    """The loss in bits: how many yes-or-no answers the model is short of, for each character.

    Args:
        logits: scores of the characters at every place, (N, T, V).
        targets: the right character at every place, (N, T).
        cross_entropy: the loss to use, in nats.

    Returns:
        The mean of ``-log2 p(target)``.

    Raises:
        IndexError: a target is V or larger.

    Source: Shannon (1948); 1 nat is 1 / ln 2 bits.
    """
    return cross_entropy(logits, targets)[0] / np.log(2)


def bigram_bits(train: np.ndarray, held: np.ndarray, V: int) -> float:
    """Bits per character, on ``held``, of the chances counted in ``train`` of each character given the one before.

    Args:
        train: ids to count in, (L).
        held: ids to predict, (M).
        V: size of the vocabulary.

    Returns:
        The mean of ``-log2 p(next | present)``; 0.1 is added to every count, so that nothing has chance 0.

    Raises:
        IndexError: an id is V or larger.

    Source: Shannon (1951), "Prediction and entropy of printed English"; smoothing after Lidstone (1920).
    """
    pairs = np.arange(V * V).reshape(V, V)  # a number for each
    seen = pairs[train[:-1], train[1:]]
    counts = 0.1 + np.bincount(seen, minlength=V * V).reshape(V, V)
    p = counts / counts.sum(axis=1, keepdims=True)
    return float(-np.log2(p[held[:-1], held[1:]]).mean())
