"""Finds the parameters whose references pass to the callee; the others stay borrowed.

After Ullrich and de Moura, "Counting Immutable Beans: Reference Counting Optimized for Purely Functional Programming"
(IFL 2019): a parameter that its function only looks at is borrowed, which costs nothing. One that it stores, returns or
puts into a place is owned: a caller that needs its argument no longer hands over its reference. So the function finds a
buffer that nothing else sees, and changes it where it is.

Example input

    fn appended(%xs: [i64], %x: i64) -> [i64] {
    entry:
      %s: &[i64] = slot %xs
      push %s, %x
      %all: [i64] = load %s
      return %all
    }
    ...
      %more: [i64] = call appended(%some, %n)

becomes

    fn appended(own %xs: [i64], %x: i64) -> [i64] {
    ...
      %more: [i64] = call appended(own %some, %n)

Requires
    no counts yet (`insert_refcounts`).
Establishes
 1. a parameter is owned if an op consumes it, unless that is on a way to a panic only;
 2. a function that anything but a call names, or that is called from outside, owns no parameter but what `lower` says
    is handed over to function values;
 3. each call moves the arguments that the function owns. A handler is called with the payload of a message, which moves
    likewise.
"""

from __future__ import annotations

from sigilc.ir.dyn_ops import MakeDyn
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import Call, Op, Panic, RaiseFault, Unreachable, Value

# The attributes by which ops name functions.
_NAMING = ("function", "compare", "hash", "equal")
_ENDS_BADLY = (Panic, RaiseFault, Unreachable)


def infer_borrows(module: Module) -> None:
    """The pass."""
    named = named_otherwise(module, with_handlers=False)
    calls: dict[str, list[tuple[IrFunction, Call]]] = {}
    pending: list[IrFunction] = []
    for function in module.functions.values():
        for block in function.blocks:
            for op in block.ops:
                if type(op) is Call:
                    calls.setdefault(op.function, []).append((function, op))
        if function.name not in named and any(_can_be_owned(param) for param in function.params):
            pending.append(function)
    waiting = set(pending)
    while pending:
        function = pending.pop()
        waiting.discard(function)
        owned = _consumed_params(function)
        if owned == function.owned:
            continue
        function.owned = owned
        for caller, call in calls.get(function.name, ()):
            call.moved = owned
            if caller not in waiting and caller.name not in named:
                waiting.add(caller)
                pending.append(caller)


def named_otherwise(module: Module, with_handlers: bool = True) -> set[str]:
    """The functions that are not only called; the handlers of actors are named by the runtime."""
    found = {module.main}
    attributes_of = _NamingAttributes()
    if with_handlers:
        found.update(handler.function for actor in module.actors.values() for handler in actor.handlers)
    for function in module.functions.values():
        if function.export:
            found.add(function.name)
        for block in function.blocks:
            for op in block.ops:
                for attribute in attributes_of[type(op)]:
                    found.add(getattr(op, attribute))
                if isinstance(op, MakeDyn):
                    found.update(op.methods)
    return found


class _NamingAttributes(dict[type[Op], tuple[str, ...]]):
    """The attributes by which the ops of a class name functions."""

    def __missing__(self, kind: type[Op]) -> tuple[str, ...]:
        names = tuple(name for name in _NAMING if hasattr(kind, name) and kind is not Call)
        self[kind] = names
        return names


def _can_be_owned(param: Value) -> bool:
    """What lies in memory stays with the caller: to pass it on is to copy it."""
    return param.type.is_counted and not param.type.in_memory


def _consumed_params(function: IrFunction) -> frozenset[int]:
    """The numbers of the parameters that an op consumes."""
    consumed: set[Value] = set()
    for block in function.blocks:
        if not isinstance(block.terminator, _ENDS_BADLY):
            for op in block.ops:
                consumed.update(op.consumed())
    return frozenset(number for number, param in enumerate(function.params)
                     if param in consumed and _can_be_owned(param))
