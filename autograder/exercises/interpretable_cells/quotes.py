"""Labels: where a string is open in Python source."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Inputs, Misconception, Variant
from autograder.exercises.interpretable_cells import _masks as ways
from autograder.messages import N_
from autograder.reference import interpretable_cells

MAIN = r"""say("don't stop", 'a "b" c')  # it's a "comment
path = '\\'; tag = "#1"  # don't
say('it\'s', "# no", 'open
x = y
"""
WORDS = ("x = 1", "f('a')", 'g("b c")', "'", '"', r"'\''", r'"\\"', "# isn't", "'#'", '"it\'s"', "\n", ", ", "if a:\n")


def _fixed(text: str):
    return lambda rng, made: {"text": text}


def _reads(inputs: Inputs, outputs: tuple) -> tuple:
    """A mask of zeros and ones is as good as one of True and False."""
    return tuple(
        o.astype(bool)
        if isinstance(o, np.ndarray) and o.shape == (len(inputs["text"]),) and np.isin(o, (0, 1)).all()
        else o
        for o in outputs
    )


def _drawn(many: int):
    def change(rng: np.random.Generator, made: Inputs) -> Inputs:
        return {"text": MAIN + "".join(rng.choice(WORDS) for _ in range(many))}

    return change


MARKS = (
    Misconception(
        "one_step_late",
        N_(
            "The mask is one character late: it says what was open *before* each character. The state h_t has read "
            "character t already, so the opening mark itself is True, and the closing mark is False."
        ),
        ways.scanner(when="before"),
    ),
    Misconception(
        "both_marks_inside",
        N_("Both marks count as inside. Once the closing mark was read no string is open any more: it is False."),
        ways.scanner(when="both"),
    ),
    Misconception(
        "closing_mark_inside",
        N_("The closing mark counts as inside. Once it was read no string is open any more: it is False."),
        ways.at("'\""),
    ),
    Misconception(
        "end_of_line_inside",
        N_(
            "The end of a line that ends a string is True. Once it was read no string is open any more: close the "
            "string first, and then write down the mask."
        ),
        ways.at("\n"),
    ),
    Misconception(
        "both_marks_outside",
        N_("Both marks count as outside. Once the opening mark was read a string is open: it is True."),
        ways.scanner(when="neither"),
    ),
    Misconception(
        "outside",
        N_("True and False have changed places: True is where a string *is* open."),
        ways.then(lambda mask, text: ~mask),
    ),
    Misconception(
        "any_mark_closes",
        N_(
            'Here any mark closes a string. In "don\'t" the string goes on after the apostrophe: only the mark that '
            "opened it can close it, so remember which one it was."
        ),
        ways.scanner(same=False),
    ),
    Misconception(
        "every_mark_turns",
        N_(
            "Each quotation mark turns the mask over, as a count of marks that is odd or even. That fails at the first "
            "apostrophe inside a string or a comment, and is then wrong for the rest of the text."
        ),
        ways.parity("'\""),
    ),
    Misconception(
        "only_double_quotes",
        N_("Only strings in double quotes are seen. A string may stand in single quotes as well."),
        ways.scanner(marks='"'),
    ),
    Misconception(
        "only_single_quotes",
        N_("Only strings in single quotes are seen. A string may stand in double quotes as well."),
        ways.scanner(marks="'"),
    ),
    Misconception(
        "each_kind_counted",
        N_(
            "Each kind of mark is counted by itself, odd or even. An apostrophe in a string of double quotes or in a "
            "comment is then counted as well: only a mark *outside* opens a string."
        ),
        ways.each_kind,
    ),
    Misconception(
        "only_double_parity",
        N_(
            'Each " turns the mask over and nothing else counts. A string may stand in single quotes, and a mark in a '
            "comment opens none."
        ),
        ways.parity('"'),
    ),
    Misconception(
        "never_closed",
        N_("Strings open and never close before the end of the line. The mark that opened one closes it."),
        ways.scanner(ends=False),
    ),
    Misconception(
        "only_marks",
        N_(
            "True stands only at the opening marks. A string *stays* open until it is closed: carry what is open "
            "from one character to the next."
        ),
        ways.then(lambda mask, text: mask & ~np.concatenate([[False], mask[:-1]])),
    ),
)

LINES = (
    Misconception(
        "backslash_ignored",
        N_(
            r"A backslash inside a string has no effect here. In 'it\'s' the mark after it does not close the string: "
            "skip the character that follows a backslash."
        ),
        ways.scanner(escapes=""),
    ),
    Misconception(
        "looks_at_the_character_before",
        N_(
            r"A mark after a backslash never closes here. But in '\\' the first backslash takes the meaning from the "
            "second one, and the mark after them closes. Remember that a character is to be skipped, instead of "
            "looking "
            "at the one before."
        ),
        ways.scanner(escapes="before"),
    ),
    Misconception(
        "comments_ignored",
        N_(
            "Marks in comments open strings here. After a # outside of a string nothing counts until the line ends: "
            "think of `# don't`."
        ),
        ways.scanner(comments=False),
    ),
    Misconception(
        "comment_inside_a_string",
        N_('A # inside a string begins a comment here. In "#1" it is a character like any other.'),
        ways.scanner(comments="everywhere"),
    ),
    Misconception(
        "comment_for_ever",
        N_("Once a comment has begun it never ends here. It ends with its line."),
        ways.scanner(comments="for ever"),
    ),
    Misconception(
        "line_does_not_end_it",
        N_("A string that is still open at the end of a line goes on in the next one here. The line's end ends it."),
        ways.scanner(newline=False),
    ),
    Misconception(
        "first_rules_only",
        N_(
            "Opening and closing are right, but none of the three rules is there yet: a backslash in a string, a "
            "comment, the end of a line."
        ),
        ways.scanner(escapes="", comments=False, newline=False),
    ),
    Misconception(
        "backslash_and_comment_missing",
        N_("Two rules are missing: a backslash inside a string, and comments, in which no string begins."),
        ways.scanner(escapes="", comments=False),
    ),
    Misconception(
        "comment_and_line_missing",
        N_("Two rules are missing: in a comment no string begins, and the end of a line ends a string."),
        ways.scanner(comments=False, newline=False),
    ),
    Misconception(
        "backslash_and_line_missing",
        N_("Two rules are missing: a backslash inside a string, and the end of a line, which ends a string."),
        ways.scanner(escapes="", newline=False),
    ),
    Misconception(
        "escaped_left_out",
        N_(
            "The character after a backslash is False. It is a part of the string, whatever it is: jump over its "
            "*meaning*, and give it its True."
        ),
        ways.escaped_left_out,
    ),
    Misconception(
        "never_ends_skipping",
        N_(
            "After a backslash all that follows is skipped. It takes the meaning from *one* character: set what you "
            "remember back once that one has passed."
        ),
        ways.never_ends_skipping,
    ),
    Misconception(
        "backslash_left_out",
        N_(
            "The backslash itself is False. It stands inside the string like any other character, and the string is "
            "open once it was read: True."
        ),
        ways.backslash_left_out,
    ),
    Misconception(
        "lines_without_their_ends",
        N_(
            "The ends of lines have no place in your mask, so it is shorter than the text. They are characters like "
            "any other: one entry for each, False. (`split` takes them away, and `continue` goes past the line that "
            "writes the mask down.)"
        ),
        ways.without_lines,
    ),
    Misconception(
        "one_entry_too_many",
        N_(
            "There is one entry too many, at the end. (`split` gives one line more than there are ends of lines: the "
            "last one is empty and has no end.)"
        ),
        ways.then(lambda mask, text: np.append(mask, False)),
    ),
    Misconception(
        "skipped_without_place",
        N_(
            "The character after a backslash has no place in your mask, so it is shorter than the text. Jump over its "
            "meaning, and write down its True: `continue` goes past the line that does."
        ),
        ways.skipped_without_place,
    ),
    Misconception(
        "marks_alone",
        N_("True stands at the quotation marks, and nowhere else. A string is open from the first to the second."),
        ways.then(lambda mask, text: np.array([c in "'\"" for c in text])),
    ),
    Misconception(
        "pattern_over_lines",
        N_(
            "This is what a search for `'...'` or a pair of double quotes finds, closing marks included. It knows no "
            "comments, no backslashes and no lines: go through the text character by character instead."
        ),
        ways.pattern(r"""'[^']*'|"[^"]*\"""", True),
    ),
    Misconception(
        "pattern_over_lines_open",
        N_(
            "This is what a search for `'...'` or a pair of double quotes finds, less the closing marks. It knows no "
            "comments, no backslashes and no lines: go through the text character by character instead."
        ),
        ways.pattern(r"""'[^']*'|"[^"]*\"""", False),
    ),
    Misconception(
        "pattern_in_a_line",
        N_(
            "This is what a search for complete strings within a line finds, closing marks included. It knows no "
            "comments and no backslashes, and a string that its line cuts off is missed."
        ),
        ways.pattern(r"""'[^'\n]*'|"[^"\n]*\"""", True),
    ),
    Misconception(
        "pattern_in_a_line_open",
        N_(
            "This is what a search for complete strings within a line finds, less the closing marks. It knows no "
            "comments and no backslashes, and a string that its line cuts off is missed."
        ),
        ways.pattern(r"""'[^'\n]*'|"[^"\n]*\"""", False),
    ),
    Misconception(
        "numbers_of_characters",
        N_("Places came back, and not a mask. One True or False for *every* character: start with an array of False."),
        ways.then(lambda mask, text: np.flatnonzero(mask)),
    ),
    Misconception(
        "text_itself",
        N_("The characters inside of strings came back as text. Wanted is a mask: True or False for every character."),
        ways.then(lambda mask, text: "".join(c for c, inside in zip(text, mask) if inside)),
    ),
)

QUOTE_MASK = Exercise(
    id="quote_mask",
    points=3,
    about=N_("Where a string is open, once each character of Python source was read."),
    spec="text any -> (T)",
    signature="quote_mask: text (a string of T characters) -> (T), True or False",
    reference=interpretable_cells.quote_mask,
    reads=_reads,
    probe_options={"outputs": 1},
    cases=(
        Case("a few lines", {}, N_("The mask of a few lines is not right."), change=_fixed(MAIN), weight=4),
        Case("one string", {}, N_("Here there is one string in a line."), change=_fixed('say("hello", x)\n')),
        Case(
            "two kinds of marks",
            {},
            N_("Here a string in one kind of marks has the other kind inside."),
            change=_fixed('a = "it\'s" + \'x "y" z\' + b\n'),
        ),
        Case("backslashes", {}, N_("This case is about backslashes."), change=_fixed(r"f('a\'b', '\\', c)" + "\n")),
        Case(
            "comments",
            {},
            N_("This case is about comments."),
            change=_fixed("x = 1  # don't\ny = '#'  # \"\nz = 'a' \n"),
        ),
        Case(
            "the end of a line",
            {},
            N_("Here a string is still open when its line ends."),
            change=_fixed('a = \'b\nc = d\nprint("e\n"f")\n'),
            hidden=True,
        ),
        Case("more lines", {}, N_("This case is a longer text."), change=_drawn(60), hidden=True, weight=2),
    ),
    misconceptions=MARKS + LINES,
    accepts=(
        Variant("by_pattern", ways.by_pattern),
        Variant("line_by_line", ways.line_by_line),
        Variant("as_states", ways.as_states),
        Variant("list_of_booleans", lambda text: [bool(m) for m in ways.scanner()(text)]),
        Variant("zeros_and_ones", lambda text: ways.scanner()(text).astype(int)),
        Variant("float32", lambda text: ways.scanner()(text).astype(np.float32)),
    ),
    hints=(
        N_(
            "Go through the text once, character by character. What do you have to remember from one to the "
            "next? Three "
            "things: which mark opened the string, whether this is a comment, whether the next character is skipped."
        ),
        N_('Let `mark` be "" outside of a string, and the mark that opened it inside. The mask is `mark != ""`.'),
        N_(
            "Ask in this order: is it the end of a line? is this character to be skipped? are we inside a string? in a "
            "comment? And only after the answer has been dealt with, write down the mask for this character."
        ),
    ),
)
