"""The part of the formatter for statements and declarations."""

from __future__ import annotations

from sigilc.syntax.format_base import FormatterBase, elements_of, is_leaf
from sigilc.syntax.format_concrete import Leaf, Part, Tree, first_leaf
from sigilc.syntax.format_document import (
    EMPTY,
    SPACE,
    Choice,
    Concat,
    Doc,
    Force,
    Group,
    Line,
    Nest,
    concat,
)


class FormatItems(FormatterBase):
    """Methods of Formatter."""

    def format_let(self, tree: Tree) -> Doc:
        equals = next(i for i, c in enumerate(tree.children) if is_leaf(c, "EQUAL"))
        head = self.spaced(tree.children[:equals])
        value = self.assigned(tree.children[equals], tree.children[equals + 1])
        if len(tree.children) == equals + 2:
            return Concat([head, value])
        word, block = tree.children[equals + 2:]
        assert type(word) is Leaf and type(block) is Tree
        return self.group(head, value, self.before_word(word), self.leaf(word), SPACE, self.braces_of(block))

    def assigned(self, operator: Part, value: Part) -> Doc:
        """` = value`: on the next line if the value can't break but fits there."""
        doc = self.doc(value)
        if doc.rigid and not doc.lead:
            return Group(Concat([SPACE, self.doc(operator), Nest(Concat([Line(), doc]))]), value=doc)
        return Concat([SPACE, self.doc(operator), SPACE, Nest(doc) if doc.lead else doc])

    def before_word(self, word: Leaf) -> Doc:
        """What stands before a word that goes on behind a `}`."""
        return SPACE if not word.own else EMPTY

    def braces_of(self, braced: Tree) -> Doc:
        """A block whose lines break with those of the group around it."""
        opener, *inside, closer = braced.children
        assert type(opener) is Leaf and type(closer) is Leaf
        return self.braces(opener, inside, closer)

    def format_braced(self, tree: Tree) -> Doc:
        """A block as an expression."""
        opener, *inside, closer = tree.children
        return self.bracket(opener, inside, closer)

    # ---- Attributes ---------------------------------------------------------------------------------------------------

    def format_attributed(self, tree: Tree) -> Doc:
        attribute, item = tree.children
        assert type(attribute) is Tree
        first = first_leaf(item)
        is_rune = self.is_rune(attribute)
        if is_rune or (first is not None and first.on_new_line):
            return Concat([self.doc(attribute), Force(), Line(blank=first is not None and first.blank_before and is_rune),
                           self.doc(item)])
        return Concat([self.doc(attribute), SPACE, self.doc(item)])

    format_attributed_parameter = format_attributed

    def is_rune(self, attribute: Tree) -> bool:
        """Whether this is `//@ rune: …`, which ends with its line."""
        opener = attribute.children[0]
        return type(opener) is Leaf and opener.text != "#["

    def format_attribute(self, tree: Tree) -> Doc:
        return self.verbatim(tree) if self.is_rune(tree) else self.flat_list(tree.children)

    def flat_list(self, children: list[Part]) -> Doc:
        """A list that never breaks, with its brackets; a comma at its end goes."""
        docs: list[Doc] = []
        for i, child in enumerate(children):
            if type(child) is Leaf and child.type == "COMMA":
                is_last = i + 1 == len(children) or is_leaf(children[i + 1], "RSQB") or children[i + 1] is children[-1]
                ends = is_last and not (i + 1 < len(children) and type(children[i + 1]) is Tree)
                docs.append(self.separator(child, "" if ends else ","))
            else:
                if docs and type(children[i - 1]) is Leaf and children[i - 1].type == "COMMA":  # type: ignore[union-attr]
                    is_end = type(child) is Leaf
                    docs.append(EMPTY if is_end else SPACE)
                docs.append(self.doc(child))
        return Concat(docs)

    def format_public(self, tree: Tree) -> Doc:
        return self.spaced(tree.children)

    # ---- Functions ----------------------------------------------------------------------------------------------------

    def format_fn(self, tree: Tree) -> Doc:
        signature, body = tree.children
        assert type(signature) is Tree and type(body) is Tree
        return self.declared(signature.children, body.children)

    def format_signature(self, tree: Tree) -> Doc:
        return self.declared(tree.children, [])

    def declared(self, head: list[Part], body: list[Part]) -> Doc:
        """A head, with or without a `where` clause, and its braces: one group."""
        where = head[-1] if head and type(head[-1]) is Tree and head[-1].kind == "where" else None
        docs = [self.spaced(head[:-1] if where else head)]
        if where is not None:
            docs.append(self.where(where, body[0] if body else None))
        elif body:
            docs.append(SPACE)
        if body:
            opener, *inside, closer = body
            assert type(opener) is Leaf and type(closer) is Leaf
            docs.append(self.braces(opener, inside, closer))
        return Group(Concat(docs))

    def where(self, tree: Tree, opener: Part | None) -> Doc:
        """A `where` clause, and the space before the body's opening brace, if there is one.

        Broken, it has a bound a line and a comma at the end, so that the brace may stand on a new line.
        """
        word, *rest = tree.children
        parts: list[Doc] = []
        elements = elements_of(rest)
        for bound, separator in elements[:-1]:
            parts += [Line(), self.doc(bound), self.separator(separator, ",")]
        bound, separator = elements[-1]
        parts += [Line(), self.doc(bound)]
        end = [self.separator(separator, Choice(",", "")), Line()] if opener is not None else []
        is_commented = type(opener) is Leaf and bool(opener.own)
        return Group(Concat([Line(), self.doc(word), Nest(Concat(parts)), *end]), forced=is_commented)

    def format_on(self, tree: Tree) -> Doc:
        body = tree.children[-1]
        assert type(body) is Tree
        return self.declared(tree.children[:-1], body.children)

    def format_mod(self, tree: Tree) -> Doc:
        body = tree.children[-1]
        return self.declared(tree.children[:-1], body.children) if type(body) is Tree else self.spaced(tree.children)

    # ---- Types and traits ---------------------------------------------------------------------------------------------

    def format_record_struct(self, tree: Tree) -> Doc:
        """Whatever ends in braces."""
        return self.declared(tree.children[:-3], tree.children[-3:])

    format_union = format_enum = format_record_variant = format_actor = format_record_struct
    format_trait = format_impl = format_extern = format_record_struct

    def format_type_alias(self, tree: Tree) -> Doc:
        return self.with_value(tree)

    format_constant = format_field = format_variant = format_parameter = format_type_alias

    def with_value(self, tree: Tree) -> Doc:
        """Something that may end in `= value`."""
        if len(tree.children) > 2 and is_leaf(tree.children[-2], "EQUAL"):
            return Concat([self.spaced(tree.children[:-2]), self.assigned(tree.children[-2], tree.children[-1])])
        return self.spaced(tree.children)

    # ---- Use ----------------------------------------------------------------------------------------------------------

    def format_use_path(self, tree: Tree) -> Doc:
        return self.tight(tree)

    format_use_all = format_use_path

    def format_use_group(self, tree: Tree) -> Doc:
        path, separator, opener, trees, closer = tree.children
        assert type(opener) is Leaf and type(closer) is Leaf and type(trees) is Tree
        content, is_broken = self.lines([trees])
        return concat(self.doc(path), self.doc(separator),
                      self.closed(self.leaf(opener), content, closer, forced=is_broken, is_block=True))
