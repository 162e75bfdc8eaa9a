"""Checks calls: of functions, methods, function values, constructors, and the few names that the language itself gives."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.body import as_growable
from sigilc.check.context import Pending, Reported
from sigilc.check.foreign import call_pointer, foreign_argument, further_argument
from sigilc.check.impls import bounds_of
from sigilc.check.infer import is_never, resolve, shallow, unify
from sigilc.check.method_table import head_of
from sigilc.check.paths import Associated, Paths
from sigilc.check.types import (
    ERROR,
    FAULT,
    NEVER,
    STR,
    UNIT,
    AddressType,
    ArrayType,
    CFnType,
    EnumType,
    ErrorType,
    FixedType,
    FnType,
    InferVar,
    OptionType,
    ParamType,
    StructType,
    Type,
    substitute,
)
from sigilc.diagnostics.habits import METHODS
from sigilc.diagnostics.suggest import closest
from sigilc.syntax import ast

_PRINTS = {"print": ("print", ""), "println": ("print", "\n"), "eprint": ("eprint", ""), "eprintln": ("eprint", "\n")}
BUILTIN_CALLS = frozenset([*_PRINTS, "format", "panic", "fail", "Some", "None"])


def is_made(node: Any) -> bool:
    """Whether a tree gives a value just made, which nobody else names."""
    while isinstance(node, ast.Paren | ast.Marked):
        node = node.value
    return isinstance(node, ast.Call | ast.CallBlock | ast.StructLiteral | ast.Array)


class Calls(Paths):
    """Methods of Body."""

    language_names = BUILTIN_CALLS

    def check_Call(self, node: Any, expected: Type | None) -> t.Expr:
        """`f(a, b)`, `x.f(a)`, `Type·f(a)`, `Variant(a)`."""
        callee = node.callee
        if isinstance(callee, ast.Access | ast.MethodArguments):
            return self.method_call(node, callee, node.arguments, expected)
        if isinstance(callee, ast.ImplicitAccess):
            return self.call_method(self.element(callee), callee.name, node, node.arguments, expected)
        if isinstance(callee, ast.Path):
            variable = self.find_variable(callee.name)
            if variable is None and callee.name in BUILTIN_CALLS and not self.is_users(callee.name):
                return self.builtin_call(callee.name, node, expected)
            if variable is not None or (self.stages and callee.name in self.stages[-1].holes):
                return self.call_value(self.expr(callee), node)
        elif not isinstance(callee, ast.PathName | ast.PathArguments):
            return self.call_value(self.expr(callee), node)
        return self.call_path(self.resolve_value_path(callee), callee, node, node.arguments, expected)

    def element(self, node: Any) -> t.Expr:
        """What a `.field` at the start of a stage's body is taken of; given by places.py."""
        raise NotImplementedError

    def is_users(self, name: str) -> bool:
        """Whether the program declares this name itself, which then shadows the language's own."""
        return self.scope.module.lookup(name) is not None

    def call_path(self, found: Any, callee: Any, node: Any, arguments: list[Any], expected: Type | None,
                  first: t.Expr | None = None, hole: int = 0) -> t.Expr:
        """A call of what a path names; `first` is a checked argument that stands at index `hole`."""
        if isinstance(found, t.Constant):
            return self.call_value(self.path_value(callee, None), node)
        if isinstance(found, t.Function | Associated):
            function = found if isinstance(found, t.Function) else found.function
            self_type = found.self_type if isinstance(found, Associated) else None
            return self.call_function(function, node, arguments, expected, first, hole, self_type, callee)
        if isinstance(found, t.StructDecl):
            if not found.is_tuple:
                raise self.error("E0202", f"`{found.name}` has named fields", node, "not called like a function",
                                 f"write `{found.name} {{ … }}`")
            self.check_slots(found, callee)
            type_: Type = StructType(found, tuple(InferVar() for _ in found.type_params))
            values = self.payload(found.fields, type_, node, arguments, found.name, expected, first, hole)
            return t.MakeStruct(self.span(node), type_, list(values), list(range(len(values))))
        decl, variant = found
        if variant.has_names or not variant.fields:
            raise self.error("E0202", f"`{variant.name}` is not called like a function", node, "wrong form",
                             f"write `{decl.name}·{variant.name}{' { … }' if variant.has_names else ''}`")
        type_ = EnumType(decl, tuple(InferVar() for _ in decl.type_params))
        values = self.payload(variant.fields, type_, node, arguments, variant.name, expected, first, hole)
        return t.MakeVariant(self.span(node), type_, variant, values)

    def payload(self, fields: list[t.Field], type_: Type, node: Any, arguments: list[Any], name: str,
                expected: Type | None, first: t.Expr | None, hole: int) -> list[t.Expr]:
        """The positional fields of a tuple struct or variant."""
        given = len(arguments) + (first is not None)
        if given != len(fields):
            raise self.error("E0202", f"`{name}` takes {len(fields)} value{'s' * (len(fields) != 1)}, not {given}", node,
                             f"{given} given here")
        wanted = shallow(expected) if expected is not None else None
        if isinstance(wanted, OptionType):
            wanted = shallow(wanted.item)
        if wanted is not None and getattr(wanted, "decl", None) is type_.decl:  # type: ignore[attr-defined]
            unify(type_, wanted)
        args = dict(zip(type_.decl.type_params, type_.parts(), strict=True))  # type: ignore[attr-defined]
        values: list[t.Expr] = []
        queue = list(arguments)
        for i, field in enumerate(fields):
            wanted_type = substitute(field.type, args)
            value = first if first is not None and i == hole else self.expr(queue.pop(0), wanted_type)
            values.append(self.coerce(value, wanted_type, (field.span, "declared here")))
        return values

    @staticmethod
    def is_hole(node: Any) -> bool:
        """Whether an argument is `_`."""
        return isinstance(node, ast.Path) and node.name == "_"

    # ---- Functions ----------------------------------------------------------------------------------------------------

    def call_function(self, function: t.Function, node: Any, arguments: list[Any], expected: Type | None,
                      first: t.Expr | None = None, hole: int = 0, self_type: Type | None = None,
                      callee: Any = None) -> t.Expr:
        """A direct call; named arguments and defaults are put in their places."""
        self.require_unsafe(function, node)
        self.refuse_drop(function, node)
        is_template = self.template_of(function) is not None
        result = function.result if is_template else self.signature_result(function, node)
        type_args, mapping = self.instantiate(function, node, self_type)
        self.check_same_instance(function, mapping, node)
        written = getattr(callee, "arguments", None) if isinstance(callee, ast.PathArguments | ast.MethodArguments) else None
        if written is not None:
            own = type_args[len(type_args) - len(written):]
            if len(written) > len(type_args):
                raise self.error("E0215", f"`{function.name}` takes {len(type_args)} type argument"
                                 f"{'s' * (len(type_args) != 1)}, not {len(written)}", callee, f"{len(written)} given here")
            for variable, type_node in zip(own, written, strict=True):
                unify(variable, self.names.resolve(type_node)[0])
        self.context.reach(function)
        further: list[Any] = []
        if function.is_variadic:
            count = len(function.params) - (first is not None)
            arguments, further = arguments[:count], arguments[count:]
        if self_type is not None and bounds_of(self_type):
            self.settle_impl(function, type_args)
        trees = self.arrange(function, node, arguments, first, hole)
        template = self.template_of(function)
        if template is not None:
            unknown = {id(p): InferVar() for p in function.params if isinstance(p.type, InferVar)}
            args = self.arguments(function, trees, mapping, first, hole, unknown)
            self.refuse_overlap(args)
            return self.through_elements(self.call_instance(template, args, node), node)
        hint = shallow(expected) if expected is not None and function.type_params else None
        if isinstance(hint, InferVar | ErrorType):
            hint = None
        # Where `T?` is expected a `T` may be given as well: then the arguments say which of both a bare `T` is.
        is_hinted_late = isinstance(hint, OptionType) and isinstance(shallow(substitute(result, mapping)), InferVar)
        if hint is not None and not is_hinted_late:
            self.hint_result(substitute(result, mapping), hint)
        args = self.arguments(function, trees, mapping, first, hole)
        if hint is not None and is_hinted_late and isinstance(shallow(substitute(result, mapping)), InferVar):
            self.hint_result(substitute(result, mapping), hint)
        args += [further_argument(self, tree) for tree in further]
        self.settle_stated(function, mapping)
        self.settle_impl(function, type_args)
        self.refuse_overlap(args)
        return self.through_elements(t.Call(self.span(node), substitute(result, mapping), function, args, type_args), node)

    def through_elements(self, made: t.Expr, node: Any) -> t.Expr:
        """A call or assignment of checked parts, which may change a place inside an element; given by elements.py."""
        raise NotImplementedError

    def require_unsafe(self, function: t.Function, node: Any) -> None:
        """Foreign functions, and those that say so, are called in `unsafe`."""
        if self.unsafe_depth or not (function.foreign or function.is_unsafe):
            return
        if function.foreign:
            self.error("E0601", f"the foreign function `{function.foreign}` can do anything", node,
                       "called outside `unsafe`", "write `unsafe { … }` around the call")
        else:
            name = function.name.rpartition("·")[2]
            labels = [] if function.span.file.is_library else [(function.span, "declared `unsafe`")]
            self.error("E0601", f"`{name}` is unsafe: nothing checks what it is given", node, "called outside `unsafe`",
                       "write `unsafe { … }` around the call", labels)

    def refuse_drop(self, function: t.Function, node: Any) -> None:
        """`drop` of a trait is called when a value ends, and only then."""
        requirement = function.requirement or function
        if requirement.trait is not None and requirement.name == "Drop·drop" and requirement.span.file.is_library:
            raise self.error("E0408", "`drop` is called by itself, when a value ends", node, "called by hand here",
                             "end the value before its scope does: `drop(value)`")

    def template_of(self, function: t.Function) -> Pending | None:
        """What instances are made of, for a function whose parameters have no types."""
        pending = self.context.pending.get(id(function))
        return pending if pending is not None and pending.is_template else None

    def call_instance(self, template: Pending, args: list[t.Expr], node: Any) -> t.Expr:
        """A call of a template with checked arguments."""
        instance = self.instance_of(template, [a.type for a in args], node)
        call = t.Call(self.span(node), instance.result, instance, args)

        def settle() -> None:
            call.function = self.canonical_instance(template, instance)

        self.deferred.append(settle)
        return call

    def hint_result(self, result: Type, hint: Type) -> None:
        """Lets the expected type settle type parameters, where it fits."""
        from sigilc.check.infer import unifies
        if not isinstance(result, OptionType) and isinstance(hint, OptionType):
            hint = shallow(hint.item)
        if unifies(result, hint):
            unify(result, hint)

    def arrange(self, function: t.Function, node: Any, arguments: list[Any], first: t.Expr | None, hole: int) -> list[Any]:
        """The argument's tree for each parameter, None for the piped value, a default's tree where one is left out."""
        count = len(function.params)
        trees: list[Any] = [None] * count
        taken = [False] * count
        if first is not None:
            if hole >= count:
                raise self.wrong_count(function, node, len(arguments) + 1, [])
            taken[hole] = True
        position = 0
        given = len(arguments) + (first is not None)
        for argument in arguments:
            if isinstance(argument, ast.Named):
                index = next((i for i, p in enumerate(function.params) if p.name == argument.name), None)
                if index is None:
                    near = closest(argument.name, [p.name for p in function.params])
                    raise self.error("E0113", f"`{function.name}` has no parameter `{argument.name}`", argument,
                                     "no parameter of this name", f"did you mean `{near}`?" if near else "")
                if taken[index]:
                    raise self.error("E0202", f"`{argument.name}` is given twice", argument, "given again here")
                trees[index], taken[index] = argument.value, True
                continue
            while position < count and taken[position]:
                position += 1
            if position >= count:
                raise self.wrong_count(function, node, given, [])
            trees[position], taken[position] = argument, True
        pending = self.context.pending.get(id(function))
        offset = count - len(pending.defaults) if pending else 0
        missing: list[str] = []
        for i in range(count):
            if not taken[i]:
                default = pending.defaults[i - offset] if pending and i >= offset else None
                if default is None:
                    missing.append(function.params[i].name)
                trees[i] = ("default", default, pending)
        if missing:
            raise self.wrong_count(function, node, given, missing)
        return trees

    def wrong_count(self, function: t.Function, node: Any, given: int, missing: list[str]) -> Any:
        """A call with too many or too few arguments; a method's receiver is not counted."""
        count = len(function.params)
        if function.params and function.params[0].name == "self":
            count, given = count - 1, given - 1
        label = f"{given} given here"
        if missing:
            label = f"{', '.join(f'`{m}`' for m in missing)} {'is' if len(missing) == 1 else 'are'} missing"
        if any(p.name == "self" and p.type == ERROR for p in function.params):
            return Reported()       # a `self` that should not be there
        return self.error("E0202", f"`{function.name}` takes {count} argument{'s' * (count != 1)}, not {given}", node,
                          label, labels=[(function.span, "declared here")])

    def arguments(self, function: t.Function, trees: list[Any], mapping: dict[ParamType, Type], first: t.Expr | None,
                  hole: int, unknown: dict[int, InferVar] | None = None) -> list[t.Expr]:
        """Checks arguments against parameters; closures last, for by then more types are known.

        `unknown` gives the types of a template's parameters that have none.
        """
        args: list[t.Expr | None] = [None] * len(trees)
        order = sorted(range(len(trees)), key=lambda i: isinstance(trees[i], ast.Closure))
        for i in order:
            param, tree = function.params[i], trees[i]
            if isinstance(tree, ast.Closure):
                self.settle_stated(function, mapping)
            wanted = (unknown or {}).get(id(param)) or substitute(param.type, mapping)
            if first is not None and i == hole:
                args[i] = self.argument_for(param, first, wanted)
            elif isinstance(tree, tuple):
                args[i] = self.default_value(tree[1], tree[2].scope, wanted)
            elif function.foreign:
                args[i] = foreign_argument(self, tree, wanted, param)
            elif param.kind == "inout":
                args[i] = self.inout_argument(tree, wanted, param)
            else:
                self.refuse_inout(tree, param)
                hint = self.closure_hint(param.type, wanted) if isinstance(tree, ast.Closure) else wanted
                args[i] = self.argument_for(param, self.expr(tree, hint), wanted)
        return args  # type: ignore[return-value]

    def closure_hint(self, declared: Type, wanted: Type) -> Type:
        """What a closure is for a parameter of a bounded type, where only one kind of function satisfies the bounds."""
        if isinstance(declared, ParamType) and isinstance(shallow(wanted), InferVar):
            kinds = [impl.self_type for bound in declared.bounds for impl in bound.trait.impls
                     if isinstance(impl.self_type, FnType) and not impl.type_params]
            if len(kinds) == 1:
                return kinds[0]
        return wanted

    def call_checked(self, function: t.Function, values: list[t.Expr], node: Any) -> t.Expr:
        """A call of a declared function with checked arguments, one for each parameter."""
        template = self.template_of(function)
        if template is not None:
            return self.call_instance(template, values, node)
        result = self.signature_result(function, node)
        type_args, mapping = self.instantiate(function, node)
        self.context.reach(function)
        args = [self.argument_for(p, a, substitute(p.type, mapping))
                for p, a in zip(function.params, values, strict=True)]
        self.settle_stated(function, mapping)
        return t.Call(self.span(node), substitute(result, mapping), function, args, type_args)

    def argument_for(self, param: t.Variable, value: t.Expr, wanted: Type) -> t.Expr:
        """A value as the argument of a parameter."""
        if param.kind == "inout" and not isinstance(value, t.InOut):
            raise self.error("E0405", f"{self.shown_param(param)} is changed by the callee", value, "a value can't be changed",
                             "pass a place: `&mut name`", [(param.span, "an in-out parameter")])
        return self.coerce(value, wanted, (param.span, f"`{param.name}` is declared here"))

    def shown_param(self, param: t.Variable) -> str:
        """A parameter in a message; those of function values have no names."""
        return "this argument" if " " in param.name else f"`{param.name}`"

    def refuse_inout(self, tree: Any, param: t.Variable) -> None:
        """`&mut x` for a parameter that only looks."""
        if isinstance(tree, ast.InOut):
            raise self.error("E0405", f"{self.shown_param(param)} is not changed by the callee", tree,
                             "`&mut` is not wanted here", "pass the value itself", [(param.span, "an ordinary parameter")])

    def inout_argument(self, tree: Any, wanted: Type, param: t.Variable) -> t.Expr:
        """`&mut place` for an in-out parameter."""
        if not isinstance(tree, ast.InOut):
            raise self.error("E0405", f"{self.shown_param(param)} is changed by the callee", tree, "passed as a value here",
                             "write `&mut` before the place", [(param.span, "an in-out parameter")])
        place = self.place(tree.value)
        if not unify(place.type, wanted):
            raise self.mismatch(place, shallow(place.type), wanted, (param.span, "declared here"))
        return t.InOut(self.span(tree), place.type, place)

    def place(self, node: Any) -> t.Expr:
        """A mutable place; given by places.py."""
        raise NotImplementedError

    def refuse_overlap(self, args: list[t.Expr]) -> None:
        """Two in-out arguments whose places may overlap."""
        raise NotImplementedError

    def default_value(self, tree: Any, scope: Any, wanted: Type) -> t.Expr:
        """The default of a parameter or field, checked where it is declared; given by program.py."""
        raise NotImplementedError

    def call_value(self, callee: t.Expr, node: Any) -> t.Expr:
        """A call of a function value."""
        type_ = shallow(self.present(callee, "a function").type)
        if isinstance(type_, ErrorType):
            return self.error_expr(self.span(node))
        if isinstance(type_, InferVar) and type_.kind == "any":
            args = [self.expr(a) for a in node.arguments]
            result: Type = InferVar()
            unify(type_, FnType(tuple(a.type for a in args), result, tuple(False for _ in args)))
            self.settle_closure(result)
            return t.CallValue(self.span(node), result, callee, args)
        if isinstance(type_, CFnType):
            return call_pointer(self, callee, type_, node)
        if not isinstance(type_, FnType):
            raise self.error("E0207", f"a value of type `{resolve(type_)}` can't be called", callee, "no function")
        if len(node.arguments) != len(type_.params):
            raise self.error("E0202", f"this function takes {len(type_.params)} arguments, not {len(node.arguments)}", node,
                             f"its type is `{resolve(type_)}`")
        values: list[t.Expr] = []
        for argument, wanted, inout in zip(node.arguments, type_.params, type_.inout, strict=True):
            param = t.Variable("the parameter", wanted, callee.span, "inout" if inout else "param")
            if inout:
                values.append(self.inout_argument(argument, wanted, param))
            else:
                self.refuse_inout(argument, param)
                values.append(self.coerce(self.expr(argument, wanted), wanted))
        self.refuse_overlap(values)
        self.settle_closure(type_.result)
        return self.through_elements(t.CallValue(self.span(node), type_.result, callee, values), node)

    def settle_closure(self, result: Type) -> None:
        """Checks the closure that has this unknown as its result; given by closures.py."""
        raise NotImplementedError

    # ---- Methods ------------------------------------------------------------------------------------------------------

    def method_call(self, node: Any, access: Any, arguments: list[Any], expected: Type | None) -> t.Expr:
        """`x.f(a)`."""
        receiver = self.expr(access.value)
        return self.call_method(receiver, access.name, node, arguments, expected, access.value, access)

    def call_method(self, receiver: t.Expr, name: str, node: Any, arguments: list[Any], expected: Type | None,
                    receiver_tree: Any = None, callee: Any = None) -> t.Expr:
        """A method of a checked receiver; its tree is needed for methods that change it, `callee` for type arguments."""
        type_ = shallow(receiver.type)
        if isinstance(type_, ErrorType):
            return self.error_expr(self.span(node))
        if isinstance(type_, InferVar):
            if type_.kind == "any":
                raise self.error("E0203", f"the type of this value is not known where `{name}` is called", receiver,
                                 "its type must be written down", "annotate the variable or the parameter")
            from sigilc.check.types import F64, I64
            unify(type_, I64 if type_.kind == "int" else F64)
            type_ = shallow(type_)
        if isinstance(type_, OptionType) and name in ("unwrap", "expect"):
            return self.unwrap(receiver, type_, name, node, arguments)
        function = self.own_method(type_, name, node) or self.trait_function(type_, name, node)
        if function is None and isinstance(type_, FixedType):
            return self.call_array_method(receiver, type_, name, node, arguments, expected, callee)
        if function is None or not function.params or function.params[0].name != "self":
            raise self.no_method(receiver, type_, name, node)
        if function.actor is not None and self.function is not None and self.function.actor is not function.actor:
            raise self.error("E0502", f"`{name}` is private to the actor", node, "not callable from outside",
                             "send it a message")
        if function.params[0].kind == "inout":
            if is_made(receiver_tree) and function.result != UNIT:
                return self.call_on_temporary(receiver, function, node, arguments, expected, callee)
            place = self.place(receiver_tree) if receiver_tree is not None else None
            if place is None:
                raise self.error("E0405", f"`{name}` changes its value, which is no place here", node, "nothing to change")
            receiver = t.InOut(receiver.span, place.type, place)
        return self.call_function(function, node, arguments, expected, receiver, 0, type_, callee)

    def call_on_temporary(self, receiver: t.Expr, function: t.Function, node: Any, arguments: list[Any],
                          expected: Type | None, callee: Any) -> t.Expr:
        """A method that changes its value and gives something, of a value just made: that ends behind the call."""
        span, variable = receiver.span, t.Variable("receiver", receiver.type, receiver.span, mutable=True)
        bound = t.Let(span, UNIT, t.BindPattern(span, receiver.type, variable), receiver)
        place = t.InOut(span, receiver.type, t.Local(span, receiver.type, variable))
        call = self.call_function(function, node, arguments, expected, place, 0, shallow(receiver.type), callee)
        return t.Block(self.span(node), call.type, [bound], call)

    def call_array_method(self, receiver: t.Expr, type_: FixedType, name: str, node: Any, arguments: list[Any],
                          expected: Type | None, callee: Any) -> t.Expr:
        """A method of `[T]` on an array of fixed length: on a copy of its elements, so it can't be one that changes them."""
        function = self.own_method(ArrayType(type_.item), name, node)
        if function is not None and function.params and function.params[0].kind == "inout":
            raise self.error("E0104", f"`{name}` changes an array's length", node, f"`{resolve(type_)}` has a fixed length",
                             "use a `[T]`: `let mut copy = value[..]`")
        return self.call_method(as_growable(receiver), name, node, arguments, expected, callee=callee)

    def unwrap(self, receiver: t.Expr, type_: OptionType, name: str, node: Any, arguments: list[Any]) -> t.Expr:
        """`v.unwrap()`, `v.expect("message")`: handle absence alone."""
        wanted = 1 if name == "expect" else 0
        if len(arguments) != wanted:
            raise self.error("E0202", f"`{name}` takes {wanted} arguments", node, f"{len(arguments)} given here")
        message = self.coerce(self.expr(arguments[0], STR), STR) if wanted else None
        return t.Confirm(self.span(node), type_.item, receiver, True, confirms_trust=False, message=message)

    def no_method(self, receiver: t.Expr, type_: Type, name: str, node: Any) -> Any:
        """An unknown method; says what else may be meant."""
        table = self.context.methods_of(head_of(type_))
        if isinstance(type_, OptionType):
            inner = shallow(type_.item)
            if name in self.context.methods_of(head_of(inner)):
                return self.error("E0303", f"`{name}` is called on an uncertain value", receiver,
                                  f"this is `{resolve(type_)}`: it may be absent",
                                  f"lift it with a pipe, `|.{name}(…)`, or handle absence with `??`, `match` or `!`")
        if isinstance(type_, AddressType):
            handler = next((h for h in type_.decl.handlers if h.name.lower() == name.lower()), None)
            help_ = "its functions are its own: send it a message"
            if handler is not None:
                stage = "ask" if handler.has_reply else "tell"
                help_ = f"send it the message: `|{stage}({handler.name}{'(…)' if len(handler.function.params) > 1 else ''})`"
            return self.error("E0502", f"`{name}` can't be called from outside the actor `{type_}`",
                              self.name_span(node, name), "an actor has no methods for others", help_,
                              [(receiver.span, f"the address of a `{type_}`")])
        if isinstance(type_, StructType) and any(f.name == name for f in type_.decl.fields):
            return self.error("E0104", f"`{name}` is a field, not a method", self.name_span(node, name),
                              "a field is called in parentheses", f"write `({receiver.span.text}.{name})(…)`")
        callable_ = {n: fitting for n in table if (fitting := self.callable_methods(type_, n))}
        near = closest(name, [n for n, fitting in callable_.items() if fitting[0].params and fitting[0].params[0].name == "self"])
        help_ = METHODS.get(name) or (f"did you mean `{near}`?" if near else self.other_impls(type_, name))
        others = [f for m in table.users(name) if self.may_call(f := m.function) and f not in callable_.get(name, ())]
        if name in callable_:
            head = str(resolve(type_)).partition("<")[0]
            help_ = f"it has no `self`: it is called as `{head}·{name}(…)`"
        elif others:
            help_ = f"there is one for {' and '.join(f'`{self.context.method_bounds[id(f)]}`' for f in others)}"
        elif not help_ and str(resolve(type_)) == "[u8]" and self.callable_methods(STR, name):
            help_ = "text has it: `str·from_utf8(bytes)`, or for a file `fs·read_text(path)`"
        return self.error("E0104", f"`{resolve(type_)}` has no method `{name}`", self.name_span(node, name),
                          "no method of this name", help_)

    # ---- What the language itself gives ---------------------------------------------------------------------------------

    def builtin_call(self, name: str, node: Any, expected: Type | None) -> t.Expr:
        """`println(…)`, `format(…)`, `panic(…)`, `fail(…)`, `Some(…)`."""
        span = self.span(node)
        if name in _PRINTS:
            function, end = _PRINTS[name]
            text = self.text_argument(node.arguments, node)
            if end:
                text = self.with_line_end(text)
            return self.call_runtime(function, [text], span)
        if name == "format":
            return self.text_argument(node.arguments, node)
        if name == "panic":
            return t.Panic(span, NEVER, self.text_argument(node.arguments, node))
        if name == "fail" and node.arguments:
            return self.fail_call(node)
        if len(node.arguments) != 1:
            raise self.error("E0202", f"`{name}` takes one argument, not {len(node.arguments)}", node)
        if name == "None":
            return t.MakeFaultNone(span, OptionType(InferVar()), self.fault_argument(node.arguments[0]))
        hint = shallow(expected) if expected is not None else None
        item = self.expr(node.arguments[0], hint.item if isinstance(hint, OptionType) else None)
        if isinstance(hint, OptionType):
            item = self.coerce(item, hint.item)
        type_ = hint.item if isinstance(hint, OptionType) and is_never(item.type) else item.type
        return t.MakeSome(span, OptionType(type_), item)

    def fail_call(self, node: Any) -> t.Expr:
        """`fail("reason")`, `fail("no {}", x)`, `fail("reason", cause: why)`."""
        named = [a for a in node.arguments if isinstance(a, ast.Named)]
        for number, other in enumerate(named):
            if number or other.name != "cause":
                what = "is given `cause` twice" if other.name == "cause" else f"has no argument `{other.name}`"
                raise self.error("E0202", f"`fail` {what}", other,
                                 help_='it takes a text, and perhaps the fault behind it: `fail("reason", cause: why)`')
        message = self.text_argument([a for a in node.arguments if not isinstance(a, ast.Named)], node)
        cause = self.coerce(self.expr(named[0].value, FAULT), FAULT) if named else None
        return t.MakeNone(self.span(node), OptionType(InferVar()), message, cause)

    def fault_argument(self, node: Any) -> t.Expr:
        """What `None(…)` is given: a fault that is there already, and no text for a new one."""
        fault = self.expr(node, FAULT)
        if shallow(fault.type) == STR:
            raise self.error("E0201", "`None(…)` takes a `Fault`, not a text", node,
                             help_="write `fail(…)`: it makes a fault of the text, and an absent value of the fault")
        return self.coerce(fault, FAULT)

    def with_line_end(self, text: t.Expr) -> t.Expr:
        """The text with a line break at its end."""
        if isinstance(text, t.Literal):
            return t.Literal(text.span, STR, f"{text.value}\n")
        if isinstance(text, t.Interpolate):
            return t.Interpolate(text.span, STR, [*text.parts, "\n"])
        return t.Interpolate(text.span, STR, [(text, t.FormatSpec()), "\n"])

    def call_runtime(self, name: str, args: list[t.Expr], span: Any) -> t.Expr:
        """A call of an operation that the prelude declares under `extern "sigil"`."""
        assert self.context.prelude is not None
        function = self.declarations.declare(self.context.prelude.items[f"sigil_{name}"])
        return t.Call(span, UNIT, function, args)
