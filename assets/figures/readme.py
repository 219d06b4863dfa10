"""The picture at the top of the README: a check that names the mistake, drawn from a real report."""

from __future__ import annotations

import re

import numpy as np

from autograder import check
from rnnlab import richtext
from rnnlab.palette import EDGE, FAINT, GREEN, INK, MUTED, VERMILLION, W_HH, W_XH
from rnnlab.svg import Canvas

WIDTH, LEFT, ROW, SIZE = 820, 28, 25, 15
STATUS, SAYS = 172, 262
SOURCE = """\
def rnn_step(x, h, W_xh, W_hh, b):
    return np.tanh(x @ W_xh.T + h @ W_hh + b)

check("rnn_step", rnn_step)"""


def wrong_step(x, h, W_xh, W_hh, b):
    """What SOURCE says: W_hh should be transposed too."""
    return np.tanh(x @ W_xh.T + h @ W_hh + b)


def readme_check() -> Canvas:
    """A cell with a slip in it, and what its check answers."""
    report = check("rnn_step", wrong_step).to_dict()
    lines = [(case, list(case["sentences"])) for case in report["cases"]]
    diagnosis = wrapped(re.sub("[*`]", "", report["diagnosis"]), WIDTH - SAYS - LEFT)
    rows = sum(max(1, len(said)) for _case, said in lines) + len(diagnosis)
    source = SOURCE.splitlines()
    top = 34 + 22 * len(source) + 36
    canvas = Canvas(
        WIDTH,
        top + ROW * (rows + 1) + 18,
        "A check names the mistake",
        f"An answer to rnn_step, and its report: {report['points']} of {report['max_points']} points. "
        + " ".join(diagnosis),
    )
    canvas.box(16, 16, WIDTH - 32, 22 * len(source) + 20, fill=FAINT, edge=EDGE, radius=6)
    for i, line in enumerate(source):
        canvas.code(LEFT, 37 + 22 * i, line, {"W_xh": W_XH, "W_hh": W_HH}, size=SIZE)
    canvas.box(16, top - 12, 5, canvas.height - top - 4, fill=VERMILLION, edge=None, radius=0)
    canvas.label(LEFT + 6, top, "rnn_step", font="code", size=SIZE, anchor="start", bold=True)
    points = f"{report['points']:g} of {report['max_points']} points"
    canvas.label(WIDTH - LEFT, top, points, font="text", size=SIZE, anchor="end")
    y = top + ROW + 6
    for case, said in lines:
        y = case_rows(canvas, y, case, said, diagnosis if case["name"] == "values" else [])
    return canvas


def case_rows(canvas: Canvas, y: float, case: dict, said: list[str], diagnosis: list[str]) -> float:
    """One case of the report: its name, its status, what is said of it. Returns where the next one goes."""
    look = {"font": "text", "size": SIZE, "anchor": "start"}
    color = GREEN if case["status"] == "passed" else VERMILLION
    canvas.label(LEFT + 6, y, case["name"], **look)
    canvas.box(STATUS, y - 5, 10, 10, fill=color, edge=None, radius=5)
    canvas.label(STATUS + 18, y, case["status"], **look)
    for sentence in said:
        canvas.label(SAYS, y, sentence, color=MUTED, **look)
        y += ROW
    for sentence in diagnosis:
        canvas.label(SAYS, y, sentence, color=INK, bold=True, **look)
        y += ROW
    return y if said else y + ROW


def wrapped(text: str, room: float) -> list[str]:
    """A text in lines that fit the room, set in bold."""
    lines = [""]
    for word in re.split(r"\s+", text.strip()):
        longer = f"{lines[-1]} {word}".strip()
        if richtext.width(longer, SIZE) * 1.06 > room and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


FIGURES = {"readme_check": readme_check}
