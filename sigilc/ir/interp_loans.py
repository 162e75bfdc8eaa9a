"""Steps of the interpreter for parts of arrays that are lent: copied in, and copied back at the end of the loan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sigilc.ir import array_ops, ops
from sigilc.ir.interp_values import ArrayValue, Box, Place, share

if TYPE_CHECKING:
    from sigilc.ir.interp_code import FunctionCompiler, Step


class Loan(Box):
    """The slot that holds the elements low to high of the array at `array`."""

    __slots__ = ("array", "high", "low")

    def __init__(self, value: ArrayValue, array: Place, low: int, high: int):
        super().__init__(value)
        self.array, self.low, self.high = array, low, high

    def give_back(self) -> None:
        """Writes the elements to the array, as many as there are in both."""
        items: list[Any] = self.read().items[:self.high - self.low]
        for item in items:
            share(item)
        self.array.own().items[self.low:self.low + len(items)] = items


def end_loans(loans: list[Loan], count: int) -> None:
    """Ends all but the first `count` loans, the last one first: a panic has left the functions that made them."""
    while len(loans) > count:
        loans.pop().give_back()


def make_lend_slice(op: array_ops.LendSlice, code: FunctionCompiler) -> Step:
    a, i, j, d, machine = code.index(op.address), code.index(op.low), code.index(op.high), code.result(op), code.machine
    fail = code.panic_text(op)

    def step(frame: list[Any]) -> None:
        array, low, high = frame[a], frame[i], frame[j]
        items = array.read().items
        if not 0 <= low <= high <= len(items):
            raise fail(b"slice %d..%d out of bounds for length %d" % (low, high, len(items)))
        for item in items[low:high]:
            share(item)
        frame[d] = Loan(ArrayValue(items[low:high]), array, low, high)
        machine.loans.append(frame[d])
    return step


def make_give_back_slice(op: array_ops.GiveBackSlice, code: FunctionCompiler) -> Step:
    a, machine = code.index(op.loan), code.machine

    def step(frame: list[Any]) -> None:
        machine.loans.remove(frame[a])
        frame[a].give_back()
    return step


MAKERS: dict[type[ops.Op], Callable[[Any, FunctionCompiler], Step | None]] = {
    array_ops.LendSlice: make_lend_slice, array_ops.GiveBackSlice: make_give_back_slice,
}
