"""A whole sequence through an LSTM."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.lstm_gru import _sequences as ways
from autograder.messages import N_
from autograder.reference import gated, oracles_gated

STATES = (
    Misconception(
        "c_not_carried",
        N_(
            "Every step starts from c0: h is carried from step to step, the cell state is not, so nothing travels "
            "along the belt. Hand on both: `h, c = lstm_step(...)`."
        ),
        ways.running(enter=lambda h, c, h0, c0: (h, c0)),
    ),
    Misconception(
        "c_from_zero",
        N_(
            "Every step starts with an empty belt: the cell state is set to zero each time. Start from c0, and hand c "
            "on from step to step."
        ),
        ways.running(enter=lambda h, c, h0, c0: (h, 0 * c)),
    ),
    Misconception(
        "h_not_carried",
        N_("Every step starts from h0: the cell state is carried from step to step, the hidden state is not."),
        ways.running(enter=lambda h, c, h0, c0: (h0, c)),
    ),
    Misconception(
        "neither_carried",
        N_(
            "Every step starts from h0 and c0, so nothing is remembered. The two states that a step gives are where "
            "the "
            "next one starts."
        ),
        ways.running(enter=lambda h, c, h0, c0: (h0, c0)),
    ),
    Misconception(
        "states_swapped_inside",
        N_("lstm_step is called with h and c in each other's place. Its arguments are x, h, c, and then the weights."),
        ways.running(enter=lambda h, c, h0, c0: (c, h)),
    ),
    Misconception(
        "results_swapped_inside",
        N_("The two results of lstm_step are taken in the wrong order: it returns h first, then c."),
        ways.running(leave=lambda h, c: (c, h)),
    ),
    Misconception(
        "both_swapped_inside",
        N_(
            "h and c change places on the way into lstm_step *and* on the way out, so h0 starts on the belt. It takes "
            "x, "
            "h, c and returns h, c."
        ),
        ways.running(enter=lambda h, c, h0, c0: (c, h), leave=lambda h, c: (c, h)),
    ),
    Misconception(
        "starts_swapped",
        N_("The first step starts with h0 and c0 in each other's place; from then on all is right."),
        ways.started(lambda h0, c0: (c0, h0)),
    ),
    Misconception(
        "starts_ignored",
        N_("The first step starts from zeros. Both starting states are given: h0 and c0."),
        ways.started(lambda h0, c0: (0 * h0, 0 * c0)),
    ),
    Misconception(
        "h0_ignored",
        N_(
            "The first step starts with zeros for h0; c0 is used. If yours reads h[:, t-1], then at t = 0 that is h[:, "
            "-1], the *last* column, in which there is nothing yet."
        ),
        ways.started(lambda h0, c0: (0 * h0, c0)),
    ),
    Misconception(
        "c0_ignored",
        N_("The belt starts empty: c0 is given, and is the cell state before the first step."),
        ways.started(lambda h0, c0: (h0, 0 * c0)),
    ),
    Misconception(
        "one_c0_for_all",
        N_("All sequences start with c0[0] on the belt. Each has a row of its own in c0."),
        ways.belt_of_the_first_example,
    ),
    Misconception(
        "aliased",
        N_(
            "All T states are the same: one array is overwritten at every step and kept T times. Let each step make a "
            "new array, or keep a copy."
        ),
        ways.aliased,
    ),
    Misconception(
        "starts_overwritten",
        N_("The states are right, but h0 and c0 were used as the place to work in and have changed. Use new names."),
        ways.starts_overwritten,
    ),
)

TIME = (
    Misconception(
        "time_reversed",
        N_("Time runs backwards: the last input is read first. Step 0 reads x[:, 0] and starts from h0 and c0."),
        ways.time_reversed,
    ),
    Misconception(
        "states_backwards",
        N_("The states are right but lie in reverse: h[:, 0] is the one after the last step. Append at the end."),
        ways.then(lambda h, h_T, c_T: (h[:, ::-1], h_T, c_T)),
    ),
    Misconception(
        "kept_before_step",
        N_("Each state is put away *before* its step, so h begins with h0 and lacks the last one. Step first."),
        ways.kept_before_step,
    ),
    Misconception(
        "h0_in_front",
        N_("h has T + 1 states: h0 stands in front. Asked for are the states *after* each of the T steps."),
        ways.h0_in_front,
    ),
    Misconception(
        "last_step_missing",
        N_("The last step is not taken: h[:, -1] is still zero. `range(T)` already stops at T - 1."),
        ways.last_step_missing,
    ),
    Misconception(
        "first_step_missing",
        N_("The first step is not taken: h[:, 0] is still zero. Steps are counted from 0."),
        ways.first_step_missing,
    ),
    Misconception(
        "first_input_always",
        N_("Every step reads the first input. Step t reads x[:, t]."),
        ways.running(inputs=lambda x, t: x[:, 0]),
    ),
    Misconception(
        "loops_over_sequences",
        N_("`x[t]` is a whole sequence, (T, D). One step of all sequences is x[:, t], (N, D): time is axis 1."),
        ways.loops_over_sequences,
    ),
    Misconception(
        "counts_the_sequences",
        N_("The loop takes as many steps as there are *sequences*: x.shape[0] is N. The steps are x.shape[1]."),
        ways.counts_the_sequences,
    ),
    Misconception(
        "returned_in_the_loop",
        N_("There is one state, however long the sequence: `return` stands inside the loop. Move it to the left."),
        ways.returned_in_the_loop,
    ),
    Misconception(
        "read_backwards",
        N_(
            "Time runs backwards, and the states lie in the order in which they were made: the last input is "
            "read first. Step 0 reads x[:, 0]."
        ),
        ways.read_backwards,
    ),
)

RETURNED = (
    Misconception(
        "last_states_swapped",
        N_("h_T and c_T have changed places: first all hidden states, then the last of them, then the cell state."),
        ways.then(lambda h, h_T, c_T: (h, c_T, h_T)),
    ),
    Misconception(
        "cells_for_states",
        N_(
            "The array (N, T, H) holds the *cell* states. What an LSTM shows to the outside at every step is h; of c "
            "only the last is asked for."
        ),
        ways.running(lambda hs, cs, h, c: (np.stack(cs, axis=1), h, c)),
    ),
    Misconception(
        "all_cells",
        N_("The third result holds the cell states of all steps. Only the last one is asked for, c_T (N, H)."),
        ways.running(lambda hs, cs, h, c: (np.stack(hs, axis=1), h, np.stack(cs, axis=1))),
    ),
    Misconception(
        "h_T_twice",
        N_("The third result is the last hidden state once more. Asked for is the last *cell* state, c_T."),
        ways.then(lambda h, h_T, c_T: (h, h_T, h_T)),
    ),
    Misconception(
        "c_T_missing",
        N_("Two results came: c_T is missing. Whoever goes on from here needs both states: return h, h_T, c_T."),
        ways.then(lambda h, h_T, c_T: (h, h_T)),
    ),
    Misconception(
        "only_states",
        N_("Only h came back. Three things are asked for: all hidden states, the last one, and the last cell state."),
        ways.then(lambda h, h_T, c_T: h),
    ),
    Misconception(
        "h_missing",
        N_("Only the two last states came back. All hidden states, (N, T, H), come first: return h, h_T, c_T."),
        ways.then(lambda h, h_T, c_T: (h_T, c_T)),
    ),
    Misconception(
        "as_torch_has_it",
        N_("The two last states came as a pair of their own, as torch gives them: h, (h_T, c_T). Here: h, h_T, c_T."),
        ways.then(lambda h, h_T, c_T: (h, (h_T, c_T))),
    ),
    Misconception(
        "last_states_first",
        N_("h, (N, T, H), stands last. The order is: all hidden states, the last one, the last cell state."),
        ways.then(lambda h, h_T, c_T: (h_T, c_T, h)),
    ),
    Misconception(
        "last_sequence",
        N_("`h[-1]` is the last *sequence*, all its T states. The last state of every sequence is h[:, -1]."),
        ways.then(lambda h, h_T, c_T: (h, h[-1], c_T)),
    ),
    Misconception(
        "time_in_front",
        N_("The states are right, with time in front: (T, N, H). `np.stack(states, axis=1)` puts it second."),
        ways.then(lambda h, h_T, c_T: (h.swapaxes(0, 1), h_T, c_T)),
    ),
    Misconception(
        "reshaped",
        N_(
            "The list of states, (T, N, H), was *reshaped* to (N, T, H), which mixes sequences and steps. Stack along "
            "axis 1."
        ),
        ways.then(lambda h, h_T, c_T: (h.swapaxes(0, 1).reshape(h.shape), h_T, c_T)),
    ),
    Misconception(
        "glued",
        N_("The states are glued into long rows, (N, T*H). Time needs an axis of its own: `np.stack(states, axis=1)`."),
        ways.then(lambda h, h_T, c_T: (h.reshape(len(h), -1), h_T, c_T)),
    ),
)

LSTM_FORWARD = Exercise(
    id="lstm_forward",
    points=4,
    about=N_("An LSTM along whole sequences: all hidden states, and the two states to go on from."),
    spec=("x (N,T,D), h0 (N,H), c0 (N,H), W_xh (4H,D), W_hh (4H,H), b (4H) -> h (N,T,H), h_T (N,H), c_T (N,H)"),
    reference=gated.lstm_forward,
    oracle=oracles_gated.lstm_forward,
    requires=("lstm_step",),
    cases=(
        Case("values", {"N": 2, "T": 4, "D": 3, "H": 5}, N_("Here all sizes differ."), weight=3),
        Case("batch of one", {"N": 1, "T": 5, "D": 2, "H": 3}, N_("Here N is 1.")),
        Case("one step", {"N": 3, "T": 1, "D": 2, "H": 4}, N_("Here there is only one step.")),
        Case("all sizes equal", {"N": 3, "T": 3, "D": 3, "H": 3}, N_("Here N, T, D and H are all equal.")),
        Case(
            "long sequences",
            {"N": 2, "T": 30, "D": 3, "H": 4},
            N_("Here the sequences are long."),
            weight=2,
            hidden=True,
        ),
        Case("one unit", {"N": 3, "T": 6, "D": 2, "H": 1}, N_("Here there is only one unit."), hidden=True),
        Case("large batch", {"N": 20, "T": 3, "D": 5, "H": 7}, N_("Here the batch is larger."), hidden=True),
    ),
    misconceptions=STATES + TIME + RETURNED,
    accepts=(
        Variant("filled", ways.filled),
        Variant("inputs_first", ways.inputs_first),
        Variant("recursive", ways.recursive),
        Variant("float32", lambda *arrays: gated.lstm_forward(*(a.astype(np.float32) for a in arrays))),
        Variant("torch_lstm", with_torch(ways.torch_lstm)),
    ),
    hints=(
        N_("It is rnn_forward with two states instead of one. What must be handed from each step to the next?"),
        N_("Before the loop: the two states are h0 and c0. In it: call lstm_step with x[:, t], and keep the new h."),
        N_("c needs no list: only the last one is asked for, and after the loop it is still in your hands."),
    ),
)
