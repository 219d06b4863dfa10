"""torch LSTMs as people write them, wrong and right. torch is imported only when one is asked for."""

from __future__ import annotations

SHAPES = {"W_xh": lambda d, h: (4 * h, d), "W_hh": lambda d, h: (4 * h, h), "b": lambda d, h: (4 * h,)}


def network(run, wrap=True, start="zeros", **shapes):
    """A class with the weights W_xh, W_hh and b whose forward is ``run(torch, self, x, h0, c0)``."""
    import torch

    class LSTM(torch.nn.Module):
        def __init__(self, d, h):
            super().__init__()
            for name, shape in (SHAPES | shapes).items():
                weights = torch.zeros(shape(d, h))
                if start == "uniform":
                    weights.uniform_(-(h**-0.5), h**-0.5)
                setattr(self, name, torch.nn.Parameter(weights) if wrap else weights)

        def forward(self, x, h0, c0):
            return run(torch, self, x, h0, c0)

    return LSTM


def running(forward):
    """The usual weights with another forward."""
    return network(forward)


def stepping(order="ifgo", candidate=None, sums=None, shown=None, belt=None):
    """The usual weights and loop, with parts of the step replaced."""

    def one_step(torch, self, x_t, h, c):
        a = (sums or usual_sums)(torch, self, x_t, h)
        k = dict(zip(order, a.chunk(4, dim=1)))
        i, f, o = (torch.sigmoid(k[n]) for n in "ifo")
        g = (candidate or torch.tanh)(k["g"])
        c = (belt or usual_belt)(torch, i, f, g, c)
        return (shown or usual_shown)(torch, o, c), c

    return network(lambda torch, self, x, h0, c0: run(torch, self, x, h0, c0, one_step))


def usual_sums(torch, self, x_t, h):
    return x_t @ self.W_xh.T + h @ self.W_hh.T + self.b


def usual_belt(torch, i, f, g, c):
    return f * c + i * g


def usual_shown(torch, o, c):
    return o * torch.tanh(c)


def step(torch, self, x_t, h, c):
    """The right step."""
    i, f, g, o = usual_sums(torch, self, x_t, h).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def run(torch, self, x, h0, c0, one_step=step, enter=lambda h, c, h0, c0: (h, c)):
    """The right loop."""
    states, h, c = [], h0, c0
    for t in range(x.shape[1]):
        h, c = one_step(torch, self, x[:, t], *enter(h, c, h0, c0))
        states.append(h)
    return torch.stack(states, dim=1), h, c


def cutting(cut):
    """The right loop, with the sums cut in another way: ``cut(torch, a)``."""

    def one_step(torch, self, x_t, h, c):
        i, f, g, o = cut(torch, usual_sums(torch, self, x_t, h))
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    return network(lambda torch, self, x, h0, c0: run(torch, self, x, h0, c0, one_step))


def entering(change):
    """The right loop, with what enters each step changed: ``change(h, c, h0, c0)``."""
    return network(lambda torch, self, x, h0, c0: run(torch, self, x, h0, c0, enter=change))


def run_then(change):
    """The right states, given back in another way."""
    return network(lambda torch, self, x, h0, c0: change(*run(torch, self, x, h0, c0)))


def run_without_gradients(torch, self, x, h0, c0):
    with torch.no_grad():
        return run(torch, self, x, h0, c0)


def run_in_one_tensor(torch, self, x, h0, c0):
    h, c = torch.zeros(x.shape[0], x.shape[1], h0.shape[1], dtype=x.dtype), c0
    for t in range(x.shape[1]):
        h[:, t], c = step(torch, self, x[:, t], h[:, t - 1] if t else h0, c)
    return h, h[:, -1], c


def run_belt_in_place(torch, self, x, h0, c0):
    states, h, c = [], h0, c0.clone()
    for t in range(x.shape[1]):
        i, f, g, o = usual_sums(torch, self, x[:, t], h).chunk(4, dim=1)
        c *= torch.sigmoid(f)
        c += torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states, dim=1), h, c


def run_reversed(torch, self, x, h0, c0):
    h, h_T, c_T = run(torch, self, x.flip(1), h0, c0)
    return h.flip(1), h_T, c_T


def run_functional(torch, self, x, h0, c0):
    linear = torch.nn.functional.linear
    parts, h, c, states = linear(x, self.W_xh, self.b), h0, c0, []
    for part in parts.unbind(1):
        i, f, g, o = torch.split(part + linear(h, self.W_hh), h0.shape[1], dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        states.append(h.unsqueeze(1))
    return torch.cat(states, 1), h, c


def run_one_matrix(torch, self, x, h0, c0):
    W = torch.cat([self.W_xh, self.W_hh], dim=1)

    def one_step(torch, self, x_t, h, c):
        a = (torch.cat([x_t, h], 1) @ W.T + self.b).reshape(len(x_t), 4, -1)
        i, f, o = torch.sigmoid(a[:, [0, 1, 3]]).unbind(1)
        c = f * c + i * torch.tanh(a[:, 2])
        return o * torch.tanh(c), c

    return run(torch, self, x, h0, c0, one_step)


def run_filling(torch, self, x, h0, c0):
    out, h, c = torch.zeros(x.shape[0], x.shape[1], h0.shape[1], dtype=x.dtype), h0, c0
    for t in range(x.shape[1]):
        h, c = step(torch, self, x[:, t], h, c)
        out[:, t] = h
    return [out, out[:, -1], c]


def run_torch_kernel(torch, self, x, h0, c0):
    weights = [self.W_xh, self.W_hh, self.b, torch.zeros_like(self.b)]
    h, h_T, c_T = torch.lstm(x, (h0[None], c0[None]), weights, True, 1, 0.0, self.training, False, True)
    return h, h_T[0], c_T[0]


def layers(make):
    """Ready-made layers in place of the weights."""
    import torch

    class LSTM(torch.nn.Module):
        def __init__(self, d, h):
            super().__init__()
            make(torch, self, d, h)

        def forward(self, x, h0, c0):
            raise NotImplementedError

    return LSTM


def linear_layers(torch, self, d, h):
    self.W_xh, self.W_hh = torch.nn.Linear(d, 4 * h), torch.nn.Linear(h, 4 * h)


def one_linear_layer(torch, self, d, h):
    self.gates = torch.nn.Linear(d + h, 4 * h)


def torch_cell(torch, self, d, h):
    self.cell = torch.nn.LSTMCell(d, h)


def torch_lstm(torch, self, d, h):
    self.lstm = torch.nn.LSTM(d, h, batch_first=True)


def with_default_states():
    """The starting states may be left out, as with torch's own."""
    import torch

    class LSTM(torch.nn.Module):
        def __init__(self, input_size, hidden_size):
            super().__init__()
            self.b = torch.nn.Parameter(torch.ones(4 * hidden_size))
            self.W_hh = torch.nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
            self.W_xh = torch.nn.Parameter(torch.empty(4 * hidden_size, input_size))
            torch.nn.init.orthogonal_(self.W_hh)
            torch.nn.init.xavier_uniform_(self.W_xh)

        def forward(self, x, h0=None, c0=None):
            h0 = x.new_zeros(x.shape[0], self.W_hh.shape[1]) if h0 is None else h0
            return run(torch, self, x, h0, torch.zeros_like(h0) if c0 is None else c0)

    return LSTM
