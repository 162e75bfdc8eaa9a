"""The concrete tree of a text: every token of it, with the comments and line breaks around each.

The same tables that build the syntax tree build this one; only the builders differ. Nothing is dropped, so that what
is made from it can keep every spelling and every comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sigilc.syntax.lexer import Lexer
from sigilc.syntax.parse import Run
from sigilc.syntax.tables import Entry, Tables, load_tables
from sigilc.syntax.tokens import Token

# Names that several rules share; the tree shows the rule's own.
SHARED_NAMES = frozenset(["list", "same", "append", "first"])


class Leaf:
    """A token and what stands before it.

    text      as it is written; empty for a line break
    own       comments on lines of their own before it, each with whether an empty line precedes it
    inline    comments before it on its line
    trailing  comments that end its line
    blank     an empty line directly before it (and its inline comments)
    on_new_line, is_apart   whether a line break, or any white space or comment, is before it
    """

    __slots__ = ("blank", "end", "inline", "is_apart", "on_new_line", "own", "start", "text", "trailing", "type")

    def __init__(self, type_: str, text: str, start: int, end: int):
        self.type = type_
        self.text = text
        self.start = start
        self.end = end
        self.own: list[tuple[str, bool]] = []
        self.inline: list[str] = []
        self.trailing: list[str] = []
        self.blank = self.on_new_line = self.is_apart = False

    @property
    def blank_before(self) -> bool:
        """An empty line before it and all its comments."""
        return self.own[0][1] if self.own else self.blank

    def __repr__(self) -> str:
        return f"{self.type}:{self.text!r}"


class Tree:
    """A construct: the name of its rule or alternative, the rule that it stands for, and its parts in order."""

    __slots__ = ("children", "kind", "origin")

    def __init__(self, kind: str, origin: str, children: list[Any]):
        self.kind = kind
        self.origin = origin
        self.children: list[Tree | Leaf] = children

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(map(repr, self.children))})"


Part = Tree | Leaf


@dataclass(slots=True)
class Concrete:
    """A whole text: what comes before the first token (a `#!` line, a byte-order mark), the tree, and the end."""

    prefix: str
    tree: Tree
    end: Leaf
    leaves: list[Leaf] = field(default_factory=list)


class ConcreteTables(Tables):
    """The parser's tables with builders that keep everything."""

    def _reduction(self, index: int) -> Entry:
        if index not in self._reductions:
            size, name, origin, is_unit, expands, _ = self._recipes[index]
            self._reductions[index] = size, concrete_builder(name, origin, expands), origin, is_unit
        return self._reductions[index]


def concrete_builder(name: str, origin: str, expands: bool) -> Any:
    """A builder for a rule: lists of `_rules` are spliced, `?rules` stand for an only child."""
    kind = origin if name in SHARED_NAMES else name
    is_list = name.startswith("_")

    def build(children: list[Any], start: int, end: int) -> Any:
        if any(type(c) is list for c in children):
            flat: list[Any] = children[0] if type(children[0]) is list else [children[0]]
            for child in children[1:]:
                flat.extend(child if type(child) is list else [child])
            children = flat
        if is_list:
            return children
        return children[0] if expands and len(children) == 1 else Tree(kind, origin, children)

    return build


_tables: ConcreteTables | None = None


def concrete_tables() -> ConcreteTables:
    """The tables, made once."""
    global _tables
    if _tables is None:
        _tables = ConcreteTables(load_tables().plain)
    return _tables


def read_concrete(text: str) -> Concrete:
    """The concrete tree of a text that has no syntax errors."""
    lexer = Lexer(text)
    lexer.run()
    leaves, tokens = [], []
    for token in lexer.tokens:
        leaf = Leaf(token.type, text[token.start_pos:token.end_pos], token.start_pos, token.end_pos)
        if token.type == "_NL":
            leaf.text = ""
        elif token.type == "RSQB" and leaf.text != "]":      # the end of a `//@ rune:` line
            leaf.text, leaf.end = "", leaf.start
        if token.type != "_NL":
            leaves.append(leaf)
        tokens.append(Token(token.type, leaf, token.start_pos, token.end_pos))  # type: ignore[arg-type]
    end = Leaf("$END", "", len(text), len(text))
    prefix = prefix_of(text)
    attach_comments(text, len(prefix), [*leaves, end], lexer.comments)
    tree: Any = Run(concrete_tables(), text, tokens).run()
    return Concrete(prefix, tree, end, leaves)


def prefix_of(text: str) -> str:
    """A byte-order mark and a `#!` line, without its line break."""
    size = 1 if text.startswith("\ufeff") else 0
    if text.startswith("#!", size) and not text.startswith("#![", size):
        line_end = text.find("\n", size)
        size = len(text) if line_end < 0 else line_end
    return text[:size]


def attach_comments(text: str, begin: int, leaves: list[Leaf], comments: list[tuple[int, str]]) -> None:
    """Gives each comment to the leaf before or after it, and each leaf its line breaks."""
    next_comment = 0
    previous: Leaf | None = None
    position = begin
    for leaf in leaves:
        first = next_comment
        while next_comment < len(comments) and comments[next_comment][0] < leaf.start:
            next_comment += 1
        between = comments[first:next_comment]
        # tokens within a string touch or overlap what is before them
        if position <= leaf.start:
            read_gap(text, position, leaf, previous, between)
        position = leaf.end
        previous = leaf


def read_gap(text: str, position: int, leaf: Leaf, previous: Leaf | None, comments: list[tuple[int, str]]) -> None:
    """What stands between two leaves: white space, comments, and semicolons that end nothing."""
    leaf.is_apart = position < leaf.start
    rows: list[tuple[list[str], bool]] = [([], False)]     # the comments of each line, and whether a blank line precedes
    for start, comment in [*comments, (leaf.start, "")]:
        breaks = text.count("\n", position, start)
        if breaks:
            leaf.on_new_line = True
            rows.append(([], breaks > 1))
        if comment:
            rows[-1][0].append(tidy(comment))
        position = start + len(comment)
    if len(rows) == 1 and leaf.type != "$END":
        leaf.inline = rows[0][0]
        return
    last, leaf.blank = rows.pop() if len(rows) > 1 else ([], False)
    leaf.inline = last
    if leaf.type == "$END" and last:
        rows.append((last, leaf.blank))
        leaf.inline = []
    if previous is not None:
        previous.trailing = rows.pop(0)[0]
    leaf.own = [(" ".join(row), blank) for row, blank in rows if row]


def tidy(comment: str) -> str:
    """A comment without white space at the ends of its lines; a line comment is one line."""
    return "\n".join(line.rstrip() for line in comment.split("\n"))


def leaves_of(part: Part) -> Iterator[Leaf]:
    """The tokens of a part in order, line breaks left out."""
    stack = [part]
    while stack:
        p = stack.pop()
        if type(p) is Leaf:
            if p.type != "_NL":
                yield p
        else:
            stack += reversed(p.children)  # type: ignore[union-attr]


def first_leaf(part: Part) -> Leaf | None:
    """The first token of a part; None where it has none."""
    return next(leaves_of(part), None)


def last_leaf(part: Part) -> Leaf | None:
    """The last token of a part; None where it has none."""
    stack = [part]
    while stack:
        p = stack.pop()
        if type(p) is Leaf:
            if p.type != "_NL":
                return p
        else:
            stack += p.children  # type: ignore[union-attr]
    return None
