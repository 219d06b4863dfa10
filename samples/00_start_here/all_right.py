# All right, and in every answer another way than the solution's.

# %% exercise="affine"
def affine(x, W, b):
    """x (N,D), W (H,D), b (H) -> (N,H)"""
    return np.einsum("nd,hd->nh", x, W) + b


# %%
x, W, b = inputs("affine", "values")
affine(x, W, b).shape


# %% exercise="time_major"
def time_major(x):
    """x (N,T,D) -> (T,N,D)"""
    return np.stack([x[:, t] for t in range(x.shape[1])])


# %% [markdown] question="mixed_sequences"
r"""
One column of the reshaped array holds steps of different sequences, so what the network takes for one sequence is a
patchwork, and the order in time is lost. It can only learn which inputs are frequent. I would send
`x[n, t] = 10 * n + t` with 2 sequences of 3 steps through the conversion and look whether `out[t, n]` is `x[n, t]`.
"""
