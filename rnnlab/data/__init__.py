"""Data of the lessons, real and offline: each module has one call that loads it."""
