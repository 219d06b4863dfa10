"""The colours of every picture, widget and plot: the Okabe-Ito palette and a few greys.

Three of them always mean the same thing: the weights from the input (``W_XH``), from the last state (``W_HH``) and to
the output (``W_HY``). Pictures stand on a near-white card, so that they read the same in light and dark themes.
"""

from __future__ import annotations

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"

W_XH = VERMILLION
W_HH = BLUE
W_HY = GREEN

INK = "#1F2328"
MUTED = "#57606A"
LINE = "#8C959F"
EDGE = "#D0D7DE"
FAINT = "#EEF1F4"
CARD = "#FCFCFA"
WHITE = "#FFFFFF"

POSITIVE = ORANGE
NEGATIVE = PURPLE

SERIES = (INK, ORANGE, SKY, PURPLE, MUTED)
SEQUENCES = (ORANGE, SKY, PURPLE, YELLOW)

ALL = frozenset(
    (BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE, INK, MUTED, LINE, EDGE, FAINT, CARD, WHITE)
)
