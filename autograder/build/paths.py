"""Where the sources lie and where what is built from them goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Course:
    """The folders of a course, under one root."""

    root: Path = ROOT

    @property
    def solutions(self) -> Path:
        """Lesson sources, and the solved notebooks made from them."""
        return self.root / "solutions"

    @property
    def notebooks(self) -> Path:
        """The release for students."""
        return self.root / "notebooks"

    @property
    def figures(self) -> Path:
        """Figures drawn by code, shared by the lessons."""
        return self.root / "assets" / "figures"

    def source(self, lesson: str) -> Path:
        """The file that a lesson is written in."""
        return self.solutions / f"{lesson}.py"

    def solved(self, lesson: str) -> Path:
        """The solved notebook of a lesson."""
        return self.solutions / lesson / f"{lesson}.ipynb"

    def release(self, lesson: str) -> Path:
        """The student's notebook of a lesson."""
        return self.notebooks / lesson / f"{lesson}.ipynb"

    def name(self, path: Path) -> str:
        """A path as it is shown to people: from the root, with forward slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return str(path)
