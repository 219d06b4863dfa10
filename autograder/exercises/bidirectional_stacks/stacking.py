"""Several layers, one on top of the other."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.bidirectional_stacks import _stacks as ways
from autograder.messages import N_
from autograder.probes.layers import flat, nested
from autograder.reference import bidirectional_stacks, oracles_bidirectional_stacks


def weights(L: int, H: int, ends: tuple[str, ...] = ("",), blocks: int = 1):
    """A change that draws the weights of L layers with H units, under torch's names."""

    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        D, arrays = made["x"].shape[2], {}
        for layer in range(L):
            for end in ends:
                wide = len(ends) * H if layer else D
                shapes = {"W_xh": (blocks * H, wide), "W_hh": (blocks * H, H), "b": (blocks * H,)}
                for name, shape in shapes.items():
                    arrays[f"{name}_l{layer}{end}"] = np.round(0.6 * rng.normal(size=shape), 2)
        return {"layers": arrays}

    return change


def _case(name: str, N: int, T: int, D: int, H: int, L: int, says: str, **more) -> Case:
    return Case(name, {"N": N, "T": T, "D": D, "H": H, "L": L}, says, change=weights(L, H), **more)


def _first_cell_everywhere(layers):
    return [layers[0]] * len(layers)


STACKED = Exercise(
    id="stacked",
    points=4,
    about=N_("Plain networks on top of each other: the states of one layer are the inputs of the next."),
    spec="x (N,T,D), layers any -> h (N,T,H), h_T (L,N,H)",
    signature="stacked: x (N,T,D), layers (L times W_xh, W_hh, b) -> h (N,T,H), h_T (L,N,H)",
    reference=flat(bidirectional_stacks.stacked),
    oracle=lambda x, layers: oracles_bidirectional_stacks.stacked(x, nested(layers)),
    probe="layers",
    cases=(
        _case("values", 2, 5, 4, 6, 3, N_("The states are not right."), weight=3),
        _case("two layers", 3, 4, 2, 5, 2, N_("Here there are two layers.")),
        _case("one layer", 2, 3, 4, 5, 1, N_("Here there is only one layer."), weight=0.5),
        _case("one sequence", 1, 4, 3, 2, 2, N_("Here N is 1.")),
        _case("one step", 3, 1, 2, 4, 2, N_("Here T is 1.")),
        _case("all sizes equal", 3, 3, 3, 3, 3, N_("Here N, T, D, H and L are all equal.")),
        _case("five layers", 2, 6, 3, 4, 5, N_("Here there are more layers."), weight=2, hidden=True),
        _case("long sequences", 3, 25, 2, 5, 2, N_("Here the sequences are long."), hidden=True),
        _case("one unit", 2, 4, 3, 1, 3, N_("Here H is 1."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "fed_with_x",
            N_(
                "Every layer is fed with x (where the sizes allow it). Only the bottom one is: a layer above reads the "
                "*states* of the layer below it. In the loop, the states have to take the place of the input."
            ),
            lambda: ways.building(enter=lambda h, x: x),
        ),
        Misconception(
            "bottom_returned",
            N_(
                "The states of the *bottom* layer came back. What a stack gives out are the states of the top layer, "
                "the last that were computed."
            ),
            lambda: ways.building(top=ways.bottom),
        ),
        Misconception(
            "every_layer_returned",
            N_("The states of all layers came back, (L, N, T, H). Only those of the top layer are asked for."),
            lambda: ways.building(top=np.stack),
        ),
        Misconception(
            "every_layer_side_by_side",
            N_("The states of all layers lie side by side, (N, T, L*H). Only those of the top layer are asked for."),
            lambda: ways.building(top=lambda every: np.concatenate(every, axis=2)),
        ),
        Misconception(
            "pair_handed_up",
            N_(
                "`rnn_forward` returns two things, the states and the last of them, and both together were handed on. "
                "Take them apart: `h, h_T = rnn_forward(...)`."
            ),
            lambda: ways.pair_up,
        ),
        Misconception(
            "one_layer_only",
            N_("Only the bottom layer was run. Is the `return` inside the loop?"),
            lambda: ways.returned_in_the_loop,
        ),
        Misconception(
            "two_layers_only",
            N_("Two layers are run, however many there are. `layers` says how many: go through all of them in a loop."),
            lambda: ways.building(order=ways.two_only),
        ),
        Misconception(
            "state_handed_up",
            N_(
                "Each layer starts from the last state of the layer below. Every layer starts from zeros; what goes up "
                "are the states of all steps, as inputs."
            ),
            lambda: ways.building(start=lambda zeros, last: last[-1] if last else zeros),
        ),
        Misconception(
            "last_state_as_input",
            N_(
                "Only the *last* state of a layer goes up, the same at every step. The layer above reads at step t the "
                "state of the layer below at step t."
            ),
            lambda: ways.last_state_up,
        ),
        Misconception(
            "same_recurrent_weights",
            N_("All layers use the W_hh of the bottom layer. Each layer has weights of its own."),
            lambda: ways.building(order=ways.first_weights),
        ),
        Misconception(
            "second_layer_again",
            N_("From the third layer on, the weights of the second are used again. Each layer has its own."),
            lambda: ways.building(order=ways.first_layer_again),
        ),
        Misconception(
            "bottom_weights_everywhere",
            N_("All layers use the weights of the bottom layer. Each has its own: `for W_xh, W_hh, b in layers`."),
            lambda: ways.building(order=_first_cell_everywhere),
        ),
        Misconception(
            "upside_down",
            N_("The layers are used from the top to the bottom. `layers[0]` is the bottom one, which reads x."),
            lambda: ways.building(order=lambda layers: layers[::-1]),
        ),
        Misconception(
            "top_left_out",
            N_("The top layer is missing. `range(L)` already stops at L - 1."),
            lambda: ways.building(order=ways.without_top),
        ),
        Misconception(
            "squashed_between",
            N_("Between the layers the states go through tanh once more. They are states already: hand them on as is."),
            lambda: ways.building(enter=lambda h, x: h if h is x else np.tanh(h)),
        ),
        Misconception(
            "squashed_everywhere",
            N_("The states go through tanh once more after each layer. They are states already: leave them so."),
            lambda: ways.squashed,
        ),
        Misconception(
            "one_step_late",
            N_(
                "A layer reads the states below it one step late. At step t it reads the state of the *same* step: the "
                "arrows go straight up."
            ),
            lambda: ways.building(enter=lambda h, x: h if h is x else ways.late(h)),
        ),
        Misconception(
            "added_to_the_input",
            N_(
                "What a layer read is added to its states before they go up (a residual connection). A useful idea, "
                "and not what is asked for here."
            ),
            lambda: ways.residual,
        ),
        Misconception(
            "same_memory",
            N_(
                "Every step holds the states of the *last* step: the same memory was put into the list T times, and "
                "then written over. Append a copy, `h[-1].copy()`."
            ),
            lambda: ways.then(lambda h, h_T: (np.repeat(h_T[-1][:, None], h.shape[1], axis=1), h_T)),
        ),
        Misconception(
            "last_step_alone",
            N_("The first result is the top layer's *last* state, (N, H). Its states at all steps are asked for."),
            lambda: ways.then(lambda h, h_T: (h_T[-1], h_T)),
        ),
        Misconception(
            "all_states_as_last",
            N_("The second result are the states of all steps of every layer. Only the last of each: (L, N, H)."),
            lambda: ways.all_states,
        ),
        Misconception(
            "layers_taken_for_a_layer",
            N_("`layers` is a list of layers, each of three arrays: `for W_xh, W_hh, b in layers`."),
            lambda: ways.layers_taken_for_a_layer,
        ),
        Misconception(
            "first_states",
            N_("The second result are the states of step 0, `h[:, 0]`. The last ones are those of step T - 1."),
            lambda: ways.first_states,
        ),
        Misconception(
            "last_states_of_the_top",
            N_("The second result is the last state of the top layer alone. Every layer has one: (L, N, H)."),
            lambda: ways.then(lambda h, h_T: (h, h_T[-1])),
        ),
        Misconception(
            "last_states_of_the_top_with_axis",
            N_(
                "The second result is the last state of the top layer alone, (1, N, H). Every layer has one: (L, N, H)."
            ),
            lambda: ways.then(lambda h, h_T: (h, h_T[-1:])),
        ),
        Misconception(
            "last_states_from_the_top",
            N_("The last states lie with the top layer first. As in torch, the bottom layer comes first."),
            lambda: ways.then(lambda h, h_T: (h, h_T[::-1])),
        ),
        Misconception(
            "layer_second",
            N_("The last states came as (N, L, H). As in torch, the layer stands in front: (L, N, H)."),
            lambda: ways.then(lambda h, h_T: (h, h_T.swapaxes(0, 1))),
        ),
        Misconception(
            "last_states_side_by_side",
            N_("The last states came side by side, (N, L*H). Stack them: (L, N, H)."),
            lambda: ways.then(lambda h, h_T: (h, np.concatenate(list(h_T), axis=1))),
        ),
        Misconception(
            "states_only",
            N_("Only the states of the top layer came. The last state of every layer is asked for as well."),
            lambda: ways.then(lambda h, h_T: h),
        ),
        Misconception(
            "last_first",
            N_("The two results have changed places: first the states of the top layer, then the last states."),
            lambda: ways.then(lambda h, h_T: (h_T, h)),
        ),
    ),
    accepts=(
        Variant("step_by_step", lambda: ways.step_by_step),
        Variant("recursive", lambda: ways.recursive),
        Variant("read_off", lambda: ways.read_off),
        Variant("loop", lambda: ways.building()),
        Variant("torch", lambda: lambda x, layers: oracles_bidirectional_stacks.stacked(_tensor(x), layers)),
    ),
    hints=(
        N_("What does a layer need to know about the layers below it? Only what they give out at every step."),
        N_("`for W_xh, W_hh, b in layers` goes from the bottom up. rnn_forward reads the states of the round before."),
        N_(
            "Before the loop the input is x. In the loop: run rnn_forward from zeros of shape (N, H), put its last "
            "state into a list, and let its states take the place of the input."
        ),
    ),
)


def _tensor(x):
    import torch

    return torch.as_tensor(x)
