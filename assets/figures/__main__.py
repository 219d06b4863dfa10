"""Draw every figure anew: ``python assets/figures`` writes the SVG files beside this one.

A figure is a function that returns a `Canvas`. Each module here is one lesson and lists its figures by file name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import lesson_00
import lesson_01
import lesson_02
import lesson_03
import lesson_04
import lesson_06
import readme

from rnnlab.svg import Canvas

FIGURES: dict[str, Callable[[], Canvas]] = (
    lesson_00.FIGURES
    | lesson_01.FIGURES
    | lesson_02.FIGURES
    | lesson_03.FIGURES
    | lesson_04.FIGURES
    | lesson_06.FIGURES
    | readme.FIGURES
)


def main() -> None:
    """Write the files and name what looks wrong in them."""
    for name, draw in FIGURES.items():
        canvas = draw()
        path = Path(__file__).parent / f"{name}.svg"
        path.write_text(canvas.svg(), encoding="utf-8")
        print(f"{name}.svg  {path.stat().st_size / 1024:.1f} KB", *canvas.problems(), sep="\n    ")


if __name__ == "__main__":
    main()
