"""Writes the C header of a program's `#[export]` functions."""

from __future__ import annotations

import re

from sigilc.bindings.border import (
    STATUSES,
    Border,
    Names,
    border_of,
    doc_lines,
    is_view,
    result_of,
    shown_signature,
    view_item,
)
from sigilc.check.typed import EnumDecl, Function, StructDecl, TypedProgram
from sigilc.check.types import (
    NEVER,
    STR,
    UNIT,
    CFnType,
    EnumType,
    FixedType,
    PointerType,
    PrimType,
    StructType,
    Type,
)
from sigilc.crash import InternalError

C_SCALARS = {
    "i8": "int8_t", "i16": "int16_t", "i32": "int32_t", "i64": "int64_t", "isize": "ptrdiff_t",
    "u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t",
    "usize": "size_t", "f32": "float", "f64": "double", "bool": "bool", "char": "uint32_t", "()": "void",
}
# C++'s are among them.
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
{more} */
#ifndef {guard}
#define {guard}

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif
"""

STATUS_RULE = """\
 *
 * A function that may fail gives a status: SIGIL_OK, and the value where `out` points; SIGIL_ABSENT, where it gives no
 * value; SIGIL_PANICKED. In the last two cases `out` is left alone, and sigil_last_error() says why.
"""
VIEW_RULE = """\
 *
 * An array or text that a function gives belongs to the caller, who only reads it, and gives it back by
 * sigil_release(result.owner).
"""

STATUS_DECLARATIONS = f"""
#ifndef SIGIL_STATUS_DEFINED
#define SIGIL_STATUS_DEFINED
enum {{ {', '.join(f'{name} = {value}' for name, value in STATUSES.items())} }};
#endif
/* The last failure on this thread, zero-terminated, until the next one; null before the first. */
const char *sigil_last_error(void);
"""
VIEW_DECLARATIONS = """
/* Gives an array or text back: its `owner`. */
void sigil_release(void *owner);
"""

CLOSING = """\

#ifdef __cplusplus
}}
#endif

#endif /* {guard} */
"""


def c_header(program: TypedProgram, source_name: str) -> str:
    """The header's text; `source_name` is the program's file name, from which the include guard is made."""
    return _Header(border_of(program)).text(source_name)


class _Header:
    """One header: the names that its types have, and its parts."""

    def __init__(self, border: Border):
        self.border = border
        names = Names(RESERVED)
        self.names = {decl: names.new(decl.name, f"sigil_type{i}") for i, decl in enumerate(border.types)}
        self.constants = names

    def text(self, source_name: str) -> str:
        """The whole."""
        stem = source_name.rpartition(".")[0] or source_name
        guard = f"SIGIL_{re.sub(r'[^A-Z0-9]', '_', stem.upper())}_H"
        border = self.border
        more = (STATUS_RULE if border.has_statuses else "") + (VIEW_RULE if border.views else "")
        parts = [OPENING.format(guard=guard, source=source_name, more=more)]
        structs = [decl for decl in border.types if isinstance(decl, StructDecl)]
        if structs:
            parts.append("\n" + "".join(f"typedef {_word(d)} {self.names[d]} {self.names[d]};\n" for d in structs))
        parts += [self.enum(d) for d in border.types if isinstance(d, EnumDecl)]
        parts += [self.struct(d) for d in structs]
        parts += [self.view(item) for item in border.views]
        parts.append(STATUS_DECLARATIONS if border.has_statuses else "")
        parts.append(VIEW_DECLARATIONS if border.views else "")
        parts += map(self.function, border.functions)
        parts.append(CLOSING.format(guard=guard))
        return "".join(parts)

    # ---- Types

    def enum(self, decl: EnumDecl) -> str:
        """A C enum, its constants after its own name."""
        name = self.names[decl]
        constants = ", ".join(f"{self.constants.new(f'{name}_{v.name}', f'{name}_{v.index}')} = {v.discriminant}"
                              for v in decl.variants)
        return f"\ntypedef enum {{ {constants} }} {name};\n"

    def struct(self, decl: StructDecl) -> str:
        """A C struct or union; its name has been declared."""
        names = Names(RESERVED)
        fields = "".join(f"    {self.declare(f.type, names.new(_field_name(f.name), f'field{i}'))};\n"
                         for i, f in enumerate(decl.fields))
        return f"\n{_word(decl)} {self.names[decl]} {{\n{fields}}};\n"

    def view(self, item: Type) -> str:
        """The struct of an array or text that a function gives."""
        name = self.view_name(item)
        data = "const char *data" if item == STR else self.declare(item, "*data", is_const=True)
        return (f"\n#ifndef {name.upper()}_DEFINED\n#define {name.upper()}_DEFINED\n"
                f"typedef struct {{ {data}; size_t length; void *owner; }} {name};\n#endif\n")

    def view_name(self, item: Type) -> str:
        """The name of such a struct."""
        if item == STR:
            return "sigil_text"
        return f"sigil_{re.sub(r'[^A-Za-z0-9_]+', '_', self.declare(item, '')).strip('_')}_array"

    def declare(self, type_: Type, declarator: str, is_const: bool = False) -> str:
        """A C declaration of `declarator`, inside out, as C has it."""
        match type_:
            case FixedType(item=item, count=count):
                return self.declare(item, f"{declarator}[{count}]", is_const)
            case PointerType(item=item, is_mutable=is_mutable):
                pointer = _star(declarator, is_const)
                return self.declare(item, f"({pointer})" if isinstance(item, FixedType) else pointer, not is_mutable)
            case CFnType(params=params, result=result):
                shown = ", ".join(self.declare(p, "") for p in params) or "void"
                return self.declare(result, f"({_star(declarator, is_const)})({shown})")
            case StructType(decl) | EnumType(decl):
                base = self.names[decl]
            case PrimType(name) if name in C_SCALARS:
                base = C_SCALARS[name]
            case _ if type_ == NEVER:
                base = "void"
            case _:
                raise InternalError(f"`{type_}` of an exported function has no C type")
        return f"{'const ' if is_const else ''}{base} {declarator}".rstrip()

    # ---- Functions

    def function(self, function: Function) -> str:
        """One function, below a comment that gives its Sigil signature."""
        names = Names(RESERVED)
        params: list[str] = []
        for number, param in enumerate(function.params):
            name = names.new(param.name, f"arg{number}")
            if is_view(param.type):
                item = view_item(param.type)
                data = f"const char *{name}" if item == STR else self.declare(item, f"*{name}", is_const=True)
                params += [data, f"size_t {names.new(f'{name}_len')}"]
            else:
                params.append(self.declare(param.type, name))
        result = result_of(function)
        given = self.view_name(view_item(result.type)) if is_view(result.type) else ""
        if result.has_status and result.type != UNIT:
            out = names.new("out")
            params.append(f"{given} *{out}" if given else self.declare(result.type, f"*{out}"))
        lines = [*doc_lines(function), shown_signature(function)]
        comment = "/* " + "\n * ".join(line.replace("*/", "* /") for line in lines) + " */"
        own, label = function.export, ""
        if own in RESERVED or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", own):
            own = f"{own}_" if own in RESERVED else re.sub(r"[^A-Za-z0-9_]", "_", own)
            label = f' __asm__("{function.export}")'
        declarator = f"{own}({', '.join(params) or 'void'})"
        if result.has_status:
            declared = f"int32_t {declarator}"
        elif given:
            declared = f"{given} {declarator}"
        else:
            declared = self.declare(result.type, declarator)
        return f"\n{comment}\n{declared}{label};\n"


def _word(decl: StructDecl) -> str:
    return "union" if decl.is_union else "struct"


def _star(declarator: str, is_const: bool) -> str:
    """A pointer; what is constant is the pointer itself, where it lies behind another that only reads."""
    return f"*const {declarator}".rstrip() if is_const else f"*{declarator}"


def _field_name(name: str) -> str:
    return f"_{name}" if name.isdecimal() else name
