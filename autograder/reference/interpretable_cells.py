"""Looking into a network: labels for a text, states of every step, scores of units, taking units out, linear probes.

Sources: Karpathy, Johnson and Li (2015), "Visualizing and understanding recurrent networks", for single units;
Alain and Bengio (2016), "Understanding intermediate layers using linear classifier probes", for probes.
"""

from __future__ import annotations

import numpy as np

from autograder.reference.readout import sigmoid

MARKS = "'\""


def quote_mask(text: str) -> np.ndarray:
    """Whether a string is open after each character was read.

    Args:
        text: Python source without strings in triple quotes.

    Returns:
        True where, once this character was read, a string has begun and has not ended, (T). A string is in single or
        in double quotes and ends at the same mark, or with the line. A backslash in it takes the meaning from the
        character that follows. In a comment no string begins.
    """
    mask = np.zeros(len(text), dtype=bool)
    mark, comment, escaped = "", False, False
    for t, char in enumerate(text):
        if char == "\n":
            mark, comment, escaped = "", False, False
        elif escaped:
            escaped = False
        elif mark:
            escaped = char == "\\"
            mark = "" if char == mark else mark
        elif char == "#":
            comment = True
        elif char in MARKS and not comment:
            mark = char
        mask[t] = mark != ""
    return mask


def read_char(ids, h, c, W_xh, W_hh, b):
    """One step of an LSTM that reads a character: ids (N), h (N,H), c (N,H) -> h (N,H), c (N,H). Gates i f g o."""
    i, f, g, o = np.split(W_xh.T[ids] + h @ W_hh.T + b, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def hidden_trace(ids, W_xh, W_hh, b):
    """All states of an LSTM that reads N texts of T characters, from a state of zeros.

    Args:
        ids: the texts, (N, T).
        W_xh: weights from characters to the gates, (4H, V), blocks in the order i f g o.
        W_hh: weights from units to the gates, (4H, H).
        b: one bias for each row, (4H).

    Returns:
        Hidden states and cell states after every character, (N, T, H) each.

    Raises:
        ValueError: sizes that do not fit each other, or no steps.
    """
    N, T = ids.shape
    h, c = np.zeros((N, W_hh.shape[1])), np.zeros((N, W_hh.shape[1]))
    hidden, cells = [], []
    for t in range(T):
        h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        hidden.append(h)
        cells.append(c)
    return np.stack(hidden, axis=1), np.stack(cells, axis=1)


def unit_scores(h, mask):
    """The correlation of every unit with a mask; 0 for a unit, or a mask, that never changes.

    Args:
        h: states, one row for each step, (T, H).
        mask: True or False for each step, (T).

    Returns:
        One number from -1 to 1 for each unit, (H).

    Raises:
        ValueError: lengths that differ.

    Source: Pearson's correlation; with a mask of two values it is called point-biserial.
    """
    mask = np.asarray(mask, dtype=float)
    h, mask = h - h.mean(axis=0), mask - mask.mean()
    size = np.sqrt((h**2).sum(axis=0) * (mask**2).sum())  # (H)
    return np.divide(mask @ h, size, out=np.zeros(len(size)), where=size > 0)


def best_unit(h, mask, *, unit_scores=unit_scores):
    """The unit that follows a mask best in the first half of the steps, and how it does in the second half.

    Args:
        h: states, one row for each step, (T, H).
        mask: True or False for each step, (T).
        unit_scores: scores every unit.

    Returns:
        The unit with the largest score, whatever its sign, on the first ``T // 2`` steps; and its score on the rest,
        counted as positive where the sign is that of the first half.

    Raises:
        ValueError: lengths that differ.

    Source: selection and assessment on separate data, as in Hastie, Tibshirani and Friedman, section 7.10.2.
    """
    half = len(h) // 2
    first = unit_scores(h[:half], mask[:half])
    unit = int(np.argmax(np.abs(first)))
    return unit, float(np.sign(first[unit]) * unit_scores(h[half:], mask[half:])[unit])


def ablate(ids, units, values, W_xh, W_hh, b):
    """The hidden states of an LSTM in which some units say the same at every step.

    Args:
        ids: the texts, (N, T).
        units: which units, each once, (C).
        values: what each of them says in place of its own hidden state, (C).
        W_xh: weights from characters to the gates, (4H, V), blocks in the order i f g o.
        W_hh: weights from units to the gates, (4H, H).
        b: one bias for each row, (4H).

    Returns:
        The hidden states as everything that comes after reads them, (N, T, H). The start is a state of zeros.

    Raises:
        ValueError: sizes that do not fit each other, or no steps.
    """
    N, T = ids.shape
    h, c = np.zeros((N, W_hh.shape[1])), np.zeros((N, W_hh.shape[1]))
    hidden = []
    for t in range(T):
        h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        h[:, units] = values
        hidden.append(h)
    return np.stack(hidden, axis=1)


def linear_probe(h, y, alpha):
    """Ridge regression of a label on all units, with a bias that costs nothing.

    Args:
        h: states, one row for each step, (T, H).
        y: what is to be read off them, (T).
        alpha: what large weights cost.

    Returns:
        The weights (H) and the bias that make ``sum((h @ w + bias - y)**2) + alpha * sum(w**2)`` least.

    Raises:
        numpy.linalg.LinAlgError: alpha is 0 and the units do not determine the weights.

    Source: Hoerl and Kennard (1970), "Ridge regression: biased estimation for nonorthogonal problems".
    """
    h_mean, y_mean = h.mean(axis=0), y.mean()
    h, y = h - h_mean, y - y_mean
    w = np.linalg.solve(h.T @ h + alpha * np.eye(h.shape[1]), h.T @ y)  # (H)
    return w, y_mean - h_mean @ w
