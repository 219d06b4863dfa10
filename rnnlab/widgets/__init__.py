"""Widgets that answer one question each, and leave a static picture where nothing runs them: a module for each."""
