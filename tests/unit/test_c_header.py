"""The C header of exported functions: its types, and that C and C++ compilers take it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from sigilc.bindings.c_header import c_header
from sigilc.check.typed import Field, Function, StructDecl, TypedProgram, Variable
from sigilc.check.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I8,
    I32,
    I64,
    NEVER,
    STR,
    U8,
    U64,
    UNIT,
    USIZE,
    ArrayType,
    CFnType,
    FixedType,
    MapType,
    OptionType,
    PointerType,
    StructType,
    Type,
)
from sigilc.crash import InternalError
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

SPAN = Span(SourceFile("lib.sg", "fn f() { }\n"), 0, 2)


def function(symbol: str, params: list[tuple[str, Type]], result: Type = UNIT, export: bool = True) -> Function:
    """A function without a body."""
    return Function(symbol, SPAN, params=[Variable(name, type, SPAN) for name, type in params], result=result,
                    export=symbol if export else "")


def header_of(*functions: Function) -> str:
    """The header of these alone."""
    return c_header(TypedProgram(list(functions), [], [], [], [], None), "my-lib.sg")


def declaration_of(declared: Function) -> str:
    """The one line of a function's declaration."""
    found = re.findall(rf"^(?! \*|/\*).*\b{declared.export}\(.*\);$", header_of(declared), flags=re.M)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize(("params", "result", "expected"), [
    ([], UNIT, "void f(void);"),
    ([("a", I32), ("b", U64), ("c", BOOL), ("d", CHAR)], I8, "int8_t f(int32_t a, uint64_t b, bool c, uint32_t d);"),
    ([("xs", ArrayType(F64)), ("k", F32)], F64, "double f(const double *xs, size_t xs_len, float k);"),
    ([("text", STR)], USIZE, "size_t f(const char *text, size_t text_len);"),
    ([("int", I64), ("größe", I64)], NEVER, "void f(int64_t int_, int64_t arg1);"),
    ([("xs", ArrayType(I8)), ("xs_len", I8)], UNIT, "void f(const int8_t *xs, size_t xs_len, int8_t xs_len_);"),
    ([("p", PointerType(PointerType(U8)))], PointerType(UNIT), "const void *f(const uint8_t *const *p);"),
    ([("p", PointerType(PointerType(U8, True), True))], PointerType(UNIT, True), "void *f(uint8_t **p);"),
    ([("p", PointerType(FixedType(I32, 4)))], UNIT, "void f(const int32_t (*p)[4]);"),
    ([("g", CFnType((PointerType(UNIT), F64), I32))], UNIT, "void f(int32_t (*g)(const void *, double));"),
    ([], CFnType((), UNIT), "void (*f(void))(void);"),
    ([("out", I32)], OptionType(F64), "int32_t f(int32_t out, double *out_);"),
    ([], OptionType(UNIT), "int32_t f(void);"),
    ([], OptionType(STR), "int32_t f(sigil_text *out);"),
    ([], ArrayType(F64), "sigil_double_array f(void);"),
])
def test_types(params: list[tuple[str, Type]], result: Type, expected: str) -> None:
    """Each type by its C type, arrays and text as two parameters."""
    assert declaration_of(function("f", params, result)) == expected


def test_only_exports() -> None:
    """Functions without a C symbol are left out."""
    assert "hidden" not in header_of(function("hidden", [], export=False), function("shown", []))


def test_ownership_is_stated() -> None:
    """Who keeps an array, and for how long; how a failure is told; only where there is such a thing."""
    plain = header_of(function("f", [("xs", ArrayType(F64))]))
    assert "only during the call" in plain and "sigil_release" not in plain and "SIGIL_ABSENT" not in plain
    assert "belongs to the caller" in header_of(function("f", [], STR))
    assert "sigil_last_error() says why" in header_of(function("f", [], OptionType(F64)))


def test_structs_come_after_what_they_have_inside() -> None:
    """But pointers may lead to what comes later, even round in a circle."""
    inner, outer = StructDecl("Inner", SPAN, is_c=True), StructDecl("Outer", SPAN, is_c=True)
    inner.fields = [Field("back", PointerType(StructType(outer)), SPAN)]
    outer.fields = [Field("first", StructType(inner), SPAN), Field("class", FixedType(U8, 3), SPAN)]
    text = header_of(function("f", [("o", PointerType(StructType(outer)))]))
    assert text.index("typedef struct Outer Outer;") < text.index("struct Inner {") < text.index("struct Outer {")
    assert "    const Outer *back;\n" in text and "    uint8_t class_[3];\n" in text


def test_words_of_c_keep_their_symbol() -> None:
    """The name is another one, the symbol the same."""
    assert 'double double_(double x) __asm__("double");' in header_of(function("double", [("x", F64)], F64))


def test_what_has_no_c_type_is_an_internal_error() -> None:
    """The checker refuses it before."""
    with pytest.raises(InternalError, match="Map<str, i64>"):
        header_of(function("f", [("m", MapType(STR, I64))]))


def test_c_compiler_takes_it(tmp_path: Path) -> None:
    """Twice included, with all warnings as errors."""
    (tmp_path / "lib.h").write_text(header_of(
        function("scale", [("xs", ArrayType(F64)), ("k", F64)], F64), function("record", [("for", I64)])))
    (tmp_path / "use.c").write_text('#include "lib.h"\n#include "lib.h"\n'
                                    "double use(void);\ndouble use(void) { return scale((double[]){1.0}, 1, 2.0); }\n")
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-c", str(tmp_path / "use.c"),
                    "-o", str(tmp_path / "use.o")], check=True, timeout=30)
