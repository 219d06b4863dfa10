"""The one-matrix view of a step."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Misconception, Variant
from autograder.exercises._torch import with_torch
from autograder.messages import N_
from autograder.reference import oracles, rnn

FUSE_WEIGHTS = Exercise(
    id="fuse_weights",
    points=2,
    about=N_("The one matrix that does the work of W_xh and W_hh when it meets x and h stacked, x first."),
    spec="W_xh (H,D), W_hh (H,H) -> (H,D+H)",
    reference=rnn.fuse_weights,
    oracle=oracles.fuse_weights,
    cases=(
        Case("values", {"D": 2, "H": 3}, N_("Here D and H differ."), weight=3),
        Case("more inputs than units", {"D": 5, "H": 2}, N_("Here D is larger than H.")),
        Case("as many units as inputs", {"D": 3, "H": 3}, N_("Here D and H are equal.")),
        Case("one unit", {"D": 4, "H": 1}, N_("Here there is only one unit."), hidden=True),
        Case("one input", {"D": 1, "H": 4}, N_("Here there is only one input."), hidden=True),
        Case("larger", {"D": 9, "H": 7}, N_("Here the network is larger."), weight=2, hidden=True),
    ),
    misconceptions=(
        Misconception(
            "order_swapped",
            N_(
                "W_hh stands before W_xh. The columns have to follow the rows of [x; h]: first the D columns that "
                "meet x, then the H columns that meet h. The shape is the same either way."
            ),
            lambda W_xh, W_hh: np.concatenate([W_hh, W_xh], axis=1),
        ),
        Misconception(
            "stacked_rows",
            N_(
                "The matrices are put on top of each other. Row j of the result must hold *all* weights into unit j, "
                "from x and from h, so they go side by side. With D equal to H nothing raises."
            ),
            lambda W_xh, W_hh: np.concatenate([W_xh, W_hh], axis=0),
        ),
        Misconception(
            "stacked_rows_swapped",
            N_(
                "The matrices are put on top of each other, W_hh first. Row j of the result must hold all weights "
                "into unit j: side by side, those from x first."
            ),
            lambda W_xh, W_hh: np.concatenate([W_hh, W_xh], axis=0),
        ),
        Misconception(
            "turned",
            N_(
                "This is the fused matrix transposed, (D+H, H). It is handy for rows, `[x h] @ W`, but here W keeps "
                "the layout of its parts: one row for each unit."
            ),
            lambda W_xh, W_hh: np.concatenate([W_xh.T, W_hh.T], axis=0),
        ),
        Misconception(
            "recurrent_transposed",
            N_("W_hh is transposed on its way in. Its row j already holds the weights into unit j: leave it as it is."),
            lambda W_xh, W_hh: np.concatenate([W_xh, W_hh.T], axis=1),
        ),
        Misconception(
            "input_transposed",
            N_("W_xh is transposed on its way in. Its row j already holds the weights into unit j: leave it as it is."),
            lambda W_xh, W_hh: np.concatenate([W_xh.T, W_hh], axis=1),
        ),
        Misconception(
            "both_transposed",
            N_(
                "Both matrices are transposed before they are put side by side. In both, row j already belongs to "
                "unit j: leave them as they are."
            ),
            lambda W_xh, W_hh: np.concatenate([W_xh.T, W_hh.T], axis=1),
        ),
        Misconception(
            "added",
            N_(
                "The matrices are added. That gives x and h the same weights, if the sizes fit at all; side by side, "
                "each keeps its own."
            ),
            lambda W_xh, W_hh: W_xh + W_hh,
        ),
        Misconception(
            "multiplied",
            N_(
                "This is the product of the two matrices, which sends x through both, one after the other. They work "
                "side by side: one on x, one on h, and the results are added."
            ),
            lambda W_xh, W_hh: W_hh @ W_xh,
        ),
        Misconception(
            "new_axis",
            N_(
                "`np.stack` makes a new axis. The matrices join along an axis that they have: the columns. "
                "Think `np.concatenate` or `np.hstack`."
            ),
            lambda W_xh, W_hh: np.stack([W_xh, W_hh], axis=1),
        ),
        Misconception(
            "new_axis_in_front",
            N_(
                "`np.stack` makes a new axis, here in front. The matrices join along an axis that they have: the "
                "columns. Think `np.concatenate` or `np.hstack`."
            ),
            lambda W_xh, W_hh: np.stack([W_xh, W_hh]),
        ),
    ),
    accepts=(
        Variant("hstack", lambda W_xh, W_hh: np.hstack((W_xh, W_hh))),
        Variant("columns", lambda W_xh, W_hh: np.c_[W_xh, W_hh]),
        Variant("block", lambda W_xh, W_hh: np.block([[W_xh, W_hh]])),
        Variant("turned_twice", lambda W_xh, W_hh: np.vstack([W_xh.T, W_hh.T]).T),
        Variant("appended", lambda W_xh, W_hh: np.append(W_xh, W_hh, axis=1)),
        Variant("rows", lambda W_xh, W_hh: [list(a) + list(b) for a, b in zip(W_xh, W_hh)]),
        Variant(
            "by_identity",
            lambda W_xh, W_hh: (
                W_xh @ np.eye(W_xh.shape[1], sum(W_xh.shape)) + np.pad(W_hh, ((0, 0), (W_xh.shape[1], 0)))
            ),
        ),
        Variant("float32", lambda W_xh, W_hh: np.hstack((W_xh, W_hh)).astype(np.float32)),
        Variant("torch_cat", with_torch(lambda torch, W_xh, W_hh: torch.cat([W_xh, W_hh], dim=-1))),
    ),
    hints=(
        N_("What is the shape of W_xh, of W_hh, and of the result? Which axis has grown?"),
        N_(
            "Write out unit 0: its sum is W_xh[0] times x plus W_hh[0] times h. If x and h stand in one long vector, "
            "x first, which numbers must row 0 of the matrix hold, in which order?"
        ),
        N_("`np.concatenate` joins arrays along an axis that they have. Rows are axis 0, columns are axis 1."),
    ),
)
