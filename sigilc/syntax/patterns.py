"""The regular expressions of the lexer."""

import re

PREFIXED, NAME, NEWLINE, PUNCT, NUMBER, STRING, COMMENT, QUOTE, CHAR, LABEL, BAD = 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
TOKEN = re.compile(r"""[ \t\f\r]*(?:
    (r(\#*)"|b"(?:[^"\\\n]|\\.)*"|b'(?:[^'\\\n]|\\x[^'\n]{2}|\\[^ux\n])')
  | ((?:validate[!?]|assume!)(?=[({])|[^\W\d]\w*)
  | (\n[ \t\f\r\n]*)
  | (\.\.[.=]?|\.\d+|=>|->|(?<=\s)<-(?=\s)|==|!=|<<=|>>=|>>|<=|>=|<<|&&|\|\||\?\?|!!(?!=)|::|\#\[|[-+*%&|^]=|/=
     |[-(){}\[\],:;.|=<>+*%&^!?~@·\u0387‽⌛∀∃∑∏]|/(?![/*]))
  | (0x[\da-fA-F_]+(?:[ui]\w+)?|0[ob]\w+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?(?:[^\W\d]\w*)?)
  | ("[^"\\{}\n]*"(?!"))
  | (//[^\n]*|/\*)
  | (\"""|")
  | ('(?:[^'\\\n]|\\u\{[^}'\n]*\}|\\x[^'\n]{2}|\\[^ux\n])')
  | ('[^\W\d]\w*)
  | (\S)
)""", re.VERBOSE)

INT_FORM = re.compile(r"(?:0x_*[\da-fA-F][\da-fA-F_]*|0o_*[0-7][0-7_]*|0b_*[01][01_]*|[0-9][0-9_]*)"
                      r"(?:[ui](?:8|16|32|64|128|size))?\Z")
FLOAT_FORM = re.compile(r"[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?(?:f32|f64)?\Z")
DURATION_FORM = re.compile(r"[0-9][0-9_]*(?:\.[0-9]+)?(?:ns|us|ms|s|min|h)\Z")
NEXT_WORD = re.compile(r"[ \t]+([^\W\d]\w*)")
NESTED_COMMENT = re.compile(r"/\*|\*/")
CLOSURE_LINE = re.compile(r"\|[ \t]*\w+(?:[ \t]*,[ \t]*\w+)*\|")
SPEC = re.compile(r"[^{}\"\n]*")
PIPE_AHEAD = re.compile(r"[^\W\d]|[.{∀∃⌛∑∏]")
SECTION_OPERATORS = frozenset("+ - * / % & ^ == != < <= > >= << >> && || ??".split())  # noqa: SIM905
OPERAND_AHEAD = re.compile(r"[\w(\"'-]")
