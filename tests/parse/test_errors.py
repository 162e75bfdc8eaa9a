"""Syntax errors: place, message and code of each, several in one text, and limits."""

from __future__ import annotations

import pytest

from sigilc.source.files import SourceFile
from sigilc.syntax import ast
from sigilc.syntax.parse import parse_text
from tests.parse.snippets import REJECT, SEVERAL


def places(text: str) -> list[str]:
    """Line and column of each error."""
    source = SourceFile("", text)
    return ["{}:{}".format(*source.position(p.start)) for p in parse_text(text).problems]


@pytest.mark.parametrize(("text", "place", "message"), REJECT)
def test_reject(text: str, place: str, message: str) -> None:
    """The first error is where it should be, and says what it should say."""
    problems = parse_text(text).problems
    assert problems, "parsed"
    assert places(text)[0] == place, problems
    assert message in f"{problems[0].message}\n{problems[0].help}", problems
    assert all(0 <= p.start <= p.end <= len(text) for p in problems)


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_several_errors(text: str, expected: list[str]) -> None:
    """Each independent error is reported, and no more."""
    assert places(text) == expected, parse_text(text).problems


CODES = [
    ("a $ b", "E0003"), ("x² + 1", "E0003"), ("f(a", "E0004"), ("}", "E0005"), ('"abc', "E0006"),
    ('"{x"\n', "E0006"), ("/* a", "E0007"), ("0b12", "E0008"),
    (r'"\q"', "E0009"), ('"}"', "E0009"), ("let = 1", "E0010"),
    ("(" * 260 + ")" * 260, "E0011"), ("let k = n\n|x| x + k", "E0012"), ('f"{x}"', "E0013"),
]


@pytest.mark.parametrize(("text", "code"), CODES)
def test_code(text: str, code: str) -> None:
    """Each kind of mistake has its code."""
    assert parse_text(text).problems[0].code == code


DEEP = {
    "sum": "a" + " + a" * 10_000, "minus": "-" * 50_000 + "x", "not": "!" * 9000 + "x",
    "closures": "let c = " + "|x| " * 5000 + "1",
    "pipes": "x" + " |f" * 20_000, "calls": "f" + "()" * 20_000, "fields": "x" + ".a" * 20_000,
    "else if": "if a { b }" + " else if a { b }" * 5000, "pointers": "let x: " + "*" * 5000 + "u8 = y",
    "marks": "let x: T" + "!" * 5000 + " = y", "types": "let x: " + "Vec<" * 5000 + "T" + ">" * 5000 + " = y",
    "tuples": "let " + "(" * 5000 + "x" + ")" * 5000 + " = y", "defaults": "a" + " ?? a" * 5000,
    "in functions": "fn f() { " + "g(" * 240 + "a" + " + a" * 5000 + ")" * 240 + " }",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_too_deep_is_an_error(text: str) -> None:
    """No tree comes out that is too deep to walk by recursion; the error says so once."""
    parsed = parse_text("let before = 1\n" + text + "\nlet after = 2\n")
    assert [p.code for p in parsed.problems] == ["E0011"]
    assert [type(s) for s in parsed.tree.statements] == [ast.Let, ast.Error, ast.Let]


def test_a_long_sum_is_no_error() -> None:
    """Sums of a few thousand terms occur in generated programs."""
    assert not parse_text("a" + " + a" * 2400).problems


UNBALANCED = ["(" * 100_000, "[" * 5000 + "]" * 5000, "{" * 3000, '"{' * 2000, "if a { " * 2000, "Vec<" * 5000,
              ") " * 20_000, "let = " * 5000, "a b\n" * 5000, '"{\n' * 5000, "| " * 5000, "#[" * 3000]


@pytest.mark.parametrize("text", UNBALANCED, ids=lambda text: text[:6])
def test_repeated_mistakes_end(text: str) -> None:
    """The same mistake, thousands of times, is reported and takes no more than its time."""
    assert parse_text(text).problems
