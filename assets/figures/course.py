"""The map of the course. The build draws it too, since it follows from the registry and the lessons' openings."""

from __future__ import annotations

from autograder.build.course_map import NAME, course_map

FIGURES = {NAME: course_map}
