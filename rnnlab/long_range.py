"""The long-range task of lesson 06, and many small networks that are trained on it side by side.

The task is **recall**: a sequence begins with a letter, digits follow, and at its end the letter is asked for. Networks
that differ only in their random numbers are trained at once: every array has one more axis in front, ``S``, one for
each network. Each has its own weights and its own data, and its gradient is clipped by itself.

``python -m rnnlab.long_range`` measures the table that the lesson shows, which takes ten minutes or more.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from rnnlab.many import BLOCKS, run_gru, run_lstm, run_tanh

LETTERS = DIGITS = 8
TABLE = Path(__file__).parent / "data" / "long_range.json"


@dataclass(frozen=True)
class Kind:
    """How a network is built: its cell, and how it starts."""

    cell: str
    forget_bias: float | None = None
    orthogonal: bool = False


KINDS = {
    "tanh RNN": Kind("tanh"),
    "tanh RNN, orthogonal": Kind("tanh", orthogonal=True),
    "GRU": Kind("gru"),
    "LSTM": Kind("lstm"),
    "LSTM, forget bias 1": Kind("lstm", forget_bias=1.0),
    "LSTM, forget bias 3": Kind("lstm", forget_bias=3.0),
    "coupled": Kind("coupled"),
    "coupled, forget bias 1": Kind("coupled", forget_bias=1.0),
    "coupled, forget bias 3": Kind("coupled", forget_bias=3.0),
    "peephole": Kind("peephole"),
    "peephole, forget bias 1": Kind("peephole", forget_bias=1.0),
    "peephole, forget bias 3": Kind("peephole", forget_bias=3.0),
}


def recall(S: int, N: int, T: int, random: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
    """S batches of N sequences: a letter, then T - 1 digits. -> symbols (S, N, T), the letters (S, N)."""
    letters = torch.randint(LETTERS, (S, N), generator=random)
    symbols = torch.randint(DIGITS, (S, N, T), generator=random) + LETTERS
    symbols[:, :, 0] = letters
    return symbols, letters


class Networks(nn.Module):
    """S recurrent networks of H units of one kind, each with a readout of its last state.

    Starting values are those of torch: uniform between ``-1 / sqrt(H)`` and ``1 / sqrt(H)``, two biases added up.
    """

    def __init__(self, kind: Kind, S: int, H: int = 32, seed: int = 0) -> None:
        super().__init__()
        self.kind, self.H = kind, H
        random = torch.Generator().manual_seed(seed)

        def uniform(*shape: int) -> Tensor:
            return (2 * torch.rand(shape, generator=random) - 1) * H**-0.5

        rows = BLOCKS[kind.cell] * H
        self.W_x = nn.Parameter(uniform(S, LETTERS + DIGITS, rows))
        self.W_h = nn.Parameter(uniform(S, H, rows))
        self.b = nn.Parameter(uniform(S, 1, rows) + (0 if kind.cell == "gru" else uniform(S, 1, rows)))
        extra = {"gru": 3 * H, "peephole": 3 * H}.get(kind.cell, 0)
        self.extra = nn.Parameter(uniform(S, 1, extra))  # the GRU's second bias, or the peepholes
        self.W_y, self.b_y = nn.Parameter(uniform(S, H, LETTERS)), nn.Parameter(uniform(S, 1, LETTERS))
        self._start(random)

    @torch.no_grad()
    def _start(self, random: torch.Generator) -> None:
        H, forget = self.H, slice(0, self.H) if self.kind.cell == "coupled" else slice(self.H, 2 * self.H)
        if self.kind.forget_bias is not None:
            self.b[:, :, forget] = self.kind.forget_bias
        if self.kind.orthogonal:
            Q, R = torch.linalg.qr(torch.randn(len(self.W_h), H, H, generator=random))
            self.W_h.copy_(Q * R.diagonal(dim1=1, dim2=2).sign()[:, None])

    def forward(self, symbols: Tensor) -> Tensor:
        """From symbols (S, N, T) to scores of the letters after the last one, (S, N, 8)."""
        S, N, T = symbols.shape
        one_hot = nn.functional.one_hot(symbols.permute(0, 2, 1), LETTERS + DIGITS).to(self.b.dtype)
        parts = torch.baddbmm(self.b, one_hot.reshape(S, T * N, -1), self.W_x)  # (S, T*N, blocks*H)
        parts = parts.view(S, T, N, -1).transpose(0, 1)  # (T, S, N, blocks*H)
        return torch.baddbmm(self.b_y, self._last(parts), self.W_y)

    def _last(self, parts: Tensor) -> Tensor:
        """The last hidden state, (S, N, H)."""
        if self.kind.cell == "tanh":
            return run_tanh(parts, self.W_h)
        if self.kind.cell == "gru":
            return run_gru(parts, self.W_h, self.extra)
        if self.kind.cell == "coupled":  # i = 1 - f is an LSTM whose input gate has the forget gate's sum, negated
            return run_lstm(*(torch.cat([-a[..., : self.H], a], dim=-1) for a in (parts, self.W_h)))
        return run_lstm(parts, self.W_h, self.extra if self.kind.cell == "peephole" else None)


def train(
    kind: Kind, T: int, updates: int, S: int = 5, every: int | None = None, N: int = 32, rate: float = 0.01,
    clip: float = 1.0, seed: int = 0,
) -> list[list[float]]:  # fmt: skip
    """Train S networks to recall over T steps. -> percent right on new sequences, each ``every`` updates, (K, S)."""
    random = torch.Generator().manual_seed(1000 + seed)
    networks = Networks(kind, S, seed=seed)
    optimiser = torch.optim.Adam(networks.parameters(), lr=rate, fused=True)
    measured = []
    for update in range(1, updates + 1):
        symbols, letters = recall(S, N, T, random)
        scores = networks(symbols).flatten(0, 1)
        loss = nn.functional.cross_entropy(scores, letters.flatten(), reduction="sum") / N
        optimiser.zero_grad()
        loss.backward()
        _clip_each(networks, clip)
        optimiser.step()
        if update == updates or (every and update % every == 0):
            measured.append(accuracy(networks, T, random))
    return measured


@torch.no_grad()
def accuracy(networks: Networks, T: int, random: torch.Generator | None = None, N: int = 250) -> list[float]:
    """Percent of letters that each network recalls, on new sequences."""
    symbols, letters = recall(len(networks.W_h), N, T, random)
    return (100 * (networks(symbols).argmax(-1) == letters).double().mean(1)).tolist()


def _clip_each(networks: Networks, limit: float) -> None:
    """Scale the gradient of each network by itself, where it is longer than the limit."""
    grads = [p.grad for p in networks.parameters() if p.numel()]
    length = sum(g.flatten(1).square().sum(1) for g in grads).sqrt()  # (S)
    for g in grads:
        g *= (limit / (length + 1e-6)).clamp(max=1)[:, None, None]


def table() -> list[dict]:
    """The lesson's table, as it was measured: kind, T, and the percent right of each network every so many updates."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def measure(lengths: tuple[int, ...] = (10, 20), updates: int = 3000, S: int = 10) -> None:
    """Measure the table anew."""
    torch.set_num_threads(1)
    rows = []
    for T in lengths:
        for name in list(KINDS)[:6]:
            runs = train(KINDS[name], T, updates, S, every=300)
            rows.append({"kind": name, "T": T, "every": 300, "percent": [[round(v, 1) for v in run] for run in runs]})
            print(f"T = {T}, {name}: after 300 {runs[0]}, after {updates} {runs[-1]}", file=sys.stderr)
            TABLE.write_text(json.dumps(rows).replace('{"kind"', '\n{"kind"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    measure()
