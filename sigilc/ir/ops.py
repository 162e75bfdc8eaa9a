"""The operations of the SSA IR.

Each op is a slotted object that says about itself what the generic passes need, so that no pass knows an op by name:

OPERANDS    attributes that hold a Value; LISTS: attributes that hold a list of Values;
            OPTIONAL: those of OPERANDS that may be None
CONSUMES    those of them whose reference passes to the op (the others are only looked at)
RESULT      `owned`: a new reference, to be released; `borrowed`: part of the operand named by BORROWS_FROM, which must
            live as long; `plain`: nothing to count (scalars, immortal data, addresses other than slots)
MAY_PANIC   may leave by unwinding: then `cleanup` lists what is released on that way, in order
EFFECT      reads or writes memory that others see, prints, or ends: must not be dropped or moved

A function's parameters are borrowed (the caller keeps its references) but for those that `infer_borrows` lets it own;
its result is owned. Arguments in flight
along a branch are consumed and owned by the target block's parameters. A slot is an owned value of type `IrAddr`: its
release drops what it holds. Addresses and borrowed values may not be stored, returned or passed along a branch by
`lower` (a borrowed value is retained where it is consumed).
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from sigilc.crash import InternalError
from sigilc.ir.handed_over import handed_over
from sigilc.ir.types import IrAddr, IrMap, IrType, may_have_methods
from sigilc.source.records import field, keyword_record, record
from sigilc.source.spans import Span

if TYPE_CHECKING:
    from sigilc.ir.function import Block


@record
class Value:
    """An SSA value: the result of an op, a block's parameter or a function's. `name` is a hint for printing."""

    type: IrType
    name: str = ""


@keyword_record
class Op:
    """Base of ops; `result` is None for ops without one."""

    result: Value | None = None
    span: Span | None = None
    cleanup: list[Value] = field(default_factory=list)

    OPERANDS: ClassVar[tuple[str, ...]] = ()
    LISTS: ClassVar[tuple[str, ...]] = ()
    OPTIONAL: ClassVar[tuple[str, ...]] = ()
    CONSUMES: ClassVar[tuple[str, ...]] = ()
    RESULT: ClassVar[str] = "plain"
    BORROWS_FROM: ClassVar[str] = ""
    MAY_PANIC: ClassVar[bool] = False
    EFFECT: ClassVar[bool] = False
    TERMINATOR: ClassVar[bool] = False
    # Whether `may_panic` is true of all ops of the class, of none, or (None) depends on the op.
    PANICS: ClassVar[bool | None] = False

    def __init_subclass__(cls) -> None:
        """Makes the readers of this op's operands: passes ask for them all the time."""
        cls.PANICS = cls.MAY_PANIC if cls.may_panic is Op.may_panic else None
        cls.operands = _reader(cls, cls.OPERANDS + cls.LISTS)  # type: ignore[assignment, method-assign]
        cls.consumed = _reader(cls, cls.CONSUMES)  # type: ignore[assignment, method-assign]
        cls.looked_at = _reader(cls, tuple(name for name in cls.OPERANDS + cls.LISTS  # type: ignore[assignment, method-assign]
                                           if name not in cls.CONSUMES))

    def operands(self) -> list[Value]:
        """All operands, in order; a value may occur more than once."""
        return []

    def consumed(self) -> list[Value]:
        """The operands whose reference passes to the op, in order, with repetitions."""
        return []

    def looked_at(self) -> list[Value]:
        """The operands that are not consumed."""
        return []

    def replace(self, old: Value, new: Value) -> None:
        """Uses `new` wherever `old` is an operand (cleanup included)."""
        for name in self.OPERANDS:
            if getattr(self, name) is old:
                setattr(self, name, new)
        for name in self.LISTS:
            setattr(self, name, [new if v is old else v for v in getattr(self, name)])
        self.cleanup = [new if v is old else v for v in self.cleanup]

    def targets(self) -> list[Block]:
        """The blocks that a terminator may go to."""
        return []

    @property
    def may_panic(self) -> bool:
        """Whether this very op may unwind (some depend on their fields)."""
        return self.MAY_PANIC


def _reader(op: type[Op], names: tuple[str, ...]) -> Callable[[Op], list[Value]]:
    """A method that gives the values of these attributes in a new list; the common shapes without a loop."""
    if not names:
        return lambda self: []
    get: Callable[[Op], Any] = attrgetter(*names)
    are_lists = [name in op.LISTS for name in names]
    if op.OPTIONAL:
        return lambda self: _read_any(self, names)
    if are_lists == [False]:
        return lambda self: [get(self)]
    if are_lists == [True] or not any(are_lists):
        return lambda self: [*get(self)]
    if are_lists == [False, True]:
        def single_and_list(self: Op) -> list[Value]:
            single, several = get(self)
            return [single, *several]
        return single_and_list
    return lambda self: _read_any(self, names)


def _read_any(op: Op, names: tuple[str, ...]) -> list[Value]:
    """The same for every kind of attribute."""
    found: list[Value] = []
    for name in names:
        value = getattr(op, name)
        if isinstance(value, list):
            found += value
        elif value is not None:
            found.append(value)
    return found


# ---- Constants --------------------------------------------------------------------------------------------------------


@keyword_record
class Const(Op):
    """An int (also char), float, bool or None (`unit`) of the result's type."""

    value: int | float | bool | None


@keyword_record
class ConstBytes(Op):
    """Static text (type STR, valid UTF-8) or bytes (`[u8]`): immortal, so there is nothing to count."""

    data: bytes


@keyword_record
class FunctionValue(Op):
    """A plain function as a value (IrFn); immortal environment."""

    function: str


@keyword_record
class StaticValue(Op):
    """The value of the module's static `name`: immortal data, so there is nothing to count."""

    name: str


# ---- Scalars ----------------------------------------------------------------------------------------------------------


@keyword_record
class IntBinary(Op):
    """`add sub mul div rem and or xor shl shr` on operands of one integer type (`and or xor` also on bool).

    `checked` (add, sub, mul, and MIN / -1): overflow panics, else wraps. Division by zero and, when checked, a shift
    amount out of range always panic (unchecked shifts mask it). `no_wrap` (add): known not to overflow.
    """

    op: str
    left: Value
    right: Value
    checked: bool = False
    no_wrap: bool = False
    OPERANDS = ("left", "right")

    @property
    def may_panic(self) -> bool:
        return self.op in ("div", "rem") or (self.checked and self.op in ("add", "sub", "mul", "shl", "shr"))


@keyword_record
class FloatBinary(Op):
    """`add sub mul div rem`."""

    op: str
    left: Value
    right: Value
    OPERANDS = ("left", "right")


@keyword_record
class Negate(Op):
    """Minus: of a float, or of an integer (`checked`: MIN panics)."""

    value: Value
    checked: bool = False
    OPERANDS = ("value",)

    @property
    def may_panic(self) -> bool:
        return self.checked


@keyword_record
class Not(Op):
    """Not of a bool, complement of an integer."""

    value: Value
    OPERANDS = ("value",)


@keyword_record
class Likely(Op):
    """A bool that is nearly always true: the code for that comes first."""

    value: Value
    OPERANDS = ("value",)


@keyword_record
class Compare(Op):
    """`eq ne lt le gt ge` of two scalars of one type (IEEE for floats), of two addresses, or `eq ne` of two bools."""

    op: str
    left: Value
    right: Value
    OPERANDS = ("left", "right")


@keyword_record
class Cast(Op):
    """Between ints, floats, bool, char, as Rust's `as`: wraps, extends, and saturates from floats; an address to U64."""

    value: Value
    OPERANDS = ("value",)


@keyword_record
class Select(Op):
    """`condition ? left : right` of scalars."""

    condition: Value
    left: Value
    right: Value
    OPERANDS = ("condition", "left", "right")


# ---- Aggregates -------------------------------------------------------------------------------------------------------


@keyword_record
class MakeStruct(Op):
    """A struct (no union) or tuple from all its fields."""

    fields: list[Value]
    LISTS = ("fields",)
    CONSUMES = ("fields",)
    RESULT = "owned"


@keyword_record
class GetField(Op):
    """Field `index` of a struct or tuple."""

    value: Value
    index: int
    OPERANDS = ("value",)
    RESULT = "borrowed"
    BORROWS_FROM = "value"


@keyword_record
class MakeEnum(Op):
    """Variant `variant` (its index) of an enum, from its payload."""

    variant: int
    fields: list[Value]
    LISTS = ("fields",)
    CONSUMES = ("fields",)
    RESULT = "owned"


@keyword_record
class EnumTag(Op):
    """The index of the variant, an I32."""

    value: Value
    OPERANDS = ("value",)


@keyword_record
class EnumPayload(Op):
    """Payload field `index` of an enum known to be `variant`."""

    value: Value
    variant: int
    index: int
    OPERANDS = ("value",)
    RESULT = "borrowed"
    BORROWS_FROM = "value"


@keyword_record
class MakeSome(Op):
    """A present `T?`."""

    value: Value
    OPERANDS = ("value",)
    CONSUMES = ("value",)
    RESULT = "owned"


@keyword_record
class MakeNone(Op):
    """An absent `T?` with its fault."""

    fault: Value
    OPERANDS = ("fault",)
    CONSUMES = ("fault",)
    RESULT = "owned"


@keyword_record
class IsSome(Op):
    """Whether a `T?` is present (BOOL)."""

    value: Value
    OPERANDS = ("value",)


@keyword_record
class Unwrap(Op):
    """The payload of a `T?` known to be present."""

    value: Value
    OPERANDS = ("value",)
    RESULT = "borrowed"
    BORROWS_FROM = "value"


@keyword_record
class GetFault(Op):
    """The fault of a `T?` known to be absent."""

    value: Value
    OPERANDS = ("value",)
    RESULT = "borrowed"
    BORROWS_FROM = "value"


@keyword_record
class MakeFault(Op):
    """A fault; `message` and `stage` are STR, `cause` a FAULT or None; `site` is fixed text."""

    message: Value
    stage: Value
    cause: Value | None
    site: str
    OPERANDS = ("message", "stage", "cause")
    OPTIONAL = ("cause",)
    CONSUMES = ("message", "stage", "cause")
    RESULT = "owned"


@keyword_record
class FaultField(Op):
    """`message`, `stage`, `site`: STR; `cause`: `fault?` (present when there is one). A new reference."""

    value: Value
    name: str
    OPERANDS = ("value",)
    RESULT = "owned"


# ---- Buffers ----------------------------------------------------------------------------------------------------------


@keyword_record
class MakeArray(Op):
    """`[a, b]`, growable or (IrFixed) of this length."""

    items: list[Value]
    LISTS = ("items",)
    CONSUMES = ("items",)
    RESULT = "owned"


@keyword_record
class FillArray(Op):
    """`[e; n]` of fixed length (IrFixed): copies of one value."""

    value: Value
    OPERANDS = ("value",)
    RESULT = "owned"


@keyword_record
class Length(Op):
    """Elements of an array, bytes of text, entries of a map (USIZE)."""

    value: Value
    OPERANDS = ("value",)


@keyword_record
class ArrayGet(Op):
    """`xs[i]` of an array, or byte `i` of text (U8); `index` is USIZE. `checked`: out of bounds panics."""

    value: Value
    index: Value
    checked: bool = True
    OPERANDS = ("value", "index")
    RESULT = "borrowed"
    BORROWS_FROM = "value"

    @property
    def may_panic(self) -> bool:
        return self.checked


@keyword_record
class Slice(Op):
    """`xs[low..high]` (USIZE) of an array or text, sharing the buffer. Panics out of bounds, or inside a character.

    Of an array of fixed length it is a growable one with copies of the elements.
    """

    value: Value
    low: Value
    high: Value
    OPERANDS = ("value", "low", "high")
    RESULT = "owned"
    MAY_PANIC = True


@keyword_record
class SliceView(Op):
    """`xs[low..high]` of a growable array or text, as a view that is not counted; the bounds are known to fit."""

    value: Value
    low: Value
    high: Value
    OPERANDS = ("value", "low", "high")
    RESULT = "borrowed"
    BORROWS_FROM = "value"


@keyword_record
class ArrayPush(Op):
    """Appends to the array at `address` (made unique first). `reserved`: it is known to be unique and to have room."""

    address: Value
    value: Value
    reserved: bool = False
    OPERANDS = ("address", "value")
    CONSUMES = ("value",)
    EFFECT = True


@keyword_record
class ArrayPop(Op):
    """Takes the last element off the array at `address` (made unique first), which is not empty."""

    address: Value
    OPERANDS = ("address",)
    RESULT = "owned"
    EFFECT = True


@keyword_record
class ArrayReserve(Op):
    """Makes room for `count` (USIZE) more elements in the array at `address`, and makes it unique."""

    address: Value
    count: Value
    OPERANDS = ("address", "count")
    EFFECT = True


@keyword_record
class MakeUnique(Op):
    """Makes the array at `address` unique: a buffer that others see as well is copied (from `hoist_uniqueness` on)."""

    address: Value
    OPERANDS = ("address",)
    EFFECT = True


@keyword_record
class ShareBuffer(Op):
    """Text as `[u8]` or (known to be valid UTF-8) `[u8]` as text: the same buffer, one more reference."""

    value: Value
    OPERANDS = ("value",)
    RESULT = "owned"


@keyword_record
class Copy(Op):
    """A new reference to a value: what was only a view of a place stays valid when that place is written."""

    value: Value
    OPERANDS = ("value",)
    RESULT = "owned"


# ---- Places -----------------------------------------------------------------------------------------------------------


@keyword_record
class Slot(Op):
    """A local place that begins with `initial`; the result (IrAddr) owns what it holds."""

    initial: Value
    OPERANDS = ("initial",)
    CONSUMES = ("initial",)
    RESULT = "owned"
    EFFECT = True


@keyword_record
class Load(Op):
    """A copy of what a place holds: a new reference."""

    address: Value
    OPERANDS = ("address",)
    RESULT = "owned"


@keyword_record
class Peek(Op):
    """A view of what a place holds, valid until the place (or what it is part of) is written."""

    address: Value
    OPERANDS = ("address",)
    RESULT = "borrowed"
    BORROWS_FROM = "address"


@keyword_record
class Store(Op):
    """Puts `value` into a place and drops what it held."""

    address: Value
    value: Value
    OPERANDS = ("address", "value")
    CONSUMES = ("value",)
    EFFECT = True


@keyword_record
class FieldAddr(Op):
    """The place of field `index` of the struct or tuple at `address`."""

    address: Value
    index: int
    OPERANDS = ("address",)
    RESULT = "borrowed"
    BORROWS_FROM = "address"


@keyword_record
class PayloadAddr(Op):
    """The place of a payload field of the enum at `address`, or (variant -1) of the payload of the `T?` there."""

    address: Value
    variant: int
    index: int
    OPERANDS = ("address",)
    RESULT = "borrowed"
    BORROWS_FROM = "address"


@keyword_record
class ElementAddr(Op):
    """The place of element `index` (USIZE) of the array at `address`, which is made unique. Out of bounds panics.

    An array of fixed length is its elements: there is nothing to make unique. `is_unique`: a growable one is known to be
    (`hoist_uniqueness`).
    """

    address: Value
    index: Value
    checked: bool = True
    is_unique: bool = False
    OPERANDS = ("address", "index")
    RESULT = "borrowed"
    BORROWS_FROM = "address"
    EFFECT = True

    @property
    def may_panic(self) -> bool:
        return self.checked


# ---- Maps (a set is a map to unit) --------------------------------------------------------------------------------------


def map_of(value: Value) -> IrMap:
    """The type of the map that a value or a place is. InternalError where it is none."""
    type_ = value.type.target if isinstance(value.type, IrAddr) else value.type
    if not isinstance(type_, IrMap):
        raise InternalError(f"{type_} is no map")
    return type_


@keyword_record
class MapNew(Op):
    """An empty map. `hash` and `equal` name IR functions `(K) -> u64` and `(K, K) -> bool`."""

    hash: str
    equal: str
    RESULT = "owned"


@keyword_record
class MapFind(Op):
    """The number of the key's entry (I64), -1 when it is missing. Hashing and comparing may be the program's own code."""

    value: Value
    key: Value
    OPERANDS = ("value", "key")

    @property
    def may_panic(self) -> bool:
        return may_have_methods(map_of(self.value).key)


@keyword_record
class MapKey(Op):
    """The key of entry `index` (I64), in insertion order."""

    value: Value
    index: Value
    OPERANDS = ("value", "index")
    RESULT = "borrowed"
    BORROWS_FROM = "value"


@keyword_record
class MapValue(Op):
    """The value of entry `index` (I64)."""

    value: Value
    index: Value
    OPERANDS = ("value", "index")
    RESULT = "borrowed"
    BORROWS_FROM = "value"


@keyword_record
class MapInsert(Op):
    """Puts an entry into the map at `address` (made unique); overwriting keeps the entry's place and its old key."""

    address: Value
    key: Value
    value: Value
    OPERANDS = ("address", "key", "value")
    CONSUMES = ("key", "value")
    EFFECT = True

    @property
    def may_panic(self) -> bool:
        return may_have_methods(map_of(self.address).key)


@keyword_record
class MapRemove(Op):
    """Takes entry `index` (I64) out of the map at `address` (made unique); the order of the others stays."""

    address: Value
    index: Value
    OPERANDS = ("address", "index")
    EFFECT = True

    @property
    def may_panic(self) -> bool:
        return may_have_methods(map_of(self.address).key)


@keyword_record
class MapValueAddr(Op):
    """The place of the value of entry `index` (I64) of the map at `address`, which is made unique."""

    address: Value
    index: Value
    OPERANDS = ("address", "index")
    RESULT = "borrowed"
    BORROWS_FROM = "address"
    EFFECT = True


# ---- Calls ------------------------------------------------------------------------------------------------------------


@keyword_record
class Call(Op):
    """A direct call of an IR function by name. IrAddr arguments are written, the others borrowed.

    `moved`: the numbers of the arguments whose references pass to the callee instead (`infer_borrows`).
    """

    function: str
    args: list[Value]
    moved: frozenset[int] = frozenset()
    LISTS = ("args",)
    RESULT = "owned"
    MAY_PANIC = True
    EFFECT = True


def _moved_arguments(op: Call) -> list[Value]:
    return [value for number, value in enumerate(op.args) if number in op.moved] if op.moved else []


def _borrowed_arguments(op: Call) -> list[Value]:
    return [value for number, value in enumerate(op.args) if number not in op.moved]


Call.consumed = _moved_arguments        # type: ignore[method-assign, assignment]
Call.looked_at = _borrowed_arguments    # type: ignore[method-assign, assignment]


@keyword_record
class Catch(Op):
    """A direct call, as `Call`, of a function without a result; true when it panicked, which ends here."""

    function: str
    args: list[Value]
    LISTS = ("args",)
    EFFECT = True


@keyword_record
class CallValue(Op):
    """A call of a function value. Its type says which arguments' references pass to the callee: see `handed_over`."""

    callee: Value
    args: list[Value]
    OPERANDS = ("callee",)
    LISTS = ("args",)
    RESULT = "owned"
    MAY_PANIC = True
    EFFECT = True


def _handed_over(op: CallValue) -> list[Value]:
    handed = handed_over(op.callee.type)
    return [value for number, value in enumerate(op.args) if number in handed] if handed else []


def _lent(op: CallValue) -> list[Value]:
    handed = handed_over(op.callee.type)
    return [op.callee, *(value for number, value in enumerate(op.args) if number not in handed)]


CallValue.consumed = _handed_over       # type: ignore[method-assign, assignment]
CallValue.looked_at = _lent             # type: ignore[method-assign, assignment]


@keyword_record
class CallForeign(Op):
    """A call of a C symbol with scalars, pointers, and structs by value.

    For a parameter of type PTR an array or text passes as the address of its data, and an IrAddr is a place that C may
    write.
    """

    symbol: str
    args: list[Value]
    LISTS = ("args",)
    EFFECT = True


@keyword_record
class CallRuntime(Op):
    """A call of a runtime function listed in `runtime_abi.py`, which says what it consumes and whether it may panic."""

    function: str
    args: list[Value]
    LISTS = ("args",)
    EFFECT = True
    RESULT = "owned"

    @property
    def may_panic(self) -> bool:
        from sigilc.ir.runtime_abi import RUNTIME
        return RUNTIME[self.function].may_panic


@keyword_record
class MakeClosure(Op):
    """A function value with copies of `captures`; `function`'s first parameters are the captures (borrowed), then its own."""

    function: str
    captures: list[Value]
    LISTS = ("captures",)
    CONSUMES = ("captures",)
    RESULT = "owned"


# ---- Counts (from insert_refcounts on) ----------------------------------------------------------------------------------


@keyword_record
class Retain(Op):
    """One more reference to a counted value."""

    value: Value
    OPERANDS = ("value",)
    EFFECT = True


@keyword_record
class Release(Op):
    """One reference less; of a slot: drops what it holds."""

    value: Value
    OPERANDS = ("value",)
    CONSUMES = ("value",)
    EFFECT = True


# ---- Debug information (only with -g) ---------------------------------------------------------------------------------


@keyword_record
class Declare(Op):
    """From here on `value` (or what the place at this address holds) is the source's variable `name`.

    The span is that of the variable's name; it is in scope at positions `begin` to `end` of the same file.
    """

    value: Value
    name: str
    begin: int
    end: int
    OPERANDS = ("value",)


# ---- Terminators ------------------------------------------------------------------------------------------------------


@keyword_record
class Branch(Op):
    """To `target`, whose parameters take `args`."""

    target: Block
    args: list[Value] = field(default_factory=list)
    LISTS = ("args",)
    CONSUMES = ("args",)
    TERMINATOR = True
    EFFECT = True

    def targets(self) -> list[Block]:
        return [self.target]


@keyword_record
class CondBranch(Op):
    """To one of two blocks without parameters, which have no other predecessor."""

    condition: Value
    then: Block
    otherwise: Block
    OPERANDS = ("condition",)
    TERMINATOR = True
    EFFECT = True

    def targets(self) -> list[Block]:
        return [self.then, self.otherwise]


@keyword_record
class Switch(Op):
    """By an integer, to blocks without parameters, which have no other predecessor."""

    value: Value
    cases: list[tuple[int, Block]]
    default: Block
    OPERANDS = ("value",)
    TERMINATOR = True
    EFFECT = True

    def targets(self) -> list[Block]:
        return [b for _, b in self.cases] + [self.default]


@keyword_record
class Return(Op):
    """The function's result, always with a value (a `unit` one for `()`)."""

    value: Value
    OPERANDS = ("value",)
    CONSUMES = ("value",)
    TERMINATOR = True
    EFFECT = True


@keyword_record
class Panic(Op):
    """A panic with a text (STR), which is consumed, at this op's span.

    `kept` are values with a destructor: they end behind the panic, not before it.
    """

    message: Value
    kept: list[Value] = field(default_factory=list)
    OPERANDS = ("message",)
    LISTS = ("kept",)
    CONSUMES = ("message",)
    MAY_PANIC = True
    TERMINATOR = True
    EFFECT = True


@keyword_record
class RaiseFault(Op):
    """Ends the message, or the program, with a fault, which is consumed (`e!` of an absent value); `kept` as in Panic."""

    fault: Value
    kept: list[Value] = field(default_factory=list)
    OPERANDS = ("fault",)
    LISTS = ("kept",)
    CONSUMES = ("fault",)
    MAY_PANIC = True
    TERMINATOR = True
    EFFECT = True


@keyword_record
class Unreachable(Op):
    """The end of a path that can't be taken."""

    TERMINATOR = True
    EFFECT = True
