"""Formats source files in place, or says what formatting would change."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sigilc.crash import CompilerCrash
from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.link.output import replacing
from sigilc.source.files import SourceFile, decode_source, load_source
from sigilc.syntax.format import format_text
from sigilc.syntax.format_spelling import Spelling
from sigilc.syntax.parse import parse_source

__all__ = ["STANDARD_INPUT", "Formatted", "Spelling", "difference", "format_file", "source_files", "write_formatted"]

STANDARD_INPUT = "-"
SUFFIXES = (".sg", ".sigil")


@dataclass(slots=True)
class Formatted:
    """A file's text before and after; `path` is `-` for what came from stdin."""

    path: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        """Whether formatting makes a difference."""
        return self.before != self.after


def source_files(paths: Iterable[str]) -> Iterator[str]:
    """The files named by `paths`, folders replaced by the programs in them; each once, hidden folders left out."""
    seen: set[str] = set()
    for path in paths:
        for file in sources_below(path) if os.path.isdir(path) else [path]:
            identity = os.path.realpath(file) if file != STANDARD_INPUT else file
            if identity not in seen:
                seen.add(identity)
                yield file


def sources_below(folder: str) -> Iterator[str]:
    """The programs in a folder and the folders inside it, sorted; links to folders are not followed."""
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield os.path.join(at, name)


def format_file(path: str, spelling: Spelling, diagnostics: Diagnostics) -> Formatted | None:
    """The file formatted, but not written; None where it can't be read or has syntax errors, which are reported.

    Raises CompilerCrash where formatting would change what the program means.
    """
    source = read_source(path, diagnostics)
    if source is None:
        return None
    found = Diagnostics()
    parse_source(source, found)
    diagnostics.items += found.items
    if found.has_errors:
        return None
    try:
        return Formatted(path, source.text, format_text(source.text, spelling))
    except Exception as error:
        raise CompilerCrash(error, "format", path) from error


def read_source(path: str, diagnostics: Diagnostics) -> SourceFile | None:
    """A file, or stdin."""
    if path == STANDARD_INPUT:
        return decode_source("<stdin>", sys.stdin.buffer.read(), diagnostics)
    return load_source(path, diagnostics)


def write_formatted(formatted: Formatted) -> None:
    """Replaces the file, at once and with its permissions; EnvironmentFault where that can't be."""
    with replacing(formatted.path) as scratch:
        with open(scratch, "wb") as file:
            file.write(formatted.after.encode())
        shutil.copymode(formatted.path, scratch)


def difference(formatted: Formatted) -> str:
    """What formatting would change, as a unified diff."""
    before, after = formatted.before.splitlines(keepends=True), formatted.after.splitlines(keepends=True)
    name = "<stdin>" if formatted.path == STANDARD_INPUT else formatted.path
    lines = difflib.unified_diff(before, after, name, f"{name} (formatted)")
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)
