"""Truncated backpropagation in torch: a training loop over chunks, with ``detach``."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.bptt import _loops as ways
from autograder.exercises.bptt._exact import seen
from autograder.messages import N_
from autograder.reference import oracles_bptt
from autograder.reference.training import RATE, train_truncated


def _lenient(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"strict": False}


def _strict(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"strict": True}


def _reads(made: Inputs, outputs: tuple) -> tuple:
    """The outputs; a gradient across a cut, however small, counts as one."""
    if len(outputs) != 6 or not isinstance(outputs[3], np.ndarray):
        return outputs
    return *outputs[:3], seen(outputs[3]), *outputs[4:]


GRAPH = (
    Misconception(
        "not_detached",
        N_(
            "The state still hangs on the graph of the chunk before, which is gone once `backward()` has run through "
            "it. Cut it: `h = h.detach()` before the next chunk. (`h.detach()` alone changes nothing; it gives a "
            "new tensor.)"
        ),
        lambda: ways.looping(enter=lambda h, h0: h),
    ),
    Misconception(
        "graph_retained",
        N_(
            "`retain_graph=True` keeps the old graphs, and the way back goes through all chunks again, with weights "
            "that the optimiser has changed in between. The error names the symptom; the cure is to cut: `h = "
            "h.detach()`."
        ),
        lambda: ways.looping(enter=lambda h, h0: h, update=ways.keeping_the_graph),
    ),
    Misconception(
        "retained_and_one_update",
        N_(
            "The state is not detached, and with `retain_graph=True` each loss goes back through *all* chunks before "
            "it: full BPTT, again and again. Detach the state, and let the optimiser step after every chunk."
        ),
        lambda: ways.retained_until_the_end,
    ),
    Misconception(
        "one_way_back_for_all",
        N_(
            "The losses are added up and sent back once, at the end, and the state is never detached: that is full "
            "BPTT through the whole sequence. Each chunk has its own `backward()`, on a state that was detached."
        ),
        lambda: ways.one_update(detach=False),
    ),
    Misconception(
        "one_update_for_all",
        N_(
            "The gradient stops at the cuts as it should, but there is one update for the whole sequence. Zero, "
            "backward and step belong inside the loop: one update for each chunk."
        ),
        lambda: ways.one_update(detach=True),
    ),
    Misconception(
        "detached_each_step",
        N_(
            "The state is detached at *every* step: the model is called on one step at a time, as if k were 1. Give "
            "it the whole chunk, x[:, start:start + k], so that the gradient flows through its k steps."
        ),
        lambda: ways.step_by_step,
    ),
    Misconception(
        "output_detached",
        N_(
            "Nothing is left to go back through: the outputs or the loss were detached (or made under "
            "`torch.no_grad()`). Only the *state* is detached, between chunks."
        ),
        lambda: ways.looping(loss_of=lambda loss, out, y: loss(out.detach(), y)),
    ),
)

STATE = (
    Misconception(
        "batch_cut",
        N_(
            "The *batch* is cut, axis 0, as by `x[start:start + k]`, so a later chunk has not as many sequences as the "
            "state that is carried into it. Time is axis 1: `x[:, start:start + k]`, and the same for y."
        ),
        lambda: ways.along_the_batch,
    ),
    Misconception(
        "state_reset",
        N_(
            "The state starts from zeros in every chunk, so the network forgets all that came before. `detach()` "
            "keeps the *values* and cuts the gradient: that is what is wanted."
        ),
        lambda: ways.looping(enter=lambda h, h0: 0 * h.detach()),
    ),
    Misconception(
        "state_starts_over",
        N_(
            "Every chunk starts from the h that was given. The state that the model returns is what the next chunk "
            "starts from: `outputs, h = model(...)`."
        ),
        lambda: ways.looping(enter=lambda h, h0: h0),
    ),
    Misconception(
        "state_of_before_returned",
        N_(
            "The state that the model returns is never taken over: every chunk starts from the h that was given, and "
            "the same h is returned. Write `outputs, h = model(...)`."
        ),
        lambda: ways.state_of_before,
    ),
    Misconception(
        "start_ignored",
        N_("The first chunk starts from zeros. It starts from h, which is given: a stream may have begun long before."),
        lambda: ways.looping(enter=lambda h, h0: 0 * h0 if h is h0 else h.detach()),
    ),
)

UPDATES = (
    Misconception(
        "not_zeroed",
        N_(
            "Gradients pile up from chunk to chunk: `backward()` adds to what is there. Call `optimiser.zero_grad()` "
            "once for every chunk."
        ),
        lambda: ways.looping(update=ways.without_zeroing),
    ),
    Misconception(
        "no_gradient_at_step",
        N_(
            "When `optimiser.step()` runs there are no gradients, so nothing is learned: `backward()` is missing, or "
            "`zero_grad()` stands between it and the step. The order is zero, backward, step."
        ),
        lambda: ways.looping(update=ways.zeroed_too_late),
    ),
    Misconception(
        "no_step",
        N_("The optimiser never steps, so the weights stay as they were: `optimiser.step()` after every `backward()`."),
        lambda: ways.looping(update=ways.without_step),
    ),
    Misconception(
        "last_chunk_dropped",
        N_(
            "The steps after the last whole chunk are dropped. `range(0, T, k)` gives every start, and a slice that "
            "reaches beyond the end stops there by itself."
        ),
        lambda: ways.looping(every=lambda T, k: [(s, s + k) for s in range(0, T - k + 1, k)]),
    ),
    Misconception(
        "k_chunks",
        N_("The sequence is cut into k chunks. k is the number of *steps* in a chunk."),
        lambda: ways.looping(every=lambda T, k: [(i * -(-T // k), (i + 1) * -(-T // k)) for i in range(k)]),
    ),
    Misconception(
        "targets_of_last_chunk_repeated",
        N_("The targets are always those of the first chunk. Cut y where x is cut: y[:, start:start + k]."),
        lambda: ways.looping(target=lambda y, a, b: y[:, : min(b, y.shape[1]) - a]),
    ),
    Misconception(
        "loss_arguments_swapped",
        N_(
            "The loss is given the targets first. The mean of squared errors would not mind; most losses do, "
            "cross-entropy for one: `loss(outputs, y)`."
        ),
        lambda: ways.looping(loss_of=lambda loss, out, y: loss(y, out)),
    ),
    Misconception(
        "loss_summed",
        N_(
            "The loss of a chunk is multiplied by its number of steps. `loss` gives a mean already; use it as it is, "
            "or steps get longer with k."
        ),
        lambda: ways.looping(loss_of=lambda loss, out, y: loss(out, y) * out.shape[1]),
    ),
    Misconception(
        "loss_divided",
        N_("The loss of a chunk is divided by its number of steps. `loss` gives a mean over them already."),
        lambda: ways.looping(loss_of=lambda loss, out, y: loss(out, y) / out.shape[1]),
    ),
)

RETURNED = (
    Misconception(
        "losses_hold_the_graph",
        N_(
            "The losses are kept as tensors, and each holds the whole graph of its chunk: memory grows with every "
            "chunk. Keep the number: `e.item()`."
        ),
        lambda: ways.looping(keep=lambda e: e),
    ),
    Misconception(
        "state_holds_the_graph",
        N_(
            "The state that is returned still hangs on the last chunk's graph. Whoever carries on from it would go "
            "back through that: return `h.detach()`."
        ),
        lambda: ways.looping(leave=lambda h: h),
    ),
    Misconception(
        "both_hold_the_graph",
        N_(
            "What comes back still hangs on its graph, the losses and the state both, and keeps it in memory: "
            "`e.item()` for a loss, `h.detach()` for the state."
        ),
        lambda: ways.looping(keep=lambda e: e, leave=lambda h: h),
    ),
    Misconception(
        "mean_loss",
        N_("One number came back for the losses, their mean. Return them all, one for each chunk."),
        lambda: ways.looping(finish=lambda losses, h: (sum(losses) / len(losses), h)),
    ),
    Misconception(
        "last_loss",
        N_("One number came back for the losses, that of the last chunk. Return them all, one for each chunk."),
        lambda: ways.looping(finish=lambda losses, h: (losses[-1], h)),
    ),
    Misconception(
        "only_losses",
        N_("Only the losses came back. The last state is asked for too: it is where the stream goes on."),
        lambda: ways.looping(finish=lambda losses, h: losses),
    ),
    Misconception(
        "order_swapped",
        N_("The two results have changed places: first the losses, then the state."),
        lambda: ways.looping(finish=lambda losses, h: (h, losses)),
    ),
)

CUT = N_("States, losses or gradients are not right.")

TRAIN_TRUNCATED = Exercise(
    id="train_truncated",
    points=4,
    about=N_("A training loop in torch over chunks of k steps: the state is carried and detached at every cut."),
    spec=(
        "x (N,T,D), y (N,T,O), h (N,H), k int, W_xh (H,D), W_hh (H,H), b (H), W_hy (O,H), b_y (O), strict bool -> "
        "losses (C), h_T (N,H), starts (C,N,H), cut (C), grads (C,H,H), kept (1)"
    ),
    signature=(
        "train_truncated: model (x, h -> outputs, h), optimiser, loss (outputs, y -> number), "
        "x (N,T,D), y (N,T,O), h (N,H), k int -> losses (C), h (N,H)"
    ),
    reference=train_truncated,
    oracle=oracles_bptt.train_truncated,
    probe="truncated",
    probe_options={"rate": RATE},
    reads=_reads,
    inputs_stay=False,
    time_limit=10.0,
    cases=(
        Case("values", {"N": 2, "T": 11, "D": 6, "H": 5, "O": 1, "k": 4, "C": 3}, CUT, change=_lenient, weight=3),
        Case(
            "nothing left behind",
            {"N": 3, "T": 6, "D": 2, "H": 4, "O": 2, "k": 3, "C": 2},
            N_("What comes back still hangs on its graph: losses should be numbers, and the state detached."),
            change=_strict,
        ),
        Case(
            "k of one",
            {"N": 2, "T": 3, "D": 2, "H": 4, "O": 2, "k": 1, "C": 3},
            N_("Here k is 1."),
            change=_lenient,
        ),
        Case(
            "k longer than the sequence",
            {"N": 2, "T": 4, "D": 3, "H": 5, "O": 1, "k": 7, "C": 1},
            N_("Here k is larger than T: then there is one chunk."),
            change=_lenient,
        ),
        Case(
            "batch of one",
            {"N": 1, "T": 7, "D": 1, "H": 3, "O": 1, "k": 2, "C": 4},
            N_("Here N is 1."),
            change=_lenient,
            hidden=True,
        ),
        Case(
            "a long stream",
            {"N": 2, "T": 41, "D": 2, "H": 4, "O": 3, "k": 5, "C": 9},
            N_("This case is about a long stream."),
            change=_lenient,
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=GRAPH + STATE + UPDATES + RETURNED,
    accepts=(
        Variant("detached_at_the_start", lambda: ways.looping()),
        Variant("zeroed_after", lambda: ways.looping(update=ways.zeroed_after)),
        Variant("split_and_zip", lambda: ways.split_and_zip),
        Variant("while_loop", lambda: ways.while_loop),
        Variant("leaf_again", lambda: ways.leaf_again),
        Variant("detached_in_place", lambda: ways.detached_in_place),
        Variant("detached_at_the_end", lambda: ways.in_place),
    ),
    hints=(
        N_(
            "It is the loop of truncated_bptt with torch going backward. What did you keep from one chunk to the "
            "next there, and what did you drop?"
        ),
        N_(
            "`h.detach()` is a tensor with the values of h and no memory of how they were made. Where in the loop "
            "must it stand, so that a chunk's `backward()` cannot reach the chunk before?"
        ),
        N_(
            "For each start: detach the state, call the model on `x[:, start:start + k]`, take the loss against the "
            "same stretch of y. Then zero, backward, step, and keep the loss as a number with `.item()`."
        ),
        N_("After the loop the state still hangs on the last chunk. Detach it once more as you return it."),
    ),
)
