"""The same network as a torch module, so that torch finds the gradients."""

from __future__ import annotations

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises.rnn_structure import _modules as ways
from autograder.messages import N_
from autograder.reference import oracles, rnn


def _reference(d, h, *arrays):
    return rnn.rnn_with_gradients(*arrays)


def _oracle(d, h, *tensors):
    return oracles.rnn_with_gradients(*tensors)


GRADIENTS = (
    Misconception(
        "detached_each_step",
        N_(
            "The outputs are right, but the gradients stop at every step: `detach()` (or `.data`) cuts the state off "
            "from the steps that made it, so W_hh never learns what an early input did to a late output."
        ),
        lambda: ways.stepping(lambda torch, self, x_t, h: ways.step(torch, self, x_t, h.detach())),
    ),
    Misconception(
        "h0_detached",
        N_(
            "Everything is right except that no gradient reaches h0: it is cut off before the first step. In lesson "
            "02 the starting state comes from another network, which learns through this very gradient."
        ),
        lambda: ways.running(lambda torch, self, x, h0: ways.run(torch, self, x, h0.detach())),
    ),
    Misconception(
        "input_detached",
        N_(
            "Everything is right except that no gradient reaches x: the input is cut off. Whatever makes x (a layer "
            "below, letters learnt as vectors) would never learn."
        ),
        lambda: ways.running(lambda torch, self, x, h0: ways.run(torch, self, x.detach(), h0)),
    ),
    Misconception(
        "no_gradients",
        N_(
            "The outputs are right, but all gradients are zero: the way back is lost, through NumPy, "
            "`torch.no_grad()`, `.data` or a new `torch.tensor(...)`. Stay with torch's own operations from x to h."
        ),
        lambda: ways.running(ways.run_without_gradients),
    ),
    Misconception(
        "written_into_one_tensor",
        N_(
            "Each step reads `h[:, t-1]` and writes `h[:, t]` in the same tensor. torch keeps what a step read, for "
            "the way back, and now it has changed. Keep the states in a list and join them with `torch.stack(states, "
            "dim=1)`."
        ),
        lambda: ways.running(ways.run_in_one_tensor),
    ),
)

RECURRENCE = (
    Misconception(
        "recurrent_transposed",
        N_(
            "This is what comes out of `h @ self.W_hh`, without `.T`. Row j of W_hh holds the weights into unit j, so "
            "it has to become a column. W_hh is square, so both ways fit."
        ),
        lambda: ways.stepping(lambda torch, self, x_t, h: torch.tanh(x_t @ self.W_xh.T + h @ self.W_hh + self.b)),
    ),
    Misconception(
        "bias_forgotten",
        N_("b is not used, and its gradient is zero: it would never learn. It is added before tanh."),
        lambda: ways.stepping(lambda torch, self, x_t, h: torch.tanh(x_t @ self.W_xh.T + h @ self.W_hh.T)),
    ),
    Misconception(
        "bias_twice",
        N_("b is added twice. torch's own module keeps two biases; here there is one, added once."),
        lambda: ways.stepping(
            lambda torch, self, x_t, h: torch.tanh(x_t @ self.W_xh.T + self.b + h @ self.W_hh.T + self.b)
        ),
    ),
    Misconception(
        "tanh_forgotten",
        N_("The steps have no tanh: what is carried from step to step is the weighted sum itself."),
        lambda: ways.stepping(lambda torch, self, x_t, h: x_t @ self.W_xh.T + h @ self.W_hh.T + self.b),
    ),
    Misconception(
        "sigmoid_for_tanh",
        N_("The steps use a sigmoid in place of tanh: no state is below 0."),
        lambda: ways.stepping(lambda torch, self, x_t, h: torch.sigmoid(x_t @ self.W_xh.T + h @ self.W_hh.T + self.b)),
    ),
    Misconception(
        "relu_for_tanh",
        N_("The steps use a ReLU in place of tanh: no state is below 0, and nothing limits it above."),
        lambda: ways.stepping(lambda torch, self, x_t, h: torch.relu(x_t @ self.W_xh.T + h @ self.W_hh.T + self.b)),
    ),
    Misconception(
        "tanh_of_each_part",
        N_(
            "tanh is applied to the part from x and to the part from h, one by one. Add first: one sum, and one tanh "
            "of it."
        ),
        lambda: ways.stepping(
            lambda torch, self, x_t, h: torch.tanh(x_t @ self.W_xh.T) + torch.tanh(h @ self.W_hh.T) + self.b
        ),
    ),
    Misconception(
        "state_not_carried",
        N_(
            "Every step starts from h0, so nothing is remembered. The state that a step gives is what the next step "
            "must start from."
        ),
        lambda: ways.running(ways.run_from_h0_each_time),
    ),
    Misconception(
        "h0_ignored",
        N_("The first step starts from zeros: h0 is an argument of `forward`, and the state before the first step."),
        lambda: ways.running(lambda torch, self, x, h0: ways.run(torch, self, x, torch.zeros_like(h0))),
    ),
    Misconception(
        "time_reversed",
        N_("Time runs backwards: the last input is read first. Step 0 reads x[:, 0] and starts from h0."),
        lambda: ways.running(ways.run_reversed),
    ),
    Misconception(
        "kept_before_step",
        N_(
            "Each state is put away *before* its step, so h begins with h0 and lacks the last state. Take the step "
            "first, then keep what it gave."
        ),
        lambda: ways.running(ways.run_keeping_before),
    ),
)

RETURNED = (
    Misconception(
        "time_in_front",
        N_("The states are right, with time in front: (T, N, H). `torch.stack(states, dim=1)` puts it second."),
        lambda: ways.running(ways.run_then(lambda h, last: (h.transpose(0, 1), last))),
    ),
    Misconception(
        "only_states",
        N_("Only h came back. `forward` returns two things: all states, (N, T, H), and the last one, (N, H)."),
        lambda: ways.running(ways.run_then(lambda h, last: h)),
    ),
    Misconception(
        "only_last",
        N_(
            "Only the last state came back. `forward` returns two things: all states, (N, T, H), and the last one, "
            "(N, H)."
        ),
        lambda: ways.running(ways.run_then(lambda h, last: last)),
    ),
    Misconception(
        "order_swapped",
        N_("The two results have changed places: first all states, (N, T, H), then the last one, (N, H)."),
        lambda: ways.running(ways.run_then(lambda h, last: (last, h))),
    ),
    Misconception(
        "as_torch_has_it",
        N_("The last state came as (1, N, H), as `torch.nn.RNN` gives it, with an axis for layers. Here it is (N, H)."),
        lambda: ways.running(ways.run_then(lambda h, last: (h, last[None]))),
    ),
    Misconception(
        "last_sequence",
        N_("`h[-1]` is the last *sequence*, all its T states. The last state of every sequence is h[:, -1]."),
        lambda: ways.running(ways.run_then(lambda h, last: (h, h[-1]))),
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
        "input_weights_stored_turned",
        N_("W_xh is stored as (D, H). Here, as in torch, it has one row for each unit: (H, D)."),
        lambda: ways.network(ways.run, W_xh=lambda d, h: (d, h)),
    ),
    Misconception(
        "bias_as_a_row",
        N_("b is stored as (1, H). It works, and is one axis too many: b has the shape (H)."),
        lambda: ways.network(ways.run, b=lambda d, h: (1, h)),
    ),
    Misconception(
        "layers_inside",
        N_(
            "This is made of `torch.nn.Linear` layers, whose weights carry names of their own (and there are two "
            "biases). The exercise is to hold W_xh, W_hh and b yourself, each a `torch.nn.Parameter`."
        ),
        ways.linear_layers,
    ),
    Misconception(
        "torch_rnn_inside",
        N_("This hands the work to `torch.nn.RNN`. It is right, and not yours yet: build it from W_xh, W_hh and b."),
        ways.torch_rnn,
    ),
)

VANILLA_RNN = Exercise(
    id="VanillaRNN",
    points=5,
    about=N_("The recurrent network as a torch module, equal to torch.nn.RNN in its outputs and gradients."),
    spec=(
        "D int, H int, x (N,T,D), h0 (N,H), W_xh (H,D), W_hh (H,H), b (H), dh (N,T,H), dh_T (N,H) -> h (N,T,H), h_T "
        "(N,H), grad_x (N,T,D), grad_h0 (N,H), grad_W_xh (H,D), grad_W_hh (H,H), grad_b (H)"
    ),
    signature="VanillaRNN(D, H), then module(x (N,T,D), h0 (N,H)) -> h (N,T,H), h_T (N,H)",
    reference=_reference,
    oracle=_oracle,
    probe="module",
    probe_options={
        "init": ("D", "H"),
        "parameters": ("W_xh", "W_hh", "b"),
        "inputs": ("x", "h0"),
        "cotangents": ("dh", "dh_T"),
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
    misconceptions=GRADIENTS + RECURRENCE + RETURNED + PARAMETERS,
    accepts=(
        Variant("stack", lambda: ways.running(ways.run)),
        Variant("functional_linear", lambda: ways.running(ways.run_functional)),
        Variant("einsum", lambda: ways.running(ways.run_einsum)),
        Variant("one_matrix", lambda: ways.running(ways.run_one_matrix)),
        Variant("input_parts_first", lambda: ways.running(ways.run_parts_first)),
        Variant("unbind", lambda: ways.running(ways.run_unbind)),
        Variant("filled_but_not_read", lambda: ways.running(ways.run_filling)),
        Variant("float32_inside", lambda: ways.running(ways.run_single)),
        Variant("random_start", lambda: ways.network(ways.run, start="uniform")),
        Variant("with_default_h0", ways.with_default_h0),
    ),
    hints=(
        N_(
            "`__init__` makes the weights, `forward` uses them. What must a tensor be wrapped in, so that "
            "`module.parameters()` lists it? And what must `__init__` call first?"
        ),
        N_(
            "`forward` is your rnn_forward with torch's names: `torch.tanh`, `torch.stack(states, dim=1)`. NumPy "
            "functions would lose the way back for the gradients."
        ),
        N_(
            "`torch.nn.Parameter(torch.empty(H, D).uniform_(-s, s))` with s = H ** -0.5 is how torch starts; the "
            "check takes any start. The shapes are W_xh (H, D), W_hh (H, H) and b (H)."
        ),
        N_(
            "In the loop: step t reads x[:, t] and the state before it; append the new state. Nothing is written in "
            "place."
        ),
    ),
)
