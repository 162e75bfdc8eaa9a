"""Expressions: what each construct makes its value from."""

from __future__ import annotations

from sigilc.check import typed as t
from sigilc.check.evidence import calls, places
from sigilc.check.evidence.annotations import annotate, demand
from sigilc.check.evidence.flow import EVALUATORS, Flow
from sigilc.check.evidence.graph import (
    ASSERT,
    ASSERTED_LEVEL,
    KNOWN,
    REPORTED_LEVEL,
    Reason,
    Wanted,
)
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.trees import FnTree, Tree, map_data, map_labels, merge_trees
from sigilc.check.types import NO_MARKS, UNIT, ArrayType, EnumType, StructType, TupleType
from sigilc.source.spans import Span


def eval_literal(flow: Flow, e: t.Literal) -> Tree:
    """What stands in the program is known."""
    return flow.known(e.type)


def eval_local(flow: Flow, e: t.Local) -> Tree:
    """What the variable holds now."""
    return flow.read(e.variable, e.span)


def eval_constant(flow: Flow, e: t.ConstantRef) -> Tree:
    """A constant is computed by the compiler."""
    marks = e.constant.marks or NO_MARKS
    why = Reason(e.constant.span, "`{}` is declared reported", e.constant.name)
    return annotate(flow.graph, flow.known(e.type), e.type, marks, "", None, why)


def operate(flow: Flow, operands: list[t.Expr], span: Span, rule: str = "operator") -> int:
    """The join of all that the operands hold."""
    labels = [label for operand in operands for label in flow.collapse(flow.eval(operand), operand.type, operand.span)]
    return flow.join(rule, labels)


def eval_binary(flow: Flow, e: t.Binary) -> Tree:
    """Arithmetic and comparison."""
    return operate(flow, [e.left, e.right], e.span)


def eval_logic(flow: Flow, e: t.Logic) -> Tree:
    """`&&` and `||`: the right side may not be evaluated."""
    left = flow.collapse(flow.eval(e.left), e.left.type, e.span)
    right: list[int] = []

    def evaluate() -> Tree:
        right.extend(flow.collapse(flow.eval(e.right), e.right.type, e.span))
        return KNOWN

    flow.alternatives([evaluate, lambda: KNOWN], UNIT)
    return flow.join("operator", left + right)


def eval_unary(flow: Flow, e: t.Unary | t.Cast) -> Tree:
    """Negation, complement and casts."""
    return operate(flow, [e.value], e.span)


def eval_tuple(flow: Flow, e: t.MakeTuple) -> Tree:
    """Each slot keeps its own trust."""
    assert isinstance(e.type, TupleType)
    return tuple([flow.via("make", flow.eval_as(item, type_), type_)
                  for item, type_ in zip(e.items, e.type.items, strict=True)])


def eval_array(flow: Flow, e: t.MakeArray) -> Tree:
    """The elements share one position."""
    assert isinstance(e.type, ArrayType)
    item = e.type.item
    trees = [flow.eval_as(part, item) for part in e.items]
    return (KNOWN, flow.merge("make", trees, item, (e.span, "is put into this array", "")))


def eval_repeat(flow: Flow, e: t.RepeatArray) -> Tree:
    """`[e; n]`: its length carries the count's trust."""
    assert isinstance(e.type, ArrayType)
    value = flow.eval_as(e.value, e.type.item)
    return (operate(flow, [e.count], e.span, "make"), flow.via("make", value, e.type.item))


def eval_range(flow: Flow, e: t.MakeRange) -> Tree:
    """A range is what its ends are."""
    return operate(flow, [e.low, e.high], e.span, "make")


def eval_struct(flow: Flow, e: t.MakeStruct) -> Tree:
    """Fields without a mark share the struct's label."""
    owner = e.type
    assert isinstance(owner, StructType)
    gathered = places.gather(owner)
    for index in [*e.order, *(i for i in range(len(e.fields)) if i not in e.order)]:
        value = e.fields[index]
        if value is not None:
            _fill_field(flow, value, owner, owner.decl.fields[index], gathered)
    before = None if e.base is None else flow.via("make", flow.eval_as(e.base, owner), owner)
    return places.assemble(flow, owner, gathered, before, (e.span, "is put into this `{}`", owner.decl.name))


def _fill_field(flow: Flow, value: t.Expr, owner: StructType | EnumType, field: t.Field,
                gathered: places.Gathered) -> None:
    tree = flow.eval(value)
    if not flow.dead:
        places.inject(flow, tree, owner, field, gathered, Wanted("E0301", value.span, "field", field.name))


def eval_variant(flow: Flow, e: t.MakeVariant) -> Tree:
    """An enum value; which variant it is does not count."""
    owner = e.type
    assert isinstance(owner, EnumType)
    gathered = places.gather(owner)
    for value, field in zip(e.args, e.variant.fields, strict=True):
        _fill_field(flow, value, owner, field, gathered)
    return places.assemble(flow, owner, gathered, None, (e.span, "is put into this `{}`", e.variant.name))


def eval_fault_field(flow: Flow, e: t.FaultField) -> Tree:
    """A fault's message may quote what came from outside; its stage and site are the program's own text."""
    flow.eval(e.value)
    if e.name == "message" and RULES["fault_text"]:
        return flow.graph.source(REPORTED_LEVEL, Reason(e.span, "the text of a fault is reported"))
    return flow.known(e.type)


def eval_assign(flow: Flow, e: t.Assign) -> Tree:
    """`place = e`: indices, then the value."""
    places.visit_indices(flow, e.place)
    tree = flow.eval_as(e.value, e.place.type)
    if not flow.dead:
        places.write_place(flow, e.place, tree, Wanted("E0301", e.value.span, "annotation"))
    return KNOWN


def eval_op_assign(flow: Flow, e: t.OpAssign) -> Tree:
    """`place op= e`: what was there joins, that is what `e` has left there."""
    step = (e.span, "is computed here", "")
    places.visit_indices(flow, e.place)
    value = flow.eval_as(e.value, e.place.type)
    if flow.dead:
        return KNOWN
    before = places.read_in_place(flow, e.place)
    trees = [before, value] if isinstance(value, int) == isinstance(before, int) else [before]
    tree = merge_trees(flow.graph, trees, step) if RULES["operator"] else value
    places.write_place(flow, e.place, tree, Wanted("E0301", e.value.span, "annotation"))
    return KNOWN


def eval_discard(flow: Flow, e: t.Discard) -> Tree:
    """Only the effects stay."""
    flow.eval(e.value)
    return KNOWN


# ---- Presence and trust


def eval_some(flow: Flow, e: t.MakeSome) -> Tree:
    """The trust of a `T?` is its payload's."""
    return flow.eval(e.value)


def eval_none(flow: Flow, e: t.MakeNone) -> Tree:
    """Absence adds no trust problem; the message becomes a fault's text."""
    for part in (e.message, e.cause):
        if part is not None:
            flow.eval(part)
    return flow.known(e.type)


def eval_fault_none(flow: Flow, e: t.MakeFaultNone) -> Tree:
    """An absent value with an existing fault."""
    flow.eval(e.fault)
    return flow.known(e.type)


def eval_default(flow: Flow, e: t.Default) -> Tree:
    """`a ?? b` joins both."""
    trees = [flow.eval(e.value), *flow.eval_perhaps(e.otherwise, e.type)]
    return flow.merge("branch", trees, e.type, (e.span, "or its default", ""))


def eval_try(flow: Flow, e: t.Try) -> Tree:
    """`e?`: the payload, or an early end."""
    tree = flow.eval(e.value)
    if not flow.dead:
        flow.leave_by_exit()
    return tree


def eval_confirm(flow: Flow, e: t.Confirm) -> Tree:
    """`e!`: asserted becomes known; on reported it is an error."""
    tree = flow.eval(e.value)
    if e.message is not None:
        flow.eval(e.message)
    if not e.confirms_trust:
        return tree
    is_foreign = RULES["foreign"] and is_foreign_call(e.value)
    wanted = Wanted("E0605" if is_foreign else "E0302", e.span,
                    "foreign" if is_foreign else "stage" if e.is_stage else "confirm", e.value.span.text)
    return confirm_tree(flow, tree, wanted)


def confirm_tree(flow: Flow, tree: Tree, wanted: Wanted) -> Tree:
    """What is at most asserted is known from here on; of a function that is what it captured."""

    def confirm(label: int) -> int:
        demand(flow.graph, label, ASSERTED_LEVEL, wanted)
        return KNOWN

    if isinstance(tree, FnTree):
        confirm(tree.own)
    return map_data(tree, confirm)


def is_foreign_call(e: t.Expr) -> bool:
    """True for a call of foreign code, also in `unsafe { }`."""
    while isinstance(e, t.Unsafe | t.Block):
        inner = e.body if isinstance(e, t.Unsafe) else e.value
        if inner is None:
            return False
        e = inner
    return isinstance(e, t.CallPointer) \
        or (isinstance(e, t.Call) and (bool(e.function.foreign) or e.function.intrinsic == "pointer_read"))


def report_tree(flow: Flow, tree: Tree, span: Span) -> Tree:
    """Everything in the value is reported from here on."""
    if not RULES["report"]:
        return tree
    label = flow.graph.source(REPORTED_LEVEL, Reason(span, "`~` makes it reported here"))
    return map_labels(tree, lambda _: label)


def eval_report(flow: Flow, e: t.Report) -> Tree:
    """`e~`."""
    return report_tree(flow, flow.eval(e.value), e.span)


def eval_assert(flow: Flow, e: t.Assert) -> Tree:
    """`e‽`: reported becomes asserted, the others stay."""
    tree = flow.eval(e.value)
    graph = flow.graph

    def vouch(label: int) -> int:
        if label == KNOWN:
            return label
        target = graph.fresh()
        if RULES["assert"]:
            graph.edge(label, target, (e.span, "is asserted here", ""), ASSERT)
        return target

    return map_data(tree, vouch)


def eval_interpolate(flow: Flow, e: t.Interpolate) -> Tree:
    """Text carries what is put into it."""
    values = [value for part in e.parts if not isinstance(part, str) for value in (part[0], *part[1].measures)]
    labels = [label for value in values for label in flow.collapse(flow.eval(value), value.type, value.span)]
    return flow.join("interpolation", labels, (e.span, "is put into this text", ""))


def eval_panic(flow: Flow, e: t.Panic) -> Tree:
    """Ends here."""
    flow.eval(e.message)
    return KNOWN


# ---- Actors


def eval_make_dyn(flow: Flow, e: t.MakeDyn) -> Tree:
    """All that a value holds is one behind `dyn`: a default method may look at marked fields as well."""
    return flow.join("make", flow.collapse(flow.eval(e.value), e.value.type, e.span))


def eval_spawn(flow: Flow, e: t.Spawn) -> Tree:
    """An actor's fields are `!` unless they say otherwise."""
    owner = StructType(e.actor.state, e.type.parts())
    gathered = places.gather(owner)
    for index in [*e.order, *(i for i in range(len(e.fields)) if i not in e.order)]:
        _fill_field(flow, e.fields[index], owner, e.actor.state.fields[index], gathered)
    return KNOWN


def eval_await(flow: Flow, e: t.Await) -> Tree:
    """The answer is what the handler gave."""
    return flow.eval(e.future)


def eval_stop(flow: Flow, e: t.Stop) -> Tree:
    """Nothing flows."""
    flow.eval(e.address)
    return KNOWN


EVALUATORS.update({
    t.Literal: eval_literal, t.Local: eval_local, t.ConstantRef: eval_constant, t.FunctionRef: calls.eval_function_ref,
    t.Call: calls.eval_call, t.CallValue: calls.eval_call_value, t.Binary: eval_binary, t.Logic: eval_logic,
    t.Unary: eval_unary, t.Cast: eval_unary, t.MakeTuple: eval_tuple, t.MakeArray: eval_array,
    t.RepeatArray: eval_repeat, t.MakeStruct: eval_struct, t.MakeVariant: eval_variant, t.MakeRange: eval_range,
    t.GetField: places.read_field, t.FaultField: eval_fault_field, t.Index: places.read_index,
    t.Slice: places.read_slice, t.MapIndex: places.read_entry, places.VariantPlace: places.read_variant,
    places.PayloadPlace: places.read_payload, t.Assign: eval_assign, t.OpAssign: eval_op_assign,
    t.Discard: eval_discard, t.MakeSome: eval_some, t.MakeNone: eval_none, t.MakeFaultNone: eval_fault_none,
    t.MakeDyn: eval_make_dyn, t.Default: eval_default, t.Try: eval_try, t.Confirm: eval_confirm,
    t.Report: eval_report, t.Assert: eval_assert,
    t.Interpolate: eval_interpolate, t.Panic: eval_panic, t.Spawn: eval_spawn, t.Tell: calls.send, t.Ask: calls.send,
    t.Await: eval_await, t.Stop: eval_stop,
})
