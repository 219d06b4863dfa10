"""Lesson 06 from torch: its own cells, and autograd through them."""

from __future__ import annotations


def lstm_step(x, h, c, W_xh, W_hh, b):
    """``torch.lstm_cell``, on which ``torch.nn.LSTMCell`` stands; its second bias is zero here. -> h, c (N, H)."""
    import torch

    return torch.lstm_cell(x.to(W_xh), (h.to(W_xh), c.to(W_xh)), W_xh, W_hh, b, torch.zeros_like(b))


def lstm_forward(x, h0, c0, W_xh, W_hh, b):
    """``torch.lstm``, on which ``torch.nn.LSTM`` stands. -> h (N, T, H), h_T (N, H), c_T (N, H)."""
    import torch

    weights = [W_xh, W_hh, b, torch.zeros_like(b)]
    h, h_T, c_T = torch.lstm(x, (h0[None], c0[None]), weights, True, 1, 0.0, False, False, True)
    return h, h_T[0], c_T[0]


def cell_gradient(f):
    """The belt ``c_{t+1} = f_t c_t`` by autograd, from every place of it to its end. -> (N, T+1, H)."""
    import torch

    belts = [torch.ones_like(f[:, 0])]  # dc_T / dc_T
    for t in reversed(range(f.shape[1])):
        belts.append(torch.func.vjp(lambda c, t=t: f[:, t] * c, torch.zeros_like(f[:, 0]))[1](belts[-1])[0])
    return torch.stack(belts[::-1], dim=1)


def lstm_step_backward(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
    """``torch.func.vjp`` of a step whose gates and cell state are the given ones.

    The sums are shifted by what makes the gates come out as given, and so is the cell state.
    """
    import torch

    i, f, g, o = gates.chunk(4, dim=1)
    sums = torch.cat([torch.logit(i), torch.logit(f), torch.atanh(g), torch.logit(o)], dim=1)
    shift, shift_c = sums - x @ W_xh.T - h_prev @ W_hh.T, c - f * c_prev - i * g

    def step(x, h_prev, c_prev, W_xh, W_hh, b):
        i, f, g, o = (x @ W_xh.T + h_prev @ W_hh.T + b + shift).chunk(4, dim=1)
        c = torch.sigmoid(f) * c_prev + torch.sigmoid(i) * torch.tanh(g) + shift_c
        return torch.sigmoid(o) * torch.tanh(c), c

    return torch.func.vjp(step, x, h_prev, c_prev, W_xh, W_hh, torch.zeros_like(W_hh[:, 0]))[1]((dh, dc))


def gru_step(x, h, W_xh, W_hh, b_x, b_h):
    """``torch.gru_cell``, on which ``torch.nn.GRUCell`` stands. -> (N, H)."""
    import torch

    return torch.gru_cell(x.to(W_xh), h.to(W_xh), W_xh, W_hh, b_x, b_h)


def count_gate_parameters(D, H):
    """The sizes of torch's own cells, added up. -> rnn, gru, lstm."""
    from torch import nn

    cells = (cell(D, H, device="meta") for cell in (nn.RNNCell, nn.GRUCell, nn.LSTMCell))
    return tuple(sum(p.numel() for p in cell.parameters()) for cell in cells)


def lstm_with_gradients(x, h0, c0, W_xh, W_hh, b, dh, dh_T, dc_T):
    """``lstm_forward`` and torch's gradients of ``sum(h dh) + sum(h_T dh_T) + sum(c_T dc_T)`` for its arguments."""
    import torch

    leaves = [a if a.requires_grad else a.detach().requires_grad_() for a in (x, h0, c0, W_xh, W_hh, b)]
    h, h_T, c_T = lstm_forward(*leaves)
    scalar = (h * dh).sum() + (h_T * dh_T).sum() + (c_T * dc_T).sum()
    deeper = any(a.requires_grad for a in (x, h0, c0, W_xh, W_hh, b, dh, dh_T, dc_T))
    return h, h_T, c_T, *torch.autograd.grad(scalar, leaves, create_graph=deeper)
