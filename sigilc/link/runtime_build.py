"""Compiles the C runtime to a static archive, once for each compiler, set of flags and state of its sources."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from sigilc.cache import cache_folder
from sigilc.crash import EXIT_PROGRAM, EnvironmentFault, InternalError
from sigilc.link.toolchain import Toolchain
from sigilc.source.folders import data_folder

ARCHIVE_NAME = "libsigil_rt.a"
# Panics unwind through the runtime's frames, hence -fexceptions. The CPU is the portable one: a cached archive must
# run on whatever machine shares the cache.
FLAGS = ("-O2", "-std=c11", "-D_GNU_SOURCE", "-fPIC", "-fexceptions", "-fasynchronous-unwind-tables",
         "-ffunction-sections", "-fdata-sections", "-fno-math-errno", "-pthread")
ZIG_FLAGS = ("-fno-sanitize=all",)      # zig cc turns on UBSan otherwise


def runtime_archive(toolchain: Toolchain, extra_flags: tuple[str, ...] = ()) -> str:
    """The path of the archive; compiles it when the user's cache does not have it.

    Several compilers that start together each compile into a folder of their own; the first to finish puts its
    folder in place by one rename, the others drop theirs.
    """
    folder = str(data_folder("runtime"))
    flags = (*FLAGS, *(ZIG_FLAGS if toolchain.is_zig else ()), *extra_flags)
    sources = _files(folder, ".c")
    place = os.path.join(cache_folder(), "runtime", _key(toolchain, flags, folder, sources))
    archive = os.path.join(place, ARCHIVE_NAME)
    if os.path.exists(archive):
        return archive
    if not sources:
        raise InternalError("the installation is incomplete: the runtime has no C files")
    os.makedirs(os.path.dirname(place), exist_ok=True)
    scratch = tempfile.mkdtemp(prefix=".build-", dir=os.path.dirname(place))
    try:
        _compile(toolchain, flags, folder, sources, scratch)
        try:
            os.rename(scratch, place)
        except OSError:
            if not os.path.exists(archive):     # else another compiler was faster
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return archive


def _files(folder: str, suffix: str) -> list[str]:
    """Paths below a folder, relative to it, in a fixed order."""
    found = [os.path.relpath(os.path.join(at, name), folder)
             for at, _, names in os.walk(folder) for name in names if name.endswith(suffix)]
    return sorted(path for path in found if not path.startswith("tests" + os.sep))


def _key(toolchain: Toolchain, flags: tuple[str, ...], folder: str, sources: list[str]) -> str:
    digest = hashlib.blake2b("\0".join([toolchain.identity, *flags]).encode(), digest_size=16)
    for name in [*sources, *_files(folder, ".h")]:
        with open(os.path.join(folder, name), "rb") as file:
            content = file.read()
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _compile(toolchain: Toolchain, flags: tuple[str, ...], folder: str, sources: list[str], scratch: str) -> None:
    """Compiles each file and puts the objects into the archive in `scratch`."""
    objects = [os.path.join(scratch, source.replace(os.sep, "-")[:-2] + ".o") for source in sources]
    commands = [[*toolchain.compiler, *flags, "-I", os.path.join(folder, "include"), "-c",
                 os.path.join(folder, source), "-o", target] for source, target in zip(sources, objects, strict=True)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(_run, commands))
    _run([*toolchain.archiver, "rcsD", os.path.join(scratch, ARCHIVE_NAME), *objects])
    for path in objects:
        os.unlink(path)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise EnvironmentFault("the C compiler can't compile sigilc's runtime: "
                               + ("\n    ".join(lines[:8]) or f"exit status {done.returncode}"),
                               code="E0611", help=f"the command was `{' '.join(command[:1])}`; SIGILC_CC names another",
                               status=EXIT_PROGRAM)
