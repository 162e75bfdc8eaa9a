"""Debug information (`-g`): which line each instruction belongs to, and where each variable is.

A lexical block begins where a variable can first be seen, so that a second variable of the same name hides the first,
and none is shown before it has its value. The block of an instruction follows from its position in the source alone.
"""

from __future__ import annotations

import os
from bisect import bisect_right

from sigilc.codegen import tbaa
from sigilc.codegen.debug_types import DebugTypes
from sigilc.codegen.metadata import Metadata
from sigilc.codegen.names import quoted
from sigilc.codegen.types import TypeTable
from sigilc.ir.function import IrFunction
from sigilc.ir.ops import Declare, Value
from sigilc.ir.types import IrAddr
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span

# gdb believes what a compiler says about the end of a prologue only if its name begins like this; rustc does so, too.
_PRODUCER = "clang LLVM (sigilc)"


class DebugInfo:
    """The debug information of one LLVM module. The language is given as Rust's, whose values look most like ours."""

    def __init__(self, types: TypeTable, is_optimised: bool):
        self.metadata = Metadata(tbaa.NODE_COUNT)
        self.types = DebugTypes(self.metadata, types)
        self._is_optimised = is_optimised
        self._files: dict[SourceFile, str] = {}
        self._unit = self.metadata.reserve()

    def function(self, function: IrFunction) -> FunctionDebug | None:
        """What there is to say about a function; None for one that has no place in the source."""
        return FunctionDebug(self, function, function.span) if function.span is not None else None

    def file(self, source: SourceFile) -> str:
        """The metadata of a source file."""
        found = self._files.get(source)
        if found is None:
            found = self._files[source] = self.metadata.add(
                f'!DIFile(filename: "{quoted(source.location)}", directory: "{quoted(os.getcwd())}")')
        return found

    def subprogram(self, function: IrFunction, span: Span) -> str:
        """The metadata of a function."""
        file = self.file(span.file)
        params = [self.types.type(param.type) for param in function.params]
        signature = self.metadata.node([self.types.returned(function.result), *params])
        flags = "DISPFlagDefinition | DISPFlagOptimized" if self._is_optimised else "DISPFlagDefinition"
        own = self.metadata.reserve()
        self.metadata.define(own, f'distinct !DISubprogram(name: "{quoted(function.name)}", scope: {file}, '
                                  f"file: {file}, line: {span.line}, scopeLine: {span.line}, "
                                  f"type: !DISubroutineType(types: {signature}), flags: DIFlagPrototyped, "
                                  f"spFlags: {flags}, unit: {self._unit})")
        return own

    def lines(self) -> list[str]:
        """What refers to the metadata; nothing when no function has a place."""
        if not self._files:
            return []
        first = next(iter(self._files.values()))
        self.metadata.define(self._unit, f'distinct !DICompileUnit(language: DW_LANG_Rust, file: {first}, '
                                         f'producer: "{_PRODUCER}", isOptimized: {str(self._is_optimised).lower()}, '
                                         "runtimeVersion: 0, emissionKind: FullDebug, splitDebugInlining: false)")
        flags = [self.metadata.add('!{i32 2, !"Debug Info Version", i32 3}'),
                 self.metadata.add('!{i32 7, !"Dwarf Version", i32 5}')]
        return [f"!llvm.dbg.cu = !{{{self._unit}}}", f"!llvm.module.flags = !{{{', '.join(flags)}}}"]


class FunctionDebug:
    """The debug information of one function; `subprogram` goes to its head."""

    def __init__(self, debug: DebugInfo, function: IrFunction, span: Span):
        self._debug = debug
        self._metadata = debug.metadata
        self._source = span.file
        self._locations: dict[tuple[SourceFile, int, int, str], str] = {}
        self._arguments: dict[Value, int] = {param: i + 1 for i, param in enumerate(function.params)}
        self.subprogram = debug.subprogram(function, span)
        self.nowhere = self._metadata.add(f"!DILocation(line: 0, scope: {self.subprogram})")
        self._find_blocks(function)

    def _find_blocks(self, function: IrFunction) -> None:
        """Makes the lexical blocks, and from each one's ends the table by which positions are looked up."""
        ranges: dict[tuple[int, int], Span] = {}
        for block in function.blocks:
            for op in block.ops:
                if isinstance(op, Declare) and op.value not in self._arguments and op.span is not None:
                    ranges.setdefault((op.begin, op.end), op.span)
        self._starts, self._scopes = [0], [self.subprogram]
        self._block_by_range: dict[tuple[int, int], str] = {}
        open_blocks: list[tuple[int, str]] = []         # with their ends, the innermost last
        for begin, end in sorted(ranges, key=lambda each: (each[0], -each[1])):
            while open_blocks and open_blocks[-1][0] <= begin:
                self._close(open_blocks)
            outer = open_blocks[-1][1] if open_blocks else self.subprogram
            span = ranges[begin, end]
            own = self._metadata.reserve()
            self._metadata.define(own, f"distinct !DILexicalBlock(scope: {outer}, file: {self._debug.file(span.file)}, "
                                       f"line: {span.line}, column: {span.column})")
            self._block_by_range[begin, end] = own
            open_blocks.append((end if not open_blocks else min(end, open_blocks[-1][0]), own))
            self._switch(begin, own)
        while open_blocks:
            self._close(open_blocks)

    def _close(self, open_blocks: list[tuple[int, str]]) -> None:
        end, _ = open_blocks.pop()
        self._switch(end, open_blocks[-1][1] if open_blocks else self.subprogram)

    def _switch(self, position: int, scope: str) -> None:
        self._starts.append(position)
        self._scopes.append(scope)

    def location(self, span: Span | None) -> str:
        """The metadata of a place in the source."""
        if span is None:
            return self.nowhere
        if span.file is self._source:
            scope = self._scopes[bisect_right(self._starts, span.start) - 1]
        else:
            scope = self._metadata.add(f"!DILexicalBlockFile(scope: {self.subprogram}, "
                                       f"file: {self._debug.file(span.file)}, discriminator: 0)")
        line, column = span.file.position(span.start)
        key = (span.file, line, column, scope)
        found = self._locations.get(key)
        if found is None:
            found = self._locations[key] = self._metadata.add(
                f"!DILocation(line: {line}, column: {column}, scope: {scope})")
        return found

    def is_argument(self, value: Value) -> bool:
        """Whether a value is a parameter of the function."""
        return value in self._arguments

    def declare(self, op: Declare, span: Span, address: str, is_indirect: bool) -> str:
        """The record that a variable is at an address, or (`is_indirect`) where the pointer at an address leads."""
        scope = self._block_by_range.get((op.begin, op.end), self.subprogram)
        number = self._arguments.get(op.value)
        argument = f"arg: {number}, " if number is not None else ""
        if number is not None:
            scope = self.subprogram
        type_ = op.value.type.target if isinstance(op.value.type, IrAddr) else op.value.type
        variable = self._metadata.reserve()
        self._metadata.define(variable, f'!DILocalVariable(name: "{quoted(op.name)}", {argument}scope: {scope}, '
                                        f"file: {self._debug.file(span.file)}, line: {span.line}, "
                                        f"type: {self._debug.types.type(type_)})")
        expression = "!DIExpression(DW_OP_deref)" if is_indirect else "!DIExpression()"
        place = self._metadata.add(f"!DILocation(line: {span.line}, column: {span.column}, scope: {scope})")
        return f"  #dbg_declare(ptr {address}, {variable}, {expression}, {place})"
