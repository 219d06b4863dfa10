# The first exercise is done, the second was begun, the question is untouched.

# %% exercise="affine"
def affine(x, W, b):
    """x (N,D), W (H,D), b (H) -> (N,H)"""
    rows = []
    for row in x:
        rows.append(W @ row + b)
    return np.array(rows)


# %%
print("it works!")


# %% exercise="time_major"
def time_major(x):
    """x (N,T,D) -> (T,N,D)"""
    np.swapaxes(x, 0, 1)
