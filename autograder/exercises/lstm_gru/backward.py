"""One step of an LSTM, backward."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.lstm_gru import _back as ways
from autograder.messages import N_
from autograder.reference import gated, oracles_gated
from autograder.reference.readout import sigmoid


def _after(rng: np.random.Generator, made: Inputs) -> Inputs:
    """The gates and the cell states that the step gives, with a bias that the way back does not need."""
    b = 0.5 * rng.normal(size=len(made["W_hh"]))
    gates = gated.lstm_gates(made["x"], made["h_prev"], made["W_xh"], made["W_hh"], b)
    i, f, g, _o = gates
    return {"gates": np.concatenate(gates, axis=1), "c": f * made["c_prev"] + i * g}


def _full_belt(rng: np.random.Generator, made: Inputs) -> Inputs:
    """The same where the belt was full, so that its tanh is flat."""
    made = made | {"c_prev": 3 * made["c_prev"]}
    return {"c_prev": made["c_prev"]} | _after(rng, made)


def _only_dh(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"dc": np.zeros(made["dc"].shape)} | _after(rng, made)


def _only_dc(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"dh": np.zeros(made["dh"].shape)} | _after(rng, made)


PATHS = (
    Misconception(
        "h_asks_nothing_of_c",
        N_(
            "What comes down from h does not reach the belt: h = o * tanh(c), so c is asked for dh * o * (1 - "
            "tanh(c)²) "
            "*besides* dc. Add the two before you go on."
        ),
        ways.back(belt=lambda k: k.dc),
    ),
    Misconception(
        "dc_dropped",
        N_(
            "dc is not used: what the *next* step asks of the cell state is lost, and with it the uninterrupted way "
            "back. Add it to what comes down from h."
        ),
        ways.back(belt=lambda k: k.dh * k.o * (1 - k.tanh_c**2)),
    ),
    Misconception(
        "o_asks_nothing",
        N_(
            "The path through the output gate is missing: its quarter of the gradients is zero. h = o * tanh(c), so o "
            "is asked for dh * tanh(c)."
        ),
        ways.back(do=lambda k: 0 * k.dh),
    ),
    Misconception(
        "f_asks_nothing",
        N_(
            "The path through the forget gate is missing. c = f * c_prev + ..., so f is asked for c_prev times what c "
            "is."
        ),
        ways.back(df=lambda k: 0 * k.belt),
    ),
    Misconception(
        "i_asks_nothing",
        N_("The path through the input gate is missing. c = ... + i * g, so i is asked for g times what c is."),
        ways.back(di=lambda k: 0 * k.belt),
    ),
    Misconception(
        "g_asks_nothing",
        N_("The path through the candidate is missing. c = ... + i * g, so g is asked for i times what c is."),
        ways.back(dg=lambda k: 0 * k.belt),
    ),
    Misconception(
        "o_through_the_belt",
        N_(
            "The output gate is given what c is asked. o does not touch the belt: it multiplies tanh(c) to make h, so "
            "its gradient is dh * tanh(c)."
        ),
        ways.back(do=lambda k: k.belt * k.tanh_c),
    ),
    Misconception(
        "gates_get_dc_only",
        N_(
            "dc_prev is right, but i, f and g are given dc alone. They made c, and so are owed *all* that is asked of "
            "c: dc and what comes down from h."
        ),
        ways.back(di=lambda k: k.dc * k.g, df=lambda k: k.dc * k.c_prev, dg=lambda k: k.dc * k.i),
    ),
)

SHOWN = (
    Misconception(
        "tanh_of_c_forgotten",
        N_("The way from h to c leaves out tanh: dh * o. Its slope belongs there too, 1 - tanh(c)²."),
        ways.back(belt=lambda k: k.dc + k.dh * k.o),
    ),
    Misconception(
        "slope_of_c_itself",
        N_(
            "The slope of tanh is taken as 1 - c². c has *not* been through tanh: the slope is 1 - tanh(c)². (For g, "
            "which has been, it is 1 - g².)"
        ),
        ways.back(belt=lambda k: k.dc + k.dh * k.o * (1 - k.c**2)),
    ),
    Misconception(
        "square_outside",
        N_("The slope of tanh is taken as (1 - tanh(c))². Only the tanh is squared: 1 - tanh(c)²."),
        ways.back(belt=lambda k: k.dc + k.dh * k.o * (1 - k.tanh_c) ** 2),
    ),
    Misconception(
        "slope_of_h",
        N_("The slope of tanh is taken as 1 - h². h is o * tanh(c); the slope at c is 1 - tanh(c)²."),
        ways.back(belt=lambda k: k.dc + k.dh * k.o * (1 - (k.o * k.tanh_c) ** 2)),
    ),
    Misconception(
        "output_gate_forgotten",
        N_("The way from h to c leaves out the output gate: dh * (1 - tanh(c)²). Since h = o * tanh(c), o multiplies."),
        ways.back(belt=lambda k: k.dc + k.dh * (1 - k.tanh_c**2)),
    ),
    Misconception(
        "o_gets_c",
        N_("The output gate is asked for dh * c. It multiplies tanh(c), so it is dh * tanh(c)."),
        ways.back(do=lambda k: k.dh * k.c),
    ),
    Misconception(
        "slope_on_dc_too",
        N_(
            "dc is multiplied by o (1 - tanh(c)²) as well. That factor is on the way from h down to c; dc comes along "
            "the belt and is already there."
        ),
        ways.back(belt=lambda k: (k.dc + k.dh) * k.o * (1 - k.tanh_c**2)),
    ),
    Misconception(
        "asked_multiplied",
        N_(
            "What comes along the belt and what comes down from h are multiplied. Two ways lead back to c: "
            "what they ask is *added*."
        ),
        ways.back(belt=lambda k: k.dc * k.dh * k.o * (1 - k.tanh_c**2)),
    ),
    Misconception(
        "square_forgotten_at_c",
        N_("The slope of tanh is taken as 1 - tanh(c). It is 1 - tanh(c)²: the square is missing."),
        ways.back(belt=lambda k: k.dc + k.dh * k.o * (1 - k.tanh_c)),
    ),
    Misconception(
        "slope_around_the_sum",
        N_(
            "dc is multiplied by the slope of tanh as well, (dc + dh * o) * (1 - tanh(c)²). It comes along "
            "the belt, where there is no tanh: add it last."
        ),
        ways.back(belt=lambda k: (k.dc + k.dh * k.o) * (1 - k.tanh_c**2)),
    ),
    Misconception(
        "tanh_of_the_old_c",
        N_("tanh is taken of c_prev. What was shown is the *new* cell state: tanh(c)."),
        ways.back(
            belt=lambda k: k.dc + k.dh * k.o * (1 - np.tanh(k.c_prev) ** 2), do=lambda k: k.dh * np.tanh(k.c_prev)
        ),
    ),
)

BELT = (
    Misconception(
        "f_gets_new_c",
        N_("The forget gate is given c. It multiplied the cell state *before* the step: c_prev."),
        ways.back(df=lambda k: k.belt * k.c),
    ),
    Misconception(
        "i_and_g_swapped",
        N_(
            "i is given i and g is given g. They are multiplied, i * g, so each is owed the *other*: i gets g, g gets "
            "i."
        ),
        ways.back(di=lambda k: k.belt * k.i, dg=lambda k: k.belt * k.g),
    ),
    Misconception(
        "forget_gate_forgotten",
        N_("dc_prev lacks the forget gate: c_prev was multiplied by f, so what goes on back along the belt is too."),
        ways.back(dc_prev=lambda k: k.belt),
    ),
    Misconception(
        "dc_prev_from_dc_only",
        N_("dc_prev is dc * f: what came down from h is missing in it. All that is asked of c goes on back."),
        ways.back(dc_prev=lambda k: k.dc * k.f),
    ),
    Misconception(
        "dc_prev_through_i",
        N_("dc_prev is made with the input gate. What was kept of c_prev is f * c_prev: the factor is f."),
        ways.back(dc_prev=lambda k: k.belt * k.i),
    ),
    Misconception(
        "dc_prev_through_one_minus_f",
        N_("dc_prev is made with 1 - f. f is what is *kept*: the factor is f itself."),
        ways.back(dc_prev=lambda k: k.belt * (1 - k.f)),
    ),
    Misconception(
        "dc_given_back",
        N_("dc_prev is dc, as it came in. One step further back, all that is asked of c is multiplied by f."),
        ways.back(dc_prev=lambda k: k.dc),
    ),
    Misconception(
        "f_gets_f",
        N_("f is given f. It was multiplied by c_prev, so it is owed c_prev times what c is asked."),
        ways.back(df=lambda k: k.belt * k.f),
    ),
    Misconception(
        "dc_prev_gets_c_prev",
        N_("dc_prev is made with c_prev, which is what f is owed. c_prev itself is owed its partner, f."),
        ways.back(dc_prev=lambda k: k.belt * k.c_prev),
    ),
    Misconception(
        "dh_added_to_dh_prev",
        N_(
            "dh is added to dh_prev. h_prev reaches the new h only through the sums of the gates: dh_prev is "
            "da @ W_hh alone."
        ),
        ways.back(dh_prev=lambda k: k.da @ k.W_hh + k.dh),
    ),
)

SLOPES = (
    Misconception(
        "slopes_forgotten",
        N_(
            "The gates' own slopes are missing: what is owed to i, f, g and o must still go through the sigmoid, s (1 "
            "- "
            "s), or the tanh, 1 - g²."
        ),
        ways.sloped(**dict.fromkeys("ifgo", lambda k: 1.0)),
    ),
    Misconception(
        "sigmoid_slope_for_g",
        N_("All four slopes are s (1 - s). The candidate went through tanh: its slope is 1 - g²."),
        ways.sloped(g=lambda k: k.g * (1 - k.g)),
    ),
    Misconception(
        "tanh_slope_for_gates",
        N_("All four slopes are 1 - s². i, f and o went through a sigmoid: their slope is s (1 - s)."),
        ways.sloped(i=lambda k: 1 - k.i**2, f=lambda k: 1 - k.f**2, o=lambda k: 1 - k.o**2),
    ),
    Misconception(
        "square_forgotten",
        N_("The slope of the candidate is taken as 1 - g. It is 1 - g²."),
        ways.sloped(g=lambda k: 1 - k.g),
    ),
    Misconception(
        "squashed_twice",
        N_(
            "The slopes are taken of sigmoid(i), tanh(g) and so on. The gates have been through that already: with the "
            "values s themselves it is s (1 - s), and 1 - g²."
        ),
        ways.sloped(
            i=lambda k: sigmoid(k.i) * (1 - sigmoid(k.i)),
            f=lambda k: sigmoid(k.f) * (1 - sigmoid(k.f)),
            g=lambda k: 1 - np.tanh(k.g) ** 2,
            o=lambda k: sigmoid(k.o) * (1 - sigmoid(k.o)),
        ),
    ),
    Misconception(
        "slope_of_o_forgotten",
        N_("The slope of the output gate is missing: dh * tanh(c) must still go through its sigmoid, o (1 - o)."),
        ways.sloped(o=lambda k: 1.0),
    ),
    Misconception(
        "gate_for_its_slope",
        N_("The gates stand where their slopes should: times s, not times s (1 - s)."),
        ways.sloped(i=lambda k: k.i, f=lambda k: k.f, g=lambda k: k.g, o=lambda k: k.o),
    ),
    Misconception(
        "one_minus_s",
        N_("The slopes of the three sigmoids are taken as 1 - s. They are s (1 - s)."),
        ways.sloped(i=lambda k: 1 - k.i, f=lambda k: 1 - k.f, o=lambda k: 1 - k.o),
    ),
    Misconception(
        "square_outside_at_g",
        N_("The slope of the candidate is taken as (1 - g)². Only g is squared: 1 - g²."),
        ways.sloped(g=lambda k: (1 - k.g) ** 2),
    ),
    Misconception(
        "tanh_of_g_again",
        N_("The slope of the candidate is taken as 1 - tanh(g)². g has been through tanh already: 1 - g²."),
        ways.sloped(g=lambda k: 1 - np.tanh(k.g) ** 2),
    ),
    Misconception(
        "gates_squashed_again",
        N_(
            "The pieces of `gates` go through sigmoid and tanh again. They are the *values* of i, f, g and o: "
            "use them as they are."
        ),
        ways.with_gates(lambda i, f, g, o: (sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o))),
    ),
)

SUMS = (
    Misconception(
        "order_i_f_o_g",
        N_("The blocks of the candidate and the output gate have changed places. Joined again, they lie as i f g o."),
        ways.back(order="ifog"),
    ),
    Misconception(
        "order_f_i_g_o",
        N_("The blocks of the input gate and the forget gate have changed places. Joined again, they lie as i f g o."),
        ways.back(order="figo"),
    ),
    Misconception(
        "order_i_g_f_o",
        N_("The blocks of the forget gate and the candidate have changed places. Joined again, they lie as i f g o."),
        ways.back(order="igfo"),
    ),
    Misconception(
        "joined_along_the_batch",
        N_("The four results are joined one below the other, (4N, H). Side by side they are (N, 4H): `axis=1`."),
        ways.joined_along_the_batch,
    ),
    Misconception(
        "new_state_for_old",
        N_("dW_hh is made with the new h. W_hh was multiplied by the hidden state *before* the step: h_prev."),
        ways.back(dW_hh=lambda k: k.da.T @ (k.o * k.tanh_c)),
    ),
    Misconception(
        "cell_for_state",
        N_("dW_hh is made with c_prev. W_hh was multiplied by the *hidden* state before the step: h_prev."),
        ways.back(dW_hh=lambda k: k.da.T @ k.c_prev),
    ),
    Misconception(
        "gradients_transposed",
        N_("dW_xh and dW_hh came as (D, 4H) and (H, 4H). A gradient has the shape of its weights: `da.T` on the left."),
        ways.back(dW_xh=lambda k: k.x.T @ k.da, dW_hh=lambda k: k.h_prev.T @ k.da),
    ),
    Misconception(
        "input_gradient_transposed",
        N_("dW_xh came as (D, 4H). A gradient has the shape of its weights: `da.T @ x` is (4H, D)."),
        ways.back(dW_xh=lambda k: k.x.T @ k.da),
    ),
    Misconception(
        "recurrent_gradient_transposed",
        N_("dW_hh came as (H, 4H). A gradient has the shape of its weights: `da.T @ h_prev` is (4H, H)."),
        ways.back(dW_hh=lambda k: k.h_prev.T @ k.da),
    ),
    Misconception(
        "bias_not_summed",
        N_("db came as (N, 4H). There is one b for all examples: sum over the batch, axis 0."),
        ways.back(db=lambda k: k.da),
    ),
    Misconception(
        "bias_averaged",
        N_("db is the mean over the batch. b is shared, so what the examples ask of it is added up: `sum`."),
        ways.back(db=lambda k: k.da.mean(axis=0)),
    ),
    Misconception(
        "all_averaged",
        N_("The gradients of the weights and of b are divided by N. They are sums; a mean over the batch is in dh."),
        ways.then(lambda *g: (*g[:3], *(w / len(g[0]) for w in g[3:]))),
    ),
    Misconception(
        "bias_over_the_gates",
        N_("db is summed along axis 1, over the gates, (N). Sum over the batch, axis 0: (4H)."),
        ways.back(db=lambda k: k.da.sum(axis=1)),
    ),
    Misconception(
        "read_i_f_o_g",
        N_("`gates` is cut into i f o g. It holds the values in the order i f g o."),
        ways.with_gates(lambda i, f, g, o: (i, f, o, g)),
    ),
    Misconception(
        "read_f_i_g_o",
        N_("`gates` is cut into f i g o. It holds the values in the order i f g o."),
        ways.with_gates(lambda i, f, g, o: (f, i, g, o)),
    ),
    Misconception(
        "read_and_joined_i_f_o_g",
        N_("`gates` is cut into i f o g, and joined again in that order. It holds the values in the order i f g o."),
        ways.with_gates(lambda i, f, g, o: (i, f, o, g), order="ifog"),
    ),
    Misconception(
        "read_and_joined_f_i_g_o",
        N_("`gates` is cut into f i g o, and joined again in that order. It holds the values in the order i f g o."),
        ways.with_gates(lambda i, f, g, o: (f, i, g, o), order="figo"),
    ),
    Misconception(
        "split_along_the_batch",
        N_(
            "`gates` is (N, 4H), and it is its axis 1 that is cut into four: `np.split(gates, 4, axis=1)`. "
            "Without `axis=1` np.split cuts the batch."
        ),
        ways.split_along_the_batch,
    ),
    Misconception(
        "bias_over_everything",
        N_("db is one number: all of da was added up. b has 4H numbers: sum over the batch alone, axis 0."),
        ways.back(db=lambda k: k.da.sum()),
    ),
)

RETURNED = (
    Misconception(
        "states_swapped",
        N_("dh_prev and dc_prev have changed places: first dx, then dh_prev, then dc_prev."),
        ways.then(lambda dx, dh, dc, *rest: (dx, dc, dh, *rest)),
    ),
    Misconception(
        "dx_and_dh_swapped",
        N_("dx and dh_prev have changed places: first dx, (N, D), then dh_prev, (N, H)."),
        ways.then(lambda dx, dh, dc, *rest: (dh, dx, dc, *rest)),
    ),
    Misconception(
        "dc_prev_missing",
        N_("Five results came: dc_prev is missing. The order is dx, dh_prev, dc_prev, dW_xh, dW_hh, db."),
        ways.then(lambda dx, dh, dc, *rest: (dx, dh, *rest)),
    ),
    Misconception(
        "weights_swapped",
        N_("dW_xh and dW_hh have changed places: first dW_xh, (4H, D), then dW_hh, (4H, H)."),
        ways.then(lambda dx, dh, dc, dW_xh, dW_hh, db: (dx, dh, dc, dW_hh, dW_xh, db)),
    ),
    Misconception(
        "weights_first",
        N_("The weights come first here. The order is dx, dh_prev, dc_prev, dW_xh, dW_hh, db."),
        ways.then(lambda dx, dh, dc, *rest: (*rest, dx, dh, dc)),
    ),
    Misconception(
        "dc_overwritten",
        N_("The gradients are right, but dc has changed: `dc += ...` writes into the caller's array. Make a new one."),
        ways.overwriting_dc,
    ),
    Misconception(
        "gates_overwritten",
        N_(
            "The gradients are right, but `gates` has changed: the pieces of np.split are views into it. Make new "
            "arrays for the gradients."
        ),
        ways.overwriting_gates,
    ),
)

LSTM_STEP_BACKWARD = Exercise(
    id="lstm_step_backward",
    points=7,
    about=N_("One step of an LSTM backward: from the gradients of both states to those of all that went into it."),
    spec=(
        "dh (N,H), dc (N,H), x (N,D), h_prev (N,H), c_prev (N,H), gates (N,4H), c (N,H), W_xh (4H,D), W_hh (4H,H) -> "
        "dx (N,D), dh_prev (N,H), dc_prev (N,H), dW_xh (4H,D), dW_hh (4H,H), db (4H)"
    ),
    reference=gated.lstm_step_backward,
    oracle=oracles_gated.lstm_step_backward,
    cases=(
        Case("values", {"N": 3, "D": 2, "H": 4}, N_("Here all sizes differ."), change=_after, weight=3),
        Case("batch of one", {"N": 1, "D": 2, "H": 3}, N_("Here N is 1."), change=_after),
        Case("all sizes equal", {"N": 4, "D": 4, "H": 4}, N_("Here N, D and H are equal."), change=_after),
        Case("only dh", {"N": 2, "D": 3, "H": 4}, N_("Here dc is zero: the loss asks of h alone."), change=_only_dh),
        Case("only dc", {"N": 2, "D": 3, "H": 4}, N_("Here dh is zero: only the belt asks."), change=_only_dc),
        Case("one unit", {"N": 4, "D": 3, "H": 1}, N_("Here H is 1."), change=_after, hidden=True),
        Case("a full belt", {"N": 3, "D": 2, "H": 5}, N_("Here c has grown beyond 1."), change=_full_belt, hidden=True),
        Case(
            "large batch",
            {"N": 40, "D": 6, "H": 9},
            N_("Here the batch is larger."),
            change=_after,
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=PATHS + SHOWN + BELT + SLOPES + SUMS + RETURNED,
    accepts=(
        Variant("gate_by_gate", ways.gate_by_gate),
        Variant("one_matrix", ways.one_matrix),
        Variant("example_by_example", ways.example_by_example),
        Variant("float32", lambda *arrays: gated.lstm_step_backward(*(a.astype(np.float32) for a in arrays))),
        Variant("torch_autograd", with_torch(ways.torch_autograd)),
    ),
    hints=(
        N_(
            "Go back through the last line first, h = o * tanh(c). Two things went in: o, which is owed dh * tanh(c), "
            "and c. What is c owed through this line, and what has it been asked for besides?"
        ),
        N_(
            "All that is asked of c: dc, from later steps, plus what comes down from h through o and the slope of tanh "
            "at c. Call it beta. Then c = f * c_prev + i * g: four things went in, and each is owed beta times its "
            "partner."
        ),
        N_(
            "Now each gate has its gradient. Go through what squashed it: s (1 - s) for the three sigmoids, 1 - g² for "
            "the candidate. Join the four results in the order i f g o, (N, 4H)."
        ),
        N_(
            "From there it is rnn_step_backward: one array da, now (N, 4H), four products and a sum. dc_prev is beta "
            "times f."
        ),
    ),
)
