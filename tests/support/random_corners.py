"""Writes random statements about the corners of values: library collections, slices in-out, deep patterns, panics in callees."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.random_changes import grown
from tests.support.random_kinds import I64, STR, Kind, World, array, option
from tests.support.random_scope import Variable
from tests.support.random_statements import StatementWriter

# What these statements call; `use std·collections·*` stands before it.
CORNER_DECLARATIONS = """
fn swing<T>(mut part: [T]) {
    if part.len() > 1 { let kept = part[0]; part[0] = part[part.len() - 1]; part[part.len() - 1] = kept }
}
fn spoil<T>(mut part: [T]) { if part.len() > 1 { part[0] = part[1] }; panic("spoiled {part.len()}") }
fn explode<T>(mut place: T, value: T) { place = value; panic("exploded") }
fn fizzle<T>(mut place: T, value: T) -> T { let old = place; place = value; if halve(3).unwrap() > 0 { old } else { place } }
fn settle<T, E>(found: Result<T, E>, otherwise: T) -> T { match found { Result·Ok(x) => x, Result·Err(_) => otherwise } }
"""
LIBRARY = ("Deque", "Heap", "OrdMap", "Result")


class CornerWriter(StatementWriter):
    """Statements, and changes of places, beyond those of `StatementWriter`; `corner_share` of all are such."""

    corner_share = 0.17

    def __init__(self, world: World, prefix: str):
        super().__init__(world, prefix)
        self.corners: list[Callable[[], None]] = [
            self.let_library, self.let_library, self.match_deep, self.nested_option, self.swing_part, self.swing_part,
            self.fail_in_callee,
            self.fail_in_callee, self.loop_over_library]

    def statement(self) -> None:
        """One statement."""
        if self.left > 0 and self.chance(self.corner_share):
            self.rng.choice(self.corners)()
        else:
            super().statement()

    # ---- Collections of the library, and Result

    def let_library(self) -> None:
        """A variable of one of the library's types."""
        kind, name = self.library_kind(), self.fresh("q")
        self.line(f"let mut {name}: {kind} = {self.expr(kind, 1)}")
        self.add(name, kind, True)
        for _ in range(self.rng.randrange(3)):
            self.line(self.rng.choice(self.changes(name, kind))())
        if self.chance(0.3):
            held = self.fresh("h")
            self.line(f"let {held} = {name}")
            self.line(self.rng.choice(self.changes(name, kind))())
            self.add(held, kind)

    def library_kind(self) -> Kind:
        """Some instance; what is ordered in it has an order."""
        head = self.rng.choice(LIBRARY)
        if head == "Deque":
            return Kind(head, (self.world.showable_kind(1),))
        if head == "Result":
            return Kind(head, (self.world.showable_kind(1), self.rng.choice([STR, I64, self.world.showable_kind(1)])))
        item = self.world.kind(1)
        if not self.world.is_ordered(item):
            item = self.rng.choice([I64, STR])
        return Kind(head, (item,) if head == "Heap" else (item, self.world.showable_kind(1)))

    def made(self, kind: Kind, depth: int) -> str:
        """An expression that belongs to the type."""
        d = max(depth - 1, 0)
        match kind.head:
            case "Deque" | "Heap":
                return self.typed(kind, f"{kind.head}·from({self.expr(array(kind.args[0]), d)})")
            case "OrdMap":
                pairs = [f"({self.expr(kind.args[0], d)}, {self.expr(kind.args[1], d)})"
                         for _ in range(self.rng.randrange(1, 4))]
                return self.typed(kind, f"OrdMap·from([{', '.join(pairs)}])")
            case "Result":
                variant, part = self.rng.choice([("Ok", kind.args[0]), ("Err", kind.args[1])])
                return self.typed(kind, f"Result·{variant}({self.expr(part, d)})")
        return super().made(kind, depth)

    def changes(self, name: str, kind: Kind) -> list[Callable[[], str]]:
        """Those of the library's types as well."""
        kept = self.fresh("k")
        ways = super().changes(name, kind)

        def item() -> str:
            return self.expr(kind.args[0], 1)

        match kind.head:
            case "Deque":
                ways += [lambda: f"{name}.push_back({item()})", lambda: f"{name}.push_front({item()})",
                         lambda: f"let {kept} = {name}.pop_front()", lambda: f"let {kept} = {name}.pop_back()",
                         lambda: grown(name, f"{name}.extend({self.expr(array(kind.args[0]), 1)})"),
                         lambda: f"if {name}.len() > 1 {{ {name}.swap(0, {name}.len() - 1) }}",
                         lambda: f"if {name}.len() > 1 {{ {name}.rotate_left(1) }}", lambda: f"{name}.truncate(2)",
                         lambda: f"{name}.insert(0, {item()})", lambda: f"if {name}.len() > 0 {{ {name}.set(0, {item()}) }}"]
            case "Heap":
                ways += [lambda: f"{name}.push({item()})", lambda: f"{name}.push({item()})",
                         lambda: f"let {kept} = {name}.pop()", lambda: f"let {kept} = {name}.push_pop({item()})",
                         lambda: grown(name, f"{name}.extend({self.expr(array(kind.args[0]), 1)})")]
            case "OrdMap":
                ways += [lambda: f"{name}.insert({item()}, {self.expr(kind.args[1], 1)})",
                         lambda: f"{name}.insert({item()}, {self.expr(kind.args[1], 1)})",
                         lambda: f"let {kept} = {name}.remove({item()})"]
        return ways

    def projection(self, kind: Kind) -> str | None:
        """Also what a variable of the library's types holds."""
        found = [f"settle({v.name}, {self.expr(kind, 0)})" for v in self.variables()
                 if v.kind.head == "Result" and v.kind.args[0] == kind]
        if kind.head != "?":
            for v in self.variables():
                if v.kind.head in ("Deque", "Heap") and v.kind.args[0] == kind:
                    method = self.rng.choice(["first", "get"]) if v.kind.head == "Deque" else "peek"
                    argument = "1" if method == "get" else ""
                    found.append(f"({v.name}.{method}({argument}) ?? {self.expr(kind, 0)})")
                elif v.kind.head == "OrdMap" and v.kind.args[1] == kind:
                    found.append(f"({v.name}.get({self.expr(v.kind.args[0], 0)}) ?? {self.expr(kind, 0)})")
        if found and self.chance(0.5):
            return self.rng.choice(found)
        return super().projection(kind)

    def loop_over_library(self) -> None:
        """A loop over a collection that the loop changes: it goes over what was there before, three times at most.

        Each time may double what a variable holds.
        """
        sources = [v for v in self.variables() if v.is_mutable and v.kind.head in ("Deque", "Heap", "OrdMap")]
        if not sources or self.indent > 3:
            return self.let_library()
        source, name = self.rng.choice(sources), self.fresh("i")
        item = source.kind.args[0] if len(source.kind.args) == 1 else Kind("()", source.kind.args)
        count = self.fresh("w")
        self.line(f"let mut {count} = 0")
        self.line(f"for {name} in {source.name} {{")
        self.indent += 1
        self.line(f"{count} += 1")
        self.line(f"if {count} > 3 {{ break }}")
        with self.scope(Variable(name, item)):
            self.line(self.rng.choice(self.changes(source.name, source.kind))())
            if self.chance(0.4):
                self.line(f"if {self.expr(Kind('bool'), 1)} {{ {self.rng.choice(['break', 'continue'])} }}")
            self.change()
        self.indent -= 1
        self.line("}")
        return None

    # ---- Patterns

    def match_deep(self) -> None:
        """Changes what lies two levels deep in an enum that holds itself."""
        enums = [Kind(name) for name in self.world.enums
                 if any(part == Kind(name) for payload in self.world.variants(Kind(name)).values() for _, part in payload)]
        if not enums:
            return self.match_place()
        known = [v for v in self.variables() if v.is_mutable and v.kind in enums]
        if known:
            variable = self.rng.choice(known)
        else:
            variable = Variable(self.fresh("m"), self.rng.choice(enums), True)
            self.line(f"let mut {variable.name}: {variable.kind} = {self.expr(variable.kind, 2)}")
            self.add(variable.name, variable.kind, True)
        self.line(f"match &mut {variable.name} {{")
        for _ in range(self.rng.randint(1, 2)):
            bound: list[Variable] = []
            pattern = self.deep_pattern(variable.kind, variable.kind, 2, bound)
            with self.frozen(variable.name), self.scope(*bound):
                guard = f" if {self.expr(Kind('bool'), 1)}" if self.chance(0.8) else " if true"
                changes = [self.rng.choice(self.changes(v.name, v.kind))() for v in bound if self.chance(0.7)]
            self.line(f"    {pattern}{guard} => {{ {'; '.join(changes)} }}")
        self.line("    _ => {}")
        self.line("}")
        return None

    def deep_pattern(self, kind: Kind, enum: Kind, depth: int, bound: list[Variable]) -> str:
        """A pattern for a place of a type: a variant where it is the enum, else a variable, which joins `bound`."""
        if kind != enum or depth == 0:
            variable = Variable(self.fresh("e"), kind, True)
            bound.append(variable)
            return variable.name
        variants = self.world.variants(kind)
        holding = {name: payload for name, payload in variants.items() if any(part == enum for _, part in payload)}
        name, payload = self.rng.choice(list((holding if depth == 2 else variants).items()))
        inner = [Variable(self.deep_pattern(part, enum, depth - 1, bound), part) for _, part in payload]
        return self.variant_pattern(kind.head, name, payload, inner)

    def nested_option(self) -> None:
        """A `T??`, copied and changed through a pattern."""
        item, name, inner, copy = self.world.showable_kind(1), self.fresh("m"), self.fresh("n"), self.fresh("k")
        if item.head == "?":
            item = item.args[0]
        kind = option(item)
        values = [f"Some({self.typed(kind, f'Some({self.expr(item, 1)})')})", f"Some({self.expr(kind, 1)})", "None"]
        self.line(f"let mut {name}: {kind}? = {self.rng.choice(values)}")
        self.line(f"let {copy} = {name}")
        with self.closure(Variable(inner, item, True)):
            change = self.rng.choice(self.changes(inner, item))()
        self.line(f"match &mut {name} {{ Some(Some({inner})) => {{ {change} }}, Some(None) => {{}}, None => {{}} }}")
        self.line(f'println("{{{copy}:?}} {{{name}:?}}")')

    # ---- In-out

    def swing_part(self) -> None:
        """A part of an array in-out."""
        found = self.some_array()
        if found is None:
            kind, name = array(self.world.showable_kind(1)), self.fresh("m")
            self.line(f"let mut {name}: {kind} = {self.expr(kind, 2)}")
            self.add(name, kind, True)
            found = name, []
        name, conditions = found
        low = self.rng.randrange(2)
        part = self.rng.choice([f"{name}[{low}..]", f"{name}[{low}..{name}.len()]", f"{name}[..{low + 1}]"])
        conditions = [*conditions, f"{name}.len() > {low}"]
        self.line(f"if {' && '.join(conditions)} {{ swing(&mut {part}) }}")

    def some_array(self) -> tuple[str, list[str]] | None:
        """A place that holds an array without functions in it, and the conditions under which it is there."""
        for _ in range(3):
            found = self.some_place()
            if found is not None and found[1].head == "[]" and not self.world.has(found[1], "fn"):
                return found[0], found[2]
        return None

    def fail_in_callee(self) -> None:
        """A callee that panics, or raises a fault, in the middle of a change; what it wrote stays."""
        found = self.some_place()
        if found is None or self.world.has(found[1], "fn"):
            return self.catch()
        name, kind, conditions = found
        calls = [f"explode(&mut {name}, {self.expr(kind, 1)})",
                 f"let {self.fresh('k')} = fizzle(&mut {name}, {self.expr(kind, 1)})"]
        if kind.head == "[]":
            calls += [f"spoil(&mut {name})", f"spoil(&mut {name}[..{name}.len()])"]
        call = self.rng.choice(calls)
        if conditions:
            call = f"if {' && '.join(conditions)} {{ {call} }} else {{ panic(\"no place\") }}"
        self.line(f"assert_panics{{ {call} }}")
        return None
