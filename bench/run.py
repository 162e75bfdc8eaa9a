"""Runs the benchmarks against Rust and C: CPU time in interleaved rounds, and instructions.

    bench/run.py [--only fib,primes] [--rounds 31] [--ci]

A program counts only when all its languages print the same. The table goes to stdout, progress to stderr, and
everything that was measured to bench/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from estimate import SEED, Ratio, ratio_of_rounds
from measure import Failed, count_instructions, has_callgrind, run_timed
from peers import PEERS, ROOT, RUST, SIGIL, Peer
from programs import TABLE, Program

RESULTS = ROOT / "bench" / "results"
BUILT = ROOT / "build" / "bench"
ROUNDS = 31
CI_ROUNDS = 15
# With both compilers sound the ratios stay near 1; beyond this something is wrong.
CI_LIMIT = 1.25
# Valgrind does not know the newest instructions of the machine.
COUNT_CPU = "x86-64-v3"


@dataclass
class Outcome:
    """What was measured of one program; languages by their names."""

    program: str
    argument: str
    cpu_s: dict[str, list[float]] = field(default_factory=dict)
    ratios: dict[str, Ratio] = field(default_factory=dict)
    instructions: dict[str, int] = field(default_factory=dict)

    def median_s(self, language: str) -> float:
        """The median CPU time, in seconds."""
        return statistics.median(self.cpu_s[language])

    def instruction_ratio(self, language: str) -> float | None:
        """Our instructions to theirs."""
        if SIGIL.name not in self.instructions or language not in self.instructions:
            return None
        return self.instructions[SIGIL.name] / self.instructions[language]


def say(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0, 1 when the limit of `--ci` is passed or a program fails, 2 on bad usage."""
    options = parse_options(arguments)
    if options.ci and not RUST.is_there:
        print("bench: no rustc on this machine, nothing to compare with")
        return 0
    peers = [SIGIL, RUST] if options.ci else [peer for peer in PEERS if peer.is_there]
    rounds = options.rounds or (CI_ROUNDS if options.ci else ROUNDS)
    try:
        outcomes = [measure(program, peers, rounds, count=not options.ci) for program in chosen(options)]
        path = write_results(outcomes, peers, rounds, "ci" if options.ci else "latest")
    except Failed as problem:
        say(f"bench: {problem}")
        return 1
    print(table(outcomes, [peer for peer in peers if peer is not SIGIL]))
    say(f"all measurements: {path.relative_to(ROOT)}")
    return ci_status(outcomes) if options.ci else 0


def parse_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description=(__doc__ or "").split("\n", 1)[0])
    names = [program.name for program in TABLE]
    parser.add_argument("--only", metavar="NAME,…", default="", help=f"of {', '.join(names)}")
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help=f"default {ROUNDS}, with --ci {CI_ROUNDS}")
    parser.add_argument("--ci", action="store_true",
                        help=f"a short run against Rust that fails when the interval is above {CI_LIMIT}")
    options = parser.parse_args(arguments)
    options.names = [name for name in options.only.split(",") if name]
    unknown = sorted(set(options.names) - set(names))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}: there are {', '.join(names)}")
    if options.rounds < 0:
        parser.error("--rounds must be positive")
    return options


def chosen(options: argparse.Namespace) -> list[Program]:
    """The programs that the options leave."""
    return [program for program in TABLE
            if (not options.names or program.name in options.names) and (program.in_ci or not options.ci)]


def measure(program: Program, peers: Sequence[Peer], rounds: int, count: bool) -> Outcome:
    """Builds one program in all languages, compares what they print, and times them in turn."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        argument = program.argument(program.size, Path(scratch))
        outcome = Outcome(program.name, str(program.size))
        commands = {peer.name: [str(build(program, peer, "native")), argument] for peer in peers}
        check_agreement(program, commands)
        outcome.cpu_s = time_rounds(program.name, commands, rounds)
        for peer in peers:
            if peer is not SIGIL:
                outcome.ratios[peer.name] = ratio_of_rounds(outcome.cpu_s[SIGIL.name], outcome.cpu_s[peer.name])
        if count and has_callgrind():
            argument = program.argument(program.count_size, Path(scratch))
            for peer in peers:
                say(f"{program.name}: counting instructions of {peer.name}")
                executable = build(program, peer, COUNT_CPU)
                outcome.instructions[peer.name] = count_instructions([str(executable), argument])
    return outcome


def build(program: Program, peer: Peer, cpu: str) -> Path:
    """The executable, built anew."""
    say(f"{program.name}: building {peer.name} for {cpu}")
    return peer.build(program.source(peer), BUILT / cpu / f"{program.name}_{peer.name.lower()}", cpu)


def check_agreement(program: Program, commands: dict[str, list[str]]) -> None:
    """Failed unless all languages print the same. These runs also warm the caches, and are not counted."""
    outputs = {language: run_timed(command).output for language, command in commands.items()}
    if len(set(outputs.values())) != 1:
        listing = "\n".join(f"{language}: {output.strip()[:200]}" for language, output in outputs.items())
        raise Failed(f"{program.name}: the languages do not agree\n{listing}")


def time_rounds(name: str, commands: dict[str, list[str]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds by language and round. Each round runs every language once, in an order drawn anew."""
    order = random.Random(SEED)
    seconds: dict[str, list[float]] = {language: [] for language in commands}
    for number in range(1, rounds + 1):
        if number == 1 or number % 5 == 0 or number == rounds:
            say(f"{name}: round {number} of {rounds}")
        for language in order.sample(list(commands), len(commands)):
            seconds[language].append(run_timed(commands[language]).cpu_s)
    return seconds


def table(outcomes: Sequence[Outcome], others: Sequence[Peer]) -> str:
    """The figures for people."""
    lines = []
    for outcome in outcomes:
        lines.append(f"{outcome.program} {outcome.argument}: Sigil {outcome.median_s(SIGIL.name):.4f} s")
        for peer in others:
            ratio = outcome.ratios[peer.name]
            line = (f"  to {peer.name:<5} {outcome.median_s(peer.name):.4f} s   CPU time {ratio.median:.3f} "
                    f"[{ratio.low:.3f}, {ratio.high:.3f}]")
            instructions = outcome.instruction_ratio(peer.name)
            lines.append(line + (f"   instructions {instructions:.3f}" if instructions else ""))
    return "\n".join([*lines, "Ratios are Sigil's to theirs: below 1 Sigil is faster. In brackets the 95 % interval."])


def write_results(outcomes: Sequence[Outcome], peers: Sequence[Peer], rounds: int, name: str) -> Path:
    """Keeps everything that was measured, with the machine and the compilers."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {
        "machine": {"cpu": cpu_model(), "cores": os.cpu_count(), "system": platform.platform()},
        "compilers": {peer.name: peer.version_text() for peer in peers},
        "rounds": rounds,
        "programs": [asdict(outcome) for outcome in outcomes],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def cpu_model() -> str:
    """What the kernel calls the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def ci_status(outcomes: Sequence[Outcome]) -> int:
    """1 when a program is surely slower than the limit allows."""
    slow = [outcome for outcome in outcomes if outcome.ratios[RUST.name].low > CI_LIMIT]
    for outcome in slow:
        say(f"bench: {outcome.program} takes at least {outcome.ratios[RUST.name].low:.2f} of Rust's time, "
            f"more than {CI_LIMIT}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
