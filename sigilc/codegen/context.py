"""What the functions of one LLVM module share: constants, declarations, and definitions made on demand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Literal

from sigilc.codegen import tbaa
from sigilc.codegen.debug import DebugInfo
from sigilc.codegen.metadata import Metadata
from sigilc.codegen.names import c_bytes, glue, symbol
from sigilc.codegen.runtime_symbols import declaration
from sigilc.codegen.types import TypeTable
from sigilc.ir.dyn_ops import UpcastDyn
from sigilc.ir.function import Module
from sigilc.ir.types import IrDyn, IrType
from sigilc.source.spans import Span

Linkage = Literal["internal", "hidden", "available_externally hidden"]

# Header of static data, and the environment of plain functions: a count of zero is immortal.
STATIC_OWNER = symbol("static owner")
DATA_ALIGNMENT, ALIGNED_FROM = 64, 128


class ModuleContext:
    """The module being emitted.

    Definitions are kept in the order in which they are first asked for, so equal input gives equal text.
    """

    def __init__(self, module: Module, types: TypeTable | None = None, debug: DebugInfo | None = None,
                 is_optimised: bool = True):
        self.module = module
        self.is_optimised = is_optimised
        self.types = types or TypeTable()
        self.debug = debug
        self.metadata = debug.metadata if debug is not None else Metadata(tbaa.NODE_COUNT)
        self.constants: dict[str, str] = {}
        self.declarations: dict[str, str] = {}
        self.definitions: dict[str, str] = {}
        # Names of constant data by its text: equal data is there once.
        self.static_symbols: dict[str, str] = {}
        self._text_symbols: dict[bytes, str] = {}
        self._string_symbols: dict[str, str] = {}
        self._is_counted: dict[IrType, bool] = {}

    @cached_property
    def upcasts(self) -> dict[str, list[tuple[IrDyn, tuple[int, ...]]]]:
        """By the name of a type that is known by its methods: which others it becomes, by which of the methods."""
        found: dict[str, list[tuple[IrDyn, tuple[int, ...]]]] = {}
        for function in self.module.functions.values() if self.module.dyns else ():
            for op in function.ops():
                if isinstance(op, UpcastDyn) and op.result is not None \
                        and isinstance(op.value.type, IrDyn) and isinstance(op.result.type, IrDyn):
                    entry = (op.result.type, tuple(op.numbers))
                    entries = found.setdefault(op.value.type.name, [])
                    if entry not in entries:
                        entries.append(entry)
        return found

    # ---- On demand

    def define(self, name: str, build: Callable[[], str]) -> str:
        """The symbol `name`, whose definition `build` gives the first time; it may ask for others, or for itself."""
        if name not in self.definitions:
            self.definitions[name] = ""
            self.definitions[name] = build()
        return name

    def constant(self, name: str, build: Callable[[], str]) -> str:
        """The symbol of a private constant."""
        if name not in self.constants:
            self.constants[name] = ""
            self.constants[name] = f"{name} = private unnamed_addr constant {build()}"
        return name

    def runtime(self, name: str) -> str:
        """The symbol of a runtime function or LLVM intrinsic, declared."""
        found = symbol(name)
        if found not in self.declarations:
            self.declarations[found] = declaration(name)
        return found

    def declare(self, name: str, text: str) -> str:
        """The symbol of a foreign function, declared as `text` unless it is already."""
        found = symbol(name)
        self.declarations.setdefault(found, text)
        return found

    # ---- Constants

    def static_owner(self) -> str:
        """The immortal header."""
        return self.constant(STATIC_OWNER, lambda: "{ i64, ptr, i64, i64 } zeroinitializer, align 32")

    def static_data(self, data: bytes) -> str:
        """A pointer to constant bytes; empty data is a valid pointer too."""
        if not data:
            return self.static_owner()
        found = self._text_symbols.get(data)
        if found is None:
            found = self._text_symbols[data] = symbol(f"text.{len(self._text_symbols)}")
            align = DATA_ALIGNMENT if len(data) >= ALIGNED_FROM else 1
            self.constant(found, lambda: f'[{len(data)} x i8] c"{c_bytes(data)}", align {align}')
        return found

    def static_items(self, ll_type: str, items: list[str]) -> str:
        """A pointer to a constant array of scalars."""
        text = f"[{len(items)} x {ll_type}] [{', '.join(f'{ll_type} {item}' for item in items)}]"
        key = text.encode()
        found = self._text_symbols.get(key)
        if found is None:
            found = self._text_symbols[key] = symbol(f"items.{len(self._text_symbols)}")
            self.constant(found, lambda: f"{text}, align {DATA_ALIGNMENT}")
        return found

    def constant_value(self, text: str) -> str:
        """A pointer to a constant struct."""
        found = self._text_symbols.get(text.encode())
        if found is None:
            found = self._text_symbols[text.encode()] = symbol(f"value.{len(self._text_symbols)}")
            self.constant(found, lambda: text)
        return found

    def c_string(self, text: str) -> str:
        """A pointer to zero-terminated text."""
        found = self._string_symbols.get(text)
        if found is None:
            found = self._string_symbols[text] = symbol(f"string.{len(self._string_symbols)}")
            data = text.encode() + b"\0"
            self.constant(found, lambda: f'[{len(data)} x i8] c"{c_bytes(data)}"')
        return found

    def site(self, span: Span | None) -> str:
        """A pointer to the `file:line:column` of an op."""
        return self.c_string(span.site() if span is not None else "?")

    # ---- Descriptors

    def is_counted(self, type_: IrType) -> bool:
        """Whether values of the type hold references."""
        found = self._is_counted.get(type_)
        if found is None:
            found = self._is_counted[type_] = type_.is_counted
        return found

    def descriptor_fields(self, type_: IrType) -> str:
        """The content of a `sigil_type`."""
        from sigilc.codegen.counts import place_function

        layout = self.types.layout(type_)
        retain, drop = "null", "null"
        if self.is_counted(type_):
            retain, drop = place_function(self, "retain", type_), place_function(self, "drop", type_)
        return f"{{ i64, i64, ptr, ptr }} {{ i64 {layout.size}, i64 {layout.align}, ptr {retain}, ptr {drop} }}"

    def descriptor(self, type_: IrType) -> str:
        """The `sigil_type` of an element type."""
        return self.constant(glue("type", type_), lambda: self.descriptor_fields(type_))
