"""The same things from torch: what the references are held against. They take tensors, and gradients flow through them.

torch is imported when an oracle is called, so that a check in a notebook does not wait for it.
"""

from __future__ import annotations


def affine(x, W, b):
    """``torch.nn.functional.linear``: (N, D), (H, D), (H) -> (N, H)."""
    from torch.nn.functional import linear

    return linear(x.to(W), W, b)


def time_major(x):
    """``torch.transpose``: (N, T, D) -> (T, N, D)."""
    return x.transpose(0, 1)


def rnn_step(x, h, W_xh, W_hh, b):
    """``torch.rnn_tanh_cell``, on which ``torch.nn.RNNCell`` stands; its second bias is zero here. -> (N, H)."""
    import torch

    return torch.rnn_tanh_cell(x.to(W_xh), h.to(W_xh), W_xh, W_hh, b, torch.zeros_like(b))


def fuse_weights(W_xh, W_hh):
    """``torch.cat``: (H, D), (H, H) -> (H, D+H)."""
    import torch

    return torch.cat([W_xh, W_hh], dim=1)


def rnn_forward(x, h0, W_xh, W_hh, b):
    """``torch.rnn_tanh``, on which ``torch.nn.RNN`` stands. -> h (N, T, H), h_T (N, H)."""
    import torch

    weights = [W_xh, W_hh, b, torch.zeros_like(b)]
    h, last = torch.rnn_tanh(x.to(W_xh), h0.to(W_xh)[None], weights, True, 1, 0.0, False, False, True)
    return h, last[0]


def rnn_with_gradients(x, h0, W_xh, W_hh, b, dh, dh_T):
    """``rnn_forward`` and torch's gradients of ``sum(h * dh) + sum(h_T * dh_T)`` for x, h0, W_xh, W_hh and b."""
    import torch

    leaves = [a if a.requires_grad else a.detach().requires_grad_() for a in (x, h0, W_xh, W_hh, b)]
    h, h_T = rnn_forward(*leaves)
    scalar = (h * dh).sum() + (h_T * dh_T).sum()
    deeper = any(a.requires_grad for a in (x, h0, W_xh, W_hh, b, dh, dh_T))
    return h, h_T, *torch.autograd.grad(scalar, leaves, create_graph=deeper)


def count_parameters(D, H, O):
    """The sizes of ``nn.RNN`` and ``nn.Linear`` added up, less the second bias that torch keeps. -> int."""
    from torch import nn

    sizes = {"device": "meta"}
    modules = nn.RNN(D, H, **sizes), nn.Linear(H, O, **sizes)
    return sum(p.numel() for m in modules for p in m.parameters()) - modules[0].bias_hh_l0.numel()


def readout(h, W_hy, b_y):
    """``torch.nn.functional.linear``: (N, T, H), (O, H), (O) -> (N, T, O)."""
    return affine(h, W_hy, b_y)


def sigmoid(z):
    """``torch.sigmoid``: (..., C) -> (..., C)."""
    import torch

    return torch.sigmoid(z if z.is_floating_point() else z.double())


def softmax(z):
    """``torch.softmax`` along the last axis: (..., C) -> (..., C)."""
    import torch

    return torch.softmax(z if z.is_floating_point() else z.double(), dim=-1)
