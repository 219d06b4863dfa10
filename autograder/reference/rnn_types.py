"""The shapes of a problem: one to many, many to one, many to many; batches of unequal length; a decoder that runs free.

Batch first, weights as torch stores them, states before the first step zero where none are given.
"""

from __future__ import annotations

import numpy as np

from autograder.reference.rnn import rnn_forward, rnn_step

TYPES = ("one-to-one", "one-to-many", "many-to-one", "many-to-many, aligned", "many-to-many, delayed")
TASKS = {
    "blood_pressure": 1,
    "caption": 2,
    "melody": 2,
    "language": 3,
    "review": 3,
    "digit": 1,
    "tokens": 4,
    "frames": 4,
    "dates": 5,
    "summary": 5,
}


def match_tasks(task: str) -> int:
    """The type of a task, by its name.

    Args:
        task: one of the ten names.

    Returns:
        1 one-to-one, 2 one-to-many, 3 many-to-one, 4 many-to-many aligned, 5 many-to-many delayed.

    Raises:
        KeyError: there is no such task.

    Source: Karpathy (2015), "The Unreasonable Effectiveness of Recurrent Neural Networks", first figure.
    """
    return TASKS[task]


def one_to_many(x, T, W_xh, W_hh, b):
    """One input, T states: x at the first step, zeros at all others.

    Args:
        x: one input for each sequence, (N, D).
        T: how many steps.
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).
        b: one bias for each unit, (H).

    Returns:
        The states after every step, (N, T, H). The state before the first step is zero.

    Raises:
        ValueError: sizes that do not fit each other.

    Source: Vinyals et al. (2015), "Show and Tell", where the picture is shown once, at the first step.
    """
    N, D = x.shape
    steps = np.zeros((N, T, D))
    steps[:, 0] = x
    return rnn_forward(steps, np.zeros((N, len(b))), W_xh, W_hh, b)[0]  # (N, T, H)


def last_valid_state(h, lengths):
    """For each sequence of a padded batch, the state after its last real step.

    Args:
        h: the states after every step, (N, T, H).
        lengths: how many steps of each sequence are real, at least one, (N).

    Returns:
        The states at ``lengths - 1``, (N, H).

    Raises:
        IndexError: a length is larger than T.

    Source: what ``torch.nn.utils.rnn.pack_padded_sequence`` makes ``torch.nn.RNN`` return as its second result.
    """
    return h[np.arange(len(h)), lengths - 1]  # (N, H)


def many_to_one(x, lengths, W_xh, W_hh, b, W_hy, b_y, *, last_valid_state=last_valid_state):
    """Read sequences of unequal length, and give the scores of each one's last state.

    Args:
        x: N padded sequences, (N, T, D).
        lengths: how many steps of each are real, at least one, (N).
        W_xh: weights from inputs to units, (H, D).
        W_hh: weights from units to units, (H, H).
        b: one bias for each unit, (H).
        W_hy: weights from units to outputs, (O, H).
        b_y: one bias for each output, (O).
        last_valid_state: how the state is picked.

    Returns:
        Scores (logits), (N, O). The state before the first step is zero.

    Raises:
        ValueError: sizes that do not fit each other.

    Source: the sequence classifier of Graves (2012), "Supervised Sequence Labelling with Recurrent Neural Networks".
    """
    h, _last = rnn_forward(x, np.zeros((len(x), len(b))), W_xh, W_hh, b)
    return last_valid_state(h, lengths) @ W_hy.T + b_y  # (N, O)


def masked_loss(logits, targets, lengths):
    """Cross-entropy per real step of a padded batch, in nats.

    Args:
        logits: scores at every step, (N, T, C).
        targets: the right class at every step, padding included, (N, T).
        lengths: how many steps of each sequence are real, at least one, (N).

    Returns:
        The mean of ``-log softmax(logits)[target]`` over all real steps of the batch.

    Raises:
        IndexError: a target is not below C.

    Source: ``torch.nn.functional.cross_entropy`` with ``ignore_index``.
    """
    N, T, C = logits.shape
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))  # (N, T, C)
    each = -log_p[np.arange(N)[:, None], np.arange(T), targets]  # (N, T)
    real = np.arange(T) < lengths[:, None]  # (N, T)
    return each[real].mean()


def greedy_decode(h, truth, start, end, W_xh, W_hh, b, W_hy, b_y):
    """Let a decoder write: its best guess at each step is its next input, until it writes the end mark.

    Args:
        h: the state to begin with, which the encoder left, (H).
        truth: the right answer; only how many steps it has is used, (T).
        start: number of the mark that is the first input.
        end: number of the mark that ends what is written.
        W_xh: weights from inputs to units, (H, V).
        W_hh: weights from units to units, (H, H).
        b: one bias for each unit, (H).
        W_hy: weights from units to outputs, (V, H).
        b_y: one bias for each output, (V).

    Returns:
        The S numbers written, end mark included, start mark not, with S at most T: (S).

    Raises:
        IndexError: a mark is not below V.

    Source: Sutskever, Vinyals and Le (2014), "Sequence to Sequence Learning with Neural Networks", with a beam of one.
    """
    V = len(b_y)
    ids, last = [], start
    for _ in range(len(truth)):
        h = rnn_step(np.eye(V)[last], h, W_xh, W_hh, b)
        last = int(np.argmax(W_hy @ h + b_y))
        ids.append(last)
        if last == end:
            break
    return np.array(ids)
