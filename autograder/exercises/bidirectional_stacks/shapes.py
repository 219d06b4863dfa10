"""A table of shapes: what torch.nn.LSTM returns and what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.messages import N_, _
from autograder.reference import bidirectional_stacks, oracles_bidirectional_stacks
from autograder.reference.bidirectional_stacks import TABLE

TOLD = {
    "output": N_("The states of the top layer at every step."),
    "h_n": N_("The last hidden state of every layer and direction."),
    "c_n": N_("The last cell state of every layer and direction."),
    "weight_ih_l0": N_("The weights from the input into the bottom layer's forward cell."),
    "weight_ih_l1": N_("The weights from below into the second layer's forward cell."),
    "weight_hh_l1": N_("The weights from the second layer's forward cell to itself."),
}


def reads(inputs: Inputs, outputs: tuple) -> tuple[str]:
    """The sizes as text; what is no tuple of sizes, in words."""
    value = outputs if len(outputs) > 1 else outputs[0]
    if value is None:
        return (_("nothing: put a tuple of sizes in the place of None, and return the one that is asked for"),)
    if isinstance(value, dict):
        return (_("the whole table: return the one row that is asked for, `shapes[name]`"),)
    if isinstance(value, str):
        return (_("text: no quotes, (N, T) and not '(N, T)'"),)
    if isinstance(value, int) and not isinstance(value, bool):
        return (_("one number, {value}: a tuple of the sizes is asked for, and not their product").format(value=value),)
    if isinstance(value, list) and not all(isinstance(v, int | float) for v in value):
        return (_("something that is no tuple of whole numbers"),)
    sizes = np.asarray(value)
    if sizes.ndim > 1 or sizes.dtype.kind not in "iuf" or not np.array_equal(sizes, np.round(sizes)):
        return (_("something that is no tuple of whole numbers"),)
    return (_told(inputs, _shown(np.atleast_1d(sizes))),)


def _told(inputs: Inputs, sizes: str) -> str:
    """Sizes, and for those that are wrong in a way that is known, in which."""
    name, *letters = inputs.values()
    if sizes == _shown(bidirectional_stacks.output_shapes(name, *letters)):
        return sizes
    for one in WRONG:
        if name in one.sizes and sizes == _shown(one.sizes[name](*letters)):
            return f"{sizes}, {_(one.short)}"
    return sizes


def _shown(sizes) -> str:
    return "(" + ", ".join(str(int(s)) for s in sizes) + ("," if len(sizes) == 1 else "") + ")"


def _table(**changed: Callable) -> Callable:
    """Right sizes, but for some names; each change is given N, T, D, H, L, K."""

    def answer(name, *sizes):
        return changed[name](*sizes) if name in changed else bidirectional_stacks.output_shapes(name, *sizes)

    return answer


def _both(change: Callable) -> dict[str, Callable]:
    return {"h_n": change, "c_n": change}


def _case(name: str, sizes: tuple[int, ...], title: str = "", **more) -> Case:
    dims = dict(zip("NTDHLK", sizes))
    return Case(title or name, dims, TOLD[name], change=lambda rng, made: {"name": name}, **more)


@dataclass(frozen=True)
class Wrong:
    """A mistake in the table: what its rows are like in a few words, the sentence that helps, and its sizes."""

    id: str
    short: str
    message: str
    sizes: dict[str, Callable]


_without_directions = {
    "output": lambda N, T, D, H, L, K: (N, T, H),
    **_both(lambda N, T, D, H, L, K: (L, N, H)),
}

WRONG = (
    Wrong(
        "two_in_place_of_K",
        N_("2 in place of K"),
        N_("There is a 2 where K belongs: with one direction it is wrong. Write K for the number of directions."),
        {
            "output": lambda N, T, D, H, L, K: (N, T, 2 * H),
            "h_n": lambda N, T, D, H, L, K: (2 * L, N, H),
            "c_n": lambda N, T, D, H, L, K: (2 * L, N, H),
            "weight_ih_l1": lambda N, T, D, H, L, K: (4 * H, 2 * H),
        },
    ),
    Wrong(
        "time_in_front",
        N_("time is in front"),
        N_(
            "The output has time in front. That is torch's default; the module here is made with "
            "`batch_first=True`: (N, T, ...)."
        ),
        {"output": lambda N, T, D, H, L, K: (T, N, K * H)},
    ),
    Wrong(
        "output_without_directions",
        N_("one direction only"),
        N_("The output has H numbers a step. The states of all K directions lie side by side: K*H."),
        {"output": lambda N, T, D, H, L, K: (N, T, H)},
    ),
    Wrong(
        "output_of_all_layers",
        N_("all layers side by side"),
        N_("The output has the states of all layers in it. Only the top layer's come out: (N, T, K*H)."),
        {"output": lambda N, T, D, H, L, K: (N, T, K * L * H)},
    ),
    Wrong(
        "output_with_directions_in_front",
        N_("an axis for directions"),
        N_("The output has an axis for the directions. They lie side by side along the last one: (N, T, K*H)."),
        {"output": lambda N, T, D, H, L, K: (K, N, T, H)},
    ),
    Wrong(
        "output_with_layers_in_front",
        N_("an axis for layers"),
        N_("The output has an axis for the layers. Only the top layer's states come out: (N, T, K*H)."),
        {"output": lambda N, T, D, H, L, K: (L, N, T, K * H)},
    ),
    Wrong(
        "states_side_by_side",
        N_("the directions side by side"),
        N_(
            "In h_n and c_n the directions lie side by side, (L, N, K*H). That is so in the output; in the last "
            "states every layer and direction has a place of its own along axis 0."
        ),
        _both(lambda N, T, D, H, L, K: (L, N, K * H)),
    ),
    Wrong(
        "states_without_directions",
        N_("the directions are missing"),
        N_("h_n and c_n have one state for each layer. There is one for each layer *and* direction: K*L."),
        _both(lambda N, T, D, H, L, K: (L, N, H)),
    ),
    Wrong(
        "states_without_layers",
        N_("the layers are missing"),
        N_("h_n and c_n have one state for each direction. There is one for each layer *and* direction: K*L."),
        _both(lambda N, T, D, H, L, K: (K, N, H)),
    ),
    Wrong(
        "states_batch_first",
        N_("the batch is in front"),
        N_(
            "h_n and c_n have the batch in front. `batch_first=True` is about x and the output only: the states "
            "stay (K*L, N, H). A trap that many have fallen into."
        ),
        _both(lambda N, T, D, H, L, K: (N, K * L, H)),
    ),
    Wrong(
        "layers_and_directions_apart",
        N_("two axes for layers and directions"),
        N_("h_n and c_n have an axis for layers and one for directions. torch has one for both: (K*L, N, H)."),
        _both(lambda N, T, D, H, L, K: (L, K, N, H)),
    ),
    Wrong(
        "directions_and_layers_apart",
        N_("two axes for directions and layers"),
        N_("h_n and c_n have an axis for directions and one for layers. torch has one for both: (K*L, N, H)."),
        _both(lambda N, T, D, H, L, K: (K, L, N, H)),
    ),
    Wrong(
        "states_added_up",
        N_("K + L in front"),
        N_("h_n and c_n have K + L in front. Every layer has K directions: K*L."),
        _both(lambda N, T, D, H, L, K: (K + L, N, H)),
    ),
    Wrong(
        "only_last_step_of_states",
        N_("an axis for time"),
        N_("h_n and c_n are *last* states: they have no axis for time."),
        _both(lambda N, T, D, H, L, K: (N, T, K * H)),
    ),
    Wrong(
        "cell_states_of_all_gates",
        N_("four numbers a unit"),
        N_("c_n has 4H numbers. The four blocks are in the *weights*; a unit has one cell state: H."),
        {"c_n": lambda N, T, D, H, L, K: (K * L, N, 4 * H)},
    ),
    Wrong(
        "gates_forgotten",
        N_("rows for one gate only"),
        N_("The weights have H rows. An LSTM has four blocks, one below the other: 4H."),
        {
            "weight_ih_l0": lambda N, T, D, H, L, K: (H, D),
            "weight_ih_l1": lambda N, T, D, H, L, K: (H, K * H),
            "weight_hh_l1": lambda N, T, D, H, L, K: (H, H),
        },
    ),
    Wrong(
        "three_gates",
        N_("three blocks"),
        N_("The weights have 3H rows. Three blocks are those of a GRU; an LSTM has four: i, f, g and o."),
        {
            "weight_ih_l0": lambda N, T, D, H, L, K: (3 * H, D),
            "weight_ih_l1": lambda N, T, D, H, L, K: (3 * H, K * H),
            "weight_hh_l1": lambda N, T, D, H, L, K: (3 * H, H),
        },
    ),
    Wrong(
        "weights_turned",
        N_("turned round"),
        N_("The weights are turned round. torch has a row for each unit of a gate: (4H, what is read)."),
        {
            "weight_ih_l0": lambda N, T, D, H, L, K: (D, 4 * H),
            "weight_ih_l1": lambda N, T, D, H, L, K: (K * H, 4 * H),
            "weight_hh_l1": lambda N, T, D, H, L, K: (H, 4 * H),
        },
    ),
    Wrong(
        "second_layer_reads_x",
        N_("it reads x"),
        N_("weight_ih_l1 has D columns. The second layer does not read x, but the states of the layer below."),
        {"weight_ih_l1": lambda N, T, D, H, L, K: (4 * H, D)},
    ),
    Wrong(
        "second_layer_reads_one_direction",
        N_("it reads one direction only"),
        N_("weight_ih_l1 has H columns. The second layer reads the states of *all* directions below it: K*H."),
        {"weight_ih_l1": lambda N, T, D, H, L, K: (4 * H, H)},
    ),
    Wrong(
        "both_directions_in_one_matrix",
        N_("rows for K directions"),
        N_(
            "The rows of both directions are in one matrix. Each direction has a matrix of its own; that of the "
            "other is called weight_ih_l0_reverse."
        ),
        {
            "weight_ih_l0": lambda N, T, D, H, L, K: (4 * K * H, D),
            "weight_ih_l1": lambda N, T, D, H, L, K: (4 * K * H, K * H),
            "weight_hh_l1": lambda N, T, D, H, L, K: (4 * K * H, H),
        },
    ),
    Wrong(
        "bottom_layer_reads_states",
        N_("it reads states"),
        N_("weight_ih_l0 reads the bottom layer's input, and that is x: D columns."),
        {"weight_ih_l0": lambda N, T, D, H, L, K: (4 * H, H)},
    ),
    Wrong(
        "recurrent_weights_read_both",
        N_("it reads all directions"),
        N_("weight_hh_l1 has K*H columns. A cell hears only its *own* last state, H numbers."),
        {"weight_hh_l1": lambda N, T, D, H, L, K: (4 * H, K * H)},
    ),
)

WRONG += (
    Wrong(
        "directions_forgotten",
        N_("one direction only"),
        N_(
            "K is in no row but one. The output has the states of all directions side by side, K*H, and h_n and c_n "
            "have a state for each layer *and* direction, K*L."
        ),
        _without_directions | {"weight_ih_l1": lambda N, T, D, H, L, K: (4 * H, K * H)},
    ),
    Wrong(
        "directions_forgotten_everywhere",
        N_("one direction only"),
        N_(
            "K is nowhere. The output has K*H numbers a step, the second layer reads all of these, and h_n and c_n "
            "have a state for each layer *and* direction, K*L."
        ),
        _without_directions | {"weight_ih_l1": lambda N, T, D, H, L, K: (4 * H, H)},
    ),
    Wrong(
        "two_slips_with_the_states",
        N_("the batch is in front, and the directions are missing"),
        N_(
            "h_n and c_n have the batch in front, and the directions are missing. With batch_first=True, too, they are "
            "(K*L, N, H)."
        ),
        _both(lambda N, T, D, H, L, K: (N, L, H)),
    ),
)

SHOWN = ("output", "h_n", "weight_ih_l1")  # where K matters; the others with one direction are hidden
TWO = (5, 7, 3, 4, 6, 2)
ONE = (2, 9, 5, 6, 3, 1)

OUTPUT_SHAPES = Exercise(
    id="output_shapes",
    points=3,
    about=N_("The shapes of what an LSTM with several layers and directions returns and holds."),
    spec="name any, N, T, D, H, L, K -> any",
    signature="output_shapes: name, N, T, D, H, L, K -> a tuple of sizes",
    reference=lambda *given: _shown(bidirectional_stacks.output_shapes(*given)),
    reads=reads,
    probe_options={"outputs": 2},  # a tuple is taken apart, and no list of one output
    inputs_stay=False,
    cases=(
        *(_case(name, TWO) for name in TABLE),
        *(_case(name, ONE, f"{name}, one direction", hidden=name not in SHOWN) for name in TABLE),
    ),
    misconceptions=tuple(Misconception(one.id, one.message, _table(**one.sizes)) for one in WRONG),
    accepts=(
        Variant("lists", lambda *given: list(bidirectional_stacks.output_shapes(*given))),
        Variant("arrays", lambda *given: np.array(bidirectional_stacks.output_shapes(*given))),
        Variant("asks_torch", lambda *given: oracles_bidirectional_stacks.output_shapes(*given)),
    ),
    hints=(
        N_("What comes out at one step of one sequence? The top layer's states: of how many directions?"),
        N_("h_n and c_n: one state for each layer and each direction, along axis 0, also with batch_first=True."),
        N_("Weights: four blocks of H rows; a column for each number that is read. What does the second layer read?"),
    ),
)
