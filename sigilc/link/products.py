"""Makes of objects what a crate type stands for: an executable, or a library with the runtime in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence

from sigilc.link.link import link_executable, link_shared, make_archive
from sigilc.link.runtime_build import runtime_archive
from sigilc.link.toolchain import find_toolchain


def make_product(crate_type: str, output: str, objects: Sequence[bytes], exports: Sequence[str],
                 libraries: tuple[str, ...]) -> None:
    """Writes `output`; `exports` are the symbols that a shared library shows, `libraries` what the linker is to add."""
    toolchain = find_toolchain()
    runtime = runtime_archive(toolchain)
    with tempfile.TemporaryDirectory(prefix="sigilc-") as scratch:
        paths = []
        for number, content in enumerate(objects):
            # The name is part of an archive.
            paths.append(os.path.join(scratch, f"sigil-program-{number}.o"))
            with open(paths[-1], "wb") as file:
                file.write(content)
        if crate_type == "staticlib":
            make_archive(toolchain, paths, runtime, output)
        elif crate_type == "cdylib":
            link_shared(toolchain, paths, runtime, output, exports, libraries)
        else:
            link_executable(toolchain, paths, runtime, output, libraries)
