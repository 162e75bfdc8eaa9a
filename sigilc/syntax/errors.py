"""The mistakes that lexer and parser can report, each made by a constructor that is named after it.

Offsets count code points from 0, ends are exclusive. A problem knows no file: `parse.py` makes diagnostics of them.
"""

from dataclasses import dataclass

MAX_SHOWN = 40


@dataclass(slots=True)
class Problem:
    """What is wrong at `start` to `end`; `labels` are further places as (start, end, message)."""

    code: str
    start: int
    end: int
    message: str
    label: str = ""
    labels: tuple[tuple[int, int, str], ...] = ()
    help: str = ""


def shown(text: str) -> str:
    """A piece of source text as a message quotes it: printable, and short."""
    text = "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in text)
    return f"`{text}`" if len(text) <= MAX_SHOWN else f"`{text[:MAX_SHOWN]}…`"


# -- characters and literals ----------------------------------------------------------------------------------------

def unexpected_character(start: int, value: str) -> Problem:
    """A character that no token begins with."""
    help = "text stands in double quotes, a single character between single ones" if value in "'`“”‘’„«»" else ""
    return Problem("E0003", start, start + len(value), f"unexpected character {shown(value)}", help=help)


def raw_name(start: int) -> Problem:
    """`r#type`."""
    return Problem("E0013", start, start + 2, "there are no raw names", help="choose a name that is no keyword")


def not_an_identifier(start: int, value: str) -> Problem:
    """A name with a character that names do not have."""
    return Problem("E0003", start, start + len(value), f"{shown(value)} is not an identifier",
                   help="names are made of letters, digits and `_`")


def malformed_number(start: int, value: str) -> Problem:
    """Digits that make no integer, float or duration."""
    return Problem("E0008", start, start + len(value), f"{shown(value)} is not a number",
                   help="suffixes are those of the number types (`8u8`, `1.5f32`) and of durations (`5s`, `250ms`)")


def malformed_slot(start: int, value: str) -> Problem:
    """After a dot, something other than plain digits."""
    return Problem("E0008", start, start + len(value), f"{shown(value)} is not a tuple's field")


def bad_escape(start: int, end: int, message: str) -> Problem:
    """An escape that the language does not have."""
    return Problem("E0009", start, end, message,
                   help="the escapes are `\\n \\r \\t \\0 \\\\ \\' \\\" \\xHH \\u{…}`; a raw string `r\"…\"` has none")


def lone_brace(start: int) -> Problem:
    """A closing brace in the text of a string."""
    return Problem("E0009", start, start + 1, "a `}` in a string's text is written `}}`")


def not_ascii_in_bytes(start: int, end: int) -> Problem:
    """A byte literal with a character beyond ASCII."""
    return Problem("E0009", start, end, "a byte string holds ASCII characters and escapes like `\\xcf`",
                   help="`\"…\".bytes()` gives the UTF-8 bytes of a text")


# -- what is not closed, or not opened ------------------------------------------------------------------------------

def unclosed_bracket(start: int, value: str, before: str = "") -> Problem:
    """An opening bracket without its closing one; `before` is the word of a declaration that can't stand inside."""
    tail = f" before `{before}`" if before else ""
    return Problem("E0004", start, start + max(len(value), 1), f"this `{value}` is not closed{tail}")


def stray_closer(start: int, value: str) -> Problem:
    """A closing bracket without an opening one."""
    return Problem("E0005", start, start + len(value), f"this `{value}` closes nothing")


def unclosed_string(start: int, missing: str, opener: tuple[int, int]) -> Problem:
    """A string that ends with its line, or with the file."""
    return Problem("E0006", start, start, f"this string is not closed: `{missing}` is missing",
                   labels=((*opener, "it begins here"),))


def unclosed_interpolation(start: int) -> Problem:
    """A brace in a string that the end of the line leaves open."""
    return Problem("E0006", start, start + 1, "this interpolation is not closed: `}` is missing",
                   help="a brace that stands for itself is written `{{`")


def newline_in_string(start: int) -> Problem:
    """The line ends within an interpolation of a one-line string."""
    return Problem("E0006", start, start, "a string in single quotes ends on its line",
                   help="a string over several lines is written between `\"\"\"`")


def unclosed_comment(start: int) -> Problem:
    """A block comment that runs to the end of the file."""
    return Problem("E0007", start, start + 2, "this comment is not closed: `*/` is missing",
                   help="block comments nest: each `/*` needs its own `*/`")


# -- structure ------------------------------------------------------------------------------------------------------

def unexpected(start: int, end: int, found: str, expected: list[str], hint: str) -> Problem:
    """A token that does not fit; `hint` says what the writer probably meant."""
    wanted = f", expected {' or '.join(expected)}" if 0 < len(expected) <= 3 and not hint else ""
    return Problem("E0010", start, end, f"unexpected {found}{wanted}", help=hint)


def brackets_too_deep(start: int, end: int, limit: int) -> Problem:
    """Too many brackets are open."""
    return Problem("E0011", start, end, f"brackets are nested more than {limit} deep",
                   help="give an inner part a name with `let`, or a function of its own")


def tree_too_deep(start: int, end: int, limit: int) -> Problem:
    """An expression, a type or a pattern with too many levels."""
    return Problem("E0011", start, end, f"this is nested more than {limit} levels deep",
                   help="give an inner part a name with `let`, or a function of its own")


def closure_starts_line(start: int, end: int) -> Problem:
    """`|x|` at the start of a line: a closure was meant, a pipe is read."""
    return Problem("E0012", start, end, "a line that starts with `|` goes on with the pipeline above",
                   help="put this closure in parentheses")


# -- habits from other languages ------------------------------------------------------------------------------------

def prefixed_interpolation(start: int) -> Problem:
    """`f"…"`."""
    return Problem("E0013", start, start + 1, "every string is interpolated: leave out the `f`")


def foreign_form(start: int, end: int, message: str, help: str) -> Problem:
    """A form that Sigil leaves out on purpose."""
    return Problem("E0013", start, end, message, help=help)
