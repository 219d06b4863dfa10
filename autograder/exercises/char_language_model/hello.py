"""The word "hello", by its numbers."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.char_language_model._losses import softmax
from autograder.messages import N_
from autograder.reference import char_language_model as lm
from autograder.reference import oracles_char_language_model as oracles

LOGITS = np.array([[1.0, 2.2, -3.0, 4.1], [0.5, 0.3, -1.0, 1.2], [0.1, 0.5, 1.9, -1.1], [0.2, -1.5, -0.1, 2.2]])


def _the_word(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"logits": LOGITS.copy()}


def _wide(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"logits": np.round(made["logits"] * 4, 2)}


def _for(targets, log=np.log, total=np.mean):
    """The answer for these targets."""

    def wrong(logits):
        p = softmax(logits)[range(4), targets]
        return p, float(-total(log(p)))

    return wrong


def _loss_of_mean(logits):
    p = lm.hello_loss(logits)[0]
    return p, float(-np.log(p.mean()))


def _product(logits):
    p = lm.hello_loss(logits)[0]
    return p, float(p.prod())


def _twice(logits):
    p = softmax(softmax(logits))[range(4), [1, 2, 2, 3]]
    return p, float(-np.log(p).mean())


def _over_time(logits):
    p = softmax(logits, axis=0)[range(4), [1, 2, 2, 3]]
    return p, float(-np.log(p).mean())


def _whole_rows(logits):
    return softmax(logits), lm.hello_loss(logits)[1]


def _likeliest(logits):
    p = softmax(logits).max(axis=-1)
    return p, float(-np.log(p).mean())


def _logits_themselves(logits):
    z = logits[range(4), [1, 2, 2, 3]]
    return z, float(-z.mean())


def _by_vocabulary(logits):
    right, p = {"h": 0, "e": 1, "l": 2, "o": 3}, []
    for row, c in zip(logits, "ello"):
        e = [np.exp(v) for v in row]
        p.append(e[right[c]] / sum(e))
    return p, -sum(np.log(v) for v in p) / 4


def _log_p(z):
    log_p = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    return log_p[np.arange(4), ["helo".index(c) for c in "ello"]]


def _as_lists(z):
    p, loss = lm.hello_loss(z)
    return [p.tolist(), float(loss)]


HELLO_LOSS = Exercise(
    id="hello_loss",
    points=2,
    about=N_("The word hello: the chance that a network gives to each right next character, and its loss."),
    spec="logits (4,4) -> p (4), loss float",
    reference=lm.hello_loss,
    oracle=oracles.hello_loss,
    cases=(
        Case("hello", {}, N_("The numbers of the worked example are not right."), _the_word, weight=3),
        Case("other logits", {}, N_("This case is about other logits than those of the example.")),
        Case("sure of itself", {}, N_("This case is about a network that is surer of itself."), _wide, hidden=True),
    ),
    misconceptions=(
        Misconception(
            "inputs_for_targets",
            N_(
                "These are the chances of h, e, l, l: the characters that were just *read*. After h the network has to "
                "say e: the targets are e, l, l, o."
            ),
            _for([0, 1, 2, 2]),
        ),
        Misconception(
            "sorted_vocabulary",
            N_(
                "The targets were numbered as e, h, l, o, in the order of the alphabet. In this example the columns "
                "stand for h, e, l, o."
            ),
            _for([0, 2, 2, 3]),
        ),
        Misconception(
            "letters_in_order",
            N_("These are the numbers on the diagonal: targets h, e, l, o. The word goes on with e, l, l, o."),
            _for([0, 1, 2, 3]),
        ),
        Misconception(
            "likeliest",
            N_(
                "These are the chances of the character that the network likes best at each step. The loss asks for "
                "the *right* one, however small its chance."
            ),
            _likeliest,
        ),
        Misconception(
            "in_bits",
            N_("The chances are right; the loss is in bits, with `log2`. Here it is in nats, with the natural `log`."),
            _for([1, 2, 2, 3], log=np.log2),
        ),
        Misconception(
            "summed",
            N_("The chances are right; the loss is the sum over the four steps. It is their mean."),
            _for([1, 2, 2, 3], total=np.sum),
        ),
        Misconception(
            "sign",
            N_("The chances are right; the loss has the wrong sign. It is *minus* the mean of their logarithms."),
            lambda logits: (lm.hello_loss(logits)[0], -lm.hello_loss(logits)[1]),
        ),
        Misconception(
            "log_of_mean",
            N_(
                "The chances are right; the loss is the logarithm of their mean. It is the mean of their logarithms, "
                "which minds one very small chance much more."
            ),
            _loss_of_mean,
        ),
        Misconception(
            "product",
            N_(
                "The chances are right; the second number is their product, the chance of the whole word. The loss is "
                "minus the mean of their logarithms."
            ),
            _product,
        ),
        Misconception(
            "softmax_twice",
            N_("Softmax was applied twice. Once turns logits into chances; the second time flattens them."),
            _twice,
        ),
        Misconception(
            "softmax_over_time",
            N_(
                "These chances add up to 1 down the *columns*, over time. The four characters of one step compete: "
                "rows."
            ),
            _over_time,
        ),
        Misconception(
            "whole_rows",
            N_("The chances of all four characters came back. Of each row only the right character's is asked for."),
            _whole_rows,
        ),
        Misconception(
            "logits_themselves",
            N_("These are the logits of the right characters. Softmax makes chances of them first."),
            _logits_themselves,
        ),
        Misconception(
            "only_loss",
            N_("Only the loss came back. Two things are asked for: the four chances, and the loss."),
            lambda logits: lm.hello_loss(logits)[1],
        ),
    ),
    accepts=(
        Variant("letter_by_letter", _by_vocabulary),
        Variant("by_log_probabilities", lambda z: (np.exp(_log_p(z)), -_log_p(z).mean())),
        Variant("float32", lambda z: lm.hello_loss(z.astype(np.float32))),
        Variant("torch", with_torch(lambda torch, z: oracles.hello_loss(z))),
        Variant("list_of_two", _as_lists),
    ),
    hints=(
        N_(
            "Write the word twice, one below the other, the second time one place to the left. Which pairs stand below?"
        ),
        N_(
            "The columns stand for h, e, l, o. Which column is right in the first row? In the second? The third? The"
            " last?"
        ),
        N_("Softmax each row, pick one number from each, and take minus the mean of their logarithms."),
    ),
)
