"""Two plain networks along the same sequences as people join them, wrong and right."""

from __future__ import annotations

import numpy as np

from autograder.reference.bidirectional_stacks import real
from autograder.reference.bidirectional_stacks import reverse_padded as turned
from autograder.reference.rnn import rnn_forward


def plainly(x, lengths):
    """Rows turned round with their padding."""
    return x[:, ::-1]


def unturned(x, lengths):
    return x


def run(x, W_xh, W_hh, b, h0=None):
    return rnn_forward(x, np.zeros((len(x), len(b))) if h0 is None else h0, W_xh, W_hh, b)[0]


def masked(h, lengths):
    return h * real(lengths, h.shape[1])[:, :, None]


def sliced(h, lengths):
    """A slice that begins at many places at once, which NumPy refuses."""
    h[:, lengths:] = 0
    return h


def unmasked(h, lengths):
    return h


def both_masked(h, lengths):
    """Two networks' states one behind the other in time, each with zeros at its padding."""
    return np.concatenate([masked(part, lengths) for part in np.split(h, 2, axis=1)], axis=1)


def first_half_masked(h, lengths):
    one, other = np.split(h, 2, axis=2)
    return side_by_side(masked(one, lengths), other)


def second_half_masked(h, lengths):
    one, other = np.split(h, 2, axis=2)
    return side_by_side(one, masked(other, lengths))


def side_by_side(ahead, back):
    return np.concatenate([ahead, back], axis=2)


def at_own_end(h, lengths):
    return h[np.arange(len(h)), lengths - 1]


def at_right_ends(ahead, back, lengths):
    return at_own_end(ahead, lengths), back[:, 0]


def building(
    enter=None, leave=None, weights=lambda one, other: (one, other), mask=masked, join=side_by_side, last=at_right_ends
):
    """The right answer with parts replaced. ``enter`` and ``leave`` turn the sequences and the states."""

    def answer(x, lengths, *six, reverse_padded=turned):
        one, other = weights(six[:3], six[3:])
        ahead = run(x, *one)
        back = (leave or reverse_padded)(run((enter or reverse_padded)(x, lengths), *other), lengths)
        return mask(join(ahead, back), lengths), np.stack(last(ahead, back, lengths))

    return answer


def then(change):
    """The right states, given back in another way."""
    right = building()
    return lambda *given: change(*right(*given), given[1])


def one_for_both(one, other):
    return one, one


def exchanged(one, other):
    return other, one


def second_only(one, other):
    return other, other


def added(ahead, back):
    return ahead + back


def averaged(ahead, back):
    return (ahead + back) / 2


def back_first(ahead, back):
    return np.concatenate([back, ahead], axis=2)


def interleaved(ahead, back):
    return np.stack([ahead, back], axis=3).reshape(*ahead.shape[:2], -1)


def along_time(ahead, back):
    return np.concatenate([ahead, back], axis=1)


def along_batch(ahead, back):
    return np.concatenate([ahead, back], axis=0)


def stack_of_two(ahead, back):
    return np.stack([ahead, back])


def both_at_the_end(ahead, back, lengths):
    return at_own_end(ahead, lengths), at_own_end(back, lengths)


def both_last_columns(ahead, back, lengths):
    return ahead[:, -1], back[:, -1]


def both_at_the_start(ahead, back, lengths):
    return ahead[:, 0], back[:, 0]


def column_and_start(ahead, back, lengths):
    return ahead[:, -1], back[:, 0]


def last_exchanged(ahead, back, lengths):
    return back[:, 0], at_own_end(ahead, lengths)


def before_turning_back(ahead, back, lengths):
    """Both at the end, where the second had been turned back with its padding."""
    return at_own_end(ahead, lengths), at_own_end(back[:, ::-1], lengths)


def one_off(ahead, back, lengths):
    return ahead[np.arange(len(ahead)), lengths - 2], back[:, 0]


def on_top(x, lengths, *six):
    """The network that reads backwards is fed with the states of the other, where the sizes allow it."""
    ahead = run(x, *six[:3])
    back = turned(run(turned(ahead, lengths), *six[3:]), lengths)
    return masked(side_by_side(ahead, back), lengths), np.stack(at_right_ends(ahead, back, lengths))


def inputs_zeroed(x, lengths, *six):
    """Zeros in place of the inputs at padding, and not of the states."""
    return building(mask=unmasked)(masked(x, lengths), lengths, *six)


def state_handed_on(x, lengths, *six, of=at_own_end):
    """The network that reads backwards starts from the last state of the other."""
    ahead = run(x, *six[:3])
    back = turned(run(turned(x, lengths), *six[3:], of(ahead, lengths)), lengths)
    return masked(side_by_side(ahead, back), lengths), np.stack(at_right_ends(ahead, back, lengths))


def last_states_of_rnn_forward(x, lengths, *six):
    """What rnn_forward gives as its last state has gone on through the padding."""
    zeros = np.zeros((len(x), len(six[2])))
    ahead, one = rnn_forward(x, zeros, *six[:3])
    back, other = rnn_forward(turned(x, lengths), zeros, *six[3:])
    return masked(side_by_side(ahead, turned(back, lengths)), lengths), np.stack([one, other])


def second_through_the_padding(ahead, back, lengths):
    """The second network's state after the row's last step; only the places of real steps were turned back."""
    whole = np.array(lengths) == back.shape[1]
    return at_own_end(ahead, lengths), np.where(whole[:, None], back[:, 0], back[:, -1])


def plainly_as_given(x, lengths, *six):
    """Turned with the padding, and the last states as rnn_forward gives them."""
    h, last = naive(plainly, plainly)(x, lengths, *six)
    return masked(h, lengths), last


def naive(turn=turned, back_again=turned):
    """Nothing is put at padding, and the last states are those that rnn_forward gives."""

    def answer(x, lengths, *six):
        zeros = np.zeros((len(x), len(six[2])))
        ahead, one = rnn_forward(x, zeros, *six[:3])
        back, other = rnn_forward(turn(x, lengths), zeros, *six[3:])
        return side_by_side(ahead, back_again(back, lengths)), np.stack([one, other])

    return answer


def sequence_by_sequence(x, lengths, *six):
    """Right: every sequence by itself, without its padding."""
    N, T, _D = x.shape
    H = len(six[2])
    h, last = np.zeros((N, T, 2 * H)), np.zeros((2, N, H))
    for n, length in enumerate(lengths):
        part = x[n : n + 1, :length]
        h[n, :length, :H] = run(part, *six[:3])[0]
        h[n, :length, H:] = run(part[:, ::-1], *six[3:])[0, ::-1]
        last[0, n], last[1, n] = h[n, length - 1, :H], h[n, 0, H:]
    return h, last


def frozen(x, lengths, *six):
    """Right: from the end to the start, with a state that stays at zero in the padding."""
    W_xh, W_hh, b = six[3:]
    N, T, _D = x.shape
    ahead, h, states = run(x, *six[:3]), np.zeros((N, len(b))), []
    for t in reversed(range(T)):
        new = np.tanh(x[:, t] @ W_xh.T + h @ W_hh.T + b)
        h = np.where((t < lengths)[:, None], new, h)
        states.insert(0, h)
    back = np.stack(states, axis=1)
    return [masked(side_by_side(ahead, back), lengths), [at_own_end(ahead, lengths), h]]


def from_the_output(x, lengths, *six):
    """Right: both last states are read off the joined states."""
    H = len(six[2])
    h = building()(x, lengths, *six)[0]
    return h, np.stack([h[np.arange(len(h)), lengths - 1, :H], h[:, 0, H:]])
