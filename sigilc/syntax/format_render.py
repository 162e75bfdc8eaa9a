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

    def __init__(self) -> None:
        self.lines: list[list[str]] = []
        self.current: list[str] = []        # texts of the line that is being written
        self.column = 0
        self.spaces = 0                     # spaces that wait for a text behind them
        self.end_comments: list[str] = []   # what the line will end with
        self.must_break = False             # after a comment: the next text needs a new line
        self.blank = False                  # an empty line is wanted before the next line
        self.blank_after = False            # … and before the line behind this comment
        self.opened = True                  # nothing has been written since an opening bracket
        self.after_inline = False
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
                stack.append((indent + d.levels * INDENT, flat, d.doc))
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
        self.new_line()
        return "\n".join(align_comments(self.lines)) + "\n" if self.lines else ""

    def special(self, d: Doc, indent: int) -> None:
        """Literals of several lines, and comments."""
        if type(d) is Verbatim:
            self.verbatim(d, indent)
        elif type(d) is EndComment:
            self.end_comments.append(d.text)
        elif type(d) is OwnComment:
            if self.current:
                self.new_line()
            self.must_break = self.blank_after = False
            self.blank |= d.blank
            self.verbatim(d.body, indent)
            self.must_break, self.blank_after = True, d.blank_after
        elif type(d) is InlineComment:
            if self.current and self.current[-1][-1:] not in " ([{<":
                self.spaces = max(self.spaces, 1)
            self.verbatim(d.body, indent)
            self.after_inline = True
        else:
            assert type(d) is Force, d

    # ---- Writing ------------------------------------------------------------------------------------------------------

    def write(self, text: str, width: int, indent: int, is_separator: bool = False) -> None:
        """Puts a text behind the last one, on a new line where a comment demands it."""
        if not text:
            return
        if text.isspace():
            self.spaces = width if self.current else 0
            return
        if self.must_break or (self.end_comments and not is_separator):
            self.new_line()
        if self.after_inline:
            self.spaces = 0 if text[0] in ")],;" else max(self.spaces, 1)
            self.after_inline = False
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

    def new_line(self, blank: bool = False, opening: bool = False) -> None:
        """Ends the line; where nothing is on it yet, it stays."""
        if self.current:
            self.lines.append(["".join(self.current), " ".join(self.end_comments)])
            self.current = []
            self.end_comments = []
            self.blank = False
        self.blank = blank or self.blank_after
        self.opened |= opening
        self.must_break = self.after_inline = self.blank_after = False
        self.spaces = self.column = 0

    def line(self, d: Line, indent: int, flat: bool) -> None:
        """A place where a line may break."""
        if not flat and d.item is not None and not d.written:
            flat = self.fits([(indent, True, Text(d.flat + ",")), (indent, True, d.item)], is_alone=True)
        if flat:
            self.spaces = len(d.flat) if self.current else 0
        else:
            self.new_line(d.blank, d.opening)

    # ---- Deciding -----------------------------------------------------------------------------------------------------

    def can_be_flat(self, d: Group, indent: int) -> bool:
        """Whether a group's own lines stay flat; if only because its last bracket breaks, that one becomes free."""
        if (not d.doc.tall or d.has_tall_head) and self.fits([(indent, True, d.doc)]):
            return True
        if d.inner_hug is not None and (d.doc.tall or d.hug is not None):
            if self.fits([(indent, True, d.doc)], d.inner_hug):
                d.inner_hug.is_free = True
                return True
        return False

    def bracket(self, d: Bracket, indent: int, flat: bool) -> None:
        """Puts the parts of a bracket on the stack, flat or broken."""
        if flat and not d.forced and not d.is_free:
            broken = False
        else:
            broken = d.forced or not self.bracket_can_be_flat(d, indent)
        stack = self.stack
        if broken:
            inner = indent + INDENT
            stack += [(indent, False, d.closer), (indent, False, Line("")), (inner, False, d.content),
                      (inner, False, Line("", opening=True)), (indent, False, d.opener)]
        else:
            stack += [(indent, True, part) for part in reversed(flat_parts(d))]

    def bracket_can_be_flat(self, d: Bracket, indent: int) -> bool:
        """As `can_be_flat`, for a bracket."""
        if not d.content.tall and self.fits([(indent, True, part) for part in reversed(flat_parts(d))]):
            return True
        if d.inner_hug is not None:
            if self.fits([(indent, True, part) for part in reversed(flat_parts(d))], d.inner_hug):
                d.inner_hug.is_free = True
                return True
        return False

    def fits(self, commands: list[Command], stop: Bracket | None = None, is_alone: bool = False) -> bool:
        """Whether the text up to the next line break fits, or up to the opening of the bracket `stop`.

        A broken bracket inside counts up to its opening, and again from its closing on. What comes behind the
        commands counts too, but not where `is_alone`.
        """
        rest = len(self.stack)
        indent = commands[-1][0]
        is_fresh = not self.current or self.must_break or self.end_comments
        column = indent if is_fresh else self.column + self.spaces
        while True:
            if column > WIDTH:
                return False
            if commands:
                indent, flat, d = commands.pop()
            elif rest and stop is None and not is_alone:
                rest -= 1
                indent, flat, d = self.stack[rest]
            else:
                return True
            if type(d) is Text:
                column += d.width
            elif type(d) is Concat:
                commands += [(indent, flat, part) for part in reversed(d.parts)]
            elif type(d) is Nest:
                commands.append((indent + d.levels * INDENT, flat, d.doc))
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
                    if column + width_flat(d.opener) > WIDTH:
                        return False
                    column = indent
                    commands.append((indent, True, d.closer))
                else:
                    return column + width_flat(d.opener) <= WIDTH
            elif type(d) is Choice:
                column += (d.flat if flat else d.broken).width
            elif type(d) is Verbatim:
                if column + d.first_width > WIDTH:
                    return False
                column = column + d.first_width if len(d.lines) == 1 else d.last_width
            elif type(d) is InlineComment:
                column += d.width + 2
            elif type(d) is OwnComment:
                return True


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
