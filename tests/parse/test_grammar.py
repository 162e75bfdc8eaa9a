"""The grammar: what parses, how it is structured, and that lexer, grammar and tree agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sigilc.syntax import ast
from sigilc.syntax.build_ast import CLASS_BY_RULE, builder_of
from sigilc.syntax.limit_depth import LEVELS_PER_CHARACTER, SLACK, children_of
from sigilc.syntax.parse import parse_text
from sigilc.syntax.tables import build_tables, load_tables, read_grammar
from sigilc.syntax.tokens import KEYWORDS, PUNCTUATION
from tests.parse.snippets import ACCEPT, SAME
from tests.support.programs import corpus_programs, name_of
from tests.support.trees import check_round_trip, parse, without_parentheses

PROGRAMS = corpus_programs()


def test_corpus_is_there() -> None:
    """An empty folder would pass silently."""
    assert len(PROGRAMS) >= 60


@pytest.mark.parametrize(("text", "explicit"), SAME)
def test_same(text: str, explicit: str) -> None:
    """Both texts have the same structure; the second shows it by parentheses."""
    assert without_parentheses(parse(text)) == without_parentheses(parse(explicit))


@pytest.mark.parametrize("text", ACCEPT)
def test_accept(text: str) -> None:
    """The text parses without an error."""
    parse(text)


def test_no_conflict() -> None:
    """Lark, told to be strict, refuses a grammar with a shift/reduce conflict."""
    build_tables(read_grammar())


def test_conflict_is_found() -> None:
    """The test above can fail: a second way to read `a + b` is refused."""
    ambiguous = read_grammar().replace("?sum: product |", "?sum: product | sum sum_op sum -> binary |")
    assert ambiguous != read_grammar()
    with pytest.raises(Exception, match="conflict"):
        build_tables(ambiguous)


def test_each_rule_has_a_builder() -> None:
    """Building the reduction of each rule raises KeyError where `ast.py` has no class for it."""
    tables = load_tables()
    for state in range(len(tables._states)):
        tables.rows[state]
    with pytest.raises(KeyError):
        builder_of("no_such_rule")


def test_each_class_is_built_by_a_rule() -> None:
    """No class of the tree is left over."""
    grammar = read_grammar()
    made_otherwise = {"error", "await"}     # by recovery, and for `.await`
    unused = [rule for rule in CLASS_BY_RULE if not re.search(rf"\b{rule}\b", grammar)]
    assert set(unused) <= made_otherwise


def test_tokens_agree_with_the_grammar() -> None:
    """Every punctuation token that the lexer makes has the spelling that the grammar shows."""
    from lark import Lark
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        """Stands in for ours."""

        def __init__(self, lexer_conf: object):
            pass

        def lex(self, lexer_state: object, parser_state: object) -> object:
            return iter(())

    for terminal in Lark(read_grammar(), parser="lalr", lexer=NoLexer).terminals:
        text = getattr(terminal.pattern, "value", None)
        if text != "await":
            assert PUNCTUATION.get(text, KEYWORDS.get(text, "LBRACE")) == terminal.name, terminal


@pytest.mark.parametrize("path", PROGRAMS, ids=name_of)
def test_program(path: Path) -> None:
    """Each sample program survives printing, has nested spans, and is no deeper than its length allows."""
    text = path.read_text(encoding="utf-8")
    check_round_trip(text)
    stack: list[tuple[ast.Node, int]] = [(parse(text), 0)]
    while stack:
        node, below = stack.pop()
        for child in children_of(node):
            assert node.start <= child.start <= child.end <= node.end, (node, child)
            stack.append((child, below + 1))
        if isinstance(node, ast.Path | ast.Int):
            assert text[node.start:node.end] == (node.name if isinstance(node, ast.Path) else node.text)


@pytest.mark.parametrize("text", [t for t in ACCEPT if t.strip()] + [t for pair in SAME for t in pair])
def test_depth_is_bounded_by_length(text: str) -> None:
    """What the limit on depth relies on to skip short pieces of text."""
    stack = list(parse(text).statements)
    for statement in stack:
        assert height(statement) <= LEVELS_PER_CHARACTER * (statement.end - statement.start) + SLACK


def height(node: ast.Node) -> int:
    """Levels of nodes, the node's own included."""
    return 1 + max((height(child) for child in children_of(node)), default=0)


def test_comments_are_kept() -> None:
    """Comments come back with their offsets, in order."""
    text = "a // one\n/* two /* nested */ */ b /// three\n"
    assert parse_text(text).comments == [(2, "// one"), (9, "/* two /* nested */ */"), (34, "/// three")]
