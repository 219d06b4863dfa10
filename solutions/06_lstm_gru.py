# %% [markdown]
r"""
# 06 · LSTM and GRU: memory with gates

A plain recurrent cell makes its state anew at every step. Whatever it wants to remember, it has to make again, and
again. In this lesson you build two cells that do it the other way round: what is there stays, unless something is done
about it.

**At the end you can**

- say what a gate is, and what each gate of an LSTM decides;
- write an LSTM and a GRU from scratch, equal to torch's;
- send a gradient back through an LSTM, and say which part of the way is uninterrupted, and on what it depends;
- recognise the conventions in which textbooks, papers and libraries differ;
- count what the cells cost, and start a forget gate so that it keeps;
- say from measurements when an LSTM remembers what a plain network forgets, and when it does *not*.

**Builds on** lesson 04: one step backward. Lesson 05 says why gradients vanish; here you
need only that they do. **Time** about 120 minutes. **Points** 34, and 3 more marked by a person.
"""

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np
import torch

from autograder import check, hint, inputs, progress
from rnnlab import palette, plots
from rnnlab.gates import sigmoid
from rnnlab.long_range import KINDS, recall, table, train
from rnnlab.widgets.belt import belt

plots.style()
torch.set_num_threads(1)  # networks as small as ours are fastest on one thread

# %% [markdown]
r"""
## Keeping a number

Here is the smallest memory task there is. A state holds a number. Nothing more arrives. After 20 steps the number
should still be there. A plain cell of one unit without input has $h_t = \tanh(w\, h_{t-1})$, and only $w$ to choose.

**Predict first.** Is there a $w$ with which 0.8 is still near 0.8 after 20 steps, and 0.3 still near 0.3?
"""

# %%
my_prediction = "?"  # "yes" or "no"

# %%
print("you predicted:", my_prediction)
print("         " + "".join(f"from {start:<8}" for start in (0.8, 0.3, -0.3)))
for w in (0.5, 0.9, 1.0, 1.1, 1.5):
    h = np.array([0.8, 0.3, -0.3])
    for _ in range(20):
        h = np.tanh(w * h)
    print(f"w = {w}  " + "".join(f"{value:<13.2f}" for value in h))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

With $w \le 1$ both numbers fade, and with $w = 1$ they fade towards each other. With $w > 1$ everything positive runs
to *one* value, and everything negative to its opposite: of the number only the sign is left. In between there is
nothing that keeps 0.8 and 0.3 apart. The cell makes its state anew at every step, through a product and a tanh, and
whatever it wants to keep, it has to make again.

</details>

The same in a network that learns. The task for this whole lesson is **recall**, that of lesson 05 with other numbers:
a sequence begins with one of eight letters, and $T - 1$ digits follow, drawn at random. At the end, say which letter
it was. Guessing gives 12.5 percent. Five tanh networks of 32 units, 300 updates each, differing in their random
numbers only:
"""

# %%
symbols, letters = recall(S=1, N=1, T=12)
print("a sequence:", "".join("abcdefgh01234567"[s] for s in symbols[0, 0]), "  answer:", "abcdefgh"[letters[0, 0]])

# %% tags=["demo"]
for T in (5, 10, 20):
    percent = train(KINDS["tanh RNN"], T, updates=300)[-1]
    print(f"T = {T:2}: percent right", ", ".join(f"{p:.0f}" for p in sorted(percent)))

# %% [markdown]
r"""
At 5 steps all of them know the letter. The longer it has to be kept, the more it becomes a matter of luck: at 20 steps
one network has it and another has not, and nothing but their random numbers differs.

## Leave it alone

The idea of the LSTM ("long short-term memory", Hochreiter and Schmidhuber, 1997) is almost too simple. Give each unit a
second number, its **cell state** $c$, and do *nothing* to it:

$$c_t = c_{t-1} + \text{what is new}$$

No matrix, no tanh. (The plus is that of the residual step in lesson 05, where a part of a plain step was added.) What
lies on this **conveyor belt** travels on by itself. But now everything that arrives is added, for ever. So there have
to be people at the belt who decide, and each of them is a **gate**.

### A gate

A gate is a sigmoid times a vector. Each number of the vector has a valve of its own: 0 is shut, 1 is open.
"""

# %%
values = np.array([0.9, -0.5, 2.0, 0.7])
valves = sigmoid(np.array([-6.0, 0.0, 6.0, 2.0]))
print("values:      ", values)
print("valves:      ", valves.round(2))
print("get through: ", (valves * values).round(2))

# %% [markdown]
r"""
### One gate after the other

One unit, six steps. At each step something, $g_t$, would like to get onto the belt. What we want: keep what came at
step 1 and ignore what comes at 2, 3 and 4; at step 5 throw it away and keep the new one instead; and show what there is
at steps 4 and 6 only. Watch what each gate adds.
"""

# %%
g = np.array([0.8, -0.5, 0.6, 0.9, -0.7, 0.4])  # what would like to get onto the belt
i = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])  # whether to write
f = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 1.0])  # whether to keep
o = np.array([0.0, 0.0, 0.0, 1.0, 0.0, 1.0])  # whether to show


def along(i, f):
    """The belt: at each step, f of what is there and i of what arrives."""
    c, cells = 0.0, []
    for t in range(len(g)):
        c = f[t] * c + i[t] * g[t]
        cells.append(c)
    return np.array(cells)


always = np.ones(6)
for name, row in (
    ("g, what arrives", g),
    ("c without gates", along(always, always)),
    ("c with i", along(i, always)),
    ("c with i and f", along(i, f)),
    ("h = o tanh(c)", o * np.tanh(along(i, f))),
):
    print(f"{name:17}" + "".join(f"{value:7.2f}" for value in row))

# %% [markdown]
r"""
- Without gates the belt is a running sum, in which nothing can be told apart.
- The **input gate** $i$ decides *whether to write*. Now steps 2 to 4 leave no trace, but step 5 is added to what is
  there.
- The **forget gate** $f$ decides *whether to erase*. Mind its name: $f = 1$ **keeps**, $f = 0$ erases.
- The **output gate** $o$ decides *how much to reveal*. What others see of the unit is $h = o \odot \tanh(c)$. The tanh
  is there because $c$ may have grown beyond 1.
- And $g$, the **candidate**, is *what* would be written: like the state of a plain cell, between $-1$ and 1.

Nobody sets the gates by hand. Each of them is a small network of its own, which reads the input and the last hidden
state, and learns when to open. ($\odot$ is a product entry by entry.)

$$
\begin{aligned}
i_t &= \sigma({\color{#D55E00}{W_{xi}}} x_t + {\color{#0072B2}{W_{hi}}} h_{t-1} + b_i) &
f_t &= \sigma({\color{#D55E00}{W_{xf}}} x_t + {\color{#0072B2}{W_{hf}}} h_{t-1} + b_f) \\
g_t &= \tanh({\color{#D55E00}{W_{xg}}} x_t + {\color{#0072B2}{W_{hg}}} h_{t-1} + b_g) &
o_t &= \sigma({\color{#D55E00}{W_{xo}}} x_t + {\color{#0072B2}{W_{ho}}} h_{t-1} + b_o) \\
c_t &= f_t \odot c_{t-1} + i_t \odot g_t &
h_t &= o_t \odot \tanh(c_t)
\end{aligned}
$$

![The cell of an LSTM. Above, the belt from c_{t-1} to c_t, first multiplied by f, then i times g is added. Below, four
boxes f, i, g, o, each fed by x_t and h_{t-1}. tanh of c_t times o gives h_t.](figures/06_cell.svg)

> **Convention · four blocks in one matrix.** The four matrices lie one below the other in a single
> ${\color{#D55E00}{W_{xh}}}$ of shape $(4H, D)$, and so do ${\color{#0072B2}{W_{hh}}}\ (4H, H)$ and $b\ (4H)$, in the
> order **i f g o**, as in torch. So one product makes all four sums, $(N, 4H)$: the first $H$ columns are for $i$, the
> next $H$ for $f$, and so on. Keras has the same order; others have i f o g, or i g f o, or begin with f. Weights
> that are copied in the wrong order raise no error.

### Exercise: one step (`lstm_step`)

Write `lstm_step`. It is given `x (N, D)`, the two states `h (N, H)` and `c (N, H)`, and the weights `W_xh (4H, D)`,
`W_hh (4H, H)`, `b (4H)`. It returns the new hidden state and the new cell state, in this order.

- Blocks in the order i f g o. `sigmoid` is imported above. NumPy only.
- Leave `h` and `c` as they are.
- To try it: one unit, whose sums are 1, 3, 1 and −0.5, with 2.0 on the belt, gives `h` 0.37 and `c` 2.46:

```python
W_xh, W_hh, b = np.array([[1.0], [2.0], [0.5], [-1.0]]), np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([0, 1, 0, 0])
lstm_step(np.array([[1.0]]), np.array([[0.5]]), np.array([[2.0]]), W_xh, W_hh, b)
```
"""


# %% exercise="lstm_step"
def lstm_step(x, h, c, W_xh, W_hh, b):
    """x (N,D), h (N,H), c (N,H), W_xh (4H,D), W_hh (4H,H), b (4H) -> h_new (N,H), c_new (N,H)

    One step of an LSTM: both new states.
    """
    ### BEGIN SOLUTION
    sums = x @ W_xh.T + h @ W_hh.T + b  # (N, 4H)
    i, f, g, o = np.split(sums, 4, axis=1)  # (N, H) each
    c_new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h_new = sigmoid(o) * np.tanh(c_new)
    return h_new, c_new
    ### END SOLUTION


# %% [markdown]
r"""
## All steps

### Exercise: a whole sequence (`lstm_forward`)

Write `lstm_forward`. It is given `x (N, T, D)`, the starting states `h0 (N, H)` and `c0 (N, H)`, and the weights. It
returns three things: all hidden states `h (N, T, H)`, the last of them `h_T (N, H)`, and the last cell state
`c_T (N, H)`.

- Call your `lstm_step`. Both states are handed on.
"""


# %% exercise="lstm_forward"
def lstm_forward(x, h0, c0, W_xh, W_hh, b):
    """x (N,T,D), h0 (N,H), c0 (N,H), W_xh (4H,D), W_hh (4H,H), b (4H)
    -> h (N,T,H), h_T (N,H), c_T (N,H)

    The LSTM along whole sequences.
    """
    ### BEGIN SOLUTION
    states, h, c = [], h0, c0
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, W_xh, W_hh, b)
        states.append(h)
    return np.stack(states, axis=1), h, c
    ### END SOLUTION


# %% [markdown]
r"""
Is it torch's LSTM? Twenty networks of random sizes, in float64. (torch keeps two biases, which it adds; yours is their
sum.)
"""


# %% tags=["demo"]
def torch_weights(network):
    """The weights of an nn.LSTM of one layer: W_xh (4H,D), W_hh (4H,H), b (4H)."""
    W_xh, W_hh, b_ih, b_hh = (p.detach().numpy() for p in network.parameters())
    return W_xh, W_hh, b_ih + b_hh


largest = 0.0
for seed in range(20):
    torch.manual_seed(seed)
    N, T, D, H = np.random.default_rng(seed).integers(1, 12, size=4).tolist()
    network = torch.nn.LSTM(D, H, batch_first=True).double()
    x, h0, c0 = (torch.randn(*shape, dtype=torch.float64) for shape in ((N, T, D), (N, H), (N, H)))
    with torch.no_grad():
        theirs, (their_h, their_c) = network(x, (h0[None], c0[None]))
    mine = lstm_forward(x.numpy(), h0.numpy(), c0.numpy(), *torch_weights(network))
    pairs = zip(mine, (theirs, their_h[0], their_c[0]), strict=True)
    largest = max(largest, *(np.abs(a - b.numpy()).max() for a, b in pairs))
print(f"largest difference from torch in 20 networks: {largest:.0e}")

# %% [markdown]
r"""
### Move the gates

One unit, twelve steps. Step 1 writes 1 onto the belt. From then on the three gates stand where you put them, and the
candidates $g_t$ keep coming. The bar is what lies on the belt: orange is what is left of step 1, purple what was
written later; the black line is their sum, $c_t$. Find a setting that keeps step 1 whole and clean. Then a unit that
only ever remembers the last two or three steps. Then one that knows something and does not show it.
"""

# %%
belt()

# %% [markdown]
r"""
The number at the right is the lesson in small: what is left of step 1 after eleven more steps is $f^{11}$. With
$f = 0.9$ that is 0.31. Close to 1 it is a memory, and a little further down it is none.

## The way back along the belt

Now the other direction. Take the derivative of $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ with respect to
$c_{t-1}$, with the gates held fixed. It is $f_t$. No ${\color{#0072B2}{W_{hh}}}$, no slope of tanh. The plus copies the
gradient to both of its sides, and the side of the belt goes on to the next step, and the next:

![Above, the belt: back from c_T to c_0 a gradient is multiplied by one forget gate at each step. Below, a plain cell:
at each step it is multiplied by W_hh and by the slope of tanh.](figures/06_belt.svg)

$$\frac{\partial c_T}{\partial c_t} = f_{t+1} \odot f_{t+2} \odot \dots \odot f_T$$

This is what people mean by the *uninterrupted gradient flow* of the LSTM. But look at what it says: uninterrupted, yes;
undiminished only where the forget gates are 1.

**Predict first.** A new LSTM starts with small random weights, so the sums of its forget gates are near 0, and the
gates near 0.5. Which share of the gradient arrives after 20 steps along the belt: about a half, a twentieth, a
thousandth, a millionth?
"""

# %%
my_prediction = "?"  # 1/2, 1/20, 1/1000 or 1/1000000

# %% [markdown]
r"""
### Exercise: the gradient along the belt (`cell_gradient`)

Write `cell_gradient`. It is given the forget gates `f (N, T, H)`, where `f[:, t]` leads from $c_t$ to $c_{t+1}$
(counted from 0, as arrays are). It returns `(N, T+1, H)`: for every $t$ from 0 to $T$ the derivative of $c_T$ with
respect to $c_t$ along the belt, with the gates held fixed.

- At $t = T$ it is 1. At $t = 0$ it is the product of all gates.
- Gates 0.5, 0.8, 1.0, in this order, give 0.4, 0.8, 1, 1.
"""


# %% exercise="cell_gradient"
def cell_gradient(f):
    """f (N,T,H) -> (N,T+1,H)

    dc_T / dc_t along the belt, for every t from 0 to T.
    """
    ### BEGIN SOLUTION
    N, T, H = f.shape
    grad = np.ones((N, T + 1, H))
    for t in reversed(range(T)):
        grad[:, t] = f[:, t] * grad[:, t + 1]
    return grad
    ### END SOLUTION


# %% tags=["demo"]
print("you predicted:", my_prediction)
print("share that arrives along the belt, by the sum that the forget gate's sigmoid is given")
print("  sum   gate    10 steps   20 steps   50 steps")
for start in (0, 1, 2, 3, 5):
    share = cell_gradient(np.full((1, 50, 1), sigmoid(start)))[0, :, 0]
    print(f"  {start:3}   {sigmoid(start):.3f}" + "".join(f"{share[50 - n]:11.1e}" for n in (10, 20, 50)))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

A millionth, at a sum of 0. So a *new* LSTM forgets within a few steps, much like a plain network. It **can** learn to
keep, by learning to open its forget gates; but to learn that, it needs a gradient from far back, which does not arrive
as long as the gates are not open.

</details>

The way out is in the lower rows of the table: **start** with the gates open. A bias of 1 on the forget gate is the
usual choice (Gers, Schmidhuber and Cummins, 2000; Jozefowicz and others, 2015), and its row says what it is worth: a
lot at 10 steps, not much at 50.

### Is the belt all there is?

No. The gates are not fixed: they read $h_{t-1}$, and that hangs on $c_{t-1}$. Besides the belt there are many other
ways back. So measure. Below, the gradient of the last state with respect to earlier ones, in new networks of 32 units
on random inputs, five of each kind: solid by autograd, through everything; dotted by your `cell_gradient`, along the
belt alone.
"""


# %% tags=["demo"]
def gradient_by_lag(kind, seed, T=40, H=32, D=8):
    """How long the gradient of the last state is at each earlier one, and along the belt alone: (T+1) each."""
    torch.manual_seed(seed)
    network = {"tanh": torch.nn.RNNCell, "gru": torch.nn.GRUCell}.get(kind, torch.nn.LSTMCell)(D, H)
    belted = isinstance(network, torch.nn.LSTMCell)
    if belted:
        with torch.no_grad():
            network.bias_ih[H : 2 * H], network.bias_hh[H : 2 * H] = kind, 0
    h, c = torch.zeros(1, H, requires_grad=True), torch.zeros(1, H, requires_grad=True)
    kept, gates = [c if belted else h], []
    for x in torch.randn(T, 1, D):
        if kind != "tanh":  # the gate of the belt is the second block: f of the LSTM, z of the GRU
            sums = x @ network.weight_ih.T + network.bias_ih + h @ network.weight_hh.T + network.bias_hh
            gates.append(torch.sigmoid(sums[:, H : 2 * H]).detach().numpy())
        h, c = network(x, (h, c)) if belted else (network(x, h), c)
        kept.append(c if belted else h)
    asked = torch.randn(1, H)
    asked /= asked.norm()
    grads = torch.autograd.grad((kept[-1] * asked).sum(), kept)
    alone = asked.numpy()[:, None] * cell_gradient(np.stack(gates, axis=1)) if gates else np.full((1, T + 1, H), np.nan)
    return [g.norm().item() for g in grads][::-1], np.linalg.norm(alone, axis=2)[0, ::-1]


fig, ax = plt.subplots(figsize=(6.4, 3.2))
lags = np.arange(41)
for kind, name, color in (
    ("tanh", "tanh RNN", palette.MUTED),
    ("gru", "GRU", palette.INK),
    (0.0, "LSTM, bias 0", palette.SKY),
    (1.0, "LSTM, bias 1", palette.PURPLE),
    (3.0, "LSTM, bias 3", palette.ORANGE),
):
    whole, alone = (np.array(runs) for runs in zip(*(gradient_by_lag(kind, seed) for seed in range(5)), strict=True))
    ax.plot(lags, np.median(whole, axis=0), color=color, label=name)
    ax.fill_between(lags, whole.min(axis=0), whole.max(axis=0), color=color, alpha=0.18, lw=0)
    ax.plot(lags, np.median(alone, axis=0), ":", color=color)
    print(f"{name:13}20 steps back: {whole[:, 20].min():.0e} to {whole[:, 20].max():.0e}")
title = "gradient of the last state (dotted: along the belt alone)"
ax.set(yscale="log", ylim=(1e-9, 2), xlabel="steps back", ylabel="length", title=title)
ax.legend(loc="lower left")
plt.show()

# %% [markdown]
r"""
Every solid line runs above its dotted one: what comes back through the gates and through $h$ adds to what comes along
the belt, and the further back, the more. (With a bias of 3 it even makes the gradient grow again.) But the belt sets
the order of the curves: the more open the gates, the slower the fall. With forget gates near one half, an LSTM or a GRU
is some thirty times better off than a plain network at 20 steps, and that is of little use: less than a ten-thousandth
of the gradient arrives from there. With a bias of 3 more than half does. What makes the difference is not the letters
L, S, T, M. It is the forget gate, and where it starts.

## One step backward

Now all of it, by hand. The step has three lines; go through them from the last to the first. You are given what is
asked of *both* states: $dh$, from the readout and from the gates of the next step, and $dc$, which has come back along
the belt.

1. $h = o \odot \tanh(c)$. The output gate is owed $dh \odot \tanh(c)$. And $c$ is asked for
   $dh \odot o \odot (1 - \tanh^2 c)$ through this line, *in addition to* $dc$. Add the two, and call the sum $\beta$:
   all that is asked of $c$.
2. $c = f \odot c_{prev} + i \odot g$. Four things went in, and each is owed $\beta$ times its partner:
   $f$ gets $\beta \odot c_{prev}$, $i$ gets $\beta \odot g$, $g$ gets $\beta \odot i$, and
   $dc_{prev} = \beta \odot f$ travels on back along the belt.
3. The gates: each through its own slope, $s (1 - s)$ for the three sigmoids, $1 - g^2$ for the tanh. Joined in the
   order i f g o that is $da\ (N, 4H)$, and from there on it is lesson 04: $dx$, $dh_{prev}$, $dW_{xh}$, $dW_{hh}$,
   $db$.

### Exercise: one step backward (`lstm_step_backward`)

Write `lstm_step_backward`. It is given `dh (N, H)` and `dc (N, H)`; what the step had, `x (N, D)`, `h_prev (N, H)`,
`c_prev (N, H)`; what it made, `gates (N, 4H)`, the *values* of i, f, g and o side by side, and the new `c (N, H)`; and
`W_xh`, `W_hh`. It returns six gradients: `dx`, `dh_prev`, `dc_prev`, `dW_xh`, `dW_hh`, `db`.

- Leave the arguments as they are. The pieces of `np.split` are views: writing into them writes into `gates`.
- To try it: the unit of `lstm_step`, with $dh = dc = 1$, gives `dc_prev` 0.96 and `db` 0.15, 0.09, 0.31, 0.23:

```python
x, h_prev, c_prev, c = (np.array([[v]]) for v in (1.0, 0.5, 2.0, 2.462))
gates = np.array([[0.731, 0.953, 0.762, 0.378]])
W_xh, W_hh = np.array([[1.0], [2.0], [0.5], [-1.0]]), np.array([[0.0], [0.0], [1.0], [1.0]])
lstm_step_backward(np.ones((1, 1)), np.ones((1, 1)), x, h_prev, c_prev, gates, c, W_xh, W_hh)
```
"""


# %% exercise="lstm_step_backward"
def lstm_step_backward(dh, dc, x, h_prev, c_prev, gates, c, W_xh, W_hh):
    """dh (N,H), dc (N,H), x (N,D), h_prev (N,H), c_prev (N,H), gates (N,4H), c (N,H), W_xh (4H,D), W_hh (4H,H)
    -> dx (N,D), dh_prev (N,H), dc_prev (N,H), dW_xh (4H,D), dW_hh (4H,H), db (4H)

    The gradients of all that went into a step, from those of both states that came out.
    """
    ### BEGIN SOLUTION
    i, f, g, o = np.split(gates, 4, axis=1)  # (N, H) each
    shown = np.tanh(c)
    belt = dc + dh * o * (1 - shown**2)  # all that is asked of c
    da_i = belt * g * i * (1 - i)
    da_f = belt * c_prev * f * (1 - f)
    da_g = belt * i * (1 - g**2)
    da_o = dh * shown * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)  # (N, 4H)
    return da @ W_xh, da @ W_hh, belt * f, da.T @ x, da.T @ h_prev, da.sum(axis=0)
    ### END SOLUTION


# %% [markdown]
r"""
A whole sequence is this step, from the last to the first, with *two* things handed back. Against autograd through
`torch.nn.LSTM`, in ten networks:
"""


# %% tags=["demo"]
def lstm_backward(dh, x, h0, c0, W_xh, W_hh, b):
    """Forward through a sequence, keeping what is needed, and back: gradients for x, h0, c0, W_xh, W_hh, b."""
    kept, h, c = [], h0, c0
    for x_t in x.transpose(1, 0, 2):
        sums = x_t @ W_xh.T + h @ W_hh.T + b
        gates = [np.tanh(s) if n == 2 else sigmoid(s) for n, s in enumerate(np.split(sums, 4, axis=1))]
        before, (h, c) = (h, c), lstm_step(x_t, h, c, W_xh, W_hh, b)
        kept.append((*before, np.concatenate(gates, axis=1), c))
    dx, dh_later, dc_later, totals = np.zeros(x.shape), np.zeros(h0.shape), np.zeros(c0.shape), [0, 0, 0]
    for t in reversed(range(x.shape[1])):
        dx[:, t], dh_later, dc_later, *own = lstm_step_backward(
            dh[:, t] + dh_later, dc_later, x[:, t], *kept[t], W_xh, W_hh
        )
        totals = [total + part for total, part in zip(totals, own, strict=True)]
    return dx, dh_later, dc_later, *totals


largest = 0.0
for seed in range(10):
    torch.manual_seed(seed)
    N, T, D, H = np.random.default_rng(seed).integers(1, 12, size=4).tolist()
    network = torch.nn.LSTM(D, H, batch_first=True).double()
    x, h0, c0, dh = (torch.randn(*s, dtype=torch.float64) for s in ((N, T, D), (N, H), (N, H), (N, T, H)))
    leaves = [x.requires_grad_(), h0.requires_grad_(), c0.requires_grad_()]
    (network(x, (h0[None], c0[None]))[0] * dh).sum().backward()
    theirs = [leaf.grad for leaf in leaves] + [p.grad for p in list(network.parameters())[:3]]
    mine = lstm_backward(dh.numpy(), *(leaf.detach().numpy() for leaf in leaves), *torch_weights(network))
    largest = max(largest, *(np.abs(a - b.numpy()).max() for a, b in zip(mine, theirs, strict=True)))
print(f"largest difference from autograd in 10 networks: {largest:.0e}")

# %% [markdown]
r"""
## The GRU: one state, two gates

Do we need all of it? In 2014 Cho and others proposed a smaller cell, the **gated recurrent unit**. It has one state and
two gates.

![The cell of a GRU. The state h_{t-1} is multiplied by z and goes on along the top; the candidate n, multiplied by 1 -
z, is added. r multiplies what n hears of the old state.](figures/06_gru.svg)

$$
\begin{aligned}
r_t &= \sigma({\color{#D55E00}{W_{xr}}} x_t + b_{xr} + {\color{#0072B2}{W_{hr}}} h_{t-1} + b_{hr}) \\
z_t &= \sigma({\color{#D55E00}{W_{xz}}} x_t + b_{xz} + {\color{#0072B2}{W_{hz}}} h_{t-1} + b_{hz}) \\
n_t &= \tanh({\color{#D55E00}{W_{xn}}} x_t + b_{xn} + r_t \odot ({\color{#0072B2}{W_{hn}}} h_{t-1} + b_{hn})) \\
h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}
\end{aligned}
$$

- The **update gate** $z$ is forget gate and input gate in one: what is kept and what is new *share*. ($r$ and $z$ both
  read $x_t$ and $h_{t-1}$, which the picture leaves out.)
- The **reset gate** $r$ decides how much the candidate $n$ hears of the old state.
- There is a belt here too: the state itself. Along it, $\partial h_t / \partial h_{t-1}$ is $z_t$.

> **Convention · which GRU?** There are at least three, and they are *not* the same function.
>
> | | reset gate | $z = 1$ means |
> |---|---|---|
> | torch, cuDNN, **this lesson** | after the product: $r \odot (W_{hn} h + b_{hn})$ | keep the old state |
> | Cho and others (2014) | before the product: $W_{hn} (r \odot h)$ | keep the old state |
> | Chung and others (2014) | before the product | take the new one |
>
> Many lecture notes follow the third. Keras has torch's form by default, with the blocks in the order z r n. Here it is
> **r z n**. Because $r$ stands outside, the two biases $b_x$ and $b_h$ do not merge in the candidate, and both are
> kept.

### Exercise: one step of a GRU (`gru_step`)

Write `gru_step`: `x (N, D)`, `h (N, H)`, `W_xh (3H, D)`, `W_hh (3H, H)`, `b_x (3H)`, `b_h (3H)` to the new state `(N,
H)`. Blocks in the order r z n, the reset gate after the product, and $z = 1$ keeps.
"""


# %% exercise="gru_step"
def gru_step(x, h, W_xh, W_hh, b_x, b_h):
    """x (N,D), h (N,H), W_xh (3H,D), W_hh (3H,H), b_x (3H), b_h (3H) -> (N,H)

    One step of a GRU.
    """
    ### BEGIN SOLUTION
    r_x, z_x, n_x = np.split(x @ W_xh.T + b_x, 3, axis=1)  # (N, H) each
    r_h, z_h, n_h = np.split(h @ W_hh.T + b_h, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * n_h)
    return (1 - z) * n + z * h
    ### END SOLUTION


# %% [markdown]
r"""
And backward? By the same three moves: the last line first, each factor is owed what is asked times its partner, each
squashed thing goes through its slope. There are two products here, so there are two arrays of sums to send back: they
differ in the candidate's block, where $r$ stands between. Try to write it before you read it.

<details><summary><b>The backward step of the GRU</b></summary>

With $dh$ for all that is asked of $h_t$, the last line owes $dn = dh \odot (1 - z)$, $dz = dh \odot (h_{prev} - n)$,
and $dh \odot z$ goes straight on along the belt. Then $da_n = dn \odot (1 - n^2)$; through $r \odot n_h$, where $n_h =
W_{hn} h_{prev} + b_{hn}$, $dr = da_n \odot n_h$, and the state's part of the candidate is owed $da_n \odot r$. The code
is below.

</details>
"""


# %% tags=["demo"]
from rnnlab.gates import gru_gates


def gru_step_backward(dh, x, h_prev, W_xh, W_hh, b_x, b_h):
    """dh (N,H) and a step's arguments -> dx, dh_prev, dW_xh, dW_hh, db_x, db_h"""
    r, z, n, n_h = gru_gates(x, h_prev, W_xh, W_hh, b_x, b_h)  # what the step went through
    da_n = dh * (1 - z) * (1 - n**2)
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_r = da_n * n_h * r * (1 - r)
    from_x = np.concatenate([da_r, da_z, da_n], axis=1)  # (N, 3H)
    from_h = np.concatenate([da_r, da_z, da_n * r], axis=1)  # r stands between, in the last block
    dh_prev = from_h @ W_hh + dh * z
    return from_x @ W_xh, dh_prev, from_x.T @ x, from_h.T @ h_prev, from_x.sum(axis=0), from_h.sum(axis=0)


largest = 0.0
for seed in range(10):
    torch.manual_seed(seed)
    N, D, H = np.random.default_rng(seed).integers(1, 12, size=3).tolist()
    cell = torch.nn.GRUCell(D, H).double()
    x, h, dh = (torch.randn(*s, dtype=torch.float64) for s in ((N, D), (N, H), (N, H)))
    leaves = [x.requires_grad_(), h.requires_grad_(), *cell.parameters()]
    out = cell(x, h)
    theirs = [out.detach(), *torch.autograd.grad((out * dh).sum(), leaves)]
    arrays = [leaf.detach().numpy() for leaf in leaves]
    mine = [gru_step(*arrays), *gru_step_backward(dh.numpy(), *arrays)]
    largest = max(largest, *(np.abs(a - b.numpy()).max() for a, b in zip(mine, theirs, strict=True)))
print(f"largest difference from torch, forward and backward: {largest:.0e}")

# %% [markdown]
r"""
## What they cost

### Exercise: count (`count_gate_parameters`)

Write `count_gate_parameters(D, H)`: three whole numbers, how many numbers a plain cell, a GRU and an LSTM learn. Count
as torch keeps them: *two* biases for each block. Nothing but the cell: no readout.
"""


# %% exercise="count_gate_parameters"
def count_gate_parameters(D, H):
    """D int, H int -> rnn int, gru int, lstm int

    How many numbers each cell learns, as torch keeps them.
    """
    ### BEGIN SOLUTION
    block = H * D + H * H + 2 * H
    return block, 3 * block, 4 * block
    ### END SOLUTION


# %%
for D, H in ((16, 32), (100, 256), (300, 1024)):
    print(f"D = {D:3}, H = {H:4}: plain {{:9,}}   GRU {{:9,}}   LSTM {{:9,}}".format(*count_gate_parameters(D, H)))

# %% [markdown]
r"""
So "an LSTM of 256 units against a GRU of 256 units" is no fair comparison if what you care about is size: with the same
number of parameters the GRU has 17 to 19 percent more units, at the three sizes above.

## In torch

### Exercise: the LSTM as a module (`LSTM`)

Write the class `LSTM(D, H)`, equal to `torch.nn.LSTM` in its outputs and gradients.

- Three parameters, each a `torch.nn.Parameter`: `W_xh (4H, D)`, `W_hh (4H, H)`, `b (4H)`. Any start will do.
- `forward(x, h0, c0)` takes `x (N, T, D)`, `h0 (N, H)`, `c0 (N, H)`, and returns `h (N, T, H)`, `h_T (N, H)`, `c_T (N,
  H)`.
- Not from `torch.nn.LSTM`, `LSTMCell` or `Linear`. `a.chunk(4, dim=1)` is torch's `np.split`.
- In the check's report, `grad_...` are gradients.
"""


# %% exercise="LSTM"
class LSTM(torch.nn.Module):
    """LSTM(D, H), then module(x (N,T,D), h0 (N,H), c0 (N,H)) -> h (N,T,H), h_T (N,H), c_T (N,H)

    Parameters: W_xh (4H,D), W_hh (4H,H), b (4H).
    """

    def __init__(self, D, H):
        super().__init__()
        ### BEGIN SOLUTION
        s = H**-0.5
        self.W_xh = torch.nn.Parameter(torch.empty(4 * H, D).uniform_(-s, s))
        self.W_hh = torch.nn.Parameter(torch.empty(4 * H, H).uniform_(-s, s))
        self.b = torch.nn.Parameter(torch.zeros(4 * H))
        ### END SOLUTION

    def forward(self, x, h0, c0):
        ### BEGIN SOLUTION
        states, h, c = [], h0, c0
        for t in range(x.shape[1]):
            i, f, g, o = (x[:, t] @ self.W_xh.T + h @ self.W_hh.T + self.b).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            states.append(h)
        return torch.stack(states, dim=1), h, c
        ### END SOLUTION


# %% [markdown]
r"""
### Exercise: open the forget gate (`init_forget_bias`)

To start torch's own LSTM with open forget gates, you have to change its biases, and there is a trap: it has **two**,
`bias_ih_l0` and `bias_hh_l0`, both $(4H)$, both drawn at random, and it *adds* them.

Write `init_forget_bias(b_ih, b_hh, value)`: two new arrays, such that the **sum** of the two is `value` for all forget
gates, and what it was for everything else. How you share it out is up to you. Leave the arguments as they are.
"""


# %% exercise="init_forget_bias"
def init_forget_bias(b_ih, b_hh, value):
    """init_forget_bias: b_ih (4H), b_hh (4H), value float -> b_ih (4H), b_hh (4H)

    The two biases of torch's LSTM, so that the forget gates start from value.
    """
    ### BEGIN SOLUTION
    H = len(b_ih) // 4
    b_ih, b_hh = b_ih.copy(), b_hh.copy()
    b_ih[H : 2 * H] = value
    b_hh[H : 2 * H] = 0
    return b_ih, b_hh
    ### END SOLUTION


# %% tags=["demo"]
torch.manual_seed(0)
network = torch.nn.LSTM(8, 32, batch_first=True)
biases = [network.bias_ih_l0, network.bias_hh_l0]
for value in (None, 1.0, 3.0):
    if value is not None:
        new = init_forget_bias(*(b.detach().numpy() for b in biases), value)
        with torch.no_grad():
            for bias, array in zip(biases, new, strict=True):
                bias.copy_(torch.tensor(array))
    gate = torch.sigmoid((biases[0] + biases[1])[32:64])
    print(f"forget bias {value}: gates without input {gate.min().item():.2f} to {gate.max().item():.2f}")

# %% [markdown]
r"""
## Who remembers?

Now the question that all of this was for. Recall over $T = 20$ steps, six kinds of network of 32 units, five of each,
300 updates with Adam (learning rate 0.01, batches of 32 new sequences, gradients clipped at 1). The orthogonal network
is a plain tanh network whose ${\color{#0072B2}{W_{hh}}}$ starts as an orthogonal matrix, which neither stretches nor
shrinks. Guessing gives 12.5 percent.

(To train five networks at once, `train` runs them side by side: every array has one more axis in front. The way back is
the one that you have just written, in torch.)

**Predict first.** Order the six: the LSTM as torch starts it, the LSTM with a forget bias of 1, with 3, the GRU, the
tanh network, the orthogonal one.
"""

# %%
my_prediction = "?"  # best first

# %% tags=["demo"]
names = list(KINDS)[:6]
print("you predicted:", my_prediction)
print("percent right at T = 20 after 300 updates, each network")
for name in names:
    print(f"  {name:21}", "".join(f"{p:5.0f}" for p in sorted(train(KINDS[name], 20, updates=300)[-1])))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The LSTM as torch starts it is at chance, and *loses to a plain tanh network*, of which at least some get there. A
forget bias of 1, the usual advice, helps a little. A bias of 3 helps completely. The plain network with an orthogonal
start solves the task too, and so does the GRU.

Look back at the table of `cell_gradient`: of a gradient from 20 steps back, a gate with a sum of 0 lets a millionth
through, one with a sum of 1 two thousandths, one with a sum of 3 more than a third. The forget bias has to fit the
distance.

</details>

Is 300 updates too short a budget to judge? Ten networks of each kind, up to 3000 updates, and two distances. That
takes a while, so it was measured beforehand; `python -m rnnlab.long_range` measures it anew. Every dot is one
network, on sequences that it has not seen.
"""

# %% tags=["demo"]
fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.1), sharey=True)
for row in table():
    ax, y = axes[(10, 20).index(row["T"])], names.index(row["kind"])
    for updates, lift, color in ((300, -0.17, palette.SKY), (3000, 0.17, palette.PURPLE)):
        percent = row["percent"][updates // row["every"] - 1]
        ax.plot(percent, np.full(len(percent), y + lift), "o", color=color, alpha=0.6, ms=5, label=f"{updates} updates")
    ax.set(title=f"T = {row['T']}", xlabel="percent right", xlim=(-4, 104))
axes[0].set(yticks=range(6), yticklabels=names)
axes[0].invert_yaxis()
fig.legend(*(part[:2] for part in axes[0].get_legend_handles_labels()), loc="outside lower center", ncols=2)
plt.show()

print("percent right of ten networks: lowest, median, highest")
print("                           300 updates     1500 updates     3000 updates")
for row in table():
    cells = [np.percentile(row["percent"][updates // row["every"] - 1], (0, 50, 100)) for updates in (300, 1500, 3000)]
    print(f"T = {row['T']}  {row['kind']:20}" + "".join("{:5.0f}{:4.0f}{:4.0f}    ".format(*cell) for cell in cells))

# %% [markdown]
r"""
(*Learnt* in this list means at least 98 percent right.)

- **At 10 steps the budget decides.** As torch starts it, the LSTM has learnt the task in half of the networks after 300
  updates, and in all ten after 1500.
- **At 20 steps it is the start that decides.** As torch starts it, ten times the budget changes nothing: all ten are at
  chance. With a bias of 1 it takes patience and luck: none has learnt it after 300 updates, three after 1500, seven
  after 3000. With a bias of 3 all ten have it after 300.
- **The plain tanh network is a lottery.** Some have it at once, and those that have not hardly get there with ten times
  the updates. With an orthogonal start all ten have it.

So "the LSTM fixes vanishing gradients" is half true. The cell *can* keep; whether it learns to depends on where its
forget gates start, on the distance, and on the budget.

And the GRU is a puzzle. Its update gate starts near one half, and in the picture of the gradients its curve lies on
that of the LSTM with a bias of 0. Yet it learns. So the size of the gradient at the start is not the whole story
either. The next section has a hint.

(Where does the GRU fail? Try `train(KINDS["GRU"], 40, updates=300)`, then more updates.)
"""

# %% [markdown]
r"""
## Variants

People have changed every part of the LSTM. Two variants can be made from *your own step*, without a new line of
recurrence in it.

**Coupled gates.** Write exactly as much as is erased: $i = 1 - f$. Since $1 - \sigma(a) = \sigma(-a)$, that is an LSTM
whose input gate has the forget gate's weights *with the sign turned round*.

**Peepholes** (Gers and Schmidhuber, 2000). Let the gates look at the belt: $i$ and $f$ read $c_{t-1}$ too, and $o$
reads $c_t$, each unit its own cell state only. That is an LSTM with $c$ as a second *input*, whose weights are
diagonal. Only the output gate needs the *new* $c$, so take the step twice: once to move the belt, once to show it.
"""


# %%
def coupled_step(x, h, c, W_xh, W_hh, b):
    """An LSTM step with i = 1 - f, from weights for f, g and o: (3H, D), (3H, H), (3H)."""
    H = h.shape[1]
    with_i = [np.concatenate([-w[:H], w]) for w in (W_xh, W_hh, b)]
    return lstm_step(x, h, c, *with_i)


def peephole_step(x, h, c, W_xh, W_hh, b, p_i, p_f, p_o):
    """An LSTM step whose gates also read the belt; p_i, p_f, p_o (H) are the weights."""
    H = len(p_i)
    wide = np.hstack([W_xh, np.vstack([np.diag(p_i), np.diag(p_f), np.zeros((H, H)), np.diag(p_o)])])  # (4H, D+H)
    c_new = lstm_step(np.hstack([x, c]), h, c, wide, W_hh, b)[1]
    hold = np.concatenate([np.full(H, -1e3), np.full(H, 1e3), np.zeros(2 * H)])  # i shut, f open: the belt stands still
    h_new = lstm_step(np.hstack([x, c_new]), h, c_new, wide, W_hh, b + hold)[0]
    return h_new, c_new


rng = np.random.default_rng(0)
x, h, c = rng.normal(size=(2, 3)), rng.normal(size=(2, 4)), rng.normal(size=(2, 4))
W_xh, W_hh, b, (p_i, p_f, p_o) = (rng.normal(size=s) for s in ((16, 3), (16, 4), 16, (3, 4)))
sum_i, sum_f, sum_g, sum_o = np.split(x @ W_xh.T + h @ W_hh.T + b, 4, axis=1)

f = sigmoid(sum_f)
c_new = f * c + (1 - f) * np.tanh(sum_g)
found = coupled_step(x, h, c, W_xh[4:], W_hh[4:], b[4:])
print("coupled, as in its formula:  ", np.allclose(found, (sigmoid(sum_o) * np.tanh(c_new), c_new)))

c_new = sigmoid(sum_f + p_f * c) * c + sigmoid(sum_i + p_i * c) * np.tanh(sum_g)
found = peephole_step(x, h, c, W_xh, W_hh, b, p_i, p_f, p_o)
print("peepholes, as in the formula:", np.allclose(found, (sigmoid(sum_o + p_o * c_new) * np.tanh(c_new), c_new)))

# %% [markdown]
r"""
Do they help? **Predict first**: recall over 20 steps, as above. Which of the two will differ from the LSTM, and how?
"""

# %%
my_prediction = "?"  # coupled: better, worse or the same; peephole: better, worse or the same

# %% tags=["demo"]
print("you predicted:", my_prediction)
print("percent right at T = 20 after 300 updates, each network")
for bias in ("", ", forget bias 1"):
    for cell in ("coupled", "peephole"):
        percent = train(KINDS[cell + bias], 20, updates=300)[-1]
        print(f"  {cell + bias:25}", "".join(f"{p:5.0f}" for p in sorted(percent)))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The peephole LSTM does what the LSTM does. The coupled one does not: from torch's own start, with its forget gates near
one half, most of its networks have learnt what no LSTM has. It shares with the GRU that *one* number decides both what
is kept and what is written. A guess at why that helps: in an LSTM it is of little use to open the forget gate alone,
since the input gate goes on letting every digit onto a belt that now keeps the digits too. In a coupled cell, to keep
more *is* to write less. It is a guess from two cells on one task, and no proof.

</details>

Nor does it make the coupled cell the better one. Greff and others (2017) trained eight variants of the LSTM 5400 times
on three tasks (speech, handwriting, music). None was significantly better than the ordinary cell; coupling the gates or
leaving out the peepholes did not hurt; the forget gate and the tanh at the output were what could least be taken away.
Jozefowicz and others (2015) searched through thousands of cells, and found that a forget bias of 1 brings the LSTM up
to the best of them on most of their tasks.
"""

# %% [markdown] question="which_cell"
r"""
### In your own words

A colleague reports: "We compared cells on our own data. What decides is an event about 30 steps back. All cells were
trained for five minutes, one run each. The tanh network with an orthogonal start reached 85 percent, the LSTM was at
chance. So LSTMs do not work for us, and the textbooks are wrong."

What may have happened, and why exactly? Which two things would you try first, and what would you expect of each? What
would you ask for before you believe *any* ranking of the cells? Five to eight sentences.

### BEGIN MARK SCHEME
- **1 point**, the cause: an LSTM as torch starts it has forget gates near 0.5, so that along the belt about $0.5^{30}$,
  a billionth, of a gradient arrives from 30 steps back; it can learn to keep only by a gradient that does not arrive.
  The architecture *can* do it; the start and the budget do not let it get there. (An orthogonal start keeps lengths,
  which is why the plain network did well.)
- **1 point**, two measures with what is to be expected: a forget bias chosen by the distance ($\sigma(1)^{30}$ is still
  only about $10^{-4}$; 3 or more is needed), mind both of torch's biases; more updates, watching the learning curve;
  shorter sequences first; a GRU. Any two sensible ones with a reason.
- **1 point**, what makes a ranking believable: several seeds with their range and not one run; the same budget and
  tuning (learning rate, start) for all; the same number of parameters or a word about it; held-out data; learning
  curves, since the order can change with the budget.
- Half a point off where the measures come without a reason. Nothing off for language or length.
### END MARK SCHEME

### BEGIN SOLUTION
As torch starts an LSTM, the sums of its forget gates are near 0 and the gates near a half. Along the belt about
$0.5^{30}$ of a gradient arrives from 30 steps back, a billionth, so for a long time nothing tells the network to open
its gates. That is a matter of the start and of the budget, and not of what the cell can do; the plain network had an
orthogonal start, which keeps gradients alive from the first update. I would first start the forget gates at 3 or 4,
setting one of torch's two biases and clearing the other, and expect a clear change, since $\sigma(3)^{30}$ is about a
quarter; a bias of 1 would hardly do. Second, I would train several times as long and look at the learning curve, since
recall often comes all at once, late. Before I believe any ranking I want five or more seeds for each cell with lowest
and highest, the same effort in tuning for each, results on held-out data, and the sizes of the networks. One run each
says next to nothing.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- A plain cell makes its state anew at every step. A gated cell keeps it, unless a gate says otherwise.
- A gate is a sigmoid times a vector. LSTM: $i$ whether to write, $f$ whether to keep, $o$ how much to show, $g$ what
  to write. The blocks lie as i f g o.
- Along the belt, $\partial c_T / \partial c_0$ is the product of the forget gates: uninterrupted, and undiminished only
  where they are near 1. As torch starts it, it is not.
- Backward: add what comes down from $h$ to what comes along the belt; then every factor is owed what is asked times its
  partner.
- GRU: one state, what is kept and what is new share. State which of the three conventions you mean.
- A forget bias has to fit the distance: $\sigma(b)^T$ should not be tiny. torch adds two biases.
- Which cell is best depends on how it starts, how long it trains, and on luck. Ask for seeds and ranges.

**Where next.** Lesson 07 looks into a trained LSTM and asks what single cells keep track of.

**Further reading**

- Hochreiter and Schmidhuber, "Long short-term memory" (1997): the belt, without a forget gate.
- Gers, Schmidhuber and Cummins, "Learning to forget: continual prediction with LSTM" (2000): the forget gate, and a
  positive bias for it. Gers and Schmidhuber, "Recurrent nets that time and count" (2000): peepholes.
- Cho and others, "Learning phrase representations using RNN encoder-decoder for statistical machine translation"
  (2014): the GRU. Chung and others, "Empirical evaluation of gated recurrent neural networks on sequence modeling"
  (2014).
- Jozefowicz, Zaremba and Sutskever, "An empirical exploration of recurrent network architectures" (2015).
- Greff and others, "LSTM: a search space odyssey" (2017): which parts can be taken away.
- Tallec and Ollivier, "Can recurrent neural networks warp time?" (2018): why gates, and how to choose their biases.
"""

# %%
progress()
