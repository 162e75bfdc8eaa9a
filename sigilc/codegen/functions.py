"""Emits an IR function as an LLVM function."""

from __future__ import annotations

from sigilc.codegen.alias_scopes import access_suffixes, find_scopes
from sigilc.codegen.context import Linkage, ModuleContext
from sigilc.codegen.emitter import FunctionEmitter
from sigilc.codegen.moving_views import find_moving_views
from sigilc.codegen.names import function_symbol, local_hint
from sigilc.codegen.ops import EMITTER_BY_OP
from sigilc.codegen.writer import Leaves, aggregate_type, result_parameters
from sigilc.crash import InternalError
from sigilc.ir.cfg import reverse_postorder
from sigilc.ir.function import Block, IrFunction
from sigilc.ir.ops import Call, Declare, Value
from sigilc.ir.types import IrAddr

# Functions of at most this many ops are `internal`. Making all of them so lets LLVM inline everything into `main`.
INTERNAL_OPS = 40
# Functions of at most this many ops are worth a call's room even where tests of bounds and counts make them look larger.
_SMALL_OPS = 24
# Where the head of a hot loop falls is worth a fifth of its time.
HOT_ALIGNMENT = 64
_ATTRIBUTE_BY_HINT = {"inline": "inlinehint", "inline_always": "alwaysinline", "inline_never": "noinline", "cold": "cold"}


def emit_function(context: ModuleContext, function: IrFunction, linkage: Linkage) -> str:
    """The definition of a function."""
    f = FunctionEmitter(context, function)
    params, values = _parameters(context, function)
    f.values.update(values)
    order = reverse_postorder(function)
    for number, block in enumerate(order):
        f.block_labels[block] = f"b{number}.{local_hint(block.name)}"
        f.jumps[block] = []
        for param in block.params:
            f.param_areas[param] = tuple(f.undefined(leaf) if leaf.area else ""
                                         for leaf in f.types.layout(param.type).leaves)
    for moving in find_moving_views(function) if context.is_optimised else ():
        f.moving_views.setdefault(moving.header, []).append(moving)
        f.moving_pointers[moving.view] = f.name()
    scopes = _Scopes(f)
    phi_lines = {block: _emit_block(f, block, scopes) for block in order}
    _fill_in_phis(f, phi_lines)
    f.finish()
    head = f"define {linkage} {_signature(context, function, params)}"
    if context.is_optimised and _is_hot(function, order):
        head += f" align {HOT_ALIGNMENT}"
    return f.text(head, f"!dbg {f.debug.subprogram}" if f.debug is not None else "")


def declare_function(context: ModuleContext, function: IrFunction) -> str:
    """The declaration of a function that another LLVM module defines."""
    return f"declare hidden {_signature(context, function, _parameters(context, function)[0])}"


def _parameters(context: ModuleContext, function: IrFunction) -> tuple[list[str], dict[Value, Leaves]]:
    """The declared parameters, and the leaves of their values."""
    texts = result_parameters(context.types.layout(function.result))
    values: dict[Value, Leaves] = {}
    for param in function.params:
        names = []
        for leaf in context.types.layout(param.type).leaves:
            name = f"%{local_hint(param.name)}.p{len(texts)}"
            attributes = " noundef" if leaf.is_defined else ""
            if leaf.area:
                # Nobody writes there as long as the value is looked at.
                attributes = f" noalias nonnull readonly align {leaf.align} dereferenceable({leaf.area})"
            if isinstance(param.type, IrAddr):
                target = context.types.layout(param.type.target)
                # In-out is exclusive: nothing else in the callee reaches the place.
                attributes += f" noalias nonnull align {target.align} dereferenceable({target.size})"
                if target.size == 0:
                    attributes = " noundef"
            texts.append(f"{leaf.ll_type}{attributes} {name}")
            names.append(name)
        values[param] = tuple(names)
    return texts, values


class _Scopes:
    """What the function's ops say to LLVM's alias analysis."""

    def __init__(self, f: FunctionEmitter):
        context = f.context
        scopes = find_scopes(f.function) if context.is_optimised else []
        domain = context.metadata.add_distinct("") if scopes else ""
        names = [context.metadata.add_distinct(domain) for _ in scopes]
        self.suffixes = access_suffixes(scopes, names)
        self.entering: dict[Block, list[str]] = {}
        for scope, name in zip(scopes, names, strict=True):
            self.entering.setdefault(scope.entering, []).append(name)

    def declare(self, f: FunctionEmitter, block: Block) -> None:
        """Declares the scopes of the loop that the block is about to enter."""
        for name in self.entering.get(block, ()):
            f.call_runtime("llvm.experimental.noalias.scope.decl", "void", f"metadata !{{{name}}}")


def _emit_block(f: FunctionEmitter, block: Block, scopes: _Scopes) -> int:
    """Writes a block; gives the line behind its label, where its phis will go."""
    f.begin(f.block_labels[block])
    phi_line = len(f.lines)
    for param in block.params:
        # Its areas have been given memory of their own, to which jumps copy.
        leaves = f.types.layout(param.type).leaves
        f.values[param] = tuple(own or f.name() for own, _ in zip(f.param_areas[param], leaves, strict=True))
    for op in block.ops:
        emit = EMITTER_BY_OP.get(type(op))
        if emit is None:
            raise InternalError(f"code generation knows no op {type(op).__name__}", op.span)
        begin = len(f.lines)
        f.access_suffix = scopes.suffixes.get(op, "")
        if op is block.ops[-1]:
            scopes.declare(f, block)
        emit(f, op)
        f.end_op()
        if f.debug is not None and not isinstance(op, Declare):
            f.locate(begin, f.debug.location(op.span))
    return phi_line


def _fill_in_phis(f: FunctionEmitter, phi_lines: dict[Block, int]) -> None:
    """Writes the phis, now that all jumps are known, from the last block backwards so that lines keep their numbers."""
    for block, line in reversed(phi_lines.items()):
        jumps = f.jumps[block]
        phis: list[str] = []
        number = 0
        for param in block.params:
            layout = f.types.layout(param.type)
            for leaf, name in zip(layout.leaves, f.values[param], strict=True):
                if leaf.area:
                    number += 1
                    continue
                phis.append(_phi(name, leaf.ll_type, jumps, number))
                number += 1
        for moving in f.moving_views.get(block, ()):
            phis.append(_phi(f.moving_pointers[moving.view], "ptr", jumps, number))
            number += 1
        f.lines[line:line] = phis


def _phi(name: str, ll_type: str, jumps: list[tuple[str, Leaves]], number: int) -> str:
    pairs = ", ".join(f"[ {_argument(given, number)}, %{source} ]" for source, given in jumps)
    return f"  {name} = phi {ll_type} {pairs}"


def _argument(given: Leaves, number: int) -> str:
    if number >= len(given):
        raise InternalError("a branch has fewer arguments than its target has parameters")
    return given[number]


def _signature(context: ModuleContext, function: IrFunction, params: list[str]) -> str:
    """`T @name(…) attributes`."""
    layout = context.types.layout(function.result)
    result = aggregate_type(layout)
    if len(layout.leaves) == 1 and layout.leaves[0].is_defined and not layout.areas:
        result = f"noundef {result}"
    words = [*(["nounwind"] if function.name in context.module.nounwind else []), "uwtable",
             *(_ATTRIBUTE_BY_HINT[hint] for hint in function.hints)]
    if context.is_optimised and not function.hints and sum(len(b.ops) for b in function.blocks) <= _SMALL_OPS:
        words.append("inlinehint")
    attributes = " ".join(words)
    return f"{result} {function_symbol(function.name)}({', '.join(params)}) {attributes}"


def _is_hot(function: IrFunction, order: list[Block]) -> bool:
    """Whether a function loops or calls itself."""
    position = {block: i for i, block in enumerate(order)}
    for i, block in enumerate(order):
        if any(position[target] <= i for target in block.terminator.targets()):
            return True
        if any(isinstance(op, Call) and op.function == function.name for op in block.ops):
            return True
    return False
