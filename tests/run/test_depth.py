"""What is very deep: long chains are freed in a loop, and a recursion without end stops with a message.

Under limits of CPU time and memory that leave room for a slow machine, but for no second copy of a chain.
"""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path

import pytest

from tests.support.build import build

CPU_S = 20
MEMORY = 2 << 30
WALL_S = 200
SMALL_STACK = 256 << 10
CHAINS = Path(__file__).parent / "memory"

LONG_CHAINS = """
enum List { Nil, Cons(i64, List) }
struct Chain { value: i64, next: Chain? }

fn listed(n: i64) -> List {
    let mut list = List·Nil
    for i in 0..n { list = List·Cons(i, list) }
    list
}
fn chained(n: i64) -> Chain {
    let mut chain = Chain { value: 0, next: None }
    for i in 1..n { chain = Chain { value: i, next: Some(chain) } }
    chain
}
fn first(list: List) -> i64 {
    match list {
        List·Nil => -1,
        List·Cons(x, _) => x,
    }
}
fn tail(list: List) -> List {
    match list {
        List·Nil => List·Nil,
        List·Cons(_, rest) => rest,
    }
}
fn main() {
    let n = 10000000
    println("{first(tail(listed(n)))}")
    let kept = listed(n)
    let shared = tail(kept)
    println("{first(kept)} {first(shared)}")
    println("{chained(n / 2).value}")
}
"""

WITHOUT_END = """
fn depth(n: f64, text: str) -> f64 {
    let longer = "{text}{n}"
    if n < 0.0 { 0.0 } else { depth(n + 1.0, longer[..1]) / 2.0 + longer.len() as f64 }
}
fn main() {
    println("before")
    println("{depth(0.0, "a")}")
}
"""


def run_limited(executable: Path, *args: str, stack: int | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a program with little time and memory, and with so many bytes of stack."""
    def limit() -> None:
        if stack is not None:
            resource.setrlimit(resource.RLIMIT_STACK, (stack, stack))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    return subprocess.run([str(executable), *args], preexec_fn=limit, env={**os.environ, "SIGIL_CHECK_LEAKS": "1"},
                          capture_output=True, text=True, timeout=WALL_S, check=False)


def built(text: str, folder: Path, level: int) -> Path:
    path = folder / "deep.sg"
    path.write_text(text, encoding="utf-8")
    return build(path, folder / "deep", level)


@pytest.mark.time_limit(300)
@pytest.mark.parametrize("level", [0, 3])
def test_long_chains_are_freed(level: int, tmp_path: Path) -> None:
    """Ten million nodes, by a variable's end, by a callee that takes the list apart, and one that two share."""
    done = run_limited(built(LONG_CHAINS, tmp_path, level))
    assert (done.stdout, done.stderr, done.returncode) == ("9999998\n9999999 9999998\n4999999\n", "", 0)


@pytest.mark.time_limit(300)
@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("name", ["long_chains", "long_chains_held"])
def test_chains_of_every_kind_end_on_a_small_stack(name: str, level: int, tmp_path: Path) -> None:
    """A hundred thousand nodes leave no room for a frame each."""
    path = CHAINS / f"{name}.sg"
    done = run_limited(build(path, tmp_path / "deep", level), "100000", stack=SMALL_STACK)
    assert done.stdout == path.with_suffix(".expected").read_text(encoding="utf-8")
    assert done.returncode == 0


@pytest.mark.time_limit(300)
@pytest.mark.parametrize("level", [0, 3])
def test_recursion_without_end_stops_with_a_message(level: int, tmp_path: Path) -> None:
    """What was printed before is there."""
    done = run_limited(built(WITHOUT_END, tmp_path, level))
    assert done.stdout == "before\n"
    assert "stack overflow" in done.stderr
    assert done.returncode == 101
