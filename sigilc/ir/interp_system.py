"""The runtime functions of the system for the interpreter: files, environment, input, processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sigilc.ir.interp_values import ArrayValue, Place

if TYPE_CHECKING:
    from sigilc.ir.interp import Machine

EINVAL, EIO = 22, 5
_CHANGES = (os.unlink, os.rmdir, os.mkdir, os.chdir)


def _attempt(action: Callable[[], object]) -> int:
    """0, or the number of the error that the action ends with; a zero in a path is an invalid argument."""
    try:
        action()
    except ValueError:
        return EINVAL
    except OSError as error:
        return error.errno or EIO
    return 0


def _bytes(data: ArrayValue) -> bytes:
    return bytes(data.items)


def _read_file(machine: Machine, path: bytes, place: Place) -> int:
    def read() -> None:
        with open(path, "rb") as file:
            place.write(ArrayValue(list(file.read())))
    return _attempt(read)


def _write_file(machine: Machine, path: bytes, data: ArrayValue, appends: bool) -> int:
    def write() -> None:
        with open(path, "ab" if appends else "wb") as file:
            file.write(_bytes(data))
    return _attempt(write)


def _copy_file(machine: Machine, source: bytes, target: bytes) -> int:
    return _attempt(lambda: shutil.copy(source, target))


def _real_path(machine: Machine, path: bytes, place: Place) -> int:
    return _attempt(lambda: place.write(os.path.realpath(path, strict=True)))


def _metadata(machine: Machine, path: bytes, follows: bool, error: Place) -> ArrayValue:
    found = [0, 0, 0, 0]

    def look() -> None:
        about = os.stat(path, follow_symlinks=follows)
        found[:] = [about.st_mode & 0o170000, about.st_size, about.st_mtime_ns, about.st_mode & 0o7777]
    error.write(_attempt(look))
    return ArrayValue(list(found))


def _read_dir(machine: Machine, path: bytes, error: Place) -> ArrayValue:
    names: list[bytes] = []
    error.write(_attempt(lambda: names.extend(os.listdir(path))))
    return ArrayValue([name.decode(errors="replace").encode() for name in names])


def _env_var(machine: Machine, name: bytes, place: Place) -> bool:
    value = os.environb.get(name)
    try:
        if value is not None:
            value.decode()
            place.write(value)
    except UnicodeDecodeError:
        return False
    return value is not None


def _env_args(machine: Machine) -> ArrayValue:
    return ArrayValue([arg.encode() for arg in ("program", *machine.args)])


def _env_vars(machine: Machine) -> ArrayValue:
    return ArrayValue([(key + b"=" + value).decode(errors="replace").encode() for key, value in os.environb.items()])


def _append(place: Place, data: bytes) -> None:
    place.write(ArrayValue([*place.read().items, *data]))


def _input_line(machine: Machine, place: Place) -> int:
    line = sys.stdin.buffer.readline()
    _append(place, line)
    return 0 if line else -1


def _input_rest(machine: Machine, place: Place) -> int:
    _append(place, sys.stdin.buffer.read())
    return 0


def _process_run(machine: Machine, program: bytes, arguments: ArrayValue, given: ArrayValue, output: Place, errors: Place,
                 status: Place) -> int:
    def run() -> None:
        done = subprocess.run([program, *arguments.items], input=_bytes(given), capture_output=True, check=False)
        _append(output, done.stdout)
        _append(errors, done.stderr)
        status.write(done.returncode if done.returncode >= 0 else 128 - done.returncode)
    return _attempt(run)


_FLAGS = ((8, os.O_CREAT), (16, os.O_CREAT | os.O_EXCL), (32, os.O_TRUNC), (4, os.O_APPEND))
_STREAMS = (None, subprocess.PIPE, subprocess.DEVNULL)
_children: dict[int, subprocess.Popen[bytes]] = {}


def _file_open(machine: Machine, path: bytes, how: int, descriptor: Place) -> int:
    flags = (os.O_RDWR if how & 1 else os.O_WRONLY) if how & 6 else os.O_RDONLY
    for bit, flag in _FLAGS:
        flags |= flag if how & bit else 0
    return _attempt(lambda: descriptor.write(os.open(path, flags, 0o666)))


def _file_read(machine: Machine, descriptor: int, most: int, place: Place) -> int:
    return _attempt(lambda: _append(place, os.read(descriptor, most)))


def _file_read_all(machine: Machine, descriptor: int, place: Place) -> int:
    def read() -> None:
        with open(descriptor, "rb", closefd=False) as file:
            _append(place, file.read())
    return _attempt(read)


def _file_write(machine: Machine, descriptor: int, data: ArrayValue) -> int:
    def write() -> None:
        with open(descriptor, "wb", closefd=False, buffering=0) as file:
            file.write(_bytes(data))
    return _attempt(write)


def _process_start(machine: Machine, program: bytes, arguments: ArrayValue, streams: int, number: Place, *ends: Place) -> int:
    def begin() -> None:
        child = subprocess.Popen([program, *arguments.items], stdin=_STREAMS[streams & 3],
                                 stdout=_STREAMS[streams >> 2 & 3], stderr=_STREAMS[streams >> 4 & 3], bufsize=0)
        _children[child.pid] = child
        number.write(child.pid)
        for end, pipe in zip(ends, (child.stdin, child.stdout, child.stderr), strict=True):
            end.write(os.dup(pipe.fileno()) if pipe is not None else -1)
            if pipe is not None:
                pipe.close()
    return _attempt(begin)


def _process_wait(machine: Machine, number: int, blocks: bool, status: Place) -> int:
    child = _children[number]
    code = child.wait() if blocks else child.poll()
    if code is not None:
        status.write(code if code >= 0 else 128 - code)
    return 0


def _process_exit(machine: Machine, status: int) -> None:
    raise SystemExit(status)


SYSTEM: dict[str, Callable[..., Any]] = {
    "fs_read_file": _read_file,
    "fs_write_file": _write_file,
    "fs_copy_file": _copy_file,
    "fs_rename": lambda machine, source, target: _attempt(lambda: os.rename(source, target)),
    "fs_change": lambda machine, path, change: _attempt(lambda: _CHANGES[change](path)),
    "fs_real_path": _real_path,
    "fs_metadata": _metadata,
    "fs_read_dir": _read_dir,
    "os_error_text": lambda machine, error: os.strerror(error).encode(),
    "env_var": _env_var,
    "env_args": _env_args,
    "env_vars": _env_vars,
    "input_line": _input_line,
    "input_rest": _input_rest,
    "process_run": _process_run,
    "file_open": _file_open,
    "file_close": lambda machine, descriptor: _attempt(lambda: os.close(descriptor)),
    "file_read": _file_read,
    "file_read_all": _file_read_all,
    "file_write": _file_write,
    "file_seek": lambda machine, descriptor, offset, origin, place: _attempt(
        lambda: place.write(os.lseek(descriptor, offset, origin))),
    "file_set_len": lambda machine, descriptor, length: _attempt(lambda: os.ftruncate(descriptor, length)),
    "file_sync": lambda machine, descriptor: _attempt(lambda: os.fsync(descriptor)),
    "is_terminal": lambda machine, descriptor: os.isatty(descriptor),
    "process_start": _process_start,
    "process_wait": _process_wait,
    "process_kill": lambda machine, number: _attempt(_children[number].kill),
    "process_exit": _process_exit,
}
