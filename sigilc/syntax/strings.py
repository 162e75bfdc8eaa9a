"""The part of the lexer that reads strings and their interpolations, which nest."""

from sigilc.syntax.errors import (
    bad_escape,
    lone_brace,
    newline_in_string,
    not_ascii_in_bytes,
    prefixed_interpolation,
    unclosed_interpolation,
    unclosed_string,
)
from sigilc.syntax.lexer_base import LexerBase
from sigilc.syntax.literals import STRING_CHUNK, BadEscape, decode
from sigilc.syntax.patterns import SPEC

# How many strings more are closed than opened, going backwards.
DEPTH_BY_TYPE = {"_STR_CLOSE": 1, "_STR_OPEN": -1, "_LINES_OPEN": -1}


class Strings(LexerBase):
    """Methods of Lexer."""

    def char(self, value: str, start: int) -> None:
        """A character literal."""
        self.begin(value, start)
        self.emit("CHAR", self.decoded(value[1:-1], start + 1, False), start, start + len(value))

    def plain_string(self, value: str, start: int) -> None:
        """A string without escapes, braces or newlines: the common case."""
        self.begin(value, start)
        self.refuse_f_string(start)
        self.emit("STRING", value[1:-1], start, start + len(value))

    def prefixed(self, value: str, start: int) -> int | None:
        """`r"…"`, `r#"…"#`, `b"…"`, `b'x'`."""
        self.begin(value, start)
        if value[0] == "b":
            if not value.isascii():
                self.report(not_ascii_in_bytes(start, start + len(value)))
            type_ = "BYTES" if value[1] == '"' else "BYTE"
            self.emit(type_, self.decoded(value[2:-1], start + 2, False, 0xFF), start, start + len(value))
            return None
        closer = '"' + value[1:-1]
        end = self.text.find(closer, start + len(value))
        if end < 0:
            self.report(unclosed_string(start, closer, (start, start + len(value))))
            end = len(self.text)
        self.emit("STRING", self.text[start + len(value):end], start, end + len(closer))
        return end + len(closer)

    def decoded(self, raw: str, start: int, braces: bool, limit: int = 0x7F) -> str:
        """The value of a literal's text; a bad escape is an error and stands for itself."""
        try:
            return decode(raw, braces, limit)
        except BadEscape as e:
            self.report(bad_escape(start + e.offset, start + e.offset + e.length, str(e)))
            return raw

    def quote(self, value: str, start: int) -> int:
        """The opening quotes of a string that is read in pieces."""
        self.begin(value, start)
        self.refuse_f_string(start)
        self.emit("_STR_OPEN" if value == '"' else "_LINES_OPEN", value, start, start + len(value))
        self.glue = -1
        return self.string_text(value, start + len(value))

    def refuse_f_string(self, start: int) -> None:
        """`f"…"` is a habit from elsewhere: read it as the string that is meant."""
        if self.prev == "NAME" and self.tokens[-1].end_pos == start and self.tokens[-1].value == "f":
            self.tokens.pop()
            self.prev = self.tokens[-1].type if self.tokens else "SEMICOLON"
            self.report(prefixed_interpolation(start - 1))

    def string_text(self, quote: str, pos: int) -> int:
        """Reads a string's text up to the next `{` or the closing quotes; returns where the lexer goes on."""
        text, begin = self.text, pos
        while True:
            m = STRING_CHUNK.match(text, pos)
            chunk = m[0] if m else ""
            at = pos
            if chunk == '"' and (quote == '"' or text.startswith(quote, pos)):
                pos += len(quote)
                break
            if chunk == "{" or not chunk or (chunk == "\n" and quote == '"'):
                break
            if chunk == "}":
                self.report(lone_brace(pos))
            pos += len(chunk)
        if at > begin:
            raw = text[begin:at]
            value = self.decoded(raw, begin, True)  # of `"""`, the indentation goes before the escapes: build.py
            self.emit("TEXT", value if quote == '"' else raw, begin, at)
        if chunk == "{":
            self.emit("_INTERPOLATION", "{", pos, pos + 1)
            self.push("interpolation", quote)
            self.single_line += quote == '"'
            return pos + 1
        if chunk != '"' and quote == '"' and self.single_line:
            return self.missing_brace()
        if chunk != '"':
            self.report(unclosed_string(pos, quote, self.string_opener(begin)))
        self.emit("_STR_CLOSE", quote, at, pos)
        self.join_plain(pos)
        return pos

    def string_opener(self, begin: int) -> tuple[int, int]:
        """The span of the quotes that opened the string whose text goes on at `begin`."""
        index, depth = len(self.tokens), 1
        while depth and index:
            index -= 1
            depth += DEPTH_BY_TYPE.get(self.tokens[index].type, 0)
        quote = self.tokens[index] if self.tokens else None
        return (quote.start_pos, quote.end_pos) if quote else (begin, begin)

    def missing_brace(self) -> int:
        """`"a {b"` and the line ends: the second quote was meant to close the string, a `}` is missing."""
        index, depth = len(self.tokens), 1
        while depth:
            index -= 1
            depth += DEPTH_BY_TYPE.get(self.tokens[index].type, 0)
        quote = self.tokens[index]
        del self.tokens[index:]
        while self.problems and self.problems[-1].start >= quote.start_pos:
            self.problems.pop()
        self.prev = self.tokens[-1].type
        kind = ""
        while kind != "interpolation":
            kind, opener = self.frames[-1].kind, self.tokens[self.frames[-1].opener]
            self.close_frame(quote.start_pos)
        self.report(unclosed_interpolation(opener.start_pos))
        return quote.end_pos

    def join_plain(self, end: int) -> None:
        """A one-line string that turned out to have no interpolation becomes a single token."""
        tokens = self.tokens
        size = 3 if tokens[-2].type == "TEXT" else 2
        if tokens[-size].type == "_STR_OPEN":
            start, value = tokens[-size].start_pos, tokens[-2].value if size == 3 else ""
            del tokens[-size:]
            self.emit("STRING", value, start, end)

    def end_line_string(self, start: int) -> None:
        """A newline inside the interpolation of a one-line string: closes that string."""
        self.report(newline_in_string(start))
        while self.single_line:
            self.close_frame(start)

    def colon(self, value: str, start: int) -> int | None:
        """`:` in an interpolation starts the format spec, which runs to the `}`."""
        if self.frames[-1].kind != "interpolation":
            self.emit("COLON", value, start, start + 1)
            return None
        spec = SPEC.match(self.text, start + 1)
        end = spec.end() if spec else start + 1
        self.emit("SPEC", self.text[start + 1:end].strip(), start, end)
        return end
