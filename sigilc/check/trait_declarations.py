"""Declares traits and their impls, and the bounds of type parameters."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sigilc.check import typed as t
from sigilc.check.attributes import Attributes
from sigilc.check.context import Pending, Reported, Scope, fresh_params
from sigilc.check.impls import associated_type, has_structure, have_common_type, implied, members, satisfies
from sigilc.check.infer import resolve, shallow, unify
from sigilc.check.method_table import head_of
from sigilc.check.types import (
    ERROR,
    I64,
    DynType,
    EnumType,
    InferVar,
    ParamType,
    PrimType,
    ProjectionType,
    StructType,
    Type,
    substitute,
)
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.symbols import Impl, Item, Module
from sigilc.source.spans import Span
from sigilc.syntax import ast

if TYPE_CHECKING:
    from sigilc.check.declarations import Declarations


# The structural traits that each type of the language has exactly if its parts have them.
_BY_PARTS = frozenset(["Eq", "Ord", "Hash", "Debug", "Default"])


def member_name(member: Any) -> str:
    """The name of a method, constant or type in a trait or impl."""
    name: str = member.signature.name if isinstance(member, ast.Fn) else member.name
    return name


class TraitDeclarations:
    """Works for Declarations."""

    def __init__(self, declarations: Declarations):
        self.declarations = declarations
        self.context = declarations.context

    # ---- Bounds -------------------------------------------------------------------------------------------------------

    def bounds(self, node: Any, scope: Scope) -> list[t.Bound]:
        """The bounds that a declaration's type parameters and `where` clause state; each parameter learns its own."""
        found: list[t.Bound] = []
        written = [(bound, scope.generics[generic.name]) for generic in getattr(node, "generics", None) or []
                   for bound in generic.bounds or []]
        # Bounds with arguments, and clauses, may name the associated types that other bounds give.
        for bound, param in sorted(written, key=lambda each: bool(getattr(each[0], "arguments", None))):
            own = self.bound(bound, param, scope)
            self.tell(own)
            found += own
        for clause in getattr(node, "where", None) or []:
            names = self.declarations.names(scope)
            param, _ = self.declarations.safely(names, clause.type)
            for bound in clause.bounds:
                own = self.bound(bound, param, scope)
                self.tell(own)
                found += own
        return found

    def tell(self, bounds: list[t.Bound]) -> None:
        """Each type parameter learns its bounds, and those of its associated types."""
        for bound in bounds:
            root = bound.param
            while isinstance(root, ProjectionType):
                root = root.base
            if isinstance(root, ParamType) and bound not in root.bounds:
                root.bounds.append(bound)

    def bound(self, node: Any, param: Type, scope: Scope) -> list[t.Bound]:
        """One bound; none after an error."""
        try:
            trait, args = self.trait_of(node, scope, may_state_types=True)
            bound = t.Bound(param, trait, self.fill_args(trait, args, param))
            return self.with_stated_types(bound, node, scope)
        except Reported:
            return []

    def with_stated_types(self, bound: t.Bound, node: Any, scope: Scope) -> list[t.Bound]:
        """A bound with what its trait's arguments state, `Item = T`; one more for each supertrait that has such a type."""
        names, trait = self.declarations.names(scope), bound.trait
        traits = implied([bound])
        stated: dict[int, list[tuple[str, Type]]] = {}
        for argument in node.arguments or []:
            if isinstance(argument, ast.Associated):
                owner = next((i for i, b in enumerate(traits) if argument.name in b.trait.types), None)
                if owner is None:
                    near = closest(argument.name, [name for b in traits for name in b.trait.types])
                    raise self.context.error("E0102", f"`{trait.name}` has no associated type `{argument.name}`",
                                             names.span(argument), "not part of the trait",
                                             f"did you mean `{near}`?" if near else "", [(trait.span, "the trait")])
                stated.setdefault(owner, []).append((argument.name, names.resolve(argument.type)[0]))
        return [t.Bound(b.param, b.trait, b.args, tuple(stated.get(i, ()))) for i, b in enumerate(traits)
                if i == 0 or i in stated]

    def trait_of(self, node: Any, scope: Scope, may_state_types: bool = False) -> tuple[t.TraitDecl, list[Type]]:
        """The trait that a type's tree names, with its arguments."""
        names = self.declarations.names(scope)
        if not isinstance(node, ast.TypePath):
            raise self.context.error("E0102", "a bound names a trait", names.span(node), "not a trait")
        item = names.find(node, "trait")
        if item is None or item.kind != "trait":
            raise self.context.error("E0102", f"`{node.name}` is no trait", names.span(node), "a trait is wanted here")
        args: list[Type] = []
        for argument in node.arguments or []:
            if isinstance(argument, ast.Associated):
                if not may_state_types:
                    raise self.context.error("E0215", "an impl states its associated types in its body",
                                             names.span(argument), "not here", f"write `type {argument.name} = …` inside")
                continue
            args.append(names.resolve(argument)[0])
        trait: t.TraitDecl = self.declarations.declare(item)
        names.expect_trait_arguments(trait, len(args), node)
        return trait, args

    def fill_args(self, trait: t.TraitDecl, args: list[Type], self_type: Type) -> tuple[Type, ...]:
        """A trait's arguments with its defaults for those that are left out."""
        filled = list(args)
        for param in trait.params[len(args):]:
            filled.append(substitute(trait.param_defaults[param], {trait.self_param: self_type}))
        return tuple(filled)

    # ---- Traits -------------------------------------------------------------------------------------------------------

    def declare_trait(self, item: Item) -> t.TraitDecl:
        """A trait: its associated types first, for its methods mention them."""
        node, name = item.node, item.module.qualified(item.name)
        known = Attributes(self.context, item.attributes, item.module, item.span, item.node)
        own = fresh_params(f"{name}@{node.start}", ["Self"])["Self"]
        assert isinstance(own, ParamType)
        generics = self.declarations.generics(node, name, item.module)
        trait = t.TraitDecl(item.name, item.span, own, tuple(generics.values()),  # type: ignore[arg-type]
                            is_structural=known.has("structural"))
        item.decl = trait
        own.bounds.append(t.Bound(own, trait, trait.params))
        members = [self.declarations.unwrapped(m)[0] for m in node.items]
        trait.types = [m.name for m in members if isinstance(m, ast.TypeAlias)]
        scope = Scope(item.module, {**generics, **{n: ProjectionType(own, trait, n, trait.params) for n in trait.types}}, own)
        names = self.declarations.names(scope)
        for generic in node.generics or []:
            if generic.default is not None:
                trait.param_defaults[generics[generic.name]] = names.resolve(generic.default)[0]  # type: ignore[index]
            elif trait.param_defaults:
                self.context.error("E0215", f"the type parameter `{generic.name}` needs a default as well", names.span(generic),
                                   "stands behind one that has a default", "put it before that one")
                trait.param_defaults[generics[generic.name]] = ERROR  # type: ignore[index]
        self.bounds(node, scope)
        for written in node.bounds or []:
            trait.supertraits += [bound for bound in self.bound(written, own, scope)
                                  if not self.stands_above_itself(trait, bound.trait, names.span(written))]
        for member in members:
            if isinstance(member, ast.TypeAlias):
                for written in member.bounds or []:
                    trait.type_bounds += self.bound(written, ProjectionType(own, trait, member.name, trait.params), scope)
            if isinstance(member, ast.TypeAlias) and member.type is not None:
                trait.type_defaults[member.name] = self.declarations.names(scope).resolve(member.type)[0]
        for entry in node.items:
            self.declare_requirement(trait, entry, scope)
        self.context.add_trait(trait)
        return trait

    def stands_above_itself(self, trait: t.TraitDecl, above: t.TraitDecl, span: Span) -> bool:
        """Whether a trait that is to stand above another one stands below it already; that is reported."""
        ways: list[tuple[t.TraitDecl, ...]] = [(trait, above)]
        for way in ways:        # which grows
            if way[-1] is trait:
                names = " → ".join(f"`{one.name}`" for one in way)
                self.context.error("E0232", f"the trait `{trait.name}` stands above itself: {names}", span,
                                   "this closes the circle", "leave out one of these supertraits: state it as a bound where both "
                                   "are needed", [(one.span, f"`{one.name}` is declared here") for one in way[1:-1]])
                return True
            seen = {one for known in ways for one in known[1:]}
            ways += [(*way, bound.trait) for bound in way[-1].supertraits if bound.trait not in seen]
        return False

    def declare_requirement(self, trait: t.TraitDecl, entry: Any, scope: Scope) -> None:
        """A method or constant of a trait, with or without a default."""
        member, attributes = self.declarations.unwrapped(entry)
        if not isinstance(member, ast.Fn | ast.Signature | ast.Constant):
            return
        name, span = member_name(member), self.span(scope.module, member)
        if name in trait.methods:
            self.context.error("E0106", f"`{name}` is declared twice in this trait", span, "declared again here",
                               labels=[(trait.methods[name].span, "declared first here")])
            return
        params = (trait.self_param, *trait.params)
        if isinstance(member, ast.Constant):
            function = self.constant(member, scope, f"{trait.name}·{name}", params)
            trait.constants.add(name)
        else:
            other = trait.params[0] if trait.params else trait.self_param
            function = self.declarations.function(member, scope, f"{trait.name}·{name}", attributes, impl_params=params,
                                                  is_requirement=True, untyped=lambda i: other)
        function.trait = trait
        trait.methods[name] = function
        self.context.method_bounds[id(function)] = trait.self_param

    def constant(self, node: Any, scope: Scope, name: str, params: tuple[ParamType, ...]) -> t.Function:
        """A constant of a trait or its impl: a function without parameters."""
        function = t.Function(name, self.span(scope.module, node), params)
        names = self.declarations.names(scope)
        function.result, marks = self.declarations.safely(names, node.type)
        function.result_marks = None if marks.is_empty else marks
        if node.value is not None:
            self.declarations.register(Pending(function, SimpleNamespace(body=node.value), scope, infers_result=False))
        return function

    def span(self, module: Module, node: Any) -> Span:
        """The span of a member: of a function's head."""
        return Span(module.source, node.start, node.signature.end if isinstance(node, ast.Fn) else node.end)

    # ---- Impls --------------------------------------------------------------------------------------------------------

    def declare_impl(self, impl: Impl) -> None:
        """`impl Trait for Type { … }`."""
        attributes = Attributes(self.context, impl.attributes, impl.module, self.span(impl.module, impl.node), impl.node)
        for written in attributes.words("for_each"):
            self.implement_for(impl, PrimType(written))
        if not attributes.has("for_each"):
            self.implement_for(impl, None)

    def implement_for(self, impl: Impl, given: Type | None) -> None:
        """One impl; `given` is the type where the impl is written for several."""
        node, module = impl.node, impl.module
        generics = self.declarations.generics(node, f"impl {module.name}", module)
        scope = Scope(module, dict(generics))
        head = Span(module.source, node.start, node.target.end)
        try:
            trait, args = self.trait_of(node.type, scope)
            self_type = given or self.declarations.names(scope).resolve(node.target)[0]
        except Reported:
            return
        bounds = self.bounds(node, scope)
        decl = t.ImplDecl(trait, self.fill_args(trait, args, self_type), self_type, head, tuple(generics.values()),  # type: ignore[arg-type]
                          bounds)
        scope.self_type = self_type
        before = next((i for i in trait.impls if self.overlaps(i, decl)), None)
        if before is not None:
            self.context.error("E0227", f"`{trait.name}` is implemented twice for `{self_type}`", head, "implemented again here",
                               labels=[(before.span, "implemented first here")])
            return
        if trait.name == "Drop" and trait.span.file.is_library and not self.may_have_drop(self_type, head):
            return
        if trait.is_structural and not module.is_std and self.has_it_already(decl):
            return
        self.associated_types(decl, node, scope)
        trait.impls.append(decl)
        for entry in node.items:
            self.implement(decl, entry, scope)
        if trait.name == "Drop" and head.file.is_library and "drop" in decl.methods:
            self.context.reach(decl.methods["drop"])    # no call names it
        missing = [n for n, f in trait.methods.items() if n not in decl.methods and id(f) not in self.context.pending]
        if missing:
            shown = ", ".join(f"`{m}`" for m in missing)
            self.context.error("E0225", f"this impl of `{trait.name}` lacks {shown}", head, "not all is implemented",
                               "write what is missing", [(trait.methods[missing[0]].span, "required here")])

    def check_supertraits(self) -> None:
        """Once all impls are declared: whether each type implements what a trait of its asks for."""
        for trait in self.context.traits:
            self.refuse_overlaps(trait)
            for impl in trait.impls:
                if impl.span.file.is_library:
                    continue
                mapping: dict[ParamType, Type] = {trait.self_param: impl.self_type,
                                                  **dict(zip(trait.params, impl.args, strict=True))}
                for bound in trait.supertraits:
                    args = tuple(substitute(a, mapping) for a in bound.args)
                    if not satisfies(impl.self_type, bound.trait, args):
                        shown = bound.trait.name + (f"<{', '.join(map(str, args))}>" if args else "")
                        self.context.error("E0223", f"`{impl.self_type}` does not implement `{shown}`", impl.span,
                                           f"`{trait.name}` needs it", f"write `impl {shown} for {impl.self_type} {{ … }}`",
                                           [(trait.span, "stated here")])
                        continue
                    for name, stated in bound.types:
                        wanted = substitute(stated, mapping)
                        found = associated_type(bound.trait, impl.self_type, name, args)
                        if found is not None and not unify(found, wanted):
                            self.context.error("E0223", f"`{name}` of `{impl.self_type}` is `{resolve(found)}`, not `{wanted}`",
                                               impl.span, f"`{trait.name}` needs `{bound.trait.name}<{name} = {wanted}>`", "",
                                               [(trait.span, "stated here")])

    def refuse_overlaps(self, trait: t.TraitDecl) -> None:
        """Two impls of a trait, not both of the library, that some type would have at once."""
        by_head: dict[object, list[t.ImplDecl]] = {}
        for number, impl in enumerate(trait.impls):
            head = head_of(impl.self_type)
            others = trait.impls[:number] if head is ParamType else by_head.get(head, []) + by_head.get(ParamType, [])
            by_head.setdefault(head, []).append(impl)
            before = next((other for other in others if not (other.span.file.is_library and impl.span.file.is_library)
                           and have_common_type(other, impl)), None)
            if before is not None:
                self.context.error("E0227", f"`{trait.name}` is implemented twice for some types", impl.span,
                                   f"for `{impl.self_type}` here", "let the types of one not be those of the other",
                                   [(before.span, f"for `{before.self_type}` here")])

    def check_derived(self) -> None:
        """Whether the types whose `#[derive(…)]` names a trait have it by what they are made of."""
        assert self.context.prelude is not None
        for item, name, span in self.context.derived:
            decl = item.decl
            if not isinstance(decl, t.StructDecl | t.EnumDecl):
                continue
            trait = self.declarations.declare(self.context.prelude.items[name])
            # What stands for a type parameter has the trait wherever that is asked for.
            args: tuple[Type, ...] = tuple(I64 for _ in decl.type_params)
            type_ = StructType(decl, args) if isinstance(decl, t.StructDecl) else EnumType(decl, args)
            if not satisfies(type_, trait):
                lacking = next((m for m in members(type_) if not satisfies(m, trait)), None)
                label = f"a `{lacking}` in it has no `{name}`" if lacking is not None else f"an enum has no `{name}` of itself"
                self.context.error("E0223", f"`{decl.name}` can't derive `{name}`", span, label, f"write `impl {name} for "
                                   f"{decl.name} {{ … }}`, or leave it out")

    def may_have_drop(self, type_: Type, head: Span) -> bool:
        """Whether `impl Drop` fits a type; if not, that is reported."""
        reason = ""
        if not isinstance(type_, StructType | EnumType):
            reason = "is no struct or enum"
        elif type_.decl.span.file.is_library and not head.file.is_library:
            reason = "is not declared in this program"
        elif type_.decl.is_c or getattr(type_.decl, "is_union", False):
            reason = "is laid out for C, which would copy it"
        if reason:
            self.context.error("E0231", f"`{type_}` can't have a `drop`", head, f"`{type_}` {reason}",
                               "put the value into a struct of your own, and implement `Drop` for that")
        return not reason

    def has_it_already(self, decl: t.ImplDecl) -> bool:
        """Whether a type has a structural trait in a way that no impl can change; that is reported."""
        trait, type_ = decl.trait, decl.self_type
        if isinstance(type_, ParamType):
            self.context.error("E0227", f"`{trait.name}` can't be implemented for every `{type_}`", decl.span,
                               "many types have it of themselves", "implement it for each of your types, or for a `dyn Trait`")
            return True
        if isinstance(type_, StructType | EnumType | DynType) or (decl.args and decl.args != (type_,)):
            return False
        if trait.name not in _BY_PARTS and not has_structure(type_, trait, set()):
            return False
        self.context.error("E0227", f"`{type_}` has `{trait.name}` of itself", decl.span, "implemented again here",
                           "put the value into a struct of your own, and implement it for that")
        return True

    def overlaps(self, a: t.ImplDecl, b: t.ImplDecl) -> bool:
        """Whether two impls of one trait are for the same type."""
        from sigilc.check.impls import match_type
        return a.args == b.args and (a.self_type == b.self_type or (bool(a.type_params) == bool(b.type_params)
                                     and not isinstance(a.self_type, ParamType)
                                     and match_type(a.self_type, b.self_type, {}) and match_type(b.self_type, a.self_type, {})))

    def associated_types(self, decl: t.ImplDecl, node: Any, scope: Scope) -> None:
        """`type Item = …` of an impl; what is left out is the trait's default, or inferred from a method's result."""
        names = self.declarations.names(scope)
        for entry in node.items:
            member, _ = self.declarations.unwrapped(entry)
            if not isinstance(member, ast.TypeAlias):
                continue
            if member.name not in decl.trait.types:
                near = closest(member.name, decl.trait.types)
                self.context.error("E0224", f"`{decl.trait.name}` has no type `{member.name}`", self.span(scope.module, member),
                                   "not part of the trait", f"did you mean `{near}`?" if near else "",
                                   [(decl.trait.span, "the trait")])
            elif member.type is not None:
                decl.types[member.name] = self.declarations.safely(names, member.type)[0]
        for name in decl.trait.types:
            if name not in decl.types:
                default = decl.trait.type_defaults.get(name)
                if default is None:
                    self.context.error("E0225", f"this impl of `{decl.trait.name}` lacks the type `{name}`", decl.span,
                                       "not all is implemented", f"write `type {name} = …`")
                    decl.types[name] = ERROR
                else:
                    decl.types[name] = self.result_of_method(decl, node, name, scope) or substitute(
                        default, {decl.trait.self_param: decl.self_type})
        scope.generics.update(decl.types)
        for bound in decl.trait.type_bounds:
            assert isinstance(bound.param, ProjectionType)
            type_ = decl.types.get(bound.param.name, ERROR)
            args = tuple(substitute(a, {decl.trait.self_param: decl.self_type}) for a in bound.args)
            if not satisfies(type_, bound.trait, args):
                self.context.error("E0223", f"`{type_}` does not implement `{bound.trait.name}`", decl.span,
                                   f"`{bound.param.name}` of `{decl.trait.name}` must", "",
                                   [(decl.trait.span, "stated here")])

    def result_of_method(self, decl: t.ImplDecl, node: Any, name: str, scope: Scope) -> Type | None:
        """An associated type that is left out but is the result of a method, as `Output` of `add`."""
        for entry in node.items:
            member, _ = self.declarations.unwrapped(entry)
            if isinstance(member, ast.Fn) and member.signature.result is not None:
                requirement = decl.trait.methods.get(member.signature.name)
                if requirement is not None and requirement.result == ProjectionType(
                        decl.trait.self_param, decl.trait, name, decl.trait.params):
                    if isinstance(member.signature.result, ast.TypePath) and member.signature.result.name == name:
                        continue
                    return self.declarations.safely(self.declarations.names(scope), member.signature.result)[0]
        return None

    def implement(self, decl: t.ImplDecl, entry: Any, scope: Scope) -> None:
        """One member of an impl."""
        member, attributes = self.declarations.unwrapped(entry)
        if not isinstance(member, ast.Fn | ast.Constant):
            return
        trait, name, span = decl.trait, member_name(member), self.span(scope.module, member)
        requirement = trait.methods.get(name)
        if requirement is None or (name in trait.constants) != isinstance(member, ast.Constant):
            near = closest(name, list(trait.methods))
            self.context.error("E0224", f"`{trait.name}` has no `{name}`", span, "not part of the trait",
                               f"did you mean `{near}`?" if near else "", [(trait.span, "the trait")])
            return
        mapping: dict[ParamType, Type] = {trait.self_param: decl.self_type, **dict(zip(trait.params, decl.args, strict=True))}
        shown = f"{decl.self_type}·{name}"
        if isinstance(member, ast.Constant):
            function = self.constant(member, scope, shown, decl.type_params)
        else:
            wanted = [substitute(p.type, mapping) for p in requirement.params]
            function = self.declarations.function(
                member, scope, shown, attributes, impl_params=decl.type_params,
                untyped=lambda i: wanted[i] if i < len(wanted) else None, result=substitute(requirement.result, mapping))
        function.requirement = requirement
        function.bounds = [*decl.bounds, *function.bounds]
        decl.methods[name] = function
        self.context.method_bounds[id(function)] = decl.self_type
        self.compare(function, requirement, mapping, decl, span)

    def compare(self, function: t.Function, requirement: t.Function, mapping: dict[ParamType, Type], decl: t.ImplDecl,
                span: Span) -> None:
        """Whether a method has the form that its trait requires."""
        own = function.type_params[len(decl.type_params):]
        required = requirement.type_params[1 + len(decl.trait.params):]
        reason = ""
        if len(own) != len(required):
            reason = f"{len(required)} type parameters are required"
        elif len(function.params) != len(requirement.params):
            reason = f"{len(requirement.params)} parameters are required"
        else:
            mapping = {**mapping, **dict(zip(required, own, strict=True))}
            for mine, theirs in zip(function.params, requirement.params, strict=True):
                wanted = substitute(theirs.type, mapping)
                if (mine.kind == "inout") != (theirs.kind == "inout"):
                    reason = f"`{mine.name}` must {'' if theirs.kind == 'inout' else 'not '}be in-out"
                elif not unify(mine.type, wanted):
                    reason = f"`{mine.name}` must be `{wanted}`"
            wanted = substitute(requirement.result, mapping)
            if not reason and not isinstance(shallow(function.result), InferVar) and not unify(function.result, wanted):
                reason = f"the result must be `{wanted}`"
        if reason:
            self.context.error("E0226", f"`{function.name}` has another form than `{decl.trait.name}` requires", span, reason,
                               labels=[(requirement.span, "required here")])
