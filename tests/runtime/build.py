"""Builds C drivers against the runtime, once for each variant of flags, and runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "runtime"
DRIVERS = Path(__file__).parent / "drivers"
WARNINGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
COMMON = ["-fexceptions", "-pthread", "-I", str(RUNTIME / "include")]
VARIANTS = {
    "plain": ["-O2"],
    "checked": ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"],
    "threads": ["-O1", "-g", "-fsanitize=thread"],
    "valgrind": ["-O1", "-g", "-DRT_POOLS=0"],
}
COMPILE_LIMIT_S = 120
RUN_LIMIT_S = 60
# What ends a program on purpose must not be taken for a finding.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=0:allow_user_segv_handler=1:handle_abort=0",
              "TSAN_OPTIONS": "report_signal_unsafe=0"}


def c_compiler() -> str | None:
    """The compiler's command."""
    return shutil.which("gcc") or shutil.which("cc")


class Workshop:
    """The drivers that have been built so far, in a folder of their own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.archives: dict[str, Path] = {}
        self.programs: dict[tuple[str, str], Path] = {}

    def program(self, driver: str, variant: str) -> Path:
        """The executable of `drivers/DRIVER.c`."""
        key = (driver, variant)
        if key not in self.programs:
            target = self.folder / f"{driver}-{variant}"
            _compile([*VARIANTS[variant], *COMMON, str(DRIVERS / f"{driver}.c"), str(self._archive(variant)),
                      "-o", str(target), "-lm"])
            self.programs[key] = target
        return self.programs[key]

    def _archive(self, variant: str) -> Path:
        if variant not in self.archives:
            folder = self.folder / f"runtime-{variant}"
            folder.mkdir()
            sources = sorted(RUNTIME.glob("*.c"))
            objects = [folder / f"{source.stem}.o" for source in sources]
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                list(pool.map(lambda pair: _compile([*VARIANTS[variant], *COMMON, "-c", str(pair[0]),
                                                     "-o", str(pair[1])]), zip(sources, objects, strict=True)))
            archive = folder / "libsigil_rt.a"
            subprocess.run(["ar", "rcs", archive, *objects], check=True, timeout=COMPILE_LIMIT_S)
            self.archives[variant] = archive
        return self.archives[variant]

    def run(self, driver: str, variant: str, *args: str | bytes, check_leaks: bool = True, stdin: str = "",
            cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
        """Runs a driver; its output as bytes."""
        command: list[str | bytes] = [str(self.program(driver, variant)), *args]
        if variant == "valgrind":
            command = ["valgrind", "--quiet", "--error-exitcode=7", "--leak-check=full",
                       "--errors-for-leak-kinds=definite", *command]
        env = {**os.environ, **SANITIZERS, "SIGIL_SEED": "1", **environment}
        if check_leaks:
            env["SIGIL_CHECK_LEAKS"] = "1"
        return subprocess.run(command, input=stdin.encode(), capture_output=True, env=env, cwd=cwd,
                              timeout=RUN_LIMIT_S, check=False)


def _compile(arguments: list[str]) -> None:
    done = subprocess.run([c_compiler() or "cc", *WARNINGS, *arguments], capture_output=True, text=True,
                          timeout=COMPILE_LIMIT_S, check=False)
    assert done.returncode == 0, done.stderr
