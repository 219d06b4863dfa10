"""How strongly what a torch network ends up with depends on what it read, lag by lag."""

from __future__ import annotations

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises.vanishing_gradients import _lags as ways
from autograder.exercises.vanishing_gradients import _more_gradients as more
from autograder.messages import N_
from autograder.reference import oracles_vanishing_gradients as oracles
from autograder.reference import vanishing_gradients as reference

ORDER = (
    Misconception(
        "by_time",
        N_(
            "The norms lie in the order of time: the first belongs to the first input. Asked is the order of *lags*: "
            "norms[0] for the last input, lag 0. Turn them round: `.flip(0)`."
        ),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=2).mean(dim=0)),
    ),
    Misconception(
        "not_per_example",
        N_(
            "The norm is taken over the batch as well, as if its examples were one long vector. Take the norm of each "
            "example's own gradient, over D alone, and then their mean."
        ),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=(0, 2)).flip(0)),
    ),
    Misconception(
        "not_per_example_by_time",
        N_(
            "Two things: the norm is taken over the batch as well (take each example's own, then their mean); and "
            "norms[0] is for the *last* input, so turn them round: `.flip(0)`."
        ),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=(0, 2))),
    ),
    Misconception(
        "mean_before_norm",
        N_(
            "The gradients are averaged over the batch *before* the norm is taken, so that opposite ones cancel. First "
            "the norm of each example's gradient, then the mean."
        ),
        lambda: ways.measured(read=lambda grad: grad.mean(dim=0).norm(dim=1).flip(0)),
    ),
    Misconception(
        "sum_before_norm",
        N_(
            "The gradients are summed over the batch *before* the norm is taken, so that opposite ones cancel. First "
            "the norm of each example's gradient, then the mean."
        ),
        lambda: ways.measured(read=lambda grad: grad.sum(dim=0).norm(dim=1).flip(0)),
    ),
    Misconception(
        "summed_over_batch",
        N_("The norms are summed over the batch, so that a larger batch gives larger norms. Take their mean."),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=2).sum(dim=0).flip(0)),
    ),
    Misconception(
        "norms_of_examples",
        N_("One row came for each example, (N, T). Take the mean over the batch, and one number is left for each lag."),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=2).flip(1)),
    ),
    Misconception(
        "norms_of_examples_by_time",
        N_(
            "One row came for each example, (N, T), in the order of time. Take the mean over the batch, and turn the "
            "steps round: norms[0] is for the last input."
        ),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=2)),
    ),
    Misconception(
        "over_the_wrong_axis",
        N_(
            "The norm is taken along *time*, axis 1, so there is one number for each number of an input. Each step has "
            "its own: axis 2 of (N, T, D)."
        ),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=1).mean(dim=0)),
    ),
    Misconception(
        "first_example_only",
        N_("Only the first example is looked at. Take the norm for every example, then the mean over the batch."),
        lambda: ways.measured(read=lambda grad: grad[0].norm(dim=1).flip(0)),
    ),
    Misconception(
        "all_one_number",
        N_("One number came, the norm of the whole gradient. Asked is one for each lag, (T)."),
        lambda: ways.measured(read=lambda grad: grad.norm()),
    ),
    Misconception(
        "gradient_itself",
        N_(
            "The gradient itself came, (N, T, D). Take its norm over D, the mean over the batch, and turn the steps "
            "round."
        ),
        lambda: ways.measured(read=lambda grad: grad),
    ),
)

NORM = (
    Misconception(
        "squared",
        N_("These are means of the *squared* norms: the root is missing."),
        lambda: ways.measured(read=lambda grad: (grad**2).sum(dim=2).mean(dim=0).flip(0)),
    ),
    Misconception(
        "root_of_mean_square",
        N_(
            "The squared norms are averaged over the batch, then the root is taken. Take each example's norm, root "
            "included, and then the mean."
        ),
        lambda: ways.measured(read=lambda grad: (grad**2).sum(dim=2).mean(dim=0).sqrt().flip(0)),
    ),
    Misconception(
        "absolute_sum",
        N_("The absolute values are added up over D. The norm is the root of the sum of squares: `.norm(dim=2)`."),
        lambda: ways.measured(read=lambda grad: grad.abs().sum(dim=2).mean(dim=0).flip(0)),
    ),
    Misconception(
        "absolute_mean",
        N_("This is the mean of the absolute values. The norm is the root of the sum of squares: `.norm(dim=2)`."),
        lambda: ways.measured(read=lambda grad: grad.abs().mean(dim=(0, 2)).flip(0)),
    ),
    Misconception(
        "sign_kept",
        N_("The gradient is averaged with its sign, so that positive and negative cancel. Take norms."),
        lambda: ways.measured(read=lambda grad: grad.mean(dim=(0, 2)).flip(0)),
    ),
    Misconception(
        "largest_entry",
        N_("This is the largest entry's size. The norm is the root of the sum of squares over D: `.norm(dim=2)`."),
        lambda: ways.measured(read=lambda grad: grad.abs().amax(dim=2).mean(dim=0).flip(0)),
    ),
    Misconception(
        "relative_to_lag_0",
        N_("Everything is divided by the norm at lag 0. Return the norms as they are; a plot may divide later."),
        lambda: ways.measured(read=lambda grad: (lambda norms: norms / norms[0])(grad.norm(dim=2).mean(dim=0).flip(0))),
    ),
    Misconception(
        "logarithm",
        N_("These are logarithms. Return the norms; the plot has a logarithmic axis of its own."),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=2).mean(dim=0).flip(0).log()),
    ),
)

WHAT = (
    Misconception(
        "all_states",
        N_(
            "All states are summed, `h.sum()`: then every input is near to *some* state, and nothing seems to fade. "
            "Asked is what the *last* state owes to each input: `h_T.sum()`."
        ),
        lambda: ways.measured(scalar=lambda h, h_T: h.sum()),
    ),
    Misconception(
        "states_and_last",
        N_("`h.sum() + h_T.sum()` counts all states. Asked is what the *last* state owes to each input: `h_T.sum()`."),
        lambda: ways.measured(scalar=lambda h, h_T: h.sum() + h_T.sum()),
    ),
    Misconception(
        "mean_of_last",
        N_(
            "`h_T.mean()` divides by N times H, so that a larger batch or network gives smaller gradients. Take "
            "`h_T.sum()`."
        ),
        lambda: ways.measured(scalar=lambda h, h_T: h_T.mean()),
    ),
    Misconception(
        "norm_of_last",
        N_("This is the gradient of the *norm* of h_T. Asked is that of its sum, `h_T.sum()`."),
        lambda: ways.measured(scalar=lambda h, h_T: h_T.norm()),
    ),
    Misconception(
        "squares_of_last",
        N_("This is the gradient of the sum of the *squares* of h_T. Asked is that of its sum, `h_T.sum()`."),
        lambda: ways.measured(scalar=lambda h, h_T: (h_T**2).sum()),
    ),
    Misconception(
        "absolute_last",
        N_("This is the gradient of the sum of the *absolute values* of h_T. Asked is that of its sum, `h_T.sum()`."),
        lambda: ways.measured(scalar=lambda h, h_T: h_T.abs().sum()),
    ),
    Misconception(
        "one_unit",
        N_("Only the first unit of the last state is differentiated. Take them all: `h_T.sum()`."),
        lambda: ways.measured(scalar=lambda h, h_T: h_T[:, 0].sum()),
    ),
    Misconception(
        "first_example_differentiated",
        N_("Only the first example's last state is differentiated, so all others give zero. Take `h_T.sum()`."),
        lambda: ways.measured(scalar=lambda h, h_T: h_T[0].sum()),
    ),
    Misconception(
        "first_state",
        N_("The *first* state is differentiated, h[:, 0], which depends on one input only. Take the last, h_T."),
        lambda: ways.measured(scalar=lambda h, h_T: h[:, 0].sum()),
    ),
)

LEFT = (
    Misconception(
        "left_in_parameters",
        N_(
            "The norms are right, but `backward()` has left gradients in the model's parameters, where the next update "
            "would find them. `torch.autograd.grad(value, x)` gives the gradient of x alone."
        ),
        lambda: ways.measured(back=ways.through_backward),
    ),
    Misconception(
        "piles_up",
        N_(
            "Right on the first call, doubled on the second: `backward()` *adds* to x.grad, and x is the caller's. "
            "Work on a copy of x, and take `torch.autograd.grad(value, x)`, which leaves nothing behind."
        ),
        lambda: ways.measured(back=ways.through_backward_in_place),
    ),
    Misconception(
        "left_in_parameters_by_time",
        N_(
            "Two things: norms[0] is for the last input, so turn them round; and `backward()` has left gradients in "
            "the model's parameters, which `torch.autograd.grad(value, x)` does not."
        ),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=2).mean(dim=0), back=ways.through_backward),
    ),
    Misconception(
        "piles_up_by_time",
        N_(
            "Two things: norms[0] is for the last input, so turn them round; and `backward()` adds to the caller's "
            "x.grad from call to call. Take `torch.autograd.grad` on a copy of x."
        ),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=2).mean(dim=0), back=ways.through_backward_in_place),
    ),
    Misconception(
        "not_asked",
        N_(
            "x.grad is None: torch keeps gradients only for tensors that ask for one. Before the model runs: "
            "`x = x.clone().requires_grad_()`."
        ),
        lambda: ways.not_asked,
    ),
    Misconception(
        "grad_not_asked",
        N_(
            "`torch.autograd.grad` finds no way back to x, since x never asked for a gradient. Before the model runs: "
            "`x = x.clone().requires_grad_()`."
        ),
        lambda: ways.grad_not_asked,
    ),
    Misconception(
        "both_results_summed",
        N_("The model gives two things, all states and the last one: `h, h_T = model(x)`. Sum the second."),
        lambda: ways.both_results_summed,
    ),
    Misconception(
        "gradient_in_a_tuple",
        N_("`torch.autograd.grad` gives a tuple, here with one gradient in it: `(grad,) = torch.autograd.grad(...)`."),
        lambda: ways.gradient_in_a_tuple,
    ),
    Misconception(
        "turned_by_slice",
        N_("torch has no slices with a negative step. `.flip(0)` turns a tensor round."),
        lambda: ways.measured(read=lambda grad: grad.norm(dim=2).mean(dim=0)[::-1]),
    ),
    Misconception(
        "without_graph",
        N_("The model ran under `torch.no_grad()`, so torch kept no graph to go back along. Take that line away."),
        lambda: ways.without_graph,
    ),
    Misconception(
        "not_a_scalar",
        N_("A gradient is taken of one number, and h_T holds N times H of them. Sum them: `h_T.sum()`."),
        lambda: ways.not_a_scalar,
    ),
)

GRADIENT_NORM_BY_LAG = Exercise(
    id="gradient_norm_by_lag",
    points=4,
    about=N_("How strongly the last state of a torch network depends on the input of each lag."),
    spec="x (N,T,D), W_xh (H,D), W_hh (H,H), b (H) -> norms (lags), again (lags), left (1)",
    signature="gradient_norm_by_lag: model (x -> h, h_T), x (N,T,D) -> norms (T)",
    reference=reference.gradient_norm_by_lag,
    oracle=oracles.gradient_norm_by_lag,
    probe="lags",
    inputs_stay=False,
    rtol=1e-3,
    atol=1e-7,
    cases=(
        Case("values", {"N": 3, "T": 6, "D": 2, "H": 4}, N_("The norms of a small network are not right."), weight=3),
        Case("batch of one", {"N": 1, "T": 5, "D": 3, "H": 2}, N_("Here N is 1.")),
        Case("one step", {"N": 4, "T": 1, "D": 2, "H": 3}, N_("Here there is only one step, lag 0.")),
        Case("all sizes equal", {"N": 3, "T": 3, "D": 3, "H": 3}, N_("Here N, T, D and H are all equal.")),
        Case("one input", {"N": 5, "T": 4, "D": 1, "H": 3}, N_("Here D is 1."), hidden=True),
        Case(
            "long sequences",
            {"N": 2, "T": 25, "D": 3, "H": 8},
            N_("Here the sequences are longer."),
            weight=2,
            hidden=True,
        ),
    ),
    misconceptions=ORDER + NORM + WHAT + LEFT + more.GRADIENT_NORM_BY_LAG,
    accepts=(
        Variant("grad", lambda: ways.measured()),
        Variant("grad_in_place", lambda: ways.measured(back=ways.grad_in_place)),
        Variant("parameters_zeroed", lambda: ways.measured(back=ways.parameters_zeroed)),
        Variant("parameters_frozen", lambda: ways.measured(back=ways.parameters_frozen)),
        Variant("last_of_all_states", lambda: ways.measured(scalar=lambda h, h_T: h[:, -1].sum())),
        Variant("lag_by_lag", lambda: ways.lag_by_lag),
        Variant("example_by_example", lambda: ways.example_by_example),
        Variant("vjp", lambda: ways.by_vjp),
        Variant("numpy", lambda: ways.measured(read=lambda g: (g.numpy() ** 2).sum(2)[:, ::-1].__pow__(0.5).mean(0))),
    ),
    hints=(
        N_(
            "torch gives gradients of one number with respect to tensors that ask for one. Which number, and which "
            "tensor?"
        ),
        N_(
            "Make a copy of x that asks: `x.clone().requires_grad_()`. Run the model on it, and sum its last state. "
            "`torch.autograd.grad(value, x)` gives a tuple with the gradient, and leaves the model alone."
        ),
        N_(
            "The gradient is (N, T, D). `norm(dim=...)` takes one axis away, `mean(dim=...)` another; what is left is "
            "in the order of time, and lags run the other way."
        ),
    ),
)
