"""A decoder on its own: what it wrote is what it reads next, until it writes the end mark."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import oracles_rnn_types, rnn, rnn_types

CLEAR = 0.02  # by how much the best score must lead, so that rounding decides nothing
SLIPS = (
    {"b_y": lambda b_y: -b_y},
    {"b_y": lambda b_y: 0 * b_y},
    {"b": lambda b: -b},
    {"b": lambda b: 0 * b},
    {"W_hh": lambda W_hh: 0 * W_hh},
    {"W_hh": lambda W_hh: W_hh.T},
)


def write(h, steps, start, W_xh, W_hh, b, W_hy, b_y, feed=None, carry=True):
    """The numbers written in ``steps`` steps, without a stop. ``feed(t, last, z)`` makes the next input."""
    V = len(b_y)
    h0, x, ids = h, np.eye(V)[start], []
    for t in range(steps):
        h = rnn.rnn_step(x, h if carry else h0, W_xh, W_hh, b)
        z = W_hy @ h + b_y
        ids.append(int(z.argmax()))
        x = feed(t, ids[-1], z) if feed else np.eye(V)[ids[-1]]
    return np.array(ids)


def stopped(ids, end):
    """The numbers up to the end mark, which is kept."""
    places = np.flatnonzero(ids == end)
    return ids[: places[0] + 1] if len(places) else ids


def fed(feed, stops=True):
    """A decoder whose next input is ``feed(truth, start, end, V)(t, last, z)``."""

    def wrong(h, truth, start, end, *weights):
        ids = write(h, len(truth), start, *weights, feed=feed(truth, start, end, len(weights[-1])))
        return stopped(ids, end) if stops else ids

    return wrong


def then(change):
    """What is right, changed by ``change(ids, start, end, T)``."""

    def wrong(h, truth, start, end, *weights):
        return change(rnn_types.greedy_decode(h, truth, start, end, *weights), start, end, len(truth))

    return wrong


def _teacher(truth, start, end, V):
    return lambda t, last, z: np.eye(V)[truth[t]]


def _endless(h, truth, start, end, *weights):
    return write(h, len(truth), start, *weights)


def _not_carried(h, truth, start, end, *weights):
    return stopped(write(h, len(truth), start, *weights, carry=False), end)


def _begins(mark):
    """The first input is ``np.eye(V)[mark]``, or nothing at all."""

    def wrong(h, truth, start, end, *weights):
        W_xh = weights[0]
        if mark == "end":
            return rnn_types.greedy_decode(h, truth, end, end, *weights)
        padded = np.concatenate([W_xh, 0 * W_xh[:, :1]], axis=1)  # a mark whose weights are zero
        others = [weights[1], weights[2], np.concatenate([weights[3], 0 * weights[3][:1]]), np.append(weights[4], -1e9)]
        return rnn_types.greedy_decode(h, truth, W_xh.shape[1], end, padded, *others)

    return wrong


def _one_more(h, truth, start, end, *weights):
    ids = _endless(h, truth, start, end, *weights)
    return ids[: len(stopped(ids, end)) + 1]


def _one_fewer(h, truth, start, end, *weights):
    return stopped(write(h, len(truth) - 1, start, *weights), end)


def _largest_unit(h, truth, start, end, W_xh, W_hh, b, W_hy, b_y):
    V, ids, last = len(b_y), [], start
    for _ in range(len(truth)):
        h = rnn.rnn_step(np.eye(V)[last], h, W_xh, W_hh, b)
        last = int(h.argmax())
        ids.append(last)
        if last == end:
            break
    return np.array(ids)


def _no_step_first(h, truth, start, end, W_xh, W_hh, b, W_hy, b_y):
    V, ids = len(b_y), []
    for _ in range(len(truth)):
        ids.append(int((W_hy @ h + b_y).argmax()))
        if ids[-1] == end:
            break
        h = rnn.rnn_step(np.eye(V)[ids[-1]], h, W_xh, W_hh, b)
    return np.array(ids)


def _columns(h, truth, start, end, W_xh, W_hh, b, W_hy, b_y):
    ids, last = [], start
    while len(ids) < len(truth) and last != end:
        h = np.tanh(W_xh[:, last] + W_hh @ h + b)
        last = np.argmax(W_hy @ h + b_y)
        ids.append(last)
    return ids


def _batch_of_one(h, truth, start, end, W_xh, W_hh, b, W_hy, b_y):
    h, x, ids = h[None], np.eye(len(b_y))[[start]], []
    for _ in truth:
        h = np.tanh(x @ W_xh.T + h @ W_hh.T + b)
        p = np.exp(h @ W_hy.T + b_y)
        ids.append((p / p.sum()).argmax(axis=1))
        x = np.eye(len(b_y))[ids[-1]]
        if ids[-1][0] == end:
            break
    return np.concatenate(ids)


def _cut_after(h, truth, start, end, *weights):
    return stopped(_endless(h, truth, start, end, *weights), end)


def situation(stop, exact=False):
    """Weights, found by trying, with which the decoder writes the end mark at step ``stop``, or never when it is 0.

    What it writes is varied, no choice is a close one, and with ``exact`` the truth is what it writes. A slip with a
    bias, or in longer texts with W_hh, writes something else, so that a few numbers are not right by luck.
    """
    slips = SLIPS[: 4 if 0 < stop < 4 else None]

    def change(rng, made):
        T, V = len(made["truth"]), len(made["b_y"])
        for _ in range(100_000):
            start, end = (int(i) for i in rng.choice(np.arange(2, V), size=2, replace=False))
            drawn = {n: np.round(rng.normal(size=made[n].shape), 2) for n in ("h", "W_xh", "W_hh", "b", "W_hy", "b_y")}
            ids, clear = _written(drawn, start, T)
            ends = np.flatnonzero(ids == end)
            there = len(ends) > 0 and ends[0] == stop - 1 if stop else len(ends) == 0
            varied = len(set(ids[: stop or None].tolist())) >= min(3, stop or 3)
            if there and clear and varied and not any(_same(drawn, slip, start, end, T, ids) for slip in slips):
                truth = ids if exact else np.append(rng.choice(np.delete(np.arange(V), end), size=T - 1), end)
                return {**drawn, "truth": truth, "start": start, "end": end}
        raise RuntimeError("no such decoder was found")

    return change


def _same(drawn, slip, start, end, T, ids):
    """Whether the decoder writes the same with one of its arrays changed."""
    h, *weights = {n: slip[n](v) if n in slip else v for n, v in drawn.items()}.values()
    return np.array_equal(stopped(write(h, T, start, *weights), end), stopped(ids, end))


def _written(drawn, start, T):
    """What a decoder writes in T steps, and whether each choice is a clear one."""
    h, *weights = drawn.values()
    gaps = []

    def feed(t, last, z):
        second, best = np.sort(z)[-2:]
        gaps.append(best - second)
        return np.eye(len(z))[last]

    return write(h, T, start, *weights, feed=feed), min(gaps) > CLEAR if gaps else True


SIZES = {"V": 6, "H": 5, "T": 8}

GREEDY_DECODE = Exercise(
    id="greedy_decode",
    points=5,
    about=N_("What a decoder writes on its own: each best guess is the next input."),
    spec=(
        "h (H), truth (T) int<V, start int, end int, W_xh (H,V), W_hh (H,H), b (H), W_hy (V,H), b_y (V) -> ids (S) int"
    ),
    reference=rnn_types.greedy_decode,
    oracle=oracles_rnn_types.greedy_decode,
    cases=(
        Case("values", SIZES, N_("What is written is not right."), change=situation(5), weight=3),
        Case(
            "no end in sight",
            {"V": 5, "H": 4, "T": 7},
            N_("Here the end mark never comes: stop after as many steps as truth has."),
            change=situation(0),
        ),
        Case(
            "two steps",
            {"V": 6, "H": 4, "T": 5},
            N_("Here the end mark comes soon."),
            change=situation(2),
        ),
        Case(
            "as many units as marks",
            {"V": 6, "H": 6, "T": 9},
            N_("Here V and H are equal: then nothing raises, whichever way round an array stands."),
            change=situation(6),
        ),
        Case(
            "a longer text",
            {"V": 12, "H": 8, "T": 14},
            N_("This case is about a longer text."),
            change=situation(9),
            weight=2,
            hidden=True,
        ),
        Case(
            "end at the last step",
            {"V": 6, "H": 5, "T": 4},
            N_("Here the end mark comes at the last step there is."),
            change=situation(4),
            hidden=True,
        ),
        Case(
            "nothing to say",
            {"V": 5, "H": 4, "T": 3},
            N_("Here the end mark comes at once."),
            change=situation(1),
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "teacher_forcing",
            N_(
                "This decoder reads the *truth*: teacher forcing. That is for training; when it is to write on its own "
                "there is no truth to read. The next input is what it wrote itself."
            ),
            fed(_teacher),
        ),
        Misconception(
            "teacher_forcing_to_the_end",
            N_(
                "This decoder reads the *truth*, as in training, and goes on for as long as that is. On its own, the "
                "next input is what it wrote itself, and the end mark ends it."
            ),
            fed(_teacher, stops=False),
        ),
        Misconception(
            "does_not_stop",
            N_("It goes on after the end mark. What comes after that means nothing: stop there."),
            _endless,
        ),
        Misconception(
            "stops_one_late",
            N_(
                "One more is written after the end mark: the test looks at what goes *in*, before the step. Look at "
                "what came out, after it."
            ),
            _one_more,
        ),
        Misconception(
            "start_mark_kept",
            N_("The start mark stands at the front of the result. It is what goes in first; nobody wrote it."),
            then(lambda ids, start, end, T: np.append(start, ids)),
        ),
        Misconception(
            "start_mark_kept_to_length",
            N_("The start mark stands at the front of the result, and so the last thing written falls off."),
            then(lambda ids, start, end, T: np.append(start, ids[:-1])),
        ),
        Misconception(
            "end_mark_left_out",
            N_(
                "The end mark is missing at the end of the result. It was written, as truth has it too: append first, "
                "then stop."
            ),
            then(lambda ids, start, end, T: ids[:-1] if ids[-1] == end else ids),
        ),
        Misconception(
            "padded_with_zeros",
            N_("The result has the length of truth, with zeros after the end mark. Return what was written, no more."),
            then(lambda ids, start, end, T: np.append(ids, np.zeros(T - len(ids), dtype=int))),
        ),
        Misconception(
            "padded_with_end_marks",
            N_(
                "The result has the length of truth, filled with end marks. Return what was written, with one end mark."
            ),
            then(lambda ids, start, end, T: np.append(ids, np.full(T - len(ids), end))),
        ),
        Misconception(
            "state_not_carried",
            N_(
                "Every step starts from the encoder's state. Only the first does; each later one from the state "
                "before it."
            ),
            _not_carried,
        ),
        Misconception(
            "start_mark_every_time",
            N_("The start mark goes in at every step. It is the first input only; then comes what was just written."),
            fed(lambda truth, start, end, V: lambda t, last, z: np.eye(V)[start]),
        ),
        Misconception(
            "zeros_after_the_first",
            N_(
                "After the start mark only zeros go in, as in one_to_many: the decoder never learns what it wrote. The "
                "next input is the one-hot vector of the last number."
            ),
            fed(lambda truth, start, end, V: lambda t, last, z: np.zeros(V)),
        ),
        Misconception(
            "scores_fed_back",
            N_("The scores go in as the next input. What was *decided* goes in: the one-hot vector of the best one."),
            fed(lambda truth, start, end, V: lambda t, last, z: z),
        ),
        Misconception(
            "probabilities_fed_back",
            N_(
                "The probabilities go in as the next input. What was *decided* goes in: the one-hot vector of the "
                "best one."
            ),
            fed(lambda truth, start, end, V: lambda t, last, z: np.exp(z - z.max()) / np.exp(z - z.max()).sum()),
        ),
        Misconception(
            "begins_with_end_mark",
            N_("The first input is the end mark. It should be the start mark."),
            _begins("end"),
        ),
        Misconception(
            "begins_with_nothing",
            N_("The first input is a vector of zeros. It should be the one-hot vector of the start mark."),
            _begins("nothing"),
        ),
        Misconception(
            "written_before_the_step",
            N_(
                "The first number is read off the encoder's state, before any step. The start mark goes in first; what "
                "is written comes from the state *after* that step."
            ),
            _no_step_first,
        ),
        Misconception(
            "one_step_fewer",
            N_("There is one step too few: T of them may be needed, and range(T) already stops at T - 1."),
            _one_fewer,
        ),
        Misconception(
            "least_likely",
            N_("The *smallest* score is taken: argmin. Greedy is the largest: argmax."),
            lambda h, truth, start, end, W_xh, W_hh, b, W_hy, b_y: rnn_types.greedy_decode(
                h, truth, start, end, W_xh, W_hh, b, -W_hy, -b_y
            ),
        ),
        Misconception(
            "bias_forgotten",
            N_("The scores lack b_y, the bias of the outputs."),
            lambda h, truth, start, end, W_xh, W_hh, b, W_hy, b_y: rnn_types.greedy_decode(
                h, truth, start, end, W_xh, W_hh, b, W_hy, 0 * b_y
            ),
        ),
        Misconception(
            "largest_unit",
            N_(
                "The largest entry of the *state* is taken. First come the scores, W_hy h + b_y; then the largest of "
                "them."
            ),
            _largest_unit,
        ),
    ),
    accepts=(
        Variant("columns", _columns),
        Variant("batch_of_one", _batch_of_one),
        Variant("cut_after", _cut_after),
        Variant("as_a_list", lambda *arguments: rnn_types.greedy_decode(*arguments).tolist()),
        Variant("float_numbers", lambda *arguments: rnn_types.greedy_decode(*arguments).astype(float)),
        Variant("torch", with_torch(lambda torch, *arrays: oracles_rnn_types.greedy_decode(*arrays))),
    ),
    hints=(
        N_(
            "Follow three steps by hand: what goes in at each, which state does it start from, and what is written "
            "down?"
        ),
        N_(
            "Two things go from one step to the next: the state, and the number that was just written. Begin with h "
            "and the start mark."
        ),
        N_(
            "rnn_step wants batches: `np.eye(V)[[last]]` is (1, V), `h[None]` is (1, H). The scores are those of a "
            "readout, and `argmax` gives the best."
        ),
        N_("In the loop: step, scores, best, append, and *then* ask whether it was the end mark; if so, `break`."),
    ),
)
