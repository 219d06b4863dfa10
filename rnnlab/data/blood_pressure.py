"""A small made-up table of people, for a task in which nothing happens over time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class People(NamedTuple):
    """``x`` (M, 3): age in years, weight in kg, height in cm; ``y`` (M, 1): systolic blood pressure in mmHg."""

    x: np.ndarray
    y: np.ndarray


def load() -> tuple[People, People]:
    """Age, weight, height and blood pressure of 600 people to train on and 200 to test on. All are made up.

    The pressure rises with age and with the body mass index, and varies by 9 mmHg from person to person, which nothing
    in the table explains. The rule is ours, of about the size that textbooks give, and good for no medical purpose.
    """
    rng = np.random.default_rng(0)
    age, height = rng.uniform(20, 80, 800), rng.normal(170, 9, 800)
    index = rng.normal(25.5, 4, 800).clip(17, 42)
    weight = index * (height / 100) ** 2
    pressure = 92 + 0.5 * age + 0.9 * (index - 22).clip(0) + rng.normal(0, 9, 800)
    x, y = np.stack([age, weight, height], axis=1).round(1), pressure[:, None].round()
    return People(x[:600], y[:600]), People(x[600:], y[600:])
