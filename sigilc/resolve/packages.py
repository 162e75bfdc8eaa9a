"""Reads the description of a package, `Sigil.toml`, and of all packages that it depends on."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sigilc.diagnostics.diagnostic import Diagnostics
from sigilc.diagnostics.suggest import closest
from sigilc.source.files import SourceFile, load_source
from sigilc.source.spans import Span

MANIFEST = "Sigil.toml"
PROGRAM_FILE, LIBRARY_FILE = "main.sg", "lib.sg"

# What the tables of a description may hold.
_KEYS = {"package": ("name", "version"), "dependencies": (), "link": ("libraries",), "build": ("overflow-checks",)}
_PACKAGE_NAME = re.compile(r"[^\W\d][\w-]*")
_HEADER = re.compile(r"[ \t]*\[([^\]\n]*)\]")


@dataclass(eq=False, slots=True)
class Package:
    """A package. `folder` and the manifest's path are as messages show them: relative where the program's path was.

    dependencies      by the names that `use` knows them by
    libraries         names for the linker, as `-l` takes them
    overflow_checks   None where the optimisation level decides
    """

    name: str
    version: str
    folder: str
    manifest: SourceFile
    dependencies: dict[str, Package] = field(default_factory=dict)
    libraries: list[str] = field(default_factory=list)
    overflow_checks: bool | None = None

    @property
    def use_name(self) -> str:
        """The name by which the package's own programs `use` its library."""
        return use_name(self.name)

    @property
    def library_file(self) -> str:
        """The root of what other packages see; need not exist."""
        path = os.path.join(self.folder, "src", LIBRARY_FILE)
        return os.path.normpath(path) if os.path.isabs(path) else os.path.relpath(path)

    def everything(self) -> list[Package]:
        """The package and all that it depends on, each once, in order of their first mention."""
        found: list[Package] = []
        pending = [self]
        while pending:
            package = pending.pop(0)
            if package not in found:
                found.append(package)
                pending += package.dependencies.values()
        return found


def is_package_name(name: str) -> bool:
    """Whether a package may be named so."""
    return _PACKAGE_NAME.fullmatch(name) is not None


def use_name(name: str) -> str:
    """A package's name as an identifier."""
    return name.replace("-", "_")


def package_folder(path: str) -> str | None:
    """The folder that a package would have whose root file this is: `src/main.sg` or `src/lib.sg`; None for others."""
    source, name = os.path.split(path)
    if name not in (PROGRAM_FILE, LIBRARY_FILE) or os.path.basename(os.path.abspath(source)) != "src":
        return None
    return os.path.normpath(os.path.join(source, ".."))


def manifest_path(folder: str) -> str:
    """The description of the package in a folder; need not exist."""
    return os.path.normpath(os.path.join(folder, MANIFEST))


def load_package(path: str, diagnostics: Diagnostics) -> Package | None:
    """The package whose root file `path` is, with its dependencies; None for a file that is no package's root.

    What is wrong with a description is reported: E0117, and E0118 for one that is missing or depends on itself.
    """
    folder = package_folder(path)
    if folder is None or not os.path.isfile(manifest_path(folder)):
        return None
    return _Loader(diagnostics).load(folder, [])


class _Loader:
    """Loads each package of a program once."""

    def __init__(self, diagnostics: Diagnostics):
        self.diagnostics = diagnostics
        self.known: dict[str, Package] = {}

    def load(self, folder: str, above: list[tuple[str, str]]) -> Package | None:
        """The package in a folder; `above` are the real folders and the names of those that depend on it."""
        real = os.path.realpath(folder)
        if real in self.known:
            return self.known[real]
        source = load_source(manifest_path(folder), self.diagnostics)
        if source is None:
            return None
        manifest = Manifest(source, self.diagnostics)
        package = manifest.package(folder)
        self.known[real] = package
        for name, path, span in manifest.dependencies():
            self.depend(package, name, path, span, [*above, (real, package.name)])
        return package

    def depend(self, package: Package, name: str, path: str, span: Span, above: list[tuple[str, str]]) -> None:
        """Adds what one line under `[dependencies]` names."""
        folder = os.path.normpath(os.path.join(package.folder, path))
        real = os.path.realpath(folder)
        names = [title for at, title in above]
        cycle = next((names[i:] for i, (at, _) in enumerate(above) if at == real), None)
        if cycle is not None:
            chain = " → ".join([*cycle, cycle[0]])
            self.diagnostics.error("E0118", f"the package `{cycle[0]}` depends on itself: {chain}", span,
                                   "this closes the circle", "move what both need into a third package")
        elif not os.path.isfile(manifest_path(folder)):
            self.diagnostics.error("E0118", f"there is no package in `{folder}`", span, f"no {MANIFEST} there",
                                   f"the path is relative to the folder of this {MANIFEST}")
        else:
            found = self.load(folder, above)
            if found is None:
                return
            package.dependencies[use_name(name)] = found
            if not os.path.isfile(found.library_file):
                self.diagnostics.error("E0118", f"the package `{found.name}` is no library", span,
                                       f"it has no {found.library_file}", f"put what others use into src/{LIBRARY_FILE}")


class Manifest:
    """The text of one `Sigil.toml`; errors are reported at the lines that they are about."""

    def __init__(self, source: SourceFile, diagnostics: Diagnostics):
        self.source = source
        self.diagnostics = diagnostics
        self.tables: dict[str, Any] = {}
        try:
            self.tables = tomllib.loads(source.text)
        except tomllib.TOMLDecodeError as error:
            self.report_syntax(str(error))
        else:
            self.check_keys()

    def package(self, folder: str) -> Package:
        """The package, with what could be understood of it."""
        table = self.table("package")
        name = self.value("package", "name", str, "a text in quotes", "")
        if not self.tables:
            return Package("package", "", folder, self.source)
        if "name" not in table:
            self.error(["package"], "the package has no name", "`[package]` needs it", 'write `name = "…"` under `[package]`')
        elif name and not is_package_name(name):
            self.error(["package", "name"], f"`{name}` is no name for a package", "not a name",
                       "letters, digits, `_` and `-`, and no digit first")
        libraries = self.value("link", "libraries", list, "a list of texts", [])
        if not all(isinstance(library, str) for library in libraries):
            self.error(["link", "libraries"], "`libraries` must be a list of texts", "not all are texts",
                       'for example `libraries = ["m"]`')
            libraries = []
        return Package(name or "package", self.value("package", "version", str, 'a text, like "0.1.0"', ""), folder,
                       self.source, {}, libraries, self.value("build", "overflow-checks", bool, "true or false", None))

    def dependencies(self) -> Iterator[tuple[str, str, Span]]:
        """Name, path and place of each dependency that is written as it should be."""
        for name, value in self.table("dependencies").items():
            where = ["dependencies", name]
            example = f'write `{name} = {{ path = "../{name}" }}`'
            if not is_package_name(name):
                self.error(where, f"`{name}` is no name for a package", "not a name", "name it as `use` is to name it")
            elif not isinstance(value, dict) or not isinstance(value.get("path"), str):
                self.error(where, f"the dependency `{name}` needs a path", "packages are found by their folders", example)
            elif len(value) > 1:
                other = next(key for key in value if key != "path")
                self.error([*where, other], f"`{other}` is not known here", "a dependency has a path alone", example)
            else:
                yield name, value["path"], self.place(where)

    # ---- Parts --------------------------------------------------------------------------------------------------------

    def table(self, name: str) -> dict[str, Any]:
        """A table; an empty one where there is none."""
        found = self.tables.get(name, {})
        return found if isinstance(found, dict) else {}

    def value(self, table: str, key: str, type_: type, wanted: str, default: Any) -> Any:
        """A value of the right type; the default where there is none, or another."""
        found = self.table(table).get(key, default)
        if key in self.table(table) and type(found) is not type_:
            self.error([table, key], f"`{key}` must be {wanted}", f"this is {_kind(found)}", "")
            return default
        return found

    def check_keys(self) -> None:
        """Complains about what no compiler looks at."""
        for name, table in self.tables.items():
            if name not in _KEYS:
                near = closest(name, _KEYS)
                self.error([name], f"`{name}` is not known in {MANIFEST}", "nothing of this name",
                           f"did you mean `{near}`?" if near else f"there are {', '.join(f'`[{k}]`' for k in _KEYS)}")
            elif not isinstance(table, dict):
                self.error([name], f"`{name}` must be a table", f"this is {_kind(table)}", f"write `[{name}]` on a line")
            elif name != "dependencies":
                for key in table:
                    if key not in _KEYS[name]:
                        near = closest(key, _KEYS[name])
                        known = " and ".join(f"`{k}`" for k in _KEYS[name])
                        self.error([name, key], f"`{key}` is not known under `[{name}]`", "nothing of this name",
                                   f"did you mean `{near}`?" if near else f"`[{name}]` knows {known}")
        if "package" not in self.tables:
            self.error([], "the package has no name", "there is no `[package]`", 'begin with `[package]` and `name = "…"`')

    # ---- Errors -------------------------------------------------------------------------------------------------------

    def error(self, path: list[str], message: str, label: str, help_: str) -> None:
        """Reports E0117 at the key, or table, that a path leads to."""
        self.diagnostics.error("E0117", message, self.place(path), label, help_)

    def report_syntax(self, message: str) -> None:
        """An error of TOML's own, whose text ends in its position."""
        found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.S)
        text = self.source.text
        start = len(text.rstrip())
        if found is not None and found[2]:
            start = min(self.source.line_starts[int(found[2]) - 1] + int(found[3]) - 1, start)
        what = (found[1] if found is not None else message).rstrip(".")
        self.diagnostics.error("E0117", f"{MANIFEST} is not valid TOML: {what[:1].lower()}{what[1:]}",
                               Span(self.source, start, min(start + 1, len(text))), "not understood here")

    def place(self, path: list[str]) -> Span:
        """Where the text names a key, or else the table that it is in; the beginning when it names neither."""
        for length in range(len(path), 0, -1):
            span = self.find(path[:length])
            if span is not None:
                return span
        return Span(self.source, 0, len(self.source.line_text(1)))

    def find(self, path: list[str]) -> Span | None:
        """The key of a path, or the header of its table."""
        table: list[str] = []
        key = re.compile(rf"""[ \t]*(["']?{re.escape(path[-1])}["']?)[ \t]*[.=]""")
        inline = re.compile(rf"""[{{,][ \t]*({re.escape(path[-1])})[ \t]*=""")
        for start in self.source.line_starts:
            header = _HEADER.match(self.source.text, start)
            if header is not None:
                table = [part.strip(" \t\"'[") for part in header[1].split(".")]
                if table == path:
                    return Span(self.source, *header.span(1))
            elif table == path[:-1] and (found := key.match(self.source.text, start)):
                return Span(self.source, *found.span(1))
            elif len(path) > 2 and table == path[:-2] and (found := inline.search(self.line(start))):
                return Span(self.source, start + found.start(1), start + found.end(1))
        return None

    def line(self, start: int) -> str:
        """The rest of a line."""
        return self.source.line_text(self.source.position(start)[0])


def _kind(value: Any) -> str:
    """What a TOML value is, in words."""
    words = {bool: "true or false", str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return words.get(type(value), "a date")
