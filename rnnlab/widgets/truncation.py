"""Lesson 04: which gradient paths are left when backpropagation is cut into chunks, and how many states are held."""

from __future__ import annotations

from rnnlab.messages import _
from rnnlab.palette import EDGE, FAINT, INK, LINE, MUTED, ORANGE, PURPLE, W_HH
from rnnlab.svg import Box, Canvas
from rnnlab.widgets.base import Slider, State, Widget

STEPS = 12
PITCH, TOP = 58, 96


class Truncation(Widget):
    """Twelve steps in chunks of k. Choose k, and a loss, and see how far back that loss reaches."""

    controls = (
        Slider("k", "k", 1, STEPS, 4, plays=True),
        Slider("t", "t", 1, STEPS, 10),
    )

    def reach(self, k: int, t: int) -> int:
        """The earliest step, counted from 1, that the loss of step t reaches."""
        return (t - 1) // k * k + 1

    def paths(self, k: int) -> int:
        """How many pairs of a loss and a step that it reaches there are."""
        return sum(t - self.reach(k, t) + 1 for t in range(1, STEPS + 1))

    def draw(self, state: State) -> Canvas:
        """The unrolled network above; below, all paths as a triangle, and the states that are kept."""
        k, t = state["k"], state["t"]
        first, left, every = self.reach(k, t), self.paths(k), self.paths(STEPS)
        about = _(
            "The loss of step {t} reaches back to step {first}. {left} of {every} paths are left, {k} states kept."
        )
        canvas = Canvas(
            760,
            424,
            _("Chunks of {k} steps").format(k=k),
            about.format(t=t, first=first, left=left, every=every, k=k),
        )
        self._strip(canvas, k, t)
        self._triangle(canvas, Box(110, 206, 192, 192), k, t, f"{left} / {every}")
        self._memory(canvas, Box(430, 206, 264, 192), k, t)
        return canvas

    def _strip(self, canvas: Canvas, k: int, t: int) -> None:
        first = self.reach(k, t)
        for i in range(1, STEPS + 1):
            x = 60 + PITCH * (i - 1)
            on_path = first <= i <= t
            box = canvas.box(
                x - 17, TOP - 17, 34, 34, f"h_{{{i}}}", size=15, fill=PURPLE if on_path else FAINT,
                tint=0.45 if on_path else 1, edge=INK if on_path else LINE,
            )  # fmt: skip
            if i == t:
                canvas.label(x, 26, f"E_{{{i}}}", size=17, bold=True)
                canvas.arrow((x, 40), (x, box.y - 1), PURPLE, thick=2.5, dashed=True)
            if i == 1:
                continue
            canvas.arrow((x - PITCH + 18, TOP - 7), (x - 18, TOP - 7), W_HH, thick=1.8)
            if (i - 1) % k == 0:
                canvas.line((x - PITCH / 2, 52), (x - PITCH / 2, 134), MUTED, thick=1.5, dashed=True)
                canvas.mark(x - PITCH / 2, TOP + 8, False, size=10)
            else:
                live = first < i <= t
                canvas.arrow(
                    (x - 18, TOP + 8), (x - PITCH + 18, TOP + 8), PURPLE, thick=2.4 if live else 1.6, dashed=True,
                    dim=1 if live else 0.45,
                )  # fmt: skip
        for start in range(1, STEPS + 1, k):
            end = min(start + k - 1, STEPS)
            a, b = 60 + PITCH * (start - 1) - 17, 60 + PITCH * (end - 1) + 17
            canvas.line((a, 148), (b, 148), LINE, thick=2)

    def _triangle(self, canvas: Canvas, at: Box, k: int, t: int, count: str) -> None:
        size = at.w / STEPS
        for row in range(1, STEPS + 1):
            for j in range(1, row + 1):
                where = at.x + (j - 1) * size, at.y + (row - 1) * size
                live = j >= self.reach(k, row)
                canvas.box(
                    *where, size, size, fill=PURPLE if live else "none", tint=0.9 if row == t else 0.45, edge=EDGE,
                    thick=1, radius=0,
                )  # fmt: skip
        y = at.y + (t - 0.5) * size
        canvas.label(at.x - 14, y, f"E_{{{t}}}", size=15, anchor="end", bold=True)
        canvas.label(at.x + at.w - 6, at.y + 12, count, size=17, anchor="end")

    def _memory(self, canvas: Canvas, at: Box, k: int, t: int) -> None:
        """The states that are held when the loss's chunk goes back, against those that full BPTT would hold."""
        size, first = at.w / STEPS, self.reach(k, t)
        last = min(first + k - 1, STEPS)
        for y, low, high, name in ((at.y + 44, 1, STEPS, "T"), (at.y + 120, first, last, "k")):
            canvas.label(at.x - 14, y, name, size=18, anchor="end")
            for i in range(1, STEPS + 1):
                held = low <= i <= high
                canvas.box(
                    at.x + (i - 1) * size, y - 13, size, 26, fill=ORANGE if held else "none", tint=0.6, edge=EDGE,
                    thick=1, radius=0,
                )  # fmt: skip
            canvas.label(at.x + at.w, y + 30, str(high - low + 1), size=17, anchor="end")
        canvas.label(at.x, at.y + 14, _("states held"), size=14, color=MUTED, font="text", anchor="start")


def truncation() -> Truncation:
    """Truncated backpropagation through twelve steps: choose the chunk length k and a loss t."""
    return Truncation()
