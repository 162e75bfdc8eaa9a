"""Finds what the linker needs for the libraries that `#[link(name = "…")]` names."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Sequence


def library_flags(names: Sequence[str]) -> list[str]:
    """The linker's flags: what pkg-config says of a library where it knows it, else `-lNAME`."""
    tool = shutil.which("pkg-config") if names else None
    return [flag for name in names for flag in _flags(tool, name)]


def _flags(tool: str | None, name: str) -> list[str]:
    """A package is often called after its library: `libcurl` for `curl`, `zlib` for `z`. It counts if it brings that."""
    wanted = f"-l{name}"
    for package in (name, f"lib{name}", f"{name}lib") if tool else ():
        done = subprocess.run([str(tool), "--libs", package], capture_output=True, text=True, errors="replace", check=False)
        if done.returncode == 0 and wanted in (flags := shlex.split(done.stdout)):
            return flags
    return [wanted]
