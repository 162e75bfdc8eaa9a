"""Turns the code blocks of doc comments into functions of the module that they stand in.

Example input

    /// Doubles a number.
    /// ```sigil
    /// assert_eq(double(2), 4)
    /// ```
    pub fn double(x: i64) -> i64 { 2 * x }

becomes a function beside `double` whose body is the third line. Only blocks marked `sigil`, and nothing else, are taken.
A block with a `fn main` of its own declares that inside the function, which then calls it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.resolve.symbols import Item, Module
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span
from sigilc.syntax import ast
from sigilc.syntax.lexer import Lexer
from sigilc.syntax.parse import parse_part

LANGUAGE, FENCE = "sigil", "```"
_DOC = re.compile(r"//(?:/(?!/)|!) ?")
_DECLARATION = re.compile(r"(?:\s|//[^\n]*|#\[[^\]]*\])*(?:(?:pub|async|const|unsafe)\s+)*"
                          r"(?:fn|struct|enum|actor|type|const|trait|mod|impl|on)\s+([\w·]+)")


@dataclass(eq=False, slots=True)
class DocTest:
    """A code block: `name` is what the user sees, `item` the function that was made of it."""

    name: str
    item: Item


@dataclass(slots=True)
class CodeBlock:
    """The code between two fences: where each of its lines begins and ends, without the `///`."""

    lines: list[tuple[int, int]]
    end: int                    # of the doc comment

    def part_of(self, text: str) -> str:
        """The code alone, at its place: everything before it is white space."""
        shown = [" " * self.lines[0][0]]
        for number, (start, end) in enumerate(self.lines):
            if number:
                shown.append("\n" + " " * (start - self.lines[number - 1][1] - 1))
            shown.append(text[start:end])
        return "".join(shown)


def add_doc_tests(module: Module, diagnostics: Diagnostics) -> list[DocTest]:
    """Adds a function to a module for each code block in its doc comments; those of modules in it are theirs."""
    found = []
    children = [m.extent for m in module.children.values() if m.source is module.source and m.extent is not None]
    for block in code_blocks(module.source):
        start = block.lines[0][0]
        is_inside = module.extent is None or module.extent.start <= start < module.extent.end
        if is_inside and not any(extent.start <= start < extent.end for extent in children):
            found.append(_add(module, block, diagnostics))
    return found


def code_blocks(source: SourceFile) -> list[CodeBlock]:
    """The code blocks of a file's doc comments, in order."""
    found: list[CodeBlock] = []
    if FENCE + LANGUAGE not in source.text:
        return found
    lines: list[tuple[int, int]] | None = None      # of the block that is open
    is_code = False
    last_line = 0
    for start, text in Lexer(source.text).run().comments:
        marker = _DOC.match(text)
        line = source.position(start)[0]
        if marker is None or line != last_line + 1:
            lines = None
        last_line = line if marker is not None else 0
        if marker is None:
            continue
        content = text[marker.end():].rstrip()
        if content.lstrip().startswith(FENCE):
            if lines is None:
                lines, is_code = [], content.strip() == FENCE + LANGUAGE
            else:
                if lines and is_code:
                    found.append(CodeBlock(lines, start + len(text)))
                lines = None
        elif lines is not None:
            lines.append((start + marker.end(), start + marker.end() + len(content)))
    return found


def _add(module: Module, block: CodeBlock, diagnostics: Diagnostics) -> DocTest:
    """Makes the function of a block; its syntax errors are reported where they are."""
    source = module.source
    start, end = block.lines[0][0], block.lines[-1][1]
    tree = parse_part(source, block.part_of(source.text), diagnostics)
    statements: list[Any] = list(tree.statements)
    if any(_is_main(statement) for statement in statements):
        statements.append(ast.Call(start, end, ast.Path(start, end, "main"), []))
    line = source.position(start)[0]
    subject = _DECLARATION.match(source.text, block.end)
    name = f"{source.path} - {subject[1]} (line {line})" if subject else f"{source.path} (line {line})"
    signature = ast.Signature(start, end, [], f"example at line {line}", None, [], None, None)
    node = ast.Fn(start, end, signature, ast.DiscardingBlock(start, end, statements))
    item = Item("fn", signature.name, node, module, Span(source, start, end))
    module.items[item.name] = item
    return DocTest(name, item)


def _is_main(node: Any) -> bool:
    while isinstance(node, ast.Attributed | ast.Public):
        node = node.item
    return isinstance(node, ast.Fn) and node.signature.name == "main"
