"""Ways back through a whole sequence: the wrong ones that people write, and right ones unlike the reference."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.reference.bptt import bptt, rnn_step_backward


def before(h0, h, t):
    """The state before step t."""
    return h[:, t - 1] if t else h0


def sweep(
    dh,
    x,
    h0,
    h,
    W_xh,
    W_hh,
    *,
    rnn_step_backward=rnn_step_backward,
    steps=None,
    before=before,
    asked=lambda dh, later, t: dh[:, t] + later,
    carry=lambda own, later: own,
    gather=lambda total, own: total + own,
):
    """The right way back, with parts of it to be replaced. Also gives the parts of dW_hh by time and the last flow."""
    N, T, D = x.shape
    dx, parts, later = np.zeros(x.shape), np.zeros((T, *W_hh.shape)), np.zeros(h0.shape)
    weights = [np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(len(W_hh))]
    for t in reversed(range(T)) if steps is None else steps(T):
        dx[:, t], flow, *own = rnn_step_backward(asked(dh, later, t), x[:, t], before(h0, h, t), h[:, t], W_xh, W_hh)
        later = carry(flow, later)
        weights = [gather(total, part) for total, part in zip(weights, own)]
        parts[t] = own[1]
    return dx, later, *weights, parts


def sums_from_nothing(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    """``bptt`` whose totals begin as the number 0, and so take the shape of what is added to them."""
    dx, later, totals = np.zeros(x.shape), np.zeros(h0.shape), (0, 0, 0)
    for t in reversed(range(x.shape[1])):
        before = h[:, t - 1] if t else h0
        dx[:, t], later, *own = rnn_step_backward(dh[:, t] + later, x[:, t], before, h[:, t], W_xh, W_hh)
        totals = [total + part for total, part in zip(totals, own)]
    return dx, later, *totals


def swept(**replaced):
    """``bptt`` with parts of the sweep replaced."""

    def wrong(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
        return sweep(dh, x, h0, h, W_xh, W_hh, rnn_step_backward=rnn_step_backward, **replaced)[:5]

    return wrong


def parts_of(**replaced):
    """``gradient_by_timestep`` with parts of the sweep replaced."""

    def wrong(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
        return sweep(dh, x, h0, h, W_xh, W_hh, rnn_step_backward=rnn_step_backward, **replaced)[5]

    return wrong


def then(change, way=swept()):  # noqa: B008 (made once, on purpose)
    """The right way back, its results given back in another way: ``change(*results)``."""

    def wrong(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
        found = way(dh, x, h0, h, W_xh, W_hh, rnn_step_backward=rnn_step_backward)
        return change(*found) if isinstance(found, tuple) else change(found)

    return wrong


def with_step(step, way=bptt):
    """The right way back over a step that is wrong."""
    return lambda *arguments: way(*arguments, rnn_step_backward=step)


def none_later(dh, later, t):
    """What a step is asked when nothing comes back from later ones."""
    return dh[:, t]


def last_loss(dh, later, t):
    """What a step is asked when only the last step's loss counts."""
    return later + (dh[:, t] if t == dh.shape[1] - 1 else 0)


def one_step_back(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    """Each loss reaches its own step and the one before it, and no further. dW_hh by time comes last."""
    alone = np.zeros_like(dh)
    for t in range(1, x.shape[1]):
        alone[:, t - 1] = rnn_step_backward(dh[:, t], x[:, t], h[:, t - 1], h[:, t], W_xh, W_hh)[1]
    return sweep(dh + alone, x, h0, h, W_xh, W_hh, rnn_step_backward=rnn_step_backward, asked=none_later)


def dh_overwritten(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    T, weights = x.shape[1], []
    dx = np.zeros(x.shape)
    for t in reversed(range(T)):
        dx[:, t], flow, *own = rnn_step_backward(dh[:, t], x[:, t], before(h0, h, t), h[:, t], W_xh, W_hh)
        weights.append(own)
        if t:
            dh[:, t - 1] += flow
    return dx, flow, *(sum(parts) for parts in zip(*weights))


def start_one_short(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    dx, _dh0, *rest = bptt(dh, x, h0, h, W_xh, W_hh, rnn_step_backward=rnn_step_backward)
    rest_of_it = bptt(dh[:, 1:], x[:, 1:], h[:, 0], h[:, 1:], W_xh, W_hh, rnn_step_backward=rnn_step_backward)
    return dx, rest_of_it[1], *rest


def losses_one_step_early(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    """The loop starts from dh[:, -1], and after step t adds dh[:, t] once more."""
    shifted = np.concatenate([dh[:, 1:], dh[:, -1:]], axis=1)
    dx, dh0, *rest = bptt(shifted, x, h0, h, W_xh, W_hh, rnn_step_backward=rnn_step_backward)
    return dx, dh0 + dh[:, 0], *rest


def last_loss_in_dh0(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    dx, dh0, *rest = bptt(dh, x, h0, h, W_xh, W_hh, rnn_step_backward=rnn_step_backward)
    return dx, dh0 + dh[:, -1], *rest


def flow_without_weights(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    """What goes back from a step is da, without the recurrent weights."""

    def step(dh, x, h_prev, h, W_xh, W_hh):
        dx, _dh_prev, *rest = rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh)
        return dx, dh * (1 - h**2), *rest

    return bptt(dh, x, h0, h, W_xh, W_hh, rnn_step_backward=step)


def flow_through_weights_twice(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    """What a step hands back is multiplied by the recurrent weights once more before it is added."""
    return sweep(
        dh, x, h0, h, W_xh, W_hh,
        rnn_step_backward=rnn_step_backward, asked=lambda dh, later, t: dh[:, t] + later @ W_hh,
    )[:5]  # fmt: skip


def by_loss(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    """The gradient of W_hh that each step's *loss* gives, which is another way to cut the same sum."""
    parts = []
    for t in range(x.shape[1]):
        alone = np.zeros_like(dh)
        alone[:, t] = dh[:, t]
        parts.append(bptt(alone, x, h0, h, W_xh, W_hh, rnn_step_backward=rnn_step_backward)[3])
    return np.stack(parts)


def input_parts(dh, x, h0, h, W_xh, W_hh, *, rnn_step_backward=rnn_step_backward):
    def step(*arguments):
        dx, dh_prev, dW_xh, _dW_hh, db = rnn_step_backward(*arguments)
        kept.append(dW_xh)
        return dx, dh_prev, dW_xh, _dW_hh, db

    kept: list = []
    bptt(dh, x, h0, h, W_xh, W_hh, rnn_step_backward=step)
    return np.stack(kept[::-1])


# Right, and written otherwise


def all_sums_first(dh, x, h0, h, W_xh, W_hh):
    """The gradient of every sum first, in one sweep; then three products over time and batch at once."""
    N, T, H = dh.shape
    da, later = np.empty(dh.shape), np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        da[:, t] = (dh[:, t] + later) * (1 - h[:, t] ** 2)
        later = da[:, t] @ W_hh
    shifted = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dW_xh, dW_hh = np.tensordot(da, x, ((0, 1), (0, 1))), np.tensordot(da, shifted, ((0, 1), (0, 1)))
    return da @ W_xh, later, dW_xh, dW_hh, da.sum((0, 1))


def lists(dh, x, h0, h, W_xh, W_hh):
    states = [h0, *h.swapaxes(0, 1)]
    later, collected = 0, []
    for t in range(len(states) - 1, 0, -1):
        dx, later, *own = rnn_step_backward(dh[:, t - 1] + later, x[:, t - 1], states[t - 1], states[t], W_xh, W_hh)
        collected.insert(0, (dx, *own))
    dxs, *own = zip(*collected)
    return [np.stack(dxs, 1), later, *(np.sum(parts, axis=0) for parts in own)]


def recursive(dh, x, h0, h, W_xh, W_hh):
    T = x.shape[1]
    if T == 0:
        return np.zeros(x.shape), np.zeros(h0.shape), 0 * W_xh, 0 * W_hh, 0 * W_hh[0]
    dh = dh.copy()
    dx, flow, *own = rnn_step_backward(dh[:, -1], x[:, -1], before(h0, h, T - 1), h[:, -1], W_xh, W_hh)
    if T > 1:
        dh[:, T - 2] += flow
    rest = recursive(dh[:, :-1], x[:, :-1], h0, h[:, :-1], W_xh, W_hh)
    start = flow if T == 1 else rest[1]
    return np.concatenate([rest[0], dx[:, None]], 1), start, *(a + b for a, b in zip(rest[2:], own))


def loss_by_loss(dh, x, h0, h, W_xh, W_hh):
    """Slow and right: every step's loss on its own, all gradients added up."""
    total = None
    for t in range(x.shape[1]):
        alone = np.zeros_like(dh)
        alone[:, t] = dh[:, t]
        one = bptt(alone, x, h0, h, W_xh, W_hh)
        total = one if total is None else tuple(a + b for a, b in zip(total, one))
    return total


def torch_autograd(torch, dh, x, h0, h, W_xh, W_hh):
    shifted = torch.cat([h0[:, None], h[:, :-1]], 1)
    inner = torch.atanh(h) - x @ W_xh.T - shifted @ W_hh.T
    b = torch.zeros(len(W_hh), dtype=x.dtype, requires_grad=True)
    x, h0, W_xh, W_hh = leaves = [v.clone().requires_grad_() for v in (x, h0, W_xh, W_hh)]
    state, total = h0, 0
    for t in range(x.shape[1]):
        state = torch.tanh(x[:, t] @ W_xh.T + state @ W_hh.T + b + inner[:, t])
        total = total + (state * dh[:, t]).sum()
    return torch.autograd.grad(total, [*leaves, b])


def parts_from_sums(dh, x, h0, h, W_xh, W_hh):
    N, T, H = dh.shape
    da, later = np.empty(dh.shape), 0
    for t in range(T)[::-1]:
        da[:, t] = (dh[:, t] + later) * (1 - h[:, t] ** 2)
        later = da[:, t] @ W_hh
    return np.einsum("nth,ntk->thk", da, np.concatenate([h0[:, None], h[:, :-1]], 1))


def parts_as_list(dh, x, h0, h, W_xh, W_hh):
    later, parts = np.zeros(h0.shape), []
    for t in range(x.shape[1] - 1, -1, -1):
        _, later, _, own, _ = rnn_step_backward(dh[:, t] + later, x[:, t], before(h0, h, t), h[:, t], W_xh, W_hh)
        parts.append(own)
    return parts[::-1]


def parts_by_difference(dh, x, h0, h, W_xh, W_hh):
    """What the steps from t on add to the sum, less what those from t + 1 on add."""
    T = x.shape[1]
    tails = []
    for t in range(T):
        start = before(h0, h, t)
        tails.append(bptt(dh[:, t:], x[:, t:], start, h[:, t:], W_xh, W_hh)[3])
    tails.append(np.zeros(W_hh.shape))
    return np.array([one - other for one, other in itertools.pairwise(tails)])
