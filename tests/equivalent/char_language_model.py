"""Lesson 03: changes to right answers that leave them right."""

LIST = "a list of ids is as good as an array of them"

EQUIVALENT = {
    "Vocabulary": {
        "call gone: return [self.ids[c] for c in text]": LIST,
        "argument gone: return np.array([self.ids[c] for c in text])": "only an empty text then has floats, and no ids",
    },
    "sample_next": {
        "call gone: return rng.choice(len(p), p=p / p.sum())": "a whole number of NumPy's is a whole number",
    },
    "generate": {"call gone: return ids": LIST},
}
