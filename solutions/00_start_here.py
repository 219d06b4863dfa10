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
examples in a batch, `T` steps in time, `D` numbers coming in, `H` units, `O` numbers going out; later also `C`
classes and `V` signs in a vocabulary. `x (N, D)` means: `N` rows, one for each example, of `D` numbers each.

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
## Where this leads

This is the whole course. An arrow leads from a lesson to one that needs it. In each box, the time it takes, and its
points: from checks, and from answers that a person marks.

![A map of the course: a box for each lesson, with its number, its title, its points and its minutes. Arrows lead from
00 to the right, to the lessons that build on it, and on to the last one.](figures/course_map.svg)

Take the lessons in the order of their numbers, or any other that follows the arrows. What you write in one lesson is
not there in the next: whatever a lesson needs of an earlier one is ready to import, so that a gap does not stop you.
Where a lesson names another one, it is a link, which works when their folders lie side by side.

<details><summary><b>Glossary, English and Korean</b> (용어집; open it, and come back to it)</summary>

In lesson order. *영어 그대로*: Korean texts keep the English word.

| English | 한국어 | in plain words | introduced in |
|---|---|---|---|
| batch | 배치 | Several examples that go through a network together. | lesson 00 |
| shape | 형상 | How many entries an array has along each of its axes. | lesson 00 |
| weight | 가중치 | A number that says how strongly one thing is heard by another. | lesson 00 |
| bias | 편향 | A number that is added, whatever the input is. | lesson 00 |
| recurrent network, RNN | 순환 신경망 | A network that uses what it kept from the step before. | lesson 01 |
| unit | 유닛, 노드 | One of the H numbers of a state. | lesson 01 |
| hidden state | 은닉 상태 | What a network keeps from one step to the next. | lesson 01 |
| unrolling | 펼치기 | Drawing the same network once for every step. | lesson 01 |
| parameter | 매개변수, 파라미터 | A number that training changes. | lesson 01 |
| readout | 출력층 | The layer that makes scores from a state. | lesson 01 |
| logits | 로짓 | Scores, any numbers, before they become probabilities. | lesson 01 |
| sigmoid | 시그모이드 | Turns each score by itself into a number from 0 to 1. | lesson 01 |
| softmax | 소프트맥스 | Turns a row of scores into probabilities that add up to 1. | lesson 01 |
| cross-entropy | 교차 엔트로피 | A loss: minus the logarithm of the right answer's probability. | lesson 01 |
| hidden Markov model | 은닉 마르코프 모형 | An older model, whose memory is one item of a list. | lesson 01 |
| conditional random field | 조건부 무작위장 | An older model, which labels a sequence as a whole. | lesson 01 |
| one-to-many | 일대다 | One input, an output at every step. | lesson 02 |
| many-to-one | 다대일 | An input at every step, one output at the end. | lesson 02 |
| many-to-many | 다대다 | Inputs and outputs at many steps. | lesson 02 |
| padding | 패딩 | What fills short sequences up to the length of the longest. | lesson 02 |
| baseline | 기준 모델 | A simple model that a better one has to beat. | lesson 02 |
| one-hot vector | 원-핫 벡터 | All 0, and a single 1 at the place of what is meant. | lesson 02 |
| encoder, decoder | 인코더, 디코더 | A network that reads, and one that writes what was read. | lesson 02 |
| teacher forcing | 교사 강요 | In training, the right last character goes in, not the own one. | lesson 02 |
| greedy decoding | 탐욕적 디코딩 | Writing the best-scored character at each step. | lesson 02 |
| language model | 언어 모델 | Gives every possible next piece of text a probability. | lesson 03 |
| vocabulary | 어휘 집합 | All characters that a model knows, in a fixed order. | lesson 03 |
| embedding | 임베딩 | A vector of its own for each character, learnt. | lesson 03 |
| bits per character | 문자당 비트 수 | How many yes-or-no questions a character costs a model. | lesson 03 |
| held out | 홀드아웃, 평가용으로 떼어 둔 | Kept away from training, to measure on. | lesson 03 |
| bigram | 바이그램 | Two characters in a row, or the model that counts them. | lesson 03 |
| temperature | 온도 | How daring a model is when it draws the next character. | lesson 03 |
| autoregressive | 자기회귀 | What a model wrote is what it reads next. | lesson 03 |
| backpropagation through time, BPTT | 시간 역전파 | Gradients sent back through all steps. | lesson 04 |
| chain rule | 연쇄 법칙 | Slopes of functions inside each other are multiplied. | lesson 04 |
| central difference | 중앙 차분 | A slope, measured by a small step to either side. | lesson 04 |
| graph | 계산 그래프 | What torch remembers of a computation, to find gradients. | lesson 04 |
| truncated BPTT | 절단된 시간 역전파 | BPTT that stops after k steps; the state goes on. | lesson 04 |
| detach | detach (영어 그대로) | The same numbers, without the past that led to them. | lesson 04 |
| vanishing gradient | 기울기 소실 | A gradient that is next to nothing when it arrives. | lesson 05 |
| exploding gradient | 기울기 폭발 | A gradient that grows with every step back. | lesson 05 |
| saturated | 포화된 | So far out on tanh or sigmoid that the slope is near 0. | lesson 05 |
| Jacobian | 야코비 행렬 | How each entry of the output answers to each of the input. | lesson 05 |
| eigenvalue | 고윳값 | By how much a matrix stretches a direction it keeps. | lesson 05 |
| singular value | 특잇값 | By how much a matrix stretches along one of its axes. | lesson 05 |
| spectral radius | 스펙트럼 반경 | The largest size of an eigenvalue. | lesson 05 |
| clipping | 기울기 클리핑 | Making a gradient shorter where it is too long. | lesson 05 |
| orthogonal matrix | 직교 행렬 | It turns and mirrors, and keeps every length. | lesson 05 |
| residual step | 잔차 연결 | The new is added to the old, instead of replacing it. | lesson 05 |
| LSTM | LSTM (영어 그대로), 장단기 메모리 | A cell with gates and a second state. | lesson 06 |
| GRU | GRU (영어 그대로), 게이트 순환 유닛 | A cell with gates and one state. | lesson 06 |
| cell state | 셀 상태 | The second state of an LSTM, on which things stay. | lesson 06 |
| gate | 게이트 | A sigmoid times a vector: how much of each entry passes. | lesson 06 |
| input gate | 입력 게이트 | Decides what is written. | lesson 06 |
| forget gate | 망각 게이트 | Decides what is kept: 1 keeps, 0 erases. | lesson 06 |
| output gate | 출력 게이트 | Decides what is shown. | lesson 06 |
| candidate | 후보 값 | What would be written. | lesson 06 |
| update gate, reset gate | 업데이트 게이트, 리셋 게이트 | The two gates of a GRU. | lesson 06 |
| peepholes | 핍홀 연결 | Gates that also look at the cell state. | lesson 06 |
| correlation | 상관계수 | How closely two things go up and down together, -1 to 1. | lesson 07 |
| ablation | 절제 실험, 애블레이션 | Holding a unit still, to see what it is needed for. | lesson 07 |
| linear probe | 선형 프로브 | Reading a label off all units at once, by weights. | lesson 07 |
| layer | 층, 레이어 | Networks above each other, each reads the one below. | lesson 08 |
| bidirectional | 양방향 | Reading forward and backward, and joining both. | lesson 08 |
| dropout | 드롭아웃 | In training, some numbers are set to zero by chance. | lesson 08 |

</details>
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

**Where next.** Lesson 01 uses both to build a recurrent network.

**Further reading**

- Harris and others, "Array programming with NumPy" (2020): axes, views and broadcasting, by those who made them.
- *NumPy user guide*, the chapters "NumPy: the absolute basics for beginners" and "Broadcasting".
- Crouch, Fagen, Callan and Mazur, "Classroom demonstrations: learning tools or entertainment?" (2004): those who
  predict first understand more of what they see, those who only watch hardly more than those who were not there.
- Blank and others, "nbgrader: a tool for creating and grading assignments in the Jupyter notebook" (2019): what marks
  this course.

Your points since this notebook was last started; a check that has not been run since then does not count in it.
(*Run* > *Run All Cells* runs them all, and goes on after a cell that needs an answer which you have not written yet.
When your teacher grades the notebook, all are run anyway.)
"""

# %%
progress()
