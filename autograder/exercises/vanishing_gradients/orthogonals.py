"""Orthogonal matrices from random numbers."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.exercises.vanishing_gradients import _more_matrices as more
from autograder.messages import N_
from autograder.reference import oracles_vanishing_gradients as oracles
from autograder.reference import vanishing_gradients as reference


def _turned(factor):
    """What is done to a tall matrix, done to a wide one through its transpose."""

    def made(A):
        return factor(A) if A.shape[0] >= A.shape[1] else factor(A.T).T

    return made


def _signs_of_q(A):
    Q = np.linalg.qr(A)[0]
    return Q * np.sign(np.diag(Q))


def _signs_on_rows(A):
    Q, R = np.linalg.qr(A)
    signs = np.append(np.sign(np.diag(R)), np.ones(len(Q) - R.shape[0]))
    return signs[:, None] * Q


def _diagonal_itself(A):
    Q, R = np.linalg.qr(A)
    return Q * np.diag(R)


def _signs_after_turning_back(A):
    Q, R = np.linalg.qr(A if A.shape[0] >= A.shape[1] else A.T)
    Q = Q if A.shape[0] >= A.shape[1] else Q.T
    return Q * np.sign(np.diag(R))


def _never_turned(A):
    Q, R = np.linalg.qr(A)
    return Q * np.sign(np.diag(R))


def _not_turned_back(A):
    return reference.orthogonal(A if A.shape[0] >= A.shape[1] else A.T)


def _complete(A):
    Q, R = np.linalg.qr(A, mode="complete")
    return Q


def _polar(A):
    U, s, V = np.linalg.svd(A, full_matrices=False)
    return U @ V


def _left_singular(A):
    U, s, V = np.linalg.svd(A, full_matrices=False)
    return U if A.shape[0] >= A.shape[1] else V


def _cut_from_square(A):
    """Not turned: the columns of A beyond its height are made up by none."""
    H, D = A.shape
    Q = np.zeros((H, D))
    Q[:, : min(H, D)] = reference.orthogonal(A[:, : min(H, D)])
    return Q


def _by_hand(A):
    """Gram and Schmidt, column after column."""
    Q = np.zeros(A.shape)
    for j in range(A.shape[1]):
        v = A[:, j].copy()
        for _ in range(2):
            v = v - Q[:, :j] @ (Q[:, :j].T @ v)
        Q[:, j] = v / np.linalg.norm(v)
    return Q


def _cholesky(A):
    return np.linalg.solve(np.linalg.cholesky(A.T @ A), A.T).T


def _determinant_one(A):
    Q = reference.orthogonal(A)
    if Q.shape[0] == Q.shape[1] and np.linalg.det(Q) < 0:
        Q[:, 0] *= -1
    return Q


ORTHOGONAL = Exercise(
    id="orthogonal",
    points=3,
    about=N_("A matrix with orthonormal columns (or rows, where it is wide) from one of random numbers."),
    spec="A (H,D) -> (H,D)",
    reference=reference.orthogonal,
    oracle=oracles.orthogonal,
    rtol=1e-3,
    atol=1e-4,
    cases=(
        Case("tall", {"H": 5, "D": 3}, N_("Here A is taller than wide: its columns become orthonormal."), weight=3),
        Case("square", {"H": 4, "D": 4}, N_("Here A is square."), weight=2),
        Case("wide", {"H": 2, "D": 5}, N_("Here A is wider than tall: its *rows* become orthonormal."), weight=2),
        Case(
            "one number",
            {"H": 1, "D": 1},
            N_("Here A has one entry. What is left of it is its sign."),
            change=lambda rng, made: {"A": -np.abs(made["A"]) - 0.1},
        ),
        Case("one row", {"H": 1, "D": 4}, N_("Here A is a single row."), hidden=True),
        Case("one column", {"H": 6, "D": 1}, N_("Here A is a single column."), hidden=True),
        Case("large", {"H": 24, "D": 24}, N_("Here A is large."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "signs_not_fixed",
            N_(
                "This is Q as np.linalg.qr gives it. Its columns are orthonormal, but their signs come from how the "
                "routine works, not from A: for a single number it always says 1. Multiply column j by the sign of "
                "R[j, j]."
            ),
            _turned(lambda A: np.linalg.qr(A)[0]),
        ),
        Misconception(
            "signs_of_q",
            N_("The signs are taken from the diagonal of Q. Take them from that of *R*, so that R's becomes positive."),
            _turned(_signs_of_q),
        ),
        Misconception(
            "signs_on_rows",
            N_("The signs multiply the *rows* of Q. Column j belongs to R[j, j]: `Q * signs` multiplies columns."),
            _turned(_signs_on_rows),
        ),
        Misconception(
            "diagonal_without_sign",
            N_(
                "The columns are multiplied by the diagonal of R itself, and lose their length of 1. Take its *signs*: "
                "`np.sign(np.diag(R))`."
            ),
            _turned(_diagonal_itself),
        ),
        Misconception(
            "diagonal_without_sign_never_turned",
            N_(
                "Two things: the columns are multiplied by the diagonal of R itself, where its signs are asked for; "
                "and where A is wide, work on A.T and turn the result back."
            ),
            _diagonal_itself,
        ),
        Misconception(
            "signs_after_turning_back",
            N_(
                "For a wide A the signs come too late: once Q is turned back, its *rows* belong to R's diagonal. Fix "
                "the signs first, then turn."
            ),
            _signs_after_turning_back,
        ),
        Misconception(
            "signs_turned",
            N_(
                "All signs are the other way round: R has a negative diagonal now. Multiply column j by the sign of "
                "R[j, j]."
            ),
            lambda A: -reference.orthogonal(A),
        ),
        Misconception(
            "never_turned",
            N_(
                "Right, until A is wide: then np.linalg.qr gives a Q that is square, (H, H). Work on A.T, which is "
                "tall, and turn the result back."
            ),
            _never_turned,
        ),
        Misconception(
            "never_turned_signs_not_fixed",
            N_(
                "Two things: where A is wide, work on A.T and turn the result back, or Q comes out square; and "
                "multiply column j by the sign of R[j, j]."
            ),
            lambda A: np.linalg.qr(A)[0],
        ),
        Misconception(
            "not_turned_back",
            N_("A wide A is turned, and its result is not turned back: (D, H) came for (H, D)."),
            _not_turned_back,
        ),
        Misconception(
            "always_turned",
            N_("A is always turned, also where it is tall or square. Turn it only where it is wide."),
            lambda A: (lambda Q, R: (Q * np.sign(np.diag(R))).T)(*np.linalg.qr(A.T)),
        ),
        Misconception(
            "wide_filled_with_zeros",
            N_(
                "Where A is wide, the columns beyond the H-th are zero. Work on A.T, and its rows become orthonormal "
                "instead."
            ),
            _cut_from_square,
        ),
        Misconception(
            "complete",
            N_(
                "A square Q came, (H, H): that is `mode='complete'`. Without it Q has as many columns as A, where A is "
                "tall."
            ),
            _complete,
        ),
        Misconception(
            "triangle",
            N_("This is R, the triangle. `np.linalg.qr` returns Q first, then R."),
            lambda A: np.linalg.qr(A)[1],
        ),
        Misconception(
            "both_returned",
            N_("Q and R both came back. Only Q is asked for, with its signs fixed."),
            lambda A: tuple(np.linalg.qr(A)),
        ),
        Misconception(
            "polar",
            N_(
                "This matrix is orthogonal too, the one nearest to A (U V^T of its SVD), and would serve as well. But "
                "it is another one, and the check can compare only one: make it with np.linalg.qr."
            ),
            _polar,
        ),
        Misconception(
            "singular_vectors",
            N_(
                "These are singular vectors of A. They are orthonormal, but their signs come from how the routine "
                "works. Make Q with np.linalg.qr, and fix its signs by R."
            ),
            _left_singular,
        ),
        Misconception(
            "lengths_only",
            N_("The columns have length 1, but are not orthogonal to each other. `np.linalg.qr` makes them so."),
            lambda A: A / np.linalg.norm(A, axis=0),
        ),
        Misconception(
            "rows_of_length_one",
            N_("The rows have length 1, but are not orthogonal to each other. `np.linalg.qr` makes them so."),
            lambda A: A / np.linalg.norm(A, axis=1, keepdims=True),
        ),
        Misconception(
            "divided_by_norm",
            N_("A is divided by its largest singular value. Then only one direction keeps its length; all should."),
            lambda A: A / np.linalg.norm(A, 2),
        ),
        Misconception(
            "divided_by_length",
            N_("A is divided by the root of the sum of its squares. That makes it small, not orthogonal."),
            lambda A: A / np.linalg.norm(A),
        ),
        Misconception(
            "identity",
            N_("This is the identity, which is orthogonal, but not random: A is not used."),
            lambda A: np.eye(*A.shape),
        ),
        Misconception(
            "absolute",
            N_("All entries are positive: `np.abs` was applied to Q. Only whole columns change their sign."),
            lambda A: np.abs(reference.orthogonal(A)),
        ),
        Misconception(
            "determinant_one",
            N_(
                "A column is turned so that the determinant is 1, which leaves rotations only. Mirror images are "
                "welcome: let the signs of R decide alone."
            ),
            _determinant_one,
        ),
        *more.ORTHOGONAL,
    ),
    accepts=(
        Variant(
            "where",
            _turned(lambda A: (lambda Q, R: Q @ np.diag(np.where(np.diag(R) < 0, -1.0, 1.0)))(*np.linalg.qr(A))),
        ),
        Variant("gram_schmidt", _turned(_by_hand)),
        Variant("cholesky", _turned(_cholesky)),
        Variant(
            "divided_by_size", _turned(lambda A: (lambda Q, R: Q * (np.diag(R) / np.abs(np.diag(R))))(*np.linalg.qr(A)))
        ),
        Variant("lists", lambda A: reference.orthogonal(A).tolist()),
        Variant("float32", lambda A: reference.orthogonal(A.astype(np.float32))),
        Variant("torch", with_torch(lambda torch, A: oracles.orthogonal(A))),
    ),
    hints=(
        N_("`Q, R = np.linalg.qr(A)` gives a Q with orthonormal columns and an upper triangular R, with A = Q R."),
        N_("Q is fixed up to the sign of each column. Look at the diagonal of R: which signs make it positive?"),
        N_("`np.sign(np.diag(R))` has one number for each column of Q, and NumPy lines a vector up with columns."),
        N_("What is the shape of Q when A is (2, 5)? A.T is (5, 2), and that is tall."),
    ),
)
