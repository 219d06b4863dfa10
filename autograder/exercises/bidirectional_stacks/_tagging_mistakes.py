"""What goes wrong in a tagger, in its way from characters to scores and in a step of its training."""

from __future__ import annotations

from autograder.exercise import Misconception
from autograder.exercises.bidirectional_stacks import _taggers as ways
from autograder.messages import N_

FORWARD = (
    Misconception(
        "never_both",
        N_(
            "With two directions the scores do not depend on what follows. Either `bidirectional` is not handed on to "
            "the recurrent layer, or the readout reads the forward half of its states alone: there are 2H numbers."
        ),
        lambda: ways.network(directions=lambda both: False),
    ),
    Misconception(
        "always_both",
        N_(
            "With one direction the scores depend on what follows. Either the recurrent layer reads in two directions "
            "whatever is asked for, or every step is given the *last* state of its line: a tagger reads each step's "
            "own."
        ),
        lambda: ways.network(directions=lambda both: True),
    ),
    Misconception(
        "direction_turned_round",
        N_("It reads in two directions when one is asked for, and in one when two are."),
        lambda: ways.network(directions=lambda both: not both),
    ),
    Misconception(
        "padding_read",
        N_(
            "The backward half begins in the padding: what stands there, or how much of it there is, changes scores of "
            "real characters. Forwards that does no harm, backwards it does. Pack the sequences, "
            "`pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)`, and unpack the states."
        ),
        lambda: ways.running(ways.unpacked),
    ),
    Misconception(
        "cut_to_the_longest",
        N_(
            "The scores end with the longest sequence of the batch, not with T: unpacking does not know how much "
            "padding there was. Say `total_length=ids.shape[1]`."
        ),
        lambda: ways.running(ways.cut_short),
    ),
    Misconception(
        "never_unpacked",
        N_(
            "The readout is given a packed sequence. Unpack it first: `h, _ = pad_packed_sequence(states, "
            "batch_first=True, total_length=T)`."
        ),
        lambda: ways.running(ways.never_unpacked),
    ),
    Misconception(
        "never_taken_apart",
        N_(
            "The readout is given a pair. `pad_packed_sequence` returns the states *and* the lengths: `h, _ = "
            "pad_packed_sequence(...)`."
        ),
        lambda: ways.running(ways.never_taken_apart),
    ),
    Misconception(
        "numbers_packed",
        N_(
            "The character numbers are packed, and a packed sequence has no rows to look up. First the vectors, then "
            "pack them: `pack_padded_sequence(self.table(ids), lengths, ...)`, whatever your table is called."
        ),
        lambda: ways.network(forward=_numbers_packed),
    ),
    Misconception(
        "last_states_read",
        N_(
            "The readout is given the second thing that the recurrent layer returns, the last states. A tagger reads "
            "the first, the states of all steps: `states, _ = self.rnn(packed)`, then unpack them."
        ),
        lambda: ways.network(
            "RNN",
            forward=lambda torch, self, ids, lengths: ways.right_forward(torch, self, ids, lengths, ways.last_of_rnn),
        ),
    ),
    Misconception(
        "units_shared_out",
        N_(
            "The H units are shared out among the two directions, and with an odd H the readout does not fit. Each "
            "direction has H: the readout reads 2H numbers."
        ),
        lambda: ways.network(units=lambda H, both: H // 2 if both else H, wide=lambda H, both: H),
    ),
    Misconception(
        "packed_data",
        N_(
            "The readout reads what lies in the packed sequence, the real steps of all lines in one heap. Unpack it "
            "first: `h, _ = pad_packed_sequence(states, batch_first=True, total_length=T)`."
        ),
        lambda: ways.running(ways.packed_data),
    ),
    Misconception(
        "not_sorted",
        N_(
            "Packing takes lines sorted by length, the longest first, unless it is told to sort them itself, and to "
            "put them back afterwards: `enforce_sorted=False`."
        ),
        lambda: ways.running(ways.unsorted),
    ),
    Misconception(
        "packed_time_first",
        N_(
            "Packing and unpacking have a `batch_first` of their own. Without it `pack_padded_sequence` takes axis 0 "
            "for time. Say `batch_first=True` in both."
        ),
        lambda: ways.running(ways.packed_time_first),
    ),
    Misconception(
        "unpacked_time_first",
        N_("`pad_packed_sequence` has a `batch_first` of its own: without it the states come as (T, N, ...)."),
        lambda: ways.running(ways.unpacked_time_first),
    ),
    Misconception(
        "order_not_restored",
        N_(
            "The sequences were sorted by length and never put back, so each gets the scores of another. "
            "`enforce_sorted=False` saves you the sorting."
        ),
        lambda: ways.running(ways.sorted_and_left),
    ),
    Misconception(
        "time_first",
        N_("The sequences change each other's scores: the network takes axis 0 for time. Say `batch_first=True`."),
        lambda: ways.network(
            forward=lambda torch, self, ids, lengths: ways.right_forward(torch, self, ids, lengths, ways.unpacked),
            batch_first=False,
        ),
    ),
    Misconception(
        "no_memory",
        N_("The scores depend on the character itself alone: the readout must read the states, not the inputs."),
        lambda: ways.network(forward=lambda torch, self, ids, lengths: self.direct(self.table(ids))),
    ),
    Misconception(
        "only_backward_half",
        N_("With two directions the readout sees the states of the second alone, and nothing of the past."),
        lambda: ways.network(forward=_backward_half, wide=lambda H, both: H),
    ),
    Misconception(
        "probabilities",
        N_("`forward` returns probabilities. torch's loss wants logits and does the softmax itself."),
        lambda: ways.changed(lambda torch, logits: torch.softmax(logits, -1)),
    ),
    Misconception(
        "classes_before_time",
        N_("The scores came as (N, C, T). Return (N, T, C)."),
        lambda: ways.network(
            forward=lambda torch, self, ids, lengths: ways.right_forward(torch, self, ids, lengths).transpose(1, 2),
            learn=_learn_turned,
        ),
    ),
    Misconception(
        "classes_before_time_for_the_loss",
        N_("The scores came as (N, C, T). Return (N, T, C); in `learn`, `logits[real]` then fits too."),
        lambda: ways.changed(lambda torch, logits: logits.transpose(1, 2)),
    ),
    Misconception(
        "softmax_over_time",
        N_("`forward` takes softmax over axis 1, which is time. Return the logits: torch's loss does the softmax."),
        lambda: ways.changed(lambda torch, logits: torch.softmax(logits, 1)),
    ),
    Misconception(
        "flattened",
        N_("`forward` returns the characters of all lines in one row, (N*T, C). Return (N, T, C)."),
        lambda: ways.changed(lambda torch, logits: logits.flatten(0, 1)),
    ),
    Misconception(
        "flattened_for_the_loss",
        N_("The characters of all lines came in one row, (N*T, C). Return (N, T, C), and flatten in `learn`."),
        lambda: ways.network(forward=_in_one_row, learn=_learn_of_one_row),
    ),
    Misconception(
        "one_answer_a_line",
        N_(
            "There is one answer for each line, (N, C): that of the last states. Every *character* has a class: the "
            "readout reads the states of all steps, (N, T, ...)."
        ),
        lambda: ways.network(forward=_from_last_states),
    ),
    Misconception(
        "a_class_and_no_scores",
        N_("`forward` returns a class for every character, (N, T). Return the scores of all classes, (N, T, C)."),
        lambda: ways.changed(lambda torch, logits: logits.argmax(-1)),
    ),
    Misconception(
        "state_returned_too",
        N_("`forward` returned two things. A tagger has no state to go on with: return the logits alone."),
        lambda: ways.network(
            forward=lambda torch, self, ids, lengths: (ways.right_forward(torch, self, ids, lengths), None),
            learn=_learn_of_first,
        ),
    ),
    Misconception(
        "readout_too_narrow",
        N_(
            "With two directions there are 2H numbers at each step, and the readout takes H: it needs "
            "`torch.nn.Linear(2 * H, C)`."
        ),
        lambda: ways.network(wide=lambda H, both: H),
    ),
    Misconception(
        "readout_too_wide",
        N_(
            "With one direction there are H numbers at each step, and the readout takes 2H whatever is asked for: "
            "`torch.nn.Linear(2 * H if bidirectional else H, C)`."
        ),
        lambda: ways.network(wide=lambda H, both: 2 * H),
    ),
    Misconception(
        "table_too_small",
        N_(
            "The table has no row for some characters: they are numbered from 0 to V - 1, `torch.nn.Embedding(V, ...)`."
        ),
        lambda: ways.network(rows=lambda V, C: V - 1),
    ),
    Misconception(
        "no_gradient",
        N_(
            "The loss does not hang on the parameters: `forward` runs under `torch.no_grad()`, or something is "
            "detached on the way, or became a number too early."
        ),
        lambda: ways.network(forward=_without_gradient),
    ),
)


def _in_one_row(torch, self, ids, lengths):
    return ways.right_forward(torch, self, ids, lengths).flatten(0, 1)


def _learn_of_one_row(torch, self, ids, tags, lengths, optimizer):
    return ways.stepped(ways.masked_mean(torch, self(ids, lengths).view(*ids.shape, -1), tags, lengths), optimizer)


def _from_last_states(torch, self, ids, lengths):
    h = ways.packed(torch, self, self.table(ids), lengths)
    return self.readout(h[torch.arange(len(ids)), lengths - 1])


def _numbers_packed(torch, self, ids, lengths):
    bundle = torch.nn.utils.rnn.pack_padded_sequence(ids, lengths, batch_first=True, enforce_sorted=False)
    return self.readout(self.rnn(self.table(bundle))[0])


def _counted_and_not_cleared(torch, self, ids, tags, lengths, optimizer):
    return ways.without_zero_grad(ways.padding_counted(torch, self(ids, lengths), tags, lengths), optimizer)


def _without_gradient(torch, self, ids, lengths):
    with torch.no_grad():
        return ways.right_forward(torch, self, ids, lengths)


def _backward_half(torch, self, ids, lengths):
    return self.readout(ways.packed(torch, self, self.table(ids), lengths)[..., -self.rnn.hidden_size :])


def _learn_turned(torch, self, ids, tags, lengths, optimizer):
    return ways.stepped(ways.masked_mean(torch, self(ids, lengths).transpose(1, 2), tags, lengths), optimizer)


def _learn_of_first(torch, self, ids, tags, lengths, optimizer):
    return ways.stepped(ways.masked_mean(torch, self(ids, lengths)[0], tags, lengths), optimizer)


def _lengths_unused():
    return ways.network(
        forward=lambda torch, self, ids, lengths: ways.right_forward(torch, self, ids, lengths, ways.unpacked),
        learn=lambda *given: ways.right_learn(*given, loss_of=ways.padding_counted),
    )


def _zero_for_padding():
    return ways.network(
        forward=lambda torch, self, ids, lengths: ways.right_forward(torch, self, ids, lengths, ways.unpacked),
        learn=lambda *given: ways.right_learn(*given, loss_of=ways.without_class_0),
    )


def _stepping_alone(torch, self, ids, tags, lengths, optimizer):
    loss = ways.masked_mean(torch, self(ids, lengths), tags, lengths)
    self.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in self.parameters():
            p -= 0.5 * (0 if p.grad is None else p.grad)
    return loss.item()


def _loss_alone(torch, self, ids, tags, lengths, optimizer):
    ways.right_learn(torch, self, ids, tags, lengths, optimizer)


TRAINING = (
    Misconception(
        "padding_read_and_counted",
        N_(
            "`lengths` is not used. The backward half begins in the padding, so pack the sequences. And the loss "
            "counts the padding, so keep the real characters only: `logits[real]`, `tags[real]`."
        ),
        _lengths_unused,
    ),
    Misconception(
        "padding_read_and_class_0_left_out",
        N_(
            "`lengths` is not used. The backward half begins in the padding, also with `padding_idx`: pack the "
            "sequences. And `ignore_index=0` leaves out the class of spaces: keep what is real, `logits[real]`, "
            "`tags[real]`."
        ),
        _zero_for_padding,
    ),
    Misconception(
        "not_flattened",
        N_(
            "torch's cross-entropy takes (many, C) and (many): of three axes it reads the middle one as classes. "
            "`logits[real]` and `tags[real]` have these shapes."
        ),
        lambda: ways.losing(ways.unflattened),
    ),
    Misconception(
        "padding_counted",
        N_(
            "The loss counts the padding. Keep the real characters only: with `real = torch.arange(T) < lengths[:, "
            "None]`, `logits[real]` and `tags[real]` are what the loss takes."
        ),
        lambda: ways.losing(ways.padding_counted),
    ),
    Misconception(
        "divided_by_padding",
        N_("The loss leaves the padding out of its sum but divides by N*T. Divide by the number of real characters."),
        lambda: ways.losing(ways.divided_by_all),
    ),
    Misconception(
        "mean_of_means",
        N_("The loss is averaged over lines, so characters of short lines count more. Every character counts once."),
        lambda: ways.losing(ways.by_sequence),
    ),
    Misconception(
        "summed",
        N_("The loss is a sum over the characters. The mean is asked for."),
        lambda: ways.losing(ways.summed),
    ),
    Misconception(
        "softmax_twice",
        N_("The logits go through softmax before the loss, which takes softmax again. Hand it the logits."),
        lambda: ways.losing(ways.softmax_twice),
    ),
    Misconception(
        "class_0_left_out",
        N_(
            "The loss leaves out class 0, as with `ignore_index=0`. That is the class of spaces, which count, and what "
            "`tags` holds at padding may be anything. `lengths` says what is padding."
        ),
        lambda: ways.losing(ways.without_class_0),
    ),
    Misconception(
        "zeroed_and_counted",
        N_(
            "The scores at padding are set to zero, but they count all the same: scores of zero are equal chances for "
            "all classes, and no loss of zero. Leave the padding out: `logits[real]`, `tags[real]`."
        ),
        lambda: ways.losing(ways.zeroed_and_counted),
    ),
    Misconception(
        "mask_without_rows",
        N_(
            "The steps (T) are compared with the lengths (N) place by place. Every step with every length, (N, T): "
            "`torch.arange(T) < lengths[:, None]`."
        ),
        lambda: ways.losing(ways.mask_without_rows),
    ),
    Misconception(
        "padding_counted_and_not_cleared",
        N_(
            "Two things: the loss counts the padding (keep `logits[real]` and `tags[real]`), and the gradients of "
            "earlier batches are still there (`optimizer.zero_grad()`)."
        ),
        lambda: ways.network(learn=_counted_and_not_cleared),
    ),
    Misconception(
        "number_0_left_out",
        N_(
            "The loss takes characters of number 0 for padding, as with `ids != 0`. Number 0 is a character like the "
            "others, and what stands in the padding may be anything. `lengths` says what is padding."
        ),
        lambda: ways.network(learn=ways.without_number_0),
    ),
    Misconception(
        "real_class_0_left_out",
        N_("The padding is left out, and so are the characters of class 0. They are real: drop `ignore_index`."),
        lambda: ways.losing(ways.real_without_class_0),
    ),
    Misconception(
        "divided_by_lines",
        N_("The loss is divided by the number of lines. Divide by the number of real characters."),
        lambda: ways.losing(ways.divided_by_lines),
    ),
    Misconception(
        "one_step_of_padding",
        N_("One step of padding is counted in each line: step t is real if t < length, without the equals sign."),
        lambda: ways.losing(ways.one_step_more),
    ),
    Misconception(
        "last_character_only",
        N_("The loss is that of each line's last character. All of them are tagged, and all of them count."),
        lambda: ways.losing(ways.last_only),
    ),
    Misconception(
        "gradients_not_cleared",
        N_("The gradients of earlier batches are still there: torch adds new ones to them. `optimizer.zero_grad()`."),
        lambda: ways.stepping(ways.without_zero_grad),
    ),
    Misconception(
        "no_backward",
        N_(
            "No parameter has a gradient when the optimiser takes its step: `loss.backward()` is missing, or they "
            "were cleared after it. First zero_grad, then backward, then step. (Or torch knows of no parameters, "
            "because the layers lie in a plain list: give each a name of its own, `self.rnn = ...`.)"
        ),
        lambda: ways.stepping(ways.without_backward),
    ),
    Misconception(
        "no_step",
        N_("The optimiser takes no step: after `loss.backward()` comes `optimizer.step()`."),
        lambda: ways.stepping(ways.without_step),
    ),
    Misconception(
        "loss_not_returned",
        N_("`learn` returned nothing. It returns the loss, a number."),
        lambda: ways.network(learn=_loss_alone),
    ),
    Misconception(
        "loss_and_more_returned",
        N_("`learn` returned several things. It returns the loss alone, a number."),
        lambda: ways.network(learn=lambda *given: (ways.right_learn(*given), None)),
    ),
    Misconception(
        "own_optimizer",
        N_(
            "`learn` changes the weights by itself, or with an optimiser that it makes. Let the one that is handed in "
            "do it: `optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`."
        ),
        lambda: ways.network(learn=_stepping_alone),
    ),
)
