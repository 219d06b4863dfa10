"""The LSTM of lesson 06 for padded sequences, so that a gap there does not stop you in lesson 08."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlab.messages import _


def lstm_padded(
    x: np.ndarray, lengths: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An LSTM along padded sequences, from states of zero; each sequence stops at its own end.

    Args:
        x: sequences, (N, T, D).
        lengths: how many steps of each are real, (N).
        W_xh: weights from inputs to the four gates, (4H, D), blocks in the order i f g o.
        W_hh: weights from units to the four gates, (4H, H).
        b: one bias for each row, (4H).

    Returns:
        The hidden states, zero at padding, (N, T, H), and both states after each sequence's last real step, (N, H).

    Raises ValueError for shapes that do not fit each other.
    """
    rows, D = np.shape(W_xh)
    if np.ndim(x) != 3 or np.shape(x)[2] != D:
        said = _("lstm_padded wants x as (N, T, D) with D = {D}, the columns of W_xh; its shape here is {shape}")
        raise ValueError(said.format(D=D, shape=np.shape(x)))
    if np.shape(lengths) != np.shape(x)[:1]:
        said = _("lstm_padded wants lengths as (N) with N = {N}; its shape here is {shape}")
        raise ValueError(said.format(N=np.shape(x)[0], shape=np.shape(lengths)))
    x, W_xh, W_hh, b = (torch.as_tensor(np.array(a, dtype=float)) for a in (x, W_xh, W_hh, b))
    packed = pack_padded_sequence(x, torch.as_tensor(np.array(lengths)), batch_first=True, enforce_sorted=False)
    start, weights = x.new_zeros(1, len(x), rows // 4), [W_xh, W_hh, b, torch.zeros_like(b)]
    data, *last = torch.lstm(packed.data, packed.batch_sizes, (start, start), weights, True, 1, 0.0, False, False)
    inner = PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
    h = pad_packed_sequence(inner, batch_first=True, total_length=x.shape[1])[0]
    return h.numpy(), *(a[0, packed.unsorted_indices].numpy() for a in last)
