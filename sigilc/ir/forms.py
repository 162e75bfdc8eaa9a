"""The text form of every op, as one table that the printer and the parser share.

A form is a mnemonic and a template of pieces; a piece is literal text or a placeholder for an attribute of the op:

    %name   a value                    ?name   a value, or `_` for None
    *name   values with commas         #name   an integer
    @name   a symbol, quoted if need be  $name   text in double quotes
    :name   a block                    ~name   values in parentheses, left out when there are none
    =name   a constant                 ^name   cases of a switch
    !name   a type                     &name   symbols with commas
    ;name   integers with commas
    +name   values with commas, `own` before those that are `moved`

`flags` are suffixes of the mnemonic, `.checked`, each standing for a value of an attribute; `fixed` are attributes that
the mnemonic itself stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sigilc.ir import actor_ops, array_ops, bit_ops, box_ops, dyn_ops, evidence_ops, foreign_ops, ops, pass_ops, secret_ops
from sigilc.ir.ops import Op

PLACEHOLDER = re.compile(r"([%?*#@$:~=^!+&;])([a-z]+)")


@dataclass(frozen=True, slots=True)
class Form:
    """How one op (or one op of a family) is written."""

    op: type[Op]
    mnemonic: str
    pieces: tuple[str | tuple[str, str], ...]
    flags: dict[str, tuple[str, Any]] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)

    def accepts(self, op: Op) -> bool:
        """Whether this is the form to print `op` in."""
        return all(getattr(op, name) == value for name, value in self.fixed.items())


def _pieces(template: str) -> tuple[str | tuple[str, str], ...]:
    """Splits a template into literal text and `(kind, attribute)` placeholders."""
    found: list[str | tuple[str, str]] = []
    end = 0
    for match in PLACEHOLDER.finditer(template):
        if template[end:match.start()]:
            found.append(template[end:match.start()])
        found.append((match[1], match[2]))
        end = match.end()
    if template[end:]:
        found.append(template[end:])
    return tuple(found)


CHECKED = {"checked": ("checked", True)}
UNCHECKED = {"unchecked": ("checked", False)}


def _form(of: type[Op], mnemonic: str, template: str, flags: dict[str, tuple[str, Any]] | None = None,
          **fixed: Any) -> Form:
    return Form(of, mnemonic, _pieces(template), flags or {}, fixed)


FORMS: list[Form] = [
    _form(ops.Const, "const", "=value"),
    _form(ops.ConstBytes, "static", "=data"),
    _form(ops.FunctionValue, "function", "@function"),
    _form(ops.StaticValue, "static_value", "@name"),
    *(_form(ops.IntBinary, name, "%left, %right", CHECKED | {"no_wrap": ("no_wrap", True)}, op=name)
      for name in ("add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr")),
    *(_form(bit_ops.IntUnary, name, "%value", op=name) for name in ("ctpop", "ctlz", "cttz", "bswap", "bitreverse")),
    *(_form(ops.FloatBinary, f"f{name}", "%left, %right", op=name) for name in ("add", "sub", "mul", "div", "rem")),
    _form(ops.Negate, "neg", "%value", CHECKED),
    _form(ops.Not, "not", "%value"),
    _form(ops.Likely, "likely", "%value"),
    *(_form(ops.Compare, name, "%left, %right", op=name) for name in ("eq", "ne", "lt", "le", "gt", "ge")),
    _form(ops.Cast, "cast", "%value"),
    _form(ops.Select, "select", "%condition, %left, %right"),
    _form(ops.MakeStruct, "make", "(*fields)"),
    _form(foreign_ops.MakeUnion, "union", "%value, #index, ?base"),
    _form(ops.GetField, "field", "%value, #index"),
    _form(ops.MakeEnum, "variant", "#variant (*fields)"),
    _form(ops.EnumTag, "tag", "%value"),
    _form(ops.EnumPayload, "payload", "%value, #variant, #index"),
    _form(ops.MakeSome, "some", "%value"),
    _form(ops.MakeNone, "none", "%fault"),
    _form(ops.IsSome, "is_some", "%value"),
    _form(ops.Unwrap, "unwrap", "%value"),
    _form(ops.GetFault, "get_fault", "%value"),
    _form(ops.MakeFault, "fault", "%message, %stage, ?cause, $site"),
    _form(ops.FaultField, "fault_field", "%value, @name"),
    _form(ops.MakeArray, "array", "[*items]"),
    _form(ops.FillArray, "fill", "%value"),
    _form(ops.Length, "length", "%value"),
    _form(ops.ArrayGet, "get", "%value, %index", UNCHECKED),
    _form(ops.Slice, "slice", "%value, %low, %high"),
    _form(ops.SliceView, "slice_view", "%value, %low, %high"),
    _form(ops.ArrayPush, "push", "%address, %value", {"reserved": ("reserved", True)}),
    _form(ops.ArrayPop, "pop", "%address"),
    _form(ops.ArrayReserve, "reserve", "%address, %count"),
    _form(ops.MakeUnique, "make_unique", "%address"),
    *(_form(array_ops.EditArray, verb, "%address, [*numbers]", verb=verb) for verb in array_ops.EDITS),
    _form(array_ops.SwapPlaces, "swap_places", "%left, %right"),
    _form(array_ops.ExtendArray, "extend", "%address, %items"),
    _form(array_ops.LendSlice, "lend", "%address, %low, %high"),
    _form(array_ops.GiveBackSlice, "give_back", "%loan, %address"),
    _form(array_ops.ArraySort, "sort", "%address, @compare, $key, ?keys~context"),
    _form(box_ops.MakeBox, "box", "%value"),
    _form(box_ops.Unbox, "unbox", "%value"),
    _form(box_ops.BoxAddr, "box_addr", "%address"),
    _form(box_ops.Hole, "hole", ""),
    _form(box_ops.Keep, "keep", "%value"),
    _form(ops.ShareBuffer, "share_buffer", "%value"),
    _form(ops.Copy, "copy", "%value"),
    _form(evidence_ops.TrustSource, "trust_source", "%value, $mask"),
    _form(evidence_ops.ConfirmTrust, "confirm", "%value, @how"),
    _form(evidence_ops.JoinTrust, "join_trust", "%value, %other, @part"),
    _form(evidence_ops.DemandTrust, "demand", "%value, $mask"),
    _form(secret_ops.Opaque, "opaque", "%value"),
    _form(secret_ops.Declassify, "declassify", "%value"),
    _form(ops.Slot, "slot", "%initial"),
    _form(ops.Load, "load", "%address"),
    _form(ops.Peek, "peek", "%address"),
    _form(ops.Store, "store", "%address, %value"),
    _form(pass_ops.Take, "take", "%address"),
    _form(pass_ops.Put, "put", "%address, %value"),
    _form(pass_ops.MoveOut, "move_out", "%address"),
    _form(ops.FieldAddr, "field_addr", "%address, #index"),
    _form(ops.PayloadAddr, "payload_addr", "%address, #variant, #index"),
    _form(ops.ElementAddr, "element_addr", "%address, %index",
          UNCHECKED | {"unique": ("is_unique", True)}),
    _form(ops.MapNew, "map_new", "@hash, @equal"),
    _form(ops.MapFind, "map_find", "%value, %key"),
    _form(ops.MapKey, "map_key", "%value, %index"),
    _form(ops.MapValue, "map_value", "%value, %index"),
    _form(array_ops.MapReserve, "map_reserve", "%address, %count"),
    _form(ops.MapInsert, "map_insert", "%address, %key, %value"),
    _form(ops.MapRemove, "map_remove", "%address, %index"),
    _form(ops.MapValueAddr, "map_value_addr", "%address, %index"),
    _form(ops.Call, "call", "@function(+args)"),
    _form(ops.Catch, "catch", "@function(*args)"),
    _form(ops.CallValue, "call_value", "%callee(*args)"),
    _form(dyn_ops.CallDyn, "call_dyn", "%receiver[#number](*args)"),
    _form(ops.CallForeign, "foreign", "@symbol(*args)"),
    _form(foreign_ops.CallPointer, "call_pointer", "%callee(*args)"),
    _form(foreign_ops.CodePointer, "code_pointer", "@function"),
    _form(foreign_ops.PointerRead, "pointer_read", "%pointer"),
    _form(foreign_ops.PointerWrite, "pointer_write", "%pointer, %value"),
    _form(foreign_ops.IsValid, "is_valid", "%value"),
    _form(foreign_ops.PointerOffset, "pointer_offset", "%pointer, %count, !item"),
    _form(ops.CallRuntime, "runtime", "@function(*args)"),
    _form(ops.MakeClosure, "closure", "@function(*captures)"),
    _form(dyn_ops.MakeDyn, "make_dyn", "%value [&methods]"),
    _form(dyn_ops.UpcastDyn, "upcast_dyn", "%value [;numbers]"),
    _form(ops.Retain, "retain", "%value"),
    _form(ops.Release, "release", "%value"),
    _form(ops.Declare, "declare", "%value, $name, #begin, #end"),
    _form(actor_ops.Spawn, "spawn", "@actor %state"),
    _form(actor_ops.Tell, "tell", "@actor[#handler] %address(*args)"),
    _form(actor_ops.Ask, "ask", "@actor[#handler] %address(*args)"),
    _form(actor_ops.Await, "await", "%future"),
    *(_form(actor_ops.StopActor, kind, "%address", kind=kind) for kind in ("stop", "kill")),
    _form(ops.Branch, "br", ":target~args"),
    _form(ops.CondBranch, "cond_br", "%condition, :then, :otherwise"),
    _form(ops.Switch, "switch", "%value [^cases] :default"),
    _form(ops.Return, "return", "%value"),
    _form(ops.Panic, "panic", "%message~kept"),
    _form(ops.RaiseFault, "raise", "%fault~kept"),
    _form(ops.Unreachable, "unreachable", ""),
]

FORM_BY_MNEMONIC: dict[str, Form] = {form.mnemonic: form for form in FORMS}
FORMS_BY_OP: dict[type[Op], list[Form]] = {}
for _each in FORMS:
    FORMS_BY_OP.setdefault(_each.op, []).append(_each)
