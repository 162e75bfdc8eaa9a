"""Converts morphemes between their Unicode and their ASCII spellings."""

from __future__ import annotations

from enum import Enum
from unicodedata import normalize

from sigilc.syntax.format_concrete import Leaf, Part, Tree, last_leaf
from sigilc.syntax.tokens import GLYPHS, MORPHEMES

UNICODE_WORDS = {**GLYPHS, "all": "∀", "any": "∃", "await": "⌛"}
# What does not end a stage's name, or a section's operand: a `.` straight after these would not be a key.
CLOSERS = frozenset(["RPAR", "RSQB", "RBRACE"])


class Spelling(Enum):
    """How morphemes are to be written."""

    AS_WRITTEN = "as written"
    ASCII = "ascii"
    UNICODE = "unicode"


def spelled(leaf: Leaf, spelling: Spelling) -> str:
    """The text of a token."""
    if spelling is Spelling.AS_WRITTEN:
        return leaf.text
    if leaf.type == "STAGE":
        word = normalize("NFC", leaf.text)
        word = MORPHEMES.get(word, word)
        if spelling is Spelling.UNICODE:
            return UNICODE_WORDS.get(word, leaf.text)
        return leaf.text if leaf.text.isascii() or word == normalize("NFC", leaf.text) else word
    if leaf.type == "PATH_SEP":
        return "::" if spelling is Spelling.ASCII else "·"
    if leaf.type == "PARADOX":
        return "!!" if spelling is Spelling.ASCII else "‽"
    return leaf.text


def is_await_field(tree: Tree) -> bool:
    """Whether this is `x.await`, without a comment inside: `⌛` could not begin a line."""
    if tree.kind != "access" or tree.origin != "plain":
        return False
    dot, name = tree.children[1], tree.children[2]
    assert type(dot) is Leaf and type(name) is Leaf
    before = last_leaf(tree.children[0])
    has_comments = (dot.own or dot.inline or dot.trailing or name.own or name.inline
                    or (before is not None and before.trailing))
    return name.text == "await" and not has_comments


def ends_stage_name(part: Part) -> bool:
    """Whether a `.` straight behind this would belong to the name of the stage that it ends with."""
    last = last_leaf(part)
    return type(part) is Tree and part.kind == "pipe" and last is not None and last.type not in CLOSERS


def respelled(part: Part, text: str, start: int, end: int, spelling: Spelling) -> str:
    """The text from `start` to `end`, which is that of `part`, with its morphemes converted and nothing else changed."""
    if spelling is Spelling.AS_WRITTEN or not needs_change(text, start, end, spelling):
        return text[start:end]
    edits: list[tuple[int, int, str]] = []
    collect(part, spelling, edits)
    out, position = [], start
    for edit_start, edit_end, new in sorted(edits):
        out += [text[position:edit_start], new]
        position = edit_end
    return "".join([*out, text[position:end]])


def needs_change(text: str, start: int, end: int, spelling: Spelling) -> bool:
    """Whether a piece of text can hold something to convert at all."""
    piece = text[start:end]
    return not piece.isascii() if spelling is Spelling.ASCII else "{" in piece


def collect(part: Part, spelling: Spelling, edits: list[tuple[int, int, str]]) -> None:
    """Notes the conversions within a part as (start, end, text)."""
    stack = [part]
    before: Leaf | None = None
    while stack:
        p = stack.pop()
        if type(p) is Tree:
            if spelling is Spelling.UNICODE and is_await_field(p):
                dot, name = p.children[1:]
                assert type(dot) is Leaf and type(name) is Leaf
                stack.append(p.children[0])
                edits.append((dot.start, name.end, "⌛"))
            elif spelling is Spelling.ASCII and p.kind == "await":
                hourglass = p.children[1]
                assert type(hourglass) is Leaf
                space = " " if ends_stage_name(p.children[0]) and not hourglass.is_apart else ""
                stack.append(p.children[0])
                edits.append((hourglass.start, hourglass.end, space + ".await"))
            else:
                stack += reversed(p.children)
        elif type(p) is Leaf:
            new = spelled(p, spelling)
            if new == "!!" and before is not None and before.type == "BANG" and not p.is_apart:
                new = " !!"
            if new != p.text:
                edits.append((p.start, p.end, new))
            before = p
