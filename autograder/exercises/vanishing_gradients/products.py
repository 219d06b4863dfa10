"""The product of the Jacobians of many steps, and its norm."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.vanishing_gradients import _more_matrices as more
from autograder.exercises.vanishing_gradients.jacobian import columns_times, rows_times
from autograder.messages import N_
from autograder.reference import oracles_vanishing_gradients as oracles
from autograder.reference import vanishing_gradients as reference
from autograder.reference.vanishing_gradients import step_jacobian


def _states(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"h": np.tanh(0.7 * made["h"])}


def _strong(rng: np.random.Generator, made: Inputs) -> Inputs:
    return _states(rng, made) | {"W_hh": 2.5 * made["W_hh"]}


def _saturated(rng: np.random.Generator, made: Inputs) -> Inputs:
    h = np.tanh(made["h"])
    h[2] = np.where(h[2] > 0, 1.0, -1.0)
    return {"h": h}


def spectral_norm(product) -> float:
    return float(np.linalg.norm(product, 2))


def _norms(measure=spectral_norm, join=lambda product, J: product @ J, jacobian=step_jacobian):
    """Norms of the products, going back in time; each part can be another than the right one."""

    def made(h, W_hh):
        product, found = np.eye(len(W_hh)), [None] * len(h)
        found[-1] = measure(product)
        for t in range(len(h) - 2, -1, -1):
            product = join(product, jacobian(h[t + 1], W_hh))
            found[t] = measure(product)
        return np.array(found)

    return made


def _right(**changes):
    """The right loop, and so one which an earlier mistake can be put into."""

    def made(h, W_hh, *, step_jacobian=step_jacobian):
        return _norms(**{"jacobian": step_jacobian} | changes)(h, W_hh)

    return made


def _of_each_step(h, W_hh, *, step_jacobian=step_jacobian):
    return np.array([spectral_norm(step_jacobian(state, W_hh)) for state in h])


def _of_each_next_step(h, W_hh, *, step_jacobian=step_jacobian):
    return np.append(_of_each_step(h, W_hh, step_jacobian=step_jacobian)[1:], 1.0)


def _product_of_norms(h, W_hh, *, step_jacobian=step_jacobian):
    found = _of_each_step(h, W_hh, step_jacobian=step_jacobian)
    return np.append(np.cumprod(found[:0:-1])[::-1], 1.0)


def _one_too_many(h, W_hh, *, step_jacobian=step_jacobian):
    product, found = np.eye(len(W_hh)), np.zeros(len(h))
    for t in reversed(range(len(h))):
        product = product @ step_jacobian(h[t], W_hh)
        found[t] = spectral_norm(product)
    return found


def _one_too_many_wrong_order(h, W_hh, *, step_jacobian=step_jacobian):
    product, found = np.eye(len(W_hh)), np.zeros(len(h))
    for t in reversed(range(len(h))):
        product = step_jacobian(h[t], W_hh) @ product
        found[t] = spectral_norm(product)
    return found


def _state_before(h, W_hh, *, step_jacobian=step_jacobian):
    product, found = np.eye(len(W_hh)), np.ones(len(h))
    for t in reversed(range(len(h) - 1)):
        product = product @ step_jacobian(h[t], W_hh)
        found[t] = spectral_norm(product)
    return found


def _from_the_first(h, W_hh, *, step_jacobian=step_jacobian):
    product, found = np.eye(len(W_hh)), np.ones(len(h))
    for t in range(1, len(h)):
        product = step_jacobian(h[t], W_hh) @ product
        found[t] = spectral_norm(product)
    return found


def _from_before_the_first(h, W_hh, *, step_jacobian=step_jacobian):
    product, found = np.eye(len(W_hh)), np.ones(len(h))
    for t in range(len(h)):
        product = step_jacobian(h[t], W_hh) @ product
        found[t] = spectral_norm(product)
    return found


def _entry_by_entry(h, W_hh, *, step_jacobian=step_jacobian):
    product, found = np.ones(W_hh.shape), np.ones(len(h))
    for t in reversed(range(len(h) - 1)):
        product = product * step_jacobian(h[t + 1], W_hh)
        found[t] = spectral_norm(product)
    return found


def _last_state_everywhere(h, W_hh, *, step_jacobian=step_jacobian):
    return _right()(np.repeat(h[-1:], len(h), axis=0), W_hh, step_jacobian=step_jacobian)


def _then(change):
    return lambda h, W_hh, *, step_jacobian=step_jacobian: change(_right()(h, W_hh, step_jacobian=step_jacobian))


def _stored_late(norms):
    return np.append(0.0, norms[:-1])


def _frobenius_from_one(h, W_hh, *, step_jacobian=step_jacobian):
    found = _right(measure=lambda product: float(np.linalg.norm(product)))(h, W_hh, step_jacobian=step_jacobian)
    return np.append(found[:-1], 1.0)


def _frobenius_from_one_order_turned(h, W_hh, *, step_jacobian=step_jacobian):
    turned = _right(measure=lambda product: float(np.linalg.norm(product)), join=lambda product, J: J @ product)
    return np.append(turned(h, W_hh, step_jacobian=step_jacobian)[:-1], 1.0)


def _last_left_at_zero(norms):
    return np.append(norms[:-1], 0.0)


def _vector_norm(ord):
    return lambda product: float(np.linalg.norm(product.ravel(), ord))


def _radius(product) -> float:
    return float(np.abs(np.linalg.eigvals(product)).max())


def _every_product_anew(h, W_hh):
    found = []
    for t in range(len(h)):
        factors = [step_jacobian(state, W_hh) for state in h[:t:-1]]
        found.append(spectral_norm(np.linalg.multi_dot([np.eye(len(W_hh)), *factors, np.eye(len(W_hh))])))
    return found


def _by_power(h, W_hh):
    """The largest singular value from the eigenvalues of P^T P."""
    return _norms(measure=lambda product: float(np.sqrt(np.abs(np.linalg.eigvalsh(product.T @ product)).max())))(
        h, W_hh
    )


def _in_torch(torch, h, W_hh):
    product, found = torch.eye(len(W_hh), dtype=W_hh.dtype), []
    for state in h.flip(0):
        found.insert(0, torch.linalg.svdvals(product)[0])
        product = product @ torch.diag(1 - state**2) @ W_hh
    return torch.stack(found)


ORDER = (
    Misconception(
        "order_turned",
        N_(
            "The factors stand in reverse order (or each of them is transposed, which comes to the same here). The "
            "last step acts last, so J_T stands on the far left: going back in time, each new factor joins on the "
            "*right*."
        ),
        _right(join=lambda product, J: J @ product),
    ),
    Misconception(
        "entry_by_entry",
        N_("The Jacobians are multiplied entry by entry, with `*`. A product of matrices is `@`."),
        _entry_by_entry,
    ),
    Misconception(
        "not_a_product",
        N_("norms[t] is the norm of one Jacobian, that of step t. Asked is the *product* of all the steps after t."),
        _of_each_step,
    ),
    Misconception(
        "not_a_product_of_next",
        N_(
            "norms[t] is the norm of one Jacobian, that of the step after t. Asked is the product of *all* the steps "
            "after t: keep it from one turn of the loop to the next."
        ),
        _of_each_next_step,
    ),
    Misconception(
        "added",
        N_("The Jacobians are added up. One step after the other is a product, by the chain rule."),
        _right(join=lambda product, J: product + J),
    ),
)

STEPS = (
    Misconception(
        "one_factor_too_many",
        N_(
            "norms[t] has the Jacobian of step t in it, one factor too many: that is how h_T depends on the state "
            "*before* h[t]. From h[t] on, only the steps after it count, and norms[-1] is 1, since h_T is itself."
        ),
        _one_too_many,
    ),
    Misconception(
        "one_factor_too_many_order_turned",
        N_(
            "Two things: norms[t] has the Jacobian of step t in it, one factor too many (norms[-1] should be 1); and "
            "the factors stand in reverse order: going back in time, each new one joins on the right."
        ),
        _one_too_many_wrong_order,
    ),
    Misconception(
        "state_before_the_step",
        N_(
            "The step from h[t] to h[t+1] has its slope taken at h[t]. step_jacobian wants the state *after* the step: "
            "h[t + 1]."
        ),
        _state_before,
    ),
    Misconception(
        "from_the_first_state",
        N_(
            "This is how h[t] depends on the *first* state, going forward. Asked is how the *last* state depends on "
            "h[t]: begin at the end, where it is 1."
        ),
        _from_the_first,
    ),
    Misconception(
        "from_before_the_first_state",
        N_(
            "This is how h[t] depends on the state before the first step, going forward. Asked is how the *last* state "
            "depends on h[t]: begin at the end, where it is 1."
        ),
        _from_before_the_first,
    ),
    Misconception(
        "by_distance",
        N_("The norms lie in reverse: the first belongs to the last step. norms[t] is for h[t], and norms[-1] is 1."),
        _then(lambda norms: norms[::-1]),
    ),
    Misconception(
        "last_left_at_zero",
        N_("All is right but norms[-1], which is 0. The last state depends on itself one to one: 1."),
        _then(_last_left_at_zero),
    ),
    Misconception(
        "last_left_out",
        N_("The norm of the last state is left out, so T - 1 numbers came. It is 1, that of the identity."),
        _then(lambda norms: norms[:-1]),
    ),
    Misconception(
        "stored_one_place_late",
        N_(
            "The norms are right and stand one place late: norms[0] was never filled. What joins h[t] to the last "
            "state belongs into norms[t], and norms[-1] is 1."
        ),
        _then(_stored_late),
    ),
    Misconception(
        "last_left_out_by_distance",
        N_(
            "Two things: the norm of the last state, 1, is left out, so T - 1 numbers came; and they lie in reverse, "
            "the last step's first. norms[t] is for h[t]."
        ),
        _then(lambda norms: norms[-2::-1]),
    ),
    Misconception(
        "one_state_for_all",
        N_("Every step has the Jacobian of the last state. Each step has a slope of its own: h[t + 1]."),
        _last_state_everywhere,
    ),
)

NORMS = (
    Misconception(
        "frobenius",
        N_(
            "This is the root of the sum of all squares, which is what `np.linalg.norm` gives of a matrix unless told "
            "otherwise. Asked is the largest singular value: `np.linalg.norm(P, 2)`. At the last step it is 1."
        ),
        _right(measure=lambda product: float(np.linalg.norm(product))),
    ),
    Misconception(
        "frobenius_from_one",
        N_(
            "But for the last step these are roots of sums of squares, which is what `np.linalg.norm` gives of a "
            "matrix unless told otherwise. Asked is the largest singular value: `np.linalg.norm(P, 2)`."
        ),
        _frobenius_from_one,
    ),
    Misconception(
        "frobenius_order_turned",
        N_(
            "Two things: the factors stand in reverse order (going back in time, each new one joins on the *right*); "
            "and `np.linalg.norm(P)` is the root of the sum of squares, where `np.linalg.norm(P, 2)` is asked for."
        ),
        _frobenius_from_one_order_turned,
    ),
    Misconception(
        "spectral_radius_of_the_product",
        N_(
            "This is the largest |eigenvalue| of the product. How much a matrix can lengthen a vector is its largest "
            "*singular value*: `np.linalg.norm(P, 2)`."
        ),
        _right(measure=_radius),
    ),
    Misconception(
        "product_of_norms",
        N_(
            "The norms of the single steps are multiplied. That is an upper bound: the steps need not stretch the same "
            "direction. Multiply the matrices, then take the norm."
        ),
        _product_of_norms,
    ),
    Misconception(
        "smallest_singular_value",
        N_("This is the *smallest* singular value, the direction that fades most. Asked is the largest."),
        _right(measure=lambda product: float(np.linalg.norm(product, -2))),
    ),
    Misconception(
        "largest_entry",
        N_("This is the largest entry of the product. Asked is its largest singular value: `np.linalg.norm(P, 2)`."),
        _right(measure=_vector_norm(np.inf)),
    ),
    Misconception(
        "row_sums",
        N_("This is the largest sum of a row, `norm(P, np.inf)`. Asked is the largest singular value: `norm(P, 2)`."),
        _right(measure=lambda product: float(np.linalg.norm(product, np.inf))),
    ),
    Misconception(
        "column_sums",
        N_("This is the largest sum of a column, `norm(P, 1)`. Asked is the largest singular value: `norm(P, 2)`."),
        _right(measure=lambda product: float(np.linalg.norm(product, 1))),
    ),
    Misconception(
        "squared",
        N_("These are the squares of the norms: the eigenvalues of PᵀP. Their roots are the singular values."),
        _then(lambda norms: norms**2),
    ),
    Misconception(
        "logarithm",
        N_("These are the logarithms of the norms. Return the norms; the plot has a logarithmic axis of its own."),
        _then(np.log),
    ),
)

INSIDE = (
    Misconception(
        "slope_forgotten",
        N_("These are the norms of powers of W_hh: the slope of tanh is missing. Call your step_jacobian."),
        _norms(jacobian=lambda state, W_hh: W_hh),
    ),
    Misconception(
        "slope_on_the_wrong_side",
        N_("The slopes stand on the columns of W_hh, not on its rows. Call your step_jacobian."),
        _norms(jacobian=columns_times),
    ),
    Misconception(
        "tanh_once_more",
        N_("The slope is taken as 1 - tanh(h)², and h has been through tanh already. Call your step_jacobian."),
        _norms(jacobian=rows_times(lambda h: 1 - np.tanh(h) ** 2)),
    ),
)

JACOBIAN_NORMS = Exercise(
    id="jacobian_norms",
    points=4,
    about=N_("How strongly the last state depends on each state before it."),
    spec="h (T,H), W_hh (H,H) -> norms (T)",
    reference=reference.jacobian_norms,
    oracle=oracles.jacobian_norms,
    requires=("step_jacobian",),
    cases=(
        Case("values", {"T": 6, "H": 3}, N_("The norms of a short sequence are not right."), change=_states, weight=3),
        Case("two steps", {"T": 2, "H": 4}, N_("Here there are two steps, so one Jacobian."), change=_states),
        Case(
            "one step",
            {"T": 1, "H": 3},
            N_("Here there is only one state, and it depends on itself: 1."),
            change=_states,
        ),
        Case("as many steps as units", {"T": 4, "H": 4}, N_("Here T and H are equal."), change=_states),
        Case("one unit", {"T": 5, "H": 1}, N_("Here H is 1."), change=_states, hidden=True),
        Case(
            "strong weights", {"T": 9, "H": 5}, N_("Here the weights are large."), change=_strong, weight=2, hidden=True
        ),
        Case(
            "a saturated state",
            {"T": 5, "H": 3},
            N_("Here one state is saturated in all of its units: nothing gets past it."),
            change=_saturated,
            hidden=True,
        ),
    ),
    misconceptions=ORDER + STEPS + NORMS + INSIDE + more.JACOBIAN_NORMS,
    accepts=(
        Variant("every_product_anew", _every_product_anew),
        Variant("by_eigenvalues", _by_power),
        Variant("by_svd", _norms(measure=lambda product: np.linalg.svd(product)[1][0])),
        Variant("transposed_on_the_left", _norms(join=lambda product, J: (J.T @ product.T).T)),
        Variant("float32", lambda h, W_hh: reference.jacobian_norms(h.astype(np.float32), W_hh.astype(np.float32))),
        Variant("torch", with_torch(_in_torch)),
    ),
    hints=(
        N_(
            "How does h_T depend on itself? And on the state before it? And on the one before that? Write down the "
            "products."
        ),
        N_(
            "Go back in time with one matrix that grows by a factor at each turn. It begins as np.eye(H). Which of "
            "`P @ J` and `J @ P` puts the earlier step where it acts first?"
        ),
        N_(
            "On the way from h[t] to the last state, the first step taken is the one that ends in h[t + 1]: its "
            "Jacobian is made from h[t + 1], and stands on the right of all later ones."
        ),
        N_("`np.linalg.norm(P, 2)` is the largest singular value of a matrix; without the 2 it is another norm."),
    ),
)
