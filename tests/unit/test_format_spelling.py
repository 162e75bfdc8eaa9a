"""Morphemes keep their spelling, or get another one; nothing else changes with it."""

from __future__ import annotations

import pytest

from sigilc.syntax.format import format_text
from sigilc.syntax.format_spelling import Spelling
from sigilc.syntax.parse import parse_text

# As written, in ASCII, in Unicode.
CASES = [
    ("xs |τ{f} |phi{p} |sigma |ρ+ |Σ", "xs |map{f} |phi{p} |sigma |reduce+ |sum", "xs |τ{f} |φ{p} |σ |ρ+ |Σ"),
    ("xs |map{f} |∑ |∏ |α |Ω", "xs |map{f} |sum |product |first |last", "xs |τ{f} |Σ |Π |α |Ω"),
    ("xs |∀{p}; xs |any{p}; xs |all{p}", "xs |all{p}\nxs |any{p}\nxs |all{p}", "xs |∀{p}\nxs |∃{p}\nxs |∀{p}"),
    ("a·b::c \u0387 d", "a::b::c::d", "a·b·c·d"),
    ("use a::{b·*, c}", "use a::{b::*, c}", "use a·{b·*, c}"),
    ("Vec::<i64>::new() |collect·<Set<str>> |σ·desc.k",
     "Vec::<i64>::new() |collect::<Set<str>> |sort::desc.k", "Vec·<i64>·new() |collect·<Set<str>> |σ·desc.k"),
    ("x‽ + y!! |f‽", "x!! + y!! |f!!", "x‽ + y‽ |f‽"),
    ("x!‽; x‽!; x!!!", "x! !!\nx!!!\nx!!!", "x!‽\nx‽!\nx‽!"),
    ("let x: T!!? = y; let z: U‽ = !!w", "let x: T!!? = y\nlet z: U!! = !!w", "let x: T‽? = y\nlet z: U‽ = !!w"),
    ("f⌛ + g.await", "f.await + g.await", "f⌛ + g⌛"),
    ("x |f⌛ |⌛ |await(timeout: 2s)", "x |f .await |await |await(timeout: 2s)", "x |f⌛ |⌛ |⌛(timeout: 2s)"),
    ("x |f(1)⌛", "x |f(1).await", "x |f(1)⌛"),
    ("self.await.b", "self.await.b", "self⌛.b"),
    # names are not morphemes, whatever their letters
    ("let τ = map(Σx, first)", "let τ = map(Σx, first)", "let τ = map(Σx, first)"),
    ("x |self.map(_) |mod_a·f", "x |self.map(_) |mod_a::f", "x |self.map(_) |mod_a·f"),
    ("x |.await(1)", "x |.await(1)", "x |.await(1)"),
    # what is in strings and comments is text, but for interpolations
    ('"a·b ‽ |τ" // |τ', '"a·b ‽ |τ"  // |τ', '"a·b ‽ |τ"  // |τ'),
    ('"{a·b}{xs  |τ{ f‽ }:>4}{x⌛}{y.await}{"{z::w}"}"', '"{a::b}{xs  |map{ f!! }:>4}{x.await}{y.await}{"{z::w}"}"',
     '"{a·b}{xs  |τ{ f‽ }:>4}{x⌛}{y⌛}{"{z·w}"}"'),
    ('"{x!‽}{x |f⌛}"', '"{x! !!}{x |f .await}"', '"{x!‽}{x |f⌛}"'),
    # `⌛` can't begin a line
    ("x // why\n    .await", "x  // why\n.await", "x  // why\n.await"),
]


@pytest.mark.parametrize(("text", "in_ascii", "in_unicode"), CASES)
def test_spelling(text: str, in_ascii: str, in_unicode: str) -> None:
    """Both conversions, and each of them of the other's result."""
    assert format_text(text, Spelling.ASCII) == in_ascii + "\n"
    assert format_text(text, Spelling.UNICODE) == in_unicode + "\n"
    assert format_text(in_unicode, Spelling.ASCII).replace(" ", "") == in_canonical_ascii(in_ascii)
    assert parse_text(format_text(text)).tree == parse_text(text).tree


def in_canonical_ascii(text: str) -> str:
    """A text with the ASCII words that Unicode is converted to, without spaces."""
    for word, canonical in (("|phi", "|filter"), ("|sigma", "|sort")):
        text = text.replace(word, canonical)
    return (text + "\n").replace(" ", "")


def test_as_written() -> None:
    """Without being asked, both spellings stay, next to each other."""
    text = "xs |τ{f} |map{f} |a·b |c::d‽ |e!!\nf⌛ + f.await\n"
    assert format_text(text) == text
