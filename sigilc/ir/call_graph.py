"""Says which functions the functions of a module lead to, and how large they are."""

from __future__ import annotations

from collections.abc import Iterable

from sigilc.crash import InternalError
from sigilc.ir.actor_ops import Ask, Spawn, Tell
from sigilc.ir.array_ops import ArraySort
from sigilc.ir.box_ops import MakeBox
from sigilc.ir.dyn_ops import MakeDyn
from sigilc.ir.foreign_ops import CodePointer
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import Call, Catch, FunctionValue, MakeClosure, MapNew, Op, map_of
from sigilc.ir.types import IrBox, IrType


def op_count(function: IrFunction) -> int:
    """How many ops a function has."""
    return sum(len(block.ops) for block in function.blocks)


def entries(module: Module) -> list[str]:
    """The functions that are called from outside: `main` and the exported ones."""
    roots = [module.main] if module.main else []
    roots += [function.name for function in module.functions.values() if function.export]
    return roots


def reachable_functions(module: Module) -> list[IrFunction]:
    """What `main` and the exported functions lead to, in the module's order; all of it when nothing is an entry."""
    roots = entries(module)
    if not roots:
        return list(module.functions.values())
    reached = set(roots)
    pending = roots
    while pending:
        for callee in called_functions(module, function_of(module, pending.pop())):
            if callee not in reached:
                reached.add(callee)
                pending.append(callee)
    return [function for name, function in module.functions.items() if name in reached]


def function_of(module: Module, name: str) -> IrFunction:
    """The function of a name. InternalError when there is none."""
    function = module.functions.get(name)
    if function is None:
        raise InternalError(f"the function {name} is named but not there")
    return function


def called_functions(module: Module, function: IrFunction) -> Iterable[str]:
    """The IR functions that a function may call, each once, in order."""
    return dict.fromkeys(callee for block in function.blocks for op in block.ops
                         if type(op) in _CALLERS for callee in _named_functions(module, op))


def map_functions(module: Module) -> dict[IrType, set[str]]:
    """The functions by which maps hash and compare their keys, by the type of these."""
    found: dict[IrType, set[str]] = {}
    for function in module.functions.values():
        for block in function.blocks:
            for op in block.ops:
                if type(op) is MapNew and op.result is not None:
                    found.setdefault(map_of(op.result).key, set()).update((op.hash, op.equal))
    return found


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
