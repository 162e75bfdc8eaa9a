"""Checks what is done with actors: spawning, telling, asking, awaiting."""

from __future__ import annotations

from typing import Any

from sigilc.check import typed as t
from sigilc.check.infer import resolve, shallow
from sigilc.check.pipelines import Pipelines
from sigilc.check.stage_parts import StageParts
from sigilc.check.types import (
    UNIT,
    AddressType,
    ErrorType,
    FutureType,
    OptionType,
    ParamType,
    StructType,
    Type,
    substitute,
)
from sigilc.diagnostics.suggest import closest
from sigilc.source.spans import Span
from sigilc.syntax import ast


class Actors(Pipelines):
    """Methods of Body."""

    def check_Spawn(self, node: Any, expected: Type | None) -> t.Expr:
        """`spawn A { field: value }`."""
        type_, _ = self.names.resolve(node.type)
        if not isinstance(type_, AddressType):
            raise self.error("E0501", f"`{resolve(type_)}` is no actor", node.type, "only actors are spawned")
        actor = type_.decl
        mapping: dict[ParamType, Type] = dict(zip(actor.state.type_params, type_.args, strict=True))
        bounds = [b for p in actor.state.type_params for b in p.bounds]
        self.deferred.append(lambda: self.check_final_bounds(bounds, mapping, t.Function(actor.name, actor.span), node.type))
        values: list[t.Expr | None] = [None] * len(actor.state.fields)
        order: list[int] = []
        for entry in node.fields:
            if isinstance(entry, ast.Update | ast.RestPattern):
                raise self.error("E0206", "`..` is for structs", entry, "an actor's fields are given one by one")
            index = self.field_index(actor.state.fields, entry.name, entry, actor.name)
            field = actor.state.fields[index]
            tree = entry.value if isinstance(entry, ast.Named) else ast.Path(entry.start, entry.end, entry.name)
            wanted = substitute(field.type, mapping)
            values[index] = self.coerce(self.expr(tree, wanted), wanted, (field.span, "declared here"))
            order.append(index)
        self.fill_defaults(actor.state.fields, values, order, mapping, node, actor.name)
        return t.Spawn(self.span(node), type_, actor, values, order)  # type: ignore[arg-type]

    def check_SpawnNew(self, node: Any, expected: Type | None) -> t.Expr:
        """`spawn A(…)`."""
        raise self.unsupported("`spawn A(…)` is", node, "write `spawn A { field: value }`")

    def check_StartCall(self, node: Any, expected: Type | None) -> t.Expr:
        """`async f(x)`."""
        raise self.unsupported("`async` calls are", node)

    def check_Send(self, node: Any, expected: Type | None) -> t.Expr:
        """`address <- Message(args)`."""
        address = self.expr(node.target)
        span = self.span(node)
        handler, args = self.message(address, node.message, span)
        return t.Tell(span, UNIT, address, handler, args)

    def check_Await(self, node: Any, expected: Type | None) -> t.Expr:
        """`future⌛`, `future.await`."""
        return self.await_future(self.expr(node.value), self.span(node))

    def actor_stage(self, value: t.Expr, parts: StageParts, span: Span) -> t.Expr:
        """`|tell(M) |ask(M) |await |stop |kill`."""
        word = parts.word
        if word == "await":
            if parts.arguments:
                raise self.unsupported("`await` with a time limit is", parts.node)
            return self.await_future(value, span)
        if word in ("stop", "kill"):
            self.address_of(value, span)
            return t.Stop(span, UNIT, value, word)
        arguments = parts.arguments or []
        if len(arguments) != 1:
            raise self.error("E0202", f"the stage `{word}` takes one message", parts.node, f"{len(arguments)} given here",
                             f"write `|{word}(Message(…))`")
        handler, args = self.message(value, arguments[0], span)
        if word == "tell":
            return t.Tell(span, UNIT, value, handler, args)
        result = substitute(handler.function.result, self.actor_types(value))
        return t.Ask(span, FutureType(result), value, handler, args)

    def actor_types(self, address: t.Expr) -> dict[ParamType, Type]:
        """What the type parameters of the actor behind an address stand for."""
        type_ = shallow(address.type)
        return dict(zip(type_.decl.state.type_params, type_.args, strict=True)) if isinstance(type_, AddressType) else {}

    def address_of(self, value: t.Expr, span: Span) -> AddressType:
        """The type of an address, which a value must be."""
        type_ = shallow(self.present(value, "an actor's address").type)
        if isinstance(type_, AddressType):
            return type_
        if isinstance(type_, StructType) and any(a.state is type_.decl for a in self.context.actors):
            raise self.unsupported("messages of an actor to itself are", span)
        shown = resolve(type_)
        raise self.error("E0501", "messages go to actors", span, f"`{shown}` is no actor's address")

    def message(self, address: t.Expr, node: Any, span: Span) -> tuple[t.Handler, list[t.Expr]]:
        """A message's tree, `Add(5)` or `Get`, for the actor behind an address."""
        if isinstance(shallow(address.type), ErrorType):
            address = self.error_expr(span)
        actor = self.address_of(address, span).decl
        name_node, arguments = (node.callee, node.arguments) if isinstance(node, ast.Call) else (node, [])
        if (isinstance(name_node, ast.PathName) and isinstance(name_node.base, ast.Path) \
                and name_node.base.name == actor.name) or isinstance(name_node, ast.Path):
            name = name_node.name
        else:
            raise self.unsupported("messages as values are", node, "write the message here: `Message(…)`")
        handler = next((h for h in actor.handlers if h.name == name), None)
        if handler is None:
            near = closest(name, [h.name for h in actor.handlers])
            known = ", ".join(f"`{h.name}`" for h in actor.handlers[:6])
            raise self.error("E0501", f"the actor `{actor.name}` has no message `{name}`", self.name_span(node, name),
                             "not handled", f"did you mean `{near}`?" if near else f"it handles {known or 'none'}",
                             [(actor.span, "the actor")])
        params = handler.function.params[1:]
        if len(arguments) != len(params):
            raise self.error("E0202", f"the message `{name}` takes {len(params)} value{'s' * (len(params) != 1)}, "
                             f"not {len(arguments)}", node,
                             f"{len(arguments)} given here", labels=[(handler.function.span, "handled here")])
        args: list[t.Expr] = []
        mapping = self.actor_types(address)
        for param, argument in zip(params, arguments, strict=True):
            self.refuse_inout(argument, param)
            wanted = substitute(param.type, mapping)
            args.append(self.coerce(self.expr(argument, wanted), wanted, (param.span, "declared here")))
        return handler, args

    def await_future(self, future: t.Expr, span: Span) -> t.Expr:
        """`|await`: only where it may suspend."""
        type_ = shallow(self.present(future, "a future").type)
        if isinstance(type_, ErrorType):
            return future
        if not isinstance(type_, FutureType):
            raise self.error("E0503", f"only a future can be awaited, not `{resolve(type_)}`", span, "no future",
                             "a future comes from `|ask(Message)`")
        function = self.function
        if self.closures or function is None or (function.name != "main" and function.actor is None):
            raise self.error("E0504", "this function can't wait", span, "`await` in a plain function or closure",
                             "await in `main`, or give the future back to it")
        if function.actor is not None:
            raise self.unsupported("handlers that wait are", span)
        result = shallow(type_.item)
        return t.Await(span, result if isinstance(result, OptionType) else OptionType(result), future)

