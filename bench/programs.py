"""The table of benchmarks: which program, on what, and how much of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from peers import ROOT, SIGIL, Peer
from quote_items import write_items

PROGRAMS = ROOT / "bench" / "programs"


@dataclass(frozen=True)
class Program:
    """One benchmark.

    size        the program's argument when it is timed (some tenths of a second)
    count_size  the one under callgrind, which is fifty times slower
    make_input  for a program that reads a file: writes one of that size, and the file's path is the argument instead
    sigil       the Sigil source where it stands elsewhere
    in_ci       whether `--ci` runs it
    """

    name: str
    size: int
    count_size: int
    make_input: Callable[[Path, int], None] | None = None
    sigil: Path | None = None
    in_ci: bool = False

    def source(self, peer: Peer) -> Path:
        """The program in a language."""
        if peer is SIGIL and self.sigil:
            return self.sigil
        return PROGRAMS / self.name / (self.name + peer.suffix)

    def argument(self, size: int, folder: Path) -> str:
        """What the executable is called with; an input file is made in `folder`."""
        if self.make_input is None:
            return str(size)
        path = folder / f"{self.name}_{size}.csv"
        self.make_input(path, size)
        return str(path)


TABLE = (
    Program("fib", size=38, count_size=25, in_ci=True),
    Program("primes", size=1_000_000, count_size=20_000, in_ci=True),
    Program("quote", size=400_000, count_size=5_000, make_input=write_items,
            sigil=ROOT / "examples" / "quote_file.sg"),
)
