"""Training loops as people write them, wrong and right: they take a model, an optimiser and a loss."""

from __future__ import annotations


def looping(
    enter=lambda h, h0: h.detach(),
    leave=lambda h: h.detach(),
    keep=lambda e: e.item(),
    update=None,
    every=lambda T, k: [(s, s + k) for s in range(0, T, k)],
    target=lambda y, a, b: y[:, a:b],
    loss_of=lambda loss, out, y: loss(out, y),
    finish=lambda losses, h: (losses, h),
):
    """The right loop with parts replaced."""

    def step(optimiser, e):
        optimiser.zero_grad()
        e.backward()
        optimiser.step()

    def train_truncated(model, optimiser, loss, x, y, h, k):
        losses, h0 = [], h
        for a, b in every(x.shape[1], k):
            out, h = model(x[:, a:b], enter(h, h0))
            e = loss_of(loss, out, target(y, a, b))
            (update or step)(optimiser, e)
            losses.append(keep(e))
        return finish(losses, leave(h))

    return train_truncated


def along_the_batch(model, optimiser, loss, x, y, h, k):
    """Axis 0 is cut in place of axis 1, so that the second chunk of a small batch is empty."""
    losses = []
    for a in range(0, x.shape[1], k):
        out, h = model(x[a : a + k], h.detach())
        e = loss(out, y[a : a + k])
        optimiser.zero_grad()
        e.backward()
        optimiser.step()
        losses.append(e.item())
    return losses, h.detach()


def without_zeroing(optimiser, e):
    e.backward()
    optimiser.step()


def without_step(optimiser, e):
    optimiser.zero_grad()
    e.backward()


def zeroed_too_late(optimiser, e):
    e.backward()
    optimiser.zero_grad()
    optimiser.step()


def keeping_the_graph(optimiser, e):
    optimiser.zero_grad()
    e.backward(retain_graph=True)
    optimiser.step()


def zeroed_after(optimiser, e):
    e.backward()
    optimiser.step()
    optimiser.zero_grad()


def one_update(detach):
    """All losses added up, one way back at the end."""

    def train_truncated(model, optimiser, loss, x, y, h, k):
        losses = []
        optimiser.zero_grad()
        for a in range(0, x.shape[1], k):
            out, h = model(x[:, a : a + k], h.detach() if detach else h)
            losses.append(loss(out, y[:, a : a + k]))
        sum(losses).backward()
        optimiser.step()
        return [e.item() for e in losses], h.detach()

    return train_truncated


def retained_until_the_end(model, optimiser, loss, x, y, h, k):
    """Not detached, every graph kept, the weights updated once at the end."""
    losses = []
    optimiser.zero_grad()
    for a in range(0, x.shape[1], k):
        out, h = model(x[:, a : a + k], h)
        e = loss(out, y[:, a : a + k])
        e.backward(retain_graph=True)
        losses.append(e.item())
    optimiser.step()
    return losses, h.detach()


def step_by_step(model, optimiser, loss, x, y, h, k):
    """Detached at every step within a chunk."""
    import torch

    losses = []
    for a in range(0, x.shape[1], k):
        outs = []
        for t in range(a, min(a + k, x.shape[1])):
            out, h = model(x[:, t : t + 1], h.detach())
            outs.append(out)
        e = loss(torch.cat(outs, 1), y[:, a : a + k])
        optimiser.zero_grad()
        e.backward()
        optimiser.step()
        losses.append(e.item())
    return losses, h.detach()


def state_of_before(model, optimiser, loss, x, y, h, k):
    """The new state is never taken over."""
    losses = []
    for a in range(0, x.shape[1], k):
        out, _h = model(x[:, a : a + k], h.detach())
        e = loss(out, y[:, a : a + k])
        optimiser.zero_grad()
        e.backward()
        optimiser.step()
        losses.append(e.item())
    return losses, h.detach()


def split_and_zip(model, optimiser, loss, x, y, h, k):
    losses = []
    for inputs, targets in zip(x.split(k, dim=1), y.split(k, dim=1)):
        model.zero_grad()
        outputs, h = model(inputs, h)
        h = h.detach()
        e = loss(outputs, targets)
        e.backward()
        optimiser.step()
        losses.append(float(e.detach()))
    return losses, h


def detached_in_place(model, optimiser, loss, x, y, h, k):
    losses = []
    for a in range(0, x.shape[1], k):
        outputs, h = model(x[:, a : a + k], h)
        e = loss(outputs, y[:, a : a + k])
        optimiser.zero_grad()
        e.backward()
        optimiser.step()
        h.detach_()
        losses.append(e.item())
    return losses, h


def while_loop(model, optimiser, loss, x, y, h, k):
    import torch

    losses, start = torch.zeros(0, dtype=x.dtype), 0
    while start < x.shape[1]:
        h = h.data
        optimiser.zero_grad(set_to_none=False)
        outputs, h = model(x[:, start : start + k], h)
        e = loss(outputs, y[:, start : start + k])
        e.backward()
        optimiser.step()
        losses = torch.cat([losses, e.detach()[None]])
        start += k
    return losses, h.detach()


def leaf_again(model, optimiser, loss, x, y, h, k):
    losses = []
    for a in range(0, x.shape[1], k):
        h = h.detach().clone().requires_grad_(True)
        outputs, h = model(x[:, a : a + k], h)
        e = loss(outputs, y[:, a : a + k])
        optimiser.zero_grad()
        e.backward()
        optimiser.step()
        losses.append(e.detach())
    return losses, h.detach()


def in_place(model, optimiser, loss, x, y, h, k):
    losses = []
    for a in range(0, x.shape[1], k):
        outputs, h = model(x[:, a : a + k], h)
        e = loss(outputs, y[:, a : a + k])
        e.backward()
        optimiser.step()
        optimiser.zero_grad()
        h = h.detach_() if h.grad_fn is None else h.detach()
        losses += [e.item()]
    return tuple(losses), h
