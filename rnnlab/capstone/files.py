"""The one file that is handed in: weights, text and what the training used, as plain arrays in an .npz."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np

from rnnlab.capstone.budget import Budget, grading
from rnnlab.capstone.reader import GATES, PARTS, Layer, Network
from rnnlab.capstone.texts import Corpus
from rnnlab.capstone.torch_models import read_off, same
from rnnlab.messages import _

MOST_PARAMETERS = 300_000
MOST_BYTES = 3 * 2**20
FILE = "capstone.npz"


@dataclass(frozen=True, repr=False)
class HandedIn:
    """A network, the text that it was trained on, and the seconds that the training used."""

    network: Network
    corpus: Corpus
    seconds: float

    def __repr__(self) -> str:
        said = _("<a model of {many:,} parameters, its text of {long:,} characters, {n:.0f} seconds of training>")
        return said.format(many=self.network.parameters, long=len(self.corpus.ids), n=self.seconds)

    def parts(self) -> list[Any]:
        """All of it as plain data: strings, lists of strings, arrays."""
        net = self.network
        arrays = [getattr(one, name) for one in net.layers for name in PARTS]
        half = [np.asarray(a, dtype=np.float16) for a in (net.table, *arrays, net.W_hy, net.b_y)]
        return [self.corpus.characters, self.corpus.ids, [one.kind for one in net.layers], self.seconds, *half]

    @classmethod
    def of(cls, parts: list[Any]) -> HandedIn:
        """From what ``parts`` gave, as far as it is that. Raises ValueError, with a sentence, for anything else."""
        fits = len(parts) >= 11 and isinstance(parts[0], str) and isinstance(parts[1], np.ndarray)
        fits = fits and isinstance(parts[2], list) and all(kind in GATES for kind in parts[2])
        fits = fits and type(parts[3]) in (int, float) and len(parts) == 7 + 4 * len(parts[2])
        fits = fits and all(isinstance(a, np.ndarray) and a.dtype.kind == "f" and a.ndim in (1, 2) for a in parts[4:])
        fits = fits and parts[1].dtype.kind in "iu" and parts[1].ndim == 1 and len(parts[1]) > 0
        if not fits:
            raise ValueError(_("it is not what `load` gives"))
        characters, ids, kinds, seconds, *arrays = parts
        table, W_hy, b_y = (a.astype(np.float32) for a in (arrays[0], arrays[-2], arrays[-1]))
        cells = [a.astype(np.float32) for a in arrays[1:-2]]
        layers = tuple(Layer(kind, *cells[4 * k : 4 * k + 4]) for k, kind in enumerate(kinds))
        network = Network(table, layers, W_hy, b_y)
        if network.parameters > MOST_PARAMETERS:
            raise ValueError(too_many(network.parameters))
        wrong = network.misfit()
        if wrong or len(characters) != len(table) or not 0 <= ids.min() <= ids.max() < len(characters):
            raise ValueError(_("its parts do not fit together ({what})").format(what=wrong or _("text")))
        return cls(network, Corpus(characters, ids), float(seconds))


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays in an .npz. Raises KeyError for one that needs more than reading, which NumPy does not do."""
    try:
        with np.load(path, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except ValueError as problem:
        raise KeyError(path.name) from problem


def too_many(many: int) -> str:
    """The sentence for a model that is too large."""
    said = _("The model has {many:,} parameters, and at most {most:,} are taken: fewer units, or fewer layers.")
    return said.format(many=many, most=MOST_PARAMETERS)


def readable(model: Any, corpus: Corpus) -> Network:
    """A torch model as the judge will read it. Raises ValueError, with a sentence, if it will not."""
    network = read_off(model, corpus.V)
    if network.parameters > MOST_PARAMETERS:
        raise ValueError(too_many(network.parameters))
    same(model, network, corpus.choose[:3, :40])
    return network


def save(model: Any, corpus: Corpus, budget: Budget, path: str | Path = FILE) -> None:
    """Write what is handed in: the weights of a torch model, its text, and the seconds that its training used.

    The judge reads the model by itself, so it has to know its parts: perhaps one ``torch.nn.Embedding`` (without one,
    characters are one-hot), then ``torch.nn.RNN``, ``GRU`` or ``LSTM``, one or several, in the order in which they
    were made, and one ``torch.nn.Linear`` to the characters. Dropout between them is fine. What is saved is read back
    and compared with what your model says.

    Raises:
        ValueError: with a sentence, where the judge would not read what your model is.
    """
    if grading():
        return
    for given, kind, what in (
        (corpus, Corpus, _("the text as `prepare(my_text())` gave it")),
        (budget, Budget, _("the Budget that the training ran with")),
    ):
        if not isinstance(given, kind):
            said = _("`save(model, corpus, budget)` also takes {what}; this is of type {kind}.")
            raise ValueError(said.format(what=what, kind=type(given).__name__))
    network = readable(model, corpus)
    names = ["table", *(f"layer_{k}_{n}" for k in range(len(network.layers)) for n in PARTS), "W_hy", "b_y"]
    handed = HandedIn(network, corpus, budget.used)
    characters, ids, kinds, seconds, *arrays = handed.parts()
    stored = dict(zip(names, arrays, strict=True))
    stored |= {"characters": np.array([ord(c) for c in characters], np.uint32), "ids": ids}
    stored |= {"kinds": np.array(kinds), "seconds": np.array(seconds)}
    np.savez_compressed(path, **stored)
    said = _(
        "Saved {name}: {many:,} parameters, {n:.0f} seconds of training, {size:,} bytes. Hand it in with the notebook, "
        "and with the file of your text, if there is one."
    )
    size = Path(path).stat().st_size
    print(said.format(name=Path(path).name, many=network.parameters, n=budget.used, size=size))
    if budget.used == 0:
        print(
            _(
                "This budget has counted no training. Give the one that the training ran with; a loop of your own is "
                "counted where `budget.run` calls its steps."
            )
        )


def _place(path: Path) -> Path:
    """Where a file is: as it is called, or else beside the notebook, under its name or as a browser renames a copy."""
    beside = Path(PureWindowsPath(path).name)  # of a path of another computer, too
    beside = beside if beside.suffix else beside.with_suffix(".npz")
    if path.exists() or beside.exists():
        return path if path.exists() else beside
    copy = re.compile(re.escape(beside.stem) + r" ?\(\d+\)" + re.escape(beside.suffix))
    copies = [p for p in Path().iterdir() if copy.fullmatch(p.name)]
    return copies[0] if len(copies) == 1 else path


def load(path: str | Path = FILE) -> HandedIn:
    """Read what ``save`` wrote. Where a path leads nowhere, the file of that name beside the notebook is read.

    Raises:
        ValueError: with a sentence, for a file that is not there, too large, damaged, or of another kind.
    """
    path = _place(Path(path))
    try:
        if path.stat().st_size > MOST_BYTES:
            said = _("{name} has {size:,} bytes; at most {most:,} are taken. `save` writes far fewer.")
            raise ValueError(said.format(name=path.name, size=path.stat().st_size, most=MOST_BYTES))
        with zipfile.ZipFile(path) as packed:
            if sum(i.file_size for i in packed.infolist()) > 3 * MOST_BYTES:
                raise ValueError(_("{name} holds more than is taken.").format(name=path.name))
        stored = _arrays(path)
        kinds = [str(k) for k in np.atleast_1d(stored["kinds"])]
        names = ["table", *(f"layer_{k}_{n}" for k in range(len(kinds)) for n in PARTS), "W_hy", "b_y"]
        characters = "".join(chr(int(i)) for i in stored["characters"])
        parts = [characters, stored["ids"], kinds, float(stored["seconds"]), *(stored[n] for n in names)]
    except FileNotFoundError:
        said = _("{name} is not there: the cell that trains ends in `save(...)`, and the file goes with the notebook.")
        others = sorted({*Path().glob("*.npz"), *Path().glob("*/*.npz")})[:3]
        lies = _(" What lies here: {names}.").format(names=", ".join(p.as_posix() for p in others)) if others else ""
        raise ValueError(said.format(name=path.name) + lies) from None
    except (OSError, KeyError, TypeError, OverflowError, zipfile.BadZipFile, EOFError) as problem:
        said = _("{name} is damaged or not what `save` wrote ({why}): save the model again.")
        raise ValueError(said.format(name=path.name, why=type(problem).__name__)) from None
    return HandedIn.of(parts)
