"""Draw every figure anew: ``python assets/figures`` writes the SVG files beside this one.

A figure is a function that returns a `Canvas`. Each module here is one lesson and lists its figures by file name.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import course
import readme

from rnnlab.svg import Canvas

HERE = Path(__file__).parent
FIGURES: dict[str, Callable[[], Canvas]] = readme.FIGURES | course.FIGURES
for module in sorted(HERE.glob("lesson_*.py")):
    FIGURES |= importlib.import_module(module.stem).FIGURES


def main() -> None:
    """Write the files and name what looks wrong in them."""
    for name, draw in FIGURES.items():
        canvas = draw()
        path = HERE / f"{name}.svg"
        path.write_text(canvas.svg(), encoding="utf-8")
        print(f"{name}.svg  {path.stat().st_size / 1024:.1f} KB", *canvas.problems(), sep="\n    ")


if __name__ == "__main__":
    main()
