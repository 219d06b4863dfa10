"""How the lessons' plots look, and the one kind of plot that comes back in every lesson: a range over seeds.

matplotlib is imported on first use. Plots are PNG on a light card: JupyterLab shows SVG outputs only in notebooks that
it trusts, which a fresh clone is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnlab import palette


def style() -> None:
    """Set the look of all plots that follow. Call once, at the top of a notebook."""
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(
        {
            "figure.figsize": (6.4, 3.0),
            "figure.dpi": 110,
            "savefig.dpi": 110,
            "figure.facecolor": palette.CARD,
            "savefig.facecolor": palette.CARD,
            "figure.constrained_layout.use": True,
            "axes.facecolor": palette.CARD,
            "axes.edgecolor": palette.LINE,
            "axes.labelcolor": palette.INK,
            "axes.titlecolor": palette.INK,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(color=palette.SERIES),
            "grid.color": palette.FAINT,
            "text.color": palette.INK,
            "xtick.color": palette.MUTED,
            "ytick.color": palette.MUTED,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "font.size": 10,
        }
    )
    _save_as_png()


def _save_as_png() -> None:
    """In a notebook: small PNG pictures with their background, whatever was set before."""
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if get_ipython() is not None:
        set_matplotlib_formats("png", bbox_inches=None)


def ranges(ax: Any, xs: Sequence[float], runs: Any, label: str = "", color: str | None = None) -> Any:
    """Draw the median of several runs as a line and all that they reached as a band around it.

    ``runs`` has a row for each seed and a column for each of ``xs``. Missing values are NaN. Returns the line.
    """
    runs = np.atleast_2d(np.asarray(runs, dtype=float))
    if runs.shape[1] != len(xs):
        raise ValueError(f"runs has {runs.shape[1]} columns for {len(xs)} values of x: one row is one seed.")
    (line,) = ax.plot(xs, np.nanmedian(runs, axis=0), label=label or None, color=color, marker="o", markersize=3.5)
    ax.fill_between(xs, np.nanmin(runs, axis=0), np.nanmax(runs, axis=0), color=line.get_color(), alpha=0.18, lw=0)
    return line


def heat(ax: Any, values: Any, limit: float | None = None, numbers: bool = False) -> Any:
    """Draw a matrix in the colours of the figures: orange above zero, purple below, white at zero."""
    from matplotlib.colors import LinearSegmentedColormap

    values = np.asarray(values, dtype=float)
    limit = limit or float(np.nanmax(np.abs(values))) or 1.0
    colors = LinearSegmentedColormap.from_list("rnnlab", (palette.NEGATIVE, palette.WHITE, palette.POSITIVE))
    image = ax.imshow(values, cmap=colors, vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    ax.grid(False)
    for size, place in zip(values.shape[::-1], (ax.set_xticks, ax.set_yticks), strict=True):
        place(range(0, size, 1 + size // 13))
    if numbers:
        for (i, j), value in np.ndenumerate(values):
            ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=8, color=palette.INK)
    return image
