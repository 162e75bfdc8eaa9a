"""Writes random statements for the rules of evidence that programs about plain values seldom need.

`sure(e)` is a demand that may be given up (see `random_evidence`). The other demands, such as an annotation `T!`, cannot: a
program in which one of them is refused is left out.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.support.random_kinds import I64, STR, Kind, World
from tests.support.random_programs import Program, ProgramWriter

# What these statements use.
EVIDENCE_DECLARATIONS = """
extern "C" { fn labs(x: i64) -> i64 }
#[export]
fn exported(x: i64) -> i64 { x }
struct Wire~ { n: i64, text: str }
struct Key<T> { n: T! }
struct Scale<T> { by: fn(T) -> T }
struct Rule<T> { check: fn(T) }
trait Give<T> { fn give(self) -> T }
fn known<T>(x: T!) { }
fn put<T>(mut to: T, x: T) { to = x }
fn given<T, G: Give<T>>(x: G!) -> T { x.give() }
"""


PLAIN = {"i64": "1", "str": '"a"'}      # a value of each type that these statements are about


class EvidenceCorners(ProgramWriter):
    """Statements, one rule each; a program's own declarations are in `declarations`."""

    def __init__(self, world: World, prefix: str):
        super().__init__(world, prefix)
        self.declarations: list[str] = []
        self.soft: list[Callable[[Kind], str]] = [
            self.indexed, self.looked_up, self.captured, self.opaque, self.counted, self.lifted, self.wire, self.asserted,
            self.fault_text, self.foreign, self.exported]
        self.hard: list[Callable[[Kind], str]] = [
            self.annotated, self.field, self.function_value, self.confirmed, self.promised, self.implemented,
            self.actor_field, self.exit]

    def evidence_corner(self) -> None:
        """One of them, over numbers or text."""
        self.line(self.rng.choice(self.soft + self.hard)(self.rng.choice([I64, STR])))

    def program(self, number: int, statements: int) -> Program:
        """With the declarations that its statements need."""
        made = super().program(number, statements)
        return Program("\n".join([*self.declarations, made.functions]), made.arm)

    def actor(self, name: str) -> str:
        """All programs share it, so a refused demand in it would leave them all out."""
        self.hard = []
        return super().actor(name)

    def doubtful(self, kind: Kind) -> str:
        """An expression that is often reported."""
        text = self.expr(kind, 1)
        return f"(({text})~)" if self.chance(0.45) else text

    # ---- Demands that may be given up

    def indexed(self, kind: Kind) -> str:
        at = self.doubtful(Kind("usize"))
        return f"_ = sure([{self.expr(kind, 0)}, {self.expr(kind, 0)}][{at} % 2])"

    def looked_up(self, kind: Kind) -> str:
        name, key = self.fresh("m"), self.expr(STR, 0)
        mark = "~" if self.chance(0.6) else ""
        return f"let {name} = Map·from([({key}, {self.expr(kind, 0)})]); _ = sure({name}[({key}){mark}])"

    def captured(self, kind: Kind) -> str:
        held, name, x = self.fresh("h"), self.fresh("g"), self.fresh("c")
        return (f"let {held} = {self.doubtful(I64)}; let {name} = |{x}: {kind}| if {held} > 3 {{ {x} }} "
                f"else {{ {self.expr(kind, 0)} }}; _ = sure({name}({self.expr(kind, 0)}))")

    def opaque(self, kind: Kind) -> str:
        name, x = self.fresh("s"), self.fresh("c")
        return f"let {name} = Scale {{ by: |{x}: {kind}| {x} }}; _ = sure(({name}.by)({self.doubtful(kind)}))"

    def counted(self, kind: Kind) -> str:
        items = ", ".join(self.expr(kind, 0) for _ in range(3))
        stage = self.rng.choice(["take", "skip"])
        return f"_ = sure(([{items}] |{stage}({self.doubtful(Kind('usize'))})).len())"

    def lifted(self, kind: Kind) -> str:
        name, x = self.fresh("o"), self.fresh("x")
        mark = "~" if self.chance(0.6) else ""
        return (f"let {name}{mark}: {kind}? = Some({self.expr(kind, 0)}); "
                f"_ = sure(({name} |τ{{{x} => ({x}, 1)}}) ?? ({self.expr(kind, 0)}, 1))")

    def wire(self, kind: Kind) -> str:
        name, part = self.fresh("w"), "n" if kind == I64 else "text"
        return f"let {name} = Wire {{ n: {self.expr(I64, 0)}, text: {self.expr(STR, 0)} }}; _ = sure({name}.{part})"

    def asserted(self, kind: Kind) -> str:
        return f"_ = sure(({self.doubtful(kind)})‽)"

    def fault_text(self, kind: Kind) -> str:
        name = self.fresh("why")
        return f"match i64·parse({self.expr(STR, 0)}) {{ Some(_) => {{}}, None({name}) => {{ _ = sure({name}.message) }} }}"

    def foreign(self, kind: Kind) -> str:
        return f"_ = sure(unsafe {{ labs({self.expr(I64, 0)}) }})"

    def exported(self, kind: Kind) -> str:
        return f"_ = sure(exported({self.expr(I64, 0)}))"

    # ---- Demands that may not

    def annotated(self, kind: Kind) -> str:
        name = self.fresh("v")
        return f"let {name}: {kind}! = {self.doubtful(kind)}; _ = sure({name})"

    def field(self, kind: Kind) -> str:
        name = self.fresh("k")
        return f"let {name} = Key {{ n: {self.doubtful(kind)} }}; _ = sure({name}.n)"

    def function_value(self, kind: Kind) -> str:
        name = self.fresh("r")
        return f"let {name}: Rule<{kind}> = Rule {{ check: known }}; ({name}.check)({self.doubtful(kind)})"

    def confirmed(self, kind: Kind) -> str:
        return f"_ = sure(({self.doubtful(kind)})!)"

    def promised(self, kind: Kind) -> str:
        name = f"{self.prefix}_{self.fresh('promise')}"
        self.declarations.append(f"fn {name}(x: {kind}~) -> {kind}! {{ x }}\n")
        return f"_ = sure({name}({self.expr(kind, 0)}))"

    def implemented(self, kind: Kind) -> str:
        name = f"G{self.prefix}{self.fresh('g')}"
        self.declarations.append(f"struct {name} {{ n: i64 }}\n"
                             f"impl Give<{kind}> for {name} {{ fn give(self) -> {kind} {{ {PLAIN[kind.head]}~ }} }}\n")
        return f"let {self.fresh('g')}: {kind} = sure(given({name} {{ n: 1 }}))"

    def actor_field(self, kind: Kind) -> str:
        actor, name, empty = f"S{self.prefix}{self.fresh('s')}", self.fresh("store"), PLAIN[kind.head]
        self.declarations.append(f"actor {actor} {{\n    last: {kind} = {empty}\n    on Put(x: {kind}~) {{ self.last = x }}\n"
                             "    on Show { _ = sure(self.last) }\n}\n")
        return (f"let {name} = spawn {actor} {{ }}; {name} |tell(Put({self.doubtful(kind)})); "
                f"{name} |tell(Show)")

    def exit(self, kind: Kind) -> str:
        name = self.fresh("v")
        return (f"let mut {name}: {kind}! = {PLAIN[kind.head]}; put(&mut {name}, {self.doubtful(kind)}); "
                f"_ = sure({name})")
