"""Random programs about evidence: reported values, validations, assertions, and demands wherever they hold.

Each expression may be reported (`e~`), vouched for, validated, or demanded: `sure(e)` takes `T!`. A demand that the
analysis refuses is turned into `pass(e)`, which takes anything, until nothing is refused; what is left are the demands
of which the analysis says that no reported value ever reaches them.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from random import Random

from sigilc.check.evidence import check_evidence
from sigilc.check.evidence.call_graph import nodes_of
from sigilc.check.program import check_program
from sigilc.check.typed import Call, TypedProgram
from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics
from sigilc.driver import constant_evaluator
from sigilc.ir.interp import Outcome
from sigilc.lower.program import lower_program
from sigilc.source.files import SourceFile
from sigilc.syntax.parse import parse_source
from tests.support.programs import finished_runs
from tests.support.random_evidence_corners import EVIDENCE_DECLARATIONS, EvidenceCorners
from tests.support.random_expressions import DECLARATIONS
from tests.support.random_kinds import Kind, World
from tests.support.random_programs import Program, RandomModule
from tests.support.random_scope import Variable

MAX_STEPS = 40_000
SHARED = DECLARATIONS + EVIDENCE_DECLARATIONS + """
fn sure<T>(x: T!) -> T { x }
fn pass<T>(x: T) -> T { x }
fn maybe_sure<T>(x: T!?) -> T? { x }
fn maybe_pass<T>(x: T?) -> T? { x }
fn seen<T>(x: T) -> bool { true }
"""


class EvidenceWriter(EvidenceCorners):
    """Writes the same programs with evidence in them."""

    lambdas = 0     # what is written now is inside of: a function value may not demand
    corner_share = 0.0      # what those statements call is not in `SHARED`

    def expr(self, kind: Kind, depth: int) -> str:
        text = super().expr(kind, depth)
        choice = self.rng.random()
        if choice < 0.06:
            return f"(({text})~)"
        if choice < 0.2 and not self.lambdas:
            return _demand(kind, text)
        if choice < 0.215 and kind.head != "fn":
            return f"({text} |assume!(\"drawn\"))" if kind.head != "?" else text
        if choice < 0.235 and kind.head not in ("fn", "?"):
            name = self.fresh("q")
            return f"({text} |φ·whole{{{name} => seen({name})}}!)"
        return text

    def lambda_of(self, kind: Kind, d: int) -> str:
        self.lambdas += 1
        text = super().lambda_of(kind, d)
        self.lambdas -= 1
        return text

    def statement(self) -> None:
        names = [v for v in self.variables() if "." not in v.name]
        if names and not self.lambdas and self.chance(0.2):
            chosen = self.rng.choice(names)
            self.line(f"_ = {_demand(chosen.kind, chosen.name)}")
        elif not self.lambdas and self.chance(0.1):
            self.evidence_corner()
        elif self.chance(0.05):
            kind, name = self.world.kind(1), self.fresh()
            self.line(f"let {name}~: {kind} = {self.expr(kind, 1)}")
            self.add(name, kind)
        else:
            super().statement()

    def show_at_end(self, variable: Variable) -> None:
        self.line(f"_ = {_demand(variable.kind, variable.name)}")
        super().show_at_end(variable)

    def field_type(self, kind: Kind) -> str:
        """It may hold reported data."""
        return f"{kind}~"

    def payload_type(self, kind: Kind) -> str:
        """It may hold reported data or, if it is unmarked, holds none."""
        return _marked(kind)

    def spawn(self) -> None:
        kind, name = self.rng.choice(["A0", "A1"]), self.fresh("actor")
        fields = ", ".join(f"{part}: {self.expr(k, 1)}" for part, k in self.world.actors[kind].fields)
        self.line(f"let {name} = spawn {kind} {{ {fields} }}")
        self.addresses.append((name, kind))


def _demand(kind: Kind, text: str) -> str:
    return f"{'maybe_sure' if kind.head == '?' else 'sure'}({text})"


def _marked(kind: Kind) -> str:
    return f"({kind})~" if kind.head == "fn" else f"{kind}~"


def evidence_module(seed: int, programs: int, statements: int = 5) -> RandomModule:
    """That many programs; the same for the same numbers."""
    world = World(Random(f"evidence {seed}"))
    shared = ["use std·env\n", SHARED, world.declare() + "\n"]
    shared += [EvidenceWriter(world, f"actor{i}").actor(f"A{i}") for i in range(2)]
    made, actors = [], world.actors
    for i in range(programs):
        world.rng = Random(f"evidence {seed}/{i}")
        world.actors = dict(actors)
        made.append(EvidenceWriter(world, f"program_{i}").program(i, statements))
    return RandomModule("\n".join(shared), made)


@dataclass
class Settled:
    """A module without refused demands: `refused` are the numbers of programs with an error of another kind."""

    program: TypedProgram
    kept: int
    dropped: int
    refused: dict[int, Diagnostic]


def settle(module: RandomModule) -> Settled:
    """Checks a module, and gives up demands until the rest holds."""
    text, program, untyped = _checked(module)
    functions = [*program.functions, *(h.function for a in program.actors for h in a.handlers)]
    named = {f.name: f for f in functions}
    weaker = {named[strong]: named[strong.replace("sure", "pass")] for strong in ("sure", "maybe_sure")}
    demands: dict[tuple[int, int], list[Call]] = {}
    for function in functions:
        for node in nodes_of(function.body):
            if node.__class__ is Call and node.function in weaker:
                span = node.args[0].span
                demands.setdefault((span.start, span.end), []).append(node)
    dropped = 0
    while True:
        diagnostics = Diagnostics()
        check_evidence(program, diagnostics)
        errors = [d for d in diagnostics.items if d.severity == "error"]
        given_up = [call for d in errors if d.code == "E0301" for call in demands.get((d.span.start, d.span.end), ())
                    if call.function in weaker]
        if not given_up:
            break
        for call in dict.fromkeys(given_up):
            call.function = weaker[call.function]
        dropped += len(set(given_up))
    refused = {**untyped, **_by_program(module, text, errors)}
    return Settled(program, sum(map(len, demands.values())) - dropped, dropped, refused)


def without(module: RandomModule, numbers: Container[int]) -> RandomModule:
    """The module with programs of these numbers that do nothing."""
    return RandomModule(module.shared, [Program("", f"        {n} => {{ }}\n") if n in numbers else program
                                        for n, program in enumerate(module.programs)])


def _checked(module: RandomModule) -> tuple[str, TypedProgram, dict[int, Diagnostic]]:
    """The module's text and its typed tree; programs whose types do not fit (the writer is not perfect) are left out."""
    untyped: dict[int, Diagnostic] = {}
    while True:
        text = without(module, untyped).text()
        source, diagnostics = SourceFile("random.sg", text), Diagnostics()
        program = check_program(source, parse_source(source, diagnostics), diagnostics, evaluate=constant_evaluator())
        if not diagnostics.has_errors:
            return text, program, untyped
        found = _by_program(module, text, [d for d in diagnostics.items if d.severity == "error"])
        assert found, [(d.message, d.span.line, text.split("\n")[d.span.line - 1]) for d in diagnostics.items]
        untyped.update(found)


def _by_program(module: RandomModule, text: str, errors: list[Diagnostic]) -> dict[int, Diagnostic]:
    found: dict[int, Diagnostic] = {}
    for number, program in enumerate(module.programs):
        for part in (program.functions, program.arm):
            start = text.find(part)
            for error in errors:
                if part and 0 <= start <= error.span.start < start + len(part):
                    found[number] = error
    return found


def runs(settled: Settled, module: RandomModule) -> dict[int, Outcome]:
    """What each program did with tainted values; those that take too long are left out."""
    lowered = lower_program(settled.program, True, keep_evidence=True)
    numbers = [number for number in range(len(module.programs)) if number not in settled.refused]
    return finished_runs(lowered, numbers, MAX_STEPS, tracks_trust=True)
