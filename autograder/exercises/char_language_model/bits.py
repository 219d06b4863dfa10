"""The loss in bits, the measure by which models are compared."""

from __future__ import annotations

import math

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.char_language_model import _losses as ways
from autograder.exercises.char_language_model.loss import wide
from autograder.messages import N_
from autograder.reference import char_language_model as lm
from autograder.reference import oracles_char_language_model as oracles


def _from_loss(change):
    """A wrong way to go on from the loss in nats."""

    def wrong(logits, targets, *, cross_entropy=lm.cross_entropy):
        return change(cross_entropy(logits, targets)[0])

    return ways.quietly_with(wrong)


BITS_PER_CHAR = Exercise(
    id="bits_per_char",
    points=2,
    about=N_("The loss in bits for each character."),
    spec="logits (N,T,V), targets (N,T) int<V> -> float",
    reference=lm.bits_per_char,
    oracle=oracles.bits_per_char,
    requires=("cross_entropy",),
    cases=(
        Case("values", {"N": 2, "T": 3, "V": 5}, N_("The number of bits is not right."), weight=3),
        Case(
            "large logits",
            {"N": 2, "T": 4, "V": 6},
            N_("This case is about logits like 1000 or -1000."),
            change=wide,
        ),
        Case("one character", {"N": 1, "T": 1, "V": 7}, N_("This case is about a single character.")),
        Case(
            "all alike",
            {"N": 2, "T": 5, "V": 8},
            N_("Eight characters that are equally likely cost exactly 3 bits each."),
            change=lambda rng, made: {"logits": np.zeros(made["logits"].shape)},
        ),
        Case("large batch", {"N": 12, "T": 15, "V": 30}, N_("This case is about a larger batch."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "nats",
            N_("This is the loss in nats, with the natural logarithm. A nat is 1 / ln 2, about 1.44, bits."),
            _from_loss(lambda loss: loss),
        ),
        Misconception(
            "multiplied",
            N_(
                "The loss was multiplied by ln 2. A bit is smaller than a nat, so there are more of them: log2 p is "
                "ln p *divided* by ln 2."
            ),
            _from_loss(lambda loss: loss * np.log(2)),
        ),
        Misconception(
            "perplexity",
            N_(
                "This is the perplexity, e to the loss: among how many equally likely characters the model seems to "
                "choose. Bits per character are its logarithm to base 2."
            ),
            _from_loss(lambda loss: math.exp(loss) if loss < 700 else math.inf),
        ),
        Misconception(
            "two_to_the_nats",
            N_("This is 2 to the power of the loss in nats: the loss is already a logarithm, change its base."),
            _from_loss(lambda loss: 2.0**loss if loss < 1000 else math.inf),
        ),
        Misconception(
            "log_of_loss",
            N_(
                "The logarithm of the loss was taken. The loss *is* a mean of logarithms; it only has to change its "
                "base."
            ),
            _from_loss(lambda loss: np.log2(loss)),
        ),
        Misconception(
            "base_ten",
            N_("This is the loss to base 10. A bit is one question with two answers: the base is 2."),
            _from_loss(lambda loss: loss / np.log(10)),
        ),
        Misconception(
            "per_sequence",
            N_("These are the bits of a whole sequence, T characters. For each *character*: the mean over N T places."),
            lambda logits, targets: lm.bits_per_char(logits, targets) * targets.shape[1],
        ),
        Misconception(
            "summed",
            N_("These are the bits of the whole text. For each character: divide by N T."),
            lambda logits, targets: lm.bits_per_char(logits, targets) * targets.size,
        ),
        Misconception(
            "sign",
            N_(
                "The sign is wrong: a logarithm of a probability is negative, and bits per character are minus its "
                "mean."
            ),
            lambda logits, targets: -lm.bits_per_char(logits, targets),
        ),
        Misconception(
            "overflows",
            N_(
                "Right for small logits, not for large ones: a probability came out as 0 or nan, and its logarithm was "
                "taken after that. `cross_entropy` should do it without: does yours pass?"
            ),
            ways.quietly(
                lambda logits, targets: float(-np.log2(ways.right_p(ways.without_largest(logits), targets)).mean())
            ),
        ),
    ),
    accepts=(
        Variant("log2_of_e", lambda logits, targets: lm.cross_entropy(logits, targets)[0] * np.log2(np.e)),
        Variant("by_math", lambda logits, targets: lm.cross_entropy(logits, targets)[0] / math.log(2)),
        Variant(
            "base_two_from_the_start",
            lambda logits, targets: (
                -np.mean(
                    ways.right_p((logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)) / np.log(2), targets)
                )
            ),
        ),
        Variant("torch", with_torch(lambda torch, logits, targets: oracles.bits_per_char(logits, targets))),
    ),
    hints=(
        N_("Which logarithm does your loss use? And which one counts questions with two answers?"),
        N_("log2 p is ln p divided by ln 2. A model that gives 1/8 to every right character needs 3 bits for each."),
        N_("`cross_entropy` has done nearly everything: take its first result, and change the base."),
    ),
)
