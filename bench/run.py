"""Runs the benchmarks against Rust and C: CPU time in interleaved rounds, and instructions.

    bench/run.py [--only NAME|GROUP,…] [--rounds N] [--instructions | --no-instructions] [--ci]

A program counts only when all its languages print the same. The table goes to stdout, progress to stderr, and
everything that was measured to bench/results/.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from estimate import SEED, ratio_of_rounds
from measure import Failed, count_instructions, has_callgrind, run_timed
from peers import PEERS, ROOT, RUST, SIGIL, Peer
from programs import GROUPS, TABLE, Program
from report import Outcome, table, write_results

BUILT = ROOT / "build" / "bench"
ROUNDS = 31
CI_ROUNDS = 15
# With both compilers sound the ratios stay near 1; beyond this something is wrong.
CI_LIMIT = 1.25
# Valgrind does not know the newest instructions of the machine.
COUNT_CPU = "x86-64-v3"


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
    outcomes: list[Outcome] = []
    failures = 0
    for program in chosen(options):
        try:
            outcomes.append(measure(program, program.written_in(peers), options))
        except Failed as problem:
            failures += 1
            say(f"bench: {problem}")
            continue
        path = write_results(outcomes, peers, options.rounds, options.results)
    if outcomes:
        print(table(outcomes, [peer for peer in peers if peer is not SIGIL]))
        say(f"all measurements: {path.relative_to(ROOT)}")
    return 1 if failures or (options.ci and ci_status(outcomes)) else 0


def parse_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line: `names` of the programs, what is `timed` and `counted` of them, and the `results` file's name."""
    parser = argparse.ArgumentParser(prog="bench/run.py", description=(__doc__ or "").split("\n", 1)[0])
    names = [program.name for program in TABLE]
    parser.add_argument("--only", metavar="NAME,…", default="", help=f"of {', '.join([*GROUPS, *names])}")
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help=f"default {ROUNDS}, with --ci {CI_ROUNDS}")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--instructions", action="store_true",
                       help="count instructions alone, which does not need a quiet machine")
    which.add_argument("--no-instructions", action="store_true", help="measure CPU time alone")
    parser.add_argument("--ci", action="store_true",
                        help=f"a short run against Rust that fails when the interval is above {CI_LIMIT}")
    options = parser.parse_args(arguments)
    wanted = {name for name in options.only.split(",") if name}
    if unknown := sorted(wanted - {*names, *GROUPS}):
        parser.error(f"no benchmark {', '.join(unknown)}: there are {', '.join([*GROUPS, *names])}")
    if options.rounds < 0:
        parser.error("--rounds must be positive")
    if options.instructions and not has_callgrind():
        parser.error("--instructions needs valgrind, which is not there")
    options.names = {program.name for program in TABLE if not wanted or {program.name, program.group} & wanted}
    options.rounds = options.rounds or (CI_ROUNDS if options.ci else ROUNDS)
    options.results = "ci" if options.ci else "instructions" if options.instructions else "latest"
    options.timed = not options.instructions
    options.counted = not options.no_instructions and has_callgrind()
    return options


def chosen(options: argparse.Namespace) -> list[Program]:
    """The programs that the options leave."""
    return [program for program in TABLE if program.name in options.names and (program.in_ci or not options.ci)]


def measure(program: Program, peers: Sequence[Peer], options: argparse.Namespace) -> Outcome:
    """Builds one program in all its languages, compares what they print, times them in turn, and counts."""
    outcome = Outcome(program.group, program.name, program.size, program.small)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        if options.timed:
            commands = commands_for(program, peers, "native", program.argument(program.size, Path(scratch)))
            check_agreement(program, commands)
            outcome.cpu_s = time_rounds(program.name, commands, options.rounds)
            outcome.ratios = {peer.name: ratio_of_rounds(outcome.cpu_s[SIGIL.name], outcome.cpu_s[peer.name])
                              for peer in peers if peer is not SIGIL}
        if options.counted:
            commands = commands_for(program, peers, COUNT_CPU, program.argument(program.small, Path(scratch)))
            check_agreement(program, commands)
            for language, command in commands.items():
                say(f"{program.name}: counting instructions of {language}")
                outcome.instructions[language] = count_instructions(command)
    return outcome


def commands_for(program: Program, peers: Sequence[Peer], cpu: str, argument: str) -> dict[str, list[str]]:
    """What runs the program in each language, built anew."""
    commands = {}
    for peer in peers:
        say(f"{program.name}: building {peer.name} for {cpu}")
        executable = BUILT / cpu / f"{program.name}_{peer.name.lower()}"
        commands[peer.name] = [str(peer.build(program.source(peer), executable, cpu)), argument]
    return commands


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


def ci_status(outcomes: Sequence[Outcome]) -> int:
    """1 when a program is surely slower than the limit allows."""
    slow = [outcome for outcome in outcomes if RUST.name in outcome.ratios and outcome.ratios[RUST.name].low > CI_LIMIT]
    for outcome in slow:
        say(f"bench: {outcome.program} takes at least {outcome.ratios[RUST.name].low:.2f} of Rust's time, "
            f"more than {CI_LIMIT}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
