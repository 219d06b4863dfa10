"""Rectangles: what is put on a canvas, where its sides are, whether two run into one another."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle on the canvas, and the points at the middle of its sides."""

    x: float
    y: float
    w: float
    h: float

    @property
    def center(self) -> Point:
        """The middle."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def left(self) -> Point:
        """The middle of the left side."""
        return self.x, self.y + self.h / 2

    @property
    def right(self) -> Point:
        """The middle of the right side."""
        return self.x + self.w, self.y + self.h / 2

    @property
    def top(self) -> Point:
        """The middle of the upper side."""
        return self.x + self.w / 2, self.y

    @property
    def bottom(self) -> Point:
        """The middle of the lower side."""
        return self.x + self.w / 2, self.y + self.h

    def grow(self, by: float) -> Box:
        """The same box with a margin all round."""
        return Box(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        across = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        down = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        return across > 0.5 and down > 0.5

    def inside(self, other: Box) -> bool:
        """Whether this box lies within the other."""
        return (
            self.x >= other.x
            and self.y >= other.y
            and self.x + self.w <= other.x + other.w
            and self.y + self.h <= other.y + other.h
        )
