"""The token type and the tables of spellings that lexer, grammar and printer share."""


class Token:
    """One token: its grammar name, its text (decoded for strings), its span in code points, end exclusive.

    Offsets count from 0, the end is exclusive.
    """

    __slots__ = ("end_pos", "start_pos", "type", "value")

    def __init__(self, type_: str, value: str, start: int, end: int):
        self.type = type_
        self.value = value
        self.start_pos = start
        self.end_pos = end

    def __repr__(self) -> str:
        return f"{self.type}:{self.value!r}"


KEYWORDS = {word: word.upper() for word in """as break const continue else enum extern false fn for if impl in let
    loop match mod mut pub return struct trait true type unsafe use where while yield""".split()}  # noqa: SIM905

# Words that are keywords only when another word follows them on the same line (`spawn A`, `on Get`).
CONTEXTUAL = {"actor": "_ACTOR", "on": "_ON", "spawn": "_SPAWN", "async": "_ASYNC", "union": "_UNION", "dyn": "_DYN"}
# … unless that other word is one of these, which may follow a name.
INFIX_WORDS = frozenset("as in if else where for".split())  # noqa: SIM905

# A declaration's head runs to its `{`, whatever stands between; an expression's head to the first free `{`.
DECLARATIONS = frozenset("fn struct enum trait impl extern actor union on mod".split())  # noqa: SIM905
HEADS = frozenset("if while match for".split())  # noqa: SIM905

# Every spelling of a stage word, to the one that the tree holds.
MORPHEMES = {
    "τ": "map", "tau": "map", "φ": "filter", "phi": "filter", "σ": "sort", "sigma": "sort",
    "ρ": "reduce", "rho": "reduce", "Σ": "sum", "∑": "sum", "Π": "product", "∏": "product", "α": "first", "Ω": "last",
    "∀": "all", "∃": "any", "⌛": "await",
}
GLYPHS = {"map": "τ", "filter": "φ", "sort": "σ", "reduce": "ρ", "sum": "Σ", "product": "Π", "first": "α", "last": "Ω"}
# The stages that may be followed by an operator section: `τ*2`, `φ>0`, `ρ+`, `∃==x`.
SECTIONS = frozenset("map filter reduce all any".split())  # noqa: SIM905

PUNCTUATION = {
    "=": "EQUAL", "+=": "ASSIGN_OP", "-=": "ASSIGN_OP", "*=": "ASSIGN_OP", "/=": "ASSIGN_OP", "%=": "ASSIGN_OP",
    "&=": "ASSIGN_OP", "|=": "ASSIGN_OP", "^=": "ASSIGN_OP", "<<=": "ASSIGN_OP", ">>=": "ASSIGN_OP",
    "==": "EQ", "!=": "NE", "<": "LESSTHAN", "<=": "LE", ">": "MORETHAN", ">=": "GE",
    "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "%": "PERCENT", "^": "CIRCUMFLEX", "&": "AMPERSAND",
    "<<": "SHL", "&&": "AND", "||": "OR", "??": "COALESCE", "|": "VBAR",
    "->": "ARROW", "=>": "FAT_ARROW", "<-": "SEND", "..": "DOT_DOT", "..=": "DOT_DOT_EQ",
    "...": "ELLIPSIS",
    # U+0387 is U+00B7 in NFC, and both continue identifiers in Unicode's XID: here they never do.
    "\u0387": "PATH_SEP", ".": "DOT", ",": "COMMA", ":": "COLON", ";": "SEMICOLON",
    "·": "PATH_SEP", "::": "PATH_SEP", "@": "AT",
    "!": "BANG", "?": "QMARK", "~": "TILDE", "‽": "PARADOX", "⌛": "HOURGLASS",
    "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "}": "RBRACE",
}

# After one of these a newline may end a statement, `|` is an operator and `{` is not an operand.
ENDERS = frozenset("""NAME STAGE INT FLOAT CHAR DURATION STRING BYTES BYTE _STR_CLOSE LABEL TRUE FALSE RPAR RSQB RBRACE
    RBLOCK BANG QMARK TILDE PARADOX HOURGLASS RETURN BREAK CONTINUE _GLOB SECTION GT_CLOSE ERROR""".split())  # noqa: SIM905

# … of which these may also be followed by an operand.
OPERAND_ENDERS = ENDERS - {"RETURN", "BREAK", "CONTINUE", "LABEL"}

# A line that starts with one of these goes on with the statement before it.
CONTINUERS = frozenset("""| . · \u0387 :: ) ] } ; , : = => -> else where as && || == != < <= > >= + * / % ^ << >>
    ?? .. ..= <- += -= *= /= %= &= |= ^= <<= >>=""".split())  # noqa: SIM905
