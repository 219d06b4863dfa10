"""Widgets that answer one question each, and leave a static picture where nothing runs them."""

from rnnlab.widgets.base import Choice, Slider, Switch, Widget
from rnnlab.widgets.transpose import transpose_or_reshape
from rnnlab.widgets.unroll import unroll

__all__ = ["Choice", "Slider", "Switch", "Widget", "transpose_or_reshape", "unroll"]
