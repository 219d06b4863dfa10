"""Reference answers in NumPy."""
