"""The declarative objects a lesson is made of. They hold data and pure functions, and run nothing themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from autograder.spec import Spec

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One situation in which an answer is tried, and one row of the report.

    ``dims`` gives a size to every letter of the spec. ``change``, when given, is called with a random generator and
    the random inputs that the spec made, and returns those that it replaces. ``says`` is the sentence for a reader
    whose answer fails here: it names the property and never the inputs, since a hidden case shows nothing else.
    """

    name: str
    dims: Mapping[str, int] = field(default_factory=dict)
    says: str = ""
    change: Callable[[np.random.Generator, Inputs], Inputs] | None = None
    weight: float = 1.0
    hidden: bool = False


@dataclass(frozen=True)
class Misconception:
    """A wrong implementation that runs, and the sentence that helps whoever wrote it.

    ``id`` is stable and goes into statistics, ``message`` is the sentence, ``wrong`` the implementation. Where the
    exercise builds on earlier ones, ``wrong`` may take them as keyword-only arguments, as the reference does.
    """

    id: str
    message: str
    wrong: Callable[..., Any]


@dataclass(frozen=True)
class Variant:
    """A correct answer, written differently from the reference. It must pass."""

    id: str
    right: Callable[..., Any]


@dataclass(frozen=True)
class Exercise:
    """One exercise: what is asked, what is right, and what people get wrong.

    ``reference`` is pure NumPy (or plain Python). If it builds on earlier exercises it takes them as keyword-only
    arguments of the same names, with the right ones as defaults, which is how an error is carried forward.
    ``oracle`` is the same from torch, on tensors. ``rtol`` and ``atol`` let float32 through and no mistake.
    ``inputs_stay`` says that the arguments must not be changed in place. ``signature`` is what a reader is shown where
    the spec holds more than the student's own arguments, as for a torch module. For every probe but "call", the
    callables of misconceptions and variants take nothing and return what a student would hand to ``check``.
    ``time_limit`` is in seconds, for one call. ``reads``, when given, is what the judge makes of the outputs before it
    compares them with the reference's: a property in place of the values, for what is trained or drawn at random. It
    raises ValueError, with a sentence, for outputs that it cannot read. ``probe_options["outputs"]`` then says how many
    outputs the answer has.
    """

    id: str
    points: int
    about: str
    spec: str
    reference: Callable[..., Any]
    cases: tuple[Case, ...]
    misconceptions: tuple[Misconception, ...]
    accepts: tuple[Variant, ...]
    hints: tuple[str, ...]
    oracle: Callable[..., Any] | None = None
    requires: tuple[str, ...] = ()
    probe: str = "call"
    probe_options: Mapping[str, Any] = field(default_factory=dict)
    rtol: float = 1e-4
    atol: float = 1e-5
    inputs_stay: bool = True
    signature: str = ""
    time_limit: float = 5.0
    reads: Callable[[Inputs, tuple], tuple] | None = None

    @cached_property
    def shape(self) -> Spec:
        """The spec, parsed."""
        return Spec.parse(self.spec)

    @property
    def shown_as(self) -> str:
        """What goes in and what comes out, as a reader is shown it."""
        return self.signature or self.spec

    def make_inputs(self, case: Case, seed: int) -> Inputs:
        """Seeded inputs of a case, by argument name."""
        rng = np.random.default_rng(seed)
        made = self.shape.make_inputs(case.dims, rng)
        return made | case.change(rng, dict(made)) if case.change else made


@dataclass(frozen=True)
class Question:
    """A question answered in words and marked by a person."""

    id: str
    points: int
    about: str


@dataclass(frozen=True)
class Lesson:
    """A notebook: its title, and its exercises and questions in the order in which the notebook has them.

    ``files`` are the names of files that students make and hand in beside the notebook.
    """

    id: str
    title: str
    minutes: int
    items: tuple[Exercise | Question, ...]
    files: tuple[str, ...] = ()

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The items graded by the machine."""
        return tuple(i for i in self.items if isinstance(i, Exercise))

    @property
    def questions(self) -> tuple[Question, ...]:
        """The items marked by a person."""
        return tuple(i for i in self.items if isinstance(i, Question))

    @property
    def points(self) -> int:
        """Points that the machine gives."""
        return sum(e.points for e in self.exercises)
