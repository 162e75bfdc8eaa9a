"""Makes the objects of a program: several where that saves time, from the cache where they are there already.

At -O0 each source file gives an object of its own, kept in the user's cache under the hash of its LLVM text; what
has not changed is not compiled again. Above, LLVM sees the program as a whole, unless it is so large that two processes
compile a half each: that halves the time of LLVM, which uses one core only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sigilc.cache import keep_file, kept_path, read_kept
from sigilc.codegen.module import Part, emit_module
from sigilc.codegen.parts import equal_parts, parts_by_file
from sigilc.codegen.processes import PROCESSES, ProcessPool, in_processes
from sigilc.crash import InternalError
from sigilc.ir.call_graph import op_count
from sigilc.ir.function import Module

if TYPE_CHECKING:
    from sigilc.codegen.target import Machine

# From so many LLVM instructions on, a second process is worth its start and what LLVM no longer sees as a whole.
SPLIT_INSTRUCTIONS = 30_000
# With so many ops, a program's parts go to LLVM while the others are still being written.
LARGE_PROGRAM_OPS = 8_000
# Objects that the cache keeps; the least recently used go first.
MAX_OBJECTS = 500


@dataclass(frozen=True, slots=True)
class CodeSettings:
    """What besides the LLVM text decides about an object."""

    level: int
    cpu: str
    debug: bool = False


class ProgramObjects:
    """The objects of one program, in three steps: `emit` LLVM text, `optimise` it, and make the `objects`.

    `is_single` asks for one object, whose texts can be had too.
    """

    def __init__(self, module: Module, settings: CodeSettings, is_single: bool):
        self._module = module
        self._settings = settings
        self._is_single = is_single
        self._machine: Machine | None = None
        self._objects: list[bytes] = []
        self._pool = ProcessPool()
        self._found: list[tuple[str, bytes | None]] = []       # of each part: its object's file in the cache, and that
        self.texts: list[str] = []

    def emit(self) -> None:
        """Writes the LLVM text of each part; of a large program, processes take to LLVM what is written already."""
        if self._settings.level == 0 and not self._is_single:
            self._emit_parts(parts_by_file(self._module))
            return
        self.texts = [self._text(None)]
        if not self._is_single and instruction_count(self.texts[0]) > SPLIT_INSTRUCTIONS:
            self.texts = [self._text(part) for part in equal_parts(self._module, PROCESSES)]

    def _emit_parts(self, parts: list[Part]) -> None:
        is_large = sum(map(op_count, self._module.functions.values())) > LARGE_PROGRAM_OPS
        if is_large:
            import sigilc.codegen.target  # noqa: F401 (each process would have to load LLVM)
        try:
            for part in parts:
                text = self._text(part)
                self.texts.append(text)
                path = _object_path(text, self._settings)
                content = read_kept(path)
                self._found.append((path, content))
                if content is None and is_large:
                    self._pool.submit(partial(compile_text, text, self._settings))
        except BaseException:
            self._pool.end()
            raise

    def _text(self, part: Part | None) -> str:
        settings = self._settings
        return emit_module(self._module, part, debug=settings.debug, is_optimised=settings.level > 0)

    def optimise(self) -> None:
        """Takes LLVM to the texts; parts are compiled whole, each unless it is in the cache."""
        settings = self._settings
        if settings.level == 0 and not self._is_single:
            self._objects = self._finish_parts()
        elif len(self.texts) > 1:
            self._objects = in_processes([partial(compile_text, text, settings) for text in self.texts])
        else:
            self._machine = machine_for(self.texts[0], settings)

    def _finish_parts(self) -> list[bytes]:
        """The parts' objects, from the user's cache or from LLVM; then they are in the cache."""
        try:
            made = iter(self._pool.results())
        finally:
            self._pool.end()
        objects = []
        for text, (path, content) in zip(self.texts, self._found, strict=True):
            if content is None:
                content = next(made, None) or compile_text(text, self._settings)
                keep_file(path, content, MAX_OBJECTS)
            objects.append(content)
        return objects

    @property
    def machine(self) -> Machine:
        """The program as LLVM has it, when it is one object."""
        if self._machine is None:
            raise InternalError("the program is compiled in parts")
        return self._machine

    def objects(self) -> list[bytes]:
        """The object files."""
        return self._objects if self._machine is None else [self._machine.object()]


def instruction_count(text: str) -> int:
    """How many instructions LLVM text has."""
    return text.count("\n  ")


def machine_for(text: str, settings: CodeSettings) -> Machine:
    """The text optimised. LLVM is loaded here, which a build that finds all in the cache saves."""
    from sigilc.codegen.target import Machine

    return Machine(text, settings.level, settings.cpu, debug=settings.debug)


def compile_text(text: str, settings: CodeSettings) -> bytes:
    """The object for LLVM text."""
    return machine_for(text, settings).object()


# ---- The cache ------------------------------------------------------------------------------------------------------


def _object_path(text: str, settings: CodeSettings) -> str:
    return kept_path("objects", str(settings), text) + ".o"
