"""One layer, two directions, with padding."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.bidirectional_stacks import _directions as ways
from autograder.exercises.bidirectional_stacks.reversing import full, shorter, uneven
from autograder.messages import N_
from autograder.reference import bidirectional_stacks, oracles_bidirectional_stacks

TIME = (
    Misconception(
        "not_turned_back",
        N_(
            "The states of the second network lie in the order in which they were made, from the end. Turn them back "
            "in time before you join: at step t belongs the state after reading from the end *to* t."
        ),
        ways.building(leave=ways.unturned),
    ),
    Misconception(
        "not_turned_back_but_last",
        N_(
            "The last states are right, but in h the states of the second network lie in the order in which they were "
            "made, from the end. Turn them back in time before you join, `reverse_padded` once more."
        ),
        ways.building(leave=ways.unturned, last=ways.both_at_the_end),
    ),
    Misconception(
        "not_turned_back_nor_stopped",
        N_(
            "The states of the second network are not turned back in time before they are joined. (And after that: "
            "zeros at padding, and last states from where each sequence ends, not rnn_forward's.)"
        ),
        ways.naive(back_again=ways.unturned),
    ),
    Misconception(
        "lengths_unused",
        N_(
            "Without padding this is right: `lengths` is not used. It says where each sequence ends: turn within it "
            "(reverse_padded, both times), put zeros after it, and take the last states there."
        ),
        ways.naive(ways.plainly, ways.plainly),
    ),
    Misconception(
        "lengths_unused_nor_turned_back",
        N_(
            "Two things. The states of the second network come in the order in which they were made, from the end: "
            "turn them back before you join. And `lengths` is not used: turn with reverse_padded both times, put zeros "
            "at padding, and take the last states where each sequence ends."
        ),
        ways.naive(ways.plainly, ways.unturned),
    ),
    Misconception(
        "turned_right_but_not_stopped",
        N_(
            "All states of real steps are right. Two things are left: zeros at padding, and the last states, which "
            "here are rnn_forward's own and have gone on through the padding. Take them where each sequence ends."
        ),
        ways.naive(),
    ),
    Misconception(
        "not_turned",
        N_("Both networks read forwards. The second gets the sequences turned round: `reverse_padded(x, lengths)`."),
        ways.building(enter=ways.unturned, leave=ways.unturned),
    ),
    Misconception(
        "only_turned_back",
        N_(
            "The second network reads forwards, and only its states are turned round. It has to *read* from the end: "
            "turn x first, then turn the states back."
        ),
        ways.building(enter=ways.unturned),
    ),
    Misconception(
        "padding_read_first",
        N_(
            "x[:, ::-1] turns the padding too, so the second network reads padding first and meets the sequence with "
            "a state that comes from nothing. `reverse_padded(x, lengths)` turns each sequence within its length."
        ),
        ways.building(enter=ways.plainly, leave=ways.plainly),
    ),
    Misconception(
        "turned_back_plainly",
        N_(
            "x is turned with reverse_padded, but the states are turned back with [:, ::-1], so those of short "
            "sequences land at the end of the row. Turn them back as you turned x."
        ),
        ways.building(leave=ways.plainly),
    ),
    Misconception(
        "turned_back_plainly_but_last",
        N_(
            "The last states are right. In h the states of the second network were turned back with [:, ::-1], so "
            "those of short sequences land at the end of the row: turn them back with reverse_padded, as x."
        ),
        ways.building(leave=ways.plainly, last=ways.before_turning_back),
    ),
    Misconception(
        "turned_plainly",
        N_(
            "The states are turned back with reverse_padded, but x was turned with [:, ::-1]: the second network "
            "starts in the padding. Turn x with reverse_padded too."
        ),
        ways.building(enter=ways.plainly),
    ),
)

WEIGHTS = (
    Misconception(
        "same_weights",
        N_("Both networks run with W_xh, W_hh and b. The second has weights of its own: W_xh_r, W_hh_r and b_r."),
        ways.building(weights=ways.one_for_both),
    ),
    Misconception(
        "second_weights_for_both",
        N_("Both networks run with W_xh_r, W_hh_r and b_r. The first has W_xh, W_hh and b."),
        ways.building(weights=ways.second_only),
    ),
    Misconception(
        "first_recurrent_weights",
        N_("The second network runs with the W_hh of the first. It has its own: W_hh_r."),
        ways.building(weights=lambda one, other: (one, (other[0], one[1], other[2]))),
    ),
    Misconception(
        "first_bias",
        N_("The second network runs with the b of the first. It has its own: b_r."),
        ways.building(weights=lambda one, other: (one, (other[0], other[1], one[2]))),
    ),
    Misconception(
        "weights_exchanged",
        N_("The two networks have each other's weights: those with _r belong to the one that reads from the end."),
        ways.building(weights=ways.exchanged),
    ),
    Misconception(
        "state_handed_on",
        N_(
            "The second network starts from the last state of the first. Both start from zeros: neither knows of the "
            "other."
        ),
        ways.state_handed_on,
    ),
    Misconception(
        "last_column_handed_on",
        N_(
            "The second network starts from the state of the first after the last column. Both start from zeros: "
            "neither knows of the other."
        ),
        lambda *given: ways.state_handed_on(*given, of=lambda ahead, lengths: ahead[:, -1]),
    ),
    Misconception(
        "weights_in_another_order",
        N_(
            "W_hh stands where W_xh belongs: `rnn_forward(x, h0, W_xh, W_hh, b)`, first the weights from the input, "
            "(H, D), then those from state to state."
        ),
        ways.building(weights=lambda one, other: tuple((W_hh, W_xh, b) for W_xh, W_hh, b in (one, other))),
    ),
    Misconception(
        "weights_turned",
        N_(
            "`x @ W_xh` stands where `x @ W_xh.T` belongs: a row of W_xh (H, D) is for one unit. (Or run rnn_forward, "
            "which does it.)"
        ),
        ways.building(weights=lambda one, other: tuple((W_xh.T, W_hh.T, b) for W_xh, W_hh, b in (one, other))),
    ),
    Misconception(
        "one_after_the_other",
        N_("The second network is fed with the states of the first. That would be a second *layer*; here both read x."),
        ways.on_top,
    ),
)

JOINED = (
    Misconception(
        "added",
        N_("The two states are added, so H numbers are left. Lay them side by side, along the last axis: 2H."),
        ways.building(join=ways.added),
    ),
    Misconception(
        "averaged",
        N_("The mean of the two states came back. Lay them side by side, along the last axis: 2H."),
        ways.building(join=ways.averaged),
    ),
    Misconception(
        "backwards_first",
        N_("The two halves have changed places: first the network that reads forwards, then the other."),
        ways.building(join=ways.back_first),
    ),
    Misconception(
        "backwards_first_everywhere",
        N_("Backwards comes before forwards, in h and in the last states. It is the other way round in both."),
        ways.building(join=ways.back_first, last=ways.last_exchanged),
    ),
    Misconception(
        "interleaved",
        N_(
            "The units of the two networks take turns. First all H of the one, then all H of the other: `np.concatenate"
            "([...], axis=2)`."
        ),
        ways.building(join=ways.interleaved),
    ),
    Misconception(
        "along_time",
        N_("The states of the second network come after those of the first in *time*, 2T steps. Join along axis 2."),
        ways.building(join=ways.along_time, mask=ways.unmasked),
    ),
    Misconception(
        "along_time_with_zeros",
        N_("The states of the second network stand *behind* those of the first, (N, 2T, H). Join along axis 2."),
        ways.building(join=ways.along_time, mask=ways.both_masked),
    ),
    Misconception(
        "along_the_batch",
        N_("The states are joined along axis 0, so there are 2N sequences. The states of a step belong side by side."),
        ways.building(join=ways.along_batch, mask=ways.unmasked),
    ),
    Misconception(
        "an_axis_for_directions",
        N_("The states have an axis for the two directions. Join them along the last one: (N, T, 2H)."),
        ways.building(join=ways.stack_of_two, mask=ways.unmasked),
    ),
    Misconception(
        "padding_kept",
        N_(
            "The states of all real steps are right, but at padding something stands that was computed from padding. "
            "Put zeros there, as torch does: nobody should read it by accident."
        ),
        ways.building(mask=ways.unmasked),
    ),
    Misconception(
        "one_step_of_padding_kept",
        N_(
            "One step of padding is left in each sequence: step t is real if `t < length`, without the equals sign. "
            "From step `length` on there are zeros."
        ),
        ways.building(mask=lambda h, lengths: ways.masked(h, lengths + 1)),
    ),
    Misconception(
        "only_first_half_zeroed",
        N_("At padding the first H numbers are zero, and the others are not. Put zeros in place of all 2H."),
        ways.building(mask=ways.first_half_masked),
    ),
    Misconception(
        "only_second_half_zeroed",
        N_("At padding the last H numbers are zero, and the others are not. Put zeros in place of all 2H."),
        ways.building(mask=ways.second_half_masked),
    ),
    Misconception(
        "sliced_by_lengths",
        N_(
            "A slice wants one number, and `lengths` holds one for each sequence: `h[n, length:] = 0` in a loop, or a "
            "mask, `np.arange(T) < lengths[:, None]`."
        ),
        ways.building(mask=ways.sliced),
    ),
    Misconception(
        "mask_without_rows",
        N_(
            "The steps (T) are compared with the lengths (N) place by place. Every step with every length, (N, T): "
            "`np.arange(T) < lengths[:, None]`."
        ),
        ways.building(mask=lambda h, lengths: h * (np.arange(h.shape[1]) < lengths)[..., None]),
    ),
    Misconception(
        "mask_without_rows_nor_axis",
        N_(
            "The mask has one axis: steps (T) are compared with lengths (N) place by place. `np.arange(T) < "
            "lengths[:, None]` compares every step with every length, (N, T)."
        ),
        ways.building(mask=lambda h, lengths: h * (np.arange(h.shape[1]) < lengths)[:, :, None]),
    ),
    Misconception(
        "inputs_zeroed",
        N_(
            "At padding zeros stand in place of the *inputs*, but a network goes on from its state all the same. Put "
            "zeros in place of the states, after they are joined."
        ),
        ways.inputs_zeroed,
    ),
)

LAST = (
    Misconception(
        "both_from_the_end",
        N_(
            "The last state of the second network is taken at the sequence's *last* step, where it has read only one "
            "input. It has read everything once it arrives at step 0."
        ),
        ways.building(last=ways.both_at_the_end),
    ),
    Misconception(
        "last_columns",
        N_(
            "The last states are those of the last column, `[:, -1]`. There the first network may be in the padding, "
            "and the second has only just begun: it is done at step 0."
        ),
        ways.building(last=ways.both_last_columns),
    ),
    Misconception(
        "last_columns_zeroed",
        N_(
            "The last states are read off the last column of the result, `h[:, -1]`, which is zero where a sequence "
            "is shorter. Sequence n ends at lengths[n] - 1, and the second network is done at step 0."
        ),
        ways.then(lambda h, h_T, lengths: (h, np.stack(np.split(h[:, -1], 2, axis=1)))),
    ),
    Misconception(
        "both_from_the_start",
        N_(
            "Both last states are taken at step 0. For the second network that is right; the first is done at the "
            "sequence's own end, lengths[n] - 1."
        ),
        ways.building(last=ways.both_at_the_start),
    ),
    Misconception(
        "end_of_the_row",
        N_(
            "The last state of the first network is the one at the end of the *row*, after all the padding. Sequence "
            "n ends at step lengths[n] - 1."
        ),
        ways.building(last=ways.column_and_start),
    ),
    Misconception(
        "as_rnn_forward_gives_them",
        N_(
            "The last states are the second results of rnn_forward. Those have gone on through the padding: they are "
            "states after step T - 1. Take them where each sequence ends; after turning back, that is step 0 for the "
            "second network."
        ),
        ways.last_states_of_rnn_forward,
    ),
    Misconception(
        "second_as_rnn_forward_gives_it",
        N_(
            "The second network's last state is the second result of rnn_forward, which has gone on through the "
            "padding. Once its states are turned back, the one wanted is at step 0."
        ),
        ways.building(last=ways.second_through_the_padding),
    ),
    Misconception(
        "turned_plainly_as_rnn_forward_gives_them",
        N_(
            "x[:, ::-1] turns the padding too, so the second network begins with it: use reverse_padded both times. "
            "Then the last states: the first is done at lengths[n] - 1, not at the end of the row."
        ),
        ways.plainly_as_given,
    ),
    Misconception(
        "padding_kept_to_the_end_of_the_row",
        N_(
            "All states of real steps are right. Two things are left: zeros at padding, and the last state of the "
            "first network, which is at lengths[n] - 1 and not at the end of the row."
        ),
        ways.building(mask=ways.unmasked, last=ways.column_and_start),
    ),
    Misconception(
        "first_half_twice",
        N_(
            "The second network's last state is read off the *first* H numbers of step 0. Its states are the second "
            "half: `h[:, 0, H:]`."
        ),
        ways.building(last=lambda ahead, back, lengths: (ways.at_own_end(ahead, lengths), ahead[:, 0])),
    ),
    Misconception(
        "one_step_early",
        N_("The first network's last state is taken at lengths - 2. Steps count from 0: the last is lengths - 1."),
        ways.building(last=ways.one_off),
    ),
    Misconception(
        "one_step_late",
        N_("The first network's last state is looked up at `lengths`, one too far: steps count from 0, `lengths - 1`."),
        ways.building(last=lambda ahead, back, lengths: (ahead[np.arange(len(ahead)), lengths], back[:, 0])),
    ),
    Misconception(
        "states_after_one_input",
        N_(
            "Each last state is taken where its network has only begun. Forwards it is done at lengths[n] - 1, "
            "backwards at step 0."
        ),
        ways.building(last=lambda ahead, back, lengths: (ahead[:, 0], ways.at_own_end(back, lengths))),
    ),
    Misconception(
        "last_column_zeroed",
        N_(
            "The first network's last state is read off `h[:, -1]`, which is zero where a sequence is shorter. "
            "Sequence n ends at lengths[n] - 1."
        ),
        ways.then(lambda h, h_T, lengths: (h, np.stack([h[:, -1, : h_T.shape[2]], h_T[1]]))),
    ),
    Misconception(
        "all_pairs",
        N_(
            "`h[:, lengths - 1]` takes all of these steps from *every* sequence, (N, N, H). One step of each sequence: "
            "`h[np.arange(N), lengths - 1]`."
        ),
        ways.building(last=lambda ahead, back, lengths: (ahead[:, lengths - 1], back[:, 0])),
    ),
    Misconception(
        "all_pairs_twice",
        N_(
            "`[:, lengths - 1]` takes all of these steps from every sequence, (N, N, H). One step of each: "
            "`[np.arange(N), lengths - 1]`; and once they are turned back, the second network is done at step 0."
        ),
        ways.building(last=lambda ahead, back, lengths: (ahead[:, lengths - 1], back[:, lengths - 1])),
    ),
    Misconception(
        "last_exchanged",
        N_("The two last states have changed places: first that of the network that reads forwards."),
        ways.building(last=ways.last_exchanged),
    ),
    Misconception(
        "last_side_by_side",
        N_("The last states came side by side, (N, 2H). Stack them as torch does, with the direction in front."),
        ways.then(lambda h, h_T, lengths: (h, np.concatenate(list(h_T), axis=1))),
    ),
    Misconception(
        "direction_second",
        N_("The last states came as (N, 2, H). The direction stands in front, as with torch: (2, N, H)."),
        ways.then(lambda h, h_T, lengths: (h, h_T.swapaxes(0, 1))),
    ),
    Misconception(
        "last_apart",
        N_("Three things came: the two last states belong into one array, `np.stack([one, other])`."),
        ways.then(lambda h, h_T, lengths: (h, h_T[0], h_T[1])),
    ),
    Misconception(
        "states_only",
        N_("Only the states of all steps came. The last state of each network is asked for as well: (2, N, H)."),
        ways.then(lambda h, h_T, lengths: h),
    ),
    Misconception(
        "last_first",
        N_("The two results have changed places: first the states of all steps, then the last ones."),
        ways.then(lambda h, h_T, lengths: (h_T, h)),
    ),
)

BIDIRECTIONAL = Exercise(
    id="bidirectional",
    points=5,
    about=N_("Two plain networks read the same sequences, one from the end; their states side by side."),
    spec=(
        "x (N,T,D), lengths (N) int, W_xh (H,D), W_hh (H,H), b (H), W_xh_r (H,D), W_hh_r (H,H), b_r (H) "
        "-> h (N,T,2H), h_T (2,N,H)"
    ),
    reference=bidirectional_stacks.bidirectional,
    oracle=oracles_bidirectional_stacks.bidirectional,
    requires=("reverse_padded",),
    cases=(
        Case("values", {"N": 3, "T": 6, "D": 4, "H": 5}, N_("The states are not right."), change=uneven, weight=3),
        Case("no padding", {"N": 2, "T": 4, "D": 3, "H": 5}, N_("Here no sequence has any padding."), change=full),
        Case("one sequence", {"N": 1, "T": 5, "D": 2, "H": 3}, N_("Here N is 1."), change=shorter),
        Case("one step", {"N": 3, "T": 1, "D": 2, "H": 4}, N_("Here T is 1."), change=full, weight=0.5),
        Case("all sizes equal", {"N": 3, "T": 3, "D": 3, "H": 3}, N_("Here N, T, D and H are equal."), change=uneven),
        Case(
            "long sequences",
            {"N": 4, "T": 25, "D": 3, "H": 4},
            N_("Here the sequences are long, and some much shorter than others."),
            change=uneven,
            weight=2,
            hidden=True,
        ),
        Case(
            "all padded",
            {"N": 5, "T": 8, "D": 2, "H": 3},
            N_("Here every sequence has padding."),
            change=shorter,
            hidden=True,
        ),
        Case("one unit", {"N": 3, "T": 6, "D": 2, "H": 1}, N_("Here H is 1."), change=uneven, hidden=True),
    ),
    misconceptions=TIME + WEIGHTS + JOINED + LAST,
    accepts=(
        Variant("read_off", ways.from_the_output),
        Variant("sequence_by_sequence", ways.sequence_by_sequence),
        Variant("frozen", ways.frozen),
        Variant("torch", with_torch(lambda torch, *given: oracles_bidirectional_stacks.bidirectional(*given))),
        Variant(
            "float32",
            lambda x, lengths, *six: bidirectional_stacks.bidirectional(
                x.astype(np.float32), lengths, *(a.astype(np.float32) for a in six)
            ),
        ),
    ),
    hints=(
        N_(
            "Two runs of rnn_forward, from zeros, with different weights. What does the second one get to read, and in "
            "which order do its states come out?"
        ),
        N_("Turn x, run, and turn the states back, both times with reverse_padded. Then join along the last axis."),
        N_(
            "Zeros at padding: `np.arange(T) < lengths[:, None]` is True, (N, T), where a step is real. Give it a last "
            "axis and multiply."
        ),
        N_(
            "When has each network read the whole sequence? The first at its own end, `h[np.arange(N), lengths - 1]`; "
            "the second, once its states are turned back, at step 0."
        ),
    ),
)
