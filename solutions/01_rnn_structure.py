# %% [markdown]
r"""
# 01 · The structure of a recurrent network

A recurrent network reads a sequence one piece at a time and keeps a few numbers in mind while it does. In this lesson
you build one, from a single step to a torch module, and see what those few numbers are good for.

**At the end you can**

- say what a network without memory cannot do, and show it;
- compute a recurrent network by hand, and write it for a whole batch;
- unroll it, and explain why every step uses the same weights;
- choose between an output at every step and one at the end, and between sigmoid and softmax;
- name the shape of every array in it, and count what it learns;
- rebuild `torch.nn.RNN`, equal to the original in outputs and gradients.

**Builds on** lesson 00: `affine`, and the order of axes. What you wrote there is not in this notebook; where you need
it, write it again. For the last part you should have seen a Python class; what is needed of torch is explained there.
**Time** about 150 minutes; after `rnn_forward`, half way, is a good place for a break. **Points** 24, and 3 more marked
by a person.
"""

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np
import torch

from autograder import check, hint, inputs, progress
from rnnlab import palette, plots
from rnnlab.widgets.unroll import unroll

plots.style()
torch.set_num_threads(1)  # networks as small as ours are fastest on one thread

# %% [markdown]
r"""
## Why one thing at a time is not enough

Most models that you know take examples one by one and assume that they have nothing to do with each other. For a photo
of a cat that is fair: the photo before it says nothing about this one. For other data it is not.

- **Stock prices.** 100 today means one thing after 80 and another after 120.
- **Weather.** Whether it rains tomorrow depends on which way the front is moving, and one reading does not say.
- **Speech.** A hundredth of a second of sound is hardly ever a word.
- **Translation.** "Dog bites man" and "man bites dog" have the same words.

Take the simplest such case: a wave. At the two marked points its value is *the same*. What comes next is not.
"""

# %%
times = np.arange(40)
wave = np.sin(np.pi * times / 10)

fig, ax = plt.subplots(figsize=(6.4, 2.4))
ax.plot(times, wave, color=palette.LINE)
for t, word in ((2, "rises"), (8, "falls")):
    ax.plot([t, t + 1], wave[[t, t + 1]], "o-", color=palette.PURPLE)
    ax.text(t + 0.5, wave[t], word, va="center", color=palette.PURPLE)
ax.set(xlabel="time", title=f"both are {wave[2]:.2f} now, and go different ways")
plt.show()

# %% [markdown]
r"""
How much does it cost not to look back? Below, the best linear prediction of the next value: from the present value
alone, and from the present one and the one before. Ten waves, each with its own start and a little noise.
"""


# %%
def typical_error(seed, values_seen):
    """How far the best linear prediction of a noisy wave's next value is off."""
    rng = np.random.default_rng(seed)
    wave = np.sin(np.pi / 10 * np.arange(400) + rng.uniform(0, 6)) + 0.02 * rng.normal(size=400)
    seen = np.stack([wave[2 - k : -1 - k] for k in range(1, values_seen + 1)], axis=1)
    target = wave[2:-1]
    weights = np.linalg.lstsq(seen, target, rcond=None)[0]
    return np.sqrt(np.mean((seen @ weights - target) ** 2))


for values_seen in (1, 2):
    errors = [typical_error(seed, values_seen) for seed in range(10)]
    print(f"{values_seen} value(s) seen: typical error {min(errors):.3f} to {max(errors):.3f}")

# %% [markdown]
r"""
One step back, and the error is several times smaller. But "look one step back" is a fixed window. In "the keys that I
left on the table next to the door **are** gone", the word that decides *are* stands eleven words back. How wide
should the window be? Whatever you choose, some sentence is longer, and every step of width needs weights of its own.

**What people did before.** *Hidden Markov models* (speech, from the 1970s) suppose that behind the data there is a
hidden state, one of a fixed list, which jumps from step to step with certain probabilities. *Conditional random
fields* (2001) choose the best sequence of labels as a whole, from features that people design. Both look at sequences
as sequences, and both still do honest work. But their memory is one item from a list: to remember 20 yes-or-no facts,
a hidden Markov model needs a list of $2^{20}$ states. A recurrent network keeps a *vector* in mind instead. Twenty
numbers can hold twenty facts.
"""

# %% [markdown]
r"""
## A network without memory

Here is a network that reads words and has no memory. Each word is a vector; it goes through one layer, and the results
for all words are added up. Its weights are random, since what follows is true for any weights.

The layer is `torch.nn.Linear`: the `affine` of lesson 00, ready made, with random weights of its own.
"""


# %%
def as_vectors(sentence):
    """A random vector of four numbers for each word, the same one wherever the word stands."""
    vectors = {word: torch.randn(4) for word in ("the", "dog", "bites", "man")}
    return torch.stack([vectors[word] for word in sentence.split()])  # (T, D), as np.stack does


@torch.no_grad()  # nothing is trained here, so torch need not prepare for it
def without_memory(sentence, seed):
    """Each word by itself through one layer, results added up."""
    torch.manual_seed(seed)
    layer = torch.nn.Linear(4, 3)  # D = 4 numbers in, H = 3 out
    x = as_vectors(sentence)  # (T, D)
    return torch.tanh(layer(x)).sum(0).numpy()  # (H)


print("the dog bites the man:", without_memory("the dog bites the man", seed=0).round(3))

# %% [markdown]
r"""
**Predict first.** What will the network say to *the man bites the dog*? Decide now, and write it into the cell:
`"same"` if you expect the same three numbers, `"other"` if not. A wrong guess costs nothing, and you will remember
the answer better.
"""

# %%
my_prediction = "?"  # "same" or "other"


# %%
def largest_difference(answer, seed):
    """How far the answers to the two sentences are apart."""
    one = answer("the dog bites the man", seed)
    other = answer("the man bites the dog", seed)
    return np.abs(one - other).max()


print("you predicted:", my_prediction)
print("the dog bites the man:", without_memory("the dog bites the man", seed=0).round(3))
print("the man bites the dog:", without_memory("the man bites the dog", seed=0).round(3))

gaps = [largest_difference(without_memory, seed) for seed in range(50)]
print(f"largest difference in 50 networks with other weights: {max(gaps):.0e}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The same (the last digits of a float aside), for every choice of weights. No training can repair that. The network
cannot tell the two sentences apart, because nothing that it computed for one word is left when the next one arrives.

</details>

So keep something.

## Keep something

![Two boxes. The left one has an input below and an output above. The right one also has an arrow that leaves it and
comes back: the state of the last step.](figures/01_memory.svg)

In both, $x_t$ is what arrives at step $t$, and $y_t$ what comes out. (The green arrow to $y_t$, with its
${\color{#009E73}{W_{hy}}}$, comes later in this lesson.)

On the right an arrow leaves the box and comes back. What travels along it is the **hidden state** $h_t$: a vector of
$H$ numbers, one for each *unit*. At every step the network makes the new state from two things, the input that has
just arrived and the state that the last step left:

$$h_t = \tanh\left({\color{#D55E00}{W_{xh}}}\, x_t + {\color{#0072B2}{W_{hh}}}\, h_{t-1} + b\right)$$

- ${\color{#D55E00}{W_{xh}}}$, of shape $(H, D)$, says how strongly each unit hears each of the $D$ inputs.
- ${\color{#0072B2}{W_{hh}}}$, of shape $(H, H)$, says how strongly each unit hears each unit *of the step before*.
- $b$, of shape $(H)$, shifts each unit. $\tanh$ keeps every number between $-1$ and $1$, so that it cannot grow without
  limit as it goes round and round.
- $h_0$, the state before the first step, is usually zero: nothing has been read yet.

In all pictures and formulas of this course ${\color{#D55E00}{W_{xh}}}$ is vermillion and ${\color{#0072B2}{W_{hh}}}$ is
blue. Does it help with the dog and the man? Here is torch's own network of this kind, `torch.nn.RNN`, with random
weights. By the end of this lesson you will have built it yourself; for now, only look at its last state:
"""


# %%
@torch.no_grad()
def with_memory(sentence, seed):
    """The state after the last word."""
    torch.manual_seed(seed)
    network = torch.nn.RNN(4, 3)
    states, _last = network(as_vectors(sentence))  # (T, H): the state after each word
    return states[-1].numpy()  # (H)


print("the dog bites the man:", with_memory("the dog bites the man", seed=0).round(3))
print("the man bites the dog:", with_memory("the man bites the dog", seed=0).round(3))

gaps = [largest_difference(with_memory, seed) for seed in range(50)]
print(f"largest difference in each of 50 networks: {min(gaps):.3f} to {max(gaps):.3f}")

# %% [markdown]
r"""
Every one of the fifty networks tells them apart, without any training. Not all tell them apart *well*, as the small
end of the range shows: a state is there, and what it keeps is a matter of weights, which training has to find.

> **Convention · weights as torch stores them.** Read the names from right to left: $W_{xh}$ goes from $x$ to $h$. Row
> $j$ holds all weights *into* unit $j$, so $W_{xh}$ is $(H, D)$. Many textbooks write it the same way; some transpose
> it, and some write $U$ and $W$, or $W_{ih}$ and $W_{hh}$ as torch does. When a formula looks strange, write down its
> shapes.
"""

# %% [markdown]
r"""
## By hand

Before any code, do it once with a pencil. Two units, one input, three steps; the input is 1, and then nothing.

![Three steps of a network with two units, every number written out: the input goes through W_xh, the state through
W_hh, the two are added, and tanh gives the next state.](figures/01_by_hand.svg)

$${\color{#D55E00}{W_{xh}}} = \begin{pmatrix} 1 \\ 0 \end{pmatrix}, \quad
{\color{#0072B2}{W_{hh}}} = \begin{pmatrix} 0.5 & 0 \\ 1 & 0 \end{pmatrix}, \quad
b = \begin{pmatrix} 0 \\ 0 \end{pmatrix}, \quad h_0 = \begin{pmatrix} 0 \\ 0 \end{pmatrix}, \quad
x_1, x_2, x_3 = 1, 0, 0$$

| step | part from $x_t$ | part from $h_{t-1}$ | sum | $h_t = \tanh$ of it |
|---|---|---|---|---|
| 1 | $(1,\ 0)$ | $(0,\ 0)$ | $(1,\ 0)$ | $(0.76,\ 0)$ |
| 2 | $(0,\ 0)$ | $(0.5 \cdot 0.76,\ 1 \cdot 0.76) = (0.38,\ 0.76)$ | $(0.38,\ 0.76)$ | $(0.36,\ 0.64)$ |
| 3 | $(0,\ 0)$ | $(0.5 \cdot 0.36,\ 1 \cdot 0.36) = (0.18,\ 0.36)$ | $(0.18,\ 0.36)$ | $(0.18,\ 0.35)$ |

Look at what the weights *mean*. Row 1 of ${\color{#0072B2}{W_{hh}}}$ is $(0.5,\ 0)$: unit 1 hears half of its own
last value, so it fades like an echo. Row 2 is $(1,\ 0)$: unit 2 hears only unit 1, so it repeats, one step later and
through one more tanh, what unit 1 said. The input was over after the first step, and the network still knows about it
at the third.

Cover the table and do step 2 again. Then write it as code, for any size and a whole batch at once.

### Exercise: one step (`rnn_step`)

Write `rnn_step`: from the inputs of one step and the states before it, the states after it.

- Shapes: `x (N, D)`, `h (N, H)`, `W_xh (H, D)`, `W_hh (H, H)`, `b (H)` to `(N, H)`. Each *row* is one example.
- Make a new array, and leave `x` and `h` as they are.
- NumPy only; torch's own network (`torch.nn.RNN`) comes later.
- `x, h, W_xh, W_hh, b = inputs("rnn_step")` gives you the arrays of the first check, `hint("rnn_step")` a nudge.

To try it on step 2 of the table, which gives `[[0.36, 0.64]]`:

```python
x, h = np.array([[0.0]]), np.array([[0.76, 0.0]])
W_xh, W_hh = np.array([[1.0], [0.0]]), np.array([[0.5, 0.0], [1.0, 0.0]])
rnn_step(x, h, W_xh, W_hh, np.zeros(2))
```
"""


# %% exercise="rnn_step"
def rnn_step(x, h, W_xh, W_hh, b):
    """x (N,D), h (N,H), W_xh (H,D), W_hh (H,H), b (H) -> (N,H)

    One step: tanh of the weighted inputs, plus the weighted old states, plus the bias.
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ W_xh.T + h @ W_hh.T + b)
    ### END SOLUTION


# %% [markdown]
r"""
## Break it: cut the loop

**Predict first.** A network reads three inputs. Then every weight of ${\color{#0072B2}{W_{hh}}}$ is set to zero, and
nothing else. What can $h_3$ still depend on? `"all"` three inputs, the `"last"` one only, or `"none"`.
"""

# %%
my_prediction = "?"  # "all", "last" or "none"


# %%
@torch.no_grad()
def change_of_states(seed, cut):
    """How far each state moves when only the first of three inputs is changed."""
    torch.manual_seed(seed)
    network = torch.nn.RNN(4, 8)
    if cut:
        network.weight_hh_l0.zero_()  # what torch calls W_hh
    x = torch.randn(3, 4)
    changed = x.clone()
    changed[0] = torch.randn(4)
    states, states_changed = network(x)[0], network(changed)[0]  # (T, H) each
    return (states - states_changed).norm(dim=1).numpy()  # (T), how far apart they are


print("you predicted:", my_prediction)
for cut in (False, True):
    moved = np.array([change_of_states(seed, cut) for seed in range(20)])
    print("W_hh = 0:" if cut else "W_hh kept:")
    for t in range(3):
        print(f"  h_{t + 1} moves by {moved[:, t].min():.2f} to {moved[:, t].max():.2f}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Only $x_1$ was changed, in twenty random networks. With ${\color{#0072B2}{W_{hh}}}$ kept, the change still shows in
$h_2$ and $h_3$. With ${\color{#0072B2}{W_{hh}}}$ at zero it shows in $h_1$ and nowhere else: $h_3$ depends on $x_3$
alone, and you have the network without memory again. All that a recurrent network remembers goes through that one
matrix.

Notice also that the change shrinks from step to step. That is no accident, and it is the subject of lesson 05.

</details>
"""

# %% [markdown]
r"""
## Two matrices as one

There are two products in a step, and they are added. Put the matrices side by side and the vectors on top of each
other, and one product does it:

![W_xh times x plus W_hh times h equals one wide matrix, W_xh and W_hh side by side, times one tall vector, x above
h.](figures/01_one_matrix.svg)

$${\color{#D55E00}{W_{xh}}}\, x_t + {\color{#0072B2}{W_{hh}}}\, h_{t-1} =
\begin{pmatrix} {\color{#D55E00}{W_{xh}}} & {\color{#0072B2}{W_{hh}}} \end{pmatrix}
\begin{pmatrix} x_t \\ h_{t-1} \end{pmatrix}$$

So a step is one ordinary layer that looks at the input *and* at what it said last time. Papers on the LSTM write it
this way, and you will in lesson 06.

### Exercise: fuse the weights (`fuse_weights`)

Write `fuse_weights`: the one matrix `W` with `tanh([x h] W^T + b)` equal to your `rnn_step`. `W_xh (H, D)` and
`W_hh (H, H)` to `(H, D+H)`, input first. For the network of the table above it is

$$\begin{pmatrix} 1 & 0.5 & 0 \\ 0 & 1 & 0 \end{pmatrix}.$$
"""


# %% exercise="fuse_weights"
def fuse_weights(W_xh, W_hh):
    """W_xh (H,D), W_hh (H,H) -> (H,D+H)

    The one matrix that does the work of both when it meets x and h, stacked in this order.
    """
    ### BEGIN SOLUTION
    return np.concatenate([W_xh, W_hh], axis=1)
    ### END SOLUTION


# %% [markdown]
r"""
## The same step, again and again

A sequence needs many steps. The network has only one box, so picture it at different times, side by side:

![A box with a loop equals a row of boxes, one for each step, with the same three weight matrices at every
step.](figures/01_unrolled.svg)

This is called **unrolling**. On the left the network as it is, on the right what it does. Mind what the right side
does *not* say: there are not $T$ networks. It is the same function with the same ${\color{#D55E00}{W_{xh}}}$, the
same ${\color{#0072B2}{W_{hh}}}$ and the same $b$ at every step, and only $x_t$ and $h_t$ are new. That buys three
things.

- **Any length.** Nothing in the weights knows how long the sequence is.
- **What is learnt once holds everywhere.** "not" before "good" means the same at the second word and at the twentieth.
- **Few numbers.** A sequence ten times as long has no more to learn.

Step through it. Choose a sequence, press play or move $t$. A dot (·) stands for "nothing": an input of zeros. Compare
`a b` with `b a`: which states differ, and from where on? Then tick $W_{hh} = 0$ and compare again.
"""

# %%
unroll()

# %% [markdown]
r"""
<details><summary><b>What there is to see</b> (open this when you have compared)</summary>

With $W_{hh}$ kept, `a b` and `b a` end in different states, although nothing but zeros arrives after the second
letter. With $W_{hh} = 0$ the state is back at zero as soon as the letters are over.

</details>

### Shapes, with a batch

One sequence at a time would waste the machine, so $N$ of them go through together. They share the weights and nothing
else: each has its own row of $h$, and no row ever hears another.

![A batch of sequences, N by T by D, gives a batch of states, N by T by H. One step of it is N by 1 by D, and one
state is N by H.](figures/01_shapes.svg)

| array | shape | in NumPy |
|---|---|---|
| a batch of sequences | `(N, T, D)` | `x` |
| one step of all of them, kept as a short sequence | `(N, 1, D)` | `x[:, t:t+1]` |
| one step of all of them | `(N, D)` | `x[:, t]` |
| all states | `(N, T, H)` | `h` |
| one state of each | `(N, H)` | `h[:, t]` |
| the last state of each | `(N, H)` | `h[:, -1]`, and *not* `h[-1]`, which is the last sequence |

The second line is for networks that read whole sequences, as `torch.nn.RNN` does, when they are to go one step at a
time. Your `rnn_step` takes a step *without* an axis of time: `x[:, t]`. Given `x[:, t:t+1]` it would not complain, but
mix the examples, since NumPy stretches `(N, 1, H)` and `(N, H)` to `(N, N, H)`.

> **Convention · batch first.** This course writes `(N, T, D)`. torch puts time first, `(T, N, D)`, unless you say
> `batch_first=True`; its *states* keep `(layers, N, H)` either way. The order costs nothing; mixing the two up costs
> days.

> **Convention · counting.** Formulas count steps from 1: $x_1, \dots, x_T$, with $h_0$ before them. Python counts
> from 0: `x[:, 0]` is $x_1$, and `h[:, 0]` is $h_1$, the state *after* the first input. $h_0$ has no place in `h`.

### Exercise: a whole sequence (`rnn_forward`)

Write `rnn_forward`: run your `rnn_step` along the sequences. Return two things: all states, and the last one.

- `x (N, T, D)`, `h0 (N, H)` and the weights as before, to `h (N, T, H)` and `h_T (N, H)`.
- A Python loop over time is right here: step $t$ cannot begin before step $t-1$ is over. A loop over the batch is not
  needed.
- For the network of the table, `h[0]` is `[[0.76, 0], [0.36, 0.64], [0.18, 0.35]]`.
- Calls your `rnn_step`. If that one does not pass yet, the check here says so, and knows what to expect of it.
"""


# %% exercise="rnn_forward"
def rnn_forward(x, h0, W_xh, W_hh, b):
    """x (N,T,D), h0 (N,H), W_xh (H,D), W_hh (H,H), b (H) -> h (N,T,H), h_T (N,H)

    The same step at every time, each from the state that the one before it left.
    """
    ### BEGIN SOLUTION
    N, T, D = x.shape
    h, states = h0, []
    for t in range(T):
        h = rnn_step(x[:, t], h, W_xh, W_hh, b)  # (N, H)
        states.append(h)
    return np.stack(states, axis=1), h  # (N, T, H), (N, H)
    ### END SOLUTION


# %% [markdown]
r"""
## From states to answers

A state is for the network's own use. What you want to know is read out of it by one more layer, which has no tanh:

$$y_t = {\color{#009E73}{W_{hy}}}\, h_t + b_y$$

The numbers in $y_t$ are called **logits**, or simply scores. How many readouts you take is up to the task:

![Left: every state gives an output. Right: only the last state gives one.](figures/01_readout.svg)

- **At every step**, when every piece needs an answer: which part of speech is each word, what is the next letter.
- **Only at the last**, when the sequence as a whole has one: is this review good or bad, which language is this name
  from.

The weights ${\color{#009E73}{W_{hy}}}$ are shared by all steps too. So the second kind is the first kind, of which
all but the last column is thrown away: `y[:, -1]`.

### Exercise: the readout (`readout`)

Write `readout`: scores at every step. `h (N, T, H)`, `W_hy (O, H)`, `b_y (O)` to `(N, T, O)`. No loop is needed.
"""


# %% exercise="readout"
def readout(h, W_hy, b_y):
    """h (N,T,H), W_hy (O,H), b_y (O) -> (N,T,O)

    Scores from the state at every step.
    """
    ### BEGIN SOLUTION
    return h @ W_hy.T + b_y
    ### END SOLUTION


# %% [markdown]
r"""
## From scores to probabilities

A score may be any number. To say "80 percent", it has to become a probability. There are two ways, and they answer two
different questions.

**Sigmoid: yes or no?** Each score by itself becomes a number between 0 and 1. *Is this review positive? Does the word
name a place? Does it name a person?* Several answers can be yes at once.

$$\sigma(z) = \frac{1}{1 + e^{-z}}$$

**Softmax: which one?** The scores of one row compete for a total of 1. *Which of these 27 letters comes next?*
Exactly one answer is right.

$$\mathrm{softmax}(z)_c = \frac{e^{z_c}}{\sum_k e^{z_k}}$$

See the difference: three scores, of which two stay where they are and one is raised.
"""

# %%
raised = np.linspace(-4, 6, 101)
scores = torch.tensor([[1.0, 0.0, z] for z in raised])  # (101, 3)

fig, axes = plt.subplots(1, 2, figsize=(7.4, 2.6), sharey=True)
functions = {"sigmoid": torch.sigmoid, "softmax": lambda z: z.softmax(-1)}
for ax, (title, function) in zip(axes, functions.items(), strict=True):
    for c, color in enumerate((palette.SKY, palette.ORANGE, palette.PURPLE)):
        ax.plot(raised, function(scores)[:, c], color=color, label=f"class {c + 1}")
    ax.plot(raised, function(scores).sum(-1), ":", color=palette.MUTED, label="sum of all")
    ax.set(xlabel="score of class 3", title=title)
axes[0].set_ylabel("probability")
axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
r"""
On the left the other two do not care. On the right, what one gains the others lose, and the sum stays at 1. With two
classes the two meet: softmax of the scores $(z, 0)$ gives $\sigma(z)$ to the first.

**Predict first.** To all scores of a row you add 100. What changes? `"sigmoid"`, `"softmax"`, `"both"` or `"neither"`.
"""

# %%
my_prediction = "?"  # "sigmoid", "softmax", "both" or "neither"

# %%
z = torch.tensor([1.0, 0.0, -2.0])
print("you predicted:", my_prediction)
for name, function in functions.items():
    print(name, "of z      ", function(z).numpy().round(3))
    print(name, "of z + 100", function(z + 100).numpy().round(3))

with np.errstate(over="ignore"):
    print("np.exp(1000) is", np.exp(1000.0))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Softmax does not notice: $e^{z+100} = e^{100} e^{z}$, above and below the line, and $e^{100}$ cancels. Only the
*differences* between scores count. A sigmoid does notice: each score stands for itself.

</details>

The last line is a warning. $e^{1000}$ does not fit into a float, it is `inf`, and `inf / inf` is `nan`: one such
number in a batch, and the whole training is lost. Scores that large do occur in a network that has gone astray. So
write both functions such that they are right at any size.

- For **softmax** the way out is what you have just seen: what may be added to all scores without a change?
- For **sigmoid** it depends on how you write it. $1 / (1 + e^{-z})$ survives: at $-1000$ it is `1 / inf`, which is 0
  and right, with a warning that you may ignore or avoid. The equal $e^z / (1 + e^z)$ is `inf / inf` at 1000.

### Exercises: `sigmoid` and `softmax`

Both take `z (..., C)`, which means: any number of axes, of which the last holds the classes. Both give back the same
shape. `sigmoid` treats every number by itself. `softmax` makes the numbers along the *last* axis add up to 1.
`sigmoid(np.array([0.0]))` is `[0.5]`, and `softmax(np.array([[1000.0, 1000.0]]))` is `[[0.5, 0.5]]`. NumPy only, and no
`nan` for any score; a warning is not a mistake.
"""


# %% exercise="sigmoid"
def sigmoid(z):
    """z (...,C) -> (...,C)

    For each number by itself a probability, right at any size.
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))  # between 0 and 1, whatever z is
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))
    ### END SOLUTION


# %% exercise="softmax"
def softmax(z):
    """z (...,C) -> (...,C)

    Probabilities that add up to 1 along the last axis, right at any size.
    """
    ### BEGIN SOLUTION
    e = np.exp(z - z.max(axis=-1, keepdims=True))  # the largest exponent is 0
    return e / e.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %% [markdown]
r"""
## What is learnt

Training changes ${\color{#D55E00}{W_{xh}}}$, ${\color{#0072B2}{W_{hh}}}$, $b$, ${\color{#009E73}{W_{hy}}}$ and $b_y$.
How many numbers is that?

### Exercise: count them (`count_parameters`)

Write `count_parameters(D, H, O)`: how many numbers a recurrent network with a readout learns, when it is to run on
sequences of $T = 10$ steps, with an output at every step. $h_0$ is zero and is not learnt. For `D=1, H=2, O=1` it is
11.
"""


# %% exercise="count_parameters"
def count_parameters(D, H, O):
    """D int, H int, O int -> int

    How many numbers the network learns, biases included.
    """
    ### BEGIN SOLUTION
    step = H * D + H * H + H  # W_xh, W_hh, b
    scores = O * H + O  # W_hy, b_y
    return step + scores
    ### END SOLUTION


# %% [markdown]
r"""
### Any length, the same weights

The count does not depend on the length, and neither does the network. Here one network, made once, reads sequences of
very different lengths. Nothing about it changes in between.
"""

# %%
torch.manual_seed(0)
network = torch.nn.RNN(3, 5, batch_first=True)
size = sum(p.numel() for p in network.parameters())
with torch.no_grad():
    for T in (1, 10, 1000):
        states, last = network(torch.randn(2, T, 3))
        print(f"T = {T:4}: states {tuple(states.shape)}, {size} numbers in the network")

# %% [markdown]
r"""
It says 50 where your function, for the step alone, would say 45. The difference is $H = 5$: torch keeps *two* biases,
`bias_ih` and `bias_hh`, which are only ever added to each other. It does so to match cuDNN, the library that it
calls on a GPU.

## The loss of a sequence

With an output at every step there is a loss at every step, $L_t$. The loss of the sequence is their **average over
time**, and the loss of a batch the average over its sequences:

$$L = \frac{1}{N T} \sum_{n=1}^{N} \sum_{t=1}^{T} L_{n,t}$$

For a choice among classes, $L_t$ is usually the **cross-entropy**: $-\ln$ of the probability that the network gave to
the right answer. Certain and right costs $-\ln 1 = 0$; guessing one of four costs $-\ln \frac14 \approx 1.39$;
certain and wrong costs without limit.

Why not the sum? Measure both, for networks that know nothing and must choose among four classes. (torch takes the
scores, applies softmax itself, and its `"sum"` adds over the batch as well as over time: all $8\,T$ losses here.)
"""


# %%
def loss_of_guessing(seed, T, reduction):
    """The cross-entropy of random scores and classes: 8 sequences of T steps, 4 classes."""
    made = torch.Generator().manual_seed(seed)
    scores = 0.1 * torch.randn(8, T, 4, generator=made)  # (N, T, C)
    classes = torch.randint(4, (8, T), generator=made)  # (N, T)
    cross_entropy = torch.nn.CrossEntropyLoss(reduction=reduction)
    return cross_entropy(scores.flatten(0, 1), classes.flatten()).item()


for T in (5, 50, 500):
    for reduction in ("mean", "sum"):
        losses = [loss_of_guessing(seed, T, reduction) for seed in range(10)]
        print(f"T = {T:3}, {reduction:4}: {min(losses):9.2f} to {max(losses):9.2f}")

# %% [markdown]
r"""
The average stays near $1.39$, the loss of guessing among four, at any length, so you can compare it. The sum grows with
the length (and with the batch), and its gradients with it: a learning rate that is right for short sequences is too
large for long ones.

> **Convention · which average.** This course averages over all steps of all sequences. torch's `cross_entropy` does
> the same (`reduction="mean"`), but wants the classes on axis 1: pass `scores.flatten(0, 1)`, `(N*T, C)`. Some texts
> sum over time and average over the batch; their gradients are $T$ times ours. And sequences that were filled up to
> equal length need care: lesson 02.
"""

# %% [markdown]
r"""
## As a torch module

You have everything. To train it, you want torch to find the gradients, and for that the network becomes a
`torch.nn.Module`: a class whose `__init__` makes the weights and whose `forward` uses them. Here is the `affine` of
lesson 00 as such a class. Read it line by line; the network needs nothing else.
"""


# %%
class Affine(torch.nn.Module):
    """Affine(D, H), then layer(x (N,D)) -> (N,H)"""

    def __init__(self, D, H):
        super().__init__()  # torch's own preparations; they come first, always
        self.W = torch.nn.Parameter(torch.empty(H, D).uniform_(-0.5, 0.5))  # (H, D), at random
        self.b = torch.nn.Parameter(torch.zeros(H))  # (H)

    def forward(self, x):
        return x @ self.W.T + self.b  # (N, H)


layer = Affine(3, 2)
x = torch.randn(4, 3)
y = layer(x)  # runs forward
print("y has shape", tuple(y.shape))
print("learnt:", [name for name, _weights in layer.named_parameters()])

loss = (y**2).mean()  # any single number will do
loss.backward()  # finds how the loss changes with every parameter
print("gradient for b:", layer.b.grad.numpy().round(2))
print("gradient for W has shape", tuple(layer.W.grad.shape))

stacked = torch.stack([y, y, y], dim=1)
print("three times y, stacked:", tuple(stacked.shape))

# %% [markdown]
r"""
- `torch.nn.Parameter` marks a tensor as one that is learnt. Without it, training would never find it.
  `torch.empty(H, D)` makes room for numbers, and `.uniform_(low, high)` fills it at random.
- An instance is called like a function: `layer(x)` runs `forward(x)`.
- The way back to the gradients leads through torch's operations: `torch.tanh`, `@`, `torch.stack`. NumPy's would cut
  it. `torch.stack(list, dim=1)` is `np.stack(list, axis=1)`.

### Exercise: `VanillaRNN`

Write the class `VanillaRNN`. ("Vanilla" is what people call the plain kind, without gates.)

- `VanillaRNN(D, H)` holds three parameters: `W_xh (H, D)`, `W_hh (H, H)` and `b (H)`, each a `torch.nn.Parameter`.
  torch starts them at random, uniform between $-1/\sqrt{H}$ and $1/\sqrt{H}$, and so may you. The check does not
  look at the start, since it fills in weights of its own; but do not start at zero, since units that start equal stay
  equal when they are trained.
- `forward(x, h0)` takes `x (N, T, D)` and `h0 (N, H)`, and returns `h (N, T, H)` and `h_T (N, H)`.
- torch's operations only, or the gradients are lost. `torch.nn.RNN`, `torch.nn.RNNCell` and `torch.nn.Linear` are not
  for here.
- The check compares outputs *and* gradients with those of `torch.nn.RNN`.
"""


# %% exercise="VanillaRNN"
class VanillaRNN(torch.nn.Module):
    """VanillaRNN(D, H), then module(x (N,T,D), h0 (N,H)) -> h (N,T,H), h_T (N,H)

    Parameters: W_xh (H,D), W_hh (H,H), b (H).
    """

    def __init__(self, D, H):
        super().__init__()
        ### BEGIN SOLUTION
        s = H**-0.5
        self.W_xh = torch.nn.Parameter(torch.empty(H, D).uniform_(-s, s))
        self.W_hh = torch.nn.Parameter(torch.empty(H, H).uniform_(-s, s))
        self.b = torch.nn.Parameter(torch.empty(H).uniform_(-s, s))
        ### END SOLUTION

    def forward(self, x, h0):
        ### BEGIN SOLUTION
        h, states = h0, []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.W_xh.T + h @ self.W_hh.T + self.b)  # (N, H)
            states.append(h)
        return torch.stack(states, dim=1), h  # (N, T, H), (N, H)
        ### END SOLUTION


# %% [markdown]
r"""
> **Convention · torch's names.** $W_{xh}$ is `weight_ih_l0` (input to hidden, layer 0), $W_{hh}$ is `weight_hh_l0`,
> and $b$ is `bias_ih_l0 + bias_hh_l0`. `torch.nn.RNN` returns all states and the last one, as yours does, the latter
> as `(1, N, H)`.
"""

# %% [markdown]
r"""
## Does it learn to remember?

A last experiment, with training. The network reads a random string of `a` and `b`. At every step it has to answer:
*is this letter the same as the one before?* The letter before is no longer there to be seen; whoever wants to know
must have kept it.

We train five networks with ${\color{#0072B2}{W_{hh}}}$ as it is, and five in which it is held at zero, on strings of
10 letters. Then we test on strings of 10 and of 500, a length that none of them has met. Guessing gives 50 percent.
(An *optimiser* moves every weight a little against its gradient, again and again; how far, says the *learning rate*,
`lr`. Adam is an optimiser that adapts this to each weight.)

**Predict first.** Which of the four groups will be near 100 percent, and which near 50? (The cell after your prediction
trains ten networks, which takes about ten seconds.)
"""

# %%
my_prediction = "?"  # four numbers: memory, 10 and 500 letters; no memory, 10 and 500 letters


# %% tags=["demo"]
def strings(N, T):
    """Random strings, (N, T, 2), and whether each letter repeats the one before, (N, T)."""
    letters = torch.randint(2, (N, T))
    same = torch.zeros(N, T)
    same[:, 1:] = (letters[:, 1:] == letters[:, :-1]).float()
    return torch.nn.functional.one_hot(letters, 2).float(), same


def train(seed, memory, steps=100):
    """Train on strings of 10. Returns the accuracy on new strings of 10 and of 500."""
    torch.manual_seed(seed)
    network = torch.nn.RNN(2, 16, batch_first=True)
    scores = torch.nn.Linear(16, 1)
    if not memory:
        network.weight_hh_l0 = torch.nn.Parameter(torch.zeros(16, 16), requires_grad=False)
    parameters = [p for m in (network, scores) for p in m.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=0.03)
    loss_of = torch.nn.BCEWithLogitsLoss()  # takes scores, and applies the sigmoid itself
    for _ in range(steps):
        x, same = strings(32, 10)
        loss = loss_of(scores(network(x)[0])[..., 0], same)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    accuracy = []
    with torch.no_grad():
        for T in (10, 500):
            x, same = strings(5000 // T, T)
            yes = scores(network(x)[0])[..., 0] > 0  # a probability above one half
            right = (yes == (same > 0))[:, 1:]  # the first letter has none before it
            accuracy.append(right.float().mean().item())
    return accuracy


results = {
    "memory": np.array([train(seed, memory=True) for seed in range(5)]),
    "no memory": np.array([train(seed, memory=False) for seed in range(5)]),
}

print("you predicted:", my_prediction)
for name, accuracy in results.items():
    for T, column in zip((10, 500), 100 * accuracy.T, strict=True):
        print(f"{name}, strings of {T}: {column.min():.1f} to {column.max():.1f} percent right")

# %% tags=["demo"]
fig, ax = plt.subplots(figsize=(6.4, 2.4))
colors = {"memory": palette.W_HH, "no memory": palette.MUTED}
for i, (name, accuracy) in enumerate(results.items()):
    for j, column in enumerate(100 * accuracy.T):
        places = 2 * i + j + np.linspace(-0.2, 0.2, 5)
        ax.plot(column, places, "o", color=colors[name], alpha=0.7)
ax.axvline(50, color=palette.LINE, ls=":")
names = [f"{name}, {T} letters" for name in results for T in (10, 500)]
ax.set(yticks=range(4), yticklabels=names, xlim=(40, 102))
ax.set_xlabel("percent right, one dot for each network")
ax.invert_yaxis()
plt.show()

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Without the loop, chance: the letter before is gone, and no amount of training brings it back. With it, all five
networks get (nearly) everything right, and on strings fifty times as long as any that they were trained on. What they
have learnt is not "what to do at step 7" but "what to do with a letter and a state", and that is the same at step 7
and at step 499.

Do not take more from this than it shows. The memory it asks for reaches back *one* step. How a plain recurrent
network fares when the letter to remember stands twenty steps back is a less happy story, told in lesson 05.

</details>
"""

# %% [markdown] question="why_share"
r"""
### In your own words

Suppose that someone builds a network for sentences of up to 20 words in which *every step has weights of its own*:
$W_{xh}^{(1)}, W_{hh}^{(1)}$ for the first word, $W_{xh}^{(2)}, W_{hh}^{(2)}$ for the second, and so on.

Explain to them what they lose against a recurrent network that uses the same weights at every step. Then name one
kind of data for which weights of their own might be the better choice, and say why. Five to eight sentences.

### BEGIN MARK SCHEME
- **1 point**, length: there are no weights for word 21, so longer sequences cannot be read at all; the shared network
  reads any length. (That the number of weights grows with the length belongs here too.)
- **1 point**, what is learnt in one place holds in others: a pattern seen only at step 3 teaches the weights of step
  3 and no others; late steps, which few sentences reach, see little data. An example makes it convincing.
- **1 point**, a sensible case for weights of their own: sequences of fixed length in which the *position* carries the
  meaning, such as the digits of a date or a postcode, fields of a form, the steps of a fixed procedure. The reason
  must be given.
- Half a point off for "fewer parameters" alone, without what that is good for. Nothing off for language or length.
### END MARK SCHEME

### BEGIN SOLUTION
Their network has no weights for a twenty-first word, so it cannot read a longer sentence at all, whereas a recurrent
network applies the same function once more. It also learns everything twenty times. If "not good" occurs as words 3
and 4 in training, only the weights of steps 3 and 4 learn what it means; at words 10 and 11 the network has never
seen it. The late steps suffer most, since few sentences are that long and their weights see hardly any data. With
shared weights every occurrence teaches the same matrices, wherever it stands. Own weights may be better where the
place itself carries the meaning and the length is fixed: in a date such as 2024-05-17, the first four digits and the
last two want to be treated differently, and there is no digit 11.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- A network without memory gives shuffled words the same answer, whatever its weights. A state makes the difference.
- One step: $h_t = \tanh({\color{#D55E00}{W_{xh}}} x_t + {\color{#0072B2}{W_{hh}}} h_{t-1} + b)$. All memory goes
  through ${\color{#0072B2}{W_{hh}}}$: at zero, nothing is remembered.
- Side by side, the two matrices are one, and a step is one layer that reads $[x_t; h_{t-1}]$.
- Unrolled, the same function and the same weights stand at every step. So the number of parameters does not depend on
  the length, and any length can be read.
- Scores, $y_t = {\color{#009E73}{W_{hy}}} h_t + b_y$, at every step or only at the last. Sigmoid: yes or no, each by
  itself. Softmax: one of many, adding up to 1.
- `(N, T, D)` in, `(N, T, H)` states, `(N, H)` one of them. Losses are averaged over time.

**Where next.** Lesson 02 uses this very cell on five kinds of task: one-to-one, one-to-many, many-to-one, and
many-to-many in two ways. Lesson 03 lets it write text, lesson 04 shows where the gradients go, lesson 05 what is wrong
with them, and lesson 06 what an LSTM does about it.

**Further reading**

- Elman, "Finding structure in time" (1990): this network, and what its states turn out to know.
- Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (1986): has recurrent
  networks, unrolled, in its last paragraphs.
- Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition" (1989).
- Lafferty, McCallum and Pereira, "Conditional random fields: probabilistic models for segmenting and labeling
  sequence data" (2001).
- Goodfellow, Bengio and Courville, *Deep Learning* (2016), chapter 10.
- Bai, Kolter and Koltun, "An empirical evaluation of generic convolutional and recurrent networks for sequence
  modeling" (2018): the case for the fixed window.
"""

# %%
progress()
