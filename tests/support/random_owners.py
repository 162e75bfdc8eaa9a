"""Writes random programs about values with a destructor: who owns them, where they move, where they end.

A `Token` says when it ends, so the order of all ends is part of what a program prints. What a statement moves away is no
longer used; inside loops and branches nothing from outside is moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.support.random_programs import Program, RandomModule

OWNER_DECLARATIONS = """use std·env

struct Token { name: str, n: i64 }
impl Drop for Token { fn drop(mut self) { self.n += 1; println("  end {self.name} {self.n}") } }
impl Token { fn bump(mut self) -> i64 { self.n += 10; self.n } }
struct Pair { left: Token, right: Token, tag: i64 }
struct Guard { of: Token, more: [Token] }
impl Drop for Guard { fn drop(mut self) { println("  guard {self.of.name} {self.more.len()}") } }
enum Held { One(Token), Two(Token, Token), Many([Token]), Chain(Token, Held), Empty }
fn token(name: str) -> Token { Token { name, n: 0 } }
fn look(t: Token) -> i64 { t.n }
fn touch(t: &mut Token, by: i64) -> i64 { t.n += by; 100 / by }
fn pass<T>(x: T) -> T { x }
fn eat(t: Token, x: i64) -> [Token] { let made = [t]; println("{10 / x}"); made }
fn swap_in(mut place: Token, t: Token) -> i64 { let old = place.n; place = t; old + place.n }
fn either(first: bool, a: Token, b: Token) -> Token { if first { a } else { b } }
fn apply(t: Token, f: fn(Token) -> Token) -> Token { f(t) }
fn size(h: Held) -> i64 {
    match h {
        Held·One(t) => t.n, Held·Two(a, b) => a.n + b.n, Held·Many(xs) => xs.len() as i64
        Held·Chain(t, rest) => t.n + size(rest), Held·Empty => -1
    }
}
fn early(n: i64) -> i64? {
    let a = token("early a")
    for i in 0..3 {
        let b = token("early {i}")
        if i == n { return Some(look(a) + look(b)) }
        if i > n { let c: i64? = None; return Some(c?) }
    }
    None
}
"""


# The types whose values are run through, or given to function values.
CONSUMED = ("Token", "[Token]", "[[Token]]", "Map<str, Token>")


@dataclass
class Owner:
    """A variable that owns something; `kind` is its type's text."""

    name: str
    kind: str


class OwnerWriter:
    """Writes one function; `owned` are the variables whose value has not moved, the scope's own last."""

    def __init__(self, rng: Random):
        self.rng = rng
        self.lines: list[str] = []
        self.indent = 1
        self.count = 0
        self.scopes: list[list[Owner]] = [[]]

    def fresh(self, prefix: str = "v") -> str:
        """A new name."""
        self.count += 1
        return f"{prefix}{self.count}"

    def line(self, text: str) -> None:
        """Writes a line."""
        self.lines.append("    " * self.indent + text)

    def owned(self, *kinds: str) -> list[Owner]:
        """The variables of these types that may be looked at and changed."""
        return [owner for scope in self.scopes for owner in scope if owner.kind in kinds]

    # ---- Expressions

    def token(self) -> str:
        """An expression that gives a token to its user: a new one, or one that moves out of this scope's variable."""
        here = [owner for owner in self.scopes[-1] if owner.kind == "Token"]
        if here and self.rng.random() < 0.4:
            owner = self.rng.choice(here)
            self.scopes[-1].remove(owner)
            return owner.name
        made = f'token("{self.fresh("t")}")'
        return self.rng.choice([made, made, f"pass({made})", f"either({self.condition()}, {made}, {self.again(made)})"])

    def again(self, made: str) -> str:
        """Another new token."""
        return made.replace('")', ' too")')

    def condition(self) -> str:
        """Something true or false, which the compiler may not know."""
        tokens = self.owned("Token")
        if not tokens:
            return self.rng.choice(["true", "false"])
        return f"look({self.rng.choice(tokens).name}) > {self.rng.randrange(15)}"

    def value(self, kind: str) -> str:
        """A new value of a type."""
        match kind:
            case "Token":
                return self.token()
            case "Pair":
                return f"Pair {{ left: {self.token()}, right: {self.token()}, tag: {self.rng.randrange(9)} }}"
            case "Guard":
                return f"Guard {{ of: {self.token()}, more: [{self.token()}, {self.token()}] }}"
            case "[Token]":
                return f"[{', '.join(self.token() for _ in range(self.rng.randint(1, 3)))}]"
            case "[[Token]]":
                return f"[{', '.join(self.value('[Token]') for _ in range(self.rng.randint(1, 3)))}]"
            case "Token?":
                return f"Some({self.token()})"
            case "Map<str, Token>":
                return f'Map·from([("a", {self.token()}), ("b", {self.token()})])'
        return self.rng.choice([lambda: f"Held·One({self.token()})", lambda: f"Held·Two({self.token()}, {self.token()})",
                                lambda: f"Held·Many([{self.token()}, {self.token()}])", lambda: "Held·Empty",
                                lambda: f"Held·Chain({self.token()}, Held·One({self.token()}))"])()

    # ---- Statements

    KINDS = ("Token", "Token", "Token", "Pair", "Guard", "[Token]", "[Token]", "[[Token]]", "Token?", "Map<str, Token>", "Held")

    def statement(self) -> None:
        """One statement."""
        ways: list[Callable[[], None]] = [
            self.let, self.let, self.change, self.change, self.change, self.move, self.assign, self.show]
        if self.indent < 4:
            ways += [self.nested, self.nested, self.catch]
        self.rng.choice(ways)()

    def let(self) -> None:
        kind, name = self.rng.choice(self.KINDS), self.fresh()
        self.line(f"let mut {name}: {kind} = {self.value(kind)}")
        self.scopes[-1].append(Owner(name, kind))

    def move(self) -> None:
        """To another variable, to a callee, or to nobody."""
        here = self.scopes[-1]
        if not here:
            return self.let()
        owner = self.rng.choice(here)
        here.remove(owner)
        if owner.kind in CONSUMED and self.rng.random() < 0.5:
            self.line(self.consumed(owner))
            return None
        match self.rng.randrange(4):
            case 0:
                self.line(f"drop({owner.name})")
            case 1:
                self.line(f"pass({owner.name})")
            case _:
                name = self.fresh()
                self.line(f"let mut {name} = {owner.name}")
                here.append(Owner(name, owner.kind))
        return None

    def consumed(self, owner: Owner) -> str:
        """A loop or pipeline that owns its elements, or a function value that is handed something."""
        x, name = self.fresh("x"), owner.name
        if owner.kind == "Token":
            return self.rng.choice([f"apply({name}, |t: Token| {{ drop(t); println(\"dropped\"); token(\"{x}\") }})",
                                    f"apply({name}, pass)", f"apply({name}, |t: Token| {{ let mut u = t; u.n = 3; u }})"])
        if owner.kind == "Map<str, Token>":
            return f"for (k, {x}) in {name} {{ let kept = {x}; println(\"{{k}} {{kept.name}}\") }}"
        ending = self.rng.choice(["", f" if {x}.n > {self.rng.randrange(12)} {{ break }};", f" if {x}.n > 3 {{ continue }};"])
        if owner.kind == "[[Token]]":
            return self.rng.choice([f"{name} |flat |each{{{x} => let kept = {x}; println(kept.name)}}",
                                    f"for row in {name} {{ for {x} in row {{{ending} println({x}.name); drop({x}) }} }}"])
        return self.rng.choice([
            f"for {x} in {name} {{{ending} let kept = {x}; println(kept.name) }}",
            f"for {x} in {name} {{ println({x}.name);{ending} if {x}.n > 5 {{ drop({x}) }} }}",
            f"{name} |each{{{x} => let kept = {x}; println(kept.name)}}",
            f"{name} |φ{{_.n < 9}} |each{{{x} => println({x}.name); drop({x}); println(\"-\")}}",
            f"{name} |σ.n |τ{{{x} => [{x}]}} |each{{println(\"{{_.len()}}\")}}",
            f"println(\"{{({name} |ρ{{a, b => if a.n < b.n {{ b }} else {{ a }}}}).is_some()}}\")",
            f"{name} |zip([1, 2]) |each{{({x}, i) => drop({x}); println(\"{{i}}\")}}",
            f"println(\"{{({name} |take(1) |τ{{{x} => {x}.n}} |Σ)}}\")"])

    def assign(self) -> None:
        """What a variable held ends, at once."""
        owners = self.scopes[-1]
        if not owners:
            return self.let()
        owner = self.rng.choice(owners)
        self.line(f"{owner.name} = {self.value_but(owner)}")
        return None

    def value_but(self, owner: Owner) -> str:
        """A value to assign to a variable, which is not made from what the variable holds."""
        index = self.scopes[-1].index(owner)
        self.scopes[-1].remove(owner)
        text = self.value(owner.kind)
        self.scopes[-1].insert(min(index, len(self.scopes[-1])), owner)
        return text

    def show(self) -> None:
        owners = self.owned("Token", "Held", "[Token]", "[[Token]]")
        if not owners:
            return self.let()
        owner = self.rng.choice(owners)
        shown = {"Token": f"{owner.name}.name", "Held": f"size({owner.name})"}.get(owner.kind, f"{owner.name}.len()")
        self.line(f'println("{self.fresh("line")} {{{shown}}}")')
        return None

    def change(self) -> None:
        """In place; what is taken out or overwritten ends."""
        owners = self.owned(*self.KINDS)
        if not owners:
            return self.let()
        owner = self.rng.choice(owners)
        self.line(self.rng.choice(self.changes(owner.name, owner.kind))())
        return None

    def changes(self, name: str, kind: str) -> list[Callable[[], str]]:
        """What can be done to a place of a type."""
        new = self.fresh("t")
        match kind:
            case "Token":
                return [lambda: f"let {self.fresh('k')} = touch(&mut {name}, {self.rng.randrange(1, 5)})",
                        lambda: f"{name}.bump()",
                        lambda: f'let {self.fresh("k")} = swap_in(&mut {name}, token("{new}"))']
            case "Pair":
                return [lambda: f"{name}.left.bump()", lambda: f'{name}.right = token("{new}")',
                        lambda: f'let {self.fresh("k")} = swap_in(&mut {name}.left, token("{new}"))']
            case "Guard":
                return [lambda: f"{name}.of.bump()", lambda: f'{name}.more.push(token("{new}"))',
                        lambda: f"{name}.more.clear()"]
            case "[Token]":
                return [lambda: f'{name}.push(token("{new}"))', lambda: f'{name}.push(token("{new}"))',
                        lambda: f"drop({name}.pop())",
                        lambda: f"{name}.truncate(1)", lambda: f'if {name}.len() > 0 {{ {name}[0] = token("{new}") }}',
                        lambda: f"if {name}.len() > 1 {{ {name}.swap(0, 1) }}",
                        lambda: f"if {name}.len() > 0 {{ {name}[0].bump() }}",
                        lambda: f"for x in {name} {{ println(x.name) }}", lambda: f"{name}.reverse()",
                        lambda: f"println(\"{{{name} |τ{{.n}} |Σ}}\")",
                        lambda: f"{name}.retain(|x| x.n < {self.rng.randrange(12)})",
                        lambda: f"{name}.sort_by_key(|x| -x.n)", lambda: f"{name}.dedup_by(|a, b| a.n == b.n)",
                        lambda: f"drop({name}.extract(|x| x.n > {self.rng.randrange(12)}))",
                        lambda: f"println(\"{{{name}.position(|x| x.n > 3):?}}\")"]
            case "[[Token]]":
                return [lambda: f'{name}.push([token("{new}"), token("{new} too")])', lambda: f"drop({name}.pop())",
                        lambda: f"if {name}.len() > 0 {{ {name}[0].clear() }}",
                        lambda: f'if {name}.len() > 0 {{ {name}[0] = [token("{new}")] }}',
                        lambda: f'if {name}.len() > 1 {{ {name}[1].push(token("{new}")) }}',
                        lambda: f"{name}.truncate(1)", lambda: f"{name}.reverse()"]
            case "Token?":
                return [lambda: f"if let Some(x) = &mut {name} {{ x.bump() }}", lambda: f"drop({name}.take())",
                        lambda: f'{name} = Some(token("{new}"))', lambda: f"{name} = None"]
            case "Map<str, Token>":
                key = self.rng.choice("abc")
                return [lambda: f'{name}.insert("{key}", token("{new}"))', lambda: f'{name}["{key}"] = token("{new}")',
                        lambda: f'drop({name}.remove("{key}"))',
                        lambda: f'if {name}.contains("{key}") {{ {name}["{key}"].bump() }}']
        return [lambda: f"match &mut {name} {{ Held·One(x) => {{ x.n += 1 }}, Held·Two(_, y) => {{ y = token(\"{new}\") }}, "
                        f"Held·Many(xs) => {{ xs.push(token(\"{new}\")) }}, "
                        "Held·Chain(x, rest) => { x.n += 2; rest = Held·Empty }, Held·Empty => {} }"]

    def inside(self, head: str, count: int, last: str = "") -> None:
        """Statements in a scope of their own."""
        self.line(head)
        self.indent += 1
        self.scopes.append([])
        for _ in range(count):
            self.statement()
        if last:
            self.line(last)
        self.scopes.pop()
        self.indent -= 1
        self.line("}")

    def nested(self) -> None:
        """A block, a branch or a loop."""
        head = self.rng.choice(["if true {", f"if {self.condition()} {{",
                                f"for {self.fresh('i')} in 0..{self.rng.randrange(3)} {{"])
        leaving = "" if head.startswith("if") else self.rng.choice(["", f"if {self.condition()} {{ break }}"])
        self.inside(head, self.rng.randint(1, 3), leaving)

    def catch(self) -> None:
        """Up to a panic, a fault, or one in a callee that was given tokens."""
        ending = self.rng.choice(['panic("stop")', "let absent: i64? = None; absent!", 'drop(eat(token("eaten"), 0))',
                                  'let kept = [token("kept 0"), token("kept 1")]; println(kept[5].name)',
                                  'let mut last = token("last"); touch(&mut last, 0)'])
        self.inside("assert_panics{", self.rng.randint(0, 2), ending)

    def program(self, number: int, statements: int) -> Program:
        """A function, and the arm that calls it."""
        for _ in range(statements):
            self.statement()
        if self.rng.random() < 0.3:
            self.line(f'println("{{early({self.rng.randrange(4)}):?}}")')
        if self.rng.random() < 0.15:
            self.line('panic("the end")')
        body = "\n".join(self.lines)
        return Program(f"fn program_{number}() {{\n{body}\n}}\n", f"        {number} => program_{number}(),\n")


def random_owners(seed: int, programs: int, statements: int = 7) -> RandomModule:
    """That many programs; the same for the same numbers."""
    return RandomModule(OWNER_DECLARATIONS, [OwnerWriter(Random(f"owners {seed}/{i}")).program(i, statements)
                                             for i in range(programs)])
