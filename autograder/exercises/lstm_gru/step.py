"""One step of an LSTM."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.lstm_gru import _gates as ways
from autograder.messages import N_
from autograder.reference import gated, oracles_gated
from autograder.reference.readout import sigmoid

ORDER = (
    Misconception(
        "i_f_swapped",
        N_(
            "The input gate and the forget gate have changed places: what should decide whether to write decides "
            "whether to erase. The blocks lie in the order i f g o; f i g o is the order in which many texts explain "
            "them."
        ),
        ways.in_order("figo"),
    ),
    Misconception(
        "g_o_swapped",
        N_(
            "The candidate and the output gate have changed places. The blocks lie in the order i f g o, as in torch; "
            "i f o g, with the tanh last, is the order of other courses and libraries."
        ),
        ways.in_order("ifog"),
    ),
    Misconception(
        "f_g_swapped",
        N_(
            "The forget gate and the candidate have changed places: the second block is f and the third is g, in the "
            "order i f g o. (i g f o is the order of an old TensorFlow cell.)"
        ),
        ways.in_order("igfo"),
    ),
    Misconception(
        "i_g_swapped",
        N_(
            "The input gate and the candidate have changed places: the first block is i, with a sigmoid, and the third "
            "is g, with a tanh. The order is i f g o."
        ),
        ways.in_order("gfio"),
    ),
    Misconception(
        "i_o_swapped",
        N_("The input gate and the output gate have changed places: i is the first block and o the last, i f g o."),
        ways.in_order("ofgi"),
    ),
    Misconception(
        "f_o_swapped",
        N_("The forget gate and the output gate have changed places: f is the second block and o the last, i f g o."),
        ways.in_order("iogf"),
    ),
    Misconception(
        "order_f_i_o_g",
        N_(
            "The blocks are read in the order f i o g: both pairs have changed places. That is a usual order to write "
            "the equations down in; here, as in torch, the blocks lie as i f g o."
        ),
        ways.in_order("fiog"),
    ),
    Misconception(
        "order_i_o_f_g",
        N_("The blocks are read in the order i o f g. Here, as in torch, they lie as i f g o."),
        ways.in_order("iofg"),
    ),
    Misconception(
        "order_f_o_i_g",
        N_("The blocks are read in the order f o i g. Here, as in torch, they lie as i f g o."),
        ways.in_order("foig"),
    ),
    Misconception(
        "order_g_i_f_o",
        N_("The blocks are read in the order g i f o. Here, as in torch, they lie as i f g o."),
        ways.in_order("gifo"),
    ),
    Misconception(
        "order_f_g_i_o",
        N_("The blocks are read in the order f g i o. Here, as in torch, they lie as i f g o."),
        ways.in_order("fgio"),
    ),
)

SQUASHED = (
    Misconception(
        "sigmoid_for_candidate",
        N_(
            "All four blocks go through a sigmoid. Three of them are gates, between 0 and 1; the candidate g is what "
            "is written, and has to be able to be negative: tanh."
        ),
        ways.stepping(squash=(sigmoid,) * 4),
    ),
    Misconception(
        "candidate_squashed_twice",
        N_(
            "All four blocks went through a sigmoid, and the candidate through tanh after that. It goes through tanh "
            "alone, so that it can be negative: cut into four first, then squash each by itself."
        ),
        ways.stepping(squash=(sigmoid, sigmoid, lambda a: np.tanh(sigmoid(a)), sigmoid)),
    ),
    Misconception(
        "tanh_for_gates",
        N_(
            "All four blocks go through tanh. Only the candidate g does; i, f and o say *how much*, from 0 to 1, which "
            "is a sigmoid."
        ),
        ways.stepping(squash=(np.tanh,) * 4),
    ),
    Misconception(
        "tanh_on_the_wrong_block",
        N_(
            "The tanh is on the last block and the sigmoid on the third, while the names are right. The blocks are i f "
            "g o: tanh belongs to g, the third."
        ),
        ways.stepping(squash=(sigmoid, sigmoid, sigmoid, np.tanh)),
    ),
    Misconception(
        "candidate_not_squashed",
        N_("The candidate g is the bare sum. It goes through tanh, so that one step writes at most 1."),
        ways.stepping(squash=(sigmoid, sigmoid, lambda a: a, sigmoid)),
    ),
    Misconception(
        "gates_not_squashed",
        N_("None of the gates goes through a sigmoid: i, f and o are bare sums, of any size and sign."),
        ways.stepping(squash=(lambda a: a, lambda a: a, np.tanh, lambda a: a)),
    ),
    Misconception(
        "sigmoid_overflows",
        N_(
            "Where a sum is large, exp overflows and the result is not a number. `np.exp(z) / (1 + np.exp(z))` does "
            "that; the `sigmoid` that this notebook imports does not."
        ),
        ways.stepping(squash=(ways.overflowing, ways.overflowing, np.tanh, ways.overflowing)),
    ),
    Misconception(
        "input_gate_not_squashed",
        N_("The input gate is the bare sum, of any size and sign. A gate goes through a sigmoid: i too."),
        ways.stepping(squash=(lambda a: a, sigmoid, np.tanh, sigmoid)),
    ),
    Misconception(
        "forget_gate_not_squashed",
        N_(
            "The forget gate is the bare sum, so the belt can be turned over or blown up. A gate goes through "
            "a sigmoid: f too."
        ),
        ways.stepping(squash=(sigmoid, lambda a: a, np.tanh, sigmoid)),
    ),
    Misconception(
        "output_gate_not_squashed",
        N_(
            "c is right, but the output gate is the bare sum, of any size and sign. A gate goes through a "
            "sigmoid: o too."
        ),
        ways.stepping(squash=(sigmoid, sigmoid, np.tanh, lambda a: a)),
    ),
    Misconception(
        "forget_bias_added",
        N_(
            "1 is added to the forget gate's sum. That is what some libraries do inside the step; here a "
            "forget bias, if any, is in b already."
        ),
        ways.stepping(squash=(sigmoid, lambda a: sigmoid(a + 1), np.tanh, sigmoid)),
    ),
)

BELT = (
    Misconception(
        "nothing_forgotten",
        N_(
            "The old cell state is taken over whole, without the forget gate: c + i * g. That is the cell of 1997, "
            "which could not clear its memory. Now it is f * c + i * g."
        ),
        ways.belted(lambda i, f, g, o, c: c + i * g),
    ),
    Misconception(
        "everything_written",
        N_("The candidate is added whole, f * c + g. The input gate decides how much of it is written: i * g."),
        ways.belted(lambda i, f, g, o, c: f * c + g),
    ),
    Misconception(
        "gates_coupled",
        N_(
            "The belt is f * c + (1 - f) * g: the input gate is not used, what is not kept is written. That is a known "
            "variant, coupled gates (you meet it later here). This cell has an input gate of its own."
        ),
        ways.belted(lambda i, f, g, o, c: f * c + (1 - f) * g),
    ),
    Misconception(
        "keeps_what_it_should_forget",
        N_("The old cell state is multiplied by 1 - f. f is what is *kept*, in spite of its name: 1 keeps all."),
        ways.belted(lambda i, f, g, o, c: (1 - f) * c + i * g),
    ),
    Misconception(
        "old_belt_dropped",
        N_("The new cell state is i * g alone: the old one is gone at every step. Add f * c, what is kept of it."),
        ways.belted(lambda i, f, g, o, c: i * g),
    ),
    Misconception(
        "belt_multiplied",
        N_("Kept and new are multiplied, f * c * (i * g). They are *added*: this plus is what the LSTM is about."),
        ways.belted(lambda i, f, g, o, c: f * c * (i * g)),
    ),
    Misconception(
        "belt_squashed",
        N_(
            "The cell state itself went through tanh, so it is squashed at every step and gradients shrink with it. "
            "Only what is *shown* goes through tanh: h = o * tanh(c), and c stays as it is."
        ),
        ways.belted(lambda i, f, g, o, c: np.tanh(f * c + i * g)),
    ),
    Misconception(
        "belt_squashed_once",
        N_(
            "The c that is returned has been through tanh. h = o * tanh(c) is right, but tanh(c) must not take the "
            "place of c: the belt itself is never squashed."
        ),
        ways.then(lambda h, c, c_prev: (h, np.tanh(c))),
    ),
    Misconception(
        "belt_from_h",
        N_("The forget gate multiplies h. What is kept or erased is the *cell* state: f * c."),
        ways.belt_from_h,
    ),
    Misconception(
        "gates_read_the_belt",
        N_("The gates are computed from c. They read x and h; c only travels along the belt."),
        ways.gates_read_the_belt,
    ),
    Misconception(
        "states_swapped",
        N_("h and c have changed places on the way in: the gates read c, and h travels on the belt."),
        ways.states_swapped,
    ),
    Misconception(
        "all_through_the_input_gate",
        N_(
            "The input gate multiplies all of the new cell state, i * (f * c + g). It is for the candidate "
            "alone: f * c + i * g."
        ),
        ways.belted(lambda i, f, g, o, c: i * (f * c + g)),
    ),
)

SHOWN = (
    Misconception(
        "tanh_of_c_forgotten",
        N_("c is right, but h is o * c. c can grow beyond 1; what is shown of it is o * tanh(c)."),
        ways.shown(lambda o, c, c_prev: o * c),
    ),
    Misconception(
        "old_c_shown",
        N_("c is right, but h was made from the *old* cell state. First the belt moves, then the new c is shown."),
        ways.shown(lambda o, c, c_prev: o * np.tanh(c_prev)),
    ),
    Misconception(
        "all_shown",
        N_("c is right, but h is tanh(c): the output gate is not used. It decides how much is shown, o * tanh(c)."),
        ways.shown(lambda o, c, c_prev: np.tanh(c)),
    ),
    Misconception(
        "sigmoid_of_c",
        N_("c is right, but h is o * sigmoid(c). The cell state is shown through tanh, and so can be negative."),
        ways.shown(lambda o, c, c_prev: o * sigmoid(c)),
    ),
    Misconception(
        "tanh_outside",
        N_("c is right, but h is tanh(o * c). The tanh is taken of c alone, and the gate comes after it: o * tanh(c)."),
        ways.shown(lambda o, c, c_prev: np.tanh(o * c)),
    ),
    Misconception(
        "candidate_shown",
        N_(
            "c is right, but h is made from the candidate, o * tanh(g). What is shown is what lies on the new "
            "belt: o * tanh(c)."
        ),
        ways.candidate_shown,
    ),
    Misconception(
        "output_gate_added",
        N_("c is right, but h is o + tanh(c). A gate multiplies: o * tanh(c)."),
        ways.shown(lambda o, c, c_prev: o + np.tanh(c)),
    ),
)

SUMS = (
    Misconception(
        "bias_forgotten",
        N_("b is not added. It holds one number for each row of the weights, 4H of them."),
        ways.summed(lambda x, h, W_xh, W_hh, b: x @ W_xh.T + h @ W_hh.T),
    ),
    Misconception(
        "bias_twice",
        N_("b is added twice, once for x and once for h. torch keeps two biases; here b is their sum."),
        ways.summed(lambda x, h, W_xh, W_hh, b: x @ W_xh.T + b + h @ W_hh.T + b),
    ),
    Misconception(
        "bias_after_the_gate",
        N_("b is added after sigmoid and tanh, so a gate can leave the range from 0 to 1. Add it to the sum first."),
        ways.bias_after_the_gate,
    ),
    Misconception(
        "state_forgotten",
        N_("The gates are computed from x alone. They read the last hidden state too: add h @ W_hh.T."),
        ways.summed(lambda x, h, W_xh, W_hh, b: x @ W_xh.T + b),
    ),
    Misconception(
        "input_forgotten",
        N_("The gates are computed from h alone. They read the input too: add x @ W_xh.T."),
        ways.summed(lambda x, h, W_xh, W_hh, b: h @ W_hh.T + b),
    ),
    Misconception(
        "recurrent_blocks_transposed",
        N_(
            "Each gate's own (H, H) block of W_hh is used without a transpose. Row j of a block holds the weights "
            "*into* unit j, so it is `h @ block.T`. The blocks are square, so both ways fit."
        ),
        ways.summed(ways.recurrent_blocks_transposed),
    ),
    Misconception(
        "weights_reshaped",
        N_(
            "W_xh and W_hh are *reshaped* to (D, 4H) and (H, 4H), which mixes the weights of different units. Use a "
            "transpose."
        ),
        ways.summed(ways.weights_reshaped),
    ),
    Misconception(
        "recurrent_reshaped",
        N_("W_hh is *reshaped* to (H, 4H), which mixes the weights of different units. Use a transpose."),
        ways.summed(ways.recurrent_reshaped),
    ),
    Misconception(
        "interleaved",
        N_(
            "The gates are read every fourth column. They lie in blocks: the first H columns are i for all units, the "
            "next H are f, and so on."
        ),
        ways.stepping(blocks=ways.interleaved),
    ),
    Misconception(
        "reshaped_to_gates",
        N_(
            "The sums (N, 4H) are *reshaped* to (4, N, H), which mixes the examples of the batch with the gates. Cut "
            "along axis 1: `np.split(a, 4, axis=1)`."
        ),
        ways.stepping(blocks=ways.reshaped),
    ),
    Misconception(
        "rows_taken_for_units",
        N_(
            "The rows of the weights are taken for the number of units, and so the first gate got all columns and the "
            "others none. The weights have 4H rows: H is `h.shape[1]`, or a quarter of the rows."
        ),
        ways.rows_taken_for_units,
    ),
    Misconception(
        "split_along_the_batch",
        N_(
            "The sums are (N, 4H), and it is their axis 1 that is cut into four: `np.split(a, 4, axis=1)`. "
            "Without `axis=1` np.split cuts the batch."
        ),
        ways.split_along_the_batch,
    ),
    Misconception(
        "joined_the_other_way",
        N_(
            "Side by side stand h and x, and the weights as W_xh and W_hh: x meets the weights of h. Join "
            "both in the same order."
        ),
        ways.summed(lambda x, h, W_xh, W_hh, b: np.hstack([h, x]) @ np.hstack([W_xh, W_hh]).T + b),
    ),
    Misconception(
        "inputs_taken_for_units",
        N_("H is read off x, whose columns are D. The gates are cut by the number of units: `h.shape[1]`."),
        ways.cut_by(lambda x, h: x.shape[1]),
    ),
    Misconception(
        "examples_taken_for_blocks",
        N_(
            "The blocks are cut N columns wide: H is read off the rows of x or h, which are the examples. The number "
            "of units is `h.shape[1]`."
        ),
        ways.cut_by(lambda x, h: h.shape[0], all_of_the_last=False),
    ),
    Misconception(
        "matrix_product_of_gates",
        N_("Gate and state are put into a matrix product. A gate acts entry by entry: `f * c`, not `f @ c`."),
        ways.stepping(belt=lambda i, f, g, o, c: f @ c + i @ g, out=lambda o, c, c_prev: o @ np.tanh(c)),
    ),
    Misconception(
        "examples_taken_for_units",
        N_("H is read off the rows of x or h, and those are the examples, N. The number of units is `h.shape[1]`."),
        ways.cut_by(lambda x, h: h.shape[0]),
    ),
)

RETURNED = (
    Misconception(
        "order_swapped",
        N_("The two states have changed places on the way out: first h, then c."),
        ways.then(lambda h, c, c_prev: (c, h)),
    ),
    Misconception(
        "only_h",
        N_("Only h came back. The next step needs both states: return h and c."),
        ways.then(lambda h, c, c_prev: h),
    ),
    Misconception(
        "only_c",
        N_("Only c came back. The next step needs both states: return h and c."),
        ways.then(lambda h, c, c_prev: c),
    ),
    Misconception(
        "old_c_returned",
        N_("h is right, but the c that came back is the old one. Return the new cell state, or the belt stands still."),
        ways.then(lambda h, c, c_prev: (h, c_prev)),
    ),
    Misconception(
        "joined",
        N_("h and c came glued together, (N, 2H). Return them as two arrays: `return h, c`."),
        ways.then(lambda h, c, c_prev: np.concatenate([h, c], axis=1)),
    ),
    Misconception(
        "belt_overwritten",
        N_(
            "The states are right, but the c that was passed in has changed: `c *= f` writes into the caller's array. "
            "Make a new one, `c = f * c + i * g`."
        ),
        ways.belt_overwritten,
    ),
    Misconception(
        "stacked",
        N_("h and c came in one array, (2, N, H). Return them as two: `return h, c`."),
        ways.then(lambda h, c, c_prev: np.array([h, c])),
    ),
    Misconception(
        "state_overwritten",
        N_(
            "The states are right, but the h that was passed in has changed: `h[:] = ...` writes into the "
            "caller's array. Make a new one."
        ),
        ways.state_overwritten,
    ),
)


def _saturated(rng: np.random.Generator, made: dict) -> dict:
    """Inputs so large that every gate is fully open or fully closed."""
    x = 4000.0 * np.sign(made["x"])
    return {"x": x, "W_xh": np.where(np.abs(made["W_xh"]) < 0.3, 0.3, made["W_xh"])}


def _empty(rng: np.random.Generator, made: dict) -> dict:
    return {"h": np.zeros(made["h"].shape), "c": np.zeros(made["c"].shape)}


LSTM_STEP = Exercise(
    id="lstm_step",
    points=6,
    about=N_("One step of an LSTM: both new states, from this step's input and the two states before it."),
    spec="x (N,D), h (N,H), c (N,H), W_xh (4H,D), W_hh (4H,H), b (4H) -> h_new (N,H), c_new (N,H)",
    reference=gated.lstm_step,
    oracle=oracles_gated.lstm_step,
    cases=(
        Case("values", {"N": 2, "D": 3, "H": 5}, N_("Here all sizes differ."), weight=3),
        Case("batch of one", {"N": 1, "D": 2, "H": 3}, N_("Here N is 1.")),
        Case("all sizes equal", {"N": 4, "D": 4, "H": 4}, N_("Here N, D and H are all 4, like the number of blocks.")),
        Case(
            "gates wide open or shut",
            {"N": 3, "D": 1, "H": 4},
            N_("Here the inputs are so large that every gate is 0 or 1."),
            change=_saturated,
        ),
        Case(
            "a full belt",
            {"N": 2, "D": 3, "H": 4},
            N_("Here the cell state has grown beyond 1."),
            change=lambda rng, made: {"c": 4 * made["c"]},
        ),
        Case("one unit", {"N": 4, "D": 3, "H": 1}, N_("Here there is only one unit."), hidden=True),
        Case(
            "first step",
            {"N": 3, "D": 4, "H": 2},
            N_("Here both states are zero, as before the first step."),
            change=_empty,
            hidden=True,
        ),
        Case("large batch", {"N": 40, "D": 6, "H": 9}, N_("Here the batch is larger."), weight=2, hidden=True),
    ),
    misconceptions=ORDER + SQUASHED + BELT + SHOWN + SUMS + RETURNED,
    accepts=(
        Variant("gate_by_gate", ways.gate_by_gate),
        Variant("one_matrix", ways.one_matrix),
        Variant("naive_sigmoid", ways.naive_sigmoid),
        Variant("unit_by_unit", ways.unit_by_unit),
        Variant("float32", lambda *arrays: gated.lstm_step(*(a.astype(np.float32) for a in arrays))),
        Variant("torch_cell", with_torch(ways.torch_cell)),
    ),
    hints=(
        N_(
            "Begin as in rnn_step: one weighted sum of x and h, plus b. Which shape does it have, and how many gates "
            "are in it?"
        ),
        N_(
            "The sum is (N, 4H). Cut it along axis 1 into four pieces (N, H), in the order i f g o. Three of them go "
            "through a sigmoid. Which one does not, and why?"
        ),
        N_("The belt: keep f of the old cell state, and write i of the candidate. Kept and new are added."),
        N_("Show what is on the *new* belt: the output gate times tanh of it. Return the hidden state first."),
    ),
)
