"""Lesson 01: changes to right answers that leave them right."""

START = "any starting weights will do: the check fills in its own"

EQUIVALENT = {
    "VanillaRNN": {
        "left only: s = H": START,
        "sign: s = H ** 0.5": START,
        "constant: s = H ** (-1.5)": START,
        "constant: s = H ** (--0.5)": START,
        "sign: self.W_xh = torch.nn.Parameter(torch.empty(H, D).uniform_(s, s))": START,
        "sign: self.W_hh = torch.nn.Parameter(torch.empty(H, H).uniform_(s, s))": START,
        "sign: self.b = torch.nn.Parameter(torch.empty(H).uniform_(s, s))": START,
    },
}
