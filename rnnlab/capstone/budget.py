"""A meter for the seconds that a training may use of the processor, and a loop that ends when they are used up."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rnnlab.messages import _

SECONDS = 120.0
LOOKS = 10
_judged: list[bool] = []


def grading() -> bool:
    """Whether an answer is being judged, or nbgrader runs this, and not a reader: then nothing is trained or saved."""
    return bool(_judged) or bool(os.environ.get("NBGRADER_EXECUTION"))


@contextmanager
def judged() -> Iterator[None]:
    """While an answer is judged: ``Budget.run`` and ``save`` do nothing, in a notebook as in grading."""
    _judged.append(True)
    try:
        yield
    finally:
        _judged.pop()


class Budget:
    """Seconds of the processor that one model's training may use. ``curve`` has (seconds, loss, what ``watch`` gave).

    ``Budget(30).run(step, watch)`` calls ``step()`` again and again; it returns the loss of a batch. Ten times
    on the way ``watch()`` is called, whose time does not count. The loop ends cleanly when the budget is used up, when
    you press the stop button, and when a loss is not a number: the model keeps what it has learnt.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        if not isinstance(seconds, (int, float)) or not 0 < seconds <= SECONDS:
            said = _("A budget is between 0 and {most:g} seconds of the processor; {n!r} is not.")
            raise ValueError(said.format(most=SECONDS, n=seconds))
        self.seconds, self.used, self.steps = float(seconds), 0.0, 0
        self.curve: list[tuple[float, float, float | None]] = []

    def __repr__(self) -> str:
        said = _("<a budget of {most:g} seconds: {used:.0f} used, {n} steps>")
        return said.format(most=self.seconds, used=self.used, n=self.steps)

    @property
    def part(self) -> float:
        """How much of the budget is used, from 0 to 1: for a learning rate that falls."""
        return min(1.0, self.used / self.seconds)

    def run(self, step: Callable[[], float], watch: Callable[[], float] | None = None, show: bool = True) -> Budget:
        """Train until the budget ends."""
        if grading():
            print(_("Nothing is trained here: an answer that is being judged only loads what was saved."))
            return self
        if self.used >= self.seconds:
            print(_("This budget is used up, so nothing was trained. Make a new one with a new model."))
        losses: list[float] = []
        next_look = self.used + self.seconds / LOOKS
        try:
            while self.used < self.seconds:
                began = time.process_time()
                loss = float(step())
                self.used += time.process_time() - began
                self.steps += 1
                losses.append(loss)
                if not loss < float("inf"):
                    print(
                        _("The loss is {loss} after {n} steps: smaller steps, or clipped gradients?").format(
                            loss=loss, n=self.steps
                        )
                    )
                    self.curve.append((self.used, loss, float("nan")))
                    return self
                if self.used >= next_look or self.used >= self.seconds:
                    next_look += self.seconds / LOOKS
                    self._look(losses, watch, show)
                    losses = []
        except KeyboardInterrupt:
            print(
                _("Stopped after {n:.0f} of {most:g} seconds: the model keeps what it has learnt.").format(
                    n=self.used, most=self.seconds
                )
            )
            if losses:
                self._look(losses, watch, show)
        return self

    def _look(self, losses: list[float], watch: Callable[[], float] | None, show: bool) -> None:
        seen = None if watch is None else float(watch())
        self.curve.append((self.used, sum(losses) / len(losses), seen))
        if show and len(self.curve) % 2 == 0:
            said = _("{used:5.0f} of {most:g} s, {steps:5} steps: loss {loss:.3f}").format(
                used=self.used, most=self.seconds, steps=self.steps, loss=self.curve[-1][1]
            )
            print(said + ("" if seen is None else _(", to choose by {bits:.3f} bits").format(bits=seen)))
