"""The LALR(1) tables: built by lark from `sigil.lark`, kept as a `marshal` file of our own in the user's cache.

Reading the file takes a millisecond where lark takes half a second, and on a hit lark is not even imported.
"""

import marshal
import sys
from collections.abc import Callable
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any

from sigilc.cache import DIGEST_SIZE, cache_folder, keep_checked, read_checked
from sigilc.syntax.build_ast import Builder, Children, builder_of, keep_list, only_child

FORMAT = "1"

# What a rule keeps of its symbols: the Nones after the last, and for each its index, whether it is a list to be
# spliced in, and the Nones before it.
Kept = tuple[int, tuple[tuple[int, bool, int], ...]]
# One rule: how many symbols it has, the builder's name, the symbol it makes, whether it changes nothing but the
# state, whether it stands for its only child, and what it keeps (None: all).
Recipe = tuple[int, str, str, bool, bool, Kept | None]
# The next state (shift and goto), or size, callback, origin and whether it is a unit reduction (reduce).
Entry = int | tuple[int, Builder, str, bool]


class Tables:
    """The tables, ready to run. A row is translated when its state is first met."""

    def __init__(self, plain: dict[str, Any]):
        self.plain = plain
        self.start: int = plain["start"]
        self.end: int = plain["end"]
        self._states: list[dict[str, int]] = plain["states"]
        self._recipes: list[Recipe] = plain["rules"]
        self._reductions: dict[int, Entry] = {}
        self.rows = Rows(self._translate)
        # (state below, state, token): the state after all the unit reductions that the token calls for
        self.units: dict[tuple[int, int, str], int] = {}

    def _translate(self, state: int) -> dict[str, Entry]:
        """One row; in the file a reduction by rule n is -1 - n."""
        return {symbol: target if target >= 0 else self._reduction(-1 - target)
                for symbol, target in self._states[state].items()}

    def _reduction(self, index: int) -> Entry:
        """The entry for a rule."""
        if index not in self._reductions:
            size, name, origin, is_unit, expands, kept = self._recipes[index]
            # `?rule` without an alias stands for its only child, `_rule` for the list of its children
            callback = only_child if expands else keep_list if name.startswith("_") else builder_of(name)
            self._reductions[index] = size, filtered(callback, kept), origin, is_unit
        return self._reductions[index]

    def skip_units(self, below: int, state: int, type_: str) -> int:
        """The state after the chain of unit reductions (`?sum: product`) that the token calls for; remembered.

        Twenty rules lie between a name and an expression: one look-up instead of twenty reductions.
        """
        rows, top = self.rows, state
        while True:
            entry = rows[top].get(type_)
            if entry is None or isinstance(entry, int) or not entry[3]:
                break
            top = rows[below][entry[2]]  # type: ignore[assignment]  # the entry of a nonterminal is a state
        self.units[below, state, type_] = top
        return top


class Rows(dict[int, dict[str, Entry]]):
    """A row a state, made when it is asked for."""

    def __init__(self, translate: Callable[[int], dict[str, Entry]]):
        super().__init__()
        self._translate = translate

    def __missing__(self, state: int) -> dict[str, Entry]:
        row = self[state] = self._translate(state)
        return row


def filtered(callback: Builder, kept: Kept | None) -> Builder:
    """A builder that drops punctuation first, puts None for absent parts, and splices lists."""
    if kept is None:
        return callback
    nones_after, include = kept

    def filter_and_build(c: Children, start: int, end: int) -> Any:
        out: Children = []
        for i, is_list, nones in include:
            if nones:
                out += [None] * nones
            if not is_list:
                out.append(c[i])
            elif out:
                out += c[i]
            else:
                out = c[i]      # a list grows at its end, without being copied for each element
        if nones_after:
            out += [None] * nones_after
        return callback(out, start, end)

    return filter_and_build


def read_grammar() -> str:
    """The text of `sigil.lark`."""
    return files("sigilc.syntax").joinpath("sigil.lark").read_text(encoding="utf-8")


def build_tables(grammar: str) -> dict[str, Any]:
    """Has lark make the tables; raises lark's GrammarError where the grammar has a conflict."""
    from lark import Lark
    from lark.lexer import Lexer
    from lark.parsers.lalr_analysis import Shift

    class NoLexer(Lexer):
        """Lark wants a lexer; ours runs apart from it."""

        def __init__(self, lexer_conf: Any):
            pass

        def lex(self, lexer_state: Any, parser_state: Any) -> Any:
            return iter(())

    lark = Lark(grammar, parser="lalr", lexer=NoLexer, strict=True, maybe_placeholders=True)
    table = lark.parser.parser._parse_table
    number_by_rule = {rule: i for i, rule in enumerate(lark.rules)}
    states = [{str(symbol): target if action is Shift else -1 - number_by_rule[target]
               for symbol, (action, target) in table.states[state].items()} for state in range(len(table.states))]
    return {"start": table.start_states["start"], "end": table.end_states["start"], "states": states,
            "rules": [recipe_of(rule) for rule in lark.rules]}


def recipe_of(rule: Any) -> Recipe:
    """What lark knows about one rule, as plain data; lark's names are tokens, which `marshal` does not take."""
    expansion, options = rule.expansion, rule.options
    name = rule.alias or options.template_source or rule.origin.name
    expands = bool(options.expand1 and not rule.alias)
    dropped = [s.is_term and s.filter_out and not options.keep_all_tokens for s in expansion]
    nones = [0] * (len(expansion) + 1)
    if options.empty_indices:
        nones = [len(run) for run in "".join(str(int(b)) for b in options.empty_indices).split("0")]
    include, waiting = [], 0
    for i, symbol in enumerate(expansion):
        waiting += nones[i]
        if not dropped[i]:
            include.append((i, not symbol.is_term and symbol.name.startswith("_"), waiting))
            waiting = 0
    nones_after = waiting + nones[len(expansion)]
    if expands and (len(include) != 1 or include[0][1]):
        raise ValueError(f"`?{name}` has an alternative that keeps several parts: give it an alias")
    keeps_all = not any(dropped) and not nones_after and not any(is_list or n for _, is_list, n in include)
    kept = None if keeps_all else (nones_after, tuple(include))
    is_unit = len(expansion) == 1 and expands and not dropped[0]
    return len(expansion), str(name), str(rule.origin.name), is_unit, expands, kept


def cache_file(grammar: str) -> Path:
    """Where the tables of this grammar, under this Python, are kept."""
    key = blake2b("\0".join((FORMAT, sys.version, grammar)).encode(), digest_size=DIGEST_SIZE).hexdigest()
    return Path(cache_folder(), "syntax", key, "tables.marshal")


def read_cached(path: Path) -> dict[str, Any] | None:
    """The tables in a file that `write_cached` wrote; None when it is absent or damaged."""
    payload = read_checked(str(path))
    plain: dict[str, Any] | None = marshal.loads(payload) if payload is not None else None
    return plain


def write_cached(path: Path, plain: dict[str, Any]) -> None:
    """Keeps the tables; a cache that can't be written is no error, the next run builds them again."""
    keep_checked(str(path), marshal.dumps(plain), 1)


_loaded: Tables | None = None


def load_tables() -> Tables:
    """The tables: those already loaded, else from the cache, else from lark."""
    global _loaded
    if _loaded is None:
        grammar = read_grammar()
        path = cache_file(grammar)
        plain = read_cached(path)
        if plain is None:
            plain = build_tables(grammar)
            write_cached(path, plain)
        _loaded = Tables(plain)
    return _loaded
