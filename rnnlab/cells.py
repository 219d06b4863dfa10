"""The cell of lesson 01 for the lessons after it: what you built there, so that a gap there does not stop you here.

These stand on torch's own kernels. The functions take and give NumPy arrays; ``VanillaRNN`` is a torch module.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnlab.messages import _


def rnn_step(x: Any, h: Any, W_xh: Any, W_hh: Any, b: Any) -> np.ndarray:
    """One step for every row of a batch: ``x (N,D), h (N,H), W_xh (H,D), W_hh (H,H), b (H) -> (N,H)``.

    Raises ValueError for shapes that do not fit each other.
    """
    _fit("rnn_step", {"x": (x, "N D"), "h": (h, "N H")}, W_xh)
    x, h, W_xh, W_hh, b = _tensors(x, h, W_xh, W_hh, b)
    return torch.rnn_tanh_cell(x, h, W_xh, W_hh, b, torch.zeros_like(b)).numpy()


def rnn_forward(x: Any, h0: Any, W_xh: Any, W_hh: Any, b: Any) -> tuple[np.ndarray, np.ndarray]:
    """The step along whole sequences: ``x (N,T,D), h0 (N,H), ... -> h (N,T,H), h_T (N,H)``.

    Raises ValueError for shapes that do not fit each other.
    """
    _fit("rnn_forward", {"x": (x, "N T D"), "h0": (h0, "N H")}, W_xh)
    x, h0, W_xh, W_hh, b = _tensors(x, h0, W_xh, W_hh, b)
    weights = [W_xh, W_hh, b, torch.zeros_like(b)]
    h, last = torch.rnn_tanh(x, h0[None], weights, True, 1, 0.0, False, False, True)
    return h.numpy(), last[0].numpy()


class VanillaRNN(nn.Module):
    """The plain recurrent network: ``x (N,T,D), h0 (N,H) or nothing -> h (N,T,H), h_T (N,H)``. It is ``nn.RNN``."""

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.rnn = nn.RNN(D, H, batch_first=True)

    def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """All states and the last one, from h0, which is zero where it is not given."""
        h, last = self.rnn(x, None if h0 is None else h0[None])
        return h, last[0]

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``W_xh (H,D), W_hh (H,H), b (H)`` as arrays; torch's two biases are added up."""
        W_xh, W_hh, b, b2 = (p.detach().double().numpy() for p in self.rnn.parameters())
        return W_xh, W_hh, b + b2


def _fit(function: str, given: dict[str, tuple[Any, str]], W_xh: Any) -> None:
    """Raise a ValueError that names the argument whose shape does not fit the others."""
    H, D = np.shape(W_xh)
    sizes = {"H": H, "D": D}
    for name, (value, axes) in given.items():
        letters, shape = axes.split(), np.shape(value)
        told = {"function": function, "name": name, "wanted": f"({', '.join(letters)})", "shape": shape}
        if len(shape) != len(letters):
            raise ValueError(
                _("{function} wants {name} as {wanted}, a batch; its shape here is {shape}").format(**told)
            )
        for letter, size in zip(letters, shape):
            if sizes.setdefault(letter, size) != size:
                said = _("{function} wants {name} as {wanted} with {letter} = {size}; its shape here is {shape}")
                raise ValueError(said.format(**told, letter=letter, size=sizes[letter]))


def _tensors(*arrays: Any) -> list[Tensor]:
    return [torch.as_tensor(np.array(a, dtype=float)) for a in arrays]
