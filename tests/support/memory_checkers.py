"""Builds programs for valgrind and for AddressSanitizer, which then see each block that a program gets and frees."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from sigilc.driver import Compilation, render_text
from sigilc.link.link import link_executable
from sigilc.link.runtime_build import runtime_archive
from sigilc.link.toolchain import Toolchain, find_toolchain
from sigilc.options import Options
from tests.support.build import Ran, compile_program, run

# Valgrind does not know AVX-512.
VALGRIND_CPU = "x86-64-v3"
VALGRIND_RUNTIME = ("-O1", "-g", "-DRT_POOLS=0")
ASAN = ("-fsanitize=address", "-fno-omit-frame-pointer", "-g")
# The program says itself what it leaves alive; its handler of stack overflows is part of what is tested.
ASAN_OPTIONS = "detect_leaks=0:allow_user_segv_handler=1:detect_stack_use_after_return=0"
COMPILE_LIMIT_S = 120


def build_for_valgrind(program: str, output: Path, level: int) -> Path:
    """An executable whose small blocks come from the system, one by one."""
    compilation = _compile(program, output, level, "obj", cpu=VALGRIND_CPU)
    code = output.with_suffix(".o")
    toolchain = find_toolchain()
    link_executable(toolchain, [str(code)], runtime_archive(toolchain, VALGRIND_RUNTIME), str(output),
                    _libraries(compilation))
    return output


def run_under_valgrind(executable: Path, args: tuple[str, ...], cwd: Path, stdin: str = "") -> tuple[Ran, str]:
    """What the program did, and valgrind's complaints: empty when it has none."""
    log = executable.with_suffix(".valgrind")
    options = ["--quiet", f"--log-file={log}", "--leak-check=full", "--errors-for-leak-kinds=definite",
               "--main-stacksize=8388608", "--max-stackframe=16777216"]
    ran = run(Path("valgrind"), (*options, str(executable), *args), cwd=cwd, stdin=stdin, limit_s=300)
    return ran, log.read_text(errors="replace")


@functools.cache
def sanitizing_clang() -> Toolchain | None:
    """The newest clang that can instrument what the compiler hands to LLVM, and has the sanitizer's library."""
    found = {name for folder in os.get_exec_path() if os.path.isdir(folder) for name in os.listdir(folder)
             if re.fullmatch(r"clang(-\d+)?", name)}
    for name in sorted(found, key=lambda name: int(name.partition("-")[2] or 0), reverse=True):
        toolchain = Toolchain((shutil.which(name) or name,), (shutil.which("ar") or "ar",), name)
        if _can_sanitize(toolchain):
            return toolchain
    return None


def _can_sanitize(toolchain: Toolchain) -> bool:
    """Whether it reads LLVM text of the compiler's version, and links with the sanitizer."""
    text = "define i32 @main(ptr %p) {\n  %q = getelementptr nuw i8, ptr %p, i64 1\n  ret i32 0\n}\n"
    with tempfile.TemporaryDirectory() as folder:
        source, executable = Path(folder, "probe.ll"), Path(folder, "probe")
        source.write_text(text)
        done = subprocess.run([*toolchain.compiler, "-x", "ir", str(source), *ASAN, "-o", str(executable)],
                              capture_output=True, check=False, timeout=COMPILE_LIMIT_S)
        return done.returncode == 0


def build_with_asan(program: str, output: Path, level: int, clang: Toolchain) -> Path:
    """An executable with each access of the program and of the runtime instrumented."""
    compilation = _compile(program, output, level, "ll-raw")
    text, code = output.with_suffix(".raw.ll"), output.with_suffix(".o")
    text.write_text(sanitized(text.read_text(encoding="utf-8")), encoding="utf-8")
    done = subprocess.run([*clang.compiler, f"-O{level}", *ASAN, "-Wno-override-module", "-c", "-x", "ir", str(text),
                           "-o", str(code)], capture_output=True, text=True, check=False, timeout=COMPILE_LIMIT_S)
    assert done.returncode == 0, done.stderr[:2000]
    archive = runtime_archive(clang, ("-O1", *ASAN))
    linker = Toolchain((*clang.compiler, "-fsanitize=address"), clang.archiver, clang.identity)
    link_executable(linker, [str(code)], archive, str(output), _libraries(compilation))
    return output


def sanitized(text: str) -> str:
    """LLVM text whose functions ask to be instrumented: the front end of C would say so, function by function."""
    return "\n".join(_with_attribute(line) if line.startswith("define ") else line for line in text.split("\n"))


def _with_attribute(line: str) -> str:
    """The attribute goes behind the parameters, whose parentheses may nest; a quoted name may contain some."""
    name = re.compile(r'@(?:"[^"]*"|[^("]+)\(').search(line)
    assert name is not None, line
    depth, at = 1, name.end()
    while depth:
        depth += {"(": 1, ")": -1}.get(line[at], 0)
        at += 1
    return f"{line[:at]} sanitize_address{line[at:]}"


def run_with_asan(executable: Path, args: tuple[str, ...], cwd: Path, stdin: str = "") -> Ran:
    """What the program did; the sanitizer's report is on stderr, and makes the status another."""
    return run(executable, args, cwd=cwd, stdin=stdin, limit_s=300, ASAN_OPTIONS=ASAN_OPTIONS)


def _compile(program: str, output: Path, level: int, kind: str, cpu: str = "") -> Compilation:
    """Writes the form `kind` beside the output. The name of the program is the one that messages show."""
    settings = {"target_cpu": cpu} if cpu else {}
    options = Options(level=level, output=str(output), emit=frozenset((kind,)), **settings)  # type: ignore[arg-type]
    compilation = compile_program(program, options, stop_after="emit")
    assert not compilation.has_errors, render_text(compilation, use_color=False)
    emitted = output.parent / (Path(program).stem + {"obj": ".o", "ll-raw": ".raw.ll"}[kind])
    emitted.rename(output.with_suffix({"obj": ".o", "ll-raw": ".raw.ll"}[kind]))
    return compilation


def _libraries(compilation: Compilation) -> tuple[str, ...]:
    return tuple(compilation.program.libraries) if compilation.program is not None else ()
