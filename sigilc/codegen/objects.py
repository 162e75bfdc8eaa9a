"""Makes the objects of a program: several where that saves time, from the cache where they are there already.

At -O0 each source file gives an object of its own, kept in the user's cache under the hash of its LLVM text; what
has not changed is not compiled again. Above, LLVM sees the program as a whole, unless it is so large that two processes
compile a half each: that halves the time of LLVM, which uses one core only.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sigilc.cache import cache_folder, compiler_fingerprint, keep_file, read_kept
from sigilc.codegen.module import Part, emit_module
from sigilc.codegen.parts import equal_parts, parts_by_file
from sigilc.crash import InternalError
from sigilc.ir.function import Module

if TYPE_CHECKING:
    from sigilc.codegen.target import Machine

# From so many LLVM instructions on, a second process is worth its start and what LLVM no longer sees as a whole.
SPLIT_INSTRUCTIONS = 30_000
PROCESSES = 2
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
        self.texts: list[str] = []

    def emit(self) -> None:
        """Writes the LLVM text of each part."""
        if self._settings.level == 0 and not self._is_single:
            self.texts = [self._text(part) for part in parts_by_file(self._module)]
            return
        self.texts = [self._text(None)]
        if not self._is_single and instruction_count(self.texts[0]) > SPLIT_INSTRUCTIONS:
            self.texts = [self._text(part) for part in equal_parts(self._module, PROCESSES)]

    def _text(self, part: Part | None) -> str:
        settings = self._settings
        return emit_module(self._module, part, debug=settings.debug, is_optimised=settings.level > 0)

    def optimise(self) -> None:
        """Takes LLVM to the texts; parts are compiled whole, each unless it is in the cache."""
        settings = self._settings
        if settings.level == 0 and not self._is_single:
            self._objects = cached_objects(self.texts, settings)
        elif len(self.texts) > 1:
            self._objects = in_processes([partial(compile_text, text, settings) for text in self.texts])
        else:
            self._machine = machine_for(self.texts[0], settings)

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


def cached_objects(texts: Sequence[str], settings: CodeSettings) -> list[bytes]:
    """The objects for LLVM texts, from the user's cache where they are there; else they are there afterwards."""
    paths = [_object_path(text, settings) for text in texts]
    found = {path: content for path in paths if (content := read_kept(path)) is not None}
    missing = {path: text for path, text in zip(paths, texts, strict=True) if path not in found}
    for path, content in zip(missing, _compile_all(list(missing.values()), settings), strict=True):
        keep_file(path, content, MAX_OBJECTS)
        found[path] = content
    return [found[path] for path in paths]


def _object_path(text: str, settings: CodeSettings) -> str:
    digest = hashlib.blake2b(compiler_fingerprint(), digest_size=16)
    digest.update(f"{settings}\0{text}".encode())
    return os.path.join(cache_folder(), "objects", f"{digest.hexdigest()}.o")


def _compile_all(texts: Sequence[str], settings: CodeSettings) -> list[bytes]:
    """The objects for texts; large ones are shared by two processes, each of which takes every other text."""
    if len(texts) < PROCESSES or sum(map(instruction_count, texts)) <= SPLIT_INSTRUCTIONS:
        return [compile_text(text, settings) for text in texts]
    shares = [partial(_compile_share, texts[start::PROCESSES], settings) for start in range(PROCESSES)]
    objects: list[bytes] = [b""] * len(texts)
    for start, share in enumerate(in_processes(shares)):
        objects[start::PROCESSES] = pickle.loads(share)
    return objects


def _compile_share(texts: Sequence[str], settings: CodeSettings) -> bytes:
    return pickle.dumps([compile_text(text, settings) for text in texts])


# ---- Processes ------------------------------------------------------------------------------------------------------


def in_processes(jobs: Sequence[Callable[[], bytes]]) -> list[bytes]:
    """Runs jobs at once, each in a forked process: LLVM's Python binding has one lock for all threads.

    The last job runs in this process. Raises what a job raised; a process that ended otherwise is an InternalError.
    """
    children = [_Child(job) for job in jobs[:-1]]
    try:
        last = jobs[-1]()
        return [*(child.result() for child in children), last]
    finally:
        for child in children:
            child.end()


class _Child:
    """A forked process with one job, whose outcome comes through a pipe."""

    def __init__(self, job: Callable[[], bytes]):
        self._reader, writer = os.pipe()
        self._id = os.fork()
        if self._id == 0:
            # Nothing of this process's may run in the other: neither its exit handlers nor the rest of the pipeline.
            status = 1
            try:
                os.close(self._reader)
                status = _run_into(writer, job)
            finally:
                os._exit(status)
        os.close(writer)

    def result(self) -> bytes:
        """What the job gave."""
        with os.fdopen(self._reader, "rb") as pipe:
            self._reader = -1
            content = pipe.read()
        if not content:
            raise InternalError("a process that compiled a part of the program ended early")
        outcome = pickle.loads(content)
        if isinstance(outcome, BaseException):
            raise outcome
        return bytes(outcome)

    def end(self) -> None:
        """Waits for the process, or stops it where its result is no longer wanted."""
        if self._reader >= 0:
            os.close(self._reader)
            os.kill(self._id, signal.SIGKILL)
        os.waitpid(self._id, 0)


def _run_into(writer: int, job: Callable[[], bytes]) -> int:
    """Runs the job and writes its outcome; the process's exit status."""
    outcome: object
    try:
        outcome = job()
    except InternalError as error:
        outcome = InternalError(error.message)
    except Exception as error:
        outcome = InternalError(f"{type(error).__name__}: {error}")
    with os.fdopen(writer, "wb") as pipe:
        pipe.write(pickle.dumps(outcome))
    return 0
