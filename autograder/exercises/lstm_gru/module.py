"""The LSTM as a torch module."""

from __future__ import annotations

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises.lstm_gru import _modules as ways
from autograder.messages import N_
from autograder.reference import gated, oracles_gated


def _reference(d, h, *arrays):
    return gated.lstm_with_gradients(*arrays)


def _oracle(d, h, *tensors):
    return oracles_gated.lstm_with_gradients(*tensors)


GRADIENTS = (
    Misconception(
        "both_detached",
        N_(
            "The outputs are right, but the gradients stop at every step: `detach()` (or `.data`) cuts both states off "
            "from the steps that made them."
        ),
        lambda: ways.entering(lambda h, c, h0, c0: (h.detach(), c.detach())),
    ),
    Misconception(
        "belt_detached",
        N_(
            "The outputs are right, but the cell state is detached at every step: the one way back on which gradients "
            "travel uninterrupted is cut."
        ),
        lambda: ways.entering(lambda h, c, h0, c0: (h, c.detach())),
    ),
    Misconception(
        "h_detached",
        N_("The outputs are right, but the hidden state is detached at every step: no gradient passes through h."),
        lambda: ways.entering(lambda h, c, h0, c0: (h.detach(), c)),
    ),
    Misconception(
        "no_gradients",
        N_(
            "The outputs are right, but all gradients are zero: the way back is lost, through NumPy, "
            "`torch.no_grad()`, `.data` or a new `torch.tensor(...)`. Stay with torch's own operations."
        ),
        lambda: ways.running(ways.run_without_gradients),
    ),
    Misconception(
        "written_into_one_tensor",
        N_(
            "Each step reads `h[:, t-1]` and writes `h[:, t]` in the same tensor. torch keeps what a step read, for "
            "the way back, and now it has changed. Keep the states in a list: `torch.stack(states, dim=1)`."
        ),
        lambda: ways.running(ways.run_in_one_tensor),
    ),
    Misconception(
        "shown_detached",
        N_(
            "The outputs are right, but h is cut off from the step that made it (`detach()`, `.data`, or a new "
            "tensor): no gradient comes back through h."
        ),
        lambda: ways.stepping(shown=lambda torch, o, c: (o * torch.tanh(c)).detach()),
    ),
)

STEP = (
    Misconception(
        "i_f_swapped",
        N_("The input gate and the forget gate have changed places: the blocks lie in the order i f g o."),
        lambda: ways.stepping(order="figo"),
    ),
    Misconception(
        "g_o_swapped",
        N_("The candidate and the output gate have changed places: the blocks lie in the order i f g o."),
        lambda: ways.stepping(order="ifog"),
    ),
    Misconception(
        "f_g_swapped",
        N_("The forget gate and the candidate have changed places: the blocks lie in the order i f g o."),
        lambda: ways.stepping(order="igfo"),
    ),
    Misconception(
        "order_f_i_o_g",
        N_("The blocks are read in the order f i o g. They lie in the order i f g o, as in torch."),
        lambda: ways.stepping(order="fiog"),
    ),
    Misconception(
        "sigmoid_for_candidate",
        N_("The candidate goes through a sigmoid. It is what is written, and has to be able to be negative: tanh."),
        lambda: ways.stepping(candidate=lambda a: a.sigmoid()),
    ),
    Misconception(
        "candidate_squashed_twice",
        N_("The candidate goes through a sigmoid and then through tanh. It goes through tanh alone: cut first."),
        lambda: ways.stepping(candidate=lambda a: a.sigmoid().tanh()),
    ),
    Misconception(
        "tanh_of_c_forgotten",
        N_("The hidden state is o * c. What is shown of the cell state goes through tanh: o * tanh(c)."),
        lambda: ways.stepping(shown=lambda torch, o, c: o * c),
    ),
    Misconception(
        "belt_squashed",
        N_("The cell state itself goes through tanh at every step. Only what is shown does: o * tanh(c)."),
        lambda: ways.stepping(
            belt=lambda torch, i, f, g, c: torch.tanh(f * c + i * g), shown=lambda torch, o, c: o * c
        ),
    ),
    Misconception(
        "belt_squashed_twice",
        N_(
            "The cell state goes through tanh on the belt and once more where it is shown. Only the second belongs "
            "there."
        ),
        lambda: ways.stepping(belt=lambda torch, i, f, g, c: torch.tanh(f * c + i * g)),
    ),
    Misconception(
        "bias_forgotten",
        N_("b is not used, and its gradient is zero: it would never learn. It is added before the gates."),
        lambda: ways.stepping(sums=lambda torch, self, x_t, h: x_t @ self.W_xh.T + h @ self.W_hh.T),
    ),
    Misconception(
        "bias_twice",
        N_("b is added twice. torch's own module keeps two biases; here there is one, added once."),
        lambda: ways.stepping(sums=lambda torch, self, x_t, h: x_t @ self.W_xh.T + self.b + h @ self.W_hh.T + self.b),
    ),
    Misconception(
        "c_not_carried",
        N_("Every step starts from c0: nothing travels along the belt. Hand on both states, h and c."),
        lambda: ways.entering(lambda h, c, h0, c0: (h, c0)),
    ),
    Misconception(
        "h_not_carried",
        N_("Every step starts from h0: the gates never hear what was shown before. Hand on both states, h and c."),
        lambda: ways.entering(lambda h, c, h0, c0: (h0, c)),
    ),
    Misconception(
        "neither_carried",
        N_("Every step starts from h0 and c0, so nothing is remembered. Hand on both states."),
        lambda: ways.entering(lambda h, c, h0, c0: (h0, c0)),
    ),
    Misconception(
        "starts_ignored",
        N_("The first step starts from zeros: h0 and c0 are arguments of `forward`."),
        lambda: ways.running(lambda torch, self, x, h0, c0: ways.run(torch, self, x, 0 * h0, 0 * c0)),
    ),
    Misconception(
        "c0_ignored",
        N_("The belt starts empty: c0 is an argument of `forward`, and the cell state before the first step."),
        lambda: ways.running(lambda torch, self, x, h0, c0: ways.run(torch, self, x, h0, 0 * c0)),
    ),
    Misconception(
        "starts_swapped",
        N_("h0 and c0 have changed places on the way in."),
        lambda: ways.running(lambda torch, self, x, h0, c0: ways.run(torch, self, x, c0, h0)),
    ),
    Misconception(
        "time_reversed",
        N_("Time runs backwards: the last input is read first. Step 0 reads x[:, 0]."),
        lambda: ways.running(ways.run_reversed),
    ),
    Misconception(
        "keeps_what_it_should_forget",
        N_("The old cell state is multiplied by 1 - f. f is what is *kept*, in spite of its name."),
        lambda: ways.stepping(belt=lambda torch, i, f, g, c: (1 - f) * c + i * g),
    ),
    Misconception(
        "chunked_along_the_batch",
        N_("`a.chunk(4)` cuts along axis 0, the batch. The gates lie side by side: `a.chunk(4, dim=1)`."),
        lambda: ways.cutting(lambda torch, a: a.chunk(4)),
    ),
    Misconception(
        "split_by_four",
        N_("`torch.split(a, 4, dim=1)` makes pieces *of* four columns. Four pieces are `a.chunk(4, dim=1)`."),
        lambda: ways.cutting(lambda torch, a: torch.split(a, 4, dim=1)),
    ),
)

RETURNED = (
    Misconception(
        "last_states_swapped",
        N_("h_T and c_T have changed places: first all hidden states, then the last of them, then the cell state."),
        lambda: ways.run_then(lambda h, h_T, c_T: (h, c_T, h_T)),
    ),
    Misconception(
        "as_torch_has_it",
        N_("The last states came as a pair of their own, as torch gives them: h, (h_T, c_T). Here: h, h_T, c_T."),
        lambda: ways.run_then(lambda h, h_T, c_T: (h, (h_T, c_T))),
    ),
    Misconception(
        "axis_for_layers",
        N_("The last states came as (1, N, H), as torch gives them, with an axis for layers. Here they are (N, H)."),
        lambda: ways.run_then(lambda h, h_T, c_T: (h, h_T[None], c_T[None])),
    ),
    Misconception(
        "c_T_missing",
        N_("Two results came: c_T is missing. `forward` returns h, h_T and c_T."),
        lambda: ways.run_then(lambda h, h_T, c_T: (h, h_T)),
    ),
    Misconception(
        "only_states",
        N_("Only h came back. `forward` returns all hidden states, the last one, and the last cell state."),
        lambda: ways.run_then(lambda h, h_T, c_T: h),
    ),
    Misconception(
        "time_in_front",
        N_("The states are right, with time in front: (T, N, H). `torch.stack(states, dim=1)` puts it second."),
        lambda: ways.run_then(lambda h, h_T, c_T: (h.transpose(0, 1), h_T, c_T)),
    ),
    Misconception(
        "last_sequence",
        N_("`h[-1]` is the last *sequence*, all its T states. The last state of every sequence is h[:, -1]."),
        lambda: ways.run_then(lambda h, h_T, c_T: (h, h[-1], c_T)),
    ),
)

PARAMETERS = (
    Misconception(
        "plain_tensors",
        N_(
            "The weights are tensors, but not parameters: `self.parameters()` is empty, and an optimiser would find "
            "nothing to train. Wrap each in `torch.nn.Parameter`."
        ),
        lambda: ways.network(ways.run, wrap=False),
    ),
    Misconception(
        "one_block_of_weights",
        N_(
            "The weights are those of a plain cell, (H, D), (H, H) and (H). Four blocks lie one below the other: 4H "
            "rows."
        ),
        lambda: ways.network(ways.run, W_xh=lambda d, h: (h, d), W_hh=lambda d, h: (h, h), b=lambda d, h: (h,)),
    ),
    Misconception(
        "stored_turned",
        N_(
            "W_xh and W_hh are stored as (D, 4H) and (H, 4H). Here, as in torch, each unit of a gate has a row: (4H, "
            "D)."
        ),
        lambda: ways.network(ways.run, W_xh=lambda d, h: (d, 4 * h), W_hh=lambda d, h: (h, 4 * h)),
    ),
    Misconception(
        "bias_of_one_block",
        N_("b is stored as (H). Every row of the weights has a bias of its own: (4H)."),
        lambda: ways.network(ways.run, b=lambda d, h: (h,)),
    ),
    Misconception(
        "layers_inside",
        N_(
            "This is made of `torch.nn.Linear` layers, whose weights carry names of their own (and there are two "
            "biases). Hold W_xh, W_hh and b yourself, each a `torch.nn.Parameter`."
        ),
        lambda: ways.layers(ways.linear_layers),
    ),
    Misconception(
        "one_layer_inside",
        N_("This is made of one `torch.nn.Linear`. Hold W_xh, W_hh and b yourself, each a `torch.nn.Parameter`."),
        lambda: ways.layers(ways.one_linear_layer),
    ),
    Misconception(
        "torch_lstm_inside",
        N_("This hands the work to `torch.nn.LSTM`. It is right, and not yours yet: build it from W_xh, W_hh and b."),
        lambda: ways.layers(ways.torch_lstm),
    ),
    Misconception(
        "torch_cell_inside",
        N_("This hands the step to `torch.nn.LSTMCell`. It is right, and not yours yet: build it from W_xh, W_hh, b."),
        lambda: ways.layers(ways.torch_cell),
    ),
)

LSTM = Exercise(
    id="LSTM",
    points=4,
    about=N_("The LSTM as a torch module, equal to torch.nn.LSTM in its outputs and gradients."),
    spec=(
        "D int, H int, x (N,T,D), h0 (N,H), c0 (N,H), W_xh (4H,D), W_hh (4H,H), b (4H), dh (N,T,H), dh_T (N,H), dc_T "
        "(N,H) -> h (N,T,H), h_T (N,H), c_T (N,H), grad_x (N,T,D), grad_h0 (N,H), grad_c0 (N,H), grad_W_xh (4H,D), "
        "grad_W_hh (4H,H), grad_b (4H)"
    ),
    signature="LSTM(D, H), then module(x (N,T,D), h0 (N,H), c0 (N,H)) -> h (N,T,H), h_T (N,H), c_T (N,H)",
    reference=_reference,
    oracle=_oracle,
    probe="module",
    probe_options={
        "init": ("D", "H"),
        "parameters": ("W_xh", "W_hh", "b"),
        "inputs": ("x", "h0", "c0"),
        "cotangents": ("dh", "dh_T", "dc_T"),
    },
    inputs_stay=False,
    cases=(
        Case("values", {"N": 2, "T": 4, "D": 3, "H": 5}, N_("Here all sizes differ."), weight=3),
        Case("batch of one", {"N": 1, "T": 3, "D": 2, "H": 4}, N_("Here N is 1.")),
        Case("one step", {"N": 3, "T": 1, "D": 2, "H": 4}, N_("Here the sequences have only one step.")),
        Case("all sizes equal", {"N": 3, "T": 3, "D": 3, "H": 3}, N_("Here N, T, D and H are all equal.")),
        Case(
            "long sequences",
            {"N": 2, "T": 25, "D": 3, "H": 4},
            N_("Here the sequences are long."),
            weight=2,
            hidden=True,
        ),
        Case("one unit", {"N": 2, "T": 5, "D": 3, "H": 1}, N_("Here there is only one unit."), hidden=True),
        Case("large batch", {"N": 20, "T": 6, "D": 5, "H": 3}, N_("Here the batch is larger."), hidden=True),
    ),
    misconceptions=GRADIENTS + STEP + RETURNED + PARAMETERS,
    accepts=(
        Variant("stack", lambda: ways.running(ways.run)),
        Variant("functional_linear", lambda: ways.running(ways.run_functional)),
        Variant("one_matrix", lambda: ways.running(ways.run_one_matrix)),
        Variant("filled_but_not_read", lambda: ways.running(ways.run_filling)),
        Variant("belt_in_place", lambda: ways.running(ways.run_belt_in_place)),
        Variant("torch_kernel", lambda: ways.running(ways.run_torch_kernel)),
        Variant("random_start", lambda: ways.network(ways.run, start="uniform")),
        Variant("with_default_states", ways.with_default_states),
    ),
    hints=(
        N_("`__init__` is that of VanillaRNN in lesson 01, with other shapes. What must a tensor be wrapped in?"),
        N_(
            "`forward` is your lstm_forward with torch's names: torch.sigmoid, torch.tanh, `a.chunk(4, dim=1)`, "
            "`torch.stack(states, dim=1)`. NumPy functions would lose the way back for the gradients."
        ),
        N_("In the loop, make new tensors for h and c at every step; append h to a list. Nothing is written in place."),
        N_("After the loop, h and c are the last states. Return three things, as lstm_forward does."),
    ),
)
