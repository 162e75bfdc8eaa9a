"""Writes random well-typed programs of the language that is implemented so far.

A module holds many programs, `program_0` to `program_N`, with functions and actors of their own; `main` runs the one
whose number is its argument. Each prints what it computes; it may also panic, which is part of what it does. Loops are
bounded, so every program ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.support.random_corners import CORNER_DECLARATIONS, CornerWriter
from tests.support.random_expressions import DECLARATIONS
from tests.support.random_kinds import Actor, Kind, Methods, World, array, option
from tests.support.random_scope import Variable


@dataclass(frozen=True)
class Helper:
    """A function of one program: its parameters, which of them are in-out, and its result."""

    name: str
    params: list[tuple[Kind, bool]]
    result: Kind


# By which keys that are equal may differ, and hashes agree where keys do not.
OWN_KEYS = """
impl Eq for Money { fn eq(self, other: Money) -> bool { self.cents == other.cents } }
impl Hash for Money { fn hash(self) -> u64 { (self.cents % 5) as u64 } }
"""


class ProgramWriter(CornerWriter):
    """Writes a program's functions."""

    def __init__(self, world: World, prefix: str):
        super().__init__(world, prefix)
        self.helpers: list[Helper] = []
        self.addresses: list[tuple[str, str]] = []      # variables, and the kinds of the actors

    def statement(self) -> None:
        if self.helpers and self.chance(0.12):
            self.call_helper()
        elif self.addresses and self.chance(0.2):
            self.send()
        else:
            super().statement()

    # ---- Functions --------------------------------------------------------------------------------------------------

    def function(self, head: str, variables: list[Variable], result: Kind | None, statements: int, budget: int) -> str:
        """A function's text; `result` None is `()`."""
        self.frames, self.lines, self.left, self.result = [list(variables)], [], budget, result
        self.can_try = result is not None and result.head == "?"
        for _ in range(statements):
            self.statement()
        if result is not None:
            self.line(self.expr(result, 2))
        arrow = f" -> {result}" if result is not None else ""
        return f"{head}{arrow} {{\n" + "\n".join(self.lines) + "\n}\n"

    def helper(self, number: int) -> str:
        """A function for the program to call."""
        result = self.world.kind()
        if self.chance(0.4):
            result = option(self.world.present_kind(1))
        params = [(kind, self.chance(0.4) and not self.world.has(kind, "fn"))
                  for kind in (self.world.kind() for _ in range(self.rng.randint(1, 3)))]
        variables = [Variable(self.fresh("a"), kind, is_mutable) for kind, is_mutable in params]
        shown = ", ".join(f"{'mut ' if v.is_mutable else ''}{v.name}: {v.kind}" for v in variables)
        name = f"{self.prefix}_{number}"
        text = self.function(f"fn {name}({shown})", variables, result, self.rng.randint(1, 3), 60)
        self.helpers.append(Helper(name, params, result))
        return text

    def call_helper(self) -> None:
        """With places for its in-out parameters, where there are fitting ones; they never overlap."""
        helper = self.rng.choice(self.helpers)
        taken: set[str] = set()
        conditions: list[str] = []
        args = [self.place_argument(kind, taken, conditions) if is_mutable else "" for kind, is_mutable in helper.params]
        for number, (kind, is_mutable) in enumerate(helper.params):
            same = [v.name for v in self.variables() if v.name in taken and v.kind == kind]
            if not is_mutable:      # often a view of what is passed in-out as well
                args[number] = self.rng.choice(same) if same and self.chance(0.6) else self.expr(kind, 1)
        call = f"{helper.name}({', '.join(args)})"
        if conditions:
            self.line(f"if {' && '.join(conditions)} {{ let {self.fresh()} = {call} }}")
            return
        name = self.fresh()
        self.line(f"let {name} = {call}")
        self.add(name, helper.result)

    def place_argument(self, kind: Kind, taken: set[str], conditions: list[str]) -> str:
        """`&mut place`, whose variable is taken from then on; a new variable where there is none."""
        places = self.places_of(kind, taken)
        if not places:
            name = self.fresh("m")
            self.line(f"let mut {name}: {kind} = {self.expr(kind, 1)}")
            self.add(name, kind, True)
            places = [(name, "", name)]
        text, condition, variable = self.rng.choice(places)
        taken.add(variable)
        if condition:
            conditions.append(condition)
        return f"&mut {text}"

    def methods(self, kind: Kind) -> str:
        """Two methods of a declared type, one of which changes it."""
        made = Methods(*(self.world.kind(1) for _ in range(4)))
        own = [Variable("self", kind, True), Variable("a", made.altered_by)]
        own += [Variable(f"self.{part}", k, True) for part, k in self.world.fields(kind)]
        alter = self.function(f"fn alter(mut self, a: {made.altered_by})", own, made.alter, self.rng.randint(1, 3), 40)
        seen = [Variable(v.name, v.kind) for v in own if v.name != "a"]
        look = self.function(f"fn look(self, b: {made.looked_for})", [*seen, Variable("b", made.looked_for)], made.look, 1, 20)
        self.world.methods[kind.head] = made
        return f"impl {kind} {{\n{alter}{look}}}\n"

    # ---- Actors -----------------------------------------------------------------------------------------------------

    def actor(self, name: str) -> str:
        """An actor with some state and handlers."""
        fields = [(f"f{i}", self.world.showable_kind()) for i in range(self.rng.randint(1, 3))]
        actor = Actor(fields, {})
        lines = [f"    {part}: {self.field_type(kind)}" for part, kind in fields]
        state = [Variable(f"self.{part}", kind, True) for part, kind in fields]
        for letter in "PQR"[:self.rng.randint(2, 3)]:
            params = [Variable(self.fresh("a"), self.world.kind(1)) for _ in range(self.rng.randint(0, 2))]
            reply = self.world.kind(1) if letter != "P" else None
            shown = f"({', '.join(f'{v.name}: {self.payload_type(v.kind)}' for v in params)})" if params else ""
            text = self.function(f"on {letter}{shown}", [*state, *params], reply, 2, 40)
            lines += ["    " + line for line in text.rstrip().split("\n")]
            actor.handlers[letter] = ([v.kind for v in params], reply)
        self.world.actors[name] = actor
        return f"actor {name} {{\n" + "\n".join(lines) + "\n}\n"

    def field_type(self, kind: Kind) -> str:
        """How an actor's field is declared."""
        return str(kind)

    def payload_type(self, kind: Kind) -> str:
        """How what a message carries is declared."""
        return str(kind)

    def spawn(self) -> None:
        """A variable with the address of a new actor."""
        kind = self.rng.choice(["A0", "A1", "Cell"])
        if kind == "Cell":
            held = self.world.showable_kind(1)
            kind = f"Cell<{held}>"
            self.world.actors[kind] = Actor([("held", held)], {
                "Put": ([held], None), "Get": ([], held), "Seen": ([], array(held))})
        name = self.fresh("actor")
        fields = ", ".join(f"{part}: {self.expr(k, 1)}" for part, k in self.world.actors[kind].fields)
        self.line(f"let {name} = spawn {kind} {{ {fields} }}")
        self.addresses.append((name, kind))

    def send(self) -> None:
        """Tells or asks an actor; the answer to an ask is awaited at once."""
        address, kind = self.rng.choice(self.addresses)
        letter, (params, reply) = self.rng.choice(list(self.world.actors[kind].handlers.items()))
        args = f"({', '.join(self.expr(param, 1) for param in params)})" if params else ""
        if reply is None or self.chance(0.2):
            self.line(f"{address} |tell({letter}{args})" if self.chance(0.5) else f"{address} <- {letter}{args}")
        else:
            name = self.fresh()
            self.line(f"let {name} = {address} |ask({letter}{args}) |await")
            self.add(name, reply if reply.head == "?" else option(reply))

    # ---- Programs ---------------------------------------------------------------------------------------------------

    def show_at_end(self, variable: Variable) -> None:
        """Prints a variable at the end."""
        self.line(f'println("{variable.name} = {{{variable.name}:?}}")')

    def program(self, number: int, statements: int) -> Program:
        """A program with its helpers. Only `main` may wait for answers, so one with an actor is an arm of `main`."""
        functions = [self.helper(i) for i in range(self.rng.randint(0, 2))]
        has_actor = self.chance(0.3)
        self.frames, self.lines, self.left, self.result, self.can_try = [[]], [], 150, None, False
        self.indent = 3 if has_actor else 1
        for _ in range(self.rng.randint(1, 2) if has_actor else 0):
            self.spawn()
        for _ in range(statements):
            self.statement()
        for variable in self.frames[0]:
            if self.world.is_showable(variable.kind):
                self.show_at_end(variable)
        body = "\n".join(self.lines)
        if has_actor:
            return Program("\n".join(functions), f"        {number} => {{\n{body}\n        }}\n")
        functions.append(f"fn {self.prefix}() {{\n{body}\n}}\n")
        return Program("\n".join(functions), f"        {number} => {self.prefix}(),\n")


@dataclass(frozen=True)
class Program:
    """The functions of its own, and its arm in `main`."""

    functions: str
    arm: str


@dataclass(frozen=True)
class RandomModule:
    """What all programs share, and the programs."""

    shared: str
    programs: list[Program]

    def text(self, *only: int) -> str:
        """The module, whole or with some of its programs, which keep their numbers."""
        chosen = [self.programs[number] for number in only] if only else self.programs
        return "\n".join([
            self.shared, *(program.functions for program in chosen),
            'fn main() {\n    let number = usize·parse(env·args() |first ?? "") ?? 0\n    match number {\n'
            + "".join(program.arm for program in chosen)
            + '        _ => println("no such program"),\n    }\n}\n'])


def random_module(seed: int, programs: int, statements: int = 8) -> RandomModule:
    """That many programs; the same for the same numbers."""
    world = World(Random(f"{seed}"), own_keys=True)
    shared = ["use std·env\nuse std·collections·*\n", DECLARATIONS, OWN_KEYS, CORNER_DECLARATIONS, world.declare() + "\n"]
    shared += [ProgramWriter(world, f"impl{name}").methods(Kind(name)) for name in (*world.structs, *world.enums)
               if name != "Money"]
    shared += [ProgramWriter(world, f"actor{i}").actor(f"A{i}") for i in range(2)]
    made, actors = [], world.actors
    for i in range(programs):
        world.rng = Random(f"{seed}/{i}")
        world.actors = dict(actors)
        made.append(ProgramWriter(world, f"program_{i}").program(i, statements))
    return RandomModule("\n".join(shared), made)
