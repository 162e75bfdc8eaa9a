"""The part of the lexer that tells pipes, stages, sections, closures and type arguments apart."""

from unicodedata import normalize

from sigilc.syntax.brackets import Brackets
from sigilc.syntax.patterns import OPERAND_AHEAD, PIPE_AHEAD, SECTION_OPERATORS
from sigilc.syntax.tokens import KEYWORDS, MORPHEMES, OPERAND_ENDERS, SECTIONS


class Stages(Brackets):
    """Methods of Lexer."""

    def stage_word(self, value: str, start: int, end: int) -> None:
        """A word that belongs to a stage's name: `|map`, `|σ·desc.field`, `|mod·f`, or to a section's operand."""
        first = self.prev == "_PIPE"
        type_ = "STAGE" if first else "NAME"
        if value in KEYWORDS and (first or value == "true" or value == "false"):
            self.emit("_PIPE_MATCH" if value == "match" else KEYWORDS[value], value, start, end)
            return
        if first:
            self.section = MORPHEMES.get(normalize("NFC", value), value) in SECTIONS
        self.emit(type_, value, start, end)
        self.glue = end

    def stage_punctuation(self, value: str, start: int) -> bool:
        """Punctuation glued to a stage's name: a path, a key, an operator section. True where it is one of these."""
        end = start + len(value)
        if self.prev == "_PIPE":
            if value in MORPHEMES:
                self.stage_word(value, start, end)
                return True
            return False
        if value in ("·", "\u0387", "::"):
            self.emit("PATH_SEP", value, start, end)
            self.glue = end
            return True
        if value[0] == "." and value not in ("..", "..=", "..."):
            self.emit("_KEY_DOT", ".", start, start + 1)
            if len(value) > 1:
                self.emit("INT", value[1:], start + 1, end)
            self.glue = end
            return True
        if self.section and value in SECTION_OPERATORS:
            self.section = False
            follower = self.text[end:end + 1]
            has_operand = OPERAND_AHEAD.match(follower) is not None
            self.emit("SECTION_OP" if has_operand else "SECTION", value, start, end)
            self.glue = end if has_operand else -1
            return True
        if value == "-" and self.prev == "SECTION_OP":
            self.emit("MINUS", value, start, end)
            self.glue = end
            return True
        return False

    def bar(self, value: str, start: int) -> None:
        """`|`: the end of a closure's parameters, their start, a pipe, or bitwise or."""
        if self.frames[-1].kind == "|":
            self.frames.pop()
            self.emit("_CLOSURE_BAR", "|", start, start + 1)
            if value == "|":
                return
            start += 1
            value = "|"
        if self.prev not in OPERAND_ENDERS:
            if value == "||":
                self.emit("_CLOSURE_BARS", value, start, start + 2)
            else:
                self.emit("_CLOSURE_BAR", value, start, start + 1)
                self.push("|")
        elif value == "||":
            self.emit("OR", value, start, start + 2)
            self.frames[-1].angles = 0
        elif PIPE_AHEAD.match(self.text, start + 1):
            self.emit("_PIPE", value, start, start + 1)
            self.glue = start + 1
        else:
            self.emit("VBAR", value, start, start + 1)

    def angle(self, value: str, start: int) -> None:
        """`<`, `>`, `>>`: a `>` that has a `<` before it in its statement closes type arguments."""
        top = self.frames[-1]
        if value == "<":
            top.angles += 1
            self.emit("LESSTHAN", value, start, start + 1)
            return
        for i, _ in enumerate(value, start):
            self.emit("_GT_SPLIT" if i < start + len(value) - 1 else "MORETHAN", ">", i, i + 1)
            if top.angles:
                top.angles -= 1
                self.prev = "GT_CLOSE"

    def star(self, value: str, start: int) -> None:
        """`*` after a path separator imports everything, and may end a line."""
        self.emit("_GLOB" if self.prev == "PATH_SEP" else "STAR", value, start, start + 1)

    def bang(self, value: str, start: int) -> None:
        """`!` and `!!`: markers after an operand or a type, negation before an operand."""
        is_marker = self.prev in OPERAND_ENDERS or self.prev == "ARROW"
        if value == "!!" and is_marker:
            self.emit("PARADOX", value, start, start + 2)
            return
        for i in range(start, start + len(value)):
            self.emit("BANG", "!", i, i + 1)
        if not is_marker:
            self.prev = "NOT"
