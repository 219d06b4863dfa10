"""The loss of a padded batch: the mean over real steps."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.rnn_types.last_state import exactly, real, uneven
from autograder.messages import N_
from autograder.reference import oracles_rnn_types, rnn_types


def log_softmax(z, axis=-1):
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def chosen(values, targets):
    """What ``values`` (N, T, C) say of the targets, (N, T)."""
    return np.take_along_axis(values, targets[..., None], axis=-1)[..., 0]


def losses(logits, targets):
    """The loss of every step, (N, T)."""
    return -chosen(log_softmax(logits), targets)


def mask(logits, lengths):
    """(N, T), true at the real steps."""
    return real(logits, lengths)[..., 0]


def averaged(average):
    """The right loss of each step, averaged wrongly by ``average(losses, mask)``."""
    return lambda logits, targets, lengths: average(losses(logits, targets), mask(logits, lengths))


def scored(score):
    """The right average of a wrong loss: ``score(logits)`` stands where the logarithms of probabilities should."""

    def wrong(logits, targets, lengths):
        return -chosen(score(logits), targets)[mask(logits, lengths)].mean()

    return wrong


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _overflowing_softmax(z):
    e = np.exp(z)
    return np.log(e / e.sum(axis=-1, keepdims=True))


def _overflowing_log_sum(z):
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _logits_zeroed(logits, targets, lengths):
    return losses(logits * real(logits, lengths), targets).mean()


def _with_length(change):
    return lambda logits, targets, lengths: rnn_types.masked_loss(logits, targets, change(lengths, logits.shape[1]))


def _looped(more, by_length=False):
    """A loop over ``lengths[n] + more`` steps, divided by their number or by that of the real steps."""

    def wrong(logits, targets, lengths):
        each = losses(logits, targets)
        found = [each[n, t] for n in range(len(lengths)) for t in range(lengths[n] + more)]
        return np.sum(found) / (lengths.sum() if by_length else len(found))

    return wrong


def _zero_is_padding(logits, targets, lengths):
    return losses(logits, targets)[targets != 0].mean()


def _log_of_mean(logits, targets, lengths):
    return -np.log(chosen(softmax(logits), targets)[mask(logits, lengths)].mean())


def _step_by_step(logits, targets, lengths):
    total = 0.0
    for n in range(len(lengths)):
        for t in range(lengths[n]):
            z = logits[n, t] - logits[n, t].max()
            total += np.log(np.exp(z).sum()) - z[targets[n, t]]
    return total / lengths.sum()


def _flat(logits, targets, lengths):
    keep = mask(logits, lengths).ravel()
    z, y = logits.reshape(-1, logits.shape[2])[keep], targets.ravel()[keep]
    return float(-log_softmax(z)[range(len(y)), y].sum() / keep.sum())


def _one_hot(logits, targets, lengths):
    right = np.eye(logits.shape[2])[targets]
    return -(right * log_softmax(logits)).sum(-1)[mask(logits, lengths)].mean()


def _overflowing_over_everything(z):
    e = np.exp(z)
    return np.log(e / e.sum())


def _largest(z):
    return z.max(axis=-1, keepdims=True)


def far(rng, made):
    """One score far above the others, and not always the right one, where T is filled unevenly."""
    logits = np.round(rng.normal(size=made["logits"].shape), 2)
    logits[:, :, 0] += 1000
    return {"logits": logits, **uneven(rng, {**made, "logits": logits})}


def shifted(rng, made):
    """All scores large, and close to each other."""
    return {"logits": made["logits"] + 1000, **uneven(rng, made)}


def apart(rng, made):
    """Scores around 1000 at one step, around -1000 at the next."""
    sign = 1 - 2 * (np.arange(made["logits"].shape[1]) % 2)
    return {"logits": made["logits"] + 1000 * sign[:, None], **uneven(rng, made)}


def _one_maximum(z):
    z = z - z.max()
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


MASKED_LOSS = Exercise(
    id="masked_loss",
    points=5,
    about=N_("Cross-entropy per real step of a padded batch."),
    spec="logits (N,T,C), targets (N,T) int<C, lengths (N) int -> float",
    reference=rnn_types.masked_loss,
    oracle=oracles_rnn_types.masked_loss,
    cases=(
        Case(
            "values",
            {"N": 3, "T": 5, "C": 4},
            N_("The loss of a small batch is not right."),
            change=uneven,
            weight=3,
        ),
        Case("batch of one", {"N": 1, "T": 4, "C": 3}, N_("Here N is 1."), change=exactly(2)),
        Case(
            "very uneven",
            {"N": 3, "T": 9, "C": 4},
            N_("Here the lengths differ a lot: a long sequence has more steps, and each step counts the same."),
            change=exactly(2, 9, 1),
        ),
        Case(
            "large scores",
            {"N": 3, "T": 4, "C": 5},
            N_("This case is about scores around 1000, where exp overflows. Only their differences matter."),
            change=shifted,
        ),
        Case(
            "hopeless scores",
            {"N": 3, "T": 4, "C": 5},
            N_("Here a probability is so small that it rounds to 0: its logarithm is still a number."),
            change=far,
        ),
        Case(
            "steps far apart",
            {"N": 3, "T": 5, "C": 4},
            N_("Here the scores of one step are much larger than those of another."),
            change=apart,
        ),
        Case(
            "no padding",
            {"N": 3, "T": 5, "C": 2},
            N_("Here every sequence has T steps."),
            change=exactly(5, 5, 5),
            hidden=True,
        ),
        Case(
            "all sizes equal",
            {"N": 4, "T": 4, "C": 4},
            N_("Here N, T and C are equal."),
            change=exactly(3, 4, 1, 2),
            hidden=True,
        ),
        Case(
            "large batch",
            {"N": 25, "T": 14, "C": 6},
            N_("This case is about a larger batch."),
            change=lambda rng, made: {"lengths": rng.integers(1, 15, size=25)},
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "padding_counted",
            N_(
                "The padding is counted: this is the mean over all N * T steps. What stands there is nobody's answer. "
                "Keep the steps t < lengths[n] and leave out the rest."
            ),
            averaged(lambda each, keep: each.mean()),
        ),
        Misconception(
            "divided_by_all_steps",
            N_(
                "The padding is left out of the sum, and still counted in the division by N * T. Divide by the number "
                "of real steps."
            ),
            averaged(lambda each, keep: (each * keep).mean()),
        ),
        Misconception(
            "mean_of_sequence_means",
            N_(
                "Each sequence is averaged first, and then the sequences: a step of a short sequence weighs more than "
                "one of a long sequence. Here every real step counts the same: one sum, one division."
            ),
            averaged(lambda each, keep: ((each * keep).sum(1) / keep.sum(1)).mean()),
        ),
        Misconception(
            "divided_by_sequences",
            N_(
                "The sum over the real steps is divided by N, the number of sequences. Divide by the number of real "
                "steps."
            ),
            averaged(lambda each, keep: (each * keep).sum() / len(each)),
        ),
        Misconception(
            "sum",
            N_("The losses of the real steps are added up and not averaged: divide by their number."),
            averaged(lambda each, keep: (each * keep).sum()),
        ),
        Misconception(
            "likeliest_class",
            N_(
                "This is the loss of the class with the largest score, whatever the targets say. A step costs -log p "
                "of its *target*: `log_p[n, t, targets[n, t]]`."
            ),
            lambda logits, targets, lengths: -log_softmax(logits).max(axis=-1)[mask(logits, lengths)].mean(),
        ),
        Misconception(
            "softmax_over_time",
            N_(
                "softmax runs over *time*, axis 1: the steps of a sequence compete with each other. At each step the "
                "classes compete: the last axis."
            ),
            scored(lambda z: log_softmax(z, axis=1)),
        ),
        Misconception(
            "softmax_over_batch",
            N_(
                "softmax runs over the *batch*, axis 0. At each step of each sequence the classes compete: the last "
                "axis."
            ),
            scored(lambda z: log_softmax(z, axis=0)),
        ),
        Misconception(
            "softmax_over_everything",
            N_(
                "softmax runs over the whole array at once. At each step of each sequence the classes compete: the "
                "last axis."
            ),
            scored(lambda z: log_softmax(z, axis=None)),
        ),
        Misconception(
            "softmax_over_everything_in_two_steps",
            N_(
                "`e / e.sum()` divides by the sum of the whole array, N * T * C numbers. At each step of each sequence "
                "the C classes share one sum: `axis=-1, keepdims=True`. (And exp overflows when scores are large: take "
                "the largest of each step away first.)"
            ),
            scored(_overflowing_over_everything),
        ),
        Misconception(
            "largest_subtracted_twice",
            N_(
                "The largest score is taken away twice: once from z, and once more from log p. Once is enough: log p = "
                "z - log(sum(exp(z))) with the *same* z in both places, and nothing more."
            ),
            scored(lambda z: log_softmax(z) - _largest(z)),
        ),
        Misconception(
            "largest_in_the_sum_only",
            N_(
                "The largest score is taken away inside exp, and not from the score in front: log p = z - "
                "log(sum(exp(z))) needs the *same* z in both places."
            ),
            scored(lambda z: log_softmax(z) + _largest(z)),
        ),
        Misconception(
            "softmax_twice",
            N_(
                "softmax is applied twice: the probabilities are taken for scores and normalised again. Take the "
                "logarithm after the first time."
            ),
            scored(lambda z: log_softmax(softmax(z))),
        ),
        Misconception(
            "no_softmax",
            N_(
                "The scores themselves are averaged. Logits are no probabilities yet: -log softmax(logits) is the loss."
            ),
            scored(lambda z: z),
        ),
        Misconception(
            "no_logarithm",
            N_(
                "The probabilities are averaged, without their logarithm. The loss of a step is -log p of the right "
                "class."
            ),
            scored(softmax),
        ),
        Misconception(
            "sign",
            N_("The sign is wrong: log p is negative, and the loss is -log p. Smaller must be better."),
            lambda *arguments: -rnn_types.masked_loss(*arguments),
        ),
        Misconception(
            "logarithm_of_mean",
            N_(
                "First the mean of the probabilities, then the logarithm. It is the other way round: each step has a "
                "loss of its own, -log p, and these are averaged."
            ),
            _log_of_mean,
        ),
        Misconception(
            "bits",
            N_("This is in bits: log2. Losses here are in nats, with the natural logarithm, as torch has them."),
            lambda *arguments: rnn_types.masked_loss(*arguments) / np.log(2),
        ),
        Misconception(
            "logits_zeroed",
            N_(
                "The scores at the padding are set to zero and counted all the same: C equal scores cost log C each. "
                "Leave those steps out of the mean."
            ),
            _logits_zeroed,
        ),
        Misconception(
            "one_step_more",
            N_(
                "The first padding step of each sequence is counted too: the real steps are t < lengths[n], not t <= "
                "lengths[n]."
            ),
            _with_length(lambda lengths, T: np.minimum(lengths + 1, T)),
        ),
        Misconception(
            "one_step_less",
            N_("The last real step of each sequence is left out: the real steps are t < lengths[n]."),
            _with_length(lambda lengths, T: lengths - 1),
        ),
        Misconception(
            "loop_one_step_short",
            N_(
                "The loop stops one step early, and the sum is still divided by all real steps: range(lengths[n] - 1) "
                "leaves out the last. range(lengths[n]) is 0, 1, ... lengths[n] - 1 already."
            ),
            _looped(-1, by_length=True),
        ),
        Misconception(
            "loop_one_step_long",
            N_(
                "The loop runs one step too far: range(lengths[n] + 1) reads the first padding, and raises where there "
                "is none. range(lengths[n]) is 0, 1, ... lengths[n] - 1 already."
            ),
            _looped(1),
        ),
        Misconception(
            "loop_one_step_long_divided_by_lengths",
            N_(
                "The loop runs one step too far: range(lengths[n] + 1) adds the loss of the first padding, and raises "
                "where there is none. The division by the number of real steps is right."
            ),
            _looped(1, by_length=True),
        ),
        Misconception(
            "class_zero_left_out",
            N_(
                "The steps whose target is 0 are left out, as if 0 meant padding. Class 0 is a class like any other, "
                "and at the padding any number may stand. Only lengths says which steps are real."
            ),
            _zero_is_padding,
        ),
        Misconception(
            "last_steps_only",
            N_(
                "Only the last real step of each sequence counts, as in many-to-one. Here every real step has an "
                "answer."
            ),
            averaged(lambda each, keep: each[np.arange(len(each)), keep.sum(1) - 1].mean()),
        ),
        Misconception(
            "overflow_in_softmax",
            N_(
                "Right, until the scores are large: exp(1000) is infinite, and infinite by infinite is no number. Only "
                "differences matter: take the largest score away first."
            ),
            scored(_overflowing_softmax),
        ),
        Misconception(
            "overflow_in_log_sum",
            N_(
                "Right, until the scores are large: exp(1000) is infinite, and so is the logarithm of the sum. Take "
                "the largest score away first, and add nothing back: it cancels."
            ),
            scored(_overflowing_log_sum),
        ),
        Misconception(
            "one_maximum_for_all",
            N_(
                "Right, until the scores of one step are much larger than those of another: the largest score of the "
                "*whole array* is taken away, and exp of what is left of the others is 0. Take away the largest of "
                "each step: `axis=-1, keepdims=True`."
            ),
            scored(_one_maximum),
        ),
        Misconception(
            "log_of_zero",
            N_(
                "Right, until a probability rounds to 0: its logarithm is minus infinity. Do not make the probability "
                "first: log p is z - log(sum(exp(z))), with the largest score taken away from z."
            ),
            scored(lambda z: np.log(softmax(z))),
        ),
        Misconception(
            "small_number_added",
            N_(
                "A small number is added before the logarithm, so that it is never infinite. That hides how wrong a "
                "very wrong answer is. log p is z - log(sum(exp(z))), with the largest score taken away from z: no "
                "small number needed."
            ),
            scored(lambda z: np.log(softmax(z) + 1e-9)),
        ),
        Misconception(
            "each_step",
            N_("The losses of all steps came back. Asked for is one number: their mean over the real steps."),
            lambda logits, targets, lengths: losses(logits, targets),
        ),
        Misconception(
            "each_step_masked",
            N_(
                "The losses of all steps came back, (N, T), with zeros at the padding. Asked for is one number: their "
                "sum, divided by the number of real steps."
            ),
            averaged(lambda each, keep: each * keep),
        ),
        Misconception(
            "each_real_step",
            N_("The losses of the real steps came back, in one row. Only the mean of them is missing."),
            averaged(lambda each, keep: each[keep]),
        ),
    ),
    accepts=(
        Variant("step_by_step", _step_by_step),
        Variant("flat", _flat),
        Variant("one_hot", _one_hot),
        Variant("weighted", averaged(lambda each, keep: (each * keep).sum() / keep.sum())),
        Variant("numpy_average", averaged(lambda each, keep: np.average(each, weights=keep))),
        Variant("torch_ignore_index", with_torch(lambda torch, *arrays: oracles_rnn_types.masked_loss(*arrays))),
    ),
    hints=(
        N_("Two questions, one after the other: what is the loss of one step? Which steps enter the mean?"),
        N_(
            "One step: log p = z - log(sum(exp(z))) over the last axis, with the largest z taken away first. Then pick "
            "the entry of the target, for all (n, t) at once or in two loops."
        ),
        N_("A mask of shape (N, T) says which steps are real: compare np.arange(T) with lengths[:, None]."),
        N_("With the losses `each` and the mask `real`, both (N, T): each[real] is all that counts, in one row."),
    ),
)
