"""Diagnostics as JSON, one object a line, for editors and other programs."""

import json
from collections.abc import Iterable
from typing import Any

from sigilc.diagnostics.diagnostic import Diagnostic
from sigilc.diagnostics.order import in_order
from sigilc.source.spans import Span


def to_json(diagnostic: Diagnostic) -> str:
    """One line. Lines and columns are 1-based, columns count characters, the end is exclusive.

    `labels` begins with the remark on the place itself, if there is one; `help` is null where there is none.
    """
    labels = [(diagnostic.span, diagnostic.label)] if diagnostic.label else []
    labels += [(label.span, label.message) for label in diagnostic.labels]
    fields = {"severity": diagnostic.severity, "code": diagnostic.code, "message": diagnostic.message,
              **place(diagnostic.span),
              "labels": [{"message": message, **place(span)} for span, message in labels],
              "help": diagnostic.help or None}
    return json.dumps(fields, ensure_ascii=True)


def all_to_json(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """A line for each, in the order of the source text."""
    return [to_json(diagnostic) for diagnostic in in_order(diagnostics)]


def place(span: Span) -> dict[str, Any]:
    """File, start and end of a span."""
    line, column = span.file.position(span.start)
    end_line, end_column = span.end_position
    return {"file": span.file.path, "line": line, "column": column, "end_line": end_line, "end_column": end_column}
