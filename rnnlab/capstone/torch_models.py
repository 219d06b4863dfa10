"""From a torch model to the arrays that the judge reads, and whether the two say the same."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from rnnlab.capstone.reader import PARTS, Layer, Network
from rnnlab.messages import _


def read_off(model: Any, V: int) -> Network:
    """The arrays of a torch model. Raises ValueError, with a sentence, for parts that the judge does not know."""
    import torch

    kinds = {torch.nn.RNN: "rnn", torch.nn.GRU: "gru", torch.nn.LSTM: "lstm"}
    if not isinstance(model, torch.nn.Module):
        raise ValueError(_("`save` takes the trained torch model; this is a {kind}.").format(kind=type(model).__name__))
    if isinstance(model, torch.nn.Sequential):
        raise ValueError(
            _(
                "In torch.nn.Sequential, the pair (states, h) of the recurrent layer is what the next part gets. "
                "Write a class with a `forward` of its own."
            )
        )
    parts = [m for m in model.modules() if next(m.parameters(recurse=False), None) is not None]
    tables = [m for m in parts if isinstance(m, torch.nn.Embedding)]
    cells = [m for m in parts if type(m) in kinds or _own_cell(m)]
    readouts = [m for m in parts if isinstance(m, torch.nn.Linear)]
    others = [type(m).__name__ for m in parts if not any(m is one for one in (*tables, *cells, *readouts))]
    _no_weights_of_its_own([m for m in parts if not any(m is one for one in (*tables, *cells, *readouts))])
    if others or len(tables) > 1 or len(readouts) != 1 or not cells:
        said = _(
            "The judge reads an Embedding (or none), then RNN, GRU or LSTM layers, then one Linear. "
            "Here there are: {parts}."
        )
        raise ValueError(said.format(parts=", ".join(type(m).__name__ for m in parts) or _("none")))
    layers = tuple(one for cell in cells for one in _layers(cell, kinds))
    table = _array(tables[0].weight) if tables else np.eye(V, dtype=np.float32)
    readout = readouts[0]
    b_y = _array(readout.bias) if readout.bias is not None else np.zeros(len(readout.weight), np.float32)
    network = Network(table, layers, _array(readout.weight), b_y)
    numbers = (table, b_y, network.W_hy, *(getattr(one, n) for one in layers for n in PARTS))
    if not all(np.isfinite(a.astype(np.float16)).all() for a in numbers):
        raise ValueError(_("Some weights are nan, infinite or above 65,000: the training ran away. Smaller steps?"))
    _fit(network, V, any(type(cell) not in kinds for cell in cells))
    return network


def _no_weights_of_its_own(modules: list) -> None:
    for one in modules:
        if type(one).__module__.partition(".")[0] != "torch":
            said = _(
                "{name} has weights of its own that the judge does not read ({weights}). Of cells of your own it reads "
                "`W_xh`, `W_hh` and `b`, as tanh RNNs (lesson 01) and LSTMs (lesson 06) have them."
            )
            weights = ", ".join(name for name, _weight in one.named_parameters(recurse=False))
            raise ValueError(said.format(name=type(one).__name__, weights=weights))


def _fit(network: Network, V: int, own: bool) -> None:
    """Raise ValueError where the parts do not fit together or the number of characters."""
    for many, part in ((len(network.table), "Embedding"), (len(network.W_hy), "Linear")):
        if part == "Linear" and many != V == network.W_hy.shape[1]:
            raise ValueError(
                _("The Linear goes from V numbers to {many}: the other way round, `Linear(H, V)`.").format(many=many)
            )
        if many != V:
            said = _("The {part} is made for {many} characters, and it was to be for {V}: is `V` used in it?")
            raise ValueError(said.format(part=part, many=many, V=V))
    wrong = network.misfit()
    if wrong:
        said = _("The parts of the model do not fit each other ({what}).").format(what=wrong)
        shapes = _("Cells of your own have `W_xh (H, D)`, `W_hh (H, H)`, or 4H rows in an LSTM.")
        raise ValueError(f"{said} {shapes}" if own else said)


def _own_cell(module: Any) -> bool:
    """Whether this is a cell of the course: W_xh, W_hh and b, of a tanh RNN or an LSTM."""
    shapes = {n: tuple(p.shape) for n, p in module.named_parameters(recurse=False)}
    return set(shapes) == {"W_xh", "W_hh", "b"} and shapes["b"][0] in (shapes["W_hh"][1], 4 * shapes["W_hh"][1])


def _layers(cell: Any, kinds: dict) -> list[Layer]:
    if type(cell) not in kinds:
        W_xh, W_hh, b = (_array(getattr(cell, n)) for n in ("W_xh", "W_hh", "b"))
        return [Layer("rnn" if len(W_hh) == W_hh.shape[1] else "lstm", W_xh, W_hh, b, np.zeros_like(b))]
    if cell.bidirectional:
        raise ValueError(_("A bidirectional layer sees the characters that it is to predict: only one direction here."))
    if getattr(cell, "nonlinearity", "tanh") != "tanh" or getattr(cell, "proj_size", 0):
        raise ValueError(_("The judge reads tanh RNNs, GRUs and LSTMs without projections, and no others."))
    found = []
    for k in range(cell.num_layers):
        W_ih, W_hh = (_array(getattr(cell, f"weight_{n}_l{k}")) for n in ("ih", "hh"))
        biases = [_array(getattr(cell, f"bias_{n}_l{k}")) if cell.bias else W_hh[:, 0] * 0 for n in ("ih", "hh")]
        found.append(Layer(kinds[type(cell)], W_ih, W_hh, *biases))
    return found


def _array(tensor: Any) -> np.ndarray:
    return tensor.detach().cpu().float().numpy().copy()


def same(model: Any, network: Network, ids: np.ndarray) -> None:
    """Raise ValueError where the model says something else about ``ids (N, T)`` than what was read off it."""
    import torch

    out = _asked(model, torch.tensor(ids))
    logits = out[0] if isinstance(out, tuple) else out
    if not isinstance(logits, torch.Tensor) or tuple(logits.shape) != (*ids.shape, len(network.b_y)):
        said = _("`model(ids)` should give logits (N, T, V), alone or first of two; it gave {what}.")
        raise ValueError(
            said.format(what=tuple(logits.shape) if isinstance(logits, torch.Tensor) else type(logits).__name__)
        )
    theirs = torch.log_softmax(logits, dim=-1).numpy() / np.log(2)
    gap = float(np.abs(theirs - network.log_chances(network.states(ids))).max())
    rows = logits.sum(dim=-1)
    if not gap < 0.01 and bool((logits >= 0).all()) and torch.allclose(rows, torch.ones_like(rows), atol=1e-4):
        raise ValueError(_("`forward` gives probabilities, after a softmax. Return the logits, before it."))
    if not gap < 0.01 and any(getattr(m, "batch_first", True) is False for m in model.modules()):
        raise ValueError(_("The recurrent layer takes axis 0 for time: say `batch_first=True`."))
    if not gap < 0.01:
        said = _(
            "The judge would read another model than yours: it takes the parts in the order in which they were made, "
            "each fed by the one before (gates of your own LSTM: i, f, g, o), and your forward does something else "
            "(they differ by {gap:.2g} bits)."
        )
        raise ValueError(said.format(gap=gap))


def _asked(model: Any, *given: Any) -> Any:
    """What a model says, with its dropout switched off."""
    import torch

    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            return model(*given)
    finally:
        model.train(mode)


def goes_on(model: Any, ids: np.ndarray) -> None:
    """Raise ValueError where ``model(ids, h)`` does not go on from the state ``h`` that ``model(ids)`` gave."""
    import torch

    ids = torch.tensor(ids)
    out = _asked(model, ids)
    if not isinstance(out, tuple) or len(out) != 2:
        raise ValueError(_("`model(ids)` should give two things, logits and a state: the training needs both."))
    try:
        inspect.signature(model.forward).bind(ids, out[1])
    except TypeError:
        said = _("`forward` should take the state as a second argument: `forward(self, ids, h=None)`.")
        raise ValueError(said) from None
    logits, whole = _asked(model, ids, out[1])[0], _asked(model, torch.cat([ids, ids], dim=1))[0]
    if not torch.allclose(logits, whole[:, ids.shape[1] :], atol=1e-3):
        raise ValueError(
            _("`model(ids, h)` does not go on from h: the next batch would begin with a state of zeros. Is h used?")
        )
