"""Lesson 04: changes to a right answer that leave it right, each with the reason."""

EQUIVALENT = {
    "gradient_angle": {
        "arguments swapped: return np.degrees(np.arccos(np.clip(-1, cosine, 1)))": (
            "the larger of -1 and the cosine, and the smaller of that and 1: the same"
        ),
    },
}
