"""Lesson 06: changes to a right answer that leave it right, each with the reason."""

START = "the weights may start from any values: the check puts its own in their place"
SUM = "torch adds the two biases, so which of them is which makes no difference to the network"

EQUIVALENT = {
    "LSTM": {
        "left only: s = H": START,
        "sign: s = H ** 0.5": START,
        "constant: s = H ** (-1.5)": START,
        "constant: s = H ** (--0.5)": START,
        "sign: self.W_xh = torch.nn.Parameter(torch.empty(4 * H, D).uniform_(s, s))": START,
        "sign: self.W_hh = torch.nn.Parameter(torch.empty(4 * H, H).uniform_(s, s))": START,
    },
    "init_forget_bias": {
        "swapped: b_ih, b_hh = (b_hh.copy(), b_ih.copy())": SUM,
        "swapped: return (b_hh, b_ih)": SUM,
    },
}
