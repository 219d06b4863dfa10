"""What the lessons use beside NumPy and torch: figures, widgets, plots. Light to import."""
