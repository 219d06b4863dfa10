"""How many numbers the whole network learns: the length of the sequences does not enter."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.messages import N_
from autograder.reference import oracles, rnn

STEPS = 10


def _torch_count(d, h, o):
    from torch import nn

    step, scores = nn.RNN(d, h, bias=False), nn.Linear(h, o)
    return sum(p.numel() for m in (step, scores) for p in m.parameters()) + h


COUNT_PARAMETERS = Exercise(
    id="count_parameters",
    points=2,
    about=N_("How many numbers a recurrent network with a readout learns, when it is to run on sequences of 10 steps."),
    spec="D int, H int, O int -> int",
    reference=rnn.count_parameters,
    oracle=oracles.count_parameters,
    cases=(
        Case("values", {"D": 3, "H": 5, "O": 2}, N_("Here all sizes differ."), weight=3),
        Case("all sizes one", {"D": 1, "H": 1, "O": 1}, N_("Here every size is 1.")),
        Case("more units", {"D": 3, "H": 50, "O": 2}, N_("Here there are many more units than inputs.")),
        Case(
            "a vocabulary",
            {"D": 65, "H": 128, "O": 65},
            N_("Here the network reads letters, and D and O are equal."),
            hidden=True,
        ),
        Case("one output", {"D": 7, "H": 4, "O": 1}, N_("Here there is only one output."), hidden=True),
        Case("large", {"D": 300, "H": 1000, "O": 20000}, N_("Here the network is large."), weight=2, hidden=True),
    ),
    misconceptions=(
        Misconception(
            "multiplied_by_T",
            N_(
                "Everything is counted ten times, once for each step. Unrolled, the picture shows the weights at "
                "every step, but they are the *same* numbers: they are learnt, and stored, once."
            ),
            lambda d, h, o: STEPS * rnn.count_parameters(d, h, o),
        ),
        Misconception(
            "recurrence_multiplied_by_T",
            N_(
                "The weights of the step are counted ten times, once for each step. The same W_xh, W_hh and b are "
                "used at every step: count them once."
            ),
            lambda d, h, o: STEPS * (h * d + h * h + h) + o * h + o,
        ),
        Misconception(
            "recurrent_weights_multiplied_by_T",
            N_("W_hh is counted ten times, once for each step. It is one matrix, used again and again: count it once."),
            lambda d, h, o: h * d + STEPS * h * h + h + o * h + o,
        ),
        Misconception(
            "readout_of_all_steps",
            N_(
                "The readout is counted as if it had weights for the states of all ten steps. The same W_hy, (O, H), "
                "reads each state by itself."
            ),
            lambda d, h, o: h * d + h * h + h + o * h * STEPS + o,
        ),
        Misconception(
            "bias_counted_twice",
            N_(
                "There are H too many. Is b counted twice? torch keeps two biases, of which only the sum matters; this "
                "network has one. Or is h0 counted? A starting state is given here, not learnt."
            ),
            lambda d, h, o: h * d + h * h + 2 * h + o * h + o,
        ),
        Misconception(
            "biases_forgotten",
            N_("The biases are missing: b has H numbers, b_y has O, and they are learnt as the weights are."),
            lambda d, h, o: h * d + h * h + o * h,
        ),
        Misconception(
            "output_bias_forgotten",
            N_("There are O too few: b_y, the bias of the outputs, is missing."),
            lambda d, h, o: h * d + h * h + h + o * h,
        ),
        Misconception(
            "hidden_bias_forgotten",
            N_("There are H too few: b, the bias of the units, is missing."),
            lambda d, h, o: h * d + h * h + o * h + o,
        ),
        Misconception(
            "recurrent_weights_forgotten",
            N_("W_hh is missing: H times H numbers. Without it this is a network without memory."),
            lambda d, h, o: h * d + h + o * h + o,
        ),
        Misconception(
            "readout_forgotten",
            N_("Only the step is counted. The readout learns as well: W_hy, (O, H), and b_y, (O)."),
            lambda d, h, o: h * d + h * h + h,
        ),
        Misconception(
            "recurrent_weights_counted_as_vector",
            N_(
                "W_hh is counted as H numbers, one for each unit. Every unit listens to *every* unit: that is H "
                "times H."
            ),
            lambda d, h, o: h * d + h + h + o * h + o,
        ),
        Misconception(
            "readout_from_inputs",
            N_("W_hy is counted as (O, D). It reads the state, which has H numbers, so it is (O, H)."),
            lambda d, h, o: h * d + h * h + h + o * d + o,
        ),
        Misconception(
            "one_bias_each",
            N_(
                "Each bias is counted as one number. b has one for each of the H units, b_y one for each of the O "
                "outputs."
            ),
            lambda d, h, o: h * d + h * h + 1 + o * h + 1,
        ),
        Misconception(
            "sizes_added",
            N_("The sizes are added. A matrix of shape (H, D) holds H *times* D numbers."),
            lambda d, h, o: (h + d) + (h + h) + h + (o + h) + o,
        ),
    ),
    accepts=(
        Variant("factored", lambda d, h, o: h * (d + h + 1) + o * (h + 1)),
        Variant("sizes", lambda d, h, o: sum(np.zeros(s).size for s in ((h, d), (h, h), (h,), (o, h), (o,)))),
        Variant("numpy_integer", lambda d, h, o: np.int64(rnn.count_parameters(d, h, o))),
        Variant("array_of_one", lambda d, h, o: np.array(rnn.count_parameters(d, h, o))),
        Variant("products", lambda d, h, o: int(np.prod((h, d + h + 1)) + np.prod((o, h + 1)))),
        Variant("torch", _torch_count),
    ),
    hints=(
        N_("Write down every array that training may change, with its shape. There are five."),
        N_(
            "A matrix of shape (H, D) holds H times D numbers. Does any of the five shapes contain the number of steps?"
        ),
        N_("W_xh, W_hh, b, W_hy, b_y: multiply out each shape, add the five numbers. The 10 of the text is bait."),
    ),
)
