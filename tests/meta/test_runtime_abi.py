"""`runtime_abi.py` and `sigil_rt.h` declare the same functions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sigilc.ir.runtime_abi import RUNTIME, RuntimeFunction
from sigilc.ir.types import (
    BOOL,
    CHAR,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    STR,
    U8,
    U16,
    U32,
    U64,
    UNIT,
    IrAddr,
    IrArray,
    IrType,
)

HEADER = Path(__file__).resolve().parents[2] / "runtime" / "include" / "sigil_rt.h"

C_TYPES = {I8: "int8_t", I16: "int16_t", I32: "int32_t", I64: "int64_t", U8: "uint8_t", U16: "uint16_t",
           U32: "uint32_t", U64: "uint64_t", F32: "float", F64: "double", BOOL: "bool", CHAR: "uint32_t"}


def is_buffer(type: IrType) -> bool:
    """Text and arrays cross as pointer and length, or come back through a place."""
    return type == STR or isinstance(type, IrArray)


def c_params(function: RuntimeFunction) -> list[str]:
    """The C types of the parameters, by the mapping that `runtime_abi` describes."""
    params = ["sigil_buffer *"] if is_buffer(function.result) else []
    for param in function.params:
        if is_buffer(param):
            params += ["const uint8_t *", "int64_t"]
        elif isinstance(param, IrAddr):
            params.append("sigil_buffer *" if is_buffer(param.target) else f"{C_TYPES[param.target]} *")
        else:
            params.append(C_TYPES[param])
    return params


def c_result(function: RuntimeFunction) -> str:
    """The C type of the result."""
    return "void" if function.result == UNIT or is_buffer(function.result) else C_TYPES[function.result]


def declarations(text: str) -> dict[str, tuple[str, list[str]]]:
    """Result and parameter types of each function that a header declares."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    text = re.sub(r"^\s*#.*$", " ", text, flags=re.M)
    found = {}
    for result, name, params in re.findall(r"([\w\s*]+?[\s*])(sigil_\w+)\s*\(([^;{}]*)\)\s*;", text):
        found[name] = (spell(result), [spell(without_name(param)) for param in split_params(params)])
    return found


def split_params(text: str) -> list[str]:
    """At commas outside parentheses; `void` is none."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    return [] if text.strip() == "void" else parts


def without_name(param: str) -> str:
    """`const uint8_t *data` is of type `const uint8_t *`."""
    words = re.match(r"^(.*?[\s*])\w+\s*$", param.strip(), flags=re.S)
    return words.group(1) if words and words.group(1).strip() not in ("const", "struct", "unsigned") else param


def spell(type: str) -> str:
    """One spelling: single spaces, the star after one."""
    return re.sub(r"\s+", " ", re.sub(r"\*", " * ", type)).replace("* *", "**").replace("_Noreturn ", "").strip()


DECLARED = declarations(HEADER.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(RUNTIME))
def test_declared_alike(name: str) -> None:
    """Each entry stands in the header, with the C types that its IR types cross as."""
    function = RUNTIME[name]
    assert function.symbol in DECLARED, "the header does not declare it"
    result, params = DECLARED[function.symbol]
    assert (result, params) == (c_result(function), [spell(p) for p in c_params(function)])


def test_header_is_read() -> None:
    """The reader of declarations reads what is there, pointers to functions and comments included."""
    text = """/* int sigil_no(int a); */
    extern sigil_buffer_header sigil_empty_buffer;
    _Noreturn void sigil_panic(const sigil_buffer *message, const char *site); // x
    void sigil_sort(sigil_buffer *array, int32_t (*compare)(const void *, const void *));
    uint64_t sigil_self(void);
    """
    assert declarations(text)["sigil_panic"] == ("void", ["const sigil_buffer *", "const char *"])
    assert declarations(text)["sigil_self"] == ("uint64_t", [])
    assert set(declarations(text)) == {"sigil_panic", "sigil_sort", "sigil_self"}
