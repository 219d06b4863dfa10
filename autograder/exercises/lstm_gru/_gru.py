"""One step of a GRU: the wrong ways that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np

from autograder.reference.readout import sigmoid


def candidate(k):
    """The right candidate: the reset gate after the product."""
    return np.tanh(k["nx"] + k["r"] * k["nh"])


def mixed(k):
    """The right mix of the candidate and the old state."""
    return (1 - k["z"]) * k["n"] + k["z"] * k["h"]


def three(a):
    """The blocks r, z, n, (N, H) each."""
    return np.split(a, 3, axis=1)


def stepping(
    order="rzn",
    squash=sigmoid,
    squash_r=None,
    squash_z=None,
    gates_hear_h=True,
    candidate=candidate,
    mix=mixed,
    blocks=three,
    biases=lambda b_x, b_h: (b_x, b_h),
    inputs=lambda x, W_xh: x @ W_xh.T,
    states=lambda h, W_hh: h @ W_hh.T,
):
    """The right step with parts of it replaced."""

    def step(x, h, W_xh, W_hh, b_x, b_h):
        own_x, own_h = biases(b_x, b_h)
        from_x = dict(zip(order, blocks(inputs(x, W_xh) + own_x)))
        from_h = dict(zip(order, blocks(states(h, W_hh) + own_h)))
        k = {"h": h, "nx": from_x["n"], "nh": from_h["n"]}
        W_n = dict(zip(order, np.split(W_hh, 3)))["n"]
        own = dict(zip(order, np.split(own_h + np.zeros(len(W_hh)), 3)))["n"]
        k |= {"W_n": W_n, "b_n": own}
        r, z = (from_x[gate] + gates_hear_h * from_h[gate] for gate in "rz")
        k["r"], k["z"] = (squash_r or squash)(r), (squash_z or squash)(z)
        k["n"] = candidate(k)
        return mix(k)

    return step


def reset_before(k):
    """The candidate of 2014: the reset gate multiplies the state before the product."""
    return np.tanh(k["nx"] + (k["r"] * k["h"]) @ k["W_n"].T + k["b_n"])


def swapped_mix(k):
    return k["z"] * k["n"] + (1 - k["z"]) * k["h"]


def recurrent_blocks_transposed(h, W_hh):
    return np.concatenate([h @ part for part in np.split(W_hh, 3)], axis=1)


def split_along_the_batch(x, h, W_xh, W_hh, b_x, b_h):
    r_x, z_x, n_x = np.split(x @ W_xh.T + b_x, 3)
    r_h, z_h, n_h = np.split(h @ W_hh.T + b_h, 3)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    return (1 - z) * np.tanh(n_x + r * n_h) + z * h


def state_overwritten(x, h, W_xh, W_hh, b_x, b_h):
    h[:] = stepping()(x, h, W_xh, W_hh, b_x, b_h)
    return h


def overflowing(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / (1 + np.exp(z))


# Right, and written otherwise


def block_by_block(x, h, W_xh, W_hh, b_x, b_h):
    H = h.shape[1]
    own = [slice(n * H, (n + 1) * H) for n in range(3)]
    a = [x @ W_xh[s].T + b_x[s] for s in own]
    m = [h @ W_hh[s].T + b_h[s] for s in own]
    r, z = sigmoid(a[0] + m[0]), sigmoid(a[1] + m[1])
    n = np.tanh(a[2] + r * m[2])
    return n + z * (h - n)


def gates_together(x, h, W_xh, W_hh, b_x, b_h):
    H = h.shape[1]
    a, m = np.einsum("nd,gd->ng", x, W_xh) + b_x, np.einsum("nh,gh->ng", h, W_hh) + b_h
    gates = 0.5 * (1 + np.tanh((a + m)[:, : 2 * H] / 2))
    n = np.tanh(a[:, 2 * H :] + gates[:, :H] * m[:, 2 * H :])
    return np.where(True, (1 - gates[:, H:]) * n, 0) + gates[:, H:] * h


def unit_by_unit(x, h, W_xh, W_hh, b_x, b_h):
    new, H = np.empty(h.shape), h.shape[1]
    for e in range(len(x)):
        for j in range(H):
            a = [W_xh[n * H + j] @ x[e] + b_x[n * H + j] for n in range(3)]
            m = [W_hh[n * H + j] @ h[e] + b_h[n * H + j] for n in range(3)]
            r, z = (float(sigmoid(np.array(a[n] + m[n]))) for n in range(2))
            new[e, j] = (1 - z) * np.tanh(a[2] + r * m[2]) + z * h[e, j]
    return new


def torch_cell(torch, x, h, W_xh, W_hh, b_x, b_h):
    cell = torch.nn.GRUCell(x.shape[1], h.shape[1]).double()
    with torch.no_grad():
        for parameter, value in zip(cell.parameters(), (W_xh, W_hh, b_x, b_h)):
            parameter.copy_(value)
        return cell(x, h)
