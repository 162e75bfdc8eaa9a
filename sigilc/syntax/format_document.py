"""Documents: texts with places where a line may break, and how they depend on each other.

After P. Wadler, "A prettier printer", and D. Oppen, "Prettyprinting". What is added: brackets whose content a group
around them may leave to break alone ("hugging": `f(|x| {` … `})`), and comments, which say by flags what they forbid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from sigilc.source.width import char_width


class Doc:
    """A document. The flags say what the documents around it must know.

    lead    begins with a comment on a line of its own
    trail   ends with a comment that ends the line
    tall    has more than one line, whatever the width
    stiff   tall, and not only by the content of `hug`: no group around it can be on one line
    rigid   has no place where a line may break
    hug     the bracket, at the end of the document, that may break alone
    """

    lead = trail = tall = stiff = False
    rigid = True
    hug: Bracket | None = None

    def is_transparent(self) -> bool:
        """Whether a comment that ends the line may wait behind this: separators and empty documents."""
        return False


class Text(Doc):
    """A piece of a line. A separator lets a comment before it come after it."""

    def __init__(self, text: str, is_separator: bool = False):
        self.text = text
        self.width = width_of(text)
        self.is_separator = is_separator

    def is_transparent(self) -> bool:
        return self.is_separator or not self.text


class Verbatim(Doc):
    """A literal or comment of several lines, which keep their own indentation."""

    rigid = False

    def __init__(self, text: str):
        self.text = text
        self.lines = text.split("\n")
        self.first_width = width_of(self.lines[0])
        self.last_width = width_of(self.lines[-1])


class Force(Doc):
    """Nothing, but the groups around it break."""

    stiff = tall = True

    def is_transparent(self) -> bool:
        return True


class Line(Doc):
    """A line break where the group around it breaks, else `flat`. `blank` asks for an empty line.

    `opening` follows an opening bracket: there is no empty line after it. One that `fills` breaks only where what is
    behind it, up to the next line, does not fit.
    """

    rigid = False

    def __init__(self, flat: str = " ", blank: bool = False, opening: bool = False, fills: bool = False):
        self.flat = flat
        self.blank = blank
        self.opening = opening
        self.fills = fills

    def is_transparent(self) -> bool:
        return True


class Choice(Doc):
    """One text where the group around it breaks, another where it does not."""

    def __init__(self, broken: str, flat: str):
        self.broken = Text(broken, True)
        self.flat = Text(flat, True)

    def is_transparent(self) -> bool:
        return True


class OwnComment(Doc):
    """A comment on a line of its own, with or without an empty line before it and after it."""

    lead = True

    def __init__(self, text: str, blank: bool, blank_after: bool = False):
        self.body = Verbatim(text)
        self.blank = blank
        self.blank_after = blank_after


class EndComment(Doc):
    """A comment that ends the line."""

    trail = True

    def __init__(self, text: str):
        self.text = text


class InlineComment(Doc):
    """A comment between two tokens of a line; where the line breaks behind it, it ends the line.

    Before a bracket's end or a separator, where that may happen, it has no width of its own.
    """

    def __init__(self, text: str, has_width: bool):
        self.text = text
        self.body = Verbatim(text)
        self.width = self.body.first_width + 2 if has_width else 0


class Concat(Doc):
    """One after the other."""

    def __init__(self, parts: Iterable[Doc]):
        self.parts: list[Doc] = []
        for part in parts:
            if type(part) is Concat:
                self.parts += part.parts
            elif type(part) is not Text or part.text:
                self.parts.append(part)
        solid = without_comments([p for p in self.parts if not p.is_transparent()])
        self.rigid = all(p.rigid for p in self.parts)
        self.hug, holder = find_hug(self.parts)
        self.tall = any(p.tall for p in self.parts)
        self.lead = bool(solid) and solid[0].lead
        self.trail = bool(solid) and solid[-1].trail
        self.stiff = (any(p.stiff or (p.tall and p is not holder) for p in self.parts)
                      or any(p.lead and type(solid[i]) is not OwnComment for i, p in enumerate(solid[1:]))
                      or any(p.trail and type(solid[i + 1]) is not EndComment for i, p in enumerate(solid[:-1])))
        self.tall |= self.stiff

    def is_transparent(self) -> bool:
        return not self.parts


def without_comments(parts: list[Doc]) -> list[Doc]:
    """Parts without all but the last of the comments they begin with, and all but the first of those they end with."""
    begin, end = 0, len(parts)
    while begin + 1 < end and type(parts[begin]) is OwnComment:
        begin += 1
    while end > begin + 1 and type(parts[end - 1]) is EndComment:
        end -= 1
    if begin == 0 and end == len(parts):
        return parts
    return [*parts[max(0, begin - 1):begin], *parts[begin:end], *parts[end:end + 1]]


def find_hug(parts: Sequence[Doc]) -> tuple[Bracket | None, Doc | None]:
    """The bracket that ends a sequence, but for texts and comments behind it, and the part that holds it."""
    for part in reversed(parts):
        if part.hug is not None:
            return part.hug, part
        if type(part) not in (Text, Choice, InlineComment, EndComment):
            break
    return None, None


class Nest(Doc):
    """Indented, but for what stays on the line that was begun outside."""

    def __init__(self, doc: Doc):
        self.doc = doc
        self.lead, self.trail, self.tall, self.stiff = doc.lead, doc.trail, doc.tall, doc.stiff
        self.rigid, self.hug = doc.rigid, doc.hug

    def is_transparent(self) -> bool:
        return self.doc.is_transparent()


class Hug(Enum):
    """When a group leaves it to the bracket at its end to break: never, where that one must break, or always."""

    NEVER = 0
    TALL = 1
    ALWAYS = 2


class Group(Doc):
    """All of its own lines break, or none.

    `has_tall_head` says that the document begins with a broken bracket, behind which it may go on as if flat. `head`
    is what it begins with, if that should break where it alone does not fit. `value` is what a break would move to the
    next line, which is of no use if it does not fit there either.
    """

    rigid = False

    def __init__(self, doc: Doc, policy: Hug = Hug.NEVER, forced: bool = False, has_tall_head: bool = False,
                 head: Doc | None = None, value: Doc | None = None):
        self.doc = doc
        self.policy = policy
        self.has_tall_head = has_tall_head
        self.head = head
        self.value = value
        self.lead, self.trail = doc.lead, doc.trail
        if has_tall_head:
            self.forced, self.inner_hug = forced, None
            self.tall = self.stiff = True
            return
        self.forced = forced or doc.stiff or (doc.tall and (policy is Hug.NEVER or doc.hug is None))
        self.tall = self.stiff = self.forced
        self.inner_hug = None if self.forced or policy is Hug.NEVER else doc.hug
        if self.inner_hug is not None and (policy is Hug.ALWAYS or doc.tall):
            self.hug = self.inner_hug
            self.tall = doc.tall


class Bracket(Doc):
    """Brackets around an indented content; broken, the content has lines of its own.

    `inner_hug` is the bracket at the content's end that may break alone; `is_block` tells braces and lists from calls.
    """

    rigid = False

    def __init__(self, opener: Doc, content: Doc, closer: Doc, pad: str = "", forced: bool = False,
                 can_hug: bool = False, is_block: bool = False):
        self.opener = opener
        self.content = content
        self.closer = closer
        self.pad = pad
        self.is_block = is_block
        self.is_empty = content.is_transparent() and not content.tall
        self.inner_hug = content.hug if can_hug else None
        self.forced = bool(forced or content.stiff or content.lead or content.trail or opener.trail or opener.tall
                           or closer.lead or (content.tall and self.inner_hug is None))
        self.lead, self.trail = opener.lead, closer.trail
        self.tall = self.forced or content.tall
        self.stiff = opener.tall
        self.hug = self
        self.is_free = False        # set while rendering: the group around it leaves the decision to it


def width_of(text: str) -> int:
    """Columns of a text without line breaks."""
    return len(text) if text.isascii() else sum(map(char_width, text))


EMPTY = Text("")
SPACE = Text(" ")


def concat(*parts: Doc | str) -> Doc:
    """One after the other; strings are texts."""
    return Concat(Text(p) if isinstance(p, str) else p for p in parts)
