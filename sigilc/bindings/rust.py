"""Writes a Rust module of safe functions around a program's `#[export]` functions."""

from __future__ import annotations

from sigilc.bindings.border import Border, Names, border_of, doc_lines, is_view, result_of, shown_signature, view_item
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

_NO_RAW_FORM = frozenset(("self", "Self", "super", "crate", "_"))
_WORDS = frozenset("""abstract as async await become box break const continue do dyn else enum extern false
    final fn for gen if impl in let loop macro match mod move mut override priv pub ref return static struct trait true try
    type typeof unsafe unsized use virtual where while yield""".split())  # noqa: SIM905
RESERVED = _NO_RAW_FORM | _WORDS | {"ffi", "out", "status"}

OPENING = """\
// Functions that {source} exports, each behind a safe one. Made by sigilc; changes are lost.
//
// Slices and text are only read, and only during the call. A panic in a function that gives no `Result` ends the process.
#![allow(dead_code, non_snake_case, non_camel_case_types, clippy::all)]
"""

LAST_ERROR = """
/// Why the last call failed.
fn sigil_failure() -> String {
    // SAFETY: the text is zero-terminated, and stays until the next failure on this thread.
    let text = unsafe { ffi::sigil_last_error() };
    if text.is_null() {
        return String::new();
    }
    unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy().into_owned()
}
"""

VIEW = """
/// An array or text that Sigil has given.
#[repr(C)]
struct SigilView<T> {
    data: *const T,
    length: usize,
    owner: *mut std::ffi::c_void,
}

impl<T: Copy> SigilView<T> {
    fn take(self) -> Vec<T> {
        // SAFETY: Sigil has given `length` elements, which stay until they are given back.
        let items = if self.length == 0 {
            Vec::new()
        } else {
            unsafe { std::slice::from_raw_parts(self.data, self.length) }.to_vec()
        };
        unsafe { ffi::sigil_release(self.owner) };
        items
    }
}
"""


def rust_module(program: TypedProgram, source_name: str) -> str:
    """The module's text, for a file of its own; `source_name` is the program's file name."""
    return _RustModule(border_of(program)).text(source_name)


class _RustModule:
    """One module: the names that its types have, and its parts."""

    def __init__(self, border: Border):
        self.border = border
        names = Names(RESERVED | {"SigilView"})
        self.names = {decl: names.new(decl.name, f"Type{i}") for i, decl in enumerate(border.types)}

    def text(self, source_name: str) -> str:
        """The whole."""
        border = self.border
        parts = [OPENING.format(source=source_name)]
        parts += [self.enum(d) if isinstance(d, EnumDecl) else self.struct(d) for d in border.types]
        declared = "".join(map(self.declaration, border.functions))
        if border.has_statuses:
            declared += "        pub fn sigil_last_error() -> *const std::ffi::c_char;\n"
        if border.views:
            declared += "        pub fn sigil_release(owner: *mut std::ffi::c_void);\n"
        parts.append("\nmod ffi {\n    use super::*;\n    #[allow(improper_ctypes)]\n    unsafe extern \"C\" {\n"
                     f"{declared}    }}\n}}\n")
        parts.append(LAST_ERROR if border.has_statuses else "")
        parts.append(VIEW if border.views else "")
        parts += map(self.wrapper, border.functions)
        return "".join(parts)

    # ---- Types

    def enum(self, decl: EnumDecl) -> str:
        """An enum with C's numbers."""
        names = Names(RESERVED)
        variants = ", ".join(f"{names.new(v.name, f'Variant{v.index}')} = {v.discriminant}" for v in decl.variants)
        return (f"\n#[repr(C)]\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\n"
                f"pub enum {self.names[decl]} {{ {variants} }}\n")

    def struct(self, decl: StructDecl) -> str:
        """A struct or union as C lays it out."""
        names = Names(RESERVED)
        fields = "".join(f"    pub {names.new(f'_{f.name}' if f.name.isdecimal() else f.name, f'field{i}')}: "
                         f"{self.type(f.type)},\n" for i, f in enumerate(decl.fields))
        derived = "Clone, Copy" if decl.is_union else "Clone, Copy, Debug"
        return (f"\n#[repr(C)]\n#[derive({derived})]\n"
                f"pub {'union' if decl.is_union else 'struct'} {self.names[decl]} {{\n{fields}}}\n")

    def type(self, type_: Type) -> str:
        """A type as Rust writes it."""
        match type_:
            case FixedType(item=item, count=count):
                return f"[{self.type(item)}; {count}]"
            case PointerType(item=item, is_mutable=is_mutable):
                inner = "std::ffi::c_void" if item == UNIT else self.type(item)
                return f"*{'mut' if is_mutable else 'const'} {inner}"
            case CFnType(params=params, result=result):
                shown = f"extern \"C\" fn({', '.join(map(self.type, params))})"
                return shown if result == UNIT else f"{shown} -> {self.type(result)}"
            case StructType(decl) | EnumType(decl):
                return self.names[decl]
            case PrimType(name):
                return name
        raise InternalError(f"`{type_}` of an exported function has no Rust type")

    # ---- Functions

    def declaration(self, function: Function) -> str:
        """The function as C has it."""
        params: list[str] = []
        for number, param in enumerate(function.params):
            if is_view(param.type):
                item = view_item(param.type)
                params += [f"p{number}: *const {'u8' if item == STR else self.type(item)}", f"n{number}: usize"]
            else:
                params.append(f"p{number}: {self.type(param.type)}")
        result = result_of(function)
        given = self.raw_result(result.type)
        if result.has_status:
            params += [f"out: *mut {given}"] if result.type != UNIT else []
            given = "i32"
        arrow = "" if given == "()" else f" -> {given}"
        return (f"        #[link_name = \"{function.export}\"]\n"
                f"        pub fn {_rust_name(function)}({', '.join(params)}){arrow};\n")

    def raw_result(self, type_: Type) -> str:
        """What C gives."""
        if is_view(type_):
            item = view_item(type_)
            return f"SigilView<{'u8' if item == STR else self.type(item)}>"
        return "!" if type_ == NEVER else self.type(type_)

    def result(self, type_: Type) -> str:
        """What the safe function gives."""
        if is_view(type_):
            item = view_item(type_)
            return "String" if item == STR else f"Vec<{self.type(item)}>"
        return "!" if type_ == NEVER else self.type(type_)

    def wrapper(self, function: Function) -> str:
        """The safe function; where it takes raw pointers, safety is the caller's to see to."""
        names = Names(RESERVED)
        params: list[str] = []
        arguments: list[str] = []
        for number, param in enumerate(function.params):
            name = names.new(param.name, f"arg{number}")
            if is_view(param.type):
                item = view_item(param.type)
                params.append(f"{name}: {'&str' if item == STR else f'&[{self.type(item)}]'}")
                arguments += [f"{name}.as_ptr()", f"{name}.len()"]
            else:
                params.append(f"{name}: {self.type(param.type)}")
                arguments.append(name)
        has_pointers = any(self.holds_pointer(p.type) for p in function.params)
        result = result_of(function)
        given = self.result(result.type)
        if result.has_status:
            given = f"Result<{given}, String>"
        docs = "".join(f"/// {line}\n" for line in [*doc_lines(function), f"`{shown_signature(function)}`"])
        if has_pointers:
            docs += "///\n/// # Safety\n/// The pointers must be what the function takes them for.\n"
        head = f"pub {'unsafe ' if has_pointers else ''}fn {_rust_name(function)}({', '.join(params)})"
        arrow = "" if given == "()" else f" -> {given}"
        return f"\n{docs}{head}{arrow} {{\n{self.body(function, arguments)}}}\n"

    def holds_pointer(self, type_: Type) -> bool:
        """Whether a raw pointer passes with a value."""
        if isinstance(type_, PointerType):
            return True
        if isinstance(type_, StructType):
            return any(self.holds_pointer(f.type) for f in type_.decl.fields)
        return any(self.holds_pointer(p) for p in type_.parts())

    def body(self, function: Function, arguments: list[str]) -> str:
        """The call, and what becomes of its result."""
        result = result_of(function)
        has_out = result.has_status and result.type != UNIT
        given = ", ".join([*arguments, *(["out.as_mut_ptr()"] if has_out else [])])
        call = f"unsafe {{ ffi::{_rust_name(function)}({given}) }}"
        if not result.has_status:
            return f"    {_taken(call, result.type)}\n"
        if not has_out:
            return f"    let status = {call};\n    if status == 0 {{ Ok(()) }} else {{ Err(sigil_failure()) }}\n"
        return (f"    let mut out = std::mem::MaybeUninit::uninit();\n    let status = {call};\n"
                "    if status != 0 {\n        return Err(sigil_failure());\n    }\n"
                "    // SAFETY: the status says that it has been written.\n"
                f"    Ok({_taken('unsafe { out.assume_init() }', result.type)})\n")


def _taken(value: str, type_: Type) -> str:
    """What C gave as what the safe function gives."""
    if not is_view(type_):
        return value
    items = f"{value}.take()"
    return f"String::from_utf8({items}).expect(\"Sigil's text is UTF-8\")" if type_ == STR else items


def _rust_name(function: Function) -> str:
    """The exported name, raw where it is a word of Rust's."""
    name = function.export
    if name in _NO_RAW_FORM:
        return f"{name}_"
    return f"r#{name}" if name in _WORDS else name
