"""Finds the C compiler that compiles the runtime and links programs."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
from dataclasses import dataclass

from sigilc.crash import EXIT_PROGRAM, EnvironmentFault

WAYS_TO_GET_ONE = (
    "install one (Debian, Ubuntu: `apt install gcc`; Fedora: `dnf install gcc`; macOS: `xcode-select --install`), "
    "or `pip install sigilc[zig]`, which brings the package ziglang, or name one in SIGILC_CC"
)


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A C compiler as a command, and the command that makes archives.

    `identity` changes when another compiler, or another version of it, takes its place.
    """

    compiler: tuple[str, ...]
    archiver: tuple[str, ...]
    identity: str
    is_zig: bool = False


def find_toolchain() -> Toolchain:
    """`$SIGILC_CC`, then gcc, cc, clang, and `zig cc` of the package ziglang; EnvironmentFault (E0610) without any."""
    wanted = os.environ.get("SIGILC_CC", "").strip()
    if wanted:
        return _named_toolchain(wanted)
    for name in ("gcc", "cc", "clang"):
        path = shutil.which(name)
        if path:
            return Toolchain((path,), _find_archiver(), _identity(path))
    if importlib.util.find_spec("ziglang") is not None:
        return _zig_toolchain()
    raise EnvironmentFault("no C compiler found, which sigilc needs to link programs", code="E0610",
                           help=WAYS_TO_GET_ONE, status=EXIT_PROGRAM)


def _named_toolchain(wanted: str) -> Toolchain:
    """The compiler that SIGILC_CC names: a command with arguments. What it names must be there."""
    words = shlex.split(wanted)
    path = shutil.which(words[0])
    if path is None:
        raise EnvironmentFault(f"SIGILC_CC names `{words[0]}`, which can't be found", code="E0610",
                               help=WAYS_TO_GET_ONE, status=EXIT_PROGRAM)
    is_zig = os.path.basename(path) == "zig" or "ziglang" in words
    archiver = (path, *words[1:-1], "ar") if is_zig else _find_archiver()
    return Toolchain((path, *words[1:]), archiver, f"{_identity(path)} {' '.join(words[1:])}", is_zig)


def _zig_toolchain() -> Toolchain:
    zig = (sys.executable, "-m", "ziglang")
    spec = importlib.util.find_spec("ziglang")
    assert spec is not None and spec.origin is not None
    return Toolchain((*zig, "cc"), (*zig, "ar"), _identity(spec.origin), is_zig=True)


def _find_archiver() -> tuple[str, ...]:
    for name in ("ar", "gcc-ar", "llvm-ar"):
        path = shutil.which(name)
        if path:
            return (path,)
    raise EnvironmentFault("no `ar` found, which comes with the C compiler's tools", code="E0610",
                           help=WAYS_TO_GET_ONE, status=EXIT_PROGRAM)


def _identity(path: str) -> str:
    """Path, size and time of the file behind a command: cheaper than asking it for its version."""
    real = os.path.realpath(path)
    status = os.stat(real)
    return f"{real} {status.st_size} {status.st_mtime_ns}"
