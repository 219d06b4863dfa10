"""What ``check`` says to everything that is not a right answer: one clear sentence, and the rest goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from autograder import check, hint, inputs, judge, probes, progress, registry, session
from autograder.exercise import Case, Exercise, Misconception
from autograder.probes.uses import uses
from autograder.report import MIME, Report
from autograder.session import examine

STEP = registry.exercise("rnn_step")
FORWARD = registry.exercise("rnn_forward")


def right(x, h, W_xh, W_hh, b):
    return np.tanh(x @ W_xh.T + h @ W_hh.T + b)


def named_rnn_step(*arguments):
    return None


named_rnn_step.__name__ = "rnn_step"


def said(answer: Any, exercise: Exercise = STEP) -> str:
    report = examine(exercise, answer)
    assert report.outcome not in ("passed", "grader_error")
    return " ".join(str(report).split())


def test_the_right_answer_passes() -> None:
    report = check("rnn_step", right)
    assert (report.outcome, float(report), repr(report)) == ("passed", 4.0, "4")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x, h, W_xh, W_hh, b: None, "rnn_step returned None: is a `return` missing?"),
        (lambda x, h, W_xh, W_hh: x, "rnn_step takes 4 arguments (x, h, W_xh, W_hh), but it is called with 5: x, h, W"),
        (np.zeros((2, 3)), 'What you passed is no function but: ndarray (2, 3). Pass the function itself'),
        (None, "rnn_step is None here, not a function"),
        ([1, 2], "What you passed is no function but: list"),
        (lambda x, h, W_xh, W_hh, b: right(x, h, W_xh, W_hh, b).T, "shape (4, 2), but should have (2, 4), (N, H)"),
        (lambda x, h, W_xh, W_hh, b: (right(x, h, W_xh, W_hh, b),) * 2, "one value should be returned; 2 came"),
        (lambda x, h, W_xh, W_hh, b: "ready", "should be an array; a str came"),
        (lambda x, h, W_xh, W_hh, b: {"h": 1}, "should be an array; a dict came"),
        (lambda x, h, W_xh, W_hh, b: [[1.0], [1.0, 2.0]], "should be an array; a ragged list came"),
        (lambda x, h, W_xh, W_hh, b: right(x, h, W_xh, W_hh, b).astype(object), "an array of dtype object came"),
        (lambda x, h, W_xh, W_hh, b: right(x, h, W_xh, W_hh, b).astype(complex), "it came as complex128"),
        (lambda x, h, W_xh, W_hh, b: right(x, h, W_xh, W_hh, b) * np.nan, "first nan at"),
        (lambda x, h, W_xh, W_hh, b: right(x, h, W_xh, W_hh, b).astype(int), "cut to whole numbers"),
        (lambda x, h, W_xh, W_hh, b: np.zeros((2, 4)), "has shape"),
        (lambda x, h, W_xh, W_hh, b: -right(x, h, W_xh, W_hh, b), "wrong sign"),
        (lambda x, h, W_xh, W_hh, b: 3 * right(x, h, W_xh, W_hh, b), "the right ones times 3"),
        (lambda x, h, W_xh, W_hh, b: sys.exit(3), "rnn_step asked Python to exit"),
        (lambda x, h, W_xh, W_hh, b: 1 / 0, "ZeroDivisionError"),
        (lambda x, h, W_xh, W_hh, b: unheard_of, "unheard_of is not defined"),  # noqa: F821
        (lambda x, h, W_xh, W_hh, b: torch.matmul(x, W_xh.T), "NumPy and torch are mixed there"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_clear_sentence(answer: Any, sentence: str) -> None:
    assert sentence in said(answer)


def test_a_students_error_shows_their_line_and_the_shapes_there() -> None:
    def rnn_step(x, h, W_xh, W_hh, b):
        return x @ W_xh

    text = said(rnn_step)
    assert "of rnn_step: return x @ W_xh" in text
    assert "a matrix product needs equal inner sizes" in text
    x, _h, W_xh, *_rest = inputs("rnn_step")
    assert f"x is {x.shape}" in text
    assert f"W_xh is {W_xh.shape}" in text
    assert "Traceback" not in text
    assert "autograder/" not in text


def test_accepted_with_a_note() -> None:
    report = examine(STEP, lambda *a: right(*a).tolist())
    assert report.outcome == "passed"
    assert "A list came back" in str(report)
    report = examine(STEP, lambda *a: torch.tensor(right(*a)))
    assert report.outcome == "passed"
    assert "torch tensor" in str(report)


def test_parameters_in_another_order_are_called_by_name() -> None:
    assert examine(STEP, lambda h, x, b, W_hh, W_xh: right(x, h, W_xh, W_hh, b)).outcome == "passed"


def test_inputs_changed_in_place_are_seen_and_do_no_harm() -> None:
    def rnn_step(x, h, W_xh, W_hh, b):
        result = right(x, h, W_xh, W_hh, b)
        h[:] = 0
        return result

    report = examine(STEP, rnn_step)
    assert report.outcome == "failed"
    assert 0 < report.points < STEP.points
    assert "h came back changed" in str(report)
    assert examine(STEP, right).outcome == "passed"


def test_prints_and_warnings_go_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    def noisy(x, h, W_xh, W_hh, b):
        print("loud")
        print("louder", file=sys.stderr)
        os.write(2, b"past Python\n")
        warnings.warn("careful", stacklevel=1)
        np.log(np.array([-1.0]))
        torch.tensor(np.broadcast_to(np.zeros(1), 2))
        return right(x, h, W_xh, W_hh, b)

    assert examine(STEP, noisy).outcome == "passed"
    assert capfd.readouterr() == ("", "")


def test_what_an_answer_prints_is_told_and_not_shown_elsewhere() -> None:
    def rnn_step(x, h, W_xh, W_hh, b):
        print("x is", x.shape)
        return right(x, h, W_xh, W_hh, b)

    report = examine(STEP, rnn_step)
    assert report.outcome == "passed"
    assert f"printed, in the first case: x is {inputs('rnn_step')[0].shape}" in str(report)


def test_a_name_that_is_not_defined_gets_the_nearest_that_is() -> None:
    assert "did you mean np.tanh?" in said(lambda x, h, W_xh, W_hh, b: tanh(x))  # noqa: F821
    assert "did you mean x?" in said(lambda x, h, W_xh, W_hh, b: X + 1)  # noqa: F821


def test_a_stub_line_left_behind_is_named() -> None:
    def rnn_step(x, h, W_xh, W_hh, b):
        new = np.tanh(x @ W_xh.T + h @ W_hh.T + b)
        raise NotImplementedError("rnn_step")
        return new

    report = examine(STEP, rnn_step)
    assert (report.outcome, report.points) == ("not_attempted", 0)
    assert 'The line `raise NotImplementedError("rnn_step")` still stands in rnn_step' in str(report)


def test_another_function_than_the_one_asked_for_is_named() -> None:
    def fuse_weights(W_xh, W_hh):
        return W_xh

    assert "What you passed is named fuse_weights" in said(fuse_weights)
    assert 'Put the name in quotes: check("rnn_step", rnn_step)' in str(check(named_rnn_step, right))


def test_a_cell_that_failed_leaves_the_older_version_and_check_says_so() -> None:
    def cell(source: str, error: Exception | None) -> Any:
        info = types.SimpleNamespace(raw_cell=source)
        return types.SimpleNamespace(info=info, error_in_exec=None, error_before_exec=error)

    source = "def rnn_step(x, h, W_xh, W_hh, b):\n    return x @@"
    session.after_cell(cell(source, SyntaxError("invalid")))
    try:
        assert "ended in an error, so what was checked" in str(check("rnn_step", right))
        session.after_cell(cell(source, None))
        assert "ended in an error, so what was checked" not in str(check("rnn_step", right))
    finally:
        session._unfinished.clear()


def test_a_torch_class_with_a_slip_gets_a_sentence_of_its_own() -> None:
    exercise = registry.exercise("VanillaRNN")

    class NoInit(torch.nn.Module):
        def _init_(self, D, H):
            super().__init__()

    class NoSelf(torch.nn.Module):
        def __init__(self, D, H):
            super().__init__()
            self.W_xh = torch.nn.Parameter(torch.zeros(H, D))
            self.W_hh = torch.nn.Parameter(torch.zeros(H, H))
            self.b = torch.nn.Parameter(torch.zeros(H))

        def forward(x, h0):
            return x, h0

    class NoForward(NoSelf):
        forward = torch.nn.Module.forward

    class Pieces(NoSelf):
        def forward(self, x, h0):
            return [x[:, 0]], h0

    assert "two underscores on each side" in said(NoInit, exercise)
    assert "is `self` missing" in said(NoSelf, exercise)
    assert "no method named forward" in said(NoForward, exercise)
    assert "join the pieces first" in said(Pieces, exercise)
    assert "site-packages" not in said(NoInit, exercise)
    assert "Pass the class itself" in said(type("VanillaRNN", (Pieces,), {})(2, 3), exercise)


def test_an_endless_loop_ends() -> None:
    def rnn_step(x, h, W_xh, W_hh, b):
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass

    quick = Exercise(**{**{f: getattr(STEP, f) for f in STEP.__dataclass_fields__}, "time_limit": 0.3})
    report = examine(quick, rnn_step)
    assert (report.outcome, report.points) == ("timeout", 0)
    assert "had not returned after 0.3 seconds" in str(report)


def test_numpy_set_to_raise_by_a_student_does_not_reach_the_judge() -> None:
    before = np.seterr(all="raise")
    try:
        assert examine(registry.exercise("softmax"), lambda z: z).outcome == "failed"
    finally:
        np.seterr(**before)


def test_hostile_objects_are_only_data() -> None:
    class Yes(np.ndarray):
        def __eq__(self, other: Any) -> Any:
            return np.True_

        def __array_ufunc__(self, *a: Any, **k: Any) -> Any:
            return np.True_

        def __array_function__(self, *a: Any, **k: Any) -> Any:
            return np.True_

    class Bomb:
        __module__ = "torch"

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("boom")

    assert examine(STEP, lambda *a: np.zeros((2, 4)).view(Yes)).outcome == "failed"
    assert examine(STEP, lambda *a: Bomb()).outcome in ("failed", "error")
    assert examine(STEP, lambda *a: np.broadcast_to(np.zeros(1), (10**5, 10**5))).outcome in ("failed", "error")


def test_unknown_names_say_which_is_meant_or_which_there_are() -> None:
    report = check("rnn_setp", right)
    assert (report.points, report.max_points) == (0, 0)
    assert str(report).endswith('There is no exercise named "rnn_setp". Did you mean rnn_step?')
    text = str(check("something", right))
    assert 'named "something". The nearest names are ' in text and "Did you mean" not in text
    assert str(check(right, "rnn_step")).startswith("right ")
    assert "no exercise named" in str(hint("rnn_setp"))
    assert "no exercise named" in str(inputs("rnn_setp"))
    assert "There is no lesson 77" in str(progress("77"))
    assert check(right, right).points == 0
    assert 'check("rnn_step", rnn_step)' in str(check("rnn_step"))


def test_a_question_has_no_check() -> None:
    assert "choices is a written question. A person reads the answer" in str(check("choices", "because"))
    assert "The nearest names are" in str(check("nothing_like_it", 1))


def test_two_slips_at_once_are_told_apart_by_the_first_case() -> None:
    def each_line_first_and_overflowing(logits, targets, lengths):
        p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
        lines = [-np.log(p[n, np.arange(T), targets[n, :T]]).mean() for n, T in enumerate(lengths)]
        return np.mean(lines)

    report = examine(registry.exercise("masked_loss"), each_line_first_and_overflowing)
    assert report.outcome == "failed" and report.misconception is None
    assert (
        report.diagnosis.startswith("Each sequence is averaged first")
        and "of the first case are just those" in report.diagnosis
    )


def test_what_is_right_given_an_earlier_mistake_is_credited_however_it_is_written() -> None:
    given: dict[str, Any] = {"np": np}
    exec(
        """
def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    da = dh * (1 - h**2)
    return da @ W_xh, da @ W_hh, da.T @ x, da.T @ h_prev, da

def bptt(dh, x, h0, h, W_xh, W_hh):
    N, T, D = x.shape
    dx, later, dW_xh, dW_hh, db = np.zeros(x.shape), 0, 0, 0, 0
    for t in reversed(range(T)):
        before = h[:, t - 1] if t else h0
        dx[:, t], later, *own = rnn_step_backward(dh[:, t] + later, x[:, t], before, h[:, t], W_xh, W_hh)
        dW_xh, dW_hh, db = dW_xh + own[0], dW_hh + own[1], db + own[2]
    return dx, later, dW_xh, dW_hh, db

def sample_next(logits, temperature, rng):
    z = logits * temperature
    p = np.exp(z - z.max())
    return int(rng.choice(len(p), p=p / p.sum()))

def generate(model, prime, count, temperature, rng):
    h, ids = None, []
    for i in prime:
        logits, h = model(i, h)
    while len(ids) < count:
        ids.append(sample_next(logits, temperature, rng))
        logits, h = model(ids[-1], h)
    return np.array(ids)
""",
        given,
    )
    for name, before in (("bptt", "rnn_step_backward"), ("generate", "sample_next")):
        report = examine(registry.exercise(name), given[name])
        assert (report.outcome, report.given) == ("passed", (before,)), str(report)


def test_an_answer_by_another_name_is_told_so_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    try:
        monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: shell)
        shell.user_ns["step"] = right
        assert "is not named rnn_step in this notebook" in str(check("rnn_step", right))
        shell.user_ns["rnn_step"] = right
        assert "is not named" not in str(check("rnn_step", right))
    finally:
        InteractiveShell.clear_instance()


def test_arguments_in_another_order_pass_by_name_with_a_word_about_it() -> None:
    def other_order(x, h, W_hh, W_xh, b):
        return right(x, h, W_xh, W_hh, b)

    report = examine(STEP, other_order)
    assert report.outcome == "passed" and "another order" in str(report)
    assert "another order" not in str(examine(STEP, right))


@pytest.mark.parametrize(
    "body, said",
    [
        ("return affine(x, W_xh, b)", "affine is from lesson 00, and this notebook does not have it"),
        ("return rnn_forwards(x)", "rnn_forwards is not defined: use the function's own arguments"),
        ("return rnn_forward(x)", "rnn_forward is not defined: use the function's own arguments"),
        ("return (x, h) / 2", "that is a tuple of several results"),
        ("return (x, h).shape", "that is a tuple of several results"),
        ("return np.array([x, (x, h[:1])])", "what is to become an array has parts of different shapes"),
        ("return np.ones((3, 4, 5))[np.arange(2), np.ones((2, 3), int)]", "the arrays used as indices have shapes"),
    ],
)
def test_exceptions_are_told_in_plain_words(body: str, said: str) -> None:
    given: dict[str, Any] = {"np": np}
    exec(f"def rnn_step(x, h, W_xh, W_hh, b):\n    {body}", given)
    assert said in " ".join(str(examine(STEP, given["rnn_step"])).split())


def test_hints_climb_and_stay_on_the_last_rung() -> None:
    session._rungs.clear()
    seen = [str(hint("rnn_step")) for _ in range(len(STEP.hints) + 1)]
    assert [h in s for h, s in zip(STEP.hints, seen)] == [True] * len(STEP.hints)
    assert seen[-1] == seen[-2]


def test_progress_counts_the_last_check_of_each() -> None:
    session._reports.clear()
    assert "Nothing has been checked yet" in str(progress())
    check("rnn_step", right)
    check("fuse_weights", lambda W_xh, W_hh: np.hstack([W_hh, W_xh]))
    lesson = registry.lesson_of("rnn_step")
    assert f"so far: 4 of {lesson.points} points" in str(progress())
    check("rnn_step", lambda *a: None)
    assert f"so far: 0 of {lesson.points} points" in str(progress())


def test_inputs_are_those_of_the_case_and_a_copy() -> None:
    given = inputs("rnn_step", STEP.cases[0].name)
    assert given._fields == STEP.shape.names
    x, h, W_xh, W_hh, b = given
    assert x.shape == (STEP.cases[0].dims["N"], STEP.cases[0].dims["D"])
    x[:] = 0
    assert inputs("rnn_step")[0].any()
    assert "has no case named nonsense" in str(inputs("rnn_step", "nonsense"))


def test_inputs_are_what_the_function_is_called_with() -> None:
    """Where the check hands over a function, a model or a generator, so do they: ``generate(*inputs("generate"))``."""
    f, theta, eps = inputs("numerical_gradient")
    assert isinstance(f(theta + eps), float)
    model, prime, count, temperature, rng = inputs("generate")
    logits, _h = model(prime[0], None)
    assert 0 <= rng.choice(len(logits)) < len(logits)
    model, optimiser, loss, x, y, h, k = inputs("train_truncated")
    outputs, h = model(x[:, :k], h)
    optimiser.zero_grad()
    loss(outputs, y[:, :k]).backward()
    optimiser.step()
    assert 0 < inputs("sample_next").rng.random() < 1


def test_a_report_is_data_and_comes_back() -> None:
    report = examine(STEP, lambda x, h, W_xh, W_hh, b: np.tanh(x @ W_xh.T + h @ W_hh + b))
    again = Report.from_dict(report.to_dict())
    assert str(again) == str(report)
    bundle = report._repr_mimebundle_()
    assert bundle["text/plain"] == repr(report)
    assert bundle[MIME]["outcome"] == "failed"
    assert "<script" not in bundle["text/html"]


def test_students_text_is_escaped_in_html() -> None:
    def rnn_step(x, h, W_xh, W_hh, b):
        raise ValueError("<script>alert(1)</script>")

    assert "<script" not in examine(STEP, rnn_step)._repr_html_()


def test_a_hidden_failure_names_the_property_and_shows_no_number() -> None:
    def rnn_step(x, h, W_xh, W_hh, b):
        return right(x, h, W_xh, W_hh, b) if len(x) < 6 else np.zeros((len(x), len(h)))

    report = examine(STEP, rnn_step, hidden=True)
    failed = [r for r in report.cases if r.hidden and r.status == "failed"]
    assert failed
    for row in failed:
        assert row.failure is None
        assert row.sentences
        assert not any(c.isdigit() for s in row.sentences for c in s.replace("1", ""))


def wrong_step(misconception: str) -> Callable[..., Any]:
    return next(m.wrong for m in STEP.misconceptions if m.id == misconception)


def forward_with(step: Callable[..., Any]) -> Callable[..., Any]:
    """A right rnn_forward that calls ``step`` under the name rnn_step, as a notebook's does."""
    code = """
def rnn_forward(x, h0, W_xh, W_hh, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b)
        states.append(h)
    return np.stack(states, axis=1), h
"""
    space = {"np": np, "rnn_step": step}
    exec(code, space)
    return space["rnn_forward"]


def test_an_error_is_carried_forward() -> None:
    broken = list(STEP.misconceptions)
    credited = 0
    for one in broken:
        report = examine(FORWARD, forward_with(one.wrong), hidden=True, seed=3)
        if report.outcome == "passed" and report.given:
            assert "Right, given your rnn_step" in str(report)
            credited += 1
    assert credited >= 4


def test_a_broken_step_of_no_known_kind_blocks() -> None:
    report = examine(FORWARD, forward_with(lambda x, h, W_xh, W_hh, b: right(x, h, W_xh, W_hh, b) ** 3))
    assert (report.outcome, report.blocked_by) == ("blocked", "rnn_step")
    assert "Mend rnn_step first" in str(report)


def test_an_unwritten_step_blocks() -> None:
    def stub(*arguments: Any) -> Any:
        raise NotImplementedError("rnn_step")

    report = examine(FORWARD, forward_with(stub))
    assert (report.outcome, report.blocked_by, report.points) == ("blocked", "rnn_step", 0)
    assert "rnn_step is not written yet" in str(report)


def test_a_fault_of_ours_costs_nothing() -> None:
    def broken(*arguments: Any) -> Any:
        raise RuntimeError("ours")

    case = (Case("values", {"N": 2}),)
    exercise = Exercise("mine", 3, "", "x (N) -> (N)", lambda x: x, case, (Misconception("m", "m", broken),), (), ())
    report = examine(exercise, lambda x: x + 1)
    assert report.outcome == "failed"
    worse = Exercise("mine", 3, "", "x (N) -> (N)", broken, case, (), (), ())
    report = examine(worse, lambda x: x)
    assert (report.outcome, report.points) == ("grader_error", 3)
    assert "costs you nothing" in str(report)


def test_a_check_imports_no_torch() -> None:
    code = (
        "import sys, numpy as np\nfrom autograder import check\n"
        "check('softmax', lambda z: z)\nprint('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def helped(x):
    return rnn_step_by_another_name(x)


def rnn_step_by_another_name(x):
    return globals()["rnn_step"](x)


def test_what_an_answer_uses_is_read_off_its_code() -> None:
    class Net(torch.nn.Module):
        def forward(self, x):
            return helped(x)

    def inner(x, f=right):
        return [affine(f(x)) for _ in x]  # noqa: F821

    wanted = ["affine", "right", "rnn_step"]
    assert uses(helped, wanted) == ["rnn_step"]
    assert uses(Net, wanted) == ["rnn_step"]
    assert uses(inner, wanted) == ["affine", "right"]
    assert uses(lambda x: np.tanh(x), wanted) == []
    assert uses(np.tanh, wanted) == wanted


def test_what_is_not_used_blocks_nothing() -> None:
    given: dict[str, Any] = {"np": np}
    exec("def rnn_forward(x, h0, W_xh, W_hh, b):\n    return np.zeros((*x.shape[:2], len(b))) + 7, h0", given)
    exec("def calling(x, h0, W_xh, W_hh, b):\n    return rnn_step(x, h0), h0", given)
    broken = Report("rnn_step", "not_attempted", 0.0, 4.0)
    for answer, outcome in ((given["rnn_forward"], "failed"), (given["calling"], "blocked")):
        tried = judge.trials(FORWARD, False, 0)
        reply = probes.run(judge.request(FORWARD, tried), answer)
        assert judge.judge(FORWARD, tried, reply, lambda name: broken).outcome == outcome
