"""Checks a whole program: loads its modules and the standard library, declares everything, checks every body.

Bodies of the standard library are checked only when something reaches them.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from sigilc.check import typed as t
from sigilc.check.context import Context, Pending, Reported, Scope
from sigilc.check.declarations import Declarations
from sigilc.check.expressions import Body
from sigilc.check.infer import finish_types, is_never, shallow
from sigilc.check.templates import Templates
from sigilc.check.types import BOOL, CHAR, ERROR, NEVER, UNIT, ArrayType, InferVar, PointerType, Type, is_numeric
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.resolve.modules import ModuleBuilder
from sigilc.resolve.symbols import Item, Module
from sigilc.source.files import SourceFile, load_source
from sigilc.source.folders import data_folder
from sigilc.source.spans import Span
from sigilc.syntax import ast
from sigilc.syntax.parse import parse_source


class Program:
    """One check."""

    def __init__(self, diagnostics: Diagnostics):
        self.diagnostics = diagnostics
        self.context = Context(diagnostics)
        self.declarations = Declarations(self.context)
        self.modules = ModuleBuilder(diagnostics, self.load_std, self.load_file)
        self.std: dict[str, Module | None] = {}
        self.loaded: list[Module] = []
        self.files: dict[Path, Module] = {}
        self.imports: list[SourceFile] = []
        self.templates = Templates(self)
        self.blocks: list[Module] = []          # declarations inside functions

    # ---- Modules ------------------------------------------------------------------------------------------------------

    def load_std(self, name: str) -> Module | None:
        """The module `std·name`, None where the library has none."""
        if name not in self.std:
            path = Path(data_folder("stdlib")) / f"{name}.sg"
            self.std[name] = None
            if name.isidentifier() and path.is_file():
                source = SourceFile(f"std/{name}.sg", path.read_text(encoding="utf-8"))
                tree = parse_source(source, self.diagnostics)
                module = self.modules.build(f"std·{name}", source, tree, None, True)
                self.std[name] = module
                self.loaded.append(module)
        return self.std[name]

    def load_file(self, parent: Module, name: str, span: Span) -> Module | None:
        """The module of `mod name`: the file `name.sg`, or `name/mod.sg`."""
        folder = Path(parent.source.path).parent
        candidates = [folder / f"{name}.sg", folder / name / "mod.sg"]
        path = next((c for c in candidates if c.is_file()), None)
        if path is None:
            self.context.error("E0107", f"there is no file for the module `{name}`", span, "declared here",
                               f"create `{name}.sg` or `{name}/mod.sg` beside this file")
            return None
        resolved = path.resolve()
        if resolved in self.files:
            self.context.error("E0116", f"the module `{name}` contains itself", span, "loaded already",
                               "a file belongs to one module")
            return None
        source = load_source(str(path), self.diagnostics)
        if source is None:
            return None
        tree = parse_source(source, self.diagnostics)
        self.files[resolved] = Module(parent.qualified(name), source, parent)
        self.imports.append(source)
        return self.modules.build(parent.qualified(name), source, tree, parent, False)

    def run(self, source: SourceFile, tree: ast.Block) -> t.TypedProgram:
        """Checks everything; errors are in the diagnostics."""
        self.context.prelude = self.load_std("prelude")
        self.files[Path(source.path).resolve()] = root = self.modules.build("", source, tree, None, False)
        self.context.root = root
        self.modules.resolve_uses()
        user_modules = self.below(root)
        for module in [*user_modules, *self.loaded]:
            for impl in module.impls:
                self.declarations.declare_impl(impl)
        items = [i for m in user_modules for i in m.items.values()]
        decls = [d for item in items if (d := self.try_declare(item)) is not None]
        self.check_constants()
        for item, decl in zip(items, [i.decl for i in items], strict=True):
            if isinstance(decl, t.Function):
                self.check_border(item, decl)
        for pending in list(self.context.pending.values()):
            if not pending.scope.module.is_std and not pending.is_template:
                self.context.queue.append(pending)
        self.drain()
        main = root.items.get("main")
        entry = main.decl if main is not None and isinstance(main.decl, t.Function) else None
        if entry is not None:
            self.check_main(entry)
        del decls
        return t.TypedProgram(self.context.functions, self.context.structs, self.context.enums, self.context.actors,
                              self.context.constants, entry, self.imports)

    def declare_block(self, block: Module, nodes: list[Any]) -> None:
        """Declares everything in a block of statements, and queues the bodies."""
        known = set(self.context.pending)
        self.modules.declare_all(block, nodes)
        self.modules.resolve_uses()
        self.blocks.append(block)
        for impl in block.impls:
            self.declarations.declare_impl(impl)
        for item in block.items.values():
            decl = self.try_declare(item)
            if isinstance(decl, t.Function):
                self.check_border(item, decl)
        self.check_constants()
        self.context.queue += [p for i, p in self.context.pending.items() if i not in known and not p.is_template]

    def below(self, module: Module) -> list[Module]:
        """A module and all modules inside it."""
        return [module, *(m for c in module.children.values() for m in self.below(c))]

    def try_declare(self, item: Item) -> Any:
        """Declares an item; None after an error."""
        try:
            return self.declarations.declare(item)
        except Reported:
            return None

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
        function, node = pending.function, pending.node
        body = self.body(pending.scope, function.result, function)
        expr = self.check_body(body, function, node)
        self.finish(body, [expr, *function.params])
        if pending.infers_result:
            self.settle_result(function, expr)
        function.body = expr
        pending.state = "checked"
        self.context.functions.append(function)

    def check_body(self, body: Body, function: t.Function, node: Any) -> t.Expr:
        """The body's expression, as a value of the result's type."""
        for variable in function.params:
            body.declare(variable)
        drops = function.result is UNIT
        if drops:
            body.drop_value(node.body)
        expr: t.Expr
        try:
            expr = body.expr(node.body, None if drops else function.result)
            if not drops:
                expr = body.returned(expr)
            elif shallow(expr.type) != UNIT and not is_never(expr.type):
                expr = t.Discard(expr.span, UNIT, expr)
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
        reported = self.diagnostics.has_errors

        def unresolved(node: Any) -> None:
            if not self.diagnostics.has_errors or not reported:
                body.error("E0203", "the type of this is not known", node, "cannot be inferred",
                           "annotate it: `let x: Type = …`")

        finish_types(roots, unresolved)
        for check in body.deferred:
            check()

    def check_constants(self) -> None:
        """Values of the constants declared so far."""
        for module in self.modules_with_constants():
            for item in module.items.values():
                constant = item.decl
                if item.kind == "const" and isinstance(constant, t.Constant) and constant.value is None:
                    self.check_constant(item, constant)

    def modules_with_constants(self) -> list[Module]:
        """All modules."""
        assert self.context.root is not None
        return [*self.below(self.context.root), *self.blocks, *self.loaded]

    def check_constant(self, item: Item, constant: t.Constant) -> None:
        """The value of a constant."""
        body = self.body(Scope(item.module), None)
        if item.node.value is None:
            body.error("E0206", f"the constant `{item.name}` has no value", item.span, "write `= …`")
            constant.value = body.error_expr(item.span)
            return
        constant.value = body.error_expr(item.span)
        with contextlib.suppress(Reported):
            constant.value = body.coerce(body.expr(item.node.value, constant.type), constant.type,
                                         (item.span, "the constant's type"))
        self.finish(body, [constant.value])

    def check_main(self, main: t.Function) -> None:
        """What `main` takes and gives."""
        if main.params or main.type_params:
            self.context.error("E0220", "`main` takes no parameters", main.span, "called without arguments",
                               "read the arguments with `std·env·args()`")

    def check_border(self, item: Item, function: t.Function) -> None:
        """Types that cross the border to C."""
        if not function.export and not function.foreign:
            return
        for param in function.params:
            fits = self.crosses(param.type) or (bool(function.foreign) and isinstance(param.type, PointerType))
            fits = fits or (isinstance(param.type, ArrayType) and self.crosses(param.type.item))
            if not fits or param.kind == "inout":
                self.context.error("E0602", f"`{param.type}` does not cross the border to C", param.span,
                                   "scalars and arrays of scalars cross", "pass numbers, or `[T]` of numbers")
        result = function.result
        if not (self.crosses(result) or result in (UNIT, NEVER) or (function.foreign and isinstance(result, PointerType))):
            self.context.error("E0602", f"`{result}` does not cross the border to C", function.result_span or function.span,
                               "only scalars are returned", "give back a number")
        if function.type_params:
            self.context.error("E0602", "a generic function can't cross the border to C", function.span, "has type parameters")

    def crosses(self, type_: Type) -> bool:
        """Whether a type is a scalar of C's."""
        return (is_numeric(type_) and str(type_) not in ("i128", "u128")) or type_ in (BOOL, CHAR) or type_ == ERROR


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
        value = body.coerce(body.expr(tree, wanted), wanted)
        self.deferred += body.deferred
        return value


def check_program(source: SourceFile, tree: ast.Block, diagnostics: Diagnostics) -> t.TypedProgram:
    """Checks names and types of a program; the result is meaningful only without errors."""
    return Program(diagnostics).run(source, tree)


