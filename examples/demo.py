"""The demonstration: three programs in Sigil, C and Rust, what they print, and what CPU time they take.

    make demo

Makes a file of 100,000 rows, compiles everything at -O3 for this machine, and runs each program a few times. Languages
whose compiler is missing are left out. Everything goes to build/demo/.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from measure import Failed, run_timed  # noqa: E402
from peers import PEERS, SIGIL, Peer  # noqa: E402
from programs import TABLE, Program  # noqa: E402

BUILT = ROOT / "build" / "demo"
RUNS = 5
# Each program with what it is called with: how many rows, how deep, how far.
SIZES = {"quote": 100_000, "fib": 35, "primes": 100_000}
SAYS = {"quote": "a quote for 100,000 rows of a file", "fib": "fib(35), by naive recursion",
        "primes": "primes below 100,000, by trial division"}


def say(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Exit status: 1 when something does not compile, fails, or prints something else than its twins."""
    peers = [peer for peer in PEERS if peer.is_there]
    BUILT.mkdir(parents=True, exist_ok=True)
    by_name = {program.name: program for program in TABLE}
    rows = []
    try:
        show_rejection()
        for name, size in SIZES.items():
            rows.append((SAYS[name], *demonstrate(by_name[name], size, peers)))
    except Failed as problem:
        say(f"demo: {problem}")
        return 1
    print_results(rows, peers)
    return 0


def show_rejection() -> None:
    """What the compiler says to a quote calculator that forgets to validate."""
    text = (ROOT / "examples" / "quote_file.sg").read_text(encoding="utf-8")
    wrong = BUILT / "unvalidated.sg"
    wrong.write_text(text.replace("|φ{is_plausible}!\n", "|φ{is_plausible}\n"), encoding="utf-8")
    say("checking a quote calculator that charges for what nobody has validated")
    done = subprocess.run([sys.executable, "-m", "sigilc", "check", str(wrong.relative_to(ROOT))], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    if done.returncode != 1 or "E0301" not in done.stderr:
        raise Failed(f"{wrong.name} should be rejected\n{done.stderr}")
    print("The compiler rejects a program that lets reported data through unvalidated:\n")
    print("".join(f"    {line}\n" for line in done.stderr.strip().splitlines()), flush=True)


def demonstrate(program: Program, size: int, peers: list[Peer]) -> tuple[str, dict[str, float]]:
    """Builds and runs one program; gives what it prints, and CPU seconds by language."""
    argument = program.argument(size, BUILT)
    outputs: dict[str, str] = {}
    seconds: dict[str, float] = {}
    for peer in peers:
        say(f"{program.name}: compiling {peer.name}")
        executable = peer.build(program.source(peer), BUILT / f"{program.name}_{peer.name.lower()}")
        say(f"{program.name}: running {peer.name}")
        runs = [run_timed([str(executable), argument]) for _ in range(RUNS)]
        outputs[peer.name] = runs[0].output
        seconds[peer.name] = statistics.median(run.cpu_s for run in runs)
    if len(set(outputs.values())) != 1:
        raise Failed(f"{program.name}: the languages do not agree: {outputs}")
    return outputs[SIGIL.name], seconds


def print_results(rows: list[tuple[str, str, dict[str, float]]], peers: list[Peer]) -> None:
    """What each program printed, then the table."""
    for title, output, _ in rows:
        print(f"{title}:")
        print("".join(f"    {line}\n" for line in output.strip().splitlines()))
    print(f"{f'CPU time in ms, median of {RUNS} runs':<42}" + "".join(f"{peer.name:>9}" for peer in peers))
    for title, _, seconds in rows:
        print(f"{title:<42}" + "".join(f"{seconds[peer.name] * 1000:9.1f}" for peer in peers))


if __name__ == "__main__":
    sys.exit(main())
