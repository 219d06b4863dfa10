"""The references of lesson 02, from torch. They take tensors, and gradients flow through them."""

from __future__ import annotations


def _states(x, W_xh, W_hh, b):
    """``nn.RNN`` from a state of zeros: all states (N, T, H) and the last ones (N, H)."""
    import torch

    weights = [W_xh, W_hh, b, torch.zeros_like(b)]
    return torch.rnn_tanh(x.to(W_xh), W_xh.new_zeros(1, len(x), len(b)), weights, True, 1, 0.0, False, False, True)


def one_to_many(x, T, W_xh, W_hh, b):
    """``nn.RNN`` on x, padded with zeros in time: (N, D) -> (N, T, H)."""
    from torch.nn.functional import pad

    return _states(pad(x[:, None], (0, 0, 0, T - 1)), W_xh, W_hh, b)[0]


def last_valid_state(h, lengths):
    """``torch.gather`` in time: (N, T, H), (N) -> (N, H)."""
    place = (lengths - 1)[:, None, None].expand(-1, 1, h.shape[2])
    return h.gather(1, place)[:, 0]


def many_to_one(x, lengths, W_xh, W_hh, b, W_hy, b_y):
    """``pack_padded_sequence`` and ``nn.RNN``, whose second result is the last real state; then ``linear``."""
    import torch
    from torch.nn.functional import linear
    from torch.nn.utils.rnn import pack_padded_sequence

    packed = pack_padded_sequence(x.to(W_xh), lengths, batch_first=True, enforce_sorted=False)
    h0 = W_xh.new_zeros(1, len(x), len(b))
    weights = [W_xh, W_hh, b, torch.zeros_like(b)]
    _h, last = torch.rnn_tanh(packed.data, packed.batch_sizes, h0, weights, True, 1, 0.0, False, False)
    return linear(last[0][packed.unsorted_indices], W_hy, b_y)


def masked_loss(logits, targets, lengths):
    """``torch.nn.functional.cross_entropy`` with ``ignore_index``: -> ()."""
    import torch
    from torch.nn.functional import cross_entropy

    real = torch.arange(logits.shape[1]) < lengths[:, None]
    return cross_entropy(logits.flatten(0, 1).double(), targets.where(real, -100).flatten(), ignore_index=-100)


def greedy_decode(h, truth, start, end, W_xh, W_hh, b, W_hy, b_y):
    """``torch.rnn_tanh_cell``, ``one_hot`` and ``argmax``, one step at a time. -> (T)."""
    import torch
    from torch.nn.functional import one_hot

    ids, h, last = [], h[None], torch.tensor([start])
    for _ in truth:
        h = torch.rnn_tanh_cell(one_hot(last, len(b_y)).to(W_xh), h, W_xh, W_hh, b, torch.zeros_like(b))
        last = (h @ W_hy.T + b_y).argmax(dim=1)
        ids.append(last)
        if last.item() == end:
            break
    return torch.cat(ids)
