"""What all parts of the tree printer share: lists, lines, marks, statements."""

from typing import Any

from sigilc.syntax import ast
from sigilc.syntax.tokens import CONTINUERS

# What a line can't begin with if it is to start a statement: it would go on with the line before.
LINE_JOINERS = (*"|.<>=+/%^*?&,:", *(w for w in CONTINUERS if not w.isalpha()))


class PrinterBase:
    """One method a kind of node, named after the class; each returns text.

    Parentheses are nodes, so no precedence is needed.
    """

    def __init__(self, ascii_only: bool = False):
        self.ascii = ascii_only
        self.flat = False       # inside an interpolation everything stands on one line

    def show(self, node: Any) -> str:
        """The text of a node; a text is itself, None is nothing."""
        if node is None:
            return ""
        text: str = node if isinstance(node, str) else getattr(self, type(node).__name__)(node)
        return text

    def commas(self, items: list[Any]) -> str:
        return ", ".join(map(self.show, items))

    def lines(self, items: list[Any], flat_separator: str = ", ") -> str:
        """Items one a line, indented, between braces; `{ }` when there are none."""
        if not items:
            return "{ }"
        if self.flat:
            return "{ " + flat_separator.join(map(self.show, items)) + " }"
        texts = [self.show(i) for i in items]
        ended = [t + flat_separator[0] if t.endswith("..") else t for t in texts]
        return "{\n" + "".join(indent(t) + "\n" for t in ended) + "}"

    def optional(self, before: str, node: Any, after: str = "") -> str:
        return "" if node is None else before + self.show(node) + after

    def arguments_of(self, node: Any) -> str:
        return "" if node is None else f"({self.commas(node)})"

    def path_sep(self) -> str:
        return "::" if self.ascii else "·"

    def marks(self, text: str) -> str:
        """Markers after a name."""
        out = ""
        for mark in text:
            out += self.gap(out, mark)
            out += "!!" if self.ascii and mark == "‽" else mark
        return out

    def marked(self, value: ast.Node, mark: str) -> str:
        text = self.show(value)
        return text + self.gap(text, mark) + self.marks(mark)

    def gap(self, text: str, mark: str) -> str:
        """A space where a marker would run together with what is before it: `!!` is `‽`, `??` is an operator."""
        clashes = "!‽" if text.endswith("!") else "?" if text.endswith("?") else ""
        return " " if mark in clashes else ""

    def statements(self, block: ast.Block | ast.DiscardingBlock) -> str:
        """The statements of a block, without its braces."""
        texts = [self.show(s) for s in block.statements]
        out = []
        for i, text in enumerate(texts):
            follower = texts[i + 1] if i + 1 < len(texts) else ""
            # a line that does not end, or would go on with the one before, needs an explicit end
            joins = self.flat or text.endswith("..") or follower.startswith(LINE_JOINERS)
            out.append(text + (";" if joins and follower else ""))
        if isinstance(block, ast.DiscardingBlock):
            out[-1] += ";"
        return (" " if self.flat else "\n").join(out)


def indent(text: str) -> str:
    """Text with each line four columns further right."""
    return "\n".join("    " + line if line else line for line in text.split("\n"))
