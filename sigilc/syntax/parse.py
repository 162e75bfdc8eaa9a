"""Parses a Sigil text into its tree and reports every syntax error in it.

The loop that runs lark's tables is here, over plain stacks: it keeps the spans, recovers from errors, does the
long chains of unit reductions in one step, and is half again as fast as lark's.
"""

from dataclasses import dataclass
from typing import Any

from sigilc.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from sigilc.source.files import SourceFile
from sigilc.source.spans import Span
from sigilc.syntax import ast
from sigilc.syntax.errors import Problem
from sigilc.syntax.explain_token import SPELLINGS, describe_unexpected
from sigilc.syntax.kept_trees import keep_tree, kept_tree
from sigilc.syntax.lexer import Lexer
from sigilc.syntax.limit_depth import limit_depth
from sigilc.syntax.recovery import CLOSERS, ELEMENTS, SEPARATORS, next_boundary
from sigilc.syntax.tables import Tables, load_tables
from sigilc.syntax.tokens import Token

# Of so many errors the message says what was expected: working it out takes as long as the text is nested deeply.
MAX_EXPLAINED = 50


@dataclass(slots=True)
class Parsed:
    """A tree (whole, with Error nodes where text could not be understood), what is wrong, and the comments.

    `problems` are in order of position, at most one a line; `comments` are (offset, text).
    """

    tree: ast.Block
    problems: list[Problem]
    comments: list[tuple[int, str]]


def parse_source(source: SourceFile, diagnostics: Diagnostics) -> ast.Block:
    """The tree of a file; its syntax errors go to `diagnostics`. Never raises, whatever the text is.

    A file that was parsed before, and has not changed, is not parsed again.
    """
    tree = kept_tree(source.text)
    if tree is None:
        parsed = parse_text(source.text)
        report_problems(source, parsed, diagnostics)
        tree = parsed.tree
        if not parsed.problems:
            keep_tree(source.text, tree)
    return tree


def parse_part(source: SourceFile, text: str, diagnostics: Diagnostics) -> ast.Block:
    """The tree of a part of a file: `text` has white space where the file has something else."""
    parsed = parse_text(text)
    report_problems(source, parsed, diagnostics)
    return parsed.tree


def report_problems(source: SourceFile, parsed: Parsed, diagnostics: Diagnostics) -> None:
    """Adds what is wrong with a text of a file to the diagnostics."""
    for problem in parsed.problems:
        labels = [Label(Span(source, start, end), message) for start, end, message in problem.labels]
        diagnostics.add(Diagnostic(problem.code, problem.message, Span(source, problem.start, problem.end),
                                   problem.label, labels, problem.help))


def parse_text(text: str) -> Parsed:
    """The tree of a text, with its errors and comments."""
    lexer = Lexer(text)
    lexer.run()
    run = Run(load_tables(), text, lexer.tokens)
    tree = run.run()
    if not isinstance(tree, ast.Block):     # a file has no value that its last `;` could discard
        tree = ast.Block(tree.start, tree.end, tree.statements)
    problems = lexer.problems + run.problems
    too_deep = limit_depth(tree)
    if not any(p.code == "E0011" for p in problems):
        problems += too_deep
    return Parsed(tree, first_of_each_line(text, problems), lexer.comments)


def first_of_each_line(text: str, problems: list[Problem]) -> list[Problem]:
    """One problem a line, in order of position: the lexer's are mostly the cause of the parser's, and come first."""
    if not problems:
        return []
    line_starts = SourceFile("", text)
    by_line: dict[int, Problem] = {}
    for problem in problems:
        by_line.setdefault(line_starts.position(problem.start)[0], problem)
    return [by_line[line] for line in sorted(by_line)]


class Run:
    """One parse: the stacks, and the errors."""

    def __init__(self, tables: Tables, text: str, tokens: list[Token]):
        self.tables = tables
        self.text = text
        self.tokens = [*tokens, Token("$END", "", len(text), len(text))]
        self.states = [tables.start]
        self.values: list[Any] = []
        self.starts: list[int] = []
        self.problems: list[Problem] = []
        self.resumed = (-1, 0)      # token index and stack depth of the last recovery

    def run(self) -> ast.Block | ast.DiscardingBlock:
        """Shifts and reduces to the end."""
        tables = self.tables
        rows, units, end_state = tables.rows, tables.units, tables.end
        tokens, states, values, starts = self.tokens, self.states, self.values, self.starts
        i = last_end = 0
        while True:
            token = tokens[i]
            type_ = token.type
            while True:
                state = states[-1]
                entry = rows[state].get(type_)
                if entry.__class__ is int:
                    states.append(entry)
                    values.append(token.value)
                    starts.append(token.start_pos)
                    last_end = token.end_pos
                    i += 1
                    break
                if entry is None:
                    i = self.recover(i)
                    break
                size, callback, origin, is_unit = entry  # type: ignore[misc]
                if is_unit:
                    below = states[-2]
                    states[-1] = units.get((below, state, type_)) or tables.skip_units(below, state, type_)
                    continue
                if size:
                    children = values[-size:]
                    start = starts[-size]
                    del states[-size:], values[-size:], starts[-size:]
                    values.append(callback(children, start, last_end))
                else:
                    start = token.start_pos
                    values.append(callback([], start, start))
                starts.append(start)
                state = rows[states[-1]][origin]  # type: ignore[assignment]
                states.append(state)
                if state == end_state and type_ == "$END":
                    return values[-1]  # type: ignore[no-any-return]

    def expected(self) -> list[str]:
        """The types of the tokens that messages name and that may stand here; of the first errors only."""
        return [t for t in SPELLINGS if self.accepts(t)] if len(self.problems) < MAX_EXPLAINED else []

    def accepts(self, type_: str) -> bool:
        """Whether a token may stand here: the row alone does not say so, for it was merged from several places."""
        rows, states = self.tables.rows, self.states[:]
        while True:
            entry = rows[states[-1]].get(type_)
            if entry is None or isinstance(entry, int):
                return entry is not None
            size, _, origin, _ = entry
            if size:
                del states[-size:]
            states.append(rows[states[-1]][origin])  # type: ignore[arg-type]

    def recover(self, i: int) -> int:
        """Drops the statement, arm, field … that token `i` does not fit into; returns the token to go on with."""
        tokens, states, rows = self.tokens, self.states, self.tables.rows
        token = tokens[i]
        resumed_at, resumed_depth = self.resumed
        depth = len(states) - 1
        if i == resumed_at:     # the last recovery led nowhere: go further out, else skip the token
            depth = min(depth, resumed_depth - 1)
            if depth < 0:
                self.resumed = (i + 1, 1)
                return i + 1 if token.type != "$END" else i
        elif token.start_pos != token.end_pos or token.type not in CLOSERS:    # else the lexer made it up, and said so
            self.problems.append(describe_unexpected(self.text, tokens, i, self.expected()))
        element = None
        while depth >= 0:
            row = rows[states[depth]]
            element = next((e for e in ELEMENTS if e in row), None)
            if element or any(s in row for s in SEPARATORS):
                break
            depth -= 1
        depth = max(depth, 0)
        start = self.starts[depth] if depth < len(self.starts) else token.start_pos
        del states[depth + 1:], self.values[depth:], self.starts[depth:]
        j = next_boundary(tokens, i, start, element)
        if element:
            states.append(rows[states[-1]][element])  # type: ignore[arg-type]
            self.values.append(ast.Error(start, tokens[j].start_pos))
            self.starts.append(start)
        self.resumed = (j, depth)
        return j
