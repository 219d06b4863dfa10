"""The spectral radius of a matrix."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.vanishing_gradients import _more_matrices as more
from autograder.messages import N_
from autograder.reference import oracles_vanishing_gradients as oracles
from autograder.reference import vanishing_gradients as reference


def _with(eigenvalues):
    """A matrix with these blocks on its diagonal, seen from another basis. A pair is a + bi and a - bi."""

    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        H = len(made["W_hh"])
        D, i = np.zeros((H, H)), 0
        for a, b in eigenvalues:
            if b:
                D[i : i + 2, i : i + 2] = [[a, b], [-b, a]]
            else:
                D[i, i] = a
            i += 2 if b else 1
        basis = np.eye(H) + 0.4 * np.triu(rng.normal(size=(H, H)), 1)
        basis = basis @ (np.eye(H) + 0.4 * np.tril(rng.normal(size=(H, H)), -1))
        return {"W_hh": basis @ D @ np.linalg.inv(basis)}

    return change


def _rotation(rng: np.random.Generator, made: Inputs) -> Inputs:
    angle = rng.uniform(0.9, 1.4)
    return {"W_hh": 0.8 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])}


def _only_forward(rng: np.random.Generator, made: Inputs) -> Inputs:
    return {"W_hh": np.tril(made["W_hh"], -1)}


def _eig(W_hh):
    return np.linalg.eigvals(W_hh)


def _by_trace_and_determinant(W_hh):
    return np.sqrt(np.abs(np.linalg.eigvals(W_hh @ W_hh)).max())


SPECTRAL_RADIUS = Exercise(
    id="spectral_radius",
    points=2,
    about=N_("The largest absolute value of an eigenvalue."),
    spec="W_hh (H,H) -> float",
    reference=reference.spectral_radius,
    oracle=oracles.spectral_radius,
    cases=(
        Case(
            "values",
            {"H": 5},
            N_("The largest |eigenvalue| of an ordinary matrix is not right."),
            change=_with(((0.5, 0.9), (-0.9, 0), (0.7, 0), (0.2, 0))),
            weight=3,
        ),
        Case(
            "a rotation",
            {"H": 2},
            N_("Here the matrix turns vectors, and its eigenvalues are complex."),
            change=_rotation,
        ),
        Case(
            "a negative eigenvalue",
            {"H": 3},
            N_("Here the eigenvalue furthest from zero is negative."),
            change=_with(((-1.3, 0), (0.6, 0), (0.3, 0))),
        ),
        Case("one unit", {"H": 1}, N_("Here H is 1."), change=lambda rng, made: {"W_hh": -np.abs(made["W_hh"]) - 0.1}),
        Case(
            "a symmetric matrix",
            {"H": 4},
            N_("Here the matrix is symmetric."),
            change=lambda rng, made: {"W_hh": made["W_hh"] + made["W_hh"].T},
            hidden=True,
        ),
        Case(
            "weights in one direction",
            {"H": 4},
            N_("Here each unit listens only to units before it: all eigenvalues are 0, whatever the weights."),
            change=_only_forward,
            hidden=True,
        ),
        Case("many units", {"H": 40}, N_("Here there are many units."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "largest_singular_value",
            N_(
                "This is the largest *singular value*, which says how much one step can lengthen a vector. The "
                "spectral radius is the largest |eigenvalue|, and says how many steps in a row do. They differ unless "
                "the matrix is symmetric or the like."
            ),
            lambda W_hh: float(np.linalg.norm(W_hh, 2)),
        ),
        Misconception(
            "largest_real_part",
            N_(
                "This is the largest *real part* of an eigenvalue. Eigenvalues may be complex or negative; what counts "
                "is how far from zero they are: `np.abs`, and then the largest."
            ),
            lambda W_hh: float(_eig(W_hh).real.max()),
        ),
        Misconception(
            "size_of_real_part",
            N_(
                "The imaginary parts are dropped before the absolute value. For a + bi it is the root of a² + b²: "
                "`np.abs` does that for complex numbers, if they still are complex."
            ),
            lambda W_hh: float(np.abs(_eig(W_hh).real).max()),
        ),
        Misconception(
            "not_absolute",
            N_(
                "The largest eigenvalue is taken without `np.abs`, so it is complex here, and a negative one is "
                "overlooked. Take absolute values first, then the largest."
            ),
            lambda W_hh: np.max(_eig(W_hh)),
        ),
        Misconception(
            "absolute_too_late",
            N_(
                "The largest eigenvalue is picked first and `np.abs` taken after; but a negative one is never picked. "
                "Absolute values first, then the largest."
            ),
            lambda W_hh: float(np.abs(np.max(_eig(W_hh)))),
        ),
        Misconception(
            "first_eigenvalue",
            N_("This is the first eigenvalue's absolute value. NumPy does not sort them: take the largest."),
            lambda W_hh: float(np.abs(_eig(W_hh))[0]),
        ),
        Misconception(
            "smallest",
            N_("This is the smallest |eigenvalue|. The largest is asked for."),
            lambda W_hh: float(np.abs(_eig(W_hh)).min()),
        ),
        Misconception(
            "mean",
            N_("This is the mean of the |eigenvalues|. The largest is asked for."),
            lambda W_hh: float(np.abs(_eig(W_hh)).mean()),
        ),
        Misconception(
            "all_of_them",
            N_("All |eigenvalues| came back. The spectral radius is the largest of them, one number."),
            lambda W_hh: np.abs(_eig(W_hh)),
        ),
        Misconception(
            "as_if_symmetric",
            N_(
                "`eigh` and `eigvalsh` look at half of the matrix only and take it for symmetric. W_hh is not: "
                "`np.linalg.eigvals`."
            ),
            lambda W_hh: float(np.abs(np.linalg.eigvalsh(W_hh)).max()),
        ),
        Misconception(
            "eigenvectors",
            N_(
                "This is the largest entry of the *eigenvectors*. `np.linalg.eig` returns eigenvalues first, then "
                "eigenvectors; `np.linalg.eigvals` returns eigenvalues alone."
            ),
            lambda W_hh: float(np.abs(np.linalg.eig(W_hh)[1]).max()),
        ),
        Misconception(
            "squared",
            N_(
                "This is the square of the largest |eigenvalue|: a² + b² without the root. `np.abs` takes the root, "
                "too."
            ),
            lambda W_hh: float(np.abs(_eig(W_hh)).max() ** 2),
        ),
        Misconception(
            "frobenius",
            N_(
                "This is the root of the sum of all squares of W_hh, `np.linalg.norm`. Its eigenvalues come from "
                "`eigvals`."
            ),
            lambda W_hh: float(np.linalg.norm(W_hh)),
        ),
        Misconception(
            "largest_entry",
            N_("This is the largest |entry| of W_hh. Its eigenvalues are asked for."),
            lambda W_hh: float(np.abs(W_hh).max()),
        ),
        Misconception(
            "determinant",
            N_(
                "This is the determinant's absolute value, the *product* of all |eigenvalues|. The largest is asked "
                "for."
            ),
            lambda W_hh: float(np.abs(np.linalg.det(W_hh))),
        ),
        Misconception(
            "trace",
            N_("This is the trace, the *sum* of the eigenvalues. The largest |eigenvalue| is asked for."),
            lambda W_hh: float(np.trace(W_hh)),
        ),
        Misconception(
            "row_sums",
            N_("This is the largest sum of a row, an upper bound. The largest |eigenvalue| is asked for."),
            lambda W_hh: float(np.abs(W_hh).sum(1).max()),
        ),
        Misconception(
            "distance_between",
            N_("This is the largest eigenvalue less the smallest. The spectral radius is a distance from zero."),
            lambda W_hh: float(np.ptp(_eig(W_hh).real)),
        ),
        *more.SPECTRAL_RADIUS,
    ),
    accepts=(
        Variant("by_eig", lambda W_hh: max(abs(v) for v in np.linalg.eig(W_hh)[0])),
        Variant("by_square", lambda W_hh: float(_by_trace_and_determinant(W_hh))),
        Variant("real_and_imaginary", lambda W_hh: np.sqrt((_eig(W_hh).real ** 2 + _eig(W_hh).imag ** 2).max())),
        Variant("sorted", lambda W_hh: np.sort(np.abs(_eig(W_hh)))[-1]),
        Variant("array_of_one", lambda W_hh: np.array([np.abs(_eig(W_hh)).max()])),
        Variant("torch", with_torch(lambda torch, W_hh: torch.linalg.eigvals(W_hh).abs().max())),
    ),
    hints=(
        N_("`np.linalg.eigvals` gives the eigenvalues. Look at them for a rotation: of which kind are they?"),
        N_("How far from zero is the number a + bi? And the number -3?"),
        N_("`np.abs` of the eigenvalues first, then the largest of what it gives."),
    ),
)
