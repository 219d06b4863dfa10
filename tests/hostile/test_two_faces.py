"""Lesson 01, where one answer builds on another, and answers that are not the same each time they are called."""

from __future__ import annotations

import pytest
from handed_in import Work, honest, scores, sentences

from autograder import registry

LESSON = "01_rnn_structure"
STEP = "def rnn_step(x, h, W_xh, W_hh, b):\n    return np.tanh(x @ W_xh.T + h @ W_hh.T + b)"
BAD = STEP.replace("W_hh.T", "W_hh")
LOOP = (
    "def rnn_forward(x, h0, W_xh, W_hh, b):\n    h, out = h0, []\n    for t in range(x.shape[1]):\n"
    "        h = STEP\n        out.append(h)\n    return np.stack(out, 1), h"
)
FORWARD = LOOP.replace("STEP", "np.tanh(x[:, t] @ W_xh.T + h @ W_hh + b)")
CALLS = LOOP.replace("STEP", "rnn_step(x[:, t], h, W_xh, W_hh, b)")
SIGMOID = "def sigmoid(z):\n    return 0.5 * (1 + np.tanh(0.5 * z))"
SOFTMAX = "def softmax(z):\n    e = np.exp(z - z.max())\n    return e / e.sum()"
INSIDE = (
    "The loop is right; the step in it computes `h @ W_hh`, without `.T`. Row j of W_hh holds the weights into unit j. "
    "Call your rnn_step, and there is only one place to get right."
)
COUNTED = (
    "n = 0\ndef rnn_step(x, h, W_xh, W_hh, b):\n    global n\n    n += 1\n"
    "    return np.tanh(x @ W_xh.T + h @ (W_hh.T if n <= MANY else W_hh) + b)"
)
GIVEN = "Right, given your rnn_step."

# What is done; points for rnn_step and rnn_forward; what is read. Only a step that was wrong excuses a wrong loop.
FACES = {
    "honest, wrong": (STEP, FORWARD, "", 4, 0, INSIDE),
    "honest, wrong in both": (BAD, CALLS, "", 0.5, 5, GIVEN),
    "a step that is changed before the loop": (STEP, FORWARD, ("rnn_forward", BAD), 4, 0, INSIDE),
    "a step that is changed before its check": (STEP, FORWARD, ("check_rnn_forward", BAD), 4, 0, INSIDE),
    "a step that changes after its check": (COUNTED.replace("MANY", "CASES"), FORWARD, "", 4, 0, INSIDE),
    "a step that changes in its check": (COUNTED.replace("MANY", "7"), FORWARD, "", 3, 0, INSIDE),
    "a step that fails when it is called by the loop": (
        STEP,
        CALLS,
        ("check_rnn_forward", "def rnn_step(*given):\n    import os; os._exit(1)"),
        4,
        5,
        "rnn_forward was tried apart from the rest of the notebook, since Python ended: it ended itself (exit code 1).",
    ),
}


@pytest.mark.parametrize("name", FACES)
def test_a_wrong_answer_is_excused_by_nothing_made_up_for_it(engine, name):
    step, forward, added, first, second, said = FACES[name]
    work = Work(lesson=LESSON)
    cases = str(len(registry.exercise("rnn_step").cases))
    work.answer("rnn_step", step.replace("CASES", cases))
    work.answer("rnn_forward", forward)
    work.answer("sigmoid", SIGMOID)
    work.answer("softmax", SOFTMAX)
    if added:
        work.cell(added[1], added[0])
    graded = engine.grade(work.submission())
    points = scores(graded)
    assert (points["check_rnn_step"], points["check_rnn_forward"]) == (first, second), graded.reports["rnn_forward"]
    assert (points["check_sigmoid"], points["check_readout"], points["check_VanillaRNN"]) == (2, 0, 0)
    assert said in sentences(graded)
    assert scores(engine.grade(honest())) == {"check_affine": 3, "check_time_major": 2}
