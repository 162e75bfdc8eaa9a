"""The summary of a function: the reduced graph of what flows from which position of its signature to which.

Slots are numbered through: those of all parameters, then those of the in-out parameters' exits, then the result's,
then those of what in-out parameters may hold when the function ends by a fault or a panic.
A function without a body is summarised by its signature alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.check.evidence.annotations import has_function
from sigilc.check.evidence.graph import ASSERTED_LEVEL, MIX, REPORTED_LEVEL, Reason
from sigilc.check.evidence.rules import RULES
from sigilc.check.evidence.slots import Slot, marks_part, slots_of
from sigilc.check.typed import Function, Variable
from sigilc.check.types import (
    FAULT,
    NO_MARKS,
    ArrayType,
    MapType,
    Marks,
    ParamType,
    SetType,
)

LEVEL_NAMES = {ASSERTED_LEVEL: "asserted data", REPORTED_LEVEL: "reported data"}


@dataclass(eq=False, slots=True)
class Summary:
    """What callers know of a function.

    `flows[o]` lists (input slot, flags) for output slot o; `constants` has (output slot, level, reason) for what the
    function brings in. `default_mark` is that of unmarked parameters (`!` in handlers). `entered` has for each slot of
    an exit the slot by which the same position came in. `kept` are the slots of parameters of functions that the function keeps
    in a field.
    """

    function: Function
    slots: list[Slot] = field(default_factory=list)
    exits_start: int = 0
    result_start: int = 0
    faults_start: int = 0
    default_mark: str = ""
    flows: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    constants: list[tuple[int, int, Reason]] = field(default_factory=list)
    needs_binding: list[bool] = field(default_factory=list)
    slot_owner: list[Variable | None] = field(default_factory=list)
    entered: dict[int, int] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)

    def may_leave_more(self) -> bool:
        """Whether an in-out parameter may hold something at a fault that it can't hold at a return."""
        distance = self.faults_start - self.exits_start
        returned = {(output + distance, level) for output, level, _ in self.constants}
        return any(not set(flows) <= set(self.flows.get(output - distance, ()))
                   for output, flows in self.flows.items() if output >= self.faults_start) \
            or any((output, level) not in returned for output, level, _ in self.constants if output >= self.faults_start)

    def shape(self) -> tuple[object, ...]:
        """What must be stable before the summary of a recursive function is done."""
        return (sorted((o, tuple(sorted(ins))) for o, ins in self.flows.items()),
                sorted((o, level) for o, level, _ in self.constants), sorted(self.kept))

    def parameters_of_functions(self) -> list[int]:
        """The slots where a function that was given as an argument is itself given something of any trust."""
        return [number for number, slot in enumerate(self.slots[:self.exits_start]) if slot.is_output and not slot.mark]


def parameter_marks(variable: Variable) -> Marks:
    """A parameter's written marks."""
    return variable.marks or NO_MARKS


def result_marks(function: Function) -> Marks:
    """A result's written marks, with those of the trait method that it implements where it has none of its own."""
    own = function.result_marks or NO_MARKS
    if function.requirement is None or function.requirement.result_marks is None:
        return own
    return _completed(own, function.requirement.result_marks)


def _completed(own: Marks, required: Marks) -> Marks:
    if required.is_empty:
        return own
    parts = [_completed(marks_part(own, i), marks_part(required, i)) for i in range(max(len(own.parts), len(required.parts)))]
    return Marks(own.own or required.own, tuple(parts))


def empty_summary(function: Function, is_handler: bool) -> Summary:
    """The slots of a signature, and what its marks alone say about the outputs."""
    summary = Summary(function, default_mark="!" if is_handler else "")
    slots = summary.slots
    for param in function.params:
        default = summary.default_mark if param.name != "self" else ""
        marks = parameter_marks(param)
        before = len(slots)
        slots_of(param.type, marks, default, False, slots)
        summary.slot_owner += [param] * (len(slots) - before)
        summary.needs_binding.append(bool(default) or not marks.is_empty or has_function(param.type))
    summary.exits_start = len(slots)
    _add_exit_slots(summary)
    summary.result_start = len(slots)
    slots_of(function.result, result_marks(function), "", True, slots)
    summary.slot_owner += [None] * (len(slots) - summary.result_start)
    summary.faults_start = len(slots)
    if function.body is not None:
        _add_exit_slots(summary)
    for number, slot in enumerate(slots):
        if slot.is_output and slot.mark in ("~", "‽") and RULES["call_source"]:
            level = REPORTED_LEVEL if slot.mark == "~" else ASSERTED_LEVEL
            owner = summary.slot_owner[number]
            if owner is not None:
                reason = Reason(owner.span, "parameter `{}` is declared to hold " + LEVEL_NAMES[level], owner.name)
            else:
                span = function.result_span or function.span
                reason = Reason(span, "`{}` is declared to give " + LEVEL_NAMES[level], function.name)
            summary.constants.append((number, level, reason))
    return summary


def _add_exit_slots(summary: Summary) -> None:
    for param in summary.function.params:
        if param.kind == "inout":
            before = len(summary.slots)
            slots_of(param.type, parameter_marks(param), "", True, summary.slots)
            summary.slot_owner += [param] * (len(summary.slots) - before)
            start = summary.slot_owner.index(param)
            summary.entered.update((number, start + number - before) for number in range(before, len(summary.slots)))


def summarise_signature(function: Function, is_handler: bool = False) -> Summary:
    """The summary of a function without a body: intrinsic, foreign, or a trait's requirement."""
    summary = empty_summary(function, is_handler)
    if function.foreign and RULES["foreign"]:
        _bring_in(summary, "`{}` is foreign code")
        return summary
    if function.intrinsic == "pointer_read" and RULES["foreign"]:
        _bring_in(summary, "`{}` reads foreign memory")
        return summary
    inputs = [n for n, slot in enumerate(summary.slots) if not slot.is_output and not slot.mark]
    if function.intrinsic == "array_extent":        # the collection's own trust, without its elements'
        inputs = inputs[:1]
    is_requirement = not function.intrinsic
    if is_requirement and any(param.type == FAULT for param in function.params):
        _bring_in(summary, "`{}` takes a fault, whose text is reported")
    if is_requirement:      # what implements it may keep them
        summary.kept.update(summary.parameters_of_functions())
    for number, slot in enumerate(summary.slots):
        if not slot.is_output or slot.mark:
            continue
        if is_requirement:
            flows = [(i, MIX) for i in inputs]
        elif isinstance(slot.type, ParamType):
            flows = _flows_to_type_parameter(summary, number, slot.type, inputs)
        else:
            is_container = isinstance(slot.type, ArrayType | SetType | MapType)
            flows = [(i, MIX) for i in inputs
                     if not (is_container and isinstance(summary.slots[i].type, ParamType))]
        if flows:
            summary.flows[number] = flows
    return summary


def _flows_to_type_parameter(summary: Summary, output: int, wanted: ParamType, inputs: list[int]) -> list[tuple[int, int]]:
    """Inputs named by the same parameter; in a result also the key or index that selected the value."""
    flows = [(i, 0) for i in inputs if summary.slots[i].type == wanted]
    if output < summary.result_start:       # an exit: what was put in
        return flows
    for i in inputs:
        slot, owner = summary.slots[i], summary.slot_owner[i]
        if slot.is_bare and slot.type != wanted and not isinstance(slot.type, ArrayType | SetType | MapType) \
                and owner is not None and owner.name != "self":
            flows.append((i, MIX))
    return flows


def _bring_in(summary: Summary, text: str) -> None:
    """All outputs are reported, whatever the arguments are."""
    marked = {number for number, _, _ in summary.constants}
    function = summary.function
    for number, slot in enumerate(summary.slots):
        if slot.is_output and number not in marked:
            summary.constants.append((number, REPORTED_LEVEL, Reason(function.span, text, function.name)))
