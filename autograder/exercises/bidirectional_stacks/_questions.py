"""Ways to ask a model whether it looks ahead, wrong and right."""

from __future__ import annotations

import numpy as np


def differ(one, other):
    return not np.allclose(one, other)


def changing(change, compare=None, at=None):
    """Change x from a step on with ``change(x, t)``, and look at the outputs before it."""

    def answer(model, x):
        before = model(x)
        for t in at(x.shape[1]) if at else range(1, x.shape[1]):
            other = x.copy()
            other[:, t:] = change(x, t)
            if (compare or _earlier)(before, model(other), t):
                return True
        return False

    return answer


def _earlier(before, after, t):
    return differ(before[:, :t], after[:, :t])


def shifted(x, t):
    return x[:, t:] + 1


def prefixes(model, x):
    """Right: the outputs for a beginning are the beginning of the outputs."""
    whole = model(x)
    return bool(any(differ(model(x[:, :t]), whole[:, :t]) for t in range(1, x.shape[1])))


def last_step(model, x):
    """What looks ahead need not do so at the end: a model that reads block by block may not."""
    if x.shape[1] < 2:
        return False
    other = x.copy()
    other[:, -1] += 1
    return differ(model(x)[:, :-1], model(other)[:, :-1])


def last_step_zeroed(model, x):
    """The last step alone, and to zero."""
    other = x.copy()
    other[:, -1] = 0
    return differ(model(x)[:, :-1], model(other)[:, :-1])


def last_step_in_place(model, x):
    """The last step of the caller's x, with the outputs before it taken in time."""
    before = model(x)
    x[:, -1] += 1
    return differ(before[:, :-1], model(x)[:, :-1])


def second_name(model, x):
    """A second name for x is changed, and with it x: both calls get the same."""
    other = x
    other[:, -1] += 1
    return differ(model(x)[:, :-1], model(other)[:, :-1])


def second_name_zeroed(model, x):
    """The same with zeros, which leave an x of zeros as it was."""
    other = x
    other[:, -1] = 0
    return differ(model(x)[:, :-1], model(other)[:, :-1])


def turned_round(model, x):
    return differ(model(x), model(x[:, ::-1]))


def single_steps(model, x):
    """Right: one step at a time is changed."""
    before = model(x)
    for t in range(1, x.shape[1]):
        other = np.array(x)
        other[:, t] = 7 - x[:, t]
        if differ(before[:, :t], model(other)[:, :t]):
            return np.bool_(True)
    return np.bool_(False)


def noise(model, x):
    """Right: with random numbers in place of the future."""
    rng = np.random.default_rng(0)
    return changing(lambda x, t: rng.normal(size=x[:, t:].shape))(model, x)


def opposite(answer):
    return lambda model, x: not answer(model, x)


def past_changed(model, x):
    """Changes the past and looks at later outputs: finds a memory."""
    if x.shape[1] < 2:
        return False
    other = x.copy()
    other[:, 0] += 1
    return differ(model(x)[:, 1:], model(other)[:, 1:])


def everything_compared(model, x):
    other = x.copy()
    other[:, -1] += 1
    return differ(model(x), model(other))


def first_output_only(model, x):
    """The last step is changed, and the first output looked at."""
    if x.shape[1] < 2:
        return False
    other = x.copy()
    other[:, -1] += 1
    return differ(model(x)[:, 0], model(other)[:, 0])


def batch_changed(model, x):
    """Changes the last *sequence*, and looks at the others."""
    other = x.copy()
    other[-1] += 1
    return differ(model(x)[:-1], model(other)[:-1])


def not_copied(model, x):
    """Changes the caller's x from the end on, and finds out all the same."""
    before, found = model(x), False
    for t in reversed(range(1, x.shape[1])):
        x[:, t] += 1
        found = found or differ(before[:, :t], model(x)[:, :t])
    return found


def heaped_up(model, x):
    """Changes the caller's x from the start on: in the second round the change of the first is still there."""
    before = model(x)
    for t in range(1, x.shape[1]):
        x[:, t:] += 1
        if differ(before[:, :t], model(x)[:, :t]):
            return True
    return False


def own_step_too(before, after, t):
    return differ(before[:, : t + 1], after[:, : t + 1])


def one_step_short(before, after, t):
    return differ(before[:, : t - 1], after[:, : t - 1])


def equal(before, after, t):
    return not differ(before[:, :t], after[:, :t])


def neighbours(model, x):
    """One step is changed, and the output right before it looked at."""
    before = model(x)
    for t in range(1, x.shape[1]):
        other = x.copy()
        other[:, t] += 1
        if differ(before[:, t - 1], model(other)[:, t - 1]):
            return True
    return False


def all_of_them(before, after, t):
    return bool(np.all(before[:, :t] != after[:, :t]))


def first_number(x, t):
    """Only the first of the D numbers of each step is changed."""
    return x[:, t:] + (np.arange(x.shape[2]) == 0)


def silent(answer):
    """Nothing is returned when nothing was found."""
    return lambda model, x: True if answer(model, x) else None


def first_round_only(model, x):
    """A return in the loop for either answer."""
    before = model(x)
    for t in range(1, x.shape[1]):
        other = x.copy()
        other[:, t:] += 1
        return differ(before[:, :t], model(other)[:, :t])
    return None


def one_sequence_alone(model, x):
    """The step is cut out of the wrong axis: rows from t on are changed."""
    before = model(x)
    for t in range(1, x.shape[1]):
        other = x.copy()
        other[t:] += 1
        if differ(before[:, :t], model(other)[:, :t]):
            return True
    return False
