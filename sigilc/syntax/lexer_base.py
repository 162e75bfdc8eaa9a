"""What all parts of the lexer share: the tokens made so far, and the stack of what is open."""

from sigilc.syntax.errors import Problem, brackets_too_deep, closure_starts_line, stray_closer
from sigilc.syntax.patterns import CLOSURE_LINE
from sigilc.syntax.tokens import CONTINUERS, OPERAND_ENDERS, Token

MAX_DEPTH = 250
CLOSERS = {"(": "RPAR", "[": "RSQB", "attribute": "RSQB", "|": "_CLOSURE_BAR", "interpolation": "_INTERPOLATION_END"}
INLINE = frozenset(CLOSERS)


class Frame:
    """An open bracket: its kind, and what is known about the statement that is being read inside it.

    kind    `(` `[` `attribute` `|` `interpolation`, else a brace: `block` `struct` `stage` `tail`, or the word
            whose head it ended (`if`, `match`, `fn`, …)
    opener  index of the token that opened it
    heads   the words whose `{` is still to come in this statement
    pattern between `let` or `for` and its `=` or `in`, where `Name {` is a pattern even in a head
    spawn   after `spawn`, whose `{` begins the fields
    angles  how many `<` of the statement may still be closed by a `>`
    arrow   a `=>` can't come any more (stage) or has come (match arm)
    quote   the quotes of the string around an interpolation; `line` for an attribute that ends with its line
    """

    __slots__ = ("angles", "arrow", "heads", "kind", "opener", "pattern", "quote", "spawn")

    def __init__(self, kind: str, opener: int, quote: str = ""):
        self.kind = kind
        self.opener = opener
        self.heads: list[str] = []
        self.pattern = self.spawn = self.arrow = False
        self.angles = 0
        self.quote = quote

    def new_statement(self) -> None:
        """Forgets the statement that has ended."""
        self.heads.clear()
        self.pattern = self.spawn = False
        self.angles = 0
        self.arrow = self.kind != "match"


class LexerBase:
    """One run over one text. `tokens`, `problems` and `comments` as (offset, text) are the result."""

    def __init__(self, text: str):
        self.text = text
        self.tokens: list[Token] = []
        self.problems: list[Problem] = []
        self.comments: list[tuple[int, str]] = []
        self.frames = [Frame("file", -1)]
        self.prev = "SEMICOLON"     # type of the last token; RBLOCK, GT_CLOSE: finer than the grammar's types
        self.before_newline = ""    # what `prev` was when a newline was taken for a statement's end
        self.glue = -1              # where a token continues a stage's name: no white space since the pipe
        self.section = False        # the stage's name may take an operator section
        self.closed = ""            # kind of the brace that closed last
        self.single_line = 0        # open interpolations of strings that end on their line

    def emit(self, type_: str, value: str, start: int, end: int) -> None:
        """Appends a token."""
        self.tokens.append(Token(type_, value, start, end))
        self.prev = type_

    def report(self, problem: Problem) -> None:
        """Notes an error."""
        self.problems.append(problem)

    def refuse(self, value: str, start: int, problem: Problem) -> None:
        """Notes an error, and leaves a token that fits nowhere, so that the parser drops the statement around it."""
        self.report(problem)
        self.emit("ERROR", value, start, start + len(value))

    def refuse_closer(self, value: str, start: int) -> None:
        """A closing bracket that closes nothing."""
        self.refuse(value, start, stray_closer(start, value))

    def settle(self, value: str, start: int) -> None:
        """After a newline: does the line that starts with `value` go on with the statement before it?"""
        top = self.frames[-1]
        may_be_pipe = self.before_newline in OPERAND_ENDERS     # after `return` it can only be a closure
        if value == "|" and may_be_pipe and (closure := CLOSURE_LINE.match(self.text, start)):
            self.report(closure_starts_line(start, closure.end()))
        if value in CONTINUERS and not (value in ("..", "..=") and top.kind in ("struct", "match")):
            self.tokens.pop()
            self.prev = self.before_newline
        else:
            top.new_statement()

    def separate(self, start: int) -> None:
        """A word or literal straight after the `}` of a block starts a new statement."""
        if self.frames[-1].kind in INLINE:
            return
        self.emit("_NL", "", start, start)
        self.frames[-1].new_statement()

    def begin(self, value: str, start: int) -> None:
        """What comes before every token that can start a statement."""
        if self.prev == "_NL":
            self.settle(value, start)
        elif self.prev == "RBLOCK":
            self.separate(start)

    def push(self, kind: str, quote: str = "") -> None:
        """Opens a frame for the bracket token that was emitted last."""
        self.frames.append(Frame(kind, len(self.tokens) - 1, quote))
        if len(self.frames) == MAX_DEPTH:
            self.report(brackets_too_deep(self.tokens[-1].start_pos, self.tokens[-1].end_pos, MAX_DEPTH))

    def close_frame(self, start: int) -> None:
        """Inserts the closing bracket that is missing for the innermost frame."""
        frame = self.frames.pop()
        if self.prev == "_NL" and frame.kind not in INLINE:
            self.tokens.pop()
        self.emit(CLOSERS.get(frame.kind, "RBRACE"), "", start, start)
        if frame.kind == "interpolation":
            self.emit("_STR_CLOSE", "", start, start)
            self.single_line -= frame.quote == '"'
