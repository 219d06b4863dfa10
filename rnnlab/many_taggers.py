"""Several taggers trained at once, for comparisons over seeds: plain networks, in layers, with one direction or two.

Every array has one more axis in front, the seed. What lesson 08 has you build with torch's modules is here spelled out:
the second direction is a cell that reads the sequences turned round, and its states are turned back. The way back
through time is written by hand, as in lesson 04.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding


class Recurrence(torch.autograd.Function):
    """``h_t = tanh(part_t + h_{t-1} W)`` from zeros: parts (T,M,N,H), W (M,H,H) -> h (T,M,N,H), for M cells."""

    @staticmethod
    def forward(ctx: Any, parts: Tensor, W: Tensor) -> Tensor:
        """All states."""
        T, M, N, H = parts.shape
        h = parts.new_zeros(T + 1, M, N, H)
        for t in range(T):
            torch.baddbmm(parts[t], h[t], W, out=h[t + 1]).tanh_()
        ctx.save_for_backward(h, W)
        return h[1:].clone()

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor, Tensor]:
        """The gradients of the parts and of W."""
        h, W = ctx.saved_tensors
        slope, back = 1 - h[1:] ** 2, W.transpose(1, 2)
        da, flow = torch.empty_like(slope), torch.zeros_like(h[0])
        for t in reversed(range(len(da))):
            torch.mul(dh[t] + flow, slope[t], out=da[t])
            flow = da[t] @ back
        before, sums = (a.transpose(0, 1).flatten(1, 2) for a in (h[:-1], da))
        return da, before.transpose(1, 2) @ sums


@dataclass(frozen=True)
class Batch:
    """Padded lines: ``ids``, ``tags`` and ``places`` (N,T), ``real`` (N,T).

    ``places`` says where to look for the step that stands there when every line is read from its end.
    """

    ids: Tensor
    tags: Tensor
    real: Tensor
    places: Tensor


def batch(ids: Tensor, tags: Tensor, lengths: Tensor) -> Batch:
    """The lines, cut to the longest."""
    T = int(lengths.max())
    t, ends = torch.arange(T), lengths[:, None]
    return Batch(ids[:, :T], tags[:, :T], t < ends, torch.where(t < ends, ends - 1 - t, t))


class Taggers:
    """One tagger for each seed: ``layers`` plain layers of ``H`` units for each of ``directions`` (1 or 2)."""

    def __init__(self, seeds: Sequence[int], V: int, C: int, H: int, directions: int = 1, layers: int = 1) -> None:
        self.S, self.K, self.L, self.H = len(seeds), directions, layers, H
        shapes = {"table": (V, H, 1.0), "W_hy": (directions * H, C, H**-0.5), "b_y": (1, C, 0.0)}
        for layer in range(layers):
            for k in range(directions):
                wide = directions * H
                shapes |= {f"W_hh{layer}{k}": (H, H, H**-0.5), f"b{layer}{k}": (1, H, 0.0)}
                shapes |= {f"W_xh{layer}{k}": (wide if layer else H, H, (wide if layer else H) ** -0.5)}
        self.weights = {name: self._draw(seeds, *shape) for name, shape in shapes.items()}

    @staticmethod
    def _draw(seeds: Sequence[int], rows: int, columns: int, reach: float) -> Tensor:
        drawn = []
        for seed in seeds:
            generator = torch.Generator().manual_seed(1000 * seed + rows + columns)
            drawn.append(reach * (2 * torch.rand(rows, columns, generator=generator) - 1))
        return torch.stack(drawn).requires_grad_()

    def count(self) -> int:
        """How many numbers one tagger learns."""
        return sum(w[0].numel() for w in self.weights.values())

    def __call__(self, given: Batch) -> Tensor:
        """Scores (S,N,T,C)."""
        w, turn = self.weights, given.places
        (N, T), h = given.ids.shape, None
        for layer in range(self.L):
            parts = []
            for k in range(self.K):
                if h is None:
                    ids = given.ids.gather(1, turn) if k else given.ids
                    rows = w["table"] @ w[f"W_xh{layer}{k}"] + w[f"b{layer}{k}"]  # (S, V, H)
                    looked_up = embedding(ids, rows.transpose(0, 1).flatten(1))  # (N, T, S*H)
                    read = looked_up.view(N, T, self.S, self.H).permute(2, 0, 1, 3)
                else:
                    below = turned(h, turn) if k else h
                    read = (below.flatten(1, 2) @ w[f"W_xh{layer}{k}"] + w[f"b{layer}{k}"]).view(self.S, N, T, self.H)
                parts.append(read)
            W_hh = torch.cat([w[f"W_hh{layer}{k}"] for k in range(self.K)])
            states = Recurrence.apply(torch.cat(parts).permute(2, 0, 1, 3).contiguous(), W_hh)  # (T, K*S, N, H)
            both = states.permute(1, 2, 0, 3).split(self.S)
            h = torch.cat([turned(one, turn) if k else one for k, one in enumerate(both)], dim=3)
        return (h.flatten(1, 2) @ w["W_hy"] + w["b_y"]).view(self.S, N, T, -1)


def turned(h: Tensor, places: Tensor) -> Tensor:
    """States (S,N,T,H) with every line turned round in time."""
    return h.gather(2, places[None, :, :, None].expand_as(h))


def fit(
    taggers: Taggers,
    lines: tuple[Tensor, Tensor, Tensor],
    updates: int,
    rate: float = 0.01,
    size: int = 32,
    seed: int = 0,
    show: Any = None,
) -> list[float]:
    """Train all of them on the same batches of ``lines``, which are ids, tags and lengths. -> the mean losses.

    Adam; the rate rises for 20 updates and then falls to zero; each tagger's gradient is cut to length 1. ``show``
    runs the loop, as ``rnnlab.train.train`` does.
    """
    from rnnlab.train import train

    rng, parameters = np.random.default_rng(seed), list(taggers.weights.values())
    optimiser = torch.optim.Adam(parameters, lr=rate, betas=(0.9, 0.99))

    def step(i: int) -> float:
        pick = torch.as_tensor(rng.integers(0, len(lines[2]), size))
        given = batch(*(part[pick] for part in lines))
        each = torch.log_softmax(taggers(given), dim=3)
        right = each.gather(3, given.tags[None, :, :, None].expand(taggers.S, -1, -1, 1))[..., 0]
        losses = -(right * given.real).sum(dim=(1, 2)) / given.real.sum()  # (S)
        optimiser.zero_grad()
        losses.sum().backward()
        _clip(parameters)
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (i + 1) / 20) * (1 - i / updates)
        optimiser.step()
        return losses.mean().item()

    return (show or train)(step, updates)


def _clip(parameters: list[Tensor], limit: float = 1.0) -> None:
    """Each seed's gradient, over all of its weights, at most this long."""
    length = sum((p.grad**2).sum(dim=(1, 2)) for p in parameters) ** 0.5  # (S)
    for p in parameters:
        p.grad *= (limit / length.clamp(min=limit))[:, None, None]


def tagged(taggers: Taggers, lines: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """The class that each tagger gives to every character of these lines, (S,N,T)."""
    with torch.no_grad():
        return taggers(batch(*lines)).argmax(dim=3)


def share(guess: Tensor, lines: tuple[Tensor, Tensor, Tensor], only: int | None = None) -> list[float]:
    """How much of the lines each guess (S,N,T) gets right; spaces are not counted. ``only`` counts one class alone."""
    given = batch(*lines)
    counted = given.real & (given.ids != ord(" "))
    counted = counted if only is None else counted & (given.tags == only)
    return [(one == given.tags)[counted].float().mean().item() for one in guess]
