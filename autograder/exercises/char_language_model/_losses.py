"""Ways to get the loss and its gradient: the wrong ones that people write, and right ones unlike the reference."""

from __future__ import annotations

import numpy as np

from autograder.reference import char_language_model as lm


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def right_p(p, targets):
    """The probabilities of the targets, (N, T)."""
    return np.take_along_axis(p, targets[..., None], axis=-1)[..., 0]


def quietly(formula):
    """A formula that may overflow, without NumPy's warnings."""

    def wrong(*arguments):
        with np.errstate(all="ignore"):
            return formula(*arguments)

    return wrong


def scaled(of_loss=1.0, of_gradient=1.0):
    """The right loss and gradient, each times a factor made from (N, T, V)."""

    def wrong(logits, targets):
        loss, gradient = lm.cross_entropy(logits, targets)
        factors = [f(*logits.shape) if callable(f) else f for f in (of_loss, of_gradient)]
        return loss * factors[0], gradient * factors[1]

    return wrong


def many(N, T, V):
    return N * T


def with_p(p_of):
    """Loss and gradient from probabilities that are made in the wrong way."""

    def wrong(logits, targets):
        N, T, V = logits.shape
        p = p_of(logits)
        return float(-np.log(right_p(p, targets)).mean()), (p - lm.one_hot(targets, V)) / (N * T)

    return quietly(wrong)


def without_largest(z):
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def largest_of_all(logits, targets):
    N, T, V = logits.shape
    z = logits - logits.max()
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    y = lm.one_hot(targets, V)
    return float(-(log_p * y).sum() / (N * T)), (np.exp(log_p) - y) / (N * T)


def with_log_p(log_p_of, by_product=False):
    """Loss and gradient from log-probabilities that are made in the wrong way; with y, a product picks the target."""

    def wrong(logits, targets):
        N, T, V = logits.shape
        log_p, y = log_p_of(logits), lm.one_hot(targets, V)
        picked = (log_p * y).sum(axis=-1) if by_product else right_p(log_p, targets)
        return float(-picked.mean()), (np.exp(log_p) - y) / (N * T)

    return quietly(wrong)


def log_softmax(z, axis):
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def log_total_overflows(z):
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def log_after_softmax(z):
    return np.log(softmax(z))


def log_after_overflow(z):
    return np.log(without_largest(z))


def a_little_more(little):
    """The loss with a small number added to p: what ``np.clip`` or ``np.maximum`` give, too."""

    def wrong(logits, targets):
        p = softmax(logits)
        return float(-np.log(right_p(p, targets) + little).mean()), lm.cross_entropy(logits, targets)[1]

    return wrong


def no_log(logits, targets):
    return float(-right_p(softmax(logits), targets).mean()), lm.cross_entropy(logits, targets)[1]


def then(change):
    """The right loss and gradient, given back in the wrong way."""
    return lambda logits, targets: change(*lm.cross_entropy(logits, targets))


def loss_by_place(logits, targets):
    return -np.log(right_p(softmax(logits), targets)), lm.cross_entropy(logits, targets)[1]


def of_the_likeliest(logits, targets):
    best = logits.argmax(axis=-1)
    return lm.cross_entropy(logits, best)


def first_target_everywhere(logits, targets):
    return lm.cross_entropy(logits, np.repeat(targets[:, :1], targets.shape[1], axis=1))


def last_step_only(logits, targets):
    loss, gradient = lm.cross_entropy(logits[:, -1:], targets[:, -1:])
    whole = np.zeros(logits.shape)
    whole[:, -1:] = gradient
    return loss, whole


def squares(logits, targets):
    N, T, V = logits.shape
    gap = softmax(logits) - lm.one_hot(targets, V)
    return float((gap**2).sum() / (N * T)), gap / (N * T)


def in_place(logits, targets):
    logits -= logits.max(axis=-1, keepdims=True)
    return lm.cross_entropy(logits, targets)


def in_loops(logits, targets):
    N, T, V = logits.shape
    loss, gradient = 0.0, np.zeros(logits.shape)
    for n in range(N):
        for t in range(T):
            p = softmax(logits[n, t])
            top = logits[n, t].max()
            loss += np.log(np.exp(logits[n, t] - top).sum()) + top - logits[n, t, targets[n, t]]
            gradient[n, t] = p
            gradient[n, t, targets[n, t]] -= 1
    return loss / (N * T), gradient / (N * T)


def flat(logits, targets):
    N, T, V = logits.shape
    z, y = logits.reshape(-1, V), targets.reshape(-1)
    z = z - z.max(axis=1, keepdims=True)
    log_total = np.log(np.exp(z).sum(axis=1))
    gradient = np.exp(z - log_total[:, None])
    gradient[np.arange(N * T), y] -= 1
    return (log_total - z[np.arange(N * T), y]).mean(), (gradient / (N * T)).reshape(N, T, V)


def by_logaddexp(logits, targets):
    N, T, V = logits.shape
    log_p = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    y = np.eye(V)[targets]
    return -np.einsum("ntv,ntv->", log_p, y) / N / T, (np.exp(log_p) - y) / N / T


def by_torch(torch, logits, targets):
    leaf = logits.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy(leaf.flatten(0, 1), targets.flatten())
    loss.backward()
    return loss, leaf.grad


def quietly_with(formula):
    """The same for a formula that takes the loss as ``cross_entropy``."""

    def wrong(logits, targets, *, cross_entropy=lm.cross_entropy):
        with np.errstate(all="ignore"):
            return formula(logits, targets, cross_entropy=cross_entropy)

    return wrong
