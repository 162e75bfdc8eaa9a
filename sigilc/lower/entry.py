"""What the C `main` calls: the program's `main`, with a `Result` turned into a message and a status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.check.typed import Function
from sigilc.check.types import EnumType, Type, is_integer, is_result, substitute
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Value
from sigilc.ir.types import I32, I64, IrEnum
from sigilc.lower.text import TextWriter
from sigilc.lower.text_style import DEBUG

if TYPE_CHECKING:
    from sigilc.lower.program import ProgramLowering


def entry_function(program: ProgramLowering, main: Function) -> str:
    """The name of the function to call: `main` itself unless its result is a `Result`."""
    name = program.instance(main)
    result = main.result
    if not isinstance(result, EnumType) or not is_result(result):
        return name
    entry = IrFunction(f"{name}.entry", [], I64, span=main.span)
    program.add_function(entry)
    builder = FunctionBuilder(entry)
    builder.position_at(builder.new_block("entry"))
    value = builder.call(name, [], program.types.lower(result))
    ok, error = builder.new_block("ok"), builder.new_block("error")
    is_error = builder.compare("eq", builder.enum_tag(value), builder.const(I32, 1))
    builder.cond_branch(is_error, error, ok)
    payloads = _payloads(result)
    builder.position_at(error)
    _report(program, builder, value, payloads[1])
    builder.return_(builder.const(I64, 1))
    builder.position_at(ok)
    builder.return_(builder.cast(builder.enum_payload(value, 0, 0), I64) if is_integer(payloads[0])
                    else builder.const(I64, 0))
    return entry.name


def _payloads(result: EnumType) -> list[Type]:
    args = dict(zip(result.decl.type_params, result.args, strict=True))
    return [substitute(v.fields[0].type, args) for v in result.decl.variants]


def _report(program: ProgramLowering, builder: FunctionBuilder, value: Value, error: Type) -> None:
    """`error: {e:?}` on stderr."""
    assert isinstance(value.type, IrEnum)
    text = builder.slot(builder.const_text("error: "), "text")
    writer = TextWriter(program, builder, text)
    writer.value(builder.enum_payload(value, 1, 0), error, DEBUG)
    writer.static("\n")
    builder.call_runtime("eprint", [builder.peek(text)])
