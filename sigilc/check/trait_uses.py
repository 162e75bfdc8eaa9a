"""Finds the methods that traits give a type, and checks the bounds of what is called."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.impls import associated_type, bounds_of, find_impl, has_unknowns, holds, match_type, satisfies, stated_bounds
from sigilc.check.infer import resolve, shallow, unifies, unify
from sigilc.check.patterns import Patterns
from sigilc.check.types import ErrorType, InferVar, ParamType, ProjectionType, Type, substitute


class TraitUses(Patterns):
    """Methods of Body."""

    def trait_function(self, type_: Type, name: str, node: Any) -> t.Function | None:
        """The method of this name that a trait gives a type; an impl's own where the type is known, else the trait's."""
        type_ = shallow(type_)
        self.declare_prelude_traits(name)
        candidates = [b.trait for b in bounds_of(type_) if name in b.trait.methods]
        if not candidates or not isinstance(type_, ParamType | ProjectionType):
            candidates += [trait for trait in self.context.trait_methods.get(name, []) if satisfies(type_, trait)]
        candidates = list(dict.fromkeys(candidates))
        if not candidates:
            return None
        if len(candidates) > 1:
            shown = " and ".join(f"`{c.name}`" for c in candidates)
            raise self.error("E0228", f"`{name}` of `{resolve(type_)}` is ambiguous", node, f"given by {shown}",
                             f"name the trait: `{candidates[0].name}·{name}(…)`")
        trait = candidates[0]
        if not trait.params:
            found = find_impl(trait, type_)
            if found is not None and name in found[0].methods:
                return found[0].methods[name]
        return trait.methods[name]

    def other_impls(self, type_: Type, name: str) -> str:
        """For a method that is not there: what a generic impl that has it asks of the type."""
        for trait in self.context.trait_methods.get(name, []):
            for impl in trait.impls:
                mapping: dict[ParamType, Type] = {}
                if not match_type(impl.self_type, type_, mapping):
                    continue
                broken = next((b for b in impl.bounds if not holds(b, mapping)), None)
                if broken is not None:
                    lacking = resolve(substitute(broken.param, mapping))
                    return f"`{impl.self_type}` has it from `{trait.name}` where `{broken.param}: {broken.trait.name}`, " \
                           f"which `{lacking}` does not implement"
        return ""

    def declare_prelude_traits(self, name: str) -> None:
        """The traits of the prelude that have a method of this name: nothing may have named them so far."""
        assert self.context.prelude is not None
        for item in self.context.prelude.items.values():
            if item.kind == "trait" and item.decl is None and f"fn {name}(" in item.span.file.text[item.node.start:item.node.end]:
                self.declarations.declare(item)

    def check_bounds(self, function: t.Function, mapping: dict[ParamType, Type], node: Any) -> None:
        """Once the types are final: whether the arguments of a generic function implement what it states."""
        bounds = list(function.bounds)
        if function.trait is not None:
            bounds.append(t.Bound(function.trait.self_param, function.trait, function.trait.params))
        if bounds:
            self.deferred.append(lambda: self.check_final_bounds(bounds, mapping, function, node))

    def check_final_bounds(self, bounds: list[t.Bound], mapping: dict[ParamType, Type],
                           function: t.Function | t.StructDecl | t.EnumDecl, node: Any) -> None:
        """The same, with final types; also for the arguments of a generic type."""
        for bound in bounds:
            type_ = resolve(substitute(bound.param, mapping))
            args = tuple(resolve(substitute(a, mapping)) for a in bound.args)
            if isinstance(type_, ErrorType | InferVar):
                continue        # an error of its own
            if satisfies(type_, bound.trait, args):
                self.check_stated_types(bound, type_, mapping, function, node)
                continue
            shown = bound.trait.name + (f"<{', '.join(map(str, args))}>" if args else "")
            if isinstance(type_, ParamType):
                help_ = f"state the bound: `{type_}: {shown}`"
            else:
                help_ = f"write `impl {shown} for {type_} {{ … }}`"
            self.error("E0223", f"`{type_}` does not implement `{shown}`", node, f"`{function.name}` needs it", help_,
                       [(function.span, "stated here")])

    def check_stated_types(self, bound: t.Bound, type_: Type, mapping: dict[ParamType, Type],
                           function: t.Function | t.StructDecl | t.EnumDecl, node: Any) -> None:
        """Whether the associated types of an argument are those that a bound states."""
        for name, stated in bound.types:
            args = tuple(substitute(a, mapping) for a in bound.args)
            found, wanted = associated_type(bound.trait, type_, name, args), resolve(substitute(stated, mapping))
            if found is not None and not unify(found, wanted):
                self.error("E0223", f"`{name}` of `{type_}` is `{resolve(found)}`, not `{wanted}`", node,
                           f"`{function.name}` needs `{bound.trait.name}<{name} = {wanted}>`", "",
                           [(function.span, "stated here")])

    def prelude_trait(self, name: str) -> t.TraitDecl:
        """A trait of the prelude."""
        assert self.context.prelude is not None
        trait: t.TraitDecl = self.declarations.declare(self.context.prelude.items[name])
        return trait

    def implements(self, type_: Type, name: str) -> bool:
        """Whether a type implements a trait of the prelude."""
        return satisfies(type_, self.prelude_trait(name))

    def call_trait(self, trait: t.TraitDecl, name: str, receiver: t.Expr, args: list[t.Expr], node: Any,
                   trait_args: tuple[Type, ...] | None = None) -> t.Expr:
        """A call of a trait's method with checked arguments: operators, iteration.

        The trait's own arguments are the types of these, unless `trait_args` says otherwise.
        """
        function = self.operator_method(trait, name, receiver, tuple(a.type for a in args) if trait_args is None else trait_args)
        type_args: tuple[Type, ...] = tuple(InferVar() for _ in function.type_params)
        mapping: dict[ParamType, Type] = dict(zip(function.type_params, type_args, strict=True))
        unify(substitute(self.context.method_bounds[id(function)], mapping), receiver.type)
        for param, value in zip(function.params[1:], args, strict=True):
            wanted = substitute(param.type, mapping)
            if not unify(wanted, value.type):
                raise self.error("E0201", f"expected `{resolve(wanted)}`, found `{resolve(value.type)}`", value,
                                 f"this is `{resolve(value.type)}`", "", [(param.span, "declared here")])
        self.settle_stated(function, mapping)
        self.context.reach(function)
        result = self.signature_result(function, node)
        self.check_bounds(function, mapping, node)
        first: t.Expr = t.InOut(receiver.span, receiver.type, receiver) if function.params[0].kind == "inout" else receiver
        return t.Call(self.span(node), substitute(result, mapping), function, [first, *args], type_args)

    def settle_impl(self, function: t.Function, type_args: tuple[Type, ...]) -> None:
        """For a trait's own method: where only one bound, or impl, fits what is known, it settles what is not."""
        trait = function.trait
        if trait is None or not any(map(has_unknowns, type_args)):
            return
        count = 1 + len(trait.params)
        stated = stated_bounds(type_args[0], trait, type_args[1:count])
        if stated:
            if len(stated) == 1:
                for own, given in zip(stated[0].args, type_args[1:count], strict=True):
                    unify(own, given)
            return
        found = find_impl(trait, type_args[0], type_args[1:count])
        if found is None:
            return
        impl = found[0]
        fresh: dict[ParamType, Type] = {p: InferVar() for p in impl.type_params}
        for own, given in zip((impl.self_type, *impl.args), type_args[:count], strict=True):
            unify(substitute(own, fresh), given)

    def settle_stated(self, function: t.Function, mapping: dict[ParamType, Type]) -> None:
        """What only the associated types of bounds decide, as `T` in `<I: Iterator<Item = T>, T>`, once `I` is known."""
        for bound in function.bounds:
            for name, stated in bound.types:
                wanted, owner = substitute(stated, mapping), substitute(bound.param, mapping)
                if has_unknowns(wanted) and not isinstance(shallow(owner), InferVar):
                    found = associated_type(bound.trait, owner, name, tuple(substitute(a, mapping) for a in bound.args))
                    if found is not None and unifies(found, wanted):
                        unify(found, wanted)

    def operator_method(self, trait: t.TraitDecl, name: str, receiver: t.Expr, args: tuple[Type, ...]) -> t.Function:
        """The impl's method for these operands where it is known, else the trait's own."""
        found = find_impl(trait, receiver.type, args if trait.params else ())
        if found is not None and name in found[0].methods:
            return found[0].methods[name]
        return trait.methods[name]

    def signature_result(self, function: t.Function, node: Any) -> Type:
        """The result type of a function; given by paths.py."""
        raise NotImplementedError
