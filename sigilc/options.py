"""What the user asked the compiler for, apart from the program itself."""

from __future__ import annotations

import os
from dataclasses import dataclass

VERSION = "0.1.0"

# Portable: every x86-64 machine of the last fifteen years.
BUILD_CPU = "x86-64-v2" if os.uname().machine == "x86_64" else "generic"
HOST_CPU = "native"

# What `--emit` may ask for, with the suffix of the file.
EMIT_SUFFIXES = {"ll": ".ll", "ll-raw": ".raw.ll", "asm": ".s", "obj": ".o", "ssa": ".ssa", "header": ".h",
                 "rust": ".rs"}
# Warnings that are given only where `-W` asks for them.
OPTIONAL_WARNINGS = ("lifting",)
CRATE_TYPES = ("bin", "obj", "staticlib", "cdylib")
# What goes before and behind the program's name, for the crate types that are no executables.
PRODUCT_NAMES = {"obj": ("", ".o"), "staticlib": ("lib", ".a"), "cdylib": ("lib", ".so")}


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one compilation.

    level             0 to 3, as `-O` gives it
    overflow_checks   None: by level
    target_cpu        a name that LLVM knows, or `native`
    crate_type        what is made: an executable, one object, or a library of either kind with the runtime in it
    emit              keys of EMIT_SUFFIXES: files to write besides
    output            path of what is made; empty: named after the program, here
    debug             information for debuggers
    warnings          those of OPTIONAL_WARNINGS that are asked for
    keep_evidence     sources, confirmations and demands of evidence stay in the IR (for tests)
    """

    level: int = 0
    overflow_checks: bool | None = None
    target_cpu: str = BUILD_CPU
    crate_type: str = "bin"
    emit: frozenset[str] = frozenset()
    output: str = ""
    debug: bool = False
    warnings: frozenset[str] = frozenset()
    keep_evidence: bool = False

    @property
    def is_library(self) -> bool:
        """Whether the program is to be called, rather than run."""
        return self.crate_type in ("staticlib", "cdylib")

    @property
    def checks_overflow(self) -> bool:
        """Whether integer overflow panics: at -O0 and -O1, unless the user says otherwise."""
        return self.level <= 1 if self.overflow_checks is None else self.overflow_checks
