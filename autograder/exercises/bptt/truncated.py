"""Truncated backpropagation through time, in NumPy."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.bptt import _chunks as ways
from autograder.exercises.bptt import _sequences
from autograder.exercises.bptt._exact import seen
from autograder.messages import N_
from autograder.reference import bptt, oracles_bptt


def _reads(made: Inputs, outputs: tuple) -> tuple:
    """The outputs; where no loss lies in a chunk, a gradient of its inputs, however small, counts as one."""
    if len(outputs) != 6 or np.shape(outputs[1]) != made["x"].shape:
        return outputs
    dx = outputs[1]
    for c in ways.every(dx.shape[1], made["k"]):
        if not made["dh"][:, c].any():
            dx = np.concatenate([dx[:, : c.start], seen(dx[:, c]), dx[:, c.stop :]], axis=1)
    return outputs[0], dx, *outputs[2:]


def _loss_in_last_chunk(rng: np.random.Generator, made: Inputs) -> Inputs:
    """A loss in the last chunk alone: before its cut every gradient is zero."""
    T, k = made["x"].shape[1], 3
    dh, last = np.zeros(made["dh"].shape), k * ((T - 1) // k)
    dh[:, last:] = made["dh"][:, last:]
    return {"dh": dh, "k": k}


STATE = (
    Misconception(
        "state_reset",
        N_(
            "The state starts from zeros in every chunk, so the network forgets all that came before. Truncation "
            "cuts the way *back* only: forward, a chunk starts from the state that the one before it left."
        ),
        ways.cut(carry=lambda last, h0: 0 * last),
    ),
    Misconception(
        "state_starts_over",
        N_(
            "Every chunk starts from h0, so the network forgets all that came before. Carry the last state of a chunk "
            "into the next; only the gradient stops."
        ),
        ways.cut(carry=lambda last, h0: h0),
    ),
    Misconception(
        "back_from_the_end_state",
        N_(
            "bptt is given the state that the chunk *ended* in. It asks for the state that the chunk started from: "
            "call it before the last state takes the place of the old one."
        ),
        ways.cut(before=lambda state, last, h0: last),
    ),
    Misconception(
        "back_from_h0",
        N_(
            "Forward all is right, but bptt is given h0 in *every* chunk. A chunk started from the state that the one "
            "before it left, and dW_hh is made with that one."
        ),
        ways.cut(before=lambda state, last, h0: h0),
    ),
)

CUT = (
    Misconception(
        "gradient_crosses",
        N_(
            "Nothing is cut: these are the gradients of full BPTT, whatever k is. Go back through each chunk of time, "
            "`x[:, start:start + k]`, on its own; what flows out of its first step is not handed to the chunk before."
        ),
        ways.crossing,
    ),
    Misconception(
        "cut_at_each_step",
        N_(
            "The gradient is cut at *every* step, as if k were 1. Inside a chunk it flows back freely, through all "
            "of its k steps."
        ),
        ways.cut(chunks=lambda T, k: ways.every(T, 1)),
    ),
    Misconception(
        "batch_cut",
        N_(
            "The *batch* is cut, axis 0, as by `x[start:start + k]`, so a later chunk has not as many sequences as the "
            "state that is carried into it. Time is axis 1: `x[:, start:start + k]`, and the same for dh, h and dx."
        ),
        ways.along_the_batch(),
    ),
    Misconception(
        "batch_cut_dh",
        N_(
            "dh is cut along axis 0, the *batch*, as by `dh[start:start + k]`, so a later chunk finds no sequences in "
            "it. Time is axis 1: `dh[:, start:start + k]`."
        ),
        ways.along_the_batch(dh_alone=True),
    ),
    Misconception(
        "sliding_window",
        N_(
            "Each loss goes back k steps of its own, wherever it stands. That is a truncation too (and costs k times "
            "as much); here the sequence is cut into chunks, and a loss reaches back to the start of its chunk."
        ),
        ways.sliding_window,
    ),
    Misconception(
        "last_chunk_only",
        N_(
            "Only the last chunk goes back; the losses of the others are lost. Every chunk has its own way back, and "
            "the gradients of the weights add up over the chunks."
        ),
        ways.only_last_chunk,
    ),
    Misconception(
        "last_k_steps_only",
        N_(
            "Only the last k steps of the sequence go back. Truncation does not stop at that: *every* chunk of k steps "
            "has its own way back, and the gradients of the weights add up."
        ),
        ways.last_k_steps,
    ),
    Misconception(
        "last_k_steps_to_the_start",
        N_(
            "Only the last k steps of the sequence go back, and dh0 is what flows out of those. *Every* chunk of k "
            "steps has its own way back; the gradients of the weights add up, and dh0 comes from the first chunk."
        ),
        ways.last_k_steps_to_the_start,
    ),
    Misconception(
        "k_chunks",
        N_("The sequence is cut into k chunks. k is the number of *steps* in a chunk."),
        ways.cut(chunks=lambda T, k: ways.at([i * T // k for i in range(k)] + [T])),
    ),
    Misconception(
        "last_chunk_dropped",
        N_(
            "The steps after the last whole chunk are dropped: `T // k` counts whole chunks only. `range(0, T, k)` "
            "gives every start, and a slice that reaches beyond the end stops there by itself."
        ),
        ways.cut(chunks=lambda T, k: ways.every(T // k * k, k)),
    ),
    Misconception(
        "last_chunk_left_as_zeros",
        N_(
            "The steps after the last whole chunk stay zero, and where T is smaller than k that is all of them. "
            "`range(0, T, k)` gives every start, and a slice that reaches beyond the end stops there by itself."
        ),
        ways.zeros_without_a_chunk,
    ),
    Misconception(
        "last_chunk_not_returned",
        N_(
            "h and dx end with the last *whole* chunk; the steps after it are missing. `range(0, T, k)` gives every "
            "start, and a slice that reaches beyond the end stops there by itself."
        ),
        ways.whole_chunks_only,
    ),
    Misconception(
        "short_chunk_first",
        N_(
            "The chunks are counted from the end, so that the short one comes first. Count from the start: 0, k, 2k, "
            "..."
        ),
        ways.cut(chunks=lambda T, k: ways.at([0, *range(T % k or k, T, k), T])),
    ),
    Misconception(
        "cut_one_late",
        N_(
            "Every cut comes one step late: the first chunk has k + 1 steps. Steps count from 0, so the second chunk "
            "starts at step k."
        ),
        ways.cut(chunks=lambda T, k: ways.at([0, *range(k + 1, T, k), T])),
    ),
    Misconception(
        "cut_one_early",
        N_(
            "Every cut comes one step early: the first chunk has k - 1 steps. Steps count from 0, so the second chunk "
            "starts at step k, not after step k - 2."
        ),
        ways.cut(chunks=lambda T, k: ways.at([0, *range(k - 1, T, k), T] if k > 1 else list(range(T + 1)))),
    ),
    Misconception(
        "chunk_end_loss_only",
        N_("Of each chunk only the loss of its last step is used. Every step has a loss: hand dh[:, chunk] on whole."),
        ways.cut(ask=ways.chunk_end_only),
    ),
)

SUMS = (
    Misconception(
        "weights_overwritten",
        N_(
            "dW_xh, dW_hh and db are those of the last chunk alone. The chunks share the weights, so their gradients "
            "add up: `+=`."
        ),
        ways.cut(finish=lambda h, dx, starts, weights: (h, dx, starts[0], *weights[-1])),
    ),
    Misconception(
        "averaged_over_chunks",
        N_(
            "The gradients of the weights are divided by the number of chunks. The loss is a *sum* over time, and so "
            "are its gradients."
        ),
        ways.cut(
            finish=lambda h, dx, starts, weights: (
                h,
                dx,
                starts[0],
                *(w / len(weights) for w in ways.summed(weights)),
            )
        ),
    ),
    Misconception(
        "divided_by_k",
        N_(
            "The gradients of the weights are divided by k. The loss is a sum over time; whoever wants a mean puts "
            "it into dh."
        ),
        ways.then(lambda h, dx, dh0, *rest: (h, dx, dh0, *(w / rest[-1] for w in rest[:3]))),
    ),
    Misconception(
        "divided_by_steps",
        N_(
            "The gradients of the weights are divided by T. The loss is a sum over time; whoever wants a mean puts "
            "it into dh."
        ),
        ways.then(lambda h, dx, dh0, *rest: (h, dx, dh0, *(w / rest[-2] for w in rest[:3]))),
    ),
    Misconception(
        "dh0_of_last_chunk",
        N_(
            "dh0 is the gradient of the state that the *last* chunk started from: it was replaced in every chunk. h0 "
            "is the start of the first chunk; keep what that one gives."
        ),
        ways.cut(finish=ways.last_start),
    ),
    Misconception(
        "dh0_cut",
        N_(
            "dh0 came back as zeros. The first chunk starts from h0, and no cut lies between them: its gradient is "
            "what flows out of the first chunk."
        ),
        ways.then(lambda h, dx, dh0, *rest: (h, dx, 0 * dh0, *rest[:3])),
    ),
    Misconception(
        "dh0_summed",
        N_(
            "dh0 is the sum over all chunks of what flows out of their first steps. Only the first chunk starts from "
            "h0; what flows out of the others is dropped at the cut."
        ),
        ways.cut(finish=lambda h, dx, starts, weights: (h, dx, sum(starts), *ways.summed(weights))),
    ),
)

RETURNED = (
    Misconception(
        "states_missing",
        N_("The states are missing: first h, (N, T, H), then dx, dh0, dW_xh, dW_hh and db."),
        ways.then(lambda h, *rest: rest[:5]),
    ),
    Misconception(
        "states_last",
        N_("The states come last here. Asked for are h, dx, dh0, dW_xh, dW_hh, db, in this order."),
        ways.then(lambda h, *rest: (*rest[:5], h)),
    ),
)


def _built_on(way):
    """The reference on another ``bptt``, whose totals take the shape of what is added to them."""

    def right(x, h0, W_xh, W_hh, b, dh, k, *, rnn_step_backward=bptt.rnn_step_backward):
        return bptt.truncated_bptt(x, h0, W_xh, W_hh, b, dh, k, bptt=way, rnn_step_backward=rnn_step_backward)

    return right


TRUNCATED_BPTT = Exercise(
    id="truncated_bptt",
    points=6,
    about=N_("Truncated BPTT: the state is carried through the whole sequence, gradients go back within chunks of k."),
    spec=(
        "x (N,T,D), h0 (N,H), W_xh (H,D), W_hh (H,H), b (H), dh (N,T,H), k int -> h (N,T,H), dx (N,T,D), dh0 (N,H), "
        "dW_xh (H,D), dW_hh (H,H), db (H)"
    ),
    reference=bptt.truncated_bptt,
    oracle=oracles_bptt.truncated_bptt,
    requires=("rnn_step_backward", "bptt"),
    reads=_reads,
    cases=(
        Case("values", {"N": 2, "T": 11, "D": 3, "H": 5, "k": 4}, N_("States or gradients are not right."), weight=3),
        Case(
            "across the cut",
            {"N": 2, "T": 8, "D": 4, "H": 5},
            N_("With a loss in the last chunk alone, the gradients before its cut are not exactly zero."),
            change=_loss_in_last_chunk,
            weight=2,
        ),
        Case("whole chunks", {"N": 3, "T": 6, "D": 2, "H": 4, "k": 3}, N_("Here k divides T.")),
        Case(
            "k of one",
            {"N": 2, "T": 5, "D": 3, "H": 4, "k": 1},
            N_("Here k is 1: then no gradient reaches the step before."),
        ),
        Case(
            "k longer than the sequence",
            {"N": 2, "T": 4, "D": 3, "H": 5, "k": 9},
            N_("Here k is larger than T: then nothing is cut."),
        ),
        Case("batch of one", {"N": 1, "T": 7, "D": 2, "H": 3, "k": 3}, N_("Here N is 1."), hidden=True),
        Case(
            "a batch larger than the sequence",
            {"N": 9, "T": 7, "D": 3, "H": 2, "k": 5},
            N_("Here N is larger than T."),
            hidden=True,
        ),
        Case(
            "a long sequence",
            {"N": 2, "T": 50, "D": 3, "H": 4, "k": 8},
            N_("This case is about a long sequence."),
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=STATE + CUT + SUMS + RETURNED,
    accepts=(
        Variant("sums_made_anew", _built_on(_sequences.swept())),
        Variant("sums_from_nothing", _built_on(_sequences.sums_from_nothing)),
        Variant("flow_stopped", ways.flow_stopped),
        Variant("forward_first", ways.forward_first),
        Variant("split_arrays", ways.split_arrays),
        Variant(
            "float32",
            lambda *arguments: bptt.truncated_bptt(*(a.astype(np.float32) for a in arguments[:-1]), arguments[-1]),
        ),
        Variant("torch_detached", with_torch(lambda torch, *a: ways.torch_detached(torch, *a[:-1], int(a[-1])))),
    ),
    hints=(
        N_(
            "Each chunk is a short sequence of its own: forward through it, then back through it. You have a "
            "function for either way. What does the next chunk need from this one, and what must it not get?"
        ),
        N_(
            "`range(0, T, k)` gives the starts of the chunks. `x[:, start:start + k]` is one, and may be shorter at "
            "the end."
        ),
        N_(
            "`rnn_forward` gives you the states of the chunk and its last state. Call bptt with the chunk's own dh, "
            "x and states, and with the state that the chunk *started* from in the place of h0."
        ),
        N_(
            "Then the last state becomes the start of the next chunk. Put h and dx where they belong in time, add up "
            "the gradients of the weights, and keep the start's gradient of the first chunk only: that one is dh0."
        ),
    ),
)
