"""Formats a text for people: lines of 100 columns, every comment and every spelling kept, the meaning unchanged."""

from __future__ import annotations

from sigilc.crash import InternalError
from sigilc.syntax.format_chains import FormatChains
from sigilc.syntax.format_concrete import Concrete, read_concrete
from sigilc.syntax.format_document import Concat, Doc
from sigilc.syntax.format_expressions import FormatExpressions
from sigilc.syntax.format_render import WIDTH, Renderer
from sigilc.syntax.format_spelling import Spelling
from sigilc.syntax.format_types import FormatTypes
from sigilc.syntax.parse import Parsed, parse_text


class Formatter(FormatTypes, FormatChains, FormatExpressions):
    """Makes the document of one text."""

    def file(self, concrete: Concrete) -> Doc:
        """All statements, and the comments at the end."""
        content, _ = self.lines([concrete.tree.children[0]])
        return Concat([content, *self.comments_before(concrete.end, is_closer=True)])


def format_text(text: str, spelling: Spelling = Spelling.AS_WRITTEN, width: int = WIDTH) -> str:
    """The formatted text of a program that has no syntax errors, in lines of `width` columns.

    The result is parsed again: InternalError where its tree or its comments are not those of `text`.
    """
    before = parse_text(text)
    if before.problems:
        raise ValueError("a text with syntax errors can't be formatted")
    has_crlf = text.find("\r\n") >= 0 and text.find("\r\n") == text.find("\n") - 1
    concrete = read_concrete(text)
    formatted = with_prefix(concrete, Renderer(width).render(Formatter(text, spelling).file(concrete)))
    if has_crlf:
        formatted = formatted.replace("\r\n", "\n").replace("\n", "\r\n")
    check_unchanged(before, parse_text(formatted))
    return formatted


def with_prefix(concrete: Concrete, formatted: str) -> str:
    """The `#!` line and the byte-order mark go before everything else."""
    if "#!" not in concrete.prefix:
        return concrete.prefix + formatted
    first = concrete.leaves[0] if concrete.leaves else concrete.end
    return concrete.prefix.rstrip() + "\n" + ("\n" if first.blank_before and formatted else "") + formatted


def check_unchanged(before: Parsed, after: Parsed) -> None:
    """Formatting must not change what a program means, nor lose a comment."""
    if after.problems or after.tree != before.tree:
        raise InternalError("formatting would change the meaning of this file; it is left as it is")
    if comment_texts(after) != comment_texts(before):
        raise InternalError("formatting would lose a comment of this file; it is left as it is")


def comment_texts(parsed: Parsed) -> list[str]:
    """The comments, white space at the ends of their lines left out."""
    return ["\n".join(line.rstrip() for line in text.split("\n")) for _, text in parsed.comments]
