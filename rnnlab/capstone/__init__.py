"""What the capstone needs: a text in three parts, a budget, a file to hand in, and counts to be compared with."""

from rnnlab.capstone.budget import Budget
from rnnlab.capstone.counts import count_bits
from rnnlab.capstone.files import HandedIn, load, readable, save
from rnnlab.capstone.texts import Corpus, prepare
from rnnlab.capstone.writing import costs, states, step, write

__all__ = [
    "Budget",
    "Corpus",
    "HandedIn",
    "costs",
    "count_bits",
    "load",
    "prepare",
    "readable",
    "save",
    "states",
    "step",
    "write",
]
