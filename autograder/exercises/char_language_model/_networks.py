"""Character models as people write them, wrong and right. torch is imported only when one is asked for."""

from __future__ import annotations


def one_hot_cell(torch, V, H):
    return torch.nn.RNN(V, H, batch_first=True)


def both_ways(torch, V, H):
    class Both(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = torch.nn.RNN(V, H // 2, batch_first=True, bidirectional=True)

        def forward(self, x, h):
            return self.rnn(x, h)

    return Both()


def embedded(kind):
    """A cell of torch behind a table of vectors."""

    def make(torch, V, H):
        class Embedded(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.table = torch.nn.Parameter(torch.randn(V, 32))
                self.rnn = getattr(torch.nn, kind)(32, H, batch_first=True)

            def forward(self, x, h):
                return self.rnn(x @ self.table, h)

        return Embedded()

    return make


def vectors(torch, self, ids):
    return torch.nn.functional.one_hot(ids, self.V).float()


def right_forward(torch, self, ids, h):
    states, h = self.rnn(vectors(torch, self, ids), h)
    return self.readout(states), h


def detached(h):
    return tuple(part.detach() for part in h) if isinstance(h, tuple) else h.detach()


def loss_of(torch, logits, y, **how):
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten(), **how)


def right_learn(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    return stepped(loss_of(torch, logits, y), optimiser), detached(h)


def stepped(loss, optimiser):
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def network(cell=one_hot_cell, forward=right_forward, learn=right_learn):
    """A class from the three things that can be done in different ways."""
    import torch

    class CharRNN(torch.nn.Module):
        def __init__(self, V, H):
            super().__init__()
            self.V = V
            self.rnn = cell(torch, V, H)
            self.readout = torch.nn.Linear(H, V)
            self.direct = torch.nn.Linear(V, V)

        def forward(self, ids, h=None):
            return forward(torch, self, ids, h)

        def learn(self, x, y, h, optimiser):
            return learn(torch, self, x, y, h, optimiser)

    return CharRNN


# Forward


def without_memory(torch, self, ids, h):
    x = vectors(torch, self, ids)
    return self.direct(x), self.rnn(x, h)[1]


def h_ignored(torch, self, ids, h):
    return right_forward(torch, self, ids, None)


def then(torch, self, ids, h, change):
    logits, h = right_forward(torch, self, ids, h)
    return change(logits, dim=-1), h


def with_log_softmax(torch, self, ids, h):
    return then(torch, self, ids, h, torch.log_softmax)


def last_only(torch, self, ids, h):
    logits, h = right_forward(torch, self, ids, h)
    return logits[:, -1], h


def no_readout(torch, self, ids, h):
    return self.rnn(vectors(torch, self, ids), h)


def turned(torch, self, ids, h):
    logits, h = right_forward(torch, self, ids, h)
    return logits.transpose(1, 2), h


def only_logits(torch, self, ids, h):
    return right_forward(torch, self, ids, h)[0]


def new_readout(torch, self, ids, h):
    states, h = self.rnn(vectors(torch, self, ids), h)
    return torch.nn.Linear(states.shape[-1], self.V)(states), h


# One step of training


def learn_turned(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    return stepped(torch.nn.functional.cross_entropy(logits, y), optimiser), detached(h)


def learn_unflattened(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    return stepped(torch.nn.functional.cross_entropy(logits, y), optimiser), detached(h)


def without_zero_grad(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    loss = loss_of(torch, logits, y)
    loss.backward()
    optimiser.step()
    return loss.item(), detached(h)


def without_backward(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    optimiser.zero_grad()
    optimiser.step()
    return loss_of(torch, logits, y).item(), detached(h)


def without_step(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    loss = loss_of(torch, logits, y)
    optimiser.zero_grad()
    loss.backward()
    return loss.item(), detached(h)


def of_inputs(torch, self, x, y, h, optimiser):
    return right_learn(torch, self, x, x, h, optimiser)


def summed(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    return stepped(loss_of(torch, logits, y, reduction="sum"), optimiser), detached(h)


def softmax_twice(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    return stepped(loss_of(torch, torch.softmax(logits, -1), y), optimiser), detached(h)


def of_last_step(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    return stepped(loss_of(torch, logits[:, -1:], y[:, -1:]), optimiser), detached(h)


def not_detached(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    return stepped(loss_of(torch, logits, y), optimiser), h


def from_zeros(torch, self, x, y, h, optimiser):
    return right_learn(torch, self, x, y, None, optimiser)


def none_for_state(torch, self, x, y, h, optimiser):
    return right_learn(torch, self, x, y, h, optimiser)[0], None


def only_loss(torch, self, x, y, h, optimiser):
    return right_learn(torch, self, x, y, h, optimiser)[0]


def clipped(torch, self, x, y, h, optimiser):
    logits, h = self(x, h)
    loss = loss_of(torch, logits, y)
    self.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
    optimiser.step()
    return loss.item(), detached(h)


def loss_as_tensor(torch, self, x, y, h, optimiser):
    logits, h = self(x, detached(h) if h is not None else None)
    loss = torch.nn.functional.cross_entropy(logits.transpose(1, 2), y)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return loss.detach(), h


def own_cell():
    """The recurrence spelled out, with vectors looked up in a table."""
    import torch

    class CharRNN(torch.nn.Module):
        def __init__(self, V, H):
            super().__init__()
            self.table = torch.nn.Embedding(V, H)
            self.W_hh = torch.nn.Parameter(torch.empty(H, H).uniform_(-(H**-0.5), H**-0.5))
            self.b = torch.nn.Parameter(torch.zeros(H))
            self.readout = torch.nn.Linear(H, V)

        def forward(self, ids, h=None):
            h = self.b.new_zeros(len(ids), len(self.b)) if h is None else h
            states = []
            for x_t in self.table(ids).unbind(1):
                h = torch.tanh(x_t + h @ self.W_hh.T + self.b)
                states.append(h)
            return self.readout(torch.stack(states, 1)), h

        def learn(self, x, y, h, optimiser):
            return right_learn(torch, self, x, y, h, optimiser)

    return CharRNN
