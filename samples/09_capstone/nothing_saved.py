# Everything is written, and the file was not handed in.

# %% exercise="my_text"
def my_text():
    """my_text() -> str"""
    return prose()[:10_000]


# %% exercise="my_model"
def my_model():
    """my_model() -> what load gives"""
    return load("capstone.npz")
