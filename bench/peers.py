"""How a benchmark is built in each language, with the options that its programmers would give for speed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measure import run_tool

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Peer:
    """A language: its name in tables, the suffix of its sources, its compiler, and how that is called.

    `command(source, output, cpu)` gives the compiler's arguments; `cpu` is `native` or a name that LLVM and gcc know.
    """

    name: str
    suffix: str
    compiler: str
    version: tuple[str, ...]
    command: Callable[[Path, Path, str], list[str]]

    @property
    def is_there(self) -> bool:
        """Whether this machine has the compiler."""
        return shutil.which(self.compiler) is not None

    def version_text(self) -> str:
        """The compiler's own first line about itself."""
        return (run_tool(self.version, ROOT).strip().splitlines() or ["?"])[0]

    def build(self, source: Path, output: Path, cpu: str = "native") -> Path:
        """Builds an executable; Failed with the compiler's messages if it can't."""
        output.parent.mkdir(parents=True, exist_ok=True)
        run_tool(self.command(source, output, cpu), ROOT)
        return output


def _sigil(source: Path, output: Path, cpu: str) -> list[str]:
    return [sys.executable, "-m", "sigilc", "build", "-O3", "--target-cpu", cpu, "-o", str(output), str(source)]


def _rust(source: Path, output: Path, cpu: str) -> list[str]:
    return ["rustc", "--edition=2021", "-C", "opt-level=3", "-C", f"target-cpu={cpu}", "-C", "codegen-units=1",
            "-o", str(output), str(source)]


def _c(source: Path, output: Path, cpu: str) -> list[str]:
    return ["gcc", "-std=c11", "-D_GNU_SOURCE", "-O3", f"-march={cpu}", "-o", str(output), str(source)]


SIGIL = Peer("Sigil", ".sg", sys.executable, (sys.executable, "-m", "sigilc", "--version"), _sigil)
RUST = Peer("Rust", ".rs", "rustc", ("rustc", "--version"), _rust)
C = Peer("C", ".c", "gcc", ("gcc", "--version"), _c)
PEERS = (SIGIL, RUST, C)
