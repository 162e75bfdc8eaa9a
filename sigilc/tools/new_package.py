"""Makes the folder of a new package: a description, a program or library with a test, and what goes with it."""

from __future__ import annotations

import os
import shutil

from sigilc.crash import EnvironmentFault
from sigilc.resolve.packages import LIBRARY_FILE, MANIFEST, PROGRAM_FILE, is_package_name, use_name

_MANIFEST = """\
[package]
name = "{name}"
version = "0.1.0"

[dependencies]
"""

_PROGRAM = """\
/// What the program says to somebody.
/// ```sigil
/// assert_eq(greeting("Ada"), "Hello, Ada!")
/// ```
fn greeting(name: str) -> str { "Hello, {name}!" }

#[test]
fn greets_by_name() { assert_eq(greeting("world"), "Hello, world!") }

fn main() { println(greeting("world")) }
"""

_LIBRARY = """\
//! The library `{use_name}`: other packages write `use {use_name}·double`.

/// Twice a number.
/// ```sigil
/// assert_eq(double(21), 42)
/// ```
pub fn double(x: i64) -> i64 {{ 2 * x }}

#[test]
fn doubles_what_is_negative() {{ assert_eq(double(-2), -4) }}
"""

_README = """\
# {name}

    sigilc {main_command:<8}# {main_purpose}
    sigilc test    # run the tests and the examples in the comments
    sigilc bench   # run the benchmarks
"""

_IGNORED = """\
/{name}
*.o
*.ll
*.s
"""


def new_package(folder: str, is_library: bool) -> list[str]:
    """Makes the package; its name is the folder's. The files that were written, in order.

    Raises EnvironmentFault where something is there already, and for a name that no package can have.
    """
    name = os.path.basename(os.path.abspath(folder))
    if not is_package_name(name):
        raise EnvironmentFault(f"`{name}` is no name for a package", help="letters, digits, `_` and `-`, and no digit first")
    if os.path.lexists(folder):
        raise EnvironmentFault(f"{folder} is there already, and is not touched", help="choose another name, or another folder")
    values = {"name": name, "use_name": use_name(name), "main_command": "check" if is_library else "run",
              "main_purpose": "report errors and warnings" if is_library else "build the program and run it"}
    files = {MANIFEST: _MANIFEST.format(**values), "README.md": _README.format(**values),
             ".gitignore": _IGNORED.format(**values)}
    if is_library:
        files[f"src/{LIBRARY_FILE}"] = _LIBRARY.format(**values)
    else:
        files[f"src/{PROGRAM_FILE}"] = _PROGRAM
    written = []
    try:
        os.makedirs(os.path.join(folder, "src"))
        for path, text in files.items():
            written.append(os.path.join(folder, path))
            with open(written[-1], "x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)       # it was not there before
        raise EnvironmentFault(f"can't write {error.filename or folder}: {(error.strerror or str(error)).lower()}") from error
    return written
