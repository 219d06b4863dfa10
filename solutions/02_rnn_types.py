# %% [markdown]
r"""
# 02 · One or many: the types of recurrent networks

The cell of lesson 01 has one input, one state, and runs for as many steps as you like. Whether it writes captions,
guesses languages or translates depends on something else: *when you give it something, and when you listen to it*.

**At the end you can**

- say of a task which type it is, and what its arrays are shaped like;
- let a network write a word from one picture;
- read a batch of texts of unequal length without reading the padding, and average a loss over it;
- train an encoder and a decoder with teacher forcing, and then let the decoder write alone;
- measure each of these against a baseline that knows nothing of order, and say what the difference is worth.

**Builds on** lesson 01: step, state, readout, softmax. Its cell is ready to import, so that a gap there does not stop
you here. (`VanillaRNN` is built on `torch.nn.RNN` from here on, and starts from zeros where `h0` is left out.)
**Time** about 120 minutes. **Points** 26, and 3 more marked by a person.

Every network below is really trained, here, while you wait: about a minute for the whole notebook.
"""

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder import check, hint, inputs, progress
from rnnlab import palette, plots
from rnnlab.cells import VanillaRNN, rnn_forward, rnn_step
from rnnlab.data import blood_pressure, country_names, dates, digits, python_tokens, sentiment
from rnnlab.highlight import coloured
from rnnlab.train import train
from rnnlab.widgets.types import problem_types

plots.style()
torch.set_num_threads(1)  # networks as small as ours are fastest on one thread

# %% [markdown]
r"""
## Five shapes, one cell

Here are the five ways to put inputs and outputs on the unrolled network. Vermillion arrows bring an input in, through
${\color{#D55E00}{W_{xh}}}$; green ones take an output out, through ${\color{#009E73}{W_{hy}}}$. The blue arrows carry
the state from step to step, through ${\color{#0072B2}{W_{hh}}}$. Within one network they have the same weights at every
step. The first has none.

![Five unrolled networks. 1: one input, one output, no loop. 2: one input at the first step, an output at every step.
3: an input at every step, one output at the last. 4: an input and an output at every step. 5: inputs first, then
outputs.](figures/02_types.svg)

| | in | out | shapes | for instance |
|---|---|---|---|---|
| **1** one-to-one | once | once | `(N, D)` to `(N, O)` | blood pressure from age, weight and height |
| **2** one-to-many | once | every step | `(N, D)` to `(N, T, O)` | a caption for a picture |
| **3** many-to-one | every step | once | `(N, T, D)` to `(N, O)` | is this review friendly? |
| **4** many-to-many, aligned | every step | every step | `(N, T, D)` to `(N, T, O)` | the word class of every word |
| **5** many-to-many, delayed | every step | afterwards | `(N, T, D)` to `(N, T', O)` | translation |

*Many* means many **steps**, one after the other. A picture of a million pixels that goes in at once is *one* input;
three letters that go in one after the other are many.

Choose a type and step through an example of it. Watch what is zero, and what has not been said yet.
"""

# %% tags=["demo"]
problem_types()

# %% [markdown]
r"""
### Exercise: which type? (`match_tasks`)

Ten tasks. Give each the number of its type, from 1 to 5.

| name | task |
|---|---|
| `blood_pressure` | a patient's age, weight and height; the blood pressure |
| `caption` | a photograph; a sentence that describes it |
| `melody` | the name of a style, such as "waltz"; a melody, note by note |
| `language` | the name of a country, letter by letter; the language it is in |
| `review` | a film review, word by word; its number of stars |
| `digit` | the picture of a handwritten digit, all pixels at once; which digit it is |
| `tokens` | Python code, character by character; for each whether it is keyword, string, comment ... |
| `frames` | a video, frame by frame; for each frame whether the ball is in play, while the match is on |
| `dates` | a date in words, "7 mars 2024"; the same in ISO 8601, "2024-03-07" |
| `summary` | a newspaper article, word by word; a headline for it |

Put the numbers in place of `None`, and take away the line that raises. A right pick earns its share of the points; a
wrong one gets the reason why not. Stuck? `hint("match_tasks")` in a cell of your own gives you a nudge. Every exercise
below has hints too, under its own name.
"""


# %% exercise="match_tasks"
def match_tasks(task):
    """match_tasks: task (its name) -> 1, 2, 3, 4 or 5

    1 one-to-one, 2 one-to-many, 3 many-to-one, 4 many-to-many aligned, 5 many-to-many delayed.
    """
    picks = {
        "blood_pressure": None,
        "caption": None,
        "melody": None,
        "language": None,
        "review": None,
        "digit": None,
        "tokens": None,
        "frames": None,
        "dates": None,
        "summary": None,
    }
    ### BEGIN SOLUTION
    picks |= {"blood_pressure": 1, "caption": 2, "melody": 2, "language": 3, "review": 3}
    picks |= {"digit": 1, "tokens": 4, "frames": 4, "dates": 5, "summary": 5}
    ### END SOLUTION
    return picks[task]


# %% [markdown]
r"""
Now each of them for real. All are trained by the same few lines: pick some examples, compute a loss, step downhill. The
gradient is cut to length 1 before each step; lesson 05 says why recurrent networks want that.
"""


# %%
def fit(parts, loss_of, many, steps, seed, label, rate=0.005, decay=0.0, size=64, betas=(0.9, 0.99)):
    """Train the modules in ``parts``: ``loss_of`` gets the places of the examples of a batch, out of ``many``."""
    parameters = [p for part in parts for p in part.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=rate, betas=betas, weight_decay=decay, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps, pct_start=0.1, cycle_momentum=False
    )
    rng = np.random.default_rng(seed)

    def step(i):
        loss = loss_of(torch.as_tensor(rng.integers(0, many, size)))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        schedule.step()
        return loss.item()

    return train(step, steps, f"{label}, seed {seed}")


def arrays(cell, readout):
    """The trained weights for functions of yours: W_xh, W_hh, b, W_hy, b_y."""
    return (*cell.arrays(), *(p.detach().double().numpy() for p in readout.parameters()))


def tensor(values):
    """An array as torch likes it: real numbers in single precision, whole numbers as they are."""
    return torch.as_tensor(values, dtype=torch.float32 if np.asarray(values).dtype.kind == "f" else torch.int64)


def one_hot(ids, V):
    """Numbers as one-hot vectors: (...) to (..., V)."""
    return torch.eye(V)[ids]


def padded(sequences):
    """Sequences of numbers, filled up with zeros to the longest: (M, T), and their lengths, (M)."""
    lengths = np.array([len(s) for s in sequences])
    ids = np.zeros((len(sequences), lengths.max()), dtype=int)
    for row, sequence in zip(ids, sequences):
        row[: len(sequence)] = sequence
    return torch.as_tensor(ids), torch.as_tensor(lengths)


def percent(scores):
    """The range of some shares, in percent."""
    return f"{100 * min(scores):.1f} to {100 * max(scores):.1f} percent"


SEEDS = range(3)

# %% [markdown]
r"""
## 1 · One-to-one: no time, no loop

Age, weight, height; out comes a blood pressure. Nothing happens over time, so there is nothing to carry and nothing to
unroll. An ordinary network does it, `(N, 3)` to `(N, 1)`. The table below is **made up** (medical data is private),
with 9 mmHg of pure chance in it: no model can be off by much less than that.
"""


# %% tags=["demo"]
def pressure_error(seed, hidden):
    """Train a network without memory; how far it is typically off, in mmHg, for people it has not seen."""
    torch.manual_seed(seed)
    x, y = (tensor(a) for a in people)
    middle, spread = x.mean(0), x.std(0)
    layers = [nn.Linear(3, hidden), nn.Tanh(), nn.Linear(hidden, 1)] if hidden else [nn.Linear(3, 1)]
    network = nn.Sequential(*layers)

    def off(x, y):
        return ((130 + 20 * network((x - middle) / spread) - y) ** 2).mean()

    fit([network], lambda pick: off(x[pick], y[pick]), len(x), 100, seed, "blood pressure", rate=0.05)
    with torch.no_grad():
        return off(*(tensor(a) for a in new_people)).sqrt().item()


people, new_people = blood_pressure.load()
print(f"always the mean: off by {np.sqrt(np.mean((people.y.mean() - new_people.y) ** 2)):.1f} mmHg")
for hidden in (0, 8):
    errors = [pressure_error(seed, hidden) for seed in SEEDS]
    print(f"{hidden or 'no'} hidden units:  off by {min(errors):.1f} to {max(errors):.1f} mmHg")

# %% [markdown]
r"""
Eight hidden units do no better here than none.

Three numbers are not a sequence. You *could* feed them to a recurrent network one by one. It would have to learn that
the first is an age and the second a weight, which an ordinary layer knows from where they stand.

## 2 · One-to-many: spell what you see

Now a task where one thing comes in and several go out. The picture of a handwritten digit, 8 by 8 pixels from
scikit-learn's collection, and out comes the English word for it, letter by letter: `s`, `i`, `x`, and an end mark `.`

![One picture goes into the first step; zeros go into the others; every step gives a letter, and the last is the end
mark.](figures/02_one_to_many.svg)

The picture goes in **once**. At the later steps there is nothing to see, so the input is zeros. That is not the same
as taking no step: $h_t = \tanh({\color{#D55E00}{W_{xh}}} \cdot 0 + {\color{#0072B2}{W_{hh}}} h_{t-1} + b)$, and the
state goes on changing. From it the network must know two things: what it saw, and how far it has got with the word.

You have done this by hand already. In lesson 01 the input was 1 and then nothing, and the states were $(0.76, 0)$,
$(0.36, 0.64)$, $(0.18, 0.35)$.

### Exercise: one input, many states (`one_to_many`)

Write `one_to_many`: the states of T steps when `x` goes in at the first and zeros at the others.

- Shapes: `x (N, D)`, a number `T`, and the weights, to `(N, T, H)`. The state before the first step is zero.
- `rnn_forward(x, h0, W_xh, W_hh, b)` from `rnnlab.cells` takes `x (N, T, D)` and gives all states and the last.

On the example of lesson 01 it gives `[[[0.76, 0.], [0.36, 0.64], [0.18, 0.35]]]`, rounded:

```python
W_xh, W_hh = np.array([[1.0], [0.0]]), np.array([[0.5, 0.0], [1.0, 0.0]])
one_to_many(np.array([[1.0]]), 3, W_xh, W_hh, np.zeros(2)).round(2)
```
"""


# %% exercise="one_to_many"
def one_to_many(x, T, W_xh, W_hh, b):
    """x (N,D), T int, W_xh (H,D), W_hh (H,H), b (H) -> (N,T,H)

    The states of T steps: x goes in at the first, zeros at the others.
    """
    ### BEGIN SOLUTION
    N, D = x.shape
    steps = np.zeros((N, T, D))
    steps[:, 0] = x
    h, _last = rnn_forward(steps, np.zeros((N, len(b))), W_xh, W_hh, b)
    return h  # (N, T, H)
    ### END SOLUTION


# %% [markdown]
r"""
Train it. The letters after the end mark are end marks too, so every caption has six. The loss compares each step's
scores with the right letter.
"""


# %% tags=["demo"]
def train_speller(seed):
    """A network that spells the digit it is shown: its cell, its readout, and how many new words it gets right."""
    torch.manual_seed(seed)
    cell, readout = VanillaRNN(64, 64), nn.Linear(64, len(digits.LETTERS))

    def scores(images):
        x = torch.zeros(len(images), 6, 64)
        x[:, 0] = tensor(images)
        return readout(cell(x)[0])  # (N, 6, V)

    def loss_of(pick):
        return cross_entropy(scores(seen.images[pick]).flatten(0, 1), tensor(seen.captions[pick]).flatten())

    fit([cell, readout], loss_of, len(seen.labels), 250, seed, "digits", rate=0.01)
    with torch.no_grad():
        written = scores(unseen.images).argmax(-1).numpy()
    return cell, readout, np.mean((written == unseen.captions).all(axis=1))


seen, unseen = digits.load()
spellers = [train_speller(seed) for seed in SEEDS]

commonest = np.bincount(seen.labels).argmax()
print(f"{len(seen.labels)} pictures to learn from, {len(unseen.labels)} new ones to spell")
print(f"always {digits.WORDS[commonest]!r}: {100 * np.mean(unseen.labels == commonest):.1f} percent of the words right")
print(f"trained, {len(SEEDS)} seeds: {percent([right for *_, right in spellers])} of the words right")

# %% [markdown]
r"""
**Predict first.** Some pictures are hard to read. When the network gets one wrong, will it write another digit's name
(`"a word"`), or something that is no number at all (`"no word"`)? Nobody told it that there are only ten words.
"""

# %%
my_prediction = "?"  # "a word" or "no word"

# %% [markdown]
r"""
Now **your** `one_to_many` runs on the trained weights and writes the captions.
"""

# %% tags=["demo"]
cell, readout, _right = spellers[0]
W_xh, W_hh, b, W_hy, b_y = arrays(cell, readout)
h = one_to_many(unseen.images, 6, W_xh, W_hh, b)
words = [digits.spell(ids) for ids in (h @ W_hy.T + b_y).argmax(axis=-1)]
right = np.array([word == digits.WORDS[label] for word, label in zip(words, unseen.labels)])

fig, axes = plt.subplots(2, 8, figsize=(7.2, 2.5))
for row, places, color in zip(axes, (np.flatnonzero(right), np.flatnonzero(~right)), (palette.INK, palette.PURPLE)):
    for ax, place in zip(row, places):
        ax.imshow(unseen.images[place].reshape(8, 8), cmap="gray_r", interpolation="nearest")
        ax.set_title(words[place], color=color, loc="center", fontsize=10)
    for ax in row:
        ax.set_axis_off()
plt.show()

missed = [word for word, good in zip(words, right) if not good]
print("you predicted:", my_prediction)
print(f"{len(missed)} wrong, of which {sum(word not in digits.WORDS for word in missed)} are no number:", *missed)

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The second row shows some that it got wrong. Most of what it writes then is no word at all. At every step the network
is in a state *between* two digits, and writes the best letter for that state, without knowing which letter it has
just written: its own output never comes back to it. In section 5 it will.

</details>

## 3 · Many-to-one: read all of it, then answer

Which language is this country's name in? `Nouvelle-Zélande`, `Uusi-Seelanti`, `Nueva Zelanda`. Letters go in, one per
step; one answer comes out, after the last. Ten languages, real names from the Unicode consortium's locale data.

A letter goes in as a **one-hot** vector: `V` numbers, one for each letter that occurs, all 0 but a 1 at its own place.
So `V` is the `D` of this network, and of all networks below that read or write signs.
"""

# %%
names, new_names = country_names.load()
languages = list(country_names.LANGUAGES.values())
for place in range(0, 1000, 125):
    print(f"{languages[names.labels[place]]:<12}{names.names[place]}")
print(len(names.names), "names to learn from,", len(new_names.names), "of other countries to guess")

# %% [markdown]
r"""
### What padding does

These names have from 3 to 24 letters, and a batch is a rectangle. So short ones are filled up with zeros at the end,
and each name's real length is kept beside it. Watch what that does to a *state*. Below, the same network (random
weights, untrained) reads "peru" twice: in a batch by itself, and in a batch together with a longer name.
"""

# %%
rng = np.random.default_rng(0)
letters = sorted(set("".join(names.names + new_names.names)))
V = len(letters)
random_weights = rng.normal(size=(4, V)), rng.normal(size=(4, 4)), rng.normal(size=4)


def states(batch):
    """All states of a batch of names, (N, T, 4), padded with zeros."""
    x = np.zeros((len(batch), max(map(len, batch)), V))
    for row, name in zip(x, batch):
        row[range(len(name)), [letters.index(c) for c in name]] = 1
    return rnn_forward(x, np.zeros((len(batch), 4)), *random_weights)[0]


alone, beside = states(["peru"]), states(["peru", "kiribati"])
print("last column, alone:              ", alone[0, -1].round(2))
print("last column, beside a longer one:", beside[0, -1].round(2))
print("after the letter u, both times:  ", alone[0, 3].round(2), beside[0, 3].round(2))

# %% [markdown]
r"""
The *same name* gets another answer because of its *neighbour*. The zeros after it are steps like any other: nothing
comes in, but the state goes on through ${\color{#0072B2}{W_{hh}}}$ and $b$. With every further step of padding, more
of the name is gone. Up to its own last letter, the states agree.

![Two sequences of a batch: "peru", four steps and then four of padding, dashed, with input 0; and "kiribati", eight
steps. The state after each one's last real step is marked: index 3 and index 7.](figures/02_padding.svg)

### Exercise: the last state that counts (`last_valid_state`)

Write `last_valid_state`: for each sequence of a padded batch, the state after its last real step.

- Shapes: `h (N, T, H)`, `lengths (N)` with whole numbers from 1 to T, to `(N, H)`.
- Two sequences of 2 and 3 steps give `[[2, 3], [10, 11]]`:

```python
last_valid_state(np.arange(12).reshape(2, 3, 2), np.array([2, 3]))
```
"""


# %% exercise="last_valid_state"
def last_valid_state(h, lengths):
    """h (N,T,H), lengths (N) int -> (N,H)

    The state of each sequence after its last real step.
    """
    ### BEGIN SOLUTION
    return h[np.arange(len(h)), lengths - 1]
    ### END SOLUTION


# %% [markdown]
r"""
### Exercise: many-to-one (`many_to_one`)

Write `many_to_one`: run the network over a padded batch, take the last valid state of each sequence, and score it.

- Shapes: `x (N, T, D)`, `lengths (N)`, the weights of the cell, `W_hy (O, H)`, `b_y (O)`, to `(N, O)`.
- The state before the first step is zero. Return the logits, $W_{hy} h + b_y$: no softmax. Write that product yourself,
  since `readout` is the name of a layer of torch's in this notebook.
- It builds on your `last_valid_state`. A mistake there that is known costs you nothing here.
"""


# %% exercise="many_to_one"
def many_to_one(x, lengths, W_xh, W_hh, b, W_hy, b_y):
    """x (N,T,D), lengths (N) int, W_xh (H,D), W_hh (H,H), b (H), W_hy (O,H), b_y (O) -> (N,O)

    The scores of each sequence, from its last valid state.
    """
    ### BEGIN SOLUTION
    h, _last = rnn_forward(x, np.zeros((len(x), len(b))), W_xh, W_hh, b)
    return last_valid_state(h, lengths) @ W_hy.T + b_y
    ### END SOLUTION


# %% [markdown]
r"""
Two baselines that know nothing of order. One always says the language with most names. The other counts: a **bag of
letters** goes into a softmax classifier, which can learn that `ł` is Polish and that Finnish likes `i`, and cannot
know that a *final* `i` points to Finnish.

**Predict first.** Letters in order against letters in a bag, on names that nobody has seen: how many percentage points
is the order worth? 5, 20, 40?
"""

# %%
my_prediction = "?"  # percentage points


# %% tags=["demo"]
def train_reader(seed, texts, labels, V, H, classes, steps, label, bag=False, drop=0.0, **settings):
    """A classifier of padded texts (ids, lengths): a recurrent one, or one that only counts. Returns its scores."""
    torch.manual_seed(seed)
    cell, readout = VanillaRNN(V, H), nn.Linear(V if bag else H, classes)

    def scores(ids, lengths, training=False):
        ids = ids[:, : int(lengths.max())]
        if bag:  # how often each one comes
            real = (torch.arange(ids.shape[1]) < lengths[:, None]).float()
            return readout(torch.zeros(len(ids), V).scatter_add_(1, ids, real))
        last = cell(one_hot(ids, V))[0][torch.arange(len(ids)), lengths - 1]
        return readout(nn.functional.dropout(last, drop, training))

    def loss_of(pick):
        return cross_entropy(scores(*(a[pick] for a in texts), training=True), tensor(labels[pick]))

    fit([readout] if bag else [cell, readout], loss_of, len(labels), steps, seed, label, **settings)
    return cell, readout, scores


@torch.no_grad()
def guesses(scores, texts):
    """The best class of each text."""
    return scores(*texts).argmax(dim=1).numpy()


def as_letters(batch):
    """Names as padded numbers, and their lengths."""
    return padded([[letters.index(c) for c in name] for name in batch])


texts, new_texts = as_letters(names.names), as_letters(new_names.names)
settings = {"decay": 0.1, "drop": 0.5}
readers, counters = [], []
for seed in SEEDS:
    given = seed, texts, names.labels, V, 128, len(languages)
    readers.append(train_reader(*given, 280, "names", **settings))
    counters.append(train_reader(*given, 300, "bag of letters", bag=True, rate=0.05, decay=0.1))

print("you predicted:", my_prediction)
commonest = np.bincount(names.labels).argmax()
print(f"always {languages[commonest]}:     {100 * np.mean(new_names.labels == commonest):.1f} percent right")
for name, models in (("bag of letters", counters), ("letters in order", readers)):
    found = [np.mean(guesses(scores, new_texts) == new_names.labels) for *_, scores in models]
    print(f"{name + ':':<18}{percent(found)} right, {len(SEEDS)} seeds")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The order is worth something, and less than you may have hoped: a few percentage points. A bag of letters is no bad
judge of a language, and fewer than a thousand names are few to learn endings from.

</details>

Where does the network go wrong? Rows are what is true, columns what it says, all seeds together.
"""

# %% tags=["demo"]
confusion = np.zeros((len(languages), len(languages)))
for *_, scores in readers:
    np.add.at(confusion, (new_names.labels, guesses(scores, new_texts)), 1)
confusion = 100 * confusion / confusion.sum(axis=1, keepdims=True)  # percent of each row

fig, ax = plt.subplots(figsize=(6.0, 4.4))
plots.heat(ax, confusion, limit=100)
for (i, j), share in np.ndenumerate(confusion):
    if share >= 5:
        ax.text(j, i, f"{share:.0f}", ha="center", va="center", fontsize=9)
ax.set_xticks(range(len(languages)), languages, rotation=40, ha="right")
ax.set_yticks(range(len(languages)), languages)
ax.set(xlabel="guessed", ylabel="true", title="percent of each row")
plt.show()

# %% [markdown]
r"""
Many of its confusions are between relatives, such as Spanish and Portuguese or German and Dutch; nobody told it about
families. Others are plain mistakes.

Now **your** `many_to_one` runs on the trained weights. Invent a country and ask.
"""


# %% tags=["demo"]
def ask(name):
    """What your many_to_one makes of a name: the three likeliest languages."""
    ids, length = as_letters([[c for c in name.lower() if c in letters]])
    z = many_to_one(one_hot(ids, V).numpy(), length.numpy(), *arrays(*readers[0][:2]))[0]
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    best = np.argsort(-p)[:3]
    print(f"{name}:", ", ".join(f"{languages[i]} {100 * p[i]:.0f} %" for i in best))


for name in ("Rocolândia", "Brzeskowo", "Kuusisaaret", "Îles de la Pluie", "Südwaldland", "Kızılistan"):
    ask(name)

# %% [markdown]
r"""
### Where order is everything

Is there a task where a bag is worth *nothing*? "clever , not dull" is praise and "dull , not clever" is not: the same
words. Here are 540 phrases of a small made-up grammar. 300 of them are 150 such pairs, and whatever counts words must
say the same of both halves. The other 240 have one adjective, with or without `not`. There the words do tell the
verdict, but our bag only adds up one weight for each word: `not` would have to push `good` down and `bad` up, and it
has one weight for both. Some of the phrases, and then the same two kinds of model, with words as inputs.
"""

# %% tags=["demo"]
phrases, new_phrases = sentiment.load()
for place in (0, 1, 2, 3):
    print(f"{sentiment.VERDICTS[phrases.labels[place]]:<6}{phrases.phrases[place]}")

vocabulary = sorted({word for phrase in phrases.phrases for word in phrase.split()})


def as_words(batch):
    """Phrases as padded numbers, and their lengths."""
    return padded([[vocabulary.index(word) for word in phrase.split()] for phrase in batch])


told, new_told = as_words(phrases.phrases), as_words(new_phrases.phrases)
critics = []
print(f"\nalways {sentiment.VERDICTS[1]}:      {100 * np.mean(new_phrases.labels == 1):.1f} percent right")
for bag in (True, False):
    models = [
        train_reader(seed, told, phrases.labels, len(vocabulary), 24, 2, 300, "phrases", bag, rate=0.02, size=32)
        for seed in SEEDS
    ]
    found = [np.mean(guesses(scores, new_told) == new_phrases.labels) for *_, scores in models]
    print(f"{'bag of words:' if bag else 'words in order:':<18}{percent(found)} right, {len(SEEDS)} seeds")

for phrase in ("good", "bad", "not bad at all", "good , not bad", "bad , not good"):
    print(f"{phrase:<16}", [sentiment.VERDICTS[guesses(scores, as_words([phrase]))[0]] for *_, scores in models])

# %% [markdown]
r"""
The bag does no better than a coin. The recurrent network reads the phrase, and what it has read before a word changes
what the word does. It is not perfect: look at what the three networks make of `good` alone. That phrase is not among
those they learned from, and only 10 of the 540 are a single word.

Take home both results, not only the second. How much order is worth depends on the task, so measure it.

## 4 · Many-to-many, aligned: a label for every step

Now an answer at *every* step. In a sentence it could be the word class of each word, in a video what each frame
shows. We take Python source, character by character, and ask for each: name, keyword, number, string, comment,
operator? The right answers come from Python's own `tokenize`.

```
return "no"  # why
kkkkkk ssss  ccccc
```

The network is that of `readout` in lesson 01: scores at all steps, `(N, T, C)`. The loss needs care. Lines have
unequal lengths, and at the padding there *is* no right answer; whatever stands there in `targets` is not meant.

### One loss for a padded batch

Say that a line of three characters costs 3, 3 and 3, and a line of one character costs 1. The padding behind it "costs"
5 and 5, whatever that means.

| | sum | divided by | loss |
|---|---|---|---|
| padding counted | 3 + 3 + 3 + 1 + 5 + 5 | 6 | 3.33 |
| each line averaged, then the lines | 3 + 1 | 2 | 2 |
| **real steps averaged** | 3 + 3 + 3 + 1 | 4 | **2.5** |

The first is nonsense. The second is a choice, but a character in a short line then weighs more than one in a long
line. We take the third: every real step counts the same. It is what torch does with `ignore_index`.

### Exercise: the masked loss (`masked_loss`)

Write `masked_loss`: the mean of $-\ln p$ of the right class over all real steps of the batch.

- Shapes: `logits (N, T, C)`, `targets (N, T)` with whole numbers below C, `lengths (N)`, to one number.
- The logits are scores: softmax over the classes is your work, and it must survive scores around 1000. The safe way is
  $\ln p = z - \ln \sum e^{z}$, with the largest score taken away from $z$ first.
- Two equal scores cost $\ln 2$ a step, so this gives 0.6931, whatever the padding says:

```python
masked_loss(np.zeros((1, 3, 2)), np.array([[0, 1, 1]]), np.array([2]))
```
"""


# %% exercise="masked_loss"
def masked_loss(logits, targets, lengths):
    """logits (N,T,C), targets (N,T) int<C, lengths (N) int -> float

    Cross-entropy per real step: the mean of -ln p(target) over all t < lengths[n].
    """
    ### BEGIN SOLUTION
    N, T, C = logits.shape
    z = logits - logits.max(axis=2, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))  # (N, T, C)
    each = -log_p[np.arange(N)[:, None], np.arange(T), targets]  # (N, T)
    real = np.arange(T) < lengths[:, None]  # (N, T)
    return each[real].mean()
    ### END SOLUTION


# %% [markdown]
r"""
Train a tagger on lines of the standard library, test it on lines of other modules. Two baselines: the commonest class
for every character, and for each character the class that it has most often (`(` is an operator wherever it stands).
Spaces are not counted; anyone can tag those.
"""


# %% tags=["demo"]
def train_tagger(seed, H=64):
    """A network that says the class of every character: its cell, its readout, its scores."""
    torch.manual_seed(seed)
    cell, readout = VanillaRNN(128, H), nn.Linear(H, len(classes))

    def scores(ids):
        return readout(cell(one_hot(ids, 128))[0])  # (N, T, C)

    def loss_of(pick):
        T = int(code_lengths[pick].max())
        real = torch.arange(T) < code_lengths[pick][:, None]  # (N, T)
        return cross_entropy(scores(code[pick][:, :T])[real], tags[pick][:, :T][real])

    fit([cell, readout], loss_of, len(code), 300, seed, "code", rate=0.01, size=32)
    return cell, readout, scores


classes = python_tokens.CLASSES
lines, new_lines = python_tokens.load()
short = [i for i, line in enumerate(lines.lines) if len(line) <= 52]  # the longest lines cost the most time
code, code_lengths = padded([[ord(c) for c in lines.lines[i]] for i in short])
tags, _ = padded([lines.tags[i] for i in short])
new_code, new_lengths = padded([[ord(c) for c in line] for line in new_lines.lines])
new_tags, _ = padded(new_lines.tags)
counted = (torch.arange(new_code.shape[1]) < new_lengths[:, None]) & (new_code != ord(" "))

taggers = [train_tagger(seed) for seed in SEEDS]
with torch.no_grad():
    tagged = [scores(new_code).argmax(dim=-1) for *_, scores in taggers]

often = torch.zeros(128, len(classes))
real = torch.arange(code.shape[1]) < code_lengths[:, None]
often.index_put_((code[real], tags[real]), torch.ones(int(real.sum())), accumulate=True)


def share(guess, where=counted):
    """How many of the characters are tagged right."""
    return (guess == new_tags)[where].float().mean().item()


print(f"{len(short)} lines to learn from, {len(new_lines.lines)} new ones")
print(f"always name:                    {100 * share(torch.tensor(classes.index('name'))):.1f} percent right")
print(f"each character by itself:       {100 * share(often.argmax(1)[new_code]):.1f} percent right")
print(f"recurrent, {len(SEEDS)} seeds:             {percent([share(guess) for guess in tagged])} right")

# %% [markdown]
r"""
**Predict first.** The network reads from left to right, and must name the class of a character when it sees it. Which
class will it get wrong most often: names, keywords, numbers, strings, comments or operators?
"""

# %%
my_prediction = "?"  # name, keyword, number, string, comment or operator

# %% [markdown]
r"""
Below, some new lines on the colours that the network gives them. What is underlined is wrong.
"""

# %% tags=["demo"]
chosen = [i for i, row in enumerate(new_lines.tags) if len(set(row.tolist())) >= 5][:14]
coloured(
    [new_lines.lines[i] for i in chosen],
    [tagged[0][i].tolist() for i in chosen],
    classes,
    right=[new_tags[i].tolist() for i in chosen],
)

# %% tags=["demo"]
print("you predicted:", my_prediction)
for place, name in enumerate(classes[1:], start=1):
    print(f"{name:<10}{percent([share(guess, counted & (new_tags == place)) for guess in tagged])} right")

for name in ("keyword", "string"):
    here = new_tags == classes.index(name)
    before = nn.functional.pad(here, (1, 0))[:, :-1]
    after = nn.functional.pad(here, (0, 1))[:, 1:]
    print()
    for place, where in (("first", here & ~before), ("between", here & before & after), ("last", here & ~after)):
        print(f"{name}, {place + ':':<9}{percent([share(guess, where & counted) for guess in tagged])} right")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

A comment or a string announces itself with its first character, and the network mostly knows it there. Inside a string
it must remember that it is in one; some seeds are much better at that than others.

A keyword does not announce itself: at the `f`, nobody can know whether it will be `for` or `first`. The letters between
go better: more has been read by then, and only words of three letters or more have any. The last letter goes hardly
better than the first, though the whole word is there: at the `r` it may still become `format`, and only the next
character tells. The answer lies in the *future*, and this network has only the past. That is the
limit of aligned tasks: the third answer is due at the third step, ready or not. Lesson 08 reads in the other direction
too.

</details>

Your `masked_loss` on the trained network, against one that counts the padding as well:
"""

# %% tags=["demo"]
with torch.no_grad():
    z = taggers[0][2](new_code).double()
print(f"your masked_loss:    {masked_loss(z.numpy(), new_tags.numpy(), new_lengths.numpy()):.4f}")
ignoring = new_tags.where(torch.arange(new_code.shape[1]) < new_lengths[:, None], -100)
print(f"torch, ignore_index: {cross_entropy(z.flatten(0, 1), ignoring.flatten()).item():.4f}")
print(f"padding counted:     {cross_entropy(z.flatten(0, 1), new_tags.flatten()).item():.4f}")

# %% [markdown]
r"""
## 5 · Many-to-many, delayed: read, then write

Translation cannot answer step by step. The first word of the answer may hang on the last word of the question, and the
two need not be equally long. So use two networks. The **encoder** reads to the end; its last state, `c` in the
picture, is all that it passes on. The **decoder** starts from there and writes.

![The encoder reads a date character by character. Its last state is handed to the decoder, whose inputs are a start
mark and then the characters before; each step gives the next character, until the end mark.](figures/02_delayed.svg)

Our language is small: dates as people write them in nine languages, to ISO 8601. `7. mar. 2024`, `Mar 7, 2024`,
`7 mar 2024` all become `2024-03-07`. The day is mostly first and is written last, names become numbers, and one digit
may become two.

### The decoder's inputs

In `one_to_many` the later inputs were zeros, and you saw it write `no words`. Here the decoder reads what has been
written so far: at each step its input is the character *before*, beginning with a start mark `>`. So it always knows
where it is. But written by whom?

- **In training** we know the right answer, so we feed it: the input is the *true* character before, even when the
  decoder would have written another. This is **teacher forcing**. All inputs are known beforehand, so `rnn_forward`
  runs over them in one go, and from the start the decoder learns to continue texts that make sense.
- **In use** there is no right answer to feed. The input is what the decoder wrote itself. Taking the best-scored one
  each time is **greedy decoding**.

| step | input when teaching | input when writing alone | written |
|---|---|---|---|
| 1 | `>` | `>` | `2` |
| 2 | `2` (true) | `2` (own) | `9` |
| 3 | `0` (true) | `9` (own) | ... |

### Exercise: write alone (`greedy_decode`)

Write `greedy_decode`, for one text at a time.

- `h (H)` is the state that the encoder left. The first input is the one-hot vector of `start`.
- At each step: one `rnn_step`, the logits `W_hy h + b_y`, the best of them. That number is written down, and it is the
  next input.
- Stop after writing `end`, or after as many steps as `truth` has. Return what was written: with the end mark if it
  came, without the start mark. These are S numbers, and S is at most T.
- `truth (T)` is at hand because a program that evaluates has it at hand. Take its *length* from it and nothing else.
- `rnn_step(x, h, W_xh, W_hh, b)`, in this order, takes batches: `x (1, V)` and `h (1, H)`. `np.eye(V)[[3]]` is a batch
  of one one-hot vector.

A network that always writes the next number gives `[1, 2, 3]`:

```python
W_hy = np.eye(4, k=-1)  # what comes after 0 is 1, after 1 is 2, after 2 is 3
zeros = np.zeros(4)
greedy_decode(zeros, np.array([1, 1, 1, 1, 3]), 0, 3, 5 * np.eye(4), np.zeros((4, 4)), zeros, W_hy, zeros)
```
"""


# %% exercise="greedy_decode"
def greedy_decode(h, truth, start, end, W_xh, W_hh, b, W_hy, b_y):
    """
    h (H), truth (T) int<V, start int, end int, W_xh (H,V), W_hh (H,H), b (H), W_hy (V,H), b_y (V) -> ids (S) int

    What the decoder writes on its own: S numbers, at most T, the end mark included.
    """
    ### BEGIN SOLUTION
    V = len(b_y)
    ids, last, h = [], start, h[None]  # (1, H)
    for _ in range(len(truth)):
        h = rnn_step(np.eye(V)[[last]], h, W_xh, W_hh, b)
        last = int(np.argmax(h @ W_hy.T + b_y))
        ids.append(last)
        if last == end:
            break
    return np.array(ids)
    ### END SOLUTION


# %% [markdown]
r"""
Train it. One detail: a plain tanh network forgets (lesson 05), and the day, which was read before the year, is written
after it. So the decoder is shown the encoder's last state not only at the beginning but at *every* step, as an extra
input that never changes (Cho et al., 2014). We train it both ways and look.
"""


# %% tags=["demo"]
MARKS = "0123456789-.>"  # digits, dash, end, start
END, START = MARKS.index("."), MARKS.index(">")


def train_translator(seed, reminded, H=128, steps=240):
    """Encoder and decoder; with ``reminded`` the decoder sees the encoder's last state at every step."""
    torch.manual_seed(seed)
    encoder, readout = VanillaRNN(len(signs), H), nn.Linear(H, len(MARKS))
    decoder = VanillaRNN(len(MARKS) + H * reminded, H)
    for cell in (encoder, decoder):
        nn.init.orthogonal_(cell.rnn.weight_hh_l0)  # a start that forgets slowly: lesson 05
        nn.init.normal_(cell.rnn.weight_ih_l0, std=0.15)
        nn.init.zeros_(cell.rnn.bias_ih_l0)
        nn.init.zeros_(cell.rnn.bias_hh_l0)

    def forced(written, iso):
        """The scores of all steps under teacher forcing, (N, 11, V)."""
        _, c = encoder(one_hot(written, len(signs)))
        before = torch.cat([torch.full((len(iso), 1), START), iso[:, :-1]], dim=1)
        x = one_hot(before, len(MARKS))
        if reminded:
            x = torch.cat([x, c[:, None].expand(-1, x.shape[1], -1)], dim=2)
        return readout(decoder(x, c)[0])

    def loss_of(pick):
        return cross_entropy(forced(written[pick], iso[pick]).flatten(0, 1), iso[pick].flatten())

    fit([encoder, decoder, readout], loss_of, len(iso), steps, seed, "dates", size=32, betas=(0.85, 0.98))
    return encoder, decoder, readout, forced


def as_signs(batch):
    """Dates as numbers, filled up in *front*, so that the encoder's last state comes after the last character."""
    return torch.tensor([[0] * (width - len(d)) + [1 + known.index(c) for c in d] for d in batch])


some, new = dates.load()
known = sorted(set("".join(some.written + new.written)))
signs, width = ["", *known], max(map(len, some.written + new.written))
written, new_written = as_signs(some.written), as_signs(new.written)
iso, new_iso = (torch.tensor([[MARKS.index(c) for c in d + "."] for d in part.iso]) for part in (some, new))


@torch.no_grad()
def whole_dates(forced):
    """Under teacher forcing: the share of whole dates right, and of characters right."""
    good = forced(new_written, new_iso).argmax(dim=2) == new_iso
    return good.all(dim=1).float().mean().item(), good.float().mean().item()


once = [train_translator(seed, reminded=False) for seed in SEEDS]
translators = [train_translator(seed, reminded=True) for seed in SEEDS]
usual = iso.mode(dim=0).values  # the commonest character at each place
print(f"{len(iso)} dates to learn from, {len(new_iso)} of other days to translate; dates right as a whole:")
print(f"the commonest characters:        {100 * (new_iso == usual).all(dim=1).float().mean():.1f} percent")
print("encoder's state once:           ", percent([whole_dates(m[-1])[0] for m in once]))
print("encoder's state at every step:  ", percent([whole_dates(m[-1])[0] for m in translators]))

# %% [markdown]
r"""
The same cells, the same number of steps, and another world. Look at the places one by one to see what went wrong the
first way.
"""

# %% tags=["demo"]
fig, ax = plt.subplots(figsize=(6.4, 2.8))
for label, models, color in (("once", once, palette.PURPLE), ("at every step", translators, palette.INK)):
    with torch.no_grad():
        good = [(m[-1](new_written, new_iso).argmax(2) == new_iso).float().mean(0).numpy() for m in models]
    plots.ranges(ax, range(11), 100 * np.array(good), f"encoder's state {label}", color)
ax.set_xticks(range(11), "YYYY-MM-DD.")
ax.set(ylim=(0, 105), ylabel="percent right", title="right characters, place by place (3 seeds, median and range)")
ax.legend(loc="lower left")
plt.show()

# %% [markdown]
r"""
The year, read last and written first, comes out right both ways. When the state is handed over once, the month suffers
on the way, and the day, read before the year and written last of all, does not survive the journey. Remember this plot
when you come to lesson 05.

### Writing alone

Those numbers were all measured under teacher forcing: the true characters went in. Now **your** `greedy_decode` writes
alone, on the first 300 new dates. The encoder's state at every step is a constant, so it can be added to the bias.

**Predict first.** Writing alone, will the share of *whole dates* right be lower than under teacher forcing, the same,
or higher? And the share of *characters*?
"""

# %%
my_prediction = "?"  # whole dates: ...; characters: ...


# %% tags=["demo"]
@torch.no_grad()
def decoded(model, many):
    """What greedy_decode makes of the first new dates."""
    encoder, decoder, readout, _forced = model
    W_xh, W_hh, b, W_hy, b_y = arrays(decoder, readout)
    V = len(MARKS)
    _, summary = encoder(one_hot(new_written[:many], len(signs)))
    return [
        greedy_decode(c, truth, START, END, W_xh[:, :V], W_hh, b + W_xh[:, V:] @ c, W_hy, b_y)
        for c, truth in zip(summary.double().numpy(), new_iso[:many].numpy())
    ]


def text(ids):
    """The characters of what was written, without the end mark."""
    return "".join(MARKS[int(i)] for i in ids).partition(".")[0]


outputs = decoded(translators[0], 300)
for place in range(8):
    mark = "" if text(outputs[place]) == new.iso[place] else f"  (it is {new.iso[place]})"
    print(f"{new.written[place]:>16}  {text(outputs[place])}{mark}")

print("\nyou predicted:", my_prediction)
forced = translators[0][-1](new_written[:300], new_iso[:300]).argmax(dim=2).numpy()
truth = new_iso[:300].numpy()
alone = np.array([np.pad(ids, (0, 11 - len(ids)), constant_values=-1) for ids in outputs])
for name, found in (("teacher forcing", forced), ("writing alone", alone)):
    whole, each = (found == truth).all(axis=1).mean(), (found == truth).mean()
    wrong = f"{(found != truth).sum()} of {truth.size} wrong"
    print(f"{name + ':':<17}{100 * whole:.2f} percent of whole dates, {100 * each:.2f} percent of characters ({wrong})")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Whole dates: exactly the same, and that is no accident. Characters: hardly different. Where more are wrong when it
writes alone, it is because a wrong character is now *read* as well. In ISO dates the parts hardly depend on each
other, so one slip spoils little. Where every word hangs on the one before, expect more.

</details>
"""

# %% [markdown] question="too_good"
r"""
### In your own words

Somebody trains a translator, and reports two numbers for new texts, both measured *under teacher forcing*: the share of
whole answers right, and the share of single characters right.

One of the two is what the translator really achieves when it writes alone with greedy decoding. The other may be too
good. Which is which, and why? And if teacher forcing can mislead, why train with it at all, and what does the decoder
never learn that way? Five to eight sentences.

### BEGIN MARK SCHEME
- **1 point**, whole answers are honest: as long as every character is right, the true character before and the own
  character before are the *same*, so both ways take the same steps. An answer that is right as a whole under one is
  right under the other (an argument from one character to the next, in any words).
- **1 point**, single characters may be too good: after a mistake teacher forcing puts the decoder back on the right
  track, while alone it goes on from its own mistake, so that one error can bring others.
- **1 point**, why train so: all inputs are known beforehand, so all steps run at once, and early in training the
  decoder continues sensible texts instead of its own noise (one of these will do). What it never learns: to go on
  after a mistake of its own, since it never sees one ("exposure bias").
- Half a point off for "the test set was seen in training" as the explanation. Nothing off for language or length.
### END MARK SCHEME

### BEGIN SOLUTION
The share of whole answers is honest. Suppose that under teacher forcing every character of an answer is right. Then the
first is right when the decoder writes alone too, since both begin with the start mark; so what it reads at the second
step is the true character, and that one is right as well, and so on to the end mark. The other way round it is the same
argument. The share of characters may be too good: when the third character is wrong, teacher forcing still shows the
true one at the fourth step, while alone the decoder reads its own mistake, ends up where it has never been in training,
and may get the rest wrong too. We train with teacher forcing all the same because the inputs are then known beforehand,
so that all steps can be computed in one run, and because an untrained decoder that reads its own noise has nothing to
learn from. The price is that it never practises what to do after a slip of its own.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- One cell, five types. *Many* means many steps. Ask what is read step by step, what is written step by step, and, if
  both, whether they are lined up.
- **One-to-many**: the input once, then zeros, and the state runs on. What it writes does not come back to it.
- **Many-to-one**: answer from the last *valid* state. Padding is a step like any other, and washes the state away.
- **Aligned**: an answer at every step, the loss averaged over real steps. The future is not known yet.
- **Delayed**: an encoder reads, a decoder writes. Teacher forcing when training, its own output when writing alone.
- A number means something beside a baseline. A bag of letters did nearly as well on country names, and no better than
  a coin on phrases where order decides.

**Where next.** Lesson 03 lets a network predict the next character and write on and on; lessons 04 and 05 show how
gradients travel through all these steps and why the day of the date was so hard; lesson 08 reads in both directions.

**Further reading**

- Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks" (2015): the picture of the types.
- Vinyals, Toshev, Bengio and Erhan, "Show and Tell: a neural image caption generator" (2015).
- Graves, *Supervised Sequence Labelling with Recurrent Neural Networks* (2012).
- Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks" (2014).
- Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine translation" (2014):
  the summary shown at every step, and the GRU.
- Williams and Zipser, "A learning algorithm for continually running fully recurrent neural networks" (1989): teacher
  forcing. Bengio, Vinyals, Jaitly and Shazeer, "Scheduled sampling" (2015): a way out of its drawback.
"""

# %%
progress()
