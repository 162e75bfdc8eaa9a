"""Puts a `main` into a checked program that runs the one test or benchmark which its first argument names.

For a test `t` without a result, and one with, that `main` is as if written

    fn main() -> ()? {
        let name = args()[1]
        if name == "t" { t(); return Some(()) }
        if name == "u" { u()?; return Some(()) }
        panic("there is no such case")
    }

and for a benchmark `b`, whose result must count as used,

        if name == "b" {
            loop {
                let count = bench_batch()
                if count == 0 { break }
                for _ in 0..count { let mut result = b(); observe(&mut result) }
            }
            return Some(())
        }
"""

from __future__ import annotations

from sigilc.check import typed as t
from sigilc.check.types import BOOL, I64, NEVER, STR, UNIT, USIZE, ArrayType, OptionType, PointerType, RangeType, Type
from sigilc.source.spans import Span

RESULT = OptionType(UNIT)


def install_harness(program: t.TypedProgram, cases: list[t.Case]) -> None:
    """Replaces the program's `main`; there is at least one case."""
    program.main = _Harness(cases[0].function.span).main(cases)


class _Harness:
    """Makes typed trees, all with one span: nobody sees it."""

    def __init__(self, span: Span):
        self.span = span
        self.name = t.Variable("name", STR, span)

    def main(self, cases: list[t.Case]) -> t.Function:
        """The function; nobody can call it by its name."""
        arguments = self.intrinsic("env_args", ArrayType(STR))
        first = t.Index(self.span, STR, arguments, t.Literal(self.span, USIZE, 1))
        body = [self.let(self.name, first), *(self.choice(case) for case in cases),
                t.Panic(self.span, NEVER, self.text("there is no such case"))]
        return t.Function("run a case", self.span, result=RESULT, body=t.Block(self.span, NEVER, body, None))

    def choice(self, case: t.Case) -> t.Expr:
        """`if name == "…" { …; return Some(()) }`."""
        is_it = t.Binary(self.span, BOOL, "==", t.Local(self.span, STR, self.name), self.text(case.name))
        work = self.repeat(case.function) if case.kind == "bench" else self.once(case.function)
        done = t.MakeSome(self.span, RESULT, t.Literal(self.span, UNIT, None))
        return t.If(self.span, UNIT, is_it, self.block([work, t.Return(self.span, NEVER, done)], NEVER), None)

    def once(self, function: t.Function) -> t.Expr:
        """One call; an absent result is the whole program's."""
        call = self.call(function)
        if isinstance(function.result, OptionType):
            return t.Discard(self.span, UNIT, t.Try(self.span, function.result.item, call))
        return call

    def repeat(self, function: t.Function) -> t.Expr:
        """Batches of calls, as many as the runtime's clock asks for."""
        count = t.Variable("count", I64, self.span)
        label = t.LoopLabel("batches")
        is_done = t.Binary(self.span, BOOL, "==", t.Local(self.span, I64, count), self.number(0))
        leave = t.If(self.span, UNIT, is_done, t.Break(self.span, NEVER, label, None), None)
        numbers = t.MakeRange(self.span, RangeType(I64), self.number(0), t.Local(self.span, I64, count))
        batch = t.For(self.span, UNIT, t.LoopLabel("batch"), t.WildPattern(self.span, I64), numbers, self.measured(function))
        body = self.block([self.let(count, self.intrinsic("bench_batch", I64)), leave, batch], UNIT)
        return t.Loop(self.span, UNIT, label, body)

    def measured(self, function: t.Function) -> t.Expr:
        """A call whose result C looks at, so that no optimisation may leave the work out."""
        call = self.call(function)
        if function.result in (UNIT, NEVER):
            return call
        result = t.Variable("result", function.result, self.span, mutable=True)
        place = t.Local(self.span, function.result, result)
        observe = t.Function("sigil_observe", self.span, foreign="sigil_observe", result=UNIT,
                             params=[t.Variable("place", PointerType(UNIT), self.span, "param")])
        look = t.Call(self.span, UNIT, observe, [t.InOut(self.span, function.result, place)])
        return self.block([self.let(result, call), look], UNIT)

    # ---- Parts --------------------------------------------------------------------------------------------------------

    def call(self, function: t.Function) -> t.Expr:
        """A call without arguments."""
        return t.Call(self.span, function.result, function, [])

    def intrinsic(self, name: str, result: Type) -> t.Expr:
        """A call of a runtime function without arguments."""
        return self.call(t.Function(f"sigil_{name}", self.span, result=result, intrinsic=name))

    def let(self, variable: t.Variable, value: t.Expr) -> t.Expr:
        """`let variable = value`."""
        return t.Let(self.span, UNIT, t.BindPattern(self.span, variable.type, variable), value)

    def block(self, statements: list[t.Expr], type_: Type) -> t.Expr:
        """Statements without a value."""
        return t.Block(self.span, type_, statements, None)

    def text(self, value: str) -> t.Expr:
        """A text."""
        return t.Literal(self.span, STR, value)

    def number(self, value: int) -> t.Expr:
        """An i64."""
        return t.Literal(self.span, I64, value)
