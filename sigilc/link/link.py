"""Links objects and the runtime to an executable or a library."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence

from sigilc.crash import EXIT_PROGRAM, EnvironmentFault
from sigilc.link.libraries import library_flags
from sigilc.link.output import replacing
from sigilc.link.toolchain import Toolchain

# The runtime's file with C's `main`, as the archive of the runtime names its object.
MAIN_OBJECT = "main.o"


def link_executable(toolchain: Toolchain, objects: list[str], runtime: str, output: str,
                    libraries: tuple[str, ...] = ()) -> None:
    """Writes the executable `output` at once or not at all. `libraries` are names as `-l` takes them."""
    _link(toolchain, [*objects, runtime, "-pie"], output, libraries)


def link_shared(toolchain: Toolchain, objects: list[str], runtime: str, output: str, exports: Sequence[str],
                libraries: tuple[str, ...] = ()) -> None:
    """Writes the shared library `output`, in which only the symbols `exports` are visible, the runtime is not."""
    with tempfile.NamedTemporaryFile("w", prefix="sigilc-", suffix=".map", encoding="utf-8") as script:
        listed = "".join(f'"{name}"; ' for name in exports)
        script.write(f"{{ global: {listed}local: *; }};\n" if exports else "{ local: *; };\n")
        script.flush()
        _link(toolchain, [*objects, runtime, "-shared", f"-Wl,--version-script={script.name}"], output, libraries)


def make_archive(toolchain: Toolchain, objects: list[str], runtime: str, output: str) -> None:
    """Writes the static library `output`: the objects, and the runtime without its `main`."""
    with replacing(output) as scratch:
        shutil.copyfile(runtime, scratch)
        _run([*toolchain.archiver, "dD", scratch, MAIN_OBJECT])
        _run([*toolchain.archiver, "rsD", scratch, *objects])


def _link(toolchain: Toolchain, inputs: list[str], output: str, libraries: tuple[str, ...]) -> None:
    with replacing(output) as scratch:
        _run([*toolchain.compiler, *inputs, "-o", scratch, "-pthread", "-Wl,--gc-sections",
              *library_flags(libraries), "-lm",
              *(["-lunwind"] if toolchain.is_zig else [])])     # gcc and clang bring their unwinder unasked


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise _link_fault(done.stderr or done.stdout)


def _link_fault(text: str) -> EnvironmentFault:
    """What the linker complained about, in the user's terms."""
    symbols = sorted(set(re.findall(r"undefined (?:reference to|symbol:?) [`'\"]?([\w$.@]+)", text)))
    if symbols:
        names = ", ".join(f"`{name}`" for name in symbols[:8]) + (" …" if len(symbols) > 8 else "")
        return EnvironmentFault(f"linking fails: nothing defines {names}", code="E0612", status=EXIT_PROGRAM,
                                help="name the library of an `extern` function by `#[link(name = \"…\")]`")
    libraries = sorted(set(re.findall(r"cannot find -l([\w.+-]+)|unable to find library -l([\w.+-]+)", text)))
    if libraries:
        names = ", ".join(f"`{a or b}`" for a, b in libraries)
        return EnvironmentFault(f"linking fails: there is no library {names}", code="E0612", status=EXIT_PROGRAM,
                                help="install it with its development files, or correct the `#[link]` attribute")
    lines = text.strip().splitlines()[-8:]
    return EnvironmentFault("linking fails: " + "\n    ".join(lines), code="E0612", status=EXIT_PROGRAM)
