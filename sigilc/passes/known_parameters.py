"""Says which function values a function calls that it gets as parameters, and removes those that it only passes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sigilc.ir.array_ops import ArraySort
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import Call, CallValue, Catch, Declare, FunctionValue, MakeClosure, Op, Value
from sigilc.ir.types import IrFn

# By the op: the attribute with the name of the function, that with values which it gets, and the number of the first.
_SITES: dict[type[Op], tuple[str, str, int]] = {
    Call: ("function", "args", 0),
    Catch: ("function", "args", 0),
    MakeClosure: ("function", "captures", 0),
    ArraySort: ("compare", "context", 2),
}


@dataclass(slots=True)
class CallSite:
    """An op that names the function which gets values of it; the first of `args` is parameter number `first`."""

    op: Op
    callee: str
    args: list[Value]
    first: int

    def rewrite(self, callee: IrFunction, args: list[Value]) -> None:
        """Makes the op name another function, which gets other values."""
        function, values, _ = _SITES[type(self.op)]
        setattr(self.op, function, callee.name)
        setattr(self.op, values, args)
        if isinstance(self.op, Call):
            self.op.moved = callee.owned


def call_site(op: Op) -> CallSite | None:
    """What an op says of the function that it names, if it is of the kinds whose values can be changed."""
    found = _SITES.get(type(op))
    return None if found is None else CallSite(op, getattr(op, found[0]), getattr(op, found[1]), found[2])


def find_called_params(module: Module) -> set[Value]:
    """The parameters that are called in their function, or where it passes them on or captures them."""
    called: set[Value] = set()
    # By a parameter: those that are passed to it.
    passed: dict[Value, list[Value]] = {}
    for function in module.functions.values():
        own = {param for param in function.params if isinstance(param.type, IrFn)}
        if not own:
            continue
        for op in function.ops():
            if own.isdisjoint(op.operands()):
                continue
            if isinstance(op, CallValue) and op.callee in own:
                called.add(op.callee)
            for param, value in _passed(module, op):
                if value in own:
                    passed.setdefault(param, []).append(value)
    _spread(called, passed)
    return called


def drop_unneeded(module: Module, params_by_copy: dict[str, list[Value]]) -> None:
    """Removes from functions those of these parameters of theirs that are only passed on to such, and the arguments."""
    needed: set[Value] = set()
    passed: dict[Value, list[Value]] = {}
    candidates = {param for params in params_by_copy.values() for param in params}
    for name in params_by_copy:
        for op in module.functions[name].ops():
            operands = op.operands()
            if candidates.isdisjoint(operands) or isinstance(op, Declare):
                continue
            receivers = [(param, value) for param, value in _passed(module, op) if param in candidates]
            for param, value in receivers:
                passed.setdefault(param, []).append(value)
                operands.remove(value)
            needed |= candidates.intersection(operands)
    _spread(needed, passed)
    dropped = candidates - needed
    before: dict[str, list[Value]] = {}
    for name in params_by_copy:
        function = module.functions[name]
        before[name], owned = function.params, set(function.owned_params)
        function.params = [param for param in function.params if param not in dropped]
        function.owned = frozenset(number for number, param in enumerate(function.params) if param in owned)
        if function.public_parts is not None:
            function.public_parts = tuple(part for part in function.public_parts if part[0] not in dropped)
    for function in module.functions.values():
        _drop_arguments(module, function, before, dropped)


def _drop_arguments(module: Module, function: IrFunction, params_by_copy: dict[str, list[Value]], dropped: set[Value]) -> None:
    """Removes the arguments for parameters that go, and the notes on those of the function itself.

    `params_by_copy` are the parameters as they were.
    """
    for block in function.blocks:
        notes: list[Op] = []
        for position, op in enumerate(block.ops):
            if isinstance(op, Declare):
                if op.value in dropped:
                    notes.append(op)
                continue
            site = call_site(op)
            if site is None or site.callee not in params_by_copy:
                continue
            params = params_by_copy[site.callee]
            args = [value for number, value in enumerate(site.args, site.first) if params[number] not in dropped]
            site.rewrite(module.functions[site.callee], args)
            if isinstance(op, MakeClosure) and not args:
                block.ops[position] = FunctionValue(function=op.function, result=op.result, span=op.span)
        if notes:
            block.ops = [op for op in block.ops if op not in notes]


def _passed(module: Module, op: Op) -> Iterator[tuple[Value, Value]]:
    """The parameters that get values of an op, with these."""
    site = call_site(op)
    if site is not None:
        yield from zip(module.functions[site.callee].params[site.first:], site.args, strict=False)


def _spread(found: set[Value], passed: dict[Value, list[Value]]) -> None:
    """What holds for a parameter holds for those that are passed to it."""
    pending = list(found)
    while pending:
        for value in passed.get(pending.pop(), ()):
            if value not in found:
                found.add(value)
                pending.append(value)
