"""The model before training: parts that the judge can read, and not too many parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.messages import N_, _
from autograder.probes.built import WRONG_KIND
from autograder.probes.handed_in import REFUSED
from rnnlab.capstone.files import MOST_PARAMETERS, too_many

READABLE, SIZED = "a recurrent model that the judge can read", "at most 300,000 parameters"


def _reads(_inputs: Inputs, outputs: tuple) -> tuple[str, str]:
    """What was built, in words. Raises ValueError, with the sentence, for a model that cannot be read."""
    if outputs and outputs[0] == REFUSED and isinstance(outputs[1], str):
        raise ValueError(outputs[1])
    if outputs and outputs[0] == WRONG_KIND:
        return _other(*outputs[1:]), SIZED
    kinds, many = outputs
    if not isinstance(kinds, list) or type(many) is not int:
        raise ValueError(_("it is of another kind than was asked for"))
    if many > MOST_PARAMETERS:
        raise ValueError(too_many(many))
    return READABLE, SIZED


def _other(name: str, is_class: bool) -> str:
    """What came in place of a model. Raises ValueError, with a sentence, for all but the likeliest things."""
    if is_class:
        said = _("`build` returned the class {name}. Return a model that is made: `return {name}(...)`, with brackets.")
        raise ValueError(said.format(name=name))
    if name not in ("NoneType", "tuple"):
        raise ValueError(_("`build` returned something of type {name}. A torch model is asked for.").format(name=name))
    return "a tuple" if name == "tuple" else "nothing"


def _model(
    cell: str = "GRU",
    H: int = 24,
    E: int | None = 8,
    forward: Callable | None = None,
    prepare: Callable | None = None,
    **more: Any,
) -> Callable:
    """A builder of a model, made of these parts."""

    def build(V: int) -> Any:
        import torch

        class CharModel(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                if E:
                    self.embedding = torch.nn.Embedding(V, E)
                both = 2 if more.get("bidirectional") else 1
                self.cell = getattr(torch.nn, cell)(E or V, H, **{"batch_first": True, **more})
                self.readout = torch.nn.Linear(both * H, V)
                if prepare:
                    prepare(torch, self, V)

            def look_up(self, ids: Any) -> Any:
                return self.embedding(ids) if E else torch.nn.functional.one_hot(ids, V).float()

            def forward(self, ids: Any, h: Any = None) -> Any:
                if forward:
                    return forward(torch, self, ids, h)
                states, h = self.cell(self.look_up(ids), h)
                return self.readout(states), h

        return CharModel()

    return build


def _softmaxed(torch: Any, model: Any, ids: Any, h: Any) -> tuple:
    states, h = model.cell(model.look_up(ids), h)
    return torch.softmax(model.readout(states), dim=-1), h


def _last_only(torch: Any, model: Any, ids: Any, h: Any) -> tuple:
    states, h = model.cell(model.look_up(ids), h)
    return model.readout(states[:, -1]), h


def _turned_time(torch: Any, model: Any, ids: Any, h: Any) -> tuple:
    states, h = model.cell(model.look_up(ids).transpose(0, 1), h)
    return model.readout(states.transpose(0, 1)), h


def _with_dropout(torch: Any, model: Any, V: int) -> None:
    model.dropout = torch.nn.Dropout(0.3)


def _dropped(torch: Any, model: Any, ids: Any, h: Any) -> tuple:
    states, h = model.cell(model.dropout(model.look_up(ids)), h)
    return model.readout(model.dropout(states)), h


def _class_itself(V: int) -> Any:
    import torch

    class CharModel(torch.nn.Module):
        pass

    return CharModel


def _fixed(V: int) -> Any:
    return _model()(27)


def _without_state(torch: Any, model: Any, ids: Any, h: Any) -> Any:
    return model.readout(model.cell(model.look_up(ids), h)[0])


def _forgets(torch: Any, model: Any, ids: Any, h: Any) -> tuple:
    states, h = model.cell(model.look_up(ids))
    return model.readout(states), h


def _first_state(torch: Any, model: Any, V: int) -> None:
    model.h0 = torch.nn.Parameter(torch.zeros(24))


def _one_argument(V: int) -> Any:
    model = _model()(V)
    whole = model.forward
    model.forward = lambda ids: whole(ids)
    return model


def _sequential(V: int) -> Any:
    import torch

    return torch.nn.Sequential(torch.nn.Embedding(V, 8), torch.nn.GRU(8, 9, batch_first=True), torch.nn.Linear(9, V))


BUILD = Exercise(
    id="build",
    points=1,
    about=N_("A character model of your own choice, before training."),
    spec="V, ids (N,T) int<V> -> any, any",
    signature="build(V) -> torch model: ids (N,T) -> logits (N,T,V), h",
    reference=lambda V, ids: (READABLE, SIZED),
    reads=_reads,
    probe="built",
    probe_options={"outputs": 2},
    inputs_stay=False,
    cases=(
        Case("a small vocabulary", {"N": 2, "T": 5, "V": 11}, N_("Here V is 11."), weight=2),
        Case("a large vocabulary", {"N": 3, "T": 4, "V": 90}, N_("Here V is 90."), weight=2),
        Case("one character", {"N": 1, "T": 1, "V": 40}, N_("Here a single character is read."), hidden=True),
    ),
    misconceptions=(
        Misconception(
            "nothing_returned",
            N_("`build` returned nothing: is `return CharModel(...)` missing at its end?"),
            lambda: lambda V: None,
        ),
        Misconception(
            "model_and_size",
            N_("`build` returned several things. Return the model alone."),
            lambda: lambda V: (_model()(V), V),
        ),
    ),
    accepts=(
        Variant("gru", _model),
        Variant("lstm", lambda: _model(cell="LSTM")),
        Variant("rnn", lambda: _model(cell="RNN")),
        Variant("one_hot", lambda: _model(E=None)),
        Variant("two_layers", lambda: _model(num_layers=2)),
        Variant("no_bias", lambda: _model(cell="LSTM", bias=False)),
        Variant("dropout", lambda: _model(prepare=_with_dropout, forward=_dropped)),
        Variant("log_softmax", lambda: _model(forward=_log_softmax)),
    ),
    hints=(
        N_("Three parts: a table of vectors (Embedding), a recurrent layer with `batch_first=True`, a Linear to V."),
        N_("`CharRNN` of lesson 03 is such a model. Change its cell and its sizes, and make one with V."),
        N_("forward(ids, h=None): ids to vectors, those and h through the cell, all its states through the readout."),
    ),
)


def _log_softmax(torch: Any, model: Any, ids: Any, h: Any) -> tuple:
    states, h = model.cell(model.look_up(ids), h)
    return torch.log_softmax(model.readout(states), dim=-1), h


# Models that `build` may not return, each refused with a sentence of its own: tests try them.
REFUSALS = {
    "bidirectional": (lambda: _model(bidirectional=True), "sees the characters that it is to predict"),
    "probabilities": (lambda: _model(forward=_softmaxed), "gives probabilities"),
    "last_step_only": (lambda: _model(forward=_last_only), "should give logits (N, T, V)"),
    "not_batch_first": (lambda: _model(batch_first=False), "say `batch_first=True`"),
    "time_first": (lambda: _model(forward=_turned_time), "another model than yours"),
    "relu": (lambda: _model(cell="RNN", nonlinearity="relu"), "tanh RNNs, GRUs and LSTMs"),
    "fixed_vocabulary": (lambda: _fixed, "is made for 27 characters, and it was to be for 11"),
    "linear_turned_round": (
        lambda: _model(prepare=lambda torch, m, V: setattr(m, "readout", torch.nn.Linear(V, 24))),
        "the other way round"),
    "cell_does_not_fit": (
        lambda: _model(prepare=lambda torch, m, V: setattr(m, "cell", torch.nn.GRU(9, 24))),
        "takes 9 numbers and gets 8"),
    "readout_does_not_fit": (
        lambda: _model(prepare=lambda torch, m, V: setattr(m, "readout", torch.nn.Linear(25, V))),
        "takes 25 numbers and gets 24"),
    "class_returned": (lambda: _class_itself, "returned the class CharModel"),
    "too_large": (lambda: _model(H=400), "at most 300,000 are taken"),
    "module_function": (lambda: lambda V: print, "something of type builtin_function_or_method"),
    "sequential": (lambda: _sequential, "torch.nn.Sequential"),
    "logits_alone": (lambda: _model(forward=_without_state), "should give two things"),
    "state_not_used": (lambda: _model(forward=_forgets), "does not go on from h"),
    "no_second_argument": (lambda: _one_argument, "the state as a second argument"),
    "learned_first_state": (lambda: _model(prepare=_first_state), "that the judge does not read (h0)"),
    "own_parameter": (
        lambda: _model(prepare=lambda torch, m, V: setattr(m, "norm", torch.nn.LayerNorm(8))), "Here there are"),
}  # fmt: skip
