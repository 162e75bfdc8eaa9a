"""Writes random well-typed programs of the language that is implemented so far.

A module holds many programs, `program_0` to `program_N`, with helpers of their own; `main` runs the one whose number is
its argument. Each prints what it computes; it may also panic, which is part of what it does. Loops are bounded, so every
program ends.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

SCALARS = ("i64", "i32", "u8", "u32", "u64", "usize", "bool", "f64", "char", "str")
INTEGERS = ("i64", "i32", "u8", "u32", "u64", "usize")
COMPOUND = ("[i64]", "[str]", "i64?", "str?", "Point", "Shape", "(i64, str)", "Map<str, i64>", "Set<i64>")
WORDS = ("ant", "bee", "cat", "döner", "", "egg", "fig", "ähm", "hut", "x")

DECLARATIONS = """
struct Point { x: i64, y: i64 = 7, name: str }
enum Shape { Dot, Circle(i64), Named { name: str, sides: i64 } }
impl Point {
    fn size(self) -> i64 { self.x.wrapping_mul(3).wrapping_add(self.y) }
    fn shift(mut self, by: i64) -> i64 { self.x = self.x.wrapping_add(by); self.name = "{self.name}+"; self.x }
}
impl Shape {
    fn weigh(self) -> i64 { match self { Shape·Dot => 0, Shape·Circle(r) => r, Shape·Named { name, sides } => name.len() as i64 + sides % 9 } }
}
fn add_all(mut xs: [i64], by: i64) { for i in 0..xs.len() { xs[i] = xs[i].wrapping_add(by) } }
fn grow(mut text: str, mut n: i64) -> usize { text = "{text}<{n}>"; n = n.wrapping_sub(1); text.len() }
fn halve(n: i64) -> i64? { if n % 2 == 0 { n / 2 } else { fail("{n} is odd") } }
fn quarter(n: i64) -> i64? { halve(halve(n)?)? }
fn pick(xs: [i64], i: i64) -> i64 { xs[i as usize] }
fn twice(f: fn(i64) -> i64, x: i64) -> i64 { f(f(x)) }
fn label(n: i64) -> str { match n { ..=-1 => "minus", 0 | 1 => "few", 2..=99 => "some", _ => "many" } }
"""


class Scope:
    """Variables by type; `mutable` names may be assigned."""

    def __init__(self) -> None:
        self.frames: list[list[tuple[str, str, bool]]] = [[]]

    def of(self, type_: str, mutable: bool = False) -> list[str]:
        """Names of a type."""
        return [n for frame in self.frames for n, t, m in frame if t == type_ and (m or not mutable)]

    def add(self, name: str, type_: str, mutable: bool) -> None:
        """Declares a variable."""
        self.frames[-1].append((name, type_, mutable))


class ProgramWriter:
    """Writes one program's function."""

    def __init__(self, rng: Random):
        self.rng = rng
        self.scope = Scope()
        self.counter = 0
        self.lines: list[str] = []
        self.indent = 1
        self.in_closure = False

    def fresh(self, prefix: str = "v") -> str:
        """A new name."""
        self.counter += 1
        return f"{prefix}{self.counter}"

    def chance(self, share: float) -> bool:
        """True with a probability."""
        return self.rng.random() < share

    def choose(self, *makers: Callable[[], str]) -> str:
        """One of several ways to write something."""
        return self.rng.choice(makers)()

    # ---- Expressions --------------------------------------------------------------------------------------------------

    def integer(self, type_: str) -> str:
        """An integer literal, mostly small, sometimes at the type's edge."""
        bits = {"i64": 63, "i32": 31, "u8": 8, "u32": 32, "u64": 64, "usize": 64}[type_]
        if self.chance(0.08):
            value = self.rng.choice([(1 << bits) - 1, (1 << bits) - 2, 1 << (bits - 1)])
        else:
            value = self.rng.randrange(0, 100)
        if type_ in ("i64", "i32") and self.chance(0.3):
            return f"(-{value}{type_})"
        return f"{value}{type_}"

    def expr(self, type_: str, depth: int) -> str:
        """An expression of a type."""
        names = self.scope.of(type_)
        if names and self.chance(0.35 if depth > 0 else 0.8):
            return self.rng.choice(names)
        if depth > 0 and self.chance(0.12):
            return f"(if {self.expr('bool', depth - 1)} {{ {self.expr(type_, depth - 1)} }} else {{ {self.expr(type_, depth - 1)} }})"
        if type_ in INTEGERS:
            return self.integer_expr(type_, depth)
        makers = {"bool": self.bool_expr, "f64": self.float_expr, "char": self.char_expr, "str": self.text_expr,
                  "[i64]": self.array_expr, "[str]": self.texts_expr, "i64?": self.option_expr,
                  "str?": self.text_option, "Point": self.point, "Shape": self.shape, "(i64, str)": self.pair,
                  "Map<str, i64>": self.map_expr, "Set<i64>": self.set_expr}
        return makers[type_](depth)

    def integer_expr(self, type_: str, depth: int) -> str:
        if depth <= 0:
            return self.integer(type_)
        d = depth - 1

        def binary() -> str:
            op = self.rng.choice(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"])
            right = f"{self.rng.randrange(0, 7)}{type_}" if op in ("<<", ">>") else self.expr(type_, d)
            if op in ("/", "%") and self.chance(0.8):
                right = f"({right} | 1{type_})"
            return f"({self.expr(type_, d)} {op} {right})"

        def wrapping() -> str:
            name = self.rng.choice(["wrapping_add", "wrapping_sub", "wrapping_mul"])
            return f"({self.expr(type_, d)}).{name}({self.expr(type_, d)})"

        makers = [binary, wrapping, wrapping,
                  lambda: f"({self.expr(self.rng.choice(INTEGERS + ('f64', 'bool')), d)} as {type_})",
                  lambda: f"({self.expr(type_, d)}).min({self.expr(type_, d)})"]
        if type_ == "i64":
            makers += [
                lambda: f"({self.expr('[i64]', d)} |τ{{_.wrapping_mul(2)}} |ρ{{a, x => a.wrapping_add(x), {self.expr('i64', 0)}}})",
                lambda: f"({self.expr('[i64]', d)} |φ{{_ > {self.expr('i64', 0)}}} |first ?? {self.expr('i64', d)})",
                lambda: f"({self.expr('[i64]', d)} |{self.rng.choice(['min', 'max', 'last', 'first'])} ?? {self.expr('i64', d)})",
                lambda: f"({self.expr('i64?', d)} ?? {self.expr('i64', d)})",
                lambda: f"({self.expr('Point', d)}).size()", lambda: f"({self.expr('Shape', d)}).weigh()",
                lambda: f"({self.expr('Point', d)}).x", lambda: f"({self.expr('(i64, str)', d)}).0",
                lambda: f"({self.expr('Map<str, i64>', d)}.get({self.expr('str', d)}) ?? {self.expr('i64', 0)})",
                lambda: f"(match {self.expr('Shape', d)} {{ Shape·Circle(r) if r > 3 => r, Shape·Circle(_) => 1, _ => {self.expr('i64', d)} }})",
                lambda: f"(match {self.expr('i64?', d)} {{ Some(n) => n, None => {self.expr('i64', d)} }})",
                lambda: f"pick({self.expr('[i64]', d)}, {self.rng.randrange(0, 3)})" if self.chance(0.3) else self.expr("i64", d),
                self.closure_call]
        if type_ == "usize":
            makers += [lambda: f"{self.expr('[i64]', d)}.len()", lambda: f"({self.expr('str', d)}).len()",
                       lambda: f"({self.expr('[str]', d)} |count)", lambda: f"{self.expr('Set<i64>', d)}.len()"]
        return self.choose(*makers)

    def closure_call(self) -> str:
        if self.in_closure:
            return self.integer("i64")
        name = self.fresh("c")
        self.in_closure = True
        self.scope.frames.append([(name, "i64", False)])
        body = self.expr("i64", 1)
        self.scope.frames.pop()
        self.in_closure = False
        return f"twice(|{name}| {body}, {self.expr('i64', 1)})"

    def bool_expr(self, depth: int) -> str:
        if depth <= 0:
            return self.rng.choice(["true", "false"])
        d = depth - 1
        type_ = self.rng.choice(("i64", "u8", "usize", "f64", "str", "char", "[i64]", "i64?", "Point", "Shape", "(i64, str)"))
        op = self.rng.choice(["==", "!="] if type_ in ("i64?", "Shape") else ["==", "!=", "<", "<=", ">", ">="])
        return self.choose(
            lambda: f"({self.expr(type_, d)} {op} {self.expr(type_, d)})", lambda: f"(!{self.expr('bool', d)})",
            lambda: f"({self.expr('bool', d)} {self.rng.choice(['&&', '||'])} {self.expr('bool', d)})",
            lambda: f"({self.expr('[i64]', d)} |{self.rng.choice(['any', 'all'])}{{_ % 3 == 0}})",
            lambda: f"{self.expr('Set<i64>', d)}.contains({self.expr('i64', d)})",
            lambda: f"({self.expr('str', d)}).contains({self.expr('str', 0)})")

    def float_expr(self, depth: int) -> str:
        if depth <= 0:
            return f"{self.rng.randrange(0, 50)}.{self.rng.choice(['0', '5', '25', '1', '75'])}"
        d = depth - 1
        return self.choose(
            lambda: f"({self.expr('f64', d)} {self.rng.choice(['+', '-', '*', '/'])} {self.expr('f64', d)})",
            lambda: f"({self.expr('i64', d)} as f64)", lambda: f"({self.expr('f64', d)}).abs()",
            lambda: f"(-{self.expr('f64', d)})")

    def char_expr(self, depth: int) -> str:
        return self.rng.choice(["'a'", "'z'", "'ß'", "'\\n'", "'→'", "'0'"])

    def text_expr(self, depth: int) -> str:
        if depth <= 0:
            return f'"{self.rng.choice(WORDS)}"'
        d = depth - 1
        spec = self.rng.choice(["", "", "", ":>5", ":<4", ":^7", ":05", ":?"])
        return self.choose(
            lambda: f'"{{{self.expr("i64", d)}{spec}}}-{{{self.expr("str", 0)}}}"',
            lambda: f'"{{{self.expr("f64", d)}:.2}}|{{{self.expr("bool", d)}}}"',
            lambda: f"({self.expr('[str]', d)} |join(\",\"))", lambda: f"({self.expr('str', d)}).trim()",
            lambda: f"label({self.expr('i64', d)})", lambda: f"({self.expr('Point', d)}).name",
            lambda: f"({self.expr('str?', d)} ?? {self.expr('str', d)})", lambda: f"({self.expr('(i64, str)', d)}).1",
            lambda: f'"{{{self.expr(self.rng.choice(COMPOUND), d)}:?}}"')

    def array_expr(self, depth: int) -> str:
        if depth <= 0:
            return "[" + ", ".join(self.integer("i64") for _ in range(self.rng.randrange(1, 4))) + "]"
        d = depth - 1
        return self.choose(
            lambda: "[" + ", ".join(self.expr("i64", d) for _ in range(self.rng.randrange(1, 4))) + "]",
            lambda: f"({self.expr('[i64]', d)} |σ)", lambda: f"({self.expr('[i64]', d)} |σ·desc |take({self.rng.randrange(0, 4)}))",
            lambda: f"({self.expr('[i64]', d)} |τ{{_.wrapping_add(1)}} |φ{{_ % 2 == 0}})",
            lambda: f"((0..{self.rng.randrange(0, 6)}) |τ{{_ * 3}})",
            lambda: f"({self.expr('[i64]', d)} |enumerate |τ{{(i, x) => x.wrapping_mul(i as i64)}} |skip(1))",
            lambda: f"({self.expr('[str]', d)} |τ{{.len()}} |τ{{_ as i64}})",
            lambda: f"{self.expr('[i64]', 0)}[{self.rng.randrange(0, 2)}..]")

    def texts_expr(self, depth: int) -> str:
        if depth <= 0:
            return "[" + ", ".join(f'"{self.rng.choice(WORDS)}"' for _ in range(self.rng.randrange(1, 4))) + "]"
        d = depth - 1
        return self.choose(
            lambda: "[" + ", ".join(self.expr("str", d) for _ in range(self.rng.randrange(1, 3))) + "]",
            lambda: f"({self.expr('[str]', d)} |σ{{.len()}})", lambda: f"({self.expr('str', d)}).split(\"-\")",
            lambda: f"({self.expr('[i64]', d)} |τ{{\"<{{_}}>\"}})",
            lambda: f"({self.expr('[str]', d)} |φ{{_ != {self.expr('str', 0)}}})")

    def option_expr(self, depth: int) -> str:
        if depth <= 0:
            return f"Some({self.integer('i64')})"
        d = depth - 1
        return self.choose(
            lambda: f"halve({self.expr('i64', d)})", lambda: f"quarter({self.expr('i64', d)})",
            lambda: f"({self.expr('i64', d)} |φ{{_ > {self.expr('i64', 0)}}})",
            lambda: f"({self.expr('i64?', d)} |τ{{_.wrapping_mul(3)}})", lambda: f"{self.expr('[i64]', d)}.get({self.rng.randrange(0, 4)})",
            lambda: f"({self.expr('[i64]', d)} |find{{_ > 5}})", lambda: f"i64·parse({self.expr('str', d)})")

    def text_option(self, depth: int) -> str:
        d = max(depth - 1, 0)
        return self.choose(lambda: f"Some({self.expr('str', d)})", lambda: f"({self.expr('i64?', d)} |τ{{\"n{{_}}\"}})",
                           lambda: f"({self.expr('str', d)} |φ{{.len() > 2}})", lambda: f"({self.expr('[str]', d)} |last)")

    def point(self, depth: int) -> str:
        d = max(depth - 1, 0)
        points = self.scope.of("Point")
        if points and self.chance(0.4):
            return f"(Point {{ x: {self.expr('i64', d)}, ..{self.rng.choice(points)} }})"
        y = f"y: {self.expr('i64', d)}, " if self.chance(0.5) else ""
        return f"(Point {{ name: {self.expr('str', d)}, {y}x: {self.expr('i64', d)} }})"

    def shape(self, depth: int) -> str:
        d = max(depth - 1, 0)
        return self.choose(lambda: "Shape·Dot", lambda: f"Shape·Circle({self.expr('i64', d)})",
                           lambda: f"(Shape·Named {{ name: {self.expr('str', d)}, sides: {self.expr('i64', d)} }})")

    def pair(self, depth: int) -> str:
        d = max(depth - 1, 0)
        return f"({self.expr('i64', d)}, {self.expr('str', d)})"

    def map_expr(self, depth: int) -> str:
        d = max(depth - 1, 0)
        pairs = ", ".join(f"({self.expr('str', d)}, {self.expr('i64', d)})" for _ in range(self.rng.randrange(1, 4)))
        return f"Map·from([{pairs}])"

    def set_expr(self, depth: int) -> str:
        return f"Set·from({self.expr('[i64]', max(depth - 1, 0))})"

    # ---- Statements ---------------------------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        """Writes a line."""
        self.lines.append("    " * self.indent + text)

    def block(self, count: int) -> None:
        """Statements in a scope of their own."""
        self.scope.frames.append([])
        self.indent += 1
        for _ in range(count):
            self.statement(2)
        self.indent -= 1
        self.scope.frames.pop()

    def statement(self, depth: int) -> None:
        """One statement."""
        kinds = [self.let, self.let, self.let_mutable, self.change, self.change, self.change, self.show]
        if self.indent < 4:
            kinds += [self.if_statement, self.for_statement, self.while_statement, self.match_statement]
        self.rng.choice(kinds)(depth)

    def let(self, depth: int) -> None:
        type_ = self.rng.choice(SCALARS + COMPOUND)
        name = self.fresh()
        value = self.expr(type_, depth)
        self.line(f"let {name}: {type_} = {value}")
        self.scope.add(name, type_, False)

    def let_mutable(self, depth: int) -> None:
        type_ = self.rng.choice(("i64", "u8", "str", "[i64]", "[str]", "Point", "Shape", "Map<str, i64>", "Set<i64>", "i64?", "(i64, str)"))
        name = self.fresh("m")
        value = self.expr(type_, depth)
        self.line(f"let mut {name}: {type_} = {value}")
        self.scope.add(name, type_, True)

    def change(self, depth: int) -> None:
        """Changes a mutable variable in one of the ways that its type has."""
        candidates = [(n, t) for frame in self.scope.frames for n, t, m in frame if m]
        if not candidates:
            return self.let_mutable(depth)
        name, type_ = self.rng.choice(candidates)
        ways = [f"{name} = {self.expr(type_, depth)}"]
        if type_ in INTEGERS:
            ways += [f"{name} {self.rng.choice(['+=', '-=', '^=', '&='])} {self.expr(type_, depth)}"]
        elif type_ == "[i64]":
            ways += [f"{name}.push({self.expr('i64', depth)})", f"add_all(&mut {name}, {self.expr('i64', depth)})",
                     f"if {name}.len() > 0 {{ {name}[{self.expr('usize', 1)} % {name}.len()] = {self.expr('i64', depth)} }}",
                     f"if {name}.len() > 1 {{ {name}[0] += {name}[1] & 7; {name}.swap(0, {name}.len() - 1) }}",
                     f"let {self.fresh('p')} = {name}.pop()", f"{name}.extend({name})",
                     f"if {name}.len() > 1 {{ {name}[0..2] = [{self.expr('i64', 1)}, 4] }}"]
        elif type_ == "[str]":
            ways += [f"{name}.push({self.expr('str', depth)})", f"{name}.reverse()",
                     f"if {name}.len() > 0 {{ {name}[0] = \"{{{name}[0]}}!\" }}"]
        elif type_ == "Point":
            ways += [f"{name}.x = {self.expr('i64', depth)}", f"{name}.name = {self.expr('str', depth)}",
                     f"let {self.fresh('s')} = {name}.shift({self.expr('i64', depth)})"]
        elif type_ == "Map<str, i64>":
            ways += [f"{name}[{self.expr('str', 1)}, default: 0] ^= {self.expr('i64', depth)}",
                     f"{name}[{self.expr('str', 1)}] = {self.expr('i64', depth)}", f"{name}.remove({self.expr('str', 1)})",
                     f"{name}.insert({self.expr('str', 1)}, {self.expr('i64', 1)})"]
        elif type_ == "Set<i64>":
            ways += [f"{name}.insert({self.expr('i64', depth)})", f"{name}.remove({self.expr('i64', 1)})"]
        elif type_ == "str":
            ways += [f"{name}.push_str({self.expr('str', depth)})"]
            numbers = self.scope.of("i64", mutable=True)
            if numbers:
                ways += [f"let {self.fresh('g')} = grow(&mut {name}, &mut {self.rng.choice(numbers)})"]
        elif type_ == "i64?":
            ways += [f"if let Some(n) = &mut {name} {{ n = n.wrapping_add({self.expr('i64', 1)}) }}"]
        elif type_ == "(i64, str)":
            ways += [f"{name}.0 = {self.expr('i64', depth)}", f"{name}.1 = {self.expr('str', depth)}"]
        elif type_ == "Shape":
            ways += [f"match &mut {name} {{ Shape·Circle(r) => {{ r = r.wrapping_add(1) }}, Shape·Named {{ name, sides }} => "
                     f"{{ name = \"{{name}}.\"; sides = sides.wrapping_mul(2) }}, Shape·Dot => {{ }} }}"]
        self.line(self.rng.choice(ways))
        return None

    def show(self, depth: int) -> None:
        type_ = self.rng.choice(SCALARS + COMPOUND)
        self.line(f'println("{type_[:3].strip("[(")}: {{{self.expr(type_, depth)}:?}}")')

    def if_statement(self, depth: int) -> None:
        self.line(f"if {self.expr('bool', depth)} {{")
        self.block(2)
        if self.chance(0.5):
            self.line("} else {")
            self.block(1)
        self.line("}")

    def for_statement(self, depth: int) -> None:
        name = self.fresh("i")
        type_, source = self.rng.choice([
            ("i64", f"0..{self.rng.randrange(1, 6)}"), ("i64", f"({self.expr('[i64]', 1)} |take(5))"),
            ("str", f"({self.expr('[str]', 1)} |take(4))"), ("i64", "-2..=2")])
        self.line(f"for {name} in {source} {{")
        self.scope.frames.append([(name, type_, False)])
        self.block(2)
        if self.chance(0.3):
            self.line(f"    if {self.expr('bool', 1)} {{ {self.rng.choice(['break', 'continue'])} }}")
        self.scope.frames.pop()
        self.line("}")

    def while_statement(self, depth: int) -> None:
        name = self.fresh("w")
        self.line(f"let mut {name} = 0")
        self.line(f"while {name} < {self.rng.randrange(1, 5)} && {self.expr('bool', 1)} {{")
        self.line(f"    {name} += 1")
        self.block(2)
        self.line("}")

    def match_statement(self, depth: int) -> None:
        self.line(f"match {self.expr('Shape', depth)} {{")
        for arm, bound in (("Shape·Circle(r)", [("r", "i64", False)]), ("Shape·Named { name, sides }",
                           [("name", "str", False), ("sides", "i64", False)]), ("Shape·Dot", [])):
            self.scope.frames.append(list(bound))
            self.indent += 1
            self.line(f"{arm} => {{")
            self.block(1)
            self.line("}")
            self.indent -= 1
            self.scope.frames.pop()
        self.line("}")

    def program(self, name: str, statements: int) -> str:
        """The whole function."""
        for _ in range(statements):
            self.statement(3)
        for frame in self.scope.frames:
            for variable, _, _ in frame:
                self.line(f'println("{variable} = {{{variable}:?}}")')
        return f"fn {name}() {{\n" + "\n".join(self.lines) + "\n}\n"


def random_module(seed: int, programs: int, statements: int = 9) -> str:
    """The text of a module with that many programs; the same for the same numbers."""
    parts = ["use std·env\n", DECLARATIONS]
    for i in range(programs):
        parts.append(ProgramWriter(Random(f"{seed}/{i}")).program(f"program_{i}", statements))
    arms = "".join(f"        {i} => program_{i}(),\n" for i in range(programs))
    parts.append("fn main() {\n    let number = usize·parse(env·args() |first ?? \"\") ?? 0\n    match number {\n"
                 + arms + "        _ => println(\"no such program\"),\n    }\n}\n")
    return "\n".join(parts)
