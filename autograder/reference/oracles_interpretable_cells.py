"""Lesson 07 from torch: its LSTM cell, its correlation matrix, its least squares."""

from __future__ import annotations


def _states(ids, W_xh, W_hh, b, clamp):
    """``torch.lstm_cell`` step by step on one-hot vectors. -> h (N, T, H), c (N, T, H)."""
    import torch

    x = torch.nn.functional.one_hot(ids.long(), W_xh.shape[1]).to(W_xh.dtype)
    h = c = torch.zeros(len(ids), W_hh.shape[1], dtype=W_xh.dtype)
    hidden, cells = [], []
    for t in range(ids.shape[1]):
        h, c = torch.lstm_cell(x[:, t], (h, c), W_xh, W_hh, b, torch.zeros_like(b))
        h = clamp(h)
        hidden.append(h)
        cells.append(c)
    return torch.stack(hidden, 1), torch.stack(cells, 1)


def hidden_trace(ids, W_xh, W_hh, b):
    """-> h (N, T, H), c (N, T, H)."""
    return _states(ids, W_xh, W_hh, b, lambda h: h)


def ablate(ids, units, values, W_xh, W_hh, b):
    """-> h (N, T, H)."""
    import torch

    def clamp(h):
        chosen = torch.nn.functional.one_hot(units.long(), h.shape[1]).to(h.dtype)  # (C, H)
        return h * (1 - chosen.sum(0)) + values @ chosen

    return _states(ids, W_xh, W_hh, b, clamp)[0]


def unit_scores(h, mask):
    """``torch.corrcoef`` of the mask and every unit. -> (H)."""
    import torch

    table = torch.corrcoef(torch.cat([mask.to(h.dtype)[None], h.T]))
    return torch.nan_to_num(table[0, 1:])


def best_unit(h, mask):
    """-> unit int, score float."""
    half = len(h) // 2
    first, second = unit_scores(h[:half], mask[:half]), unit_scores(h[half:], mask[half:])
    unit = int(first.abs().argmax())
    return unit, second[unit] * first[unit].sign()


def linear_probe(h, y, alpha):
    """Least squares with a column of ones, and a row for each weight that asks it to be zero. -> w (H), bias."""
    import torch

    T, H = h.shape
    ones = torch.cat([h, torch.ones(T, 1, dtype=h.dtype)], 1)
    ridge = torch.cat([alpha**0.5 * torch.eye(H, dtype=h.dtype), torch.zeros(H, 1, dtype=h.dtype)], 1)
    found = torch.linalg.lstsq(torch.cat([ones, ridge]), torch.cat([y, torch.zeros(H, dtype=y.dtype)])[:, None])
    return found.solution[:H, 0], found.solution[H, 0]
