"""Checks a whole program: loads its modules and the standard library, declares everything, checks every body.

Bodies of the standard library are checked only when something reaches them.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

from sigilc.check import typed as t
from sigilc.check.cases import collect_cases
from sigilc.check.constants import Constants, Evaluate
from sigilc.check.context import Context, Pending, Reported, Scope
from sigilc.check.declarations import Declarations
from sigilc.check.endless_instances import refuse_endless_instances
from sigilc.check.expressions import Body
from sigilc.check.foreign import check_border
from sigilc.check.infer import finish_types, is_never, resolve, shallow, types_below
from sigilc.check.moves.check_moves import check_moves
from sigilc.check.sources import Sources
from sigilc.check.templates import Templates
from sigilc.check.types import (
    ERROR,
    NEVER,
    UNIT,
    EnumType,
    ErrorType,
    InferVar,
    OptionType,
    ParamType,
    StructType,
    Type,
    is_integer,
    is_result,
)
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.modules import std_modules
from sigilc.resolve.packages import Package
from sigilc.resolve.symbols import Item, Module
from sigilc.source.files import SourceFile
from sigilc.syntax import ast

# The traits by which collections say what they print.
_PRINTS_AS = frozenset(["DebugList", "DebugSet", "DebugMap"])


class Program:
    """One check."""

    def __init__(self, diagnostics: Diagnostics, evaluate: Evaluate | None):
        self.diagnostics = diagnostics
        self.context = Context(diagnostics)
        self.values = self.context.values = Constants(self, evaluate)
        self.declarations = Declarations(self.context)
        self.sources = Sources(diagnostics)
        self.modules = self.sources.modules
        self.templates = Templates(self)
        self.blocks: list[Module] = []          # declarations inside functions
        self.foreign: list[t.Function] = []     # the user's declarations of C functions

    # ---- Modules ------------------------------------------------------------------------------------------------------

    def std_module(self, name: str) -> Module | None:
        """A module of the standard library that a body names."""
        is_new = name not in self.sources.std
        known = len(self.sources.loaded)
        module = self.sources.load_std(name)
        if is_new:
            self.modules.resolve_uses()
            self.declare_loaded(known)
        return module

    def declare_loaded(self, known: int) -> None:
        """The impls of the library's modules that were loaded behind the first `known` ones, while bodies are checked."""
        for module in self.sources.loaded[known:]:
            for impl in module.impls:
                self.declarations.declare_impl(impl)
        if len(self.sources.loaded) > known:
            self.reach_structural()

    def reach_structural(self) -> None:
        """The library's own ways to compare, hash and print its types, which no call in a checked body need name."""
        for pending in list(self.context.pending.values()):
            requirement = pending.function.requirement
            if pending.scope.module.is_std and requirement is not None and requirement.trait is not None and (
                    requirement.trait.is_structural or requirement.trait.name in _PRINTS_AS):
                self.context.reach(pending.function)

    def run(self, source: SourceFile, tree: ast.Block, package: Package | None, with_docs: bool) -> t.TypedProgram:
        """Checks everything; errors are in the diagnostics."""
        self.context.prelude = self.sources.load_prelude()
        self.context.root = root = self.sources.load_program(source, tree, package, with_docs)
        self.modules.resolve_uses()
        user_modules = self.sources.all_modules()
        for module in [*self.sources.loaded, *user_modules]:    # the length of an array may call a method of std
            for impl in module.impls:
                self.declarations.declare_impl(impl)
        items = [i for m in user_modules for i in m.items.values()]
        decls = [d for item in items if (d := self.try_declare(item)) is not None]
        self.check_constants()
        for item in items:
            if isinstance(item.decl, t.Function) and item.decl.foreign:
                self.foreign.append(item.decl)
                check_border(self.context, item.decl)
        for pending in list(self.context.pending.values()):
            if not pending.scope.module.is_std and not pending.is_template:
                self.context.queue.append(pending)
        self.reach_structural()
        self.drain()
        self.check_defaults()
        self.declarations.traits.check_supertraits()
        self.declarations.traits.check_derived()
        for function in self.context.functions:
            check_border(self.context, function)
        if not self.diagnostics.has_errors:
            refuse_endless_instances(self.context)
        moves = {} if self.diagnostics.has_errors else check_moves(self.context, self.prelude_traits().get("Drop"))
        self.values.finish()
        main = root.items.get("main")
        entry = main.decl if main is not None and isinstance(main.decl, t.Function) else None
        if entry is not None:
            self.check_main(entry)
        del decls
        cases = collect_cases(self.context, self.sources.own_modules(), self.sources.doc_tests)
        return t.TypedProgram(self.context.functions, self.context.structs, self.context.enums, self.context.actors,
                              self.context.constants, entry, self.sources.imports, self.context.libraries,
                              traits=self.prelude_traits(), cases=cases, attributes=self.context.attributes,
                              moves=moves, foreign=self.foreign)

    def prelude_traits(self) -> dict[str, t.TraitDecl]:
        """The traits of the prelude that something has named."""
        prelude = self.context.prelude
        items = prelude.items.values() if prelude is not None else ()
        return {i.name: i.decl for i in items if isinstance(i.decl, t.TraitDecl)}

    def declare_block(self, block: Module, nodes: list[Any]) -> None:
        """Declares everything in a block of statements, and queues the bodies."""
        known, loaded = set(self.context.pending), len(self.sources.loaded)
        self.modules.declare_all(block, nodes)
        self.modules.resolve_uses()
        self.blocks.append(block)
        self.declare_loaded(loaded)
        for impl in block.impls:
            self.declarations.declare_impl(impl)
        for item in block.items.values():
            decl = self.try_declare(item)
            if isinstance(decl, t.Function) and decl.foreign:
                self.foreign.append(decl)
                check_border(self.context, decl)
        self.check_constants()
        self.context.queue += [p for i, p in self.context.pending.items() if i not in known and not p.is_template]

    def try_declare(self, item: Item) -> Any:
        """Declares an item; None after an error."""
        try:
            return self.declarations.declare(item)
        except Reported:
            return None

    def check_defaults(self) -> None:
        """Each default value once where it is declared: it may be that nothing uses it."""
        values: list[tuple[Any, Scope, t.Variable | t.Field]] = [
            (tree, pending.scope, param) for pending in self.context.pending.values() if not pending.is_template
            for tree, param in zip(reversed(pending.defaults), reversed(pending.function.params), strict=False)]
        owners: list[t.StructDecl | t.Variant] = [
            *self.context.structs, *(v for e in self.context.enums for v in e.variants),
            *(a.state for a in self.context.actors)]
        values += [(*found, field) for owner in owners for field in owner.fields
                   if (found := self.context.field_defaults.get(id(field))) is not None]
        for tree, scope, declared in values:
            if tree is not None and not scope.module.is_std:
                body = self.body(scope, None)
                with contextlib.suppress(Reported):
                    value = body.default_value(tree, scope, declared.type)
                    self.finish(body, [value])
                    if isinstance(declared, t.Field):
                        declared.default = value
        self.drain()

    # ---- Bodies -------------------------------------------------------------------------------------------------------

    def drain(self) -> None:
        """Checks bodies until none is waiting; each may reach more."""
        while self.context.queue:
            pending = self.context.queue.pop(0)
            if pending.state == "declared":
                self.check_function(pending)
                self.check_constants()

    def body(self, scope: Scope, result: Type | None, function: t.Function | None = None) -> ProgramBody:
        """The checker of one body."""
        return ProgramBody(self, scope, result, function)

    def check_function(self, pending: Pending) -> None:
        """Checks one function's body."""
        pending.state = "checking"
        function = pending.function
        body = self.body(pending.scope, function.result, function)
        body.unsafe_depth = int(function.is_unsafe)
        expr = self.check_body(body, function, pending)
        self.finish(body, [expr, *function.params])
        if isinstance(function.result, InferVar):       # its own, or that of a trait's default, which it must agree with
            self.settle_result(function, expr)
        function.body = expr
        pending.state = "checked"
        self.context.functions.append(function)

    def check_body(self, body: Body, function: t.Function, pending: Pending) -> t.Expr:
        """The body's expression, as a value of the result's type."""
        node = pending.node
        for variable in function.params:
            body.declare(variable)
        drops = function.result is UNIT
        if drops:
            body.drop_value(node.body)
        expr: t.Expr
        try:
            lets = body.param_lets(function.params, pending.patterns)
            expr = body.expr(node.body, None if drops else function.result)
            if not drops:
                expr = body.returned(expr)
            elif shallow(expr.type) != UNIT and not is_never(expr.type):
                expr = t.Discard(expr.span, UNIT, expr)
            expr = t.Block(expr.span, expr.type, lets, expr) if lets else expr
        except Reported:
            expr = body.error_expr(function.span)
            if isinstance(shallow(function.result), InferVar):
                shallow(function.result).bound = ERROR  # type: ignore[attr-defined]
        return expr

    def settle_result(self, function: t.Function, expr: t.Expr) -> None:
        """An inferred result, once the body is done."""
        result = shallow(function.result)
        if isinstance(result, InferVar) and result.kind == "any":
            result.bound = NEVER if is_never(expr.type) else ERROR
        function.result = self.final(function.result)

    def final(self, type_: Type) -> Type:
        """An inferred result without unknowns."""
        holder = t.Literal(None, type_, None)  # type: ignore[arg-type]
        finish_types([holder], lambda node: None)
        return holder.type

    def finish(self, body: Body, roots: list[Any]) -> None:
        """Settles the types of a body, then runs the checks that need them."""
        body.settle_closures()
        is_sound = body.is_sound

        def unresolved(node: Any) -> None:
            if is_sound:     # else what is missing may be another's fault
                self.unknown_type(body, node)

        finish_types(roots, unresolved)
        self.check_type_arguments(body, roots)
        for check in body.deferred:
            check()

    def check_type_arguments(self, body: Body, roots: list[Any]) -> None:
        """Whether the arguments of the structs and enums in a body implement what these state."""
        declared: list[t.StructDecl | t.EnumDecl] = [*self.context.structs, *self.context.enums]
        if not any(decl.bounds for decl in declared):
            return
        seen: set[Type] = set()
        for node, _, held in types_below(roots):
            stack = list(held) if isinstance(held, tuple) else [held]
            while stack:
                type_ = stack.pop()
                if type_ not in seen:
                    seen.add(type_)
                    stack += type_.parts()
                    if isinstance(type_, StructType | EnumType) and type_.decl.bounds:
                        mapping: dict[ParamType, Type] = dict(zip(type_.decl.type_params, type_.args, strict=True))
                        body.check_final_bounds(type_.decl.bounds, mapping, type_.decl, node)

    def unknown_type(self, body: Body, node: Any) -> None:
        """A type that nothing in the body settles."""
        name = node.name if isinstance(node, t.Variable) and node.name in node.span.text else ""
        known = str(resolve(node.type))
        label = "nothing says what it is" if known == "_" else f"only `{known}` is known of it"
        help_ = "write it down, or use the value in a way that settles it"
        if name:
            written = f"{name}: " + re.sub(r"\b_\b", "Type", known)
            help_ = f"write its type: `let {written} = …`" if node.kind == "let" else f"write its type: `|{written}|`"
        body.error("E0203", f"the type of {f'`{name}`' if name else 'this'} is not known", node, label, help_)

    def check_constants(self) -> None:
        """Values of the constants declared so far."""
        for constant in list(self.context.constants):
            if constant.value is None:
                self.values.check(constant)

    def check_constant(self, constant: t.Constant) -> None:
        """The value of a constant, not yet computed."""
        tree, scope = self.context.constant_trees[id(constant)]
        body = self.body(scope, None)
        constant.value = body.error_expr(constant.span)
        if tree is None:
            body.error("E0206", f"the constant `{constant.name}` has no value", constant.span, "write `= …`")
            return
        with contextlib.suppress(Reported):
            constant.value = body.coerce(body.expr(tree, constant.type), constant.type,
                                         (constant.span, "the constant's type"))
        self.finish(body, [constant.value])

    def check_main(self, main: t.Function) -> None:
        """What `main` takes and gives."""
        if main.params or main.type_params:
            self.context.error("E0220", "`main` takes no parameters", main.span, "called without arguments",
                               "read the arguments with `std·env·args()`")
        if not is_exit(main.result):
            self.context.error("E0230", f"`main` can't give `{main.result}`", main.result_span or main.span,
                               "nothing is done with it",
                               "an exit status is an integer; a `T?` or `Result` may say that the program has failed")


def is_exit(result: Type) -> bool:
    """Whether `main` may have this result: nothing, an exit status, or what may say that the program has failed."""
    return isinstance(result, OptionType | ErrorType) or is_result(result) or is_integer(result) or result in (UNIT, NEVER)


class ProgramBody(Body):
    """A Body that can check other functions, instances of templates, and defaults."""

    def __init__(self, program: Program, scope: Scope, result: Type | None, function: t.Function | None):
        super().__init__(program.context, program.declarations, scope, result, function)
        self.program = program

    def check_pending(self, pending: Pending) -> None:
        """Checks the body of a function whose result must be known now."""
        self.program.check_function(pending)

    def instance_of(self, pending: Pending, types: list[Type], node: Any) -> t.Function:
        """An instance of a template for these argument types."""
        return self.program.templates.instance(self, pending, types, self.span(node))

    def std_module(self, name: str, node: Any) -> Module:
        """The module `std·name`, which a path in the body names."""
        module = self.program.std_module(name)
        if module is None:
            near = closest(name, std_modules())
            raise self.error("E0107", f"the standard library has no module `{name}`", node, "nothing of this name",
                             f"did you mean `{near}`?" if near else "")
        return module

    def canonical_instance(self, pending: Pending, function: t.Function) -> t.Function:
        """The one of all instances with the same types."""
        return self.program.templates.canonical(pending, function)

    def declare_items(self, nodes: list[Any]) -> None:
        """A block's declarations become a module that sees what is visible around the block."""
        around = self.scope.module
        owner = self.function.name if self.function is not None else around.name
        block = Module(owner, around.source, around, around.is_std, is_block=True)
        self.program.declare_block(block, nodes)
        self.scope = Scope(block, self.scope.generics, self.scope.self_type)
        self.names = self.declarations.names(self.scope)

    def default_value(self, tree: Any, scope: Scope, wanted: Type) -> t.Expr:
        """The default of a parameter or field, in the scope of its declaration."""
        body = self.program.body(scope, None)
        body.maker = self
        value = body.coerce(body.expr(tree, wanted), wanted)
        self.deferred += body.deferred
        return value


def check_program(source: SourceFile, tree: ast.Block, diagnostics: Diagnostics, package: Package | None = None,
                  with_docs: bool = False, evaluate: Evaluate | None = None) -> t.TypedProgram:
    """Checks names and types of a program; the result is meaningful only without errors.

    `package` is the one whose root file this is; `with_docs` makes cases of the code blocks in its doc comments;
    `evaluate` computes constants that are more than literals (see constants.py).
    """
    return Program(diagnostics, evaluate).run(source, tree, package, with_docs)


