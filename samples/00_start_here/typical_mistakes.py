# Runs, and makes the mistakes that the lesson is about.

# %% exercise="affine"
def affine(x, W, b):
    """x (N,D), W (H,D), b (H) -> (N,H)"""
    return x @ W + b


# %% exercise="time_major"
def time_major(x):
    """x (N,T,D) -> (T,N,D)"""
    N, T, D = x.shape
    return x.reshape(T, N, D)


# %% [markdown] question="mixed_sequences"
r"""
The network sees the sequences in the wrong order. A test of the shape would have found it.
"""
