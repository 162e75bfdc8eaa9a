"""Writes random expressions of numbers, characters and text."""

from __future__ import annotations

from tests.support.random_kinds import (
    BITS,
    BOOL,
    F64,
    FLOATS,
    I64,
    INTEGERS,
    NARROW,
    SCALARS,
    SIGNED,
    STR,
    U8,
    USIZE,
    WIDE,
    Kind,
    array,
    option,
)
from tests.support.random_scope import ScopeWriter, Variable

WORDS = ("ant", "bee", "cat", "döner", "", "egg", "fig", "ähm", "hut", "x", "a-b", "7", " -12 ", "é→", "1e3", "zz top")
CHARS = ("'a'", "'z'", "'ß'", "'\\n'", "'→'", "'0'", "'\\''", "' '")
SPECS = ("", "", "", "", ":>5", ":<4", ":^7", ":05", ":?", ":+", ":x", ":#b", ":*^9")


class ScalarWriter(ScopeWriter):
    """Each method writes one kind of scalar."""

    def integer(self, kind: Kind) -> str:
        """A literal, mostly small, sometimes at the type's edge."""
        bits = BITS[kind.head] - (kind.head in SIGNED)
        value = self.rng.randrange(0, 100)
        if self.chance(0.06):
            value = self.rng.choice([(1 << bits) - 1, (1 << bits) - 2, 1 << (bits - 1)])
        if kind.head in SIGNED and self.chance(0.3):
            return f"(-{value}{kind})"
        return f"{value}{kind}"

    def integer_expr(self, kind: Kind, depth: int) -> str:
        if depth <= 0:
            return self.integer(kind)
        d = depth - 1
        if kind == I64 and self.chance(0.12):
            return self.weighed(d)

        def binary() -> str:
            is_risky = self.chance(0.25 if BITS[kind.head] == 64 else 0.08)
            op = self.rng.choice(["+", "-", "*", "/", "%"] if is_risky else ["&", "|", "^", "<<", ">>", "/", "%", "&"])
            right = self.expr(kind, d)
            if op in ("<<", ">>") and not self.chance(0.03):
                right = f"{self.rng.randrange(BITS[kind.head])}{kind}"
            if op in ("/", "%") and not self.chance(0.06):
                right = f"({right} | 1{kind})"
            left = f"({self.expr(kind, d)} >> 2{kind})" if op == "<<" and self.chance(0.5) else self.expr(kind, d)
            return f"({left} {op} {right})"

        def wrapping() -> str:
            name = self.rng.choice(["wrapping_add", "wrapping_sub", "wrapping_mul", "min", "max"])
            return f"({self.expr(kind, d)}).{name}({self.expr(kind, d)})"

        def shifted() -> str:
            name = self.rng.choice(["wrapping_shl", "wrapping_shr"])
            return f"({self.expr(kind, d)}).{name}({self.expr(Kind('u32'), 0)})"

        def folded() -> str:
            item = self.world.showable_kind(1)
            into = self.fresh("a")
            with self.closure(Variable(into, kind)):
                element = self.fresh("x")
                with self.scope(Variable(element, item)):
                    step = self.expr(kind, d)
            return f"({self.expr(array(item), d)} |ρ{{{into}, {element} => {step}, {self.expr(kind, 0)}}})"

        def cast() -> str:
            return f"({self.expr(self.rng.choice(SCALARS[:12]), d)} as {kind})"

        makers = [binary, binary, wrapping, wrapping, wrapping, shifted, folded, cast, cast, cast,
                  lambda: f"(!{self.expr(kind, d)})",
                  lambda: f"({self.expr(array(kind), d)} |{self.rng.choice(['min', 'max', 'last', 'first'])} "
                          f"?? {self.expr(kind, 0)})",
                  lambda: f"({kind}·parse({self.expr(STR, d)}) ?? {self.expr(kind, 0)})",
                  lambda: f"({self.expr(kind, d)}).clamp(1{kind}, 90{kind})"]
        if self.chance(0.1):
            makers += [lambda: f"({self.expr(array(kind), d)} |{self.rng.choice(['Σ', 'Π', 'Σ'])})"]
        if kind.head in WIDE:       # they have no methods yet
            makers = [binary, folded, cast, cast]
        elif self.chance(0.15):
            method = f"saturating_{self.rng.choice(['add', 'sub', 'mul'])}"
            makers += [lambda: f"({self.expr(kind, d)}).{method}({self.expr(kind, d)})",
                       lambda: f"({kind}·try_from({self.expr(Kind(self.rng.choice(NARROW)), d)}) ?? {self.expr(kind, 0)})"]
        elif kind.head in SIGNED and self.chance(0.3):
            makers += [lambda: f"({self.expr(kind, d)}).abs()", lambda: f"(-{self.expr(kind, d)})",
                       lambda: f"({self.expr(kind, d)}).signum()"]
        if kind == USIZE:
            makers += [lambda: f"{self.expr(array(self.world.kind(1)), d)}.len()", lambda: f"({self.expr(STR, d)}).len()",
                       lambda: f"({self.expr(array(self.world.kind(1)), d)} |count)", self.table_length]
        if kind == I64:
            makers += [lambda: f"total({self.expr(array(I64), d)})"]
        return self.choose(*makers)

    def weighed(self, d: int) -> str:
        """A number by a trait's method, a call that leaves arguments out, or a constant."""
        return self.choose(
            lambda: f"({self.expr(self.rng.choice([I64, STR, array(I64), array(STR)]), d)}).weigh()", lambda: "POWER",
            lambda: f"LIMITS[{self.rng.randrange(3)}]", lambda: f"scaled({self.expr(I64, d)})",
            lambda: f"scaled({self.expr(I64, d)}, offset: {self.expr(I64, d)})",
            lambda: f"({self.expr(Kind('dyn Score'), d)}).score()")

    def table_length(self) -> str:
        """The length of a map or set."""
        return f"({self.expr(Kind('Set', (self.world.key_kind(),)), 1)}).len()"

    def float_expr(self, kind: Kind, depth: int) -> str:
        if depth <= 0:
            return f"{self.rng.randrange(0, 50)}.{self.rng.choice(['0', '5', '25', '1', '75'])}{kind}"
        d = depth - 1
        makers = [
            lambda: f"({self.expr(kind, d)} {self.rng.choice(['+', '-', '*', '/', '%'])} {self.expr(kind, d)})",
            lambda: f"({self.expr(self.rng.choice(SCALARS[:12]), d)} as {kind})",
            lambda: f"({self.expr(kind, d)}).{self.rng.choice(['abs', 'sqrt'])}()", lambda: f"(-{self.expr(kind, d)})",
            lambda: f"({kind}·parse({self.expr(STR, d)}) ?? {self.expr(kind, 0)})",
            lambda: f"({self.expr(array(kind), d)} |{self.rng.choice(['Σ', 'Π'])})",
            lambda: f"({self.expr(array(kind), d)} |{self.rng.choice(['min', 'max'])} ?? {self.expr(kind, 0)})"]
        if kind == F64:
            makers += [lambda: f"({self.expr(kind, d)}).{self.rng.choice(['floor', 'ceil', 'round', 'trunc'])}()",
                       lambda: f"({self.expr(kind, d)}).{self.rng.choice(['min', 'max'])}({self.expr(kind, d)})"]
        return self.choose(*makers)

    def bool_expr(self, depth: int) -> str:
        if depth <= 0:
            return self.rng.choice(["true", "false"])
        d = depth - 1

        def comparison() -> str:
            kind = self.world.showable_kind(1)
            ops = ["==", "!=", "<", "<=", ">", ">="] if self.world.is_ordered(kind) and kind != BOOL else ["==", "!="]
            return f"({self.expr(kind, d)} {self.rng.choice(ops)} {self.expr(kind, d)})"

        def quantified() -> str:
            item = self.world.kind(1)
            return f"({self.expr(array(item), d)} |{self.rng.choice(['any', 'all'])}{self.body(item, BOOL, d)})"

        def contained() -> str:
            key = self.world.key_kind()
            return f"{self.expr(Kind('Set', (key,)), d)}.contains({self.expr(key, d)})"

        return self.choose(
            comparison, comparison, quantified, contained, lambda: f"(!{self.expr(BOOL, d)})",
            lambda: f"({self.expr(BOOL, d)} {self.rng.choice(['&&', '||', '^', '&', '|'])} {self.expr(BOOL, d)})",
            lambda: f"({self.expr(STR, d)}).{self.rng.choice(['contains', 'starts_with', 'ends_with'])}({self.expr(STR, 0)})",
            lambda: f"({self.expr(option(self.world.present_kind(1)), d)}).{self.rng.choice(['is_some', 'is_none'])}()")

    def char_expr(self, depth: int) -> str:
        if depth <= 0:
            return self.rng.choice(CHARS)
        d = depth - 1
        return self.choose(lambda: self.rng.choice(CHARS), lambda: f"({self.expr(U8, d)} as char)",
                           lambda: f"(({self.expr(STR, d)}).chars() |last ?? 'q')",
                           lambda: f"(char·from_u32({self.expr(Kind('u32'), d)}) ?? '?')")

    def text_expr(self, depth: int) -> str:
        if depth <= 0:
            return f'"{self.rng.choice(WORDS)}"'
        d = depth - 1

        def cut() -> str:
            name, ends = self.fresh("s"), sorted(self.rng.choices(range(6), k=2))
            if self.chance(0.9):
                return (f"({{ let {name} = {self.expr(STR, d)}; if {name}.len() > {ends[1]} && {name} |.chars() |all"
                        f"{{.is_ascii()}} {{ {name}[{ends[0]}..{ends[1]}] }} else {{ {name} }} }})")
            return f"({self.expr(STR, d)})[{ends[0]}..]"

        return self.choose(
            self.interpolation, self.interpolation, cut, lambda: f"label({self.expr(I64, d)})",
            lambda: f"({self.expr(array(STR), d)} |join(\"{self.rng.choice(['', ',', '→'])}\"))",
            lambda: f"({self.expr(STR, d)}).{self.rng.choice(['trim', 'to_uppercase', 'trim_end', 'to_lowercase'])}()",
            lambda: f"({self.expr(STR, d)}).replace(\"{self.rng.choice('aetg-')}\", {self.expr(STR, 0)})",
            lambda: f"swell({self.expr(STR, d)}, {self.rng.randrange(4)})",
            lambda: f"({self.expr(Kind('dyn Score'), d)}).shown()",
            lambda: f"({self.expr(array(self.rng.choice(SCALARS)), d)} |join(\"/\"))")

    def interpolation(self) -> str:
        """A text with one or two values in it."""
        kind = self.rng.choice((*SCALARS, Kind("Money")))
        spec = self.rng.choice(SPECS)
        is_integer, is_number = kind.head in INTEGERS, kind.head in (*INTEGERS, *FLOATS)
        if kind.head == "Money":
            spec = self.rng.choice(["", ":>9", ":*<7"])
        if (spec in (":x", ":#b") and not is_integer) or (spec in (":+", ":05") and not is_number):
            spec = ""
        if kind.head in FLOATS and self.chance(0.5):
            spec = self.rng.choice([":.2", ":8.3", ":.0"])
        other = self.world.showable_kind()
        return f'"{{{self.expr(kind, 1)}{spec}}}-{{{self.expr(other, 1)}:?}}"'
