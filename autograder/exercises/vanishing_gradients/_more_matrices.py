"""More mistakes with matrices: what is summed by accident, where a product begins, and which loop forgets what."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Misconception
from autograder.messages import N_
from autograder.reference.vanishing_gradients import sigmoid_grad, step_jacobian


def _slope(h):
    return 1 - h**2


STEP_JACOBIAN = (
    Misconception(
        "column_joined_by_product",
        N_(
            "`@` of a column (H, 1) and W_hh does not fit. A column that scales rows goes with `*`: `slope[:, None] * "
            "W_hh`; with `@` it has to be a matrix, `np.diag(slope) @ W_hh`."
        ),
        lambda h, W_hh: _slope(h)[:, None] @ W_hh,
    ),
    Misconception(
        "bracket_lost_with_identity",
        N_("A bracket is missing: this is I - diag(h²) W_hh. The 1 belongs to the slope: (1 - h²), then times W_hh."),
        lambda h, W_hh: np.eye(len(h)) - np.diag(h**2) @ W_hh,
    ),
    Misconception(
        "bracket_lost",
        N_("A bracket is missing: this is 1 - (h² W_hh). The 1 belongs to the slope: (1 - h²), then times W_hh."),
        lambda h, W_hh: 1 - h[:, None] ** 2 * W_hh,
    ),
    Misconception(
        "bracket_lost_on_columns",
        N_(
            "Two things: a bracket is missing, (1 - h²) and then times W_hh; and the slopes belong to the *rows*: "
            "`slope[:, None] * W_hh`."
        ),
        lambda h, W_hh: 1 - h**2 * W_hh,
    ),
    Misconception(
        "state_inside_without_tanh",
        N_("The slope is taken as 1 - (W_hh h)². h is what came *out* of the step: the slope is 1 - h²."),
        lambda h, W_hh: _slope(W_hh @ h)[:, None] * W_hh,
    ),
    Misconception(
        "one_slope_for_all",
        N_("`h @ h` is one number, so all rows are scaled alike. Each unit has its own slope: 1 - h[i]²."),
        lambda h, W_hh: (1 - h @ h) * W_hh,
    ),
    Misconception(
        "jacobian_times_state",
        N_("One vector came, (H): the Jacobian times h. Return the Jacobian itself, (H, H)."),
        lambda h, W_hh: np.diag(_slope(h)) @ W_hh @ h,
    ),
    Misconception(
        "outer_product_with_state",
        N_("This is the slope times h, which is how gradients of *weights* are made. Here W_hh itself is scaled."),
        lambda h, W_hh: np.outer(_slope(h), h),
    ),
    Misconception(
        "power_by_circumflex",
        N_("In Python `^` is no power: it compares bits. A square is `**2`."),
        lambda h, W_hh: np.diag(1 - h ^ 2) @ W_hh,
    ),
    Misconception(
        "slope_of_sigmoid_at_state",
        N_(
            "The slope is that of a sigmoid, at h. This step has a tanh, and h has been through it already: the slope "
            "is 1 - h²."
        ),
        lambda h, W_hh: sigmoid_grad(h)[:, None] * W_hh,
    ),
    Misconception(
        "columns_times_state",
        N_("The Jacobian is right, and then its columns are multiplied by h. Leave that out."),
        lambda h, W_hh: np.diag(_slope(h)) @ W_hh * h,
    ),
    Misconception(
        "difference_squared",
        N_("The slope is taken as (1 - h)². Only h is squared: 1 - h²."),
        lambda h, W_hh: ((1 - h) ** 2)[:, None] * W_hh,
    ),
    Misconception(
        "root_of_slope",
        N_("The slope is taken as the root of 1 - h². It is 1 - h² itself."),
        lambda h, W_hh: np.sqrt(_slope(h))[:, None] * W_hh,
    ),
)


def _loop(begin=np.eye, join=lambda P, J: P @ J, measure=lambda P: np.linalg.norm(P, 2), first=0):
    """Back in time, with one of its parts changed: how the product begins, grows, or is measured, and where to stop."""

    def wrong(h, W_hh, *, step_jacobian=step_jacobian):
        P, norms = begin(len(W_hh)), np.ones(len(h))
        for t in range(len(h) - 2, first - 1, -1):
            P = join(P, step_jacobian(h[t + 1], W_hh))
            norms[t] = measure(P)
        return norms

    return wrong


def _begun_with_the_last(h, W_hh, *, step_jacobian=step_jacobian):
    return _loop(begin=lambda H: step_jacobian(h[-1], W_hh))(h, W_hh, step_jacobian=step_jacobian)


def _begun_with_size_of_time(h, W_hh, *, step_jacobian=step_jacobian):
    return _loop(begin=lambda H: np.eye(len(h)))(h, W_hh, step_jacobian=step_jacobian)


def _forward_in_place(h, W_hh, *, step_jacobian=step_jacobian):
    P, norms = np.eye(len(W_hh)), np.ones(len(h))
    for t in range(len(h) - 1):
        P = step_jacobian(h[t + 1], W_hh) @ P
        norms[t] = np.linalg.norm(P, 2)
    return norms


def _last_step_missing(h, W_hh, *, step_jacobian=step_jacobian):
    return np.append(_loop()(h[:-1], W_hh, step_jacobian=step_jacobian), 1.0)


def _measured_before(h, W_hh, *, step_jacobian=step_jacobian):
    right = _loop()(h, W_hh, step_jacobian=step_jacobian)
    return np.append(right[1:], 1.0)


def _past_the_end(h, W_hh, *, step_jacobian=step_jacobian):
    P, norms = np.eye(len(W_hh)), np.ones(len(h))
    for t in reversed(range(len(h))):
        P = P @ step_jacobian(h[t + 1], W_hh)
        norms[t] = np.linalg.norm(P, 2)
    return norms


def _stored_where_the_step_ends(h, W_hh, *, step_jacobian=step_jacobian):
    P, norms = np.eye(len(W_hh)), np.ones(len(h))
    for t in range(len(h) - 1, 0, -1):
        P = P @ step_jacobian(h[t], W_hh)
        norms[t] = np.linalg.norm(P, 2)
    return norms


def _column_of_states(h, W_hh, *, step_jacobian=step_jacobian):
    P, norms = np.eye(len(W_hh)), np.ones(len(h))
    for t in range(len(h) - 2, -1, -1):
        P = P @ step_jacobian(h[:, t + 1], W_hh)
        norms[t] = np.linalg.norm(P, 2)
    return norms


def _all_states_at_once(h, W_hh, *, step_jacobian=step_jacobian):
    P, norms = np.eye(len(W_hh)), np.ones(len(h))
    for t in range(len(h) - 2, -1, -1):
        P = P @ step_jacobian(h, W_hh)
        norms[t] = np.linalg.norm(P, 2)
    return norms


def _returned_in_the_loop(h, W_hh, *, step_jacobian=step_jacobian):
    if len(h) == 1:
        return None
    norms = np.ones(len(h))
    norms[-2] = np.linalg.norm(step_jacobian(h[-1], W_hh), 2)
    return norms


JACOBIAN_NORMS = (
    Misconception(
        "identity_entry_by_entry",
        N_(
            "The identity is multiplied with `*`, entry by entry, so all entries off the diagonal become 0 and stay "
            "so. A product of matrices is `@`."
        ),
        _loop(join=lambda P, J: P * J),
    ),
    Misconception(
        "forward_in_place",
        N_(
            "The product grows going *forward*: norms[t] is how h[t + 1] depends on the first state. Asked is how the "
            "*last* depends on h[t]: begin at the end and go back."
        ),
        _forward_in_place,
    ),
    Misconception(
        "last_step_missing",
        N_(
            "The last step is missing in all products: this is how the state *before* the last depends on h[t]. The "
            "product for t has the Jacobians of h[t + 1] up to h[T - 1], that one included."
        ),
        _last_step_missing,
    ),
    Misconception(
        "measured_before_multiplying",
        N_(
            "norms[t] is measured before the Jacobian of its own step has joined, so it is the norm for t + 1. First "
            "multiply, then measure."
        ),
        _measured_before,
    ),
    Misconception(
        "begun_with_the_last",
        N_(
            "The Jacobian of the last step is in the products twice: they begin with it, and the loop multiplies by it "
            "again. Begin with the identity, `np.eye(H)`."
        ),
        _begun_with_the_last,
    ),
    Misconception(
        "begun_with_ones",
        N_(
            "The product begins with `np.ones`, a matrix that sums over all units. What changes nothing is the "
            "identity, `np.eye(H)`."
        ),
        _loop(begin=lambda H: np.ones((H, H))),
    ),
    Misconception(
        "begun_with_zeros",
        N_("The product begins with zeros, and stays zero. What changes nothing is the identity, `np.eye(H)`."),
        _loop(begin=lambda H: np.zeros((H, H))),
    ),
    Misconception(
        "begun_with_size_of_time",
        N_("The identity is (T, T). It has to go with the Jacobians, which are (H, H): `np.eye(H)`."),
        _begun_with_size_of_time,
    ),
    Misconception(
        "all_singular_values",
        N_(
            "`np.linalg.svd` gives *all* singular values, (H), and norms[t] has room for one. They are sorted: the "
            "first is the largest."
        ),
        _loop(measure=lambda P: np.linalg.svd(P)[1]),
    ),
    Misconception(
        "past_the_end",
        N_(
            "The loop begins at the last state, after which there is no step: h[T] does not exist. norms[-1] is 1; "
            "begin at t = T - 2."
        ),
        _past_the_end,
    ),
    Misconception(
        "first_left_out",
        N_("norms[0] was never computed: `range(..., 0, -1)` ends at 1. To reach 0 it has to end at -1."),
        _loop(first=1),
    ),
    Misconception(
        "stored_where_the_step_ends",
        N_(
            "norms[t] has the Jacobian of h[t] itself in it, and norms[0] and norms[-1] are left over: all is one "
            "place late. With h[t]'s own Jacobian the product tells how h_T depends on h[t - 1]."
        ),
        _stored_where_the_step_ends,
    ),
    Misconception(
        "column_of_states",
        N_("`h[:, t]` is one *unit* at all steps. h is (T, H), and the state of a step is its row, `h[t]`."),
        _column_of_states,
    ),
    Misconception(
        "all_states_at_once",
        N_("step_jacobian got all states, h (T, H). It wants one, `h[t + 1]`."),
        _all_states_at_once,
    ),
    Misconception(
        "returned_in_the_loop",
        N_("The `return` stands inside the loop, so the first turn is the only one. Move it out, to the left."),
        _returned_in_the_loop,
    ),
)


def _eigenvalues(W_hh):
    return np.linalg.eigvals(W_hh)


SPECTRAL_RADIUS = (
    Misconception(
        "picked_with_sign",
        N_(
            "The right eigenvalue is picked, and comes back with its sign, or complex. The radius is its absolute "
            "value: `abs` of what was picked."
        ),
        lambda W_hh: max(_eigenvalues(W_hh), key=abs),
    ),
    Misconception(
        "length_of_all",
        N_("The |eigenvalues| are put together to one length, by `np.linalg.norm`. The largest alone is asked for."),
        lambda W_hh: float(np.linalg.norm(_eigenvalues(W_hh))),
    ),
    Misconception(
        "sum_of_all",
        N_("This is the sum of the |eigenvalues|. The largest is asked for."),
        lambda W_hh: float(np.abs(_eigenvalues(W_hh)).sum()),
    ),
    Misconception(
        "diagonal",
        N_(
            "This is the largest |entry| on the diagonal of W_hh. Only in a matrix with nothing above (or nothing "
            "below) the diagonal are those its eigenvalues: `np.linalg.eigvals`."
        ),
        lambda W_hh: float(np.abs(np.diag(W_hh)).max()),
    ),
    Misconception(
        "parts_added",
        N_("The size of a + bi is taken as |a| + |b|. It is the root of a² + b²; `np.abs` gives it."),
        lambda W_hh: float((np.abs(_eigenvalues(W_hh).real) + np.abs(_eigenvalues(W_hh).imag)).max()),
    ),
    Misconception(
        "imaginary_part",
        N_("Only the imaginary parts are looked at. The size of a + bi is the root of a² + b²: `np.abs`."),
        lambda W_hh: float(np.abs(_eigenvalues(W_hh).imag).max()),
    ),
    Misconception(
        "both_results_of_eig",
        N_(
            "`np.linalg.eig` gives two things, eigenvalues and eigenvectors. Take the first, or `np.linalg.eigvals`, "
            "which gives eigenvalues alone."
        ),
        lambda W_hh: max(abs(np.linalg.eig(W_hh))),
    ),
    Misconception(
        "root_of_the_largest",
        N_("This is the root of the largest |eigenvalue|. Only singular values want a root; take none here."),
        lambda W_hh: float(np.sqrt(np.abs(_eigenvalues(W_hh)).max())),
    ),
    Misconception(
        "place_of_the_largest",
        N_("`argmax` says *where* the largest is. Asked is how large it is: `max`."),
        lambda W_hh: int(np.abs(_eigenvalues(W_hh)).argmax()),
    ),
    Misconception(
        "determinant_with_sign",
        N_("This is the determinant, the *product* of the eigenvalues. The largest |eigenvalue| is asked for."),
        lambda W_hh: float(np.linalg.det(W_hh)),
    ),
)


def _tall(factor):
    """What is done to a tall matrix, done to a wide one through its transpose."""
    return lambda A: factor(*np.linalg.qr(A)) if A.shape[0] >= A.shape[1] else factor(*np.linalg.qr(A.T)).T


def _square_as_wide(A):
    if A.shape[0] <= A.shape[1]:
        Q, R = np.linalg.qr(A.T)
        return (Q * np.sign(np.diag(R))).T
    Q, R = np.linalg.qr(A)
    return Q * np.sign(np.diag(R))


ORTHOGONAL = (
    Misconception(
        "square_as_wide",
        N_(
            "A square A is treated as a wide one. That gives an orthogonal matrix, too, and as good a one, but another "
            "than is asked for: work on A.T only where H is *less* than D."
        ),
        _square_as_wide,
    ),
    Misconception(
        "signs_upright",
        N_(
            "The signs stand upright, `[:, None]`, and so they meet the *rows* of Q. Column j belongs to R[j, j]: "
            "`Q * signs`, lying."
        ),
        _tall(lambda Q, R: Q * np.sign(np.diag(R))[:, None]),
    ),
    Misconception(
        "signs_as_matrix_entry_by_entry",
        N_(
            "`*` multiplies entry by entry, and np.diag is zero off its diagonal. Two matrices are multiplied by `@`; "
            "or take the signs as a vector, `Q * np.sign(np.diag(R))`."
        ),
        _tall(lambda Q, R: Q * np.diag(np.sign(np.diag(R)))),
    ),
    Misconception(
        "signs_of_all_of_r",
        N_("These are the signs of all entries of R. Only those of its diagonal count, one for each column of Q."),
        _tall(lambda Q, R: Q * np.sign(R)),
    ),
    Misconception(
        "times_signs_of_all_of_r",
        N_(
            "Q is multiplied by the signs of *all* entries of R, so that columns are added up. Only the diagonal "
            "counts: `Q * np.sign(np.diag(R))`."
        ),
        _tall(lambda Q, R: Q @ np.sign(R)),
    ),
    Misconception(
        "divided_by_diagonal",
        N_("The columns are divided by the diagonal of R, and lose their length of 1. Only its *signs* are needed."),
        _tall(lambda Q, R: Q / np.diag(R)),
    ),
    Misconception(
        "left_singular_vectors",
        N_(
            "This is U of the singular value decomposition: (H, H), also where A is not square, and another matrix "
            "than asked for. Make it with `np.linalg.qr`."
        ),
        lambda A: np.linalg.svd(A)[0],
    ),
    Misconception(
        "triangle_not_turned",
        N_("R came back, the triangle. Q is the one with orthonormal columns."),
        lambda A: np.linalg.qr(A if A.shape[0] >= A.shape[1] else A.T)[1],
    ),
    Misconception(
        "signs_of_first_row",
        N_("The signs are taken from the first row of Q. Take them from the diagonal of *R*, so that it is positive."),
        _tall(lambda Q, R: Q * np.sign(Q[0])),
    ),
)
