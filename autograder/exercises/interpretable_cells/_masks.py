"""Where a string is open: the wrong ways that people write, and right ones unlike the reference."""

from __future__ import annotations

import re

import numpy as np

STRING = re.compile(r"""'(?:\\[^\n]|[^'\\\n])*'?|"(?:\\[^\n]|[^"\\\n])*"?|#[^\n]*""")


def scanner(marks="'\"", same=True, escapes="inside", comments=True, newline=True, when="after", ends=True):
    """The scanner of the reference, with any of its rules changed.

    ``same``: only the mark that opened a string closes it. ``escapes``: "inside", "everywhere", "before" (the character
    before is looked at, whatever stood before that) or "". ``comments``: True, "everywhere", "for ever" or False.
    ``newline``: whether it ends a string. ``when``: "after" or "before" the character, or "both" or "neither" mark.
    """

    def mask(text):
        found, mark, comment, escaped = [], "", False, False
        for t, char in enumerate(text):
            before, mark_before = mark, escaped
            escaped = False
            if char == "\n":
                mark, comment = ("" if newline else mark), (comment and comments == "for ever")
            elif mark_before or (escapes == "before" and mark and t and text[t - 1] == "\\"):
                pass
            elif char == "\\" and (escapes == "everywhere" or (escapes == "inside" and mark)):
                escaped = True
            elif comments and char == "#" and not comment and (not mark or comments == "everywhere"):
                comment, mark = True, ""
            elif not comment and char in marks:
                if not mark:
                    mark = char
                elif ends and (char == mark or not same):
                    mark = ""
            now, was = mark != "", before != ""
            found.append({"after": now, "before": was, "both": now or was, "neither": now and was}[when])
        return np.array(found, dtype=bool)

    return mask


def parity(marks):
    """Every mark turns the mask over, whatever it is and wherever it stands."""
    return lambda text: np.cumsum([c in marks for c in text]) % 2 == 1


def then(change):
    """The right mask, given back in another way: ``change(mask, text)``."""
    right = scanner()
    return lambda text: change(right(text), text)


def pattern(strings, closed):
    """What a search for strings finds, with their closing mark or without it."""

    def mask(text):
        found = np.zeros(len(text), dtype=bool)
        for one in re.finditer(strings, text):
            found[one.start() : one.end() - (not closed)] = True
        return found

    return mask


def at(chars):
    """The right mask, but True as well where a string has just ended at one of these characters."""

    def change(mask, text):
        was = np.concatenate([[False], mask[:-1]])
        return mask | (was & np.array([c in chars for c in text], dtype=bool))

    return then(change)


def each_kind(text):
    """A count of each kind of mark, whatever stands around it."""
    return parity("'")(text) | parity('"')(text)


def without_lines(text):
    """The characters that end lines have no place in the mask."""
    return scanner()(text)[np.array([c != "\n" for c in text], dtype=bool)]


def skipped(text, mask):
    """For each character whether it follows a backslash that counts."""
    found, skip = np.zeros(len(text), dtype=bool), False
    for t, char in enumerate(text):
        found[t] = skip and char != "\n"
        skip = char == "\\" and not skip and bool(mask[t])
    return found


def skipped_without_place(text):
    mask = scanner()(text)
    return mask[~skipped(text, mask)]


def backslash_left_out(text):
    mask = scanner()(text)
    return mask & ~np.append(skipped(text, mask)[1:], False)


def never_ends_skipping(text):
    """After the first backslash of a string everything is skipped, to the end of the line."""
    found, mark, comment, skip = [], "", False, False
    for char in text:
        if char == "\n":
            mark, comment, skip = "", False, False
        elif mark and not skip:
            skip = char == "\\"
            mark = "" if char == mark else mark
        elif not mark and not comment:
            comment = char == "#"
            mark = char if char in "'\"" else ""
        found.append(mark != "")
    return np.array(found)


def escaped_left_out(text):
    """The character after a backslash is jumped over, and with it its place in the mask."""
    mask = scanner()(text)
    skipped, inside = False, False
    for t, char in enumerate(text):
        skipped, was = (not skipped and inside and char == "\\"), skipped
        mask[t] &= not was
        inside = scanner()(text)[t] if char in "'\"\n#" else inside or mask[t]
    return mask


def by_pattern(text):
    mask = np.zeros(len(text), dtype=bool)
    for found in STRING.finditer(text):
        if found[0][0] != "#":
            closed = len(found[0]) > 1 and re.fullmatch(r"(.)(?:\\.|[^\\])*\1", found[0], re.DOTALL)
            mask[found.start() : found.end() - bool(closed)] = True
    return mask


def line_by_line(text):
    masks = [scanner()(line) for line in text.splitlines(keepends=True)]
    return np.concatenate(masks)


def as_states(text):
    """A machine with a table: 0 code, 1 and 2 in a string, 3 and 4 after a backslash in it, 5 comment."""
    table = {(0, "'"): 1, (0, '"'): 2, (1, "'"): 0, (2, '"'): 0, (1, "\\"): 3, (2, "\\"): 4, (0, "#"): 5}
    state, states = 0, []
    for char in text:
        state = 0 if char == "\n" else {3: 1, 4: 2}.get(state) or table.get((state, char), state)
        states.append(state)
    return np.isin(states, (1, 2, 3, 4))
