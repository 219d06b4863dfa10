"""Lesson 04 from torch: autograd through torch's own cell. Everything can be differentiated once more.

The exercises are given the states ``h`` of the forward pass. So that the gradients here are functions of those very
states, each step's sum is shifted by what makes tanh of it come out as h, a bias of its own.
"""

from __future__ import annotations

from autograder.reference.training import RATE


def _steps(x, h0, h, W_xh, W_hh):
    """A function of (x, h0, W_xh, W_hh, b) that gives all states, and which is h at these arguments and b = 0."""
    import torch

    before = torch.cat([h0[:, None], h[:, :-1]], dim=1)
    shift = torch.atanh(h) - x @ W_xh.T - before @ W_hh.T  # (N, T, H)

    def run(x, h0, W_xh, W_hh, b):
        states, state = [], h0
        for t in range(x.shape[1]):
            state = torch.tanh(x[:, t] @ W_xh.T + state @ W_hh.T + b + shift[:, t])
            states.append(state)
        return torch.stack(states, dim=1)

    return run


def bptt(dh, x, h0, h, W_xh, W_hh):
    """``torch.func.vjp`` of the whole forward pass. -> dx (N, T, D), dh0 (N, H), dW_xh (H, D), dW_hh (H, H), db (H)."""
    import torch

    run = _steps(x, h0, h, W_xh, W_hh)
    return torch.func.vjp(run, x, h0, W_xh, W_hh, torch.zeros_like(W_hh[0]))[1](dh)


def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    """The same for a sequence of one step. -> dx (N, D), dh_prev (N, H), dW_xh (H, D), dW_hh (H, H), db (H)."""
    dx, *rest = bptt(dh[:, None], x[:, None], h_prev, h[:, None], W_xh, W_hh)
    return dx[:, 0], *rest


def numerical_gradient(theta, phase, eps):
    """Autograd, and the error of a central difference, exact for a cubic. -> step (1), grad (..., C)."""
    import torch

    theta = theta.double()
    places = phase + torch.arange(theta.numel(), dtype=torch.float64).reshape(theta.shape)
    bend, slope = 1 + 0.5 * torch.cos(places), 1 + 0.5 * torch.sin(places)

    def f(theta):
        return (bend * theta**3).sum() + (slope * theta).sum() ** 2

    step = eps or 1e-5
    return torch.full((1,), step, dtype=torch.float64), torch.func.grad(f)(theta) + bend * step**2


def gradient_by_timestep(dh, x, h0, h, W_xh, W_hh):
    """A copy of W_hh for every step, and the gradient of each copy. -> (T, H, H)."""
    import torch

    T = x.shape[1]
    before = torch.cat([h0[:, None], h[:, :-1]], dim=1)
    shift = torch.atanh(h) - x @ W_xh.T - before @ W_hh.T

    def run(copies):
        states, state = [], h0
        for t in range(T):
            state = torch.tanh(x[:, t] @ W_xh.T + state @ copies[t].T + shift[:, t])
            states.append(state)
        return torch.stack(states, dim=1)

    return torch.func.vjp(run, W_hh.expand(T, *W_hh.shape))[1](dh)[0]


def truncated_bptt(x, h0, W_xh, W_hh, b, dh, k):
    """The recurrence of torch chunk by chunk, each chunk's start an argument of its own. -> h, dx, dh0 and so on."""
    import torch

    def run(x, state, W_xh, W_hh, b):
        weights = [W_xh, W_hh, b, torch.zeros_like(b)]
        return torch.rnn_tanh(x, state[None], weights, True, 1, 0.0, False, False, True)[0]

    states, grads, state = [], [], h0
    for part, asked in zip(x.split(k, 1), dh.split(k, 1)):
        h, back = torch.func.vjp(run, part, state, W_xh, W_hh, b)
        states.append(h)
        grads.append(back(asked))
        state = h[:, -1]
    dx, starts, *weights = zip(*grads)
    return torch.cat(states, 1), torch.cat(dx, 1), starts[0], *(sum(parts) for parts in weights)


def gradient_angle(one, other):
    """From the sum and the difference of the unit vectors, which is exact for small angles too. -> float."""
    import torch

    one, other = (torch.nn.functional.normalize(g.flatten(), dim=0) for g in (one, other))
    return torch.rad2deg(2 * torch.atan2((one - other).norm(), (one + other).norm()))


def train_truncated(x, y, h, k, W_xh, W_hh, b, W_hy, b_y, strict=True):
    """``nn.RNN``, ``nn.Linear``, ``mse_loss`` and ``SGD``, with the carried state detached. -> as the reference."""
    import torch
    from torch import nn

    rnn, readout = nn.RNN(x.shape[2], h.shape[1], batch_first=True).double(), nn.Linear(h.shape[1], y.shape[2]).double()
    parameters = [*rnn.parameters(), *readout.parameters()]
    with torch.no_grad():
        for parameter, value in zip(parameters, (W_xh, W_hh, b, 0 * b, W_hy, b_y)):
            parameter.copy_(value)
    rnn.bias_hh_l0.requires_grad_(False)
    optimiser = torch.optim.SGD(parameters, lr=RATE)
    losses, starts, grads = [], [], []
    for inputs, targets in zip(x.split(k, 1), y.split(k, 1)):
        starts.append(h)
        states, last = rnn(inputs, h[None])
        loss = nn.functional.mse_loss(readout(states), targets)
        optimiser.zero_grad()
        loss.backward()
        grads.append(rnn.weight_hh_l0.grad.clone())
        optimiser.step()
        losses.append(loss.detach())
        h = last[0].detach()
    C = len(losses)
    return torch.stack(losses), h, torch.stack(starts), torch.zeros(C), torch.stack(grads), torch.zeros(1)
