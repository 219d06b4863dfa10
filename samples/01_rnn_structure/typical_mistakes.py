# Runs, and makes one well-known mistake in each exercise but the third, which is right given the first.

# %% exercise="rnn_step"
def rnn_step(x, h, W_xh, W_hh, b):
    """x (N,D), h (N,H), W_xh (H,D), W_hh (H,H), b (H) -> (N,H)"""
    return np.tanh(x @ W_xh.T + h @ W_hh + b)


# %% exercise="fuse_weights"
def fuse_weights(W_xh, W_hh):
    """W_xh (H,D), W_hh (H,H) -> (H,D+H)"""
    return np.hstack([W_hh, W_xh])


# %% exercise="rnn_forward"
def rnn_forward(x, h0, W_xh, W_hh, b):
    """x (N,T,D), h0 (N,H), W_xh (H,D), W_hh (H,H), b (H) -> h (N,T,H), h_T (N,H)"""
    h = h0
    all_states = []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t, :], h, W_xh, W_hh, b)
        all_states.append(h)
    return np.stack(all_states, 1), h


# %% exercise="readout"
def readout(h, W_hy, b_y):
    """h (N,T,H), W_hy (O,H), b_y (O) -> (N,T,O)"""
    return h @ W_hy + b_y


# %% exercise="sigmoid"
def sigmoid(z):
    """z (...,C) -> (...,C)"""
    return np.exp(z) / (1 + np.exp(z))


# %% exercise="softmax"
def softmax(z):
    """z (...,C) -> (...,C)"""
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


# %% exercise="count_parameters"
def count_parameters(D, H, O):
    """D int, H int, O int -> int"""
    return H * D + H + H * H + H + O * H + O


# %% exercise="VanillaRNN"
class VanillaRNN(torch.nn.Module):
    """VanillaRNN(D, H), then module(x (N,T,D), h0 (N,H)) -> h (N,T,H), h_T (N,H)"""

    def __init__(self, D, H):
        super().__init__()
        self.W_xh = torch.nn.Parameter(torch.randn(H, D))
        self.W_hh = torch.nn.Parameter(torch.randn(H, H))
        self.b = torch.nn.Parameter(torch.zeros(H))

    def forward(self, x, h0):
        h = h0
        states = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.W_xh.T + h @ self.W_hh + self.b)
            states.append(h)
        return torch.stack(states, dim=1), h


# %% [markdown] question="why_share"
r"""
They have many more parameters.
"""
