"""The loss of a language model, and what its gradient asks of the logits."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.char_language_model import _losses as ways
from autograder.messages import N_
from autograder.reference import char_language_model as lm
from autograder.reference import oracles_char_language_model as oracles


def wide(rng: np.random.Generator, made: Inputs) -> Inputs:
    """Scores of -1000 to 1000, where the right character never has the largest."""
    logits = np.round(made["logits"] + 0.0, 2)
    order = rng.permuted(np.broadcast_to(np.arange(logits.shape[-1]), logits.shape).copy(), axis=-1)
    logits += np.linspace(-1000, 1000, logits.shape[-1])[order]
    top = logits.argmax(axis=-1)
    return {
        "logits": logits,
        "targets": np.where(made["targets"] == top, (top + 1) % logits.shape[-1], made["targets"]),
    }


SIZE = (
    Misconception(
        "summed",
        N_(
            "Loss and gradient are the *sum* over all characters. The mean is asked for: divide both by N T, so that a "
            "longer text does not look worse and does not take larger steps."
        ),
        ways.scaled(ways.many, ways.many),
    ),
    Misconception(
        "gradient_not_divided",
        N_(
            "The loss is right; the gradient is N T times too large. The loss is a mean over N T characters, so each"
            " of them moves it by only 1 / (N T) of `p - y`."
        ),
        ways.scaled(1.0, ways.many),
    ),
    Misconception(
        "loss_summed",
        N_("The gradient is right; the loss is a sum over all characters. Divide it by N T."),
        ways.scaled(ways.many, 1.0),
    ),
    Misconception(
        "mean_over_sequences_only",
        N_(
            "Loss and gradient are divided by N alone, so they grow with the length of the sequences. All N T "
            "characters count alike: divide by N T."
        ),
        ways.scaled(lambda N, T, V: T, lambda N, T, V: T),
    ),
    Misconception(
        "gradient_divided_by_sequences",
        N_("The loss is right; the gradient is divided by N alone. It belongs to a mean over N T characters."),
        ways.scaled(1.0, lambda N, T, V: T),
    ),
    Misconception(
        "mean_over_steps_only",
        N_("Loss and gradient are divided by T alone. All N T characters count alike: divide by N T."),
        ways.scaled(lambda N, T, V: N, lambda N, T, V: N),
    ),
    Misconception(
        "mean_over_vocabulary_too",
        N_(
            "Loss and gradient are divided by N T V: a `mean()` over the whole array (N, T, V). For each of the N T "
            "characters there is *one* term, that of its target."
        ),
        ways.scaled(lambda N, T, V: 1 / V, lambda N, T, V: 1 / V),
    ),
    Misconception(
        "loss_over_vocabulary_too",
        N_(
            "The gradient is right; the loss is divided by V as well, from a `mean()` over (N, T, V). There is one "
            "term for each character, not V."
        ),
        ways.scaled(lambda N, T, V: 1 / V, 1.0),
    ),
    Misconception(
        "in_bits",
        N_(
            "This is the loss in bits, with `log2`, and the gradient of the one in nats. Here the logarithm is the "
            "natural one, as in torch; bits come later."
        ),
        ways.scaled(1 / np.log(2), 1.0),
    ),
    Misconception(
        "in_bits_both",
        N_("Loss and gradient are in bits, with `log2`. Here the logarithm is the natural one, as in torch."),
        ways.scaled(1 / np.log(2), 1 / np.log(2)),
    ),
)

SIGN = (
    Misconception(
        "sign_of_loss",
        N_("The loss has the wrong sign: the logarithm of a probability is negative, and the loss is minus that."),
        ways.scaled(-1.0, 1.0),
    ),
    Misconception(
        "sign_of_gradient",
        N_(
            "The gradient is `y - p`, with the sign turned. A step *against* the gradient must raise the right "
            "character, so the gradient there is negative: `p - y`."
        ),
        ways.scaled(1.0, -1.0),
    ),
    Misconception(
        "both_signs",
        N_(
            "Both have the wrong sign: this is the log-likelihood, which one would make as large as possible. A loss"
            " is made small."
        ),
        ways.scaled(-1.0, -1.0),
    ),
)

PROBABILITIES = (
    Misconception(
        "softmax_twice",
        N_(
            "Softmax is applied twice. Numbers between 0 and 1 go into the second one, so even a perfect model is told "
            "that it is unsure. The logits go in as they are."
        ),
        ways.with_p(lambda z: ways.softmax(ways.softmax(z))),
    ),
    Misconception(
        "overflows",
        N_(
            "Right for small logits, nan for large ones: e**1000 is infinite. Take each place's largest logit from all "
            "of its logits first; the probabilities stay the same."
        ),
        ways.with_p(ways.without_largest),
    ),
    Misconception(
        "log_of_zero",
        N_(
            "Right for small logits; for large ones the loss is infinite: a probability came out as 0, and its "
            "logarithm was taken after that. Stay with logarithms: log p is `z - log(sum(exp(z)))`, and needs no p."
        ),
        ways.with_p(ways.softmax),
    ),
    Misconception(
        "log_of_zero_times_y",
        N_(
            "Right for small logits; for large ones a probability came out as 0, its logarithm is minus infinity, and "
            "that times a 0 of y is nan. Stay with logarithms: log p is `z - log(sum(exp(z)))`, and needs no p."
        ),
        ways.with_log_p(ways.log_after_softmax, by_product=True),
    ),
    Misconception(
        "overflows_times_y",
        N_(
            "Right for small logits, nan for large ones: exp overflows, so that p is 0 or nan, and its logarithm times "
            "a 0 of y is nan too. Take the row's largest logit away first, and stay with logarithms: "
            "`z - log(sum(exp(z)))`."
        ),
        ways.with_log_p(ways.log_after_overflow, by_product=True),
    ),
    Misconception(
        "log_total_overflows",
        N_(
            "log p is `z - log(sum(exp(z)))`, as it should be, but for large logits exp overflows and the sum is "
            "infinite. Take the row's largest logit away from z first: log p stays the same."
        ),
        ways.with_log_p(ways.log_total_overflows),
    ),
    Misconception(
        "log_total_overflows_times_y",
        N_(
            "log p is `z - log(sum(exp(z)))`, as it should be, but for large logits exp overflows: the sum is infinite,"
            " and infinity times a 0 of y is nan. Take the row's largest logit away from z first."
        ),
        ways.with_log_p(ways.log_total_overflows, by_product=True),
    ),
    Misconception(
        "largest_of_all",
        N_(
            "The largest logit of the *whole array* is taken away, so a place far below it underflows: all of its "
            "exponentials are 0, and so is their sum. Each place needs its own largest logit: axis -1, kept."
        ),
        ways.quietly(ways.largest_of_all),
    ),
    Misconception(
        "softmax_over_time",
        N_("The probabilities add up to 1 over *time*. The characters compete at one place: the last axis, V."),
        ways.with_p(lambda z: ways.softmax(z, axis=1)),
    ),
    Misconception(
        "log_softmax_over_time",
        N_(
            "Largest logit and sum are taken over *time*, axis 1, so the probabilities add up to 1 there. The "
            "characters compete at one place: the last axis, V."
        ),
        ways.with_log_p(lambda z: ways.log_softmax(z, axis=1)),
    ),
    Misconception(
        "softmax_over_time_times_y",
        N_(
            "The probabilities add up to 1 over *time*, axis 1; the characters compete at one place, the last axis. And"
            " a probability that came out as 0 makes the loss nan: take log p as `z - log(sum(exp(z)))`."
        ),
        ways.with_log_p(lambda z: np.log(ways.softmax(z, axis=1)), by_product=True),
    ),
    Misconception(
        "log_softmax_over_sequences",
        N_(
            "Largest logit and sum are taken over the *sequences*, axis 0, so the probabilities add up to 1 there. The "
            "characters compete at one place: the last axis, V."
        ),
        ways.with_log_p(lambda z: ways.log_softmax(z, axis=0)),
    ),
    Misconception(
        "softmax_over_sequences",
        N_(
            "The probabilities add up to 1 over the *sequences*. The characters compete at one place: the last axis, V."
        ),
        ways.with_p(lambda z: ways.softmax(z, axis=0)),
    ),
    Misconception(
        "softmax_over_everything",
        N_("The probabilities add up to 1 over the whole array. Each of the N T places has a choice of its own."),
        ways.with_p(lambda z: ways.softmax(z, axis=(0, 1, 2))),
    ),
)

ADDED = tuple(
    Misconception(
        f"capped_at_{-power}",
        N_(
            "A small number, 1e-{power}, is added to p before the logarithm (or p is clipped there), and that caps the "
            "loss: it never exceeds {most:.1f}, however wrong the model is. With ln p = z - ln sum exp(z) nothing has "
            "to be added."
        ).format(power=-power, most=-power * np.log(10)),
        ways.a_little_more(10.0**power),
    )
    for power in (-7, -8, -9, -10, -12, -15, -16, -20, -30, -100, -300)
)

TARGETS = (
    Misconception(
        "no_log",
        N_(
            "The loss is minus the mean probability of the targets: the logarithm is missing. It is minus the mean of "
            "ln p, and so grows without limit for a model that is sure and wrong."
        ),
        ways.no_log,
    ),
    Misconception(
        "likeliest_for_target",
        N_(
            "This is the loss for the character that the model likes best, not for the one that came: `targets` is not "
            "used. Such a model is never wrong, and never learns."
        ),
        ways.of_the_likeliest,
    ),
    Misconception(
        "first_target_everywhere",
        N_("Every place of a sequence is held against that sequence's first target. Place t has target t."),
        ways.first_target_everywhere,
    ),
    Misconception(
        "last_step_only",
        N_("Only the last step counts here. A language model predicts at every step, and all N T predictions count."),
        ways.last_step_only,
    ),
    Misconception(
        "gradient_without_target",
        N_(
            "The gradient is p alone: every logit would be pushed down. Take 1 away at the target (`p - y`, with y "
            "one-hot), and the right character is pushed up."
        ),
        lambda logits, targets: (
            lm.cross_entropy(logits, targets)[0],
            ways.softmax(logits) / (logits.shape[0] * logits.shape[1]),
        ),
    ),
    Misconception(
        "squared_error",
        N_("The loss is a squared error between p and the one-hot target. Here it is minus log p of the target."),
        ways.squares,
    ),
)

RETURNED = (
    Misconception(
        "loss_by_place",
        N_("The loss came as an array, (N, T): one number for each character. One number for all: take the mean."),
        ways.quietly(ways.loss_by_place),
    ),
    Misconception(
        "only_loss",
        N_("Only the loss came back. Two things are asked for: the loss, and its gradient, (N, T, V)."),
        ways.then(lambda loss, gradient: loss),
    ),
    Misconception(
        "order_swapped",
        N_("The two results have changed places: first the loss, then the gradient."),
        ways.then(lambda loss, gradient: (gradient, loss)),
    ),
    Misconception(
        "logits_changed",
        N_(
            "The numbers are right, but the logits themselves were changed (`logits -= ...`). Make a new array: "
            "`z = logits - ...`."
        ),
        ways.in_place,
    ),
)

CROSS_ENTROPY = Exercise(
    id="cross_entropy",
    points=5,
    about=N_("The loss of a language model: the mean of minus log p of each right character, with its gradient."),
    spec="logits (N,T,V), targets (N,T) int<V> -> loss float, dlogits (N,T,V)",
    reference=lm.cross_entropy,
    oracle=oracles.cross_entropy,
    cases=(
        Case("values", {"N": 2, "T": 3, "V": 5}, N_("Loss or gradient is not right."), weight=3),
        Case(
            "large logits",
            {"N": 2, "T": 4, "V": 6},
            N_("This case is about logits like 1000 or -1000."),
            change=wide,
            weight=2,
        ),
        Case(
            "places far apart",
            {"N": 2, "T": 3, "V": 4},
            N_("Here the logits of one place are much larger than those of another."),
            change=lambda rng, made: {"logits": made["logits"] + 2000.0 * np.arange(6).reshape(2, 3, 1)},
        ),
        Case("one character", {"N": 1, "T": 1, "V": 4}, N_("This case is about a single character.")),
        Case("all sizes equal", {"N": 4, "T": 4, "V": 4}, N_("Here N, T and V are equal.")),
        Case("one sequence", {"N": 1, "T": 7, "V": 3}, N_("This case is about a single sequence."), hidden=True),
        Case("one step", {"N": 6, "T": 1, "V": 4}, N_("This case is about sequences of one step."), hidden=True),
        Case("large batch", {"N": 12, "T": 15, "V": 30}, N_("This case is about a larger batch."), hidden=True),
        Case("very large logits", {"N": 3, "T": 2, "V": 5}, N_("This case is about large logits."), wide, hidden=True),
    ),
    misconceptions=SIZE + SIGN + PROBABILITIES + ADDED + TARGETS + RETURNED,
    accepts=(
        Variant("in_loops", ways.in_loops),
        Variant("flat", ways.flat),
        Variant("logaddexp", ways.by_logaddexp),
        Variant("as_arrays", ways.then(lambda loss, gradient: (np.array([loss]), gradient))),
        Variant("list_of_two", ways.then(lambda loss, gradient: [np.float32(loss), gradient.astype(np.float32)])),
        Variant("torch", with_torch(ways.by_torch)),
    ),
    hints=(
        N_(
            "Three steps: from logits to log-probabilities, then one number for each place (which?), then a mean. What "
            "is the shape after each?"
        ),
        N_(
            "log softmax(z) is z minus log(sum(exp(z))), row by row. Take the row's largest logit away first: nothing "
            "changes, and exp stays at most 1."
        ),
        N_(
            "With y the one-hot targets, `log_p * y` keeps the target's entry of each row and makes the rest 0. "
            "`np.take_along_axis` picks it as well."
        ),
        N_(
            "At each place the gradient is p - y. The loss is a mean over N T places: what does that do to its "
            "gradient?"
        ),
    ),
)
