"""The part of the lexer that matches brackets, says which `{` is which, and repairs what doesn't balance."""

from sigilc.syntax.errors import unclosed_bracket
from sigilc.syntax.lexer_base import CLOSERS, INLINE
from sigilc.syntax.strings import Strings
from sigilc.syntax.tokens import DECLARATIONS, ENDERS, OPERAND_ENDERS


class Brackets(Strings):
    """Methods of Lexer."""

    def close_before_statement(self, word: str, start: int) -> None:
        """A declaration at the start of a line can't stand in `(`, `[` or `|`: closes those that were forgotten."""
        gap = self.text[self.tokens[-1].end_pos:start] if self.tokens else ""
        if self.frames[-1].kind not in INLINE or "\n" not in gap:
            return
        opener = self.tokens[self.frames[-1].opener]
        self.report(unclosed_bracket(opener.start_pos, opener.value, before=word))
        while self.frames[-1].kind in INLINE:
            self.close_frame(start)
        self.separate(start)

    def close_to(self, closer: str, start: int) -> bool:
        """Makes the innermost frame one that `closer` closes; False where there is none and `closer` is stray."""
        for depth in range(len(self.frames) - 1, 0, -1):
            kind = self.frames[depth].kind
            if CLOSERS.get(kind, "RBRACE") == closer or (closer == "RBRACE" and kind == "interpolation"):
                break
            if kind not in INLINE or kind == "interpolation":
                return False
        else:
            return False
        while len(self.frames) - 1 > depth:
            opener = self.tokens[self.frames[-1].opener]
            self.report(unclosed_bracket(opener.start_pos, opener.value))
            self.close_frame(start)
        return True

    def brace(self, start: int) -> None:
        """Says which `{` this is: of a stage body, a head's block, a struct literal or pattern, or a plain block."""
        top, prev = self.frames[-1], self.prev
        if start == self.glue:
            type_, kind = "_STAGE_OPEN", "stage"
        elif prev == "_PIPE_MATCH":
            type_, kind = "_HEAD_OPEN", "match"
        elif top.spawn or top.pattern:
            type_, kind = "_STRUCT_OPEN", "struct"
            top.spawn = False
        elif top.heads and (top.heads[-1] in DECLARATIONS or prev in ENDERS or prev == "DOT_DOT"):
            type_, kind = "_HEAD_OPEN", top.heads.pop()
            kind = "fields" if kind == "struct" else kind     # `struct` is what a literal's frame is called
        elif prev not in OPERAND_ENDERS:
            type_, kind = "LBRACE", "block"
        elif prev == "GT_CLOSE" or (prev == "NAME" and self.tokens[-1].value[0].isupper()):
            type_, kind = "_STRUCT_OPEN", "struct"
        elif prev == "NAME" and self.tokens[-1].end_pos == start:
            type_, kind = "_STAGE_OPEN", "stage"
        else:
            type_, kind = "_TAIL_OPEN", "tail"
        self.emit(type_, "{", start, start + 1)
        self.push(kind)

    def close_brace(self, start: int) -> int | None:
        """A `}`: of an interpolation, whose string then goes on, or of a brace."""
        if not self.close_to("RBRACE", start):
            self.refuse_closer("}", start)
            return None
        frame = self.frames.pop()
        if frame.kind == "interpolation":
            self.single_line -= frame.quote == '"'
            self.emit("_INTERPOLATION_END", "}", start, start + 1)
            return self.string_text(frame.quote, start + 1)
        if self.prev == "_NL":
            self.tokens.pop()
        self.emit("RBRACE", "}", start, start + 1)
        self.closed = frame.kind
        if frame.kind != "struct" and frame.kind != "stage":
            self.prev = "RBLOCK"
        return None

    def opener(self, value: str, start: int) -> None:
        """`(`, `[` or `#[`."""
        if value == "#[":
            self.begin(value, start)
            self.emit("_ATTRIBUTE", value, start, start + 2)
            self.push("attribute")
            return
        self.frames[-1].spawn = False
        self.emit("LPAR" if value == "(" else "LSQB", value, start, start + 1)
        self.push(value)

    def closer(self, value: str, start: int) -> None:
        """`)` or `]`."""
        type_ = "RPAR" if value == ")" else "RSQB"
        if not self.close_to(type_, start):
            self.refuse_closer(value, start)
            return
        frame = self.frames.pop()
        self.emit(type_, value, start, start + 1)
        if frame.kind == "attribute":
            self.prev = "ATTRIBUTE_END"

    def end_rune(self, start: int) -> bool:
        """At the end of a line: closes the attribute of a `//@ rune:` comment; False where there is none."""
        top = self.frames[-1]
        if top.kind != "attribute" or not top.quote:
            return False
        self.emit("RSQB", "]", start, min(start + 1, len(self.text)))
        self.frames.pop()
        self.prev = "ATTRIBUTE_END"
        return True

    def finish(self) -> None:
        """Closes what is still open at the end of the text."""
        end = len(self.text)
        self.end_rune(end)
        if len(self.frames) > 1:
            opener = self.tokens[self.frames[-1].opener]
            self.report(unclosed_bracket(opener.start_pos, opener.value))
        while len(self.frames) > 1:
            self.close_frame(end)
        if self.prev == "_NL":
            self.tokens.pop()
