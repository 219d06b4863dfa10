"""Writing text: read the prime, then draw, feed back, draw again."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.char_language_model import _generators as ways
from autograder.exercises.char_language_model._reading import careful, whole
from autograder.messages import N_

FINE = "characters drawn by chance and fed back"
SURE = 1000.0


def _reference(model, prime, count, temperature, rng):
    """What a right answer draws where the model is sure of itself; where it is not, this is one of many."""
    h, fed, states, ids = 0, [], [], []
    for _ in range(len(prime) + count - 1):
        fed.append(int(prime[len(fed)]) if len(fed) < len(prime) else ids[-1])
        states.append(h)
        h = int(model["turns"][h, fed[-1]])
        if len(fed) >= len(prime):
            ids.append(int(np.argmax(model["scores"][h])))
    return np.array(ids), np.array(fed), np.array(states), FINE


@careful
def _reads(inputs: Inputs, outputs: tuple) -> tuple:
    """The ids, what was fed and which states came back; where drawing is by chance, only whether they fit together."""
    if len(outputs) == 1:
        return outputs
    ids, fed, states = (whole(o, n) for o, n in zip(outputs, ("the result", "what the model was fed", "states")))
    right = _reference(*inputs.values())
    again, other = (isinstance(o, np.ndarray) and np.array_equal(o, ids) for o in outputs[3:])
    words = FINE if again else "other ids from the same seed"
    if _last_was_fed(inputs["prime"], ids, fed, len(right[1])):  # which changes nothing
        fed, states = fed[:-1], states[:-1]
    if inputs["model"]["scores"].max() >= SURE:
        return ids, fed, states, words
    if ids.shape != right[0].shape:
        return np.resize(right[0], ids.shape), *right[1:3], words  # what was drawn is chance, how many are not
    return *right[:3], _story(inputs, ids, fed, states) or ("the same ids from every seed" if other else words)


def _last_was_fed(prime: np.ndarray, ids: np.ndarray, fed: np.ndarray, needed: int) -> bool:
    """Whether the last character that was drawn went into the model too, after all of the prime or one id of it."""
    T, new = len(prime), len(ids)
    if new > T and np.array_equal(ids[:T], prime) and len(fed) != T + new:
        new -= T
    if new and len(fed) in (T + new, *((1 + new,) if T > 2 else ())):
        return np.array_equal(fed[-new:], ids[-new:])
    return len(fed) == needed + 1


def _story(inputs: Inputs, ids: np.ndarray, fed: np.ndarray, states: np.ndarray) -> str:
    """What does not fit together in a text that was drawn by chance, in words."""
    if not np.array_equal(fed, np.concatenate([inputs["prime"], ids[:-1]])):
        return "a model that is fed something else than the prime and what was drawn"
    h, model = 0, inputs["model"]
    best = []
    for i, before in zip(fed, states):
        if before != h:
            return "a state that is not the one that the model gave last"
        h = int(model["turns"][h, i])
        best.append(int(np.argmax(model["scores"][h])))
    share = np.mean(np.array(best[len(inputs["prime"]) - 1 :]) == ids)
    return "the likeliest character every time, as where it is very cold" if share > 0.9 else ""


def _script(sure: bool, temperature: float, spread: float):
    """A model whose state tells apart all that it has read lately: S states, a table of turns, a favourite for each."""

    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        S, V = 11, 6
        turns = 1 + rng.permuted(np.tile(np.arange(S - 1), (V, 1)), axis=1)[:, rng.integers(0, S - 1, S)].T
        favourite = rng.permutation(np.arange(S) % V)
        scores = np.zeros((S, V))
        scores[np.arange(S), favourite] = SURE
        if not sure:
            scores = spread * np.round(rng.normal(size=(S, V)), 2)
        model = {"turns": turns, "scores": scores}
        return {"model": model, "temperature": temperature, "rng": int(rng.integers(2**31)), "count": made["count"]}

    return change


def _sized(sure: bool, temperature: float, count: int, spread: float = 40.0):
    made_by = _script(sure, temperature, spread)
    return lambda rng, made: made_by(rng, made | {"count": count})


GENERATE = Exercise(
    id="generate",
    points=3,
    about=N_("Text from a model: read the prime, draw a character, feed it back with the state, and again."),
    spec=(
        "model any, prime (T) int<V>, count int, temperature float, rng any -> ids (count) int, fed (calls) int, "
        "states (calls) int, draws any"
    ),
    signature="generate: model, prime (T), count int, temperature float, rng -> ids (count)",
    reference=_reference,
    reads=_reads,
    requires=("sample_next",),
    probe="generation",
    probe_options={"outputs": 5},
    cases=(
        Case("values", {"T": 4, "V": 6}, N_("The characters are not right."), _sized(True, 1.0, 9), weight=3),
        Case("prime of one", {"T": 1, "V": 6}, N_("Here the prime is one character."), _sized(True, 1.0, 5)),
        Case("one new character", {"T": 3, "V": 6}, N_("Here count is 1."), _sized(True, 1.0, 1)),
        Case(
            "by chance",
            {"T": 3, "V": 6},
            N_("Here the model is unsure, and the temperature decides."),
            _sized(False, 60.0, 80),
            weight=3,
        ),
        Case(
            "temperature 1",
            {"T": 3, "V": 6},
            N_("Here the temperature is 1, and the model is unsure."),
            _sized(False, 1.0, 80, spread=0.7),
        ),
        Case(
            "long prime", {"T": 40, "V": 6}, N_("This case is about a long prime."), _sized(True, 1.0, 30), hidden=True
        ),
        Case(
            "cold",
            {"T": 2, "V": 6},
            N_("This case is about another temperature."),
            _sized(False, 50.0, 90),
            hidden=True,
        ),
    ),
    misconceptions=(
        Misconception(
            "state_reset",
            N_(
                "Every character is read with h = None: the model forgets everything at each one, and is no better "
                "than counts of pairs. Hand back the state that it gave."
            ),
            lambda: ways.generator(carry=lambda given, h: None),
        ),
        Misconception(
            "state_of_prime_kept",
            N_(
                "While drawing, the model gets the same state each time, that after the prime. Every call gives a new "
                "state: `logits, h = model(id, h)`."
            ),
            lambda: ways.state_of_prime_kept,
        ),
        Misconception(
            "prime_not_read",
            N_(
                "Only the last character of the prime is read, with no state. The model has to read all of it, one "
                "character after the other, and carry its state."
            ),
            lambda: ways.generator(prime_of=lambda prime: prime[-1:]),
        ),
        Misconception(
            "first_of_prime_only",
            N_("Only the first character of the prime is read. The model has to read all of it, in order."),
            lambda: ways.generator(prime_of=lambda prime: prime[:1]),
        ),
        Misconception(
            "first_of_prime_skipped",
            N_("The first character of the prime is not read."),
            lambda: ways.first_skipped,
        ),
        Misconception(
            "state_lost_after_prime",
            N_(
                "The prime is read, but its state is dropped: drawing begins with h = None. What the model makes of "
                "the prime is all in that state."
            ),
            lambda: ways.state_lost,
        ),
        Misconception(
            "last_of_prime_twice",
            N_(
                "The last character of the prime is fed twice: once while reading, and again to get the first logits. "
                "The logits for the first new character came with the last character of the prime."
            ),
            lambda: ways.last_twice,
        ),
        Misconception(
            "prime_backwards",
            N_("The prime is read from its end to its beginning."),
            lambda: ways.generator(prime_of=lambda prime: prime[::-1]),
        ),
        Misconception(
            "not_fed_back",
            N_(
                "What is drawn is not fed back: the model gets the last character of the prime again and again. It "
                "must read its own words, or it does not know what it has said."
            ),
            lambda: ways.not_fed_back,
        ),
        Misconception(
            "same_logits",
            N_("All characters are drawn from the same logits, those after the prime. Feed each one back first."),
            lambda: ways.same_logits,
        ),
        Misconception(
            "prime_in_result",
            N_("The prime is part of the result. Only the new characters are asked for: `count` of them."),
            lambda: (
                lambda model, prime, count, temperature, rng: np.concatenate(
                    [prime, ways.right(model, prime, count, temperature, rng)]
                )
            ),
        ),
        Misconception(
            "one_too_many",
            N_("There is one character too many: `count` new ones are asked for."),
            lambda: lambda model, prime, count, temperature, rng: ways.right(model, prime, count + 1, temperature, rng),
        ),
        Misconception(
            "one_too_few",
            N_(
                "There is one character too few: `count` new ones are asked for, the first one from the prime's logits."
            ),
            lambda: ways.one_too_few,
        ),
        Misconception(
            "only_last",
            N_("Only the last character came back. Keep each in a list."),
            lambda: (
                lambda model, prime, count, temperature, rng: ways.right(model, prime, count, temperature, rng)[-1:]
            ),
        ),
        Misconception(
            "likeliest_always",
            N_(
                "The likeliest character is taken every time, whatever the temperature. Draw with your `sample_next`, "
                "and hand it temperature and rng."
            ),
            lambda: ways.generator(draw=lambda logits, temperature, rng: int(np.argmax(logits))),
        ),
        Misconception(
            "temperature_not_used",
            N_(
                "The draws are those of temperature 1, whatever the temperature. Hand `temperature` on to your "
                "`sample_next`."
            ),
            lambda: ways.generator(draw=lambda logits, temperature, rng: ways.drawn(logits, 1.0, rng)),
        ),
        Misconception(
            "new_generator",
            N_(
                "The same text comes whatever `rng` is handed in: a new generator with a fixed seed is made inside, "
                "perhaps in the loop, for every draw. Use the rng that you are given."
            ),
            lambda: ways.generator(draw=lambda z, temperature, rng: ways.drawn(z, temperature, ways.fixed())),
        ),
        Misconception(
            "state_zero_first",
            N_(
                "The first call of the model must get `h = None`; yours got something else, 0 or an array of zeros "
                "perhaps. None says that nothing has been read yet; what the model begins with is its own affair."
            ),
            lambda: ways.generator(start=0),
        ),
        Misconception(
            "own_random",
            N_(
                "The draws do not come from the `rng` that is handed in, so a text cannot be had again. Hand it on to "
                "`sample_next`."
            ),
            lambda: ways.generator(
                draw=lambda z, temperature, rng: ways.drawn(z, temperature, np.random.default_rng())
            ),
        ),
    ),
    accepts=(
        Variant("loop", lambda sample_next=ways.drawn: ways.generator(draw=sample_next)),
        Variant("one_loop", lambda: ways.in_one_loop),
        Variant("last_fed_too", lambda: ways.last_fed_too),
        Variant("list", lambda: lambda *a: ways.right(*a).tolist()),
        Variant("recursive", lambda: ways.recursive),
        Variant("tuple", lambda: lambda *a: tuple(ways.right(*a).tolist())),
    ),
    hints=(
        N_(
            "Two parts. First the model reads: for each id of the prime, `logits, h = model(id, h)`. What is h at "
            "the start?"
        ),
        N_(
            "After the last id of the prime you hold logits and a state. Draw the first new character from *those* "
            "logits."
        ),
        N_(
            "Then, `count` times: draw, keep, feed what you drew back with the state. Which of the calls is the last"
            " needed?"
        ),
    ),
)
