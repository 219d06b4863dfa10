"""Lesson 06: three gates and a belt. What is written at step 1 travels on: how much of it is left at the end?"""

from __future__ import annotations

import math

from rnnlab.messages import _
from rnnlab.palette import EDGE, INK, LINE, MUTED, ORANGE, PURPLE, SKY
from rnnlab.svg import Canvas
from rnnlab.widgets.base import Slider, State, Widget

STEPS = 12
# What the later steps would like to write.
CANDIDATES = (1.0, -0.6, 0.8, 0.3, -0.9, -0.4, 0.7, -0.2, 0.9, -0.8, 0.5, -0.7)
LEFT, PITCH, WIDE = 96, 53, 34
BELT, TALL = 194, 56  # the belt's zero line, and how many pixels a value of 1 is


class Belt(Widget):
    """One unit of an LSTM over twelve steps. Step 1 writes 1; from then on the gates stand where the sliders are."""

    controls = (
        Slider("f", "f, %", 0, 100, 90, plays=True),
        Slider("i", "i, %", 0, 100, 10),
        Slider("o", "o, %", 0, 100, 100),
    )

    def cells(self, f: float, i: float) -> tuple[list[float], list[float]]:
        """For every step what is left of step 1, and what the later steps have added."""
        first, rest = [CANDIDATES[0]], [0.0]
        for g in CANDIDATES[1:]:
            first.append(f * first[-1])
            rest.append(f * rest[-1] + i * g)
        return first, rest

    def draw(self, state: State) -> Canvas:
        """Candidates above, the belt in the middle, what is shown of it below."""
        f, i, o = (state[n] / 100 for n in "fio")
        first, rest = self.cells(f, i)
        about = _(
            "After {steps} steps {left:.2f} is left of what step 1 wrote, and the later ones have added {rest:.2f}."
        )
        canvas = Canvas(760, 400, _("Three gates and a belt"), about.format(steps=STEPS, left=first[-1], rest=rest[-1]))
        for t in range(STEPS):
            x = LEFT + PITCH * t
            self._step(canvas, x, t, (f, i if t else 1.0, o), first[t], rest[t])
        for y, name, size in ((40, "g_t", 20), (72, "i", 16), (BELT, "c_t", 20), (318, "o", 16), (352, "h_t", 20)):
            canvas.label(LEFT - 62, y, name, size=size, color=INK if size > 16 else MUTED)
        canvas.label(
            742, 284, f"{state['f'] / 100:g}^{{{STEPS - 1}}} = {first[-1]:.2g}", size=18, anchor="end", color=INK
        )
        canvas.label(LEFT - 30, 284, _("left of step 1"), size=14, font="text", anchor="start", color=MUTED)
        canvas.box(LEFT - 52, 277, 14, 14, fill=ORANGE, edge=EDGE, radius=2)
        canvas.label(LEFT + 116, 284, _("written later"), size=14, font="text", anchor="start", color=MUTED)
        canvas.box(LEFT + 94, 277, 14, 14, fill=PURPLE, tint=0.6, edge=EDGE, radius=2)
        return canvas

    def _step(
        self, canvas: Canvas, x: float, t: int, gates: tuple[float, float, float], first: float, rest: float
    ) -> None:
        f, i, o = gates
        g = CANDIDATES[t]
        canvas.heat(x - WIDE / 2, 25, [[g]], cell=WIDE, tall=30, size=13)
        canvas.arrow((x, 60), (x, 84), SKY if i else EDGE, thick=0.8 + 3.2 * i)
        for value, base, fill, tint in (
            (first, 0.0, ORANGE, 1.0),
            (rest, first if rest * first > 0 else 0.0, PURPLE, 0.6),
        ):
            top, low = max(base, base + value), min(base, base + value)
            if abs(value) > 0.004:
                canvas.box(
                    x - 12, BELT - TALL * top, 24, TALL * (top - low), fill=fill, tint=tint, edge=EDGE, thick=1,
                    radius=2,
                )  # fmt: skip
        c = first + rest
        canvas.line((x - 16, BELT - TALL * c), (x + 16, BELT - TALL * c), INK, thick=2.5)
        if t:
            canvas.line((x - PITCH + 13, BELT), (x - 13, BELT), LINE if f else EDGE, thick=0.8 + 7 * f)
        canvas.arrow((x, 306), (x, 330), SKY if o else EDGE, thick=0.8 + 3.2 * o)
        canvas.heat(x - WIDE / 2, 337, [[o * math.tanh(c)]], cell=WIDE, tall=30, size=13)
        canvas.label(x, 384, str(t + 1), size=13, color=MUTED)


def belt() -> Belt:
    """One unit of an LSTM over twelve steps: move its forget, input and output gates."""
    return Belt()
