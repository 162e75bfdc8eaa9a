"""Prints the IR as it is behind chosen stages."""

from __future__ import annotations

import os
import sys

from sigilc.ir.function import Module
from sigilc.ir.printer import print_module
from sigilc.link.output import write_output

HEADING = "// ---- after {} ----"


class IrPrinter:
    """An `on_ir` for the driver: prints each stage of `names` to stderr, or writes it to a file of its own in `folder`.

    The heading is a comment of the IR, so what is printed for one stage can be read back.
    """

    def __init__(self, names: frozenset[str], folder: str, stem: str):
        self.names = names
        self.folder = folder
        self.stem = stem
        self.count = 0

    def __call__(self, name: str, module: Module) -> None:
        """Called behind each stage, in order."""
        self.count += 1
        if name not in self.names:
            return
        text = f"{HEADING.format(name)}\n{print_module(module, spans=True)}"
        if self.folder:
            write_output(os.path.join(self.folder, f"{self.stem}.{self.count}.{name}.ssa"), text)
        else:
            print(text, file=sys.stderr)
