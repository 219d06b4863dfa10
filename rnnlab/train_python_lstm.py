"""Make the weights that lesson 07 looks into: ``python -m rnnlab.train_python_lstm``.

One LSTM layer reads the standard library's source as one long stream in 16 parts, with truncated backpropagation.
Nothing in it is left to chance but the first weights, which have a seed, and the order of the files, which is shuffled
anew in every round by the round's number. It runs on one thread, for about ten minutes. Another Python has slightly
other text, and another torch rounds otherwise: then the weights differ, and other units do the things that are done.
"""

from __future__ import annotations

import argparse
import math
import platform
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot

from rnnlab.data import python_source
from rnnlab.python_lstm import bits_per_char, load, path_of

V, H = len(python_source.CHARACTERS), 256
STREAMS, CHUNK, RATE, CLIP = 16, 128, 3e-3, 1.0
UPDATES = 5000


class Network(torch.nn.Module):
    """Characters in, a score for every next character out."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.readout = torch.nn.LSTM(V, H), torch.nn.Linear(H, V)
        with torch.no_grad():
            self.lstm.bias_ih_l0[H : 2 * H] = 1.0  # the forget gate starts open
            self.lstm.bias_hh_l0.zero_()

    def forward(self, ids, state=None):
        """Ids (T, N) and a state -> logits (T, N, V) and the state after them."""
        states, state = self.lstm(one_hot(ids, V).float(), state)
        return self.readout(states), state


def stream(seed: int) -> np.ndarray:
    """All training files in a shuffled order, cut into parts of equal length: (STREAMS, length)."""
    names = python_source.names()[0]
    random.Random(seed).shuffle(names)
    ids = python_source.encode("\n".join(python_source.read(name) for name in names))
    length = len(ids) // STREAMS
    return ids[: STREAMS * length].reshape(STREAMS, length)


def fit(updates: int, seed: int = 0) -> Network:
    """Train from scratch, going over the text as often as it takes, and print how far it is."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model, state, place, rounds, began = Network(), None, 0, 0, time.perf_counter()
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    text, losses = torch.tensor(stream(rounds)), []
    for i in range(updates):
        if place + CHUNK + 1 > text.shape[1]:
            place, rounds, state = 0, rounds + 1, None
            text = torch.tensor(stream(rounds))
        chunk = text[:, place : place + CHUNK + 1].T
        place += CHUNK
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (i + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * i / updates)))
        logits, state = model(chunk[:-1], state)
        loss = cross_entropy(logits.reshape(-1, V), chunk[1:].reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimiser.step()
        state = tuple(s.detach() for s in state)
        losses.append(loss.item())
        if (i + 1) % 100 == 0:
            bits = sum(losses[-100:]) / 100 / math.log(2)
            print(f"update {i + 1}, {bits:.3f} bits per character, {time.perf_counter() - began:.0f} s", flush=True)
    return model


def save(model: Network, path: Path) -> None:
    """The weights as arrays of half precision, in one compressed file without pickles."""
    lstm, readout = model.lstm, model.readout
    arrays = {
        "W_xh": lstm.weight_ih_l0,
        "W_hh": lstm.weight_hh_l0,
        "b": lstm.bias_ih_l0 + lstm.bias_hh_l0,
        "W_hy": readout.weight,
        "b_y": readout.bias,
    }
    half = {name: array.detach().numpy().astype(np.float16) for name, array in arrays.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, python=np.array(platform.python_version()), **half)


def main() -> None:
    """Train, save, and measure what was saved on the files held out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--seed", type=int, default=0, help="of the first weights")
    parser.add_argument("--out", type=Path, help="where the weights go, if not to those of the course")
    asked = parser.parse_args()
    out = asked.out or path_of(asked.seed)
    save(fit(asked.updates, asked.seed), out)
    texts = python_source.held_out()
    bits = bits_per_char(load(path=out), python_source.encode("\n".join(texts.values())))
    size = out.stat().st_size
    print(f"{out.name}: {size:,} bytes; {bits:.3f} bits per character on {len(texts)} files held out")


if __name__ == "__main__":
    main()
