"""Finds what a path in an expression names: a function, a variant, a constant, a struct, a method of a type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sigilc.check import typed as t
from sigilc.check.context import Pending, Reported, error_variable
from sigilc.check.impls import match_type
from sigilc.check.infer import resolve, settled_copy, shallow, unify
from sigilc.check.method_table import UserMethod, head_of
from sigilc.check.trait_uses import TraitUses
from sigilc.check.type_names import _GENERIC, _PLAIN
from sigilc.check.types import (
    AddressType,
    EnumType,
    FnType,
    InferVar,
    OptionType,
    ParamType,
    StructType,
    Type,
    substitute,
)
from sigilc.diagnostics.habits import NAMES
from sigilc.diagnostics.suggest import closest
from sigilc.resolve.library_index import unknown_help
from sigilc.resolve.symbols import KIND_WORDS, Item, Module
from sigilc.syntax import ast

# Functions that the language has and this compiler does not yet.
LATER_FUNCTIONS = frozenset(["sleep", "after", "every", "monitor", "supervise", "sh"])


@dataclass(eq=False, slots=True)
class Associated:
    """A method or associated function named through its type: `Map·from`, `i64·parse`."""

    function: t.Function
    self_type: Type


def segments(node: Any) -> list[tuple[str, list[Any] | None]]:
    """The names of a path, each with its type arguments."""
    if isinstance(node, ast.PathName):
        return [*segments(node.base), (node.name, None)]
    if isinstance(node, ast.PathArguments):
        *before, (name, _) = segments(node.base)
        return [*before, (name, node.arguments)]
    return [(node.name, None)]


class Paths(TraitUses):
    """Methods of Body."""

    language_names: frozenset[str] = frozenset()    # functions that the language itself gives; see calls.py

    def resolve_value_path(self, node: Any) -> Any:
        """A Function, (EnumDecl, Variant), Constant, StructDecl or Associated; raises where there is none."""
        names = segments(node)
        if len(names) == 1:
            self.names.refuse_ambiguous(names[0][0], node)
            return self.declared(self.lookup_item(names[0][0]), node, names[0][0])
        *before, (last, _) = names
        head = self.resolve_head(before, node)
        if isinstance(head, Module):
            return self.declared(self.step(head, last, node), node, last)
        return self.member_of(head, last, node)

    def step(self, module: Module, name: str, node: Any) -> Item | Module:
        """What a module has under a name, which it must show to the code being checked."""
        found = self.names.step(module, name, node)
        if found is None:
            near = closest(name, module.names_for(self.scope.module))
            where = f"`{module.name}`" if module.name else "the package's root"
            raise self.error("E0101", f"`{name}` is not in {where}", self.name_span(node, name), "nothing of this name there",
                             f"did you mean `{near}`?" if near else "")
        return found

    def is_inside(self, module: Module) -> bool:
        """Whether the code being checked lies in the module or below it."""
        return self.scope.module.is_within(module)

    def lookup_item(self, name: str) -> Item | Module | None:
        """An unqualified name: of the module, its package, then the prelude."""
        found = self.scope.module.lookup(name)
        return found if found is not None else self.context.prelude_item(name, self.scope.module)

    def declared(self, found: Item | Module | None, node: Any, name: str) -> Any:
        """The declaration behind an item, as a value."""
        if found is None:
            raise self.unknown_name(name, node)
        if isinstance(found, Module):
            raise self.error("E0101", f"`{name}` is a module, not a value", node, "a module")
        if found.kind in ("enum", "actor", "type", "trait"):
            raise self.error("E0101", f"`{name}` is no value", node, f"this is a type ({KIND_WORDS[found.kind]})")
        return self.declarations.declare(found)

    def resolve_head(self, names: list[tuple[str, list[Any] | None]], node: Any) -> Type | Module:
        """What stands before the last `·`: a module or a type."""
        first, arguments = names[0]
        generic = self.scope.generics.get(first)
        if generic is not None:
            return generic
        found: Item | Module | None = self.lookup_item(first)
        if first == "Self" and self.scope.self_type is not None:
            return self.scope.self_type
        rest = names[1:]
        if first == "std" and found is None and rest:
            found, rest = self.std_module(rest[0][0], node), rest[1:]
        for name, more in rest:
            if isinstance(found, Item):
                raise self.error("E0101", f"`{found.name}` is no module", node, f"`{name}` can't be inside it")
            if found is not None:
                found, arguments = self.step(found, name, node), more
        if isinstance(found, Module):
            return found
        if found is None and (first in _PLAIN or first in _GENERIC):
            return self.builtin_head(first, arguments, node)
        if found is None:
            raise self.unknown_name(first, node)
        return self.type_of_item(found, arguments, node)

    def unknown_name(self, name: str, node: Any) -> Reported:
        """E0101, with what may be meant; nothing where the name is missing for another error."""
        if self.scope.module.is_lost(name):
            return Reported()
        while isinstance(node, ast.PathName | ast.PathArguments):
            node = node.base        # the unknown name is the first of the path
        near = closest(name, [*self.visible_names(), *self.language_names])
        help_ = NAMES.get(name) or unknown_help(name, near)
        receiver = self.find_variable("self")
        owner = shallow(receiver.type) if receiver is not None else None
        if name in LATER_FUNCTIONS:
            return self.unsupported(f"`{name}` is", node)
        if isinstance(owner, StructType) and any(f.name == name for f in owner.decl.fields):
            help_ = f"a field of `self` is written `self.{name}`"
        elif owner is not None and name in self.context.methods_of(head_of(owner)):
            help_ = f"a method of `self` is called as `self.{name}(…)`"
        return self.error("E0101", f"`{name}` is not known here", node, "nothing of this name", help_)

    def std_module(self, name: str, node: Any) -> Module:
        """The module `std·name`; given by program.py."""
        raise NotImplementedError

    def builtin_head(self, name: str, arguments: list[Any] | None, node: Any) -> Type:
        """A type of the language itself before a `·`."""
        if name in _PLAIN:
            return _PLAIN[name]
        count, make = _GENERIC[name]
        given = [self.names.resolve(a)[0] for a in arguments or []]
        if arguments is not None and len(given) != count:
            raise self.error("E0215", f"`{name}` takes {count} type argument{'s' * (count != 1)}, not {len(given)}", node,
                             f"{len(given)} given here")
        return make(*(given or [InferVar() for _ in range(count)]))

    def type_of_item(self, item: Item, arguments: list[Any] | None, node: Any) -> Type:
        """A declared type before a `·`; type arguments that are left out are inferred."""
        decl = self.declarations.declare(item)
        if isinstance(decl, t.TraitDecl):
            return self.trait_head(decl)
        given = [self.names.resolve(a)[0] for a in arguments or []]
        if isinstance(decl, t.StructDecl | t.EnumDecl):
            args = tuple(given) if arguments is not None else tuple(InferVar() for _ in decl.type_params)
            return StructType(decl, args) if isinstance(decl, t.StructDecl) else EnumType(decl, args)
        if isinstance(decl, t.ActorDecl):
            return AddressType(decl, tuple(InferVar() for _ in decl.state.type_params))
        if isinstance(decl, tuple):
            params, type_, _ = decl
            return substitute(type_, {p: given[i] if i < len(given) else InferVar() for i, p in enumerate(params)})
        raise self.error("E0101", f"`{item.name}` is no type", node, f"this is a {KIND_WORDS[item.kind]}")

    def trait_head(self, trait: t.TraitDecl) -> Type:
        """A trait before a `·`: its methods are called through it, for a type that the arguments settle."""
        head = InferVar()
        self.trait_heads[id(head)] = trait
        return head

    def member_of(self, head: Type, name: str, node: Any) -> Any:
        """A variant or method of a type."""
        if isinstance(head, EnumType):
            for variant in head.decl.variants:
                if variant.name == name:
                    return head.decl, variant
        owner = StructType(head.decl.state, head.args) if isinstance(head, AddressType) else head
        constant = self.declarations.associated.find(owner, name, self.span(node))
        if constant is not None:
            return constant
        if isinstance(head, AddressType):
            raise self.unsupported("messages as values are", node)
        trait = self.trait_heads.get(id(head))
        if trait is not None:
            if name not in trait.methods:
                near = closest(name, list(trait.methods))
                raise self.error("E0104", f"`{trait.name}` has no `{name}`", self.name_span(node, name), "not part of the trait",
                                 f"did you mean `{near}`?" if near else "")
            return Associated(trait.methods[name], head)
        function = self.own_method(head, name, node) or self.trait_function(head, name, node)
        if function is not None:
            return Associated(function, head)
        if isinstance(head, EnumType):
            near = closest(name, [v.name for v in head.decl.variants])
            raise self.error("E0105", f"`{head.decl.name}` has no variant `{name}`", self.name_span(node, name),
                             "no variant of this name",
                             f"did you mean `{near}`?" if near else "")
        near = closest(name, list(self.context.methods_of(head_of(head))))
        raise self.error("E0104", f"`{resolve(head)}` has no function `{name}`", self.name_span(node, name),
                         "no function of this name",
                         f"did you mean `{near}`?" if near else "")

    def own_method(self, type_: Type, name: str, node: Any) -> t.Function | None:
        """The method of this name in an `impl` of a type itself, if the code being checked may call it."""
        table = self.context.methods_of(head_of(type_))
        library = table.library(name)
        if library is not None and not self.may_call(library):
            library = None
        if library is not None and self.scope.module.is_std:
            return library      # what a program adds changes nothing inside the library
        fitting = self.fitting_methods(type_, table.users(name))
        found = [f for f in fitting if self.may_call(f)]
        if len(found) > 1:
            shown = " and ".join(f"`{self.context.method_bounds[id(f)]}`" for f in found)
            raise self.error("E0228", f"`{name}` of `{resolve(type_)}` is ambiguous", node, f"declared for {shown}",
                             "write the type of what it is called on", [(f.span, "one of them") for f in found])
        if found or library is not None or not fitting:
            return found[0] if found else library
        raise self.error("E0110", f"the method `{name}` of `{resolve(type_)}` is private", self.name_span(node, name),
                         "private", "put `pub` before its declaration", [(fitting[0].span, "declared here")])

    def fitting_methods(self, type_: Type, methods: list[UserMethod]) -> list[t.Function]:
        """Of methods of one name those whose `impl` is for the type; those of the own package go before others."""
        fitting = [m for m in methods if match_type(self.context.method_bounds[id(m.function)], type_, {})]
        if len(fitting) > 1:    # numbers get their default where nothing else decides
            settled = settled_copy(type_)
            fitting = [m for m in fitting if match_type(self.context.method_bounds[id(m.function)], settled, {})]
        own = [m for m in fitting if m.module.root is self.scope.module.root]
        return [m.function for m in own or fitting]

    def callable_methods(self, type_: Type, name: str) -> list[t.Function]:
        """The methods of a name that a type itself has and the code being checked may call."""
        table = self.context.methods_of(head_of(type_))
        library = table.library(name)
        found = self.fitting_methods(type_, table.users(name)) + ([library] if library is not None else [])
        return [f for f in found if self.may_call(f)]

    def may_call(self, method: t.Function) -> bool:
        """Whether a method is public, or private to a module around the code being checked."""
        owner = self.context.private_methods.get(id(method))
        return owner is None or self.is_inside(owner) or (owner.is_std and self.scope.module.is_std)

    # ---- Functions as values --------------------------------------------------------------------------------------------

    def instantiate(self, function: t.Function, node: Any, self_type: Type | None = None,
                    ) -> tuple[tuple[Type, ...], dict[ParamType, Type]]:
        """Fresh unknowns for the type parameters; a method's are settled by the type that it was found through."""
        args = tuple(InferVar() for _ in function.type_params)
        mapping: dict[ParamType, Type] = dict(zip(function.type_params, args, strict=True))
        bound = self.context.method_bounds.get(id(function))
        if self_type is not None and bound is not None:
            unify(substitute(bound, mapping), self_type)
        self.check_bounds(function, mapping, node)
        return args, mapping

    def signature_result(self, function: t.Function, node: Any) -> Type:
        """The result type of a function; one that is inferred has its body checked now."""
        pending = self.context.pending.get(id(function))
        if pending is not None and pending.infers_result:
            if pending.state == "checking" and function is not self.function:
                raise self.needs_result(function, node)
            if pending.state == "declared":
                self.check_pending(pending)
        return function.result

    def needs_result(self, function: t.Function, node: Any) -> Reported:
        """A function whose result is inferred from a call of itself."""
        return self.error("E0203", f"`{function.name}` calls itself and needs a written result type", node,
                          "its result is being inferred here", "write `-> Type` after its parameters",
                          [(function.span, "declared here")])

    def check_same_instance(self, function: t.Function, mapping: dict[ParamType, Type], node: Any) -> None:
        """A generic function whose result is being inferred may call itself, but not for other types that it depends on."""
        if function is not self.function or not mapping or not isinstance(function.result, InferVar):
            return

        def check() -> None:
            parts = [resolve(function.result)]
            while parts:
                part = parts.pop()
                parts += part.parts()
                if isinstance(part, ParamType) and resolve(mapping.get(part, part)) != part:
                    self.needs_result(function, node)
                    return
        self.deferred.append(check)

    def check_pending(self, pending: Any) -> None:
        """Checks another function's body; given by program.py."""
        raise NotImplementedError

    def function_ref(self, function: t.Function, node: Any, self_type: Type | None = None) -> t.Expr:
        """A function as a value."""
        template = self.template_of(function)
        if template is not None:
            return self.template_ref(template, node)
        result = self.signature_result(function, node)
        args, mapping = self.instantiate(function, node, self_type)
        self.context.reach(function)
        if function.foreign:
            return self.foreign_ref(function, node)
        type_ = FnType(tuple(substitute(p.type, mapping) for p in function.params), substitute(result, mapping),
                       tuple(p.kind == "inout" for p in function.params))
        return t.FunctionRef(self.span(node), type_, function, args)

    def foreign_ref(self, function: t.Function, node: Any) -> t.Expr:
        """A foreign function as a value: a closure that calls it."""
        self.require_unsafe(function, node)
        if function.is_variadic:
            raise self.error("E0207", f"`{function.foreign}` takes any further arguments, so it has no type as a value", node,
                             "named here", "put the call into a closure", [(function.span, "declared with `...`")])
        span = self.span(node)
        params = [t.Variable(p.name, p.type, span, p.kind, p.mutable) for p in function.params]
        args: list[t.Expr] = [t.Local(span, p.type, p) for p in params]
        type_ = FnType(tuple(p.type for p in params), function.result, tuple(False for _ in params))
        return t.Closure(span, type_, params, t.Call(span, function.result, function, args), [])

    def constructor_ref(self, node: Any, type_: StructType | EnumType, fields: list[t.Field],
                        variant: t.Variant | None = None) -> t.Expr:
        """A tuple struct or variant as a function of its fields."""
        span = self.span(node)
        args = dict(zip(type_.decl.type_params, type_.args, strict=True))
        params = [t.Variable(f"field {f.name}", substitute(f.type, args), span, "param") for f in fields]
        values: list[t.Expr] = [t.Local(span, p.type, p) for p in params]
        body = t.MakeVariant(span, type_, variant, values) if variant is not None else \
            t.MakeStruct(span, type_, [*values], list(range(len(values))))
        return self.made_function(params, body)

    def some_ref(self, node: Any) -> t.Expr:
        """`Some` as a function."""
        span, item = self.span(node), InferVar()
        param = t.Variable("value", item, span, "param")
        return self.made_function([param], t.MakeSome(span, OptionType(item), t.Local(span, item, param)))

    def made_function(self, params: list[t.Variable], body: t.Expr) -> t.Expr:
        """A closure that captures nothing."""
        type_ = FnType(tuple(p.type for p in params), body.type, tuple(False for _ in params))
        return t.Closure(body.span, type_, params, body, [])

    def require_unsafe(self, function: t.Function, node: Any) -> None:
        """Refuses what only `unsafe` may do; given by calls.py."""
        raise NotImplementedError

    def call_function(self, function: t.Function, node: Any, arguments: list[Any], expected: Type | None,
                      first: t.Expr | None = None, hole: int = 0, self_type: Type | None = None,
                      callee: Any = None) -> t.Expr:
        """A direct call; given by calls.py."""
        raise NotImplementedError

    def template_ref(self, template: Pending, node: Any) -> t.Expr:
        """A template as a value: an instance whose types the context settles."""
        types: list[Type] = [InferVar() if isinstance(p.type, InferVar) else p.type for p in template.function.params]
        instance = self.instance_of(template, types, node)
        inout = tuple(p.kind == "inout" for p in instance.params)
        ref = t.FunctionRef(self.span(node), FnType(tuple(types), instance.result, inout), instance)

        def settle() -> None:
            ref.function = self.canonical_instance(template, instance)

        self.deferred.append(settle)
        return ref

    def template_of(self, function: t.Function) -> Pending | None:
        """What instances are made of, for a function whose parameters have no types; given by calls.py."""
        raise NotImplementedError

    def instance_of(self, pending: Pending, types: list[Type], node: Any) -> t.Function:
        """An instance of a template; given by program.py."""
        raise NotImplementedError

    def canonical_instance(self, pending: Pending, function: t.Function) -> t.Function:
        """The one of all instances with the same types; given by program.py."""
        raise NotImplementedError

    def check_Path(self, node: Any, expected: Type | None) -> t.Expr:
        """A name: a hole, a variable, a field of the element, a function, a constant."""
        name = node.name
        if self.stages:
            hole = self.stages[-1].holes.get(name)
            if hole is not None:
                return t.Local(self.span(node), hole.type, hole)
        if name in ("_", "_1", "_2"):
            raise self.no_hole(name, node)
        variable = self.find_variable(name)
        implicit = self.implicit_field(name, node)
        if variable is not None:
            if implicit is not None:
                raise self.error("E0112", f"`{name}` is both a variable and a field of the element", node,
                                 "which one is meant?", f"write `.{name}` for the field, or a closure `{{x => …}}`")
            return t.Local(self.span(node), variable.type, variable)
        if implicit is not None:
            return implicit
        if name == "Some" and expected is not None and isinstance(shallow(expected), FnType):
            return self.some_ref(node)
        if name == "None":
            return t.MakeNone(self.span(node), OptionType(InferVar()), None)
        if name == "self":
            raise self.no_self(node)
        return self.path_value(node, expected)

    def no_hole(self, name: str, node: Any) -> Reported:
        """`_`, `_1` or `_2` where it stands for nothing."""
        if self.stages:
            self.stages[-1].holes[name] = error_variable(name, self.span(node))     # once is enough
        if self.stages and "_1" in self.stages[-1].holes:
            return self.error("E0111", "`_` is for bodies over one value", node, "this body has two values",
                              "write `_1` and `_2`, or `{acc, x => …}`")
        if self.stages:
            return self.error("E0111", f"`{name}` in a body that names its values", node, "stands for nothing here",
                              "use the name that stands before `=>`")
        return self.error("E0111", f"`{name}` stands for a value only in a stage", node, "no stage around it")

    def no_self(self, node: Any) -> Reported:
        """`self` where there is none."""
        if self.function is None or self.scope.self_type is None:
            return self.error("E0108", "`self` outside a method", node, "only methods have a `self`")
        return self.error("E0108", "`self` in a function without it", node, "there is no `self` here",
                          "add `self` as the first parameter", [(self.function.span, "has no parameter `self`")])

    def implicit_field(self, name: str, node: Any) -> t.Expr | None:
        """In a stage body without holes: a field of the element."""
        element = self.stages[-1].implicit if self.stages else None
        if element is None:
            return None
        type_ = shallow(element.type)
        if not isinstance(type_, StructType):
            return None
        for i, field in enumerate(type_.decl.fields):
            if field.name == name:
                args = dict(zip(type_.decl.type_params, type_.args, strict=True))
                span = self.span(node)
                return t.GetField(span, substitute(field.type, args), t.Local(span, element.type, element), i)
        return None

    def check_PathName(self, node: Any, expected: Type | None) -> t.Expr:
        """`a·b` as a value."""
        return self.path_value(node, expected)

    check_PathArguments = check_PathName

    def path_value(self, node: Any, expected: Type | None) -> t.Expr:
        """What a path that is no variable stands for, as an expression."""
        found = self.resolve_value_path(node)
        span = self.span(node)
        if isinstance(found, t.Constant):
            found.is_named = True
            return t.ConstantRef(span, found.type, found)
        if isinstance(found, t.Function):
            return self.function_ref(found, node)
        if isinstance(found, Associated):
            trait = found.function.trait or (found.function.requirement.trait if found.function.requirement else None)
            if trait is not None and found.function.name.rpartition("·")[2] in trait.constants:
                return self.call_function(found.function, node, [], expected, self_type=found.self_type)
            return self.function_ref(found.function, node, found.self_type)
        wants_function = expected is not None and isinstance(shallow(expected), FnType)
        if isinstance(found, t.StructDecl):
            if wants_function and found.is_tuple and found.fields:
                return self.constructor_ref(node, StructType(found, tuple(InferVar() for _ in found.type_params)), found.fields)
            if found.fields or not found.is_tuple:
                raise self.error("E0206", f"`{found.name}` needs its fields", node, "a struct's name is no value",
                                 f"write `{found.name}{'(…)' if found.is_tuple else ' { … }'}`")
            return t.MakeStruct(span, StructType(found, tuple(InferVar() for _ in found.type_params)), [], [])
        decl, variant = found
        if wants_function and variant.fields and not variant.has_names:
            type_ = EnumType(decl, tuple(InferVar() for _ in decl.type_params))
            return self.constructor_ref(node, type_, variant.fields, variant)
        if variant.fields:
            raise self.error("E0206", f"`{variant.name}` needs its payload", node, "a payload is missing",
                             f"write `{decl.name}·{variant.name}{' { … }' if variant.has_names else '(…)'}`")
        return t.MakeVariant(span, EnumType(decl, tuple(InferVar() for _ in decl.type_params)), variant, [])
