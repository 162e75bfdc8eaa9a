"""Colours for terminals."""


class Paint:
    """Wraps text in escape sequences, or leaves it as it is."""

    def __init__(self, use_color: bool):
        self.use_color = use_color

    def _wrap(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.use_color and text else text

    def error(self, text: str) -> str:
        """What is wrong."""
        return self._wrap(text, "1;31")

    def warning(self, text: str) -> str:
        """What is doubtful."""
        return self._wrap(text, "1;33")

    def fine(self, text: str) -> str:
        """What is right."""
        return self._wrap(text, "1;32")

    def gutter(self, text: str) -> str:
        """Line numbers, frames, and what else is involved."""
        return self._wrap(text, "1;34")

    def bold(self, text: str) -> str:
        """The message."""
        return self._wrap(text, "1")
