"""The cached parser tables: used when they are whole, built again when they are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sigilc.syntax import tables

SCRIPT = """
import sys
from sigilc.syntax.parse import parse_text
assert not parse_text("fn main() { println(1 + 2) }").problems
print("lark" in sys.modules)
"""


def imports_lark(cache: Path) -> bool:
    """Whether a compiler that uses this cache has to load lark."""
    environment = {"SIGIL_CACHE": str(cache), "PYTHONPATH": ":".join(sys.path)}
    ran = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=60,
                         check=True)
    return ran.stdout == "True\n"


def test_lark_is_needed_once(tmp_path: Path) -> None:
    """The first run fills the cache, the second finds it, a third finds it damaged and mends it."""
    assert imports_lark(tmp_path)
    assert not imports_lark(tmp_path)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    data = file.read_bytes()
    for damaged in (b"", data[:1000], data[:-1] + bytes([data[-1] ^ 1])):
        file.write_bytes(damaged)
        assert imports_lark(tmp_path)
        assert not imports_lark(tmp_path)


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """The tables are built each time then."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert imports_lark(blocked)


def test_another_grammar_has_other_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A changed grammar never meets old tables."""
    monkeypatch.setenv("SIGIL_CACHE", str(tmp_path))
    grammar = tables.read_grammar()
    assert tables.cache_file(grammar) == tables.cache_file(grammar)
    assert tables.cache_file(grammar) != tables.cache_file(grammar + "\n")
