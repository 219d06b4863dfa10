"""Several layers of two LSTMs each, equal to torch.nn.LSTM on packed sequences."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.bidirectional_stacks import _lstms as ways
from autograder.exercises.bidirectional_stacks.reversing import full, shorter, uneven
from autograder.exercises.bidirectional_stacks.stacking import weights
from autograder.messages import N_
from autograder.probes.layers import flat, nested
from autograder.reference import bidirectional_stacks, oracles_bidirectional_stacks


def _reference(*given, reverse_padded=bidirectional_stacks.reverse_padded):
    """What is right; without arguments, as with a misconception: an answer that is built on a ``reverse_padded``."""

    def answer(x, lengths, layers):
        return bidirectional_stacks.bidirectional_lstm(x, lengths, layers, reverse_padded=reverse_padded)

    return flat(answer)(*given) if given else answer


def _case(name: str, N: int, T: int, D: int, H: int, L: int, lengths, says: str, **more) -> Case:
    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        return lengths(rng, made) | weights(L, H, ("", "_reverse"), 4)(rng, made)

    return Case(name, {"N": N, "T": T, "D": D, "H": H, "L": L}, says, change=change, **more)


TIME = (
    Misconception(
        "not_turned_back",
        N_(
            "The states of the backward cells are not turned back in time, so that at step t two states lie side by "
            "side that belong to different steps."
        ),
        lambda: ways.building(leave=ways.unturned),
    ),
    Misconception(
        "not_turned",
        N_("Both cells of a layer read forwards. The second one reads `reverse_padded(h, lengths)`."),
        lambda: ways.building(enter=ways.unturned, leave=ways.unturned),
    ),
    Misconception(
        "only_turned_back",
        N_("The backward cells read forwards, and only their states are turned. Turn what they read as well."),
        lambda: ways.building(enter=ways.unturned),
    ),
    Misconception(
        "padding_read_first",
        N_(
            "The sequences are turned with [:, ::-1], padding and all. Turn each one within its length: "
            "`reverse_padded(h, lengths)`."
        ),
        lambda: ways.building(enter=ways.plainly, leave=ways.plainly),
    ),
    Misconception(
        "padding_read_first_and_not_turned_back",
        N_(
            "Two things. The states of the backward cells are not turned back in time before they are joined. And "
            "[:, ::-1] turns the padding too: `reverse_padded(h, lengths)`, both times."
        ),
        lambda: ways.building(enter=ways.plainly, leave=ways.unturned),
    ),
    Misconception(
        "both_turned_back",
        N_(
            "The joined states are turned back, those of the forward cell with them. Turn the backward states alone, "
            "and join then."
        ),
        lambda: ways.both_turned_back,
    ),
    Misconception(
        "turned_plainly",
        N_("What the backward cells read is turned with [:, ::-1], padding and all: use reverse_padded there too."),
        lambda: ways.building(enter=ways.plainly),
    ),
    Misconception(
        "turned_back_plainly",
        N_("The backward states are turned back with [:, ::-1]: those of short sequences end up in the padding."),
        lambda: ways.building(leave=ways.plainly),
    ),
    Misconception(
        "through_the_padding",
        N_(
            "The states of all steps are right, but the last ones are those at the end of the *row*: they have gone "
            "on through the padding. `lstm_padded` stops each sequence at its own end."
        ),
        lambda: ways.building(run=ways.through_the_padding),
    ),
    Misconception(
        "padding_kept",
        N_(
            "The cells go on through the padding: states stand there, and the last states are those at the end of the "
            "row. `lstm_padded` stops each sequence at its own end, and puts zeros after it."
        ),
        lambda: ways.building(run=ways.everything_through_the_padding),
    ),
    Misconception(
        "cell_states_through_the_padding",
        N_(
            "The hidden states are right, also the last ones, but c_T has gone on through the padding: it is that of "
            "the end of the row."
        ),
        lambda: ways.building(run=ways.state_at_the_end_alone),
    ),
)

LAYERS = (
    Misconception(
        "three_things_into_two_names",
        N_("`lstm_padded` gives three things, and no pair inside: `h, h_T, c_T = lstm_padded(...)`."),
        lambda: ways.building(run=ways.two_names),
    ),
    Misconception(
        "pair_taken_for_a_cell",
        N_(
            "Each entry of `layers` is a *pair* of cells: `for forwards, backwards in layers`, and each of the two is "
            "(W_xh, W_hh, b)."
        ),
        lambda: ways.pair_taken_for_a_cell,
    ),
    Misconception(
        "fed_with_x",
        N_("Every layer reads x (where the sizes allow it). From the second on, a layer reads the states below it."),
        lambda: ways.building(feed=lambda joined, one, other, x: x),
    ),
    Misconception(
        "two_stacks",
        N_(
            "The two directions go up separately and meet only at the top. Each cell of a layer reads the joined "
            "states of *both* below it, 2H numbers at each step."
        ),
        lambda: ways.two_stacks,
    ),
    Misconception(
        "interleaved",
        N_("The units of the two directions take turns. First all H of the one: `np.concatenate([...], axis=2)`."),
        lambda: ways.building(join=ways.interleaved),
    ),
    Misconception(
        "top_first",
        N_("The layers are used from the top to the bottom. `layers[0]` is the bottom one, which reads x."),
        lambda: ways.building(order=lambda layers: layers[::-1]),
    ),
    Misconception(
        "every_layer_returned",
        N_("The states of all layers came back, (L, N, T, 2H). Only those of the top layer are asked for."),
        lambda: ways.building(top=np.stack),
    ),
    Misconception(
        "along_time",
        N_(
            "The states of the two directions are joined along axis 1, so that they lie one behind the other in time. "
            "Join along axis 2."
        ),
        lambda: ways.building(join=lambda one, other: np.concatenate([one, other], axis=1)),
    ),
    Misconception(
        "forward_states_up",
        N_(
            "A higher layer is fed with H numbers a step: either the forward states alone go up, or each direction by "
            "itself. Each of its two cells reads the states of *both* below, side by side: its W_xh is (4H, 2H)."
        ),
        lambda: ways.building(feed=lambda joined, one, other, x: one, run=ways.as_given()),
    ),
    Misconception(
        "forward_states_up_twice",
        N_("The forward states go up twice, in place of those of both directions."),
        lambda: ways.building(feed=lambda joined, one, other, x: ways.side_by_side(one, one)),
    ),
    Misconception(
        "added",
        N_("The states of the two directions are added. They lie side by side: 2H."),
        lambda: ways.building(join=lambda one, other: one + other),
    ),
    Misconception(
        "backward_first",
        N_("The halves have changed places: first the forward states, then the backward ones."),
        lambda: ways.building(join=lambda one, other: ways.side_by_side(other, one)),
    ),
    Misconception(
        "same_weights",
        N_("Both directions of a layer use the weights of the forward cell. Every layer comes as a pair of cells."),
        lambda: ways.building(pair=lambda ahead, back: (ahead, ahead)),
    ),
    Misconception(
        "cells_exchanged",
        N_("The cells of a layer have changed places: each pair is (forwards, backwards)."),
        lambda: ways.building(pair=lambda ahead, back: (back, ahead)),
    ),
    Misconception(
        "bottom_returned",
        N_("The states of the bottom layer came back. Those of the top layer are asked for."),
        lambda: ways.building(top=ways.only_bottom),
    ),
    Misconception(
        "one_layer_only",
        N_("Only the bottom layer was run. Is the `return` inside the loop?"),
        lambda: ways.building(order=lambda layers: layers[:1]),
    ),
    Misconception(
        "two_layers_only",
        N_("Two layers are run, however many there are. Go through all of `layers` in a loop."),
        lambda: ways.building(order=lambda layers: layers[:2]),
    ),
)

RETURNED = (
    Misconception(
        "last_columns",
        N_(
            "h_T is read off the last column of the states, which is zero where a sequence is shorter. `lstm_padded` "
            "gives both last states: its second and third results."
        ),
        lambda: ways.last_columns,
    ),
    Misconception(
        "directions_first",
        N_(
            "The last states lie direction by direction: all layers forwards, then all backwards. torch has them layer "
            "by layer, forwards before backwards."
        ),
        lambda: ways.reordered(ways.directions_first),
    ),
    Misconception(
        "backwards_before_forwards",
        N_("In the last states, backwards comes before forwards in each layer. It is the other way round."),
        lambda: ways.reordered(ways.back_before_ahead),
    ),
    Misconception(
        "top_layer_first",
        N_("The last states begin with the top layer. They begin with the bottom one."),
        lambda: ways.reordered(ways.top_first),
    ),
    Misconception(
        "top_layer_only",
        N_("The last states are those of the top layer alone. Every layer has two: (2L, N, H)."),
        lambda: ways.then(lambda h, h_T, c_T: (h, h_T[-2:], c_T[-2:])),
    ),
    Misconception(
        "last_states_exchanged",
        N_("h_T and c_T have changed places: first the hidden states, then the cell states."),
        lambda: ways.then(lambda h, h_T, c_T: (h, c_T, h_T)),
    ),
    Misconception(
        "h_T_twice",
        N_("The third result is h_T once more. Asked for is c_T, the last *cell* states."),
        lambda: ways.then(lambda h, h_T, c_T: (h, h_T, h_T)),
    ),
    Misconception(
        "pair_as_torch",
        N_("The last states came as a pair of their own, as torch gives them. Here three things: h, h_T, c_T."),
        lambda: ways.then(lambda h, h_T, c_T: (h, (h_T, c_T))),
    ),
    Misconception(
        "axis_for_directions",
        N_("The last states came as (L, 2, N, H). torch has one axis for both, (2L, N, H), layer by layer."),
        lambda: ways.then(lambda h, h_T, c_T: (h, *(a.reshape(-1, 2, *a.shape[1:]) for a in (h_T, c_T)))),
    ),
    Misconception(
        "directions_side_by_side",
        N_("The last states came as (L, N, 2H), both directions side by side. torch stacks them: (2L, N, H)."),
        lambda: ways.then(lambda h, h_T, c_T: (h, *(np.concatenate([a[::2], a[1::2]], axis=2) for a in (h_T, c_T)))),
    ),
    Misconception(
        "c_T_missing",
        N_("Two results came: c_T is missing. An LSTM has two states: return h, h_T and c_T."),
        lambda: ways.then(lambda h, h_T, c_T: (h, h_T)),
    ),
    Misconception(
        "states_only",
        N_("Only the states of the top layer came. The last states of all cells are asked for as well: h, h_T, c_T."),
        lambda: ways.then(lambda h, h_T, c_T: h),
    ),
)

BIDIRECTIONAL_LSTM = Exercise(
    id="bidirectional_lstm",
    points=5,
    about=N_("Layers of two LSTMs each, one in either direction, with padding: equal to torch.nn.LSTM."),
    spec="x (N,T,D), lengths (N) int, layers any -> h (N,T,2H), h_T (2L,N,H), c_T (2L,N,H)",
    signature=(
        "bidirectional_lstm: x (N,T,D), lengths (N), layers (L pairs of cells, each W_xh, W_hh, b) "
        "-> h (N,T,2H), h_T (2L,N,H), c_T (2L,N,H)"
    ),
    reference=_reference,
    oracle=lambda x, lengths, layers: oracles_bidirectional_stacks.bidirectional_lstm(x, lengths, nested(layers)),
    requires=("reverse_padded",),
    probe="layers",
    cases=(
        _case("two layers", 3, 6, 4, 5, 2, uneven, N_("The states are not right."), weight=3),
        _case("no padding", 2, 4, 3, 5, 2, full, N_("Here no sequence has any padding.")),
        _case("one layer", 3, 5, 2, 4, 1, uneven, N_("Here there is only one layer.")),
        _case("one sequence", 1, 5, 3, 2, 3, shorter, N_("Here N is 1, and there are three layers.")),
        _case("one step", 3, 1, 2, 4, 2, full, N_("Here T is 1."), weight=0.5),
        _case("D is 2H", 3, 4, 6, 3, 2, uneven, N_("Here D is 2H, so that x would fit into every layer.")),
        _case("three layers", 4, 9, 3, 2, 3, uneven, N_("Here there are three layers."), weight=2, hidden=True),
        _case("all padded", 4, 7, 3, 4, 2, shorter, N_("Here every sequence has padding."), hidden=True),
        _case("long sequences", 3, 20, 2, 3, 2, uneven, N_("Here the sequences are long."), hidden=True),
    ),
    misconceptions=TIME + LAYERS + RETURNED,
    accepts=(
        Variant("loop", lambda: ways.building()),
        Variant("sequence_by_sequence", lambda: ways.sequence_by_sequence),
        Variant("step_by_step", lambda: ways.step_by_step),
        Variant("torch", lambda: _by_torch),
    ),
    hints=(
        N_("It is `stacked` with a pair of cells in each round, and `bidirectional` in place of one run."),
        N_(
            "In each round: lstm_padded on what comes from below, and once more on the same turned round. What does "
            "the next layer read?"
        ),
        N_(
            "Only the states of all steps have to be turned back. The last states of the backward cell need nothing: "
            "it stops at what was step 0."
        ),
        N_("Append the last hidden states of each round to one list, forwards first, the cell states to another."),
    ),
)


def _by_torch(x, lengths, layers):
    import torch

    return oracles_bidirectional_stacks.bidirectional_lstm(torch.as_tensor(x), torch.as_tensor(lengths), layers)
