# Four exercises done, of which one is wrong, a fifth left with an error in it, the rest untouched.

# %% exercise="rnn_step"
def rnn_step(x, h, W_xh, W_hh, b):
    """x (N,D), h (N,H), W_xh (H,D), W_hh (H,H), b (H) -> (N,H)"""
    new = []
    for x_n, h_n in zip(x, h):
        new.append(np.tanh(W_xh @ x_n + W_hh @ h_n + b))
    return np.array(new)


# %% exercise="fuse_weights"
def fuse_weights(W_xh, W_hh):
    """W_xh (H,D), W_hh (H,H) -> (H,D+H)"""
    return np.c_[W_xh, W_hh]


# %% exercise="rnn_forward"
def rnn_forward(x, h0, W_xh, W_hh, b):
    """x (N,T,D), h0 (N,H), W_xh (H,D), W_hh (H,H), b (H) -> h (N,T,H), h_T (N,H)"""
    h = []
    for t in range(x.shape[1]):
        h.append(rnn_step(x[:, t], h0, W_xh, W_hh, b))
    h = np.stack(h, axis=1)
    return h, h[:, -1]


# %% exercise="readout"
def readout(h, W_hy, b_y):
    """h (N,T,H), W_hy (O,H), b_y (O) -> (N,T,O)"""
    return np.einsum("nth,oh->nto", h, W_hy) + b_y


# %% exercise="sigmoid"
def sigmoid(z):
    """z (...,C) -> (...,C)"""
    return 1 / (1 + exp(-z))
