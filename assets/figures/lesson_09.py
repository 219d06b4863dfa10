"""The figure of lesson 09: a text in three parts, what is handed in, and what the judge reads."""

from __future__ import annotations

from rnnlab.palette import EDGE, FAINT, INK, LINE, MUTED, ORANGE, SKY, WHITE
from rnnlab.svg import Canvas

PIECES, LEFT, WIDE = 20, 30, 35
CHOOSE, HELD = 4, 9


def three_parts() -> Canvas:
    """Twenty pieces of a text in a row; from the parts to training, choosing, the file, and the judge."""
    canvas = Canvas(
        760,
        300,
        "A text in three parts",
        "A text is cut into pieces of 500 characters. Of every ten, eight go to train, one to choose, one is held. "
        "Train makes a model, choose looks at it. The file capstone.npz holds W and the text. The judge reads the "
        "held pieces with W and gives bits.",
    )
    for i in range(PIECES):
        place = i % 10
        fill = SKY if place == CHOOSE else ORANGE if place == HELD else FAINT
        canvas.box(LEFT + WIDE * i, 30, WIDE, 40, fill=fill, tint=0.8, edge=EDGE, thick=1, radius=0)
    canvas.label(LEFT, 88, "500", size=14, color=MUTED, anchor="start")
    model = canvas.box(60, 150, 150, 60, "train", fill=FAINT, edge=INK, radius=9, size=19)
    look = canvas.box(60, 236, 150, 42, "choose", fill=SKY, tint=0.5, edge=INK, radius=9, size=19)
    file = canvas.box(320, 150, 150, 60, "capstone.npz", fill=WHITE, edge=INK, radius=4, size=17, font="code")
    judge = canvas.box(570, 150, 150, 60, "judge", fill=ORANGE, tint=0.5, edge=INK, radius=9, size=19)
    canvas.arrow((LEFT + 3 * WIDE, 72), (135, 148), LINE)
    canvas.arrow((LEFT + WIDE * 9.5, 72), (600, 148), ORANGE)
    canvas.arrow((LEFT + WIDE * 19.5, 72), (690, 148), ORANGE)
    canvas.arrow(model.right, file.left, INK)
    canvas.arrow(file.right, judge.left, INK)
    canvas.arrow((120, 212), (120, 234), INK)
    canvas.arrow((150, 234), (150, 212), INK)
    canvas.arrow((645, 212), (645, 246), INK)
    canvas.label(645, 262, "bits", size=19)
    del look
    return canvas


FIGURES = {"09_three_parts": three_parts}
