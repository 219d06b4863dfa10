"""The moving side of a widget: ipywidgets controls that redraw the picture."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from rnnlab.messages import _
from rnnlab.widgets.base import Choice, Slider, Switch, Typed, Widget

PLAY_MS = 900
LABEL = "32px"


class Live:
    """Controls and picture of one widget, joined. ``view`` is what is shown."""

    def __init__(self, widget: Widget) -> None:
        self.widget = widget
        self.picture = w.HTML(layout=w.Layout(width="100%", margin="4px 0 0 0"))
        self.inputs: dict[str, Any] = {}
        rows = [w.HBox(row, layout=w.Layout(align_items="center", flex_flow="row wrap")) for row in self._rows()]
        for name, control in self.inputs.items():
            control.observe(lambda change, name=name: self._moved(name, change["new"]), "value")
        self._redraw()
        self.view = w.VBox([*rows, self.picture])

    def show(self, state: dict[str, Any]) -> None:
        """Move the controls to these values; the picture follows."""
        for name, value in state.items():
            self.inputs[name].value = value
        self._redraw()

    def _moved(self, name: str, value: Any) -> None:
        self.widget.state[name] = value
        self._redraw()

    def _redraw(self) -> None:
        self.picture.value = self.widget.draw(self.widget.state).svg()

    def _rows(self) -> list[list[Any]]:
        """A row for each control; a switch stands at the end of the row before it."""
        rows: list[list[Any]] = []
        for control in self.widget.controls:
            if isinstance(control, Switch) and rows:
                rows[-1] += self._control(control)
            else:
                rows.append(self._control(control))
        return rows

    def _control(self, control: Slider | Choice | Switch | Typed) -> list[Any]:
        if isinstance(control, Slider):
            return self._slider(control)
        if isinstance(control, Choice):
            return self._choice(control)
        if isinstance(control, Typed):
            return self._field(control)
        made = w.Checkbox(value=control.start, description=control.label, indent=False)
        made.layout = w.Layout(margin="0 0 0 24px", width="auto")
        self.inputs[control.name] = made
        return [made]

    def _choice(self, control: Choice) -> list[Any]:
        label = w.Label(
            control.label, layout=w.Layout(width=LABEL, justify_content="flex-end", margin="2px 8px 2px 2px")
        )
        style = {"button_width": "max-content"}
        buttons = w.ToggleButtons(options=control.options, value=control.start, style=style)
        self.inputs[control.name] = buttons
        return [label, buttons]

    def _field(self, control: Typed) -> list[Any]:
        field = w.Textarea(value=control.start, layout=w.Layout(width="640px", height="110px"))
        field.style = {"font_family": "monospace"}
        self.inputs[control.name] = field
        return [w.Label(control.label, layout=w.Layout(width=LABEL, justify_content="flex-end")), field]

    def _slider(self, control: Slider) -> list[Any]:
        slider = w.IntSlider(
            value=control.start,
            min=control.low,
            max=control.high,
            description=control.label,
            style={"description_width": LABEL},
            layout=w.Layout(width="380px"),
        )
        self.inputs[control.name] = slider
        if not control.plays:
            return [slider]
        play = w.Play(value=control.start, min=control.low, max=control.high, interval=PLAY_MS, show_repeat=True)
        play.tooltip = _("Play")
        w.jslink((play, "value"), (slider, "value"))
        return [slider, play]
