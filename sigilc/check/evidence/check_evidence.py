"""Evidence checking of a whole program: bodies in the order of the call graph, then what declarations may not say."""

from __future__ import annotations

from sigilc.check.evidence.analyse import Analysis, analyse_function
from sigilc.check.evidence.call_graph import order_functions
from sigilc.check.evidence.flow import Program, marks_level
from sigilc.check.evidence.implementations import check_signature
from sigilc.check.evidence.reports import report_function
from sigilc.check.evidence.summaries import Summary, empty_summary, result_marks, summarise_signature
from sigilc.check.typed import Function, TypedProgram
from sigilc.check.types import NO_MARKS, Marks
from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics


def check_evidence(program: TypedProgram, diagnostics: Diagnostics) -> Program:
    """Adds a diagnostic for every use of a value that demands more trust than it has (E0301, E0302, E0305–E0307, E0605).

    What it gives knows the summary of each function.
    """
    handlers = {handler.function for actor in program.actors for handler in actor.handlers}
    summaries: dict[Function, Summary] = {}

    def summary_of(function: Function) -> Summary:
        found = summaries.get(function)
        if found is None:
            is_handler = function in handlers
            is_open = function.body is not None and function.trait is None     # an impl may stand for a trait's default
            found = empty_summary(function, is_handler) if is_open else summarise_signature(function, is_handler)
            summaries[function] = found
        return found

    shared = Program(summary_of, {actor.state for actor in program.actors}, handlers)
    functions = list(dict.fromkeys([*program.functions, *(h.function for a in program.actors for h in a.handlers)]))
    reached: list[Function] = []
    for component, is_recursive in order_functions(functions):
        reached += component
        for analysis in _solve_component(shared, summaries, component, is_recursive):
            report_function(analysis, diagnostics)
    for function in dict.fromkeys([*reached, *program.foreign]):
        _check_border(function, diagnostics)
        check_signature(function, diagnostics)
    return shared


def _solve_component(shared: Program, summaries: dict[Function, Summary], component: list[Function],
                     is_recursive: bool) -> list[Analysis]:
    """Analyses functions that call each other until their summaries stay the same."""
    bodies = [function for function in component if function.body is not None]
    while True:
        is_stable = True
        analyses: list[Analysis] = []
        for function in bodies:
            before = shared.summary_of(function).shape()
            analysis = analyse_function(shared, function)
            analyses.append(analysis)
            if function.trait is not None:
                continue
            summaries[function] = analysis.summary
            is_stable = is_stable and analysis.summary.shape() == before
        if is_stable or not is_recursive:
            return analyses


def _check_border(function: Function, diagnostics: Diagnostics) -> None:
    """E0605: what arrives from foreign code is reported, whatever a signature says."""
    if (function.export and not function.trusted_caller) or function.is_callback:
        kind = "an exported function" if function.export else "a function that C calls"
        help_ = "write `~` and validate it"
        if not function.is_callback:
            help_ += ", or say `#[trusted_caller(\"reason\")]` on the function"
        for param in function.params:
            if param.marks is not None and _promises(param.marks):
                diagnostics.add(Diagnostic(
                    "E0605", f"`{param.name}` arrives from foreign code and can't be known", param.span,
                    f"`!` on a parameter of {kind}", help=help_))
    if function.foreign and _promises(result_marks(function)):
        diagnostics.add(Diagnostic(
            "E0605", f"what `{function.name}` gives comes from foreign code and can't be known",
            function.result_span or function.span, "`!` on a foreign result",
            help="leave the mark out, and validate the result where it is used"))


def _promises(marks: Marks) -> bool:
    return marks != NO_MARKS and ("!" in _marks_in(marks) or marks_level(marks) == 1)


def _marks_in(marks: Marks) -> set[str]:
    return {marks.own}.union(*(_marks_in(part) for part in marks.parts))
