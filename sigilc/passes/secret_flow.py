"""Follows secrets through functions: what they reach, and what must not depend on them.

An abstract interpretation to a fixpoint. Within a function each SSA value has a label (`secret_labels`), in order of flow;
each place has one for all its time, that of everything ever stored there. A call is analysed in its callee once for each
list of the arguments' labels, so library code needs no marks. There are no implicit flows: a branch on a secret is a leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sigilc.ir.cfg import reverse_postorder
from sigilc.ir.function import IrFunction, Module
from sigilc.ir.ops import Branch, Op, Slot, Store, Value
from sigilc.ir.types import IrAddr, IrType
from sigilc.passes.leaks import Leak
from sigilc.passes.secret_labels import Label, Path, hides_presence, is_secret, join, join_at, limited, meet, part_at, public_at
from sigilc.passes.secret_rules import RULES, propagate
from sigilc.source.spans import Span

Key = tuple[str, tuple[Label, ...]]

# A label that has changed so often is widened to the top, and so many rounds of calls are: large recursive types have so
# many labels that a fixpoint could be far away.
_MAX_CHANGES = 24
# A function is analysed for so many lists of arguments' labels; for further ones together.
_MAX_CONTEXTS = 16


class Summary:
    """What a function does for some labels of its arguments: its result, what it leaves in its in-out ones, its leaks.

    `secrets` are the values in it that are secret, `calls` what it calls with which labels.
    """

    __slots__ = ("calls", "leaks", "outs", "result", "secrets")

    def __init__(self, outs: tuple[Label, ...]) -> None:
        self.result: Label | None = None
        self.outs = outs
        self.leaks: dict[object, Leak] = {}
        self.secrets: frozenset[Value] = frozenset()
        self.calls: set[Key] = set()


class SecretFlow:
    """The summaries of a module's functions, as they are asked for."""

    def __init__(self, module: Module):
        self.module = module
        self.summaries: dict[Key, Summary] = {}
        self._done: set[Key] = set()
        self._active: set[Key] = set()
        self._is_recursive = False
        self._has_changed = False
        self._rounds = 0
        self._contexts: dict[str, list[tuple[Label, ...]]] = {}

    def context(self, function: IrFunction, labels: tuple[Label, ...]) -> tuple[Label, ...]:
        """The labels for which a call with these is analysed: no less secret than they are."""
        known = self._contexts.setdefault(function.name, [])
        if labels not in known:
            if len(known) == _MAX_CONTEXTS:
                labels = tuple(limited(join(old, new), _held(p.type))
                               for p, old, new in zip(function.params, known.pop(), labels, strict=True))
            known.append(labels)
        return labels

    def of_marked(self, function: IrFunction) -> Summary:
        """Of a function in constant time, for arguments as secret as they may be."""
        key = function.name, declared_labels(function)
        self._rounds = 0
        while True:
            self._done.clear()
            self._rounds += 1
            self._is_recursive = self._has_changed = False
            summary = self.summary(*key)
            if not (self._is_recursive and self._has_changed):
                return summary

    def summary(self, name: str, labels: tuple[Label, ...]) -> Summary:
        """Of any function; what is under way already has what is known of it so far."""
        key = name, labels
        known = self.summaries.get(key)
        if known is None:
            known = self.summaries[key] = Summary(labels)
        if key in self._done or key in self._active:
            self._is_recursive |= key in self._active
            return known
        self._active.add(key)
        flow = FunctionFlow(self, self.module.functions[name], labels)
        flow.run()
        self._active.discard(key)
        self._done.add(key)
        # Each round adds to what the one before has found: so the rounds come to an end.
        outs = tuple(limited(join(old, flow.memory[p]), _held(p.type)) if isinstance(p.type, IrAddr) else label
                     for p, old, label in zip(flow.function.params, known.outs, labels, strict=True))
        result = flow.result
        if result is not None and known.result is not None:
            result = limited(join(known.result, result), flow.function.result)
        if (known.result, known.outs) != (result, outs):
            self._has_changed = True
            if self._rounds > _MAX_CHANGES:
                result = result if result is None else True
                outs = tuple(True if isinstance(p.type, IrAddr) else label
                             for p, label in zip(flow.function.params, labels, strict=True))
        known.result, known.outs, known.leaks, known.secrets, known.calls = result, outs, flow.leaks, flow.secrets(), flow.calls
        return known

    def reached(self, functions: Iterable[IrFunction]) -> dict[Key, Summary]:
        """What these functions in constant time lead to, themselves included, with the labels that there are in the end."""
        for function in functions:
            self.of_marked(function)
        pending = [(function.name, declared_labels(function)) for function in functions]
        found: dict[Key, Summary] = {}
        while pending:
            key = pending.pop()
            if key not in found:
                found[key] = self.summaries[key]
                pending += found[key].calls
        return found


def declared_labels(function: IrFunction) -> tuple[Label, ...]:
    """Of the parameters of a function in constant time: all is secret but what is said to be public."""
    found: list[Label] = []
    for param in function.params:
        label: Label = True
        for value, path in function.public_parts or ():
            if value is param:
                label = public_at(label, _held(param.type), path)
        found.append(label)
    return tuple(found)


def _held(type_: IrType) -> IrType:
    return type_.target if isinstance(type_, IrAddr) else type_


class FunctionFlow:
    """One function for some labels of its parameters; of in-out ones those of what they hold."""

    def __init__(self, flow: SecretFlow, function: IrFunction, labels: tuple[Label, ...]):
        self.flow = flow
        self.function = function
        self.values: dict[Value, Label] = {}
        self.memory: dict[Value, Label] = {}                    # by root: a slot, an in-out parameter
        self.places: dict[Value, tuple[Value, Path]] = {}       # by address: where it leads
        self.definition: dict[Value, Op] = {}
        self.result: Label | None = None
        self.leaks: dict[object, Leak] = {}
        self.calls: set[Key] = set()
        self.has_changed = False
        self._changes: dict[Value, int] = {}
        for param, label in zip(function.params, labels, strict=True):
            if isinstance(param.type, IrAddr):
                self.memory[param], self.places[param] = label, (param, ())
            else:
                self.values[param] = label

    def run(self) -> None:
        """To the fixpoint."""
        order = reverse_postorder(self.function)
        self.definition = {op.result: op for block in order for op in block.ops if op.result is not None}
        self.has_changed = True
        while self.has_changed:
            self.has_changed = False
            self.leaks, self.calls = {}, set()
            for block in order:
                for op in block.ops:
                    rule: Callable[[FunctionFlow, Any], Label | None] = RULES.get(type(op), propagate)
                    found = rule(self, op)
                    if found is not None and op.result is not None:
                        self.set(op.result, found)
                    self._check_counts(op)

    def _check_counts(self, op: Op) -> None:
        """What is owned is freed in the end, and what is borrowed is counted where it passes on: both look at what there is."""
        owned = [*op.consumed(), op.result] if op.RESULT == "owned" else op.consumed()
        for value in owned:
            if value is not None and value.type.is_counted and hides_presence(self.label(value), value.type):
                self.leak("copied", op, value)

    # ---- Values and places --------------------------------------------------------------------------------------------

    def label(self, value: Value) -> Label:
        """Of a value, or of what lies at an address."""
        if isinstance(value.type, IrAddr):
            root, path = self.places[value]
            return part_at(self.memory.get(root, False), path)
        return self.values.get(value, False)

    def is_secret(self, value: Value) -> bool:
        """Whether anything in a value, or at an address, is secret."""
        return is_secret(self.label(value))

    def any_secret(self, values: Iterable[Value]) -> Value | None:
        """The first of these that is secret."""
        return next((value for value in values if self.is_secret(value)), None)

    def set(self, value: Value, label: Label) -> None:
        """Adds to what a value may be."""
        old = self.values.get(value)
        new = label if old is None else limited(join(old, label), value.type)
        if old is not True and (old is None or new != old or type(new) is not type(old)):
            self.values[value] = self._widened(value, new)
            self.has_changed = True

    def write(self, address: Value, label: Label, below: Path = ()) -> None:
        """Adds to what a place, or a part of it, may hold."""
        root, path = self.places[address]
        old = self.memory.get(root)
        path = path + below
        new = join_at(False if old is None else old, _held(root.type), path, label) if old is not None or path else label
        if old is not True and (old is None or new != old or type(new) is not type(old)):
            self.memory[root] = self._widened(root, new)
            self.has_changed = True

    def _widened(self, value: Value, label: Label) -> Label:
        """A new label of a value or place; the top, beyond which there is nothing, where there have been many."""
        self._changes[value] = self._changes.get(value, 0) + 1
        return label if self._changes[value] <= _MAX_CHANGES else True

    def lead(self, op: Op, address: Value, *steps: int) -> None:
        """The result of an op is the address of a part of what lies at another."""
        assert op.result is not None
        root, path = self.places[address]
        self.places[op.result] = root, (*path, *steps)

    # ---- Calls --------------------------------------------------------------------------------------------------------

    def call(self, op: Op, name: str, args: list[Value], before: tuple[Label, ...] = ()) -> Label | None:
        """The label of what a call gives; `before` are those of what a closure captures."""
        callee = self.flow.module.functions[name]
        labels = [*before, *map(self.label, args)]
        if callee.public_parts is not None:
            for number, declared in enumerate(declared_labels(callee)):
                if (allowed := meet(labels[number], declared)) != labels[number] and is_secret(labels[number]):
                    self.leak("public", op, args[number - len(before)] if number >= len(before) else None)
                    labels[number] = allowed
        key = name, self.flow.context(callee, tuple(labels))
        summary = self.flow.summary(*key)
        self.calls.add(key)
        for number, arg in enumerate(args, len(before)):
            if isinstance(arg.type, IrAddr):
                self.write(arg, summary.outs[number])
        if callee.public_parts is None:
            self._take_leaks(op, summary, name, self.any_secret(args))
        return summary.result

    def _take_leaks(self, op: Op, summary: Summary, name: str, secret: Value | None) -> None:
        """The leaks of a callee: those in closures of this function are its own, of the others one a call."""
        compares = self.flow.module.functions[name].span is None and name.startswith(("equal.", "compare."))
        for key, leak in summary.leaks.items():
            if leak.function.startswith(f"{self.function.name}.closure"):
                self.leaks.setdefault(key, Leak(leak.kind, leak.op, leak.function, None, leak.span))
            elif compares:
                self.leak("equal", op, secret)
            else:
                self.leaks.setdefault((op, name), Leak(leak.kind, leak.op, leak.function, secret, leak.span, (op, *leak.calls)))

    def call_closures(self, op: Op, label: Label, args: list[Value]) -> Label | None:
        """A call of a function value; of one that is not known with secrets, a leak."""
        if isinstance(label, frozenset):
            result: Label | None = None
            for name, captures in sorted(label, key=lambda closure: closure[0]):
                found = self.call(op, name, args, captures)
                if found is not None:
                    result = found if result is None else join(result, found)
            return result
        secret = self.any_secret(args)
        if secret is not None or is_secret(label):
            self.leak("value", op, secret)
            return True
        return False

    # ---- Leaks --------------------------------------------------------------------------------------------------------

    def leak(self, kind: str, op: Op, secret: Value | None, span: Span | None = None) -> None:
        """Notes one, unless the op has one already."""
        self.leaks.setdefault(op, Leak(kind, op, self.function.name, secret, span))

    def secrets(self) -> frozenset[Value]:
        """The values that are secret."""
        return frozenset(value for value, label in self.values.items() if is_secret(label))

    def source_of(self, secret: Value | None) -> str:
        """The name of a parameter from which a secret came, or nothing."""
        incoming: dict[Value, list[Value]] = {}
        for op in self.function.ops():
            for target, values in _flows(self, op):
                incoming.setdefault(target, []).extend(values)
        pending, seen = [secret] if secret is not None else [], set[Value]()
        while pending:
            value = pending.pop(0)
            if isinstance(value.type, IrAddr):
                value = self.places[value][0]
            if value in self.function.params:
                return value.name
            if value not in seen:
                seen.add(value)
                pending += [v for v in incoming.get(value, []) if self.is_secret(v)]
        return ""


def _flows(flow: FunctionFlow, op: Op) -> Iterable[tuple[Value, list[Value]]]:
    """What an op makes, or writes, and from what."""
    if isinstance(op, Branch):
        yield from ((param, [arg]) for param, arg in zip(op.target.params, op.args, strict=True))
        return
    operands = op.operands()
    if op.result is not None:
        yield op.result, operands
    if op.EFFECT:
        for address in operands:
            if isinstance(address.type, IrAddr) and not isinstance(op, Slot):
                root = flow.places[address][0]
                yield root, [op.value] if isinstance(op, Store) else [v for v in operands if v is not address]


