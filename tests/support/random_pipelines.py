"""Random pipelines over i64, each with the text that it must print, worked out on Python's lists."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, islice, takewhile

Items = list[int]


@dataclass
class Piped:
    """A pipeline's text so far, and its elements; `is_bare`: it is a collection alone, without stages."""

    text: str
    items: Items
    is_bare: bool = False

    def then(self, stage: str, items: Items) -> Piped:
        """With one stage more."""
        return Piped(f"{self.text} |{stage}", items)


def literal(items: Items) -> str:
    """An array's text."""
    return f"[{', '.join(map(str, items))}]" if items else "none"


def make_source(rng: random.Random) -> Piped:
    """An array, part of one, a range, a set or a map's values."""
    low, count = rng.randint(-5, 5), rng.randint(0, 7)
    items = [rng.randint(-9, 9) for _ in range(count)]
    match rng.randrange(8):
        case 0:
            return Piped(f"({low}..{low + count})", list(range(low, low + count)), True)
        case 1:
            return Piped(f"({low}..={low + count})", list(range(low, low + count + 1)), True)
        case 2:
            return Piped(f"({low}..) |take({count})", list(range(low, low + count)))
        case 3:
            return Piped(f"Set·from({literal(items)})", list(dict.fromkeys(items)), True)
        case 4:
            values = {k: k * 3 for k in items}
            return Piped(f"table({literal(items)}) |τ{{.1}}", list(values.values()))
        case 5:
            return Piped(f"down({count})", list(range(count, 0, -1)), True)
        case _:
            return Piped(literal(items), items, True)


def wrap(value: int) -> int:
    """Kept small, as the programs do: the remainder has the dividend's sign."""
    return abs(value) % 1000 * (1 if value >= 0 else -1)


def unique(items: Items) -> Items:
    """The first of equal ones."""
    return list(dict.fromkeys(items))


def windows(items: Items, n: int) -> list[Items]:
    """Runs of n neighbours."""
    return [items[i:i + n] for i in range(len(items) - n + 1)]


def chunks(items: Items, n: int) -> list[Items]:
    """Pieces of n."""
    return [items[i:i + n] for i in range(0, len(items), n)]


def add_stage(rng: random.Random, p: Piped) -> Piped:
    """One element-wise stage, or one that sorts, cuts or turns round."""
    n, k, xs = rng.randint(0, 5), rng.randint(1, 4), p.items
    choices: list[Callable[[], Piped]] = [
        lambda: p.then(f"τ{{(_ * {n} - {k}) % 1000}}", [wrap(x * n - k) for x in xs]),
        lambda: p.then(f"τ+{k}", [x + k for x in xs]),
        lambda: p.then(f"φ{{_ > {n - 2}}}", [x for x in xs if x > n - 2]),
        lambda: p.then(f"φ{{x => x % {k} == 0}}", [x for x in xs if x % k == 0]),
        lambda: p.then(f"take({n})", xs[:n]),
        lambda: p.then(f"skip({n})", xs[n:]),
        lambda: p.then(f"take_while{{_ < {n + 3}}}", list(takewhile(lambda x: x < n + 3, xs))),
        lambda: p.then(f"enumerate |τ{{(i, x) => x - i as i64 * {k}}}", [x - i * k for i, x in enumerate(xs)]),
        lambda: p.then("unique", unique(xs)),
        lambda: p.then("reverse", xs[::-1]),
        lambda: p.then("σ", sorted(xs)),
        lambda: p.then("σ·desc", sorted(xs, reverse=True)),
        lambda: p.then(f"σ{{_ * _ % {k + 3}}}", sorted(xs, key=lambda x: x * x % (k + 3))),
        lambda: p.then(f"σ·desc{{_ * _ % {k + 3}}} |take({n})", sorted(xs, key=lambda x: -(x * x % (k + 3)))[:n]),
        lambda: p.then(f"scan{{a, x => (a + x) % 1000, {n}}}", list(accumulate(xs, lambda a, x: wrap(a + x), initial=n))[1:]),
        lambda: p.then(f"windows({k}) |τ{{_ |Σ}} |τ%1000", [wrap(sum(w)) for w in windows(xs, k)]),
        lambda: p.then(f"chunks({k}) |τ{{w => w[0] - w[w.len() - 1]}}", [w[0] - w[-1] for w in chunks(xs, k)]),
        lambda: p.then(f"chunks({k}) |flat", list(xs)),
        lambda: p.then(f"flat{{[_, {n}]}}", [y for x in xs for y in (x, n)]),
        lambda: p.then(f"flat{{x => (0..{k}) |φ{{_ != 1}} |τ{{x - _}}}}", [x - i for x in xs for i in range(k) if i != 1]),
        lambda: p.then(f"τ{{x => if x % {k} == 0 {{ Some(x) }} else {{ None }}}} |flat", [x for x in xs if x % k == 0]),
    ]
    return rng.choice(choices)()


def add_zip(rng: random.Random, p: Piped, depth: int) -> Piped:
    """Pairs with another pipeline."""
    other = make_pipeline(rng, depth + 1, 2)
    if rng.random() < 0.2:
        return p.then("zip(3..) |τ{(a, b) => a * 2 - b}", [a * 2 - b for b, a in enumerate(p.items, 3)])
    return p.then(f"zip({other.text}) |τ{{(a, b) => (a * 2 - b) % 1000}}",
                  [wrap(a * 2 - b) for a, b in zip(p.items, other.items, strict=False)])


def make_pipeline(rng: random.Random, depth: int = 0, most: int = 5) -> Piped:
    """A source with up to `most` stages."""
    piped = make_source(rng)
    for _ in range(rng.randint(0, most)):
        if len(piped.items) > 200:
            piped = piped.then("take(50)", piped.items[:50])
        piped = add_zip(rng, piped, depth) if depth < 2 and rng.random() < 0.2 else add_stage(rng, piped)
    return piped


def option(value: int | None) -> str:
    """A `T?` under `:?`."""
    return "None" if value is None else f"Some({value})"


def end(rng: random.Random, p: Piped) -> tuple[str, str]:
    """The whole pipeline, and its text under `:?`."""
    k, xs = rng.randint(1, 4), p.items
    first = next(iter(islice(xs, 1)), None)
    groups = {x % 3: [y for y in xs if y % 3 == x % 3] for x in xs}
    ends: list[tuple[str, str]] = [
        ("collect", str(xs)), ("Σ", str(sum(xs))), ("count", str(len(xs))), ("τ%7 |Π", str(product(xs))),
        ("min", option(min(xs, default=None))), ("max", option(max(xs, default=None))),
        ("first", option(first)), ("last", option(xs[-1] if xs else None)),
        (f"any{{_ > {k}}}", str(any(x > k for x in xs)).lower()), (f"all{{_ < {k}}}", str(all(x < k for x in xs)).lower()),
        (f"find{{_ > {k}}}", option(next((x for x in xs if x > k), None))),
        (f"position{{_ > {k}}}", option(next((i for i, x in enumerate(xs) if x > k), None))),
        ('join("/")', '"' + "/".join(map(str, xs)) + '"'),
        ("ρ{a, b => a - b}", option(differences(xs))), (f"ρ{{a, b => a - b, {k}}}", str(k - sum(xs))),
        ("τ{x => (x % 3 + 3) % 3} |group_by{_} |τ{(key, all) => key * 100 + all.len() as i64}",
         str([key * 100 + len(all_) for key, all_ in groups.items()])),
        ("collect·<Set<i64>> |len", str(len(set(xs)))),
    ]
    stage, shown = rng.choice(ends)
    return f"{p.text} |{stage}", shown


def product(xs: Items) -> int:
    """Of the remainders by 7, as i64 wraps it; pipelines with an overflow are made again."""
    result = 1
    for x in xs:
        result *= abs(x) % 7 * (1 if x >= 0 else -1)
    return result


def differences(xs: Items) -> int | None:
    """The first less the others."""
    return xs[0] - sum(xs[1:]) if xs else None


PRELUDE = """\
struct Down { left: i64 }
impl Iterator for Down {
    type Item = i64
    fn next(mut self) -> i64? {
        if self.left <= 0 { return fail("done") }
        self.left -= 1
        Some(self.left + 1)
    }
}
fn down(n: i64) -> Down { Down { left: n } }
fn table(keys: [i64]) -> Map<i64, i64> {
    let mut found: Map<i64, i64> = Map·new()
    for k in keys { found.insert(k, k * 3) }
    found
}
"""


def make_program(seed: int, count: int) -> tuple[str, str]:
    """A program of `count` pipelines, and what it prints."""
    rng = random.Random(seed)
    lines: list[str] = []
    expected: list[str] = []
    while len(lines) < count:
        text, shown = end(rng, make_pipeline(rng))
        if len(shown.strip("-")) < 300 and not (shown.lstrip("-").isdigit() and len(shown) > 18):
            lines.append(f'    println("{{{text}:?}}")\n')
            expected.append(shown + "\n")
    functions = [f"fn part{i}() {{\n    let none: [i64] = []\n{''.join(lines[i:i + 5])}}}\n" for i in range(0, count, 5)]
    calls = "".join(f"    part{i}()\n" for i in range(0, count, 5))
    return f"{PRELUDE}{''.join(functions)}fn main() {{\n{calls}}}\n", "".join(expected)
