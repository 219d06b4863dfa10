"""The same step at every time: a whole sequence."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.rnn_structure import _sequences as ways
from autograder.messages import N_
from autograder.reference import oracles, rnn

STATES = (
    Misconception(
        "starts_with_h0",
        N_(
            "h0 stands where the first state should, and x[:, 0] is never read. h[:, 0] is the state *after* the first "
            "input: the step has already been taken once."
        ),
        ways.starts_with_h0,
    ),
    Misconception(
        "kept_before_step",
        N_(
            "Each state is put away *before* its step, so h begins with h0 and lacks the last state. Take the step "
            "first, then keep what it gave."
        ),
        ways.kept_before_step,
    ),
    Misconception(
        "kept_before_step_both",
        N_(
            "Each state is put away before its step, so h begins with h0, lacks the last state, and its last column "
            "is not h_T. Take the step first, then keep what it gave."
        ),
        ways.kept_before_step_both,
    ),
    Misconception(
        "h0_in_front",
        N_("h0 is kept as well, which makes T + 1 states. h holds the states *after* the steps: T of them."),
        ways.h0_in_front,
    ),
    Misconception(
        "state_not_carried",
        N_(
            "Every step starts from h0, so nothing is remembered from one step to the next. The state that a step "
            "gives is what the next step must start from."
        ),
        ways.state_not_carried,
    ),
    Misconception(
        "state_always_zero",
        N_(
            "Every step starts from zeros, so nothing is remembered. Set the state before the loop, to h0, and let "
            "each step replace it."
        ),
        ways.state_always_zero,
    ),
    Misconception(
        "h0_ignored",
        N_(
            "The first step starts from zeros instead of h0. If yours reads h[:, t-1], then at t = 0 that is h[:, "
            "-1], the *last* column, in which there is nothing yet."
        ),
        ways.h0_ignored,
    ),
    Misconception(
        "state_leaks_between_sequences",
        N_(
            "The state runs on from one sequence of the batch into the next. Each sequence is a story of its own: "
            "sequence n starts from h0[n]."
        ),
        ways.state_leaks,
    ),
    Misconception(
        "one_h0_for_all",
        N_("All sequences start from h0[0]. Each has a starting state of its own, in its row of h0."),
        ways.one_h0_for_all,
    ),
    Misconception(
        "aliased",
        N_(
            "All T states are the same: one array is overwritten at every step and kept T times. A list keeps the "
            "array itself, not the values that it had. Make a new array at each step, or keep a copy."
        ),
        ways.aliased,
    ),
    Misconception(
        "aliased_h0",
        N_(
            "All T states are the same, and h0 has changed: each step writes into h0, and that one array is kept T "
            "times. Let each step make a new array: `h = ...`, not `h[:] = ...`."
        ),
        ways.aliased_h0,
    ),
    Misconception(
        "h0_overwritten",
        N_(
            "The states are right, but h0 was used as the place to work in and now holds the last state. `h = h0` "
            "does not copy: let each step make a new array, or start from `h0.copy()`."
        ),
        ways.h0_overwritten,
    ),
)

TIME = (
    Misconception(
        "time_reversed",
        N_("Time runs backwards: the last input is read first. Step 0 reads x[:, 0] and starts from h0."),
        ways.time_reversed,
    ),
    Misconception(
        "time_reversed_last_column",
        N_(
            "Time runs backwards: the last input is read first, and what is returned as h_T is the first state that "
            "was made. Step 0 reads x[:, 0] and starts from h0."
        ),
        ways.time_reversed_last_column,
    ),
    Misconception(
        "states_backwards",
        N_(
            "The states are right but lie in reverse: h[:, 0] is the one after the last step. Add each new state at "
            "the end."
        ),
        ways.states_backwards,
    ),
    Misconception(
        "last_step_missing",
        N_(
            "The last step is not taken: h[:, -1] is still zero. `range(T)` already stops at T - 1, so `range(T - "
            "1)` is one too short."
        ),
        ways.last_step_missing,
    ),
    Misconception(
        "last_step_missing_both",
        N_(
            "The last step is not taken: h[:, -1] and h_T are still zero. `range(T)` already stops at T - 1, so "
            "`range(T - 1)` is one too short."
        ),
        ways.last_step_missing_both,
    ),
    Misconception(
        "first_step_missing",
        N_("The first step is not taken: h[:, 0] is still zero, and x[:, 0] is never read. Steps are counted from 0."),
        ways.first_step_missing,
    ),
    Misconception(
        "input_one_late",
        N_(
            "Each step reads the input of the step before, and the first reads x[:, -1], the *last* one. Step t "
            "reads x[:, t] together with the state that step t - 1 left."
        ),
        ways.input_one_late,
    ),
    Misconception(
        "first_input_always",
        N_("Every step reads the first input. Step t reads x[:, t]."),
        ways.first_input_always,
    ),
    Misconception(
        "loops_over_sequences",
        N_(
            "The loop runs over the batch instead of over time: `x[t]` and `for x_t in x` give whole sequences, (T, "
            "D). One step of all sequences is x[:, t], (N, D)."
        ),
        ways.loops_over_sequences,
    ),
    Misconception(
        "loops_over_sequences_in_front",
        N_(
            "`for x_t in x` walks along the batch: each x_t is a whole sequence, (T, D). A step of all sequences is "
            "`x[:, t]`, (N, D). (And `np.stack(states)` puts time in front; `axis=1` puts it second.)"
        ),
        ways.loops_over_sequences_in_front,
    ),
    Misconception(
        "fills_over_sequences",
        N_(
            "`enumerate(x)` counts the *sequences* of the batch, and gives each of them whole, (T, D). Go through "
            "`range(T)`; the inputs of step t are `x[:, t]`, (N, D)."
        ),
        ways.fills_over_sequences,
    ),
    Misconception(
        "sequence_for_step",
        N_(
            "`x[t]` is a whole *sequence*, the one with number t, (T, D): the batch is the first axis. The inputs of "
            "step t are `x[:, t]`, (N, D)."
        ),
        ways.sequence_for_step,
    ),
    Misconception(
        "counts_the_sequences",
        N_(
            "The loop takes as many steps as there are *sequences*: `x.shape[0]` and `len(x)` are N. The number of "
            "steps is `x.shape[1]`; with `N, T, D = x.shape` in the first line you can write `range(T)`."
        ),
        ways.counts_the_sequences,
    ),
    Misconception(
        "returned_in_the_loop",
        N_(
            "There is one state, however long the sequences are: `return` stands inside the loop, so the first step is "
            "also the last. Move it to the left, below the loop."
        ),
        ways.returned_in_the_loop,
    ),
    Misconception(
        "step_with_an_axis_of_time",
        N_(
            "`x[:, t:t+1]` is a short *sequence*, (N, 1, D). Together with states (N, H) it is stretched to (N, N, H): "
            "every example with the state of every other. One step is `x[:, t]`, (N, D)."
        ),
        ways.step_with_an_axis_of_time,
    ),
)

SHAPES = (
    Misconception(
        "time_in_front",
        N_(
            "The states are right, with time in front: (T, N, H). A list of T states makes time the first axis; "
            "`np.stack(states, axis=1)` puts it second."
        ),
        ways.time_in_front,
    ),
    Misconception(
        "reshaped",
        N_(
            "The list of states, (T, N, H), was *reshaped* to (N, T, H), which mixes sequences and steps, as in "
            "lesson 00. Swap the axes instead, or stack along axis 1."
        ),
        ways.reshaped,
    ),
    Misconception(
        "glued",
        N_(
            "The states are glued into long rows, (N, T*H): `np.concatenate` joins along an axis that is already "
            "there. Time needs an axis of its own: `np.stack`."
        ),
        ways.glued,
    ),
    Misconception(
        "only_states",
        N_("Only h came back. Two things are asked for: all states h, (N, T, H), and the last state h_T, (N, H)."),
        ways.then(lambda h, last: h),
    ),
    Misconception(
        "only_last",
        N_(
            "Only the last state came back. Two things are asked for: all states h, (N, T, H), and the last state "
            "h_T, (N, H)."
        ),
        ways.then(lambda h, last: last),
    ),
    Misconception(
        "order_swapped",
        N_("The two results have changed places: first all states, (N, T, H), then the last one, (N, H)."),
        ways.then(lambda h, last: (last, h)),
    ),
    Misconception(
        "last_sequence",
        N_(
            "`h[-1]` is the last *sequence*, all its T states. The batch is the first axis; the last state of every "
            "sequence is h[:, -1]."
        ),
        ways.then(lambda h, last: (h, h[-1])),
    ),
    Misconception(
        "first_for_last",
        N_("h_T is the state after the *first* step here. The last one is h[:, -1]."),
        ways.then(lambda h, last: (h, h[:, 0])),
    ),
    Misconception(
        "axis_kept",
        N_("h_T came as (N, 1, H): `h[:, -1:]` is a stretch of one step. `h[:, -1]` takes the step itself, (N, H)."),
        ways.then(lambda h, last: (h, h[:, -1:])),
    ),
    Misconception(
        "as_torch_has_it",
        N_("h_T came as (1, N, H), as `torch.nn.RNN` gives it, with an axis for layers. Here it is (N, H)."),
        ways.then(lambda h, last: (h, last[None])),
    ),
    Misconception(
        "cut_to_whole_numbers",
        N_(
            "Right, until x holds whole numbers: then h takes x's integer type, and a state between -1 and 1 is cut "
            "to 0. Make room with `np.zeros(...)`, which holds real numbers."
        ),
        ways.whole_numbers,
    ),
    Misconception(
        "cut_to_whole_numbers_and_carried",
        N_(
            "Right, until x holds whole numbers: then h takes x's integer type, every state is cut to 0, and the "
            "next step starts from that. Make room with `np.zeros(...)`, which holds real numbers."
        ),
        ways.whole_numbers_carried,
    ),
)

STEPS = (
    Misconception(
        "recurrent_transposed",
        N_(
            "The loop is right; the step in it computes `h @ W_hh`, without `.T`. Row j of W_hh holds the weights "
            "into unit j. Call your rnn_step, and there is only one place to get right."
        ),
        ways.with_step(lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh + b)),
    ),
    Misconception(
        "bias_forgotten",
        N_(
            "The loop is right; the step in it does not add b. Call your rnn_step, and there is only one place to "
            "get right."
        ),
        ways.with_step(lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh.T)),
    ),
    Misconception(
        "tanh_forgotten",
        N_(
            "The loop is right; the step in it has no tanh, and the states leave the range from -1 to 1. Call your "
            "rnn_step, and there is only one place to get right."
        ),
        ways.with_step(lambda x, h, W_xh, W_hh, b: x @ W_xh.T + h @ W_hh.T + b),
    ),
)

RNN_FORWARD = Exercise(
    id="rnn_forward",
    points=5,
    about=N_("Run the step along whole sequences: all states, and the last one."),
    spec="x (N,T,D), h0 (N,H), W_xh (H,D), W_hh (H,H), b (H) -> h (N,T,H), h_T (N,H)",
    reference=rnn.rnn_forward,
    oracle=oracles.rnn_forward,
    requires=("rnn_step",),
    cases=(
        Case("values", {"N": 2, "T": 4, "D": 3, "H": 5}, N_("Here all sizes differ."), weight=3),
        Case("batch of one", {"N": 1, "T": 3, "D": 2, "H": 4}, N_("Here N is 1.")),
        Case("one step", {"N": 3, "T": 1, "D": 2, "H": 4}, N_("Here the sequences have only one step.")),
        Case(
            "all sizes equal",
            {"N": 3, "T": 3, "D": 3, "H": 3},
            N_("Here N, T, D and H are all equal."),
        ),
        Case(
            "whole numbers",
            {"N": 2, "T": 5, "D": 4, "H": 3},
            N_("Here x holds whole numbers, as one-hot vectors do."),
            change=lambda rng, made: {"x": np.eye(4, dtype=int)[rng.integers(0, 4, size=(2, 5))]},
        ),
        Case(
            "long sequences",
            {"N": 3, "T": 40, "D": 2, "H": 6},
            N_("Here the sequences are long."),
            weight=2,
            hidden=True,
        ),
        Case("large batch", {"N": 25, "T": 6, "D": 4, "H": 3}, N_("Here the batch is larger."), hidden=True),
        Case("one unit", {"N": 2, "T": 5, "D": 3, "H": 1}, N_("Here there is only one unit."), hidden=True),
        Case(
            "state of zeros",
            {"N": 2, "T": 3, "D": 5, "H": 4},
            N_("Here h0 is zero."),
            change=lambda rng, made: {"h0": np.zeros(made["h0"].shape)},
            hidden=True,
        ),
    ),
    misconceptions=STATES + TIME + SHAPES + STEPS,
    accepts=(
        Variant("filled_in", ways.filled),
        Variant("h0_first_then_cut", ways.h0_first_then_cut),
        Variant("input_parts_first", ways.input_parts_first),
        Variant("sequence_by_sequence", ways.sequence_by_sequence),
        Variant("time_major_inside", ways.time_major_inside),
        Variant("recursive", ways.recursive),
        Variant("as_a_list", lambda *arrays: list(rnn.rnn_forward(*arrays))),
        Variant("nested_lists", lambda *arrays: tuple(a.tolist() for a in rnn.rnn_forward(*arrays))),
        Variant("float32", lambda *arrays: rnn.rnn_forward(*(a.astype(np.float32) for a in arrays))),
        Variant("torch_rnn", with_torch(ways.torch_rnn)),
    ),
    hints=(
        N_(
            "Take T = 3 and write the three calls of rnn_step one below the other. What changes from line to line, "
            "and what does not?"
        ),
        N_(
            "Two things change: which slice of x is read, and the state. Step t of all sequences is x[:, t], (N, D). "
            "The state that a call returns is the one that the next call gets; the first gets h0."
        ),
        N_(
            "Begin with `h = h0` and an empty list. In a loop over `range(T)`: replace h by what the step gives, "
            "*then* append it. After the loop, h is h_T."
        ),
        N_(
            "The list holds T arrays of shape (N, H). `np.stack` joins them along a new axis; which number makes it "
            "(N, T, H)?"
        ),
    ),
)
