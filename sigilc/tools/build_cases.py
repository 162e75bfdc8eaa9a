"""Compiles the tests or benchmarks of a program into one executable, which runs the case that its argument names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sigilc.check.typed import Case, TypedProgram
from sigilc.driver import Compilation, compile_file
from sigilc.options import Options
from sigilc.tools.case_harness import install_harness


@dataclass
class CaseSelection:
    """A harness for the driver: takes the cases of some kinds whose name contains `pattern`.

    `selected` and `left_out` are filled when the program has been checked; a `is_listing` one builds nothing.
    """

    kinds: tuple[str, ...]
    pattern: str = ""
    is_listing: bool = False
    selected: list[Case] = field(default_factory=list)
    left_out: int = 0

    def __call__(self, program: TypedProgram) -> bool:
        """Puts the cases under a `main`; False when there is nothing to build."""
        cases = [case for case in program.cases if case.kind in self.kinds]
        self.selected = [case for case in cases if self.pattern in case.name]
        self.left_out = len(cases) - len(self.selected)
        if self.is_listing or not self.selected:
            return False
        install_harness(program, self.selected)
        return True


def build_cases(path: str, options: Options, selection: CaseSelection,
                on_stage: Callable[[str], None] = lambda stage: None) -> Compilation:
    """Compiles the selected cases to `options.output`. To be called by `in_large_stack`."""
    return compile_file(path, options, on_stage=on_stage, harness=selection)
