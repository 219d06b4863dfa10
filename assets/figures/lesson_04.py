"""The figures of lesson 04: the way back through time, and where it is cut."""

from __future__ import annotations

from parts import cell, dots, node, weight

from rnnlab.palette import EDGE, INK, MUTED, PURPLE, W_HH, W_HY, W_XH
from rnnlab.svg import Box, Canvas

BACK = PURPLE


def there_and_back() -> Canvas:
    """States forward, a loss at every step, gradients back."""
    canvas = Canvas(
        760,
        330,
        "Forward through time, and back",
        "Each step has a loss E_t. Forward, each state goes into its loss and into the next step. Backward, dashed, a "
        "gradient comes down from every loss and back from every later step, and the two add up in the state.",
    )
    middle = 176
    state = node(canvas, 50, middle, "h_0")
    for x, t in ((180, "1"), (360, "2"), (600, "T")):
        f, x_t, loss = (
            cell(canvas, x, middle, f"h_{t}", size=22),
            node(canvas, x, 288, f"x_{t}"),
            node(canvas, x, 48, f"E_{t}"),
        )
        start = state.right if t != "T" else (x - 84, middle)
        canvas.arrow((start[0], middle - 8), (f.x, middle - 8), W_HH)
        canvas.arrow((f.x, middle + 10), (start[0], middle + 10), BACK, dashed=True, thick=2)
        canvas.arrow(x_t.top, f.bottom, W_XH)
        canvas.arrow((x - 8, f.y), (x - 8, loss.y + loss.h), W_HY)
        canvas.arrow((x + 10, loss.y + loss.h), (x + 10, f.y), BACK, dashed=True, thick=2)
        weight(canvas, (start[0] + f.x) / 2, middle - 28, "hh", size=15)
        canvas.label(x + 20, 112, f"dh_{t}", size=18, anchor="start")
        state = f
        if t == "2":
            for y, color, turned in ((middle - 8, W_HH, False), (middle + 10, BACK, True)):
                canvas.line((f.x + f.w, y), (450, y), color, thick=2, dashed=turned)
            dots(canvas, 472, middle)
    return canvas


def by_hand() -> Canvas:
    """Two steps of one unit, forward and back, every number written out."""
    canvas = Canvas(
        760,
        330,
        "Two steps back by hand",
        "One unit, W_xh = 1, W_hh = 0.5, x = 1, 0, and E = h_1 + h_2. Forward 0.76 and 0.36; back, da_2 = 0.87 goes "
        "through 0.5 to become 0.43, joins the 1 that E_1 asks, and 1.43 times 0.42 is da_1 = 0.60.",
    )
    top, low = 92, 236
    for x, text in ((58, "h_0 = 0"), (250, "h_1 = 0.76"), (610, "h_2 = 0.36")):
        canvas.box(x - 42 if x == 58 else x - 62, top - 22, 84 if x == 58 else 124, 44, text, size=18)
    canvas.arrow((100, top), (188, top), W_HH)
    canvas.arrow((312, top), (548, top), W_HH)
    canvas.label(144, top - 18, "0.5", size=16, color=W_HH, bold=True)
    canvas.label(430, top - 18, "0.5", size=16, color=W_HH, bold=True)
    for x, t in ((250, 1), (610, 2)):
        canvas.arrow((x + 74, 22), (x + 40, top - 24), BACK, dashed=True, thick=2)
        canvas.label(x + 84, 26, f"dh_{t} = 1", size=17, anchor="start")
    canvas.box(548, low - 46, 124, 92, "", edge=BACK)
    canvas.label(610, low - 22, "1", size=17)
    canvas.label(610, low + 2, "\N{MULTIPLICATION SIGN} (1 - 0.36^2)", size=17)
    canvas.label(610, low + 28, "da_2 = 0.87", size=17, bold=True)
    canvas.box(162, low - 46, 176, 92, "", edge=BACK)
    canvas.label(250, low - 22, "1 + 0.43 = 1.43", size=17)
    canvas.label(250, low + 2, "\N{MULTIPLICATION SIGN} (1 - 0.76^2)", size=17)
    canvas.label(250, low + 28, "da_1 = 0.60", size=17, bold=True)
    canvas.arrow((610, top + 24), (610, low - 48), BACK, dashed=True, thick=2)
    canvas.arrow((250, top + 24), (250, low - 48), BACK, dashed=True, thick=2)
    canvas.arrow((546, low), (340, low), BACK, dashed=True, thick=2)
    canvas.arrow((160, low), (94, low), BACK, dashed=True, thick=2)
    canvas.label(442, low - 18, "\N{MULTIPLICATION SIGN} 0.5 = 0.43", size=17, color=INK)
    canvas.label(124, low - 18, "\N{MULTIPLICATION SIGN} 0.5", size=17, color=INK)
    canvas.label(58, low, "0.30", size=18, bold=True)
    canvas.label(58, low + 26, "dh_0", size=17, color=MUTED)
    return canvas


def grid(canvas: Canvas, at: Box, live, title: str, T: int = 8) -> None:
    """Losses down, steps across; a cell is filled where the loss reaches back to the step."""
    size = at.w / T
    for t in range(T):
        for j in range(t + 1):
            full = live(t, j)
            canvas.box(
                at.x + j * size, at.y + t * size, size, size, fill=BACK if full else "none", tint=0.55, edge=EDGE,
                thick=1, radius=0,
            )  # fmt: skip
    canvas.label(at.x + at.w / 2, at.y + at.h + 46, title, size=16, font="text")
    for i in (0, T - 1):
        canvas.label(at.x + (i + 0.5) * size, at.y + at.h + 15, str(i + 1), size=14, color=MUTED)
        canvas.label(at.x - 13, at.y + (i + 0.5) * size, str(i + 1), size=14, color=MUTED)


def three_ways() -> Canvas:
    """Which loss reaches which step: full, in chunks, with a window."""
    canvas = Canvas(
        760,
        330,
        "Which loss reaches which step",
        "Three triangles, losses down and steps across. Full BPTT fills the triangle; chunks of 4 leave two small "
        "triangles on the diagonal; a window of 4 leaves a band along the diagonal.",
    )
    ways = (
        ("T", lambda t, j: True),
        ("chunks, k = 4", lambda t, j: t // 4 == j // 4),
        ("window, k = 4", lambda t, j: t - j < 4),
    )
    for x, (title, live) in zip((56, 300, 544), ways, strict=True):
        grid(canvas, Box(x, 56, 184, 184), live, title.replace("T", "k = T = 8"))
    for x in (56, 300, 544):
        canvas.label(x - 13, 32, "E_t", size=16, color=MUTED)
        canvas.label(x + 92, 255, "j", size=16, color=MUTED)
    return canvas


def cut() -> Canvas:
    """Two chunks of three steps: the state crosses the cut, the gradient does not."""
    canvas = Canvas(
        760,
        270,
        "The state crosses the cut, the gradient does not",
        "Six steps in two chunks of three. Solid arrows carry the state through all six. Dashed arrows carry the "
        "gradient back within each chunk; at the cut there is a cross.",
    )
    middle = 130
    canvas.line((380, 20), (380, 250), MUTED, thick=2, dashed=True)
    before = (20, middle)
    for i in range(6):
        x = 80 + 120 * i
        f = cell(canvas, x, middle, f"h_{i + 1}", size=21)
        loss = node(canvas, x, 42, f"E_{i + 1}", size=17)
        canvas.arrow((before[0], middle - 9), (f.x, middle - 9), W_HH)
        if i == 3:
            canvas.mark(380, middle + 11, False, size=15)
            canvas.line((f.x, middle + 11), (396, middle + 11), BACK, thick=2, dashed=True)
        elif i:
            canvas.arrow((f.x, middle + 11), (before[0], middle + 11), BACK, dashed=True, thick=2)
        canvas.arrow((x, loss.y + loss.h), (x, f.y), BACK, dashed=True, thick=2)
        before = f.right
    for x, text in ((200, "k = 3"), (560, "k = 3")):
        canvas.line((x - 146, 206), (x + 146, 206), EDGE, thick=2)
        canvas.label(x, 228, text, size=18, color=MUTED)
    return canvas


FIGURES = {
    "04_there_and_back": there_and_back,
    "04_by_hand": by_hand,
    "04_three_ways": three_ways,
    "04_cut": cut,
}
