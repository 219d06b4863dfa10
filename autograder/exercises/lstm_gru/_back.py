"""One step of an LSTM backward: the wrong ways that people write, and right ones unlike the reference."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from autograder.reference.gated import lstm_step_backward

NAMES = ("dx", "dh_prev", "dc_prev", "dW_xh", "dW_hh", "db")


def known(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
    """All that a rule may need, by name."""
    i, f, g, o = np.split(gates, 4, axis=1)
    return SimpleNamespace(
        dh=dh, dc=dc, x=x, h_prev=h_prev, c_prev=c_prev, i=i, f=f, g=g, o=o, gates=gates, c=c, tanh_c=np.tanh(c),
        W_xh=W_xh, W_hh=W_hh,
    )  # fmt: skip


def belt(k):
    """All that is asked of c."""
    return k.dc + k.dh * k.o * (1 - k.tanh_c**2)


RULES = {
    "di": lambda k: k.belt * k.g,
    "df": lambda k: k.belt * k.c_prev,
    "dg": lambda k: k.belt * k.i,
    "do": lambda k: k.dh * k.tanh_c,
}
SLOPES = {
    "i": lambda k: k.i * (1 - k.i),
    "f": lambda k: k.f * (1 - k.f),
    "g": lambda k: 1 - k.g**2,
    "o": lambda k: k.o * (1 - k.o),
}
RESULTS = {
    "dx": lambda k: k.da @ k.W_xh,
    "dh_prev": lambda k: k.da @ k.W_hh,
    "dc_prev": lambda k: k.belt * k.f,
    "dW_xh": lambda k: k.da.T @ k.x,
    "dW_hh": lambda k: k.da.T @ k.h_prev,
    "db": lambda k: k.da.sum(axis=0),
}


def back(order="ifgo", finish=lambda *found: found, prepare=None, **rules):
    """The right way back with some of its rules replaced.

    ``belt``, ``di``, ``df``, ``dg``, ``do``, ``slope_i`` ... and the names of the results are rules, functions of all
    that is known so far. ``prepare`` runs last before the results, and may change what is known.
    """

    def wrong(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
        k = known(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh)
        k.belt = rules.get("belt", belt)(k)
        parts = {n: rules.get(f"d{n}", RULES[f"d{n}"])(k) * rules.get(f"slope_{n}", SLOPES[n])(k) for n in "ifgo"}
        k.da = np.concatenate([parts[n] for n in order], axis=1)
        if prepare:
            prepare(k)
        return finish(*(rules.get(n, RESULTS[n])(k) for n in NAMES))

    return wrong


def joined_along_the_batch(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
    """The four results one below the other, (4N, H)."""

    def lay(k):
        k.da = np.concatenate(np.split(k.da, 4, axis=1), axis=0)

    return back(prepare=lay)(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh)


def then(change):
    """The right gradients, given back in another way."""
    return back(finish=change)


def sloped(**slopes):
    """Other slopes of the gates."""
    return back(**{f"slope_{n}": rule for n, rule in slopes.items()})


def with_gates(change, order="ifgo"):
    """The right way back from other gates: ``change(i, f, g, o)``; joined in another order."""

    def wrong(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
        changed = np.concatenate(change(*np.split(gates, 4, axis=1)), axis=1)
        return back(order=order)(dh, dc, x, h_prev, c_prev, changed, c, W_xh, W_hh)

    return wrong


def split_along_the_batch(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
    i, f, g, o = np.split(gates, 4)
    tanh_c = np.tanh(c)
    asked = dc + dh * o * (1 - tanh_c**2)
    parts = (asked * g * i * (1 - i), asked * c_prev * f * (1 - f), asked * i * (1 - g**2), dh * tanh_c * o * (1 - o))
    da = np.concatenate(parts, axis=1)
    return da @ W_xh, da @ W_hh, asked * f, da.T @ x, da.T @ h_prev, da.sum(axis=0)


def overwriting_dc(*arguments):
    """Right values, but dc is the place to work in."""
    found = lstm_step_backward(*arguments)
    dh, dc, gates, c = arguments[0], arguments[1], arguments[5], arguments[6]
    dc += dh * gates[:, -c.shape[1] :] * (1 - np.tanh(c) ** 2)
    return found


def overwriting_gates(*arguments):
    """Right values, but the sums' gradients are written over the gates."""
    found = lstm_step_backward(*arguments)
    dh, dc, _x, _h, c_prev, gates, c, *_ = arguments
    i, f, g, o = (part.copy() for part in np.split(gates, 4, axis=1))
    asked = dc + dh * o * (1 - np.tanh(c) ** 2)
    parts = (asked * g * i * (1 - i), asked * c_prev * f * (1 - f), asked * i * (1 - g**2))
    gates[:] = np.concatenate([*parts, dh * np.tanh(c) * o * (1 - o)], axis=1)
    return found


# Right, and written otherwise


def gate_by_gate(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
    H = dh.shape[1]
    i, f, g, o = (gates[:, n * H : (n + 1) * H] for n in range(4))
    asked = dc + dh * o / np.cosh(c) ** 2
    sums = [asked * g * i * (1 - i), asked * c_prev * f * (1 - f), asked * i * (1 - g) * (1 + g)]
    sums.append(dh * np.tanh(c) * (o - o**2))
    dx, dh_prev, dW_xh, dW_hh, db = 0, 0, [], [], []
    for n, da in enumerate(sums):
        rows = slice(n * H, (n + 1) * H)
        dx, dh_prev = dx + da @ W_xh[rows], dh_prev + da @ W_hh[rows]
        dW_xh.append(da.T @ x)
        dW_hh.append(da.T @ h_prev)
        db.append(da.sum(0))
    return dx, dh_prev, asked * f, np.vstack(dW_xh), np.vstack(dW_hh), np.concatenate(db)


def one_matrix(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
    N, H = dh.shape
    i, f, g, o = gates.reshape(N, 4, H).transpose(1, 0, 2)
    asked = dc + dh * o * (1 - np.tanh(c) ** 2)
    da = np.stack([asked * g, asked * c_prev, asked * i, dh * np.tanh(c)], axis=1).reshape(N, 4 * H)
    slopes = gates * (1 - gates)
    slopes[:, 2 * H : 3 * H] = 1 - g * g
    da = da * slopes
    dv, dW = da @ np.hstack([W_xh, W_hh]), da.T @ np.hstack([x, h_prev])
    D = x.shape[1]
    return [dv[:, :D], dv[:, D:], f * asked, dW[:, :D], dW[:, D:], np.einsum("ng->g", da)]


def example_by_example(*arguments):
    (dh, dc, x, h_prev, c_prev, gates, c), weights = arguments[:7], arguments[7:]
    rows = [
        lstm_step_backward(*(a[n : n + 1] for a in (dh, dc, x, h_prev, c_prev, gates, c)), *weights)
        for n in range(len(dh))
    ]
    states = [np.concatenate([r[k] for r in rows]) for k in range(3)]
    return *states, *(sum(r[k] for r in rows) for k in range(3, 6))


def torch_autograd(torch, *tensors):
    from autograder.reference import oracles_gated

    return oracles_gated.lstm_step_backward(*tensors)
