"""Turns the children of a reduced grammar rule into a node.

A builder gets what the rule keeps (`sigil.lark` says how) and the span. A rule that is not in BUILDERS builds the
class of its name from `ast.py`, one child a field.
"""

import re
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from sigilc.syntax import ast
from sigilc.syntax.literals import BadEscape, decode, dedent
from sigilc.syntax.tokens import MORPHEMES

Children = list[Any]
Builder = Callable[[Children, int, int], Any]


def snake_case(name: str) -> str:
    """`TypePath` is the rule `type_path`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


CLASS_BY_RULE: dict[str, Any] = {snake_case(c.__name__): c for c in ast.Node.__subclasses__()}


def keep_list(c: Children, start: int, end: int) -> Children:
    """The children as they are."""
    return c


def only_child(c: Children, start: int, end: int) -> Any:
    """The single child."""
    return c[0]


def text(c: Children, start: int, end: int) -> str:
    """The texts of operators, words and marks, joined."""
    return "".join(c)


def append(c: Children, start: int, end: int) -> Children:
    """A list, which is the first child, with the second added."""
    return [*c[0], *c[1:]]


def stage_word(written: str) -> str:
    """The word that the tree holds for a stage, whatever its spelling."""
    word = normalize("NFC", written)
    return MORPHEMES.get(word, word)


def constant(value: str) -> Builder:
    """A builder that gives always the same text."""
    return lambda c, start, end: value


def fixed_text(raw: str) -> str:
    """The value of a piece of a multi-line string; the lexer has reported a bad escape already."""
    try:
        return decode(raw, True)
    except BadEscape:
        return raw


def braced(c: Children, start: int, end: int) -> Any:
    """A block with its braces: the span grows by them."""
    c[0].start, c[0].end = start, end
    return c[0]


def access(c: Children, start: int, end: int) -> ast.Node:
    """`.name`; `.await` is no field."""
    return ast.Await(start, end, c[0]) if c[1] == "await" else ast.Access(start, end, c[0], c[1])


def twice_uncertain_type(c: Children, start: int, end: int) -> ast.Node:
    """`T??`, where the token `??` is two marks."""
    return ast.MarkedType(start, end, ast.MarkedType(start, end - 1, c[0], "?"), "?")


def interpolated(c: Children, start: int, end: int) -> ast.Node:
    """A string read in pieces, which may turn out to have no interpolation."""
    parts = c[0]
    if any(isinstance(p, ast.Node) for p in parts):
        return ast.Interpolated(start, end, parts)
    return ast.String(start, end, "".join(parts))


def multi_line(c: Children, start: int, end: int) -> ast.Node:
    """`\"""…\"""`: the indentation goes first, then the escapes get their values."""
    parts = [fixed_text(p) if isinstance(p, str) else p for p in dedent(c[0])]
    return interpolated([[p for p in parts if p != ""]], start, end)


BUILDERS: dict[str, Builder] = {
    "same": only_child, "text_part": only_child, "list": keep_list, "first": keep_list, "append": append,
    "marks": text, "pointer_kind": text, "qualifier": text, "operator": text, "mutable": text,
    "mark_known": constant("!"), "mark_uncertain": constant("?"), "mark_reported": constant("~"),
    "mark_asserted": constant("‽"),
    "external": lambda c, start, end: f'extern "{c[1]}"',
    "braced": braced, "access": access, "interpolated": interpolated, "multi_line": multi_line,
    "block": lambda c, start, end: ast.Block(start, end, c),
    "discarding_block": lambda c, start, end: ast.DiscardingBlock(start, end, c),
    "first_segment": lambda c, start, end: ast.TypePath(start, end, None, c[0], c[1]),
    "next_segment": lambda c, start, end: ast.TypePath(start, end, c[0], c[1], c[2]),
    "twice_uncertain_type": twice_uncertain_type,
    "tuple_type": lambda c, start, end: ast.TupleType(start, end, [c[0], *c[1]]),
    "tuple_pattern": lambda c, start, end: ast.TuplePattern(start, end, [c[0], *c[1]]),
    "tuple": lambda c, start, end: ast.Tuple(start, end, [c[0], *c[1]]),
    "or_pattern": lambda c, start, end: ast.OrPattern(start, end, c),
    "rest_pattern": lambda c, start, end: ast.RestPattern(start, end, c[0] if c else None),
    "empty_closure": lambda c, start, end: ast.Closure(start, end, [], c[0]),
    "section_stage": lambda c, start, end: ast.SectionStage(start, end, c[0], c[1], c[2] if len(c) > 2 else None),
    "stage_name": lambda c, start, end: ast.StageName(start, end, stage_word(c[0])),
}


def builder_of(rule: str) -> Builder:
    """The builder for a rule or alternative of the grammar; raises KeyError for a name that nothing is known of."""
    if rule in BUILDERS:
        return BUILDERS[rule]
    if rule.endswith("_op"):
        return text
    make = CLASS_BY_RULE[rule]
    return lambda c, start, end: make(start, end, *c)
