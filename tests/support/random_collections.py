"""Writes random expressions of arrays, options, maps, sets and functions."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.random_kinds import (
    BOOL,
    CHAR,
    FLOATS,
    I64,
    NARROW,
    STR,
    U8,
    USIZE,
    Kind,
    array,
    fixed,
    option,
)
from tests.support.random_scalars import ScalarWriter
from tests.support.random_scope import Variable


class CollectionWriter(ScalarWriter):
    """Each method writes one kind of collection."""

    def fixed_expr(self, kind: Kind, depth: int) -> str:
        """An array of fixed length: a literal, copies of one value, or another one changed."""
        (item,) = kind.args
        d = max(depth - 1, 0)

        def changed() -> str:
            name, index = self.fresh("f"), self.rng.randrange(kind.count)
            change = self.choose(lambda: f"{name}[{index}] = {self.expr(item, d)}", lambda: f"{name}.reverse()",
                                 lambda: f"{name}.fill({self.expr(item, d)})", lambda: f"{name}.swap(0, {index})")
            return f"({{ let mut {name}: {kind} = {self.expr(kind, d)}; {change}; {name} }})"

        def filled() -> str:
            return self.typed(kind, f"[{self.expr(item, d)}; {kind.count}]")

        def listed() -> str:
            return self.typed(kind, f"[{', '.join(self.expr(item, d) for _ in range(kind.count))}]")
        if depth <= 0 or kind.count > 3:
            return filled()
        return self.choose(listed, listed, filled, changed, changed)

    def array_expr(self, kind: Kind, depth: int) -> str:
        (item,) = kind.args
        d = max(depth - 1, 0)
        if depth <= 0:
            if self.chance(0.15) or self.world.is_recursive(item):
                return self.typed(kind, "[]")
            return f"[{', '.join(self.expr(item, 0) for _ in range(self.rng.randint(1, 3)))}]"

        def mapped() -> str:
            source = self.world.kind(1)
            return f"({self.source(source, d)} |τ{self.body(source, item, d)})"

        makers = [
            mapped, mapped, lambda: f"[{', '.join(self.expr(item, d) for _ in range(self.rng.randint(1, 4)))}]",
            lambda: f"({self.expr(kind, d)} |φ{self.body(item, BOOL, d)})",
            lambda: f"({self.expr(kind, d)} |{self.rng.choice(['take', 'skip'])}({self.rng.randrange(4)}))",
            lambda: f"({self.expr(kind, d)} |take_while{self.body(item, BOOL, d)})",
            lambda: f"({self.expr(array(kind), d)} |flat)" if item.head != "?" else self.expr(kind, 0),
            lambda: f"({self.expr(kind, d)} |flat{self.body(item, kind, d)})",
            lambda: self.sliced(kind, d), lambda: self.sliced(kind, d),
            lambda: self.coerced(kind, fixed(item, 3), d),
            lambda: f"{self.expr(fixed(item, 3), d)}[{self.rng.choice(['1..', '..2', '..', '1..=1'])}]",
            lambda: f"({self.expr(fixed(item, 2), d)} |{self.rng.choice(['reverse', 'take(1)', 'collect'])})"]
        if self.world.is_ordered(item):
            makers += [lambda: f"({self.expr(kind, d)} |σ{self.rng.choice(['', '·desc'])})"]
        key = self.world.kind(1)
        if self.world.is_ordered(key):
            makers += [lambda: f"({self.expr(kind, d)} |σ{self.rng.choice(['', '·desc'])}{self.body(item, key, d)})"]
        makers += self.whole_stages(kind, d)
        if item == STR:
            makers += [lambda: f"({self.expr(STR, d)}).split(\"{self.rng.choice(['-', 'a', ' '])}\")"]
        if item == CHAR:
            makers += [lambda: f"({self.expr(STR, d)}).chars()"]
        if item == U8:
            makers += [lambda: f"({self.expr(STR, d)}).bytes()", lambda: 'b"by\\x07"']
        if item.head == "()" and len(item.args) == 2 and item.args[0] == USIZE:
            makers += [lambda: f"({self.expr(array(item.args[1]), d)} |enumerate)"]
        if item.head != "?":
            makers += [lambda: f"({self.expr(array(option(item)), d)} |flat)"]
        return self.choose(*makers)

    def coerced(self, kind: Kind, source: Kind, d: int) -> str:
        """A value of another type that becomes this one; its own type is written, for its parts would take it for this one."""
        name = self.fresh("f")
        return f"({{ let {name}: {source} = {self.expr(source, d)}; {self.typed(kind, name)} }})"

    def whole_stages(self, kind: Kind, d: int) -> list[Callable[[], str]]:
        """Stages that need a whole array, or two."""
        (item,) = kind.args

        def scanned() -> str:
            other, state, name = self.world.kind(1), self.fresh("a"), self.fresh("x")
            with self.closure(Variable(state, item), Variable(name, other)):
                step = self.expr(item, d)
            return f"({self.source(other, d)} |scan{{{state}, {name} => {step}, {self.expr(item, 0)}}})"

        makers = [scanned, lambda: f"({self.expr(kind, d)} |reverse)"]
        if self.world.is_showable(item):
            makers += [lambda: f"({self.expr(kind, d)} |unique)"]
        if item.head == "[]":
            makers += [lambda: f"({self.expr(item, d)} |{self.rng.choice(['chunks', 'windows'])}({self.rng.randint(1, 3)}))"] * 2
        if item.head == "()" and len(item.args) == 2:
            left, right = item.args
            makers += [lambda: f"({self.source(left, d)} |zip({self.expr(array(right), d)}))"] * 2
            if right.head == "[]" and self.world.is_showable(left):
                makers += [lambda: f"({self.expr(right, d)} |group_by{self.body(right.args[0], left, d)})"] * 2
        return makers

    def source(self, item: Kind, d: int) -> str:
        """Something whose elements are of a type."""
        if item == I64 and self.chance(0.4):
            return f"({self.rng.randrange(-2, 2)}..{self.rng.randrange(2, 6)})"
        if item.head == "()" and len(item.args) == 2 and item.args[0].head in ("str", "i64") and self.chance(0.5):
            return self.expr(Kind("Map", item.args), d)
        if item.head in ("str", "i64", "u8", "char") and self.chance(0.2):
            return self.expr(Kind("Set", (item,)), d)
        if self.chance(0.1):
            return self.expr(fixed(item, self.rng.choice([1, 2, 9])), d)
        return self.expr(array(item), d)

    def sliced(self, kind: Kind, d: int) -> str:
        """A part of an array; now and then out of bounds."""
        if self.chance(0.1):
            return f"{self.expr(kind, d)}[{self.rng.randrange(2)}..]"
        name, low = self.fresh("s"), self.rng.randrange(3)
        part = self.rng.choice([f"{low}..", f"..{low + 1}", f"{low}..{low + 1}", f"{low}..={low}"])
        return f"({{ let {name} = {self.expr(kind, d)}; if {name}.len() > {low} {{ {name}[{part}] }} else {{ {name} }} }})"

    def option_expr(self, kind: Kind, depth: int) -> str:
        (item,) = kind.args
        d = max(depth - 1, 0)
        if depth <= 0 and self.world.is_recursive(item):
            return self.typed(kind, "None")
        if depth <= 0:
            absent = self.rng.choice(["None", 'fail("why")'])
            return self.typed(kind, absent) if self.chance(0.3) else f"Some({self.expr(item, 0)})"

        def lifted() -> str:
            other = self.world.present_kind(1)
            if other.is_collection:
                other = I64
            return f"({self.expr(option(other), d)} |τ{self.body(other, item, d)})"

        makers = [lifted, lambda: f"Some({self.expr(item, d)})",
                  lambda: f"({self.expr(array(item), d)}.get({self.expr(USIZE, 0)}))",
                  lambda: f"({self.expr(array(item), d)} |find{self.body(item, BOOL, d)})",
                  lambda: f"second({self.expr(array(item), d)})",
                  lambda: f"({self.expr(array(item), d)} |{self.rng.choice(['α', 'Ω', 'first', 'last'])})",
                  lambda: self.typed(kind, f"{self.expr(kind, d)} ?? {self.typed(kind, self.expr(kind, d))}")]
        if not item.is_collection:
            makers += [lambda: f"({self.expr(item, d)} |φ{self.body(item, BOOL, d)})"]
        if self.world.is_ordered(item):
            makers += [lambda: f"({self.expr(array(item), d)} |{self.rng.choice(['min', 'max'])})"]
        if item == I64:
            makers += [lambda: f"halve({self.expr(I64, d)})", lambda: f"quarter({self.expr(I64, d)})",
                       lambda: f"({self.expr(option(array(I64)), d)} |τ{{_.wrapping_add(1)}} |φ{{_ > 3}} |first)"]
        if item.head in (*NARROW, *FLOATS):
            makers += [lambda: f"{item}·parse({self.expr(STR, d)})"]
        if item == USIZE:
            makers += [lambda: f"({self.expr(array(I64), d)} |position{self.body(I64, BOOL, d)})",
                       lambda: f"({self.expr(option(STR), d)} |.len())", lambda: f"({self.expr(STR, d)}).find(\"a\")"]
        if item.head == "[]":
            makers += [lambda: f"({self.expr(array(option(item.args[0])), d)} |all_present)" if item.args[0].head != "?"
                       else self.expr(kind, 0)]
        return self.choose(*makers)

    def table_expr(self, kind: Kind, depth: int) -> str:
        """A map or set."""
        d = max(depth - 1, 0)
        if self.chance(0.15):
            return self.typed(kind, f"{kind.head}·new()")
        if kind.head == "Set":
            return f"Set·from({self.expr(array(kind.args[0]), d)})"
        if depth > 0 and self.chance(0.2):
            return f"Map·from({self.expr(array(Kind('()', kind.args)), d)})"
        pairs = ", ".join(f"({self.expr(kind.args[0], d)}, {self.expr(kind.args[1], d)})"
                          for _ in range(self.rng.randint(1, 3)))
        return f"Map·from([{pairs}])"

    def function_expr(self, kind: Kind, depth: int) -> str:
        """A closure, or functions put together."""
        if depth > 0 and len(kind.args) == 2 and self.chance(0.25):
            between = self.world.kind(0)
            first, last = Kind("fn", (kind.args[0], between)), Kind("fn", (between, kind.args[1]))
            return f"after({self.expr(last, 0)}, {self.expr(first, 0)})"
        if kind.args == (I64, STR) and self.chance(0.3):
            return "label"
        if kind.args == (array(I64), I64) and self.chance(0.3):
            return "total"
        return f"({self.lambda_of(kind, min(depth, 1))})"
