"""Reading and writing places: variables, fields, slots, elements, map entries, and what a pattern bound in place.

A write to a whole variable or slot renames it; a write to a part joins into the position that stands for it. Where the
place's declaration says a mark, the write is a demand and the place keeps exactly that trust.
"""

from __future__ import annotations

from dataclasses import dataclass

from sigilc.check.evidence.annotations import annotate, constrain, require_acceptance
from sigilc.check.evidence.flow import Flow
from sigilc.check.evidence.graph import KNOWN, Reason, Step, Wanted
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.slots import marks_part
from sigilc.check.evidence.trees import (
    FnTree,
    Tree,
    all_labels,
    build_tree,
    declared_label,
    flow_tree,
    labels_of,
    map_labels,
    merge_trees,
    raise_tree,
    step_to,
)
from sigilc.check.typed import (
    Expr,
    Field,
    GetField,
    Index,
    Local,
    MapIndex,
    Slice,
    StructDecl,
    Variable,
)
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
from sigilc.crash import InternalError
from sigilc.source.records import record
from sigilc.source.spans import Span


@record
class VariantPlace(Expr):
    """Field `field` of a variant, as a place that a pattern took out of the enum in place `value`."""

    value: Expr
    field: Field


@record
class PayloadPlace(Expr):
    """The payload of the `T?` in place `value`; also an element of a collection that a pattern took out of it."""

    value: Expr


# ---- Fields


def default_mark(flow: Flow, decl: object) -> str:
    """An actor's unmarked fields are `!`."""
    return "!" if decl in flow.program.actor_states else ""


def project(flow: Flow, tree: Tree, owner: StructType | EnumType, field: Field) -> Tree:
    """The tree of a field: the owner's label, its arguments' trees, and constants where the field says so."""
    own = tree[0] if isinstance(tree, tuple) else tree
    assert isinstance(own, int)
    default = default_mark(flow, owner.decl)
    if not default and field.marks is None and field.type.__class__ is PrimType:
        return own if RULES["project"] else KNOWN
    args: dict[ParamType, Tree] = {}
    if isinstance(tree, tuple):
        args = dict(zip(owner.decl.type_params, tree[1:], strict=True))
    base = _project_type(flow, field.type, own, args)
    why = Reason(field.span, "field `{}` is declared to hold reported data", field.name)
    seen = annotate(flow.graph, base, field.type, field.marks or NO_MARKS, default, None, why)
    return flow.via("project", seen, field.type)


def _project_type(flow: Flow, type_: Type, own: int, args: dict[ParamType, Tree]) -> Tree:
    if isinstance(type_, ParamType):
        return args.get(type_, own)
    if isinstance(type_, OptionType | FutureType):
        return _project_type(flow, type_.item, own, args)
    if isinstance(type_, FnType):
        return build_tree(flow.graph, type_, lambda part: own, is_opaque=True)
    if isinstance(type_, TupleType):
        return tuple(_project_type(flow, part, own, args) for part in type_.items)
    label = own
    if isinstance(type_, StructType | EnumType):
        declared = declared_label(flow.graph, type_)
        label = own if declared is None else declared
        if not type_.args:
            return label
    elif not isinstance(type_, ArrayType | SetType | MapType):
        return own
    return (label, *(_project_type(flow, part, own, args) for part in type_.parts()))


@dataclass(slots=True)
class Gathered:
    """What is put into the fields of one value: labels for its own, trees for its type arguments."""

    own: list[int]
    args: dict[ParamType, list[Tree]]


def inject(flow: Flow, tree: Tree, owner: StructType | EnumType, field: Field, gathered: Gathered, wanted: Wanted) -> None:
    """Puts a value into a field: demands what the field's marks say, and gathers the rest."""
    default = default_mark(flow, owner.decl)
    mark = "!" if owner.decl.mark == "!" else default
    if default:
        what = "state_exit" if wanted.what in ("exit", "state_exit") else "state"
        wanted = wanted._replace(code="E0306", what=what, name=field.name)
    elif wanted.what == "annotation":
        wanted = wanted._replace(what="field", name=field.name)
    _inject_type(flow, tree, field.type, field.marks or NO_MARKS, mark, gathered, wanted)


def _inject_type(flow: Flow, tree: Tree, type_: Type, marks: Marks, inherited: str, gathered: Gathered,
                 wanted: Wanted) -> None:
    mark = marks.own or inherited
    if isinstance(type_, OptionType | FutureType):
        _inject_type(flow, tree, type_.item, marks_part(marks, 0), mark, gathered, wanted)
    elif isinstance(type_, ParamType):
        if mark:
            map_labels(tree, lambda label: constrain(flow.graph, label, mark, wanted, _NO_REASON))
        elif type_ in gathered.args:
            gathered.args[type_].append(tree)
        else:
            gathered.own += all_labels(flow.graph, tree)
    elif isinstance(tree, FnTree):
        assert isinstance(type_, FnType)
        require_acceptance(flow.graph, tree, type_, marks, mark, wanted, is_kept=True)
        seen = annotate(flow.graph, tree, type_, marks, mark, wanted, _NO_REASON, False)
        gathered.own += all_labels(flow.graph, seen)
    elif isinstance(tree, tuple):
        parts = tree
        if not isinstance(type_, TupleType):
            _inject_label(flow, tree[0], mark, gathered, wanted)
            parts = tree[1:]
        for index, (part, item) in enumerate(zip(parts, type_.parts(), strict=True)):
            _inject_type(flow, part, item, marks_part(marks, index), mark, gathered, wanted)
    else:
        _inject_label(flow, tree, mark, gathered, wanted)


def _inject_label(flow: Flow, label: Tree, mark: str, gathered: Gathered, wanted: Wanted) -> None:
    assert isinstance(label, int)
    if not mark:
        gathered.own.append(label)
    else:
        constrain(flow.graph, label, mark, wanted, _NO_REASON)


def gather(owner: StructType | EnumType) -> Gathered:
    """Nothing gathered yet."""
    return Gathered([], {param: [] for param in owner.decl.type_params})


def assemble(flow: Flow, owner: StructType | EnumType, gathered: Gathered, before: Tree | None, step: Step | None) -> Tree:
    """The tree of a struct or enum from what was put into it, joined into what it was `before`."""
    graph = flow.graph
    own = declared_label(graph, owner)
    old_parts: tuple[Tree, ...] = ()
    if before is not None:
        old_parts = before if isinstance(before, tuple) else (before,)
        gathered.own += labels_of(old_parts[0])
    if own is None:
        own = flow.join("make", gathered.own, step)
    if not owner.args:
        return own
    args: list[Tree] = []
    for index, (param, actual) in enumerate(zip(owner.decl.type_params, owner.args, strict=True)):
        trees = gathered.args[param] + ([old_parts[index + 1]] if old_parts else [])
        args.append(flow.merge("make", trees, actual, step))
    return (own, *args)


_NO_REASON = Reason(None, "")  # type: ignore[arg-type]


# ---- Reading


def read_field(flow: Flow, e: GetField) -> Tree:
    """`value.field` and `value.0`."""
    return _field_of(flow, e, flow.eval(e.value))


def _field_of(flow: Flow, e: GetField, tree: Tree) -> Tree:
    owner = e.value.type
    if isinstance(owner, TupleType):
        assert isinstance(tree, tuple)
        return flow.via("project", tree[e.index], e.type)
    if not isinstance(owner, StructType):
        raise InternalError(f"a field of {owner} was read", e.span)
    return project(flow, tree, owner, owner.decl.fields[e.index])


def read_index(flow: Flow, e: Index) -> Tree:
    """`xs[i]`: the element, joined with the index."""
    tree = flow.eval(e.value)
    _choose(flow, e)
    return _element_of(flow, e, tree)


def _element_of(flow: Flow, e: Index, tree: Tree) -> Tree:
    index = flow.join("index", flow.collapse(flow.chosen[e.index], e.index.type, e.index.span))
    assert isinstance(tree, tuple)
    return raise_tree(flow.graph, flow.via("project", tree[1], e.type), index, (e.span, "indexed by `{}`", e.index.span.text))


def read_slice(flow: Flow, e: Slice) -> Tree:
    """`xs[a..b]`: the elements stay, how many there are depends on the bounds; text joins them."""
    tree = flow.eval(e.value)
    _choose(flow, e)
    return _part_of(flow, e, tree)


def _part_of(flow: Flow, e: Slice, tree: Tree) -> Tree:
    bounds = [label for end in (e.low, e.high) if end is not None
              for label in flow.collapse(flow.chosen[end], end.type, end.span)]
    label = flow.join("index", bounds)
    step = (e.span, "cut out here", "")
    return raise_tree(flow.graph, tree, label, step)


def read_entry(flow: Flow, e: MapIndex) -> Tree:
    """`m[k]`: the value or the default, joined with the key."""
    tree = flow.eval(e.value)
    _choose(flow, e)
    return _entry_of(flow, e, tree)


def _entry_of(flow: Flow, e: MapIndex, tree: Tree) -> Tree:
    key = flow.join("lookup", flow.collapse(flow.chosen[e.key], e.key.type, e.key.span))
    assert isinstance(tree, tuple)
    values = [flow.via("project", tree[2], e.type), *_default_of(flow, e)]
    step = (e.span, "looked up with `{}`", e.key.span.text)
    return raise_tree(flow.graph, merge_trees(flow.graph, values, step), key, step)


def _default_of(flow: Flow, e: MapIndex) -> list[Tree]:
    """What `default: e` gives, if it is evaluated: where the entry is there, it is not."""
    return [] if e.default is None else flow.eval_perhaps(e.default, e.type)


def read_variant(flow: Flow, e: VariantPlace) -> Tree:
    """A payload's field in place."""
    return _payload_field_of(flow, e, flow.eval(e.value))


def _payload_field_of(flow: Flow, e: VariantPlace, tree: Tree) -> Tree:
    owner = e.value.type
    while isinstance(owner, OptionType):
        owner = owner.item
    assert isinstance(owner, EnumType)
    return project(flow, tree, owner, e.field)


def read_payload(flow: Flow, e: PayloadPlace) -> Tree:
    """The trust of a `T?` is its payload's."""
    return flow.eval(e.value)


def visit_indices(flow: Flow, place: Expr) -> None:
    """Analyses what a place is chosen by: indices, keys and bounds, outermost last."""
    if isinstance(place, GetField | VariantPlace | PayloadPlace | Index | MapIndex | Slice):
        visit_indices(flow, place.value)
    _choose(flow, place)


def _choose(flow: Flow, place: Expr) -> None:
    """Evaluates what the last step of a place is chosen by, once for all that is done with the place."""
    for chosen in _choices(place):
        flow.chosen[chosen] = flow.eval(chosen)


def _choices(place: Expr) -> list[Expr]:
    if isinstance(place, Index):
        return [place.index]
    if isinstance(place, Slice):
        return [end for end in (place.low, place.high) if end is not None]
    return [place.key] if isinstance(place, MapIndex) else []


def read_in_place(flow: Flow, place: Expr, joins_choices: bool = False) -> Tree:
    """What a place holds, after `visit_indices`: what it is chosen by is not evaluated again.

    As evaluating it with `joins_choices`; where it is changed, index, key and bounds say only where, so they join nothing.
    """
    if not isinstance(place, GetField | VariantPlace | PayloadPlace | Index | Slice | MapIndex):
        return flow.eval(place)
    whole = read_in_place(flow, place.value, joins_choices)
    if isinstance(place, GetField):
        return _field_of(flow, place, whole)
    if isinstance(place, VariantPlace):
        return _payload_field_of(flow, place, whole)
    if isinstance(place, Index) and joins_choices:
        return _element_of(flow, place, whole)
    if isinstance(place, MapIndex) and joins_choices:
        return _entry_of(flow, place, whole)
    if isinstance(place, Slice) and joins_choices:
        return _part_of(flow, place, whole)
    if isinstance(place, PayloadPlace | Slice):
        return whole
    assert isinstance(whole, tuple)
    part = flow.via("project", whole[-1], place.type)
    if isinstance(place, MapIndex) and place.default is not None:
        part = flow.merge("project", [part, *_default_of(flow, place)], place.type)
    return part


# ---- Writing


def write_place(flow: Flow, place: Expr, tree: Tree, wanted: Wanted) -> None:
    """The place holds `tree` from here on. `wanted` says what a mark on the place would demand of it."""
    if isinstance(place, Local):
        write_variable(flow, place.variable, tree, wanted)
    elif isinstance(place, GetField | VariantPlace):
        _write_field(flow, place, tree, wanted)
    elif isinstance(place, Index | PayloadPlace | Slice):
        _write_element(flow, place, tree, wanted)
    elif isinstance(place, MapIndex):
        before = read_in_place(flow, place.value)
        assert isinstance(before, tuple)
        key, stored = flow.chosen[place.key], flow.via("assign", tree, place.type)
        if wanted.span is not None and wanted.what != "exit":       # a mark on keys speaks of the key, not of the value
            key = _with_step(flow, key, (place.key.span, "is the key here", ""))
            stored = _with_step(flow, stored, (wanted.span, "is stored here", ""))
            wanted = wanted._replace(span=None)
        key, value = merge_trees(flow.graph, [before[1], key]), merge_trees(flow.graph, [before[2], stored])
        write_place(flow, place.value, (before[0], key, value), wanted)
    else:
        raise InternalError("what is written to is no place", place.span)


def makes_entry(place: Expr) -> bool:
    """Whether a place may add an entry to a map on the way to it: then its key is written, whatever else is."""
    while isinstance(place, GetField | Index | Slice | MapIndex | VariantPlace | PayloadPlace):
        if isinstance(place, MapIndex):
            return True
        place = place.value
    return False


def write_variable(flow: Flow, variable: Variable, tree: Tree, wanted: Wanted) -> None:
    """Renames a variable; one with marks keeps them and demands them."""
    if variable not in flow.env:
        raise InternalError(f"`{variable.name}` is written before it is bound", variable.span)
    tree = flow.via("assign", tree, variable.type)
    marks = flow.variable_marks.get(variable) or variable.marks
    if marks is not None and not marks.is_empty:
        tree = annotate(flow.graph, tree, variable.type, marks, "", wanted._replace(name=variable.name),
                        Reason(variable.span, "`{}` is declared reported", variable.name))
    named = name_step(flow, tree, variable, wanted.span)
    if variable not in flow.mutable:
        raise InternalError(f"`{variable.name}` is written, but not mutable", variable.span)
    flow.rename(variable, named)
    left = flow.fault_exits.get(variable)
    if left is not None and RULES["fault_exit"]:
        flow_tree(flow.graph, named, left)
    alias = flow.aliases.get(variable)
    if alias is not None:
        write_place(flow, alias, named, wanted)


def write_at_fault(flow: Flow, place: Expr, tree: Tree, span: Span) -> None:
    """The place may hold `tree` if the call that wrote it ends by a fault: only what outlives this body can see that."""
    root = place
    while isinstance(root, GetField | Index | Slice | MapIndex | VariantPlace | PayloadPlace):
        root = root.value
    if isinstance(root, Local) and (root.variable.kind == "inout" or root.variable in flow.aliases):
        mark = len(flow.trail)
        write_place(flow, place, tree, Wanted("E0307", span, "exit"))
        flow.undo(mark)


# What the checker calls variables that the user has not written.
HIDDEN_NAMES = frozenset(["it", "piped", "iterator", "state", "element", "elements", "given", "part", "parameter"])


def name_step(flow: Flow, tree: Tree, variable: Variable, span: Span | None) -> Tree:
    """`tree` with a step that says into which variable it went."""
    if span is None or variable.name == "self":
        return tree
    is_written = variable.name not in HIDDEN_NAMES or span.text.startswith(variable.name)
    return _with_step(flow, tree, (span, "`{}` gets it here" if is_written else "goes through here",
                                   variable.name if is_written else ""))


def _with_step(flow: Flow, tree: Tree, step: Step) -> Tree:
    """The same trust, with a step that can be shown."""
    return map_labels(tree, lambda label: step_to(flow.graph, label, step))


def _write_field(flow: Flow, place: GetField | VariantPlace, tree: Tree, wanted: Wanted) -> None:
    owner = place.value.type
    while isinstance(owner, OptionType):
        owner = owner.item
    before = read_in_place(flow, place.value)
    tree = flow.via("assign", tree, place.type)
    if isinstance(owner, TupleType):
        assert isinstance(place, GetField) and isinstance(before, tuple)
        parts = list(before)
        parts[place.index] = tree
        write_place(flow, place.value, tuple(parts), wanted)
        return
    if not isinstance(owner, StructType | EnumType):
        raise InternalError(f"a field of {owner} was written", place.span)
    if isinstance(place, VariantPlace):
        field = place.field
    else:
        assert isinstance(owner.decl, StructDecl)
        field = owner.decl.fields[place.index]
    gathered = gather(owner)
    inject(flow, tree, owner, field, gathered, wanted)
    after = assemble(flow, owner, gathered, before, None)
    if after != before or makes_entry(place.value):
        write_place(flow, place.value, after, wanted)


def _write_element(flow: Flow, place: Index | PayloadPlace | Slice, tree: Tree, wanted: Wanted) -> None:
    before = read_in_place(flow, place.value)
    tree = flow.via("assign", tree, place.type)
    after: Tree
    if isinstance(place, PayloadPlace):
        after = merge_trees(flow.graph, [before, tree])
    else:
        assert isinstance(before, tuple)
        element = tree[1] if isinstance(place, Slice) and isinstance(tree, tuple) else tree
        after = (before[0], merge_trees(flow.graph, [before[1], element]))
    if after != before or makes_entry(place.value):
        write_place(flow, place.value, after, wanted)
