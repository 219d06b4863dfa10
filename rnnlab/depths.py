"""Stacks of plain networks on the tagger's task, measured: how much of the new lines each tags right.

``python -m rnnlab.depths`` measures anew what ``table()`` reads, one row after the other, on one thread; that takes a
few minutes. Another Python has slightly other text, and another torch rounds otherwise: expect other digits.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch

from rnnlab.data.python_calls import CLASSES, V, arrays
from rnnlab.many_taggers import Taggers, fit, share, tagged

KEPT = Path(__file__).parent / "data" / "depths.json"
STACKS = ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (1, 6))
SEEDS, UNITS, UPDATES = 5, 32, 300


def measure(directions: int, layers: int) -> dict:
    """Five taggers of this shape: the percentage that each gets right, and how many numbers one learns."""
    lines, new = arrays()
    taggers = Taggers(range(SEEDS), V, len(CLASSES), UNITS, directions, layers)
    losses = fit(taggers, lines, UPDATES)
    right = [round(100 * s, 1) for s in share(tagged(taggers, new), new)]
    return {
        "directions": directions, "layers": layers, "learns": taggers.count(), "percent": right,
        "loss": round(sum(losses[-20:]) / 20, 3),
    }  # fmt: skip


def table() -> list[dict]:
    """What was measured: ``directions``, ``layers``, ``learns``, ``percent`` (a number for each seed) and ``loss``."""
    return json.loads(KEPT.read_text())


def main() -> None:
    """Measure all stacks and keep what was found."""
    torch.set_num_threads(1)
    os.environ["RNNLAB_WIDGETS"] = "static"
    rows = []
    for stack in STACKS:
        rows.append(measure(*stack))
        print(rows[-1], flush=True)
        KEPT.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
