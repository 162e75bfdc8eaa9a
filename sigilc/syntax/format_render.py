"""Renders a document: decides which groups break, and writes the lines."""

from __future__ import annotations

from sigilc.syntax.format_document import (
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
    width_of,
)

WIDTH = 100
INDENT = 4
COMMENT_GAP = 2
# Comments at the ends of neighbouring lines are aligned where no line is so much longer than another.
MAX_ALIGNED = 40

# Indentation, whether lines are flat, document.
Command = tuple[int, bool, Doc]


class Renderer:
    """One run: `Renderer().render(doc)`. `lines` are [code, comment at the end] so far."""

    def __init__(self, width: int = WIDTH) -> None:
        self.width = width
        self.lines: list[list[str]] = []
        self.current: list[str] = []        # texts of the line that is being written
        self.column = 0
        self.spaces = 0                     # spaces that wait for a text behind them
        self.end_comments: list[str] = []   # what the line will end with
        self.must_break = False             # after a comment: the next text needs a new line
        self.blank = False                  # an empty line is wanted before the next line
        self.blank_after = False            # … and before the line behind this comment
        self.opened = True                  # nothing has been written since an opening bracket
        self.held: list[InlineComment] = []     # comments that wait for what comes behind them
        self.stack: list[Command] = []

    def render(self, doc: Doc) -> str:
        """The whole text, with a line break at its end."""
        stack = self.stack = [(0, False, doc)]
        while stack:
            indent, flat, d = stack.pop()
            if type(d) is Text:
                self.write(d.text, d.width, indent, d.is_separator)
            elif type(d) is Concat:
                stack += [(indent, flat, part) for part in reversed(d.parts)]
            elif type(d) is Nest:
                stack.append((indent if flat else indent + INDENT, flat, d.doc))
            elif type(d) is Line:
                self.line(d, indent, flat)
            elif type(d) is Group:
                stack.append((indent, not d.forced and (flat or self.can_be_flat(d, indent)), d.doc))
            elif type(d) is Bracket:
                self.bracket(d, indent, flat)
            elif type(d) is Choice:
                stack.append((indent, flat, d.flat if flat else d.broken))
            else:
                self.special(d, indent)
        self.new_line(0)
        return "\n".join(align_comments(self.lines)) + "\n" if self.lines else ""

    def special(self, d: Doc, indent: int) -> None:
        """Literals of several lines, and comments."""
        if type(d) is Verbatim:
            self.verbatim(d, indent)
        elif type(d) is OwnComment:
            self.own_comment(d, indent)
        elif type(d) is EndComment:
            if self.current and not self.must_break and not self.has_ended():
                self.hold_to_end()
                self.end_comments.append(d.text)
            else:
                self.own_comment(OwnComment(d.text, False), indent)
        elif type(d) is InlineComment:
            self.held.append(d)
        else:
            assert type(d) is Force, d

    def own_comment(self, d: OwnComment, indent: int) -> None:
        """A comment on a line of its own."""
        if self.current:
            self.new_line(indent)
        self.must_break = self.blank_after = False
        self.blank |= d.blank
        self.verbatim(d.body, indent)
        self.must_break, self.blank_after = True, d.blank_after

    # ---- Writing ------------------------------------------------------------------------------------------------------

    def write(self, text: str, width: int, indent: int, is_separator: bool = False) -> None:
        """Puts a text behind the last one, on a new line where a comment demands it."""
        if not text:
            return
        if text.isspace():
            self.spaces = width if self.current else 0
            return
        if self.must_break or (self.end_comments and not is_separator):
            held, self.held = self.held, []
            self.new_line(indent)
            self.held = held
        if self.held:
            self.inline_comments(indent)
            self.spaces = 0 if text[0] in ")],;" else max(self.spaces, 1)
        if not self.current:
            if self.blank and not self.opened and self.lines:
                self.lines.append(["", ""])
            self.current.append(" " * indent)
            self.column = indent
            self.spaces = 0
            self.blank = False
        elif self.spaces:
            self.current.append(" " * self.spaces)
            self.column += self.spaces
            self.spaces = 0
        self.opened = False
        self.current.append(text)
        self.column += width

    def verbatim(self, d: Verbatim, indent: int) -> None:
        """Several lines as they are."""
        self.write(d.lines[0], d.first_width, indent)
        for text in d.lines[1:]:
            self.lines.append(["".join(self.current), ""])
            self.current = [text]
        if len(d.lines) > 1:
            self.column = d.last_width

    def inline_comments(self, indent: int) -> None:
        """Writes the comments that were held, for a text follows on their line."""
        held, self.held = self.held, []
        for comment in held:
            if self.current and self.current[-1][-1:] not in " ([{<":
                self.spaces = max(self.spaces, 1)
            self.verbatim(comment.body, indent)

    def has_ended(self) -> bool:
        """Whether nothing more can stand on the line, not even a comment."""
        return bool(self.end_comments) and self.end_comments[-1].startswith("//")

    def hold_to_end(self) -> None:
        """The line ends behind the comments that were held."""
        self.end_comments += [comment.text for comment in self.held]
        self.held = []

    def new_line(self, indent: int, blank: bool = False, opening: bool = False) -> None:
        """Ends the line; where nothing is on it yet, it stays."""
        if self.held and (not self.current or self.must_break or self.has_ended()):
            texts = " ".join(comment.text for comment in self.held)
            self.held = []
            self.own_comment(OwnComment(texts, False), indent)
        self.hold_to_end()
        if self.current:
            self.lines.append(["".join(self.current), " ".join(self.end_comments)])
            self.current = []
            self.end_comments = []
            self.blank = False
        self.blank = blank or self.blank_after
        self.opened |= opening
        self.must_break = self.blank_after = False
        self.spaces = self.column = 0

    def line(self, d: Line, indent: int, flat: bool) -> None:
        """A place where a line may break."""
        if not flat and d.fills:
            flat = self.fits([(indent, True, Text(d.flat))])
        if flat:
            self.spaces = len(d.flat) if self.current else 0
        else:
            self.new_line(indent, d.blank, d.opening)

    # ---- Deciding -----------------------------------------------------------------------------------------------------

    def can_be_flat(self, d: Group, indent: int) -> bool:
        """Whether a group's own lines stay flat; if only because its last bracket breaks, that one becomes free."""
        if (not d.doc.tall or d.has_tall_head) and self.fits([(indent, True, d.doc)]):
            return True
        may_hug = d.inner_hug is not None and (d.doc.tall or d.hug is not None)
        if may_hug and self.fits([(indent, True, d.doc)], d.inner_hug):
            assert d.inner_hug is not None
            d.inner_hug.is_free = True
            return True
        if d.value is not None:
            return indent + INDENT + width_flat(d.value) > self.width
        return d.head is not None and not d.doc.tall and self.can_break_head(d, d.head, indent)

    def can_break_head(self, d: Group, head: Doc, indent: int) -> bool:
        """Whether the rest of a group fits behind the end of its head, which does not fit on a line itself."""
        assert head.hug is not None
        if self.fits([(indent, True, head)]):
            return False
        head.hug.forced = self.fits([(indent, True, head)], head.hug)
        head.hug.forced = head.hug.forced and self.fits([(indent, True, d.doc)])
        return head.hug.forced

    def bracket(self, d: Bracket, indent: int, flat: bool) -> None:
        """Puts the parts of a bracket on the stack, flat or broken."""
        if flat and not d.forced and not d.is_free:
            broken = False
        else:
            broken = d.forced or not (d.is_empty or self.bracket_can_be_flat(d, indent))
        stack = self.stack
        if broken:
            inner = indent + INDENT
            stack += [(indent, False, d.closer), (inner, False, Line("")), (inner, False, d.content),
                      (inner, False, Line("", opening=True)), (indent, False, d.opener)]
        else:
            stack += [(indent, True, part) for part in reversed(flat_parts(d))]

    def bracket_can_be_flat(self, d: Bracket, indent: int) -> bool:
        """As `can_be_flat`, for a bracket."""
        flat: list[Command] = [(indent, True, part) for part in reversed(flat_parts(d))]
        if not d.content.tall and self.fits(flat[:]):
            return True
        if d.inner_hug is not None and self.fits(flat, d.inner_hug):
            d.inner_hug.is_free = True
            return True
        return False

    def fits(self, commands: list[Command], stop: Bracket | None = None) -> bool:
        """Whether the text up to the next line break fits, or up to the opening of the bracket `stop`.

        A broken bracket inside counts up to its opening, and again from its closing on.
        """
        rest, is_rest = len(self.stack), False
        indent = commands[-1][0]
        is_fresh = not self.current or self.must_break or self.end_comments
        column = (indent if is_fresh else self.column + self.spaces) + sum(comment.width for comment in self.held)
        while True:
            if column > self.width:
                return False
            if commands:
                indent, flat, d = commands.pop()
            elif rest and stop is None:
                rest -= 1
                indent, flat, d = self.stack[rest]
                is_rest = True
            else:
                return True
            if type(d) is Text:
                column += d.width
            elif type(d) is Concat:
                commands += [(indent, flat, part) for part in reversed(d.parts)]
            elif type(d) is Nest:
                commands.append((indent if flat else indent + INDENT, flat, d.doc))
            elif type(d) is Line:
                if not flat:
                    return True
                column += len(d.flat)
            elif type(d) is Group:
                commands.append((indent, flat and not d.forced, d.doc))
            elif type(d) is Bracket:
                if d is stop:
                    commands = [(indent, True, d.opener)]
                elif d.is_empty or (flat and not d.forced):
                    commands += [(indent, flat, part) for part in reversed(flat_parts(d))]
                elif flat:
                    if column + width_flat(d.opener) > self.width:
                        return False
                    column = indent
                    commands.append((indent, True, d.closer))
                else:
                    return column + width_flat(d.opener) <= self.width
            elif type(d) is Choice:
                column += (d.flat if flat else d.broken).width
            elif type(d) is Verbatim:
                if column + d.first_width > self.width:
                    return False
                column = column + d.first_width if len(d.lines) == 1 else d.last_width
            elif type(d) is InlineComment:
                column = column + d.width if len(d.body.lines) == 1 or not d.width else d.body.last_width + 1
            elif type(d) is OwnComment:
                if is_rest:
                    return True
                column = indent


def flat_parts(d: Bracket) -> list[Doc]:
    """The parts of a bracket on one line."""
    pad = Text(d.pad)
    return [d.opener, pad, d.content, pad, d.closer] if not d.is_empty else [d.opener, pad, d.closer]


def width_flat(doc: Doc) -> int:
    """The width of a document that has no lines of its own, such as an opener; comments do not count."""
    if type(doc) is Text:
        return doc.width
    if type(doc) is Concat:
        return sum(map(width_flat, doc.parts))
    return 0


def align_comments(lines: list[list[str]]) -> list[str]:
    """Puts the comments at the ends of neighbouring lines into one column."""
    out = []
    i = 0
    while i < len(lines):
        j = i
        while j < len(lines) and lines[j][1]:
            j += 1
        lengths = [width_of(code) for code, _ in lines[i:j]]
        is_aligned = bool(lengths) and max(lengths) - min(lengths) <= MAX_ALIGNED
        for length, (code, comment) in zip(lengths, lines[i:j], strict=True):
            gap = (max(lengths) - length if is_aligned else 0) + COMMENT_GAP
            out.append(code + " " * gap + comment)
        if j == i:
            out.append(lines[i][0])
            j += 1
        i = j
    return out
