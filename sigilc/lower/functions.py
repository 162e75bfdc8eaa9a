"""The lowering of one function: its variables, its loops, and the way from an expression to an SSA value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sigilc.check import typed
from sigilc.check.tree_walk import bound_by
from sigilc.check.typed import Expr, LoopLabel, Variable
from sigilc.check.types import NEVER, ParamType, Type, substitute
from sigilc.crash import InternalError
from sigilc.ir.builder import FunctionBuilder
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import Const, Value
from sigilc.ir.types import UNIT, IrType
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.lower.place import Place
    from sigilc.lower.program import ProgramLowering


class Diverges(Exception):
    """Raised when the current block has ended, so that what follows can't be reached; joins of control catch it."""


@dataclass(eq=False, slots=True)
class PlaceBinding:
    """A variable that lives in memory. `root` is the variable that it is a part of: of a payload, what is matched.

    Where the root may be read while the part is in use, the buffers on the way to it may become shared by that: then its
    address is formed from `place` at each use, which makes them unique again. A range of an array has no address of its own.
    """

    address: Value | None
    root: Variable
    place: Place | None = None

    def form(self, fl: FunctionLowering) -> Value:
        """The address, valid until the root is read or written."""
        if self.place is not None:
            return self.place.form(fl)
        assert self.address is not None
        return self.address


Binding = Value | PlaceBinding


class Join:
    """Where several paths meet, each with a value of `type` (dropped when it is `unit`)."""

    def __init__(self, fl: FunctionLowering, type_: IrType, name: str) -> None:
        self._fl = fl
        self._has_value = type_ != UNIT
        self.block = fl.builder.new_block(name, [type_] if self._has_value else [])
        self.is_reached = False

    def enter(self, value: Value | None = None) -> None:
        """Ends the current block with a branch here."""
        self.is_reached = True
        if not self._has_value:
            self._fl.builder.branch(self.block)
            return
        if value is None:
            raise InternalError("a path without a value meets others with one", self._fl.builder.span)
        self._fl.builder.branch(self.block, [value])

    def finish(self) -> Value:
        """Goes on after the meeting, with its value; Diverges when no path comes here."""
        if not self.is_reached:
            raise Diverges
        self._fl.builder.position_at(self.block)
        return self.block.params[0] if self._has_value else self._fl.unit()


@dataclass(eq=False, slots=True)
class LoopTargets:
    """Where `break` and `continue` of a loop go, and how many scopes and matched copies are around it."""

    exit: Join
    next: Block
    depth: int
    copies: int


@dataclass(eq=False, slots=True)
class InPlace:
    """A function whose body stands in that of its caller.

    `result` is the type of its result, `returned` where its early returns meet, `depth` the number of scopes around it,
    `copies` that of matched copies.
    """

    result: IrType
    depth: int
    copies: int
    returned: Join | None = None


Lowering = Callable[["FunctionLowering", Any], Value]
Lowerings = dict[type[Expr], Lowering]


class FunctionLowering:
    """What is known while one function is lowered.

    `value(e)` gives a value that stays valid; `view(e, *later)` one that may look into a place, and is valid as long as
    nothing is written: for operands that are looked at before anything but `later` is evaluated.
    """

    def __init__(self, program: ProgramLowering, function: IrFunction,
                 substitution: dict[ParamType, Type]) -> None:
        self.program = program
        self.function = function
        self.substitution = substitution
        self.builder = FunctionBuilder(function)
        self.bindings: dict[Variable, Binding] = {}
        self.loops: dict[LoopLabel, LoopTargets] = {}
        self.lets: dict[Variable, tuple[typed.Block, typed.Let]] = {}   # what `let` has bound, and the block around it
        self.moves = program.no_moves
        # The variables with a destructor in the scopes around what is being lowered; None where no type has one.
        self.owned: list[list[Variable]] | None = [[]] if program.unique.drop is not None else None
        self.caller: Span | None = None     # inside a `#[track_caller]` function: where it is called
        self.of: typed.Function | None = None   # what is lowered, where it is no closure and evidence is kept
        self.in_place: InPlace | None = None    # the innermost function whose body stands here
        self.copies: list[Place] = []           # the matched places around that are copies, to be written back
        self._closures = 0
        self._unit: Value | None = None
        self.builder.kept = self.kept
        self.builder.position_at(self.builder.new_block("entry"))

    # ---- Types -------------------------------------------------------------------------------------------------------

    def type_of(self, node: Expr | Type | Variable | typed.Pattern) -> Type:
        """The type of a node in this instance, without type parameters."""
        type_ = node if isinstance(node, Type) else node.type
        return substitute(type_, self.substitution) if self.substitution else type_

    def ir_type(self, node: Expr | Type | Variable | typed.Pattern) -> IrType:
        """The IR type of a node in this instance."""
        return self.program.types.lower(self.type_of(node))

    # ---- Expressions -------------------------------------------------------------------------------------------------

    def value(self, expr: Expr) -> Value:
        """The value of an expression, valid whatever is written later. Diverges when evaluation never ends."""
        builder = self.builder
        outer, builder.span = builder.span, self.caller or expr.span
        try:
            if self.owned is not None and expr in self.moves.moved:
                return move_out(self, expr)
            lower = self.program.lowerings.get(type(expr))
            if lower is None:
                raise InternalError(f"{type(expr).__name__} can't be lowered", expr.span)
            value = lower(self, expr)
            if expr.type == NEVER:
                self.keep_all()
                builder.unreachable()
                raise Diverges
            return value
        finally:
            builder.span = outer

    def view(self, expr: Expr, *later: object) -> Value:
        """The value of an expression, valid until a place is written; `later` is evaluated before its use."""
        from sigilc.lower.places import is_place, read_place
        if not self.program.keeps_evidence:
            expr = strip_evidence(expr)
        if not is_place(expr) or expr in self.moves.moved or any(self.program.writes.may_write(e) for e in later):
            return self.value(expr)
        builder = self.builder
        outer, builder.span = builder.span, self.caller or expr.span
        try:
            return read_place(self, expr, keep=False)
        finally:
            builder.span = outer

    def may_write(self, nodes: Iterable[object]) -> bool:
        """Whether evaluating any of these may write a place."""
        return any(self.program.writes.may_write(n) for n in nodes)

    def next_closure_name(self) -> str:
        """A name for the body of the next closure in this function."""
        self._closures += 1
        return f"{self.function.name}.closure{self._closures}"

    def unit(self) -> Value:
        """The value `()`: one for the function, at its beginning."""
        if self._unit is None:
            self._unit = Value(UNIT)
            self.function.blocks[0].ops.insert(0, Const(value=None, result=self._unit, span=self.function.span))
        return self._unit

    # ---- Variables ---------------------------------------------------------------------------------------------------

    def bind(self, variable: Variable, value: Value) -> None:
        """Gives a variable its first value: a slot when it may be assigned."""
        if self.program.keeps_evidence:
            value = annotated_variable(self, variable, value)
        if variable.mutable or variable in self.moves.slotted:
            self.bind_place(variable, self.builder.slot(value, variable.name), variable)
        else:
            if not value.name:
                value.name = variable.name
            self.bindings[variable] = value
            self.declare(variable, value)

    def bind_params(self, variables: Iterable[Variable], params: Iterable[Value]) -> None:
        """Binds parameters: in-out ones are places of the caller's. What the function owns ends with its scope."""
        owned = set(self.function.owned_params)
        for variable, param in zip(variables, params, strict=True):
            if variable.kind == "inout":
                self.bind_place(variable, param, variable)
            else:
                self.bind(variable, param)
                if self.owned is not None and (variable in self.moves.slotted or param in owned):
                    self.owned[-1].append(variable)

    def own_params(self, params: list[Variable], handed: set[Variable]) -> None:
        """Those of the bound parameters that are handed over end with the function, the last one first."""
        if self.owned is not None:
            self.owned[-1] = [param for param in params if param in handed or param in self.owned[-1]]

    def bind_place(self, variable: Variable, address: Value | None, root: Variable, place: Place | None = None) -> None:
        """Makes a variable another name of a place."""
        self.bindings[variable] = PlaceBinding(address, root, place)
        if address is not None:
            self.declare(variable, address)

    def declare(self, variable: Variable, value: Value) -> None:
        """Tells debuggers where a variable is."""
        if self.program.scopes is None:
            return
        begin, end = self.program.scopes.get(variable, (0, 0))
        if begin < end and variable.name not in ("", "_"):
            self.builder.declare(value, variable.name, variable.span, begin, end)

    def binding(self, variable: Variable) -> Binding:
        """Where a variable is."""
        found = self.bindings.get(variable)
        if found is None:
            raise InternalError(f"the variable `{variable.name}` has no value", self.builder.span)
        return found

    # ---- Destructors -------------------------------------------------------------------------------------------------

    def in_scope(self, body: Callable[[], Value]) -> Value:
        """What `body` gives; the variables with a destructor that it binds end behind it, the last one first."""
        if self.owned is None:
            return body()
        self.owned.append([])
        try:
            return self.at_end_of_scopes(body(), len(self.owned) - 1)
        finally:
            self.owned.pop()

    def at_end_of_scopes(self, value: Value, depth: int) -> Value:
        """A value that stays valid where the scopes from `depth` on end."""
        if self.owned is None or not any(self.owned[depth:]):
            return value
        if value.type.is_viewed:
            value = self.builder.copy(value)
        for kept in self.kept(depth):
            self.builder.keep(kept)
        return value

    def kept(self, depth: int = 0) -> list[Value]:
        """What the scopes from `depth` on end, the last one first: values, and the addresses of slots."""
        found = []
        for scope in reversed((self.owned or [])[depth:]):
            for variable in reversed(scope):
                binding = self.binding(variable)
                found.append(binding.form(self) if isinstance(binding, PlaceBinding) else binding)
        return found

    def keep_all(self) -> None:
        """A use of all that may end: where a loop without end, or a call that never returns, has come around."""
        for kept in self.kept():
            self.builder.keep(kept)

    def own(self, pattern: typed.Pattern) -> None:
        """The variables of a pattern that has been bound: those with a destructor end with the scope."""
        if self.owned is None:
            return
        for variable in bound_by(pattern):
            if variable.kind == "inout" or not self.program.unique.may_end(self.type_of(variable)):
                continue
            found = self.binding(variable)
            if isinstance(found, Value) and not isinstance(pattern, typed.BindPattern):
                self.bindings[variable] = self.builder.copy(found)
            self.owned[-1].append(variable)

    def own_place(self, address: Value, type_: Type) -> None:
        """A place without a name: what it holds ends with the scope."""
        assert self.owned is not None and self.builder.span is not None
        variable = Variable("", type_, self.builder.span)
        self.bindings[variable] = PlaceBinding(address, variable)
        self.owned[-1].append(variable)

    @property
    def depth(self) -> int:
        """How many scopes there are around what is being lowered."""
        return len(self.owned) if self.owned is not None else 0

    # ---- Control -----------------------------------------------------------------------------------------------------

    def join(self, type_: IrType, name: str = "join") -> Join:
        """A new meeting of paths."""
        return Join(self, type_, name)

    def enter(self, join: Join, produce: Callable[[], Value | None]) -> None:
        """Runs `produce` and takes its value to `join`, unless it diverges."""
        with suppress(Diverges):
            join.enter(produce())

    def run(self, block: Block, then: Block, body: Callable[[], object]) -> None:
        """Fills `block` by `body`, and goes on to `then` unless it diverges."""
        self.builder.position_at(block)
        with suppress(Diverges):
            body()
            self.builder.branch(then)

    def fork(self, condition: Value, then: str = "then", otherwise: str = "else") -> tuple[Block, Block]:
        """Ends the current block with a branch to two new ones."""
        blocks = self.builder.new_block(then), self.builder.new_block(otherwise)
        self.builder.cond_branch(condition, *blocks)
        return blocks

    @property
    def result(self) -> IrType:
        """The result of the function that is being lowered, or of the one whose body stands in it."""
        return self.in_place.result if self.in_place is not None else self.function.result

    def leave(self, value: Value) -> None:
        """Returns early."""
        frame = self.in_place
        value = self.at_end_of_scopes(value, 0 if frame is None else frame.depth)
        self.write_back(0 if frame is None else frame.copies)
        if frame is None:
            self.builder.return_(self._given(value))
            return
        if frame.returned is None:
            frame.returned = self.join(frame.result, "returned")
        frame.returned.enter(value)

    def write_back(self, count: int) -> None:
        """What is changed in copies of places is written to the places, where all but `count` of the matches end early."""
        for place in reversed(self.copies[count:]):
            place.finish(self)

    def _given(self, value: Value) -> Value:
        """A result, with its evidence where that is kept."""
        if self.of is None or not self.program.keeps_evidence:
            return value
        from sigilc.lower.evidence import give_result
        return give_result(self, value, self.of)

    def finish(self, body: Expr) -> None:
        """Lowers the function's body and its result."""
        with suppress(Diverges):
            value = self.at_end_of_scopes(self.value(body), 0)
            self.builder.return_(self._given(value) if self.function.result != UNIT else self.unit())
        remove_unreached(self.function)


def annotated_variable(fl: FunctionLowering, variable: Variable, value: Value) -> Value:
    """A variable's first value, with the evidence that its marks speak of."""
    from sigilc.lower.evidence import annotated
    builder = fl.builder
    outer, builder.span = builder.span, variable.span
    value = annotated(fl, value, variable.type, variable.marks)
    builder.span = outer
    return value


_EVIDENCE = frozenset((typed.Report, typed.Assert))


def strip_evidence(expr: Expr) -> Expr:
    """The expression below the nodes that only concern evidence."""
    while type(expr) in _EVIDENCE:
        expr = expr.value       # type: ignore[attr-defined]
    return expr


def move_out(fl: FunctionLowering, expr: Expr) -> Value:
    """What a variable or a part of one holds; nothing is left behind."""
    from sigilc.lower.places import prepare_place, read_place
    root = expr
    while isinstance(root, typed.GetField):
        root = root.value
    if not isinstance(root, typed.Local) or not isinstance(fl.binding(root.variable), PlaceBinding):
        return read_place(fl, expr, keep=True)
    address = prepare_place(fl, expr).form(fl)
    value = fl.builder.load(address)
    fl.builder.store(address, fl.builder.hole(value.type))
    return value


def remove_unreached(function: IrFunction) -> None:
    """Drops the blocks that no path from the entry reaches."""
    reached = {id(function.blocks[0])}
    pending = [function.blocks[0]]
    while pending:
        for target in pending.pop().terminator.targets():
            if id(target) not in reached:
                reached.add(id(target))
                pending.append(target)
    function.blocks = [b for b in function.blocks if id(b) in reached]
