"""The library's parsers put no text together for who has a default."""

from __future__ import annotations

from pathlib import Path

from sigilc.ir.ops import Call, CallRuntime
from sigilc.options import Options
from tests.support.build import compile_program

PROGRAM = """
fn number(w: str) -> i64 { i64·parse(w) ?? -1 }
fn parsed(w: str) -> i64? { if w == "1" { Some(1) } else { fail("{w:?} is not 1") } }
fn one(w: str) -> i64 { parsed(w) ?? -1 }
fn first(w: str) -> str { match parsed(w) { Some(n) => "{n}", None(why) => "{why.message}" } }
fn complaint(w: str) -> str { match i64·parse(w) { Some(n) => "{n}", None(why) => "{why.message}" } }
fn main() { println("{number("x")} {complaint("y")} {one("x")} {first("y")}") }
"""


def test_only_who_reads_a_fault_has_it_made(tmp_path: Path) -> None:
    path = tmp_path / "program.sg"
    path.write_text(PROGRAM, encoding="utf-8")
    module = compile_program(path, Options(level=3), stop_after="passes").module
    assert module is not None

    def called(name: str) -> set[str]:
        ops = [op for block in module.functions[name].blocks for op in block.ops]
        return {op.function for op in ops if isinstance(op, Call | CallRuntime)}

    assert called("number") == {"std·i64·read_decimal"}
    assert "std·unreadable" in called("complaint")
    assert called("one") == {"parsed.unread"} and called("first") > {"parsed"}
    assert not called("parsed.unread") & {"text_append", "text_debug_str"}
    assert called("parsed") > {"text_append", "text_debug_str"}
