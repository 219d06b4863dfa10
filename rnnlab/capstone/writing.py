"""What a trained model writes, and what its units do while it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlab.capstone.files import HandedIn
from rnnlab.capstone.reader import Network, advance
from rnnlab.messages import _


def _network(handed: HandedIn) -> Network:
    """The network of what was loaded. Raises ValueError, with a sentence, for a model that was not."""
    if not isinstance(handed, HandedIn):
        said = _("What `load()` gives is asked for here, and this is a {kind}: save your model, and load it.")
        raise ValueError(said.format(kind=type(handed).__name__))
    return handed.network


def step(handed: HandedIn) -> Callable[[int, Any], tuple[np.ndarray, Any]]:
    """The model as a function of one step, ``logits, h = model(id, h)``, as the temperature widget takes it."""
    network = _network(handed)

    def one(i: int, h: Any = None) -> tuple[np.ndarray, Any]:
        x, states = network.table[[i]], []
        for k, layer in enumerate(network.layers):
            state = advance(layer, x @ layer.W_ih.T + layer.b_ih, None if h is None else h[k])
            states.append(state)
            x = state[0]
        return (x @ network.W_hy.T + network.b_y)[0], states

    return one


def write(handed: HandedIn, prime: str, length: int = 300, temperature: float = 1.0, seed: int = 0) -> str:
    """A text that begins with ``prime`` and goes on for ``length`` characters, drawn at a temperature.

    Raises:
        ValueError: with a sentence, for a temperature that is not above zero, or a model that ``load`` did not give.
    """
    if not temperature > 0:
        said = _("A temperature is above 0, and {t} is not. Near 0, such as 0.01, nearly always the likeliest comes.")
        raise ValueError(said.format(t=temperature))
    model, corpus, rng = step(handed), handed.corpus, np.random.default_rng(seed)
    h, logits, written = None, np.zeros(corpus.V), list(corpus.encode(prime or "\n"))
    for i in written:
        logits, h = model(int(i), h)
    for _n in range(length):
        z = logits / temperature
        z[0] = -np.inf  # the sign that stands for rare characters is none of them
        p = np.exp(z - z.max())
        written.append(int(rng.choice(len(p), p=p / p.sum())))
        logits, h = model(written[-1], h)
    return corpus.decode(written)


def states(handed: HandedIn, text: str) -> np.ndarray:
    """The state of the last layer after each character of a text, (T, H): one column is one unit's history."""
    return _network(handed).states(handed.corpus.encode(text)[None])[0]


def costs(handed: HandedIn, text: str) -> np.ndarray:
    """The bits that each character of a text costs the model, (T); the first is not predicted and costs nothing."""
    found = _network(handed).log_chances(states(handed, text))
    ids = handed.corpus.encode(text)
    return np.concatenate([[0.0], -found[np.arange(len(ids) - 1), ids[1:]]])
