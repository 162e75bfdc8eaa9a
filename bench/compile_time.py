"""Measures how long the compiler takes: a small program, a generated one, and a program that is in the cache.

    bench/compile_time.py [--lines 5000] [--rounds 5] [--keep FILE]

Prints a table of CPU times (user and system, of all processes), each the best of some rounds, and for each build the
time of its stages. `--keep` writes the generated program to FILE. The user's cache is left alone: everything happens in
a scratch folder.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HELLO = 'fn main() { println("hello") }\n'

# What is repeated: ordinary code of every kind, with `N` for the number of the copy.
UNIT = '''\
struct OrderN { customer: str, amount: i64, weight: f64, open: bool }
enum ShapeN { Circle(f64), Rect { w: f64, h: f64 }, Tagged(str, i64), Dot }

impl OrderN {
    fn total(self, rate: i64) -> i64 { self.amount + self.amount * rate / 100 }
    fn close(mut self, bonus: i64) {
        self.open = false
        self.amount += bonus
    }
}

fn area_N(shape: ShapeN) -> f64 {
    match shape {
        ShapeN·Circle(r) => 3.0 * r * r,
        ShapeN·Rect { w, h } => w * h,
        ShapeN·Tagged(_, size) if size > N => size as f64,
        ShapeN·Tagged(name, _) => name.len() as f64,
        ShapeN·Dot => 0.0,
    }
}

/// Walks a range and keeps what fits.
fn collect_N(limit: i64, step: i64) -> [i64] {
    let mut found: [i64] = []
    let mut i = 0
    while i < limit {
        if i % 3 == 0 || i % 5 == step {
            found.push(i * N)
        } else if i > 40 {
            break
        }
        i += step
    }
    found
}

fn parse_N(text: str) -> i64? {
    let parts = text.split(",")
    let first = (parts |first)?
    i64·parse(first.trim())
}

fn report_N(orders: [OrderN]) -> str {
    let mut by_customer: Map<str, i64> = Map·new()
    for order in orders {
        let before = by_customer.get(order.customer) ?? 0
        by_customer.insert(order.customer, before + order.total(N % 20))
    }
    let open = orders |φ{_.open} |count
    let heavy = orders |φ{o => o.weight > 2.5} |τ{_.amount} |Σ
    let names = orders |τ{_.customer} |join(", ")
    "{names}: {open} open, {heavy:>6} heavy, {by_customer.len()} customers"
}

fn run_N(seed: i64) -> i64 {
    let mut order = OrderN { customer: "ann", amount: seed, weight: 1.5, open: true }
    order.close(7)
    let orders = [order, OrderN { customer: "bob", ..order }, OrderN { weight: 9.0, ..order }]
    let shapes = [ShapeN·Circle(2.0), ShapeN·Rect { w: 1.0, h: 2.0 }, ShapeN·Tagged("t", seed), ShapeN·Dot]
    let areas = shapes |τ{area_N} |Σ
    let (low, high) = (collect_N(20, 2) |min ?? 0, collect_N(30, 3) |max ?? 0)
    let parsed = parse_N("{seed}, x") ?? -1
    let text = report_N(orders)
    let scale = |x: i64| x * 2 + low
    scale(high) + parsed + (areas as i64) + (text.len() as i64)
}

'''


def generate(lines: int) -> str:
    """A program of about so many lines, which prints one number."""
    per_unit = UNIT.count("\n")
    count = max(1, lines // (per_unit + 1))
    units = [UNIT.replace("ShapeN", f"Shape{i}").replace("OrderN", f"Order{i}").replace("_N", f"_{i}")
             .replace("N", str(i)).replace(f"{i}", str(i)) for i in range(1, count + 1)]
    calls = "".join(f"    total = total.wrapping_add(run_{i}({i}))\n" for i in range(1, count + 1))
    return "".join(units) + f"fn main() {{\n    let mut total = 0\n{calls}    println(\"{{total}}\")\n}}\n"


@dataclass
class Timing:
    """A command's best CPU time in seconds, and the milliseconds of its stages in that round."""

    name: str
    best_s: float = float("inf")
    stages: dict[str, float] = field(default_factory=dict)


def children_seconds() -> float:
    """The CPU time of all processes that have been waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sigilc(arguments: list[str], cache: Path) -> tuple[float, str]:
    """The CPU time of one start of the compiler, and what it printed to stderr."""
    begin = children_seconds()
    done = subprocess.run([sys.executable, "-m", "sigilc", *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, "SIGIL_CACHE": str(cache), "PYTHONPATH": str(ROOT)})
    seconds = children_seconds() - begin
    if done.returncode != 0:
        raise SystemExit(f"sigilc {' '.join(arguments)} ended with {done.returncode}\n{done.stderr}")
    return seconds, done.stderr


def stage_times(report: str) -> dict[str, float]:
    """Milliseconds by stage, out of what `--time-passes` prints."""
    return {name.strip(): float(number) for number, unit, name in
            (line.strip().split(" ", 2) for line in report.splitlines() if " ms " in line) if unit == "ms"}


def measure(scratch: Path, rounds: int) -> Iterator[Timing]:
    """All timings, one after the other; the first round of each fills the caches and does not count."""
    cache = scratch / "cache"
    hello, large, changed = (str(scratch / f"{name}.sg") for name in ("hello", "large", "changed"))
    text = (scratch / "large.sg").read_text(encoding="utf-8")
    out = str(scratch / "out")
    commands = {
        "check, generated": ["check", large],
        "build -O0, all changed": ["build", "-O0", "--time-passes", changed, "-o", out],
        "build -O0, unchanged": ["build", "-O0", "--time-passes", large, "-o", out],
        "build -O3, hello": ["build", "-O3", "--time-passes", hello, "-o", out],
        "build -O0, hello": ["build", "-O0", "--time-passes", hello, "-o", out],
        "run, unchanged": ["run", hello],
    }
    for name, arguments in commands.items():
        timing = Timing(name)
        for number in range(rounds + 1):
            # Another number in each unit: no tree and no object of the round before serves again.
            (scratch / "changed.sg").write_text(text.replace("Circle(2.0)", f"Circle({number}.5)"), encoding="utf-8")
            seconds, report = sigilc(arguments, cache)
            if number > 0 and seconds < timing.best_s:
                timing.best_s, timing.stages = seconds, stage_times(report)
        yield timing
    alone = Timing("the program alone")
    for _ in range(4 * rounds):
        begin = children_seconds()
        subprocess.run([out], capture_output=True, check=True)
        alone.best_s = min(alone.best_s, children_seconds() - begin)
    yield alone


def print_table(timings: list[Timing]) -> None:
    """Times of commands, then times of stages, in milliseconds."""
    for timing in timings:
        print(f"{timing.name:24} {timing.best_s * 1000:8.0f} ms")
    staged = [timing for timing in timings if timing.stages]
    names = list(dict.fromkeys(name for timing in staged for name in timing.stages))
    print("\n" + " " * 14 + "".join(f"{timing.name:>24}" for timing in staged))
    for name in names:
        print(f"{name:14}" + "".join(f"{timing.stages.get(name, 0.0):24.1f}" for timing in staged))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="How long the compiler takes.")
    parser.add_argument("--lines", type=int, default=5000, help="lines of the generated program")
    parser.add_argument("--rounds", type=int, default=5, help="the best of so many")
    parser.add_argument("--keep", metavar="FILE", help="write the generated program to FILE")
    arguments = parser.parse_args()
    text = generate(arguments.lines)
    if arguments.keep:
        Path(arguments.keep).write_text(text, encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        scratch = Path(folder)
        (scratch / "hello.sg").write_text(HELLO, encoding="utf-8")
        (scratch / "large.sg").write_text(text, encoding="utf-8")
        count = text.count("\n")
        print(f"generated program: {count} lines", flush=True)
        print_table(list(measure(scratch, arguments.rounds)))


if __name__ == "__main__":
    main()
