"""Error recovery: what an erroneous piece of text may stand for, and where parsing goes on after it.

Panic mode at statement, arm, member, item, variant and field boundaries. The lexer delivers balanced brackets, so
that the next boundary can be found by counting them.
"""

from sigilc.syntax.tokens import Token

OPENERS = frozenset("""LPAR LSQB LBRACE _HEAD_OPEN _STRUCT_OPEN _STAGE_OPEN _CLOSURE_OPEN _TAIL_OPEN _STR_OPEN
    _LINES_OPEN _INTERPOLATION _ATTRIBUTE""".split())  # noqa: SIM905
CLOSERS = frozenset("RPAR RSQB RBRACE _STR_CLOSE _INTERPOLATION_END".split())  # noqa: SIM905
ELEMENTS = ("stmt", "arm", "member", "trait_item", "variant", "field")
SEPARATORS = ("_separator", "_member_separator", "_comma_or_newline")


def next_boundary(tokens: list[Token], i: int, start: int, element: str | None) -> int:
    """The first separator or closing bracket from token `i` on, outside the brackets opened since offset `start`."""
    j = i
    while j and tokens[j - 1].start_pos >= start and (tokens[j - 1].start_pos, tokens[j - 1].end_pos) != (start, start):
        j -= 1
    depth = 0
    while tokens[j].type != "$END":
        type_ = tokens[j].type
        if type_ in OPENERS:
            depth += 1
        elif type_ in CLOSERS:
            if not depth and j >= i:
                break
            depth -= 1
        elif j >= i and not depth and (type_ in ("_NL", "SEMICOLON") or (type_ == "COMMA" and element != "stmt")):
            break
        j += 1
    return j
