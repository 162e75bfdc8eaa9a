"""Prints a tree as canonical Sigil text: parse(print(tree)) == tree.

One statement, field or arm a line, four columns a level; comments are lost. For people there is `format.py`.
"""

from sigilc.syntax import ast
from sigilc.syntax.print_expressions import PrintExpressions
from sigilc.syntax.print_items import PrintItems
from sigilc.syntax.print_types import PrintTypes


class Printer(PrintItems, PrintTypes, PrintExpressions):
    """Prints one tree."""


def print_tree(tree: ast.Block, ascii_only: bool = False) -> str:
    """The canonical text of a file's tree."""
    return Printer(ascii_only).statements(tree) + "\n"
