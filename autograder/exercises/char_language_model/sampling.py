"""Drawing the next character, judged by how often each one comes and never by the order of the draws."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.char_language_model import _draws as ways
from autograder.exercises.char_language_model._reading import careful, whole
from autograder.messages import N_
from autograder.reference import char_language_model as lm

DRAWS = 1500
FROM_RNG = "the same draws from the same seed"


def _reference(logits, temperature, rng):
    return lm.next_probabilities(logits, temperature), FROM_RNG


@careful
def _reads(inputs: Inputs, outputs: tuple) -> tuple:
    """How often each character came, and whether a generator with the same seed brings the same draws."""
    if len(outputs) == 1:
        _say_what_came(outputs[0], len(inputs["logits"]))
    drawn, again = (whole(o, "an id") for o in outputs)
    V = len(inputs["logits"])
    if drawn.min() < 0 or drawn.max() >= V:
        odd = int(drawn[(drawn < 0) | (drawn >= V)][0])
        raise ValueError(f"an id should be a whole number from 0 to {V - 1}; {odd} came")
    same = np.array_equal(drawn[: len(again)], again)
    return np.bincount(drawn, minlength=V) / len(drawn), FROM_RNG if same else "other draws from the same seed"


def _say_what_came(value: object, V: int) -> None:
    if value is None:
        raise ValueError("None came back: is a `return` missing?")
    if isinstance(value, np.ndarray) and value.shape == (1,):
        raise ValueError("an array of one id came back, of shape (1,); the id itself is asked for: leave `size=1` out")
    if isinstance(value, np.ndarray) and value.shape == (V,):
        raise ValueError(f"{V} numbers came back, one for each character; one id is asked for, a whole number")
    kind = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
    raise ValueError(f"one id is asked for, a whole number; what came is {kind}")


def _case(logits: list[float] | None, temperature: float):
    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        given = rng.permutation(np.linspace(-1.6, 1.2, len(made["logits"]))) if logits is None else np.array(logits)
        return {"logits": np.round(given, 2), "temperature": temperature, "rng": int(rng.integers(2**31))}

    return change


SAMPLE_NEXT = Exercise(
    id="sample_next",
    points=4,
    about=N_("Draw the next character: softmax of the logits over the temperature, and then by chance."),
    spec="logits (V), temperature float, rng any -> frequencies (V), draws any",
    signature="sample_next: logits (V), temperature float, rng -> id int",
    reference=_reference,
    reads=_reads,
    probe="draws",
    probe_options={"outputs": 2, "draws": DRAWS, "again": 40},
    rtol=0.0,
    atol=0.065,  # five standard deviations of a frequency near a half
    time_limit=10.0,
    cases=(
        Case(
            "values",
            {"V": 4},
            N_("The characters do not come as often as they should at temperature 1."),
            _case([1.0, 0.2, -0.6, 0.5], 1.0),
            weight=2,
        ),
        Case("cold", {"V": 5}, N_("This case is about a low temperature, 0.5."), _case(None, 0.5), weight=2),
        Case("hot", {"V": 5}, N_("This case is about a high temperature, 3."), _case([2.0, -4.0, 0.5, 3.0, -1.0], 3.0)),
        Case(
            "large logits",
            {"V": 3},
            N_("This case is about logits like 1000, where exp overflows."),
            _case([1000.0, 1000.7, -1000.0], 1.0),
        ),
        Case("other logits", {"V": 7}, N_("This case is about other logits."), _case(None, 0.8), hidden=True),
        Case(
            "nearly frozen", {"V": 5}, N_("This case is about a temperature near 0."), _case(None, 0.001), hidden=True
        ),
        Case("one character", {"V": 1}, N_("Here there is one character."), _case([0.3], 1.0), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "multiplied",
            N_(
                "Hot and cold have changed places, as when the logits are *multiplied* by the temperature, or the "
                "probabilities raised to its power. Divide: a low temperature makes differences larger."
            ),
            lambda: lambda logits, temperature, rng: ways.draw(ways.softmax(logits * temperature), rng),
        ),
        Misconception(
            "temperature_without_effect",
            N_(
                "The temperature has no effect. Is it used at all? Probabilities that are divided by it and then "
                "made to add up to 1 are what they were, and so is softmax when it is *added* to all logits. Divide "
                "the logits."
            ),
            lambda: ways.temperature_on_probabilities,
        ),
        Misconception(
            "softmax_of_probabilities",
            N_(
                "Softmax is applied twice: the probabilities, over the temperature, go through it again. Numbers "
                "between 0 and 1 differ by less than 1, so every character has nearly the same chance."
            ),
            lambda: lambda logits, temperature, rng: ways.draw(ways.softmax(ways.softmax(logits) / temperature), rng),
        ),
        Misconception(
            "likeliest_always",
            N_(
                "The likeliest character comes every time. A text drawn like that soon goes round in circles: draw by "
                "chance, `rng.choice(V, p=p)`."
            ),
            lambda: lambda logits, temperature, rng: int(np.argmax(logits)),
        ),
        Misconception(
            "all_alike",
            N_("All characters come equally often: the probabilities are not used. `rng.choice(V, p=p)`."),
            lambda: lambda logits, temperature, rng: int(rng.integers(len(logits))),
        ),
        Misconception(
            "own_seed",
            N_(
                "The same character comes every time: a new generator with a fixed seed is made in the function, and"
                " its first draw is always the same. Draw from the `rng` that you are given."
            ),
            lambda: (
                lambda logits, temperature, rng: ways.draw(ways.softmax(logits / temperature), np.random.default_rng(0))
            ),
        ),
        Misconception(
            "global_random",
            N_(
                "The frequencies are right, but the draws do not come from `rng`: with the same generator, other "
                "characters come. Use `rng.choice`, not `np.random.choice`, and runs can be repeated."
            ),
            lambda: ways.from_global,
        ),
        Misconception(
            "overflows",
            N_(
                "Right for small logits; for large ones exp overflows, and there are no probabilities. Take the "
                "largest logit away first, as in `cross_entropy`."
            ),
            lambda: ways.overflowing,
        ),
        Misconception(
            "logits_changed",
            N_(
                "The draws are right, but the logits themselves were changed (`logits /= temperature`). Whoever draws "
                "again from the same logits draws at another temperature."
            ),
            lambda: ways.in_place,
        ),
        Misconception(
            "likeliest_noised",
            N_(
                "The largest of logits plus *normal* noise is drawn. That trick exists, with Gumbel noise; with normal "
                "noise the frequencies are not those of softmax."
            ),
            lambda: (
                lambda logits, temperature, rng: int(np.argmax(logits / temperature + rng.normal(size=len(logits))))
            ),
        ),
    ),
    accepts=(
        Variant("choice", lambda: lambda logits, temperature, rng: ways.draw(ways.softmax(logits / temperature), rng)),
        Variant("cumulated", lambda: ways.cumulated),
        Variant("gumbel", lambda: ways.gumbel),
        Variant("multinomial", lambda: ways.multinomial),
        Variant("divided_after", lambda: ways.divided_after),
        Variant(
            "numpy_integer",
            lambda: lambda logits, temperature, rng: np.int64(ways.cumulated(logits, temperature, rng)),
        ),
        Variant("power", lambda: ways.power),
    ),
    hints=(
        N_("Two steps: from logits to probabilities, then one id by chance. Where does the temperature enter?"),
        N_("p = softmax(logits / temperature). Take the largest logit away before exp, or 1000 will overflow."),
        N_("`rng.choice(4, p=p)` draws a whole number from 0 to 3 with the probabilities p."),
    ),
)
