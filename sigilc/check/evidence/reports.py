"""Broken demands as diagnostics: what is wrong, where the value became reported, which way it went, how to mend it."""

from __future__ import annotations

import re

from sigilc.check.evidence.analyse import Analysis
from sigilc.check.evidence.graph import ASSERTED_LEVEL, KNOWN, Demand, Step, Wanted
from sigilc.check.evidence.paths import Path, find_origin, find_path, reaches_demand
from sigilc.check.evidence.rules import RULES
from sigilc.check.typed import Variable
from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from sigilc.source.spans import Span

MOST_STEPS = 6      # labels for the way between source and demand

MESSAGES = {
    "argument": "{a} value is passed where {b} one is required",
    "message": "{a} value is sent where {b} one is required",
    "annotation": "{a} value is bound where {b} one is required",
    "field": "{a} value is put into a field that takes only {c} ones",
    "confirm": "`!` on {a} value that nothing has validated",
    "stage": "`!` on a stage that does not validate {a} value",
    "foreign": "`!` on what comes from foreign code",
    "result": "the result is promised as `!`, but {a} value is given here",
    "implementation": "this implementation gives {a} value, which its trait does not declare",
    "implementation_passed": "this implementation passes {a} value to `{n}`, which its trait does not declare",
    "implementation_exit": "this implementation leaves {a} value in `{n}`, which its trait does not declare",
    "state": "{a} value is stored in a field of an actor that does not say `~`",
    "state_exit": "this call may leave {a} value in a field of an actor that does not say `~`",
    "exit": "this call may leave {a} value in a variable that takes only {c} ones",
}

LABELS = {
    "argument": "{p} must be {c}",
    "message": "`{n}` of this message must be {c}",
    "annotation": "`{n}` is declared {c}",
    "field": "field `{n}` is declared {c}",
    "confirm": "only asserted and known values can be confirmed",
    "stage": "only `φ` and functions declared to give `!` can be confirmed",
    "foreign": "foreign code gives reported values",
    "result": "not {c} on this path",
    "implementation": "its trait promises no more than the arguments bring",
    "implementation_passed": "its trait promises no more than the arguments bring",
    "implementation_exit": "its trait promises no more than the arguments bring",
    "state": "field `{n}` takes only {c} values",
    "state_exit": "field `{n}` takes only {c} values",
    "exit": "`{n}` is declared {c}",
}


def report_function(analysis: Analysis, diagnostics: Diagnostics) -> None:
    """Adds a diagnostic for every demand of a body that is broken."""
    _warn(analysis, diagnostics)
    graph, masks = analysis.graph, analysis.masks
    if not graph.demands:
        return
    inputs = {label for label, _ in analysis.inputs}
    limits: dict[int, int] = {}
    for demand in graph.demands:
        if not demand.real_only:
            limits[demand.label] = min(demand.limit, limits.get(demand.label, demand.limit))
    explained: set[int] = set()
    for check in graph.checks:
        reached = reaches_demand(graph, check.labels, set(check.exits) - set(check.labels), limits)
        if reached is not None:
            label, step = reached
            explained.add(label)
            diagnostics.add(_function_refused(check.wanted, step[0] if step is not None else analysis.function.span))
    for demand in graph.demands:
        if demand.label in explained:
            continue
        if masks.level(demand.label, demand.real_only or not RULES["unmarked_parameter"]) > demand.limit:
            path = find_path(graph, demand.label, demand.limit, set() if demand.real_only else inputs)
            if path is not None:
                diagnostics.add(_broken(analysis, demand, path))


def _warn(analysis: Analysis, diagnostics: Diagnostics) -> None:
    for predicate in analysis.idle_predicates:
        diagnostics.add(Diagnostic("W0302", "this predicate validates a value without looking at it", predicate.span,
                                   "says nothing about the value", severity="warning",
                                   help="test the value, or say `|assume!(\"reason\")` if it needs no test"))
    function, summary = analysis.function, analysis.summary
    results = [reason for output, level, reason in summary.constants
               if summary.result_start <= output < summary.faults_start and not summary.slots[output].mark]
    if function.is_public and results:
        origin, _ = find_origin(results[0])
        diagnostics.add(Diagnostic(
            "W0301", f"the result of `{function.name}` is reported, and its type does not say so",
            function.result_span or function.span, "says nothing about evidence",
            [Label(origin.span, "reported because " + origin.text.format(origin.name))], severity="warning",
            help="write `~` behind the result's type"))


def _function_refused(wanted: Wanted, passed: Span) -> Diagnostic:
    """`passed` is where the function goes into a parameter of a function value, which names no place of its own."""
    return Diagnostic(wanted.code, "a function that demands known arguments is used where one is required that accepts all",
                      wanted.span or passed, "an unmarked parameter in a function type accepts any trust",
                      help="mark the parameter in the function type, as in `fn(str!)`, or let the function take `~`")


def _broken(analysis: Analysis, demand: Demand, path: Path) -> Diagnostic:
    wanted = demand.wanted
    steps = path.steps
    span = wanted.span
    if span is None:
        span = steps[-1][0] if steps else analysis.function.span
    words = {"a": "an asserted" if path.level == ASSERTED_LEVEL else "a reported",
             "b": "a known" if demand.limit == KNOWN else "an asserted",
             "c": "known" if demand.limit == KNOWN else "asserted", "n": wanted.name,
             "p": f"parameter `{wanted.name}`" if wanted.name else "this parameter"}
    labels: list[Label] = []
    owner: Variable | None = None
    if path.reason is None:
        owner = next((v for label, v in analysis.inputs if label == path.input_label), None)
        if owner is not None:
            labels.append(Label(owner.span, f"`{owner.name}` has no mark, so it accepts any trust and counts as reported"))
    else:
        origin, earlier = find_origin(path.reason)
        level = "asserted" if path.source_level == ASSERTED_LEVEL else "reported"
        labels.append(Label(origin.span, f"{level} because " + origin.text.format(origin.name)))
        steps = earlier + steps
    labels += _way(steps, span, {label.span for label in labels})
    label = LABELS[wanted.what]
    if not wanted.name:
        label = label.replace("`{n}`", "its place")
    return Diagnostic(wanted.code, MESSAGES[wanted.what].format(**words), span, label.format(**words),
                      labels, _help(demand, path, owner, span))


def _way(steps: list[Step], span: Span, shown: set[Span]) -> list[Label]:
    labels: list[Label] = []
    for where, text, name in steps:
        if where == span or where in shown:
            continue
        shown.add(where)
        labels.append(Label(where, text.format(name) if name else text))
    if len(labels) > MOST_STEPS:
        half = MOST_STEPS // 2
        labels = labels[:half] + labels[-half:]
    return labels


def _help(demand: Demand, path: Path, owner: Variable | None, span: Span) -> str:
    wanted = demand.wanted
    if owner is not None and wanted.what not in ("confirm", "stage"):
        mark = "!" if demand.limit == KNOWN else "‽"
        return f"write `{owner.name}: {owner.type}{mark}` to demand it of the callers"
    if wanted.what == "implementation":
        return "declare the trait's result with `~`"
    if wanted.what == "implementation_passed":
        return f"declare the parameter of `{wanted.name}` with `~` in the trait"
    if wanted.what == "implementation_exit":
        return f"declare the trait's parameter with `~`, or keep it in a field of `{wanted.name}` that says `~`"
    text = _shown_value(wanted, span)
    if path.level == ASSERTED_LEVEL:
        return f"confirm it with `{text}!`" if text else "confirm it with `!`"
    if demand.limit == ASSERTED_LEVEL and wanted.what not in ("confirm", "stage", "foreign"):
        return f"vouch for it with `{text}‽`" if text else "vouch for it with `‽`"
    fix = "validate {} with `{}|φ{{…}}!`, or vouch for it with `{}|assume!(\"reason\")`"
    fix = fix.format("it", text + " ", text + " ") if text else fix.format("the value", "", "")
    if wanted.what in ("state", "state_exit"):
        return fix + f", or declare the field `{wanted.name}` with `~`"
    return fix + ", or promise less" if wanted.what == "result" else fix


def _shown_value(wanted: Wanted, span: Span) -> str:
    """The value's text for a proposal, in parentheses where a stage could not follow it; "" where it is no one value."""
    text = wanted.name if wanted.what in ("confirm", "foreign") else span.text
    is_passed_on = wanted.span is None and wanted.what == "argument"
    if is_passed_on or wanted.what in ("exit", "state_exit", "stage") or "\n" in text or len(text) > 40 \
            or text.startswith("&") or _is_part(span, text):
        return ""
    plain = text.replace(".", "").replace("_", "").isalnum() or text.startswith('"') or text.endswith((")", "]"))
    return text if plain and " " not in text.split("(")[0] else f"({text})"


# An assignment to several places: the line up to one of them, and what stands behind it up to the `=`.
_BEGINS_TARGET = re.compile(r"\s*([(\[]|[A-Z][\w·]*\s*\{)")
_ENDS_TARGET = re.compile(r"[^=\n]*[)\]}]\s*=(?![=>])")


def _is_part(span: Span, text: str) -> bool:
    """True for what is no value by itself: the last stage of a pipeline, a text that further arguments are put into, a place
    in `(a, b) = …`.
    """
    start = max(span.file.text.find(text, span.start, span.end), span.start)
    before, after = span.file.text[:start].rstrip()[-1:], span.file.text[start + len(text):].lstrip()[:1]
    line = span.file.text.rfind("\n", 0, start) + 1
    is_target = bool(_BEGINS_TARGET.match(span.file.text, line, start) and _ENDS_TARGET.match(span.file.text, start + len(text)))
    return before == "|" or is_target or (text.startswith('"') and "{}" in text and after == ",")
