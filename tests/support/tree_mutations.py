"""Edits of programs along their syntax: most of them still parse, many still check, and reach the later stages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from sigilc.syntax import ast
from sigilc.syntax.parse import parse_text

VALUES = ["0", "-1", "255u8", "9223372036854775807", "1.5", "true", "'x'", '""', '"a{1}b"', "[]", "[1, 2]", "None", "Some(1)",
          "()", "(1, \"t\")", "|x| x", "Map·new()", "0..3", "panic(\"p\")", "return", "break", "{ }", "_", "self", "x", "i"]
TYPES = ["i64", "u8", "f64", "str", "bool", "[i64]", "i64?", "(i64, str)", "Map<str, i64>", "[i64; 3]", "fn(i64) -> i64", "T",
         "!", "dyn Shape", "Self", "i64~", "i64!", "_"]
_Span = tuple[int, int]


@dataclass
class Seed:
    """A program, and where its parts are: spans by the class of the tree's node."""

    text: str
    spans_by_class: dict[str, list[_Span]] = field(default_factory=dict)
    statements: list[_Span] = field(default_factory=list)

    @property
    def all_spans(self) -> list[_Span]:
        """Of every part but the whole."""
        return [span for spans in self.spans_by_class.values() for span in spans]


def find_seed(text: str) -> Seed | None:
    """A text's parts; None when it has errors of syntax."""
    parsed = parse_text(text)
    if parsed.problems:
        return None
    seed = Seed(text)
    waiting: list[object] = [parsed.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list | tuple):
            waiting.extend(node)
        elif isinstance(node, ast.Node):
            if node is not parsed.tree and node.start < node.end:
                seed.spans_by_class.setdefault(type(node).__name__, []).append((node.start, node.end))
            if isinstance(node, ast.Block):
                seed.statements += [(s.start, s.end) for s in node.statements]
            waiting.extend(getattr(node, name) for name in node.field_names)
    return seed if seed.statements else None


def tree_mutations(texts: list[str], count: int, seed: int = 1) -> Iterator[str]:
    """`count` programs, each with one to three edits; the same ones for the same seed."""
    rng = random.Random(seed)
    seeds = [found for text in texts if (found := find_seed(text)) is not None]
    pool: dict[str, list[str]] = {}
    for each in seeds:
        for name, spans in each.spans_by_class.items():
            pool.setdefault(name, []).extend(each.text[a:b] for a, b in spans if b - a < 200)
    for _ in range(count):
        chosen = rng.choice(seeds)
        text = _edited(chosen, pool, rng)
        for _ in range(rng.randrange(3)):
            again = find_seed(text)
            if again is None:
                break
            text = _edited(again, pool, rng)
        yield text


def _edited(seed: Seed, pool: dict[str, list[str]], rng: random.Random) -> str:
    text = seed.text
    kind = rng.randrange(8)
    if kind == 0:
        a, b = rng.choice(seed.statements)
        return text[:a] + text[b:]
    if kind == 1:
        a, b = rng.choice(seed.statements)
        return f"{text[:b]}\n{text[a:b]}{text[b:]}"
    if kind == 2:
        return _swapped(text, *sorted(rng.choices(seed.statements, k=2)))
    name = rng.choice(list(seed.spans_by_class))
    spans = seed.spans_by_class[name]
    a, b = rng.choice(spans)
    if kind == 3:
        return _swapped(text, *sorted(((a, b), rng.choice(spans))))
    if kind == 4 and pool.get(name):
        return text[:a] + rng.choice(pool[name]) + text[b:]
    if kind == 5:
        other = rng.choice(seed.all_spans)      # of any class
        return text[:a] + text[other[0]:other[1]] + text[b:]
    if kind == 6 and (paths := seed.spans_by_class.get("Path")):
        a, b = rng.choice(paths)
        other = rng.choice(paths)
        return text[:a] + text[other[0]:other[1]] + text[b:]
    return text[:a] + rng.choice(TYPES if name.endswith("Type") else VALUES) + text[b:]


def _swapped(text: str, first: _Span, second: _Span) -> str:
    """Two parts in each other's place; the same text where one is inside the other."""
    if first[1] > second[0]:
        return text
    return (text[:first[0]] + text[second[0]:second[1]] + text[first[1]:second[0]] + text[first[0]:first[1]]
            + text[second[1]:])
