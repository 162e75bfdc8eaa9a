"""The user's build cache: where it is, what names an executable in it, and the probe that runs one.

`__main__` imports this first, and on a hit nothing else is imported at all. So at module level it takes
only what the interpreter has loaded anyway (`os`, `sys`) and `_blake2`, without the rest of hashlib.
"""

from __future__ import annotations

import os
import sys
from _blake2 import blake2b

from sigilc.bytecode import FOLDER as BYTECODE
from sigilc.bytecode import cache_folder as cache_folder

PROGRAM, IMPORTS = "program", "imports"
MANIFEST = "Sigil.toml"
# Executables that `run` keeps; the least recently used go first.
MAX_PROGRAMS = 200
DIGEST_SIZE = 16


class RunRequest:
    """What `sigilc run` was asked for, as far as it names an executable."""

    __slots__ = ("args", "checks", "cpu", "level", "path")

    def __init__(self) -> None:
        self.level = 0
        self.checks = ""        # "on", "off", or "" for the level's own
        self.cpu = "native"
        self.path = ""
        self.args: list[str] = []


def compiler_fingerprint() -> bytes:
    """Changes with every change to the compiler, its runtime and its library, and with the machine and the Python."""
    package = __file__.rpartition("/")[0] or "."
    root = package.rpartition("/")[0] or "."
    digest = blake2b(digest_size=16)
    surroundings = f"{sys.hexversion} {os.uname().nodename} {os.environ.get('SIGILC_CC', '')}"
    digest.update(surroundings.encode(errors="surrogateescape"))
    pending = [package, f"{root}/runtime", f"{root}/stdlib"]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith((".", "__pycache__")):
                continue
            if entry.is_dir():
                pending.append(entry.path)
            else:
                status = entry.stat()
                digest.update(f"{entry.path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode(errors="surrogateescape"))
    return digest.digest()


def root_file(path: str) -> str:
    """The file that a command line means: for a folder, or nothing, the root of the package that the folder lies in.

    The path is relative where what was given is. The empty text where nothing was given and there is no package.
    """
    if path and not os.path.isdir(path):
        return path
    folder = os.path.abspath(path or ".")
    while not os.path.isfile(f"{folder}/{MANIFEST}"):
        above = folder.rpartition("/")[0]
        if above == folder or not folder:
            return path
        folder = above
    name = "main.sg" if os.path.isfile(f"{folder}/src/main.sg") or not os.path.isfile(f"{folder}/src/lib.sg") else "lib.sg"
    found = f"{folder}/src/{name}"
    return found if path.startswith("/") else os.path.relpath(found)


def program_folder(request: RunRequest) -> str | None:
    """Where the executable for a request is kept; None when the source can't be read.

    The path as it was given is part of the name, for panics show it, and so is where it leads, for imports are found
    from there.
    """
    content = read_bytes(request.path)
    if content is None:
        return None
    digest = blake2b(compiler_fingerprint(), digest_size=16)
    where = "" if request.path.startswith("/") else os.getcwd()
    for part in (request.level, request.checks, request.cpu, where, request.path):
        digest.update(f"{part}\0".encode(errors="surrogateescape"))
    digest.update(content)
    return f"{cache_folder()}/programs/{digest.hexdigest()}"


def imports_unchanged(folder: str) -> bool:
    """True when each file that the program imported still has the content that it was built from."""
    recorded = read_bytes(f"{folder}/{IMPORTS}")
    if recorded is None:
        return False
    for line in recorded.decode(errors="surrogateescape").split("\n"):
        if line:
            expected, _, path = line.partition(" ")
            if content_hash(read_bytes(path)) != expected:
                return False
    return True


def content_hash(content: bytes | None) -> str:
    """The hash by which `imports` records a file; None stands for one that must not be there."""
    return blake2b(content, digest_size=16).hexdigest() if content is not None else "-"


def read_bytes(path: str) -> bytes | None:
    """A whole file, or None. Only a regular one: reading a pipe would take its content from who comes next."""
    try:
        if not os.path.isfile(path):
            return None
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except (OSError, ValueError):
        return None


def read_kept(path: str) -> bytes | None:
    """A file that `keep_file` wrote, which counts as used now; None when it is not there."""
    content = read_bytes(path)
    try:
        os.utime(path)
    except OSError:
        return content      # it was evicted just now
    return content


def parse_run(arguments: list[str]) -> RunRequest | None:
    """Reads the plain forms of `run [-O…] [--overflow-checks=…] [--target-cpu=…] [FILE ARGS…]`; None for all others.

    Whatever it reads, click reads in the same way; what it does not know is click's to explain.
    """
    if not arguments or arguments[0] != "run":
        return None
    request = RunRequest()
    for number, word in enumerate(arguments[1:], 1):
        if word in ("-O0", "-O1", "-O2", "-O3"):
            request.level = int(word[2])
        elif word in ("--overflow-checks=on", "--overflow-checks=off"):
            request.checks = word.rpartition("=")[2]
        elif word.startswith("--target-cpu="):
            request.cpu = word.partition("=")[2]
        elif word.startswith("-"):
            return None
        else:
            request.path = root_file(word)
            request.args = arguments[number + 1:]
            return request
    request.path = root_file("")
    return request if request.path else None


def run_cached(arguments: list[str]) -> None:
    """Becomes the program that `arguments` ask for, if the cache has it; returns otherwise."""
    request = parse_run(arguments)
    if request is None:
        return
    folder = program_folder(request)
    if folder is None or not imports_unchanged(folder):
        return
    try:
        os.utime(folder)
        os.execv(f"{folder}/{PROGRAM}", [request.path, *request.args])
    except OSError:
        return          # it was evicted just now; build it again


def keep_program(folder: str, executable: str, imports: list[tuple[str, bytes | None]]) -> bool:
    """Puts an executable, which is moved, under its name. `imports` are paths and contents. False when it can't.

    The folder appears by one rename, so that a probe sees a whole one or none.
    """
    import shutil
    import tempfile

    base = os.path.dirname(folder)
    scratch = ""
    try:
        os.makedirs(base, exist_ok=True)
        scratch = tempfile.mkdtemp(prefix=".new-", dir=base)
        shutil.move(executable, f"{scratch}/{PROGRAM}")
        lines = [f"{content_hash(content)} {os.path.abspath(path)}\n" for path, content in imports]
        with open(f"{scratch}/{IMPORTS}", "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(lines)
        shutil.rmtree(folder, ignore_errors=True)       # one whose imports have changed
        os.rename(scratch, folder)
        evict(base, MAX_PROGRAMS)
    except OSError:
        return False
    finally:
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
    return True


def evict(base: str, most: int) -> None:
    """Removes the least recently used of a folder's files and folders beyond `most`."""
    import shutil

    entries = [entry for entry in os.scandir(base) if not entry.name.startswith(".")]
    if len(entries) <= most:
        return
    for _, path in sorted((entry.stat().st_mtime, entry.path) for entry in entries)[:-most]:
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)


_own_fingerprint: list[bytes] = []


def kept_path(folder: str, *content: str) -> str:
    """Where this very compiler keeps what it makes of some content; the compiler is looked at once in a process."""
    if not _own_fingerprint:
        _own_fingerprint.append(compiler_fingerprint())
    digest = blake2b(_own_fingerprint[0], digest_size=DIGEST_SIZE)
    for part in content:
        digest.update(part.encode(errors="surrogatepass") + b"\0")
    return f"{cache_folder()}/{folder}/{digest.hexdigest()}"


def keep_checked(path: str, content: bytes, most: int) -> None:
    """As `keep_file`, with a digest by which `read_checked` sees damage."""
    keep_file(path, blake2b(content, digest_size=DIGEST_SIZE).digest() + content, most)


def read_checked(path: str) -> memoryview | None:
    """The content of a file that `keep_checked` wrote, which counts as used now; None when it is absent or damaged."""
    content = read_kept(path)
    if content is None or blake2b(content[DIGEST_SIZE:], digest_size=DIGEST_SIZE).digest() != content[:DIGEST_SIZE]:
        return None
    return memoryview(content)[DIGEST_SIZE:]


def keep_file(path: str, content: bytes, most: int) -> None:
    """Puts a file into the cache, whole or not at all, in a folder of at most so many; one that can't be written is none."""
    import tempfile

    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
        handle, scratch = tempfile.mkstemp(prefix=".new-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(scratch, path)
        except OSError:
            os.unlink(scratch)
            raise
        evict(folder, most)
    except OSError:
        return


def clean() -> int:
    """Removes what the compiler keeps in its cache folder; returns how many bytes that freed."""
    import shutil

    folder = cache_folder()
    parts = [name for name in (os.listdir(folder) if os.path.isdir(folder) else [])
             if name in ("programs", "runtime", "objects", "syntax", "trees", BYTECODE)]
    freed = 0
    for part in parts:
        for at, _, names in os.walk(f"{folder}/{part}"):
            freed += sum(os.lstat(f"{at}/{name}").st_size for name in names)
        shutil.rmtree(f"{folder}/{part}", ignore_errors=True)
    return freed
