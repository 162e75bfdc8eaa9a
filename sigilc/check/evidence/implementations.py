"""What a trait's method declares of evidence holds for every implementation: calls through the trait see nothing else.

An implementation accepts at least what the trait says that it accepts, promises at least what the trait promises, and
adds no reported data to a result or an in-out parameter that the trait leaves unmarked (E0305).
"""

from __future__ import annotations

from collections.abc import Iterator

from sigilc.check.evidence.annotations import demand
from sigilc.check.evidence.graph import ASSERTED_LEVEL, KNOWN, REPORTED_LEVEL, Graph, Wanted
from sigilc.check.evidence.slots import Piece, Slot, pieces_of, slots_of
from sigilc.check.evidence.summaries import Summary
from sigilc.check.evidence.trees import Tree
from sigilc.check.typed import Function, Variable
from sigilc.check.types import FAULT, NO_MARKS, Marks
from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from sigilc.source.spans import Span

LEVELS = {"!": KNOWN, "‽": ASSERTED_LEVEL, "~": REPORTED_LEVEL}
WORDS = {"!": "a known", "‽": "an asserted", "~": "a reported"}


def check_signature(function: Function, diagnostics: Diagnostics) -> None:
    """E0305 for each mark of an implementation that breaks what its trait's method says."""
    required = function.requirement
    if required is None:
        return
    for param, other in zip(function.params, required.params, strict=True):
        inputs = [mark for mark, limit in _compared(param, other, False) if LEVELS.get(mark, REPORTED_LEVEL) < limit]
        if inputs:
            _refuse(function, param.span, f"this implementation demands {WORDS[inputs[0]]} `{param.name}`, its trait does not",
                    other.span, "the trait's method accepts less trust",
                    "let it take what the trait says, or mark the parameter in the trait", diagnostics)
        passed = [slot.mark for slot, wanted in _pairs(param, param.marks or NO_MARKS, other.marks or NO_MARKS, False)
                  if slot.is_output and LEVELS.get(slot.mark, KNOWN) > LEVELS.get(wanted.mark, KNOWN)]
        if passed:
            _refuse(function, param.span, f"this implementation may pass {WORDS[passed[0]]} value to `{param.name}`, "
                    "its trait does not say so", other.span, "the trait's method promises more",
                    "mark the function's parameter in the trait likewise", diagnostics)
        exits = [mark for mark, limit in _compared(param, other, True) if LEVELS.get(mark, KNOWN) > limit]
        if exits and param.kind == "inout":
            _refuse(function, param.span, f"this implementation may leave {WORDS[exits[0]]} value in `{param.name}`, "
                    "its trait does not say so", other.span, "the trait's method promises more",
                    "mark the parameter in the trait likewise", diagnostics)
    results = [mark for mark, limit in _compared_results(function, required) if LEVELS.get(mark, KNOWN) > limit]
    if results:
        _refuse(function, function.result_span or function.span,
                f"this implementation gives {WORDS[results[0]]} value, which its trait does not declare",
                required.result_span or required.span, "the trait's method promises more",
                "mark the trait's result likewise", diagnostics)


def keep_to_requirement(graph: Graph, function: Function, summary: Summary, tree: Tree, span: Span) -> None:
    """What a trait's method leaves unmarked is the join of its arguments: an implementation's result may add nothing."""
    if _has_fault(function):
        return
    pieces: list[Piece] = []
    pieces_of(function.result, function.result, tree, pieces)
    slots = summary.slots[summary.result_start:summary.faults_start]
    _demand_no_more(graph, pieces, slots, Wanted("E0305", span, "implementation", function.name))


def keep_exits_to_requirement(graph: Graph, function: Function, summary: Summary, pieces: list[Piece]) -> None:
    """The same of what in-out parameters hold in the end, after a fault as well, and of what is passed to function
    arguments; `pieces` are those of all slots."""
    if (function.requirement is None and function.trait is None) or _has_fault(function):
        return
    for start, end, what in ((0, summary.exits_start, "implementation_passed"),
                             (summary.exits_start, summary.result_start, "implementation_exit"),
                             (summary.faults_start, len(summary.slots), "implementation_exit")):
        for number in range(start, end):
            owner = summary.slot_owner[number] if number < len(summary.slot_owner) else None
            wanted = Wanted("E0305", None, what, owner.name if owner is not None else "")
            _demand_no_more(graph, [pieces[number]], [summary.slots[number]], wanted)


def _has_fault(function: Function) -> bool:
    """Whether a fault, whose text is reported, is among the arguments: then their join is reported in any case."""
    return any(param.type == FAULT for param in function.params)


def _demand_no_more(graph: Graph, pieces: list[Piece], slots: list[Slot], wanted: Wanted) -> None:
    for (label, _), slot in zip(pieces, slots, strict=True):
        if slot.is_output and not slot.mark and isinstance(label, int):
            demand(graph, label, KNOWN, wanted, real_only=True)


def _compared(param: Variable, other: Variable, is_output: bool) -> Iterator[tuple[str, int]]:
    """For each slot of a parameter the implementation's mark, and the level that the trait's mark stands for.

    An unmarked slot of the trait accepts reported data, and leaves none that did not come in.
    """
    for slot, required in _pairs(param, param.marks or NO_MARKS, other.marks or NO_MARKS, is_output):
        if slot.is_output == is_output:
            yield slot.mark, LEVELS.get(required.mark, KNOWN if is_output else REPORTED_LEVEL)


def _compared_results(function: Function, required: Function) -> Iterator[tuple[str, int]]:
    own, others = function.result_marks or NO_MARKS, required.result_marks or NO_MARKS
    found: list[Slot] = []
    wanted: list[Slot] = []
    slots_of(function.result, own, "", True, found)
    slots_of(function.result, others, "", True, wanted)
    for slot, other in zip(found, wanted, strict=True):
        if slot.is_output:
            yield slot.mark, LEVELS.get(other.mark, KNOWN)


def _pairs(param: Variable, marks: Marks, others: Marks, is_output: bool) -> Iterator[tuple[Slot, Slot]]:
    """The slots of the implementation's type, with its own marks and with the trait's."""
    found: list[Slot] = []
    wanted: list[Slot] = []
    slots_of(param.type, marks, "", is_output, found)
    slots_of(param.type, others, "", is_output, wanted)
    return zip(found, wanted, strict=True)


def _refuse(function: Function, span: Span, message: str, other: Span, label: str, help_: str,
            diagnostics: Diagnostics) -> None:
    assert function.requirement is not None
    diagnostics.add(Diagnostic("E0305", message, span, f"in the implementation of `{function.requirement.name}`",
                               [Label(other, label)], help=help_))
