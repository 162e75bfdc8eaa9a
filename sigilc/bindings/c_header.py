"""Writes the C header of a program's `#[export]` functions."""

from __future__ import annotations

import re

from sigilc.check.typed import Function, TypedProgram
from sigilc.check.types import NEVER, STR, UNIT, ArrayType, PointerType, PrimType, Type
from sigilc.crash import InternalError

C_SCALARS = {
    "i8": "int8_t", "i16": "int16_t", "i32": "int32_t", "i64": "int64_t", "i128": "__int128", "isize": "ptrdiff_t",
    "u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "u128": "unsigned __int128",
    "usize": "size_t", "f32": "float", "f64": "double", "bool": "bool", "char": "uint32_t",
}
# A parameter of one of these names is called by its number instead; C++'s are among them.
RESERVED = frozenset(" ".join((
    "auto break case char const continue default do double else enum extern float for goto if inline int long",
    "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while",
    "bool true false class delete explicit export friend mutable namespace new operator private protected public",
    "template this throw try catch typename using virtual and or not xor",
)).split())

OPENING = """\
/* Functions that {source} exports. Made by sigilc; changes are lost.
 *
 * An array parameter is a pointer and a number of elements, a text parameter a pointer and a number of bytes (UTF-8, no
 * zero at the end). Both are only read, and only during the call: the caller keeps them, and may free or change them
 * afterwards. The pointer may be null when the length is 0. A panic does not come back: it ends the process with a
 * message on stderr.
 */
#ifndef {guard}
#define {guard}

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif
"""

CLOSING = """\

#ifdef __cplusplus
}}
#endif

#endif /* {guard} */
"""


def c_header(program: TypedProgram, source_name: str) -> str:
    """The header's text; `source_name` is the program's file name, from which the include guard is made."""
    guard = f"SIGIL_{re.sub(r'[^A-Z0-9]', '_', source_name.rpartition('.')[0].upper() or source_name.upper())}_H"
    exported = sorted((f for f in program.functions if f.export), key=lambda f: (f.span.start, f.export))
    names = {"guard": guard, "source": source_name}
    return OPENING.format(**names) + "".join(map(_declaration, exported)) + CLOSING.format(**names)


def _declaration(function: Function) -> str:
    """One function, below a comment that gives its Sigil signature."""
    params: list[str] = []
    shown: list[str] = []
    for number, param in enumerate(function.params):
        name = param.name if _is_c_name(param.name) else f"arg{number}"
        params += _parameter(name, param.type, function)
        shown.append(f"{param.name}: {param.type}")
    result = "" if function.result == UNIT else f" -> {function.result}"
    signature = f"/* {function.name}({', '.join(shown)}){result} */"
    return f"\n{signature}\n{_result(function)} {function.export}({', '.join(params) or 'void'});\n"


def _parameter(name: str, type: Type, function: Function) -> list[str]:
    if type == STR:
        return [f"const char *{name}", f"size_t {name}_len"]
    if isinstance(type, ArrayType):
        return [f"const {_scalar(type.item, function)} *{name}", f"size_t {name}_len"]
    if isinstance(type, PointerType):
        return [f"{_pointed_at(type.item)} *{name}"]
    return [f"{_scalar(type, function)} {name}"]


def _result(function: Function) -> str:
    if function.result in (UNIT, NEVER):
        return "void"
    if isinstance(function.result, PointerType):
        return f"{_pointed_at(function.result.item)} *"
    return _scalar(function.result, function)


def _scalar(type: Type, function: Function) -> str:
    if isinstance(type, PrimType) and type.name in C_SCALARS:
        return C_SCALARS[type.name]
    raise InternalError(f"`{type}` of the exported `{function.name}` has no C type", function.span)


def _pointed_at(item: Type) -> str:
    """Pointers to what C has no name for are opaque."""
    if isinstance(item, PointerType):
        return f"{_pointed_at(item.item)} *"
    return C_SCALARS.get(item.name, "void") if isinstance(item, PrimType) else "void"


def _is_c_name(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is not None and name not in RESERVED
