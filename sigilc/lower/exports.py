"""What C calls: exported functions and callbacks, with a function before each where C's values are not yet Sigil's.

Such a function checks text, characters and enums, and turns an uncertain result or a `Result` into a status: 0 with the
value where the last parameter points, 1 with the reason as the last error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sigilc.check.foreign import status_payload
from sigilc.check.typed import Function
from sigilc.check.types import STR as TEXT
from sigilc.check.types import EnumType, OptionType, Type, substitute
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Value
from sigilc.ir.types import I32, PTR, U8, UNIT, IrArray
from sigilc.lower.foreign import check_value, needs_check
from sigilc.lower.text import TextWriter
from sigilc.lower.text_style import DEBUG

if TYPE_CHECKING:
    from sigilc.lower.program import ProgramLowering

STATUS_DONE, STATUS_ABSENT = 0, 1


def lower_export(program: ProgramLowering, function: Function) -> None:
    """Lowers an exported function and gives it, or the function before it, its symbol."""
    name = program.instance(function)
    if needs_front(function):
        front = _front(program, function, name, f"{name}.export")
        front.export = function.export
    else:
        program.module.functions[name].export = function.export


def callback_name(program: ProgramLowering, function: Function, args: tuple[Type, ...]) -> str:
    """The name of the IR function that C is to call for a function passed to it."""
    name = program.instance(function, args)
    if args or not needs_front(function):
        return name
    front = f"{name}.callback"
    if front not in program.module.functions:
        _front(program, function, name, front)
    return front


def needs_front(function: Function) -> bool:
    """Whether what C passes or takes is not what the function does."""
    return any(p.type == TEXT or needs_check(p.type) for p in function.params) \
        or (bool(function.export) and status_payload(function.result) is not None)


def _front(program: ProgramLowering, function: Function, name: str, front_name: str) -> IrFunction:
    """The function that C calls instead."""
    lower = program.types.lower
    params = [Value(IrArray(U8) if p.type == TEXT else lower(p.type), p.name) for p in function.params]
    payload = status_payload(function.result) if function.export else None
    result = I32 if payload is not None else lower(function.result)
    front = IrFunction(front_name, params, result, span=function.span, catches=payload is not None)
    program.add_function(front)
    builder = FunctionBuilder(front)
    builder.span = function.span
    builder.position_at(builder.new_block("entry"))
    args = []
    for param, value in zip(function.params, list(params), strict=True):
        if param.type == TEXT:
            args.append(_checked_text(builder, value))
        else:
            check_value(builder, value, param.type)
            args.append(value)
    given = builder.call(name, args, lower(function.result))
    if payload is None:
        builder.return_(given)
        return front
    out: Value | None = None
    if lower(payload[0]) != UNIT:
        out = Value(PTR, "out")
        front.params.append(out)
    if isinstance(function.result, OptionType):
        _give_option(builder, given, out)
    else:
        assert isinstance(function.result, EnumType)
        _give_result(program, builder, given, function.result, out)
    return front


def _checked_text(builder: FunctionBuilder, data: Value) -> Value:
    """Bytes from C as text; a panic where they are none."""
    bad = builder.call_runtime("utf8_valid", [data])
    fine, wrong = builder.new_block("fine"), builder.new_block("wrong")
    builder.cond_branch(builder.compare("lt", bad, builder.const(bad.type, 0)), fine, wrong)
    builder.position_at(wrong)
    builder.panic(builder.const_text("text that came from C is not valid UTF-8"))
    builder.position_at(fine)
    return builder.share_buffer(data)


def _give_option(builder: FunctionBuilder, given: Value, out: Value | None) -> None:
    present, absent = builder.new_block("present"), builder.new_block("absent")
    builder.cond_branch(builder.is_some(given), present, absent)
    builder.position_at(present)
    if out is not None:
        builder.pointer_write(out, builder.unwrap(given))
    builder.return_(builder.const(I32, STATUS_DONE))
    builder.position_at(absent)
    builder.call_runtime("set_last_error", [builder.fault_field(builder.get_fault(given), "message")])
    builder.return_(builder.const(I32, STATUS_ABSENT))


def _give_result(program: ProgramLowering, builder: FunctionBuilder, given: Value, type_: EnumType,
                 out: Value | None) -> None:
    done, failed = builder.new_block("done"), builder.new_block("failed")
    is_error = builder.compare("eq", builder.enum_tag(given), builder.const(I32, 1))
    builder.cond_branch(is_error, failed, done)
    builder.position_at(done)
    if out is not None:
        builder.pointer_write(out, builder.enum_payload(given, 0, 0))
    builder.return_(builder.const(I32, STATUS_DONE))
    builder.position_at(failed)
    error = substitute(type_.decl.variants[1].fields[0].type, dict(zip(type_.decl.type_params, type_.args, strict=True)))
    value = builder.enum_payload(given, 1, 0)
    if error == TEXT:
        builder.call_runtime("set_last_error", [value])
    else:
        text = builder.slot(builder.const_text(""), "text")
        TextWriter(program, builder, text).value(value, error, DEBUG)
        builder.call_runtime("set_last_error", [builder.peek(text)])
    builder.return_(builder.const(I32, STATUS_ABSENT))
