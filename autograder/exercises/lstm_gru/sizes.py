"""How many numbers the cells learn, and where the forget gate starts."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.messages import N_, _
from autograder.reference import gated, oracles_gated


def counted(block, gru=3, lstm=4):
    """Counts from the size of one block: ``block(D, H)``."""
    return lambda D, H: (block(D, H), gru * block(D, H), lstm * block(D, H))


def right(D, H):
    return H * D + H * H + 2 * H


def from_lists(D, H):
    shapes = [(H, D), (H, H), (H,), (H,)]
    one = sum(int(np.prod(s)) for s in shapes)
    return [one * n for n in (1, 3, 4)]


def from_torch(D, H):
    import torch

    cells = (cell(D, H) for cell in (torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM))
    return tuple(sum(p.numel() for p in cell.parameters()) for cell in cells)


COUNT_GATE_PARAMETERS = Exercise(
    id="count_gate_parameters",
    points=2,
    about=N_("How many numbers a plain cell, a GRU and an LSTM learn, with two biases for each block, as in torch."),
    spec="D int, H int -> rnn int, gru int, lstm int",
    reference=gated.count_gate_parameters,
    oracle=oracles_gated.count_gate_parameters,
    cases=(
        Case("values", {"D": 3, "H": 5}, N_("Here the sizes differ."), weight=3),
        Case("all sizes one", {"D": 1, "H": 1}, N_("Here every size is 1.")),
        Case("more units", {"D": 2, "H": 64}, N_("Here there are many more units than inputs.")),
        Case("a vocabulary", {"D": 96, "H": 32}, N_("Here there are more inputs than units."), hidden=True),
        Case("large", {"D": 300, "H": 1000}, N_("Here the network is large."), weight=2, hidden=True),
    ),
    misconceptions=(
        Misconception(
            "one_bias",
            N_("One bias for each block is counted. That is enough, but torch keeps two, b_ih and b_hh: count both."),
            counted(lambda D, H: H * D + H * H + H),
        ),
        Misconception(
            "no_bias",
            N_("The biases are missing: two of H numbers for each block."),
            counted(lambda D, H: H * D + H * H),
        ),
        Misconception(
            "candidates_forgotten",
            N_(
                "Only the gates are counted: two in the GRU, three in the LSTM. The candidate has weights of its own, "
                "so there are three and four blocks."
            ),
            counted(right, 2, 3),
        ),
        Misconception(
            "gru_candidate_forgotten",
            N_("The LSTM is right. The GRU has two gates *and* a candidate: three blocks."),
            counted(right, 2, 4),
        ),
        Misconception(
            "lstm_candidate_forgotten",
            N_("The GRU is right. The LSTM has three gates *and* a candidate: four blocks."),
            counted(right, 3, 3),
        ),
        Misconception(
            "cell_state_counted",
            N_(
                "The LSTM has one block too many. The cell state is *computed*, with no weights of its own: i, f, g "
                "and o are four."
            ),
            counted(right, 3, 5),
        ),
        Misconception(
            "states_counted",
            N_(
                "The states are counted among the parameters: H too many for each. States are computed; only weights "
                "and biases are learnt."
            ),
            lambda D, H: (right(D, H) + H, 3 * right(D, H) + H, 4 * right(D, H) + 2 * H),
        ),
        Misconception(
            "one_block_everywhere",
            N_("All three counts are the same. Each block of a GRU or LSTM has weights of its own: 3 and 4 blocks."),
            counted(right, 1, 1),
        ),
        Misconception(
            "gru_and_lstm_swapped",
            N_("GRU and LSTM have changed places: the order is plain, GRU, LSTM."),
            lambda D, H: (right(D, H), 4 * right(D, H), 3 * right(D, H)),
        ),
        Misconception(
            "other_way_round",
            N_("The order is turned round: first the plain cell, then the GRU, then the LSTM."),
            lambda D, H: (4 * right(D, H), 3 * right(D, H), right(D, H)),
        ),
        Misconception(
            "biases_not_in_every_block",
            N_("There are 2 H biases in all three cells. Each block has two of its own: 2 H, 6 H and 8 H."),
            lambda D, H: tuple(n * (H * D + H * H) + 2 * H for n in (1, 3, 4)),
        ),
        Misconception(
            "recurrent_shared",
            N_("The recurrent weights are counted once. Each block has a matrix (H, H) of its own."),
            lambda D, H: tuple(n * (H * D + 2 * H) + H * H for n in (1, 3, 4)),
        ),
        Misconception(
            "inputs_squared",
            N_("The recurrent weights are counted as D times D. They go from units to units: H times H."),
            counted(lambda D, H: H * D + D * D + 2 * H),
        ),
        Misconception(
            "recurrent_forgotten",
            N_("The recurrent weights, H times H in each block, are missing."),
            counted(lambda D, H: H * D + 2 * H),
        ),
        Misconception(
            "tensors_counted",
            N_(
                "The *tensors* are counted, four in each cell. Count the numbers in them: H * D, H * H and two times H."
            ),
            lambda D, H: (4, 4, 4),
        ),
        Misconception(
            "inputs_forgotten",
            N_("The weights from the inputs, H times D in each block, are missing."),
            counted(lambda D, H: H * H + 2 * H),
        ),
        Misconception(
            "two_numbers_for_biases",
            N_("Two numbers are counted for the biases of a block. There are two biases, and each has H numbers."),
            counted(lambda D, H: H * D + H * H + 2),
        ),
        Misconception(
            "one_total",
            N_("One number came back. Three are asked for: the plain cell's, the GRU's and the LSTM's."),
            lambda D, H: 4 * right(D, H),
        ),
    ),
    accepts=(Variant("from_lists", from_lists), Variant("from_torch", from_torch)),
    hints=(
        N_("Count one block first: weights from the inputs, weights from the units, and torch's two biases."),
        N_("A plain cell is one block. Which blocks does a GRU have? Do not forget what is not a gate."),
        N_("r, z and n are three blocks; i, f, g and o are four. The cell state is computed and has no weights."),
    ),
)


def _reads(made: Inputs, outputs: tuple) -> tuple:
    """The sum of the two biases: all that the network feels of them."""
    if len(outputs) == 1 and outputs[0] is None:
        raise ValueError(_("init_forget_bias returned None: is a `return` missing?"))
    arrays = [o for o in outputs if isinstance(o, np.ndarray) and o.dtype.kind in "if"]
    if len(outputs) != 2 or len(arrays) != 2:
        raise ValueError(_("Two arrays should be returned, b_ih and b_hh."))
    for array in arrays:
        if array.shape != made["b_ih"].shape:
            said = _("A bias of shape {found} came back; each should have the shape {wanted}, (4H).")
            raise ValueError(said.format(found=array.shape, wanted=made["b_ih"].shape))
    return (arrays[0] + arrays[1],)


def filled(*, ih=None, hh=None, start=1, stop=2, rest=lambda b: b):
    """Both biases copied, with values put into a range of blocks; None leaves a bias as it is."""

    def answer(b_ih, b_hh, value):
        H = len(b_ih) // 4
        out = []
        for b, fill in ((b_ih, ih), (b_hh, hh)):
            b = rest(np.array(b, dtype=float))
            if fill is not None:
                b[start * H : stop * H] = fill(value)
            out.append(b)
        return tuple(out)

    return answer


def all_of(value):
    return value


def half_of(value):
    return value / 2


def none_of(value):
    return 0.0


def in_place(b_ih, b_hh, value):
    H = len(b_ih) // 4
    b_ih[H : 2 * H] = value
    b_hh[H : 2 * H] = 0
    return b_ih, b_hh


def _added(b_ih, b_hh, value):
    H = len(b_ih) // 4
    more = np.zeros(4 * H)
    more[H : 2 * H] = value
    return b_ih + more, b_hh + 0


def _added_in_place(b_ih, b_hh, value):
    b_ih[len(b_ih) // 4 : len(b_ih) // 2] += value
    return b_ih, b_hh


def _with_where(b_ih, b_hh, value):
    forget = np.arange(len(b_ih)) // (len(b_ih) // 4) == 1
    return np.where(forget, 0, b_ih), np.where(forget, value, b_hh)


def _what_is_missing(b_ih, b_hh, value):
    new, rows = b_ih.copy(), slice(len(b_ih) // 4, len(b_ih) // 2)
    new[rows] = value - b_hh[rows]
    return new, b_hh.copy()


def _pieces(b_ih, b_hh, value):
    one, other = np.split(b_ih, 4), np.split(b_hh, 4)
    one[1] = other[1] = np.full(len(one[1]), value / 2)
    return np.concatenate(one), np.concatenate(other)


def _every_fourth(b_ih, b_hh, value):
    one, other = b_ih.copy(), b_hh.copy()
    one[1::4], other[1::4] = value, 0
    return one, other


def _one_in_place(b_ih, b_hh, value):
    b_ih[len(b_ih) // 4 : len(b_ih) // 2] = value
    return b_ih, filled(hh=none_of)(b_ih, b_hh, value)[1]


def _swapped(b_ih, b_hh, value):
    return filled(ih=all_of, hh=none_of)(b_ih, b_hh, value)[::-1]


INIT_FORGET_BIAS = Exercise(
    id="init_forget_bias",
    points=2,
    about=N_("torch's two biases of an LSTM, changed so that the forget gate starts from a given value."),
    spec="b_ih (4H), b_hh (4H), value float -> total (4H)",
    signature="init_forget_bias: b_ih (4H), b_hh (4H), value float -> b_ih (4H), b_hh (4H)",
    reference=gated.total_bias,
    oracle=None,
    probe_options={"outputs": 2},
    reads=_reads,
    cases=(
        Case(
            "values",
            {"H": 3},
            N_("The sum of the two biases is looked at."),
            change=lambda rng, m: {"value": 1.0},
            weight=3,
        ),
        Case("another value", {"H": 5}, N_("Here the value is not 1."), change=lambda rng, m: {"value": 2.5}),
        Case("one unit", {"H": 1}, N_("Here there is one unit."), change=lambda rng, m: {"value": 1.0}),
        Case(
            "a gate that starts shut",
            {"H": 4},
            N_("Here the value is negative."),
            change=lambda rng, m: {"value": -2.0},
            hidden=True,
        ),
        Case(
            "large",
            {"H": 64},
            N_("Here there are many units."),
            change=lambda rng, m: {"value": 1.5},
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "both_set",
            N_(
                "Both biases are set to the value, and torch *adds* them: the gate starts from twice of it. Put the "
                "value into one and 0 into the other, or half into each."
            ),
            filled(ih=all_of, hh=all_of),
        ),
        Misconception(
            "only_b_ih_set",
            N_(
                "b_ih is set, and b_hh keeps its random numbers in the forget gate's block. torch adds the two: set "
                "that block of b_hh to 0."
            ),
            filled(ih=all_of),
        ),
        Misconception(
            "only_b_hh_set",
            N_(
                "b_hh is set, and b_ih keeps its random numbers in the forget gate's block. torch adds the two: set "
                "that block of b_ih to 0."
            ),
            filled(hh=all_of),
        ),
        Misconception(
            "half_in_one",
            N_("Half of the value is in one of the biases, and nothing in the other. Together they should make it."),
            filled(ih=half_of, hh=none_of),
        ),
        Misconception(
            "input_gate",
            N_("This is the input gate's block, the first. The forget gate's is the second: i f g o."),
            filled(ih=all_of, hh=none_of, start=0, stop=1),
        ),
        Misconception(
            "candidate",
            N_("This is the candidate's block, the third. The forget gate's is the second: i f g o."),
            filled(ih=all_of, hh=none_of, start=2, stop=3),
        ),
        Misconception(
            "output_gate",
            N_("This is the output gate's block, the last. The forget gate's is the second: i f g o."),
            filled(ih=all_of, hh=none_of, start=3, stop=4),
        ),
        Misconception(
            "everything",
            N_("All four gates were set. Only the forget gate should start open: rows H to 2H."),
            filled(ih=all_of, hh=none_of, start=0, stop=4),
        ),
        Misconception(
            "input_gate_both_set",
            N_(
                "Two things: this is the input gate's block, the first, and the forget gate's is the second; and both "
                "biases are set, which torch adds."
            ),
            filled(ih=all_of, hh=all_of, start=0, stop=1),
        ),
        Misconception(
            "from_the_start",
            N_("Rows 0 to 2H were set, the input gate's too. The forget gate's are rows H to 2H."),
            filled(ih=all_of, hh=none_of, start=0, stop=2),
        ),
        Misconception(
            "to_the_end",
            N_("All rows from H on were set, the candidate's and the output gate's too. The forget gate ends at 2H."),
            filled(ih=all_of, hh=none_of, start=1, stop=4),
        ),
        Misconception(
            "rest_cleared",
            N_("The forget gate is right, and all other biases are zero now. They should stay as they were."),
            filled(ih=all_of, hh=none_of, rest=lambda b: 0 * b),
        ),
        Misconception(
            "rest_of_b_hh_cleared",
            N_("The forget gate is right, but all of b_hh is zero now. Only its forget gate's block should change."),
            lambda b_ih, b_hh, value: (filled(ih=all_of)(b_ih, b_hh, value)[0], 0 * b_hh),
        ),
        Misconception(
            "added",
            N_("The value was added to what was there. The sum of the two biases should *be* the value."),
            _added,
        ),
        Misconception(
            "added_in_place",
            N_(
                "The value was added to what was there, in the array that was passed in. The sum of the two biases "
                "should *be* the value, in new arrays."
            ),
            _added_in_place,
        ),
        Misconception(
            "always_one",
            N_("The forget gate starts from 1, whatever `value` says."),
            filled(ih=lambda value: 1.0, hh=none_of),
        ),
        Misconception(
            "unchanged",
            N_(
                "Both biases came back as they were. The forget gate's rows are H to 2H, and H is a *quarter* of "
                "the length."
            ),
            lambda b_ih, b_hh, value: (b_ih.copy(), b_hh.copy()),
        ),
        Misconception(
            "gate_for_sum",
            N_("The forget gate's rows hold sigmoid(value). The value is the bias itself, before the sigmoid."),
            filled(ih=lambda value: 1 / (1 + np.exp(-value)), hh=none_of),
        ),
        Misconception(
            "every_fourth",
            N_("Every fourth row was set. The gates lie in blocks: rows H to 2H are the forget gate's."),
            _every_fourth,
        ),
        Misconception(
            "one_in_place",
            N_(
                "The values are right, but one of the arrays that were passed in has changed. Copy both first; "
                "the pieces of np.split are views, too."
            ),
            _one_in_place,
        ),
        Misconception(
            "in_place",
            N_("The values are right, but b_ih and b_hh themselves have changed. Copy first: `b_ih = b_ih.copy()`."),
            in_place,
        ),
        Misconception(
            "both_set_in_place",
            N_(
                "Both biases are set to the value, and torch adds them; besides, the arrays that were passed in have "
                "changed. Copy first, and put the value into one and 0 into the other."
            ),
            lambda b_ih, b_hh, value: _both_in_place(b_ih, b_hh, value),
        ),
    ),
    accepts=(
        Variant("all_in_b_ih", filled(ih=all_of, hh=none_of)),
        Variant("half_in_each", filled(ih=half_of, hh=half_of)),
        Variant("with_where", _with_where),
        Variant("what_is_missing", _what_is_missing),
        Variant("pieces", _pieces),
    ),
    hints=(
        N_("Which rows belong to the forget gate, in the order i f g o? H is a quarter of the length."),
        N_("The gate's sum has b_ih *and* b_hh in it. What must the two add up to in those rows?"),
        N_("Copy both arrays. In rows H to 2H, put the value into one of them and 0 into the other."),
    ),
)


def _both_in_place(b_ih, b_hh, value):
    rows = slice(len(b_ih) // 4, len(b_ih) // 2)
    b_ih[rows] = b_hh[rows] = value
    return b_ih, b_hh
