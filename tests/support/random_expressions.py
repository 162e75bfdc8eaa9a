"""Writes random expressions of a given type from the variables in scope."""

from __future__ import annotations

from tests.support.random_collections import CollectionWriter
from tests.support.random_kinds import (
    BOOL,
    FLOATS,
    I64,
    INTEGERS,
    STR,
    USIZE,
    Kind,
    array,
    option,
)
from tests.support.random_scope import Variable

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
fn both_ways(f, a, b) { (f(a, b), f(b, a)) }
fn scaled(n: i64, by: i64 = 3, offset: i64 = 1) -> i64 { n.wrapping_mul(by).wrapping_add(offset) }
trait Weigh { fn weigh(self) -> i64; fn heavy(self) -> bool { self.weigh() > 40 } }
impl Weigh for i64 { fn weigh(self) -> i64 { self.wrapping_mul(2) } }
impl Weigh for str { fn weigh(self) -> i64 { self.len() as i64 } fn heavy(self) -> bool { self.len() > 4 } }
impl<T: Weigh> Weigh for [T] { fn weigh(self) -> i64 { self |ρ{n, x => n.wrapping_add(x.weigh()), 0} } }
fn heavier<T: Weigh>(a: T, b: T) -> T { if b.weigh() > a.weigh() || b.heavy() { b } else { a } }
struct Money { cents: i64, unit: str }
impl Add for Money { fn add(self, other: Money) -> Money { Money { cents: self.cents.wrapping_add(other.cents), ..self } } }
impl Display for Money { fn text(self) -> str { "{self.cents}{self.unit}" } }
impl Ord for Money { fn cmp(self, other: Money) -> Ordering { other.cents.cmp(self.cents) } }
const LIMITS: [i64; 3] = [3, 14, 15]
const fn power(n: i64) -> i64 { if n == 0 { 1 } else { 2 * power(n - 1) } }
const POWER: i64 = power(10)
trait Score { fn score(self) -> i64; fn shown(self) -> str { "scored {self.score()}" } }
impl Score for i64 { fn score(self) -> i64 { self } }
impl Score for str { fn score(self) -> i64 { self.len() as i64 } fn shown(self) -> str { self } }
impl Score for Money { fn score(self) -> i64 { self.cents } }
impl Score for [str] { fn score(self) -> i64 { 7 } fn shown(self) -> str { self[0] } }
impl<A, B> Both<A, B> {
    fn put(mut self, a: A) -> A { let old = self.left; self.left = a; old }
    fn keep(self, mut into: [A]) -> i64 { into.push(self.left); into.len() as i64 }
}
actor Cell<T> {
    held: T
    seen: [T] = []
    on Put(x: T) { self.seen.push(self.held); self.held = x }
    on Get -> T { self.held }
    on Seen -> [T] { self.seen }
}
fn swell(text: str, n: usize) -> str { if n == 0 { text } else { "<{swell(text, n - 1)}>" } }
"""

WEIGHED = (I64, STR, array(I64), array(STR), array(array(I64)))


class ExpressionWriter(CollectionWriter):
    """Chooses between variables, parts of them, control flow, calls, and what belongs to a type."""

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
            case "dyn Score":
                of = self.rng.choice([I64, STR, Kind("Money"), array(STR)])
                return self.coerced(kind, of, max(depth - 1, 0))
        if kind.count:
            return self.fixed_expr(kind, depth)
        d = max(depth - 1, 0)
        if kind.head == "()":
            if depth > 0 and len(kind.args) == 2 and self.chance(0.2):
                return f"swapped({self.expr(Kind('()', kind.args[::-1]), d)})"
            if depth > 0 and len(kind.args) == 2 and kind.args[0] == kind.args[1] and self.chance(0.5):
                of = self.world.kind(0)
                function = self.lambda_of(Kind("fn", (of, of, kind.args[0])), d)
                return f"both_ways({function}, {self.expr(of, d)}, {self.expr(of, d)})"
            return f"({', '.join(self.expr(part, d) for part in kind.args)})"
        return self.declared(kind, d)

    def declared(self, kind: Kind, d: int) -> str:
        """A struct or enum."""
        if fields := self.world.fields(kind):
            names = self.names(kind)
            if kind.head == "Money" and d > 0 and self.chance(0.4):
                return f"({self.expr(kind, d - 1)} + {self.expr(kind, d - 1)})"
            if names and self.chance(0.5):
                name, part = self.rng.choice(fields)
                return f"({kind.head} {{ {name}: {self.expr(part, d)}, ..{self.rng.choice(names)} }})"
            fields = self.rng.sample(fields, len(fields))
            return f"({kind.head} {{ {', '.join(f'{name}: {self.expr(part, d)}' for name, part in fields)} }})"
        variants = list(self.world.variants(kind).items())
        if d <= 0 or self.left < 0:
            variants = [v for v in variants if not any(self.world.has(part, kind.head) for _, part in v[1])]
        name, payload = self.rng.choice(variants)
        path = f"{kind.head}·{name}"
        if payload and payload[0][0]:
            made = f"({path} {{ {', '.join(f'{part}: {self.expr(k, d)}' for part, k in payload)} }})"
        else:
            made = f"{path}({', '.join(self.expr(k, d) for _, k in payload)})" if payload else path
        return self.typed(kind, made) if kind.args else made

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
                    if self.chance(0.1):
                        found.append(f"({name})" + self.rng.choice([".unwrap()", '.expect("gone")']))
                    if self.can_try and not self.closures:
                        found.append(f"({name})?")
                else:
                    found.append(self.element(name, kind))
            elif of.head == "fn" and of.args[-1] == kind:
                callee = name if "." not in name else f"({name})"
                found.append(f"{callee}({', '.join(self.expr(part, 0) for part in of.args[:-1])})")
            elif of.head in self.world.methods and self.world.methods[of.head].look == kind:
                found.append(f"{name}.look({self.expr(self.world.methods[of.head].looked_for, 0)})")
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

        def after_effect() -> str:
            effect = self.effect()
            return f"({{ {effect}; {self.expr(kind, d)} }})" if effect else block()

        return self.choose(conditional, conditional, by_option, by_number, block, lambda: self.by_enum(kind, d),
                           after_effect, after_effect)

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
        makers = [
            lambda: f"id({self.expr(kind, d)})",
            lambda: f"choose({self.expr(BOOL, d)}, {self.expr(kind, d)}, {self.expr(kind, d)})",
            lambda: f"always({self.expr(kind, d)}, {self.expr(self.world.kind(1), d)})",
            lambda: f"twice({self.lambda_of(Kind('fn', (kind, kind)), d)}, {self.expr(kind, d)})",
            lambda: f"(second({self.expr(array(kind), d)}) ?? {self.expr(kind, d)})" if kind.head != "?"
            else f"id({self.expr(kind, d)})",
            lambda: f"pick({self.expr(array(kind), d)}, {self.rng.randrange(2)})" if self.chance(0.2)
            else f"id({self.expr(kind, d)})"]
        if kind in WEIGHED:
            makers += [lambda: f"heavier({self.expr(kind, d)}, {self.expr(kind, d)})"] * 2
        return self.choose(*makers)
