"""A table of shapes: what torch.nn.LSTM returns and what it holds."""

from __future__ import annotations

from collections.abc import Callable

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
        return (_("nothing yet: put a tuple of sizes in the place of None"),)
    if isinstance(value, dict | str) or (
        isinstance(value, list) and not all(isinstance(v, int | float) for v in value)
    ):
        return (_("something that is no tuple of whole numbers"),)
    sizes = np.asarray(value)
    if sizes.ndim > 1 or sizes.dtype.kind not in "iuf" or not np.array_equal(sizes, np.round(sizes)):
        return (_("something that is no tuple of whole numbers"),)
    return (_shown(np.atleast_1d(sizes)),)


def _shown(sizes) -> str:
    return "(" + ", ".join(str(int(s)) for s in sizes) + ("," if len(sizes) == 1 else "") + ")"


def _table(**changed: Callable) -> Callable:
    """Right sizes, but for some names; each change is given N, T, D, H, L, K."""

    def answer(name, *sizes):
        return changed[name](*sizes) if name in changed else bidirectional_stacks.output_shapes(name, *sizes)

    return answer


def _both(change: Callable) -> dict[str, Callable]:
    return {"h_n": change, "c_n": change}


def _case(name: str, sizes: tuple[int, ...], title: str = "", says: str = "", **more) -> Case:
    dims = dict(zip("NTDHLK", sizes))
    return Case(title or name, dims, says or TOLD[name], change=lambda rng, made: {"name": name}, **more)


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
    inputs_stay=False,
    cases=(
        *(_case(name, TWO) for name in TABLE),
        *(
            _case(
                name, ONE, f"{name}, one direction", N_("With one direction and other sizes it is wrong."), hidden=True
            )
            for name in TABLE
        ),
    ),
    misconceptions=(
        Misconception(
            "time_in_front",
            N_(
                "The output has time in front. That is torch's default; the module here is made with "
                "`batch_first=True`: (N, T, ...)."
            ),
            _table(output=lambda N, T, D, H, L, K: (T, N, K * H)),
        ),
        Misconception(
            "output_without_directions",
            N_("The output has H numbers a step. The states of all K directions lie side by side: K*H."),
            _table(output=lambda N, T, D, H, L, K: (N, T, H)),
        ),
        Misconception(
            "output_of_all_layers",
            N_("The output has the states of all layers in it. Only the top layer's come out: (N, T, K*H)."),
            _table(output=lambda N, T, D, H, L, K: (N, T, K * L * H)),
        ),
        Misconception(
            "output_with_layers_in_front",
            N_("The output has an axis for the layers. Only the top layer's states come out: (N, T, K*H)."),
            _table(output=lambda N, T, D, H, L, K: (L, N, T, K * H)),
        ),
        Misconception(
            "states_side_by_side",
            N_(
                "In h_n and c_n the directions lie side by side, (L, N, K*H). That is so in the output; in the last "
                "states every layer and direction has a place of its own along axis 0."
            ),
            _table(**_both(lambda N, T, D, H, L, K: (L, N, K * H))),
        ),
        Misconception(
            "states_without_directions",
            N_("h_n and c_n have one state for each layer. There is one for each layer *and* direction: K*L."),
            _table(**_both(lambda N, T, D, H, L, K: (L, N, H))),
        ),
        Misconception(
            "states_without_layers",
            N_("h_n and c_n have one state for each direction. There is one for each layer *and* direction: K*L."),
            _table(**_both(lambda N, T, D, H, L, K: (K, N, H))),
        ),
        Misconception(
            "states_batch_first",
            N_(
                "h_n and c_n have the batch in front. `batch_first=True` is about x and the output only: the states "
                "stay (K*L, N, H). A trap that many have fallen into."
            ),
            _table(**_both(lambda N, T, D, H, L, K: (N, K * L, H))),
        ),
        Misconception(
            "layers_and_directions_apart",
            N_("h_n and c_n have an axis for layers and one for directions. torch has one for both: (K*L, N, H)."),
            _table(**_both(lambda N, T, D, H, L, K: (L, K, N, H))),
        ),
        Misconception(
            "states_added_up",
            N_("h_n and c_n have K + L in front. Every layer has K directions: K*L."),
            _table(**_both(lambda N, T, D, H, L, K: (K + L, N, H))),
        ),
        Misconception(
            "only_last_step_of_states",
            N_("h_n and c_n are *last* states: they have no axis for time."),
            _table(**_both(lambda N, T, D, H, L, K: (N, T, K * H))),
        ),
        Misconception(
            "gates_forgotten",
            N_("The weights have H rows. An LSTM has four blocks, one below the other: 4H."),
            _table(
                weight_ih_l0=lambda N, T, D, H, L, K: (H, D),
                weight_ih_l1=lambda N, T, D, H, L, K: (H, K * H),
                weight_hh_l1=lambda N, T, D, H, L, K: (H, H),
            ),
        ),
        Misconception(
            "weights_turned",
            N_("The weights are turned round. torch has a row for each unit of a gate: (4H, what is read)."),
            _table(
                weight_ih_l0=lambda N, T, D, H, L, K: (D, 4 * H),
                weight_ih_l1=lambda N, T, D, H, L, K: (K * H, 4 * H),
                weight_hh_l1=lambda N, T, D, H, L, K: (H, 4 * H),
            ),
        ),
        Misconception(
            "second_layer_reads_x",
            N_("weight_ih_l1 has D columns. The second layer does not read x, but the states of the layer below."),
            _table(weight_ih_l1=lambda N, T, D, H, L, K: (4 * H, D)),
        ),
        Misconception(
            "second_layer_reads_one_direction",
            N_("weight_ih_l1 has H columns. The second layer reads the states of *all* directions below it: K*H."),
            _table(weight_ih_l1=lambda N, T, D, H, L, K: (4 * H, H)),
        ),
        Misconception(
            "both_directions_in_one_matrix",
            N_(
                "The rows of both directions are in one matrix. Each direction has a matrix of its own; that of the "
                "other is called weight_ih_l0_reverse."
            ),
            _table(
                weight_ih_l0=lambda N, T, D, H, L, K: (4 * K * H, D),
                weight_ih_l1=lambda N, T, D, H, L, K: (4 * K * H, K * H),
                weight_hh_l1=lambda N, T, D, H, L, K: (4 * K * H, H),
            ),
        ),
        Misconception(
            "bottom_layer_reads_states",
            N_("weight_ih_l0 reads the bottom layer's input, and that is x: D columns."),
            _table(weight_ih_l0=lambda N, T, D, H, L, K: (4 * H, H)),
        ),
        Misconception(
            "recurrent_weights_read_both",
            N_("weight_hh_l1 has K*H columns. A cell hears only its *own* last state, H numbers."),
            _table(weight_hh_l1=lambda N, T, D, H, L, K: (4 * H, K * H)),
        ),
    ),
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
