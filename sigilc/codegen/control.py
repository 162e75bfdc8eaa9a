"""Emits the ends of blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sigilc.codegen import fixed_arrays
from sigilc.codegen.buffers import move_views
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.ir.ops import Branch, CondBranch, Op, Panic, RaiseFault, Return, Switch, Unreachable
from sigilc.ir.types import STR


def emit_branch(f: FunctionEmitter, op: Branch) -> None:
    """A jump; the arguments go to the phis, their areas to the parameters' memory."""
    fixed_arrays.copy_to_params(f, op)
    given = tuple(leaf for value in op.args for leaf in f.leaves(value))
    f.jumps[op.target].append((f.label, given + move_views(f, op)))
    f.branch(f.block_labels[op.target])


def emit_cond_branch(f: FunctionEmitter, op: CondBranch) -> None:
    """One of two."""
    f.branch_if(f.scalar(op.condition), f.block_labels[op.then], f.block_labels[op.otherwise])


def emit_switch(f: FunctionEmitter, op: Switch) -> None:
    """One of many."""
    ll_type = f.ll_type(op.value.type)
    cases = " ".join(f"{ll_type} {number}, label %{f.block_labels[block]}" for number, block in op.cases)
    f.apart()
    f.emit(f"switch {ll_type} {f.scalar(op.value)}, label %{f.block_labels[op.default]} [{cases}]")


def emit_return(f: FunctionEmitter, op: Return) -> None:
    """The function's result."""
    f.give_back(f.types.layout(op.value.type), f.leaves(op.value))


def emit_panic(f: FunctionEmitter, op: Panic) -> None:
    """The runtime takes over the message."""
    message = f.readable(STR, f.leaves(op.message))
    f.panic_now(op, "sigil_panic", f"ptr {message}", f"ptr {f.context.site(op.span)}")


def emit_raise_fault(f: FunctionEmitter, op: RaiseFault) -> None:
    """The runtime takes over the fault."""
    f.panic_now(op, "sigil_raise_fault", f"ptr {f.scalar(op.fault)}", f"ptr {f.context.site(op.span)}")


def emit_unreachable(f: FunctionEmitter, op: Unreachable) -> None:
    """Never comes here."""
    f.emit("unreachable")


EMITTERS: dict[type[Op], Callable[[FunctionEmitter, Any], None]] = {
    Branch: emit_branch, CondBranch: emit_cond_branch, Switch: emit_switch, Return: emit_return, Panic: emit_panic,
    RaiseFault: emit_raise_fault, Unreachable: emit_unreachable,
}
