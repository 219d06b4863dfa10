# %% [markdown]
r"""
# 04 · Backpropagation through time

In the lessons before, torch found the gradients, and you let it. Now you open the box. You send a gradient back through
one step by hand, then through a whole sequence, find out what that costs, and learn the cut that everybody makes to pay
for it, and what the cut takes away.

**At the end you can**

- send a gradient back through one step of a recurrent network, and through all steps;
- check any gradient without calculus, and say how far the check can be trusted;
- say which step of a sequence a gradient comes from;
- measure what the way back costs, in time and in memory;
- truncate it, in NumPy and in torch, so that the state crosses the cut and no gradient does;
- say which links a truncated gradient can build, and which it cannot.

**Builds on** lesson 01: the step, and unrolling. Lessons 02 and 03 are not needed. You should have seen partial
derivatives and the chain rule. **Time** about 150 minutes; before "The cut", half way, is a good place for a break.
**Points** 30, and 3 more marked by a person.
"""

# %% tags=["setup"]
import time

import matplotlib.pyplot as plt
import numpy as np
import torch

from autograder import check, hint, inputs, progress
from rnnlab import palette, plots
from rnnlab.cells import VanillaRNN, rnn_forward
from rnnlab.graph import Holding
from rnnlab.widgets.truncation import truncation

plots.style()
torch.set_num_threads(1)  # networks as small as ours are fastest on one thread

# %% [markdown]
r"""
## Whom to blame

A network reads ten letters and gets the last answer wrong. Which weight is to blame, and *at which step*? There is
only one ${\color{#0072B2}{W_{hh}}}$, and it was used ten times. Perhaps its use at step 9 was fine and the one at
step 2 lost the letter that mattered.

Learning needs a number for each weight: how much does the loss change if this weight changes a little? For a network
that runs through time, two facts shape the answer.

1. **The loss is a sum over time.** Every step has a loss of its own, and $E = E_1 + E_2 + \dots + E_T$.
2. **The weights are shared.** A small change of ${\color{#0072B2}{W_{hh}}}$ is felt at every step, and its effects add
   up. So the gradient is a *sum over time* as well.

![A recurrent network of T steps with a loss above each. Solid arrows run forward; dashed arrows run back from each loss
into its state, and from each state into the one before.](figures/04_there_and_back.svg)

Solid arrows are the forward pass that you know from lesson 01. The dashed ones are what this lesson is about: every
arrow into and between states is gone through once more, in the other direction, by a gradient. This is
**backpropagation through time**, BPTT: nothing but the chain rule on the unrolled network.

We write $dh_t$ for what the loss of step $t$ *alone* asks of its state, $\partial E_t / \partial h_t$. How it is made
depends on the readout and on the loss, and is an ordinary layer's gradient. In code it is an array `dh (N, T, H)`.
Everything that happens after it is about the recurrence, and the same for every task.

> **Convention · sum or mean.** Lesson 01 averaged the losses over time, $L$. This lesson sums them, $E$, because the
> formulas are cleaner. There is no conflict: a mean over $N T$ terms is a sum of terms divided by $N T$. Put that
> factor into `dh`, and every gradient below comes out right for the mean.
"""

# %% [markdown]
r"""
## By hand

One unit, two steps: the first unit of the example by hand in lesson 01. ${\color{#D55E00}{W_{xh}}} = 1$,
${\color{#0072B2}{W_{hh}}} = 0.5$, $b = 0$, $h_0 = 0$, and the input is $1$, then $0$. Forward:

$$h_1 = \tanh(1) = 0.76, \qquad h_2 = \tanh(0.5 \cdot 0.76) = \tanh(0.38) = 0.36$$

Let the loss be as simple as can be, $E = h_1 + h_2$, so that $dh_1 = dh_2 = 1$.

![Two steps of one unit. Forward, h_0 = 0, h_1 = 0.76, h_2 = 0.36. Backward, from h_2 to h_1 to h_0, with every number
written out.](figures/04_by_hand.svg)

Call $a_t$ the sum that tanh is applied to, so that $h_t = \tanh(a_t)$. Now go **backwards**, from the last step to the
first:

| | what is asked of $h_t$ | times the slope of tanh, $1 - h_t^2$ | $da_t$ |
|---|---|---|---|
| step 2 | $1$, from $E_2$ | $1 - 0.36^2 = 0.87$ | $0.87$ |
| step 1 | $1$, from $E_1$, **and** $0.87 \cdot 0.5 = 0.43$, from step 2 | $1 - 0.76^2 = 0.42$ | $0.60$ |

The second row has the one idea of this lesson in it. Two arrows leave $h_1$, one to its loss and one to the next step.
So two gradients come back to it, and **they add up**.

Once you have $da_t$, the weights are easy, since $a_t = {\color{#D55E00}{W_{xh}}} x_t + {\color{#0072B2}{W_{hh}}}
h_{t-1} + b$ is a sum of products: a weight is owed $da_t$ times what it was multiplied by. Added up over the steps:

$$dW_{xh} = 0.60 \cdot 1 + 0.87 \cdot 0 = 0.60, \qquad dW_{hh} = 0.60 \cdot 0 + 0.87 \cdot 0.76 = 0.66, \qquad
db = 0.60 + 0.87 = 1.47$$

And $dh_0 = 0.60 \cdot 0.5 = 0.30$: what flows back out of the first step.

Is it true? Change ${\color{#0072B2}{W_{hh}}}$ a little and look at the loss.
"""

# %%
x = np.array([[[1.0], [0.0]]])  # (N, T, D) = (1, 2, 1)
h0, W_xh, b = np.zeros((1, 1)), np.array([[1.0]]), np.zeros(1)

for w in (0.5, 0.501):
    h, h_T = rnn_forward(x, h0, W_xh, np.array([[w]]), b)
    print(f"W_hh = {w}: E = {h.sum():.6f}")

# %% [markdown]
r"""
The loss grows by 0.00066 when the weight grows by 0.001: a slope of 0.66, as computed. (`rnn_forward` is what you built
in lesson 01, ready-made.)

## One step back

Now the same for any size and a whole batch. A step is $h = \tanh(a)$ with $a = x\, {\color{#D55E00}{W_{xh}}}^{\!\top} +
h_{prev}\, {\color{#0072B2}{W_{hh}}}^{\!\top} + b$. Going back, there are two moves.

- **Through tanh:** $da = dh \odot (1 - h^2)$, entry by entry. Notice that the slope needs only $h$, which the forward
  pass has left behind, and not $a$.
- **Through the sum:** five things went into $a$, and each gets a gradient *of its own shape*.

### Exercise: one step backward (`rnn_step_backward`)

Write `rnn_step_backward`. It is given `dh (N, H)`, all that is asked of the state after the step, and what the step
had: `x (N, D)`, `h_prev (N, H)`, `h (N, H)`, `W_xh (H, D)`, `W_hh (H, H)`. It returns five gradients in this order:
`dx (N, D)`, `dh_prev (N, H)`, `dW_xh (H, D)`, `dW_hh (H, H)`, `db (H)`.

- All examples of a batch share the weights and `b`, so those gradients are sums over the batch.
- Leave `dh` as it is. NumPy only.
- To try it, step 2 of the table gives 0.87, 0.43, 0, 0.66 and 0.87:

```python
one = np.ones((1, 1))
h_1 = np.tanh(one)
h_2 = np.tanh(0.5 * h_1)
rnn_step_backward(one, 0 * one, h_1, h_2, one, 0.5 * one)
```
"""


# %% exercise="rnn_step_backward"
def rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh):
    """dh (N,H), x (N,D), h_prev (N,H), h (N,H), W_xh (H,D), W_hh (H,H)
    -> dx (N,D), dh_prev (N,H), dW_xh (H,D), dW_hh (H,H), db (H)

    The gradients of all that went into a step, from the gradient of the state that came out.
    """
    ### BEGIN SOLUTION
    da = dh * (1 - h**2)  # (N, H), through tanh
    dx = da @ W_xh  # (N, D)
    dh_prev = da @ W_hh  # (N, H)
    dW_xh = da.T @ x  # (H, D)
    dW_hh = da.T @ h_prev  # (H, H)
    db = da.sum(axis=0)  # (H)
    return dx, dh_prev, dW_xh, dW_hh, db
    ### END SOLUTION


# %% [markdown]
r"""
## All steps back

For a sequence, take that step again and again, from the last to the first. What one step hands back, `dh_prev`, is
added to what the loss of the step before asks, `dh[:, t-1]`, and together they are what *that* step goes back with.
In formulas, with $\delta_t$ for all that is asked of $h_t$:

$$\delta_t = dh_t + {\color{#0072B2}{W_{hh}}}^{\!\top} da_{t+1}, \qquad da_t = \delta_t \odot (1 - h_t^2),
\qquad dW_{hh} = \sum_t da_t\, h_{t-1}^{\top}$$

**Predict first.** A sequence has $T = 100$ steps, and only the last one has a loss: $dh_t = 0$ for $t < 100$. At how
many steps is $da_t$ different from zero?
"""

# %%
my_prediction = "?"  # a number from 0 to 100

# %% [markdown]
r"""
### Exercise: backpropagation through time (`bptt`)

Write `bptt`. It is given `dh (N, T, H)`, what each step's own loss asks of its state, and what the forward pass had:
`x (N, T, D)`, `h0 (N, H)`, all states `h (N, T, H)`, `W_xh`, `W_hh`. It returns the gradients of the *whole* loss:
`dx (N, T, D)`, `dh0 (N, H)`, `dW_xh (H, D)`, `dW_hh (H, H)`, `db (H)`.

- Call your `rnn_step_backward`. Leave `dh` as it is.
- `h[:, t]` is the state *after* step `t`. The state before it is `h[:, t-1]`, and before the first step `h0`.
- The network of the table, with `dh` all ones, gives `dh0` 0.30, `dW_xh` 0.60, `dW_hh` 0.66 and `db` 1.47:

```python
x, h0, W_xh, W_hh = np.array([[[1.0], [0.0]]]), np.zeros((1, 1)), np.array([[1.0]]), np.array([[0.5]])
h, h_T = rnn_forward(x, h0, W_xh, W_hh, np.zeros(1))
bptt(np.ones((1, 2, 1)), x, h0, h, W_xh, W_hh)
```
"""


# %% exercise="bptt"
def bptt(dh, x, h0, h, W_xh, W_hh):
    """dh (N,T,H), x (N,T,D), h0 (N,H), h (N,T,H), W_xh (H,D), W_hh (H,H)
    -> dx (N,T,D), dh0 (N,H), dW_xh (H,D), dW_hh (H,H), db (H)

    Backpropagation through time: the gradients of the whole loss.
    """
    ### BEGIN SOLUTION
    N, T, D = x.shape
    H = h0.shape[1]
    dx, dW_xh, dW_hh, db = np.zeros((N, T, D)), np.zeros((H, D)), np.zeros((H, H)), np.zeros(H)
    later = np.zeros((N, H))  # what the steps after t ask of h_t
    for t in reversed(range(T)):
        h_prev = h[:, t - 1] if t > 0 else h0
        dx[:, t], later, dW_xh_t, dW_hh_t, db_t = rnn_step_backward(
            dh[:, t] + later, x[:, t], h_prev, h[:, t], W_xh, W_hh
        )
        dW_xh += dW_xh_t
        dW_hh += dW_hh_t
        db += db_t
    return dx, later, dW_xh, dW_hh, db
    ### END SOLUTION


# %% [markdown]
r"""
To answer the prediction, look at `dx`, which is $da_t$ seen through ${\color{#D55E00}{W_{xh}}}$: a network of 100
steps with a loss at the last one.
"""


# %% tags=["demo"]
def problem(seed, N=4, T=60, D=3, H=12, radius=0.9):
    """A random network whose W_hh has the given spectral radius, random inputs, and a loss that asks random things."""
    rng = np.random.default_rng(seed)
    W_hh = rng.normal(size=(H, H))
    W_hh *= radius / np.abs(np.linalg.eigvals(W_hh)).max()
    W_xh = 0.5 * rng.normal(size=(H, D)) / np.sqrt(D)
    x, dh = rng.normal(size=(N, T, D)), rng.normal(size=(N, T, H))
    return x, np.zeros((N, H)), W_xh, W_hh, np.zeros(H), dh


x, h0, W_xh, W_hh, b, dh = problem(seed=0, T=100)
dh[:, :-1] = 0
h, h_T = rnn_forward(x, h0, W_xh, W_hh, b)
size = np.abs(bptt(dh, x, h0, h, W_xh, W_hh)[0]).max(axis=(0, 2))  # (T)

print("you predicted:", my_prediction)
print("steps whose gradient is not zero:", np.count_nonzero(size))
for t in (99, 79, 49, 0):
    print(f"  step {t + 1:3}: largest entry of dx {size[t]:.1e}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

All 100: a single loss reaches back to the very first step. But look at the sizes. They shrink so fast that the first
step hears next to nothing. Keep that in mind; it is the subject of lesson 05.

</details>

## Is it right?

### Against torch

torch keeps a graph of everything that it computes and goes back along it. The way there is another, so the result is a
test of yours. Twenty networks of different sizes, in float64:
"""


# %% tags=["demo"]
def torch_gradients(x, h0, W_xh, W_hh, b, dh):
    """What autograd says: the gradients of sum(h * dh) with respect to x, h0, W_xh, W_hh and b."""
    network = torch.nn.RNN(x.shape[2], h0.shape[1], batch_first=True).double()
    x, h0, dh = (torch.tensor(array) for array in (x, h0, dh))
    x.requires_grad_()
    h0.requires_grad_()
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), (W_xh, W_hh, b, 0 * b), strict=True):
            parameter.copy_(torch.tensor(value))
    (network(x, h0[None])[0] * dh).sum().backward()
    return [leaf.grad.numpy() for leaf in (x, h0, network.weight_ih_l0, network.weight_hh_l0, network.bias_ih_l0)]


largest = 0.0
for seed in range(20):
    rng = np.random.default_rng(seed)
    N, T, D, H = rng.integers(1, 12, size=4)
    x, h0, W_xh, W_hh, b, dh = problem(seed, N, T, D, H)
    h, h_T = rnn_forward(x, h0, W_xh, W_hh, b)
    pairs = zip(bptt(dh, x, h0, h, W_xh, W_hh), torch_gradients(x, h0, W_xh, W_hh, b, dh), strict=True)
    largest = max(largest, *(np.abs(mine - theirs).max() for mine, theirs in pairs))
print(f"largest difference from torch in 20 networks: {largest:.0e}")

# %% [markdown]
r"""
### Without torch

What if there is no torch to ask? A gradient is a slope, and a slope can be measured. Move one weight by a little to
either side, and see how much the loss changes:

$$\frac{\partial f}{\partial \theta_i} \approx \frac{f(\theta + \epsilon e_i) - f(\theta - \epsilon e_i)}{2 \epsilon}$$

where $e_i$ is 1 at entry $i$ and 0 elsewhere. This is the **central difference**. It is slow, two values of $f$ for
every single weight, and needs no calculus at all, which makes it the best check there is for calculus done by hand.

### Exercise: a gradient by measuring (`numerical_gradient`)

Write `numerical_gradient(f, theta, eps)`. `f` is any function that takes an array and gives a number; `theta` is an
array of any shape, perhaps of whole numbers; `eps` is the $\epsilon$ above. It returns an array of the shape of
`theta`, with the central difference for each entry.

- `theta` must be afterwards what it was before. `eps` keeps the value that the definition gives it when it is left
  out.
- The check has a function `f` of its own, which notices where it is called: `step` in its report is the largest
  distance from `theta`, and should be `eps`.
- `np.ndindex(shape)` visits all entries of a shape: `for i in np.ndindex(theta.shape): theta[i]`.
- `numerical_gradient(lambda v: v[0] ** 2 + 5 * v[1], np.array([3.0, 1.0]))` is `[6, 5]`, up to rounding. The check's
  own `f` is the first of `inputs("numerical_gradient")`, so `numerical_gradient(*inputs("numerical_gradient"))` runs.
"""


# %% exercise="numerical_gradient"
def numerical_gradient(f, theta, eps=1e-5):
    """numerical_gradient: f (theta -> float), theta (any shape), eps float -> grad (shape of theta)

    Central differences, one entry of theta after the other.
    """
    ### BEGIN SOLUTION
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        up, down = np.array(theta, dtype=float), np.array(theta, dtype=float)
        up[i] += eps
        down[i] -= eps
        grad[i] = (f(up) - f(down)) / (2 * eps)
    return grad
    ### END SOLUTION


# %% [markdown]
r"""
Now use it on your `bptt`. How far apart the two come out depends on the step $\epsilon$.

**Predict first.** Which $\epsilon$ comes closest, of $10^{-1}, 10^{-2}, \dots, 10^{-13}$?
"""

# %%
my_prediction = "?"  # 1e-1, 1e-2, ... or 1e-13

# %% tags=["demo"]
x, h0, W_xh, W_hh, b, dh = problem(seed=1, T=12, H=5)
h, h_T = rnn_forward(x, h0, W_xh, W_hh, b)
exact = bptt(dh, x, h0, h, W_xh, W_hh)[3]  # dW_hh


def loss_with(weights):
    """The loss as a function of W_hh alone."""
    return np.sum(rnn_forward(x, h0, W_xh, weights, b)[0] * dh)


def one_sided(f, theta, eps):
    """The other rule that people use: one step, to one side."""
    ways = np.eye(theta.size).reshape(theta.size, *theta.shape)
    return np.array([f(theta + eps * way) - f(theta) for way in ways]).reshape(theta.shape) / eps


steps = 10.0 ** -np.arange(1, 14)
errors = {
    "central": [np.abs(numerical_gradient(loss_with, W_hh, eps) - exact).max() for eps in steps],
    "one-sided": [np.abs(one_sided(loss_with, W_hh, eps) - exact).max() for eps in steps],
}

fig, ax = plt.subplots(figsize=(6.4, 2.8))
for (name, values), color in zip(errors.items(), (palette.PURPLE, palette.MUTED), strict=True):
    ax.loglog(steps, np.array(values) / np.abs(exact).max(), "o-", color=color, label=name)
ax.set(xlabel="eps", ylabel="relative error", title="how far from bptt")
ax.invert_xaxis()
ax.legend()
plt.show()
print("you predicted:", my_prediction)
for name, values in errors.items():
    print(f"{name}: best at eps = {steps[np.argmin(values)]:.0e}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Both curves come down and go up again. On the left the step is too long: the function bends. On the right it is too
*short*: $f(\theta + \epsilon)$ and $f(\theta - \epsilon)$ agree in nearly all of their 16 digits, and what is left of
the difference is rounding. In between, the central difference reaches an error hundreds of times smaller than the
one-sided one, each at its best, since the bend to the left and the bend to the right cancel. So: central, $\epsilon$
near $10^{-5}$, and always in float64. (In float32, with 7 digits, $\epsilon = 10^{-5}$ leaves about two right digits;
even the best step, near $3 \cdot 10^{-3}$, gives only four or five.)

</details>

How close is close enough? A rule of thumb for $\epsilon$ near $10^{-5}$ in float64: divide the largest difference by
the largest entry of the gradient. Below $10^{-7}$ your calculus is most likely right, above $10^{-3}$ most likely
wrong; in between, look closer.
"""

# %% [markdown]
r"""
## Which step did it?

The gradient of ${\color{#0072B2}{W_{hh}}}$ is a sum over time, and a sum can be taken apart. How much of it comes
from the use of ${\color{#0072B2}{W_{hh}}}$ at step 1, how much from that at step 2?

### Exercise: the gradient, step by step (`gradient_by_timestep`)

Write `gradient_by_timestep`, with the arguments of `bptt`. It returns `parts (T, H, H)`: `parts[t]` is what the *use
of `W_hh` at step `t`* adds to `dW_hh`, through the losses of step `t` and of all later ones. The parts must sum to
the whole: `parts.sum(axis=0)` is the `dW_hh` of `bptt`.
"""


# %% exercise="gradient_by_timestep"
def gradient_by_timestep(dh, x, h0, h, W_xh, W_hh):
    """dh (N,T,H), x (N,T,D), h0 (N,H), h (N,T,H), W_xh (H,D), W_hh (H,H) -> parts (T,H,H)

    What each step's use of W_hh adds to its gradient.
    """
    ### BEGIN SOLUTION
    N, T, H = dh.shape
    parts = np.zeros((T, H, H))
    later = np.zeros((N, H))
    for t in reversed(range(T)):
        h_prev = h[:, t - 1] if t > 0 else h0
        dx, later, dW_xh, parts[t], db = rnn_step_backward(dh[:, t] + later, x[:, t], h_prev, h[:, t], W_xh, W_hh)
    return parts
    ### END SOLUTION


# %% [markdown]
r"""
There is a second way to take the sum apart: by the *loss* that asks. With both, you get a triangle: row $t$ is the
loss $E_t$, column $j$ is the use of ${\color{#0072B2}{W_{hh}}}$ at step $j$, and the cell says how much that loss
owes to that use. A loss cannot owe anything to a later step, so above the diagonal there is nothing. Your function
makes one row at a time, when it is given the `dh` of one loss alone.
"""

# %% tags=["demo"]
x, h0, W_xh, W_hh, b, dh = problem(seed=2, N=1, T=16)
h, h_T = rnn_forward(x, h0, W_xh, W_hh, b)
T = dh.shape[1]
cells = np.zeros((T, T, *W_hh.shape))  # (T, T, H, H)
for t in range(T):
    alone = np.zeros_like(dh)
    alone[:, t] = dh[:, t]
    cells[t] = gradient_by_timestep(alone, x, h0, h, W_xh, W_hh)

fig, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.0), width_ratios=(1, 1.15))
plots.heat(left, np.linalg.norm(cells, axis=(2, 3)))
left.set(xlabel="used at step j", ylabel="loss of step t", title="size of each cell")
left.set(xticks=range(0, T, 5), xticklabels=range(1, T + 1, 5), yticks=range(0, T, 5), yticklabels=range(1, T + 1, 5))
right.bar(np.arange(1, T + 1), np.linalg.norm(cells.sum(axis=0), axis=(1, 2)), color=palette.PURPLE)
right.set(xlabel="used at step j", title="size of each column's sum", xticks=range(1, T + 1, 5))
plt.show()
print("sum of all cells equals dW_hh:", np.allclose(cells.sum(axis=(0, 1)), bptt(dh, x, h0, h, W_xh, W_hh)[3]))

# %% [markdown]
r"""
(Column 1 is empty because $h_0$ is zero: at the first step ${\color{#0072B2}{W_{hh}}}$ was multiplied by nothing.)

The big cells lie near the diagonal: in this network, with random weights, a loss owes most to the last few steps. The
further back, the paler. And that raises a question: *do we need the far corner at all?* First see what it costs.

## What it costs

To go back through step $t$ you need $h_t$, $h_{t-1}$ and $x_t$. So the forward pass has to *keep* all of them until
the way back comes by.

**Predict first.** When the sequence is made ten times as long, how do the time and the memory of a full BPTT grow:
not at all, ten times, a hundred times?
"""

# %%
my_prediction = "?"  # time and memory, such as "10 and 10"


# %% tags=["demo"]
def milliseconds(T, repeats=5):
    """Time of a forward pass and your bptt, for sequences of T steps: the fastest of a few."""
    x, h0, W_xh, W_hh, b, dh = problem(seed=0, N=8, T=T, H=32)
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        h, h_T = rnn_forward(x, h0, W_xh, W_hh, b)
        bptt(dh, x, h0, h, W_xh, W_hh)
        taken.append(1000 * (time.perf_counter() - began))
    return min(taken[1:])  # the first one warms up


def numbers_held(T):
    """How many numbers torch's graph holds between a forward pass of T steps and the way back."""
    network = VanillaRNN(3, 32)
    with Holding() as held:
        h, h_T = network(torch.randn(8, T, 3), torch.zeros(8, 32))
        h.sum().backward()
    return held.most


lengths = (20, 60, 200, 600)
took = [milliseconds(T) for T in lengths]
held = [numbers_held(T) for T in lengths]

fig, (left, right) = plt.subplots(1, 2, figsize=(6.8, 2.6))
left.plot(lengths, took, "o-", color=palette.PURPLE)
left.set(xlabel="T", title="time, ms, fastest of 5")
right.plot(lengths, np.array(held) / 1000, "o-", color=palette.ORANGE)
right.set(xlabel="T", title="numbers held, thousands")
plt.show()
print("you predicted:", my_prediction)
print(f"600 steps against 60: {held[-1] / held[1]:.1f} times the memory")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

The memory lies on a straight line: ten times the length, ten times the numbers held. So does the time, but for what
else your computer was doing meanwhile: every step is gone through once forward and once back. Time one can wait for.
Memory one has or has not, and *nothing can be updated* until the last step has been read. A text of a million
characters, a year of a sensor, a stream without an end: full BPTT cannot even begin.

</details>

## The cut

So cut. Read $k$ steps, go back through those $k$, update, forget the graph, read on. The one thing that must survive
the cut is the state:

![Six states in two chunks of three. Solid arrows carry the state across the cut between them; the dashed arrow of the
gradient stops there, at a cross.](figures/04_cut.svg)

**The state crosses the cut, the gradient does not.** Forward, nothing is lost: $h_4$ is computed from $h_3$ as if
there were no cut, with all that $h_3$ remembers. Backward, $h_3$ is treated as if it were an input, a number that
fell from the sky. This is **truncated BPTT**. (If you have done lesson 03: the pieces of 32 characters that your
model read there were such chunks. What was called $T$ there is $k$ here.)

Move the sliders. `k` is the length of a chunk; `t` picks a loss. Which steps does that loss still reach, how much of
the triangle is left, and how many states have to be held?
"""

# %%
truncation()

# %% [markdown]
r"""
A loss at the start of a chunk reaches almost nothing, one at its end reaches $k$ steps. There is a fairer way, where
*every* loss goes back exactly $k$ steps. It cuts a band out of the triangle instead of small triangles, and it goes
back through each step up to $k$ times:

![Three triangles of cells, losses down and steps across: full BPTT has all cells, chunks of 4 leave two small
triangles on the diagonal, a window of 4 leaves a band along it.](figures/04_three_ways.svg)

Chunks are what nearly everyone uses, because each step is gone through once forward and once backward. So do you
here.

### Exercise: truncated BPTT (`truncated_bptt`)

Write `truncated_bptt`, forward and backward in chunks of `k` steps. It is given `x (N, T, D)`, `h0 (N, H)`, `W_xh`,
`W_hh`, `b`, `dh (N, T, H)` and `k`, and returns all states `h (N, T, H)` and the gradients `dx (N, T, D)`,
`dh0 (N, H)`, `dW_xh`, `dW_hh`, `db`.

- Call `rnn_forward(x, h0, W_xh, W_hh, b)`, which gives all states and the last one, and your `bptt`.
- The chunks start at steps 0, k, 2k, ... The last one may be shorter. Time is axis 1: `x[start:start + k]` would cut
  the batch.
- Nothing is averaged: the gradients of the weights are sums over all chunks. They are not used for an update here.
- The check looks at the cut itself: with a loss in the last chunk alone, the gradients before that chunk must be
  *exactly* zero, and the states must still be those of the whole sequence.
"""


# %% exercise="truncated_bptt"
def truncated_bptt(x, h0, W_xh, W_hh, b, dh, k):
    """x (N,T,D), h0 (N,H), W_xh (H,D), W_hh (H,H), b (H), dh (N,T,H), k int
    -> h (N,T,H), dx (N,T,D), dh0 (N,H), dW_xh (H,D), dW_hh (H,H), db (H)

    The state is carried through all chunks; gradients go back within a chunk.
    """
    ### BEGIN SOLUTION
    N, T, D = x.shape
    h, dx = np.zeros(dh.shape), np.zeros(x.shape)
    dW_xh, dW_hh, db = np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(b.shape)
    state = h0
    for start in range(0, T, k):
        chunk = slice(start, start + k)
        h[:, chunk], last = rnn_forward(x[:, chunk], state, W_xh, W_hh, b)
        dx[:, chunk], d_state, dW_xh_c, dW_hh_c, db_c = bptt(dh[:, chunk], x[:, chunk], state, h[:, chunk], W_xh, W_hh)
        if start == 0:
            dh0 = d_state
        dW_xh += dW_xh_c
        dW_hh += dW_hh_c
        db += db_c
        state = last  # its value is carried on, and d_state is dropped
    return h, dx, dh0, dW_xh, dW_hh, db
    ### END SOLUTION


# %% [markdown]
r"""
## What the cut takes away

### The direction

A truncated gradient is not the true one. How wrong is it? What matters for learning is the *direction*: a step along
a gradient that points 20 degrees off still goes downhill; at 90 degrees it leads nowhere.

### Exercise: the angle between two gradients (`gradient_angle`)

Write `gradient_angle(g, g_k)`: the angle between two arrays of the same shape, in degrees, all entries taken as one
long vector. `gradient_angle(np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))` is 45. Mind that rounding can make a
cosine a hair larger than 1.
"""


# %% exercise="gradient_angle"
def gradient_angle(g, g_k):
    """g (...,C), g_k (...,C) -> float

    The angle between two gradients, in degrees.
    """
    ### BEGIN SOLUTION
    cosine = np.sum(g * g_k) / np.sqrt(np.sum(g**2) * np.sum(g_k**2))
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    ### END SOLUTION


# %% [markdown]
r"""
Three kinds of network: one that forgets fast, one that remembers longer, and one in which small changes can grow.
They differ in the *spectral radius* of ${\color{#0072B2}{W_{hh}}}$, the largest size among its eigenvalues (lesson 05
says what it does). Five networks of each, sequences of 64 steps, a loss at every step.
"""

# %% tags=["demo"]
ks = (1, 2, 4, 8, 16, 32, 64)


def angles(seed, radius):
    """The angle between the full and the truncated gradient of W_hh, for every k."""
    x, h0, W_xh, W_hh, b, dh = problem(seed, T=64, radius=radius)
    h, h_T = rnn_forward(x, h0, W_xh, W_hh, b)
    full = bptt(dh, x, h0, h, W_xh, W_hh)[3]
    return [gradient_angle(full, truncated_bptt(x, h0, W_xh, W_hh, b, dh, k)[4]) for k in ks]


fig, ax = plt.subplots(figsize=(6.4, 2.9))
for radius, color in ((0.5, palette.MUTED), (0.9, palette.PURPLE), (1.3, palette.ORANGE)):
    runs = np.array([angles(seed, radius) for seed in range(5)])
    plots.ranges(ax, ks, runs, f"radius {radius}", color)
    print(f"radius {radius}: k = 4 is {runs[:, 2].min():.0f} to {runs[:, 2].max():.0f} degrees off")
ax.set_xscale("log", base=2)
ax.set(xticks=ks, xticklabels=ks, xlabel="k", ylabel="degrees", title="angle to the true gradient, T = 64")
ax.legend()
plt.show()

# %% [markdown]
r"""
With $k = T$ nothing is cut and the angle is zero. With smaller $k$ it grows, and how fast depends on how far the
network's memory reaches. One that forgets anyway loses little. In the third kind a short chunk can point so far off
that it hardly leads downhill at all. So "how large must $k$ be?" has no answer that holds for every network and task.
In practice one takes as much as memory allows, often 20 to 200.

Note one thing for later. The angle averages over all that the loss asks. A task in which *everything* hangs on one
far-away input has its whole gradient in the corner that was cut off.

### Regular or random cuts

The error of truncation is not noise that averages out: the same corner is missing every time. It is **biased**. One
can cut at random places instead. At every step toss a coin: with probability $p$ cut there, otherwise let the
gradient through, and multiply it by $1 / (1 - p)$ to make up for the times when it was cut. On average, that gives
the true gradient. (This is an older idea than it looks; Tallec and Ollivier worked it out for recurrent networks in
2017.)

One trick serves for all kinds of cuts: `z * h + (1 - z) * h.detach()` has the *value* of `h`, whatever `z` is, but
its gradient is multiplied by `z`. Zero cuts, one lets through, and $1 / (1 - p)$ makes up.
"""


# %% tags=["demo"]
def gated_gradient(network, x, dh, z):
    """The gradient of W_hh when what flows from step t to step t - 1 is multiplied by z[t]."""
    h, total = torch.zeros(len(x), dh.shape[2], dtype=x.dtype), 0
    for t in range(x.shape[1]):
        h = network(x[:, t], z[t] * h + (1 - z[t]) * h.detach())
        total = total + (h * dh[:, t]).sum()
    return torch.autograd.grad(total, network.weight_hh)[0].numpy()


def cuts_compared(seed, k=4, T=32, draws=60):
    """Regular cuts of k, and random ones every k steps on average: how far off is one, and the mean of many?"""
    x, h0, W_xh, W_hh, b, dh = problem(seed, T=T)
    network = torch.nn.RNNCell(x.shape[2], len(b)).double()
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), (W_xh, W_hh, b, b), strict=True):
            parameter.copy_(torch.tensor(value))
    x, dh, rng = torch.tensor(x), torch.tensor(dh), np.random.default_rng(seed)
    full = gated_gradient(network, x, dh, np.ones(T))
    regular = gated_gradient(network, x, dh, np.arange(T) % k > 0)
    random = [gated_gradient(network, x, dh, (rng.random(T) > 1 / k) / (1 - 1 / k)) for _ in range(draws)]
    one = np.median([gradient_angle(full, g) for g in random])
    return gradient_angle(full, regular), one, gradient_angle(full, np.mean(random, axis=0))


found = np.array([cuts_compared(seed) for seed in range(5)])  # (5, 3)
for name, column in zip(("regular cuts", "random cuts, median of 60", "random cuts, mean of 60"), found.T, strict=True):
    print(f"{name:31} {column.min():3.0f} to {column.max():3.0f} degrees off")

# %% [markdown]
r"""
The second line takes 60 gradients from random cuts one by one, and gives the median of their angles. So a typical
single one is no better than the one from regular cuts, and mostly a little worse: it is noisy.
But noise averages out. The mean of many comes far closer to the truth than regular cuts ever will, since those are
off by the same amount however often you repeat them. Bias against variance, as so often. In practice regular cuts
win, because one gets few repeats; the random ones are worth knowing for when the bias is what hurts.
"""

# %% [markdown]
r"""
## In torch: `detach`

In torch the way back is automatic. (In lesson 03 a state was detached because the text said so. Here is why.) Two
chunks, one after the other, with a loss and a `backward()` for each. The state is handed on, as it should be.
**Predict first:** what happens at the second `backward()`?
"""

# %%
my_prediction = "?"  # "nothing special", "slow" or "an error"


# %% tags=["demo"]
def two_chunks(state_for_next, **options):
    """Two chunks of five steps, with an update after each. Says what happened."""
    torch.manual_seed(0)
    network, x = VanillaRNN(3, 8), torch.randn(2, 10, 3)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    try:
        states, h = network(x[:, :5], torch.zeros(2, 8))
        states.sum().backward(**options)
        optimiser.step()
        states, h = network(x[:, 5:], state_for_next(h))
        states.sum().backward(**options)
        optimiser.step()
    except RuntimeError as problem:
        return "RuntimeError: " + " ".join(str(problem).split())[:150] + " ..."
    return "fine"


print("you predicted:", my_prediction)
print("\nh handed on:\n ", two_chunks(lambda h: h))
print("\nh handed on, retain_graph=True:\n ", two_chunks(lambda h: h, retain_graph=True))
print("\nh.detach() handed on:\n ", two_chunks(lambda h: h.detach()))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Read the errors, since everyone meets them once.

- **"Trying to backward through the graph a second time".** `h` is not just numbers. It hangs on the graph of the
  first chunk, so the second `backward()` goes on into the first chunk. That graph has been thrown away after its own
  `backward()`.
- The message suggests `retain_graph=True`, and that is the wrong advice here: the old graph is kept, the gradient
  does go back into it, and finds weights that the optimiser has changed since: **"modified by an inplace
  operation"**.
- `h.detach()` gives a tensor with the same *values* and no past. This is the cut.

</details>

And if there were no optimiser in between to trip over? Then nothing stops you, and every `backward()` goes through
everything so far:
"""


# %% tags=["demo"]
def cost_of_chunks(detach, chunks=20, k=20):
    """Numbers held by the graph, and milliseconds of the way back, chunk after chunk."""
    torch.manual_seed(0)
    network, h, held_at, took = VanillaRNN(3, 32), torch.zeros(8, 32), [], []
    with Holding() as held:
        for _ in range(chunks):
            states, h = network(torch.randn(8, k, 3), h.detach() if detach else h)
            held_at.append(held.now)
            began = time.perf_counter()
            states.sum().backward(retain_graph=not detach)
            took.append(1000 * (time.perf_counter() - began))
    return held_at, took


fig, (left, right) = plt.subplots(1, 2, figsize=(6.8, 2.6))
for detach, color, name in ((False, palette.MUTED, "forgotten"), (True, palette.PURPLE, "with detach")):
    held_at, took = cost_of_chunks(detach)
    left.plot(range(1, 21), took, color=color, label=name)
    right.plot(range(1, 21), np.array(held_at) / 1000, color=color)
    first, last = held_at[0] / 1000, held_at[-1] / 1000
    print(f"{name:11}: {first:.0f} thousand numbers held after the first chunk, {last:.0f} after 20")
left.set(xlabel="chunk", title="time of backward(), ms")
right.set(xlabel="chunk", title="numbers held, thousands", xticks=(1, 5, 10, 15, 20))
left.set(xticks=(1, 5, 10, 15, 20))
left.legend()
plt.show()

# %% [markdown]
r"""
Every chunk costs more than the one before, until the memory is full. People call this "my RNN gets slower and
slower". With `detach` each chunk costs the same for ever.

(A loss that is kept as a tensor has the same effect in small: it holds the graph of its chunk. Keep the number,
`loss.item()`.)

### Exercise: train in chunks (`train_truncated`)

Write `train_truncated(model, optimiser, loss, x, y, h, k)`, the loop that trains on a stream.

- `model(x, h)` takes inputs `(N, any, D)` and a state `(N, H)`, and gives outputs and the last state.
  `loss(outputs, y)` gives one number, a tensor. `optimiser` is any of torch's.
- Go through `x (N, T, D)` and `y (N, T, O)` in chunks of `k` steps; the last may be shorter. **One update for each
  chunk.** The first chunk starts from `h`, each later one from the state that the chunk before it left, detached.
- Return the list of losses, one *number* for each chunk, and the last state, detached, so that the stream can go on
  from there.
- The check brings a small model that remembers. In its report, `starts` are the states that the chunks started from,
  `cut` is the gradient that crossed into the chunk before (it must be exactly zero), `grads` the gradient of `W_hh`
  at every update, and `kept` how many of the things that you return still hang on a graph.
"""


# %% exercise="train_truncated"
def train_truncated(model, optimiser, loss, x, y, h, k):
    """train_truncated: model (x, h -> outputs, h), optimiser, loss (outputs, y -> number),
    x (N,T,D), y (N,T,O), h (N,H), k int -> losses (C), h (N,H)

    Truncated BPTT along a stream, with one update for each of its C chunks.
    """
    ### BEGIN SOLUTION
    losses = []
    for start in range(0, x.shape[1], k):
        outputs, h = model(x[:, start : start + k], h.detach())
        error = loss(outputs, y[:, start : start + k])
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        losses.append(error.item())
    return losses, h.detach()
    ### END SOLUTION


# %% [markdown]
r"""
## What k can learn, and what it cannot

A task made for this question: the **echo**. The input is a stream of random signs, $+1$ and $-1$. The target is the
same stream, $d$ steps late. To answer, the network has to have kept the sign of $d$ steps ago. In the triangle, *all*
that is worth learning lies $d$ cells left of the diagonal.

We train with chunks of $k = 3$, $6$ and $12$ on delays of 1, 4, 7 and 10, three networks each, 300 updates, and test
on new streams. Guessing gives 50 percent. A fourth row is a control: the recurrent weights stay *frozen* as they were
drawn, and only the readout is trained.

**Predict first.** For which of the twelve pairs will the network learn the echo?
"""

# %%
my_prediction = "?"  # delays for each k, such as "k = 3: ...; k = 6: ...; k = 12: ..."


# %% tags=["demo"]
class Reader(torch.nn.Module):
    """A recurrent network with a readout: x (N,T,1), h (N,H) -> outputs (N,T,1), h (N,H)."""

    def __init__(self, H=24):
        super().__init__()
        self.rnn = VanillaRNN(1, H)
        self.readout = torch.nn.Linear(H, 1)

    def forward(self, x, h):
        states, last = self.rnn(x, h)
        return self.readout(states), last


def echo(N, T, delay):
    """Random signs, and the same signs ``delay`` steps late: (N, T, 1) each."""
    signs = torch.randint(2, (N, T + delay, 1)) * 2.0 - 1
    return signs[:, delay:], signs[:, :T]


def trained(stream, k, seed, rate, updates=300, frozen=False):
    """A network trained on a stream in chunks of k; where it is frozen, only its readout is trained."""
    torch.manual_seed(seed)
    model = Reader()
    model.rnn.requires_grad_(not frozen)
    optimiser = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=rate, fused=True)
    x, y = stream(16, updates * k)
    train_truncated(model, optimiser, torch.nn.functional.mse_loss, x, y, torch.zeros(16, 24), k)
    return model


def echo_accuracy(k, delay, seed, rate=0.02, updates=300, frozen=False):
    """Percent of signs that come out right on new streams, after the first ``delay`` steps."""
    model = trained(lambda N, T: echo(N, T, delay), k, seed, rate, updates, frozen)
    x, y = echo(100, 100, delay)
    with torch.no_grad():
        right = (model(x, torch.zeros(100, 24))[0] > 0) == (y > 0)
    return 100 * right[:, delay:].float().mean().item()


def echo_table(k, **options):
    """The accuracy of three networks on every delay."""
    return np.array([[echo_accuracy(k, delay, seed, **options) for delay in delays] for seed in range(3)])


delays = (1, 4, 7, 10)
percent = {f"k = {k}": echo_table(k) for k in (3, 6, 12)} | {"frozen": echo_table(3, frozen=True)}

fig, ax = plt.subplots(figsize=(6.4, 2.8))
for (name, runs), color in zip(
    percent.items(), (palette.MUTED, palette.PURPLE, palette.ORANGE, palette.SKY), strict=True
):
    plots.ranges(ax, delays, runs, name, color)
ax.axhline(50, color=palette.LINE, ls=":")
ax.set(xticks=delays, xlabel="delay", ylabel="percent right", title="echo, three networks each")
ax.legend()
plt.show()

print("you predicted:", my_prediction)
print("percent right, lowest to highest of three networks")
print("        " + "".join(f"delay {d:<8}" for d in delays))
for name, runs in percent.items():
    print(f"{name:8}" + "".join(f"{cell.min():3.0f} to {cell.max():3.0f}    " for cell in runs.T))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Read the control first. With recurrent weights that nobody trained, the sign of 4 steps ago comes out right most of the
time: random weights carry an input a few steps by themselves (about 3 here, 4 in part), and a readout can learn to use
what is there. On delays of 7 and 10 there is next to nothing left to read.

Now $k = 3$ on delay 4: it does *worse* than the frozen one. A loss reaches back over a link of $d$ steps only when
$d < k$. With $d \ge k$ no loss ever reaches the step where the sign came in, so no gradient can *build* that link. The
gradients that there are pull the recurrent weights elsewhere, and can spoil what they carried for free.

</details>

So the triangle's border, $d = k$, shows clean only where random weights do not carry the sign anyway. Look at both
sides of it, and at what twice the updates do:
"""

# %% tags=["demo"]
for k, delay, updates in ((1, 2, 300), (3, 2, 300), (3, 3, 300), (6, 5, 300), (6, 6, 300), (3, 4, 600), (6, 7, 600)):
    found = [echo_accuracy(k, delay, seed, updates=updates) for seed in range(3)]
    print(f"k = {k}, delay {delay}, {updates} updates: {min(found):.0f} to {max(found):.0f} percent right")

# %% [markdown]
r"""
At $k = 6$ one step decides: a delay of 5 is learnt by all three networks, a delay of 6 by none. At $k = 3$ a delay of 3
stays far below what the frozen network does on 4, and twice the updates bring no network near 100 percent on a delay
beyond its chunk. But $k = 1$ on a delay of 2 can come out right: what random weights carry anyway need not be built.

But look at $k = 12$ with delay 10. There $d < k$, and still nothing is learnt. Only 2 of the 12 positions in a chunk
reach far enough back, and what they have to say may be drowned by the others. So where a link has to be built, $d < k$
is *necessary, not sufficient*. What helps? Try half the learning rate, or chunks of 16, in which 6 positions reach
back. And for comparison, delay 13, which 12 cannot reach.
"""

# %% tags=["demo"]
for k, delay, rate in ((12, 10, 0.01), (16, 10, 0.02), (12, 13, 0.01)):
    found = [echo_accuracy(k, delay, seed, rate) for seed in range(3)]
    print(f"k = {k}, delay {delay}, learning rate {rate}: {min(found):.0f} to {max(found):.0f} percent right")

# %% [markdown]
r"""
Both bring the echo within reach, wholly or most of the way. The delay that lies beyond the chunk, and beyond what
random weights carry, stays at chance. Inside the chunk, ordinary things decide: the learning rate, patience, luck.

### Remembering is not learning

Does a network that was trained with $k = 4$ forget everything after 4 steps? **Predict first**, then look. The task
is a **latch**: the input is mostly zero; now and then comes a $+1$ or a $-1$. The target is the sign that came
*last*, however long ago. In training a sign comes every 5 steps on average. In the test there is a single one, and
then silence.
"""

# %%
my_prediction = "?"  # after how many steps of silence is the sign forgotten?


# %% tags=["demo"]
def latch(N, T):
    """A sign at every fifth step on average and zeros in between; the target is the last sign: (N, T, 1) each."""
    x = (torch.rand(N, T, 1) < 0.2) * (torch.randint(2, (N, T, 1)) * 2.0 - 1)
    x[:, 0] = 1.0
    y = x.clone()
    for t in range(1, T):
        y[:, t] = torch.where(x[:, t] == 0, y[:, t - 1], x[:, t])
    return x, y


def kept(k, seed, silence=(1, 10, 100, 1000)):
    """Percent of networks' answers that still are the right sign after so many steps of silence."""
    model = trained(latch, k, seed, rate=0.01)
    x = torch.zeros(100, max(silence) + 1, 1)
    x[:, 0, 0] = torch.randint(2, (100,)) * 2.0 - 1
    with torch.no_grad():
        right = (model(x, torch.zeros(100, 24))[0] > 0) == (x[:, :1] > 0)
    return [100 * right[:, steps].float().mean().item() for steps in silence]


print("you predicted:", my_prediction)
for k in (4, 1):
    held = np.array([kept(k, seed) for seed in range(3)])
    for steps, column in zip((1, 10, 100, 1000), held.T, strict=True):
        print(f"k = {k}, after {steps:4} steps of silence: {column.min():.0f} to {column.max():.0f} percent right")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

With $k = 4$ all three networks still know the sign after a thousand steps, and no gradient ever ran back further than
four. How can that be? To *keep* a sign, the network has to learn one thing: hand it on from this step to the next. That
is a link of one step, and the loss of every step asks for it. Once it is learnt, it is applied again and again, and
the state is never cut.

With $k = 1$ no gradient crosses even one step, and the sign is kept all the same. There the state before arrives as an
*input*, which holds the sign already, since random weights carry it for a step or two. Its gradient stops, but
${\color{#0072B2}{W_{hh}}}$ still gets its own, $da_t\, h_{t-1}^{\top}$, and so learns to use the sign that it finds
there.

</details>

In the echo, nothing between the sign and its echo asks for the sign. The link that has to be learnt is as long as the
delay. So $k$ limits **how long a link a gradient can build**, not how long something can be remembered.
"""

# %% [markdown] question="remember_and_learn"
r"""
### In your own words

A colleague trains a network on the log of a machine, one reading a minute, with truncated BPTT and $k = 20$. "So",
says the colleague, "the network can never use anything that happened more than 20 minutes ago. To see a whole day, we
need $k = 1440$."

What is right about this, and what is wrong? Name one thing that the network *can* learn from more than 20 minutes
back and one that no gradient can teach it, each with its reason, and say what else than $k = 1440$ you would try.
Five to eight sentences.

### BEGIN MARK SCHEME
- **1 point**, what is wrong: the *state* is carried across the cuts by value, so what is in it can be used after any
  number of steps. A valid example: something kept alive step by step (is the machine on; which mode was set last; a
  running mean), where every link that has to be learnt is shorter than 20 steps.
- **1 point**, what is right: the *gradient* stops at the cut, so no loss can teach the network to store something
  that will matter only more than 20 steps later. A valid example: an echo, or an alarm that depends on one reading of
  an hour ago which nothing in between asks about. Accept "random weights keep a little by themselves", as long as it is
  clear that no gradient builds the link.
- **1 point**, a sensible alternative with its cost: a larger k as far as memory allows, a coarser time step (a
  reading every 10 minutes), features computed over long windows, losses or hints in between that make the links
  short, random cuts. "k = 1440" costs 72 times the memory, and its gradient may vanish anyway.
- Half a point off where "remember" and "learn" are told apart in words but neither example fits. Nothing off for
  language or length.
### END MARK SCHEME

### BEGIN SOLUTION
The colleague mixes up what the network can remember and what it can learn to remember. Truncation cuts the gradient;
the state goes on across every cut with its full value. If it is worth knowing for the very next readings whether the
machine is on, the network learns within 20 steps to keep that bit from one step to the next, and then keeps it all
day, just as the latch kept its sign. What it cannot learn is a link that nothing in between asks for: if a reading at
8:00 matters only for an alarm at 9:00, the alarm's loss never reaches 8:00, and no gradient ever says "store this".
(Random weights carry a few steps by themselves, but not sixty.) So the colleague is right about such links, and wrong
about what is kept alive. I would not start with $k = 1440$: it holds 72 times as many states, gives one update a day,
and its gradient from far back may be too faint to be of use. I would first take one reading in ten minutes, so that 20
steps are more than three hours, and feed the mean of the last hour and the last day as inputs.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- The loss is a sum over time and the weights are shared, so their gradient is a sum over time.
- One step back: $da = dh \odot (1 - h^2)$, then five products. All steps back: the same from the last step to the
  first, where each state is asked by its own loss *and* by the step after it.
- Check a gradient by central differences in float64 with $\epsilon$ near $10^{-5}$: too long a step bends, too short
  a step drowns in rounding.
- Time and memory of full BPTT grow with $T$, and there is no update before the end.
- Truncated BPTT: the state crosses the cut, the gradient does not. In torch: `h = h.detach()`.
- No gradient can build a link of $d \ge k$ steps, and one of $d < k$ may be too faint. Random weights carry a few steps
  for free, which training with a small $k$ can spoil. What is handed on from step to step can be kept far longer than
  $k$.
- Regular cuts are biased; random cuts with $1 / (1 - p)$ are not, and are noisier.

**Where next.** You have seen gradients shrink on their way back: the first of 100 steps heard next to nothing. Lesson
05 finds out why, and lesson 06 builds a network in which they do not.

**Further reading**

- Werbos, "Backpropagation through time: what it does and how to do it" (1990).
- Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories"
  (1990): truncation.
- Williams and Zipser, "A learning algorithm for continually running fully recurrent neural networks" (1989):
  gradients forward in time, which need no cut and far more work.
- Sutskever, "Training recurrent neural networks" (thesis, 2013), section 2.8: how truncation is done in practice.
- Tallec and Ollivier, "Unbiasing truncated backpropagation through time" (2017): random cuts.
- Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory cost" (2016): pay with time instead of
  memory.
"""

# %%
progress()
