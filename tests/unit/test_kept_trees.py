"""Trees in the cache: the same as the parser's, and never those of another text, of another compiler, or with errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.source.files import SourceFile
from sigilc.syntax import ast, kept_trees, parse
from sigilc.syntax.ast_items import KeptBody

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = [*sorted((ROOT / "stdlib").rglob("*.sg")), *sorted((ROOT / "examples").glob("*.sg"))]
LONG = "// A comment that makes the text long enough to be kept.\n" * 40 + "fn f() -> i64 { 1 }\nfn g() -> i64 { f() + 1 }\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and every text kept."""
    monkeypatch.setenv("SIGIL_CACHE", str(tmp_path))
    monkeypatch.setattr(kept_trees, "MIN_LENGTH", 1000)
    return tmp_path


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_same_tree(program: Path) -> None:
    """With the same spans, which equality of trees does not look at."""
    text = program.read_text(encoding="utf-8")
    tree = parse.parse_text(text).tree
    kept_trees.keep_tree(text, tree)
    kept = kept_trees.kept_tree(text)
    if len(text) >= kept_trees.MIN_LENGTH:
        assert kept == tree
        assert spans_of(kept) == spans_of(tree)


def spans_of(tree: object) -> list[tuple[str, int, int]]:
    """Class and span of every node, in order."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Node):
            found.append((type(node).__name__, node.start, node.end))
            waiting += [getattr(node, name) for name in node.field_names]
        elif isinstance(node, list | tuple):
            waiting += node
    return found


def test_unchanged_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    inner = parse.parse_text
    monkeypatch.setattr(parse, "parse_text", lambda text: calls.append(text) or inner(text))
    for text in (LONG, LONG, LONG + "// changed\n", LONG):
        parse.parse_source(SourceFile("a.sg", text), Diagnostics())
    assert calls == [LONG, LONG + "// changed\n"]


def test_bodies_are_built_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    kept_trees.keep_tree(LONG, parse.parse_text(LONG).tree)
    tree = kept_trees.kept_tree(LONG)
    assert tree is not None
    function = tree.statements[0]
    assert isinstance(function, ast.Fn)
    slot = vars(ast.Fn)["body"].slot
    assert isinstance(slot.__get__(function), KeptBody)
    assert isinstance(function.body, ast.Block)
    assert slot.__get__(function) is function.body


def test_another_compiler_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    kept_trees.keep_tree(LONG, parse.parse_text(LONG).tree)
    monkeypatch.setattr("sigilc.cache._own_fingerprint", [b"another"])
    assert kept_trees.kept_tree(LONG) is None


def test_errors_are_reported_each_time() -> None:
    for _ in range(2):
        diagnostics = Diagnostics()
        parse.parse_source(SourceFile("a.sg", LONG + "fn {"), diagnostics)
        assert diagnostics.has_errors


def test_damaged_file_is_as_none(cache: Path) -> None:
    kept_trees.keep_tree(LONG, parse.parse_text(LONG).tree)
    (file,) = (cache / kept_trees.FOLDER).iterdir()
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert kept_trees.kept_tree(LONG) is None
    file.write_bytes(b"")
    assert kept_trees.kept_tree(LONG) is None


def test_cache_that_can_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SIGIL_CACHE", str(tmp_path / "file"))
    diagnostics = Diagnostics()
    parse.parse_source(SourceFile("a.sg", LONG), diagnostics)
    assert not diagnostics.items
