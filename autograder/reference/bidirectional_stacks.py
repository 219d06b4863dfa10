"""Two directions and several layers: padded sequences read from their end, stacked cells, a bidirectional LSTM.

Batch first. Every sequence of a batch has a length; what stands after it is padding. Sources: Schuster and Paliwal
(1997), "Bidirectional recurrent neural networks"; Graves, Mohamed and Hinton (2013) for stacks of them; the order of
the states and what is asked of padding are those of ``torch.nn.LSTM`` with packed sequences.
"""

from __future__ import annotations

import numpy as np

from autograder.reference.gated import lstm_step
from autograder.reference.rnn import rnn_forward

TABLE = ("output", "h_n", "c_n", "weight_ih_l0", "weight_ih_l1", "weight_hh_l1")


def real(lengths, T):
    """Which steps are no padding, (N, T)."""
    return np.arange(T) < np.asarray(lengths)[:, None]


def reverse_padded(x, lengths):
    """Every sequence read from its end; the padding stays where it is, and what it is.

    Args:
        x: N sequences of T steps, (N, T, D).
        lengths: how many steps of each are no padding, (N).

    Returns:
        A new array, (N, T, D).

    Raises:
        IndexError: a length is larger than T.

    Source: ``torch.nn.utils.rnn`` does this for the second direction of a packed sequence.
    """
    T = x.shape[1]
    t = np.arange(T)
    lengths = np.asarray(lengths)[:, None]
    places = np.where(t < lengths, lengths - 1 - t, t)  # (N, T)
    return np.take_along_axis(x, places[:, :, None], axis=1)


def bidirectional(x, lengths, W_xh, W_hh, b, W_xh_r, W_hh_r, b_r, *, reverse_padded=reverse_padded):
    """Two plain networks along the same sequences, one of them from the end; their states side by side.

    Args:
        x: N sequences of T steps, (N, T, D).
        lengths: how many steps of each are no padding, (N).
        W_xh: weights from inputs to the units of the network that reads forwards, (H, D).
        W_hh: its weights from units to units, (H, H).
        b: its biases, (H).
        W_xh_r: the same for the network that reads backwards, (H, D).
        W_hh_r: its weights from units to units, (H, H).
        b_r: its biases, (H).
        reverse_padded: what turns the sequences.

    Returns:
        The states of both networks for every step, forwards first, zero at padding, (N, T, 2H); and the last state of
        each, (2, N, H): of the first after the sequence's last step, of the second after step 0.

    Raises:
        ValueError: sizes that do not fit each other.

    Source: Schuster and Paliwal (1997); ``torch.nn.RNN(bidirectional=True, batch_first=True)``.
    """
    N, T, _D = x.shape
    start = np.zeros((N, len(b)))
    ahead = rnn_forward(x, start, W_xh, W_hh, b)[0]
    back = reverse_padded(rnn_forward(reverse_padded(x, lengths), start, W_xh_r, W_hh_r, b_r)[0], lengths)
    h = np.where(real(lengths, T)[:, :, None], np.concatenate([ahead, back], axis=2), 0)
    return h, np.stack([ahead[np.arange(N), np.asarray(lengths) - 1], back[:, 0]])


def stacked(x, layers):
    """A plain network on top of another: the states of one are the inputs of the next.

    Args:
        x: N sequences of T steps, (N, T, D).
        layers: for every layer, from the bottom, its ``(W_xh, W_hh, b)``.

    Returns:
        The states of the top layer, (N, T, H), and the last state of every layer, (L, N, H).

    Raises:
        ValueError: sizes that do not fit each other, or no layers.

    Source: ``torch.nn.RNN(num_layers=L, batch_first=True)``.
    """
    h, last = x, []
    for W_xh, W_hh, b in layers:
        h, h_T = rnn_forward(h, np.zeros((len(h), len(b))), W_xh, W_hh, b)
        last.append(h_T)
    return h, np.stack(last)


def lstm_padded(x, lengths, W_xh, W_hh, b):
    """An LSTM along padded sequences, from zeros: each sequence stops at its own end.

    Returns:
        The hidden states, zero at padding, (N, T, H), and both states after each sequence's last step, (N, H) each.
    """
    N, T, _D = x.shape
    h = c = np.zeros((N, len(b) // 4))
    goes_on, states = real(lengths, T), []
    for t in range(T):
        here = goes_on[:, t : t + 1]
        new = lstm_step(x[:, t], h, c, W_xh, W_hh, b)
        h, c = (np.where(here, a, old) for a, old in zip(new, (h, c)))
        states.append(np.where(here, h, 0))
    return np.stack(states, axis=1), h, c


def bidirectional_lstm(x, lengths, layers, *, reverse_padded=reverse_padded):
    """Layers of two LSTMs each, one in either direction; the states of both are the inputs of the next layer.

    Args:
        x: N sequences of T steps, (N, T, D).
        lengths: how many steps of each are no padding, (N).
        layers: for every layer, from the bottom, two cells, forwards and backwards, each ``(W_xh, W_hh, b)``.
        reverse_padded: what turns the sequences.

    Returns:
        The top layer's states, (N, T, 2H), zero at padding, and the last hidden and the last cell states,
        (2L, N, H) each: layer by layer, forwards before backwards.

    Raises:
        ValueError: sizes that do not fit each other, or no layers.

    Source: ``torch.nn.LSTM(num_layers=L, bidirectional=True, batch_first=True)`` on packed sequences.
    """
    h, hidden, cells = x, [], []
    for ahead, back in layers:
        one, h_T, c_T = lstm_padded(h, lengths, *ahead)
        other, h_0, c_0 = lstm_padded(reverse_padded(h, lengths), lengths, *back)
        h = np.concatenate([one, reverse_padded(other, lengths)], axis=2)  # (N, T, 2H)
        hidden += [h_T, h_0]
        cells += [c_T, c_0]
    return h, np.stack(hidden), np.stack(cells)


def output_shapes(name, N, T, D, H, L, K):
    """The shape of what ``torch.nn.LSTM(D, H, L, bidirectional=K == 2, batch_first=True)`` returns or holds.

    Args:
        name: one of ``TABLE``.
        N: sequences in the batch.
        T: steps of each.
        D: size of an input.
        H: units of each direction of each layer.
        L: layers.
        K: directions.

    Returns:
        The sizes, a tuple.

    Raises:
        KeyError: no such name.

    Source: the documentation of ``torch.nn.LSTM``.
    """
    return {
        "output": (N, T, K * H),
        "h_n": (K * L, N, H),
        "c_n": (K * L, N, H),
        "weight_ih_l0": (4 * H, D),
        "weight_ih_l1": (4 * H, K * H),
        "weight_hh_l1": (4 * H, H),
    }[name]
