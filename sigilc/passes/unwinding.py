"""What is still to be seen when a function has been left by unwinding.

A panic ends the program or the actor, unless something catches it; a fault ends the message alone, and the actor keeps its
state. So the place of an in-out parameter is seen after a panic if the address came from something that catches it, or that
is not known; it is seen after a fault if it came from a handler's state.
"""

from __future__ import annotations

from enum import IntEnum

from sigilc.ir.array_ops import ArraySort, LendSlice, MapReserve
from sigilc.ir.box_ops import BoxAddr, is_never_copied
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import (
    ArrayGet,
    Call,
    CallRuntime,
    ElementAddr,
    IntBinary,
    MapFind,
    MapInsert,
    Negate,
    Op,
    Panic,
    Slice,
    Slot,
    Value,
)
from sigilc.ir.types import IrAddr
from sigilc.passes.infer_borrows import named_otherwise

# These raise no fault, but perhaps a panic.
_PANICS_ONLY = (ArrayGet, CallRuntime, ElementAddr, IntBinary, LendSlice, Negate, Panic, Slice)
# These call functions of the program back.
_CALLS_BACK = (ArraySort, MapFind, MapInsert, MapReserve)


class Seen(IntEnum):
    """When a place is seen behind unwinding."""

    NEVER = 0
    AFTER_FAULTS = 1
    ALWAYS = 2


class Unwinding:
    """The answers for a module whose functions without panics are known (`find_nounwind`)."""

    def __init__(self, module: Module):
        self.module = module
        self.definition = {op.result: op for function in module.functions.values()
                           for op in function.ops() if op.result is not None}
        self.faulting = self._find_faulting()
        self.seen: dict[Value, Seen] = {}
        self._find_seen()

    def may_leave(self, op: Op, seen: Seen) -> bool:
        """Whether an op may unwind in a way behind which a place is seen."""
        if seen is Seen.NEVER:
            return False
        if isinstance(op, Call):
            return op.function in self.faulting if seen is Seen.AFTER_FAULTS else op.function not in self.module.nounwind
        if isinstance(op, _CALLS_BACK):
            return True
        return op.may_panic and (seen is Seen.ALWAYS or not isinstance(op, _PANICS_ONLY))

    def of_address(self, address: Value) -> Seen:
        """When the place is seen that an address leads to. What has a destructor sees itself."""
        while (op := self.definition.get(address)) is not None and not isinstance(op, Slot):
            if isinstance(op, BoxAddr) and is_never_copied(op.address):
                return Seen.ALWAYS
            if op.RESULT != "borrowed" and not isinstance(op, LendSlice):
                return Seen.ALWAYS
            address = op.address if isinstance(op, LendSlice) else getattr(op, op.BORROWS_FROM)
        return self.seen.get(address, Seen.NEVER)

    def _find_faulting(self) -> set[str]:
        """The functions that may end in a fault."""
        callers: dict[str, list[str]] = {}
        pending: list[str] = []
        for function in self.module.functions.values():
            for block in function.blocks:
                for op in block.ops:
                    if isinstance(op, Call):
                        callers.setdefault(op.function, []).append(function.name)
                    elif isinstance(op, _CALLS_BACK) or (op.may_panic and not isinstance(op, _PANICS_ONLY)):
                        pending.append(function.name)
        pending += [name for name in callers if name not in self.module.functions]
        faulting = set(pending)
        while pending:
            for caller in callers.get(pending.pop(), ()):
                if caller not in faulting:
                    faulting.add(caller)
                    pending.append(caller)
        return faulting

    def _find_seen(self) -> None:
        """Of parameters, from the callers to the callees."""
        calls: dict[IrFunction, list[Call]] = {}
        for function in self.module.functions.values():
            calls[function] = [op for block in function.blocks for op in block.ops if isinstance(op, Call)
                               and any(isinstance(arg.type, IrAddr) for arg in op.args)]
        handlers = {handler.function for actor in self.module.actors.values() for handler in actor.handlers}
        named = named_otherwise(self.module, with_handlers=False)
        for function in self.module.functions.values():
            level = Seen.ALWAYS if function.name in named else Seen.AFTER_FAULTS if function.name in handlers else Seen.NEVER
            self.seen.update((param, level) for param in function.params if isinstance(param.type, IrAddr))
        pending = list(self.module.functions.values())
        while pending:
            for call in calls[pending.pop()]:
                callee = self.module.functions.get(call.function)
                if callee is not None and self._raise(callee, call):
                    pending.append(callee)

    def _raise(self, callee: IrFunction, call: Call) -> bool:
        """Enters what a call passes on; whether that is news."""
        is_new = False
        for param, arg in zip(callee.params, call.args, strict=True):
            if isinstance(param.type, IrAddr) and (level := self.of_address(arg)) > self.seen[param]:
                self.seen[param] = level
                is_new = True
        return is_new
