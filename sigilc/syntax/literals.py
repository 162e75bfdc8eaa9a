"""Spelling and value of string literals: escapes, braces, the indentation of multi-line strings."""

import re
from typing import Any

# One chunk of an interpolated string: plain text, an escape, a doubled brace, or a single significant character.
STRING_CHUNK = re.compile(r"""[^"\\{}\n]+|\\u\{[^}"\n]*\}|\\.|\{\{|\}\}|[{}"\n\\]""")
ESCAPE = re.compile(r"\\(?:([nrt0\\'\"])|x([\da-fA-F]{2})|u\{([\da-fA-F_]{1,12})\}|(\n\s*))|\{\{|\}\}|\\(.?)", re.S)
SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", "'": "'", '"': '"'}


class BadEscape(ValueError):
    """An escape that the language does not have; `offset` counts from the start of the text."""

    def __init__(self, message: str, escape: re.Match[str]):
        super().__init__(message)
        self.offset = escape.start()
        self.length = escape.end() - escape.start()


def decode(text: str, braces: bool, limit: int = 0x7F) -> str:
    """The value of a literal's text; `limit` is the largest `\\x` escape, `braces` says that `{{` means `{`."""
    if "\\" not in text and not (braces and ("{{" in text or "}}" in text)):
        return text

    def value(m: re.Match[str]) -> str:
        simple, byte, code, joined, bad = m.groups()
        if simple:
            return SIMPLE[simple]
        if byte:
            if int(byte, 16) > limit:
                raise BadEscape(f"`\\x{byte}` is no ASCII character: write `\\u{{{byte}}}`", m)
            return chr(int(byte, 16))
        if code:
            digits = code.replace("_", "")
            number = int(digits, 16) if digits else -1
            if not 0 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
                raise BadEscape(f"`{m[0]}` is no Unicode scalar value", m)
            return chr(number)
        if joined:
            return ""
        if bad is not None:
            raise BadEscape(f"unknown escape `{m[0]}`", m)
        return m[0][0] if braces else m[0]

    return ESCAPE.sub(value, text)


def encode(text: str, braces: bool) -> str:
    """Text as it stands between double quotes; the inverse of `decode`."""
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0")
    return out.replace("{", "{{").replace("}", "}}") if braces else out


def dedent(parts: list[Any]) -> list[Any]:
    """Removes the common indentation of a multi-line string.

    `parts` are raw texts (`str`) and interpolations (anything else). A newline straight after the opening quotes
    is dropped; the last line counts for the indentation even where it is blank, and a blank last line is dropped.
    """
    first = parts[0] if parts and isinstance(parts[0], str) else None
    if first is None or not first.startswith("\n"):
        return parts
    marked = "".join(p if isinstance(p, str) else "\x01" for p in parts)
    lines = marked.split("\n")[1:]
    widths = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip(" \t")]
    if lines and not lines[-1].strip(" \t"):
        widths.append(len(lines[-1]))
    margin = min(widths, default=0)
    out = []
    for i, part in enumerate(parts):
        if isinstance(part, str):
            head, *rest = part.split("\n")
            part = "\n".join([head] + [line[margin:] for line in rest])
            part = part[1:] if i == 0 else part
            if i == len(parts) - 1 and "\n" in part and not part.rpartition("\n")[2].strip(" \t"):
                part = part.rpartition("\n")[0]
            elif i == len(parts) - 1 == 0 and not part.strip(" \t"):
                part = ""
        out.append(part)
    return out
