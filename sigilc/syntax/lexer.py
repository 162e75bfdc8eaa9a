"""The lexer: one regular expression, and the decisions that a context-free grammar can't take.

It settles statement ends at newlines, the meaning of `|` and of `{`, string interpolation, sections and
contextual keywords, so that `sigil.lark` is LALR(1) without a conflict. It never raises: errors are collected,
and the brackets of the token list it delivers always balance (missing ones are inserted, stray ones dropped),
which is what lets the parser recover by counting.
"""

from collections.abc import Callable
from unicodedata import normalize

from sigilc.syntax.errors import (
    malformed_number,
    malformed_slot,
    not_an_identifier,
    raw_name,
    unclosed_comment,
    unexpected_character,
)
from sigilc.syntax.lexer_base import INLINE
from sigilc.syntax.patterns import (
    BAD,
    CHAR,
    COMMENT,
    DURATION_FORM,
    FLOAT_FORM,
    INT_FORM,
    LABEL,
    NAME,
    NESTED_COMMENT,
    NEWLINE,
    NEXT_WORD,
    NUMBER,
    PREFIXED,
    PUNCT,
    QUOTE,
    STRING,
    TOKEN,
)
from sigilc.syntax.stages import Stages
from sigilc.syntax.tokens import CONTEXTUAL, DECLARATIONS, ENDERS, HEADS, INFIX_WORDS, KEYWORDS, PUNCTUATION, Token


class Lexer(Stages):
    """One run over one text: `Lexer(text).run()`."""

    def run(self) -> "Lexer":
        """Reads the whole text."""
        text, finditer = self.text, TOKEN.finditer
        handlers: dict[int, Callable[[str, int], int | None]] = {
            PREFIXED: self.prefixed, NAME: self.name, NEWLINE: self.newline, PUNCT: self.punctuation,
            NUMBER: self.number, STRING: self.plain_string, COMMENT: self.comment, QUOTE: self.quote,
            CHAR: self.char, LABEL: self.label, BAD: self.bad}
        pos = 1 if text.startswith("\ufeff") else 0
        if text.startswith("#!", pos) and not text.startswith("#![", pos):
            pos = text.find("\n", pos) if "\n" in text else len(text)
        goes_on: int | None = pos
        while goes_on is not None:
            jump = None
            for m in finditer(text, goes_on):
                group = m.lastindex or BAD
                jump = handlers[group](m[group], m.start(group))
                if jump is not None:
                    break
            goes_on = jump
        self.finish()
        return self

    def name(self, value: str, start: int) -> None:
        """A name, a keyword or a stage word."""
        end = start + len(value)
        prev = self.prev
        if start == self.glue:
            self.stage_word(value, start, end)
            return
        if prev == "_NL":
            self.settle(value, start)
        elif prev == "RBLOCK" and value != "else" and value != "as":
            self.separate(start)
        type_ = KEYWORDS.get(value)
        if type_ is None:
            type_ = "NAME"
            if value in CONTEXTUAL and prev != "DOT":
                follower = NEXT_WORD.match(self.text, end)
                if follower and follower[1] not in INFIX_WORDS:
                    type_ = CONTEXTUAL[value]
                    if type_ == "_SPAWN":
                        self.frames[-1].spawn = True
                    elif value in DECLARATIONS:
                        self.frames[-1].heads = [value]
            elif not value.isascii():
                value = normalize("NFC", value)
                if not value.isidentifier():
                    self.report(not_an_identifier(start, value))
        elif prev == "DOT" or prev == "_KEY_DOT":
            type_ = "NAME"
        else:
            self.keyword(value, end)
            if type_ == "ELSE" and not (self.prev == "RBLOCK" and self.closed == "if"):
                type_ = "_LET_ELSE"
        self.tokens.append(Token(type_, value, start, end))
        self.prev = type_

    def keyword(self, value: str, end: int) -> None:
        """What a keyword says about the braces to come."""
        top = self.frames[-1]
        if value in HEADS:
            if value == "for" and top.heads and top.heads[-1] == "impl":
                return
            top.heads.append(value)
            top.pattern = value == "for"
        elif value == "let":
            self.close_before_statement("let", end - 3)
            self.frames[-1].pattern = True
        elif value == "in":
            top.pattern = False
        elif value in DECLARATIONS and (value != "fn" or self.text[end:end + 1] != "("):
            self.close_before_statement(value, end - len(value))
            self.frames[-1].heads = [value]

    def newline(self, value: str, start: int) -> None:
        """A newline ends a statement inside braces, after a token that can end one."""
        if self.single_line:
            self.end_line_string(start)
        top = self.frames[-1]
        if self.end_rune(start):
            return
        if top.kind not in INLINE and self.prev in ENDERS and (top.kind != "match" or top.arrow):
            self.before_newline = self.prev
            self.emit("_NL", value, start, start + 1)
            self.glue = -1

    def comment(self, value: str, start: int) -> int | None:
        """A comment; `//@ rune: x` is the attribute `#[x]`."""
        if value == "/*":
            depth = 0
            for m in NESTED_COMMENT.finditer(self.text, start):
                depth += 1 if m[0] == "/*" else -1
                if not depth:
                    self.comments.append((start, self.text[start:m.end()]))
                    return m.end()
            self.report(unclosed_comment(start))
            return len(self.text)
        if value.startswith("//@ rune:"):
            self.begin("#", start)
            self.emit("_ATTRIBUTE", "#[", start, start + 9)
            self.push("attribute", quote="line")
            return start + 9
        self.comments.append((start, value))
        return None

    def number(self, value: str, start: int) -> None:
        """An integer, a float or a duration."""
        self.begin(value, start)
        if INT_FORM.match(value):
            type_ = "INT"
            if self.prev in ("DOT", "_KEY_DOT") and not value.isdecimal():
                self.report(malformed_slot(start, value))
        elif FLOAT_FORM.match(value):
            type_ = "FLOAT"
        elif DURATION_FORM.match(value):
            type_ = "DURATION"
        else:
            self.report(malformed_number(start, value))
            type_ = "INT"
        self.emit(type_, value, start, start + len(value))
        self.glue = -1

    def label(self, value: str, start: int) -> None:
        """A loop's label."""
        self.begin(value, start)
        self.emit("LABEL", value, start, start + len(value))

    def bad(self, value: str, start: int) -> int | None:
        """A character that no token starts with, or a mark that continues a name (`\\w` has no combining marks)."""
        last = self.tokens[-1] if self.tokens else None
        if last and last.end_pos == start and last.type in ("NAME", "STAGE") and ("a" + value).isidentifier():
            text, end = self.text, start + 1
            while end < len(text) and text[end] not in "·\u0387" and ("a" + text[end]).isidentifier():
                end += 1
            last.value = normalize("NFC", last.value + self.text[start:end])
            last.end_pos = end
            self.glue = end if self.glue == start else self.glue
            return end
        is_raw = value == "#" and last is not None and last.value == "r" and last.end_pos == start
        self.refuse(value, start, raw_name(start - 1) if is_raw else unexpected_character(start, value))
        return None

    def punctuation(self, value: str, start: int) -> int | None:
        """Operators and brackets."""
        if self.prev == "_NL":
            self.settle(value, start)
        if start == self.glue and self.stage_punctuation(value, start):
            return None
        special = SPECIAL.get(value)
        if special is not None:
            return special(self, value, start)
        type_ = PUNCTUATION.get(value)
        if type_ is None:
            self.dot_number(value, start) if value[0] == "." else self.bad(value, start)
            return None
        self.tokens.append(Token(type_, value, start, start + len(value)))
        self.prev = type_
        return None

    def dot_number(self, value: str, start: int) -> None:
        """`.0` is a field, never a float."""
        self.emit("DOT", ".", start, start + 1)
        self.emit("INT", value[1:], start + 1, start + len(value))

    def conjunction(self, value: str, start: int) -> None:
        """`&&` can't stand in type arguments: a `<` before it was a comparison."""
        self.frames[-1].angles = 0
        self.emit("AND", value, start, start + 2)

    def semicolon(self, value: str, start: int) -> None:
        """`;` ends a statement inside braces; empty statements vanish."""
        top = self.frames[-1]
        if top.kind not in INLINE:
            top.new_statement()
            if not self.tokens or self.prev == "SEMICOLON" or len(self.tokens) - 1 == top.opener:
                return
        self.emit("SEMICOLON", value, start, start + 1)

    def comma(self, value: str, start: int) -> None:
        """`,` starts the next arm's pattern in a match."""
        top = self.frames[-1]
        if top.kind == "match":
            top.new_statement()
        self.emit("COMMA", value, start, start + 1)

    def arrow(self, value: str, start: int) -> None:
        """`=>` ends an arm's pattern and guard, or shows that a stage body began with parameters."""
        top = self.frames[-1]
        if top.kind == "stage" and not top.arrow:
            self.tokens[top.opener].type = "_CLOSURE_OPEN"
        top.heads.clear()
        top.arrow = True
        self.emit("FAT_ARROW", value, start, start + 2)

    def thin_arrow(self, value: str, start: int) -> None:
        """`->` for `=>` in an arm: an error, but the next line is the next arm."""
        top = self.frames[-1]
        if top.kind == "match" and not top.arrow:
            top.heads.clear()
            top.arrow = True
        self.emit("ARROW", value, start, start + 2)

    def equals(self, value: str, start: int) -> None:
        """`=` ends the pattern of a `let`."""
        self.frames[-1].pattern = False
        self.emit("EQUAL", value, start, start + 1)


SPECIAL: dict[str, Callable[[Lexer, str, int], int | None]] = {
    "{": lambda lexer, value, start: lexer.brace(start), "}": lambda lexer, value, start: lexer.close_brace(start),
    "(": Lexer.opener, "[": Lexer.opener, "#[": Lexer.opener, ")": Lexer.closer, "]": Lexer.closer,
    "|": Lexer.bar, "||": Lexer.bar, "<": Lexer.angle, ">": Lexer.angle, ">>": Lexer.angle,
    "!": Lexer.bang, "!!": Lexer.bang, "&&": Lexer.conjunction, ";": Lexer.semicolon, ",": Lexer.comma,
    "=>": Lexer.arrow, "->": Lexer.thin_arrow, "=": Lexer.equals, "*": Lexer.star, ":": Lexer.colon,
}
