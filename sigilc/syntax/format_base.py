"""What all parts of the formatter share: tokens with their comments, spacing, brackets, lists and blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sigilc.syntax.format_concrete import Leaf, Part, Tree, first_leaf, last_leaf
from sigilc.syntax.format_document import (
    EMPTY,
    SPACE,
    Bracket,
    Choice,
    Concat,
    Doc,
    EndComment,
    Force,
    Group,
    InlineComment,
    Line,
    Nest,
    OwnComment,
    Text,
    Verbatim,
    concat,
)
from sigilc.syntax.format_spelling import Spelling, respelled, spelled
from sigilc.syntax.tokens import CONTINUERS, ENDERS

SEPARATORS = frozenset(["COMMA", "SEMICOLON", "_NL"])
CLOSERS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE", "_HEAD_OPEN": "RBRACE", "_STRUCT_OPEN": "RBRACE",
           "_TAIL_OPEN": "RBRACE", "LESSTHAN": "MORETHAN"}
# No space before, and after.
TIGHT_BEFORE = frozenset("""COMMA COLON SEMICOLON RPAR RSQB LPAR DOT _KEY_DOT PATH_SEP COALESCE HOURGLASS
    MORETHAN _GT_SPLIT""".split())  # noqa: SIM905
TIGHT_AFTER = frozenset("LPAR LSQB DOT _KEY_DOT PATH_SEP AMPERSAND STAR _ATTRIBUTE LESSTHAN _PIPE".split())  # noqa: SIM905
TIGHT_TREES = frozenset(["generics", "type_arguments", "marks"])
MARKS = frozenset(["!", "?", "‽", "!!", "??"])

# An element of a list, and the separator behind it.
Element = tuple[Part, Leaf | None]


class FormatterBase:
    """Makes documents of the parts of a concrete tree: `doc(part)`.

    A method `format_x` makes that of the kind `x`; all other kinds are spaced by `join`.
    """

    def __init__(self, text: str, spelling: Spelling):
        self.text = text
        self.spelling = spelling

    def doc(self, part: Part) -> Doc:
        """The document of a part."""
        if type(part) is Leaf:
            return self.leaf(part)
        assert type(part) is Tree
        method: Callable[[Tree], Doc] = getattr(self, f"format_{part.kind}", self.join)
        return method(part)

    # ---- Tokens and comments ------------------------------------------------------------------------------------------

    def leaf(self, leaf: Leaf, text: str | None = None) -> Doc:
        """A token with the comments around it."""
        shown = Text(spelled(leaf, self.spelling) if text is None else text)
        if not (leaf.own or leaf.inline or leaf.trailing):
            return shown
        return Concat([*self.comments_before(leaf), shown, *map(EndComment, leaf.trailing)])

    def comments_before(self, leaf: Leaf, is_closer: bool = False) -> list[Doc]:
        """The comments before a token."""
        docs: list[Doc] = [OwnComment(text, blank) for text, blank in leaf.own]
        if docs and leaf.blank and not is_closer:
            docs[-1] = OwnComment(*leaf.own[-1], blank_after=True)
        return docs + [InlineComment(text, not is_closer) for text in leaf.inline]

    def separator(self, leaf: Leaf | None, shown: Doc | str) -> Doc:
        """A separator, which need not be there, or not look so: comments before it on its line stay before."""
        doc = Text(shown, True) if isinstance(shown, str) else shown
        if leaf is None or leaf.type == "_NL":
            return doc
        if leaf.own:
            own = [*leaf.own, *((text, False) for text in leaf.inline)]
            return Concat([doc, *(OwnComment(text, blank) for text, blank in own), *map(EndComment, leaf.trailing)])
        return Concat([*(InlineComment(text, False) for text in leaf.inline), doc, *map(EndComment, leaf.trailing)])

    def verbatim(self, tree: Tree) -> Doc:
        """A part as it is written, but for the spelling of its morphemes; the comments inside are in its text."""
        first, last = first_leaf(tree), last_leaf(tree)
        assert first is not None and last is not None
        text = respelled(tree, self.text, first.start, last.end, self.spelling)
        return Concat([*self.comments_before(first), Verbatim(text) if "\n" in text else Text(text),
                       *map(EndComment, last.trailing)])

    # ---- Spacing ------------------------------------------------------------------------------------------------------

    def join(self, tree: Tree) -> Doc:
        """The parts of a construct, spaced; brackets with what is in them are documents of their own."""
        return self.spaced(tree.children)

    def spaced(self, children: Sequence[Part]) -> Doc:
        """Parts one after the other, spaced by what they end and begin with."""
        docs: list[Doc] = []
        before: Part | None = None
        i = 0
        while i < len(children):
            child = children[i]
            if first_leaf(child) is None:
                i += 1
                continue
            if before is not None:
                docs.append(self.space(before, child))
            closer = CLOSERS.get(child.type) if type(child) is Leaf else None
            end = next((j for j in range(i, len(children)) if closer and is_leaf(children[j], closer)), None)
            if closer is not None and end is not None:
                docs.append(self.bracket(child, children[i + 1:end], children[end]))
                i = end
            else:
                docs.append(self.doc(child))
            before = children[i]
            i += 1
        return Concat(docs)

    def space(self, before: Part, after: Part) -> Doc:
        """What stands between two neighbours."""
        last, first = last_leaf(before), first_leaf(after)
        if last is None or first is None:
            return EMPTY
        if type(after) is Tree and (after.kind in TIGHT_TREES or after.origin == "evidence_mark"):
            return self.gap(last, first)
        if type(after) is Leaf and first.type in TIGHT_BEFORE:
            return self.gap(last, first)
        if type(before) is Leaf and last.type in TIGHT_AFTER:
            return EMPTY
        return SPACE

    def gap(self, last: Leaf, first: Leaf) -> Doc:
        """A space where two markers would run together: `!!` is `‽`, `??` is an operator."""
        left, right = spelled(last, self.spelling), spelled(first, self.spelling)
        clashes = left in MARKS and right in MARKS and left[-1] == right[0] and left != "!!" and left != "??"
        return SPACE if clashes else EMPTY

    def tight(self, tree: Tree) -> Doc:
        """The parts without any space."""
        return Concat(self.doc(child) for child in tree.children)

    # ---- Brackets and lists -------------------------------------------------------------------------------------------

    def bracket(self, opener: Part, inside: Sequence[Part], closer: Part) -> Doc:
        """An opening bracket, what is inside it, and the closing one."""
        assert type(opener) is Leaf and type(closer) is Leaf
        if opener.type in ("LPAR", "LSQB", "LESSTHAN"):
            return self.list_bracket(opener, elements_of(inside), closer)
        return self.brace_bracket(self.leaf(opener), opener, inside, closer)

    def list_bracket(self, opener: Leaf, elements: list[Element], closer: Leaf, needs_comma: bool = False) -> Bracket:
        """`(a, b)`, `[a, b]`, `<A, B>`: stays broken where the writer broke it and put a comma at its end."""
        docs = [self.doc(element) for element, _ in elements]
        can_hug = bool(docs) and (len(docs) == 1 or (docs[-1].hug is not None and docs[-1].hug.is_block))
        content = self.comma_lines(elements, docs, needs_comma, fills=opener.type == "LSQB" and is_table(elements))
        first = first_leaf(elements[0][0]) if elements else None
        is_kept = first is not None and first.on_new_line and elements[-1][1] is not None
        return self.closed(self.leaf(opener), content, closer, forced=is_kept, can_hug=can_hug,
                           is_block=opener.type == "LSQB")

    def closed(self, opener: Doc, content: Doc, closer: Leaf, pad: str = "", forced: bool = False,
               can_hug: bool = False, is_block: bool = False) -> Bracket:
        """A bracket; the comments before the closing token belong to the content."""
        end = Concat([Text(spelled(closer, self.spelling)), *map(EndComment, closer.trailing)])
        comments = self.comments_before(closer, is_closer=True)
        return Bracket(opener, Concat([content, *comments]) if comments else content, end, pad, forced, can_hug, is_block)

    def comma_lines(self, elements: list[Element], docs: list[Doc], needs_comma: bool, fills: bool = False) -> Doc:
        """Elements with commas between them, and where the lines break one at the end."""
        parts: list[Doc] = []
        for i, ((element, separator), doc) in enumerate(zip(elements, docs, strict=True)):
            first = first_leaf(element)
            if i:
                is_row = first is not None and first.on_new_line
                parts.append(Line(blank=first is not None and first.blank_before, fills=fills and not is_row))
            parts.append(doc)
            if i < len(elements) - 1 or needs_comma:
                parts.append(self.separator(separator, ","))
            else:
                parts.append(self.separator(separator, Choice(",", "")))
        return Concat(parts)

    def brace_bracket(self, opener: Doc, token: Leaf, inside: Sequence[Part], closer: Leaf) -> Bracket:
        """Braces around lines, which are on one line where the writer had them so and they fit."""
        content, is_broken = self.lines(inside)
        return self.closed(opener, content, closer, " ", is_broken, is_block=True)

    def braces(self, opener: Leaf, inside: Sequence[Part], closer: Leaf) -> Doc:
        """Braces whose lines break with those of the group around them."""
        content, is_broken = self.lines(inside)
        comments = self.comments_before(closer, is_closer=True)
        if comments:
            content = Concat([content, *comments])
        end = Concat([Text(closer.text), *map(EndComment, closer.trailing)])
        if content.is_transparent() and not content.tall:
            return Concat([self.leaf(opener), SPACE, end])
        force = [Force()] if is_broken or content.lead or content.trail else []
        return Concat([self.leaf(opener), *force, Nest(Concat([Line(opening=True), content, Line()])), end])

    # ---- Lines in braces ----------------------------------------------------------------------------------------------

    def lines(self, inside: Sequence[Part]) -> tuple[Doc, bool]:
        """What stands in braces, and whether the writer broke its lines."""
        elements = elements_of(inside)
        if not elements:
            return Concat([self.separator(leaf, "") for leaf in separators_of(inside)]), False
        is_broken = any(is_on_new_line(element) for element, _ in elements)
        kind = inside[0].kind if type(inside[0]) is Tree else ""
        if kind in ("block", "discarding_block"):
            return self.statement_lines(elements, kind == "discarding_block"), is_broken
        if kind in ("members", "trait_items"):
            return self.statement_lines(elements, False), is_broken
        if kind == "use_trees":
            return self.comma_lines(elements, [self.doc(e) for e, _ in elements], False), is_broken
        return self.field_lines(elements), is_broken

    def statement_lines(self, elements: list[Element], keeps_last: bool) -> Doc:
        """Statements, members or items: one a line, with a semicolon only where the line break would not do."""
        parts: list[Doc] = []
        for i, (element, separator) in enumerate(elements):
            parts.append(self.doc(element))
            if i == len(elements) - 1:
                parts.append(self.separator(separator, ";" if keeps_last else ""))
                break
            follower = first_leaf(elements[i + 1][0])
            if needs_semicolon(element, follower):
                parts.append(self.separator(separator, ";"))
            else:
                text = separator.text if separator is not None else ""
                parts.append(self.separator(separator, Choice("", text)))
            parts.append(Line(blank=follower is not None and follower.blank_before))
        return Concat(parts)

    def field_lines(self, elements: list[Element]) -> Doc:
        """Fields, variants or arms: with commas behind them if the writer put any, else one a line without."""
        has_commas = any(separator is not None and separator.type == "COMMA" for _, separator in elements)
        parts: list[Doc] = []
        for i, (element, separator) in enumerate(elements):
            parts.append(self.doc(element))
            is_last = i == len(elements) - 1
            text = "" if is_last or separator is None else separator.text
            ending = "," if has_commas and wants_comma(element, is_last) else ""
            parts.append(self.separator(separator, "," if text == ending == "," else Choice(ending, text)))
            if not is_last:
                follower = first_leaf(elements[i + 1][0])
                parts.append(Line(blank=follower is not None and follower.blank_before))
        return Concat(parts)

    def group(self, *docs: Doc | str) -> Group:
        """Documents whose own lines break together."""
        return Group(concat(*docs))


def is_leaf(part: Part, type_: str) -> bool:
    """Whether a part is a token of this type."""
    return type(part) is Leaf and part.type == type_


def elements_of(inside: Sequence[Part]) -> list[Element]:
    """The elements of a list with their separators; `(a, rest…)` counts as one list."""
    flat: list[Part] = []
    for part in inside:
        if type(part) is Tree and (part.kind in LISTS or part.kind in ("block", "discarding_block")):
            flat += part.children
        else:
            flat.append(part)
    out: list[Element] = []
    for part in flat:
        if type(part) is Leaf and part.type in SEPARATORS:
            if out and out[-1][1] is None:
                out[-1] = out[-1][0], part
        else:
            out.append((part, None))
    return out


LISTS = frozenset("""parameters arguments types patterns expressions places stage_arguments use_trees fields variants
    arms initialisers field_patterns members trait_items""".split())  # noqa: SIM905


def separators_of(inside: Sequence[Part]) -> list[Leaf]:
    """The separators of a list without elements."""
    return [leaf for part in inside for leaf in ([part] if type(part) is Leaf else part.children)  # type: ignore[union-attr]
            if type(leaf) is Leaf and leaf.type in SEPARATORS]


def is_on_new_line(part: Part) -> bool:
    """Whether a part begins a line."""
    first = first_leaf(part)
    return first is not None and first.on_new_line


def needs_semicolon(element: Part, follower: Leaf | None) -> bool:
    """Whether a line break alone would not end a statement: it does not end, or the next line would go on with it."""
    last = last_leaf(element)
    ends = last is not None and (last.type in ENDERS or last.type == "MORETHAN")
    return not ends or (follower is not None and follower.text in CONTINUERS)


def wants_comma(element: Part, is_last: bool) -> bool:
    """In a list with commas: not behind an arm's block, nor behind a final `..`."""
    if type(element) is not Tree:
        return True
    if element.kind == "arm":
        body = element.children[-1]
        return not (type(body) is Tree and body.kind == "braced")
    return not (is_last and element.kind in ("update", "rest_pattern"))


def is_table(elements: list[Element]) -> bool:
    """Whether a list holds numbers and the like, of which several go on a line."""
    return len(elements) > 1 and all(type(e) is Tree and is_number(e) for e, _ in elements)


def is_number(tree: Tree) -> bool:
    """Whether this is a literal number or character, perhaps negative."""
    if tree.kind == "unary":
        operand = tree.children[-1]
        return type(operand) is Tree and is_number(operand)
    return tree.kind in ("int", "float", "char", "byte", "bool", "duration")
