"""The figures, the widgets and the plots that the lessons show."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from rnnlab import palette, plots, richtext
from rnnlab.svg import Canvas, number
from rnnlab.widgets.base import VIEW
from rnnlab.widgets.transpose import transpose_or_reshape
from rnnlab.widgets.unroll import unroll

FOLDER = Path(__file__).parents[1] / "assets" / "figures"
SVG = "{http://www.w3.org/2000/svg}"


def load_figures():
    sys.path.insert(0, str(FOLDER))
    try:
        return runpy.run_path(str(FOLDER / "__main__.py"))["FIGURES"]
    finally:
        sys.path.remove(str(FOLDER))


FIGURES = load_figures()


def colors(svg: str) -> set[str]:
    return {c.upper() for c in re.findall(r'(?:fill|stroke)="(#[^"]+)"', svg)}


@pytest.fixture(params=["live", "static"])
def front_end(request, monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("RNNLAB_WIDGETS", raising=False)
    if request.param == "static":
        monkeypatch.setenv("RNNLAB_WIDGETS", "static")
    return request.param


# Figures


@pytest.mark.parametrize("name", FIGURES)
def test_the_committed_figure_is_what_the_code_draws(name):
    drawn = FIGURES[name]().svg()
    assert drawn == FIGURES[name]().svg()
    assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8") == drawn, "run: python assets/figures"


def test_every_committed_figure_has_its_code():
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_read(name):
    canvas = FIGURES[name]()
    root = ET.fromstring(canvas.svg())
    assert root.find(f"{SVG}title").text and root.find(f"{SVG}desc").text
    assert root.get("role") == "img" and root.get("aria-label")
    assert any("".join(text.itertext()).strip() for text in root.iter(f"{SVG}text"))
    assert not list(root.iter(f"{SVG}image"))
    assert colors(canvas.svg()) <= {c.upper() for c in palette.ALL}
    assert canvas.problems() == []
    assert len(canvas.svg()) < 50_000


def contrast(a: str, b: str) -> float:
    def light(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return np.dot(linear, (0.2126, 0.7152, 0.0722))

    bright, dark = sorted((light(a), light(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_colours_stand_out_from_the_card():
    assert contrast(palette.INK, palette.CARD) > 7 and contrast(palette.MUTED, palette.CARD) > 4.5
    assert all(contrast(c, palette.CARD) > 3 for c in (palette.W_XH, palette.W_HH, palette.W_HY))


def test_overlapping_and_overflowing_labels_are_noticed():
    canvas = Canvas(100, 60, "t")
    canvas.label(50, 30, "h_{t-1}")
    canvas.label(54, 32, "W_{hh}")
    canvas.label(95, 50, "outside")
    assert len(canvas.problems()) == 2


def test_labels_are_text_with_real_subscripts():
    parts = richtext.runs("h_{t-1}", "math")
    assert [(r.text, r.italic, r.place) for r in parts] == [("h", True, ""), ("t", True, "_"), ("\u22121", False, "_")]
    assert "tanh" in richtext.tspans("tanh", 12, "math") and "italic" not in richtext.tspans("tanh", 12, "math")
    assert "&lt;b&gt;" in richtext.tspans("<b>", 12)


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5"), (-1, "\u22121"), (-0.001, "0"), (10, "10"), (0.456, "0.46")])
def test_numbers_in_cells_are_short(value, text):
    assert number(value) == text


# Widgets


@pytest.mark.parametrize("make", [unroll, transpose_or_reshape])
def test_a_widget_leaves_a_picture_where_nothing_runs_it(make, front_end):
    bundle = make()._repr_mimebundle_()
    assert (VIEW in bundle) == (front_end == "live")
    assert '<img src="data:image/svg+xml;base64,' in bundle["text/html"] and 'alt="' in bundle["text/html"]
    assert bundle["text/plain"]


def test_a_widget_says_what_it_lacks(monkeypatch):
    for name in ("NBGRADER_EXECUTION", "RNNLAB_WIDGETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.delitem(sys.modules, "rnnlab.widgets.live", raising=False)
    bundle = unroll()._repr_mimebundle_()
    assert VIEW not in bundle and "ipywidgets" in bundle["text/html"]


def test_controls_and_picture_move_together(front_end):
    widget = unroll()
    view = widget.live()
    picture = view.children[-1]
    before = picture.value
    widget.set(t=5)
    assert picture.value != before and "h_5 = (" in picture.value
    widget._live.inputs["cut"].value = True
    assert widget.state["cut"] and "W_hh = 0" in picture.value
    with pytest.raises(ValueError, match="no control named speed"):
        widget.set(speed=2)


def states_of(widget) -> list[dict]:
    """Every value of every control, one control at a time."""
    found = [widget.state]
    for control in widget.controls:
        if hasattr(control, "low"):
            values = range(control.low, control.high + 1)
        else:
            values = [v for _label, v in getattr(control, "options", ((0, True), (0, False)))]
        found += [widget.state | {control.name: value} for value in values]
    return found


@pytest.mark.parametrize("make", [unroll, transpose_or_reshape])
def test_every_frame_is_drawn_well(make):
    widget = make()
    for state in states_of(widget):
        canvas = widget.draw(state)
        ET.fromstring(canvas.svg())
        assert canvas.problems() == [], state
        assert colors(canvas.svg()) <= {c.upper() for c in palette.ALL}


def test_unroll_computes_what_torch_computes():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, W_xh, W_hh, b = rng.normal(size=(5, 2)), rng.normal(size=(3, 2)), rng.normal(size=(3, 3)), rng.normal(size=3)
    rnn = torch.nn.RNN(2, 3, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        for parameter, value in zip(rnn.parameters(), (W_xh, W_hh, b, 0 * b), strict=True):
            parameter.copy_(torch.from_numpy(value))
        expected = rnn(torch.from_numpy(x)[None])[0][0].numpy()
    widget = unroll(torch.from_numpy(x), W_xh.tolist(), W_hh, b)
    np.testing.assert_allclose(widget.states("x", cut=False)[1:], expected)
    np.testing.assert_allclose(widget.states("x", cut=True)[1:], np.tanh(x @ W_xh.T + b))


def test_without_recurrent_weights_the_past_is_gone():
    widget = unroll()
    one, other = (widget.states(s, cut=True)[-1] for s in list(widget.sequences)[-2:])
    np.testing.assert_array_equal(one, other)
    one, other = (widget.states(s, cut=False)[-1] for s in list(widget.sequences)[-2:])
    assert np.abs(one - other).max() > 0.2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"x": [1, 2]}, r"x has shape \(2,\); it must be \(T, D\)"),
        ({"x": np.ones((2, 3, 4))}, "one sequence and no batch"),
        ({"x": np.ones((3, 2)), "W_xh": np.ones((3, 3))}, "x says that D is 2, and W_xh that it is 3"),
        ({"W_hh": np.ones((2, 3))}, r"W_hh has shape \(2, 3\); it must be square"),
        ({"b": "a"}, "b is not an array of numbers"),
        ({"b": [np.nan]}, "NaN"),
        ({"x": np.ones((40, 2))}, "room for 12"),
        ({"W_xh": np.ones((2, 5))}, "for the letters"),
    ],
)
def test_unroll_says_what_is_wrong_with_its_arguments(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        unroll(**arguments)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (12, 8, 8), (2, 1, 8), (12, 8, 1)])
def test_unroll_takes_arrays_of_other_sizes(sizes):
    T, D, H = sizes
    rng = np.random.default_rng(1)
    widget = unroll(rng.normal(size=(T, D)), rng.normal(size=(H, D)), rng.normal(size=(H, H)), rng.normal(size=H))
    assert all(widget.draw(state).problems() == [] for state in states_of(widget))


# Plots


def test_rnnlab_is_light_to_import():
    code = "import sys, rnnlab, rnnlab.widgets, rnnlab.plots; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "matplotlib", "ipywidgets", "IPython"} & set(loaded)


def test_a_plot_of_ranges_is_small(tmp_path):
    mpl = pytest.importorskip("matplotlib")
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    with mpl.rc_context():
        plots.style()
        figure, (left, right) = plt.subplots(1, 2)
        line = plots.ranges(left, [1, 2, 4], [[0, 1, 2], [2, 3, 4], [1, np.nan, 9]], "RNN")
        plots.heat(right, [[0.5, -1]], numbers=True)
        figure.savefig(tmp_path / "plot.png")
        plt.close(figure)
    np.testing.assert_array_equal(line.get_ydata(), [1, 2, 4])
    assert (tmp_path / "plot.png").stat().st_size < 50_000
    with pytest.raises(ValueError, match="one row is one seed"):
        plots.ranges(left, [1, 2], [[1, 2, 3]])
