# %% [markdown]
r"""
# 05 · Vanishing and exploding gradients

In lesson 04 a single loss sent its gradient back through a hundred steps, and the first step heard next to nothing.
Now you find out why. You take one step apart, multiply many of them together, and learn to say in advance whether a
network can be taught something that lies far back. Then you try the remedies, and measure what each of them cures.

**At the end you can**

- say how steep tanh and the sigmoid are, and find a wrong formula by yourself;
- write down how a state depends on the one before it, and on one far back;
- tell apart what is *sufficient* for a gradient to vanish and what is only *necessary* for it to explode;
- measure in torch how a gradient fades with distance, for any network;
- clip gradients, and say what that mends and what it does not;
- make an orthogonal matrix, and say what ReLU, residual steps and good initial weights each buy and cost.

**Builds on** lesson 01: the step, and lesson 04: how a gradient goes back through it. You should have seen
eigenvectors; singular values and QR are explained as far as they are needed. **Time** about 120 minutes. **Points**
26, and 3 more marked by a person.
"""

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np
import torch

from autograder import check, hint, inputs, progress
from rnnlab import palette, plots
from rnnlab.cells import VanillaRNN, rnn_forward
from rnnlab.widgets.fading import fading

plots.style()
torch.set_num_threads(1)  # networks as small as ours are fastest on one thread

# %% [markdown]
r"""
## The same factor, again and again

One unit, no input: $h_t = \tanh(w\, h_{t-1})$. How much does $h_T$ change if $h_0$ changes a little? By the chain
rule, each step multiplies by $w$ and by the slope of tanh. Close to zero that slope is 1, so after 50 steps the
answer is $w^{50}$.

**Predict first.** What is $0.9^{50}$, roughly? And $1.1^{50}$?
"""

# %%
my_prediction = "?"  # two numbers, such as "0.5 and 2"

# %%
print("you predicted:", my_prediction)
for w in (0.5, 0.9, 1.0, 1.1, 1.5):
    print(f"{w} to the power of 50: {w**50:.2g}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

There is hardly any room between too little and too much. A factor that is a tenth below 1 leaves half a percent, one
that is a tenth above 1 makes it a hundred times as large. Only 1 itself lasts.

</details>

That is the whole trouble in one line. What is left to find out: what is "the factor" of a network with many units, and
what does tanh do to it?

![A chain of states h_1 to h_T. Solid arrows run forward, each through W_hh. Dashed arrows run back from h_T, each
through one Jacobian J_t, and get thinner with every step.](figures/05_chain.svg)

Solid arrows run forward in time. The dashed ones carry the gradient back, and each multiplies it by the same kind of
thing, $J_t$, which is a matrix. First its two parts: the slope of tanh, then the weights.

## A slope, and two wrong formulas

Lecture notes like to write tanh by means of the exponential or of the sigmoid, $\sigma(z) = 1 / (1 + e^{-z})$. You
will find these two:

$$\tanh(z) = \frac{1 - e^{-z}}{1 + e^{-z}} \qquad\qquad \tanh(z) = 2\, \sigma(z) - 1$$

**Predict first.** Are they right? Try before you trust: compare them with each other, and with `np.tanh`.
"""

# %%
my_prediction = "?"  # "both", "the first", "the second" or "neither"

# %%
z = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])
print("you predicted:", my_prediction)
print("first formula ", (1 - np.exp(-z)) / (1 + np.exp(-z)))
print("second formula", 2 / (1 + np.exp(-z)) - 1)
print("np.tanh       ", np.tanh(z))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

They agree with each other, at every point, and both are wrong. (That two derivations agree proves little when they
share their mistake. Compare with something that does *not* come from the same page.)

</details>

What did they get instead of $\tanh(2) = 0.964$? They got 0.762, which is $\tanh(1)$. So they are the right curve at
the wrong distance. Start from the definition and see where a 2 was lost:

$$\tanh(z) = \frac{e^{z} - e^{-z}}{e^{z} + e^{-z}}$$

### Exercise: tanh from the exponential (`tanh_by_exp`)

Write `tanh_by_exp`: tanh of every number of `z`, an array of any shape, from `np.exp` alone. It must be right at any
size, at $z = 1000$ and at $z = -1000$ too, where `np.exp` is infinite. (A warning about that is no harm; `nan` is.)
`tanh_by_exp(np.array([2.0]))` is 0.964.
"""


# %% exercise="tanh_by_exp"
def tanh_by_exp(z):
    """z (...,C) -> (...,C)

    tanh from the exponential alone, right at any size.
    """
    ### BEGIN SOLUTION
    e = np.exp(-2 * np.abs(z))  # at most 1, whatever z is
    return np.sign(z) * (1 - e) / (1 + e)
    ### END SOLUTION


# %% [markdown]
r"""
### Exercise: the slopes (`tanh_grad` and `sigmoid_grad`)

A gradient that goes back through tanh is multiplied by its **slope**. Write `tanh_grad` and `sigmoid_grad`: the
slopes of tanh and of the sigmoid at every number of `z`.

- `z` is what goes *into* tanh. (In lesson 04 you had $h = \tanh(z)$ at hand, and the slope was $1 - h^2$.)
- At $z = 0$ they are 1 and 0.25. At $z = 2$ they are 0.0707 and 0.105.
- For the sigmoid, the quotient rule gives $e^{-z} / (1 + e^{-z})^2$. At $z = -1000$ that is
  infinity by infinity, `nan`. Written with $s = \sigma(z)$ alone it is not: a product of two factors, both between 0
  and 1. (A warning of NumPy's, from inside $s$, is no harm.)
"""


# %% exercise="tanh_grad"
def tanh_grad(z):
    """z (...,C) -> (...,C)

    The slope of tanh at z.
    """
    ### BEGIN SOLUTION
    return 1 - np.tanh(z) ** 2
    ### END SOLUTION


# %% exercise="sigmoid_grad"
def sigmoid_grad(z):
    """z (...,C) -> (...,C)

    The slope of the sigmoid at z.
    """
    ### BEGIN SOLUTION
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)
    ### END SOLUTION


# %% tags=["demo"]
z = np.linspace(-6, 6, 241)
fig, (left, right) = plt.subplots(1, 2, figsize=(6.8, 2.6))
left.plot(z, np.tanh(z), color=palette.PURPLE, label="tanh")
left.plot(z, 1 / (1 + np.exp(-z)), color=palette.SKY, label="sigmoid")
left.set(xlabel="z", title="the functions")
right.plot(z, tanh_grad(z), color=palette.PURPLE, label="tanh")
right.plot(z, sigmoid_grad(z), color=palette.SKY, label="sigmoid")
right.axhline(0.25, color=palette.LINE, ls=":")
right.set(xlabel="z", title="their slopes", yticks=(0, 0.25, 0.5, 0.75, 1))
left.legend()
plt.show()
for at in (0.0, 1.0, 2.0, 4.0):
    print(
        f"z = {at}: slope of tanh {tanh_grad(np.array([at]))[0]:.4f}, of sigmoid {sigmoid_grad(np.array([at]))[0]:.4f}"
    )

# %% [markdown]
r"""
Two things to take along.

- tanh has a slope of **at most 1**, and only at 0. The sigmoid has at most **0.25**. Ten steps through a sigmoid
  multiply by $0.25^{10}$, a millionth, before any weight has been asked. That is one reason why recurrent networks
  use tanh.
- Both go flat far out. A unit there is **saturated**: its state hardly answers to anything, and no gradient gets
  through.

## One step, many units

For a network the factor is a matrix. The step is $h_t = \tanh(a_t)$ with $a_t = {\color{#D55E00}{W_{xh}}} x_t +
{\color{#0072B2}{W_{hh}}} h_{t-1} + b$. How does unit $i$ of the new state answer to unit $j$ of the old one? It goes
through one weight, and then through the tanh of unit $i$:

$$(J_t)_{ij} = \frac{\partial h_t[i]}{\partial h_{t-1}[j]} = (1 - h_t[i]^2)\; {\color{#0072B2}{W_{hh}}}[i, j]$$

This matrix is the **Jacobian** of the step. (Lesson 04 has used it already: `dh_prev = da @ W_hh` is $J_t^\top$ times
`dh`.)

By hand, with two units: $h_t = (0, 0.8)$, so the slopes are $1$ and $1 - 0.64 = 0.36$.

$${\color{#0072B2}{W_{hh}}} = \begin{pmatrix} 0.5 & -1 \\ 2 & 1 \end{pmatrix}
\qquad\Rightarrow\qquad J_t = \begin{pmatrix} 0.5 & -1 \\ 0.72 & 0.36 \end{pmatrix}$$

Row 2 has shrunk, because unit 2 is on its way to saturation.

### Exercise: the Jacobian of a step (`step_jacobian`)

Write `step_jacobian(h, W_hh)`: `h (H)` is the state *after* the step, of one example, `W_hh (H, H)` the weights. It
returns `J (H, H)`, row `i` for the new unit `i`, column `j` for the old unit `j`. Leave `W_hh` as it is. The example:

```python
step_jacobian(np.array([0.0, 0.8]), np.array([[0.5, -1.0], [2.0, 1.0]]))
```
"""


# %% exercise="step_jacobian"
def step_jacobian(h, W_hh):
    """h (H), W_hh (H,H) -> J (H,H)

    How the state after a tanh step depends on the state before it.
    """
    ### BEGIN SOLUTION
    return (1 - h**2)[:, None] * W_hh
    ### END SOLUTION


# %% [markdown]
r"""
## Many steps

From $h_t$ to the last state $h_T$ there are $T - t$ steps, and by the chain rule their Jacobians are multiplied:

$$\frac{\partial h_T}{\partial h_t} = J_T\; J_{T-1} \cdots J_{t+1}$$

The step that is taken *last* stands on the *left*, since it acts on what the others have left. Matrices do not
commute, so the order matters.

How large is such a product? We measure a matrix by how much it can lengthen a vector: its **largest singular value**,
also called its spectral norm, `np.linalg.norm(P, 2)`. If it is 0.001, then *no* small change of $h_t$, in whatever
direction, changes $h_T$ by more than a thousandth of itself.

### Exercise: the norms, state by state (`jacobian_norms`)

Write `jacobian_norms(h, W_hh)`: given all states of one sequence, `h (T, H)`, it returns `norms (T)`, where
`norms[t]` is the largest singular value of $\partial h_T / \partial h_t$, with $h_T$ the last state, `h[-1]`.

- Call your `step_jacobian`. `h[t]` is the state *after* step `t`, so the step from `h[t]` to `h[t + 1]` has the
  Jacobian of `h[t + 1]`.
- `norms[-1]` is 1: a state depends on itself one to one, and the product of no factors is the identity.
- With one unit, $w = 0.5$, and states 0, 0.6, 0.8 you should get 0.32 · 0.18 = 0.0576, then 0.18, then 1:

```python
jacobian_norms(np.array([[0.0], [0.6], [0.8]]), np.array([[0.5]]))
```
"""


# %% exercise="jacobian_norms"
def jacobian_norms(h, W_hh):
    """h (T,H), W_hh (H,H) -> norms (T)

    The largest singular value of d h[-1] / d h[t], for every t.
    """
    ### BEGIN SOLUTION
    T, H = h.shape
    norms = np.ones(T)
    product = np.eye(H)  # d h[-1] / d h[-1]
    for t in reversed(range(T - 1)):
        product = product @ step_jacobian(h[t + 1], W_hh)
        norms[t] = np.linalg.norm(product, 2)
    return norms
    ### END SOLUTION


# %% [markdown]
r"""
## What decides

Powers of a matrix are governed by its eigenvalues. If $v$ is an eigenvector, ${\color{#0072B2}{W_{hh}}} v = \lambda
v$, then $n$ steps multiply it by $\lambda^n$. In the long run the eigenvalue furthest from zero wins. Its absolute
value is the **spectral radius**, $\rho$.

Mind two traps. The eigenvalues of a matrix that is not symmetric may be *complex*: then the state turns as it grows or
shrinks, and $|a + bi| = \sqrt{a^2 + b^2}$ is what counts. And the spectral radius is not the largest *singular value*
$\sigma$. That one says what **one** step can do at most; $\rho$ says what **many** steps do in the long run. Always
$\rho \le \sigma$, since an eigenvector is a vector, too: it is lengthened by its $|\lambda|$, and nothing is lengthened
by more than $\sigma$.

### Exercise: the spectral radius (`spectral_radius`)

Write `spectral_radius(W_hh)`: the largest absolute value of an eigenvalue, one number. `np.linalg.eigvals` finds the
eigenvalues. For `np.array([[0.0, -2.0], [2.0, 0.0]])`, which turns by 90 degrees and doubles, it is 2.
"""


# %% exercise="spectral_radius"
def spectral_radius(W_hh):
    """W_hh (H,H) -> float

    The largest absolute value of an eigenvalue.
    """
    ### BEGIN SOLUTION
    eigenvalues = np.linalg.eigvals(W_hh)  # perhaps complex
    return np.max(np.abs(eigenvalues))
    ### END SOLUTION


# %% [markdown]
r"""
First without tanh, where theory is exact: a network that is only a matrix. Random weights, scaled so that the spectral
radius is 0.9, 1 or 1.1, five matrices each. The dotted lines are $\rho^k$, the dashed ones $\sigma^k$ for the largest
$\sigma$ of the five.
"""


# %% tags=["demo"]
def random_weights(seed, H=32, radius=1.0):
    """A matrix of independent normal numbers, scaled to a spectral radius: W_hh (H,H)."""
    W = np.random.default_rng(seed).normal(size=(H, H))
    return radius * W / spectral_radius(W)


lags = np.arange(0, 51, 5)
fig, ax = plt.subplots(figsize=(6.4, 3.0))
for radius, color in ((0.9, palette.PURPLE), (1.0, palette.MUTED), (1.1, palette.ORANGE)):
    weights = [random_weights(seed, radius=radius) for seed in range(5)]
    runs = [[np.linalg.norm(np.linalg.matrix_power(W, k), 2) for k in lags] for W in weights]
    plots.ranges(ax, lags, runs, f"radius {radius}", color)
    ax.plot(lags, radius**lags, ls=":", color=color)
    ax.plot(lags, max(np.linalg.norm(W, 2) for W in weights) ** lags, ls="--", lw=1, color=color)
ax.set(yscale="log", ylim=(1e-4, 1e6), xlabel="lag k", title="norm of the k-th power of W, five matrices each")
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
r"""
The measured norms run parallel to $\rho^k$, some way above: at first a step can do as much as $\sigma$ says, and only
after some steps the direction that lasts longest takes over. The bound $\sigma^k$ is true and far too high.

Now with tanh. Each $J_t$ has the slopes in it, which are at most 1, so a step can lengthen a vector by at most
$\sigma \gamma$, with $\gamma$ the largest slope there is: 1 for tanh and ReLU, 0.25 for the sigmoid. (A $\sigma$
without brackets is the singular value here, and not the sigmoid.) From this follow two statements, and it pays to
keep them apart.

![A line of sigma times gamma from 0 to 3. Left of 1: the gradient vanishes for sure. Right of 1: it may vanish or
explode.](figures/05_conditions.svg)

- $\sigma \gamma < 1$ is **sufficient to vanish**. Every step shortens every vector, so the product goes to zero at
  least as fast as $(\sigma\gamma)^k$. Nothing the input does can prevent it.
- $\sigma \gamma > 1$ is **necessary to explode**, and not sufficient. It says that one direction *may* be lengthened
  in one step. Whether it is, step after step, depends on the slopes, that is on the states, that is on the input.

**Predict first.** A tanh network gets inputs of ordinary size, and its ${\color{#0072B2}{W_{hh}}}$ has a spectral
radius of 1.4 ($\sigma$ is then about 2.5). What happens to the gradient over 50 steps: vanishes, stays, explodes?
"""

# %%
my_prediction = "?"  # vanishes, stays or explodes


# %% tags=["demo"]
def states_of(W_hh, seed, T=51, drive=1.0):
    """The states of a tanh network with random inputs: h (T,H)."""
    rng = np.random.default_rng(seed)
    W_xh = drive * rng.normal(size=(len(W_hh), 4)) / 2
    x = rng.normal(size=(1, T, 4))
    return rnn_forward(x, np.zeros((1, len(W_hh))), W_xh, W_hh, np.zeros(len(W_hh)))[0][0]


fig, ax = plt.subplots(figsize=(6.4, 3.0))
print("you predicted:", my_prediction)
for radius, color in zip((1.0, 1.4, 2.0, 3.0), (palette.MUTED, palette.ORANGE, palette.SKY, palette.INK), strict=True):
    runs = []
    for seed in range(5):
        W = random_weights(seed, radius=radius)
        runs.append(jacobian_norms(states_of(W, seed + 100), W)[::-1][::5])
    plots.ranges(ax, lags, runs, f"radius {radius}", color)
    last = np.array(runs)[:, -1]
    print(f"radius {radius}: norm over 50 steps from {last.min():.0e} to {last.max():.0e}")
ax.set(yscale="log", ylim=(1e-14, 1e8), xlabel="lag k", title="tanh: norm of dh_T / dh_(T-k), five networks each")
ax.legend(loc="lower left")
plt.show()

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

With a radius of 1.4 it *vanishes*. Both powers say otherwise: $1.4^{50}$ is 20 million, and $2.5^{50}$ has twenty
digits. But the states are pushed out to where tanh is flat, and the slopes eat up what the weights give. At a radius
of 2 the two are nearly in balance here, and only at 3 do all five networks explode. So a large radius is *not*
enough.

</details>

Is the sufficient condition as safe as claimed? Look at 300 networks of very different kinds: random ones, orthogonal
ones, ones where each unit listens only to itself and to those before it, each with weights and inputs of random
strength. Across: $\sigma$. Up: what a step does on average over 30 steps, the 30th root of the measured norm.
"""

# %% tags=["demo"]
rng = np.random.default_rng(0)
found = {"random": [], "orthogonal": [], "one direction": []}
for n in range(300):
    kind = list(found)[n % 3]
    W = rng.normal(size=(16, 16))
    W = {"random": W, "orthogonal": np.linalg.qr(W)[0], "one direction": np.tril(W)}[kind]
    W = W * rng.uniform(0.2, 3.0) / np.linalg.norm(W, 2)
    norms = jacobian_norms(states_of(W, n, T=31, drive=rng.uniform(0, 1)), W)
    found[kind].append((np.linalg.norm(W, 2), norms[0] ** (1 / 30)))

fig, ax = plt.subplots(figsize=(5.2, 3.2))
for (kind, points), color in zip(found.items(), (palette.PURPLE, palette.SKY, palette.ORANGE), strict=True):
    ax.scatter(*np.array(points).T, s=12, color=color, label=kind)
ax.plot([0, 3], [0, 3], ls="--", color=palette.INK, lw=1)
ax.axhline(1, color=palette.LINE, lw=1)
ax.axvline(1, color=palette.LINE, lw=1)
ax.set(xlabel="largest singular value", title="growth per step, measured over 30 steps", ylim=(0, 1.8))
ax.legend(fontsize=8)
plt.show()

points = np.concatenate([np.array(p) for p in found.values()])
small = points[:, 0] < 1
print(f"sigma below 1: {small.sum()} networks, of which {np.sum(points[small, 1] >= 1)} grow")
print(f"sigma above 1: {np.sum(~small)} networks, of which {np.sum(points[~small, 1] >= 1)} grow")

# %% [markdown]
r"""
No point lies above the dashed line: that is the bound. Left of 1 none grows, without exception: sufficient. Right of
1 some grow and many do not: necessary only. And a high $\sigma$ with little to show for it is commonest where units
listen only to those before them. There $\sigma$ can be anything, while all that lasts is what a unit says to itself.

**Try it.** Move the spectral radius, and watch eigenvalues and gradient move together. How far must you push tanh
before it explodes? Is there any radius at which the sigmoid reaches back 40 steps? What is special about *orthogonal*
weights without an activation? The solid lines are measured, in three runs with different inputs; the dashed line is
the bound $(\sigma\gamma)^k$, the dotted one $\rho^k$.
"""

# %%
fading()

# %% [markdown]
r"""
## Measuring it in torch

`jacobian_norms` knows tanh by heart. For any other network, ask torch. What does the sum of the last state owe to the
input $k$ steps before it?

> **Convention · lag.** Lag 0 is the last input, lag 1 the one before. `norms[k]` belongs to lag `k`, so it runs
> *against* time.

### Exercise: the gradient, lag by lag (`gradient_norm_by_lag`)

Write `gradient_norm_by_lag(model, x)`. `model(x)` takes `x (N, T, D)`, a tensor, and gives all states `h (N, T, H)`
and the last one `h_T (N, H)`. Return `norms (T)`: take the gradient of `h_T.sum()` with respect to `x`; at each step,
the length of each example's own gradient (over `D`), and of these lengths the mean over the batch; in the order of
lags.

- It is a measurement, so it should leave no trace. The check calls it twice with the same model and the same `x`:
  `again` in its report is the second answer, and `left` the number of parameters in which a gradient was left behind.
- `torch.autograd.grad(value, x)` gives a tuple with one gradient, and leaves the parameters alone. `x` must have
  asked for gradients before the model ran.
- To try it you need a model; `VanillaRNN` is imported above. Six numbers should come, and get smaller (nearly always):

```python
gradient_norm_by_lag(VanillaRNN(3, 8), torch.randn(4, 6, 3))
```
"""


# %% exercise="gradient_norm_by_lag"
def gradient_norm_by_lag(model, x):
    """gradient_norm_by_lag: model (x -> h, h_T), x (N,T,D) -> norms (T)

    How strongly the last state depends on the input of each lag.
    """
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_()
    h, h_T = model(x)
    (grad,) = torch.autograd.grad(h_T.sum(), x)  # (N, T, D)
    return grad.norm(dim=2).mean(dim=0).flip(0)
    ### END SOLUTION


# %% [markdown]
r"""
Three activations and three spectral radii, five networks each. The dashed lines are the bound for the same networks,
$\gamma^{k+1} \sigma^k$ times the most that ${\color{#D55E00}{W_{xh}}}$ and the sum can do.
"""


# %% tags=["demo"]
class Network(torch.nn.Module):
    """A recurrent network with any activation, in float64: x (N,T,D) -> h (N,T,H), h_T (N,H)."""

    def __init__(self, activation, W_hh, seed, D=4):
        super().__init__()
        torch.manual_seed(seed)
        H = len(W_hh)
        self.activation = activation
        self.W_xh = torch.nn.Parameter(0.5 * torch.randn(H, D, dtype=torch.float64) / D**0.5)
        self.W_hh = torch.nn.Parameter(torch.tensor(W_hh))

    def forward(self, x):
        h, states = x.new_zeros(len(x), len(self.W_hh)), []
        for t in range(x.shape[1]):
            h = self.activation(x[:, t] @ self.W_xh.T + h @ self.W_hh.T)
            states.append(h)
        return torch.stack(states, dim=1), h


radii = {0.6: palette.PURPLE, 1.0: palette.MUTED, 1.4: palette.ORANGE}
activations = {"tanh": (torch.tanh, 1.0), "sigmoid": (torch.sigmoid, 0.25), "ReLU": (torch.relu, 1.0)}
fig, axes = plt.subplots(1, 3, figsize=(7.2, 3.0), sharey=True)
for ax, (name, (activation, steepest)) in zip(axes, activations.items(), strict=True):
    for radius, color in radii.items():
        runs, bounds = [], []
        for seed in range(5):
            model = Network(activation, random_weights(seed, radius=radius), seed)
            x = torch.randn(8, 51, 4, dtype=torch.float64)
            runs.append(gradient_norm_by_lag(model, x).numpy()[::5])
            sigma = [torch.linalg.matrix_norm(W, 2).item() for W in (model.W_xh, model.W_hh)]
            bounds.append(32**0.5 * sigma[0] * steepest * (steepest * sigma[1]) ** lags)
        plots.ranges(ax, lags, runs, f"radius {radius}", color)
        ax.plot(lags, np.max(bounds, axis=0), ls="--", lw=1, color=color)
        runs = np.array(runs)
        print(f"{name:8} radius {radius}: lag 50 against lag 0, from {(runs[:, -1] / runs[:, 0]).min():.0e} "
              f"to {(runs[:, -1] / runs[:, 0]).max():.0e}")  # fmt: skip
    ax.set(yscale="log", ylim=(1e-30, 1e10), xlabel="lag", title=name)
axes[0].legend(fontsize=8)
plt.show()

# %% [markdown]
r"""
- **tanh** vanishes at all three radii, the more slowly the larger the radius.
- **sigmoid** is hopeless: the curve drops as if off a cliff, at any of these radii.
- **ReLU** has a slope of 1 wherever it is on, so people expect it to last. Look at the *width* of its bands. At a
  radius of 1.4 one network's gradient has grown over 50 steps, another's has all but gone, and nothing but the random
  draw differs. A unit that is off passes nothing, one that is on passes everything, and no saturation holds
  back what grows.

## What suffers: a task with a long memory

Small gradients sound harmless. Adam rescales them anyway, doesn't it? So measure what a network can *learn*. The task
is **recall**: the first symbol is one of four; then come $T - 1$ other symbols that mean nothing; at the end, name
the first one. Guessing gives 25 percent. All that has to be learnt is a link over $T - 1$ steps.

Here is the plain network that `torch.nn.RNN` gives, with its default initial weights: 200 updates at most, three
networks for each length. Training stops early once the task is solved. (`clip_grad_norm_` is what you will build in a
moment.)

**Predict first.** Up to which of the lengths 5, 10, 20, 40 does it learn?
"""

# %%
my_prediction = "?"  # 5, 10, 20, 40 or none


# %% tags=["demo"]
class Recaller(torch.nn.Module):
    """A recurrent network with a readout at its last step: x (N,T,8) -> scores (N,4).

    ``weights``, when given, makes W_hh from its size. ``residual`` adds to the state a part of what tanh gives.
    """

    def __init__(self, nonlinearity="tanh", weights=None, residual=0.0, H=32):
        super().__init__()
        self.rnn = torch.nn.RNN(8, H, batch_first=True, nonlinearity=nonlinearity)
        self.readout = torch.nn.Linear(H, 4)
        self.residual = residual
        if weights is not None:
            with torch.no_grad():
                self.rnn.weight_hh_l0.copy_(torch.as_tensor(weights(H)))

    def states(self, x):
        """x (N,T,8) -> h (N,T,H), h_T (N,H)"""
        if not self.residual:
            h, last = self.rnn(x)
            return h, last[0]
        cell, states = self.rnn, []
        h = x.new_zeros(len(x), cell.hidden_size)
        drive = x @ cell.weight_ih_l0.T + cell.bias_ih_l0 + cell.bias_hh_l0  # (N, T, H)
        for t in range(x.shape[1]):
            h = h + self.residual * torch.tanh(drive[:, t] + h @ cell.weight_hh_l0.T)
            states.append(h)
        return torch.stack(states, dim=1), h

    def forward(self, x):
        return self.readout(self.states(x)[1])


def recall(N, T):
    """First one of the symbols 0 to 3, then T - 1 of the symbols 4 to 7: x (N,T,8), y (N), the first."""
    symbols = torch.randint(4, 8, (N, T))
    symbols[:, 0] = torch.randint(4, (N,))
    return torch.nn.functional.one_hot(symbols, 8).float(), symbols[:, 0]


def learn(model, T, optimiser=torch.optim.Adam, rate=0.003, limit=1.0, updates=200):
    """Train on recall. Returns percent right on new sequences, all losses, all lengths of the gradient unclipped."""
    optimiser, losses, norms = optimiser(model.parameters(), lr=rate), [], []
    while len(losses) < updates and not (len(losses) > 10 and max(losses[-10:]) < 0.05):
        x, y = recall(16, T)
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), limit).item())
        optimiser.step()
        losses.append(loss.item())
    x, y = recall(500, T)
    with torch.no_grad():
        return 100 * (model(x).argmax(dim=1) == y).float().mean().item(), losses, norms


def recall_table(make):
    """Percent right of three networks for each length: a row for each network."""
    runs = np.zeros((3, len(lengths)))
    for seed in range(3):
        for column, T in enumerate(lengths):
            torch.manual_seed(seed)
            runs[seed, column] = learn(make(), T)[0]
    return runs


lengths = (5, 10, 20, 40)
percent = {"tanh, default": recall_table(Recaller)}
print("you predicted:", my_prediction)
for T, column in zip(lengths, percent["tanh, default"].T, strict=True):
    print(f"T = {T:2}: {column.min():.0f} to {column.max():.0f} percent right")

W = Recaller().rnn.weight_hh_l0.detach().double().numpy()
print(f"\nspectral radius of the default weights: {spectral_radius(W):.2f}, sigma {np.linalg.norm(W, 2):.2f}")
faded = gradient_norm_by_lag(Recaller().states, recall(16, 40)[0]).numpy()
print(f"gradient at lag 39 against lag 0, before training: {faded[39] / faded[0]:.0e}")

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Short lengths are learnt, and then it breaks off: at 40 it guesses. The last lines say why. torch draws weights evenly
from $\pm 1/\sqrt{H}$, which makes a spectral radius of about 0.6. With such a factor at every step, what the last
state owes to the first symbol is smaller than what it owes to the last one by the number in the last line, and drowns
in everything else that the gradient has to say. No optimiser can amplify what it cannot find under the noise.

</details>

## Explosion, and clipping

The other side is rarer and louder. When a gradient explodes, one update throws the weights far away, and what was
learnt is lost. The remedy is crude and works: where the gradient is too long, make it shorter, and *keep its
direction*.

![A long gradient as an arrow. Clipped by norm it keeps its direction and ends on a circle. Clipped by value it is
cut at the side of a square, keeps its height, and so points elsewhere.](figures/05_clip.svg)

All gradients of a network are *one* vector, with as many entries as there are weights. Its length is the root of the
sum of all squares, over all arrays together: $\lVert g \rVert = \sqrt{\sum_{\text{arrays}} \sum_{\text{entries}}
g^2}$.

### Exercise: clip by norm (`clip_by_norm`)

Write `clip_by_norm(dW_xh, dW_hh, db, limit)`: where the common length of the three exceeds `limit`, all three are
multiplied by the same factor, so that it becomes `limit`. Otherwise they stay as they are. It returns the three, in
the same order.

- A limit is an upper bound. A short gradient is not made longer, and a gradient of zero stays zero.
- Leave the arrays that came in as they are.
- To try it: a length of 5 with a limit of 1 gives 0.6 and 0.8.

```python
clip_by_norm(np.array([[3.0]]), np.array([[4.0]]), np.array([0.0]), 1.0)
```
"""


# %% exercise="clip_by_norm"
def clip_by_norm(dW_xh, dW_hh, db, limit):
    """dW_xh (H,D), dW_hh (H,H), db (H), limit float -> dW_xh (H,D), dW_hh (H,H), db (H)

    All gradients, shortened together where their common length exceeds the limit.
    """
    ### BEGIN SOLUTION
    length = np.sqrt((dW_xh**2).sum() + (dW_hh**2).sum() + (db**2).sum())
    factor = limit / length if length > limit else 1.0
    return factor * dW_xh, factor * dW_hh, factor * db
    ### END SOLUTION


# %% [markdown]
r"""
### Exercise: clip by value (`clip_by_value`)

The simpler cousin. Write `clip_by_value(g, limit)`: every entry of `g` by itself, kept between `-limit` and `limit`.
Leave `g` as it is. `clip_by_value(np.array([-5.0, 1.0, 3.0]), 2.0)` is `[-2, 1, 2]`.
"""


# %% exercise="clip_by_value"
def clip_by_value(g, limit):
    """g (...,C), limit float -> (...,C)

    Every entry of a gradient by itself, kept between -limit and limit.
    """
    ### BEGIN SOLUTION
    return np.clip(g, -limit, limit)
    ### END SOLUTION


# %% [markdown]
r"""
What do the two do to the direction? A gradient with one huge entry, as an explosion makes them:
"""

# %%
g = np.array([10.0, 0.5, -0.5])
for name, clipped in (("by norm", clip_by_norm(g[:, None], np.zeros((3, 3)), np.zeros(3), 1.0)[0].ravel()),
                      ("by value", clip_by_value(g, 1.0))):  # fmt: skip
    angle = np.degrees(np.arccos(min(1.0, g @ clipped / np.linalg.norm(g) / np.linalg.norm(clipped))))
    print(f"{name:8} {np.round(clipped, 2)}, turned by {angle:.0f} degrees, length {np.linalg.norm(clipped):.2f}")

# %% [markdown]
r"""
Now in training. Recall with $T = 20$, plain gradient descent with a rate of 0.3, and initial weights with a spectral
radius of 1.3, which make gradients explode now and then. And for comparison the illness of before: default weights
and $T = 30$, where gradients vanish. Three networks each, with clipping at 1 and without.

**Predict first.** Which of the four learn: exploding or vanishing, clipped or not?
"""

# %%
my_prediction = "?"  # such as "explode with clipping: yes; explode without: ..."

# %% tags=["demo"]
gradient_descent, never = torch.optim.SGD, float("inf")
ills = {
    "exploding": (lambda seed: Recaller(weights=lambda H: random_weights(seed, H, 1.3)), 20),
    "vanishing": (lambda seed: Recaller(), 30),
}
print("you predicted:", my_prediction)
curves = {}
for name, (make, T) in ills.items():
    for limit in (never, 1.0):
        found = []
        for seed in range(3):
            torch.manual_seed(seed)
            found.append(learn(make(seed), T, gradient_descent, 0.3, limit))
        right = [percent_right for percent_right, losses, norms in found]
        long = [100 * np.mean(np.array(norms) > 1) for percent_right, losses, norms in found]
        longest = [max(norms) for percent_right, losses, norms in found]
        curves[name, limit] = found[0][1]
        how = "clipped at 1" if limit == 1.0 else "not clipped"
        print(f"{name}, {how:12}: {min(right):3.0f} to {max(right):3.0f} percent right, "
              f"gradients longer than 1: {min(long):2.0f} to {max(long):2.0f} percent, "
              f"longest {min(longest):.2g} to {max(longest):.2g}")  # fmt: skip

fig, axes = plt.subplots(1, 2, figsize=(6.8, 2.5), sharey=True)
for ax, name in zip(axes, ills, strict=True):
    ax.plot(curves[name, never], color=palette.ORANGE, lw=1, label="not clipped")
    ax.plot(curves[name, 1.0], color=palette.PURPLE, lw=1, label="clipped at 1")
    ax.axhline(np.log(4), color=palette.LINE, ls=":")
    ax.set(xlabel="update", title=f"{name}: loss of one network")
axes[0].legend(fontsize=8)
plt.show()

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Where gradients explode, clipping makes the difference between guessing (dotted line) and learning. Where they vanish,
it does nothing at all, as it must: it can make a long gradient shorter, and never finds the part that is missing in
one. (The two curves lie on each other: no gradient there is longer than 1.) Turning the limit up or down changes how
far a step goes, not where it points.

Look at the last two numbers of the first two rows. The clipped networks met *longer* gradients than the others, and
learnt all the same: clipping does not prevent an explosion. It takes the harm out of it.

</details>

So clipping is cheap, you should always have it on, and it is the cure for **one** of the two ills.

## Three cures for the other

**ReLU.** Its slope is 1 or 0, so it never saturates upwards. You have seen the catch: nothing holds back what grows,
and units that are off pass nothing.

**A residual step.** Do not replace the state; *add* to it: $h_t = h_{t-1} + \alpha \tanh(a_t)$.

![Left, a plain step: the state goes through W_hh and tanh. Right, a residual step: the state goes straight on, and
what tanh gives is added.](figures/05_residual.svg)

The Jacobian is now $I + \alpha \operatorname{diag}(1 - \tanh^2 a_t)\, {\color{#0072B2}{W_{hh}}}$: close to the identity
as long as $\alpha$ is small.

**Better initial weights.** If $\sigma$ and $\rho$ should both be 1, take a matrix whose singular values are *all* 1,
an **orthogonal** one: it turns and mirrors vectors and leaves every length as it is: $Q^\top Q = I$. Products of
orthogonal matrices are orthogonal, so nothing grows or fades however many steps there are, but for what tanh takes.

### Exercise: an orthogonal matrix (`orthogonal`)

Write `orthogonal(A)`. `A (H, D)` holds independent normal numbers, drawn by the caller. The result has the same
shape, and its *columns* are orthonormal; where `A` is wider than tall they cannot be, and its *rows* are.

- `Q, R = np.linalg.qr(A)` gives you a $Q$ with orthonormal columns for a tall or square $A$, with $A = QR$ and $R$
  upper triangular.
- $Q$ is fixed only up to the sign of each column, and `qr` picks signs by habit, not by chance. So multiply each
  column by the sign that makes the diagonal of $R$ positive. Then $Q$ is drawn evenly from all orthogonal matrices.
- For a wide `A` work on `A.T`, and turn the result back.
- `orthogonal(np.array([[3.0, 0.0], [4.0, 5.0]]))` is `[[0.6, -0.8], [0.8, 0.6]]`.
"""


# %% exercise="orthogonal"
def orthogonal(A):
    """A (H,D) -> (H,D)

    A matrix with orthonormal columns (or rows, where it is wide) from one of random numbers.
    """
    ### BEGIN SOLUTION
    H, D = A.shape
    Q, R = np.linalg.qr(A if H >= D else A.T)
    Q = Q * np.sign(np.diag(R))
    return Q if H >= D else Q.T
    ### END SOLUTION


# %% [markdown]
r"""
Do the signs matter? Draw 2000 matrices of size 3 and look at the mean of their first entry. If all orthogonal
matrices are equally likely, it is 0.
"""

# %%
rng = np.random.default_rng(0)
drawn = rng.normal(size=(2000, 3, 3))
print(f"with signs fixed: mean first entry {np.mean([orthogonal(A)[0, 0] for A in drawn]):+.2f}")
print(f"as qr gives them: mean first entry {np.mean([np.linalg.qr(A)[0][0, 0] for A in drawn]):+.2f}")

# %% [markdown]
r"""
### The comparison

The same task, the same 200 updates, the same optimiser. Five ways to be a recurrent network, three networks each:

- **tanh, default**: as before.
- **ReLU, default**: the same weights with ReLU for tanh.
- **ReLU, identity**: ${\color{#0072B2}{W_{hh}}} = I$ at the start, so that every unit that is on keeps what it has.
- **tanh, orthogonal**: your `orthogonal` for ${\color{#0072B2}{W_{hh}}}$.
- **tanh, residual**: $h_t = h_{t-1} + 0.1 \tanh(a_t)$, default weights.

**Predict first.** Which of them recall the first of 40 symbols?
"""

# %%
my_prediction = "?"  # names of those that do


# %% tags=["demo"]
def drawn_orthogonal(H):
    """Your orthogonal matrix, from numbers that torch's generator draws, so that the seed decides."""
    return orthogonal(torch.randn(H, H, dtype=torch.float64).numpy())


ways = {
    "tanh, default": Recaller,
    "ReLU, default": lambda: Recaller("relu"),
    "ReLU, identity": lambda: Recaller("relu", weights=np.eye),
    "tanh, orthogonal": lambda: Recaller(weights=drawn_orthogonal),
    "tanh, residual": lambda: Recaller(residual=0.1),
}
colors = (palette.MUTED, palette.YELLOW, palette.ORANGE, palette.PURPLE, palette.SKY)
for name, make in list(ways.items())[1:]:
    percent[name] = recall_table(make)

fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.0))
for (name, make), color in zip(ways.items(), colors, strict=True):
    faded = []
    for seed in range(3):
        torch.manual_seed(seed)
        norms = gradient_norm_by_lag(make().double().states, recall(16, 41)[0].double()).numpy()
        faded.append(norms[::5] / norms[0])
    plots.ranges(left, range(0, 41, 5), faded, name, color)
    plots.ranges(right, lengths, percent[name], name, color)
left.set(yscale="log", ylim=(1e-18, 1e2), xlabel="lag", title="gradient before training")
right.axhline(25, color=palette.LINE, ls=":")
right.set(xlabel="T", xticks=lengths, ylim=(0, 105), title="recall, percent right")
left.legend(fontsize=8)
plt.show()

print("you predicted:", my_prediction)
print("percent right, lowest to highest of three networks")
print(" " * 18 + "".join(f"T = {T:<8}" for T in lengths))
for name, runs in percent.items():
    print(f"{name:18}" + "".join(f"{c.min():3.0f} to {c.max():<5.0f}" for c in runs.T))

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

Lay the two plots side by side: **who fades, fails.** What a network can learn over 40 steps could be read off its
gradient *before* the first update. (On the right, the three that succeed lie on one line.)

- ReLU in place of tanh, with nothing else changed, is *worse* than what it replaces. About half of its slopes are 0.
- The surprise is tanh with orthogonal weights. Nothing about the network is new: same step, same number of weights,
  same cost. Only the matrix it starts from is another. (The networks for dates in lesson 02 were started like this.
  It is no certainty. With other seeds a network is now and then only half way there after 200 updates: try seed 3.)
- ReLU from the identity works too, and it has to be *exactly* right to begin with. See below.
- The residual step does not fade at all; its gradient even grows a little.

</details>

So the plain tanh network is not unable to remember. It is badly started. But what did each cure cost? Look closer.
"""

# %% tags=["demo"]
print("Does an orthogonal matrix stay one? Singular values, trained on recall with T = 40:")
for seed in range(3):
    torch.manual_seed(seed)
    model = Recaller(weights=drawn_orthogonal)
    learn(model, 40)
    values = torch.linalg.svdvals(model.rnn.weight_hh_l0.detach())
    print(f"  from 1.00 to 1.00 before, from {values.min():.2f} to {values.max():.2f} after")

print("What does it do for strong inputs? Gradient at lag 39 against lag 0, five networks each:")
for strength in (1, 3, 10):
    ratios = []
    for seed in range(5):
        torch.manual_seed(seed)
        norms = gradient_norm_by_lag(
            Recaller(weights=drawn_orthogonal).double().states, strength * recall(16, 40)[0].double()
        )
        ratios.append((norms[39] / norms[0]).item())
    print(f"  inputs times {strength:2}: {min(ratios):.0e} to {max(ratios):.0e}")

print("How exact must the identity be, for ReLU? The same for W_hh = c I, and mean size of the state at step 100:")
for c in (0.8, 1.0, 1.2):
    ratios, sizes = [], []
    for seed in range(5):
        torch.manual_seed(seed)
        model = Recaller("relu", weights=lambda H, c=c: c * np.eye(H)).double()
        norms = gradient_norm_by_lag(model.states, recall(16, 40)[0].double())
        ratios.append((norms[39] / norms[0]).item())
        sizes.append(model.states(recall(16, 100)[0].double())[1].abs().mean().item())
    print(f"  c = {c}: {min(ratios):.0e} to {max(ratios):.0e}, states {min(sizes):.2g} to {max(sizes):.2g}")

print("How large does a residual state get? Mean size, five networks:")
for T in (10, 100, 1000):
    sizes = []
    for seed in range(5):
        torch.manual_seed(seed)
        with torch.no_grad():
            sizes.append(Recaller(residual=0.1).states(recall(16, T)[0])[1].abs().mean().item())
    print(f"  after {T:4} steps: {min(sizes):.2f} to {max(sizes):.2f}")

# %% [markdown]
r"""
| cure | what it buys | what it costs |
|---|---|---|
| clipping | explosions do no harm | nothing to speak of; does not touch vanishing |
| ReLU | no saturation | units that are off; nothing bounds state or gradient; luck, unless started at the identity |
| orthogonal weights | no fading at the start, for free | training moves them away; strong inputs saturate tanh |
| residual step | a straight way back | an unbounded state; one more number, $\alpha$, to choose; *nothing is erased* |

The last entry is the interesting one. A residual step keeps everything and can only add to it. What if the network
could *choose* what to keep and what to drop, anew at each step? Then the straight way back would be there when it is
needed. That is a gate, and the subject of lesson 06.
"""

# %% [markdown] question="vanishing_or_not"
r"""
### In your own words

A colleague trains a tanh network to predict, from 200 readings of a machine, whether it will fail. What matters
happens early in the sequence. The loss goes down a little, smoothly, and then stays where it is for hours. The
colleague has two ideas: *(a)* clip the gradient at 0.1 instead of 1, and *(b)* multiply ${\color{#0072B2}{W_{hh}}}$
by three at the start, "so that its spectral radius is above 1 and the gradient cannot vanish".

Say what you think of each idea and why. Name *one measurement* that you would make first and what it would tell you,
and *one change* that you would try instead, with what it costs. Five to eight sentences.

### BEGIN MARK SCHEME
- **1 point**, on the two ideas: *(a)* clipping only shortens long gradients; a smooth loss shows no sign of
  explosion, and clipping cannot restore what has vanished. *(b)* a radius (or a largest singular value) above 1 is
  only *necessary* for a gradient not to vanish: large weights drive tanh into saturation, where slopes are near 0, so
  it may vanish all the same, or explode. Half a point for one of the two.
- **1 point**, a measurement that decides: the norm of the gradient against lag (as in `gradient_norm_by_lag`), before
  or during training, with what each outcome would mean (falls by many powers of ten: vanishing; flat: look elsewhere,
  such as data or learning rate). Accept the norms of products of Jacobians, or a short-range version of the task as a
  control.
- **1 point**, a sensible change with its cost: orthogonal or identity initial weights (training may move away from
  them, saturation), a residual step (unbounded state, a new number to choose, nothing is erased), an LSTM or GRU
  (more weights and time), fewer and coarser steps (detail is lost). No point for a change without a cost.
- Nothing off for language or length.
### END MARK SCHEME

### BEGIN SOLUTION
A loss that goes down smoothly and then stays looks like vanishing, not like explosion, which would show as spikes. So
(a) treats the wrong ill: clipping makes long gradients shorter, and a smaller limit only makes the steps smaller.
Idea (b) confuses what is necessary with what is sufficient. With a radius above 1 the gradient may survive, but
larger weights also push the states to where tanh is flat, and there every step multiplies by slopes near zero; in
this lesson with a radius of 1.4 the gradient still vanished, and with 3 it exploded. Before anything else I would
plot the norm of the gradient against lag, for the untrained network on real sequences. If it falls by ten powers of
ten over 200 steps, the early readings cannot be learnt from; if it is flat, the trouble lies elsewhere, in the data
or the learning rate. If it does fall, I would start from orthogonal recurrent weights and scale the inputs so that
tanh stays out of saturation. It costs nothing in time, but training may move the weights away from orthogonal, so I
would look at the same plot again later.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- A gradient that goes back $k$ steps is multiplied by $k$ Jacobians, $J_t = \operatorname{diag}(1 - h_t^2)\,
  {\color{#0072B2}{W_{hh}}}$, the latest on the left.
- tanh has a slope of at most 1, the sigmoid of at most 0.25, and saturated units have none.
- $\sigma\gamma < 1$ is sufficient to vanish. $\sigma\gamma > 1$ is necessary to explode, and not sufficient:
  saturation eats up what large weights give.
- $\rho$, the largest |eigenvalue|, says what many steps do to a linear network; $\sigma$, the largest singular value,
  what one step can do at most.
- Whether a network can learn a long link can be read off its gradient against lag, before training.
- Clipping by norm keeps the direction, and cures explosion only.
- ReLU alone is a poor cure. Orthogonal initial weights are a surprisingly good one, and free. A residual step works,
  and can never forget.

**Where next.** Lesson 06 builds cells that decide for themselves what to keep: LSTM and GRU.

**Further reading**

- Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen" (diploma thesis, 1991): the first analysis.
- Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult" (1994).
- Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013): the two conditions,
  and clipping.
- Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks"
  (2014): why orthogonal.
- Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified linear units" (2015): the
  identity.
- Arjovsky, Shah and Bengio, "Unitary evolution recurrent neural networks" (2016): weights that *stay* orthogonal.
- Mezzadri, "How to generate random matrices from the classical compact groups" (2007): the signs of QR.
"""

# %%
progress()
