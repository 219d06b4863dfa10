# %% [markdown]
r"""
# 08 · Two directions, several layers

So far a network has read from left to right, one layer of it. In this lesson you let a second one read from right to
left, put layers on top of layers, and find out what each of them buys. One of the two is worth a lot where it is
allowed, and there is a place where it must never be used.

**At the end you can**

- read a padded batch from its end without reading the padding;
- build a bidirectional network, a stack, and both together, equal to torch's `nn.LSTM` in everything that it returns;
- say what shape every output, state and weight of such a network has;
- say from measurements which classes of characters need the future, and what more layers are worth;
- tell, without looking inside, whether a model looks ahead, and why one that writes text must not.

**Builds on** lesson 02 (the tagger, padding) and lesson 06 (the LSTM). What you built there is ready to import, so that
a gap does not stop you here. **Time** about 110 minutes. **Points** 28, and 3 more marked by a person.
"""

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from autograder import check, hint, inputs, progress
from rnnlab import depths, palette, plots
from rnnlab.cells import rnn_forward
from rnnlab.data import python_calls
from rnnlab.data.text import letters, prose
from rnnlab.highlight import coloured
from rnnlab.many_taggers import Taggers, batch, fit, share, tagged
from rnnlab.stacks import lstm_padded
from rnnlab.train import train
from rnnlab.widgets.highlighters import highlighters

plots.style()
torch.set_num_threads(1)  # networks as small as ours are fastest on one thread

# %% [markdown]
r"""
## The answer lies in the future

In lesson 02 a network coloured Python, character by character. It failed at the ends of words: at the `r` of `for` it
could not know whether the word was over, or whether it would become `format`. Here the task is made harder in that very
respect. A name with an opening bracket right after it, as in `print(x)`, is of a class of its own: `called`. (Lines are
of at most 48 characters here, so that training is quick.)
"""

# %% tags=["demo"]
classes = python_calls.CLASSES
lines, new_lines = python_calls.arrays()  # each: characters (M, T), classes (M, T), lengths (M)
code, new_code = python_calls.load()
print(len(lines[2]), "lines to learn from,", len(new_lines[2]), "new ones")
chosen = [i for i, line in enumerate(new_code.lines) if "(" in line and len(set(new_code.tags[i].tolist())) > 4]
chosen = chosen[::12][:7]
coloured([new_code.lines[i] for i in chosen], [new_code.tags[i].tolist() for i in chosen], classes)

# %% [markdown]
r"""
**Predict first.** A network reads from left to right and must give the class of each character as it comes. Of the
characters of names that are called, which share will it get right on lines that it has not seen: nearly all, about a
half, hardly any? And one that reads in both directions?
"""

# %%
my_prediction = "?"  # reading forwards: ...; both ways: ...

# %% [markdown]
r"""
## Two directions

Nothing says that a sequence must be read from the left. When the whole line is there, a second network can read it from
the end. At each step there are then two states: one knows all that came *before*, the other all that comes *after*. The
output reads both.

![Two rows of states over the inputs f, o, r, m and an opening bracket. The arrows of one row run to the right, those of
the other to the left. Each output reads both states of its step.](figures/08_both.svg)

By hand, with one unit in each direction and no tanh, so that the numbers stay plain: $h_t = x_t + \tfrac12 h_{t-1}$
forwards, $h_t = x_t + \tfrac12 h_{t+1}$ backwards.

| | $t=0$ | $t=1$ | $t=2$ | $t=3$ |
|---|---|---|---|---|
| $x_t$ | 1 | 0 | 0 | 2 |
| forwards → | 1 | 0.5 | 0.25 | 2.125 |
| ← backwards | 1.25 | 0.5 | 1 | 2 |
| side by side | (1, 1.25) | (0.5, 0.5) | (0.25, 1) | (2.125, 2) |

The second row is made from right to left: 2, then $0 + \tfrac12 \cdot 2 = 1$, then 0.5, then $1 + \tfrac12 \cdot 0.5$.
At step 2 the network that reads forwards has nearly forgotten the 1; the other one already knows of the 2.

Three things to keep in mind.

- The two networks have **different weights** and never hear of each other. What they share is the input.
- Their states are joined **step by step**: state $t$ of one beside state $t$ of the other, $2H$ numbers.
- Each has its own **last** state. That of the second one is at $t = 0$: there it has read everything.

> **Convention.** Weights of the second direction end in `_r`, after torch's `_reverse`. Forwards comes first: in the
> joined states $(N, T, 2H)$ and in the last states $(2, N, H)$. Both start from zeros.

### From which end?

Lines are not equally long, and a batch is filled up with zeros. Reading forwards that did no harm: the padding comes
last, and nobody looks. Reading from the end, the padding comes *first*.

![Three rows of 5, 3 and 2 letters filled up with zeros. Turned whole, the short rows begin with zeros. Turned within
their lengths, they begin with their last letter.](figures/08_turned.svg)

### Exercise: turn padded sequences round (`reverse_padded`)

Write `reverse_padded`. It is given `x (N, T, D)` and `lengths (N)`, at least 1 each. It returns a new array in which
the first `lengths[n]` steps of sequence n stand in reverse order.

- The padding stays where it is, *and what it is*. So twice in a row gives x back.
- Leave `x` as it is. Stuck? `hint("reverse_padded")`.
- To try it: `reverse_padded(np.array([[[1], [2], [3], [0]]]), np.array([3]))[0, :, 0]` is `[3, 2, 1, 0]`.
"""


# %% exercise="reverse_padded"
def reverse_padded(x, lengths):
    """x (N,T,D), lengths (N) int -> (N,T,D)

    Every sequence read from its end; the padding stays as it is.
    """
    ### BEGIN SOLUTION
    turned = x.copy()
    for n, length in enumerate(lengths):
        turned[n, :length] = x[n, :length][::-1]
    return turned
    ### END SOLUTION


# %% [markdown]
r"""
### Exercise: two directions (`bidirectional`)

Write `bidirectional`: two plain networks along the same padded sequences, from zeros. It returns

- `h (N, T, 2H)`: at each step the states of both, forwards first; **zeros at padding**, as torch has it;
- `h_T (2, N, H)`: the state of each network when it has read its whole sequence, and nothing but its sequence.

`rnn_forward(x, h0, W_xh, W_hh, b)` is lesson 01's, ready to use: `x (N, T, D)` and `h0 (N, H)` to all states
`(N, T, H)` and the one after step T − 1. It knows nothing of lengths.
"""


# %% exercise="bidirectional"
def bidirectional(x, lengths, W_xh, W_hh, b, W_xh_r, W_hh_r, b_r):
    """x (N,T,D), lengths (N) int, W_xh (H,D), W_hh (H,H), b (H), W_xh_r (H,D), W_hh_r (H,H), b_r (H)
    -> h (N,T,2H), h_T (2,N,H)

    Two networks, the second from the end; their states side by side, and the last of each.
    """
    ### BEGIN SOLUTION
    N, T, D = x.shape
    h0 = np.zeros((N, len(b)))
    ahead, _ = rnn_forward(x, h0, W_xh, W_hh, b)
    back, _ = rnn_forward(reverse_padded(x, lengths), h0, W_xh_r, W_hh_r, b_r)
    back = reverse_padded(back, lengths)  # in the order of time again
    real = np.arange(T) < lengths[:, None]  # (N, T)
    h = np.concatenate([ahead, back], axis=2) * real[:, :, None]  # (N, T, 2H)
    return h, np.stack([ahead[np.arange(N), lengths - 1], back[:, 0]])
    ### END SOLUTION


# %% [markdown]
r"""
Is it torch's? Twenty networks of random sizes with random lengths, in float64. To torch, padded sequences are given
**packed**: `pack_padded_sequence` keeps the real steps only, `pad_packed_sequence` puts zeros back.
"""


# %% tags=["demo"]
def cells_of(network):
    """The cells of a torch network in its own order, each W_xh, W_hh, b; torch's two biases are added up."""
    arrays = [p.detach().numpy() for p in network.parameters()]
    return [(W_xh, W_hh, b + b2) for W_xh, W_hh, b, b2 in zip(*[iter(arrays)] * 4)]


def by_torch(network, x, lengths):
    """What a torch network makes of a padded batch: the states of all steps, and what it returns beside them."""
    packed = pack_padded_sequence(torch.tensor(x), torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        states, last = network(packed)
    h, _ = pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])
    return h.numpy(), *(a.numpy() for a in (last if isinstance(last, tuple) else (last,)))


def drawn(seed):
    """Random sizes, and a padded batch."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    N, T, D, H = rng.integers(1, 9, size=4).tolist()
    return D, H, rng.normal(size=(N, T, D)), rng.integers(1, T + 1, size=N)


largest = 0.0
for seed in range(20):
    D, H, x, lengths = drawn(seed)
    network = nn.RNN(D, H, batch_first=True, bidirectional=True).double()
    one, other = cells_of(network)
    pairs = zip(bidirectional(x, lengths, *one, *other), by_torch(network, x, lengths), strict=True)
    largest = max(largest, *(np.abs(a - b).max() for a, b in pairs))
print(f"largest difference from torch in 20 networks: {largest:.0e}")

# %% [markdown]
r"""
## A tagger that reads both ways

Now in torch, to train it. `nn.RNN`, `nn.GRU` and `nn.LSTM` take `bidirectional=True` and do both runs, the turning and
the joining. Two things are left to you: the padding, and a readout that is wide enough.

### Exercise: `Tagger`

A class `Tagger(V, C, H, bidirectional)` that inherits from `nn.Module`: V characters, C classes, H units *in each
direction*.

- `forward(ids, lengths)`: character numbers `(N, T)` and lengths `(N)` to logits `(N, T, C)`. The numbers become
  vectors as you like, with `nn.Embedding` for one. The padding, whatever stands in it and however long it is, must not
  change the scores of real characters: pack with `pack_padded_sequence(x, lengths, batch_first=True,
  enforce_sorted=False)` and unpack with `pad_packed_sequence(..., batch_first=True, total_length=T)`, which returns the
  states and the lengths.
- `learn(ids, tags, lengths, optimizer)`: one step of training on the mean cross-entropy of all **real** characters.
  Returns the loss as a number. What `tags` holds at padding means nothing. (In our lines it is 0, and that is also the
  class of spaces, which are real.)
- Any recurrent layer of torch will do; `nn.RNN` is the fastest.

It is judged by what its scores depend on and by one step of its training, and not by how well it does.
"""


# %% exercise="Tagger"
class Tagger(nn.Module):
    """Tagger(V, C, H, bidirectional), then forward(ids (N,T), lengths (N)) -> logits (N,T,C) and
    learn(ids (N,T), tags (N,T), lengths (N), optimizer) -> loss float

    A class for every character of padded lines, read in one direction or in two.
    """

    def __init__(self, V, C, H, bidirectional):
        super().__init__()
        ### BEGIN SOLUTION
        self.table = nn.Embedding(V, 32)
        self.rnn = nn.RNN(32, H, batch_first=True, bidirectional=bidirectional)
        self.readout = nn.Linear(2 * H if bidirectional else H, C)
        ### END SOLUTION

    def forward(self, ids, lengths):
        ### BEGIN SOLUTION
        packed = pack_padded_sequence(self.table(ids), lengths, batch_first=True, enforce_sorted=False)
        h, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=ids.shape[1])
        return self.readout(h)
        ### END SOLUTION

    def learn(self, ids, tags, lengths, optimizer):
        ### BEGIN SOLUTION
        real = torch.arange(ids.shape[1]) < lengths[:, None]  # (N, T)
        loss = cross_entropy(self(ids, lengths)[real], tags[real])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()
        ### END SOLUTION


# %% [markdown]
r"""
Train yours for a moment, once in one direction with 64 units, once in two with 32 each, so that the readout sees 64
numbers either way.
"""


# %% tags=["demo"]
def train_mine(both, updates=60):
    """Your Tagger after a few updates."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    tagger = Tagger(python_calls.V, len(classes), 32 if both else 64, both)
    optimizer = torch.optim.Adam(tagger.parameters(), lr=0.01)

    def step(i):
        pick = torch.as_tensor(rng.integers(0, len(lines[2]), 32))
        return tagger.learn(*(part[pick] for part in lines), optimizer)

    losses = train(step, updates, "both ways" if both else "forwards")
    tagger.eval()
    with torch.no_grad():
        guess = tagger(new_lines[0], new_lines[2]).argmax(dim=2)
    return losses, 100 * share(guess[None], new_lines)[0]


for both in (False, True):
    losses, right = train_mine(both)
    label = "both ways" if both else "forwards"
    print(f"{label:10} loss {losses[0]:.2f} to {np.mean(losses[-10:]):.2f},", end=" ")
    print(f"{right:.0f} percent of new characters right")

# %% [markdown]
r"""
One run each, and a short one. Now more of it, over seeds: five taggers that read forwards (64 units), five that read
both ways with 2 times 32 units, which are *fewer* weights, and five with 2 times 64. Plain tanh networks, 250 updates
each. To train five at once, `Taggers` runs them side by side, as in lesson 06. Every number is a range over the five;
spaces are not counted.
"""

# %% tags=["demo"]
SEEDS = range(5)
print("you predicted:", my_prediction)
taggers = {
    "forwards": Taggers(SEEDS, python_calls.V, len(classes), 64, directions=1),
    "both, 2 x 32": Taggers(SEEDS, python_calls.V, len(classes), 32, directions=2),
    "both, 2 x 64": Taggers(SEEDS, python_calls.V, len(classes), 64, directions=2),
}
for many in taggers.values():
    fit(many, lines, updates=250)
guesses = {label: tagged(many, new_lines) for label, many in taggers.items()}


def percent(values):
    """A range, in percent."""
    return f"{100 * min(values):5.1f} to {100 * max(values):5.1f}"


print(f"{'percent right':14}" + "".join(f"{label:>18}" for label in taggers))
print(f"{'weights':14}" + "".join(f"{many.count():18,}" for many in taggers.values()))
print(f"{'all':14}" + "".join(f"{percent(share(g, new_lines)):>18}" for g in guesses.values()))
for place, name in enumerate(classes[1:], start=1):
    print(f"{name:14}" + "".join(f"{percent(share(g, new_lines, place)):>18}" for g in guesses.values()))

# %% tags=["demo"]
fig, ax = plt.subplots(figsize=(6.4, 3.2))
colors = (palette.SKY, palette.PURPLE, palette.ORANGE)
for lift, (label, guess), color in zip((-0.2, 0, 0.2), guesses.items(), colors):
    for place in range(len(classes) - 1):
        values = [100 * s for s in share(guess, new_lines, place + 1)]
        ax.plot(values, np.full(len(values), place + lift), "o", color=color, alpha=0.7, ms=5,
                label=label if not place else None)  # fmt: skip
ax.set(yticks=range(len(classes) - 1), yticklabels=classes[1:], xlabel="percent right, each of five")
ax.invert_yaxis()
fig.legend(loc="outside upper center", ncols=3)
plt.show()

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The class of a name that is called depends on the bracket *after* it. Reading both ways, nearly every such character is
right, with every seed. Reading forwards it is a matter of guessing which names tend to be called; and each guess the
wrong way costs in the row *name*, which is why that one gains too.

In the other rows there is no such gap. A comment announces itself with its first character, an operator *is* its first
character: they need no future. (Numbers are rare, about one character in a hundred.) Look at numbers and comments: with
2 times 32 units they come out *worse* than forwards; with 2 times 64, numbers come out better and comments come closer.
Each direction has to remember by itself what it is in the middle of, such as a comment since its `#`, and half the
units remember less. Two directions are no replacement for units. The future helps most where the answer lies in the
future; elsewhere it may help a little, if there are units to spare.

</details>

### Type, and watch

At the left a tagger that reads forwards, at the right one that reads both ways. Move the slider, or press play, and the
text is typed character by character. Watch `format` and `sorted`: at the left a character never changes its colour once
it is there. At the right the whole word changes when the bracket arrives. That is what an editor does, and why yours
flickers while you type.
"""


# %% tags=["demo"]
def painter(many, seed=0):
    """The classes that one of the taggers gives to each of some lines."""

    def tag(texts):
        ids, lengths = python_calls.encode(texts), torch.tensor([len(text) for text in texts])
        return tagged(many, (ids, ids, lengths))[seed].tolist()

    return tag


highlighters(painter(taggers["forwards"]), painter(taggers["both, 2 x 64"]), classes)

# %% [markdown]
r"""
## Layers

The other way to have more: put a network on top of a network. The bottom layer reads x. Its state at each step is the
*input* of the layer above at the same step, and so on up. What comes out is the top layer's.

![Four inputs below, three rows of states, outputs on top. Arrows run to the right in each row and up from each state to
the one above. At the right the last states of the three layers.](figures/08_stack.svg)

Each layer has weights of its own. ${\color{#D55E00}{W_{xh}}}$ of the bottom layer is $(H, D)$; higher up it is
$(H, H)$, since what is read there are H states. And each layer has a last state: together $(L, N, H)$, the bottom layer
first.

### Exercise: a stack (`stacked`)

Write `stacked`. `layers` is a list with `(W_xh, W_hh, b)` for each layer, the bottom one first; all start from zeros.
It returns the states of the top layer, `(N, T, H)`, and the last states of all layers, `(L, N, H)`.
"""


# %% exercise="stacked"
def stacked(x, layers):
    """stacked: x (N,T,D), layers (L times W_xh, W_hh, b) -> h (N,T,H), h_T (L,N,H)

    The states of one layer are the inputs of the next.
    """
    ### BEGIN SOLUTION
    h, last = x, []
    for W_xh, W_hh, b in layers:
        h, h_T = rnn_forward(h, np.zeros((len(h), len(b))), W_xh, W_hh, b)  # (N, T, H), (N, H)
        last.append(h_T)
    return h, np.stack(last)
    ### END SOLUTION


# %% [markdown]
r"""
### Is deeper better?

In networks for pictures, more layers have been the way to more. A recurrent network is deep already: along time, as
deep as the sequence is long. What do more layers add?

**Predict first.** The tagger that reads forwards, with 1, 2, 3 or 6 plain layers of 32 units, the same 300 updates for
each. Which one is best on new lines?
"""

# %%
my_prediction = "?"  # best first

# %% [markdown]
r"""
To train them takes a while, so it was done beforehand; `python -m rnnlab.depths` does it anew. Every dot is one
network, five for each shape.
"""

# %% tags=["demo"]
rows = depths.table()
print("you predicted:", my_prediction)
print("directions  layers   weights   loss at the end   percent right: lowest, median, highest")
for row in sorted(rows, key=lambda row: (row["directions"], row["layers"])):
    low, middle, high = np.percentile(row["percent"], (0, 50, 100))
    shape = f"{row['directions']:10}{row['layers']:8}{row['learns']:10,}{row['loss']:18.3f}"
    print(f"{shape}{low:17.1f}{middle:7.1f}{high:7.1f}")

fig, ax = plt.subplots(figsize=(6.4, 2.6))
for directions, color in ((1, palette.SKY), (2, palette.PURPLE)):
    for row in rows:
        if row["directions"] == directions:
            ax.plot([row["layers"]] * len(row["percent"]), row["percent"], "o", color=color, alpha=0.7, ms=5)
    ax.plot([], [], "o", color=color, label=("forwards", "both ways")[directions - 1])
ax.set(xlabel="layers of 32 units in each direction", ylabel="percent right", xticks=(1, 2, 3, 6))
fig.legend(loc="outside upper center", ncols=2)
plt.show()

# %% [markdown]
r"""
Reading forwards, a second layer brings nothing, a third a little less than nothing, and six layers do clearly worse
than one. The loss *at the end of training* goes up with every layer, too, so that this is no matter of learning by
heart. The deeper network could do all that the shallow one does, but in 300 updates it does not get there: every
gradient has a longer way to go, along time *and* down through the layers, and each step of it goes through the slope of
a tanh. Reading both ways, a second layer lowers the loss a little, and on new lines it cannot be told from one.

And no layer makes up for what a network that reads forwards has not seen yet: compare the two colours.

That is one task, one budget and a plain cell. With gated cells, more data and more patience, two or three layers are
common, and often worth it (Graves and others, 2013). Eight are rare in a recurrent network. The rule is the old one:
measure, over seeds.

### What comes out

So there are layers, directions, last states of all of them, for an LSTM two kinds of last state, and a batch that
stands in front or does not. Getting these shapes wrong raises an error if you are lucky.

> **Convention · torch's order.** `h_n` and `c_n` are $(KL, N, H)$: K directions of L layers along *one* axis, layer by
> layer, forwards before backwards. With `batch_first=True` the input and the output have the batch in front; **the
> states do not**. The output holds the *top* layer's states only, all directions side by side.

### Exercise: the shapes (`output_shapes`)

`nn.LSTM(D, H, L, bidirectional=(K == 2), batch_first=True)` is given x of shape `(N, T, D)`. Fill in the table: a tuple
of sizes for each name, made of N, T, D, H, L and K. L is at least 2, and K is 1 or 2.

| name | what it is |
|---|---|
| `output` | the first result |
| `h_n`, `c_n` | the last hidden and the last cell states |
| `weight_ih_l0` | the weights from the input into the bottom layer, forwards |
| `weight_ih_l1` | the weights from below into the second layer, forwards |
| `weight_hh_l1` | the weights from the second layer's forward cell to itself |
"""


# %% exercise="output_shapes"
def output_shapes(name, N, T, D, H, L, K):
    """output_shapes: name, N, T, D, H, L, K -> a tuple of sizes

    Put a tuple in the place of each None, and take away the line that raises.
    """
    shapes = {
        "output": None,
        "h_n": None,
        "c_n": None,
        "weight_ih_l0": None,
        "weight_ih_l1": None,
        "weight_hh_l1": None,
    }
    ### BEGIN SOLUTION
    shapes["output"] = (N, T, K * H)
    shapes["h_n"] = shapes["c_n"] = (K * L, N, H)
    shapes["weight_ih_l0"] = (4 * H, D)
    shapes["weight_ih_l1"] = (4 * H, K * H)
    shapes["weight_hh_l1"] = (4 * H, H)
    ### END SOLUTION
    return shapes[name]


# %% [markdown]
r"""
## Both at once

In a stack of bidirectional layers, every layer has two cells, and **each of them reads the states of both** below it:
$2H$ numbers a step. So from the second layer on, also the cell that reads forwards knows of the future.

![Two layers of two rows each. The states of both rows of the lower layer are joined, 2H, and read by both rows of the
upper one. Beside the rows the places of their last states, 0 to 3.](figures/08_pairs.svg)

### Exercise: a bidirectional LSTM (`bidirectional_lstm`)

Write `bidirectional_lstm`. `layers` has a pair of cells for each layer, `(forwards, backwards)`, and a cell is
`(W_xh, W_hh, b)` as in lesson 06: `W_xh` is (4H, D) in the bottom layer and (4H, 2H) higher up. It returns

- `h (N, T, 2H)`: the top layer's states, zeros at padding;
- `h_T (2L, N, H)` and `c_T (2L, N, H)`: the last hidden and cell states of all cells, in torch's order.

`lstm_padded(x, lengths, W_xh, W_hh, b)` is lesson 06's LSTM for padded sequences. It starts from zeros, stops each
sequence at its own end, and returns the states `(N, T, H)` with zeros at padding, and both states after each
sequence's last real step, `(N, H)` each. Your `reverse_padded` does the rest.
"""


# %% exercise="bidirectional_lstm"
def bidirectional_lstm(x, lengths, layers):
    """bidirectional_lstm: x (N,T,D), lengths (N), layers (L pairs of cells, each W_xh, W_hh, b)
    -> h (N,T,2H), h_T (2L,N,H), c_T (2L,N,H)

    Layers of two LSTMs, one in either direction.
    """
    ### BEGIN SOLUTION
    h, hidden, cells = x, [], []
    for forwards, backwards in layers:
        ahead, h_a, c_a = lstm_padded(h, lengths, *forwards)
        back, h_b, c_b = lstm_padded(reverse_padded(h, lengths), lengths, *backwards)
        h = np.concatenate([ahead, reverse_padded(back, lengths)], axis=2)  # (N, T, 2H)
        hidden += [h_a, h_b]
        cells += [c_a, c_b]
    return h, np.stack(hidden), np.stack(cells)
    ### END SOLUTION


# %% tags=["demo"]
largest = 0.0
for seed in range(20):
    D, H, x, lengths = drawn(seed)
    network = nn.LSTM(D, H, 2, batch_first=True, bidirectional=True).double()
    cells = cells_of(network)  # layer 0 forwards, layer 0 backwards, layer 1 forwards, layer 1 backwards
    pairs = zip(bidirectional_lstm(x, lengths, [cells[:2], cells[2:]]), by_torch(network, x, lengths), strict=True)
    largest = max(largest, *(np.abs(a - b).max() for a, b in pairs))
print(f"two layers, two directions: largest difference from nn.LSTM in 20 networks: {largest:.0e}")

# %% [markdown]
r"""
### Only some layers

Nothing forces you to have two directions in every layer. Google's translator of 2016 had eight layers in its encoder,
of which only the *bottom* one read both ways: the layers above it already get to hear of both sides, and run with half
the cost, one layer on one machine a step behind the layer below it. With torch you take two modules, one after the
other.

### Dropout between layers

`nn.LSTM(..., dropout=0.3)` sets each number that goes **from one layer to the next** to zero with a probability of 0.3
while training, and scales up the others. Not along time: what a cell hands to itself is left alone, or its memory would
be punched full of holes at every step. And not after the top layer. Predict what follows for a network of *one* layer.
"""

# %% tags=["demo"]
x = torch.ones(1, 5, 4)
for layers in (1, 2):
    torch.manual_seed(0)
    network = nn.LSTM(4, 200, layers, batch_first=True)
    network.dropout = 0.5  # what dropout=0.5 sets; torch warns when there is one layer only
    with torch.no_grad():
        one, other = (network(x)[0] for _ in range(2))
        network.eval()
        calm, calmer = (network(x)[0] for _ in range(2))
    print(f"{layers} layer(s): two runs in training differ: {not torch.equal(one, other)},", end=" ")
    print(f"after eval(): {not torch.equal(calm, calmer)}, zeros in the output: {(one == 0).sum().item()}")

# %% [markdown]
r"""
With one layer there is no *between*: `dropout` does nothing. With two, each run of training is another one, until
`eval()`. And no zeros come out: if you want dropout before the readout, put an `nn.Dropout` there yourself.

## Where it must not be used

In lesson 03 a network wrote text: from what it has read it predicts the next character, which is fed back to it. If
two directions are so good, let it read both ways.

**Predict first.** Two networks learn to predict the next letter of English prose: one reads forwards, one both ways.
Which has the lower loss on new text, and by how much? Which writes the better text?
"""

# %%
my_prediction = "?"  # the lower loss: forwards or both ways, and by how many bits; the better text: ...


# %% tags=["demo"]
T, ALPHABET = 40, "abcdefghijklmnopqrstuvwxyz "
text = torch.tensor([ALPHABET.index(c) for c in letters(prose())])
rows_of_text = text[: len(text) // (T + 1) * (T + 1)].view(-1, T + 1)
order = torch.randperm(len(rows_of_text), generator=torch.Generator().manual_seed(0))
seen, held = rows_of_text[order[300:]], rows_of_text[order[:300]]


def stream(rows):
    """Characters, the characters after them, and lengths."""
    return rows[:, :-1], rows[:, 1:], torch.full((len(rows),), T)


def bits(model, rows, last_only=False):
    """Bits per character of each model; of the last step alone, at which nothing lies ahead to be looked at."""
    given = batch(*stream(rows))
    with torch.no_grad():
        log_p = torch.log_softmax(model(given), dim=3)
    each = -log_p.gather(3, given.tags[None, :, :, None].expand(len(log_p), -1, -1, 1))[..., 0] / np.log(2)
    return (each[:, :, -1:] if last_only else each).mean(dim=(1, 2)).tolist()


def write(model, start, many, seed=0, place=0):
    """Let one of the models continue a text, one character at a time."""
    rng, ids = np.random.default_rng(seed), [ALPHABET.index(c) for c in start]
    for _ in range(many):
        read = torch.tensor([ids[-T:]])
        with torch.no_grad():
            scores = model(batch(read, read, torch.tensor([read.shape[1]])))[place, 0, -1]
        p = torch.softmax(scores.double(), dim=0).numpy()
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return "".join(ALPHABET[i] for i in ids)


print("you predicted:", my_prediction)
writers = {
    "forwards": Taggers(range(3), 27, 27, 64, directions=1),
    "both ways": Taggers(range(3), 27, 27, 32, directions=2),
}
for model in writers.values():
    fit(model, stream(seen), updates=200)

print("bits per character on new text, three seeds, lowest and highest (27 equal chances: 4.75)")
for label, model in writers.items():
    found, blind = bits(model, held), bits(model, held, last_only=True)
    print(f"  {label:10} all steps {min(found):.2f} to {max(found):.2f}", end="    ")
    print(f"at the last step, with nothing ahead: {min(blind):.2f} to {max(blind):.2f}")
print()
for label, model in writers.items():
    for place in range(3):
        print(f"{label:10} {write(model, 'the function ', 50, place=place)!r}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The loss of the second network is wonderful: next to nothing. It has learnt to *copy*. Its backward half has read the
next character before it was asked for it, and hands it over. There is one step in 40 at which it cannot: the last of a
row, where nothing lies ahead. That is where most of what is left of its loss comes from (divide the last number by 40),
and all that it knows of English. There it is worse, by far, than the network that had to learn the hard way at every
step.

And when it writes, *every* step is the last. The text of the first network is no English either, after 200 updates of
64 units; but it has syllables, endings and short words. In that of the second, letters follow each other that hardly
ever do.

A low loss says that the task was solved. It does not say *which* task.

</details>

This happens to people who know all of it: a convolution that is padded on both sides, a mean taken over the whole
series, a batch sorted by the answer. So test for it. You need not understand a model to do that.

### Exercise: does it look ahead? (`leaks_future`)

Write `leaks_future(model, x)`. `model` is a function from `(N, T, D)` to `(N, T, O)`, and `x` an input to try it on.
Return True if the output at some step changes when only *later* inputs change, and False if not.

- Call the model as often as you like. It always gives the same for the same input.
- It may look just one step ahead, or many; from some steps and not from others; at one of the D numbers alone; only
  a little. One place that shows it is enough.
- x may be anything, also all zeros. Leave it as it is.
"""


# %% exercise="leaks_future"
def leaks_future(model, x):
    """leaks_future: model (a function), x (N,T,D) -> True or False

    Whether outputs change when only inputs of later steps do.
    """
    ### BEGIN SOLUTION
    before = model(x)
    for t in range(1, x.shape[1]):
        other = x.copy()
        other[:, t:] += 1.0
        if not np.allclose(before[:, :t], model(other)[:, :t]):
            return True
    return False
    ### END SOLUTION


# %% [markdown]
r"""
Try it on some networks. Which of them could write text?
"""


# %% tags=["demo"]
def as_function(*modules):
    """torch modules one after the other as a function from array to array."""

    def run(x):
        h = torch.tensor(x, dtype=torch.float32)
        with torch.no_grad():
            for module in modules:
                h = module(h)[0] if isinstance(module, nn.RNNBase) else module(h.transpose(1, 2)).transpose(1, 2)
        return h.numpy()

    return run


torch.manual_seed(0)
one_way, both_ways = (nn.LSTM(3, 8, 2, batch_first=True, bidirectional=k) for k in (False, True))
bottom, top = nn.LSTM(3, 8, batch_first=True, bidirectional=True), nn.LSTM(16, 8, 2, batch_first=True)
x = np.random.default_rng(0).normal(size=(2, 9, 3))
for label, model in (
    ("two layers forwards", as_function(one_way)),
    ("two layers both ways", as_function(both_ways)),
    ("only the bottom layer of three both ways", as_function(bottom, top)),
    ("convolution of width 3, padded on both sides", as_function(nn.Conv1d(3, 8, 3, padding=1))),
    ("convolution of width 3, padded in front", as_function(nn.ConstantPad1d((2, 0), 0.0), nn.Conv1d(3, 8, 3))),
):
    print(f"{label:46} looks ahead: {leaks_future(model, x)}")

# %% [markdown]
r"""
One layer of two directions is enough, wherever in the stack it is.

When is it *allowed*? When the whole sequence is there before an answer is due: tagging a finished line, the encoder of
a translator, which reads all of the question before the decoder writes, and which may read both ways while the decoder
may not. When is it not? In a model that writes, in a forecast, and wherever the answer is due at once.
"""

# %% [markdown] question="which_way"
r"""
### In your own words

A company has three products in mind. **A** adds live subtitles to a broadcast, each word at most half a second after it
was spoken. **B** finds the names of people in letters that have been scanned. **C** suggests the next word while you
type. An engineer has built one network for all three: six plain bidirectional layers. She reports a loss of 0.02 for C,
"by far our best".

For each product: may it read both ways, and why? What has probably happened with C, and how would you show it to her in
a few lines, without looking at her code? What would you say about the six layers? Five to eight sentences.

### BEGIN MARK SCHEME
- **1 point**, which may: B yes, the whole letter is there before an answer is due. C no, the future does not exist yet.
  A no, or with a short look ahead only (half a second), for instance on chunks; a plain "no" with the reason is enough.
- **1 point**, C: the backward half has read the word that is to be predicted and copies it; a loss near zero is the
  sign of it. To show it: change only later inputs and see whether earlier outputs change (`leaks_future`); or let it
  write, or measure the loss with nothing ahead. Half a point for the cause without a test.
- **1 point**, depth: a recurrent network is deep in time already; more plain layers cost time and are not better by
  themselves, and may be harder to train in the same budget; compare with one and two layers over several seeds with
  ranges on held-out data, gated cells, dropout between layers. A claim without "measure it" earns half.
- Nothing off for language or length.
### END MARK SCHEME

### BEGIN SOLUTION
B may read both ways: a scanned letter is there as a whole, and whether a word is a name often shows in what follows.
C may not, since what follows has not been typed yet. A may not either, or only within its half second: it can wait for
a few words and read those backwards, but not the whole broadcast. With C, the backward half has most likely read the
very word that is to be predicted, so that the network learnt to copy; a loss of 0.02 for the next word is too good to
be true. I would change the last words of a text, run the model on both versions, and show her that the outputs
*before* the change differ; and then let it write a sentence. The six layers I would not believe without a comparison:
one, two and six layers, the same budget, five seeds each, on held-out text, with lowest and highest. A recurrent
network is deep along time anyway, and deep plain stacks can be harder to train; if layers help, then rather two or
three, with gated cells and dropout between them.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- A second network reads from the end. Different weights, states joined step by step, $(N, T, 2H)$. It is done at
  step 0.
- Turn each sequence within its own length, or it begins with padding.
- The future helps where the answer lies in the future: the class of a name that is called. Measure class by class.
- In a stack, the states of one layer are the inputs of the next; the top layer's come out.
- Depth costs, and is no gain by itself: a recurrent network is deep along time already. Measure, over seeds.
- torch: output $(N, T, KH)$, top layer only; states $(KL, N, H)$, layer by layer, never batch first. Dropout acts
  between layers only.
- A model that writes must not look ahead. Wonderful losses deserve a test: change the future, look at the past.

**Where next.** In lesson 09 you bring a text of your own, and choose.

**Further reading**

- Schuster and Paliwal, "Bidirectional recurrent neural networks" (1997).
- Graves and Schmidhuber, "Framewise phoneme classification with bidirectional LSTM and other neural network
  architectures" (2005). Graves, Mohamed and Hinton, "Speech recognition with deep recurrent neural networks" (2013).
- Pascanu, Gulcehre, Cho and Bengio, "How to construct deep recurrent neural networks" (2014).
- Zaremba, Sutskever and Vinyals, "Recurrent neural network regularization" (2014): dropout between layers only.
- Wu and others, "Google's neural machine translation system" (2016): one bidirectional layer of eight.
- Peters and others, "Deep contextualized word representations" (2018): two language models, one in each direction,
  that are *not* allowed to see each other's states.
"""

# %%
progress()
