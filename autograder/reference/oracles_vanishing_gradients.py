"""Lesson 05 from torch: autograd, ``torch.linalg`` and ``torch.nn.utils``. Everything can be differentiated."""

from __future__ import annotations


def tanh_by_exp(z):
    """``torch.tanh``: (..., C) -> (..., C)."""
    import torch

    return torch.tanh(z.double())


def tanh_grad(z):
    """Autograd through ``torch.tanh``: (..., C) -> (..., C)."""
    import torch

    return torch.func.vjp(torch.tanh, z.double())[1](torch.ones_like(z.double()))[0]


def sigmoid_grad(z):
    """Autograd through ``torch.sigmoid``: (..., C) -> (..., C)."""
    import torch

    return torch.func.vjp(torch.sigmoid, z.double())[1](torch.ones_like(z.double()))[0]


def step_jacobian(h, W_hh):
    """``torch.func.jacrev`` of a step that ends in h. -> (H, H)."""
    import torch

    return torch.func.jacrev(lambda before: torch.tanh(W_hh @ before + torch.atanh(h)))(torch.zeros_like(h))


def jacobian_norms(h, W_hh):
    """``torch.func.jacrev`` of all steps after t, which pass through the given states. -> (T)."""
    import torch

    def rest(t):
        def run(state):
            for s in range(t + 1, len(h)):
                state = torch.tanh(W_hh @ state + torch.atanh(h[s]) - W_hh @ h[s - 1])
            return state

        return run

    found = [torch.linalg.matrix_norm(torch.func.jacrev(rest(t))(h[t]), 2) for t in range(len(h) - 1)]
    return torch.stack([*found, torch.ones((), dtype=h.dtype)])


def spectral_radius(W_hh):
    """``torch.linalg.eigvals``: (H, H) -> float."""
    import torch

    return torch.linalg.eigvals(W_hh).abs().max()


def gradient_norm_by_lag(x, W_xh, W_hh, b):
    """``nn.RNN`` and ``torch.autograd.grad``. -> as the reference."""
    import torch

    network = torch.nn.RNN(x.shape[2], len(b), batch_first=True).double()
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), (W_xh, W_hh, b, 0 * b)):
            parameter.copy_(value)
    x = x.detach().clone().requires_grad_()
    (grad,) = torch.autograd.grad(network(x)[1].sum(), x)
    norms = grad.norm(dim=2).mean(dim=0).flip(0)
    return norms, norms, torch.zeros(1)


def clip_by_norm(dW_xh, dW_hh, db, limit):
    """The formula of ``torch.nn.utils.clip_grad_norm_`` without the 1e-6 that it adds to the length."""
    import torch

    length = torch.linalg.vector_norm(torch.cat([g.flatten() for g in (dW_xh, dW_hh, db)]))
    scale = torch.where(length > limit, limit / length.clamp(min=1e-300), torch.ones_like(length))
    return dW_xh * scale, dW_hh * scale, db * scale


def clip_by_value(g, limit):
    """``torch.clamp``: (..., C) -> (..., C)."""
    return g.clamp(-limit, limit)


def orthogonal(A):
    """``torch.linalg.qr``, its signs as in ``torch.nn.init.orthogonal_``. -> (H, D)."""
    import torch

    tall = A if A.shape[0] >= A.shape[1] else A.T
    Q, R = torch.linalg.qr(tall)
    Q = Q * torch.diagonal(R).sgn()
    return Q if A.shape[0] >= A.shape[1] else Q.T
