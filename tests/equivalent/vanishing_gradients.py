"""Lesson 05: changes to a right answer that leave it right, each with the reason."""

EQUIVALENT = {
    "sigmoid_grad": {
        "sign: s = 1 / (1 + np.exp(z))": "this s is 1 - s, and s (1 - s) is the same for both",
    },
    "gradient_norm_by_lag": {
        "constant: return grad.norm(dim=2).mean(dim=0).flip(-1)": "there is one axis left, the first and the last",
    },
    "clip_by_norm": {
        "comparison: factor = limit / length if length >= limit else 1.0": "where they are equal, the factor is 1",
    },
    "clip_by_value": {
        "arguments swapped: return np.clip(-limit, g, limit)": (
            "the larger of g and -limit, and the smaller of that and limit: the same"
        ),
    },
    "orthogonal": {
        "operator: Q = Q / np.sign(np.diag(R))": "dividing by 1 or -1 is multiplying by it",
    },
}
