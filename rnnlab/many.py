"""Many small recurrent networks at once, with the way back written by hand: the last state of each, and its gradient.

``parts (T,S,N,blocks*H)`` are the inputs' share of all sums, biases included; ``W_h (S,H,blocks*H)`` are the recurrent
weights of S networks. Blocks lie as in torch: i f g o, and r z n. It is what lesson 06 derives, over a whole sequence:
what does not depend on the step behind is computed for all steps at once.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

BLOCKS = {"tanh": 1, "gru": 3, "lstm": 4, "coupled": 3, "peephole": 4}


def run_tanh(parts: Tensor, W_h: Tensor) -> Tensor:
    """``h = tanh(part + h W_h)``. -> the last h, (S, N, H)."""
    return _Tanh.apply(parts, W_h)


def run_lstm(parts: Tensor, W_h: Tensor, peepholes: Tensor | None = None) -> Tensor:
    """The LSTM, with peepholes ``(S,1,3H)`` for i, f and o if they are given. -> the last h, (S, N, H)."""
    return _Lstm.apply(parts, W_h, peepholes)


def run_gru(parts: Tensor, W_h: Tensor, b_h: Tensor) -> Tensor:
    """The GRU of torch; ``b_h (S,1,3H)`` stands beside the states. -> the last h, (S, N, H)."""
    return _Gru.apply(parts, W_h, b_h)


def _weights(states: Tensor, da: Tensor) -> Tensor:
    """The gradient of recurrent weights: states before (T, S, N, H) and gradients of the sums (T, S, N, rows)."""
    before, sums = (a.transpose(0, 1).flatten(1, 2) for a in (states, da))
    return before.transpose(1, 2) @ sums


class _Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, parts: Tensor, W_h: Tensor) -> Tensor:
        T, S, N, H = parts.shape
        h = parts.new_zeros(T + 1, S, N, H)
        for t in range(T):
            torch.baddbmm(parts[t], h[t], W_h, out=h[t + 1]).tanh_()
        ctx.save_for_backward(h, W_h)
        return h[-1].clone()

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor, Tensor]:
        h, W_h = ctx.saved_tensors
        slope, back = 1 - h[1:] ** 2, W_h.transpose(1, 2)
        da = torch.empty_like(slope)
        for t in reversed(range(len(da))):
            torch.mul(dh, slope[t], out=da[t])
            dh = da[t] @ back
        return da, _weights(h[:-1], da)


class _Lstm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, parts: Tensor, W_h: Tensor, p: Tensor | None) -> Tensor:
        T, S, N, rows = parts.shape
        H = rows // 4
        h, c = parts.new_zeros(T + 1, S, N, H), parts.new_zeros(T + 1, S, N, H)
        shown, gates = parts.new_empty(T, S, N, H), torch.empty_like(parts)
        for t in range(T):
            a = torch.baddbmm(parts[t], h[t], W_h, out=gates[t])
            i, f, g, o = a.chunk(4, -1)
            if p is not None:
                i.addcmul_(p[..., :H], c[t])
                f.addcmul_(p[..., H : 2 * H], c[t])
            a[..., : 2 * H].sigmoid_()
            torch.mul(f, c[t], out=c[t + 1]).addcmul_(i, g.tanh_())
            if p is not None:
                o.addcmul_(p[..., 2 * H :], c[t + 1])
            torch.tanh(c[t + 1], out=shown[t])
            torch.mul(o.sigmoid_(), shown[t], out=h[t + 1])
        ctx.save_for_backward(h, c, shown, gates, W_h, p)
        return h[-1].clone()

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        h, c, shown, gates, W_h, p = ctx.saved_tensors
        i, f, g, o = gates.chunk(4, -1)
        slope = gates * (1 - gates)
        slope[..., 2 * i.shape[-1] : 3 * i.shape[-1]] = 1 - g**2
        slope *= torch.cat(
            [g, c[:-1], i, shown], -1
        )  # (T, S, N, 4H): from what is asked of c (of h, for o) to the sums
        T, S, N, H = h[1:].shape
        slope, da = slope.view(T, S, N, 4, H), torch.empty_like(slope).view(T, S, N, 4, H)
        down, back, dc = o * (1 - shown**2), W_h.transpose(1, 2), torch.zeros_like(dh)
        for t in reversed(range(T)):
            torch.mul(slope[t, :, :, 3], dh, out=da[t, :, :, 3])
            belt = torch.addcmul(dc, dh, down[t])
            if p is not None:
                belt.addcmul_(p[..., 2 * H :], da[t, :, :, 3])
            torch.mul(slope[t, :, :, :3], belt[:, :, None], out=da[t, :, :, :3])
            dc = belt * f[t]
            if p is not None:
                dc.addcmul_(p[..., :H], da[t, :, :, 0]).addcmul_(p[..., H : 2 * H], da[t, :, :, 1])
            dh = da[t].flatten(2) @ back
        dp = None
        if p is not None:
            seen = [(da[..., 0, :] * c[:-1]), (da[..., 1, :] * c[:-1]), (da[..., 3, :] * c[1:])]
            dp = torch.cat(seen, -1).sum((0, 2))[:, None]
        da = da.flatten(3)
        return da, _weights(h[:-1], da), dp


class _Gru(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, parts: Tensor, W_h: Tensor, b_h: Tensor) -> Tensor:
        T, S, N, rows = parts.shape
        H = rows // 3
        h = parts.new_zeros(T + 1, S, N, H)
        m, gates, n = torch.empty_like(parts), parts.new_empty(T, S, N, 2 * H), parts.new_empty(T, S, N, H)
        for t in range(T):
            torch.baddbmm(b_h, h[t], W_h, out=m[t])
            torch.add(parts[t, ..., : 2 * H], m[t, ..., : 2 * H], out=gates[t]).sigmoid_()
            r, z = gates[t].chunk(2, -1)
            torch.addcmul(parts[t, ..., 2 * H :], r, m[t, ..., 2 * H :], out=n[t]).tanh_()
            torch.lerp(n[t], h[t], z, out=h[t + 1])
        ctx.save_for_backward(h, m[..., 2 * H :], gates, n, W_h)
        return h[-1].clone()

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h, m_n, gates, n, W_h = ctx.saved_tensors
        r, z = gates.chunk(2, -1)
        to_n, to_z, to_r = (1 - z) * (1 - n**2), (h[:-1] - n) * z * (1 - z), m_n * r * (1 - r)
        T, S, N, H = n.shape
        dm, dn, back = n.new_empty(T, S, N, 3 * H), torch.empty_like(n), W_h.transpose(1, 2)
        for t in reversed(range(T)):
            torch.mul(dh, to_n[t], out=dn[t])
            torch.mul(dn[t], to_r[t], out=dm[t, ..., :H])
            torch.mul(dh, to_z[t], out=dm[t, ..., H : 2 * H])
            torch.mul(dn[t], r[t], out=dm[t, ..., 2 * H :])
            dh = torch.baddbmm(dh * z[t], dm[t], back)
        parts = torch.cat([dm[..., : 2 * H], dn], -1)
        return parts, _weights(h[:-1], dm), dm.sum((0, 2))[:, None]
