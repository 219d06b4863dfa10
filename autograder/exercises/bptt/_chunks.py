"""Ways to truncate: the wrong ones that people write, and right ones unlike the reference."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.reference.bptt import bptt, truncated_bptt
from autograder.reference.rnn import rnn_forward


def every(T, k):
    """The chunks asked for: k steps each, the last one what is left."""
    return [slice(start, min(start + k, T)) for start in range(0, T, k)]


def at(cuts):
    """Chunks between these places."""
    return [slice(a, b) for a, b in itertools.pairwise(cuts)]


def chunked(
    x,
    h0,
    W_xh,
    W_hh,
    b,
    dh,
    k,
    *,
    bptt=bptt,
    chunks=every,
    carry=lambda last, h0: last,
    ask=lambda dh, c: dh[:, c],
    before=lambda state, last, h0: state,
):
    """Chunk by chunk, with parts to be replaced. -> h, dx, and for each chunk the gradients of start and weights."""
    h, dx = np.zeros(dh.shape), np.zeros(x.shape)
    starts, weights, state = [], [], h0
    for c in chunks(x.shape[1], k):
        h[:, c], last = rnn_forward(x[:, c], state, W_xh, W_hh, b)
        dx[:, c], start, *own = bptt(ask(dh, c), x[:, c], before(state, last, h0), h[:, c], W_xh, W_hh)
        starts.append(start)
        weights.append(own)
        state = carry(last, h0)
    return h, dx, starts, weights


def cut(finish=lambda h, dx, starts, weights: (h, dx, starts[0], *summed(weights)), **replaced):
    """An answer from ``chunked`` with parts replaced; ``finish`` makes what is returned."""

    def wrong(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
        return finish(*chunked(x, h0, W_xh, W_hh, b, dh, k, bptt=bptt, **replaced))

    return wrong


def summed(weights):
    """The gradients of the weights, added up over the chunks."""
    return [sum(parts) for parts in zip(*weights)]


def then(change):
    """The right results, given back in another way."""

    def wrong(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
        return change(*truncated_bptt(x, h0, W_xh, W_hh, b, dh, k, bptt=_loose(bptt)), x.shape[1], k)

    return wrong


def _loose(back):
    """A way back that takes and drops the step it might go by."""
    return lambda *arguments, rnn_step_backward=None: back(*arguments)


def crossing(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
    h = rnn_forward(x, h0, W_xh, W_hh, b)[0]
    return h, *bptt(dh, x, h0, h, W_xh, W_hh)


def along_the_batch(dh_alone=False):
    """Axis 0 is cut in place of axis 1, of all arrays or of dh alone: the second chunk of a small batch is empty."""

    def wrong(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
        parts, starts, weights, state = [], [], [], h0
        for c in every(x.shape[1], k):
            part = x[:, c] if dh_alone else x[c]
            if len(part) != len(state):  # in the words of the lesson's rnn_forward
                said = "rnn_forward wants h0 as (N, H) with N = {}; its shape here is {}"
                raise ValueError(said.format(len(part), state.shape))
            states, last = rnn_forward(part, state, W_xh, W_hh, b)
            dx, start, *own = bptt(dh[c], part, state, states, W_xh, W_hh)
            parts.append((states, dx))
            starts.append(start)
            weights.append(own)
            state = last
        return *(np.concatenate(own, axis=1) for own in zip(*parts)), starts[0], *summed(weights)

    return wrong


def only_last_chunk(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
    h, dx, starts, weights = chunked(x, h0, W_xh, W_hh, b, dh, k, bptt=bptt)
    c = every(x.shape[1], k)[-1]
    own = np.zeros(dx.shape)
    own[:, c] = dx[:, c]
    return h, own, starts[-1] if len(starts) == 1 else 0 * h0, *weights[-1]


def last_k_steps(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
    T = x.shape[1]
    h = rnn_forward(x, h0, W_xh, W_hh, b)[0]
    first = max(T - k, 0)
    dx = np.zeros(x.shape)
    start = h[:, first - 1] if first else h0
    dx[:, first:], flow, *own = bptt(dh[:, first:], x[:, first:], start, h[:, first:], W_xh, W_hh)
    return h, dx, 0 * flow if first else flow, *own


def last_k_steps_to_the_start(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
    """The last k steps alone, and what flows out of them is given for dh0."""
    first = max(x.shape[1] - k, 0)
    h = rnn_forward(x, h0, W_xh, W_hh, b)[0]
    dx = np.zeros(x.shape)
    start = h[:, first - 1] if first else h0
    dx[:, first:], flow, *own = bptt(dh[:, first:], x[:, first:], start, h[:, first:], W_xh, W_hh)
    return h, dx, flow, *own


def whole_chunks_only(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
    """What is left after the last whole chunk is not even returned."""
    T = x.shape[1] // k * k
    h, dx, starts, weights = chunked(x[:, :T], h0, W_xh, W_hh, b, dh[:, :T], k, bptt=bptt)
    return h, dx, starts[0], *summed(weights)


def zeros_without_a_chunk(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
    """Whole chunks only, and zeros everywhere else, also where there is no whole chunk."""
    T = x.shape[1] // k * k
    h, dx, starts, weights = chunked(x, h0, W_xh, W_hh, b, dh, k, bptt=bptt, chunks=lambda _, k: every(T, k))
    return h, dx, *((starts[0], *summed(weights)) if starts else (0 * h0, 0 * W_xh, 0 * W_hh, 0 * b))


def sliding_window(x, h0, W_xh, W_hh, b, dh, k, *, bptt=bptt):
    """Every loss goes back k steps of its own."""
    h = rnn_forward(x, h0, W_xh, W_hh, b)[0]
    dx, dh0, totals = np.zeros(x.shape), np.zeros(h0.shape), None
    for t in range(x.shape[1]):
        first = max(t - k + 1, 0)
        c = slice(first, t + 1)
        own = np.zeros_like(dh[:, c])
        own[:, -1] = dh[:, t]
        part, flow, *weights = bptt(own, x[:, c], h[:, first - 1] if first else h0, h[:, c], W_xh, W_hh)
        dx[:, c] += part
        dh0 += 0 if first else flow
        totals = weights if totals is None else [a + b for a, b in zip(totals, weights)]
    return h, dx, dh0, *totals


def chunk_end_only(dh, c):
    """The losses of a chunk with only its last one left."""
    own = np.zeros_like(dh[:, c])
    own[:, -1] = dh[:, c][:, -1]
    return own


def last_start(h, dx, starts, weights):
    """The gradient of the last chunk's start in the place of the first's."""
    return h, dx, starts[-1], *summed(weights)


# Right, and written otherwise


def flow_stopped(x, h0, W_xh, W_hh, b, dh, k):
    """One sweep back over everything; at a cut what flows is set to zero."""
    N, T, D = x.shape
    h = rnn_forward(x, h0, W_xh, W_hh, b)[0]
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    da, flow = np.zeros(dh.shape), np.zeros(h0.shape)
    for t in range(T - 1, -1, -1):
        da[:, t] = (dh[:, t] + flow) * (1 - h[:, t] ** 2)
        flow = da[:, t] @ W_hh
        if t and t % k == 0:
            flow = np.zeros(h0.shape)
    return h, da @ W_xh, flow, np.einsum("nth,ntd->hd", da, x), np.einsum("nth,ntk->hk", da, before), da.sum((0, 1))


def forward_first(x, h0, W_xh, W_hh, b, dh, k):
    """All states first, then the chunks from the last to the first."""
    h = rnn_forward(x, h0, W_xh, W_hh, b)[0]
    dx, dW_xh, dW_hh, db = np.zeros_like(x), 0, 0, 0
    for c in reversed(every(x.shape[1], k)):
        start = h[:, c.start - 1] if c.start else h0
        dx[:, c], dh0, p, q, r = bptt(dh[:, c], x[:, c], start, h[:, c], W_xh, W_hh)
        dW_xh, dW_hh, db = dW_xh + p, dW_hh + q, db + r
    return h, dx, dh0, dW_xh, dW_hh, db


def split_arrays(x, h0, W_xh, W_hh, b, dh, k):
    cuts = np.arange(k, x.shape[1], k)
    state, hs, dxs, first, total = h0, [], [], None, 0
    for part, asked in zip(np.split(x, cuts, axis=1), np.split(dh, cuts, axis=1)):
        h, last = rnn_forward(part, state, W_xh, W_hh, b)
        dx, dh0, *weights = bptt(asked, part, state, h, W_xh, W_hh)
        first = dh0 if first is None else first
        total = total + np.concatenate([w.ravel() for w in weights])
        state = last
        hs.append(h)
        dxs.append(dx)
    sizes = np.cumsum([W_xh.size, W_hh.size])
    dW_xh, dW_hh, db = np.split(total, sizes)
    weights = dW_xh.reshape(W_xh.shape), dW_hh.reshape(W_hh.shape), db
    return [np.concatenate(hs, 1), np.concatenate(dxs, 1), first, *weights]


def torch_detached(torch, x, h0, W_xh, W_hh, b, dh, k):
    x, h0, W_xh, W_hh, b = leaves = [a.clone().requires_grad_() for a in (x, h0, W_xh, W_hh, b)]
    state, states = h0, []
    for t in range(x.shape[1]):
        state = state.detach() if t and t % k == 0 else state
        state = torch.tanh(x[:, t] @ W_xh.T + state @ W_hh.T + b)
        states.append(state)
    h = torch.stack(states, 1)
    return h, *torch.autograd.grad((h * dh).sum(), leaves)
