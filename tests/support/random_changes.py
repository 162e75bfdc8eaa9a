"""Writes random changes of places: assignments, methods that change, in-out arguments, mutable matches."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.random_expressions import ExpressionWriter
from tests.support.random_kinds import I64, INTEGERS, NARROW, SIGNED, STR, USIZE, Kind

# What doubles grows no further: a few loops around a doubling would fill the memory.
LONG = 500


def grown(name: str, change: str) -> str:
    """A change that may double what a place holds, while that is short."""
    return f"if {name}.len() < {LONG} {{ {change} }}"


class ChangeWriter(ExpressionWriter):
    """Each change is a text, fit to be a statement."""

    def place(self, kind: Kind, name: str) -> tuple[str, Kind, list[str]]:
        """A place in the variable: its text, its type, and the conditions under which it is there."""
        conditions: list[str] = []
        while self.chance(0.6):
            if fields := self.world.fields(kind):
                part, kind = self.rng.choice(fields)
                name = f"{name}.{part}"
            elif kind.count:
                index = self.rng.choice([str(self.rng.randrange(kind.count)), f"{self.expr(USIZE, 0)} % {kind.count}"])
                name, kind = f"{name}[{index}]", kind.args[0]
            elif kind.head == "[]":
                index = self.rng.choice(["0", "1", f"{self.expr(USIZE, 0)} % {name}.len()"])
                if not (index == "0" and self.chance(0.1)):
                    conditions.append(f"{name}.len() > {index if index in '01' else 0}")
                name, kind = f"{name}[{index}]", kind.args[0]
            elif kind.head == "Map":
                key = self.expr(kind.args[0], 0)
                if self.chance(0.8):
                    key = f"{key}, default: {self.expr(kind.args[1], 1)}"
                elif not self.chance(0.1):
                    conditions.append(f"{name}.contains({key})")
                name, kind = f"{name}[{key}]", kind.args[1]
            else:
                break
        return name, kind, conditions

    def places_of(self, kind: Kind, taken: set[str]) -> list[tuple[str, str, str]]:
        """Mutable places of a type in variables that are not taken: text, condition (empty: none), variable."""
        found: list[tuple[str, str, str]] = []
        for variable in self.variables():
            if not variable.is_mutable or variable.name in taken:
                continue
            name, of = variable.name, variable.kind
            if of == kind:
                found.append((name, "", name))
            found += [(f"{name}.{part}", "", name) for part, k in self.world.fields(of) if k == kind]
            if of.count and of.args[0] == kind:
                found.append((f"{name}[{self.rng.randrange(of.count)}]", "", name))
            elif of.head == "[]" and of.args[0] == kind:
                found.append((f"{name}[{name}.len() - 1]", f"{name}.len() > 0", name))
            elif of.head == "Map" and of.args[1] == kind:
                found.append((f"{name}[{self.expr(of.args[0], 0)}, default: {self.expr(kind, 0)}]", "", name))
        return found

    def some_place(self) -> tuple[str, Kind, list[str]] | None:
        """A place in some mutable variable."""
        candidates = [v for v in self.variables() if v.is_mutable]
        if not candidates:
            return None
        variable = self.rng.choice(candidates)
        return self.place(variable.kind, variable.name)

    def effect(self) -> str:
        """A change of a place, in one of the ways that its type has."""
        found = self.some_place()
        if found is None:
            return ""
        name, kind, conditions = found
        change = self.rng.choice(self.changes(name, kind))()
        return f"if {' && '.join(conditions)} {{ {change} }}" if conditions else change

    def changes(self, name: str, kind: Kind) -> list[Callable[[], str]]:
        """What can be done to a place of a type; all that does not fit the type alone: assign it, pass it on."""
        kept = self.fresh("k")
        ways: list[Callable[[], str]] = [lambda: f"{name} = {self.expr(kind, 2)}"]
        if not self.world.has(kind, "fn"):
            ways += [lambda: f"let {kept} = replace(&mut {name}, {self.expr(kind, 2)})"]
        if kind.head in INTEGERS:
            ways += [lambda: f"{name} {self.rng.choice(['^=', '&=', '|=', '/=', '%='])} ({self.expr(kind, 1)} | 1{kind})",
                     lambda: f"{name} {self.rng.choice(['+=', '-='])} 1{kind}"]
            if kind.head in NARROW:
                ways += [lambda: f"{name} = {name}.wrapping_add({self.expr(kind, 1)})"]
            if kind.head in SIGNED:
                ways += [lambda: f"{name} >>= {self.rng.randrange(7)}{kind}"]
        elif kind.head in self.world.methods:
            methods = self.world.methods[kind.head]
            ways += [lambda: f"let {kept} = {name}.alter({self.expr(methods.altered_by, 1)})"] * 3
        elif kind.head == "Both":
            ways += [lambda: f"let {kept} = {name}.put({self.expr(kind.args[0], 1)})"] * 2
        elif kind == STR:
            ways += [lambda: grown(name, f'{name} = "{{{name}}}{{{self.expr(STR, 1)}}}{{{name}}}"'),
                     lambda: grown(name, f"{name}.push_str({name})"),
                     lambda: grown(name, f"{name}.push_str({self.expr(STR, 1)})"), lambda: f"{name}.push('→')"]
        elif kind.head == "[]":
            ways += self.array_changes(name, kind)
        elif kind.count:
            last = kind.count - 1
            ways += [lambda: f"{name}[{last}] = {self.expr(kind.args[0], 1)}", lambda: f"{name}.swap(0, {last})",
                     lambda: f"{name}.reverse()", lambda: f"{name}.fill({name}[{last}])",
                     lambda: f"{name}[..] = {name} |reverse", lambda: f"{name}[{last}..] = [{name}[0]]"]
        elif kind.head in ("Map", "Set"):
            key = self.expr(kind.args[0], 1)
            value = "" if kind.head == "Set" else f", {self.expr(kind.args[1], 1)}"
            ways += [lambda: f"{name}.insert({key}{value})", lambda: f"{name}.insert({key}{value})",
                     lambda: f"_ = {name}.remove({key})", lambda: f"let {kept} = {name}.remove({key})",
                     lambda: f"{name}.clear()"]
        elif kind.head == "?":
            ways += [lambda: self.change_present(name, kind.args[0])] * 2
        return ways

    def change_present(self, name: str, item: Kind) -> str:
        """Changes what an option holds, if it holds something."""
        inner = self.fresh("n")
        with self.frozen(name):
            change = self.rng.choice(self.changes(inner, item))()
        return f"if let Some({inner}) = &mut {name} {{ {change} }}"

    def array_changes(self, name: str, kind: Kind) -> list[Callable[[], str]]:
        """What can be done to an array."""
        (item,) = kind.args
        count = self.names(I64, is_mutable=True)
        ways: list[Callable[[], str]] = [
            lambda: f"{name}.push({self.expr(item, 1)})", lambda: f"{name}.push({self.expr(item, 1)})",
            lambda: f"{name} = {name} |skip(1)", lambda: f"if {name}.len() > 1 {{ {name} = {name}[1..] }}",
            lambda: f"if {name}.len() > 1 && {name}.len() < {LONG} {{ {name}.extend({name}[1..]) }}",
            lambda: f"if {name}.len() > 0 {{ {name}[0] = {self.expr(item, 1)}; {name}.push({name}[0]) }}",
            lambda: grown(name, f"{name}.extend({self.expr(kind, 1)})"), lambda: grown(name, f"{name}.extend({name})"),
            lambda: f"{name}.reverse()",
            lambda: f"let {self.fresh('p')} = {name}.pop()", lambda: f"{name}.truncate({self.rng.randrange(4)})",
            lambda: f"if {name}.len() > 1 {{ {name}.swap(0, {name}.len() - 1) }}",
            lambda: f"if {name}.len() > 1 {{ {name}[0..2] = [{self.expr(item, 1)}, {name}[0]] }}",
            lambda: f"if {name}.len() > 0 {{ {name}[0] = {name}[{name}.len() - 1] }}"]
        if count and name != count[0]:
            ways += [lambda: f"grow(&mut {name}, &mut {count[0]})"]
        return ways

