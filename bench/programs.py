"""The table of benchmarks: which program, on what, and how much of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inputs import write_columns, write_items, write_numbers, write_words
from peers import ROOT, SIGIL, Peer

PROGRAMS = ROOT / "bench" / "programs"


@dataclass(frozen=True)
class Program:
    """One benchmark.

    group       what it is about: `compute`, `data` or `pipelines`
    size        the program's argument when it is timed (some tenths of a second)
    small       the one in tests and under callgrind, which is fifty times slower
    make_input  for a program that reads a file: writes one of that size, and the file's path is the argument instead
    sigil       the Sigil source where it stands elsewhere
    in_ci       whether `--ci` runs it
    """

    group: str
    name: str
    size: int
    small: int
    make_input: Callable[[Path, int], None] | None = None
    sigil: Path | None = None
    in_ci: bool = False

    @property
    def expected(self) -> Path:
        """What the program prints for the small size."""
        return PROGRAMS / self.name / f"{self.name}.expected"

    def source(self, peer: Peer) -> Path:
        """The program in a language."""
        if peer is SIGIL and self.sigil:
            return self.sigil
        return PROGRAMS / self.name / (self.name + peer.suffix)

    def written_in(self, peers: Sequence[Peer]) -> list[Peer]:
        """Those languages in which there is a source."""
        return [peer for peer in peers if self.source(peer).is_file()]

    def argument(self, size: int, folder: Path) -> str:
        """What the executable is called with; an input file is made in `folder`."""
        if self.make_input is None:
            return str(size)
        path = folder / f"{self.name}_{size}.txt"
        self.make_input(path, size)
        return str(path)


TABLE = (
    Program("compute", "fib", size=40, small=25, in_ci=True),
    Program("compute", "primes", size=1_000_000, small=20_000, in_ci=True),
    Program("compute", "sieve", size=10_000_000, small=500_000),
    Program("compute", "ackermann", size=11, small=6),
    Program("compute", "tak", size=11, small=6),
    Program("compute", "gcd", size=3000, small=300),
    Program("compute", "matrix_fixed", size=8000, small=20),
    Program("compute", "nbody", size=5_000_000, small=20_000),
    Program("compute", "mandelbrot", size=1600, small=150),
    Program("compute", "spectral_norm", size=2000, small=100),
    Program("compute", "fannkuch", size=10, small=7),

    Program("data", "binary_trees", size=16, small=8),
    Program("data", "queens", size=13, small=7),
    Program("data", "word_count", size=20_000_000, small=200_000, make_input=write_words),
    Program("data", "string_building", size=2_000_000, small=10_000),
    Program("data", "parse_numbers", size=1_000_000, small=10_000, make_input=write_numbers),
    Program("data", "map_integers", size=1_000_000, small=10_000),
    Program("data", "map_strings", size=1_000_000, small=10_000),
    Program("data", "sort_integers", size=2_000_000, small=20_000),
    Program("data", "sort_structs", size=500_000, small=10_000),
    Program("data", "sort_strings", size=400_000, small=10_000),
    Program("data", "sort_by", size=500_000, small=10_000),
    Program("data", "levenshtein", size=10_000, small=500),
    Program("data", "tokenizer", size=200_000, small=500),
    Program("data", "life", size=1000, small=10),
    Program("data", "nbody_array", size=1000, small=10),
    Program("data", "shortest_paths", size=200_000, small=2_000),
    Program("data", "matrix", size=600, small=60),

    Program("pipelines", "filter_map_sum", size=10_000_000, small=20_000),
    Program("pipelines", "dot_product", size=1_000_000, small=5_000),
    Program("pipelines", "sum_squares", size=200_000_000, small=1_000_000),
    Program("pipelines", "windows", size=2_000_000, small=3_000),
    Program("pipelines", "chunks", size=10_000_000, small=20_000),
    Program("pipelines", "group_by", size=2_000_000, small=20_000),
    Program("pipelines", "sort_take", size=1_000_000, small=10_000),
    Program("pipelines", "flat_map", size=10_000_000, small=20_000),
    Program("pipelines", "text_sum", size=1_000_000, small=10_000, make_input=write_columns),
    Program("pipelines", "quote", size=1_000_000, small=5_000, make_input=write_items,
            sigil=ROOT / "examples" / "quote_file.sg"),
    Program("pipelines", "find", size=1_000_000, small=2_000),
)
GROUPS = tuple(dict.fromkeys(program.group for program in TABLE))
