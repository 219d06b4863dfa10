"""The training loop of the lessons: it shows how far it is, and an interrupt ends it with what there is."""

from __future__ import annotations

import os
from collections.abc import Callable


def train(step: Callable[[int], float], steps: int, label: str = "", show: bool = True) -> list[float]:
    """Call ``step(0)``, ``step(1)`` and so on, and return the losses that it returned.

    Args:
        step: does one step of training and returns its loss.
        steps: how many steps.
        label: stands beside the progress bar, which goes once the loop is done.
        show: whether there is a bar.

    An interrupt (the stop button) ends the loop cleanly: the losses so far come back, and the model keeps what it
    learned. A loss that is not finite ends it too, since nothing after it can be.
    """
    from tqdm.auto import tqdm

    losses: list[float] = []
    saved = os.environ.get("RNNLAB_WIDGETS") == "static"  # a bar that is saved stands there, at zero, for ever
    bar = tqdm(range(steps), desc=label, leave=False, disable=saved or not show)
    try:
        for i in bar:
            losses.append(float(step(i)))
            if not losses[-1] < float("inf"):
                break
            if i % 20 == 0:
                bar.set_postfix(loss=f"{losses[-1]:.3f}")
    except KeyboardInterrupt:
        print(f"{label or 'training'} stopped after {len(losses)} of {steps} steps")
    finally:
        bar.close()
    return losses
