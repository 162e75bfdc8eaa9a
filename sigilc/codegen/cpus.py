"""Tells which CPU names LLVM knows."""

from __future__ import annotations

import subprocess
import sys

KNOWN = frozenset({"native", "generic", "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"})
_PROBE = """
import sys
from sigilc.codegen.target import Machine
Machine("define i64 @f(i64 %x) { ret i64 %x }", 0, sys.argv[1]).object()
"""


def is_known_cpu(name: str) -> bool:
    """Whether code can be made for the CPU.

    LLVM offers no list: at an unknown name it prints a warning and goes on, at a 32-bit one it ends the process. So a
    process of its own tries the less common names.
    """
    if name in KNOWN:
        return True
    done = subprocess.run([sys.executable, "-c", _PROBE, name], capture_output=True, text=True, check=False)
    return done.returncode == 0 and "not a recognized processor" not in done.stderr
