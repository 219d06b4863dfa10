# %% [markdown]
r"""
# 07 · Interpretable cells

A trained network is a pile of numbers. But someone once coloured a text by the value of a single unit, and the unit
was on inside quotation marks and off outside. Nobody had asked for that. In this lesson you look for such a unit in a
network that has learnt to write Python, and then you do what a picture cannot: you measure, compare, and take the
unit out.

**At the end you can**

- record every state of a network while it reads, and colour a text by one unit;
- score units against a label, and say what the score would be by chance;
- choose the best of many without fooling yourself;
- take a unit out of a running network, and tell what it *does* from what it goes along with;
- read a label off all units at once, and say what such a probe shows and what it does not.

**Builds on** lesson 03 (a network that writes, character by character, and bits per character) and lesson 06 (the LSTM,
its two states $h$ and $c$). **Time** about 90 minutes. **Points** 22, and 3 more marked by a person.
"""

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np

from autograder import check, hint, inputs, progress
from rnnlab import palette, plots
from rnnlab.data.python_labels import stretches
from rnnlab.lit import lit
from rnnlab.python_lstm import load, read_char, untrained, write
from rnnlab.widgets.neurons import neurons

plots.style()
network = load()

# %% [markdown]
r"""
## A network that has read Python

It is ready-made: one LSTM layer with 256 units that read the source of Python's own standard library for about ten
minutes, one character after the other, and learnt to guess the next. (`python -m rnnlab.train_python_lstm` makes it
anew.) Every twentieth file, roughly, was held out: chosen by its name alone, never trained on. All that follows looks
at those files, in 400-character stretches that begin at a line which is not indented.

> **Convention · after the character.** Batch first: `ids (N, T)`, states `(N, T, H)`. Gates in the order i f g o.
> Weights as torch keeps them: `W_xh (4H, V)`, `W_hh (4H, H)`, `b (4H)`. The state $h_t$ is the state **after**
> character $t$ was read. So everything that we want a unit to know is dated the same way: *once this character was
> read, is a string open?*
"""

# %% tags=["demo"]
text = stretches()
N, T = text.ids.shape
print(f"{N} stretches of {T} characters from {len(set(text.files))} files")
print("W_xh", network.W_xh.shape, " W_hh", network.W_hh.shape, " b", network.b.shape)

# %% tags=["demo"]
print(write(network, "    def close(self", length=420, seed=2)[0])

# %% [markdown]
r"""
It writes no sense, but it has picked up a lot: indentation, `self`, brackets, strings that are opened and closed. To
close a string some time after it was opened, the network has to *remember* that one is open. That memory has to be
somewhere in the 256 numbers of $h$ and the 256 of $c$. Where?

![A text of ten characters, and below it a table of states with a column for each character and a row for each unit. One
row is framed, and laid over the text as colour; below it stands a mask that is 1 where a string is
open.](figures/07_looking.svg)

## Look

One row of that table is one unit's history. Lay it over the text as colour, orange above zero and purple below, and you
see what the unit does while the network reads.

**Predict first.** Of the 256 units, how many will follow something that you could put into a word?
"""

# %%
my_prediction = "?"  # a number from 0 to 256

# %%
neurons(network, unit=28)

# %% [markdown]
r"""
Walk through some units (in a live notebook: the play button; and type a text of your own). Most of them flicker, and
mean nothing that has a name. Some seem to. This one goes down where a line begins, and up in brackets, in strings and
in the docstring. What would you call it? Write the name down; there will be a table.

Here three of them read the same lines.
"""

# %% tags=["demo"]
lines = """def greet(name, loud=False):  # never shout
    words = ['hello', 'dear ' + name, "you"]
    return open('greeting.txt', mode='r')
"""
browser = neurons(network, lines)
rows = {}
for unit in (28, 170, 7):
    browser.set(unit=unit, text=lines)
    rows[f"unit {unit}"] = browser.values(browser.state)
lit(lines.rstrip("\n"), rows)

# %% [markdown]
r"""
Careful, though. You have looked at many units and remember the ones that fit. With 256 rows of colour *something*
will look meaningful in any text, also in a network that has learnt nothing. Eyes are good at finding patterns, and
bad at noticing how many places they have searched. So from here on we **measure**:

1. a *label*: what is true at each character, by a rule, not by eye;
2. a *score*: how closely a unit follows it;
3. a *comparison*: what do other units score, and a network without training?
4. an *intervention*: take the unit out. What breaks?

## 1 · A label

### Exercise: where a string is open (`quote_mask`)

Write `quote_mask(text)`. `text` is a `str` of T characters of Python source. It returns an array of T entries: True
where, **once this character was read**, a string is open.

- A string begins at `'` or `"`, and ends at the next mark **of the same kind**. So the opening mark itself is True
  (it was read: a string is open), and the closing mark is False.
- A backslash inside a string takes the meaning from the one character that follows it.
- Outside of strings, `#` begins a comment, which lasts to the end of the line. In a comment no string begins.
- The end of a line ends strings and comments. (Strings in triple quotes are left out, here and in the check.)
- For `f('ab', x)` it is `0 0 1 1 1 0 0 0 0 0` as in the picture above. `inputs("quote_mask")` shows what the check
  uses.
"""


# %% exercise="quote_mask"
def quote_mask(text):
    """quote_mask: text (a string of T characters) -> (T), True or False

    Where a string is open, once each character was read.
    """
    ### BEGIN SOLUTION
    mask = np.zeros(len(text), dtype=bool)
    mark, comment, skip = "", False, False  # the mark that opened a string; in a comment; after a backslash
    for t, char in enumerate(text):
        if char == "\n":
            mark, comment, skip = "", False, False
        elif skip:
            skip = False
        elif mark:
            skip = char == "\\"
            if char == mark:
                mark = ""
        elif char == "#":
            comment = True
        elif char in "'\"" and not comment:
            mark = char
        mask[t] = mark != ""
    return mask
    ### END SOLUTION


# %% [markdown]
r"""
Here it is on a stretch of held-out text. The other labels that we shall need come ready-made from the standard
library's `tokenize`: whether a comment is open, or a docstring; how many brackets are open; characters of this line
so far, and how many of them are the spaces that it begins with.
"""

# %% tags=["demo"]
quotes = np.stack([np.asarray(quote_mask(one), dtype=bool) for one in text.texts])  # (N, T)
excerpt = slice(0, 300)
fits = [text.scored[n, excerpt].all() and max(map(len, text.texts[n].split("\n"))) < 84 for n in range(N)]
richest = int((quotes[:, excerpt].sum(axis=1) * fits).argmax())
lit(text.texts[richest][excerpt], {f"{text.files[richest]}, the mask": quotes[richest, excerpt]})

# %% [markdown]
r"""
## 2 · All states

### Exercise: a trace (`hidden_trace`)

Write `hidden_trace`. It reads N texts at once, `ids (N, T)`, from a state of zeros, and returns what the network was
thinking all along: `h (N, T, H)` and `c (N, T, H)`, both **after** each character.

- `read_char(ids_t, h, c, W_xh, W_hh, b)` is ready-made: the LSTM step of lesson 06, for one character of each text,
  `ids_t (N)`. It returns the new `h (N, H)` and `c (N, H)`. (In place of multiplying `W_xh` with a one-hot vector, it
  looks up a column.)
- Zeros of the kind of the weights, `np.zeros((N, H), W_hh.dtype)`, keep the network in float32: half the time and
  memory.
"""


# %% exercise="hidden_trace"
def hidden_trace(ids, W_xh, W_hh, b):
    """hidden_trace: ids (N,T), W_xh (4H,V), W_hh (4H,H), b (4H) -> h (N,T,H), c (N,T,H)

    All hidden states and cell states of an LSTM that reads texts.
    """
    ### BEGIN SOLUTION
    N, T = ids.shape
    H = W_hh.shape[1]
    h, c = np.zeros((N, H), W_hh.dtype), np.zeros((N, H), W_hh.dtype)
    hidden, cells = [], []
    for t in range(T):
        h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        hidden.append(h)
        cells.append(c)
    return np.stack(hidden, axis=1), np.stack(cells, axis=1)  # (N, T, H) each
    ### END SOLUTION


# %% [markdown]
r"""
Now let the network read everything, and see how well it guesses. (It starts each stretch knowing nothing, which costs
it a little at the beginning.)
"""

# %% tags=["demo"]
h, c = hidden_trace(text.ids, *network.cell)
bits = network.bits(h, text.ids)  # (N, T-1)
counts = np.bincount(text.ids.ravel())
share = counts[counts > 0] / counts.sum()
print(f"any of 96 characters alike     {np.log2(96):.2f} bits per character")
print(f"how often each occurs here     {-(share * np.log2(share)).sum():.2f}")
print(f"the network                    {bits.mean():.2f}, after the first 100 of a stretch {bits[:, 100:].mean():.2f}")

# %% [markdown]
r"""
## 3 · A score

How closely does a unit follow the mask? Take the two as vectors over time, subtract from each its mean, and compare
directions. This is the **correlation**:

$$r_u = \frac{\sum_t (h_{t,u} - \bar h_u)(m_t - \bar m)}
{\sqrt{\sum_t (h_{t,u} - \bar h_u)^2 \;\sum_t (m_t - \bar m)^2}}$$

It is 1 for a unit that jumps between two values exactly when the mask does, $-1$ for one that does so upside down,
and 0 for one that does not care. A unit's size and its resting value do not matter. By hand, for `f("a")`:

| | `f` | `(` | `"` | `a` | `"` | `)` | mean |
|---|---|---|---|---|---|---|---|
| mask | 0 | 0 | 1 | 1 | 0 | 0 | 1/3 |
| unit | 0.0 | 0.1 | 0.8 | 0.9 | 0.2 | 0.1 | 0.35 |

The products of the centred values add up to 1.00, the squares to 1.33 for the mask and to 0.775 for the unit. So
$r = 1.00 / \sqrt{1.33 \cdot 0.775} = 0.98$: a fine quote unit, though it takes its time to go off.

### Exercise: a score for every unit (`unit_scores`)

Write `unit_scores(h, mask)`: `h (T, H)`, one row for each step, and `mask (T)`, True or False. It returns `scores
(H)`, the correlation of every unit with the mask.

- A unit that never changes follows nothing, and a mask that never changes cannot be followed: the score is 0, not nan.
- No loop over units is needed. (The column of the table above is `np.array([[0.0], [0.1], [0.8], [0.9], [0.2],
  [0.1]])`.)
- Some labels, later and in the check, are numbers and not True or False: how many brackets are open, say. The formula
  is the same.
"""


# %% exercise="unit_scores"
def unit_scores(h, mask):
    """h (T,H), mask (T) bool -> (H)

    The correlation of every unit with a mask; 0 where one of them never changes.
    """
    ### BEGIN SOLUTION
    h = h - h.mean(axis=0)  # (T, H)
    mask = mask - mask.mean()  # (T)
    size = np.sqrt((h**2).sum(axis=0) * (mask**2).sum())  # (H)
    return np.divide(mask @ h, size, out=np.zeros(len(size)), where=size > 0)
    ### END SOLUTION


# %% [markdown]
r"""
Now every unit gets a score, in our network and, as the comparison, in three networks of the same shape that were never
trained.

**Predict first.** What will the best of the 256 units score (without its sign) in the trained network, and what in the
untrained ones?
"""

# %%
my_prediction = "?"  # trained: ...; untrained: ...

# %% tags=["demo"]
scored = text.scored  # lines without triple quotes, (N, T)
blank = [hidden_trace(text.ids, *untrained(seed).cell)[0] for seed in range(3)]  # h of three untrained networks
trained = np.abs(unit_scores(h[scored], quotes[scored]))
bare = [np.abs(unit_scores(states[scored], quotes[scored])) for states in blank]

fig, ax = plt.subplots(figsize=(6.4, 2.6))
edges = np.linspace(0, 0.8, 41)
ax.hist(trained, edges, color=palette.ORANGE, alpha=0.8, label="trained")
ax.hist(bare[0], edges, histtype="step", color=palette.INK, label="untrained")
ax.set(yscale="log", xlabel="|r| with the quote mask", ylabel="units", title="256 units and one question")
ax.legend()
plt.show()

print("you predicted:", my_prediction)
print(f"trained:   median {np.median(trained):.2f}, the three best {np.sort(trained)[::-1][:3].round(2)}")
for one in bare:
    print(f"untrained: median {np.median(one):.2f}, the three best {np.sort(one)[::-1][:3].round(2)}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

One unit stands far off to the right, and the next one some way behind it. Most of the others are no better than those
of a network that knows nothing. An untrained network does not score zero either: its state still holds the last few
characters, and one of them may be a quotation mark. *That* is the level above which something was learnt.

</details>

## Choosing is fooling yourself

We took the best of 256. Even if no unit followed anything, one of them would come out best, and its score would not be
zero. How much of the score is luck?

The way out is old: **choose on one part of the data, score on another.** Luck does not repeat itself.

### Exercise: the best unit (`best_unit`)

Write `best_unit(h, mask)`. Choose the unit with the largest score, *whatever its sign*, on the first half of the
steps (the first `T // 2`). Return its number, and its score on the **second** half, counted as positive if its sign
is that of the first half. (A unit that goes up in one half and down in the other has not kept its promise: its score
is negative.)

- Call your `unit_scores`.
"""


# %% exercise="best_unit"
def best_unit(h, mask):
    """h (T,H), mask (T) bool -> unit int, score float

    The unit that follows the mask best in the first half, and its score in the second.
    """
    ### BEGIN SOLUTION
    half = len(h) // 2
    first = unit_scores(h[:half], mask[:half])
    unit = int(np.argmax(np.abs(first)))
    second = unit_scores(h[half:], mask[half:])[unit]
    return unit, float(np.sign(first[unit]) * second)
    ### END SOLUTION


# %% [markdown]
r"""
First, see the luck. Give every stretch the mask of *another* stretch, so that there is nothing to follow, and take few
characters. Twenty times:
"""

# %% tags=["demo"]
rng = np.random.default_rng(0)
for many in (10, 60):
    chosen, fresh = [], []
    for _ in range(20):
        rows = rng.permutation(N)[:many]
        states, strange = h[rows].reshape(many * T, -1), quotes[np.roll(rows, 1)].ravel()
        unit, score = best_unit(states, strange)
        half = len(strange) // 2
        chosen.append(np.abs(unit_scores(states[:half], strange[:half])).max())
        fresh.append(score)
    print(f"{many * T:6} characters, masks of other texts: {min(chosen):.2f} to {max(chosen):.2f} where it was chosen,")
    print(f"       {min(fresh):.2f} to {max(fresh):.2f} on the other half")

# %% [markdown]
r"""
With a few thousand characters, the "best" unit for a mask that means nothing has a score that one could mistake for
something. On the other half the scores of these units lie on both sides of zero. More text helps, and so does the
other half.

Now in earnest. The stretches are in the order of their files' names, so the two halves come from *different files*.
Six labels, and for each the best of 256 units, among the hidden states $h$ and among the cell states $c$. As the
comparison, the best unit of three untrained networks, chosen and scored in the same way.
"""

# %% tags=["demo"]
everywhere = np.ones((N, T), dtype=bool)
labels = {"quotes": (quotes, scored), "brackets": (text.labels["depth"], scored)} | {
    name: (text.labels[name], everywhere if name in ("docstring", "column", "indent") else scored)
    for name in ("comment", "docstring", "column", "indent")
}


def best_units(states):
    """For every label the best unit and its score on the second half."""
    return {name: best_unit(states[where], values[where]) for name, (values, where) in labels.items()}


found = {"h": best_units(h), "c": best_units(c)}
baseline = [best_units(states) for states in blank]
print(f"{'':10}   best in h        best in c        untrained, h")
for name in labels:
    cells = [f"unit {found[s][name][0]:3}, {found[s][name][1]:5.2f}" for s in "hc"]
    scores = [one[name][1] for one in baseline]
    print(f"{name:10}   {cells[0]}  {cells[1]}  {min(scores):.2f} to {max(scores):.2f}")

named = np.zeros(network.size, dtype=bool)
for values, where in labels.values():
    bar = max(np.abs(unit_scores(states[where], values[where])).max() for states in blank)
    named |= np.abs(unit_scores(h[where], values[where])) > bar
print(f"units that follow one of the six more closely than any unit of the untrained networks: {named.sum()} of 256")

# %% [markdown]
r"""
So there are such units, on files that had no part in choosing them. How many did you predict at the beginning? The
last line is one answer, for six words of ours; other words would find others. Two warnings before you believe the
table.

Compare with the last column: an untrained network "knows", in part, how far along the line it is, since its state
drifts while it reads. And look for a unit that comes up **more than once**. A comment is English, a docstring is
English, and lines of English are long. A unit that is the best for two or three labels cannot be *about* each of
them; perhaps it follows something that they share. (The unit that you gave a name to is in the table. Is your name?)
A score says that two things go together, and not what the unit is about.

The quote unit is what we came for. Here it reads held-out lines with strings of both kinds; the mask stands above:
"""


# %% tags=["demo"]
def opened_by(one, mask):
    """The mark that opened the string at each character, or a space."""
    marks, mark = [], " "
    for char, inside in zip(one, mask, strict=True):
        mark = (char if mark == " " else mark) if inside else " "
        marks.append(mark)
    return marks


marks = np.array([opened_by(one, mask) for one, mask in zip(text.texts, quotes, strict=True)])  # (N, T)

quote_unit, quote_score = found["h"]["quotes"]
many = np.minimum((marks[:, excerpt] == "'").sum(axis=1), (marks[:, excerpt] == '"').sum(axis=1))
both = int((many * fits).argmax())  # a stretch with strings of both kinds
lines = {"the mask": quotes[both, excerpt], f"unit {quote_unit}": h[both, excerpt, quote_unit]}
lit(text.texts[both][excerpt], lines)

# %% [markdown]
r"""
Is it *the* quote cell? Look closely. It comes up a character or two after the opening mark, and does not go off at
once. And compare strings in single quotes with those in double quotes. Below, the score is taken for the two kinds
apart, and so is the unit's value.
"""

# %% tags=["demo"]
kinds = {"single": marks == "'", "double": marks == '"', "none": ~quotes}
value = h[..., quote_unit]
for kind in ("single", "double"):
    scores = unit_scores(h[scored], kinds[kind][scored])
    two = np.argsort(-np.abs(scores))[:2]
    best = ", ".join(f"unit {u} at {scores[u]:.2f}" for u in two)
    print(f"{kind} quotes: unit {quote_unit} scores {scores[quote_unit]:.2f}; the best two are {best}")

fig, ax = plt.subplots(figsize=(6.4, 2.4))
for (kind, where), color in zip(kinds.items(), (palette.ORANGE, palette.PURPLE, palette.MUTED), strict=True):
    ax.hist(
        value[where & scored], np.linspace(-1, 1, 41), density=True, histtype="step", color=color, label=kind, lw=1.8
    )
ax.set(xlabel=f"value of unit {quote_unit}", ylabel="density", title="what string is open?")
ax.legend()
plt.show()

# %% [markdown]
r"""
Not the clean switch of the famous picture. It is a unit for *single* quotes; in double quotes it stirs a little, and
for those this network has no unit that deserves the name. Inside it is mostly up, outside mostly near zero, and the
two histograms overlap. Our network is small and was trained for ten minutes; the one in the famous picture had more
units, more layers and hours. And pictures show the best example, while a score has to take them all.

## 4 · Take it out

A unit that *follows* quotes need not be what the network *uses*. A thermometer follows the weather too. To find out,
take it out, and let the network run on.

What does "out" mean? A unit acts on the rest through its $h$ alone: the gates of the next step read it, and so does
the readout. So hold it: after every step, overwrite $h_u$ with a fixed value, before anybody reads it. Not with zero,
in general, since a unit's resting value need not be zero, and the others may count on it; the usual choice is its
**mean** over a lot of text. Then it says nothing any more, but nothing unheard-of either.

![Three steps. In each state one unit is overwritten by a value v, before the next step and the readout read the
state.](figures/07_held.svg)

### Exercise: ablation (`ablate`)

Write `ablate`. It runs the LSTM on `ids (N, T)` from a state of zeros, as `hidden_trace` does, but **after every
step** the units `units (C)` of $h$ are set to `values (C)`: `units[i]` to `values[i]`. It returns `h (N, T, H)`, as
the next step and the readout get to see it.

- `units` are numbers of units, each once, in any order.
- The start stays a state of zeros. The cell states are left to themselves. (That of a held unit speaks through its own
  $h$ alone, and is heard by nobody any more.)
"""


# %% exercise="ablate"
def ablate(ids, units, values, W_xh, W_hh, b):
    """ablate: ids (N,T), units (C), values (C), W_xh (4H,V), W_hh (4H,H), b (4H) -> (N,T,H)

    The hidden states of an LSTM in which some units say the same at every step.
    """
    ### BEGIN SOLUTION
    N, T = ids.shape
    H = W_hh.shape[1]
    h, c = np.zeros((N, H), W_hh.dtype), np.zeros((N, H), W_hh.dtype)
    hidden = []
    for t in range(T):
        h, c = read_char(ids[:, t], h, c, W_xh, W_hh, b)
        h[:, units] = values
        hidden.append(h)
    return np.stack(hidden, axis=1)  # (N, T, H)
    ### END SOLUTION


# %% [markdown]
r"""
We look at the second half only, which did not choose the unit, and ask what every next character costs the network,
in bits, at three kinds of places: where a string *closes*, elsewhere inside strings, and outside. As the comparison:
8 units drawn at random, each held at its own mean, one at a time.

**Predict first.** Without its quote unit, what does the network lose, and where?
"""

# %%
my_prediction = "?"  # closing: ...; inside: ...; outside: ...

# %% tags=["demo"]
later = slice(N // 2, None)
ids, inside, fair = text.ids[later], quotes[later], scored[later]
ends = inside[:, :-1] & ~inside[:, 1:] & (ids[:, 1:] != 0)  # 0 is the end of a line
places = {
    "closing '": ends & (marks[later][:, :-1] == "'") & fair[:, 1:],
    'closing "': ends & (marks[later][:, :-1] == '"') & fair[:, 1:],
    "inside": inside[:, :-1] & inside[:, 1:] & fair[:, 1:],
    "outside": ~inside[:, :-1] & fair[:, 1:],
}
resting = h[: N // 2][scored[: N // 2]].mean(axis=0)  # the means, from the first half


def extra_bits(units):
    """What is paid more at each kind of place when these units are held at their means."""
    held = network.bits(ablate(ids, np.array(units), resting[units], *network.cell), ids)
    return [(held - bits[later])[where].mean() for where in places.values()]


rng = np.random.default_rng(0)
random_units = rng.choice(np.delete(np.arange(256), quote_unit), 8, replace=False)
without = extra_bits([quote_unit])
others = np.array([extra_bits([u]) for u in random_units])  # (8, 4)

print("you predicted:", my_prediction)
print(f"{'':12}{'characters':>11}{'whole':>8}   without unit {quote_unit}   without another unit")
for i, (name, where) in enumerate(places.items()):
    low, high = others[:, i].min(), others[:, i].max()
    print(
        f"{name:12}{where.sum():11}{bits[later][where].mean():8.2f}   {without[i]:+16.2f}   {low:+.2f} to {high:+.2f}"
    )

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

There it is. Where a string in single quotes has to be closed, the network pays far more without the unit than it does
without any of the eight others. In double quotes it pays a little, and in all other places next to nothing. The unit
is not only correlated with quotes: the network *uses* it to close them, and for little else.

</details>

Now let it write. A string has been opened, `name = 'the `, and the network goes on. Does it close the string before
the line ends? A hundred continuations, three times:
"""


# %% tags=["demo"]
def closed(mark, held, seed, N=100, network=network):
    """The percentage of continuations that close the string before the line ends."""
    texts = write(network, f"name = {mark}the ", length=50, seed=seed, N=N, held=held)
    return 100 * np.mean([mark in one.split("\n")[0] for one in texts])


ways = {"whole": {}, f"without {quote_unit}": {quote_unit: resting[quote_unit]}}
ways |= {f"without {u}": {int(u): resting[u]} for u in random_units[:1]}
for mark in "'\"":
    for name, held in ways.items():
        runs = [closed(mark, held, seed) for seed in range(3)]
        print(f"{mark}  {name:12}  {min(runs):3.0f} to {max(runs):3.0f} percent closed")

# %% [markdown]
r"""
With one number of 256 held still, the network forgets that it is in a string. Hold another one, and it does not. But
in double quotes the *whole* network closes only a minority of its strings, and there is less to lose. So there is a
second reading of the low score above: it may be that the network keeps double quotes in no single unit, but also that
it knows little about them.

One more turn. If the unit *says* "a string is open", it should work the other way round as well: hold it high all
the time, and see what that costs outside, where there is nothing to close.
"""

# %% tags=["demo"]
mark = network.characters.index("'")
runs = {"whole": h[later]}
for held_at in (-0.8, 0.8):
    runs[f"held at {held_at:+.1f}"] = ablate(ids, np.array([quote_unit]), np.array([held_at]), *network.cell)
print(f"{'bits more':14}" + "".join(f"{place:>11}" for place in places) + "   chance of a ' outside")
for name, states in runs.items():
    change = network.bits(states, ids) - bits[later]
    paid = "".join(f"{change[where].mean():+11.2f}" for where in places.values())
    expected = 100 * 2 ** network.log_probs(states[:, :-1][places["outside"]])[:, mark].mean()
    print(f"{name:14}{paid}   {expected:.2f} percent")

# %% [markdown]
r"""
Held high, a closing mark costs *less* than in the whole network, and the places outside pay for it: there the network
guesses worse, and gives a `'` many times the chance that it had, where no string is open. Held low, each closing mark
is a surprise. So the value has a meaning, in both directions.

### Another network

Was it bound to be so? The course has a second network: the same program, the same text, other first weights. It even
guesses a little better. **Predict first:** how closely will *its* best unit follow quotes?
"""

# %%
my_prediction = "?"  # a number from 0 to 1

# %% tags=["demo"]
twin = load(seed=1)
h_twin, c_twin = hidden_trace(text.ids, *twin.cell)
found_twin = best_units(h_twin)
print("you predicted:", my_prediction)
print(f"{'':10}   first network    second network")
print(f"{'bits/char':10}   {bits.mean():15.2f}   {twin.bits(h_twin, text.ids).mean():15.2f}")
for name in labels:
    cells = [f"unit {one[name][0]:3}, {one[name][1]:5.2f}" for one in (found["h"], found_twin)]
    print(f"{name:10}   {cells[0]}  {cells[1]}")

unit = found_twin["quotes"][0]
rest = h_twin[: N // 2][scored[: N // 2]].mean(axis=0)[unit]
for name, held in (("whole", {}), (f"without {unit}", {unit: rest})):
    runs = [closed("'", held, seed, network=twin) for seed in range(3)]
    print(f"second network, {name:12} {min(runs):3.0f} to {max(runs):3.0f} percent closed in single quotes")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The second network has no such clear quote unit, but a clearer one for brackets, and the unit that goes with its
quotes is also the one that goes with comments and docstrings. It closes fewer strings, and taking that unit out still
hurts: a unit need not follow a thing cleanly to be needed for it. So "there is a quote cell" is a statement about *one*
network, and not about LSTMs. (The first was not chosen for its unit: it was trained first. But a reader of a paper can
never be sure of that.)

</details>

Still, be careful with the reverse. A unit whose removal does *no* harm may carry the same as another one that stands
in for it. And a unit whose removal does harm everywhere tells you nothing about quotes: that is what the random units
and the places outside were there for.

## 5 · What is spread out

A single unit is what our eyes can handle. The network has no reason to keep one thing in one place: it reads its
state through a matrix, $W h$, and any *direction* in the space of 256 units is as good as a unit. So ask for the best
direction. Look for weights $w$ and a bias such that $h_t \cdot w + \text{bias}$ comes as close as possible to the
label:

$$\text{least} \quad \sum_t \left(h_t \cdot w + \text{bias} - y_t\right)^2 + \alpha \sum_u w_u^2$$

This is a **linear probe**. The second term keeps the weights small, so that 256 of them do not fit chance. It is
ridge regression, and it has a solution in one line. Take the means away, $\tilde h_t = h_t - \bar h$ and $\tilde y_t
= y_t - \bar y$. Then

$$\left(\tilde h^\top \tilde h + \alpha I\right) w = \tilde h^\top \tilde y, \qquad
\text{bias} = \bar y - \bar h \cdot w$$

### Exercise: a linear probe (`linear_probe`)

Write `linear_probe(h, y, alpha)`: `h (T, H)`, the label `y (T)`, numbers or 0 and 1, and `alpha`. It returns `w (H)`
and the bias, one number.

- The bias costs nothing: only the weights stand in the second term.
- `np.linalg.solve(A, v)` gives the `w` with `A @ w = v`.
- For `h = [[0], [1], [2]]` and `y = [1, 3, 5]` it is `w = [2]` and bias 1 with `alpha = 0`, and `w = [1]` and bias 2
  with `alpha = 2`.
"""


# %% exercise="linear_probe"
def linear_probe(h, y, alpha):
    """h (T,H), y (T), alpha float -> w (H), bias float

    Ridge regression of a label on all units, with a bias that costs nothing.
    """
    ### BEGIN SOLUTION
    h_mean, y_mean = h.mean(axis=0), y.mean()
    centred = h - h_mean  # (T, H)
    w = np.linalg.solve(centred.T @ centred + alpha * np.eye(h.shape[1]), centred.T @ (y - y_mean))
    return w, y_mean - h_mean @ w
    ### END SOLUTION


# %% [markdown]
r"""
Fit on the first half, test on the second, as before. The measure is the share of the label's variance that is
explained: the squared correlation, $r^2$. We compare three things: the best unit, the probe on all 256 units, and the
*same probe on an untrained network* (three of them). The last one is essential: 256 random features of the recent
text can predict a lot.

**Predict first.** For which label does the probe gain most over the best unit?
"""

# %%
my_prediction = "?"  # quotes, brackets, comment, docstring, column or indent


# %% tags=["demo"]
def probed(states, name, units=None, alpha=30.0):
    """Fit on the first half, and the share of variance that is explained on the second."""
    values, where = labels[name]
    a, b = where.copy(), where.copy()
    a[N // 2 :], b[: N // 2] = False, False
    units = np.arange(states.shape[2]) if units is None else units
    w, bias = linear_probe(states[a][:, units], values[a].astype(np.float32), alpha)
    return np.corrcoef(states[b][:, units] @ w + bias, values[b])[0, 1] ** 2


table = {name: (found["h"][name][1] ** 2, probed(h, name), [probed(b, name) for b in blank]) for name in labels}

fig, ax = plt.subplots(figsize=(6.4, 2.8))
x = np.arange(len(labels))
for shift, label, color, heights in (
    (-0.27, "best unit", palette.ORANGE, [t[0] for t in table.values()]),
    (0.0, "probe, trained", palette.SKY, [t[1] for t in table.values()]),
    (0.27, "probe, untrained", palette.LINE, [np.median(t[2]) for t in table.values()]),
):
    ax.bar(x + shift, heights, 0.25, color=color, label=label)
ax.set(xticks=x, xticklabels=list(labels), ylabel="r² on the second half", ylim=(0, 1))
ax.legend(ncols=3, fontsize=8)
plt.show()

print("you predicted:", my_prediction)
print(f"{'':10}  best unit   probe   untrained       ")
for name, (one, whole, bare) in table.items():
    print(f"{name:10}  {one:9.2f}   {whole:5.2f}   {min(bare):.2f} to {max(bare):.2f}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Read the table by rows.

- Where the probe beats the best unit by little, the thing sits in *one place*. Where it beats it by a lot, the thing is
  there, but **spread out**: no picture of a single unit would ever have shown it.
- Where the untrained probe is high as well, much of what the probe finds was not learnt. Any state that still holds the
  last characters says something about the place in the line and the spaces at its beginning. Only the difference
  counts; and for one of the labels there is none. (That one is in the cell states: try `probed(c, "indent")`.)

</details>

How many units does it take? Order them by their score on the first half, and give the probe only the first few.
"""

# %% tags=["demo"]
sizes = (1, 2, 4, 8, 16, 32, 64, 128, 256)
fig, ax = plt.subplots(figsize=(6.4, 2.8))
for name, color in zip(("quotes", "brackets", "column"), (palette.ORANGE, palette.PURPLE, palette.SKY), strict=True):
    values, where = labels[name]
    first = where.copy()
    first[N // 2 :] = False
    order = np.argsort(-np.abs(unit_scores(h[first], values[first])))
    curve = [probed(h, name, order[:k]) for k in sizes]
    ax.plot(sizes, curve, marker="o", ms=3.5, color=color, label=name)
    print(f"{name:9}", "  ".join(f"{k}: {r:.2f}" for k, r in zip(sizes, curve, strict=True)))
ax.set(xscale="log", xticks=sizes, xticklabels=sizes, xlabel="units that the probe may use", ylabel="r²", ylim=(0, 1))
ax.minorticks_off()
ax.legend()
plt.show()

# %% [markdown]
r"""
A flat curve that starts high is a unit with a meaning; a curve that climbs all the way is a meaning without a unit.
Both live in the same state of the same network.

What a probe shows is that a label **can be read off**. That is a statement about the probe and the state, not about
what the network does with it. For that you would have to intervene again, and take out a whole *direction* in place
of a unit.
"""

# %% [markdown] question="what_a_unit_means"
r"""
### In your own words

A colleague has trained an LSTM with 1000 units on hotel reviews and writes: "Unit 417 is the *politeness unit*. On
our 500 reviews its mean value correlates with the politeness that people gave them, $r = 0.41$, the highest of all
units. I attach a review in which it lights up at 'please' and 'thank you'. So the network has learnt politeness, and
stores it in unit 417."

What has been shown, and what has not? Name at least three things that you would do before you believe the sentence,
and for each what outcome would speak against it. Six to ten sentences.

### BEGIN MARK SCHEME
- **1 point**, choosing and chance: the unit was chosen and scored on the same 500 reviews, as the best of 1000; the
  score has to come from other reviews, and be compared with the best unit for shuffled labels or of an untrained
  network. One review in a picture is an example that was picked. Against it: on new reviews the score falls to the
  level of the comparison.
- **1 point**, cause: a correlation does not show that the network uses the unit; hold it at its mean and measure the
  effect on something that has to do with politeness, compared with random units and with text that has not. Against
  it: no effect, or the same effect everywhere.
- **1 point**, what it is really about, or where else it is: other labels that go along with politeness (length,
  formality, single words such as "please", sentiment) have to be told apart, by texts in which they differ; a probe
  on all units shows whether it is stored elsewhere or spread out. Against it: the word alone explains the unit; a
  probe without unit 417 does as well.
- Half a point off where a measure is named but no outcome that would speak against the claim. Nothing off for
  language or length. Other sound points (several trained networks, a confidence range) can take the place of one of
  these.
### END MARK SCHEME

### BEGIN SOLUTION
Shown is that of 1000 units one goes along with politeness on these 500 reviews, and that in one review, which was
picked, it lights up at polite words. That is little: the best of 1000 units would have a sizeable score for any
label. First, I would keep the unit and score it on new reviews, next to the best unit for shuffled labels and the
best one of an untrained network; if 0.41 falls to what these score, it was luck. Second, I would hold the unit at its
mean and see what changes: does the network then expect "please" and "thank you" less, and only those? If nothing
changes, or everything does by the same amount, as with random units, the network does not use it for politeness.
Third, I would ask what else it might be: perhaps it detects the word "please", or formal language, or long reviews.
Rude sentences with "please" in them, and polite ones without, tell these apart; if it lights up for the rude ones
too, it is a word detector. Fourth, a linear probe on all the other 999 units: if it predicts politeness just as well,
then politeness is not stored *in* unit 417, which merely is one of many places where it shows.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- A unit's history, laid over the text, shows what it might follow. It is where a question begins.
- A label by a rule and a score by a formula make the question measurable. $h_t$ is the state *after* character $t$:
  the label has to be dated the same way.
- The best of many units always scores something. Choose on one part, score on another, and compare with an untrained
  network.
- Our network has a unit that follows strings in single quotes, well but not cleanly, and none as good for double
  quotes. A second network, trained alike, has not.
- Following is not causing. Hold the unit, and the network no longer closes its strings in single quotes; elsewhere
  nothing much happens.
- A linear probe finds what is spread over many units. It needs the same comparison: a probe on an untrained network.

**Where next.** Until now a layer has been one LSTM that reads from left to right. In lesson 08 you stack them, and
let one of them read from right to left.

**Further reading**

- Karpathy, Johnson and Li, "Visualizing and understanding recurrent networks" (2015): the famous picture, with its
  quote cell.
- Radford, Jozefowicz and Sutskever, "Learning to generate reviews and discovering sentiment" (2017): one unit that
  follows sentiment, and what holding it does.
- Morcos, Barrett, Rabinowitz and Botvinick, "On the importance of single directions for generalization" (2018): units
  that are easy to name are not the ones that matter most.
- Lakretz and others, "The emergence of number and syntax units in LSTM language models" (2019): ablation as it should
  be done.
- Alain and Bengio, "Understanding intermediate layers using linear classifier probes" (2016).
- Hewitt and Liang, "Designing and interpreting probes with control tasks" (2019): what a probe's score should be
  compared with.
"""

# %%
progress()
