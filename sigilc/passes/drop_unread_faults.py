"""Leaves out the texts of faults that nobody reads.

Example input, where `%n` is only tested and unwrapped

    fn number(%w: str) -> i64 {
      %n: i64? = call parsed(%w)
      %c: bool = is_some %n
    ...
    fn parsed(%t: str) -> i64? {
      ...
      %empty: str = static ""
      %text: &str = slot %empty
      %u: unit = runtime text_debug_str(%text, %t)
      %message: str = load %text
      %fault: fault = fault %message, %empty, _, "site"
      %none: i64? = none %fault
      return %none

becomes

    fn number(%w: str) -> i64 {
      %n: i64? = call parsed.unread(%w)
    ...
    fn parsed.unread(%t: str) -> i64? {
      ...
      %unread: str = static ""
      %fault: fault = fault %unread, %unread, _, "site"
      %none: i64? = none %fault
      return %none

A fault of constant texts is static, so a failed `i64·parse(w) ?? 0` allocates nothing. `parsed` stays for who reads its
faults.

Requires
    no counts yet (`insert_refcounts`).
Establishes
    a `none` whose fault no op can get at has a fault of constant texts. What else its message was computed with stays, but
    for the text that the runtime puts together in a slot which nobody looks at.
"""

from __future__ import annotations

from sigilc.ir.box_ops import MakeBox, has_destructor
from sigilc.ir.cfg import Dominators
from sigilc.ir.copying import copy_blocks
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.loops import find_loops
from sigilc.ir.ops import (
    Branch,
    Call,
    CallRuntime,
    CondBranch,
    ConstBytes,
    Declare,
    IsSome,
    Load,
    MakeFault,
    MakeNone,
    Op,
    Return,
    Slot,
    Store,
    Switch,
    Unwrap,
    Value,
)
from sigilc.ir.types import STR, IrAddr, IrOption

_LARGEST = 400      # ops of a function of which a second one is made
_BUILDS_TEXT = ("text_append", "text_debug")


def drop_unread_faults(module: Module) -> None:
    """The pass."""
    finder = _Finder(module)
    pending = list(module.functions.values())
    quiet: set[str] = set()
    while pending:
        function = pending.pop()
        is_quiet = function.name in quiet
        read = finder.read(function, is_quiet)
        _drop_texts(function, read, finder)
        for call in _unread_calls(function, read):
            if not finder.is_worth_it(call.function):
                continue
            name = f"{call.function}.unread"
            if name not in module.functions:
                module.functions[name] = _copied(module.functions[call.function], name)
                finder.enter(module.functions[name])
                quiet.add(name)
                pending.append(module.functions[name])
            call.function = name


def _unread_calls(function: IrFunction, read: set[Value]) -> list[Call]:
    return [op for op in function.ops() if isinstance(op, Call) and op.result is not None
            and isinstance(op.result.type, IrOption) and op.result not in read]


class _Finder:
    """Finds what is read, and of which functions a second one pays."""

    def __init__(self, module: Module):
        self.module = module
        self.definition: dict[Value, Op] = {}
        for function in module.functions.values():
            self.enter(function)
        self.worth = self._find_worth()
        self.makes_text: dict[str, bool] = {}

    def enter(self, function: IrFunction) -> None:
        """Learns what a function computes."""
        self.definition.update((op.result, op) for op in function.ops() if op.result is not None)

    def is_worth_it(self, name: str) -> bool:
        """Whether a function that is called puts together a text which is not needed if its own fault is unread."""
        return name in self.worth

    def only_makes_text(self, name: str) -> bool:
        """Whether nobody misses a call whose text is not needed: it ends, does not panic, and writes only what is its own."""
        if name not in self.makes_text:
            self.makes_text[name] = False       # what calls itself may not end
            function = self.module.functions.get(name)
            self.makes_text[name] = (
                function is not None and function.result == STR and not function.owned
                and not find_loops(function, Dominators(function))
                and not any(isinstance(param.type, IrAddr) for param in function.params)
                and all(self._can_be_missed(op) for op in function.ops()))
        return self.makes_text[name]

    def _can_be_missed(self, op: Op) -> bool:
        if isinstance(op, Call):
            return self.only_makes_text(op.function)
        if isinstance(op, MakeBox) and has_destructor(op):
            return False
        is_own = isinstance(op, Slot | Store | Branch | CondBranch | Switch | Return) or _builds_text(op)
        return not op.may_panic and (is_own or not op.EFFECT)

    def is_computed(self, fault: Value) -> bool:
        """Whether a fault is made here, and not of constant texts alone."""
        op = self.definition.get(fault)
        return isinstance(op, MakeFault) and (op.cause is not None or not all(
            isinstance(self.definition.get(text), ConstBytes) for text in (op.message, op.stage)))

    def read(self, function: IrFunction, is_quiet: bool) -> set[Value]:
        """The values of type `T?` whose fault may be read; that of the result is not, in a function that is quiet."""
        read: set[Value] = set()
        given: list[tuple[Value, Value]] = []
        for op in function.ops():
            if isinstance(op, Branch):
                given += zip(op.args, op.target.params, strict=True)
            elif not isinstance(op, IsSome | Unwrap | Declare) and not (is_quiet and isinstance(op, Return)):
                read.update(value for value in op.operands() if isinstance(value.type, IrOption))
        size = -1
        while size != len(read):
            size = len(read)
            read.update(arg for arg, param in given if param in read)
        return read

    def _find_worth(self) -> set[str]:
        """Those that make such a fault, and those that pass on the result of one."""
        worth: set[str] = set()
        callers: dict[str, list[str]] = {}
        for function in self.module.functions.values():
            ops = function.ops()
            if not isinstance(function.result, IrOption) or len(ops) > _LARGEST:
                continue
            unread = {value for op in ops if (value := op.result) is not None} - self.read(function, is_quiet=True)
            if any(isinstance(op, MakeNone) and op.result in unread and self.is_computed(op.fault) for op in ops):
                worth.add(function.name)
            for op in ops:
                if isinstance(op, Call) and op.result in unread:
                    callers.setdefault(op.function, []).append(function.name)
        pending = list(worth)
        while pending:
            new = set(callers.get(pending.pop(), ())) - worth
            worth |= new
            pending += sorted(new)
        return worth


def _drop_texts(function: IrFunction, read: set[Value], finder: _Finder) -> None:
    """Gives constant texts to the faults that are not read."""
    dropped = False
    for block in function.blocks:
        for op in list(block.ops):
            if isinstance(op, MakeNone) and op.result not in read and finder.is_computed(op.fault):
                made = finder.definition[op.fault]
                assert isinstance(made, MakeFault)
                text, fault = Value(STR, "unread"), Value(op.fault.type, "fault")
                at = block.ops.index(op)
                new: list[Op] = [ConstBytes(data=b"", result=text),
                                 MakeFault(message=text, stage=text, cause=None, site=made.site, result=fault, span=made.span)]
                finder.definition.update((one.result, one) for one in new if one.result is not None)
                block.ops[at:at] = new
                op.fault = fault
                dropped = True
    if dropped:
        _remove_unused_texts(function, finder)


def _remove_unused_texts(function: IrFunction, finder: _Finder) -> None:
    """Removes faults that are not used, calls that only made their texts, and slots in which one is built for nobody."""
    for kind in (MakeFault, Call):
        used = {value for op in function.ops() for value in op.operands()}
        for block in function.blocks:
            block.ops = [op for op in block.ops if not isinstance(op, kind) or op.result in used
                         or (isinstance(op, Call) and not finder.only_makes_text(op.function))]
    used = {value for op in function.ops() for value in op.operands()}
    slots = {op.result for op in function.ops() if isinstance(op, Slot) and op.initial.type == STR}
    for op in function.ops():
        is_harmless = op.result not in used and (isinstance(op, Load) or _builds_text(op))
        slots.difference_update(op.operands()[:1] if not is_harmless else (), op.operands()[1:])
    for block in function.blocks:
        block.ops = [op for op in block.ops
                     if not (op.result in slots or (op.operands() and op.operands()[0] in slots))]


def _builds_text(op: Op) -> bool:
    """Whether an op only adds to the text in a slot, its first operand."""
    return isinstance(op, CallRuntime) and op.function.startswith(_BUILDS_TEXT) and not op.may_panic


def _copied(function: IrFunction, name: str) -> IrFunction:
    """The same function once more, with values and blocks of its own."""
    params = {param: Value(param.type, param.name) for param in function.params}
    public_parts = function.public_parts
    if public_parts is not None:
        public_parts = tuple((params[param], path) for param, path in public_parts)
    return IrFunction(name, list(params.values()), function.result, copy_blocks(function.blocks, dict(params)),
                      span=function.span, hints=function.hints, owned=function.owned, public_parts=public_parts)
