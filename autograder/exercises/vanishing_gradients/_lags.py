"""Measuring how gradients fade, in torch: the wrong ways that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np


def measured(scalar=lambda h, h_T: h_T.sum(), read=None, back=None):
    """The measurement with its parts changed: what is differentiated, and what is made of the gradient (N, T, D)."""
    read = read or (lambda grad: grad.norm(dim=2).mean(dim=0).flip(0))
    back = back or through_grad

    def answer(model, x):
        return read(back(model, x, scalar))

    return answer


def through_grad(model, x, scalar):
    """A copy of x and ``torch.autograd.grad``: nothing is left anywhere."""
    import torch

    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(scalar(*model(x)), x)[0]


def through_backward(model, x, scalar):
    """A copy of x, and ``backward``, which leaves gradients in the parameters."""
    x = x.detach().clone().requires_grad_()
    scalar(*model(x)).backward()
    return x.grad


def through_backward_in_place(model, x, scalar):
    """``backward`` with the caller's x: its gradient piles up from call to call."""
    x.requires_grad_()
    scalar(*model(x)).backward()
    return x.grad


def grad_in_place(model, x, scalar):
    """``torch.autograd.grad`` with the caller's x."""
    import torch

    x.requires_grad_(True)
    return torch.autograd.grad(scalar(*model(x)), x)[0]


def parameters_zeroed(model, x, scalar):
    """``backward``, and the parameters' gradients taken away again."""
    grad = through_backward(model, x, scalar)
    model.zero_grad(set_to_none=True)
    return grad


def parameters_frozen(model, x, scalar):
    """``backward`` while no parameter asks for a gradient."""
    model.requires_grad_(False)
    grad = through_backward(model, x, scalar)
    model.requires_grad_(True)
    return grad


def not_asked(model, x):
    """A caller's x that never asks for a gradient."""
    model(x)[1].sum().backward()
    return x.grad.norm(dim=2).mean(dim=0).flip(0)


def grad_not_asked(model, x):
    """A caller's x that never asks for a gradient, and ``torch.autograd.grad`` says so."""
    import torch

    (grad,) = torch.autograd.grad(model(x)[1].sum(), x)
    return grad.norm(dim=2).mean(dim=0).flip(0)


def both_results_summed(model, x):
    """The model's two results taken for one."""
    import torch

    x = x.clone().requires_grad_()
    return torch.autograd.grad(model(x).sum(), x)


def gradient_in_a_tuple(model, x):
    """The tuple taken for the gradient."""
    import torch

    x = x.clone().requires_grad_()
    grad = torch.autograd.grad(model(x)[1].sum(), x)
    return grad.norm(dim=2).mean(dim=0).flip(0)


def without_graph(model, x):
    """Everything under no_grad."""
    import torch

    x = x.clone().requires_grad_()
    with torch.no_grad():
        h, h_T = model(x)
    return torch.autograd.grad(h_T.sum(), x)[0].norm(dim=2).mean(dim=0).flip(0)


def not_a_scalar(model, x):
    """Going back from the whole last state."""
    x = x.clone().requires_grad_()
    model(x)[1].backward()
    return x.grad.norm(dim=2).mean(dim=0).flip(0)


def lag_by_lag(model, x):
    """One input after the other, each a leaf of its own."""
    import torch

    parts = [x[:, t].clone().requires_grad_() for t in range(x.shape[1])]
    h, h_T = model(torch.stack(parts, dim=1))
    grads = torch.autograd.grad(h_T.sum(), parts)
    return [float(torch.sqrt((g**2).sum(1)).mean()) for g in reversed(grads)]


def example_by_example(model, x):
    """One example after the other."""
    found = [measured()(model, row[None]).numpy() for row in x]
    return np.mean(found, axis=0)


def by_vjp(model, x):
    """torch.func.vjp."""
    import torch

    last, back = torch.func.vjp(lambda v: model(v)[1], x)
    (grad,) = back(torch.ones_like(last))
    return torch.linalg.vector_norm(grad.detach(), dim=-1).mean(0).flip(0)
