"""The same things from torch, for lesson 03. They take tensors, and gradients flow through them."""

from __future__ import annotations


def one_hot(ids, V):
    """``torch.nn.functional.one_hot``: (N, T) -> (N, T, V)."""
    from torch.nn.functional import one_hot

    return one_hot(ids, V)


def cross_entropy(logits, targets):
    """``torch.nn.functional.cross_entropy``, and its gradient by autograd. -> loss, dlogits (N, T, V)."""
    import torch

    deeper = logits.requires_grad
    leaf = logits if deeper else logits.double().detach().requires_grad_()
    loss = torch.nn.functional.cross_entropy(leaf.flatten(0, 1), targets.flatten())
    return loss, torch.autograd.grad(loss, leaf, create_graph=deeper)[0]


def hello_loss(logits):
    """The four probabilities and torch's loss for the targets e, l, l, o of the vocabulary h e l o. -> p (4), loss."""
    import torch

    targets = torch.tensor([1, 2, 2, 3])
    p = torch.softmax(logits, dim=-1).gather(1, targets[:, None])[:, 0]
    return p, torch.nn.functional.cross_entropy(logits, targets)


def bits_per_char(logits, targets):
    """Torch's loss, divided by ln 2."""
    import math

    import torch

    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()) / math.log(2)
