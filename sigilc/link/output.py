"""Writes output files so that nobody ever sees one half written."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator

from sigilc.crash import EnvironmentFault


def check_writable(path: str) -> None:
    """EnvironmentFault where no file can be put at `path`: to say so before the work."""
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    if os.path.isdir(target):
        raise EnvironmentFault(f"can't write {path}: it is a folder")
    if not os.path.isdir(folder):
        raise EnvironmentFault(f"can't write {path}: there is no folder {os.path.dirname(path) or folder}")
    if not os.access(target if _is_device(target) else folder, os.W_OK):
        raise EnvironmentFault(f"can't write {path}: permission denied")


@contextlib.contextmanager
def replacing(path: str) -> Iterator[str]:
    """Gives a scratch path beside `path`, which takes its place when the block has succeeded.

    Through a link the file it names is replaced; a device, such as /dev/null, is written to and stays what it is.
    """
    check_writable(path)
    target = os.path.realpath(path)
    scratch_folder = tempfile.gettempdir() if _is_device(target) else os.path.dirname(target)
    scratch = os.path.join(scratch_folder, f".{os.path.basename(target)}.{os.getpid()}.tmp")
    try:
        with _as_fault(path):
            yield scratch
            if _is_device(target):
                shutil.copyfile(scratch, target)
            else:
                os.replace(scratch, target)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(scratch)


def write_output(path: str, content: str | bytes) -> None:
    """Writes a whole file, at once or not at all."""
    with replacing(path) as scratch, open(scratch, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def _is_device(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path)


@contextlib.contextmanager
def _as_fault(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(f"can't write {path}: {error.strerror or error}") from error
