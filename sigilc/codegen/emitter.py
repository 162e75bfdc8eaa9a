"""The state of emitting one IR function: its values in leaves, its phis, landing pads and cold blocks."""

from __future__ import annotations

from collections.abc import Sequence

from sigilc.codegen.context import ModuleContext
from sigilc.codegen.counts import emit_release, emit_release_at
from sigilc.codegen.moving_views import MovingView
from sigilc.codegen.read_parts import find_read_parts
from sigilc.codegen.writer import Leaves, Writer
from sigilc.crash import InternalError
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import Op, Value
from sigilc.ir.types import IrAddr, IrArray, IrType
from sigilc.source.spans import Span

# Per kind of check: the runtime function that panics, and the LLVM types of what it is told.
COLD_CALLS = {
    "overflow": ("sigil_panic_overflow", ("ptr", "ptr")),
    "division": ("sigil_panic_division", ("ptr",)),
    "shift": ("sigil_panic_shift", ("ptr",)),
    "bounds": ("sigil_panic_bounds", ("i64", "i64", "ptr")),
    "slice": ("sigil_panic_slice", ("i64", "i64", "i64", "ptr")),
    "boundary": ("sigil_panic_char_boundary", ("i64", "ptr")),
}


class FunctionEmitter(Writer):
    """Writes one IR function; blocks come in an order in which definitions precede uses.

    Each kind of check has one cold block a function and cleanup list, to which its sites jump with what to report.
    Landing pads with the same cleanup list are one, and lists that end alike share their ends.
    """

    def __init__(self, context: ModuleContext, function: IrFunction):
        super().__init__(context)
        self.function = function
        self.debug = context.debug.function(function) if context.debug is not None else None
        self.slots: set[str] = set()
        # Per slot that holds a part of an array: the runtime's function that gives it back, and what it takes first.
        self.loans: dict[Value, tuple[str, tuple[str, ...]]] = {}
        self.read_parts = find_read_parts(function)
        self.values: dict[Value, Leaves] = {}
        self.block_labels: dict[Block, str] = {}
        # Per block, for each jump to it: the label it comes from and the leaves of all arguments.
        self.jumps: dict[Block, list[tuple[str, Leaves]]] = {}
        # Per parameter of a block and leaf: the memory of an area, "" for other leaves.
        self.param_areas: dict[Value, tuple[str, ...]] = {}
        # By header the views that its loop moves on, and where each begins in this round.
        self.moving_views: dict[Block, list[MovingView]] = {}
        self.moving_pointers: dict[Op, str] = {}
        # Areas known to hold zeros alone.
        self.zeros: set[str] = set()
        self._cold: dict[tuple[str, tuple[Value, ...], Span | None], tuple[str, list[tuple[str, Leaves]]]] = {}
        self._pads: dict[tuple[Value, ...], str] = {}

    # ---- Values

    def leaves(self, value: Value) -> Leaves:
        """A value's leaves."""
        found = self.values.get(value)
        if found is None:
            raise InternalError(f"{self.function.name}: the value %{value.name} is used before it is defined",
                                self.function.span)
        return found

    def scalar(self, value: Value) -> str:
        """The only leaf of a value."""
        leaves = self.leaves(value)
        if len(leaves) != 1:
            raise InternalError(f"{self.function.name}: %{value.name} of type {value.type} is no scalar",
                                self.function.span)
        return leaves[0]

    def define(self, op: Op, *leaves: str) -> None:
        """Gives the op's result its leaves."""
        if op.result is not None:
            self.values[op.result] = leaves

    def result(self, op: Op) -> Value:
        """The result of an op that must have one."""
        if op.result is None:
            raise InternalError(f"{self.function.name}: {type(op).__name__} without a result", op.span)
        return op.result

    def ll_type(self, type_: IrType) -> str:
        """The LLVM type of a scalar type."""
        leaves = self.types.layout(type_).leaves
        if len(leaves) != 1:
            raise InternalError(f"{self.function.name}: {type_} is no scalar type", self.function.span)
        return leaves[0].ll_type

    def target(self, address: Value) -> IrType:
        """What the place at an address holds."""
        if not isinstance(address.type, IrAddr):
            raise InternalError(f"{self.function.name}: %{address.name} is no address", self.function.span)
        return address.type.target

    def define_view(self, op: Op, address: str) -> None:
        """Gives the op's result the leaves of what lies at an address, as far as they are read."""
        result = self.result(op)
        self.values[result] = self.view(self.types.layout(result.type), address, self.read_parts.get(result))

    # ---- Calls

    def call(self, op: Op, result: str, callee: str, arguments: Sequence[str], *, unwinds: bool = True) -> str:
        """A call that may unwind: an `invoke` when there is something to clean up then. The result's name."""
        expression = f"{result} {callee}({', '.join(arguments)})"
        if unwinds and op.cleanup:
            after = self.new_label("after")
            self.apart()
            expression = f"invoke {expression} to label %{after} unwind label %{self.pad(op.cleanup)}"
        else:
            after = ""
            expression = f"call {expression}"
        name = ""
        if result == "void":
            self.emit(expression)
        else:
            name = self.value(expression)
        if after:
            self.begin(after)
        return name

    def check(self, failed: str, kind: str, op: Op, *told: str) -> None:
        """Goes on where `failed` is false, else panics; `told` is what the panic reports before its site."""
        if failed == "false":
            return
        # A debugger is to see the line of each, though the code be longer.
        key = (kind, tuple(op.cleanup), op.span if self.debug is not None else None)
        if key not in self._cold:
            self._cold[key] = (self.new_label(f"panic.{kind}"), [])
        label, jumps = self._cold[key]
        jumps.append((self.label, (*told, self.context.site(op.span))))
        fine = self.new_label("fine")
        self.branch_if(failed, label, fine)
        self.begin(fine)

    def panic_now(self, op: Op, callee: str, *arguments: str) -> None:
        """Ends the block with a call that never returns."""
        self.call(op, "void", self.context.runtime(callee), arguments)
        self.emit("unreachable")

    # ---- Ends of the function

    def pad(self, cleanup: Sequence[Value]) -> str:
        """The label of the landing pad that releases these."""
        key = tuple(cleanup)
        if key not in self._pads:
            self.has_pads = True
            self._pads[key] = self.new_label("pad")
        return self._pads[key]

    def finish(self) -> None:
        """Writes the cold blocks and then the landing pads."""
        for (kind, cleanup, span), (label, jumps) in self._cold.items():
            begin = len(self.lines)
            self._write_cold_block(kind, cleanup, label, jumps)
            if self.debug is not None:
                self.locate(begin, self.debug.location(span))
        if self._pads:
            begin = len(self.lines)
            self._write_pads()
            if self.debug is not None:
                self.locate(begin, self.debug.nowhere)

    def locate(self, begin: int, place: str) -> None:
        """Gives the instructions from line `begin` on their place in the source."""
        for number in range(begin, len(self.lines)):
            if self.lines[number].startswith("  "):
                self.lines[number] += f", !dbg {place}"

    def _write_cold_block(self, kind: str, cleanup: tuple[Value, ...], label: str,
                          jumps: list[tuple[str, Leaves]]) -> None:
        callee, ll_types = COLD_CALLS[kind]
        self.begin(label)
        arguments = []
        for i, ll_type in enumerate(ll_types):
            arguments.append(f"{ll_type} {self.phi(ll_type, [(source, told[i]) for source, told in jumps])}")
        self.call(Op(cleanup=list(cleanup)), "void", self.context.runtime(callee), arguments)
        self.emit("unreachable")

    def _write_pads(self) -> None:
        exception = "%unwinding"
        self.allocas.append(f"  {exception} = alloca ptr")
        tails: dict[tuple[Value, ...], str] = {(): self.new_label("resume")}
        for cleanup, label in self._pads.items():
            self.begin(label)
            caught = self.value("landingpad { ptr, i32 } cleanup")
            self.apart()
            self.emit(f"store ptr {self.value(f'extractvalue {{ ptr, i32 }} {caught}, 0')}, ptr {exception}")
            self._write_tail(cleanup, tails)
        self.begin(tails[()])
        caught = self.value(f"load ptr, ptr {exception}")
        # The number selects a handler, of which there are none.
        whole = self.value(f"insertvalue {{ ptr, i32 }} {{ ptr poison, i32 0 }}, ptr {caught}, 0")
        self.emit(f"resume {{ ptr, i32 }} {whole}")

    def _write_tail(self, cleanup: tuple[Value, ...], tails: dict[tuple[Value, ...], str]) -> None:
        """Goes on to the block that releases `cleanup`; writes it, and those behind it, where there is none yet."""
        while True:
            is_known = cleanup in tails
            label = tails.setdefault(cleanup, "")
            if not is_known:
                label = tails[cleanup] = self.new_label("release")
            self.branch(label)
            if is_known:
                return
            self.begin(label)
            self.release(cleanup[0], is_rare=True)
            cleanup = cleanup[1:]

    def release(self, value: Value, is_rare: bool = False) -> None:
        """Releases a value, or drops what a slot holds."""
        leaves = self.leaves(value)
        if value in self.loans:
            self._give_back(value)
        elif isinstance(value.type, IrAddr):
            emit_release_at(self, value.type.target, leaves[0], is_rare)
        else:
            emit_release(self, value.type, leaves, is_rare)

    def _give_back(self, loan: Value) -> None:
        """Ends a loan."""
        function, told = self.loans[loan]
        part = self.target(loan)
        assert isinstance(part, IrArray)
        self.call_runtime(function, "void", *told, f"ptr {self.scalar(loan)}", f"ptr {self.context.descriptor(part.item)}")
