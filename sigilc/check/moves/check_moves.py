"""Finds the moves of every function whose values may be unique, and reports what is used after them.

Requires checked bodies without errors. Which parameters a call moves depends on the callee's body, so all instances that
can be reached are gone through until nothing more is found to be moved; only the last round's errors count.
"""

from __future__ import annotations

from sigilc.check.context import Context
from sigilc.check.impls import resolve_method
from sigilc.check.moves.record import Instance, Moves
from sigilc.check.moves.walk import Walker
from sigilc.check.typed import Function, TraitDecl
from sigilc.check.unique_types import UniqueTypes
from sigilc.source.spans import Span


class MoveChecker:
    """The state of the check of one program."""

    def __init__(self, context: Context, types: UniqueTypes):
        self.context = context
        self.types = types
        self.known: dict[Instance, Moves] = {}
        self.origins: dict[Function, tuple[Span, Function]] = {}    # of library and generic functions: one call of each
        self.errors: dict[tuple[str, Span], tuple[Function, str, str, str, list[tuple[Span, str]]]] = {}

    def run(self) -> dict[Instance, Moves]:
        """The moves of each instance."""
        for function in self.context.functions:
            if not function.span.file.is_library:
                self.known[function, function.type_params] = Moves()
        while True:
            self.errors.clear()
            before = {instance: len(moves.params) for instance, moves in self.known.items()}
            for instance in list(self.known):
                self.known[instance] = Walker(self, instance).run()
            self._know_drops()
            if before == {instance: len(moves.params) for instance, moves in self.known.items()}:
                break
        for (code, span), (function, message, label, help_, labels) in self.errors.items():
            self.report(function, code, span, message, label, help_, labels)
        return self.known

    def _know_drops(self) -> None:
        """The `drop`s of instances of generic types, which nothing calls by name."""
        assert self.types.drop is not None
        for type_ in self.types.with_drop:
            instance = resolve_method(self.types.drop.methods["drop"], (type_,))
            if instance[1]:
                self.known.setdefault(instance, Moves())

    def moved_params(self, instance: Instance, span: Span, caller: Function) -> set[int]:
        """The parameters that a call moves."""
        function, args = instance
        if not any(map(self.types.may_keep, args)):
            if function.span.file.is_library:
                return set()
            instance = function, function.type_params
        if instance not in self.known:
            self.known[instance] = Moves()
        self.origins.setdefault(function, (span, caller))
        return self.known[instance].params

    def error(self, function: Function, code: str, message: str, span: Span, label: str, help_: str,
              labels: list[tuple[Span, str]]) -> None:
        """Notes an error in an instance."""
        self.errors.setdefault((code, span), (function, message, label, help_, labels))

    def report(self, function: Function, code: str, span: Span, message: str, label: str, help_: str,
               labels: list[tuple[Span, str]]) -> None:
        """Reports an error; one inside the library where the program calls it."""
        if span.file.is_library:
            inner, name = span, function.name.rpartition("·")[2]
            while span.file.is_library and function in self.origins:
                span, function = self.origins[function]
            message, help_ = f"`{name}` copies what can only be moved", \
                "look at it where it is, or take it out, by `pop`, `remove`, `drain` or `.take()`"
            label, labels = "called here", [(inner, label)]
        elif function.type_params and function in self.origins:
            labels = [*labels, (self.origins[function][0], "called with these types here")]
        self.context.error(code, message, span, label, help_, labels)


def check_moves(context: Context, drop: TraitDecl | None) -> dict[Instance, Moves]:
    """The moves of a program; nothing where no type has an `impl Drop`."""
    types = UniqueTypes(drop)
    return MoveChecker(context, types).run() if types.drop is not None else {}
