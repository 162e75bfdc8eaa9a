"""Prints the IR as text that `parse_module` reads back.

Values are `%name`, `%name.1`, … where several have the same name, and `%1`, `%2`, … where they have none; numbers
follow the order of definition, so that parsing and printing again gives the same text.
"""

from __future__ import annotations

import json
import math
import re

from sigilc.crash import InternalError
from sigilc.ir.forms import FORMS_BY_OP, Form
from sigilc.ir.function import Block, ForeignFunction, IrActor, IrFunction, Module
from sigilc.ir.ops import Call, Op, Value
from sigilc.ir.statics import IrStatic, StaticFault
from sigilc.ir.types import (
    CHAR,
    FAULT,
    STR,
    UNIT,
    IrAddr,
    IrArray,
    IrBox,
    IrDyn,
    IrEnum,
    IrFixed,
    IrFn,
    IrFuture,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
)

SYMBOL = re.compile(r"[^\W\d][\w·]*(\.[\w·]+)*")


def print_symbol(name: str) -> str:
    """A function's, actor's or variant's name, quoted unless it is a plain word."""
    return name if SYMBOL.fullmatch(name) else print_text(name)


def print_text(text: str) -> str:
    """Text in double quotes with JSON's escapes."""
    return json.dumps(text, ensure_ascii=False)


def print_type(type_: IrType) -> str:
    """A type, so that it can be parsed: like `str(type_)`, but without its ambiguities."""
    match type_:
        case IrStruct(name=name) | IrEnum(name=name) | IrDyn(name=name):
            return f"%{print_symbol(name)}"
        case IrArray(item=item):
            return f"[{print_type(item)}]"
        case IrFixed(item=item, count=count):
            return f"[{print_type(item)}; {count}]"
        case IrMap(key=key, value=value):
            return f"map<{print_type(key)}, {print_type(value)}>"
        case IrOption(item=IrFn() | IrAddr() as item):
            return f"({print_type(item)})?"
        case IrOption(item=item):
            return f"{print_type(item)}?"
        case IrTuple(items=(item,)):
            return f"({print_type(item)},)"
        case IrTuple(items=items):
            return f"({', '.join(map(print_type, items))})"
        case IrFn(params=params, result=result):
            return f"fn({', '.join(map(print_type, params))}) -> {print_type(result)}"
        case IrBox(item=item, drop=drop) if drop:
            return f"unique<{print_type(item)}, {print_symbol(drop)}>"
        case IrBox(item=item):
            return f"box<{print_type(item)}>"
        case IrFuture(item=item):
            return f"future<{print_type(item)}>"
        case IrAddr(target=target):
            return f"&{print_type(target)}"
    return str(type_)


def is_utf8(data: bytes) -> bool:
    """Whether bytes are valid text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def print_constant(value: object, type_: IrType) -> str:
    """The literal of a constant: `3`, `2.5`, `true`, `'x'`, `()`, `"text"`, `b"bytes"`."""
    match value:
        case bytes():
            if type_ == STR and is_utf8(value):
                return print_text(value.decode())
            shown = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in value)
            return f'b"{shown}"'
        case bool():
            return "true" if value else "false"
        case int() if type_ == CHAR:
            plain = chr(value).isprintable() and chr(value) not in "'\\"
            return f"'{chr(value)}'" if plain else f"'\\u{{{value:x}}}'"
        case float() if math.isnan(value):
            return "nan"
        case int() | float():
            return repr(value)
    return "()"


class _Names:
    """Gives every value and block of a function its unique name."""

    def __init__(self, function: IrFunction):
        self.values: dict[int, str] = {}
        self.blocks: dict[int, str] = {}
        self._uses: dict[str, int] = {}
        for value in function.params:
            self.define(value)
        block_uses: dict[str, int] = {}
        for block in function.blocks:
            self.blocks[id(block)] = self._unique(_base(block.name) or "block", block_uses)
            for value in block.params:
                self.define(value)
            for op in block.ops:
                if op.result is not None:
                    self.define(op.result)

    def define(self, value: Value) -> None:
        base = _base(value.name)
        if id(value) in self.values:
            return
        if not base:
            self._uses[""] = number = self._uses.get("", 0) + 1
            self.values[id(value)] = f"%{number}"
        else:
            self.values[id(value)] = "%" + self._unique(base, self._uses)

    @staticmethod
    def _unique(base: str, uses: dict[str, int]) -> str:
        uses[base] = number = uses.get(base, -1) + 1
        return f"{base}.{number}" if number else base

    def value(self, value: Value) -> str:
        return self.values.get(id(value), f"%<undefined {value.name}>")

    def block(self, block: Block) -> str:
        return self.blocks.get(id(block), f"<foreign block {block.name}>")


def _base(name: str) -> str:
    """A name hint without the number that told it from others, and without characters that names can't have."""
    plain = re.sub(r"[^\w·]", "_", re.sub(r"(\.\d+)+$", "", name))
    return f"v{plain}" if plain[:1].isdigit() else plain


def _print_piece(kind: str, value: object, op: Op, names: _Names) -> str:
    """One placeholder of a form."""
    if kind == "%" and isinstance(value, Value):
        return names.value(value)
    if kind == "?":
        return names.value(value) if isinstance(value, Value) else "_"
    if kind in "*~" and isinstance(value, list):
        shown = ", ".join(names.value(v) for v in value)
        return shown if kind == "*" else f"({shown})" if shown else ""
    if kind == "+" and isinstance(op, Call):
        return ", ".join(f"{'own ' if number in op.moved else ''}{names.value(v)}" for number, v in enumerate(op.args))
    if kind == "^" and isinstance(value, list):
        return ", ".join(f"{number}: {names.block(block)}" for number, block in value)
    if kind == ":" and isinstance(value, Block):
        return names.block(value)
    if kind == "@" and isinstance(value, str):
        return print_symbol(value)
    if kind == "&" and isinstance(value, list):
        return ", ".join(map(print_symbol, value))
    if kind == ";" and isinstance(value, list):
        return ", ".join(map(str, value))
    if kind == "$" and isinstance(value, str):
        return print_text(value)
    if kind == "!" and isinstance(value, IrType):
        return print_type(value)
    if kind == "=":
        return print_constant(value, op.result.type if op.result else UNIT)
    return str(value)


def form_of(op: Op) -> Form:
    """The form that an op is printed in."""
    for form in FORMS_BY_OP.get(type(op), ()):
        if form.accepts(op):
            return form
    raise InternalError(f"no text form for {type(op).__name__}", op.span)


def _print_op(op: Op, names: _Names, spans: bool) -> str:
    form = form_of(op)
    head = "" if op.result is None else f"{names.value(op.result)}: {print_type(op.result.type)} = "
    suffixes = "".join(f".{flag}" for flag, (name, value) in form.flags.items() if getattr(op, name) == value)
    body = "".join(piece if isinstance(piece, str) else _print_piece(piece[0], getattr(op, piece[1]), op, names)
                   for piece in form.pieces)
    text = f"{head}{form.mnemonic}{suffixes} {body}".rstrip()
    if op.cleanup:
        text += f" cleanup [{', '.join(names.value(v) for v in op.cleanup)}]"
    if spans and op.span is not None:
        text += f" @ {print_text(op.span.site())}"
    return text


def print_op(op: Op, function: IrFunction) -> str:
    """One op of `function`, as messages show it."""
    return _print_op(op, _Names(function), False)


def _typed(value: Value, names: _Names) -> str:
    return f"{names.value(value)}: {print_type(value.type)}"


def print_function(function: IrFunction, spans: bool = False, is_nounwind: bool = False) -> str:
    """One function; ends with a newline."""
    names = _Names(function)
    params = ", ".join(f"{'own ' if number in function.owned else ''}{_typed(v, names)}"
                       for number, v in enumerate(function.params))
    export = f" export {print_symbol(function.export)}" if function.export else ""
    nounwind = " nounwind" if is_nounwind else ""
    export += " catches" if function.catches else ""
    export += "".join(f" {hint}" for hint in function.hints)
    if function.public_parts is not None:
        parts = (names.value(value) + (f"[{', '.join(map(str, path))}]" if path else "")
                 for value, path in function.public_parts)
        export += f" constant_time({', '.join(parts)})"
    lines = [f"fn {print_symbol(function.name)}({params}) -> {print_type(function.result)}{export}{nounwind} {{"]
    for block in function.blocks:
        block_params = ", ".join(_typed(v, names) for v in block.params)
        lines.append(names.block(block) + (f"({block_params})" if block_params else "") + ":")
        lines += [f"  {_print_op(op, names, spans)}" for op in block.ops]
    return "\n".join([*lines, "}", ""])


def _print_fields(types: tuple[IrType, ...], names: tuple[str, ...]) -> str:
    if not names:
        return ", ".join(map(print_type, types))
    return ", ".join(f"{print_symbol(name)}: {print_type(type_)}" for name, type_ in zip(names, types, strict=True))


def _print_enum(enum: IrEnum, has_names: bool) -> str:
    shown = []
    for i, payload in enumerate(enum.variants):
        name = enum.variant_names[i] if i < len(enum.variant_names) else f"V{i}"
        number = f" = {enum.discriminants[i]}" if i < len(enum.discriminants) else ""
        names = enum.field_names[i] if has_names and enum.field_names else ()
        fields = f"({_print_fields(payload, names)})" if payload else ""
        shown.append(f"{print_symbol(name)}{fields}{number}")
    return f"{'c_enum' if enum.is_c else 'enum'} {print_type(enum)} {{ {', '.join(shown)} }}"


def _print_dyn(dyn: IrDyn) -> str:
    return f"dyn {print_type(dyn)} {{ {', '.join(map(print_type, dyn.methods))} }}"


def _print_actor(actor: IrActor) -> str:
    lines = [f"actor {print_symbol(actor.name)} {print_type(actor.state)} {{"]
    for handler in actor.handlers:
        reply = "" if handler.reply is None else f" -> {print_type(handler.reply)}"
        payload = ", ".join(map(print_type, handler.payload))
        lines.append(f"  {print_symbol(handler.name)}({payload}){reply} = {print_symbol(handler.function)}")
    return "\n".join([*lines, "}"])


def _print_foreign(foreign: ForeignFunction) -> str:
    params = [*map(print_type, foreign.params), *(["..."] if foreign.is_variadic else [])]
    return f"foreign {print_symbol(foreign.symbol)}({', '.join(params)}) -> {print_type(foreign.result)}"


def print_static_value(value: object, type_: IrType) -> str:
    """A static value, so that it can be parsed with its type in hand."""
    if isinstance(value, StaticFault):
        return _print_static_fault(value) if type_ == FAULT else f"none {_print_static_fault(value)}"
    while isinstance(type_, IrBox):
        type_ = type_.item
    if not isinstance(value, tuple):
        return print_constant(value, type_)
    match type_:
        case IrArray(item=item) | IrFixed(item=item):
            return f"[{', '.join(print_static_value(part, item) for part in value)}]"
        case IrOption(item=item):
            return f"some {print_static_value(value[0], item)}"
        case IrEnum(variants=variants):
            return f"{value[0]}{_print_static_parts(value[1:], variants[value[0]])}"
        case IrStruct(fields=parts) | IrTuple(items=parts):
            return _print_static_parts(value, parts)
    raise InternalError(f"no text form for a static value of type {type_}")


def _print_static_parts(values: tuple[object, ...], types: tuple[IrType, ...]) -> str:
    return f"({', '.join(print_static_value(part, type_) for part, type_ in zip(values, types, strict=True))})"


def _print_static_fault(fault: StaticFault) -> str:
    texts = ", ".join(print_constant(text, STR) for text in (fault.message, fault.stage, fault.site))
    return f"fault({texts}{'' if fault.cause is None else f', {_print_static_fault(fault.cause)}'})"


def _print_static(static: IrStatic) -> str:
    value = print_static_value(static.value, static.type)
    return f"static {print_symbol(static.name)}: {print_type(static.type)} = {value}"


def print_module(module: Module, spans: bool = False) -> str:
    """The whole module: types, actors, foreign functions, statics, `main`, functions.

    With `spans` also what only debug information needs: positions, and the names of fields.
    """
    head = [f"{'union' if s.is_union else 'struct'} {print_type(s)} "
            f"{{ {_print_fields(s.fields, s.field_names if spans else ())} }}" for s in module.structs.values()]
    head += [_print_enum(e, spans) for e in module.enums.values()]
    head += [_print_dyn(d) for d in module.dyns.values()]
    head += [_print_actor(a) for a in module.actors.values()]
    head += [_print_foreign(f) for f in module.foreign.values()]
    head += [_print_static(s) for s in module.statics.values()]
    if module.main:
        head.append(f"main {print_symbol(module.main)}")
    parts = ["\n".join(head) + "\n"] if head else []
    parts += [print_function(f, spans, f.name in module.nounwind) for f in module.functions.values()]
    return "\n".join(parts)
