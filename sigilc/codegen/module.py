"""Emits a module of the IR as the text of one LLVM module.

Only what can be reached from `main` and the exported functions is emitted. Equal input gives equal text.
"""

from __future__ import annotations

from sigilc.codegen import tbaa
from sigilc.codegen.abi import emit_export, emit_program
from sigilc.codegen.context import ModuleContext
from sigilc.codegen.functions import blocks_in_order, emit_function
from sigilc.codegen.names import symbol
from sigilc.crash import InternalError
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import ArraySort, Ask, Call, FunctionValue, MakeClosure, MapNew, Op, Spawn, Tell


def emit_module(module: Module, options: object = None) -> str:
    """The LLVM text of a module; requires inserted reference counts. `options` don't matter yet."""
    context = ModuleContext(module)
    functions = reachable_functions(module)
    texts = [emit_function(context, function) for function in functions]
    for function in functions:
        if function.export:
            texts.append(emit_export(context, function))
    if module.main:
        texts.append(emit_program(context, module.functions[module.main]))
    # A program may declare as C's what it exports itself.
    defined = {symbol(function.export) for function in functions if function.export}
    declarations = sorted(text for name, text in context.declarations.items() if name not in defined)
    return "\n\n".join([
        'source_filename = "sigil"',
        "\n".join(context.constants.values()),
        "\n".join(declarations),
        *texts,
        *context.definitions.values(),
        "\n".join(tbaa.metadata()),
    ]) + "\n"


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
        for block in blocks_in_order(function):
            for op in block.ops:
                for callee in _named_functions(module, op):
                    if callee not in reached:
                        reached.add(callee)
                        pending.append(callee)
    return [function for name, function in module.functions.items() if name in reached]


def _named_functions(module: Module, op: Op) -> list[str]:
    """The IR functions that an op may call."""
    match op:
        case Call() | FunctionValue() | MakeClosure():
            return [op.function]
        case MapNew():
            return [op.hash, op.equal]
        case ArraySort():
            return [op.compare]
        case Spawn() | Tell() | Ask():
            return [handler.function for handler in module.actors[op.actor].handlers]
    return []
