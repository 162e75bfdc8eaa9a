"""Runs random programs through the interpreter and through compiled code, and says where they differ."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sigilc.check.typed import TypedProgram
from sigilc.codegen.module import emit_module
from sigilc.codegen.target import Machine
from sigilc.driver import Compilation, collector_off, compile_file, in_large_stack, render_text
from sigilc.link.link import link_executable
from sigilc.link.runtime_build import runtime_archive
from sigilc.link.toolchain import find_toolchain
from sigilc.lower.program import lower_program
from sigilc.options import BUILD_CPU, Options
from sigilc.passes.manager import certify, insert_counts, pass_names, run_passes
from tests.support.build import Ran, run
from tests.support.programs import finished_runs
from tests.support.random_programs import RandomModule

MAX_STEPS = 3_000_000


@dataclass
class Difference:
    """What one program did in the interpreter, and what else when compiled."""

    number: int
    way: str
    expected: Ran
    found: Ran

    def __str__(self) -> str:
        return "\n".join([f"program {self.number}, {self.way}:", *first_difference(self.expected, self.found)])


def first_difference(expected: Ran, found: Ran) -> list[str]:
    """The first line in which two runs differ, in words."""
    for stream in ("stdout", "stderr"):
        left, right = getattr(expected, stream).split("\n"), getattr(found, stream).split("\n")
        for number, (a, b) in enumerate(itertools.zip_longest(left, right), 1):
            if a != b:
                return [f"  {stream}, line {number}", f"    interpreter: {a}", f"    compiled:    {b}"]
    if expected.status != found.status:
        return [f"  exit status: interpreter {expected.status}, compiled {found.status}"]
    return []


class Differential:
    """Compiles the programs of one module, or `only` some, in every way, in a folder; their source is looked at once.

    What takes the interpreter too long is not compared.

    `overflow_modes` says with which of checks and no checks. With `runs_drops` the interpreter is given the counts as they
    were inserted, by which it ends values with a destructor; without, what `lower` made. With `certifies_each` what every
    pass leaves behind is certified, else what the last one does: half the time goes into that.
    """

    def __init__(self, module: RandomModule, folder: Path, only: Sequence[int] = (),
                 overflow_modes: tuple[bool, ...] = (True, False), runs_drops: bool = False, certifies_each: bool = True):
        self.overflow_modes = overflow_modes
        self.runs_drops = runs_drops
        self.certifies_each = certifies_each
        self.numbers = only or range(len(module.programs))
        self.folder = folder.resolve()
        self.path = folder / "random.sg"        # relative, if the folder is: it shows in messages
        self.path.write_text(module.text(*only), encoding="utf-8")

    def differences(self) -> list[Difference]:
        """Under each overflow mode: where -O0 and -O3 differ from the interpreter with what lower made."""
        with collector_off():
            return in_large_stack(self._differences)

    def _differences(self) -> list[Difference]:
        checked: Compilation = compile_file(str(self.path), Options(), stop_after="evidence")
        assert not checked.has_errors, render_text(checked, use_color=False)
        assert checked.program is not None
        found: list[Difference] = []
        for overflow_checks in self.overflow_modes:
            found += self._compare(checked.program, overflow_checks)
        return found

    def _compare(self, program: TypedProgram, overflow_checks: bool) -> list[Difference]:
        module = lower_program(program, overflow_checks)
        certify("", module)
        interpreted = module
        if self.runs_drops:
            interpreted = lower_program(program, overflow_checks)
            insert_counts(interpreted)
        outcomes = finished_runs(interpreted, self.numbers, MAX_STEPS, runs_drops=self.runs_drops)
        assert len(outcomes) >= 9 * len(self.numbers) // 10, "too many programs take too long: the test says little"
        expected = {number: Ran(ran.stdout, ran.stderr, ran.status) for number, ran in outcomes.items()}
        found = []
        for level, lowered in ((0, module), (3, lower_program(program, overflow_checks))):
            is_each = level > 0 and self.certifies_each      # the passes of -O0 are among those of -O3
            run_passes(lowered, level, certify if is_each else None)
            if not is_each:
                certify(pass_names(level)[-1], lowered)
            executable = self._link(Machine(emit_module(lowered), level, BUILD_CPU, verify=True).object(), level)
            way = f"-O{level} --overflow-checks={'on' if overflow_checks else 'off'}"
            for number in expected:
                ran = run(executable, (str(number),), SIGIL_WORKERS="1")
                if ran != expected[number]:
                    found.append(Difference(number, way, expected[number], ran))
            executable.unlink()
        return found

    def _link(self, code: bytes, level: int) -> Path:
        """An executable with the runtime."""
        toolchain = find_toolchain()
        compiled, executable = self.folder / "random.o", self.folder / f"random{level}"
        compiled.write_bytes(code)
        link_executable(toolchain, [str(compiled)], runtime_archive(toolchain), str(executable), ())
        compiled.unlink()
        return executable
