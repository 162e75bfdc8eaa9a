"""The library's parsers put no text together for who has a default."""

from __future__ import annotations

from pathlib import Path

from sigilc.ir.ops import Call, CallRuntime
from sigilc.options import Options
from tests.support.build import compile_program

PROGRAM = """
fn number(w: str) -> i64 { i64·parse(w) ?? -1 }
fn complaint(w: str) -> str { match i64·parse(w) { Some(n) => "{n}", None(why) => "{why.message}" } }
fn main() { println("{number("x")} {complaint("y")}") }
"""


def test_only_who_reads_a_fault_has_it_made(tmp_path: Path) -> None:
    path = tmp_path / "program.sg"
    path.write_text(PROGRAM, encoding="utf-8")
    module = compile_program(path, Options(level=3), stop_after="passes").module
    assert module is not None

    def called(name: str) -> set[str]:
        ops = [op for block in module.functions[name].blocks for op in block.ops]
        return {op.function for op in ops if isinstance(op, Call | CallRuntime)}

    assert "std·i64·parse.unread" in called("number")
    assert "std·i64·parse" in called("complaint")
    assert not any(function.startswith("text_") for function in called("std·i64·parse.unread"))
    assert "text_append" in called("std·i64·parse")
