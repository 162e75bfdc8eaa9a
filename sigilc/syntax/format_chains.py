"""The part of the formatter for chains: calls, fields, indices, markers, and the stages of pipelines."""

from __future__ import annotations

from dataclasses import dataclass, field

from sigilc.syntax.format_base import FormatterBase, elements_of, is_leaf
from sigilc.syntax.format_concrete import Leaf, Part, Tree, first_leaf, last_leaf
from sigilc.syntax.format_document import (
    EMPTY,
    SPACE,
    Choice,
    Concat,
    Doc,
    Group,
    Hug,
    Line,
    Nest,
    Text,
    concat,
)
from sigilc.syntax.format_render import INDENT, width_flat
from sigilc.syntax.format_spelling import Spelling, ends_stage_name, is_await_field

LINK_ORIGINS = frozenset(["plain", "piped"])
ACCESSES = frozenset(["access", "method_arguments"])
# Words that together with a `!` or `?` before a bracket are one name.
VALIDATING_WORDS = frozenset(["validate", "assume"])


@dataclass(slots=True)
class Segment:
    """What stays together: the operand, or a stage or method with the fields, indices and markers behind it."""

    docs: list[Doc] = field(default_factory=list)
    is_on_new_line: bool = False
    last: Leaf | None = None        # its last token


class FormatChains(FormatterBase):
    """Methods of Formatter."""

    def format_chain(self, tree: Tree) -> Doc:
        """A chain of links: one stage a line, or one method call a line, where it does not fit or the writer broke it."""
        if tree.origin not in LINK_ORIGINS:     # within a section's operand, or before the `(` of `async f(x)`
            return self.tight(tree)
        links: list[Tree] = []
        head: Part = tree
        while type(head) is Tree and head.origin in LINK_ORIGINS:
            links.append(head)
            head = head.children[0]
        links.reverse()
        has_pipes = any(link.kind == "pipe" for link in links)
        segments = [Segment([self.doc(head)], last=last_leaf(head))]
        for i, link in enumerate(links):
            is_call = i + 1 < len(links) and links[i + 1].kind == "call"
            self.add_link(segments, link, not has_pipes and link.kind in ACCESSES and is_call)
        return self.laid_out(segments, has_pipes)

    format_access = format_method_arguments = format_index = format_await = format_marked = format_call = format_chain
    format_call_block = format_pipe = format_marked_stage = format_chain

    def laid_out(self, segments: list[Segment], has_pipes: bool) -> Doc:
        """The segments in one line or one a line."""
        docs: list[Doc] = [Concat(segment.docs) for segment in segments]
        if not has_pipes and docs[0].rigid and (len(docs) == 2 or width_flat(docs[0]) <= INDENT):
            docs[:2] = [Concat(docs[:2])]
        if len(docs) == 1:
            return docs[0]
        is_broken = any(segment.is_on_new_line for segment in segments)
        rest: list[Doc] = []
        for doc in docs[1:]:
            rest += [Line(" " if has_pipes else ""), doc]
        head, tail = docs[0], Concat(rest)
        forced = is_broken or head.stiff or head.trail or tail.stiff or tail.lead
        if head.tall and not forced and not tail.tall:
            return Group(Concat([head, Nest(tail)]), has_tall_head=True)
        breaks_head = len(docs) == 2 and head.hug is not None and head.hug.is_block and not head.tall
        return Group(Concat([head, Nest(tail)]), Hug.TALL, forced, head=head if breaks_head else None)

    def add_link(self, segments: list[Segment], link: Tree, begins_segment: bool) -> None:
        """Puts a link behind the last segment, or begins a new one."""
        segment = segments[-1]
        rest = link.children[1:]
        first = first_leaf(rest[0])
        assert first is not None
        if link.kind == "pipe" or begins_segment:
            segment = Segment(is_on_new_line=first.on_new_line)
            segments.append(segment)
        before = segment.last or segments[max(0, len(segments) - 2)].last
        segment.docs.append(self.link(link, rest, before))
        segment.last = last_leaf(link)

    def link(self, link: Tree, rest: list[Part], before: Leaf | None) -> Doc:
        """One link, with the space before it where it needs one."""
        assert before is not None
        follows_stage = ends_stage_name(link.children[0])
        if link.kind == "pipe":
            return concat(self.doc(rest[0]), self.doc(rest[1]))
        if link.kind == "access":
            if self.spelling is Spelling.UNICODE and is_await_field(link):
                return concat("⌛", *self.trailing(rest[1]))
            is_number = before.type in ("INT", "FLOAT") and last_leaf(link.children[0]) is first_leaf(link.children[0])
            return concat(" " if follows_stage or is_number else "", self.doc(rest[0]), self.doc(rest[1]))
        if link.kind == "method_arguments":
            return concat(" " if follows_stage else "", *map(self.doc, rest))
        if link.kind == "await":
            assert type(rest[0]) is Leaf
            if self.spelling is not Spelling.ASCII:
                return self.leaf(rest[0])
            return concat(" " if follows_stage else "", self.leaf(rest[0], ".await"))
        if link.kind in ("marked", "marked_stage"):
            mark = first_leaf(rest[0])
            assert mark is not None
            return concat(self.gap(before, mark), self.doc(rest[0]))
        if link.kind == "call_block":
            opener, arguments, closer, *block = rest
            return concat(self.bracket(opener, [arguments], closer), " ", self.bracket(block[0], block[1:-1], block[-1]))
        is_word = before.type in ("BANG", "QMARK") and self.is_validating(link.children[0])
        return concat(" " if is_word else "", self.bracket(rest[0], rest[1:-1], rest[-1]))

    def trailing(self, part: Part) -> list[Doc]:
        """The comments behind a token that is not shown itself."""
        assert type(part) is Leaf
        return [self.leaf(part, "")] if part.trailing else []

    def is_validating(self, part: Part) -> bool:
        """`validate! (x)` is a marked name that is called; without the space it is one name."""
        first = first_leaf(part)
        return first is not None and first.text in VALIDATING_WORDS

    # ---- Stages -------------------------------------------------------------------------------------------------------

    def format_stage(self, tree: Tree) -> Doc:
        return Concat(self.stage_parts(tree.children))

    format_call_stage = format_body_stage = format_section_stage = format_method_stage = format_field_stage = format_stage
    format_stage_name = format_stage_path = format_stage_key = format_stage_turbofish = format_stage
    format_operand_path = format_stage

    def stage_parts(self, children: list[Part]) -> list[Doc]:
        """Parts without spaces, brackets as such."""
        at = next((i for i, c in enumerate(children) if is_leaf(c, "LPAR")), None)
        if at is None:
            return [self.doc(child) for child in children]
        return [*map(self.doc, children[:at]), self.bracket(children[at], children[at + 1:-1], children[-1])]

    def format_expression_stage(self, tree: Tree) -> Doc:
        return self.stage_body(tree.children[0], " ")

    def format_body_call(self, tree: Tree) -> Doc:
        path, body = tree.children
        return Concat([self.doc(path), self.stage_body(body, " ")])

    def format_match_stage(self, tree: Tree) -> Doc:
        word, opener, arms, closer = tree.children
        assert type(opener) is Leaf and type(closer) is Leaf
        return self.brace_bracket(concat(self.doc(word), " ", self.leaf(opener)), opener, [arms], closer)

    def format_stage_body(self, tree: Tree) -> Doc:
        return self.stage_body(tree, "")

    format_stage_closure = format_stage_body

    def stage_body(self, part: Part, pad: str) -> Doc:
        """`{ statements, start value }` or `{parameters => statements, start value}`."""
        assert type(part) is Tree
        opener, *rest, closer = part.children
        assert type(opener) is Leaf and type(closer) is Leaf
        start: Doc = self.leaf(opener)
        if part.kind == "stage_closure":
            parameters, arrow, *rest = rest
            assert type(parameters) is Tree
            start = Concat([start, Text(pad), self.closure_parameters(parameters), SPACE, self.doc(arrow)])
        block, *init = rest
        content, is_broken = self.lines([block])
        can_hug = len(elements_of([block])) == 1 and content.hug is not None and content.hug.is_block
        if init:
            comma, value = init
            assert type(comma) is Leaf
            content = Concat([content, self.separator(comma, ","), Line(), self.doc(value)])
            can_hug = False
        if part.kind == "stage_closure" and not content.is_transparent():
            content = Concat([Choice("", " "), content])
        return self.closed(start, content, closer, pad, is_broken, can_hug, is_block=True)

    def closure_parameters(self, tree: Tree) -> Doc:
        """`a, b` before `=>`."""
        docs: list[Doc] = []
        elements = elements_of(tree.children)
        for i, (parameter, separator) in enumerate(elements):
            is_last = i == len(elements) - 1
            docs += [self.doc(parameter), self.separator(separator, "" if is_last else ","), EMPTY if is_last else SPACE]
        return Concat(docs)
