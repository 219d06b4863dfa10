# %% [markdown]
r"""
# 00 · Start here

This is how every lesson of the course works: you read a little, run a little, guess before you look, write a few
lines of code, and have them checked at once. This notebook shows you each of these, and warms you up with two small
exercises whose wrong answers are the ones that ruin recurrent networks.

**At the end you can**

- run a lesson, have an answer checked, and get a hint;
- tell what each outcome of a check means, and what to do about it;
- apply weights and biases to a batch of rows, without a loop;
- swap the axes of an array without mixing up what is in it.

**Builds on** Python (functions, lists) and a first acquaintance with NumPy arrays. **Time** about 30 minutes.
**Points** 5, and 2 more marked by a person.

![Run, predict, write, check; from a failed check a hint leads back to writing, and a passed one leads on to what is run
next.](figures/00_lesson_loop.svg)
"""

# %% [markdown]
r"""
## Run

A notebook is made of *cells*. Click into the grey one below and press **Shift+Enter**: it runs, and the next one is
chosen. Go through a lesson from top to bottom like this. (If you get lost: *Kernel* > *Restart Kernel and Run All
Cells* starts afresh, and keeps what you have written.)

Three more things to know. Where a lesson says "in a cell of your own": click beside a cell and press **B**, which makes
a new one below it. Text, such as your answer to a question in words, is opened by a **double click** and closed by
Shift+Enter. And **Ctrl+S** (on a Mac, Cmd+S) saves.

The first cell looks at your computer and says in plain words what is missing, if anything.
"""

# %%
from rnnlab.environment import look_around

look_around()

# %% [markdown]
r"""
**If it says** `No module named 'rnnlab'`, this notebook runs in some other Python than the one that the course was
installed into. Close it, go to the folder of the course in a terminal, and type `make start`. It installs what is
needed and opens this page again.

Every lesson then begins with one cell like the next. It loads what the lesson uses: NumPy for arrays, `check` for
your answers, `hint` for a nudge, `inputs` for trying things by hand, and `progress` for your points.
"""

# %% tags=["setup"]
import numpy as np

from autograder import check, hint, inputs, progress
from autograder.tour import check_example
from rnnlab.widgets.transpose import transpose_or_reshape

# %% [markdown]
r"""
## Check: what it can say

Under each exercise there is a cell that checks it. You may run it as often as you like; only the last version of your
answer counts. Here is everything it can say, on an example that gives no points. The task: `double` returns twice
every number of `x`.

**Not attempted.** An exercise comes as a function that only raises `NotImplementedError`. As long as that line is
there, the check takes it for untouched, not for wrong. When you begin, delete that line.
"""


# %%
def double(x):
    raise NotImplementedError("double")


check_example("double", double)

# %% [markdown]
r"""
**Error.** Your code stopped with an exception. The report shows the line of *yours* where it happened and what it
means. Here a capital letter is wrong.

(If it is the cell with your *answer* that ends in red, as it does after a typing mistake, then that cell has changed
nothing: the function is still the one from before, and a check would look at that one. Mend the cell and run it again.)
"""


# %%
def double(x):
    return 2 * X


check_example("double", double)

# %% [markdown]
r"""
**Failed, with a diagnosis.** Your code ran and gave something else than it should. Each line of the report is one
*case*: an input with something special about it. You see what was expected, what came, and where the two first
differ. If the answer is what a well-known mistake would give, the report says which. That sentence is worth reading.
"""


# %%
def double(x):
    return x**2


check_example("double", double)

# %% [markdown]
r"""
**Failed, without one.** Not every mistake is on the list. Then the numbers are your clue: which of them are right, and
what sets the others apart? (One mistake needs no list. A function that forgot its `return` is told so.)
"""


# %%
def double(x):
    return 2 * abs(x)


check_example("double", double)

# %% [markdown]
r"""
**Blocked.** Some exercises call an earlier one. As long as the earlier one is not written, the later one cannot work,
and that is not *its* fault. The report says which to mend first. (If the earlier one is wrong in a way that is known,
the check knows what yours should give in spite of it, and you get your points.)
"""


# %%
def double(x):
    raise NotImplementedError("double")


def quadruple(x):
    return double(double(x))


check_example("quadruple", quadruple)

# %% [markdown]
r"""
**Passed.** All cases are right.
"""


# %%
def double(x):
    return 2 * x


check_example("double", double)

# %% [markdown]
r"""
Two more are rare: *timeout*, when your code does not come to an end, and *our error*, when the check itself breaks
down, which never costs you points.

When your teacher grades the notebook, the same checks run again with new numbers and a few *hidden* cases more: other
sizes, special values. A hidden case tells you what it is about
(`hidden: one example: failed. Here there is only one example.`), but not its numbers. An answer that is right in
general has nothing to fear from them.

A check calls your function out of sight, so a `print` inside it shows nothing there. To look into your function, call
it yourself: `inputs("affine")` gives you the very arrays of the first check.

## Predict

Now and then a lesson asks you to guess before you look. Do it, in writing: a guess that you have committed to is one
that you learn from, and most of all when it was wrong. Try it here.

Two sequences, `a` and `b`, of three steps each, lie in an array `x` of shape `(N, T)` = `(2, 3)`. A model wants time
first, so that row 0 holds the *first step of both*. Someone writes `x.reshape(3, 2)`. The shape is right. What is in
row 0?
"""

# %%
my_prediction = "?"  # "a0 b0" or "a0 a1"

# %%
x = np.array([["a0", "a1", "a2"], ["b0", "b1", "b2"]])  # (N, T)

print("you predicted: ", my_prediction)
print("row 0 of x.reshape(3, 2):", *x.reshape(3, 2)[0])
print("row 0 of x.T:            ", *x.T[0])

# %% [markdown]
r"""
<details><summary><b>What you saw, and why</b> (open this when you have run the cell)</summary>

`reshape` never moves a number. It reads them in the order in which they lie, row by row, and cuts that line into new
rows. So row 0 holds two steps of the *same* sequence. `transpose` (of which `.T` is the short form) moves each number
to its new place.

![A batch of two sequences, transposed and reshaped. Transposed, each row holds one step of both sequences. Reshaped,
the sequences are mixed.](figures/00_time_major.svg)

</details>

## Play

Some things are best understood by moving them. Choose between the two, pick a step, and watch which sequences it is
taken from.
"""

# %%
transpose_or_reshape()

# %% [markdown]
r"""
How bad is it, for sizes as they occur? Give every sequence a number of its own, reshape, and count how many steps
still belong to the sequence in whose column they stand.
"""

# %%
for N, T in ((2, 3), (8, 5), (32, 20), (64, 100)):
    owner = np.repeat(np.arange(N)[:, None], T, axis=1)  # (N, T), whose step it is
    kept = np.mean(owner.reshape(T, N) == np.arange(N))
    print(f"N = {N:2}, T = {T:3}: {100 * kept:3.0f} percent stay with their sequence")

# %% [markdown]
r"""
And nothing complains: the shape is right, and every number is still there. That is why this mistake is found so late.

## Write

Now you. Every exercise says what to write, with the *shape* of every array. All lessons use the same letters: `N`
examples in a batch, `T` steps in time, `D` numbers coming in, `H` units, `O` numbers going out. `x (N, D)` means: `N`
rows, one for each example, of `D` numbers each.

> **Convention · examples are rows, weights as torch stores them.** `W (H, D)` has one *row* for each output, holding
> its `D` weights, as in `torch.nn.Linear`. In a textbook, one example is a column $x$, and a layer is $y = W x + b$.
> With examples in rows, the same thing is $Y = X W^\mathsf{T} + b$.

For example, two examples of two numbers, and three outputs:

$$X = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}, \quad
W = \begin{pmatrix} 1 & 0 \\ 0 & 1 \\ 1 & 1 \end{pmatrix}, \quad b = \begin{pmatrix} 10 & 20 & 30 \end{pmatrix}
\quad\longrightarrow\quad Y = \begin{pmatrix} 11 & 22 & 33 \\ 13 & 24 & 37 \end{pmatrix}$$

The first output copies the first number, the second the second, the third adds them up; then comes the bias, one for
each output.

### Exercise: `affine`

Write `affine`: `x (N, D)`, `W (H, D)`, `b (H)` to `(N, H)`, as above, for any sizes.

- Make a new array, and leave `x`, `W` and `b` as they are.
- NumPy only. One line is enough.
- To try it: `x, W, b = inputs("affine")` in a cell of your own gives you the arrays of the first check.
- Stuck? `hint("affine")` in a cell of your own gives you a nudge, and each further call a stronger one. Hints cost no
  points.
"""


# %% exercise="affine"
def affine(x, W, b):
    """x (N,D), W (H,D), b (H) -> (N,H)

    Every row of x, weighted and shifted: one row of outputs for each example.
    """
    ### BEGIN SOLUTION
    return x @ W.T + b
    ### END SOLUTION


# %% [markdown]
r"""
If that passed, go on. If not, here is the first of three hints, and running the cell *again* gives the next: do so
only when you have tried.
"""

# %%
hint("affine")

# %% [markdown]
r"""
These are the arrays of the first check, of which it is good to know the shapes when something fails.
"""

# %%
x, W, b = inputs("affine")
print("x", x.shape, " W", W.shape, " b", b.shape)

# %% [markdown]
r"""
### Exercise: `time_major`

Sequences often come as `(N, T, D)`, the batch first, and something wants them as `(T, N, D)`, with time first. Write
`time_major` such that `out[t, n]` is `x[n, t]`. You have seen above how *not* to do it. What is new is the third axis:
what was one cell there is `D` numbers here, and they stay together.
"""


# %% exercise="time_major"
def time_major(x):
    """x (N,T,D) -> (T,N,D)

    The same sequences with time as the first axis.
    """
    ### BEGIN SOLUTION
    return x.transpose(1, 0, 2)
    ### END SOLUTION


# %% [markdown] question="mixed_sequences"
r"""
### In your own words

Each notebook has one question that is answered in words and marked by a person. Double-click the cell below
it, write, and press Shift+Enter.

A friend trains a network that reads `(T, N, D)`. The data come as `(N, T, D)`, and the friend converts them with
`x.reshape(T, N, D)`. There is no error message, and the loss (how bad its answers are) goes down from 1.39, which is
what blind guessing costs here, to 1.30 and stays there.

What does the network see as "one sequence", and why can it learn hardly anything from it? Name one quick test that
would have found the mistake before the training. Three to five sentences.

### BEGIN MARK SCHEME
- **1 point**, what the network sees: what it takes for one sequence is put together from steps of *different*
  sequences, and steps that belonged together are apart (or stand side by side in the batch). So the order in time,
  which it should learn from, is gone; what is left is, for instance, how frequent each input is.
- **1 point**, a test that would really have found it: labelled numbers (such as `x[n, t] = 10 n + t`) sent through
  the conversion and looked at; or comparing `out[t, n]` with `x[n, t]` for some `t` and `n`, with `N` and `T` unequal
  and both above 1. *Checking the shape* earns nothing: it is right.
### END MARK SCHEME

### BEGIN SOLUTION
After the reshape, column n of the array, which the network reads as sequence n, holds steps of several different
sequences. What came one after the other in the data now stands side by side in the batch, where the network never
looks from one to the next. So there is hardly any order in time left to learn; it can still learn how frequent each
input is, which explains the small progress. A quick test: fill x with x[n, t] = 10 n + t for N = 2 and T = 3, convert
it, and see whether out[1, 0] is 1. Looking at the shape would not have helped, since it is right.
### END SOLUTION
"""

# %% [markdown]
r"""
## Recap

- Run from top to bottom with Shift+Enter. Predict in writing. Write, check, take a hint, check again.
- *Not attempted*, *error*, *failed*, *blocked*, *passed*: the report says which, where it first goes wrong, and what
  it looks like.
- Examples are rows, weights have one row for each output: `(N, D)` and `(H, D)` meet as `x @ W.T`.
- A reshape cuts the same line of numbers into new rows. Only a transpose swaps axes. The shape cannot tell you which
  it was.

**Where next.** [Lesson 01](../01_rnn_structure/01_rnn_structure.ipynb) uses both to build a recurrent network.

**Further reading**

- Harris and others, "Array programming with NumPy" (2020): axes, views and broadcasting, by those who made them.
- *NumPy user guide*, the chapters "NumPy: the absolute basics for beginners" and "Broadcasting".
- Crouch, Fagen, Callan and Mazur, "Classroom demonstrations: learning tools or entertainment?" (2004): those who
  predict first understand more of what they see, those who only watch hardly more than those who were not there.
- Blank and others, "nbgrader: a tool for creating and grading assignments in the Jupyter notebook" (2019): what marks
  this course.

Your points since this notebook was last started; a check that has not been run since then does not count in it.
(*Run* > *Run All Cells* runs them all. When your teacher grades the notebook, all are run anyway.)
"""

# %%
progress()
