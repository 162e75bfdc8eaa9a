"""The part of the formatter for types and patterns."""

from __future__ import annotations

from sigilc.syntax.format_base import FormatterBase, elements_of
from sigilc.syntax.format_concrete import Leaf, Part, Tree
from sigilc.syntax.format_document import EMPTY, SPACE, Concat, Doc, Group, Line, Nest


class FormatTypes(FormatterBase):
    """Methods of Formatter. Types never break: what is around them does."""

    def format_type_arguments(self, tree: Tree) -> Doc:
        opener, *inside, closer = tree.children
        return self.in_flat_brackets(opener, inside, closer)

    def format_tuple_type(self, tree: Tree) -> Doc:
        opener, *inside, closer = tree.children
        return self.in_flat_brackets(opener, inside, closer, needs_comma=len(elements_of(inside)) == 1)

    format_unit_type = format_paren_type = format_unit = format_unit_pattern = format_type_arguments
    format_list_type = format_type_arguments

    def format_function_type(self, tree: Tree) -> Doc:
        children = tree.children
        at = next(i for i, c in enumerate(children) if type(c) is Leaf and c.type == "LPAR")
        result = [SPACE, *map(self.doc, children[at + 3:])] if len(children) > at + 3 else []
        return Concat([self.spaced(children[:at]), self.in_flat_brackets(children[at], [children[at + 1]], children[at + 2]),
                       *result])

    def in_flat_brackets(self, opener: Part, inside: list[Part], closer: Part, needs_comma: bool = False) -> Doc:
        """Elements with commas, on one line."""
        docs: list[Doc] = [self.doc(opener)]
        elements = elements_of(inside)
        for i, (element, separator) in enumerate(elements):
            is_last = i == len(elements) - 1
            docs += [self.doc(element), self.separator(separator, "," if not is_last or needs_comma else ""),
                     EMPTY if is_last else SPACE]
        return Concat([*docs, self.doc(closer)])

    def format_array_type(self, tree: Tree) -> Doc:
        opener, type_, semicolon, size, closer = map(self.doc, tree.children)
        return Concat([opener, type_, semicolon, SPACE, size, closer])

    def format_first_segment(self, tree: Tree) -> Doc:
        return self.tight(tree)

    format_next_segment = format_first_segment

    def format_marks(self, tree: Tree) -> Doc:
        return self.spaced(tree.children)

    # ---- Patterns -----------------------------------------------------------------------------------------------------

    def format_or_pattern(self, tree: Tree) -> Doc:
        first, *rest = tree.children
        parts: list[Doc] = []
        for bar, pattern in zip(rest[::2], rest[1::2], strict=True):
            parts += [Line(fills=True), self.doc(bar), SPACE, self.doc(pattern)]
        return Group(Concat([self.doc(first), Nest(Concat(parts))]))

    def format_tuple_pattern(self, tree: Tree) -> Doc:
        opener, *inside, closer = tree.children
        assert type(opener) is Leaf and type(closer) is Leaf
        elements = elements_of(inside)
        return self.list_bracket(opener, elements, closer, needs_comma=len(elements) == 1)

    format_tuple = format_tuple_pattern

    def format_range_pattern(self, tree: Tree) -> Doc:
        return self.tight(tree)

    format_from_pattern = format_to_pattern = format_rest_pattern = format_negative_pattern = format_range_pattern
