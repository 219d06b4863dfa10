"""Lesson 07: changes to a right answer that leave it right, each with the reason."""

CENTRED = "the columns of the centred units sum to zero, so a constant added to the label drops out of the product"
VECTOR = "w is a vector: it has no other way round"
WEIGHTS = "w = np.linalg.solve(centred.T @ centred + alpha * np.eye(h.shape[1]), centred.T @ "

EQUIVALENT = {
    "quote_mask": {
        "argument gone: mask = np.zeros(len(text))": "a mask of zeros and ones is taken as one of True and False",
    },
    "best_unit": {
        "call gone: unit = np.argmax(np.abs(first))": "a whole number of NumPy's in place of one of Python's",
        "call gone: return (unit, np.sign(first[unit]) * second)": "a number of NumPy's in place of one of Python's",
    },
    "linear_probe": {
        f"right transposed: {WEIGHTS}(y - y_mean).T)": VECTOR,
        f"operator: {WEIGHTS}(y + y_mean))": CENTRED,
        f"left only: {WEIGHTS}y)": CENTRED,
        "turned: return (w, y_mean - w @ h_mean)": VECTOR,
        "right transposed: return (w, y_mean - h_mean @ w.T)": VECTOR,
    },
}
