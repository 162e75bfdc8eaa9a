"""The positions of a signature, numbered, and the pieces of an actual tree that stand at them.

`slots_of` walks a declared type, `pieces_of` a declared type together with an actual one and its tree; both visit the
positions in the same order, so that the n-th piece belongs to the n-th slot.
"""

from __future__ import annotations

from typing import NamedTuple

from sigilc.check.evidence.trees import FnTree, Tree
from sigilc.check.types import (
    NO_MARKS,
    ArrayType,
    EnumType,
    FnType,
    FutureType,
    MapType,
    Marks,
    OptionType,
    ParamType,
    PrimType,
    SetType,
    StructType,
    TupleType,
    Type,
)


class Slot(NamedTuple):
    """One position: its mark ("" where none applies), whether trust flows out of the callee there, and its type.

    `is_output` is about the direction: results, exits and the parameters of function arguments are outputs; parameters
    and the results of function arguments are inputs. `is_bare` when the position is a whole parameter or result.
    """

    type: Type
    mark: str
    is_output: bool
    is_bare: bool


def marks_part(marks: Marks, index: int) -> Marks:
    """The marks of a component."""
    return marks.parts[index] if index < len(marks.parts) else NO_MARKS


def slots_of(type_: Type, marks: Marks, inherited: str, is_output: bool, found: list[Slot], is_bare: bool = True) -> None:
    """Appends the slots of a declared type; `inherited` is the mark of the whole it is part of."""
    mark = marks.own or inherited
    if isinstance(type_, OptionType | FutureType):
        slots_of(type_.item, marks_part(marks, 0), mark, is_output, found, is_bare)
        return
    if not isinstance(type_, TupleType):
        found.append(Slot(type_, mark, is_output, is_bare))
    if isinstance(type_, FnType):
        for index, param in enumerate(type_.params):
            slots_of(param, marks_part(marks, index), mark, not is_output, found, False)
            if type_.inout and type_.inout[index]:
                slots_of(param, marks_part(marks, index), mark, is_output, found, False)
        slots_of(type_.result, marks_part(marks, len(type_.params)), mark, is_output, found, False)
    elif isinstance(type_, ArrayType | SetType | MapType | TupleType | StructType | EnumType):
        for index, part in enumerate(type_.parts()):
            slots_of(part, marks_part(marks, index), mark, is_output, found, False)


Piece = tuple[Tree, Type]


def pieces_of(declared: Type, actual: Type, tree: Tree, found: list[Piece]) -> None:
    """Appends the subtrees of `tree`, which has type `actual`, at the slots of `declared`."""
    while isinstance(declared, OptionType | FutureType):
        declared = declared.item
        actual = actual.item if isinstance(actual, OptionType | FutureType) else actual
    cls = declared.__class__
    if cls is PrimType or cls is ParamType:
        while cls is PrimType and isinstance(actual, OptionType | FutureType):
            actual = actual.item
        found.append((tree, actual))
    elif isinstance(declared, TupleType) and isinstance(tree, tuple):
        for part, actual_part, piece in zip(declared.items, actual.parts(), tree, strict=True):
            pieces_of(part, actual_part, piece, found)
    elif isinstance(declared, FnType) and isinstance(tree, FnTree):
        found.append((tree.own, actual))
        actual_parts = actual.parts()
        for index, part in enumerate(declared.params):
            pieces_of(part, actual_parts[index], tree.params[index], found)
            left = tree.exits[index]
            if left is not None:
                pieces_of(part, actual_parts[index], left, found)
        pieces_of(declared.result, actual_parts[-1], tree.result, found)
    elif isinstance(declared, ArrayType | SetType | MapType | StructType | EnumType) and isinstance(tree, tuple):
        found.append((tree[0], actual))
        for part, actual_part, piece in zip(declared.parts(), actual.parts(), tree[1:], strict=True):
            pieces_of(part, actual_part, piece, found)
    else:
        found.append((tree, actual))
