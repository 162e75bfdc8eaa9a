"""Source files: loading, positions, and what is said about those that can't be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.source.files import SourceFile, load_source
from sigilc.source.spans import Span


def refused(path: Path | str) -> tuple[str, str]:
    """Code and message of the error that loading reports."""
    diagnostics = Diagnostics()
    assert load_source(str(path), diagnostics) is None
    (diagnostic,) = diagnostics.items
    return diagnostic.code, diagnostic.message


def test_load(tmp_path: Path) -> None:
    """Byte-order mark and line ends stay: the lexer knows them, and offsets must fit the file."""
    path = tmp_path / "a.sg"
    path.write_bytes("\ufeffτ\r\nb".encode())
    source = load_source(str(path), Diagnostics())
    assert source is not None and source.text == "\ufeffτ\r\nb"
    assert (source.line_count, source.line_text(1), source.line_text(2)) == (2, "\ufeffτ", "b")


def test_unreadable(tmp_path: Path) -> None:
    """Each reason is said in words."""
    assert refused(tmp_path / "none.sg") == ("E0001", f"can't read `{tmp_path}/none.sg`: there is no such file")
    assert refused(tmp_path) == ("E0001", f"can't read `{tmp_path}`: it is a directory")
    assert refused("a\0b")[0] == "E0001"
    assert refused("x" * 5000)[0] == "E0001"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden(tmp_path: Path) -> None:
    """A file that may not be read."""
    path = tmp_path / "a.sg"
    path.write_text("")
    path.chmod(0)
    assert refused(path) == ("E0001", f"can't read `{path}`: permission denied")


@pytest.mark.parametrize(("data", "offset", "place"), [
    (b"ab\xff", 2, "1:3"), (b"\xcf\x84\n\xcf", 3, "2:1"), (b"a\xed\xa0\x80", 1, "1:2"), (b"\xf5", 0, "1:1"),
])
def test_invalid_utf8(tmp_path: Path, data: bytes, offset: int, place: str) -> None:
    """The offset counts bytes, the position characters."""
    path = tmp_path / "a.sg"
    path.write_bytes(data)
    diagnostics = Diagnostics()
    assert load_source(str(path), diagnostics) is None
    (diagnostic,) = diagnostics.items
    assert (diagnostic.code, diagnostic.message) == ("E0002", f"invalid UTF-8 at byte offset {offset}")
    assert f"{diagnostic.span.line}:{diagnostic.span.column}" == place


def test_positions() -> None:
    """Lines and columns begin at 1, columns count characters; the end of a span is behind its last character."""
    file = SourceFile("a.sg", "aé\n\nb")
    assert [file.position(i) for i in range(6)] == [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2)]
    span = Span(file, 1, 5)
    assert (span.line, span.column, span.end_position, span.text, span.site()) == (1, 2, (3, 2), "é\n\nb", "a.sg:1:2")
