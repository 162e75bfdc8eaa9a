"""Turns declared items into typed declarations, on demand: structs, enums, aliases, actors, constants, functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sigilc.check import foreign
from sigilc.check import typed as t
from sigilc.check.associated_constants import AssociatedConstants
from sigilc.check.attributes import Attributes
from sigilc.check.cases import KINDS, refuse_member_case
from sigilc.check.context import Context, Pending, Reported, Scope, fresh_params
from sigilc.check.impls import overlap
from sigilc.check.method_table import MethodTable, UserMethod, head_of
from sigilc.check.secrets import read_public_parts
from sigilc.check.trait_declarations import TraitDeclarations
from sigilc.check.type_names import Marked, TypeNames, with_mark
from sigilc.check.types import (
    ERROR,
    I64,
    NO_MARKS,
    UNIT,
    EnumType,
    FixedType,
    InferVar,
    Marks,
    ParamType,
    PrimType,
    StructType,
    TupleType,
    Type,
)
from sigilc.resolve.modules import INTRINSIC_ABI
from sigilc.resolve.symbols import Impl, Item, Module
from sigilc.source.spans import Span
from sigilc.syntax import ast


def is_marked_public(entry: Any) -> bool:
    """Whether a member has `pub` before or behind its attributes."""
    while isinstance(entry, ast.Attributed):
        entry = entry.item
    return isinstance(entry, ast.Public)


def takes_apart(pattern: Any) -> bool:
    """Whether a parameter's pattern is more than its name."""
    while isinstance(pattern, ast.MarkedPattern):
        pattern = pattern.pattern
    return not isinstance(pattern, ast.Path | ast.MutPattern)


class Declarations:
    """Makes typed declarations; each item is declared once, when something first names it."""

    def __init__(self, context: Context):
        self.context = context
        self.open: list[Item] = []      # what is being declared, each because the one before names it
        self.traits = TraitDeclarations(self)
        self.associated = AssociatedConstants(self)
        self.fixed_impls: list[Impl] = []
        self.lengths: set[int] = set()  # of the arrays of fixed length that have got their methods

    def names(self, scope: Scope) -> TypeNames:
        """The resolver of types for a scope."""
        return TypeNames(self.context, scope, self.declare)

    def declare(self, item: Item) -> Any:
        """The typed declaration of an item; raises Reported for one that could not be declared."""
        if item.decl is None and item.kind == "const" and item in self.open:
            raise self.context.error("E0243", f"the type of the constant `{item.name}` depends on its own value", item.span,
                                     "needed to know its type")
        if item.decl is None:
            item.decl = self.make(item)
        if item.kind == "type" and item in self.open:
            return self.open_alias(item)
        if isinstance(item.decl, Reported):
            raise Reported
        return item.decl

    def make(self, item: Item) -> Any:
        """Declares an item for the first time."""
        if item.kind not in ("fn", "trait"):        # those look at their attributes themselves
            known = Attributes(self.context, item.attributes, item.module, item.span, item.node)
            self.context.derived += [(item, name, span) for name, span in known.derived(self.context, item.module)]
        self.open.append(item)
        try:
            match item.kind:
                case "struct":
                    return self.declare_struct(item)
                case "enum":
                    return self.declare_enum(item)
                case "type":
                    return self.declare_alias(item)
                case "actor":
                    return self.declare_actor(item)
                case "const":
                    return self.declare_constant(item)
                case "fn":
                    return self.declare_function(item)
                case "trait":
                    return self.traits.declare_trait(item)
                case "variant":
                    return self.declare_variant(item)
            return self.context.unsupported(f"this {item.kind} is", item.span)
        except Reported:
            return Reported()
        finally:
            self.open.pop()

    # ---- Types ------------------------------------------------------------------------------------------------------

    def generics(self, node: Any, owner: str, module: Module) -> dict[str, Type]:
        """The type parameters that a declaration lists."""
        written = getattr(node, "generics", None) or []
        names = [g.name for g in written]
        for i, name in enumerate(names):
            if name in names[:i]:
                self.context.error("E0106", f"the type parameter `{name}` is declared twice",
                                   Span(module.source, written[i].start, written[i].end), "declared again here")
        return fresh_params(f"{owner}@{node.start}", names)

    def declare_struct(self, item: Item) -> t.StructDecl:
        """A struct; registered before its fields are resolved, so that they may mention it."""
        node, name = item.node, item.module.qualified(item.name)
        generics = self.generics(node, name, item.module)
        decl = t.StructDecl(item.name, item.span, tuple(generics.values()), is_union=isinstance(node, ast.Union),  # type: ignore[arg-type]
                            mark=self.trust(getattr(node, "evidence", "")),
                            is_tuple=not isinstance(node, ast.RecordStruct | ast.Union),
                            is_c=foreign.is_repr_c(self.context, item.attributes, item.span))
        item.decl = decl
        self.context.structs.append(decl)
        self.context.modules_by_decl[id(decl)] = item.module
        self.associated.add_all(item, decl, StructType(decl, decl.type_params))
        scope = Scope(item.module, generics, StructType(decl, decl.type_params))
        decl.bounds = self.traits.bounds(node, scope)
        names = self.names(scope)
        if isinstance(node, ast.TupleStruct):
            for i, slot in enumerate(node.types):
                type_node = slot.item if isinstance(slot, ast.Public) else slot
                type_, marks = self.safely(names, type_node)
                decl.fields.append(t.Field(str(i), type_, names.span(type_node), None if marks.is_empty else marks,
                                           is_public=isinstance(slot, ast.Public)))
        elif isinstance(node, ast.RecordStruct | ast.Union):
            decl.fields = self.fields(node.fields, names)
        self.refuse_recursion(decl, [f.type for f in decl.fields])
        foreign.check_c_struct(self.context, decl)
        return decl

    def safely(self, names: TypeNames, node: Any) -> Marked:
        """A type, or the error type when it can't be resolved (which has been reported)."""
        try:
            return names.resolve(node)
        except Reported:
            return ERROR, NO_MARKS

    def trust(self, evidence: str) -> str:
        """The mark of trust among the marks of a declaration."""
        return next((m for m in evidence or "" if m in "!~‽"), "")

    def fields(self, nodes: list[Any], names: TypeNames) -> list[t.Field]:
        """Fields of a struct, a variant or an actor; defaults stay trees until a body needs them."""
        found: list[t.Field] = []
        for node in nodes:
            is_public = False
            while isinstance(node, ast.Attributed | ast.Public):
                is_public = is_public or isinstance(node, ast.Public)
                node = node.item
            if isinstance(node, ast.Error):
                continue
            type_, marks = self.safely(names, node.type)
            for mark in node.evidence or "":
                type_, marks = with_mark(type_, marks, mark)
            span = Span(names.scope.module.source, node.start, node.end)
            before = next((f for f in found if f.name == node.name), None)
            if before is not None:
                self.context.error("E0106", f"the field `{node.name}` is declared twice", span, "declared again here",
                                   labels=[(before.span, "declared first here")])
                continue
            field = t.Field(node.name, type_, span, None if marks.is_empty else marks, is_public=is_public)
            if node.default is not None:
                self.context.field_defaults[id(field)] = (node.default, names.scope)
            found.append(field)
        return found

    def refuse_recursion(self, decl: t.StructDecl | t.EnumDecl, types: list[Type]) -> None:
        """A type whose every value would hold another one of it: nothing ends that, no option, variant or array."""
        stack, seen = list(types), set()
        while stack:
            type_ = stack.pop()
            if isinstance(type_, StructType | EnumType):
                if type_.decl is decl:
                    raise self.context.error(
                        "E0212", f"`{decl.name}` contains itself without end", decl.span,
                        "no value of it could ever be made", "make the inner one uncertain, `T?`, or put it into an array, `[T]`")
                if id(type_.decl) in seen:
                    continue
                seen.add(id(type_.decl))
                if isinstance(type_.decl, t.StructDecl):
                    stack += [f.type for f in type_.decl.fields]
                elif len(type_.decl.variants) == 1:
                    stack += [f.type for f in type_.decl.variants[0].fields]
            elif isinstance(type_, TupleType) or (isinstance(type_, FixedType) and type_.count):
                stack += type_.parts()

    def declare_enum(self, item: Item) -> t.EnumDecl:
        """An enum with its variants."""
        node, name = item.node, item.module.qualified(item.name)
        generics = self.generics(node, name, item.module)
        decl = t.EnumDecl(item.name, item.span, tuple(generics.values()), mark=self.trust(node.evidence),  # type: ignore[arg-type]
                          is_c=foreign.is_repr_c(self.context, item.attributes, item.span))
        item.decl = decl
        self.context.enums.append(decl)
        self.associated.add_all(item, decl, EnumType(decl, decl.type_params))
        scope = Scope(item.module, generics, EnumType(decl, decl.type_params))
        decl.bounds = self.traits.bounds(node, scope)
        names = self.names(scope)
        number = 0
        for entry in node.variants:
            while isinstance(entry, ast.Attributed | ast.Public):
                entry = entry.item
            if isinstance(entry, ast.Error):
                continue
            variant = t.Variant(entry.name, len(decl.variants), names.span(entry))
            if isinstance(entry, ast.TupleVariant):
                for i, type_node in enumerate(entry.types):
                    type_, marks = self.safely(names, type_node)
                    variant.fields.append(t.Field(str(i), type_, names.span(type_node),
                                                  None if marks.is_empty else marks))
            elif isinstance(entry, ast.RecordVariant):
                variant.fields = self.fields(entry.fields, names)
                variant.has_names = True
            elif entry.value is not None:
                number = self.discriminant(entry, names)
            variant.discriminant = number
            number += 1
            before = next((v for v in decl.variants if v.name == variant.name), None)
            if before is not None:
                self.context.error("E0106", f"the variant `{variant.name}` is declared twice", variant.span,
                                   "declared again here", labels=[(before.span, "declared first here")])
                continue
            decl.variants.append(variant)
        if len(decl.variants) == 1:
            self.refuse_recursion(decl, [f.type for f in decl.variants[0].fields])
        foreign.check_c_enum(self.context, decl)
        return decl

    def declare_variant(self, item: Item) -> tuple[t.EnumDecl, t.Variant]:
        """A variant that a `use` brought in, with its enum."""
        assert item.owner is not None
        decl = self.declare(item.owner)
        for variant in decl.variants:
            if variant.name == item.name:
                return decl, variant
        raise Reported

    def discriminant(self, entry: Any, names: TypeNames) -> int:
        """The written number of a field-less variant."""
        value, sign = entry.value, 1
        if isinstance(value, ast.Unary) and value.operator == "-":
            value, sign = value.value, -1
        if not isinstance(value, ast.Int):
            return self.context.values.integer(entry.value, Scope(names.scope.module), I64)
        return sign * int(value.text.replace("_", ""), 0)

    def declare_alias(self, item: Item) -> tuple[tuple[Type, ...], Type, Marks]:
        """`type Name<T> = …`."""
        generics = self.generics(item.node, item.module.qualified(item.name), item.module)
        if item.node.type is None:
            raise self.context.error("E0102", "an alias needs a type", item.span, "write `= …` after the name")
        item.decl = Reported()
        type_, marks = self.names(Scope(item.module, generics)).resolve(item.node.type)
        return tuple(generics.values()), type_, marks

    def open_alias(self, item: Item) -> Any:
        """An alias that is met while it is being resolved: that may only be inside a struct or enum that it names."""
        last = len(self.open) - 1 - self.open[::-1].index(item)
        if any(i.kind != "type" for i in self.open[last:]):
            again = self.make(item)     # the struct is known by now
            if isinstance(again, Reported):
                raise again
            return again
        raise self.context.error("E0212", f"the alias `{item.name}` stands for itself", item.span, "leads back here",
                                 "an alias is another name of a type; a type that contains itself is a struct or enum")

    # ---- Constants, actors --------------------------------------------------------------------------------------------

    def declare_constant(self, item: Item) -> t.Constant:
        """A constant; its value is checked by program.py."""
        return self.constant(item.node, item.name, item.span, Scope(item.module))

    def constant(self, node: Any, name: str, span: Span, scope: Scope) -> t.Constant:
        """The declaration of a constant; constants.py computes its value when something needs it."""
        type_, marks = self.names(scope).resolve(node.type)
        constant = t.Constant(name, type_, None, span, None if marks.is_empty else marks)  # type: ignore[arg-type]
        self.context.constants.append(constant)
        self.context.constant_trees[id(constant)] = (node.value, scope)
        return constant

    def declare_actor(self, item: Item) -> t.ActorDecl:
        """An actor: its state as a struct, its helpers as methods of that struct, its handlers."""
        node = item.node
        generics = self.generics(node, item.module.qualified(item.name), item.module)
        params: tuple[ParamType, ...] = tuple(generics.values())  # type: ignore[arg-type]
        state = t.StructDecl(item.name, item.span, params)
        actor = t.ActorDecl(item.name, item.span, state)
        item.decl = actor
        self.context.actors.append(actor)
        self.context.modules_by_decl[id(state)] = item.module
        scope = Scope(item.module, generics, StructType(state, params))
        self.traits.bounds(node, scope)
        names = self.names(scope)
        members = [self.unwrapped(m) for m in node.members]
        for member, _ in members:
            if isinstance(member, ast.Constant):
                self.associated.add(member, state, StructType(state, params), item.name, item.module)
        state.fields = self.fields([m for m, _ in members if isinstance(m, ast.Field)], names)
        for member, attributes in members:
            if isinstance(member, ast.Fn):
                function = self.function(member, scope, f"{item.module.qualified(item.name)}·{member.signature.name}",
                                         attributes, actor=actor, impl_params=params)
                self.context.method_bounds[id(function)] = StructType(state, params)
                self.add_method(state, member.signature.name, item.module, function)
            elif isinstance(member, ast.On):
                self.declare_handler(actor, member, scope, attributes)
        return actor

    def unwrapped(self, node: Any) -> tuple[Any, list[Any]]:
        """A member without the attributes around it."""
        attributes: list[Any] = []
        while isinstance(node, ast.Attributed | ast.Public):
            attributes += getattr(node, "attributes", [])
            node = node.item
        return node, attributes

    def declare_handler(self, actor: t.ActorDecl, node: Any, scope: Scope, attributes: list[Any]) -> None:
        """`on Name(params) -> R { … }`."""
        span = Span(scope.module.source, node.start, node.body.start)
        if any(h.name == node.name for h in actor.handlers):
            self.context.error("E0106", f"the message `{node.name}` is handled twice", span, "a second handler")
            return
        if attributes:
            self.context.unsupported("attributes of handlers are", span)
        if node.name == "fault":
            self.context.unsupported("`on fault` handlers are", span)
            return
        params = actor.state.type_params
        function = t.Function(f"{scope.module.qualified(actor.name)}·on {node.name}", span, params, actor=actor)
        pending = Pending(function, node, scope, infers_result=False)
        function.params.append(t.Variable("self", StructType(actor.state, params), span, "inout", True))
        self.add_params(function, pending, node.parameters or [], scope)
        self.set_result(function, node.result, scope)
        self.register(pending)
        actor.handlers.append(t.Handler(node.name, len(actor.handlers), function, node.result is not None))

    # ---- Functions ----------------------------------------------------------------------------------------------------

    def declare_function(self, item: Item) -> t.Function:
        """A function at a module's top level."""
        name = item.module.qualified(item.name)
        function = self.function(item.node, Scope(item.module), name, item.attributes, abi=item.abi)
        function.is_public = item.is_public
        return function

    def function(self, node: Any, scope: Scope, name: str, attributes: list[Any], *, abi: str = "",
                 actor: t.ActorDecl | None = None, impl_params: tuple[ParamType, ...] = (), is_requirement: bool = False,
                 untyped: Callable[[int], Type | None] = lambda index: None, result: Type | None = None) -> t.Function:
        """Any function: its signature is resolved now, its body is checked later.

        `is_requirement`: of a trait, where a body may be missing. `untyped` gives the type of a parameter that has none,
        `result` the result's where none is written: what a trait requires.
        """
        signature = node.signature if isinstance(node, ast.Fn) else node
        span = Span(scope.module.source, signature.start, signature.end)
        known = Attributes(self.context, attributes, scope.module, span, node)
        generics = self.generics(signature, name, scope.module)
        inner = Scope(scope.module, {**scope.generics, **generics}, scope.self_type)
        function = t.Function(name, span, (*impl_params, *generics.values()), actor=actor)  # type: ignore[arg-type]
        function.intrinsic = known.text("intrinsic") or (
            signature.name.removeprefix("sigil_") if abi == INTRINSIC_ABI else "")
        function.foreign = signature.name if abi == "C" else ""
        function.trusted_caller = known.text("trusted_caller")
        function.tracks_caller = known.has("track_caller")
        function.hints = known.hints(self.context, span)
        function.moves_elements = known.has("moves_elements")
        function.export = signature.name if known.has("export") else ""
        if any(known.has(kind) for kind in KINDS) and (scope.self_type is not None or scope.module.is_block):
            refuse_member_case(self.context, function)
        self.read_qualifiers(function, signature)
        function.bounds = self.traits.bounds(signature, inner)
        has_body = isinstance(node, ast.Fn)
        pending = Pending(function, node, inner, has_body and signature.result is None and signature.name != "main")
        self.add_params(function, pending, signature.parameters or [], inner)
        read_public_parts(self.context, attributes, function, has_body)
        for index, param in enumerate(function.params):
            if isinstance(param.type, InferVar) and (wanted := untyped(index)) is not None:
                param.type = wanted
        if signature.result is None and result is not None:
            function.result, pending.infers_result = result, False
        elif pending.infers_result:
            function.result = InferVar()
        else:
            self.set_result(function, signature.result, inner)
        pending.is_template = any(isinstance(p.type, InferVar) for p in function.params)
        if pending.is_template and (function.type_params or function.export or not has_body):
            self.context.error("E0221", "this function needs the types of all its parameters", span, "a type is missing",
                               "write `: Type` after each name")
        if abi == "C":
            foreign.add_library(self.context, attributes, span)
            foreign.require_known_format(function)
        if function.export and scope.self_type is not None:
            foreign.refuse_export_here(self.context, function)
        if has_body:
            self.register(pending)
        elif not function.intrinsic and not function.foreign and not is_requirement:
            self.context.error("E0010", f"the function `{signature.name}` has no body", span, "a body must follow",
                               "write `{ … }` after the signature")
        return function

    def read_qualifiers(self, function: t.Function, signature: Any) -> None:
        """`const`, `unsafe` and `extern "C"`; `async` functions are still to come."""
        for qualifier in signature.qualifiers or []:
            if qualifier == "const":
                function.is_const = True
            elif qualifier == "unsafe":
                function.is_unsafe = True
            elif qualifier == 'extern "C"':
                function.is_callback = True
            elif qualifier == "async":
                self.context.unsupported("`async` functions are", function.span)
            else:
                self.context.error("E0603", f"unknown calling convention: `{qualifier}`", function.span,
                                   'only `extern "C"` is known', 'write `extern "C" fn`')

    def register(self, pending: Pending) -> None:
        """Keeps a declared function for its body to be checked."""
        self.context.pending[id(pending.function)] = pending

    def set_result(self, function: t.Function, node: Any, scope: Scope) -> None:
        """The written result, `()` where there is none."""
        if node is None:
            function.result = UNIT
            return
        names = self.names(scope)
        function.result_span = names.span(node)
        try:
            function.result, marks = names.resolve_result(node)
            function.result_marks = None if marks.is_empty else marks
        except Reported:
            function.result = ERROR

    def add_params(self, function: t.Function, pending: Pending, nodes: list[Any], scope: Scope) -> None:
        """The parameters, with their default values' trees."""
        names = self.names(scope)
        for node in nodes:
            while isinstance(node, ast.AttributedParameter):
                node = node.parameter
            if isinstance(node, ast.FurtherParameters):
                foreign.add_further(self.context, function, node, nodes, names.span(node))
                continue
            try:
                param = self.param(node, names, scope)
            except Reported:
                is_self = names.span(node).text.strip("&!~?‽ ").endswith("self")
                param = t.Variable("self" if is_self else "_", ERROR, names.span(node), "param", True)
            before = next((p for p in function.params if p.name == param.name != "_"), None)
            if before is not None:
                self.context.error("E0106", f"the parameter `{param.name}` is declared twice", param.span,
                                   "declared again here", "rename one of them", [(before.span, "declared first here")])
            place = len(function.params)
            if param.name == "self" and place > 0 and before is None:
                self.context.error("E0108", "`self` is always the first parameter", param.span, "not the first here",
                                   "move it to the front")
                place = 0
            if not isinstance(node, ast.SelfReference) and takes_apart(node.pattern):
                pending.patterns[param.name] = node.pattern
            function.params.insert(place, param)
            pending.defaults.insert(place, getattr(node, "default", None))

    def param(self, node: Any, names: TypeNames, scope: Scope) -> t.Variable:
        """One parameter: a view, or a place of the caller's for `mut p` and `p: &mut T`."""
        span = names.span(node)
        if isinstance(node, ast.SelfReference):
            if scope.self_type is None:
                raise self.context.error("E0108", "`self` outside a method", span, "only methods have a `self`")
            is_inout = node.mutable is not None
            return t.Variable("self", scope.self_type, span, "inout" if is_inout else "param", is_inout)
        pattern, is_inout, marks = node.pattern, False, ""
        while isinstance(pattern, ast.MarkedPattern):
            marks, pattern = pattern.mark + marks, pattern.pattern
        if isinstance(pattern, ast.MutPattern):
            is_inout, marks = True, pattern.evidence + marks
        name = names.span(pattern).text if takes_apart(pattern) else pattern.name
        written = node.type
        while isinstance(written, ast.ReferenceType):
            is_inout = is_inout or written.mutable is not None
            written = written.type
        if is_inout and takes_apart(pattern):
            raise self.context.error("E0210", "a pattern can't take an in-out parameter apart", names.span(pattern),
                                     "not a name", "give it a name, and match it in the body: `match &mut name { … }`")
        if written is not None:
            type_, type_marks = self.safely(names, written)
        elif name == "self":
            if scope.self_type is None:
                raise self.context.error("E0108", "`self` outside a method", span, "only methods have a `self`")
            type_, type_marks = scope.self_type, NO_MARKS
        else:
            type_, type_marks = InferVar(), NO_MARKS
        for mark in marks:
            type_, type_marks = with_mark(type_, type_marks, mark)
        kind = "inout" if is_inout else "param"
        return t.Variable(name, type_, span, kind, is_inout, None if type_marks.is_empty else type_marks)

    # ---- Impls --------------------------------------------------------------------------------------------------------

    def declare_impl(self, impl: Impl) -> None:
        """The methods of an `impl` block, for each of the types that it is written for."""
        node, module = impl.node, impl.module
        if node.target is not None:
            self.traits.declare_impl(impl)
            return
        attributes = Attributes(self.context, impl.attributes, module, Span(module.source, node.start, node.end), node)
        if attributes.has("fixed_arrays"):
            self.fixed_impls.append(impl)
            return
        generics = self.generics(node, f"impl {module.name} {node.start}", module)
        targets: list[str | None] = [*attributes.words("for_each")]
        for written in targets or [None]:
            try:
                if written is None:
                    self_type, _ = self.names(Scope(module, generics)).resolve(node.type)
                else:
                    self_type = PrimType(written)
            except Reported:
                continue
            bounds = self.traits.bounds(node, Scope(module, generics, self_type))
            self.add_methods(node, module, generics, self_type, bounds)

    def declare_length(self, count: int) -> None:
        """The methods of arrays of a length that is met for the first time: the library has one `impl` for all."""
        if count in self.lengths:
            return
        self.lengths.add(count)
        for impl in self.fixed_impls:
            generics = self.generics(impl.node, f"impl {impl.module.name} {impl.node.start}", impl.module)
            (item,) = generics.values()
            self.add_methods(impl.node, impl.module, generics, FixedType(item, count), [])

    def add_methods(self, node: Any, module: Module, generics: dict[str, Type], self_type: Type,
                    bounds: list[t.Bound]) -> None:
        """Declares the methods of one impl for one type."""
        scope = Scope(module, generics, self_type)
        shown = str(self_type).partition("<")[0] if generics else str(self_type)
        for entry in node.items:
            member, _ = self.unwrapped(entry)
            if isinstance(member, ast.Constant):
                self.associated.add(member, head_of(self_type), self_type, shown, module)
                continue
            if not isinstance(member, ast.Fn | ast.Signature):
                if not isinstance(member, ast.Error):
                    self.context.unsupported("associated types of a type are",
                                             Span(module.source, member.start, member.end))
                continue
            name = (member.signature if isinstance(member, ast.Fn) else member).name

            make = partial(self.method, entry, module.qualified(f"{shown}·{name}"), scope, bounds)
            if module.is_std:
                self.context.methods.setdefault(head_of(self_type), MethodTable()).put_later(name, module.source, make)
            else:
                self.add_method(head_of(self_type), name, module, make())

    def method(self, entry: Any, name: str, scope: Scope, bounds: list[t.Bound]) -> t.Function:
        """A method of an impl for the scope's `Self`."""
        member, attributes = self.unwrapped(entry)
        function = self.function(member, scope, name, attributes,
                                 impl_params=tuple(scope.generics.values()))  # type: ignore[arg-type]
        function.is_public = is_marked_public(entry)
        if not function.is_public:
            self.context.private_methods[id(function)] = scope.module
        function.bounds = [*bounds, *function.bounds]
        assert scope.self_type is not None
        self.context.method_bounds[id(function)] = scope.self_type
        return function

    def add_method(self, head: object, name: str, module: Module, function: t.Function) -> None:
        """Puts a user's method into the table, if no other one of its name is for the same types and seen at the same places."""
        table = self.context.methods.setdefault(head, MethodTable())
        type_ = self.context.method_bounds[id(function)]
        for other in table.users(name):
            before = self.context.method_bounds[id(other.function)]
            if self.is_seen_beside(function, module, other) and overlap(type_, before):
                also = f", which `{before}` is too" if str(type_) != str(before) else ""
                self.context.error("E0106", f"the method `{name}` is declared twice for `{type_}`{also}", function.span,
                                   "declared again here", labels=[(other.function.span, "declared first here")])
                return
        table.add(name, UserMethod(function, module))

    def is_seen_beside(self, function: t.Function, module: Module, other: UserMethod) -> bool:
        """Whether one of two methods is visible where the other is declared, in one package."""
        private = self.context.private_methods
        return module.root is other.module.root and (
            id(other.function) not in private or module.is_within(private[id(other.function)])
            or id(function) not in private or other.module.is_within(private[id(function)]))
