"""Turns functions into steps for the interpreter, the first time each is called.

A frame is a list with one place a value, constants filled in beforehand, and the function's result at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sigilc.crash import InternalError
from sigilc.ir import ops
from sigilc.ir.dyn_ops import CallDyn
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.interp_values import FaultValue, has_buffers, share
from sigilc.ir.ops import Op, Value
from sigilc.ir.types import UNIT, IrAddr, IrType
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.ir.interp import Machine

Step = Callable[[list[Any]], None]
Maker = Callable[[Any, "FunctionCompiler"], Step | None]


class Panicked(Exception):
    """A panic, or a raised fault, on its way to the message's or the program's boundary."""

    def __init__(self, message: bytes, site: str, fault: FaultValue | None = None, span: Span | None = None):
        super().__init__(message.decode(errors="replace"))
        self.message = message
        self.site = site
        self.fault = fault
        self.span = span

    def lines(self) -> str:
        """`panic at SITE: MESSAGE`; a fault keeps the site where its value became absent, and its causes follow."""
        if self.fault is None:
            return f"panic at {self.site}: {self.message.decode(errors='replace')}\n"
        return f"panic at {self.fault.site.decode() or self.site}: {self.fault.lines()}"


class CodeBlock:
    """A block's steps; `end` gives the next block, or None after a return."""

    __slots__ = ("end", "size", "steps")

    def __init__(self, size: int) -> None:
        self.steps: list[Step] = []
        self.end: Callable[[list[Any]], CodeBlock | None] = lambda frame: None
        self.size = size


class Code:
    """A function that can be run; made into steps at its first call."""

    __slots__ = ("entry", "function", "machine", "template")

    def __init__(self, function: IrFunction, machine: Machine):
        self.function = function
        self.machine = machine
        self.entry: CodeBlock | None = None
        self.template: list[Any] = []

    def call(self, args: list[Any]) -> Any:
        """Runs the function. Raises Panicked."""
        machine = self.machine
        if self.entry is None:
            FunctionCompiler(self).compile()
        frame = self.template.copy()
        frame[:len(args)] = args
        machine.enter()
        block = self.entry
        while block is not None:
            machine.steps += block.size
            if machine.steps > machine.max_steps:
                raise machine.step_limit()
            for step in block.steps:
                step(frame)
            block = block.end(frame)
        machine.depth -= 1
        return frame[-1]


def _site(op: Op) -> str:
    return op.span.site() if op.span is not None else "unknown"


class FunctionCompiler:
    """Makes the steps of one function; what the makers ask for indices, types and panics."""

    def __init__(self, code: Code):
        self.code = code
        self.machine = code.machine
        self.function = code.function
        self._index_by_value: dict[Value, int] = {}
        self._template: list[Any] = []
        self._blocks = {block: CodeBlock(len(block.ops)) for block in self.function.blocks}
        self._used_elsewhere = _used_in_other_blocks(self.function)
        self._block = self.function.blocks[0]

    def compile(self) -> None:
        """Fills in the code's entry and template."""
        for value in self.function.params:
            self.index(value)
        for block, made in self._blocks.items():
            self._block = block
            for op in block.ops[:-1]:
                step = self._step(op)
                if step is not None:
                    made.steps.append(step)
            made.end = self._end(block.terminator)
            if block.terminator.cleanup and self.machine.runs_drops:
                from sigilc.ir.interp_drops import unwinding
                made.end = unwinding(made.end, block.terminator, self)
        self._template.append(None)
        self.code.template = self._template
        self.code.entry = self._blocks[self.function.blocks[0]]

    # ---- For makers --------------------------------------------------------------------------------------------------

    def index(self, value: Value) -> int:
        """The place of a value in the frame."""
        found = self._index_by_value.get(value)
        if found is None:
            found = self._index_by_value[value] = len(self._template)
            self._template.append(None)
        return found

    def indices(self, values: list[Value]) -> list[int]:
        """The places of several."""
        return [self.index(v) for v in values]

    def result(self, op: Op) -> int:
        """The place of an op's result; a place nobody reads when there is none."""
        return self.index(op.result if op.result is not None else Value(UNIT))

    def type_of(self, op: Op) -> IrType:
        """The type of an op's result."""
        if op.result is None:
            raise InternalError(f"{type(op).__name__} without a result", op.span)
        return op.result.type

    def preset(self, op: Op, value: Any) -> None:
        """The op's result is this constant."""
        self._template[self.result(op)] = value

    def callee(self, name: str) -> Code:
        """Another function."""
        return self.machine.code(name)

    def panic(self, op: Op, message: str) -> Callable[[], Panicked]:
        """What makes the exception of a panic at an op."""
        return lambda: Panicked(message.encode(), _site(op), span=op.span)

    def panic_text(self, op: Op) -> Callable[[bytes], Panicked]:
        """The same for a message that is known only then."""
        return lambda message: Panicked(message, _site(op), span=op.span)

    def broken_promise(self, op: Op, what: str) -> Callable[[], InternalError]:
        """What makes the exception for IR that promised what isn't so."""
        return lambda: InternalError(what, op.span)

    def is_brief_view(self, op: Op) -> bool:
        """Whether a view of a place, and what is taken out of it, is last used before the next op with an effect."""
        if op.result is None:
            return True
        views = {op.result}
        has_effect = False
        for later in self._block.ops[self._block.ops.index(op) + 1:]:
            if not views.isdisjoint(later.operands()):
                if has_effect or later.EFFECT or not views.isdisjoint(later.consumed()):
                    return False
                if later.RESULT == "borrowed" and later.result is not None and has_buffers(later.result.type):
                    views.add(later.result)
            has_effect = has_effect or later.EFFECT
        return views.isdisjoint(self._used_elsewhere)

    # ---- Ops ---------------------------------------------------------------------------------------------------------

    def _step(self, op: Op) -> Step | None:
        maker = self.machine.makers.get(type(op))
        if maker is None:
            raise InternalError(f"the interpreter does not know {type(op).__name__}", op.span)
        step = maker(op, self)
        shared = self._shared_operands(op)
        if not shared or step is None:
            return step
        plain = step

        def sharing(frame: list[Any]) -> None:
            for i in shared:
                share(frame[i])
            plain(frame)
        return sharing

    def _shared_operands(self, op: Op) -> list[int]:
        """The operands that outlive the op or that the callee sees while it may write to places."""
        if isinstance(op, ops.Release):
            return []
        values = op.consumed()
        if isinstance(op, ops.Call | ops.Catch | ops.CallValue):
            values = values + op.args
        if isinstance(op, CallDyn):
            values = values + [value for value in op.operands() if not isinstance(value.type, IrAddr)]
        return [self.index(v) for v in values if has_buffers(v.type)]

    def _end(self, op: Op) -> Callable[[list[Any]], CodeBlock | None]:
        match op:
            case ops.Branch():
                return self._branch(op)
            case ops.CondBranch():
                c, then, otherwise = self.index(op.condition), self._blocks[op.then], self._blocks[op.otherwise]
                return lambda frame: then if frame[c] else otherwise
            case ops.Switch():
                v, default = self.index(op.value), self._blocks[op.default]
                cases = {number: self._blocks[block] for number, block in op.cases}
                return lambda frame: cases.get(frame[v], default)
            case ops.Return():
                return self._return(op)
            case ops.Panic():
                return self._panic(op)
            case ops.RaiseFault():
                return self._raise_fault(op)
            case ops.Unreachable():
                fail = self.broken_promise(op, f"{self.function.name} reached what can't be reached")
                return _raiser(fail)
        raise InternalError(f"the interpreter does not know {type(op).__name__}", op.span)

    def _branch(self, op: ops.Branch) -> Callable[[list[Any]], CodeBlock | None]:
        target = self._blocks[op.target]
        sources, places = self.indices(op.args), self.indices(op.target.params)
        shared = self._shared_operands(op)
        if not sources:
            return lambda frame: target

        def jump(frame: list[Any]) -> CodeBlock:
            for i in shared:
                share(frame[i])
            values = [frame[i] for i in sources]
            for i, value in zip(places, values, strict=True):
                frame[i] = value
            return target
        return jump

    def _return(self, op: ops.Return) -> Callable[[list[Any]], CodeBlock | None]:
        v, is_shared = self.index(op.value), has_buffers(op.value.type)

        def leave(frame: list[Any]) -> None:
            value = frame[v]
            if is_shared:
                share(value)
            frame[-1] = value
        return leave

    def _panic(self, op: ops.Panic) -> Callable[[list[Any]], CodeBlock | None]:
        v, site = self.index(op.message), _site(op)

        def panic(frame: list[Any]) -> CodeBlock | None:
            raise Panicked(frame[v], site, span=op.span)
        return panic

    def _raise_fault(self, op: ops.RaiseFault) -> Callable[[list[Any]], CodeBlock | None]:
        v, site = self.index(op.fault), _site(op)

        def raise_fault(frame: list[Any]) -> CodeBlock | None:
            fault: FaultValue = frame[v]
            raise Panicked(fault.message, site, fault, op.span)
        return raise_fault


def _raiser(make: Callable[[], Exception]) -> Callable[[list[Any]], CodeBlock | None]:
    def fail(frame: list[Any]) -> CodeBlock | None:
        raise make()
    return fail


def _used_in_other_blocks(function: IrFunction) -> set[Value]:
    """The values that an op uses in another block than the one that defines them."""
    home: dict[Value, Block] = {op.result: block for block in function.blocks for op in block.ops if op.result}
    return {value for block in function.blocks for op in block.ops for value in op.operands()
            if home.get(value, block) is not block}
