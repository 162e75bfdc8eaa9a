"""Internal errors: a surprise after `check` has succeeded is the compiler's fault, never the user's."""

from sigilc.source.spans import Span


class InternalError(Exception):
    """A fault of the compiler, with the user's position that led to it; the command line exits with 70."""

    def __init__(self, message: str, span: Span | None = None):
        super().__init__(message)
        self.message = message
        self.span = span
