"""LLVM names of functions, constants and values."""

from __future__ import annotations

import re
from functools import cache

from sigilc.ir.types import IrType

_PLAIN = re.compile(r"[A-Za-z_$.][A-Za-z0-9_$.]*\Z")
_C_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@cache
def symbol(name: str) -> str:
    """`@name`, quoted where LLVM needs it."""
    return f"@{name}" if _PLAIN.match(name) else f'@"{quoted(name)}"'


@cache
def function_symbol(name: str) -> str:
    """The symbol of an IR function. A plain name gets a `·`, or a function `main` or `malloc` would be C's."""
    return symbol(f"·{name}" if _C_IDENTIFIER.match(name) else name)


def type_name(type_: IrType) -> str:
    """A type as part of a symbol."""
    return str(type_).replace("%", "")


def glue(verb: str, type_: IrType) -> str:
    """The symbol of a function or constant made for a type. The blank keeps it apart from all functions of programs."""
    return symbol(f"{verb} {type_name(type_)}")


def quoted(name: str) -> str:
    """A name inside LLVM's double quotes; letters of any script stay as they are."""
    return "".join(c if c.isprintable() and c not in '"\\' else c_bytes(c.encode()) for c in name)


def c_bytes(data: bytes) -> str:
    """Bytes as the content of LLVM's `c"…"`."""
    return "".join(chr(b) if 32 <= b < 127 and b not in (34, 92) else f"\\{b:02X}" for b in data)


@cache
def local_hint(name: str) -> str:
    """A value's or block's name as far as it can be part of an LLVM name without quotes."""
    return name if _PLAIN.match(name) else ""
