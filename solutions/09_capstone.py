# %% [markdown]
r"""
# 09 · Capstone: a text and a model of your own

You bring a text. You build a network that reads it character by character, train it within two minutes of your
processor's time, and tune it. Then you hand in one small file. The judge opens it, reads the part of your text that
your model has never seen, and counts the bits.

**At the end you can**

- split a text so that a result on it means something;
- say what there is to beat before you train anything;
- spend a small budget well, and show from measurements why you spent it so;
- hand in a trained model that somebody else can run without your code;
- write a short report that a sceptical reader believes.

**Builds on** lesson 03, bits per character and sampling; lesson 06, the gated cells; lesson 07, what a unit means.
**Time** about 150 minutes. **Points** 10, and 15 more marked by a person.
"""

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np
import torch

from autograder import check, hint, inputs, progress
from rnnlab import palette, plots
from rnnlab.capstone import Budget, HandedIn, costs, count_bits, load, prepare, readable, save, states, step, write
from rnnlab.capstone.torch_models import read_off
from rnnlab.data.text import code, prose, read_text
from rnnlab.lit import lit
from rnnlab.widgets.temperature import temperature

plots.style()
torch.set_num_threads(1)  # networks as small as ours are fastest on one thread

# %% [markdown]
r"""
## The rules

![A text is cut into pieces. Eight of ten go to training, one to choosing, one is held out. Training writes a file
with weights and text; the judge opens the file and reads the held-out pieces.](figures/09_three_parts.svg)

> **Conventions.** The text is cut into pieces of 500 characters. Of every ten, one is **held out** for the judge,
> one is there **to choose** by, eight are to **train** on. Bits per character: $-\frac{1}{T}\sum_t \log_2 p(x_t
> \mid x_{<t})$, each piece read from a state of zeros; its first 50 characters are read and not counted. Batch
> first: `ids (N, T)`, logits `(N, T, V)`. A model has at most 300,000 parameters. A **budget** is seconds of the
> processor, at most 120 for the model that you hand in; experiments before it have budgets of their own.

Why three parts? You will try several models and keep the best one. Its result on the pieces by which you chose it
is too good, as in lesson 07: the best of many is partly luck. So you choose by one part, and the judge looks at
another.

What is judged is data, and not code: `save` writes weights, vocabulary and text to `capstone.npz`, and the judge
runs the network by itself, from its arrays. So it has to know its parts: one `torch.nn.Embedding` (or one-hot
vectors), one or more layers of `torch.nn.RNN`, `GRU` or `LSTM` (or your cells of lessons 01 and 06, with `W_xh`,
`W_hh`, `b` and gates in the order i, f, g, o), and a `torch.nn.Linear`. **Hand in that file together with this
notebook**, in the same folder, and the file of your text, if you read one. The seconds in it are what your `Budget`
counted: there you are trusted, and not to train on the held-out part, too. (A model that knows it by heart is
noticed, and judged on its words in another order.)

## 1 · Bring a text

### Exercise: `my_text`

Write `my_text()`. It returns your text, a `str` of at least 20,000 characters; 100,000 to 300,000 are a good size,
and of more than 400,000 the first are taken. Whatever you would like to see continued: a novel, song texts,
recipes, chess games, your own code. Put a file beside the notebook, `return read_text("my_text.txt")`; or take
`prose()` (English about Python) or `code()` (Python itself), which every Python has with it.

- A text that repeats itself is refused: its held-out part would stand in the training part, too. One in which
  hardly anything can be foreseen (random numbers, a genome) is taken, but leaves no room below the counts, and so
  earns few of the points in section 5.
- At most 255 different characters are told apart. For Korean, `unicodedata.normalize("NFD", text)` takes syllables
  apart.
- Bring nothing that is private: the text is stored in the file that you hand in. Give the file by its name alone
  (`"my_text.txt"`, not a path of your computer): in grading it lies beside the notebook, if you hand it in.
"""


# %% exercise="my_text"
def my_text():
    """my_text() -> str

    A text of your own choice, of at least 20,000 characters.
    """
    ### BEGIN SOLUTION
    return prose()
    ### END SOLUTION


# %% tags=["demo"]
corpus = prepare(my_text())
parts = {"to train on": corpus.train.size, "to choose by": corpus.choose.size, "held out": corpus.held.size}
print(f"{corpus.ids.size:,} characters, {corpus.V} different ones;", ", ".join(f"{n:,} {p}" for p, n in parts.items()))
print()
print(corpus.decode(corpus.train[:300]))

# %% [markdown]
r"""
## 2 · What there is to beat

Before you train anything: what does *counting* give? Count what follows each group of characters in the training
part. Groups that are rare lean on shorter ones. (That is lesson 03's bigram, taken further.)

**Predict first.** With how many characters of context do counts predict best? And will a network with two minutes of
training be better than that?
"""

# %%
my_prediction = "?"  # characters of context: ...; the network is better: yes or no

# %% tags=["demo"]
sizes = (1, 2, 3, 4, 5, 6, 8)
counted = [count_bits(corpus.train, corpus.choose, n, corpus.V) for n in sizes]
print("you predicted:", my_prediction)
print(f"all {corpus.V} alike            {np.log2(corpus.V):.2f} bits per character")
for n, bits in zip(sizes, counted, strict=True):
    print(f"counts of groups of {n}     {bits:.2f}")
pairs = counted[1]

# %% [markdown]
r"""
Counting is a strong opponent when the text is large and says the same things often. But look at what it has to
store: every group that it ever saw. The points below compare your model with counts of **pairs**, and with what
small networks of ours reached; whether you also beat the best counts is a question for your report.

## 3 · Build

### Exercise: `build`

Write `build(V)`. It returns a new torch model for V characters: `model(ids)` gives logits `(N, T, V)` and a state,
and takes the state as a second argument, `model(ids, h)`. Which cell, how many units, how many layers is your
choice; you will come back to it.

- At most 300,000 parameters. One direction only. Dropout is welcome.
- What is not in the list of parts above is refused, with a sentence.
- Cells that train or draw are left out in grading. So a class that `build` makes stands in the cell of `build`, or in
  a new one of yours, and not where you train.
"""


# %% exercise="build"
def build(V):
    """build(V) -> torch model: ids (N,T) -> logits (N,T,V), h

    A character model of your own choice, before training.
    """

    ### BEGIN SOLUTION
    class CharModel(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(V, 32)
            self.cell = torch.nn.GRU(32, 128, batch_first=True)
            self.readout = torch.nn.Linear(128, V)

        def forward(self, ids, h=None):
            states, h = self.cell(self.embedding(ids), h)
            return self.readout(states), h

    return CharModel()
    ### END SOLUTION


# %% [markdown]
r"""
## 4 · Train, and find out what helps

Here is a training loop, with all that the course has found useful: streams that go on from one batch to the next
(lesson 03), a state that is cut off from its history (lesson 04), clipped gradients (lesson 05). Change it as you
like. `Budget` runs it until its seconds are used up, calls `watch` ten times on the way (which does not count), and
keeps the curve. The stop button ends it cleanly, too: what was learnt stays.
"""


# %%
def batches(ids, N, T):
    """x (N,T), y (N,T), and whether they go on from the ones before; without end."""
    length = len(ids) // N
    if length <= T:
        raise ValueError(f"{N} streams of {length} characters are too short for steps of {T}: smaller N or T")
    rows = torch.tensor(ids[: N * length]).reshape(N, length)
    while True:
        for t in range(0, length - T, T):
            yield rows[:, t : t + T], rows[:, t + 1 : t + T + 1], t > 0


def cut_off(h):
    """A state without its history; an LSTM's is a pair, and several layers may have several."""
    return tuple(cut_off(part) for part in h) if isinstance(h, (tuple, list)) else h.detach()


def train(model, corpus, budget, lr=5e-3, N=32, T=64, clip=1.0, show=False):
    """Train within a budget; the learning rate falls to a twentieth on the way."""
    if show:
        readable(model, corpus)  # what the judge would refuse is not to cost two minutes first
    optimizer, stream, h = torch.optim.Adam(model.parameters(), lr), batches(corpus.train, N, T), None

    def one_step():
        nonlocal h
        x, y, goes_on = next(stream)
        for group in optimizer.param_groups:
            group["lr"] = lr * (1 - 0.95 * budget.part)
        logits, h = model(x, h if goes_on else None)
        h = cut_off(h)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        return loss.item()

    watch = (lambda: read_off(model, corpus.V).bits(corpus.choose)) if show else None  # takes time, so not always
    return budget.run(one_step, watch, show)


# %% [markdown]
r"""
Tuning is a series of small comparisons in which **one thing changes**, with more than one seed, on the part that is
there to choose by. A few seconds each are enough to throw out what is hopeless. But beware: what learns fastest is
not always what is best in the end.

**Predict first.** Three seconds for each: a tanh RNN with 64 units, a GRU and an LSTM with 128. Which one is ahead?
"""

# %%
my_prediction = "?"  # RNN, GRU or LSTM


# %%
def network(cell, H, V, E=32):
    """A small model for comparisons."""
    model = torch.nn.Module()
    model.embedding, model.cell = torch.nn.Embedding(V, E), getattr(torch.nn, cell)(E, H, batch_first=True)
    model.readout = torch.nn.Linear(H, V)

    def forward(ids, h=None):
        states, h = model.cell(model.embedding(ids), h)
        return model.readout(states), h

    model.forward = forward
    return model


def tried(seconds=3, seeds=(0, 1), cell="GRU", H=128, **how):
    """Bits per character on the part to choose by, for each seed, and the steps that the seconds allowed."""
    found, steps = [], []
    for seed in seeds:
        torch.manual_seed(seed)
        model = network(cell, H, corpus.V)
        steps.append(train(model, corpus, Budget(seconds), **how).steps)
        found.append(read_off(model, corpus.V).bits(corpus.choose))
    return f"{min(found):.2f} to {max(found):.2f} bits, {min(steps)} to {max(steps)} steps"


# %% tags=["demo"]
print("you predicted:", my_prediction)
short = {}
for cell, H in (("RNN", 64), ("GRU", 128), ("LSTM", 128)):
    short[cell] = tried(cell=cell, H=H)
    print(f"{cell:4} {H:4} units   {short[cell]}")

# %% [markdown]
r"""
In three seconds the small one takes several times as many steps, and at first it is steps that count: on a slow
machine it is well ahead, on a fast one the gated cells have begun to come past it. So how large a model should be
depends on the budget, and on the machine; a table with three seconds says little about two minutes.

And the learning rate? **Predict first.** By how much does it matter, compared with the kind of cell: less, about as
much, or more?
"""

# %%
my_prediction = "?"  # less, as much, or more

# %% tags=["demo"]
print("you predicted:", my_prediction)
print(f"3 seconds, rate 0.005  {short['GRU']} (the GRU above)")
for lr in (0.02, 0.05):
    print(f"3 seconds, rate {lr:<5g}  {tried(lr=lr)}")
for lr in (0.02, 0.05):
    print(f"6 seconds, rate {lr:<5g}  {tried(seconds=6, seeds=(0,), lr=lr)}")

# %% [markdown]
r"""
At least as much. So look for the rate first, in steps of three or four, for the model that you mean to train: it is
the cheapest gain there is. A rate that leads after three seconds need not lead after sixty, since large steps come
far quickly and may not settle. So narrow the field with short runs, and compare the two that are left with runs as
long as you can afford. (The runs of six seconds above have one seed each: enough for a suspicion, and not for a claim.)

When the course was made, the three models were trained longer, with the rate 0.005, on two texts and with five
seeds each (on a busy machine: a quiet one takes more steps). Bits per character on the *held-out* part, and the
same as a share of what counts of pairs need there:

| | budget | prose | code |
|---|---|---|---|
| counts of pairs | | 3.50 | 3.37 |
| tanh RNN, 64 units | 10 s | 2.35 to 2.41, 67 to 69 % | 2.40 to 2.45, 71 to 73 % |
| GRU, 128 units | 20 s | 2.03 to 2.12, 58 to 61 % | 2.08 to 2.18, 62 to 65 % |
| LSTM, 128 units | 20 s | 2.10 to 2.22, 60 to 63 % | 2.07 to 2.16, 61 to 64 % |
| counts of six | | 1.75 | 1.75 |

The levels by which points are given come from this table: the worst run of each kind, and a margin. They are 74 %,
67 % and 66 % of what counts of pairs need on *your* text. Between GRU and LSTM there is nothing to choose here: the
ranges overlap.

## 5 · The model that you hand in

Now yours: change `build`, the budget (at most 120 seconds), and what `train` is given. The cell saves at its end,
also when you stop it early. What counts is the last file.
"""

# %% tags=["demo"]
torch.manual_seed(0)
model, budget = build(corpus.V), Budget(30)
train(model, corpus, budget, show=True)
save(model, corpus, budget)

# %% tags=["demo"]
seconds, losses, chosen = np.array(budget.curve, dtype=float).T
fig, ax = plt.subplots(figsize=(6.4, 2.8))
ax.plot(seconds, losses / np.log(2), color=palette.SKY, label="training, as it goes")
ax.plot(seconds, chosen, color=palette.ORANGE, label="the part to choose by")
for bits, name, x, side in ((pairs, "pairs", seconds[-1], "right"), (min(counted), "best", seconds[0], "left")):
    ax.axhline(bits, color=palette.MUTED, ls=":", lw=1)
    ax.text(x, bits, f"counts: {name}", va="bottom", ha=side, fontsize=8, color=palette.MUTED)
ax.set(xlabel="seconds of the processor", ylabel="bits per character")
ax.legend(loc="center right")
plt.show()
print(f"to choose by: {chosen[-1]:.2f} bits per character; counts of pairs {pairs:.2f}, the best {min(counted):.2f}")

# %% [markdown]
r"""
Read the two curves. Both still falling: more time, or faster steps, would help. The first falls and the second does
not: the model learns its text by heart; fewer units or some dropout. Both flat, and high: more units, another rate.

### Exercise: `my_model`

Write `my_model()`. It returns what `load` reads from the file that you saved. It trains nothing. Each row of the
check is a level; those that you do not reach say how far you are. (In grading, the file lies beside the notebook,
as it does here.)
"""


# %% exercise="my_model"
def my_model():
    """my_model() -> what load gives

    Your trained model, as it was saved.
    """
    ### BEGIN SOLUTION
    return load("capstone.npz")
    ### END SOLUTION


# %% [markdown]
r"""
## 6 · Look at it

What does each character cost your model? Orange is dear. On a piece that it was not trained on:
"""

# %% tags=["demo"]
mine = my_model()
piece = corpus.decode(corpus.choose[0])
lines = "\n".join(piece[i : i + 90] for i in range(0, 450, 90))
price = costs(mine, piece)
rows = np.concatenate([np.append(price[i : i + 90], 0) for i in range(0, 450, 90)])[: len(lines)]
reading = corpus.decode(corpus.choose.ravel())[:8000]
begins = np.array([before.isspace() for before in reading[:-1]])
dear = costs(mine, reading)[1:]
print(f"after a space {dear[begins].mean():.1f} bits, elsewhere {dear[~begins].mean():.1f}")
lit(lines, {"bits, up to 8": rows}, 8.0)

# %% [markdown]
r"""
Where a word begins, the model has to choose one; once it has begun, the rest is often settled. That is what the two
numbers compare. Is it so in your text?

Samples at three temperatures, as the report asks for, and the widget of lesson 03 with your model behind it:
"""

# %% tags=["demo"]
prime = corpus.decode(corpus.train[:20])
for heat in (0.4, 0.8, 1.2):
    print(f"temperature {heat}\n{write(mine, prime, 300, heat)}\n")

# %% tags=["demo"]
temperature(step(mine), mine.corpus, prime)

# %% [markdown]
r"""
And one unit that means something. As in lesson 07: a label by a rule, a score for every unit, **chosen on one half
and scored on the other**, and the same for a network that was never trained. Three labels to begin with; write your
own.
"""


# %% tags=["demo"]
def followed(h, label):
    """Of states (T,H), the unit that follows a label best in the first half, and its correlation in the second."""
    y, half, scores = np.asarray(label, dtype=float), len(h) // 2, []
    for part in (slice(half), slice(half, None)):
        a, b = h[part] - h[part].mean(axis=0), y[part] - y[part].mean()
        scores.append(b @ a / (np.sqrt((a**2).sum(axis=0) * (b**2).sum()) + 1e-12))  # (H)
    unit = int(np.abs(scores[0]).argmax())
    return unit, float(np.sign(scores[0][unit]) * scores[1][unit])


def since(text, marks):
    """How many characters ago one of the marks was read, up to 12."""
    found, count = [], 12
    for char in text:
        count = 0 if char in marks else min(count + 1, 12)
        found.append(count)
    return found


torch.manual_seed(1)
bare = HandedIn(read_off(build(corpus.V), corpus.V), corpus, 0.0)
trained, untrained = states(mine, reading), states(bare, reading)
labels = {
    "place in the word": since(reading, " \n"),
    "place in the sentence": [min(n, 12) for n in since(reading, ".\n")],
    "a capital or a digit": [c.isupper() or c.isdigit() for c in reading],
}
for name, label in labels.items():
    (unit, score), (_other, chance) = followed(trained, label), followed(untrained, label)
    print(f"{name:22} unit {unit:3} follows it with r = {score:.2f}; the best of an untrained network {chance:.2f}")

# %% [markdown]
r"""
## 7 · Report

Four short parts, marked by a person. Numbers with their seeds count for more than adjectives; what did not work
counts as much as what did.
"""

# %% [markdown] question="choices"
r"""
### Your choices

Which text, which model, which settings, and **why**: name at least two comparisons in which one thing changed, with
numbers and seeds, on the part to choose by. What did your final model reach there, and how does that compare with
counts? Six to ten sentences; a small table is welcome.

### BEGIN MARK SCHEME
- **1 point**: text and model are described so that somebody could repeat it (size, cell, units, rate, budget).
- **1 point**: two comparisons in which one thing changed, on the part to choose by and not on the held-out part.
- **1 point**: more than one seed, or a range, or an honest sentence that one run is no evidence.
- **1 point**: the final result next to counts (pairs and the best ones), and what follows from it.
- Half a point off for a claim that its own numbers do not bear out. The quality of the model is not marked here.
### END MARK SCHEME

### BEGIN SOLUTION
I took the prose that comes with Python, 215,000 characters. The model is a GRU with 128 units and vectors of 32
numbers, Adam at 0.005 falling to a twentieth, batches of 32 streams and 64 steps, 30 seconds. First comparison,
three seconds, two seeds each: cells. The tanh RNN with 64 units was ahead of GRU and LSTM with 128, since it took
several times as many steps. With 10 and 20 seconds the gated ones are ahead (the table above, five seeds), so I
took the GRU. Second, rates for the GRU: 0.02 was better than 0.005 in short runs, for both seeds. I kept the small
one, and that was cautious: 0.02 is worth a long run. Two seeds are few; differences of less than 0.05 bits I would
not believe. On the part to choose by the final model (seed 0 alone) came to 1.85 to 1.96 bits in three runs; the
line under the plot in section 5 has this run's number. Counts of pairs need 3.5 there, and the best counts, of groups
of six, 1.8. So pairs are beaten by far, and the best counts are about as good as my model, if not better. This prose
says the same things often, and counts store every phrase; my network has 76,000 numbers and half a minute.
### END SOLUTION
"""

# %% [markdown] question="a_failure"
r"""
### One thing that failed

Something that you expected to help and that did not, or that broke. What did you expect, what came (numbers), how
do you explain it, and what would test the explanation? Five to eight sentences.

### BEGIN MARK SCHEME
- **1 point**: a definite attempt, with what was expected *and why*.
- **1 point**: what came, in numbers, against a comparison that is fair (same budget, same part).
- **1 point**: an explanation that fits the numbers.
- **1 point**: a test that could show the explanation to be wrong (it need not have been run).
- Full marks are possible for a small failure. None for "nothing failed".
### END MARK SCHEME

### BEGIN SOLUTION
I expected a second layer to help, since lesson 08 stacks layers and deeper networks are said to be better. With a
budget of 10 seconds two GRU layers of 96 units came to 3.34 and 3.33 bits on the part to choose by (seeds 0 and 1),
and one layer of 128 to 2.57 and 2.74. Two layers allowed about 140 steps, one layer about 220; the training loss
was still falling fast at the end. My explanation: within so small a budget it is the steps that count, not the
depth. If that is so, then after the same *number of steps* the two should be about equal, and with 120 seconds the
gap should shrink. If two layers are still worse after equally many steps, the explanation is wrong, and the depth
itself is in the way.
### END SOLUTION
"""

# %% [markdown] question="a_cell"
r"""
### One cell that means something

Name a unit and what it follows. Give its score on text on which it was *not* chosen, the score of an untrained
network, and what speaks against your reading. Five to eight sentences; a coloured text is welcome.

### BEGIN MARK SCHEME
- **1 point**: a label by a rule, not by eye.
- **1 point**: chosen on one part and scored on another.
- **1 point**: a comparison: an untrained network, random units, or shuffled labels.
- **1 point**: a limit: following is not causing; another label would fit as well; another seed has no such unit.
  "No unit of mine means anything, and here is how I looked" earns full marks if the looking was sound.
### END MARK SCHEME

### BEGIN SOLUTION
The label is how many characters ago a space was read, up to 12. I chose the unit with the largest correlation on
the first half of 8,000 characters, and scored it on the second half; the table above prints its number and its
score. The best unit of an untrained network of the same shape, chosen in the same way, scores lower, but not zero:
its state also knows whether a space has just been read. Against my reading: many things go along with the place in
the word, for instance how sure the model is of the next letter, and I have not told these apart. I have not taken
the unit out either, so I do not know whether the model uses it.
### END SOLUTION
"""

# %% [markdown] question="samples"
r"""
### Samples at three temperatures

Show a sample at a low, a middle and a high temperature, from the same beginning. What does the model know about the
text (spelling, words, grammar, layout, sense), at which temperature does each break, and why? Four to six
sentences.

### BEGIN MARK SCHEME
- **1 point**: three samples, with their temperatures.
- **1 point**: what is right and what is wrong, pointed out in the samples themselves.
- **1 point**: why: a low temperature takes the likeliest characters and runs in circles, a high one gives the
  unlikely ones a chance, and one wrong character leads to a state that the model has never been in.
### END MARK SCHEME

### BEGIN SOLUTION
The samples are printed above, at 0.4, 0.8 and 1.2. At 0.4 nearly every word is English and typical of the manual,
but phrases come back: the likeliest continuation of a frequent phrase is that phrase. At 0.8 there is more variety,
sentences begin and end properly, brackets mostly close, and there is no sense in it beyond a few words. At 1.2
words break: an unlikely letter is drawn, the state after it belongs to no word that the model has seen, and it
takes some characters until a space puts it back on its feet. Spelling is what it knows best, then short phrases;
what a sentence is about it never knew.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap of the course

- A recurrent network is one function, used again at every step, with a state that it hands to itself (01). With it
  come the five shapes of problems (02).
- A language model predicts what comes next; bits per character say how well, and counting is what it has to beat
  (03, here).
- Gradients flow back through time; they are cut for the sake of memory (04), and they fade or explode with the
  distance (05).
- Gates keep what is there unless something is done about it (06). They are worth their price if there is time to
  train them, and for what is long ago; measured, not believed.
- States can be read, scored, and taken out; the best of many needs a second text and an untrained network next to
  it (07).
- Layers and directions are stacked where the future may be looked at, and only there (08).
- And a result is worth what its split, its seeds and its baselines are worth (here).

**Where next.** Attention lets every step look at all earlier ones, in place of one state that has to carry
everything; what you know about batches, losses, baselines and bits stays. State-space models and modern linear
recurrences come back to a state, with gates.

**Further reading**

- Melis, Dyer and Blunsom, "On the state of the art of evaluation in neural language models" (2018): with equal
  tuning, the LSTM caught up.
- Merity, Keskar and Socher, "Regularizing and optimizing LSTM language models" (2018): a recipe, with its ablations.
- Shannon, "Prediction and entropy of printed English" (1951): people as language models, in bits per character.
- Chen and Goodman, "An empirical study of smoothing techniques for language modeling" (1999): how to count well.
- Orvieto and others, "Resurrecting recurrent neural networks for long sequences" (2023).
- Karpathy, "The unreasonable effectiveness of recurrent neural networks" (2015): what you have just done, and where
  it went.
"""

# %%
progress()
