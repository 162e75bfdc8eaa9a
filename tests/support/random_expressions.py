"""Writes random expressions of a given type from the variables in scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.support.random_kinds import (
    BITS,
    BOOL,
    CHAR,
    F64,
    FLOATS,
    I64,
    INTEGERS,
    SCALARS,
    SIGNED,
    STR,
    U8,
    USIZE,
    Kind,
    World,
    array,
    fixed,
    option,
)

WORDS = ("ant", "bee", "cat", "döner", "", "egg", "fig", "ähm", "hut", "x", "a-b", "7", " -12 ", "é→", "1e3", "zz top")
CHARS = ("'a'", "'z'", "'ß'", "'\\n'", "'→'", "'0'", "'\\''", "' '")
SPECS = ("", "", "", "", ":>5", ":<4", ":^7", ":05", ":?", ":+", ":x", ":#b", ":*^9")

# Functions that every module has.
DECLARATIONS = """
struct Both<A, B> { left: A, right: B }
enum Either<A, B> { Left(A), Right(B), Neither }
fn id<T>(x: T) -> T { x }
fn choose<T>(first: bool, a: T, b: T) -> T { if first { a } else { b } }
fn swapped<A, B>(pair: (A, B)) -> (B, A) { let (a, b) = pair; (b, a) }
fn twice<T>(f: fn(T) -> T, x: T) -> T { f(f(x)) }
fn after<A, B, C>(f: fn(B) -> C, g: fn(A) -> B) -> fn(A) -> C { |x| f(g(x)) }
fn always<A, B>(a: A, b: B) -> A { a }
fn replace<T>(mut place: T, value: T) -> T { let old = place; place = value; old }
fn grow<T>(mut places: [T], mut count: i64) { if places.len() > 0 { places.push(places[0]) }; count = count.wrapping_add(1) }
fn exchange<T>(mut a: T, mut b: T) { let kept = a; a = b; b = kept }
fn halve(n: i64) -> i64? { if n % 2 == 0 { n / 2 } else { fail("{n} is odd") } }
fn quarter(n: i64) -> i64? { halve(halve(n)?)? }
fn pick<T>(xs: [T], i: usize) -> T { xs[i] }
fn second<T>(xs: [T]) -> T? { let Some(x) = xs.get(1) else { return fail("too short") }; x }
fn total(xs: [i64]) -> i64 { let mut n = 0; for x in xs { n = n.wrapping_mul(3).wrapping_add(x) }; n }
fn label(n: i64) -> str { match n { ..=-1 => "minus", 0 | 1 => "few", 2..=99 => "some", _ => "many" } }
fn swell(text: str, n: usize) -> str { if n == 0 { text } else { "<{swell(text, n - 1)}>" } }
"""


@dataclass(frozen=True)
class Variable:
    """`name` is a place's text, such as `v3` or `self.total`."""

    name: str
    kind: Kind
    is_mutable: bool = False


class ExpressionWriter:
    """Keeps the variables in scope; `left` bounds how much is written."""

    def __init__(self, world: World, prefix: str):
        self.world = world
        self.prefix = prefix
        self.frames: list[list[Variable]] = [[]]
        self.counter = 0
        self.left = 150
        self.closures = 0       # that what is written now is inside of
        self.can_try = False    # in a function that returns an option

    @property
    def rng(self) -> Random:
        """The world's, which is another one for each program."""
        return self.world.rng

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

    def variables(self) -> list[Variable]:
        """All in scope."""
        return [variable for frame in self.frames for variable in frame]

    def names(self, kind: Kind, is_mutable: bool = False) -> list[str]:
        """The variables of a type."""
        return [v.name for v in self.variables() if v.kind == kind and (v.is_mutable or not is_mutable)]

    @contextmanager
    def scope(self, *variables: Variable) -> Iterator[None]:
        """Variables that are gone behind the block."""
        self.frames.append(list(variables))
        yield
        self.frames.pop()

    @contextmanager
    def closure(self, *variables: Variable) -> Iterator[None]:
        """The same for the body of a closure or stage, in which nothing is left by `?`."""
        self.closures += 1
        with self.scope(*variables):
            yield
        self.closures -= 1

    # ---- Any type ---------------------------------------------------------------------------------------------------

    def expr(self, kind: Kind, depth: int) -> str:
        """An expression of a type, fit to be an operand."""
        self.left -= 1
        if self.left < 0:
            depth = 0
        names = self.names(kind)
        if names and self.chance(0.3 if depth > 0 else 0.75):
            return self.rng.choice(names)
        if depth > 0:
            if self.chance(0.25) and (found := self.projection(kind)):
                return found
            if self.chance(0.2):
                return self.control(kind, depth - 1)
            if kind.head != "?" and self.chance(0.12):
                return self.generic_call(kind, depth - 1)
        return self.made(kind, depth)

    def made(self, kind: Kind, depth: int) -> str:
        """An expression that belongs to the type."""
        if kind.head in INTEGERS:
            return self.integer_expr(kind, depth)
        if kind.head in FLOATS:
            return self.float_expr(kind, depth)
        match kind.head:
            case "bool":
                return self.bool_expr(depth)
            case "char":
                return self.char_expr(depth)
            case "str":
                return self.text_expr(depth)
            case "[]":
                return self.array_expr(kind, depth)
            case "?":
                return self.option_expr(kind, depth)
            case "Map" | "Set":
                return self.table_expr(kind, depth)
            case "fn":
                return self.function_expr(kind, depth)
        if kind.count:
            return self.fixed_expr(kind, depth)
        d = max(depth - 1, 0)
        if kind.head == "()":
            if depth > 0 and len(kind.args) == 2 and self.chance(0.2):
                return f"swapped({self.expr(Kind('()', kind.args[::-1]), d)})"
            return f"({', '.join(self.expr(part, d) for part in kind.args)})"
        return self.declared(kind, d)

    def declared(self, kind: Kind, d: int) -> str:
        """A struct or enum."""
        if fields := self.world.fields(kind):
            names = self.names(kind)
            if names and self.chance(0.5):
                name, part = self.rng.choice(fields)
                return f"({kind.head} {{ {name}: {self.expr(part, d)}, ..{self.rng.choice(names)} }})"
            fields = self.rng.sample(fields, len(fields))
            return f"({kind.head} {{ {', '.join(f'{name}: {self.expr(part, d)}' for name, part in fields)} }})"
        name, payload = self.rng.choice(list(self.world.variants(kind).items()))
        path = f"{kind.head}·{name}"
        if payload and payload[0][0]:
            made = f"({path} {{ {', '.join(f'{part}: {self.expr(k, d)}' for part, k in payload)} }})"
        else:
            made = f"{path}({', '.join(self.expr(k, d) for _, k in payload)})" if payload else path
        return self.typed(kind, made) if kind.args else made

    def typed(self, kind: Kind, text: str) -> str:
        """The same where nothing else says the type."""
        name = self.fresh("t")
        return f"({{ let {name}: {kind} = {text}; {name} }})"

    def projection(self, kind: Kind) -> str | None:
        """A part of a variable."""
        found: list[str] = []
        for variable in self.variables():
            name, of = variable.name, variable.kind
            found += [f"{name}.{part}" for part, k in self.world.fields(of) if k == kind]
            if of.count and of.args[0] == kind:
                found.append(f"{name}[{self.rng.randrange(of.count)}]")
            if of.head in ("[]", "?") and of.args[0] == kind:
                if of.head == "?":
                    found.append(f"({name} ?? {self.expr(kind, 0)})")
                    if self.can_try and not self.closures:
                        found.append(f"({name})?")
                else:
                    found.append(self.element(name, kind))
            elif of.head == "fn" and of.args[-1] == kind:
                callee = name if "." not in name else f"({name})"
                found.append(f"{callee}({', '.join(self.expr(part, 0) for part in of.args[:-1])})")
            elif of.head == "Map" and of.args[1] == kind and kind.head != "?":
                found.append(f"({name}.get({self.expr(of.args[0], 0)}) ?? {self.expr(kind, 0)})")
        return self.rng.choice(found) if found else None

    def element(self, name: str, kind: Kind) -> str:
        """An element of the array of that name; rarely out of bounds."""
        if self.chance(0.06):
            return f"{name}[{self.rng.randrange(3)}]"
        index = f"{self.expr(USIZE, 0)} % {name}.len()"
        return f"(if {name}.len() > 0 {{ {name}[{index}] }} else {{ {self.expr(kind, 0)} }})"

    def control(self, kind: Kind, d: int) -> str:
        """`if`, `match`, a block."""
        def conditional() -> str:
            return f"(if {self.expr(BOOL, d)} {{ {self.expr(kind, d)} }} else {{ {self.expr(kind, d)} }})"

        def by_option() -> str:
            item, name = self.world.present_kind(1), self.fresh("n")
            text = f"(match {self.expr(option(item), d)} {{ Some({name}) => "
            with self.scope(Variable(name, item)):
                text += self.expr(kind, d)
            return f"{text}, None => {self.expr(kind, d)} }})"

        def by_number() -> str:
            low, high = sorted(self.rng.choices(range(-3, 120), k=2))
            return (f"(match {self.expr(I64, d)} {{ ..={low - 1} => {self.expr(kind, d)}, {low} | {high + 2} => "
                    f"{self.expr(kind, 0)}, {low + 1}..={high + 1} if {self.expr(BOOL, 0)} => {self.expr(kind, d)}, _ => "
                    f"{self.expr(kind, 0)} }})")

        def block() -> str:
            part, name = self.world.kind(1), self.fresh("b")
            text = f"({{ let {name}: {part} = {self.expr(part, d)}; "
            with self.scope(Variable(name, part)):
                return text + f"{self.expr(kind, d)} }})"

        return self.choose(conditional, conditional, by_option, by_number, block, lambda: self.by_enum(kind, d))

    def by_enum(self, kind: Kind, d: int) -> str:
        """A `match` on an enum's variants, the last of them by `_` now and then."""
        enum = Kind(self.rng.choice(list(self.world.enums)))
        arms = []
        for name, payload in self.world.variants(enum).items():
            bound = [Variable(self.fresh("e"), part) for _, part in payload]
            with self.scope(*bound):
                pattern = self.variant_pattern(enum.head, name, payload, bound)
                if self.chance(0.2):
                    arms.append(f"{pattern} if {self.expr(BOOL, 0)} => {self.expr(kind, 0)}")
                arms.append(f"{pattern} => {self.expr(kind, d)}")
        if self.chance(0.3):
            arms[-1] = f"_ => {self.expr(kind, d)}"
        return f"(match {self.expr(enum, d)} {{ {', '.join(arms)} }})"

    @staticmethod
    def variant_pattern(enum: str, name: str, payload: list[tuple[str, Kind]], bound: list[Variable]) -> str:
        """Takes a variant's payload into variables."""
        if not payload:
            return f"{enum}·{name}"
        if payload[0][0]:
            shown = ", ".join(f"{part}: {v.name}" for (part, _), v in zip(payload, bound, strict=True))
            return f"{enum}·{name} {{ {shown} }}"
        return f"{enum}·{name}({', '.join(v.name for v in bound)})"

    def generic_call(self, kind: Kind, d: int) -> str:
        """One of the functions that take every type."""
        return self.choose(
            lambda: f"id({self.expr(kind, d)})",
            lambda: f"choose({self.expr(BOOL, d)}, {self.expr(kind, d)}, {self.expr(kind, d)})",
            lambda: f"always({self.expr(kind, d)}, {self.expr(self.world.kind(1), d)})",
            lambda: f"twice({self.lambda_of(Kind('fn', (kind, kind)), d)}, {self.expr(kind, d)})",
            lambda: f"(second({self.expr(array(kind), d)}) ?? {self.expr(kind, d)})" if kind.head != "?"
            else f"id({self.expr(kind, d)})",
            lambda: f"pick({self.expr(array(kind), d)}, {self.rng.randrange(2)})" if self.chance(0.2)
            else f"id({self.expr(kind, d)})")

    def lambda_of(self, kind: Kind, d: int) -> str:
        """A closure; what it captures of an actor would count as reported."""
        params = [Variable(self.fresh("c"), part) for part in kind.args[:-1]]
        before = self.frames
        self.frames = [[v for v in frame if not v.name.startswith("self.")] for frame in before]
        with self.closure(*params):
            text = f"|{', '.join(f'{v.name}: {v.kind}' for v in params)}| {self.expr(kind.args[-1], d)}"
        self.frames = before
        return text

    def body(self, item: Kind, result: Kind, d: int) -> str:
        """A stage's body over elements of a type, with its braces."""
        name = self.fresh("x")
        with self.closure(Variable(name, item)):
            text = self.expr(result, d)
        if item.head in ("()",) and self.chance(0.4):
            parts = [Variable(self.fresh("y"), part) for part in item.args]
            with self.closure(*parts):
                return f"{{({', '.join(v.name for v in parts)}) => {self.expr(result, d)}}}"
        return f"{{{name} => {text}}}"

    # ---- Scalars ----------------------------------------------------------------------------------------------------

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
        if kind.head in SIGNED and self.chance(0.3):
            makers += [lambda: f"({self.expr(kind, d)}).abs()", lambda: f"(-{self.expr(kind, d)})",
                       lambda: f"({self.expr(kind, d)}).signum()"]
        if kind == USIZE:
            makers += [lambda: f"{self.expr(array(self.world.kind(1)), d)}.len()", lambda: f"({self.expr(STR, d)}).len()",
                       lambda: f"({self.expr(array(self.world.kind(1)), d)} |count)", self.table_length]
        if kind == I64:
            makers += [lambda: f"total({self.expr(array(I64), d)})"]
        return self.choose(*makers)

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
            lambda: f"({self.expr(array(self.rng.choice(SCALARS)), d)} |join(\"/\"))")

    def interpolation(self) -> str:
        """A text with one or two values in it."""
        kind = self.rng.choice(SCALARS)
        spec = self.rng.choice(SPECS)
        if kind.head not in INTEGERS and spec in (":x", ":#b") or kind.head in ("str", "char", "bool") and spec in (":+", ":05"):
            spec = ""
        if kind.head in FLOATS and self.chance(0.5):
            spec = self.rng.choice([":.2", ":8.3", ":.0"])
        other = self.world.showable_kind()
        return f'"{{{self.expr(kind, 1)}{spec}}}-{{{self.expr(other, 1)}:?}}"'

    # ---- Collections ------------------------------------------------------------------------------------------------

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
            if self.chance(0.15):
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
            lambda: self.typed(kind, self.expr(fixed(item, 3), d)),
            lambda: f"{self.expr(fixed(item, 3), d)}[{self.rng.choice(['1..', '..2', '..', '1..=1'])}]",
            lambda: f"({self.expr(fixed(item, 2), d)} |{self.rng.choice(['reverse', 'take(1)', 'collect'])})"]
        if self.world.is_ordered(item):
            makers += [lambda: f"({self.expr(kind, d)} |σ{self.rng.choice(['', '·desc'])})"]
        key = self.world.kind(1)
        if self.world.is_ordered(key):
            makers += [lambda: f"({self.expr(kind, d)} |σ{self.rng.choice(['', '·desc'])}{self.body(item, key, d)})"]
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
        if depth <= 0:
            return self.typed(kind, self.rng.choice(["None", 'fail("why")'])) if self.chance(0.3) else f"Some({self.expr(item, 0)})"

        def lifted() -> str:
            other = self.world.present_kind(1)
            if other.is_collection:
                other = I64
            return f"({self.expr(option(other), d)} |τ{self.body(other, item, d)})"

        makers = [lifted, lambda: f"Some({self.expr(item, d)})", lambda: f"({self.expr(array(item), d)}.get({self.expr(USIZE, 0)}))",
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
        if item.head in INTEGERS or item.head in FLOATS:
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
