"""Looks at syntax trees."""

from __future__ import annotations

from typing import Any

from sigilc.syntax import ast
from sigilc.syntax.parse import parse_text
from sigilc.syntax.print_tree import print_tree

PARENTHESES = (ast.Paren, ast.ParenType, ast.ParenPattern)


def parse(text: str) -> ast.Block:
    """The tree of a text that must have no errors."""
    parsed = parse_text(text)
    assert not parsed.problems, f"{text}\n" + "\n".join(f"{p.start}: {p.message}" for p in parsed.problems)
    return parsed.tree


def without_parentheses(value: Any) -> Any:
    """The structure of a tree as nested tuples, parentheses left out."""
    if isinstance(value, list):
        return [without_parentheses(v) for v in value]
    if not isinstance(value, ast.Node):
        return value
    if isinstance(value, PARENTHESES):
        return without_parentheses(getattr(value, value.field_names[0]))
    return (type(value).__name__, *(without_parentheses(getattr(value, f)) for f in value.field_names))


def check_round_trip(text: str) -> None:
    """What is printed parses to the same tree and prints alike, in Unicode and in ASCII."""
    tree = parse(text)
    for ascii_only in (False, True):
        printed = print_tree(tree, ascii_only)
        again = parse(printed)
        assert again == tree, printed
        assert print_tree(again, ascii_only) == printed
