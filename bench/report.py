"""What was measured, as a table for people, a table in Markdown, and a file with everything."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from estimate import Ratio, geometric_mean
from peers import ROOT, SIGIL, Peer

RESULTS = ROOT / "bench" / "results"


@dataclass
class Outcome:
    """What was measured of one program; languages by their names.

    `cpu_s` has a figure for each round at `size`, `instructions` one at `small`; either is empty if it was not wanted.
    """

    group: str
    program: str
    size: int
    small: int
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


def table(outcomes: Sequence[Outcome], others: Sequence[Peer]) -> str:
    """The figures for people."""
    lines = []
    for outcome in outcomes:
        if outcome.cpu_s:
            lines.append(f"{outcome.program} {outcome.size}: Sigil {outcome.median_s(SIGIL.name):.4f} s")
        else:
            lines.append(f"{outcome.program} {outcome.small}")
        lines += [f"  to {peer.name:<5}{figures}" for peer in others if (figures := _figures(outcome, peer.name))]
    for peer in others:
        lines += [f"geometric mean to {peer.name}, {group}: {_with_interval(mean)}"
                  for group, mean in _means(outcomes, peer.name)]
    return "\n".join([*lines, "Ratios are Sigil's to theirs: below 1 Sigil is faster. In brackets the 95 % interval."])


def _figures(outcome: Outcome, language: str) -> str:
    """What is known of one program against one language; empty if nothing is."""
    text = ""
    if language in outcome.ratios:
        text += f" {outcome.median_s(language):.4f} s   CPU time {_with_interval(outcome.ratios[language])}"
    instructions = outcome.instruction_ratio(language)
    return text + (f"   instructions {instructions:.3f}" if instructions else "")


def _with_interval(ratio: Ratio) -> str:
    return f"{ratio.median:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]"


def _means(outcomes: Sequence[Outcome], language: str) -> Iterator[tuple[str, Ratio]]:
    """The geometric mean of each group of which several programs were timed against the language."""
    for group in dict.fromkeys(outcome.group for outcome in outcomes):
        pairs = [(outcome.cpu_s[SIGIL.name], outcome.cpu_s[language])
                 for outcome in outcomes if outcome.group == group and language in outcome.ratios]
        if len(pairs) > 1:
            yield group, geometric_mean(pairs)


def markdown(outcomes: Sequence[Outcome], language: str) -> str:
    """The table of README.md against one language, without its last column."""
    lines = [f"| program | Sigil | {language} | ratio | 95 % interval | instructions |", "|---|---|---|---|---|---|"]
    means = dict(_means(outcomes, language))
    for group in dict.fromkeys(outcome.group for outcome in outcomes):
        for outcome in outcomes:
            if outcome.group == group and language in outcome.ratios:
                lines.append(_row(outcome, language))
        if group in means:
            mean = means[group]
            lines.append(f"| *{group}, geometric mean* | | | {mean.median:.2f} | {mean.low:.2f} – {mean.high:.2f} | |")
    return "\n".join(lines) + "\n"


def _row(outcome: Outcome, language: str) -> str:
    ratio = outcome.ratios[language]
    instructions = outcome.instruction_ratio(language)
    return (f"| {outcome.program} | {outcome.median_s(SIGIL.name) * 1000:.0f} ms "
            f"| {outcome.median_s(language) * 1000:.0f} ms | {ratio.median:.2f} | {ratio.low:.2f} – {ratio.high:.2f} "
            f"| {f'{instructions:.2f}' if instructions else ''} |")


def write_results(outcomes: Sequence[Outcome], peers: Sequence[Peer], rounds: int, name: str) -> Path:
    """Keeps everything that was measured, with the machine and the compilers, and the table against the second peer."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {
        "machine": {"cpu": cpu_model(), "cores": os.cpu_count(), "system": platform.platform()},
        "compilers": {peer.name: peer.version_text() for peer in peers},
        "rounds": rounds,
        "programs": [asdict(outcome) for outcome in outcomes],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    if len(peers) > 1:
        path.with_suffix(".md").write_text(markdown(outcomes, peers[1].name), encoding="utf-8")
    return path


def cpu_model() -> str:
    """What the kernel calls the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
