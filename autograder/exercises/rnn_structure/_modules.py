"""torch modules as people write them, wrong and right. torch is imported only when one is asked for."""

from __future__ import annotations

SHAPES = {"W_xh": lambda d, h: (h, d), "W_hh": lambda d, h: (h, h), "b": lambda d, h: (h,)}


def network(run, wrap=True, start="zeros", **shapes):
    """A class with the weights W_xh, W_hh and b whose forward is ``run(torch, self, x, h0)``."""
    import torch

    class VanillaRNN(torch.nn.Module):
        def __init__(self, d, h):
            super().__init__()
            for name, shape in (SHAPES | shapes).items():
                weights = torch.zeros(shape(d, h))
                if start == "uniform":
                    weights.uniform_(-(h**-0.5), h**-0.5)
                setattr(self, name, torch.nn.Parameter(weights) if wrap else weights)

        def forward(self, x, h0):
            return run(torch, self, x, h0)

    return VanillaRNN


def running(forward):
    """The usual weights with another forward."""
    return network(forward)


def stepping(one_step):
    """The usual weights and loop with another step."""
    return network(lambda torch, self, x, h0: run(torch, self, x, h0, one_step))


def step(torch, self, x_t, h):
    """The right step."""
    return torch.tanh(x_t @ self.W_xh.T + h @ self.W_hh.T + self.b)


def run(torch, self, x, h0, one_step=step):
    """The right loop."""
    states, h = [], h0
    for t in range(x.shape[1]):
        h = one_step(torch, self, x[:, t], h)
        states.append(h)
    return torch.stack(states, dim=1), h


def run_then(change):
    """The right states, given back in the wrong way."""
    return lambda torch, self, x, h0: change(*run(torch, self, x, h0))


def run_without_gradients(torch, self, x, h0):
    with torch.no_grad():
        return run(torch, self, x, h0)


def run_in_one_tensor(torch, self, x, h0):
    h = torch.zeros(x.shape[0], x.shape[1], h0.shape[1], dtype=x.dtype)
    for t in range(x.shape[1]):
        h[:, t] = step(torch, self, x[:, t], h[:, t - 1] if t else h0)
    return h, h[:, -1]


def run_from_h0_each_time(torch, self, x, h0):
    states = [step(torch, self, x[:, t], h0) for t in range(x.shape[1])]
    return torch.stack(states, dim=1), states[-1]


def run_reversed(torch, self, x, h0):
    h, last = run(torch, self, x.flip(1), h0)
    return h.flip(1), last


def run_keeping_before(torch, self, x, h0):
    h, last = run(torch, self, x, h0)
    return torch.cat([h0[:, None], h[:, :-1]], dim=1), last


def run_functional(torch, self, x, h0):
    linear = torch.nn.functional.linear
    return run(torch, self, x, h0, lambda _, s, x_t, h: torch.tanh(linear(x_t, s.W_xh, s.b) + linear(h, s.W_hh)))


def run_einsum(torch, self, x, h0):
    parts = torch.einsum("ntd,hd->nth", x, self.W_xh) + self.b
    h, states = h0, []
    for part in parts.unbind(1):
        h = torch.tanh(part + torch.einsum("nk,hk->nh", h, self.W_hh))
        states.append(h.unsqueeze(1))
    return torch.cat(states, 1), h


def run_one_matrix(torch, self, x, h0):
    W = torch.cat([self.W_xh, self.W_hh], dim=1)
    return run(torch, self, x, h0, lambda _, s, x_t, h: (torch.cat([x_t, h], 1) @ W.T + s.b).tanh())


def run_parts_first(torch, self, x, h0):
    parts, W = x @ self.W_xh.T + self.b, self.W_hh.T
    return run(torch, self, parts, h0, lambda _, s, part, h: torch.tanh(part + h @ W))


def run_unbind(torch, self, x, h0):
    states = [h0]
    for x_t in x.transpose(0, 1):
        states.append(step(torch, self, x_t, states[-1]))
    h = torch.stack(states[1:]).permute(1, 0, 2)
    return h, h[:, -1]


def run_filling(torch, self, x, h0):
    out, h = torch.zeros(x.shape[0], x.shape[1], h0.shape[1], dtype=x.dtype), h0
    for t in range(x.shape[1]):
        h = step(torch, self, x[:, t], h)
        out[:, t] = h
    return out, h


def run_single(torch, self, x, h0):
    h, last = run(torch, self, x, h0)
    return h.float(), last.float()


def linear_layers():
    """Two torch.nn.Linear in place of the weights themselves."""
    import torch

    class VanillaRNN(torch.nn.Module):
        def __init__(self, d, h):
            super().__init__()
            self.W_xh, self.W_hh = torch.nn.Linear(d, h), torch.nn.Linear(h, h)

        def forward(self, x, h0):
            raise NotImplementedError

    return VanillaRNN


def torch_rnn():
    """The network of torch in place of the weights."""
    import torch

    class VanillaRNN(torch.nn.Module):
        def __init__(self, d, h):
            super().__init__()
            self.rnn = torch.nn.RNN(d, h, batch_first=True)

        def forward(self, x, h0):
            raise NotImplementedError

    return VanillaRNN


def with_default_h0():
    """h0 may be left out, as with torch's own."""
    import torch

    class VanillaRNN(torch.nn.Module):
        def __init__(self, input_size, hidden_size):
            super().__init__()
            self.b = torch.nn.Parameter(torch.zeros(hidden_size))
            self.W_hh = torch.nn.Parameter(torch.empty(hidden_size, hidden_size))
            self.W_xh = torch.nn.Parameter(torch.empty(hidden_size, input_size))
            torch.nn.init.orthogonal_(self.W_hh)
            torch.nn.init.xavier_uniform_(self.W_xh)

        def forward(self, x, h0=None):
            h0 = x.new_zeros(x.shape[0], self.W_hh.shape[0]) if h0 is None else h0
            return run(torch, self, x, h0)

    return VanillaRNN
