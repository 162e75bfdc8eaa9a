"""Calls exported functions from C under valgrind with bytes that memcheck takes for uninitialised: what depends on them shows.

The idea is that of ctgrind: memcheck complains of each jump and each address that depends on such bytes, wherever they went.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

from sigilc.driver import render_text
from sigilc.link.runtime_build import runtime_archive
from sigilc.link.toolchain import find_toolchain
from sigilc.options import Options
from tests.support.build import Ran, compile_program, run
from tests.support.memory_checkers import VALGRIND_CPU, VALGRIND_RUNTIME

HARNESS = """\
#include "secrets.h"
#include <stdio.h>
#include <string.h>

/* Client requests of valgrind, as its manual defines them for this processor; without valgrind they do nothing. */
enum { MAKE_MEM_UNDEFINED = 0x4d430001, MAKE_MEM_DEFINED = 0x4d430002 };

static void tell_memcheck(unsigned long request, const void *bytes, size_t count) {
    volatile unsigned long words[6] = {request, (unsigned long)bytes, count, 0, 0, 0};
    unsigned long answer = 0;
    __asm__ volatile("rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi; xchgq %%rbx, %%rbx"
                     : "=d"(answer) : "a"(&words[0]), "0"(answer) : "cc", "memory");
}

int main(int argc, char **argv) {
    uint8_t secret[256];
    size_t count = 0;
    sigil_uint8_t_array result;
    if (argc != 2) return 2;
    while (count < sizeof secret && sscanf(argv[1] + 2 * count, "%2hhx", &secret[count]) == 1) count++;
    tell_memcheck(MAKE_MEM_UNDEFINED, secret, count);
    result = FUNCTION(secret, count);
    tell_memcheck(MAKE_MEM_DEFINED, secret, count);
    tell_memcheck(MAKE_MEM_DEFINED, result.data, result.length);
    for (size_t i = 0; i < result.length; i++) printf("%02x", result.data[i]);
    puts("");
    sigil_release(result.owner);
    return 0;
}
"""


def why_not() -> str:
    """What is missing for this here; empty when nothing is."""
    if shutil.which("valgrind") is None:
        return "valgrind is not installed"
    return "" if platform.machine() == "x86_64" else "the requests to valgrind are written for x86-64"


def call_with_secret(program: Path, function: str, secret: bytes, folder: Path, level: int) -> tuple[Ran, str]:
    """What `function` of a program, `fn([u8]) -> [u8]`, gives in hexadecimal, and memcheck's complaints."""
    options = Options(level=level, crate_type="obj", output=str(folder / "secrets.o"), emit=frozenset({"header"}),
                      target_cpu=VALGRIND_CPU)
    compilation = compile_program(program, options)
    assert not compilation.has_errors, render_text(compilation, use_color=False)
    (folder / f"{program.stem}.h").rename(folder / "secrets.h")
    (folder / "main.c").write_text(HARNESS)
    toolchain = find_toolchain()
    archive = runtime_archive(toolchain, VALGRIND_RUNTIME)
    subprocess.run([*toolchain.compiler, "-std=gnu11", "-g", f"-DFUNCTION={function}", "main.c", "secrets.o", archive, "-lm",
                    "-pthread", "-o", "secrets"], cwd=folder, check=True, timeout=60)
    log = folder / "memcheck.log"
    ran = run(Path("valgrind"), ("--quiet", f"--log-file={log}", "./secrets", secret.hex()), cwd=folder, check_leaks=False,
              limit_s=200)
    return ran, log.read_text(errors="replace")
