"""Taking units out of a network that goes on running."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.interpretable_cells import _removals as ways
from autograder.messages import N_
from autograder.reference import interpretable_cells, oracles_interpretable_cells


def _unsorted(rng: np.random.Generator, made: Inputs) -> Inputs:
    """Different units, not in increasing order, and values that differ."""
    H, C = made["W_hh"].shape[1], len(made["units"])
    units = rng.permutation(H)[:C]
    if C > 1 and units[0] < units[1]:
        units = units[::-1].copy()
    values = np.round(np.linspace(0.4, 0.9, C) * np.resize([1, -1], C) + 0.05 * rng.uniform(size=C), 2)
    return {"units": units, "values": values}


def _zeros(rng: np.random.Generator, made: Inputs) -> Inputs:
    return _unsorted(rng, made) | {"values": np.zeros(len(made["units"]))}


def _everything(rng: np.random.Generator, made: Inputs) -> Inputs:
    found = _unsorted(rng, made)
    return found | {"units": rng.permutation(len(found["units"]))}


ABLATE = Exercise(
    id="ablate",
    points=5,
    about=N_("The hidden states of an LSTM in which some units say the same at every step."),
    spec="ids (N,T)<V>, units (C)<H>, values (C), W_xh (H+H+H+H,V), W_hh (H+H+H+H,H), b (H+H+H+H) -> (N,T,H)",
    signature=("ablate: ids (N,T), units (C), values (C), W_xh (4H,V), W_hh (4H,H), b (4H) -> (N,T,H)"),
    reference=interpretable_cells.ablate,
    oracle=oracles_interpretable_cells.ablate,
    cases=(
        Case(
            "two units",
            {"N": 3, "T": 6, "H": 5, "V": 7, "C": 2},
            N_("The states are not right when two units are held."),
            change=_unsorted,
            weight=4,
        ),
        Case(
            "one unit held at zero",
            {"N": 2, "T": 5, "H": 4, "V": 6, "C": 1},
            N_("Here one unit is held at 0."),
            change=_zeros,
        ),
        Case("one text", {"N": 1, "T": 7, "H": 6, "V": 5, "C": 3}, N_("Here N is 1."), change=_unsorted),
        Case(
            "one character",
            {"N": 2, "T": 1, "H": 3, "V": 4, "C": 2},
            N_("Here T is 1."),
            change=_unsorted,
            weight=0.5,
        ),
        Case(
            "all sizes equal",
            {"N": 4, "T": 4, "H": 4, "V": 4, "C": 2},
            N_("Here N, T, H and V are equal."),
            change=_unsorted,
            hidden=True,
        ),
        Case(
            "every unit",
            {"N": 2, "T": 3, "H": 4, "V": 5, "C": 4},
            N_("Here every unit is held."),
            change=_everything,
            weight=0.5,
            hidden=True,
        ),
        Case(
            "longer texts",
            {"N": 3, "T": 30, "H": 8, "V": 9, "C": 3},
            N_("Here the texts are longer."),
            change=_unsorted,
            hidden=True,
            weight=2,
        ),
    ),
    misconceptions=(
        Misconception(
            "after_the_run",
            N_(
                "The units are overwritten only in what comes back: while the network ran they were as they always "
                "are, "
                "so every other unit has heard them. Put the values in inside the loop, before h goes into the next "
                "step."
            ),
            ways.loop(ways.free, ways.clamp),
        ),
        Misconception(
            "only_inside",
            N_(
                "The network was run with the units held, but what comes back holds their own values. The readout "
                "reads "
                "h as well: it must not see them either. Put the values in before h is stored."
            ),
            ways.loop(ways.clamp, ways.free),
        ),
        Misconception(
            "nothing_held",
            N_("These are the states of the whole network: units and values have no effect."),
            ways.loop(ways.free, ways.free),
        ),
        Misconception(
            "zero_for_the_value",
            N_("The units are held at 0. They are to be held at their `values`."),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u, 0.0)] * 2),
        ),
        Misconception(
            "one_value_for_all",
            N_("Every unit is held at the first of the values. Each has a value of its own: `h[:, units] = values`."),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u, v[0])] * 2),
        ),
        Misconception(
            "mean_of_values",
            N_("Every unit is held at the mean of the values. Each has a value of its own: `h[:, units] = values`."),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u, v.mean())] * 2),
        ),
        Misconception(
            "mean_of_the_batch",
            N_(
                "Each unit is held at the mean of what it says in this batch. The values are given: a unit is to say "
                "the same at every step, whatever is read."
            ),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u, h[:, u].mean(0))] * 2),
        ),
        Misconception(
            "value_added",
            N_("The values are added to what the units say, `+=`. They take its place: `=`."),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u, h[:, u] + v)] * 2),
        ),
        Misconception(
            "value_multiplied",
            N_("What the units say is multiplied by the values. The values take its place."),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u, h[:, u] * v)] * 2),
        ),
        Misconception(
            "value_subtracted",
            N_("The values are subtracted from what the units say, `-=`. They take its place: `=`."),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u, h[:, u] - v)] * 2),
        ),
        Misconception(
            "counted_and_not_named",
            N_(
                "The first C units are held, 0, 1 and so on. `units` says which: `values[i]` belongs into column "
                "`units[i]`."
            ),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, np.arange(len(u)), v)] * 2),
        ),
        Misconception(
            "values_by_unit",
            N_(
                "`values` is looked up by the number of a unit. It has one entry for each of the C units that are "
                "held, in the same order: `values[i]` belongs to `units[i]`."
            ),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u, v[u])] * 2),
        ),
        Misconception(
            "units_as_rows",
            N_("`h[units] = values` writes into *rows*, whole texts. h is (N, H), units are columns: `h[:, units]`."),
            ways.in_rows,
        ),
        Misconception(
            "steps_after_the_run",
            N_(
                "In the (N, T, H) that `hidden_trace` returns, `h[:, units]` are *steps*. And after the run it is too "
                "late: every other unit has heard the old values. Put the values in inside the loop, into h (N, H)."
            ),
            ways.steps_after_the_run,
        ),
        Misconception(
            "names_swapped",
            N_("`c, h = read_char(...)` has the two turned round: it returns h first, then c."),
            ways.names_swapped,
        ),
        Misconception(
            "cell_not_carried",
            N_("The cell state starts from zero at every step. Hand on both: the held h, and c as it came out."),
            ways.loop(ways.clamp, ways.clamp, cell=lambda c, u, v, t: 0 * c),
        ),
        Misconception(
            "state_not_carried",
            N_(
                "Every character is read from a state of zeros, so that no unit hears the held ones. Hand h and c on "
                "from step to step: it is the loop of `hidden_trace` with one more line, not a call of it."
            ),
            ways.loop(lambda h, u, v, t: 0 * h, ways.clamp, cell=lambda c, u, v, t: 0 * c),
        ),
        Misconception(
            "first_unit_only",
            N_("Only the first of the units is held. `h[:, units] = values` takes them all."),
            ways.loop(*[lambda h, u, v, t: ways.clamped(h, u[:1], v[:1])] * 2),
        ),
        Misconception(
            "the_others_held",
            N_("The units that are *not* named are held. Those that are named must be."),
            ways.loop(*[ways.others] * 2),
        ),
        Misconception(
            "values_in_order_of_units",
            N_(
                "The values went to the units in increasing order. `values[i]` belongs to `units[i]`, and units may "
                "come "
                "in any order: index with their numbers, not with a mask."
            ),
            ways.by_mask,
        ),
        Misconception(
            "units_are_texts",
            N_("`h[units]` are *rows*, whole texts. h is (N, H): the units are columns, `h[:, units]`."),
            ways.loop(*[lambda h, u, v, t: np.where(np.isin(np.arange(len(h)), u)[:, None], v[0], h)] * 2),
        ),
        Misconception(
            "once",
            N_("The units are held at the first step only. They are to say the same at *every* step."),
            ways.loop(*[lambda h, u, v, t: h if t else ways.clamped(h, u, v)] * 2),
        ),
        Misconception(
            "at_the_end",
            N_(
                "The units are held only before the loop: the first step overwrites them. Put the values in after "
                "each step."
            ),
            ways.loop(ways.free, ways.free, start=ways.clamped),
        ),
        Misconception(
            "start_held_too",
            N_(
                "The state before the first character has the values in it. It is all zeros here; from the first step "
                "on the units are held."
            ),
            ways.loop(ways.clamp, ways.clamp, start=ways.clamped),
        ),
        Misconception(
            "cell_held",
            N_(
                "The cell state c is held, and h is then made from it as always. What other units and the readout hear "
                "of a unit is its h: hold h."
            ),
            ways.loop(ways.free, ways.free, cell=lambda c, u, v, t: ways.clamped(c, u, v)),
        ),
        Misconception(
            "cell_held_before_the_step",
            N_(
                "The values are put into c before each step, and the gates then change them. What other units and the "
                "readout hear of a unit is its h: hold h, after the step."
            ),
            ways.cells_held,
        ),
        Misconception(
            "weights_from_the_unit_zeroed",
            N_(
                "The columns of W_hh are set to 0, so that no gate hears these units. That holds them at 0, not at "
                "`values`, and the readout still reads their own h. Hold h itself."
            ),
            ways.with_weights(ways.columns_off),
        ),
        Misconception(
            "weights_from_the_unit_zeroed_in_place",
            N_(
                "The columns of W_hh are set to 0, in the caller's own array. That spoils the network for whatever "
                "comes "
                "after, holds the units at 0 and not at `values`, and the readout still reads their own h. Hold h "
                "itself."
            ),
            ways.columns_off_in_place,
        ),
        Misconception(
            "unheard",
            N_(
                "h is held, but the columns of W_hh are set to 0 as well, so that the next step hears 0 and not the "
                "values. Leave the weights as they are."
            ),
            ways.unheard,
        ),
        Misconception(
            "unheard_in_place",
            N_(
                "h is held, but the columns of W_hh are set to 0 as well, in the caller's own array. The next step "
                "then "
                "hears 0 and not the values, and the network is spoilt for whatever comes after. Leave the weights."
            ),
            ways.unheard_in_place,
        ),
        Misconception(
            "before_the_step",
            N_(
                "The values are put into h *before* each step. So the next step hears them, but what is stored, and "
                "what "
                "the readout reads, are the units' own values: put them in right after the step."
            ),
            ways.loop(ways.clamp, ways.free, start=ways.clamped),
        ),
        Misconception(
            "before_the_step_in_place",
            N_(
                "The values are put into h *before* each step: the last state that comes back has the units' own "
                "values, "
                "and the start is not zero. Put them in right after the step, before h is stored."
            ),
            ways.before_in_place,
        ),
        Misconception(
            "only_the_units",
            N_("Only the units that are held came back. Return all H of them."),
            lambda ids, units, *rest: ways.loop(ways.clamp, ways.clamp)(ids, units, *rest)[:, :, units],
        ),
        Misconception(
            "first_gate_zeroed",
            N_(
                "Rows of W_hh are set to 0. Those hold the weights *into* the input gates of the units, and a unit "
                "that "
                "hears less still speaks. Hold h itself."
            ),
            ways.with_weights(ways.rows_off),
        ),
        Misconception(
            "weights_into_the_unit_zeroed",
            N_(
                "The rows of W_hh that lead into these units are set to 0 in all four gates. They still hear the "
                "characters, and still speak. Hold h itself."
            ),
            ways.with_weights(ways.gates_off),
        ),
        Misconception(
            "units_left_out",
            N_("The units are deleted: fewer than H came back. Keep their places, filled with the values."),
            lambda ids, units, *rest: np.delete(ways.loop(ways.clamp, ways.clamp)(ids, units, *rest), units, axis=2),
        ),
        Misconception(
            "time_first",
            N_("The states came with time first, (T, N, H). Stack them along axis 1: (N, T, H)."),
            ways.then(lambda h: h.swapaxes(0, 1)),
        ),
        Misconception(
            "only_last",
            N_("Only the states after the last character came back. Collect them after every one: (N, T, H)."),
            ways.then(lambda h: h[:, -1]),
        ),
        Misconception(
            "two_arrays",
            N_("Two arrays came back. Here only the hidden states are asked for."),
            ways.with_cells,
        ),
    ),
    accepts=(
        Variant("folded_into_bias", ways.folded_into_bias),
        Variant("where", ways.by_where),
        Variant(
            "cell_held_as_well",
            ways.loop(ways.clamp, ways.clamp, cell=lambda c, u, v, t: ways.clamped(c, u, 0.0)),
        ),
        Variant(
            "float32",
            lambda ids, units, values, *weights: interpretable_cells.ablate(
                ids, units, values, *(w.astype(np.float32) for w in weights)
            ),
        ),
    ),
    hints=(
        N_(
            "Who hears a unit? The gates of the next step, and the readout. Through which array do both of them "
            "hear it?"
        ),
        N_("Start from your `hidden_trace`. One line is to be added: where does it go, before h is stored or after?"),
        N_("After each step and before anything else, write the values into the columns of h: an index on axis 1."),
    ),
)
