"""Makes copies of ops and of the bodies of functions."""

from __future__ import annotations

from sigilc.ir.function import Block
from sigilc.ir.ops import Branch, CondBranch, Op, Switch, Value


def copy_op(op: Op, given: dict[Value, Value]) -> Op:
    """The same op once more, on the values that `given` has in the place of its operands; without cleanup.

    Its result is a new value, which `given` has then in the place of the old one.
    """
    kind = type(op)
    fields = {name: getattr(op, name) for name in _fields[kind]}
    for name in kind.OPERANDS:
        fields[name] = given.get(fields[name], fields[name])
    for name in kind.LISTS:
        fields[name] = [given.get(value, value) for value in fields[name]]
    result = op.result
    if result is not None:
        fields["result"] = given.get(result)
        if fields["result"] is None:
            fields["result"] = given[result] = Value(result.type, result.name)
    return kind(**fields)


class _Fields(dict[type[Op], list[str]]):
    """The attributes of the ops of a class but for the result and the cleanup."""

    def __missing__(self, kind: type[Op]) -> list[str]:
        names = [name for cls in kind.__mro__ for name in getattr(cls, "__slots__", ())
                 if name not in ("result", "cleanup")]
        self[kind] = names
        return names


_fields = _Fields()


def copy_blocks(blocks: list[Block], given: dict[Value, Value]) -> list[Block]:
    """The body of a function once more, with new values but for those that `given` has for the function's parameters."""
    copies = {block: Block(block.name) for block in blocks}
    for block, copy in copies.items():
        copy.params = [_new(param, given) for param in block.params]
        # A use may stand before the definition in the order of the blocks.
        for op in block.ops:
            if op.result is not None:
                _new(op.result, given)
    for block, copy in copies.items():
        copy.ops = [copy_op(op, given) for op in block.ops]
        _lead_to(copy.ops[-1], copies)
    return list(copies.values())


def _new(value: Value, given: dict[Value, Value]) -> Value:
    given[value] = Value(value.type, value.name)
    return given[value]


def _lead_to(last: Op, copies: dict[Block, Block]) -> None:
    """Makes a copied terminator lead to the copies of its targets."""
    if isinstance(last, Branch):
        last.target = copies[last.target]
    elif isinstance(last, CondBranch):
        last.then, last.otherwise = copies[last.then], copies[last.otherwise]
    elif isinstance(last, Switch):
        last.cases = [(number, copies[target]) for number, target in last.cases]
        last.default = copies[last.default]
