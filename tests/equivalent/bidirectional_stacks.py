"""Lesson 08: changes to a right answer that leave it right, each with the reason."""

LIST = "a list of arrays of one shape is taken as the array"
PACKED = "a packed sequence has no axis for the batch, so batch_first says nothing about it"
ORDER = "the changes are tried in another order"
NOTHING = "before step 0 there is no output, so nothing is compared"
ANY = "any change of the future will do"
SYMMETRIC = "the tolerance is the same to within itself, whichever of the two stands first"

EQUIVALENT = {
    "bidirectional": {"call gone: return (h, [ahead[np.arange(N), lengths - 1], back[:, 0]])": LIST},
    "stacked": {"call gone: return (h, last)": LIST},
    "bidirectional_lstm": {
        "call gone: return (h, hidden, np.stack(cells))": LIST,
        "call gone: return (h, np.stack(hidden), cells)": LIST,
    },
    "leaks_future": {
        "backwards: for t in reversed(range(1, x.shape[1])):": ORDER,
        "constant: for t in range(0, x.shape[1]):": NOTHING,
        "constant: other[:, t:] += 2.0": ANY,
        "arguments swapped: if not np.allclose(model(other)[:, :t], before[:, :t]):": SYMMETRIC,
    },
    "Tagger": {"argument gone: self.rnn = nn.RNN(32, H, bidirectional=bidirectional)": PACKED},
}
