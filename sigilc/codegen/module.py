"""Emits a module of the IR as the text of one LLVM module, or of several that together are the program.

Only what can be reached from `main` and the exported functions is emitted. Equal input gives equal text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sigilc.codegen import tbaa
from sigilc.codegen.context import Linkage, ModuleContext
from sigilc.codegen.debug import DebugInfo
from sigilc.codegen.exports import emit_export, emit_program
from sigilc.codegen.functions import INTERNAL_OPS, declare_function, emit_function
from sigilc.codegen.names import symbol
from sigilc.codegen.types import TypeTable
from sigilc.crash import InternalError
from sigilc.ir.array_ops import ArraySort
from sigilc.ir.box_ops import MakeBox
from sigilc.ir.dyn_ops import MakeDyn
from sigilc.ir.foreign_ops import CodePointer
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import Ask, Call, Catch, FunctionValue, MakeClosure, MapNew, Op, Spawn, Tell
from sigilc.ir.types import IrBox

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


def op_count(function: IrFunction) -> int:
    """How many ops a function has."""
    return sum(len(block.ops) for block in function.blocks)


def _missing(module: Module, part: Part) -> list[IrFunction]:
    """The functions that a part calls and does not have."""
    if part.is_whole:
        return []
    present = [*part.functions, *part.copied]
    wanted = {name for function in present for name in called_functions(module, function)}
    wanted -= {function.name for function in present}
    return [module.functions[name] for name in sorted(wanted)]


def reachable_functions(module: Module) -> list[IrFunction]:
    """What is to be emitted, in the module's order; all of it when nothing is an entry."""
    roots = [module.main] if module.main else []
    roots += [function.name for function in module.functions.values() if function.export]
    if not roots:
        return list(module.functions.values())
    reached = set(roots)
    pending = roots
    while pending:
        name = pending.pop()
        function = module.functions.get(name)
        if function is None:
            raise InternalError(f"the function {name} is named but not there")
        for callee in called_functions(module, function):
            if callee not in reached:
                reached.add(callee)
                pending.append(callee)
    return [function for name, function in module.functions.items() if name in reached]


def called_functions(module: Module, function: IrFunction) -> Iterable[str]:
    """The IR functions that a function may call, each once, in order."""
    return dict.fromkeys(callee for block in function.blocks for op in block.ops
                         if type(op) in _CALLERS for callee in _named_functions(module, op))


_CALLERS = frozenset((
    Call, Catch, CodePointer, FunctionValue, MakeClosure, MakeBox, MakeDyn, MapNew, ArraySort, Spawn, Tell, Ask))


def _named_functions(module: Module, op: Op) -> list[str]:
    """The IR functions that an op may call."""
    match op:
        case Call() | Catch() | CodePointer() | FunctionValue() | MakeClosure():
            return [op.function]
        case MakeBox(result=result):
            return [result.type.drop] if result is not None and isinstance(result.type, IrBox) and result.type.drop else []
        case MapNew():
            return [op.hash, op.equal]
        case ArraySort():
            return [op.compare]
        case MakeDyn():
            return op.methods
        case Spawn() | Tell() | Ask():
            return [handler.function for handler in module.actors[op.actor].handlers]
    return []
