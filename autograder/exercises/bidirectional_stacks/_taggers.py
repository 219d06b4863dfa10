"""Taggers as people write them, wrong and right. torch is imported only when one is asked for."""

from __future__ import annotations


def packed(torch, self, x, lengths):
    """The right way through the cell: packed, and unpacked to the full length."""
    rnn = torch.nn.utils.rnn
    bundle = rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    h, _lengths = rnn.pad_packed_sequence(self.rnn(bundle)[0], batch_first=True, total_length=x.shape[1])
    return h


def right_forward(torch, self, ids, lengths, run=packed):
    return self.readout(run(torch, self, self.table(ids), lengths))


def masked_mean(torch, logits, tags, lengths):
    real = torch.arange(tags.shape[1]) < lengths[:, None]
    return torch.nn.functional.cross_entropy(logits[real], tags[real])


def stepped(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def right_learn(torch, self, ids, tags, lengths, optimizer, loss_of=masked_mean):
    return stepped(loss_of(torch, self(ids, lengths), tags, lengths), optimizer)


def network(
    kind="LSTM",
    directions=lambda both: both,
    forward=right_forward,
    learn=right_learn,
    wide=None,
    rows=lambda V, C: V,
    units=lambda H, both: H,
    **cell,
):
    """A class from the things that can be done in different ways."""
    import torch

    class Tagger(torch.nn.Module):
        def __init__(self, V, C, H, bidirectional):
            super().__init__()
            both = directions(bidirectional)
            self.table = torch.nn.Embedding(rows(V, C), 8)
            settings = {"batch_first": True, "bidirectional": both} | cell
            self.rnn = getattr(torch.nn, kind)(8, units(H, both), **settings)
            self.readout = torch.nn.Linear(wide(H, both) if wide else 2 * H if both else H, C)
            self.direct = torch.nn.Linear(8, C)
            self.C = C

        def forward(self, ids, lengths):
            return forward(torch, self, ids, lengths)

        def learn(self, ids, tags, lengths, optimizer):
            return learn(torch, self, ids, tags, lengths, optimizer)

    return Tagger


def running(run):
    """The right network with another way through the cell."""
    return network(forward=lambda torch, self, ids, lengths: right_forward(torch, self, ids, lengths, run))


def changed(change):
    """The right scores, given back in another way."""
    return network(forward=lambda torch, self, ids, lengths: change(torch, right_forward(torch, self, ids, lengths)))


def losing(loss_of):
    """The right network with another loss."""
    return network(learn=lambda *given: right_learn(*given, loss_of=loss_of))


def stepping(steps):
    """The right loss with other steps after it."""

    def learn(torch, self, ids, tags, lengths, optimizer):
        return steps(masked_mean(torch, self(ids, lengths), tags, lengths), optimizer)

    return network(learn=learn)


# Ways through the cell


def unpacked(torch, self, x, lengths):
    return self.rnn(x)[0]


def cut_short(torch, self, x, lengths):
    rnn = torch.nn.utils.rnn
    bundle = rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return rnn.pad_packed_sequence(self.rnn(bundle)[0], batch_first=True)[0]


def never_unpacked(torch, self, x, lengths):
    bundle = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return self.rnn(bundle)[0]


def never_taken_apart(torch, self, x, lengths):
    """What unpacking returns is a pair."""
    rnn = torch.nn.utils.rnn
    bundle = rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return rnn.pad_packed_sequence(self.rnn(bundle)[0], batch_first=True, total_length=x.shape[1])


def last_of_rnn(torch, self, x, lengths):
    """The second thing that the cell returns, its last states."""
    return self.rnn(torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))[1]


def packed_data(torch, self, x, lengths):
    return never_unpacked(torch, self, x, lengths).data


def unsorted(torch, self, x, lengths):
    """Packed as if the sequences were sorted by length."""
    rnn = torch.nn.utils.rnn
    bundle = rnn.pack_padded_sequence(x, lengths, batch_first=True)
    return rnn.pad_packed_sequence(self.rnn(bundle)[0], batch_first=True, total_length=x.shape[1])[0]


def packed_time_first(torch, self, x, lengths):
    rnn = torch.nn.utils.rnn
    bundle = rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    return rnn.pad_packed_sequence(self.rnn(bundle)[0], total_length=x.shape[1])[0]


def unpacked_time_first(torch, self, x, lengths):
    rnn = torch.nn.utils.rnn
    bundle = rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return rnn.pad_packed_sequence(self.rnn(bundle)[0], total_length=x.shape[1])[0]


def sorted_and_left(torch, self, x, lengths):
    """Sorted by length for packing, and never put back in order."""
    rnn = torch.nn.utils.rnn
    order = lengths.argsort(descending=True)
    bundle = rnn.pack_padded_sequence(x[order], lengths[order], batch_first=True)
    return rnn.pad_packed_sequence(self.rnn(bundle)[0], batch_first=True, total_length=x.shape[1])[0]


def sorted_there_and_back(torch, self, x, lengths):
    """Right: sorted by length for packing, and put back in order."""
    rnn = torch.nn.utils.rnn
    order = lengths.argsort(descending=True)
    bundle = rnn.pack_padded_sequence(x[order], lengths[order], batch_first=True)
    h = rnn.pad_packed_sequence(self.rnn(bundle)[0], batch_first=True, total_length=x.shape[1])[0]
    return h[order.argsort()]


def one_by_one(torch, self, x, lengths):
    """Right: every sequence by itself."""
    rows = [self.rnn(row[None, :n])[0][0] for row, n in zip(x, lengths.tolist())]
    return torch.stack([torch.nn.functional.pad(r, (0, 0, 0, x.shape[1] - len(r))) for r in rows])


def own_cells():
    """Right: two cells of one direction, the second on sequences turned round."""
    import torch

    class Tagger(torch.nn.Module):
        def __init__(self, V, C, H, bidirectional):
            super().__init__()
            self.table = torch.nn.Parameter(0.5 * torch.randn(V, 8))
            self.cells = torch.nn.ModuleList(torch.nn.GRU(8, H, batch_first=True) for _ in range(1 + bidirectional))
            self.readout = torch.nn.Linear(H * (1 + bidirectional), C)

        def forward(self, ids, lengths):
            x, t = self.table[ids], torch.arange(ids.shape[1])
            places = torch.where(t < lengths[:, None], lengths[:, None] - 1 - t, t)
            h = [self.cells[0](x)[0]]
            if len(self.cells) == 2:
                back = self.cells[1](self.table[ids.gather(1, places)])[0]
                h.append(back.gather(1, places[..., None].expand_as(back)))
            return self.readout(torch.cat(h, 2))

        def learn(self, ids, tags, lengths, optimizer):
            targets = tags.masked_fill(torch.arange(tags.shape[1]) >= lengths[:, None], -100)
            loss = torch.nn.functional.cross_entropy(self(ids, lengths).transpose(1, 2), targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.parameters(), 1e9)
            optimizer.step()
            optimizer.zero_grad()
            return loss.detach()

    return Tagger


# Losses and steps


def padding_counted(torch, logits, tags, lengths):
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten())


def unflattened(torch, logits, tags, lengths):
    return torch.nn.functional.cross_entropy(logits, tags)


def summed(torch, logits, tags, lengths):
    real = torch.arange(tags.shape[1]) < lengths[:, None]
    return torch.nn.functional.cross_entropy(logits[real], tags[real], reduction="sum")


def by_sequence(torch, logits, tags, lengths):
    each = [torch.nn.functional.cross_entropy(z[:n], y[:n]) for z, y, n in zip(logits, tags, lengths.tolist())]
    return torch.stack(each).mean()


def divided_by_all(torch, logits, tags, lengths):
    return summed(torch, logits, tags, lengths) / tags.numel()


def without_class_0(torch, logits, tags, lengths):
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=0)


def real_without_class_0(torch, logits, tags, lengths):
    real = torch.arange(tags.shape[1]) < lengths[:, None]
    return torch.nn.functional.cross_entropy(logits[real], tags[real], ignore_index=0)


def divided_by_lines(torch, logits, tags, lengths):
    return summed(torch, logits, tags, lengths) / len(tags)


def one_step_more(torch, logits, tags, lengths):
    real = torch.arange(tags.shape[1]) <= lengths[:, None]
    return torch.nn.functional.cross_entropy(logits[real], tags[real])


def softmax_twice(torch, logits, tags, lengths):
    return masked_mean(torch, logits.softmax(-1), tags, lengths)


def zeroed_and_counted(torch, logits, tags, lengths):
    """Zeros in place of the scores at padding, which count all the same."""
    real = torch.arange(tags.shape[1]) < lengths[:, None]
    return torch.nn.functional.cross_entropy((logits * real[..., None]).flatten(0, 1), (tags * real).flatten())


def mask_without_rows(torch, logits, tags, lengths):
    real = torch.arange(tags.shape[1]) < lengths
    return torch.nn.functional.cross_entropy(logits[real], tags[real])


def without_number_0(torch, self, ids, tags, lengths, optimizer):
    """What is of character number 0 is taken for padding."""
    real = ids != 0
    return stepped(torch.nn.functional.cross_entropy(self(ids, lengths)[real], tags[real]), optimizer)


def last_only(torch, logits, tags, lengths):
    rows = torch.arange(len(tags))
    return torch.nn.functional.cross_entropy(logits[rows, lengths - 1], tags[rows, lengths - 1])


def without_zero_grad(loss, optimizer):
    loss.backward()
    optimizer.step()
    return loss.item()


def without_backward(loss, optimizer):
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


def cleared_after_backward(loss, optimizer):
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


def without_step(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    return loss.item()
