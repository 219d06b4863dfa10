"""Does a model look ahead? An answer is asked about two models in each case: one does, the other does not."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.bidirectional_stacks import _questions as ways
from autograder.messages import N_, _

RIGHT = "True for the one that looks ahead, False for the other"
NEITHER = "False for both, since there is no future to look at"


def ahead(tables: dict, T: int) -> bool:
    """Whether a model made from these tables looks ahead, on sequences of T steps."""
    far = T > 1 and ("W_hy_r" in tables or "mean" in tables or tables.get("away", 0) > 0)
    return far or (T > 2 and "block" in tables)


def _reference(first, second, x):
    return NEITHER if x.shape[1] == 1 else RIGHT


def reads(inputs: Inputs, outputs: tuple) -> tuple[str]:
    """The two answers in words."""
    if any(not isinstance(v, bool) and not (isinstance(v, int) and v in (0, 1)) for v in outputs):
        none = any(v is None for v in outputs)
        return (_("None") if none else _("something that is neither True nor False"),)
    answers = [bool(v) for v in outputs]
    truth = [ahead(inputs[n], inputs["x"].shape[1]) for n in ("first", "second")]
    if answers == truth:
        return (RIGHT if any(truth) else NEITHER,)
    if answers[0] == answers[1]:
        return (_("{answer} for both models").format(answer=answers[0]),)
    if not any(truth):
        return (_("True for one of two models, where there is no future to look at"),)
    return (_("False for the one that looks ahead, True for the other"),)


def _cell(rng: np.random.Generator, D: int, H: int, O: int, end: str = "") -> dict:
    scale = {"W_xh": (H, D), "W_hh": (H, H), "b": (H,), "W_hy": (O, H)}
    return {f"{n}{end}": np.round(0.5 * rng.normal(size=s), 2) for n, s in scale.items()}


def _pair(one, other, x=None):
    """A change that makes two models, in an order drawn by chance: ``one(rng, D, H, O)`` looks ahead."""

    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        D, H, O = made["x"].shape[2], 4, 3
        both = [{"outputs": O, **part(rng, D, H, O)} for part in (one, other)]
        if rng.integers(2):
            both.reverse()
        given = {"first": both[0], "second": both[1]}
        return given | ({"x": x(made["x"])} if x else {})

    return change


def _forward(rng, D, H, O):
    return _cell(rng, D, H, O)


def _both_ways(rng, D, H, O):
    return _cell(rng, D, H, O) | _cell(rng, D, H, O, "_r")


def _backward(rng, D, H, O):
    return _cell(rng, D, H, O, "_r")


def _window(away: int):
    """A cell, and a look at the step so many steps away."""

    def tables(rng, D, H, O):
        taps = np.round(rng.normal(size=(O, D)) + 0.05, 2)
        return _cell(rng, D, H, O) | {"taps": taps, "away": away}

    return tables


def _mean(rng, D, H, O):
    return _cell(rng, D, H, O) | {"mean": np.round(rng.normal(size=(O, D)) + 0.05, 2)}


def _block(rng, D, H, O):
    return _cell(rng, D, H, O) | {"block": np.round(rng.normal(size=(O, D)) + 0.05, 2)}


def _into_one(away: int):
    """A look at another step that shows in the last number of the output alone."""

    def tables(rng, D, H, O):
        made = _window(away)(rng, D, H, O)
        made["taps"][:-1] = 0
        made["taps"][-1] = 0.3 + np.abs(made["taps"][-1])
        return made

    return tables


def _from_one(away: int):
    """A look at the last number of another step alone."""

    def tables(rng, D, H, O):
        made = _window(away)(rng, D, H, O)
        made["taps"][:, :-1] = 0
        made["taps"][:, -1] = 0.3 + np.abs(made["taps"][:, -1])
        return made

    return tables


def _faint(rng, D, H, O):
    """A backward cell of which little arrives."""
    tables = _both_ways(rng, D, H, O)
    return tables | {"W_hy_r": 0.05 * tables["W_hy_r"]}


def _nothing(x):
    return 0 * x


def _ends_in_nothing(x):
    x = x.copy()
    x[:, -3:] = 0
    return x


LEAKS_FUTURE = Exercise(
    id="leaks_future",
    points=3,
    about=N_("Whether the output of a model at some step changes when only later inputs do."),
    spec="first any, second any, x (N,T,D) -> any",
    signature="leaks_future: model (a function), x (N,T,D) -> True or False",
    reference=_reference,
    reads=reads,
    probe="lookahead",
    probe_options={"outputs": 2},
    cases=(
        Case(
            "two directions",
            {"N": 2, "T": 6, "D": 3},
            N_("One model reads in both directions, the other forwards only."),
            change=_pair(_both_ways, _forward),
            weight=3,
        ),
        Case(
            "one step ahead",
            {"N": 3, "T": 7, "D": 2},
            N_("One model looks one step ahead at each step, the other one step back."),
            change=_pair(_window(1), _window(-1)),
        ),
        Case(
            "three steps ahead",
            {"N": 2, "T": 9, "D": 3},
            N_("One model looks three steps ahead at each step, the other three steps back."),
            change=_pair(_window(3), _window(-3)),
        ),
        Case(
            "backwards",
            {"N": 1, "T": 5, "D": 4},
            N_("One model reads from the end only, the other forwards only; N is 1."),
            change=_pair(_backward, _forward),
        ),
        Case(
            "in blocks",
            {"N": 2, "T": 8, "D": 3},
            N_("One model reads ahead, but only within blocks: step 0, steps 1 to 3, steps 4 to 6, step 7."),
            change=_pair(_block, _forward),
        ),
        Case(
            "one output",
            {"N": 2, "T": 6, "D": 2},
            N_("One model looks one step ahead, but only one number of its output shows it."),
            change=_pair(_into_one(1), _into_one(-1)),
        ),
        Case(
            "one input",
            {"N": 2, "T": 5, "D": 4},
            N_("One model looks one step ahead, but reads only the last of the D numbers there."),
            change=_pair(_from_one(1), _from_one(-1)),
        ),
        Case(
            "an x of zeros",
            {"N": 2, "T": 5, "D": 3},
            N_("Here x is all zeros, so putting zeros in its place changes nothing."),
            change=_pair(_both_ways, _forward, _nothing),
        ),
        Case(
            "two steps",
            {"N": 4, "T": 2, "D": 1},
            N_("Here T is 2: one model looks one step ahead, the other reads forwards only."),
            change=_pair(_window(1), _forward),
            weight=0.5,
        ),
        Case(
            "one step",
            {"N": 2, "T": 1, "D": 3},
            N_("Here T is 1: no model has a future to look at."),
            change=_pair(_both_ways, _forward),
            weight=0.5,
        ),
        Case(
            "four steps ahead",
            {"N": 3, "T": 8, "D": 2},
            N_("One model looks four steps ahead at each step, the other four steps back."),
            change=_pair(_window(4), _window(-4)),
            hidden=True,
        ),
        Case(
            "a mean over time",
            {"N": 3, "T": 6, "D": 2},
            N_("One model subtracts or adds a mean over the whole sequence, the other does not."),
            change=_pair(_mean, _window(0)),
            hidden=True,
        ),
        Case(
            "a faint look",
            {"N": 2, "T": 8, "D": 3},
            N_("One model reads in both directions, but little arrives of the second."),
            change=_pair(_faint, _forward),
            hidden=True,
        ),
        Case(
            "zeros at the end",
            {"N": 2, "T": 7, "D": 3},
            N_("Here x ends in zeros."),
            change=_pair(_window(1), _window(-1), _ends_in_nothing),
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "turned_answer",
            N_("True and False have changed places: True means that the model looks ahead."),
            lambda: ways.opposite(ways.changing(ways.shifted)),
        ),
        Misconception(
            "changes_the_past",
            N_(
                "The past is changed, and later outputs are compared: that finds out whether a model has a memory. "
                "Change the future, and compare earlier outputs."
            ),
            lambda: ways.past_changed,
        ),
        Misconception(
            "first_output_only",
            N_(
                "Only the output at step 0 is compared after a change of the last step. A model that looks a step or "
                "two ahead does not see that far: compare the outputs at *all* steps before the change."
            ),
            lambda: ways.first_output_only,
        ),
        Misconception(
            "zeroed",
            N_(
                "The future is set to zero, or multiplied by a number. Where x is zero already, that changes nothing, "
                "and a model that looks ahead gets away with it. Change it for sure: add something."
            ),
            lambda: ways.changing(lambda x, t: 0 * x[:, t:]),
        ),
        Misconception(
            "own_step_compared",
            N_(
                "True for every model that has two steps or more. Is the output at a *changed* step compared as well? "
                "If inputs are changed from step t on, the outputs before step t tell: `[:, :t]`. (Or is more than the "
                "future changed, as when x is turned round?)"
            ),
            lambda: ways.changing(ways.shifted, ways.own_step_too),
        ),
        Misconception(
            "one_step_short",
            N_(
                "The output right before the first change is left out. If inputs are changed from step t on, compare "
                "`[:, :t]`: that ends with step t - 1, the one that may look a single step ahead."
            ),
            lambda: ways.changing(ways.shifted, ways.one_step_short),
        ),
        Misconception(
            "one_place_only",
            N_(
                "The future is changed at one place only, such as the last step. A model may look ahead elsewhere and "
                "not there, as one does that reads block by block. Change the inputs from step t on, for every t."
            ),
            lambda: ways.last_step,
        ),
        Misconception(
            "one_place_only_zeroed",
            N_(
                "The future is set to zero, and at one place only, such as the last step. Where x is zero already, "
                "that changes nothing; and a model that reads block by block may not look ahead at that place. Add "
                "something to the inputs from step t on, for every t."
            ),
            lambda: ways.last_step_zeroed,
        ),
        Misconception(
            "one_place_only_in_place",
            N_(
                "x itself is changed, which belongs to the caller: work on `x.copy()`. And only at its last step: "
                "change the inputs from step t on, for every t."
            ),
            lambda: ways.last_step_in_place,
        ),
        Misconception(
            "second_name",
            N_(
                "`other = x` is a second name for the same array: what is written into the one is in the other too, so "
                "that both calls get the same. `other = x.copy()`."
            ),
            lambda: ways.second_name,
        ),
        Misconception(
            "second_name_zeroed",
            N_(
                "`other = x` is a second name for the same array, so that both calls get the same: `other = x.copy()`. "
                "And a zero changes nothing where x is zero already: add something."
            ),
            lambda: ways.second_name_zeroed,
        ),
        Misconception(
            "turned_round",
            N_(
                "x as a whole is turned round, so the past changes as well, and every model with a memory answers to "
                "that. Leave the steps before t as they are, change those from t on, and compare the outputs before t."
            ),
            lambda: ways.turned_round,
        ),
        Misconception(
            "future_reordered",
            N_(
                "The future is put into another order. Where all of its steps are equal, or there is only one, that "
                "changes nothing. Change it for sure: add something."
            ),
            lambda: ways.changing(lambda x, t: x[:, t:][:, ::-1]),
        ),
        Misconception(
            "turned_answer_at_one_place",
            N_(
                "True and False have changed places: the answer is True where earlier outputs stay *equal*. Put a "
                "`not` before `np.allclose`. (And change the inputs from step t on, for every t.)"
            ),
            lambda: ways.opposite(ways.last_step),
        ),
        Misconception(
            "turned_answer_at_one_place_zeroed",
            N_(
                "True and False have changed places: the answer is True where earlier outputs stay *equal*. Put a "
                "`not` before `np.allclose`. (Then: add something, as x may be zero already, from step t on, for "
                "every t.)"
            ),
            lambda: ways.opposite(ways.last_step_zeroed),
        ),
        Misconception(
            "last_round_left_out",
            N_(
                "A change of the last step alone is never tried: `range(1, T)` ends with T - 1. With T = 2 no round is "
                "left at all."
            ),
            lambda: ways.changing(ways.shifted, at=lambda T: range(1, T - 1)),
        ),
        Misconception(
            "neighbours_only",
            N_(
                "One step is changed, and only the output right before it is looked at. A model may look further "
                "ahead: compare the outputs at *all* steps before the change, `[:, :t]`."
            ),
            lambda: ways.neighbours,
        ),
        Misconception(
            "equal_taken_for_a_sign",
            N_(
                "The answer is True as soon as earlier outputs stay *equal*. That is what they should do: True belongs "
                "where they differ, `if not np.allclose(...)`."
            ),
            lambda: ways.changing(ways.shifted, ways.equal),
        ),
        Misconception(
            "first_round_only",
            N_(
                "The loop ends in its first round, with True or with False. Only True may end it: `return False` comes "
                "after the loop, when nothing was found anywhere."
            ),
            lambda: ways.first_round_only,
        ),
        Misconception(
            "nothing_found",
            N_("None came back. When nothing was found, after the loop, `return False`."),
            lambda: ways.silent(ways.changing(ways.shifted)),
        ),
        Misconception(
            "all_outputs",
            N_(
                "The answer is True only if *all* outputs change. One number that does is enough: `np.any(a != b)`, or "
                "`not np.allclose(a, b)`."
            ),
            lambda: ways.changing(ways.shifted, ways.all_of_them),
        ),
        Misconception(
            "first_number",
            N_("Only the first of the D numbers of a step is changed. The model may read another: change all of them."),
            lambda: ways.changing(ways.first_number),
        ),
        Misconception(
            "changes_heaped_up",
            N_(
                "x itself is changed, so in the second round the change of the first is still there, *before* step t, "
                "and every model answers to that. Begin each round with a new `x.copy()`."
            ),
            lambda: ways.heaped_up,
        ),
        Misconception(
            "not_copied",
            N_("The answers are right, but x has changed: it belongs to the caller. Work on `x.copy()`."),
            lambda: ways.not_copied,
        ),
        Misconception(
            "rows_changed",
            N_("`other[t:]` changes *sequences*, from number t on: axis 0 is the batch. The future is `other[:, t:]`."),
            lambda: ways.one_sequence_alone,
        ),
        Misconception(
            "always_true",
            N_(
                "The answer is True whatever the model. Are the outputs at the *changed* steps compared as well? Those "
                "may change in any model. Only the outputs at steps before the first change tell."
            ),
            lambda: ways.everything_compared,
        ),
        Misconception(
            "always_false",
            N_(
                "The answer is False whatever the model. Was nothing changed before the second call, or something else "
                "than the future (axis 1 is time)? Or does a `return` inside the loop end it in its first round? "
                "`return False` comes after the loop."
            ),
            lambda: ways.batch_changed,
        ),
    ),
    accepts=(
        Variant("every_step", lambda: ways.changing(ways.shifted)),
        Variant("prefixes", lambda: ways.prefixes),
        Variant("single_steps", lambda: ways.single_steps),
        Variant("noise", lambda: ways.noise),
    ),
    hints=(
        N_("You cannot look into the model. But you can call it twice, with inputs that differ in the future alone."),
        N_("Which outputs must be the same in both calls if the model does not look ahead?"),
        N_(
            "For every t from 1 on: add 1 to a copy of x from step t on, and compare the outputs before step t with "
            "`np.allclose`. If they differ for one t, it looks ahead."
        ),
    ),
)
