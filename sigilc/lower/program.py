"""Lowers a checked program into an IR module.

Starts from `main` and the exported functions and follows what they use: each function once for each list of concrete
type arguments, each actor once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from sigilc.check.foreign import is_c_string
from sigilc.check.impls import find_impl, resolve_method, stated_bounds
from sigilc.check.moves.record import Instance, Moves
from sigilc.check.secrets import part_numbers
from sigilc.check.typed import Constant, Function, TraitDecl, TypedProgram, Variable
from sigilc.check.types import USIZE, AddressType, DynType, StructType, Type, substitute
from sigilc.check.unique_types import UniqueTypes
from sigilc.crash import InternalError
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import ForeignFunction, IrActor, IrFunction, IrHandler, Module
from sigilc.ir.ops import Value
from sigilc.ir.statics import IrStatic
from sigilc.ir.types import PTR, IrAddr, IrStruct, IrType
from sigilc.lower import (
    actors,
    calls,
    closures,
    collections,
    control,
    expressions,
    foreign,
    intrinsics,
    matches,
    options,
    pipelines,
    places,
    sorting,
    text,
)
from sigilc.lower.derive import Derivation
from sigilc.lower.entry import entry_function
from sigilc.lower.evidence import enter_function, lowerings_with_evidence
from sigilc.lower.exports import lower_export
from sigilc.lower.functions import FunctionLowering, Lowerings
from sigilc.lower.scopes import Scope, find_scopes
from sigilc.lower.text_functions import TextFunctions
from sigilc.lower.types import TypeLowering, dyn_number
from sigilc.lower.writes import WriteAnalysis
from sigilc.source.spans import Span

LOWERINGS: Lowerings = {
    **expressions.LOWERINGS, **calls.LOWERINGS, **collections.LOWERINGS, **control.LOWERINGS, **matches.LOWERINGS,
    **options.LOWERINGS, **places.LOWERINGS, **text.LOWERINGS, **closures.LOWERINGS, **pipelines.LOWERINGS, **sorting.LOWERINGS,
    **actors.LOWERINGS, **foreign.LOWERINGS,
}


class ProgramLowering:
    """What is known while one program is lowered: the module so far, and what is still to be done."""

    def __init__(self, overflow_checks: bool, debug: bool, traits: dict[str, TraitDecl],
                 moves: dict[Instance, Moves] | None = None, keep_evidence: bool = False) -> None:
        self.overflow_checks = overflow_checks
        self.keeps_evidence = keep_evidence
        # What debuggers are told about variables; None without debug information.
        self.scopes: dict[Variable, Scope] | None = {} if debug else None
        self.module = Module()
        self.types = TypeLowering(self.module, self.drop_of)
        self.traits = traits
        self.unique = UniqueTypes(traits.get("Drop"))
        self.moves = moves or {}
        self.no_moves = Moves()
        self.derived = Derivation(self.module, lambda trait, method, ir_type: self.own_method(
            trait, method, self.types.checked_type(ir_type)))
        self.text_functions = TextFunctions(self)
        self.writes = WriteAnalysis({e for found in self.moves.values() for e in found.moved},
                                    {e for found in self.moves.values() for e, _ in found.captured})
        self.lowerings = lowerings_with_evidence(LOWERINGS) if keep_evidence else LOWERINGS
        self.usize = USIZE
        self._statics: dict[Constant, str] = {}
        self._instances: dict[tuple[Function, tuple[Type, ...], Span | None], str] = {}
        self._actors: dict[AddressType, IrActor] = {}
        self._pending: deque[tuple[Function, tuple[Type, ...], Span | None, IrFunction]] = deque()

    def instance(self, function: Function, args: tuple[Type, ...] = (), user: Span | None = None) -> str:
        """The name of a function for these type arguments; it is lowered later when it is new.

        A `#[track_caller]` function that is a value is one of its own for each `user`, the place that names it: this is
        where its panics and faults are.
        """
        function, args = resolve_method(function, args)
        if function.trait is not None and isinstance(args[0], DynType) and stated_bounds(args[0], function.trait):
            return self._method_of_dyn(function, args[0], args)
        caller = user if function.tracks_caller else None
        name = self._instances.get((function, args, caller))
        if name is None:
            name = self._instances[function, args, caller] = self._new_name(function, args)
            ir_function = self.module.functions[name] = self._declared(name, function, args)
            self._pending.append((function, args, caller, ir_function))
        return name

    def _declared(self, name: str, function: Function, args: tuple[Type, ...]) -> IrFunction:
        """A function without a body yet."""
        substitution = dict(zip(function.type_params, args, strict=True))

        def lower(type_: Type) -> IrType:
            return self.types.lower(substitute(type_, substitution))
        params = [Value(IrAddr(lower(p.type)) if p.kind == "inout" else lower(p.type), p.name) for p in function.params]
        made = IrFunction(name, params, lower(function.result), span=function.span, hints=function.hints)
        if function.public_parts is not None:
            numbers = [part_numbers(function, part) for part in function.public_parts]
            made.public_parts = tuple((params[found[0]], found[1:]) for found in numbers if found)
        return made

    def moves_of(self, function: Function, args: tuple[Type, ...]) -> Moves:
        """What moves in an instance; all instances without unique types are alike."""
        return self.moves.get((function, args)) or self.moves.get((function, function.type_params)) or self.no_moves

    def own_method(self, trait: str, method: str, type_: Type | None) -> str | None:
        """The IR function of a method that a type has from an impl of this trait of the prelude, or that its `dyn` promises."""
        decl = self.traits.get(trait)
        if decl is None or type_ is None:
            return None
        is_there = (isinstance(type_, DynType) and stated_bounds(type_, decl)) or find_impl(decl, type_)
        return self.instance(decl.methods[method], (type_,)) if is_there else None

    def _method_of_dyn(self, function: Function, type_: DynType, args: tuple[Type, ...]) -> str:
        """A function that calls a method of a value known only by its trait, whose arguments stand behind the `dyn`."""
        name = self._instances.get((function, args, None))
        if name is None:
            name = self._instances[function, args, None] = self._new_name(function, args)
            made = self.module.functions[name] = self._declared(name, function, args)
            builder = FunctionBuilder(made)
            builder.position_at(builder.new_block("entry"))
            builder.return_(builder.call_dyn(made.params[0], dyn_number(type_, function, args[1:]), made.params[1:]))
        return name

    def drop_of(self, type_: Type) -> str:
        """The IR function of a struct's or enum's `impl Drop`, or nothing."""
        drop = self.unique.drop
        if drop is None or find_impl(drop, type_) is None:
            return ""
        return self.instance(drop.methods["drop"], (type_,))

    def _new_name(self, function: Function, args: tuple[Type, ...]) -> str:
        """The qualified name, with the type arguments; numbered in the rare case that it is taken."""
        base = name = function.name + (f"<{', '.join(map(self.types.name, args))}>" if args else "")
        number = 2
        while name in self.module.functions:
            name, number = f"{base}#{number}", number + 1
        return name

    def add_function(self, function: IrFunction) -> None:
        """Takes a function that was made by hand: a closure's body."""
        if function.name in self.module.functions:
            raise InternalError(f"two functions are named `{function.name}`", function.span)
        self.module.functions[function.name] = function

    def static(self, constant: Constant, type_: IrType) -> str:
        """The name of a computed constant among the module's statics."""
        name = self._statics.get(constant)
        if name is None:
            base = name = constant.name
            number = 2
            while name in self.module.statics:
                name, number = f"{base}#{number}", number + 1
            self._statics[constant] = name
            self.module.statics[name] = IrStatic(name, type_, constant.computed)
        return name

    def foreign(self, function: Function) -> ForeignFunction:
        """The declaration of an `extern` function."""
        known = self.module.foreign.get(function.foreign)
        if known is None:
            params = tuple(PTR if is_c_string(p.type) else self.types.lower(p.type) for p in function.params)
            known = ForeignFunction(function.foreign, params, self.types.lower(function.result), function.is_variadic)
            self.module.foreign[function.foreign] = known
        return known

    def actor(self, address: AddressType) -> IrActor:
        """An actor's kind for an address of concrete type; its handlers are lowered when it is new."""
        decl, args = address.decl, address.args
        known = self._actors.get(address)
        if known is None:
            mapping = dict(zip(decl.state.type_params, args, strict=True))

            def lower(type_: Type) -> IrType:
                return self.types.lower(substitute(type_, mapping))
            state = self.types.lower(StructType(decl.state, args))
            assert isinstance(state, IrStruct)
            known = self._actors[address] = IrActor(state.name, state)
            self.module.actors[known.name] = known
            for handler in sorted(decl.handlers, key=lambda h: h.index):
                function = handler.function
                payload = tuple(lower(p.type) for p in function.params[1:])
                reply = lower(function.result) if handler.has_reply else None
                known.handlers.append(IrHandler(handler.name, self.instance(function, args), payload, reply))
        return known

    def run(self) -> None:
        """Lowers what is pending, and what that uses, until nothing is left."""
        while self._pending:
            function, args, caller, ir_function = self._pending.popleft()
            substitution = dict(zip(function.type_params, args, strict=True))
            if self.scopes is not None:
                self.scopes.update(find_scopes(function))
            fl = FunctionLowering(self, ir_function, substitution)
            fl.moves, fl.caller = self.moves_of(function, args), caller
            params = ir_function.params
            if self.keeps_evidence:
                fl.of = function
                params = enter_function(fl, function, params)
            fl.bind_params(function.params, params)
            if function.body is not None:
                fl.finish(function.body)
            else:
                intrinsics.write_wrapper(fl, function, args)


def lower_program(program: TypedProgram, overflow_checks: bool, debug: bool = False, keep_evidence: bool = False) -> Module:
    """The module of a program that `check` has passed.

    `overflow_checks` makes integer overflow panic; with `debug` the variables of the source are declared; with
    `keep_evidence` (for tests) sources, confirmations and demands of evidence become ops.
    """
    lowering = ProgramLowering(overflow_checks, debug, program.traits, program.moves, keep_evidence)
    if program.main is not None:
        lowering.module.main = entry_function(lowering, program.main)
    for function in program.functions:
        if function.export:
            lower_export(lowering, function)
    lowering.run()
    return lowering.module


def lower_functions(program: TypedProgram, functions: Iterable[Function]) -> Module:
    """A module of these functions and what they use, those with type parameters left out; overflow is checked."""
    lowering = ProgramLowering(True, False, program.traits, program.moves)
    for function in functions:
        if function.body is not None and not function.type_params:
            lowering.instance(function)
    lowering.run()
    return lowering.module
