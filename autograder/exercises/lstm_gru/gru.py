"""One step of a GRU."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.lstm_gru import _gru as ways
from autograder.messages import N_
from autograder.reference import gated, oracles_gated
from autograder.reference.readout import sigmoid

CONVENTIONS = (
    Misconception(
        "z_swapped",
        N_(
            "z and 1 - z have changed places: here z = 1 *keeps* the old state, as in torch and in Cho et al. (2014). "
            "Your form, z for the new one, is that of Chung et al. (2014) and of many lecture notes. It is as good, "
            "but "
            "not the one asked for."
        ),
        ways.stepping(mix=ways.swapped_mix),
    ),
    Misconception(
        "reset_before",
        N_(
            "The reset gate multiplies h *before* the product with the weights. That is the GRU of the 2014 papers. "
            "This lesson, torch and cuDNN have it after: r * (h @ W.T + b_h), in the candidate's block."
        ),
        ways.stepping(candidate=ways.reset_before),
    ),
    Misconception(
        "reset_before_bias_gated",
        N_(
            "The reset gate multiplies h before the product with the weights, and the bias by itself. That is nearly "
            "the GRU of the 2014 papers. Here it comes after the product: r * (h @ W.T + b_h)."
        ),
        ways.stepping(candidate=lambda k: np.tanh(k["nx"] + (k["r"] * k["h"]) @ k["W_n"].T + k["r"] * k["b_n"])),
    ),
    Misconception(
        "reset_before_and_z_swapped",
        N_(
            "This is the GRU of Chung et al. (2014): the reset gate before the product, and z for the *new* state. "
            "Here, "
            "as in torch, it comes after the product, and z = 1 keeps the old state."
        ),
        ways.stepping(candidate=ways.reset_before, mix=ways.swapped_mix),
    ),
    Misconception(
        "order_z_r_n",
        N_(
            "The reset gate and the update gate have changed places. Keras stores z r n; here, as in torch, it is r z "
            "n."
        ),
        ways.stepping(order="zrn"),
    ),
    Misconception(
        "order_z_r_n_and_z_swapped",
        N_(
            "Two things differ: the blocks are read as z r n (here r z n), and z stands for the *new* state (here z = "
            "1 "
            "keeps the old one)."
        ),
        ways.stepping(order="zrn", mix=ways.swapped_mix),
    ),
    Misconception(
        "order_z_r_n_reset_before",
        N_(
            "Two things differ: the blocks are read as z r n (here r z n), and the reset gate multiplies h *before* "
            "the "
            "product (here after it). That is how the first version of Keras had it."
        ),
        ways.stepping(order="zrn", candidate=ways.reset_before),
    ),
    Misconception(
        "order_z_r_n_reset_before_and_z_swapped",
        N_(
            "Three things differ: the blocks are read as z r n (here r z n), the reset gate multiplies h *before* the "
            "product (here after it), and z stands for the new state (here z = 1 keeps the old one)."
        ),
        ways.stepping(order="zrn", candidate=ways.reset_before, mix=ways.swapped_mix),
    ),
    Misconception(
        "all_reset_and_z_swapped",
        N_(
            "Two things differ: the reset gate multiplies the whole sum of the candidate (here the state's part "
            "alone), "
            "and z stands for the *new* state (here z = 1 keeps the old one)."
        ),
        ways.stepping(candidate=lambda k: np.tanh(k["r"] * (k["nx"] + k["nh"])), mix=ways.swapped_mix),
    ),
    Misconception(
        "order_r_n_z",
        N_("The update gate and the candidate have changed places. The blocks lie as r z n."),
        ways.stepping(order="rnz"),
    ),
    Misconception(
        "order_n_z_r",
        N_("The reset gate and the candidate have changed places. The blocks lie as r z n."),
        ways.stepping(order="nzr"),
    ),
    Misconception(
        "order_n_r_z",
        N_("The blocks are read as n r z. They lie as r z n, the candidate last."),
        ways.stepping(order="nrz"),
    ),
    Misconception(
        "order_z_n_r",
        N_("The blocks are read as z n r. They lie as r z n."),
        ways.stepping(order="znr"),
    ),
)

CANDIDATE = (
    Misconception(
        "bias_outside_the_reset",
        N_(
            "In the candidate, b_h stands outside the reset gate. r multiplies all that comes from h: r * (h @ W.T + "
            "b_h). This is the one place where it matters that there are two biases."
        ),
        ways.stepping(candidate=lambda k: np.tanh(k["nx"] + k["r"] * (k["nh"] - k["b_n"]) + k["b_n"])),
    ),
    Misconception(
        "all_reset",
        N_(
            "The reset gate multiplies the whole sum of the candidate, the input's part too. It is for the state's "
            "part "
            "alone: what came from h can be ignored, what has just arrived cannot."
        ),
        ways.stepping(candidate=lambda k: np.tanh(k["r"] * (k["nx"] + k["nh"]))),
    ),
    Misconception(
        "input_reset",
        N_("The reset gate multiplies the input's part of the candidate. It belongs to the *state's* part."),
        ways.stepping(candidate=lambda k: np.tanh(k["r"] * k["nx"] + k["nh"])),
    ),
    Misconception(
        "nothing_reset",
        N_("The reset gate is computed and not used: the candidate hears the whole old state. r * (h @ W.T + b_h)."),
        ways.stepping(candidate=lambda k: np.tanh(k["nx"] + k["nh"])),
    ),
    Misconception(
        "reset_turned_round",
        N_("The candidate's state part is multiplied by 1 - r. It is r: with r = 1 the candidate hears all of h."),
        ways.stepping(candidate=lambda k: np.tanh(k["nx"] + (1 - k["r"]) * k["nh"])),
    ),
    Misconception(
        "reset_of_h_itself",
        N_("r * h is added to the candidate's sum, without weights. The state's part is h @ W.T + b_h, times r."),
        ways.stepping(candidate=lambda k: np.tanh(k["nx"] + k["r"] * k["h"])),
    ),
    Misconception(
        "z_for_r",
        N_(
            "The update gate stands in the candidate, where the reset gate should. r is there to reset: r * (h @ W.T + "
            "b_h)."
        ),
        ways.stepping(candidate=lambda k: np.tanh(k["nx"] + k["z"] * k["nh"])),
    ),
    Misconception(
        "sigmoid_for_candidate",
        N_(
            "The candidate goes through a sigmoid. It is a new state, not a gate, and has to be able to be negative: "
            "tanh."
        ),
        ways.stepping(candidate=lambda k: sigmoid(k["nx"] + k["r"] * k["nh"])),
    ),
    Misconception(
        "candidate_not_squashed",
        N_("The candidate is the bare sum: its tanh is missing."),
        ways.stepping(candidate=lambda k: k["nx"] + k["r"] * k["nh"]),
    ),
    Misconception(
        "tanh_for_gates",
        N_("The gates r and z go through tanh. A gate says how much, from 0 to 1: a sigmoid."),
        ways.stepping(squash=np.tanh),
    ),
    Misconception(
        "gates_not_squashed",
        N_("The gates r and z are bare sums, of any size and sign. A gate goes through a sigmoid."),
        ways.stepping(squash=lambda a: a),
    ),
    Misconception(
        "sigmoid_overflows",
        N_(
            "Where a sum is large, exp overflows and the result is not a number. The `sigmoid` that this notebook "
            "imports does not."
        ),
        ways.stepping(squash=ways.overflowing),
    ),
    Misconception(
        "candidate_reset",
        N_(
            "The reset gate multiplies the finished candidate, r * tanh(...). It belongs *inside*, at the "
            "state's part alone."
        ),
        ways.stepping(candidate=lambda k: k["r"] * np.tanh(k["nx"] + k["nh"])),
    ),
    Misconception(
        "z_through_tanh",
        N_("The update gate goes through tanh, and can be negative. A gate says how much, from 0 to 1: a sigmoid."),
        ways.stepping(squash_z=np.tanh),
    ),
    Misconception(
        "z_not_squashed",
        N_("The update gate is the bare sum, of any size and sign. A gate goes through a sigmoid: z too."),
        ways.stepping(squash_z=lambda a: a),
    ),
    Misconception(
        "r_not_squashed",
        N_("The reset gate is the bare sum, of any size and sign. A gate goes through a sigmoid: r too."),
        ways.stepping(squash_r=lambda a: a),
    ),
)

MIX = (
    Misconception(
        "old_state_dropped",
        N_("The new state is (1 - z) * n alone. What is kept of the old one is missing: + z * h."),
        ways.stepping(mix=lambda k: (1 - k["z"]) * k["n"]),
    ),
    Misconception(
        "both_whole",
        N_("z * h is kept and the *whole* candidate is added. What is kept and what is new share: z and 1 - z."),
        ways.stepping(mix=lambda k: k["n"] + k["z"] * k["h"]),
    ),
    Misconception(
        "candidate_only",
        N_("The candidate itself came back. The update gate mixes it with the old state: (1 - z) * n + z * h."),
        ways.stepping(mix=lambda k: k["n"]),
    ),
    Misconception(
        "kept_whole",
        N_("The old state is kept whole, h + (1 - z) * n, so it can only grow. z says how much is kept: z * h."),
        ways.stepping(mix=lambda k: (1 - k["z"]) * k["n"] + k["h"]),
    ),
    Misconception(
        "mixed_by_r",
        N_("The mix is made with the reset gate. The update gate z decides between old and new."),
        ways.stepping(mix=lambda k: (1 - k["r"]) * k["n"] + k["r"] * k["h"]),
    ),
    Misconception(
        "squashed_again",
        N_("The mixed state went through tanh once more. A mix of two states needs none, and it would make it shrink."),
        ways.stepping(mix=lambda k: np.tanh(ways.mixed(k))),
    ),
    Misconception(
        "both_by_z",
        N_("Old and new are both multiplied by z. They share: z of the old state, 1 - z of the candidate."),
        ways.stepping(mix=lambda k: k["z"] * k["n"] + k["z"] * k["h"]),
    ),
    Misconception(
        "kept_by_r",
        N_("The reset gate decides what is kept, r * h. It is the update gate: (1 - z) * n + z * h."),
        ways.stepping(mix=lambda k: (1 - k["z"]) * k["n"] + k["r"] * k["h"]),
    ),
    Misconception(
        "kept_is_reset",
        N_("What is kept is multiplied by r as well, z * r * h. r only tells the candidate how much of h it hears."),
        ways.stepping(mix=lambda k: (1 - k["z"]) * k["n"] + k["z"] * k["r"] * k["h"]),
    ),
)

SUMS = (
    Misconception(
        "b_h_forgotten",
        N_("b_h is not used. There are two biases: b_x beside the inputs, and b_h beside the states."),
        ways.stepping(biases=lambda b_x, b_h: (b_x, 0 * b_h)),
    ),
    Misconception(
        "b_x_forgotten",
        N_("b_x is not used. There are two biases: b_x beside the inputs, and b_h beside the states."),
        ways.stepping(biases=lambda b_x, b_h: (0 * b_x, b_h)),
    ),
    Misconception(
        "biases_forgotten",
        N_("Neither bias is used. b_x stands beside the inputs, b_h beside the states."),
        ways.stepping(biases=lambda b_x, b_h: (0 * b_x, 0 * b_h)),
    ),
    Misconception(
        "biases_swapped",
        N_("b_x and b_h have changed places. In r and z one cannot tell; in the candidate, r multiplies b_h alone."),
        ways.stepping(biases=lambda b_x, b_h: (b_h, b_x)),
    ),
    Misconception(
        "both_biases_reset",
        N_("Both biases stand beside the states, so that r multiplies their sum in the candidate. b_x stands outside."),
        ways.stepping(biases=lambda b_x, b_h: (0 * b_x, b_x + b_h)),
    ),
    Misconception(
        "recurrent_blocks_transposed",
        N_(
            "Each block (H, H) of W_hh is used without a transpose. Row j holds the weights *into* unit j: `h @ "
            "block.T`. The blocks are square, so both ways fit."
        ),
        ways.stepping(states=ways.recurrent_blocks_transposed),
    ),
    Misconception(
        "weights_reshaped",
        N_("W_xh and W_hh are *reshaped*, which mixes the weights of different units. Use a transpose."),
        ways.stepping(
            inputs=lambda x, W: x @ W.reshape(W.shape[::-1]), states=lambda h, W: h @ W.reshape(W.shape[::-1])
        ),
    ),
    Misconception(
        "recurrent_reshaped",
        N_("W_hh is *reshaped* to (H, 3H), which mixes the weights of different units. Use a transpose."),
        ways.stepping(states=lambda h, W: h @ W.reshape(W.shape[::-1])),
    ),
    Misconception(
        "interleaved",
        N_("The blocks are read every third column. The first H columns are r for all units, then come z and n."),
        ways.stepping(blocks=lambda a: [a[:, n::3] for n in range(3)]),
    ),
    Misconception(
        "reshaped_to_blocks",
        N_("The sums (N, 3H) are *reshaped* to (3, N, H), which mixes examples and gates. Cut along axis 1."),
        ways.stepping(blocks=lambda a: a.reshape(3, len(a), -1)),
    ),
    Misconception(
        "split_along_the_batch",
        N_(
            "The sums are (N, 3H), and it is their axis 1 that is cut into three: `np.split(a, 3, axis=1)`. "
            "Without `axis=1` np.split cuts the batch."
        ),
        ways.split_along_the_batch,
    ),
    Misconception(
        "state_overwritten",
        N_("The new state is right, but it was written into h, which belongs to the caller. Make a new array."),
        ways.state_overwritten,
    ),
    Misconception(
        "biases_twice",
        N_(
            "Both biases stand in both sums, and so each is added twice. b_x stands beside the inputs, b_h "
            "beside the states."
        ),
        ways.stepping(biases=lambda b_x, b_h: (b_x + b_h, b_x + b_h)),
    ),
    Misconception(
        "gates_from_x_alone",
        N_("r and z are computed from x alone. They read the old state too: its part, h @ W.T + b_h, is added."),
        ways.stepping(gates_hear_h=False),
    ),
)


def _saturated(rng: np.random.Generator, made: dict) -> dict:
    """Inputs so large that every gate is fully open or fully closed."""
    x = 4000.0 * np.sign(made["x"])
    return {"x": x, "W_xh": np.where(np.abs(made["W_xh"]) < 0.3, 0.3, made["W_xh"])}


GRU_STEP = Exercise(
    id="gru_step",
    points=6,
    about=N_("One step of a GRU, with its reset gate after the product, and z = 1 keeping the old state."),
    spec="x (N,D), h (N,H), W_xh (3H,D), W_hh (3H,H), b_x (3H), b_h (3H) -> (N,H)",
    reference=gated.gru_step,
    oracle=oracles_gated.gru_step,
    cases=(
        Case("values", {"N": 2, "D": 3, "H": 5}, N_("Here all sizes differ."), weight=3),
        Case("batch of one", {"N": 1, "D": 2, "H": 4}, N_("Here N is 1.")),
        Case("all sizes equal", {"N": 3, "D": 3, "H": 3}, N_("Here N, D and H are all 3, like the number of blocks.")),
        Case(
            "gates wide open or shut",
            {"N": 3, "D": 1, "H": 4},
            N_("Here the inputs are so large that every gate is 0 or 1."),
            change=_saturated,
        ),
        Case("one unit", {"N": 4, "D": 3, "H": 1}, N_("Here there is only one unit."), hidden=True),
        Case(
            "first step",
            {"N": 3, "D": 4, "H": 2},
            N_("Here the state is zero, as before the first step."),
            change=lambda rng, made: {"h": np.zeros(made["h"].shape)},
            hidden=True,
        ),
        Case("large batch", {"N": 40, "D": 6, "H": 9}, N_("Here the batch is larger."), weight=2, hidden=True),
    ),
    misconceptions=CONVENTIONS + CANDIDATE + MIX + SUMS,
    accepts=(
        Variant("block_by_block", ways.block_by_block),
        Variant("gates_together", ways.gates_together),
        Variant("unit_by_unit", ways.unit_by_unit),
        Variant("float32", lambda *arrays: gated.gru_step(*(a.astype(np.float32) for a in arrays))),
        Variant("torch_cell", with_torch(ways.torch_cell)),
    ),
    hints=(
        N_("Make two sums, one from x with b_x and one from h with b_h, (N, 3H) each, and cut each into r, z and n."),
        N_("For r and z the two parts are simply added, then squashed by a sigmoid. For n they are not simply added."),
        N_("The candidate: tanh of the input's part plus r times the state's part, its bias included."),
        N_("The new state is a mix: z of the old one, and what is left, 1 - z, of the candidate."),
    ),
)
