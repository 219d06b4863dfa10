"""Lesson 02: changes to right answers that leave them right."""

EQUIVALENT = {
    "greedy_decode": {
        "backwards: for _ in reversed(range(len(truth))):": "the steps are counted, and their number is not used",
        "call gone: return ids": "a list of whole numbers is as good as an array of them",
        "call gone: last = np.argmax(h @ W_hy.T + b_y)": "NumPy's whole numbers are as good as Python's",
    },
}
