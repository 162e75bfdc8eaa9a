"""Emits a module of the IR as the text of one LLVM module, or of several that together are the program.

Only what can be reached from `main` and the exported functions is emitted. Equal input gives equal text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sigilc.codegen import tbaa
from sigilc.codegen.context import Linkage, ModuleContext
from sigilc.codegen.debug import DebugInfo
from sigilc.codegen.exports import emit_export, emit_program
from sigilc.codegen.functions import INTERNAL_OPS, declare_function, emit_function
from sigilc.codegen.names import symbol
from sigilc.codegen.types import TypeTable
from sigilc.ir.call_graph import called_functions, op_count, reachable_functions
from sigilc.ir.function import IrFunction, Module

# A program of at most this many ops is optimised as a whole.
SMALL_PROGRAM_OPS = 2_500


@dataclass(frozen=True, slots=True)
class Part:
    """The functions of one LLVM module; of the `copied` ones it has a copy to inline, while another part defines them.

    A program in one part has everything that LLVM may see through: small functions are internal to it.
    """

    functions: Sequence[IrFunction]
    copied: Sequence[IrFunction] = ()
    is_whole: bool = True


def emit_module(module: Module, part: Part | None = None, *, debug: bool = False, is_optimised: bool = False) -> str:
    """The LLVM text of a part, of the whole program without one; requires inserted reference counts.

    `debug` adds information for debuggers, to whom `is_optimised` is said.
    """
    if part is None:
        part = Part(reachable_functions(module))
    types = TypeTable()
    context = ModuleContext(module, types, DebugInfo(types, is_optimised) if debug else None, is_optimised)
    linkages = _linkages(part)
    texts = [emit_function(context, function, linkages[function.name]) for function in part.functions]
    texts += [emit_function(context, function, "available_externally hidden") for function in part.copied]
    for function in part.functions:
        if function.export:
            texts.append(emit_export(context, function))
        if function.name == module.main:
            texts.append(emit_program(context, function))
    for function in _missing(module, part):
        context.declare(function.name, declare_function(context, function))
    # A program may declare as C's what it exports itself.
    defined = {symbol(function.export) for function in part.functions if function.export}
    declarations = sorted(text for name, text in context.declarations.items() if name not in defined)
    return "\n\n".join([
        'source_filename = "sigil"',
        "\n".join(context.constants.values()),
        "\n".join(declarations),
        *texts,
        *context.definitions.values(),
        "\n".join(tbaa.metadata()),
        "\n".join([*(context.debug.lines() if context.debug is not None else []), *context.metadata.lines()]),
    ]) + "\n"


def _linkages(part: Part) -> dict[str, Linkage]:
    """`internal` for all functions of a small program, and for the small ones of a large program.

    LLVM takes constant arguments into an internal function, and inlines the last call of one whatever its size: of a
    large program it would inline everything into `main`, which takes it minutes.
    """
    sizes = {function.name: op_count(function) for function in part.functions}
    limit = INTERNAL_OPS if sum(sizes.values()) > SMALL_PROGRAM_OPS else SMALL_PROGRAM_OPS
    return {name: "internal" if part.is_whole and size <= limit else "hidden" for name, size in sizes.items()}


def _missing(module: Module, part: Part) -> list[IrFunction]:
    """The functions that a part calls and does not have."""
    if part.is_whole:
        return []
    present = [*part.functions, *part.copied]
    wanted = {name for function in present for name in called_functions(module, function)}
    wanted -= {function.name for function in present}
    return [module.functions[name] for name in sorted(wanted)]
