"""The typing rule of every op: what its operands and its result must be, and which names it may name.

`check_op(op, module)` returns None or raises `RuleBroken` with the rule in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sigilc.crash import InternalError
from sigilc.ir import array_ops, bit_ops, box_ops, dyn_ops, evidence_ops, foreign_ops, ops, pass_ops
from sigilc.ir.builder import awaited_type, element_type, field_types, payload_type, target_type
from sigilc.ir.function import IrFunction, IrHandler, Module
from sigilc.ir.handed_over import handed_over, handed_to_method
from sigilc.ir.ops import Op, Value
from sigilc.ir.printer import is_utf8
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
    U64,
    UNIT,
    USIZE,
    IrAddr,
    IrArray,
    IrBox,
    IrDyn,
    IrEnum,
    IrFixed,
    IrFloat,
    IrFn,
    IrFuture,
    IrInt,
    IrMap,
    IrOption,
    IrStruct,
    IrTuple,
    IrType,
)

BYTES = IrArray(U8)


class RuleBroken(Exception):
    """An op that breaks a rule of the IR."""


def require(condition: bool, rule: str, *parts: object) -> None:
    """Raises RuleBroken unless `condition` holds; `parts` fill the places `{}` of the rule's text."""
    if not condition:
        raise RuleBroken(rule.format(*parts))


def _same(what: str, found: IrType, expected: IrType) -> None:
    if found is not expected and found != expected:
        raise RuleBroken(f"{what} is {found}, expected {expected}")


def _result(op: Op, expected: IrType) -> None:
    require(op.result is not None, "the op must have a result")
    if op.result is not None:
        _same("the result", op.result.type, expected)


def _no_result(op: Op) -> None:
    require(op.result is None, "the op has no result")


def _optional_result(op: Op, expected: IrType) -> None:
    """The result of a call, which may be left out when it is `()`."""
    if op.result is not None or expected != UNIT:
        _result(op, expected)


def _values(what: str, values: Sequence[Value], expected: Sequence[IrType]) -> None:
    require(len(values) == len(expected), "{} {}s, expected {}", len(values), what, len(expected))
    for i, value in enumerate(values):
        if value.type is not expected[i]:
            _same(f"{what} {i}", value.type, expected[i])


def _place(value: Value) -> IrType:
    require(isinstance(value.type, IrAddr), "{} is no address", value.type)
    return target_type(value.type)


def _map_of(type_: IrType) -> IrMap:
    if not isinstance(type_, IrMap):
        raise RuleBroken(f"{type_} is no map")
    return type_


def _option_of(type_: IrType) -> IrOption:
    if not isinstance(type_, IrOption):
        raise RuleBroken(f"{type_} is no option")
    return type_


def _array_of(type_: IrType) -> IrArray:
    if not isinstance(type_, IrArray):
        raise RuleBroken(f"{type_} is no array")
    return type_


def _function(module: Module, name: str, *, is_called: bool = False) -> IrFunction:
    function = module.functions.get(name)
    if function is None:
        raise RuleBroken(f"there is no function {name}")
    require(is_called or not function.owned, "{} owns parameters, so it can only be called by its name", name)
    return function


def _signature(module: Module, name: str, params: Sequence[IrType], result: IrType, *, is_called: bool = False) -> None:
    """`name` is a function of exactly this type."""
    function = _function(module, name, is_called=is_called)
    _values(f"{name}'s parameter", function.params, params)
    _same(f"the result of {name}", function.result, result)


def _is_number(type_: IrType) -> bool:
    return isinstance(type_, IrInt | IrFloat)


def _is_scalar(type_: IrType) -> bool:
    return _is_number(type_) or type_ in (BOOL, CHAR, UNIT, PTR, ADDRESS)


# ---- Constants and scalars -------------------------------------------------------------------------------------------


def _const(op: ops.Const, _: Module) -> None:
    require(op.result is not None, "the op must have a result")
    type_, value = (op.result.type if op.result else UNIT), op.value
    is_int = isinstance(value, int) and not isinstance(value, bool)
    match type_:
        case IrInt(bits=bits, signed=signed):
            low, high = (-(1 << bits - 1), 1 << bits - 1) if signed else (0, 1 << bits)
            fits = is_int and low <= int(value or 0) < high
        case IrFloat():
            fits = isinstance(value, float)
        case _ if type_ == BOOL:
            fits = isinstance(value, bool)
        case _ if type_ == UNIT:
            fits = value is None
        case _ if type_ == CHAR:
            fits = is_int and 0 <= int(value or 0) < 0x110000
        case _:
            fits = is_int and type_ in (PTR, ADDRESS)
    require(fits, "{!r} is no constant of {}", value, type_)


def _const_bytes(op: ops.ConstBytes, _: Module) -> None:
    require(op.result is not None and op.result.type in (STR, BYTES), "the result must be str or [u8]")
    if op.result is not None and op.result.type == STR:
        require(is_utf8(op.data), "static text must be valid UTF-8")


def _function_value(op: ops.FunctionValue, module: Module) -> None:
    function = _function(module, op.function, is_called=True)
    type_ = IrFn(tuple(p.type for p in function.params), function.result)
    _result(op, type_)
    require(function.owned == handed_over(type_), "as a value {} must own what is handed over to it", op.function)


def _int_binary(op: ops.IntBinary, _: Module) -> None:
    require(op.op in ("add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr"), "there is no {}", op.op)
    is_logic = op.op in ("and", "or", "xor") and op.left.type == BOOL
    require(isinstance(op.left.type, IrInt) or is_logic, "{} of {}", op.op, op.left.type)
    _same("the right operand", op.right.type, op.left.type)
    _result(op, op.left.type)


def _float_binary(op: ops.FloatBinary, _: Module) -> None:
    require(op.op in ("add", "sub", "mul", "div", "rem"), "there is no {}", op.op)
    require(isinstance(op.left.type, IrFloat), "{} is no float", op.left.type)
    _same("the right operand", op.right.type, op.left.type)
    _result(op, op.left.type)


def _negate(op: ops.Negate, _: Module) -> None:
    require(_is_number(op.value.type), "minus of {}", op.value.type)
    _result(op, op.value.type)


def _not(op: ops.Not, _: Module) -> None:
    require(isinstance(op.value.type, IrInt) or op.value.type == BOOL, "not of {}", op.value.type)
    _result(op, op.value.type)


def _likely(op: ops.Likely, _: Module) -> None:
    require(op.value.type == BOOL, "likelihood of {}", op.value.type)
    _result(op, BOOL)


def _compare(op: ops.Compare, _: Module) -> None:
    type_ = op.left.type
    require(op.op in ("eq", "ne", "lt", "le", "gt", "ge"), "there is no {}", op.op)
    is_equality = op.op in ("eq", "ne") and type_ in (BOOL, PTR)
    require(_is_number(type_) or type_ in (CHAR, ADDRESS) or is_equality, "{} of {}", op.op, type_)
    _same("the right operand", op.right.type, type_)
    _result(op, BOOL)


def _cast(op: ops.Cast, _: Module) -> None:
    require(op.result is not None, "the op must have a result")
    target = op.result.type if op.result else UNIT
    if op.value.type == ADDRESS:        # its number, for hashing
        require(target == U64, "an address can't be cast to {}", target)
        return
    if PTR in (op.value.type, target):
        wide = (PTR, I64, U64)
        require(op.value.type in wide and target in wide, "{} can't be cast to {}", op.value.type, target)
        return
    for type_ in (op.value.type, target):
        require(_is_number(type_) or type_ in (BOOL, CHAR), "{} can't be cast", type_)


def _select(op: ops.Select, _: Module) -> None:
    _same("the condition", op.condition.type, BOOL)
    require(_is_scalar(op.left.type), "select of {}, which is no scalar", op.left.type)
    _same("the right operand", op.right.type, op.left.type)
    _result(op, op.left.type)


# ---- Aggregates ------------------------------------------------------------------------------------------------------


def _make_struct(op: ops.MakeStruct, _: Module) -> None:
    require(op.result is not None and isinstance(op.result.type, IrStruct | IrTuple), "the result is a struct or tuple")
    if op.result is not None:
        require(not getattr(op.result.type, "is_union", False), "a union is made from one field")
        _values("field", op.fields, field_types(op.result.type))


def _make_union(op: foreign_ops.MakeUnion, _: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    require(isinstance(type_, IrStruct) and type_.is_union, "{} is no union", type_)
    _same("the value", op.value.type, _field_of(type_, op.index))
    if op.base is not None:
        _same("the base", op.base.type, type_)


def _field_of(type_: IrType, index: int) -> IrType:
    fields = field_types(type_)
    require(0 <= index < len(fields), "{} has no field {}", type_, index)
    return fields[index]


def _field_addr(op: ops.FieldAddr, _: Module) -> None:
    place = _place(op.address)
    require(not getattr(place, "is_union", False), "a field of a union has no place of its own")
    _result(op, IrAddr(_field_of(place, op.index)))


def _payload_of(type_: IrType, variant: int, index: int) -> IrType:
    if isinstance(type_, IrEnum):
        require(0 <= variant < len(type_.variants), "{} has no variant {}", type_, variant)
        require(0 <= index < len(type_.variants[variant]), "variant {} of {} has no field {}", variant, type_, index)
    return payload_type(type_, variant, index)


def _make_enum(op: ops.MakeEnum, _: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    if not isinstance(type_, IrEnum):
        raise RuleBroken("the result must be an enum")
    require(0 <= op.variant < len(type_.variants), "{} has no variant {}", type_, op.variant)
    _values("field", op.fields, type_.variants[op.variant])


def _enum_tag(op: ops.EnumTag, _: Module) -> None:
    require(isinstance(op.value.type, IrEnum), "{} is no enum", op.value.type)
    _result(op, I32)


def _enum_payload(op: ops.EnumPayload, _: Module) -> None:
    require(isinstance(op.value.type, IrEnum), "{} is no enum", op.value.type)
    _result(op, _payload_of(op.value.type, op.variant, op.index))


def _make_none(op: ops.MakeNone, _: Module) -> None:
    require(op.result is not None and isinstance(op.result.type, IrOption), "the result must be an option")
    _same("the fault", op.fault.type, FAULT)


def _get_fault(op: ops.GetFault, _: Module) -> None:
    _option_of(op.value.type)
    _result(op, FAULT)


def _is_some(op: ops.IsSome, _: Module) -> None:
    _option_of(op.value.type)
    _result(op, BOOL)


def _make_fault(op: ops.MakeFault, _: Module) -> None:
    _same("the message", op.message.type, STR)
    _same("the stage", op.stage.type, STR)
    if op.cause is not None:
        _same("the cause", op.cause.type, FAULT)
    _result(op, FAULT)


def _fault_field(op: ops.FaultField, _: Module) -> None:
    require(op.name in ("message", "stage", "site", "cause"), "a fault has no {}", op.name)
    _same("the operand", op.value.type, FAULT)
    _result(op, IrOption(FAULT) if op.name == "cause" else STR)


# ---- Buffers, places, maps -------------------------------------------------------------------------------------------


def _static_value(op: ops.StaticValue, module: Module) -> None:
    static = module.statics.get(op.name)
    if static is None:
        raise RuleBroken(f"there is no static {op.name}")
    _result(op, static.type)


def _make_array(op: ops.MakeArray, _: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    if isinstance(type_, IrFixed):
        require(len(op.items) == type_.count, "{} items in {}", len(op.items), type_)
        item = type_.item
    else:
        item = _array_of(type_).item
    _values("item", op.items, [item] * len(op.items))


def _fill_array(op: ops.FillArray, _: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    if not isinstance(type_, IrFixed):
        raise RuleBroken("the result must be an array of fixed length")
    _same("the value", op.value.type, type_.item)


def _length(op: ops.Length, _: Module) -> None:
    type_ = op.value.type
    require(isinstance(type_, IrArray | IrMap) or type_ == STR, "{} has no length", type_)
    _result(op, USIZE)


def _array_get(op: ops.ArrayGet, _: Module) -> None:
    _same("the index", op.index.type, USIZE)
    _result(op, element_type(op.value.type))


def _slice(op: ops.Slice, _: Module) -> None:
    element_type(op.value.type)
    _same("the lower bound", op.low.type, USIZE)
    _same("the upper bound", op.high.type, USIZE)
    _result(op, IrArray(op.value.type.item) if isinstance(op.value.type, IrFixed) else op.value.type)


def _lend_slice(op: array_ops.LendSlice, _: Module) -> None:
    require(isinstance(_place(op.address), IrArray | IrFixed), "a part of {} is lent", op.address.type)
    _same("the lower bound", op.low.type, USIZE)
    _same("the upper bound", op.high.type, USIZE)
    _result(op, array_ops.lent_type(op.address.type))


def _slice_view(op: ops.SliceView, _: Module) -> None:
    require(isinstance(op.value.type, IrArray) or op.value.type == STR, "{} has no views of parts", op.value.type)
    _same("the lower bound", op.low.type, USIZE)
    _same("the upper bound", op.high.type, USIZE)
    _result(op, op.value.type)


def _array_push(op: ops.ArrayPush, _: Module) -> None:
    _same("the value", op.value.type, _array_of(_place(op.address)).item)
    _no_result(op)


def _array_pop(op: ops.ArrayPop, _: Module) -> None:
    _result(op, _array_of(_place(op.address)).item)


def _array_reserve(op: ops.ArrayReserve, _: Module) -> None:
    _array_of(_place(op.address))
    _same("the count", op.count.type, USIZE)
    _no_result(op)


def _edit_array(op: ops.MakeUnique | array_ops.EditArray, _: Module) -> None:
    _array_of(_place(op.address))
    for number in getattr(op, "numbers", ()):
        _same("a number", number.type, USIZE)
    _no_result(op)


def _array_sort(op: array_ops.ArraySort, module: Module) -> None:
    item = _array_of(_place(op.address)).item
    ordered = item if op.keys is None else _array_of(op.keys.type).item
    _signature(module, op.compare, (ordered, ordered, *(value.type for value in op.context)), I32)
    _no_result(op)


def _make_box(op: box_ops.MakeBox, _: Module) -> None:
    drop = op.result.type.drop if op.result is not None and isinstance(op.result.type, IrBox) else ""
    _result(op, IrBox(op.value.type, drop))


def _move_out(op: pass_ops.MoveOut, _: Module) -> None:
    if _place(op.address).in_memory:
        raise RuleBroken("a hole is a value in registers")
    _result(op, _place(op.address))


def _hole(op: box_ops.Hole, _: Module) -> None:
    if op.result is None:
        raise RuleBroken("a hole is a value")


def _box_of(type_: IrType) -> IrType:
    if not isinstance(type_, IrBox):
        raise RuleBroken(f"{type_} is no box")
    return type_.item


def _share_buffer(op: ops.ShareBuffer, _: Module) -> None:
    require(op.value.type in (STR, BYTES), "{} is neither text nor bytes", op.value.type)
    _result(op, BYTES if op.value.type == STR else STR)


def _store(op: ops.Store | pass_ops.Put, _: Module) -> None:
    _same("the value", op.value.type, _place(op.address))
    _no_result(op)


def _element_addr(op: ops.ElementAddr, _: Module) -> None:
    _same("the index", op.index.type, USIZE)
    place = _place(op.address)
    _result(op, IrAddr(place.item if isinstance(place, IrFixed) else _array_of(place).item))


def _map_new(op: ops.MapNew, module: Module) -> None:
    key = _map_of(op.result.type if op.result else UNIT).key
    _signature(module, op.hash, (key,), U64)
    _signature(module, op.equal, (key, key), BOOL)


def _map_find(op: ops.MapFind, _: Module) -> None:
    _same("the key", op.key.type, _map_of(op.value.type).key)
    _result(op, I64)


def _map_key(op: ops.MapKey, _: Module) -> None:
    _same("the index", op.index.type, I64)
    _result(op, _map_of(op.value.type).key)


def _map_value(op: ops.MapValue, _: Module) -> None:
    _same("the index", op.index.type, I64)
    _result(op, _map_of(op.value.type).value)


def _map_reserve(op: array_ops.MapReserve, _: Module) -> None:
    _map_of(_place(op.address))
    _same("the count", op.count.type, USIZE)
    _no_result(op)


def _map_insert(op: ops.MapInsert, _: Module) -> None:
    type_ = _map_of(_place(op.address))
    _same("the key", op.key.type, type_.key)
    _same("the value", op.value.type, type_.value)
    _no_result(op)


def _map_remove(op: ops.MapRemove, _: Module) -> None:
    _map_of(_place(op.address))
    _same("the index", op.index.type, I64)
    _no_result(op)


def _map_value_addr(op: ops.MapValueAddr, _: Module) -> None:
    _same("the index", op.index.type, I64)
    _result(op, IrAddr(_map_of(_place(op.address)).value))


# ---- Calls and actors ------------------------------------------------------------------------------------------------


def _call(op: ops.Call, module: Module) -> None:
    function = _function(module, op.function, is_called=True)
    require(op.moved == function.owned, "the call moves other arguments than {} owns", op.function)
    _values("argument", op.args, [p.type for p in function.params])
    _optional_result(op, function.result)


def _catch(op: ops.Catch, module: Module) -> None:
    function = _function(module, op.function)
    _values("argument", op.args, [p.type for p in function.params])
    _same("the callee's result", function.result, UNIT)
    _result(op, BOOL)


def _call_value(op: ops.CallValue, _: Module) -> None:
    type_ = op.callee.type
    if not isinstance(type_, IrFn):
        raise RuleBroken(f"{type_} can't be called")
    _values("argument", op.args, type_.params)
    _optional_result(op, type_.result)


def _call_foreign(op: ops.CallForeign, module: Module) -> None:
    foreign = module.foreign.get(op.symbol)
    if foreign is None:
        raise RuleBroken(f"there is no foreign function {op.symbol}")
    count = len(foreign.params)
    require(len(op.args) == count or (foreign.is_variadic and len(op.args) > count),
            "{} arguments, expected {}", len(op.args), count)
    for i, (arg, expected) in enumerate(zip(op.args, foreign.params, strict=False)):
        is_data = expected == PTR and (arg.type == STR or isinstance(arg.type, IrArray | IrAddr))
        require(is_data or arg.type == expected, "argument {} is {}, expected {}", i, arg.type, expected)
    _optional_result(op, foreign.result)


def _call_pointer(op: foreign_ops.CallPointer, _: Module) -> None:
    _same("the callee", op.callee.type, PTR)
    require(op.result is not None, "the op must have a result")


def _code_pointer(op: foreign_ops.CodePointer, module: Module) -> None:
    _function(module, op.function)
    _result(op, PTR)


def _pointer_read(op: foreign_ops.PointerRead, _: Module) -> None:
    _same("the address", op.pointer.type, PTR)
    require(op.result is not None and not op.result.type.is_counted, "what is read has no counts")


def _pointer_write(op: foreign_ops.PointerWrite, _: Module) -> None:
    _same("the address", op.pointer.type, PTR)
    _no_result(op)


def _is_valid(op: foreign_ops.IsValid, _: Module) -> None:
    type_ = op.value.type
    require(type_ == CHAR or (isinstance(type_, IrEnum) and type_.is_c), "every {} is valid", type_)
    _result(op, BOOL)


def _pointer_offset(op: foreign_ops.PointerOffset, _: Module) -> None:
    _same("the address", op.pointer.type, PTR)
    _same("the count", op.count.type, I64)
    _result(op, PTR)


def _call_runtime(op: ops.CallRuntime, _: Module) -> None:
    runtime = RUNTIME.get(op.function)
    if runtime is None:
        raise RuleBroken(f"there is no runtime function {op.function}")
    _values("argument", op.args, runtime.params)
    _optional_result(op, runtime.result)


def _make_closure(op: ops.MakeClosure, module: Module) -> None:
    type_ = op.result.type if op.result else UNIT
    if not isinstance(type_, IrFn):
        raise RuleBroken("the result must be a function")
    captured = tuple(v.type for v in op.captures)
    _signature(module, op.function, (*captured, *type_.params), type_.result, is_called=True)
    handed = frozenset(len(captured) + number for number in handed_over(type_))
    require(module.functions[op.function].owned == handed, "as a value {} must own what is handed over to it", op.function)


def _dyn_of(type_: IrType) -> IrDyn:
    if not isinstance(type_, IrDyn):
        raise RuleBroken(f"{type_} has no table of methods")
    return type_


def _make_dyn(op: dyn_ops.MakeDyn, module: Module) -> None:
    type_ = _dyn_of(op.result.type if op.result else UNIT)
    require(len(op.methods) == len(type_.methods), "{} methods, expected {}", len(op.methods), len(type_.methods))
    for name, method in zip(op.methods, type_.methods, strict=True):
        is_place = isinstance(method.params[0], IrAddr)
        own = IrAddr(op.value.type) if is_place else op.value.type
        _signature(module, name, (own, *method.params[1:]), method.result, is_called=True)
        require(module.functions[name].owned == handed_to_method(method), "behind dyn {} must own what it is handed", name)


def _call_dyn(op: dyn_ops.CallDyn, _: Module) -> None:
    type_ = _dyn_of(op.receiver.type.target if isinstance(op.receiver.type, IrAddr) else op.receiver.type)
    require(0 <= op.number < len(type_.methods), "{} has no method {}", type_, op.number)
    method = type_.methods[op.number]
    _values("argument", [op.receiver, *op.args], method.params)
    _optional_result(op, method.result)


def _counted(op: ops.Retain, _: Module) -> None:
    require(op.value.type.is_counted, "{} is not counted", op.value.type)
    _no_result(op)


def _release(op: ops.Release, _: Module) -> None:
    require(op.value.type.is_counted or isinstance(op.value.type, IrAddr), "{} is not counted", op.value.type)
    _no_result(op)


def _declare(op: ops.Declare, _: Module) -> None:
    require(op.begin <= op.end, "the scope of {} ends before it begins", op.name)
    _no_result(op)


def _spawn(op: ops.Spawn, module: Module) -> None:
    actor = module.actors.get(op.actor)
    if actor is None:
        raise RuleBroken(f"there is no actor {op.actor}")
    _same("the state", op.state.type, actor.state)
    _result(op, ADDRESS)


def _message(op: ops.Tell | ops.Ask, module: Module) -> IrHandler:
    actor = module.actors.get(op.actor)
    if actor is None:
        raise RuleBroken(f"there is no actor {op.actor}")
    require(0 <= op.handler < len(actor.handlers), "{} has no handler {}", op.actor, op.handler)
    handler = actor.handlers[op.handler]
    _same("the receiver", op.address.type, ADDRESS)
    _values("argument", op.args, handler.payload)
    return handler


def _tell(op: ops.Tell, module: Module) -> None:
    _message(op, module)
    _no_result(op)


def _ask(op: ops.Ask, module: Module) -> None:
    handler = _message(op, module)
    if handler.reply is None:
        raise RuleBroken(f"{op.actor}'s {handler.name} has no reply")
    _result(op, IrFuture(handler.reply))


def _stop_actor(op: ops.StopActor, _: Module) -> None:
    require(op.kind in ("stop", "kill"), "there is no {}", op.kind)
    _same("the operand", op.address.type, ADDRESS)
    _no_result(op)


# ---- Terminators -----------------------------------------------------------------------------------------------------


def _branch(op: ops.Branch, _: Module) -> None:
    _values("block argument", op.args, [p.type for p in op.target.params])


def _cond_branch(op: ops.CondBranch, _: Module) -> None:
    _same("the condition", op.condition.type, BOOL)


def _switch(op: ops.Switch, _: Module) -> None:
    require(isinstance(op.value.type, IrInt) or op.value.type == CHAR, "switch on {}", op.value.type)
    numbers = [number for number, _ in op.cases]
    require(len(set(numbers)) == len(numbers), "a case is there twice")


RULES: dict[type[Op], Callable[[Any, Module], None]] = {
    ops.Const: _const,
    ops.ConstBytes: _const_bytes,
    ops.FunctionValue: _function_value,
    ops.IntBinary: _int_binary,
    ops.FloatBinary: _float_binary,
    bit_ops.IntUnary: lambda op, _: _result(op, op.value.type),
    ops.Negate: _negate,
    ops.Not: _not,
    ops.Likely: _likely,
    ops.Compare: _compare,
    ops.Cast: _cast,
    ops.Select: _select,
    ops.MakeStruct: _make_struct,
    foreign_ops.MakeUnion: _make_union,
    ops.GetField: lambda op, _: _result(op, _field_of(op.value.type, op.index)),
    ops.MakeEnum: _make_enum,
    ops.EnumTag: _enum_tag,
    ops.EnumPayload: _enum_payload,
    ops.MakeSome: lambda op, _: _result(op, IrOption(op.value.type)),
    ops.MakeNone: _make_none,
    ops.IsSome: _is_some,
    ops.Unwrap: lambda op, _: _result(op, _option_of(op.value.type).item),
    ops.GetFault: _get_fault,
    ops.MakeFault: _make_fault,
    ops.FaultField: _fault_field,
    ops.StaticValue: _static_value,
    ops.MakeArray: _make_array,
    ops.FillArray: _fill_array,
    ops.Length: _length,
    ops.ArrayGet: _array_get,
    ops.Slice: _slice, ops.SliceView: _slice_view,
    ops.ArrayPush: _array_push,
    ops.ArrayPop: _array_pop,
    ops.ArrayReserve: _array_reserve,
    ops.MakeUnique: _edit_array,
    array_ops.ArraySort: _array_sort,
    array_ops.EditArray: _edit_array,
    array_ops.SwapPlaces: lambda op, _: _same("the other place", _place(op.left), _place(op.right)),
    array_ops.ExtendArray: lambda op, _: _same("the elements", op.items.type, _array_of(_place(op.address))),
    array_ops.LendSlice: _lend_slice,
    array_ops.GiveBackSlice: lambda op, _: _same("the loan", op.loan.type, array_ops.lent_type(op.address.type)),
    ops.ShareBuffer: _share_buffer,
    box_ops.MakeBox: _make_box,
    box_ops.Unbox: lambda op, _: _result(op, _box_of(op.value.type)),
    box_ops.BoxAddr: lambda op, _: _result(op, IrAddr(_box_of(_place(op.address)))),
    box_ops.Hole: _hole,
    box_ops.Keep: lambda op, _: None,
    ops.Copy: lambda op, _: _result(op, op.value.type),
    evidence_ops.TrustSource: lambda op, _: _result(op, op.value.type),
    evidence_ops.ConfirmTrust: lambda op, _: _result(op, op.value.type),
    evidence_ops.JoinTrust: lambda op, _: _result(op, op.value.type),
    evidence_ops.DemandTrust: lambda op, _: _no_result(op),
    ops.Slot: lambda op, _: _result(op, IrAddr(op.initial.type)),
    ops.Load: lambda op, _: _result(op, _place(op.address)),
    ops.Peek: lambda op, _: _result(op, _place(op.address)),
    ops.Store: _store,
    pass_ops.Take: lambda op, _: _result(op, _place(op.address)),
    pass_ops.Put: _store,
    pass_ops.MoveOut: _move_out,
    ops.FieldAddr: _field_addr,
    ops.PayloadAddr: lambda op, _: _result(op, IrAddr(_payload_of(_place(op.address), op.variant, op.index))),
    ops.ElementAddr: _element_addr,
    ops.MapNew: _map_new,
    ops.MapFind: _map_find,
    ops.MapKey: _map_key,
    ops.MapValue: _map_value,
    ops.MapInsert: _map_insert,
    array_ops.MapReserve: _map_reserve,
    ops.MapRemove: _map_remove,
    ops.MapValueAddr: _map_value_addr,
    ops.Call: _call,
    ops.Catch: _catch,
    ops.CallValue: _call_value,
    ops.CallForeign: _call_foreign,
    foreign_ops.CallPointer: _call_pointer,
    foreign_ops.CodePointer: _code_pointer,
    foreign_ops.PointerRead: _pointer_read,
    foreign_ops.PointerWrite: _pointer_write,
    foreign_ops.PointerOffset: _pointer_offset,
    foreign_ops.IsValid: _is_valid,
    ops.CallRuntime: _call_runtime,
    ops.MakeClosure: _make_closure,
    dyn_ops.MakeDyn: _make_dyn,
    dyn_ops.CallDyn: _call_dyn,
    ops.Retain: _counted,
    ops.Release: _release,
    ops.Declare: _declare,
    ops.Spawn: _spawn,
    ops.Tell: _tell,
    ops.Ask: _ask,
    ops.Await: lambda op, _: _result(op, awaited_type(op.future.type)),
    ops.StopActor: _stop_actor,
    ops.Branch: _branch,
    ops.CondBranch: _cond_branch,
    ops.Switch: _switch,
    ops.Panic: lambda op, _: _same("the message", op.message.type, STR),
    ops.RaiseFault: lambda op, _: _same("the fault", op.fault.type, FAULT),
    ops.Unreachable: lambda op, _: None,
}


def check_op(op: Op, function: IrFunction, module: Module) -> None:
    """Checks one op's types and names. Raises RuleBroken."""
    rule = RULES.get(type(op))
    if rule is not None:
        try:
            rule(op, module)
        except InternalError as error:      # of the functions that are shared with the builder
            raise RuleBroken(error.message) from None
    elif isinstance(op, ops.Return):
        _same("the value", op.value.type, function.result)
    else:
        raise RuleBroken("there is no typing rule for this op")
    if op.TERMINATOR:
        _no_result(op)
    # Addresses are never stored, returned or passed along a branch; a slot is consumed when it ends or is emptied.
    if op.CONSUMES and not isinstance(op, ops.Release | pass_ops.Take):
        for value in op.consumed():
            if isinstance(value.type, IrAddr):
                raise RuleBroken("an address is stored or passed on")
