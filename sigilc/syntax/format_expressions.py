"""The part of the formatter for expressions, pipelines apart."""

from __future__ import annotations

from sigilc.syntax.format_base import FormatterBase, elements_of, is_leaf
from sigilc.syntax.format_concrete import Leaf, Part, Tree, first_leaf
from sigilc.syntax.format_document import (
    SPACE,
    Concat,
    Doc,
    Group,
    Hug,
    Line,
    Nest,
    concat,
)
from sigilc.syntax.format_items import FormatItems

# A line that starts with one of these would be a new statement: the line before ends with it.
STATEMENT_STARTERS = frozenset(["-", "&"])


class FormatExpressions(FormatItems, FormatterBase):
    """Methods of Formatter."""

    # ---- Operators ----------------------------------------------------------------------------------------------------

    def format_binary(self, tree: Tree) -> Doc:
        """All operators of one precedence break together, before the operator where a line may begin with it."""
        operands: list[Part] = []
        operators: list[Part] = []
        left: Part = tree
        while type(left) is Tree and left.kind == "binary" and left.origin == tree.origin:
            left, operator, right = left.children
            operands.append(right)
            operators.append(operator)
        return self.operation(left, operators[::-1], operands[::-1])

    def format_default(self, tree: Tree) -> Doc:
        operands: list[Part] = []
        operators: list[Part] = []
        first, operator, right = tree.children
        while type(right) is Tree and right.kind == "default":
            operands.append(right.children[0])
            operators.append(operator)
            operator, right = right.children[1:]
        return self.operation(first, [*operators, operator], [*operands, right])

    def operation(self, first: Part, operators: list[Part], operands: list[Part]) -> Doc:
        """Operands with operators between them."""
        texts = [leaf.text for op in operators if (leaf := first_leaf(op)) is not None]
        ends_lines = any(text in STATEMENT_STARTERS for text in texts)
        parts: list[Doc] = []
        for operator, operand in zip(operators, operands, strict=True):
            shown = self.doc(operator) if type(operator) is Leaf else self.tight(operator)  # type: ignore[arg-type]
            parts += [SPACE, shown, Line()] if ends_lines else [Line(), shown, SPACE]
            parts.append(self.doc(operand))
        last = parts[-1]
        can_hug = last.hug is not None and last.hug.is_block
        return Group(Concat([self.doc(first), Nest(Concat(parts))]), Hug.ALWAYS if can_hug else Hug.NEVER)

    def format_unary(self, tree: Tree) -> Doc:
        operator, value = tree.children
        first, inner = first_leaf(operator), first_leaf(value)
        clashes = first is not None and inner is not None and first.text == inner.text == "&"
        return Concat([self.doc(operator), *([SPACE] if clashes else []), self.doc(value)])

    def format_in_out(self, tree: Tree) -> Doc:
        ampersand, word, value = map(self.doc, tree.children)
        return concat(ampersand, word, " ", value)

    def format_range(self, tree: Tree) -> Doc:
        return self.tight(tree)

    format_range_from = format_range_to = format_range_all = format_range
    format_path = format_path_name = format_path_arguments = format_implicit_access = format_negative = format_range
    format_update = format_range

    def format_assign(self, tree: Tree) -> Doc:
        target, operator, value = tree.children
        return Concat([self.doc(target), self.assigned(operator, value)])

    format_op_assign = format_send = format_assign

    def format_named(self, tree: Tree) -> Doc:
        name, colon, value = map(self.doc, tree.children)
        return Concat([name, colon, SPACE, Nest(value) if value.lead else value])

    # ---- Literals and brackets ----------------------------------------------------------------------------------------

    def format_string(self, tree: Tree) -> Doc:
        return self.verbatim(tree)

    format_interpolated = format_multi_line = format_bytes = format_string

    def format_paren(self, tree: Tree) -> Doc:
        opener, value, closer = tree.children
        assert type(opener) is Leaf and type(closer) is Leaf
        return self.closed(self.leaf(opener), self.doc(value), closer, can_hug=True)

    format_paren_pattern = format_paren

    def format_repeat(self, tree: Tree) -> Doc:
        opener, value, semicolon, count, closer = tree.children
        assert type(opener) is Leaf and type(closer) is Leaf
        content = concat(self.doc(value), self.doc(semicolon), " ", self.doc(count))
        return self.closed(self.leaf(opener), content, closer)

    # ---- Closures and stage bodies ------------------------------------------------------------------------------------

    def format_closure(self, tree: Tree) -> Doc:
        bar, parameters, end, body = tree.children
        assert type(parameters) is Tree
        docs: list[Doc] = [self.doc(bar)]
        elements = elements_of(parameters.children)
        for i, (parameter, separator) in enumerate(elements):
            is_last = i == len(elements) - 1
            docs += [self.doc(parameter), self.separator(separator, "" if is_last else ",")]
            docs += [] if is_last else [SPACE]
        return Concat([*docs, self.doc(end), SPACE, self.doc(body)])

    def format_empty_closure(self, tree: Tree) -> Doc:
        return Concat([self.doc(tree.children[0]), SPACE, self.doc(tree.children[1])])

    # ---- Control ------------------------------------------------------------------------------------------------------

    def format_if(self, tree: Tree) -> Doc:
        """The whole chain of `else if` is one group."""
        docs: list[Doc] = []
        while True:
            word, condition, then, *rest = tree.children
            assert type(then) is Tree
            docs += [self.doc(word), SPACE, self.in_head(condition), SPACE, self.braces_of(then)]
            if not rest:
                return Group(Concat(docs))
            else_word, otherwise = rest
            assert type(else_word) is Leaf and type(otherwise) is Tree
            docs += [self.before_word(else_word), self.leaf(else_word), SPACE]
            if otherwise.kind != "if":
                return Group(Concat([*docs, self.braces_of(otherwise)]))
            tree = otherwise

    def format_let_condition(self, tree: Tree) -> Doc:
        word, pattern, equals, value = tree.children
        return concat(self.doc(word), " ", self.doc(pattern), " ", self.doc(equals), " ", self.in_head(value))

    def in_head(self, part: Part) -> Doc:
        """An expression before a `{`: what goes on in the next line is indented more than the body."""
        doc = self.doc(part)
        return Nest(doc) if type(doc) is Group or doc.lead else doc

    def format_while(self, tree: Tree) -> Doc:
        """A head and a body."""
        *head, value, body = tree.children
        assert type(body) is Tree
        return Group(Concat([self.spaced(head), SPACE, self.in_head(value), SPACE, self.braces_of(body)]))

    format_for = format_while

    def format_match(self, tree: Tree) -> Doc:
        word, value, opener, arms, closer = tree.children
        assert type(opener) is Leaf and type(closer) is Leaf
        docs = concat(self.doc(word), " ", self.in_head(value), " ", self.leaf(opener))
        return self.brace_bracket(docs, opener, [arms], closer)

    def format_arm(self, tree: Tree) -> Doc:
        arrow = next(i for i, c in enumerate(tree.children) if is_leaf(c, "FAT_ARROW"))
        return Concat([self.spaced(tree.children[:arrow]), self.assigned(tree.children[arrow], tree.children[arrow + 1])])

    # ---- Calls outside of chains --------------------------------------------------------------------------------------

    def format_start_call(self, tree: Tree) -> Doc:
        return self.spaced(tree.children)
