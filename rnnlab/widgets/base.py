"""What all widgets share: controls above a picture that our own kit draws, and a static picture in the same output.

A widget says which controls it has and draws a `Canvas` from their values; it knows nothing of ipywidgets. Its output
carries the live view and a picture side by side: a front end that cannot run the one shows the other.

``RNNLAB_WIDGETS=static`` in the environment leaves only the picture, for notebooks that are executed to be read: a
live view that is saved without its kernel shows an error in JupyterLab, and its random ids change with every run.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from rnnlab.messages import _
from rnnlab.svg import Canvas

VIEW = "application/vnd.jupyter.widget-view+json"
State = Mapping[str, Any]


@dataclass(frozen=True)
class Slider:
    """A whole number from ``low`` to ``high``; with ``plays`` also a button that walks through them."""

    name: str
    label: str
    low: int
    high: int
    start: int
    plays: bool = False


@dataclass(frozen=True)
class Choice:
    """One of a few options, each a pair of what is shown and what it stands for."""

    name: str
    label: str
    options: tuple[tuple[str, Any], ...]
    start: Any


@dataclass(frozen=True)
class Switch:
    """Something that is on or off."""

    name: str
    label: str
    start: bool = False


@dataclass(frozen=True)
class Typed:
    """A text that a reader types."""

    name: str
    label: str
    start: str


class Widget:
    """Base of all widgets: give it ``controls`` and a ``draw(state)``. ``state`` has a value for every control."""

    controls: tuple[Slider | Choice | Switch | Typed, ...] = ()

    def __init__(self) -> None:
        self.state: dict[str, Any] = {control.name: control.start for control in self.controls}
        self._live: Any = None

    def draw(self, state: State) -> Canvas:
        """The picture for these values of the controls."""
        raise NotImplementedError

    def set(self, **values: Any) -> None:
        """Change the values of controls, as a reader does by hand."""
        unknown = set(values) - set(self.state)
        if unknown:
            raise ValueError(_("This widget has no control named {name}.").format(name=sorted(unknown)[0]))
        self.state |= values
        if self._live is not None:
            self._live.show(self.state)

    def live(self) -> Any:
        """The ipywidgets view of this widget, made once. Raises ImportError where ipywidgets is missing."""
        if self._live is None:
            from rnnlab.widgets.live import Live

            self._live = Live(self)
        return self._live.view

    def static(self, note: str = "") -> str:
        """The picture as HTML that every front end shows, also in a notebook that is not trusted."""
        canvas = self.draw(self.state)
        data = base64.b64encode(canvas.svg().encode()).decode()
        spoken = escape(f"{canvas.title}. {canvas.about}", quote=True)
        below = f"<p>{escape(note)}</p>" if note else ""
        return f'<img src="data:image/svg+xml;base64,{data}" width="{canvas.width}" alt="{spoken}">{below}'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        canvas, view, note = self.draw(self.state), {}, ""
        if not _only_static():
            try:
                view = {VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.live().model_id}}
            except ImportError:
                note = _("This picture moves where the package ipywidgets is installed.")
        return {**view, "text/html": self.static(note), "text/plain": f"{canvas.title}. {canvas.about}"}


def _only_static() -> bool:
    return os.environ.get("RNNLAB_WIDGETS") == "static" or bool(os.environ.get("NBGRADER_EXECUTION"))
