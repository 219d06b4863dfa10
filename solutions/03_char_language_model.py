# %% [markdown]
r"""
# 03 · A character language model

A language model answers one question, over and over: *what comes next?* In this lesson you build one that reads
English letter by letter, measure how good it is in bits, and let it write.

**At the end you can**

- turn text into numbers and back, and say why the order of a vocabulary must be fixed;
- explain what a logit is, and compute the loss of the word "hello" by hand;
- write the loss of a language model with its gradient, safe for any logits;
- measure a model in bits per character, against baselines that any model must beat;
- train a recurrent character model, read what it writes at several stages, and choose a temperature;
- recognise a loss that is too good to be true.

**Builds on** lesson 01 (state, softmax) and lesson 02 (many-to-many). **Time** about 120 minutes. **Points** 30, and 3
more marked by a person.
"""

# %% tags=["setup"]
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import torch

from autograder import check, hint, inputs, progress
from rnnlab import palette, plots
from rnnlab.data import text
from rnnlab.train import train
from rnnlab.widgets.temperature import temperature

plots.style()
torch.set_num_threads(1)  # networks as small as ours are fastest on one thread

# %% [markdown]
r"""
## What comes next?

Your phone does it above the keyboard; a speech recogniser does it to choose between "recognise speech" and "wreck a
nice beach". A **language model** gives every possible next piece of text a probability, from all that came before:

$$p(\text{text}) = p(c_1)\; p(c_2 \mid c_1)\; p(c_3 \mid c_1 c_2)\; p(c_4 \mid c_1 c_2 c_3) \cdots$$

The pieces may be words or characters. Words carry more meaning, but there are hundreds of thousands of them, and
tomorrow somebody makes a new one. Characters are few, so the model stays small, and it has to find out by itself that
there are such things as words. That makes it a good one to learn with.

![Five steps of a recurrent network: it reads h, e, l, l, and at each step the target is the character that comes
next: e, l, l, o.](figures/03_next_char.svg)

In the language of lesson 02 this is many-to-many, aligned: one input and one output at every step. And nobody has to
label anything. The text is its own answer key: **the target is the input, one place on**.
"""

# %% [markdown]
r"""
## Characters as numbers

A network calculates, so every character gets a number, its **id**: its place in a list of all characters, the
**vocabulary**. The list must have an order that is always the same. If it changed between training and use, id 7
would be an "e" today and a comma tomorrow, and a well-trained model would write gibberish.

**Predict first.** A `set` holds the different characters of a text. Is its order the same each time Python starts?
Write `"yes"` or `"no"`.
"""

# %%
my_prediction = "?"  # "yes" or "no"

# %% tags=["demo"]
import os
import subprocess
import sys

print("you predicted:", my_prediction)
for start in ("1", "2", "3"):
    program = [sys.executable, "-c", "print(list(set('hello')))"]
    python = subprocess.run(program, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": start})
    print(f"start {start}:", python.stdout.strip())

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

No: a set sorts its members by a number that Python makes from each of them and from a random number, drawn anew at
every start. (The three starts above have been given three such numbers, so that you see what you otherwise meet by
accident.) `sorted(...)` makes an order that depends on the characters and on nothing else.

</details>

And what of a character that the vocabulary lacks? Leaving it out in silence would give a text that is one shorter,
and an error far away, much later. A program that cannot go on should say so *at once*, and name the culprit.

### Exercise: the vocabulary (`Vocabulary`)

Fill in three methods of `Vocabulary`. The first lines are given: `self.characters` is the list, and `self.ids` a
dictionary from character to id.

- `Vocabulary.build(text)`: a vocabulary of all different characters in `text`, sorted. (`cls` is the class: return
  `cls(list_of_characters)`.)
- `encode(text)`: an integer array with the id of every character. A character that is not in the vocabulary raises an
  error whose message names it.
- `decode(ids)`: the text, as one string.
- To try it: `Vocabulary.build("hello").encode("hell")` gives `[1, 0, 2, 2]`.
"""


# %% exercise="Vocabulary"
class Vocabulary:
    """Vocabulary.build(text), then encode(text) -> ids (T), decode(ids (T)) -> text

    Characters as numbers: the id of a character is its place in the sorted list of all of them.
    """

    def __init__(self, characters):
        self.characters = characters
        self.ids = {c: i for i, c in enumerate(characters)}

    def __len__(self):
        return len(self.characters)

    @classmethod
    def build(cls, text):
        """The vocabulary of all different characters in a text, sorted."""
        ### BEGIN SOLUTION
        return cls(sorted(set(text)))
        ### END SOLUTION

    def encode(self, text):
        """The id of every character, an integer array (T)."""
        ### BEGIN SOLUTION
        for c in text:
            if c not in self.ids:
                raise ValueError(f"{c!r} is not in the vocabulary")
        return np.array([self.ids[c] for c in text], dtype=int)
        ### END SOLUTION

    def decode(self, ids):
        """The characters of these ids, as one string."""
        ### BEGIN SOLUTION
        return "".join(self.characters[i] for i in ids)
        ### END SOLUTION


# %% [markdown]
r"""
### One place for each character

Ids are names, not quantities: "o" is not three times "e". So the network gets a vector with a place for each
character of the vocabulary, all 0 and a single 1: a **one-hot** vector, which lesson 02 has used already. With
the vocabulary h, e, l, o:

$$\text{h} = (1,0,0,0) \quad \text{e} = (0,1,0,0) \quad \text{l} = (0,0,1,0) \quad \text{o} = (0,0,0,1)$$

What does ${\color{#D55E00}{W_{xh}}}$ do with such a vector? It gives back one of its columns. Every character has a
column of its own in ${\color{#D55E00}{W_{xh}}}$, which training shapes. You will use that shortcut at the end of the
lesson.

### Exercise: one-hot (`one_hot`)

Write `one_hot`: `ids (N, T)` and the size of the vocabulary `V` to `(N, T, V)`.
"""


# %% exercise="one_hot"
def one_hot(ids, V):
    """ids (N,T) int<V>, V -> (N,T,V)

    A vector for each id: 1 at the id's place, 0 everywhere else.
    """
    ### BEGIN SOLUTION
    return (ids[:, :, None] == np.arange(V)).astype(float)  # (N, T, 1) against (V); np.eye(V)[ids] does it too
    ### END SOLUTION


# %% [markdown]
r"""
## "hello", by hand

Before any big text, one word, with every number on the page. The network reads h, e, l, l from the state $h_0 = 0$,
and at each step gives four scores, one for each character of the vocabulary h, e, l, o. Its weights are as yet
random:

![The network reads h, e, l, l. Below, the one-hot vectors; above, four scores at each step, with that of the right
next character marked: 2.2, minus 1.0, 1.9 and 2.2.](figures/03_hello.svg)

At the first step it has read "h" and gives

$$z = (1.0,\ 2.2,\ -3.0,\ 4.1) \quad \text{for} \quad \text{h, e, l, o}.$$

The right answer is "e", but "o" has more. How bad is that?

**Logits.** These scores are called logits. They can be any numbers, and only their *differences* count: softmax turns
them into probabilities, $p_i = e^{z_i} / \sum_k e^{z_k}$, so that $p_o / p_e = e^{4.1 - 2.2} = e^{1.9} \approx 6.7$.
The difference of two logits is the logarithm of the odds: the network bets nearly seven to one on "o" against "e".
(Log-odds: *log-it*.)

| | h | e | l | o | sum |
|---|---|---|---|---|---|
| logit $z$ | 1.0 | **2.2** | −3.0 | 4.1 | |
| $e^z$ | 2.72 | **9.03** | 0.05 | 60.34 | 72.13 |
| $p$ | 0.04 | **0.13** | 0.00 | 0.84 | 1 |
| right answer $y$ | 0 | **1** | 0 | 0 | 1 |
| $p - y$ | 0.04 | **−0.87** | 0.00 | 0.84 | 0 |

**The loss** of this step is minus the logarithm of the probability of what really came: $-\ln 0.13 = 2.08$. It is 0
for a network that was sure and right, and grows without limit for one that was sure and wrong.

**The gradient** of the loss with respect to the logits is the last row: $p - y$. Nothing simpler could be hoped for.
Where it is negative, the logit should rise.

**Predict first.** Training takes a step *against* the gradient. Which logits rise? `"e"` alone, `"e and h"`, or `"all
but o"`.
"""

# %%
my_prediction = "?"  # "e", "e and h", "all but o"

# %%
z = np.array([1.0, 2.2, -3.0, 4.1])
y = np.array([0.0, 1.0, 0.0, 0.0])

print("you predicted:", my_prediction)
print("step    " + "".join(f"{c:>9}" for c in "helo") + "     loss")
for step in range(6):
    p = np.exp(z) / np.exp(z).sum()
    print(f"{step}   p = " + "".join(f"{v:9.3f}" for v in p) + f"{-np.log(p[1]):9.3f}")
    z = z - 1.0 * (p - y)

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Only "e" is pushed up; everything else goes down, each in proportion to the probability that it wrongly holds, so "o"
by far the most. After two steps "e" leads.

</details>

In a real network the logits cannot be set by hand. They come out of weights, and this same gradient flows back into
them: that is lesson 04. But whatever the network, it starts here: *push up what came, push down what was expected
instead*.

> **Convention · mean, in nats.** The loss is the *mean* over all $N \cdot T$ characters of a batch, so its gradient
> is $(p - y) / (N T)$. Some texts sum over time and average over sequences; then the loss grows with $T$. The
> logarithm is the natural one, as in `torch.nn.functional.cross_entropy`.

### Exercise: the loss and its gradient (`cross_entropy`)

Write `cross_entropy`: `logits (N, T, V)` and `targets (N, T)` to two things: the loss, a number, and its gradient
`dlogits (N, T, V)`.

- It must be right for logits like 1000 too. If $p$ is 0 in a float, its logarithm is infinite: so work with
  $\ln p_i = z_i - \ln \sum_k e^{z_k}$, after taking each row's largest logit away.
- Make new arrays; leave `logits` as they are. Your `one_hot` may help.
- To try it: for one character with the logits above and target 1 the loss is 2.08.
"""


# %% exercise="cross_entropy"
def cross_entropy(logits, targets):
    """logits (N,T,V), targets (N,T) int<V> -> loss float, dlogits (N,T,V)

    The mean of minus log p of the right characters, in nats, and its gradient with respect to the logits.
    """
    ### BEGIN SOLUTION
    N, T, V = logits.shape
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))  # (N, T, V)
    y = np.eye(V)[targets]  # (N, T, V)
    return -(log_p * y).sum() / (N * T), (np.exp(log_p) - y) / (N * T)
    ### END SOLUTION


# %% [markdown]
r"""
### Exercise: the whole word (`hello_loss`)

Now all four steps of the picture. Write `hello_loss`: from the logits of the four steps, `(4, 4)`, one row a step and
columns for h, e, l, o, to two things: the probabilities that the network gives to the four *right* next characters,
`(4)`, and the loss of the word, their mean $-\ln p$.

- The network reads h, e, l, l. Which characters should it say?
- Do it for the first step with pencil and paper before you write any code.
"""


# %% exercise="hello_loss"
def hello_loss(logits):
    """logits (4,4) -> p (4), loss float

    Of the word "hello", columns being h, e, l, o: the chance of each right next character, and the mean loss in nats.
    """
    ### BEGIN SOLUTION
    targets = np.array(["helo".index(c) for c in "ello"])
    loss, _dlogits = cross_entropy(logits[None], targets[None])
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True))[np.arange(4), targets], loss
    ### END SOLUTION


# %% [markdown]
r"""
Before you go on, look at the two steps that read "l". The same character goes in, and once the right answer is "l",
once it is "o". A model that looks at the present character alone can at best say fifty-fifty. It takes the *state* to
know which "l" this is. That is the whole case for a recurrent language model, in one word of five letters.
"""

# %% [markdown]
r"""
## Real text, and what any model must beat

Every Python brings a manual with it: `help("if")` shows a page of it. `text.prose()` is that manual without its code
and tables. You may bring a text of your own instead: `text.read_text("my_book.txt")`, a plain text file in any
language.
"""

# %%
prose = text.prose()
vocabulary_size = len(set(prose))
print(f"{len(prose):,} characters, {vocabulary_size} different ones\n")
print(textwrap.fill(prose[2000:2420], 100))

# %% [markdown]
r"""
How good is a model? Count in **bits per character**: the mean of $-\log_2 p$. One bit is one question with two
equally likely answers. A model that spreads its bets evenly over 8 characters needs 3 bits for each.

A number means nothing without another to hold it against. Three models that need no training at all, only counting:

- **uniform**: all $V$ characters are equally likely;
- **unigram**: how often each character occurs;
- **bigram**: how often each character follows *the one before it*.

**Predict first.** Uniform costs $\log_2 V \approx 6.5$ bits. What will the bigram cost? Write a number.

One rule from here on: count (and train) on one part of the text, and measure on another, **held out**. Else a model
that learnt the text by heart would win.
"""

# %%
my_prediction = "?"  # bits per character

# %%
characters = sorted(set(prose))
number = {c: i for i, c in enumerate(characters)}
ids = np.array([number[c] for c in prose])
held_out = 20_000
train_ids, held_ids = ids[:-held_out], ids[-held_out:]
V = len(characters)

unigram = np.bincount(train_ids, minlength=V) + 0.1  # 0.1: what was never seen is rare, but not impossible
unigram = unigram / unigram.sum()
bigram = np.full((V, V), 0.1)
np.add.at(bigram, (train_ids[:-1], train_ids[1:]), 1)
bigram = bigram / bigram.sum(axis=1, keepdims=True)

BASELINES = {
    "uniform": np.log2(V),
    "unigram": -np.log2(unigram[held_ids]).mean(),
    "bigram": -np.log2(bigram[held_ids[:-1], held_ids[1:]]).mean(),
}
print("you predicted for the bigram:", my_prediction)
for name, bits in BASELINES.items():
    print(f"{name:8} {bits:.2f} bits per character on text that was not counted")

rng = np.random.default_rng(0)
written = [characters.index("T")]
for _ in range(200):
    written.append(rng.choice(V, p=bigram[written[-1]]))
print("\nthe bigram model writes:", "".join(characters[i] for i in written).replace("\n", " "))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The bigram saves nearly half of the uniform model's bits, by looking back a single character. And what it writes has
the rhythm of English and no words. This is the line to beat: a recurrent model that does not do better than the
bigram has not used its memory.

</details>

Longer tables? With three characters of context there are $92^3$ rows, nearly 800,000, for a text of 200,000
characters: most rows would never be seen. A state does better than a table.
"""

# %% [markdown]
r"""
## Streams

The text is one sequence of 200,000 steps. A gradient through all of them would take far too much memory, and there
would be a single step of training for the whole book. So it is read in pieces of $T$ characters. To use the machine
well, $N$ places of the book are read at once: the text is cut into $N$ **streams**, side by side.

![A text of 25 characters: two streams of 12, and a 25th that is only a target. The first batch has the first four
characters of both streams, the second batch the next four of both, so that each row goes on where it stopped. Below
each row of x stands its y, one character on.](figures/03_streams.svg)

The point is in the rows. Row $n$ of one batch ends exactly where row $n$ of the next begins, so the state can be
carried over from batch to batch: the model reads on instead of waking up in the middle of a word, 32 characters at a
time.

### Exercise: streams in batches (`stream_batches`)

Write `stream_batches`: it takes `ids (L)`, `N` and `T`, and yields pairs `x (N, T)`, `y (N, T)`.

- A stream is $\lfloor (L - 1) / N \rfloor$ characters long: one character is left for the last target.
- `y` is `x` one place on *in the text*, at the end of a batch too.
- What does not fill a whole batch is left out.
- To try it: for `np.arange(25)`, `N = 2` and `T = 4` the first pair is `[[0,1,2,3], [12,13,14,15]]` and
  `[[1,2,3,4], [13,14,15,16]]`, and there are three.
"""


# %% exercise="stream_batches"
def stream_batches(ids, N, T):
    """stream_batches(ids (L), N, T) yields x (N,T), y (N,T) ...

    A text as N streams side by side, T steps at a time. Row n goes on in the next batch where it stopped in this one.
    """
    ### BEGIN SOLUTION
    length = (len(ids) - 1) // N
    x = ids[: N * length].reshape(N, length)
    y = ids[1 : N * length + 1].reshape(N, length)
    for start in range(0, length - T + 1, T):
        yield x[:, start : start + T], y[:, start : start + T]
    ### END SOLUTION


# %% [markdown]
r"""
## Drawing a character

A model gives probabilities; to write, one character has to be chosen. Always the likeliest one? Then it writes what
is likeliest after what is likeliest, and soon goes round in circles. So draw by chance, with the probabilities that
the model gives.

And turn a knob on them, the **temperature** $\tau$: $p = \operatorname{softmax}(z / \tau)$. Below 1 the differences
between logits grow, and the model plays safe. Above 1 they shrink, and it takes risks. Near 0 the likeliest character
always wins; at infinity all are alike. (The word is from physics: hot things move about, cold ones settle.)

**Predict first**, then move the slider. Between which two characters does the *ratio* of probabilities change more
when it gets colder: the two best (`"two best"`), or the best and the worst (`"best and worst"`)?
"""

# %%
my_prediction = "?"  # "two best" or "best and worst"

# %% tags=["demo"]
print("you predicted:", my_prediction)
temperature()

# %% [markdown]
r"""
Left, the chances of the next character; right, a text written at that temperature by a table of three-character
contexts.

<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

At 0.3 it repeats itself, at 2 it makes up words that nobody needs. With $\tau$, a ratio $p_i / p_j$ becomes
$e^{(z_i - z_j)/\tau}$: the further two logits are apart, the more it changes.

</details>

### Exercise: draw the next character (`sample_next`)

Write `sample_next`: from the logits of one place, `(V)`, a temperature and a random generator to one id, an int.

- Draw from `rng` (`rng.choice(V, p=p)` draws an id), so that a run can be repeated.
- It must work for logits like 1000, and leave them as they are.
- The check draws 1500 times and looks at how often each character comes. *Which* one comes first does not matter.
  (`logits, tau, rng = inputs("sample_next")` to try it by hand.)
"""


# %% exercise="sample_next"
def sample_next(logits, temperature, rng):
    """sample_next: logits (V), temperature float, rng -> id int

    One character, drawn with the probabilities softmax(logits / temperature).
    """
    ### BEGIN SOLUTION
    z = logits / temperature
    p = np.exp(z - z.max())
    return int(rng.choice(len(p), p=p / p.sum()))
    ### END SOLUTION


# %% [markdown]
r"""
### Exercise: let it write (`generate`)

Now the loop that turns a model into a writer. First it reads a beginning, the **prime**, to get into the mood: its
state is then all it knows of it. Then it draws a character, *reads what it has drawn*, draws the next one, and so on.
That the output becomes the next input is called **autoregressive**.

Write `generate`. The model is a function of one step: `logits, h = model(id, h)`, with `h = None` before the first
character; `logits` is `(V)`, and h is whatever it wants back.

- Feed every id of `prime`, in order, carrying the state.
- Draw the first new character from the logits that came with the *last* character of the prime.
- Return the `count` new ids, without the prime. Draw with your `sample_next`.
- To try it, a toy model that adds up what it has read and is sure of the sum:
  `toy = lambda i, h: (50.0 * np.eye(9)[((h or 0) + i) % 9], (h or 0) + i)`. Then `generate(toy, [1, 2], 4, 1.0,
  np.random.default_rng(0))` gives `[3, 6, 3, 6]`. (`inputs("generate")` gives five arguments, the first of them the
  model that the check uses: `generate(*inputs("generate"))`.)
"""


# %% exercise="generate"
def generate(model, prime, count, temperature, rng):
    """generate: model, prime (T), count int, temperature float, rng -> ids (count)

    Read the prime, then draw `count` characters, each fed back to the model before the next is drawn.
    """
    ### BEGIN SOLUTION
    h = None
    for i in prime:
        logits, h = model(i, h)
    ids = [sample_next(logits, temperature, rng)]
    while len(ids) < count:
        logits, h = model(ids[-1], h)
        ids.append(sample_next(logits, temperature, rng))
    return np.array(ids)
    ### END SOLUTION


# %% [markdown]
r"""
### Exercise: bits (`bits_per_char`)

The loss is in nats, and the baselines are in bits. Write `bits_per_char`: `logits (N, T, V)` and `targets (N, T)` to
a number. Your `cross_entropy` does nearly all of it. Logits that are all equal, over 8 characters, give exactly 3.
"""


# %% exercise="bits_per_char"
def bits_per_char(logits, targets):
    """logits (N,T,V), targets (N,T) int<V> -> float

    The mean of minus log2 p of the right characters.
    """
    ### BEGIN SOLUTION
    loss, _dlogits = cross_entropy(logits, targets)
    return loss / np.log(2)
    ### END SOLUTION


# %% [markdown]
r"""
## The model

All parts are there. The network itself you write with torch, which finds the gradients: a recurrent network between a
table of vectors and a readout.

- **Ids to vectors.** `torch.nn.Embedding(V, D)` is a table with a row of $D$ numbers for each character, and is
  called with ids. It is a one-hot vector times a matrix, without the multiplications by 0. (One-hot vectors into the
  network do as well.)
- **The recurrence**: `torch.nn.RNN(D, H, batch_first=True)`, which is your network of lesson 01. It gives all states,
  and the last one in the shape in which it wants it back.
- **The readout**: `torch.nn.Linear(H, V)`, from states to logits.

### Exercise: the character model (`CharRNN`)

Write `CharRNN`, a torch module.

- `CharRNN(V, H)` makes the layers. `forward(ids, h=None)`: `ids (N, T)` to logits `(N, T, V)` and the state after the
  last step. Logits, not probabilities: torch's loss does the softmax itself.
- `learn(x, y, h, optimiser)` is one step of training on one batch: scores for `x` from the state `h`, the mean
  cross-entropy against `y` (`torch.nn.functional.cross_entropy` takes `(N T, V)` and `(N T)`: flatten both to that),
  gradients with `loss.backward()`, one step of the optimiser. (Lesson 01 has these lines at its end, in its last
  experiment.) It returns the loss as a float, and the state for the next batch.
- torch *adds* new gradients to old ones: clear them first, `optimiser.zero_grad()`.
- Return the state **detached**: `h.detach()` has the same numbers and no memory of how they came about. Without it
  torch would go back through all batches before. What that costs, and what it loses, is lesson 04.

The check looks at what the scores depend on, and at one step of training; any architecture will do. **When graded**,
your class also learns for 150 batches on small letters, about a second, and must then be at least 0.1 bits better
than the bigram on text it has not seen. `check("CharRNN", CharRNN, hidden=True)` does that too.
"""


# %% exercise="CharRNN"
class CharRNN(torch.nn.Module):
    """CharRNN(V, H), then forward(ids (N,T), h=None) -> logits (N,T,V), h and
    learn(x (N,T), y (N,T), h, optimiser) -> loss float, h

    A recurrent character model, and one step of its training.
    """

    def __init__(self, V, H):
        super().__init__()
        ### BEGIN SOLUTION
        self.vectors = torch.nn.Embedding(V, 32)
        self.rnn = torch.nn.RNN(32, H, batch_first=True)
        self.readout = torch.nn.Linear(H, V)
        ### END SOLUTION

    def forward(self, ids, h=None):
        """Scores for the character after each one, and the state after the last."""
        ### BEGIN SOLUTION
        states, h = self.rnn(self.vectors(ids), h)
        return self.readout(states), h
        ### END SOLUTION

    def learn(self, x, y, h, optimiser):
        """One step of training: the loss, and the state to go on with."""
        ### BEGIN SOLUTION
        logits, h = self(x, h)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item(), h.detach()
        ### END SOLUTION


# %% [markdown]
r"""
## Watch it learn

Now train it: the prose again and again through your `stream_batches`, the state carried along, and stops on the way
to measure bits on the held-out text and to let the model write. Three models from three seeds, so that you see what
is luck.

(From here on the cells use all that you wrote above: where one stops with `NotImplementedError`, it names what is still
missing. The three trainings take about a minute on a slow machine. The stop button ends one, and what was
learnt so far stays.)
"""

# %% tags=["demo"]
vocabulary = Vocabulary.build(prose)
STAGES = (5, 10, 50, 150, 500)


def held_out_bits(model):
    """Bits per character on the held-out text, read as ten streams."""
    x, y = next(iter(stream_batches(held_ids, 10, 1900)))
    with torch.no_grad():
        logits, _h = model(torch.tensor(x))
    return bits_per_char(logits.double().numpy(), y)


def one_step(model):
    """The model as a function of one character, for `generate`."""

    def step(i, h):
        with torch.no_grad():
            logits, h = model(torch.tensor([[int(i)]]), h)
        return logits[0, -1].double().numpy(), h

    return step


def write(model, prime="The ", count=180, heat=0.7, seed=0):
    """A piece of text by the model, on one line."""
    new = generate(one_step(model), vocabulary.encode(prime), count, heat, np.random.default_rng(seed))
    return (prime + vocabulary.decode(new)).replace("\n", " / ")


def fit(seed, H=128, stages=STAGES, rate=3e-3):
    """A model trained on the prose, its bits at each stage, and what it wrote there."""
    torch.manual_seed(seed)
    model = CharRNN(V, H)
    optimiser = torch.optim.Adam(model.parameters(), rate)
    bits, samples, batches = [], [], iter(())
    h = None

    def step(_i):
        nonlocal h, batches
        pair = next(batches, None)
        if pair is None:  # the streams are read to their end: begin again
            batches, h = stream_batches(train_ids, 32, 32), None
            pair = next(batches)
        x, y = map(torch.tensor, pair)
        loss, h = model.learn(x, y, h, optimiser)
        return loss

    for before, after in zip((0, *stages), stages):
        train(step, after - before, f"seed {seed}, to step {after}")
        bits.append(held_out_bits(model))
        samples.append(write(model))
    return model, bits, samples


runs = [fit(seed) for seed in range(3)]
model, _bits, samples = runs[0]
for steps, sample in zip(STAGES, samples):
    print(textwrap.fill(f"after {steps} steps: {sample}", 100, subsequent_indent="    "), "\n")

# %% [markdown]
r"""
Read it from top to bottom. First noise; then letters and spaces in about the right numbers; then pieces that look
like words; then words; then turns of phrase of a manual. It never makes sense: the model knows how the text *sounds*.
Nobody told it that there are words.

And in numbers, over the three seeds, against the baselines:
"""

# %% tags=["demo"]
fig, ax = plt.subplots(figsize=(6.4, 3.2))
plots.ranges(ax, STAGES, [bits for _model, bits, _samples in runs], "CharRNN, three seeds", palette.ORANGE)
for name, bits in BASELINES.items():
    ax.axhline(bits, color=palette.MUTED, lw=1, ls="--")
    ax.annotate(name, (STAGES[-1], bits), xytext=(0, 3), textcoords="offset points", ha="right", color=palette.MUTED)
ax.set(xscale="log", xlabel="steps of training", ylabel="bits per character", title="On text that was held out")
ax.set_xticks(STAGES, STAGES)
ax.minorticks_off()
ax.legend(loc="lower left")
plt.show()

last = [bits[-1] for _model, bits, _samples in runs]
print(f"CharRNN after {STAGES[-1]} steps: {min(last):.2f} to {max(last):.2f} bits;  bigram: {BASELINES['bigram']:.2f}")

# %% [markdown]
r"""
After five steps the model is still worse than the unigram; by about the tenth it has caught up, and by the fiftieth
it has passed the bigram. From there on, every bit it gains comes from something that it *remembers* beyond one
character.

### The same model at other temperatures
"""

# %% tags=["demo"]
for heat in (0.2, 0.7, 1.0, 1.5):
    print(textwrap.fill(f"temperature {heat}: {write(model, heat=heat)}", 100, subsequent_indent="    "), "\n")

# %% tags=["demo"]
temperature(one_step(model), vocabulary, prime="This is the ")

# %% [markdown]
r"""
## Break it: too good to be true

A friend has trained the same model and reports a loss that goes to *zero*. He made one slip. He forgot to shift the
targets: `model.learn(x, x, ...)` in place of `model.learn(x, y, ...)`.

**Predict first.** What will his model write after "The"? Good English (`"english"`), random letters (`"random"`), or
one letter for ever (`"one letter"`)?
"""

# %%
my_prediction = "?"  # "english", "random" or "one letter"

# %% tags=["demo"]
print("you predicted:", my_prediction)
for seed in range(3):
    torch.manual_seed(seed)
    copier, h = CharRNN(V, 64), None
    optimiser = torch.optim.Adam(copier.parameters(), 1e-2)
    for x, _y in stream_batches(train_ids[:150_000], 32, 32):
        loss, h = copier.learn(torch.tensor(x), torch.tensor(x), h, optimiser)
    print(f"seed {seed}: loss {loss:.3f} nats, {held_out_bits(copier):.1f} bits on what comes next. It writes:")
    print("   ", repr(write(copier, prime="The", count=60)))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

A model that is asked for the character it has just read learns to copy. Its loss is wonderful; asked for what comes
*next* it does far worse than knowing nothing at all (which costs 6.5 bits), because it is sure, and wrong. And when
it writes, it reads its own last letter, copies it, reads it, copies it.

</details>

**A loss that is far better than anything known is a bug until proven otherwise.** The ways in which the answer leaks
into the question differ: targets that are not shifted, text that is in the training part and in the held-out part, a
network that reads backwards too (lesson 08). The remedy is always the same: let it *write*, and look.
"""

# %% [markdown] question="two_losses"
r"""
### In your own words

Two reports land on your desk. In both, the baselines are those of this lesson: uniform 6.5 and bigram 3.5 bits per
character.

- **A**: "0.9 bits on the training text, 4.4 bits on held-out text."
- **B**: "0.02 bits on the training text, 0.02 bits on held-out text. When it writes, only one letter comes, again and
  again."

For each: what has most likely happened, how could one find out for certain, and what should be changed? Three or four
sentences each.

### BEGIN MARK SCHEME
- **1 point**, A has learnt its training text by heart (overfitting): far better than the bigram on what it saw, worse
  than the bigram on what it did not. Half a point if only the word is given, without the comparison.
- **1 point**, B sees the answer: the targets are not shifted, or the future leaks into the input. Overfitting is *not*
  an answer, since the held-out text does as well; nor is "a very good model", since its writing shows that it is none.
- **1 point**, for both, a test and a remedy that fit. A: look at held-out bits during training; a smaller model, more
  text, or stopping earlier. B: change a later character and see whether earlier scores change, or compare x and y by
  eye; shift the targets. Half a point for one of the two. Nothing off for language or length.
### END MARK SCHEME

### BEGIN SOLUTION
**A** knows its training text by heart. On what it has seen it is far better than the bigram, on new text it is worse
than counting pairs of letters: it has kept this text, and not what texts have in common. To make sure, I would plot
the held-out bits while it trains: they fall, and from some step on they rise again. Stop there, or take fewer units,
or more text.

**B** is told the answer. No model of English can need 0.02 bits for a new text, so it does not predict: it copies.
Since it writes one letter for ever, the targets are probably the inputs themselves, not shifted. I would print x and
y below each other, or change one later character and see whether earlier scores move. Then shift the targets by one,
and measure again.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- A language model gives the next character a probability from all that came before; the target is the input, one
  place on.
- Logits are log-odds up to a constant. The loss of a step is $-\ln p$ of what came, and its gradient is $p - y$.
- Bits per character are comparable, on held-out text, and next to a baseline. Uniform, unigram, bigram: then your
  model.
- Streams let a model read on from batch to batch, its state carried and detached.
- Sampling needs chance, and temperature says how much of it.
- A loss that is too good is a leak. Let the model write.

**Where next.** Twice in this lesson the gradient went back through 32 steps and then stopped at a `detach()`. How it
gets back at all, what it costs, and what is lost at the cut: lesson 04.

**Further reading**

- Shannon, "Prediction and entropy of printed English" (1951): people guess the next letter, at about one bit.
- Elman, "Finding structure in time" (1990): words found in a stream of letters.
- Bengio, Ducharme, Vincent and Jauvin, "A neural probabilistic language model" (2003).
- Mikolov and others, "Recurrent neural network based language model" (2010).
- Sutskever, Martens and Hinton, "Generating text with recurrent neural networks" (2011).
- Karpathy, "The unreasonable effectiveness of recurrent neural networks" (2015), where this "hello" comes from.
- Holtzman and others, "The curious case of neural text degeneration" (2020): what drawing the likeliest does to a text.
"""

# %%
progress()
