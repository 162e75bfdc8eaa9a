"""Counting loops as blocks: the shape that ranges, arrays and maps are walked with."""

from __future__ import annotations

from collections.abc import Callable

from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import Block
from sigilc.ir.ops import Value


class CountingLoop:
    """`index` from `low` up to `high`. After construction ops go to the body; `close` ends the loop.

    `next` is where `continue` goes, `done` where the loop ends; both may be branched to. An inclusive loop tests for
    the last index before it steps, so that it ends at the type's maximum.
    """

    def __init__(self, builder: FunctionBuilder, low: Value, high: Value, *, inclusive: bool = False) -> None:
        self._builder = builder
        self._high = high
        self._inclusive = inclusive
        self.head = builder.new_block("head", [low.type], ["i"])
        self.index = self.head.params[0]
        body = builder.new_block("body")
        self.next: Block = builder.new_block("next")
        self._end = builder.new_block("end")
        self.done: Block = builder.new_block("done")
        if inclusive:
            first = builder.new_block("first")
            builder.cond_branch(builder.compare("le", low, high), first, self._end)
            builder.position_at(first)
            builder.branch(self.head, [low])
            builder.position_at(self.head)
            builder.branch(body)
        else:
            builder.branch(self.head, [low])
            builder.position_at(self.head)
            builder.cond_branch(builder.compare("lt", self.index, high), body, self._end)
        builder.position_at(body)

    def close(self) -> None:
        """Ends the body (unless it has ended), steps, and goes to where the loop is over."""
        builder = self._builder
        if not builder.is_terminated:
            builder.branch(self.next)
        builder.position_at(self.next)
        if self._inclusive:
            step, last = builder.new_block("step"), builder.new_block("last")
            builder.cond_branch(builder.compare("lt", self.index, self._high), step, last)
            builder.position_at(last)
            builder.branch(self.done)
            builder.position_at(step)
        one = builder.const(self.index.type, 1)
        builder.branch(self.head, [builder.int_binary("add", self.index, one, no_wrap=True)])
        builder.position_at(self._end)
        builder.branch(self.done)
        builder.position_at(self.done)


class PullLoop:
    """A loop over what `pull` gives, a `T?` each time, until it is absent. The rest is as in CountingLoop."""

    def __init__(self, builder: FunctionBuilder, pull: Callable[[], Value]) -> None:
        self._builder = builder
        self.next: Block = builder.new_block("next")
        self.done: Block = builder.new_block("done")
        body, end = builder.new_block("body"), builder.new_block("end")
        builder.branch(self.next)
        builder.position_at(self.next)
        pulled = pull()
        builder.cond_branch(builder.is_some(pulled), body, end)
        builder.position_at(end)
        builder.branch(self.done)
        builder.position_at(body)
        self.element = builder.unwrap(pulled)

    def close(self) -> None:
        """Ends the body (unless it has ended), and goes to where the loop is over."""
        if not self._builder.is_terminated:
            self._builder.branch(self.next)
        self._builder.position_at(self.done)


def count_to(builder: FunctionBuilder, count: Value) -> CountingLoop:
    """A loop over 0 up to `count` of the same type."""
    return CountingLoop(builder, builder.const(count.type, 0), count)
