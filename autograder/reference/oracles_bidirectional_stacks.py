"""Lesson 08 from torch: its own stacks on packed sequences."""

from __future__ import annotations


def reverse_padded(x, lengths):
    """Every sequence cut off, flipped, and put back. -> (N, T, D)."""
    import torch

    return torch.stack([torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(x, lengths.tolist())])


def _packed(kernel, x, lengths, start, weights, L, K):
    """A kernel of torch on packed sequences: states unpacked, and the last ones in the order of the batch."""
    import torch
    from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    data, *last = kernel(packed.data, packed.batch_sizes, start, weights, True, L, 0.0, False, K == 2)
    inner = PackedSequence(data, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
    h, _lengths = pad_packed_sequence(inner, batch_first=True, total_length=x.shape[1])
    return h, *(torch.index_select(a, 1, packed.unsorted_indices) for a in last)


def bidirectional(x, lengths, W_xh, W_hh, b, W_xh_r, W_hh_r, b_r):
    """``torch.rnn_tanh``, on which ``torch.nn.RNN`` stands. -> h (N, T, 2H), h_T (2, N, H)."""
    import torch

    weights = [W_xh, W_hh, b, torch.zeros_like(b), W_xh_r, W_hh_r, b_r, torch.zeros_like(b_r)]
    return _packed(torch.rnn_tanh, x, lengths, x.new_zeros(2, len(x), len(b)), weights, 1, 2)


def stacked(x, layers):
    """``torch.rnn_tanh`` with several layers. -> h (N, T, H), h_T (L, N, H)."""
    import torch

    weights = [torch.as_tensor(a) for W_xh, W_hh, b in layers for a in (W_xh, W_hh, b, 0 * b)]
    start = x.new_zeros(len(layers), len(x), len(layers[0][2]))
    return torch.rnn_tanh(x, start, weights, True, len(layers), 0.0, False, False, True)


def bidirectional_lstm(x, lengths, layers):
    """``torch.lstm`` with several layers and two directions. -> h (N, T, 2H), h_T and c_T (2L, N, H)."""
    import torch

    cells = [cell for layer in layers for cell in layer]
    weights = [torch.as_tensor(a) for W_xh, W_hh, b in cells for a in (W_xh, W_hh, b, 0 * b)]
    start = x.new_zeros(len(cells), len(x), len(cells[0][2]) // 4)
    return _packed(torch.lstm, x, lengths, (start, start), weights, len(layers), 2)


def output_shapes(name, N, T, D, H, L, K):
    """The shapes of what torch's own module returns and holds."""
    import torch

    network = torch.nn.LSTM(D, H, L, bidirectional=K == 2, batch_first=True)
    output, (h_n, c_n) = network(torch.zeros(N, T, D))
    found = {"output": output, "h_n": h_n, "c_n": c_n, **dict(network.named_parameters())}
    return tuple(found[name].shape)
