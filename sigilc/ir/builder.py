"""Appends ops to the blocks of a function, working out their result types.

Use: `b = FunctionBuilder(function)`, `b.position_at(b.new_block("entry"))`, then one method an op. Each method returns
the op's result, or None for ops without one. The current `span` is copied to every op. Appending to a terminated block
is an internal error: ask `is_terminated` first where a path may have ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sigilc.crash import InternalError
from sigilc.ir import actor_ops, array_ops, bit_ops, box_ops, dyn_ops, evidence_ops, foreign_ops, ops, secret_ops
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import Op, Value
from sigilc.ir.runtime_abi import RUNTIME
from sigilc.ir.types import (
    ADDRESS,
    BOOL,
    CHAR,
    FAULT,
    I32,
    I64,
    PTR,
    STR,
    U8,
    UNIT,
    USIZE,
    IrAddr,
    IrArray,
    IrBox,
    IrDyn,
    IrEnum,
    IrFixed,
    IrFn,
    IrFuture,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
)
from sigilc.source.spans import Span


def field_types(type_: IrType) -> tuple[IrType, ...]:
    """The field types of a struct or tuple."""
    if isinstance(type_, IrStruct | IrTuple):
        return type_.fields
    raise InternalError(f"{type_} has no fields")


def payload_type(type_: IrType, variant: int, index: int) -> IrType:
    """The type of a payload field of an enum, or (variant -1) of the payload of an option."""
    if isinstance(type_, IrEnum) and variant >= 0:
        return type_.variants[variant][index]
    if isinstance(type_, IrOption) and variant == -1:
        return type_.item
    raise InternalError(f"{type_} has no payload {variant}.{index}")


def element_type(type_: IrType) -> IrType:
    """The element type of an array, or of text (U8)."""
    if isinstance(type_, IrArray | IrFixed):
        return type_.item
    if type_ == STR:
        return U8
    raise InternalError(f"{type_} has no elements")


def target_type(type_: IrType) -> IrType:
    """What a place of this address type holds."""
    if isinstance(type_, IrAddr):
        return type_.target
    raise InternalError(f"{type_} is no address")


def awaited_type(type_: IrType) -> IrOption:
    """What awaiting a future gives: `R?`, or the handler's own option."""
    if not isinstance(type_, IrFuture):
        raise InternalError(f"{type_} is no future")
    return type_.item if isinstance(type_.item, IrOption) else IrOption(type_.item)


def _option(type_: IrType) -> IrOption:
    if isinstance(type_, IrOption):
        return type_
    raise InternalError(f"{type_} is no option")


def _map(type_: IrType) -> IrMap:
    if isinstance(type_, IrMap):
        return type_
    raise InternalError(f"{type_} is no map")


class FunctionBuilder:
    """Writes one function. `block` is where ops go, `span` what they carry."""

    def __init__(self, function: IrFunction):
        self.function = function
        self.span: Span | None = function.span
        self._block: Block | None = None
        # The values, and slots, that a panic at the current point must not end before it.
        self.kept: Callable[[], list[Value]] = list

    # ---- Blocks -----------------------------------------------------------------------------------------------------

    @property
    def block(self) -> Block:
        """The current block."""
        if self._block is None:
            raise InternalError(f"no current block in {self.function.name}", self.span)
        return self._block

    @property
    def is_terminated(self) -> bool:
        """Whether the current block ends already (or there is none): what follows can't be reached."""
        return self._block is None or (bool(self._block.ops) and self._block.ops[-1].TERMINATOR)

    def new_block(self, name: str, param_types: Iterable[IrType] = (), param_names: Sequence[str] = ()) -> Block:
        """Appends a block to the function, without going there."""
        block = Block(name)
        for i, type_ in enumerate(param_types):
            block.params.append(Value(type_, param_names[i] if i < len(param_names) else ""))
        self.function.blocks.append(block)
        return block

    def position_at(self, block: Block) -> None:
        """Ops go to the end of `block` from now on."""
        self._block = block

    def append(self, op: Op) -> None:
        """Appends an op as it is, with the current span where it has none."""
        if self.is_terminated:
            raise InternalError(f"an op after the end of block {self.block.name}", self.span)
        if op.span is None:
            op.span = self.span
        self.block.ops.append(op)

    def emit(self, op: Op, type_: IrType, name: str = "") -> Value:
        """Appends an op with a new result of `type_`."""
        result = op.result = Value(type_, name)
        block = self._block
        if block is None or (block.ops and block.ops[-1].TERMINATOR):
            raise InternalError(f"an op after the end of block {self.block.name}", self.span)
        if op.span is None:
            op.span = self.span
        block.ops.append(op)
        return result

    # ---- Constants --------------------------------------------------------------------------------------------------

    def const(self, type_: IrType, value: int | float | bool | None, name: str = "") -> Value:
        """An int, char, float, bool or unit."""
        return self.emit(ops.Const(value=value), type_, name)

    def const_int(self, type_: IrType, value: int) -> Value:
        """An integer of `type_`."""
        return self.const(type_, value)

    def const_usize(self, value: int) -> Value:
        """A USIZE."""
        return self.const(USIZE, value)

    def const_float(self, type_: IrType, value: float) -> Value:
        """A float of `type_`."""
        return self.const(type_, float(value))

    def const_bool(self, value: bool) -> Value:
        """A BOOL."""
        return self.const(BOOL, value)

    def const_char(self, code_point: int) -> Value:
        """A CHAR."""
        return self.const(CHAR, code_point)

    def unit(self) -> Value:
        """The value `()`."""
        return self.const(UNIT, None)

    def const_text(self, text: str) -> Value:
        """Static text."""
        return self.emit(ops.ConstBytes(data=text.encode()), STR)

    def const_bytes(self, data: bytes) -> Value:
        """Static `[u8]`."""
        return self.emit(ops.ConstBytes(data=data), IrArray(U8))

    def static_value(self, name: str, type_: IrType) -> Value:
        """The value of a static of the module."""
        return self.emit(ops.StaticValue(name=name), type_)

    def function_value(self, function: str, type_: IrFn) -> Value:
        """A plain function as a value."""
        return self.emit(ops.FunctionValue(function=function), type_)

    # ---- Scalars ----------------------------------------------------------------------------------------------------

    def int_binary(self, op: str, left: Value, right: Value, *, checked: bool = False, no_wrap: bool = False) -> Value:
        """`add sub mul div rem and or xor shl shr` of two integers (`and or xor` also of bools)."""
        return self.emit(ops.IntBinary(op=op, left=left, right=right, checked=checked, no_wrap=no_wrap), left.type)

    def int_unary(self, op: str, value: Value) -> Value:
        """One of `ctpop ctlz cttz bswap bitreverse` of an integer."""
        return self.emit(bit_ops.IntUnary(op=op, value=value), value.type)

    def float_binary(self, op: str, left: Value, right: Value) -> Value:
        """`add sub mul div rem` of two floats."""
        return self.emit(ops.FloatBinary(op=op, left=left, right=right), left.type)

    def negate(self, value: Value, *, checked: bool = False) -> Value:
        """Minus."""
        return self.emit(ops.Negate(value=value, checked=checked), value.type)

    def not_(self, value: Value) -> Value:
        """Not of a bool, complement of an integer."""
        return self.emit(ops.Not(value=value), value.type)

    def likely(self, value: Value) -> Value:
        """A bool that is nearly always true."""
        return self.emit(ops.Likely(value=value), value.type)

    def opaque(self, value: Value) -> Value:
        """The same scalar, of which LLVM knows nothing."""
        return self.emit(secret_ops.Opaque(value=value), value.type)

    def declassify(self, value: Value) -> Value:
        """The same scalar, from here on public."""
        return self.emit(secret_ops.Declassify(value=value), value.type)

    def compare(self, op: str, left: Value, right: Value) -> Value:
        """`eq ne lt le gt ge`: a BOOL."""
        return self.emit(ops.Compare(op=op, left=left, right=right), BOOL)

    def cast(self, value: Value, type_: IrType) -> Value:
        """As Rust's `as`."""
        return self.emit(ops.Cast(value=value), type_)

    def select(self, condition: Value, left: Value, right: Value) -> Value:
        """`condition ? left : right` of scalars."""
        return self.emit(ops.Select(condition=condition, left=left, right=right), left.type)

    # ---- Aggregates -------------------------------------------------------------------------------------------------

    def make_struct(self, type_: IrType, fields: Sequence[Value]) -> Value:
        """A struct or tuple."""
        if isinstance(type_, IrBox):
            return self.emit(box_ops.MakeBox(value=self.make_struct(type_.item, fields)), type_)
        return self.emit(ops.MakeStruct(fields=self._boxed(field_types(type_), fields)), type_)

    def _boxed(self, wanted: Sequence[IrType], values: Sequence[Value]) -> list[Value]:
        """The values, in boxes where the fields are boxed."""
        return [self.emit(box_ops.MakeBox(value=v), t) if isinstance(t, IrBox) and v.type != t else v
                for t, v in zip(wanted, values, strict=True)]

    def _unboxed(self, value: Value) -> Value:
        """What a box holds that nothing but the layout of its owner asks for; any other value as it is."""
        return value if isinstance(value.type, IrBox) and value.type.drop else self.opened(value)

    def _in_box(self, address: Value) -> Value:
        """The place in such a box at a place; any other place as it is."""
        target = target_type(address.type)
        return address if isinstance(target, IrBox) and target.drop else self._opened_place(address)

    def opened(self, value: Value) -> Value:
        """What a box holds, that of a value with a destructor included; any other value as it is."""
        return self.emit(box_ops.Unbox(value=value), value.type.item) if isinstance(value.type, IrBox) else value

    def _opened_place(self, address: Value) -> Value:
        target = target_type(address.type)
        return self.emit(box_ops.BoxAddr(address=address), IrAddr(target.item)) if isinstance(target, IrBox) else address

    def hole(self, type_: IrType) -> Value:
        """What is left where a value has been moved away."""
        return self.emit(box_ops.Hole(), type_)

    def keep(self, value: Value) -> None:
        """A use of a value, or of a slot, at the end of its scope."""
        self.append(box_ops.Keep(value=value))

    def make_tuple(self, items: Sequence[Value]) -> Value:
        """A tuple of the items' types."""
        return self.make_struct(IrTuple(tuple(v.type for v in items)), items)

    def make_union(self, type_: IrType, index: int, value: Value, base: Value | None = None) -> Value:
        """A union that holds `value` as field `index`, elsewhere what `base` holds."""
        return self.emit(foreign_ops.MakeUnion(value=value, index=index, base=base), type_)

    def get_field(self, value: Value, index: int) -> Value:
        """Field `index` of a struct or tuple, borrowed."""
        value = self.opened(value)
        return self._unboxed(self.emit(ops.GetField(value=value, index=index), field_types(value.type)[index]))

    def make_enum(self, type_: IrType, variant: int, fields: Sequence[Value] = ()) -> Value:
        """Variant number `variant`."""
        if isinstance(type_, IrBox):
            return self.emit(box_ops.MakeBox(value=self.make_enum(type_.item, variant, fields)), type_)
        assert isinstance(type_, IrEnum)
        return self.emit(ops.MakeEnum(variant=variant, fields=self._boxed(type_.variants[variant], fields)), type_)

    def enum_tag(self, value: Value) -> Value:
        """The variant's index, an I32."""
        return self.emit(ops.EnumTag(value=self.opened(value)), I32)

    def enum_payload(self, value: Value, variant: int, index: int) -> Value:
        """A payload field of an enum known to be `variant`, borrowed."""
        value = self.opened(value)
        return self._unboxed(self.emit(ops.EnumPayload(value=value, variant=variant, index=index),
                                       payload_type(value.type, variant, index)))

    def make_some(self, value: Value, type_: IrType) -> Value:
        """A present `T?` of the type, in whose box the value is put where it has one."""
        (value,) = self._boxed([_option(type_).item], [value])
        return self.emit(ops.MakeSome(value=value), type_)

    def make_none(self, type_: IrType, fault: Value) -> Value:
        """An absent `T?` of the type."""
        return self.emit(ops.MakeNone(fault=fault), _option(type_))

    def is_some(self, value: Value) -> Value:
        """Whether a `T?` is present."""
        return self.emit(ops.IsSome(value=value), BOOL)

    def unwrap(self, value: Value) -> Value:
        """The payload of a `T?` known to be present, borrowed."""
        return self._unboxed(self.emit(ops.Unwrap(value=value), _option(value.type).item))

    def get_fault(self, value: Value) -> Value:
        """The fault of a `T?` known to be absent, borrowed."""
        return self.emit(ops.GetFault(value=value), FAULT)

    def make_fault(self, message: Value, stage: Value, cause: Value | None = None, site: str | None = None) -> Value:
        """A fault; its site is the current span's unless given."""
        if site is None:
            site = self.span.site() if self.span else ""
        return self.emit(ops.MakeFault(message=message, stage=stage, cause=cause, site=site), FAULT)

    def fault_field(self, value: Value, name: str) -> Value:
        """`message`, `stage`, `site` (STR) or `cause` (`fault?`)."""
        return self.emit(ops.FaultField(value=value, name=name), IrOption(FAULT) if name == "cause" else STR)

    # ---- Buffers ----------------------------------------------------------------------------------------------------

    def make_array(self, item: IrType, items: Sequence[Value] = ()) -> Value:
        """An array of these items."""
        return self.emit(ops.MakeArray(items=list(items)), IrArray(item))

    def make_fixed(self, item: IrType, items: Sequence[Value]) -> Value:
        """An array of fixed length of these items."""
        return self.emit(ops.MakeArray(items=list(items)), IrFixed(item, len(items)))

    def fill_array(self, value: Value, count: int) -> Value:
        """An array of fixed length with `count` copies of a value."""
        return self.emit(ops.FillArray(value=value), IrFixed(value.type, count))

    def length(self, value: Value) -> Value:
        """Elements of an array, bytes of text, entries of a map: a USIZE; a constant where the type says it."""
        if isinstance(value.type, IrFixed):
            return self.const_usize(value.type.count)
        return self.emit(ops.Length(value=value), USIZE)

    def array_get(self, value: Value, index: Value, *, checked: bool = True) -> Value:
        """Element `index` (USIZE) of an array, borrowed, or a byte of text."""
        return self.emit(ops.ArrayGet(value=value, index=index, checked=checked), element_type(value.type))

    def slice(self, value: Value, low: Value, high: Value) -> Value:
        """`value[low..high]` of an array or text; of an array of fixed length a growable copy."""
        type_ = IrArray(value.type.item) if isinstance(value.type, IrFixed) else value.type
        return self.emit(ops.Slice(value=value, low=low, high=high), type_)

    def slice_view(self, value: Value, low: Value, high: Value) -> Value:
        """`value[low..high]` of an array or text, borrowed; the bounds are known to fit."""
        return self.emit(ops.SliceView(value=value, low=low, high=high), value.type)

    def array_push(self, address: Value, value: Value, *, reserved: bool = False) -> None:
        """Appends to the array at `address`; `reserved`: it is unique and has room."""
        self.append(ops.ArrayPush(address=address, value=value, reserved=reserved))

    def array_pop(self, address: Value) -> Value:
        """Takes the last element off the array at `address`, which is not empty."""
        return self.emit(ops.ArrayPop(address=address), element_type(target_type(address.type)))

    def array_reserve(self, address: Value, count: Value) -> None:
        """Room for `count` (USIZE) more elements."""
        self.append(ops.ArrayReserve(address=address, count=count))

    def edit_array(self, verb: str, address: Value, *numbers: Value) -> None:
        """`swap`, `rotate` or `truncate`, with numbers (USIZE) that are in bounds."""
        self.append(array_ops.EditArray(address=address, verb=verb, numbers=list(numbers)))

    def map_reserve(self, address: Value, count: Value) -> None:
        """Room for `count` (USIZE) more entries in the map at `address`."""
        self.append(array_ops.MapReserve(address=address, count=count))

    def swap_places(self, left: Value, right: Value) -> None:
        """Exchanges what two places hold."""
        self.append(array_ops.SwapPlaces(left=left, right=right))

    def extend_array(self, address: Value, items: Value) -> None:
        """Adds copies of an array's elements to the array at `address`."""
        self.append(array_ops.ExtendArray(address=address, items=items))

    def lend_slice(self, address: Value, low: Value, high: Value) -> Value:
        """A slot with the elements low to high of the array at `address`, which stay where they are."""
        return self.emit(array_ops.LendSlice(address=address, low=low, high=high), array_ops.lent_type(address.type))

    def give_back_slice(self, loan: Value, address: Value) -> None:
        """Ends a loan."""
        self.append(array_ops.GiveBackSlice(loan=loan, address=address))

    def array_sort(self, address: Value, compare: str, key: str = "", *, keys: Value | None = None,
                   context: Sequence[Value] = ()) -> None:
        """Sorts the array at `address` stably by an IR function `(T, T, …) -> i32`, which gets the context too."""
        self.append(array_ops.ArraySort(address=address, compare=compare, key=key, keys=keys, context=list(context)))

    def share_buffer(self, value: Value) -> Value:
        """Text as `[u8]`, or valid `[u8]` as text."""
        return self.emit(ops.ShareBuffer(value=value), IrArray(U8) if value.type == STR else STR)

    def copy(self, value: Value) -> Value:
        """A new reference to a value that was only a view of a place."""
        return self.emit(ops.Copy(value=value), value.type)

    # ---- Evidence ---------------------------------------------------------------------------------------------------

    def trust_source(self, value: Value, mask: str) -> Value:
        """The value, as reported or asserted as the mask says."""
        return self.emit(evidence_ops.TrustSource(value=value, mask=mask), value.type)

    def confirm_trust(self, value: Value, how: str) -> Value:
        """The value as it is after a validation, a confirmation or an assertion."""
        return self.emit(evidence_ops.ConfirmTrust(value=value, how=how), value.type)

    def join_trust(self, value: Value, other: Value, part: str = "all") -> Value:
        """The value, no better than another one that it depends on."""
        return self.emit(evidence_ops.JoinTrust(value=value, other=other, part=part), value.type)

    def demand_trust(self, value: Value, mask: str) -> None:
        """Demands of the value what the mask says."""
        self.append(evidence_ops.DemandTrust(value=value, mask=mask))

    # ---- Places -----------------------------------------------------------------------------------------------------

    def slot(self, initial: Value, name: str = "") -> Value:
        """A local place that begins with `initial`."""
        return self.emit(ops.Slot(initial=initial), IrAddr(initial.type), name)

    def load(self, address: Value, name: str = "") -> Value:
        """A copy of what a place holds."""
        return self.emit(ops.Load(address=address), target_type(address.type), name)

    def peek(self, address: Value, name: str = "") -> Value:
        """A view of what a place holds, valid until the place is written."""
        return self.emit(ops.Peek(address=address), target_type(address.type), name)

    def store(self, address: Value, value: Value) -> None:
        """Puts `value` into a place."""
        self.append(ops.Store(address=address, value=value))

    def field_addr(self, address: Value, index: int) -> Value:
        """The place of a field of the struct or tuple at `address`."""
        address = self._opened_place(address)
        return self._in_box(self.emit(ops.FieldAddr(address=address, index=index),
                                      IrAddr(field_types(target_type(address.type))[index])))

    def payload_addr(self, address: Value, variant: int, index: int) -> Value:
        """The place of a payload field of the enum at `address`, or (variant -1) of an option's payload."""
        address = self._opened_place(address)
        return self._in_box(self.emit(ops.PayloadAddr(address=address, variant=variant, index=index),
                                      IrAddr(payload_type(target_type(address.type), variant, index))))

    def element_addr(self, address: Value, index: Value, *, checked: bool = True) -> Value:
        """The place of element `index` (USIZE) of the array at `address`."""
        return self.emit(ops.ElementAddr(address=address, index=index, checked=checked),
                         IrAddr(element_type(target_type(address.type))))

    # ---- Maps -------------------------------------------------------------------------------------------------------

    def map_new(self, key: IrType, value: IrType, hash_function: str, equal_function: str) -> Value:
        """An empty map; a set has UNIT as `value`."""
        return self.emit(ops.MapNew(hash=hash_function, equal=equal_function), IrMap(key, value))

    def map_find(self, value: Value, key: Value) -> Value:
        """The number of the key's entry (I64), or -1."""
        return self.emit(ops.MapFind(value=value, key=key), I64)

    def map_key(self, value: Value, index: Value) -> Value:
        """The key of entry `index` (I64), borrowed."""
        return self.emit(ops.MapKey(value=value, index=index), _map(value.type).key)

    def map_value(self, value: Value, index: Value) -> Value:
        """The value of entry `index` (I64), borrowed."""
        return self.emit(ops.MapValue(value=value, index=index), _map(value.type).value)

    def map_insert(self, address: Value, key: Value, value: Value) -> None:
        """Puts an entry into the map at `address`."""
        self.append(ops.MapInsert(address=address, key=key, value=value))

    def map_remove(self, address: Value, index: Value) -> None:
        """Takes entry `index` (I64) out of the map at `address`."""
        self.append(ops.MapRemove(address=address, index=index))

    def map_value_addr(self, address: Value, index: Value) -> Value:
        """The place of the value of entry `index` (I64) of the map at `address`."""
        return self.emit(ops.MapValueAddr(address=address, index=index),
                         IrAddr(_map(target_type(address.type)).value))

    # ---- Calls ------------------------------------------------------------------------------------------------------

    def call(self, function: str, args: Sequence[Value], result: IrType, name: str = "") -> Value:
        """A direct call."""
        return self.emit(ops.Call(function=function, args=list(args)), result, name)

    def catch(self, function: str, args: Sequence[Value]) -> Value:
        """A direct call at which a panic ends; whether there was one."""
        return self.emit(ops.Catch(function=function, args=list(args)), BOOL)

    def call_value(self, callee: Value, args: Sequence[Value]) -> Value:
        """A call of a function value."""
        if not isinstance(callee.type, IrFn):
            raise InternalError(f"{callee.type} can't be called", self.span)
        return self.emit(ops.CallValue(callee=callee, args=list(args)), callee.type.result)

    def call_foreign(self, symbol: str, args: Sequence[Value], result: IrType) -> Value:
        """A call of a C symbol (see Module.foreign)."""
        return self.emit(ops.CallForeign(symbol=symbol, args=list(args)), result)

    def call_pointer(self, callee: Value, args: Sequence[Value], result: IrType) -> Value:
        """A call of the C function at an address."""
        return self.emit(foreign_ops.CallPointer(callee=callee, args=list(args)), result)

    def code_pointer(self, function: str) -> Value:
        """The address by which C calls a function."""
        return self.emit(foreign_ops.CodePointer(function=function), PTR)

    def pointer_read(self, pointer: Value, type_: IrType) -> Value:
        """What lies at an address."""
        return self.emit(foreign_ops.PointerRead(pointer=pointer), type_)

    def pointer_write(self, pointer: Value, value: Value) -> None:
        """Writes to an address."""
        self.append(foreign_ops.PointerWrite(pointer=pointer, value=value))

    def is_valid(self, value: Value) -> Value:
        """Whether a char, or an enum of C's, that came from C is one."""
        return self.emit(foreign_ops.IsValid(value=value), BOOL)

    def pointer_offset(self, pointer: Value, count: Value, item: IrType) -> Value:
        """The address `count` items on."""
        return self.emit(foreign_ops.PointerOffset(pointer=pointer, count=count, item=item), PTR)

    def call_runtime(self, function: str, args: Sequence[Value], result: IrType | None = None) -> Value:
        """A call of a function of `runtime_abi`, which gives its result type."""
        return self.emit(ops.CallRuntime(function=function, args=list(args)), result or RUNTIME[function].result)

    def make_closure(self, function: str, captures: Sequence[Value], type_: IrFn) -> Value:
        """A function value with copies of `captures`."""
        return self.emit(ops.MakeClosure(function=function, captures=list(captures)), type_)

    def make_dyn(self, value: Value, methods: Sequence[str], type_: IrDyn) -> Value:
        """A value behind the table of its methods."""
        return self.emit(dyn_ops.MakeDyn(value=value, methods=list(methods)), type_)

    def upcast_dyn(self, value: Value, numbers: Sequence[int], type_: IrDyn) -> Value:
        """The same value, known only by these of its methods."""
        return self.emit(dyn_ops.UpcastDyn(value=value, numbers=list(numbers)), type_)

    def call_dyn(self, receiver: Value, number: int, args: Sequence[Value]) -> Value:
        """A method of a value, or of the place of one, that is known only by its methods."""
        type_ = receiver.type.target if isinstance(receiver.type, IrAddr) else receiver.type
        if not isinstance(type_, IrDyn):
            raise InternalError(f"{type_} has no table of methods", self.span)
        return self.emit(dyn_ops.CallDyn(receiver=receiver, number=number, args=list(args)), type_.methods[number].result)

    # ---- Counts -----------------------------------------------------------------------------------------------------

    def retain(self, value: Value) -> None:
        """One more reference."""
        self.append(ops.Retain(value=value))

    def release(self, value: Value) -> None:
        """One reference less."""
        self.append(ops.Release(value=value))

    # ---- Debug information ------------------------------------------------------------------------------------------

    def declare(self, value: Value, name: str, span: Span, begin: int, end: int) -> None:
        """Says that a value, or what is at an address, is a variable of the source."""
        op = ops.Declare(value=value, name=name, begin=begin, end=end)
        self.append(op)
        op.span = span

    # ---- Actors -----------------------------------------------------------------------------------------------------

    def spawn(self, actor: str, state: Value) -> Value:
        """A new actor: its address."""
        return self.emit(actor_ops.Spawn(actor=actor, state=state), ADDRESS)

    def tell(self, actor: str, handler: int, address: Value, args: Sequence[Value]) -> None:
        """Queues a message."""
        self.append(actor_ops.Tell(actor=actor, handler=handler, address=address, args=list(args)))

    def ask(self, actor: str, handler: int, address: Value, args: Sequence[Value], reply: IrType) -> Value:
        """Queues a message with a reply of type `reply`: a future."""
        return self.emit(actor_ops.Ask(actor=actor, handler=handler, address=address, args=list(args)), IrFuture(reply))

    def await_(self, future: Value) -> Value:
        """Waits for a future: `R?`."""
        return self.emit(actor_ops.Await(future=future), awaited_type(future.type))

    def stop_actor(self, address: Value, kind: str) -> None:
        """`stop` or `kill`."""
        self.append(actor_ops.StopActor(address=address, kind=kind))

    # ---- Terminators ------------------------------------------------------------------------------------------------

    def branch(self, target: Block, args: Sequence[Value] = ()) -> None:
        """To `target`, whose parameters take `args`."""
        self.append(ops.Branch(target=target, args=list(args)))

    def cond_branch(self, condition: Value, then: Block, otherwise: Block) -> None:
        """To one of two blocks without parameters and without other predecessors."""
        self.append(ops.CondBranch(condition=condition, then=then, otherwise=otherwise))

    def switch(self, value: Value, cases: Sequence[tuple[int, Block]], default: Block) -> None:
        """By an integer, to blocks without parameters and without other predecessors."""
        self.append(ops.Switch(value=value, cases=list(cases), default=default))

    def return_(self, value: Value) -> None:
        """The function's result."""
        self.append(ops.Return(value=value))

    def panic(self, message: Value) -> None:
        """A panic with a text."""
        self.append(ops.Panic(message=message, kept=self.kept()))

    def raise_fault(self, fault: Value) -> None:
        """Ends the message, or the program, with a fault."""
        self.append(ops.RaiseFault(fault=fault, kept=self.kept()))

    def unreachable(self) -> None:
        """The end of a path that can't be taken."""
        self.append(ops.Unreachable())
