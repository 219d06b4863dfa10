# All right, and in every answer another way than the solution's.

# %%
def layer(z, W):
    """A cell of the student's own, which answers below use."""
    return z @ np.transpose(W)


# %% exercise="rnn_step"
def rnn_step(x, h, W_xh, W_hh, b):
    """x (N,D), h (N,H), W_xh (H,D), W_hh (H,H), b (H) -> (N,H)"""
    return np.tanh(layer(np.hstack([x, h]), np.hstack([W_xh, W_hh])) + b)


# %% exercise="fuse_weights"
def fuse_weights(W_xh, W_hh):
    """W_xh (H,D), W_hh (H,H) -> (H,D+H)"""
    return np.vstack([W_xh.T, W_hh.T]).T


# %% exercise="rnn_forward"
def rnn_forward(x, h0, W_xh, W_hh, b):
    """x (N,T,D), h0 (N,H), W_xh (H,D), W_hh (H,H), b (H) -> h (N,T,H), h_T (N,H)"""
    N, T, D = x.shape
    print("reading", T, "steps")
    h = np.empty((N, T + 1, len(b)))
    h[:, 0] = h0
    for t in range(T):
        h[:, t + 1] = rnn_step(x[:, t], h[:, t], W_xh, W_hh, b)
    return h[:, 1:], h[:, -1]


# %% exercise="readout"
def readout(h, W_hy, b_y):
    """h (N,T,H), W_hy (O,H), b_y (O) -> (N,T,O)"""
    N, T, H = h.shape
    return (layer(h.reshape(N * T, H), W_hy) + b_y).reshape(N, T, -1)


# %% exercise="sigmoid"
def sigmoid(z):
    """z (...,C) -> (...,C)"""
    return (1 + np.tanh(z / 2)) / 2


# %% exercise="softmax"
def softmax(z):
    """z (...,C) -> (...,C)"""
    return torch.softmax(torch.as_tensor(z, dtype=torch.float64), dim=-1)


# %% exercise="count_parameters"
def count_parameters(D, H, O):
    """D int, H int, O int -> int"""
    shapes = [(H, D), (H, H), (H,), (O, H), (O,)]
    return sum(np.prod(shape) for shape in shapes)


# %% exercise="VanillaRNN"
class VanillaRNN(torch.nn.Module):
    """VanillaRNN(D, H), then module(x (N,T,D), h0 (N,H)) -> h (N,T,H), h_T (N,H)"""

    def __init__(self, D, H):
        super().__init__()
        for name, shape in {"W_xh": (H, D), "W_hh": (H, H), "b": (H,)}.items():
            setattr(self, name, torch.nn.Parameter((2 * torch.rand(shape) - 1) / H**0.5))

    def forward(self, x, h0):
        from_inputs = torch.nn.functional.linear(x, self.W_xh, self.b)
        h = [h0]
        for step in from_inputs.unbind(dim=1):
            h.append(torch.tanh(step + torch.nn.functional.linear(h[-1], self.W_hh)))
        return torch.stack(h[1:], dim=1), h[-1]


# %% [markdown] question="why_share"
r"""
Their network cannot read word 21, because it has no weights for it, and it has to learn "not good" again for every
place in which it can occur. Late places come up in few sentences, so their weights hardly learn at all. Shared weights
learn from every place at once. Weights of their own make sense where the length is fixed and the place has a meaning,
as in a postcode: the first digit is a region and the last a street, whatever stands there.
"""
