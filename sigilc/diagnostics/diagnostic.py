"""A diagnostic as data: what is wrong, where, why, and how to mend it. `render.py` turns it into text."""

from dataclasses import dataclass, field

from sigilc.source.spans import Span


@dataclass(slots=True)
class Label:
    """A remark on a further place that is involved."""

    span: Span
    message: str


@dataclass(slots=True)
class Diagnostic:
    """An error or a warning.

    `message` is lower case, without a full stop, in the user's terms. `label` stands under `span`, the smallest that
    is wrong; `labels` under the other places, in the order in which a reader should look at them.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    labels: list[Label] = field(default_factory=list)
    help: str = ""
    severity: str = "error"


class Diagnostics:
    """Collects what one run of the compiler reports. `wanted` names the optional warnings that are asked for."""

    def __init__(self, wanted: frozenset[str] = frozenset()) -> None:
        self.wanted = wanted
        self.items: list[Diagnostic] = []
        self.error_count = 0
        self._known: set[tuple[str, Span]] = set()
        self.allowed: list[tuple[Span, frozenset[str]]] = []       # where warnings of some codes are not wanted

    def add(self, diagnostic: Diagnostic) -> None:
        """Keeps a diagnostic, unless one of the same code at the same place is there, or it is a warning and allowed."""
        if diagnostic.severity == "warning" and any(
                diagnostic.code in codes and extent.contains(diagnostic.span) for extent, codes in self.allowed):
            return
        key = diagnostic.code, diagnostic.span
        if key in self._known:
            return
        self._known.add(key)
        self.items.append(diagnostic)
        self.error_count += diagnostic.severity == "error"

    def error(self, code: str, message: str, span: Span, label: str = "", help: str = "") -> None:
        """Keeps an error that involves one place only."""
        self.add(Diagnostic(code, message, span, label, help=help))

    @property
    def has_errors(self) -> bool:
        """True when compilation can't go on."""
        return self.error_count > 0
