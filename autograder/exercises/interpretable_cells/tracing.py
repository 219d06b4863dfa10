"""All states of a network that reads texts."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises.interpretable_cells import _traces as ways
from autograder.messages import N_
from autograder.reference import interpretable_cells, oracles_interpretable_cells

CARRIED = (
    Misconception(
        "state_not_carried",
        N_(
            "Every character is read from a state of zeros. Hand the h and c that came out to the next step, or the "
            "network knows nothing but the character in front of it."
        ),
        ways.trace(after=lambda h, c, t: (0 * h, 0 * c)),
    ),
    Misconception(
        "cell_not_carried",
        N_("h is carried on, and c starts from zero at every step. An LSTM has two states: carry both."),
        ways.trace(after=lambda h, c, t: (h, 0 * c)),
    ),
    Misconception(
        "hidden_not_carried",
        N_("c is carried on, and h starts from zero at every step. An LSTM has two states: carry both."),
        ways.trace(after=lambda h, c, t: (0 * h, c)),
    ),
    Misconception(
        "states_swapped_on_the_way",
        N_("h and c change places from one step to the next: `read_char` returns h first, and takes h first."),
        ways.trace(after=lambda h, c, t: (c, h)),
    ),
    Misconception(
        "names_swapped",
        N_("`c, h = read_char(...)` has the two turned round: it returns h first, then c."),
        ways.names_swapped,
    ),
    Misconception(
        "sizes_swapped",
        N_("N and T have changed places: ids is (N, T), batch first, so `N, T = ids.shape`."),
        ways.sizes_swapped,
    ),
    Misconception(
        "last_character_missing",
        N_("The last character is never read: one state is missing. The steps are `range(T)`."),
        ways.steps(lambda N, T: range(T - 1)),
    ),
    Misconception(
        "first_character_missing",
        N_("Character 0 is never read: one state is missing. The steps are `range(T)`, from 0 on."),
        ways.steps(lambda N, T: range(1, T)),
    ),
    Misconception(
        "as_many_steps_as_texts",
        N_("The loop takes N steps, as many as there are texts. Go through the T characters: `range(T)`."),
        ways.steps(lambda N, T: range(N)),
    ),
    Misconception(
        "one_text_after_another",
        N_("Each text begins with the state in which the one before it ended. Every text begins with zeros."),
        ways.one_text_after_another,
    ),
    Misconception(
        "cell_is_the_hidden_state",
        N_("The next step is given h twice, for h and for c. The second state is c."),
        ways.trace(after=lambda h, c, t: (h, h)),
    ),
    Misconception(
        "first_character_again",
        N_("Every step reads the first character of the texts. At step t it is `ids[:, t]`."),
        ways.trace(column=lambda ids, t: ids[:, 0]),
    ),
    Misconception(
        "texts_as_steps",
        N_(
            "The texts are taken for steps: `ids[t]` is one whole text. ids is (N, T), batch first, and character t of "
            "all texts is the column `ids[:, t]`."
        ),
        ways.texts_read_as_steps,
    ),
    Misconception(
        "backwards",
        N_("The texts are read from their ends. Begin with character 0."),
        ways.trace(order=reversed),
    ),
    Misconception(
        "gates_in_another_order",
        N_("The gates are cut out in the order i f o g. Here, as in torch, they lie in the order i f g o."),
        ways.gates("ifog"),
    ),
    Misconception(
        "forget_gate_first",
        N_("The gates are cut out in the order f i g o. Here, as in torch, they lie in the order i f g o."),
        ways.gates("figo"),
    ),
    Misconception(
        "cell_not_squashed",
        N_("h is o times c here. The output gate lets tanh(c) through: h = o * tanh(c)."),
        ways.gates(read=lambda c: c),
    ),
)

RETURNED = (
    Misconception(
        "states_before",
        N_(
            "These are the states *before* each character was read: they begin with zeros. What is asked for is the "
            "state after it, so that h[:, t] knows character t."
        ),
        ways.trace(before=True),
    ),
    Misconception(
        "time_first",
        N_("The states came with time first, (T, N, H). Stack them along axis 1: (N, T, H)."),
        ways.then(lambda h, c: (h.swapaxes(0, 1), c.swapaxes(0, 1))),
    ),
    Misconception(
        "reshaped",
        N_(
            "The shape is right, but the states of different texts are mixed: `reshape` from (T, N, H) only cuts the "
            "same numbers in another way. Stack along axis 1, or change the axes with `swapaxes(0, 1)`."
        ),
        ways.then(lambda h, c: tuple(a.swapaxes(0, 1).reshape(a.shape) for a in (h, c))),
    ),
    Misconception(
        "all_turned",
        N_(
            "The states came as (H, N, T): `.T` turns *all* axes round. Stack along axis 1 in place of it, and they "
            "are (N, T, H)."
        ),
        ways.then(lambda h, c: (h.transpose(2, 0, 1), c.transpose(2, 0, 1))),
    ),
    Misconception(
        "start_kept",
        N_("The zeros of the start came back as well, so there are T + 1 states. Keep those *after* each character."),
        ways.then(lambda h, c: tuple(np.concatenate([0 * a[:, :1], a], axis=1) for a in (h, c))),
    ),
    Misconception(
        "only_first",
        N_("Only the states after the first character came back. Does `return` stand inside the loop?"),
        ways.then(lambda h, c: (h[:, :1], c[:, :1])),
    ),
    Misconception(
        "joined",
        N_("Both came in one array. Return two arrays: h (N, T, H) and c (N, T, H)."),
        ways.then(lambda h, c: np.stack([h, c])),
    ),
    Misconception(
        "time_last",
        N_("The states came with time last, (N, H, T). Stack them along axis 1: (N, T, H)."),
        ways.then(lambda h, c: (h.swapaxes(1, 2), c.swapaxes(1, 2))),
    ),
    Misconception(
        "joined_not_stacked",
        N_(
            "The steps are joined into rows of T * H numbers. `np.stack` makes a new axis for time, "
            "`np.concatenate` none."
        ),
        ways.then(lambda h, c: (h.reshape(len(h), -1), c.reshape(len(c), -1))),
    ),
    Misconception(
        "cells_first",
        N_("The two have changed places: first h, then c."),
        ways.then(lambda h, c: (c, h)),
    ),
    Misconception(
        "hidden_twice",
        N_("h came twice. The second array is the cell states, c."),
        ways.then(lambda h, c: (h, h)),
    ),
    Misconception(
        "only_hidden",
        N_("Only h came back. Return both: the hidden states and the cell states."),
        ways.then(lambda h, c: h),
    ),
    Misconception(
        "only_last",
        N_("Only the states after the last character came back. Collect them after every one: (N, T, H)."),
        ways.then(lambda h, c: (h[:, -1], c[:, -1])),
    ),
    Misconception(
        "last_state_everywhere",
        N_(
            "All steps hold the state of the last one. If you append the same array each time and change it in place, "
            "the list holds one array T times: append a copy."
        ),
        ways.then(lambda h, c: (np.repeat(h[:, -1:], h.shape[1], 1), np.repeat(c[:, -1:], h.shape[1], 1))),
    ),
    Misconception(
        "tanh_of_cells",
        N_("The second array is tanh(c). Return c as it is; it can be squashed when it is drawn."),
        ways.then(lambda h, c: (h, np.tanh(c))),
    ),
)

HIDDEN_TRACE = Exercise(
    id="hidden_trace",
    points=3,
    about=N_("All hidden states and cell states of an LSTM that reads texts."),
    spec="ids (N,T)<V>, W_xh (H+H+H+H,V), W_hh (H+H+H+H,H), b (H+H+H+H) -> h (N,T,H), c (N,T,H)",
    signature="hidden_trace: ids (N,T), W_xh (4H,V), W_hh (4H,H), b (4H) -> h (N,T,H), c (N,T,H)",
    reference=interpretable_cells.hidden_trace,
    oracle=oracles_interpretable_cells.hidden_trace,
    cases=(
        Case("values", {"N": 2, "T": 5, "H": 3, "V": 7}, N_("The states of two short texts are not right."), weight=4),
        Case("one text", {"N": 1, "T": 6, "H": 4, "V": 5}, N_("Here N is 1.")),
        Case("one character", {"N": 3, "T": 1, "H": 2, "V": 4}, N_("Here T is 1."), weight=0.5),
        Case("as many texts as characters", {"N": 4, "T": 4, "H": 4, "V": 4}, N_("Here N, T, H and V are equal.")),
        Case("one unit", {"N": 2, "T": 4, "H": 1, "V": 3}, N_("Here H is 1."), hidden=True),
        Case("longer texts", {"N": 3, "T": 40, "H": 6, "V": 9}, N_("Here the texts are longer."), hidden=True),
    ),
    misconceptions=CARRIED + RETURNED,
    accepts=(
        Variant("filled", ways.filled),
        Variant("text_by_text", ways.text_by_text),
        Variant("torch_cell", ways.with_torch_cell),
        Variant(
            "float32",
            lambda ids, *weights: ways.trace()(ids, *(w.astype(np.float32) for w in weights)),
        ),
    ),
    hints=(
        N_("It is the loop of lesson 01 with two states in place of one. What do you need before the first character?"),
        N_(
            "Make zeros of shape (N, H) for h and for c. N is the number of rows of ids; H the number of columns "
            "of W_hh."
        ),
        N_(
            "In each round: read column t, get new h and c, put both away. After the loop, stack each list along the "
            "axis where time belongs."
        ),
    ),
)
