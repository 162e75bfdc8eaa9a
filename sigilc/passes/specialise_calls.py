"""Makes copies of functions for the function values that they are called with, so that those are called directly.

Example input

    fn twice(%f: fn(i64) -> i64, %x: i64) -> i64 {
    entry:
      %a: i64 = call_value %f(%x)
      %b: i64 = call_value %f(%a)
      return %b
    }
    ...
      %g: fn(i64) -> i64 = closure main.closure1(%n)
      %y: i64 = call twice(%g, %x)

becomes

    fn twice.with.main.closure1(%n: i64, %x: i64) -> i64 {
    entry:
      %a: i64 = call main.closure1(%n, %x)
      %b: i64 = call main.closure1(%n, %a)
      return %b
    }
    ...
      %g: fn(i64) -> i64 = closure main.closure1(%n)
      %y: i64 = call twice.with.main.closure1(%n, %x)

where `eliminate_dead` then removes the closure. The same is done through what the copy calls with `%f` in turn, through
closures that capture it, and through the function by which an array is sorted.

Requires
    no counts yet (`insert_refcounts`); no unreachable blocks (`simplify_cfg`).
Establishes
 1. no function value whose code is known where it is called is called as a value, unless (below) that has a limit;
 2. behind a parameter that is known in a copy stand the parameters for what it captures; the parameter itself is there
    only where the copy does more with the value than to call it;
 3. each function has one copy for the same values, whose code is compared, not what they capture.
A function is copied only if it calls what it gets, itself or by others. What captures a value with a destructor, or one
that may hold such a value, stays a value: without the environment, that value would end in another order.
The limits are for chains without end (a function that calls itself with a closure around the one that it got), and for
the size of the program.
"""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.ir.call_graph import op_count, reachable_functions
from sigilc.ir.cfg import reverse_postorder
from sigilc.ir.copying import copy_blocks
from sigilc.ir.function import IrFunction, Module, PublicPart
from sigilc.ir.ops import Call, CallValue, Copy, FunctionValue, MakeClosure, Op, Value
from sigilc.ir.types import IrBox, IrDyn, IrFn, IrType, parts_of
from sigilc.passes.known_parameters import call_site, drop_unneeded, find_called_params

# A function with more ops is not copied; all copies together have as many as half of the program, or as a small one.
MAX_OPS = 500
SMALL_PROGRAM_OPS = 3_000
# What a copy costs beside its ops.
OPS_PER_COPY = 10
# How often copies may be made for copies.
MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Known:
    """A function value of which more than the type is known: its code, and the values that it captures."""

    function: str
    captures: tuple[Value, ...] = ()


_CopyKey = tuple[str, tuple[tuple[int, str, int], ...]]


def specialise_calls(module: Module) -> None:
    """The pass."""
    makers = [function for function in module.functions.values() if _makes_function_values(function)]
    if makers:
        _Specialiser(module).run(makers)


def _makes_function_values(function: IrFunction) -> bool:
    return any(type(op) is MakeClosure or type(op) is FunctionValue for op in function.ops())


class _Specialiser:
    """The state of the pass: the copies, and what they may still cost."""

    def __init__(self, module: Module):
        self.module = module
        self.called = find_called_params(module)
        self.copies: dict[_CopyKey, IrFunction | None] = {}
        self.added_params: dict[str, list[Value]] = {}      # by copy: what is known, and what that captures
        self.depth_by_copy: dict[str, int] = {}
        self.pending: list[tuple[IrFunction, dict[Value, Known]]] = []
        self.has_visible_end = _VisibleEnds()
        self.ops_left = max(SMALL_PROGRAM_OPS, sum(map(op_count, module.functions.values())) // 2)

    def run(self, makers: list[IrFunction]) -> None:
        self.pending = [(function, {}) for function in reversed(makers)]
        while self.pending:
            self._specialise_in(*self.pending.pop())
        if self.added_params:
            drop_unneeded(self.module, self.added_params)
            self.module.functions = {function.name: function for function in reachable_functions(self.module)}

    def _specialise_in(self, function: IrFunction, known: dict[Value, Known]) -> None:
        """Rewrites a function, of whose values some are `known`."""
        borrowed = {op.result for op in function.ops() if op.RESULT == "borrowed"}
        for block in reverse_postorder(function):
            ops: list[Op] = []
            for op in block.ops:
                if isinstance(op, CallValue) and op.callee in known:
                    callee = known[op.callee]
                    op = Call(function=callee.function, args=[*callee.captures, *op.args],
                              moved=self.module.functions[callee.function].owned, result=op.result, span=op.span)
                if isinstance(op, MakeClosure):
                    ops += _own_captures(op, borrowed)
                self._specialise_site(op, known)
                ops.append(op)
                if op.result is not None:
                    value = self._known_value(op, known)
                    if value is not None:
                        known[op.result] = value
            block.ops = ops

    def _known_value(self, op: Op, known: dict[Value, Known]) -> Known | None:
        """What is known of the function value that an op makes."""
        if isinstance(op, FunctionValue):
            return Known(op.function)
        if isinstance(op, MakeClosure) and all(value in known or not self.has_visible_end[value.type]
                                               for value in op.captures):
            return Known(op.function, tuple(op.captures))
        return None

    def _specialise_site(self, op: Op, known: dict[Value, Known]) -> None:
        """Makes an op that calls, or leads to calls of, a function by its name name a copy instead."""
        site = call_site(op)
        if site is None:
            return
        callee = self.module.functions[site.callee]
        given = {number: known[value] for number, value in enumerate(site.args, site.first)
                 if value in known and callee.params[number] in self.called}
        if not given:
            return
        copy = self._copy_for(callee, given)
        if copy is None:
            return
        args: list[Value] = []
        for number, value in enumerate(site.args, site.first):
            args.append(value)
            if number in given:
                args += given[number].captures
        site.rewrite(copy, args)

    def _copy_for(self, callee: IrFunction, given: dict[int, Known]) -> IrFunction | None:
        """The copy of a function for what is known of its parameters, by number; None beyond the limits."""
        key = (callee.name, tuple((number, value.function, len(value.captures)) for number, value in given.items()))
        if key not in self.copies:
            depth = 1 + max(self.depth_by_copy.get(name, 0)
                            for name in (callee.name, *(value.function for value in given.values())))
            size = op_count(callee)
            if depth > MAX_DEPTH or size > MAX_OPS or size + OPS_PER_COPY > self.ops_left:
                self.copies[key] = None
            else:
                self.ops_left -= size + OPS_PER_COPY
                self.copies[key] = copy = self._copy(callee, given)
                self.depth_by_copy[copy.name] = depth
        return self.copies[key]

    def _copy(self, callee: IrFunction, given: dict[int, Known]) -> IrFunction:
        """A new function, which is pending."""
        copied: dict[Value, Value] = {}
        params: list[Value] = []
        known: dict[Value, Known] = {}
        for number, param in enumerate(callee.params):
            own = copied[param] = Value(param.type, param.name)
            params.append(own)
            if number in given:
                captured = tuple(Value(value.type, value.name) for value in given[number].captures)
                known[own] = Known(given[number].function, captured)
                params += captured
            elif param in self.called:
                self.called.add(own)
        owned = {copied[param] for param in callee.owned_params}
        copy = IrFunction(self._new_name(callee, given), params, callee.result, copy_blocks(callee.blocks, copied),
                          owned=frozenset(number for number, param in enumerate(params) if param in owned),
                          span=callee.span, hints=callee.hints, public_parts=_public_parts(callee, copied, known))
        self.module.functions[copy.name] = copy
        self.added_params[copy.name] = [param for own, value in known.items() for param in (own, *value.captures)]
        self.pending.append((copy, known))
        return copy

    def _new_name(self, callee: IrFunction, given: dict[int, Known]) -> str:
        base = name = f"{callee.name}.with.{'.'.join(value.function for value in given.values())}"
        number = 1
        while name in self.module.functions:
            number += 1
            name = f"{base}.{number}"
        return name


def _public_parts(callee: IrFunction, copied: dict[Value, Value], known: dict[Value, Known]) -> tuple[PublicPart, ...] | None:
    """What is public in a copy: the same, and what a public function value captures."""
    if callee.public_parts is None:
        return None
    parts = [(copied[param], path) for param, path in callee.public_parts]
    return (*parts, *((value, ()) for param, _ in parts if param in known for value in known[param].captures))


def _own_captures(op: MakeClosure, borrowed: set[Value | None]) -> list[Op]:
    """Copies of what a closure captures and is part of something else: it is used later, when that may be gone."""
    copies: list[Op] = []
    for value in op.captures:
        if value in borrowed and value.type.is_viewed:
            own = Value(value.type, value.name)
            copies.append(Copy(value=value, result=own, span=op.span))
            op.captures = [own if capture is value else capture for capture in op.captures]
    return copies


class _VisibleEnds(dict[IrType, bool]):
    """Whether a value of a type may hold one with a destructor: whose end can be seen."""

    def __missing__(self, kind: IrType) -> bool:
        pending, seen = [kind], set[IrType]()
        while pending:
            part = pending.pop()
            if isinstance(part, IrFn | IrDyn) or (isinstance(part, IrBox) and part.drop):
                self[kind] = True
                return True
            if part not in seen:
                seen.add(part)
                pending += parts_of(part)
        self[kind] = False
        return False
