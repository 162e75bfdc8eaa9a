"""What `sigilc audit` prints of a program's trust boundaries: text, JSON lines, SARIF."""

from __future__ import annotations

import json
from typing import Any

from sigilc.diagnostics.to_json import place
from sigilc.options import VERSION
from sigilc.tools.audit import KINDS, Boundary, coverage

TITLES = {"source": "Sources", "validation": "Validations", "filter": "Filters", "assertion": "Assertions",
          "trusted caller": "Trusted callers", "unsafe": "Unsafe code", "sink": "Sinks"}
ABOUT = {"source": "data that comes from outside", "validation": "a predicate that makes reported data known",
         "filter": "a named predicate that chooses among reported data, which stays reported",
         "assertion": "reported data that the program vouches for",
         "trusted caller": "an exported function whose callers are trusted",
         "unsafe": "code that the compiler does not check", "sink": "where only known data may go"}


def report_text(boundaries: list[Boundary]) -> str:
    """A list for each kind, and the coverage."""
    lines: list[str] = []
    for kind in KINDS:
        chosen = [b for b in boundaries if b.kind == kind]
        if not chosen:
            continue
        lines.append(f"{TITLES[kind]} ({len(chosen)})")
        width = max(len(b.span.site()) for b in chosen)
        for boundary in chosen:
            detail = f" ({boundary.detail})" if boundary.detail else ""
            missing = "" if boundary.is_marked else f"  <- {advice(boundary)}"
            lines.append(f"  {boundary.span.site():<{width}}  {_short(boundary.what)}{detail} in {boundary.where}{missing}")
        lines.append("")
    counted = [b.is_marked for b in boundaries if b.counts]
    lines.append(f"evidentiality coverage {percent(boundaries)} % ({sum(counted)} of {len(counted)} boundaries are marked)")
    return "\n".join(lines)


def advice(boundary: Boundary) -> str:
    """How an unmarked boundary is marked."""
    match boundary.kind:
        case "source":
            return "mark what it is bound to with `~`, or validate it"
        case "validation":
            return "the predicate ignores its value"
        case "assertion":
            return "give the reason: `|assume!(\"…\")`"
    return ""


def percent(boundaries: list[Boundary]) -> str:
    """The coverage with one decimal, cut off: it says 100 only when nothing is missing."""
    return f"{int(coverage(boundaries) * 10) / 10:g}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def report_json(boundaries: list[Boundary]) -> list[str]:
    """An object a line for each boundary, and one with the coverage at the end."""
    lines = [json.dumps({"kind": b.kind, "what": b.what, "detail": b.detail, "function": b.where, "marked": b.is_marked,
                         **place(b.span)}, ensure_ascii=False) for b in boundaries]
    counts = {kind: sum(b.kind == kind for b in boundaries) for kind in KINDS}
    counted = [b.is_marked for b in boundaries if b.counts]
    summary = {"kind": "coverage", "percent": float(percent(boundaries)), "boundaries": len(counted),
               "marked": sum(counted), "counts": counts}
    return [*lines, json.dumps(summary, ensure_ascii=False)]


def report_sarif(boundaries: list[Boundary]) -> str:
    """SARIF 2.1.0: a result for each boundary; those without a mark are warnings."""
    rules = [{"id": rule_id(kind), "name": kind, "shortDescription": {"text": ABOUT[kind]}} for kind in KINDS]
    run = {
        "tool": {"driver": {"name": "sigilc audit", "version": VERSION, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(b) for b in boundaries],
        "properties": {"coverage": float(percent(boundaries))},
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def rule_id(kind: str) -> str:
    """A kind as SARIF names it."""
    return "evidence/" + kind.replace(" ", "-")


def _sarif_result(boundary: Boundary) -> dict[str, Any]:
    at = place(boundary.span)
    detail = f" ({boundary.detail})" if boundary.detail else ""
    missing = "" if boundary.is_marked else f": {advice(boundary)}"
    region = {"startLine": at["line"], "startColumn": at["column"], "endLine": at["end_line"], "endColumn": at["end_column"]}
    return {
        "ruleId": rule_id(boundary.kind), "ruleIndex": KINDS.index(boundary.kind),
        "level": "note" if boundary.is_marked else "warning",
        "message": {"text": f"{boundary.kind}: {boundary.what}{detail} in {boundary.where}{missing}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": at["file"]}, "region": region}}],
    }
