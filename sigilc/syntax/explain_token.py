"""Says what is wrong with a token that does not fit, and what the writer probably meant."""

from collections.abc import Callable, Container

from sigilc.syntax.errors import Problem, foreign_form, shown, unexpected
from sigilc.syntax.tokens import Token

SPELLINGS = {"NAME": "a name", "_NL": "a new line", "RBRACE": "`}`", "RPAR": "`)`", "RSQB": "`]`", "COMMA": "`,`",
             "_HEAD_OPEN": "`{`", "LBRACE": "`{`", "EQUAL": "`=`", "COLON": "`:`", "FAT_ARROW": "`=>`", "IN": "`in`",
             "LPAR": "`(`", "_STRUCT_OPEN": "`{`", "SEMICOLON": "`;`",
             "STRING": "an expression", "_DYN": "a type", "_CLOSURE_BAR": "`|`"}
# What may follow almost every expression is worth no mention beside something else.
WEAK = frozenset(["LPAR", "_STRUCT_OPEN"])
ENDS_EXPRESSION = frozenset(["COMMA", "SEMICOLON", "RBRACE", "RPAR", "RSQB", "_NL"])

HINTS = {
    "_TAIL_OPEN": "a stage's body follows its name without a space, and a struct's name is capitalised",
    "NE": "a marker before `=` needs a space: `x! = y`",
    "LESSTHAN": "comparisons don't chain, and type arguments in an expression are written `Name·<T>`",
    "MORETHAN": "comparisons don't chain, and type arguments in an expression are written `Name·<T>`",
    "_PIPE": "bitwise or and alternatives of a pattern are written with spaces, `a | b`",
}

# Words that other languages have, before or after the place where parsing fails.
FOREIGN_WORDS = {
    "def": "functions begin with `fn`", "func": "functions begin with `fn`", "fun": "functions begin with `fn`",
    "function": "functions begin with `fn`", "var": "variables begin with `let mut`",
    "val": "variables begin with `let`", "class": "types are declared by `struct` or `enum`",
    "interface": "interfaces are declared by `trait`", "elif": "write `else if`", "elsif": "write `else if`",
    "switch": "write `match`", "and": "write `&&`", "or": "write `||`", "not": "write `!`", "is": "write `==`",
    "import": "write `use`", "module": "write `mod`", "then": "the branches of an `if` stand in braces",
    "try": "there are no exceptions: a `T?` is handled by `match`, `??` or `?`", "foreach": "write `for x in xs`",
    "catch": "there are no exceptions: a `T?` is handled by `match`, `??` or `?`", "lambda": "a closure is written `|x| x + 1`",
    "extends": "types share what they can do by `trait`s", "implements": "write `impl Trait for Type`",
    "export": "write `pub`", "from": "write `use std·fs`", "public": "write `pub`",
    "private": "leave it out: what is not `pub` is private",
    "static": "write `const`, or leave it out in an `impl`", "async": "it stands before `fn`",
    "do": "bodies stand in braces", "end": "bodies stand in braces",
}
MARKS = frozenset(["BANG", "QMARK", "TILDE", "PARADOX"])
ENDS = frozenset(["_NL", "SEMICOLON", "RBRACE", "$END"])


def describe_unexpected(text: str, tokens: list[Token], i: int, expected: Container[str]) -> Problem:
    """The problem with token `i`, where only the tokens in `expected` may stand."""
    token = tokens[i]
    start, end = token.start_pos, token.end_pos
    if token.type == "_NL" and i:       # where the line ends but for a comment
        start = end = tokens[i - 1].end_pos
    for recognise in RECOGNISERS:
        recognised = recognise(tokens, i, expected)
        if recognised is not None:
            return foreign_form(start, end, *recognised)
    found = {"$END": "the end of the file", "_NL": "the end of the line"}.get(token.type, "")
    return unexpected(start, end, found or shown(text[start:end]), spell_out(expected), hint_for(tokens, i, expected))


def spell_out(expected: Container[str]) -> list[str]:
    """What may stand in a place, in words."""
    types = [type_ for type_ in SPELLINGS if type_ in expected]
    for whole in ("STRING", "_DYN"):
        if whole in types:
            return [SPELLINGS[whole]]
    types = [type_ for type_ in types if type_ not in WEAK] or types
    if any(type_ in ENDS_EXPRESSION for type_ in types):
        types = [type_ for type_ in types if type_ != "EQUAL"]
    return sorted({SPELLINGS[type_] for type_ in types})


def hint_for(tokens: list[Token], i: int, expected: Container[str]) -> str:
    """What the writer probably meant; empty where nothing comes to mind."""
    token = tokens[i]
    if token.type == "STAR":
        is_glued = i + 1 < len(tokens) and tokens[i + 1].type == "NAME" and tokens[i + 1].start_pos == token.end_pos
        return "raw pointers are read by `p.read()` and written by `p.write(v)`" if is_glued else ""
    for word in (tokens[i - 1], token) if i else (token,):
        if word.type == "NAME" and word.value in FOREIGN_WORDS:
            return FOREIGN_WORDS[word.value]
    if token.type in HINTS:
        return HINTS[token.type]
    if token.type == "ARROW" and "FAT_ARROW" in expected:
        return "an arm is written `pattern => value`"
    if token.type == "LABEL":
        return "text stands in double quotes; single quotes hold one character"
    return ""


# -- forms that Sigil leaves out: each function gives the message and what to write instead, or None -----------------

def let_chain(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`if a && let Some(x) = y`."""
    if tokens[i].type == "LET" and i and tokens[i - 1].type in ("AND", "OR"):
        return "there are no chains of `let` conditions", "nest the `if let`s, or match on a tuple"
    return None


def marked_shorthand(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`Point { x~ }`."""
    if (tokens[i].type in MARKS and i > 1 and tokens[i - 1].type == "NAME"
            and tokens[i - 2].type in ("_STRUCT_OPEN", "COMMA", "_NL") and "COLON" in expected):
        name = tokens[i - 1].value
        return "a field's shorthand takes no marker", f"write `{name}: {name}{tokens[i].value}`"
    return None


def several_dyn_bounds(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`dyn A + B`."""
    if tokens[i].type != "PLUS":
        return None
    j = i - 1
    while j > 0 and tokens[j].type in ("NAME", "PATH_SEP", "MORETHAN", "LESSTHAN", "COMMA"):
        j -= 1
    if tokens[j].type == "_DYN":
        return "`dyn` takes one trait", "declare a trait that has both as supertraits: `trait Both: A + B { }`"
    return None


def impl_type(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`fn f(x: impl Display)`."""
    if tokens[i].type == "IMPL" and i and tokens[i - 1].type in ("COLON", "ARROW", "LESSTHAN", "AMPERSAND", "LSQB"):
        return "there are no `impl Trait` types", "leave the type out, or name it: `fn f<T: Trait>(x: T)`"
    return None


def const_generic(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`struct Ring<const N: usize>`."""
    if tokens[i].type == "CONST" and i and tokens[i - 1].type in ("LESSTHAN", "COMMA"):
        return "generic parameters are types, not values", "keep the number in a field, or use `[T]` for `[T; N]`"
    return None


def closure_result(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`|x| -> i64 { x }`."""
    if tokens[i].type == "ARROW" and i and tokens[i - 1].type in ("_CLOSURE_BAR", "_CLOSURE_BARS"):
        return "a closure's result type is inferred, never written", "leave it out, or declare a function"
    return None


def let_without_value(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`let x: i64`."""
    if tokens[i].type not in ENDS or "EQUAL" not in expected:
        return None
    j = i - 1
    while j >= 0 and tokens[j].type not in (*ENDS, "LET", "EQUAL", "CONST"):
        j -= 1
    if j >= 0 and tokens[j].type == "LET":
        return "a variable is declared with its value", "write `let x = …`: an `if` or a `match` can be the value"
    return None


def step(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`i++`, `++i` and `i--`; `--i` is a number negated twice."""
    second = i - 1 if tokens[i].type in ENDS else i
    for a in (second - 1, second):
        sign, other = tokens[max(a, 0)], tokens[min(a + 1, len(tokens) - 1)]
        if sign.type == other.type and sign.type in ("PLUS", "MINUS") and sign.end_pos == other.start_pos:
            name = next((t.value for t in tokens[max(a - 1, 0):a + 3] if t.type == "NAME"), "i")
            return f"there is no `{sign.value}{other.value}`", f"write `{name} {sign.value}= 1`"
    return None


def conditional_sign(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`a > 3 ? 1 : 2`."""
    if i > 1 and tokens[i - 1].type == "QMARK" and tokens[i - 1].start_pos > tokens[i - 2].end_pos:
        return "there is no `? :`", "write `if condition { a } else { b }`, which has a value"
    return None


def struct_in_head(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`for x in Grid { width: 3 } { }`."""
    if (tokens[i].type == "COLON" and i > 2 and tokens[i - 2].type == "_HEAD_OPEN" and tokens[i - 1].type == "NAME"
            and tokens[i - 3].type == "NAME" and tokens[i - 3].value[:1].isupper()):
        return ("the `{` before this opens the block, not a struct",
                f"put the struct in parentheses: `({tokens[i - 3].value} {{ {tokens[i - 1].value}: … }})`")
    return None


def untyped_constant(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`const LIMIT = 4`."""
    if tokens[i].type == "EQUAL" and i > 1 and tokens[i - 2].type == "CONST":
        return "a constant is declared with its type", f"write `const {tokens[i - 1].value}: i64 = …`, or whichever type it has"
    return None


def counting_for(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`for (i = 0; i < 3; i++)` and `for (let i = 0; …)`."""
    opening = {"EQUAL": i - 2, "LET": i - 1}.get(tokens[i].type, 0)
    if opening > 0 and tokens[opening].type == "LPAR" and tokens[opening - 1].type == "FOR":
        return "a `for` goes through a range or a collection", "write `for i in 0..n { }`"
    return None


def arrow_closure(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`(x) => x + 1` and `x -> x + 1`."""
    if tokens[i].type in ("FAT_ARROW", "ARROW") and "FAT_ARROW" not in expected and i and tokens[i - 1].type in ("NAME", "RPAR") \
            and "_HEAD_OPEN" not in expected:
        return "a closure's parameters stand between bars", "write `|x| x + 1`"
    return None


def new_object(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`new Point(3)`."""
    if tokens[i].type == "NAME" and i and tokens[i - 1].value == "new" and tokens[i].value[:1].isupper():
        name = tokens[i].value
        return "there is no `new`", f"write `{name} {{ field: value }}`, or call a function of the type: `{name}·new(…)`"
    return None


def other_pipe(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`xs |> f`."""
    if tokens[i].type == "MORETHAN" and i and tokens[i - 1].value == "|" and tokens[i - 1].end_pos == tokens[i].start_pos:
        return "a pipe is a bar alone", "write `x |f`"
    return None


def written_map(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`{"a": 1}`."""
    if tokens[i].type == "COLON" and i > 1 and tokens[i - 1].type == "STRING" and tokens[i - 2].value == "{":
        return "a map is no literal", "write `Map·from([(key, value), …])`"
    return None


def colon_result(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`fn f(x: i64): i64 { x }` and `fn f(x: i64) => i64`."""
    if tokens[i].type not in ("COLON", "FAT_ARROW") or not i or tokens[i - 1].type != "RPAR":
        return None
    line = i
    while line and tokens[line].type not in (*ENDS, "FN"):
        line -= 1
    if tokens[line].type == "FN" and "COMMA" not in expected:
        return "a result type stands behind an arrow", "write `-> T`"
    return None


def trailing_keyword(tokens: list[Token], i: int, expected: Container[str]) -> tuple[str, str] | None:
    """`a if c else b` and `[x * 2 for x in xs]`."""
    if tokens[i].type == "IF" and any(e in expected for e in ENDS_EXPRESSION):
        return "an `if` begins with its condition", "write `if c { a } else { b }`"
    if tokens[i].type == "FOR" and "RSQB" in expected:
        return "there are no comprehensions", "write `xs |τ{…}`, with `|φ{…}` before it to choose"
    return None


Recogniser = Callable[[list[Token], int, Container[str]], tuple[str, str] | None]
RECOGNISERS: tuple[Recogniser, ...] = (let_chain, marked_shorthand, several_dyn_bounds, impl_type, const_generic,
                                       closure_result, let_without_value, step, conditional_sign, struct_in_head,
                                       untyped_constant, counting_for, colon_result, arrow_closure,
                                       new_object, other_pipe, written_map, trailing_keyword)
